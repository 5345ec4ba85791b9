use futures_util::future::join_all;
use luodi::ids::AccountId;
use luodi::payments::{Fact, Mode};
use luodi::storage::{Change, Recorded, StorageError};

use crate::backends::{NOW, on_each, paid};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_concurrent_changes_exactly_one_wins() {
    on_each(|shop| async move {
        let (ledger, attempt) = shop.pending("A-1").await;
        let racers = (0..16).map(|_| {
            let (storage, mut ledger) = (shop.storage.clone(), ledger.clone());
            tokio::spawn(async move {
                let events = ledger.apply(paid(attempt), NOW).unwrap();
                storage.record(Change { ledger, events }).await.unwrap()
            })
        });
        let outcomes: Vec<_> = join_all(racers).await.into_iter().map(Result::unwrap).collect();
        let won = outcomes.iter().filter(|outcome| matches!(outcome, Recorded::Done { .. })).count();
        assert_eq!(won, 1, "{outcomes:?}");
        let facts = shop.storage.facts(ledger.payment.id).await.unwrap();
        let payments = facts.iter().filter(|(fact, _)| matches!(fact, Fact::AttemptPaid { .. })).count();
        assert_eq!(payments, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sequences_have_no_gaps_under_concurrent_writers_some_of_whom_fail() {
    on_each(|shop| async move {
        let writers = (0..16).map(|writer| {
            let shop = shop.clone();
            tokio::spawn(async move {
                for round in 0..6 {
                    let (ledger, mut events) = shop.payment(&format!("A-{writer}-{round}"), NOW);
                    if (writer + round) % 3 == 0 {
                        // The second event repeats the first one's id: refused after a number was taken.
                        events.extend(events.clone());
                        let refused = shop.storage.create_payment(&ledger, events).await;
                        assert!(matches!(refused, Err(StorageError::Duplicate(_))), "{refused:?}");
                    } else {
                        shop.storage.create_payment(&ledger, events).await.unwrap();
                    }
                }
            })
        });
        for writer in join_all(writers).await {
            writer.unwrap();
        }
        let events = shop.storage.events_after(shop.store.id, Mode::Test, 0, 1000, &[]).await.unwrap();
        let sequences: Vec<i64> = events.iter().map(|event| event.sequence).collect();
        assert_eq!(sequences, (1..=64).collect::<Vec<i64>>());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_that_fails_does_not_disturb_those_committed_with_it() {
    on_each(|shop| async move {
        let jobs: Vec<_> = (0..40)
            .map(|n| {
                let (mut ledger, mut events) = shop.payment(&format!("A-{n}"), NOW);
                let mut attempt = shop.attempt(&ledger, NOW);
                if n % 4 == 0 {
                    attempt.account_id = AccountId::generate();
                }
                events.extend(ledger.apply(Fact::AttemptCreated { attempt: Box::new(attempt) }, NOW).unwrap());
                (n, ledger, events)
            })
            .collect();
        // All are waiting before the writer takes the first, so they share commits.
        let outcomes =
            join_all(jobs.iter().map(|(_, ledger, events)| shop.storage.create_payment(ledger, events.clone()))).await;
        for ((n, ledger, _), outcome) in jobs.iter().zip(outcomes) {
            let stored = shop.storage.ledger(ledger.payment.id).await.unwrap();
            if n % 4 == 0 {
                assert!(outcome.is_err(), "no such account");
                assert_eq!(stored, None, "nothing of a failed job stays");
            } else {
                outcome.unwrap();
                assert_eq!(stored.as_ref(), Some(ledger));
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_caller_who_goes_away_does_not_stop_what_was_begun() {
    on_each(|shop| async move {
        let (ledger, events) = shop.payment("A-1", NOW);
        let mut changed = shop.storage.subscribe();
        // Asked once, then dropped: the work has been handed over.
        let mut abandoned = Box::pin(shop.storage.create_payment(&ledger, events));
        let _ = futures_util::poll!(abandoned.as_mut());
        drop(abandoned);
        let heard = async { while changed.recv().await.unwrap() != ledger.payment.id {} };
        tokio::time::timeout(std::time::Duration::from_secs(10), heard).await.expect("it is committed all the same");
        assert_eq!(shop.storage.ledger(ledger.payment.id).await.unwrap(), Some(ledger));
        let events = shop.storage.events_after(shop.store.id, Mode::Test, 0, 10, &[]).await.unwrap();
        assert_eq!(events.len(), 1);
    })
    .await;
}

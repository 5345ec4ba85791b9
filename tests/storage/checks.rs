use std::collections::HashSet;

use futures_util::future::join_all;
use luodi::payments::{Fact, Failure, RefundCause};
use luodi::storage::CheckSubject;

use crate::backends::{NOW, on_each, opened, paid, refund};

#[tokio::test]
async fn what_is_unsettled_is_queued_and_what_is_settled_is_not() {
    on_each(|shop| async move {
        let storage = &shop.storage;
        let mut ledger = shop.create("A-1", NOW).await;
        let attempt = shop.attempt(&ledger, NOW);
        let id = attempt.id;
        let created = Fact::AttemptCreated { attempt: Box::new(attempt) };
        shop.record(&mut ledger, vec![created], NOW).await;
        assert_eq!(storage.oldest_unsettled_attempt_at().await.unwrap(), Some(NOW));
        assert!(storage.claim_checks(NOW, 30, 9).await.unwrap().is_empty(), "one second after its creation");

        shop.record(&mut ledger, vec![opened(id)], NOW).await;
        assert!(storage.claim_checks(NOW.plus_s(14), 30, 9).await.unwrap().is_empty(), "the shopper has a code now");
        let due = storage.claim_checks(NOW.plus_s(15), 30, 9).await.unwrap();
        assert_eq!((due.len(), due[0].subject, due[0].tries), (1, CheckSubject::Attempt(id), 0));
        assert_eq!(due[0].payment_id, ledger.payment.id);
        assert!(storage.claim_checks(NOW.plus_s(16), 30, 9).await.unwrap().is_empty(), "somebody has it");
        assert_eq!(storage.claim_checks(NOW.plus_s(45), 30, 9).await.unwrap().len(), 1, "the lease ran out");

        storage.schedule_check(CheckSubject::Attempt(id), NOW.plus_s(300), 1).await.unwrap();
        assert!(storage.claim_checks(NOW.plus_s(299), 30, 9).await.unwrap().is_empty());
        storage.hasten_checks(ledger.payment.id, NOW.plus_s(60)).await.unwrap();
        storage.hasten_checks(ledger.payment.id, NOW.plus_s(90)).await.unwrap();
        let due = storage.claim_checks(NOW.plus_s(60), 30, 9).await.unwrap();
        assert_eq!(due.iter().map(|due| due.tries).collect::<Vec<_>>(), [1]);

        shop.record(&mut ledger, vec![paid(id)], NOW.plus_s(61)).await;
        storage.schedule_check(CheckSubject::Attempt(id), NOW, 2).await.unwrap();
        assert!(storage.claim_checks(NOW.plus_s(9999), 30, 9).await.unwrap().is_empty(), "settled");
        assert_eq!(storage.oldest_unsettled_attempt_at().await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn an_unknown_refund_is_asked_about_soon() {
    on_each(|shop| async move {
        let (mut ledger, attempt) = shop.paid("A-1").await;
        let back = refund(&ledger, attempt, 100, RefundCause::Requested);
        let refund_id = back.id;
        let failure = Failure { code: "TIMEOUT".to_owned(), message: "no answer".to_owned() };
        let facts = vec![Fact::RefundRequested { refund: Box::new(back) }, Fact::RefundUnknown { refund_id, failure }];
        shop.record(&mut ledger, facts, NOW).await;
        let due = shop.storage.claim_checks(NOW.plus_s(1), 30, 9).await.unwrap();
        assert_eq!(due.iter().map(|due| due.subject).collect::<Vec<_>>(), [CheckSubject::Refund(refund_id)]);
        let accepted = Fact::RefundAccepted { refund_id, gateway_refund_no: None, failure: None };
        shop.record(&mut ledger, vec![accepted], NOW.plus_s(2)).await;
        shop.storage.schedule_check(CheckSubject::Refund(refund_id), NOW.plus_s(62), 1).await.unwrap();
        let succeeded = Fact::RefundSucceeded { refund_id, gateway_refund_no: None, succeeded_at: NOW };
        shop.record(&mut ledger, vec![succeeded], NOW.plus_s(3)).await;
        assert!(shop.storage.claim_checks(NOW.plus_s(9999), 30, 9).await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_check_is_with_one_worker_at_a_time() {
    on_each(|shop| async move {
        for n in 0..30 {
            shop.pending(&format!("A-{n}")).await;
        }
        let workers = (0..8).map(|_| {
            let storage = shop.storage.clone();
            tokio::spawn(async move { storage.claim_checks(NOW.plus_s(15), 30, 7).await.unwrap() })
        });
        let mut claimed: Vec<_> = join_all(workers).await.into_iter().flat_map(Result::unwrap).collect();
        // SKIP LOCKED may leave some to the next round; nothing may be given out twice.
        claimed.extend(shop.storage.claim_checks(NOW.plus_s(15), 30, 99).await.unwrap());
        let subjects: HashSet<_> = claimed.iter().map(|claimed| claimed.subject).collect();
        assert_eq!((subjects.len(), claimed.len()), (30, 30));
    })
    .await;
}

#[tokio::test]
async fn open_payments_come_due_when_they_expire_or_are_asked_to_close() {
    on_each(|shop| async move {
        let due = async |at| shop.storage.due_payments(at, 9).await.unwrap();
        let (mut closing, attempt) = shop.pending("A-1").await;
        let expiring = shop.create("A-2", NOW).await;
        assert_eq!(due(NOW.plus_s(1799)).await, []);
        shop.record(&mut closing, vec![Fact::CloseRequested], NOW.plus_s(10)).await;
        assert_eq!(due(NOW.plus_s(10)).await, [closing.payment.id]);
        assert_eq!(due(NOW.plus_s(39)).await, [], "it was just looked at");
        let closed = Fact::AttemptClosed { attempt_id: attempt };
        shop.record(&mut closing, vec![closed], NOW.plus_s(12)).await;
        assert_eq!(due(NOW.plus_s(12)).await, [closing.payment.id], "its last attempt has ended");
        shop.record(&mut closing, vec![Fact::PaymentClosed], NOW.plus_s(12)).await;
        assert_eq!(due(NOW.plus_s(1800)).await, [expiring.payment.id]);
    })
    .await;
}

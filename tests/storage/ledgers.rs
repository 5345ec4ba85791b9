use luodi::payments::event::EventType;
use luodi::payments::{Fact, PaymentStatus, RefundCause};
use luodi::storage::{Change, Created, Recorded, StorageError};

use crate::backends::{NOW, on_each, paid, refund};
use luodi::payments::Mode;

#[tokio::test]
async fn a_payment_reads_back_as_it_was_recorded() {
    on_each(|shop| async move {
        let (mut ledger, attempt) = shop.paid("A-1").await;
        let back = refund(&ledger, attempt, 900, RefundCause::Requested);
        let refund_id = back.id;
        shop.record(&mut ledger, vec![Fact::RefundRequested { refund: Box::new(back) }], NOW.plus_s(60)).await;

        let stored = shop.storage.ledger(ledger.payment.id).await.unwrap().unwrap();
        assert_eq!(stored, ledger);
        let number = &ledger.attempts[0].out_trade_no;
        let refund_number = &ledger.refunds[0].out_refund_no;
        let account = shop.account.id;
        let found = [
            shop.storage.ledger_by_out_trade_no(account, number).await.unwrap(),
            shop.storage.ledger_by_out_refund_no(account, refund_number).await.unwrap(),
            shop.storage.ledger_of_attempt(attempt).await.unwrap(),
            shop.storage.ledger_of_refund(refund_id).await.unwrap(),
        ];
        assert!(found.iter().all(|found| found.as_ref() == Some(&ledger)));
        let other = luodi::ids::AccountId::generate();
        assert_eq!(shop.storage.ledger_by_out_trade_no(other, number).await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn creating_again_answers_what_is_there() {
    on_each(|shop| async move {
        let (ledger, events) = shop.payment("A-1", NOW);
        assert_eq!(shop.storage.create_payment(&ledger, events.clone()).await.unwrap(), Created::New);
        let again = shop.storage.create_payment(&ledger, events).await.unwrap();
        assert_eq!(again, Created::Exists(Box::new(ledger)));
        assert_eq!(shop.storage.events_after(shop.store.id, Mode::Test, 0, 10, &[]).await.unwrap().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_conflict_writes_nothing() {
    on_each(|shop| async move {
        let (mut ledger, attempt) = shop.pending("A-1").await;
        let mut stale = ledger.clone();
        shop.record(&mut ledger, vec![Fact::CloseRequested], NOW.plus_s(5)).await;
        let events_before = shop.storage.events_after(shop.store.id, Mode::Test, 0, 99, &[]).await.unwrap();

        assert_eq!(shop.record(&mut stale, vec![paid(attempt)], NOW.plus_s(6)).await, Recorded::Conflict);

        assert_eq!(shop.storage.ledger(ledger.payment.id).await.unwrap().unwrap(), ledger);
        let events = shop.storage.events_after(shop.store.id, Mode::Test, 0, 99, &[]).await.unwrap();
        assert_eq!(events, events_before);
    })
    .await;
}

#[tokio::test]
async fn snapshots_in_events_carry_the_version_they_belong_to() {
    on_each(|shop| async move {
        let (mut ledger, attempt) = shop.pending("A-1").await;
        let Recorded::Done { version, events } = shop.record(&mut ledger, vec![paid(attempt)], NOW).await else {
            panic!("nobody else writes");
        };
        let snapshot = events.iter().find(|event| event.kind == EventType::PaymentPaid).unwrap();
        assert_eq!(snapshot.data["version"], version);
        let details = serde_json::json!({ "expected": 1 });
        let recorded = shop.record(&mut ledger, vec![Fact::Mismatch { details }], NOW).await;
        let Recorded::Done { version, events } = recorded else { panic!("nobody else writes") };
        assert_eq!(events[0].data["payment"]["version"], version);
        let stored = shop.storage.event(events[0].id).await.unwrap();
        assert_eq!(stored.as_ref(), Some(&events[0]));
    })
    .await;
}

#[tokio::test]
async fn one_gateway_transaction_cannot_pay_two_attempts() {
    on_each(|shop| async move {
        let (_, first) = shop.paid("A-1").await;
        let (mut ledger, attempt_id) = shop.pending("A-2").await;
        let same = Fact::AttemptPaid {
            attempt_id,
            gateway_trade_no: format!("42{}", first.suffix()),
            paid_at: NOW,
            settlement: None,
        };
        let events = ledger.apply(same, NOW).unwrap();
        let refused = shop.storage.record(Change { ledger: ledger.clone(), events }).await;
        assert!(matches!(refused, Err(StorageError::Duplicate(_))), "{refused:?}");
        let stored = shop.storage.ledger(ledger.payment.id).await.unwrap().unwrap();
        assert_eq!(stored.payment.status, PaymentStatus::Open);
    })
    .await;
}

#[tokio::test]
async fn text_that_one_database_cannot_hold_is_refused_by_both() {
    on_each(|shop| async move {
        let (ledger, events) = shop.payment("A\0", NOW);
        assert_eq!(shop.storage.create_payment(&ledger, events).await, Err(StorageError::NulInText));
    })
    .await;
}

#[tokio::test]
async fn subscribers_hear_of_changes_and_only_of_committed_ones() {
    on_each(|shop| async move {
        let mut changes = shop.storage.subscribe();
        let (lost, mut events) = shop.payment("A-1", NOW);
        events.extend(events.clone());
        assert!(shop.storage.create_payment(&lost, events).await.is_err(), "the same event twice");
        let kept = shop.create("A-2", NOW).await;
        let heard = tokio::time::timeout(std::time::Duration::from_secs(10), changes.recv()).await;
        assert_eq!(heard.unwrap().unwrap(), kept.payment.id);
    })
    .await;
}

//! Turns of refunds: one of an order's refunds at a time, whoever asks.

use futures_util::future::join_all;
use luodi::payments::{Fact, Ledger, RefundCause};

use crate::backends::{NOW, Shop, on_each, refund};

/// A paid order with as many refunds.
async fn refunds(shop: &Shop, order_ref: &str, count: usize) -> (Ledger, luodi::ids::AttemptId) {
    let (mut ledger, attempt) = shop.paid(order_ref).await;
    for _ in 0..count {
        let back = refund(&ledger, attempt, 100, RefundCause::Requested);
        shop.record(&mut ledger, vec![Fact::RefundRequested { refund: Box::new(back) }], NOW).await;
    }
    (ledger, attempt)
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_who_want_the_turn_one_gets_it() {
    on_each(|shop| async move {
        let (ledger, attempt) = refunds(&shop, "A-1", 8).await;
        let (_, elsewhere) = refunds(&shop, "A-2", 1).await;
        let storage = &shop.storage;
        for round in 0..5 {
            let wanted = ledger.refunds.iter().map(|r| storage.take_refund_turn(attempt, r.id, NOW, NOW.plus_s(60)));
            let got: Vec<bool> = join_all(wanted).await.into_iter().map(Result::unwrap).collect();
            assert_eq!(got.iter().filter(|got| **got).count(), 1, "round {round}: {got:?}");
            let winner = ledger.refunds[got.iter().position(|got| *got).unwrap()].id;
            let again = storage.take_refund_turn(attempt, winner, NOW.plus_s(1), NOW.plus_s(61)).await.unwrap();
            assert!(!again, "a refund that is under way is not sent beside itself");
            storage.end_refund_turn(attempt, winner, None).await.unwrap();
        }
        let other = shop.storage.ledger_of_attempt(elsewhere).await.unwrap().unwrap().refunds[0].id;
        assert!(storage.take_refund_turn(attempt, ledger.refunds[0].id, NOW, NOW.plus_s(60)).await.unwrap());
        assert!(storage.take_refund_turn(elsewhere, other, NOW, NOW.plus_s(60)).await.unwrap(), "another order");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_turn_ends_when_it_is_given_back_or_runs_out() {
    on_each(|shop| async move {
        let (ledger, attempt) = refunds(&shop, "A-1", 2).await;
        let storage = &shop.storage;
        let [first, second] = [ledger.refunds[0].id, ledger.refunds[1].id];
        assert!(storage.take_refund_turn(attempt, first, NOW, NOW.plus_s(60)).await.unwrap());
        assert!(!storage.take_refund_turn(attempt, second, NOW.plus_s(59), NOW.plus_s(119)).await.unwrap());
        assert!(storage.take_refund_turn(attempt, second, NOW.plus_s(60), NOW.plus_s(120)).await.unwrap());
        // The first one wakes up: the turn is no longer its own to end.
        storage.end_refund_turn(attempt, first, None).await.unwrap();
        assert!(!storage.take_refund_turn(attempt, first, NOW.plus_s(61), NOW.plus_s(121)).await.unwrap());
        storage.end_refund_turn(attempt, second, Some(NOW.plus_s(72))).await.unwrap();
        assert!(!storage.take_refund_turn(attempt, first, NOW.plus_s(71), NOW.plus_s(131)).await.unwrap(), "a rest");
        assert!(storage.take_refund_turn(attempt, first, NOW.plus_s(72), NOW.plus_s(132)).await.unwrap());

        // Another server may be at work on PostgreSQL; an SQLite file has been left by whoever had the turn.
        storage.free_abandoned_turns().await.unwrap();
        let is_free = storage.take_refund_turn(attempt, second, NOW.plus_s(73), NOW.plus_s(133)).await.unwrap();
        assert_eq!(is_free, storage.backend_name() == "sqlite");
    })
    .await;
}

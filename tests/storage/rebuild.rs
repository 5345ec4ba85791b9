//! Random histories: what is stored equals what the facts give when applied again.

use luodi::clock::Timestamp;
use luodi::ids::AttemptId;
use luodi::payments::{Fact, Failure, Ledger, RefundCause};
use luodi::storage::Change;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::backends::{Database, NOW, Shop, opened, paid, refund};

fn failure(n: u8) -> Failure {
    Failure { code: format!("CODE_{}", n % 3), message: "稍后再试".to_owned() }
}

/// A fact that fits the ledger more or less; the ledger refuses those that do not.
fn fact(shop: &Shop, ledger: &Ledger, kind: u8, which: u8, at: Timestamp) -> Option<Fact> {
    let attempt = || ledger.attempts.get(usize::from(which) % ledger.attempts.len().max(1)).map(|a| a.id);
    let refunded = || ledger.refunds.get(usize::from(which) % ledger.refunds.len().max(1)).map(|r| r.id);
    let gateway_refund_no = which.is_multiple_of(2).then(|| format!("50{which}"));
    Some(match kind % 15 {
        0 | 1 => Fact::AttemptCreated { attempt: Box::new(shop.attempt(ledger, at)) },
        2 => opened(attempt()?),
        3 => Fact::AttemptUnpaid { attempt_id: attempt()? },
        4 => Fact::AttemptUnknown { attempt_id: attempt()?, failure: failure(which) },
        5 => Fact::AttemptFailed { attempt_id: attempt()?, failure: failure(which) },
        6 => Fact::AttemptClosed { attempt_id: attempt()? },
        7 => paid(attempt()?),
        8 => Fact::CloseRequested,
        9 => Fact::PaymentClosed,
        10 => Fact::RefundRequested { refund: Box::new(new_refund(ledger, attempt()?, which)) },
        11 => Fact::RefundAccepted {
            refund_id: refunded()?,
            gateway_refund_no,
            failure: which.is_multiple_of(3).then(|| failure(which)),
        },
        12 => Fact::RefundUnknown { refund_id: refunded()?, failure: failure(which) },
        13 => Fact::RefundSucceeded { refund_id: refunded()?, gateway_refund_no, succeeded_at: at },
        _ => Fact::RefundFailed { refund_id: refunded()?, failure: failure(which) },
    })
}

fn new_refund(ledger: &Ledger, attempt: AttemptId, which: u8) -> luodi::payments::Refund {
    let duplicate = ledger.attempt(attempt).is_some_and(|attempt| attempt.duplicate);
    let cause = if duplicate { RefundCause::Duplicate } else { RefundCause::Requested };
    refund(ledger, attempt, 1 + i64::from(which) * 60, cause)
}

async fn live(shop: &Shop, history: &[(u8, u8)]) -> Result<(), TestCaseError> {
    let mut ledger = shop.create("A-1", NOW).await;
    let mut at = NOW;
    for (kind, which) in history {
        at = at.plus_s(i64::from(which % 4));
        let Some(fact) = fact(shop, &ledger, *kind, *which, at) else { continue };
        let Ok(events) = ledger.apply(fact, at) else { continue };
        let recorded = shop.storage.record(Change { ledger: ledger.clone(), events }).await.unwrap();
        let luodi::storage::Recorded::Done { version, .. } = recorded else {
            return Err(TestCaseError::fail("nobody else writes"));
        };
        ledger.payment.version = version;
    }
    let stored = shop.storage.ledger(ledger.payment.id).await.unwrap().unwrap();
    prop_assert_eq!(&stored, &ledger);
    let mut rebuilt = Ledger::rebuild(shop.storage.facts(ledger.payment.id).await.unwrap()).unwrap();
    // The version counts recorded changes, of which the facts know nothing.
    rebuilt.payment.version = stored.payment.version;
    prop_assert_eq!(rebuilt, stored);
    Ok(())
}

#[test]
fn facts_give_the_stored_rows_again() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let postgres = runtime.block_on(Database::postgres());
    for database in [Some(Database::sqlite()), postgres].into_iter().flatten() {
        let shop = runtime.block_on(async { Shop::set_up(database.open().await).await });
        let histories = prop::collection::vec((any::<u8>(), any::<u8>()), 0..40);
        let config = Config { cases: 48, failure_persistence: None, ..Config::default() };
        let outcome = TestRunner::new(config).run(&histories, |history| runtime.block_on(live(&shop, &history)));
        runtime.block_on(shop.storage.close());
        runtime.block_on(database.remove());
        outcome.unwrap();
    }
}

//! Random facts in random order, most of them nonsense: what must hold whatever a gateway says.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use luodi::clock::Timestamp;
use luodi::ids::{AttemptId, RefundId};
use luodi::money::Fen;
use luodi::payments::{
    AttemptStatus, EventType, Fact, Ledger, NewEvent, NextAction, PaymentStatus, RefundCause, RefundStatus,
};
use proptest::prelude::*;

use crate::made::{AMOUNT, START, attempt, code, failure, open_ledger, refund};

static ATTEMPTS: LazyLock<[AttemptId; 3]> = LazyLock::new(|| std::array::from_fn(|_| AttemptId::generate()));
static REFUNDS: LazyLock<[RefundId; 4]> = LazyLock::new(|| std::array::from_fn(|_| RefundId::generate()));

/// A fact before the ids of its ledger are known.
#[derive(Debug, Clone, Copy)]
enum Told {
    Created,
    CloseRequested,
    Closed,
    AttemptCreated(usize),
    Attempt(usize, AttemptNews),
    Paid { attempt: usize, other_number: bool },
    RefundRequested { refund: usize, attempt: usize, amount: i64, cause: RefundCause },
    Refund(usize, RefundNews),
    Mismatch,
}

#[derive(Debug, Clone, Copy)]
enum AttemptNews {
    Opened,
    /// Opened with a link that lives this many milliseconds from the start.
    OpenedFor(i64),
    Reworded,
    Unpaid,
    Unknown,
    Failed,
    Closed,
}

#[derive(Debug, Clone, Copy)]
enum RefundNews {
    Accepted,
    Abnormal,
    Unknown,
    Succeeded,
    Failed,
}

fn told() -> impl Strategy<Value = Told> {
    use AttemptNews as A;
    use RefundNews as R;
    let attempt_news = prop::sample::select(vec![
        A::Opened,
        A::Reworded,
        A::OpenedFor(5),
        A::OpenedFor(10),
        A::OpenedFor(10_000_000),
        A::Unpaid,
        A::Unknown,
        A::Failed,
        A::Closed,
    ]);
    let refund_news = prop::sample::select(vec![R::Accepted, R::Abnormal, R::Unknown, R::Succeeded, R::Failed]);
    let causes = prop::sample::select(vec![RefundCause::Requested, RefundCause::Duplicate]);
    let amounts = prop::sample::select(vec![0, 1, 500, 640, 800, AMOUNT - 1, AMOUNT, AMOUNT + 1]);
    prop_oneof![
        1 => Just(Told::Created),
        1 => Just(Told::CloseRequested),
        2 => Just(Told::Closed),
        5 => (0..3_usize).prop_map(Told::AttemptCreated),
        8 => (0..3_usize, attempt_news).prop_map(|(attempt, news)| Told::Attempt(attempt, news)),
        5 => (0..3_usize, prop::bool::weighted(0.1))
            .prop_map(|(attempt, other_number)| Told::Paid { attempt, other_number }),
        8 => (0..4_usize, 0..3_usize, amounts, causes)
            .prop_map(|(refund, attempt, amount, cause)| Told::RefundRequested { refund, attempt, amount, cause }),
        8 => (0..4_usize, refund_news).prop_map(|(refund, news)| Told::Refund(refund, news)),
        1 => Just(Told::Mismatch),
    ]
}

fn fact_of(ledger: &Ledger, told: Told) -> Fact {
    let payment_id = ledger.payment.id;
    match told {
        Told::Created => Fact::PaymentCreated { payment: Box::new(ledger.payment.clone()) },
        Told::CloseRequested => Fact::CloseRequested,
        Told::Closed => Fact::PaymentClosed,
        Told::AttemptCreated(i) => Fact::AttemptCreated { attempt: Box::new(attempt(payment_id, ATTEMPTS[i])) },
        Told::Attempt(i, news) => {
            let attempt_id = ATTEMPTS[i];
            match news {
                AttemptNews::Opened => Fact::AttemptOpened { attempt_id, next_action: code(), expires_at: None },
                AttemptNews::OpenedFor(life_ms) => {
                    let next_action = NextAction::DisplayQr { code_url: format!("weixin://wxpay/{life_ms}") };
                    Fact::AttemptOpened { attempt_id, next_action, expires_at: Some(START.plus_ms(life_ms)) }
                }
                AttemptNews::Unpaid => Fact::AttemptUnpaid { attempt_id },
                AttemptNews::Reworded => {
                    Fact::AttemptRequestChanged { attempt_id, request: "{\"subject\":1}".to_owned() }
                }
                AttemptNews::Unknown => Fact::AttemptUnknown { attempt_id, failure: failure("outcome_unknown") },
                AttemptNews::Failed => Fact::AttemptFailed { attempt_id, failure: failure("RULE_LIMIT") },
                AttemptNews::Closed => Fact::AttemptClosed { attempt_id },
            }
        }
        Told::Paid { attempt, other_number } => Fact::AttemptPaid {
            attempt_id: ATTEMPTS[attempt],
            gateway_trade_no: format!("42{attempt}{other_number}"),
            paid_at: START,
            settlement: None,
        },
        Told::RefundRequested { refund: i, attempt, amount, cause } => {
            Fact::RefundRequested { refund: Box::new(refund(payment_id, ATTEMPTS[attempt], REFUNDS[i], amount, cause)) }
        }
        Told::Refund(i, news) => {
            let refund_id = REFUNDS[i];
            let gateway_refund_no = Some(format!("50{i}"));
            match news {
                RefundNews::Accepted => Fact::RefundAccepted { refund_id, gateway_refund_no, failure: None },
                RefundNews::Abnormal => {
                    Fact::RefundAccepted { refund_id, gateway_refund_no, failure: Some(failure("ABNORMAL")) }
                }
                RefundNews::Unknown => Fact::RefundUnknown { refund_id, failure: failure("outcome_unknown") },
                RefundNews::Succeeded => Fact::RefundSucceeded { refund_id, gateway_refund_no, succeeded_at: START },
                RefundNews::Failed => Fact::RefundFailed { refund_id, failure: failure("CLOSED") },
            }
        }
        Told::Mismatch => Fact::Mismatch { details: serde_json::json!({ "difference": "amount" }) },
    }
}

/// A ledger that hears facts one after the other, and all the events this gave.
struct Heard {
    ledger: Ledger,
    events: Vec<NewEvent>,
    /// Refunds that succeeded although they had failed: money moved beyond any reservation.
    revived: BTreeSet<RefundId>,
}

fn hear(
    all: &[Told],
    mut each: impl FnMut(&Ledger, &Heard, &Fact) -> Result<(), TestCaseError>,
) -> Result<Heard, TestCaseError> {
    let (ledger, events) = open_ledger();
    let mut heard = Heard { ledger, events, revived: BTreeSet::new() };
    for (n, told) in all.iter().enumerate() {
        let before = heard.ledger.clone();
        let fact = fact_of(&heard.ledger, *told);
        if let Ok(events) = heard.ledger.apply(fact.clone(), moment(n)) {
            heard.events.extend(events);
        }
        let failed_before = before.refunds.iter().filter(|r| r.status == RefundStatus::Failed);
        let succeeded_now = |id| heard.ledger.refund(id).is_some_and(|r| r.status == RefundStatus::Succeeded);
        let revived: Vec<_> = failed_before.map(|r| r.id).filter(|id| succeeded_now(*id)).collect();
        heard.revived.extend(revived);
        each(&before, &heard, &fact)?;
    }
    Ok(heard)
}

/// Later facts come later, so that a rebuild that lost a time would show.
fn moment(n: usize) -> Timestamp {
    START.plus_ms(i64::try_from(n).expect("a short sequence") + 1)
}

fn sum(amounts: impl Iterator<Item = Fen>) -> i64 {
    amounts.map(Fen::get).sum()
}

fn is_paid(status: PaymentStatus) -> bool {
    matches!(status, PaymentStatus::Paid | PaymentStatus::PartlyRefunded | PaymentStatus::Refunded)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_more_money_goes_out_than_came_in(all in prop::collection::vec(told(), 1..60)) {
        hear(&all, |_, heard, _| {
            let ledger = &heard.ledger;
            for attempt in &ledger.attempts {
                let of_attempt = || ledger.refunds.iter().filter(|r| r.attempt_id == attempt.id);
                let succeeded = sum(of_attempt().filter(|r| r.status == RefundStatus::Succeeded).map(|r| r.amount));
                prop_assert!(succeeded <= AMOUNT, "{succeeded} went back");
                let promised = of_attempt().filter(|r| r.status != RefundStatus::Failed && !heard.revived.contains(&r.id));
                prop_assert!(sum(promised.map(|r| r.amount)) <= AMOUNT, "more was promised than was paid");
                prop_assert!(attempt.status == AttemptStatus::Paid || of_attempt().next().is_none());
            }
            Ok(())
        })?;
    }

    #[test]
    fn the_payment_counts_what_its_settling_attempt_gave_back(all in prop::collection::vec(told(), 1..60)) {
        hear(&all, |_, heard, _| {
            let payment = &heard.ledger.payment;
            let settling = heard.ledger.refunds.iter().filter(|r| Some(r.attempt_id) == payment.paid_by);
            let back = sum(settling.filter(|r| r.status == RefundStatus::Succeeded).map(|r| r.amount));
            prop_assert_eq!(payment.refunded.get(), back);
            let expected = match back {
                AMOUNT => PaymentStatus::Refunded,
                1.. => PaymentStatus::PartlyRefunded,
                _ if payment.paid_by.is_some() => PaymentStatus::Paid,
                _ => payment.status,
            };
            prop_assert_eq!(payment.status, expected);
            Ok(())
        })?;
    }

    #[test]
    fn every_paid_attempt_is_the_settling_one_or_a_duplicate(all in prop::collection::vec(told(), 1..60)) {
        hear(&all, |_, heard, _| {
            let payment = &heard.ledger.payment;
            for attempt in &heard.ledger.attempts {
                let settles = payment.paid_by == Some(attempt.id);
                prop_assert_eq!(attempt.status == AttemptStatus::Paid, settles || attempt.duplicate);
                prop_assert!(!(settles && attempt.duplicate));
            }
            prop_assert_eq!(is_paid(payment.status), payment.paid_by.is_some());
            Ok(())
        })?;
    }

    #[test]
    fn what_is_final_stays(all in prop::collection::vec(told(), 1..60)) {
        hear(&all, |before, heard, _| {
            let after = &heard.ledger;
            prop_assert!(!is_paid(before.payment.status) || is_paid(after.payment.status));
            prop_assert!(before.payment.paid_by.is_none() || before.payment.paid_by == after.payment.paid_by);
            prop_assert!(before.payment.refunded <= after.payment.refunded);
            for attempt in before.attempts.iter().filter(|a| a.status == AttemptStatus::Paid) {
                prop_assert_eq!(after.attempt(attempt.id), Some(attempt));
            }
            for refund in before.refunds.iter().filter(|r| r.status == RefundStatus::Succeeded) {
                prop_assert_eq!(after.refund(refund.id), Some(refund));
            }
            Ok(())
        })?;
    }

    #[test]
    fn a_fact_told_twice_changes_nothing_the_second_time(all in prop::collection::vec(told(), 1..60)) {
        let mut n = 0;
        hear(&all, |_, heard, fact| {
            let mut again = heard.ledger.clone();
            let events = again.apply(fact.clone(), moment(n)).unwrap_or_default();
            n += 1;
            prop_assert_eq!(&again, &heard.ledger);
            prop_assert!(events.is_empty() || matches!(fact, Fact::Mismatch { .. }), "{:?} made {} events", fact, events.len());
            Ok(())
        })?;
    }

    #[test]
    fn a_refused_or_silent_fact_changes_nothing(all in prop::collection::vec(told(), 1..60)) {
        let mut counted = 1;
        hear(&all, |before, heard, _| {
            if heard.events.len() == counted {
                prop_assert_eq!(before, &heard.ledger);
            }
            counted = heard.events.len();
            Ok(())
        })?;
    }

    #[test]
    fn a_payment_is_paid_once_and_every_further_money_is_told_as_a_duplicate(all in prop::collection::vec(told(), 1..60)) {
        let heard = hear(&all, |_, _, _| Ok(()))?;
        let count = |kind| heard.events.iter().filter(|e| e.kind == kind).count();
        let paid = heard.ledger.attempts.iter().filter(|a| a.status == AttemptStatus::Paid).count();
        prop_assert_eq!(count(EventType::PaymentPaid), usize::from(paid > 0));
        prop_assert_eq!(count(EventType::PaymentPaid) + count(EventType::PaymentDuplicatePaid), paid);
        prop_assert_eq!(count(EventType::AttemptPaid), paid);
    }

    #[test]
    fn the_recorded_facts_rebuild_the_ledger(all in prop::collection::vec(told(), 1..60)) {
        let heard = hear(&all, |_, _, _| Ok(()))?;
        // As they are stored: through JSON.
        let facts = heard.events.into_iter().filter_map(|event| {
            let text = serde_json::to_string(&event.fact?).expect("facts can be written");
            Some((serde_json::from_str(&text).expect("facts can be read"), event.at))
        });
        prop_assert_eq!(Ledger::rebuild(facts), Some(heard.ledger));
    }

    #[test]
    fn the_version_is_the_storages_alone(all in prop::collection::vec(told(), 1..60)) {
        let version = open_ledger().0.payment.version;
        let heard = hear(&all, |_, _, _| Ok(()))?;
        prop_assert_eq!(heard.ledger.payment.version, version);
    }

    #[test]
    fn two_orders_are_never_open_at_once(all in prop::collection::vec(told(), 1..60)) {
        hear(&all, |_, heard, _| {
            prop_assert!(heard.ledger.attempts.iter().filter(|a| a.status.is_unsettled()).count() <= 1);
            let closed = heard.ledger.payment.status == PaymentStatus::Closed;
            prop_assert!(!closed || !heard.ledger.attempts.iter().any(|a| a.status.is_unsettled()));
            Ok(())
        })?;
    }
}

//! The ways in which money surprises: late, twice, back again, and asked for twice.

use luodi::ids::{AttemptId, RefundId};
use luodi::payments::attempt::UNOPENED;
use luodi::payments::{
    AttemptStatus, EventType, Fact, Ledger, NextAction, PaymentStatus, RefundCause, RefundStatus, Refusal,
};

use crate::made::{AMOUNT, START, created, failure, fen, kinds, open_ledger, opened, paid, requested, succeeded, take};

/// A payment whose first attempt is pending.
fn pending() -> (Ledger, AttemptId) {
    let (mut ledger, _) = open_ledger();
    let id = AttemptId::generate();
    let fact = created(&ledger, id);
    take(&mut ledger, fact);
    take(&mut ledger, opened(id));
    (ledger, id)
}

fn paid_ledger() -> (Ledger, AttemptId) {
    let (mut ledger, id) = pending();
    take(&mut ledger, paid(id));
    (ledger, id)
}

/// A closed payment whose attempt was closed.
fn closed() -> (Ledger, AttemptId) {
    let (mut ledger, id) = pending();
    take(&mut ledger, Fact::CloseRequested);
    take(&mut ledger, Fact::AttemptClosed { attempt_id: id });
    take(&mut ledger, Fact::PaymentClosed);
    (ledger, id)
}

/// Two attempts of one payment, both paid; the second is the duplicate.
fn paid_twice() -> (Ledger, AttemptId, AttemptId) {
    let (mut ledger, first) = pending();
    take(&mut ledger, Fact::AttemptClosed { attempt_id: first });
    let second = AttemptId::generate();
    let fact = created(&ledger, second);
    take(&mut ledger, fact);
    take(&mut ledger, paid(second));
    assert_eq!(take(&mut ledger, paid(first)), [EventType::AttemptPaid, EventType::PaymentDuplicatePaid]);
    (ledger, second, first)
}

#[test]
fn money_that_comes_after_the_close_is_taken_and_marked_late() {
    let (mut ledger, id) = closed();
    assert_eq!(take(&mut ledger, paid(id)), [EventType::AttemptPaid, EventType::PaymentPaid]);
    assert_eq!(ledger.payment.status, PaymentStatus::Paid);
    assert!(ledger.payment.late);
    assert_eq!(ledger.payment.paid_by, Some(id));
    assert_eq!(ledger.refundable(id), fen(AMOUNT), "late money can be given back like any other");
}

#[test]
fn money_that_comes_while_closing_is_not_late() {
    let (mut ledger, id) = pending();
    take(&mut ledger, Fact::CloseRequested);
    take(&mut ledger, paid(id));
    assert_eq!(ledger.payment.status, PaymentStatus::Paid);
    assert!(!ledger.payment.late);
    assert_eq!(ledger.apply(Fact::PaymentClosed, START), Err(Refusal::WrongStatus(PaymentStatus::Paid)));
}

#[test]
fn money_that_comes_before_the_order_was_answered_is_taken_and_the_answer_changes_nothing() {
    let (mut ledger, _) = open_ledger();
    let id = AttemptId::generate();
    let fact = created(&ledger, id);
    take(&mut ledger, fact);
    assert_eq!(take(&mut ledger, paid(id)), [EventType::AttemptPaid, EventType::PaymentPaid]);
    let before = ledger.clone();
    assert_eq!(take(&mut ledger, opened(id)), []);
    assert_eq!(ledger, before);
}

#[test]
fn an_attempt_given_up_too_early_still_takes_its_money() {
    let (mut ledger, _) = open_ledger();
    let id = AttemptId::generate();
    let fact = created(&ledger, id);
    take(&mut ledger, fact);
    take(&mut ledger, Fact::AttemptFailed { attempt_id: id, failure: failure("never_opened") });
    take(&mut ledger, paid(id));
    assert_eq!(ledger.payment.status, PaymentStatus::Paid);
    assert_eq!(ledger.attempts[0].failure, None);
}

#[test]
fn the_second_money_is_a_duplicate_and_only_it_goes_back_by_itself() {
    let (mut ledger, settling, duplicate) = paid_twice();
    assert_eq!(ledger.payment.paid_by, Some(settling));
    assert_eq!(ledger.attempts.iter().filter(|a| a.duplicate).map(|a| a.id).collect::<Vec<_>>(), [duplicate]);

    for (attempt, cause) in [(settling, RefundCause::Duplicate), (duplicate, RefundCause::Requested)] {
        let fact = requested(&ledger, attempt, RefundId::generate(), 1, cause);
        assert_eq!(ledger.apply(fact, START), Err(Refusal::Contradiction), "{cause:?}");
    }
    let surplus = RefundId::generate();
    let fact = requested(&ledger, duplicate, surplus, AMOUNT, RefundCause::Duplicate);
    take(&mut ledger, fact);
    assert_eq!(take(&mut ledger, succeeded(surplus)), [EventType::RefundSucceeded]);
    assert_eq!(ledger.payment.status, PaymentStatus::Paid, "what the shopper owed is still paid");
    assert!(ledger.payment.refunded.is_zero());
}

#[test]
fn a_link_that_outlived_its_life_is_replaced_and_a_good_one_is_not() {
    let (mut ledger, _) = open_ledger();
    let id = AttemptId::generate();
    let fact = created(&ledger, id);
    take(&mut ledger, fact);
    let link = |code: &str, until_s: i64| Fact::AttemptOpened {
        attempt_id: id,
        next_action: NextAction::DisplayQr { code_url: code.to_owned() },
        expires_at: Some(START.plus_s(until_s)),
    };
    let shown = |ledger: &Ledger| match &ledger.attempts[0].next_action {
        Some(NextAction::DisplayQr { code_url }) => code_url.clone(),
        other => panic!("{other:?}"),
    };
    take(&mut ledger, link("first", 300));
    assert_eq!(ledger.apply(link("second", 301), START.plus_s(299)).map(|e| kinds(&e)), Ok(vec![]));
    assert_eq!(shown(&ledger), "first", "whoever came second must not take the code from under the shopper");
    let renewed = ledger.apply(link("third", 600), START.plus_s(300)).map(|e| kinds(&e));
    assert_eq!(renewed, Ok(vec![EventType::AttemptPending]));
    assert_eq!(shown(&ledger), "third");
    assert_eq!(ledger.attempts.len(), 1, "it is the same order");
}

#[test]
fn another_transaction_for_a_paid_attempt_is_refused() {
    let (mut ledger, id) = paid_ledger();
    let before = ledger.clone();
    let other =
        Fact::AttemptPaid { attempt_id: id, gateway_trade_no: "another".to_owned(), paid_at: START, settlement: None };
    assert_eq!(ledger.apply(other, START), Err(Refusal::Contradiction));
    assert_eq!(ledger, before);
}

#[test]
fn a_second_order_is_refused_while_the_first_may_still_be_paid() {
    let (mut ledger, first) = pending();
    let second = created(&ledger, AttemptId::generate());
    assert_eq!(ledger.apply(second.clone(), START), Err(Refusal::Unsettled));
    take(&mut ledger, Fact::AttemptUnknown { attempt_id: first, failure: failure("outcome_unknown") });
    assert_eq!(ledger.apply(second.clone(), START), Err(Refusal::Unsettled));
    take(&mut ledger, Fact::AttemptClosed { attempt_id: first });
    take(&mut ledger, second);
}

/// Alipay knows nothing of a code that nobody has scanned: there is nothing to close, yet the shopper may choose
/// another way. Money that comes by the old code all the same is the second.
#[test]
fn an_order_nobody_has_opened_does_not_bar_another_way_but_it_keeps_the_payment_open() {
    let (mut ledger, first) = pending();
    take(&mut ledger, Fact::AttemptUnknown { attempt_id: first, failure: failure(UNOPENED) });
    let second = AttemptId::generate();
    let another = created(&ledger, second);
    take(&mut ledger, another);
    let paid = |attempt_id, number: &str| {
        let gateway_trade_no = number.to_owned();
        Fact::AttemptPaid { attempt_id, gateway_trade_no, paid_at: START, settlement: None }
    };
    take(&mut ledger, paid(second, "42000001"));
    let late = ledger.apply(paid(first, "42000002"), START).unwrap();
    assert!(late.iter().any(|e| e.kind == EventType::PaymentDuplicatePaid));

    let (mut ledger, first) = pending();
    take(&mut ledger, Fact::AttemptUnknown { attempt_id: first, failure: failure(UNOPENED) });
    take(&mut ledger, Fact::CloseRequested);
    assert_eq!(ledger.apply(Fact::PaymentClosed, START), Err(Refusal::Unsettled));
    take(&mut ledger, Fact::AttemptClosed { attempt_id: first });
    take(&mut ledger, Fact::PaymentClosed);
}

#[test]
fn a_payment_is_not_closed_while_an_order_may_still_be_paid() {
    let (mut ledger, id) = pending();
    take(&mut ledger, Fact::CloseRequested);
    assert_eq!(ledger.apply(Fact::PaymentClosed, START), Err(Refusal::Unsettled));
    assert_eq!(ledger.apply(created(&ledger, AttemptId::generate()), START), Err(Refusal::Closing));
    take(&mut ledger, Fact::AttemptClosed { attempt_id: id });
    take(&mut ledger, Fact::PaymentClosed);
}

#[test]
fn an_attempt_created_twice_is_one_attempt() {
    let (mut ledger, _) = open_ledger();
    let id = AttemptId::generate();
    let fact = created(&ledger, id);
    take(&mut ledger, fact.clone());
    assert_eq!(take(&mut ledger, fact.clone()), []);
    take(&mut ledger, Fact::AttemptFailed { attempt_id: id, failure: failure("never_opened") });
    assert_eq!(take(&mut ledger, fact), [], "not even after it ended");
    assert_eq!(ledger.attempts.len(), 1);
    assert_eq!(ledger.attempts[0].status, AttemptStatus::Failed);
}

#[test]
fn a_refund_requested_twice_under_one_id_is_one_refund() {
    let (mut ledger, id) = paid_ledger();
    let refund = RefundId::generate();
    let fact = requested(&ledger, id, refund, 500, RefundCause::Requested);
    take(&mut ledger, fact.clone());
    assert_eq!(take(&mut ledger, fact.clone()), []);
    take(&mut ledger, Fact::RefundFailed { refund_id: refund, failure: failure("CLOSED") });
    assert_eq!(take(&mut ledger, fact), [], "not even after it failed");
    assert_eq!(ledger.refunds.len(), 1);
    assert_eq!(ledger.refundable(id), fen(AMOUNT));
}

#[test]
fn refunds_reserve_what_they_ask_for_until_they_fail() {
    let (mut ledger, id) = paid_ledger();
    let first = RefundId::generate();
    let fact = requested(&ledger, id, first, 1000, RefundCause::Requested);
    take(&mut ledger, fact);
    let second = requested(&ledger, id, RefundId::generate(), 281, RefundCause::Requested);
    assert_eq!(ledger.apply(second.clone(), START), Err(Refusal::ExceedsRefundable { refundable: fen(280) }));
    take(&mut ledger, Fact::RefundUnknown { refund_id: first, failure: failure("outcome_unknown") });
    assert!(ledger.apply(second.clone(), START).is_err(), "an unknown refund may have moved the money");
    take(&mut ledger, Fact::RefundFailed { refund_id: first, failure: failure("CLOSED") });
    take(&mut ledger, second);
}

#[test]
fn partial_refunds_add_up_to_a_full_one() {
    let (mut ledger, id) = paid_ledger();
    for (amount, last, status) in [
        (1000, EventType::PaymentPartlyRefunded, PaymentStatus::PartlyRefunded),
        (280, EventType::PaymentRefunded, PaymentStatus::Refunded),
    ] {
        let refund = RefundId::generate();
        let fact = requested(&ledger, id, refund, amount, RefundCause::Requested);
        take(&mut ledger, fact);
        assert_eq!(take(&mut ledger, succeeded(refund)), [EventType::RefundSucceeded, last]);
        assert_eq!(take(&mut ledger, succeeded(refund)), [], "told twice");
        assert_eq!(ledger.payment.status, status);
    }
    assert_eq!(ledger.payment.refunded, fen(AMOUNT));
    assert!(ledger.refundable(id).is_zero());
}

#[test]
fn a_refund_that_succeeds_after_it_failed_is_believed_but_never_beyond_what_was_paid() {
    let causes = [RefundCause::Requested, RefundCause::Duplicate];
    for cause in causes {
        let (mut ledger, settling, duplicate) = paid_twice();
        let attempt = if cause == RefundCause::Requested { settling } else { duplicate };
        let (first, second) = (RefundId::generate(), RefundId::generate());
        let fact = requested(&ledger, attempt, first, 800, cause);
        take(&mut ledger, fact);
        take(&mut ledger, Fact::RefundFailed { refund_id: first, failure: failure("CLOSED") });
        let fact = requested(&ledger, attempt, second, 800, cause);
        take(&mut ledger, fact);
        take(&mut ledger, succeeded(first));
        assert!(ledger.refundable(attempt).is_zero(), "nothing more may be asked back");

        let before = ledger.clone();
        assert_eq!(ledger.apply(succeeded(second), START), Err(Refusal::Contradiction), "{cause:?}: 1600 of 1280");
        assert_eq!(ledger, before);
        assert_eq!(ledger.refund(first).map(|r| r.status), Some(RefundStatus::Succeeded));
    }
}

#[test]
fn a_refund_the_gateway_cannot_deliver_is_told_once() {
    let (mut ledger, id) = paid_ledger();
    let refund = RefundId::generate();
    let fact = requested(&ledger, id, refund, 500, RefundCause::Requested);
    take(&mut ledger, fact);
    let abnormal = || Fact::RefundAccepted {
        refund_id: refund,
        gateway_refund_no: Some("50".to_owned()),
        failure: Some(failure("ABNORMAL")),
    };
    assert_eq!(take(&mut ledger, abnormal()), [EventType::RefundAbnormal]);
    assert_eq!(take(&mut ledger, abnormal()), []);
    take(&mut ledger, succeeded(refund));
    assert_eq!(ledger.refunds[0].failure, None);
}

#[test]
fn a_mismatch_is_recorded_and_moves_nothing() {
    let (mut ledger, _) = pending();
    let before = ledger.clone();
    let fact = Fact::Mismatch { details: serde_json::json!({ "difference": "amount" }) };
    let events = ledger.apply(fact, START).expect("a mismatch can always be recorded");
    assert_eq!(kinds(&events), [EventType::PaymentMismatch]);
    assert_eq!(ledger, before);
}

/// New bytes under the same number: only as long as the gateway has no such order and nobody holds a code of it.
#[test]
fn another_text_is_recorded_while_nobody_has_anything_of_the_order() {
    let reworded = |attempt_id, request: &str| Fact::AttemptRequestChanged { attempt_id, request: request.to_owned() };
    let (mut ledger, _) = open_ledger();
    let id = AttemptId::generate();
    let opening = created(&ledger, id);
    take(&mut ledger, opening);
    assert_eq!(take(&mut ledger, reworded(id, "neutral")), [EventType::AttemptRequestChanged]);
    assert_eq!((ledger.attempts[0].request.as_str(), ledger.attempts[0].status), ("neutral", AttemptStatus::Creating));
    assert_eq!(take(&mut ledger, reworded(id, "neutral")), [], "the same bytes are no news");
    assert_eq!(ledger.apply(reworded(AttemptId::generate(), "x"), START), Err(Refusal::UnknownSubject));

    let (mut ledger, id) = pending();
    for told in [None, Some(Fact::AttemptClosed { attempt_id: id })] {
        if let Some(fact) = told {
            take(&mut ledger, fact);
        }
        assert_eq!(ledger.apply(reworded(id, "neutral"), START), Err(Refusal::Contradiction));
    }
}

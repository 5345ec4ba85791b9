//! Every state against every fact, written out: the specification beside which the code is held.
//! One line per state, one column per fact, in the order of `ALL`.

use luodi::payments::attempt::{AttemptFact, AttemptStatus, next_attempt_status};
use luodi::payments::payment::{PaymentFact, PaymentStatus, Step, next_payment_status};
use luodi::payments::refund::{RefundFact, RefundStatus, next_refund_status};

use luodi::payments::payment::Step::{Refuse, Stay, To};

#[rustfmt::skip]
const PAYMENT: [(PaymentStatus, [Step<PaymentStatus>; 4]); 5] = {
    use PaymentStatus::{Closed, Open, Paid, PartlyRefunded, Refunded};
    [
        //                 Paid      Closed      RefundedInPart      RefundedInFull
        (Open,           [To(Paid),  To(Closed), Refuse,             Refuse]),
        (Paid,           [Stay,      Refuse,     To(PartlyRefunded), To(Refunded)]),
        (PartlyRefunded, [Stay,      Refuse,     Stay,               To(Refunded)]),
        (Refunded,       [Stay,      Refuse,     Refuse,             Stay]),
        (Closed,         [To(Paid),  Stay,       Refuse,             Refuse]),
    ]
};

#[rustfmt::skip]
const ATTEMPT: [(AttemptStatus, [Step<AttemptStatus>; 6]); 6] = {
    use AttemptStatus::{Closed, Creating, Failed, Paid, Pending, Unknown};
    [
        //           Opened       Unpaid       Unknown      Failed      Closed      Paid
        (Creating, [To(Pending), Stay,        To(Unknown), To(Failed), To(Closed), To(Paid)]),
        (Pending,  [Stay,        Stay,        To(Unknown), Refuse,     To(Closed), To(Paid)]),
        (Unknown,  [To(Pending), To(Pending), Stay,        To(Failed), To(Closed), To(Paid)]),
        (Paid,     [Stay,        Stay,        Stay,        Stay,       Stay,       Stay]),
        (Closed,   [Stay,        Stay,        Stay,        Stay,       Stay,       To(Paid)]),
        (Failed,   [Stay,        Stay,        Stay,        Stay,       Stay,       To(Paid)]),
    ]
};

#[rustfmt::skip]
const REFUND: [(RefundStatus, [Step<RefundStatus>; 4]); 5] = {
    use RefundStatus::{Failed, Pending, Requested, Succeeded, Unknown};
    [
        //            Accepted     Unknown      Succeeded      Failed
        (Requested, [To(Pending), To(Unknown), To(Succeeded), To(Failed)]),
        (Pending,   [Stay,        Stay,        To(Succeeded), To(Failed)]),
        (Unknown,   [To(Pending), Stay,        To(Succeeded), To(Failed)]),
        (Succeeded, [Stay,        Stay,        Stay,          Refuse]),
        (Failed,    [Stay,        Stay,        To(Succeeded), Stay]),
    ]
};

#[test]
fn a_payment_moves_as_the_table_says() {
    assert_eq!(PAYMENT.map(|(status, _)| status), PaymentStatus::ALL, "every state has its line");
    for (status, steps) in PAYMENT {
        assert_eq!(PaymentFact::ALL.map(|fact| next_payment_status(status, fact)), steps, "{status:?}");
    }
}

#[test]
fn an_attempt_moves_as_the_table_says() {
    assert_eq!(ATTEMPT.map(|(status, _)| status), AttemptStatus::ALL, "every state has its line");
    for (status, steps) in ATTEMPT {
        assert_eq!(AttemptFact::ALL.map(|fact| next_attempt_status(status, fact)), steps, "{status:?}");
    }
}

#[test]
fn a_refund_moves_as_the_table_says() {
    assert_eq!(REFUND.map(|(status, _)| status), RefundStatus::ALL, "every state has its line");
    for (status, steps) in REFUND {
        assert_eq!(RefundFact::ALL.map(|fact| next_refund_status(status, fact)), steps, "{status:?}");
    }
}

#[test]
fn money_is_believed_from_every_state_and_undone_from_none() {
    for status in AttemptStatus::ALL {
        let after = next_attempt_status(status, AttemptFact::Paid);
        assert!(after == To(AttemptStatus::Paid) || status == AttemptStatus::Paid, "{status:?}");
    }
    for status in RefundStatus::ALL {
        let after = next_refund_status(status, RefundFact::Succeeded);
        assert!(after == To(RefundStatus::Succeeded) || status == RefundStatus::Succeeded, "{status:?}");
    }
    let unpaid = [PaymentStatus::Open, PaymentStatus::Closed];
    for status in PaymentStatus::ALL.into_iter().filter(|status| !unpaid.contains(status)) {
        for fact in PaymentFact::ALL {
            let back = unpaid.map(To).contains(&next_payment_status(status, fact));
            assert!(!back, "{status:?} goes back on {fact:?}");
        }
    }
}

//! Ledgers, attempts and refunds as these tests need them.

use luodi::clock::Timestamp;
use luodi::ids::{AccountId, AttemptId, PaymentId, RefundId, StoreId};
use luodi::money::{Currency, Fen};
use luodi::payments::{
    Attempt, AttemptStatus, EventType, Fact, Failure, Flow, GatewayName, Ledger, Mode, NewEvent, NextAction, Payment,
    PaymentStatus, Refund, RefundCause, RefundStatus,
};

pub const AMOUNT: i64 = 1280;
pub const START: Timestamp = Timestamp::from_seconds(1_767_240_000);

pub fn fen(amount: i64) -> Fen {
    Fen::new(amount).expect("an amount within the bounds")
}

pub fn open_ledger() -> (Ledger, Vec<NewEvent>) {
    Ledger::open(Payment {
        id: PaymentId::generate(),
        store_id: StoreId::generate(),
        mode: Mode::Test,
        order_ref: "T-1001".to_owned(),
        amount: fen(AMOUNT),
        currency: Currency::Cny,
        description: "西湖龙井 50g".to_owned(),
        return_url: None,
        metadata: [("cart".to_owned(), "17".to_owned())].into(),
        status: PaymentStatus::Open,
        late: false,
        refunded: Fen::ZERO,
        paid_by: None,
        created_at: START,
        expires_at: START.plus_s(7200),
        close_requested_at: None,
        paid_at: None,
        closed_at: None,
        version: 7,
    })
}

pub fn attempt(payment_id: PaymentId, id: AttemptId) -> Attempt {
    Attempt {
        id,
        payment_id,
        account_id: AccountId::generate(),
        gateway: GatewayName::WeChatPay,
        flow: Flow::Qr,
        status: AttemptStatus::Creating,
        out_trade_no: id.out_trade_no(),
        request: "{}".to_owned(),
        next_action: None,
        action_expires_at: None,
        payer_id: None,
        app_id: None,
        gateway_trade_no: None,
        settlement: None,
        failure: None,
        duplicate: false,
        created_at: START,
        expires_at: START.plus_s(900),
        paid_at: None,
    }
}

pub fn refund(payment_id: PaymentId, attempt_id: AttemptId, id: RefundId, amount: i64, cause: RefundCause) -> Refund {
    Refund {
        id,
        payment_id,
        attempt_id,
        amount: fen(amount),
        reason: None,
        cause,
        status: RefundStatus::Requested,
        out_refund_no: id.out_refund_no(),
        request: "{}".to_owned(),
        gateway_refund_no: None,
        failure: None,
        created_at: START,
        succeeded_at: None,
    }
}

pub fn failure(code: &str) -> Failure {
    Failure { code: code.to_owned(), message: "words".to_owned() }
}

pub fn code() -> NextAction {
    NextAction::DisplayQr { code_url: "weixin://wxpay/bizpayurl?pr=abc".to_owned() }
}

pub fn created(ledger: &Ledger, id: AttemptId) -> Fact {
    Fact::AttemptCreated { attempt: Box::new(attempt(ledger.payment.id, id)) }
}

pub fn opened(attempt_id: AttemptId) -> Fact {
    Fact::AttemptOpened { attempt_id, next_action: code(), expires_at: None }
}

pub fn paid(attempt_id: AttemptId) -> Fact {
    Fact::AttemptPaid {
        attempt_id,
        gateway_trade_no: format!("42{}", attempt_id.suffix()),
        paid_at: START.plus_s(60),
        settlement: None,
    }
}

pub fn requested(ledger: &Ledger, attempt_id: AttemptId, id: RefundId, amount: i64, cause: RefundCause) -> Fact {
    Fact::RefundRequested { refund: Box::new(refund(ledger.payment.id, attempt_id, id, amount, cause)) }
}

pub fn succeeded(refund_id: RefundId) -> Fact {
    Fact::RefundSucceeded { refund_id, gateway_refund_no: Some("50".to_owned()), succeeded_at: START.plus_s(90) }
}

pub fn kinds(events: &[NewEvent]) -> Vec<EventType> {
    events.iter().map(|event| event.kind).collect()
}

/// Applies what must be accepted.
pub fn take(ledger: &mut Ledger, fact: Fact) -> Vec<EventType> {
    let told = format!("{fact:?}");
    kinds(&ledger.apply(fact, START).unwrap_or_else(|refusal| panic!("{told}: {refusal}")))
}

//! Payments brought into every state a cashier can show, in a house whose clock only the test moves.

use luodi::config::Config;
use luodi::sandbox::{Fault, FaultKind, MerchantDraft, Operation, PayDraft};
use serde_json::{Value, json};

use crate::browser::Look;
use crate::support::{Answer, House, out_trade_no, text};

/// How long a code lives here: the shortest that the configuration takes.
pub const CODE_LIVES_S: i64 = 60;
pub const PRICE_FEN: i64 = 12_800;
const HALF_FEN: i64 = 6_400;

pub async fn house() -> House {
    let draft = MerchantDraft { name: Some("落地茶铺".to_owned()), ..MerchantDraft::default() };
    House::build_with(draft, |config: &mut Config| {
        config.payments.attempt_expires_in_s = u32::try_from(CODE_LIVES_S).expect("a short time");
        let store = config.stores.get_mut("shop").expect("the shop");
        store.return_url_hosts = vec!["127.0.0.1".to_owned()];
    })
    .await
}

/// Where the shop sends its shopper, in the language of the look.
pub fn cashier_of(payment: &Value, look: Look) -> String {
    format!("{}&lang={}", text(&payment["cashier_url"]), look.locale.tag())
}

/// A payment as a shop asks for it. The cashier opens the code.
pub async fn asked(house: &House) -> Value {
    created(house, json!({})).await
}

/// As [`asked`], with a page of the shop to come back to.
pub async fn asked_with_return(house: &House) -> Value {
    created(house, json!({ "return_url": house.url("/docs/errors") })).await
}

async fn created(house: &House, more: Value) -> Value {
    let mut body = json!({
        "order_ref": "T202601018842", "amount_fen": PRICE_FEN, "currency": "CNY", "description": "西湖龙井明前茶 100 克 × 1",
    });
    for (name, value) in more.as_object().expect("an object") {
        body[name] = value.clone();
    }
    good(house.post("/v1/payments", body).await)
}

fn good(answer: Answer) -> Value {
    assert!(answer.status < 300, "{}: {}", answer.status, answer.text);
    answer.json()
}

/// As [`asked`], the code already open.
pub async fn with_code(house: &House) -> Value {
    created(house, json!({ "gateway": "wechatpay", "flow": "qr" })).await
}

pub async fn expired(house: &House) -> Value {
    let payment = with_code(house).await;
    house.clock.advance_s(CODE_LIVES_S + 1);
    payment
}

/// The gateway took the order, its answer was lost, and asking does not help either.
pub async fn unknown(house: &House) -> Value {
    for operation in [Operation::Create, Operation::Query] {
        let fault = Fault::new(operation, FaultKind::ResetAfterCommit);
        house.sandbox.add_fault(fault).expect("the fault fits");
    }
    asked(house).await
}

/// The gateway refuses to make a code.
pub async fn failed(house: &House) -> Value {
    let kind = FaultKind::ErrorBeforeCommit { status: 403, code: "NO_AUTH".to_owned() };
    house.sandbox.add_fault(Fault::new(Operation::Create, kind)).expect("the fault fits");
    asked(house).await
}

pub async fn paid(house: &House) -> Value {
    let payment = with_code(house).await;
    house.pay(&payment).await;
    payment
}

pub async fn closed(house: &House) -> Value {
    let payment = created(
        house,
        json!({
            "gateway": "wechatpay", "flow": "qr", "return_url": house.url("/docs/errors"),
        }),
    )
    .await;
    close(house, &payment).await;
    payment
}

pub async fn close(house: &House, payment: &Value) {
    good(house.post(&format!("/v1/payments/{}/close", text(&payment["id"])), json!({})).await);
}

/// Closed, and then the money comes all the same.
pub async fn paid_late(house: &House) -> Value {
    let payment = with_code(house).await;
    close(house, &payment).await;
    pay_late(house, &payment).await;
    payment
}

pub async fn pay_late(house: &House, payment: &Value) {
    let draft = PayDraft { force: true, ..PayDraft::default() };
    house.sandbox.pay(&house.merchant.mchid, &out_trade_no(payment), &draft).expect("the sandbox takes the payment");
    assert_eq!(house.sandbox.step().await, 1, "one notification goes out");
}

pub async fn partly_refunded(house: &House) -> Value {
    refunded_by(house, HALF_FEN).await
}

pub async fn refunded(house: &House) -> Value {
    refunded_by(house, PRICE_FEN).await
}

async fn refunded_by(house: &House, amount_fen: i64) -> Value {
    let payment = paid(house).await;
    refund(house, &payment, amount_fen).await;
    payment
}

pub async fn refund(house: &House, payment: &Value, amount_fen: i64) {
    let path = format!("/v1/payments/{}", text(&payment["id"]));
    good(house.post(&format!("{path}/refunds"), json!({ "amount_fen": amount_fen })).await);
    house.clock.advance_s(5);
    house.sandbox.step().await;
    good(house.post(&format!("{path}/refresh"), json!({})).await);
}

/// Somebody changed the address.
pub async fn not_found(house: &House) -> Value {
    let mut payment = asked(house).await;
    payment["cashier_url"] = json!(format!("{}x", text(&payment["cashier_url"])));
    payment
}

/// The shop's only contract was switched off.
pub async fn without_method(house: &House) -> Value {
    let payment = asked(house).await;
    let url = house.url(&format!("/v1/accounts/{}", house.account_id));
    let request = house.http.patch(url).bearer_auth(&house.key).json(&json!({ "enabled": false }));
    good(Answer::of(request.send().await.expect("an answer")).await);
    payment
}

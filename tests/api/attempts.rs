//! `POST /v1/payments/{id}/attempts`: one open order at a time.

use luodi::sandbox::{FaultKind, Operation, TradeState};
use serde_json::{Value, json};

use crate::support::{Answer, House, order, path_of, text, wechat_account};

async fn open(house: &House, payment: &Value) -> Answer {
    house.post(&path_of(payment, "/attempts"), json!({ "gateway": "wechatpay", "flow": "qr" })).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_that_is_still_good_is_given_again() {
    let house = House::build().await;
    let payment = house.payment_with_code(1280).await;
    house.clock.advance_s(60);
    let again = open(&house, &payment).await;
    assert_eq!((again.status, again.json()), (201, payment["attempts"][0].clone()));
    assert_eq!(house.book().orders.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expired_code_is_renewed_only_after_the_old_order_is_closed() {
    let house = House::build_with(luodi::sandbox::MerchantDraft::default(), |config| {
        config.payments.attempt_expires_in_s = 300;
    })
    .await;
    let payment = house.payment_with_code(1280).await;
    house.clock.advance_s(290);
    let renewed = open(&house, &payment).await;
    assert_eq!(renewed.status, 201, "{}", renewed.text);
    let renewed = renewed.json();
    assert_eq!(renewed["status"], "pending");
    assert_ne!(renewed["out_trade_no"], payment["attempts"][0]["out_trade_no"], "a new number");
    assert_eq!(renewed["expires_at"], "2026-01-01T04:09:50.000Z");

    let calls: Vec<_> = house.book().calls.into_iter().map(|c| (c.operation, c.number)).collect();
    let (old, new) = (text(&payment["attempts"][0]["out_trade_no"]), text(&renewed["out_trade_no"]));
    assert_eq!(
        calls,
        [
            (Operation::Create, Some(old.clone())),
            (Operation::Query, Some(old.clone())),
            (Operation::Close, Some(old.clone())),
            (Operation::Create, Some(new)),
        ]
    );
    let closed = house.book().orders.into_iter().find(|o| o.out_trade_no == old).unwrap();
    assert_eq!(closed.trade_state, TradeState::Closed);
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_old_order_cannot_be_closed_no_new_one_is_opened() {
    let house = House::build_with(luodi::sandbox::MerchantDraft::default(), |config| {
        config.payments.attempt_expires_in_s = 300;
    })
    .await;
    let payment = house.payment_with_code(1280).await;
    house.clock.advance_s(290);
    house.fault(Operation::Close, FaultKind::ResetBeforeCommit);
    let refused = open(&house, &payment).await;
    assert_eq!(refused.problem(), (409, "attempt_unsettled".to_owned(), vec![]));
    assert_eq!(refused.header("retry-after"), Some("3"));
    assert_eq!(house.book().orders.len(), 1);
    let second = open(&house, &payment).await;
    assert_eq!(second.status, 201, "{}", second.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_order_that_turns_out_paid_settles_the_payment_instead() {
    let house = House::build_with(luodi::sandbox::MerchantDraft::default(), |config| {
        config.payments.attempt_expires_in_s = 300;
    })
    .await;
    house.lasting_fault(Operation::Notify, FaultKind::Drop);
    let payment = house.payment_with_code(1280).await;
    house.pay_silently(&payment);
    house.clock.advance_s(290);
    let refused = open(&house, &payment).await;
    assert_eq!(refused.problem(), (409, "payment_not_open".to_owned(), vec![]));
    assert_eq!(house.read(&payment).await["status"], "paid");
    assert_eq!(house.book().orders.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paid_payment_takes_no_attempt() {
    let house = House::build().await;
    let payment = house.paid_payment(1280).await;
    assert_eq!(open(&house, &payment).await.problem(), (409, "payment_not_open".to_owned(), vec![]));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_faults_of_an_attempt_are_named() {
    let house = House::build().await;
    let payment = house.post("/v1/payments", order(1280, false)).await.json();
    let path = path_of(&payment, "/attempts");
    for (body, expected) in [
        (json!({}), "/gateway: required"),
        (json!({ "gateway": "wechatpay" }), "/flow: required"),
        (json!({ "gateway": "paypal", "flow": "qr" }), "/gateway: unsupported"),
        (json!({ "gateway": "wechatpay", "flow": "qr", "account": "x" }), "/account: not_an_id"),
        (json!({ "gateway": "wechatpay", "flow": "qr", "shoper": {} }), "/shoper: unknown_field_nearest"),
        (json!({ "gateway": "wechatpay", "flow": "qr", "shopper": { "ip": "1.2.3" } }), "/shopper/ip: not_an_ip"),
        (
            json!({ "gateway": "wechatpay", "flow": "qr", "shopper": { "user_agent": "x".repeat(1001) } }),
            "/shopper/user_agent: too_long",
        ),
    ] {
        let answer = house.post(&path, body).await;
        assert_eq!(answer.problem(), (422, "validation_failed".to_owned(), vec![expected.to_owned()]));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_several_accounts_one_must_be_named() {
    let house = House::build().await;
    let second = house.sandbox.add_merchant(luodi::sandbox::MerchantDraft::default()).await.unwrap();
    let new = wechat_account(house.store_id, &second, &house.sandbox.base_url());
    let body = json!({ "gateway": "wechatpay", "name": "second", "settings": new.settings, "secrets": new.secrets });
    let account = house.post("/v1/accounts", body).await.json();
    let payment = house.post("/v1/payments", order(1280, false)).await.json();

    let told = open(&house, &payment).await;
    let ids = [text(&account["id"]), house.account_id.to_string()];
    assert!(ids.iter().all(|id| told.text.contains(id)), "both are named: {}", told.text);
    let ambiguous = told.problem();
    assert_eq!(ambiguous, (422, "account_ambiguous".to_owned(), vec!["/account: required".to_owned()]));
    let named = json!({ "gateway": "wechatpay", "flow": "qr", "account": account["id"] });
    let opened = house.post(&path_of(&payment, "/attempts"), named).await;
    assert_eq!((opened.status, &opened.json()["account"]), (201, &account["id"]));
    assert_eq!(house.sandbox.book(&second.mchid).unwrap().orders.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disabled_account_opens_nothing_but_still_hears_of_its_money() {
    let house = House::build().await;
    let payment = house.payment_with_code(1280).await;
    let account = format!("/v1/accounts/{}", house.account_id);
    assert_eq!(house.patch(&account, json!({ "enabled": false })).await.json()["enabled"], false);
    let other = house.post("/v1/payments", order(1280, false)).await.json();
    assert_eq!(open(&house, &other).await.problem().1, "account_missing");
    house.pay(&payment).await;
    assert_eq!(house.read(&payment).await["status"], "paid");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_gateway_declines_is_told_with_its_words_and_leaves_room_for_another_try() {
    let house = House::build().await;
    house.fault(Operation::Create, FaultKind::ErrorBeforeCommit { status: 400, code: "PARAM_ERROR".to_owned() });
    let payment = house.post("/v1/payments", order(1280, true)).await.json();
    assert_eq!(payment["attempts"][0]["status"], "failed");
    assert_eq!(payment["attempts"][0]["failure"]["code"], "PARAM_ERROR");
    let again = open(&house, &payment).await;
    assert_eq!((again.status, &again.json()["status"]), (201, &json!("pending")));
}

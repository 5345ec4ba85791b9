//! `/notify/{gateway}/{account_id}`: only what is proven counts, and "success" is said only after it is kept.

use luodi::ids::AccountId;
use luodi::sandbox::{DeliveryState, FaultKind, Operation, PayDraft};
use serde_json::{Value, json};

use crate::support::{House, out_trade_no, path_of, send};

/// What the gateway was answered, in order.
fn answers(house: &House) -> Vec<u16> {
    let notifications = house.book().notifications;
    notifications.iter().flat_map(|n| n.attempts.iter().map(|a| a.status.unwrap_or(0))).collect()
}

/// Outcome, id known, and how often: as recorded, in the order of outcomes.
async fn recorded(house: &House) -> Vec<(String, bool, i64)> {
    let seen = house.app.state.storage.notifications(house.account_id, 100).await.unwrap();
    let mut seen: Vec<_> =
        seen.into_iter().map(|n| (n.record.outcome, n.record.notification_id.is_some(), n.times)).collect();
    seen.sort();
    seen
}

async fn mismatches(house: &House) -> Vec<Value> {
    let events = house.get("/v1/events?types=payment.mismatch").await.json();
    events["data"].as_array().unwrap().iter().map(|e| e["data"]["mismatch"]["difference"].clone()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_good_notification_settles_and_is_acknowledged() {
    let house = House::build().await;
    let payment = house.paid_payment(1280).await;
    assert_eq!(payment["status"], "paid");
    assert_eq!(answers(&house), [204]);
    assert_eq!(recorded(&house).await, [("recorded".to_owned(), true, 1)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_good_refund_notification_settles_the_refund() {
    let house = House::build().await;
    let payment = house.paid_payment(1280).await;
    house.post(&path_of(&payment, "/refunds"), json!({})).await;
    assert_eq!(house.sandbox.step().await, 1);
    assert_eq!(house.read(&payment).await["status"], "refunded");
    assert_eq!(answers(&house), [204, 204]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_notification_ten_times_counts_once() {
    for kind in [FaultKind::Duplicate { copies: 9 }, FaultKind::Parallel { copies: 9 }] {
        let house = House::build().await;
        let payment = house.payment_with_code(1280).await;
        house.fault(Operation::Notify, kind);
        house.pay_silently(&payment);
        assert_eq!(house.sandbox.step().await, 10);
        assert_eq!(answers(&house), [204; 10]);
        let paid = house.event_types().await.into_iter().filter(|t| t == "payment.paid").count();
        assert_eq!(paid, 1);
        assert_eq!(recorded(&house).await, [("recorded".to_owned(), true, 10)]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_proven_changes_nothing_and_the_clean_redelivery_settles() {
    for (fault, status, outcome) in [
        (FaultKind::BadSignature, 401, "bad_signature"),
        (FaultKind::ProbeSignature, 401, "bad_signature"),
        (FaultKind::Unsigned, 401, "unsigned"),
        (FaultKind::StaleTimestamp, 401, "stale"),
        (FaultKind::UnknownSerial, 401, "unknown_key"),
        (FaultKind::Malformed, 400, "malformed"),
    ] {
        let house = House::build().await;
        let payment = house.payment_with_code(1280).await;
        house.fault(Operation::Notify, fault.clone());
        house.pay(&payment).await;
        assert_eq!(answers(&house), [status], "{fault:?}");
        assert_eq!(house.read(&payment).await["status"], "open", "{fault:?}");
        assert_eq!(recorded(&house).await, [(outcome.to_owned(), false, 1)]);
        assert_eq!(mismatches(&house).await, [json!(null); 0], "nothing is known of who sent it");

        house.clock.advance_s(15);
        assert_eq!(house.sandbox.step().await, 1);
        assert_eq!(house.read(&payment).await["status"], "paid", "{fault:?}");
        assert_eq!(answers(&house), [status, 204]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn both_shapes_of_a_probe_are_refused() {
    for second in [0, 1] {
        let house = House::build().await;
        let payment = house.payment_with_code(1280).await;
        house.clock.advance_s(second);
        house.fault(Operation::Notify, FaultKind::ProbeSignature);
        house.pay(&payment).await;
        assert_eq!((answers(&house), &house.read(&payment).await["status"]), (vec![401], &json!("open")));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_proven_but_disagrees_is_reported_once_and_not_acknowledged() {
    for (fault, difference) in
        [(FaultKind::WrongAmount, "amount"), (FaultKind::WrongMchid, "merchant_no"), (FaultKind::WrongAppid, "app_id")]
    {
        let house = House::build().await;
        let payment = house.payment_with_code(1280).await;
        house.sandbox.add_fault(luodi::sandbox::Fault::new(Operation::Notify, fault.clone()).times(3)).unwrap();
        house.pay(&payment).await;
        for _ in 0..2 {
            house.clock.advance_s(30);
            assert_eq!(house.sandbox.step().await, 1);
        }
        assert_eq!(answers(&house), [409; 3], "{fault:?}");
        assert_eq!(house.read(&payment).await["status"], "open");
        assert_eq!(mismatches(&house).await, [json!(difference)], "told once, however often it comes");
        assert_eq!(recorded(&house).await, [("mismatch".to_owned(), true, 3)]);

        house.clock.advance_s(180);
        assert_eq!(house.sandbox.step().await, 1);
        assert_eq!(house.read(&payment).await["status"], "paid", "the clean one settles");
        assert_eq!(mismatches(&house).await.len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn money_for_an_order_nobody_knows_is_reported_once_and_makes_no_order() {
    let house = House::build().await;
    let payment = house.payment_with_code(1280).await;
    house.sandbox.add_fault(luodi::sandbox::Fault::new(Operation::Notify, FaultKind::UnknownOrder).times(2)).unwrap();
    house.pay(&payment).await;
    house.clock.advance_s(15);
    house.sandbox.step().await;
    assert_eq!(answers(&house), [409, 409]);
    assert_eq!(mismatches(&house).await, [json!("unknown_order")]);
    assert_eq!(house.get("/v1/payments").await.json()["data"].as_array().unwrap().len(), 1);
    house.clock.advance_s(30);
    house.sandbox.step().await;
    assert_eq!(house.read(&payment).await["status"], "paid");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_type_nobody_knows_is_acknowledged_and_changes_nothing() {
    let house = House::build().await;
    let payment = house.payment_with_code(1280).await;
    house.fault(Operation::Notify, FaultKind::UnknownEventType);
    house.pay(&payment).await;
    assert_eq!(answers(&house), [204]);
    assert_eq!(house.read(&payment).await["status"], "open");
    assert_eq!(recorded(&house).await, [("recorded".to_owned(), true, 1)]);
    assert_eq!(house.book().notifications[0].state, DeliveryState::Delivered);
}

#[tokio::test(flavor = "multi_thread")]
async fn empty_associated_data_is_read() {
    let house = House::build().await;
    let payment = house.payment_with_code(1280).await;
    house.fault(Operation::Notify, FaultKind::EmptyAssociatedData);
    house.pay(&payment).await;
    assert_eq!((answers(&house), &house.read(&payment).await["status"]), (vec![204], &json!("paid")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notification_with_the_wrong_apiv3_key_is_refused_until_the_key_is_mended() {
    let house = House::build().await;
    let payment = house.payment_with_code(1280).await;
    let account = format!("/v1/accounts/{}", house.account_id);
    let secrets = |apiv3_key: &str| {
        json!({ "secrets": {
            "merchant_private_key": house.merchant.merchant_private_key_pem, "apiv3_key": apiv3_key,
            "wechatpay_public_key": house.merchant.wechatpay_public_key_pem,
        } })
    };
    assert_eq!(house.patch(&account, secrets(&"k".repeat(32))).await.status, 200);
    house.pay(&payment).await;
    assert_eq!(answers(&house), [500]);
    assert_eq!(recorded(&house).await, [("cannot_decrypt".to_owned(), false, 1)]);
    assert_eq!(house.patch(&account, secrets(&house.merchant.apiv3_key)).await.status, 200);
    house.clock.advance_s(15);
    house.sandbox.step().await;
    assert_eq!(house.read(&payment).await["status"], "paid");
}

#[tokio::test(flavor = "multi_thread")]
async fn rubbish_is_refused_whatever_it_is() {
    let house = House::build().await;
    let path = format!("/notify/wechatpay/{}", house.account_id);
    for body in ["", "{}", "null", "\u{0}", "{\"id\":", "[[[[[[", "<xml/>"] {
        let answer = send(house.anonymous("POST", &path).body(body)).await;
        assert_eq!((answer.status, &answer.json()["code"]), (401, &json!("FAIL")), "{body:?}");
    }
    assert_eq!(recorded(&house).await, [("unsigned".to_owned(), false, 7)], "repeats fill one row");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_megabyte_is_read_and_more_is_refused() {
    let house = House::build().await;
    let path = format!("/notify/wechatpay/{}", house.account_id);
    let fits = send(house.anonymous("POST", &path).body("x".repeat(1_048_576))).await;
    assert_eq!(fits.status, 401, "read, and not believed");
    let over = send(house.anonymous("POST", &path).body("x".repeat(1_048_577))).await;
    assert_eq!(over.problem(), (413, "body_too_large".to_owned(), vec![]));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_was_never_given_out_is_not_found() {
    let house = House::build().await;
    let unknown = AccountId::generate();
    for path in [
        format!("/notify/wechatpay/{unknown}"),
        "/notify/wechatpay/nonsense".to_owned(),
        format!("/notify/alipay/{}", house.account_id),
        format!("/notify/WECHATPAY/{}", house.account_id),
    ] {
        let answer = send(house.anonymous("POST", &path).body("{}")).await;
        assert_eq!(answer.problem(), (404, "not_found".to_owned(), vec![]), "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_merchants_notification_is_not_believed() {
    let house = House::build().await;
    let payment = house.payment_with_code(1280).await;
    let draft = luodi::sandbox::MerchantDraft { fresh_keys: true, ..Default::default() };
    let stranger = house.sandbox.add_merchant(draft).await.unwrap();
    // Properly signed by the stranger's gateway key, for the stranger's account.
    let new = crate::support::wechat_account(house.store_id, &stranger, &house.sandbox.base_url());
    let body = json!({ "gateway": "wechatpay", "name": "2", "settings": new.settings, "secrets": new.secrets });
    let account = house.post("/v1/accounts", body).await.json();
    let strange = json!({ "gateway": "wechatpay", "flow": "qr", "account": account["id"] });
    let second = house.post("/v1/payments", crate::support::order(1, false)).await.json();
    let attempt = house.post(&path_of(&second, "/attempts"), strange).await;
    assert_eq!(attempt.status, 201, "{}", attempt.text);
    let number = crate::support::text(&attempt.json()["out_trade_no"]);
    house.sandbox.pay(&stranger.mchid, &number, &PayDraft::default()).unwrap();
    house.sandbox.step().await;
    assert_eq!(house.read(&second).await["status"], "paid");
    assert_eq!(house.read(&payment).await["status"], "open");
    assert_eq!(recorded(&house).await, [], "our first account heard nothing");
    assert_eq!(house.book().notifications, []);
    assert_eq!(out_trade_no(&payment), house.book().orders[0].out_trade_no);
}

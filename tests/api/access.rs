//! Who may do what: keys, modes, stores, and the client secret of one payment.

use luodi::ids::PaymentId;
use luodi::payments::Mode;
use luodi::storage::KeyKind;
use serde_json::json;

use crate::support::{House, START, add_key, order, path_of, send, text, wechat_account};

#[tokio::test(flavor = "multi_thread")]
async fn without_a_good_secret_key_nothing_is_answered() {
    let house = House::build().await;
    assert_eq!(house.browse("/v1/payments").await.problem(), (401, "unauthenticated".to_owned(), vec![]));
    let basic = send(house.anonymous("GET", "/v1/payments").header("authorization", "Basic dTpw")).await;
    assert_eq!(basic.problem().1, "unauthenticated");
    for key in ["ld_sk_test_00000000000000000000000000000000", "x", &"x".repeat(5000)] {
        assert_eq!(house.get_as(key, "/v1/payments").await.problem(), (401, "invalid_key".to_owned(), vec![]));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_publishable_key_is_refused() {
    let house = House::build().await;
    let publishable = add_key(&house.app, house.store_id, KeyKind::Publishable, Mode::Test).await;
    let answer = house.get_as(&publishable, "/v1/payments").await;
    assert_eq!(answer.problem(), (403, "wrong_key_kind".to_owned(), vec![]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_key_opens_nothing_any_more() {
    let house = House::build().await;
    let other = add_key(&house.app, house.store_id, KeyKind::Secret, Mode::Test).await;
    assert_eq!(house.get_as(&other, "/v1/payments").await.status, 200);
    let keys = house.app.state.storage.api_keys(Some(house.store_id)).await.unwrap();
    let id = keys.iter().find(|k| other.ends_with(k.hint.rsplit('…').next().unwrap())).unwrap().id;
    assert!(house.app.state.storage.revoke_api_key(id, START).await.unwrap());
    assert_eq!(house.get_as(&other, "/v1/payments").await.problem().1, "invalid_key");
    assert_eq!(house.get("/v1/payments").await.status, 200, "the other key goes on");
}

#[tokio::test(flavor = "multi_thread")]
async fn for_another_store_nothing_of_this_one_exists() {
    let house = House::build().await;
    let payment = house.paid_payment(1280).await;
    let refund = house.post(&path_of(&payment, "/refunds"), json!({})).await.json();
    let endpoint = json!({ "url": "https://shop.example/hooks" });
    let endpoint = house.post("/v1/webhook-endpoints", endpoint).await.json();
    let other = house.app.state.storage.ensure_store("other", START).await.unwrap();
    let key = add_key(&house.app, other.id, KeyKind::Secret, Mode::Test).await;
    for path in [
        path_of(&payment, ""),
        path_of(&payment, "/stream"),
        format!("/v1/refunds/{}", text(&refund["id"])),
        format!("/v1/webhook-endpoints/{}", text(&endpoint["id"])),
        format!("/v1/webhook-endpoints/{}/deliveries", text(&endpoint["id"])),
        format!("/v1/accounts/{}", house.account_id),
        format!("/v1/attempts/{}/qr.svg", text(&payment["attempts"][0]["id"])),
    ] {
        let (status, code, _) = house.get_as(&key, &path).await.problem();
        assert_eq!((status, code.as_str()), (404, "not_found"), "{path}");
    }
    for (path, body) in [
        (path_of(&payment, "/close"), json!({})),
        (path_of(&payment, "/refresh"), json!({})),
        (path_of(&payment, "/refunds"), json!({})),
        (path_of(&payment, "/attempts"), json!({ "gateway": "wechatpay", "flow": "qr" })),
        (format!("/v1/webhook-endpoints/{}/test", text(&endpoint["id"])), json!({})),
        (format!("/v1/accounts/{}/check", house.account_id), json!({})),
    ] {
        assert_eq!(house.post_as(&key, &path, body).await.problem().1, "not_found", "{path}");
    }
    for list in ["/v1/payments", "/v1/refunds", "/v1/events", "/v1/webhook-endpoints", "/v1/accounts"] {
        assert_eq!(house.get_as(&key, list).await.json()["data"], json!([]), "{list}");
    }
    let borrowed = json!({
        "order_ref": "T", "amount_fen": 1, "currency": "CNY", "description": "x",
        "gateway": "wechatpay", "flow": "qr", "account": house.account_id,
    });
    assert_eq!(house.post_as(&key, "/v1/payments", borrowed).await.problem().1, "account_missing");
}

#[tokio::test(flavor = "multi_thread")]
async fn test_and_live_do_not_mix() {
    let house = House::build().await;
    let live = add_key(&house.app, house.store_id, KeyKind::Secret, Mode::Live).await;
    let of_test = house.payment_with_code(1280).await;
    let of_live = house.post_as(&live, "/v1/payments", order(1280, false)).await.json();
    assert_eq!(of_live["mode"], "live");

    let mismatch = (403, "mode_mismatch".to_owned(), vec![]);
    assert_eq!(house.get(&path_of(&of_live, "")).await.problem(), mismatch);
    assert_eq!(house.get_as(&live, &path_of(&of_test, "")).await.problem(), mismatch);
    let account = format!("/v1/accounts/{}", house.account_id);
    assert_eq!(house.get_as(&live, &account).await.problem(), mismatch);
    assert_eq!(house.get_as(&live, "/v1/payments").await.json()["data"].as_array().unwrap().len(), 1);

    // The only account is a test account: a live payment cannot reach it, even by name.
    let attempt = json!({ "gateway": "wechatpay", "flow": "qr", "account": house.account_id });
    let attempt = house.post_as(&live, &path_of(&of_live, "/attempts"), attempt).await;
    assert_eq!(attempt.problem().1, "account_missing");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_live_account_calls_wechat_pay_only() {
    let house = House::build().await;
    let live = add_key(&house.app, house.store_id, KeyKind::Secret, Mode::Live).await;
    let new = wechat_account(house.store_id, &house.merchant, &house.sandbox.base_url());
    let body = json!({ "gateway": "wechatpay", "name": "live", "settings": new.settings, "secrets": new.secrets });
    let answer = house.post_as(&live, "/v1/accounts", body).await;
    let expected = vec!["/settings/api_base: host_not_allowed".to_owned()];
    assert_eq!(answer.problem(), (422, "account_invalid".to_owned(), expected));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_client_secret_opens_its_own_payment_only() {
    let house = House::build().await;
    let mut body = order(1280, true);
    body["metadata"] = json!({ "margin": "high" });
    let payment = house.post("/v1/payments", body).await.json();
    let other = house.payment_with_code(1280).await;
    let secret = text(&payment["client_secret"]);

    let seen = house.browse(&path_of(&payment, &format!("?client_secret={secret}"))).await;
    assert_eq!((seen.status, &seen.json()["id"]), (200, &payment["id"]));
    assert_eq!(seen.json()["metadata"], json!({}), "metadata is between the shop and us");

    let wrong = (403, "client_secret_invalid".to_owned(), vec![]);
    let flipped = secret.replace(['0', '1'], "2");
    for (payment, secret) in [(&other, secret.as_str()), (&payment, "cs_0"), (&payment, ""), (&payment, &flipped)] {
        for rest in ["", "/stream"] {
            let answer = house.browse(&path_of(payment, &format!("{rest}?client_secret={secret}"))).await;
            assert_eq!(answer.problem(), wrong);
        }
    }
    let attempt = text(&other["attempts"][0]["id"]);
    let code = house.browse(&format!("/v1/attempts/{attempt}/qr.svg?client_secret={secret}")).await;
    assert_eq!(code.problem(), wrong);
    let unknown = house.browse(&format!("/v1/payments/{}?client_secret={secret}", PaymentId::generate())).await;
    assert_eq!(unknown.problem(), wrong, "whether a payment exists is not told");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_client_secret_neither_closes_nor_refunds() {
    let house = House::build().await;
    let payment = house.payment_with_code(1280).await;
    let secret = text(&payment["client_secret"]);
    for rest in ["/close", "/refunds"] {
        let path = path_of(&payment, &format!("{rest}?client_secret={secret}"));
        assert_eq!(send(house.anonymous("POST", &path)).await.problem().1, "unauthenticated");
    }
    for path in ["/v1/payments", "/v1/events", "/v1/accounts"] {
        let answer = house.browse(&format!("{path}?client_secret={secret}")).await;
        assert_eq!(answer.problem().1, "unauthenticated", "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_opens_attempts_and_refreshes_with_the_client_secret() {
    let house = House::build().await;
    let payment = house.post("/v1/payments", order(1280, false)).await.json();
    let secret = text(&payment["client_secret"]);
    let path = path_of(&payment, &format!("/attempts?client_secret={secret}"));
    let request = house.anonymous("POST", &path).header("idempotency-key", "browser-0000000000000001");
    let opened = send(request.json(&json!({ "gateway": "wechatpay", "flow": "qr" }))).await;
    assert_eq!((opened.status, &opened.json()["status"]), (201, &json!("pending")), "{}", opened.text);
    let refresh = path_of(&payment, &format!("/refresh?client_secret={secret}"));
    assert_eq!(send(house.anonymous("POST", &refresh)).await.json()["status"], "open");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_id_is_not_found() {
    let house = House::build().await;
    for path in [
        "/v1/payments/nonsense",
        "/v1/payments/pay_",
        "/v1/refunds/pay_01",
        "/v1/accounts/%00",
        "/v1/webhook-endpoints/x/deliveries",
        "/v1/attempts/x/qr.png",
    ] {
        let (status, code, _) = house.get(path).await.problem();
        assert_eq!((status, code.as_str()), (404, "not_found"), "{path}");
    }
}

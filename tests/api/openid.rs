//! The cashier inside WeChat: the silent sign-in, the openid that stays on the server, and straight to the
//! password.

use luodi::sandbox::{FaultKind, MerchantDraft, Operation, openid_of};
use serde_json::{Value, json};

use crate::support::phone::{Phone, WECHAT, attribute};
use crate::support::{House, order, text};

async fn house() -> House {
    let draft = MerchantDraft { oauth_hosts: vec!["127.0.0.1".to_owned()], ..MerchantDraft::default() };
    House::build_with(draft, |_| {}).await
}

async fn asked(house: &House) -> (Value, String) {
    let payment = house.post("/v1/payments", order(1280, false)).await.json();
    let cashier = text(&payment["cashier_url"]);
    (payment, cashier)
}

/// The cashier, WeChat's sign-in, and back: the address of the callback with its code.
async fn callback_of(phone: &Phone, cashier: &str) -> String {
    let to_wechat = phone.open(cashier).await;
    // The shop's `form-action` would hold a redirect that follows its form: a page of its own goes on freely.
    assert_eq!((to_wechat.status, to_wechat.header("location")), (200, None), "{}", to_wechat.text);
    Phone::next(&phone.open(&Phone::next(&to_wechat)).await)
}

#[tokio::test(flavor = "multi_thread")]
async fn inside_wechat_the_shopper_is_recognised_and_goes_straight_to_the_password() {
    let house = house().await;
    let (payment, cashier) = asked(&house).await;
    let phone = Phone::of(WECHAT, "ming");

    let to_wechat = phone.open(&cashier).await;
    let authorize = Phone::next(&to_wechat);
    assert!(authorize.starts_with(&format!("{}/connect/oauth2/authorize?appid=", house.sandbox.base_url())));
    assert!(authorize.ends_with("#wechat_redirect") && authorize.contains("scope=snsapi_base&state="));
    assert!(!authorize.contains("cs_") && !authorize.contains("client_secret"), "WeChat learns no secret: {authorize}");
    assert_eq!(to_wechat.header("referrer-policy"), Some("no-referrer"));
    assert_eq!(to_wechat.header("cache-control"), Some("no-store"));
    let cookie = to_wechat.header("set-cookie").unwrap();
    assert!(cookie.contains("; HttpOnly; SameSite=Lax") && cookie.contains("; Max-Age=600;"), "{cookie}");
    assert_eq!(house.book().orders, [], "nothing is ordered before it is known who pays");

    let callback = Phone::next(&phone.open(&authorize).await);
    assert!(callback.starts_with(&house.url("/wechat/openid/callback?code=")) && !callback.contains("cs_"));
    let back = phone.open(&callback).await;
    assert_eq!((back.status, back.header("location")), (303, Some(cashier.as_str())));
    assert_eq!(back.header("referrer-policy"), Some("no-referrer"));

    let page = phone.open(&cashier).await;
    assert_eq!((page.status, attribute(&page, "data-stage")), (200, "jsapi".to_owned()));
    let parameters: Value = serde_json::from_str(&attribute(&page, "data-jsapi")).unwrap();
    assert!(text(&parameters["package"]).starts_with("prepay_id=wx") && parameters["signType"] == "RSA");
    house.sandbox.invoke_jsapi(&parameters).expect("WeChat accepts the signature");
    let openid = openid_of(&house.merchant.appid, "ming");
    for shown in [page.text, house.get(&crate::support::path_of(&payment, "")).await.text] {
        assert!(!shown.contains(&openid), "the openid stays on the server");
    }
    house.pay(&house.read(&payment).await).await;
    assert_eq!(house.book().orders[0].openid.as_deref(), Some(openid.as_str()), "the order was this payer's");
    assert_eq!(house.read(&payment).await["status"], "paid");
    assert_eq!(attribute(&phone.open(&cashier).await, "data-stage"), "paid");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reload_asks_wechat_no_second_time_and_a_tap_continues_the_same_order() {
    let house = house().await;
    let (payment, cashier) = asked(&house).await;
    let phone = Phone::new(WECHAT);
    phone.arrive(&cashier).await;
    let page = phone.open(&cashier).await;
    assert_eq!(attribute(&page, "data-stage"), "jsapi");
    assert_eq!(house.book().orders.len(), 1);

    let path = crate::support::path_of(&payment, "/attempts");
    let secret = text(&payment["client_secret"]);
    let request = phone.post(&format!("{}?client_secret={secret}", house.url(&path)));
    let body = json!({ "gateway": "wechatpay", "flow": "auto" });
    let again = phone.send(request.header("idempotency-key", crate::support::fresh_key()).json(&body)).await;
    assert_eq!(again.status, 201, "{}", again.text);
    assert_eq!(again.json()["flow"], "jsapi", "chosen by the browser, for the payer it is known to be");
    assert_eq!(house.book().orders.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_prepay_id_that_outlived_its_life_is_renewed_under_the_same_number() {
    let house = House::build_with(MerchantDraft::default(), |config| {
        config.payments.attempt_expires_in_s = 6 * 3600;
        config.payments.expires_in_s = 6 * 3600;
    })
    .await;
    let (_, cashier) = asked(&house).await;
    let phone = Phone::new(WECHAT);
    let before = attribute(&phone.arrive(&cashier).await, "data-jsapi");
    house.clock.advance_s(2 * 3600 + 1);
    let after = attribute(&phone.open(&cashier).await, "data-jsapi");
    assert_ne!(before, after);
    house.sandbox.invoke_jsapi(&serde_json::from_str(&after).unwrap()).expect("the fresh one works");
    assert_eq!(house.book().orders.len(), 1, "the same order");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_payer_ends_the_first_ones_order() {
    let house = house().await;
    let (payment, cashier) = asked(&house).await;
    let (ming, hua) = (Phone::of(WECHAT, "ming"), Phone::of(WECHAT, "hua"));
    assert_eq!(attribute(&ming.arrive(&cashier).await, "data-stage"), "jsapi");
    assert_eq!(attribute(&hua.arrive(&cashier).await, "data-stage"), "jsapi");
    let orders = house.book().orders;
    let states: Vec<String> = orders.iter().map(|o| format!("{:?}", o.trade_state)).collect();
    assert_eq!(states, ["Closed", "Notpay"], "never two orders open");
    let page = ming.open(&cashier).await;
    assert_eq!((attribute(&page, "data-stage"), attribute(&page, "data-jsapi")), ("elsewhere".into(), String::new()));
    assert_eq!(house.read(&payment).await["attempts"].as_array().unwrap().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_openid_told_by_the_shop_continues_the_shops_order() {
    let house = house().await;
    let mut body = order(1280, false);
    body["gateway"] = json!("wechatpay");
    body["flow"] = json!("jsapi");
    body["shopper"] = json!({ "openid": openid_of(&house.merchant.appid, "ming") });
    let payment = house.post("/v1/payments", body).await.json();
    let cashier = text(&payment["cashier_url"]);
    let page = Phone::of(WECHAT, "ming").arrive(&cashier).await;
    assert_eq!(attribute(&page, "data-stage"), "jsapi");
    assert_eq!(house.book().orders.len(), 1, "the same payer, the same order");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_browser_that_began_may_finish() {
    let house = house().await;
    let (_, cashier) = asked(&house).await;
    let (ming, hua) = (Phone::of(WECHAT, "ming"), Phone::of(WECHAT, "hua"));
    let callback = callback_of(&ming, &cashier).await;
    let stranger = hua.open(&callback).await;
    assert_eq!(stranger.status, 400);
    assert!(stranger.text.contains("付款页面已失效") && !stranger.text.contains("cs_"), "{}", stranger.text);
    assert_eq!(house.book().orders, []);

    let mut cookies = ming.cookies();
    let (name, value) = cookies.iter().find(|(n, _)| n.starts_with("luodi_sign_in_")).unwrap();
    let (name, forged) = (name.clone(), format!("{}0", &value[..value.len() - 1]));
    let (good, _) = (value.clone(), ());
    if forged != good {
        cookies.insert(name.clone(), forged);
        hua.keep_cookies(cookies.clone());
        assert_eq!(hua.open(&callback).await.status, 400, "a changed cookie is nobody's");
    }
    assert_eq!(ming.open(&callback).await.status, 303, "the one who began may");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_double_callback_opens_one_order() {
    let house = house().await;
    let (_, cashier) = asked(&house).await;
    let phone = Phone::new(WECHAT);
    let callback = callback_of(&phone, &cashier).await;
    let (first, second) = tokio::join!(phone.open(&callback), phone.open(&callback));
    assert_eq!((first.status, second.status), (303, 303), "{} {}", first.text, second.text);
    assert_eq!(house.book().orders.len(), 1);
    assert_eq!(attribute(&phone.open(&cashier).await, "data-stage"), "jsapi");
    let later = phone.open(&callback).await;
    assert_eq!(later.status, 400, "a state is used once: its cookie is gone");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_wechat_refuses_has_a_page_with_a_way_on() {
    let house = house().await;
    for (kind, words) in [
        (FaultKind::OauthError { errcode: 40163 }, "微信确认已过期"),
        (FaultKind::OauthError { errcode: 42003 }, "微信确认已过期"),
        (FaultKind::OauthError { errcode: 40125 }, "暂时无法在微信内付款"),
        (FaultKind::OauthError { errcode: 40013 }, "暂时无法在微信内付款"),
        (FaultKind::OauthError { errcode: -1 }, "服务暂时不可用"),
        (FaultKind::ResetBeforeCommit, "服务暂时不可用"),
        (FaultKind::SnapshotUser, "请使用完整服务"),
    ] {
        let (_, cashier) = asked(&house).await;
        let phone = Phone::new(WECHAT);
        house.fault(Operation::OauthToken, kind.clone());
        let page = phone.open(&callback_of(&phone, &cashier).await).await;
        assert_eq!(page.status, 200);
        assert!(page.text.contains(words), "{kind:?}: {}", page.text);
        assert_eq!(page.header("referrer-policy"), Some("no-referrer"), "the way back carries the secret");
        let again = attribute(&page, "id=\"cashier-try-again\" href");
        assert_eq!(again, format!("{cashier}&sign_in=again"));
        assert_eq!(attribute(&phone.arrive(&again).await, "data-stage"), "jsapi", "{kind:?}: and then it works");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_code_and_a_late_answer_are_not_errors_of_ours() {
    let house = house().await;
    let (_, cashier) = asked(&house).await;
    let phone = Phone::new(WECHAT);
    let callback = callback_of(&phone, &cashier).await;
    let state = callback.split("state=").nth(1).unwrap().to_owned();
    let denied = phone.open(&house.url(&format!("/wechat/openid/callback?state={state}"))).await;
    assert!(denied.text.contains("微信未能确认付款人"), "{}", denied.text);

    let callback = callback_of(&phone, &format!("{cashier}&sign_in=again")).await;
    house.clock.advance_s(600);
    assert!(phone.open(&callback).await.text.contains("微信确认已过期"));
    for bare in ["/wechat/openid/callback", "/wechat/openid/callback?code=x", "/wechat/openid/callback?code=x&state="] {
        assert_eq!(phone.open(&house.url(bare)).await.status, 400, "{bare}");
    }
    assert_eq!(house.book().orders, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_turns_back_from_wechat_is_not_sent_there_again_by_itself() {
    let house = house().await;
    let (_, cashier) = asked(&house).await;
    let phone = Phone::new(WECHAT);
    assert!(Phone::next(&phone.open(&cashier).await).contains("/connect/oauth2/authorize?"));
    let page = phone.open(&cashier).await;
    assert_eq!((page.status, attribute(&page, "data-stage")), (200, "signin".to_owned()));
    let link = attribute(&page, "id=\"sign-in\" href");
    assert_eq!(attribute(&phone.arrive(&house.url(&link)).await, "data-stage"), "jsapi");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_app_secret_the_shopper_is_told_to_use_a_browser() {
    let house = house().await;
    let mut secrets = crate::support::wechat_account(house.store_id, &house.merchant, "").secrets;
    secrets.as_object_mut().unwrap().remove("app_secret");
    let changed = house.patch(&format!("/v1/accounts/{}", house.account_id), json!({ "secrets": secrets })).await;
    assert_eq!(changed.status, 200, "{}", changed.text);
    let (_, cashier) = asked(&house).await;
    let page = Phone::new(WECHAT).open(&cashier).await;
    assert_eq!((page.status, attribute(&page, "data-stage")), (200, "none".to_owned()));
    assert!(page.text.contains("id=\"guide\"") && page.text.contains("在浏览器中打开"));
    assert_eq!(house.book().orders, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paid_payment_recognises_nobody() {
    let house = house().await;
    let payment = house.payment_with_code(1280).await;
    house.pay(&payment).await;
    let page = Phone::new(WECHAT).open(&text(&payment["cashier_url"])).await;
    assert_eq!((page.status, attribute(&page, "data-stage")), (200, "paid".to_owned()));
}

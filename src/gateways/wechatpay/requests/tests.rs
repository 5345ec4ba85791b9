use super::super::party::tests::{merchant, partner};
use super::*;
use crate::money::Fen;

fn now() -> Timestamp {
    Timestamp::parse_rfc3339("2026-01-01T12:00:00+08:00").unwrap()
}

fn wanted(flow: Flow) -> OrderToOpen {
    OrderToOpen {
        flow,
        out_trade_no: "LD20260101000001".to_owned(),
        amount: Fen::new(100).unwrap(),
        description: "形象店 🐼 QQ公仔\n".to_owned(),
        expires_at: now().plus_s(1800),
        notify_url: "https://shop.example/notify/wechatpay/acc_1".to_owned(),
        shopper: Shopper { ip: Some("::ffff:203.0.113.7".to_owned()), ..Shopper::default() },
    }
}

fn body(party: &Party, wanted: &OrderToOpen) -> Result<String, GatewayError> {
    order(party, &H5Shop::default(), wanted, now())
}

/// The part of a body between the identifiers and what follows the amount.
const MIDDLE: &str = "\"description\":\"形象店  QQ公仔\",\
    \"out_trade_no\":\"LD20260101000001\",\"time_expire\":\"2026-01-01T12:30:00+08:00\",\
    \"notify_url\":\"https://shop.example/notify/wechatpay/acc_1\",\
    \"amount\":{\"total\":100,\"currency\":\"CNY\"}";

#[test]
fn a_native_order_is_these_bytes() {
    assert_eq!(
        body(&merchant(), &wanted(Flow::Qr)).unwrap(),
        format!(
            "{{\"appid\":\"wx2421b1c4370ec43b\",\"mchid\":\"1900007291\",{MIDDLE},\
             \"scene_info\":{{\"payer_client_ip\":\"203.0.113.7\"}}}}"
        )
    );
}

#[test]
fn a_jsapi_order_names_the_payer_under_the_app_that_pays() {
    let mut order = wanted(Flow::Jsapi);
    assert_eq!(refusal(body(&merchant(), &order)), "payer_id_missing");
    order.shopper = Shopper { payer_id: Some("oUpF8uMuAJO_M2pxb1Q9zNjWeS6o".to_owned()), ..Shopper::default() };
    let payer = |name: &str| format!("\"payer\":{{\"{name}\":\"oUpF8uMuAJO_M2pxb1Q9zNjWeS6o\"}}");
    assert_eq!(
        body(&merchant(), &order).unwrap(),
        format!("{{\"appid\":\"wx2421b1c4370ec43b\",\"mchid\":\"1900007291\",{MIDDLE},{}}}", payer("openid"))
    );
    assert_eq!(
        body(&partner(), &order).unwrap(),
        format!(
            "{{\"sp_appid\":\"wx2421b1c4370ec43b\",\"sp_mchid\":\"1900007291\",\"sub_mchid\":\"1900000109\",\
             {MIDDLE},{}}}",
            payer("sp_openid")
        )
    );
    order.shopper.app_id = Some("wx00000000000000cc".to_owned());
    assert_eq!(
        body(&partner(), &order).unwrap(),
        format!(
            "{{\"sp_appid\":\"wx2421b1c4370ec43b\",\"sp_mchid\":\"1900007291\",\
             \"sub_appid\":\"wx00000000000000cc\",\"sub_mchid\":\"1900000109\",{MIDDLE},{}}}",
            payer("sub_openid")
        )
    );
    assert_eq!(refusal(body(&merchant(), &order)), "app_id_unknown");
    order.shopper = Shopper { payer_id: Some("o p".to_owned()), ..Shopper::default() };
    assert_eq!(refusal(body(&merchant(), &order)), "payer_id");
}

#[test]
fn an_h5_order_says_which_phone_from_which_address() {
    let mut order = wanted(Flow::Wap);
    let h5 = H5Shop { app_name: Some("茶".to_owned()), app_url: Some("https://shop.example".to_owned()) };
    let scene = |order: &OrderToOpen, h5: &H5Shop| {
        let body = super::order(&merchant(), h5, order, now()).unwrap();
        body[body.find("\"scene_info\"").unwrap()..].to_owned()
    };
    assert_eq!(
        scene(&order, &h5),
        "\"scene_info\":{\"payer_client_ip\":\"203.0.113.7\",\"h5_info\":{\"type\":\"Wap\",\
         \"app_name\":\"茶\",\"app_url\":\"https://shop.example\"}}}"
    );
    for (user_agent, kind) in [
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) Version/18.5 Mobile/15E148 Safari/604.1", "iOS"),
        ("Mozilla/5.0 (iPad; CPU OS 16_7 like Mac OS X) Mobile/15E148", "iOS"),
        ("Mozilla/5.0 (Linux; Android 15; V2408A) Chrome/136.0 Mobile Safari/537.36", "Android"),
        ("Mozilla/5.0 (Phone; OpenHarmony 5.0) ArkWeb/4.1.6.1 Mobile", "Wap"),
    ] {
        order.shopper.user_agent = Some(user_agent.to_owned());
        let h5_info = format!("\"h5_info\":{{\"type\":\"{kind}\"}}");
        assert!(scene(&order, &H5Shop::default()).contains(&h5_info), "{user_agent}");
    }
    order.shopper.ip = Some("unknown".to_owned());
    assert_eq!(refusal(body(&merchant(), &order)), "shopper_ip_missing");
}

#[test]
fn an_app_order_is_a_native_one_under_the_mobile_app() {
    let body = body(&merchant(), &wanted(Flow::App)).unwrap();
    assert!(body.starts_with("{\"appid\":\"wx00000000000000bb\",\"mchid\":\"1900007291\","), "{body}");
    assert!(!body.contains("payer\":"), "{body}");
}

#[test]
fn a_payers_code_is_charged_with_these_bytes() {
    let mut order = wanted(Flow::Barcode);
    order.shopper.auth_code = Some("130061098828009406".to_owned());
    let till = Till::OutId("till-1".to_owned());
    assert_eq!(
        codepay(&merchant(), &till, &order).unwrap(),
        "{\"appid\":\"wx2421b1c4370ec43b\",\"mchid\":\"1900007291\",\"description\":\"形象店  QQ公仔\",\
         \"out_trade_no\":\"LD20260101000001\",\"payer\":{\"auth_code\":\"130061098828009406\"},\
         \"amount\":{\"total\":100,\"currency\":\"CNY\"},\
         \"scene_info\":{\"store_info\":{\"out_id\":\"till-1\"}}}"
    );
    for wrong in ["", "13006109882800940", "160061098828009406", "28763443825664394", "13006109882800940x"] {
        order.shopper.auth_code = Some(wrong.to_owned());
        assert_eq!(refusal(codepay(&merchant(), &till, &order)), "wechatpay", "{wrong}");
    }
}

#[test]
fn lifetimes_stay_between_a_minute_and_seven_days() {
    let expiry = |expires_at| {
        let body = body(&merchant(), &OrderToOpen { expires_at, ..wanted(Flow::Qr) }).unwrap();
        serde_json::from_str::<serde_json::Value>(&body).unwrap()["time_expire"].as_str().unwrap().to_owned()
    };
    assert_eq!(expiry(now().plus_s(1)), "2026-01-01T12:01:00+08:00");
    assert_eq!(expiry(now().plus_s(30 * 24 * 3600)), "2026-01-08T12:00:00+08:00");
    assert_eq!(refusal(body(&merchant(), &OrderToOpen { expires_at: now(), ..wanted(Flow::Qr) })), "expired");
}

#[test]
fn what_wechat_would_refuse_is_refused_here() {
    let refused = |order: OrderToOpen| body(&merchant(), &order).is_err();
    let order = || wanted(Flow::Qr);
    assert!(refused(OrderToOpen { amount: Fen::ZERO, ..order() }));
    assert!(refused(OrderToOpen { out_trade_no: "short".to_owned(), ..order() }));
    assert!(refused(OrderToOpen { out_trade_no: "../../../x".to_owned(), ..order() }));
    assert!(refused(OrderToOpen { description: "🐼🐼".to_owned(), ..order() }));
    for url in ["http://shop.example/n", "http://127.0.0.1/n", "https://shop.example/n?a=1", "shop"] {
        assert!(refused(OrderToOpen { notify_url: url.to_owned(), ..order() }), "{url}");
    }
    let local = Party { local_notifications: true, ..merchant() };
    let here = OrderToOpen { notify_url: "http://127.0.0.1:8080/n".to_owned(), ..order() };
    assert!(body(&local, &here).is_ok());
}

#[test]
fn a_refund_is_these_bytes_and_never_more_than_the_order() {
    let wanted = RefundToRequest {
        out_trade_no: "LD20260101000001".to_owned(),
        out_refund_no: "LDR1".to_owned(),
        amount: Fen::new(40).unwrap(),
        order_amount: Fen::new(100).unwrap(),
        reason: Some("七天无理由".to_owned()),
        notify_url: "https://shop.example/n".to_owned(),
        from_available_balance: false,
        earlier_refunds: 49,
        failed_refunds: 0,
        flow: Flow::Qr,
        gateway_trade_no: None,
        paid_at: None,
    };
    assert_eq!(
        refund(&merchant(), &wanted).unwrap(),
        "{\"out_trade_no\":\"LD20260101000001\",\"out_refund_no\":\"LDR1\",\"reason\":\"七天无理由\",\
         \"notify_url\":\"https://shop.example/n\",\
         \"amount\":{\"refund\":40,\"total\":100,\"currency\":\"CNY\"}}"
    );
    let from_balance = RefundToRequest { from_available_balance: true, reason: None, ..wanted.clone() };
    assert_eq!(
        refund(&partner(), &from_balance).unwrap(),
        "{\"sub_mchid\":\"1900000109\",\"out_trade_no\":\"LD20260101000001\",\"out_refund_no\":\"LDR1\",\
         \"notify_url\":\"https://shop.example/n\",\"funds_account\":\"AVAILABLE\",\
         \"amount\":{\"refund\":40,\"total\":100,\"currency\":\"CNY\"}}"
    );
    let too_much = RefundToRequest { amount: Fen::new(101).unwrap(), ..wanted.clone() };
    assert_eq!(refusal(refund(&merchant(), &too_much)), "refund_amount");
    let too_many = RefundToRequest { earlier_refunds: 50, ..wanted };
    assert_eq!(refusal(refund(&merchant(), &too_many)), "too_many_refunds");
}

#[test]
fn closing_and_reversing_name_the_merchant() {
    assert_eq!(close(&merchant()).unwrap(), "{\"mchid\":\"1900007291\"}");
    assert_eq!(close(&partner()).unwrap(), "{\"sp_mchid\":\"1900007291\",\"sub_mchid\":\"1900000109\"}");
    assert_eq!(reverse(&merchant()).unwrap(), "{\"appid\":\"wx2421b1c4370ec43b\",\"mchid\":\"1900007291\"}");
}

fn refusal(result: Result<String, GatewayError>) -> String {
    match result {
        Err(GatewayError::Declined { code, .. }) => code,
        other => panic!("{other:?}"),
    }
}

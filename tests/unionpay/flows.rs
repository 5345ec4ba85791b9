//! Each way to pay: the fields that go out, what comes back for the storefront.

use luodi::gateways::unionpay::values::txn_time;
use luodi::gateways::{DeclineReason, Gateway as _, GatewayError, Opened, OrderToOpen, Verified};
use luodi::money::Fen;
use luodi::payments::attempt::{Flow, FormMethod, NextAction, Shopper};
use luodi::payments::payment::Mode;

use crate::stand_in::*;

fn action(opened: Verified<Opened>) -> NextAction {
    match opened.into_inner() {
        Opened::Waiting { next_action, .. } => next_action,
        Opened::Settled(report) => panic!("{report:?}"),
    }
}

async fn opened(flow: Flow, reply: impl Fn(&Seen) -> Reply + Send + Sync + 'static) -> (NextAction, Seen) {
    let (gateway, _, stand_in) = account(reply).await;
    let request = gateway.prepare(&order(flow)).unwrap();
    let action = action(gateway.create(&prepared(flow, &request)).await.unwrap());
    (action, stand_in.seen().first().cloned().unwrap())
}

/// The fields that every order has.
fn common() -> Fields {
    let mut told = fields([
        ("version", "5.1.0"),
        ("encoding", "UTF-8"),
        ("signMethod", "01"),
        ("certId", "69903319369"),
        ("accessType", "0"),
        ("merId", MERCHANT),
        ("txnType", "01"),
        ("orderId", NUMBER),
        ("txnAmt", "8880"),
        ("currencyCode", "156"),
        ("backUrl", NOTIFY_URL),
    ]);
    told.insert("txnTime".to_owned(), txn_time(NUMBER).unwrap());
    told
}

fn assert_sent<const N: usize>(sent: &Fields, more: [(&str, &str); N]) {
    assert!(is_signed_by_merchant(sent));
    let mut expected = common();
    expected.extend(fields(more));
    let mut sent = sent.clone();
    sent.remove("signature");
    assert_eq!(sent, expected);
}

#[tokio::test]
async fn a_page_is_a_form_that_the_browser_takes_to_unionpay() {
    for (flow, channel) in [(Flow::Page, "07"), (Flow::Wap, "08")] {
        let (gateway, _, stand_in) = account(|_| Reply::Reset).await;
        let request = gateway.prepare(&order(flow)).unwrap();
        let opened = gateway.create(&prepared(flow, &request)).await.unwrap();
        let NextAction::SubmitForm { action, method, fields } = action(opened) else { panic!("no form") };
        assert_eq!(action, format!("{}/gateway/api/frontTransReq.do", stand_in.base));
        assert_eq!(method, FormMethod::Post);
        assert_sent(
            &fields,
            [
                ("txnSubType", "01"),
                ("bizType", "000201"),
                ("channelType", channel),
                ("payTimeout", "20260102111905"),
                ("frontUrl", RETURN_URL),
                ("frontFailUrl", RETURN_URL),
            ],
        );
        assert!(stand_in.seen().is_empty(), "nothing is called");
        let again = gateway.create(&prepared(flow, &request)).await.unwrap();
        assert!(matches!(self::action(again), NextAction::SubmitForm { fields: again, .. } if again == fields));
    }
}

#[tokio::test]
async fn a_code_to_scan_is_drawn_as_it_comes() {
    const CODE: &str = "https://qr.95516.com/00010000/62012345678901234567890123456789";
    let (action, seen) = opened(Flow::Qr, |seen| Reply::with(seen, "00", fields([("qrCode", CODE)]))).await;
    assert_eq!(action, NextAction::DisplayQr { code_url: CODE.to_owned() });
    assert_eq!((seen.method.as_str(), seen.target.as_str()), ("POST", "/gateway/api/backTransReq.do"));
    let content_type = seen.headers.iter().find(|(name, _)| name == "content-type").map(|(_, v)| v.as_str());
    assert_eq!(content_type, Some("application/x-www-form-urlencoded;charset=UTF-8"));
    assert_sent(
        &seen.fields,
        [
            ("txnSubType", "07"),
            ("bizType", "000000"),
            ("channelType", "08"),
            ("payTimeout", "20260102111905"),
            ("termId", TERMINAL),
        ],
    );
}

#[tokio::test]
async fn an_app_gets_the_number_and_the_system_it_belongs_to() {
    let (action, seen) =
        opened(Flow::App, |seen| Reply::with(seen, "00", fields([("tn", "645210240000000000001")]))).await;
    assert_eq!(action, NextAction::InvokeApp { parameters: fields([("tn", "645210240000000000001"), ("mode", "01")]) });
    assert_eq!(seen.target, "/gateway/api/appTransReq.do");
    assert_sent(
        &seen.fields,
        [
            ("txnSubType", "01"),
            ("bizType", "000201"),
            ("channelType", "08"),
            ("accType", "01"),
            ("payTimeout", "20260102111905"),
            ("orderDesc", "红茶 500g"),
        ],
    );
}

#[tokio::test]
async fn a_scanned_code_is_accepted_and_then_waited_for() {
    let (action, seen) = opened(Flow::Barcode, |seen| Reply::code(seen, "00")).await;
    assert_eq!(action, NextAction::Wait, "accepted is not paid");
    assert_eq!(seen.target, "/gateway/api/backTransReq.do");
    assert_sent(
        &seen.fields,
        [
            ("txnSubType", "06"),
            ("bizType", "000000"),
            ("channelType", "08"),
            ("qrNo", "6212345678901234567"),
            ("termId", TERMINAL),
        ],
    );
}

#[tokio::test]
async fn flows_are_those_that_the_reference_is_sure_of() {
    let gateway = offline();
    assert_eq!(gateway.flows(), [Flow::Qr, Flow::Page, Flow::Wap, Flow::App, Flow::Barcode]);
    let mut credentials = credentials("http://127.0.0.1:1");
    credentials.settings["terminal_id"] = serde_json::Value::Null;
    let without = open(&credentials, &luodi::clock::HandClock::at(start()));
    assert_eq!(without.flows(), [Flow::Qr, Flow::Page, Flow::Wap, Flow::App], "a till needs a terminal number");
    assert!(without.prepare(&order(Flow::Barcode)).is_err() && without.prepare(&order(Flow::Qr)).is_ok());
    assert!(gateway.prepare(&order(Flow::Jsapi)).is_err());
}

#[test]
fn what_unionpay_would_refuse_is_refused_here_by_name() {
    let gateway = offline();
    let refusal = |order: OrderToOpen| match gateway.prepare(&order).unwrap_err() {
        GatewayError::Declined { code, .. } | GatewayError::Misconfigured { code, .. } => code,
        other => panic!("{other:?}"),
    };
    let scanned = |code: &str| {
        let shopper = Shopper { auth_code: Some(code.to_owned()), ..Shopper::default() };
        OrderToOpen { shopper, ..order(Flow::Barcode) }
    };
    for (order, code) in [
        (OrderToOpen { amount: Fen::ZERO, ..order(Flow::Qr) }, "amount_zero"),
        (OrderToOpen { expires_at: start(), ..order(Flow::Qr) }, "expired"),
        (OrderToOpen { notify_url: "http://shop.example/notify".to_owned(), ..order(Flow::Qr) }, "notify_url"),
        (OrderToOpen { notify_url: format!("https://x/{}", "y".repeat(256)), ..order(Flow::Qr) }, "notify_url"),
        (OrderToOpen { out_trade_no: "ORD20260102030405".to_owned(), ..order(Flow::Qr) }, "order_number"),
        (OrderToOpen { shopper: Shopper::default(), ..order(Flow::Barcode) }, "unionpay"),
        (scanned("28763443825664394x"), "unionpay"),
        (scanned("123456789012345678901"), "unionpay"),
    ] {
        assert_eq!(refusal(order), code);
    }
}

#[test]
fn risk_control_is_told_only_where_the_contract_asks_for_it() {
    let mut credentials = credentials("http://127.0.0.1:1");
    credentials.settings["risk_fields"] = "send".into();
    let gateway = open(&credentials, &luodi::clock::HandClock::at(start()));
    let mut order = order(Flow::Page);
    order.description = "茶{a=1}&\"杯\"🐼 [x]".to_owned();
    order.shopper.ip = Some("::ffff:203.0.113.7".to_owned());
    let request: serde_json::Value = serde_json::from_str(&gateway.prepare(&order).unwrap()).unwrap();
    assert_eq!(request["fields"]["riskRateInfo"], "{commodityName=茶 a 1   杯   x}");
    assert_eq!(request["fields"]["customerIp"], "203.0.113.7");
    let plain = offline().prepare(&order).unwrap();
    assert!(!plain.contains("riskRateInfo") && !plain.contains("customerIp"));
    // A field too many is refused: codes take neither, the app no address.
    for (flow, tells) in [(Flow::Wap, (true, true)), (Flow::App, (true, false)), (Flow::Qr, (false, false))] {
        order.flow = flow;
        let request = gateway.prepare(&order).unwrap();
        assert_eq!((request.contains("riskRateInfo"), request.contains("customerIp")), tells, "{flow:?}");
    }
}

#[tokio::test]
async fn a_live_page_is_the_real_system_s() {
    let mut credentials = credentials("http://127.0.0.1:1");
    credentials.mode = Mode::Live;
    credentials.settings = serde_json::json!({ "merchant_no": "898340183980105" });
    let gateway = open(&credentials, &luodi::clock::HandClock::at(start()));
    let mut order = order(Flow::Page);
    order.notify_url = "https://pay.shop.example/notify/unionpay/acc".to_owned();
    let request = gateway.prepare(&order).unwrap();
    let opened = gateway.create(&prepared(Flow::Page, &request)).await.unwrap();
    let NextAction::SubmitForm { action, fields, .. } = action(opened) else { panic!("no form") };
    assert_eq!(action, "https://gateway.95516.com/gateway/api/frontTransReq.do");
    assert_eq!(fields["merId"], "898340183980105");
}

#[tokio::test]
async fn a_used_number_is_asked_about_and_a_definite_no_is_final() {
    for (code, reason) in
        [("12", DeclineReason::NumberUsed), ("33", DeclineReason::Other), ("86", DeclineReason::Other)]
    {
        let (gateway, _, _) = account(move |seen| Reply::code(seen, code)).await;
        for flow in [Flow::Qr, Flow::App, Flow::Barcode] {
            let request = gateway.prepare(&order(flow)).unwrap();
            let error = gateway.create(&prepared(flow, &request)).await.unwrap_err();
            assert!(matches!(&error, GatewayError::Declined { reason: r, code: c, .. } if *r == reason && c == code));
        }
    }
}

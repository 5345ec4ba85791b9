//! Antom: the published vector, and the calls against a scripted server.

use luodi::clock::HandClock;
use luodi::crypto::rsa::VerifyingKey;
use luodi::gateways::antom::{Antom, sign};
use luodi::gateways::transport::{Transport, TransportOptions};
use luodi::gateways::{
    AccountCredentials, DeclineReason, Gateway as _, GatewayError, Notice, Opened, OrderRef, OrderState, OrderToOpen,
    Outcome, PreparedOrder, RawNotification, RefundRef, RefundState, RefundToRequest, Rejected,
};
use luodi::ids::AccountId;
use luodi::money::Fen;
use luodi::payments::attempt::{Flow, GatewayName, NextAction};
use luodi::payments::payment::Mode;
use serde_json::{Value, json};

use crate::stand_in::*;
use crate::vectors::{J_HEADER, J_TEXT, K1_PUBLIC};

const CLIENT: &str = "SANDBOX_TEST01";
const PATH: &str = "/ams/sandbox/api/v1/payments/";

#[test]
fn j_the_published_request_verifies() {
    let (path, body) = ("/ams/api/v1/payments/inquiryPayment", br#"{"paymentRequestId":"P-1"}"#);
    let message = sign::canonical(path, CLIENT, "1767294245000", body);
    assert_eq!(message, J_TEXT.as_bytes());
    let key = VerifyingKey::parse(K1_PUBLIC).unwrap();
    assert_eq!(sign::verify(Some(J_HEADER), &message, &key), Ok(()));
    assert_eq!(sign::verify(None, &message, &key), Err(Rejected::Unsigned));
    assert_eq!(sign::verify(Some(J_HEADER), b"another", &key), Err(Rejected::BadSignature));
    let weak = J_HEADER.replace("RSA256", "RSA1");
    assert_eq!(sign::verify(Some(&weak), &message, &key), Err(Rejected::UnsupportedSignatureType));
}

fn antom_credentials(base: &str) -> AccountCredentials {
    AccountCredentials {
        account_id: AccountId::generate(),
        gateway: GatewayName::Antom,
        mode: Mode::Test,
        settings: json!({ "client_id": CLIENT, "settlement_currency": "USD", "api_base": base }),
        secrets: json!({
            "merchant_private_key": merchant().private_pkcs8(), "antom_public_key": alipay().public_pem(),
        }),
    }
}

fn open_antom(credentials: &AccountCredentials) -> Result<Antom, Vec<&'static str>> {
    let transport = Transport::new(GatewayName::Antom, &TransportOptions::default()).unwrap();
    Antom::open(credentials, transport, HandClock::at(start()))
        .map_err(|problems| problems.into_iter().map(|p| p.code).collect())
}

async fn antom(script: impl Fn(&Seen) -> Reply + Send + Sync + 'static) -> (Antom, StandIn) {
    let stand_in = StandIn::serving(script).await;
    (open_antom(&antom_credentials(&stand_in.base)).unwrap(), stand_in)
}

fn signed_by(pair: &Pair, path: &str, body: &str) -> Vec<(String, String)> {
    let time = "2026-01-02T03:04:05+08:00";
    let signature = pair.sign_base64(format!("POST {path}\n{CLIENT}.{time}.{body}").as_bytes());
    let encoded: String = form_urlencoded::byte_serialize(signature.as_bytes()).collect();
    [
        ("client-id", CLIENT.to_owned()),
        ("response-time", time.to_owned()),
        ("request-time", time.to_owned()),
        ("signature", format!("algorithm=RSA256,keyVersion=1,signature={encoded}")),
    ]
    .map(|(n, v)| (n.to_owned(), v))
    .to_vec()
}

fn answer(pair: &Pair, seen: &Seen, body: &Value) -> Reply {
    let body = body.to_string();
    Reply::Answer { status: 200, headers: signed_by(pair, &seen.target, &body), body: body.into_bytes() }
}

fn result(status: &str, code: &str) -> Value {
    json!({ "resultStatus": status, "resultCode": code, "resultMessage": "…" })
}

fn is_signed(seen: &Seen) -> bool {
    let time = seen.header("request-time").unwrap();
    assert_eq!(time, start().as_millis().to_string());
    let header = seen.header("signature").unwrap().strip_prefix("algorithm=RSA256,keyVersion=1,signature=").unwrap();
    let signature = percent_encoding::percent_decode_str(header).decode_utf8().unwrap();
    let message = format!("POST {}\n{CLIENT}.{time}.{}", seen.target, seen.body);
    merchant().verifies(message.as_bytes(), &signature)
}

fn paid() -> Value {
    json!({
        "result": result("S", "SUCCESS"), "paymentStatus": "SUCCESS", "paymentRequestId": NUMBER,
        "paymentId": "2026010219401080010018", "paymentAmount": {"currency": "CNY", "value": "8880"},
        "paymentTime": "2026-01-02T03:05:09+08:00",
    })
}

fn asked_for() -> OrderRef<'static> {
    asked(Flow::Page)
}

#[tokio::test]
async fn a_payment_is_opened_in_cny_and_settled_in_the_merchants_currency() {
    let (gateway, stand_in) = antom(|seen| {
        let body = json!({
            "result": result("U", "PAYMENT_IN_PROCESS"), "normalUrl": "https://open-sea.alipay.com/x",
            "schemeUrl": "alipays://x", "paymentId": "1",
        });
        answer(alipay(), seen, &body)
    })
    .await;
    let open = async |flow| {
        let order: OrderToOpen = order(flow);
        let request = gateway.prepare(&order).unwrap();
        let prepared = PreparedOrder { flow, request: &request, return_url: RETURN_URL, hop_url: "" };
        match gateway.create(&prepared).await.unwrap().into_inner() {
            Opened::Waiting { next_action, .. } => next_action,
            Opened::Settled(_) => panic!(),
        }
    };
    assert!(
        matches!(open(Flow::Page).await, NextAction::Redirect { url, .. } if url == "https://open-sea.alipay.com/x")
    );
    assert!(matches!(open(Flow::Wap).await, NextAction::Redirect { .. }));
    let NextAction::InvokeApp { parameters } = open(Flow::App).await else { panic!() };
    assert_eq!(parameters["schemeUrl"], "alipays://x");

    let seen = stand_in.seen();
    assert!(seen.iter().all(|s| is_signed(s) && s.target == format!("{PATH}pay")));
    let sent: Value = serde_json::from_str(&seen[0].body).unwrap();
    assert_eq!(sent["paymentAmount"], json!({"currency": "CNY", "value": "8880"}), "minor units");
    assert_eq!(sent["settlementStrategy"]["settlementCurrency"], "USD");
    assert_eq!(sent["paymentMethod"]["paymentMethodType"], "ALIPAY_CN");
    assert_eq!(sent["paymentRedirectUrl"], RETURN_URL);
    assert_eq!(gateway.settlement_currency(), Some("USD"));
    assert!(gateway.prepare(&order(Flow::Barcode)).is_err());
}

#[tokio::test]
async fn a_payment_is_asked_about_and_cancelled() {
    let (gateway, _) = antom(|seen| answer(alipay(), seen, &paid())).await;
    let report = gateway.query(&asked_for()).await.unwrap().into_inner();
    assert_eq!((report.amount.map(Fen::get), report.currency.as_deref()), (Some(8880), Some("CNY")));
    assert!(matches!(report.state, OrderState::Paid { paid_at: Some(_), .. }));
    assert_eq!(gateway.close(&asked_for()).await.unwrap().get().state, OrderState::Closed);

    let (gateway, _) = antom(|seen| answer(alipay(), seen, &json!({"result": result("F", "ORDER_NOT_EXIST")}))).await;
    let missing = gateway.query(&asked_for()).await;
    assert!(matches!(missing, Err(GatewayError::Declined { reason: DeclineReason::NotFound, .. })), "{missing:?}");
}

/// The rate was fixed with the payment: what is paid out is told beside it. It decides nothing.
#[tokio::test]
async fn what_is_paid_out_is_told_beside_what_was_paid() {
    for (told, expected) in [
        (json!({"currency": "USD", "value": "1234"}), Some(("USD", 1234))),
        (json!({"currency": "JPY", "value": "1890"}), Some(("JPY", 1890))),
        (json!({"currency": "CNY", "value": "8880"}), None),
        (json!({"currency": "USD", "value": "12.34"}), None),
        (json!({"currency": "USD", "value": 1234}), None),
        (json!("1234 USD"), None),
        (json!(null), None),
    ] {
        let mut body = paid();
        body["grossSettlementAmount"] = told.clone();
        let (gateway, _) = antom(move |seen| answer(alipay(), seen, &body)).await;
        let report = gateway.query(&asked_for()).await.unwrap().into_inner();
        let settlement = report.settlement.as_ref().map(|s| (s.currency.as_str(), s.amount_minor));
        assert_eq!(settlement, expected, "{told}");
        assert_eq!(report.amount.map(Fen::get), Some(8880));
    }
}

#[tokio::test]
async fn what_is_not_proven_or_not_known_is_unknown() {
    for (label, reply) in [
        ("unsigned", None),
        ("a stranger's", Some((other(), paid()))),
        ("our own", Some((merchant(), paid()))),
        ("not known", Some((alipay(), json!({"result": result("U", "UNKNOWN_EXCEPTION")})))),
        (
            "another currency",
            Some((alipay(), {
                let mut told = paid();
                told["paymentAmount"]["currency"] = json!("USD");
                told
            })),
        ),
        (
            "another number",
            Some((alipay(), {
                let mut told = paid();
                told["paymentRequestId"] = json!("LD_ANOTHER");
                told
            })),
        ),
        ("no result", Some((alipay(), json!({"paymentStatus": "SUCCESS"})))),
    ] {
        let (gateway, _) = antom(move |seen| match &reply {
            Some((pair, body)) => answer(pair, seen, body),
            None => Reply::plain(200, &paid().to_string()),
        })
        .await;
        let told = gateway.query(&asked_for()).await;
        assert!(matches!(told, Err(GatewayError::Unknown(_))), "{label}: {told:?}");
    }
}

#[tokio::test]
async fn a_refund_names_the_payment_by_antoms_number() {
    let (gateway, stand_in) = antom(|seen| {
        let body = match seen.target.rsplit('/').next().unwrap() {
            "inquiryPayment" => paid(),
            "refund" => json!({"result": result("S", "SUCCESS"), "refundId": "R9", "refundRequestId": "LDR1"}),
            _ => json!({
                "result": result("S", "SUCCESS"), "refundStatus": "SUCCESS", "refundRequestId": "LDR1",
                "refundAmount": {"currency": "CNY", "value": "1000"},
            }),
        };
        answer(alipay(), seen, &body)
    })
    .await;
    let request = gateway
        .prepare_refund(&RefundToRequest {
            out_trade_no: NUMBER.to_owned(),
            out_refund_no: "LDR1".to_owned(),
            amount: Fen::new(1000).unwrap(),
            order_amount: Fen::new(8880).unwrap(),
            reason: None,
            notify_url: NOTIFY_URL.to_owned(),
            from_available_balance: false,
            earlier_refunds: 0,
            failed_refunds: 0,
            flow: Flow::Qr,
            gateway_trade_no: None,
            paid_at: None,
        })
        .unwrap();
    let report = gateway.refund(&request).await.unwrap().into_inner();
    assert_eq!((report.amount.get(), report.gateway_refund_no.as_deref()), (1000, Some("R9")));
    let sent: Value = serde_json::from_str(&stand_in.seen()[1].body).unwrap();
    assert_eq!(sent["paymentId"], "2026010219401080010018");
    let known = RefundRef {
        out_trade_no: NUMBER,
        out_refund_no: "LDR1",
        amount: Fen::new(1000).unwrap(),
        order_amount: Fen::new(8880).unwrap(),
    };
    let found = gateway.query_refund(&known).await.unwrap().into_inner();
    assert_eq!(found.state, RefundState::Succeeded { succeeded_at: None });
}

#[tokio::test]
async fn notifications_are_signed_over_the_path_they_came_by() {
    let credentials = antom_credentials("http://127.0.0.1:1");
    let path = format!("/notify/antom/{}", credentials.account_id);
    let gateway = open_antom(&credentials).unwrap();
    let mut told = paid();
    told["notifyType"] = json!("PAYMENT_RESULT");
    told.as_object_mut().unwrap().remove("paymentStatus");
    let body = told.to_string();
    let notification = |pair: &Pair, signed_path: &str, called: &str, body: &str| {
        let mut headers = signed_by(pair, signed_path, body);
        headers.push((RawNotification::PATH.to_owned(), called.to_owned()));
        RawNotification { headers, body: body.to_owned().into() }
    };
    let read = async |raw: RawNotification| gateway.read_notification(&raw).await.map(|n| n.into_inner().notice);
    let good = read(notification(alipay(), &path, &path, &body)).await.unwrap();
    assert!(matches!(good, Notice::Order(report) if matches!(report.state, OrderState::Paid { .. })));
    // A proxy in front shows the whole path to Antom, or cuts it before us.
    assert!(read(notification(alipay(), "/pay/notify", "/pay/notify", &body)).await.is_ok());
    assert!(read(notification(alipay(), &path, "/cut", &body)).await.is_ok());
    for (label, raw) in [
        ("another path", notification(alipay(), "/elsewhere", &path, &body)),
        ("a stranger's", notification(other(), &path, &path, &body)),
        ("altered", {
            let headers = notification(alipay(), &path, &path, &body).headers;
            RawNotification { headers, body: body.replace("8880", "1").into() }
        }),
        ("unsigned", RawNotification { headers: Vec::new(), body: body.clone().into() }),
    ] {
        assert!(read(raw).await.is_err(), "{label}");
    }
    let failed = body.replace("\"S\"", "\"F\"");
    assert_eq!(read(notification(alipay(), &path, &path, &failed)).await.unwrap(), Notice::Other);
    let heard: Value = serde_json::from_slice(&gateway.acknowledge(Outcome::Recorded).body).unwrap();
    assert_eq!(heard["result"]["resultStatus"], "S");
}

#[test]
fn mistakes_in_settings_have_names() {
    let with = |change: &dyn Fn(&mut AccountCredentials)| {
        let mut credentials = antom_credentials("http://127.0.0.1:1");
        change(&mut credentials);
        open_antom(&credentials).err().unwrap_or_default()
    };
    assert_eq!(with(&|_| ()), Vec::<&str>::new());
    assert_eq!(with(&|c| c.settings["client_id"] = json!("a b")), ["invalid_client_id"]);
    assert_eq!(with(&|c| c.settings["settlement_currency"] = json!("dollar")), ["invalid_currency"]);
    assert_eq!(
        with(&|c| c.secrets["antom_public_key"] = json!(merchant().public_pem())),
        ["own_key_instead_of_antoms"]
    );
    assert_eq!(with(&|c| c.mode = Mode::Live), ["not_antom_host", "client_id_of_other_mode"]);
    assert_eq!(
        with(&|c| {
            c.settings["api_base"] = json!("https://open-sea-global.alipay.com");
            c.settings["client_id"] = json!("LIVE0001");
        }),
        ["client_id_of_other_mode"]
    );
}

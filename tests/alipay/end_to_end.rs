//! The sidecar against the stand-in, which reads the protocol for itself: every flow of every mode is opened
//! through the REST API, paid as a shopper pays, notified, and counted once.

use luodi::sandbox::alipay::{
    BarcodeOutcome, CertificateNaming, FaultKind, MerchantDraft, Operation, PayDraft, PaymentCodeDraft, RefundStatus,
    TradeStatus, TrustMode, buyer_id_of,
};
use serde_json::{Value, json};

use crate::support::alipay::AlipayAccount;
use crate::support::phone::{Phone, SAFARI, attribute};
use crate::support::{House, out_trade_no, path_of, text};

async fn opened(house: &House, alipay: &AlipayAccount, flow: &str, shopper: Value) -> Value {
    let answer = alipay.open(house, flow, shopper).await;
    assert_eq!(answer.status, 201, "{flow}: {}", answer.text);
    answer.json()
}

fn next_action(payment: &Value) -> Value {
    payment["attempts"][0]["next_action"].clone()
}

async fn count(house: &House, kind: &str) -> usize {
    house.event_types().await.iter().filter(|told| *told == kind).count()
}

/// Opens the sheet of a code or a trade on the phone and pays there.
async fn pay_on_sheet(house: &House, path: &str) {
    let base = house.sandbox.base_url();
    let phone = Phone::new(SAFARI);
    let sheet = phone.open(&format!("{base}{path}")).await;
    assert!(sheet.status == 200 && sheet.text.contains("id=\"pay\""), "{}", sheet.text);
    let paid = phone.submit(&format!("{base}{path}/pay"), &[]).await;
    assert!(Phone::next(&paid).contains("/paid"), "{}", paid.text);
}

async fn pay_a_code(house: &House, payment: &Value) {
    let code = text(&next_action(payment)["code_url"]);
    let id = code.strip_prefix("https://qr.alipay.com/").unwrap_or_else(|| panic!("{payment:#}"));
    pay_on_sheet(house, &format!("/phone/alipay/{id}")).await;
}

/// The desktop browser: posts the form, logs in at Alipay's cashier and comes back.
async fn pay_a_page(house: &House, payment: &Value) {
    let browser = Phone::new("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/128.0");
    let (base, action) = (house.sandbox.base_url(), next_action(payment));
    let fields: Vec<(String, String)> =
        action["fields"].as_object().expect("fields").iter().map(|(name, value)| (name.clone(), text(value))).collect();
    let form: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let to_cashier = browser.submit(&text(&action["action"]), &form).await;
    let cashier = format!("{base}{}", Phone::next(&to_cashier));
    let page = browser.open(&cashier).await;
    assert!(page.status == 200 && page.text.contains("12.80"), "{} {}", cashier, page.text);
    let back = Phone::next(&browser.submit(&format!("{cashier}/pay"), &[]).await);
    come_back(house, &browser, &back).await;
}

/// The signed way back proves nothing: the sidecar asks, and shows the shopper how it stands.
async fn come_back(house: &House, browser: &Phone, back: &str) {
    assert!(back.contains("/return/") && back.contains("&sign=") && !back.contains("trade_status"), "{back}");
    let told = browser.open(back).await;
    assert!(told.status < 400, "{} {}", told.status, told.text);
    assert_eq!(house.sandbox.alipay().faults(), []);
}

async fn pay_a_mobile_page(house: &House, payment: &Value) {
    let phone = Phone::new(SAFARI);
    let base = house.sandbox.base_url();
    let to_page = phone.open(&text(&next_action(payment)["gateway_url"])).await;
    let landing = format!("{base}{}", Phone::next(&to_page));
    let page = phone.open(&landing).await;
    assert_eq!(page.status, 200, "{}", page.text);
    assert!(page.text.contains("id=\"quit\""), "there is a way to leave: {}", page.text);
    let confirm = format!("{base}{}", attribute(&page, "id=\"confirm\" href"));
    assert!(phone.open(&confirm).await.text.contains("id=\"pay\""));
    let paid = phone.submit(&format!("{confirm}/pay"), &[]).await;
    let back = Phone::next(&phone.open(&format!("{base}{}", Phone::next(&paid))).await);
    come_back(house, &phone, &back).await;
}

async fn pay_in_an_app(house: &House, alipay: &AlipayAccount, payment: &Value) {
    let order_string = text(&next_action(payment)["parameters"]["orderString"]);
    let invoked =
        alipay.sandbox.invoke_app(&order_string).unwrap_or_else(|refused| panic!("{refused}: {order_string}"));
    assert_eq!(invoked.out_trade_no, out_trade_no(payment));
    pay_on_sheet(house, &invoked.sheet_path).await;
}

async fn pay_inside_alipay(house: &House, alipay: &AlipayAccount, payment: &Value) {
    let trade_no = text(&next_action(payment)["parameters"]["tradeNO"]);
    let invoked = alipay.sandbox.invoke_jsapi(&trade_no).expect("the sheet comes up");
    pay_on_sheet(house, &invoked.sheet_path).await;
}

async fn pay_by(house: &House, alipay: &AlipayAccount, flow: &str, payment: &Value) {
    match flow {
        "qr" => pay_a_code(house, payment).await,
        "page" => pay_a_page(house, payment).await,
        "wap" => pay_a_mobile_page(house, payment).await,
        "app" => pay_in_an_app(house, alipay, payment).await,
        "jsapi" => pay_inside_alipay(house, alipay, payment).await,
        _ => {}
    }
}

fn shopper(alipay: &AlipayAccount, flow: &str) -> Value {
    match flow {
        "jsapi" => json!({ "openid": buyer_id_of("shopper"), "ip": "203.0.113.7" }),
        "barcode" => {
            let code = alipay.sandbox.show_payment_code(PaymentCodeDraft::default()).expect("a code");
            json!({ "auth_code": code.auth_code })
        }
        _ => json!({ "ip": "203.0.113.7" }),
    }
}

/// Opened, paid, told twice over, and counted once.
async fn every_flow_is_paid_once(draft: MerchantDraft, settings: Value) {
    let house = House::build().await;
    let alipay = house.add_alipay(draft, settings).await;
    for (at, flow) in ["qr", "page", "wap", "app", "jsapi", "barcode"].into_iter().enumerate() {
        let payment = opened(&house, &alipay, flow, shopper(&alipay, flow)).await;
        pay_by(&house, &alipay, flow, &payment).await;
        assert_eq!(alipay.trade(&payment).trade_status, Some(TradeStatus::TradeSuccess), "{flow}");
        house.sandbox.step().await;
        assert_eq!(house.read(&payment).await["status"], "paid", "{flow}");
        alipay.sandbox.notify_again(&alipay.merchant.app_id, &out_trade_no(&payment)).await;
        house.pass_s(30).await;
        assert_eq!(count(&house, "payment.paid").await, at + 1, "{flow}");
        let attempt = &house.read(&payment).await["attempts"][0];
        assert_eq!(json!(alipay.trade(&payment).trade_no), attempt["gateway_trade_no"], "{flow}");
    }
    let book = alipay.book();
    assert_eq!(book.balance_fen, 6 * 1280);
    let unheard: Vec<_> =
        book.notifications.iter().filter(|n| !n.attempts.iter().any(|a| a.answer == "success")).collect();
    assert!(unheard.is_empty(), "{unheard:#?}");
    assert_eq!(count(&house, "payment.mismatch").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_flow_is_paid_once_with_bare_keys() {
    every_flow_is_paid_once(MerchantDraft::default(), json!({})).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_flow_is_paid_once_with_encrypted_content() {
    let draft = MerchantDraft { content_encryption: true, open_ids: true, ..MerchantDraft::default() };
    every_flow_is_paid_once(draft, json!({})).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_flow_is_paid_once_with_certificates() {
    let draft = MerchantDraft { trust_mode: TrustMode::Certificates, ..MerchantDraft::default() };
    every_flow_is_paid_once(draft, json!({})).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_flow_is_paid_once_by_version_three() {
    every_flow_is_paid_once(MerchantDraft::default(), json!({ "api": "v3" })).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_flow_is_paid_once_by_version_three_with_certificates_and_encryption() {
    let (trust_mode, certificate_naming) = (TrustMode::Certificates, CertificateNaming::Signed);
    let draft = MerchantDraft { trust_mode, certificate_naming, content_encryption: true, ..MerchantDraft::default() };
    every_flow_is_paid_once(draft, json!({ "api": "v3" })).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_flow_is_paid_once_by_a_service_provider() {
    let draft = MerchantDraft { service_provider: true, ..MerchantDraft::default() };
    every_flow_is_paid_once(draft, json!({})).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_flow_is_paid_once_by_a_service_provider_with_certificates_and_version_three() {
    let trust_mode = TrustMode::Certificates;
    let draft = MerchantDraft { service_provider: true, trust_mode, ..MerchantDraft::default() };
    every_flow_is_paid_once(draft, json!({ "api": "v3" })).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_in_a_frame_is_scanned_and_leads_back_inside_the_frame() {
    let house = House::build().await;
    let alipay = house.add_alipay(MerchantDraft::default(), json!({ "qr_product": "page" })).await;
    let payment = opened(&house, &alipay, "qr", json!({})).await;
    let action = next_action(&payment);
    let browser = Phone::new(SAFARI);
    let frame = browser.arrive(&text(&action["url"])).await;
    let drawn = attribute(&frame, "role=\"img\" width");
    assert_eq!(drawn, action["width_px"].to_string());
    assert!(frame.header("content-security-policy").expect("a policy").contains("frame-ancestors http: https:"));
    let code = attribute(&frame, "data-code");
    assert_eq!(alipay.trade(&payment).trade_status, None, "a look opens nothing");
    pay_on_sheet(&house, &format!("/phone/alipay/{}", code.trim_start_matches("https://qr.alipay.com/"))).await;
    let cashier = format!("{}{}", house.sandbox.base_url(), attribute(&frame, "data-state").trim_end_matches("/state"));
    come_back(&house, &browser, &Phone::next(&browser.open(&cashier).await)).await;
    house.sandbox.step().await;
    assert_eq!(house.read(&payment).await["status"], "paid");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_certificate_is_fetched_when_it_is_met_and_a_strangers_is_not_believed() {
    let house = House::build().await;
    let draft = MerchantDraft { trust_mode: TrustMode::Certificates, ..MerchantDraft::default() };
    let alipay = house.add_alipay(draft, json!({})).await;
    let app_id = &alipay.merchant.app_id;
    alipay.sandbox.rotate(app_id).await.expect("a new certificate");
    let payment = opened(&house, &alipay, "qr", json!({})).await;
    alipay.pay(&payment);
    house.sandbox.step().await;
    assert_eq!(house.read(&payment).await["status"], "paid");

    let payment = opened(&house, &alipay, "qr", json!({})).await;
    alipay.pay(&payment);
    alipay.sandbox.rotate_to_impostor(app_id).await.expect("a stranger's certificate");
    house.sandbox.step().await;
    house.pass_s(30).await;
    assert_eq!(house.read(&payment).await["status"], "open", "whom the roots do not vouch for is not believed");
    alipay.sandbox.rotate(app_id).await.expect("Alipay's own again");
    alipay.sandbox.notify_again(app_id, &out_trade_no(&payment)).await;
    assert_eq!(house.read(&payment).await["status"], "paid");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_bent_is_not_counted_and_the_truth_is_once() {
    let (house, alipay) = House::with_alipay().await;
    for kind in [
        FaultKind::BadSignature,
        FaultKind::Unsigned,
        FaultKind::WrongAmount,
        FaultKind::WrongSeller,
        FaultKind::WrongApp,
        FaultKind::UnknownOrder,
        FaultKind::WaitBuyerPay,
        FaultKind::Malformed,
    ] {
        let payment = opened(&house, &alipay, "qr", json!({})).await;
        let before = count(&house, "payment.paid").await;
        alipay.pay(&payment);
        alipay.fault(Operation::Notify, kind.clone());
        assert_eq!(house.sandbox.step().await, 1, "{kind:?}");
        assert_eq!(house.read(&payment).await["status"], "open", "{kind:?}");
        house.clock.advance_s(240);
        alipay.sandbox.notify_again(&alipay.merchant.app_id, &out_trade_no(&payment)).await;
        assert_eq!(house.read(&payment).await["status"], "paid", "{kind:?}");
        assert_eq!(count(&house, "payment.paid").await, before + 1, "{kind:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn genuine_messages_of_every_shape_are_believed_once() {
    let (house, alipay) = House::with_alipay().await;
    for kind in [
        FaultKind::Duplicate { copies: 2 },
        FaultKind::Parallel { copies: 4 },
        FaultKind::Restated,
        FaultKind::EmptyMember,
        FaultKind::EmptyMemberUnsigned,
        FaultKind::SignTypeSigned,
    ] {
        let payment = opened(&house, &alipay, "qr", json!({})).await;
        let before = count(&house, "payment.paid").await;
        alipay.pay(&payment);
        alipay.fault(Operation::Notify, kind.clone());
        house.sandbox.step().await;
        assert_eq!(house.read(&payment).await["status"], "paid", "{kind:?}");
        assert_eq!(count(&house, "payment.paid").await, before + 1, "{kind:?}");
    }
}

async fn refund(house: &House, payment: &Value, fen: i64) -> Value {
    let answer = house.post(&path_of(payment, "/refunds"), json!({ "amount_fen": fen })).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    answer.json()
}

async fn paid(house: &House, alipay: &AlipayAccount) -> Value {
    let payment = opened(house, alipay, "qr", json!({})).await;
    alipay.pay(&payment);
    house.sandbox.step().await;
    house.read(&payment).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_is_refunded_in_parts_and_then_whole() {
    for settings in [json!({}), json!({ "api": "v3" })] {
        let house = House::build().await;
        let alipay = house.add_alipay(MerchantDraft::default(), settings).await;
        let payment = paid(&house, &alipay).await;
        refund(&house, &payment, 500).await;
        house.sandbox.step().await;
        assert_eq!(house.read(&payment).await["status"], "partly_refunded");
        assert_eq!(alipay.trade(&payment).trade_status, Some(TradeStatus::TradeSuccess));
        refund(&house, &payment, 780).await;
        house.sandbox.step().await;
        house.pass_s(60).await;
        let now = house.read(&payment).await;
        assert_eq!((&now["status"], &now["refunded_fen"]), (&json!("refunded"), &json!(1280)));
        assert_eq!(alipay.trade(&payment).trade_status, Some(TradeStatus::TradeClosed));
        let over = house.post(&path_of(&payment, "/refunds"), json!({ "amount_fen": 1 })).await;
        assert_eq!(over.status, 422, "{}", over.text);
        assert_eq!(alipay.book().balance_fen, 0);
        assert_eq!(count(&house, "refund.succeeded").await, 2);
    }
}

/// Time passes in steps, as it does for a server that is left alone.
async fn a_while_later(house: &House) {
    for _ in 0..8 {
        house.pass_s(15).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refund_whose_answer_says_nothing_moves_money_once() {
    let server_error = || FaultKind::ErrorAfterCommit { code: "20000".into(), sub_code: "isp.unknow-error".into() };
    let system_error = || FaultKind::ErrorAfterCommit { code: "40004".into(), sub_code: "ACQ.SYSTEM_ERROR".into() };
    for kind in [
        FaultKind::ResetAfterCommit,
        FaultKind::ResetBeforeCommit,
        FaultKind::HttpStatus { status: 502 },
        FaultKind::BadSignature,
        FaultKind::NoFundChange,
        server_error(),
        system_error(),
    ] {
        let (house, alipay) = House::with_alipay().await;
        let payment = paid(&house, &alipay).await;
        alipay.fault(Operation::Refund, kind.clone());
        refund(&house, &payment, 500).await;
        a_while_later(&house).await;
        house.sandbox.step().await;
        let refunds = alipay.book().refunds;
        assert_eq!(refunds.len(), 1, "{kind:?}");
        assert_eq!((refunds[0].amount_fen, refunds[0].status), (500, RefundStatus::Success), "{kind:?}");
        let now = house.read(&payment).await;
        assert_eq!((&now["status"], &now["refunded_fen"]), (&json!("partly_refunded"), &json!(500)), "{kind:?}");
        assert_eq!(count(&house, "refund.succeeded").await, 1, "{kind:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_whose_answer_was_lost_is_opened_once() {
    let unknown = || FaultKind::ErrorAfterCommit { code: "20000".into(), sub_code: "aop.unknow-error".into() };
    for kind in [
        FaultKind::ResetAfterCommit,
        FaultKind::HttpStatus { status: 500 },
        FaultKind::Unsigned,
        FaultKind::BadSignature,
        unknown(),
    ] {
        let (house, alipay) = House::with_alipay().await;
        alipay.fault(Operation::Precreate, kind.clone());
        let payment = opened(&house, &alipay, "qr", json!({})).await;
        assert_eq!(payment["attempts"][0]["status"], "unknown", "{kind:?}");
        a_while_later(&house).await;
        let found = house.read(&payment).await;
        assert_eq!(found["attempts"].as_array().map(Vec::len), Some(1), "{kind:?}");
        assert_eq!(alipay.book().trades.len(), 1, "{kind:?}");
        pay_a_code(&house, &found).await;
        house.sandbox.step().await;
        assert_eq!(house.read(&payment).await["status"], "paid", "{kind:?}");
        assert_eq!(count(&house, "payment.paid").await, 1, "{kind:?}");
    }
}

async fn scanned(house: &House, alipay: &AlipayAccount, outcome: BarcodeOutcome) -> Value {
    let draft = PaymentCodeDraft { outcome, buyer: None };
    let code = alipay.sandbox.show_payment_code(draft).expect("a code").auth_code;
    opened(house, alipay, "barcode", json!({ "auth_code": code })).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payers_code_is_charged_once_however_it_is_answered() {
    every_answer_to_a_payers_code(json!({})).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payers_code_is_charged_once_however_version_three_answers() {
    every_answer_to_a_payers_code(json!({ "api": "v3" })).await;
}

async fn every_answer_to_a_payers_code(settings: Value) {
    let house = House::build().await;
    let alipay = house.add_alipay(MerchantDraft::default(), settings).await;
    let payment = scanned(&house, &alipay, BarcodeOutcome::Success).await;
    assert_eq!(payment["attempts"][0]["status"], "paid");

    let payment = scanned(&house, &alipay, BarcodeOutcome::Password).await;
    assert_eq!(house.read(&payment).await["status"], "open", "10003 is no payment");
    alipay.pay(&payment);
    house.pass_s(15).await;
    assert_eq!(house.read(&payment).await["status"], "paid");

    let payment = scanned(&house, &alipay, BarcodeOutcome::UnknownPaid).await;
    house.pass_s(5).await;
    assert_eq!(house.read(&payment).await["status"], "paid", "20000 is asked about");

    let poor = BarcodeOutcome::Refused { sub_code: "ACQ.BUYER_BALANCE_NOT_ENOUGH".to_owned() };
    let payment = scanned(&house, &alipay, poor).await;
    assert_eq!(payment["attempts"][0]["status"], "failed");
    house.sandbox.step().await;
    assert_eq!(count(&house, "payment.paid").await, 3);
    assert_eq!(alipay.book().balance_fen, 3 * 1280);
}

#[tokio::test(flavor = "multi_thread")]
async fn money_that_comes_after_the_close_is_kept_and_told() {
    let (house, alipay) = House::with_alipay().await;
    let payment = opened(&house, &alipay, "qr", json!({})).await;
    let (app_id, number) = (&alipay.merchant.app_id, out_trade_no(&payment));
    alipay.sandbox.scan(app_id, &number).expect("a scan");
    let closed = house.post(&path_of(&payment, "/close"), json!({})).await;
    assert!(closed.status < 300, "{}", closed.text);
    assert_eq!(alipay.trade(&payment).trade_status, Some(TradeStatus::TradeClosed));
    assert_eq!(house.read(&payment).await["status"], "closed");
    alipay.sandbox.pay(app_id, &number, &PayDraft { force: true, ..PayDraft::default() }).expect("a late payment");
    house.sandbox.step().await;
    let late = house.read(&payment).await;
    assert_eq!((&late["status"], &late["late"]), (&json!("paid"), &json!(true)));
}

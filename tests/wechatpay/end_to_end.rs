//! The gateway against the sandbox, which reads the protocol for itself: where both agree, neither made it up.

use std::sync::Arc;

use luodi::clock::HandClock;
use luodi::gateways::statement::{Fetched, StatementKind, StatementLine, StatementToFetch, TradeKind};
use luodi::gateways::wechatpay::WeChatPay;
use luodi::gateways::{
    AccountCredentials, CheckDepth, DeclineReason, Finding, Gateway as _, GatewayError, Opened, OrderState,
    OrderToOpen, PreparedOrder, RefundState, RefundToRequest, Severity,
};
use luodi::ids::AccountId;
use luodi::money::Fen;
use luodi::payments::attempt::{Flow, GatewayName, NextAction, Shopper};
use luodi::payments::payment::Mode;
use luodi::sandbox::{
    CodepayOutcome, Fault, FaultKind, MerchantDraft, Operation, PayDraft, PaymentCodeDraft, Sandbox, SandboxSettings,
    SubMerchantDraft, TrustMode, openid_of,
};
use serde_json::{Value, json};

use crate::stand_in::{asked, asked_refund, open, start};

const MINI_PROGRAM: &str = "wx00000000000000aa";
const APP: &str = "wx00000000000000bb";
const SUB: &str = "1600000001";
const SUB_APP: &str = "wx00000000000000cc";

struct House {
    sandbox: Sandbox,
    clock: Arc<HandClock>,
    account: AccountCredentials,
    mchid: String,
    appid: String,
}

impl House {
    async fn with(draft: MerchantDraft, more: Value) -> Self {
        let clock = HandClock::at(start());
        let sandbox = luodi::sandbox::start(SandboxSettings::default(), clock.clone()).await.unwrap();
        let merchant = sandbox.add_merchant(draft).await.unwrap();
        let mut settings = json!({
            "mchid": merchant.mchid, "appid": merchant.appid, "merchant_serial": merchant.merchant_serial,
            "merchant_certificate": merchant.merchant_certificate_pem, "api_base": sandbox.base_url(),
            "wechatpay_public_key_id": merchant.wechatpay_public_key_id, "codepay": "v3", "store_id": "store-1",
        });
        settings.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let account = AccountCredentials {
            account_id: AccountId::generate(),
            gateway: GatewayName::WeChatPay,
            mode: Mode::Test,
            settings,
            secrets: json!({
                "merchant_private_key": merchant.merchant_private_key_pem, "apiv3_key": merchant.apiv3_key,
                "wechatpay_public_key": merchant.wechatpay_public_key_pem,
            }),
        };
        Self { sandbox, clock, account, mchid: merchant.mchid, appid: merchant.appid }
    }

    async fn new() -> Self {
        let appids = vec![MINI_PROGRAM.to_owned(), APP.to_owned()];
        let draft = MerchantDraft { appids, ..MerchantDraft::default() };
        Self::with(draft, json!({"mini_program_appid": MINI_PROGRAM, "app_appid": APP})).await
    }

    fn gateway(&self) -> WeChatPay {
        open(&self.account, &self.clock)
    }

    fn order(&self, flow: Flow, number: &str, shopper: Shopper) -> OrderToOpen {
        OrderToOpen {
            flow,
            out_trade_no: number.to_owned(),
            amount: Fen::new(1000).unwrap(),
            description: "茶,`一壶".to_owned(),
            expires_at: luodi::clock::Clock::now(&*self.clock).plus_s(1800),
            notify_url: "http://127.0.0.1:9/notify".to_owned(),
            shopper,
        }
    }

    async fn opens(&self, flow: Flow, number: &str, shopper: Shopper) -> Result<Opened, GatewayError> {
        let gateway = self.gateway();
        let request = gateway.prepare(&self.order(flow, number, shopper))?;
        let (return_url, hop_url) = ("https://shop.example/return/att_1", "https://shop.example/go/att_1");
        let prepared = PreparedOrder { flow, request: &request, return_url, hop_url };
        gateway.create(&prepared).await.map(luodi::gateways::Verified::into_inner)
    }

    async fn action(&self, flow: Flow, number: &str, shopper: Shopper) -> NextAction {
        match self.opens(flow, number, shopper).await {
            Ok(Opened::Waiting { next_action, .. }) => next_action,
            other => panic!("{flow:?}: {other:?}"),
        }
    }

    fn payer(&self, appid: &str) -> Shopper {
        Shopper { payer_id: Some(openid_of(appid, "ming")), app_id: Some(appid.to_owned()), ..Shopper::default() }
    }

    fn pay(&self, number: &str) {
        self.sandbox.pay(&self.mchid, number, &PayDraft::default()).unwrap();
    }

    async fn state(&self, number: &str) -> OrderState {
        let report = self.gateway().query(&asked(Flow::Qr, number)).await.unwrap().into_inner();
        assert_eq!(self.gateway().foreign_identifier(&report.merchant), None);
        report.state
    }
}

fn is_paid(state: &OrderState) -> bool {
    matches!(state, OrderState::Paid { .. })
}

#[tokio::test]
async fn every_flow_is_opened_invoked_and_paid() {
    let house = House::new().await;
    let main = house.appid.clone();
    let NextAction::InvokeJsapi { parameters } = house.action(Flow::Jsapi, "FLOW000001", house.payer(&main)).await
    else {
        panic!("no parameters")
    };
    house.sandbox.invoke_jsapi(&json!(parameters)).unwrap();
    let NextAction::InvokeJsapi { parameters } =
        house.action(Flow::Jsapi, "FLOW000002", house.payer(MINI_PROGRAM)).await
    else {
        panic!("no parameters")
    };
    let mut shown = json!(parameters);
    shown.as_object_mut().unwrap().remove("appId");
    house.sandbox.invoke_mini_program(MINI_PROGRAM, &shown).unwrap();
    let NextAction::InvokeApp { parameters } = house.action(Flow::App, "FLOW000003", Shopper::default()).await else {
        panic!("no parameters")
    };
    assert_eq!(parameters["appid"], APP);
    house.sandbox.invoke_app(&json!(parameters)).unwrap();
    let phone = Shopper { ip: Some("203.0.113.7".to_owned()), ..Shopper::default() };
    let NextAction::Redirect { gateway_url, .. } = house.action(Flow::Wap, "FLOW000004", phone).await else {
        panic!("no link")
    };
    assert!(gateway_url.starts_with(&house.sandbox.base_url()) && gateway_url.contains("&redirect_url=https%3A%2F%2F"));
    house.action(Flow::Qr, "FLOW000005", Shopper::default()).await;
    for number in 1..=5 {
        let number = format!("FLOW00000{number}");
        assert_eq!(house.state(&number).await, OrderState::Unpaid);
        house.pay(&number);
        assert!(is_paid(&house.state(&number).await), "{number}");
    }
    house.action(Flow::Qr, "FLOW000006", Shopper::default()).await;
    assert_eq!(house.gateway().close(&asked(Flow::Qr, "FLOW000006")).await.unwrap().get().state, OrderState::Closed);
    assert_eq!(house.state("FLOW000006").await, OrderState::Closed);

    let stranger = Shopper { payer_id: Some(openid_of("wxother", "ming")), ..Shopper::default() };
    let refused = house.opens(Flow::Jsapi, "FLOW000007", stranger).await;
    assert!(matches!(&refused, Err(GatewayError::Declined { code, .. }) if code == "OPENID_MISMATCH"), "{refused:?}");
}

#[tokio::test]
async fn a_payers_code_is_charged_waited_for_and_reversed() {
    let house = House::new().await;
    let scan = |outcome| {
        let shown = house.sandbox.show_payment_code(PaymentCodeDraft { outcome }).unwrap();
        Shopper { auth_code: Some(shown.auth_code), ..Shopper::default() }
    };
    let settled = house.opens(Flow::Barcode, "CODE000001", scan(CodepayOutcome::Success)).await;
    assert!(matches!(&settled, Ok(Opened::Settled(report)) if is_paid(&report.state)), "{settled:?}");
    for (number, outcome) in
        [("CODE000002", CodepayOutcome::Userpaying), ("CODE000003", CodepayOutcome::UserpayingAccepted)]
    {
        let waits = house.opens(Flow::Barcode, number, scan(outcome)).await.unwrap();
        assert_eq!(waits, Opened::Waiting { next_action: NextAction::Wait, expires_at: None });
        assert_eq!(house.state(number).await, OrderState::Unpaid);
    }
    house.pay("CODE000002");
    assert!(is_paid(&house.state("CODE000002").await));
    house.clock.advance_s(45);
    for number in ["CODE000003", "CODE000002", "CODE000002"] {
        let reversed = house.gateway().close(&asked(Flow::Barcode, number)).await.unwrap().into_inner();
        assert_eq!(reversed.state, OrderState::Closed, "{number}");
        assert_eq!(house.state(number).await, OrderState::Closed, "also the paid one: its money went back");
    }
    let unseen = house.gateway().close(&asked(Flow::Barcode, "CODE000009")).await;
    assert!(matches!(unseen, Err(GatewayError::Declined { reason: DeclineReason::NotFound, .. })), "{unseen:?}");

    let poor = CodepayOutcome::Error { status: 403, code: "NOT_ENOUGH".to_owned() };
    let refused = house.opens(Flow::Barcode, "CODE000004", scan(poor)).await;
    assert!(matches!(refused, Err(GatewayError::Declined { reason: DeclineReason::Other, .. })), "{refused:?}");
    let stale = scan(CodepayOutcome::Success);
    house.clock.advance_s(61);
    let refused = house.opens(Flow::Barcode, "CODE000005", stale).await;
    assert!(matches!(&refused, Err(GatewayError::Declined { code, .. }) if code == "AUTH_CODE_EXPIRE"), "{refused:?}");
    let fault = FaultKind::ErrorAfterCommit { status: 500, code: "SYSTEM_ERROR".to_owned() };
    house.sandbox.add_fault(Fault::new(Operation::Codepay, fault).times(1)).unwrap();
    let doubtful = house.opens(Flow::Barcode, "CODE000006", scan(CodepayOutcome::Success)).await;
    assert!(matches!(doubtful, Err(GatewayError::Unknown(_))), "{doubtful:?}");
    assert!(is_paid(&house.state("CODE000006").await), "a question tells");
}

fn refund(number: &str, refund: &str, fen: i64) -> RefundToRequest {
    RefundToRequest {
        out_trade_no: number.to_owned(),
        out_refund_no: refund.to_owned(),
        amount: Fen::new(fen).unwrap(),
        order_amount: Fen::new(1000).unwrap(),
        reason: Some("七天无理由".to_owned()),
        notify_url: "http://127.0.0.1:9/notify".to_owned(),
        from_available_balance: false,
        earlier_refunds: 0,
        failed_refunds: 0,
        flow: Flow::Qr,
        gateway_trade_no: None,
        paid_at: None,
    }
}

#[tokio::test]
async fn a_service_provider_opens_pays_refunds_and_closes_for_its_sub_merchant() {
    let sub = SubMerchantDraft { mchid: Some(SUB.into()), appids: vec![SUB_APP.into()], ..SubMerchantDraft::default() };
    let draft = MerchantDraft { sub_merchants: vec![sub], ..MerchantDraft::default() };
    let house = House::with(draft, json!({"sub_mchid": SUB, "sub_appid": SUB_APP})).await;
    let gateway = house.gateway();
    let main = house.appid.clone();
    for (number, appid) in [("PART000001", SUB_APP), ("PART000002", main.as_str())] {
        let NextAction::InvokeJsapi { parameters } = house.action(Flow::Jsapi, number, house.payer(appid)).await else {
            panic!("no parameters")
        };
        assert_eq!(parameters["appId"], appid);
        house.sandbox.invoke_jsapi(&json!(parameters)).unwrap();
        house.pay(number);
        assert!(is_paid(&house.state(number).await));
    }
    let report = gateway.refund(&gateway.prepare_refund(&refund("PART000001", "R1", 400)).unwrap()).await.unwrap();
    assert_eq!(report.get().merchant.sub_merchant_no.as_deref(), Some(SUB));
    let settled = gateway.query_refund(&asked_refund("R1")).await.unwrap().into_inner();
    assert!(matches!(settled.state, RefundState::Succeeded { .. }), "{settled:?}");
    house.action(Flow::Qr, "PART000003", Shopper::default()).await;
    gateway.close(&asked(Flow::Qr, "PART000003")).await.unwrap();
    assert_eq!(house.state("PART000003").await, OrderState::Closed);
    house.clock.advance_s(86_400);
    let (_, rows) = rows(&gateway, StatementKind::Trade).await;
    let subs: Vec<_> = rows.iter().filter_map(trade).map(|row| row.merchant.sub_merchant_no.clone()).collect();
    assert_eq!(subs, vec![Some(SUB.to_owned()); 3]);
}

async fn rows(gateway: &WeChatPay, kind: StatementKind) -> (u64, Vec<StatementLine>) {
    let wanted = StatementToFetch { date: "2026-01-01".parse().unwrap(), kind };
    match gateway.statement(&wanted).await {
        Ok(Fetched::Statement(statement)) => (statement.size_bytes, statement.rows.collect::<Result<_, _>>().unwrap()),
        other => panic!("{other:?}"),
    }
}

fn trade(line: &StatementLine) -> Option<&luodi::gateways::statement::TradeRow> {
    match line {
        StatementLine::Trade(row) => Some(row),
        _ => None,
    }
}

#[tokio::test]
async fn the_days_bills_hold_what_was_paid_and_refunded() {
    let house = House::new().await;
    let gateway = house.gateway();
    for number in ["BILL000001", "BILL000002"] {
        house.action(Flow::Qr, number, Shopper::default()).await;
        house.pay(number);
    }
    gateway.refund(&gateway.prepare_refund(&refund("BILL000001", "R1", 400)).unwrap()).await.unwrap();
    let wanted = StatementToFetch { date: "2026-01-01".parse().unwrap(), kind: StatementKind::Trade };
    let early = gateway.statement(&wanted).await;
    assert!(matches!(early, Ok(Fetched::NotReady) | Err(_)), "{early:?}");
    house.clock.advance_s(86_400);
    // Nothing of the day can be signed wrongly: the first file is spoiled, the second is good.
    house.sandbox.add_fault(Fault::new(Operation::TradeBill, FaultKind::WrongHash).times(1)).unwrap();
    let (_, read) = rows(&gateway, StatementKind::Trade).await;
    let count = |kind, fen| read.iter().filter_map(trade).filter(|r| (r.kind, r.amount.get()) == (kind, fen)).count();
    assert_eq!((count(TradeKind::Payment, 1000), count(TradeKind::Refund, 400), read.len()), (2, 1, 4));
    let first = trade(&read[0]).unwrap();
    assert_eq!((first.description.as_str(), first.at), ("茶,`一壶", Some(start())));
    assert_eq!(gateway.foreign_identifier(&first.merchant), None);
    let Some(StatementLine::Summary(summary)) = read.last() else { panic!("no summary") };
    assert_eq!((summary.row_count, summary.paid_fen, summary.refunded_fen), (3, 2000, 400));

    let (_, funds) = rows(&gateway, StatementKind::FundFlow).await;
    let moved: i64 = funds
        .iter()
        .filter_map(|line| match line {
            StatementLine::Fund(row) => Some(if row.is_income { row.amount.get() } else { -row.amount.get() }),
            _ => None,
        })
        .sum();
    let balance = funds.iter().rev().find_map(|line| match line {
        StatementLine::Fund(row) => Some(row.balance_fen),
        _ => None,
    });
    // What was paid and not returned, less WeChat's 0.6 % of it.
    assert_eq!((moved, balance), (1600 - 10, Some(1590)));
    let empty = StatementToFetch { date: "2025-12-31".parse().unwrap(), kind: StatementKind::Trade };
    assert!(matches!(gateway.statement(&empty).await, Ok(Fetched::Empty)));
}

#[tokio::test]
async fn a_large_bill_passes_through_line_by_line() {
    let house = House::new().await;
    house.clock.advance_s(86_400);
    let made = house.sandbox.serve_synthetic_bill(&house.mchid, "2026-01-01", 20_000).await.unwrap();
    let (size, read) = rows(&house.gateway(), StatementKind::Trade).await;
    assert_eq!((read.len() as u64, size), (made.rows + 1, made.bytes));
    let fen: i64 = read.iter().filter_map(trade).map(|row| row.amount.get()).sum();
    let expected: i64 = (0..20_000).map(|at| luodi::sandbox::synthetic_trade("2026-01-01", at).total_fen).sum();
    assert_eq!(fen, expected);
}

#[tokio::test]
async fn both_kinds_of_key_are_believed_through_a_rotation_and_a_migration() {
    let life_s = Some(30 * 86_400);
    let draft = MerchantDraft { trust_mode: TrustMode::Both, certificate_life_s: life_s, ..MerchantDraft::default() };
    let house = House::with(draft, json!({})).await;
    let mut by_certificate = house.account.clone();
    by_certificate.settings.as_object_mut().unwrap().remove("wechatpay_public_key_id");
    by_certificate.secrets.as_object_mut().unwrap().remove("wechatpay_public_key");
    let (both, certificates) = (house.gateway(), open(&by_certificate, &house.clock));
    for day in 0..29 {
        house.clock.advance_s(86_400);
        for (name, gateway) in [("both", &both), ("certificates", &certificates)] {
            gateway.maintain().await;
            let result = gateway.query(&asked(Flow::Qr, "NOTHING001")).await;
            let is_answer = matches!(result, Err(GatewayError::Declined { reason: DeclineReason::NotFound, .. }));
            assert!(is_answer, "{name}, day {day}: {result:?}");
        }
        let number = format!("DAY{day:07}");
        house.action(Flow::Qr, &number, Shopper::default()).await;
        assert!(certificates.query(&asked(Flow::Qr, &number)).await.is_ok(), "day {day}");
    }
}

fn problems(findings: &[Finding]) -> Vec<(Severity, &str, Option<&str>)> {
    // The sandbox's HTTP server tells the real time beside the hand-set one.
    let bad = findings.iter().filter(|f| f.severity != Severity::Ok && f.code != "clock");
    bad.map(|f| (f.severity, f.code.as_str(), f.setting.as_deref())).collect()
}

#[tokio::test]
async fn a_deep_check_names_the_app_that_is_not_bound() {
    let house = House::new().await;
    let deep = CheckDepth::Orders { notify_url: "http://127.0.0.1:9/notify".to_owned() };
    let findings = house.gateway().check(&deep).await;
    assert_eq!(problems(&findings), [], "{findings:?}");
    assert_eq!(findings.iter().filter(|f| f.code == "app_bound").count(), 3);
    let book = house.sandbox.book(&house.mchid).unwrap();
    assert_eq!(book.balance_fen, 0);

    let mut account = house.account.clone();
    account.settings["app_appid"] = json!("wx00000000000000ee");
    let findings = open(&account, &house.clock).check(&deep).await;
    assert_eq!(problems(&findings), [(Severity::Error, "app_not_bound", Some("app_appid"))], "{findings:?}");
    assert_eq!(problems(&open(&account, &house.clock).check(&CheckDepth::Credentials).await), []);

    house
        .sandbox
        .add_fault(Fault::new(
            Operation::Create,
            FaultKind::ErrorBeforeCommit { status: 403, code: "NO_AUTH".to_owned() },
        ))
        .unwrap();
    let findings = house.gateway().check(&deep).await;
    let expected: Vec<_> = ["appid", "mini_program_appid", "app_appid"]
        .map(|setting| (Severity::Error, "product_not_enabled", Some(setting)))
        .into();
    assert_eq!(problems(&findings), expected);
}

#[tokio::test]
async fn a_merchant_certificate_that_ends_soon_is_told_of() {
    let house = House::new().await;
    let gateway = house.gateway();
    let now = luodi::clock::Clock::now(&*house.clock);
    assert_eq!(gateway.expiring_credentials(now), []);
    let certificate = house.account.settings["merchant_certificate"].as_str().unwrap();
    let ends = luodi::crypto::certificate::Certificate::parse(certificate).unwrap().not_after();
    for (before_s, told) in [(90 * 86_400, 0), (90 * 86_400 - 1, 1), (-1, 1)] {
        let soon = gateway.expiring_credentials(ends.plus_s(-before_s));
        assert_eq!(soon.len(), told, "{before_s}");
        assert!(soon.iter().all(|e| e.code == "merchant_certificate" && e.expires_at == ends));
    }
}

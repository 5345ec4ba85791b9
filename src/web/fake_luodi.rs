//! Test only: answers as Luodi's REST surface does, as far as the cashier's page and the demo shop ask.
//! `/pay/{state}` shows the cashier in a state by name; a payment made over REST has a cashier of its own.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use serde_json::{Value, json};

use super::cashier::{AttemptView, CashierProblem, CashierView, FrameView, MethodReason, MethodView, render_cashier};
use super::{PAGE_HEADERS, assets, docs, qr};
use crate::clock::Timestamp;
use crate::i18n::Locale;
use crate::payments::PaymentStatus;
use crate::payments::environment::Wallet;

pub const WEBHOOK_SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const NOW_MS: i64 = 1_767_225_600_000;

#[derive(Default)]
pub struct State {
    url: String,
    webhook_url: Option<String>,
    payments: HashMap<String, Value>,
    /// Every request for a payment: authorization, idempotency key, body.
    pub requests: Vec<(String, String, Value)>,
    pub refuse: bool,
}

#[derive(Clone)]
pub struct FakeLuodi(Arc<Mutex<State>>);

impl FakeLuodi {
    pub async fn start(address: &str) -> Self {
        let fake = Self(Arc::default());
        let data = web::Data::new(fake.clone());
        let server = HttpServer::new(move || App::new().app_data(data.clone()).configure(routes))
            .workers(1)
            .disable_signals()
            .bind(address)
            .unwrap();
        fake.state().url = format!("http://{}", server.addrs()[0]);
        tokio::spawn(server.run());
        fake
    }

    pub fn url(&self) -> String {
        self.state().url.clone()
    }

    pub fn send_webhooks_to(&self, address: String) {
        self.state().webhook_url = Some(address);
    }

    pub fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    /// Marks a payment paid and tells the shop, as Luodi would.
    pub async fn pay(&self, payment_id: &str) -> u16 {
        let (address, payment) = {
            let mut state = self.state();
            let payment = state.payments.get_mut(payment_id).unwrap();
            payment["status"] = json!("paid");
            payment["paid_at"] = json!("2026-01-01T00:05:00.000Z");
            payment["version"] = json!(9);
            let payment = payment.clone();
            (state.webhook_url.clone().unwrap(), payment)
        };
        let event = json!({
            "id": format!("evt_{payment_id}"), "type": "payment.paid", "sequence": 1,
            "created_at": "2026-01-01T00:05:00.000Z", "data": payment,
        });
        send_webhook(&address, &event).await
    }
}

/// Signs with the `standardwebhooks` crate: an independent reading of the format.
pub async fn send_webhook(address: &str, event: &Value) -> u16 {
    let body = event.to_string();
    let now = jiff::Timestamp::now().as_second();
    let hook = standardwebhooks::Webhook::new(WEBHOOK_SECRET).unwrap();
    let signature = hook.sign("msg_1", now, body.as_bytes()).unwrap();
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let request = client.post(address).header("webhook-id", "msg_1").header("webhook-timestamp", now.to_string());
    request.header("webhook-signature", signature).body(body).send().await.unwrap().status().as_u16()
}

fn routes(cfg: &mut web::ServiceConfig) {
    cfg.configure(assets::configure)
        .configure(docs::configure)
        .route("/pay/{state}", web::get().to(cashier))
        .route("/v1/payments", web::post().to(create))
        .route("/v1/payments/{id}", web::get().to(read))
        .route("/v1/payments/{id}/stream", web::get().to(stream))
        .route("/v1/payments/{id}/refresh", web::post().to(read))
        .route("/v1/payments/{id}/attempts", web::post().to(open_attempt))
        .route("/v1/attempts/{id}/qr.svg", web::get().to(qr_svg))
        .route("/phone/{id}", web::get().to(phone))
        .route("/openapi.json", web::get().to(openapi));
}

fn page(body: String) -> HttpResponse {
    let mut response = HttpResponse::Ok();
    for header in PAGE_HEADERS {
        response.insert_header(header);
    }
    response.content_type("text/html; charset=utf-8").body(body)
}

async fn cashier(request: HttpRequest, state: web::Path<String>, fake: web::Data<FakeLuodi>) -> HttpResponse {
    let lang = request.query_string().split('&').filter_map(|pair| pair.strip_prefix("lang=")).next_back();
    let locale = Locale::choose(lang, None);
    if state.as_str() == "problem" {
        return page(CashierProblem::NotFound.page(locale, &[]).unwrap());
    }
    let mut view = view_in(&state);
    if let Some(payment) = fake.state().payments.get(state.as_str()) {
        view = view_in("empty");
        view.payment_id.clone_from(&state);
        view.order_ref = payment["order_ref"].as_str().unwrap().to_owned();
        view.return_url = payment["return_url"].as_str().map(ToOwned::to_owned);
        let fen = payment["amount_fen"].as_i64().unwrap();
        view.amount_yuan = format!("{}.{:02}", fen / 100, fen % 100);
        view.server_now_ms = jiff::Timestamp::now().as_millisecond();
    }
    page(render_cashier(&view, locale).unwrap())
}

/// A view by the name of its state.
pub fn view_in(state: &str) -> CashierView {
    let attempt = |status: &str| AttemptView {
        id: "att_01jgexampleexampleexample0".to_owned(),
        gateway: wallet_in(state).as_str().to_owned(),
        wallet: wallet_in(state),
        flow: "qr".to_owned(),
        status: status.to_owned(),
        action: if status == "pending" { "display_qr".to_owned() } else { String::new() },
        is_own: false,
        jsapi_parameters: None,
        frame: None,
        expires_at_ms: NOW_MS + 899_000,
    };
    let acting = |action: &str, is_own| {
        let attempt = AttemptView { action: action.to_owned(), is_own, ..attempt("pending") };
        (PaymentStatus::Open, Some(attempt))
    };
    let (status, attempt) = match state {
        "empty" => (PaymentStatus::Open, None),
        "creating" | "unknown" | "closed-attempt" | "failed" => {
            (PaymentStatus::Open, Some(attempt(state.trim_end_matches("-attempt"))))
        }
        "scan" | "scan-both" | "scan-three" | "wap" | "wap-both" | "wap-three" | "signin" => {
            (PaymentStatus::Open, None)
        }
        "frame" => {
            let frame = FrameView { url: FRAMED.to_owned(), width_px: 220, height_px: 220 };
            let attempt = AttemptView { frame: Some(frame), action: "embed_frame".to_owned(), ..attempt("pending") };
            (PaymentStatus::Open, Some(attempt))
        }
        "unionpay-away" => {
            let (status, attempt) = acting("submit_form", true);
            (status, attempt.map(|attempt| AttemptView { flow: "wap".to_owned(), ..attempt }))
        }
        "page" | "unionpay-page" => {
            let (status, attempt) = acting("submit_form", true);
            (status, attempt.map(|attempt| AttemptView { flow: "page".to_owned(), ..attempt }))
        }
        "wap-shared" => acting("redirect", false),
        "away" => acting("redirect", true),
        "jsapi" => acting("invoke_jsapi", true),
        "elsewhere" => acting("invoke_jsapi", false),
        "till" => acting("wait", false),
        "paid" | "late" => (PaymentStatus::Paid, Some(attempt("paid"))),
        "partly-refunded" => (PaymentStatus::PartlyRefunded, Some(attempt("paid"))),
        "refunded" => (PaymentStatus::Refunded, Some(attempt("paid"))),
        "closed" => (PaymentStatus::Closed, Some(attempt("closed"))),
        _ => (PaymentStatus::Open, Some(attempt("pending"))),
    };
    let attempt = attempt.map(|attempt| AttemptView {
        expires_at_ms: if state.ends_with("expired") { NOW_MS - 1 } else { attempt.expires_at_ms },
        ..attempt
    });
    CashierView {
        payment_id: state.to_owned(),
        client_secret: "cs_a+b/c".to_owned(),
        shop_name: "落地茶铺".to_owned(),
        order_ref: "T20260101A1B2C3D4E5F60718".to_owned(),
        description: "云南普洱熟茶饼、西湖龙井明前茶".to_owned(),
        amount_yuan: "396.00".to_owned(),
        status,
        late: state == "late",
        refunded_yuan: if state == "refunded" { "396.00".to_owned() } else { "128.00".to_owned() },
        return_url: (state != "late").then(|| "http://127.0.0.1:8931/orders/T1?a=1&b=2".to_owned()),
        methods: methods_in(state),
        attempt,
        left_open: None,
        shows_own_code: matches!(state, "scan" | "scan-both" | "scan-three"),
        wants_code: false,
        offers_code: matches!(state, "wap" | "away" | "jsapi"),
        offers_page: matches!(state, "both" | "frame" | "unionpay-qr"),
        is_at_home: matches!(state, "jsapi" | "signin" | "in-wechat"),
        recognises_payers: state != "alipay-jsapi-over",
        test_mode: state != "live",
        phone_url: Some("http://127.0.0.1:8930/phone/1".to_owned()),
        server_now_ms: NOW_MS,
        expires_at_ms: NOW_MS + 7_200_000,
    }
}

/// A page of a gateway's that holds a code.
pub const FRAMED: &str = "https://openapi.alipay.com/gateway.do?app_id=2021000000000001&sign=a%2Bb";

fn wallet_in(state: &str) -> Wallet {
    match state {
        "frame" | "page" | "alipay-qr" => Wallet::Alipay,
        _ if state.starts_with("unionpay-") => Wallet::UnionPay,
        _ => Wallet::WeChat,
    }
}

fn methods_in(state: &str) -> Vec<MethodView> {
    let flow = match state {
        "wap" | "wap-shared" | "away" | "wap-expired" | "wap-both" | "wap-three" | "unionpay-away" => "wap",
        "jsapi" | "signin" | "in-wechat" => "jsapi",
        _ => "qr",
    };
    let method = |wallet: Wallet, reason: Option<MethodReason>| MethodView {
        gateway: wallet.as_str().to_owned(),
        wallet,
        flow: flow.to_owned(),
        available: reason.is_none(),
        reason,
        is_chosen: reason.is_none() && wallet == wallet_in(state),
    };
    match state {
        "no-method" => vec![],
        "wallet" => vec![method(Wallet::WeChat, Some(MethodReason::OtherWallet))],
        "in-wechat" => vec![method(Wallet::WeChat, None), method(Wallet::Alipay, Some(MethodReason::OtherWallet))],
        "both" | "alipay-qr" | "scan-both" | "wap-both" | "frame" | "page" => {
            vec![method(Wallet::WeChat, None), method(Wallet::Alipay, None)]
        }
        "scan-three" | "wap-three" | "unionpay-qr" | "unionpay-page" | "unionpay-away" => {
            vec![method(Wallet::WeChat, None), method(Wallet::Alipay, None), method(Wallet::UnionPay, None)]
        }
        _ => vec![method(Wallet::WeChat, None)],
    }
}

async fn create(request: HttpRequest, body: web::Json<Value>, fake: web::Data<FakeLuodi>) -> HttpResponse {
    let header = |name: &str| request.headers().get(name).unwrap().to_str().unwrap().to_owned();
    let mut state = fake.state();
    let body = body.into_inner();
    state.requests.push((header("authorization"), header("idempotency-key"), body.clone()));
    if state.refuse {
        return HttpResponse::ServiceUnavailable().json(json!({"code": "gateway_unavailable"}));
    }
    let id = format!("pay_{}", body["order_ref"].as_str().unwrap());
    let payment = json!({
        "id": id, "order_ref": body["order_ref"], "amount_fen": body["amount_fen"], "currency": "CNY",
        "description": body["description"], "status": "open", "late": false, "refunded_fen": 0, "attempts": [],
        "cashier_url": format!("{}/pay/{id}?client_secret=cs_1", state.url), "return_url": body["return_url"],
        "created_at": "2026-01-01T00:00:00Z", "expires_at": "2026-01-01T02:00:00Z", "paid_at": null, "version": 1,
    });
    state.payments.insert(id, payment.clone());
    HttpResponse::Created().json(payment)
}

async fn read(id: web::Path<String>, fake: web::Data<FakeLuodi>) -> HttpResponse {
    match fake.state().payments.get(id.as_str()) {
        Some(payment) => HttpResponse::Ok().json(payment),
        None => HttpResponse::NotFound().json(json!({"code": "not_found", "title": "Not found"})),
    }
}

/// One event, then the end: the browser comes back for the next after `retry`.
async fn stream(id: web::Path<String>, fake: web::Data<FakeLuodi>) -> HttpResponse {
    match fake.state().payments.get(id.as_str()) {
        Some(payment) => HttpResponse::Ok()
            .content_type("text/event-stream")
            .body(format!("retry: 1000\nevent: payment\ndata: {payment}\n\n")),
        None => HttpResponse::NotFound().finish(),
    }
}

async fn open_attempt(id: web::Path<String>, fake: web::Data<FakeLuodi>) -> HttpResponse {
    let mut state = fake.state();
    let Some(payment) = state.payments.get_mut(id.as_str()) else {
        return HttpResponse::Conflict()
            .content_type("application/problem+json")
            .body(json!({"code": "x", "title": "t", "detail": "此订单已不能付款"}).to_string());
    };
    let expires = Timestamp::from_millis(jiff::Timestamp::now().as_millisecond()).plus_s(900);
    let attempt = json!({
        "id": "att_1", "gateway": "wechatpay", "flow": "qr", "status": "pending", "expires_at": expires,
        "next_action": {"type": "display_qr", "code_url": "weixin://wxpay/bizpayurl?pr=p4lpSuKzz"}, "failure": null,
    });
    payment["attempts"] = json!([attempt]);
    payment["version"] = json!(2);
    HttpResponse::Created().json(attempt)
}

async fn qr_svg() -> HttpResponse {
    let drawing = qr::svg("weixin://wxpay/bizpayurl?pr=p4lpSuKzz", None).unwrap();
    HttpResponse::Ok().content_type("image/svg+xml").body(drawing)
}

/// Stands for the scan: opening it pays.
async fn phone(id: web::Path<String>, fake: web::Data<FakeLuodi>) -> HttpResponse {
    let status = fake.pay(&id).await;
    HttpResponse::Ok().body(format!("webhook answered {status}"))
}

async fn openapi() -> HttpResponse {
    HttpResponse::Ok().json(json!({
        "openapi": "3.1.0", "info": {"title": "Luodi", "version": "1", "description": "*A test document.*"},
        "paths": {"/v1/payments": {"post": {"summary": "Create a payment", "tags": ["payments"],
            "requestBody": {"content": {"application/json": {"schema": {"type": "object",
                "properties": {"amount_fen": {"type": "integer", "example": 1234}}}}}},
            "responses": {"201": {"description": "Created"}}}}},
    }))
}

//! A shopper's way without a browser: from the product to "paid", a part of it back, a forgery, and another tea
//! paid with UnionPay.
//! Believes nobody's word for it: that money arrived is asked at the shop and at the REST API.

use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::browser::{Browser, Stream};
use super::page::Page;
use super::report::{Done, Report};
use super::setting::Running;
use super::square;
use crate::crypto::random;

const PRODUCT: &str = "longjing";
const REFUND_FEN: i64 = 1000;
/// Webhooks and notifications take milliseconds here.
const PATIENCE: Duration = Duration::from_secs(20);
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// The payment in hand, as the cashier page shows it.
struct AtCashier {
    page: Page,
    payment_id: String,
    client_secret: String,
    order_id: String,
}

pub async fn walk(demo: &Running, report: &mut Report) -> anyhow::Result<()> {
    let mut shopper = Browser::new(demo.locale)?;
    let api = Api::new(demo)?;
    let cart = fill_cart(demo, &mut shopper, report).await?;
    let cashier = check_out(&mut shopper, &cart, report).await?;
    let code_url = report.step("code", see_code(&mut shopper, &api, &cashier)).await?;
    let mut stream = report.step("listening", listen(demo, &shopper, &cashier)).await?;
    let mut phone = Browser::new(demo.locale)?;
    let sheet = report.step("scanned", scan(demo, &mut phone, &code_url)).await?;
    report.step("paid-on-phone", pay(&mut phone, &sheet)).await?;
    report.step("cashier-paid", hear_paid(&mut stream)).await?;
    report.step("shop-paid", shop_says_paid(demo, &mut shopper, &cashier.order_id)).await?;
    report.step("api-paid", api_says_paid(&api, &cashier)).await?;
    report.step("refunded", refund(&api, &cashier)).await?;
    report.step("shop-refunded", shop_says_refunded(demo, &mut shopper, &cashier.order_id)).await?;
    report.step("forgery", forge(demo, &api)).await?;
    report.step("unionpay-paid", pay_with_unionpay(demo, &mut shopper, &mut phone, &api)).await?;
    report.step("events", events_without_gap(&api)).await
}

async fn fill_cart(demo: &Running, shopper: &mut Browser, report: &mut Report) -> anyhow::Result<Page> {
    let front = report
        .step("shop", async {
            let page = open_shop(demo, shopper).await?;
            let title = page.title();
            Ok(Done(page, title))
        })
        .await?;
    report.step("cart", async { Ok(Done(take_tea(demo, shopper, &front).await?, PRODUCT.to_owned())) }).await
}

async fn open_shop(demo: &Running, shopper: &mut Browser) -> anyhow::Result<Page> {
    let page = shopper.open(&format!("{}/?lang={}", demo.shop.url(), demo.locale.tag())).await?;
    page.expect(200)?;
    Ok(page)
}

/// The cart with the tea in it.
async fn take_tea(demo: &Running, shopper: &mut Browser, front: &Page) -> anyhow::Result<Page> {
    let fields = [("product", PRODUCT), ("quantity", "1")];
    let action = front.action_of(&format!("add-{PRODUCT}"))?;
    shopper.submit(front, &action, &fields).await?.expect(200)?;
    let cart = shopper.open(&format!("{}/cart", demo.shop.url())).await?;
    ensure!(cart.has("checkout"), "the cart has nothing to pay for");
    Ok(cart)
}

async fn check_out(shopper: &mut Browser, cart: &Page, report: &mut Report) -> anyhow::Result<AtCashier> {
    let work = async {
        let cashier = order(shopper, cart).await?;
        let told = format!("{}, {}", cashier.order_id, cashier.payment_id);
        Ok(Done(cashier, told))
    };
    report.step("checkout", work).await
}

async fn order(shopper: &mut Browser, cart: &Page) -> anyhow::Result<AtCashier> {
    let (name, phone, address) = (cart.field("name")?, cart.field("phone")?, cart.field("address")?);
    let fields = [("name", name.as_str()), ("phone", &phone), ("address", &address)];
    let page = shopper.submit(cart, &cart.action_of("checkout")?, &fields).await?;
    page.expect(200)?;
    let payment_id = page.attribute("cashier", "data-payment")?;
    let return_url = page.attribute("cashier", "data-return")?;
    let order_id = return_url.rsplit('/').next().unwrap_or_default().to_owned();
    let client_secret = page.attribute("cashier", "data-secret")?;
    Ok(AtCashier { page, payment_id, client_secret, order_id })
}

/// The picture on the page, against what the gateway gave.
async fn see_code(shopper: &mut Browser, api: &Api, cashier: &AtCashier) -> anyhow::Result<Done<String>> {
    let stage = cashier.page.attribute("cashier", "data-stage")?;
    ensure!(stage == "qr", "the cashier shows no code but is at stage {stage:?}");
    let source = cashier.page.url.join(&cashier.page.attribute("qr", "src")?)?;
    let picture = shopper.open(source.as_str()).await?;
    picture.expect(200)?;
    let payment = api.get(&format!("/v1/payments/{}", cashier.payment_id)).await?;
    let newest = payment.get("attempts").and_then(Value::as_array).and_then(|attempts| attempts.last());
    let code_url = newest.and_then(|attempt| attempt.pointer("/next_action/code_url")).and_then(Value::as_str);
    let code_url = code_url.context("the attempt has no code_url")?.to_owned();
    let width = square::verify(&picture.text, &code_url)?;
    let told = format!("{code_url}, {width} × {width}");
    Ok(Done(code_url, told))
}

async fn listen(demo: &Running, shopper: &Browser, cashier: &AtCashier) -> anyhow::Result<Done<Stream>> {
    let (id, secret) = (&cashier.payment_id, &cashier.client_secret);
    let url = format!("{}/v1/payments/{id}/stream?client_secret={secret}", demo.sidecar.url());
    let mut stream = shopper.listen(&url).await?;
    let status = status_of(&stream.next().await?);
    ensure!(status == "open", "before anybody paid the stream says {status:?}");
    Ok(Done(stream, status))
}

async fn scan(demo: &Running, phone: &mut Browser, code_url: &str) -> anyhow::Result<Done<Page>> {
    let query = form_urlencoded::Serializer::new(String::new()).append_pair("code_url", code_url).finish();
    let sheet = phone.open(&format!("{}/open?{query}", demo.sandbox.phone_url())).await?;
    sheet.expect(200)?;
    ensure!(sheet.has("amount"), "the phone shows no amount to confirm");
    let path = sheet.url.path().to_owned();
    Ok(Done(sheet, path))
}

async fn pay(phone: &mut Browser, sheet: &Page) -> anyhow::Result<Done<()>> {
    let result = phone.submit(sheet, &sheet.action_of("pay")?, &[]).await?;
    ensure!(result.has("paid"), "the phone does not say that it paid");
    Ok(Done((), result.title()))
}

async fn hear_paid(stream: &mut Stream) -> anyhow::Result<Done<()>> {
    loop {
        let status = status_of(&stream.next().await?);
        match status.as_str() {
            "open" => {}
            "paid" => return Ok(Done((), status)),
            other => anyhow::bail!("the stream says {other:?} instead of paid"),
        }
    }
}

async fn shop_says_paid(demo: &Running, shopper: &mut Browser, order: &str) -> anyhow::Result<Done<()>> {
    let state = wait_for_order(demo, shopper, order, |state| status_of(state) == "paid").await?;
    let page = shopper.open(&format!("{}/orders/{order}", demo.shop.url())).await?;
    ensure!(page.has("order-paid"), "the order's page does not say paid");
    Ok(Done((), state.to_string()))
}

/// The list, not the one payment: what a shop's bookkeeping would ask.
async fn api_says_paid(api: &Api, cashier: &AtCashier) -> anyhow::Result<Done<()>> {
    let list = api.get(&format!("/v1/payments?order_ref={}", cashier.order_id)).await?;
    let payment = list.pointer("/data/0").context("GET /v1/payments does not list the payment")?;
    let status = status_of(payment);
    let same = payment.get("id").and_then(Value::as_str) == Some(cashier.payment_id.as_str());
    ensure!(same && status == "paid", "GET /v1/payments says {status:?} of the payment");
    let number = payment.pointer("/attempts/0/gateway_trade_no").and_then(Value::as_str).unwrap_or_default();
    Ok(Done((), format!("{status}, {number}")))
}

async fn refund(api: &Api, cashier: &AtCashier) -> anyhow::Result<Done<()>> {
    let path = format!("/v1/payments/{}/refunds", cashier.payment_id);
    let body = json!({ "amount_fen": REFUND_FEN, "reason": "demo" });
    let refund = api.post(&path, &format!("demo-refund-{}", cashier.order_id), &body).await?;
    let id = refund.get("id").and_then(Value::as_str).unwrap_or_default();
    Ok(Done((), format!("{id}, {REFUND_FEN} fen, {}", status_of(&refund))))
}

async fn shop_says_refunded(demo: &Running, shopper: &mut Browser, order: &str) -> anyhow::Result<Done<()>> {
    let refunded = |state: &Value| state.get("refunded_fen").and_then(Value::as_i64) == Some(REFUND_FEN);
    let state = wait_for_order(demo, shopper, order, refunded).await?;
    let page = shopper.open(&format!("{}/orders/{order}", demo.shop.url())).await?;
    ensure!(page.has("order-refunded"), "the order's page does not tell of the refund");
    Ok(Done((), state.to_string()))
}

/// Asks as the order page does until the shop has been told.
async fn wait_for_order(
    demo: &Running,
    shopper: &mut Browser,
    order: &str,
    wanted: impl Fn(&Value) -> bool,
) -> anyhow::Result<Value> {
    let begun = Instant::now();
    loop {
        let answer = shopper.open(&format!("{}/orders/{order}/status", demo.shop.url())).await?;
        answer.expect(200)?;
        let state: Value = serde_json::from_str(&answer.text)?;
        if wanted(&state) {
            return Ok(state);
        }
        ensure!(begun.elapsed() < PATIENCE, "after 20 s the shop still says {state}");
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// Says "paid" of a payment nobody paid, with a signature that is none. Neither believed nor recorded.
async fn forge(demo: &Running, api: &Api) -> anyhow::Result<Done<()>> {
    let reference = format!("forged-{}", random::alphanumeric(12));
    let wanted = json!({
        "order_ref": reference, "amount_fen": 100, "currency": "CNY", "description": "demo",
        "gateway": "wechatpay", "flow": "qr",
    });
    let payment = api.post("/v1/payments", &format!("demo-{reference}"), &wanted).await?;
    let id = payment.get("id").and_then(Value::as_str).context("no payment to forge for")?;
    let account =
        demo.sidecar.state.storage.account(demo.accounts.wechatpay.id).await?.context("the account is gone")?;
    let serial = account.settings.get("wechatpay_public_key_id").and_then(Value::as_str).unwrap_or_default();
    let body = json!({
        "id": random::alphanumeric(32), "create_time": "2026-01-01T12:00:00+08:00", "resource_type": "encrypt-resource",
        "event_type": "TRANSACTION.SUCCESS", "summary": "支付成功",
        "resource": {
            "original_type": "transaction", "algorithm": "AEAD_AES_256_GCM", "associated_data": "transaction",
            "nonce": random::alphanumeric(12), "ciphertext": STANDARD.encode(random::bytes::<400>()),
        },
    });
    let now = demo.sidecar.state.clock.now().as_seconds();
    let url = format!("{}/notify/wechatpay/{}", demo.sidecar.url(), demo.accounts.wechatpay.id);
    let answer = api
        .client
        .post(url)
        .timeout(PATIENCE)
        .header("Wechatpay-Timestamp", now.to_string())
        .header("Wechatpay-Nonce", random::alphanumeric(32))
        .header("Wechatpay-Serial", serial)
        .header("Wechatpay-Signature", STANDARD.encode(random::bytes::<256>()))
        .json(&body)
        .send()
        .await?;
    let refused = answer.status();
    ensure!(!refused.is_success(), "a forged notification was answered {refused}");
    let status = status_of(&api.get(&format!("/v1/payments/{id}")).await?);
    ensure!(status == "open", "after a forged notification the payment is {status:?}");
    Ok(Done((), format!("{refused}, {status}")))
}

/// The same tea once more, with another wallet chosen at the cashier.
async fn pay_with_unionpay(
    demo: &Running,
    shopper: &mut Browser,
    phone: &mut Browser,
    api: &Api,
) -> anyhow::Result<Done<()>> {
    let front = open_shop(demo, shopper).await?;
    let cart = take_tea(demo, shopper, &front).await?;
    let mut cashier = order(shopper, &cart).await?;
    let action = cashier.page.action_of("pay-with-unionpay")?;
    let chosen = [("client_secret", cashier.client_secret.as_str()), ("gateway", "unionpay")];
    cashier.page = shopper.submit(&cashier.page, &action, &chosen).await?;
    let Done(code_url, _) = see_code(shopper, api, &cashier).await?;
    let Done(sheet, _) = scan(demo, phone, &code_url).await?;
    pay(phone, &sheet).await?;
    let state = wait_for_order(demo, shopper, &cashier.order_id, |state| status_of(state) == "paid").await?;
    Ok(Done((), format!("{code_url}, {}", status_of(&state))))
}

/// What the webhooks told, the pull road tells too, numbered without a gap.
async fn events_without_gap(api: &Api) -> anyhow::Result<Done<()>> {
    let list = api.get("/v1/events?limit=500").await?;
    let events = list.get("data").and_then(Value::as_array).context("no list of events")?;
    for (expected, event) in (1_i64..).zip(events) {
        let sequence = event.get("sequence").and_then(Value::as_i64);
        ensure!(sequence == Some(expected), "event {sequence:?} stands where {expected} should");
    }
    let paid = events.iter().filter(|event| event.get("type").and_then(Value::as_str) == Some("payment.paid")).count();
    ensure!(paid == 2, "{paid} events payment.paid for two payments that were paid");
    Ok(Done((), format!("1–{}", events.len())))
}

fn status_of(object: &Value) -> String {
    object.get("status").and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// The REST API, as the shop's server calls it.
struct Api {
    client: reqwest::Client,
    base: String,
    key: String,
}

impl Api {
    fn new(demo: &Running) -> anyhow::Result<Self> {
        let client = reqwest::Client::builder().no_proxy().build()?;
        Ok(Self { client, base: demo.sidecar.url(), key: demo.api_key.clone() })
    }

    async fn get(&self, path: &str) -> anyhow::Result<Value> {
        self.send(self.client.get(format!("{}{path}", self.base)), path).await
    }

    async fn post(&self, path: &str, idempotency_key: &str, body: &Value) -> anyhow::Result<Value> {
        let request = self.client.post(format!("{}{path}", self.base)).header("Idempotency-Key", idempotency_key);
        self.send(request.json(body), path).await
    }

    async fn send(&self, request: reqwest::RequestBuilder, path: &str) -> anyhow::Result<Value> {
        let answer = request.bearer_auth(&self.key).timeout(PATIENCE).send().await?;
        let status = answer.status();
        let text = answer.text().await?;
        ensure!(status.is_success(), "{path} answered {status}: {text}");
        serde_json::from_str(&text).with_context(|| format!("{path} answered no JSON"))
    }
}

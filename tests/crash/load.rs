//! Shops that sell, shoppers that pay, and some who change their minds. Requests that get no answer are
//! repeated under the same idempotency key until they do, as any careful shop does.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use luodi::sandbox::{PayDraft, Sandbox};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use serde_json::{Value, json};

use crate::program::Program;
use crate::support::{fresh_key, out_trade_no, text};

const ANSWERED_WITHIN: Duration = Duration::from_secs(60);
const AGAIN_AFTER: Duration = Duration::from_millis(20);

pub struct Load {
    url: String,
    key: String,
    mchid: String,
    sandbox: Sandbox,
    http: reqwest::Client,
    orders: AtomicU64,
    /// Requests that had to be sent more than once.
    pub repeated: AtomicU64,
    stopping: AtomicBool,
    /// What the program has confirmed with 201.
    pub confirmed: Mutex<Confirmed>,
}

#[derive(Debug, Default, Clone)]
pub struct Confirmed {
    pub payments: Vec<Value>,
    pub refunds: Vec<Value>,
}

impl Load {
    pub fn of(program: &Program, sandbox: &Sandbox) -> Arc<Self> {
        let http = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(30)).build().expect("a client");
        Arc::new(Self {
            url: program.url(),
            key: program.key.clone(),
            mchid: program.merchant.mchid.clone(),
            sandbox: sandbox.clone(),
            http,
            orders: AtomicU64::new(0),
            repeated: AtomicU64::new(0),
            stopping: AtomicBool::new(false),
            confirmed: Mutex::default(),
        })
    }

    pub fn stop(&self) {
        self.stopping.store(true, Ordering::Relaxed);
    }

    pub fn confirmed(&self) -> Confirmed {
        self.confirmed.lock().expect("nobody panicked").clone()
    }

    /// One order after the other until told to stop.
    pub async fn sell(self: Arc<Self>, seed: u64) {
        let mut chance = StdRng::seed_from_u64(seed);
        while !self.stopping.load(Ordering::Relaxed) {
            let amount_fen = chance.gen_range(100..100_000);
            let payment = self.order(amount_fen).await;
            match chance.gen_range(0..10) {
                0 => {}
                1 => self.close(&payment).await,
                2 => {
                    // The shopper's phone and the shop's clerk at the same moment.
                    let pay = async { self.pay(&payment) };
                    tokio::join!(self.close(&payment), pay);
                }
                3..=5 => {
                    self.pay(&payment);
                    self.refund(&payment, chance.gen_range(1..=amount_fen)).await;
                }
                _ => self.pay(&payment),
            }
        }
    }

    async fn order(&self, amount_fen: i64) -> Value {
        let number = self.orders.fetch_add(1, Ordering::Relaxed);
        let body = json!({
            "order_ref": format!("C-{number}"), "amount_fen": amount_fen, "currency": "CNY",
            "description": "西湖龙井 50g", "gateway": "wechatpay", "flow": "qr",
        });
        let (status, payment) = self.insist("/v1/payments", &body).await;
        assert_eq!(status, 201, "{payment}");
        self.confirmed.lock().expect("nobody panicked").payments.push(payment.clone());
        payment
    }

    fn pay(&self, payment: &Value) {
        // It cannot be paid when the close was faster.
        let _ = self.sandbox.pay(&self.mchid, &out_trade_no(payment), &PayDraft::default());
    }

    async fn close(&self, payment: &Value) {
        let path = format!("/v1/payments/{}/close", text(&payment["id"]));
        let (status, answer) = self.insist(&path, &json!({})).await;
        let was_paid = status == 409 && answer["code"] == "payment_not_open";
        assert!(status == 200 || status == 202 || was_paid, "{status} {answer}");
    }

    /// Once the shop knows of the money.
    async fn refund(&self, payment: &Value, amount_fen: i64) {
        let deadline = Instant::now() + ANSWERED_WITHIN;
        while self.status(payment).await.as_deref() != Some("paid") {
            assert!(Instant::now() < deadline, "{} was paid and is not known as paid", payment["id"]);
            tokio::time::sleep(AGAIN_AFTER).await;
        }
        let path = format!("/v1/payments/{}/refunds", text(&payment["id"]));
        let (status, refund) = self.insist(&path, &json!({ "amount_fen": amount_fen })).await;
        assert_eq!(status, 201, "{refund}");
        self.confirmed.lock().expect("nobody panicked").refunds.push(refund);
    }

    async fn status(&self, payment: &Value) -> Option<String> {
        let url = format!("{}/v1/payments/{}", self.url, text(&payment["id"]));
        let answer = self.http.get(url).bearer_auth(&self.key).send().await.ok()?;
        Some(text(&answer.json::<Value>().await.ok()?["status"]))
    }

    /// Repeats a request under one key until it is answered for good.
    async fn insist(&self, path: &str, body: &Value) -> (u16, Value) {
        let key = fresh_key();
        let deadline = Instant::now() + ANSWERED_WITHIN;
        loop {
            let request = self.http.post(format!("{}{path}", self.url)).bearer_auth(&self.key);
            let told = match request.header("idempotency-key", &key).json(body).send().await {
                Ok(answer) => {
                    let status = answer.status().as_u16();
                    answer.json::<Value>().await.map(|body| (status, body)).map_err(|error| error.to_string())
                }
                Err(error) => Err(error.to_string()),
            };
            match told {
                Ok((status, body)) if !may_be_repeated(status, &body) => return (status, body),
                other => assert!(Instant::now() < deadline, "no final answer to {path}: {other:?}"),
            }
            self.repeated.fetch_add(1, Ordering::Relaxed);
            tokio::time::sleep(AGAIN_AFTER).await;
        }
    }
}

fn may_be_repeated(status: u16, body: &Value) -> bool {
    status >= 500
        || (status == 409 && (body["code"] == "idempotency_in_progress" || body["code"] == "attempt_unsettled"))
}

//! A whole sidecar with an Alipay account beside its WeChat one, and as much of Alipay as these cases need:
//! a code makes no trade until somebody opens it, refunds add up, and what is scripted goes wrong.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

use luodi::gateways::alipay::sign::encode;
use luodi::http::accounts::{NewAccount, add_account};
use luodi::ids::AccountId;
use luodi::payments::{GatewayName, Mode};
use serde_json::{Value, json};

use crate::stand_in::*;
use crate::support::{Answer, House, order, path_of};

/// Called with each request before it is answered; what it gives is the answer.
pub type Fault = Box<dyn FnMut(&Seen) -> Option<Reply> + Send>;

#[derive(Default)]
pub struct Book {
    /// State and yuan by order number.
    pub trades: BTreeMap<String, (String, String)>,
    /// Yuan by refund number.
    pub refunds: BTreeMap<String, String>,
    pub fault: Option<Fault>,
}

pub struct AlipayHouse {
    pub house: House,
    pub stand_in: StandIn,
    pub account_id: AccountId,
    book: Arc<Mutex<Book>>,
}

impl AlipayHouse {
    pub async fn build() -> Self {
        let book = Arc::new(Mutex::new(Book::default()));
        let kept = Arc::clone(&book);
        let stand_in = StandIn::serving(move |seen| answer(&kept, seen)).await;
        let house = House::build().await;
        let account = NewAccount {
            store_id: house.store_id,
            mode: Mode::Test,
            gateway: GatewayName::Alipay,
            name: "alipay".to_owned(),
            settings: credentials(&stand_in.base).settings,
            secrets: credentials(&stand_in.base).secrets,
        };
        let account_id = add_account(&house.app.state, account).await.unwrap_or_else(|e| panic!("{e:?}")).id;
        Self { house, stand_in, account_id, book }
    }

    pub fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap()
    }

    /// A payment of 88.80 yuan with a code of Alipay's.
    pub async fn payment_with_code(&self) -> Value {
        let payment = self.house.post("/v1/payments", order(8880, false)).await.json();
        let opened = self.open(&payment, "alipay").await;
        assert_eq!(opened.status, 201, "{}", opened.text);
        self.house.read(&payment).await
    }

    pub async fn open(&self, payment: &Value, gateway: &str) -> Answer {
        self.house.post(&path_of(payment, "/attempts"), json!({ "gateway": gateway, "flow": "qr" })).await
    }

    /// Somebody scans the code and pays.
    pub fn scan_and_pay(&self, out_trade_no: &str) {
        self.book().trades.insert(out_trade_no.to_owned(), ("TRADE_SUCCESS".to_owned(), "88.80".to_owned()));
    }

    /// What Alipay sends of an order, with `more` beside the usual fields.
    pub async fn notify(&self, out_trade_no: &str, more: &[(&str, &str)]) -> Answer {
        let trade_no = trade_no(out_trade_no);
        let notify_id = format!("{out_trade_no}{}", more.len());
        let mut fields = BTreeMap::from([
            ("app_id", APP_ID),
            ("charset", "utf-8"),
            ("gmt_payment", "2026-01-01 12:01:00"),
            ("notify_id", &notify_id),
            ("notify_type", "trade_status_sync"),
            ("out_trade_no", out_trade_no),
            ("seller_id", SELLER_ID),
            ("total_amount", "88.80"),
            ("trade_no", &trade_no),
            ("trade_status", "TRADE_SUCCESS"),
        ]);
        fields.extend(more.iter().copied());
        let text: Vec<_> = fields.iter().map(|(n, v)| format!("{n}={v}")).collect();
        let sign = alipay().sign_base64(text.join("&").as_bytes());
        let pairs: Vec<_> = fields.iter().map(|(n, v)| format!("{n}={}", encode(v))).collect();
        let body = format!("{}&sign={}&sign_type=RSA2", pairs.join("&"), encode(&sign));
        let path = format!("/notify/alipay/{}", self.account_id);
        Answer::of(self.house.anonymous("POST", &path).body(body).send().await.unwrap()).await
    }

    pub async fn paid_payment(&self) -> Value {
        let payment = self.payment_with_code().await;
        let number = crate::support::out_trade_no(&payment);
        self.scan_and_pay(&number);
        assert_eq!(self.notify(&number, &[]).await.text, "success");
        self.house.read(&payment).await
    }

    /// How often Alipay was called so.
    pub fn calls(&self, method: &str) -> usize {
        self.stand_in.calls().iter().filter(|call| *call == method).count()
    }
}

fn trade_no(out_trade_no: &str) -> String {
    format!("20260101{}", &out_trade_no[2..])
}

fn answer(book: &Mutex<Book>, seen: &Seen) -> Reply {
    let fault = book.lock().unwrap().fault.take();
    if let Some(mut fault) = fault {
        let given = fault(seen);
        book.lock().unwrap().fault.get_or_insert(fault);
        if let Some(reply) = given {
            return reply;
        }
    }
    let mut book = book.lock().unwrap();
    let biz = seen.biz();
    let number = biz["out_trade_no"].as_str().unwrap_or_default().to_owned();
    let trade = book.trades.get(&number).cloned();
    match (seen.api().trim_start_matches("alipay.trade."), trade) {
        ("precreate", _) => Reply::success(
            seen,
            json!({ "out_trade_no": number, "qr_code": format!("https://qr.alipay.com/{number}") }),
        ),
        ("create", _) => {
            book.trades.insert(number.clone(), ("WAIT_BUYER_PAY".to_owned(), "88.80".to_owned()));
            Reply::success(seen, json!({ "out_trade_no": number, "trade_no": trade_no(&number) }))
        }
        ("close", Some((_, total))) => {
            book.trades.insert(number.clone(), ("TRADE_CLOSED".to_owned(), total));
            Reply::success(seen, json!({ "out_trade_no": number, "trade_no": trade_no(&number) }))
        }
        ("fastpay.refund.query", Some((_, total))) => {
            let request_no = biz["out_request_no"].as_str().unwrap_or_default();
            let found = book.refunds.get(request_no).map(|amount| {
                json!({
                    "out_trade_no": number, "out_request_no": request_no, "refund_status": "REFUND_SUCCESS",
                    "refund_amount": amount, "total_amount": total,
                })
            });
            Reply::success(seen, found.unwrap_or_else(|| json!({ "out_trade_no": number })))
        }
        (_, None) => Reply::refusal(seen, "40004", "ACQ.TRADE_NOT_EXIST"),
        ("query", Some((state, total))) => {
            let paid_at = (state == "TRADE_SUCCESS").then_some("2026-01-01 12:01:00");
            Reply::success(
                seen,
                json!({
                    "out_trade_no": number, "trade_no": trade_no(&number), "trade_status": state, "total_amount": total,
                    "send_pay_date": paid_at,
                }),
            )
        }
        ("refund", Some(_)) => {
            let request_no = biz["out_request_no"].as_str().unwrap_or_default().to_owned();
            let is_new = book.refunds.insert(request_no, biz["refund_amount"].as_str().unwrap().to_owned()).is_none();
            let fund_change = if is_new { "Y" } else { "N" };
            Reply::success(seen, json!({ "out_trade_no": number, "fund_change": fund_change }))
        }
        (other, Some(_)) => panic!("{other} is not played"),
    }
}

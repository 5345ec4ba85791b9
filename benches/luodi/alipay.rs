//! Alipay's side of the work: signing requests, believing answers and notifications, settling what they tell,
//! reading bills.

use std::hint::black_box;
use std::time::Duration;

use luodi::app::AppOptions;
use luodi::clock::{Clock, SystemClock};
use luodi::crypto::rsa::{SigningKey, VerifyingKey};
use luodi::crypto::to_base64;
use luodi::gateways::Merchant;
use luodi::gateways::alipay::sign::{AnswerNode, Form, Rule, Signer, Unsigned, encode};
use luodi::gateways::alipay::statement::bill::Bill;
use luodi::gateways::statement::StatementKind;
use luodi::http::accounts::{NewAccount, add_account};
use luodi::ids::StoreId;
use luodi::payments::{GatewayName, Mode};
use rsa::RsaPrivateKey;
use rsa::pkcs8::{EncodePrivateKey, EncodePublicKey, LineEnding};
use serde_json::json;

use crate::Plan;
use crate::database::Database;
use crate::house::{AMOUNT_FEN, House};
use crate::table::{Table, median, per_second, per_second_on_all_cores};
use crate::wechat::WeChat;
use crate::wire::{self, post, send_all};

const APP_ID: &str = "2021000000000001";
const SELLER_ID: &str = "2088000000000001";
const METHOD: &str = "alipay.trade.query";
const BILL_ROWS: usize = 2000;
const SIGNING: &str = "RSA-2048 signing alone";
const VERIFYING: &str = "RSA-2048 verifying alone";

/// Both sides' throw-away keys.
struct Keys {
    merchant_pem: String,
    alipay_pem: String,
    alipay: SigningKey,
}

impl Keys {
    fn make() -> Self {
        let make = || RsaPrivateKey::new(&mut rand::rngs::OsRng, 2048).expect("a key");
        let private_pem = |key: &RsaPrivateKey| key.to_pkcs8_pem(LineEnding::LF).expect("a PEM").to_string();
        let (merchant, alipay) = (make(), make());
        Self {
            merchant_pem: private_pem(&merchant),
            alipay_pem: alipay.to_public_key().to_public_key_pem(LineEnding::LF).expect("a PEM"),
            alipay: SigningKey::parse(&private_pem(&alipay)).expect("a key"),
        }
    }

    fn merchant(&self) -> SigningKey {
        SigningKey::parse(&self.merchant_pem).expect("a key")
    }

    fn verifying(&self) -> VerifyingKey {
        VerifyingKey::parse(&self.alipay_pem).expect("a key")
    }

    fn account(&self, store_id: StoreId, api_base: &str) -> NewAccount {
        NewAccount {
            store_id,
            mode: Mode::Test,
            gateway: GatewayName::Alipay,
            name: "alipay".to_owned(),
            settings: json!({ "app_id": APP_ID, "seller_id": SELLER_ID, "api_base": api_base }),
            secrets: json!({ "app_private_key": self.merchant_pem, "alipay_public_key": self.alipay_pem }),
        }
    }

    /// What is signed, and the form that tells of a paid order.
    fn paid(&self, out_trade_no: &str) -> (Vec<u8>, Vec<u8>) {
        let (trade_no, amount) = (format!("20260101{}", &out_trade_no[2..]), format!("{}.00", AMOUNT_FEN / 100));
        let fields = [
            ("app_id", APP_ID),
            ("charset", "utf-8"),
            ("fund_bill_list", "[{\"amount\":\"99.00\",\"fundChannel\":\"ALIPAYACCOUNT\"}]"),
            ("gmt_payment", "2026-01-01 12:00:00"),
            ("notify_id", out_trade_no),
            ("notify_type", "trade_status_sync"),
            ("out_trade_no", out_trade_no),
            ("seller_id", SELLER_ID),
            ("subject", "红茶 500g+糖&杯 50%"),
            ("total_amount", &amount),
            ("trade_no", &trade_no),
            ("trade_status", "TRADE_SUCCESS"),
        ];
        let text: Vec<_> = fields.iter().map(|(n, v)| format!("{n}={v}")).collect();
        let message = text.join("&").into_bytes();
        let encoded: Vec<_> = fields.iter().map(|(n, v)| format!("{n}={}", encode(v))).collect();
        let sign = encode(&to_base64(&self.alipay.sign(&message)));
        let body = format!("{}&sign={sign}&sign_type=RSA2", encoded.join("&"));
        (message, body.into_bytes())
    }
}

pub fn measure(plan: &Plan, table: &mut Table) {
    let span = Duration::from_millis(if plan.quick { 50 } else { 300 });
    let keys = Keys::make();
    requests(&keys, plan, span, table);
    answers(&keys, plan, span, table);
    notifications(&keys, plan, span, table);
    bills(plan, span, table);
}

fn requests(keys: &Keys, plan: &Plan, span: Duration, table: &mut Table) {
    let signer =
        Signer { app_id: APP_ID.to_owned(), key: keys.merchant(), certificate_sns: None, app_auth_token: None };
    let biz_content = json!({ "out_trade_no": "LD06eqahqzx3wtx1pbp3x9k2f0g4" }).to_string();
    let unsigned = Unsigned { method: METHOD, biz_content: &biz_content, ..Unsigned::default() };
    let (now, key) = (SystemClock.now(), keys.merchant());
    let (mut alone, mut whole) = (Vec::new(), Vec::new());
    for _ in 0..plan.rounds() {
        alone.push(per_second(span, |_| drop(black_box(key.sign(biz_content.as_bytes())))));
        whole.push(per_second(span, |_| drop(black_box(signer.sign(&unsigned, now).split()))));
    }
    table.baseline(SIGNING, &alone, "/s", "1 thread");
    table.ratio("Alipay request signed", &whole, "/s", (SIGNING, &alone), "as query and form, 1 thread");
}

fn answers(keys: &Keys, plan: &Plan, span: Duration, table: &mut Table) {
    let node = format!(
        "{{\"code\":\"10000\",\"msg\":\"Success\",\"store_name\":\"a\\/b \\\"}} ,\\\"sign\\\":\",\"fund_bill_list\":[{}]}}",
        ["{\"amount\":\"88.80\",\"fund_channel\":\"ALIPAYACCOUNT\"}"; 8].join(",")
    );
    let signature = keys.alipay.sign(node.as_bytes());
    let body = format!("{{\"alipay_trade_query_response\":{node},\"sign\":\"{}\"}}", to_base64(&signature));
    let key = keys.verifying();
    let (mut parsing, mut finding) = (Vec::new(), Vec::new());
    let (mut alone, mut whole) = (Vec::new(), Vec::new());
    for _ in 0..plan.rounds() {
        parsing.push(per_second(span, |_| {
            black_box(serde_json::from_str::<serde_json::Value>(&body).expect("JSON"));
        }));
        finding.push(per_second(span, |_| {
            black_box(AnswerNode::extract(body.as_bytes(), METHOD).expect("a node"));
        }));
        alone.push(per_second(span, |_| assert!(key.verify(node.as_bytes(), &signature))));
        whole.push(per_second(span, |_| {
            let found = AnswerNode::extract(body.as_bytes(), METHOD).expect("a node");
            found.verify(&key).expect("a genuine answer");
        }));
    }
    let note = format!("{} bytes, 1 thread", body.len());
    table.baseline("JSON into a tree", &parsing, "/s", &note);
    let tree = ("JSON into a tree", parsing.as_slice());
    table.ratio("Alipay's signed node found", &finding, "/s", tree, "the bytes as they stand");
    table.baseline(VERIFYING, &alone, "/s", "1 thread");
    table.ratio("Alipay answer found and verified", &whole, "/s", (VERIFYING, &alone), "1 thread");
}

fn notifications(keys: &Keys, plan: &Plan, span: Duration, table: &mut Table) {
    let key = keys.verifying();
    let (message, body) = keys.paid("LD06eqahqzx3wtx1pbp3x9k2f0g4");
    assert_eq!(Form::parse(&body).expect("a form").canonical(Rule::default()), message);
    let signature = keys.alipay.sign(&message);
    let (mut alone, mut whole) = (Vec::new(), Vec::new());
    for _ in 0..plan.rounds() {
        alone.push(per_second(span, |_| assert!(key.verify(&message, &signature))));
        whole.push(per_second(span, |_| {
            Form::parse(&body).expect("a form").verify(&key).expect("a genuine message");
        }));
    }
    let against = (VERIFYING, alone.as_slice());
    table.ratio("Alipay notification read and verified", &whole, "/s", against, "1 thread, no storage");
}

/// Notifications of payments, each the first of its own, verified, committed and answered over HTTP.
pub async fn settled(plan: &Plan, table: &mut Table) {
    const BASELINE: &str = "verifying alone, all cores";
    let keys = Keys::make();
    let nobody = wire::serve(wire::answer("503 Service Unavailable", "", b""));
    let quiet = AppOptions { background_jobs: false, durable: true };
    let house = House::build(Database::sqlite(), quiet, &WeChat::make(), nobody).await;
    let account = keys.account(house.store_id, &format!("http://{nobody}"));
    let account = add_account(&house.app.state, account).await.unwrap_or_else(|e| panic!("an account: {e:?}"));
    let span = Duration::from_millis(if plan.quick { 100 } else { 400 });
    let (key, path) = (keys.verifying(), format!("/notify/alipay/{}", account.id));
    let (mut all_cores, mut rates, mut p99) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..plan.rounds() {
        let (message, _) = keys.paid("LD06eqahqzx3wtx1pbp3x9k2f0g4");
        let signature = keys.alipay.sign(&message);
        all_cores.push(per_second_on_all_cores(span, |_| assert!(key.verify(&message, &signature))));
        let numbers = house.open_payments_at((account.id, GatewayName::Alipay), plan.requests()).await;
        let requests = numbers.iter().map(|number| post(&path, "", &keys.paid(number).1)).collect();
        let round = send_all(house.app.address, requests, "200").await;
        rates.push(round.per_second);
        p99.push(round.p99.as_secs_f64() * 1000.0);
    }
    let note = format!("p99 {:.1} ms; 16 connections, the sender on the same cores", median(&p99));
    table.baseline(BASELINE, &all_cores, "/s", "what no server on this machine can exceed");
    table.ratio("Alipay notifications settled, SQLite", &rates, "/s", (BASELINE, &all_cores), &note);
    house.remove().await;
}

fn bills(plan: &Plan, span: Duration, table: &mut Table) {
    let row = "2026010122001400000000000001\t,LD20260101000001\t,交易,红茶,2026-01-01 03:05:09,1.00,1.00,-0.01";
    let text = format!(
        "#支付宝业务明细查询\r\n#账号：[{SELLER_ID}0156]\r\n#---业务明细列表---\r\n\
         支付宝交易号,商户订单号,业务类型,商品名称,完成时间,订单金额（元）,商家实收（元）,服务费（元）\r\n{}\
         #---业务明细列表结束---\r\n#交易合计：{BILL_ROWS}笔，商家实收共{BILL_ROWS}.00元\r\n#退款合计：0笔，商家实收退款共0.00元\r\n",
        format!("{row}\r\n").repeat(BILL_ROWS)
    );
    let bytes = encoding_rs::GBK.encode(&text).0.into_owned();
    let merchant = Merchant { merchant_no: SELLER_ID.to_owned(), app_id: None, sub_merchant_no: None };
    let (mut decoding, mut reading) = (Vec::new(), Vec::new());
    // Rows in one bill: a count far below 2^52.
    #[allow(clippy::cast_precision_loss)]
    let rows = BILL_ROWS as f64;
    for _ in 0..plan.rounds() {
        decoding.push(rows * per_second(span, |_| drop(black_box(encoding_rs::GBK.decode(&bytes)))));
        reading.push(
            rows * per_second(span, |_| {
                let lines = Bill::new(bytes.as_slice(), StatementKind::Trade, merchant.clone());
                assert_eq!(lines.collect::<Result<Vec<_>, _>>().expect("lines").len(), BILL_ROWS + 1);
            }),
        );
    }
    table.baseline("GBK decoded alone", &decoding, " rows/s", "1 thread");
    table.ratio(
        "Alipay bill read",
        &reading,
        " rows/s",
        ("GBK decoded alone", &decoding),
        "checked against its totals",
    );
}

//! Alipay's side of the work: finding the signed node of an answer, verifying notifications, reading bills.

use std::hint::black_box;
use std::time::Duration;

use luodi::crypto::rsa::{SigningKey, VerifyingKey};
use luodi::crypto::to_base64;
use luodi::gateways::Merchant;
use luodi::gateways::alipay::sign::{AnswerNode, Form, Rule, encode};
use luodi::gateways::alipay::statement::bill::Bill;
use luodi::gateways::statement::StatementKind;
use rsa::RsaPrivateKey;
use rsa::pkcs8::{EncodePrivateKey, EncodePublicKey, LineEnding};

use crate::Plan;
use crate::table::{Table, per_second};

const SELLER_ID: &str = "2088000000000001";
const METHOD: &str = "alipay.trade.query";
const BILL_ROWS: usize = 2000;

pub fn measure(plan: &Plan, table: &mut Table) {
    let span = Duration::from_millis(if plan.quick { 50 } else { 300 });
    answers(plan, span, table);
    notifications(plan, span, table);
    bills(plan, span, table);
}

fn answers(plan: &Plan, span: Duration, table: &mut Table) {
    let node = format!(
        "{{\"code\":\"10000\",\"msg\":\"Success\",\"store_name\":\"a\\/b \\\"}} ,\\\"sign\\\":\",\"fund_bill_list\":[{}]}}",
        ["{\"amount\":\"88.80\",\"fund_channel\":\"ALIPAYACCOUNT\"}"; 8].join(",")
    );
    let body = format!("{{\"alipay_trade_query_response\":{node},\"sign\":\"{}\"}}", "A".repeat(344));
    let (mut parsing, mut finding) = (Vec::new(), Vec::new());
    for _ in 0..plan.rounds() {
        parsing.push(per_second(span, |_| {
            black_box(serde_json::from_str::<serde_json::Value>(&body).expect("JSON"));
        }));
        finding.push(per_second(span, |_| {
            black_box(AnswerNode::extract(body.as_bytes(), METHOD).expect("a node"));
        }));
    }
    let note = format!("{} bytes, 1 thread", body.len());
    table.baseline("JSON into a tree", &parsing, "/s", &note);
    table.ratio(
        "Alipay's signed node found",
        &finding,
        "/s",
        ("JSON into a tree", &parsing),
        "the bytes as they stand",
    );
}

fn notifications(plan: &Plan, span: Duration, table: &mut Table) {
    let pair = RsaPrivateKey::new(&mut rand::rngs::OsRng, 2048).expect("a key");
    let signing = SigningKey::parse(&pair.to_pkcs8_pem(LineEnding::LF).expect("a PEM")).expect("a key");
    let public = pair.to_public_key().to_public_key_pem(LineEnding::LF).expect("a PEM");
    let key = VerifyingKey::parse(&public).expect("a key");
    let fields = [
        ("app_id", "2021000000000001"),
        ("charset", "utf-8"),
        ("notify_type", "trade_status_sync"),
        ("out_trade_no", "LD20260101000001"),
        ("seller_id", SELLER_ID),
        ("subject", "红茶 500g+糖&杯 50%"),
        ("total_amount", "88.80"),
        ("trade_no", "2026010222001400000000000001"),
        ("trade_status", "TRADE_SUCCESS"),
    ];
    let text: Vec<_> = fields.iter().map(|(n, v)| format!("{n}={v}")).collect();
    let message = text.join("&").into_bytes();
    let signature = signing.sign(&message);
    let encoded: Vec<_> = fields.iter().map(|(n, v)| format!("{n}={}", encode(v))).collect();
    let body = format!("{}&sign={}&sign_type=RSA2", encoded.join("&"), encode(&to_base64(&signature)));
    assert_eq!(Form::parse(body.as_bytes()).expect("a form").canonical(Rule::default()), message);
    let (mut alone, mut whole) = (Vec::new(), Vec::new());
    for _ in 0..plan.rounds() {
        alone.push(per_second(span, |_| assert!(key.verify(&message, &signature))));
        whole.push(per_second(span, |_| {
            Form::parse(body.as_bytes()).expect("a form").verify(&key).expect("a genuine message");
        }));
    }
    table.baseline("RSA-2048 verifying alone", &alone, "/s", "1 thread");
    let against = ("RSA-2048 verifying alone", alone.as_slice());
    table.ratio("Alipay notification read and verified", &whole, "/s", against, "1 thread, no storage");
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

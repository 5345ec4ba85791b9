//! Bills: asked for, downloaded, proven by their hash, and wrong where a script makes them so.

use std::io::Read as _;

use luodi::sandbox::{
    BillEdit, CodepayOutcome, Fault, FaultKind, MerchantDraft, Operation, PayDraft, PaymentCodeDraft, RefundStatus,
    SubMerchantDraft, synthetic_trade,
};
use serde_json::{Value, json};
use sha1::{Digest, Sha1};

use crate::client::{REFUNDS, Shop, shop};

const DAY: &str = "2026-01-01";
const TRADE: &str = "/v3/bill/tradebill?bill_date=2026-01-01";

/// From noon of the day to the hour after which its bill may be asked for.
fn to_the_next_morning(shop: &Shop) {
    shop.clock.advance_s(22 * 3600);
}

fn path_of(shop: &Shop, told: &Value) -> String {
    told["download_url"].as_str().unwrap().strip_prefix(&shop.sandbox.base_url()).unwrap().to_owned()
}

async fn fetch(shop: &Shop, target: &str) -> (Value, Vec<u8>) {
    let told = shop.trusted("GET", target, Value::Null).await.json();
    let file = shop.download(&path_of(shop, &told)).await.unwrap();
    assert_eq!(file.status, 200);
    assert!(file.header("Wechatpay-Signature").is_empty(), "downloads are not signed");
    (told, file.bytes)
}

/// The rows of a bill as a reader of the documentation takes them apart.
struct Read {
    header: Vec<String>,
    rows: Vec<Vec<String>>,
    summary: Vec<String>,
}

impl Read {
    fn of(file: &[u8]) -> Self {
        let text = std::str::from_utf8(file).unwrap().strip_prefix('\u{feff}').expect("a byte order mark");
        let lines: Vec<&str> = text.strip_suffix("\r\n").expect("a last line end").split("\r\n").collect();
        let values = |line: &str| line.strip_prefix('`').unwrap().split(",`").map(str::to_owned).collect::<Vec<_>>();
        let (rows, summary) = lines[1..].split_at(lines.len() - 3);
        assert!(!summary[0].starts_with('`'));
        Self {
            header: lines[0].split(',').map(str::to_owned).collect(),
            rows: rows.iter().map(|line| values(line)).collect(),
            summary: values(summary[1]),
        }
    }

    fn column(&self, name: &str) -> Vec<&str> {
        let at = self.header.iter().position(|column| column == name).unwrap_or_else(|| panic!("{name}"));
        self.rows.iter().map(|row| row[at].as_str()).collect()
    }
}

async fn trade(shop: &Shop) -> Read {
    Read::of(&fetch(shop, TRADE).await.1)
}

async fn paid(shop: &Shop, number: &str) {
    shop.create(number).await;
    shop.pay(number);
}

#[actix_web::test]
async fn the_trade_bill_tells_payments_and_refunds_of_the_day() {
    let shop = shop(MerchantDraft::default()).await;
    let mut body = shop.order("BILL000001", "https://shop.example.com/notify");
    body["description"] = json!("茶,一盒`精装");
    shop.trusted("POST", crate::client::NATIVE, body).await;
    let draft = PayDraft { payer_total_fen: Some(900), ..PayDraft::default() };
    shop.sandbox.pay(&shop.credentials.mchid, "BILL000001", &draft).unwrap();
    shop.create("BILL000002").await;
    shop.clock.advance_s(60);
    shop.trusted("POST", REFUNDS, shop.refund_body("BILL000001", "R1", 500)).await;
    shop.clock.advance_s(-60);
    to_the_next_morning(&shop);
    paid(&shop, "BILL000003").await;

    let (told, file) = fetch(&shop, TRADE).await;
    assert_eq!(
        (told["hash_type"].as_str(), told["hash_value"].as_str()),
        (Some("SHA1"), Some(&*hex::encode(Sha1::digest(&file))))
    );
    let bill = Read::of(&file);
    assert_eq!((bill.header.len(), bill.header[0].as_str(), bill.header[26].as_str()), (27, "交易时间", "费率备注"));
    assert_eq!(bill.column("商户订单号"), ["BILL000001", "BILL000001"], "unpaid orders and other days are not there");
    assert_eq!(bill.column("交易时间"), ["2026-01-01 12:00:00", "2026-01-01 12:01:00"]);
    assert_eq!(bill.column("交易状态"), ["SUCCESS", "REFUND"]);
    assert_eq!(bill.column("订单金额"), ["10.00", "0.00"]);
    assert_eq!(bill.column("应结订单金额"), ["9.00", "0.00"]);
    assert_eq!(bill.column("代金券金额"), ["1.00", "0.00"]);
    assert_eq!(bill.column("申请退款金额"), ["0.00", "5.00"]);
    assert_eq!(bill.column("退款金额"), ["0.00", "4.50"]);
    assert_eq!(bill.column("商户退款单号"), ["0", "R1"]);
    assert_eq!(bill.column("退款状态"), ["", "SUCCESS"]);
    assert_eq!(bill.column("商品名称")[0], "茶,一盒`精装");
    assert_eq!(bill.column("商户数据包")[0], "门店A");
    assert_eq!(bill.column("手续费"), ["0.05000", "-0.03000"]);
    assert_eq!(bill.column("费率")[0], "0.60%");
    assert_eq!(bill.summary, ["2.0", "9.00", "4.50", "0.50", "0.02000", "10.00", "5.00"]);

    let success = Read::of(&fetch(&shop, &format!("{TRADE}&bill_type=SUCCESS")).await.1);
    assert_eq!((success.header.len(), success.rows.len()), (20, 1));
    assert!(!success.header.iter().any(|name| name.contains("退款")));
    let refund = Read::of(&fetch(&shop, &format!("{TRADE}&bill_type=REFUND")).await.1);
    assert_eq!((refund.header.len(), refund.rows.len()), (29, 1));
    assert_eq!(refund.column("退款申请时间"), ["2026-01-01 12:01:00"]);
    assert_eq!(refund.header[13..16], ["代金券金额", "退款申请时间", "退款成功时间"]);
}

#[actix_web::test]
async fn a_compressed_bill_has_the_hash_of_the_plain_one() {
    let shop = shop(MerchantDraft::default()).await;
    paid(&shop, "BILL000001").await;
    to_the_next_morning(&shop);
    let (told, packed) = fetch(&shop, &format!("{TRADE}&tar_type=GZIP")).await;
    assert!(told["download_url"].as_str().unwrap().ends_with("&tartype=gzip"));
    let mut plain = Vec::new();
    flate2::read::GzDecoder::new(packed.as_slice()).read_to_end(&mut plain).unwrap();
    assert_eq!(told["hash_value"], json!(hex::encode(Sha1::digest(&plain))));
    assert_eq!(plain, fetch(&shop, TRADE).await.1);
}

#[actix_web::test]
async fn a_bill_is_there_from_ten_the_next_morning_for_three_months() {
    let shop = shop(MerchantDraft::default()).await;
    paid(&shop, "BILL000001").await;
    let ask = async |target: &str| shop.call("GET", target, Value::Null).await;
    assert_eq!(ask(TRADE).await.json()["detail"]["field"], "bill_date", "not for a day that is not over");
    shop.clock.advance_s(22 * 3600 - 1);
    assert_eq!(ask(TRADE).await.code(), "STATEMENT_CREATING");
    shop.clock.advance_s(1);
    assert_eq!(ask(TRADE).await.status, 200);
    let empty = ask("/v3/bill/tradebill?bill_date=2025-12-31").await;
    assert_eq!((empty.status, empty.code().as_str()), (400, "NO_STATEMENT_EXIST"));
    assert_eq!(ask(&format!("{TRADE}&bill_type=REFUND")).await.code(), "NO_STATEMENT_EXIST");
    assert_eq!(ask("/v3/bill/fundflowbill?bill_date=2026-01-01&account_type=FEES").await.code(), "NO_STATEMENT_EXIST");
    for wrong in ["bill_date=20260101", "bill_date=2026-02-30", "", "bill_date=2025-09-01"] {
        assert_eq!(ask(&format!("/v3/bill/tradebill?{wrong}")).await.code(), "PARAM_ERROR", "{wrong}");
    }
    for wrong in ["bill_type=NONE", "tar_type=ZIP"] {
        assert_eq!(ask(&format!("{TRADE}&{wrong}")).await.code(), "PARAM_ERROR", "{wrong}");
    }
}

#[actix_web::test]
async fn a_link_must_be_signed_and_lives_for_a_while() {
    let shop = shop(MerchantDraft { bill_link_life_s: Some(30), ..MerchantDraft::default() }).await;
    paid(&shop, "BILL000001").await;
    to_the_next_morning(&shop);
    let told = shop.trusted("GET", TRADE, Value::Null).await.json();
    let bare = shop.http.get(told["download_url"].as_str().unwrap()).send().await.unwrap();
    assert_eq!(bare.status(), 401);
    shop.clock.advance_s(29);
    assert_eq!(shop.download(&path_of(&shop, &told)).await.unwrap().status, 200);
    shop.clock.advance_s(1);
    let lapsed = shop.download(&path_of(&shop, &told)).await.unwrap();
    assert_eq!(lapsed.status, 404);
    assert_eq!(shop.download("/v3/billdownload/file?token=none").await.unwrap().status, 404);
}

#[actix_web::test]
async fn a_bill_is_a_snapshot_of_the_morning_it_was_made() {
    let shop = shop(MerchantDraft { refund_delay_ms: 40 * 3_600_000, ..MerchantDraft::default() }).await;
    paid(&shop, "BILL000001").await;
    for (number, fen) in [("LATE", 100), ("SHUT", 100), ("ODD", 100)] {
        shop.trusted("POST", REFUNDS, shop.refund_body("BILL000001", number, fen)).await;
    }
    let settle = |number, status| shop.sandbox.settle_refund(&shop.credentials.mchid, number, status).unwrap();
    settle("SHUT", RefundStatus::Closed);
    settle("ODD", RefundStatus::Abnormal);
    to_the_next_morning(&shop);
    settle("LATE", RefundStatus::Success);
    let bill = trade(&shop).await;
    let states: Vec<_> = bill.column("商户退款单号").into_iter().zip(bill.column("退款状态")).collect();
    assert!(
        states.contains(&("LATE", "PROCESSING"))
            && states.contains(&("SHUT", "FAIL"))
            && states.contains(&("ODD", "CHANGE"))
    );
}

#[actix_web::test]
async fn a_reversed_codepay_order_stands_as_revoked() {
    let shop = shop(MerchantDraft::default()).await;
    let shown = shop.sandbox.show_payment_code(PaymentCodeDraft { outcome: CodepayOutcome::Success }).unwrap();
    shop.codepay("BILL000001", &shown.auth_code).await;
    let body = json!({ "appid": shop.credentials.appid, "mchid": shop.credentials.mchid });
    shop.trusted("POST", "/v3/pay/transactions/out-trade-no/BILL000001/reverse", body).await;
    to_the_next_morning(&shop);
    let bill = trade(&shop).await;
    assert_eq!((bill.column("交易状态"), bill.column("交易类型")), (vec!["SUCCESS", "REVOKED"], vec!["MICROPAY"; 2]));
}

#[actix_web::test]
async fn the_fund_flow_keeps_the_balance() {
    let shop = shop(MerchantDraft::default()).await;
    paid(&shop, "BILL000001").await;
    shop.trusted("POST", REFUNDS, shop.refund_body("BILL000001", "R1", 1000)).await;
    to_the_next_morning(&shop);
    let bill = Read::of(&fetch(&shop, "/v3/bill/fundflowbill?bill_date=2026-01-01").await.1);
    assert_eq!(bill.column("收支类型"), ["收入", "支出", "支出"]);
    assert_eq!(bill.column("收支金额(元)"), ["10.00", "0.06", "9.94"]);
    assert_eq!(bill.column("账户结余(元)"), ["10.00", "9.94", "0.00"]);
    assert_eq!(bill.column("业务凭证号"), ["BILL000001", "BILL000001", "R1"]);
    assert_eq!(bill.summary, ["3.0", "1.0", "10.00", "2.0", "10.00"]);
}

#[actix_web::test]
async fn a_script_makes_the_bill_differ_from_the_book() {
    let shop = shop(MerchantDraft::default()).await;
    let mchid = shop.credentials.mchid.clone();
    for at in 1..=5 {
        paid(&shop, &format!("BILL00000{at}")).await;
    }
    to_the_next_morning(&shop);
    let number = |at: u32| format!("BILL00000{at}");
    for edit in [
        BillEdit::Missing { number: number(1) },
        BillEdit::Duplicated { number: number(2) },
        BillEdit::ChangedAmount { number: number(3), fen: 999 },
        BillEdit::ChangedStatus { number: number(4), status: "REVOKED".into() },
        BillEdit::ChangedAppid { number: number(5), appid: "wxother".into() },
        BillEdit::ExtraPayment { out_trade_no: "NOBODY0001".into(), fen: 4200 },
        BillEdit::ExtraRefund { out_trade_no: "NOBODY0002".into(), out_refund_no: "NR1".into(), fen: 7 },
    ] {
        shop.sandbox.edit_bill(&mchid, DAY, edit).unwrap();
    }
    let (told, file) = fetch(&shop, TRADE).await;
    assert_eq!(told["hash_value"], json!(hex::encode(Sha1::digest(&file))), "wrong in content, right in its hash");
    let bill = Read::of(&file);
    let numbers = bill.column("商户订单号");
    assert_eq!(
        numbers,
        ["BILL000002", "BILL000002", "BILL000003", "BILL000004", "BILL000005", "NOBODY0001", "NOBODY0002"]
    );
    assert_eq!(bill.column("订单金额")[2], "9.99");
    assert_eq!((bill.column("交易状态")[3], bill.column("公众账号ID")[4]), ("REVOKED", "wxother"));
    assert_eq!(bill.column("申请退款金额")[6], "0.07");
    shop.sandbox.clear_bill_edits(&mchid, DAY).unwrap();
    assert_eq!(trade(&shop).await.rows.len(), 5);
    assert!(shop.sandbox.clear_bill_edits(&mchid, "2026-1-1").is_err());
}

#[actix_web::test]
async fn hashes_lie_and_downloads_break_by_script() {
    let shop = shop(MerchantDraft::default()).await;
    paid(&shop, "BILL000001").await;
    to_the_next_morning(&shop);
    let fault = |operation, kind| shop.sandbox.add_fault(Fault::new(operation, kind).times(1)).unwrap();
    fault(Operation::TradeBill, FaultKind::WrongHash);
    let (told, file) = fetch(&shop, TRADE).await;
    assert_ne!(told["hash_value"], json!(hex::encode(Sha1::digest(&file))));
    let told = shop.trusted("GET", TRADE, Value::Null).await.json();
    for kind in [FaultKind::Truncated, FaultKind::ResetBeforeCommit] {
        fault(Operation::BillDownload, kind.clone());
        assert!(shop.download(&path_of(&shop, &told)).await.is_err(), "{kind:?}");
    }
    fault(Operation::BillDownload, FaultKind::ErrorBeforeCommit { status: 429, code: "RATE_LIMITED".into() });
    assert_eq!(shop.download(&path_of(&shop, &told)).await.unwrap().status, 429);
    assert!(shop.sandbox.add_fault(Fault::new(Operation::BillDownload, FaultKind::BadSignature)).is_err());
}

#[actix_web::test]
async fn a_sub_merchants_rows_can_be_asked_for_alone() {
    let sub = |mchid: &str| SubMerchantDraft { mchid: Some(mchid.into()), ..SubMerchantDraft::default() };
    let draft = MerchantDraft { sub_merchants: vec![sub("1600000001"), sub("1600000002")], ..MerchantDraft::default() };
    let shop = shop(draft).await;
    for (number, sub) in [("BILL000001", "1600000001"), ("BILL000002", "1600000002")] {
        let body = json!({
            "sp_appid": shop.credentials.appid, "sp_mchid": shop.credentials.mchid, "sub_mchid": sub,
            "description": "门店商品", "out_trade_no": number, "notify_url": "https://shop.example.com/notify",
            "amount": { "total": 1000 },
        });
        shop.trusted("POST", "/v3/pay/partner/transactions/native", body).await;
        shop.pay(number);
    }
    to_the_next_morning(&shop);
    assert_eq!(trade(&shop).await.column("特约商户号"), ["1600000001", "1600000002"]);
    let one = Read::of(&fetch(&shop, &format!("{TRADE}&sub_mchid=1600000002")).await.1);
    assert_eq!(one.column("商户订单号"), ["BILL000002"]);
}

#[actix_web::test]
async fn a_synthetic_bill_streams_as_many_rows_as_are_wanted() {
    let shop = shop(MerchantDraft::default()).await;
    to_the_next_morning(&shop);
    let bill = shop.sandbox.serve_synthetic_bill(&shop.credentials.mchid, DAY, 1234).await.unwrap();
    let (told, file) = fetch(&shop, TRADE).await;
    assert_eq!((bill.rows, bill.bytes, json!(bill.sha1)), (1234, file.len() as u64, told["hash_value"].clone()));
    assert_eq!(bill.sha1, hex::encode(Sha1::digest(&file)));
    let read = Read::of(&file);
    let last = synthetic_trade(DAY, 1233);
    assert_eq!((read.rows.len(), read.summary[0].as_str()), (1234, "1234.0"));
    assert_eq!(read.column("商户订单号")[1233], last.out_trade_no);
    assert_eq!(read.column("微信订单号")[1233], last.transaction_id);
    assert_eq!(read.column("订单金额")[1233], format!("{}.{:02}", last.total_fen / 100, last.total_fen % 100));
    let (_, packed) = fetch(&shop, &format!("{TRADE}&tar_type=GZIP")).await;
    let mut plain = Vec::new();
    flate2::read::GzDecoder::new(packed.as_slice()).read_to_end(&mut plain).unwrap();
    assert_eq!(plain, file);
}

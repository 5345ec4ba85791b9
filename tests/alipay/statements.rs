//! Bills: from address to rows, and everything that makes one unbelievable.

use std::io::Write as _;

use jiff::civil::date;
use luodi::gateways::statement::{
    Fetched, FundRow, Statement, StatementKind, StatementLine, StatementSummary, StatementToFetch, TradeKind, TradeRow,
};
use luodi::gateways::{Gateway as _, GatewayError};
use serde_json::json;

use crate::stand_in::*;

fn wanted(kind: StatementKind) -> StatementToFetch {
    StatementToFetch { date: date(2026, 1, 1), kind }
}

fn gbk(text: &str) -> Vec<u8> {
    encoding_rs::GBK.encode(&text.replace('\n', "\r\n")).0.into_owned()
}

/// As Alipay packs: GBK names without saying so.
fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, content) in files {
        writer.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

const HEADER: &str = "支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,终端号,\
    对方账户,订单金额（元）,商家实收（元）,支付宝红包（元）,集分宝（元）,支付宝优惠（元）,商家优惠（元）,券核销金额（元）,\
    券名称,商家红包消费金额（元）,卡消费金额（元）,退款批次号/请求号,服务费（元）,分润（元）,备注";

fn trade_bill(rows: &[&str], totals: &str) -> String {
    format!(
        "#支付宝业务明细查询\n#账号：[{SELLER_ID}0156]\n\
         #起始日期：[2026年01月01日 00:00:00]   终止日期：[2026年01月02日 00:00:00]\n\
         #-----------------------------------------业务明细列表----------------------------------------\n\
         {HEADER}\n{}\n\
         #-----------------------------------------业务明细列表结束------------------------------------\n\
         {totals}#导出时间：[2026年01月02日 09:00:00]\n",
        rows.join("\n")
    )
}

const PAYMENT: &str = "2026010122001400000000000001\t,LD20260101000001\t,交易,\"红茶, 500g \"\"春\"\"\",2026-01-01 03:04:05,\
    2026-01-01 03:05:09,,,,,a***@example.com,88.80,80.80,0.00,0.00,8.00,0.00,0.00,,0.00,0.00,\t,-0.53,0.00,";
const REFUND: &str = "2026010122001400000000000001\t,LD20260101000001\t,退款,红茶,2026-01-01 03:04:05,\
    2026-01-01 04:00:00,,,,,a***@example.com,-10.00,-10.00,0.00,0.00,0.00,0.00,0.00,,0.00,0.00,LDR1\t,0.06,0.00,";
const TOTALS: &str = "#交易合计：1笔，商家实收共80.80元，商家优惠共0.00元\n#退款合计：1笔，商家实收退款共-10.00元，商家优惠退款共0.00元\n";
const SUMMARY: &str = "#支付宝业务汇总查询\n#账号：[20880000000000010156]\n";

fn many(content: &[u8]) -> Vec<u8> {
    let names: Vec<_> = (0..20).map(|n| format!("{n}.csv")).collect();
    archive(&names.iter().map(|name| (name.as_str(), content)).collect::<Vec<_>>())
}

async fn fetch_archive(content: Vec<u8>, kind: StatementKind) -> Result<Fetched, GatewayError> {
    let (gateway, _, _) = account(move |seen| match seen.target.as_str() {
        "/bill.zip" => Reply::Answer { status: 200, headers: Vec::new(), body: content.clone() },
        _ => {
            let host = seen.header("host").unwrap();
            Reply::success(seen, json!({ "bill_download_url": format!("http://{host}/bill.zip") }))
        }
    })
    .await;
    gateway.statement(&wanted(kind)).await
}

fn lines(statement: Statement) -> Vec<Result<StatementLine, String>> {
    statement.rows.map(|line| line.map_err(|fault| fault.to_string())).collect()
}

async fn read(bill: &str, kind: StatementKind) -> Vec<Result<StatementLine, String>> {
    let packed = archive(&[("summary.csv", &gbk(SUMMARY)), ("detail.csv", &gbk(bill))]);
    match fetch_archive(packed, kind).await.unwrap() {
        Fetched::Statement(statement) => lines(statement),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_bill_gives_its_rows_and_adds_up() {
    let read = read(&trade_bill(&[PAYMENT, REFUND], TOTALS), StatementKind::Trade).await;
    let [Ok(StatementLine::Trade(paid)), Ok(StatementLine::Trade(refunded)), Ok(StatementLine::Summary(summary))] =
        read.as_slice()
    else {
        panic!("{read:?}")
    };
    let TradeRow { kind, out_trade_no, gateway_trade_no, amount, fee_fen, description, .. } = paid;
    assert_eq!((*kind, amount.get(), *fee_fen), (TradeKind::Payment, 8880, 53));
    assert_eq!((out_trade_no.as_str(), gateway_trade_no.as_str()), (NUMBER, "2026010122001400000000000001"));
    assert_eq!(description, "红茶, 500g \"春\"");
    assert_eq!(paid.at.unwrap().to_beijing_rfc3339(), "2026-01-01T03:05:09+08:00");
    assert_eq!((refunded.kind, refunded.amount.get(), refunded.fee_fen), (TradeKind::Refund, 1000, -6));
    assert_eq!(refunded.out_refund_no.as_deref(), Some("LDR1"));
    assert_eq!(*summary, StatementSummary { row_count: 2, paid_fen: 8880, refunded_fen: 1000, fee_fen: 47 });
}

#[tokio::test]
async fn columns_are_found_by_name_and_new_ones_are_passed_over() {
    let row = "新列的值,LD1,2026010122001400000000000002,交易,5.00,5.00";
    let bill = trade_bill(&[row], "#交易合计：1笔，商家实收共5.00元\n#退款合计：0笔，商家实收退款共0.00元\n")
        .replace(HEADER, "新列,商户订单号,支付宝交易号,业务类型,商家实收(元),订单金额(元)");
    let read = read(&bill, StatementKind::Trade).await;
    assert!(matches!(&read[0], Ok(StatementLine::Trade(row)) if row.out_trade_no == "LD1" && row.amount.get() == 500));
}

#[tokio::test]
async fn a_bill_that_cannot_be_true_is_not_believed() {
    let good = trade_bill(&[PAYMENT, REFUND], TOTALS);
    let cut = &good[..good.find("#---").unwrap() + good[good.find("#---").unwrap() + 4..].find("#---").unwrap()];
    for (label, bill, problem) in [
        ("a row less", trade_bill(&[PAYMENT], TOTALS), "add up"),
        ("a row twice", trade_bill(&[PAYMENT, PAYMENT, REFUND], TOTALS), "add up"),
        ("another amount", good.replace(",80.80,", ",80.81,"), "add up"),
        ("no totals", trade_bill(&[PAYMENT, REFUND], ""), "add up"),
        ("cut short", cut.to_owned(), "cut short"),
        ("another merchant", good.replace(SELLER_ID, "2088000000000009"), "another merchant"),
        ("a strange amount", good.replace(",88.80,", ",88.801,"), "no amount"),
        ("a strange business", good.replace(",交易,", ",转账,"), "业务类型"),
        ("a column less", good.replace("商户订单号,", "某号,"), "missing"),
    ] {
        let read = read(&bill, StatementKind::Trade).await;
        assert!(matches!(read.last(), Some(Err(why)) if why.contains(problem)), "{label}: {:?}", read.last());
        assert_eq!(read.iter().filter(|line| line.is_err()).count(), 1, "{label}: nothing is read after a fault");
    }
}

#[tokio::test]
async fn the_ledger_of_the_balance_is_read_too() {
    let bill = format!(
        "#支付宝账务明细查询\n#账号：[{SELLER_ID}0156]\n\
         #-----账务明细列表-----\n\
         账务流水号,业务流水号,商户订单号,商品名称,发生时间,对方账号,收入金额（+元）,支出金额（-元）,账户余额（元）,交易渠道,业务类型,备注\n\
         1001\t,2026010122001400000000000001\t,{NUMBER}\t,红茶,2026-01-01 03:05:09,a***,80.80,,180.80,支付宝,在线支付,\n\
         1002\t,2026010122001400000000000001\t,{NUMBER}\t,红茶,2026-01-01 04:00:00,a***,,-10.00,170.80,支付宝,退款,退回\n\
         #-----账务明细列表结束-----\n\
         #支出合计：1笔，共-10.00元\n#收入合计：1笔，共80.80元\n"
    );
    let read = read(&bill, StatementKind::FundFlow).await;
    let [Ok(StatementLine::Fund(income)), Ok(StatementLine::Fund(expense)), Ok(StatementLine::Summary(_))] =
        read.as_slice()
    else {
        panic!("{read:?}")
    };
    let FundRow { is_income, amount, balance_fen, flow_no, .. } = income;
    assert_eq!((*is_income, amount.get(), *balance_fen, flow_no.as_str()), (true, 8080, 18080, "1001"));
    assert_eq!((expense.is_income, expense.amount.get(), expense.business.as_str()), (false, 1000, "退款"));
}

#[tokio::test]
async fn a_missing_bill_is_late_first_and_then_a_day_without_movements() {
    for code in ["isp.bill_not_exist", "BILL_NOT_EXIST", "NO_BILL_DATA"] {
        let (gateway, clock, _) = account(move |seen| Reply::refusal(seen, "40004", code)).await;
        assert!(matches!(gateway.statement(&wanted(StatementKind::Trade)).await, Ok(Fetched::NotReady)), "{code}");
        clock.advance_s(48 * 3600);
        assert!(matches!(gateway.statement(&wanted(StatementKind::Trade)).await, Ok(Fetched::Empty)), "{code}");
    }
    let (gateway, _, stand_in) = account(|seen| {
        Reply::success(
            seen,
            json!({"bill_download_url": "https://x.alipay.com/", "bill_file_code": "EMPTY_DATA_WITH_BILL_FILE"}),
        )
    })
    .await;
    assert!(matches!(gateway.statement(&wanted(StatementKind::Trade)).await, Ok(Fetched::Empty)));
    assert_eq!(stand_in.seen()[0].biz(), json!({"bill_type": "trade", "bill_date": "2026-01-01"}));
}

#[tokio::test]
async fn archives_that_are_not_bills_are_refused() {
    let (gateway, _, _) =
        account(|seen| Reply::success(seen, json!({"bill_download_url": "http://169.254.169.254/x"}))).await;
    let elsewhere = gateway.statement(&wanted(StatementKind::Trade)).await;
    assert!(matches!(elsewhere, Err(GatewayError::Unknown(why)) if why.contains("not Alipay's")));
    let good = gbk(&trade_bill(&[PAYMENT, REFUND], TOTALS));
    let mut damaged = archive(&[("detail.csv", &good)]);
    let middle = damaged.len() / 3;
    damaged[middle] ^= 0xff;
    for (label, content) in [
        ("no archive", b"<html>".to_vec()),
        ("an empty one", archive(&[])),
        ("a summary alone", archive(&[("summary.csv", &gbk(SUMMARY))])),
        ("a damaged one", damaged),
        ("cut short", archive(&[("detail.csv", &good)])[..200].to_vec()),
        ("too many files", many(&good)),
    ] {
        let fetched = fetch_archive(content, StatementKind::Trade).await;
        assert!(matches!(fetched, Err(GatewayError::Unknown(_))), "{label}: {fetched:?}");
    }
    // A name that points out of the archive is only a name: nothing is written by it.
    let outside = archive(&[("../../../etc/bill.csv", &good)]);
    assert!(matches!(fetch_archive(outside, StatementKind::Trade).await, Ok(Fetched::Statement(_))));
}

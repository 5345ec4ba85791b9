//! Bills read back by readers that are not ours: `zip` and a GB18030 decoder.

use std::io::{Cursor, Read};

use super::*;

const PID: &str = "2088000000000001";

fn at(text: &str) -> Timestamp {
    Timestamp::parse_rfc3339(&format!("{text}+08:00")).unwrap()
}

fn trade(out_trade_no: &str, finished_at: &str, fen: i64) -> TradeRow {
    TradeRow {
        trade_no: format!("2026010122001400000000{out_trade_no}"),
        out_trade_no: out_trade_no.to_owned(),
        out_request_no: None,
        subject: "红茶,一件".to_owned(),
        created_at: at(finished_at).plus_s(-9),
        finished_at: at(finished_at),
        store_id: String::new(),
        store_name: String::new(),
        operator_id: String::new(),
        terminal_id: String::new(),
        buyer: "*红(abc***@example.com)".to_owned(),
        total_fen: fen,
        alipay_discount_fen: 0,
        merchant_discount_fen: 0,
        note: String::new(),
    }
}

fn refund(of: &TradeRow, out_request_no: &str, finished_at: &str, fen: i64) -> TradeRow {
    TradeRow {
        out_request_no: Some(out_request_no.to_owned()),
        finished_at: at(finished_at),
        total_fen: fen,
        ..of.clone()
    }
}

/// A day with two payments and a part of one returned; a payment before it and one after.
fn book() -> BillRows {
    let first = trade("A1", "2026-01-01T00:00:00", 8880);
    BillRows {
        trades: vec![
            trade("C1", "2026-01-02T00:00:00", 300),
            refund(&first, "R1", "2026-01-01T23:59:59", 1000),
            trade("B1", "2026-01-01T12:00:00", 5),
            first,
            trade("Z1", "2025-12-31T23:59:59", 100),
        ],
        opening_balance_fen: 50_000,
    }
}

fn call<'a>(bill_type: &'a str, bill_date: &'a str, now: &str) -> BillCall<'a> {
    let (bill_type, bill_date) = (Some(bill_type), Some(bill_date));
    BillCall { bill_type, bill_date, pid: PID, base_url: "http://127.0.0.1:1", now: at(now) }
}

fn token(link: &BillLink) -> String {
    link.bill_download_url.split("token=").nth(1).unwrap().to_owned()
}

/// Names and texts of the files behind a link.
fn read(bills: &Bills, link: &BillLink, now: &str) -> Vec<(String, String)> {
    let bytes: Vec<u8> = bills.find(&token(link), at(now)).unwrap().flatten().collect();
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let decoded = |bytes: &[u8]| {
        let (text, _, has_errors) = encoding_rs::GB18030.decode(bytes);
        assert!(!has_errors);
        text.into_owned()
    };
    (0..archive.len())
        .map(|index| {
            let mut file = archive.by_index(index).unwrap();
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes).unwrap();
            (decoded(file.name_raw()), decoded(&bytes))
        })
        .collect()
}

fn fetch(bills: &mut Bills, bill_type: &str, bill_date: &str) -> Vec<(String, String)> {
    const MORNING: &str = "2026-02-03T09:00:00";
    let link = bills.ask(&call(bill_type, bill_date, MORNING), book).unwrap();
    read(bills, &link, MORNING)
}

fn rows(text: &str) -> Vec<&str> {
    text.split("\r\n").filter(|line| !line.is_empty() && !line.starts_with('#')).skip(1).collect()
}

#[test]
fn a_trade_bill_is_written_as_alipay_writes_it() {
    let files = fetch(&mut Bills::default(), "trade", "2026-01-01");
    let [(details_name, details), (summary_name, summary)] = &files[..] else { panic!("{files:?}") };
    assert_eq!(details_name, "20880000000000010156_20260101_业务明细.csv");
    assert_eq!(summary_name, "20880000000000010156_20260101_业务明细(汇总).csv");
    let header = "支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,终端号,对方账户,\
        订单金额（元）,商家实收（元）,支付宝红包（元）,集分宝（元）,支付宝优惠（元）,商家优惠（元）,券核销金额（元）,券名称,\
        商家红包消费金额（元）,卡消费金额（元）,退款批次号/请求号,服务费（元）,分润（元）,备注";
    let payment = |no: &str, time: &str, created: &str, yuan: &str, fee: &str| {
        format!(
            "2026010122001400000000{no}\t,{no}\t,交易    \t,\"红茶,一件\t\",{created}\t,{time}\t,\t,\t,\t,\t,\
             *红(abc***@example.com)\t,{yuan}\t,{yuan}\t,0.00\t,0.00\t,0.00\t,0.00\t,0.00\t,\t,0.00\t,0.00\t,\t,{fee}\t,0.00\t,\t"
        )
    };
    let expected = [
        "#支付宝业务明细查询".to_owned(),
        "#账号：[20880000000000010156]".to_owned(),
        "#起始日期：[2026年01月01日 00:00:00]   终止日期：[2026年01月02日 00:00:00]".to_owned(),
        "#-----------------------------------------业务明细列表----------------------------------------".to_owned(),
        header.to_owned(),
        payment("A1", "2026-01-01 00:00:00", "2025-12-31 23:59:51", "88.80", "-0.53"),
        payment("B1", "2026-01-01 12:00:00", "2026-01-01 11:59:51", "0.05", "0.00"),
        "2026010122001400000000A1\t,A1\t,退款    \t,\"红茶,一件\t\",2025-12-31 23:59:51\t,2026-01-01 23:59:59\t,\t,\t,\t,\t,\
         *红(abc***@example.com)\t,-10.00\t,-10.00\t,0.00\t,0.00\t,0.00\t,0.00\t,0.00\t,\t,0.00\t,0.00\t,R1\t,0.06\t,0.00\t,\t"
            .to_owned(),
        "#-----------------------------------------业务明细列表结束------------------------------------".to_owned(),
        "#交易合计：2笔，商家实收共88.85元，商家优惠共0.00元".to_owned(),
        "#退款合计：1笔，商家实收退款共-10.00元，商家优惠退款共0.00元".to_owned(),
        "#导出时间：[2026年01月02日 09:00:00]".to_owned(),
        String::new(),
    ];
    assert_eq!(details.split("\r\n").collect::<Vec<_>>(), expected);
    assert!(summary.starts_with("#支付宝业务汇总查询\r\n"));
    assert_eq!(rows(summary), ["合计\t,\t,2\t,1\t,78.85\t,78.85\t,0.00\t,0.00\t,0.00\t,-0.47\t,0.00\t,78.38\t"]);
}

#[test]
fn stores_have_lines_of_their_own_in_the_summary() {
    let mut bills = Bills::default();
    let with_store = || {
        let mut rows = book();
        for row in &mut rows.trades[1..=2] {
            (row.store_id, row.store_name) = ("NJ_001".to_owned(), "证大五道口店".to_owned());
        }
        rows
    };
    let link = bills.ask(&call("trade", "2026-01-01", "2026-01-02T09:00:00"), with_store).unwrap();
    let files = read(&bills, &link, "2026-01-02T09:00:00");
    let lines = rows(&files[1].1);
    assert_eq!(lines.len(), 2);
    assert!(lines[0].starts_with("NJ_001\t,证大五道口店\t,1\t,1\t,-9.95\t,"), "{lines:?}");
}

#[test]
fn the_ledger_tells_each_movement_and_the_balance_behind_it() {
    let files = fetch(&mut Bills::default(), "signcustomer", "2026-01-01");
    assert_eq!(files[0].0, "20880000000000010156_20260101_账务明细.csv");
    let details = &files[0].1;
    assert!(details.starts_with("#支付宝账务明细查询\r\n"));
    let columns = |line: &str| -> Vec<String> {
        let cells: Vec<&str> = line.split(",").map(|cell| cell.trim_matches(['\t', '"'])).collect();
        // Behind the name of the goods, which holds a comma here.
        cells[7..].iter().map(|cell| (*cell).to_owned()).collect()
    };
    let told: Vec<String> = rows(details).iter().map(|line| columns(line).join("|")).collect();
    assert_eq!(
        told,
        [
            "88.80|0.00|589.79|支付宝|在线支付|",
            "0.00|-0.53|589.26|支付宝|收费|服务费[2026010122001400000000A1]",
            "0.05|0.00|589.31|支付宝|在线支付|",
            "0.00|-10.00|579.31|支付宝|交易退款|",
            "0.06|0.00|579.37|支付宝|退费|服务费[2026010122001400000000A1]",
        ]
    );
    assert!(details.contains("#支出合计：2笔，共-10.53元\r\n#收入合计：3笔，共88.91元\r\n#导出时间："));
    assert_eq!(rows(&files[1].1).last(), Some(&"合计\t,3\t,88.91\t,2\t,-10.53\t,78.38\t"));
}

#[test]
fn a_month_holds_its_days_and_is_there_on_the_third() {
    let mut bills = Bills::default();
    let files = fetch(&mut bills, "trade", "2026-01");
    assert_eq!(rows(&files[0].1).len(), 4);
    assert!(files[0].0.contains("_202601_"));
    assert!(files[0].1.contains("终止日期：[2026年02月01日 00:00:00]"));
    assert_eq!(bills.ask(&call("trade", "2026-01", "2026-02-03T08:59:59"), book), Err(NOT_THERE));
}

#[test]
fn a_bill_is_there_from_nine_the_next_morning() {
    let mut bills = Bills::default();
    assert_eq!(bills.ask(&call("trade", "2026-01-01", "2026-01-02T08:59:59"), book), Err(NOT_THERE));
    assert!(bills.ask(&call("trade", "2026-01-01", "2026-01-02T09:00:00"), book).is_ok());
}

#[test]
fn a_day_without_rows_has_no_bill_or_an_empty_one() {
    let mut bills = Bills::default();
    for bill_type in ["trade", "signcustomer"] {
        let empty = call(bill_type, "2026-01-05", "2026-01-06T10:00:00");
        bills.writes_empty_files = false;
        assert_eq!(bills.ask(&empty, book), Err(NOT_THERE));
        bills.writes_empty_files = true;
        let link = bills.ask(&empty, book).unwrap();
        assert_eq!(link.bill_file_code, Some("EMPTY_DATA_WITH_BILL_FILE"));
        assert!(rows(&read(&bills, &link, "2026-01-06T10:00:00")[0].1).is_empty());
    }
}

#[test]
fn what_cannot_be_asked_for_is_refused() {
    let mut bills = Bills::default();
    let now = "2026-01-06T10:00:00";
    for (bill_type, bill_date, refusal) in [
        ("trade", "20260101", WRONG_ARGUMENTS),
        ("trade", "2026-02-30", WRONG_ARGUMENTS),
        ("trade", "2026-01-07", WRONG_ARGUMENTS),
        ("trade", "2019-12-01", WRONG_ARGUMENTS),
        ("trade", "2026-13", WRONG_ARGUMENTS),
        ("", "2026-01-01", WRONG_ARGUMENTS),
        ("merchant_act", "2026-01-01", WRONG_TYPE),
    ] {
        assert_eq!(bills.ask(&call(bill_type, bill_date, now), book), Err(refusal), "{bill_type} {bill_date}");
    }
    let none = BillCall { bill_date: None, ..call("trade", "", now) };
    assert_eq!(bills.ask(&none, book), Err(WRONG_ARGUMENTS));
}

#[test]
fn a_link_lives_for_thirty_seconds_and_only_for_who_has_it() {
    let mut bills = Bills::default();
    let link = bills.ask(&call("trade", "2026-01-01", "2026-01-02T10:00:00"), book).unwrap();
    assert!(link.bill_download_url.starts_with("http://127.0.0.1:1/downloadBillFile.resource?bizType=trade&"));
    assert!(bills.find(&token(&link), at("2026-01-02T10:00:29")).is_some());
    assert!(bills.find(&token(&link), at("2026-01-02T10:00:30")).is_none());
    assert!(bills.find("0".repeat(32).as_str(), at("2026-01-02T10:00:00")).is_none());
    bills.ask(&call("trade", "2026-01-01", "2026-01-02T11:00:00"), book).unwrap();
    assert_eq!(bills.links.len(), 1, "dead links are forgotten");
}

fn edited(edits: &[BillEdit]) -> String {
    let mut bills = Bills::default();
    let day = BillPeriod::parse("2026-01-01").unwrap();
    edits.iter().for_each(|edit| bills.edit(&day, edit.clone()));
    let details = fetch(&mut bills, "trade", "2026-01-01").remove(0).1;
    bills.clear_edits(&day);
    assert_eq!(rows(&fetch(&mut bills, "trade", "2026-01-01")[0].1).len(), 3, "the book's own rows are back");
    details
}

#[test]
fn scripts_make_rows_wrong_and_the_totals_go_along() {
    let number = |text: &str| text.to_owned();
    let missing = edited(&[BillEdit::Missing { number: number("A1") }]);
    assert!(rows(&missing).len() == 2 && rows(&missing)[1].contains("退款"), "the refund of it stays");
    assert!(missing.contains("#交易合计：1笔，商家实收共0.05元"));
    let doubled = edited(&[BillEdit::Duplicated { number: number("R1") }]);
    assert_eq!((rows(&doubled).len(), rows(&doubled)[2]), (4, rows(&doubled)[3]));
    let changed = edited(&[
        BillEdit::ChangedAmount { number: number("A1"), fen: 1 },
        BillEdit::ChangedTradeNo { number: number("B1"), trade_no: number("T") },
    ]);
    assert!(rows(&changed)[0].contains(",0.01\t,0.01\t,") && rows(&changed)[1].starts_with("T\t,B1\t,"));
    let extra = edited(&[
        BillEdit::ExtraPayment { out_trade_no: number("X1"), fen: 700 },
        BillEdit::ExtraRefund { out_trade_no: number("X2"), out_request_no: number("XR"), fen: 800 },
    ]);
    assert!(rows(&extra)[3].contains(",X1\t,交易") && rows(&extra)[4].contains(",-8.00\t,"));
    assert!(extra.contains("#交易合计：3笔，商家实收共95.85元"));
}

#[test]
fn scripts_break_the_file_around_whole_rows() {
    let cut = edited(&[BillEdit::CutAfter { rows: 1 }]);
    assert_eq!(rows(&cut).len(), 2);
    assert!(!cut.contains("列表结束") && !cut.ends_with("\r\n"));
    let wrong = edited(&[BillEdit::WrongTotals]);
    assert!(rows(&wrong).len() == 3 && wrong.contains("#交易合计：3笔，商家实收共88.85元"));
}

#[test]
fn edits_are_told_by_name() {
    let edit: BillEdit = serde_json::from_str(r#"{"edit":"changed_amount","number":"A1","fen":1}"#).unwrap();
    assert_eq!(edit, BillEdit::ChangedAmount { number: "A1".to_owned(), fen: 1 });
    assert!(serde_json::from_str::<BillEdit>(r#"{"edit":"missing","number":"A1","fen":1}"#).is_err());
}

#[test]
fn a_synthetic_bill_is_as_long_as_asked_for_and_always_the_same() {
    let mut bills = Bills::default();
    let day = BillPeriod::parse("2026-01-01").unwrap();
    bills.serve_synthetic(&day, 1_234);
    let files = fetch(&mut bills, "trade", "2026-01-01");
    let lines = rows(&files[0].1);
    assert_eq!(lines.len(), 1_234);
    let last = synthetic_trade("2026-01-01", 1_233);
    assert!(lines[1_233].starts_with(&format!("{}\t,{}\t,", last.trade_no, last.out_trade_no)));
    assert!(lines[1_233].contains(&format!(",{}\t,", file::yuan(last.total_fen))));
    assert!(files[0].1.contains("#交易合计：1234笔，"));
    assert!(rows(&files[1].1)[0].starts_with("合计\t,\t,1234\t,0\t,"));
    assert_eq!(fetch(&mut bills, "trade", "2026-01-01"), files);
    bills.serve_synthetic(&day, 0);
    assert!(rows(&fetch(&mut bills, "trade", "2026-01-01")[0].1).is_empty());
}

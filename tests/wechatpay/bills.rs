//! Bills: the dialect in every layout, and the way from WeChat to rows.

use std::io::Write as _;
use std::sync::atomic::{AtomicUsize, Ordering};

use flate2::Compression;
use flate2::write::GzEncoder;
use luodi::clock::{HandClock, Timestamp};
use luodi::gateways::statement::{
    Fetched, Statement, StatementFault, StatementKind, StatementLine, StatementSummary, StatementToFetch, TradeKind,
    TradeRefundState, TradeRow,
};
use luodi::gateways::wechatpay::statement::bill::Bill;
use luodi::gateways::{Gateway as _, GatewayError, Merchant};
use luodi::money::Fen;
use proptest::prelude::*;
use serde_json::{Value, json};
use sha1::{Digest as _, Sha1};

use crate::calls::{is_signed_by_merchant, signed};
use crate::stand_in::{Reply, Seen, StandIn, credentials, open, start};
use crate::vectors::{APPID, MCHID};

pub const ALL: &str = "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,\
    货币种类,应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,\
    手续费,费率,订单金额,申请退款金额,费率备注";
pub const SUMMARY: &str =
    "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额";

/// A bill as WeChat writes it: byte order mark, CRLF, a backtick before each value.
pub fn bill(header: &str, rows: &[Vec<&str>], summary_header: &str, summary: &[&str]) -> Vec<u8> {
    let line = |values: &[&str]| format!("`{}\r\n", values.join(",`"));
    let rows: String = rows.iter().map(|row| line(row)).collect();
    format!("\u{feff}{header}\r\n{rows}{summary_header}\r\n{}", line(summary)).into_bytes()
}

fn paid(name: &'static str, attach: &'static str) -> Vec<&'static str> {
    vec![
        "2026-01-01 12:00:00",
        APPID,
        MCHID,
        "0",
        "",
        "4200000000202601010000000001",
        "LD20260101000001",
        "oUpF8u",
        "NATIVE",
        "SUCCESS",
        "OTHERS",
        "CNY",
        "0.90",
        "0.10",
        "0",
        "0",
        "0.00",
        "0.00",
        "",
        "",
        name,
        attach,
        "0.01000",
        "0.60%",
        "1.00",
        "0.00",
        "",
    ]
}

fn refunded() -> Vec<&'static str> {
    vec![
        "2026-01-01 13:00:00",
        APPID,
        MCHID,
        "0",
        "",
        "4200000000202601010000000001",
        "LD20260101000001",
        "oUpF8u",
        "NATIVE",
        "REFUND",
        "OTHERS",
        "CNY",
        "0.00",
        "0.00",
        "50000000002026010100000000001",
        "LDR1",
        "0.36",
        "0.04",
        "ORIGINAL",
        "PROCESSING",
        "茶,一壶",
        "",
        "-0.01000",
        "0.60%",
        "0.00",
        "0.40",
        "",
    ]
}

pub fn lines(kind: StatementKind, bytes: &[u8]) -> Vec<Result<StatementLine, StatementFault>> {
    Bill::new(kind, bytes).collect()
}

fn good(kind: StatementKind, bytes: &[u8]) -> Vec<StatementLine> {
    lines(kind, bytes).into_iter().collect::<Result<_, _>>().unwrap()
}

fn trade(line: &StatementLine) -> TradeRow {
    match line {
        StatementLine::Trade(row) => row.clone(),
        other => panic!("{other:?}"),
    }
}

fn at(text: &str) -> Option<Timestamp> {
    Timestamp::parse_rfc3339(text)
}

#[test]
fn a_bill_of_payments_and_refunds() {
    let summary = ["2.0", "0.90", "0.36", "0.04", "0.00000", "1.00", "0.40"];
    let bytes = bill(ALL, &[paid("茶,一壶,`送杯", "order,1"), refunded()], SUMMARY, &summary);
    let read = good(StatementKind::Trade, &bytes);
    let merchant = Merchant { merchant_no: MCHID.to_owned(), app_id: Some(APPID.to_owned()), sub_merchant_no: None };
    assert_eq!(
        trade(&read[0]),
        TradeRow {
            kind: TradeKind::Payment,
            merchant: merchant.clone(),
            out_trade_no: "LD20260101000001".to_owned(),
            gateway_trade_no: "4200000000202601010000000001".to_owned(),
            out_refund_no: None,
            gateway_refund_no: None,
            amount: Fen::new(100).unwrap(),
            currency: "CNY".to_owned(),
            refund_state: None,
            at: at("2026-01-01T12:00:00+08:00"),
            fee_fen: 1,
            description: "茶,一壶,`送杯".to_owned(),
        }
    );
    let refund = trade(&read[1]);
    assert_eq!((refund.kind, refund.amount.get(), refund.fee_fen), (TradeKind::Refund, 40, -1));
    assert_eq!(refund.out_refund_no.as_deref(), Some("LDR1"));
    assert_eq!(refund.gateway_refund_no.as_deref(), Some("50000000002026010100000000001"));
    assert_eq!((refund.refund_state, refund.at), (Some(TradeRefundState::Pending), at("2026-01-01T13:00:00+08:00")));
    assert_eq!(
        read[2],
        StatementLine::Summary(StatementSummary { row_count: 2, paid_fen: 100, refunded_fen: 40, fee_fen: 0 })
    );
    assert_eq!(read.len(), 3);
}

#[test]
fn older_and_narrower_layouts_are_read_by_their_names() {
    // Older files stop after the rate: what was asked for must be taken from what was settled.
    let header = ALL.split_once(",订单金额").unwrap().0;
    let rows = [paid("茶", "")[..24].to_vec(), refunded()[..24].to_vec()];
    let summary_header = "总交易单数,总交易额,总退款金额,总企业红包退款金额,手续费总金额";
    let read = good(StatementKind::Trade, &bill(header, &rows, summary_header, &["2", "0.90", "0.36", "0.04", "0.00"]));
    assert_eq!((trade(&read[0]).amount.get(), trade(&read[1]).amount.get()), (90, 36));
    let StatementLine::Summary(summary) = &read[2] else { panic!("no summary") };
    assert_eq!((summary.row_count, summary.paid_fen, summary.refunded_fen), (2, 90, 36));

    // SUCCESS: no refund columns.
    let without = |i: &usize| !(14..=19).contains(i) && *i != 25;
    let header: Vec<_> = ALL.split(',').enumerate().filter(|(i, _)| without(i)).map(|(_, name)| name).collect();
    let row = paid("茶", "").into_iter().enumerate().filter(|(i, _)| without(i)).map(|(_, value)| value).collect();
    let read = good(StatementKind::Trade, &bill(&header.join(","), &[row], SUMMARY, &["1"; 7]));
    assert_eq!((trade(&read[0]).kind, trade(&read[0]).amount.get()), (TradeKind::Payment, 100));

    // REFUND: two times more, after the coupons.
    let header = ALL.replace("代金券金额,微信退款单号", "代金券金额,退款申请时间,退款成功时间,微信退款单号");
    let mut row = refunded();
    row.splice(14..14, ["2026-01-02 09:00:00", ""]);
    let read = good(StatementKind::Trade, &bill(&header, &[row], SUMMARY, &["1"; 7]));
    assert_eq!((trade(&read[0]).at, trade(&read[0]).amount.get()), (at("2026-01-02T09:00:00+08:00"), 40));
}

#[test]
fn reversals_sub_merchants_and_an_empty_day() {
    let mut reversed = refunded();
    (reversed[9], reversed[3]) = ("REVOKED", "1900000109");
    let read = good(StatementKind::Trade, &bill(ALL, &[reversed], SUMMARY, &["1"; 7]));
    let row = trade(&read[0]);
    assert_eq!((row.kind, row.amount.get()), (TradeKind::Reversal, 40));
    assert_eq!(row.merchant.sub_merchant_no.as_deref(), Some("1900000109"));
    assert_eq!(good(StatementKind::Trade, &bill(ALL, &[], SUMMARY, &["0"; 7])).len(), 1);
}

#[test]
fn a_line_feed_within_a_name_is_no_new_line() {
    let read = good(StatementKind::Trade, &bill(ALL, &[paid("茶\n一壶", "")], SUMMARY, &["1"; 7]));
    assert_eq!(trade(&read[0]).description, "茶\n一壶");
    // Where lines end in a line feed alone they still end.
    let bytes = String::from_utf8(bill(ALL, &[paid("茶", ""), refunded()], SUMMARY, &["2"; 7])).unwrap();
    assert_eq!(good(StatementKind::Trade, bytes.replace("\r\n", "\n").as_bytes()).len(), 3);
    assert_eq!(good(StatementKind::Trade, bytes.trim_end().as_bytes()).len(), 3, "without an end of the last line");
    assert_eq!(good(StatementKind::Trade, format!("{bytes}\r\n").as_bytes()).len(), 3, "with an empty line behind");
}

#[test]
fn a_fund_flow() {
    let header = "记账时间,微信支付业务单号,资金流水单号,业务名称,业务类型,收支类型,收支金额（元）,账户结余（元）,资金变更提交申请人,备注,业务凭证号";
    let rows = [
        vec!["2026-01-01 12:00:01", "42", "F1", "交易", "交易", "收入", "1.00", "1.00", "system", "", "42"],
        vec![
            "2026-01-01 12:00:02",
            "42",
            "F2",
            "交易",
            "扣除交易手续费",
            "支出",
            "0.01",
            "-0.99",
            "system",
            "费,`率 0.6%",
            "42",
        ],
    ];
    let summary_header = "资金流水总笔数,收入笔数,收入金额,支出笔数,支出金额";
    let read =
        good(StatementKind::FundFlow, &bill(header, &rows, summary_header, &["2.0", "1.0", "1.00", "1.0", "0.01"]));
    let StatementLine::Fund(income) = &read[0] else { panic!("{read:?}") };
    assert_eq!((income.is_income, income.amount.get(), income.balance_fen), (true, 100, 100));
    assert_eq!((income.gateway_no.as_str(), income.flow_no.as_str(), income.business.as_str()), ("42", "F1", "交易"));
    let StatementLine::Fund(fee) = &read[1] else { panic!("{read:?}") };
    assert_eq!((fee.is_income, fee.amount.get(), fee.balance_fen), (false, 1, -99));
    assert_eq!((fee.business.as_str(), fee.note.as_str()), ("交易 / 扣除交易手续费", "费,`率 0.6%"));
    let expected = StatementSummary { row_count: 2, paid_fen: 100, refunded_fen: 1, fee_fen: 0 };
    assert_eq!(read[2], StatementLine::Summary(expected));
}

/// One value of the payment row replaced.
fn with(column: &str, value: &'static str) -> Vec<u8> {
    let mut row = paid("茶", "");
    row[ALL.split(',').position(|name| name == column).unwrap()] = value;
    bill(ALL, &[row], SUMMARY, &["1"; 7])
}

#[test]
fn what_cannot_be_read_names_its_line_and_ends_the_reading() {
    for (column, value, words) in [
        ("订单金额", "1.001", "订单金额"),
        ("订单金额", "1,00", "订单金额"),
        ("订单金额", "-1.00", "订单金额"),
        ("订单金额", "", "订单金额"),
        ("订单金额", "99999999999999999999", "订单金额"),
        ("申请退款金额", "x", "申请退款金额"),
        ("手续费", "½", "手续费"),
        ("交易时间", "2026-02-30 12:00:00", "交易时间"),
        ("交易时间", "2026-01-01", "交易时间"),
        ("交易状态", "HALF", "交易状态"),
        ("商户订单号", "", "商户订单号"),
        ("微信订单号", "0", "微信订单号"),
        ("商户号", "", "商户号"),
    ] {
        let read = lines(StatementKind::Trade, &with(column, value));
        let [Err(fault)] = &read[..] else { panic!("{column} {value}: {read:?}") };
        assert!(fault.line == 2 && fault.problem.contains(words), "{column} {value}: {fault}");
    }
    let fault = |bytes: &[u8]| lines(StatementKind::Trade, bytes).pop().unwrap().unwrap_err();
    assert!(fault(b"").problem.contains("ends before"));
    assert!(fault(ALL.replace("商户订单号", "订单号").as_bytes()).problem.contains("商户订单号"));
    let whole = bill(ALL, &[paid("茶", "")], SUMMARY, &["1"; 7]);
    let cut = |marker: &str| &whole[..String::from_utf8_lossy(&whole).find(marker).unwrap()];
    assert!(fault(cut(SUMMARY)).problem.contains("ends before"), "no summary");
    assert!(fault(cut("\r\n`1,`1")).problem.contains("ends before"), "half a summary");
    assert!(fault(&[whole.as_slice(), b"`more\r\n"].concat()).problem.contains("behind the summary"));
    let mut short = paid("茶", "");
    short.pop();
    assert_eq!(fault(&bill(ALL, &[paid("茶", ""), short], SUMMARY, &["1"; 7])).line, 3);
    let long = bill(ALL, &[paid(Box::leak("茶".repeat(40_000).into_boxed_str()), "")], SUMMARY, &["1"; 7]);
    assert!(fault(&long).problem.contains("too long"));
    let mut latin = whole.clone();
    let last = latin.len() - 4;
    latin[last] = 0xff;
    assert!(fault(&latin).problem.contains("UTF-8"));
    assert!(fault(&bill(ALL, &[], SUMMARY, &["4.5", "0", "0", "0", "0", "0", "0"])).problem.contains("counts"));
}

// ---- The way from WeChat.

fn packed(plain: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(plain).unwrap();
    encoder.finish().unwrap()
}

const TOKEN: &str = "/v3/billdownload/file?token=6XIv5TUPto7pByrT_QKhd~A-.B%2B&tartype=gzip";

fn location(seen: &Seen, hash: &str) -> Reply {
    let url = format!("http://{}{TOKEN}", seen.header("host").unwrap());
    signed(200, &json!({"hash_type": "SHA1", "hash_value": hash, "download_url": url}).to_string())
}

fn day(kind: StatementKind) -> StatementToFetch {
    StatementToFetch { date: "2026-01-01".parse().unwrap(), kind }
}

fn file(body: Vec<u8>) -> Reply {
    Reply::Answer { status: 200, headers: Vec::new(), body }
}

fn expect_statement(fetched: Result<Fetched, GatewayError>) -> Statement {
    match fetched {
        Ok(Fetched::Statement(statement)) => statement,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_bill_is_asked_for_downloaded_proven_and_read() {
    let plain = bill(ALL, &[paid("茶", ""), refunded()], SUMMARY, &["2"; 7]);
    let (hash, size) = (hex::encode_upper(Sha1::digest(&plain)), plain.len() as u64);
    let (sha256, bytes) = (luodi::crypto::digest::sha256_hex(&plain), packed(&plain));
    let stand_in =
        StandIn::serving(move |seen| if seen.target == TOKEN { file(bytes.clone()) } else { location(seen, &hash) })
            .await;
    let gateway = open(&credentials(&stand_in.base), &HandClock::at(start()));
    let statement = expect_statement(gateway.statement(&day(StatementKind::Trade)).await);
    assert_eq!((statement.sha256, statement.size_bytes), (sha256, size));
    assert_eq!(statement.rows.map(|line| line.unwrap()).count(), 3);
    let seen = stand_in.seen();
    assert_eq!(seen[0].target, "/v3/bill/tradebill?bill_date=2026-01-01&bill_type=ALL&tar_type=GZIP");
    assert_eq!(seen[1].target, TOKEN, "path and query as received");
    assert!(seen.iter().all(is_signed_by_merchant));
}

#[tokio::test]
async fn a_bill_with_another_hash_is_asked_for_once_more_and_then_not_believed() {
    let plain = bill(ALL, &[], SUMMARY, &["0"; 7]);
    let hash = hex::encode(Sha1::digest(&plain));
    for (bad_files, believed) in [(1, true), (2, false)] {
        let (plain, hash, files) = (plain.clone(), hash.clone(), AtomicUsize::new(0));
        let stand_in = StandIn::serving(move |seen| {
            if seen.target != TOKEN {
                return location(seen, &hash);
            }
            let is_bad = files.fetch_add(1, Ordering::SeqCst) < bad_files;
            file(packed(if is_bad { &plain[3..] } else { &plain }))
        })
        .await;
        let gateway = open(&credentials(&stand_in.base), &HandClock::at(start()));
        let fetched = gateway.statement(&day(StatementKind::Trade)).await;
        match believed {
            true => assert_eq!(expect_statement(fetched).rows.count(), 1),
            false => assert!(matches!(fetched, Err(GatewayError::Unknown(_))), "{fetched:?}"),
        }
        assert_eq!(stand_in.seen().len(), 4, "located and downloaded twice");
    }
}

#[tokio::test]
async fn an_empty_day_and_one_that_is_not_ready_are_no_errors() {
    for (status, code, expected) in [(400, "NO_STATEMENT_EXIST", "Empty"), (400, "STATEMENT_CREATING", "NotReady")] {
        let stand_in = StandIn::serving(move |_| Reply::error(status, code)).await;
        let gateway = open(&credentials(&stand_in.base), &HandClock::at(start()));
        let fetched = gateway.statement(&day(StatementKind::FundFlow)).await.unwrap();
        assert_eq!(format!("{fetched:?}"), expected);
        let target = "/v3/bill/fundflowbill?bill_date=2026-01-01&account_type=BASIC&tar_type=GZIP";
        assert_eq!(stand_in.seen()[0].target, target);
    }
}

#[tokio::test]
async fn what_cannot_be_proven_is_unknown() {
    let plain = bill(ALL, &[], SUMMARY, &["0"; 7]);
    let (hash, whole) = (hex::encode(Sha1::digest(&plain)), packed(&plain));
    let elsewhere = json!({
        "hash_type": "SHA1", "hash_value": hash, "download_url": format!("http://127.0.0.1:1{TOKEN}"),
    });
    let other_kind = json!({"hash_type": "SHA256", "hash_value": hash, "download_url": ""});
    let scripts: Vec<(Option<Value>, Reply)> = vec![
        (Some(elsewhere), Reply::Reset),
        (Some(other_kind), Reply::Reset),
        (None, file(whole[..whole.len() - 8].to_vec())),
        (None, Reply::Reset),
        (None, Reply::plain(500, "")),
        (None, file(whole.clone()).with_header("content-length", "9999")),
    ];
    for (answer, download) in scripts {
        let label = format!("{answer:?} {download:?}");
        let hash = hash.clone();
        let stand_in = StandIn::serving(move |seen| match &answer {
            _ if seen.target == TOKEN => download.clone(),
            Some(answer) => signed(200, &answer.to_string()),
            None => location(seen, &hash),
        })
        .await;
        let gateway = open(&credentials(&stand_in.base), &HandClock::at(start()));
        let fetched = gateway.statement(&day(StatementKind::Trade)).await;
        assert!(matches!(fetched, Err(GatewayError::Unknown(_))), "{label}: {fetched:?}");
    }
}

#[tokio::test]
async fn a_service_provider_asks_for_its_sub_merchant() {
    let stand_in = StandIn::serving(|_| Reply::error(400, "NO_STATEMENT_EXIST")).await;
    let mut account = credentials(&stand_in.base);
    account.settings["sub_mchid"] = json!("1900000109");
    let gateway = open(&account, &HandClock::at(start()));
    gateway.statement(&day(StatementKind::Trade)).await.unwrap();
    assert!(stand_in.seen()[0].target.ends_with("&tar_type=GZIP&sub_mchid=1900000109"));
    let funds = gateway.statement(&day(StatementKind::FundFlow)).await;
    assert!(matches!(funds, Err(GatewayError::Misconfigured { .. })), "{funds:?}");
}

// ---- Properties.

fn free_text() -> impl Strategy<Value = String> {
    // Everything but what ends a line; ends without a backtick-comma of its own at the seam.
    "[a-z茶壶,` .（）]{0,12}".prop_map(|text| text.trim_end_matches([',', '`']).to_owned())
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(
        rows in prop::collection::vec((0_i64..10_000_000_000, free_text(), any::<bool>(), 0_u32..86_400), 0..20),
    ) {
        let yuan = |fen: i64| format!("{}.{:02}", fen / 100, fen % 100);
        let written: Vec<Vec<String>> = rows.iter().map(|(fen, text, is_refund, second)| {
            let mut row: Vec<String> =
                if *is_refund { refunded() } else { paid("", "") }.into_iter().map(str::to_owned).collect();
            row[0] = format!("2026-01-01 {:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60);
            row[20] = text.clone();
            row[if *is_refund { 25 } else { 24 }] = yuan(*fen);
            row
        }).collect();
        let rows_of: Vec<Vec<&str>> = written.iter().map(|r| r.iter().map(String::as_str).collect()).collect();
        let count = format!("{}.0", rows.len());
        let bytes = bill(ALL, &rows_of, SUMMARY, &[&count, "0", "0", "0", "0", "0", "0"]);
        let read = good(StatementKind::Trade, &bytes);
        prop_assert_eq!(read.len(), rows.len() + 1);
        let midnight = Timestamp::parse_rfc3339("2026-01-01T00:00:00+08:00").unwrap();
        for (line, (fen, text, is_refund, second)) in read.iter().zip(&rows) {
            let row = trade(line);
            prop_assert_eq!(row.amount.get(), *fen);
            prop_assert_eq!(&row.description, text);
            prop_assert_eq!(row.kind == TradeKind::Refund, *is_refund);
            prop_assert_eq!(row.at, Some(midnight.plus_s(i64::from(*second))));
        }
    }

    #[test]
    fn noise_ends_in_one_fault_at_most(bytes in prop::collection::vec(any::<u8>(), 0..600), kind in 0_usize..2) {
        let read = lines(StatementKind::ALL[kind], &bytes);
        prop_assert!(read.iter().filter(|line| line.is_err()).count() <= 1);
        prop_assert!(read.iter().rev().skip(1).all(Result::is_ok), "nothing after a fault");
    }

    #[test]
    fn a_bill_with_bytes_altered_never_panics(at in 0_usize..1200, bytes in prop::collection::vec(any::<u8>(), 1..8)) {
        let mut altered = bill(ALL, &[paid("茶", ""), refunded()], SUMMARY, &["2"; 7]);
        let at = at.min(altered.len());
        let end = (at + bytes.len()).min(altered.len());
        altered.splice(at..end, bytes);
        let read = lines(StatementKind::Trade, &altered);
        prop_assert!(read.iter().rev().skip(1).all(Result::is_ok));
    }
}

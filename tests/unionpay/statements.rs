//! One settlement day: how the list is asked for, what its rows say, and what is not believed.

use std::io::{BufReader, Write as _};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::civil::{Date, date};
use luodi::clock::Timestamp;
use luodi::gateways::statement::{
    Fetched, Statement, StatementKind, StatementLine, StatementSummary, StatementToFetch, TradeKind, TradeRefundState,
    TradeRow,
};
use luodi::gateways::unionpay::statement::unpack;
use luodi::gateways::unionpay::statement::zm::Lines;
use luodi::gateways::{Gateway as _, GatewayError, Merchant};

use crate::stand_in::*;
use crate::vectors::FILE_CONTENT;

const DAY: Date = date(2026, 1, 2);
const LIST: &str = "INN26010288ZM_777290058110048";

fn at(text: &str) -> Timestamp {
    Timestamp::parse_rfc3339(text).unwrap()
}

fn wanted(date: Date) -> StatementToFetch {
    StatementToFetch { date, kind: StatementKind::Trade }
}

fn merchant() -> Merchant {
    Merchant { merchant_no: MERCHANT.to_owned(), app_id: None, sub_merchant_no: None }
}

/// Zipped, deflated and armoured as UnionPay does it.
fn packed(entries: &[(&str, &[u8])]) -> String {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, content) in entries {
        zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(content).unwrap();
    }
    deflated(&zip.finish().unwrap().into_inner())
}

fn deflated(bytes: &[u8]) -> String {
    let mut deflating = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    deflating.write_all(bytes).unwrap();
    STANDARD.encode(deflating.finish().unwrap())
}

/// The list of the published file.
fn published() -> Vec<u8> {
    let zip = {
        let mut inflated = Vec::new();
        let packed = STANDARD.decode(FILE_CONTENT).unwrap();
        std::io::Read::read_to_end(&mut flate2::read::ZlibDecoder::new(packed.as_slice()), &mut inflated).unwrap();
        inflated
    };
    assert_eq!(zip.len(), 534);
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(zip)).unwrap();
    let mut list = Vec::new();
    std::io::Read::read_to_end(&mut archive.by_name(LIST).unwrap(), &mut list).unwrap();
    assert_eq!(list.len(), 1218);
    list
}

fn read(list: &[u8]) -> (Vec<TradeRow>, Result<StatementSummary, String>) {
    let mut rows = Vec::new();
    for line in Lines::new(BufReader::new(list), merchant(), DAY) {
        match line {
            Ok(StatementLine::Trade(row)) => rows.push(row),
            Ok(StatementLine::Summary(summary)) => return (rows, Ok(summary)),
            Ok(StatementLine::Fund(row)) => panic!("{row:?}"),
            Err(fault) => return (rows, Err(fault.to_string())),
        }
    }
    panic!("no end")
}

#[test]
fn the_published_file_is_read_to_the_byte() {
    let statement = unpack(FILE_CONTENT, DAY, MERCHANT).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(statement.sha256, "d69fdc5b0e3de2625d03b73e840a091b90e0beb5e0805be2cf3175d5a1377cee");
    assert_eq!(statement.size_bytes, 1218);
    let lines: Vec<_> = statement.rows.collect::<Result<_, _>>().unwrap();
    let payment = TradeRow {
        kind: TradeKind::Payment,
        merchant: merchant(),
        out_trade_no: "ORD20260102030405".to_owned(),
        gateway_trade_no: "812601021104051234568".to_owned(),
        out_refund_no: None,
        gateway_refund_no: None,
        amount: luodi::money::Fen::new(1234).unwrap(),
        currency: "CNY".to_owned(),
        refund_state: None,
        at: Some(at("2026-01-02T11:04:05+08:00")),
        fee_fen: 7,
        description: "测试商店".to_owned(),
    };
    let refund = TradeRow {
        kind: TradeKind::Refund,
        out_refund_no: Some("RFD20260102040000".to_owned()),
        gateway_refund_no: Some("812601021200001234608".to_owned()),
        amount: luodi::money::Fen::new(234).unwrap(),
        refund_state: Some(TradeRefundState::Succeeded),
        at: Some(at("2026-01-02T12:00:00+08:00")),
        fee_fen: 0,
        description: String::new(),
        ..payment.clone()
    };
    let summary = StatementSummary { row_count: 2, paid_fen: 1234, refunded_fen: 234, fee_fen: 7 };
    assert_eq!(lines, [StatementLine::Trade(payment), StatementLine::Trade(refund), StatementLine::Summary(summary)]);
}

/// Puts text into a line of the published list at a byte.
fn with(line: usize, at: usize, text: &str) -> Vec<u8> {
    let mut list = published();
    let from = line * 609 + at;
    list[from..from + text.len()].copy_from_slice(text.as_bytes());
    list
}

#[test]
fn voids_are_refunds_and_foreign_products_are_passed_over() {
    let (rows, _) = read(&with(1, 215, "31"));
    assert_eq!(rows[1].kind, TradeKind::Refund);
    let (rows, _) = read(&with(1, 215, "99"));
    assert_eq!(rows[1].kind, TradeKind::Reversal);
    let (rows, summary) = read(&with(1, 215, "13"));
    assert_eq!((rows.len(), summary.unwrap().row_count), (1, 1), "a paid bill is another product's");
}

#[test]
fn a_fee_that_is_given_back_is_negative() {
    let (rows, summary) = read(&with(1, 166, "C000000000003"));
    assert_eq!((rows[1].fee_fen, summary.unwrap().fee_fen), (-3, 4));
}

#[test]
fn a_list_that_is_damaged_is_not_believed() {
    let cut = published()[..609 + 470].to_vec();
    let shifted = [&published()[..40], b" ", &published()[40..607], b"\r\n"].concat();
    for (list, problem) in [
        (cut, "line 2: the line has 470 bytes"),
        (shifted, "line 1: the columns"),
        (with(0, 293, "777290058110049"), "line 1: the line is of another merchant"),
        (with(0, 66, "00000000x234"), "line 1: the amount"),
        (with(0, 66, "-00000001234"), "line 1: the amount"),
        (with(0, 35, "1302110405"), "line 1: the time"),
        (with(0, 166, "X000000000007"), "line 1: an amount with a sign"),
        (with(0, 166, " 000000000007"), "line 1: an amount with a sign"),
        (with(0, 180, "C00000000122x"), "line 1: an amount with a sign"),
        (with(0, 78, "x"), "line 1: the columns"),
    ] {
        let (_, end) = read(&list);
        let fault = end.unwrap_err();
        assert!(fault.starts_with(problem), "{fault}");
    }
}

/// UnionPay cuts names by bytes, perhaps in the middle of a character.
#[test]
fn a_name_that_cannot_be_read_spoils_no_figures() {
    let mut list = published();
    list[327] = 0xFF;
    let (rows, summary) = read(&list);
    assert_eq!((rows[0].description.as_str(), rows.len()), ("", 2));
    assert_eq!(summary.unwrap(), read(&published()).1.unwrap());
}

/// Older files end after 40 columns, or have other things in the last two: a refund is then found by what was
/// reserved for it.
#[test]
fn the_last_two_columns_may_be_missing() {
    let number = luodi::ids::AttemptId::generate().out_trade_no();
    let reserved = format!("{:<32}", format!("{number}|1000").chars().take(32).collect::<String>());
    let mut refund = with(1, 215, "04");
    refund[609 + 397..609 + 429].copy_from_slice(reserved.as_bytes());
    let short = [&refund[..475], b"\r\n", &refund[609..609 + 475], b"\r\n"].concat();
    let other = {
        let mut other = refund;
        other[609 + 476..609 + 508].fill(b' ');
        other
    };
    for list in [short, other] {
        let (rows, summary) = read(&list);
        assert_eq!(rows[1].kind, TradeKind::Refund);
        assert_eq!(rows[1].out_trade_no, number);
        assert_eq!(summary.unwrap(), read(&with(1, 215, "04")).1.unwrap());
    }
}

#[test]
fn an_empty_list_adds_up_to_nothing() {
    let statement = unpack(&packed(&[(LIST, b"")]), DAY, MERCHANT).unwrap_or_else(|e| panic!("{e}"));
    let lines: Vec<_> = statement.rows.collect::<Result<_, _>>().unwrap();
    assert_eq!(lines, [StatementLine::Summary(StatementSummary::default())]);
}

#[test]
fn files_of_another_day_or_merchant_or_of_no_format_are_refused() {
    let refused = |content: &str| unpack(content, DAY, MERCHANT).err().unwrap();
    assert!(unpack(FILE_CONTENT, date(2026, 1, 3), MERCHANT).err().unwrap().contains("INN26010388ZM_"));
    assert!(unpack(FILE_CONTENT, DAY, "777290058110049").err().unwrap().contains("777290058110049"));
    assert!(refused("###").contains("base64"));
    assert!(refused("aGVsbG8=").contains("damaged"));
    assert!(refused("eJzLSM3JyVcozcvMzytIrOTlAgA1CwW/").contains("archive"), "hello unionpay, but no zip");
    assert!(refused(&packed(&[])).contains("holds no"));
    assert!(refused(&packed(&[("../INN26010288ZM_777290058110048", b"")])).contains("holds no"), "names are no paths");
    let many: Vec<(String, &[u8])> = (0..17).map(|n| (format!("f{n}"), b"".as_slice())).collect();
    let many: Vec<(&str, &[u8])> = many.iter().map(|(name, content)| (name.as_str(), *content)).collect();
    assert!(refused(&packed(&many)).contains("too many"));
    let cut = &FILE_CONTENT.replace(char::is_whitespace, "")[..200];
    assert!(refused(cut).contains("damaged"));
}

#[test]
fn what_unpacks_to_too_much_is_stopped() {
    let bomb = deflated(&vec![0; 129 * 1024 * 1024]);
    assert!(bomb.len() < 256 * 1024, "a small file");
    assert!(unpack(&bomb, DAY, MERCHANT).err().unwrap().contains("too large"));
}

async fn fetched(now: &str, date: Date, reply: fn(&Seen) -> Reply) -> (Result<Fetched, GatewayError>, Vec<Seen>) {
    let (gateway, clock, stand_in) = account(reply).await;
    clock.set(at(now));
    (gateway.statement(&wanted(date)).await, stand_in.seen())
}

fn file(seen: &Seen) -> Reply {
    let more = [("settleDate", seen.get("settleDate")), ("fileName", "x.zip"), ("fileContent", FILE_CONTENT)];
    Reply::with(seen, "00", fields(more))
}

#[tokio::test]
async fn the_day_is_asked_for_at_the_file_host_by_month_and_day() {
    let (answer, seen) = fetched("2026-01-03T10:00:00+08:00", DAY, file).await;
    let Ok(Fetched::Statement(Statement { size_bytes, .. })) = answer else { panic!("{answer:?}") };
    assert_eq!(size_bytes, 1218);
    assert_eq!((seen[0].method.as_str(), seen[0].target.as_str()), ("POST", "/"));
    assert!(is_signed_by_merchant(&seen[0].fields));
    let mut expected = fields([
        ("version", "5.1.0"),
        ("encoding", "UTF-8"),
        ("signMethod", "01"),
        ("certId", "69903319369"),
        ("accessType", "0"),
        ("merId", MERCHANT),
        ("txnType", "76"),
        ("txnSubType", "01"),
        ("bizType", "000000"),
        ("settleDate", "0102"),
        ("fileType", "00"),
        ("txnTime", "20260103100000"),
    ]);
    expected.insert("signature".to_owned(), seen[0].get("signature").to_owned());
    assert_eq!(seen[0].fields, expected);
}

#[tokio::test]
async fn no_file_is_late_before_it_is_empty() {
    for (now, is_empty) in [("2026-01-05T22:59:59+08:00", false), ("2026-01-05T23:00:01+08:00", true)] {
        let (answer, _) = fetched(now, DAY, |seen| Reply::code(seen, "98")).await;
        assert!(matches!((answer, is_empty), (Ok(Fetched::Empty), true) | (Ok(Fetched::NotReady), false)), "{now}");
    }
}

#[tokio::test]
async fn an_answer_that_is_not_the_day_s_file_gives_no_statement() {
    for reply in [
        (|seen| Reply::code(seen, "00")) as fn(&Seen) -> Reply,
        |seen| Reply::with(seen, "00", fields([("settleDate", "0103"), ("fileContent", FILE_CONTENT)])),
        |seen| Reply::with(seen, "00", fields([("settleDate", "0102"), ("fileContent", "AAAA")])),
        |seen| Reply::of(&signed(seen.echo(), crate::authority::other(), &crate::authority::chain().signer)),
        |_| Reply::plain(500, ""),
        |_| Reply::Reset,
        |seen| Reply::code(seen, "05"),
    ] {
        let (answer, _) = fetched("2026-01-03T10:00:00+08:00", DAY, reply).await;
        assert!(matches!(answer, Err(GatewayError::Unknown(_))), "{answer:?}");
    }
}

#[tokio::test]
async fn days_whose_year_is_not_certain_and_funds_are_not_asked_for() {
    for day in [date(2025, 1, 2), date(2026, 1, 4)] {
        let (answer, seen) = fetched("2026-01-03T10:00:00+08:00", day, file).await;
        assert!(
            matches!(answer, Err(GatewayError::Declined { code, .. }) if code == "statement_date") && seen.is_empty()
        );
    }
    let (gateway, _, _) = account(file).await;
    let funds = gateway.statement(&StatementToFetch { date: DAY, kind: StatementKind::FundFlow }).await;
    assert!(matches!(funds, Err(GatewayError::Misconfigured { code, .. }) if code == "statements_unsupported"));
}

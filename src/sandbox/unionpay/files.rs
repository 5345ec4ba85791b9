//! The reconciliation file (§15): fixed-width GBK records in an archive, deflated, in base64.
//!
//! Promises: columns stand where the published layout has them, counted in bytes; the day is
//! the settlement day; the file is there from 09:00 of the day after. Edits make the
//! differences a reconciliation must find.

use std::collections::BTreeMap;
use std::io::{Cursor, Write as _};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use encoding_rs::GBK;
use flate2::Compression;
use flate2::write::ZlibEncoder;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::errors::Refusal;
use super::faults::FaultKind;
use super::keys::random_digits;
use super::merchants::Merchant;
use super::messages::{Fields, fields};
use super::requests::Request;
use super::times::{file_from, latest, settlement_day, trace_time};
use super::transactions::Transaction;
use crate::clock::Timestamp;

const BOMB_BYTES: usize = 64 << 20;
/// Six in a thousand, as in the published sample.
const FEE_PER_MILLE: i64 = 6;

/// §15.3: widths in bytes, a blank between columns.
const WIDTHS: [usize; 42] = [
    3, 11, 11, 6, 10, 19, 12, 4, 2, 21, 2, 32, 2, 6, 10, 13, 13, 4, 15, 2, 2, 6, 2, 4, 32, 1, 21, 15, 1, 15, 32, 13,
    13, 8, 32, 13, 13, 12, 2, 1, 32, 98,
];

/// One difference between the file of a day and the book.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "edit", rename_all = "snake_case")]
pub enum FileEdit {
    /// The row is not there.
    Leave { order_id: String },
    /// The row tells another amount.
    Amount { order_id: String, amount_fen: i64 },
    /// A row of a purchase nobody knows.
    Unknown { order_id: String, amount_fen: i64 },
    /// The row stands twice.
    Twice { order_id: String },
    /// The row tells another number of UnionPay's.
    QueryId { order_id: String, query_id: String },
    /// A refund of that purchase which somebody made in UnionPay's portal.
    PortalRefund { order_id: String, amount_fen: i64 },
    /// A byte of the row is missing, and every column after it stands elsewhere.
    Shifted { order_id: String },
}

#[derive(Default)]
pub(super) struct Files(BTreeMap<String, Vec<FileEdit>>);

impl Files {
    pub(super) fn edit(&mut self, day: &str, edit: FileEdit) {
        self.0.entry(day.to_owned()).or_default().push(edit);
    }

    pub(super) fn clear(&mut self, day: &str) {
        self.0.remove(day);
    }
}

/// What one row tells; everything else in it is blank or the same for all.
#[derive(Clone)]
struct Row {
    order_id: String,
    amount_fen: i64,
    at: Timestamp,
    trace_no: String,
    query_id: String,
    is_purchase: bool,
    txn_type: String,
    txn_sub_type: String,
    biz_type: String,
    orig_query_id: String,
    orig_order_id: String,
    reserved: String,
    is_shifted: bool,
}

fn signed(fen: i64, width: usize) -> String {
    let sign = match fen.signum() {
        1 => 'C',
        -1 => 'D',
        _ => ' ',
    };
    format!("{sign}{:0width$}", fen.abs(), width = width - 1)
}

impl Row {
    fn of(merchant: &Merchant, found: &Transaction) -> Option<Self> {
        let settlement = found.settlement.as_ref()?;
        let original = found.original.as_ref().and_then(|key| merchant.transactions.get(key));
        let orig_query_id = original.and_then(|original| original.settlement.as_ref()).map(|s| s.query_id.clone());
        Some(Self {
            order_id: found.field("orderId").to_owned(),
            amount_fen: found.amount_fen,
            at: settlement.at,
            trace_no: settlement.trace_no.clone(),
            query_id: settlement.query_id.clone(),
            is_purchase: found.product.is_purchase(),
            txn_type: found.field("txnType").to_owned(),
            txn_sub_type: found.field("txnSubType").to_owned(),
            biz_type: found.field("bizType").to_owned(),
            orig_query_id: orig_query_id.unwrap_or_default(),
            orig_order_id: original.map(|original| original.field("orderId").to_owned()).unwrap_or_default(),
            reserved: found.field("reqReserved").to_owned(),
            is_shifted: false,
        })
    }

    fn unknown(order_id: &str, amount_fen: i64, at: Timestamp) -> Self {
        Self {
            order_id: order_id.to_owned(),
            amount_fen,
            at,
            trace_no: random_digits(6),
            query_id: random_digits(21),
            is_purchase: true,
            txn_type: "01".to_owned(),
            txn_sub_type: "01".to_owned(),
            biz_type: "000201".to_owned(),
            orig_query_id: String::new(),
            orig_order_id: String::new(),
            reserved: String::new(),
            is_shifted: false,
        }
    }

    fn of_portal(order_id: &str, query_id: &str, amount_fen: i64, at: Timestamp) -> Self {
        Self {
            is_purchase: false,
            txn_type: "04".to_owned(),
            txn_sub_type: "00".to_owned(),
            orig_query_id: query_id.to_owned(),
            orig_order_id: order_id.to_owned(),
            ..Self::unknown(&random_digits(20), amount_fen, at)
        }
    }

    /// The merchant's fee (手续费); refunds are free of it.
    fn fee_fen(&self) -> i64 {
        if self.is_purchase { (self.amount_fen * FEE_PER_MILLE + 500) / 1000 } else { 0 }
    }

    fn net_fen(&self) -> i64 {
        if self.is_purchase { self.amount_fen - self.fee_fen() } else { -self.amount_fen }
    }

    fn line(&self, mer_id: &str) -> Vec<u8> {
        let mut told: [String; 42] = std::array::from_fn(|_| String::new());
        let mut set = |column: usize, value: String| told[column - 1] = value;
        set(1, if self.is_purchase { "S56" } else { "S30" }.to_owned());
        set(2, "48020000".to_owned());
        set(3, "00010000".to_owned());
        set(4, self.trace_no.clone());
        set(5, trace_time(self.at));
        set(6, "6216***********0018".to_owned());
        set(7, format!("{:012}", self.amount_fen));
        set(8, "5311".to_owned());
        set(9, "07".to_owned());
        set(10, self.query_id.clone());
        set(12, self.order_id.clone());
        set(13, "01".to_owned());
        set(16, signed(-self.fee_fen(), 13));
        set(17, signed(self.net_fen(), 13));
        set(18, "0002".to_owned());
        set(20, self.txn_type.clone());
        set(21, self.txn_sub_type.clone());
        set(22, self.biz_type.clone());
        set(27, self.orig_query_id.clone());
        set(28, mer_id.to_owned());
        set(33, signed(self.net_fen(), 13));
        set(35, self.reserved.clone());
        set(41, self.orig_order_id.clone());
        let mut line = record(&told, &WIDTHS);
        if self.is_shifted {
            line.remove(WIDTHS[0]);
        }
        line
    }
}

/// Columns padded and cut to their widths in GBK bytes.
fn record(told: &[String], widths: &[usize]) -> Vec<u8> {
    let mut line = Vec::new();
    for (value, width) in told.iter().zip(widths) {
        if !line.is_empty() {
            line.push(b' ');
        }
        let (bytes, _, _) = GBK.encode(value);
        let kept = bytes.get(..*width).unwrap_or(&bytes);
        line.extend_from_slice(kept);
        line.extend(std::iter::repeat_n(b' ', width - kept.len()));
    }
    line
}

impl Merchant {
    fn rows(&self, day: Date) -> Vec<Row> {
        let settled = self.transactions.values().filter(|found| !found.is_reversed);
        let mut rows: Vec<Row> =
            settled.filter_map(|found| Row::of(self, found)).filter(|row| settlement_day(row.at) == day).collect();
        rows.sort_by(|a, b| (a.at, &a.order_id).cmp(&(b.at, &b.order_id)));
        for edit in self.files.0.get(&day.to_string()).into_iter().flatten() {
            self.edit(&mut rows, edit, Timestamp::start_of_beijing_day(day).plus_s(3600));
        }
        rows
    }

    fn edit(&self, rows: &mut Vec<Row>, edit: &FileEdit, at: Timestamp) {
        let change = |rows: &mut Vec<Row>, order_id: &str, change: &dyn Fn(&mut Row)| {
            rows.iter_mut().filter(|row| row.order_id == order_id).for_each(change);
        };
        match edit {
            FileEdit::Leave { order_id } => rows.retain(|row| row.order_id != *order_id),
            FileEdit::Amount { order_id, amount_fen } => change(rows, order_id, &|row| row.amount_fen = *amount_fen),
            FileEdit::Unknown { order_id, amount_fen } => rows.push(Row::unknown(order_id, *amount_fen, at)),
            FileEdit::Twice { order_id } => {
                let again: Vec<Row> = rows.iter().filter(|row| row.order_id == *order_id).cloned().collect();
                rows.extend(again);
            }
            FileEdit::QueryId { order_id, query_id } => {
                change(rows, order_id, &|row| query_id.clone_into(&mut row.query_id));
            }
            FileEdit::PortalRefund { order_id, amount_fen } => {
                let original = self.newest(order_id).and_then(|found| found.settlement.as_ref());
                let query_id = original.map(|settlement| settlement.query_id.as_str()).unwrap_or_default();
                rows.push(Row::of_portal(order_id, query_id, *amount_fen, at));
            }
            FileEdit::Shifted { order_id } => change(rows, order_id, &|row| row.is_shifted = true),
        }
    }
}

/// The archive of a day: details, exceptions (none), and a summary for people.
fn archive(mer_id: &str, day: Date, rows: &[Row]) -> zip::result::ZipResult<Vec<u8>> {
    let date = day.strftime("%y%m%d").to_string();
    let mut details = Vec::new();
    for row in rows {
        details.extend(row.line(mer_id));
        details.extend_from_slice(b"\r\n");
    }
    let purchases = rows.iter().filter(|row| row.is_purchase).count();
    let net_fen: i64 = rows.iter().map(Row::net_fen).sum();
    let sign = if net_fen < 0 { "-" } else { "" };
    let summary = format!(
        "商户号：{mer_id}\r\n清算日期：{day}\r\n交易笔数：{purchases}\r\n清算净额：{sign}{}.{:02}\r\n",
        net_fen.abs() / 100,
        net_fen.abs() % 100
    );
    let (summary, _, _) = GBK.encode(&summary);
    let entries: [(String, &[u8]); 3] = [
        (format!("INN{date}88ZM_{mer_id}"), &details),
        (format!("INN{date}88ZME_{mer_id}"), &[]),
        (format!("RD2010{date}01_{mer_id}"), &summary),
    ];
    zipped(&entries)
}

fn zipped(entries: &[(String, &[u8])]) -> zip::result::ZipResult<Vec<u8>> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for (name, content) in entries {
        archive.start_file(name.as_str(), options)?;
        archive.write_all(content)?;
    }
    Ok(archive.finish()?.into_inner())
}

fn deflated(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    encoder.finish()
}

/// `76/01`.
pub(super) fn download(
    merchant: &Merchant,
    request: Request<'_>,
    fault: Option<&FaultKind>,
    now: Timestamp,
) -> Result<Fields, Refusal> {
    if super::times::read(request.required("txnTime")?).is_none() {
        return Err(Refusal::format("txnTime"));
    }
    if request.required("fileType")? != "00" {
        return Err(Refusal::format("fileType"));
    }
    let month_day = request.is_numeric("settleDate")?;
    let day = Some(month_day).filter(|text| text.len() == 4).and_then(|text| latest(text, now.beijing_date()));
    let day = day.ok_or_else(|| Refusal::format("settleDate"))?;
    let rows = merchant.rows(day);
    if now < file_from(day) || rows.is_empty() {
        return Err(Refusal::new("98", "文件不存在"));
    }
    let broken = |failure: &dyn std::fmt::Display| Refusal::new("06", format!("系统繁忙：{failure}"));
    let packed = match fault {
        Some(FaultKind::EmptyArchive) => zipped(&[]),
        Some(FaultKind::Bomb) => zipped(&[("INN".to_owned(), &vec![b' '; BOMB_BYTES])]),
        _ => archive(&merchant.mer_id, day, &rows),
    };
    let mut content = deflated(&packed.map_err(|failure| broken(&failure))?).map_err(|failure| broken(&failure))?;
    if fault == Some(&FaultKind::CorruptArchive) {
        content.iter_mut().skip(4).for_each(|byte| *byte ^= 0x55);
    }
    let name = format!("802310{}{}.zip", day.strftime("%y%m%d"), merchant.mer_id);
    Ok(fields([("settleDate", month_day), ("fileName", &name), ("fileContent", &STANDARD.encode(content))]))
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use flate2::read::ZlibDecoder;

    use super::*;

    /// Vector 4 of the protocol notes.
    const PUBLISHED: &str = "eNoL8GZmEWFgYOAAIuWYJQoLNO8DeYdYGBhkgbSnn5+RmYGhgZGFRZRvvLm5uZGlgYGphaGhgYGJxdbJvnxNBgKt31XuJF5bd4/nwrStR9Zy3rlyxDkjpopp+rxDmZwP5UMOiXssqP18fU/YTEWGNfoeL+s2q6y8n8ZhHJSS0tI7w7k5a24/R4VpKqfxwUnJhrkxcz2W+jzfJHCl2sPpHOMqyeAFRy9t1NU0K7HhuqD632G1z9Pfgtlrnzg8K5FZss5umV5J5d35249/tZ2/WF3e50DBrYx/rup7dT7XL3z5tjhfvW+VaLPkFbbJG3akGPhI+Ui9l2Rpnrr8WkJm8IrurGPH3smnXtS2zDXY/6/94DL9Y7sOXouclaDevDbu2d/OxfwBKCHDkmwzVxjIEwBiOSAOcjEChQs4cAwM0YPGujLt+6e9u/Vj7//98Wtub37lToYAb0YmEWbcQQ0DDYwMhAIe3Sh0tyGMkmIk5NIAb1Y2kFomIJwOpDPB1gMAWe6kHw==";

    fn unpacked(content: &str) -> Vec<(String, Vec<u8>)> {
        let mut inflated = Vec::new();
        ZlibDecoder::new(STANDARD.decode(content).unwrap().as_slice()).read_to_end(&mut inflated).unwrap();
        let mut archive = zip::ZipArchive::new(Cursor::new(inflated)).unwrap();
        let mut found = Vec::new();
        for at in 0..archive.len() {
            let mut entry = archive.by_index(at).unwrap();
            let name = entry.name().unwrap().into_owned();
            let mut content = Vec::new();
            entry.read_to_end(&mut content).unwrap();
            found.push((name, content));
        }
        found
    }

    fn columns(line: &[u8]) -> Vec<String> {
        let mut at = 0;
        let cut = WIDTHS.iter().map(|width| {
            let slice = &line[at..at + width];
            at += width + 1;
            GBK.decode(slice).0.trim_end().to_owned()
        });
        cut.collect()
    }

    #[test]
    fn the_layout_is_that_of_the_published_file() {
        assert_eq!(WIDTHS.iter().sum::<usize>() + WIDTHS.len() - 1, 607);
        let entries = unpacked(PUBLISHED);
        assert_eq!(entries[0].0, "INN26010288ZM_777290058110048");
        let lines: Vec<Vec<String>> = entries[0].1.chunks(609).map(columns).collect();
        let told = |row: usize, column: usize| lines[row][column - 1].as_str();
        assert_eq!(
            (told(0, 7), told(0, 10), told(0, 12)),
            ("000000001234", "812601021104051234568", "ORD20260102030405")
        );
        assert_eq!((told(0, 16), told(0, 17), told(0, 31)), ("D000000000007", "C000000001227", "测试商店"));
        assert_eq!((told(1, 20), told(1, 21), told(1, 41)), ("04", "00", "ORD20260102030405"));
        assert_eq!((told(1, 27), told(1, 33)), ("812601021104051234568", "D000000000234"));
    }

    #[test]
    fn our_rows_have_the_published_values_in_the_published_places() {
        let mut row = Row::unknown("ORD20260102030405", 1234, Timestamp::from_seconds(1_767_323_045));
        "812601021104051234568".clone_into(&mut row.query_id);
        "中文保留域，超过三十二个字节的部分被截断".clone_into(&mut row.reserved);
        let line = row.line("777290058110048");
        assert_eq!(line.len(), 607);
        let published = columns(unpacked(PUBLISHED)[0].1.chunks(609).next().unwrap());
        let ours = columns(&line);
        for column in [7, 10, 12, 16, 17, 20, 21, 28, 33] {
            assert_eq!(ours[column - 1], published[column - 1], "column {column}");
        }
        let mut refund = Row::unknown("RFD20260102040000", 234, Timestamp::from_seconds(1_767_323_045));
        refund.is_purchase = false;
        let ours = columns(&refund.line("777290058110048"));
        assert_eq!((ours[15].trim(), ours[16].as_str()), ("000000000000", "D000000000234"));
    }
}

//! Bills (对账单): asked for by a signed call, downloaded by a bare GET within 30 seconds (§14).
//!
//! Promises: `trade` and `signcustomer` of a day or a month, made of plain rows that the caller
//! takes from the book: `Bills::ask` answers `alipay.data.dataservice.bill.downloadurl.query`
//! and `Bills::find` the link it gave. A day is there from nine the next morning, a month from
//! nine on the 3rd. No row and no file yet are told alike, as `isp.bill_not_exist`.
//! Refuses other types. Ranges of a file are not served: every download is whole.

mod archive;
mod download;
mod edits;
mod file;
mod fund_flow;
mod synthetic;
#[cfg(test)]
mod tests;
mod trade;

use std::collections::BTreeMap;
use std::sync::Arc;

use rand::{Rng, thread_rng};

pub(super) use archive::Pieces;
pub(super) use download::{PATH, answer};
pub use edits::BillEdit;
pub use synthetic::{SyntheticTrade, synthetic_trade};
pub(super) use trade::TradeRow;

use crate::clock::Timestamp;
use archive::Archive;

const DAY_S: i64 = 86_400;
const MADE_AFTER_S: i64 = 9 * 3600;
const KEPT_DAYS: i64 = 6 * 366;
const LINK_LIFE_S: i64 = 30;
const TOKEN_CHARS: usize = 32;
const PIECE_BYTES: usize = 64 * 1024;

/// The merchant's account as bills name it: the PID and the number of its first account.
fn account(pid: &str) -> String {
    format!("{pid}0156")
}

fn random_text(length: usize, of: &[u8]) -> String {
    let mut rng = thread_rng();
    (0..length).map(|_| char::from(of[rng.gen_range(0..of.len())])).collect()
}

/// A day or a month in China.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct BillPeriod {
    /// `2026-01-01` or `2026-01`.
    text: String,
    start: Timestamp,
    /// The first moment that is not in it.
    end: Timestamp,
    available_at: Timestamp,
}

impl BillPeriod {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let midnight = |date: &str| Timestamp::parse_rfc3339(&format!("{date}T00:00:00+08:00"));
        let (start, end, days_to_make) = match text.len() {
            10 => {
                let start = midnight(text)?;
                (start, start.plus_s(DAY_S), 0)
            }
            7 => {
                let start = midnight(&format!("{text}-01"))?;
                // Some day of the next month tells its first.
                let next = start.plus_s(31 * DAY_S).to_beijing_rfc3339();
                (start, midnight(&format!("{}-01", next.get(..7)?))?, 2)
            }
            _ => return None,
        };
        let available_at = end.plus_s(days_to_make * DAY_S + MADE_AFTER_S);
        Some(Self { text: text.to_owned(), start, end, available_at })
    }

    fn contains(&self, at: Timestamp) -> bool {
        self.start <= at && at < self.end
    }

    /// `20260101` or `202601`.
    fn compact(&self) -> String {
        self.text.replace('-', "")
    }

    /// `20260101`, of a month as well.
    fn first_day(&self) -> String {
        format!("{:0<7}1", self.compact()).chars().take(8).collect()
    }
}

/// What bills are made of.
#[derive(Debug, Clone, Default)]
pub(super) struct BillRows {
    /// Every payment and refund of the merchant, in any order, of any day.
    pub(super) trades: Vec<TradeRow>,
    /// What the account held before the first of them.
    pub(super) opening_balance_fen: i64,
}

/// One call for a bill.
pub(super) struct BillCall<'a> {
    pub(super) bill_type: Option<&'a str>,
    pub(super) bill_date: Option<&'a str>,
    /// The merchant's number (PID), 2088….
    pub(super) pid: &'a str,
    /// Where downloads are served, without a slash at the end.
    pub(super) base_url: &'a str,
    pub(super) now: Timestamp,
}

/// What the call is answered with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct BillLink {
    pub(super) bill_download_url: String,
    /// Told when the file has no rows.
    pub(super) bill_file_code: Option<&'static str>,
}

/// A business failure: `code` 40004 with these.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct BillRefusal {
    pub(super) sub_code: &'static str,
    pub(super) sub_msg: &'static str,
}

const NOT_THERE: BillRefusal = BillRefusal { sub_code: "isp.bill_not_exist", sub_msg: "账单不存在" };
/// Spelt so.
const WRONG_ARGUMENTS: BillRefusal = BillRefusal { sub_code: "INVAILID_ARGUMENTS", sub_msg: "入参不合法" };
const WRONG_TYPE: BillRefusal = BillRefusal { sub_code: "TYPE_NOT_SUPPORTED", sub_msg: "账单类型不支持" };

/// What a link leads to.
#[derive(Clone)]
enum Content {
    Book(Arc<[u8]>),
    Synthetic { pid: String, period: BillPeriod, rows: u64 },
}

struct Link {
    expires_at: Timestamp,
    content: Content,
}

/// A merchant's bills: links that were given out and what scripts did to the days.
pub(super) struct Bills {
    pub(super) link_life_s: i64,
    /// A day without rows has a file without rows, instead of none.
    pub(super) writes_empty_files: bool,
    links: BTreeMap<String, Link>,
    edits: BTreeMap<String, Vec<BillEdit>>,
    synthetic: BTreeMap<String, u64>,
}

impl Default for Bills {
    fn default() -> Self {
        Self {
            link_life_s: LINK_LIFE_S,
            writes_empty_files: false,
            links: BTreeMap::new(),
            edits: BTreeMap::new(),
            synthetic: BTreeMap::new(),
        }
    }
}

impl Bills {
    /// Makes the trade bill of a day or month wrong; more than one edit may be made.
    pub(super) fn edit(&mut self, period: &BillPeriod, edit: BillEdit) {
        self.edits.entry(period.text.clone()).or_default().push(edit);
    }

    /// The book's own bill is served again.
    pub(super) fn clear_edits(&mut self, period: &BillPeriod) {
        self.edits.remove(&period.text);
        self.synthetic.remove(&period.text);
    }

    /// So many made-up payments instead of the book's.
    pub(super) fn serve_synthetic(&mut self, period: &BillPeriod, rows: u64) {
        self.synthetic.insert(period.text.clone(), rows);
    }

    /// `alipay.data.dataservice.bill.downloadurl.query`. The book is looked into only for a
    /// bill that can be there.
    pub(super) fn ask(
        &mut self,
        call: &BillCall<'_>,
        book: impl FnOnce() -> BillRows,
    ) -> Result<BillLink, BillRefusal> {
        let bill_type = call.bill_type.filter(|text| !text.is_empty()).ok_or(WRONG_ARGUMENTS)?;
        let period = call.bill_date.and_then(BillPeriod::parse).ok_or(WRONG_ARGUMENTS)?;
        let is_ledger = match bill_type {
            "trade" => false,
            "signcustomer" => true,
            _ => return Err(WRONG_TYPE),
        };
        if call.now < period.start || call.now.seconds_since(period.start) > KEPT_DAYS * DAY_S {
            return Err(WRONG_ARGUMENTS);
        }
        if call.now < period.available_at {
            return Err(NOT_THERE);
        }
        if let Some(rows) = self.synthetic.get(&period.text).filter(|_| !is_ledger) {
            let content = Content::Synthetic { pid: call.pid.to_owned(), period: period.clone(), rows: *rows };
            return Ok(self.hand_out(call, &period, bill_type, content, false));
        }
        let mut book = book();
        book.trades.sort_by(|a, b| {
            (a.finished_at, &a.out_trade_no, &a.out_request_no).cmp(&(
                b.finished_at,
                &b.out_trade_no,
                &b.out_request_no,
            ))
        });
        let (files, is_empty) = if is_ledger {
            let is_empty = !book.trades.iter().any(|row| period.contains(row.finished_at));
            (self.ledger_files(&book, call, &period), is_empty)
        } else {
            self.trade_files(book, call, &period)
        };
        if is_empty && !self.writes_empty_files {
            return Err(NOT_THERE);
        }
        let archive: Vec<u8> = Archive::of(files, period.available_at).flatten().collect();
        Ok(self.hand_out(call, &period, bill_type, Content::Book(archive.into()), is_empty))
    }

    fn ledger_files(&self, book: &BillRows, call: &BillCall<'_>, period: &BillPeriod) -> Vec<(String, Pieces)> {
        let [details, summary] = fund_flow::sheets(book, call.pid, period, period.available_at);
        named_files(call.pid, period, "账务明细", once(details.write()), once(summary.write()))
    }

    fn trade_files(&self, book: BillRows, call: &BillCall<'_>, period: &BillPeriod) -> (Vec<(String, Pieces)>, bool) {
        let mut rows: Vec<TradeRow> = book.trades.into_iter().filter(|row| period.contains(row.finished_at)).collect();
        let edits = self.edits.get(&period.text).map_or(&[][..], Vec::as_slice);
        edits.iter().for_each(|edit| edit.change_rows(period, &mut rows));
        let details = trade::details(&rows, edits, call.pid, period, period.available_at);
        let summary = trade::summary(&rows, call.pid, period, period.available_at);
        let files = named_files(call.pid, period, trade::TITLE, once(details.write()), once(summary.write()));
        (files, rows.is_empty())
    }

    fn hand_out(
        &mut self,
        call: &BillCall<'_>,
        period: &BillPeriod,
        bill_type: &str,
        content: Content,
        is_empty: bool,
    ) -> BillLink {
        self.links.retain(|_, link| call.now < link.expires_at);
        let token = random_text(TOKEN_CHARS, b"0123456789abcdef");
        let link = Link { expires_at: call.now.plus_s(self.link_life_s), content };
        self.links.insert(token.clone(), link);
        let (account, day) = (account(call.pid), period.compact());
        let query = form_urlencoded::Serializer::new(String::new())
            .append_pair("bizType", bill_type)
            .append_pair("userId", &account)
            .append_pair("fileType", "csv.zip")
            .append_pair("bizDates", &day)
            .append_pair("downloadFileName", &format!("{account}{day}.csv.zip"))
            .append_pair("fileId", &format!("/{bill_type}/{account}/{day}.csv.zip"))
            .append_pair("token", &token)
            .finish();
        BillLink {
            bill_download_url: format!("{}{PATH}?{query}", call.base_url),
            bill_file_code: is_empty.then_some("EMPTY_DATA_WITH_BILL_FILE"),
        }
    }

    /// The file behind a token of this merchant's, while it lives. Whoever has the link has
    /// the file: nothing is signed.
    pub(super) fn find(&self, token: &str, now: Timestamp) -> Option<Pieces> {
        let link = self.links.get(token).filter(|link| now < link.expires_at)?;
        Some(match &link.content {
            Content::Book(file) => {
                let pieces: Vec<Vec<u8>> = file.chunks(PIECE_BYTES).map(<[u8]>::to_vec).collect();
                Box::new(pieces.into_iter())
            }
            Content::Synthetic { pid, period, rows } => {
                let details = synthetic::details(pid, period, *rows, period.available_at);
                let summary = synthetic::summary(pid, period, *rows, period.available_at);
                let files = named_files(pid, period, trade::TITLE, details, summary);
                Box::new(Archive::of(files, period.available_at))
            }
        })
    }
}

fn once(file: Vec<u8>) -> Pieces {
    Box::new(std::iter::once(file))
}

/// Details and summary under the names that the real archive gives them.
fn named_files(pid: &str, period: &BillPeriod, title: &str, details: Pieces, summary: Pieces) -> Vec<(String, Pieces)> {
    let stem = format!("{}_{}_{title}", account(pid), period.compact());
    vec![(format!("{stem}.csv"), details), (format!("{stem}(汇总).csv"), summary)]
}

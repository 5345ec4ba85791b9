//! Bills (对账单): asked for by a signed call, downloaded by another one (§12).
//!
//! Promises: derived from the book for one Beijing day, ready from ten the next morning; the
//! hash is that of the uncompressed bytes; a link lives as long as the merchant is set up
//! for, by the sandbox's clock; the download must be signed, its answer is not.

mod download;
mod edits;
mod file;
mod fund_flow;
mod synthetic;
mod trade;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};
use sha1::{Digest, Sha1};

pub(super) use download::download;
pub use edits::BillEdit;
pub use synthetic::{SyntheticBill, SyntheticTrade, synthetic_trade};

use super::calls::{Answer, Commit};
use super::errors::Refusal;
use super::faults::FaultKind;
use super::keys::random_alphanumeric;
use super::merchants::Merchant;
use crate::clock::Timestamp;
use synthetic::Chunks;
use trade::Kind;

const DAY_S: i64 = 86_400;
/// Bills are made from nine and to be asked for from ten in the morning after.
const MADE_AFTER_S: i64 = DAY_S + 9 * 3600;
const READY_AFTER_S: i64 = DAY_S + 10 * 3600;
const KEPT_DAYS: i64 = 92;
const TOKEN_CHARS: usize = 48;

/// One day in Beijing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct BillDay {
    /// `2026-01-01`.
    pub(super) text: String,
    pub(super) start: Timestamp,
}

impl BillDay {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let start = Timestamp::parse_rfc3339(&format!("{text}T00:00:00+08:00"))?;
        (text.len() == 10).then(|| Self { text: text.to_owned(), start })
    }

    fn contains(&self, at: Timestamp) -> bool {
        self.start <= at && at < self.start.plus_s(DAY_S)
    }

    fn made_at(&self) -> Timestamp {
        self.start.plus_s(MADE_AFTER_S)
    }

    fn compact(&self) -> String {
        self.text.replace('-', "")
    }
}

/// What a link leads to.
#[derive(Clone)]
enum Content {
    Book(Arc<[u8]>),
    Synthetic { day: BillDay, rows: u64 },
}

struct Link {
    expires_at: Timestamp,
    content: Content,
    is_gzip: bool,
}

/// A merchant's bills: links that were given out and what scripts did to the days.
pub(super) struct Bills {
    pub(super) link_life_s: i64,
    links: BTreeMap<String, Link>,
    edits: BTreeMap<String, Vec<BillEdit>>,
    synthetic: BTreeMap<String, SyntheticBill>,
}

impl Bills {
    pub(super) fn new(link_life_s: i64) -> Self {
        Self { link_life_s, links: BTreeMap::new(), edits: BTreeMap::new(), synthetic: BTreeMap::new() }
    }

    fn edits_of(&self, day: &BillDay) -> &[BillEdit] {
        self.edits.get(&day.text).map_or(&[], Vec::as_slice)
    }

    pub(super) fn edit(&mut self, day: &BillDay, edit: BillEdit) {
        self.edits.entry(day.text.clone()).or_default().push(edit);
    }

    pub(super) fn clear_edits(&mut self, day: &BillDay) {
        self.edits.remove(&day.text);
        self.synthetic.remove(&day.text);
    }

    pub(super) fn serve_synthetic(&mut self, bill: SyntheticBill) {
        self.synthetic.insert(bill.bill_date.clone(), bill);
    }
}

/// Works out a synthetic bill; slow for many rows.
pub(super) fn measure_synthetic(day: &BillDay, appid: String, mchid: String, rows: u64) -> SyntheticBill {
    let (bytes, sha1) = Chunks::new(day.clone(), appid, mchid, rows).measure();
    SyntheticBill { bill_date: day.text.clone(), rows, bytes, sha1 }
}

fn refuse(name: &str, value: Option<String>, issue: &str) -> Refusal {
    Refusal::field(name, &value.map_or(Value::Null, Value::String), issue, "query")
}

fn one_of(commit: &Commit<'_>, name: &str, allowed: &[&str]) -> Result<Option<String>, Refusal> {
    let given = commit.query(name);
    if given.as_deref().is_none_or(|value| allowed.contains(&value)) {
        Ok(given)
    } else {
        Err(refuse(name, given, &format!("须为 {} 之一", allowed.join(", "))))
    }
}

fn day_asked_for(commit: &Commit<'_>) -> Result<BillDay, Refusal> {
    let given = commit.query("bill_date");
    let day = given.as_deref().and_then(BillDay::parse);
    let day = day.ok_or_else(|| refuse("bill_date", given.clone(), "须为 YYYY-MM-DD"))?;
    let since_s = commit.now.seconds_since(day.start);
    if since_s < DAY_S {
        return Err(refuse("bill_date", given, "账单日期不能晚于昨天"));
    }
    if since_s > KEPT_DAYS * DAY_S {
        return Err(refuse("bill_date", given, "仅支持三个月内的账单"));
    }
    if since_s < READY_AFTER_S {
        return Err(Refusal::new(400, "STATEMENT_CREATING", "账单生成中，请稍后再试"));
    }
    Ok(day)
}

fn none_there() -> Refusal {
    Refusal::new(400, "NO_STATEMENT_EXIST", "请求的账单文件不存在")
}

/// `GET /v3/bill/tradebill`.
pub(super) fn trade_bill(merchant: &mut Merchant, commit: &mut Commit<'_>) -> Result<Answer, Refusal> {
    let kinds = ["ALL", "SUCCESS", "REFUND", "RECHARGE_REFUND", "ALL_SPECIAL", "SUC_SPECIAL", "REF_SPECIAL"];
    let kind = one_of(commit, "bill_type", &kinds)?;
    let day = day_asked_for(commit)?;
    let sub_mchid = commit.query("sub_mchid");
    let kind = match kind.as_deref() {
        None | Some("ALL") => Kind::All,
        Some("SUCCESS") => Kind::Success,
        Some("REFUND") => Kind::Refund,
        Some("RECHARGE_REFUND") => return Err(none_there()),
        Some(_) => return Err(Refusal::new(403, "NO_AUTH", "无此账单类型的权限")),
    };
    if let Some(bill) = merchant.bills.synthetic.get(&day.text) {
        let (rows, sha1) = (bill.rows, bill.sha1.clone());
        return hand_out(merchant, commit, Content::Synthetic { day, rows }, sha1);
    }
    let rows = trade::rows(merchant, &day, sub_mchid.as_deref());
    let file = trade::sheet(&rows, kind).ok_or_else(none_there)?.write();
    let sha1 = hex::encode(Sha1::digest(&file));
    hand_out(merchant, commit, Content::Book(file.into()), sha1)
}

/// `GET /v3/bill/fundflowbill`.
pub(super) fn fund_flow_bill(merchant: &mut Merchant, commit: &mut Commit<'_>) -> Result<Answer, Refusal> {
    let account = one_of(commit, "account_type", &["BASIC", "OPERATION", "FEES"])?;
    let day = day_asked_for(commit)?;
    if account.is_some_and(|account| account != "BASIC") {
        return Err(none_there());
    }
    let file = fund_flow::sheet(merchant, &day).ok_or_else(none_there)?.write();
    let sha1 = hex::encode(Sha1::digest(&file));
    hand_out(merchant, commit, Content::Book(file.into()), sha1)
}

fn hand_out(merchant: &mut Merchant, commit: &Commit<'_>, content: Content, sha1: String) -> Result<Answer, Refusal> {
    let is_gzip = one_of(commit, "tar_type", &["GZIP"])?.is_some();
    let token = random_alphanumeric(TOKEN_CHARS);
    let expires_at = commit.now.plus_s(merchant.bills.link_life_s);
    merchant.bills.links.insert(token.clone(), Link { expires_at, content, is_gzip });
    let tartype = if is_gzip { "&tartype=gzip" } else { "" };
    let hash = match commit.fault {
        Some(FaultKind::WrongHash) => sha1.chars().rev().collect(),
        _ => sha1,
    };
    Ok(Answer::Json(json!({
        "hash_type": "SHA1",
        "hash_value": hash,
        "download_url": format!("{}/v3/billdownload/file?token={token}{tartype}", commit.base_url),
    })))
}

//! One settlement day's files (对账文件): an answer that carries a zip in base64 and zlib, in it the list of what was
//! cleared (ZM). Promises: the answer is proven, and the list's name says the day and the merchant that were asked
//! for. Refuses: days so far back that a date without a year would be ambiguous, and whatever unpacks to too much.

pub mod zm;

use std::fs::File;
use std::io::{BufReader, Cursor, Read, Seek as _, SeekFrom, Write as _};

use jiff::civil::Date;

use self::zm::Lines;
use super::client::Client;
use super::errors::{Class, Operation, SUCCESS, class_of, code_of, refusal};
use super::reports::incomplete;
use super::requests::{Terms, refuse};
use super::values::{settlement_day, start_of_settlement_day};
use crate::clock::Timestamp;
use crate::crypto::digest::StreamDigests;
use crate::crypto::from_base64;
use crate::gateways::statement::{Fetched, Statement, StatementKind, StatementToFetch};
use crate::gateways::{GatewayError, Merchant};

/// The largest archive that is unpacked from an answer, in bytes.
const MAX_ARCHIVE: u64 = 128 * 1024 * 1024;
/// The largest list that is unpacked from an archive, in bytes.
const MAX_LIST: u64 = 2 * 1024 * 1024 * 1024;
/// Files in an archive; UnionPay sends two or three.
const MAX_ENTRIES: usize = 16;
/// A day is asked for by month and day: this far back, in days, its year is certain.
const MAX_AGE_DAYS: i64 = 330;
/// A day without a file this long after its end had no movements, in seconds. Files come at about nine the next
/// morning; "no file yet" and "nothing happened" are the same code, so late ones get three days.
const EMPTY_AFTER_S: i64 = 3 * 24 * 3600;

pub(super) async fn fetch(client: &Client, terms: &Terms, wanted: &StatementToFetch) -> Result<Fetched, GatewayError> {
    if wanted.kind == StatementKind::FundFlow {
        return Err(GatewayError::Misconfigured {
            code: "statements_unsupported".to_owned(),
            fix: "UnionPay has no fund statement: its list of cleared transactions is the trade statement".to_owned(),
        });
    }
    let now = client.clock.now();
    if !is_within_reach(wanted.date, now) {
        return Err(refuse("statement_date", "UnionPay's files can be had for the last eleven months"));
    }
    let question = terms.statement(wanted.date, now);
    let answer = client.download(Operation::Statement, &question).await?;
    if answer.get("settleDate").is_some_and(|told| question.get("settleDate").is_none_or(|asked| told != asked)) {
        return Err(GatewayError::Unknown("the answer speaks of another day".to_owned()));
    }
    match class_of(code_of(&answer)) {
        Class::Success if code_of(&answer) == SUCCESS => {}
        // No file yet, or nothing happened: the same code.
        Class::NotReady => {
            return Ok(if is_long_over(wanted.date, now) { Fetched::Empty } else { Fetched::NotReady });
        }
        _ => return Err(refusal(Operation::Statement, &answer)),
    }
    let content = answer.get("fileContent").ok_or_else(|| incomplete("fileContent"))?.to_owned();
    let (date, merchant_no) = (wanted.date, terms.merchant_no.clone());
    tokio::task::spawn_blocking(move || unpack(&content, date, &merchant_no))
        .await
        .map_err(|_| GatewayError::Unknown("the files could not be unpacked".to_owned()))?
        .map_err(GatewayError::Unknown)
        .map(Fetched::Statement)
}

fn is_within_reach(date: Date, now: Timestamp) -> bool {
    let age_s = now.seconds_since(start_of_settlement_day(date));
    // A day asked for by its date began up to a day before "so many days ago".
    date <= settlement_day(now) && age_s <= (MAX_AGE_DAYS + 2) * 24 * 3600
}

fn is_long_over(date: Date, now: Timestamp) -> bool {
    now > start_of_settlement_day(date).plus_s(24 * 3600 + EMPTY_AFTER_S)
}

/// Finds the day's list in what an answer carried.
///
/// # Errors
/// In words; nothing of it is believed then.
pub fn unpack(content: &str, date: Date, merchant_no: &str) -> Result<Statement, String> {
    let bare: String = content.chars().filter(|c| !c.is_ascii_whitespace()).collect();
    let packed = from_base64(&bare).ok_or("the file is not base64")?;
    let mut archive = Vec::new();
    let mut inflating = flate2::read::ZlibDecoder::new(packed.as_slice()).take(MAX_ARCHIVE + 1);
    inflating.read_to_end(&mut archive).map_err(|e| format!("the file is damaged: {e}"))?;
    if archive.len() as u64 > MAX_ARCHIVE {
        return Err("the file is too large when unpacked".to_owned());
    }
    let broken = |e: zip::result::ZipError| format!("the archive cannot be read: {e}");
    let mut archive = zip::ZipArchive::new(Cursor::new(archive)).map_err(broken)?;
    if archive.len() > MAX_ENTRIES {
        return Err("the archive holds too many files".to_owned());
    }
    let day = format!("{:02}{:02}{:02}", date.year().rem_euclid(100), date.month(), date.day());
    let (list, disputes) = (format!("INN{day}88ZM_{merchant_no}"), format!("INN{day}88ZME_{merchant_no}"));
    let mut found = None;
    for index in 0..archive.len() {
        let entry = archive.by_index(index).map_err(broken)?;
        // Names are compared, never used as paths.
        match entry.name().map_err(broken)?.as_ref() {
            name if name == list => found = Some(index),
            name if name == disputes && entry.size() > 0 => {
                tracing::warn!(day, size_bytes = entry.size(), "UnionPay's files tell of disputes (ZME): look at them");
            }
            _ => {}
        }
    }
    let index = found.ok_or_else(|| format!("the archive holds no {list}"))?;
    let entry = archive.by_index(index).map_err(broken)?;
    let (file, sha256, size_bytes) = spooled(entry)?;
    let merchant = Merchant { merchant_no: merchant_no.to_owned(), app_id: None, sub_merchant_no: None };
    Ok(Statement { sha256, size_bytes, rows: Box::new(Lines::new(BufReader::new(file), merchant, date)) })
}

/// Lays the list on disk: its rows are read one by one.
fn spooled(entry: impl Read) -> Result<(File, String, u64), String> {
    let mut file = tempfile::tempfile().map_err(|e| format!("no room for a statement: {e}"))?;
    let (mut digests, mut size) = (StreamDigests::new(), 0_u64);
    let mut content = entry.take(MAX_LIST + 1);
    let mut piece = vec![0; 64 * 1024];
    loop {
        let read = content.read(&mut piece).map_err(|e| format!("the list is damaged: {e}"))?;
        let Some(piece) = piece.get(..read).filter(|piece| !piece.is_empty()) else { break };
        digests.update(piece);
        size += read as u64;
        if size > MAX_LIST {
            return Err("the list is too large when unpacked".to_owned());
        }
        file.write_all(piece).map_err(|e| format!("no room for a statement: {e}"))?;
    }
    file.seek(SeekFrom::Start(0)).map_err(|e| e.to_string())?;
    Ok((file, digests.finish().sha256, size))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse_rfc3339(text).unwrap()
    }

    #[test]
    fn a_date_without_a_year_is_asked_for_only_while_the_year_is_certain() {
        let now = at("2026-01-02T10:00:00+08:00");
        let reach = |year, month, day| is_within_reach(jiff::civil::date(year, month, day), now);
        assert!(reach(2026, 1, 1) && reach(2025, 12, 31) && reach(2025, 3, 1));
        assert!(!reach(2025, 1, 2) && !reach(2026, 1, 3) && !reach(2024, 12, 31));
    }

    #[test]
    fn a_missing_file_is_late_before_it_is_empty() {
        let day = jiff::civil::date(2026, 1, 1);
        assert!(!is_long_over(day, at("2026-01-04T22:59:59+08:00")));
        assert!(is_long_over(day, at("2026-01-04T23:00:01+08:00")));
    }
}

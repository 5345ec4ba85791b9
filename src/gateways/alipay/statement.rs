//! One day's bill (账单): a zip at an address that lives for half a minute, in it GBK files of which one lists
//! the movements. Promises: rows pass in bounded memory; a bill that does not add up to its own totals, is
//! cut short or belongs to another merchant is not believed. Refuses: download hosts that are not Alipay's.

pub mod bill;

use std::fs::File;
use std::io::{BufReader, Read, Seek as _, SeekFrom, Write as _};

use bytes::Bytes;
use reqwest::Method;
use serde::Deserialize;
use url::Url;

use self::bill::Bill;
use super::client::Client;
use super::errors::Operation;
use super::read;
use super::requests;
use super::values::{Lenient, given};
use crate::clock::Timestamp;
use crate::crypto::digest::StreamDigests;
use crate::gateways::statement::{Fetched, Statement, StatementKind, StatementToFetch};
use crate::gateways::transport::{Call, DOWNLOAD_TIMEOUT, is_loopback};
use crate::gateways::{GatewayError, Merchant};

/// The largest archive that is taken, in bytes.
const MAX_ARCHIVE: u64 = 512 * 1024 * 1024;
/// The largest file that is unpacked from one, in bytes: a small archive can hold a very large nothing.
const MAX_FILE: u64 = 4 * 1024 * 1024 * 1024;
/// Files in an archive; Alipay sends two.
const MAX_ENTRIES: usize = 16;
/// A day without a bill this long after its end had no movements, in seconds: bills come at about nine the next
/// morning.
const EMPTY_AFTER_S: i64 = 36 * 3600;

#[derive(Deserialize)]
struct Address {
    bill_download_url: Option<Lenient>,
    bill_file_code: Option<Lenient>,
}

pub(super) async fn fetch(
    client: &Client,
    merchant: &Merchant,
    wanted: &StatementToFetch,
) -> Result<Fetched, GatewayError> {
    let bill_type = match wanted.kind {
        StatementKind::Trade => "trade",
        StatementKind::FundFlow => "signcustomer",
    };
    let content = requests::bill(bill_type, &wanted.date.to_string())?;
    let answer = match client.call(Operation::Statement, &content, None).await {
        Ok(answer) => answer,
        Err(GatewayError::Declined { code, .. }) if is_no_bill(&code) => {
            return Ok(if is_long_over(wanted, client.clock.now()) { Fetched::Empty } else { Fetched::NotReady });
        }
        Err(error) => return Err(error),
    };
    let address: Address = read(&answer.json)?;
    if given(address.bill_file_code).as_deref() == Some("EMPTY_DATA_WITH_BILL_FILE") {
        return Ok(Fetched::Empty);
    }
    let url = given(address.bill_download_url).and_then(|text| Url::parse(&text).ok());
    let url = url
        .filter(|url| is_download_host(url, &client.base))
        .ok_or_else(|| GatewayError::Unknown("the bill lies at an address that is not Alipay's".to_owned()))?;
    let archive = download(client, url).await?;
    let merchant = merchant.clone();
    let kind = wanted.kind;
    tokio::task::spawn_blocking(move || unpack(archive, kind, merchant))
        .await
        .map_err(|_| GatewayError::Unknown("the bill could not be unpacked".to_owned()))?
        .map_err(GatewayError::Unknown)
        .map(Fetched::Statement)
}

/// With or without a prefix, in either case.
fn is_no_bill(code: &str) -> bool {
    let code = code.to_ascii_uppercase();
    ["BILL_NOT_EXIST", "NO_BILL_DATA"].iter().any(|end| code.ends_with(end))
}

fn is_long_over(wanted: &StatementToFetch, now: Timestamp) -> bool {
    let end_of_day = Timestamp::parse_rfc3339(&format!("{}T23:59:59+08:00", wanted.date));
    end_of_day.is_some_and(|end| now > end.plus_s(EMPTY_AFTER_S))
}

/// The address comes in an answer, and this program fetches it: it must be Alipay's, or the stand-in's own.
fn is_download_host(url: &Url, base: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let is_alipays = [".alipay.com", ".alipaydev.com"].iter().any(|domain| host.ends_with(domain));
    let is_stand_ins = is_loopback(base) && url.host() == base.host() && url.port() == base.port();
    (url.scheme() == "https" && is_alipays) || is_stand_ins
}

async fn download(client: &Client, url: Url) -> Result<File, GatewayError> {
    let call = Call {
        operation: Operation::Statement.as_str(),
        method: Method::GET,
        url,
        headers: Vec::new(),
        body: Bytes::new(),
        timeout: DOWNLOAD_TIMEOUT,
    };
    let mut download = client.transport.download(call).await?;
    if download.status() != 200 {
        return Err(GatewayError::Unknown(format!("the bill's address answers {}", download.status())));
    }
    let mut file = tempfile::tempfile().map_err(|e| GatewayError::NotSent(format!("no room for a bill: {e}")))?;
    let mut size = 0_u64;
    while let Some(piece) = download.next_piece().await? {
        size += piece.len() as u64;
        if size > MAX_ARCHIVE {
            return Err(GatewayError::Unknown("the bill is too large".to_owned()));
        }
        file.write_all(&piece).map_err(|e| GatewayError::Unknown(format!("the bill cannot be kept: {e}")))?;
    }
    Ok(file)
}

/// Finds the file that lists the movements, by what it says of itself: names are GBK without saying so.
///
/// # Errors
/// What is wrong with the archive.
pub fn unpack(archive: File, kind: StatementKind, merchant: Merchant) -> Result<Statement, String> {
    let broken = |e: zip::result::ZipError| format!("the bill's archive cannot be read: {e}");
    let mut archive = zip::ZipArchive::new(BufReader::new(archive)).map_err(broken)?;
    if archive.len() > MAX_ENTRIES {
        return Err("the bill's archive holds too many files".to_owned());
    }
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).map_err(broken)?;
        if entry.is_dir() {
            continue;
        }
        let mut head = Vec::new();
        entry.by_ref().take(4096).read_to_end(&mut head).map_err(|e| e.to_string())?;
        if !bill::is_detail(&head, kind) {
            continue;
        }
        let mut file = tempfile::tempfile().map_err(|e| e.to_string())?;
        let (mut digests, mut size) = (StreamDigests::new(), 0_u64);
        let mut content = std::io::Cursor::new(head).chain(entry).take(MAX_FILE + 1);
        let mut piece = vec![0; 64 * 1024];
        loop {
            let read = content.read(&mut piece).map_err(|e| format!("the bill is damaged: {e}"))?;
            let Some(piece) = piece.get(..read).filter(|piece| !piece.is_empty()) else { break };
            digests.update(piece);
            size += read as u64;
            file.write_all(piece).map_err(|e| e.to_string())?;
        }
        if size > MAX_FILE {
            return Err("the bill is too large when unpacked".to_owned());
        }
        file.seek(SeekFrom::Start(0)).map_err(|e| e.to_string())?;
        let rows = Bill::new(BufReader::new(file), kind, merchant);
        return Ok(Statement { sha256: digests.finish().sha256, size_bytes: size, rows: Box::new(rows) });
    }
    Err("the bill's archive holds no list of movements".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bills_come_from_alipay_or_the_very_stand_in() {
        let allowed = |url: &str, base: &str| is_download_host(&Url::parse(url).unwrap(), &Url::parse(base).unwrap());
        let real = "https://openapi.alipay.com";
        assert!(allowed("https://dwbillcenter.alipay.com/downloadBillFile.resource?x=1", real));
        assert!(!allowed("http://dwbillcenter.alipay.com/x", real));
        assert!(!allowed("https://dwbillcenter.alipay.com.example.com/x", real));
        assert!(!allowed("https://alipay.com.example/x", real));
        assert!(!allowed("http://127.0.0.1:80/x", real));
        assert!(!allowed("http://169.254.169.254/x", real));
        assert!(allowed("http://127.0.0.1:8090/bill.zip", "http://127.0.0.1:8090"));
        assert!(!allowed("http://127.0.0.1:8091/bill.zip", "http://127.0.0.1:8090"));
    }

    #[test]
    fn a_missing_bill_is_late_before_it_is_empty() {
        let wanted = StatementToFetch { date: jiff::civil::date(2026, 1, 1), kind: StatementKind::Trade };
        let at = |text| Timestamp::parse_rfc3339(text).unwrap();
        assert!(!is_long_over(&wanted, at("2026-01-02T10:00:00+08:00")));
        assert!(is_long_over(&wanted, at("2026-01-03T13:00:00+08:00")));
        for code in ["isp.bill_not_exist", "BILL_NOT_EXIST", "NO_BILL_DATA"] {
            assert!(is_no_bill(code), "{code}");
        }
        assert!(!is_no_bill("INVAILID_ARGUMENTS"));
    }
}

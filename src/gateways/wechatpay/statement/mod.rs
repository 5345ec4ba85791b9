//! Fetches one day's bill (对账单): asks where it lies, downloads it at once, proves its bytes by the hash that
//! the signed answer named. Promises: bounded memory; a file with another hash is never read.

pub mod bill;
mod layout;
mod spool;

use std::io::{BufReader, Seek as _};

use bytes::Bytes;
use reqwest::Method;
use serde::Deserialize;
use tempfile::SpooledTempFile;
use tokio::sync::mpsc;
use url::Url;

use self::bill::Bill;
use self::spool::Spool;
use super::client::{Client, address};
use super::errors::{self, Operation};
use super::party::Party;
use super::settings::is_real_host;
use crate::crypto::digest::StreamHashes;
use crate::gateways::GatewayError;
use crate::gateways::statement::{Fetched, Statement, StatementKind, StatementToFetch};
use crate::gateways::transport::MAX_ANSWER;

/// The largest bill that is kept, in bytes after unpacking: some eight million rows.
const MAX_BYTES: u64 = 2 * 1024 * 1024 * 1024;
/// Pieces of a download that may wait for the disk.
const WAITING_PIECES: usize = 4;

/// Where a bill lies, as WeChat says in a signed answer.
#[derive(Deserialize)]
struct Location {
    hash_type: String,
    hash_value: String,
    download_url: String,
}

/// A bill on this machine, not yet compared with its hash.
struct Kept {
    file: SpooledTempFile,
    hashes: StreamHashes,
    size_bytes: u64,
}

pub(super) async fn fetch(client: &Client, party: &Party, wanted: &StatementToFetch) -> Result<Fetched, GatewayError> {
    let target = target(party, wanted)?;
    // WeChat's advice for a file that differs from its hash: ask again.
    for _ in 0..2 {
        let location: Location = match client.call(Operation::Statement, Method::GET, &target, "").await {
            Ok(body) => super::read(&body)?,
            Err(GatewayError::Declined { code, .. }) if code == "NO_STATEMENT_EXIST" => return Ok(Fetched::Empty),
            Err(GatewayError::Declined { code, .. }) if code == "STATEMENT_CREATING" => return Ok(Fetched::NotReady),
            Err(error) => return Err(error),
        };
        if location.hash_type != "SHA1" {
            return Err(GatewayError::Unknown(format!("the bill has a hash of the kind {}", location.hash_type)));
        }
        let kept = download(client, &location).await?;
        if kept.hashes.sha1.eq_ignore_ascii_case(&location.hash_value) {
            let rows = Box::new(Bill::new(wanted.kind, BufReader::with_capacity(64 * 1024, kept.file)));
            let (sha256, size_bytes) = (kept.hashes.sha256, kept.size_bytes);
            return Ok(Fetched::Statement(Statement { sha256, size_bytes, rows }));
        }
        tracing::warn!(date = %wanted.date, size_bytes = kept.size_bytes, "a bill of WeChat Pay differs from its hash");
    }
    Err(GatewayError::Unknown("the bill does not have the hash that WeChat Pay named".to_owned()))
}

fn target(party: &Party, wanted: &StatementToFetch) -> Result<String, GatewayError> {
    let date = wanted.date;
    Ok(match (wanted.kind, party.sub_mchid()) {
        (StatementKind::Trade, None) => format!("/v3/bill/tradebill?bill_date={date}&bill_type=ALL&tar_type=GZIP"),
        (StatementKind::Trade, Some(sub)) => {
            format!("/v3/bill/tradebill?bill_date={date}&bill_type=ALL&tar_type=GZIP&sub_mchid={sub}")
        }
        (StatementKind::FundFlow, None) => {
            format!("/v3/bill/fundflowbill?bill_date={date}&account_type=BASIC&tar_type=GZIP")
        }
        // The provider's own fund flow says nothing of the sub-merchant's.
        (StatementKind::FundFlow, Some(_)) => {
            return Err(GatewayError::Misconfigured {
                code: "fund_flow_of_sub_merchant".to_owned(),
                fix: "WeChat Pay gives a service provider its sub-merchants' fund flow in another form, which is not \
                      read here: the sub-merchant finds it in its own console. Trade bills are complete."
                    .to_owned(),
            });
        }
    })
}

/// The answer to a download carries no signature: only the hash proves it.
async fn download(client: &Client, location: &Location) -> Result<Kept, GatewayError> {
    let (url, target) = download_address(&client.base, &location.download_url)?;
    let mut download = client.open_file(url, &target).await?;
    if !(200..=299).contains(&download.status()) {
        let mut body = Vec::new();
        while let Some(piece) = download.next_piece().await? {
            if body.len() + piece.len() > MAX_ANSWER {
                break;
            }
            body.extend_from_slice(&piece);
        }
        return Err(errors::read(Operation::Download, download.status(), &body));
    }
    let (to_disk, pieces) = mpsc::channel(WAITING_PIECES);
    let keeping = tokio::task::spawn_blocking(move || keep(pieces));
    let mut arrived = Ok(());
    loop {
        match download.next_piece().await {
            Ok(Some(piece)) => {
                // Who keeps them has given up, and says why below.
                if to_disk.send(piece).await.is_err() {
                    break;
                }
            }
            Ok(None) => break,
            Err(error) => {
                arrived = Err(GatewayError::from(error));
                break;
            }
        }
    }
    drop(to_disk);
    let kept = keeping.await;
    arrived?;
    let unusable = |why: &dyn std::fmt::Display| GatewayError::Unknown(format!("the bill cannot be kept: {why}"));
    kept.map_err(|e| unusable(&e))?.map_err(|e| unusable(&e))
}

fn keep(mut pieces: mpsc::Receiver<Bytes>) -> std::io::Result<Kept> {
    let mut spool = Spool::new(MAX_BYTES);
    while let Some(piece) = pieces.blocking_recv() {
        spool.take_in(&piece)?;
    }
    let (mut file, hashes, size_bytes) = spool.finish()?;
    file.rewind()?;
    Ok(Kept { file, hashes, size_bytes })
}

/// Only WeChat Pay itself, or the very stand-in, is asked, and with path and query untouched: they are signed.
fn download_address(base: &Url, text: &str) -> Result<(Url, String), GatewayError> {
    let elsewhere = || GatewayError::Unknown("the bill lies at an address that is not WeChat Pay's".to_owned());
    let (scheme, rest) = text.split_once("://").ok_or_else(elsewhere)?;
    let (authority, _) = rest.split_once('/').ok_or_else(elsewhere)?;
    let target = rest.get(authority.len()..).ok_or_else(elsewhere)?;
    let host = Url::parse(&format!("{scheme}://{authority}")).map_err(|_| elsewhere())?;
    let is_ours = host.origin() == base.origin()
        || (is_real_host(base.as_str()) && is_real_host(host.as_str()) && host.username().is_empty());
    if !is_ours {
        return Err(elsewhere());
    }
    Ok((address(&host, target)?, target.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bills_are_fetched_from_wechat_or_the_stand_in_and_nowhere_else() {
        let at = |base: &str, text: &str| download_address(&Url::parse(base).unwrap(), text).map(|(_, target)| target);
        let live = "https://api.mch.weixin.qq.com";
        let file =
            "/v3/billdownload/file?token=6XIv5TUPto7pByrTQKhd6kwvyKLG2uY2wMMR8cNXqaA_Cv_isgaUtBzp4QtiozLO&tartype=gzip";
        assert_eq!(at(live, &format!("{live}{file}")).as_deref(), Ok(file));
        assert!(at(live, &format!("https://api2.mch.weixin.qq.com{file}")).is_ok());
        assert!(at("http://127.0.0.1:8090", &format!("http://127.0.0.1:8090{file}")).is_ok());
        for wrong in [
            format!("https://api.mch.weixin.qq.com.example.com{file}"),
            format!("https://api.mch.weixin.qq.com@example.com{file}"),
            format!("http://api.mch.weixin.qq.com{file}"),
            format!("http://127.0.0.1:8090{file}"),
            "https://api.mch.weixin.qq.com".to_owned(),
            "file:///etc/passwd".to_owned(),
            format!("{live}/v3/../x"),
            String::new(),
        ] {
            assert!(at(live, &wrong).is_err(), "{wrong}");
        }
        assert!(at("http://127.0.0.1:8090", &format!("http://127.0.0.1:8091{file}")).is_err());
    }
}

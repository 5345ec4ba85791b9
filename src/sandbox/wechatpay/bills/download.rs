//! Handing a bill file over: the request is signed, the answer is not (§4.4, §12.2).

use std::io::Write as _;

use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse};
use flate2::Compression;
use flate2::write::GzEncoder;
use futures_util::stream;

use super::synthetic::Chunks;
use super::{Content, Link};
use crate::clock::Timestamp;
use crate::sandbox::wechatpay::WeChatPay;
use crate::sandbox::wechatpay::authorization::SignedRequest;
use crate::sandbox::wechatpay::book::BookCall;
use crate::sandbox::wechatpay::calls::{Answer, authorize, refused, reset};
use crate::sandbox::wechatpay::errors::Refusal;
use crate::sandbox::wechatpay::faults::{FaultKind, Operation, take};
use crate::sandbox::wechatpay::merchants::Merchant;

const CHUNK_BYTES: usize = 64 * 1024;

type Pieces = Box<dyn Iterator<Item = Vec<u8>>>;

/// `GET /v3/billdownload/file?token=…`.
pub(in crate::sandbox::wechatpay) async fn download(pay: &WeChatPay, request: &HttpRequest) -> HttpResponse {
    let target = request.uri().path_and_query().map_or("/", |target| target.as_str());
    let signed = SignedRequest { method: request.method().as_str(), target, body: b"" };
    let now = pay.clock.now();
    let mchid = match authorize(pay, request.headers(), &signed, now) {
        Ok(mchid) => mchid,
        Err(refusal) => return refused(&refusal),
    };
    let (fault, found) = {
        let mut guard = pay.lock();
        let state = &mut *guard;
        let fault = take(&mut state.faults, Operation::BillDownload, &mchid, &[]);
        let Some(merchant) = state.merchants.get_mut(&mchid) else {
            return refused(&Refusal::signature("商户号不存在"));
        };
        let found = find(merchant, request.query_string(), now);
        let told = found.as_ref().map(|_| Answer::Json(serde_json::Value::Null)).map_err(Clone::clone);
        merchant.note_call(BookCall::of(Operation::BillDownload, None, &told, fault.as_ref(), now));
        (fault, found)
    };
    match &fault {
        Some(FaultKind::ResetBeforeCommit | FaultKind::ResetAfterCommit) => return reset(),
        Some(FaultKind::ErrorBeforeCommit { status, code } | FaultKind::ErrorAfterCommit { status, code }) => {
            return refused(&Refusal::new(*status, code, "沙箱模拟的错误"));
        }
        Some(FaultKind::Delay { delay_ms }) => tokio::time::sleep(std::time::Duration::from_millis(*delay_ms)).await,
        _ => {}
    }
    match found {
        Err(refusal) if fault == Some(FaultKind::LegacySpelling) => refused(&refusal.in_old_spelling()),
        Err(refusal) => refused(&refusal),
        Ok(pieces) => sent(pieces, fault == Some(FaultKind::Truncated)),
    }
}

/// The file behind a link, compressed if that was asked for.
fn find(merchant: &Merchant, query: &str, now: Timestamp) -> Result<Pieces, Refusal> {
    let token = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "token");
    let link: Option<&Link> = token.and_then(|(_, token)| merchant.bills.links.get(token.as_ref()));
    let link = link.filter(|link| now < link.expires_at);
    let link = link.ok_or_else(|| Refusal::resource_missing("账单下载链接无效或已过期，请重新申请账单"))?;
    let plain: Pieces = match &link.content {
        Content::Book(file) => {
            let pieces: Vec<Vec<u8>> = file.chunks(CHUNK_BYTES).map(<[u8]>::to_vec).collect();
            Box::new(pieces.into_iter())
        }
        Content::Synthetic { day, rows } => {
            Box::new(Chunks::new(day.clone(), merchant.appid.clone(), merchant.mchid.clone(), *rows))
        }
    };
    Ok(if link.is_gzip { Box::new(Gzip::of(plain)) } else { plain })
}

/// Compresses piece by piece, so that no whole file is ever held.
struct Gzip {
    plain: Pieces,
    encoder: Option<GzEncoder<Vec<u8>>>,
}

impl Gzip {
    fn of(plain: Pieces) -> Self {
        Self { plain, encoder: Some(GzEncoder::new(Vec::new(), Compression::fast())) }
    }
}

impl Iterator for Gzip {
    type Item = Vec<u8>;

    fn next(&mut self) -> Option<Vec<u8>> {
        loop {
            let Some(piece) = self.plain.next() else {
                return self.encoder.take()?.finish().ok();
            };
            let encoder = self.encoder.as_mut()?;
            encoder.write_all(&piece).ok()?;
            let ready = std::mem::take(encoder.get_mut());
            if !ready.is_empty() {
                return Some(ready);
            }
        }
    }
}

fn sent(pieces: Pieces, is_truncated: bool) -> HttpResponse {
    let mut response = HttpResponse::Ok();
    response.content_type("application/octet-stream");
    if !is_truncated {
        return response.streaming(stream::iter(pieces.map(|piece| Ok::<_, std::io::Error>(Bytes::from(piece)))));
    }
    let mut first: Vec<u8> = pieces.take(1).flatten().collect();
    first.truncate(first.len() / 2);
    let broken = Err(std::io::Error::from(std::io::ErrorKind::ConnectionReset));
    response.force_close().streaming(stream::iter([Ok(Bytes::from(first)), broken]))
}

//! Handing a bill file over: no signature, only the token in the link (§14.1).

use actix_web::HttpResponse;
use actix_web::web::Bytes;
use futures_util::stream;

use super::Pieces;

/// Where links lead, below the sandbox's own address.
pub(in crate::sandbox::alipay) const PATH: &str = "/downloadBillFile.resource";

/// The file, or the page that says its link is dead. `is_truncated` breaks the connection in
/// the middle of the first piece.
pub(in crate::sandbox::alipay) fn answer(found: Option<Pieces>, is_truncated: bool) -> HttpResponse {
    let Some(pieces) = found else {
        return HttpResponse::Forbidden()
            .content_type("text/html; charset=utf-8")
            .body("<!doctype html><title>账单下载</title><p>下载链接无效或已过期，请重新获取。</p>");
    };
    let mut response = HttpResponse::Ok();
    response.content_type("application/zip");
    if !is_truncated {
        return response.streaming(stream::iter(pieces.map(|piece| Ok::<_, std::io::Error>(Bytes::from(piece)))));
    }
    // The first pieces of an archive may be headers only.
    let mut first: Vec<u8> = pieces.take(2).flatten().collect();
    first.truncate(first.len() / 2);
    let broken = Err(std::io::Error::from(std::io::ErrorKind::ConnectionReset));
    response.force_close().streaming(stream::iter([Ok(Bytes::from(first)), broken]))
}

//! What every stand-in does with a connection.

use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse};

/// Ends the connection without an answer: the body fails before its first byte, so the
/// server gives the connection up with the head still unsent.
pub(super) fn reset() -> HttpResponse {
    let failure = Err::<Bytes, _>(std::io::Error::from(std::io::ErrorKind::ConnectionReset));
    HttpResponse::Ok().force_close().streaming(futures_util::stream::iter([failure]))
}

/// Where the stand-in was called; no trailing slash.
pub(super) fn base_url(request: &HttpRequest) -> String {
    let info = request.connection_info();
    format!("{}://{}", info.scheme(), info.host())
}

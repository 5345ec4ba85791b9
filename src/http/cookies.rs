//! The few cookies of our pages. Promises: no script reads them, other sites' requests do not carry them,
//! and over https they travel over https only. Values are our own letters, digits, dots and underscores.

use actix_web::HttpRequest;
use actix_web::http::header::COOKIE;

/// The cookies that came, by name.
pub fn all(request: &HttpRequest) -> impl Iterator<Item = (&str, &str)> {
    let lines = request.headers().get_all(COOKIE).filter_map(|value| value.to_str().ok());
    lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='))
}

/// The first cookie of that name.
#[must_use]
pub fn read<'a>(request: &'a HttpRequest, name: &str) -> Option<&'a str> {
    all(request).find(|(known, _)| *known == name).map(|(_, value)| value)
}

/// A `Set-Cookie` header. A shopper comes back from a gateway's page, so the cookie must come along on links
/// from other sites (`Lax`), never on their forms and pictures.
#[must_use]
pub fn set(public_url: &str, name: &str, value: &str, max_age_s: i64) -> (&'static str, String) {
    let secure = if public_url.starts_with("https://") { "; Secure" } else { "" };
    ("set-cookie", format!("{name}={value}; Path=/; Max-Age={max_age_s}; HttpOnly; SameSite=Lax{secure}"))
}

/// A `Set-Cookie` header that ends a cookie.
#[must_use]
pub fn end(public_url: &str, name: &str) -> (&'static str, String) {
    set(public_url, name, "", 0)
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn a_cookie_is_found_among_others() {
        let request = TestRequest::default().insert_header(("cookie", "a=1; luodi=x.y; b=; luodi=z")).to_http_request();
        assert_eq!(read(&request, "luodi"), Some("x.y"));
        assert_eq!(read(&request, "b"), Some(""));
        assert_eq!(read(&request, "c"), None);
        assert_eq!(read(&TestRequest::default().to_http_request(), "a"), None);
    }

    #[test]
    fn a_cookie_is_kept_from_scripts_and_strangers() {
        let (_, live) = set("https://pay.shop.example", "luodi", "x", 60);
        assert_eq!(live, "luodi=x; Path=/; Max-Age=60; HttpOnly; SameSite=Lax; Secure");
        let (_, local) = end("http://127.0.0.1:8080", "luodi");
        assert_eq!(local, "luodi=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax");
    }
}

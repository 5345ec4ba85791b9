//! What our pages may load and do, and how far that opens where a gateway has its own part on one of them.
//!
//! Promised: a gateway's hosts stand in the one directive that needs them, on the one page that does.

use url::{Host, Url};

/// Every page answer carries it.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
     img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// The policy of a page with a form that goes to a gateway, and nowhere else. `None` for no web address.
#[must_use]
pub fn with_form_to(gateway_url: &str) -> Option<String> {
    let there = hosts_of(gateway_url)?;
    Some(CONTENT_SECURITY_POLICY.replace("form-action 'self'", &format!("form-action {there}")))
}

/// The policy of a page with a gateway's page in a frame, which in the end leads back to a page of ours.
#[must_use]
pub fn with_frame_of(gateway_url: &str) -> Option<String> {
    Some(format!("{CONTENT_SECURITY_POLICY}; frame-src 'self' {}", hosts_of(gateway_url)?))
}

/// The policy of a page that our own pages may frame. It stands where a gateway's page stood, which may use
/// scripts and its own origin: ours does not take that over.
#[must_use]
pub fn within_own_frame() -> String {
    format!("{}; sandbox", CONTENT_SECURITY_POLICY.replace("frame-ancestors 'none'", "frame-ancestors 'self'"))
}

/// The gateway's origin, and over https its neighbours: gateways lead on to other hosts of theirs, such as from
/// openapi.alipay.com to excashier.alipay.com, and browsers hold forms and frames to the policy at every step.
fn hosts_of(gateway_url: &str) -> Option<String> {
    let url = Url::parse(gateway_url).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
    let origin = url.origin().ascii_serialization();
    let neighbours = match url.host()? {
        Host::Domain(name) if url.scheme() == "https" => name.split_once('.').map(|(_, domain)| domain),
        _ => None,
    };
    let port = url.port().map_or_else(String::new, |port| format!(":{port}"));
    Some(match neighbours.filter(|domain| domain.contains('.')) {
        Some(domain) => format!("{origin} https://*.{domain}{port}"),
        None => origin,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gateway_is_let_in_by_one_directive_with_its_neighbours() {
        let form = with_form_to("https://openapi.alipay.com/gateway.do?charset=utf-8").unwrap();
        assert!(form.contains("; form-action https://openapi.alipay.com https://*.alipay.com; "), "{form}");
        assert!(form.contains("frame-ancestors 'none'") && !form.contains("frame-src"), "{form}");
        let frame = with_frame_of("http://127.0.0.1:8090/alipay/gateway.do?x=1").unwrap();
        assert_eq!(frame, format!("{CONTENT_SECURITY_POLICY}; frame-src 'self' http://127.0.0.1:8090"));
        let port = with_form_to("https://gateway.test.95516.com:9443/x").unwrap();
        assert!(port.contains("https://gateway.test.95516.com:9443 https://*.test.95516.com:9443;"), "{port}");
    }

    #[test]
    fn no_whole_country_is_let_in_and_nothing_but_the_web() {
        assert!(with_form_to("https://alipay.com/x").unwrap().contains("form-action https://alipay.com;"));
        for address in ["javascript:alert(1)", "alipays://x", "data:text/html,x", "/x", ""] {
            assert_eq!((with_form_to(address), with_frame_of(address)), (None, None), "{address}");
        }
    }
}

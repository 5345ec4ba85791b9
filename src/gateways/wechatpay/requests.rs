//! The exact bytes of WeChat Pay requests. They are stored before they are sent and repeated as they
//! are: a repeat that differs in one parameter is refused.

use std::net::IpAddr;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use url::Url;

use crate::clock::Timestamp;
use crate::gateways::transport::is_loopback;
use crate::gateways::{DeclineReason, GatewayError, OrderToOpen, RefundToRequest};

pub(super) const NATIVE: &str = "/v3/pay/transactions/native";
pub(super) const REFUNDS: &str = "/v3/refund/domestic/refunds";
pub(super) const CERTIFICATES: &str = "/v3/certificates";

/// Everything but RFC 3986's unreserved characters. What is signed is what is sent.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// Path and query that ask for an order.
pub(super) fn order_target(out_trade_no: &str, mchid: &str) -> String {
    let (number, mchid) = (utf8_percent_encode(out_trade_no, SEGMENT), utf8_percent_encode(mchid, SEGMENT));
    format!("/v3/pay/transactions/out-trade-no/{number}?mchid={mchid}")
}

pub(super) fn close_target(out_trade_no: &str) -> String {
    format!("/v3/pay/transactions/out-trade-no/{}/close", utf8_percent_encode(out_trade_no, SEGMENT))
}

pub(super) fn refund_target(out_refund_no: &str) -> String {
    format!("{REFUNDS}/{}", utf8_percent_encode(out_refund_no, SEGMENT))
}

#[derive(Serialize)]
struct NativeOrder<'a> {
    appid: &'a str,
    mchid: &'a str,
    description: &'a str,
    out_trade_no: &'a str,
    time_expire: String,
    notify_url: &'a str,
    amount: Total,
    #[serde(skip_serializing_if = "Option::is_none")]
    scene_info: Option<SceneInfo>,
}

#[derive(Serialize)]
struct Total {
    total: i64,
    currency: &'static str,
}

#[derive(Serialize)]
struct SceneInfo {
    payer_client_ip: String,
}

#[derive(Serialize)]
struct Refund<'a> {
    out_trade_no: &'a str,
    out_refund_no: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    notify_url: &'a str,
    amount: RefundAmount,
}

#[derive(Serialize)]
struct RefundAmount {
    refund: i64,
    total: i64,
    currency: &'static str,
}

#[derive(Serialize)]
struct Close<'a> {
    mchid: &'a str,
}

/// What the requests say of the account, and what it may do.
#[derive(Debug, Clone, Copy)]
pub(super) struct Party<'a> {
    pub mchid: &'a str,
    pub appid: &'a str,
    /// Notifications may be sent to this machine over http: only when the gateway is a stand-in on it.
    pub local_notifications: bool,
}

/// The body that opens a Native order.
pub(super) fn native_order(party: Party<'_>, order: &OrderToOpen, now: Timestamp) -> Result<String, GatewayError> {
    check_number("out_trade_no", &order.out_trade_no, 6, 32, "_-|*")?;
    check_notify_url(&order.notify_url, 255, party.local_notifications)?;
    let description = sendable_text(&order.description, 127);
    if description.is_empty() {
        return Err(refuse("description_empty", "the description has no character that WeChat Pay accepts"));
    }
    if order.amount.is_zero() {
        return Err(refuse("amount_zero", "the amount must be at least 1 fen"));
    }
    if order.expires_at <= now {
        return Err(refuse("expired", "the order would expire before it is opened"));
    }
    // WeChat moves anything closer than a minute itself, and refuses what lies beyond its ceiling.
    let time_expire = order.expires_at.clamp(now.plus_s(MIN_LIFETIME_S), now.plus_s(MAX_LIFETIME_S));
    let ip = order.shopper.ip.as_deref().and_then(|ip| ip.parse::<IpAddr>().ok());
    to_json(&NativeOrder {
        appid: party.appid,
        mchid: party.mchid,
        description: &description,
        out_trade_no: &order.out_trade_no,
        time_expire: time_expire.to_beijing_rfc3339(),
        notify_url: &order.notify_url,
        amount: Total { total: order.amount.get(), currency: "CNY" },
        scene_info: ip.map(|ip| SceneInfo { payer_client_ip: ip.to_canonical().to_string() }),
    })
}

const MIN_LIFETIME_S: i64 = 60;
const MAX_LIFETIME_S: i64 = 7 * 24 * 3600;

/// The body that asks for a refund.
pub(super) fn refund(party: Party<'_>, refund: &RefundToRequest) -> Result<String, GatewayError> {
    check_number("out_trade_no", &refund.out_trade_no, 6, 32, "_-|*")?;
    check_number("out_refund_no", &refund.out_refund_no, 1, 64, "_-|*@")?;
    check_notify_url(&refund.notify_url, 256, party.local_notifications)?;
    if refund.amount.is_zero() || refund.amount > refund.order_amount {
        return Err(refuse("refund_amount", "a refund is at least 1 fen and at most what the order cost"));
    }
    to_json(&Refund {
        out_trade_no: &refund.out_trade_no,
        out_refund_no: &refund.out_refund_no,
        reason: refund.reason.as_deref().map(|r| sendable_text(r, 80)).filter(|r| !r.is_empty()),
        notify_url: &refund.notify_url,
        amount: RefundAmount { refund: refund.amount.get(), total: refund.order_amount.get(), currency: "CNY" },
    })
}

pub(super) fn close(mchid: &str) -> Result<String, GatewayError> {
    to_json(&Close { mchid })
}

/// Drops what WeChat rejects or mangles: characters of four bytes (emoji) and control characters.
fn sendable_text(text: &str, max_chars: usize) -> String {
    let kept: String =
        text.chars().map(|c| if c.is_control() { ' ' } else { c }).filter(|c| c.len_utf8() < 4).collect();
    let cut: String = kept.trim().chars().take(max_chars).collect();
    cut.trim_end().to_owned()
}

fn check_number(name: &str, number: &str, min: usize, max: usize, marks: &str) -> Result<(), GatewayError> {
    let fits =
        (min..=max).contains(&number.len()) && number.chars().all(|c| c.is_ascii_alphanumeric() || marks.contains(c));
    if fits { Ok(()) } else { Err(refuse(name, "the number has a length or a character that WeChat Pay refuses")) }
}

fn check_notify_url(text: &str, max: usize, local: bool) -> Result<(), GatewayError> {
    let fits = text.len() <= max
        && Url::parse(text).is_ok_and(|url| {
            let scheme_fits = url.scheme() == "https" || (local && url.scheme() == "http" && is_loopback(&url));
            scheme_fits && url.query().is_none() && url.fragment().is_none()
        });
    if fits {
        return Ok(());
    }
    Err(GatewayError::Misconfigured {
        code: "notify_url".to_owned(),
        fix: format!(
            "WeChat Pay sends notifications to public https addresses of at most {max} characters without a \
             query: set the public address of this service."
        ),
    })
}

fn refuse(code: &str, message: &str) -> GatewayError {
    GatewayError::Declined { reason: DeclineReason::Other, code: code.to_owned(), message: message.to_owned() }
}

fn to_json(value: &impl Serialize) -> Result<String, GatewayError> {
    serde_json::to_string(value).map_err(|e| refuse("unserialisable", &e.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::Fen;
    use crate::payments::attempt::{Flow, Shopper};

    const PARTY: Party<'_> = Party { mchid: "1900007291", appid: "wx2421b1c4370ec43b", local_notifications: false };

    fn now() -> Timestamp {
        Timestamp::parse_rfc3339("2026-01-01T12:00:00+08:00").unwrap()
    }

    fn order() -> OrderToOpen {
        OrderToOpen {
            flow: Flow::Qr,
            out_trade_no: "LD20260101000001".to_owned(),
            amount: Fen::new(100).unwrap(),
            description: "形象店 🐼 QQ公仔\n".to_owned(),
            expires_at: now().plus_s(1800),
            notify_url: "https://shop.example/notify/wechatpay/acc_1".to_owned(),
            shopper: Shopper { ip: Some("::ffff:203.0.113.7".to_owned()), ..Shopper::default() },
        }
    }

    #[test]
    fn a_native_order_is_these_bytes() {
        assert_eq!(
            native_order(PARTY, &order(), now()).unwrap(),
            "{\"appid\":\"wx2421b1c4370ec43b\",\"mchid\":\"1900007291\",\"description\":\"形象店  QQ公仔\",\
             \"out_trade_no\":\"LD20260101000001\",\"time_expire\":\"2026-01-01T12:30:00+08:00\",\
             \"notify_url\":\"https://shop.example/notify/wechatpay/acc_1\",\
             \"amount\":{\"total\":100,\"currency\":\"CNY\"},\"scene_info\":{\"payer_client_ip\":\"203.0.113.7\"}}"
        );
    }

    #[test]
    fn lifetimes_stay_between_a_minute_and_seven_days() {
        let expiry = |expires_at| {
            let body = native_order(PARTY, &OrderToOpen { expires_at, ..order() }, now()).unwrap();
            serde_json::from_str::<serde_json::Value>(&body).unwrap()["time_expire"].as_str().unwrap().to_owned()
        };
        assert_eq!(expiry(now().plus_s(1)), "2026-01-01T12:01:00+08:00");
        assert_eq!(expiry(now().plus_s(30 * 24 * 3600)), "2026-01-08T12:00:00+08:00");
        assert!(native_order(PARTY, &OrderToOpen { expires_at: now(), ..order() }, now()).is_err());
    }

    #[test]
    fn what_wechat_would_refuse_is_refused_here() {
        let refused = |order: OrderToOpen| native_order(PARTY, &order, now()).is_err();
        assert!(refused(OrderToOpen { amount: Fen::ZERO, ..order() }));
        assert!(refused(OrderToOpen { out_trade_no: "short".to_owned(), ..order() }));
        assert!(refused(OrderToOpen { out_trade_no: "../../../x".to_owned(), ..order() }));
        assert!(refused(OrderToOpen { description: "🐼🐼".to_owned(), ..order() }));
        for url in ["http://shop.example/n", "http://127.0.0.1/n", "https://shop.example/n?a=1", "shop"] {
            assert!(refused(OrderToOpen { notify_url: url.to_owned(), ..order() }), "{url}");
        }
        let local = Party { local_notifications: true, ..PARTY };
        let here = OrderToOpen { notify_url: "http://127.0.0.1:8080/n".to_owned(), ..order() };
        assert!(native_order(local, &here, now()).is_ok());
    }

    #[test]
    fn a_refund_is_these_bytes_and_never_more_than_the_order() {
        let wanted = RefundToRequest {
            out_trade_no: "LD20260101000001".to_owned(),
            out_refund_no: "LDR1".to_owned(),
            amount: Fen::new(40).unwrap(),
            order_amount: Fen::new(100).unwrap(),
            reason: Some("七天无理由".to_owned()),
            notify_url: "https://shop.example/n".to_owned(),
        };
        assert_eq!(
            refund(PARTY, &wanted).unwrap(),
            "{\"out_trade_no\":\"LD20260101000001\",\"out_refund_no\":\"LDR1\",\"reason\":\"七天无理由\",\
             \"notify_url\":\"https://shop.example/n\",\
             \"amount\":{\"refund\":40,\"total\":100,\"currency\":\"CNY\"}}"
        );
        assert!(refund(PARTY, &RefundToRequest { amount: Fen::new(101).unwrap(), ..wanted }).is_err());
    }

    #[test]
    fn numbers_in_paths_are_encoded_once() {
        assert_eq!(order_target("A|B*1", "1900007291"), "/v3/pay/transactions/out-trade-no/A%7CB%2A1?mchid=1900007291");
        assert_eq!(refund_target("R@1"), "/v3/refund/domestic/refunds/R%401");
    }
}

//! The exact content of Alipay requests. It is stored before it is sent and repeated as it is: the same
//! order number with other content is refused. Signature and time are made anew for every sending.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};
use url::Url;

use super::values;
use crate::clock::Timestamp;
use crate::gateways::shopper::not_a_payer_code;
use crate::gateways::transport::is_loopback;
use crate::gateways::{DeclineReason, GatewayError, OrderToOpen, RefundToRequest};
use crate::money::Fen;
use crate::payments::attempt::{Flow, GatewayName};

/// Side of the bare code that Alipay draws into a frame, in pixels.
pub(super) const FRAME_CODE_PX: u16 = 220;

/// Which of Alipay's products opens the order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Product {
    /// 当面付: a code to scan.
    Precreate,
    /// 电脑网站支付.
    Page,
    /// The same, as nothing but a code in a frame.
    Frame,
    /// 手机网站支付.
    Wap,
    /// APP支付.
    App,
    /// 小程序支付, and pages inside Alipay.
    Create,
    /// 付款码支付.
    Pay,
}

impl Product {
    /// Alipay's name of the call.
    pub(super) const fn method(self) -> &'static str {
        match self {
            Self::Precreate => "alipay.trade.precreate",
            Self::Page | Self::Frame => "alipay.trade.page.pay",
            Self::Wap => "alipay.trade.wap.pay",
            Self::App => "alipay.trade.app.pay",
            Self::Create => "alipay.trade.create",
            Self::Pay => "alipay.trade.pay",
        }
    }

    const fn code(self) -> Option<&'static str> {
        match self {
            Self::Page | Self::Frame => Some("FAST_INSTANT_TRADE_PAY"),
            Self::Wap => Some("QUICK_WAP_WAY"),
            Self::App => Some("QUICK_MSECURITY_PAY"),
            Self::Precreate | Self::Create | Self::Pay => None,
        }
    }

    /// The shortest life Alipay accepts, in seconds.
    const fn min_lifetime_s(self) -> i64 {
        match self {
            Self::Wap | Self::App => 300,
            _ => 60,
        }
    }
}

/// How much longer than promised an order may be payable, in seconds: Alipay's shortest lives, and a minute
/// for clocks.
pub(super) const fn lifetime_margin_s(flow: Flow) -> i64 {
    match flow {
        Flow::Wap | Flow::App => 360,
        _ => 120,
    }
}

const MAX_LIFETIME_S: i64 = 15 * 24 * 3600;

/// A stored request that opens an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct PreparedTrade {
    pub product: Product,
    pub notify_url: String,
    pub biz_content: String,
}

/// A stored request for a refund, with what the answer leaves out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct PreparedRefund {
    pub out_trade_no: String,
    pub out_refund_no: String,
    pub amount: Fen,
    pub order_amount: Fen,
    pub biz_content: String,
}

#[derive(Serialize)]
struct Trade<'a> {
    out_trade_no: &'a str,
    total_amount: String,
    subject: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    product_code: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    time_expire: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    qr_pay_mode: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    qrcode_width: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scene: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    auth_code: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    buyer_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    buyer_open_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    op_app_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    business_params: Option<BusinessParams>,
}

#[derive(Serialize)]
struct BusinessParams {
    /// Alipay's risk control expects it.
    mc_create_trade_ip: String,
}

#[derive(Serialize)]
struct Refund<'a> {
    out_trade_no: &'a str,
    refund_amount: String,
    out_request_no: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    refund_reason: Option<String>,
}

#[derive(Serialize)]
struct Numbered<'a> {
    out_trade_no: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    out_request_no: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    query_options: Option<[&'static str; 1]>,
}

#[derive(Serialize)]
struct Bill<'a> {
    bill_type: &'a str,
    bill_date: &'a str,
}

/// The request that opens an order. `local` lets notifications go to this machine over http: only when the
/// gateway is a stand-in on it.
pub(super) fn trade(
    product: Product,
    order: &OrderToOpen,
    local: bool,
    now: Timestamp,
) -> Result<String, GatewayError> {
    check_number("out_trade_no", &order.out_trade_no)?;
    check_notify_url(&order.notify_url, local)?;
    let subject = sendable_text(&order.description, 256);
    if subject.is_empty() {
        return Err(refuse("description", "the description has no character that Alipay accepts"));
    }
    if order.amount.is_zero() {
        return Err(refuse("amount", "an order is at least 1 fen"));
    }
    if order.expires_at <= now {
        return Err(refuse("expired", "the order would expire before it is opened"));
    }
    let shortest = now.plus_s(product.min_lifetime_s());
    let until = order.expires_at.clamp(shortest, now.plus_s(MAX_LIFETIME_S));
    let shopper = &order.shopper;
    let mut trade = Trade {
        out_trade_no: &order.out_trade_no,
        total_amount: order.amount.to_string(),
        subject: &subject,
        product_code: product.code(),
        time_expire: Some(values::beijing_time(until)),
        qr_pay_mode: None,
        qrcode_width: None,
        scene: None,
        auth_code: None,
        buyer_id: None,
        buyer_open_id: None,
        op_app_id: None,
        business_params: shopper
            .ip
            .as_deref()
            .and_then(|ip| ip.parse::<IpAddr>().ok())
            .map(|ip| BusinessParams { mc_create_trade_ip: ip.to_canonical().to_string() }),
    };
    match product {
        Product::Frame => {
            trade.qr_pay_mode = Some("4");
            trade.qrcode_width = Some(FRAME_CODE_PX.to_string());
        }
        Product::Pay => {
            trade.scene = Some("bar_code");
            trade.auth_code = Some(auth_code(shopper.auth_code.as_deref())?);
            // The till cancels it; a life under a minute cannot be asked for.
            trade.time_expire = None;
        }
        Product::Create => {
            let payer = shopper.payer_id.as_deref().filter(|p| !p.is_empty());
            let payer = payer.ok_or_else(|| refuse("payer_id", "this flow needs the shopper's id at Alipay"))?;
            if is_user_id(payer) {
                trade.buyer_id = Some(payer);
            } else {
                trade.buyer_open_id = Some(payer);
            }
            // Only mini programs have an application of their own to name.
            trade.op_app_id = shopper.app_id.as_deref();
            trade.product_code = trade.op_app_id.map(|_| "JSAPI_PAY");
        }
        Product::Precreate | Product::Page | Product::Wap | Product::App => {}
    }
    let biz_content = to_json(&trade)?;
    to_json(&PreparedTrade { product, notify_url: order.notify_url.clone(), biz_content })
}

/// The same order with another title; `None` when it is the same, or nothing of it can be sent.
pub(super) fn reworded(request: &str, description: &str) -> Option<String> {
    let mut trade: PreparedTrade = serde_json::from_str(request).ok()?;
    let mut content: serde_json::Map<String, serde_json::Value> = serde_json::from_str(&trade.biz_content).ok()?;
    let subject = serde_json::Value::String(sendable_text(description, 256));
    if subject == "" || content.get("subject") == Some(&subject) {
        return None;
    }
    content.insert("subject".to_owned(), subject);
    trade.biz_content = serde_json::to_string(&content).ok()?;
    serde_json::to_string(&trade).ok()
}

/// Where a shopper goes who leaves Alipay's mobile page half-way. Not part of what is stored: it is always
/// the same for one order.
pub(super) fn with_quit_url(biz_content: &str, quit_url: &str) -> Result<String, GatewayError> {
    with_member(biz_content, "quit_url", quit_url)
}

/// v3 wants the address of notifications in the body.
pub(super) fn with_notify_url(biz_content: &str, notify_url: &str) -> Result<String, GatewayError> {
    with_member(biz_content, "notify_url", notify_url)
}

fn with_member(object: &str, name: &str, value: &str) -> Result<String, GatewayError> {
    let open = object.strip_suffix('}').ok_or_else(|| refuse("unserialisable", "not an object"))?;
    let comma = if open.len() > 1 { "," } else { "" };
    Ok(format!("{open}{comma}\"{name}\":{}}}", to_json(&value)?))
}

/// The request for a refund.
pub(super) fn refund(refund: &RefundToRequest) -> Result<String, GatewayError> {
    check_number("out_trade_no", &refund.out_trade_no)?;
    check_number("out_refund_no", &refund.out_refund_no)?;
    if refund.amount.is_zero() || refund.amount > refund.order_amount {
        return Err(refuse("refund_amount", "a refund is at least 1 fen and at most what the order cost"));
    }
    let biz_content = to_json(&Refund {
        out_trade_no: &refund.out_trade_no,
        refund_amount: refund.amount.to_string(),
        out_request_no: &refund.out_refund_no,
        refund_reason: refund.reason.as_deref().map(|r| sendable_text(r, 256)).filter(|r| !r.is_empty()),
    })?;
    to_json(&PreparedRefund {
        out_trade_no: refund.out_trade_no.clone(),
        out_refund_no: refund.out_refund_no.clone(),
        amount: refund.amount,
        order_amount: refund.order_amount,
        biz_content,
    })
}

/// Names an order, to ask about it or to end it.
pub(super) fn numbered(out_trade_no: &str) -> Result<String, GatewayError> {
    to_json(&Numbered { out_trade_no, out_request_no: None, query_options: None })
}

/// Names a refund, to ask about it.
pub(super) fn refund_query(out_trade_no: &str, out_request_no: &str) -> Result<String, GatewayError> {
    let query_options = Some(["gmt_refund_pay"]);
    to_json(&Numbered { out_trade_no, out_request_no: Some(out_request_no), query_options })
}

pub(super) fn bill(bill_type: &str, bill_date: &str) -> Result<String, GatewayError> {
    to_json(&Bill { bill_type, bill_date })
}

/// A user number (`user_id`): 16 digits beginning 2088. Newer applications get open ids instead.
fn is_user_id(payer: &str) -> bool {
    payer.len() == 16 && payer.starts_with("2088") && payer.bytes().all(|b| b.is_ascii_digit())
}

/// What a till scans: 16 to 24 digits beginning 25 to 30, or a face code.
fn auth_code(code: Option<&str>) -> Result<&str, GatewayError> {
    let code = code.map(str::trim).unwrap_or_default();
    let prefix = code.get(..2).and_then(|p| p.parse::<u8>().ok());
    let is_bar_code = (16..=24).contains(&code.len())
        && code.bytes().all(|b| b.is_ascii_digit())
        && prefix.is_some_and(|p| (25..=30).contains(&p));
    let is_face_code = code.len() == 37 && code.starts_with("fp") && code.bytes().all(|b| b.is_ascii_alphanumeric());
    if is_bar_code || is_face_code {
        Ok(code)
    } else {
        let message = "a code of Alipay has 16 to 24 digits and begins with 25 to 30: scan it again";
        Err(not_a_payer_code(GatewayName::Alipay, message))
    }
}

/// Drops what Alipay rejects or mangles in titles: `/ = &`, quotation marks, control characters, emoji.
fn sendable_text(text: &str, max_chars: usize) -> String {
    let kept: String = text
        .chars()
        .map(|c| if c.is_control() || matches!(c, '/' | '=' | '&' | '"' | '\'') { ' ' } else { c })
        .filter(|c| c.len_utf8() < 4)
        .collect();
    let cut: String = kept.trim().chars().take(max_chars).collect();
    cut.trim_end().to_owned()
}

fn check_number(name: &str, number: &str) -> Result<(), GatewayError> {
    let fits = (1..=64).contains(&number.len()) && number.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if fits { Ok(()) } else { Err(refuse(name, "the number has a length or a character that Alipay refuses")) }
}

fn check_notify_url(text: &str, local: bool) -> Result<(), GatewayError> {
    let fits = text.len() <= 256
        && Url::parse(text)
            .is_ok_and(|url| url.fragment().is_none() && (url.scheme() == "https" || (local && is_loopback(&url))));
    if fits {
        return Ok(());
    }
    Err(GatewayError::Misconfigured {
        code: "notify_url".to_owned(),
        fix: "Alipay sends notifications to public https addresses of at most 256 characters: set the public address \
              of this service."
            .to_owned(),
    })
}

pub(super) fn refuse(code: &str, message: &str) -> GatewayError {
    GatewayError::Declined { reason: DeclineReason::Other, code: code.to_owned(), message: message.to_owned() }
}

fn to_json(value: &impl Serialize) -> Result<String, GatewayError> {
    serde_json::to_string(value).map_err(|e| refuse("unserialisable", &e.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::payments::attempt::Shopper;

    fn now() -> Timestamp {
        Timestamp::parse_rfc3339("2026-01-02T03:04:05+08:00").unwrap()
    }

    fn order() -> OrderToOpen {
        OrderToOpen {
            flow: Flow::Qr,
            out_trade_no: "LD20260101000001".to_owned(),
            amount: Fen::new(8880).unwrap(),
            description: "红茶 500g+糖&杯 50% 🐼".to_owned(),
            expires_at: now().plus_s(1800),
            notify_url: "https://shop.example/notify/alipay/acc_1".to_owned(),
            shopper: Shopper { ip: Some("::ffff:203.0.113.7".to_owned()), ..Shopper::default() },
        }
    }

    fn content(product: Product, order: &OrderToOpen) -> Result<String, GatewayError> {
        let stored = trade(product, order, false, now())?;
        Ok(serde_json::from_str::<PreparedTrade>(&stored).unwrap().biz_content)
    }

    #[test]
    fn an_order_is_these_bytes() {
        assert_eq!(
            content(Product::Precreate, &order()).unwrap(),
            "{\"out_trade_no\":\"LD20260101000001\",\"total_amount\":\"88.80\",\"subject\":\"红茶 500g+糖 杯 50%\",\
             \"time_expire\":\"2026-01-02 03:34:05\",\"business_params\":{\"mc_create_trade_ip\":\"203.0.113.7\"}}"
        );
        let wap = content(Product::Wap, &order()).unwrap();
        assert!(wap.contains("\"product_code\":\"QUICK_WAP_WAY\""));
        let with_quit = with_quit_url(&wap, "https://shop.example/\"").unwrap();
        assert!(with_quit.ends_with(",\"quit_url\":\"https://shop.example/\\\"\"}"), "{with_quit}");
    }

    #[test]
    fn lifetimes_stay_within_what_each_product_accepts() {
        let expiry = |product, expires_at| {
            let body = content(product, &OrderToOpen { expires_at, ..order() }).unwrap();
            serde_json::from_str::<serde_json::Value>(&body).unwrap()["time_expire"].as_str().unwrap().to_owned()
        };
        assert_eq!(expiry(Product::Precreate, now().plus_s(1)), "2026-01-02 03:05:05");
        assert_eq!(expiry(Product::Wap, now().plus_s(1)), "2026-01-02 03:09:05");
        assert_eq!(expiry(Product::Page, now().plus_s(30 * 24 * 3600)), "2026-01-17 03:04:05");
        assert!(content(Product::Page, &OrderToOpen { expires_at: now(), ..order() }).is_err());
    }

    #[test]
    fn the_payer_is_named_by_the_kind_of_id_he_has() {
        let with = |payer: Option<&str>, app: Option<&str>| {
            let shopper =
                Shopper { payer_id: payer.map(str::to_owned), app_id: app.map(str::to_owned), ..Shopper::default() };
            content(Product::Create, &OrderToOpen { shopper, ..order() })
        };
        assert!(with(Some("2088000000000002"), None).unwrap().contains("\"buyer_id\":\"2088000000000002\""));
        let mini = with(Some("074a1CcTG1LelxKe4xQC0zgNdId0nxi95b5lsNpazWYoCo5"), Some("2021000000000009")).unwrap();
        assert!(mini.contains("\"buyer_open_id\"") && mini.contains("\"product_code\":\"JSAPI_PAY\""), "{mini}");
        assert!(mini.contains("\"op_app_id\":\"2021000000000009\""));
        assert!(with(None, None).is_err());
    }

    #[test]
    fn only_codes_of_alipay_go_to_the_till() {
        let scanned = |code: &str| {
            let shopper = Shopper { auth_code: Some(code.to_owned()), ..Shopper::default() };
            content(Product::Pay, &OrderToOpen { shopper, ..order() })
        };
        for good in ["2812345678901234", "300000000000000000000000", &format!("fp{}", "a".repeat(35))] {
            let body = scanned(good).unwrap();
            assert!(body.contains(good) && !body.contains("time_expire"), "{body}");
        }
        for bad in ["", "134567890123456789", "28123", "3112345678901234", "28１2345678901234"] {
            assert!(scanned(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn what_alipay_would_refuse_is_refused_here() {
        let refused = |order: OrderToOpen| content(Product::Precreate, &order).is_err();
        assert!(refused(OrderToOpen { amount: Fen::ZERO, ..order() }));
        assert!(refused(OrderToOpen { out_trade_no: "LD-1".to_owned(), ..order() }));
        assert!(refused(OrderToOpen { description: "🐼/&".to_owned(), ..order() }));
        for url in ["http://shop.example/n", "http://127.0.0.1/n", "shop"] {
            assert!(refused(OrderToOpen { notify_url: url.to_owned(), ..order() }), "{url}");
        }
        let here = OrderToOpen { notify_url: "http://127.0.0.1:8080/n".to_owned(), ..order() };
        assert!(trade(Product::Precreate, &here, true, now()).is_ok());
    }

    #[test]
    fn another_title_changes_nothing_else() {
        let before = trade(Product::Precreate, &order(), false, now()).unwrap();
        let after = reworded(&before, "T-1001/2").unwrap();
        let read = |text: &str| {
            let stored: PreparedTrade = serde_json::from_str(text).unwrap();
            let content: serde_json::Value = serde_json::from_str(&stored.biz_content).unwrap();
            (stored.product, stored.notify_url, content)
        };
        let (mut expected, told) = (read(&before), read(&after));
        expected.2["subject"] = "T-1001 2".into();
        assert_eq!(told, expected);
        assert_eq!(reworded(&after, "T-1001/2"), None, "there is no third title");
        assert_eq!(reworded(&before, "🐼"), None);
    }

    #[test]
    fn a_refund_always_bears_its_own_number() {
        let wanted = RefundToRequest {
            out_trade_no: "LD1".to_owned(),
            out_refund_no: "LDR1".to_owned(),
            amount: Fen::new(40).unwrap(),
            order_amount: Fen::new(100).unwrap(),
            reason: Some("七天无理由".to_owned()),
            notify_url: "https://shop.example/n".to_owned(),
            from_available_balance: false,
            earlier_refunds: 0,
            failed_refunds: 0,
            flow: Flow::Qr,
            gateway_trade_no: None,
            paid_at: None,
        };
        let stored: PreparedRefund = serde_json::from_str(&refund(&wanted).unwrap()).unwrap();
        assert_eq!(
            stored.biz_content,
            "{\"out_trade_no\":\"LD1\",\"refund_amount\":\"0.40\",\"out_request_no\":\"LDR1\",\
             \"refund_reason\":\"七天无理由\"}"
        );
        assert!(refund(&RefundToRequest { amount: Fen::new(101).unwrap(), ..wanted }).is_err());
    }
}

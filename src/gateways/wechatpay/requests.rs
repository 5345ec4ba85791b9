//! The exact bytes of WeChat Pay requests. They are stored before they are sent and repeated as they
//! are: a repeat that differs in one parameter is refused.

use std::net::IpAddr;

use serde::Serialize;
use url::Url;

use super::party::{MerchantIds, OrderIds, Party, PayingApp};
use crate::clock::Timestamp;
use crate::crypto::rsa::VerifyingKey;
use crate::crypto::to_base64;
use crate::gateways::shopper::not_a_payer_code;
use crate::gateways::transport::is_loopback;
use crate::gateways::{DeclineReason, GatewayError, OrderToOpen, RefundDestination, RefundToRequest};
use crate::payments::attempt::{Flow, GatewayName, Shopper};

pub(super) const CERTIFICATES: &str = "/v3/certificates";

/// How often one order can be refunded in parts.
pub(super) const MAX_REFUNDS: usize = 50;

/// What WeChat shows of the shop while a mobile browser pays (H5), if anything.
#[derive(Debug, Clone, Default)]
pub(super) struct H5Shop {
    pub app_name: Option<String>,
    pub app_url: Option<String>,
}

/// The shop (门店) that scans payers' codes: WeChat's number of it, or the merchant's own.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Till {
    Id(String),
    OutId(String),
}

#[derive(Serialize)]
struct Order<'a> {
    #[serde(flatten)]
    ids: OrderIds<'a>,
    description: &'a str,
    out_trade_no: &'a str,
    time_expire: String,
    notify_url: &'a str,
    amount: Total,
    #[serde(skip_serializing_if = "Option::is_none")]
    payer: Option<Payer<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scene_info: Option<SceneInfo<'a>>,
}

#[derive(Serialize)]
struct Total {
    total: i64,
    currency: &'static str,
}

/// Which name WeChat wants depends on whose app the id belongs to.
#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum Payer<'a> {
    Openid(&'a str),
    SpOpenid(&'a str),
    SubOpenid(&'a str),
    AuthCode(&'a str),
}

#[derive(Serialize)]
struct SceneInfo<'a> {
    payer_client_ip: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    h5_info: Option<H5Info<'a>>,
}

#[derive(Serialize)]
struct H5Info<'a> {
    r#type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    app_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    app_url: Option<&'a str>,
}

#[derive(Serialize)]
struct Codepay<'a> {
    #[serde(flatten)]
    ids: OrderIds<'a>,
    description: &'a str,
    out_trade_no: &'a str,
    payer: Payer<'a>,
    amount: Total,
    scene_info: TillScene<'a>,
}

#[derive(Serialize)]
struct TillScene<'a> {
    store_info: &'a Till,
}

#[derive(Serialize)]
struct Refund<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    sub_mchid: Option<&'a str>,
    out_trade_no: &'a str,
    out_refund_no: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    notify_url: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    funds_account: Option<&'static str>,
    amount: RefundAmount,
}

#[derive(Serialize)]
struct RefundAmount {
    refund: i64,
    total: i64,
    currency: &'static str,
}

/// The body that opens an order which the shopper then pays.
pub(super) fn order(party: &Party, h5: &H5Shop, order: &OrderToOpen, now: Timestamp) -> Result<String, GatewayError> {
    let app = party.paying_app(order.flow, order.shopper.app_id.as_deref())?;
    let description = checked_description(order)?;
    check_notify_url(&order.notify_url, 255, party.local_notifications)?;
    if order.expires_at <= now {
        return Err(refuse("expired", "the order would expire before it is opened"));
    }
    // WeChat moves anything closer than a minute itself, and refuses what lies beyond its ceiling.
    let time_expire = order.expires_at.clamp(now.plus_s(MIN_LIFETIME_S), now.plus_s(MAX_LIFETIME_S));
    let payer = if order.flow == Flow::Jsapi { Some(payer(party, app, &order.shopper)?) } else { None };
    to_json(&Order {
        ids: party.order_ids(app),
        description: &description,
        out_trade_no: &order.out_trade_no,
        time_expire: time_expire.to_beijing_rfc3339(),
        notify_url: &order.notify_url,
        amount: Total { total: order.amount.get(), currency: "CNY" },
        payer,
        scene_info: scene(h5, order)?,
    })
}

const MIN_LIFETIME_S: i64 = 60;
const MAX_LIFETIME_S: i64 = 7 * 24 * 3600;

/// The body that takes the money by the code on the payer's phone.
pub(super) fn codepay(party: &Party, till: &Till, order: &OrderToOpen) -> Result<String, GatewayError> {
    let app = party.paying_app(order.flow, order.shopper.app_id.as_deref())?;
    let description = checked_description(order)?;
    let auth_code = order.shopper.auth_code.as_deref().unwrap_or_default().trim();
    let fits = auth_code.len() == 18
        && auth_code.bytes().all(|b| b.is_ascii_digit())
        && ("10".."16").contains(&auth_code.get(..2).unwrap_or_default());
    if !fits {
        let message = "a WeChat payment code has 18 digits and begins with 10 to 15: scan the shopper's code again";
        return Err(not_a_payer_code(GatewayName::WeChatPay, message));
    }
    to_json(&Codepay {
        ids: party.order_ids(app),
        description: &description,
        out_trade_no: &order.out_trade_no,
        payer: Payer::AuthCode(auth_code),
        amount: Total { total: order.amount.get(), currency: "CNY" },
        scene_info: TillScene { store_info: till },
    })
}

/// What holds for every order, and the description as WeChat takes it.
fn checked_description(order: &OrderToOpen) -> Result<String, GatewayError> {
    check_number("out_trade_no", &order.out_trade_no, 6, 32, "_-|*")?;
    if order.amount.is_zero() {
        return Err(refuse("amount_zero", "the amount must be at least 1 fen"));
    }
    let description = sendable_text(&order.description, 127);
    if description.is_empty() {
        return Err(refuse("description_empty", "the description has no character that WeChat Pay accepts"));
    }
    Ok(description)
}

fn payer<'a>(party: &Party, app: PayingApp<'_>, shopper: &'a Shopper) -> Result<Payer<'a>, GatewayError> {
    let openid = shopper.payer_id.as_deref().unwrap_or_default();
    if openid.is_empty() {
        let words = "payment inside WeChat needs the shopper's openid under the app id that pays";
        return Err(refuse("payer_id_missing", words));
    }
    if openid.len() > 128 || !openid.bytes().all(|b| b.is_ascii_graphic()) {
        return Err(refuse("payer_id", "an openid has at most 128 letters, digits and marks"));
    }
    Ok(match (&party.sub, app.is_sub) {
        (None, _) => Payer::Openid(openid),
        (Some(_), false) => Payer::SpOpenid(openid),
        (Some(_), true) => Payer::SubOpenid(openid),
    })
}

/// For H5 the shopper's address and kind of phone are required: WeChat compares the address when the
/// shopper comes.
fn scene<'a>(h5: &'a H5Shop, order: &OrderToOpen) -> Result<Option<SceneInfo<'a>>, GatewayError> {
    let ip = order.shopper.ip.as_deref().and_then(|ip| ip.trim().parse::<IpAddr>().ok());
    let ip = ip.map(|ip| ip.to_canonical().to_string());
    match (order.flow, ip) {
        (Flow::Wap, None) => {
            let words = "payment from a mobile browser needs the shopper's own IP address (shopper.ip)";
            Err(refuse("shopper_ip_missing", words))
        }
        (Flow::Wap, Some(payer_client_ip)) => {
            let h5_info = H5Info {
                r#type: phone_of(order.shopper.user_agent.as_deref().unwrap_or_default()),
                app_name: h5.app_name.as_deref(),
                app_url: h5.app_url.as_deref(),
            };
            Ok(Some(SceneInfo { payer_client_ip, h5_info: Some(h5_info) }))
        }
        (_, ip) => Ok(ip.map(|payer_client_ip| SceneInfo { payer_client_ip, h5_info: None })),
    }
}

/// The three kinds WeChat knows. Browsers on iPhones never say "Android"; some on Android say "iPhone".
fn phone_of(user_agent: &str) -> &'static str {
    if user_agent.contains("Android") {
        "Android"
    } else if ["iPhone", "iPad", "iPod"].iter().any(|name| user_agent.contains(name)) {
        "iOS"
    } else {
        "Wap"
    }
}

/// The body that asks for a refund.
pub(super) fn refund(party: &Party, refund: &RefundToRequest) -> Result<String, GatewayError> {
    check_number("out_trade_no", &refund.out_trade_no, 6, 32, "_-|*")?;
    check_number("out_refund_no", &refund.out_refund_no, 1, 64, "_-|*@")?;
    check_notify_url(&refund.notify_url, 256, party.local_notifications)?;
    if refund.amount.is_zero() || refund.amount > refund.order_amount {
        return Err(refuse("refund_amount", "a refund is at least 1 fen and at most what the order cost"));
    }
    if refund.earlier_refunds >= MAX_REFUNDS {
        let words = "WeChat Pay takes at most 50 refunds for one order: return the rest outside of it, for example by a \
                     transfer";
        return Err(refuse("too_many_refunds", words));
    }
    to_json(&Refund {
        sub_mchid: party.sub_mchid(),
        out_trade_no: &refund.out_trade_no,
        out_refund_no: &refund.out_refund_no,
        reason: refund.reason.as_deref().map(|r| sendable_text(r, 80)).filter(|r| !r.is_empty()),
        notify_url: &refund.notify_url,
        funds_account: refund.from_available_balance.then_some("AVAILABLE"),
        amount: RefundAmount { refund: refund.amount.get(), total: refund.order_amount.get(), currency: "CNY" },
    })
}

#[derive(Serialize)]
struct AbnormalRefund<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    sub_mchid: Option<&'a str>,
    out_refund_no: &'a str,
    r#type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    bank_type: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bank_account: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    real_name: Option<String>,
}

/// The body that sends an abnormal refund elsewhere. Card and name are readable to the owner of `key` alone.
pub(super) fn abnormal_refund(
    party: &Party,
    out_refund_no: &str,
    to: &RefundDestination,
    key: &VerifyingKey,
) -> Result<String, GatewayError> {
    let sealed = |text: &str| {
        let sealed = key.encrypt_oaep_sha1(text.trim().as_bytes());
        sealed.map(|s| to_base64(&s)).map_err(|_| refuse("too_long", "the card number or name is too long"))
    };
    let (r#type, bank_type, bank_account, real_name) = match to {
        RefundDestination::MerchantAccount => ("MERCHANT_BANK_CARD", None, None, None),
        RefundDestination::PayerBankCard { bank_type, card_no, holder_name } => {
            if !BANKS.contains(&bank_type.as_str()) {
                let words = format!("the bank is one of {}", BANKS.join(", "));
                return Err(refuse("bank_type", &words));
            }
            ("USER_BANK_CARD", Some(bank_type.as_str()), Some(sealed(card_no)?), Some(sealed(holder_name)?))
        }
    };
    let sub_mchid = party.sub_mchid();
    to_json(&AbnormalRefund { sub_mchid, out_refund_no, r#type, bank_type, bank_account, real_name })
}

/// The banks whose cards take abnormal refunds.
const BANKS: [&str; 15] = [
    "ICBC_DEBIT",
    "ABC_DEBIT",
    "BOC_DEBIT",
    "CCB_DEBIT",
    "COMM_DEBIT",
    "CMB_DEBIT",
    "PSBC_DEBIT",
    "SPDB_DEBIT",
    "CITIC_DEBIT",
    "CEB_DEBIT",
    "CMBC_DEBIT",
    "CIB_DEBIT",
    "GDB_DEBIT",
    "PAB_DEBIT",
    "NBCB_DEBIT",
];

/// The body that closes an order.
pub(super) fn close(party: &Party) -> Result<String, GatewayError> {
    to_json::<MerchantIds<'_>>(&party.merchant_ids())
}

/// The body that reverses what a payer's code began.
pub(super) fn reverse(party: &Party) -> Result<String, GatewayError> {
    to_json(&party.order_ids(party.paying_app(Flow::Barcode, None)?))
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

pub(super) fn refuse(code: &str, message: &str) -> GatewayError {
    GatewayError::Declined { reason: DeclineReason::Other, code: code.to_owned(), message: message.to_owned() }
}

pub(super) fn to_json<T: Serialize>(value: &T) -> Result<String, GatewayError> {
    serde_json::to_string(value).map_err(|e| refuse("unserialisable", &e.to_string()))
}

#[cfg(test)]
mod tests;

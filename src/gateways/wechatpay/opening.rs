//! What a verified answer to an opened order hands to the shopper's side.
//! Promises: the parameters a wallet wants, signed with the merchant's key under the app id of the stored
//! request; when they stop working.

use std::collections::BTreeMap;

use percent_encoding::utf8_percent_encode;
use serde::Deserialize;

use super::party::{Party, SEGMENT};
use super::sign::{Signer, canonical_client};
use crate::clock::Timestamp;
use crate::crypto::{random, to_base64};
use crate::gateways::transport::is_allowed;
use crate::gateways::{GatewayError, Opened, PreparedOrder};
use crate::payments::attempt::{Flow, NextAction};

/// How long a code or a prepay id stays good, in seconds.
const PREPAY_LIFETIME_S: i64 = 2 * 3600;
/// How long the link of an H5 payment stays good, in seconds.
const H5_LIFETIME_S: i64 = 300;

#[derive(Deserialize)]
struct Answer {
    code_url: Option<String>,
    prepay_id: Option<String>,
    h5_url: Option<String>,
}

/// The names of the app in a stored request.
#[derive(Deserialize)]
struct Stored {
    appid: Option<String>,
    sp_appid: Option<String>,
    sub_appid: Option<String>,
}

/// Reads the answer to a native, jsapi, app or h5 order.
///
/// # Errors
/// `Unknown` when it does not hold what the flow needs.
pub(super) fn read(
    order: &PreparedOrder<'_>,
    answer: &[u8],
    party: &Party,
    signer: &Signer,
    now: Timestamp,
) -> Result<Opened, GatewayError> {
    let answer: Answer = super::read(answer)?;
    let (next_action, lifetime_s) = match order.flow {
        Flow::Qr => (NextAction::DisplayQr { code_url: given("code_url", answer.code_url)? }, PREPAY_LIFETIME_S),
        Flow::Wap => (redirect(order, &given("h5_url", answer.h5_url)?)?, H5_LIFETIME_S),
        Flow::Jsapi => (invoke_jsapi(order, &given("prepay_id", answer.prepay_id)?, signer, now)?, PREPAY_LIFETIME_S),
        Flow::App => {
            (invoke_app(order, &given("prepay_id", answer.prepay_id)?, party, signer, now)?, PREPAY_LIFETIME_S)
        }
        Flow::Barcode | Flow::Page => return Err(GatewayError::Unknown("this flow opens nothing".to_owned())),
    };
    Ok(Opened::Waiting { next_action, expires_at: Some(now.plus_s(lifetime_s)) })
}

fn given(name: &str, value: Option<String>) -> Result<String, GatewayError> {
    value.filter(|v| !v.is_empty()).ok_or_else(|| GatewayError::Unknown(format!("the answer has no {name}")))
}

/// WeChat wants a referrer from the registered domain: the shopper goes through a page of ours.
fn redirect(order: &PreparedOrder<'_>, h5_url: &str) -> Result<NextAction, GatewayError> {
    let url = url::Url::parse(h5_url).ok().filter(is_allowed);
    let url = url.ok_or_else(|| GatewayError::Unknown("the h5_url of the answer is no https address".to_owned()))?;
    let join = if url.query().is_some() { '&' } else { '?' };
    let back = utf8_percent_encode(order.return_url, SEGMENT);
    // The rest of the address stays byte for byte as WeChat gave it.
    let gateway_url = format!("{h5_url}{join}redirect_url={back}");
    Ok(NextAction::Redirect { url: order.hop_url.to_owned(), gateway_url })
}

fn invoke_jsapi(
    order: &PreparedOrder<'_>,
    prepay_id: &str,
    signer: &Signer,
    now: Timestamp,
) -> Result<NextAction, GatewayError> {
    let (appid, _) = app_of(order.request)?;
    let (timestamp, nonce) = (now.as_seconds().to_string(), random::alphanumeric(32));
    let package = format!("prepay_id={prepay_id}");
    let signature = sign(signer, &appid, &timestamp, &nonce, &package);
    let parameters = [
        ("appId", appid),
        ("timeStamp", timestamp),
        ("nonceStr", nonce),
        ("package", package),
        ("signType", "RSA".to_owned()),
        ("paySign", signature),
    ];
    Ok(NextAction::InvokeJsapi { parameters: named(parameters) })
}

fn invoke_app(
    order: &PreparedOrder<'_>,
    prepay_id: &str,
    party: &Party,
    signer: &Signer,
    now: Timestamp,
) -> Result<NextAction, GatewayError> {
    let (appid, is_sub) = app_of(order.request)?;
    let (timestamp, nonce) = (now.as_seconds().to_string(), random::alphanumeric(32));
    let signature = sign(signer, &appid, &timestamp, &nonce, prepay_id);
    let parameters = [
        ("appid", appid),
        ("partnerid", party.app_partnerid(is_sub).to_owned()),
        ("prepayid", prepay_id.to_owned()),
        ("package", "Sign=WXPay".to_owned()),
        ("noncestr", nonce),
        ("timestamp", timestamp),
        ("sign", signature),
    ];
    Ok(NextAction::InvokeApp { parameters: named(parameters) })
}

fn sign(signer: &Signer, appid: &str, timestamp: &str, nonce: &str, package: &str) -> String {
    to_base64(&signer.key.sign(&canonical_client(appid, timestamp, nonce, package)))
}

fn named<const N: usize>(parameters: [(&str, String); N]) -> BTreeMap<String, String> {
    parameters.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// The app that invokes the payment, and whether it is the sub-merchant's.
fn app_of(request: &str) -> Result<(String, bool), GatewayError> {
    let stored: Stored = super::read(request.as_bytes())?;
    let is_sub = stored.sub_appid.is_some();
    let appid = stored.sub_appid.or(stored.appid).or(stored.sp_appid);
    appid.map(|a| (a, is_sub)).ok_or_else(|| GatewayError::Unknown("the stored request names no app".to_owned()))
}

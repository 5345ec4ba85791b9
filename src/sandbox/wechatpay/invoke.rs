//! What the WeChat app checks before it shows the payment sheet (§8).
//!
//! Promises: the client's parameters are believed only when the merchant's key signed them,
//! the `prepay_id` is known and in time, and app, merchant and product fit. Every refusal
//! names the parameter.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use serde_json::Value;

use super::WeChatPay;
use super::keys::is_signed_by;
use super::merchants::Merchant;
use super::orders::{Order, Product};
use super::parties::{Party, Payer};
use super::phone_orders::find;
use crate::clock::Timestamp;
use crate::sandbox::SandboxError;

const NONCE_MAX_CHARS: usize = 32;
const AHEAD_MAX_S: i64 = 300;

/// A payment sheet that may be shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Invocation {
    pub mchid: String,
    pub out_trade_no: String,
    pub prepay_id: String,
    pub total_fen: i64,
    /// The sheet on this sandbox; its result is posted to the window that frames it.
    pub sheet_path: String,
}

fn refused(field: &str, problem: &str, fix: &str) -> SandboxError {
    SandboxError::refused(field, problem, fix)
}

fn text<'a>(parameters: &'a Value, name: &str) -> Result<&'a str, SandboxError> {
    let given = parameters.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    given.ok_or_else(|| refused(name, "is missing, empty or not a string", "see §8: every parameter is a string"))
}

/// The parts every client signature covers.
struct Signed<'a> {
    appid: &'a str,
    timestamp: &'a str,
    nonce: &'a str,
    subject: &'a str,
    signature: &'a str,
    signature_name: &'static str,
}

impl Signed<'_> {
    fn check(&self, merchant: &Merchant) -> Result<(), SandboxError> {
        let message = format!("{}\n{}\n{}\n{}\n", self.appid, self.timestamp, self.nonce, self.subject);
        let signature = STANDARD.decode(self.signature).unwrap_or_default();
        if is_signed_by(&merchant.public, message.as_bytes(), &signature) {
            return Ok(());
        }
        Err(refused(
            self.signature_name,
            "does not verify",
            "sign app id, time, nonce and package, each line ended by LF, with the merchant's key",
        ))
    }
}

fn check_clock(name: &str, timestamp: &str, nonce_name: &str, nonce: &str, now: Timestamp) -> Result<(), SandboxError> {
    let at: i64 = timestamp.parse().map_err(|_| refused(name, "is no number of seconds", "give seconds since 1970"))?;
    if at - now.as_seconds() > AHEAD_MAX_S || at < 1_000_000_000 {
        return Err(refused(name, "is not the current time in seconds", "milliseconds are a common mistake"));
    }
    if nonce.chars().count() > NONCE_MAX_CHARS {
        return Err(refused(nonce_name, "is longer than 32 characters", "give up to 32"));
    }
    Ok(())
}

/// The app an order is invoked in (§14): a sub-merchant's payer pays in the sub-merchant's app.
fn invoking_appid(order: &Order) -> &str {
    match (&order.party, &order.payer) {
        (Party::Partner { sub_appid: Some(appid), .. }, None | Some(Payer::SubOpenid(_))) => appid,
        (party, _) => party.appid(),
    }
}

impl WeChatPay {
    /// `WeixinJSBridge.invoke('getBrandWCPayRequest', parameters)`.
    pub(crate) fn invoke_jsapi(&self, parameters: &Value) -> Result<Invocation, SandboxError> {
        let appid = text(parameters, "appId")?;
        self.invoke_with_package(appid, parameters)
    }

    /// `wx.requestPayment(parameters)` in the mini-program `appid`.
    pub(crate) fn invoke_mini_program(&self, appid: &str, parameters: &Value) -> Result<Invocation, SandboxError> {
        self.invoke_with_package(appid, parameters)
    }

    fn invoke_with_package(&self, appid: &str, parameters: &Value) -> Result<Invocation, SandboxError> {
        let (timestamp, nonce) = (text(parameters, "timeStamp")?, text(parameters, "nonceStr")?);
        let package = text(parameters, "package")?;
        if text(parameters, "signType")? != "RSA" {
            return Err(refused("signType", "is not RSA", "give RSA"));
        }
        let signature = text(parameters, "paySign")?;
        let prepay_id = package
            .strip_prefix("prepay_id=")
            .ok_or_else(|| refused("package", "does not begin with prepay_id=", "give prepay_id=<prepay_id>"))?;
        let signed = Signed { appid, timestamp, nonce, subject: package, signature, signature_name: "paySign" };
        self.admit("package", prepay_id, Product::Jsapi, |merchant, order, now| {
            if invoking_appid(order) != appid {
                return Err(refused("appId", "is not that of the order", "give the app id of the prepay"));
            }
            check_clock("timeStamp", timestamp, "nonceStr", nonce, now)?;
            signed.check(merchant)
        })
    }

    /// The native SDK's `PayReq`.
    pub(crate) fn invoke_app(&self, parameters: &Value) -> Result<Invocation, SandboxError> {
        let (appid, partner) = (text(parameters, "appid")?, text(parameters, "partnerid")?);
        let (prepay_id, package) = (text(parameters, "prepayid")?, text(parameters, "package")?);
        let (nonce, timestamp) = (text(parameters, "noncestr")?, text(parameters, "timestamp")?);
        let signature = text(parameters, "sign")?;
        if package != "Sign=WXPay" {
            return Err(refused("package", "is not Sign=WXPay", "give Sign=WXPay"));
        }
        let signed = Signed { appid, timestamp, nonce, subject: prepay_id, signature, signature_name: "sign" };
        self.admit("prepayid", prepay_id, Product::App, |merchant, order, now| {
            if invoking_appid(order) != appid {
                return Err(refused("appid", "is not that of the order", "give the app id of the prepay"));
            }
            // In partner mode the pages disagree (§14), so either number is let through.
            if partner != merchant.mchid && Some(partner) != order.party.sub_mchid() {
                return Err(refused("partnerid", "is not the merchant number", "give the mchid of the prepay"));
            }
            check_clock("timestamp", timestamp, "noncestr", nonce, now)?;
            signed.check(merchant)
        })
    }

    fn admit(
        &self,
        field: &str,
        prepay_id: &str,
        product: Product,
        check: impl FnOnce(&Merchant, &Order, Timestamp) -> Result<(), SandboxError>,
    ) -> Result<Invocation, SandboxError> {
        let now = self.clock.now();
        let mut state = self.lock();
        let found = state.merchants.values_mut().find_map(|merchant| {
            let (number, handout) = find(merchant, prepay_id)?;
            merchant.orders.get_mut(&number)?.lapse(now);
            Some((&*merchant, number, handout))
        });
        let unknown = || refused(field, "names no prepay_id of this sandbox", "give the prepay_id of the last prepay");
        let (merchant, number, handout) = found.ok_or_else(unknown)?;
        let order = merchant.orders.get(&number).ok_or_else(unknown)?;
        if order.product != product {
            return Err(refused(field, "belongs to another product", "a prepay_id pays only where it was made for"));
        }
        check(merchant, order, now)?;
        if handout.is_expired(now) {
            return Err(refused(field, "is older than two hours", "prepay again with the same parameters"));
        }
        if order.payment.is_some() || !order.is_payable(now) {
            return Err(refused(field, "names an order that cannot be paid any more", "query the order"));
        }
        Ok(Invocation {
            mchid: merchant.mchid.clone(),
            out_trade_no: number,
            prepay_id: prepay_id.to_owned(),
            total_fen: order.total_fen,
            sheet_path: format!("/phone/jsapi/{prepay_id}"),
        })
    }
}

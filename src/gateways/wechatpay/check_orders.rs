//! Whether orders can be opened at all: only an order shows if an app id is bound (APPID_MCHID_NOT_MATCH) and
//! the product enabled (NO_AUTH). Promises: 1 fen, a code nobody sees, closed at once. Runs only when asked for.

use super::WeChatPay;
use super::check::finding;
use crate::crypto::random;
use crate::gateways::{Finding, Gateway as _, GatewayError, OrderRef, OrderToOpen, PreparedOrder, Severity};
use crate::money::Fen;
use crate::payments::attempt::{Flow, Shopper};

/// Should the close fail, nobody can pay it for long.
const LIFETIME_S: i64 = 120;

pub(super) async fn check(account: &WeChatPay, notify_url: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (setting, appid) in account.party.named_apps() {
        findings.extend(check_app(account, setting, appid, notify_url).await);
    }
    findings
}

async fn check_app(account: &WeChatPay, setting: &str, appid: &str, notify_url: &str) -> Vec<Finding> {
    let Ok(amount) = Fen::new(1) else { return Vec::new() };
    let order = OrderToOpen {
        flow: Flow::Qr,
        out_trade_no: format!("LDCHECK{}", random::alphanumeric(16)),
        amount,
        description: "账号自检，请勿支付".to_owned(),
        expires_at: account.client.clock.now().plus_s(LIFETIME_S),
        notify_url: notify_url.to_owned(),
        shopper: Shopper { app_id: Some(appid.to_owned()), ..Shopper::default() },
    };
    let request = match account.prepare(&order) {
        Ok(request) => request,
        Err(error) => return vec![refused(setting, appid, &error)],
    };
    let prepared = PreparedOrder { flow: Flow::Qr, request: &request, return_url: "", hop_url: "" };
    let opened = account.create(&prepared).await;
    let mut findings = Vec::new();
    if opened.is_ok() || matches!(opened, Err(GatewayError::Unknown(_))) {
        // What may be open is closed, whatever was heard.
        let opened_order = OrderRef { flow: Flow::Qr, out_trade_no: &order.out_trade_no, expires_at: order.expires_at };
        let closed = account.close(&opened_order).await;
        if opened.is_ok() && closed.is_err() {
            let detail = format!(
                "The order {} of this check could not be closed; its code was shown to nobody, and it ends by itself.",
                order.out_trade_no
            );
            findings.push(finding(Severity::Warning, "order_left_open", setting, detail));
        }
    }
    findings.push(match opened {
        Ok(_) => finding(Severity::Ok, "app_bound", setting, format!("An order under {appid} was opened and closed.")),
        Err(error) => refused(setting, appid, &error),
    });
    findings
}

fn refused(setting: &str, appid: &str, error: &GatewayError) -> Finding {
    match error {
        GatewayError::Misconfigured { code, .. } if code == "APPID_MCHID_NOT_MATCH" => finding(
            Severity::Error,
            "app_not_bound",
            setting,
            format!(
                "{appid} is not bound to this merchant number: bind it in the WeChat Pay console under product centre, \
                 appid management (AppID账号管理), then confirm it in the account of the app."
            ),
        ),
        GatewayError::Misconfigured { code, .. } if code == "NO_AUTH" => finding(
            Severity::Error,
            "product_not_enabled",
            setting,
            "This merchant may not open orders: enable Native payment in the WeChat Pay console under product centre, \
             and look there for restrictions; a sub-merchant must also have authorised the service provider.",
        ),
        GatewayError::Misconfigured { code, fix } => {
            finding(Severity::Error, "order_refused", setting, format!("{code}: {fix}"))
        }
        GatewayError::Declined { code, message, .. } => {
            finding(Severity::Error, "order_refused", setting, format!("WeChat Pay refused an order: {code} {message}"))
        }
        other => {
            finding(Severity::Warning, "not_confirmed", setting, format!("No order could be opened now: {other}."))
        }
    }
}

//! What a shop's page or app hands to the Alipay app, checked as the app checks it: order
//! strings (§12.4) and trade numbers (§12.5).
//!
//! Promises: says what the app stumbles over; pays nothing yet.

use serde::Serialize;
use serde_json::Value;

use super::Alipay;
use super::authorization::Parameters;
use super::buyers::Buyer;
use super::errors::Refusal;
use super::merchants::Merchant;
use super::opening::Addresses;
use super::orders::{NotPayable, Product};
use super::scripts::told_not_payable;
use crate::clock::Timestamp;
use crate::sandbox::SandboxError;

const METHOD: &str = "alipay.trade.app.pay";

/// A payment sheet that came up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Invocation {
    pub app_id: String,
    pub out_trade_no: String,
    pub trade_no: String,
    pub total_fen: i64,
    /// Where a person pays or turns away, below the sandbox's own address.
    pub sheet_path: String,
}

impl Alipay {
    /// `AlipaySDK.payOrder`: the order string as the app got it from its server.
    pub(crate) fn invoke_app(&self, order_string: &str) -> Result<Invocation, SandboxError> {
        let now = self.clock.now();
        let refused = |refusal: Refusal| {
            let problem = format!("is refused with {} ({})", refusal.sub_code, refusal.sub_msg);
            SandboxError::refused("order_string", &problem, "sign it as the protocol says and pass it on unchanged")
        };
        if order_string.starts_with('?') || order_string.contains("&amp;") || order_string.contains("://openapi") {
            let fix = "give name=value&…, without address, question mark or HTML escapes";
            return Err(SandboxError::refused("order_string", "is no order string", fix));
        }
        let parameters = Parameters::read(order_string.as_bytes(), b"").map_err(refused)?;
        let app_id = parameters.check_common().map_err(refused)?.to_owned();
        let mut state = self.lock();
        let merchant = state
            .merchants
            .get_mut(&app_id)
            .ok_or_else(|| refused(Refusal::invalid("invalid-app-id", "无效的AppID参数")))?;
        merchant.advance(now);
        let number = open(merchant, &parameters, now).map_err(refused)?;
        merchant.reach(&number, &Buyer::default(), now).map_err(told_not_payable)?;
        told(merchant, &number)
    }

    /// `my.tradePay` and the bridge's `tradePay`.
    pub(crate) fn invoke_jsapi(&self, trade_no: &str) -> Result<Invocation, SandboxError> {
        let now = self.clock.now();
        let mut state = self.lock();
        for merchant in state.merchants.values_mut() {
            merchant.advance(now);
            let Ok(number) = merchant.trade_named(super::fields::TradeName::Alipays(trade_no)) else { continue };
            let order = merchant.orders.get(&number).filter(|order| order.product == Product::Create);
            let buyer = order.and_then(|order| order.trade.as_ref()).map(|trade| trade.buyer.clone());
            let buyer = buyer.ok_or_else(|| {
                SandboxError::refused("tradeNO", "is of another product", "give what alipay.trade.create answered")
            })?;
            merchant.reach(&number, &buyer, now).map_err(told_not_payable)?;
            return told(merchant, &number);
        }
        Err(SandboxError::unknown("tradeNO", "no such trade", "give the trade_no that alipay.trade.create answered"))
    }
}

fn open(merchant: &mut Merchant, parameters: &Parameters, now: Timestamp) -> Result<String, Refusal> {
    if parameters.get("method") != Some(METHOD) {
        return Err(Refusal::invalid("invalid-method", format!("须为{METHOD}")));
    }
    parameters.authorize(merchant, now)?;
    if parameters.get("encrypt_type").is_some() {
        return Err(Refusal::invalid("invalid-encrypt", "该接口不支持内容加密"));
    }
    let content: Value =
        parameters.get("biz_content").and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    let addresses =
        Addresses { notify_url: parameters.get("notify_url"), return_url: None, charset: parameters.charset };
    merchant.open_order(&content, Product::App, &addresses, now)
}

fn told(merchant: &Merchant, number: &str) -> Result<Invocation, SandboxError> {
    let order = merchant.orders.get(number);
    let found = order.and_then(|order| Some((order.total_fen, order.trade.as_ref()?.trade_no.clone())));
    let (total_fen, trade_no) = found.ok_or_else(|| told_not_payable(NotPayable::Unknown))?;
    Ok(Invocation {
        app_id: merchant.app_id.clone(),
        out_trade_no: number.to_owned(),
        sheet_path: format!("/phone/alipay/{trade_no}"),
        trade_no,
        total_fen,
    })
}

//! What is known of each gateway before any account is looked at: the wallet that shoppers know it by, where
//! its flows work, and what an order must know of the shopper. Each gateway's own `shopper.rs` says it.

use std::fmt;

use secrecy::SecretString;

use super::{DeclineReason, GatewayError, alipay, antom, unionpay, wechatpay};
use crate::payments::attempt::{Flow, GatewayName, Shopper};
use crate::payments::environment::{Environment, Wallet};

/// Something of the shopper without which an order cannot be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShopperFact {
    Ip,
    /// The shopper's id in the wallet.
    PayerId,
    /// What was scanned from the shopper's phone (付款码).
    AuthCode,
}

/// A fact that a flow needs, and how this gateway's merchants call it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ShopperNeed {
    pub fact: ShopperFact,
    /// The member of a request's `shopper` that tells it, for example `openid`.
    pub told_as: &'static str,
}

impl ShopperNeed {
    pub(in crate::gateways) const IP: Self = Self { fact: ShopperFact::Ip, told_as: "ip" };
    pub(in crate::gateways) const AUTH_CODE: Self = Self { fact: ShopperFact::AuthCode, told_as: "auth_code" };

    pub(in crate::gateways) const fn payer_id(told_as: &'static str) -> Self {
        Self { fact: ShopperFact::PayerId, told_as }
    }

    #[must_use]
    pub const fn is_met_by(&self, shopper: &Shopper) -> bool {
        match self.fact {
            ShopperFact::Ip => shopper.ip.is_some(),
            ShopperFact::PayerId => shopper.payer_id.is_some(),
            ShopperFact::AuthCode => shopper.auth_code.is_some(),
        }
    }
}

/// The wallet in which money paid through this gateway is.
#[must_use]
pub const fn wallet(gateway: GatewayName) -> Wallet {
    match gateway {
        GatewayName::WeChatPay => wechatpay::shopper::WALLET,
        GatewayName::Alipay => alipay::shopper::WALLET,
        GatewayName::Antom => antom::shopper::WALLET,
        GatewayName::UnionPay => unionpay::shopper::WALLET,
    }
}

/// The flows that work there, best first, whatever an account offers.
#[must_use]
pub const fn flows_in(gateway: GatewayName, environment: Environment) -> &'static [Flow] {
    match gateway {
        GatewayName::WeChatPay => wechatpay::shopper::flows_in(environment),
        GatewayName::Alipay => alipay::shopper::flows_in(environment),
        GatewayName::Antom => antom::shopper::flows_in(environment),
        GatewayName::UnionPay => unionpay::shopper::flows_in(environment),
    }
}

/// What an order of that flow needs to know of the shopper.
#[must_use]
pub const fn need(gateway: GatewayName, flow: Flow) -> Option<ShopperNeed> {
    match gateway {
        GatewayName::WeChatPay => wechatpay::shopper::need(flow),
        GatewayName::Alipay => alipay::shopper::need(flow),
        GatewayName::Antom => antom::shopper::need(flow),
        GatewayName::UnionPay => unionpay::shopper::need(flow),
    }
}

/// The app by whose id orders are paid inside a wallet, as far as finding a payer's id (OAuth 2) needs it.
/// Promises: a test account's codes and secret go to its stand-in, a live one's to the wallet's own hosts.
#[derive(Clone)]
pub struct PayingApp {
    pub app_id: String,
    pub secret: SecretString,
    /// Where the browser is sent; no trailing slash.
    pub authorize_base: String,
    /// Where the code is exchanged; no trailing slash.
    pub api_base: String,
}

impl fmt::Debug for PayingApp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PayingApp").field("app_id", &self.app_id).finish_non_exhaustive()
    }
}

/// What was scanned at the till is of another wallet, or of none.
pub(in crate::gateways) fn not_a_payer_code(gateway: GatewayName, message: &str) -> GatewayError {
    let (code, message) = (gateway.as_str().to_owned(), message.to_owned());
    GatewayError::Declined { reason: DeclineReason::NotAPayerCode, code, message }
}

//! WeChat Pay (微信支付) APIv3, one merchant account, flow `qr` (Native).
//! Promises: every answer and notification is verified with a key of this account before anything in
//! it is believed. Refuses: partner mode, combined payment, the other flows.

mod check;
mod client;
mod errors;
mod notification;
mod reports;
mod requests;
pub mod settings;
pub mod sign;
mod trust;

use async_trait::async_trait;
use reqwest::Method;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use self::client::Client;
use self::errors::Operation;
use self::reports::{Refund, Transaction};
use self::requests::Party;
use self::settings::Parsed;
use self::sign::Signer;
use self::trust::Trust;
use super::statement::{Fetched, StatementToFetch};
use super::transport::{Transport, is_loopback};
use super::{
    AccountCredentials, EXPIRY_WARNING_S, ExpiringCredential, Finding, Gateway, GatewayError, Merchant, Notification,
    Opened, OrderRef, OrderReport, OrderState, OrderToOpen, Outcome, PreparedOrder, RawNotification, RawResponse,
    RefundRef, RefundReport, RefundToRequest, Rejected, SettingProblem, Verified,
};
use crate::clock::{SharedClock, Timestamp};
use crate::payments::attempt::{Flow, NextAction};
use crate::payments::payment::Mode;

/// One merchant account at WeChat Pay.
#[derive(Debug)]
pub struct WeChatPay {
    merchant: Merchant,
    appid: String,
    mode: Mode,
    client: Client,
}

#[derive(Deserialize)]
struct NativeOpened {
    code_url: String,
}

/// How long a code stays good, in seconds: two hours by WeChat's rules.
const CODE_LIFETIME_S: i64 = 2 * 3600;

fn unsupported(flow: Flow) -> GatewayError {
    GatewayError::Misconfigured {
        code: "flow_unsupported".to_owned(),
        fix: format!("{} is not offered", flow.as_str()),
    }
}

impl WeChatPay {
    /// Parses keys and settings. Offline: certificates are fetched when they are first needed.
    ///
    /// # Errors
    /// Every problem of the settings and secrets at once.
    pub fn open(
        credentials: &AccountCredentials,
        transport: Transport,
        clock: SharedClock,
    ) -> Result<Self, Vec<SettingProblem>> {
        let parsed = Parsed::read(credentials)?;
        let backup = settings::backup_of(&parsed.api_base);
        let merchant =
            Merchant { merchant_no: parsed.mchid.clone(), app_id: Some(parsed.appid.clone()), sub_merchant_no: None };
        let signer = Signer { mchid: parsed.mchid, merchant_serial: parsed.merchant_serial, key: parsed.signing_key };
        let trust = Trust::new(parsed.public_key, parsed.apiv3_key);
        let client = Client::new(signer, trust, transport, clock, parsed.api_base, backup);
        Ok(Self { merchant, appid: parsed.appid, mode: credentials.mode, client })
    }

    /// Whole seconds until calls are tried again; `None` unless the circuit is open.
    #[must_use]
    pub fn retry_after_s(&self) -> Option<i64> {
        self.client.breaker.retry_after_s()
    }

    fn party(&self) -> Party<'_> {
        Party {
            mchid: &self.merchant.merchant_no,
            appid: &self.appid,
            local_notifications: self.mode == Mode::Test && is_loopback(&self.client.base),
        }
    }

    fn refund_report(&self, body: &[u8], out_refund_no: Option<&str>) -> Result<Verified<RefundReport>, GatewayError> {
        let report = read::<Refund>(body)?
            .report(Some(&self.merchant.merchant_no))
            .ok_or_else(|| GatewayError::Unknown("the refund in the answer is incomplete".to_owned()))?;
        same_number(out_refund_no, &report.out_refund_no)?;
        Ok(Verified::new(report))
    }
}

#[async_trait]
impl Gateway for WeChatPay {
    fn flows(&self) -> &[Flow] {
        &[Flow::Qr]
    }

    fn foreign_identifier(&self, told: &Merchant) -> Option<&'static str> {
        if told.merchant_no != self.merchant.merchant_no {
            return Some("merchant_no");
        }
        (told.app_id.is_some() && told.app_id != self.merchant.app_id).then_some("app_id")
    }

    fn prepare(&self, order: &OrderToOpen) -> Result<String, GatewayError> {
        match order.flow {
            Flow::Qr => requests::native_order(self.party(), order, self.client.clock.now()),
            other => Err(unsupported(other)),
        }
    }

    async fn create(&self, order: &PreparedOrder<'_>) -> Result<Verified<Opened>, GatewayError> {
        let target = match order.flow {
            Flow::Qr => requests::NATIVE,
            other => return Err(unsupported(other)),
        };
        let body = self.client.call(Operation::Create, Method::POST, target, order.request).await?;
        let NativeOpened { code_url } = read(&body)?;
        if code_url.is_empty() {
            return Err(GatewayError::Unknown("the answer has an empty code_url".to_owned()));
        }
        let expires_at = Some(self.client.clock.now().plus_s(CODE_LIFETIME_S));
        Ok(Verified::new(Opened::Waiting { next_action: NextAction::DisplayQr { code_url }, expires_at }))
    }

    async fn query(&self, order: &OrderRef<'_>) -> Result<Verified<OrderReport>, GatewayError> {
        let out_trade_no = order.out_trade_no;
        let target = requests::order_target(out_trade_no, &self.merchant.merchant_no);
        let body = self.client.call(Operation::Query, Method::GET, &target, "").await?;
        let report = read::<Transaction>(&body)?
            .report()
            .ok_or_else(|| GatewayError::Unknown("the order in the answer is incomplete".to_owned()))?;
        same_number(Some(out_trade_no), &report.out_trade_no)?;
        Ok(Verified::new(report))
    }

    async fn close(&self, order: &OrderRef<'_>) -> Result<Verified<OrderReport>, GatewayError> {
        let out_trade_no = order.out_trade_no;
        let request = requests::close(&self.merchant.merchant_no)?;
        let target = requests::close_target(out_trade_no);
        let body = self.client.call(Operation::Close, Method::POST, &target, &request).await?;
        if !body.is_empty() {
            return Err(GatewayError::Unknown("the answer to a close has a body, which 204 never has".to_owned()));
        }
        Ok(Verified::new(OrderReport {
            merchant: self.merchant.clone(),
            out_trade_no: out_trade_no.to_owned(),
            amount: None,
            currency: None,
            state: OrderState::Closed,
        }))
    }

    fn prepare_refund(&self, refund: &RefundToRequest) -> Result<String, GatewayError> {
        requests::refund(self.party(), refund)
    }

    async fn refund(&self, request: &str) -> Result<Verified<RefundReport>, GatewayError> {
        let body = self.client.call(Operation::Refund, Method::POST, requests::REFUNDS, request).await?;
        // The request is our own: it names the refund that the answer must speak of.
        let asked: Refund = serde_json::from_str(request).map_err(|e| GatewayError::Unknown(e.to_string()))?;
        self.refund_report(&body, asked.out_refund_no.as_deref())
    }

    async fn query_refund(&self, refund: &RefundRef<'_>) -> Result<Verified<RefundReport>, GatewayError> {
        let out_refund_no = refund.out_refund_no;
        let target = requests::refund_target(out_refund_no);
        let body = self.client.call(Operation::QueryRefund, Method::GET, &target, "").await?;
        self.refund_report(&body, Some(out_refund_no))
    }

    async fn statement(&self, _wanted: &StatementToFetch) -> Result<Fetched, GatewayError> {
        Err(GatewayError::Misconfigured { code: "not_yet".to_owned(), fix: String::new() })
    }

    async fn read_notification(&self, raw: &RawNotification) -> Result<Verified<Notification>, Rejected> {
        let result = async {
            if raw.body.len() > notification::MAX_BODY {
                return Err(Rejected::Malformed);
            }
            self.client.verify(|name| raw.header(name), &raw.body).await?;
            notification::read(&raw.body, &self.client.trust)
        };
        result.await.map(Verified::new).inspect_err(|rejected| client::count_rejection("notification", *rejected))
    }

    fn acknowledge(&self, outcome: Outcome) -> RawResponse {
        notification::acknowledge(outcome)
    }

    async fn check(&self) -> Vec<Finding> {
        check::check(&self.client).await
    }

    fn expiring_credentials(&self, now: Timestamp) -> Vec<ExpiringCredential> {
        let soon = self.client.trust.expiring(EXPIRY_WARNING_S, now).into_iter();
        soon.map(|(serial, expires_at)| ExpiringCredential {
            code: "platform_certificate".to_owned(),
            serial,
            expires_at,
        })
        .collect()
    }

    async fn maintain(&self) {
        self.client.renew().await;
    }
}

/// Reads a verified body. What cannot be read may still have taken effect.
fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, GatewayError> {
    serde_json::from_slice(body).map_err(|e| GatewayError::Unknown(format!("the answer cannot be read: {e}")))
}

/// A signed answer to another question proves nothing about this one.
fn same_number(asked: Option<&str>, answered: &str) -> Result<(), GatewayError> {
    if asked.is_none_or(|asked| asked == answered) {
        Ok(())
    } else {
        Err(GatewayError::Unknown("the answer speaks of another number".to_owned()))
    }
}

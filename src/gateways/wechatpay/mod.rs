//! WeChat Pay (微信支付) APIv3: one merchant account, or one sub-merchant of a service provider.
//! Promises: every answer and notification is verified with a key of this account before anything in
//! it is believed. Refuses: combined payment.

mod barcode;
mod check;
mod check_orders;
mod client;
mod errors;
mod facts;
mod notification;
mod opening;
mod party;
mod paying_app;
mod reports;
mod requests;
pub mod settings;
pub mod shopper;
pub mod sign;
pub mod statement;
mod trust;

use async_trait::async_trait;
use reqwest::Method;
use serde::de::DeserializeOwned;

use self::client::Client;
use self::errors::Operation;
pub use self::facts::FACTS;
use self::party::Party;
use self::reports::{Refund, Transaction};
use self::requests::{H5Shop, Till};
use self::settings::Parsed;
use self::sign::Signer;
use self::trust::Trust;
use super::shopper::PayingApp;
use super::statement::{Fetched, StatementToFetch};
use super::transport::Transport;
use super::{
    AccountCredentials, CheckDepth, EXPIRY_WARNING_S, ExpiringCredential, Finding, Gateway, GatewayError, Merchant,
    Notification, Opened, OrderRef, OrderReport, OrderState, OrderToOpen, Outcome, PreparedOrder, RawNotification,
    RawResponse, RefundDestination, RefundRef, RefundReport, RefundToRequest, Rejected, SettingProblem, Verified,
};
use crate::clock::{SharedClock, Timestamp};
use crate::crypto::certificate::Certificate;
use crate::payments::attempt::Flow;

/// One merchant account at WeChat Pay.
#[derive(Debug)]
pub struct WeChatPay {
    party: Party,
    h5: H5Shop,
    till: Option<Till>,
    paying_app: Option<PayingApp>,
    merchant_certificate: Option<Certificate>,
    client: Client,
}

const FLOWS: [Flow; 5] = [Flow::Qr, Flow::Wap, Flow::Jsapi, Flow::App, Flow::Barcode];

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
        let mchid = parsed.party.mchid.clone();
        let signer = Signer { mchid, merchant_serial: parsed.merchant_serial, key: parsed.signing_key };
        let trust = Trust::new(parsed.public_key, parsed.apiv3_key);
        let client = Client::new(signer, trust, transport, clock, parsed.api_base, backup);
        let (party, h5, till) = (parsed.party, parsed.h5, parsed.till);
        let paying_app = paying_app::paying_app(credentials);
        Ok(Self { party, h5, till, paying_app, merchant_certificate: parsed.merchant_certificate, client })
    }

    /// Whole seconds until calls are tried again; `None` unless the circuit is open.
    #[must_use]
    pub fn retry_after_s(&self) -> Option<i64> {
        self.client.breaker.retry_after_s()
    }

    fn till(&self) -> Result<&Till, GatewayError> {
        self.till.as_ref().ok_or_else(|| GatewayError::Misconfigured {
            code: "codepay_off".to_owned(),
            fix: "Scanning payers' codes is switched off: set codepay to v3 once WeChat Pay has opened it to this \
                  merchant, and store_id or store_out_id."
                .to_owned(),
        })
    }

    /// Takes the money by the payer's code.
    async fn charge(&self, request: &str) -> Result<Opened, GatewayError> {
        self.till()?;
        let target = self.party.create_target("codepay");
        let asked: Transaction = read(request.as_bytes())?;
        let body = self.client.call(Operation::Create, Method::POST, &target, request).await?;
        barcode::read_charge(&body, &self.party, asked.out_trade_no.as_deref())
    }

    async fn reverse(&self, out_trade_no: &str) -> Result<Verified<OrderReport>, GatewayError> {
        let request = requests::reverse(&self.party)?;
        let target = self.party.reverse_target(out_trade_no);
        let body = self.client.call(Operation::Reverse, Method::POST, &target, &request).await?;
        barcode::read_reversal(&body, &self.party, out_trade_no).map(Verified::new)
    }

    fn refund_report(&self, body: &[u8], out_refund_no: Option<&str>) -> Result<Verified<RefundReport>, GatewayError> {
        let report = read::<Refund>(body)?
            .report(Some(self.party.merchant()))
            .ok_or_else(|| GatewayError::Unknown("the refund in the answer is incomplete".to_owned()))?;
        same_number(out_refund_no, &report.out_refund_no)?;
        Ok(Verified::new(report))
    }
}

#[async_trait]
impl Gateway for WeChatPay {
    fn flows(&self) -> &[Flow] {
        // The last is the payer's code, which only some merchants may scan.
        let offered = if self.till.is_some() { FLOWS.len() } else { FLOWS.len() - 1 };
        FLOWS.split_at(offered).0
    }

    fn paying_app(&self) -> Option<&PayingApp> {
        self.paying_app.as_ref()
    }

    fn foreign_identifier(&self, told: &Merchant) -> Option<&'static str> {
        self.party.foreign_identifier(told)
    }

    fn prepare(&self, order: &OrderToOpen) -> Result<String, GatewayError> {
        match order.flow {
            Flow::Barcode => requests::codepay(&self.party, self.till()?, order),
            Flow::Page => Err(no_page()),
            _ => requests::order(&self.party, &self.h5, order, self.client.clock.now()),
        }
    }

    /// No text is refused by a code of its own.
    fn reworded(&self, _request: &str, _description: &str) -> Option<String> {
        None
    }

    async fn create(&self, order: &PreparedOrder<'_>) -> Result<Verified<Opened>, GatewayError> {
        let product = match order.flow {
            Flow::Qr => "native",
            Flow::Wap => "h5",
            Flow::Jsapi => "jsapi",
            Flow::App => "app",
            Flow::Barcode => return self.charge(order.request).await.map(Verified::new),
            Flow::Page => return Err(no_page()),
        };
        let target = self.party.create_target(product);
        let body = self.client.call(Operation::Create, Method::POST, &target, order.request).await?;
        opening::read(order, &body, &self.party, &self.client.signer, self.client.clock.now()).map(Verified::new)
    }

    async fn query(&self, order: &OrderRef<'_>) -> Result<Verified<OrderReport>, GatewayError> {
        let out_trade_no = order.out_trade_no;
        let target = self.party.query_target(out_trade_no);
        let body = self.client.call(Operation::Query, Method::GET, &target, "").await?;
        let report = read::<Transaction>(&body)?
            .report(&self.party)
            .ok_or_else(|| GatewayError::Unknown("the order in the answer is incomplete".to_owned()))?;
        same_number(Some(out_trade_no), &report.out_trade_no)?;
        Ok(Verified::new(report))
    }

    async fn close(&self, order: &OrderRef<'_>) -> Result<Verified<OrderReport>, GatewayError> {
        let out_trade_no = order.out_trade_no;
        if order.flow == Flow::Barcode {
            return self.reverse(out_trade_no).await;
        }
        let request = requests::close(&self.party)?;
        let target = self.party.close_target(out_trade_no);
        let body = self.client.call(Operation::Close, Method::POST, &target, &request).await?;
        if !body.is_empty() {
            return Err(GatewayError::Unknown("the answer to a close has a body, which 204 never has".to_owned()));
        }
        Ok(Verified::new(OrderReport {
            merchant: self.party.merchant(),
            out_trade_no: out_trade_no.to_owned(),
            amount: None,
            currency: None,
            settlement: None,
            state: OrderState::Closed,
        }))
    }

    fn prepare_refund(&self, refund: &RefundToRequest) -> Result<String, GatewayError> {
        requests::refund(&self.party, refund)
    }

    async fn refund(&self, request: &str) -> Result<Verified<RefundReport>, GatewayError> {
        let body = self.client.call(Operation::Refund, Method::POST, party::REFUNDS, request).await?;
        // The request is our own: it names the refund that the answer must speak of.
        let asked: Refund = read(request.as_bytes())?;
        self.refund_report(&body, asked.out_refund_no.as_deref())
    }

    async fn query_refund(&self, refund: &RefundRef<'_>) -> Result<Verified<RefundReport>, GatewayError> {
        let out_refund_no = refund.out_refund_no;
        let target = self.party.refund_target(out_refund_no);
        let body = self.client.call(Operation::QueryRefund, Method::GET, &target, "").await?;
        self.refund_report(&body, Some(out_refund_no))
    }

    async fn redirect_refund(
        &self,
        out_refund_no: &str,
        gateway_refund_no: &str,
        to: &RefundDestination,
    ) -> Result<Verified<RefundReport>, GatewayError> {
        let (serial, key) = self.client.encrypting_key().await?;
        let request = requests::abnormal_refund(&self.party, out_refund_no, to, &key)?;
        let target = party::abnormal_refund_target(gateway_refund_no);
        let sent = self.client.call_naming(Operation::AbnormalRefund, Method::POST, &target, &request, Some(serial));
        self.refund_report(&sent.await?, Some(out_refund_no))
    }

    async fn statement(&self, wanted: &StatementToFetch) -> Result<Fetched, GatewayError> {
        statement::fetch(&self.client, &self.party, wanted).await
    }

    async fn read_notification(&self, raw: &RawNotification) -> Result<Verified<Notification>, Rejected> {
        let result = async {
            if raw.body.len() > notification::MAX_BODY {
                return Err(Rejected::Malformed);
            }
            self.client.verify(|name| raw.header(name), &raw.body).await?;
            notification::read(&raw.body, &self.client.trust, &self.party)
        };
        result.await.map(Verified::new).inspect_err(|rejected| client::count_rejection("notification", *rejected))
    }

    fn acknowledge(&self, outcome: Outcome) -> RawResponse {
        notification::acknowledge(outcome)
    }

    async fn check(&self, depth: &CheckDepth) -> Vec<Finding> {
        let mut findings = check::check(&self.client).await;
        findings.extend(self.expiring_credentials(self.client.clock.now()).iter().map(check::expiry_finding));
        if let CheckDepth::Orders { notify_url } = depth {
            findings.extend(check_orders::check(self, notify_url).await);
        }
        findings
    }

    fn expiring_credentials(&self, now: Timestamp) -> Vec<ExpiringCredential> {
        let own = self.merchant_certificate.iter().map(|c| (c.serial().to_owned(), c.not_after()));
        let own = own.filter(|(_, end)| *end < now.plus_s(EXPIRY_WARNING_S)).map(|ends| ("merchant_certificate", ends));
        let platform = self.client.trust.expiring(EXPIRY_WARNING_S, now).into_iter();
        own.chain(platform.map(|ends| ("platform_certificate", ends)))
            .map(|(code, (serial, expires_at))| ExpiringCredential { code: code.to_owned(), serial, expires_at })
            .collect()
    }

    async fn maintain(&self) {
        self.client.renew().await;
    }
}

/// A desktop shopper scans a code instead.
fn no_page() -> GatewayError {
    GatewayError::Misconfigured {
        code: "flow_unsupported".to_owned(),
        fix: "WeChat Pay has no page for desktop browsers: use qr".to_owned(),
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

//! UnionPay on the mainland (银联, ACP 5.1.0 全渠道), one merchant number.
//! Promises: nothing is believed but under a certificate of UnionPay's own or with the shared key; `00` on a call
//! that moves money means accepted, never paid; an order is asked about with its own number and time.
//! Refuses: pre-authorisation, in-app scripts, version 5.0.0. UnionPay has no call that closes an order: its time
//! ends it.

mod check;
mod client;
pub mod errors;
mod facts;
pub mod message;
pub mod notification;
mod reports;
pub mod requests;
pub mod sensitive;
pub mod settings;
pub mod shopper;
pub mod sign;
pub mod statement;
pub mod trust;
pub mod values;

use std::collections::BTreeMap;
use std::sync::Mutex;

use async_trait::async_trait;
use serde::de::DeserializeOwned;

use self::client::Client;
use self::errors::{Operation, SUCCESS, code_of, refusal};
pub use self::facts::FACTS;
use self::message::Message;
use self::reports::{incomplete, same};
use self::requests::{PreparedRefund, Terms, product};
use self::sensitive::{Encryption, RENEWAL_S};
use self::settings::{OwnCertificate, Parsed};
use self::sign::Fields;
use super::breaker::Breaker;
use super::shopper::PayingApp;
use super::statement::{Fetched, StatementToFetch};
use super::transport::Transport;
use super::{
    AccountCredentials, CheckDepth, ExpiringCredential, Finding, Gateway, GatewayError, Merchant, Notification, Opened,
    OrderRef, OrderReport, OrderState, OrderToOpen, Outcome, PreparedOrder, RawNotification, RawResponse,
    RefundDestination, RefundRef, RefundReport, RefundState, RefundToRequest, Rejected, SettingProblem, Severity,
    Verified,
};
use crate::clock::{SharedClock, Timestamp};
use crate::ids::AttemptId;
use crate::money::Fen;
use crate::payments::attempt::{Flow, FormMethod, NextAction, Shopper};
use crate::payments::payment::Mode;

/// One merchant number at UnionPay.
#[derive(Debug)]
pub struct UnionPay {
    merchant: Merchant,
    mode: Mode,
    flows: Vec<Flow>,
    terms: Terms,
    client: Client,
    own: Option<OwnCertificate>,
    encryption: Option<Encryption>,
    /// When the encryption certificate was last asked for.
    renewal_asked_at: Mutex<Option<Timestamp>>,
}

impl UnionPay {
    /// Parses keys and settings. Offline.
    ///
    /// # Errors
    /// Every problem of the settings and secrets at once.
    pub fn open(
        credentials: &AccountCredentials,
        transport: Transport,
        clock: SharedClock,
    ) -> Result<Self, Vec<SettingProblem>> {
        let parsed = Parsed::read(credentials)?;
        let mut flows = vec![Flow::Qr, Flow::Page, Flow::Wap, Flow::App];
        flows.extend(parsed.terms.terminal_id.as_ref().map(|_| Flow::Barcode));
        let merchant_no = parsed.terms.merchant_no.clone();
        let client = Client {
            merchant_no: merchant_no.clone(),
            signer: parsed.signer,
            trust: parsed.trust,
            transport,
            breaker: Breaker::new(clock.clone()),
            clock,
            base: parsed.api_base,
            file_base: parsed.file_base,
            quiet_until: Mutex::default(),
        };
        Ok(Self {
            merchant: Merchant { merchant_no, app_id: None, sub_merchant_no: None },
            mode: credentials.mode,
            flows,
            terms: parsed.terms,
            client,
            own: parsed.own,
            encryption: parsed.encryption,
            renewal_asked_at: Mutex::default(),
        })
    }

    /// Whole seconds until calls are tried again; `None` unless the circuit is open.
    #[must_use]
    pub fn retry_after_s(&self) -> Option<i64> {
        self.client.breaker.retry_after_s()
    }

    /// The certificate that card data is encrypted with, where the account has one.
    #[must_use]
    pub const fn encryption(&self) -> Option<&Encryption> {
        self.encryption.as_ref()
    }

    /// What the shopper's browser takes to UnionPay's page.
    fn browser_action(&self, fields: &Fields, return_url: &str) -> NextAction {
        let mut fields = fields.clone();
        // Where the browser comes back, with a form after a payment, without anything after a failure.
        fields.insert("frontUrl".to_owned(), return_url.to_owned());
        fields.insert("frontFailUrl".to_owned(), return_url.to_owned());
        let base = self.client.base.as_str().trim_end_matches('/');
        NextAction::SubmitForm {
            action: format!("{base}/gateway/api/frontTransReq.do"),
            method: FormMethod::Post,
            fields: self.client.signer.sign(&fields),
        }
    }

    /// A call that opens an order. `Ok` is a proven acceptance of this very order.
    async fn accepted(&self, operation: Operation, fields: &Fields) -> Result<Message, GatewayError> {
        let answer = self.client.call(operation, fields).await?;
        for name in ["orderId", "txnTime"] {
            same(&answer, name, fields.get(name).map(String::as_str).unwrap_or_default())?;
        }
        if code_of(&answer) == SUCCESS { Ok(answer) } else { Err(refusal(operation, &answer)) }
    }

    async fn app(&self, fields: &Fields) -> Result<NextAction, GatewayError> {
        let answer = self.accepted(Operation::App, fields).await?;
        let tn = answer.get("tn").ok_or_else(|| incomplete("tn"))?.to_owned();
        // The SDK is told which system the number belongs to.
        let mode = match self.mode {
            Mode::Live => "00",
            Mode::Test => "01",
        };
        let parameters = BTreeMap::from([("tn".to_owned(), tn), ("mode".to_owned(), mode.to_owned())]);
        Ok(NextAction::InvokeApp { parameters })
    }

    async fn qr(&self, fields: &Fields) -> Result<NextAction, GatewayError> {
        let answer = self.accepted(Operation::Qr, fields).await?;
        let code_url = answer.get("qrCode").ok_or_else(|| incomplete("qrCode"))?.to_owned();
        Ok(NextAction::DisplayQr { code_url })
    }

    /// Asks for the encryption certificate once a day and takes in what is proven.
    async fn renew_encryption(&self, encryption: &Encryption) -> Result<bool, GatewayError> {
        let fields =
            self.terms.encryption_certificate(&AttemptId::generate_at(self.client.clock.now()).out_trade_no())?;
        let answer = self.accepted(Operation::EncryptionCertificate, &fields).await?;
        same(&answer, "certType", "01")?;
        let pem = answer.get("encryptPubKeyCert").ok_or_else(|| incomplete("encryptPubKeyCert"))?;
        let certificate = trust::certificate_in(pem).map_err(|_| incomplete("encryptPubKeyCert"))?;
        let believed = self.client.trust.believe(&certificate, self.client.clock.now());
        believed.map_err(|why| GatewayError::Unknown(format!("the new certificate is not believed: {why}")))?;
        let is_new = encryption.certificate().der() != certificate.der();
        if is_new {
            encryption.renew(certificate);
        }
        Ok(is_new)
    }

    fn renewal_is_due(&self) -> bool {
        let now = self.client.clock.now();
        let mut asked_at = self.renewal_asked_at.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let due = asked_at.is_none_or(|at| now.seconds_since(at) >= RENEWAL_S);
        if due {
            *asked_at = Some(now);
        }
        due
    }
}

#[async_trait]
impl Gateway for UnionPay {
    fn flows(&self) -> &[Flow] {
        &self.flows
    }

    /// No flow of UnionPay's asks who pays.
    fn paying_app(&self) -> Option<&PayingApp> {
        None
    }

    fn foreign_identifier(&self, told: &Merchant) -> Option<&'static str> {
        (told.merchant_no != self.merchant.merchant_no).then_some("merchant_no")
    }

    fn prepare(&self, order: &OrderToOpen) -> Result<String, GatewayError> {
        let fields = self.terms.order(order, self.client.clock.now())?;
        to_json(&requests::PreparedOrder { fields })
    }

    /// No answer of UnionPay's blames a text.
    fn reworded(&self, _request: &str, _description: &str) -> Option<String> {
        None
    }

    async fn create(&self, order: &PreparedOrder<'_>) -> Result<Verified<Opened>, GatewayError> {
        let fields = stored::<requests::PreparedOrder>(order.request)?.fields;
        let next_action = match order.flow {
            Flow::Page | Flow::Wap => self.browser_action(&fields, order.return_url),
            Flow::App => self.app(&fields).await?,
            Flow::Qr => self.qr(&fields).await?,
            Flow::Barcode => {
                self.accepted(Operation::Barcode, &fields).await?;
                NextAction::Wait
            }
            Flow::Jsapi => return Err(requests::refuse("flow", "UnionPay has no such flow here")),
        };
        Ok(Verified::new(Opened::Waiting { next_action, expires_at: None }))
    }

    async fn query(&self, order: &OrderRef<'_>) -> Result<Verified<OrderReport>, GatewayError> {
        let biz_type = product(order.flow).map_or("000000", |(_, biz_type, _)| biz_type);
        let question = self.terms.query(order.out_trade_no, biz_type)?;
        let answer = self.client.call(Operation::Query, &question).await?;
        reports::order(&answer, order, &self.merchant, self.client.clock.now()).map(Verified::new)
    }

    /// UnionPay ends no order before its time. Whether this one has ended is asked: paid, or certainly over.
    async fn close(&self, order: &OrderRef<'_>) -> Result<Verified<OrderReport>, GatewayError> {
        let report = self.query(order).await?;
        match &report.get().state {
            OrderState::Paid { .. } | OrderState::Closed => Ok(report),
            OrderState::Unpaid | OrderState::Unopened => {
                Err(GatewayError::Unknown("UnionPay lets an order end by its own time only".to_owned()))
            }
        }
    }

    fn prepare_refund(&self, refund: &RefundToRequest) -> Result<String, GatewayError> {
        to_json(&self.terms.refund(refund, self.client.clock.now())?)
    }

    async fn refund(&self, request: &str) -> Result<Verified<RefundReport>, GatewayError> {
        let asked: PreparedRefund = stored(request)?;
        let answer = self.accepted(Operation::Refund, &asked.fields).await?;
        Ok(Verified::new(RefundReport {
            merchant: self.merchant.clone(),
            out_refund_no: asked.out_refund_no,
            out_trade_no: asked.out_trade_no,
            gateway_refund_no: answer.get("queryId").map(str::to_owned),
            amount: asked.amount,
            order_amount: asked.order_amount,
            state: RefundState::Accepted,
        }))
    }

    async fn query_refund(&self, refund: &RefundRef<'_>) -> Result<Verified<RefundReport>, GatewayError> {
        let question = self.terms.query(refund.out_refund_no, "000000")?;
        let answer = self.client.call(Operation::QueryRefund, &question).await?;
        reports::refund(&answer, refund, &self.merchant).map(Verified::new)
    }

    /// UnionPay sends refunds back to the card; nothing is left to steer.
    async fn redirect_refund(
        &self,
        _out_refund_no: &str,
        _gateway_refund_no: &str,
        _to: &RefundDestination,
    ) -> Result<Verified<RefundReport>, GatewayError> {
        Err(requests::refuse("unsupported", "UnionPay has no refunds to send elsewhere"))
    }

    async fn statement(&self, wanted: &StatementToFetch) -> Result<Fetched, GatewayError> {
        statement::fetch(&self.client, &self.terms, wanted).await
    }

    async fn read_notification(&self, raw: &RawNotification) -> Result<Verified<Notification>, Rejected> {
        let read = self.client.read_form(&raw.body).and_then(|message| notification::read(&message));
        read.map(Verified::new).inspect_err(|rejected| client::count_rejection("notification", *rejected))
    }

    fn acknowledge(&self, outcome: Outcome) -> RawResponse {
        notification::acknowledge(outcome)
    }

    async fn check(&self, depth: &CheckDepth) -> Vec<Finding> {
        let mut findings = check::check(&self.client, &self.terms, self.own.as_ref()).await;
        let is_sound = findings.iter().all(|f| f.severity != Severity::Error);
        // Nobody sees the code, and a minute later it is worth nothing.
        if let (CheckDepth::Orders { notify_url }, true) = (depth, is_sound) {
            let now = self.client.clock.now();
            let order = OrderToOpen {
                flow: Flow::Qr,
                out_trade_no: AttemptId::generate_at(now).out_trade_no(),
                amount: Fen::new(1).unwrap_or_default(),
                description: "Luodi".to_owned(),
                expires_at: now.plus_s(60),
                notify_url: notify_url.clone(),
                shopper: Shopper::default(),
            };
            let opened = match self.terms.order(&order, now) {
                Ok(fields) => self.qr(&fields).await,
                Err(error) => Err(error),
            };
            findings.push(check::order_finding(opened.map(|_| ())));
        }
        findings
    }

    fn expiring_credentials(&self, now: Timestamp) -> Vec<ExpiringCredential> {
        check::expiring(&self.client, self.own.as_ref(), now)
    }

    async fn maintain(&self) {
        let Some(encryption) = self.encryption.as_ref().filter(|_| self.renewal_is_due()) else { return };
        match self.renew_encryption(encryption).await {
            Ok(true) => tracing::info!("a new encryption certificate of UnionPay was taken in"),
            Ok(false) => {}
            Err(error) => tracing::warn!(%error, "UnionPay's encryption certificate could not be renewed"),
        }
    }
}

fn to_json(request: &impl serde::Serialize) -> Result<String, GatewayError> {
    serde_json::to_string(request).map_err(|e| requests::refuse("unserialisable", &e.to_string()))
}

/// Reads a request of our own.
fn stored<T: DeserializeOwned>(request: &str) -> Result<T, GatewayError> {
    serde_json::from_str(request).map_err(|e| GatewayError::NotSent(format!("the stored request is damaged: {e}")))
}

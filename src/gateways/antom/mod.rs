//! Alipay for merchants without a mainland entity, by Antom (支付宝国际). Shoppers pay CNY with Alipay; Antom pays
//! out in the account's settlement currency. Promises: every answer and notification is verified before it is
//! believed; `U` is never a failure. Refuses: currencies other than CNY, statements (Antom has no such call).

mod client;
mod facts;
mod notification;
mod reports;
mod requests;
pub mod settings;
pub mod shopper;
pub mod sign;

use std::collections::BTreeMap;

use async_trait::async_trait;
use serde::de::DeserializeOwned;

use self::client::{Client, Operation, Reply};
pub use self::facts::FACTS;
use self::reports::{Opening, Payment, Refund};
use self::requests::PreparedRefund;
use self::settings::Parsed;
use super::breaker::Breaker;
use super::shopper::PayingApp;
use super::statement::{Fetched, StatementToFetch};
use super::transport::{Transport, is_loopback};
use super::{
    AccountCredentials, CheckDepth, DeclineReason, ExpiringCredential, Finding, Gateway, GatewayError, Merchant,
    Notification, Opened, OrderRef, OrderReport, OrderState, OrderToOpen, Outcome, PreparedOrder, RawNotification,
    RawResponse, RefundDestination, RefundRef, RefundReport, RefundState, RefundToRequest, Rejected, SettingProblem,
    Severity, Verified,
};
use crate::clock::{SharedClock, Timestamp};
use crate::crypto::random;
use crate::payments::attempt::{Flow, NextAction};
use crate::payments::payment::Mode;

/// One merchant account at Antom.
#[derive(Debug)]
pub struct Antom {
    merchant: Merchant,
    mode: Mode,
    settlement_currency: Option<String>,
    /// Where this account's notifications arrive.
    notify_path: String,
    client: Client,
}

impl Antom {
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
        let client = Client {
            client_id: parsed.client_id.clone(),
            signing_key: parsed.signing_key,
            antom_key: parsed.antom_key,
            transport,
            breaker: Breaker::new(clock.clone()),
            clock,
            base: parsed.api_base,
        };
        Ok(Self {
            merchant: Merchant { merchant_no: parsed.client_id, app_id: None, sub_merchant_no: None },
            mode: credentials.mode,
            settlement_currency: parsed.settlement_currency,
            notify_path: format!("/notify/antom/{}", credentials.account_id),
            client,
        })
    }

    /// The currency Antom pays out; what shoppers pay is in CNY.
    #[must_use]
    pub fn settlement_currency(&self) -> Option<&str> {
        self.settlement_currency.as_deref()
    }

    async fn payment(&self, out_trade_no: &str) -> Result<Payment, GatewayError> {
        let reply = self.client.call(Operation::InquiryPayment, &requests::of_payment(out_trade_no)?).await?;
        if !reply.is_done() {
            return Err(unknown(&reply));
        }
        let payment: Payment = read(&reply)?;
        if payment.payment_request_id.as_deref().is_some_and(|number| number != out_trade_no) {
            return Err(GatewayError::Unknown("the answer speaks of another number".to_owned()));
        }
        Ok(payment)
    }

    fn next_action(flow: Flow, opening: Opening) -> Option<NextAction> {
        let given = |url: Option<String>| url.filter(|u| !u.is_empty());
        let (normal, scheme, applink) =
            (given(opening.normal_url), given(opening.scheme_url), given(opening.applink_url));
        match flow {
            Flow::App => {
                let urls = [("normalUrl", normal), ("schemeUrl", scheme), ("applinkUrl", applink)];
                let parameters: BTreeMap<_, _> =
                    urls.into_iter().filter_map(|(name, url)| Some((name.to_owned(), url?))).collect();
                (!parameters.is_empty()).then_some(NextAction::InvokeApp { parameters })
            }
            Flow::Qr => {
                let codes = opening.order_code_form.map(|form| form.code_details).unwrap_or_default();
                match codes.into_iter().find_map(|code| given(code.code_value)) {
                    Some(code_url) => Some(NextAction::DisplayQr { code_url }),
                    None => normal.map(redirect),
                }
            }
            _ => normal.or(applink).map(redirect),
        }
    }
}

fn redirect(url: String) -> NextAction {
    NextAction::Redirect { url: url.clone(), gateway_url: url }
}

#[async_trait]
impl Gateway for Antom {
    fn flows(&self) -> &[Flow] {
        &[Flow::Qr, Flow::Page, Flow::Wap, Flow::App]
    }

    fn paying_app(&self) -> Option<&PayingApp> {
        None
    }

    fn foreign_identifier(&self, told: &Merchant) -> Option<&'static str> {
        (told.merchant_no != self.merchant.merchant_no).then_some("merchant_no")
    }

    fn prepare(&self, order: &OrderToOpen) -> Result<String, GatewayError> {
        let local = self.mode == Mode::Test && is_loopback(&self.client.base);
        requests::pay(order, self.settlement_currency(), local, self.client.clock.now())
    }

    /// No text is refused by a code of its own.
    fn reworded(&self, _request: &str, _description: &str) -> Option<String> {
        None
    }

    async fn create(&self, order: &PreparedOrder<'_>) -> Result<Verified<Opened>, GatewayError> {
        let number = requests::number_in(order.request)?;
        let reply =
            self.client.call(Operation::Pay, &requests::with_redirect(order.request, order.return_url)?).await?;
        if reply.is_done() {
            // Paid at once: what it came to is asked.
            let report = self.payment(&number).await?.report(self.merchant.clone());
            return report.map(|r| Verified::new(Opened::Settled(r))).ok_or_else(|| unknown(&reply));
        }
        if reply.result.result_code != "PAYMENT_IN_PROCESS" {
            return Err(unknown(&reply));
        }
        let next_action = Self::next_action(order.flow, read(&reply)?);
        let next_action = next_action.ok_or_else(|| GatewayError::Unknown("the answer has no address".to_owned()))?;
        Ok(Verified::new(Opened::Waiting { next_action, expires_at: None }))
    }

    async fn query(&self, order: &OrderRef<'_>) -> Result<Verified<OrderReport>, GatewayError> {
        let report = self.payment(order.out_trade_no).await?.report(self.merchant.clone());
        report
            .map(Verified::new)
            .ok_or_else(|| GatewayError::Unknown("the payment in the answer is incomplete".to_owned()))
    }

    async fn close(&self, order: &OrderRef<'_>) -> Result<Verified<OrderReport>, GatewayError> {
        let reply = self.client.call(Operation::Cancel, &requests::of_payment(order.out_trade_no)?).await?;
        if !reply.is_done() {
            return Err(unknown(&reply));
        }
        Ok(Verified::new(OrderReport {
            merchant: self.merchant.clone(),
            out_trade_no: order.out_trade_no.to_owned(),
            amount: None,
            currency: None,
            settlement: None,
            state: OrderState::Closed,
        }))
    }

    fn prepare_refund(&self, refund: &RefundToRequest) -> Result<String, GatewayError> {
        requests::prepare_refund(refund)
    }

    async fn refund(&self, request: &str) -> Result<Verified<RefundReport>, GatewayError> {
        let asked: PreparedRefund = serde_json::from_str(request)
            .map_err(|e| GatewayError::NotSent(format!("the stored request is damaged: {e}")))?;
        // Antom names payments by its own number. Nothing has been asked for until it is known.
        let payment_id = match self.payment(&asked.out_trade_no).await {
            Ok(payment) => payment.payment_id.filter(|id| !id.is_empty()),
            Err(GatewayError::Unknown(why)) => return Err(GatewayError::NotSent(why)),
            Err(other) => return Err(other),
        };
        let payment_id = payment_id.ok_or_else(|| requests::refuse("not_paid", "Antom has no payment to refund"))?;
        let reply = self.client.call(Operation::Refund, &requests::refund(&asked, &payment_id)?).await?;
        let found: Refund = read(&reply)?;
        let state = match (reply.is_done(), reply.result.result_code.as_str()) {
            (true, _) => {
                RefundState::Succeeded { succeeded_at: found.refund_time.as_deref().and_then(Timestamp::parse_rfc3339) }
            }
            (false, "REFUND_IN_PROCESS") => RefundState::Accepted,
            _ => return Err(unknown(&reply)),
        };
        Ok(Verified::new(RefundReport {
            merchant: self.merchant.clone(),
            out_refund_no: asked.out_refund_no,
            out_trade_no: asked.out_trade_no,
            gateway_refund_no: found.refund_id.filter(|id| !id.is_empty()),
            amount: asked.amount,
            order_amount: asked.order_amount,
            state,
        }))
    }

    async fn query_refund(&self, refund: &RefundRef<'_>) -> Result<Verified<RefundReport>, GatewayError> {
        let reply = self.client.call(Operation::InquiryRefund, &requests::of_refund(refund.out_refund_no)?).await?;
        if !reply.is_done() {
            return Err(unknown(&reply));
        }
        read::<Refund>(&reply)?
            .report(refund, self.merchant.clone())
            .map(Verified::new)
            .ok_or_else(|| GatewayError::Unknown("the refund in the answer is incomplete".to_owned()))
    }

    /// Antom sends refunds back the way the money came.
    async fn redirect_refund(
        &self,
        _out_refund_no: &str,
        _gateway_refund_no: &str,
        _to: &RefundDestination,
    ) -> Result<Verified<RefundReport>, GatewayError> {
        Err(requests::refuse("unsupported", "Antom has no refunds to send elsewhere"))
    }

    /// There is no call for them, so [`FACTS`] offers none and nobody asks.
    async fn statement(&self, _wanted: &StatementToFetch) -> Result<Fetched, GatewayError> {
        Err(GatewayError::Misconfigured {
            code: "statements_unsupported".to_owned(),
            fix: "Antom gives settlement files by SFTP and in its dashboard only: compare those by hand.".to_owned(),
        })
    }

    async fn read_notification(&self, raw: &RawNotification) -> Result<Verified<Notification>, Rejected> {
        let result = (|| {
            if raw.body.len() > notification::MAX_BODY {
                return Err(Rejected::Malformed);
            }
            let client_id = raw.header("client-id").ok_or(Rejected::Unsigned)?;
            let time = raw.header("request-time").ok_or(Rejected::Unsigned)?;
            // The path is signed. A proxy in front may have cut it: our own is known.
            let called = raw.header(RawNotification::PATH).unwrap_or(&self.notify_path);
            let verify = |path: &str| {
                let message = sign::canonical(path, client_id, time, &raw.body);
                sign::verify(raw.header("signature"), &message, &self.client.antom_key)
            };
            verify(called).or_else(|first| verify(&self.notify_path).map_err(|_| first))?;
            let merchant = Merchant { merchant_no: client_id.to_owned(), app_id: None, sub_merchant_no: None };
            notification::read(&raw.body, merchant)
        })();
        result.map(Verified::new).inspect_err(|rejected| client::count_rejection("notification", *rejected))
    }

    fn acknowledge(&self, outcome: Outcome) -> RawResponse {
        notification::acknowledge(outcome)
    }

    /// Asks for a payment that does not exist: the answer is signed, so it proves both directions.
    async fn check(&self, _depth: &CheckDepth) -> Vec<Finding> {
        let bits = self.client.signing_key.bits();
        let finding = |severity, code: &str, setting: &str, detail: String| Finding {
            severity,
            code: code.to_owned(),
            setting: Some(setting.to_owned()),
            detail,
        };
        let answer = self.payment(&format!("LUODICHECK{}", random::alphanumeric(16))).await;
        let asked = match answer {
            Ok(_) | Err(GatewayError::Declined { reason: DeclineReason::NotFound, .. }) => {
                let detail = "Antom accepted the signature, and its own verifies.".to_owned();
                finding(Severity::Ok, "antom_credentials_accepted", "client_id", detail)
            }
            Err(GatewayError::Misconfigured { code, fix }) => {
                finding(Severity::Error, "antom_refused", "client_id", format!("{code}: {fix}"))
            }
            Err(GatewayError::NotSent(why)) => {
                finding(Severity::Error, "antom_unreachable", "api_base", format!("Antom cannot be reached: {why}."))
            }
            Err(other) => finding(Severity::Error, "antom_not_confirmed", "antom_public_key", format!("{other}.")),
        };
        let key = format!("merchant_private_key is an RSA key of {bits} bits.");
        let none = "Antom has no call for statements: settlement files come by SFTP and in its dashboard, and are not \
                    compared here.";
        vec![
            finding(Severity::Ok, "private_key", "merchant_private_key", key),
            asked,
            Finding {
                severity: Severity::Warning,
                code: "antom_statements_unsupported".to_owned(),
                setting: None,
                detail: none.to_owned(),
            },
        ]
    }

    /// Keys, no certificates: nothing ends by the calendar.
    fn expiring_credentials(&self, _now: Timestamp) -> Vec<ExpiringCredential> {
        Vec::new()
    }

    async fn maintain(&self) {}
}

fn read<T: DeserializeOwned>(reply: &Reply) -> Result<T, GatewayError> {
    serde_json::from_slice(&reply.body).map_err(|e| GatewayError::Unknown(format!("the answer cannot be read: {e}")))
}

fn unknown(reply: &Reply) -> GatewayError {
    GatewayError::Unknown(format!("{} {}", reply.result.result_code, reply.result.result_message))
}

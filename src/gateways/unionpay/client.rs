//! Calls to UnionPay: signed on the way out, proven on the way in.
//! Promises: nothing that is not proven is returned, whatever code it bears; only a proven answer is an answer.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use reqwest::Method;
use url::Url;

use super::errors::{Class, Operation, class_of, code_of};
use super::message::Message;
use super::sign::{Fields, Signer, encoded};
use super::trust::{Trust, Untrusted};
use crate::clock::{SharedClock, Timestamp};
use crate::gateways::breaker::Breaker;
use crate::gateways::transport::{Call, DOWNLOAD_TIMEOUT, READ_TIMEOUT, Transport};
use crate::gateways::{DeclineReason, GatewayError, Rejected};

/// The largest answer with a file in it, in bytes.
const MAX_FILE_ANSWER: usize = 128 * 1024 * 1024;
/// How long a call that moves money waits: UnionPay's own samples wait half a minute, and hanging up sooner makes
/// unknown outcomes.
const MONEY_TIMEOUT: Duration = Duration::from_secs(30);
/// How long nothing is asked after UnionPay said "too many questions" (37), in seconds.
const QUIET_S: i64 = 30;

#[derive(Debug)]
pub(super) struct Client {
    pub merchant_no: String,
    pub signer: Signer,
    pub trust: Trust,
    pub transport: Transport,
    pub clock: SharedClock,
    pub base: Url,
    pub file_base: Url,
    pub breaker: Breaker,
    /// Until when nothing is asked.
    pub quiet_until: Mutex<Option<Timestamp>>,
}

/// Why a call gave no proven answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum CallFailure {
    Gateway(GatewayError),
    /// An answer came, but it is not proven to be UnionPay's.
    Unproven(Untrusted),
}

impl From<CallFailure> for GatewayError {
    fn from(failure: CallFailure) -> Self {
        match failure {
            CallFailure::Gateway(error) => error,
            CallFailure::Unproven(why) => Self::Unknown(format!("the answer is not proven: {why}")),
        }
    }
}

/// A proven answer. Its code may be any.
#[derive(Debug, Clone)]
pub(super) struct Reply {
    pub message: Message,
    /// When UnionPay sent it, by its own clock.
    pub sent_at: Option<Timestamp>,
}

impl Client {
    /// One call through the circuit breaker.
    ///
    /// # Errors
    /// `TryLater` without a call while UnionPay wants to be asked less.
    pub(super) async fn call(&self, operation: Operation, fields: &Fields) -> Result<Message, GatewayError> {
        let is_question = matches!(operation, Operation::Query | Operation::QueryRefund);
        if is_question && self.is_quiet() {
            return Err(refusal_of_haste());
        }
        let message = self.call_in_detail(operation, fields).await?.message;
        if is_question && class_of(code_of(&message)) == Class::TooFast {
            *self.quiet() = Some(self.clock.now().plus_s(QUIET_S));
        }
        Ok(message)
    }

    fn quiet(&self) -> MutexGuard<'_, Option<Timestamp>> {
        self.quiet_until.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_quiet(&self) -> bool {
        self.quiet().is_some_and(|until| self.clock.now() < until)
    }

    /// As [`Self::call`], telling an unproven answer from none.
    pub(super) async fn call_in_detail(&self, operation: Operation, fields: &Fields) -> Result<Reply, CallFailure> {
        self.breaker.admit().map_err(CallFailure::Gateway)?;
        let result = self.exchange(operation, fields).await;
        if let Err(CallFailure::Unproven(why)) = &result {
            count_rejection("answer", Rejected::from(*why));
            tracing::warn!(operation = operation.as_str(), %why, "an answer of UnionPay is not proven");
        }
        self.breaker.record(&result.as_ref().map(|_| ()).map_err(|failure| GatewayError::from(failure.clone())));
        result
    }

    async fn exchange(&self, operation: Operation, fields: &Fields) -> Result<Reply, CallFailure> {
        let timeout = if operation.is_write() { MONEY_TIMEOUT } else { READ_TIMEOUT };
        let call = self.signed_call(operation, fields, timeout)?;
        let answer = self.transport.send(call).await.map_err(|error| CallFailure::Gateway(error.into()))?;
        tracing::debug!(operation = operation.as_str(), status = answer.status, "UnionPay answered");
        if answer.status != 200 {
            return Err(unknown(format!("status {}", answer.status)));
        }
        let sent_at = answer.header("date").and_then(|date| jiff::fmt::rfc2822::parse(date).ok());
        let sent_at = sent_at.map(|date| Timestamp::from_seconds(date.timestamp().as_second()));
        Ok(Reply { message: self.proven(&answer.body)?, sent_at })
    }

    /// One call whose answer brings a file.
    pub(super) async fn download(&self, operation: Operation, fields: &Fields) -> Result<Message, GatewayError> {
        let call = self.signed_call(operation, fields, DOWNLOAD_TIMEOUT)?;
        let mut download = self.transport.download(call).await?;
        if download.status() != 200 {
            return Err(GatewayError::Unknown(format!("the file host answers {}", download.status())));
        }
        let mut body = Vec::new();
        while let Some(piece) = download.next_piece().await? {
            if body.len() + piece.len() > MAX_FILE_ANSWER {
                return Err(GatewayError::Unknown("the file is too large".to_owned()));
            }
            body.extend_from_slice(&piece);
        }
        Ok(self.proven(&body)?)
    }

    fn proven(&self, body: &[u8]) -> Result<Message, CallFailure> {
        let message = Message::parse_answer(body).map_err(|_| CallFailure::Unproven(Untrusted::Malformed))?;
        self.trust.verify_answer(&message, self.clock.now()).map_err(CallFailure::Unproven)?;
        if message.get("merId").is_some_and(|merchant| merchant != self.merchant_no) {
            return Err(CallFailure::Unproven(Untrusted::OtherMerchant));
        }
        Ok(message)
    }

    fn signed_call(
        &self,
        operation: Operation,
        fields: &Fields,
        timeout: std::time::Duration,
    ) -> Result<Call, CallFailure> {
        let base = if operation == Operation::Statement { &self.file_base } else { &self.base };
        let url = base
            .join(operation.path())
            .map_err(|e| CallFailure::Gateway(GatewayError::NotSent(format!("the address cannot be formed: {e}"))))?;
        Ok(Call {
            operation: operation.as_str(),
            method: Method::POST,
            url,
            headers: vec![("content-type", "application/x-www-form-urlencoded;charset=UTF-8".to_owned())],
            body: Bytes::from(encoded(&self.signer.sign(fields))),
            timeout,
        })
    }

    /// Reads and proves a form: a notification, or what the shopper's browser brought.
    pub(super) fn read_form(&self, body: &[u8]) -> Result<Message, Rejected> {
        let message = Message::parse_form(body)?;
        let proven = self.trust.verify_form(&message, self.clock.now());
        proven.inspect_err(|why| tracing::warn!(%why, "a message in UnionPay's name is not proven"))?;
        Ok(message)
    }
}

fn refusal_of_haste() -> GatewayError {
    GatewayError::Declined {
        reason: DeclineReason::TryLater,
        code: "37".to_owned(),
        message: "UnionPay wants to be asked less often".to_owned(),
    }
}

fn unknown(why: String) -> CallFailure {
    CallFailure::Gateway(GatewayError::Unknown(why))
}

/// Counts what was not believed; `source` is `answer` or `notification`.
pub(super) fn count_rejection(source: &'static str, rejected: Rejected) {
    metrics::counter!(
        "luodi_gateway_rejected_total",
        "gateway" => "unionpay", "source" => source, "reason" => rejected.code()
    )
    .increment(1);
}

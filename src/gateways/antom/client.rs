//! Calls to Antom: signed on the way out, verified on the way in.
//! Promises: nothing that is not verified is returned; a missing signature is no reason to believe.

use bytes::Bytes;
use reqwest::Method;
use url::Url;

use super::reports::{ResultWord, WithResult, refusal};
use super::settings::Parsed;
use super::sign;
use crate::clock::SharedClock;
use crate::crypto::rsa::{SigningKey, VerifyingKey};
use crate::gateways::breaker::Breaker;
use crate::gateways::transport::{Call, READ_TIMEOUT, Transport, WRITE_TIMEOUT};
use crate::gateways::{GatewayError, Rejected};

/// The calls this program makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operation {
    Pay,
    InquiryPayment,
    Cancel,
    Refund,
    InquiryRefund,
}

impl Operation {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Pay => "create",
            Self::InquiryPayment => "query",
            Self::Cancel => "close",
            Self::Refund => "refund",
            Self::InquiryRefund => "query_refund",
        }
    }

    const fn path(self) -> &'static str {
        match self {
            Self::Pay => "pay",
            Self::InquiryPayment => "inquiryPayment",
            Self::Cancel => "cancel",
            Self::Refund => "refund",
            Self::InquiryRefund => "inquiryRefund",
        }
    }

    const fn is_write(self) -> bool {
        matches!(self, Self::Pay | Self::Cancel | Self::Refund)
    }
}

#[derive(Debug)]
pub(super) struct Client {
    pub client_id: String,
    pub signing_key: SigningKey,
    pub antom_key: VerifyingKey,
    pub transport: Transport,
    pub clock: SharedClock,
    pub base: Url,
    pub breaker: Breaker,
}

/// A verified answer that is no refusal.
#[derive(Debug)]
pub(super) struct Reply {
    pub body: Bytes,
    pub result: ResultWord,
}

impl Reply {
    /// `S`; else it is `U`, which for a payment is how it begins.
    pub(super) fn is_done(&self) -> bool {
        self.result.result_status == "S"
    }
}

impl Client {
    /// One call through the circuit breaker.
    pub(super) async fn call(&self, operation: Operation, body: &str) -> Result<Reply, GatewayError> {
        self.breaker.admit()?;
        let result = self.call_unguarded(operation, body).await;
        self.breaker.record(&result);
        result
    }

    async fn call_unguarded(&self, operation: Operation, body: &str) -> Result<Reply, GatewayError> {
        let path = format!("{}{}", Parsed::path_prefix(&self.client_id), operation.path());
        let time = self.clock.now().as_millis().to_string();
        let message = sign::canonical(&path, &self.client_id, &time, body.as_bytes());
        let url = Url::parse(&format!("{}{path}", self.base.as_str().trim_end_matches('/')));
        let call = Call {
            operation: operation.as_str(),
            method: Method::POST,
            url: url.map_err(|_| GatewayError::NotSent("the address cannot be formed".to_owned()))?,
            headers: vec![
                ("content-type", "application/json; charset=UTF-8".to_owned()),
                ("client-id", self.client_id.clone()),
                ("request-time", time),
                ("signature", sign::header(&self.signing_key, &message)),
            ],
            body: Bytes::copy_from_slice(body.as_bytes()),
            timeout: if operation.is_write() { WRITE_TIMEOUT } else { READ_TIMEOUT },
        };
        let answer = self.transport.send(call).await?;
        if answer.status != 200 {
            return Err(GatewayError::Unknown(format!("status {}", answer.status)));
        }
        let told_id = answer.header("client-id").unwrap_or(&self.client_id);
        let time = answer.header("response-time").unwrap_or_default();
        let message = sign::canonical(&path, told_id, time, &answer.body);
        let verified = if told_id == self.client_id {
            sign::verify(answer.header("signature"), &message, &self.antom_key)
        } else {
            Err(Rejected::UnknownKey)
        };
        if let Err(rejected) = verified {
            count_rejection("answer", rejected);
            tracing::warn!(operation = operation.as_str(), %rejected, "an answer of Antom is not proven");
            return Err(GatewayError::Unknown(format!("the answer is not proven: {rejected}")));
        }
        let told: WithResult = serde_json::from_slice(&answer.body)
            .map_err(|e| GatewayError::Unknown(format!("the answer cannot be read: {e}")))?;
        let result = told.result.unwrap_or_default();
        match result.result_status.as_str() {
            "S" | "U" => Ok(Reply { body: answer.body, result }),
            "F" => Err(refusal(&result)),
            other => Err(GatewayError::Unknown(format!("the result is {other:?}"))),
        }
    }
}

/// Counts what was not believed; `source` is `answer` or `notification`.
pub(super) fn count_rejection(source: &'static str, rejected: Rejected) {
    metrics::counter!(
        "luodi_gateway_rejected_total",
        "gateway" => "antom", "source" => source, "reason" => rejected.code()
    )
    .increment(1);
}

//! Calls to WeChat Pay: signed on the way out, verified on the way in.
//! Promises: nothing that is not verified is returned; an unverifiable success is `Unknown`; the keys
//! of an account are fetched by one call at a time and at most once a minute.

use bytes::Bytes;
use reqwest::Method;
use tokio::sync::Mutex;
use url::Url;

use super::errors::{self, Operation};
use super::requests;
use super::sign::{Claim, Signer};
use super::trust::{DownloadError, Trust};
use crate::clock::{SharedClock, Timestamp};
use crate::crypto::rsa::VerifyingKey;
use crate::gateways::breaker::Breaker;
use crate::gateways::transport::{
    Answer, Call, DOWNLOAD_TIMEOUT, Download, READ_TIMEOUT, SendError, Transport, WRITE_TIMEOUT,
};
use crate::gateways::{GatewayError, Rejected};

/// The least time between two downloads, in seconds.
const DOWNLOAD_SPACING_S: i64 = 60;
/// Certificates are renewed this often, in seconds: well under the 12 hours WeChat asks for.
const RENEW_AFTER_S: i64 = 6 * 3600;
/// After a failure while some key is held, in seconds.
const RETRY_AFTER_S: i64 = 600;

#[derive(Debug)]
pub(super) struct Client {
    pub signer: Signer,
    pub transport: Transport,
    pub clock: SharedClock,
    pub base: Url,
    pub backup: Option<Url>,
    pub trust: Trust,
    pub breaker: Breaker,
    downloads: Mutex<Downloads>,
}

#[derive(Debug, Default)]
struct Downloads {
    attempted_at: Option<Timestamp>,
    /// The last time WeChat gave certificates, or said that there are none.
    settled_at: Option<Timestamp>,
}

/// How a certificate download ended.
#[derive(Debug)]
pub(super) enum DownloadOutcome {
    TakenIn,
    /// The merchant has none: it is expected to use the public key.
    NoneExist,
    Rejected(DownloadError),
    Refused(GatewayError),
}

impl Client {
    pub(super) fn new(
        signer: Signer,
        trust: Trust,
        transport: Transport,
        clock: SharedClock,
        base: Url,
        backup: Option<Url>,
    ) -> Self {
        let breaker = Breaker::new(clock.clone());
        Self { signer, transport, clock, base, backup, trust, breaker, downloads: Mutex::default() }
    }

    /// One call through the circuit breaker. The body it returns is verified; it is empty for 204.
    pub(super) async fn call(
        &self,
        operation: Operation,
        method: Method,
        target: &str,
        body: &str,
    ) -> Result<Bytes, GatewayError> {
        let serial = self.trust.preferred(self.clock.now()).map(|(serial, _)| serial);
        self.call_naming(operation, method, target, body, serial).await
    }

    /// As [`Client::call`], naming a key of WeChat's: the one the body's secrets are encrypted to.
    pub(super) async fn call_naming(
        &self,
        operation: Operation,
        method: Method,
        target: &str,
        body: &str,
        serial: Option<String>,
    ) -> Result<Bytes, GatewayError> {
        self.breaker.admit()?;
        let result = self.call_unguarded(operation, method, target, body, serial).await;
        self.breaker.record(&result);
        result
    }

    async fn call_unguarded(
        &self,
        operation: Operation,
        method: Method,
        target: &str,
        body: &str,
        serial: Option<String>,
    ) -> Result<Bytes, GatewayError> {
        let answer = self.exchange(operation, method, target, body, serial).await?;
        if !(200..=299).contains(&answer.status) {
            return Err(errors::read(operation, answer.status, &answer.body));
        }
        match self.verify(|name| answer.header(name), &answer.body).await {
            Ok(()) => Ok(answer.body),
            Err(rejected) => {
                count_rejection("answer", rejected);
                tracing::warn!(operation = operation.as_str(), %rejected, "a success of WeChat Pay is not proven");
                Err(GatewayError::Unknown(format!("status {} but {rejected}", answer.status)))
            }
        }
    }

    /// Opens the download of a file. Its answer is not signed; `target` is path and query of `url` as received.
    pub(super) async fn open_file(&self, url: Url, target: &str) -> Result<Download, GatewayError> {
        let authorization = self.signer.authorize("GET", target, self.clock.now(), b"");
        let call = Call {
            operation: Operation::Download.as_str(),
            method: Method::GET,
            url,
            headers: vec![("authorization", authorization), ("accept", "*/*".to_owned())],
            body: Bytes::new(),
            timeout: DOWNLOAD_TIMEOUT,
        };
        self.breaker.admit()?;
        let result = self.transport.download(call).await.map_err(GatewayError::from);
        self.breaker.record(&result);
        result
    }

    /// Signs, sends, and repeats once at the backup host if no connection came about. The signature
    /// does not cover the host, so the very same request is sent.
    async fn exchange(
        &self,
        operation: Operation,
        method: Method,
        target: &str,
        body: &str,
        serial: Option<String>,
    ) -> Result<Answer, SendError> {
        let now = self.clock.now();
        let mut headers = vec![
            ("authorization", self.signer.authorize(method.as_str(), target, now, body.as_bytes())),
            ("accept", "application/json".to_owned()),
        ];
        if !body.is_empty() {
            headers.push(("content-type", "application/json".to_owned()));
        }
        if let Some(serial) = serial {
            headers.push(("wechatpay-serial", serial));
        }
        let call = Call {
            operation: operation.as_str(),
            method,
            url: address(&self.base, target)?,
            headers,
            body: Bytes::copy_from_slice(body.as_bytes()),
            timeout: if operation.is_write() { WRITE_TIMEOUT } else { READ_TIMEOUT },
        };
        let first = self.transport.send(call.clone()).await;
        let answer = match (first, &self.backup) {
            (Err(SendError::NotConnected(reason)), Some(backup)) => {
                tracing::warn!(%reason, "WeChat Pay cannot be reached, trying its other host");
                self.transport.send(Call { url: address(backup, target)?, ..call }).await
            }
            (other, _) => other,
        };
        match &answer {
            Ok(answer) => log_answer(operation, answer),
            Err(error) => tracing::warn!(operation = operation.as_str(), ?error, "WeChat Pay gave no answer"),
        }
        answer
    }

    /// The checks of the protocol, in its order. May fetch certificates for an unknown serial.
    pub(super) async fn verify<'a>(
        &self,
        header: impl Fn(&str) -> Option<&'a str>,
        body: &[u8],
    ) -> Result<(), Rejected> {
        let claim = Claim::read(header, self.clock.now())?;
        let key = match self.trust.find(claim.serial, self.clock.now()) {
            Some(key) => key,
            None if Trust::may_be_fetched(claim.serial) => {
                self.download_if(|d, now| is_older(d.attempted_at, DOWNLOAD_SPACING_S, now)).await;
                self.trust.find(claim.serial, self.clock.now()).ok_or(Rejected::UnknownKey)?
            }
            None => {
                tracing::error!(serial = claim.serial, "this WeChat Pay public key is not configured");
                return Err(Rejected::UnknownKey);
            }
        };
        claim.verify(&key, body).inspect_err(|_| {
            if claim.is_probe() {
                tracing::debug!("WeChat Pay sent a signature probe, which was refused as it should be");
            }
        })
    }

    /// The key that secrets for WeChat are encrypted to, fetched if none is held.
    pub(super) async fn encrypting_key(&self) -> Result<(String, VerifyingKey), GatewayError> {
        if self.trust.preferred(self.clock.now()).is_none() {
            self.download_if(|d, now| is_older(d.attempted_at, DOWNLOAD_SPACING_S, now)).await;
        }
        let key = self.trust.preferred(self.clock.now());
        key.ok_or_else(|| GatewayError::NotSent("no key of WeChat Pay is held to encrypt to".to_owned()))
    }

    /// Renews certificates when they are due.
    pub(super) async fn renew(&self) {
        let holds_keys = self.trust.public_key_id().is_some() || self.trust.certificate_count() > 0;
        let spacing = if holds_keys { RETRY_AFTER_S } else { DOWNLOAD_SPACING_S };
        self.download_if(|d, now| is_older(d.settled_at, RENEW_AFTER_S, now) && is_older(d.attempted_at, spacing, now))
            .await;
    }

    /// Downloads if `is_due` under the lock: whoever waited finds the result of the one before.
    async fn download_if(&self, is_due: impl Fn(&Downloads, Timestamp) -> bool + Send) {
        let mut downloads = self.downloads.lock().await;
        let now = self.clock.now();
        if !is_due(&downloads, now) {
            return;
        }
        downloads.attempted_at = Some(now);
        match self.download().await.0 {
            DownloadOutcome::TakenIn | DownloadOutcome::NoneExist => downloads.settled_at = Some(now),
            outcome => tracing::warn!(?outcome, "the certificates of WeChat Pay could not be renewed"),
        }
    }

    /// One certificate download, whenever asked; also what an account check calls, which wants to see
    /// the bare answer.
    pub(super) async fn download(&self) -> (DownloadOutcome, Option<Answer>) {
        let serial = self.trust.preferred(self.clock.now()).map(|(serial, _)| serial);
        let sent = self.exchange(Operation::Certificates, Method::GET, requests::CERTIFICATES, "", serial).await;
        let answer = match sent {
            Ok(answer) => answer,
            Err(error) => return (DownloadOutcome::Refused(error.into()), None),
        };
        let outcome = if (200..=299).contains(&answer.status) {
            match self.trust.take_in(&answer, self.clock.now()) {
                Ok(()) => DownloadOutcome::TakenIn,
                Err(error) => DownloadOutcome::Rejected(error),
            }
        } else if answer.status == 404 && errors::code_of(&answer.body).as_deref() == Some("RESOURCE_NOT_EXISTS") {
            DownloadOutcome::NoneExist
        } else {
            DownloadOutcome::Refused(errors::read(Operation::Certificates, answer.status, &answer.body))
        };
        (outcome, Some(answer))
    }
}

/// Support asks for the `Request-ID`; the number at its end says more than the code does.
fn log_answer(operation: Operation, answer: &Answer) {
    let (operation, status) = (operation.as_str(), answer.status);
    let request_id = answer.header("request-id").unwrap_or_default();
    if (200..=299).contains(&status) {
        return tracing::debug!(operation, status, request_id, "WeChat Pay answered");
    }
    let code = errors::code_of(&answer.body).unwrap_or_default();
    let number = errors::number_of(request_id).unwrap_or_default();
    tracing::info!(operation, status, request_id, code, number, "WeChat Pay refused");
}

/// Counts what was not believed; `source` is `answer` or `notification`.
pub(super) fn count_rejection(source: &'static str, rejected: Rejected) {
    metrics::counter!(
        "luodi_gateway_rejected_total",
        "gateway" => "wechatpay", "source" => source, "reason" => rejected.code()
    )
    .increment(1);
}

fn is_older(at: Option<Timestamp>, seconds: i64, now: Timestamp) -> bool {
    at.is_none_or(|at| now.seconds_since(at).abs() >= seconds)
}

/// Joins host and target, and makes sure that the target goes out as it was signed.
pub(super) fn address(base: &Url, target: &str) -> Result<Url, SendError> {
    let joined = format!("{}{target}", base.as_str().trim_end_matches('/'));
    let url = Url::parse(&joined).map_err(|_| SendError::Refused("the address cannot be formed".to_owned()))?;
    let sent = url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()));
    if sent == target { Ok(url) } else { Err(SendError::Refused("the address would change on the way".to_owned())) }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;
    use crate::clock::HandClock;
    use crate::crypto::aead::AeadKey;
    use crate::crypto::rsa::SigningKey;
    use crate::gateways::DeclineReason;
    use crate::gateways::transport::TransportOptions;
    use crate::payments::attempt::GatewayName;

    fn client(base: Url, backup: Option<Url>) -> Client {
        let signer = Signer { mchid: "1".to_owned(), merchant_serial: "2".to_owned(), key: SigningKey::generate() };
        let trust = Trust::new(None, AeadKey::new(&[1; 32]).unwrap());
        let transport = Transport::new(GatewayName::WeChatPay, &TransportOptions::default()).unwrap();
        Client::new(signer, trust, transport, HandClock::at(Timestamp::from_seconds(0)), base, backup)
    }

    /// An address where nobody listens.
    fn closed_address() -> Url {
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        Url::parse(&format!("http://{free}")).unwrap()
    }

    #[tokio::test]
    async fn the_backup_host_is_tried_once_and_only_when_no_connection_came_about() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let there = Url::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
        let server = tokio::spawn(async move {
            // The first caller hears "no such order"; the second is cut off after it has sent.
            let body = r#"{"code":"ORDER_NOT_EXIST","message":""}"#;
            for answer in [format!("HTTP/1.1 404 X\r\ncontent-length: {}\r\n\r\n{body}", body.len()), String::new()] {
                let (mut stream, _) = listener.accept().await.unwrap();
                stream.read_buf(&mut Vec::with_capacity(4096)).await.unwrap();
                stream.write_all(answer.as_bytes()).await.unwrap();
            }
        });
        let call =
            |client: Client| async move { client.call(Operation::Query, Method::GET, "/v3/x?mchid=1", "").await };
        let reached = call(client(closed_address(), Some(there.clone()))).await;
        assert!(matches!(reached, Err(GatewayError::Declined { reason: DeclineReason::NotFound, .. })), "{reached:?}");
        let nowhere = call(client(closed_address(), Some(closed_address()))).await;
        assert!(matches!(nowhere, Err(GatewayError::NotSent(_))), "{nowhere:?}");
        let cut_off = call(client(there, Some(closed_address()))).await;
        assert!(matches!(cut_off, Err(GatewayError::Unknown(_))), "{cut_off:?}");
        server.await.unwrap();
    }

    #[test]
    fn a_target_that_would_change_on_the_way_is_not_sent() {
        let base = Url::parse("https://api.mch.weixin.qq.com").unwrap();
        assert!(address(&base, "/v3/pay/A%7CB?mchid=1").is_ok());
        assert!(address(&base, "/v3/../x").is_err());
        assert!(address(&base, "/v3/a b").is_err());
        assert!(address(&base, "/v3/a#b").is_err());
    }
}

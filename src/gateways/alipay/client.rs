//! Calls to Alipay: signed on the way out, verified on the way in, by v2 or v3.
//! Promises: nothing that is not verified is returned; an unverifiable success is `Unknown`; what is
//! encrypted is verified before it is decrypted; certificates are fetched seldom and by one call at a time.

use bytes::Bytes;
use reqwest::Method;
use serde::Deserialize;
use tokio::sync::Mutex;
use url::Url;

use super::errors::{self, Operation, Refusal};
use super::requests;
use super::settings::{Api, is_sandbox};
use super::sign::{AnswerNode, Form, Signer, Unsigned, canonical_v3_answer, encode};
use super::trust::{DownloadError, Trust};
use super::values::Lenient;
use crate::clock::{SharedClock, Timestamp};
use crate::crypto::cbc::CbcKey;
use crate::crypto::rsa::VerifyingKey;
use crate::crypto::{from_base64, random, to_base64};
use crate::gateways::breaker::Breaker;
use crate::gateways::transport::{Answer, Call, READ_TIMEOUT, Transport, WRITE_TIMEOUT};
use crate::gateways::{GatewayError, Rejected};

/// The least time between two downloads of one certificate, in seconds.
const DOWNLOAD_SPACING_S: i64 = 60;
/// As many certificates may be asked for in that time: anyone can send notifications naming serial numbers.
const DOWNLOADS_AT_MOST: usize = 6;

/// Handled. Says nothing of what came of it.
const SUCCESS: &str = "10000";
/// The payer is asked for a password.
const WAITING: &str = "10003";

#[derive(Debug)]
pub(super) struct Client {
    pub signer: Signer,
    pub trust: Trust,
    pub content_key: Option<CbcKey>,
    pub api: Api,
    pub transport: Transport,
    pub clock: SharedClock,
    pub base: Url,
    pub breaker: Breaker,
    downloads: Mutex<Vec<(String, Timestamp)>>,
}

/// A verified answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reply {
    /// The business node, decrypted.
    pub json: Vec<u8>,
    /// The payer is still being asked for a password.
    pub is_waiting: bool,
}

/// Why a call gave no verified success.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum CallFailure {
    Gateway(GatewayError),
    /// An answer came, but it is not proven to be Alipay's.
    Unproven(Rejected),
}

impl From<CallFailure> for GatewayError {
    fn from(failure: CallFailure) -> Self {
        match failure {
            CallFailure::Gateway(error) => error,
            CallFailure::Unproven(rejected) => Self::Unknown(format!("the answer is not proven: {rejected}")),
        }
    }
}

/// The members that every answer may have.
#[derive(Debug, Default, Deserialize)]
struct Codes {
    code: Option<Lenient>,
    sub_code: Option<Lenient>,
    msg: Option<Lenient>,
    sub_msg: Option<Lenient>,
    /// v3.
    message: Option<Lenient>,
}

impl Codes {
    fn refusal(self) -> Refusal {
        let text = |value: Option<Lenient>| value.map(|v| v.0).unwrap_or_default();
        let (msg, sub_msg) = (text(self.msg), text(self.sub_msg));
        let message = if sub_msg.is_empty() { msg } else { sub_msg };
        Refusal { code: text(self.code), sub_code: text(self.sub_code), message }
    }

    fn v3_refusal(self, status: u16) -> Refusal {
        let text = |value: Option<Lenient>| value.map(|v| v.0).unwrap_or_default();
        let code = if status == 429 { "40005" } else { "" };
        Refusal { code: code.to_owned(), sub_code: text(self.code), message: text(self.message) }
    }
}

impl Client {
    pub(super) fn new(
        signer: Signer,
        trust: Trust,
        content_key: Option<CbcKey>,
        api: Api,
        transport: Transport,
        clock: SharedClock,
        base: Url,
    ) -> Self {
        let breaker = Breaker::new(clock.clone());
        Self { signer, trust, content_key, api, transport, clock, base, breaker, downloads: Mutex::default() }
    }

    /// One call through the circuit breaker. What it returns is verified.
    pub(super) async fn call(
        &self,
        operation: Operation,
        biz_content: &str,
        notify_url: Option<&str>,
    ) -> Result<Reply, GatewayError> {
        self.call_in_detail(operation, biz_content, notify_url).await.map_err(GatewayError::from)
    }

    /// As [`Self::call`], telling an unproven answer from none.
    pub(super) async fn call_in_detail(
        &self,
        operation: Operation,
        biz_content: &str,
        notify_url: Option<&str>,
    ) -> Result<Reply, CallFailure> {
        self.breaker.admit().map_err(CallFailure::Gateway)?;
        let result = match self.api {
            Api::V3 if v3_path(operation).is_some() => self.call_v3(operation, biz_content, notify_url).await,
            _ => self.call_v2(operation, biz_content, notify_url).await,
        };
        if let Err(CallFailure::Unproven(rejected)) = &result {
            count_rejection("answer", *rejected);
            tracing::warn!(operation = operation.as_str(), %rejected, "an answer of Alipay is not proven");
        }
        self.breaker.record(&result.clone().map_err(GatewayError::from));
        result
    }

    async fn call_v2(
        &self,
        operation: Operation,
        biz_content: &str,
        notify_url: Option<&str>,
    ) -> Result<Reply, CallFailure> {
        // The download of a certificate is never encrypted.
        let content_key = self.content_key.as_ref().filter(|_| operation != Operation::Certificate);
        let content = match content_key {
            Some(key) => encrypted(key, biz_content)?,
            None => biz_content.to_owned(),
        };
        let unsigned = Unsigned {
            method: operation.method(),
            biz_content: &content,
            is_encrypted: content_key.is_some(),
            notify_url,
            ..Unsigned::default()
        };
        let (query, body) = self.signer.sign(&unsigned, self.clock.now()).split();
        let url = self.address(&format!("/gateway.do?{query}"))?;
        let headers = vec![("content-type", "application/x-www-form-urlencoded;charset=utf-8".to_owned())];
        let answer = self.send(operation, Method::POST, url, headers, body).await?;
        if answer.status != 200 {
            // Whatever the business says, Alipay says it with 200.
            return Err(unknown(format!("status {}", answer.status)));
        }
        let node = AnswerNode::extract(&answer.body, operation.method()).map_err(CallFailure::Unproven)?;
        if node.sign.is_none() {
            return Err(unsigned_answer(operation, &node));
        }
        let keys = self.keys_for(operation, node.cert_sn.as_deref()).await.map_err(CallFailure::Unproven)?;
        by_any(&keys, |key| node.verify(key)).map_err(CallFailure::Unproven)?;
        let json = match (node.is_text(), content_key) {
            (false, _) => node.raw.as_bytes().to_vec(),
            (true, Some(key)) => {
                let ciphertext: String = serde_json::from_str(node.raw).map_err(|e| unknown(e.to_string()))?;
                decrypted(key, &ciphertext)?
            }
            (true, None) => return Err(unreadable_content()),
        };
        let refusal = codes(&json)?.refusal();
        match refusal.code.as_str() {
            SUCCESS if !node.is_error => Ok(Reply { json, is_waiting: false }),
            WAITING if operation == Operation::Pay && !node.is_error => Ok(Reply { json, is_waiting: true }),
            _ => Err(CallFailure::Gateway(errors::read(operation, &refusal))),
        }
    }

    async fn call_v3(
        &self,
        operation: Operation,
        biz_content: &str,
        notify_url: Option<&str>,
    ) -> Result<Reply, CallFailure> {
        let Some((method, path)) = v3_path(operation) else { return Err(unknown("no such call in v3".to_owned())) };
        let content = match notify_url {
            Some(url) => requests::with_notify_url(biz_content, url).map_err(CallFailure::Gateway)?,
            None => biz_content.to_owned(),
        };
        let mut headers = vec![
            ("accept", "application/json".to_owned()),
            ("alipay-request-id", random::alphanumeric(32).to_ascii_lowercase()),
        ];
        if let Some((_, root)) = &self.signer.certificate_sns {
            headers.push(("alipay-root-cert-sn", root.clone()));
        }
        if let Some(token) = self.signer.auth_token() {
            headers.push(("alipay-app-auth-token", token.to_owned()));
        }
        let (target, body) = match method {
            Method::GET => (format!("{path}?{}", as_query(&content)?), String::new()),
            _ => match &self.content_key {
                Some(key) => {
                    headers.push(("content-type", "text/plain".to_owned()));
                    headers.push(("alipay-encrypt-type", "AES".to_owned()));
                    (path.to_owned(), encrypted(key, &content)?)
                }
                None => {
                    headers.push(("content-type", "application/json".to_owned()));
                    (path.to_owned(), content)
                }
            },
        };
        headers.push(("authorization", self.signer.authorize(method.as_str(), &target, &body, self.clock.now())));
        let url = self.address(&target)?;
        let answer = self.send(operation, method, url, headers, body).await?;
        let is_success = (200..=299).contains(&answer.status);
        let Some(signature) = answer.header("alipay-signature").filter(|s| !s.is_empty()) else {
            if is_success {
                return Err(CallFailure::Unproven(Rejected::Unsigned));
            }
            let refusal = codes(&answer.body).unwrap_or_default().v3_refusal(answer.status);
            return Err(CallFailure::Gateway(errors::read_unsigned(operation, &refusal)));
        };
        let keys = self.keys_for(operation, answer.header("alipay-sn")).await.map_err(CallFailure::Unproven)?;
        by_any(&keys, |key| verify_v3(&answer, signature, key)).map_err(CallFailure::Unproven)?;
        let json = match &self.content_key {
            Some(key) if !answer.body.trim_ascii_start().starts_with(b"{") => {
                decrypted(key, &String::from_utf8_lossy(&answer.body))?
            }
            _ => answer.body.to_vec(),
        };
        if is_success {
            return Ok(Reply { json, is_waiting: false });
        }
        if answer.status >= 500 {
            return Err(unknown(format!("status {}", answer.status)));
        }
        let refusal = codes(&json)?.v3_refusal(answer.status);
        Err(CallFailure::Gateway(errors::read(operation, &refusal)))
    }

    async fn send(
        &self,
        operation: Operation,
        method: Method,
        url: Url,
        headers: Vec<(&'static str, String)>,
        body: String,
    ) -> Result<Answer, CallFailure> {
        let call = Call {
            operation: operation.as_str(),
            method,
            url,
            headers,
            body: Bytes::from(body),
            timeout: if operation.is_write() { WRITE_TIMEOUT } else { READ_TIMEOUT },
        };
        let answer = self.transport.send(call).await;
        match &answer {
            Ok(answer) => tracing::debug!(
                operation = operation.as_str(),
                status = answer.status,
                trace_id = answer.header("trace_id").or(answer.header("alipay-trace-id")).unwrap_or_default(),
                "Alipay answered"
            ),
            Err(error) => tracing::warn!(operation = operation.as_str(), ?error, "Alipay gave no answer"),
        }
        answer.map_err(|error| CallFailure::Gateway(error.into()))
    }

    fn address(&self, target: &str) -> Result<Url, CallFailure> {
        let joined = format!("{}{target}", self.base.as_str().trim_end_matches('/'));
        let refused = || CallFailure::Gateway(GatewayError::NotSent("the address cannot be formed".to_owned()));
        let url = Url::parse(&joined).map_err(|_| refused())?;
        // What is signed in v3 is what is sent.
        let sent = url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()));
        if sent == target { Ok(url) } else { Err(refused()) }
    }

    /// The keys that may have signed a message. An unknown certificate is fetched, but never to judge its own
    /// download.
    async fn keys_for(&self, operation: Operation, cert_sn: Option<&str>) -> Result<Vec<VerifyingKey>, Rejected> {
        match (self.trust.find(cert_sn), cert_sn) {
            (Err(Rejected::UnknownKey), Some(cert_sn)) if operation != Operation::Certificate => {
                Box::pin(self.download(cert_sn)).await;
                self.trust.find(Some(cert_sn))
            }
            (found, _) => found,
        }
    }

    /// Verifies a notification, whose certificate may have to be fetched.
    pub(super) async fn verify(&self, form: &Form) -> Result<(), Rejected> {
        let cert_sn = form.text("alipay_cert_sn");
        let keys = self.keys_for(Operation::Query, cert_sn.as_deref()).await?;
        by_any(&keys, |key| form.verify(key))
    }

    /// Fetches one certificate, at most once a minute, and few in all.
    async fn download(&self, cert_sn: &str) {
        if cert_sn.len() != 32 || !cert_sn.bytes().all(|b| b.is_ascii_hexdigit()) {
            return;
        }
        let mut downloads = self.downloads.lock().await;
        // Somebody else may have fetched it while we waited.
        if self.trust.find(Some(cert_sn)).is_ok() {
            return;
        }
        let now = self.clock.now();
        downloads.retain(|(_, at)| now.seconds_since(*at).abs() < DOWNLOAD_SPACING_S);
        if downloads.len() >= DOWNLOADS_AT_MOST || downloads.iter().any(|(sn, _)| sn == cert_sn) {
            return;
        }
        downloads.push((cert_sn.to_owned(), now));
        match self.fetch_certificate(cert_sn).await {
            Ok(()) => tracing::info!(cert_sn, "a new certificate of Alipay was taken in"),
            Err(error) => tracing::warn!(cert_sn, error, "a certificate of Alipay could not be taken in"),
        }
    }

    async fn fetch_certificate(&self, cert_sn: &str) -> Result<(), String> {
        #[derive(Deserialize)]
        struct Downloaded {
            alipay_cert_content: String,
        }
        let biz_content = serde_json::json!({ "alipay_cert_sn": cert_sn }).to_string();
        let method = Operation::Certificate.method();
        let unsigned = Unsigned { method, biz_content: &biz_content, is_of_application: true, ..Unsigned::default() };
        let (query, body) = self.signer.sign(&unsigned, self.clock.now()).split();
        let url = self.address(&format!("/gateway.do?{query}")).map_err(|e| GatewayError::from(e).to_string())?;
        let headers = vec![("content-type", "application/x-www-form-urlencoded;charset=utf-8".to_owned())];
        let answer = self.send(Operation::Certificate, Method::POST, url, headers, body).await;
        let answer = answer.map_err(|e| GatewayError::from(e).to_string())?;
        let node = AnswerNode::extract(&answer.body, Operation::Certificate.method()).map_err(|e| e.to_string())?;
        // It may be signed by the very key it brings: what proves it is the chain to the configured root.
        let found: Downloaded = serde_json::from_str(node.raw).map_err(|e| e.to_string())?;
        let taken: Result<(), DownloadError> =
            self.trust.take_in(&found.alipay_cert_content, cert_sn, is_sandbox(&self.base), self.clock.now());
        taken.map_err(|e| e.to_string())
    }
}

/// Method and path of the calls that v3 has.
fn v3_path(operation: Operation) -> Option<(Method, &'static str)> {
    Some(match operation {
        Operation::Precreate => (Method::POST, "/v3/alipay/trade/precreate"),
        Operation::Create => (Method::POST, "/v3/alipay/trade/create"),
        Operation::Pay => (Method::POST, "/v3/alipay/trade/pay"),
        Operation::Query => (Method::POST, "/v3/alipay/trade/query"),
        Operation::Close => (Method::POST, "/v3/alipay/trade/close"),
        Operation::Cancel => (Method::POST, "/v3/alipay/trade/cancel"),
        Operation::Refund => (Method::POST, "/v3/alipay/trade/refund"),
        Operation::QueryRefund => (Method::POST, "/v3/alipay/trade/fastpay/refund/query"),
        Operation::Statement => (Method::GET, "/v3/alipay/data/dataservice/bill/downloadurl/query"),
        Operation::Certificate => return None,
    })
}

/// Whether one of these keys verifies it; else what the last one said.
fn by_any(keys: &[VerifyingKey], verify: impl Fn(&VerifyingKey) -> Result<(), Rejected>) -> Result<(), Rejected> {
    let mut verdict = Err(Rejected::UnknownKey);
    for key in keys {
        verdict = verify(key);
        if verdict.is_ok() {
            break;
        }
    }
    verdict
}

fn verify_v3(answer: &Answer, signature: &str, key: &VerifyingKey) -> Result<(), Rejected> {
    let header = |name| answer.header(name).ok_or(Rejected::Unsigned);
    let message = canonical_v3_answer(header("alipay-timestamp")?, header("alipay-nonce")?, &answer.body);
    let signature = from_base64(signature).ok_or(Rejected::Unsigned)?;
    if key.verify(&message, &signature) { Ok(()) } else { Err(Rejected::BadSignature) }
}

/// The members of a flat object as a query, in its order.
fn as_query(object: &str) -> Result<String, CallFailure> {
    let members: serde_json::Map<String, serde_json::Value> =
        serde_json::from_str(object).map_err(|e| unknown(e.to_string()))?;
    let pairs = members.iter().map(|(name, value)| format!("{name}={}", encode(value.as_str().unwrap_or_default())));
    Ok(pairs.collect::<Vec<_>>().join("&"))
}

fn codes(json: &[u8]) -> Result<Codes, CallFailure> {
    serde_json::from_slice(json).map_err(|e| unknown(format!("the answer cannot be read: {e}")))
}

/// An unsigned success is refused; an unsigned refusal proves nothing, but may name what to mend.
fn unsigned_answer(operation: Operation, node: &AnswerNode<'_>) -> CallFailure {
    let refusal = codes(node.raw.as_bytes()).unwrap_or_default().refusal();
    if node.is_error {
        CallFailure::Gateway(errors::read_unsigned(operation, &refusal))
    } else if refusal.code.is_empty() || refusal.code == SUCCESS || refusal.code == WAITING {
        CallFailure::Unproven(Rejected::Unsigned)
    } else {
        unknown(format!("an unsigned refusal: {} {}", refusal.code, refusal.sub_code))
    }
}

fn encrypted(key: &CbcKey, content: &str) -> Result<String, CallFailure> {
    let sealed = key.encrypt(content.as_bytes());
    sealed.map(|bytes| to_base64(&bytes)).map_err(|e| CallFailure::Gateway(GatewayError::NotSent(e.to_string())))
}

/// Only ever after the signature over the ciphertext has been verified.
fn decrypted(key: &CbcKey, ciphertext: &str) -> Result<Vec<u8>, CallFailure> {
    from_base64(ciphertext.trim()).and_then(|bytes| key.decrypt(&bytes).ok()).ok_or_else(unreadable_content)
}

fn unreadable_content() -> CallFailure {
    CallFailure::Unproven(Rejected::CannotDecrypt)
}

fn unknown(why: String) -> CallFailure {
    CallFailure::Gateway(GatewayError::Unknown(why))
}

/// Counts what was not believed; `source` is `answer` or `notification`.
pub(super) fn count_rejection(source: &'static str, rejected: Rejected) {
    metrics::counter!(
        "luodi_gateway_rejected_total",
        "gateway" => "alipay", "source" => source, "reason" => rejected.code()
    )
    .increment(1);
}

//! The one way out to gateways: one HTTP client each for the whole process.
//! Promises: tells "certainly not sent" from "may have arrived"; every call ends in time and size.
//! Refuses: plain http except to this machine, redirects, proxies nobody configured, its own retries.

use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use reqwest::redirect::Policy;

use super::GatewayError;
use crate::payments::attempt::GatewayName;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// Shorter than servers keep idle connections.
const POOL_IDLE: Duration = Duration::from_secs(15);
/// For calls that change something.
pub const WRITE_TIMEOUT: Duration = Duration::from_secs(10);
/// For calls that only ask.
pub const READ_TIMEOUT: Duration = Duration::from_secs(6);
/// The largest answer that is read, in bytes. Files are downloaded in pieces instead.
pub const MAX_ANSWER: usize = 1024 * 1024;
/// The longest that the pieces of a file may keep coming.
pub const DOWNLOAD_TIMEOUT: Duration = Duration::from_secs(1800);
/// The longest pause between two pieces of a file.
const STALL_TIMEOUT: Duration = Duration::from_secs(30);

/// How gateways are reached.
#[derive(Debug, Clone, Default)]
pub struct TransportOptions {
    /// An http or https proxy for every gateway call. The environment's proxy variables are ignored:
    /// a payment must not take a way that nobody chose for it.
    pub proxy: Option<String>,
}

/// The HTTP client cannot be built (bad proxy address, unreadable system certificates).
#[derive(Debug, thiserror::Error)]
#[error("the HTTP client for gateways cannot be built: {0}")]
pub struct TransportError(#[from] reqwest::Error);

/// One transport for each gateway. Build it once at start: it reads the system's certificates.
#[derive(Debug, Clone)]
pub struct Transports {
    wechatpay: Transport,
    alipay: Transport,
    antom: Transport,
    unionpay: Transport,
}

impl Transports {
    /// # Errors
    /// [`TransportError`].
    pub fn new(options: &TransportOptions) -> Result<Self, TransportError> {
        let to = |gateway| Transport::new(gateway, options);
        Ok(Self {
            wechatpay: to(GatewayName::WeChatPay)?,
            alipay: to(GatewayName::Alipay)?,
            antom: to(GatewayName::Antom)?,
            unionpay: to(GatewayName::UnionPay)?,
        })
    }

    #[must_use]
    pub fn to(&self, gateway: GatewayName) -> Transport {
        match gateway {
            GatewayName::WeChatPay => self.wechatpay.clone(),
            GatewayName::Alipay => self.alipay.clone(),
            GatewayName::Antom => self.antom.clone(),
            GatewayName::UnionPay => self.unionpay.clone(),
        }
    }
}

/// The connections to one gateway; clones share them.
#[derive(Debug, Clone)]
pub struct Transport {
    client: reqwest::Client,
    gateway: GatewayName,
}

/// One request, already signed.
#[derive(Debug, Clone)]
pub struct Call {
    /// Names the call in metrics and logs, for example `create`.
    pub operation: &'static str,
    pub method: reqwest::Method,
    /// Absolute.
    pub url: url::Url,
    pub headers: Vec<(&'static str, String)>,
    pub body: Bytes,
    /// From start to the last byte of the answer.
    pub timeout: Duration,
}

/// What came back, unproven.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub body: Bytes,
}

impl Answer {
    /// The first header of that name, if it is text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|v| v.to_str().ok())
    }
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SendError {
    /// No connection came about: DNS, TCP or TLS.
    NotConnected(String),
    /// This program refused to send it.
    Refused(String),
    /// Bytes may have reached the gateway.
    Unknown(String),
}

impl From<SendError> for GatewayError {
    fn from(error: SendError) -> Self {
        match error {
            SendError::NotConnected(detail) | SendError::Refused(detail) => Self::NotSent(detail),
            SendError::Unknown(detail) => Self::Unknown(detail),
        }
    }
}

impl Transport {
    /// # Errors
    /// [`TransportError`].
    pub fn new(gateway: GatewayName, options: &TransportOptions) -> Result<Self, TransportError> {
        // Fails only when one is installed already, which is as good.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let mut builder = reqwest::Client::builder()
            .user_agent(concat!("luodi/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(CONNECT_TIMEOUT)
            .redirect(Policy::none())
            // A connection that the other side has just given up would make a call "unknown" for nothing.
            .pool_idle_timeout(POOL_IDLE)
            // Whether a call may be repeated is decided by what it does to money, never here.
            .retry(reqwest::retry::never())
            .no_proxy();
        if let Some(proxy) = &options.proxy {
            builder = builder.proxy(reqwest::Proxy::all(proxy)?);
        }
        Ok(Self { client: builder.build()?, gateway })
    }

    /// Sends once and reads the whole answer.
    ///
    /// # Errors
    /// [`SendError`]; anything that is not certainly unsent is `Unknown`.
    pub async fn send(&self, call: Call) -> Result<Answer, SendError> {
        if !is_allowed(&call.url) {
            return Err(SendError::Refused("only https addresses are called".to_owned()));
        }
        let operation = call.operation;
        let started = Instant::now();
        let result = self.exchange(call).await;
        let outcome = match &result {
            Ok(answer) => status_class(answer.status),
            Err(SendError::NotConnected(_) | SendError::Refused(_)) => "not_sent",
            Err(SendError::Unknown(_)) => "unknown",
        };
        metrics::histogram!(
            "luodi_gateway_call_seconds",
            "gateway" => self.gateway.as_str(), "operation" => operation, "outcome" => outcome
        )
        .record(started.elapsed().as_secs_f64());
        result
    }

    /// Sends once and leaves the body of the answer to be read in pieces.
    ///
    /// # Errors
    /// [`SendError`].
    pub async fn download(&self, call: Call) -> Result<Download, SendError> {
        if !is_allowed(&call.url) {
            return Err(SendError::Refused("only https addresses are called".to_owned()));
        }
        let stalled = |_| SendError::Unknown("no answer in time".to_owned());
        let response = tokio::time::timeout(STALL_TIMEOUT, self.request(call)).await.map_err(stalled)??;
        Ok(Download { response })
    }

    async fn request(&self, call: Call) -> Result<reqwest::Response, SendError> {
        let mut request = self.client.request(call.method, call.url).timeout(call.timeout);
        for (name, value) in call.headers {
            request = request.header(name, value);
        }
        if !call.body.is_empty() {
            request = request.body(call.body);
        }
        request.send().await.map_err(|e| classify(&e))
    }

    async fn exchange(&self, call: Call) -> Result<Answer, SendError> {
        let mut response = self.request(call).await?;
        if response.content_length().is_some_and(|length| length > MAX_ANSWER as u64) {
            return Err(SendError::Unknown("the answer is too large".to_owned()));
        }
        let (status, headers) = (response.status().as_u16(), std::mem::take(response.headers_mut()));
        let mut body = BytesMut::new();
        // Past the head of the answer nothing can be "not sent" any more.
        while let Some(chunk) = response.chunk().await.map_err(|e| SendError::Unknown(reason(&e)))? {
            if body.len() + chunk.len() > MAX_ANSWER {
                return Err(SendError::Unknown("the answer is too large".to_owned()));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Answer { status, headers, body: body.freeze() })
    }
}

/// A file on its way, unproven.
#[derive(Debug)]
pub struct Download {
    response: reqwest::Response,
}

impl Download {
    #[must_use]
    pub fn status(&self) -> u16 {
        self.response.status().as_u16()
    }

    /// The next piece; `None` at the end. A file that is cut short is an error.
    ///
    /// # Errors
    /// `Unknown`.
    pub async fn next_piece(&mut self) -> Result<Option<Bytes>, SendError> {
        match tokio::time::timeout(STALL_TIMEOUT, self.response.chunk()).await {
            Ok(piece) => piece.map_err(|e| SendError::Unknown(reason(&e))),
            Err(_) => Err(SendError::Unknown("the download stopped coming".to_owned())),
        }
    }
}

/// https anywhere; http only to this very machine, for stand-ins. Accounts narrow this further.
#[must_use]
pub fn is_allowed(url: &url::Url) -> bool {
    url.scheme() == "https" || (url.scheme() == "http" && is_loopback(url))
}

/// Whether the host is this machine by name or address.
#[must_use]
pub fn is_loopback(url: &url::Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

/// A connect error comes before the first byte of the request. The total timeout is no connect
/// error even when it strikes during connecting, so it stays on the careful side.
fn classify(error: &reqwest::Error) -> SendError {
    if error.is_connect() || error.is_builder() {
        SendError::NotConnected(reason(error))
    } else {
        SendError::Unknown(reason(error))
    }
}

/// The innermost cause in words, without the address (a query string may name an order).
fn reason(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return if error.is_connect() { "connecting took too long" } else { "no answer in time" }.to_owned();
    }
    let mut cause: &dyn std::error::Error = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    cause.to_string()
}

const fn status_class(status: u16) -> &'static str {
    match status {
        200..=299 => "2xx",
        300..=399 => "3xx",
        400..=499 => "4xx",
        _ => "5xx",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_goes_to_this_machine_only() {
        let allowed = |text: &str| is_allowed(&url::Url::parse(text).unwrap());
        assert!(allowed("https://api.mch.weixin.qq.com/v3"));
        assert!(allowed("http://127.0.0.1:8080/"));
        assert!(allowed("http://[::1]:8080/"));
        assert!(allowed("http://localhost:8080/"));
        assert!(!allowed("http://api.mch.weixin.qq.com/"));
        assert!(!allowed("http://127.0.0.1.example.com/"));
        assert!(!allowed("http://10.0.0.1/"));
        assert!(!allowed("ftp://127.0.0.1/"));
    }
}

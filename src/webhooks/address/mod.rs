//! Calls to addresses that somebody else chose (webhook endpoints), without becoming their door into
//! our network. Promises: the address that was checked is the address that is connected to, because
//! the check sits inside the client's own name resolution; no redirects; a bounded answer.
//! Refuses: anything but https, credentials in the URL, ports below 1024 other than 443, every
//! address outside the public internet. Uses no proxy: behind one, the check would judge the wrong host.

mod public;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{HeaderMap, RETRY_AFTER};
use url::{Host, Url};

pub use public::{Refusal, check as check_ip};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// How much of an answer is read. Only the status decides; the rest is shown to the merchant.
pub const ANSWER_LIMIT_BYTES: usize = 4096;

/// Why a URL or the host in it was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    #[error("this is not a URL")]
    NotAUrl,
    #[error("the URL must begin with https://")]
    NotHttps,
    #[error("the URL must not carry a user name or password")]
    Credentials,
    #[error("port {0} is not allowed: use 443 or one from 1024 up")]
    Port(u16),
    #[error("{address} may not be called: {refusal}")]
    NotPublic { address: IpAddr, refusal: Refusal },
    #[error("{0} has no address")]
    NoAddress(String),
}

/// Why a call brought no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    #[error(transparent)]
    Refused(#[from] AddressError),
    #[error("no answer in time")]
    TimedOut,
    #[error("no connection: {0}")]
    NoConnection(String),
    #[error("the exchange broke off: {0}")]
    BrokeOff(String),
}

/// What the receiver said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    /// `Retry-After`, where it is given in seconds.
    pub retry_after_s: Option<u32>,
    /// The beginning of the body, at most [`ANSWER_LIMIT_BYTES`].
    pub excerpt: Bytes,
}

/// # Errors
/// When the URL breaks one of the rules that can be judged without resolving its host.
pub fn check_url(text: &str, allow_private: bool) -> Result<Url, AddressError> {
    let url = Url::parse(text).map_err(|_| AddressError::NotAUrl)?;
    match url.scheme() {
        "https" => {}
        "http" if allow_private => {}
        _ => return Err(AddressError::NotHttps),
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(AddressError::Credentials);
    }
    // Low ports belong to services that were never meant to hear from us (SMTP, SSH).
    match url.port_or_known_default() {
        Some(443 | 1024..) => {}
        Some(_) if allow_private => {}
        Some(port) => return Err(AddressError::Port(port)),
        None => return Err(AddressError::NotAUrl),
    }
    // The client does not resolve literal addresses, so they are judged here.
    let literal = match url.host().ok_or(AddressError::NotAUrl)? {
        Host::Ipv4(v4) => Some(IpAddr::V4(v4)),
        Host::Ipv6(v6) => Some(IpAddr::V6(v6)),
        Host::Domain(_) => None,
    };
    if let Some(address) = literal {
        check_address(address, allow_private)?;
    }
    Ok(url)
}

fn check_address(address: IpAddr, allow_private: bool) -> Result<(), AddressError> {
    public::check(address, allow_private).map_err(|refusal| AddressError::NotPublic { address, refusal })
}

/// Resolves as the operating system does and lets a name through only if every address it has may
/// be called: a name with one public and one private address is an attack, not a choice.
#[derive(Debug, Clone, Copy)]
struct GuardedResolver {
    allow_private: bool,
}

impl Resolve for GuardedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let allow_private = self.allow_private;
        Box::pin(async move {
            let addresses: Vec<_> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            if addresses.is_empty() {
                return Err(AddressError::NoAddress(name.as_str().to_owned()).into());
            }
            for address in &addresses {
                check_address(address.ip(), allow_private)?;
            }
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}

/// An HTTP client that can only reach addresses that may be called.
#[derive(Debug, Clone)]
pub struct GuardedClient {
    client: reqwest::Client,
    allow_private: bool,
}

impl GuardedClient {
    /// # Errors
    /// When the TLS library cannot be set up (no trust store).
    pub fn new(timeout: Duration, allow_private: bool) -> Result<Self, reqwest::Error> {
        let client = reqwest::Client::builder()
            .user_agent(concat!("Luodi-Webhooks/", env!("CARGO_PKG_VERSION")))
            .dns_resolver(Arc::new(GuardedResolver { allow_private }))
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .https_only(!allow_private)
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(timeout)
            .build()?;
        Ok(Self { client, allow_private })
    }

    /// # Errors
    /// When the URL or its host is refused, or no answer comes. Every status is an answer.
    pub async fn post(&self, url: &str, headers: HeaderMap, body: Bytes) -> Result<Answer, CallError> {
        let url = check_url(url, self.allow_private)?;
        let mut response = self.client.post(url).headers(headers).body(body).send().await.map_err(explain)?;
        let retry_after_s =
            response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.trim().parse().ok());
        let status = response.status().as_u16();
        let mut excerpt = BytesMut::new();
        while excerpt.len() < ANSWER_LIMIT_BYTES {
            // A body that breaks off does not undo the status, which is what was asked for.
            let Ok(Some(chunk)) = response.chunk().await else { break };
            excerpt.extend_from_slice(&chunk[..chunk.len().min(ANSWER_LIMIT_BYTES - excerpt.len())]);
        }
        Ok(Answer { status, retry_after_s, excerpt: excerpt.freeze() })
    }
}

/// Finds our own refusal inside the client's error; drops the URL, whose query may carry a token.
fn explain(error: reqwest::Error) -> CallError {
    let error = error.without_url();
    let mut causes: Vec<&(dyn std::error::Error + 'static)> = vec![&error];
    while let Some(source) = causes.last().and_then(|cause| cause.source()) {
        causes.push(source);
    }
    if let Some(refused) = causes.iter().find_map(|cause| cause.downcast_ref::<AddressError>()) {
        return CallError::Refused(refused.clone());
    }
    let root = causes.last().map_or_else(String::new, ToString::to_string);
    if error.is_connect() {
        CallError::NoConnection(root)
    } else if error.is_timeout() {
        CallError::TimedOut
    } else {
        CallError::BrokeOff(root)
    }
}

#[cfg(test)]
mod tests;

//! How much one caller may ask of us. Notifications are exempt: they are bounded by size and concurrency.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::num::NonZeroU32;
use std::sync::Arc;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{HttpRequest, web};
use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::state::AppState;
use crate::config::{IpNetwork, LimitsConfig};
use crate::error::{ApiError, Code};
use crate::ids::KeyId;

/// Browsers listening at the same time.
const STREAMS: usize = 10_000;

pub struct Limits {
    keys: DefaultKeyedRateLimiter<KeyId>,
    addresses: DefaultKeyedRateLimiter<IpAddr>,
    streams: Arc<Semaphore>,
}

impl std::fmt::Debug for Limits {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Limits").finish_non_exhaustive()
    }
}

impl Limits {
    #[must_use]
    pub fn new(config: &LimitsConfig) -> Self {
        Self {
            keys: RateLimiter::keyed(per_minute(config.key_requests_per_minute)),
            addresses: RateLimiter::keyed(per_minute(config.address_requests_per_minute)),
            streams: Arc::new(Semaphore::new(STREAMS)),
        }
    }

    /// # Errors
    /// `rate_limited` with the seconds to wait.
    pub fn take_for_key(&self, key: KeyId) -> Result<(), ApiError> {
        self.keys.check_key(&key).map_err(|until| too_fast(until.wait_time_from(DefaultClock::default().now())))
    }

    /// # Errors
    /// `rate_limited` with the seconds to wait.
    pub fn take_for_address(&self, address: IpAddr) -> Result<(), ApiError> {
        self.addresses
            .check_key(&address)
            .map_err(|until| too_fast(until.wait_time_from(DefaultClock::default().now())))
    }

    /// # Errors
    /// `rate_limited` when too many browsers listen already.
    pub fn open_stream(&self) -> Result<OwnedSemaphorePermit, ApiError> {
        Arc::clone(&self.streams).try_acquire_owned().map_err(|_| ApiError::new(Code::RateLimited).retry_after(5))
    }

    /// Forgets callers that have been quiet.
    pub fn forget_idle(&self) {
        self.keys.retain_recent();
        self.addresses.retain_recent();
    }
}

/// Counts a request for the address it came from.
///
/// # Errors
/// `rate_limited` with the seconds to wait.
pub fn take_for_sender(request: &HttpRequest, state: &AppState) -> Result<(), ApiError> {
    let address = client_ip(request, &state.config.trusted_proxies);
    state.limits.take_for_address(address.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED)))
}

fn per_minute(requests: u32) -> Quota {
    Quota::per_minute(NonZeroU32::new(requests).unwrap_or(NonZeroU32::MAX))
}

fn too_fast(wait: std::time::Duration) -> ApiError {
    ApiError::new(Code::RateLimited).retry_after(wait.as_secs() + 1)
}

/// The caller's own address: the last hop that is not one of our proxies.
#[must_use]
pub fn client_ip(request: &HttpRequest, proxies: &[IpNetwork]) -> Option<IpAddr> {
    let is_proxy = |address: IpAddr| proxies.iter().any(|network| network.contains(address));
    let peer = request.peer_addr().map(|a| a.ip())?;
    if !is_proxy(peer) {
        return Some(peer);
    }
    let hops = request.headers().get_all("x-forwarded-for").filter_map(|v| v.to_str().ok()).flat_map(|v| v.split(','));
    let mut hops: Vec<IpAddr> = hops.filter_map(|hop| parse_hop(hop.trim())).collect();
    while let Some(hop) = hops.pop() {
        if !is_proxy(hop) {
            return Some(hop);
        }
    }
    Some(peer)
}

fn parse_hop(hop: &str) -> Option<IpAddr> {
    hop.parse().ok().or_else(|| hop.parse::<SocketAddr>().ok().map(|a| a.ip()))
}

/// Browsers and strangers by their address; shops' servers are counted by their key, gateways not at all.
///
/// # Errors
/// `rate_limited`.
pub async fn limit_addresses(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let path = request.path();
    let exempt = path.starts_with("/notify/")
        || path.starts_with("/health/")
        || path.starts_with("/assets/")
        || path.starts_with("/components/");
    // A key counts for itself where one is asked for; `auth` counts those that turn out wrong.
    let by_key = path.starts_with("/v1/")
        && request.headers().get("authorization").is_some_and(|v| !v.as_bytes().starts_with(b"Bearer ld_pk_"))
        && !form_urlencoded::parse(request.query_string().as_bytes()).any(|(name, _)| name == "client_secret");
    if !exempt
        && !by_key
        && let Some(state) = request.app_data::<web::Data<AppState>>()
        && let Err(error) = take_for_sender(request.request(), state)
    {
        return Ok(request.error_response(error));
    }
    Ok(next.call(request).await?.map_into_boxed_body())
}

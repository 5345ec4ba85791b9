//! Who is calling: a shop's server with a secret key, a browser with a publishable key for what is public, or a
//! browser with the client secret of one payment.
//! Keys are compared by their hash under the server's pepper; nothing of a refused key is logged.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use actix_web::dev::Payload;
use actix_web::http::header::{AUTHORIZATION, ORIGIN};
use actix_web::{FromRequest, HttpRequest, web};
use futures_util::future::LocalBoxFuture;

use super::limits::take_for_sender;
use super::state::AppState;
use crate::clock::Timestamp;
use crate::crypto::compare;
use crate::crypto::digest::hmac_sha256;
use crate::crypto::random::alphanumeric;
use crate::error::{ApiError, Code};
use crate::ids::{KeyId, PaymentId, StoreId};
use crate::payments::{Ledger, Mode};
use crate::storage::{ApiKey, KeyKind};

/// Random characters after the prefix of a key.
const KEY_RANDOM_CHARS: usize = 32;

/// A shop's server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SecretKey {
    pub store_id: StoreId,
    pub mode: Mode,
    pub key_id: KeyId,
}

/// Whoever may read what is public: a shop's page with a publishable key (`ld_pk_…`, in the header or as
/// `?key=`), or a shop's server with its secret key in the header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PublicReader {
    pub store_id: StoreId,
    pub mode: Mode,
    pub kind: KeyKind,
    /// The answer may depend on a header, which caches must know.
    pub by_header: bool,
}

/// Whoever may act on one payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caller {
    Shop(SecretKey),
    /// Holds the client secret of this payment.
    Browser(PaymentId),
}

/// A new key: its text, shown once, and what is stored.
#[must_use]
pub fn generate_key(kind: KeyKind, mode: Mode) -> String {
    let kind = match kind {
        KeyKind::Secret => "sk",
        KeyKind::Publishable => "pk",
    };
    format!("ld_{kind}_{}_{}", mode.as_str(), alphanumeric(KEY_RANDOM_CHARS))
}

/// What is stored of a key.
#[must_use]
pub fn hash_key(pepper: &[u8; 32], key: &str) -> Vec<u8> {
    hmac_sha256(pepper, key.as_bytes()).to_vec()
}

/// How a stored key is shown in lists.
#[must_use]
pub fn key_hint(key: &str) -> String {
    let (prefix, random) = key.split_at(key.rfind('_').map_or(0, |i| i + 1));
    format!("{prefix}…{}", random.get(random.len().saturating_sub(4)..).unwrap_or_default())
}

async fn authenticate(request: &HttpRequest, state: &AppState) -> Result<SecretKey, ApiError> {
    let header = request.headers().get(AUTHORIZATION).ok_or_else(|| ApiError::new(Code::Unauthenticated))?;
    let key = header.to_str().ok().and_then(|h| h.strip_prefix("Bearer ")).map(str::trim);
    let key = key.ok_or_else(|| ApiError::new(Code::Unauthenticated))?;
    if key.starts_with("ld_pk_") {
        return Err(ApiError::new(Code::WrongKeyKind));
    }
    let stored = match find_key(state, key).await {
        Err(error) if error.code == Code::InvalidKey => {
            // Guessing must not be free because it brings a key.
            take_for_sender(request, state)?;
            return Err(error);
        }
        found => found?,
    };
    state.limits.take_for_key(stored.id)?;
    Ok(SecretKey { store_id: stored.store_id, mode: stored.mode, key_id: stored.id })
}

/// A revoked publishable key goes on working for as long.
const PUBLISHABLE_KEY_KEPT_S: i64 = 30;
/// More keys than this at once are not worth remembering.
const PUBLISHABLE_KEYS_KEPT: usize = 4096;

/// Publishable keys seen lately, by their hash: what they open is prepared bytes, and asking the database each
/// time would cost more than the answer.
#[derive(Debug, Default)]
pub struct PublishableKeys(Mutex<HashMap<Vec<u8>, (ApiKey, Timestamp)>>);

impl PublishableKeys {
    fn recall(&self, hash: &[u8], now: Timestamp) -> Option<ApiKey> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (key, seen) = kept.get(hash)?;
        (now.as_millis() - seen.as_millis() < PUBLISHABLE_KEY_KEPT_S * 1000).then(|| key.clone())
    }

    fn keep(&self, key: &ApiKey, now: Timestamp) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= PUBLISHABLE_KEYS_KEPT {
            kept.clear();
        }
        kept.insert(key.hash.clone(), (key.clone(), now));
    }
}

async fn find_publishable_key(state: &AppState, key: &str) -> Result<ApiKey, ApiError> {
    let hash = hash_key(&state.pepper, key);
    let now = state.clock.now();
    if let Some(known) = state.publishable_keys.recall(&hash, now) {
        return Ok(known);
    }
    let stored = stored_key(state, key).await?;
    if stored.kind != KeyKind::Publishable {
        return Err(ApiError::new(Code::WrongKeyKind));
    }
    state.publishable_keys.keep(&stored, now);
    Ok(stored)
}

async fn stored_key(state: &AppState, key: &str) -> Result<ApiKey, ApiError> {
    // Long keys are not hashed: no key of ours has more than this.
    if key.len() > 64 {
        return Err(ApiError::new(Code::InvalidKey));
    }
    let stored = state.storage.api_key_by_hash(&hash_key(&state.pepper, key)).await?;
    stored.filter(|k| k.revoked_at.is_none()).ok_or_else(|| ApiError::new(Code::InvalidKey))
}

async fn find_key(state: &AppState, key: &str) -> Result<ApiKey, ApiError> {
    let stored = stored_key(state, key).await?;
    if stored.kind == KeyKind::Secret { Ok(stored) } else { Err(ApiError::new(Code::WrongKeyKind)) }
}

impl FromRequest for SecretKey {
    type Error = ApiError;
    type Future = LocalBoxFuture<'static, Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        extract(request, authenticate)
    }
}

#[derive(serde::Deserialize)]
struct KeyQuery {
    key: Option<String>,
}

impl FromRequest for PublicReader {
    type Error = ApiError;
    type Future = LocalBoxFuture<'static, Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        extract(request, public_reader)
    }
}

async fn public_reader(request: &HttpRequest, state: &AppState) -> Result<PublicReader, ApiError> {
    let header = request.headers().get(AUTHORIZATION);
    let by_header = header.is_some();
    let publishable = match header {
        Some(header) => {
            let key = header.to_str().ok().and_then(|h| h.strip_prefix("Bearer ")).map(str::trim);
            key.filter(|key| key.starts_with("ld_pk_")).map(str::to_owned)
        }
        None => {
            let query = web::Query::<KeyQuery>::from_query(request.query_string()).ok();
            let key = query.and_then(|q| q.into_inner().key).ok_or_else(|| ApiError::new(Code::Unauthenticated))?;
            if key.starts_with("ld_sk_") {
                // Addresses end up in logs and histories: a secret key has no place there.
                return Err(ApiError::new(Code::WrongKeyKind));
            }
            Some(key)
        }
    };
    let Some(key) = publishable else {
        let SecretKey { store_id, mode, .. } = authenticate(request, state).await?;
        return Ok(PublicReader { store_id, mode, kind: KeyKind::Secret, by_header });
    };
    // All shoppers of a shop share one key: `limits` counts them by their addresses, nobody by the key.
    let stored = find_publishable_key(state, &key).await?;
    let origins = &state.store_config(stored.store_id).allowed_origins;
    if let Some(origin) = request.headers().get(ORIGIN)
        && !origins.is_empty()
        && !origins.iter().any(|allowed| allowed.as_bytes() == origin.as_bytes())
        && origin.as_bytes() != own_origin(&state.public_url).as_bytes()
    {
        return Err(ApiError::new(Code::OriginNotAllowed));
    }
    Ok(PublicReader { store_id: stored.store_id, mode: stored.mode, kind: stored.kind, by_header })
}

/// Pages of ours, such as the documentation.
fn own_origin(public_url: &str) -> String {
    url::Url::parse(public_url).map(|url| url.origin().ascii_serialization()).unwrap_or_default()
}

#[derive(serde::Deserialize)]
struct SecretQuery {
    client_secret: Option<String>,
}

impl FromRequest for Caller {
    type Error = ApiError;
    type Future = LocalBoxFuture<'static, Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        extract(request, caller)
    }
}

async fn caller(request: &HttpRequest, state: &AppState) -> Result<Caller, ApiError> {
    let query = web::Query::<SecretQuery>::from_query(request.query_string()).ok();
    let Some(secret) = query.and_then(|q| q.into_inner().client_secret) else {
        return authenticate(request, state).await.map(Caller::Shop);
    };
    let id = payment_of_request(request, state).await?;
    if compare::equal(secret.as_bytes(), state.client_secret(id).as_bytes()) {
        Ok(Caller::Browser(id))
    } else {
        Err(ApiError::new(Code::ClientSecretInvalid))
    }
}

/// The payment that the path names, directly or by one of its attempts.
async fn payment_of_request(request: &HttpRequest, state: &AppState) -> Result<PaymentId, ApiError> {
    if let Some(id) = request.match_info().get("payment_id") {
        return id.parse().map_err(|_| ApiError::not_found("payment"));
    }
    let id = request.match_info().get("attempt_id").unwrap_or_default();
    let id = id.parse().map_err(|_| ApiError::not_found("attempt"))?;
    let ledger = state.storage.ledger_of_attempt(id).await?.ok_or_else(|| ApiError::not_found("attempt"))?;
    Ok(ledger.payment.id)
}

/// Lets `read` see a request and the state.
fn extract<T: 'static>(
    request: &HttpRequest,
    read: impl AsyncFnOnce(&HttpRequest, &AppState) -> Result<T, ApiError> + 'static,
) -> LocalBoxFuture<'static, Result<T, ApiError>> {
    let request = request.clone();
    Box::pin(async move {
        let state = request.app_data::<web::Data<AppState>>().cloned();
        let state = state.ok_or_else(|| ApiError::internal("no application state"))?;
        read(&request, &state).await
    })
}

impl SecretKey {
    /// Keys see their own store and mode only; anything else does not exist for them.
    ///
    /// # Errors
    /// `not_found`, or `mode_mismatch` when only the mode differs.
    pub fn may_see(&self, ledger: &Ledger) -> Result<(), ApiError> {
        if ledger.payment.store_id != self.store_id {
            return Err(ApiError::not_found("payment"));
        }
        if ledger.payment.mode != self.mode {
            return Err(ApiError::new(Code::ModeMismatch).with("key_mode", self.mode.as_str()));
        }
        Ok(())
    }
}

impl Caller {
    /// # Errors
    /// As [`SecretKey::may_see`]; a browser sees the payment of its secret only.
    pub fn may_see(&self, ledger: &Ledger) -> Result<(), ApiError> {
        match self {
            Self::Shop(key) => key.may_see(ledger),
            Self::Browser(id) if *id == ledger.payment.id => Ok(()),
            Self::Browser(_) => Err(ApiError::not_found("payment")),
        }
    }
}

//! Who is calling: a shop's server with a secret key, or a browser with the client secret of one payment.
//! Keys are compared by their hash under the server's pepper; nothing of a refused key is logged.

use actix_web::dev::Payload;
use actix_web::http::header::AUTHORIZATION;
use actix_web::{FromRequest, HttpRequest, web};
use futures_util::future::LocalBoxFuture;

use super::limits::take_for_sender;
use super::state::AppState;
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

async fn find_key(state: &AppState, key: &str) -> Result<ApiKey, ApiError> {
    // Long keys are not hashed: no key of ours has more than this.
    if key.len() > 64 {
        return Err(ApiError::new(Code::InvalidKey));
    }
    let stored = state.storage.api_key_by_hash(&hash_key(&state.pepper, key)).await?;
    let stored = stored.filter(|k| k.revoked_at.is_none()).ok_or_else(|| ApiError::new(Code::InvalidKey))?;
    if stored.kind == KeyKind::Secret { Ok(stored) } else { Err(ApiError::new(Code::WrongKeyKind)) }
}

impl FromRequest for SecretKey {
    type Error = ApiError;
    type Future = LocalBoxFuture<'static, Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let state = state_of(&request)?;
            authenticate(&request, &state).await
        })
    }
}

#[derive(serde::Deserialize)]
struct SecretQuery {
    client_secret: Option<String>,
}

impl FromRequest for Caller {
    type Error = ApiError;
    type Future = LocalBoxFuture<'static, Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let state = state_of(&request)?;
            let query = web::Query::<SecretQuery>::from_query(request.query_string()).ok();
            let Some(secret) = query.and_then(|q| q.into_inner().client_secret) else {
                return authenticate(&request, &state).await.map(Self::Shop);
            };
            let id = payment_of_request(&request, &state).await?;
            if compare::equal(secret.as_bytes(), state.client_secret(id).as_bytes()) {
                Ok(Self::Browser(id))
            } else {
                Err(ApiError::new(Code::ClientSecretInvalid))
            }
        })
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

fn state_of(request: &HttpRequest) -> Result<web::Data<AppState>, ApiError> {
    request.app_data::<web::Data<AppState>>().cloned().ok_or_else(|| ApiError::internal("no application state"))
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

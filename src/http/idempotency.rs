//! `Idempotency-Key` on creating POSTs. The ids of what is to be made are chosen before the work and
//! stored with the key, so that a repeat after a crash continues instead of making something twice.

use std::future::Future;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};

use super::auth::Caller;
use super::problem::{Problem, locale_of, request_id};
use super::state::AppState;
use crate::crypto::digest::sha256;
use crate::error::{ApiError, Code, FieldError};
use crate::i18n::Locale;
use crate::ids::StoreId;
use crate::payments::Mode;
use crate::storage::{Begun, IdempotencyRequest};

/// How long a request may work before another one may take over, in seconds. Longer than the slowest
/// gateway call chain (query, close, create).
const LEASE_S: i64 = 40;

/// Whose keys these are.
#[derive(Debug, Clone)]
pub struct Scope {
    pub store_id: StoreId,
    pub mode: Mode,
    /// Keeps the keys of browsers apart from the shop's.
    pub prefix: String,
}

impl Scope {
    #[must_use]
    pub fn of(caller: &Caller, store_id: StoreId, mode: Mode) -> Self {
        let prefix = match caller {
            Caller::Shop(_) => String::new(),
            Caller::Browser(payment) => format!("{payment}/"),
        };
        Self { store_id, mode, prefix }
    }
}

/// Runs `work` once per key. `resource` names the ids that `work` is to use.
///
/// # Errors
/// Missing or malformed key, a key in use, a key of another request; and those of `work`.
pub async fn once<W, F>(
    state: &web::Data<AppState>,
    request: &HttpRequest,
    scope: &Scope,
    body: &web::Bytes,
    resource: String,
    work: W,
) -> Result<HttpResponse, ApiError>
where
    W: FnOnce(String) -> F + Send + 'static,
    F: Future<Output = Result<(StatusCode, Vec<u8>), ApiError>> + Send,
{
    let key = format!("{}{}", scope.prefix, key_of(request)?);
    let begun = state
        .storage
        .begin_idempotent(
            IdempotencyRequest {
                store_id: scope.store_id,
                mode: scope.mode,
                key: key.clone(),
                route: request.path().to_owned(),
                request_hash: sha256(&[request.path().as_bytes(), b"\n", body].concat()).to_vec(),
                resource: resource.clone(),
                owner: state.instance.clone(),
            },
            state.clock.now(),
            LEASE_S,
        )
        .await?;
    let resource = match begun {
        Begun::Fresh => resource,
        Begun::Resumed { resource } => resource,
        Begun::Running { retry_after_s } => {
            return Err(ApiError::new(Code::IdempotencyInProgress).retry_after(retry_after_s.unsigned_abs()));
        }
        Begun::OtherRequest => return Err(ApiError::new(Code::IdempotencyMismatch)),
        Begun::Replay { status, body } => return Ok(replay(status, body)),
    };
    let (worker, scope) = (state.clone(), scope.clone());
    let wording = (locale_of(request), request_id(request));
    let (status, body) = state
        .finish(async move {
            let outcome = work(resource).await;
            keep_answer(&worker, &scope, &key, wording, &outcome).await?;
            outcome
        })
        .await?;
    Ok(HttpResponse::build(status).content_type("application/json").body(body))
}

/// Stores the answer for repeats. What may end otherwise later is not an answer: the key is set free.
async fn keep_answer(
    state: &AppState,
    scope: &Scope,
    key: &str,
    wording: (Locale, String),
    outcome: &Result<(StatusCode, Vec<u8>), ApiError>,
) -> Result<(), ApiError> {
    let storage = &state.storage;
    match outcome {
        Ok((status, body)) => storage.finish_idempotent(scope.store_id, scope.mode, key, status.as_u16(), body).await?,
        Err(error) if error.is_passing() => storage.release_idempotent(scope.store_id, scope.mode, key).await?,
        Err(error) => {
            // A definite refusal is an answer too: the same request gets it again.
            let body = serde_json::to_vec(&Problem::of(error, wording.0, wording.1)).unwrap_or_default();
            storage.finish_idempotent(scope.store_id, scope.mode, key, error.code.status(), &body).await?;
        }
    }
    Ok(())
}

fn key_of(request: &HttpRequest) -> Result<String, ApiError> {
    let header = request.headers().get("idempotency-key").ok_or_else(|| ApiError {
        fields: vec![FieldError::new("header:Idempotency-Key", "required")],
        ..ApiError::new(Code::IdempotencyKeyMissing)
    })?;
    let key = header.to_str().unwrap_or_default();
    let good = (16..=255).contains(&key.len()) && key.bytes().all(|b| b.is_ascii_graphic());
    if good { Ok(key.to_owned()) } else { Err(ApiError::new(Code::IdempotencyKeyInvalid)) }
}

fn replay(status: u16, body: Vec<u8>) -> HttpResponse {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    let content_type = if status.is_success() { "application/json" } else { "application/problem+json" };
    HttpResponse::build(status).insert_header(("Idempotency-Replayed", "true")).content_type(content_type).body(body)
}

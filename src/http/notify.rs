//! `/notify/{gateway}/{account_id}`: what gateways tell us. Promises: "success" is answered only after
//! the fact is durable. Refuses bodies above 1 MiB and more than a bounded number at once; nothing else
//! limits a gateway.

use std::sync::LazyLock;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, HttpResponse, web};
use futures_util::future::LocalBoxFuture;
use tokio::sync::Semaphore;

use super::body::read_limited;
use super::state::AppState;
use crate::error::ApiError;
use crate::gateways::{Gateway, Outcome, RawNotification, RawResponse, VerifiedNotice};
use crate::ids::AccountId;
use crate::payments::settle::{Settled, Source};
use crate::payments::{GatewayName, PaymentError};
use crate::storage::{Account, NotificationRecord};
use crate::telemetry::alarm;

/// WeChat Pay allows a megabyte of ciphertext; real ones have a few kilobytes.
const BODY_BYTES: usize = 1_048_576;
/// Being verified and settled at the same time.
static AT_ONCE: LazyLock<Semaphore> = LazyLock::new(|| Semaphore::new(512));

/// The body as it came.
#[derive(Debug)]
pub struct RawBody(web::Bytes);

impl FromRequest for RawBody {
    type Error = ApiError;
    type Future = LocalBoxFuture<'static, Result<Self, ApiError>>;

    fn from_request(_: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let payload = payload.take();
        Box::pin(async move { read_limited(payload, BODY_BYTES).await.map(Self) })
    }
}

pub async fn receive(
    state: web::Data<AppState>,
    request: HttpRequest,
    path: web::Path<(String, String)>,
    body: RawBody,
) -> Result<HttpResponse, ApiError> {
    let _turn = AT_ONCE.acquire().await.map_err(ApiError::internal)?;
    let (gateway_name, account_id) = path.into_inner();
    let (gateway_name, account_id) = GatewayName::parse(&gateway_name)
        .zip(account_id.parse::<AccountId>().ok())
        .ok_or_else(|| ApiError::not_found("account"))?;
    let (account, gateway) = state.payments.gateways().of_account(account_id).await?;
    if account.gateway != gateway_name {
        return Err(ApiError::not_found("account"));
    }
    let path = (RawNotification::PATH.to_owned(), request.path().to_owned());
    let headers = request
        .headers()
        .iter()
        .filter_map(|(name, value)| Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned())))
        .chain([path])
        .collect();
    let raw = RawNotification { headers, body: body.0 };
    let (believer, trusted) = (state.clone(), gateway.clone());
    let outcome = state.finish(async move { Ok(believe(&believer, &account, trusted.as_ref(), &raw).await) }).await;
    let outcome = outcome.unwrap_or(Outcome::Failed);
    metrics::counter!("luodi_notifications_total", "gateway" => gateway_name.as_str(), "outcome" => outcome_name(outcome)).increment(1);
    Ok(raw_response(gateway.acknowledge(outcome)))
}

/// Verifies, settles and records; every road ends in an outcome.
async fn believe(state: &AppState, account: &Account, gateway: &dyn Gateway, raw: &RawNotification) -> Outcome {
    let verified = match gateway.read_notification(raw).await {
        Ok(verified) => verified,
        Err(rejected) => {
            tracing::warn!(account = %account.id, reason = rejected.code(), "a notification was not believed");
            let record = record(state, account, None, "", rejected.code(), &rejected.to_string());
            if let Err(error) = state.storage.record_notification(&record).await {
                tracing::error!(%error, "a refused notification could not be recorded");
            }
            return Outcome::Rejected(rejected);
        }
    };
    let (id, kind) = (verified.get().id.clone(), verified.get().event_type.clone());
    let news = record(state, account, Some(id), &kind, outcome_name(Outcome::Recorded), "");
    let source = Source::Notification(&news);
    let settled = match &verified.into_notice() {
        VerifiedNotice::Order(report) => state.payments.settle(account, gateway, report, source).await,
        VerifiedNotice::Refund(report) => state.payments.settle_refund(account, gateway, report, source).await,
        VerifiedNotice::OrderRefunded { order, out_refund_no, refunded_total } => {
            let went_back = (out_refund_no.as_deref(), *refunded_total);
            state.payments.settle_order_refunded(account, gateway, order, went_back, source).await
        }
        VerifiedNotice::Other => Ok(Settled::Known),
    };
    let outcome = match settled {
        Ok(Settled::Recorded) => return Outcome::Recorded,
        Ok(Settled::Known) => Outcome::Recorded,
        Ok(Settled::Mismatch) => Outcome::Mismatch,
        Err(error) => {
            report_failure(account, &error);
            return Outcome::Failed;
        }
    };
    let record = NotificationRecord { outcome: outcome_name(outcome).to_owned(), ..news };
    // News have been logged together with their fact. Of what was known the log is only poorer without this
    // line; a mismatch must be remembered, though, or its event would be repeated.
    match state.storage.record_notification(&record).await {
        Ok(_) => outcome,
        Err(error) => {
            tracing::error!(%error, "a notification could not be recorded");
            if outcome == Outcome::Mismatch { Outcome::Failed } else { outcome }
        }
    }
}

fn report_failure(account: &Account, error: &PaymentError) {
    alarm("notification_failed", &format!("account {}: {error}", account.id));
}

fn record(
    state: &AppState,
    account: &Account,
    id: Option<String>,
    event_type: &str,
    outcome: &str,
    detail: &str,
) -> NotificationRecord {
    NotificationRecord {
        account_id: account.id,
        notification_id: id,
        event_type: event_type.to_owned(),
        outcome: outcome.to_owned(),
        detail: detail.to_owned(),
        at: state.clock.now(),
    }
}

const fn outcome_name(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Recorded => "recorded",
        Outcome::Rejected(why) => why.code(),
        Outcome::Mismatch => "mismatch",
        Outcome::Failed => "failed",
    }
}

fn raw_response(raw: RawResponse) -> HttpResponse {
    let status =
        actix_web::http::StatusCode::from_u16(raw.status).unwrap_or(actix_web::http::StatusCode::INTERNAL_SERVER_ERROR);
    HttpResponse::build(status).content_type(raw.content_type).body(raw.body)
}

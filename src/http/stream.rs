//! `/v1/payments/{id}/stream`: server-sent events, one for every change of a payment. While somebody
//! listens, the gateway is asked every three seconds.

use std::time::Duration;

use actix_web::web::Bytes;
use actix_web::{HttpResponse, web};
use tokio::sync::broadcast::error::RecvError;
use tokio::time::MissedTickBehavior;

use super::auth::Caller;
use super::payments::{payment_id, view_for};
use super::problem::Problem;
use super::state::AppState;
use crate::error::ApiError;
use crate::ids::PaymentId;
use crate::payments::PaymentStatus;

/// Proxies cut silent connections; browsers reconnect by themselves.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// A browser that is still there opens another one.
const LIFETIME: Duration = Duration::from_secs(15 * 60);

/// Listen to a payment
///
/// Server-sent events named `payment`; the data is the payment as `GET /v1/payments/{id}` answers it.
/// The first comes at once.
#[utoipa::path(get, operation_id = "listen_to_payment", path = "/v1/payments/{payment_id}/stream", tag = "payments",
    params(("payment_id" = PaymentId, Path), ("client_secret" = Option<String>, Query)),
    responses((status = 200, content_type = "text/event-stream", body = String), (status = 404, body = Problem)),
    security(("secret_key" = []), ("client_secret" = [])))]
pub async fn listen(
    state: web::Data<AppState>,
    caller: Caller,
    path: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    let id = payment_id(&path)?;
    let mut wakeups = state.storage.subscribe();
    let ledger = state.payments.ledger(id).await?;
    caller.may_see(&ledger)?;
    let turn = state.limits.open_stream()?;
    let watching = state.payments.watch(id).await?;
    let stream = async_stream::stream! {
        let (_turn, _watching) = (turn, watching);
        let mut heartbeat = tokio::time::interval(HEARTBEAT);
        heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let end = tokio::time::sleep(LIFETIME);
        tokio::pin!(end);
        let mut told = 0;
        loop {
            match state.payments.ledger(id).await {
                Ok(ledger) if ledger.payment.version > told => {
                    told = ledger.payment.version;
                    yield Ok::<_, std::convert::Infallible>(message(&state, &caller, &ledger));
                    // Nothing but a refund can follow, and nobody waits for one at a cashier.
                    if matches!(ledger.payment.status, PaymentStatus::Refunded) {
                        break;
                    }
                }
                Ok(_) => {}
                Err(_) => break,
            }
            loop {
                tokio::select! {
                    woken = wakeups.recv() => match woken {
                        Ok(changed) if changed == id => break,
                        Ok(_) => {}
                        Err(RecvError::Lagged(_)) => break,
                        Err(RecvError::Closed) => return,
                    },
                    _ = heartbeat.tick() => {
                        yield Ok(Bytes::from_static(b": still here\n\n"));
                        // A missed wake-up costs one heartbeat, not the shopper's patience.
                        break;
                    }
                    () = &mut end => return,
                    // The browser comes back by itself, to the next process.
                    () = state.stopping.cancelled() => return,
                }
            }
        }
    };
    Ok(HttpResponse::Ok()
        .content_type("text/event-stream")
        .insert_header(("Cache-Control", "no-store"))
        .insert_header(("X-Accel-Buffering", "no"))
        .streaming(stream))
}

fn message(state: &AppState, caller: &Caller, ledger: &crate::payments::Ledger) -> Bytes {
    let view = view_for(state, caller, ledger);
    let data = serde_json::to_string(&view).unwrap_or_default();
    Bytes::from(format!("event: payment\nid: {}\ndata: {data}\n\n", ledger.payment.version))
}

//! What operators see: logs, request ids and metrics.
//! Promises: a request is logged by its route pattern, so neither its query (`client_secret`) nor the
//! ids in its path appear; bodies and headers are never logged. Personal data goes through
//! `mask_phone` or `Redacted`.

pub mod logs;
pub mod metrics;
mod redact;
mod requests;

pub use redact::{Redacted, mask_phone};
pub use requests::{REQUEST_ID_HEADER, RequestId, trace_request};

/// Something a person must look at: an error line, and `luodi_alarms_total` counts it by kind.
/// `what` must name no person and no secret.
pub fn alarm(kind: &'static str, what: &str) {
    ::metrics::counter!(metrics::ALARMS_TOTAL, "kind" => kind).increment(1);
    tracing::error!(alarm = kind, "{what}");
}

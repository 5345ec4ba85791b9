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

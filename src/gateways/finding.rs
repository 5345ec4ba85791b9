//! The self-check of an account: how far it goes and what it finds.

use serde::Serialize;

use crate::clock::Timestamp;
/// How bad a finding of a self-check is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    Ok,
    Warning,
    Error,
}

/// One line of an account check: what was looked at and, if it is wrong, the fix.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Finding {
    pub severity: Severity,
    /// Stable, for programs; the key `check-{code}` in `locales/` words it for people.
    pub code: String,
    /// The setting it speaks of, if one.
    pub setting: Option<String>,
    /// English wording with the particulars.
    pub detail: String,
}

/// How far an account check goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CheckDepth {
    /// The credentials, by calls that change nothing.
    Credentials,
    /// Also whether orders can be opened: opens one of 1 fen under each app id, which nobody sees, and closes it.
    Orders {
        /// Where the gateway would send notifications.
        notify_url: String,
    },
}

/// Credentials closer to their end than this are told of, in seconds: ninety days.
pub const EXPIRY_WARNING_S: i64 = 90 * 24 * 3600;

/// A certificate that an account rests on and that ends soon.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ExpiringCredential {
    /// Which it is, stable, for programs: `merchant_certificate` or `platform_certificate`. The key
    /// `check-{code}_expiring` in `locales/` words it for people.
    pub code: String,
    pub serial: String,
    pub expires_at: Timestamp,
}

//! The public error catalogue: one table of stable codes, statuses and message keys. Every refusal of
//! the REST API is one of these, worded from `locales/` in the caller's language.

use std::fmt;

use crate::gateways::{DeclineReason, GatewayError};
use crate::payments::{PaymentError, PaymentStatus, Refusal};
use crate::storage::StorageError;
use crate::vault::VaultError;

/// A stable code. Its wording is `error-<code>` and `error-<code>-title` in `locales/*/errors.ftl`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Code {
    Unauthenticated,
    InvalidKey,
    WrongKeyKind,
    ClientSecretInvalid,
    OriginNotAllowed,
    NotFound,
    MethodNotAllowed,
    MalformedJson,
    UnsupportedMediaType,
    BodyTooLarge,
    ValidationFailed,
    IdempotencyKeyMissing,
    IdempotencyKeyInvalid,
    IdempotencyInProgress,
    IdempotencyMismatch,
    PaymentNotOpen,
    PaymentClosing,
    PaymentNotPaid,
    AttemptUnsettled,
    RefundExceedsPaid,
    RefundNotAbnormal,
    ModeMismatch,
    AccountMissing,
    AccountAmbiguous,
    AccountInvalid,
    FlowUnsupported,
    MethodUnavailable,
    GatewayUnavailable,
    GatewayUnknown,
    GatewayDeclined,
    GatewayMisconfigured,
    Conflict,
    DifferenceResolved,
    StatementsUnsupported,
    VaultLocked,
    RateLimited,
    StorageUnavailable,
    Internal,
}

impl Code {
    /// The whole catalogue: code, stable text, HTTP status.
    pub const CATALOGUE: [(Self, &'static str, u16); 38] = [
        (Self::Unauthenticated, "unauthenticated", 401),
        (Self::InvalidKey, "invalid_key", 401),
        (Self::WrongKeyKind, "wrong_key_kind", 403),
        (Self::ClientSecretInvalid, "client_secret_invalid", 403),
        (Self::OriginNotAllowed, "origin_not_allowed", 403),
        (Self::NotFound, "not_found", 404),
        (Self::MethodNotAllowed, "method_not_allowed", 405),
        (Self::MalformedJson, "malformed_json", 400),
        (Self::UnsupportedMediaType, "unsupported_media_type", 415),
        (Self::BodyTooLarge, "body_too_large", 413),
        (Self::ValidationFailed, "validation_failed", 422),
        (Self::IdempotencyKeyMissing, "idempotency_key_missing", 400),
        (Self::IdempotencyKeyInvalid, "idempotency_key_invalid", 400),
        (Self::IdempotencyInProgress, "idempotency_in_progress", 409),
        (Self::IdempotencyMismatch, "idempotency_mismatch", 422),
        (Self::PaymentNotOpen, "payment_not_open", 409),
        (Self::PaymentClosing, "payment_closing", 409),
        (Self::PaymentNotPaid, "payment_not_paid", 409),
        (Self::AttemptUnsettled, "attempt_unsettled", 409),
        (Self::RefundExceedsPaid, "refund_exceeds_paid", 422),
        (Self::RefundNotAbnormal, "refund_not_abnormal", 409),
        (Self::ModeMismatch, "mode_mismatch", 403),
        (Self::AccountMissing, "account_missing", 422),
        (Self::AccountAmbiguous, "account_ambiguous", 422),
        (Self::AccountInvalid, "account_invalid", 422),
        (Self::FlowUnsupported, "flow_unsupported", 422),
        (Self::MethodUnavailable, "method_unavailable", 422),
        (Self::GatewayUnavailable, "gateway_unavailable", 503),
        (Self::GatewayUnknown, "gateway_unknown", 502),
        (Self::GatewayDeclined, "gateway_declined", 422),
        (Self::GatewayMisconfigured, "gateway_misconfigured", 422),
        (Self::Conflict, "conflict", 409),
        (Self::DifferenceResolved, "difference_resolved", 409),
        (Self::StatementsUnsupported, "statements_unsupported", 422),
        (Self::VaultLocked, "vault_locked", 503),
        (Self::RateLimited, "rate_limited", 429),
        (Self::StorageUnavailable, "storage_unavailable", 503),
        (Self::Internal, "internal", 500),
    ];

    fn entry(self) -> (&'static str, u16) {
        Self::CATALOGUE
            .iter()
            .find(|(code, ..)| *code == self)
            .map_or(("internal", 500), |(_, text, status)| (text, *status))
    }

    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.entry().0
    }

    #[must_use]
    pub fn status(self) -> u16 {
        self.entry().1
    }
}

/// One thing wrong with one field. Its wording is `field-<code>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// JSON pointer into the body, or `?name` for a query parameter, or `header:Name`.
    pub pointer: String,
    pub code: &'static str,
    pub args: Vec<(&'static str, String)>,
    /// Wording that comes ready-made (from a gateway's settings check).
    pub detail: Option<String>,
}

impl FieldError {
    #[must_use]
    pub fn new(pointer: impl Into<String>, code: &'static str) -> Self {
        Self { pointer: pointer.into(), code, args: Vec::new(), detail: None }
    }

    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl fmt::Display) -> Self {
        self.args.push((name, value.to_string()));
        self
    }
}

/// A refusal on its way to the caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiError {
    pub code: Code,
    pub args: Vec<(&'static str, String)>,
    pub fields: Vec<FieldError>,
    pub retry_after_s: Option<u64>,
}

impl ApiError {
    #[must_use]
    pub const fn new(code: Code) -> Self {
        Self { code, args: Vec::new(), fields: Vec::new(), retry_after_s: None }
    }

    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl fmt::Display) -> Self {
        self.args.push((name, value.to_string()));
        self
    }

    #[must_use]
    pub const fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after_s = Some(seconds);
        self
    }

    #[must_use]
    pub fn not_found(what: &'static str) -> Self {
        Self::new(Code::NotFound).with("what", what)
    }

    /// A body or query with these faults.
    #[must_use]
    pub fn invalid(fields: Vec<FieldError>) -> Self {
        Self { fields, ..Self::new(Code::ValidationFailed) }
    }

    #[must_use]
    pub fn internal(cause: impl fmt::Display) -> Self {
        tracing::error!(%cause, "internal error");
        Self::new(Code::Internal)
    }

    /// Whether the same request may be tried again later with a different end: such answers are not
    /// kept under an idempotency key.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        self.code.status() >= 500 || matches!(self.code, Code::RateLimited | Code::AttemptUnsettled)
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code.as_str())
    }
}

impl std::error::Error for ApiError {}

impl From<StorageError> for ApiError {
    fn from(error: StorageError) -> Self {
        match error {
            StorageError::InvalidCursor => return Self::invalid(vec![FieldError::new("?cursor", "cursor")]),
            StorageError::NulInText => return Self::invalid(vec![FieldError::new("", "nul_character")]),
            other => tracing::error!(error = %other, "storage error"),
        }
        Self::new(Code::StorageUnavailable).retry_after(1)
    }
}

impl From<VaultError> for ApiError {
    fn from(error: VaultError) -> Self {
        tracing::error!(%error, "vault error");
        Self::new(Code::VaultLocked)
    }
}

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::WrongStatus(status @ PaymentStatus::Open) => {
                Self::new(Code::PaymentNotPaid).with("status", status.as_str())
            }
            Refusal::WrongStatus(status) => Self::new(Code::PaymentNotOpen).with("status", status.as_str()),
            Refusal::Closing => Self::new(Code::PaymentClosing),
            Refusal::ExceedsRefundable { refundable } => {
                let field = FieldError::new("/amount_fen", "exceeds_refundable")
                    .with("refundable_fen", refundable.get())
                    .with("refundable", refundable);
                Self { fields: vec![field], ..Self::new(Code::RefundExceedsPaid).with("refundable", refundable) }
            }
            Refusal::Unsettled => Self::new(Code::AttemptUnsettled).retry_after(3),
            Refusal::NotAbnormal => Self::new(Code::RefundNotAbnormal),
            Refusal::Contradiction => Self::new(Code::Conflict),
            Refusal::UnknownSubject => Self::not_found("attempt"),
        }
    }
}

impl From<GatewayError> for ApiError {
    fn from(error: GatewayError) -> Self {
        match error {
            GatewayError::NotSent(_) => Self::new(Code::GatewayUnavailable).retry_after(5),
            GatewayError::Unknown(_) => Self::new(Code::GatewayUnknown).retry_after(3),
            GatewayError::Declined { reason: DeclineReason::NotAPayerCode, code, .. } => {
                Self::invalid(vec![FieldError::new("/shopper/auth_code", "not_a_payer_code").with("gateway", code)])
            }
            GatewayError::Declined { code, message, .. } => {
                Self::new(Code::GatewayDeclined).with("code", code).with("message", message)
            }
            GatewayError::Misconfigured { code, fix } => {
                Self::new(Code::GatewayMisconfigured).with("code", code).with("fix", fix)
            }
        }
    }
}

impl From<PaymentError> for ApiError {
    fn from(error: PaymentError) -> Self {
        match error {
            PaymentError::NotFound(what) => Self::not_found(what),
            PaymentError::Refused(refusal) => refusal.into(),
            PaymentError::Gateway(error) => error.into(),
            PaymentError::NoAccount { gateway, mode, wanted } => {
                let mut error =
                    Self::new(Code::AccountMissing).with("gateway", gateway.as_str()).with("mode", mode.as_str());
                if wanted.is_some() {
                    error.fields.push(FieldError::new("/account", "unknown_account").with("mode", mode.as_str()));
                }
                error
            }
            PaymentError::SeveralAccounts { gateway, accounts } => {
                let accounts = accounts.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
                Self {
                    fields: vec![FieldError::new("/account", "required")],
                    ..Self::new(Code::AccountAmbiguous).with("gateway", gateway.as_str()).with("accounts", accounts)
                }
            }
            PaymentError::FlowUnsupported { gateway, flow, offered } => Self {
                fields: vec![
                    FieldError::new("/flow", "unsupported")
                        .with("allowed", offered.iter().map(|flow| flow.as_str()).collect::<Vec<_>>().join(", ")),
                ],
                ..Self::new(Code::FlowUnsupported).with("gateway", gateway.as_str()).with("flow", flow.as_str())
            },
            PaymentError::AccountInvalid(problems) => {
                let fields = problems
                    .into_iter()
                    .map(|p| FieldError { pointer: p.pointer, code: p.code, args: p.args, detail: Some(p.detail) })
                    .collect();
                Self { fields, ..Self::new(Code::AccountInvalid) }
            }
            PaymentError::AccountUnreadable(id) => Self::internal(format!("secrets of account {id} cannot be read")),
            PaymentError::Vault(error) => error.into(),
            PaymentError::Storage(error) => error.into(),
        }
    }
}

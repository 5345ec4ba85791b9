//! Faults by script: what goes wrong, in which operation, how often (§23).
//!
//! Promises: a fault is used up one call (or one delivery attempt) at a time, oldest first,
//! and never more than one in the same call.

use serde::{Deserialize, Serialize};

use super::refunds::RefundStatus;
use crate::sandbox::SandboxError;

/// Where a fault strikes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    Create,
    Query,
    Close,
    Refund,
    QueryRefund,
    AbnormalRefund,
    Codepay,
    Reverse,
    TradeBill,
    FundFlowBill,
    BillDownload,
    Certificates,
    /// Exchanging an OAuth code; `only_for` names the appid.
    OauthToken,
    Notify,
}

impl Operation {
    /// The answer carries no signature (§4.4).
    fn is_unsigned(self) -> bool {
        matches!(self, Self::BillDownload | Self::OauthToken)
    }
}

/// What goes wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum FaultKind {
    /// Calls: commits, then answers late. Notify: sends it that much later.
    Delay {
        delay_ms: u64,
    },
    /// The connection ends without an answer and nothing was committed.
    ResetBeforeCommit,
    /// The connection ends without an answer although everything was committed.
    ResetAfterCommit,
    ErrorBeforeCommit {
        status: u16,
        code: String,
    },
    ErrorAfterCommit {
        status: u16,
        code: String,
    },
    BadSignature,
    Unsigned,
    ProbeSignature,
    UnknownSerial,
    StaleTimestamp,
    /// The answer's keys in another order, with fields nobody knows.
    ExtraFields,
    /// What is refused is refused in the old spelling: `ORDERNOTEXIST`.
    LegacySpelling,
    /// Bills: the hash told is not that of the file.
    WrongHash,
    /// Bill download: the connection ends in the middle of the file.
    Truncated,
    /// OAuth: this error number, in an answer with HTTP 200.
    OauthError {
        errcode: i64,
    },
    /// OAuth: the person looks at a preview, the openid is a virtual one.
    SnapshotUser,
    /// The refund will settle to this; `PROCESSING` keeps it waiting for a script.
    RefundOutcome {
        status: RefundStatus,
    },
    /// Notify: the same notification this many more times, one after the other.
    Duplicate {
        copies: u32,
    },
    /// Notify: the same notification this many more times, at the same moment.
    Parallel {
        copies: u32,
    },
    /// Notify: waits until another notification of this merchant was sent.
    Reorder,
    /// Query and notify: one fen more than was paid.
    WrongAmount,
    WrongMchid,
    WrongSubMchid,
    WrongAppid,
    UnknownOrder,
    UnknownEventType,
    /// A profit-sharing movement, which bears the event type of a payment (§13.2).
    ProfitSharing,
    EmptyAssociatedData,
    /// The field is not there at all.
    NoAssociatedData,
    /// Notify: never sent at all.
    Drop,
    /// Notify: cut off in the middle, yet properly signed.
    Malformed,
}

impl FaultKind {
    fn fits(&self, operation: Operation) -> bool {
        let notify = operation == Operation::Notify;
        match self {
            Self::Delay { .. } => true,
            Self::BadSignature | Self::Unsigned | Self::ProbeSignature | Self::UnknownSerial | Self::StaleTimestamp => {
                !operation.is_unsigned()
            }
            Self::ResetBeforeCommit | Self::ResetAfterCommit => !notify,
            Self::ErrorBeforeCommit { .. } | Self::ErrorAfterCommit { .. } => !notify,
            Self::LegacySpelling => !notify && operation != Operation::OauthToken,
            Self::ExtraFields => !notify && operation != Operation::BillDownload,
            Self::Truncated => operation == Operation::BillDownload,
            Self::WrongHash => matches!(operation, Operation::TradeBill | Operation::FundFlowBill),
            Self::OauthError { .. } | Self::SnapshotUser => operation == Operation::OauthToken,
            Self::RefundOutcome { .. } => matches!(operation, Operation::Refund | Operation::AbnormalRefund),
            Self::WrongAmount => notify || matches!(operation, Operation::Query | Operation::Codepay),
            Self::Duplicate { .. } | Self::Parallel { .. } | Self::Reorder => notify,
            Self::WrongMchid | Self::WrongSubMchid | Self::WrongAppid => notify,
            Self::UnknownOrder | Self::UnknownEventType => notify,
            Self::ProfitSharing | Self::NoAssociatedData => notify,
            Self::EmptyAssociatedData | Self::Drop | Self::Malformed => notify,
        }
    }
}

/// A fault and what it is limited to. `times: None` lasts until cleared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fault {
    pub operation: Operation,
    #[serde(flatten)]
    pub kind: FaultKind,
    pub times: Option<u32>,
    pub mchid: Option<String>,
    /// For refunds the refund's own number fits as well.
    pub out_trade_no: Option<String>,
}

impl Fault {
    #[must_use]
    pub fn new(operation: Operation, kind: FaultKind) -> Self {
        Self { operation, kind, times: None, mchid: None, out_trade_no: None }
    }

    #[must_use]
    pub fn times(mut self, times: u32) -> Self {
        self.times = Some(times);
        self
    }

    #[must_use]
    pub fn only_for(mut self, out_trade_no: &str) -> Self {
        self.out_trade_no = Some(out_trade_no.to_owned());
        self
    }

    #[must_use]
    pub fn of_merchant(mut self, mchid: &str) -> Self {
        self.mchid = Some(mchid.to_owned());
        self
    }

    fn concerns(&self, operation: Operation, mchid: &str, numbers: &[&str]) -> bool {
        self.operation == operation
            && self.mchid.as_deref().is_none_or(|only| only == mchid)
            && self.out_trade_no.as_deref().is_none_or(|only| numbers.contains(&only))
    }

    pub(super) fn check(&self) -> Result<(), SandboxError> {
        if !self.kind.fits(self.operation) {
            return Err(SandboxError::refused("kind", "does not fit the operation", "see GET /sandbox for what fits"));
        }
        if self.times == Some(0) {
            return Err(SandboxError::refused(
                "times",
                "is 0",
                "give 1 or more, or leave it out to last until cleared",
            ));
        }
        match &self.kind {
            FaultKind::ErrorBeforeCommit { status, .. } | FaultKind::ErrorAfterCommit { status, .. }
                if !(400..600).contains(status) =>
            {
                Err(SandboxError::refused("status", "is no error status", "give 400 to 599"))
            }
            FaultKind::Duplicate { copies } | FaultKind::Parallel { copies } if !(1..=100).contains(copies) => {
                Err(SandboxError::refused("copies", "is out of range", "give 1 to 100"))
            }
            _ => Ok(()),
        }
    }
}

/// Takes the first fault that concerns this call and uses up one of its times.
pub(super) fn take(faults: &mut Vec<Fault>, operation: Operation, mchid: &str, numbers: &[&str]) -> Option<FaultKind> {
    let at = faults.iter().position(|fault| fault.concerns(operation, mchid, numbers))?;
    let fault = faults.get_mut(at)?;
    let kind = fault.kind.clone();
    if let Some(times) = &mut fault.times {
        *times = times.saturating_sub(1);
        if *times == 0 {
            faults.remove(at);
        }
    }
    Some(kind)
}

/// A fault as a script writes it: flat, every field optional but `operation` and `kind`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FaultDraft {
    operation: Operation,
    kind: KindName,
    delay_ms: Option<u64>,
    /// An HTTP status, or for `refund_outcome` a refund status.
    status: Option<serde_json::Value>,
    code: Option<String>,
    errcode: Option<i64>,
    copies: Option<u32>,
    times: Option<u32>,
    mchid: Option<String>,
    out_trade_no: Option<String>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum KindName {
    Delay,
    ResetBeforeCommit,
    ResetAfterCommit,
    ErrorBeforeCommit,
    ErrorAfterCommit,
    BadSignature,
    Unsigned,
    ProbeSignature,
    UnknownSerial,
    StaleTimestamp,
    ExtraFields,
    LegacySpelling,
    WrongHash,
    Truncated,
    OauthError,
    SnapshotUser,
    RefundOutcome,
    Duplicate,
    Parallel,
    Reorder,
    WrongAmount,
    WrongMchid,
    WrongSubMchid,
    WrongAppid,
    UnknownOrder,
    UnknownEventType,
    ProfitSharing,
    EmptyAssociatedData,
    NoAssociatedData,
    Drop,
    Malformed,
}

impl FaultDraft {
    /// # Errors
    /// When an argument of the kind is missing or the kind does not fit the operation.
    pub fn read(self) -> Result<Fault, SandboxError> {
        let fault = Fault {
            operation: self.operation,
            kind: self.kind()?,
            times: self.times,
            mchid: self.mchid,
            out_trade_no: self.out_trade_no,
        };
        fault.check()?;
        Ok(fault)
    }

    fn kind(&self) -> Result<FaultKind, SandboxError> {
        Ok(match self.kind {
            KindName::Delay => FaultKind::Delay {
                delay_ms: self.delay_ms.ok_or_else(|| missing("delay_ms", "give milliseconds, such as 2000"))?,
            },
            KindName::ErrorBeforeCommit => FaultKind::ErrorBeforeCommit { status: self.http()?, code: self.code()? },
            KindName::ErrorAfterCommit => FaultKind::ErrorAfterCommit { status: self.http()?, code: self.code()? },
            KindName::RefundOutcome => FaultKind::RefundOutcome { status: self.refund_status()? },
            KindName::Duplicate => FaultKind::Duplicate { copies: self.copies.unwrap_or(1) },
            KindName::Parallel => FaultKind::Parallel { copies: self.copies.unwrap_or(1) },
            KindName::ResetBeforeCommit => FaultKind::ResetBeforeCommit,
            KindName::ResetAfterCommit => FaultKind::ResetAfterCommit,
            KindName::BadSignature => FaultKind::BadSignature,
            KindName::Unsigned => FaultKind::Unsigned,
            KindName::ProbeSignature => FaultKind::ProbeSignature,
            KindName::UnknownSerial => FaultKind::UnknownSerial,
            KindName::StaleTimestamp => FaultKind::StaleTimestamp,
            KindName::ExtraFields => FaultKind::ExtraFields,
            KindName::LegacySpelling => FaultKind::LegacySpelling,
            KindName::WrongHash => FaultKind::WrongHash,
            KindName::Truncated => FaultKind::Truncated,
            KindName::SnapshotUser => FaultKind::SnapshotUser,
            KindName::OauthError => FaultKind::OauthError {
                errcode: self.errcode.ok_or_else(|| missing("errcode", "give an error number, such as 40029"))?,
            },
            KindName::Reorder => FaultKind::Reorder,
            KindName::WrongAmount => FaultKind::WrongAmount,
            KindName::WrongMchid => FaultKind::WrongMchid,
            KindName::WrongSubMchid => FaultKind::WrongSubMchid,
            KindName::WrongAppid => FaultKind::WrongAppid,
            KindName::UnknownOrder => FaultKind::UnknownOrder,
            KindName::UnknownEventType => FaultKind::UnknownEventType,
            KindName::ProfitSharing => FaultKind::ProfitSharing,
            KindName::NoAssociatedData => FaultKind::NoAssociatedData,
            KindName::EmptyAssociatedData => FaultKind::EmptyAssociatedData,
            KindName::Drop => FaultKind::Drop,
            KindName::Malformed => FaultKind::Malformed,
        })
    }

    fn http(&self) -> Result<u16, SandboxError> {
        let given = self.status.as_ref().and_then(serde_json::Value::as_u64).and_then(|n| u16::try_from(n).ok());
        given.ok_or_else(|| missing("status", "give an HTTP status, such as 500"))
    }

    fn code(&self) -> Result<String, SandboxError> {
        self.code.clone().ok_or_else(|| missing("code", "give an error code, such as SYSTEM_ERROR"))
    }

    fn refund_status(&self) -> Result<RefundStatus, SandboxError> {
        let given = self.status.clone().and_then(|status| serde_json::from_value(status).ok());
        given.ok_or_else(|| missing("status", "give SUCCESS, CLOSED, ABNORMAL or PROCESSING"))
    }
}

fn missing(field: &str, fix: &str) -> SandboxError {
    SandboxError::refused(field, "is missing or not readable for this kind", fix)
}

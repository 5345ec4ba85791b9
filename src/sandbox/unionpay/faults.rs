//! Faults by script: what goes wrong, in which operation, how often.
//!
//! Promises: a fault is used up one call (or one delivery attempt) at a time, oldest first,
//! and never more than one in the same call.

use serde::{Deserialize, Serialize};

use super::certificates::Forgery;
use super::errors::is_resp_code;
use crate::sandbox::SandboxError;

/// Where a fault strikes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    FrontPurchase,
    AppPurchase,
    QrPurchase,
    BarcodePurchase,
    Query,
    Refund,
    Void,
    Reversal,
    EncryptionCertificate,
    FileDownload,
    /// The buyer's browser goes back to the shop.
    FrontReturn,
    Notify,
}

impl Operation {
    /// Money moves, and the answer says only that the request was taken.
    fn is_accepted_only(self) -> bool {
        matches!(self, Self::BarcodePurchase | Self::Refund | Self::Void)
    }
}

/// What goes wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
    /// An HTTP status with a page, although everything was committed.
    HttpStatus {
        status: u16,
    },
    /// Such as 06 or, for a query, 34; nothing was committed.
    RespCodeBeforeCommit {
        resp_code: String,
    },
    /// Such as 03, 04 or 05, although everything was committed. Notify: the message says so.
    RespCodeAfterCommit {
        resp_code: String,
    },
    /// Query: `origRespCode` is this, whatever became of the money.
    OrigRespCode {
        resp_code: String,
    },
    /// Refund, void, barcode: taken, and then it fails with this.
    EndsWith {
        resp_code: String,
    },
    /// Refund, void, barcode: taken, and nothing comes of it until a script settles it.
    StaysPending,
    BadSignature,
    Unsigned,
    ForgedCertificate {
        certificate: Forgery,
    },
    /// No `signPubKeyCert` at all.
    NoCertificate,
    /// The certificate's lines end with LF alone; signed as it is, and good.
    LineFeeds,
    /// `signMethod` 11 under the key that everybody knows.
    DowngradedMethod,
    /// `version` 5.0.0.
    DowngradedVersion,
    /// A field twice, the second time with another value.
    DuplicateField,
    /// An empty field that the signature covers.
    EmptyField,
    /// An empty field that the signature leaves out.
    EmptyFieldUnsigned,
    /// A field nobody knows, with everything in it that is hard to read; signed and good.
    ExtraField,
    /// Answers: the whole body between braces; good.
    Braced,
    /// One fen more than was paid.
    WrongAmount,
    WrongMerchant,
    UnknownOrder,
    /// Notify: cut off in the middle.
    Truncated,
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
    /// Notify: never sent at all.
    Drop,
    /// File: an archive without entries.
    EmptyArchive,
    /// File: what cannot be inflated.
    CorruptArchive,
    /// File: a few kilobytes that inflate to 64 MB.
    Bomb,
}

impl FaultKind {
    fn fits(&self, operation: Operation) -> bool {
        let notify = operation == Operation::Notify;
        let front_return = operation == Operation::FrontReturn;
        match self {
            Self::Delay { .. } => !front_return,
            Self::BadSignature | Self::Unsigned | Self::ForgedCertificate { .. } | Self::NoCertificate => true,
            Self::LineFeeds | Self::DowngradedMethod | Self::DowngradedVersion | Self::DuplicateField => true,
            Self::EmptyField | Self::EmptyFieldUnsigned | Self::ExtraField => true,
            Self::WrongAmount | Self::WrongMerchant | Self::UnknownOrder => true,
            Self::ResetBeforeCommit | Self::ResetAfterCommit | Self::HttpStatus { .. } => !notify && !front_return,
            Self::RespCodeBeforeCommit { .. } => !notify && !front_return,
            Self::RespCodeAfterCommit { .. } => true,
            Self::Braced => !notify && !front_return && operation != Operation::FrontPurchase,
            Self::OrigRespCode { .. } => operation == Operation::Query,
            Self::EndsWith { .. } | Self::StaysPending => operation.is_accepted_only(),
            Self::Truncated | Self::Duplicate { .. } | Self::Parallel { .. } | Self::Reorder | Self::Drop => notify,
            Self::EmptyArchive | Self::CorruptArchive | Self::Bomb => operation == Operation::FileDownload,
        }
    }
}

/// A fault and what it is limited to. `times: None` lasts until cleared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    pub operation: Operation,
    #[serde(flatten)]
    pub kind: FaultKind,
    #[serde(default)]
    pub times: Option<u32>,
    #[serde(default)]
    pub mer_id: Option<String>,
    #[serde(default)]
    pub order_id: Option<String>,
}

impl Fault {
    #[must_use]
    pub fn new(operation: Operation, kind: FaultKind) -> Self {
        Self { operation, kind, times: None, mer_id: None, order_id: None }
    }

    #[must_use]
    pub fn times(mut self, times: u32) -> Self {
        self.times = Some(times);
        self
    }

    #[must_use]
    pub fn only_for(mut self, order_id: &str) -> Self {
        self.order_id = Some(order_id.to_owned());
        self
    }

    fn concerns(&self, operation: Operation, mer_id: &str, order_id: &str) -> bool {
        self.operation == operation
            && self.mer_id.as_deref().is_none_or(|only| only == mer_id)
            && self.order_id.as_deref().is_none_or(|only| only == order_id)
    }

    pub(super) fn check(&self) -> Result<(), SandboxError> {
        let refused = |field: &str, problem: &str, fix: &str| Err(SandboxError::refused(field, problem, fix));
        if !self.kind.fits(self.operation) {
            return refused("kind", "does not fit the operation", "see GET /sandbox for what fits");
        }
        if self.times == Some(0) {
            return refused("times", "is 0", "give 1 or more, or leave it out to last until cleared");
        }
        match &self.kind {
            FaultKind::HttpStatus { status } if !(300..600).contains(status) => {
                refused("status", "is no status of a failure", "give 300 to 599")
            }
            FaultKind::Duplicate { copies } | FaultKind::Parallel { copies } if !(1..=100).contains(copies) => {
                refused("copies", "is out of range", "give 1 to 100")
            }
            FaultKind::RespCodeBeforeCommit { resp_code }
            | FaultKind::RespCodeAfterCommit { resp_code }
            | FaultKind::OrigRespCode { resp_code }
            | FaultKind::EndsWith { resp_code }
                if !is_resp_code(resp_code) =>
            {
                refused("resp_code", "is no code of UnionPay's", "give two characters, such as 05, 34 or A6")
            }
            _ => Ok(()),
        }
    }
}

/// Takes the first fault that concerns this call and uses up one of its times.
pub(super) fn take(faults: &mut Vec<Fault>, operation: Operation, mer_id: &str, order_id: &str) -> Option<FaultKind> {
    let at = faults.iter().position(|fault| fault.concerns(operation, mer_id, order_id))?;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_is_used_up_and_touches_only_its_order() {
        let mut faults = vec![Fault::new(Operation::Query, FaultKind::Unsigned).times(1).only_for("A1")];
        assert_eq!(take(&mut faults, Operation::Query, "1", "A2"), None);
        assert_eq!(take(&mut faults, Operation::Query, "1", "A1"), Some(FaultKind::Unsigned));
        assert_eq!(take(&mut faults, Operation::Query, "1", "A1"), None);
    }

    #[test]
    fn a_fault_that_does_not_fit_its_operation_is_refused() {
        let code = || "05".to_owned();
        assert!(Fault::new(Operation::Refund, FaultKind::OrigRespCode { resp_code: code() }).check().is_err());
        assert!(Fault::new(Operation::Query, FaultKind::OrigRespCode { resp_code: code() }).check().is_ok());
        assert!(Fault::new(Operation::Query, FaultKind::OrigRespCode { resp_code: "5".to_owned() }).check().is_err());
        assert!(Fault::new(Operation::Notify, FaultKind::Bomb).check().is_err());
    }
}

//! Faults by script: what goes wrong, in which operation, how often.
//!
//! Promises: a fault is used up one call (or one delivery attempt) at a time, oldest first,
//! and never more than one in the same call.

use serde::{Deserialize, Serialize};

use crate::sandbox::SandboxError;

/// Where a fault strikes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    Precreate,
    PagePay,
    WapPay,
    Create,
    Pay,
    Query,
    Close,
    Cancel,
    Refund,
    QueryRefund,
    BillUrl,
    BillDownload,
    DownloadCertificate,
    Notify,
}

const METHODS: [(&str, Operation); 12] = [
    ("alipay.trade.precreate", Operation::Precreate),
    ("alipay.trade.page.pay", Operation::PagePay),
    ("alipay.trade.wap.pay", Operation::WapPay),
    ("alipay.trade.create", Operation::Create),
    ("alipay.trade.pay", Operation::Pay),
    ("alipay.trade.query", Operation::Query),
    ("alipay.trade.close", Operation::Close),
    ("alipay.trade.cancel", Operation::Cancel),
    ("alipay.trade.refund", Operation::Refund),
    ("alipay.trade.fastpay.refund.query", Operation::QueryRefund),
    ("alipay.data.dataservice.bill.downloadurl.query", Operation::BillUrl),
    ("alipay.open.app.alipaycert.download", Operation::DownloadCertificate),
];

impl Operation {
    pub(super) fn of_method(method: &str) -> Option<Self> {
        METHODS.iter().find(|(name, _)| *name == method).map(|(_, operation)| *operation)
    }

    /// §9.3: the path says the method's name; pages have no version 3.
    pub(super) fn of_rest_path(path: &str) -> Option<Self> {
        let below = path.strip_prefix("/v3/")?;
        let found = METHODS.iter().find(|(method, _)| method.replace('.', "/") == below);
        found.map(|(_, operation)| *operation).filter(|operation| !operation.is_opened_by_buyer())
    }

    pub(super) fn is_opened_by_buyer(self) -> bool {
        matches!(self, Self::PagePay | Self::WapPay)
    }

    /// §8.
    pub(super) fn is_never_encrypted(self) -> bool {
        self.is_opened_by_buyer() || self == Self::DownloadCertificate
    }

    fn is_unsigned(self) -> bool {
        self.is_opened_by_buyer() || self == Self::BillDownload
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
    /// An HTTP status without a document, although everything was committed.
    HttpStatus {
        status: u16,
    },
    /// Such as 20000 `isp.unknow-error` or 40004 `ACQ.SYSTEM_ERROR`; nothing was committed.
    ErrorBeforeCommit {
        code: String,
        sub_code: String,
    },
    /// The same although everything was committed.
    ErrorAfterCommit {
        code: String,
        sub_code: String,
    },
    BadSignature,
    Unsigned,
    /// Certificate mode: names a certificate that nobody has.
    UnknownCertificate,
    /// The answer's members in another order, with blanks and fields nobody knows.
    ExtraFields,
    /// Query, pay and notify: one fen more than was paid.
    WrongAmount,
    /// Refund: taken, `fund_change` is `N`, nothing moved until it is repeated or settled.
    NoFundChange,
    /// Cancel: nothing done, `retry_flag` is `Y`.
    RetryFlag,
    /// Bill download: the connection ends in the middle of the file.
    Truncated,
    /// Notify: the same notification this many more times, one after the other.
    Duplicate {
        copies: u32,
    },
    /// Notify: the same notification this many more times, at the same moment.
    Parallel {
        copies: u32,
    },
    /// Notify: the same fact once more under an id of its own.
    Restated,
    /// Notify: waits until another notification of this merchant was sent.
    Reorder,
    /// Notify: never sent at all.
    Drop,
    WrongSeller,
    WrongApp,
    UnknownOrder,
    /// Notify: a status that proves no payment.
    WaitBuyerPay,
    /// Notify: the signature covers `sign_type` too, as service messages have it (§5.3).
    SignTypeSigned,
    /// Notify: an empty member that is signed all the same.
    EmptyMember,
    /// Notify: an empty member that the signature leaves out.
    EmptyMemberUnsigned,
    /// Notify: cut off in the middle, yet properly signed.
    Malformed,
}

impl FaultKind {
    fn fits(&self, operation: Operation) -> bool {
        let notify = operation == Operation::Notify;
        match self {
            Self::Delay { .. } => true,
            Self::BadSignature | Self::Unsigned | Self::UnknownCertificate => !operation.is_unsigned(),
            Self::ResetBeforeCommit | Self::ResetAfterCommit | Self::HttpStatus { .. } => !notify,
            Self::ErrorBeforeCommit { .. } | Self::ErrorAfterCommit { .. } => !notify,
            Self::ExtraFields => !notify && !operation.is_unsigned(),
            Self::WrongAmount => notify || matches!(operation, Operation::Query | Operation::Pay),
            Self::NoFundChange => operation == Operation::Refund,
            Self::RetryFlag => operation == Operation::Cancel,
            Self::Truncated => operation == Operation::BillDownload,
            Self::Duplicate { .. } | Self::Parallel { .. } | Self::Restated | Self::Reorder | Self::Drop => notify,
            Self::WrongSeller | Self::WrongApp | Self::UnknownOrder | Self::WaitBuyerPay => notify,
            Self::SignTypeSigned | Self::EmptyMember | Self::EmptyMemberUnsigned | Self::Malformed => notify,
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
    pub app_id: Option<String>,
    /// The merchant's number; for refunds the request's own fits as well, for bills the day.
    #[serde(default)]
    pub out_trade_no: Option<String>,
}

impl Fault {
    #[must_use]
    pub fn new(operation: Operation, kind: FaultKind) -> Self {
        Self { operation, kind, times: None, app_id: None, out_trade_no: None }
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
    pub fn of_app(mut self, app_id: &str) -> Self {
        self.app_id = Some(app_id.to_owned());
        self
    }

    fn concerns(&self, operation: Operation, app_id: &str, numbers: &[&str]) -> bool {
        self.operation == operation
            && self.app_id.as_deref().is_none_or(|only| only == app_id)
            && self.out_trade_no.as_deref().is_none_or(|only| numbers.contains(&only))
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
            _ => Ok(()),
        }
    }
}

/// Takes the first fault that concerns this call and uses up one of its times.
pub(super) fn take(faults: &mut Vec<Fault>, operation: Operation, app_id: &str, numbers: &[&str]) -> Option<FaultKind> {
    let at = faults.iter().position(|fault| fault.concerns(operation, app_id, numbers))?;
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
    fn methods_are_known_by_name_and_by_the_path_of_version_three() {
        assert_eq!(Operation::of_method("alipay.trade.fastpay.refund.query"), Some(Operation::QueryRefund));
        assert_eq!(Operation::of_rest_path("/v3/alipay/trade/query"), Some(Operation::Query));
        assert_eq!(
            Operation::of_rest_path("/v3/alipay/data/dataservice/bill/downloadurl/query"),
            Some(Operation::BillUrl)
        );
        assert_eq!(Operation::of_rest_path("/v3/alipay/trade/page/pay"), None);
    }

    #[test]
    fn a_fault_is_used_up_and_touches_only_its_order() {
        let mut faults = vec![Fault::new(Operation::Query, FaultKind::Unsigned).times(1).only_for("A1")];
        assert_eq!(take(&mut faults, Operation::Query, "1", &["A2"]), None);
        assert_eq!(take(&mut faults, Operation::Query, "1", &["A1"]), Some(FaultKind::Unsigned));
        assert_eq!(take(&mut faults, Operation::Query, "1", &["A1"]), None);
    }
}

//! UnionPay's answer codes (respCode) and what each means for what to do next.
//! Promises: a code that is not known, and every code that leaves the outcome open, is `Unknown`.

use super::message::Message;
use crate::gateways::{DeclineReason, GatewayError};

/// Success of a question; of a call that moves money only that it was accepted (受理成功).
pub const SUCCESS: &str = "00";
/// Paid, with a defect that is UnionPay's.
const SUCCESS_WITH_DEFECT: &str = "A6";

/// What a call does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// A code to scan (二维码消费, 01/07).
    Qr,
    /// For the native SDK (手机支付控件).
    App,
    /// Charges what was scanned from the shopper's phone (二维码被扫, 01/06).
    Barcode,
    Query,
    /// Also a void (消费撤销).
    Refund,
    QueryRefund,
    Statement,
    /// Renews the encryption certificate (加密公钥更新).
    EncryptionCertificate,
}

impl Operation {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Qr => "qr",
            Self::App => "app",
            Self::Barcode => "barcode",
            Self::Query => "query",
            Self::Refund => "refund",
            Self::QueryRefund => "query_refund",
            Self::Statement => "statement",
            Self::EncryptionCertificate => "encryption_certificate",
        }
    }

    /// Whether it may change something at UnionPay.
    #[must_use]
    pub const fn is_write(self) -> bool {
        matches!(self, Self::Qr | Self::App | Self::Barcode | Self::Refund)
    }

    /// Below the address of the gateway, or of the file host.
    #[must_use]
    pub const fn path(self) -> &'static str {
        match self {
            Self::App => "/gateway/api/appTransReq.do",
            Self::Query | Self::QueryRefund => "/gateway/api/queryTrans.do",
            Self::Qr | Self::Barcode | Self::Refund | Self::EncryptionCertificate => "/gateway/api/backTransReq.do",
            Self::Statement => "/",
        }
    }
}

/// What a code says of the transaction that it speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    Success,
    /// Ask before doing anything else.
    Unknown,
    /// It will not happen; another try needs a new number.
    Failed,
    /// Only the merchant can mend it.
    Misconfigured,
    /// Its number was used before: ask what became of that.
    Known,
    NotFound,
    TooFast,
    /// No file yet.
    NotReady,
}

/// The class of a code.
#[must_use]
pub fn class_of(code: &str) -> Class {
    match code {
        SUCCESS | SUCCESS_WITH_DEFECT => Class::Success,
        "10" | "11" | "13" | "14" | "31" | "32" | "36" | "43" => Class::Misconfigured,
        "12" | "45" | "46" => Class::Known,
        "34" => Class::NotFound,
        "37" => Class::TooFast,
        "98" => Class::NotReady,
        "01" | "02" | "30" | "33" | "35" | "38" | "39" | "40" | "41" | "44" | "60" | "61" | "62" | "63" | "64"
        | "65" | "66" | "67" | "68" | "69" | "71" | "72" | "73" | "76" | "77" | "78" | "79" | "80" | "81" | "82"
        | "85" | "86" | "87" | "88" | "89" | "90" | "91" | "92" | "93" | "94" | "95" | "96" | "99" => Class::Failed,
        // 03 to 06, 70, 74 and 83 say so themselves; 42 and 75 may have moved money; others are not known.
        _ => Class::Unknown,
    }
}

/// Whether a code leaves money of the shopper's somewhere on the way (42 paid after its time, 74 and 75 paid and
/// not written off): never to be taken for "not paid".
#[must_use]
pub fn may_have_moved_money(code: &str) -> bool {
    matches!(code, "42" | "74" | "75")
}

/// The code of a verified message; empty when it has none, which is no success.
#[must_use]
pub fn code_of(message: &Message) -> &str {
    message.get("respCode").unwrap_or_default()
}

/// Reads a verified answer that is no success.
#[must_use]
pub fn refusal(operation: Operation, message: &Message) -> GatewayError {
    let code = code_of(message);
    let told = message.get("respMsg").unwrap_or_default();
    let declined = |reason| GatewayError::Declined { reason, code: code.to_owned(), message: told.to_owned() };
    let unknown = || GatewayError::Unknown(format!("UnionPay answered {code} {told}"));
    match class_of(code) {
        Class::Misconfigured => {
            GatewayError::Misconfigured { code: code.to_owned(), fix: format!("{} ({told})", fix_for(code)) }
        }
        Class::Failed if operation == Operation::Query || operation == Operation::QueryRefund => {
            // The question failed; of what it asked about this says nothing.
            unknown()
        }
        Class::Failed | Class::NotReady => declined(DeclineReason::Other),
        // It was received before, whatever the answer to that was: how it ended is asked.
        Class::Known if operation == Operation::Refund && code == "12" => unknown(),
        Class::Known if operation == Operation::Refund => declined(DeclineReason::Unclear),
        Class::Known if code == "12" => declined(DeclineReason::NumberUsed),
        Class::Known => declined(DeclineReason::AlreadyPaid),
        Class::NotFound => declined(DeclineReason::NotFound),
        // Whether a call that moves money was made before it became too many is not said.
        Class::TooFast if operation.is_write() => unknown(),
        Class::TooFast => declined(DeclineReason::TryLater),
        Class::Unknown | Class::Success => {
            if may_have_moved_money(code) {
                tracing::error!(operation = operation.as_str(), code, told, "money may have moved at UnionPay");
            }
            unknown()
        }
    }
}

fn fix_for(code: &str) -> &'static str {
    match code {
        "11" => {
            "UnionPay refused the signature: the key is not the one activated for this merchant number, or test and \
             production are mixed. `luodi accounts check` tells more."
        }
        "31" => "UnionPay does not let this merchant trade: look in its merchant portal, then ask the acquirer.",
        "32" | "43" => {
            "The contract does not contain this product: ask the acquirer to open it for the merchant number."
        }
        "36" => "The refund does not fit what was paid: compare amount and order with UnionPay's merchant portal.",
        _ => "UnionPay cannot read the request: compare merchant_no, terminal_id and risk_fields with the contract.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(code: &str) -> Message {
        Message::parse_answer(format!("respCode={code}&respMsg=原因[1234567]").as_bytes()).unwrap()
    }

    #[test]
    fn every_code_of_the_list_has_its_meaning() {
        use Class as C;
        for (codes, class) in [
            (&["00", "A6"][..], C::Success),
            (&["03", "04", "05", "06", "42", "70", "74", "75", "83", "84", "97", "ZZ", ""], C::Unknown),
            (&["10", "11", "13", "14", "31", "32", "36", "43"], C::Misconfigured),
            (&["12", "45", "46"], C::Known),
            (&["34"], C::NotFound),
            (&["37"], C::TooFast),
            (&["98"], C::NotReady),
            (&["01", "02", "30", "33", "35", "38", "39", "40", "41", "44", "99"], C::Failed),
        ] {
            for code in codes {
                assert_eq!(class_of(code), class, "{code}");
            }
        }
        for code in (60..=69).chain(71..=73).chain(76..=82).chain(85..=96) {
            assert_eq!(class_of(&code.to_string()), C::Failed, "{code}");
        }
    }

    #[test]
    fn a_refused_question_says_nothing_of_the_money() {
        for code in ["01", "60", "99", "05", "06"] {
            let error = refusal(Operation::Query, &answer(code));
            assert!(matches!(error, GatewayError::Unknown(_)), "{code}: {error:?}");
        }
        assert!(matches!(
            refusal(Operation::Query, &answer("34")),
            GatewayError::Declined { reason: DeclineReason::NotFound, .. }
        ));
        assert!(matches!(
            refusal(Operation::Query, &answer("37")),
            GatewayError::Declined { reason: DeclineReason::TryLater, .. }
        ));
    }

    #[test]
    fn a_refused_refund_is_final_unless_the_code_leaves_it_open() {
        for (code, is_open) in
            [("35", false), ("60", false), ("12", true), ("05", true), ("06", true), ("37", true), ("", true)]
        {
            let error = refusal(Operation::Refund, &answer(code));
            assert_eq!(matches!(error, GatewayError::Unknown(_)), is_open, "{code}: {error:?}");
        }
        for code in ["45", "46"] {
            let error = refusal(Operation::Refund, &answer(code));
            assert!(matches!(error, GatewayError::Declined { reason: DeclineReason::Unclear, .. }), "{code}");
        }
    }

    #[test]
    fn what_only_the_merchant_can_mend_says_how() {
        for code in ["10", "11", "13", "31", "32", "36", "43"] {
            let error = refusal(Operation::Qr, &answer(code));
            assert!(matches!(error, GatewayError::Misconfigured { fix, .. } if fix.contains("原因")), "{code}");
        }
    }
}

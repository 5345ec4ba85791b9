//! What WeChat Pay's refusals mean for the next step.
//! Promises: what is not certainly "no" is `Unknown`. Decides on status and code, never on the message.

use serde::Deserialize;

use crate::gateways::{DeclineReason, GatewayError};

/// The calls this program makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operation {
    Create,
    Query,
    Close,
    Refund,
    QueryRefund,
    Certificates,
}

impl Operation {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Query => "query",
            Self::Close => "close",
            Self::Refund => "refund",
            Self::QueryRefund => "query_refund",
            Self::Certificates => "certificates",
        }
    }

    /// Whether it may change something at the gateway.
    pub(super) const fn is_write(self) -> bool {
        matches!(self, Self::Create | Self::Close | Self::Refund)
    }
}

#[derive(Deserialize)]
struct Envelope {
    code: String,
    #[serde(default)]
    message: String,
}

/// The codes that grew an underscore over time, old spelling first.
const LEGACY: [(&str, &str); 10] = [
    ("ORDERNOTEXIST", "ORDER_NOT_EXIST"),
    ("ORDERPAID", "ORDER_PAID"),
    ("ORDERCLOSED", "ORDER_CLOSED"),
    ("SYSTEMERROR", "SYSTEM_ERROR"),
    ("BANKERROR", "BANK_ERROR"),
    ("NOAUTH", "NO_AUTH"),
    ("NOTENOUGH", "NOT_ENOUGH"),
    ("RULELIMIT", "RULE_LIMIT"),
    ("ACCOUNTERROR", "ACCOUNT_ERROR"),
    ("SIGNERROR", "SIGN_ERROR"),
];

fn normalise(code: &str) -> &str {
    LEGACY.iter().find(|(old, _)| *old == code).map_or(code, |(_, new)| new)
}

/// The normalised code of an error body, if it has one.
pub(super) fn code_of(body: &[u8]) -> Option<String> {
    serde_json::from_slice::<Envelope>(body).ok().map(|e| normalise(&e.code).to_owned())
}

/// Reads an answer whose status is not 2xx.
pub(super) fn read(operation: Operation, status: u16, body: &[u8]) -> GatewayError {
    let Ok(envelope) = serde_json::from_slice::<Envelope>(body) else {
        return GatewayError::Unknown(format!("status {status} without an error code"));
    };
    let (code, message) = (normalise(&envelope.code).to_owned(), envelope.message);
    // Two codes come with a 500 although they are the caller's mistake.
    let callers_mistake = matches!(code.as_str(), "OPENID_MISMATCH" | "INVALID_TRANSACTIONID");
    let no_outcome = matches!(code.as_str(), "SYSTEM_ERROR" | "BANK_ERROR");
    if no_outcome || !((400..=499).contains(&status) || callers_mistake) {
        return GatewayError::Unknown(format!("status {status} {code}"));
    }
    if let Some(fix) = fix_for(&code) {
        return GatewayError::Misconfigured { code, fix: fix.to_owned() };
    }
    if is_too_fast(status, &code) && operation.is_write() {
        return GatewayError::Unknown(format!("status {status} {code} on a call that changes something"));
    }
    let reason = reason_for(operation, status, &code);
    GatewayError::Declined { reason, code, message }
}

fn is_too_fast(status: u16, code: &str) -> bool {
    status == 429 || matches!(code, "FREQUENCY_LIMITED" | "RATELIMIT_EXCEEDED" | "RATE_LIMITED")
}

fn reason_for(operation: Operation, status: u16, code: &str) -> DeclineReason {
    match code {
        "ORDER_NOT_EXIST" | "RESOURCE_NOT_EXISTS" => DeclineReason::NotFound,
        "ORDER_PAID" | "OUT_TRADE_NO_USED" => DeclineReason::AlreadyPaid,
        // Among others "paid already" and "asked before with other parameters": only a query tells.
        "INVALID_REQUEST" if operation == Operation::Create => DeclineReason::AlreadyPaid,
        "ORDER_CLOSED" => DeclineReason::AlreadyClosed,
        "NOT_ENOUGH" => DeclineReason::TryLater,
        _ if is_too_fast(status, code) => DeclineReason::TryLater,
        _ => DeclineReason::Other,
    }
}

fn fix_for(code: &str) -> Option<&'static str> {
    Some(match code {
        "SIGN_ERROR" => {
            "The signature was refused: mchid, merchant_serial and merchant_private_key must belong together, \
             and the clock of this machine must be right. `luodi accounts check` tells which it is."
        }
        "NO_AUTH" => {
            "The merchant may not use this product: enable Native payment in the WeChat Pay console, and look \
             there for restrictions on the account."
        }
        "APPID_MCHID_NOT_MATCH" => {
            "The appid is not bound to the mchid: bind it in the WeChat Pay console under appid management."
        }
        "MCH_NOT_EXISTS" => "WeChat Pay does not know this mchid: correct it.",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(operation: Operation, status: u16, code: &str) -> Option<DeclineReason> {
        match read(operation, status, format!("{{\"code\":\"{code}\",\"message\":\"m\"}}").as_bytes()) {
            GatewayError::Declined { reason, .. } => Some(reason),
            _ => None,
        }
    }

    fn is_unknown(operation: Operation, status: u16, body: &str) -> bool {
        matches!(read(operation, status, body.as_bytes()), GatewayError::Unknown(_))
    }

    #[test]
    fn a_no_says_what_to_do_next_in_old_and_new_spelling() {
        use DeclineReason as R;
        use Operation as O;
        let cases = [
            (O::Query, 404, "ORDER_NOT_EXIST", R::NotFound),
            (O::Query, 404, "ORDERNOTEXIST", R::NotFound),
            (O::QueryRefund, 404, "RESOURCE_NOT_EXISTS", R::NotFound),
            (O::Create, 400, "INVALID_REQUEST", R::AlreadyPaid),
            (O::Refund, 400, "INVALID_REQUEST", R::Other),
            (O::Create, 400, "ORDER_PAID", R::AlreadyPaid),
            (O::Close, 400, "ORDERPAID", R::AlreadyPaid),
            (O::Create, 403, "OUT_TRADE_NO_USED", R::AlreadyPaid),
            (O::Create, 400, "ORDER_CLOSED", R::AlreadyClosed),
            (O::Refund, 403, "NOTENOUGH", R::TryLater),
            (O::Query, 429, "FREQUENCY_LIMITED", R::TryLater),
            (O::Create, 403, "RULELIMIT", R::Other),
            (O::Create, 400, "PARAM_ERROR", R::Other),
            (O::Create, 500, "OPENID_MISMATCH", R::Other),
        ];
        for (operation, status, code, expected) in cases {
            assert_eq!(reason(operation, status, code), Some(expected), "{operation:?} {status} {code}");
        }
    }

    #[test]
    fn what_may_have_taken_effect_is_unknown() {
        let frequency = r#"{"code":"FREQUENCY_LIMITED","message":""}"#;
        for operation in [Operation::Create, Operation::Close, Operation::Refund] {
            assert!(is_unknown(operation, 429, frequency));
        }
        for (status, body) in [
            (500, r#"{"code":"SYSTEM_ERROR","message":""}"#),
            (400, r#"{"code":"SYSTEMERROR","message":""}"#),
            (500, r#"{"code":"ORDER_CLOSED","message":""}"#),
            (502, "<html>"),
            (404, "<html>"),
            (403, ""),
            (302, r#"{"code":"ORDER_NOT_EXIST","message":""}"#),
        ] {
            assert!(is_unknown(Operation::Query, status, body), "{status} {body}");
        }
    }

    #[test]
    fn what_the_merchant_must_mend_says_how() {
        for (status, code) in [(401, "SIGN_ERROR"), (403, "NOAUTH"), (400, "APPID_MCHID_NOT_MATCH")] {
            let error = read(Operation::Create, status, format!("{{\"code\":\"{code}\"}}").as_bytes());
            assert!(matches!(error, GatewayError::Misconfigured { fix, .. } if !fix.is_empty()), "{code}");
        }
    }
}

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
    Reverse,
    Refund,
    QueryRefund,
    AbnormalRefund,
    Statement,
    Download,
    Certificates,
}

impl Operation {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Query => "query",
            Self::Close => "close",
            Self::Reverse => "reverse",
            Self::Refund => "refund",
            Self::QueryRefund => "query_refund",
            Self::AbnormalRefund => "abnormal_refund",
            Self::Statement => "statement",
            Self::Download => "download",
            Self::Certificates => "certificates",
        }
    }

    /// Whether it may change something at the gateway.
    pub(super) const fn is_write(self) -> bool {
        matches!(self, Self::Create | Self::Close | Self::Reverse | Self::Refund | Self::AbnormalRefund)
    }
}

#[derive(Deserialize)]
struct Envelope {
    code: String,
    #[serde(default)]
    message: String,
    detail: Option<Detail>,
}

/// Which parameter it was.
#[derive(Deserialize)]
struct Detail {
    field: Option<String>,
    issue: Option<String>,
}

impl Envelope {
    /// WeChat's words with the parameter they are about, for the merchant's eyes.
    fn words(&self) -> String {
        let detail = self.detail.as_ref();
        let field = detail.and_then(|d| d.field.as_deref()).filter(|f| !f.is_empty());
        let issue = detail.and_then(|d| d.issue.as_deref()).filter(|i| !i.is_empty() && *i != self.message);
        match (field, issue) {
            (Some(field), Some(issue)) => format!("{} ({field}: {issue})", self.message),
            (Some(only), None) | (None, Some(only)) => format!("{} ({only})", self.message),
            (None, None) => self.message.clone(),
        }
    }
}

/// The codes that are acted on. Older pages and products spell them without underscores.
const KNOWN: [&str; 31] = [
    "PARAM_ERROR",
    "INVALID_REQUEST",
    "APPID_MCHID_NOT_MATCH",
    "MCH_NOT_EXISTS",
    "ORDER_CLOSED",
    "ORDER_PAID",
    "ORDER_REVERSED",
    "NO_STATEMENT_EXIST",
    "STATEMENT_CREATING",
    "SIGN_ERROR",
    "NO_AUTH",
    "OUT_TRADE_NO_USED",
    "RULE_LIMIT",
    "TRADE_ERROR",
    "NOT_ENOUGH",
    "ACCOUNT_ERROR",
    "USER_ACCOUNT_ABNORMAL",
    "ORDER_NOT_EXIST",
    "RESOURCE_NOT_EXISTS",
    "FREQUENCY_LIMITED",
    "RATELIMIT_EXCEEDED",
    "RATE_LIMITED",
    "SYSTEM_ERROR",
    "BANK_ERROR",
    "OPENID_MISMATCH",
    "INVALID_TRANSACTIONID",
    "USERPAYING",
    "AUTH_CODE_ERROR",
    "AUTH_CODE_EXPIRE",
    "AUTH_CODE_EXPIRED",
    "AUTH_CODE_INVALID",
];

fn normalise(code: &str) -> &str {
    let plain = |text: &str| text.replace('_', "");
    let told = plain(code);
    KNOWN.into_iter().find(|known| plain(known) == told).unwrap_or(code)
}

/// The normalised code of an error body, if it has one.
pub(super) fn code_of(body: &[u8]) -> Option<String> {
    serde_json::from_slice::<Envelope>(body).ok().map(|e| normalise(&e.code).to_owned())
}

/// The number at the end of a `Request-ID`, which WeChat's support and its lists of errors go by.
pub(super) fn number_of(request_id: &str) -> Option<&str> {
    let (_, number) = request_id.rsplit_once('-')?;
    (!number.is_empty() && number.bytes().all(|b| b.is_ascii_digit())).then_some(number)
}

/// Reads an answer whose status is not 2xx.
pub(super) fn read(operation: Operation, status: u16, body: &[u8]) -> GatewayError {
    let Ok(envelope) = serde_json::from_slice::<Envelope>(body) else {
        return GatewayError::Unknown(format!("status {status} without an error code"));
    };
    let (code, message) = (normalise(&envelope.code).to_owned(), envelope.words());
    // Two codes come with a 500 although they are the caller's mistake.
    let callers_mistake = matches!(code.as_str(), "OPENID_MISMATCH" | "INVALID_TRANSACTIONID");
    // Also with a 4xx: the payer is entering a password, or the gateway itself does not know.
    let no_outcome = matches!(code.as_str(), "SYSTEM_ERROR" | "BANK_ERROR" | "USERPAYING");
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
        "ORDER_CLOSED" | "ORDER_REVERSED" => DeclineReason::AlreadyClosed,
        // The merchant's balance; on a charge by the payer's code it is the payer's, and that is that.
        "NOT_ENOUGH" if operation == Operation::Refund => DeclineReason::TryLater,
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
            "The merchant may not use this: enable the product in the WeChat Pay console under product centre, look \
             there for restrictions on the account, and in partner mode for the sub-merchant's authorisation."
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
            (O::Create, 403, "NOT_ENOUGH", R::Other),
            (O::Close, 400, "ORDERREVERSED", R::AlreadyClosed),
            (O::Create, 403, "TRADE_ERROR", R::Other),
            (O::Create, 400, "AUTHCODEEXPIRED", R::Other),
            (O::Refund, 403, "ACCOUNTERROR", R::Other),
            (O::Refund, 403, "USER_ACCOUNT_ABNORMAL", R::Other),
            (O::Refund, 404, "RESOURCE_NOT_EXISTS", R::NotFound),
            (O::Refund, 500, "INVALID_TRANSACTIONID", R::Other),
            (O::Statement, 400, "NO_STATEMENT_EXIST", R::Other),
            (O::Query, 400, "SOMETHING_NEW", R::Other),
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
        for operation in [Operation::Create, Operation::Close, Operation::Reverse, Operation::Refund] {
            assert!(is_unknown(operation, 429, frequency));
        }
        for (status, body) in [
            (500, r#"{"code":"SYSTEM_ERROR","message":""}"#),
            (400, r#"{"code":"SYSTEMERROR","message":""}"#),
            (500, r#"{"code":"BANKERROR","message":""}"#),
            (400, r#"{"code":"USERPAYING","message":""}"#),
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
        for (status, code) in
            [(401, "SIGN_ERROR"), (403, "NOAUTH"), (400, "APPID_MCHID_NOT_MATCH"), (400, "MCH_NOT_EXISTS")]
        {
            let error = read(Operation::Create, status, format!("{{\"code\":\"{code}\"}}").as_bytes());
            assert!(matches!(error, GatewayError::Misconfigured { fix, .. } if !fix.is_empty()), "{code}");
        }
    }

    #[test]
    fn the_parameter_at_fault_is_named() {
        let body = r#"{"code":"PARAM_ERROR","message":"参数错误",
            "detail":{"field":"/payer/openid","value":"x","issue":"不合法","location":"body"}}"#;
        let error = read(Operation::Create, 400, body.as_bytes());
        assert!(
            matches!(error, GatewayError::Declined { message, .. } if message == "参数错误 (/payer/openid: 不合法)")
        );
    }

    #[test]
    fn the_number_of_a_request_id_is_its_last_part() {
        assert_eq!(number_of("08F1CABBC80610C803189DC8B7-268498689"), Some("268498689"));
        assert_eq!(number_of("A-B-0"), Some("0"));
        assert_eq!((number_of("no dash"), number_of("A-"), number_of("A-x")), (None, None, None));
    }
}

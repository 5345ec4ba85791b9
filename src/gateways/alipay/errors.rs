//! What Alipay's refusals mean for the next step.
//! Promises: what is not certainly "no" is `Unknown`. Decides on codes, never on the message.

use crate::gateways::{DeclineReason, GatewayError};

/// The calls this program makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operation {
    Precreate,
    Create,
    Pay,
    Query,
    Close,
    Cancel,
    Refund,
    QueryRefund,
    Statement,
    Certificate,
}

impl Operation {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Precreate | Self::Create | Self::Pay => "create",
            Self::Query => "query",
            Self::Close => "close",
            Self::Cancel => "cancel",
            Self::Refund => "refund",
            Self::QueryRefund => "query_refund",
            Self::Statement => "statement",
            Self::Certificate => "certificates",
        }
    }

    /// Alipay's name of the call.
    pub(super) const fn method(self) -> &'static str {
        match self {
            Self::Precreate => "alipay.trade.precreate",
            Self::Create => "alipay.trade.create",
            Self::Pay => "alipay.trade.pay",
            Self::Query => "alipay.trade.query",
            Self::Close => "alipay.trade.close",
            Self::Cancel => "alipay.trade.cancel",
            Self::Refund => "alipay.trade.refund",
            Self::QueryRefund => "alipay.trade.fastpay.refund.query",
            Self::Statement => "alipay.data.dataservice.bill.downloadurl.query",
            Self::Certificate => "alipay.open.app.alipaycert.download",
        }
    }

    /// Whether money may move in the very call.
    pub(super) const fn moves_money(self) -> bool {
        matches!(self, Self::Pay | Self::Cancel | Self::Refund)
    }

    /// Whether it may change something at the gateway.
    pub(super) const fn is_write(self) -> bool {
        matches!(self, Self::Precreate | Self::Create | Self::Pay | Self::Close | Self::Cancel | Self::Refund)
    }
}

/// The codes of an answer that is not a success.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Refusal {
    /// The gateway's class of answers (`40004`); v3 has none.
    pub code: String,
    pub sub_code: String,
    pub message: String,
}

/// The `ACQ.` in front is misspelt by one method, missing in another, and sometimes stands behind `aop.`.
pub(super) fn normalise(sub_code: &str) -> &str {
    let sub_code = sub_code.strip_prefix("aop.").filter(|rest| rest.starts_with("ACQ.")).unwrap_or(sub_code);
    sub_code.strip_prefix("ACQ.").or_else(|| sub_code.strip_prefix("AQC.")).unwrap_or(sub_code)
}

/// Reads an authentic refusal.
pub(super) fn read(operation: Operation, refusal: &Refusal) -> GatewayError {
    let code = normalise(&refusal.sub_code).to_owned();
    let shown = if code.is_empty() { refusal.code.clone() } else { bare(&code).to_owned() };
    // 20000 and whatever has no code of its own say nothing about what happened.
    let no_outcome = matches!(code.as_str(), "SYSTEM_ERROR" | "isp.unknow-error" | "aop.unknow-error")
        // A success where none belongs is no refusal either.
        || matches!(refusal.code.as_str(), "20000" | "10000" | "10003")
        || (code.is_empty() && refusal.code.is_empty());
    if no_outcome {
        return GatewayError::Unknown(format!("{shown} {}", refusal.message));
    }
    if let Some(fix) = fix_for(&refusal.code, &code) {
        return GatewayError::Misconfigured { code: shown, fix: fix.to_owned() };
    }
    if is_too_fast(&refusal.code, &code) && operation.is_write() {
        return GatewayError::Unknown(format!("{shown} on a call that changes something"));
    }
    let reason = reason_for(operation, &refusal.code, &code);
    GatewayError::Declined { reason, code: shown, message: refusal.message.clone() }
}

/// Reads a refusal that bears no signature. It proves nothing; but refusals of our own signature or
/// identity never bear one, and only the merchant can mend them. Where money may have moved it stays unknown.
pub(super) fn read_unsigned(operation: Operation, refusal: &Refusal) -> GatewayError {
    let code = normalise(&refusal.sub_code);
    match unsigned_fix_for(code) {
        Some(fix) if operation.moves_money() => {
            GatewayError::Unknown(format!("an unsigned refusal: {}: {fix}", bare(code)))
        }
        Some(fix) => GatewayError::Misconfigured { code: bare(code).to_owned(), fix: fix.to_owned() },
        None => GatewayError::Unknown(format!("an unsigned refusal: {} {code}", refusal.code)),
    }
}

fn is_too_fast(class: &str, code: &str) -> bool {
    class == "40005" || matches!(bare(code), "app-call-limited" | "method-call-limited")
}

/// v3 drops the prefix of the common codes.
fn bare(code: &str) -> &str {
    ["isv.", "isp.", "aop."].iter().find_map(|prefix| code.strip_prefix(prefix)).unwrap_or(code)
}

fn reason_for(operation: Operation, class: &str, code: &str) -> DeclineReason {
    let is_refund = operation == Operation::Refund;
    match code {
        "TRADE_NOT_EXIST" if !is_refund => DeclineReason::NotFound,
        "TRADE_HAS_SUCCESS" | "CONTEXT_INCONSISTENT" => DeclineReason::AlreadyPaid,
        "TRADE_HAS_CLOSE" if !is_refund => DeclineReason::AlreadyClosed,
        "EXIST_FORBIDDEN_WORD" => DeclineReason::TextRefused,
        // Paid, closed or never opened: only a query tells.
        "TRADE_STATUS_ERROR" | "REASON_TRADE_STATUS_INVALID" | "REASON_ILLEGAL_STATUS" if !is_refund => {
            DeclineReason::AlreadyPaid
        }
        "SELLER_BALANCE_NOT_ENOUGH" | "REASON_TRADE_BEEN_FREEZEN" => DeclineReason::TryLater,
        _ if is_too_fast(class, code) => DeclineReason::TryLater,
        _ if operation.moves_money() && !is_certainly_no(class, code) => DeclineReason::Unclear,
        _ => DeclineReason::Other,
    }
}

/// Refusals of payments and refunds after which no money moves. Not among them: `PAYMENT_FAIL`,
/// `DISCORDANT_REPEAT_REQUEST`, those that speak of the order's state, and what is new.
const CERTAINLY_NO: [&str; 37] = [
    "ALLOC_AMOUNT_VALIDATE_ERROR",
    "CURRENCY_NOT_SUPPORT",
    "CUSTOMER_VALIDATE_ERROR",
    "DEFAULT_SETTLE_RULE_NOT_EXIST",
    "ENTERPRISE_PAY_BIZ_ERROR",
    "INVALID_PARAMETER",
    "INVALID_STORE_ID",
    "MOBILE_PAYMENT_SWITCH_OFF",
    "NOT_ALLOW_PARTIAL_REFUND",
    "NOT_CERTIFIED_USER",
    "NOT_SUPPORT_PAYMENT_INST",
    "NOW_TIME_AFTER_EXPIRE_TIME_ERROR",
    "NO_PAYMENT_INSTRUMENTS_AVAILABLE",
    "ONLINE_TRADE_VOUCHER_NOT_ALLOW_REFUND",
    "PAYMENT_AUTH_CODE_INVALID",
    "PAYMENT_REQUEST_HAS_RISK",
    "PLATFORM_BUSINESS_ACQUIRE_MODE_MUST_MERCHANT_ID",
    "PRODUCT_AMOUNT_LIMIT_ERROR",
    "PULL_MOBILE_CASHIER_FAIL",
    "REASON_TRADE_REFUND_FEE_ERR",
    "REFUNDALLOC_UNAUTH_LIMIT",
    "REFUND_ACCOUNT_NOT_EXIST",
    "REFUND_AMT_NOT_EQUAL_TOTAL",
    "REFUND_CHARGE_ERROR",
    "REFUND_FEE_ERROR",
    "REFUND_ROYALTY_PAYEE_ACCOUNT_NOT_EXIST",
    "REQUEST_AMOUNT_EXCEED",
    "RISK_MERCHANT_IP_NOT_EXIST",
    "STORE_INFO_INVALID",
    "SUB_GOODS_SIZE_MAX_COUNT",
    "TOTAL_FEE_EXCEED",
    "TRADE_BUYER_NOT_MATCH",
    "TRADE_HAS_FINISHED",
    "TRADE_NOT_ALLOW_REFUND",
    "TRADE_SETTLE_ERROR",
    "USER_FACE_PAYMENT_SWITCH_OFF",
    "USER_NOT_MATCH_ERR",
];
/// Families of the same, by how they begin.
const CERTAINLY_NO_FAMILIES: [&str; 8] =
    ["BEYOND_", "BUYER_", "ERROR_", "MERCHANT_", "OVERDRAFT_", "SECONDARY_MERCHANT_", "SUB_MERCHANT_", "USER_LOGONID_"];

fn is_certainly_no(class: &str, code: &str) -> bool {
    // Refused before it reached the business: by class, and by the small letters of the common codes.
    let before_business = matches!(class, "20001" | "40001" | "40002" | "40003" | "40006")
        || code.starts_with(|first: char| first.is_ascii_lowercase());
    before_business
        || CERTAINLY_NO.binary_search(&code).is_ok()
        || CERTAINLY_NO_FAMILIES.iter().any(|family| code.starts_with(family))
}

/// What only the merchant can mend, in answers that are signed.
fn fix_for(class: &str, code: &str) -> Option<&'static str> {
    unsigned_fix_for(code).or(match code {
        "ACCESS_FORBIDDEN" | "PARTNER_ERROR" => Some(
            "The merchant has not signed this product for the application: sign it in the Alipay console and bind the \
             application to the merchant number (PID).",
        ),
        "SELLER_BEEN_BLOCKED" | "SELLER_NOT_EXIST" | "MERCHANT_STATUS_NOT_NORMAL" | "INVALID_RECEIVE_ACCOUNT" => {
            Some("Alipay does not let this merchant receive money: look in the Alipay console, then ask its support.")
        }
        _ if code.starts_with("MERCHANT_AGREEMENT_") => {
            Some("The contract for this product is missing or has ended: renew it in the Alipay console.")
        }
        _ => match bare(code) {
            "insufficient-isv-permissions" | "insufficient-user-permissions" | "access-forbidden" => {
                Some("The application may not make this call: sign the product and add it to the application.")
            }
            "illegal-client-ip" => {
                Some("Alipay refuses this address: add the server's public IP to the application's white list.")
            }
            "missing-encrypt-key" | "invalid-encrypt" => Some(
                "Content encryption does not fit: set aes_key exactly when it is switched on in the console, with the \
                 console's key.",
            ),
            bare if bare.starts_with("decryption-error") => {
                Some("Alipay cannot decrypt the request: aes_key is not the console's key.")
            }
            code if class == "20001" || is_about_authorisation(code) => Some(
                "The authorisation by which the application acts for the merchant is not valid or has ended: let the \
                 merchant authorise it again and set app_auth_token and auth_app_id anew.",
            ),
            _ => None,
        },
    })
}

/// The codes of a service provider's authorisation; v3 tells them without their class.
pub(super) fn is_about_authorisation(code: &str) -> bool {
    matches!(
        bare(code),
        "invalid-app-auth-token"
            | "invalid-app-auth-token-no-api"
            | "app-auth-token-time-out"
            | "invalid-auth-token"
            | "auth-token-time-out"
            | "no-product-reg-by-partner"
    )
}

fn unsigned_fix_for(code: &str) -> Option<&'static str> {
    Some(match bare(code) {
        "invalid-signature" | "missing-signature" | "missing-signature-key" => {
            "The signature was refused: app_private_key is not the key uploaded for this app_id, or a key of the test \
             system is used at the real one or the reverse. `luodi accounts check` tells more."
        }
        "invalid-app-id" | "missing-app-id" => {
            "Alipay does not know this app_id here: correct it, put the application online, and do not use an \
             application of the test system at the real one."
        }
        "app-cert-not-exist" | "missing-app-cert-sn" | "invalid-app-cert-sn" => {
            "Alipay does not know the application certificate: give the one last downloaded for this application, and \
             certificate mode only if the console says so."
        }
        "invalid-alipay-root-cert-sn" | "missing-alipay-root-cert-sn" => {
            "Alipay does not know the root file: give alipayRootCert.crt as it was downloaded for this application."
        }
        "invalid-timestamp" => "Alipay refused the time of the request: synchronise this machine's clock (NTP).",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(operation: Operation, sub_code: &str) -> Option<DeclineReason> {
        let refusal = Refusal { code: "40004".into(), sub_code: sub_code.into(), message: "m".into() };
        match read(operation, &refusal) {
            GatewayError::Declined { reason, .. } => Some(reason),
            _ => None,
        }
    }

    #[test]
    fn a_no_says_what_to_do_next() {
        use DeclineReason as R;
        use Operation as O;
        for (operation, code, expected) in [
            (O::Query, "ACQ.TRADE_NOT_EXIST", R::NotFound),
            (O::QueryRefund, "TRADE_NOT_EXIST", R::NotFound),
            (O::Precreate, "ACQ.TRADE_HAS_SUCCESS", R::AlreadyPaid),
            (O::Precreate, "ACQ.CONTEXT_INCONSISTENT", R::AlreadyPaid),
            (O::Pay, "ACQ.TRADE_HAS_CLOSE", R::AlreadyClosed),
            (O::Close, "ACQ.REASON_TRADE_STATUS_INVALID", R::AlreadyPaid),
            (O::Refund, "ACQ.TRADE_STATUS_ERROR", R::Unclear),
            (O::Refund, "ACQ.TRADE_NOT_EXIST", R::Unclear),
            (O::Refund, "ACQ.TRADE_HAS_CLOSE", R::Unclear),
            (O::Refund, "ACQ.DISCORDANT_REPEAT_REQUEST", R::Unclear),
            (O::Refund, "ACQ.REFUND_AMT_NOT_EQUAL_TOTAL", R::Other),
            (O::Pay, "ACQ.PAYMENT_FAIL", R::Unclear),
            (O::Pay, "ACQ.BUYER_BALANCE_NOT_ENOUGH", R::Other),
            (O::Pay, "ACQ.SOMETHING_NEW", R::Unclear),
            (O::Precreate, "ACQ.SOMETHING_NEW", R::Other),
            (O::Precreate, "ACQ.EXIST_FORBIDDEN_WORD", R::TextRefused),
            (O::Refund, "ACQ.SELLER_BALANCE_NOT_ENOUGH", R::TryLater),
            (O::Query, "isv.app-call-limited", R::TryLater),
            (O::Pay, "ACQ.PAYMENT_AUTH_CODE_INVALID", R::Other),
            (O::Refund, "ACQ.SOMETHING_NEW", R::Unclear),
        ] {
            assert_eq!(reason(operation, code), Some(expected), "{operation:?} {code}");
        }
    }

    #[test]
    fn what_may_have_taken_effect_is_unknown() {
        for (code, sub_code) in [
            ("40004", "ACQ.SYSTEM_ERROR"),
            ("40004", "AQC.SYSTEM_ERROR"),
            ("20000", "isp.unknow-error"),
            ("20000", ""),
            ("", ""),
            ("40005", "isv.app-call-limited"),
        ] {
            let refusal = Refusal { code: code.into(), sub_code: sub_code.into(), message: String::new() };
            let read = read(Operation::Refund, &refusal);
            assert!(matches!(read, GatewayError::Unknown(_)), "{code} {sub_code}: {read:?}");
        }
    }

    #[test]
    fn codes_are_listed_in_order() {
        assert!(CERTAINLY_NO.is_sorted());
    }

    #[test]
    fn an_unsigned_refusal_is_only_believed_about_our_own_credentials() {
        let told = |operation, sub_code: &str| {
            let refusal = Refusal { code: "40004".into(), sub_code: sub_code.into(), message: String::new() };
            read_unsigned(operation, &refusal)
        };
        let unsigned = |sub_code: &str| told(Operation::Query, sub_code);
        for ours in ["isv.invalid-signature", "isv.invalid-app-id", "invalid-signature", "isv.app-cert-not-exist"] {
            assert!(matches!(unsigned(ours), GatewayError::Misconfigured { fix, .. } if !fix.is_empty()), "{ours}");
            for money in [Operation::Pay, Operation::Refund, Operation::Cancel] {
                assert!(matches!(told(money, ours), GatewayError::Unknown(_)), "{money:?} {ours}");
            }
        }
        for other in ["ACQ.TRADE_NOT_EXIST", "ACQ.TRADE_HAS_CLOSE", "ACQ.ACCESS_FORBIDDEN", ""] {
            assert!(matches!(unsigned(other), GatewayError::Unknown(_)), "{other}");
        }
    }
}

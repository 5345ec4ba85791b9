//! Looks at an account's credentials by one signed question that moves no money.
//! Promises: each finding says which setting is wrong and how to mend it.

use super::client::{CallFailure, Client};
use super::errors::{Operation, is_about_authorisation};
use super::requests;
use crate::crypto::random;
use crate::gateways::{DeclineReason, EXPIRY_WARNING_S, Finding, GatewayError, Rejected, Severity};

pub(super) async fn check(client: &Client) -> Vec<Finding> {
    let key = &client.signer.key;
    let mut findings = vec![finding(
        Severity::Ok,
        "app_private_key",
        "app_private_key",
        format!("app_private_key is an RSA key of {} bits.", key.bits()),
    )];
    findings.extend(app_certificate_finding(client));
    findings.push(question_finding(client).await);
    findings.extend(client.trust.expiring(EXPIRY_WARNING_S, client.clock.now()).into_iter().map(|ending| {
        let setting = match ending.code.as_str() {
            "merchant_certificate" => "app_certificate",
            _ => "alipay_certificate",
        };
        let detail = format!(
            "{setting} ends at {}: download the new one in the Alipay console and set it before that day.",
            ending.expires_at
        );
        finding(Severity::Warning, &format!("{setting}_expiring"), setting, detail)
    }));
    findings
}

/// Asks for an order that does not exist. The answer is signed, so it proves both directions.
async fn question_finding(client: &Client) -> Finding {
    let Ok(question) = requests::numbered(&format!("LUODICHECK{}", random::alphanumeric(16))) else {
        return finding(Severity::Error, "alipay_not_confirmed", "app_id", "The question cannot be formed.");
    };
    match client.call_in_detail(Operation::Query, &question, None).await {
        Ok(_) | Err(CallFailure::Gateway(GatewayError::Declined { reason: DeclineReason::NotFound, .. })) => finding(
            Severity::Ok,
            "alipay_credentials_accepted",
            "app_id",
            "Alipay accepted the signature, and its own verifies.",
        ),
        Err(CallFailure::Unproven(rejected)) => unproven_finding(client, rejected),
        Err(CallFailure::Gateway(GatewayError::Misconfigured { code, fix })) => {
            let (name, setting) = match code.trim_start_matches("isv.") {
                "invalid-signature" | "missing-signature" => ("alipay_signature_refused", "app_private_key"),
                "invalid-app-id" => ("alipay_app_id_unknown", "app_id"),
                "app-cert-not-exist" | "invalid-app-cert-sn" => ("alipay_app_certificate_refused", "app_certificate"),
                "invalid-alipay-root-cert-sn" => ("alipay_root_refused", "alipay_root_certificate"),
                "missing-encrypt-key" | "invalid-encrypt" => ("alipay_content_key_wrong", "aes_key"),
                _ if is_about_authorisation(&code) => ("alipay_authorisation_ended", "app_auth_token"),
                other if other.starts_with("decryption-error") => ("alipay_content_key_wrong", "aes_key"),
                _ => ("alipay_refused", "app_id"),
            };
            finding(Severity::Error, name, setting, format!("{code}: {fix}"))
        }
        Err(CallFailure::Gateway(GatewayError::NotSent(reason))) => {
            finding(Severity::Error, "alipay_unreachable", "api_base", format!("Alipay cannot be reached: {reason}."))
        }
        Err(CallFailure::Gateway(error)) => {
            finding(Severity::Error, "alipay_not_confirmed", "app_id", format!("Nothing can be said yet: {error}."))
        }
    }
}

/// Whether an order could be opened.
pub(super) fn order_finding(opened: Result<(), GatewayError>) -> Finding {
    match opened {
        Ok(()) => finding(Severity::Ok, "alipay_order_opened", "app_id", "Alipay opened an order of 0.01 yuan."),
        Err(error) => finding(
            Severity::Error,
            "alipay_order_refused",
            "app_id",
            format!("Alipay opens no order to scan (当面付): {error}."),
        ),
    }
}

fn unproven_finding(client: &Client, rejected: Rejected) -> Finding {
    let (code, setting, detail) = match rejected {
        Rejected::BadSignature if client.trust.app_certificate().is_none() => (
            "alipay_key_wrong",
            "alipay_public_key",
            "Alipay accepted our signature, but its own does not verify: alipay_public_key is not Alipay's key for this \
             app_id. Copy 支付宝公钥 from the console, not 应用公钥.",
        ),
        Rejected::BadSignature | Rejected::UnknownKey => (
            "alipay_certificate_wrong",
            "alipay_certificate",
            "Alipay signs with another certificate, which could not be fetched: give alipayCertPublicKey_RSA2.crt and \
             alipayRootCert.crt as the console offers them today.",
        ),
        Rejected::CannotDecrypt => (
            "alipay_content_key_wrong",
            "aes_key",
            "Alipay's answer does not open: set aes_key exactly when content encryption is switched on, with the \
             console's key.",
        ),
        _ => ("alipay_answer_not_proven", "app_id", "What answered is not proven to be Alipay: look at api_base."),
    };
    finding(Severity::Error, code, setting, format!("{detail} ({rejected})"))
}

/// The certificate names the application it belongs to.
fn app_certificate_finding(client: &Client) -> Option<Finding> {
    let certificate = client.trust.app_certificate()?;
    let app_id = &client.signer.app_id;
    if certificate.subject().contains(app_id.as_str()) {
        return None;
    }
    // Not every certificate does: a hint, no proof.
    let detail = format!("app_certificate does not name the application {app_id} ({}).", certificate.subject());
    Some(finding(Severity::Warning, "alipay_app_certificate_of_another", "app_certificate", detail))
}

fn finding(severity: Severity, code: &str, setting: &str, detail: impl Into<String>) -> Finding {
    Finding { severity, code: code.to_owned(), setting: Some(setting.to_owned()), detail: detail.into() }
}

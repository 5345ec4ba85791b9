//! Looks at an account's credentials, offline and by one signed question that moves no money.
//! Promises: each finding says which setting is wrong and how to mend it.

use super::client::{CallFailure, Client};
use super::errors::{Class, class_of, code_of};
use super::errors::{Operation, refusal};
use super::requests::Terms;
use super::settings::OwnCertificate;
use super::trust::Untrusted;
use crate::clock::Timestamp;
use crate::gateways::{EXPIRY_WARNING_S, ExpiringCredential, Finding, GatewayError, Severity};
use crate::ids::AttemptId;

/// A clock further off than this is told of, in seconds: UnionPay compares txnTime with its own.
const CLOCK_WARNING_S: i64 = 60;
/// Beyond this calls fail.
const CLOCK_ERROR_S: i64 = 300;

pub(super) async fn check(client: &Client, terms: &Terms, own: Option<&OwnCertificate>) -> Vec<Finding> {
    let now = client.clock.now();
    let mut findings = own.map(|own| own_findings(client, own, now)).unwrap_or_default();
    findings.extend(authority_findings(client, now));
    findings.extend(question_findings(client, terms).await);
    findings
}

/// The merchant's own certificate: its dates, and whether the authority that was given issued it.
fn own_findings(client: &Client, own: &OwnCertificate, now: Timestamp) -> Vec<Finding> {
    let certificate = &own.0;
    let mut findings = Vec::new();
    let ends = certificate.not_after();
    if certificate.not_before() > now {
        let detail = format!(
            "The signing certificate is good from {} on only: wait, or synchronise this machine's clock (NTP).",
            certificate.not_before()
        );
        findings.push(finding(Severity::Error, "unionpay_certificate_not_yet", "key_file", detail));
    } else if ends < now {
        let detail = format!(
            "The signing certificate ended at {ends}: apply for a new one at the authority (CFCA), activate it in \
             UnionPay's merchant portal and set key_file and key_password together."
        );
        findings.push(finding(Severity::Error, "unionpay_certificate_expired", "key_file", detail));
    } else {
        let detail = format!(
            "The signing certificate has the number (certId) {} and is good until {ends}.",
            certificate.serial_decimal()
        );
        findings.push(finding(Severity::Ok, "unionpay_certificate", "key_file", detail));
        if ends < now.plus_s(EXPIRY_WARNING_S) {
            let detail = format!("The signing certificate ends at {ends}: renew it before that day.");
            findings.push(finding(Severity::Warning, "unionpay_certificate_expiring", "key_file", detail));
        }
    }
    // Its dates have been told of: here only who issued it counts.
    let within = now.clamp(certificate.not_before(), certificate.not_after());
    if matches!(client.trust.believe(certificate, within), Err(Untrusted::Chain(_))) {
        let detail = "The signing certificate does not come from the authority of middle_certificates and \
                      root_certificates: test and production files are mixed, or one of them is missing.";
        findings.push(finding(Severity::Warning, "unionpay_authority_of_another", "middle_certificates", detail));
    }
    findings
}

/// Certificates of the authority that are over their time believe nobody.
fn authority_findings(client: &Client, now: Timestamp) -> Vec<Finding> {
    let Some(authority) = client.trust.authority() else { return Vec::new() };
    let kinds = [("middle_certificates", authority.middles()), ("root_certificates", authority.roots())];
    kinds
        .into_iter()
        .filter(|(_, certificates)| !certificates.iter().any(|c| c.is_in_force(now)))
        .map(|(setting, _)| {
            let detail = format!("None of {setting} is within its dates: give UnionPay's present ones.");
            finding(Severity::Error, "unionpay_authority_expired", setting, detail)
        })
        .collect()
}

/// Asks for an order that does not exist. The answer is signed, so it proves both directions.
async fn question_findings(client: &Client, terms: &Terms) -> Vec<Finding> {
    let number = AttemptId::generate_at(client.clock.now()).out_trade_no();
    let question = match terms.query(&number, "000000") {
        Ok(question) => question,
        Err(error) => return vec![not_confirmed(&error)],
    };
    let asked_at = client.clock.now();
    let reply = match client.call_in_detail(Operation::Query, &question).await {
        Ok(reply) => reply,
        Err(CallFailure::Unproven(why)) => return vec![unproven_finding(why)],
        Err(CallFailure::Gateway(GatewayError::NotSent(reason))) => {
            let detail = format!("UnionPay cannot be reached: {reason}.");
            return vec![finding(Severity::Error, "unionpay_unreachable", "api_base", detail)];
        }
        Err(CallFailure::Gateway(error)) => return vec![not_confirmed(&error)],
    };
    let code = code_of(&reply.message);
    let mut findings: Vec<Finding> =
        reply.sent_at.and_then(|theirs| clock_finding(asked_at, theirs)).into_iter().collect();
    findings.push(match (class_of(code), refusal(Operation::Query, &reply.message)) {
        (Class::NotFound | Class::Success, _) => finding(
            Severity::Ok,
            "unionpay_credentials_accepted",
            "merchant_no",
            "UnionPay accepted the signature, and its own is proven.",
        ),
        (_, GatewayError::Misconfigured { code, fix }) => {
            let (name, setting) = match code.as_str() {
                "11" => ("unionpay_signature_refused", "key_file"),
                "31" => ("unionpay_merchant_refused", "merchant_no"),
                _ => ("unionpay_refused", "merchant_no"),
            };
            finding(Severity::Error, name, setting, format!("{code}: {fix}"))
        }
        (_, error) => not_confirmed(&error),
    });
    findings
}

fn clock_finding(ours: Timestamp, theirs: Timestamp) -> Option<Finding> {
    let offset = ours.seconds_since(theirs);
    if offset.abs() <= CLOCK_WARNING_S {
        return None;
    }
    let severity = if offset.abs() > CLOCK_ERROR_S { Severity::Error } else { Severity::Warning };
    let detail = format!("This machine's clock differs from UnionPay's by {offset} s: synchronise it (NTP).");
    Some(Finding { severity, code: "unionpay_clock".to_owned(), setting: None, detail })
}

fn unproven_finding(why: Untrusted) -> Finding {
    let (code, setting, detail) = match why {
        Untrusted::Chain(_) => (
            "unionpay_chain_unknown",
            "middle_certificates",
            "UnionPay answered under a certificate that does not lead to middle_certificates and root_certificates: give \
             the files of the same system, acp_prod_middle.cer and acp_prod_root.cer, or acp_test_… for its test system.",
        ),
        Untrusted::NotUnionPay => (
            "unionpay_owner_unknown",
            "api_base",
            "What answered has a certificate of the same authority, but not UnionPay's: look at api_base and at proxies.",
        ),
        Untrusted::OtherMethod => (
            "unionpay_other_method",
            "sign_method",
            "UnionPay answered by another method than sign_method says: ask the acquirer which one the merchant number \
             has (rsa, sha256 or sm3), and for version 5.1.0.",
        ),
        Untrusted::BadSignature => (
            "unionpay_signature_wrong",
            "secure_key",
            "UnionPay's signature does not match: with sign_method sha256 or sm3 secure_key is not the merchant's; with \
             rsa something on the way changed the answer.",
        ),
        _ => (
            "unionpay_answer_not_proven",
            "api_base",
            "What answered is not proven to be UnionPay: look at api_base and at proxies.",
        ),
    };
    finding(Severity::Error, code, setting, format!("{detail} ({why})"))
}

fn not_confirmed(error: &GatewayError) -> Finding {
    let detail = format!("Nothing can be said yet: {error}.");
    finding(Severity::Error, "unionpay_not_confirmed", "merchant_no", detail)
}

/// Whether an order could be opened.
pub(super) fn order_finding(opened: Result<(), GatewayError>) -> Finding {
    match opened {
        Ok(()) => {
            finding(Severity::Ok, "unionpay_order_opened", "merchant_no", "UnionPay opened an order of 0.01 yuan.")
        }
        Err(error) => finding(
            Severity::Error,
            "unionpay_order_refused",
            "merchant_no",
            format!("UnionPay opens no order to scan (二维码): {error}."),
        ),
    }
}

/// What ends soon: the merchant's own certificate, with which every call stops, and the authority's.
pub(super) fn expiring(client: &Client, own: Option<&OwnCertificate>, now: Timestamp) -> Vec<ExpiringCredential> {
    let authority = client.trust.authority();
    let newest = |certificates: &[crate::crypto::certificate::Certificate]| {
        certificates.iter().max_by_key(|c| c.not_after()).cloned()
    };
    let held = [
        ("merchant_certificate", own.map(|own| own.0.clone())),
        ("platform_certificate", authority.and_then(|a| newest(a.middles()))),
        ("platform_certificate", authority.and_then(|a| newest(a.roots()))),
    ];
    held.into_iter()
        .filter_map(|(code, certificate)| Some((code, certificate?)))
        .filter(|(_, certificate)| certificate.not_after() < now.plus_s(EXPIRY_WARNING_S))
        .map(|(code, certificate)| ExpiringCredential {
            code: code.to_owned(),
            serial: certificate.serial_decimal().to_owned(),
            expires_at: certificate.not_after(),
        })
        .collect()
}

fn finding(severity: Severity, code: &str, setting: &str, detail: impl Into<String>) -> Finding {
    Finding { severity, code: code.to_owned(), setting: Some(setting.to_owned()), detail: detail.into() }
}

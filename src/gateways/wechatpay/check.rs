//! Looks at an account's credentials by one signed call that moves no money.
//! Promises: each finding says which setting is wrong and how to mend it.

use super::client::{Client, DownloadOutcome};
use super::sign::Claim;
use super::trust::{DownloadError, Trust};
use crate::clock::Timestamp;
use crate::gateways::transport::Answer;
use crate::gateways::{ExpiringCredential, Finding, GatewayError, Rejected, Severity};

/// A clock further off than this is warned of, in seconds. WeChat refuses beyond 300.
const CLOCK_WARNING_S: u64 = 60;

pub(super) async fn check(client: &Client) -> Vec<Finding> {
    let key = &client.signer.key;
    let mut findings = vec![finding(
        Severity::Ok,
        "private_key",
        "merchant_private_key",
        format!("merchant_private_key is an RSA key of {} bits.", key.bits()),
    )];
    let (outcome, answer) = client.download().await;
    let offset = answer.as_ref().and_then(|a| clock_offset_s(a, client.clock.now()));
    if let Some(offset) = offset.filter(|o| o.unsigned_abs() > CLOCK_WARNING_S) {
        let severity = if offset.unsigned_abs() > super::sign::WINDOW_S { Severity::Error } else { Severity::Warning };
        let detail = format!("This machine's clock differs from WeChat Pay's by {offset} s: synchronise it (NTP).");
        findings.push(Finding { severity, code: "clock".to_owned(), setting: None, detail });
    }
    findings.push(outcome_finding(client, outcome, answer.as_ref(), offset));
    findings.extend(public_key_finding(client, answer.as_ref()));
    findings
}

/// A certificate that ends soon, in words.
pub(super) fn expiry_finding(ending: &ExpiringCredential) -> Finding {
    let ExpiringCredential { code, serial, expires_at } = ending;
    let (setting, detail) = if code == "merchant_certificate" {
        let detail = format!(
            "The merchant API certificate {serial} ends at {expires_at}: apply for a new one in the console, then set \
             merchant_private_key and merchant_certificate together."
        );
        (Some(code.clone()), detail)
    } else {
        let detail = format!(
            "WeChat Pay's certificate {serial} ends at {expires_at}. Its successor is fetched without your doing; \
             better, move to the WeChat Pay public key, which does not expire."
        );
        (None, detail)
    };
    Finding { severity: Severity::Warning, code: format!("{code}_expiring"), setting, detail }
}

fn outcome_finding(client: &Client, outcome: DownloadOutcome, answer: Option<&Answer>, offset: Option<i64>) -> Finding {
    match outcome {
        DownloadOutcome::TakenIn => finding(
            Severity::Ok,
            "credentials_accepted",
            "merchant_serial",
            format!(
                "WeChat Pay accepted the signature; {} of its certificates held.",
                client.trust.certificate_count()
            ),
        ),
        DownloadOutcome::NoneExist if client.trust.public_key_id().is_some() => finding(
            Severity::Ok,
            "credentials_accepted",
            "merchant_serial",
            "WeChat Pay accepted the signature. It signs with its public key for this merchant.",
        ),
        DownloadOutcome::NoneExist => finding(
            Severity::Error,
            "public_key_needed",
            "wechatpay_public_key",
            "WeChat Pay has no platform certificate for this merchant: download the WeChat Pay public key in the \
             console and set wechatpay_public_key and wechatpay_public_key_id.",
        ),
        DownloadOutcome::Rejected(error) => rejected_finding(error),
        DownloadOutcome::Refused(GatewayError::Misconfigured { code, .. }) if code == "SIGN_ERROR" => {
            let clock = match offset {
                Some(offset) if offset.unsigned_abs() > CLOCK_WARNING_S => {
                    format!("this machine's clock is off by {offset} s")
                }
                Some(_) => "the clock is right, so it is not that".to_owned(),
                None => "the clock could not be compared".to_owned(),
            };
            let detail = format!(
                "WeChat Pay refused the signature (SIGN_ERROR): merchant_serial and merchant_private_key do not \
                 belong together or to this mchid ({clock})."
            );
            finding(Severity::Error, "sign_error", "merchant_serial", detail)
        }
        DownloadOutcome::Refused(GatewayError::Misconfigured { code, fix }) => {
            finding(Severity::Error, "refused", "mchid", format!("{code}: {fix}"))
        }
        DownloadOutcome::Refused(GatewayError::NotSent(reason)) => {
            finding(Severity::Error, "unreachable", "api_base", format!("WeChat Pay cannot be reached: {reason}."))
        }
        DownloadOutcome::Refused(error) => {
            let status = answer.map_or(0, |a| a.status);
            // For merchants on the public key this call has been seen to fail with 500.
            let severity = if client.trust.public_key_id().is_some() { Severity::Warning } else { Severity::Error };
            finding(severity, "not_confirmed", "mchid", format!("Nothing can be said yet (status {status}): {error}."))
        }
    }
}

fn rejected_finding(error: DownloadError) -> Finding {
    match error {
        DownloadError::CannotDecrypt => finding(
            Severity::Error,
            "apiv3_key_wrong",
            "apiv3_key",
            "WeChat Pay accepted the signature, but its certificates do not open with apiv3_key: it was changed in the \
             console, or belongs to another merchant.",
        ),
        DownloadError::Unproven(Rejected::UnknownKey) => finding(
            Severity::Error,
            "public_key_id_mismatch",
            "wechatpay_public_key_id",
            "WeChat Pay signed with a key that is not configured: compare wechatpay_public_key_id with the console.",
        ),
        DownloadError::Unproven(Rejected::BadSignature) => finding(
            Severity::Error,
            "public_key_wrong",
            "wechatpay_public_key",
            "The signature of WeChat Pay does not verify: wechatpay_public_key does not belong to its id.",
        ),
        other => finding(Severity::Error, "answer_not_proven", "mchid", format!("The answer was refused: {other}.")),
    }
}

/// A refusal often bears a signature too. It is the only proof of the public key that a merchant
/// without certificates can have before the first payment.
fn public_key_finding(client: &Client, answer: Option<&Answer>) -> Option<Finding> {
    let configured = client.trust.public_key_id()?;
    let answer = answer.filter(|a| !(200..=299).contains(&a.status))?;
    let now = client.clock.now();
    let claim = Claim::read(|name| answer.header(name), now).ok()?;
    Some(match client.trust.find(claim.serial, now) {
        Some(key) => match claim.verify(&key, &answer.body) {
            Ok(()) if claim.serial == configured => finding(
                Severity::Ok,
                "public_key",
                "wechatpay_public_key",
                "wechatpay_public_key verifies what WeChat Pay signed.",
            ),
            Ok(()) => return None,
            // Signatures on refusals are not documented: a bad one is a hint, no proof.
            Err(_) => finding(
                Severity::Warning,
                "public_key_wrong",
                "wechatpay_public_key",
                "A signature of WeChat Pay does not verify: wechatpay_public_key may not belong to its id.",
            ),
        },
        None if !Trust::may_be_fetched(claim.serial) => finding(
            Severity::Error,
            "public_key_id_mismatch",
            "wechatpay_public_key_id",
            format!("WeChat Pay signs with {}, but {configured} is configured.", claim.serial),
        ),
        None => return None,
    })
}

/// How far our clock runs ahead of the answer's `Date`, in seconds.
fn clock_offset_s(answer: &Answer, now: Timestamp) -> Option<i64> {
    let date = jiff::fmt::rfc2822::parse(answer.header("date")?).ok()?;
    Some(now.as_seconds().saturating_sub(date.timestamp().as_second()))
}

pub(super) fn finding(severity: Severity, code: &str, setting: &str, detail: impl Into<String>) -> Finding {
    Finding { severity, code: code.to_owned(), setting: Some(setting.to_owned()), detail: detail.into() }
}

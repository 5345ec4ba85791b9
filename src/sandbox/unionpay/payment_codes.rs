//! Payment codes (付款码) on the buyer's phone: what the shop scans, and how it ends (§8.4).

use serde::{Deserialize, Serialize};

use super::errors::Refusal;
use super::errors::is_resp_code;
use super::keys::random_digits;
use crate::clock::Timestamp;
use crate::sandbox::SandboxError;

const LIFE_S: i64 = 60;

/// What happens once the shop has scanned.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BarcodeOutcome {
    #[default]
    Success,
    /// The phone asks for a password first.
    Password,
    /// Accepted, and then the bank refuses.
    Refused { resp_code: String },
}

/// The code to show.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PaymentCodeDraft {
    pub outcome: BarcodeOutcome,
}

impl PaymentCodeDraft {
    pub(super) fn check(&self) -> Result<(), SandboxError> {
        match &self.outcome {
            BarcodeOutcome::Refused { resp_code } if !is_resp_code(resp_code) || resp_code == "00" => {
                let fix = "give two characters, such as 60 or 64";
                Err(SandboxError::refused("outcome.refused.resp_code", "is no code of a failure", fix))
            }
            _ => Ok(()),
        }
    }
}

/// A code on a phone; good for one scan within a minute.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PaymentCode {
    /// 19 digits.
    pub qr_no: String,
    pub expires_at: Timestamp,
}

struct Kept {
    qr_no: String,
    expires_at: Timestamp,
    outcome: BarcodeOutcome,
    is_used: bool,
}

#[derive(Default)]
pub(super) struct PaymentCodes(Vec<Kept>);

impl PaymentCodes {
    pub(super) fn show(&mut self, draft: PaymentCodeDraft, now: Timestamp) -> PaymentCode {
        let qr_no = format!("62{}", random_digits(17));
        let expires_at = now.plus_s(LIFE_S);
        self.0.push(Kept { qr_no: qr_no.clone(), expires_at, outcome: draft.outcome, is_used: false });
        PaymentCode { qr_no, expires_at }
    }

    /// Uses the code up.
    pub(super) fn scan(&mut self, qr_no: &str, now: Timestamp) -> Result<BarcodeOutcome, Refusal> {
        let kept = self.0.iter_mut().find(|kept| kept.qr_no == qr_no);
        let kept = kept.ok_or_else(|| Refusal::new("88", "二维码不存在"))?;
        if kept.is_used || kept.expires_at <= now {
            return Err(Refusal::new("86", "二维码状态错误"));
        }
        kept.is_used = true;
        Ok(kept.outcome.clone())
    }
}

//! The last step of every message: signed, bent by a fault where one strikes, and written.
//!
//! Promises: a fault that only changes what is said leaves a good signature over it; one that
//! bends the signature says so in the book.

use super::certificates::{Authority, Forgery};
use super::errors::resp_msg;
use super::faults::FaultKind;
use super::keys::{KeyPair, random_digits};
use super::messages::{Fields, form, raw};
use super::signing::{SignMethod, keyed, sign};
use crate::clock::Timestamp;
use crate::sandbox::SandboxError;

const KNOWN_KEY: &str = "88888888";

/// With what UnionPay signs towards one merchant.
pub(super) struct Signer<'a> {
    pub(super) authority: &'a Authority,
    pub(super) method: SignMethod,
    pub(super) secure_key: &'a str,
    /// What a forger among the merchants has.
    pub(super) merchant_key: &'a KeyPair,
    pub(super) now: Timestamp,
}

/// A message ready to be sent.
pub(super) struct Composed {
    pub(super) fields: Fields,
    fault: Option<FaultKind>,
}

fn set(fields: &mut Fields, name: &str, value: impl Into<String>) {
    fields.insert(name.to_owned(), value.into());
}

/// What is said wrongly and signed all the same.
fn bend(fields: &mut Fields, fault: Option<&FaultKind>) {
    match fault {
        Some(FaultKind::WrongAmount) => {
            let more = fields.get("txnAmt").and_then(|fen| fen.parse::<i64>().ok()).map(|fen| (fen + 1).to_string());
            if let Some(more) = more {
                if fields.contains_key("settleAmt") {
                    set(fields, "settleAmt", more.clone());
                }
                set(fields, "txnAmt", more);
            }
        }
        Some(FaultKind::WrongMerchant) => set(fields, "merId", "700000000000009"),
        Some(FaultKind::UnknownOrder) => set(fields, "orderId", format!("UNKNOWN{}", random_digits(12))),
        Some(FaultKind::RespCodeAfterCommit { resp_code }) => {
            set(fields, "respCode", resp_code);
            set(fields, "respMsg", resp_msg(resp_code));
        }
        Some(FaultKind::OrigRespCode { resp_code }) if fields.get("respCode").is_some_and(|code| code == "00") => {
            set(fields, "origRespCode", resp_code);
            set(fields, "origRespMsg", resp_msg(resp_code));
        }
        Some(FaultKind::DowngradedVersion) => set(fields, "version", "5.0.0"),
        Some(FaultKind::ExtraField) => set(fields, "zzSandbox", "{a=1&b=+ /=}未知"),
        Some(FaultKind::EmptyField | FaultKind::EmptyFieldUnsigned) => set(fields, "reserved", ""),
        _ => {}
    }
}

impl Signer<'_> {
    pub(super) fn compose(&self, mut fields: Fields, fault: Option<&FaultKind>) -> Result<Composed, SandboxError> {
        bend(&mut fields, fault);
        let keeps_empty = fault == Some(&FaultKind::EmptyField);
        fields.remove("certId");
        let signature = match (self.method, fault) {
            (_, Some(FaultKind::DowngradedMethod)) => {
                set(&mut fields, "signMethod", "11");
                keyed(&fields, keeps_empty, KNOWN_KEY, SignMethod::SecureKeySha256)
            }
            (SignMethod::Certificate, _) => self.under_certificate(&mut fields, fault, keeps_empty)?,
            (method, _) => {
                set(&mut fields, "signMethod", method.code());
                keyed(&fields, keeps_empty, self.secure_key, method)
            }
        };
        match fault {
            Some(FaultKind::Unsigned) => {}
            Some(FaultKind::BadSignature) => set(&mut fields, "signature", turned(&signature)),
            _ => set(&mut fields, "signature", signature),
        }
        Ok(Composed { fields, fault: fault.cloned() })
    }

    fn under_certificate(
        &self,
        fields: &mut Fields,
        fault: Option<&FaultKind>,
        keeps_empty: bool,
    ) -> Result<String, SandboxError> {
        let forged = match fault {
            Some(FaultKind::ForgedCertificate { certificate }) => Some(*certificate),
            _ => None,
        };
        // What UnionPay itself once signed with is not in a forger's hands.
        let key = match forged {
            None | Some(Forgery::Expired | Forgery::NotYetValid | Forgery::TestOwner) => &self.authority.keys.unionpay,
            Some(_) => self.merchant_key,
        };
        let inline = match forged {
            Some(forgery) => self.authority.forge(forgery, key, self.now)?.inline(),
            None => self.authority.signer.inline(),
        };
        set(fields, "signMethod", SignMethod::Certificate.code());
        match fault {
            Some(FaultKind::NoCertificate) => {}
            Some(FaultKind::LineFeeds) => set(fields, "signPubKeyCert", inline.replace("\r\n", "\n")),
            _ => set(fields, "signPubKeyCert", inline),
        }
        Ok(sign(fields, keeps_empty, key))
    }
}

/// Another signature of the same shape.
fn turned(signature: &str) -> String {
    let mut turned: Vec<char> = signature.chars().collect();
    if let Some(first) = turned.first_mut() {
        *first = if *first == 'a' { 'b' } else { 'a' };
    }
    turned.into_iter().collect()
}

impl Composed {
    /// §6.2.
    pub(super) fn raw(&self) -> Vec<u8> {
        let mut body = raw(&self.fields);
        if self.fault == Some(FaultKind::DuplicateField) {
            body.extend_from_slice(b"&respCode=00");
        }
        if self.fault == Some(FaultKind::Braced) { [b"{", body.as_slice(), b"}"].concat() } else { body }
    }

    /// §6.3.
    pub(super) fn form(&self) -> String {
        let mut body = form(&self.fields);
        match self.fault {
            Some(FaultKind::DuplicateField) => body.push_str("&respCode=00"),
            Some(FaultKind::Truncated) => body.truncate(body.len() / 2),
            _ => {}
        }
        body
    }
}

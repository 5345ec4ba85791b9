//! Requests checked as UnionPay's front checks them: present, well formed, signed (§7.1, §12).
//!
//! Promises: what is missing is 13, what is malformed 10, what is signed by nobody known 11,
//! each naming its field.

use super::errors::Refusal;
use super::faults::Operation;
use super::merchants::Merchant;
use super::messages::{Charset, Fields};
use super::signing::{SignMethod, is_signed, keyed};
use super::times;
use crate::clock::Timestamp;

/// Which address was called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Door {
    Front,
    App,
    Back,
    Query,
    File,
}

/// One request, its fields at hand.
#[derive(Clone, Copy)]
pub(super) struct Request<'a>(pub(super) &'a Fields);

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_letters_and_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// An address that notifications and returns can go to.
fn is_address(text: &str) -> bool {
    let parsed = url::Url::parse(text).ok();
    text.len() <= 256 && parsed.is_some_and(|url| ["http", "https"].contains(&url.scheme()) && url.has_host())
}

impl<'a> Request<'a> {
    pub(super) fn optional(self, name: &str) -> Option<&'a str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.trim().is_empty())
    }

    pub(super) fn required(self, name: &str) -> Result<&'a str, Refusal> {
        self.optional(name).ok_or_else(|| Refusal::missing(name))
    }

    fn checked(self, name: &str, is_good: impl Fn(&str) -> bool) -> Result<&'a str, Refusal> {
        let value = self.required(name)?;
        if is_good(value) { Ok(value) } else { Err(Refusal::format(name)) }
    }

    /// Fen, above zero.
    pub(super) fn amount(self) -> Result<i64, Refusal> {
        let text = self.checked("txnAmt", |text| is_digits(text) && text.len() <= 12 && !text.starts_with('0'))?;
        text.parse().map_err(|_| Refusal::format("txnAmt"))
    }

    pub(super) fn address(self, name: &str) -> Result<&'a str, Refusal> {
        self.checked(name, is_address)
    }

    pub(super) fn order(self) -> Result<(String, String), Refusal> {
        let order_id = self.checked("orderId", |id| is_letters_and_digits(id) && (8..=40).contains(&id.len()))?;
        let txn_time = self.checked("txnTime", |text| times::read(text).is_some())?;
        Ok((order_id.to_owned(), txn_time.to_owned()))
    }

    pub(super) fn currency(self) -> Result<(), Refusal> {
        self.checked("currencyCode", |code| code == "156").map(|_| ())
    }

    pub(super) fn channel(self) -> Result<(), Refusal> {
        self.checked("channelType", |code| ["05", "07", "08", "16"].contains(&code)).map(|_| ())
    }

    pub(super) fn is_numeric(self, name: &str) -> Result<&'a str, Refusal> {
        self.checked(name, is_digits)
    }

    /// What every request carries, whatever it asks for.
    pub(super) fn check_common(self) -> Result<(), Refusal> {
        self.checked("version", |version| version == "5.1.0")?;
        self.checked("encoding", |name| Charset::named(name).is_some())?;
        self.checked("signMethod", |code| ["01", "11", "12"].contains(&code))?;
        self.required("signature")?;
        for name in ["txnType", "txnSubType"] {
            self.checked(name, |code| is_digits(code) && code.len() == 2)?;
        }
        self.checked("bizType", |code| is_digits(code) && code.len() == 6)?;
        self.checked("accessType", |code| ["0", "1", "2"].contains(&code))?;
        self.checked("merId", |id| is_letters_and_digits(id) && id.len() == 15)?;
        Ok(())
    }

    /// By the method that the merchant is set up for, under its own certificate or key.
    pub(super) fn authorize(self, merchant: &Merchant, now: Timestamp) -> Result<(), Refusal> {
        if self.optional("signMethod") != Some(merchant.sign_method.code()) {
            return Err(Refusal::signature());
        }
        let is_good = match merchant.sign_method {
            SignMethod::Certificate => {
                let certificate = &merchant.certificate;
                self.required("certId")? == certificate.cert_id
                    && now < certificate.expires_at
                    && is_signed(self.0, &merchant.key.public())
            }
            method => self.optional("signature") == Some(&keyed(self.0, false, &merchant.secure_key, method)),
        };
        if is_good { Ok(()) } else { Err(Refusal::signature()) }
    }

    /// What is asked for, and whether this address answers it (§2.2, §8).
    pub(super) fn operation(self, door: Door) -> Result<Operation, Refusal> {
        let code = (self.required("txnType")?, self.required("txnSubType")?);
        match (door, code) {
            (Door::Front, ("01", "01")) => Ok(Operation::FrontPurchase),
            (Door::App, ("01", "01")) => Ok(Operation::AppPurchase),
            (Door::Back, ("01", "07")) => Ok(Operation::QrPurchase),
            (Door::Back, ("01", "06")) => Ok(Operation::BarcodePurchase),
            (Door::Back, ("04", "00")) => Ok(Operation::Refund),
            (Door::Back, ("31", "00")) => Ok(Operation::Void),
            (Door::Back, ("95", "00")) => Ok(Operation::EncryptionCertificate),
            (Door::Query, ("00", "00" | "02")) => Ok(Operation::Query),
            // §9.4: which address takes it for codes was never confirmed; both do.
            (Door::Query | Door::Back, ("99", "01")) => Ok(Operation::Reversal),
            (Door::File, ("76", "01")) => Ok(Operation::FileDownload),
            _ => Err(Refusal::new("32", "无此交易权限")),
        }
    }
}

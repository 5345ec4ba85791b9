//! Codes that a merchant shows to be scanned, in the format of EMVCo (merchant-presented mode): read, checked and
//! written. UnionPay International and some acquirers print them; mainland gateways hand out addresses instead.
//! Promises: a code that is read is complete, undamaged (CRC) and has its parts in order; what is written is read
//! again as it was. Refuses: amounts that are no exact decimal number.

mod crc;
#[cfg(test)]
mod tests;

pub use self::crc::crc16;
use crate::money::Fen;

/// Renminbi.
const CNY: &str = "156";
/// The CRC's own id and length stand before it and are covered by it.
const CRC_HEAD: &str = "6304";

/// One data object: its id, 0 to 99, and its value of 1 to 99 characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataObject {
    pub id: u8,
    pub value: String,
}

/// Why a text is no such code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CodeError {
    #[error("it does not begin with 000201")]
    NotEmv,
    #[error("at character {at}: an id and a length of two digits each must stand here")]
    BrokenHead { at: usize },
    #[error("at character {at}: object {id:02} is longer than what is left")]
    TooLong { id: u8, at: usize },
    #[error("at character {at}: object {id:02} is empty")]
    Empty { id: u8, at: usize },
    #[error("object {id:02} stands twice")]
    Twice { id: u8 },
    #[error("the CRC (object 63) is missing or not the last")]
    NoCrc,
    #[error("the code is damaged: its CRC is {told}, it should be {expected}")]
    WrongCrc { told: String, expected: String },
    #[error("object {id:02} ({name}) is missing")]
    Missing { id: u8, name: &'static str },
    #[error("object {id:02} ({name}) cannot be read")]
    Invalid { id: u8, name: &'static str },
}

/// Whose UnionPay account it is (object 15 or 16).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnionPayAccount {
    /// Number of the acquirer (IIN), 8 digits.
    pub acquirer_iin: String,
    /// Number of the forwarding institution (IIN), 8 digits.
    pub forwarding_iin: String,
    pub merchant_no: String,
}

/// A code that has been read and checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MerchantCode {
    /// For one payment only; a static code hangs on the wall.
    pub is_dynamic: bool,
    pub unionpay: Option<UnionPayAccount>,
    /// Every account of the merchant, objects 02 to 51, as it stands.
    pub accounts: Vec<DataObject>,
    /// MCC, 4 digits.
    pub merchant_category: String,
    /// ISO 4217 number, for example 156 for renminbi.
    pub currency: String,
    /// Decimal, as it stands. `None`: the payer enters it.
    pub amount: Option<String>,
    /// The same in fen, of renminbi.
    pub amount_fen: Option<Fen>,
    /// Two letters.
    pub country: String,
    pub merchant_name: String,
    pub merchant_city: String,
    pub postal_code: Option<String>,
    /// Object 62: 01 bill number, 05 reference, 07 terminal and others.
    pub additional: Vec<DataObject>,
    /// Object 64: 00 language, 01 name, 02 city.
    pub localized: Vec<DataObject>,
    /// Everything, in the order of the text, but the CRC.
    pub objects: Vec<DataObject>,
}

impl MerchantCode {
    /// # Errors
    /// [`CodeError`] names the object.
    pub fn parse(text: &str) -> Result<Self, CodeError> {
        let text = text.trim();
        if !text.starts_with("000201") {
            return Err(CodeError::NotEmv);
        }
        let objects = checked(text)?;
        let find = |id: u8| objects.iter().find(|o| o.id == id).map(|o| o.value.as_str());
        let required = |id, name, fits: fn(&str) -> bool| match find(id) {
            None => Err(CodeError::Missing { id, name }),
            Some(value) if fits(value) => Ok(value.to_owned()),
            Some(_) => Err(CodeError::Invalid { id, name }),
        };
        let accounts: Vec<_> = objects.iter().filter(|o| (2..=51).contains(&o.id)).cloned().collect();
        if accounts.is_empty() {
            return Err(CodeError::Missing { id: 2, name: "an account of the merchant, 02 to 51" });
        }
        let is_dynamic = match find(1) {
            None | Some("11") => false,
            Some("12") => true,
            Some(_) => return Err(CodeError::Invalid { id: 1, name: "point of initiation, 11 or 12" }),
        };
        let currency = required(53, "currency, 3 digits", |v| v.len() == 3 && is_digits(v))?;
        let amount = find(54).map(str::to_owned);
        let amount_fen = amount.as_deref().map(|text| amount_of(text, &currency)).transpose()?.flatten();
        let unionpay = find(15).or_else(|| find(16)).map(unionpay_account).transpose()?;
        Ok(Self {
            is_dynamic,
            unionpay,
            accounts,
            merchant_category: required(52, "merchant category, 4 digits", |v| v.len() == 4 && is_digits(v))?,
            currency,
            amount,
            amount_fen,
            country: required(58, "country, 2 letters", |v| v.len() == 2 && v.bytes().all(|b| b.is_ascii_uppercase()))?,
            merchant_name: required(59, "merchant name, at most 25 characters", |v| v.chars().count() <= 25)?,
            merchant_city: required(60, "merchant city, at most 15 characters", |v| v.chars().count() <= 15)?,
            postal_code: find(61).map(str::to_owned),
            additional: find(62).map(read_objects).transpose()?.unwrap_or_default(),
            localized: find(64).map(read_objects).transpose()?.unwrap_or_default(),
            objects,
        })
    }
}

/// Reads the objects of a template or of a whole code. Lengths count characters, not bytes.
///
/// # Errors
/// `BrokenHead`, `TooLong`, `Empty`, `Twice`.
pub fn read_objects(text: &str) -> Result<Vec<DataObject>, CodeError> {
    let chars: Vec<char> = text.chars().collect();
    let mut objects: Vec<DataObject> = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let head = |from: usize| -> Option<u8> {
            let digits: Vec<u32> = chars.get(from..from + 2)?.iter().map_while(|c| c.to_digit(10)).collect();
            let [tens, ones] = digits.as_slice() else { return None };
            u8::try_from(tens * 10 + ones).ok()
        };
        let (id, length) = head(at).zip(head(at + 2)).ok_or(CodeError::BrokenHead { at })?;
        if length == 0 {
            return Err(CodeError::Empty { id, at });
        }
        let end = at + 4 + usize::from(length);
        let value = chars.get(at + 4..end).ok_or(CodeError::TooLong { id, at })?.iter().collect();
        if objects.iter().any(|o| o.id == id) {
            return Err(CodeError::Twice { id });
        }
        objects.push(DataObject { id, value });
        at = end;
    }
    Ok(objects)
}

/// Writes objects one after another. `None` where one is empty or longer than 99 characters, or its id above 99.
#[must_use]
pub fn write_objects(objects: &[DataObject]) -> Option<String> {
    let mut text = String::new();
    for object in objects {
        let length = object.value.chars().count();
        if object.id > 99 || !(1..=99).contains(&length) {
            return None;
        }
        text.push_str(&format!("{:02}{length:02}{}", object.id, object.value));
    }
    Some(text)
}

/// Writes a whole code: the objects as they come, which begin with 00 and hold no 63, then their CRC.
#[must_use]
pub fn write_code(objects: &[DataObject]) -> Option<String> {
    let is_sound = objects.first().is_some_and(|o| o.id == 0 && o.value == "01") && objects.iter().all(|o| o.id != 63);
    let text = write_objects(objects).filter(|_| is_sound)? + CRC_HEAD;
    let crc = crc16(text.as_bytes());
    Some(format!("{text}{crc:04X}"))
}

/// All objects but the CRC, which must be the last and fit.
fn checked(text: &str) -> Result<Vec<DataObject>, CodeError> {
    let mut objects = read_objects(text)?;
    let last = objects.pop().filter(|o| o.id == 63 && o.value.len() == 4).ok_or(CodeError::NoCrc)?;
    let covered = text.strip_suffix(last.value.as_str()).unwrap_or_default();
    let expected = format!("{:04X}", crc16(covered.as_bytes()));
    if !last.value.eq_ignore_ascii_case(&expected) {
        return Err(CodeError::WrongCrc { told: last.value, expected });
    }
    Ok(objects)
}

/// A plain value, not a template: 8 + 8 + up to 15 characters.
fn unionpay_account(value: &str) -> Result<UnionPayAccount, CodeError> {
    let invalid = CodeError::Invalid { id: 15, name: "UnionPay account, two IINs of 8 digits and a merchant number" };
    let parts = value.get(..8).zip(value.get(8..16)).zip(value.get(16..).filter(|rest| (1..=15).contains(&rest.len())));
    match parts {
        Some(((acquirer, forwarding), merchant_no)) if is_digits(acquirer) && is_digits(forwarding) => {
            Ok(UnionPayAccount {
                acquirer_iin: acquirer.to_owned(),
                forwarding_iin: forwarding.to_owned(),
                merchant_no: merchant_no.to_owned(),
            })
        }
        _ => Err(invalid),
    }
}

/// Decimal digits with at most one point, not at the end; in fen where the currency has them.
fn amount_of(text: &str, currency: &str) -> Result<Option<Fen>, CodeError> {
    const INVALID: CodeError = CodeError::Invalid { id: 54, name: "amount, for example 12.34" };
    let (whole, decimals) = text.split_once('.').unwrap_or((text, "0"));
    if text.len() > 13 || !is_digits(whole) || !is_digits(decimals) {
        return Err(INVALID);
    }
    if currency != CNY {
        return Ok(None);
    }
    if decimals.len() > 2 {
        return Err(INVALID);
    }
    let fen = format!("{whole}{decimals:0<2}").parse::<i64>().ok().and_then(|fen| Fen::new(fen).ok());
    fen.map(Some).ok_or(INVALID)
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

//! Codes that a merchant shows to be scanned, in the format of EMVCo (merchant-presented mode): read, checked and
//! written. UnionPay International and some acquirers print them; mainland gateways hand out addresses instead.
//! Promises: a code that is read is complete, undamaged (CRC) and has its parts in order; what is written is read
//! again as it was. Refuses: amounts that are no exact decimal number.

mod crc;
#[cfg(test)]
mod tests;

use std::fmt;

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

/// Which part of a code is missing or is not what it must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    PointOfInitiation,
    UnionPayAccount,
    /// Any of 02 to 51.
    Account,
    Category,
    Currency,
    Amount,
    Country,
    MerchantName,
    MerchantCity,
}

impl Part {
    /// A stable word, for wordings.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::PointOfInitiation => "initiation",
            Self::UnionPayAccount => "unionpay-account",
            Self::Account => "account",
            Self::Category => "category",
            Self::Currency => "currency",
            Self::Amount => "amount",
            Self::Country => "country",
            Self::MerchantName => "merchant-name",
            Self::MerchantCity => "merchant-city",
        }
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::PointOfInitiation => "point of initiation, 11 or 12",
            Self::UnionPayAccount => {
                "UnionPay account: two IINs of 8 digits and a merchant number of at most 15 characters"
            }
            Self::Account => "an account of the merchant, 02 to 51",
            Self::Category => "merchant category, 4 digits",
            Self::Currency => "currency, 3 digits",
            Self::Amount => "amount, for example 12.34",
            Self::Country => "country, 2 letters",
            Self::MerchantName => "merchant name, at most 25 characters",
            Self::MerchantCity => "merchant city, at most 15 characters",
        })
    }
}

/// Why a text is no such code. `at` counts the characters of the text before the fault.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CodeError {
    #[error("it does not begin with 000201")]
    NotEmv,
    #[error("at character {}: an id and a length of two digits each must stand here", at + 1)]
    BrokenHead { at: usize },
    #[error("at character {}: object {id:02} is longer than what is left", at + 1)]
    TooLong { id: u8, at: usize },
    #[error("at character {}: object {id:02} is empty", at + 1)]
    Empty { id: u8, at: usize },
    #[error("at character {}: object {id:02} stands twice", at + 1)]
    Twice { id: u8, at: usize },
    #[error("the CRC (object 63 of 4 characters) is missing or not the last")]
    NoCrc,
    #[error("the code is damaged: its CRC is {told}, it should be {expected}")]
    WrongCrc { told: String, expected: String, at: usize },
    #[error("object {id:02} ({part}) is missing")]
    Missing { id: u8, part: Part },
    #[error("at character {}: object {id:02} cannot be read ({part})", at + 1)]
    Invalid { id: u8, part: Part, at: usize },
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

/// An object and where it begins in the text.
type Placed = (usize, DataObject);

impl MerchantCode {
    /// Blanks and line ends around the code are no part of it.
    ///
    /// # Errors
    /// [`CodeError`] names the object and its place.
    pub fn parse(text: &str) -> Result<Self, CodeError> {
        let skipped = text.chars().take_while(|c| c.is_whitespace()).count();
        let text = text.trim();
        if !text.starts_with("000201") {
            return Err(CodeError::NotEmv);
        }
        let placed = checked(text, skipped)?;
        let parts = Parts(&placed);
        let accounts: Vec<_> = placed.iter().map(|(_, o)| o).filter(|o| (2..=51).contains(&o.id)).cloned().collect();
        if accounts.is_empty() {
            return Err(CodeError::Missing { id: 2, part: Part::Account });
        }
        let initiation = parts.optional(1, Part::PointOfInitiation, |v| matches!(v, "11" | "12"))?;
        let currency = parts.required(53, Part::Currency, |v| v.len() == 3 && is_digits(v))?;
        let amount_fen = parts.read(54, Part::Amount, |text| amount_of(text, &currency))?.flatten();
        let unionpay = match parts.read(15, Part::UnionPayAccount, unionpay_account)? {
            Some(account) => Some(account),
            None => parts.read(16, Part::UnionPayAccount, unionpay_account)?,
        };
        Ok(Self {
            is_dynamic: initiation.as_deref() == Some("12"),
            unionpay,
            accounts,
            merchant_category: parts.required(52, Part::Category, |v| v.len() == 4 && is_digits(v))?,
            currency,
            amount: parts.find(54).map(|(_, text)| text.to_owned()),
            amount_fen,
            country: parts
                .required(58, Part::Country, |v| v.len() == 2 && v.bytes().all(|b| b.is_ascii_uppercase()))?,
            merchant_name: parts.required(59, Part::MerchantName, |v| v.chars().count() <= 25)?,
            merchant_city: parts.required(60, Part::MerchantCity, |v| v.chars().count() <= 15)?,
            postal_code: parts.find(61).map(|(_, text)| text.to_owned()),
            additional: parts.template(62)?,
            localized: parts.template(64)?,
            objects: without_places(placed),
        })
    }
}

/// Finds the objects of a code by their ids.
struct Parts<'a>(&'a [Placed]);

impl<'a> Parts<'a> {
    fn find(&self, id: u8) -> Option<(usize, &'a str)> {
        self.0.iter().find(|(_, o)| o.id == id).map(|(at, o)| (*at, o.value.as_str()))
    }

    fn read<T>(&self, id: u8, part: Part, read: impl FnOnce(&str) -> Option<T>) -> Result<Option<T>, CodeError> {
        let found = self.find(id).map(|(at, text)| read(text).ok_or(CodeError::Invalid { id, part, at }));
        found.transpose()
    }

    fn optional(&self, id: u8, part: Part, fits: fn(&str) -> bool) -> Result<Option<String>, CodeError> {
        self.read(id, part, |text| fits(text).then(|| text.to_owned()))
    }

    fn required(&self, id: u8, part: Part, fits: fn(&str) -> bool) -> Result<String, CodeError> {
        self.optional(id, part, fits)?.ok_or(CodeError::Missing { id, part })
    }

    /// The objects within an object.
    fn template(&self, id: u8) -> Result<Vec<DataObject>, CodeError> {
        let Some((at, value)) = self.find(id) else { return Ok(Vec::new()) };
        read_placed(value, at + 4).map(without_places)
    }
}

fn without_places(placed: Vec<Placed>) -> Vec<DataObject> {
    placed.into_iter().map(|(_, object)| object).collect()
}

/// Reads the objects of a template or of a whole code. Lengths count characters, not bytes.
///
/// # Errors
/// `BrokenHead`, `TooLong`, `Empty`, `Twice`.
pub fn read_objects(text: &str) -> Result<Vec<DataObject>, CodeError> {
    read_placed(text, 0).map(without_places)
}

/// `begin`: where the text stands in the whole.
fn read_placed(text: &str, begin: usize) -> Result<Vec<Placed>, CodeError> {
    let chars: Vec<char> = text.chars().collect();
    let mut objects: Vec<Placed> = Vec::new();
    let mut next = 0;
    while next < chars.len() {
        let at = begin + next;
        let head = |from: usize| -> Option<u8> {
            let digits: Vec<u32> = chars.get(from..from + 2)?.iter().map_while(|c| c.to_digit(10)).collect();
            let [tens, ones] = digits.as_slice() else { return None };
            u8::try_from(tens * 10 + ones).ok()
        };
        let (id, length) = head(next).zip(head(next + 2)).ok_or(CodeError::BrokenHead { at })?;
        if length == 0 {
            return Err(CodeError::Empty { id, at });
        }
        let end = next + 4 + usize::from(length);
        let value = chars.get(next + 4..end).ok_or(CodeError::TooLong { id, at })?.iter().collect();
        if objects.iter().any(|(_, o)| o.id == id) {
            return Err(CodeError::Twice { id, at });
        }
        objects.push((at, DataObject { id, value }));
        next = end;
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
fn checked(text: &str, skipped: usize) -> Result<Vec<Placed>, CodeError> {
    let mut objects = read_placed(text, skipped)?;
    let (at, last) = objects.pop().filter(|(_, o)| o.id == 63 && o.value.len() == 4).ok_or(CodeError::NoCrc)?;
    let covered = text.strip_suffix(last.value.as_str()).unwrap_or_default();
    let expected = format!("{:04X}", crc16(covered.as_bytes()));
    if !last.value.eq_ignore_ascii_case(&expected) {
        return Err(CodeError::WrongCrc { told: last.value, expected, at });
    }
    Ok(objects)
}

/// A plain value, not a template: 8 + 8 + up to 15 characters.
fn unionpay_account(value: &str) -> Option<UnionPayAccount> {
    let (acquirer, forwarding) = value.get(..8).zip(value.get(8..16))?;
    let merchant_no = value.get(16..).filter(|rest| (1..=15).contains(&rest.len()))?;
    let fits = is_digits(acquirer) && is_digits(forwarding);
    fits.then(|| UnionPayAccount {
        acquirer_iin: acquirer.to_owned(),
        forwarding_iin: forwarding.to_owned(),
        merchant_no: merchant_no.to_owned(),
    })
}

/// Decimal digits, and a point that may be the last character; in fen where the currency has them. Not zero: a code
/// without an amount leaves it away.
fn amount_of(text: &str, currency: &str) -> Option<Option<Fen>> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    let is_number = is_digits(whole) && decimals.bytes().all(|b| b.is_ascii_digit());
    if text.len() > 13 || !is_number || text.bytes().all(|b| matches!(b, b'0' | b'.')) {
        return None;
    }
    if currency != CNY {
        return Some(None);
    }
    if decimals.len() > 2 {
        return None;
    }
    let fen = format!("{whole}{decimals:0<2}").parse::<i64>().ok()?;
    Fen::new(fen).ok().map(Some)
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

//! `/v1/merchant-codes`: what stands in a merchant's code to be scanned (EMVCo), and where a damaged one is damaged.

use actix_web::HttpResponse;
use serde::{Deserialize, Serialize};

use super::auth::PublicReader;
use super::body::JsonBody;
use super::problem::Problem;
use super::validate::Faults;
use crate::emv::{CodeError, DataObject, MerchantCode, UnionPayAccount};
use crate::error::{ApiError, FieldError};

/// Characters: far above any code that is printed.
const LONGEST: usize = 2000;

#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ParseCodeRequest {
    /// What the scanner read, from `000201` to the check value.
    #[schema(
        example = "00020101021215310004999300049993777290058110048520453115303156540512.345802CN5909TEST SHOP6007BEIJING62330117ORD202601020304050708010802096304DB60"
    )]
    pub text: String,
}

/// A merchant's code, read and checked.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ParsedCode {
    /// `static` hangs on the wall, `dynamic` is for one payment.
    #[schema(value_type = String, example = "dynamic")]
    pub kind: &'static str,
    /// Whose account at UnionPay it is, where it names one (object 15 or 16).
    pub unionpay: Option<UnionPayAccountView>,
    /// All accounts of the merchant, objects 02 to 51, as they stand.
    pub accounts: Vec<AccountObject>,
    /// Merchant category (MCC).
    #[schema(example = "5311")]
    pub merchant_category: String,
    /// ISO 4217 number; 156 is renminbi.
    #[schema(example = "156")]
    pub currency: String,
    /// As it stands, decimal. Absent: the payer enters it.
    #[schema(example = "12.34")]
    pub amount: Option<String>,
    /// The same in fen, of renminbi.
    #[schema(example = 1234)]
    pub amount_fen: Option<i64>,
    #[schema(example = "CN")]
    pub country: String,
    #[schema(example = "TEST SHOP")]
    pub merchant_name: String,
    #[schema(example = "BEIJING")]
    pub merchant_city: String,
    pub postal_code: Option<String>,
    /// Object 62: bill number, terminal and the like.
    pub additional: Vec<NamedObject>,
    /// Object 64: name and city in another language.
    pub localized: Vec<NamedObject>,
    /// Everything in the order of the text, without the check value.
    pub objects: Vec<ObjectView>,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct UnionPayAccountView {
    /// Number of the acquirer (IIN).
    #[schema(example = "00049993")]
    pub acquirer_iin: String,
    /// Number of the institution that forwards (IIN).
    #[schema(example = "00049993")]
    pub forwarding_iin: String,
    #[schema(example = "777290058110048")]
    pub merchant_no: String,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct AccountObject {
    #[schema(example = "15")]
    pub id: String,
    /// `unionpay`, `visa`, `mastercard`, `discover`, `amex`, `jcb`, `reserved`, or `other` with a name of its own.
    #[schema(value_type = String, example = "unionpay")]
    pub scheme: &'static str,
    #[schema(example = "0004999300049993777290058110048")]
    pub value: String,
}

/// An object within an object.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct NamedObject {
    #[schema(example = "01")]
    pub id: String,
    /// What it is; `null` where the format leaves it open.
    #[schema(value_type = Option<String>, example = "bill_number")]
    pub name: Option<&'static str>,
    #[schema(example = "ORD20260102030405")]
    pub value: String,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ObjectView {
    #[schema(example = "53")]
    pub id: String,
    #[schema(example = "156")]
    pub value: String,
}

/// Read a merchant's code
///
/// The static or dynamic code that a merchant shows to be scanned, in EMVCo's format, as UnionPay International and
/// some acquirers print it. Nothing is kept. A damaged one is refused with its place.
#[utoipa::path(post, operation_id = "parse_merchant_code", path = "/v1/merchant-codes/parse", tag = "merchant codes",
    request_body = ParseCodeRequest,
    responses((status = 200, body = ParsedCode), (status = 422, body = Problem)),
    security(("publishable_key" = []), ("publishable_key_in_query" = []), ("secret_key" = [])))]
pub async fn parse(_reader: PublicReader, body: JsonBody) -> Result<HttpResponse, ApiError> {
    let asked: ParseCodeRequest = body.parse()?;
    let mut faults = Faults::default();
    faults.text("/text", asked.text.trim(), LONGEST);
    faults.refuse_if_any()?;
    let code = MerchantCode::parse(&asked.text).map_err(|error| refusal(&error))?;
    Ok(HttpResponse::Ok().insert_header(("cache-control", "no-store")).json(ParsedCode::from(code)))
}

/// What is damaged, where, and how to mend it; the command line says the same.
#[must_use]
pub fn refusal(error: &CodeError) -> ApiError {
    ApiError::invalid(vec![fault(error)])
}

/// People count characters from one.
fn fault(error: &CodeError) -> FieldError {
    let new = |code| FieldError::new("/text", code);
    let object = |code, id: u8| new(code).with("id", two_digits(id));
    match error {
        CodeError::NotEmv => new("merchant_code_not_emv"),
        CodeError::BrokenHead { at } => new("merchant_code_broken_head").with("at", at + 1),
        CodeError::TooLong { id, at } => object("merchant_code_object_too_long", *id).with("at", at + 1),
        CodeError::Empty { id, at } => object("merchant_code_object_empty", *id).with("at", at + 1),
        CodeError::Twice { id, at } => object("merchant_code_object_twice", *id).with("at", at + 1),
        CodeError::NoCrc => new("merchant_code_no_crc"),
        CodeError::WrongCrc { told, expected, at } => {
            new("merchant_code_wrong_crc").with("told", told).with("expected", expected).with("at", at + 1)
        }
        CodeError::Missing { id, part } => object("merchant_code_object_missing", *id).with("part", part.word()),
        CodeError::Invalid { id, part, at } => {
            object("merchant_code_object_invalid", *id).with("part", part.word()).with("at", at + 1)
        }
    }
}

fn two_digits(id: u8) -> String {
    format!("{id:02}")
}

impl From<MerchantCode> for ParsedCode {
    fn from(code: MerchantCode) -> Self {
        Self {
            kind: if code.is_dynamic { "dynamic" } else { "static" },
            unionpay: code.unionpay.map(UnionPayAccountView::from),
            accounts: code.accounts.into_iter().map(AccountObject::from).collect(),
            merchant_category: code.merchant_category,
            currency: code.currency,
            amount: code.amount,
            amount_fen: code.amount_fen.map(crate::money::Fen::get),
            country: code.country,
            merchant_name: code.merchant_name,
            merchant_city: code.merchant_city,
            postal_code: code.postal_code,
            additional: code.additional.into_iter().map(|o| NamedObject::of(o, additional_name)).collect(),
            localized: code.localized.into_iter().map(|o| NamedObject::of(o, localized_name)).collect(),
            objects: code.objects.into_iter().map(ObjectView::from).collect(),
        }
    }
}

impl From<UnionPayAccount> for UnionPayAccountView {
    fn from(account: UnionPayAccount) -> Self {
        let UnionPayAccount { acquirer_iin, forwarding_iin, merchant_no } = account;
        Self { acquirer_iin, forwarding_iin, merchant_no }
    }
}

impl From<DataObject> for AccountObject {
    fn from(object: DataObject) -> Self {
        let scheme = match object.id {
            2 | 3 => "visa",
            4 | 5 => "mastercard",
            9 | 10 => "discover",
            11 | 12 => "amex",
            13 | 14 => "jcb",
            15 | 16 => "unionpay",
            26.. => "other",
            _ => "reserved",
        };
        Self { id: two_digits(object.id), scheme, value: object.value }
    }
}

impl From<DataObject> for ObjectView {
    fn from(object: DataObject) -> Self {
        Self { id: two_digits(object.id), value: object.value }
    }
}

impl NamedObject {
    fn of(object: DataObject, name: fn(u8) -> Option<&'static str>) -> Self {
        Self { id: two_digits(object.id), name: name(object.id), value: object.value }
    }
}

const fn additional_name(id: u8) -> Option<&'static str> {
    Some(match id {
        1 => "bill_number",
        2 => "mobile_number",
        3 => "store",
        4 => "loyalty_number",
        5 => "reference",
        6 => "customer",
        7 => "terminal",
        8 => "purpose",
        9 => "data_requested",
        _ => return None,
    })
}

const fn localized_name(id: u8) -> Option<&'static str> {
    Some(match id {
        0 => "language",
        1 => "merchant_name",
        2 => "merchant_city",
        _ => return None,
    })
}

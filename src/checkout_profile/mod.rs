//! The Chinese address form (收货地址表单) as data: which fields a storefront shows, in which order, with
//! which labels and rules, and where each goes in Magento's checkout.
//!
//! Promised: the names are those that `/v1/addresses/parse` answers with, so that a pasted address fills the
//! form; every label and error is a message of `locales/`, which a merchant may word anew. Pure: no I/O.
//! The billing address (账单地址) is never drawn: mainland shoppers know none.

mod billing;
mod fields;
mod hidden;
mod patterns;

use serde::Serialize;
use utoipa::ToSchema;

pub use billing::{Billing, BillingSource, MerchantAddress};
pub use fields::{Control, Errors, Field, MagentoField, Preferred, Suggestion};
pub use hidden::Hidden;

use crate::i18n::{Locale, Value, catalogue};

/// Where goods go. Hong Kong, Macao and Taiwan are here where the merchant lists them as countries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, ToSchema)]
pub enum Country {
    #[default]
    #[serde(rename = "CN")]
    China,
    #[serde(rename = "HK")]
    HongKong,
    #[serde(rename = "MO")]
    Macao,
    #[serde(rename = "TW")]
    Taiwan,
}

/// What is in the cart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Cart {
    #[default]
    Physical,
    /// Nothing to deliver: downloads, vouchers, services.
    Virtual,
}

/// Who orders.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Customer {
    #[default]
    Guest,
    Account,
}

/// Where the district goes, which Magento has no field for. The merchant's choice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DistrictIn {
    /// At the head of the first street line: works in every shop, and labels print well.
    #[default]
    Street,
    /// Behind the city. Breaks tax and shipping rules that match on the city.
    City,
    /// In the customer-address attribute `cn_district` of a module of the shop.
    Attribute,
}

/// One of the words a caller may choose from.
pub trait Choice: Sized + Copy + 'static {
    const ALL: &'static [(&'static str, Self)];

    /// `None` for another word.
    fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().find(|(own, _)| own.eq_ignore_ascii_case(word)).map(|(_, choice)| *choice)
    }
}

impl Choice for Country {
    const ALL: &'static [(&'static str, Self)] =
        &[("CN", Self::China), ("HK", Self::HongKong), ("MO", Self::Macao), ("TW", Self::Taiwan)];
}

impl Choice for Cart {
    const ALL: &'static [(&'static str, Self)] = &[("physical", Self::Physical), ("virtual", Self::Virtual)];
}

impl Choice for Customer {
    const ALL: &'static [(&'static str, Self)] = &[("guest", Self::Guest), ("account", Self::Account)];
}

impl Choice for DistrictIn {
    const ALL: &'static [(&'static str, Self)] =
        &[("street", Self::Street), ("city", Self::City), ("attribute", Self::Attribute)];
}

impl Country {
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::China => "CN",
            Self::HongKong => "HK",
            Self::Macao => "MO",
            Self::Taiwan => "TW",
        }
    }
}

/// Which form is wanted.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wanted {
    pub country: Country,
    pub cart: Cart,
    pub customer: Customer,
    pub district_in: DistrictIn,
    pub locale: Locale,
}

/// The form.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Profile {
    pub country: Country,
    pub cart: Cart,
    pub customer: Customer,
    /// Language of the labels.
    #[schema(example = "zh-Hans")]
    pub locale: &'static str,
    /// Version of the wording they are from.
    #[schema(example = "5a1c0f6b9e2d4437")]
    pub wording_version: String,
    /// Draw these, in this order.
    pub fields: Vec<Field>,
    /// Do not draw these, and send what is said.
    pub hidden: Vec<Hidden>,
    /// A box into which a whole address can be pasted; absent where nothing is delivered.
    pub paste: Option<Paste>,
    pub billing: Billing,
    pub magento: Magento,
}

/// Paste and fill (粘贴并识别).
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Paste {
    #[schema(example = "粘贴并识别")]
    pub label: String,
    pub placeholder: String,
    /// Send `{"text": …}` here; the answer has the names of `fields`.
    #[schema(example = "/v1/addresses/parse")]
    pub parse_at: &'static str,
}

/// How the form becomes Magento's address.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Magento {
    pub district_in: DistrictIn,
    /// Magento's address with the names of `fields` in braces. Null where nothing is delivered.
    #[schema(value_type = Object)]
    pub address: serde_json::Value,
    /// Send the filled form here before it goes to Magento: names are split and what Magento's checks refuse is
    /// rewritten.
    #[schema(example = "/v1/addresses/check")]
    pub check_at: &'static str,
    /// Magento's calls in their order, and what goes into each.
    pub calls: Vec<MagentoCall>,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MagentoCall {
    #[schema(example = "POST /rest/V1/guest-carts/{cart_id}/shipping-information")]
    pub call: String,
    /// Place in the body → what to put there.
    #[schema(value_type = Object)]
    pub send: serde_json::Map<String, serde_json::Value>,
}

/// The texts of one locale at one moment.
struct Words {
    catalogue: std::sync::Arc<crate::i18n::Catalogue>,
    locale: Locale,
}

impl Words {
    fn get(&self, id: &str) -> String {
        let none: [(&str, Value); 0] = [];
        self.catalogue.wording(self.locale).format(id, none).unwrap_or_else(|| crate::i18n::text(self.locale, id))
    }
}

/// The form for what is wanted. `merchant` is the address that stands in for a buyer's where nothing is
/// delivered.
#[must_use]
pub fn profile(wanted: Wanted, merchant: Option<&MerchantAddress>) -> Profile {
    let words = Words { catalogue: catalogue(), locale: wanted.locale };
    let delivers = wanted.cart == Cart::Physical;
    let paste = || Paste {
        label: words.get("address-paste"),
        placeholder: words.get("address-paste-placeholder"),
        parse_at: "/v1/addresses/parse",
    };
    Profile {
        country: wanted.country,
        cart: wanted.cart,
        customer: wanted.customer,
        locale: wanted.locale.tag(),
        wording_version: words.catalogue.wording(wanted.locale).version().to_owned(),
        fields: fields::fields(wanted, &words),
        hidden: hidden::hidden(wanted),
        // The reader of pasted addresses knows mainland addresses.
        paste: (delivers && wanted.country == Country::China).then(paste),
        billing: billing::billing(wanted, merchant),
        magento: hidden::magento(wanted),
    }
}

#[cfg(test)]
mod tests;

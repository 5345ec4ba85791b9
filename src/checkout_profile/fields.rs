//! The fields of the form, in the order in which they are drawn.

use serde::Serialize;
use utoipa::ToSchema;

use super::patterns;
use super::{Cart, Country, Customer, DistrictIn, Wanted, Words};

/// What to draw for a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Control {
    Text,
    Textarea,
    /// A list from `options_from`, or of `suggestions`.
    Select,
    Checkbox,
}

/// One field.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Field {
    /// As in the answers of `/v1/addresses/parse`.
    #[schema(example = "phone")]
    pub name: &'static str,
    pub control: Control,
    #[schema(example = "手机号")]
    pub label: String,
    /// The message behind `label`, for a merchant's own wording.
    #[schema(example = "address-phone")]
    pub label_id: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub placeholder: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    pub required: bool,
    /// `type` of an HTML input.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "tel")]
    pub input_type: Option<&'static str>,
    /// `inputmode` of HTML: which keyboard a phone shows.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "tel")]
    pub input_mode: Option<&'static str>,
    /// `autocomplete` of HTML.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "shipping tel")]
    pub autocomplete: Option<&'static str>,
    /// `pattern` of HTML: the whole value, Unicode mode.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pattern: Option<&'static str>,
    /// Accepted without it, with this hint.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preferred: Option<Preferred>,
    /// Characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 30)]
    pub max_length: Option<u32>,
    /// Where the list is; `{province}` and the like stand for the code chosen there. Leave the field out where the
    /// list is empty.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "/v1/regions?parent={province}")]
    pub options_from: Option<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub suggestions: Vec<Suggestion>,
    /// The field from which this one is filled in while the buyer has not touched it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "district")]
    pub prefill_from: Option<&'static str>,
    /// Checked to begin with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub checked: Option<bool>,
    pub errors: Errors,
    /// Where it goes in Magento's address.
    pub magento: Vec<MagentoField>,
}

/// What to say when a value is not there or does not fit.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Errors {
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "请填写手机号")]
    pub missing: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub invalid: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Preferred {
    pub pattern: &'static str,
    #[schema(example = "建议填写手机号，方便快递员联系")]
    pub hint: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Suggestion {
    pub value: &'static str,
    pub label: String,
}

/// A field of Magento's and what is written there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MagentoField {
    /// Within Magento's address object; `email` stands beside it.
    #[schema(example = "telephone")]
    pub field: &'static str,
    #[schema(example = "the number as /v1/addresses/check writes it: an extension behind a hyphen")]
    pub write: &'static str,
}

/// A field with nothing but its name; the rest is added.
fn field(name: &'static str, control: Control, label_id: &'static str, words: &Words) -> Field {
    Field {
        name,
        control,
        label: words.get(label_id),
        label_id,
        placeholder: None,
        hint: None,
        required: false,
        input_type: (control == Control::Text).then_some("text"),
        input_mode: None,
        autocomplete: None,
        pattern: None,
        preferred: None,
        max_length: None,
        options_from: None,
        suggestions: Vec::new(),
        prefill_from: None,
        checked: None,
        errors: Errors::default(),
        magento: Vec::new(),
    }
}

impl Field {
    fn required(mut self, missing: &str, words: &Words) -> Self {
        self.required = true;
        self.errors.missing = Some(words.get(missing));
        self
    }

    fn pattern(mut self, pattern: &'static str, max_length: u32, invalid: &str, words: &Words) -> Self {
        self.pattern = Some(pattern);
        self.max_length = Some(max_length);
        self.errors.invalid = Some(words.get(invalid));
        self
    }

    fn magento(mut self, fields: &[(&'static str, &'static str)]) -> Self {
        self.magento = fields.iter().map(|(field, write)| MagentoField { field, write }).collect();
        self
    }
}

pub(super) fn fields(wanted: Wanted, words: &Words) -> Vec<Field> {
    let mut fields = vec![name(words), phone(wanted.country, words)];
    if wanted.cart == Cart::Physical {
        fields.extend(regions(wanted, words));
        fields.push(detail(wanted, words));
        fields.extend(postal_code(wanted.country, words));
    }
    if wanted.cart == Cart::Virtual {
        // Nothing is shipped: the browser offers the buyer's own name and number.
        for field in &mut fields {
            field.autocomplete = field.autocomplete.map(|token| token.strip_prefix("shipping ").unwrap_or(token));
        }
    }
    match wanted.customer {
        Customer::Guest => fields.push(email(words)),
        Customer::Account if wanted.cart == Cart::Physical => fields.extend(address_book(words)),
        Customer::Account => {}
    }
    fields
}

/// One field for the whole name: nobody is asked for a "given name".
fn name(words: &Words) -> Field {
    let name = Field {
        placeholder: Some(words.get("address-recipient-placeholder")),
        autocomplete: Some("shipping name"),
        ..field("name", Control::Text, "address-recipient", words)
    };
    name.required("address-recipient-missing", words)
        .pattern(patterns::NAME, patterns::NAME_MAX, "address-recipient-bad", words)
        .magento(&[("lastname", "the surname"), ("firstname", "the rest; /v1/addresses/check splits the name")])
}

fn phone(country: Country, words: &Words) -> Field {
    let mainland = country == Country::China;
    let preferred = patterns::preferred_phone(country)
        .map(|pattern| Preferred { pattern, hint: words.get("address-phone-not-mobile") });
    let phone = Field {
        placeholder: Some(words.get("address-phone-placeholder")).filter(|_| mainland),
        hint: Some(words.get("phone-hint")),
        input_type: Some("tel"),
        input_mode: Some("tel"),
        autocomplete: Some("shipping tel"),
        preferred,
        ..field("phone", Control::Text, "address-phone", words)
    };
    let invalid = if mainland { "address-phone-bad" } else { "address-phone-bad-local" };
    phone
        .required("address-phone-missing", words)
        .pattern(patterns::phone(country), patterns::PHONE_MAX, invalid, words)
        .magento(&[("telephone", "the number as /v1/addresses/check writes it: an extension behind a hyphen")])
}

/// A list of places.
fn place(
    name: &'static str,
    (label, missing): (&'static str, &'static str),
    options_from: &'static str,
    autocomplete: &'static str,
    words: &Words,
) -> Field {
    let place = Field {
        options_from: Some(options_from),
        autocomplete: Some(autocomplete),
        ..field(name, Control::Select, label, words)
    };
    place.required(missing, words)
}

fn regions(wanted: Wanted, words: &Words) -> Vec<Field> {
    const CITY: &str = "shipping address-level2";
    const DISTRICT: &str = "shipping address-level3";
    let district_place = |district: Field| district.magento(district_goes_to(wanted.district_in));
    let below_city = "/v1/regions?parent={city}";
    match wanted.country {
        Country::China => {
            let province = ("address-province", "address-province-missing");
            let city = ("address-city", "address-city-missing");
            let district = ("address-district", "address-district-missing");
            let town = Field {
                options_from: Some("/v1/regions?parent={district}"),
                autocomplete: Some("shipping address-level4"),
                ..field("town", Control::Select, "address-town", words)
            };
            vec![
                place("province", province, "/v1/regions", "shipping address-level1", words).magento(&[
                    ("region_code", "the ISO code, such as CN-GD"),
                    ("region_id", "this shop's own number: /v1/regions/mappings/magento"),
                    ("region", "the name"),
                ]),
                place("city", city, "/v1/regions?parent={province}", CITY, words).magento(&[("city", "the name")]),
                district_place(place("district", district, below_city, DISTRICT, words)),
                town.magento(&[("street", "the name, on the first line behind the district")]),
            ]
        }
        Country::HongKong | Country::Macao => {
            let area = ("address-area-hk", "address-area-hk-missing");
            let district = ("address-district", "address-district-missing");
            let areas = if wanted.country == Country::HongKong {
                "/v1/regions?parent=810000"
            } else {
                "/v1/regions?parent=820000"
            };
            vec![
                place("city", area, areas, CITY, words).magento(&[("region", "the name; Magento has no list here")]),
                place("district", district, below_city, DISTRICT, words).magento(&[("city", "the name")]),
            ]
        }
        Country::Taiwan => {
            let county = ("address-county-tw", "address-county-tw-missing");
            let township = ("address-township-tw", "address-township-tw-missing");
            vec![
                place("city", county, "/v1/regions?parent=710000", CITY, words).magento(&[("city", "the name")]),
                district_place(place("district", township, below_city, DISTRICT, words)),
            ]
        }
    }
}

const fn district_goes_to(place: DistrictIn) -> &'static [(&'static str, &'static str)] {
    match place {
        DistrictIn::Street => &[("street", "the name, at the head of the first line")],
        DistrictIn::City => &[("city", "the name, behind the city's and a space")],
        DistrictIn::Attribute => &[("custom_attributes.cn_district", "the name")],
    }
}

fn detail(wanted: Wanted, words: &Words) -> Field {
    let detail = Field {
        placeholder: Some(words.get("address-street-placeholder")),
        autocomplete: Some("shipping street-address"),
        ..field("detail", Control::Textarea, "address-street", words)
    };
    let write = match wanted.country {
        Country::China => "behind district and town on the first line; all lines together at most 255 characters",
        _ => "on the first line; all lines together at most 255 characters",
    };
    detail
        .required("address-street-missing", words)
        .pattern(patterns::DETAIL, patterns::DETAIL_MAX, "address-street-bad", words)
        .magento(&[("street", write)])
}

/// Magento wants one although the buyer need not know it: it is filled in from the district.
fn postal_code(country: Country, words: &Words) -> Option<Field> {
    let (pattern, max_length) = patterns::postal_code(country)?;
    let (label, invalid) = match country {
        Country::Taiwan => ("address-postcode-tw", "address-postcode-tw-bad"),
        _ => ("address-postcode", "address-postcode-bad"),
    };
    let postal_code = Field {
        input_mode: Some("numeric"),
        autocomplete: Some("shipping postal-code"),
        hint: Some(words.get("address-postcode-hint")),
        prefill_from: Some("district"),
        ..field("postal_code", Control::Text, label, words)
    };
    Some(
        postal_code
            .pattern(pattern, max_length, invalid, words)
            .magento(&[("postcode", "never empty: Magento refuses that")]),
    )
}

fn email(words: &Words) -> Field {
    let email = Field {
        input_type: Some("email"),
        input_mode: Some("email"),
        autocomplete: Some("email"),
        hint: Some(words.get("checkout-email-hint")),
        ..field("email", Control::Text, "address-email", words)
    };
    email
        .required("address-email-missing", words)
        .pattern(patterns::EMAIL, patterns::EMAIL_MAX, "field-email", words)
        .magento(&[("email", "beside the address, in payment-information")])
}

/// What only somebody with an account can do with an address.
fn address_book(words: &Words) -> Vec<Field> {
    let suggestion = |value, label| Suggestion { value, label: words.get(label) };
    let tags = [("home", "address-tag-home"), ("work", "address-tag-work"), ("school", "address-tag-school")];
    let tag = Field {
        suggestions: tags.map(|(value, label)| suggestion(value, label)).into(),
        ..field("tag", Control::Select, "address-tag", words)
    };
    let checkbox =
        |name, label, checked| Field { checked: Some(checked), ..field(name, Control::Checkbox, label, words) };
    vec![
        tag.magento(&[]),
        checkbox("save_in_address_book", "address-save", true).magento(&[("save_in_address_book", "1 or 0")]),
        checkbox("is_default", "address-default-shipping", false)
            .magento(&[("default_shipping", "true, when the address is saved through /V1/customers/me")]),
    ]
}

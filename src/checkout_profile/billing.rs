//! The billing address, which Magento needs to place an order and no mainland shopper fills in.

use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::{Cart, Wanted};

/// Where the billing address comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum BillingSource {
    /// Send a copy of the shipping address, and `same_as_billing: 1`.
    ShippingAddress,
    /// Nothing is delivered: the merchant's address with the buyer's name and phone.
    MerchantDefault,
}

/// What stands for a buyer's address where nothing is delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MerchantAddress {
    /// ISO code of the province, such as `CN-GD`.
    pub region_code: String,
    pub city: String,
    pub postcode: String,
    pub street: String,
}

/// How the billing address is made. It is never drawn.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Billing {
    /// Always false.
    pub shown: bool,
    pub from: BillingSource,
    #[schema(example = "Send a copy of the shipping address as billing_address …")]
    pub instruction: &'static str,
    /// Where it goes.
    #[schema(example = json!(["shipping-information: addressInformation.billing_address"]))]
    pub send_in: Vec<&'static str>,
    /// Magento's address for a virtual cart; null when it is the shipping address, or when the merchant has set
    /// none yet.
    #[schema(value_type = Option<Object>)]
    pub address: Option<Value>,
    /// Settings of the store that are needed and not set.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub missing_settings: Vec<&'static str>,
}

const SETTINGS: [&str; 4] =
    ["virtual_billing_region", "virtual_billing_city", "virtual_billing_postcode", "virtual_billing_street"];

pub(super) fn billing(wanted: Wanted, merchant: Option<&MerchantAddress>) -> Billing {
    match wanted.cart {
        Cart::Physical => Billing {
            shown: false,
            from: BillingSource::ShippingAddress,
            instruction: "Send a copy of the shipping address as billing_address with the shipping address, and again as \
                          billingAddress with the payment; set same_as_billing to 1. Draw no form and no check box.",
            send_in: vec![
                "shipping-information: addressInformation.billing_address",
                "payment-information: billingAddress",
            ],
            address: None,
            missing_settings: Vec::new(),
        },
        Cart::Virtual => Billing {
            shown: false,
            from: BillingSource::MerchantDefault,
            instruction: "Nothing is delivered, and Magento still needs a billing address: send the merchant's with the \
                          buyer's name and phone. Draw no address form.",
            send_in: vec!["payment-information: billingAddress"],
            address: merchant.map(|merchant| {
                json!({
                    "country_id": "CN",
                    "lastname": "{name.surname}",
                    "firstname": "{name.given}",
                    "telephone": "{phone}",
                    "region": { "region_code": merchant.region_code },
                    "city": merchant.city,
                    "postcode": merchant.postcode,
                    "street": [merchant.street],
                })
            }),
            missing_settings: if merchant.is_some() { Vec::new() } else { SETTINGS.to_vec() },
        },
    }
}

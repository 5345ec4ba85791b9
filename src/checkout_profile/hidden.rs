//! What is not drawn, and how the form becomes Magento's address.

use serde::Serialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use super::{Cart, Country, Customer, DistrictIn, Magento, MagentoCall, Wanted};

/// A field of Magento's that no shopper sees.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Hidden {
    /// In Magento's address object.
    #[schema(example = "fax")]
    pub field: &'static str,
    /// What to send; null to leave it out.
    #[schema(value_type = Option<String>)]
    pub value: Option<&'static str>,
    pub why: &'static str,
}

pub(super) fn hidden(wanted: Wanted) -> Vec<Hidden> {
    let leave_out = |field, why| Hidden { field, value: None, why };
    let mut hidden = vec![
        Hidden { field: "country_id", value: Some(wanted.country.code()), why: "one form is for one country" },
        leave_out("prefix", "not part of a Chinese address"),
        leave_out("middlename", "Chinese names have none"),
        leave_out("suffix", "not part of a Chinese address"),
        leave_out("company", "a business buyer's name belongs on the fapiao, not on the parcel"),
        leave_out("fax", "nobody is asked for it"),
        leave_out("vat_id", "the tax number belongs on the fapiao form"),
    ];
    if wanted.cart == Cart::Physical {
        let postcode =
            |value| Hidden { field: "postcode", value: Some(value), why: "there are no postal codes there; a filler" };
        match wanted.country {
            Country::HongKong => hidden.push(postcode("999077")),
            Country::Macao => hidden.push(postcode("999078")),
            Country::China | Country::Taiwan => {}
        }
        if wanted.customer == Customer::Guest {
            let why = "a guest has no address book";
            hidden.push(Hidden { field: "save_in_address_book", value: Some("0"), why });
        }
    }
    hidden
}

pub(super) fn magento(wanted: Wanted) -> Magento {
    let carts = match wanted.customer {
        Customer::Guest => "guest-carts/{cart_id}",
        Customer::Account => "carts/mine",
    };
    let call = |name: &str, send: Value| MagentoCall {
        call: format!("POST /rest/V1/{carts}/{name}"),
        send: if let Value::Object(send) = send { send } else { Map::new() },
    };
    let billing = match wanted.cart {
        Cart::Physical => "a copy of magento.address",
        Cart::Virtual => "billing.address with the buyer's name and phone",
    };
    let mut payment = json!({ "billingAddress": billing, "paymentMethod": "as the shop does" });
    if wanted.customer == Customer::Guest {
        payment["email"] = json!("{email}");
    }
    let mut calls = Vec::new();
    if wanted.cart == Cart::Physical {
        calls.push(call("estimate-shipping-methods", json!({ "address": "magento.address" })));
        let information = json!({
            "addressInformation.shipping_address": "magento.address",
            "addressInformation.billing_address": billing,
            "addressInformation.shipping_carrier_code": "as chosen",
            "addressInformation.shipping_method_code": "as chosen",
        });
        calls.push(call("shipping-information", information));
    }
    calls.push(call("payment-information", payment));
    let address = if wanted.cart == Cart::Physical { address(wanted) } else { Value::Null };
    Magento { district_in: wanted.district_in, address, check_at: "/v1/addresses/check", calls }
}

fn address(wanted: Wanted) -> Value {
    let mut address = json!({
        "country_id": wanted.country.code(),
        "lastname": "{name.surname}",
        "firstname": "{name.given}",
        "telephone": "{phone}",
        "same_as_billing": 1,
    });
    let (district, town) = match wanted.district_in {
        DistrictIn::Street => ("{district}", "{town}"),
        DistrictIn::City | DistrictIn::Attribute => ("", "{town}"),
    };
    let city = if wanted.district_in == DistrictIn::City { "{city} {district}" } else { "{city}" };
    match wanted.country {
        Country::China => {
            address["region"] =
                json!({ "region_code": "{province.code}", "region_id": "{province.id}", "region": "{province}" });
            address["city"] = json!(city);
            address["street"] = json!([format!("{district}{town}{{detail}}")]);
            address["postcode"] = json!("{postal_code}");
        }
        Country::Taiwan => {
            address["city"] = json!(city);
            address["street"] = json!([format!("{district}{{detail}}")]);
            address["postcode"] = json!("{postal_code}");
        }
        Country::HongKong | Country::Macao => {
            address["region"] = json!({ "region": "{city}" });
            address["city"] = json!("{district}");
            address["street"] = json!(["{detail}"]);
            address["postcode"] = json!(if wanted.country == Country::HongKong { "999077" } else { "999078" });
        }
    }
    let area_only = matches!(wanted.country, Country::HongKong | Country::Macao);
    if wanted.district_in == DistrictIn::Attribute && !area_only {
        address["custom_attributes"] = json!([{ "attribute_code": "cn_district", "value": "{district}" }]);
    }
    address["save_in_address_book"] =
        if wanted.customer == Customer::Guest { json!(0) } else { json!("{save_in_address_book}") };
    address
}

use std::collections::BTreeSet;

use super::*;

fn names(profile: &Profile) -> Vec<&'static str> {
    profile.fields.iter().map(|field| field.name).collect()
}

fn wanted(country: Country, cart: Cart, customer: Customer) -> Wanted {
    Wanted { country, cart, customer, ..Wanted::default() }
}

fn every_form() -> impl Iterator<Item = Wanted> {
    Country::ALL.iter().flat_map(|(_, country)| {
        Cart::ALL.iter().flat_map(move |(_, cart)| {
            Customer::ALL.iter().flat_map(move |(_, customer)| {
                DistrictIn::ALL.iter().flat_map(move |(_, district_in)| {
                    Locale::ALL.iter().map(move |locale| Wanted {
                        country: *country,
                        cart: *cart,
                        customer: *customer,
                        district_in: *district_in,
                        locale: *locale,
                    })
                })
            })
        })
    })
}

#[test]
fn the_mainland_form_asks_what_a_courier_needs_in_the_order_shoppers_know() {
    let guest = profile(wanted(Country::China, Cart::Physical, Customer::Guest), None);
    assert_eq!(
        names(&guest),
        ["name", "phone", "province", "city", "district", "town", "detail", "postal_code", "email"]
    );
    let labels: Vec<_> = guest.fields.iter().map(|field| field.label.as_str()).collect();
    assert_eq!(
        labels,
        ["收货人", "手机号", "省份", "城市", "区/县", "街道/乡镇", "详细地址", "邮政编码（选填）", "邮箱"]
    );
    let required: Vec<_> = guest.fields.iter().filter(|field| field.required).map(|field| field.name).collect();
    assert_eq!(required, ["name", "phone", "province", "city", "district", "detail", "email"]);
    let account = profile(wanted(Country::China, Cart::Physical, Customer::Account), None);
    assert_eq!(names(&account)[8..], ["tag", "save_in_address_book", "is_default"]);
}

#[test]
fn nothing_is_asked_that_a_virtual_cart_does_not_need() {
    for (_, country) in Country::ALL {
        assert_eq!(names(&profile(wanted(*country, Cart::Virtual, Customer::Guest), None)), ["name", "phone", "email"]);
        assert_eq!(names(&profile(wanted(*country, Cart::Virtual, Customer::Account), None)), ["name", "phone"]);
    }
}

#[test]
fn the_billing_address_is_never_drawn() {
    let copied = profile(Wanted::default(), None);
    assert!(!copied.billing.shown && copied.billing.from == BillingSource::ShippingAddress);
    assert_eq!(copied.magento.address["same_as_billing"], 1);
    let information = &copied.magento.calls[1];
    assert_eq!(information.call, "POST /rest/V1/guest-carts/{cart_id}/shipping-information");
    assert_eq!(information.send["addressInformation.billing_address"], "a copy of magento.address");

    let wanted = wanted(Country::China, Cart::Virtual, Customer::Guest);
    let unset = profile(wanted, None).billing;
    assert_eq!((unset.shown, unset.from, unset.missing_settings.len()), (false, BillingSource::MerchantDefault, 4));
    let merchant = MerchantAddress {
        region_code: "CN-GD".to_owned(),
        city: "深圳市".to_owned(),
        postcode: "518000".to_owned(),
        street: "南山区科技园南路1号".to_owned(),
    };
    let set = profile(wanted, Some(&merchant)).billing;
    let address = set.address.unwrap();
    assert_eq!((&address["region"]["region_code"], &address["city"]), (&"CN-GD".into(), &"深圳市".into()));
    assert!(set.missing_settings.is_empty());
}

#[test]
fn the_district_goes_where_the_merchant_wants_it() {
    for (place, city, street) in [
        (DistrictIn::Street, "{city}", "{district}{town}{detail}"),
        (DistrictIn::City, "{city} {district}", "{town}{detail}"),
        (DistrictIn::Attribute, "{city}", "{town}{detail}"),
    ] {
        let profile = profile(Wanted { district_in: place, ..Wanted::default() }, None);
        let address = &profile.magento.address;
        assert_eq!((&address["city"], &address["street"][0]), (&city.into(), &street.into()));
        assert_eq!(address["custom_attributes"].is_array(), place == DistrictIn::Attribute);
    }
}

/// Each placeholder in Magento's address is a field that is drawn, and each field that goes to Magento is in it.
#[test]
fn magentos_address_and_the_fields_agree() {
    for wanted in every_form().filter(|wanted| wanted.cart == Cart::Physical) {
        let profile = profile(wanted, None);
        let text = profile.magento.address.to_string();
        let used: BTreeSet<&str> = text
            .match_indices("{")
            .filter_map(|(at, _)| text[at + 1..].split('}').next())
            .filter(|name| name.chars().all(|c| c.is_ascii_lowercase() || matches!(c, '_' | '.')))
            .map(|name| name.split('.').next().unwrap_or(name))
            .filter(|name| !name.is_empty())
            .collect();
        let drawn: BTreeSet<&str> = names(&profile).into_iter().collect();
        let elsewhere = BTreeSet::from(["email", "tag", "is_default"]);
        let sent: BTreeSet<&str> = drawn.difference(&elsewhere).copied().collect();
        assert_eq!(used, sent, "{wanted:?}");
    }
}

#[test]
fn every_label_and_error_is_in_the_callers_language() {
    for wanted in every_form() {
        let profile = profile(wanted, None);
        for field in &profile.fields {
            let errors = field.errors.missing.iter().chain(&field.errors.invalid);
            let texts = errors.chain([&field.label]).chain(&field.placeholder).chain(&field.hint);
            for text in texts {
                assert_eq!(text.contains(crate::i18n::is_han), wanted.locale.is_chinese(), "{}: {text}", field.name);
            }
            assert_eq!(field.required, field.errors.missing.is_some(), "{}", field.name);
            assert_eq!(field.pattern.is_some(), field.errors.invalid.is_some(), "{}", field.name);
        }
    }
}

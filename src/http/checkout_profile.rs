//! `/v1/checkout/profile`: the Chinese address form as data, for any storefront.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use super::auth::PublicReader;
use super::prepared::{FOR_FIVE_MINUTES, Keeping, in_language, respond_keeping};
use super::problem::{Problem, accept_language};
use super::query::Query;
use super::state::AppState;
use super::validate::Faults;
use crate::checkout_profile::{Choice, MerchantAddress, Profile, Wanted, profile};
use crate::config::StoreConfig;
use crate::error::{ApiError, FieldError};
use crate::i18n::Locale;
use crate::prepared::Prepared;

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ProfileQuery {
    /// `CN` (default); `HK`, `MO` or `TW` where they are countries in your shop.
    #[param(example = "CN")]
    pub country: Option<String>,
    /// `physical` (default) or `virtual`: nothing to deliver.
    #[param(example = "physical")]
    pub cart: Option<String>,
    /// `guest` (default) or `account`.
    #[param(example = "guest")]
    pub customer: Option<String>,
    /// Where the district goes in Magento, which has no field for it: `street` (default), `city` or `attribute`.
    #[param(example = "street")]
    pub district_in: Option<String>,
    /// Language of the labels; by `Accept-Language` when absent.
    #[param(example = "zh-Hans")]
    pub locale: Option<String>,
    /// A publishable key, where it is not in the header.
    #[allow(dead_code)]
    pub key: Option<String>,
}

/// The address form
///
/// Fields in their order with labels, keyboards, patterns and errors; what stays hidden and what is sent for it; and
/// where each value goes in Magento's checkout. The billing address is never drawn.
#[utoipa::path(get, operation_id = "read_checkout_profile", path = "/v1/checkout/profile", tag = "checkout",
    params(ProfileQuery),
    responses((status = 200, body = Profile), (status = 304), (status = 422, body = Problem)),
    security(("publishable_key" = []), ("publishable_key_in_query" = []), ("secret_key" = [])))]
pub async fn read(
    state: web::Data<AppState>,
    reader: PublicReader,
    request: HttpRequest,
    query: Query<ProfileQuery>,
) -> Result<HttpResponse, ApiError> {
    let mut faults = Faults::default();
    let locale = match query.locale.as_deref() {
        Some(tag) => Locale::parse(tag).unwrap_or_else(|| {
            let tags: Vec<_> = Locale::ALL.iter().map(|locale| locale.tag()).collect();
            faults.add(FieldError::new("?locale", "unsupported").with("allowed", tags.join(", ")));
            Locale::default()
        }),
        None => Locale::negotiate(accept_language(&request)),
    };
    let wanted = Wanted {
        country: choice("?country", query.country.as_deref(), &mut faults),
        cart: choice("?cart", query.cart.as_deref(), &mut faults),
        customer: choice("?customer", query.customer.as_deref(), &mut faults),
        district_in: choice("?district_in", query.district_in.as_deref(), &mut faults),
        locale,
    };
    faults.refuse_if_any()?;
    let profile = profile(wanted, merchant_address(&state.store_config(reader.store_id)).as_ref());
    let keeping = Keeping { pinned: false, by_header: reader.by_header };
    let response = respond_keeping(&request, &Prepared::passing(&profile), keeping, FOR_FIVE_MINUTES);
    Ok(in_language(response, locale, query.locale.is_none()))
}

fn choice<T: Choice + Default>(pointer: &str, word: Option<&str>, faults: &mut Faults) -> T {
    let Some(word) = word else { return T::default() };
    T::parse(word).unwrap_or_else(|| {
        let words: Vec<_> = T::ALL.iter().map(|(word, _)| *word).collect();
        faults.add(FieldError::new(pointer, "unsupported").with("allowed", words.join(", ")));
        T::default()
    })
}

/// The configuration has seen to it that all four are there, or none.
fn merchant_address(store: &StoreConfig) -> Option<MerchantAddress> {
    Some(MerchantAddress {
        region_code: store.virtual_billing_region.clone()?,
        city: store.virtual_billing_city.clone()?,
        postcode: store.virtual_billing_postcode.clone()?,
        street: store.virtual_billing_street.clone()?,
    })
}

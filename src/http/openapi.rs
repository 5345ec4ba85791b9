//! The OpenAPI document, generated from the handlers.

use actix_web::{HttpResponse, web};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityScheme};
use utoipa::{Modify, OpenApi};

use super::{
    accounts, addresses, attempts, checkout_profile, differences, events, health, locales, merchant_codes, payments,
    problem, refunds, region_mappings, regions, statements, stream, webhook_endpoints,
};
use crate::gateways::alipay::settings::{AlipaySecrets, AlipaySettings};
use crate::gateways::antom::settings::{AntomSecrets, AntomSettings};
use crate::gateways::unionpay::settings::{UnionPaySecrets, UnionPaySettings};
use crate::gateways::wechatpay::settings::{WeChatPaySecrets, WeChatPaySettings};

#[derive(OpenApi)]
#[openapi(
    info(title = "Luodi", description = "Sell in mainland China from any web shop.",
        license(name = "Apache-2.0 OR MIT", identifier = "Apache-2.0 OR MIT")),
    paths(
        payments::create, payments::list, payments::read, payments::refresh, payments::close, stream::listen,
        attempts::create, attempts::qr_svg, attempts::qr_png,
        refunds::create, refunds::list, refunds::read, refunds::resolve_abnormal,
        events::list,
        webhook_endpoints::create, webhook_endpoints::list, webhook_endpoints::read, webhook_endpoints::update,
        webhook_endpoints::delete, webhook_endpoints::rotate_secret, webhook_endpoints::test,
        webhook_endpoints::replay, webhook_endpoints::deliveries, webhook_endpoints::tries,
        statements::list, statements::read, statements::fetch,
        differences::list, differences::read, differences::acknowledge,
        accounts::create, accounts::list, accounts::read, accounts::update, accounts::check,
        regions::list, regions::read, regions::search, regions::tree, region_mappings::read, region_mappings::upload,
        checkout_profile::read,
        locales::list, locales::messages, locales::format, locales::magento_csv, locales::overrides,
        addresses::parse, addresses::parse_batch, addresses::check,
        merchant_codes::parse,
        health::live, health::ready,
    ),
    components(schemas(
        problem::Problem, problem::FieldProblem, WeChatPaySettings, WeChatPaySecrets, AlipaySettings, AlipaySecrets,
        AntomSettings, AntomSecrets, UnionPaySettings, UnionPaySecrets
    )),
    modifiers(&Security),
    tags(
        (name = "payments", description = "What a shopper owes, and how it is being paid"),
        (name = "refunds", description = "Money going back"),
        (name = "events", description = "The pull road: every fact, gap-free"),
        (name = "webhooks", description = "The push road: the same facts, signed"),
        (name = "accounts", description = "Merchant accounts at the gateways"),
        (name = "statements", description = "The gateways' statements, and where they differ from the ledger"),
        (name = "regions", description = "Provinces, cities, districts and towns for address forms"),
        (name = "checkout", description = "The Chinese address form as data"),
        (name = "wording", description = "What a shop says, in four languages"),
        (name = "addresses", description = "Pasted addresses, checks, and their writing for Magento"),
        (name = "merchant codes", description = "Codes that merchants show to be scanned (EMVCo)"),
        (name = "operations", description = "For whoever runs the server"),
    )
)]
struct Document;

struct Security;

impl Modify for Security {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let components = document.components.get_or_insert_default();
        let mut bearer = Http::new(HttpAuthScheme::Bearer);
        bearer.description = Some("A secret key of the shop's server: ld_sk_test_… or ld_sk_live_…".to_owned());
        components.add_security_scheme("secret_key", SecurityScheme::Http(bearer));
        let mut publishable = Http::new(HttpAuthScheme::Bearer);
        publishable.description = Some("A publishable key for browsers: ld_pk_test_… or ld_pk_live_…".to_owned());
        components.add_security_scheme("publishable_key", SecurityScheme::Http(publishable));
        let in_query =
            ApiKeyValue::with_description("key", "A publishable key: no preflight, and networks can keep the answer");
        components.add_security_scheme("publishable_key_in_query", SecurityScheme::ApiKey(ApiKey::Query(in_query)));
        let secret = ApiKeyValue::with_description("client_secret", "Lets a browser act on this one payment");
        components.add_security_scheme("client_secret", SecurityScheme::ApiKey(ApiKey::Query(secret)));
    }
}

/// The document as pretty JSON.
#[must_use]
pub fn document() -> String {
    Document::openapi().to_pretty_json().unwrap_or_default()
}

pub async fn serve(document: web::Data<OpenApiJson>) -> HttpResponse {
    HttpResponse::Ok().content_type("application/json").body(document.0.clone())
}

/// Written once, at start.
#[derive(Debug)]
pub struct OpenApiJson(web::Bytes);

impl OpenApiJson {
    #[must_use]
    pub fn generate() -> Self {
        Self(web::Bytes::from(document()))
    }
}

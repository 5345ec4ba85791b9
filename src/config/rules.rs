//! What values must satisfy beyond their type. Each refusal says what to do instead.

use std::ops::RangeInclusive;

use secrecy::ExposeSecret;
use tracing_subscriber::EnvFilter;
use url::{Host, Url};

use super::problem::Problem;
use super::{Config, StoreConfig, VaultConfig};
use crate::vault::{KeyRing, KeyRingError};

const LOCALES: [&str; 4] = ["zh-Hans", "zh-Hant-HK", "zh-Hant-TW", "en"];
const DAYS: RangeInclusive<u32> = 1..=3650;
const REQUESTS: RangeInclusive<u32> = 1..=1_000_000;

impl VaultConfig {
    /// The master keys, or `None` when none are set.
    ///
    /// # Errors
    /// When the text is not a key ring; a loaded configuration has been checked already.
    pub fn key_ring(&self) -> Result<Option<KeyRing>, KeyRingError> {
        self.keys.as_ref().map(KeyRing::parse).transpose()
    }
}

pub(super) fn check(config: &Config) -> Vec<Problem> {
    let mut broken = Vec::new();
    check_addresses(config, &mut broken);
    check_numbers(config, &mut broken);
    if EnvFilter::try_new(&config.log.level).is_err() {
        broken.push(Problem::broken("log.level", "is not a level; use error, warn, info, debug or trace"));
    }
    let storage = config.storage.url.expose_secret();
    if !["sqlite:", "postgres://", "postgresql://"].iter().any(|scheme| storage.starts_with(scheme)) {
        broken.push(Problem::broken("storage.url", "must begin with sqlite: or postgres://"));
    }
    if let Err(error) = config.vault.key_ring() {
        broken.push(Problem::broken("vault.keys", format!("cannot be used: {error}")));
    }
    for (name, store) in &config.stores {
        check_store(name, store, &mut broken);
    }
    broken
}

fn check_addresses(config: &Config, broken: &mut Vec<Problem>) {
    if let Err(fix) = check_public_url(&config.public_url) {
        broken.push(Problem::broken("public_url", fix));
    }
    if config.metrics_bind == Some(config.bind) {
        broken.push(Problem::broken("metrics_bind", "is the same as `bind`; choose another port, or \"off\""));
    }
    let is_web = |url: &String| Url::parse(url).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
    if config.sandbox_phone_url.as_ref().is_some_and(|url| !is_web(url)) {
        broken.push(Problem::broken("sandbox_phone_url", "must be a URL beginning with http:// or https://"));
    }
}

fn check_public_url(text: &str) -> Result<(), &'static str> {
    let url = Url::parse(text).map_err(|_| "is not a URL; write for example https://pay.shop.example")?;
    let loopback = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(v4)) => v4.is_loopback(),
        Some(Host::Ipv6(v6)) => v6.is_loopback(),
        None => false,
    };
    if url.scheme() != "https" && !(url.scheme() == "http" && loopback) {
        return Err("must begin with https://; plain http is only for this machine (localhost)");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("must not carry a user name or password");
    }
    // Gateways refuse notification addresses with a query string.
    if url.query().is_some() || url.fragment().is_some() {
        return Err("must end with the host or path, without ? and #");
    }
    Ok(())
}

fn check_numbers(config: &Config, broken: &mut Vec<Problem>) {
    let ranges = [
        ("storage.readers", config.storage.readers, 1..=64),
        ("payments.expires_in_s", config.payments.expires_in_s, 60..=604_800),
        ("payments.attempt_expires_in_s", config.payments.attempt_expires_in_s, 60..=86_400),
        ("webhooks.timeout_s", config.webhooks.timeout_s, 1..=60),
        ("webhooks.concurrency", config.webhooks.concurrency, 1..=1000),
        ("limits.body_bytes", config.limits.body_bytes, 1024..=1_048_576),
        ("limits.key_requests_per_minute", config.limits.key_requests_per_minute, REQUESTS),
        ("limits.address_requests_per_minute", config.limits.address_requests_per_minute, REQUESTS),
        ("retention.idempotency_days", config.retention.idempotency_days, 1..=90),
        ("retention.notification_days", config.retention.notification_days, DAYS),
        ("retention.delivery_days", config.retention.delivery_days, DAYS),
        ("retention.statement_days", config.retention.statement_days, DAYS),
    ];
    for (setting, value, range) in ranges {
        if !range.contains(&value) {
            let fix = format!("is {value}; choose from {} to {}", range.start(), range.end());
            broken.push(Problem::broken(setting, fix));
        }
    }
    if config.workers > 1024 {
        broken.push(Problem::broken("workers", "is more than 1024; 0 means one for each processor core"));
    }
}

fn check_store(name: &str, store: &StoreConfig, broken: &mut Vec<Problem>) {
    let at = |field: &str| format!("stores.{name}.{field}");
    let safe = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    if name.is_empty() || name.len() > 40 || !name.bytes().all(safe) {
        broken.push(Problem::broken(format!("stores.{name}"), "must be named with 1 to 40 of a-z, 0-9 and hyphens"));
    }
    if store.shop_name.trim().is_empty() {
        broken.push(Problem::broken(at("shop_name"), "is missing; set the name shoppers read on the payment page"));
    }
    for origin in store.allowed_origins.iter().filter(|origin| !is_origin(origin)) {
        let fix = format!("has {origin:?}; write scheme, host and port only, such as https://shop.example");
        broken.push(Problem::broken(at("allowed_origins"), fix));
    }
    for host in store.return_url_hosts.iter().filter(|host| !is_host(host)) {
        let fix = format!("has {host:?}; write the host only, such as shop.example");
        broken.push(Problem::broken(at("return_url_hosts"), fix));
    }
    check_virtual_billing(name, store, broken);
    if store.locale.as_ref().is_some_and(|locale| !LOCALES.contains(&locale.as_str())) {
        broken.push(Problem::broken(at("locale"), format!("must be one of {}", LOCALES.join(", "))));
    }
}

fn check_virtual_billing(name: &str, store: &StoreConfig, broken: &mut Vec<Problem>) {
    let parts = [
        ("virtual_billing_region", &store.virtual_billing_region),
        ("virtual_billing_city", &store.virtual_billing_city),
        ("virtual_billing_postcode", &store.virtual_billing_postcode),
        ("virtual_billing_street", &store.virtual_billing_street),
    ];
    let mut say = |field: &str, fix: &str| broken.push(Problem::broken(format!("stores.{name}.{field}"), fix));
    if parts.iter().any(|(_, value)| value.is_some()) {
        for (field, _) in parts.iter().filter(|(_, value)| value.is_none()) {
            say(field, "is missing; the four virtual_billing settings belong together");
        }
    }
    let is_region = |code: &str| {
        code.split_once('-').is_some_and(|(country, part)| {
            country == "CN" && part.len() == 2 && part.bytes().all(|b| b.is_ascii_uppercase())
        })
    };
    if store.virtual_billing_region.as_deref().is_some_and(|code| !is_region(code)) {
        say("virtual_billing_region", "must be a region code such as CN-GD");
    }
    let is_postcode = |code: &str| code.len() == 6 && code.bytes().all(|b| b.is_ascii_digit());
    if store.virtual_billing_postcode.as_deref().is_some_and(|code| !is_postcode(code)) {
        say("virtual_billing_postcode", "must have six digits");
    }
}

/// As browsers write it in the `Origin` header, so that it can be compared byte for byte.
fn is_origin(text: &str) -> bool {
    Url::parse(text)
        .is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.origin().ascii_serialization() == text)
}

fn is_host(text: &str) -> bool {
    Url::parse(&format!("https://{text}/")).is_ok_and(|url| url.host_str() == Some(text))
}

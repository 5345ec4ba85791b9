use std::fs;

use secrecy::ExposeSecret;

use super::problem::paths;
use super::setting::Shape;
use super::*;

const KEY: &str = "a:BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=";

/// Loads a file of that text under that environment.
fn load(file: &str, environment: &[(&str, &str)]) -> Result<Config, ConfigError> {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("luodi.toml");
    fs::write(&path, file).unwrap();
    Config::load(Some(&path), environment.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())))
}

fn refusal(file: &str, environment: &[(&str, &str)]) -> String {
    load(file, environment).unwrap_err().to_string()
}

#[test]
fn the_example_means_the_same_as_no_file_and_names_every_setting() {
    let example = Config::example();
    let read = load(&example, &[]).unwrap();
    assert_eq!(format!("{read:?}"), format!("{:?}", Config::default()));
    assert_eq!(read.storage.url.expose_secret(), Config::default().storage.url.expose_secret());

    let switched_on = switch_on(&example).replace("shop_name = \"\"", "shop_name = \"S\"");
    let table: toml::Table = switched_on.parse().unwrap();
    for path in paths(Config::FIELDS, "", "main") {
        let found = path.split('.').try_fold(&toml::Value::Table(table.clone()), |at, part| at.get(part)).is_some();
        assert!(found, "{path} is missing in:\n{example}");
    }
    let read = load(&switched_on, &[]).unwrap();
    assert_eq!(read.stores["main"].shop_name, "S");
}

/// Takes away the `#` before settings without a default.
fn switch_on(example: &str) -> String {
    let line = |line: &str| line.strip_prefix('#').filter(|rest| !rest.starts_with(' ')).unwrap_or(line).to_owned();
    example.lines().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn every_setting_says_what_it_is_for() {
    fn walk(fields: &[super::setting::Field]) {
        for field in fields {
            assert!(!field.doc.is_empty(), "{} has no doc comment", field.name);
            if let Shape::Section(inner) | Shape::Named(inner) = field.shape {
                walk(inner);
            }
        }
    }
    walk(Config::FIELDS);
}

#[test]
fn the_default_configuration_keeps_the_rules() {
    Config::default().check().unwrap();
}

#[test]
fn the_environment_outranks_the_file_and_a_secret_file_outranks_both() {
    let dir = tempfile::tempdir().unwrap();
    let secret = dir.path().join("keys");
    fs::write(&secret, format!("{KEY}\n")).unwrap();
    let config = load(
        "public_url = \"https://file.example\"\n[payments]\nexpires_in_s = 60\n[stores.a]\nshop_name = \"A\"",
        &[
            ("LUODI_PUBLIC_URL", "https://pay.example/"),
            ("LUODI_STORAGE__URL", "postgres://u:hush@db/luodi"),
            ("LUODI_VAULT__KEYS", "not a ring"),
            ("LUODI_VAULT__KEYS_FILE", secret.to_str().unwrap()),
            ("LUODI_TRUSTED_PROXIES", "10.0.0.0/8, 192.168.0.1"),
            ("LUODI_METRICS_BIND", "off"),
            ("LUODI_WEBHOOKS__ALLOW_PRIVATE_ADDRESSES", "true"),
            ("LUODI_STORES__A__LOCALE", "en"),
            ("LUODI_STORES__B__SHOP_NAME", "小店"),
            ("LUODI_LOG__FORMAT", "json"),
            ("HOME", "/root"),
        ],
    )
    .unwrap();
    assert_eq!(config.public_url, "https://pay.example", "without the slash");
    assert_eq!(config.payments.expires_in_s, 60);
    assert_eq!(config.payments.attempt_expires_in_s, 900);
    assert_eq!(config.vault.key_ring().unwrap().unwrap().ids().collect::<Vec<_>>(), ["a"]);
    assert_eq!(config.trusted_proxies.len(), 2);
    assert_eq!(config.metrics_bind, None);
    assert!(config.webhooks.allow_private_addresses);
    assert_eq!(config.stores["a"].locale.as_deref(), Some("en"));
    assert_eq!(config.stores["b"].shop_name, "小店");
    assert_eq!(config.log.format, LogFormat::Json);
    assert!(!format!("{config:?}").contains("hush"));
    assert!(!format!("{config:?}").contains("BwcH"));
}

#[test]
fn the_file_may_be_named_in_the_environment_and_must_then_exist() {
    let missing = [("LUODI_CONFIG".to_owned(), "/nowhere/luodi.toml".to_owned())];
    let error = Config::load(None, missing).unwrap_err().to_string();
    assert!(error.contains("/nowhere/luodi.toml: cannot be read"), "{error}");
    let none = Config::load(None, std::iter::empty()).unwrap();
    assert_eq!(none.bind, Config::default().bind);
}

#[test]
fn a_misspelt_setting_is_refused_with_the_nearest_name() {
    for (file, expected) in [
        ("[storge]\nurl = \"x\"", "unknown setting `storge`; did you mean `storage`?"),
        ("[storage]\nurll = \"x\"", "unknown setting `storage.urll`; did you mean `storage.url`?"),
        ("publicurl = \"x\"", "`publicurl`; did you mean `public_url`?"),
        ("keys = \"x\"", "`keys`; did you mean `vault.keys`?"),
        ("[stores.main]\nshop_name = \"S\"\nshopname = \"S\"", "did you mean `stores.main.shop_name`?"),
        ("zzzzzzzz = 1", "unknown setting `zzzzzzzz`; `luodi config example` prints all of them"),
    ] {
        let error = refusal(file, &[]);
        assert!(error.contains(expected), "{error}");
    }
    for (variable, expected) in [
        ("LUODI_STORGE__URL", "did you mean `LUODI_STORAGE__URL`?"),
        ("LUODI_STORAGE_URL", "did you mean `LUODI_STORAGE__URL`?"),
        ("LUODI_VAULT__KEY_FILE", "did you mean `LUODI_VAULT__KEYS_FILE`?"),
        ("LUODI_PUBLIC_URL_FILE", "did you mean `LUODI_PUBLIC_URL`?"),
        ("LUODI_STORAGE", "unknown setting `LUODI_STORAGE`"),
        ("LUODI_public_url", "did you mean `LUODI_PUBLIC_URL`?"),
    ] {
        let error = refusal("", &[(variable, "x")]);
        assert!(error.contains(expected), "{error}");
    }
}

#[test]
fn what_kubernetes_puts_into_the_environment_is_not_taken_for_settings() {
    load(
        "",
        &[
            ("LUODI_SERVICE_HOST", "10.0.0.1"),
            ("LUODI_SERVICE_PORT_HTTP", "80"),
            ("LUODI_PORT", "tcp://10.0.0.1:80"),
            ("LUODI_PORT_80_TCP_ADDR", "10.0.0.1"),
            ("LUODI_POSTGRES_SERVICE_HOST", "10.0.0.2"),
            ("LUODI_API_KEY", "for the command line"),
            ("LUODI_PUBLISHABLE_KEY", "for those who try it with curl"),
        ],
    )
    .unwrap();
    assert!(load("", &[("LUODI_PORT", "8080")]).is_err(), "a person's mistake is still refused");
}

#[test]
fn everything_wrong_is_said_at_once() {
    let error = refusal(
        "bind = 80\nworkers = -1\npublic_url = \"http://shop.example\"\ncolour = \"red\"\n\
         [log]\nformat = \"xml\"\n[payments]\nexpires_in_s = 5\n[webhooks]\ntimeout_s = \"soon\"\n\
         [vault]\nkeys = \"hush\"\n[stores.Main]\nallowed_origins = [\"https://a.example/\"]\nlocale = \"fr\"",
        &[("LUODI_LIMITS__BODY_BYTES", "much"), ("LUODI_TRUSTED_PROXIES", "proxy")],
    );
    for expected in [
        "`bind` is 80; expected an address and port",
        "`workers` is -1; expected a whole number",
        "`public_url` must begin with https://",
        "unknown setting `colour`",
        "`log.format` is \"xml\"; expected \"text\" or \"json\"",
        "`payments.expires_in_s` is 5; choose from 60 to 604800",
        "`webhooks.timeout_s` is \"soon\"; expected a whole number",
        "`vault.keys` cannot be used: key 1 is not written id:base64",
        "`stores.Main` must be named",
        "`stores.Main.shop_name` is missing",
        "`stores.Main.allowed_origins` has \"https://a.example/\"",
        "`stores.Main.locale` must be one of zh-Hans, zh-Hant-HK, zh-Hant-TW, en",
        "`limits.body_bytes` is \"much\"; expected a whole number, not negative (set by the environment variable LUODI_LIMITS__BODY_BYTES)",
        "`trusted_proxies` is \"proxy\"; expected a network",
    ] {
        assert!(error.contains(expected), "missing: {expected}\n{error}");
    }
    assert!(!error.contains("hush"));
}

#[test]
fn an_unreadable_file_is_named_without_quoting_it() {
    let error = refusal("[vault]\nkeys = \"hush", &[]);
    assert!(error.contains("luodi.toml: line 2 is not TOML"), "{error}");
    assert!(!error.contains("hush"), "{error}");
    let error = refusal("", &[("LUODI_VAULT__KEYS_FILE", "/nowhere/keys")]);
    assert!(error.contains("/nowhere/keys: cannot be read") && error.contains("LUODI_VAULT__KEYS_FILE"), "{error}");
}

#[test]
fn sections_that_are_not_sections_are_refused() {
    let error = refusal("storage = 5\nstores = \"main\"", &[("LUODI_STORAGE__URL", "sqlite:x")]);
    assert!(error.contains("`storage` is 5; expected a section [storage]"), "{error}");
    assert!(error.contains("`stores` is \"main\"; expected sections such as [stores.main]"), "{error}");
}

#[test]
fn public_urls_and_origins_are_judged() {
    for (url, fits) in [
        ("https://pay.example", true),
        ("https://pay.example/luodi", true),
        ("http://localhost:8080", true),
        ("http://[::1]:8080", true),
        ("http://pay.example", false),
        ("http://localhost.evil.example", false),
        ("https://user@pay.example", false),
        ("https://pay.example/?a=1", false),
        ("pay.example", false),
        ("", false),
    ] {
        assert_eq!(load("", &[("LUODI_PUBLIC_URL", url)]).is_ok(), fits, "{url}");
    }
    for (origin, fits) in [
        ("https://shop.example", true),
        ("http://localhost:3000", true),
        ("https://shop.example:443", false),
        ("https://shop.example/", false),
        ("https://SHOP.example", false),
        ("*", false),
        ("null", false),
    ] {
        let file = format!("[stores.main]\nshop_name = \"S\"\nallowed_origins = [\"{origin}\"]");
        assert_eq!(load(&file, &[]).is_ok(), fits, "{origin}");
    }
}

//! Settings: every shape of key that people paste, and the mistakes they make.

use luodi::clock::HandClock;
use luodi::gateways::alipay::Alipay;
use luodi::gateways::transport::{Transport, TransportOptions};
use luodi::gateways::{AccountCredentials, CheckDepth, Gateway as _, Severity};
use luodi::payments::attempt::GatewayName;
use luodi::payments::payment::Mode;
use serde_json::{Value, json};

use crate::stand_in::*;
use crate::vectors::{ALIPAY_CERTIFICATE, APP_CERTIFICATE, ROOT_CERTIFICATE};

fn attempt(credentials: &AccountCredentials) -> Result<Alipay, Vec<(String, &'static str)>> {
    let transport = Transport::new(GatewayName::Alipay, &TransportOptions::default()).unwrap();
    Alipay::open(credentials, transport, HandClock::at(start()))
        .map_err(|problems| problems.into_iter().map(|p| (p.pointer, p.code)).collect())
}

fn problems(change: impl Fn(&mut AccountCredentials)) -> Vec<(String, &'static str)> {
    let mut credentials = credentials("http://127.0.0.1:1");
    change(&mut credentials);
    attempt(&credentials).err().unwrap_or_default()
}

fn secret(name: &'static str, value: Value) -> Vec<(String, &'static str)> {
    problems(move |c| c.secrets[name] = value.clone())
}

fn pem(der_base64: &str) -> String {
    format!("-----BEGIN CERTIFICATE-----\n{der_base64}\n-----END CERTIFICATE-----\n")
}

#[test]
fn keys_load_in_every_shape_people_paste_them() {
    let (pkcs8, pkcs1, public) = (merchant().private_pkcs8(), merchant().private_pkcs1(), alipay().public_pem());
    for private in [
        pkcs8.clone(),
        pkcs1.clone(),
        bare(&pkcs8),
        bare(&pkcs1),
        pkcs8.replace('\n', "\r\n"),
        pkcs8.replace('\n', "\\n"),
        format!("  {}\n\n", bare(&pkcs1)),
    ] {
        assert_eq!(secret("app_private_key", json!(private)), []);
    }
    for key in [public.clone(), bare(&public), public.replace('\n', "\r\n"), public.replace('\n', "\\n")] {
        assert_eq!(secret("alipay_public_key", json!(key)), []);
    }
}

#[test]
fn the_commonest_mistake_is_named() {
    let own = secret("alipay_public_key", json!(bare(&merchant().public_pem())));
    assert_eq!(own, [("/secrets/alipay_public_key".to_owned(), "own_application_public_key")]);
}

#[test]
fn every_other_mistake_has_a_name_too() {
    let key = "/secrets/alipay_public_key".to_owned();
    let private = "/secrets/app_private_key".to_owned();
    assert_eq!(
        secret("alipay_public_key", json!(alipay().private_pkcs8()))[0],
        (key.clone(), "private_instead_of_alipay_key")
    );
    assert_eq!(
        secret("alipay_public_key", json!(pem(ALIPAY_CERTIFICATE)))[0],
        (key.clone(), "certificate_instead_of_alipay_key")
    );
    assert_eq!(secret("alipay_public_key", json!("nonsense"))[0], (key.clone(), "unreadable_alipay_key"));
    assert_eq!(secret("alipay_public_key", json!(null))[0], (key, "alipay_key_missing"));
    assert_eq!(
        secret("app_private_key", json!(merchant().public_pem()))[0],
        (private.clone(), "public_instead_of_private_key")
    );
    assert_eq!(
        secret("app_private_key", json!(pem(APP_CERTIFICATE)))[0],
        (private.clone(), "certificate_instead_of_private_key")
    );
    assert_eq!(secret("app_private_key", json!("nonsense"))[0], (private, "unreadable_private_key"));
    assert_eq!(secret("aes_key", json!("c2hvcnQ="))[0], ("/secrets/aes_key".to_owned(), "invalid_aes_key"));
    assert_eq!(secret("app_certificate", json!(pem(APP_CERTIFICATE)))[0].1, "two_key_modes");
    for (setting, value, code) in [
        ("app_id", "wx123", "invalid_app_id"),
        ("seller_id", "1900007291", "invalid_seller_id"),
        ("api", "v4", "not_a_choice"),
        ("qr_product", "poster", "not_a_choice"),
        ("api_base", "https://shop.example/pay", "invalid_api_base"),
        ("api_base", "https://openapi.alipaydev.com", "retired_sandbox"),
    ] {
        let found = problems(|c| c.settings[setting] = json!(value));
        assert_eq!(found, [(format!("/settings/{setting}"), code)], "{setting} {value}");
    }
    assert_eq!(problems(|c| c.settings["appid"] = json!("1"))[0].1, "unknown_field");
}

#[test]
fn half_a_set_of_certificates_says_which_file_is_missing() {
    let found = problems(|c| {
        c.secrets.as_object_mut().unwrap().remove("alipay_public_key");
        c.secrets["app_certificate"] = json!(pem(APP_CERTIFICATE));
    });
    let missing = ["/secrets/alipay_certificate", "/secrets/alipay_root_certificate"];
    assert_eq!(found, missing.map(|p| (p.to_owned(), "certificate_missing")));
    let wrong = problems(|c| {
        c.secrets.as_object_mut().unwrap().remove("alipay_public_key");
        c.secrets["app_certificate"] = json!(pem(APP_CERTIFICATE));
        c.secrets["alipay_certificate"] = json!(pem(ALIPAY_CERTIFICATE));
        c.secrets["alipay_root_certificate"] = json!(pem(ROOT_CERTIFICATE));
    });
    assert_eq!(wrong, [("/secrets/app_certificate".to_owned(), "certificate_of_another_key")]);
}

#[test]
fn real_money_goes_to_the_real_host_and_play_money_never_does() {
    let with = |mode, base: Option<&str>| {
        problems(|c| {
            c.mode = mode;
            c.settings["api_base"] = json!(base);
        })
        .first()
        .map(|(_, code)| *code)
    };
    assert_eq!(with(Mode::Live, None), None);
    assert_eq!(with(Mode::Live, Some("https://openapi.alipay.com/gateway.do")), None, "as the console shows it");
    assert_eq!(with(Mode::Live, Some("https://openapi-sandbox.dl.alipaydev.com")), Some("not_alipay_host"));
    assert_eq!(with(Mode::Live, Some("http://127.0.0.1:8090")), Some("not_alipay_host"));
    assert_eq!(with(Mode::Test, None), None, "Alipay's own test system");
    assert_eq!(with(Mode::Test, Some("https://openapi.alipay.com")), Some("test_account_at_real_alipay"));
    assert_eq!(with(Mode::Test, Some("http://shop.example")), Some("invalid_api_base"));
}

#[test]
fn no_problem_shows_a_secret() {
    let mut credentials = credentials("http://127.0.0.1:1");
    let secret = bare(&merchant().private_pkcs8());
    credentials.secrets["alipay_public_key"] = json!(secret);
    credentials.secrets["aes_key"] = json!(secret);
    let transport = Transport::new(GatewayName::Alipay, &TransportOptions::default()).unwrap();
    let problems = Alipay::open(&credentials, transport, HandClock::at(start())).unwrap_err();
    assert!(problems.len() >= 2 && !format!("{problems:?}").contains(&secret[..40]));
}

async fn findings(script: impl Fn(&Seen) -> Reply + Send + Sync + 'static) -> Vec<(Severity, String)> {
    let (gateway, _, _) = account(script).await;
    gateway.check(&CheckDepth::Credentials).await.into_iter().map(|f| (f.severity, f.code)).collect()
}

#[tokio::test]
async fn a_check_proves_both_directions_by_a_question_about_nothing() {
    let found = findings(|seen| Reply::refusal(seen, "40004", "ACQ.TRADE_NOT_EXIST")).await;
    assert_eq!(
        found,
        [(Severity::Ok, "app_private_key".to_owned()), (Severity::Ok, "alipay_credentials_accepted".to_owned())]
    );
    let wrong_key =
        findings(|seen| Reply::node(other(), seen, r#"{"code":"40004","sub_code":"ACQ.TRADE_NOT_EXIST"}"#)).await;
    assert_eq!(wrong_key[1], (Severity::Error, "alipay_key_wrong".to_owned()));
    for (sub_code, code) in [
        ("isv.invalid-signature", "alipay_signature_refused"),
        ("isv.invalid-app-id", "alipay_app_id_unknown"),
        ("isv.app-cert-not-exist", "alipay_app_certificate_refused"),
    ] {
        let body = json!({"error_response": {"code": "40002", "msg": "…", "sub_code": sub_code}}).to_string();
        let found = findings(move |_| Reply::plain(200, &body)).await;
        assert_eq!(found[1], (Severity::Error, code.to_owned()), "{sub_code}");
    }
    assert_eq!(findings(|_| Reply::plain(500, "")).await[1].1, "alipay_not_confirmed");
}

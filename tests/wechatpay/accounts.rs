//! Settings: every mistake at once, each with its place and its remedy.

use luodi::clock::HandClock;
use luodi::gateways::transport::{Transport, TransportOptions};
use luodi::gateways::wechatpay::WeChatPay;
use luodi::gateways::{AccountCredentials, SettingProblem};
use luodi::payments::attempt::GatewayName;
use luodi::payments::payment::Mode;
use serde_json::{Value, json};

use crate::stand_in::{credentials, merchant, other, start, wechat};
use crate::vectors::{MERCHANT_SERIAL, N1_APIV3_KEY};

const BASE: &str = "http://127.0.0.1:8090";

fn problems(account: &AccountCredentials) -> Vec<SettingProblem> {
    let transport = Transport::new(GatewayName::WeChatPay, &TransportOptions::default()).unwrap();
    WeChatPay::open(account, transport, HandClock::at(start())).err().unwrap_or_default()
}

/// Pointer and code of what is wrong once one value is replaced.
fn with(pointer: &str, value: Value) -> Vec<(String, &'static str)> {
    let mut account = credentials(BASE);
    let (section, field) = pointer[1..].split_once('/').unwrap();
    let section = if section == "settings" { &mut account.settings } else { &mut account.secrets };
    section[field] = value;
    problems(&account).into_iter().map(|p| (p.pointer, p.code)).collect()
}

#[test]
fn good_settings_have_no_problem() {
    assert_eq!(problems(&credentials(BASE)), []);
    assert_eq!(problems(&crate::stand_in::certificate_credentials(BASE)), []);
    assert_eq!(with("/settings/merchant_serial", json!(MERCHANT_SERIAL.to_lowercase())), []);
}

#[test]
fn a_test_account_calls_no_real_host() {
    for host in [json!(null), json!("https://api.mch.weixin.qq.com"), json!("https://api2.wechatpay.cn/")] {
        let found = with("/settings/api_base", host.clone());
        assert_eq!(found, [("/settings/api_base".to_owned(), "test_account_needs_stand_in")], "{host}");
    }
}

#[test]
fn the_gateway_is_chosen_by_its_name() {
    use luodi::gateways::{Merchant, open, transport::Transports};
    let transports = Transports::new(&TransportOptions::default()).unwrap();
    let gateway = open(&credentials(BASE), &transports, HandClock::at(start())).unwrap();
    let ours = Merchant { merchant_no: crate::vectors::MCHID.to_owned(), app_id: None, sub_merchant_no: None };
    assert_eq!(gateway.foreign_identifier(&ours), None);
    use luodi::payments::attempt::Flow;
    assert_eq!(gateway.flows(), [Flow::Qr, Flow::Wap, Flow::Jsapi, Flow::App], "codepay only where it is switched on");
}

fn other_certificate() -> String {
    other().certificate("0B", start(), start().plus_s(3600))
}

#[test]
fn codepay_needs_a_shop_and_service_providers_a_known_partner() {
    let codes = |changes: serde_json::Value| {
        let mut account = credentials(BASE);
        for (name, value) in changes.as_object().unwrap() {
            account.settings[name] = value.clone();
        }
        problems(&account).into_iter().map(|p| (p.pointer, p.code)).collect::<Vec<_>>()
    };
    let found = codes(json!({"codepay": "v3"}));
    assert_eq!(found, [("/settings/store_id".to_owned(), "store_needed")]);
    assert_eq!(codes(json!({"codepay": "v3", "store_out_id": "till-1"})), []);
    let partner = codes(json!({"sub_mchid": "1900000109", "app_partnerid": "sp_mchid"}));
    assert_eq!(partner, [("/settings/app_partnerid".to_owned(), "invalid_app_partnerid")]);
    assert_eq!(codes(json!({"sub_mchid": "1900000109", "sub_appid": "wx00000000000000cc"})), []);
}

#[test]
fn the_merchants_certificate_gives_the_serial_number() {
    let mut account = credentials(BASE);
    account.settings["merchant_certificate"] =
        json!(merchant().certificate(MERCHANT_SERIAL, start(), start().plus_s(3600)));
    assert_eq!(problems(&account), []);
    account.settings["merchant_serial"] = json!(MERCHANT_SERIAL.replace('4', "5"));
    let found = problems(&account);
    assert_eq!(found[0].code, "serial_not_of_certificate");
    assert!(found[0].detail.contains(MERCHANT_SERIAL), "{}", found[0].detail);
    account.settings.as_object_mut().unwrap().remove("merchant_serial");
    assert_eq!(problems(&account), []);
}

#[test]
fn each_mistake_has_its_own_code() {
    let certificate = |serial: &str| merchant().certificate(serial, start(), start().plus_s(3600));
    let platform = other().certificate("0B", start(), start().plus_s(3600));
    for (pointer, value, code) in [
        ("/settings/mchid", json!("19000 07291"), "invalid_mchid"),
        ("/settings/mchid", json!(1_900_007_291), "not_text"),
        ("/settings/mchid", json!(""), "missing"),
        ("/settings/appid", json!("2421b1c4370ec43bxx"), "invalid_appid"),
        ("/settings/mini_program_appid", json!("wx1"), "invalid_appid"),
        ("/settings/sub_mchid", json!("sub"), "invalid_mchid"),
        ("/settings/sub_appid", json!("wx2421b1c4370ec43b"), "sub_mchid_needed"),
        ("/settings/h5_app_name", json!("茶".repeat(65)), "invalid_text"),
        ("/settings/h5_app_url", json!("shop.example"), "invalid_web_address"),
        ("/settings/codepay", json!("v2"), "invalid_codepay"),
        ("/settings/merchant_certificate", json!(other_certificate()), "certificate_not_of_key"),
        ("/settings/merchant_certificate", json!(merchant().private_pkcs8()), "private_key_not_certificate"),
        ("/settings/merchant_certificate", json!(merchant().public_pem()), "invalid_certificate"),
        ("/settings/merchant_serial", json!("PUB_KEY_ID_1"), "invalid_merchant_serial"),
        ("/settings/wechatpay_public_key_id", json!("0119"), "invalid_public_key_id"),
        ("/settings/wechatpay_public_key_id", json!(null), "public_key_without_id"),
        ("/settings/api_base", json!("http://example.com"), "invalid_api_base"),
        ("/settings/api_base", json!("https://example.com/v3"), "invalid_api_base"),
        ("/secrets/merchant_private_key", json!(certificate(MERCHANT_SERIAL)), "certificate_instead_of_private_key"),
        ("/secrets/merchant_private_key", json!(merchant().public_pem()), "public_instead_of_private_key"),
        ("/secrets/merchant_private_key", json!("key"), "unreadable_private_key"),
        ("/secrets/apiv3_key", json!(N1_APIV3_KEY), "invalid_apiv3_key"),
        ("/secrets/apiv3_key", json!("a7cde1ZJB1kG2e7VfTs3jQzaWizur8G-"), "invalid_apiv3_key"),
        ("/secrets/wechatpay_public_key", json!(null), "public_key_id_without_key"),
        ("/secrets/wechatpay_public_key", json!(merchant().private_pkcs8()), "private_not_public_key"),
        ("/secrets/wechatpay_public_key", json!(merchant().public_pem()), "own_public_key"),
        ("/secrets/wechatpay_public_key", json!(certificate("0C")), "merchant_certificate_not_public_key"),
        ("/secrets/wechatpay_public_key", json!(platform), "certificate_not_public_key"),
        ("/secrets/wechatpay_public_key", json!("key"), "invalid_public_key"),
    ] {
        assert_eq!(with(pointer, value), [(pointer.to_owned(), code)], "{pointer} {code}");
    }
}

#[test]
fn unknown_fields_are_refused_with_the_nearest_name() {
    let mut account = credentials(BASE);
    account.settings["mch_id"] = json!("1900007291");
    account.secrets["api_v3_key"] = json!("secret value");
    let found = problems(&account);
    assert_eq!(found.len(), 2);
    assert_eq!((found[0].pointer.as_str(), found[0].code), ("/settings/mch_id", "unknown_field"));
    assert!(found[0].detail.contains("Did you mean mchid?"), "{}", found[0].detail);
    assert!(found[1].detail.contains("Did you mean apiv3_key?"));
    assert!(!format!("{found:?}").contains("secret value"));
}

#[test]
fn all_problems_come_at_once() {
    let mut account = credentials(BASE);
    (account.settings, account.secrets) = (json!({}), json!({}));
    let found: Vec<_> = problems(&account).into_iter().map(|p| (p.pointer, p.code)).collect();
    let missing = |pointer: &str| (pointer.to_owned(), "missing");
    assert_eq!(
        found,
        [
            missing("/settings/mchid"),
            missing("/settings/appid"),
            missing("/secrets/merchant_private_key"),
            missing("/settings/merchant_serial"),
            ("/settings/api_base".to_owned(), "test_account_needs_stand_in"),
            missing("/secrets/apiv3_key"),
        ]
    );
    account.settings = json!([]);
    assert_eq!(problems(&account)[0].code, "not_an_object");
}

#[test]
fn a_live_account_calls_only_the_real_hosts() {
    let mut account = credentials(BASE);
    account.mode = Mode::Live;
    assert_eq!(problems(&account)[0].code, "host_not_allowed");
    for host in ["https://api.mch.weixin.qq.com", "https://api2.mch.weixin.qq.com/", "https://api2.wechatpay.cn"] {
        account.settings["api_base"] = json!(host);
        assert_eq!(problems(&account), [], "{host}");
    }
    for host in ["https://api.mch.weixin.qq.com.example.com", "https://api.mch.weixin.qq.com@example.com"] {
        account.settings["api_base"] = json!(host);
        assert_eq!(problems(&account)[0].code, "host_not_allowed", "{host}");
    }
}

#[test]
fn no_secret_shows_in_problems_or_debug() {
    let account = credentials(BASE);
    let transport = Transport::new(GatewayName::WeChatPay, &TransportOptions::default()).unwrap();
    let gateway = WeChatPay::open(&account, transport, HandClock::at(start())).unwrap();
    let shown = format!("{gateway:?} {account:?}");
    for secret in [crate::vectors::APIV3_KEY, &merchant().private_pkcs8()[60..100], &wechat().public_pem()[60..100]] {
        assert!(!shown.contains(secret));
    }
}

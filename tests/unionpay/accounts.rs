//! Settings: the mistakes people make entering them, and what a check finds later.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use luodi::clock::HandClock;
use luodi::gateways::transport::{Transport, TransportOptions};
use luodi::gateways::unionpay::UnionPay;
use luodi::gateways::{AccountCredentials, CheckDepth, Finding, Gateway as _, Severity};
use luodi::payments::payment::Mode;
use serde_json::{Value, json};

use crate::authority::*;
use crate::stand_in::*;

fn problems(change: impl Fn(&mut AccountCredentials)) -> Vec<(String, &'static str)> {
    let mut credentials = credentials("http://127.0.0.1:1");
    change(&mut credentials);
    let transport = Transport::new(GATEWAY, &TransportOptions::default()).unwrap();
    let opened = UnionPay::open(&credentials, transport, HandClock::at(start()));
    let problems = opened.err().unwrap_or_default();
    assert!(problems.iter().all(|p| p.detail.ends_with('.')), "{problems:?}");
    problems.into_iter().map(|p| (p.pointer, p.code)).collect()
}

fn secret(name: &'static str, value: impl Into<Value>) -> Vec<(String, &'static str)> {
    let value = value.into();
    problems(move |c| c.secrets[name] = value.clone())
}

fn setting(name: &'static str, value: &'static str) -> Vec<(String, &'static str)> {
    problems(move |c| c.settings[name] = json!(value))
}

fn one(pointer: &str, code: &'static str) -> Vec<(String, &'static str)> {
    vec![(pointer.to_owned(), code)]
}

#[test]
fn a_key_file_loads_however_its_base64_is_broken_into_lines() {
    assert_eq!(problems(|_| {}), []);
    let base64 = STANDARD.encode(&chain().key_file);
    let lines: Vec<_> = base64.as_bytes().chunks(76).map(|c| String::from_utf8_lossy(c).into_owned()).collect();
    assert_eq!(secret("key_file", lines.join("\r\n")), []);
    assert_eq!(secret("key_file", "not base64!"), one("/secrets/key_file", "unreadable_key_file"));
    assert_eq!(secret("key_file", chain().own.as_str()), one("/secrets/key_file", "unreadable_key_file"));
    assert_eq!(secret("key_file", STANDARD.encode("PEM")), one("/secrets/key_file", "unreadable_key_file"));
    assert_eq!(secret("key_file", Value::Null), one("/secrets/key_file", "missing"));
}

#[test]
fn a_wrong_password_is_told_from_a_wrong_file() {
    for password in [json!("111111"), Value::Null] {
        assert_eq!(secret("key_password", password), one("/secrets/key_password", "wrong_key_password"));
    }
    let strangers = old_key_file(other(), &chain().own, &[], PASSWORD);
    let found = secret("key_file", STANDARD.encode(strangers));
    assert_eq!(found, one("/secrets/key_file", "key_file_without_certificate"));
}

#[test]
fn a_key_file_without_its_chain_needs_the_authority_s_files() {
    let bare = STANDARD.encode(old_key_file(merchant(), &chain().own, &[], PASSWORD));
    assert_eq!(
        secret("key_file", bare.as_str()),
        [
            ("/secrets/middle_certificates".to_owned(), "key_file_without_chain"),
            ("/secrets/root_certificates".to_owned(), "key_file_without_chain"),
        ]
    );
    let with_files = |middle: &str, root: &str| {
        problems(|c| {
            c.secrets["key_file"] = json!(bare);
            c.secrets["middle_certificates"] = json!(middle);
            c.secrets["root_certificates"] = json!(root);
        })
    };
    assert_eq!(with_files(&chain().middle, &chain().root), []);
    let both = format!("{}\n{}", chain().middle, chain().middle);
    assert_eq!(with_files(&both, &chain().root), [], "several may follow one another");
    assert_eq!(with_files("x", &chain().root), one("/secrets/middle_certificates", "unreadable_certificate"));
    assert_eq!(with_files(&chain().middle, &chain().own), one("/secrets/root_certificates", "not_an_authority"));
}

#[test]
fn files_of_one_system_are_kept_out_of_the_other() {
    let test_ca = "CN=CFCA TEST OCA1,O=CFCA,C=CN";
    let own = Wanted { issuer: (test_ca, middle()), ..Wanted::leaf(MERCHANT_NAME, merchant()) }.pem();
    let file = STANDARD.encode(old_key_file(merchant(), &own, &[&chain().middle, &chain().root], PASSWORD));
    let live = |file: &str, merchant_no: &str| {
        problems(|c| {
            c.mode = Mode::Live;
            c.settings = json!({ "merchant_no": merchant_no });
            c.secrets["key_file"] = json!(file);
        })
    };
    assert_eq!(live(&STANDARD.encode(&chain().key_file), "898340183980105"), []);
    assert_eq!(live(&file, "898340183980105"), one("/secrets/key_file", "test_certificate_in_live"));
    for test_merchant in ["777290058110048", "777290058110097", "700000000000001"] {
        let found = live(&STANDARD.encode(&chain().key_file), test_merchant);
        assert_eq!(found, one("/settings/merchant_no", "test_merchant_in_live"));
    }
}

#[test]
fn a_test_account_stays_away_from_the_real_system_and_a_live_one_at_it() {
    const POINTER: &str = "/settings/api_base";
    assert_eq!(setting("api_base", "https://gateway.95516.com"), one(POINTER, "test_account_at_real_unionpay"));
    assert_eq!(setting("api_base", "https://101.231.204.80:5000"), one(POINTER, "retired_unionpay_host"));
    assert_eq!(setting("api_base", "https://gateway.test.95516.com/"), []);
    assert_eq!(setting("api_base", "http://shop.example"), one(POINTER, "invalid_api_base"));
    let live = problems(|c| {
        c.mode = Mode::Live;
        c.settings = json!({ "merchant_no": "898340183980105", "api_base": "https://gateway.test.95516.com" });
    });
    assert_eq!(live, one(POINTER, "not_unionpay_host"));
}

#[test]
fn every_field_is_checked_by_name() {
    assert_eq!(setting("merchant_no", "7772900581100"), one("/settings/merchant_no", "invalid_merchant_no"));
    assert_eq!(setting("merchant_no", ""), one("/settings/merchant_no", "missing"));
    assert_eq!(setting("terminal_id", "0108020"), one("/settings/terminal_id", "invalid_terminal_id"));
    assert_eq!(setting("sign_method", "md5"), one("/settings/sign_method", "not_a_choice"));
    assert_eq!(setting("same_day_refunds", "yes"), one("/settings/same_day_refunds", "not_a_choice"));
    assert_eq!(setting("risk_fields", "x"), one("/settings/risk_fields", "not_a_choice"));
    assert_eq!(setting("merid", "1"), one("/settings/merid", "unknown_field"));
    assert_eq!(secret("encryption_certificate", "x"), one("/secrets/encryption_certificate", "unreadable_certificate"));
    let keyed = |secure_key: Value| {
        problems(move |c| {
            c.settings["sign_method"] = json!("sm3");
            c.secrets = json!({ "secure_key": secure_key, "encryption_certificate": chain().own });
        })
    };
    assert_eq!(keyed(json!("88888888")), one("/secrets/encryption_certificate", "encryption_needs_rsa"));
    assert_eq!(keyed(Value::Null)[0], ("/secrets/secure_key".to_owned(), "missing"));
}

#[test]
fn no_problem_shows_a_secret() {
    let mut credentials = credentials("http://127.0.0.1:1");
    credentials.secrets["key_password"] = json!("hunter2-secret");
    credentials.secrets["middle_certificates"] = json!("hunter2-secret");
    let transport = Transport::new(GATEWAY, &TransportOptions::default()).unwrap();
    let problems = UnionPay::open(&credentials, transport, HandClock::at(start())).unwrap_err();
    assert!(problems.len() >= 2 && !format!("{problems:?}").contains("hunter2"));
    let sound = self::credentials("http://127.0.0.1:1");
    let shown = format!("{:?}", open(&sound, &HandClock::at(start())));
    assert!(!shown.contains(PASSWORD.repeat(2).as_str()) && shown.contains("SigningKey(2048 bits)"));
}

async fn findings(script: impl Fn(&Seen) -> Reply + Send + Sync + 'static) -> Vec<Finding> {
    let (gateway, _, stand_in) = account(script).await;
    let found = gateway.check(&CheckDepth::Credentials).await;
    assert!(stand_in.seen().iter().all(|seen| seen.get("txnType") == "00"), "only a question about nothing");
    found
}

fn codes(findings: &[Finding]) -> Vec<(Severity, &str)> {
    findings.iter().map(|f| (f.severity, f.code.as_str())).collect()
}

const OWN: (Severity, &str) = (Severity::Ok, "unionpay_certificate");

#[tokio::test]
async fn a_check_proves_both_directions_by_a_question_about_nothing() {
    let found = findings(|seen| Reply::code(seen, "34")).await;
    assert_eq!(codes(&found), [OWN, (Severity::Ok, "unionpay_credentials_accepted")]);
    assert!(found[0].detail.contains("69903319369"));
    for (code, name) in [
        ("11", "unionpay_signature_refused"),
        ("31", "unionpay_merchant_refused"),
        ("13", "unionpay_refused"),
        ("05", "unionpay_not_confirmed"),
        ("37", "unionpay_not_confirmed"),
    ] {
        let found = findings(move |seen| Reply::code(seen, code)).await;
        assert_eq!(codes(&found), [OWN, (Severity::Error, name)], "{code}");
    }
    assert_eq!(codes(&findings(|_| Reply::plain(500, "")).await)[1].1, "unionpay_not_confirmed");
    let unreachable = offline().check(&CheckDepth::Credentials).await;
    assert_eq!(codes(&unreachable)[1].1, "unionpay_unreachable");
}

#[tokio::test]
async fn an_answer_that_is_not_proven_says_what_to_compare() {
    let by = |pair: fn() -> &'static Pair, certificate: String| {
        move |seen: &Seen| {
            let mut told = seen.echo();
            told.insert("respCode".to_owned(), "34".to_owned());
            Reply::of(&signed(told, pair(), &certificate))
        }
    };
    let strangers = Wanted { issuer: (MIDDLE, other()), ..Wanted::leaf(UNIONPAY, other()) }.pem();
    for (script, name) in [
        (by(other, strangers), "unionpay_chain_unknown"),
        (by(merchant, chain().own.clone()), "unionpay_owner_unknown"),
        (by(other, chain().signer.clone()), "unionpay_signature_wrong"),
        (by(unionpay, "x".to_owned()), "unionpay_answer_not_proven"),
    ] {
        assert_eq!(codes(&findings(script).await)[1], (Severity::Error, name));
    }
    let other_method = findings(|seen| {
        let mut told = seen.echo();
        told.extend(fields([("respCode", "34"), ("signMethod", "11")]));
        Reply::of(&by_unionpay(told))
    });
    assert_eq!(codes(&other_method.await)[1].1, "unionpay_other_method");
}

#[tokio::test]
async fn a_clock_that_is_off_is_told_of_by_how_much() {
    let with_date = |date: &'static str| {
        findings(move |seen| {
            let Reply::Answer { status, body, .. } = Reply::code(seen, "34") else { unreachable!() };
            Reply::Answer { status, headers: vec![("date".to_owned(), date.to_owned())], body }
        })
    };
    // The clock of the tests shows 03:04:05 UTC.
    assert_eq!(codes(&with_date("Fri, 02 Jan 2026 03:04:30 GMT").await).len(), 2);
    let slow = with_date("Fri, 02 Jan 2026 03:06:05 GMT").await;
    assert_eq!(codes(&slow)[1], (Severity::Warning, "unionpay_clock"));
    assert!(slow[1].detail.contains("-120 s"), "{}", slow[1].detail);
    let fast = with_date("Fri, 02 Jan 2026 01:04:05 GMT").await;
    assert_eq!(codes(&fast)[1], (Severity::Error, "unionpay_clock"));
}

#[tokio::test]
async fn the_own_certificate_s_dates_and_authority_are_looked_at() {
    let at = async |now, change: fn(&mut AccountCredentials)| {
        let stand_in = StandIn::serving(|seen| Reply::code(seen, "34")).await;
        let mut credentials = credentials(&stand_in.base);
        change(&mut credentials);
        open(&credentials, &HandClock::at(now)).check(&CheckDepth::Credentials).await
    };
    let own = Wanted::leaf(MERCHANT_NAME, merchant());
    assert_eq!(codes(&at(own.until.plus_s(1), |_| {}).await)[0], (Severity::Error, "unionpay_certificate_expired"));
    assert_eq!(codes(&at(own.from.plus_s(-1), |_| {}).await)[0], (Severity::Error, "unionpay_certificate_not_yet"));
    let soon = at(own.until.plus_s(-3600), |_| {}).await;
    assert_eq!(codes(&soon)[..2], [OWN, (Severity::Warning, "unionpay_certificate_expiring")]);
    let mixed = at(start(), |c| {
        let pem = Wanted { issuer: ("CN=Other OCA1", other()), ..Wanted::leaf(MERCHANT_NAME, merchant()) }.pem();
        let file = old_key_file(merchant(), &pem, &[&chain().middle, &chain().root], PASSWORD);
        c.secrets["key_file"] = json!(STANDARD.encode(file));
    });
    assert_eq!(codes(&mixed.await)[1], (Severity::Warning, "unionpay_authority_of_another"));
    let over = at(start().plus_s(6 * YEAR_S), |_| {}).await;
    let over: Vec<_> = over.iter().filter(|f| f.code == "unionpay_authority_expired").collect();
    assert_eq!(over.len(), 2, "middle and root");
}

#[tokio::test]
async fn a_deep_check_opens_an_order_that_nobody_sees() {
    let depth = CheckDepth::Orders { notify_url: NOTIFY_URL.to_owned() };
    let (gateway, _, stand_in) = account(|seen| match seen.get("txnType") {
        "00" => Reply::code(seen, "34"),
        _ => Reply::with(seen, "00", fields([("qrCode", "https://qr.95516.com/1")])),
    })
    .await;
    let found = gateway.check(&depth).await;
    assert_eq!(codes(&found).last(), Some(&(Severity::Ok, "unionpay_order_opened")));
    let opened = &stand_in.seen()[1];
    assert_eq!((opened.get("txnAmt"), opened.get("payTimeout")), ("1", "20260102110505"));
    let (gateway, _, _) =
        account(|seen| Reply::code(seen, if seen.get("txnType") == "00" { "34" } else { "32" })).await;
    assert_eq!(codes(&gateway.check(&depth).await).last(), Some(&(Severity::Error, "unionpay_order_refused")));
}

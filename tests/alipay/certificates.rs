//! Certificate mode: serial numbers in requests, keys chosen by serial, rotation, and what is not taken in.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use der::EncodePem as _;
use luodi::clock::{HandClock, Timestamp};
use luodi::crypto::certificate::{Certificate, read_bundle};
use luodi::gateways::alipay::Alipay;
use luodi::gateways::alipay::sign::{certificate_sn, root_sn};
use luodi::gateways::{CheckDepth, EXPIRY_WARNING_S, Gateway as _, GatewayError, OrderState, Severity};
use luodi::payments::attempt::Flow;
use rsa::pkcs8::{EncodePublicKey as _, LineEnding};
use serde_json::json;
use x509_cert::builder::{Builder as _, CertificateBuilder, Profile};
use x509_cert::name::Name;
use x509_cert::serial_number::SerialNumber;
use x509_cert::time::{Time, Validity};

use crate::stand_in::*;

const ROOT: &str = "CN=Test Root R1,OU=Certification Authority,O=Test,C=CN";
const YEAR_S: i64 = 365 * 24 * 3600;

/// A certificate of `subject` for the key of `pair`, signed by `issuer`; PEM.
fn certificate(subject: &str, serial: u8, pair: &Pair, issuer: (&str, &Pair), until: Timestamp) -> String {
    let time = |t: Timestamp| {
        let since_1970 = std::time::Duration::from_secs(t.as_seconds().try_into().unwrap());
        Time::UtcTime(der::asn1::UtcTime::from_unix_duration(since_1970).unwrap())
    };
    let spki = pair.0.to_public_key().to_public_key_der().unwrap();
    let name: Name = issuer.0.parse().unwrap();
    let profile = if subject == issuer.0 {
        Profile::Root
    } else {
        Profile::Leaf { issuer: name, enable_key_agreement: false, enable_key_encipherment: false }
    };
    let before = until.plus_s(-2 * YEAR_S);
    CertificateBuilder::new(
        profile,
        SerialNumber::new(&[serial]).unwrap(),
        Validity { not_before: time(before), not_after: time(until) },
        subject.parse().unwrap(),
        spki::SubjectPublicKeyInfoOwned::try_from(spki.as_bytes()).unwrap(),
        &rsa::pkcs1v15::SigningKey::<sha2::Sha256>::new(issuer.1.0.clone()),
    )
    .unwrap()
    .build::<rsa::pkcs1v15::Signature>()
    .unwrap()
    .to_pem(LineEnding::LF)
    .unwrap()
}

fn sn(pem: &str) -> String {
    certificate_sn(&Certificate::parse(pem).unwrap())
}

fn later() -> Timestamp {
    start().plus_s(YEAR_S)
}

/// The root belongs to the stranger's key; Alipay's first certificate and its next have the same key here.
struct Files {
    app: String,
    alipay: String,
    next: String,
    root: String,
}

fn files() -> Files {
    let root = (ROOT, other());
    Files {
        app: certificate(&format!("CN={APP_ID}"), 2, merchant(), root, later()),
        alipay: certificate("CN=Alipay", 3, alipay(), root, later()),
        next: certificate("CN=Alipay", 4, alipay(), root, later().plus_s(YEAR_S / 2)),
        root: certificate(ROOT, 1, other(), root, later()),
    }
}

async fn in_certificate_mode(
    files: &Files,
    script: impl Fn(&Seen) -> Reply + Send + Sync + 'static,
) -> (Alipay, Arc<HandClock>, StandIn) {
    let (stand_in, clock) = (StandIn::serving(script).await, HandClock::at(start()));
    let mut credentials = credentials(&stand_in.base);
    credentials.secrets = json!({
        "app_private_key": merchant().private_pkcs8(), "app_certificate": files.app,
        "alipay_certificate": files.alipay, "alipay_root_certificate": files.root,
    });
    (open(&credentials, &clock), clock, stand_in)
}

/// An answer to a question, signed under a certificate of that serial number.
fn unpaid(seen: &Seen, pair: &Pair, cert_sn: &str) -> Reply {
    let node = json!({
        "code": "10000", "msg": "Success", "out_trade_no": NUMBER, "trade_no": TRADE_NO,
        "trade_status": "WAIT_BUYER_PAY", "total_amount": "88.80",
    })
    .to_string();
    let name = format!("{}_response", seen.api().replace('.', "_"));
    let sign = pair.sign_base64(node.as_bytes());
    Reply::plain(200, &format!("{{\"{name}\":{node},\"alipay_cert_sn\":\"{cert_sn}\",\"sign\":\"{sign}\"}}"))
}

fn downloaded(seen: &Seen, pem: &str) -> Reply {
    Reply::success(seen, json!({ "alipay_cert_content": STANDARD.encode(pem) }))
}

#[tokio::test]
async fn requests_bear_both_serial_numbers() {
    let files = files();
    let name = sn(&files.alipay);
    let (gateway, _, stand_in) = in_certificate_mode(&files, move |seen| unpaid(seen, alipay(), &name)).await;
    assert_eq!(gateway.query(&asked(Flow::Qr)).await.unwrap().get().state, OrderState::Unpaid);
    let parameters = stand_in.seen()[0].parameters();
    assert!(is_signed_by_merchant(&parameters));
    assert_eq!(parameters["app_cert_sn"], sn(&files.app));
    assert_eq!(parameters["alipay_root_cert_sn"], root_sn(&read_bundle(&files.root)).unwrap());
}

#[tokio::test]
async fn a_new_certificate_is_fetched_once_and_the_pending_answer_verified_with_it() {
    let files = files();
    let (next, name) = (files.next.clone(), sn(&files.next));
    let (gateway, _, stand_in) = in_certificate_mode(&files, move |seen| match seen.api().as_str() {
        "alipay.open.app.alipaycert.download" => downloaded(seen, &next),
        _ => unpaid(seen, alipay(), &name),
    })
    .await;
    assert!(gateway.query(&asked(Flow::Qr)).await.is_ok());
    assert!(gateway.query(&asked(Flow::Qr)).await.is_ok());
    assert_eq!(stand_in.calls(), ["alipay.trade.query", "alipay.open.app.alipaycert.download", "alipay.trade.query"]);
    assert_eq!(stand_in.seen()[1].biz(), json!({ "alipay_cert_sn": sn(&files.next) }));
}

#[tokio::test]
async fn what_does_not_lead_to_the_root_is_not_taken_in() {
    let files = files();
    let self_made = certificate("CN=Alipay", 9, merchant(), (ROOT, merchant()), later());
    let expired = certificate("CN=Alipay", 10, alipay(), (ROOT, other()), start().plus_s(-1));
    // Every merchant holds one under the same root; it has no right to sign others.
    let merchant_name = format!("CN={APP_ID}");
    let by_merchant = certificate("CN=Alipay", 11, merchant(), (&merchant_name, merchant()), later());
    for (label, given, asked_for, signer) in [
        ("signed by a stranger under the root's name", self_made.clone(), sn(&self_made), merchant()),
        ("signed by a merchant", format!("{by_merchant}{}", files.app), sn(&by_merchant), merchant()),
        ("another than was asked for", files.next.clone(), sn(&self_made), alipay()),
        ("past its date", expired.clone(), sn(&expired), alipay()),
        ("no certificate", "nonsense".to_owned(), sn(&files.next), alipay()),
    ] {
        let name = asked_for.clone();
        let (gateway, _, stand_in) = in_certificate_mode(&files, move |seen| match seen.api().as_str() {
            "alipay.open.app.alipaycert.download" => downloaded(seen, &given),
            _ => unpaid(seen, signer, &name),
        })
        .await;
        for _ in 0..3 {
            let answer = gateway.query(&asked(Flow::Qr)).await;
            assert!(matches!(answer, Err(GatewayError::Unknown(_))), "{label} {answer:?}");
        }
        let downloads = stand_in.calls().iter().filter(|c| c.contains("download")).count();
        assert_eq!(downloads, 1, "{label}: a serial number is asked for once a minute");
    }
}

/// Anyone can post messages that name serial numbers.
#[tokio::test]
async fn messages_with_invented_serial_numbers_cause_few_downloads() {
    let (gateway, _, stand_in) = in_certificate_mode(&files(), |seen| Reply::refusal(seen, "40004", "x")).await;
    for n in 0..40 {
        let body = format!("app_id=1&alipay_cert_sn={n:032x}&sign=c2lnbg%3D%3D&sign_type=RSA2");
        let raw = luodi::gateways::RawNotification { headers: Vec::new(), body: body.into() };
        assert!(gateway.read_notification(&raw).await.is_err());
    }
    assert!(stand_in.seen().len() <= 6, "{}", stand_in.seen().len());
}

#[tokio::test]
async fn the_end_of_a_certificate_is_told_ninety_days_ahead() {
    let files = files();
    let (gateway, clock, _) =
        in_certificate_mode(&files, |seen| Reply::refusal(seen, "40004", "ACQ.TRADE_NOT_EXIST")).await;
    assert_eq!(gateway.expiring_credentials(start()), []);
    let near = later().plus_s(1 - EXPIRY_WARNING_S);
    let codes: Vec<_> = gateway.expiring_credentials(near).into_iter().map(|e| (e.code, e.serial)).collect();
    assert_eq!(
        codes,
        [("merchant_certificate".to_owned(), sn(&files.app)), ("platform_certificate".to_owned(), sn(&files.alipay)),]
    );
    clock.set(near);
    let warned: Vec<_> = gateway
        .check(&CheckDepth::Credentials)
        .await
        .into_iter()
        .filter(|f| f.severity == Severity::Warning)
        .map(|f| f.code)
        .collect();
    assert_eq!(warned, ["app_certificate_expiring", "alipay_certificate_expiring"]);
}

/// Not every message names the certificate that signed it; after a rotation it may be any that is known.
#[tokio::test]
async fn a_message_without_a_serial_number_is_tried_with_each_known_certificate() {
    let next_pair = Pair::generate();
    let mut files = files();
    files.next = certificate("CN=Alipay", 4, &next_pair, (ROOT, other()), later().plus_s(YEAR_S / 2));
    let (next, name, signing) = (files.next.clone(), sn(&files.next), next_pair.private_pkcs8());
    let (gateway, _, _) = in_certificate_mode(&files, move |seen| match seen.api().as_str() {
        "alipay.open.app.alipaycert.download" => downloaded(seen, &next),
        _ => {
            let key = rsa::pkcs8::DecodePrivateKey::from_pkcs8_pem(&signing).unwrap();
            unpaid(seen, &Pair(key), &name)
        }
    })
    .await;
    let told = |pair: &Pair| {
        let text = format!("app_id={APP_ID}&notify_type=other&seller_id={SELLER_ID}");
        let sign: String = form_urlencoded::byte_serialize(pair.sign_base64(text.as_bytes()).as_bytes()).collect();
        let body = format!("{text}&sign={sign}&sign_type=RSA2");
        luodi::gateways::RawNotification { headers: Vec::new(), body: body.into() }
    };
    assert!(gateway.read_notification(&told(alipay())).await.is_ok());
    assert!(gateway.read_notification(&told(&next_pair)).await.is_err(), "not known yet");
    gateway.query(&asked(Flow::Qr)).await.unwrap();
    for pair in [alipay(), &next_pair] {
        assert!(gateway.read_notification(&told(pair)).await.is_ok());
    }
    assert!(gateway.read_notification(&told(merchant())).await.is_err());
}

//! Platform certificates: bootstrap, rotation, unknown serials, migration to the public key.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use luodi::clock::HandClock;
use luodi::gateways::{CheckDepth, Gateway as _, GatewayError, Notice, Rejected, Severity};
use serde_json::{Value, json};

use crate::notifications::payment;
use crate::stand_in::{
    PUBLIC_KEY_ID, Pair, Reply, Seen, StandIn, asked, certificate_credentials, credentials, notification, open, other,
    sealed, sealed_under, start, wechat,
};
use crate::vectors::{APPID, MCHID};
use luodi::payments::attempt::Flow;

pub const FIRST: &str = "5157F09EFDC096DE15EBE81A47057A7232F1B8E1";
pub const SECOND: &str = "0132F7A1C5B1E1D9A6C4E8B2F3A4D5C6B7A8990A";
const DAY: i64 = 24 * 3600;

pub fn listed(pair: &Pair, serial: &str, days: i64) -> Value {
    let pem = pair.certificate(serial, start().plus_s(-DAY), start().plus_s(days * DAY));
    json!({"serial_no": serial, "effective_time": "ignored", "encrypt_certificate": sealed("certificate", &pem)})
}

pub fn list(certificates: &[Value]) -> String {
    json!({"data": certificates}).to_string()
}

pub fn unpaid() -> String {
    json!({"appid": APPID, "mchid": MCHID, "out_trade_no": "LD0001", "trade_state": "NOTPAY"}).to_string()
}

pub fn is_download(seen: &Seen) -> bool {
    seen.target == "/v3/certificates"
}

#[tokio::test]
async fn the_first_answer_fetches_the_certificate_that_proves_it() {
    let stand_in = StandIn::serving(|seen| {
        let body = if is_download(seen) { list(&[listed(wechat(), FIRST, 900)]) } else { unpaid() };
        Reply::signed(wechat(), FIRST, start(), 200, &body)
    })
    .await;
    let gateway = open(&certificate_credentials(&stand_in.base), &HandClock::at(start()));
    assert!(gateway.query(&asked(Flow::Qr, "LD0001")).await.is_ok());
    assert!(gateway.query(&asked(Flow::Qr, "LD0001")).await.is_ok());
    assert_eq!(stand_in.count("/v3/certificates"), 1);
    let seen = stand_in.seen();
    assert_eq!(seen[0].header("wechatpay-serial"), None);
    assert_eq!(seen[2].header("wechatpay-serial"), Some(FIRST), "now it names the key it trusts");
}

#[tokio::test]
async fn a_download_that_does_not_prove_itself_is_not_taken_in() {
    let good = listed(wechat(), FIRST, 900);
    let mut lying = good.clone();
    lying["serial_no"] = json!(SECOND);
    let mut stale_key = good.clone();
    stale_key["encrypt_certificate"] = sealed_under("00000000000000000000000000000000", "certificate", "x");
    let expired = listed(wechat(), FIRST, 0);
    let forged = Reply::signed(other(), FIRST, start(), 200, &list(std::slice::from_ref(&good)));
    let replies = [
        Reply::signed(wechat(), FIRST, start(), 200, &list(&[lying])),
        Reply::signed(wechat(), FIRST, start(), 200, &list(&[stale_key])),
        Reply::signed(wechat(), FIRST, start().plus_s(-301), 200, &list(std::slice::from_ref(&good))),
        Reply::signed(wechat(), SECOND, start(), 200, &list(std::slice::from_ref(&good))),
        Reply::plain(200, &list(&[good])),
        Reply::plain(200, "{"),
        Reply::error(500, "SYSTEM_ERROR"),
        Reply::signed(wechat(), FIRST, start().plus_s(1), 200, &list(&[expired])),
        forged,
        Reply::Reset,
    ];
    for reply in replies {
        let label = format!("{reply:.300?}");
        let stand_in = StandIn::serving(move |seen| {
            if is_download(seen) { reply.clone() } else { Reply::signed(wechat(), FIRST, start(), 200, &unpaid()) }
        })
        .await;
        let clock = HandClock::at(start().plus_s(1));
        let gateway = open(&certificate_credentials(&stand_in.base), &clock);
        assert!(matches!(gateway.query(&asked(Flow::Qr, "LD0001")).await, Err(GatewayError::Unknown(_))), "{label}");
    }
}

#[tokio::test]
async fn during_a_rotation_either_key_is_believed() {
    let signer = Arc::new(Mutex::new((wechat(), FIRST)));
    let current = signer.clone();
    let stand_in = StandIn::serving(move |seen| {
        let (pair, serial) = *current.lock().unwrap();
        let both = list(&[listed(wechat(), FIRST, 5), listed(other(), SECOND, 1800)]);
        Reply::signed(pair, serial, start(), 200, &if is_download(seen) { both } else { unpaid() })
    })
    .await;
    let gateway = open(&certificate_credentials(&stand_in.base), &HandClock::at(start()));
    gateway.maintain().await;
    for key in [(other(), SECOND), (wechat(), FIRST), (other(), SECOND)] {
        *signer.lock().unwrap() = key;
        assert!(gateway.query(&asked(Flow::Qr, "LD0001")).await.is_ok(), "{}", key.1);
    }
    *signer.lock().unwrap() = (wechat(), SECOND);
    assert!(gateway.query(&asked(Flow::Qr, "LD0001")).await.is_err(), "a key under the other's serial");
    assert_eq!(stand_in.count("/v3/certificates"), 1);
}

#[tokio::test]
async fn certificates_alone_start_in_the_middle_of_a_migration() {
    // Who names no key is answered under the public key, which this account does not have.
    let stand_in = StandIn::serving(|seen| {
        let body = if is_download(seen) { list(&[listed(wechat(), FIRST, 900)]) } else { unpaid() };
        match seen.header("wechatpay-serial") {
            Some(FIRST) => Reply::signed(wechat(), FIRST, start(), 200, &body),
            _ => Reply::signed(other(), PUBLIC_KEY_ID, start(), 200, &body),
        }
    })
    .await;
    let gateway = open(&certificate_credentials(&stand_in.base), &HandClock::at(start()));
    assert!(
        matches!(gateway.query(&asked(Flow::Qr, "LD0001")).await, Err(GatewayError::Unknown(_))),
        "nothing to verify it with"
    );
    gateway.maintain().await;
    assert!(gateway.query(&asked(Flow::Qr, "LD0001")).await.is_ok());

    let sealed_elsewhere = StandIn::serving(|_| {
        let mut item = listed(wechat(), FIRST, 900);
        item["encrypt_certificate"] = sealed_under("00000000000000000000000000000000", "certificate", "x");
        Reply::signed(other(), PUBLIC_KEY_ID, start(), 200, &list(&[item]))
    })
    .await;
    let gateway = open(&certificate_credentials(&sealed_elsewhere.base), &HandClock::at(start()));
    gateway.maintain().await;
    let raw = notification(wechat(), FIRST, start(), &payment("SUCCESS"));
    assert_eq!(gateway.read_notification(&raw).await.unwrap_err(), Rejected::UnknownKey);
}

#[tokio::test]
async fn an_unknown_serial_is_looked_up_once_for_all_and_once_a_minute() {
    let downloads = Arc::new(AtomicUsize::new(0));
    let count = downloads.clone();
    let stand_in = StandIn::serving(move |seen| {
        assert!(is_download(seen));
        // The successor appears with the second download.
        let body = if count.fetch_add(1, Ordering::SeqCst) == 0 {
            list(&[listed(wechat(), FIRST, 5)])
        } else {
            list(&[listed(wechat(), FIRST, 5), listed(other(), SECOND, 1800)])
        };
        Reply::signed(wechat(), FIRST, start(), 200, &body)
    })
    .await;
    let clock = HandClock::at(start());
    let gateway = open(&certificate_credentials(&stand_in.base), &clock);
    gateway.maintain().await;
    let raw = notification(other(), SECOND, start(), &payment("SUCCESS"));

    assert_eq!(gateway.read_notification(&raw).await.unwrap_err(), Rejected::UnknownKey, "asked a moment ago");
    clock.advance_s(60);
    let answers = futures_util::future::join_all((0..8).map(|_| gateway.read_notification(&raw))).await;
    assert!(answers.into_iter().all(|a| matches!(a.unwrap().get().notice, Notice::Order(_))));
    assert_eq!(downloads.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_certificate_is_believed_until_it_ends() {
    let clock = HandClock::at(start());
    let stand_in = StandIn::serving(|_| {
        Reply::signed(wechat(), FIRST, start(), 200, &list(&[listed(wechat(), FIRST, 5), listed(other(), SECOND, 900)]))
    })
    .await;
    let gateway = open(&certificate_credentials(&stand_in.base), &clock);
    gateway.maintain().await;
    for (seconds, believed) in [(5 * DAY, true), (1, false)] {
        clock.advance_s(seconds);
        let now = luodi::clock::Clock::now(&*clock);
        let result = gateway.read_notification(&notification(wechat(), FIRST, now, &payment("SUCCESS"))).await;
        assert_eq!(result.is_ok(), believed, "{result:?}");
        let successor = gateway.read_notification(&notification(other(), SECOND, now, &payment("SUCCESS"))).await;
        assert!(successor.is_ok());
    }
}

#[tokio::test]
async fn an_unknown_public_key_cannot_be_fetched() {
    let stand_in = StandIn::serving(|_| Reply::Reset).await;
    let gateway = open(&credentials(&stand_in.base), &HandClock::at(start()));
    let raw = notification(other(), "PUB_KEY_ID_9", start(), &payment("SUCCESS"));
    assert_eq!(gateway.read_notification(&raw).await.unwrap_err(), Rejected::UnknownKey);
    assert!(stand_in.seen().is_empty());
}

#[tokio::test]
async fn while_migrating_both_kinds_of_key_are_live() {
    let stand_in = StandIn::serving(|_| {
        Reply::signed(wechat(), PUBLIC_KEY_ID, start(), 200, &list(&[listed(other(), FIRST, 900)]))
    })
    .await;
    let gateway = open(&credentials(&stand_in.base), &HandClock::at(start()));
    for (pair, serial) in [(wechat(), PUBLIC_KEY_ID), (other(), FIRST)] {
        let raw = notification(pair, serial, start(), &payment("SUCCESS"));
        assert!(gateway.read_notification(&raw).await.is_ok(), "{serial}");
    }
}

#[tokio::test]
async fn certificates_are_renewed_after_six_hours_and_not_before() {
    let clock = HandClock::at(start());
    let now = clock.clone();
    let stand_in = StandIn::serving(move |_| {
        let now = luodi::clock::Clock::now(&*now);
        Reply::signed(wechat(), FIRST, now, 200, &list(&[listed(wechat(), FIRST, 80)]))
    })
    .await;
    let gateway = open(&certificate_credentials(&stand_in.base), &clock);
    for (advance_s, downloads) in [(0, 1), (5 * 3600, 1), (3600, 2), (60, 2)] {
        clock.advance_s(advance_s);
        gateway.maintain().await;
        assert_eq!(stand_in.seen().len(), downloads);
    }
}

async fn codes_of_check(credentials_of: fn(&str) -> luodi::gateways::AccountCredentials, reply: Reply) -> Vec<String> {
    let stand_in = StandIn::serving(move |_| reply.clone()).await;
    let gateway = open(&credentials_of(&stand_in.base), &HandClock::at(start()));
    let findings = gateway.check(&CheckDepth::Credentials).await;
    findings.into_iter().filter(|f| f.severity != Severity::Ok).map(|f| f.code).collect()
}

#[tokio::test]
async fn a_check_names_the_setting_that_is_wrong() {
    let long = list(&[listed(wechat(), FIRST, 900)]);
    let signed = |pair, serial: &str, body: &str| Reply::signed(pair, serial, start(), 200, body);
    let none: [&str; 0] = [];

    assert_eq!(codes_of_check(certificate_credentials, signed(wechat(), FIRST, &long)).await, none);
    assert_eq!(codes_of_check(credentials, signed(wechat(), PUBLIC_KEY_ID, &long)).await, none);
    let soon = list(&[listed(wechat(), FIRST, 80)]);
    let expiring = codes_of_check(certificate_credentials, signed(wechat(), FIRST, &soon)).await;
    assert_eq!(expiring, ["platform_certificate_expiring"]);

    let missing = Reply::error(404, "RESOURCE_NOT_EXISTS");
    assert_eq!(codes_of_check(certificate_credentials, missing.clone()).await, ["public_key_needed"]);
    assert_eq!(codes_of_check(credentials, missing).await, none);
    let body = r#"{"code":"RESOURCE_NOT_EXISTS","message":""}"#;
    let foreign = Reply::signed(wechat(), "PUB_KEY_ID_9", start(), 404, body);
    assert_eq!(codes_of_check(credentials, foreign).await, ["public_key_id_mismatch"]);

    let mut item = listed(wechat(), FIRST, 900);
    item["encrypt_certificate"] = sealed_under("00000000000000000000000000000000", "certificate", "x");
    let wrong_key = signed(wechat(), FIRST, &list(&[item]));
    assert_eq!(codes_of_check(certificate_credentials, wrong_key).await, ["apiv3_key_wrong"]);

    let refused = Reply::error(401, "SIGN_ERROR");
    assert_eq!(codes_of_check(credentials, refused.clone()).await, ["sign_error"]);
    let late = refused.with_header("date", "Thu, 01 Jan 2026 04:10:00 GMT");
    assert_eq!(codes_of_check(credentials, late).await, ["clock", "sign_error"]);
    assert_eq!(codes_of_check(credentials, signed(other(), PUBLIC_KEY_ID, &long)).await, ["public_key_wrong"]);
}

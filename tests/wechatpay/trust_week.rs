//! The week of a migration: WeChat signs each message with whichever of its keys it likes. None of 2,000
//! notifications may be refused wrongly, and none believed wrongly.

use std::collections::BTreeMap;

use luodi::clock::{Clock as _, HandClock};
use luodi::gateways::{Gateway as _, Notice, RawNotification, Rejected};
use serde_json::{Value, json};

use crate::certificates::{FIRST, SECOND, is_download, list, listed, unpaid};
use crate::notifications::payment;
use crate::stand_in::{
    PUBLIC_KEY_ID, Pair, Reply, StandIn, asked, credentials, notification, open, other, start, wechat,
};
use luodi::payments::attempt::Flow;

const MESSAGES: i64 = 2_000;
const WEEK_S: i64 = 7 * 24 * 3600;
/// The share of the public key, day by day, in thousandths.
const PUBLIC_PER_MILLE: [u64; 7] = [1, 10, 50, 100, 200, 500, 1000];

/// Numbers that look random and are the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

/// What is sent instead of a good message, and how it must be refused.
fn spoiled(
    kind: u64,
    good: &RawNotification,
    at: luodi::clock::Timestamp,
    body: &Value,
) -> (RawNotification, Rejected) {
    let with = |name: &str, value: &str| {
        let mut raw = good.clone();
        for (n, v) in &mut raw.headers {
            if n == name {
                value.clone_into(v);
            }
        }
        raw
    };
    let stranger = stranger();
    match kind {
        0 => (notification(stranger, PUBLIC_KEY_ID, at, body), Rejected::BadSignature),
        1 => (notification(stranger, FIRST, at, body), Rejected::BadSignature),
        2 => (notification(stranger, "PUB_KEY_ID_0000000000000000000000000000000009", at, body), Rejected::UnknownKey),
        3 => (notification(stranger, "0A0B0C0D0E0F", at, body), Rejected::UnknownKey),
        4 => (with("wechatpay-signature", "WECHATPAY/SIGNTEST/AAAA"), Rejected::BadSignature),
        5 => {
            let mut raw = good.clone();
            raw.body = [&good.body[..], b" "].concat().into();
            (raw, Rejected::BadSignature)
        }
        6 => {
            let another = if serial(good) == FIRST { PUBLIC_KEY_ID } else { FIRST };
            (with("wechatpay-serial", another), Rejected::BadSignature)
        }
        _ => (notification(wechat(), PUBLIC_KEY_ID, at.plus_s(-301), body), Rejected::Stale),
    }
}

fn serial(raw: &RawNotification) -> &str {
    raw.header("wechatpay-serial").unwrap()
}

fn stranger() -> &'static Pair {
    crate::stand_in::merchant()
}

/// The second certificate's key; `other` is the first's.
fn second() -> &'static Pair {
    static PAIR: std::sync::OnceLock<Pair> = std::sync::OnceLock::new();
    PAIR.get_or_init(Pair::generate)
}

#[tokio::test]
async fn two_thousand_notifications_under_three_keys() {
    let clock = HandClock::at(start());
    let now = clock.clone();
    // The successor of the first certificate appears on the third day.
    let stand_in = StandIn::serving(move |seen| {
        let at = now.now();
        let mut certificates = vec![listed(other(), FIRST, 9)];
        if at.seconds_since(start()) >= 2 * 24 * 3600 {
            certificates.push(listed(second(), SECOND, 1800));
        }
        let body = if is_download(seen) { list(&certificates) } else { unpaid() };
        let named = seen.header("wechatpay-serial").unwrap_or(FIRST);
        let pair = if named == PUBLIC_KEY_ID { wechat() } else { other() };
        Reply::signed(pair, named, at, 200, &body)
    })
    .await;
    let gateway = open(&credentials(&stand_in.base), &clock);
    let (mut dice, mut believed, mut refused) = (Dice(7), BTreeMap::<String, u32>::new(), 0);
    for message in 0..MESSAGES {
        clock.set(start().plus_s(message * WEEK_S / MESSAGES));
        if message % 20 == 0 {
            gateway.maintain().await;
            assert!(gateway.query(&asked(Flow::Qr, "LD0001")).await.is_ok(), "an answer at message {message}");
        }
        let day = usize::try_from(message * 7 / MESSAGES).unwrap();
        let (pair, serial) = if dice.roll(1000) < PUBLIC_PER_MILLE[day] {
            (wechat(), PUBLIC_KEY_ID)
        } else if day >= 4 && dice.roll(2) == 0 {
            (second(), SECOND)
        } else {
            (other(), FIRST)
        };
        let (at, mut body) = (clock.now(), payment("SUCCESS"));
        body["id"] = json!(format!("EV-{message}"));
        let good = notification(pair, serial, at, &body);
        if message % 10 == 9 {
            let (bad, why) = spoiled(dice.roll(8), &good, at, &body);
            assert_eq!(gateway.read_notification(&bad).await.unwrap_err(), why, "message {message}");
            refused += 1;
        }
        let notice = gateway.read_notification(&good).await;
        assert!(
            matches!(&notice, Ok(n) if matches!(n.get().notice, Notice::Order(_))),
            "message {message}: {notice:?}"
        );
        *believed.entry(serial.to_owned()).or_default() += 1;
    }
    assert_eq!((believed.values().sum::<u32>(), refused), (2_000, 200));
    assert!([PUBLIC_KEY_ID, FIRST, SECOND].iter().all(|serial| believed[*serial] > 100), "{believed:?}");
    // Every six hours by itself, and once for an unknown serial now and then: never per message.
    assert!(stand_in.count("/v3/certificates") < 80, "{}", stand_in.count("/v3/certificates"));
}

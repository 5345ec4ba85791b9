//! Many payments, more notifications than payments, in any order, from all sides at once.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use futures_util::{StreamExt, TryStreamExt, stream};
use luodi::ids::EndpointId;
use luodi::payments::{EventType, Mode, PaymentStatus};
use luodi::sandbox::{MerchantDraft, TrustMode};
use rand::seq::SliceRandom;
use secrecy::SecretString;
use serde_json::{Value, json};

use crate::databases::on_each;
use crate::support::{House, order, out_trade_no, text};
use crate::wechat::{Letter, WeChat};

const PAYMENTS: usize = 2_000;
const COPIES: usize = 5;
const CONNECTIONS: usize = 16;

pub async fn house(storage_url: Option<String>) -> House {
    let draft = MerchantDraft { trust_mode: TrustMode::Certificates, ..MerchantDraft::default() };
    House::build_with(draft, |config| {
        if let Some(url) = storage_url {
            config.storage.url = SecretString::from(url);
        }
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_notifications_of_two_thousand_payments_count_each_once() {
    on_each(|storage_url| async move {
        let house = Arc::new(house(storage_url).await);
        let wechat = WeChat::of(&house).await;
        let endpoint = listen(&house).await;
        let began = Instant::now();
        let payments = create_all(&house).await;
        let created = began.elapsed();
        let mut letters: Vec<Letter> = payments
            .iter()
            .flat_map(|p| vec![wechat.paid(&out_trade_no(p), 1280, house.app.state.clock.now()); COPIES])
            .collect();
        letters.shuffle(&mut rand::thread_rng());
        let signed = began.elapsed();
        send_all(letters).await;
        let backend = house.app.state.storage.backend_name();
        println!("{backend}: created {created:?}, signed {signed:?}, settled {:?}", began.elapsed());

        every_payment_is_paid_once(&house, &payments).await;
        every_paid_event_waits_for_the_shop_once(&house, endpoint).await;
    })
    .await;
}

/// A shop that wants to hear of paid payments and nothing else. Nothing is delivered in these tests.
async fn listen(house: &House) -> EndpointId {
    let body = json!({ "url": "http://127.0.0.1:9/webhooks", "event_types": ["payment.paid"] });
    let answer = house.post("/v1/webhook-endpoints", body).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    text(&answer.json()["id"]).parse().expect("an endpoint id")
}

async fn create_all(house: &Arc<House>) -> Vec<Value> {
    let create = |_| {
        let house = Arc::clone(house);
        async move {
            let answer = house.post("/v1/payments", order(1280, true)).await;
            assert_eq!(answer.status, 201, "{}", answer.text);
            answer.json()
        }
    };
    stream::iter(0..PAYMENTS)
        .map(create)
        .map(tokio::spawn)
        .buffer_unordered(CONNECTIONS)
        .try_collect()
        .await
        .expect("all")
}

async fn send_all(letters: Vec<Letter>) {
    let share = letters.len().div_ceil(CONNECTIONS);
    let senders = letters.chunks(share).map(|share| {
        let share = share.to_vec();
        tokio::spawn(async move {
            // A client of its own is a connection of its own: it sends one letter after the other.
            let http = reqwest::Client::builder().no_proxy().build().expect("a client");
            for letter in share {
                let answer = letter.send(&http).await;
                assert!((200..300).contains(&answer.status), "{} {}", answer.status, answer.text);
            }
        })
    });
    futures_util::future::try_join_all(senders).await.expect("every letter is taken");
}

async fn every_payment_is_paid_once(house: &House, payments: &[Value]) {
    let storage = &house.app.state.storage;
    let mut events = Vec::new();
    loop {
        let after = i64::try_from(events.len()).expect("few events");
        let page = storage.events_after(house.store_id, Mode::Test, after, 500, &[]).await.expect("events");
        if page.is_empty() {
            break;
        }
        events.extend(page);
    }
    let sequences: Vec<i64> = events.iter().map(|e| e.sequence).collect();
    assert_eq!(sequences, (1..=i64::try_from(events.len()).expect("few events")).collect::<Vec<_>>(), "no gap");

    let mut told: BTreeMap<String, Vec<EventType>> = BTreeMap::new();
    for event in &events {
        let of = event.data.get("payment_id").unwrap_or(&event.data["id"]);
        told.entry(text(of)).or_default().push(event.kind);
    }
    assert_eq!(told.len(), payments.len());
    for payment in payments {
        // How its order was opened is told before; a slow machine may lose an answer there.
        let (opening, settling) = told[&text(&payment["id"])].split_at(3);
        assert_eq!(settling, [EventType::AttemptPaid, EventType::PaymentPaid], "{} {opening:?}", payment["id"]);
        let id = text(&payment["id"]).parse().expect("a payment id");
        let ledger = house.app.state.payments.ledger(id).await.expect("a ledger");
        assert_eq!(ledger.payment.status, PaymentStatus::Paid);
    }
}

async fn every_paid_event_waits_for_the_shop_once(house: &House, endpoint: EndpointId) {
    let mut waiting = Vec::new();
    let mut cursor = String::new();
    loop {
        let path = format!("/v1/webhook-endpoints/{endpoint}/deliveries?limit=100{cursor}");
        let page = house.get(&path).await.json();
        waiting.extend(page["data"].as_array().expect("deliveries").iter().map(|d| text(&d["event_id"])));
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(waiting.len(), PAYMENTS, "one delivery for each payment");
    waiting.sort_unstable();
    waiting.dedup();
    assert_eq!(waiting.len(), PAYMENTS, "and each of another event");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_clients_with_one_key_open_one_order() {
    on_each(|storage_url| async move {
        let house = Arc::new(house(storage_url).await);
        let key = crate::support::fresh_key();
        let ask = || {
            let (house, key) = (Arc::clone(&house), key.clone());
            tokio::spawn(async move { house.post_with_key("/v1/payments", order(1280, true), &key).await })
        };
        let first = futures_util::future::try_join_all((0..200).map(|_| ask())).await.expect("answers");
        for answer in &first {
            let busy = answer.status == 409 && answer.problem().1 == "idempotency_in_progress";
            assert!(answer.status == 201 || busy, "{} {}", answer.status, answer.text);
        }
        let fresh = first.iter().filter(|a| a.status == 201 && a.header("idempotency-replayed").is_none());
        let fresh: Vec<_> = fresh.collect();
        assert_eq!(fresh.len(), 1, "one request did the work");
        // Now that the work is done, everybody gets its answer.
        for answer in futures_util::future::try_join_all((0..200).map(|_| ask())).await.expect("answers") {
            assert_eq!((answer.status, answer.text.as_str()), (201, fresh[0].text.as_str()));
        }
        assert_eq!(house.sandbox.book(&house.merchant.mchid).expect("a book").orders.len(), 1);
        assert_eq!(house.get("/v1/payments").await.json()["data"].as_array().expect("payments").len(), 1);
    })
    .await;
}

//! Webhooks out of the outbox: claimed, signed, posted and written down.

use std::net::SocketAddr;
use std::time::Instant;

use futures_util::{StreamExt, stream};
use luodi::app::AppOptions;
use luodi::clock::{Clock, SystemClock};
use luodi::ids::EventId;
use luodi::payments::{EventType, Mode, NewEvent};
use luodi::webhooks::endpoints::NewEndpoint;
use serde_json::json;

use crate::Plan;
use crate::database::Database;
use crate::house::House;
use crate::table::Table;
use crate::wechat::WeChat;
use crate::wire::{CONNECTIONS, answer, serve};

pub async fn measure(plan: &Plan, table: &mut Table) {
    let receiver = serve(answer("200 OK", "", b""));
    let quiet = AppOptions { background_jobs: false, durable: true };
    let house = House::build(Database::sqlite(), quiet, &WeChat::make(), receiver).await;
    let endpoint = NewEndpoint {
        store_id: house.store_id,
        mode: Mode::Test,
        url: format!("http://{receiver}/hook"),
        event_types: vec![EventType::PaymentPaid],
        description: String::new(),
    };
    house.app.state.webhooks.create_endpoint(endpoint).await.expect("an endpoint");
    let count = plan.requests() / 2;
    let (mut bare, mut delivered) = (Vec::new(), Vec::new());
    for _ in 0..plan.rounds() {
        bare.push(post_bare(receiver, count).await);
        delivered.push(deliver(&house, count).await);
    }
    table.baseline("bare posts", &bare, "/s", "reqwest, 16 at a time, the same body, neither signed nor recorded");
    let note = "claimed, signed, posted, recorded; SQLite, 16 at a time, one endpoint";
    table.ratio("webhooks delivered", &delivered, "/s", ("bare posts", &bare), note);
    house.remove().await;
}

fn event(house: &House) -> NewEvent {
    NewEvent {
        id: EventId::generate(),
        kind: EventType::PaymentPaid,
        at: SystemClock.now(),
        store_id: house.store_id,
        mode: Mode::Test,
        payment_id: None,
        fact: None,
        data: json!({ "id": "pay_06eqahqzx3wtx1pbp3x9k2f0g4", "order_ref": "T-1001", "text": "x".repeat(600) }),
    }
}

async fn post_bare(receiver: SocketAddr, count: usize) -> f64 {
    let client = reqwest::Client::builder().no_proxy().build().expect("a client");
    let body = "x".repeat(850);
    let started = Instant::now();
    let posts =
        stream::iter(0..count).map(|_| client.post(format!("http://{receiver}/hook")).body(body.clone()).send());
    let answers: Vec<_> = posts.buffer_unordered(CONNECTIONS).collect().await;
    assert!(answers.iter().all(|a| a.as_ref().is_ok_and(|a| a.status().is_success())));
    count as f64 / started.elapsed().as_secs_f64()
}

async fn deliver(house: &House, count: usize) -> f64 {
    let storage = &house.app.state.storage;
    let recorded = stream::iter(0..count).map(|_| storage.append_event(event(house))).buffer_unordered(64);
    assert!(recorded.all(async |event| event.is_ok()).await);
    let started = Instant::now();
    let mut delivered = 0;
    while delivered < count {
        let some = house.app.jobs.deliver().await.expect("the storage works");
        assert!(some > 0, "{delivered} of {count} were delivered");
        delivered += some;
    }
    count as f64 / started.elapsed().as_secs_f64()
}

use std::collections::HashSet;

use futures_util::future::join_all;
use luodi::clock::Timestamp;
use luodi::ids::EndpointId;
use luodi::payments::event::EventType;
use luodi::payments::{Fact, Mode};
use luodi::storage::{DeliveryStatus, DeliveryTry, Endpoint, NextTry, Purged, ReplaySelection, Retention};

use crate::backends::{NOW, Shop, on_each, paid};

async fn endpoint(shop: &Shop, event_types: &[EventType]) -> Endpoint {
    let endpoint = Endpoint {
        id: EndpointId::generate(),
        store_id: shop.store.id,
        mode: Mode::Test,
        url: "https://shop.example/hooks".to_owned(),
        event_types: event_types.to_vec(),
        sealed_secret: vec![9],
        sealed_previous_secret: None,
        previous_secret_expires_at: None,
        enabled: true,
        description: String::new(),
        created_at: NOW,
        version: 1,
    };
    shop.storage.insert_endpoint(&endpoint).await.unwrap();
    endpoint
}

async fn pending(shop: &Shop, endpoint: &Endpoint) -> Vec<EventType> {
    let page = shop.storage.deliveries(endpoint.id, None, 500, Some(DeliveryStatus::Pending)).await.unwrap();
    page.data.iter().rev().map(|delivery| delivery.event_type).collect()
}

fn tried(at: Timestamp, status_code: u16) -> DeliveryTry {
    let error = (status_code != 200).then(|| "server error".to_owned());
    DeliveryTry { at, status_code: Some(status_code), error, duration_ms: 12 }
}

#[tokio::test]
async fn each_event_is_queued_once_for_each_endpoint_that_wants_it() {
    on_each(|shop| async move {
        let by_default = endpoint(&shop, &[]).await;
        let chosen = endpoint(&shop, &[EventType::AttemptPaid]).await;
        let mut disabled = endpoint(&shop, &[]).await;
        disabled.enabled = false;
        assert!(shop.storage.update_endpoint(&disabled).await.unwrap());
        assert!(!shop.storage.update_endpoint(&disabled).await.unwrap(), "the version has moved on");
        let live = Endpoint { id: EndpointId::generate(), mode: Mode::Live, ..by_default.clone() };
        shop.storage.insert_endpoint(&live).await.unwrap();

        let (ledger, attempt) = shop.pending("A-1").await;
        let mut stale = ledger.clone();
        shop.record(&mut ledger.clone(), vec![paid(attempt)], NOW).await;
        shop.record(&mut stale, vec![paid(attempt)], NOW).await;
        shop.storage.append_event(shop.test_event(NOW)).await.unwrap();

        let expected = [EventType::PaymentCreated, EventType::PaymentPaid, EventType::AccountCredentialsExpiring];
        assert_eq!(pending(&shop, &by_default).await, expected);
        assert_eq!(pending(&shop, &chosen).await, [EventType::AttemptPaid]);
        assert_eq!(pending(&shop, &disabled).await, []);
        assert_eq!(pending(&shop, &live).await, []);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_delivery_is_with_one_worker_at_a_time() {
    on_each(|shop| async move {
        let to = endpoint(&shop, &[]).await;
        for n in 0..24 {
            shop.create(&format!("A-{n}"), NOW).await;
        }
        let workers = (0..8).map(|_| {
            let storage = shop.storage.clone();
            tokio::spawn(async move { storage.claim_deliveries(NOW, 60, 48).await.unwrap() })
        });
        let claimed: Vec<_> = join_all(workers).await.into_iter().flat_map(Result::unwrap).collect();
        let ids: HashSet<_> = claimed.iter().map(|claimed| claimed.delivery.id).collect();
        assert_eq!(ids.len(), claimed.len(), "given out twice");
        assert!(claimed.iter().all(|claimed| claimed.endpoint == to));
        assert!(claimed.iter().all(|claimed| claimed.event.id == claimed.delivery.event_id));
        // All leases have run out: everything can be had again.
        let mut again = HashSet::new();
        let later = NOW.plus_s(60);
        while again.len() < 24 {
            let claimed = shop.storage.claim_deliveries(later, 60, 48).await.unwrap();
            assert!(!claimed.is_empty(), "{} of 24", again.len());
            for claimed in claimed {
                assert!(again.insert(claimed.delivery.id));
                let next = NextTry::Delivered;
                shop.storage.finish_delivery(claimed.delivery.id, &tried(later, 200), next).await.unwrap();
            }
        }
        assert_eq!(shop.storage.oldest_pending_delivery_at().await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn a_crowded_endpoint_leaves_room_for_others() {
    on_each(|shop| async move {
        let crowded = endpoint(&shop, &[]).await;
        for n in 0..40 {
            shop.create(&format!("A-{n}"), NOW).await;
        }
        let quiet = endpoint(&shop, &[]).await;
        shop.create("A-40", NOW.plus_s(1)).await;
        let later = NOW.plus_s(2);
        let claimed = shop.storage.claim_deliveries(later, 60, 16).await.unwrap();
        let to = |id| claimed.iter().filter(|claimed| claimed.endpoint.id == id).count();
        assert_eq!((to(crowded.id), to(quiet.id)), (4, 1));
        let more = shop.storage.claim_deliveries(later, 60, 16).await.unwrap();
        assert!(more.is_empty(), "the crowded one has its share in hand");
        shop.storage.finish_delivery(claimed[0].delivery.id, &tried(later, 200), NextTry::Delivered).await.unwrap();
        assert_eq!(shop.storage.claim_deliveries(later, 60, 16).await.unwrap().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn tries_are_kept_and_a_delivered_one_stays_delivered() {
    on_each(|shop| async move {
        let to = endpoint(&shop, &[]).await;
        shop.create("A-1", NOW).await;
        let id = shop.storage.claim_deliveries(NOW, 60, 8).await.unwrap()[0].delivery.id;
        let again_at = NOW.plus_s(5);
        shop.storage.finish_delivery(id, &tried(NOW, 503), NextTry::At(again_at)).await.unwrap();
        assert!(shop.storage.claim_deliveries(NOW.plus_s(4), 60, 8).await.unwrap().is_empty());
        assert_eq!(shop.storage.claim_deliveries(again_at, 60, 8).await.unwrap().len(), 1);
        shop.storage.finish_delivery(id, &tried(again_at, 200), NextTry::Delivered).await.unwrap();
        // A worker whose lease had run out comes late with a failure.
        shop.storage.finish_delivery(id, &tried(again_at, 503), NextTry::GivenUp).await.unwrap();

        let delivery = shop.storage.delivery(id).await.unwrap().unwrap();
        assert_eq!((delivery.status, delivery.tries), (DeliveryStatus::Delivered, 2));
        assert_eq!((delivery.delivered_at, delivery.last_status_code), (Some(again_at), Some(200)));
        let tries = shop.storage.delivery_tries(id).await.unwrap();
        assert_eq!(tries, [tried(NOW, 503), tried(again_at, 200)]);

        let retention = Retention { deliveries_s: 60, ..Retention::default() };
        let purged = shop.storage.purge(NOW.plus_s(61), &retention, 100).await.unwrap();
        assert_eq!(purged, Purged { deliveries: 1, ..Purged::default() });
        assert_eq!(shop.storage.delivery_tries(id).await.unwrap(), []);
        assert_eq!(pending(&shop, &to).await, []);
    })
    .await;
}

#[tokio::test]
async fn replay_sends_what_was_asked_for_again() {
    on_each(|shop| async move {
        let (mut ledger, _) = shop.pending("A-1").await;
        shop.record(&mut ledger, vec![Fact::CloseRequested], NOW.plus_s(100)).await;
        let to = endpoint(&shop, &[]).await;
        assert_eq!(pending(&shop, &to).await, [], "nothing from before it was there");

        let everything = ReplaySelection::Between { from: NOW, to: NOW.plus_s(1000) };
        assert_eq!(shop.storage.replay(to.id, everything, NOW.plus_s(200)).await.unwrap(), 1);
        assert_eq!(pending(&shop, &to).await, [EventType::PaymentCreated], "its filter holds");
        let nothing = ReplaySelection::Between { from: NOW.plus_s(1), to: NOW.plus_s(100) };
        assert_eq!(shop.storage.replay(to.id, nothing, NOW).await.unwrap(), 0);

        let events = shop.storage.events_after(shop.store.id, Mode::Test, 1, 10, &[]).await.unwrap();
        let named = ReplaySelection::Events(vec![events[0].id]);
        assert_eq!(shop.storage.replay(to.id, named, NOW.plus_s(201)).await.unwrap(), 1);
        assert_eq!(pending(&shop, &to).await, [EventType::PaymentCreated, EventType::AttemptCreated]);
        let claimed = shop.storage.claim_deliveries(NOW.plus_s(201), 60, 16).await.unwrap();
        assert_eq!(claimed.len(), 2);
    })
    .await;
}

#[tokio::test]
async fn a_test_event_reaches_its_endpoint_only_and_a_deleted_one_gets_nothing() {
    on_each(|shop| async move {
        let (tested, other) = (endpoint(&shop, &[EventType::PaymentPaid]).await, endpoint(&shop, &[]).await);
        let event = luodi::payments::NewEvent { kind: EventType::WebhookTest, ..shop.test_event(NOW) };
        let id = shop.storage.enqueue_event(tested.id, event, NOW).await.unwrap();
        assert_eq!(shop.storage.delivery(id).await.unwrap().unwrap().event_type, EventType::WebhookTest);
        assert_eq!(pending(&shop, &other).await, []);

        assert!(shop.storage.delete_endpoint(tested.id, NOW).await.unwrap());
        assert!(!shop.storage.delete_endpoint(tested.id, NOW).await.unwrap());
        assert_eq!(shop.storage.endpoint(tested.id).await.unwrap(), None);
        assert_eq!(shop.storage.endpoints(shop.store.id, Mode::Test).await.unwrap(), [other]);
        assert!(shop.storage.claim_deliveries(NOW, 60, 8).await.unwrap().is_empty());
        assert_eq!(shop.storage.delivery(id).await.unwrap().unwrap().status, DeliveryStatus::GivenUp);
    })
    .await;
}

use futures_util::future::join_all;
use luodi::clock::Timestamp;
use luodi::payments::Mode;
use luodi::storage::{Begun, IdempotencyRequest};

use crate::backends::{Database, NOW, Shop, on_each};

const KEY: &str = "order-1001-payment";

async fn begin(shop: &Shop, resource: &str, hash: u8, now: Timestamp) -> Begun {
    let request = IdempotencyRequest {
        store_id: shop.store.id,
        mode: Mode::Test,
        key: KEY.to_owned(),
        route: "POST /v1/payments".to_owned(),
        request_hash: vec![hash; 32],
        resource: resource.to_owned(),
        owner: "one".to_owned(),
    };
    shop.storage.begin_idempotent(request, now, 30).await.unwrap()
}

#[tokio::test]
async fn each_of_the_five_answers() {
    on_each(|shop| async move {
        assert_eq!(begin(&shop, "pay_1", 7, NOW).await, Begun::Fresh);
        assert_eq!(begin(&shop, "pay_2", 7, NOW.plus_s(10)).await, Begun::Running { retry_after_s: 20 });
        assert_eq!(begin(&shop, "pay_2", 8, NOW.plus_s(10)).await, Begun::OtherRequest);
        assert_eq!(begin(&shop, "pay_2", 8, NOW.plus_s(99)).await, Begun::OtherRequest, "even when abandoned");
        let resumed = Begun::Resumed { resource: "pay_1".to_owned() };
        assert_eq!(begin(&shop, "pay_3", 7, NOW.plus_s(30)).await, resumed);
        assert!(matches!(begin(&shop, "pay_4", 7, NOW.plus_s(31)).await, Begun::Running { .. }), "a new lease");

        let finish = |status: u16, body: &'static [u8]| {
            shop.storage.finish_idempotent(shop.store.id, Mode::Test, KEY, status, body)
        };
        finish(201, b"{\"id\":1}").await.unwrap();
        finish(500, b"late").await.unwrap();
        let replay = Begun::Replay { status: 201, body: b"{\"id\":1}".to_vec() };
        assert_eq!(begin(&shop, "pay_5", 7, NOW.plus_s(999)).await, replay, "the first answer stays");
        assert_eq!(begin(&shop, "pay_5", 8, NOW.plus_s(999)).await, Begun::OtherRequest);
    })
    .await;
}

#[tokio::test]
async fn a_released_lease_is_resumed_at_once() {
    on_each(|shop| async move {
        begin(&shop, "pay_1", 7, NOW).await;
        shop.storage.release_idempotent(shop.store.id, Mode::Test, KEY).await.unwrap();
        assert_eq!(begin(&shop, "pay_2", 7, NOW).await, Begun::Resumed { resource: "pay_1".to_owned() });
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_at_once_one_begins() {
    on_each(|shop| async move {
        let racers = (0..16).map(|n| {
            let shop = shop.clone();
            tokio::spawn(async move { begin(&shop, &format!("pay_{n}"), 7, NOW).await })
        });
        let answers: Vec<_> = join_all(racers).await.into_iter().map(Result::unwrap).collect();
        assert_eq!(answers.iter().filter(|answer| **answer == Begun::Fresh).count(), 1, "{answers:?}");
        let running = answers.iter().filter(|answer| matches!(answer, Begun::Running { .. })).count();
        assert_eq!(running, 15);
    })
    .await;
}

#[tokio::test]
async fn leases_of_an_earlier_process_on_the_file_are_void() {
    let database = Database::sqlite();
    let shop = Shop::set_up(database.open().await).await;
    begin(&shop, "pay_1", 7, NOW).await;
    shop.storage.close().await;
    let shop = Shop { storage: database.open().await, ..shop };
    assert_eq!(begin(&shop, "pay_2", 7, NOW).await, Begun::Resumed { resource: "pay_1".to_owned() });
    shop.storage.close().await;
}

use std::panic::AssertUnwindSafe;
use std::str::FromStr;

use futures_util::FutureExt;
use luodi::ids::EndpointId;
use luodi::payments::{Mode, NewEvent};
use luodi::storage::{
    DeliveryTry, Endpoint, IdempotencyRequest, NextTry, NotificationRecord, Storage, StorageError, copy,
};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection};

use crate::backends::{Database, NOW, Shop};

/// Something in every table, and more events than fit two batches.
async fn busy_shop(storage: Storage) -> Shop {
    let shop = Shop::set_up(storage).await;
    shop.storage.pepper().await.unwrap();
    let endpoint = Endpoint {
        id: EndpointId::generate(),
        store_id: shop.store.id,
        mode: Mode::Test,
        url: "https://shop.example/hooks".to_owned(),
        event_types: Vec::new(),
        sealed_secret: vec![0, 255],
        sealed_previous_secret: Some(vec![]),
        previous_secret_expires_at: Some(NOW),
        enabled: true,
        description: "钩子".to_owned(),
        created_at: NOW,
        version: 1,
    };
    shop.storage.insert_endpoint(&endpoint).await.unwrap();
    for n in 0..40 {
        let (mut ledger, attempt) = shop.paid(&format!("A-{n}")).await;
        let refund = crate::backends::refund(&ledger, attempt, 100, luodi::payments::RefundCause::Requested);
        let requested = luodi::payments::Fact::RefundRequested { refund: Box::new(refund) };
        shop.record(&mut ledger, vec![requested], NOW).await;
        assert!(shop.storage.take_refund_turn(attempt, ledger.refunds[0].id, NOW, NOW.plus_s(60)).await.unwrap());
    }
    let live = |_| NewEvent { mode: Mode::Live, ..shop.test_event(NOW) };
    let many = futures_util::future::join_all((0..800).map(live).map(|event| shop.storage.append_event(event))).await;
    assert!(many.iter().all(Result::is_ok));
    let claimed = shop.storage.claim_deliveries(NOW, 60, 8).await.unwrap();
    let tried = DeliveryTry { at: NOW, status_code: None, error: Some("refused".to_owned()), duration_ms: 3 };
    let next = NextTry::At(NOW.plus_s(9));
    shop.storage.finish_delivery(claimed[0].delivery.id, &tried, next).await.unwrap();
    let request = IdempotencyRequest {
        store_id: shop.store.id,
        mode: Mode::Test,
        key: "键-1".to_owned(),
        route: "POST /v1/payments".to_owned(),
        request_hash: vec![1],
        resource: "pay_1".to_owned(),
        owner: "one".to_owned(),
    };
    shop.storage.begin_idempotent(request, NOW, 30).await.unwrap();
    let record = NotificationRecord {
        account_id: shop.account.id,
        notification_id: None,
        event_type: String::new(),
        outcome: "unsigned".to_owned(),
        detail: String::new(),
        at: NOW,
    };
    shop.storage.record_notification(&record).await.unwrap();
    let key = luodi::storage::ApiKey {
        id: luodi::ids::KeyId::generate(),
        store_id: shop.store.id,
        kind: luodi::storage::KeyKind::Publishable,
        mode: Mode::Live,
        hint: "ld_pk_live_…".to_owned(),
        hash: vec![4],
        label: String::new(),
        created_at: NOW,
        revoked_at: None,
    };
    shop.storage.insert_api_key(&key).await.unwrap();
    crate::statements::fill(&shop).await;
    let regions = serde_json::json!([]);
    shop.storage.keep_shop_regions(shop.store.id, "magento", &regions, NOW).await.unwrap();
    shop
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_arrives_in_either_direction() {
    let mut databases = vec![Database::sqlite()];
    databases.extend(Database::postgres().await);
    databases.push(Database::sqlite());
    let shop = busy_shop(databases[0].open().await).await;
    let mut from = shop.storage.clone();
    let mut digests = Vec::new();
    for database in &databases[1..] {
        let to = database.open().await;
        let report = copy(&from, &to, |_, _| ()).await.unwrap();
        assert!(report.tables.iter().all(|(_, rows)| *rows > 0), "{report:?}");
        digests.push(report.digest);
        assert!(!to.has_unfinished_copy().await.unwrap());
        let again = copy(&from, &to, |_, _| ()).await;
        assert!(matches!(again, Err(StorageError::Unusable(_))), "a target in use is refused: {again:?}");
        from.close().await;
        from = to;
    }
    digests.dedup();
    assert_eq!(digests.len(), 1, "there and back again is the same");
    // The sequence goes on where it was.
    let shop = Shop { storage: from, ..shop };
    let live = NewEvent { mode: Mode::Live, ..shop.test_event(NOW) };
    assert_eq!(shop.storage.append_event(live).await.unwrap().sequence, 801);
    shop.storage.close().await;
    for database in databases {
        database.remove().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_interrupted_copy_goes_on_where_it_stopped() {
    for target in [Some(Database::sqlite()), Database::postgres().await].into_iter().flatten() {
        let source = Database::sqlite();
        let shop = busy_shop(source.open().await).await;
        let to = target.open().await;
        let interrupted = AssertUnwindSafe(copy(&shop.storage, &to, |table, rows| {
            assert!(!(table == "events" && rows >= 500), "the power goes out");
        }));
        assert!(interrupted.catch_unwind().await.is_err());
        to.close().await;

        let to = target.open().await;
        assert!(to.has_unfinished_copy().await.unwrap());
        let mut heard = Vec::new();
        let report = copy(&shop.storage, &to, |table, rows| heard.push((table.to_owned(), rows))).await.unwrap();
        let events: Vec<_> = heard.iter().filter(|(table, _)| table == "events").map(|(_, rows)| *rows).collect();
        assert_eq!(events, [1000, 1042, 1042], "the first 500 were there");
        assert!(report.tables.contains(&("events", 1042)), "{report:?}");
        to.close().await;
        shop.storage.close().await;
        target.remove().await;
    }
}

#[tokio::test]
async fn a_copy_that_differs_is_found() {
    let (source, target) = (Database::sqlite(), Database::sqlite());
    let shop = busy_shop(source.open().await).await;
    let to = target.open().await;
    let interrupted = AssertUnwindSafe(copy(&shop.storage, &to, |table, _| {
        assert_ne!(table, "checks", "the power goes out");
    }));
    assert!(interrupted.catch_unwind().await.is_err());
    to.close().await;
    // A bit rots in what had arrived.
    let mut connection = SqliteConnectOptions::from_str(&target.url()).unwrap().connect().await.unwrap();
    let sql = "UPDATE payments SET amount_fen = amount_fen + 1 WHERE order_ref = 'A-7'";
    sqlx::query(sql).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();

    let to = target.open().await;
    let differs = copy(&shop.storage, &to, |_, _| ()).await;
    let expected = StorageError::CopyDiffers { table: "payments", source_rows: 40, target_rows: 40 };
    assert_eq!(differs, Err(expected));
    to.close().await;
    shop.storage.close().await;
}

//! Stores, keys, accounts, notifications, retention.

use luodi::ids::KeyId;
use luodi::payments::Mode;
use luodi::storage::{ApiKey, IdempotencyRequest, KeyKind, NotificationRecord, Purged, Retention, StorageError};

use crate::backends::{NOW, on_each};

#[tokio::test]
async fn stores_are_made_once_per_name() {
    on_each(|shop| async move {
        let again = shop.storage.ensure_store("tea", NOW.plus_s(9)).await.unwrap();
        assert_eq!(again, shop.store);
        let other = shop.storage.ensure_store("silk", NOW.plus_s(9)).await.unwrap();
        assert_eq!(shop.storage.stores().await.unwrap(), [shop.store, other.clone()]);
        assert_eq!(shop.storage.store(other.id).await.unwrap(), Some(other));
        let (one, two) = (shop.storage.pepper().await.unwrap(), shop.storage.pepper().await.unwrap());
        assert_eq!(one, two);
        assert_ne!(one, [0; 32]);
        shop.storage.ping().await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn keys_are_found_by_their_hash_and_revoked_once() {
    on_each(|shop| async move {
        let mut key = ApiKey {
            id: KeyId::generate(),
            store_id: shop.store.id,
            kind: KeyKind::Secret,
            mode: Mode::Test,
            hint: "ld_sk_test_…ab12".to_owned(),
            hash: vec![5; 32],
            label: "shop".to_owned(),
            created_at: NOW,
            revoked_at: None,
        };
        shop.storage.insert_api_key(&key).await.unwrap();
        let same_hash = ApiKey { id: KeyId::generate(), ..key.clone() };
        let refused = shop.storage.insert_api_key(&same_hash).await;
        assert!(matches!(refused, Err(StorageError::Duplicate(_))), "{refused:?}");
        assert_eq!(shop.storage.api_key_by_hash(&[5; 32]).await.unwrap(), Some(key.clone()));
        assert_eq!(shop.storage.api_key_by_hash(&[6; 32]).await.unwrap(), None);
        assert!(shop.storage.revoke_api_key(key.id, NOW.plus_s(5)).await.unwrap());
        assert!(!shop.storage.revoke_api_key(key.id, NOW.plus_s(6)).await.unwrap());
        key.revoked_at = Some(NOW.plus_s(5));
        assert_eq!(shop.storage.api_keys(None).await.unwrap(), [key.clone()]);
        assert_eq!(shop.storage.api_keys(Some(shop.store.id)).await.unwrap(), [key]);
    })
    .await;
}

#[tokio::test]
async fn an_account_is_changed_by_whoever_read_it_last() {
    on_each(|shop| async move {
        let mut account = shop.account.clone();
        account.settings = serde_json::json!({ "merchant_no": "1900000110", "名": "茶" });
        account.enabled = false;
        assert!(shop.storage.update_account(&account).await.unwrap());
        assert!(!shop.storage.update_account(&shop.account).await.unwrap());
        account.version += 1;
        assert_eq!(shop.storage.account(account.id).await.unwrap(), Some(account.clone()));
        assert_eq!(shop.storage.accounts(Some(shop.store.id)).await.unwrap(), [account.clone()]);
        assert_eq!(shop.storage.accounts(None).await.unwrap(), [account]);
    })
    .await;
}

#[tokio::test]
async fn repeated_notifications_only_count_up() {
    on_each(|shop| async move {
        let mut record = NotificationRecord {
            account_id: shop.account.id,
            notification_id: Some("EV-1".to_owned()),
            event_type: "TRANSACTION.SUCCESS".to_owned(),
            outcome: "recorded".to_owned(),
            detail: String::new(),
            at: NOW,
        };
        assert!(shop.storage.record_notification(&record).await.unwrap());
        record.at = NOW.plus_s(15);
        assert!(!shop.storage.record_notification(&record).await.unwrap());
        let unsigned = NotificationRecord {
            notification_id: None,
            outcome: "unsigned".to_owned(),
            at: NOW.plus_s(20),
            ..record.clone()
        };
        assert!(shop.storage.record_notification(&unsigned).await.unwrap());
        assert!(!shop.storage.record_notification(&unsigned).await.unwrap());
        let seen = shop.storage.notifications(shop.account.id, 9).await.unwrap();
        assert_eq!(seen.iter().map(|seen| seen.record.clone()).collect::<Vec<_>>(), [unsigned, record]);
        assert_eq!((seen[1].first_at, seen[1].times), (NOW, 2));
    })
    .await;
}

#[tokio::test]
async fn purging_keeps_what_is_young_and_what_is_at_work() {
    on_each(|shop| async move {
        for (n, key) in ["old", "working", "young"].into_iter().enumerate() {
            let request = IdempotencyRequest {
                store_id: shop.store.id,
                mode: Mode::Test,
                key: key.to_owned(),
                route: "POST /v1/payments".to_owned(),
                request_hash: vec![1],
                resource: "pay_1".to_owned(),
                owner: "one".to_owned(),
            };
            let (at, lease_s) = [(NOW, 30), (NOW, 900_000), (NOW.plus_s(86_400), 30)][n];
            shop.storage.begin_idempotent(request, at, lease_s).await.unwrap();
        }
        let later = NOW.plus_s(7 * 86_400 + 1);
        let purged = shop.storage.purge(later, &Retention::default(), 100).await.unwrap();
        assert_eq!(purged, Purged { idempotency_keys: 1, ..Purged::default() });
        let events = shop.storage.events_after(shop.store.id, Mode::Test, 0, 10, &[]).await.unwrap();
        assert_eq!(events, []);
    })
    .await;
}

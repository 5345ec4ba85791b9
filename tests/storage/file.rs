//! What only a file can do: be opened twice, be lost half-written, be reopened.

use luodi::payments::Mode;
use luodi::storage::{Storage, StorageError, StorageSettings};

use crate::backends::{Database, NOW, Shop, on_each};

fn settings(url: String) -> StorageSettings {
    StorageSettings { url, durable: true, readers: 2 }
}

#[tokio::test]
async fn a_reopened_database_has_everything() {
    for database in [Some(Database::sqlite()), Database::postgres().await].into_iter().flatten() {
        let shop = Shop::set_up(database.open().await).await;
        let (ledger, _) = shop.paid("A-1").await;
        let pepper = shop.storage.pepper().await.unwrap();
        let events = shop.storage.events_after(shop.store.id, Mode::Test, 0, 99, &[]).await.unwrap();
        shop.storage.close().await;
        assert_eq!(shop.storage.pepper().await, Err(StorageError::Closed));
        assert_eq!(shop.storage.ledger(ledger.payment.id).await, Err(StorageError::Closed));

        let storage = database.open().await;
        assert_eq!(storage.ledger(ledger.payment.id).await.unwrap(), Some(ledger));
        assert_eq!(storage.events_after(shop.store.id, Mode::Test, 0, 99, &[]).await.unwrap(), events);
        assert_eq!(storage.pepper().await.unwrap(), pepper);
        storage.close().await;
        database.remove().await;
    }
}

#[tokio::test]
async fn what_was_answered_survives_a_process_that_just_ends() {
    let database = Database::sqlite();
    let shop = Shop::set_up(database.open().await).await;
    let (ledger, _) = shop.paid("A-1").await;
    // The files as they are at this moment, with nothing closed or checkpointed.
    let Database::Sqlite(folder) = &database else { unreachable!() };
    let crashed = tempfile::tempdir().unwrap();
    for name in ["luodi.db", "luodi.db-wal"] {
        std::fs::copy(folder.path().join(name), crashed.path().join(name)).unwrap();
    }
    let url = format!("sqlite:{}", crashed.path().join("luodi.db").display());
    let storage = Storage::open(&settings(url)).await.unwrap();
    assert_eq!(storage.ledger(ledger.payment.id).await.unwrap(), Some(ledger));
    storage.close().await;
    shop.storage.close().await;
}

#[tokio::test]
async fn a_second_process_on_the_file_is_refused_and_told_what_to_do() {
    let database = Database::sqlite();
    let first = database.open().await;
    let second = Storage::open(&settings(database.url())).await;
    let Err(StorageError::Unusable(message)) = second else { panic!("{second:?}") };
    assert!(message.contains("another luodi process") && message.contains("PostgreSQL"), "{message}");
    first.close().await;
    database.open().await.close().await;
}

#[tokio::test]
async fn an_address_that_cannot_work_is_refused_with_words() {
    for url in
        ["mysql://x", "sqlite:", "sqlite::memory:", "sqlite:/no/such/folder/luodi.db", "postgres://127.0.0.1:port/x"]
    {
        let refused = Storage::open(&settings(url.to_owned())).await;
        assert!(matches!(refused, Err(StorageError::Unusable(_))), "{url}: {refused:?}");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn only_the_owner_may_read_the_file() {
    use std::os::unix::fs::PermissionsExt;
    let database = Database::sqlite();
    let storage = database.open().await;
    let Database::Sqlite(folder) = &database else { unreachable!() };
    for name in ["luodi.db", "luodi.db-wal"] {
        let mode = std::fs::metadata(folder.path().join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{name}");
    }
    storage.close().await;
}

#[tokio::test]
async fn a_backup_of_a_running_database_can_be_opened() {
    on_each(|shop| async move {
        let (ledger, _) = shop.paid("A-1").await;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("backup.db");
        shop.storage.backup(&path).await.unwrap();
        shop.create("A-2", NOW).await;
        assert!(matches!(shop.storage.backup(&path).await, Err(StorageError::Unusable(_))), "never overwritten");
        let names: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names, ["backup.db"], "nothing else is left");

        let restored = Storage::open(&settings(format!("sqlite:{}", path.display()))).await.unwrap();
        assert_eq!(restored.ledger(ledger.payment.id).await.unwrap(), Some(ledger));
        assert_eq!(restored.events_after(shop.store.id, Mode::Test, 0, 99, &[]).await.unwrap().len(), 5);
        assert!(!restored.has_unfinished_copy().await.unwrap());
        restored.close().await;
    })
    .await;
}

//! The same case on SQLite and on PostgreSQL, each in a database of its own.

use std::panic::AssertUnwindSafe;
use std::str::FromStr;
use std::time::Duration;

use futures_util::FutureExt;
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection};

/// Runs a case with an address for `storage.url`; `None` keeps the SQLite file of the test's house.
/// The PostgreSQL database goes, whether or not the case holds.
pub async fn on_each<Case, Running>(case: Case)
where
    Case: Fn(Option<String>) -> Running,
    Running: Future<Output = ()>,
{
    case(None).await;
    let Some((server, mut connection)) = postgres_server().await else {
        let required = std::env::var_os("TEST_REQUIRE_POSTGRES").is_some();
        assert!(!required, "PostgreSQL is required here and does not answer");
        println!("PostgreSQL was skipped: set TEST_POSTGRES_URL or start a local server");
        return;
    };
    let name = format!("luodi_test_{}", uuid::Uuid::new_v4().simple());
    sqlx::query(AssertSqlSafe(format!("CREATE DATABASE {name}"))).execute(&mut connection).await.expect("a database");
    let mut url = url::Url::parse(&server).expect("an address");
    url.set_path(&name);
    let outcome = AssertUnwindSafe(case(Some(url.to_string()))).catch_unwind().await;
    let drop = format!("DROP DATABASE {name} WITH (FORCE)");
    sqlx::query(AssertSqlSafe(drop)).execute(&mut connection).await.expect("the database goes");
    connection.close().await.expect("a clean end");
    if let Err(failure) = outcome {
        std::panic::resume_unwind(failure);
    }
}

async fn postgres_server() -> Option<(String, PgConnection)> {
    let candidates = match std::env::var("TEST_POSTGRES_URL") {
        Ok(url) => vec![url],
        Err(_) => {
            let user = std::env::var("USER").unwrap_or_else(|_| "root".to_owned());
            ["postgres", &user].map(|user| format!("postgres://{user}@127.0.0.1:5432/postgres")).to_vec()
        }
    };
    for url in candidates {
        let options = PgConnectOptions::from_str(&url).expect("a PostgreSQL address");
        if let Ok(Ok(connection)) = tokio::time::timeout(Duration::from_secs(2), options.connect()).await {
            return Some((url, connection));
        }
    }
    None
}

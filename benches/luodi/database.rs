//! A database of its own for each server that is measured.

use std::str::FromStr;
use std::time::Duration;

use luodi::ids::EventId;
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, PgConnection};

use crate::machine;

pub enum Database {
    Sqlite(tempfile::TempDir),
    Postgres { server: String, name: String },
}

impl Database {
    pub fn sqlite() -> Self {
        Self::Sqlite(machine::directory())
    }

    /// `None` when there is no server.
    pub async fn postgres() -> Option<Self> {
        let (server, mut connection) = postgres_server().await?;
        let name = format!("luodi_bench_{}", EventId::generate().suffix());
        sqlx::query(AssertSqlSafe(format!("CREATE DATABASE {name}"))).execute(&mut connection).await.expect("created");
        Some(Self::Postgres { server, name })
    }

    pub fn url(&self) -> String {
        match self {
            Self::Sqlite(folder) => format!("sqlite:{}", folder.path().join("luodi.db").display()),
            Self::Postgres { server, name } => {
                let mut url = url::Url::parse(server).expect("an address");
                url.set_path(name);
                url.to_string()
            }
        }
    }

    pub async fn remove(self) {
        let Self::Postgres { server, name } = self else { return };
        let options = PgConnectOptions::from_str(&server).expect("an address");
        let mut connection = options.connect().await.expect("the server");
        let sql = format!("DROP DATABASE {name} WITH (FORCE)");
        sqlx::query(AssertSqlSafe(sql)).execute(&mut connection).await.expect("dropped");
    }
}

async fn postgres_server() -> Option<(String, PgConnection)> {
    let candidates = match std::env::var("TEST_POSTGRES_URL") {
        Ok(url) => vec![url],
        Err(_) => {
            let user = std::env::var("USER").unwrap_or_else(|_| "root".to_owned());
            vec![
                "postgres://postgres@127.0.0.1:5432/postgres".to_owned(),
                format!("postgres://{user}@127.0.0.1:5432/postgres"),
            ]
        }
    };
    for url in candidates {
        let Ok(options) = PgConnectOptions::from_str(&url) else { continue };
        if let Ok(Ok(connection)) = tokio::time::timeout(Duration::from_secs(2), options.connect()).await {
            return Some((url, connection));
        }
    }
    None
}

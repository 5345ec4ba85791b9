//! The two migrations describe the same tables.

use std::collections::BTreeMap;
use std::str::FromStr;

use sqlx::postgres::PgConnectOptions;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Row};

use crate::backends::Database;

/// table → column → (type, may be null)
type Schema = BTreeMap<String, BTreeMap<String, (String, bool)>>;

async fn sqlite_schema() -> Schema {
    let database = Database::sqlite();
    database.open().await.close().await;
    let mut connection = SqliteConnectOptions::from_str(&database.url()).unwrap().connect().await.unwrap();
    let sql = "SELECT t.name AS table_name, c.name AS column_name, c.type AS column_type, c.\"notnull\" AS required \
         FROM sqlite_schema t JOIN pragma_table_info(t.name) c WHERE t.type = 'table'";
    let mut schema = Schema::new();
    for row in sqlx::query(sql).fetch_all(&mut connection).await.unwrap() {
        let column = (row.get::<String, _>("column_type"), row.get::<i64, _>("required") == 0);
        schema.entry(row.get("table_name")).or_default().insert(row.get("column_name"), column);
    }
    schema.remove("_sqlx_migrations");
    schema
}

#[tokio::test]
async fn both_databases_have_the_same_tables_and_columns() {
    let Some(database) = Database::postgres().await else { return };
    database.open().await.close().await;
    let mut connection = PgConnectOptions::from_str(&database.url()).unwrap().connect().await.unwrap();
    let sql = "SELECT table_name::text, column_name::text, data_type::text, is_nullable::text, \
         collation_name::text FROM information_schema.columns WHERE table_schema = 'public'";
    let mut schema = Schema::new();
    for row in sqlx::query(sql).fetch_all(&mut connection).await.unwrap() {
        let (table, name): (String, String) = (row.get("table_name"), row.get("column_name"));
        if table == "_sqlx_migrations" {
            continue;
        }
        let kind = match row.get::<&str, _>("data_type") {
            "bigint" => "INTEGER",
            "text" => "TEXT",
            "bytea" => "BLOB",
            other => panic!("{table}.{name} is {other}"),
        };
        if kind == "TEXT" {
            let collation = row.get::<Option<&str>, _>("collation_name");
            assert_eq!(collation, Some("C"), "{table}.{name} must sort as SQLite does");
        }
        let column = (kind.to_owned(), row.get::<&str, _>("is_nullable") == "YES");
        schema.entry(table).or_default().insert(name, column);
    }
    sqlx::Connection::close(connection).await.unwrap();
    database.remove().await;
    assert_eq!(schema, sqlite_schema().await);
}

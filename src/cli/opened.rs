//! What most commands begin with: the configuration, quiet logs, the ledger and the accounts.

use std::sync::Arc;

use actix_web::web::Data;

use super::Global;
use crate::app::{App, AppOptions};
use crate::clock::SystemClock;
use crate::config::{Config, LogConfig, process_environment};
use crate::http::AppState;
use crate::telemetry::logs::init_logs;

/// # Errors
/// Everything that is wrong with the configuration.
pub fn load(global: &Global) -> anyhow::Result<Config> {
    Ok(Config::load(global.config.as_deref(), process_environment())?)
}

/// Runs one piece of work on the ledger and gives the storage back whatever comes of it.
///
/// # Errors
/// The work's, and those of opening.
pub async fn with_ledger<T>(
    global: &Global,
    work: impl AsyncFnOnce(&Data<AppState>) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    let config = load(global)?;
    // A command answers by itself; its log is for what went wrong on the way.
    init_logs(&LogConfig { level: "warn".to_owned(), ..config.log.clone() })?;
    let app = App::without_listener(config, Arc::new(SystemClock), AppOptions::default()).await;
    let app = app.map_err(with_hint)?;
    let result = work(&app.state).await;
    app.state.storage.close().await;
    result
}

/// Who finds the file taken by a running server wants to know how else to get at it.
#[must_use]
pub fn with_hint(error: anyhow::Error) -> anyhow::Error {
    let taken = error.chain().any(|cause| cause.to_string().contains("in use by another luodi process"));
    if taken {
        let hint = "\nhint: a running server is asked over REST: set LUODI_API_URL and LUODI_API_KEY for \
                    `luodi payments`, `events` and `statements`; for accounts call POST /v1/accounts/{id}/check; \
                    `luodi openapi` has the rest";
        anyhow::anyhow!("{}{hint}", error.chain().map(ToString::to_string).collect::<Vec<_>>().join(": "))
    } else {
        error
    }
}

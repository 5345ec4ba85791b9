//! `/v1/accounts`: merchant accounts. Secrets go in and never come out.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::attempts::parse_gateway;
use super::auth::SecretKey;
use super::body::JsonBody;
use super::payments::List;
use super::problem::{Problem, gateway_text, locale_of};
use super::query::Query;
use super::state::AppState;
use super::validate::Faults;
use crate::clock::Timestamp;
use crate::error::{ApiError, Code};
use crate::gateways::{CheckDepth, Finding};
use crate::ids::AccountId;
use crate::payments::directory::seal_secrets;
use crate::payments::{GatewayName, Mode};
use crate::storage::Account;

#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateAccount {
    #[schema(example = "wechatpay")]
    pub gateway: String,
    /// For your own eyes, 1–64 characters.
    #[schema(example = "main")]
    pub name: String,
    /// What the gateway defines: see `WeChatPaySettings`.
    pub settings: Value,
    /// What the gateway defines: see `WeChatPaySecrets`. Sealed at once; never given back.
    pub secrets: Value,
}

#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateAccount {
    pub name: Option<String>,
    pub settings: Option<Value>,
    /// Replaces all of them.
    pub secrets: Option<Value>,
    pub enabled: Option<bool>,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = Account)]
pub struct AccountView {
    pub id: AccountId,
    pub gateway: GatewayName,
    pub mode: Mode,
    pub name: String,
    pub settings: Value,
    pub enabled: bool,
    /// Where the gateway sends its notifications for this account.
    pub notify_url: String,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct CheckResult {
    /// No finding is an error.
    pub ok: bool,
    pub findings: Vec<Finding>,
}

impl AccountView {
    #[must_use]
    pub fn of(account: &Account, public_url: &str) -> Self {
        Self {
            id: account.id,
            gateway: account.gateway,
            mode: account.mode,
            name: account.name.clone(),
            settings: account.settings.clone(),
            enabled: account.enabled,
            notify_url: format!("{public_url}/notify/{}/{}", account.gateway.as_str(), account.id),
            created_at: account.created_at,
            updated_at: account.updated_at,
        }
    }
}

impl CheckResult {
    #[must_use]
    pub fn of(findings: Vec<Finding>) -> Self {
        Self { ok: findings.iter().all(|f| f.severity != crate::gateways::Severity::Error), findings }
    }
}

/// Add a merchant account
///
/// The key's mode is the account's: a test key adds a test account, which may point at a sandbox.
#[utoipa::path(post, operation_id = "create_account", path = "/v1/accounts",
    tag = "accounts", request_body = CreateAccount,
    responses((status = 201, body = AccountView), (status = 422, body = Problem)), security(("secret_key" = [])))]
pub async fn create(state: web::Data<AppState>, key: SecretKey, body: JsonBody) -> Result<HttpResponse, ApiError> {
    let wanted: CreateAccount = body.parse()?;
    let mut faults = Faults::default();
    let gateway = parse_gateway(&wanted.gateway, &mut faults);
    faults.text("/name", &wanted.name, 64);
    faults.refuse_if_any()?;
    let Some(gateway) = gateway else { return Err(ApiError::invalid(Vec::new())) };
    let new = NewAccount {
        store_id: key.store_id,
        mode: key.mode,
        gateway,
        name: wanted.name,
        settings: wanted.settings,
        secrets: wanted.secrets,
    };
    let account = add_account(&state, new).await?;
    Ok(HttpResponse::Created().json(AccountView::of(&account, &state.public_url)))
}

/// A merchant account about to be added.
#[derive(Debug)]
pub struct NewAccount {
    pub store_id: crate::ids::StoreId,
    pub mode: Mode,
    pub gateway: GatewayName,
    pub name: String,
    pub settings: Value,
    pub secrets: Value,
}

/// Seals, checks and stores an account; the command line uses it too.
///
/// # Errors
/// `account_invalid` with every fault of its settings, or `vault_locked`.
pub async fn add_account(state: &AppState, new: NewAccount) -> Result<Account, ApiError> {
    let id = AccountId::generate();
    let now = state.clock.now();
    let account = Account {
        id,
        store_id: new.store_id,
        gateway: new.gateway,
        mode: new.mode,
        name: new.name,
        settings: new.settings,
        sealed_secrets: seal_secrets(&state.vault, id, &new.secrets)?,
        enabled: true,
        created_at: now,
        updated_at: now,
        version: 1,
    };
    state.payments.gateways().bind(&account)?;
    state.storage.insert_account(&account).await?;
    Ok(account)
}

/// List merchant accounts
#[utoipa::path(get, operation_id = "list_accounts", path = "/v1/accounts",
    tag = "accounts", responses((status = 200, body = List<AccountView>)),
    security(("secret_key" = [])))]
pub async fn list(state: web::Data<AppState>, key: SecretKey) -> Result<HttpResponse, ApiError> {
    let accounts = state.storage.accounts(Some(key.store_id)).await?;
    let data: Vec<_> =
        accounts.iter().filter(|a| a.mode == key.mode).map(|a| AccountView::of(a, &state.public_url)).collect();
    Ok(HttpResponse::Ok().json(List { data, next_cursor: None }))
}

/// Read a merchant account
#[utoipa::path(get, operation_id = "read_account", path = "/v1/accounts/{account_id}",
    tag = "accounts", params(("account_id" = AccountId, Path)),
    responses((status = 200, body = AccountView), (status = 404, body = Problem)), security(("secret_key" = [])))]
pub async fn read(
    state: web::Data<AppState>,
    key: SecretKey,
    path: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    Ok(HttpResponse::Ok().json(AccountView::of(&account_of(&state, &key, &path).await?, &state.public_url)))
}

/// Change a merchant account
#[utoipa::path(patch, operation_id = "update_account", path = "/v1/accounts/{account_id}",
    tag = "accounts", request_body = UpdateAccount,
    params(("account_id" = AccountId, Path)),
    responses((status = 200, body = AccountView), (status = 409, body = Problem), (status = 422, body = Problem)), security(("secret_key" = [])))]
pub async fn update(
    state: web::Data<AppState>,
    key: SecretKey,
    path: web::Path<String>,
    body: JsonBody,
) -> Result<HttpResponse, ApiError> {
    let mut account = account_of(&state, &key, &path).await?;
    let wanted: UpdateAccount = body.parse()?;
    let mut faults = Faults::default();
    if let Some(name) = wanted.name {
        faults.text("/name", &name, 64);
        account.name = name;
    }
    faults.refuse_if_any()?;
    account.settings = wanted.settings.unwrap_or(account.settings);
    account.enabled = wanted.enabled.unwrap_or(account.enabled);
    if let Some(secrets) = wanted.secrets {
        account.sealed_secrets = seal_secrets(&state.vault, account.id, &secrets)?;
    }
    account.updated_at = state.clock.now();
    state.payments.gateways().bind(&account)?;
    if !state.storage.update_account(&account).await? {
        return Err(ApiError::new(Code::Conflict));
    }
    Ok(HttpResponse::Ok().json(AccountView::of(&account, &state.public_url)))
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CheckQuery {
    /// Also open and close orders of 1 fen; `false` by default.
    pub deep: Option<bool>,
}

/// How far a check of this account goes.
#[must_use]
pub fn depth_of(account: &Account, public_url: &str, deep: bool) -> CheckDepth {
    if deep {
        CheckDepth::Orders { notify_url: AccountView::of(account, public_url).notify_url }
    } else {
        CheckDepth::Credentials
    }
}

/// Check a merchant account
///
/// Looks at the credentials offline and by one harmless call; moves no money. With `deep=true` it also opens an
/// order of 1 fen under each app id and closes it at once: only that shows whether the app id is bound.
#[utoipa::path(post, operation_id = "check_account", path = "/v1/accounts/{account_id}/check",
    tag = "accounts", params(("account_id" = AccountId, Path), CheckQuery),
    responses((status = 200, body = CheckResult), (status = 404, body = Problem)), security(("secret_key" = [])))]
pub async fn check(
    state: web::Data<AppState>,
    key: SecretKey,
    request: HttpRequest,
    path: web::Path<String>,
    query: Query<CheckQuery>,
) -> Result<HttpResponse, ApiError> {
    let account = account_of(&state, &key, &path).await?;
    let (_, gateway) = state.payments.gateways().of_account(account.id).await?;
    let locale = locale_of(&request);
    let depth = depth_of(&account, &state.public_url, query.deep.unwrap_or_default());
    let mut findings = gateway.check(&depth).await;
    for finding in &mut findings {
        finding.detail = gateway_text("check", &finding.code, &finding.detail, locale);
    }
    Ok(HttpResponse::Ok().json(CheckResult::of(findings)))
}

/// The account, if the key may see it.
///
/// # Errors
/// `not_found`, or `mode_mismatch` when only the mode differs.
pub async fn account_of(state: &AppState, key: &SecretKey, id: &str) -> Result<Account, ApiError> {
    let id: AccountId = id.parse().map_err(|_| ApiError::not_found("account"))?;
    let account = state.storage.account(id).await?.filter(|a| a.store_id == key.store_id);
    let account = account.ok_or_else(|| ApiError::not_found("account"))?;
    if account.mode == key.mode {
        Ok(account)
    } else {
        Err(ApiError::new(Code::ModeMismatch).with("key_mode", key.mode.as_str()))
    }
}

//! `/v1/statements`: the gateways' statements (对账单), day by day: figures, rows, and a file for Excel.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::accounts::account_of;
use super::auth::SecretKey;
use super::payments::{List, page_limit};
use super::problem::{Problem, locale_of};
use super::query::Query;
use super::state::AppState;
use super::statement_csv::CsvLines;
use super::validate::Faults;
use crate::clock::Timestamp;
use crate::error::{ApiError, Code, FieldError};
use crate::gateways::GatewayFacts;
use crate::ids::{AccountId, PaymentId, RefundId};
use crate::payments::reconcile::OutOfReach;
use crate::payments::statement::{Figures, RowKind, RowRefundState, StatementFile};
use crate::payments::{GatewayName, StatementDay, StatementKind, StatementRecord, StatementStatus};
use crate::storage::{ComparedRow, StatementFilter};

/// Rows read at once for a file.
const CSV_ROWS: i64 = 1000;

/// One day of one account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = Statement)]
pub struct StatementView {
    pub account: AccountId,
    /// The gateway's day, Beijing time.
    #[schema(value_type = String, format = Date)]
    pub date: Date,
    pub kind: StatementKind,
    pub status: StatementStatus,
    /// Why it is not there.
    pub problem: Option<String>,
    /// When the gateway is asked next; null when nobody asks any more by itself.
    pub next_at: Option<Timestamp>,
    pub file: Option<StatementFile>,
    /// Summed from the rows.
    pub figures: Option<Figures>,
    /// Open differences of that day.
    pub open_differences: i64,
    pub fetched_at: Option<Timestamp>,
    /// When all of it had been compared with the ledger.
    pub reconciled_at: Option<Timestamp>,
    /// Rows are forgotten after `retention.statement_days`; the figures stay.
    pub rows_kept: bool,
}

/// A statement with a page of its rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct StatementWithRows {
    #[serde(flatten)]
    pub statement: StatementView,
    pub rows: Vec<StatementRowView>,
    /// Give it back as `cursor` for the next rows; null on the last page.
    pub next_cursor: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = StatementRow)]
pub struct StatementRowView {
    /// Counted from 1, in the file's order.
    pub position: i64,
    pub kind: RowKind,
    /// Of a payment its success, of a refund its request, of a movement its booking.
    pub at: Option<Timestamp>,
    pub amount_fen: i64,
    pub currency: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub out_trade_no: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gateway_trade_no: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub out_refund_no: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gateway_refund_no: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refund_state: Option<RowRefundState>,
    /// What the gateway keeps; negative when it gives its fee back.
    pub fee_fen: i64,
    pub description: String,
    /// Number of a movement of the balance.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub flow_no: Option<String>,
    /// The gateway's number of the business behind a movement.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub business_no: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub balance_fen: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub voucher_no: Option<String>,
    /// The payment here that it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payment_id: Option<PaymentId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refund_id: Option<RefundId>,
}

impl StatementView {
    #[must_use]
    pub fn of(record: &StatementRecord, open_differences: i64) -> Self {
        Self {
            account: record.day.account_id,
            date: record.day.date,
            kind: record.day.kind,
            status: record.status,
            problem: record.problem.clone(),
            next_at: record.next_at,
            file: record.file.clone(),
            figures: record.figures,
            open_differences,
            fetched_at: record.fetched_at,
            reconciled_at: record.reconciled_at,
            rows_kept: record.rows_kept,
        }
    }
}

impl StatementRowView {
    #[must_use]
    pub fn of(compared: ComparedRow) -> Self {
        let ComparedRow { row, order, refund } = compared;
        let is_refund = row.kind == RowKind::Refund;
        let is_movement = matches!(row.kind, RowKind::Income | RowKind::Expense);
        let text = |text: String| Some(text).filter(|text| !text.is_empty());
        Self {
            position: row.position,
            kind: row.kind,
            at: row.at,
            amount_fen: row.amount.get(),
            currency: row.currency,
            out_trade_no: row.out_trade_no,
            gateway_trade_no: row.gateway_trade_no,
            out_refund_no: is_refund.then(|| row.number.clone()),
            gateway_refund_no: if is_refund { text(row.gateway_number.clone()) } else { None },
            refund_state: row.refund_state,
            fee_fen: row.fee_fen,
            description: row.description,
            flow_no: is_movement.then(|| row.number.clone()),
            business_no: if is_movement { text(row.gateway_number) } else { None },
            balance_fen: row.balance_fen,
            note: row.note.and_then(text),
            voucher_no: row.voucher_no.and_then(text),
            payment_id: order.map(|order| order.payment_id),
            refund_id: refund.map(|refund| refund.id),
        }
    }
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct StatementQuery {
    pub account: Option<String>,
    /// trade or `fund_flow`; both when absent.
    pub kind: Option<String>,
    /// YYYY-MM-DD, that day included.
    pub from: Option<String>,
    /// YYYY-MM-DD, that day included.
    pub to: Option<String>,
    pub cursor: Option<String>,
    /// 1–100, 20 by default.
    pub limit: Option<i64>,
}

/// List statements, newest day first
#[utoipa::path(get, operation_id = "list_statements", path = "/v1/statements", tag = "statements",
    params(StatementQuery), responses((status = 200, body = List<StatementView>), (status = 422, body = Problem)),
    security(("secret_key" = [])))]
pub async fn list(
    state: web::Data<AppState>,
    key: SecretKey,
    query: Query<StatementQuery>,
) -> Result<HttpResponse, ApiError> {
    let mut faults = Faults::default();
    let account_id = parse_account(query.account.as_deref(), &mut faults);
    let kind = parse_kind(query.kind.as_deref(), &mut faults);
    let from = parse_date("?from", query.from.as_deref(), &mut faults);
    let to = parse_date("?to", query.to.as_deref(), &mut faults);
    let before = query.cursor.as_deref().and_then(|text| {
        let day = read_cursor(text);
        if day.is_none() {
            faults.add(FieldError::new("?cursor", "cursor"));
        }
        day
    });
    let limit = page_limit(query.limit, &mut faults);
    faults.refuse_if_any()?;
    let (store_id, mode) = (key.store_id, key.mode);
    let filter = StatementFilter { store_id, mode, account_id, kind, from, to, before, limit };
    let (records, next) = state.storage.statements(&filter).await?;
    let mut data = Vec::with_capacity(records.len());
    for record in &records {
        data.push(view(&state, record).await?);
    }
    Ok(HttpResponse::Ok().json(List { data, next_cursor: next.map(write_cursor) }))
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RowQuery {
    /// trade (by default) or `fund_flow`.
    pub kind: Option<String>,
    /// json (by default), or csv for the whole statement as a file that Excel opens.
    pub format: Option<String>,
    pub cursor: Option<String>,
    /// Rows, 1–500, 100 by default.
    pub limit: Option<i64>,
}

/// Read a day's statement
///
/// Its figures, how it stands, and its rows in pages. `format=csv` gives all rows as UTF-8 with a byte
/// order mark: long numbers begin with a tab, so that Excel keeps every digit.
#[utoipa::path(get, operation_id = "read_statement", path = "/v1/statements/{account_id}/{date}", tag = "statements",
    params(("account_id" = AccountId, Path), ("date" = String, Path, description = "YYYY-MM-DD"), RowQuery),
    responses((status = 200, body = StatementWithRows), (status = 404, body = Problem), (status = 422, body = Problem)),
    security(("secret_key" = [])))]
pub async fn read(
    state: web::Data<AppState>,
    key: SecretKey,
    request: HttpRequest,
    path: web::Path<(String, String)>,
    query: Query<RowQuery>,
) -> Result<HttpResponse, ApiError> {
    let account = account_of(&state, &key, &path.0).await?;
    let mut faults = Faults::default();
    let date = parse_date("path:date", Some(&path.1), &mut faults);
    let kind = parse_kind(query.kind.as_deref(), &mut faults).unwrap_or(StatementKind::Trade);
    let after = query.cursor.as_deref().map_or(Some(0), |text| text.parse::<i64>().ok());
    if after.is_none() {
        faults.add(FieldError::new("?cursor", "cursor"));
    }
    let limit = query.limit.unwrap_or(100);
    faults.between("?limit", limit, 1, 500);
    let csv = match query.format.as_deref() {
        None | Some("json") => false,
        Some("csv") => true,
        Some(_) => {
            faults.add(FieldError::new("?format", "unsupported").with("allowed", "json, csv"));
            false
        }
    };
    faults.refuse_if_any()?;
    let (Some(date), Some(after)) = (date, after) else { return Err(ApiError::not_found("statement")) };
    let day = StatementDay { account_id: account.id, kind, date };
    if GatewayFacts::of(account.gateway).statements.is_empty() {
        return Err(unsupported(account.gateway));
    }
    let record = state.storage.statement(day).await?.ok_or_else(|| ApiError::not_found("statement"))?;
    if csv {
        return Ok(stream_csv(state, day, CsvLines::new(kind, locale_of(&request))));
    }
    let mut rows = state.storage.compared_rows(day, after, limit + 1).await?.rows;
    let more = i64::try_from(rows.len()).is_ok_and(|count| count > limit);
    rows.truncate(usize::try_from(limit).unwrap_or(1));
    let next_cursor = rows.last().filter(|_| more).map(|row| row.row.position.to_string());
    let rows = rows.into_iter().map(StatementRowView::of).collect();
    Ok(HttpResponse::Ok().json(StatementWithRows { statement: view(&state, &record).await?, rows, next_cursor }))
}

/// Page by page, so that a million rows take no more memory than a thousand.
fn stream_csv(state: web::Data<AppState>, day: StatementDay, lines: CsvLines) -> HttpResponse {
    let name = format!("{}-{}-{}.csv", day.kind.as_str(), day.date, day.account_id);
    let head = lines.head();
    let body = async_stream::stream! {
        yield Ok::<_, ApiError>(web::Bytes::from(head));
        let mut after = 0;
        loop {
            // An answer that has begun can only be cut off: the client sees that it is not whole.
            let rows = match state.storage.statement_rows(day, after, CSV_ROWS).await {
                Ok(rows) => rows,
                Err(error) => {
                    yield Err(error.into());
                    return;
                }
            };
            let Some(last) = rows.last() else { return };
            after = last.position;
            let text: String = rows.iter().map(|row| lines.row(row)).collect();
            yield Ok(web::Bytes::from(text));
        }
    };
    HttpResponse::Ok()
        .content_type("text/csv; charset=utf-8")
        .insert_header((header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .streaming(body)
}

/// Fetch a day's statement again
///
/// At once, in the background: watch `status` and `fetched_at`. Comparing again changes nothing that is
/// still so.
#[utoipa::path(post, operation_id = "fetch_statement", path = "/v1/statements/{account_id}/{date}/fetch",
    tag = "statements", params(("account_id" = AccountId, Path), ("date" = String, Path, description = "YYYY-MM-DD")),
    responses((status = 202, body = List<StatementView>), (status = 404, body = Problem), (status = 422, body = Problem)),
    security(("secret_key" = [])))]
pub async fn fetch(
    state: web::Data<AppState>,
    key: SecretKey,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, ApiError> {
    let account = account_of(&state, &key, &path.0).await?;
    let mut faults = Faults::default();
    let date = parse_date("path:date", Some(&path.1), &mut faults);
    faults.refuse_if_any()?;
    let date = date.ok_or_else(|| ApiError::not_found("statement"))?;
    request_statement(&state, account.id, date).await?;
    let mut data = Vec::new();
    for kind in StatementKind::ALL {
        let day = StatementDay { account_id: account.id, kind: *kind, date };
        if let Some(record) = state.storage.statement(day).await? {
            data.push(view(&state, &record).await?);
        }
    }
    Ok(HttpResponse::Accepted().json(List { data, next_cursor: None }))
}

fn unsupported(gateway: GatewayName) -> ApiError {
    ApiError::new(Code::StatementsUnsupported).with("gateway", gateway.as_str())
}

/// Also for the command line.
///
/// # Errors
/// `validation_failed` for a day that the gateway cannot give, `statements_unsupported` where it gives none.
pub async fn request_statement(state: &AppState, account: AccountId, date: Date) -> Result<(), ApiError> {
    match state.payments.request_statement(account, date).await? {
        Ok(()) => Ok(()),
        Err(OutOfReach::NotOver) => Err(ApiError::invalid(vec![FieldError::new("path:date", "date_not_over")])),
        Err(OutOfReach::TooOld { oldest_days }) => {
            let fault = FieldError::new("path:date", "date_too_old").with("days", oldest_days);
            Err(ApiError::invalid(vec![fault]))
        }
        Err(OutOfReach::Unsupported { gateway }) => Err(unsupported(gateway)),
    }
}

/// The statement with the number of its open differences.
///
/// # Errors
/// The storage's.
pub async fn view(state: &AppState, record: &StatementRecord) -> Result<StatementView, ApiError> {
    let (open, _) = state.storage.open_differences_of(record.day).await?;
    Ok(StatementView::of(record, open))
}

pub fn parse_account(text: Option<&str>, faults: &mut Faults) -> Option<AccountId> {
    faults.id("?account", text, "acc_")
}

fn parse_kind(text: Option<&str>, faults: &mut Faults) -> Option<StatementKind> {
    faults.one_of("?kind", text, StatementKind::ALL, StatementKind::as_str)
}

pub fn parse_date(pointer: &str, text: Option<&str>, faults: &mut Faults) -> Option<Date> {
    // The parser also takes whole times; a day is a day.
    let date = text?.parse().ok().filter(|_| text.is_some_and(|t| t.len() == "2026-01-31".len()));
    if date.is_none() {
        faults.add(FieldError::new(pointer, "not_a_date"));
    }
    date
}

fn write_cursor(day: StatementDay) -> String {
    URL_SAFE_NO_PAD.encode(format!("{}.{}.{}", day.date, day.account_id, day.kind.as_str()))
}

fn read_cursor(text: &str) -> Option<StatementDay> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
    let mut parts = text.split('.');
    let (date, account, kind) = (parts.next()?, parts.next()?, parts.next()?);
    Some(StatementDay {
        account_id: account.parse().ok()?,
        kind: StatementKind::parse(kind)?,
        date: date.parse().ok()?,
    })
}

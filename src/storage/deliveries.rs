//! The outbox: which event still has to reach which endpoint.
//! Promises: an event and its deliveries are recorded together; a delivery is with one worker at a
//! time, until its lease runs out; no endpoint gets more than its share of the workers.

use super::Storage;
use super::endpoints::{self, Endpoint, wants};
use super::error::{Result, StorageError};
use super::page::{Page, read_cursor};
use super::payments::Query;
use super::record::{RecordedEvent, insert_event};
use super::rows;
use super::sql::{Param, Row, Session, Statement};
use crate::clock::Timestamp;
use crate::ids::{DeliveryId, DeliveryKind, EndpointId, EventId};
use crate::payments::NewEvent;
use crate::payments::event::{Event, EventType};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DeliveryStatus {
    Pending,
    Delivered,
    /// Tried to the end of the schedule, or the endpoint is gone.
    GivenUp,
}

impl DeliveryStatus {
    pub const ALL: [Self; 3] = [Self::Pending, Self::Delivered, Self::GivenUp];

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Delivered => "delivered",
            Self::GivenUp => "given_up",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == text)
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    pub id: DeliveryId,
    pub endpoint_id: EndpointId,
    pub event_id: EventId,
    pub event_type: EventType,
    pub status: DeliveryStatus,
    pub tries: i64,
    pub next_at: Timestamp,
    pub last_status_code: Option<u16>,
    pub last_error: Option<String>,
    pub created_at: Timestamp,
    pub delivered_at: Option<Timestamp>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct ClaimedDelivery {
    pub delivery: Delivery,
    pub endpoint: Endpoint,
    pub event: Event,
}

/// How one try went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryTry {
    pub at: Timestamp,
    pub status_code: Option<u16>,
    pub error: Option<String>,
    pub duration_ms: i64,
}

/// What follows from a try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NextTry {
    Delivered,
    At(Timestamp),
    GivenUp,
}

/// What to send again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReplaySelection {
    /// These, whether or not the endpoint's filter names them.
    Events(Vec<EventId>),
    /// Those of this time (`to` excluded) that the endpoint's filter names.
    Between { from: Timestamp, to: Timestamp },
}

/// One endpoint gets at most this part of the deliveries that a worker asks for.
const SHARE: i64 = 4;
/// How many events one replay looks at.
const REPLAY_MOST: i64 = 10_000;

fn delivery(row: &Row) -> Result<Delivery> {
    Ok(Delivery {
        id: row.id("id")?,
        endpoint_id: row.id("endpoint_id")?,
        event_id: row.id("event_id")?,
        event_type: row.word("event_type", EventType::parse)?,
        status: row.word("status", DeliveryStatus::parse)?,
        tries: row.int("tries")?,
        next_at: row.time("next_at")?,
        last_status_code: status_code(row, "last_status_code")?,
        last_error: row.opt_text("last_error")?,
        created_at: row.time("created_at")?,
        delivered_at: row.opt_time("delivered_at")?,
    })
}

fn status_code(row: &Row, column: &'static str) -> Result<Option<u16>> {
    let code = row.opt_int(column)?;
    code.map(|code| u16::try_from(code).map_err(|_| StorageError::Corrupt(column.to_owned()))).transpose()
}

async fn insert(
    s: &mut Session,
    endpoint: EndpointId,
    event: EventId,
    kind: EventType,
    at: Timestamp,
) -> Result<DeliveryId> {
    let id = DeliveryId::generate();
    let sql = "INSERT INTO deliveries (id, endpoint_id, event_id, event_type, status, tries, next_at, leased_until, \
         created_at) VALUES ($1, $2, $3, $4, 'pending', 0, $5, 0, $5)";
    s.execute(sql, [id.into(), endpoint.into(), event.into(), kind.as_str().into(), at.into()]).await?;
    Ok(id)
}

/// One delivery per event and enabled endpoint that wants it. All events are of one store and mode.
pub(super) async fn enqueue_matching(s: &mut Session, events: &[RecordedEvent]) -> Result<()> {
    let Some(first) = events.first() else { return Ok(()) };
    for endpoint in endpoints::of_store(s, first.store_id, first.mode).await? {
        if !endpoint.enabled {
            continue;
        }
        for RecordedEvent { event, .. } in events {
            if wants(&endpoint.event_types, event.kind) {
                insert(s, endpoint.id, event.id, event.kind, event.created_at).await?;
            }
        }
    }
    Ok(())
}

const DUE_ENDPOINTS: &str = "SELECT e.id AS id, (SELECT COUNT(*) FROM deliveries d WHERE d.endpoint_id = e.id \
     AND d.status = 'pending' AND d.leased_until > $1) AS given_out, (SELECT MIN(d.next_at) FROM deliveries d \
     WHERE d.endpoint_id = e.id AND d.status = 'pending' AND d.leased_until <= $1) AS oldest FROM endpoints e \
     WHERE e.enabled = 1 AND e.deleted_at IS NULL AND EXISTS (SELECT 1 FROM deliveries d WHERE d.endpoint_id = e.id \
     AND d.status = 'pending' AND d.next_at <= $1 AND d.leased_until <= $1) ORDER BY oldest, id";

const CLAIM_SQLITE: &str = "UPDATE deliveries SET leased_until = $1 WHERE id IN (SELECT id FROM deliveries \
     WHERE endpoint_id = $2 AND status = 'pending' AND next_at <= $3 AND leased_until <= $3 \
     ORDER BY next_at, id LIMIT $4) RETURNING *";
const CLAIM_POSTGRES: &str = "WITH due AS MATERIALIZED (SELECT id FROM deliveries \
     WHERE endpoint_id = $2 AND status = 'pending' AND next_at <= $3 AND leased_until <= $3 \
     ORDER BY next_at, id LIMIT $4 FOR UPDATE SKIP LOCKED) \
     UPDATE deliveries d SET leased_until = $1 FROM due WHERE d.id = due.id RETURNING d.*";

impl Storage {
    /// Gives out deliveries that are due, each to one worker until `lease_s` has passed. One endpoint
    /// has at most a quarter of `limit` given out at a time, so a dead one cannot hold all workers.
    pub async fn claim_deliveries(&self, now: Timestamp, lease_s: i64, limit: i64) -> Result<Vec<ClaimedDelivery>> {
        self.write(move |s| {
            Box::pin(async move {
                let due = s.fetch_all(DUE_ENDPOINTS, [now.into()]).await?;
                let competing = i64::try_from(due.len()).unwrap_or(i64::MAX).max(SHARE);
                let share = (limit / competing).max(1);
                let mut claimed = Vec::new();
                let mut left = limit;
                for row in due {
                    let endpoint_id: EndpointId = row.id("id")?;
                    let allowed = (share - row.int("given_out")?).min(left);
                    if allowed <= 0 {
                        continue;
                    }
                    let Some(endpoint) = endpoints::load(s, endpoint_id).await? else { continue };
                    let sql = s.either(CLAIM_SQLITE, CLAIM_POSTGRES);
                    let params = [now.plus_s(lease_s).into(), endpoint_id.into(), now.into(), allowed.into()];
                    let mut deliveries =
                        s.fetch_all(sql, params).await?.iter().map(delivery).collect::<Result<Vec<_>>>()?;
                    deliveries.sort_by_key(|delivery| (delivery.next_at, delivery.id));
                    for delivery in deliveries {
                        let event = event_of(s, delivery.event_id).await?;
                        claimed.push(ClaimedDelivery { delivery, endpoint: endpoint.clone(), event });
                        left -= 1;
                    }
                }
                Ok(claimed)
            })
        })
        .await
    }

    /// Records a try and what follows. A delivery that has been delivered stays delivered.
    pub async fn finish_delivery(&self, id: DeliveryId, this: &DeliveryTry, next: NextTry) -> Result<()> {
        let this = this.clone();
        self.write(move |s| {
            Box::pin(async move {
                let (status, next_at, delivered_at) = match next {
                    NextTry::Delivered => (DeliveryStatus::Delivered, None, Some(this.at)),
                    NextTry::At(at) => (DeliveryStatus::Pending, Some(at), None),
                    NextTry::GivenUp => (DeliveryStatus::GivenUp, None, None),
                };
                let code = this.status_code.map(i64::from);
                let sql = "UPDATE deliveries SET tries = tries + 1, status = $1, next_at = COALESCE($2, next_at), \
                     leased_until = 0, last_status_code = $3, last_error = $4, delivered_at = $5 \
                     WHERE id = $6 AND (status = 'pending' OR ($1 = 'delivered' AND status = 'given_up')) \
                     RETURNING tries";
                let params: [Param; 6] = [
                    status.as_str().into(),
                    next_at.into(),
                    code.into(),
                    this.error.clone().into(),
                    delivered_at.into(),
                    id.into(),
                ];
                let Some(row) = s.fetch_optional(sql, params).await? else { return Ok(()) };
                let sql = "INSERT INTO delivery_tries (delivery_id, number, at, status_code, error, duration_ms) \
                     VALUES ($1, $2, $3, $4, $5, $6)";
                let params = [
                    id.into(),
                    row.int("tries")?.into(),
                    this.at.into(),
                    code.into(),
                    this.error.into(),
                    this.duration_ms.into(),
                ];
                s.execute(sql, params).await.map(drop)
            })
        })
        .await
    }

    /// Newest first.
    pub async fn deliveries(
        &self,
        endpoint: EndpointId,
        cursor: Option<&str>,
        limit: i64,
        status: Option<DeliveryStatus>,
    ) -> Result<Page<Delivery>> {
        let (before_at, before_id) = read_cursor::<DeliveryKind>(cursor)?;
        let mut query = Query::new("SELECT * FROM deliveries WHERE endpoint_id = $1", vec![endpoint.into()]);
        query.and(" AND status = ", status.map(|status| status.as_str().into()));
        self.read(move |s| {
            Box::pin(async move {
                let rows = query.newest_first(s, before_at, before_id, limit).await?;
                let deliveries = rows.iter().map(delivery).collect::<Result<Vec<_>>>()?;
                Ok(Page::cut(deliveries, limit, |delivery| (delivery.created_at, delivery.id)))
            })
        })
        .await
    }

    pub async fn delivery(&self, id: DeliveryId) -> Result<Option<Delivery>> {
        self.look(move |s| {
            Box::pin(async move {
                let row = s.fetch_optional("SELECT * FROM deliveries WHERE id = $1", [id.into()]).await?;
                row.as_ref().map(delivery).transpose()
            })
        })
        .await
    }

    /// Oldest first.
    pub async fn delivery_tries(&self, id: DeliveryId) -> Result<Vec<DeliveryTry>> {
        self.look(move |s| {
            Box::pin(async move {
                let sql = "SELECT * FROM delivery_tries WHERE delivery_id = $1 ORDER BY number";
                let rows = s.fetch_all(sql, [id.into()]).await?;
                let tries = rows.iter().map(|row| {
                    Ok(DeliveryTry {
                        at: row.time("at")?,
                        status_code: status_code(row, "status_code")?,
                        error: row.opt_text("error")?,
                        duration_ms: row.int("duration_ms")?,
                    })
                });
                tries.collect()
            })
        })
        .await
    }

    /// Sends events of the endpoint's store and mode again, at most ten thousand at once. Answers how many.
    pub async fn replay(&self, endpoint: EndpointId, selection: ReplaySelection, now: Timestamp) -> Result<i64> {
        self.write(move |s| {
            Box::pin(async move {
                let endpoint = endpoints::load(s, endpoint).await?.ok_or(StorageError::Missing("endpoint"))?;
                let mut params: Vec<Param> = vec![endpoint.store_id.into(), endpoint.mode.as_str().into()];
                let mut sql = Statement::from("SELECT id, event_type FROM events WHERE store_id = $1 AND mode = $2");
                match &selection {
                    ReplaySelection::Events(ids) if ids.is_empty() => return Ok(0),
                    ReplaySelection::Events(ids) => {
                        params.extend(ids.iter().map(|id| Param::from(*id)));
                        sql.push(" AND id IN ");
                        sql.push_list(3, ids.len());
                    }
                    ReplaySelection::Between { from, to } => {
                        params.extend([(*from).into(), (*to).into()]);
                        sql.push(" AND created_at >= $3 AND created_at < $4");
                    }
                }
                params.push(REPLAY_MOST.into());
                sql.push(" ORDER BY sequence LIMIT ");
                sql.push_placeholder(params.len());
                let mut count = 0;
                for row in s.fetch_all(sql, params).await? {
                    let kind = row.word("event_type", EventType::parse)?;
                    let named = matches!(selection, ReplaySelection::Events(_));
                    if named || wants(&endpoint.event_types, kind) {
                        insert(s, endpoint.id, row.id("id")?, kind, now).await?;
                        count += 1;
                    }
                }
                Ok(count)
            })
        })
        .await
    }

    /// Records an event and sends it to this endpoint only, whatever its filter: a test.
    pub async fn enqueue_event(&self, endpoint: EndpointId, event: NewEvent, now: Timestamp) -> Result<DeliveryId> {
        self.write(move |s| {
            Box::pin(async move {
                let endpoint = endpoints::load(s, endpoint).await?.ok_or(StorageError::Missing("endpoint"))?;
                let recorded = insert_event(s, event).await?;
                insert(s, endpoint.id, recorded.event.id, recorded.event.kind, now).await
            })
        })
        .await
    }

    /// When the longest waiting delivery to an enabled endpoint was asked for.
    pub async fn oldest_pending_delivery_at(&self) -> Result<Option<Timestamp>> {
        self.look(|s| {
            Box::pin(async move {
                let sql = "SELECT MIN(d.created_at) AS oldest FROM deliveries d JOIN endpoints e \
                     ON e.id = d.endpoint_id WHERE d.status = 'pending' AND e.enabled = 1 AND e.deleted_at IS NULL";
                let row = s.fetch_optional(sql, []).await?;
                row.ok_or(StorageError::Missing("answer"))?.opt_time("oldest")
            })
        })
        .await
    }
}

async fn event_of(s: &mut Session, id: EventId) -> Result<Event> {
    let row = s.fetch_optional("SELECT * FROM events WHERE id = $1", [id.into()]).await?;
    rows::event(&row.ok_or(StorageError::Missing("event"))?)
}

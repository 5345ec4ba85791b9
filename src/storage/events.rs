//! Reading recorded events, in their order.

use super::Storage;
use super::error::Result;
use super::rows;
use super::sql::{Param, Statement};
use crate::ids::{EventId, PaymentId, StoreId};
use crate::payments::Mode;
use crate::payments::event::{Event, EventType};

impl Storage {
    /// The events after a sequence, oldest first; `types` narrows unless it is empty. What is answered
    /// is complete up to its last sequence: no event before it can appear later.
    pub async fn events_after(
        &self,
        store_id: StoreId,
        mode: Mode,
        after: i64,
        limit: i64,
        types: &[EventType],
    ) -> Result<Vec<Event>> {
        let mut params: Vec<Param> = vec![store_id.into(), mode.as_str().into(), after.into(), limit.max(0).into()];
        let mut sql = Statement::from("SELECT * FROM events WHERE store_id = $1 AND mode = $2 AND sequence > $3");
        if !types.is_empty() {
            sql.push(" AND event_type IN ");
            sql.push_list(params.len() + 1, types.len());
            params.extend(types.iter().map(|kind| Param::from(kind.as_str())));
        }
        sql.push(" ORDER BY sequence LIMIT $4");
        self.look(move |s| {
            Box::pin(async move {
                let found = s.fetch_all(sql, params).await?;
                found.iter().map(rows::event).collect()
            })
        })
        .await
    }

    /// The events of one payment, oldest first.
    pub async fn events_of_payment(&self, id: PaymentId) -> Result<Vec<Event>> {
        self.look(move |s| {
            Box::pin(async move {
                let sql = "SELECT * FROM events WHERE payment_id = $1 ORDER BY sequence";
                s.fetch_all(sql, [id.into()]).await?.iter().map(rows::event).collect()
            })
        })
        .await
    }

    pub async fn event(&self, id: EventId) -> Result<Option<Event>> {
        self.look(move |s| {
            Box::pin(async move {
                let row = s.fetch_optional("SELECT * FROM events WHERE id = $1", [id.into()]).await?;
                row.as_ref().map(rows::event).transpose()
            })
        })
        .await
    }
}

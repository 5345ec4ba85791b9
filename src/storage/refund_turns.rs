//! Whose turn it is among the refunds of one order: gateways want them one after another. Promises: one of
//! them at a time is at the gateway, whichever server sends it; a server that dies in a turn holds the
//! others up until the turn runs out, and the refunds of other orders not at all.

use super::Storage;
use super::error::Result;
use crate::clock::Timestamp;
use crate::ids::{AttemptId, RefundId};

const TAKE: &str = "INSERT INTO refund_turns (attempt_id, refund_id, free_at) VALUES ($1, $2, $3) \
     ON CONFLICT (attempt_id) DO UPDATE SET refund_id = excluded.refund_id, free_at = excluded.free_at \
     WHERE refund_turns.free_at <= $4";

impl Storage {
    /// Takes the turn until `free_at` unless it is taken, also by this very refund. Answers whether it was free.
    pub async fn take_refund_turn(
        &self,
        attempt: AttemptId,
        refund: RefundId,
        now: Timestamp,
        free_at: Timestamp,
    ) -> Result<bool> {
        self.write(move |s| {
            Box::pin(async move {
                let params = [attempt.into(), refund.into(), free_at.into(), now.into()];
                Ok(s.execute(TAKE, params).await? == 1)
            })
        })
        .await
    }

    /// Gives the turn back, now or at a later moment. Nothing happens when it ran out and another has it.
    pub async fn end_refund_turn(
        &self,
        attempt: AttemptId,
        refund: RefundId,
        free_at: Option<Timestamp>,
    ) -> Result<()> {
        self.write(move |s| {
            Box::pin(async move {
                let whose = [attempt.into(), refund.into()];
                match free_at {
                    None => {
                        let sql = "DELETE FROM refund_turns WHERE attempt_id = $1 AND refund_id = $2";
                        s.execute(sql, whose).await.map(drop)
                    }
                    Some(at) => {
                        let sql = "UPDATE refund_turns SET free_at = $3 WHERE attempt_id = $1 AND refund_id = $2";
                        let [attempt, refund] = whose;
                        s.execute(sql, [attempt, refund, at.into()]).await.map(drop)
                    }
                }
            })
        })
        .await
    }

    /// When a server starts: nobody else uses an SQLite file, so whoever had a turn in it is gone. In PostgreSQL
    /// other servers may be at work, and turns run out by themselves.
    pub async fn free_abandoned_turns(&self) -> Result<()> {
        if self.backend_name() != "sqlite" {
            return Ok(());
        }
        self.write(|s| Box::pin(async move { s.execute("DELETE FROM refund_turns", []).await.map(drop) })).await
    }
}

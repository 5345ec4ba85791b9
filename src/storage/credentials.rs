//! Which warnings of expiring credentials have been given, so that each is given once.

use super::Storage;
use super::error::Result;
use super::record::append_one;
use crate::clock::Timestamp;
use crate::ids::AccountId;
use crate::payments::NewEvent;

/// One warning: this credential of this account, so many days ahead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CredentialWarning {
    pub account_id: AccountId,
    pub credential: String,
    pub serial: String,
    pub threshold_days: i64,
    pub at: Timestamp,
}

impl Storage {
    /// Records a warning with its event, unless it has been given. Answers whether it is new.
    pub async fn record_credential_warning(&self, warning: &CredentialWarning, event: NewEvent) -> Result<bool> {
        let warning = warning.clone();
        self.write(move |s| {
            Box::pin(async move {
                let sql = "INSERT INTO credential_warnings (account_id, credential, serial, threshold_days, at) \
                     VALUES ($1, $2, $3, $4, $5) ON CONFLICT (account_id, credential, serial, threshold_days) \
                     DO NOTHING";
                let params = [
                    warning.account_id.into(),
                    warning.credential.into(),
                    warning.serial.into(),
                    warning.threshold_days.into(),
                    warning.at.into(),
                ];
                let new = s.execute(sql, params).await? == 1;
                if new {
                    append_one(s, event).await?;
                }
                Ok(new)
            })
        })
        .await
    }
}

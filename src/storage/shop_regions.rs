//! The region ids of a store's shop system, kept as they were uploaded.

use serde_json::Value;

use super::Storage;
use super::error::Result;
use super::sql::Param;
use crate::clock::Timestamp;
use crate::ids::StoreId;

/// One upload.
#[derive(Debug, Clone, PartialEq)]
pub struct ShopRegions {
    /// What the shop's regions module wrote.
    pub regions: Value,
    pub updated_at: Timestamp,
}

impl Storage {
    /// Replaces what the store had uploaded for this platform (`magento`).
    pub async fn keep_shop_regions(
        &self,
        store: StoreId,
        platform: &'static str,
        regions: &Value,
        now: Timestamp,
    ) -> Result<()> {
        let regions = Param::json(regions)?;
        self.write(move |s| {
            Box::pin(async move {
                let sql = "INSERT INTO shop_regions (store_id, platform, regions, updated_at) VALUES ($1, $2, $3, $4) \
                     ON CONFLICT (store_id, platform) \
                     DO UPDATE SET regions = excluded.regions, updated_at = excluded.updated_at";
                s.execute(sql, [store.into(), platform.into(), regions, now.into()]).await.map(drop)
            })
        })
        .await
    }

    pub async fn shop_regions(&self, store: StoreId, platform: &'static str) -> Result<Option<ShopRegions>> {
        self.look(move |s| {
            Box::pin(async move {
                let sql = "SELECT regions, updated_at FROM shop_regions WHERE store_id = $1 AND platform = $2";
                let row = s.fetch_optional(sql, [store.into(), platform.into()]).await?;
                let read = row
                    .map(|row| Ok(ShopRegions { regions: row.json("regions")?, updated_at: row.time("updated_at")? }));
                read.transpose()
            })
        })
        .await
    }
}

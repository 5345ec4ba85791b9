//! What a refund request asks for (§11.1).
//!
//! Promises: every field within its documented limits; the sums of its sources agree.

use serde_json::Value;

use super::errors::Refusal;
use super::fields::{Fields, check_notify_url};
use super::funds::Account;
use super::refunds::REFUND_NUMBER_MARKS;

/// What a refund request asks for, within the limits of §11.1.
pub(super) struct Asked<'a> {
    pub(super) out_refund_no: &'a str,
    pub(super) out_trade_no: Option<&'a str>,
    pub(super) transaction_id: Option<&'a str>,
    pub(super) sub_mchid: Option<&'a str>,
    pub(super) notify_url: Option<&'a str>,
    pub(super) sources: Vec<(Account, i64)>,
    pub(super) refund_fen: i64,
    pub(super) total_fen: i64,
}

impl<'a> Asked<'a> {
    pub(super) fn read(body: &'a Value) -> Result<Self, Refusal> {
        let fields = Fields::of_body(body)?;
        let out_trade_no = fields.optional_text("out_trade_no", 1, 32)?;
        let transaction_id = fields.optional_text("transaction_id", 1, 32)?;
        if out_trade_no.is_some() == transaction_id.is_some() {
            return Err(Refusal::parameter("transaction_id与out_trade_no必填且只能填一个"));
        }
        fields.optional_text("reason", 1, 80)?;
        let notify_url = fields.optional_text("notify_url", 8, 256)?;
        if let Some(address) = notify_url {
            check_notify_url(&fields, "notify_url", address)?;
        }
        let account = match fields.one_of("funds_account", &["AVAILABLE", "UNSETTLED"])? {
            Some("AVAILABLE") => Account::Available,
            _ => Account::Unsettled,
        };
        let amount = fields.object("amount")?;
        if amount.one_of("currency", &["CNY"])?.is_none() {
            return Err(amount.fails("currency", "必填"));
        }
        let refund_fen = amount.integer("refund", 1)?;
        let mut sources = read_sources(&amount, refund_fen)?;
        if sources.is_empty() {
            sources.push((account, refund_fen));
        }
        Ok(Self {
            out_refund_no: fields.number_text("out_refund_no", 1, 64, REFUND_NUMBER_MARKS)?,
            out_trade_no,
            transaction_id,
            sub_mchid: fields.optional_text("sub_mchid", 1, 32)?,
            notify_url,
            sources,
            refund_fen,
            total_fen: amount.integer("total", 1)?,
        })
    }
}

fn read_sources(amount: &Fields<'_>, refund_fen: i64) -> Result<Vec<(Account, i64)>, Refusal> {
    let (mut sources, mut sum_fen) = (Vec::new(), 0_i64);
    for source in amount.objects("from", 16)? {
        let account = match source.one_of("account", &["AVAILABLE", "UNAVAILABLE"])? {
            Some("AVAILABLE") => Account::Available,
            Some(_) => Account::Unsettled,
            None => return Err(source.fails("account", "必填")),
        };
        let fen = source.integer("amount", 1)?;
        sum_fen = sum_fen.saturating_add(fen);
        sources.push((account, fen));
    }
    if sources.is_empty() || sum_fen == refund_fen {
        Ok(sources)
    } else {
        Err(amount.fails("from", "合计须等于退款金额"))
    }
}

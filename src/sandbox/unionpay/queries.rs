//! The query (§9.1) and the next encryption certificate (§3.5).
//!
//! Promises: `respCode` tells of the query, `origRespCode` of the money; the answer names the
//! original's types and the query's own bizType, as recorded.

use super::certificates::Authority;
use super::errors::{Refusal, resp_msg};
use super::merchants::Merchant;
use super::messages::{Fields, fields};
use super::requests::Request;
use super::transactions::TransactionState;

pub(super) fn query(merchant: &Merchant, request: Request<'_>) -> Result<Fields, Refusal> {
    let found = match request.required("txnSubType")? {
        "02" => merchant.by_query_id(request.required("queryId")?),
        _ => merchant.transactions.get(&request.order()?),
    };
    let found = found.filter(|found| found.state != TransactionState::Unseen).ok_or_else(Refusal::not_found)?;
    let mut told = fields([
        ("txnType", found.field("txnType")),
        ("txnSubType", found.field("txnSubType")),
        ("orderId", found.field("orderId")),
        ("txnTime", found.field("txnTime")),
        ("txnAmt", &found.amount_fen.to_string()),
        ("origRespCode", found.orig_resp_code()),
        ("origRespMsg", &resp_msg(found.orig_resp_code())),
    ]);
    if found.state == TransactionState::Succeeded {
        told.insert("currencyCode".to_owned(), "156".to_owned());
        told.extend(found.settled_fields());
    }
    for name in ["reqReserved", "origQryId"] {
        told.extend(
            found.request.get(name).filter(|text| !text.is_empty()).map(|text| (name.to_owned(), text.clone())),
        );
    }
    Ok(told)
}

pub(super) fn encryption_certificate(authority: &Authority, request: Request<'_>) -> Result<Fields, Refusal> {
    request.order()?;
    request.channel()?;
    if request.required("certType")? != "01" {
        return Err(Refusal::format("certType"));
    }
    Ok(fields([("certType", "01"), ("encryptPubKeyCert", &authority.encryption.inline())]))
}

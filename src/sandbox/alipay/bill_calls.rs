//! `alipay.data.dataservice.bill.downloadurl.query` and the download its link leads to (§14.1).

use actix_web::{HttpRequest, HttpResponse};
use serde_json::{Value, json};

use super::Alipay;
use super::bills::{self, BillCall, BillRows, TradeRow};
use super::calls::{Commit, struck};
use super::errors::Refusal;
use super::faults::{FaultKind, Operation, take};
use super::merchants::Merchant;
use super::orders::{Order, Payment, Trade};
use super::refunds::Refund;

pub(super) fn download_url(merchant: &mut Merchant, commit: &mut Commit<'_>) -> Result<Value, Refusal> {
    let text = |name: &str| commit.content.get(name).and_then(Value::as_str);
    let call = BillCall {
        bill_type: text("bill_type"),
        bill_date: text("bill_date"),
        pid: &merchant.seller_id,
        base_url: &commit.base_url,
        now: commit.now,
    };
    let rows = rows(&merchant.orders, &merchant.refunds);
    let asked = merchant.bills.ask(&call, || rows);
    let link = asked.map_err(|refusal| Refusal::new("40004", refusal.sub_code, refusal.sub_msg))?;
    let mut told = json!({ "bill_download_url": link.bill_download_url });
    if let Some(code) = link.bill_file_code {
        told["bill_file_code"] = json!(code);
    }
    Ok(told)
}

fn rows(orders: &std::collections::BTreeMap<String, Order>, refunds: &[Refund]) -> BillRows {
    let paid = |order: &Order| -> Option<(Trade, Payment)> {
        let trade = order.trade.clone()?;
        let payment = trade.payment.clone()?;
        Some((trade, payment))
    };
    let mut trades = Vec::new();
    for order in orders.values() {
        let Some((trade, payment)) = paid(order) else { continue };
        let row = row(order, &trade, &payment);
        for refund in refunds.iter().filter(|refund| refund.out_trade_no == order.out_trade_no) {
            let Some(moved_at) = refund.moved_at else { continue };
            trades.push(TradeRow {
                out_request_no: Some(refund.out_request_no.clone()),
                finished_at: moved_at,
                total_fen: refund.amount_fen,
                alipay_discount_fen: 0,
                note: refund.reason.clone().unwrap_or_default(),
                ..row.clone()
            });
        }
        trades.push(row);
    }
    BillRows { trades, opening_balance_fen: 0 }
}

fn row(order: &Order, trade: &Trade, payment: &Payment) -> TradeRow {
    let text = |name: &str| order.content.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    TradeRow {
        trade_no: trade.trade_no.clone(),
        out_trade_no: order.out_trade_no.clone(),
        out_request_no: None,
        subject: order.subject.clone(),
        created_at: trade.created_at,
        finished_at: payment.at,
        store_id: text("store_id"),
        store_name: String::new(),
        operator_id: text("operator_id"),
        terminal_id: text("terminal_id"),
        buyer: trade.buyer.logon_id(),
        total_fen: order.total_fen,
        alipay_discount_fen: order.total_fen - payment.buyer_pay_fen,
        merchant_discount_fen: 0,
        note: order.body.clone().unwrap_or_default(),
    }
}

/// The link's own door: only the token counts.
pub(super) async fn download(pay: &Alipay, request: &HttpRequest) -> HttpResponse {
    let now = pay.clock.now();
    let (found, fault) = {
        let mut guard = pay.lock();
        let state = &mut *guard;
        let mut query = form_urlencoded::parse(request.query_string().as_bytes());
        let token = query.find(|(name, _)| name == "token").map(|(_, token)| token.into_owned()).unwrap_or_default();
        let mut owner = state.merchants.values().filter_map(|m| Some((m.app_id.clone(), m.bills.find(&token, now)?)));
        let found = owner.next();
        drop(owner);
        let app_id = found.as_ref().map_or_else(String::new, |(app_id, _)| app_id.clone());
        (found.map(|(_, pieces)| pieces), take(&mut state.faults, Operation::BillDownload, &app_id, &[]))
    };
    if let Some(instead) = struck(fault.as_ref()).await {
        return instead;
    }
    if matches!(fault, Some(FaultKind::ErrorBeforeCommit { .. } | FaultKind::ErrorAfterCommit { .. })) {
        return HttpResponse::InternalServerError().finish();
    }
    bills::answer(found, fault == Some(FaultKind::Truncated))
}

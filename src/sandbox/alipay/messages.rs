//! What a notification says (§5.5) and how its form is signed (§5.3).
//!
//! Promises: what a message tells is fixed when it is queued; time and signature are of each
//! attempt. The signature covers the bytes in the charset of the order.

use serde::{Deserialize, Serialize};

use super::calls::flaw_of;
use super::faults::FaultKind;
use super::fields::yuan;
use super::forms::{Charset, canonical, escape};
use super::keys::{random_alphanumeric, random_digits};
use super::merchants::Merchant;
use super::opening::fund_bills;
use super::orders::{Order, Trade};
use super::refunds::Refund;
use super::signing::ServingKey;
use super::times::{day_digits, written, written_with_millis};
use crate::clock::Timestamp;

/// How notifications of certificate mode name their certificate; sources disagree (§5.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CertificateNaming {
    /// `alipay_cert_sn` is there and no part of the signed string.
    #[default]
    Unsigned,
    /// It is there and signed like any other.
    Signed,
    /// It is not there at all.
    Absent,
}

type Members = Vec<(String, String)>;

/// One message, whatever the attempt.
#[derive(Debug, Clone)]
pub(super) struct Message {
    charset: Charset,
    /// Everything but id, time, charset and signature.
    members: Members,
}

pub(super) fn new_id(now: Timestamp) -> String {
    format!("{}00{}{}", day_digits(now), random_digits(12), random_alphanumeric(12).to_lowercase())
}

fn member(name: &str, value: impl Into<String>) -> (String, String) {
    (name.to_owned(), value.into())
}

/// §5.5.
fn trade_members(merchant: &Merchant, order: &Order, trade: &Trade) -> Members {
    let buyer = if merchant.uses_open_ids {
        member("buyer_open_id", trade.buyer.open_id(&merchant.app_id))
    } else {
        member("buyer_id", trade.buyer.user_id())
    };
    let mut members = vec![
        member("notify_type", "trade_status_sync"),
        member("app_id", &merchant.app_id),
        member("auth_app_id", merchant.auth_app_id()),
        member("version", "1.0"),
        member("trade_no", &trade.trade_no),
        member("out_trade_no", &order.out_trade_no),
        buyer,
        member("buyer_logon_id", trade.buyer.logon_id()),
        member("seller_id", &merchant.seller_id),
        member("seller_email", format!("{}@example.com", merchant.seller_id)),
        member("trade_status", trade.status.name()),
        member("total_amount", yuan(order.total_fen)),
        member("subject", &order.subject),
        member("gmt_create", written(trade.created_at)),
    ];
    members.extend(order.body.as_ref().map(|body| member("body", body)));
    members.extend(order.passback_params.as_ref().map(|passback| member("passback_params", passback)));
    if let Some(payment) = &trade.payment {
        members.extend([
            member("receipt_amount", yuan(order.total_fen)),
            member("invoice_amount", yuan(payment.buyer_pay_fen)),
            member("buyer_pay_amount", yuan(payment.buyer_pay_fen)),
            member("point_amount", "0.00"),
            member("gmt_payment", written(payment.at)),
            member("fund_bill_list", fund_bills(order, payment.buyer_pay_fen, "fundChannel").to_string()),
        ]);
    }
    members.extend(trade.closed_at.map(|at| member("gmt_close", written(at))));
    members
}

/// §5.2: the state as it is, and how much went back in all.
fn refund_members(refund: &Refund, refunded_fen: i64) -> Members {
    vec![
        member("out_biz_no", &refund.out_request_no),
        member("refund_fee", yuan(refunded_fen)),
        member("send_back_fee", yuan(refund.amount_fen)),
        member("gmt_refund", written_with_millis(refund.moved_at.unwrap_or(refund.created_at))),
    ]
}

fn replace(members: &mut Members, name: &str, value: &str) {
    if let Some((_, told)) = members.iter_mut().find(|(known, _)| known == name) {
        value.clone_into(told);
    }
}

fn add_one_fen(members: &mut Members) {
    for (_, told) in members.iter_mut().filter(|(name, _)| name == "total_amount") {
        if let Ok(fen) = told.replace('.', "").parse::<i64>() {
            *told = yuan(fen + 1);
        }
    }
}

/// The body as it is posted.
fn form(members: &[(String, String)], charset: Charset, signature: Option<String>) -> String {
    let mut written: Vec<String> = members
        .iter()
        .map(|(name, value)| format!("{}={}", escape(name.as_bytes()), escape(&charset.encode(value))))
        .collect();
    written.extend(signature.map(|signature| format!("sign={}", escape(signature.as_bytes()))));
    written.join("&")
}

impl Message {
    pub(super) fn of(merchant: &Merchant, order: &Order, trade: &Trade, refund: Option<&Refund>) -> Self {
        let mut members = trade_members(merchant, order, trade);
        if let Some(refund) = refund {
            members.extend(refund_members(refund, merchant.refunded_fen(&order.out_trade_no)));
        }
        Self { charset: order.charset, members }
    }

    /// What one attempt says, bent by a fault where one strikes.
    pub(super) fn written(
        &self,
        id: &str,
        key: &ServingKey,
        naming: CertificateNaming,
        fault: Option<&FaultKind>,
        now: Timestamp,
    ) -> String {
        let mut members = self.members.clone();
        members.push(member("notify_id", id));
        members.push(member("notify_time", written(now)));
        members.push(member("charset", self.charset.name()));
        members.push(member("sign_type", "RSA2"));
        let flaw = flaw_of(fault);
        if naming != CertificateNaming::Absent {
            members.extend(key.told_cert_sn(flaw).map(|sn| member("alipay_cert_sn", sn)));
        }
        match fault {
            Some(FaultKind::WrongAmount) => add_one_fen(&mut members),
            Some(FaultKind::WrongSeller) => replace(&mut members, "seller_id", "2088199999999999"),
            Some(FaultKind::WrongApp) => {
                replace(&mut members, "app_id", "2021999999999999");
                replace(&mut members, "auth_app_id", "2021999999999999");
            }
            Some(FaultKind::UnknownOrder) => {
                replace(&mut members, "out_trade_no", &format!("UNKNOWN{}", random_digits(12)));
            }
            Some(FaultKind::WaitBuyerPay) => replace(&mut members, "trade_status", "WAIT_BUYER_PAY"),
            Some(FaultKind::EmptyMember | FaultKind::EmptyMemberUnsigned) => {
                members.push(member("voucher_detail_list", ""));
            }
            Some(FaultKind::Malformed) => members.truncate(members.len() / 2),
            _ => {}
        }
        let mut left_out = vec!["sign"];
        if fault != Some(&FaultKind::SignTypeSigned) {
            left_out.push("sign_type");
        }
        if naming != CertificateNaming::Signed {
            left_out.push("alipay_cert_sn");
        }
        let keeps_empty = fault != Some(&FaultKind::EmptyMemberUnsigned);
        let signed = self.charset.encode(&canonical(&members, &left_out, keeps_empty));
        form(&members, self.charset, key.sign(&signed, flaw))
    }
}

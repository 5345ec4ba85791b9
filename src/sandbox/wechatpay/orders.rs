//! Orders: query, close, and what the shopper's phone does to them (§10).
//!
//! Promises: states move as §10.3 allows. An order is reached only by the family of addresses
//! that opened it. Refuses what WeChat Pay refuses, with its codes.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::apps::{SHOPPER, openid_of};
use super::calls::{Answer, Commit};
use super::errors::Refusal;
use super::fields::{Fields, without_nulls};
use super::keys::random_digits;
use super::merchants::Merchant;
use super::parties::{Mode, Party, Payer, check_owner, check_query, sub_mchid_in_body};
use super::prepay::Handout;
use crate::clock::Timestamp;

pub(super) const TRADE_NUMBER_MARKS: &str = "_-|*";
pub(super) const LIFETIME_S: i64 = 7 * 86_400;

/// §10.3.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum TradeState {
    Notpay,
    /// Codepay: the shopper is entering a password.
    Userpaying,
    Success,
    Refund,
    Closed,
    /// Codepay: reversed.
    Revoked,
    /// Codepay: the payment failed.
    Payerror,
}

impl TradeState {
    fn name(self) -> &'static str {
        match self {
            Self::Notpay => "NOTPAY",
            Self::Userpaying => "USERPAYING",
            Self::Success => "SUCCESS",
            Self::Refund => "REFUND",
            Self::Closed => "CLOSED",
            Self::Revoked => "REVOKED",
            Self::Payerror => "PAYERROR",
        }
    }

    fn description(self) -> &'static str {
        match self {
            Self::Notpay => "订单未支付",
            Self::Userpaying => "需要用户输入支付密码",
            Self::Success => "支付成功",
            Self::Refund => "订单发生过退款",
            Self::Closed => "订单已关闭",
            Self::Revoked => "订单已撤销",
            Self::Payerror => "支付失败，请重新下单支付",
        }
    }
}

/// Which prepay opened the order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Product {
    Native,
    Jsapi,
    App,
    H5,
    Codepay,
}

impl Product {
    pub(super) fn of_path(segment: &str) -> Option<Self> {
        match segment {
            "native" => Some(Self::Native),
            "jsapi" => Some(Self::Jsapi),
            "app" => Some(Self::App),
            "h5" => Some(Self::H5),
            "codepay" => Some(Self::Codepay),
            _ => None,
        }
    }

    /// `trade_type` on the wire.
    pub(super) fn trade_type(self) -> &'static str {
        match self {
            Self::Native => "NATIVE",
            Self::Jsapi => "JSAPI",
            Self::App => "APP",
            Self::H5 => "MWEB",
            Self::Codepay => "MICROPAY",
        }
    }
}

/// What paying left behind.
#[derive(Debug, Clone)]
pub(super) struct Payment {
    pub(super) transaction_id: String,
    pub(super) at: Timestamp,
    /// Towards the app of whoever signs; in partner mode `sp_openid`.
    pub(super) openid: String,
    pub(super) sub_openid: Option<String>,
    pub(super) payer_total_fen: i64,
}

#[derive(Debug, Clone)]
pub(super) struct Order {
    pub(super) out_trade_no: String,
    pub(super) party: Party,
    pub(super) product: Product,
    pub(super) payer: Option<Payer>,
    pub(super) payer_client_ip: Option<std::net::IpAddr>,
    pub(super) description: String,
    pub(super) attach: Option<String>,
    /// Codepay has none.
    pub(super) notify_url: Option<String>,
    pub(super) total_fen: i64,
    pub(super) created_at: Timestamp,
    pub(super) payable_until: Timestamp,
    pub(super) state: TradeState,
    /// Newest last; each prepay hands out one more.
    pub(super) handouts: Vec<Handout>,
    pub(super) payment: Option<Payment>,
    pub(super) refused_at: Option<Timestamp>,
    pub(super) revoked_at: Option<Timestamp>,
    pub(super) last_refund_at: Option<Timestamp>,
    /// The first request, against which every re-entry is compared.
    pub(super) request: Value,
}

impl Order {
    /// What every product's order has in common.
    pub(super) fn open(
        fields: &Fields<'_>,
        commit: &Commit<'_>,
        party: Party,
        product: Product,
        total_fen: i64,
    ) -> Result<Self, Refusal> {
        Ok(Self {
            out_trade_no: fields.number_text("out_trade_no", 6, 32, TRADE_NUMBER_MARKS)?.to_owned(),
            party,
            product,
            payer: None,
            payer_client_ip: None,
            description: fields.text("description", 1, 127)?.to_owned(),
            attach: fields.optional_text("attach", 1, 128)?.map(str::to_owned),
            notify_url: None,
            total_fen,
            created_at: commit.now,
            payable_until: commit.now.plus_s(LIFETIME_S),
            state: TradeState::Notpay,
            handouts: Vec::new(),
            payment: None,
            refused_at: None,
            revoked_at: None,
            last_refund_at: None,
            request: without_nulls(commit.document),
        })
    }

    /// An order nobody paid closes by itself after seven days (§7.4).
    pub(super) fn lapse(&mut self, now: Timestamp) {
        let is_open = matches!(self.state, TradeState::Notpay | TradeState::Userpaying | TradeState::Payerror);
        if is_open && now.seconds_since(self.created_at) >= LIFETIME_S {
            self.state = TradeState::Closed;
        }
    }

    pub(super) fn is_payable(&self, now: Timestamp) -> bool {
        match (self.product, self.state) {
            (Product::Codepay, state) => state == TradeState::Userpaying,
            (_, state) => state == TradeState::Notpay && now < self.payable_until,
        }
    }

    pub(super) fn describe(&self, mchid: &str) -> Value {
        self.describe_as(mchid, self.state)
    }

    fn describe_as(&self, mchid: &str, state: TradeState) -> Value {
        let mut told = Value::Object(self.party.describe(mchid));
        told["out_trade_no"] = json!(self.out_trade_no);
        told["trade_state"] = json!(state.name());
        told["trade_state_desc"] = json!(state.description());
        if let Some(paid) = &self.payment {
            told["transaction_id"] = json!(paid.transaction_id);
            told["trade_type"] = json!(self.product.trade_type());
            told["bank_type"] = json!("OTHERS");
            told["attach"] = json!(self.attach.as_deref().unwrap_or_default());
            told["success_time"] = json!(paid.at.to_beijing_rfc3339());
            told["payer"] = match (self.party.mode(), &paid.sub_openid) {
                (Mode::Direct, _) => json!({ "openid": paid.openid }),
                (Mode::Partner, None) => json!({ "sp_openid": paid.openid }),
                (Mode::Partner, Some(sub)) => json!({ "sp_openid": paid.openid, "sub_openid": sub }),
            };
            told["amount"] = json!({
                "total": self.total_fen,
                "payer_total": paid.payer_total_fen,
                "currency": "CNY",
                "payer_currency": "CNY",
            });
        }
        told
    }

    /// The decrypted resource of a payment notification (§13.3).
    pub(super) fn paid_resource(&self, mchid: &str) -> Value {
        self.describe_as(mchid, TradeState::Success)
    }

    /// The payer's openids: those the order names, else those of whoever holds the phone.
    fn openids(&self, asked: Option<&str>) -> (String, Option<String>) {
        let own = |appid: &str| openid_of(appid, SHOPPER);
        let sub = self.party.sub_appid().map(own);
        match &self.payer {
            Some(Payer::Openid(openid)) => (openid.clone(), sub),
            Some(Payer::SubOpenid(openid)) => (own(self.party.appid()), Some(openid.clone())),
            None => (asked.map_or_else(|| own(self.party.appid()), str::to_owned), sub),
        }
    }
}

/// An order as the caller may reach it.
pub(super) fn reach<'m>(
    merchant: &'m mut Merchant,
    number: &str,
    mode: Mode,
    sub_mchid: Option<&str>,
    now: Timestamp,
) -> Result<&'m mut Order, Refusal> {
    let order = merchant.orders.get_mut(number).ok_or_else(Refusal::order_missing)?;
    order.party.check_reached_by(mode, sub_mchid)?;
    order.lapse(now);
    Ok(order)
}

/// `GET /v3/pay/transactions/out-trade-no/{out_trade_no}`.
pub(super) fn query(merchant: &mut Merchant, number: &str, commit: &Commit<'_>, mode: Mode) -> Result<Answer, Refusal> {
    let sub_mchid = check_query(mode, commit, merchant)?;
    let mchid = merchant.mchid.clone();
    let order = reach(merchant, number, mode, sub_mchid.as_deref(), commit.now)?;
    Ok(Answer::Json(order.describe(&mchid)))
}

/// `GET /v3/pay/transactions/id/{transaction_id}`.
pub(super) fn query_by_transaction(
    merchant: &mut Merchant,
    transaction_id: &str,
    commit: &Commit<'_>,
    mode: Mode,
) -> Result<Answer, Refusal> {
    check_query(mode, commit, merchant)?;
    let number = number_of_transaction(merchant, transaction_id).ok_or_else(Refusal::order_missing)?;
    query(merchant, &number, commit, mode)
}

pub(super) fn number_of_transaction(merchant: &Merchant, transaction_id: &str) -> Option<String> {
    let paid_as = |order: &&Order| order.payment.as_ref().is_some_and(|paid| paid.transaction_id == transaction_id);
    merchant.orders.values().find(paid_as).map(|order| order.out_trade_no.clone())
}

/// `POST /v3/pay/transactions/out-trade-no/{out_trade_no}/close` (§10.2).
pub(super) fn close(merchant: &mut Merchant, number: &str, commit: &Commit<'_>, mode: Mode) -> Result<Answer, Refusal> {
    let fields = Fields::of_body(commit.document)?;
    check_owner(mode, &fields, merchant)?;
    let order = reach(merchant, number, mode, sub_mchid_in_body(mode, &fields)?, commit.now)?;
    if order.product == Product::Codepay {
        return Err(Refusal::invalid_request("付款码支付订单不支持关单，请调用撤销接口"));
    }
    match order.state {
        TradeState::Success | TradeState::Refund => Err(Refusal::new(400, "ORDER_PAID", "该订单已支付")),
        _ => {
            order.state = TradeState::Closed;
            Ok(Answer::NoContent)
        }
    }
}

/// How the shopper pays.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PayDraft {
    /// Pays even what is closed or expired: a late payment.
    pub force: bool,
    /// Where the order names its payer, that one pays.
    pub openid: Option<String>,
    /// Less than the total when coupons apply.
    pub payer_total_fen: Option<i64>,
}

/// Why the phone could not pay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NotPayable {
    Unknown,
    AlreadyPaid,
    Closed,
    Expired,
    PayerTotal,
}

/// The shopper pays; the caller queues the notification.
pub(super) fn pay(merchant: &mut Merchant, number: &str, draft: &PayDraft, now: Timestamp) -> Result<(), NotPayable> {
    let order = merchant.orders.get_mut(number).ok_or(NotPayable::Unknown)?;
    order.lapse(now);
    match order.state {
        TradeState::Success | TradeState::Refund => return Err(NotPayable::AlreadyPaid),
        TradeState::Revoked => return Err(NotPayable::Closed),
        TradeState::Closed | TradeState::Payerror if !draft.force => return Err(NotPayable::Closed),
        TradeState::Notpay | TradeState::Userpaying if !draft.force && !order.is_payable(now) => {
            return Err(NotPayable::Expired);
        }
        _ => {}
    }
    let payer_total_fen = draft.payer_total_fen.unwrap_or(order.total_fen);
    if !(0..=order.total_fen).contains(&payer_total_fen) {
        return Err(NotPayable::PayerTotal);
    }
    let (openid, sub_openid) = order.openids(draft.openid.as_deref());
    order.state = TradeState::Success;
    order.payment = Some(Payment {
        transaction_id: format!("4200000000{}{}", beijing_date(now), random_digits(10)),
        at: now,
        openid,
        sub_openid,
        payer_total_fen,
    });
    merchant.funds.receive(payer_total_fen);
    Ok(())
}

/// `20260101`, as WeChat Pay puts it into its own numbers.
pub(super) fn beijing_date(now: Timestamp) -> String {
    now.to_beijing_rfc3339().chars().take(10).filter(char::is_ascii_digit).collect()
}

/// `20260101120000`.
pub(super) fn beijing_stamp(now: Timestamp) -> String {
    now.to_beijing_rfc3339().chars().take(19).filter(char::is_ascii_digit).collect()
}

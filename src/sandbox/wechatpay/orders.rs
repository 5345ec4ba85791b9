//! Native orders: create, query, close, and what the shopper's phone does to them (§7, §10).
//!
//! Promises: one order per `out_trade_no`; re-entry only with identical parameters; states
//! move as §10.3 allows. Refuses what WeChat Pay refuses, with its codes.

use serde_json::{Value, json};

use super::calls::{Answer, Commit};
use super::errors::Refusal;
use super::fields::{Fields, check_notify_url, without_nulls};
use super::keys::{random_alphanumeric, random_digits};
use super::merchants::Merchant;
use crate::clock::Timestamp;
use serde::{Deserialize, Serialize};

const TRADE_NUMBER_MARKS: &str = "_-|*";
const LIFETIME_S: i64 = 7 * 86_400;
const CODE_LIFETIME_S: i64 = 2 * 3600;
const SHORTEST_WINDOW_S: i64 = 60;
const CODE_URL_PREFIX: &str = "weixin://wxpay/bizpayurl?pr=";

/// §10.3, as far as native orders go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum TradeState {
    Notpay,
    Success,
    Refund,
    Closed,
}

impl TradeState {
    fn name(self) -> &'static str {
        match self {
            Self::Notpay => "NOTPAY",
            Self::Success => "SUCCESS",
            Self::Refund => "REFUND",
            Self::Closed => "CLOSED",
        }
    }

    fn description(self) -> &'static str {
        match self {
            Self::Notpay => "订单未支付",
            Self::Success => "支付成功",
            Self::Refund => "订单发生过退款",
            Self::Closed => "订单已关闭",
        }
    }
}

/// A QR code that was handed out for an order.
#[derive(Debug, Clone)]
pub(super) struct Code {
    pub(super) pr: String,
    expires_at: Timestamp,
}

impl Code {
    fn issue(now: Timestamp) -> Self {
        Self { pr: random_alphanumeric(9), expires_at: now.plus_s(CODE_LIFETIME_S) }
    }

    pub(super) fn url(&self) -> String {
        format!("{CODE_URL_PREFIX}{}", self.pr)
    }

    pub(super) fn is_expired(&self, now: Timestamp) -> bool {
        now >= self.expires_at
    }
}

/// What paying left behind.
#[derive(Debug, Clone)]
pub(super) struct Payment {
    pub(super) transaction_id: String,
    pub(super) at: Timestamp,
    pub(super) openid: String,
    pub(super) payer_total_fen: i64,
}

#[derive(Debug, Clone)]
pub(super) struct Order {
    pub(super) out_trade_no: String,
    pub(super) description: String,
    pub(super) attach: Option<String>,
    pub(super) notify_url: String,
    pub(super) total_fen: i64,
    pub(super) created_at: Timestamp,
    pub(super) payable_until: Timestamp,
    pub(super) state: TradeState,
    pub(super) codes: Vec<Code>,
    pub(super) payment: Option<Payment>,
    pub(super) refused_at: Option<Timestamp>,
    pub(super) last_refund_at: Option<Timestamp>,
    /// The first request, against which every re-entry is compared.
    request: Value,
}

impl Order {
    fn read(body: &Value, now: Timestamp) -> Result<Self, Refusal> {
        let fields = Fields::of_body(body)?;
        let notify_url = fields.text("notify_url", 1, 255)?;
        check_notify_url(&fields, "notify_url", notify_url)?;
        let amount = fields.object("amount")?;
        amount.one_of("currency", &["CNY"])?;
        fields.optional_text("goods_tag", 1, 32)?;
        fields.optional_boolean("support_fapiao")?;
        check_detail(&fields.object("detail")?)?;
        check_scene(&fields.object("scene_info")?, fields.has("scene_info"))?;
        fields.object("settle_info")?.optional_boolean("profit_sharing")?;
        Ok(Self {
            out_trade_no: fields.number_text("out_trade_no", 6, 32, TRADE_NUMBER_MARKS)?.to_owned(),
            description: fields.text("description", 1, 127)?.to_owned(),
            attach: fields.optional_text("attach", 1, 128)?.map(str::to_owned),
            notify_url: notify_url.to_owned(),
            total_fen: amount.integer("total", 1)?,
            created_at: now,
            payable_until: payable_until(&fields, now)?,
            state: TradeState::Notpay,
            codes: vec![Code::issue(now)],
            payment: None,
            refused_at: None,
            last_refund_at: None,
            request: without_nulls(body),
        })
    }

    /// An order nobody paid closes by itself after seven days (§7.4).
    pub(super) fn lapse(&mut self, now: Timestamp) {
        if self.state == TradeState::Notpay && now.seconds_since(self.created_at) >= LIFETIME_S {
            self.state = TradeState::Closed;
        }
    }

    pub(super) fn is_payable(&self, now: Timestamp) -> bool {
        self.state == TradeState::Notpay && now < self.payable_until
    }

    fn describe(&self, mchid: &str, appid: &str, state: TradeState) -> Value {
        let mut told = json!({
            "mchid": mchid,
            "appid": appid,
            "out_trade_no": self.out_trade_no,
            "trade_state": state.name(),
            "trade_state_desc": state.description(),
        });
        if let Some(paid) = &self.payment {
            told["transaction_id"] = json!(paid.transaction_id);
            told["trade_type"] = json!("NATIVE");
            told["bank_type"] = json!("OTHERS");
            told["attach"] = json!(self.attach.as_deref().unwrap_or_default());
            told["success_time"] = json!(paid.at.to_beijing_rfc3339());
            told["payer"] = json!({ "openid": paid.openid });
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
    pub(super) fn paid_resource(&self, mchid: &str, appid: &str) -> Value {
        self.describe(mchid, appid, TradeState::Success)
    }
}

fn payable_until(fields: &Fields<'_>, now: Timestamp) -> Result<Timestamp, Refusal> {
    let latest = now.plus_s(LIFETIME_S);
    let Some(text) = fields.optional_text("time_expire", 1, 64)? else { return Ok(latest) };
    let asked = Timestamp::parse_rfc3339(text)
        .ok_or_else(|| fields.fails("time_expire", "须为RFC 3339时间，如 2018-06-08T10:34:56+08:00"))?;
    // The documented ceiling has been 7, 15 and 90 days; the lowest keeps every client safe.
    if asked > latest {
        return Err(fields.fails("time_expire", "不得晚于下单后7天"));
    }
    Ok(asked.max(now.plus_s(SHORTEST_WINDOW_S)))
}

fn check_detail(detail: &Fields<'_>) -> Result<(), Refusal> {
    detail.optional_integer("cost_price", 0)?;
    detail.optional_text("invoice_id", 1, 32)?;
    for goods in detail.objects("goods_detail", 6000)? {
        goods.text("merchant_goods_id", 1, 32)?;
        goods.optional_text("wechatpay_goods_id", 1, 32)?;
        goods.optional_text("goods_name", 1, 256)?;
        goods.integer("quantity", 1)?;
        goods.integer("unit_price", 0)?;
    }
    Ok(())
}

fn check_scene(scene: &Fields<'_>, is_sent: bool) -> Result<(), Refusal> {
    if !is_sent {
        return Ok(());
    }
    let address = scene.text("payer_client_ip", 1, 45)?;
    if address.parse::<std::net::IpAddr>().is_err() {
        return Err(scene.fails("payer_client_ip", "须为IPv4或IPv6地址"));
    }
    scene.optional_text("device_id", 1, 32)?;
    if scene.has("store_info") {
        let store = scene.object("store_info")?;
        store.text("id", 1, 32)?;
        store.optional_text("name", 1, 256)?;
        store.optional_text("area_code", 1, 32)?;
        store.optional_text("address", 1, 512)?;
    }
    Ok(())
}

fn check_merchant(merchant: &Merchant, fields: &Fields<'_>) -> Result<(), Refusal> {
    if fields.text("mchid", 1, 32)? == merchant.mchid {
        Ok(())
    } else {
        Err(fields.fails("mchid", "与签名所用商户号不一致"))
    }
}

/// `POST /v3/pay/transactions/native`.
pub(super) fn create(merchant: &mut Merchant, commit: &Commit<'_>) -> Result<Answer, Refusal> {
    let fields = Fields::of_body(commit.document)?;
    check_merchant(merchant, &fields)?;
    if fields.text("appid", 1, 32)? != merchant.appid {
        return Err(Refusal::new(400, "APPID_MCHID_NOT_MATCH", "appid和mchid不匹配，请先绑定"));
    }
    let number = fields.number_text("out_trade_no", 6, 32, TRADE_NUMBER_MARKS)?;
    let code = match merchant.orders.get_mut(number) {
        Some(known) => reenter(known, commit)?,
        None => {
            let order = Order::read(commit.document, commit.now)?;
            let url = order.codes.first().map(Code::url).unwrap_or_default();
            merchant.orders.insert(order.out_trade_no.clone(), order);
            url
        }
    };
    Ok(Answer::Json(json!({ "code_url": code })))
}

/// §7.5: identical parameters get a fresh code for the same order.
fn reenter(known: &mut Order, commit: &Commit<'_>) -> Result<String, Refusal> {
    known.lapse(commit.now);
    match known.state {
        TradeState::Success | TradeState::Refund => Err(Refusal::new(400, "ORDER_PAID", "该订单已支付")),
        TradeState::Closed => Err(Refusal::new(400, "ORDER_CLOSED", "该订单已关闭，请重新下单")),
        TradeState::Notpay if known.request != without_nulls(commit.document) => {
            Err(Refusal::invalid_request("请求重入时，参数与首次请求时不一致"))
        }
        TradeState::Notpay => {
            let code = Code::issue(commit.now);
            let url = code.url();
            known.codes.push(code);
            Ok(url)
        }
    }
}

fn check_query_mchid(merchant: &Merchant, commit: &Commit<'_>) -> Result<(), Refusal> {
    match commit.query("mchid") {
        Some(mchid) if mchid == merchant.mchid => Ok(()),
        Some(mchid) => Err(Refusal::field("mchid", &Value::String(mchid), "与签名所用商户号不一致", "query")),
        None => Err(Refusal::field("mchid", &Value::Null, "必填", "query")),
    }
}

fn tell(merchant: &mut Merchant, number: &str, now: Timestamp) -> Result<Answer, Refusal> {
    let order = merchant.orders.get_mut(number).ok_or_else(Refusal::order_missing)?;
    order.lapse(now);
    Ok(Answer::Json(order.describe(&merchant.mchid, &merchant.appid, order.state)))
}

/// `GET /v3/pay/transactions/out-trade-no/{out_trade_no}`.
pub(super) fn query(merchant: &mut Merchant, number: &str, commit: &Commit<'_>) -> Result<Answer, Refusal> {
    check_query_mchid(merchant, commit)?;
    tell(merchant, number, commit.now)
}

/// `GET /v3/pay/transactions/id/{transaction_id}`.
pub(super) fn query_by_transaction(
    merchant: &mut Merchant,
    transaction_id: &str,
    commit: &Commit<'_>,
) -> Result<Answer, Refusal> {
    check_query_mchid(merchant, commit)?;
    let number = number_of_transaction(merchant, transaction_id).ok_or_else(Refusal::order_missing)?;
    tell(merchant, &number, commit.now)
}

pub(super) fn number_of_transaction(merchant: &Merchant, transaction_id: &str) -> Option<String> {
    let paid_as = |order: &&Order| order.payment.as_ref().is_some_and(|paid| paid.transaction_id == transaction_id);
    merchant.orders.values().find(paid_as).map(|order| order.out_trade_no.clone())
}

/// `POST /v3/pay/transactions/out-trade-no/{out_trade_no}/close` (§10.2).
pub(super) fn close(merchant: &mut Merchant, number: &str, commit: &Commit<'_>) -> Result<Answer, Refusal> {
    check_merchant(merchant, &Fields::of_body(commit.document)?)?;
    let order = merchant.orders.get_mut(number).ok_or_else(Refusal::order_missing)?;
    match order.state {
        TradeState::Success | TradeState::Refund => Err(Refusal::new(400, "ORDER_PAID", "该订单已支付")),
        TradeState::Notpay | TradeState::Closed => {
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
        TradeState::Closed if !draft.force => return Err(NotPayable::Closed),
        TradeState::Notpay if !draft.force && !order.is_payable(now) => return Err(NotPayable::Expired),
        TradeState::Notpay | TradeState::Closed => {}
    }
    let payer_total_fen = draft.payer_total_fen.unwrap_or(order.total_fen);
    if !(0..=order.total_fen).contains(&payer_total_fen) {
        return Err(NotPayable::PayerTotal);
    }
    order.state = TradeState::Success;
    order.payment = Some(Payment {
        transaction_id: format!("4200000000{}{}", beijing_date(now), random_digits(10)),
        at: now,
        openid: draft.openid.clone().unwrap_or_else(|| format!("oSandbox{}", random_alphanumeric(20))),
        payer_total_fen,
    });
    Ok(())
}

/// `20260101`, as WeChat Pay puts it into its own numbers.
pub(super) fn beijing_date(now: Timestamp) -> String {
    now.to_beijing_rfc3339().chars().take(10).filter(char::is_ascii_digit).collect()
}

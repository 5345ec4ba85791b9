//! Codepay (付款码): the merchant scans the code on the shopper's phone (§9).
//!
//! Promises: a payment code has 18 digits, works once and for a minute; what comes of it is
//! written into it when the phone shows it. There is no notification, closing is refused, and
//! reversing gives a paid order's money back and ends an unpaid one.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::calls::{Answer, Commit};
use super::errors::Refusal;
use super::fields::{Fields, without_nulls};
use super::keys::random_digits;
use super::merchants::Merchant;
use super::orders::{Order, PayDraft, Product, TradeState, pay, reach};
use super::parties::{Mode, Party, check_owner, sub_mchid_in_body};
use super::prepay::Handout;
use crate::clock::Timestamp;

const CODE_LIFETIME_S: i64 = 60;
const CODE_DIGITS: usize = 18;
const REVERSIBLE_FOR_S: i64 = 7 * 86_400;

/// What comes of scanning a payment code.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum CodepayOutcome {
    /// Paid at once.
    #[default]
    Success,
    /// The shopper must enter a password: the phone pays or refuses later.
    Userpaying,
    /// The same, told as HTTP 202 with the error code `USERPAYING`.
    UserpayingAccepted,
    /// The payment fails with this status and code.
    Error { status: u16, code: String },
}

/// A payment code to show on the phone.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PaymentCodeDraft {
    pub outcome: CodepayOutcome,
}

/// What the phone shows to the cashier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PaymentCode {
    /// 18 digits.
    pub auth_code: String,
    pub outcome: CodepayOutcome,
    pub expires_at: Timestamp,
    pub is_used: bool,
}

/// Every payment code that was shown.
#[derive(Debug, Default)]
pub(crate) struct PaymentCodes(BTreeMap<String, PaymentCode>);

impl PaymentCodes {
    pub(super) fn show(&mut self, outcome: CodepayOutcome, now: Timestamp) -> PaymentCode {
        let prefix = 10 + rand::random::<u8>() % 6;
        let shown = PaymentCode {
            auth_code: format!("{prefix}{}", random_digits(CODE_DIGITS - 2)),
            outcome,
            expires_at: now.plus_s(CODE_LIFETIME_S),
            is_used: false,
        };
        self.0.insert(shown.auth_code.clone(), shown.clone());
        shown
    }

    fn take(&mut self, auth_code: &str, now: Timestamp) -> Result<CodepayOutcome, Refusal> {
        let Some(shown) = self.0.get_mut(auth_code) else {
            return Err(Refusal::new(400, "AUTH_CODE_INVALID", "付款码无效，请扫描微信支付付款码"));
        };
        if shown.is_used || now >= shown.expires_at {
            return Err(Refusal::new(400, "AUTH_CODE_EXPIRE", "二维码已过期，请用户在微信上刷新后再试"));
        }
        shown.is_used = true;
        Ok(shown.outcome.clone())
    }
}

/// `POST /v3/pay/transactions/codepay`.
pub(super) fn pay_by_code(merchant: &mut Merchant, commit: &mut Commit<'_>, mode: Mode) -> Result<Answer, Refusal> {
    let fields = Fields::of_body(commit.document)?;
    let party = Party::read(mode, &fields, merchant)?;
    let order = read(&fields, commit, party)?;
    if merchant.orders.contains_key(&order.out_trade_no) {
        return again(merchant, &order, commit);
    }
    let auth_code = fields.object("payer")?.text("auth_code", 1, 32)?;
    let outcome = commit.payment_codes.take(auth_code, commit.now)?;
    let number = order.out_trade_no.clone();
    merchant.orders.insert(number.clone(), order);
    match outcome {
        CodepayOutcome::Success => {
            let draft = PayDraft { force: true, ..PayDraft::default() };
            pay(merchant, &number, &draft, commit.now).map_err(|_| Refusal::new(500, "SYSTEM_ERROR", "系统异常"))?;
            tell(merchant, &number)
        }
        CodepayOutcome::Userpaying => {
            become_state(merchant, &number, TradeState::Userpaying);
            tell(merchant, &number)
        }
        CodepayOutcome::UserpayingAccepted => {
            become_state(merchant, &number, TradeState::Userpaying);
            Ok(Answer::Accepted(json!({ "code": "USERPAYING", "message": "需要用户输入支付密码" })))
        }
        CodepayOutcome::Error { status, code } => {
            become_state(merchant, &number, TradeState::Payerror);
            Err(Refusal::new(status, &code, "支付失败"))
        }
    }
}

fn tell(merchant: &Merchant, number: &str) -> Result<Answer, Refusal> {
    let order = merchant.orders.get(number).ok_or_else(Refusal::order_missing)?;
    Ok(Answer::Json(order.describe(&merchant.mchid)))
}

fn become_state(merchant: &mut Merchant, number: &str, state: TradeState) {
    if let Some(order) = merchant.orders.get_mut(number) {
        order.state = state;
    }
}

/// The same number once more: a shopper is never charged twice.
fn again(merchant: &Merchant, asked: &Order, commit: &Commit<'_>) -> Result<Answer, Refusal> {
    let number = &asked.out_trade_no;
    let known = merchant.orders.get(number).ok_or_else(Refusal::order_missing)?;
    if known.product != Product::Codepay || known.party != asked.party {
        return Err(Refusal::new(403, "OUT_TRADE_NO_USED", "商户订单号重复，请核实商户订单号是否重复提交"));
    }
    if known.request != without_nulls(commit.document) {
        return Err(Refusal::invalid_request("请求重入时，参数与首次请求时不一致"));
    }
    match known.state {
        TradeState::Success | TradeState::Refund => Err(Refusal::new(400, "ORDER_PAID", "该订单已支付")),
        TradeState::Userpaying => tell(merchant, number),
        TradeState::Closed => Err(Refusal::new(400, "ORDER_CLOSED", "该订单已关闭，请重新下单")),
        TradeState::Revoked => Err(Refusal::invalid_request("订单已撤销，请更换商户订单号")),
        TradeState::Notpay | TradeState::Payerror => Err(Refusal::invalid_request("订单支付失败，请更换商户订单号")),
    }
}

fn read(fields: &Fields<'_>, commit: &Commit<'_>, party: Party) -> Result<Order, Refusal> {
    if fields.has("notify_url") {
        return Err(fields.fails("notify_url", "该产品不支持此参数"));
    }
    let payer = fields.object("payer")?;
    let auth_code = payer.text("auth_code", 1, 32)?;
    let is_code = auth_code.len() == CODE_DIGITS && auth_code.bytes().all(|b| b.is_ascii_digit());
    if !is_code || !("10".."16").contains(&auth_code.get(..2).unwrap_or_default()) {
        return Err(payer.fails("auth_code", "须为18位数字，以10至15开头"));
    }
    let amount = fields.object("amount")?;
    amount.one_of("currency", &["CNY"])?;
    fields.optional_text("goods_tag", 1, 32)?;
    fields.optional_boolean("support_fapiao")?;
    fields.object("settle_info")?.optional_boolean("profit_sharing")?;
    check_scene(&fields.object("scene_info")?)?;
    for goods in fields.object("detail")?.objects("goods_detail", 6000)? {
        goods.text("merchant_goods_id", 1, 32)?;
        goods.optional_text("wxpay_goods_id", 1, 32)?;
        goods.optional_text("goods_name", 1, 256)?;
        goods.integer("quantity", 1)?;
        goods.integer("unit_price", 0)?;
    }
    let mut order = Order::open(fields, commit, party, Product::Codepay, amount.integer("total", 1)?)?;
    order.handouts.push(Handout::issue(Product::Codepay, &commit.base_url, commit.now));
    Ok(order)
}

fn check_scene(scene: &Fields<'_>) -> Result<(), Refusal> {
    scene.optional_text("device_id", 1, 32)?;
    if let Some(address) = scene.optional_text("device_ip", 1, 45)?
        && address.parse::<std::net::IpAddr>().is_err()
    {
        return Err(scene.fails("device_ip", "须为IPv4或IPv6地址"));
    }
    let store = scene.object("store_info")?;
    let id = store.optional_text("id", 1, 32)?;
    if id.is_none() && store.optional_text("out_id", 1, 256)?.is_none() {
        return Err(store.fails("id", "id和out_id至少填一个"));
    }
    Ok(())
}

/// `POST /v3/pay/transactions/out-trade-no/{out_trade_no}/reverse`.
pub(super) fn reverse(
    merchant: &mut Merchant,
    number: &str,
    commit: &Commit<'_>,
    mode: Mode,
) -> Result<Answer, Refusal> {
    let fields = Fields::of_body(commit.document)?;
    check_owner(mode, &fields, merchant)?;
    let appid = fields.text(if mode == Mode::Direct { "appid" } else { "sp_appid" }, 1, 32)?;
    let (mchid, sub_mchid) = (merchant.mchid.clone(), sub_mchid_in_body(mode, &fields)?);
    let order = reach(merchant, number, mode, sub_mchid, commit.now)?;
    if order.party.appid() != appid {
        return Err(Refusal::invalid_request("appid与下单时不一致"));
    }
    if order.product != Product::Codepay {
        return Err(Refusal::invalid_request("仅付款码支付订单可撤销"));
    }
    if commit.now.seconds_since(order.created_at) > REVERSIBLE_FOR_S {
        return Err(Refusal::invalid_request("订单已超过7天，不可撤销，请使用退款接口"));
    }
    if order.state == TradeState::Refund {
        return Err(Refusal::invalid_request("订单发生过退款，不可撤销"));
    }
    let was_revoked = order.state == TradeState::Revoked;
    order.state = TradeState::Revoked;
    order.revoked_at = order.revoked_at.or(Some(commit.now));
    let mut told = order.party.describe(&mchid);
    told.insert("out_trade_no".to_owned(), json!(number));
    let paid_fen = order.payment.as_ref().map(|paid| paid.payer_total_fen).filter(|_| !was_revoked);
    if let Some(fen) = paid_fen {
        merchant.funds.give_back(fen);
    }
    Ok(Answer::Json(serde_json::Value::Object(told)))
}

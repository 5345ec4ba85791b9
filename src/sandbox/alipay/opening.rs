//! The methods that open an order (§11, §12): their fields, and what a repetition means.
//!
//! Promises: the same number with the same content goes on; with another content it is
//! refused; paid and closed numbers are refused by their own codes.

use serde_json::{Value, json};

use super::buyers::Buyer;
use super::calls::Commit;
use super::errors::Refusal;
use super::fields::{Fields, refused, yuan};
use super::forms::Charset;
use super::keys::random_alphanumeric;
use super::merchants::Merchant;
use super::orders::{Code, Order, Product, TradeStatus};
use super::times::{Timeout, read, written};
use crate::clock::Timestamp;

const CODE_LIFE_S: i64 = 2 * 3600;
const CODE_PREFIX: &str = "https://qr.alipay.com/";

/// What the common parameters add to the content.
pub(super) struct Addresses<'a> {
    pub(super) notify_url: Option<&'a str>,
    pub(super) return_url: Option<&'a str>,
    pub(super) charset: Charset,
}

impl Merchant {
    /// Opens an order or goes on with the one of that number.
    pub(super) fn open_order(
        &mut self,
        content: &Value,
        product: Product,
        addresses: &Addresses<'_>,
        now: Timestamp,
    ) -> Result<String, Refusal> {
        let fields = Fields::of(content)?;
        let order = self.read_order(&fields, content, product, addresses, now)?;
        let number = order.out_trade_no.clone();
        let Some(known) = self.orders.get_mut(&number) else {
            self.orders.insert(number.clone(), order);
            return Ok(number);
        };
        match known.status() {
            Some(TradeStatus::TradeSuccess | TradeStatus::TradeFinished) => {
                return Err(Refusal::business("TRADE_HAS_SUCCESS", "交易已被支付"));
            }
            Some(TradeStatus::TradeClosed) => return Err(Refusal::business("TRADE_HAS_CLOSE", "交易已经关闭")),
            Some(TradeStatus::WaitBuyerPay) | None => {}
        }
        if known.content != order.content || known.product != product {
            return Err(Refusal::business("CONTEXT_INCONSISTENT", "交易信息被篡改"));
        }
        known.notify_url = order.notify_url;
        known.return_url = order.return_url;
        known.charset = order.charset;
        Ok(number)
    }

    fn read_order(
        &self,
        fields: &Fields<'_>,
        content: &Value,
        product: Product,
        addresses: &Addresses<'_>,
        now: Timestamp,
    ) -> Result<Order, Refusal> {
        let out_trade_no = fields.own_number("out_trade_no")?.to_owned();
        let total_fen = fields.amount("total_amount")?;
        let subject = fields.text("subject", 256)?;
        if subject.contains(['/', '=', '&']) {
            return Err(refused("subject", "不能包含/、=、&等特殊字符"));
        }
        if subject.contains(FORBIDDEN_WORD) {
            return Err(Refusal::business("EXIST_FORBIDDEN_WORD", "订单信息中包含违禁词"));
        }
        check_product_code(fields, product)?;
        if fields.optional_text("seller_id", 28)?.is_some_and(|seller| seller != self.seller_id) {
            return Err(Refusal::business("PARTNER_ERROR", "应用APP_ID与收款账号不匹配"));
        }
        if fields.optional_text("enable_pay_channels", 128)?.is_some()
            && fields.optional_text("disable_pay_channels", 128)?.is_some()
        {
            return Err(refused("enable_pay_channels", "与disable_pay_channels互斥"));
        }
        let time_expire = read_time_expire(fields, now)?;
        let timeout = read_timeout(fields, "timeout_express")?;
        let starts_at_once = matches!(product, Product::Precreate | Product::Create | Product::Pay);
        Ok(Order {
            out_trade_no,
            product,
            total_fen,
            subject: subject.to_owned(),
            body: fields.optional_text("body", 400)?.map(str::to_owned),
            passback_params: fields.optional_text("passback_params", 512)?.map(str::to_owned),
            notify_url: addresses.notify_url.map(str::to_owned),
            return_url: addresses.return_url.map(str::to_owned),
            quit_url: fields.optional_text("quit_url", 400)?.map(str::to_owned),
            qr_pay_mode: read_qr_pay_mode(fields)?,
            qrcode_width_px: read_qrcode_width(fields)?,
            charset: addresses.charset,
            created_at: now,
            time_expire,
            timeout,
            runs_since: starts_at_once.then_some(now),
            codes: Vec::new(),
            trade: None,
            refused_at: None,
            content: compared(content),
        })
    }

    /// Hands out one more code for the order.
    pub(super) fn hand_out_code(&mut self, number: &str, life_s: i64, now: Timestamp) -> Option<&Code> {
        let order = self.orders.get_mut(number)?;
        let id = format!("bax{}", random_alphanumeric(21).to_lowercase());
        let url = format!("{CODE_PREFIX}{id}");
        order.codes.push(Code { id, url, expires_at: now.plus_s(life_s) });
        order.codes.last()
    }
}

/// A word that no shop may sell under, so that tests can meet the refusal.
const FORBIDDEN_WORD: &str = "违禁词";

/// Scanning anew goes on with the same payment: the code is no part of what was ordered.
fn compared(content: &Value) -> Value {
    let mut content = content.clone();
    if let Some(members) = content.as_object_mut() {
        members.retain(|name, value| !value.is_null() && !["auth_code", "scene"].contains(&name.as_str()));
    }
    content
}

fn check_product_code(fields: &Fields<'_>, product: Product) -> Result<(), Refusal> {
    match product {
        Product::Page => fields.exactly("product_code", "FAST_INSTANT_TRADE_PAY"),
        Product::Wap => fields.exactly("product_code", "QUICK_WAP_WAY"),
        Product::App => fields.exactly("product_code", "QUICK_MSECURITY_PAY"),
        // Pages inside Alipay name none; a mini-program names its own and itself.
        Product::Create => match fields.optional_text("product_code", 64)? {
            None => Ok(()),
            Some("JSAPI_PAY") => fields.text("op_app_id", 32).map(|_| ()),
            Some(_) => Err(refused("product_code", "与所调用的产品不符")),
        },
        Product::Precreate | Product::Pay => match fields.optional_text("product_code", 64)? {
            None | Some("FACE_TO_FACE_PAYMENT") => Ok(()),
            Some("QR_CODE_OFFLINE") if product == Product::Precreate => Ok(()),
            Some(_) => Err(refused("product_code", "与所调用的产品不符")),
        },
    }
}

fn read_time_expire(fields: &Fields<'_>, now: Timestamp) -> Result<Option<Timestamp>, Refusal> {
    let Some(text) = fields.optional_text("time_expire", 19)? else { return Ok(None) };
    let until = read(text).ok_or_else(|| refused("time_expire", "格式须为yyyy-MM-dd HH:mm:ss"))?;
    if until <= now {
        return Err(Refusal::business("NOW_TIME_AFTER_EXPIRE_TIME_ERROR", "当前时间已超过允许支付的时间"));
    }
    Ok(Some(until))
}

fn read_timeout(fields: &Fields<'_>, name: &str) -> Result<Option<Timeout>, Refusal> {
    let Some(text) = fields.optional_text(name, 6)? else { return Ok(None) };
    Timeout::read(text).map(Some).ok_or_else(|| refused(name, "须为1m到15d，或1c"))
}

fn read_qr_pay_mode(fields: &Fields<'_>) -> Result<Option<String>, Refusal> {
    let mode = fields.optional_text("qr_pay_mode", 2)?;
    match mode {
        Some(text) if !["0", "1", "2", "3", "4"].contains(&text) => Err(refused("qr_pay_mode", "须为0到4")),
        _ => Ok(mode.map(str::to_owned)),
    }
}

fn read_qrcode_width(fields: &Fields<'_>) -> Result<Option<u32>, Refusal> {
    let Some(text) = fields.optional_text("qrcode_width", 4)? else { return Ok(None) };
    let width = text.parse::<u32>().ok().filter(|width| (1..=2000).contains(width));
    width.map(Some).ok_or_else(|| refused("qrcode_width", "须为像素宽度"))
}

fn addresses<'a>(commit: &Commit<'a>) -> Addresses<'a> {
    Addresses { notify_url: commit.notify_url, return_url: commit.return_url, charset: commit.charset }
}

/// `alipay.trade.precreate`: a code, and no trade before somebody scans it.
pub(super) fn precreate(merchant: &mut Merchant, commit: &mut Commit<'_>) -> Result<Value, Refusal> {
    let life = read_timeout(&Fields::of(commit.content)?, "qr_code_timeout_express")?;
    let number = merchant.open_order(commit.content, Product::Precreate, &addresses(commit), commit.now)?;
    let asked_s = life.map_or(CODE_LIFE_S, |life| life.after(commit.now).seconds_since(commit.now));
    let code = merchant.hand_out_code(&number, asked_s.min(CODE_LIFE_S), commit.now);
    let url = code.map(|code| code.url.clone()).unwrap_or_default();
    Ok(json!({ "out_trade_no": number, "qr_code": url }))
}

/// `alipay.trade.create`: the trade exists at once and belongs to the buyer named.
pub(super) fn create(merchant: &mut Merchant, commit: &mut Commit<'_>) -> Result<Value, Refusal> {
    let fields = Fields::of(commit.content)?;
    let by_user_id = fields.optional_text("buyer_id", 28)?;
    let by_open_id = fields.optional_text("buyer_open_id", 128)?;
    let buyer = match (by_open_id, by_user_id) {
        (Some(id), _) if id.starts_with("2088") => return Err(refused("buyer_open_id", "不是open_id")),
        (None, Some(id)) if !id.starts_with("2088") => return Err(refused("buyer_id", "须为2088开头的16位数字")),
        (Some(id), _) | (None, Some(id)) => Buyer::named(id),
        (None, None) => return Err(refused("buyer_id", "与buyer_open_id不能同时为空")),
    };
    if buyer.user_id() == merchant.seller_id {
        return Err(Refusal::business("BUYER_SELLER_EQUAL", "买卖家不能相同"));
    }
    let number = merchant.open_order(commit.content, Product::Create, &addresses(commit), commit.now)?;
    let order = merchant.orders.get_mut(&number).ok_or_else(Refusal::trade_missing)?;
    let trade_no = order.open_trade(&buyer, commit.now).trade_no.clone();
    Ok(json!({ "out_trade_no": number, "trade_no": trade_no }))
}

/// `alipay.trade.page.pay` and `.wap.pay`: where the browser goes from here.
pub(super) fn open_page(merchant: &mut Merchant, commit: &mut Commit<'_>, product: Product) -> Result<Value, Refusal> {
    let number = merchant.open_order(commit.content, product, &addresses(commit), commit.now)?;
    let order = merchant.orders.get_mut(&number).ok_or_else(Refusal::trade_missing)?;
    if product == Product::Page {
        order.runs_since.get_or_insert(commit.now);
    }
    let is_known = !order.codes.is_empty();
    if !is_known {
        // The page lives as long as the order; its code is only the way to it.
        let life_s = order.payable_until().map_or(CODE_LIFE_S, |until| until.seconds_since(commit.now));
        merchant.hand_out_code(&number, life_s.max(CODE_LIFE_S), commit.now);
    }
    let id = merchant.orders.get(&number).and_then(|order| order.codes.last()).map(|code| code.id.clone());
    let folder = if product == Product::Page { "cashier" } else { "wap" };
    Ok(json!({ "page": format!("/alipay/{folder}/{}", id.unwrap_or_default()) }))
}

/// What `trade.pay` and `trade.query` tell of a payment.
pub(super) fn paid_fields(merchant: &Merchant, order: &Order) -> Value {
    let Some(trade) = &order.trade else { return json!({}) };
    let mut told = json!({
        "trade_no": trade.trade_no,
        "out_trade_no": order.out_trade_no,
        "buyer_logon_id": trade.buyer.logon_id(),
        "total_amount": yuan(order.total_fen),
        "point_amount": "0.00",
        "invoice_amount": "0.00",
        "receipt_amount": "0.00",
        "buyer_pay_amount": "0.00",
    });
    if merchant.uses_open_ids {
        told["buyer_open_id"] = json!(trade.buyer.open_id(&merchant.app_id));
    } else {
        told["buyer_user_id"] = json!(trade.buyer.user_id());
    }
    if let Some(payment) = &trade.payment {
        told["receipt_amount"] = json!(yuan(order.total_fen));
        told["buyer_pay_amount"] = json!(yuan(payment.buyer_pay_fen));
        told["invoice_amount"] = json!(yuan(payment.buyer_pay_fen));
        told["fund_bill_list"] = fund_bills(order, payment.buyer_pay_fen, "fund_channel");
        told["gmt_payment"] = json!(written(payment.at));
    }
    told
}

/// Where the money came from; answers and notifications name the channel differently.
pub(super) fn fund_bills(order: &Order, buyer_pay_fen: i64, channel: &str) -> Value {
    let mut bills = vec![json!({ channel: "ALIPAYACCOUNT", "amount": yuan(buyer_pay_fen) })];
    if buyer_pay_fen < order.total_fen {
        bills.push(json!({ channel: "COUPON", "amount": yuan(order.total_fen - buyer_pay_fen) }));
    }
    Value::Array(bills)
}

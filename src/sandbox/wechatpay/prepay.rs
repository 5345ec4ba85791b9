//! Opening orders: Native, JSAPI, APP and H5, for merchants and their partners (§7).
//!
//! Promises: every field within its documented limits; one order per `out_trade_no`; the same
//! parameters again get a fresh credential for the same order, others are refused.

use serde_json::json;

use super::calls::{Answer, Commit};
use super::errors::Refusal;
use super::fields::{Fields, check_notify_url, without_nulls};
use super::keys::{random_alphanumeric, random_digits};
use super::merchants::Merchant;
use super::orders::{LIFETIME_S, Order, Product, TRADE_NUMBER_MARKS, TradeState, beijing_stamp};
use super::parties::{Mode, Party, Payer};
use crate::clock::Timestamp;

const CODE_LIFETIME_S: i64 = 2 * 3600;
const H5_URL_LIFETIME_S: i64 = 300;
const SHORTEST_WINDOW_S: i64 = 60;
const CODE_URL_PREFIX: &str = "weixin://wxpay/bizpayurl?pr=";

/// What a prepay hands out: a QR code, a `prepay_id` or an H5 link.
#[derive(Debug, Clone)]
pub(super) struct Handout {
    /// What the phone finds it by: the `pr` of a code, else the `prepay_id`.
    pub(super) id: String,
    /// What the merchant was told.
    pub(super) text: String,
    pub(super) expires_at: Timestamp,
}

impl Handout {
    pub(super) fn issue(product: Product, base_url: &str, now: Timestamp) -> Self {
        let prepay_id = || format!("wx{}{}", beijing_stamp(now), hex::encode(rand::random::<[u8; 10]>()));
        match product {
            Product::Native | Product::Codepay => {
                let pr = random_alphanumeric(9);
                Self { text: format!("{CODE_URL_PREFIX}{pr}"), id: pr, expires_at: now.plus_s(CODE_LIFETIME_S) }
            }
            Product::Jsapi | Product::App => {
                let id = prepay_id();
                Self { text: id.clone(), id, expires_at: now.plus_s(CODE_LIFETIME_S) }
            }
            Product::H5 => {
                let id = prepay_id();
                let text =
                    format!("{base_url}/cgi-bin/mmpayweb-bin/checkmweb?prepay_id={id}&package={}", random_digits(10));
                Self { text, id, expires_at: now.plus_s(H5_URL_LIFETIME_S) }
            }
        }
    }

    pub(super) fn is_expired(&self, now: Timestamp) -> bool {
        now >= self.expires_at
    }
}

/// `POST /v3/pay/transactions/{native|jsapi|app|h5}` and the same for partners.
pub(super) fn create(
    merchant: &mut Merchant,
    commit: &Commit<'_>,
    mode: Mode,
    product: Product,
) -> Result<Answer, Refusal> {
    let fields = Fields::of_body(commit.document)?;
    let party = Party::read(mode, &fields, merchant)?;
    let number = fields.number_text("out_trade_no", 6, 32, TRADE_NUMBER_MARKS)?;
    let handout = Handout::issue(product, &commit.base_url, commit.now);
    let told = match product {
        Product::Native | Product::Codepay => json!({ "code_url": handout.text }),
        Product::Jsapi | Product::App => json!({ "prepay_id": handout.text }),
        Product::H5 => json!({ "h5_url": handout.text }),
    };
    match merchant.orders.get_mut(number) {
        Some(known) => reenter(known, commit, &party, product)?.handouts.push(handout),
        None => {
            let mut order = read(&fields, commit, party, product)?;
            order.handouts.push(handout);
            merchant.orders.insert(order.out_trade_no.clone(), order);
        }
    }
    Ok(Answer::Json(told))
}

/// §7.5: identical parameters get a fresh credential for the same order.
fn reenter<'o>(
    known: &'o mut Order,
    commit: &Commit<'_>,
    party: &Party,
    product: Product,
) -> Result<&'o mut Order, Refusal> {
    known.lapse(commit.now);
    if known.product != product || known.party != *party {
        return Err(Refusal::new(403, "OUT_TRADE_NO_USED", "商户订单号重复，请核实商户订单号是否重复提交"));
    }
    match known.state {
        TradeState::Success | TradeState::Refund => Err(Refusal::new(400, "ORDER_PAID", "该订单已支付")),
        TradeState::Closed | TradeState::Revoked => Err(Refusal::new(400, "ORDER_CLOSED", "该订单已关闭，请重新下单")),
        TradeState::Notpay | TradeState::Userpaying | TradeState::Payerror
            if known.request != without_nulls(commit.document) =>
        {
            Err(Refusal::invalid_request("请求重入时，参数与首次请求时不一致"))
        }
        TradeState::Notpay | TradeState::Userpaying | TradeState::Payerror => Ok(known),
    }
}

fn read(fields: &Fields<'_>, commit: &Commit<'_>, party: Party, product: Product) -> Result<Order, Refusal> {
    let notify_url = fields.text("notify_url", 1, 255)?;
    check_notify_url(fields, "notify_url", notify_url)?;
    let amount = fields.object("amount")?;
    amount.one_of("currency", &["CNY"])?;
    fields.optional_text("goods_tag", 1, 32)?;
    fields.optional_boolean("support_fapiao")?;
    fields.texts("limit_pay", &["no_balance", "no_credit", "no_debit", "balance_only"])?;
    check_detail(&fields.object("detail")?)?;
    let scene = check_scene(fields, product)?;
    check_settlement(fields, party.mode())?;
    let payer = match product {
        Product::Jsapi => Some(Payer::read(fields, &party)?),
        _ if fields.has("payer") => return Err(fields.fails("payer", "该产品不支持此参数")),
        _ => None,
    };
    Ok(Order {
        payer,
        payer_client_ip: scene,
        notify_url: Some(notify_url.to_owned()),
        payable_until: payable_until(fields, commit.now)?,
        ..Order::open(fields, commit, party, product, amount.integer("total", 1)?)?
    })
}

fn check_settlement(fields: &Fields<'_>, mode: Mode) -> Result<(), Refusal> {
    let settle = fields.object("settle_info")?;
    settle.optional_boolean("profit_sharing")?;
    if settle.optional_integer("subsidy_amount", 0)?.is_some() && mode == Mode::Direct {
        return Err(settle.fails("subsidy_amount", "仅服务商模式支持"));
    }
    Ok(())
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

/// Tells the payer's address when the order names it.
fn check_scene(fields: &Fields<'_>, product: Product) -> Result<Option<std::net::IpAddr>, Refusal> {
    let scene = fields.object("scene_info")?;
    if !fields.has("scene_info") && product != Product::H5 {
        return Ok(None);
    }
    let text = scene.text("payer_client_ip", 1, 45)?;
    let address = text.parse().map_err(|_| scene.fails("payer_client_ip", "须为IPv4或IPv6地址"))?;
    scene.optional_text("device_id", 1, 32)?;
    check_store(&scene)?;
    if product == Product::H5 {
        let h5 = scene.object("h5_info")?;
        if h5.one_of("type", &["iOS", "Android", "Wap"])?.is_none() {
            return Err(h5.fails("type", "必填"));
        }
        h5.optional_text("app_name", 1, 64)?;
        h5.optional_text("app_url", 1, 128)?;
        h5.optional_text("bundle_id", 1, 128)?;
        h5.optional_text("package_name", 1, 128)?;
    }
    Ok(Some(address))
}

fn check_store(scene: &Fields<'_>) -> Result<(), Refusal> {
    if scene.has("store_info") {
        let store = scene.object("store_info")?;
        store.text("id", 1, 32)?;
        store.optional_text("name", 1, 256)?;
        store.optional_text("area_code", 1, 32)?;
        store.optional_text("address", 1, 512)?;
    }
    Ok(())
}

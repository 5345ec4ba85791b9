//! What every page of the phone is made of.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use serde::Deserialize;

use super::words::{Words, choose};
use crate::sandbox::{alipay, unionpay, wechatpay};

/// Where a page may stand and what it may lead to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// By itself.
    Alone,
    /// Its forms end on the shop's own page.
    LeadsToShop,
    /// Framed by the shop's page, to which it tells the outcome.
    InsideShop,
    /// A page of the gateway's own that asks by script and ends on the shop's page.
    CashierOfShop,
}

impl Place {
    /// Browsers hold `form-action` against every redirect that follows a form.
    fn content_policy(self) -> &'static str {
        match self {
            Self::Alone => {
                "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; \
                 frame-ancestors 'none'"
            }
            Self::LeadsToShop => {
                "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self' http: https:; \
                 base-uri 'none'; frame-ancestors 'none'"
            }
            Self::InsideShop => {
                "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; \
                 form-action 'self'; base-uri 'none'; frame-ancestors http: https:"
            }
            Self::CashierOfShop => {
                "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; \
                 form-action 'self' http: https:; base-uri 'none'; frame-ancestors 'none'"
            }
        }
    }
}

#[derive(Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    lang: String,
    #[serde(default)]
    pub(super) code_url: String,
}

impl Asked {
    pub(super) fn words(&self, request: &HttpRequest) -> &'static Words {
        let accepted = request.headers().get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        choose(&self.lang, accepted.unwrap_or_default())
    }

    /// Keeps a language that was asked for by name on every further page.
    pub(super) fn suffix(&self) -> &'static str {
        match self.lang.as_str() {
            "en" => "?lang=en",
            "zh" => "?lang=zh",
            _ => "",
        }
    }
}

/// An order with its amounts in yuan.
pub(super) struct Shown {
    pub(super) merchant_name: String,
    pub(super) initial: String,
    pub(super) description: String,
    pub(super) out_trade_no: String,
    pub(super) total: String,
    pub(super) paid: String,
    /// The shopper's own payment code was scanned; a password is asked for.
    pub(super) is_codepay: bool,
    pub(super) is_alipay: bool,
    pub(super) is_unionpay: bool,
    /// Its sheet on the phone.
    pub(super) path: String,
}

fn initial(name: &str) -> String {
    name.chars().next().map(String::from).unwrap_or_default()
}

impl From<wechatpay::PhoneOrder> for Shown {
    fn from(order: wechatpay::PhoneOrder) -> Self {
        let paid_fen = match order.state {
            wechatpay::PhoneState::Paid { payer_total_fen, .. } => payer_total_fen,
            _ => order.total_fen,
        };
        Self {
            initial: initial(&order.merchant_name),
            merchant_name: order.merchant_name,
            description: order.description,
            out_trade_no: order.out_trade_no,
            path: format!("/phone/wechatpay/{}", encoded(&order.id)),
            total: yuan(order.total_fen),
            paid: yuan(paid_fen),
            is_codepay: order.is_codepay,
            is_alipay: false,
            is_unionpay: false,
        }
    }
}

impl From<alipay::PhoneOrder> for Shown {
    fn from(order: alipay::PhoneOrder) -> Self {
        let paid_fen = match order.state {
            alipay::PhoneState::Paid { buyer_pay_fen } => buyer_pay_fen,
            _ => order.total_fen,
        };
        Self {
            initial: initial(&order.merchant_name),
            merchant_name: order.merchant_name,
            description: order.subject,
            out_trade_no: order.out_trade_no,
            path: format!("/phone/alipay/{}", encoded(&order.id)),
            total: yuan(order.total_fen),
            paid: yuan(paid_fen),
            is_codepay: order.product == alipay::Product::Pay,
            is_alipay: true,
            is_unionpay: false,
        }
    }
}

impl From<unionpay::PhoneOrder> for Shown {
    fn from(order: unionpay::PhoneOrder) -> Self {
        Self {
            initial: initial(&order.merchant_name),
            merchant_name: order.merchant_name,
            description: order.description,
            out_trade_no: order.order_id,
            path: format!("/phone/unionpay/{}", encoded(&order.id)),
            total: yuan(order.total_fen),
            paid: yuan(order.total_fen),
            is_codepay: order.product == unionpay::Product::Barcode,
            is_alipay: false,
            is_unionpay: true,
        }
    }
}

fn yuan(fen: i64) -> String {
    format!("{}.{:02}", fen / 100, fen % 100)
}

#[derive(Template)]
#[template(path = "list.html", config = "src/sandbox/phone/askama.toml")]
pub(super) struct ListPage {
    pub(super) words: &'static Words,
    pub(super) suffix: &'static str,
    pub(super) lang: &'static str,
    pub(super) orders: Vec<Shown>,
}

#[derive(Template)]
#[template(path = "sheet.html", config = "src/sandbox/phone/askama.toml")]
pub(super) struct SheetPage {
    pub(super) words: &'static Words,
    pub(super) suffix: &'static str,
    pub(super) order: Shown,
    /// The forms post to this and `/pay` or `/refuse`.
    pub(super) action: String,
    /// Back to the phone's list; left out where the shop's own page waits behind the sheet.
    pub(super) has_back: bool,
    pub(super) redirect_url: Option<String>,
}

impl SheetPage {
    /// UnionPay's page in a browser, where a bank card pays, instead of a sheet of the app.
    fn is_bank(&self) -> bool {
        self.order.is_unionpay && !self.has_back
    }
}

#[derive(Template)]
#[template(path = "result.html", config = "src/sandbox/phone/askama.toml")]
pub(super) struct ResultPage {
    words: &'static Words,
    suffix: &'static str,
    id: &'static str,
    title: &'static str,
    hint: &'static str,
    is_good: bool,
    is_alipay: bool,
    is_unionpay: bool,
    pub(super) order: Option<Shown>,
    pub(super) retry: Option<String>,
    /// What went wrong, in the gateway's words.
    pub(super) detail: Option<String>,
    /// Where the way out leads; the phone's list when left out.
    pub(super) leave: Option<String>,
}

impl ResultPage {
    pub(super) fn new(words: &'static Words, suffix: &'static str, id: &'static str) -> Self {
        let (title, hint) = match id {
            "paid" => words.paid,
            "refused" => words.refused,
            "declined" => words.declined,
            "already-paid" => words.already_paid,
            "closed" => words.closed,
            "expired" => words.expired,
            "timed-out" => words.timed_out,
            "inside-wechat" => words.inside_wechat,
            "no-referer" => words.no_referer,
            "unregistered-host" => words.unregistered_host,
            "other-address" => words.other_address,
            "link-expired" => words.link_expired,
            "alipay-blocked" => words.alipay_blocked,
            "alipay-error" => words.alipay_error,
            "unionpay-error" => words.unionpay_error,
            _ => words.unknown,
        };
        let is_good = matches!(id, "paid" | "already-paid");
        Self {
            words,
            suffix,
            id,
            title,
            hint,
            is_good,
            is_alipay: false,
            is_unionpay: false,
            order: None,
            retry: None,
            detail: None,
            leave: None,
        }
    }

    pub(super) fn about(mut self, order: impl Into<Shown>) -> Self {
        let order: Shown = order.into();
        self.is_alipay |= order.is_alipay;
        self.is_unionpay |= order.is_unionpay;
        self.order = Some(order);
        self
    }

    /// In a browser, as [`SheetPage::is_bank`].
    fn is_bank(&self) -> bool {
        self.is_unionpay && (self.leave.is_some() || self.id == "unionpay-error")
    }

    pub(super) fn of_alipay(mut self) -> Self {
        self.is_alipay = true;
        self
    }

    pub(super) fn of_unionpay(mut self) -> Self {
        self.is_unionpay = true;
        self
    }
}

pub(super) fn page(status: StatusCode, place: Place, template: &impl Template) -> HttpResponse {
    let Ok(html) = template.render() else { return HttpResponse::InternalServerError().finish() };
    HttpResponse::build(status)
        .insert_header((header::CONTENT_SECURITY_POLICY, place.content_policy()))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::REFERRER_POLICY, "no-referrer"))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .content_type("text/html; charset=utf-8")
        .body(html)
}

pub(super) fn go_to(address: String) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((header::LOCATION, address)).finish()
}

pub(super) fn encoded(segment: &str) -> String {
    percent_encoding::utf8_percent_encode(segment, percent_encoding::NON_ALPHANUMERIC).to_string()
}

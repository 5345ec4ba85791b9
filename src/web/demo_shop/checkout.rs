//! From cart to cashier: the one call that a shop makes to be paid.
//!
//! Promised: the order exists before Luodi is asked, and its number is the idempotency key, so a repeat
//! after a lost answer opens no second payment. Refused: an empty cart, a recipient that cannot receive.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use serde_json::json;

use super::Shop;
use super::cart::Cart;
use super::orders::{Order, Recipient};
use super::pages::{self, Visitor, see_other};
use crate::i18n::Locale;

/// More than a payment's JSON will ever need.
const MAX_ANSWER_BYTES: usize = 256 * 1024;

/// The part of Luodi's answer that the shop uses.
#[derive(Deserialize)]
struct OpenedPayment {
    id: String,
    cashier_url: String,
}

#[derive(Debug, thiserror::Error)]
enum PayError {
    #[error("Luodi could not be asked: {0}")]
    Unreachable(#[from] reqwest::Error),
    #[error("Luodi refused with status {0}")]
    Refused(u16),
    #[error("Luodi's answer is not a payment with a cashier address")]
    Unreadable,
}

/// `POST /checkout`
pub async fn place_order(request: HttpRequest, form: web::Form<Recipient>, shop: web::Data<Shop>) -> HttpResponse {
    let visitor = Visitor::of(&request);
    let cart = Cart::of(&request);
    if cart.lines.is_empty() {
        return see_other("/cart").finish();
    }
    let recipient = form.into_inner();
    if let Some(complaint) = recipient.complaint() {
        return pages::cart_with_complaint(&request, &shop, recipient, complaint);
    }
    let order = shop.orders().place(&cart, recipient, shop.clock.now());
    let mut response = pay(&shop, &order, &visitor).await;
    if let Ok(emptied) = Cart::default().to_cookie().parse() {
        response.headers_mut().append(actix_web::http::header::SET_COOKIE, emptied);
    }
    response
}

/// `POST /orders/{id}/pay`: the shopper left the cashier, or it could not be opened the first time.
pub async fn pay_again(request: HttpRequest, id: web::Path<String>, shop: web::Data<Shop>) -> HttpResponse {
    let order = shop.orders().get(&id).cloned();
    match order {
        Some(order) => pay(&shop, &order, &Visitor::of(&request)).await,
        None => pages::missing(request, shop).await,
    }
}

async fn pay(shop: &Shop, order: &Order, visitor: &Visitor) -> HttpResponse {
    if order.paid_at.is_some() {
        return see_other(&format!("/orders/{}", order.id)).finish();
    }
    let address = match &order.cashier_url {
        Some(known) => Ok(known.clone()),
        None => open_payment(shop, order, visitor.locale).await,
    };
    match address {
        Ok(address) => see_other(&in_language(&address, visitor.locale)).finish(),
        Err(error) => {
            tracing::warn!(order = %order.id, %error, "the cashier could not be opened");
            pages::order_with_complaint(shop, order, visitor, "shop-pay-failed")
        }
    }
}

async fn open_payment(shop: &Shop, order: &Order, locale: Locale) -> Result<String, PayError> {
    let names: Vec<_> = order.lines.iter().map(|line| line.product.name(&crate::i18n::Texts(locale))).collect();
    let body = json!({
        "order_ref": order.id,
        "amount_fen": order.amount_fen,
        "currency": "CNY",
        "description": names.join(if locale == Locale::En { ", " } else { "、" }),
        "return_url": format!("{}/orders/{}", shop.url, order.id),
        "metadata": {},
    });
    let answer = shop
        .client
        .post(format!("{}/v1/payments", shop.settings.luodi_url.trim_end_matches('/')))
        .bearer_auth(&shop.settings.api_key)
        .header("Idempotency-Key", &order.id)
        .header("Accept-Language", locale.tag())
        .json(&body)
        .send()
        .await?;
    let status = answer.status();
    if !status.is_success() {
        return Err(PayError::Refused(status.as_u16()));
    }
    let text = read_capped(answer).await?;
    let payment: OpenedPayment = serde_json::from_str(&text).map_err(|_| PayError::Unreadable)?;
    let web_address = url::Url::parse(&payment.cashier_url).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
    if !web_address {
        return Err(PayError::Unreadable);
    }
    shop.orders().payment_opened(&order.id, payment.id, payment.cashier_url.clone());
    Ok(payment.cashier_url)
}

async fn read_capped(mut answer: reqwest::Response) -> Result<String, PayError> {
    let mut bytes = Vec::new();
    while let Some(chunk) = answer.chunk().await? {
        if bytes.len() + chunk.len() > MAX_ANSWER_BYTES {
            return Err(PayError::Unreadable);
        }
        bytes.extend_from_slice(&chunk);
    }
    String::from_utf8(bytes).map_err(|_| PayError::Unreadable)
}

/// The cashier speaks the language that the shopper chose here.
fn in_language(address: &str, locale: Locale) -> String {
    url::Url::parse(address).map_or_else(
        |_| address.to_owned(),
        |mut url| {
            url.query_pairs_mut().append_pair("lang", locale.tag());
            url.into()
        },
    )
}

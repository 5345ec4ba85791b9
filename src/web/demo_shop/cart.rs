//! The cart, kept in a cookie: product ids and quantities, nothing worth stealing.
//!
//! Refused: unknown products and quantities that are not 1 to 99. A damaged cookie is an emptier cart.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use super::pages::{cookie, see_other, set_cookie};
use super::products::{PRODUCTS, Product};
use crate::web::demo_shop::Shop;

const COOKIE: &str = "tea-cart";
const MAX_QUANTITY: u32 = 99;

/// One line of a cart or an order.
#[derive(Clone)]
pub struct Line {
    pub product: &'static Product,
    pub quantity: u32,
}

impl Line {
    pub fn total_fen(&self) -> i64 {
        self.product.price_fen * i64::from(self.quantity)
    }

    pub fn total(&self) -> String {
        super::products::yuan(self.total_fen())
    }
}

impl std::fmt::Debug for Line {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} × {}", self.product.id, self.quantity)
    }
}

/// At most one line per product, in the catalogue's order.
#[derive(Clone, Debug, Default)]
pub struct Cart {
    pub lines: Vec<Line>,
}

impl Cart {
    pub fn of(request: &HttpRequest) -> Self {
        cookie(request, COOKIE).map_or_else(Self::default, |text| Self::parse(&text))
    }

    /// `puer.2-baicha.1`
    pub fn parse(text: &str) -> Self {
        let mut cart = Self::default();
        for item in text.split('-').take(PRODUCTS.len()) {
            let Some((id, quantity)) = item.split_once('.') else { continue };
            let (Some(product), Ok(quantity)) = (Product::find(id), quantity.parse()) else { continue };
            if (1..=MAX_QUANTITY).contains(&quantity) {
                cart.set(product, quantity);
            }
        }
        cart
    }

    fn set(&mut self, product: &'static Product, quantity: u32) {
        self.lines.retain(|line| line.product.id != product.id);
        if quantity > 0 {
            self.lines.push(Line { product, quantity: quantity.min(MAX_QUANTITY) });
        }
        self.lines.sort_by_key(|line| PRODUCTS.iter().position(|product| product.id == line.product.id));
    }

    fn quantity_of(&self, product: &Product) -> u32 {
        self.lines.iter().find(|line| line.product.id == product.id).map_or(0, |line| line.quantity)
    }

    pub fn count(&self) -> u32 {
        self.lines.iter().map(|line| line.quantity).sum()
    }

    pub fn total_fen(&self) -> i64 {
        self.lines.iter().map(Line::total_fen).sum()
    }

    /// The value of a `Set-Cookie` header; an empty cart takes its cookie away.
    pub fn to_cookie(&self) -> String {
        let items: Vec<_> = self.lines.iter().map(|line| format!("{}.{}", line.product.id, line.quantity)).collect();
        set_cookie(COOKIE, &items.join("-"))
    }
}

#[derive(Deserialize)]
pub struct Change {
    product: String,
    quantity: u32,
}

/// `POST /cart/add`
pub async fn add(request: HttpRequest, form: web::Form<Change>, _: web::Data<Shop>) -> HttpResponse {
    change(&request, &form, |before, wanted| before.saturating_add(wanted).min(MAX_QUANTITY))
}

/// `POST /cart/update`; a quantity of 0 takes the product out.
pub async fn update(request: HttpRequest, form: web::Form<Change>, _: web::Data<Shop>) -> HttpResponse {
    change(&request, &form, |_, wanted| wanted)
}

fn change(request: &HttpRequest, form: &Change, quantity: impl Fn(u32, u32) -> u32) -> HttpResponse {
    let Some(product) = Product::find(&form.product) else { return HttpResponse::UnprocessableEntity().finish() };
    if form.quantity > MAX_QUANTITY {
        return HttpResponse::UnprocessableEntity().finish();
    }
    let mut cart = Cart::of(request);
    let wanted = quantity(cart.quantity_of(product), form.quantity);
    cart.set(product, wanted);
    see_other("/cart").insert_header(("set-cookie", cart.to_cookie())).finish()
}

//! The payment code (付款码) of Alipay that a cashier scans from the shopper's phone (§12.6).

use actix_web::http::StatusCode;
use actix_web::web::{self, Query, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};

use super::AlipayPay;
use crate::sandbox::alipay::{BarcodeOutcome, PaymentCodeDraft};
use crate::sandbox::phone::pages::{Asked, Place, page};
use crate::sandbox::phone::payment_code::{Choice, PaymentCodePage, Wish};

pub(super) fn configure(service: &mut ServiceConfig) {
    service.route("/phone/alipay-payment-code", web::get().to(show));
}

/// Every look shows a fresh code, as the app does.
async fn show(pay: AlipayPay, request: HttpRequest, wish: Query<Wish>, asked: Query<Asked>) -> HttpResponse {
    let poor = || BarcodeOutcome::Refused { sub_code: "ACQ.BUYER_BALANCE_NOT_ENOUGH".to_owned() };
    let (outcome, name) = match wish.outcome.as_str() {
        "password" => (BarcodeOutcome::Password, "password"),
        "unknown" => (BarcodeOutcome::UnknownPaid, "unknown"),
        "not_enough" => (poor(), "not_enough"),
        _ => (BarcodeOutcome::Success, "success"),
    };
    let Ok(shown) = pay.show_payment_code(PaymentCodeDraft { outcome, buyer: None }) else {
        return HttpResponse::InternalServerError().finish();
    };
    let words = asked.words(&request);
    let choices = vec![
        Choice::new("success", words.outcome_success, name),
        Choice::new("password", words.outcome_password, name),
        Choice::new("unknown", words.outcome_unknown, name),
        Choice::new("not_enough", words.outcome_not_enough, name),
    ];
    let (title, action) = (words.alipay_payment_code, "/phone/alipay-payment-code");
    page(
        StatusCode::OK,
        Place::Alone,
        &PaymentCodePage::new(words, &asked, title, action, shown.auth_code, choices).of_alipay(),
    )
}

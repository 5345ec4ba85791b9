//! Every state in every look, kept as a picture: nothing may be too wide, nothing may complain.

use serde_json::Value;

use crate::browser::{Browser, DESKTOP_ZH, LOOKS, Size};
use crate::demo::Demo;
use crate::driver::Driver;
use crate::scenes::{self, cashier_of};

macro_rules! states {
    ($shopper:ident, $($name:literal: $scene:path => $css:literal),* $(,)?) => {
        $(
            let house = scenes::house().await;
            let payment = $scene(&house).await;
            pictures_of(&mut $shopper, &payment, $name, $css).await;
        )*
    };
}

#[tokio::test(flavor = "multi_thread")]
async fn the_cashier_in_all_its_states() {
    let Some(driver) = Driver::start().await else { return };
    let mut shopper = Browser::open(&driver, DESKTOP_ZH).await;
    // An address that fits no payment and a code that cannot be made are errors, and the console says so.
    shopper.forgive("status of 404");
    shopper.forgive("status of 5");
    shopper.forgive("status of 422");
    states! { shopper,
        "cashier-qr": scenes::with_code => "[data-stage=\"qr\"] #qr",
        "cashier-expired": scenes::expired => "[data-stage=\"expired\"] #renew",
        "cashier-unknown": scenes::unknown => "[data-stage=\"unknown\"] #unknown",
        "cashier-failed": scenes::failed => "[data-stage=\"failed\"] #failed",
        "cashier-no-method": scenes::without_method => "[data-stage=\"none\"] #stage",
        "cashier-paid": scenes::paid => "[data-stage=\"paid\"] #paid",
        "cashier-late": scenes::paid_late => "#late",
        "cashier-partly-refunded": scenes::partly_refunded => "#refunded",
        "cashier-refunded": scenes::refunded => "#refunded",
        "cashier-closed": scenes::closed => "#closed",
        "cashier-not-found": scenes::not_found => "#problem",
    }
    let house = scenes::house().await;
    let payment = scenes::with_code(&house).await;
    shopper.prefers_dark(true).await;
    pictures_of(&mut shopper, &payment, "cashier-dark", "#qr").await;
    house.pay(&payment).await;
    pictures_of(&mut shopper, &payment, "cashier-dark-paid", "#paid").await;
    shopper.leave().await;
}

async fn pictures_of(shopper: &mut Browser, payment: &Value, name: &str, css: &str) {
    for look in LOOKS {
        shopper.turn_into(look).await;
        shopper.go_to(&cashier_of(payment, look)).await;
        shopper.sees(css).await;
        if css.contains("#qr") {
            shopper.sees_code().await;
        }
        shopper.fits_the_screen().await;
        shopper.keep(name).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_other_pages() {
    let Some(driver) = Driver::start().await else { return };
    let demo = Demo::start();
    let mut reader = Browser::open(&driver, DESKTOP_ZH).await;
    // The two addresses below that lead nowhere answer 404.
    reader.forgive("/nothing - Failed to load resource");
    let pages = [
        ("docs", demo.api("/docs"), ".opblock"),
        ("errors", demo.api("/docs/errors"), "tr"),
        ("sandbox", demo.sandbox().to_owned(), "main"),
        ("phone-empty", demo.phone(DESKTOP_ZH), ".empty"),
        ("phone-unknown", format!("{}/phone/wechatpay/nothing", demo.sandbox()), "#unknown"),
        ("shop-missing", demo.shop_page("/orders/nothing"), ".empty"),
        ("shop-cart-empty", demo.shop_page("/cart"), "#cart-empty"),
    ];
    for look in LOOKS.into_iter().filter(|look| look.locale == DESKTOP_ZH.locale) {
        reader.turn_into(look).await;
        for (name, address, css) in &pages {
            reader.go_to(address).await;
            reader.sees(css).await;
            if look.size == Size::Desktop || *name != "docs" {
                reader.fits_the_screen().await;
            }
            reader.keep(name).await;
        }
    }
    reader.leave().await;
}

//! Without scripts: every state is readable, and a code can be paid.

use crate::browser::{Browser, PHONE_ZH};
use crate::demo::Demo;
use crate::driver::Driver;
use crate::scenes::{self, cashier_of};

#[tokio::test(flavor = "multi_thread")]
async fn a_cashier_without_scripts_shows_the_code_and_then_the_payment() {
    let Some(driver) = Driver::start().await else { return };
    let (house, look) = (scenes::house().await, PHONE_ZH);
    let shopper = Browser::open(&driver, look).await;
    shopper.without_scripts().await;
    let payment = scenes::with_code(&house).await;
    shopper.go_to(&cashier_of(&payment, look)).await;
    shopper.sees_stage("qr").await;
    shopper.sees("#qr[src]").await;
    shopper.sees("noscript a, .plain a").await;
    assert!(!shopper.shows("#i-have-paid").await, "no button that would do nothing");
    shopper.keep("cashier-plain").await;

    house.pay(&payment).await;
    // The page reloads itself every five seconds.
    shopper.sees_stage("paid").await;
    assert_eq!(shopper.text("#paid h2").await, look.says("cashier-paid"));
    shopper.leave().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_shop_and_the_phone_need_no_scripts() {
    let Some(driver) = Driver::start().await else { return };
    let (demo, look) = (Demo::start(), PHONE_ZH);
    let mut shopper = Browser::open(&driver, look).await;
    shopper.without_scripts().await;
    shopper.go_to(&demo.shop(look)).await;
    shopper.click("#add-longjing").await;
    shopper.click("#checkout").await;
    shopper.sees_stage("qr").await;
    let cashier = shopper.address().await;

    shopper.go_to(&demo.phone(look)).await;
    shopper.click("a.waiting").await;
    shopper.click("#pay").await;
    shopper.sees("#paid").await;
    // A page drawn a moment before the payment counted asks for a code that is no more; it reloads itself.
    shopper.forgive("qr.svg");
    shopper.go_to(cashier.as_str()).await;
    shopper.sees_stage("paid").await;
    shopper.click("#return").await;
    shopper.sees("#order-paid").await;
    shopper.leave().await;
}

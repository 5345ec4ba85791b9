//! Everything can be reached and done without a mouse, and in either language.

use crate::browser::{Browser, DESKTOP_EN, DESKTOP_ZH, ENTER, PHONE_EN, TAB};
use crate::demo::Demo;
use crate::driver::Driver;
use crate::scenes::{self, cashier_of};

#[tokio::test(flavor = "multi_thread")]
async fn tab_walks_the_cashier_from_top_to_bottom() {
    let Some(driver) = Driver::start().await else { return };
    let (house, look) = (scenes::house().await, DESKTOP_ZH);
    let shopper = Browser::open(&driver, look).await;
    let payment = scenes::asked(&house).await;
    shopper.go_to(&cashier_of(&payment, look)).await;
    shopper.sees_code().await;

    for expected in ["language", "pay-with-wechatpay", "i-have-paid"] {
        shopper.press(TAB).await;
        assert_eq!(shopper.focus().await, expected);
    }
    shopper.keep("cashier-focus").await;
    shopper.press(ENTER).await;
    shopper.reads("#notice", &look.says("cashier-not-yet")).await;
    shopper.leave().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expired_code_is_renewed_with_enter() {
    let Some(driver) = Driver::start().await else { return };
    let (house, look) = (scenes::house().await, DESKTOP_EN);
    let shopper = Browser::open(&driver, look).await;
    let payment = scenes::expired(&house).await;
    shopper.go_to(&cashier_of(&payment, look)).await;
    shopper.sees_stage("expired").await;
    for expected in ["language", "pay-with-wechatpay", "renew"] {
        shopper.press(TAB).await;
        assert_eq!(shopper.focus().await, expected);
    }
    shopper.press(ENTER).await;
    shopper.sees_code().await;
    shopper.leave().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paid_cashier_moves_the_focus_to_its_result() {
    let Some(driver) = Driver::start().await else { return };
    let (house, look) = (scenes::house().await, DESKTOP_ZH);
    let shopper = Browser::open(&driver, look).await;
    let payment = scenes::with_code(&house).await;
    shopper.go_to(&cashier_of(&payment, look)).await;
    shopper.sees_code().await;
    house.pay(&payment).await;
    shopper.sees_stage("paid").await;
    assert_eq!(shopper.focus().await, "H2");
    assert_eq!(shopper.text("#stage").await, look.says("cashier-stage-paid"), "announced to screen readers");
    shopper.leave().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_language_is_switched_by_a_link_and_the_code_stays() {
    let Some(driver) = Driver::start().await else { return };
    let house = scenes::house().await;
    let shopper = Browser::open(&driver, DESKTOP_ZH).await;
    let payment = scenes::asked(&house).await;
    shopper.go_to(&cashier_of(&payment, DESKTOP_ZH)).await;
    let code = shopper.sees_code().await;
    shopper.click(".language").await;
    shopper.sees("html[lang=\"en\"] #cashier").await;
    assert_eq!(shopper.text("#i-have-paid").await, DESKTOP_EN.says("cashier-i-have-paid"));
    assert_eq!(shopper.sees_code().await, code);
    shopper.click(".language").await;
    shopper.sees("html[lang=\"zh-Hans\"] #cashier").await;
    shopper.leave().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_wish_the_browsers_language_counts() {
    let Some(driver) = Driver::start().await else { return };
    let house = scenes::house().await;
    let shopper = Browser::open(&driver, PHONE_EN).await;
    let payment = scenes::asked(&house).await;
    shopper.go_to(&crate::support::text(&payment["cashier_url"])).await;
    shopper.sees("html[lang=\"en\"] #cashier").await;
    shopper.leave().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tea_is_ordered_by_keyboard() {
    let Some(driver) = Driver::start().await else { return };
    let (demo, look) = (Demo::start(), DESKTOP_ZH);
    let shopper = Browser::open(&driver, look).await;
    shopper.go_to(&demo.shop(look)).await;
    shopper.press(TAB).await;
    assert_eq!(shopper.focus().await, "skip", "the first stop skips the navigation");
    shopper.press(ENTER).await;
    shopper.press(TAB).await;
    assert!(shopper.focus().await.starts_with("add-"), "then come the products");
    shopper.press(ENTER).await;
    shopper.sees("#checkout").await;
    let reached = async {
        while shopper.focus().await != "checkout" {
            shopper.press(TAB).await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(20), reached).await.expect("Tab reaches the order button");
    shopper.press(ENTER).await;
    shopper.sees_code().await;
    shopper.leave().await;
}

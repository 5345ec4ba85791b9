//! The whole way of a shopper, in the demo: product, cart, order, cashier, phone, paid.

use std::time::{Duration, Instant};

use crate::browser::{Browser, DESKTOP_EN, DESKTOP_ZH, Look, PHONE_EN, PHONE_ZH, Size};
use crate::demo::Demo;
use crate::driver::Driver;

/// Far above what it takes; a shopper would begin to wonder.
const PAID_WITHIN: Duration = Duration::from_secs(5);

#[tokio::test(flavor = "multi_thread")]
async fn a_tea_is_bought_on_a_desktop_in_chinese() {
    buys_tea(DESKTOP_ZH).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tea_is_bought_on_a_desktop_in_english() {
    buys_tea(DESKTOP_EN).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tea_is_bought_on_a_phone_in_chinese() {
    buys_tea(PHONE_ZH).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tea_is_bought_on_a_phone_in_english() {
    buys_tea(PHONE_EN).await;
}

async fn buys_tea(look: Look) {
    let Some(driver) = Driver::start().await else { return };
    let demo = Demo::start();
    let shopper = Browser::open(&driver, look).await;
    let wechat = Browser::open(&driver, Look { size: Size::Phone, ..look }).await;

    goes_to_the_cashier(&shopper, &demo, look).await;
    shopper.sees_code().await;
    assert_eq!(shopper.text("#stage").await, look.says("cashier-stage-qr"));
    for wallet in ["wechatpay", "alipay", "unionpay"] {
        assert!(shopper.shows(&format!("#pay-with-{wallet}")).await, "the tea shop takes {wallet}");
    }
    shopper.fits_the_screen().await;
    shopper.keep("way-4-cashier").await;

    scans_the_code(&wechat, &demo, look).await;
    let (took, ()) = tokio::join!(time_until_paid(&shopper), wechat.click("#pay"));
    println!("{look:?}: {} ms from the tap on the phone to a paid cashier", took.as_millis());
    assert!(took < PAID_WITHIN, "the cashier took {took:?} to notice");
    wechat.sees("#paid").await;
    wechat.keep("phone-3-paid").await;

    assert_eq!(shopper.text("#paid h2").await, look.says("cashier-paid"));
    shopper.keep("way-5-paid").await;
    // Nobody clicks: the cashier leads back, and the shop has heard of the payment.
    shopper.sees("#order-paid").await;
    assert_eq!(shopper.text("#order-paid").await, look.says("shop-status-paid"));
    shopper.fits_the_screen().await;
    shopper.keep("way-6-order").await;
    shopper.leave().await;
    wechat.leave().await;
}

async fn goes_to_the_cashier(shopper: &Browser, demo: &Demo, look: Look) {
    shopper.go_to(&demo.shop(look)).await;
    shopper.fits_the_screen().await;
    shopper.keep("way-1-shop").await;
    shopper.click("#add-longjing").await;
    shopper.sees("#checkout").await;
    shopper.go_to(&demo.shop(look)).await;
    shopper.click("#add-puer").await;
    shopper.sees("#checkout").await;
    shopper.fits_the_screen().await;
    shopper.keep("way-2-cart").await;
    shopper.click("#checkout").await;
}

async fn scans_the_code(wechat: &Browser, demo: &Demo, look: Look) {
    wechat.go_to(&demo.phone(look)).await;
    wechat.sees("a.waiting").await;
    wechat.keep("phone-1-codes").await;
    wechat.click("a.waiting").await;
    wechat.sees("#pay").await;
    wechat.fits_the_screen().await;
    wechat.keep("phone-2-sheet").await;
}

async fn time_until_paid(shopper: &Browser) -> Duration {
    let tapped = Instant::now();
    shopper.sees_stage("paid").await;
    tapped.elapsed()
}

#[tokio::test(flavor = "multi_thread")]
async fn who_turns_away_on_the_phone_may_pay_after_all() {
    let Some(driver) = Driver::start().await else { return };
    let (demo, look) = (Demo::start(), DESKTOP_ZH);
    let shopper = Browser::open(&driver, look).await;
    let wechat = Browser::open(&driver, PHONE_ZH).await;
    goes_to_the_cashier(&shopper, &demo, look).await;
    let code = shopper.sees_code().await;
    scans_the_code(&wechat, &demo, look).await;

    wechat.click("#refuse").await;
    wechat.sees("#refused").await;
    wechat.keep("phone-4-refused").await;
    shopper.click("#i-have-paid").await;
    shopper.reads("#notice", &look.says("cashier-not-yet")).await;
    assert_eq!(shopper.sees_code().await, code, "the same code stays payable");

    wechat.click("#retry").await;
    wechat.click("#pay").await;
    shopper.sees_stage("paid").await;
    shopper.sees("#order-paid").await;
    shopper.leave().await;
    wechat.leave().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_order_page_turns_paid_by_itself() {
    let Some(driver) = Driver::start().await else { return };
    let (demo, look) = (Demo::start(), PHONE_ZH);
    let shopper = Browser::open(&driver, look).await;
    let wechat = Browser::open(&driver, look).await;
    goes_to_the_cashier(&shopper, &demo, look).await;
    shopper.sees_code().await;
    let order = shopper.run("return document.getElementById('cashier').dataset.return").await;
    shopper.go_to(order.as_str().expect("the order's address")).await;
    shopper.sees("#order[data-status=\"open\"] #pay").await;
    shopper.keep("order-open").await;

    scans_the_code(&wechat, &demo, look).await;
    wechat.click("#pay").await;
    shopper.sees("#order-paid").await;
    shopper.leave().await;
    wechat.leave().await;
}

//! WeChat Pay where the shopper is: from a phone's browser through WeChat and back, inside WeChat, and from a
//! computer's screen into any of them.

use luodi::config::CashierQr;
use luodi::sandbox::MerchantDraft;
use serde_json::Value;

use crate::browser::{Browser, DESKTOP_ZH, PHONE_EN, PHONE_ZH};
use crate::driver::Driver;
use crate::scenes::{self, cashier_of};
use crate::support::House;
use crate::support::phone::{ALIPAY, SAFARI};

async fn house() -> House {
    house_with(CashierQr::Gateway).await
}

async fn house_with(cashier_qr: CashierQr) -> House {
    let here = vec!["127.0.0.1".to_owned()];
    let name = Some("落地茶铺".to_owned());
    let draft = MerchantDraft { name, h5_hosts: here.clone(), oauth_hosts: here, ..MerchantDraft::default() };
    House::build_with(draft, |config| {
        config.stores.get_mut("shop").expect("the shop").cashier_qr = cashier_qr;
    })
    .await
}

fn orders(house: &House) -> Vec<String> {
    house.book().orders.iter().map(|order| format!("{:?}", order.trade_state)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_goes_to_wechat_by_one_tap_and_comes_back_paid() {
    let Some(driver) = Driver::start().await else { return };
    for look in [PHONE_ZH, PHONE_EN] {
        let house = house().await;
        let shopper = Browser::open(&driver, look).await;
        shopper.calls_itself(SAFARI).await;
        let payment = scenes::asked(&house).await;
        shopper.go_to(&cashier_of(&payment, look)).await;
        shopper.sees_stage("wap").await;
        shopper.fits_the_screen().await;
        shopper.keep("phone-wap").await;

        shopper.click("#pay-with-wechatpay").await;
        // Through the hop by itself, past the gateway's look at the referrer.
        shopper.sees("#pay").await;
        assert!(shopper.address().await.as_str().starts_with(&house.sandbox.base_url()));
        shopper.click("#pay").await;
        shopper.sees_stage("paid").await;
        assert!(shopper.address().await.path().starts_with("/pay/"));
        shopper.keep("phone-wap-paid").await;
        assert_eq!(orders(&house), ["Success"]);
        shopper.leave().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_comes_back_unpaid_is_asked_and_continues_the_same_order() {
    let Some(driver) = Driver::start().await else { return };
    let (house, look) = (house().await, PHONE_ZH);
    let shopper = Browser::open(&driver, look).await;
    shopper.calls_itself(SAFARI).await;
    let payment = scenes::asked(&house).await;
    shopper.go_to(&cashier_of(&payment, look)).await;
    shopper.click("#pay-with-wechatpay").await;
    shopper.click("#refuse").await;
    shopper.sees_stage("away").await;
    shopper.reads("#notice", &look.says("cashier-not-yet")).await;
    shopper.fits_the_screen().await;
    shopper.keep("phone-away").await;

    // The link lives five minutes; the order longer.
    house.clock.advance_s(301);
    shopper.click("#open-again").await;
    shopper.click("#pay").await;
    shopper.sees_stage("paid").await;
    assert_eq!(orders(&house), ["Success"], "one order all the way");
    shopper.leave().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_way_to_wechat_and_back_works_without_scripts() {
    let Some(driver) = Driver::start().await else { return };
    let (house, look) = (house().await, PHONE_ZH);
    let shopper = Browser::open(&driver, look).await;
    shopper.calls_itself(SAFARI).await;
    shopper.without_scripts().await;
    let payment = scenes::asked(&house).await;
    shopper.go_to(&cashier_of(&payment, look)).await;
    shopper.click("#pay-with-wechatpay").await;
    shopper.sees("#hop").await;
    shopper.fits_the_screen().await;
    shopper.keep("phone-hop").await;
    shopper.click("#go").await;
    shopper.click("#pay").await;
    shopper.sees_stage("paid").await;
    shopper.leave().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn inside_wechat_the_password_is_asked_for_at_once() {
    let Some(driver) = Driver::start().await else { return };
    let (house, look) = (house().await, PHONE_ZH);
    let shopper = Browser::open(&driver, look).await;
    shopper.becomes_wechat(&house.sandbox.base_url(), "ming").await;
    let payment = scenes::asked_with_return(&house).await;
    shopper.go_to(&cashier_of(&payment, look)).await;
    // Nobody taps: the silent sign-in, the order, the sheet.
    shopper.sees("#weixin-payment-sheet").await;
    shopper.keep("wechat-sheet").await;
    shopper.taps_in_the_sheet("#pay").await;
    shopper.sees_stage("paid").await;
    shopper.keep("wechat-paid").await;
    assert_eq!(orders(&house), ["Success"]);
    shopper.leave().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_cancels_inside_wechat_continues_with_one_tap() {
    let Some(driver) = Driver::start().await else { return };
    let (house, look) = (house().await, PHONE_ZH);
    let shopper = Browser::open(&driver, look).await;
    shopper.becomes_wechat(&house.sandbox.base_url(), "ming").await;
    let payment = scenes::asked(&house).await;
    shopper.go_to(&cashier_of(&payment, look)).await;
    shopper.taps_in_the_sheet("#refuse").await;
    shopper.reads("#notice", &look.says("cashier-cancelled")).await;
    shopper.sees_stage("jsapi").await;
    shopper.fits_the_screen().await;
    shopper.keep("wechat-cancelled").await;

    shopper.reload().await;
    shopper.sees_stage("jsapi").await;
    assert!(!shopper.shows("#weixin-payment-sheet").await, "a reload does not ask again by itself");
    shopper.click("#bridge").await;
    shopper.taps_in_the_sheet("#pay").await;
    shopper.sees_stage("paid").await;
    assert_eq!(orders(&house), ["Success"], "the same order");
    shopper.leave().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_that_timed_out_inside_wechat_is_opened_anew_by_one_tap() {
    let Some(driver) = Driver::start().await else { return };
    let (house, look) = (house().await, PHONE_ZH);
    let shopper = Browser::open(&driver, look).await;
    shopper.becomes_wechat(&house.sandbox.base_url(), "ming").await;
    let payment = scenes::asked(&house).await;
    shopper.go_to(&cashier_of(&payment, look)).await;
    shopper.taps_in_the_sheet("#refuse").await;
    house.clock.advance_s(901);
    shopper.reload().await;
    shopper.sees_stage("expired").await;
    assert_eq!(shopper.text("#stage").await, look.says("cashier-stage-expired-order"));
    shopper.fits_the_screen().await;
    shopper.keep("wechat-expired").await;
    shopper.click("#renew").await;
    shopper.taps_in_the_sheet("#pay").await;
    // The gateway was asked when the old order was ended, a moment ago on this clock: now it tells.
    house.sandbox.step().await;
    shopper.sees_stage("paid").await;
    assert_eq!(orders(&house), ["Closed", "Success"], "the old order is ended before the new one is opened");
    shopper.leave().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_phone_ends_the_firsts_order_and_the_first_may_take_it_back() {
    let Some(driver) = Driver::start().await else { return };
    let (house, look) = (house().await, PHONE_ZH);
    let payment = scenes::asked(&house).await;
    let ming = Browser::open(&driver, look).await;
    ming.becomes_wechat(&house.sandbox.base_url(), "ming").await;
    ming.go_to(&cashier_of(&payment, look)).await;
    ming.taps_in_the_sheet("#refuse").await;
    ming.sees_stage("jsapi").await;

    let hua = Browser::open(&driver, look).await;
    hua.becomes_wechat(&house.sandbox.base_url(), "hua").await;
    hua.go_to(&cashier_of(&payment, look)).await;
    hua.sees("#weixin-payment-sheet").await;
    assert_eq!(orders(&house), ["Closed", "Notpay"]);
    ming.sees_stage("elsewhere").await;
    ming.fits_the_screen().await;
    ming.keep("wechat-elsewhere").await;

    hua.taps_in_the_sheet("#refuse").await;
    ming.click("#take-over").await;
    ming.sees("#weixin-payment-sheet").await;
    assert_eq!(orders(&house), ["Closed", "Closed", "Notpay"], "never two open");
    ming.taps_in_the_sheet("#pay").await;
    ming.sees_stage("paid").await;
    hua.sees_stage("paid").await;
    ming.leave().await;
    hua.leave().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_code_on_a_computer_leads_any_wallet_to_its_own_way() {
    let Some(driver) = Driver::start().await else { return };
    let (house, look) = (house_with(CashierQr::Cashier).await, DESKTOP_ZH);
    let payment = scenes::asked(&house).await;
    let screen = Browser::open(&driver, look).await;
    screen.go_to(&cashier_of(&payment, look)).await;
    screen.sees_stage("scan").await;
    screen.run("return document.getElementById('qr').decode()").await;
    let filter = screen.run("return getComputedStyle(document.getElementById('qr')).filter").await;
    assert_eq!(filter, "none", "a code to be scanned is sharp");
    screen.keep("desktop-own-code").await;

    let phone = Browser::open(&driver, PHONE_ZH).await;
    phone.becomes_wechat(&house.sandbox.base_url(), "ming").await;
    phone.go_to(&scanned(&payment)).await;
    phone.sees("#weixin-payment-sheet").await;
    screen.sees_stage("elsewhere").await;
    screen.keep("desktop-elsewhere").await;
    screen.click("#take-over").await;
    screen.sees_stage("scan").await;

    phone.taps_in_the_sheet("#pay").await;
    phone.sees_stage("paid").await;
    screen.sees_stage("paid").await;
    screen.leave().await;
    phone.leave().await;
}

/// What a scanner reads from the screen.
fn scanned(payment: &Value) -> String {
    crate::support::text(&payment["cashier_url"])
}

#[tokio::test(flavor = "multi_thread")]
async fn another_wallet_and_a_turned_back_sign_in_say_what_to_do() {
    let Some(driver) = Driver::start().await else { return };
    let (house, look) = (house().await, PHONE_ZH);
    let payment = scenes::asked(&house).await;
    let shopper = Browser::open(&driver, look).await;
    shopper.calls_itself(ALIPAY).await;
    shopper.go_to(&cashier_of(&payment, look)).await;
    shopper.sees("#guide").await;
    shopper.fits_the_screen().await;
    shopper.keep("phone-other-wallet").await;

    // The sandbox's sign-in works only inside WeChat: this browser is turned away there, and comes back.
    shopper.calls_itself(crate::support::phone::WECHAT).await;
    let address = house.url("/wechat/openid/callback?code=x&state=y");
    shopper.go_to(&address).await;
    shopper.sees("#problem").await;
    shopper.fits_the_screen().await;
    shopper.keep("wechat-sign-in-lost").await;
    let mut shopper = shopper;
    shopper.forgive("status of 400");
    shopper.leave().await;
}

//! Alipay beside WeChat Pay in one cashier: chosen on a computer, on a phone, inside either wallet, and without
//! scripts.

use std::sync::Arc;

use luodi::config::CashierQr;
use luodi::sandbox::alipay::{AlipaySandbox, MerchantCredentials};
use serde_json::{Value, json};

use crate::browser::{Browser, DESKTOP_EN, DESKTOP_ZH, Look, PHONE_EN, PHONE_ZH};
use crate::driver::Driver;
use crate::scenes::{self, cashier_of};
use crate::support::phone::SAFARI;
use crate::support::{House, text};
use crate::wallets::{add_alipay, house_of};

/// A house whose shop takes both wallets.
struct Both {
    house: House,
    alipay: AlipaySandbox,
    merchant: MerchantCredentials,
}

impl Both {
    async fn open() -> Self {
        Self::open_with("precreate", CashierQr::Gateway).await
    }

    async fn open_with(qr_product: &str, cashier_qr: CashierQr) -> Self {
        let house = house_of("落地茶铺", cashier_qr).await;
        let merchant = add_alipay(&house, "落地茶铺", qr_product).await;
        let alipay = house.sandbox.alipay();
        Self { house, alipay, merchant }
    }

    /// What became of the orders at Alipay: of those that nobody opened, nothing.
    fn trades(&self) -> Vec<String> {
        let book = self.alipay.book(&self.merchant.app_id).expect("the book");
        book.trades.iter().map(|trade| trade.trade_status.map_or("-".to_owned(), |s| format!("{s:?}"))).collect()
    }

    fn wechats(&self) -> Vec<String> {
        self.house.book().orders.iter().map(|order| format!("{:?}", order.trade_state)).collect()
    }

    /// More than the two seconds within which a gateway is not asked the same again.
    fn some_time_passes(&self) {
        self.house.clock.advance_s(3);
    }

    /// The gateways tell of what was paid.
    async fn tell(&self) {
        assert!(self.house.sandbox.step().await > 0, "a notification goes out");
    }
}

async fn sees_the_code_of(shopper: &Browser, gateway: &str) -> String {
    shopper.sees(&format!("#cashier[data-stage=\"qr\"][data-gateway=\"{gateway}\"]")).await;
    shopper.sees_code().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_desktop_is_paid_by_alipays_code() {
    let Some(driver) = Driver::start().await else { return };
    for look in [DESKTOP_ZH, DESKTOP_EN] {
        let both = Both::open().await;
        let payment = scenes::asked(&both.house).await;
        let screen = Browser::open(&driver, look).await;
        screen.go_to(&cashier_of(&payment, look)).await;
        sees_the_code_of(&screen, "wechatpay").await;
        screen.fits_the_screen().await;
        screen.keep("wallets-wechat").await;

        screen.click("#pay-with-alipay").await;
        sees_the_code_of(&screen, "alipay").await;
        assert_eq!(screen.text("#stage").await, look.says_of("alipay", "cashier-stage-qr"));
        screen.fits_the_screen().await;
        screen.keep("wallets-alipay").await;
        screen.click("#i-have-paid").await;
        screen.reads("#notice", &look.says_of("alipay", "cashier-not-yet")).await;

        let phone = Browser::open(&driver, Look { size: PHONE_ZH.size, ..look }).await;
        phone.go_to(&both.house.sandbox.phone_url()).await;
        phone.click("a.waiting.alipay").await;
        phone.click("#pay").await;
        phone.sees("#paid").await;
        both.tell().await;
        screen.sees_stage("paid").await;
        screen.keep("wallets-alipay-paid").await;
        assert_eq!(both.trades(), ["TradeSuccess"]);
        assert_eq!(both.wechats(), ["Closed"], "one order at a time");
        screen.leave().await;
        phone.leave().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shopper_goes_from_wechat_to_alipay_and_back() {
    let Some(driver) = Driver::start().await else { return };
    let (both, look) = (Both::open().await, DESKTOP_ZH);
    let payment = scenes::asked(&both.house).await;
    let screen = Browser::open(&driver, look).await;
    screen.go_to(&cashier_of(&payment, look)).await;
    let first = sees_the_code_of(&screen, "wechatpay").await;
    screen.click("#pay-with-alipay").await;
    sees_the_code_of(&screen, "alipay").await;
    screen.click("#pay-with-wechatpay").await;
    let second = sees_the_code_of(&screen, "wechatpay").await;
    assert_ne!(first, second, "the first order was closed");
    assert_eq!((both.wechats(), both.trades()), (vec!["Closed".to_owned(), "Notpay".to_owned()], vec!["-".to_owned()]));

    both.house.pay(&both.house.read(&payment).await).await;
    screen.sees_stage("paid").await;
    screen.leave().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_another_screen_chose_is_shown_on_this_one() {
    let Some(driver) = Driver::start().await else { return };
    let (both, look) = (Both::open().await, DESKTOP_ZH);
    let payment = scenes::asked(&both.house).await;
    let (one, other) = (Browser::open(&driver, look).await, Browser::open(&driver, look).await);
    one.go_to(&cashier_of(&payment, look)).await;
    other.go_to(&cashier_of(&payment, look)).await;
    sees_the_code_of(&other, "wechatpay").await;
    one.click("#pay-with-alipay").await;
    let chosen = sees_the_code_of(&one, "alipay").await;
    assert_eq!(sees_the_code_of(&other, "alipay").await, chosen, "never two codes, and each under its own name");
    one.leave().await;
    other.leave().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_earlier_order_that_cannot_be_ended_is_told() {
    let Some(driver) = Driver::start().await else { return };
    let (both, look) = (Both::open().await, DESKTOP_ZH);
    let payment = scenes::asked(&both.house).await;
    let screen = Browser::open(&driver, look).await;
    screen.go_to(&cashier_of(&payment, look)).await;
    sees_the_code_of(&screen, "wechatpay").await;
    both.house.fault(luodi::sandbox::Operation::Close, luodi::sandbox::FaultKind::ResetBeforeCommit);
    screen.click("#pay-with-alipay").await;
    screen.sees("#problem").await;
    screen.fits_the_screen().await;
    screen.keep("wallets-earlier-unsettled").await;
    screen.click("#cashier-try-again").await;
    screen.sees("#cashier").await;
    screen.leave().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn alipays_own_page_is_reached_by_form_and_leads_back() {
    let Some(driver) = Driver::start().await else { return };
    let (both, look) = (Both::open().await, DESKTOP_ZH);
    let payment = scenes::asked(&both.house).await;
    let screen = Browser::open(&driver, look).await;
    screen.go_to(&cashier_of(&payment, look)).await;
    screen.click("#pay-with-alipay").await;
    sees_the_code_of(&screen, "alipay").await;
    screen.click("#page-instead").await;
    // The form sends itself.
    screen.sees("#pay").await;
    assert!(screen.address().await.as_str().starts_with(&both.alipay.base_url()));
    screen.run("history.back()").await;
    screen.sees_stage("away").await;
    screen.reads("#notice", &look.says_of("alipay", "cashier-not-yet")).await;
    screen.fits_the_screen().await;
    screen.keep("wallets-page-away").await;

    screen.click("#open-again").await;
    both.some_time_passes();
    screen.click("#pay").await;
    screen.sees_stage("paid").await;
    assert!(screen.address().await.path().starts_with("/pay/"));
    assert_eq!(both.trades().last().map(String::as_str), Some("TradeSuccess"));
    screen.leave().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_in_alipays_frame_is_paid_and_the_cashier_moves_on() {
    let Some(driver) = Driver::start().await else { return };
    let (both, look) = (Both::open_with("page", CashierQr::Gateway).await, DESKTOP_ZH);
    let payment = scenes::asked(&both.house).await;
    let screen = Browser::open(&driver, look).await;
    screen.go_to(&cashier_of(&payment, look)).await;
    screen.click("#pay-with-alipay").await;
    screen.sees("#cashier[data-stage=\"qr\"] #gateway-code").await;
    let code = screen.reads_in_the_frame("#gateway-code", "#code", "data-code").await;
    screen.fits_the_screen().await;
    screen.keep("wallets-frame").await;

    let phone = Browser::open(&driver, PHONE_ZH).await;
    let code: String = url::form_urlencoded::byte_serialize(code.as_bytes()).collect();
    phone.go_to(&format!("{}/open?code_url={code}", both.house.sandbox.phone_url())).await;
    phone.click("#pay").await;
    phone.sees("#paid").await;
    both.tell().await;
    screen.sees_stage("paid").await;
    screen.leave().await;
    phone.leave().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_goes_to_alipay_by_one_tap_and_comes_back_paid() {
    let Some(driver) = Driver::start().await else { return };
    for look in [PHONE_ZH, PHONE_EN] {
        let both = Both::open().await;
        let payment = scenes::asked(&both.house).await;
        let shopper = Browser::open(&driver, look).await;
        shopper.calls_itself(SAFARI).await;
        shopper.go_to(&cashier_of(&payment, look)).await;
        shopper.sees_stage("wap").await;
        shopper.fits_the_screen().await;
        shopper.keep("wallets-phone").await;

        shopper.click("#pay-with-alipay").await;
        shopper.click("#confirm").await;
        shopper.click("#refuse").await;
        shopper.sees_stage("away").await;
        shopper.reads("#notice", &look.says_of("alipay", "cashier-not-yet")).await;
        shopper.fits_the_screen().await;
        shopper.keep("wallets-phone-away").await;

        shopper.click("#open-again").await;
        shopper.click("#confirm").await;
        both.some_time_passes();
        shopper.click("#pay").await;
        shopper.sees_stage("paid").await;
        assert_eq!((both.trades(), both.wechats()), (vec!["TradeSuccess".to_owned()], Vec::new()), "one order");
        shopper.leave().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_that_went_to_alipay_may_pay_by_wechat_after_all() {
    let Some(driver) = Driver::start().await else { return };
    let (both, look) = (Both::open().await, PHONE_ZH);
    let payment = scenes::asked(&both.house).await;
    let shopper = Browser::open(&driver, look).await;
    shopper.calls_itself(SAFARI).await;
    shopper.go_to(&cashier_of(&payment, look)).await;
    shopper.click("#pay-with-alipay").await;
    shopper.click("#confirm").await;
    shopper.click("#refuse").await;
    shopper.sees_stage("away").await;
    both.some_time_passes();
    shopper.click("#pay-with-wechatpay").await;
    shopper.sees("#pay").await;
    both.some_time_passes();
    shopper.click("#pay").await;
    shopper.sees_stage("paid").await;
    assert_eq!((both.trades(), both.wechats()), (vec!["TradeClosed".to_owned()], vec!["Success".to_owned()]));
    shopper.leave().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_code_for_both_wallets_is_paid_inside_alipay() {
    let Some(driver) = Driver::start().await else { return };
    let (both, look) = (Both::open_with("precreate", CashierQr::Cashier).await, DESKTOP_ZH);
    let payment = scenes::asked(&both.house).await;
    let screen = Browser::open(&driver, look).await;
    screen.go_to(&cashier_of(&payment, look)).await;
    screen.sees_stage("scan").await;
    screen.run("return document.getElementById('qr').decode()").await;
    screen.fits_the_screen().await;
    screen.keep("wallets-own-code").await;

    let phone = Browser::open(&driver, PHONE_ZH).await;
    let scanned = both.alipay.browser_url(&text(&payment["cashier_url"])).expect("a page of this machine");
    phone.go_to(&scanned).await;
    // Straight to Alipay's page, and back to the cashier when the shopper turns away.
    phone.click("#confirm").await;
    screen.sees_stage("elsewhere").await;
    phone.click("#refuse").await;
    phone.sees_stage("away").await;
    assert!(phone.text(".method.off").await.contains(&look.says("cashier-method-other-wallet")));
    phone.fits_the_screen().await;
    phone.keep("alipay-away").await;
    phone.click("#guide summary").await;
    phone.fits_the_screen().await;
    phone.keep("alipay-guide").await;

    phone.click("#open-again").await;
    phone.click("#confirm").await;
    both.some_time_passes();
    phone.click("#pay").await;
    phone.sees_stage("paid").await;
    screen.sees_stage("paid").await;
    assert_eq!(both.trades(), ["TradeSuccess"]);
    screen.leave().await;
    phone.leave().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_buyer_the_shop_knows_pays_inside_alipay_by_password() {
    let Some(driver) = Driver::start().await else { return };
    let (both, look) = (Both::open().await, PHONE_ZH);
    let payment = told_buyer(&both).await;
    let shopper = Browser::open(&driver, look).await;
    shopper.becomes_alipay(&both.alipay.base_url()).await;
    shopper.go_to(&cashier_of(&payment, look)).await;
    shopper.taps_in_alipays_sheet("#refuse").await;
    shopper.reads("#notice", &look.says("cashier-cancelled")).await;
    shopper.sees_stage("jsapi").await;
    shopper.fits_the_screen().await;
    shopper.keep("alipay-cancelled").await;

    shopper.click("#bridge").await;
    shopper.taps_in_alipays_sheet("#pay").await;
    // The answer of the wallet is a hint: the server asks.
    shopper.sees_stage("paid").await;
    assert_eq!(both.trades(), ["TradeSuccess"], "the same order");
    shopper.leave().await;
}

async fn told_buyer(both: &Both) -> Value {
    let body = json!({
        "order_ref": "T202601018842", "amount_fen": scenes::PRICE_FEN, "currency": "CNY", "description": "西湖龙井",
        "gateway": "alipay", "flow": "jsapi", "shopper": { "buyer_id": "2088000000000002" },
    });
    let answer = both.house.post("/v1/payments", body).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    answer.json()
}

#[tokio::test(flavor = "multi_thread")]
async fn inside_wechat_alipay_is_greyed_with_the_way_to_it() {
    let Some(driver) = Driver::start().await else { return };
    for look in [PHONE_ZH, PHONE_EN] {
        let both = Both::open().await;
        let payment = scenes::asked(&both.house).await;
        let shopper = Browser::open(&driver, look).await;
        shopper.becomes_wechat(&both.house.sandbox.base_url(), "ming").await;
        shopper.go_to(&cashier_of(&payment, look)).await;
        shopper.taps_in_the_sheet("#refuse").await;
        shopper.sees_stage("jsapi").await;
        assert!(shopper.text(".method.off").await.contains(&look.says_of("alipay", "cashier-method-other-wallet")));
        shopper.click("#guide summary").await;
        shopper.fits_the_screen().await;
        shopper.keep("wechat-alipay-greyed").await;
        shopper.leave().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_scripts_every_way_is_open() {
    let Some(driver) = Driver::start().await else { return };
    let (both, look) = (Both::open().await, DESKTOP_ZH);
    let payment = scenes::asked(&both.house).await;
    let screen = Browser::open(&driver, look).await;
    screen.without_scripts().await;
    screen.go_to(&cashier_of(&payment, look)).await;
    screen.click("#pay-with-alipay").await;
    screen.sees("#cashier[data-stage=\"qr\"][data-gateway=\"alipay\"] #qr[src]").await;
    screen.keep("wallets-plain").await;
    screen.click("#page-instead").await;
    screen.sees("#form #go").await;
    screen.fits_the_screen().await;
    screen.keep("wallets-form").await;
    screen.click("#go").await;
    screen.click("#pay").await;
    screen.sees_stage("paid").await;
    assert_eq!(both.trades().last().map(String::as_str), Some("TradeSuccess"));
    screen.leave().await;
}

/// Every state that two wallets change, in every look.
#[tokio::test(flavor = "multi_thread")]
async fn the_states_of_two_wallets() {
    let Some(driver) = Driver::start().await else { return };
    let both = Arc::new(Both::open().await);
    let mut shopper = Browser::open(&driver, DESKTOP_ZH).await;
    for look in crate::browser::LOOKS {
        shopper.turn_into(look).await;
        let payment = scenes::asked(&both.house).await;
        shopper.go_to(&cashier_of(&payment, look)).await;
        shopper.click("#pay-with-alipay").await;
        sees_the_code_of(&shopper, "alipay").await;
        for dark in [false, true] {
            shopper.prefers_dark(dark).await;
            shopper.fits_the_screen().await;
            shopper.keep(if dark { "wallets-dark" } else { "wallets-light" }).await;
        }
        shopper.prefers_dark(false).await;
        both.house.clock.advance_s(901);
        shopper.reload().await;
        shopper.sees_stage("expired").await;
        shopper.fits_the_screen().await;
        shopper.keep("wallets-expired").await;
    }
    shopper.leave().await;
}

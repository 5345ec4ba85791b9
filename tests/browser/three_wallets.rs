//! Three wallets in one cashier: inside each other's apps, by one code for all, without scripts, by keyboard, and
//! in every look and language.

use luodi::config::CashierQr;
use luodi::sandbox::unionpay::{FaultKind, MerchantDraft as UnionPayDraft, Operation};

use crate::browser::{Browser, DESKTOP_ZH, ENTER, LOOKS, Look, PHONE_EN, PHONE_ZH, TAB};
use crate::driver::Driver;
use crate::scenes::{self, cashier_of};
use crate::support::text;
use crate::wallets::{Three, sees_the_code_of};

#[tokio::test(flavor = "multi_thread")]
async fn inside_the_other_apps_unionpay_is_greyed_with_the_way_to_it() {
    let Some(driver) = Driver::start().await else { return };
    let greyed = ".method.off[data-wallet=\"unionpay\"]";
    for look in [PHONE_ZH, PHONE_EN] {
        let reason = look.says_of("unionpay", "cashier-method-other-wallet");
        let three = Three::open().await;
        let payment = scenes::asked(&three.house).await;
        let in_wechat = Browser::open(&driver, look).await;
        in_wechat.becomes_wechat(&three.house.sandbox.base_url(), "ming").await;
        in_wechat.go_to(&cashier_of(&payment, look)).await;
        in_wechat.taps_in_the_sheet("#refuse").await;
        in_wechat.sees_stage("jsapi").await;
        assert!(in_wechat.text(greyed).await.contains(&reason));
        in_wechat.click("#guide summary").await;
        in_wechat.fits_the_screen().await;
        in_wechat.keep("in-wechat-unionpay-greyed").await;
        in_wechat.leave().await;

        let payment = scenes::asked(&three.house).await;
        let in_alipay = Browser::open(&driver, look).await;
        let inside = three.house.sandbox.alipay().browser_url(&cashier_of(&payment, look)).expect("a page here");
        in_alipay.go_to(&inside).await;
        in_alipay.click("#confirm").await;
        in_alipay.click("#refuse").await;
        in_alipay.sees_stage("away").await;
        assert!(in_alipay.text(greyed).await.contains(&reason));
        in_alipay.click("#guide summary").await;
        in_alipay.fits_the_screen().await;
        in_alipay.keep("in-alipay-unionpay-greyed").await;
        in_alipay.leave().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_code_is_paid_by_each_of_three_apps_in_its_own_way() {
    let Some(driver) = Driver::start().await else { return };
    let three = Three::open_with(UnionPayDraft::default(), CashierQr::Cashier).await;
    let look = DESKTOP_ZH;
    for app in ["wechatpay", "alipay", "unionpay"] {
        let payment = scenes::asked(&three.house).await;
        let screen = Browser::open(&driver, look).await;
        screen.go_to(&cashier_of(&payment, look)).await;
        screen.sees_stage("scan").await;
        screen.run("return document.getElementById('qr').decode()").await;
        screen.fits_the_screen().await;
        screen.keep("three-own-code").await;

        let phone = Browser::open(&driver, PHONE_ZH).await;
        let scanned = text(&payment["cashier_url"]);
        match app {
            "wechatpay" => {
                phone.becomes_wechat(&three.house.sandbox.base_url(), "ming").await;
                phone.go_to(&scanned).await;
                phone.taps_in_the_sheet("#pay").await;
            }
            "alipay" => {
                phone.go_to(&three.house.sandbox.alipay().browser_url(&scanned).expect("a page here")).await;
                phone.click("#confirm").await;
                screen.sees_stage("elsewhere").await;
                three.some_time_passes();
                phone.click("#pay").await;
            }
            _ => {
                phone.go_to(&three.unionpay.browser_url(&scanned).expect("a page here")).await;
                phone.sees("#pay").await;
                screen.sees_stage("elsewhere").await;
                screen.keep("three-elsewhere").await;
                phone.click("#pay").await;
                three.some_time_passes();
                phone.click("#leave").await;
            }
        }
        phone.sees_stage("paid").await;
        screen.sees_stage("paid").await;
        let newest = three.house.read(&payment).await["attempts"].as_array().expect("attempts").last().cloned();
        assert_eq!(newest.expect("an attempt")["gateway"], app);
        screen.leave().await;
        phone.leave().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_scripts_unionpay_is_paid_as_well() {
    let Some(driver) = Driver::start().await else { return };
    let (three, look) = (Three::open().await, DESKTOP_ZH);
    let payment = scenes::asked(&three.house).await;
    let screen = Browser::open(&driver, look).await;
    screen.without_scripts().await;
    screen.go_to(&cashier_of(&payment, look)).await;
    screen.click("#pay-with-unionpay").await;
    screen.sees("#cashier[data-stage=\"qr\"][data-gateway=\"unionpay\"] #qr[src]").await;
    screen.keep("three-plain").await;
    screen.click("#page-instead").await;
    screen.sees("#form #go").await;
    screen.fits_the_screen().await;
    screen.keep("three-form").await;
    screen.click("#go").await;
    screen.click("#pay").await;
    three.some_time_passes();
    screen.click("#leave").await;
    screen.sees_stage("paid").await;
    screen.leave().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tab_walks_three_wallets_in_their_order_and_enter_chooses() {
    let Some(driver) = Driver::start().await else { return };
    let (three, look) = (Three::open().await, DESKTOP_ZH);
    let payment = scenes::asked(&three.house).await;
    let screen = Browser::open(&driver, look).await;
    screen.go_to(&cashier_of(&payment, look)).await;
    sees_the_code_of(&screen, "wechatpay").await;
    for expected in ["language", "pay-with-wechatpay", "pay-with-alipay", "pay-with-unionpay"] {
        screen.press(TAB).await;
        assert_eq!(screen.focus().await, expected);
    }
    screen.keep("three-focus").await;
    screen.press(ENTER).await;
    sees_the_code_of(&screen, "unionpay").await;
    screen.leave().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_unionpay_refuses_or_leaves_open_is_told_in_its_name() {
    let Some(driver) = Driver::start().await else { return };
    let (three, mut screen) = (Three::open().await, Browser::open(&driver, DESKTOP_ZH).await);
    // A code that cannot be made is an error, and the console says so.
    screen.forgive("status of 4");
    screen.forgive("status of 5");
    for look in LOOKS {
        screen.turn_into(look).await;
        let payment = scenes::asked(&three.house).await;
        screen.go_to(&cashier_of(&payment, look)).await;
        sees_the_code_of(&screen, "wechatpay").await;
        three.fault(Operation::QrPurchase, FaultKind::RespCodeBeforeCommit { resp_code: "32".to_owned() });
        screen.click("#pay-with-unionpay").await;
        // Its page may still take the money.
        screen.sees("#cashier[data-stage=\"wap\"][data-gateway=\"unionpay\"]").await;
        let advice = look.says_of("unionpay", "cashier-page-advice-refused");
        assert_eq!(screen.text(".doing .advice:not([hidden])").await, advice);
        screen.fits_the_screen().await;
        screen.keep("three-refused").await;
        three.unionpay.clear_faults();
        screen.click("#pay-with-wechatpay").await;
        sees_the_code_of(&screen, "wechatpay").await;

        let payment = scenes::asked(&three.house).await;
        screen.go_to(&cashier_of(&payment, look)).await;
        sees_the_code_of(&screen, "wechatpay").await;
        three.fault(Operation::QrPurchase, FaultKind::ResetAfterCommit);
        three.fault(Operation::Query, FaultKind::ResetAfterCommit);
        screen.click("#pay-with-unionpay").await;
        screen.sees_stage("unknown").await;
        assert_eq!(screen.text("#stage").await, look.says_of("unionpay", "cashier-stage-unknown"));
        screen.click("#i-have-paid").await;
        screen.reads("#notice", &look.says_of("unionpay", "cashier-still-unknown")).await;
        screen.fits_the_screen().await;
        screen.keep("three-unknown").await;
        three.unionpay.clear_faults();
    }
    screen.leave().await;
}

/// Every state that three wallets change, in every look and language, down to the narrowest phone.
#[tokio::test(flavor = "multi_thread")]
async fn the_states_of_three_wallets() {
    let Some(driver) = Driver::start().await else { return };
    let three = Three::open().await;
    let mut shopper = Browser::open(&driver, DESKTOP_ZH).await;
    let traditional = [luodi::i18n::Locale::ZhHantHk, luodi::i18n::Locale::ZhHantTw];
    let sizes = [DESKTOP_ZH.size, PHONE_ZH.size];
    let others = traditional.into_iter().flat_map(|locale| sizes.map(|size| Look { size, locale }));
    for look in LOOKS.into_iter().chain(others) {
        shopper.turn_into(look).await;
        let payment = scenes::asked(&three.house).await;
        shopper.go_to(&cashier_of(&payment, look)).await;
        shopper.click("#pay-with-unionpay").await;
        sees_the_code_of(&shopper, "unionpay").await;
        assert_eq!(shopper.text("#stage").await, look.says_of("unionpay", "cashier-stage-qr"));
        for dark in [false, true] {
            shopper.prefers_dark(dark).await;
            shopper.fits_the_screen().await;
            shopper.keep(if dark { "three-dark" } else { "three-light" }).await;
        }
        shopper.prefers_dark(false).await;
        three.house.clock.advance_s(901);
        shopper.reload().await;
        shopper.sees_stage("expired").await;
        shopper.fits_the_screen().await;
        shopper.keep("three-expired").await;
    }
    for look in [PHONE_ZH, PHONE_EN] {
        shopper.narrows_to(360).await;
        let payment = scenes::asked(&three.house).await;
        shopper.go_to(&cashier_of(&payment, look)).await;
        shopper.click("#pay-with-unionpay").await;
        sees_the_code_of(&shopper, "unionpay").await;
        shopper.fits_the_screen().await;
        shopper.keep(&format!("three-360-{}", look.locale.tag())).await;
        shopper.go_to(&format!("{}&flow=qr", cashier_of(&payment, look))).await;
        shopper.fits_the_screen().await;
    }
    shopper.leave().await;
}

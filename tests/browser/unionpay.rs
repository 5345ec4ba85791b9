//! UnionPay beside WeChat Pay and Alipay in one cashier: by its code, by its own page and back from another site,
//! on a phone and inside its own app, and what it means that nothing ends its orders before their time.

use luodi::config::CashierQr;
use luodi::sandbox::unionpay::{FaultKind, MerchantDraft as UnionPayDraft, Operation, TransactionState};
use serde_json::Value;

use crate::browser::{Browser, DESKTOP_EN, DESKTOP_ZH, Look, PHONE_EN, PHONE_ZH};
use crate::driver::Driver;
use crate::scenes::{self, cashier_of};
use crate::support::phone::SAFARI;
use crate::support::text;
use crate::wallets::{Three, scans, sees_the_code_of};

/// From the cashier on a computer to the bank's page.
async fn goes_to_the_bank(screen: &Browser, three: &Three, payment: &Value, look: Look) {
    screen.go_to(&cashier_of(payment, look)).await;
    screen.click("#pay-with-unionpay").await;
    sees_the_code_of(screen, "unionpay").await;
    screen.click("#page-instead").await;
    // The form sends itself.
    screen.sees("#pay").await;
    assert_eq!(screen.address().await.host_str(), Some("localhost"), "another site");
    three.some_time_passes();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_desktop_is_paid_by_unionpays_code() {
    let Some(driver) = Driver::start().await else { return };
    for look in [DESKTOP_ZH, DESKTOP_EN] {
        let three = Three::open().await;
        let payment = scenes::asked(&three.house).await;
        let screen = Browser::open(&driver, look).await;
        screen.go_to(&cashier_of(&payment, look)).await;
        sees_the_code_of(&screen, "wechatpay").await;
        screen.fits_the_screen().await;
        screen.keep("three-wechat").await;

        screen.click("#pay-with-unionpay").await;
        sees_the_code_of(&screen, "unionpay").await;
        assert_eq!(screen.text("#stage").await, look.says_of("unionpay", "cashier-stage-qr"));
        screen.fits_the_screen().await;
        screen.keep("three-unionpay").await;
        screen.click("#i-have-paid").await;
        screen.reads("#notice", &look.says_of("unionpay", "cashier-not-yet")).await;

        let phone = scans(&driver, &three, look).await;
        phone.fits_the_screen().await;
        phone.keep("unionpay-sheet").await;
        phone.click("#pay").await;
        phone.sees("#paid").await;
        phone.keep("unionpay-sheet-paid").await;
        three.tell().await;
        screen.sees_stage("paid").await;
        screen.keep("three-unionpay-paid").await;
        assert_eq!(three.orders(), [TransactionState::Succeeded]);
        assert_eq!(three.wechats(), ["Closed"], "one order at a time");
        screen.leave().await;
        phone.leave().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn unionpays_own_page_is_reached_by_form_and_leads_back_from_another_site() {
    let Some(driver) = Driver::start().await else { return };
    for (look, auto_return) in [(DESKTOP_ZH, false), (DESKTOP_EN, true)] {
        let draft = UnionPayDraft { auto_return, ..UnionPayDraft::default() };
        let three = Three::open_with(draft, CashierQr::Gateway).await;
        let payment = scenes::asked(&three.house).await;
        let screen = Browser::open(&driver, look).await;
        goes_to_the_bank(&screen, &three, &payment, look).await;
        screen.fits_the_screen().await;
        screen.keep("bank").await;
        screen.click("#pay").await;
        if !auto_return {
            screen.sees("#leave").await;
            screen.keep("bank-paid").await;
            screen.click("#leave").await;
        }
        // UnionPay's form brought no cookie along; the shopper stands before their own cashier all the same.
        screen.sees_stage("paid").await;
        assert!(screen.address().await.path().starts_with("/pay/"));
        assert_eq!(three.orders(), [TransactionState::Unseen, TransactionState::Succeeded], "the code was left alone");
        screen.leave().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forged_return_shows_nothing_false() {
    let Some(driver) = Driver::start().await else { return };
    let (three, look) = (Three::open().await, DESKTOP_ZH);
    let payment = scenes::asked(&three.house).await;
    let screen = Browser::open(&driver, look).await;
    goes_to_the_bank(&screen, &three, &payment, look).await;
    let attempt = three.house.read(&payment).await["attempts"][2]["id"].clone();
    let back = three.house.url(&format!("/return/{}", text(&attempt)));
    let forged = format!(
        "data:text/html,<form method=post action={back}><input name=respCode value=00><input name=txnAmt \
         value=12800><button id=forge>x</button></form>"
    );
    screen.go_to(&forged).await;
    screen.click("#forge").await;
    screen.sees_stage("away").await;
    screen.reads("#notice", &look.says_of("unionpay", "cashier-not-yet")).await;
    assert_eq!(three.house.read(&payment).await["status"], "open");

    // A signed one that the gateway bent says no more.
    three.fault(Operation::FrontReturn, FaultKind::WrongAmount);
    screen.click("#open-again").await;
    screen.click("#pay").await;
    three.some_time_passes();
    screen.click("#leave").await;
    screen.sees_stage("paid").await;
    screen.leave().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_refused_at_the_bank_tries_again_or_pays_with_another_wallet() {
    let Some(driver) = Driver::start().await else { return };
    let (three, look) = (Three::open().await, DESKTOP_ZH);
    let payment = scenes::asked(&three.house).await;
    let screen = Browser::open(&driver, look).await;
    goes_to_the_bank(&screen, &three, &payment, look).await;
    screen.click("#decline").await;
    screen.sees("#declined").await;
    screen.fits_the_screen().await;
    screen.keep("bank-declined").await;
    screen.click("#done").await;
    screen.sees_stage("away").await;
    screen.reads("#notice", &look.says_of("unionpay", "cashier-not-yet")).await;
    assert!(!screen.shows("#left-open").await, "it is the very page that the shopper came from");
    screen.fits_the_screen().await;
    screen.keep("three-page-away").await;

    screen.click("#open-again").await;
    screen.click("#refuse").await;
    screen.sees_stage("away").await;
    three.some_time_passes();
    screen.click("#pay-with-wechatpay").await;
    sees_the_code_of(&screen, "wechatpay").await;
    assert_eq!(screen.text("#left-open").await, look.says_of("unionpay", "cashier-left-open"));
    screen.fits_the_screen().await;
    screen.keep("three-left-open").await;
    three.house.pay(&three.house.read(&payment).await).await;
    screen.sees_stage("paid").await;
    assert!(!screen.shows("#left-open").await);
    assert_eq!(three.orders(), [TransactionState::Unseen, TransactionState::Failed]);
    screen.leave().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_unionpay_takes_only_once_leaves_the_code() {
    let Some(driver) = Driver::start().await else { return };
    let draft = UnionPayDraft { refuses_reposted_form: true, ..UnionPayDraft::default() };
    let (three, look) = (Three::open_with(draft, CashierQr::Gateway).await, DESKTOP_ZH);
    let payment = scenes::asked(&three.house).await;
    let screen = Browser::open(&driver, look).await;
    goes_to_the_bank(&screen, &three, &payment, look).await;
    screen.click("#refuse").await;
    screen.sees_stage("away").await;
    screen.click("#open-again").await;
    screen.sees("#unionpay-error").await;
    screen.keep("bank-error").await;
    screen.go_to(&cashier_of(&payment, look)).await;
    screen.sees_stage("away").await;
    three.some_time_passes();
    screen.click("#pay-with-unionpay").await;
    sees_the_code_of(&screen, "unionpay").await;
    let phone = scans(&driver, &three, look).await;
    phone.click("#pay").await;
    phone.sees("#paid").await;
    three.tell().await;
    screen.sees_stage("paid").await;
    screen.leave().await;
    phone.leave().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_stayed_too_long_at_the_bank_gets_a_code() {
    let Some(driver) = Driver::start().await else { return };
    let (three, look) = (Three::open().await, DESKTOP_ZH);
    let payment = scenes::asked(&three.house).await;
    let screen = Browser::open(&driver, look).await;
    goes_to_the_bank(&screen, &three, &payment, look).await;
    three.house.clock.advance_s(901);
    screen.click("#pay").await;
    screen.sees("#timed-out").await;
    screen.keep("bank-timed-out").await;
    screen.click("#done").await;
    screen.sees_stage("expired").await;
    assert_eq!(screen.text("#stage").await, look.says("cashier-stage-expired-order"), "it was no code");
    screen.fits_the_screen().await;
    screen.keep("three-page-over").await;
    screen.click("#renew").await;
    sees_the_code_of(&screen, "unionpay").await;
    assert!(!screen.shows("#left-open").await, "that page takes no more money");
    screen.leave().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_that_nothing_can_end_lets_the_other_wallet_open() {
    let Some(driver) = Driver::start().await else { return };
    let (three, look) = (Three::open().await, DESKTOP_ZH);
    let payment = scenes::asked(&three.house).await;
    let screen = Browser::open(&driver, look).await;
    screen.go_to(&cashier_of(&payment, look)).await;
    screen.click("#pay-with-unionpay").await;
    sees_the_code_of(&screen, "unionpay").await;
    let phone = scans(&driver, &three, look).await;
    screen.click("#pay-with-wechatpay").await;
    sees_the_code_of(&screen, "wechatpay").await;
    three.house.pay(&three.house.read(&payment).await).await;
    screen.sees_stage("paid").await;

    // Somebody pays the first order as well: it is known, and counted once.
    phone.click("#pay").await;
    phone.sees("#paid").await;
    three.tell().await;
    let paid = three.house.event_types().await;
    assert_eq!(paid.iter().filter(|kind| *kind == "payment.paid").count(), 1, "{paid:?}");
    assert!(paid.iter().any(|kind| kind == "payment.duplicate_paid"), "{paid:?}");
    screen.leave().await;
    phone.leave().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_goes_to_unionpays_page_by_one_tap_and_comes_back_paid() {
    let Some(driver) = Driver::start().await else { return };
    for look in [PHONE_ZH, PHONE_EN] {
        let three = Three::open().await;
        let payment = scenes::asked(&three.house).await;
        let shopper = Browser::open(&driver, look).await;
        shopper.calls_itself(SAFARI).await;
        shopper.go_to(&cashier_of(&payment, look)).await;
        shopper.sees_stage("wap").await;
        shopper.fits_the_screen().await;
        shopper.keep("three-phone").await;

        shopper.click("#pay-with-unionpay").await;
        shopper.sees("#pay").await;
        shopper.fits_the_screen().await;
        shopper.keep("bank").await;
        shopper.click("#refuse").await;
        shopper.sees_stage("away").await;
        shopper.reads("#notice", &look.says_of("unionpay", "cashier-not-yet")).await;
        shopper.fits_the_screen().await;
        shopper.keep("three-phone-away").await;

        shopper.click("#open-again").await;
        shopper.click("#pay").await;
        three.some_time_passes();
        shopper.sees("#leave").await;
        shopper.keep("bank-paid").await;
        shopper.click("#leave").await;
        shopper.sees_stage("paid").await;
        assert_eq!((three.orders(), three.wechats()), (vec![TransactionState::Succeeded], Vec::new()), "one order");
        shopper.leave().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_that_came_back_unpaid_may_pay_with_wechat_after_all() {
    let Some(driver) = Driver::start().await else { return };
    let (three, look) = (Three::open().await, PHONE_ZH);
    let payment = scenes::asked(&three.house).await;
    let shopper = Browser::open(&driver, look).await;
    shopper.calls_itself(SAFARI).await;
    shopper.go_to(&cashier_of(&payment, look)).await;
    shopper.click("#pay-with-unionpay").await;
    shopper.click("#refuse").await;
    shopper.sees_stage("away").await;
    three.some_time_passes();
    shopper.click("#pay-with-wechatpay").await;
    shopper.click("#refuse").await;
    shopper.sees_stage("away").await;
    assert_eq!(shopper.text("#left-open").await, look.says_of("unionpay", "cashier-left-open"));
    shopper.fits_the_screen().await;
    shopper.keep("three-phone-left-open").await;
    shopper.click("#open-again").await;
    three.some_time_passes();
    shopper.click("#pay").await;
    shopper.sees_stage("paid").await;
    assert_eq!((three.orders(), three.wechats()), (vec![TransactionState::Pending], vec!["Success".to_owned()]));
    shopper.leave().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn inside_unionpay_its_page_comes_at_once() {
    let Some(driver) = Driver::start().await else { return };
    for look in [PHONE_ZH, PHONE_EN] {
        let three = Three::open().await;
        let payment = scenes::asked(&three.house).await;
        let shopper = Browser::open(&driver, look).await;
        let inside = three.unionpay.browser_url(&cashier_of(&payment, look)).expect("a page of this machine");
        shopper.go_to(&inside).await;
        shopper.sees("#pay").await;
        shopper.click("#refuse").await;
        shopper.sees_stage("away").await;
        assert!(shopper.address().await.host_str().is_some_and(|host| host.ends_with(".unionpay.localhost")));
        assert_eq!(shopper.text("#open-again").await, look.says("cashier-continue"));
        assert!(shopper.text(".method.off").await.contains(&look.says("cashier-method-other-wallet")));
        shopper.fits_the_screen().await;
        shopper.keep("in-unionpay-away").await;

        shopper.click("#open-again").await;
        shopper.click("#pay").await;
        three.some_time_passes();
        shopper.click("#leave").await;
        shopper.sees_stage("paid").await;
        assert_eq!(three.orders(), [TransactionState::Succeeded]);
        shopper.leave().await;
    }
}

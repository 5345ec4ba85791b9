//! What becomes of a code and of a payment while the cashier is open.

use luodi::sandbox::{FaultKind, Operation};

use crate::browser::{Browser, DESKTOP_EN, DESKTOP_ZH, PHONE_EN, PHONE_ZH};
use crate::driver::Driver;
use crate::scenes::{self, CODE_LIVES_S, cashier_of};

#[tokio::test(flavor = "multi_thread")]
async fn an_expired_code_is_covered_and_a_tap_gives_another() {
    let Some(driver) = Driver::start().await else { return };
    let (house, look) = (scenes::house().await, PHONE_ZH);
    let shopper = Browser::open(&driver, look).await;
    let payment = scenes::with_code(&house).await;
    shopper.go_to(&cashier_of(&payment, look)).await;
    let first = shopper.sees_code().await;

    house.clock.advance_s(CODE_LIVES_S + 1);
    shopper.reload().await;
    shopper.sees_stage("expired").await;
    assert_eq!(shopper.text("#expired").await, look.says("cashier-expired"));

    shopper.click("#renew").await;
    let second = shopper.sees_code().await;
    assert_ne!(first, second, "another code");
    assert!(!shopper.shows("#renew").await, "the cover is gone");
    shopper.leave().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_countdown_covers_the_code_by_itself() {
    let Some(driver) = Driver::start().await else { return };
    let (house, look) = (scenes::house().await, DESKTOP_EN);
    let shopper = Browser::open(&driver, look).await;
    let payment = scenes::with_code(&house).await;
    house.clock.advance_s(CODE_LIVES_S - 3);
    shopper.go_to(&cashier_of(&payment, look)).await;
    shopper.sees_code().await;
    shopper.sees_stage("expired").await;
    assert_eq!(shopper.text("#stage").await, look.says("cashier-stage-expired"));
    shopper.leave().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_closed_by_the_shop_says_so_and_leads_back() {
    let Some(driver) = Driver::start().await else { return };
    let (house, look) = (scenes::house().await, PHONE_EN);
    let shopper = Browser::open(&driver, look).await;
    let payment = scenes::asked_with_return(&house).await;
    shopper.go_to(&cashier_of(&payment, look)).await;
    shopper.sees_code().await;

    scenes::close(&house, &payment).await;
    shopper.sees_stage("closed").await;
    assert_eq!(shopper.text("#closed h2").await, look.says("cashier-closed"));
    assert!(!shopper.shows("#qr").await, "nothing is left to scan");
    shopper.click("#return").await;
    shopper.sees("tr").await;
    assert_eq!(shopper.address().await.path(), "/docs/errors");
    shopper.leave().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn money_that_comes_after_closing_is_shown_as_late() {
    let Some(driver) = Driver::start().await else { return };
    let (house, look) = (scenes::house().await, DESKTOP_ZH);
    let shopper = Browser::open(&driver, look).await;
    let payment = scenes::with_code(&house).await;
    scenes::close(&house, &payment).await;
    shopper.go_to(&cashier_of(&payment, look)).await;
    shopper.sees_stage("closed").await;

    scenes::pay_late(&house, &payment).await;
    shopper.sees_stage("paid").await;
    assert_eq!(shopper.text("#late").await, look.says("cashier-late"));
    assert!(!shopper.shows("#may-close").await, "there is something to clear up");
    shopper.leave().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn refunds_are_shown_with_their_amount() {
    let Some(driver) = Driver::start().await else { return };
    let (house, look) = (scenes::house().await, DESKTOP_ZH);
    let shopper = Browser::open(&driver, look).await;
    let payment = scenes::partly_refunded(&house).await;
    shopper.go_to(&cashier_of(&payment, look)).await;
    assert_eq!(shopper.text("#refunded h2").await, look.says("cashier-partly-refunded"));
    assert_eq!(shopper.text("#refunded-amount").await, "64.00");

    scenes::refund(&house, &payment, 6_400).await;
    shopper.reload().await;
    assert_eq!(shopper.text("#refunded h2").await, look.says("cashier-refunded"));
    assert_eq!(shopper.text("#refunded-amount").await, "128.00");
    shopper.leave().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_uncertain_order_asks_to_wait_and_goes_on_once_the_gateway_answers() {
    let Some(driver) = Driver::start().await else { return };
    let (house, look) = (scenes::house().await, PHONE_ZH);
    let shopper = Browser::open(&driver, look).await;
    let payment = scenes::unknown(&house).await;
    shopper.go_to(&cashier_of(&payment, look)).await;
    shopper.sees_stage("unknown").await;
    assert!(shopper.text("#unknown").await.contains(&look.says("cashier-unknown-advice")));
    shopper.click("#i-have-paid").await;
    shopper.reads("#notice", &look.says("cashier-still-unknown")).await;

    house.sandbox.clear_faults();
    house.clock.advance_s(3);
    shopper.click("#i-have-paid").await;
    shopper.sees_code().await;
    shopper.leave().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_that_could_not_be_made_is_made_at_the_next_tap() {
    let Some(driver) = Driver::start().await else { return };
    let (house, look) = (scenes::house().await, DESKTOP_EN);
    let mut shopper = Browser::open(&driver, look).await;
    shopper.forgive("status of 5");
    let payment = scenes::failed(&house).await;
    shopper.go_to(&cashier_of(&payment, look)).await;
    shopper.sees_stage("failed").await;
    let cover = shopper.text("#renew").await;
    let words = ["cashier-failed", "cashier-failed-advice", "cashier-renew"].map(|key| look.says(key));
    assert_eq!(cover.lines().collect::<Vec<_>>(), words, "what the gateway said is not for the shopper");

    house.sandbox.clear_faults();
    shopper.click("#renew").await;
    shopper.sees_code().await;
    let book = house.sandbox.book(&house.merchant.mchid).expect("a book");
    assert_eq!(book.orders.len(), 1, "one order at the gateway");
    shopper.leave().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shop_without_a_contract_sends_the_shopper_to_itself() {
    let Some(driver) = Driver::start().await else { return };
    let (house, look) = (scenes::house().await, PHONE_ZH);
    let shopper = Browser::open(&driver, look).await;
    let payment = scenes::without_method(&house).await;
    shopper.go_to(&cashier_of(&payment, look)).await;
    shopper.sees_stage("none").await;
    assert_eq!(shopper.text("#stage").await, look.says("cashier-method-none"));
    assert!(!shopper.shows(".method").await, "nothing is offered that the shop does not take");
    assert!(!shopper.shows(".frame").await, "no code, and no button that cannot help");
    shopper.leave().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_notification_is_made_up_for_by_asking() {
    let Some(driver) = Driver::start().await else { return };
    let (house, look) = (scenes::house().await, DESKTOP_ZH);
    let drop = luodi::sandbox::Fault::new(Operation::Notify, FaultKind::Drop);
    house.sandbox.add_fault(drop).expect("the fault fits");
    let shopper = Browser::open(&driver, look).await;
    let payment = scenes::with_code(&house).await;
    shopper.go_to(&cashier_of(&payment, look)).await;
    shopper.sees_code().await;

    house.pay_silently(&payment);
    house.sandbox.step().await;
    house.clock.advance_s(4);
    house.app.jobs.check().await.expect("the check that a listener hastens");
    shopper.sees_stage("paid").await;
    shopper.leave().await;
}

//! "I have paid" really asks; and a cashier that cannot listen asks by itself.

use luodi::sandbox::{Fault, FaultKind, Operation};

use crate::browser::{Browser, DESKTOP_EN, DESKTOP_ZH, PHONE_ZH};
use crate::driver::Driver;
use crate::scenes::{self, cashier_of};

#[tokio::test(flavor = "multi_thread")]
async fn i_have_paid_says_when_no_money_has_come() {
    let Some(driver) = Driver::start().await else { return };
    let (house, look) = (scenes::house().await, DESKTOP_EN);
    let shopper = Browser::open(&driver, look).await;
    let payment = scenes::asked(&house).await;
    shopper.go_to(&cashier_of(&payment, look)).await;
    shopper.sees_code().await;
    shopper.click("#i-have-paid").await;
    shopper.reads("#notice", &look.says("cashier-not-yet")).await;
    shopper.sees_stage("qr").await;
    shopper.keep("cashier-not-yet").await;
    shopper.leave().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn i_have_paid_finds_money_that_nobody_told_us_about() {
    let Some(driver) = Driver::start().await else { return };
    let (house, look) = (scenes::house().await, PHONE_ZH);
    house.sandbox.add_fault(Fault::new(Operation::Notify, FaultKind::Drop)).expect("the fault fits");
    let shopper = Browser::open(&driver, look).await;
    let payment = scenes::with_code(&house).await;
    shopper.go_to(&cashier_of(&payment, look)).await;
    shopper.sees_code().await;
    house.pay_silently(&payment);
    house.sandbox.step().await;

    shopper.click("#i-have-paid").await;
    shopper.sees_stage("paid").await;
    shopper.leave().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cashier_whose_stream_is_blocked_polls() {
    let Some(driver) = Driver::start().await else { return };
    let (house, look) = (scenes::house().await, DESKTOP_ZH);
    let mut shopper = Browser::open(&driver, look).await;
    shopper.block(&["*/stream*"]).await;
    let payment = scenes::with_code(&house).await;
    shopper.go_to(&cashier_of(&payment, look)).await;
    shopper.sees_code().await;

    house.pay(&payment).await;
    shopper.sees_stage("paid").await;
    shopper.leave().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cashier_cut_off_says_so_and_recovers() {
    let Some(driver) = Driver::start().await else { return };
    let (house, look) = (scenes::house().await, PHONE_ZH);
    let mut shopper = Browser::open(&driver, look).await;
    let payment = scenes::with_code(&house).await;
    shopper.block(&["*/stream*"]).await;
    shopper.go_to(&cashier_of(&payment, look)).await;
    shopper.sees_code().await;
    shopper.block(&["*/v1/*"]).await;
    shopper.reads("#notice", &look.says("cashier-trouble")).await;
    shopper.keep("cashier-trouble").await;

    house.pay(&payment).await;
    shopper.block(&[]).await;
    shopper.sees_stage("paid").await;
    shopper.leave().await;
}

//! UnionPay beside WeChat Pay and Alipay in one cashier: by its code, by its own page and back from another site,
//! on a phone, inside each of the three apps, and what it means that nothing ends its orders before their time.

use luodi::config::CashierQr;
use luodi::sandbox::unionpay::{
    Fault, FaultKind, MerchantCredentials, MerchantDraft as UnionPayDraft, Operation, TransactionState, UnionPaySandbox,
};
use serde_json::{Value, json};

use crate::browser::{Browser, DESKTOP_EN, DESKTOP_ZH, LOOKS, Look, PHONE_EN, PHONE_ZH, TAB};
use crate::driver::Driver;
use crate::scenes::{self, cashier_of};
use crate::support::phone::SAFARI;
use crate::support::{House, text};
use crate::wallets::{add_alipay, house_of};

/// A house whose shop takes all three wallets.
struct Three {
    house: House,
    unionpay: UnionPaySandbox,
    merchant: MerchantCredentials,
}

impl Three {
    async fn open() -> Self {
        Self::open_with(UnionPayDraft::default(), CashierQr::Gateway).await
    }

    async fn open_with(draft: UnionPayDraft, cashier_qr: CashierQr) -> Self {
        let house = house_of("落地茶铺", cashier_qr).await;
        add_alipay(&house, "落地茶铺", "precreate").await;
        let unionpay = house.sandbox.unionpay();
        let draft = UnionPayDraft { name: Some("落地茶铺".to_owned()), ..draft };
        let merchant = unionpay.add_merchant(draft).await.expect("a merchant of UnionPay's");
        // To a browser `localhost` is another site than 127.0.0.1, as UnionPay's pages are.
        let elsewhere = unionpay.base_url().replace("127.0.0.1", "localhost");
        let account = json!({
            "gateway": "unionpay", "name": "unionpay",
            "settings": { "merchant_no": merchant.mer_id, "api_base": elsewhere },
            "secrets": { "key_file": merchant.pfx_base64, "key_password": merchant.pfx_password },
        });
        let answer = house.post("/v1/accounts", account).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        Self { house, unionpay, merchant }
    }

    /// What became of the orders at UnionPay, oldest first.
    fn orders(&self) -> Vec<TransactionState> {
        let book = self.unionpay.book(&self.merchant.mer_id).expect("the book");
        book.transactions.iter().map(|order| order.state).collect()
    }

    fn wechats(&self) -> Vec<String> {
        self.house.book().orders.iter().map(|order| format!("{:?}", order.trade_state)).collect()
    }

    fn fault(&self, operation: Operation, kind: FaultKind) {
        self.unionpay.add_fault(Fault::new(operation, kind)).expect("a fault that fits");
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

/// The sandbox's phone scans the code that waits there and shows what is to be paid.
async fn scans(driver: &Driver, three: &Three, look: Look) -> Browser {
    let phone = Browser::open(driver, Look { size: PHONE_ZH.size, ..look }).await;
    phone.go_to(&three.house.sandbox.phone_url()).await;
    phone.click("a.waiting.unionpay").await;
    phone.sees("#pay").await;
    phone
}

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
    screen.press(crate::browser::ENTER).await;
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

//! The address form of the demo shop's checkout: by keyboard, by pasting, and when it cannot be had.

use serde_json::{Value, json};

use crate::browser::{Browser, DESKTOP_EN, DESKTOP_ZH, Look, PHONE_EN, PHONE_ZH, TAB};
use crate::demo::Demo;
use crate::driver::Driver;

const READY: &str = "luodi-address[ready]";

/// What the form would send.
const SENT: &str = "return Object.fromEntries(new FormData(document.querySelector('form.checkout')))";

async fn goes_to_the_checkout(shopper: &Browser, demo: &Demo, look: Look) {
    shopper.go_to(&demo.shop(look)).await;
    shopper.click("#add-longjing").await;
    shopper.sees("#checkout").await;
}

/// A new browser with the address form before it.
async fn at_the_form(driver: &Driver, demo: &Demo, look: Look) -> Browser {
    let shopper = Browser::open(driver, look).await;
    goes_to_the_checkout(&shopper, demo, look).await;
    shopper.sees(READY).await;
    shopper
}

async fn focuses(shopper: &Browser, css: &str) {
    shopper.run(&format!("document.querySelector({css:?}).focus()")).await;
}

/// As the operating system does it: the text arrives, and the page is told.
async fn pastes(shopper: &Browser, text: &str) {
    let script = format!(
        "const box = document.querySelector('.la-paste textarea'); box.focus(); box.value = {}; \
         box.dispatchEvent(new ClipboardEvent('paste', {{ bubbles: true }}))",
        json!(text)
    );
    shopper.run(&script).await;
}

async fn sends(shopper: &Browser, field: &str, expected: &str) {
    let script = format!("return new FormData(document.querySelector('form.checkout')).get({field:?})");
    shopper.answers(&script, &json!(expected)).await;
}

async fn sends_all(shopper: &Browser, expected: Value) {
    for (field, value) in expected.as_object().expect("fields") {
        sends(shopper, field, value.as_str().expect("a text")).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sample_stands_in_the_form_and_the_order_goes_through() {
    let Some(driver) = Driver::start().await else { return };
    let demo = Demo::start();
    for look in [DESKTOP_ZH, PHONE_ZH, PHONE_EN] {
        let shopper = at_the_form(&driver, &demo, look).await;
        let expected = json!({
            "province": "浙江省", "city": "杭州市", "district": "西湖区", "region_code": "330106", "postal_code": "310012",
        });
        sends_all(&shopper, expected).await;
        let sent = shopper.run(SENT).await;
        assert!(sent.get("address").is_none(), "the plain field is gone: {sent}");
        assert!(!sent.to_string().contains("billing"), "nobody is asked for a billing address");
        shopper.fits_the_screen().await;
        shopper.keep("address-1-sample").await;
        shopper.click("#checkout").await;
        shopper.sees_code().await;
        shopper.leave().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_is_filled_in_by_keyboard_with_pinyin() {
    let Some(driver) = Driver::start().await else { return };
    let (demo, look) = (Demo::start(), DESKTOP_ZH);
    let shopper = at_the_form(&driver, &demo, look).await;
    focuses(&shopper, ".la-province").await;
    // Faster than the lists come: what is typed waits for them.
    for letters in ["gd", "shenz", "nsq", "yuehai"] {
        shopper.types(letters).await;
        shopper.press(TAB).await;
    }
    let expected = json!({
        "province": "广东省", "city": "深圳市", "district": "南山区", "town": "粤海街道", "region_code": "440305007",
        "postal_code": "518000",
    });
    sends_all(&shopper, expected).await;
    shopper.keep("address-2-keyboard").await;
    shopper.leave().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn special_places_show_as_many_lists_as_they_have() {
    let Some(driver) = Driver::start().await else { return };
    let (demo, look) = (Demo::start(), DESKTOP_ZH);
    let shopper = at_the_form(&driver, &demo, look).await;
    focuses(&shopper, ".la-province").await;
    shopper.types("bj").await;
    shopper.press(TAB).await;
    sends(&shopper, "city", "北京市").await;
    assert!(shopper.shows(".la-city").await);

    focuses(&shopper, ".la-province").await;
    shopper.types("guangd").await;
    shopper.press(TAB).await;
    shopper.types("dongg").await;
    shopper.press(TAB).await;
    shopper.types("zmt").await;
    shopper.press(TAB).await;
    sends_all(&shopper, json!({ "city": "东莞市", "district": "", "town": "樟木头镇", "region_code": "441900112" }))
        .await;
    assert!(!shopper.shows(".la-town").await, "towns stand in the third list: there is no fourth");
    shopper.leave().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pasted_address_fills_the_form() {
    let Some(driver) = Driver::start().await else { return };
    let demo = Demo::start();
    for look in [DESKTOP_ZH, PHONE_ZH] {
        let shopper = at_the_form(&driver, &demo, look).await;
        pastes(&shopper, "收货人：王小明，手机 138-0013-8001，广东省深圳市南山区粤海街道科技园南路1号").await;
        let expected = json!({
            "name": "王小明", "phone": "13800138001", "province": "广东省", "city": "深圳市", "district": "南山区",
            "town": "粤海街道", "street": "科技园南路1号", "postal_code": "518000",
        });
        sends_all(&shopper, expected).await;
        shopper.reads(".la-note[role=status]", "已填好，请核对。").await;
        shopper.fits_the_screen().await;
        shopper.keep("address-3-pasted").await;
        shopper.click("#checkout").await;
        shopper.sees_code().await;
        shopper.leave().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unclear_address_is_asked_about() {
    let Some(driver) = Driver::start().await else { return };
    let (demo, look) = (Demo::start(), PHONE_ZH);
    let shopper = at_the_form(&driver, &demo, look).await;
    pastes(&shopper, "王小明 13800138001 河东区津滨路2号").await;
    shopper.sees(".la-choices button").await;
    sends_all(&shopper, json!({ "province": "", "region_code": "", "street": "津滨路2号" })).await;
    shopper.fits_the_screen().await;
    shopper.keep("address-4-unclear").await;
    shopper
        .run("[...document.querySelectorAll('.la-choices button')].find(b => b.textContent.includes('天津')).click()")
        .await;
    sends_all(&shopper, json!({ "province": "天津市", "city": "天津市", "district": "河东区" })).await;
    shopper.leave().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_number_is_tidied_and_a_wrong_one_is_told() {
    let Some(driver) = Driver::start().await else { return };
    let (demo, look) = (Demo::start(), DESKTOP_ZH);
    let shopper = at_the_form(&driver, &demo, look).await;
    let typed = async |number: &str| {
        let script = format!(
            "const e = document.querySelector('[name=phone]'); e.value = {number:?}; e.dispatchEvent(new Event('change')); \
             return [e.value, e.checkValidity()]"
        );
        shopper.run(&script).await
    };
    assert_eq!(typed("+86 138 0013 8000").await, json!(["13800138000", true]));
    assert_eq!(typed("１３８００１３８０００").await, json!(["13800138000", true]));
    assert_eq!(typed("17812345678转1234").await, json!(["17812345678-1234", true]), "a marketplace's number");
    assert_eq!(typed("0755-86013388").await, json!(["075586013388", true]));
    assert_eq!(typed("1380013800").await[1], json!(false));
    assert_eq!(shopper.text("[id$=phone-help]").await, "请填写 11 位手机号");
    shopper.leave().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_lists_the_plain_fields_stay_and_work() {
    let Some(driver) = Driver::start().await else { return };
    let (demo, look) = (Demo::start(), DESKTOP_EN);
    for unreachable in ["*/components/address.js", "*/v1/regions*"] {
        let mut shopper = Browser::open(&driver, look).await;
        shopper.block(&[unreachable]).await;
        goes_to_the_checkout(&shopper, &demo, look).await;
        shopper.sees("textarea[name=address]").await;
        shopper.click("#checkout").await;
        shopper.sees_code().await;
        shopper.leave().await;
    }
}

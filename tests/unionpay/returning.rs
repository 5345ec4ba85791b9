//! The shopper comes back with a form of UnionPay's, genuine or forged, or with nothing at all. Promises tested:
//! the form is not believed, the gateway is asked, and the page shows how things stand.

use luodi::sandbox::unionpay::{FaultKind, Forgery, MerchantDraft, Operation, TransactionState};
use serde_json::{Value, json};

use crate::house::*;
use crate::support::phone::{Phone, SAFARI};
use crate::support::unionpay::UnionPayAccount;
use crate::support::{Answer, House, text};

const SHOP: &str = "https://shop.example/thanks";

async fn opened_with_a_shop(house: &House, unionpay: &UnionPayAccount) -> Value {
    let body = json!({
        "order_ref": "T-3002", "amount_fen": 1280, "currency": "CNY", "description": "西湖龙井 50g",
        "gateway": "unionpay", "flow": "page", "account": unionpay.account_id, "return_url": SHOP,
    });
    let answer = house.post("/v1/payments", body).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    answer.json()
}

fn return_url(house: &House, payment: &Value) -> String {
    house.url(&format!("/return/{}", text(&payment["attempts"][0]["id"])))
}

/// Another site's form, as `UnionPay's` page posts it: no cookie of ours comes along.
async fn come_back(browser: &Phone, way: &WayBack) -> Answer {
    let body = serde_urlencoded::to_string(borrowed(&way.fields)).expect("a form");
    let request = browser.post(&way.to).header("content-type", "application/x-www-form-urlencoded").body(body);
    let request = request.header("sec-fetch-site", "cross-site").header("origin", "https://gateway.95516.com");
    let sent_on = browser.send(request).await;
    // Asked for plainly, the same address can see whose browser it is, and a reload is harmless.
    match leads_to(&sent_on) {
        Some(to) if sent_on.status == 303 && way.to.ends_with(to) => browser.open(&way.to).await,
        _ => sent_on,
    }
}

fn leads_to(answer: &Answer) -> Option<&str> {
    answer.header("location")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_way_back_is_faster_than_the_notification_and_leads_to_the_shop() {
    let house = House::build().await;
    let draft = MerchantDraft { auto_return: true, ..MerchantDraft::default() };
    let unionpay = house.add_unionpay(draft, json!({})).await;
    let payment = opened_with_a_shop(&house, &unionpay).await;
    let browser = Phone::new(WINDOWS);
    let way = pay_at_bank(&house, &browser, &payment).await;
    assert_eq!(way.to, return_url(&house, &payment));
    assert!(way.fields.iter().any(|(name, value)| name == "signature" && !value.is_empty()));
    let before = unionpay.calls(Operation::Query);
    let back = come_back(&browser, &way).await;
    assert_eq!((back.status, leads_to(&back)), (303, Some(SHOP)));
    assert_eq!(unionpay.calls(Operation::Query), before + 1, "the form is not believed: UnionPay is asked");
    assert_eq!(status(&house, &payment).await, "paid");
    house.sandbox.step().await;
    // A reload, and the form once more.
    for _ in 0..2 {
        assert_eq!(leads_to(&come_back(&browser, &way).await), Some(SHOP));
    }
    assert_eq!(count(&house, "payment.paid").await, 1);
}

/// However the form is bent, the money is there and UnionPay says so when asked.
#[tokio::test(flavor = "multi_thread")]
async fn a_paid_shopper_reaches_the_shop_whatever_the_form_says() {
    let (house, unionpay) = House::with_unionpay().await;
    for kind in [
        FaultKind::BadSignature,
        FaultKind::Unsigned,
        FaultKind::WrongAmount,
        FaultKind::UnknownOrder,
        FaultKind::WrongMerchant,
        FaultKind::DuplicateField,
        FaultKind::ForgedCertificate { certificate: Forgery::SelfSigned },
        FaultKind::RespCodeAfterCommit { resp_code: "64".to_owned() },
    ] {
        let payment = opened_with_a_shop(&house, &unionpay).await;
        let browser = Phone::new(WINDOWS);
        unionpay.fault(Operation::FrontReturn, kind.clone());
        let way = pay_at_bank(&house, &browser, &payment).await;
        assert_eq!(leads_to(&come_back(&browser, &way).await), Some(SHOP), "{kind:?}");
        assert_eq!(status(&house, &payment).await, "paid", "{kind:?}");
    }
    assert_eq!(count(&house, "payment.mismatch").await, 0, "nothing of the form was so much as read");
}

/// The genuine form of a paid order, posted to the address of another one, and a form that somebody made up.
#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_says_paid_of_an_order_that_is_not_pays_nothing() {
    let (house, unionpay) = House::with_unionpay().await;
    let theirs = opened_with_a_shop(&house, &unionpay).await;
    let genuine = pay_at_bank(&house, &Phone::new(WINDOWS), &theirs).await;
    let made_up = |payment: &Value| {
        let number = text(&payment["attempts"][0]["out_trade_no"]);
        let fields = [("orderId", number.as_str()), ("respCode", "00"), ("txnAmt", "1280"), ("signature", "AAAA")];
        fields.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec()
    };
    for with_genuine_form in [true, false] {
        let payment = opened_with_a_shop(&house, &unionpay).await;
        let browser = Phone::new(WINDOWS);
        bank_page(&house, &browser, &payment).await;
        let fields = if with_genuine_form { genuine.fields.clone() } else { made_up(&payment) };
        let way = WayBack { to: return_url(&house, &payment), fields };
        let before = unionpay.calls(Operation::Query);
        let back = come_back(&browser, &way).await;
        assert_eq!(unionpay.calls(Operation::Query), before + 1);
        assert!(back.status == 200 && back.text.contains("/return/"), "it can be asked again: {}", back.text);
        assert_eq!(status(&house, &payment).await, "open");
        assert_eq!(attempt_status(&house, &payment).await, "pending");
        // The money comes after all: the page that was shown still finds it.
        unionpay.pay(&payment);
        house.clock.advance_s(3);
        assert_eq!(leads_to(&browser.open(&way.to).await), Some(SHOP));
    }
    assert_eq!(count(&house, "payment.paid").await, 2);
    assert_eq!(status(&house, &theirs).await, "open", "nobody has asked about the other order");
    house.sandbox.step().await;
    assert_eq!(status(&house, &theirs).await, "paid");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shopper_who_turns_away_comes_back_with_nothing_and_can_go_on() {
    let (house, unionpay) = House::with_unionpay().await;
    for flow in ["page", "wap"] {
        let payment = opened(&house, &unionpay, flow).await;
        let browser = Phone::new(SAFARI);
        let bank = bank_page(&house, &browser, &payment).await;
        let left = browser.submit(&format!("{bank}/refuse"), &[]).await;
        assert_eq!(Phone::next(&left), return_url(&house, &payment), "{flow}");
        let page = browser.open(&return_url(&house, &payment)).await;
        assert!(page.status == 200 && page.text.contains("/go/"), "{flow}: {}", page.text);
        assert!(unionpay.order(&payment).refused_at.is_some());
        assert_eq!(status(&house, &payment).await, "open", "{flow}");
        // The very same form, posted again from our page.
        assert_eq!(bank_page(&house, &browser, &payment).await, bank, "{flow}");
        let way = pay_at_bank(&house, &browser, &payment).await;
        // Nobody pays within two seconds, and UnionPay is not asked more often.
        house.clock.advance_s(3);
        come_back(&browser, &way).await;
        assert_eq!(status(&house, &payment).await, "paid", "{flow}");
    }
}

/// While UnionPay cannot be heard, the page says that it is being looked into; nothing is believed instead.
#[tokio::test(flavor = "multi_thread")]
async fn without_unionpay_s_word_the_page_says_checking_and_not_paid() {
    let (house, unionpay) = House::with_unionpay().await;
    let payment = opened_with_a_shop(&house, &unionpay).await;
    let browser = Phone::new(WINDOWS);
    let way = pay_at_bank(&house, &browser, &payment).await;
    unionpay.lasting_fault(Operation::Query, FaultKind::ResetBeforeCommit);
    let back = come_back(&browser, &way).await;
    assert_ne!(leads_to(&back), Some(SHOP));
    let page = browser.open(&way.to).await;
    assert_eq!(page.status, 200, "{}", page.text);
    assert_eq!(status(&house, &payment).await, "open");
    assert_eq!(unionpay.order(&payment).state, TransactionState::Succeeded);
    unionpay.sandbox.clear_faults();
    a_while_later(&house).await;
    assert_eq!(leads_to(&browser.open(&way.to).await), Some(SHOP));
}

/// An attempt that nobody opened has no page, and a body as large as can be is not read.
#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_s_return_finds_nothing_and_a_large_one_does_no_harm() {
    let (house, unionpay) = House::with_unionpay().await;
    let payment = opened_with_a_shop(&house, &unionpay).await;
    let browser = Phone::new(WINDOWS);
    let nobody = house.url(&format!("/return/{}", luodi::ids::AttemptId::generate()));
    let fields = vec![("respCode".to_owned(), "00".to_owned())];
    assert_eq!(come_back(&browser, &WayBack { to: nobody, fields }).await.status, 404);
    let fields = vec![("respMsg".to_owned(), "x".repeat(200_000))];
    let large = come_back(&browser, &WayBack { to: return_url(&house, &payment), fields }).await;
    assert!(large.status < 500, "{}", large.status);
    assert_eq!(status(&house, &payment).await, "open");
}

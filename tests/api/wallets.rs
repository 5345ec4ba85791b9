//! The cashier of a shop that takes more than one wallet: each is a method, one order is open at a time, and
//! what works where is said by each gateway.

use luodi::config::CashierQr;
use luodi::sandbox::alipay::{self, buyer_id_of, buyer_open_id_of};
use luodi::sandbox::{FaultKind, MerchantDraft, Operation};
use serde_json::{Value, json};

use crate::support::alipay::AlipayAccount;
use crate::support::phone::{ALIPAY, Phone, SAFARI, WECHAT, attribute};
use crate::support::{Answer, House, order, path_of, send, text};

const DESKTOP: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/126.0 Safari/537.36";

/// A house whose shop also has an Alipay account.
struct Shop {
    house: House,
    alipay: AlipayAccount,
}

impl Shop {
    async fn open() -> Self {
        Self::open_with(json!({}), CashierQr::Gateway).await
    }

    async fn open_with(settings: Value, cashier_qr: CashierQr) -> Self {
        let here = vec!["127.0.0.1".to_owned()];
        let draft = MerchantDraft { h5_hosts: here.clone(), oauth_hosts: here, ..MerchantDraft::default() };
        let house = House::build_with(draft, |config| {
            config.stores.get_mut("shop").unwrap().cashier_qr = cashier_qr;
        })
        .await;
        let alipay = house.add_alipay(alipay::MerchantDraft::default(), settings).await;
        Self { house, alipay }
    }

    async fn payment(&self) -> Value {
        self.house.post("/v1/payments", order(8880, false)).await.json()
    }

    /// A tap on a method of the cashier.
    async fn tap(&self, phone: &Phone, payment: &Value, more: &[(&str, &str)]) -> Answer {
        let secret = text(&payment["client_secret"]);
        let form: Vec<_> = [("client_secret", secret.as_str())].into_iter().chain(more.iter().copied()).collect();
        phone.submit(&self.house.url(&format!("/pay/{}", text(&payment["id"]))), &form).await
    }

    async fn states(&self, payment: &Value) -> Vec<String> {
        let attempts = self.house.read(payment).await["attempts"].clone();
        let attempts = attempts.as_array().unwrap().iter();
        attempts.map(|a| format!("{} {} {}", text(&a["gateway"]), text(&a["flow"]), text(&a["status"]))).collect()
    }

    /// How many orders have been opened at WeChat Pay and at Alipay.
    fn orders(&self) -> (usize, usize) {
        (self.house.book().orders.len(), self.alipay.book().trades.len())
    }

    /// Whom Alipay knows as the newest order's buyer.
    fn buyer(&self) -> Option<String> {
        self.alipay.book().trades.into_iter().max_by_key(|trade| trade.created_at)?.buyer_id
    }

    fn gateway_do(&self) -> String {
        self.alipay.sandbox.gateway_url()
    }

    fn origin(&self) -> String {
        self.alipay.sandbox.base_url()
    }
}

/// The newest attempt's form as the link it may also be.
fn link_of(payment: &Value) -> String {
    let action = &payment["attempts"].as_array().unwrap().last().unwrap()["next_action"];
    let fields = action["fields"].as_object().unwrap().iter().map(|(name, value)| (name.as_str(), text(value)));
    let fields = serde_urlencoded::to_string(fields.collect::<Vec<_>>()).unwrap();
    format!("{}&{fields}", text(&action["action"]))
}

fn cashier(payment: &Value) -> String {
    text(&payment["cashier_url"])
}

fn offers(page: &Answer, gateway: &str) -> bool {
    page.text.contains(&format!("id=\"pay-with-{gateway}\""))
}

/// The stage, and the gateway the page is about.
fn stage(page: &Answer) -> (String, String) {
    (attribute(page, "data-stage"), attribute(page, "data-gateway"))
}

fn is(stage: &str, gateway: &str) -> (String, String) {
    (stage.to_owned(), gateway.to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn every_enabled_account_is_a_method_and_the_firsts_code_opens_by_itself() {
    let shop = Shop::open().await;
    let payment = shop.payment().await;
    let screen = Phone::new(DESKTOP);
    let page = screen.open(&cashier(&payment)).await;
    assert_eq!(stage(&page), is("qr", "wechatpay"));
    assert!(offers(&page, "wechatpay") && offers(&page, "alipay") && !offers(&page, "antom"));
    assert!(page.text.contains("打开微信“扫一扫”付款"));
    assert_eq!(shop.orders(), (1, 0), "one order, not one for each");
    assert!(!page.header("content-security-policy").unwrap().contains("frame-src"));

    let disabled = format!("/v1/accounts/{}", shop.house.account_id);
    shop.house.patch(&disabled, json!({ "enabled": false })).await;
    let payment = shop.payment().await;
    let page = screen.open(&cashier(&payment)).await;
    assert_eq!(stage(&page), is("qr", "alipay"));
    assert!(!offers(&page, "wechatpay") && page.text.contains("打开支付宝“扫一扫”付款"));
}

#[tokio::test(flavor = "multi_thread")]
async fn choosing_another_method_ends_the_order_of_the_first() {
    let shop = Shop::open().await;
    let payment = shop.payment().await;
    let screen = Phone::new(DESKTOP);
    screen.open(&cashier(&payment)).await;

    let chosen = shop.tap(&screen, &payment, &[("gateway", "alipay"), ("lang", "en")]).await;
    assert_eq!(
        (chosen.status, chosen.header("location")),
        (303, Some(format!("{}&lang=en", cashier(&payment)).as_str()))
    );
    assert_eq!(format!("{:?}", shop.house.book().orders[0].trade_state), "Closed");
    let page = screen.open(&cashier(&payment)).await;
    assert_eq!(stage(&page), is("qr", "alipay"));
    assert!(page.text.contains("打开支付宝“扫一扫”付款"));

    shop.tap(&screen, &payment, &[("gateway", "wechatpay")]).await;
    assert_eq!(stage(&screen.open(&cashier(&payment)).await), is("qr", "wechatpay"));
    let expected = ["wechatpay qr closed", "alipay qr unknown", "wechatpay qr pending"];
    assert_eq!(shop.states(&payment).await, expected, "nobody had opened Alipay's: there was nothing to close");
    shop.tap(&screen, &payment, &[("gateway", "wechatpay")]).await;
    assert_eq!(shop.house.book().orders.len(), 2, "the code that is shown is kept");
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_first_order_cannot_be_ended_the_shopper_is_asked_to_wait() {
    let shop = Shop::open().await;
    let payment = shop.payment().await;
    let screen = Phone::new(DESKTOP);
    screen.open(&cashier(&payment)).await;
    shop.house.fault(Operation::Close, FaultKind::ResetBeforeCommit);
    let page = shop.tap(&screen, &payment, &[("gateway", "alipay")]).await;
    assert!(page.text.contains("上一次付款尚未结束"), "{}", page.text);
    assert_eq!(attribute(&page, "id=\"cashier-try-again\" href"), cashier(&payment));
    assert_eq!(shop.orders(), (1, 0), "nothing is opened beside it");
    assert_eq!(shop.tap(&screen, &payment, &[("gateway", "alipay")]).await.status, 303);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_ours_takes_the_form_to_alipay_and_only_there() {
    let shop = Shop::open().await;
    let payment = shop.payment().await;
    let screen = Phone::new(DESKTOP);
    let asked = shop.tap(&screen, &payment, &[("gateway", "alipay"), ("flow", "page")]).await;
    let page = screen.open(&shop.house.url(&Phone::next(&asked))).await;
    assert_eq!(attribute(&page, "id=\"form\" method"), "post");
    let action = format!("{}?charset=utf-8", shop.gateway_do());
    assert!(page.text.contains(&format!("action=\"{action}\"")), "{}", page.text);
    assert!(page.text.contains("name=\"method\" value=\"alipay.trade.page.pay\"") && page.text.contains("id=\"go\""));
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.contains(&format!("; form-action {}; ", shop.origin())), "{policy}");
    assert!(policy.contains("script-src 'self';") && !policy.contains("unsafe"), "{policy}");
    assert!(!page.text.contains("cs_"), "no secret stands on the page with a referrer");
    assert_eq!(stage(&screen.open(&cashier(&payment)).await), is("away", "alipay"), "whoever turned back is asked");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_alipay_adds_to_the_return_is_not_believed() {
    let shop = Shop::open().await;
    let payment = shop.payment().await;
    let screen = Phone::new(DESKTOP);
    let asked = shop.tap(&screen, &payment, &[("gateway", "alipay"), ("flow", "page")]).await;
    let told =
        "trade_status=TRADE_SUCCESS&total_amount=88.80&method=alipay.trade.page.pay.return&sign=x&sign_type=RSA2";
    let back = format!("{}?{told}", shop.house.url(&Phone::next(&asked).replace("/go/", "/return/")));
    shop.house.clock.advance_s(3);
    let unpaid = screen.open(&back).await;
    assert_eq!((unpaid.status, unpaid.header("location")), (303, Some(cashier(&payment).as_str())));
    assert_eq!(shop.house.read(&payment).await["status"], "open");
    let calls = shop.alipay.book().calls;
    assert_eq!(calls.last().map(|call| call.operation), Some(alipay::Operation::Query), "the gateway was asked");

    send(shop.house.http.get(link_of(&shop.house.read(&payment).await))).await;
    shop.alipay.pay(&shop.house.read(&payment).await);
    shop.house.clock.advance_s(3);
    screen.open(&back).await;
    assert_eq!(shop.house.read(&payment).await["status"], "paid", "because the gateway says so");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_return_by_form_finds_its_cashier_too() {
    let shop = Shop::open().await;
    let payment = shop.payment().await;
    let screen = Phone::new(DESKTOP);
    let asked = shop.tap(&screen, &payment, &[("gateway", "alipay"), ("flow", "page")]).await;
    let back = Phone::next(&asked).replace("/go/", "/return/");
    // A browser keeps its cookies from another site's form.
    let by_form = send(shop.house.http.post(shop.house.url(&back)).header("user-agent", DESKTOP)).await;
    assert!(by_form.status == 200 || by_form.header("location") == Some(back.as_str()), "{}", by_form.text);
    assert!(!by_form.text.contains("cs_"));
    assert_eq!(screen.open(&shop.house.url(&back)).await.header("location"), Some(cashier(&payment).as_str()));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_code_of_a_page_stands_in_a_frame_that_only_alipay_may_fill() {
    let shop = Shop::open_with(json!({ "qr_product": "page" }), CashierQr::Gateway).await;
    let payment = shop.payment().await;
    let screen = Phone::new(DESKTOP);
    shop.tap(&screen, &payment, &[("gateway", "alipay")]).await;
    let page = screen.open(&cashier(&payment)).await;
    assert_eq!(stage(&page), is("qr", "alipay"));
    let src = attribute(&page, "id=\"gateway-code\" src");
    assert!(src.starts_with(&format!("{}?", shop.gateway_do())) && src.contains("qr_pay_mode"), "{src}");
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.ends_with(&format!("; frame-src 'self' {}", shop.origin())), "{policy}");
    assert!(policy.contains("frame-ancestors 'none'") && policy.contains("form-action 'self'"));

    let attempt = text(&shop.house.read(&payment).await["attempts"][0]["id"]);
    let inside = shop.house.anonymous("GET", &format!("/return/{attempt}")).header("sec-fetch-dest", "iframe");
    let inside = send(inside).await;
    assert_eq!((inside.status, inside.header("location")), (200, None), "the shop does not open in so small a frame");
    assert!(inside.header("content-security-policy").unwrap().contains("frame-ancestors 'self'"));
    assert!(inside.text.contains("正在核实付款结果") && !inside.text.contains("cs_"), "{}", inside.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_has_a_button_for_each_wallet() {
    let shop = Shop::open().await;
    let payment = shop.payment().await;
    let phone = Phone::new(SAFARI);
    let page = phone.open(&cashier(&payment)).await;
    assert_eq!(attribute(&page, "data-stage"), "wap");
    assert!(offers(&page, "wechatpay") && offers(&page, "alipay") && page.text.contains("请选择付款方式"));
    assert_eq!(shop.orders(), (0, 0));

    let hop = shop.tap(&phone, &payment, &[("gateway", "alipay")]).await;
    let page = phone.open(&shop.house.url(&Phone::next(&hop))).await;
    let link = attribute(&page, "id=\"go\" href");
    assert!(link.starts_with(&format!("{}?", shop.gateway_do())), "{link}");
    assert!(page.text.contains("正在前往支付宝"));
    let page = phone.open(&cashier(&payment)).await;
    assert_eq!(stage(&page), is("away", "alipay"));
    assert!(page.text.contains("如已在支付宝中完成付款") && offers(&page, "wechatpay"), "the other way is open");
    assert_eq!(attribute(&page, "id=\"open-again\" type=\"submit\" name=\"gateway\" value"), "alipay");
}

#[tokio::test(flavor = "multi_thread")]
async fn inside_alipay_its_page_comes_at_once_and_wechat_pay_says_why_not() {
    let shop = Shop::open().await;
    let payment = shop.payment().await;
    let phone = Phone::new(ALIPAY);
    let straight = phone.open(&cashier(&payment)).await;
    assert_eq!(straight.status, 303, "{}", straight.text);
    let page = phone.open(&shop.house.url(&Phone::next(&straight))).await;
    assert!(attribute(&page, "id=\"go\" href").contains("alipay.trade.wap.pay"));

    let page = phone.open(&cashier(&payment)).await;
    assert_eq!((page.status, stage(&page)), (200, is("away", "alipay")), "once by itself, then by a tap");
    assert!(!offers(&page, "wechatpay") && page.text.contains("当前应用内无法使用微信支付"));
    assert!(page.text.contains("id=\"guide\"") && page.text.contains("在浏览器中打开"));
    assert_eq!(shop.states(&payment).await, ["alipay wap pending"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn inside_wechat_alipay_says_why_not() {
    let shop = Shop::open().await;
    let payment = shop.payment().await;
    let phone = Phone::of(WECHAT, "ming");
    let page = phone.arrive(&cashier(&payment)).await;
    assert_eq!(stage(&page), is("jsapi", "wechatpay"));
    assert!(!offers(&page, "alipay") && page.text.contains("当前应用内无法使用支付宝"));
    assert!(page.text.contains("id=\"guide\">"), "the help is there and folded away");
    let refused = shop.tap(&phone, &payment, &[("gateway", "alipay")]).await;
    assert_eq!(refused.header("location"), Some(cashier(&payment).as_str()), "nothing is opened that cannot be paid");
    assert_eq!(shop.orders(), (1, 0));

    // A link to Alipay that somebody sent by WeChat.
    let other = shop.payment().await;
    let hop = shop.tap(&Phone::new(SAFARI), &other, &[("gateway", "alipay")]).await;
    let page = phone.open(&shop.house.url(&Phone::next(&hop))).await;
    assert!(page.text.contains("请在手机浏览器中打开"), "{}", page.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_buyer_the_shop_told_of_is_asked_for_the_password_inside_alipay() {
    let shop = Shop::open().await;
    let mut body = order(8880, false);
    body["gateway"] = json!("alipay");
    body["flow"] = json!("jsapi");
    let ming = buyer_id_of("ming");
    body["shopper"] = json!({ "buyer_id": ming });
    let payment = shop.house.post("/v1/payments", body).await.json();
    assert_eq!(shop.buyer().as_ref(), Some(&ming));
    let page = Phone::new(ALIPAY).open(&cashier(&payment)).await;
    assert_eq!(stage(&page), is("jsapi", "alipay"));
    let parameters: Value = serde_json::from_str(&attribute(&page, "data-jsapi")).unwrap();
    shop.alipay.sandbox.invoke_jsapi(&text(&parameters["tradeNO"])).expect("Alipay asks for the password");
    assert_eq!(attribute(&page, "data-recognises"), "false", "nobody is sent to a sign-in");

    // Its time runs out: the page opens another for the same buyer, whom no browser need name.
    shop.house.clock.advance_s(901);
    let phone = Phone::new(ALIPAY);
    let path = format!("{}?client_secret={}", path_of(&payment, "/attempts"), text(&payment["client_secret"]));
    let request = phone.post(&shop.house.url(&path)).header("idempotency-key", crate::support::fresh_key());
    let opened = phone.send(request.json(&json!({ "gateway": "alipay", "flow": "jsapi" }))).await;
    assert_eq!((opened.status, &opened.json()["flow"]), (201, &json!("jsapi")), "{}", opened.text);
    assert_eq!(shop.states(&payment).await, ["alipay jsapi closed", "alipay jsapi pending"]);
    assert_eq!(shop.buyer(), Some(ming));

    let screen = Phone::new(DESKTOP).open(&cashier(&payment)).await;
    assert_eq!(attribute(&screen, "data-stage"), "elsewhere", "a computer cannot ask for it");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_code_leads_each_wallet_to_its_own_way() {
    let shop = Shop::open_with(json!({}), CashierQr::Cashier).await;
    let payment = shop.payment().await;
    let screen = Phone::new(DESKTOP);
    let page = screen.open(&cashier(&payment)).await;
    assert_eq!(attribute(&page, "data-stage"), "scan");
    assert!(page.text.contains("使用微信、支付宝“扫一扫”付款") && !offers(&page, "alipay"));
    assert_eq!(shop.orders(), (0, 0));

    let alipay = Phone::new(ALIPAY).open(&cashier(&payment)).await;
    assert!(Phone::next(&alipay).starts_with("/go/att_"));
    assert_eq!(attribute(&screen.open(&cashier(&payment)).await, "data-stage"), "elsewhere");
    let wechat = Phone::of(WECHAT, "ming").arrive(&cashier(&payment)).await;
    assert_eq!(stage(&wechat), is("jsapi", "wechatpay"), "and another may still pay");

    // A wallet that could not pay there leaves each its own code.
    let mut secrets = crate::support::wechat_account(shop.house.store_id, &shop.house.merchant, "").secrets;
    secrets.as_object_mut().unwrap().remove("app_secret");
    shop.house.patch(&format!("/v1/accounts/{}", shop.house.account_id), json!({ "secrets": secrets })).await;
    let payment = shop.payment().await;
    let page = screen.open(&cashier(&payment)).await;
    assert_eq!(stage(&page), is("qr", "wechatpay"));
    assert!(offers(&page, "alipay"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_flow_needs_is_said_by_its_gateway() {
    let shop = Shop::open().await;
    let payment = shop.payment().await;
    let ask = |flow: &str, shopper: Value| json!({ "gateway": "alipay", "flow": flow, "shopper": shopper });
    let path = path_of(&payment, "/attempts");
    for (body, expected) in [
        (ask("jsapi", json!({})), "/shopper/buyer_id: required_for_flow"),
        (ask("barcode", json!({})), "/shopper/auth_code: required_for_flow"),
        (ask("jsapi", json!({ "payer_id": "x", "buyer_open_id": "y" })), "/shopper/buyer_open_id: told_twice"),
        (ask("jsapi", json!({ "payer_id": "x".repeat(129) })), "/shopper/payer_id: too_long"),
    ] {
        let refused = shop.house.post(&path, body).await.problem();
        assert_eq!(refused, (422, "validation_failed".to_owned(), vec![expected.to_owned()]));
    }
    let (ming, open) = (buyer_id_of("ming"), buyer_open_id_of(&shop.alipay.merchant.app_id, "ming"));
    for (name, payer) in [("payer_id", &ming), ("buyer_id", &ming), ("openid", &ming), ("buyer_open_id", &open)] {
        let payment = shop.payment().await;
        let body = ask("jsapi", json!({ name: payer }));
        let opened = shop.house.post(&path_of(&payment, "/attempts"), body).await;
        assert_eq!(opened.status, 201, "{name}: {}", opened.text);
        let ledger = shop.house.app.state.payments.ledger(text(&payment["id"]).parse().unwrap()).await.unwrap();
        let told_as = if *payer == open { "buyer_open_id" } else { "buyer_id" };
        assert!(ledger.attempts[0].request.contains(&format!("\\\"{told_as}\\\":\\\"{payer}")), "{name}");
    }
    for (agent, shopper, flow) in [
        (SAFARI, json!({}), "wap"),
        (ALIPAY, json!({}), "wap"),
        (ALIPAY, json!({ "buyer_id": ming }), "jsapi"),
        (DESKTOP, json!({}), "qr"),
    ] {
        let payment = shop.payment().await;
        let mut shopper = shopper;
        shopper["user_agent"] = json!(agent);
        let opened = shop.house.post(&path_of(&payment, "/attempts"), ask("auto", shopper)).await;
        assert_eq!((opened.status, &opened.json()["flow"]), (201, &json!(flow)), "{agent}: {}", opened.text);
    }
}

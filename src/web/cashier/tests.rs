use super::*;
use crate::web::fake_luodi::view_in;

fn page(state: &str) -> String {
    render_cashier(&view_in(state), Locale::ZhHans).unwrap()
}

/// Whether the element that starts with this text is visible: it may say `hidden` before its tag ends.
fn is_shown(page: &str, id: &str) -> bool {
    let at = page.find(&format!("id=\"{id}\"")).unwrap_or_else(|| panic!("no #{id}"));
    let start = page[..at].rfind('<').unwrap();
    let tag = &page[start..start + page[start..].find('>').unwrap()];
    !tag.ends_with("hidden")
}

#[test]
fn each_state_shows_its_own_part_and_no_other() {
    let parts = ["unknown", "renew", "bridge", "sign-in", "take-over", "i-have-paid", "paid", "refunded", "closed"];
    for (state, stage, shown) in [
        ("empty", "preparing", &[][..]),
        ("creating", "preparing", &[]),
        ("qr", "qr", &["i-have-paid"]),
        ("scan", "scan", &["i-have-paid"]),
        ("jsapi", "jsapi", &["bridge", "i-have-paid"]),
        ("signin", "signin", &["sign-in"]),
        ("elsewhere", "elsewhere", &["take-over", "i-have-paid"]),
        ("till", "elsewhere", &["take-over", "i-have-paid"]),
        ("unknown", "unknown", &["unknown", "i-have-paid"]),
        ("expired", "expired", &["renew", "i-have-paid"]),
        ("closed-attempt", "expired", &["renew", "i-have-paid"]),
        ("failed", "failed", &["renew"]),
        ("paid", "paid", &["paid"]),
        ("late", "paid", &["paid"]),
        ("partly-refunded", "refunded", &["refunded"]),
        ("refunded", "refunded", &["refunded"]),
        ("closed", "closed", &["closed"]),
    ] {
        let page = page(state);
        assert!(page.contains(&format!("data-stage=\"{stage}\"")), "{state}");
        let visible: Vec<_> = parts.iter().copied().filter(|id| is_shown(&page, id)).collect();
        assert_eq!(visible, shown, "{state}");
    }
}

#[test]
fn on_a_phone_a_tap_leads_to_wechat() {
    for (state, stage, tap, have_paid) in [
        ("wap", "wap", true, false),
        ("wap-shared", "wap", true, false),
        ("wap-expired", "wap", true, false),
        ("away", "away", true, true),
    ] {
        let page = page(state);
        assert!(page.contains(&format!("data-stage=\"{stage}\"")), "{state}");
        let taps = page.contains("id=\"pay-with-wechatpay\" type=\"submit\"");
        assert_eq!((taps, is_shown(&page, "i-have-paid")), (tap, have_paid), "{state}");
        assert!(page.contains("method=\"post\" action=\"/pay/"), "a form works without scripts");
        assert!(!page.contains("action=\"/pay/wap?"), "the secret travels in the body");
        assert!(page.contains("data-text-failed=\"暂时无法发起付款\""), "there is no code to speak of");
    }
}

#[test]
fn the_bridge_gets_its_parameters_only_for_its_own_payer() {
    let mut view = view_in("jsapi");
    let attempt = view.attempt.as_mut().unwrap();
    attempt.jsapi_parameters = Some(r#"{"package":"prepay_id=1","paySign":"a+b/c="}"#.to_owned());
    let page = render_cashier(&view, Locale::ZhHans).unwrap();
    assert!(
        page.contains("data-jsapi=\"{&#34;package&#34;:&#34;prepay_id=1&#34;,&#34;paySign&#34;:&#34;a+b/c=&#34;}\"")
    );
    assert!(self::page("elsewhere").contains("data-jsapi=\"\""));
}

#[test]
fn the_code_may_be_the_cashier_itself() {
    let page = page("scan");
    assert!(page.contains("src=\"/pay/scan/qr.svg?client_secret=cs_a%2Bb%2Fc\""));
    assert!(page.contains(">2:00:00</span>"), "it lives as long as the payment");
}

#[test]
fn statuses_are_readable_by_programs() {
    assert!(page("qr").contains("data-status=\"open\" data-attempt-status=\"pending\""));
    assert!(page("empty").contains("data-status=\"open\" data-attempt-status=\"none\""));
    assert!(page("partly-refunded").contains("data-status=\"partly_refunded\""));
}

#[test]
fn the_code_is_asked_for_with_the_secret_and_counts_down() {
    let page = page("qr");
    assert!(page.contains("src=\"/v1/attempts/att_01jgexampleexampleexample0/qr.svg?client_secret=cs_a%2Bb%2Fc\""));
    assert!(page.contains(">14:59</span>"));
    assert!(!self::page("empty").contains("/qr.svg"), "nothing to load before there is a code");
}

#[test]
fn hostile_names_stay_text() {
    let hostile = "\"><script>alert(1)</script><img src=x onerror=alert(2)>'";
    let mut view = view_in("failed");
    view.shop_name = hostile.to_owned();
    view.order_ref = hostile.to_owned();
    view.description = hostile.to_owned();
    view.payment_id = hostile.to_owned();
    view.client_secret = hostile.to_owned();
    view.methods[0].gateway = hostile.to_owned();
    if let Some(attempt) = &mut view.attempt {
        attempt.id = hostile.to_owned();
        attempt.action = "display_qr".to_owned();
        attempt.status = "pending".to_owned();
    }
    let page = render_cashier(&view, Locale::En).unwrap();
    assert!(!page.contains("<script>") && !page.contains("<img src=x"), "{page}");
    assert_eq!(page.matches("<script").count(), 1);
}

#[test]
fn only_web_addresses_lead_back() {
    for address in ["javascript:alert(1)", "data:text/html,x", "/orders/1", "weixin://x", ""] {
        let mut view = view_in("paid");
        view.return_url = Some(address.to_owned());
        let page = render_cashier(&view, Locale::En).unwrap();
        assert!(!page.contains("id=\"return\"") && page.contains("data-return=\"\""), "{address}");
    }
    assert!(page("paid").contains("href=\"http://127.0.0.1:8931/orders/T1?a=1&#38;b=2\""));
    let mut view = view_in("paid");
    view.return_url = None;
    let page = render_cashier(&view, Locale::ZhHans).unwrap();
    assert!(is_shown(&page, "may-close"), "without an address the page says that all is done");
    view.late = true;
    assert!(!is_shown(&render_cashier(&view, Locale::ZhHans).unwrap(), "may-close"), "a late payment is not done with");
}

#[test]
fn the_language_switch_keeps_the_payment() {
    assert!(page("qr").contains("href=\"/pay/qr?client_secret=cs_a%2Bb%2Fc&#38;lang=en\""));
    let english = render_cashier(&view_in("qr"), Locale::En).unwrap();
    assert!(english.contains("<html lang=\"en\">") && english.contains("lang=zh-Hans\""));
    // What a page must not speak is the other language, apart from the names in it.
    assert!(english.contains("Scan with WeChat to pay") && !english.contains("扫一扫"));
}

#[test]
fn a_page_without_scripts_renews_itself_until_it_is_settled() {
    let refresh = "<noscript><meta http-equiv=\"refresh\"";
    assert!(page("qr").contains(refresh) && page("unknown").contains(refresh));
    assert!(!page("paid").contains(refresh) && !page("closed").contains(refresh));
}

#[test]
fn greyed_methods_say_why() {
    let page = self::page("wallet");
    assert!(!page.contains("name=\"gateway\"") && page.contains("当前应用内无法使用微信支付"));
    assert!(!page.contains("aria-current") && page.contains("id=\"guide\" open>"));
    assert!(self::page("no-method").contains("暂无可用的支付方式"));
    assert!(self::page("qr").contains(" aria-current=\"true\">"));
    let page = self::page("in-wechat");
    assert!(page.contains("id=\"pay-with-wechatpay\"") && !page.contains("id=\"pay-with-alipay\""));
    assert!(page.contains("当前应用内无法使用支付宝") && page.contains("id=\"guide\">"), "the help is folded away");
}

#[test]
fn test_mode_is_said_and_the_sandbox_phone_is_offered_only_when_there_is_one() {
    assert!(page("qr").contains("不会真实扣款") && !page("live").contains("不会真实扣款"));
    let mut view = view_in("qr");
    view.phone_url = None;
    assert!(!render_cashier(&view, Locale::ZhHans).unwrap().contains("sandbox-phone"));
}

#[test]
fn every_problem_has_a_page_in_every_language() {
    for kind in CashierProblem::ALL {
        for locale in Locale::ALL {
            let page = kind.page(*locale, &[]).unwrap();
            let id = if kind == CashierProblem::Paid { "done" } else { "problem" };
            assert!(page.contains(&format!("id=\"{id}\"")) && page.contains(&format!("lang=\"{locale}\"")));
            assert!(!page.contains("<h1>cashier-"), "{kind:?} is worded in {locale}");
        }
    }
}

#[test]
fn ways_on_lead_to_pages_only() {
    let links = [
        Link::try_again("/go/att_1?a=1&b=2".to_owned()),
        Link::continue_paying("javascript:alert(1)".to_owned()),
        Link::to_shop("https://shop.example/?a=\"><script>".to_owned()),
    ];
    let page = CashierProblem::StillOpen.page(Locale::ZhHans, &links).unwrap();
    assert!(page.contains("href=\"/go/att_1?a=1&#38;b=2\"") && page.contains("返回商家"));
    assert!(!page.contains("javascript:") && !page.contains("<script>"));
}

#[test]
fn the_hop_says_where_it_goes_and_hands_on_its_origin_alone() {
    let address = "https://wx.tenpay.com/cgi-bin/mmpayweb-bin/checkmweb?prepay_id=wx1&package=2&redirect_url=a%3Fb";
    let page = render_hop(address, Wallet::WeChat, Locale::ZhHans).unwrap();
    assert!(page.contains(&format!("id=\"go\" href=\"{}\"", address.replace('&', "&#38;"))), "{page}");
    assert!(page.contains("<meta name=\"referrer\" content=\"origin\">"));
    assert_eq!(page.matches("<script").count(), 1);
    assert!(!page.contains("http-equiv"), "a refresh would lose the referrer that the gateway demands");
}

#[test]
fn each_wallet_is_called_by_its_own_name() {
    let page = page("alipay-qr");
    assert!(page.contains("打开支付宝“扫一扫”付款") && page.contains("<li>打开支付宝</li>"), "{page}");
    assert!(page.contains("value=\"alipay\" data-wallet=\"alipay\" aria-current=\"true\">"), "{page}");
    assert!(page.contains("value=\"wechatpay\" data-wallet=\"wechatpay\">"), "the other may be chosen");
    assert!(!page.contains("打开微信“扫一扫”") && !page.contains("<li>打开微信") && !page.contains("微信支付尚未收到"));
    let both = self::page("scan-both");
    assert!(both.contains("使用微信、支付宝“扫一扫”付款"), "one code for both");
    assert!(!both.contains("name=\"gateway\""), "nothing is to be chosen");
    let english = render_cashier(&view_in("scan-both"), Locale::En).unwrap();
    assert!(english.contains("Scan with WeChat or Alipay to pay") && english.contains("<li>Open one of them</li>"));
}

#[test]
fn on_a_phone_each_wallet_has_a_button_of_its_own() {
    let page = page("wap-both");
    for gateway in ["wechatpay", "alipay"] {
        let button = format!("id=\"pay-with-{gateway}\" type=\"submit\" name=\"gateway\" value=\"{gateway}\"");
        assert!(page.contains(&button), "{page}");
    }
    assert!(page.contains("请选择付款方式") && !page.contains("http-equiv"));
}

#[test]
fn a_gateways_page_with_the_code_stands_in_a_locked_frame_of_its_size() {
    let page = page("frame");
    let src = crate::web::fake_luodi::FRAMED.replace('&', "&#38;");
    assert!(
        page.contains(&format!("<iframe id=\"gateway-code\" src=\"{src}\" width=\"220\" height=\"220\"")),
        "{page}"
    );
    assert!(
        page.contains("sandbox=\"allow-scripts allow-same-origin allow-forms\""),
        "it cannot lead the cashier away"
    );
    assert!(page.contains("data-stage=\"qr\"") && page.contains("data-frame=\"att_"));
    assert!(page.contains("content=\"30\"") && page.contains("每 30 秒"), "a reload begins the frame anew");
}

#[test]
fn who_went_to_a_gateways_page_on_a_computer_is_asked_and_may_go_again() {
    let page = page("page");
    assert!(page.contains("data-stage=\"away\"") && page.contains("如已在支付宝页面完成付款"));
    assert!(is_shown(&page, "i-have-paid"));
    assert!(page.contains("name=\"flow\" value=\"page\"") && page.contains("尚未付款，继续前往支付宝"));
}

#[test]
fn a_page_whose_time_is_over_is_not_called_a_code() {
    let mut view = view_in("unionpay-page");
    view.attempt.as_mut().unwrap().expires_at_ms = view.server_now_ms - 1;
    let page = render_cashier(&view, Locale::ZhHans).unwrap();
    assert!(page.contains("data-stage=\"expired\"") && page.contains(">付款已超时</p>"), "{page}");
    assert!(page.contains("重新付款") && !page.contains("二维码已过期"), "{page}");
}

#[test]
fn where_only_a_gateways_page_takes_the_money_a_button_leads_there() {
    let mut view = view_in("empty");
    view.methods[0].flow = "page".to_owned();
    view.methods[0].wallet = Wallet::Alipay;
    let page = render_cashier(&view, Locale::ZhHans).unwrap();
    assert!(page.contains("data-stage=\"wap\"") && page.contains("点击后将前往支付宝付款页面"), "{page}");
    assert!(page.contains("data-wallet=\"alipay\" data-leads-away aria-current=\"true\">"), "{page}");
    view.attempt = view_in("failed").attempt;
    let page = render_cashier(&view, Locale::ZhHans).unwrap();
    assert!(page.contains("data-stage=\"wap\""), "the code that was refused is not what is tried again");
    assert!(page.contains("暂时无法生成支付宝二维码，可前往支付宝付款页面付款"), "and why: {page}");
}

#[test]
fn a_code_of_a_wallet_that_is_not_offered_here_is_not_shown_under_another_name() {
    let mut view = view_in("qr");
    view.attempt.as_mut().unwrap().gateway = "unionpay".to_owned();
    view.attempt.as_mut().unwrap().wallet = Wallet::UnionPay;
    let page = render_cashier(&view, Locale::ZhHans).unwrap();
    assert!(page.contains("data-stage=\"elsewhere\"") && is_shown(&page, "take-over"));
    assert!(page.contains("data-attempt-gateway=\"unionpay\""));
    view.attempt.as_mut().unwrap().status = "unknown".to_owned();
    assert!(render_cashier(&view, Locale::ZhHans).unwrap().contains("正在向银联核实"), "of whose order it speaks");
}

#[test]
fn unionpays_code_is_read_by_bank_apps_too_and_its_page_takes_cards() {
    let page = page("unionpay-qr");
    assert!(page.contains("打开云闪付或银行 App“扫一扫”付款") && page.contains("<li>打开云闪付</li>"), "{page}");
    assert!(page.contains("银联尚未收到这笔付款") && page.contains(">没有云闪付？用银行卡付款</button>"), "{page}");
    assert!(page.contains("<fieldset class=\"several many\">"), "three stand beside one another");
    let phone = self::page("wap-three");
    assert!(phone.contains("点击后将打开相应的应用或付款页面"), "{phone}");
    assert_eq!(phone.matches("也可使用银行卡").count(), 1, "of the one whose page takes them");
    let mut alone = view_in("wap");
    alone.methods[0].wallet = Wallet::UnionPay;
    let alone = render_cashier(&alone, Locale::ZhHans).unwrap();
    assert!(alone.contains("点击后将前往银联付款页面") && !alone.contains("没有安装云闪付"), "{alone}");
}

#[test]
fn one_code_names_every_app_that_reads_it() {
    assert!(page("scan-three").contains("使用微信、支付宝、云闪付“扫一扫”付款"));
    let english = render_cashier(&view_in("scan-three"), Locale::En).unwrap();
    assert!(english.contains("Scan with WeChat, Alipay or UnionPay to pay"), "{english}");
}

#[test]
fn who_comes_back_from_unionpays_page_is_told_of_a_page_and_may_scan_instead() {
    let phone = page("unionpay-away");
    assert!(phone.contains("如已在银联页面完成付款") && phone.contains("尚未付款，继续前往银联"), "{phone}");
    assert!(!phone.contains("data-by-code"), "the page is the only way here");
    let desktop = page("unionpay-page");
    assert!(desktop.contains("data-wallet=\"unionpay\" aria-current=\"true\" data-by-code>"), "{desktop}");
}

#[test]
fn what_a_gateway_could_not_end_is_not_said_to_be_cancelled() {
    let mut view = view_in("qr");
    assert!(!page("qr").contains("left-open"));
    view.left_open = Some(Wallet::UnionPay);
    let left = render_cashier(&view, Locale::ZhHans).unwrap();
    assert!(left.contains("先前打开的银联付款页面仍可付款，请勿重复支付。"), "{left}");

    assert!(page("elsewhere").contains("原来的付款会先被取消"));
    let mut view = view_in("elsewhere");
    view.attempt.as_mut().unwrap().wallet = Wallet::UnionPay;
    let elsewhere = render_cashier(&view, Locale::ZhHans).unwrap();
    assert!(elsewhere.contains("原来的付款页面在有效期内仍可付款") && !elsewhere.contains("会先被取消"), "{elsewhere}");
}

#[test]
fn inside_a_wallet_nobody_is_told_to_open_it() {
    let mut view = view_in("away");
    view.is_at_home = true;
    view.offers_code = false;
    let page = render_cashier(&view, Locale::ZhHans).unwrap();
    assert!(page.contains("如尚未付款，可继续付款") && page.contains(">继续付款</button>"), "{page}");
    assert!(!page.contains("如未能打开微信") && !page.contains("code-instead"));
}

#[test]
fn a_form_takes_its_fields_to_the_gateway_as_text() {
    let fields =
        [("biz_content".to_owned(), "{\"subject\":\"茶'\"}".to_owned()), ("method".to_owned(), "a.b".to_owned())];
    let fields = fields.into_iter().collect();
    let action = "https://openapi.alipay.com/gateway.do?charset=utf-8";
    let form = Form { action, method: crate::payments::attempt::FormMethod::Post, fields: &fields };
    let page = render_form(&form, Wallet::Alipay, Locale::ZhHans).unwrap();
    assert!(page.contains(&format!("method=\"post\" action=\"{action}\" accept-charset=\"utf-8\"")), "{page}");
    assert!(page.contains("name=\"biz_content\" value=\"{&#34;subject&#34;:&#34;茶&#39;&#34;}\""), "{page}");
    assert!(page.contains("id=\"go\" type=\"submit\">前往支付宝</button>") && !page.contains("http-equiv"));
}

#[test]
fn the_way_to_the_sign_in_hands_on_no_address_and_needs_no_script() {
    let address = "https://open.weixin.qq.com/connect/oauth2/authorize?appid=wx1&state=a1#wechat_redirect";
    let page = render_sign_in(address, Locale::ZhHans).unwrap();
    let written = address.replace('&', "&#38;");
    assert!(page.contains(&format!("id=\"go\" href=\"{written}\"")), "{page}");
    assert!(page.contains(&format!("<noscript><meta http-equiv=\"refresh\" content=\"0;url={written}\"></noscript>")));
    assert!(page.contains("<meta name=\"referrer\" content=\"no-referrer\">"));
}

/// The script asks the page for texts and parts by name; a renamed one would fail only in a browser.
#[test]
fn the_script_finds_everything_it_asks_the_page_for() {
    let script = include_str!("../assets/cashier.js");
    let template = include_str!("cashier.html");
    assert!(!template.contains("微信") && !script.contains("微信"), "texts are worded in locales/");
    let word = |rest: &str| rest.chars().take_while(char::is_ascii_alphanumeric).collect::<String>();
    for name in script.split("data.text").skip(1).map(word) {
        let kebab: String = name
            .chars()
            .map(|c| if c.is_ascii_uppercase() { format!("-{}", c.to_ascii_lowercase()) } else { c.to_string() })
            .collect();
        assert!(template.contains(&format!("data-text{kebab}=\"")), "{name}");
    }
    let asked = script.split("$(\"").skip(1).chain(script.split(" on(\"").skip(1));
    for id in asked.map(|rest| rest.split('"').next().unwrap()) {
        assert!(template.contains(&format!("id=\"{id}\"")), "#{id}");
    }
    let doing = ["scan", "wap", "away", "jsapi", "signin", "elsewhere"];
    for stage in doing.into_iter().chain([
        "none",
        "preparing",
        "qr",
        "unknown",
        "expired",
        "failed",
        "paid",
        "refunded",
        "closed",
    ]) {
        assert!(template.contains(&format!("data-text-{stage}=\"")) && script.contains(&format!("\"{stage}\"")));
    }
}

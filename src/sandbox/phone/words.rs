//! What the phone says, in Chinese and English.

/// One language of the phone.
pub(super) struct Words {
    pub(super) lang: &'static str,
    pub(super) sandbox: &'static str,
    pub(super) scan: &'static str,
    pub(super) paste: &'static str,
    pub(super) open: &'static str,
    pub(super) waiting: &'static str,
    pub(super) refresh: &'static str,
    pub(super) nothing_waiting: &'static str,
    pub(super) payment: &'static str,
    pub(super) pay_to: &'static str,
    pub(super) goods: &'static str,
    pub(super) number: &'static str,
    pub(super) method: &'static str,
    pub(super) balance: &'static str,
    pub(super) pay: &'static str,
    pub(super) refuse: &'static str,
    pub(super) back: &'static str,
    pub(super) done: &'static str,
    pub(super) try_again: &'static str,
    pub(super) instead_of: &'static str,
    pub(super) failed: &'static str,
    pub(super) wechat: &'static str,
    pub(super) wechat_url: &'static str,
    pub(super) wechat_hint: &'static str,
    pub(super) wechat_elsewhere: &'static str,
    pub(super) password: &'static str,
    pub(super) payment_code: &'static str,
    pub(super) payment_code_hint: &'static str,
    pub(super) renew_code: &'static str,
    pub(super) outcome: &'static str,
    pub(super) outcome_success: &'static str,
    pub(super) outcome_password: &'static str,
    pub(super) outcome_not_enough: &'static str,
    /// Title and hint of each page that ends a scan.
    pub(super) paid: (&'static str, &'static str),
    pub(super) refused: (&'static str, &'static str),
    pub(super) already_paid: (&'static str, &'static str),
    pub(super) closed: (&'static str, &'static str),
    pub(super) expired: (&'static str, &'static str),
    pub(super) unknown: (&'static str, &'static str),
    pub(super) inside_wechat: (&'static str, &'static str),
    pub(super) no_referer: (&'static str, &'static str),
    pub(super) unregistered_host: (&'static str, &'static str),
    pub(super) other_address: (&'static str, &'static str),
    pub(super) link_expired: (&'static str, &'static str),
}

pub(super) static CHINESE: Words = Words {
    lang: "zh-Hans",
    sandbox: "沙箱环境 · 不会产生真实扣款",
    scan: "扫一扫",
    paste: "粘贴二维码内容",
    open: "打开",
    waiting: "等待扫描的二维码",
    refresh: "刷新",
    nothing_waiting: "暂无待付款的二维码",
    payment: "支付",
    pay_to: "付款给",
    goods: "商品",
    number: "商户单号",
    method: "支付方式",
    balance: "零钱",
    pay: "确认支付",
    refuse: "取消支付",
    back: "返回",
    done: "完成",
    try_again: "重新支付",
    instead_of: "已优惠，原价",
    failed: "支付失败",
    wechat: "在微信中打开",
    wechat_url: "粘贴本机网页地址",
    wechat_hint: "像在微信里一样打开网页：可静默登录，可唤起微信支付",
    wechat_elsewhere: "只能打开本机（127.0.0.1 或 localhost）的网页",
    password: "商家已扫描付款码，请确认后支付",
    payment_code: "付款码",
    payment_code_hint: "向商家出示即可付款，一分钟内有效，仅可使用一次",
    renew_code: "刷新付款码",
    outcome: "商家扫码后",
    outcome_success: "直接支付成功",
    outcome_password: "需要在手机上确认",
    outcome_not_enough: "余额不足",
    paid: ("支付成功", "请返回商家页面查看订单"),
    refused: ("已取消支付", "未扣款，订单仍可支付"),
    already_paid: ("订单已支付", "请勿重复付款"),
    closed: ("订单已关闭", "未扣款，请返回商家重新下单"),
    expired: ("二维码已过期", "未扣款，请返回商家页面刷新二维码"),
    unknown: ("无法识别的二维码", "请确认二维码来自本沙箱"),
    inside_wechat: ("请在微信外打开订单", "微信内请使用微信内支付，H5支付仅用于手机浏览器"),
    no_referer: ("商家参数格式有误，请联系商家解决", "请求没有携带Referer，须从商家页面跳转而来"),
    unregistered_host: ("商家存在未配置的参数，请联系商家解决", "来源或返回地址的域名未登记为H5支付域名"),
    other_address: ("网络环境未能通过安全验证，请稍后再试", "当前网络地址与下单时的payer_client_ip不一致"),
    link_expired: ("支付请求已失效，请重新发起支付", "H5支付链接五分钟内有效，请返回商家页面"),
};

pub(super) static ENGLISH: Words = Words {
    lang: "en",
    sandbox: "Sandbox · no real money moves",
    scan: "Scan",
    paste: "Paste what the QR code says",
    open: "Open",
    waiting: "QR codes waiting to be scanned",
    refresh: "Refresh",
    nothing_waiting: "No QR code is waiting for payment",
    payment: "Payment",
    pay_to: "Pay",
    goods: "Item",
    number: "Order number",
    method: "Pay with",
    balance: "Balance",
    pay: "Confirm payment",
    refuse: "Cancel payment",
    back: "Back",
    done: "Done",
    try_again: "Pay after all",
    instead_of: "Discounted from",
    failed: "Payment failed",
    wechat: "Open in WeChat",
    wechat_url: "Paste the address of a page on this machine",
    wechat_hint: "Shows the page as inside WeChat: silent login works, and WeChat Pay can be invoked",
    wechat_elsewhere: "Only pages of this machine (127.0.0.1 or localhost) can be opened",
    password: "The shop has scanned your payment code: confirm to pay",
    payment_code: "Payment code",
    payment_code_hint: "Show it to the cashier. Good for one payment within a minute",
    renew_code: "New payment code",
    outcome: "When it is scanned",
    outcome_success: "Paid at once",
    outcome_password: "Ask me on the phone first",
    outcome_not_enough: "Not enough balance",
    paid: ("Payment successful", "Go back to the shop to see your order"),
    refused: ("Payment cancelled", "Nothing was charged; the order can still be paid"),
    already_paid: ("Already paid", "There is no need to pay again"),
    closed: ("Order closed", "Nothing was charged; please order again at the shop"),
    expired: ("QR code expired", "Nothing was charged; refresh the code at the shop"),
    unknown: ("Unknown QR code", "Make sure that the code comes from this sandbox"),
    inside_wechat: ("Open this order outside WeChat", "H5 payment is for the phone's own browser only"),
    no_referer: ("The shop's parameters are malformed", "There is no Referer: come from the shop's own page"),
    unregistered_host: ("The shop has not registered this", "The page or redirect_url is not on a registered host"),
    other_address: ("The network failed a safety check", "Your address is not the payer_client_ip of the order"),
    link_expired: ("The payment request has lapsed", "An H5 link lives five minutes: go back to the shop"),
};

/// `?lang=` first, then the first language of `Accept-Language` that is one of ours.
pub(super) fn choose(asked: &str, accept_language: &str) -> &'static Words {
    let mut wanted = std::iter::once(asked).chain(accept_language.split(',')).map(str::trim);
    let english = wanted.find_map(|tag| {
        let tag = tag.to_ascii_lowercase();
        if tag.starts_with("zh") { Some(false) } else { tag.starts_with("en").then_some(true) }
    });
    if english == Some(true) { &ENGLISH } else { &CHINESE }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chinese_unless_english_is_preferred() {
        assert_eq!(choose("", "").lang, "zh-Hans");
        assert_eq!(choose("", "fr-FR, de").lang, "zh-Hans");
        assert_eq!(choose("", "en-US,en;q=0.9,zh-CN;q=0.8").lang, "en");
        assert_eq!(choose("", "zh-CN,zh;q=0.9,en;q=0.8").lang, "zh-Hans");
        assert_eq!(choose("en", "zh-CN").lang, "en");
        assert_eq!(choose("zh", "en").lang, "zh-Hans");
    }
}

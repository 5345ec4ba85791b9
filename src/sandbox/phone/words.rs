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
    /// Title and hint of each page that ends a scan.
    pub(super) paid: (&'static str, &'static str),
    pub(super) refused: (&'static str, &'static str),
    pub(super) already_paid: (&'static str, &'static str),
    pub(super) closed: (&'static str, &'static str),
    pub(super) expired: (&'static str, &'static str),
    pub(super) unknown: (&'static str, &'static str),
}

pub(super) static CHINESE: Words = Words {
    lang: "zh-Hans",
    sandbox: "沙箱环境 · 不会产生真实扣款",
    scan: "扫一扫",
    paste: "粘贴二维码内容",
    open: "打开",
    waiting: "等待扫描的付款码",
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
    paid: ("支付成功", "请返回商家页面查看订单"),
    refused: ("已取消支付", "未扣款，订单仍可支付"),
    already_paid: ("订单已支付", "请勿重复付款"),
    closed: ("订单已关闭", "未扣款，请返回商家重新下单"),
    expired: ("二维码已过期", "未扣款，请返回商家页面刷新二维码"),
    unknown: ("无法识别的二维码", "请确认二维码来自本沙箱"),
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
    paid: ("Payment successful", "Go back to the shop to see your order"),
    refused: ("Payment cancelled", "Nothing was charged; the order can still be paid"),
    already_paid: ("Already paid", "There is no need to pay again"),
    closed: ("Order closed", "Nothing was charged; please order again at the shop"),
    expired: ("QR code expired", "Nothing was charged; refresh the code at the shop"),
    unknown: ("Unknown QR code", "Make sure that the code comes from this sandbox"),
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

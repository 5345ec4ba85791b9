//! Where the shopper's browser runs, read from what it says of itself (User-Agent), and which flow fits there.
//! Promises: the first telling mark wins, in the order that keeps apart those who carry each other's marks.
//! Refuses to be proof: it chooses what is offered, never what is allowed.

use super::attempt::Flow;

/// What shows our page to the shopper.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Environment {
    /// WeChat (微信) on a phone.
    WeChat,
    /// A web view in one of WeChat's mini programs (小程序).
    WeChatMiniProgram,
    /// WeChat's browser on a computer.
    WeChatDesktop,
    /// WeCom (企业微信).
    WeCom,
    Alipay,
    /// 云闪付, and the bank apps that carry its mark.
    UnionPay,
    Weibo,
    DingTalk,
    /// Taobao and Tmall.
    Taobao,
    Qq,
    /// Douyin and Toutiao.
    Douyin,
    /// A browser on a phone or tablet.
    Mobile,
    /// Anything else: there is a screen to scan from.
    Desktop,
}

/// An app that shoppers pay with (钱包).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Wallet {
    WeChat,
    Alipay,
    /// 云闪付.
    UnionPay,
}

impl Wallet {
    /// By which its names and its mark are found.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::WeChat => "wechatpay",
            Self::Alipay => "alipay",
            Self::UnionPay => "unionpay",
        }
    }

    /// What shows a page that this wallet opened.
    #[must_use]
    pub const fn browser(self) -> Environment {
        match self {
            Self::WeChat => Environment::WeChat,
            Self::Alipay => Environment::Alipay,
            Self::UnionPay => Environment::UnionPay,
        }
    }
}

/// Why no flow fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoFlow {
    /// This app lets nobody pay this way; the phone's browser would.
    OpenInBrowser,
    /// The account offers nothing that works here.
    NotOffered,
}

impl Environment {
    /// Whatever the text; an empty one is a desktop.
    #[must_use]
    pub fn of(user_agent: &str) -> Self {
        let agent = user_agent.to_ascii_lowercase();
        let has = |mark: &str| agent.contains(mark);
        // WeCom and mini programs call themselves WeChat too, and Android's WeChat calls itself a browser.
        match () {
            () if has("wxwork/") => Self::WeCom,
            () if has("micromessenger") => match () {
                () if has("miniprogram") => Self::WeChatMiniProgram,
                () if has("windowswechat") || has("macwechat") => Self::WeChatDesktop,
                () => Self::WeChat,
            },
            () if has("alipayclient/") || has("aliapp(ap/") => Self::Alipay,
            () if has("unionpay/") || has("com.unionpay.chsp") || has("cloudpay") => Self::UnionPay,
            () if has("__weibo__") || has("weibo (") => Self::Weibo,
            () if has("dingtalk/") => Self::DingTalk,
            () if has("aliapp(tb/") || has("aliapp(tm/") => Self::Taobao,
            // `MQQBrowser/` alone is QQ's browser, a plain one.
            () if has(" qq/") => Self::Qq,
            () if has("aweme") || has("bytedancewebview") || has("newsarticle") => Self::Douyin,
            () if ["android", "iphone", "ipad", "ipod", "harmonyos", "mobile"].into_iter().any(has) => Self::Mobile,
            () => Self::Desktop,
        }
    }

    /// Whether the page stands on the very device that would have to scan it.
    #[must_use]
    pub const fn is_handheld(self) -> bool {
        !matches!(self, Self::Desktop | Self::WeChatDesktop)
    }

    /// Whose app shows the page.
    #[must_use]
    pub const fn wallet(self) -> Option<Wallet> {
        match self {
            Self::WeChat | Self::WeChatMiniProgram => Some(Wallet::WeChat),
            Self::Alipay => Some(Wallet::Alipay),
            Self::UnionPay => Some(Wallet::UnionPay),
            _ => None,
        }
    }

    /// Whether this app keeps other wallets out, which the phone's browser would not.
    #[must_use]
    pub const fn is_walled(self) -> bool {
        self.wallet().is_some() || matches!(self, Self::Taobao)
    }
}

/// The flow that fits a browser: the first of `works`, what works there at all, that is also `offered`.
///
/// # Errors
/// [`NoFlow`], with what the shopper can do.
pub fn fitting_flow(
    environment: Environment,
    wallet: Wallet,
    works: &[Flow],
    offered: &[Flow],
) -> Result<Flow, NoFlow> {
    let offers = |flow: &Flow| offered.contains(flow);
    if let Some(flow) = works.iter().copied().find(offers) {
        return Ok(flow);
    }
    // Where the phone's browser would offer no more than a code either, the code is shown at once.
    if environment.wallet() == Some(wallet) && !offers(&Flow::Wap) && offers(&Flow::Qr) {
        return Ok(Flow::Qr);
    }
    let elsewhere = offers(&Flow::Wap) || offers(&Flow::Qr);
    Err(if environment.is_walled() && elsewhere { NoFlow::OpenInBrowser } else { NoFlow::NotOffered })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gateways::shopper;
    use crate::payments::GatewayName;

    const ALL: [Flow; 6] = Flow::ALL;

    fn fitting(gateway: GatewayName, agent: &str, offered: &[Flow]) -> Result<Flow, NoFlow> {
        let environment = Environment::of(agent);
        fitting_flow(environment, shopper::wallet(gateway), shopper::flows_in(gateway, environment), offered)
    }

    fn choice(agent: &str, offered: &[Flow]) -> Result<Flow, NoFlow> {
        fitting(GatewayName::WeChatPay, agent, offered)
    }

    const WECHAT: &str = "Mozilla/5.0 (Linux; Android 13; M2012K11AC Build/TKQ1) AppleWebKit/537.36 (KHTML, like Gecko) \
        Version/4.0 Chrome/116.0 Mobile Safari/537.36 XWEB/1160065 MMWEBSDK/20231202 MQQBrowser/6.2 \
        MicroMessenger/8.0.47.2560(0x28002F30) WeChat/arm64 Weixin NetType/WIFI Language/zh_CN ABI/arm64";
    const IPHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) \
        Version/17.4 Mobile/15E148 Safari/604.1";
    const MAC: &str = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) \
        Version/17.4 Safari/605.1.15";

    #[test]
    fn each_app_is_known_by_its_marks() {
        use Environment as E;
        for (agent, expected) in [
            ("", E::Desktop),
            (MAC, E::Desktop),
            (WECHAT, E::WeChat),
            ("Mozilla/5.0 (iPhone) MicroMessenger/8.0.42(0x18002a2e) NetType/WIFI Language/zh_CN", E::WeChat),
            (
                "Mozilla/5.0 (iPhone) MicroMessenger/8.0.42 NetType/WIFI Language/zh_CN miniProgram/wx1",
                E::WeChatMiniProgram,
            ),
            ("Mozilla/5.0 (Linux; Android 13) MicroMessenger/8.0.42 MiniProgramEnv/android", E::WeChatMiniProgram),
            (
                "Mozilla/5.0 (Windows NT 10.0) MicroMessenger/7.0.20.1781(0x6700143B) WindowsWechat(0x63090a13) XWEB/9129 Flue",
                E::WeChatDesktop,
            ),
            ("Mozilla/5.0 (Macintosh) MicroMessenger/6.8.0(0x16080000) MacWechat/3.8.6", E::WeChatDesktop),
            ("Mozilla/5.0 (iPhone) wxwork/4.1.10 MicroMessenger/7.0.1 Language/zh", E::WeCom),
            (
                "Mozilla/5.0 (Linux; Android 13) UCBrowser/11 AliApp(AP/10.3.70.6000) AlipayClient/10.3.70.6000",
                E::Alipay,
            ),
            ("Mozilla/5.0 (iPhone) (com.unionpay.chsp) (cordova 4.5.4) (UnionPay/1.0 CloudPay)", E::UnionPay),
            ("Mozilla/5.0 (iPhone) Weibo (iPhone13,2__weibo__11.8.2__iphone__os14.6)", E::Weibo),
            ("Mozilla/5.0 (iPhone) AliApp(DingTalk/7.0) com.laiwang.DingTalk/1 DingTalk/7.0.30", E::DingTalk),
            ("Mozilla/5.0 (iPhone) AliApp(TB/10.2) WindVane/8.7", E::Taobao),
            ("Mozilla/5.0 (iPhone) Mobile/18F72 QQ/8.9.50.660 V1_IPH_SQ_8.9.50", E::Qq),
            ("Mozilla/5.0 (Linux; U; Android 12) MQQBrowser/13.0 Mobile Safari/537.36", E::Mobile),
            ("Mozilla/5.0 (Linux; Android 12) aweme.230400 BytedanceWebview/d8a21c6", E::Douyin),
            (IPHONE, E::Mobile),
            ("Mozilla/5.0 (Phone; OpenHarmony 5.0) AppleWebKit/537.36 ArkWeb/4.1 Mobile HuaweiBrowser/5.0", E::Mobile),
        ] {
            assert_eq!(Environment::of(agent), expected, "{agent}");
        }
    }

    #[test]
    fn wechat_pays_in_wechat_by_link_on_a_phone_and_by_code_from_a_screen() {
        assert_eq!(choice(WECHAT, &ALL), Ok(Flow::Jsapi));
        assert_eq!(choice(IPHONE, &ALL), Ok(Flow::Wap));
        assert_eq!(choice(MAC, &ALL), Ok(Flow::Qr));
        assert_eq!(choice("MicroMessenger/7 WindowsWechat", &ALL), Ok(Flow::Qr), "a computer cannot always call it");
    }

    #[test]
    fn what_the_account_lacks_is_replaced_where_something_else_works() {
        assert_eq!(choice(IPHONE, &[Flow::Qr]), Ok(Flow::Qr), "scanned from another phone");
        assert_eq!(choice(WECHAT, &[Flow::Qr, Flow::Wap]), Err(NoFlow::OpenInBrowser), "WeChat refuses H5 itself");
        assert_eq!(choice(WECHAT, &[Flow::Qr]), Ok(Flow::Qr));
        assert_eq!(choice(MAC, &[Flow::Wap, Flow::Jsapi]), Err(NoFlow::NotOffered));
        assert_eq!(choice(IPHONE, &[]), Err(NoFlow::NotOffered));
        assert_eq!(choice(WECHAT, &[Flow::App]), Err(NoFlow::NotOffered));
    }

    #[test]
    fn other_wallets_do_not_let_wechat_pay_in() {
        for agent in ["AlipayClient/10.3", "UnionPay/1.0 CloudPay", "AliApp(TB/10.2)"] {
            assert_eq!(choice(agent, &ALL), Err(NoFlow::OpenInBrowser), "{agent}");
        }
        assert_eq!(choice("MicroMessenger/8.0 miniProgram/wx1", &ALL), Err(NoFlow::OpenInBrowser));
    }

    #[test]
    fn alipay_is_paid_on_its_own_page_inside_alipay_and_elsewhere_than_in_wechat() {
        const ALIPAY: &str = "Mozilla/5.0 (iPhone) AlipayDefined(nt:WIFI) AliApp(AP/10.5.0) AlipayClient/10.5.0";
        let choice = |agent: &str, offered: &[Flow]| fitting(GatewayName::Alipay, agent, offered);
        assert_eq!(choice(ALIPAY, &[Flow::Qr, Flow::Wap]), Ok(Flow::Wap));
        assert_eq!(choice(ALIPAY, &ALL), Ok(Flow::Jsapi), "where the shopper is known");
        assert_eq!(choice("MicroMessenger/8.0", &ALL), Err(NoFlow::OpenInBrowser));
        assert_eq!(choice("iPhone", &ALL), Ok(Flow::Wap));
        assert_eq!(choice("", &[Flow::Page]), Ok(Flow::Page));
        assert_eq!(choice("", &[Flow::App]), Err(NoFlow::NotOffered));
        assert_eq!(fitting(GatewayName::Antom, "", &[Flow::Qr, Flow::Page]), Ok(Flow::Page), "Antom's own page");
    }

    #[test]
    fn each_wallet_is_at_home_in_its_own_browser() {
        for wallet in [Wallet::WeChat, Wallet::Alipay, Wallet::UnionPay] {
            assert_eq!(wallet.browser().wallet(), Some(wallet));
            assert!(wallet.browser().is_walled() && wallet.browser().is_handheld());
        }
        assert_eq!(Environment::Mobile.wallet(), None);
    }
}

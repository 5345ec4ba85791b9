//! Where WeChat Pay works, and what its orders must know of the shopper.

use crate::gateways::shopper::ShopperNeed;
use crate::payments::attempt::Flow;
use crate::payments::environment::{Environment, Wallet};

pub const WALLET: Wallet = Wallet::WeChat;

/// WeChat's own browser refuses `wap`, and another wallet's refuses WeChat Pay. A code is the last resort on a
/// phone: WeChat takes it from another screen only.
pub(in crate::gateways) const fn flows_in(environment: Environment) -> &'static [Flow] {
    use Environment as E;
    match environment {
        E::WeChat => &[Flow::Jsapi],
        E::Mobile | E::Weibo | E::DingTalk | E::Qq | E::Douyin => &[Flow::Wap, Flow::Qr],
        E::Desktop | E::WeChatDesktop | E::WeCom => &[Flow::Qr],
        E::WeChatMiniProgram | E::Alipay | E::UnionPay | E::Taobao => &[],
    }
}

/// The address is compared with the payer's.
pub(in crate::gateways) const fn need(flow: Flow) -> Option<ShopperNeed> {
    match flow {
        Flow::Wap => Some(ShopperNeed::IP),
        Flow::Jsapi => Some(ShopperNeed::payer_id("openid")),
        Flow::Barcode => Some(ShopperNeed::AUTH_CODE),
        Flow::Qr | Flow::Page | Flow::App => None,
    }
}

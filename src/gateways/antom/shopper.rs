//! Where Alipay paid through Antom works, and what its orders must know of the shopper: nothing.

use crate::gateways::shopper::ShopperNeed;
use crate::payments::attempt::Flow;
use crate::payments::environment::{Environment, Wallet};

pub const WALLET: Wallet = Wallet::Alipay;

/// Antom always gives an address of its own page, and a bare code only by some contracts.
pub(in crate::gateways) const fn flows_in(environment: Environment) -> &'static [Flow] {
    use Environment as E;
    match environment {
        E::Alipay => &[Flow::Wap],
        E::Mobile | E::Weibo | E::DingTalk | E::Qq | E::Douyin | E::Taobao => &[Flow::Wap, Flow::Page],
        E::Desktop | E::WeChatDesktop | E::WeCom => &[Flow::Page, Flow::Qr],
        E::WeChat | E::WeChatMiniProgram | E::UnionPay => &[],
    }
}

pub(in crate::gateways) const fn need(_flow: Flow) -> Option<ShopperNeed> {
    None
}

//! Where UnionPay works, and what its orders must know of the shopper.

use crate::gateways::shopper::ShopperNeed;
use crate::payments::attempt::Flow;
use crate::payments::environment::{Environment, Wallet};

pub const WALLET: Wallet = Wallet::UnionPay;

/// UnionPay's page works in its own app and in a phone's browser; other wallets keep it out. On a computer the
/// code stays on our page, where UnionPay's own would lead away from it.
pub(in crate::gateways) const fn flows_in(environment: Environment) -> &'static [Flow] {
    use Environment as E;
    match environment {
        E::UnionPay => &[Flow::Wap],
        E::Mobile | E::Weibo | E::DingTalk | E::Qq | E::Douyin => &[Flow::Wap, Flow::Qr],
        E::Desktop | E::WeChatDesktop | E::WeCom => &[Flow::Qr, Flow::Page],
        E::WeChat | E::WeChatMiniProgram | E::Alipay | E::Taobao => &[],
    }
}

pub(in crate::gateways) const fn need(flow: Flow) -> Option<ShopperNeed> {
    match flow {
        Flow::Barcode => Some(ShopperNeed::AUTH_CODE),
        Flow::Qr | Flow::Page | Flow::Wap | Flow::App | Flow::Jsapi => None,
    }
}

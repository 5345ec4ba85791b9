//! Where Alipay works, and what its orders must know of the shopper.

use crate::gateways::shopper::ShopperNeed;
use crate::payments::attempt::Flow;
use crate::payments::environment::{Environment, Wallet};

pub const WALLET: Wallet = Wallet::Alipay;

/// WeChat's browser does not open Alipay's pages. Inside Alipay its mobile page works as it stands; `jsapi`,
/// which asks for the password at once, needs to know the shopper there.
pub(in crate::gateways) const fn flows_in(environment: Environment) -> &'static [Flow] {
    use Environment as E;
    match environment {
        E::Alipay => &[Flow::Jsapi, Flow::Wap],
        E::Mobile | E::Weibo | E::DingTalk | E::Qq | E::Douyin | E::Taobao => &[Flow::Wap, Flow::Qr],
        E::Desktop => &[Flow::Qr, Flow::Page],
        E::WeChatDesktop | E::WeCom => &[Flow::Qr],
        E::WeChat | E::WeChatMiniProgram | E::UnionPay => &[],
    }
}

/// Newer applications know shoppers by `buyer_open_id`, older ones by `buyer_id`: both tell the payer.
pub(in crate::gateways) const fn need(flow: Flow) -> Option<ShopperNeed> {
    match flow {
        Flow::Jsapi => Some(ShopperNeed::payer_id("buyer_id")),
        Flow::Barcode => Some(ShopperNeed::AUTH_CODE),
        Flow::Qr | Flow::Page | Flow::Wap | Flow::App => None,
    }
}

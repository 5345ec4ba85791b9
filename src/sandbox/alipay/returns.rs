//! The browser's way back to the shop (§6.1): signed, and no proof of payment.

use super::fields::yuan;
use super::forms::{canonical, escape};
use super::merchants::Merchant;
use super::orders::{Order, Product};
use super::times::written;
use crate::clock::Timestamp;

impl Merchant {
    /// `None` where the order came without an address, or is not of a browser's product.
    pub(super) fn return_address(&self, order: &Order, now: Timestamp) -> Option<String> {
        let method = match order.product {
            Product::Page => "alipay.trade.page.pay.return",
            Product::Wap => "alipay.trade.wap.pay.return",
            _ => return None,
        };
        let return_url = order.return_url.as_deref()?;
        let trade_no = order.trade.as_ref()?.trade_no.clone();
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let mut told = vec![
            pair("charset", order.charset.name()),
            pair("out_trade_no", &order.out_trade_no),
            pair("method", method),
            pair("total_amount", &yuan(order.total_fen)),
            pair("trade_no", &trade_no),
            pair("auth_app_id", self.auth_app_id()),
            pair("version", "1.0"),
            pair("app_id", &self.app_id),
            pair("sign_type", "RSA2"),
            pair("seller_id", &self.seller_id),
            pair("timestamp", &written(now)),
        ];
        // Also in certificate mode without `alipay_cert_sn`, as the real sandbox has it.
        let signed = order.charset.encode(&canonical(&told, &["sign", "sign_type"], false));
        let signature = self.trust.serving_key().sign(&signed, None)?;
        told.insert(4, ("sign".to_owned(), signature));
        let query: Vec<String> =
            told.iter().map(|(name, value)| format!("{name}={}", escape(&order.charset.encode(value)))).collect();
        let joint = if return_url.contains('?') { '&' } else { '?' };
        Some(format!("{return_url}{joint}{}", query.join("&")))
    }
}

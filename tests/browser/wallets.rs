//! A house whose shop takes WeChat Pay in every way, and the accounts of other wallets beside it.

use luodi::config::CashierQr;
use luodi::sandbox::MerchantDraft;
use luodi::sandbox::alipay::{MerchantCredentials, MerchantDraft as AlipayDraft};
use serde_json::json;

use crate::support::House;

pub async fn house_of(shop: &str, cashier_qr: CashierQr) -> House {
    let here = vec!["127.0.0.1".to_owned()];
    let draft = MerchantDraft {
        name: Some(shop.to_owned()),
        h5_hosts: here.clone(),
        oauth_hosts: here,
        ..MerchantDraft::default()
    };
    House::build_with(draft, |config| {
        config.stores.get_mut("shop").expect("the shop").cashier_qr = cashier_qr;
    })
    .await
}

pub async fn add_alipay(house: &House, shop: &str, qr_product: &str) -> MerchantCredentials {
    let alipay = house.sandbox.alipay();
    let draft = AlipayDraft { name: Some(shop.to_owned()), ..AlipayDraft::default() };
    let merchant = alipay.add_merchant(draft).await.expect("a merchant of Alipay's");
    let account = json!({
        "gateway": "alipay", "name": "alipay",
        "settings": {
            "app_id": merchant.app_id, "seller_id": merchant.seller_id, "qr_product": qr_product,
            "api_base": alipay.base_url(),
        },
        "secrets": {
            "app_private_key": merchant.app_private_key_pem, "alipay_public_key": merchant.alipay_public_key_pem,
        },
    });
    let answer = house.post("/v1/accounts", account).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    merchant
}

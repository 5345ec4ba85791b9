//! Houses whose shops take several wallets: WeChat Pay in every way, and others beside it.

use luodi::config::CashierQr;
use luodi::sandbox::MerchantDraft;
use luodi::sandbox::alipay::{MerchantCredentials as AlipayCredentials, MerchantDraft as AlipayDraft};
use luodi::sandbox::unionpay::{
    Fault, FaultKind, MerchantCredentials, MerchantDraft as UnionPayDraft, Operation, TransactionState, UnionPaySandbox,
};
use serde_json::json;

use crate::browser::{Browser, Look, PHONE_ZH};
use crate::driver::Driver;
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

pub async fn add_alipay(house: &House, shop: &str, qr_product: &str) -> AlipayCredentials {
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

/// A house whose shop takes all three wallets.
pub struct Three {
    pub house: House,
    pub unionpay: UnionPaySandbox,
    pub merchant: MerchantCredentials,
}

impl Three {
    pub async fn open() -> Self {
        Self::open_with(UnionPayDraft::default(), CashierQr::Gateway).await
    }

    pub async fn open_with(draft: UnionPayDraft, cashier_qr: CashierQr) -> Self {
        let house = house_of("落地茶铺", cashier_qr).await;
        add_alipay(&house, "落地茶铺", "precreate").await;
        let unionpay = house.sandbox.unionpay();
        let draft = UnionPayDraft { name: Some("落地茶铺".to_owned()), ..draft };
        let merchant = unionpay.add_merchant(draft).await.expect("a merchant of UnionPay's");
        // To a browser `localhost` is another site than 127.0.0.1, as UnionPay's pages are.
        let elsewhere = unionpay.base_url().replace("127.0.0.1", "localhost");
        let account = json!({
            "gateway": "unionpay", "name": "unionpay",
            "settings": { "merchant_no": merchant.mer_id, "api_base": elsewhere },
            "secrets": { "key_file": merchant.pfx_base64, "key_password": merchant.pfx_password },
        });
        let answer = house.post("/v1/accounts", account).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        Self { house, unionpay, merchant }
    }

    /// What became of the orders at UnionPay, oldest first.
    pub fn orders(&self) -> Vec<TransactionState> {
        let book = self.unionpay.book(&self.merchant.mer_id).expect("the book");
        book.transactions.iter().map(|order| order.state).collect()
    }

    pub fn wechats(&self) -> Vec<String> {
        self.house.book().orders.iter().map(|order| format!("{:?}", order.trade_state)).collect()
    }

    pub fn fault(&self, operation: Operation, kind: FaultKind) {
        self.unionpay.add_fault(Fault::new(operation, kind)).expect("a fault that fits");
    }

    /// More than the two seconds within which a gateway is not asked the same again.
    pub fn some_time_passes(&self) {
        self.house.clock.advance_s(3);
    }

    /// The gateways tell of what was paid.
    pub async fn tell(&self) {
        assert!(self.house.sandbox.step().await > 0, "a notification goes out");
    }
}

pub async fn sees_the_code_of(shopper: &Browser, gateway: &str) -> String {
    shopper.sees(&format!("#cashier[data-stage=\"qr\"][data-gateway=\"{gateway}\"]")).await;
    shopper.sees_code().await
}

/// The sandbox's phone scans the code that waits there and shows what is to be paid.
pub async fn scans(driver: &Driver, three: &Three, look: Look) -> Browser {
    let phone = Browser::open(driver, Look { size: PHONE_ZH.size, ..look }).await;
    phone.go_to(&three.house.sandbox.phone_url()).await;
    phone.click("a.waiting.unionpay").await;
    phone.sees("#pay").await;
    phone
}

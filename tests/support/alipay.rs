//! An Alipay account in the house: a merchant at the stand-in, and its account at the sidecar.

use luodi::http::accounts::{NewAccount, add_account};
use luodi::ids::AccountId;
use luodi::payments::{GatewayName, Mode};
use luodi::sandbox::alipay::{
    AlipaySandbox, Book, BookTrade, Fault, FaultKind, MerchantCredentials, MerchantDraft, Operation, PayDraft,
};
use serde_json::{Value, json};

use super::{Answer, House, out_trade_no};

/// One merchant of the stand-in for Alipay, known to the sidecar.
pub struct AlipayAccount {
    pub sandbox: AlipaySandbox,
    pub merchant: MerchantCredentials,
    pub account_id: AccountId,
}

impl House {
    /// A house that takes WeChat Pay and Alipay.
    pub async fn with_alipay() -> (Self, AlipayAccount) {
        let house = Self::build().await;
        let account = house.add_alipay(MerchantDraft::default(), json!({})).await;
        (house, account)
    }

    /// Adds an Alipay account; `settings` says what is not as usual, such as `{"api": "v3"}`.
    pub async fn add_alipay(&self, draft: MerchantDraft, settings: Value) -> AlipayAccount {
        let sandbox = self.sandbox.alipay();
        let merchant = sandbox.add_merchant(draft).await.expect("a merchant");
        let mut account = alipay_account(self.store_id, &merchant, &sandbox.base_url());
        let told = account.settings.as_object_mut().expect("settings");
        told.extend(settings.as_object().expect("an object").clone());
        let added = add_account(&self.app.state, account).await;
        let account_id = added.unwrap_or_else(|error| panic!("an account: {error:?}")).id;
        AlipayAccount { sandbox, merchant, account_id }
    }
}

impl AlipayAccount {
    pub fn book(&self) -> Book {
        self.sandbox.book(&self.merchant.app_id).expect("the merchant's book")
    }

    /// The order of the newest attempt as Alipay has it.
    pub fn trade(&self, payment: &Value) -> BookTrade {
        self.sandbox.trade(&self.merchant.app_id, &out_trade_no(payment)).expect("the order")
    }

    /// The shopper pays; nobody has told us yet.
    pub fn pay(&self, payment: &Value) -> BookTrade {
        let (app_id, number) = (&self.merchant.app_id, out_trade_no(payment));
        self.sandbox.pay(app_id, &number, &PayDraft::default()).expect("the sandbox takes the payment")
    }

    /// This goes wrong once.
    pub fn fault(&self, operation: Operation, kind: FaultKind) {
        self.sandbox.add_fault(Fault::new(operation, kind).times(1)).expect("a fault that fits");
    }

    /// A payment opened at Alipay.
    pub async fn open(&self, house: &House, flow: &str, shopper: Value) -> Answer {
        let body = json!({
            "order_ref": "T-2001", "amount_fen": 1280, "currency": "CNY", "description": "西湖龙井 50g",
            "gateway": "alipay", "flow": flow, "account": self.account_id, "shopper": shopper,
        });
        house.post("/v1/payments", body).await
    }
}

pub fn alipay_account(store_id: luodi::ids::StoreId, merchant: &MerchantCredentials, api_base: &str) -> NewAccount {
    let mut secrets = json!({ "app_private_key": merchant.app_private_key });
    match &merchant.certificates {
        None => secrets["alipay_public_key"] = json!(merchant.alipay_public_key),
        Some(files) => {
            secrets["app_certificate"] = json!(files.app_cert_pem);
            secrets["alipay_certificate"] = json!(files.alipay_cert_pem);
            secrets["alipay_root_certificate"] = json!(files.alipay_root_cert_pem);
        }
    }
    if let Some(key) = &merchant.aes_key {
        secrets["aes_key"] = json!(key);
    }
    let mut settings = json!({ "app_id": merchant.app_id, "seller_id": merchant.seller_id, "api_base": api_base });
    if let Some(acted_for) = &merchant.acted_for {
        settings["auth_app_id"] = json!(acted_for.auth_app_id);
        secrets["app_auth_token"] = json!(acted_for.app_auth_token);
    }
    NewAccount {
        store_id,
        mode: Mode::Test,
        gateway: GatewayName::Alipay,
        name: merchant.app_id.clone(),
        settings,
        secrets,
    }
}

//! A test account of each wallet that the tea shop takes, each with a merchant of its own at the stand-ins.

use anyhow::Context;
use serde_json::{Value, json};

use crate::http::AppState;
use crate::http::accounts::{NewAccount, add_account};
use crate::i18n::{Locale, text};
use crate::ids::{AccountId, StoreId};
use crate::payments::{GatewayName, Mode};
use crate::sandbox::{MerchantDraft, Sandbox, alipay, unionpay};

/// The terminal number of UnionPay's own samples.
pub const UNIONPAY_TERMINAL: &str = "01080209";

/// One wallet's account, and what its merchant is called at the stand-in.
#[derive(Debug)]
pub struct TestAccount {
    pub id: AccountId,
    /// WeChat Pay's `mchid`, Alipay's `app_id`, UnionPay's `mer_id`.
    pub merchant: String,
}

/// In the order in which the cashier offers them.
#[derive(Debug)]
pub struct Accounts {
    pub wechatpay: TestAccount,
    pub alipay: TestAccount,
    pub unionpay: TestAccount,
}

/// # Errors
/// When a stand-in or the sidecar refuses one.
pub async fn add_accounts(
    state: &AppState,
    store_id: StoreId,
    sandbox: &Sandbox,
    locale: Locale,
) -> anyhow::Result<Accounts> {
    let (name, counter) = (text(locale, "shop-name"), Counter { state, store_id });
    Ok(Accounts {
        wechatpay: counter.add_wechatpay(sandbox, &name).await?,
        alipay: counter.add_alipay(sandbox, &name).await?,
        unionpay: counter.add_unionpay(sandbox, &name).await?,
    })
}

/// Where accounts are added, and for whom.
struct Counter<'a> {
    state: &'a AppState,
    store_id: StoreId,
}

impl Counter<'_> {
    async fn add(
        &self,
        gateway: GatewayName,
        merchant: String,
        settings: Value,
        secrets: Value,
    ) -> anyhow::Result<TestAccount> {
        let (store_id, name) = (self.store_id, "demo".to_owned());
        let new = NewAccount { store_id, mode: Mode::Test, gateway, name, settings, secrets };
        let account = add_account(self.state, new).await;
        let account = account.with_context(|| format!("the test account of {}", gateway.as_str()))?;
        Ok(TestAccount { id: account.id, merchant })
    }

    async fn add_wechatpay(&self, sandbox: &Sandbox, name: &str) -> anyhow::Result<TestAccount> {
        let draft = MerchantDraft { name: Some(name.to_owned()), ..MerchantDraft::default() };
        let merchant = sandbox.add_merchant(draft).await?;
        let settings = json!({
            "mchid": merchant.mchid, "appid": merchant.appid, "merchant_serial": merchant.merchant_serial,
            "wechatpay_public_key_id": merchant.wechatpay_public_key_id, "api_base": sandbox.base_url(),
        });
        let secrets = json!({
            "merchant_private_key": merchant.merchant_private_key_pem, "apiv3_key": merchant.apiv3_key,
            "wechatpay_public_key": merchant.wechatpay_public_key_pem,
            "app_secret": merchant.apps.first().map(|app| &app.app_secret),
        });
        self.add(GatewayName::WeChatPay, merchant.mchid, settings, secrets).await
    }

    async fn add_alipay(&self, sandbox: &Sandbox, name: &str) -> anyhow::Result<TestAccount> {
        let draft = alipay::MerchantDraft { name: Some(name.to_owned()), ..alipay::MerchantDraft::default() };
        let merchant = sandbox.alipay().add_merchant(draft).await?;
        let settings = json!({
            "app_id": merchant.app_id, "seller_id": merchant.seller_id, "api_base": sandbox.base_url(),
        });
        let secrets = json!({
            "app_private_key": merchant.app_private_key, "alipay_public_key": merchant.alipay_public_key,
        });
        self.add(GatewayName::Alipay, merchant.app_id, settings, secrets).await
    }

    /// The key file holds UnionPay's middle and root certificates as well.
    async fn add_unionpay(&self, sandbox: &Sandbox, name: &str) -> anyhow::Result<TestAccount> {
        let draft = unionpay::MerchantDraft { name: Some(name.to_owned()), ..unionpay::MerchantDraft::default() };
        let merchant = sandbox.unionpay().add_merchant(draft).await?;
        // The terminal is what scanning payers' codes (`barcode`) needs.
        let settings = json!({
            "merchant_no": merchant.mer_id, "terminal_id": UNIONPAY_TERMINAL, "api_base": sandbox.base_url(),
        });
        let secrets = json!({ "key_file": merchant.pfx_base64, "key_password": merchant.pfx_password });
        self.add(GatewayName::UnionPay, merchant.mer_id, settings, secrets).await
    }
}

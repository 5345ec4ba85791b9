//! A UnionPay account in the house: a merchant at the stand-in, and its account at the sidecar, added over REST
//! as a shop does it.

use luodi::ids::AccountId;
use luodi::sandbox::unionpay::{
    BarcodeOutcome, Book, BookTransaction, Fault, FaultKind, MerchantCredentials, MerchantDraft, Operation, PayDraft,
    PaymentCodeDraft, SignMethod, UnionPaySandbox,
};
use serde_json::{Value, json};

use super::{Answer, House, out_trade_no, text};

/// One merchant of the stand-in for UnionPay, known to the sidecar.
pub struct UnionPayAccount {
    pub sandbox: UnionPaySandbox,
    pub merchant: MerchantCredentials,
    pub account_id: AccountId,
}

impl House {
    /// A house that takes WeChat Pay and UnionPay.
    pub async fn with_unionpay() -> (Self, UnionPayAccount) {
        let house = Self::build().await;
        let account = house.add_unionpay(MerchantDraft::default(), json!({})).await;
        (house, account)
    }

    /// Adds a UnionPay account; `settings` says what is not as usual, such as `{"same_day_refunds": "void"}`.
    pub async fn add_unionpay(&self, draft: MerchantDraft, settings: Value) -> UnionPayAccount {
        let sandbox = self.sandbox.unionpay();
        let merchant = sandbox.add_merchant(draft).await.expect("a merchant");
        let mut account = unionpay_account(&merchant, &sandbox.base_url());
        let told = account["settings"].as_object_mut().expect("settings");
        told.extend(settings.as_object().expect("an object").clone());
        let added = self.post("/v1/accounts", account).await;
        assert_eq!(added.status, 201, "{}", added.text);
        let account_id = text(&added.json()["id"]).parse().expect("an account id");
        UnionPayAccount { sandbox, merchant, account_id }
    }
}

impl UnionPayAccount {
    pub fn mer_id(&self) -> &str {
        &self.merchant.mer_id
    }

    pub fn book(&self) -> Book {
        self.sandbox.book(self.mer_id()).expect("the merchant's book")
    }

    /// The order of the newest attempt as UnionPay has it.
    pub fn order(&self, payment: &Value) -> BookTransaction {
        self.sandbox.transaction(self.mer_id(), &out_trade_no(payment)).expect("the order")
    }

    /// The shopper pays; nobody has told us yet.
    pub fn pay(&self, payment: &Value) -> BookTransaction {
        self.pay_with(payment, &PayDraft::default())
    }

    pub fn pay_with(&self, payment: &Value, draft: &PayDraft) -> BookTransaction {
        let paid = self.sandbox.pay(self.mer_id(), &out_trade_no(payment), draft);
        paid.expect("the sandbox takes the payment")
    }

    /// UnionPay sends once more what it has to tell of the order.
    pub async fn tell_again(&self, payment: &Value) {
        assert_eq!(self.sandbox.notify_again(self.mer_id(), &out_trade_no(payment)).await, 1);
    }

    /// What the shopper's phone shows to the till.
    pub fn payment_code(&self, outcome: BarcodeOutcome) -> String {
        self.sandbox.show_payment_code(PaymentCodeDraft { outcome }).expect("a code").qr_no
    }

    /// This goes wrong once.
    pub fn fault(&self, operation: Operation, kind: FaultKind) {
        self.sandbox.add_fault(Fault::new(operation, kind).times(1)).expect("a fault that fits");
    }

    /// This goes wrong until the faults are cleared.
    pub fn lasting_fault(&self, operation: Operation, kind: FaultKind) {
        self.sandbox.add_fault(Fault::new(operation, kind)).expect("a fault that fits");
    }

    /// How often UnionPay was called so.
    pub fn calls(&self, operation: Operation) -> usize {
        self.book().calls.iter().filter(|call| call.operation == operation).count()
    }

    /// A payment opened at UnionPay.
    pub async fn open(&self, house: &House, flow: &str, shopper: Value) -> Answer {
        let body = json!({
            "order_ref": "T-3001", "amount_fen": 1280, "currency": "CNY", "description": "西湖龙井 50g",
            "gateway": "unionpay", "flow": flow, "account": self.account_id, "shopper": shopper,
        });
        house.post("/v1/payments", body).await
    }
}

/// The body that adds the account: what the merchant got from UnionPay.
pub fn unionpay_account(merchant: &MerchantCredentials, api_base: &str) -> Value {
    let (method, secrets) = match merchant.sign_method {
        SignMethod::Certificate => (
            "rsa",
            json!({
                "key_file": merchant.pfx_base64, "key_password": merchant.pfx_password,
                "middle_certificates": merchant.middle_pem, "root_certificates": merchant.root_pem,
            }),
        ),
        SignMethod::SecureKeySha256 => ("sha256", json!({ "secure_key": merchant.secure_key })),
        SignMethod::SecureKeySm3 => ("sm3", json!({ "secure_key": merchant.secure_key })),
    };
    json!({
        "gateway": "unionpay", "name": merchant.mer_id,
        "settings": {
            "merchant_no": merchant.mer_id, "sign_method": method, "terminal_id": "01080209", "api_base": api_base,
        },
        "secrets": secrets,
    })
}

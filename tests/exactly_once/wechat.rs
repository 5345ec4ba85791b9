//! The test plays WeChat Pay for notifications, with a key of its own: faster than the sandbox, and
//! free to say anything.

use aes_gcm::aead::{Aead, Payload};
use aes_gcm::{Aes256Gcm, KeyInit, Nonce};
use luodi::clock::Timestamp;
use luodi::crypto::rsa::SigningKey;
use luodi::crypto::to_base64;
use rsa::RsaPrivateKey;
use rsa::pkcs8::{EncodePrivateKey, EncodePublicKey, LineEnding};
use serde_json::{Value, json};

use crate::support::{Answer, House, wechat_account};

const KEY_ID: &str = "PUB_KEY_ID_0123456789012345678901234567890000";
/// 12 characters; under one key it must not be used twice for real, here nobody listens.
const NONCE: &str = "exactly-once";

pub struct WeChat {
    key: SigningKey,
    mchid: String,
    appid: String,
    apiv3_key: String,
    url: String,
}

/// One notification, ready to be sent any number of times.
#[derive(Debug, Clone)]
pub struct Letter {
    url: String,
    headers: Vec<(&'static str, String)>,
    body: String,
}

impl WeChat {
    /// Puts the public half of a fresh key into the account. The sandbox must sign with certificates
    /// then, for the account holds one public key.
    pub async fn of(house: &House) -> Self {
        let private = RsaPrivateKey::new(&mut rand::rngs::OsRng, 2048).expect("a key");
        let private_pem = private.to_pkcs8_pem(LineEnding::LF).expect("a private key");
        let public_pem = private.to_public_key().to_public_key_pem(LineEnding::LF).expect("a public key");
        let mut account = wechat_account(house.store_id, &house.merchant, &house.sandbox.base_url());
        account.settings["wechatpay_public_key_id"] = json!(KEY_ID);
        account.secrets["wechatpay_public_key"] = json!(public_pem);
        let request = house.http.patch(house.url(&format!("/v1/accounts/{}", house.account_id)));
        let body = json!({ "settings": account.settings, "secrets": account.secrets });
        let answer = request.bearer_auth(&house.key).json(&body).send().await.expect("an answer");
        assert_eq!(answer.status().as_u16(), 200, "the account takes the key");
        Self {
            key: SigningKey::parse(&private_pem).expect("a signing key"),
            mchid: house.merchant.mchid.clone(),
            appid: house.merchant.appid.clone(),
            apiv3_key: house.merchant.apiv3_key.clone(),
            url: house.url(&format!("/notify/wechatpay/{}", house.account_id)),
        }
    }

    /// "This order was paid", as of `now`.
    pub fn paid(&self, out_trade_no: &str, amount_fen: i64, now: Timestamp) -> Letter {
        let facts = json!({
            "mchid": self.mchid, "appid": self.appid, "out_trade_no": out_trade_no,
            "transaction_id": format!("42{}", &out_trade_no[2..]), "trade_type": "NATIVE", "trade_state": "SUCCESS",
            "trade_state_desc": "支付成功", "bank_type": "OTHERS", "success_time": now.to_beijing_rfc3339(),
            "payer": { "openid": "oExactlyOnce" },
            "amount": { "total": amount_fen, "payer_total": amount_fen, "currency": "CNY", "payer_currency": "CNY" },
        });
        self.letter(&format!("EV-{out_trade_no}"), &facts, now)
    }

    fn letter(&self, id: &str, facts: &Value, now: Timestamp) -> Letter {
        let cipher = Aes256Gcm::new_from_slice(self.apiv3_key.as_bytes()).expect("32 characters");
        let facts = facts.to_string();
        let payload = Payload { msg: facts.as_bytes(), aad: b"transaction" };
        let sealed = cipher.encrypt(Nonce::from_slice(NONCE.as_bytes()), payload).expect("sealed");
        let body = json!({
            "id": id, "create_time": now.to_beijing_rfc3339(), "resource_type": "encrypt-resource",
            "event_type": "TRANSACTION.SUCCESS", "summary": "支付成功",
            "resource": {
                "original_type": "transaction", "algorithm": "AEAD_AES_256_GCM", "ciphertext": to_base64(&sealed),
                "associated_data": "transaction", "nonce": NONCE,
            },
        })
        .to_string();
        let timestamp = now.as_seconds().to_string();
        let signature = to_base64(&self.key.sign(format!("{timestamp}\n{NONCE}\n{body}\n").as_bytes()));
        let headers = vec![
            ("wechatpay-timestamp", timestamp),
            ("wechatpay-nonce", NONCE.to_owned()),
            ("wechatpay-serial", KEY_ID.to_owned()),
            ("wechatpay-signature", signature),
            ("wechatpay-signature-type", "WECHATPAY2-SHA256-RSA2048".to_owned()),
            ("content-type", "application/json".to_owned()),
        ];
        Letter { url: self.url.clone(), headers, body }
    }
}

impl Letter {
    pub async fn send(&self, http: &reqwest::Client) -> Answer {
        let request = self.headers.iter().fold(http.post(&self.url), |r, (name, value)| r.header(*name, value));
        Answer::of(request.body(self.body.clone()).send().await.expect("an answer")).await
    }
}

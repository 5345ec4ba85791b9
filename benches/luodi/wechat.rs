//! The other side of WeChat Pay: throw-away keys, signed answers and notifications.

use aes_gcm::aead::{Aead, Payload};
use aes_gcm::{Aes256Gcm, KeyInit, Nonce};
use luodi::clock::{Clock, SystemClock};
use luodi::crypto::rsa::{SigningKey, VerifyingKey};
use luodi::crypto::{random, to_base64};
use luodi::gateways::wechatpay::sign::{SIGNATURE_TYPE, canonical_answer};
use luodi::http::accounts::NewAccount;
use luodi::ids::{EventId, StoreId};
use luodi::payments::{GatewayName, Mode};
use rsa::RsaPrivateKey;
use rsa::pkcs8::{EncodePrivateKey, EncodePublicKey, LineEnding};
use serde_json::json;

const MCHID: &str = "1900007291";
const APPID: &str = "wx2421b1c4370ec43b";
const KEY_ID: &str = "PUB_KEY_ID_0000000000000024101100397200000006";
const ASSOCIATED_DATA: &str = "transaction";

/// WeChat Pay and one merchant of its.
pub struct WeChat {
    key: SigningKey,
    public_pem: String,
    merchant_pem: String,
    apiv3_key: String,
}

/// A message as it is verified.
pub struct Signed {
    pub message: Vec<u8>,
    pub signature: Vec<u8>,
    /// Header lines, each ended.
    pub headers: String,
}

impl WeChat {
    pub fn make() -> Self {
        let make = || RsaPrivateKey::new(&mut rand::rngs::OsRng, 2048).expect("a key");
        let private_pem = |key: &RsaPrivateKey| key.to_pkcs8_pem(LineEnding::LF).expect("a PEM").to_string();
        let (wechat, merchant) = (make(), make());
        Self {
            key: SigningKey::parse(&private_pem(&wechat)).expect("a key"),
            public_pem: wechat.to_public_key().to_public_key_pem(LineEnding::LF).expect("a PEM"),
            merchant_pem: private_pem(&merchant),
            apiv3_key: random::alphanumeric(32),
        }
    }

    pub fn account(&self, store_id: StoreId, api_base: &str) -> NewAccount {
        NewAccount {
            store_id,
            mode: Mode::Test,
            gateway: GatewayName::WeChatPay,
            name: "main".to_owned(),
            settings: json!({
                "mchid": MCHID, "appid": APPID, "merchant_serial": "408B07E79B8269FEC3D5D3E6AB8ED163A6A380DB",
                "wechatpay_public_key_id": KEY_ID, "api_base": api_base,
            }),
            secrets: json!({
                "merchant_private_key": self.merchant_pem, "apiv3_key": self.apiv3_key,
                "wechatpay_public_key": self.public_pem,
            }),
        }
    }

    pub fn verifying_key(&self) -> VerifyingKey {
        VerifyingKey::parse(&self.public_pem).expect("a key")
    }

    pub fn merchant_key(&self) -> SigningKey {
        SigningKey::parse(&self.merchant_pem).expect("a key")
    }

    /// Good for five minutes.
    pub fn sign(&self, body: &[u8]) -> Signed {
        let (timestamp, nonce) = (SystemClock.now().as_seconds().to_string(), random::alphanumeric(32));
        let message = canonical_answer(&timestamp, &nonce, body);
        let signature = self.key.sign(&message);
        let headers = format!(
            "Wechatpay-Timestamp: {timestamp}\r\nWechatpay-Nonce: {nonce}\r\nWechatpay-Signature: {}\r\n\
             Wechatpay-Serial: {KEY_ID}\r\nWechatpay-Signature-Type: {SIGNATURE_TYPE}\r\n",
            to_base64(&signature)
        );
        Signed { message, signature, headers }
    }

    /// The body that tells of a paid order, with all that WeChat writes in it.
    pub fn paid(&self, out_trade_no: &str, amount_fen: i64) -> Vec<u8> {
        let now = SystemClock.now();
        let facts = json!({
            "mchid": MCHID, "appid": APPID, "out_trade_no": out_trade_no,
            "transaction_id": format!("42000{}", &out_trade_no[2..]), "trade_type": "NATIVE",
            "trade_state": "SUCCESS", "trade_state_desc": "支付成功", "bank_type": "OTHERS", "attach": "",
            "success_time": now.to_beijing_rfc3339(), "payer": { "openid": "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o" },
            "amount": { "total": amount_fen, "payer_total": amount_fen, "currency": "CNY", "payer_currency": "CNY" },
        });
        let nonce = random::alphanumeric(12);
        let cipher = Aes256Gcm::new_from_slice(self.apiv3_key.as_bytes()).expect("32 bytes");
        let plain = facts.to_string();
        let payload = Payload { msg: plain.as_bytes(), aad: ASSOCIATED_DATA.as_bytes() };
        let sealed = cipher.encrypt(Nonce::from_slice(nonce.as_bytes()), payload).expect("sealed");
        let envelope = json!({
            "id": EventId::generate().suffix(), "create_time": now.to_beijing_rfc3339(),
            "resource_type": "encrypt-resource", "event_type": "TRANSACTION.SUCCESS", "summary": "支付成功",
            "resource": {
                "original_type": "transaction", "algorithm": "AEAD_AES_256_GCM", "ciphertext": to_base64(&sealed),
                "associated_data": ASSOCIATED_DATA, "nonce": nonce,
            },
        });
        envelope.to_string().into_bytes()
    }
}

//! Any bytes as a notification that WeChat Pay has signed, and as what it has sealed: no panic, and no payment
//! without number and amount.

#![no_main]

use std::sync::{Arc, LazyLock};

use aes_gcm::aead::{Aead as _, Payload};
use aes_gcm::{Aes256Gcm, KeyInit as _};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use libfuzzer_sys::fuzz_target;
use luodi::clock::{HandClock, Timestamp};
use luodi::gateways::transport::{Transport, TransportOptions};
use luodi::gateways::wechatpay::WeChatPay;
use luodi::gateways::{AccountCredentials, Gateway as _, Notice, RawNotification};
use luodi::ids::AccountId;
use luodi::payments::attempt::GatewayName;
use luodi::payments::payment::Mode;
use rsa::RsaPrivateKey;
use rsa::pkcs1v15::SigningKey;
use rsa::pkcs8::{EncodePrivateKey as _, EncodePublicKey as _, LineEnding};
use rsa::signature::{SignatureEncoding as _, Signer as _};
use serde_json::json;
use sha2::Sha256;

const NOW_S: i64 = 1_767_240_000;
const KEY_ID: &str = "PUB_KEY_ID_0119000072912026010100000000";
const APIV3_KEY: &[u8; 32] = b"a7cde1ZJB1kG2e7VfTs3jQzaWizur8Gb";
const NONCE: &[u8; 12] = b"0123456789ab";

struct House {
    gateway: WeChatPay,
    wechat: SigningKey<Sha256>,
    runtime: tokio::runtime::Runtime,
}

static HOUSE: LazyLock<House> = LazyLock::new(|| {
    let mut rng = rand::thread_rng();
    let key = |rng: &mut rand::rngs::ThreadRng| RsaPrivateKey::new(rng, 2048).expect("a key");
    let (merchant, wechat) = (key(&mut rng), key(&mut rng));
    let account = AccountCredentials {
        account_id: AccountId::generate(),
        gateway: GatewayName::WeChatPay,
        mode: Mode::Test,
        settings: json!({
            "mchid": "1900007291", "appid": "wx2421b1c4370ec43b",
            "merchant_serial": "408B07E79B8269FEC3D5D3E6AB8ED163A6A380DB",
            "wechatpay_public_key_id": KEY_ID, "api_base": "http://127.0.0.1:1",
        }),
        secrets: json!({
            "merchant_private_key": merchant.to_pkcs8_pem(LineEnding::LF).expect("PEM").to_string(),
            "apiv3_key": String::from_utf8_lossy(APIV3_KEY),
            "wechatpay_public_key": wechat.to_public_key().to_public_key_pem(LineEnding::LF).expect("PEM"),
        }),
    };
    let transport = Transport::new(GatewayName::WeChatPay, &TransportOptions::default()).expect("a client");
    let clock = HandClock::at(Timestamp::from_seconds(NOW_S));
    let gateway = WeChatPay::open(&account, transport, Arc::clone(&clock) as _).expect("an account");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    House { gateway, wechat: SigningKey::new(wechat), runtime }
});

fn read(body: Vec<u8>) {
    let (timestamp, nonce) = (NOW_S.to_string(), "5K8264ILTKCH16CQ2502SI8ZNMTM67VS");
    let message = [timestamp.as_bytes(), b"\n", nonce.as_bytes(), b"\n", &body, b"\n"].concat();
    let headers = [
        ("wechatpay-timestamp", timestamp),
        ("wechatpay-nonce", nonce.to_owned()),
        ("wechatpay-signature", STANDARD.encode(HOUSE.wechat.sign(&message).to_bytes())),
        ("wechatpay-serial", KEY_ID.to_owned()),
    ];
    let headers = headers.map(|(name, value)| (name.to_owned(), value)).into();
    let raw = RawNotification { headers, body: body.into() };
    let read = HOUSE.runtime.block_on(HOUSE.gateway.read_notification(&raw));
    if let Ok(Notice::Order(report)) = read.map(|n| n.into_inner().notice) {
        assert!(report.amount.is_some(), "paid without an amount: {report:?}");
    }
}

fuzz_target!(|data: &[u8]| {
    let Some((which, data)) = data.split_first() else { return };
    if which % 3 == 0 {
        return read(data.to_vec());
    }
    let kind = if which % 3 == 1 { "transaction" } else { "refund" };
    let cipher = Aes256Gcm::new_from_slice(APIV3_KEY).expect("a key");
    let payload = Payload { msg: data, aad: kind.as_bytes() };
    let ciphertext = STANDARD.encode(cipher.encrypt(NONCE.into(), payload).expect("a ciphertext"));
    let body = json!({
        "id": "EV-1", "event_type": "TRANSACTION.SUCCESS", "resource_type": "encrypt-resource",
        "resource": {
            "original_type": kind, "algorithm": "AEAD_AES_256_GCM", "nonce": "0123456789ab", "associated_data": kind,
            "ciphertext": ciphertext,
        },
    });
    read(body.to_string().into_bytes());
});

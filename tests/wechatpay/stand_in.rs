//! What WeChat's side says and how it signs and seals; the scripted server itself is shared.

use std::sync::{Arc, OnceLock};

use aes_gcm::aead::{Aead as _, Payload};
use aes_gcm::{Aes256Gcm, KeyInit as _};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use der::EncodePem as _;
use luodi::clock::{HandClock, Timestamp};
use luodi::gateways::transport::{Transport, TransportOptions};
use luodi::gateways::wechatpay::WeChatPay;
use luodi::gateways::{AccountCredentials, OrderRef, RawNotification, RefundRef};
use luodi::ids::AccountId;
use luodi::money::Fen;
use luodi::payments::attempt::{Flow, GatewayName};
use luodi::payments::payment::Mode;
use rsa::pkcs8::{EncodePublicKey as _, LineEnding};
use serde_json::{Value, json};
use x509_cert::builder::{Builder as _, CertificateBuilder, Profile};
use x509_cert::serial_number::SerialNumber;
use x509_cert::time::{Time, Validity};

pub use crate::server::{Pair, Reply, Seen, StandIn};
use crate::vectors::{APIV3_KEY, APPID, MCHID, MERCHANT_SERIAL};

pub const PUBLIC_KEY_ID: &str = "PUB_KEY_ID_0119000072912026010100000000";

/// Where the hand-set clock of every test starts.
pub fn start() -> Timestamp {
    Timestamp::parse_rfc3339("2026-01-01T12:00:00+08:00").unwrap()
}

impl Pair {
    /// A self-signed certificate, PEM.
    pub fn certificate(&self, serial: &str, not_before: Timestamp, not_after: Timestamp) -> String {
        let time = |t: Timestamp| {
            let since_1970 = std::time::Duration::from_secs(t.as_seconds().try_into().unwrap());
            Time::UtcTime(der::asn1::UtcTime::from_unix_duration(since_1970).unwrap())
        };
        let spki = self.0.to_public_key().to_public_key_der().unwrap();
        CertificateBuilder::new(
            Profile::Root,
            SerialNumber::new(&hex::decode(serial).unwrap()).unwrap(),
            Validity { not_before: time(not_before), not_after: time(not_after) },
            "CN=Tenpay.com Root CA".parse().unwrap(),
            spki::SubjectPublicKeyInfoOwned::try_from(spki.as_bytes()).unwrap(),
            &rsa::pkcs1v15::SigningKey::<sha2::Sha256>::new(self.0.clone()),
        )
        .unwrap()
        .build::<rsa::pkcs1v15::Signature>()
        .unwrap()
        .to_pem(LineEnding::LF)
        .unwrap()
    }
}

pub fn merchant() -> &'static Pair {
    static PAIR: OnceLock<Pair> = OnceLock::new();
    PAIR.get_or_init(Pair::generate)
}

pub fn wechat() -> &'static Pair {
    static PAIR: OnceLock<Pair> = OnceLock::new();
    PAIR.get_or_init(Pair::generate)
}

/// WeChat's next key, for rotations; also a stranger's.
pub fn other() -> &'static Pair {
    static PAIR: OnceLock<Pair> = OnceLock::new();
    PAIR.get_or_init(Pair::generate)
}

impl Reply {
    pub fn error(status: u16, code: &str) -> Self {
        Self::plain(status, &json!({"code": code, "message": "…"}).to_string())
    }

    pub fn signed(pair: &Pair, serial: &str, at: Timestamp, status: u16, body: &str) -> Self {
        let headers = signature_headers(pair, serial, at, body.as_bytes());
        Self::Answer { status, headers, body: body.as_bytes().to_vec() }
    }
}

pub fn signature_headers(pair: &Pair, serial: &str, at: Timestamp, body: &[u8]) -> Vec<(String, String)> {
    let (timestamp, nonce) = (at.as_seconds().to_string(), "5K8264ILTKCH16CQ2502SI8ZNMTM67VS");
    let message = [timestamp.as_bytes(), b"\n", nonce.as_bytes(), b"\n", body, b"\n"].concat();
    [
        ("wechatpay-timestamp", timestamp),
        ("wechatpay-nonce", nonce.to_owned()),
        ("wechatpay-signature", pair.sign_base64(&message)),
        ("wechatpay-serial", serial.to_owned()),
        ("wechatpay-signature-type", "WECHATPAY2-SHA256-RSA2048".to_owned()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into()
}

/// Seals as WeChat does.
pub fn sealed(associated_data: &str, plaintext: &str) -> Value {
    sealed_under(APIV3_KEY, associated_data, plaintext)
}

pub fn sealed_under(key: &str, associated_data: &str, plaintext: &str) -> Value {
    let nonce = "0123456789ab";
    let payload = Payload { msg: plaintext.as_bytes(), aad: associated_data.as_bytes() };
    let cipher = Aes256Gcm::new_from_slice(key.as_bytes()).unwrap();
    let ciphertext = cipher.encrypt(nonce.as_bytes().into(), payload).unwrap();
    json!({
        "algorithm": "AEAD_AES_256_GCM", "nonce": nonce,
        "associated_data": associated_data, "ciphertext": STANDARD.encode(ciphertext),
    })
}

/// A notification with its signature, as it reaches us.
pub fn notification(pair: &Pair, serial: &str, at: Timestamp, body: &Value) -> RawNotification {
    let body = body.to_string().into_bytes();
    RawNotification { headers: signature_headers(pair, serial, at, &body), body: body.into() }
}

/// Credentials that use the public key, for a stand-in at `base`.
pub fn credentials(base: &str) -> AccountCredentials {
    AccountCredentials {
        account_id: AccountId::generate(),
        gateway: GatewayName::WeChatPay,
        mode: Mode::Test,
        settings: json!({
            "mchid": MCHID, "appid": APPID, "merchant_serial": MERCHANT_SERIAL,
            "wechatpay_public_key_id": PUBLIC_KEY_ID, "api_base": base,
        }),
        secrets: json!({
            "merchant_private_key": merchant().private_pkcs8(), "apiv3_key": APIV3_KEY,
            "wechatpay_public_key": wechat().public_pem(),
        }),
    }
}

/// The same without a public key: everything rests on downloaded certificates.
pub fn certificate_credentials(base: &str) -> AccountCredentials {
    let mut credentials = credentials(base);
    credentials.settings.as_object_mut().unwrap().remove("wechatpay_public_key_id");
    credentials.secrets.as_object_mut().unwrap().remove("wechatpay_public_key");
    credentials
}

pub fn open(credentials: &AccountCredentials, clock: &Arc<HandClock>) -> WeChatPay {
    let transport = Transport::new(GatewayName::WeChatPay, &TransportOptions::default()).unwrap();
    WeChatPay::open(credentials, transport, clock.clone()).unwrap()
}

/// An account with the public key, its clock, and the stand-in it calls.
pub async fn account(script: impl Fn(&Seen) -> Reply + Send + Sync + 'static) -> (WeChatPay, Arc<HandClock>, StandIn) {
    let (stand_in, clock) = (StandIn::serving(script).await, HandClock::at(start()));
    (open(&credentials(&stand_in.base), &clock), clock, stand_in)
}

/// An order as the ledger knows it.
pub fn asked(flow: Flow, out_trade_no: &str) -> OrderRef<'_> {
    OrderRef { flow, out_trade_no, expires_at: start().plus_s(1800) }
}

/// A refund as the ledger knows it.
pub fn asked_refund(out_refund_no: &str) -> RefundRef<'_> {
    let amount = Fen::new(40).unwrap();
    RefundRef { out_trade_no: "LD20260101000001", out_refund_no, amount, order_amount: Fen::new(100).unwrap() }
}

//! A WeChat Pay client of about a hundred lines: signs, sends, verifies.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use luodi::clock::{Clock, HandClock, Timestamp};
use luodi::sandbox::{MerchantDraft, Sandbox, SandboxSettings, WeChatMerchantCredentials};
use rsa::pkcs1v15::{Signature, SigningKey, VerifyingKey};
use rsa::pkcs8::{DecodePrivateKey, DecodePublicKey};
use rsa::signature::{SignatureEncoding, Signer, Verifier};
use rsa::{RsaPrivateKey, RsaPublicKey};
use serde_json::{Value, json};
use sha2::Sha256;

pub const START_S: i64 = 1_767_240_000;

pub struct Shop {
    pub sandbox: Sandbox,
    pub clock: Arc<HandClock>,
    pub credentials: WeChatMerchantCredentials,
    key: SigningKey<Sha256>,
    pub http: reqwest::Client,
}

/// An answer as it came over the wire.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub body: String,
}

impl Reply {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    pub fn code(&self) -> String {
        let told: Value = serde_json::from_str(&self.body).unwrap_or_default();
        told["code"].as_str().unwrap_or_default().to_owned()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

/// A file as it came over the wire.
pub struct File {
    pub status: u16,
    headers: reqwest::header::HeaderMap,
    pub bytes: Vec<u8>,
}

impl File {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

/// What the `Authorization` header is made of; tests spoil one part at a time.
pub struct Authorization {
    pub scheme: &'static str,
    pub mchid: String,
    pub serial: String,
    pub timestamp: i64,
    pub nonce: &'static str,
    pub signed_body: Option<String>,
}

pub async fn shop(draft: MerchantDraft) -> Shop {
    let clock = HandClock::at(Timestamp::from_seconds(START_S));
    let sandbox = luodi::sandbox::start(SandboxSettings::default(), clock.clone()).await.unwrap();
    let credentials = sandbox.add_merchant(draft).await.unwrap();
    let key = RsaPrivateKey::from_pkcs8_pem(&credentials.merchant_private_key_pem).unwrap();
    let http = reqwest::Client::builder()
        .no_proxy()
        .user_agent("sandbox-test")
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap();
    Shop { sandbox, clock, credentials, key: SigningKey::new(key), http }
}

impl Shop {
    pub fn authorization(&self) -> Authorization {
        Authorization {
            scheme: "WECHATPAY2-SHA256-RSA2048",
            mchid: self.credentials.mchid.clone(),
            serial: self.credentials.merchant_serial.clone(),
            timestamp: self.clock.now().as_seconds(),
            nonce: "593BEC0C930BF1AFEB40B4A08C8FB242",
            signed_body: None,
        }
    }

    fn header(&self, with: Authorization, method: &str, target: &str, body: &str) -> String {
        let Authorization { scheme, mchid, serial, timestamp, nonce, signed_body } = with;
        let signed = signed_body.as_deref().unwrap_or(body);
        let message = format!("{method}\n{target}\n{timestamp}\n{nonce}\n{signed}\n");
        let signature = STANDARD.encode(self.key.sign(message.as_bytes()).to_bytes());
        format!(
            r#"{scheme} serial_no="{serial}",timestamp="{timestamp}",mchid="{mchid}",nonce_str="{nonce}",signature="{signature}""#
        )
    }

    /// A signed GET whose answer is a file, which carries no signature.
    pub async fn download(&self, target: &str) -> Result<File, reqwest::Error> {
        let header = self.header(self.authorization(), "GET", target, "");
        let request = self.http.get(format!("{}{target}", self.sandbox.base_url())).header("Authorization", header);
        let response = request.send().await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Ok(File { status, headers, bytes: response.bytes().await?.to_vec() })
    }

    pub async fn send_as(
        &self,
        with: Authorization,
        method: &str,
        target: &str,
        body: &str,
        named_key: Option<&str>,
    ) -> Result<Reply, reqwest::Error> {
        let header = self.header(with, method, target, body);
        let url = format!("{}{target}", self.sandbox.base_url());
        let mut request = self
            .http
            .request(method.parse().unwrap(), url)
            .header("Authorization", header)
            .header("Accept", "application/json");
        if let Some(serial) = named_key {
            request = request.header("Wechatpay-Serial", serial);
        }
        if !body.is_empty() {
            request = request.header("Content-Type", "application/json").body(body.to_owned());
        }
        let response = request.send().await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Ok(Reply { status, headers, body: response.text().await? })
    }

    pub async fn try_call(&self, method: &str, target: &str, body: Value) -> Result<Reply, reqwest::Error> {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        self.send_as(self.authorization(), method, target, &body, None).await
    }

    pub async fn call(&self, method: &str, target: &str, body: Value) -> Reply {
        self.try_call(method, target, body).await.unwrap()
    }

    /// A call whose 2xx answer is verified with the public key.
    pub async fn trusted(&self, method: &str, target: &str, body: Value) -> Reply {
        let reply = self.call(method, target, body).await;
        assert!((200..300).contains(&reply.status), "{reply:?}");
        assert!(self.verifies(&reply.headers, reply.body.as_bytes()), "{reply:?}");
        reply
    }

    pub fn public_key(&self) -> RsaPublicKey {
        RsaPublicKey::from_public_key_pem(&self.credentials.wechatpay_public_key_pem).unwrap()
    }

    /// The checks of a careful reader, in the order of the protocol.
    pub fn verifies(&self, headers: &reqwest::header::HeaderMap, body: &[u8]) -> bool {
        let get = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        get("Wechatpay-Serial") == Some(&self.credentials.wechatpay_public_key_id)
            && is_signed(&self.public_key(), headers, body, self.clock.now().as_seconds())
    }

    pub fn order(&self, number: &str, notify_url: &str) -> Value {
        json!({
            "appid": self.credentials.appid,
            "mchid": self.credentials.mchid,
            "description": "Image形象店-深圳腾大-QQ公仔",
            "out_trade_no": number,
            "attach": "门店A",
            "notify_url": notify_url,
            "amount": { "total": 1000, "currency": "CNY" },
        })
    }

    /// An order of another product than native; `add` brings what that product needs.
    pub async fn prepay(&self, product: &str, number: &str, add: Value) -> Reply {
        let mut body = self.order(number, "https://shop.example.com/notify");
        for (name, value) in add.as_object().unwrap() {
            body[name] = value.clone();
        }
        self.call("POST", &format!("/v3/pay/transactions/{product}"), body).await
    }

    pub fn codepay_body(&self, number: &str, auth_code: &str) -> Value {
        json!({
            "appid": self.credentials.appid,
            "mchid": self.credentials.mchid,
            "description": "门店商品",
            "out_trade_no": number,
            "payer": { "auth_code": auth_code },
            "amount": { "total": 1000, "currency": "CNY" },
            "scene_info": { "device_ip": "127.0.0.1", "store_info": { "id": "store-1" } },
        })
    }

    pub async fn codepay(&self, number: &str, auth_code: &str) -> Reply {
        self.call("POST", "/v3/pay/transactions/codepay", self.codepay_body(number, auth_code)).await
    }

    pub fn clock_s(&self) -> i64 {
        self.clock.now().as_seconds()
    }

    pub fn openid(&self) -> String {
        luodi::sandbox::openid_of(&self.credentials.appid, "ming")
    }

    /// What the client's SDK is given: four lines signed with the merchant's key.
    pub fn client_signature(&self, lines: [&str; 4]) -> String {
        let message = format!("{}\n", lines.join("\n"));
        STANDARD.encode(self.key.sign(message.as_bytes()).to_bytes())
    }

    pub fn jsapi_parameters(&self, appid: &str, prepay_id: &str) -> Value {
        let (at, package) = (self.clock.now().as_seconds().to_string(), format!("prepay_id={prepay_id}"));
        let pay_sign = self.client_signature([appid, &at, "593BEC0C930BF1AFEB40B4A08C8FB242", &package]);
        json!({
            "appId": appid,
            "timeStamp": at,
            "nonceStr": "593BEC0C930BF1AFEB40B4A08C8FB242",
            "package": package,
            "signType": "RSA",
            "paySign": pay_sign,
        })
    }

    pub async fn create(&self, number: &str) -> Reply {
        self.trusted("POST", NATIVE, self.order(number, "https://shop.example.com/notify")).await
    }

    pub fn query_target(&self, number: &str) -> String {
        format!("/v3/pay/transactions/out-trade-no/{number}?mchid={}", self.credentials.mchid)
    }

    pub async fn state(&self, number: &str) -> String {
        let told = self.trusted("GET", &self.query_target(number), Value::Null).await.json();
        told["trade_state"].as_str().unwrap().to_owned()
    }

    pub async fn close(&self, number: &str) -> Reply {
        let target = format!("/v3/pay/transactions/out-trade-no/{number}/close");
        self.call("POST", &target, json!({ "mchid": self.credentials.mchid })).await
    }

    pub fn pay(&self, number: &str) {
        self.sandbox.pay(&self.credentials.mchid, number, &luodi::sandbox::PayDraft::default()).unwrap();
    }

    pub fn refund_body(&self, number: &str, refund: &str, fen: i64) -> Value {
        json!({
            "out_trade_no": number,
            "out_refund_no": refund,
            "amount": { "refund": fen, "total": 1000, "currency": "CNY" },
        })
    }
}

pub const NATIVE: &str = "/v3/pay/transactions/native";
pub const REFUNDS: &str = "/v3/refund/domestic/refunds";

pub fn is_signed(key: &RsaPublicKey, headers: &reqwest::header::HeaderMap, body: &[u8], now_s: i64) -> bool {
    let get = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).filter(|v| !v.is_empty());
    let (Some(timestamp), Some(nonce), Some(signature)) =
        (get("Wechatpay-Timestamp"), get("Wechatpay-Nonce"), get("Wechatpay-Signature"))
    else {
        return false;
    };
    let fresh = timestamp.parse::<i64>().is_ok_and(|at| now_s.abs_diff(at) <= 300);
    let Ok(signature) = STANDARD.decode(signature) else { return false };
    let Ok(signature) = Signature::try_from(signature.as_slice()) else { return false };
    let message = [timestamp.as_bytes(), b"\n", nonce.as_bytes(), b"\n", body, b"\n"].concat();
    fresh && VerifyingKey::<Sha256>::new(key.clone()).verify(&message, &signature).is_ok()
}

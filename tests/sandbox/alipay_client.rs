//! An Alipay client of about a hundred lines: signs, sends, verifies, through either door.

use std::collections::BTreeMap;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use luodi::clock::{Clock, HandClock, Timestamp};
use luodi::sandbox::alipay::{
    AlipaySandbox, BookTrade, Fault, FaultKind, MerchantCredentials, MerchantDraft, Operation, PayDraft, TradeStatus,
};
use luodi::sandbox::{Sandbox, SandboxSettings};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use rsa::pkcs1v15::{Signature, SigningKey, VerifyingKey};
use rsa::pkcs8::{DecodePrivateKey, DecodePublicKey};
use rsa::signature::{SignatureEncoding, Signer, Verifier};
use rsa::{RsaPrivateKey, RsaPublicKey};
use serde_json::value::RawValue;
use serde_json::{Value, json};
use sha2::Sha256;

use crate::client::START_S;

pub type Parameters = BTreeMap<String, String>;

pub struct Shop {
    pub sandbox: Sandbox,
    pub alipay: AlipaySandbox,
    pub clock: Arc<HandClock>,
    pub credentials: MerchantCredentials,
    key: SigningKey<Sha256>,
    pub http: reqwest::Client,
}

/// An answer of version 2 as it came over the wire.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub bytes: Vec<u8>,
    /// `alipay_trade_query_response` or `error_response`.
    pub node_name: String,
    /// The node's very bytes.
    pub node: Vec<u8>,
    pub sign: Option<String>,
    pub cert_sn: Option<String>,
}

impl Reply {
    fn read(status: u16, bytes: Vec<u8>) -> Self {
        // Every byte of GBK text is kept apart by latin-1, so that nothing is lost before the check.
        let text: String = bytes.iter().copied().map(char::from).collect();
        let members: BTreeMap<String, &RawValue> = serde_json::from_str(&text).unwrap_or_default();
        let told = |name: &str| {
            members.get(name).and_then(|raw| serde_json::from_str::<String>(raw.get()).ok()).filter(|t| !t.is_empty())
        };
        let node = members.iter().find(|(name, _)| name.ends_with("_response"));
        let raw: Vec<u8> = node.map_or_else(Vec::new, |(_, raw)| raw.get().chars().map(|c| c as u8).collect());
        let node_name = node.map_or_else(String::new, |(name, _)| name.clone());
        Self { status, node_name, node: raw, sign: told("sign"), cert_sn: told("alipay_cert_sn"), bytes }
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.node).unwrap_or_default()
    }

    pub fn told(&self, name: &str) -> String {
        self.json()[name].as_str().unwrap_or_default().to_owned()
    }

    /// `10000`, or code and sub code.
    pub fn code(&self) -> String {
        let (code, sub_code) = (self.told("code"), self.told("sub_code"));
        if sub_code.is_empty() { code } else { format!("{code} {sub_code}") }
    }

    pub fn is_signed_by(&self, key: &RsaPublicKey) -> bool {
        self.sign.as_ref().is_some_and(|sign| is_signed(key, &self.node, sign))
    }
}

pub fn is_signed(key: &RsaPublicKey, message: &[u8], signature: &str) -> bool {
    let Ok(bytes) = STANDARD.decode(signature) else { return false };
    let Ok(signature) = Signature::try_from(bytes.as_slice()) else { return false };
    VerifyingKey::<Sha256>::new(key.clone()).verify(message, &signature).is_ok()
}

/// Names in byte order, `name=value` joined by `&`, empty ones left out.
pub fn canonical(parameters: &Parameters) -> String {
    let told = parameters.iter().filter(|(name, value)| *name != "sign" && !value.is_empty());
    told.map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
}

pub fn escaped(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

pub fn query_of(parameters: &Parameters) -> String {
    let told = parameters.iter().map(|(name, value)| format!("{name}={}", escaped(value)));
    told.collect::<Vec<_>>().join("&")
}

pub async fn shop(draft: MerchantDraft) -> Shop {
    let clock = HandClock::at(Timestamp::from_seconds(START_S));
    let sandbox = luodi::sandbox::start(SandboxSettings::default(), clock.clone()).await.unwrap();
    let alipay = sandbox.alipay();
    let credentials = alipay.add_merchant(draft).await.unwrap();
    let key = RsaPrivateKey::from_pkcs8_pem(&credentials.app_private_key_pem).unwrap();
    let redirects = reqwest::redirect::Policy::none();
    let http = reqwest::Client::builder().no_proxy().redirect(redirects).build().unwrap();
    Shop { sandbox, alipay, clock, credentials, key: SigningKey::new(key), http }
}

/// `2026-01-01 12:00:00` in China.
pub fn china_time(at: Timestamp) -> String {
    at.to_beijing_rfc3339()[..19].replace('T', " ")
}

impl Shop {
    pub fn sign(&self, message: &[u8]) -> String {
        STANDARD.encode(self.key.sign(message).to_bytes())
    }

    pub fn alipay_key(&self) -> RsaPublicKey {
        RsaPublicKey::from_public_key_pem(&self.credentials.alipay_public_key_pem).unwrap()
    }

    pub fn app_id(&self) -> &str {
        &self.credentials.app_id
    }

    pub fn common(&self, method: &str, content: &Value) -> Parameters {
        let mut told: Parameters = [
            ("app_id", self.app_id()),
            ("method", method),
            ("format", "JSON"),
            ("charset", "utf-8"),
            ("sign_type", "RSA2"),
            ("timestamp", &china_time(self.clock.now())),
            ("version", "1.0"),
            ("biz_content", &content.to_string()),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
        if let Some(files) = &self.credentials.certificates {
            told.insert("app_cert_sn".to_owned(), files.app_cert_sn.clone());
            told.insert("alipay_root_cert_sn".to_owned(), files.alipay_root_cert_sn.clone());
        }
        told
    }

    pub fn signed(&self, mut parameters: Parameters) -> Parameters {
        let sign = self.sign(canonical(&parameters).as_bytes());
        parameters.insert("sign".to_owned(), sign);
        parameters
    }

    /// As the published clients send: everything in the query but the content.
    pub async fn try_send(&self, mut parameters: Parameters) -> Result<Reply, reqwest::Error> {
        let content = parameters.remove("biz_content").unwrap_or_default();
        let url = format!("{}?{}", self.alipay.gateway_url(), query_of(&parameters));
        let kind = "application/x-www-form-urlencoded;charset=utf-8";
        let body = if content.is_empty() { String::new() } else { format!("biz_content={}", escaped(&content)) };
        let response = self.http.post(url).header("Content-Type", kind).body(body).send().await?;
        let status = response.status().as_u16();
        Ok(Reply::read(status, response.bytes().await?.to_vec()))
    }

    pub async fn send(&self, parameters: Parameters) -> Reply {
        self.try_send(parameters).await.unwrap()
    }

    pub async fn call(&self, method: &str, content: Value) -> Reply {
        self.send(self.signed(self.common(method, &content))).await
    }

    /// A call whose answer is `10000` and verified.
    pub async fn trusted(&self, method: &str, content: Value) -> Reply {
        let reply = self.call(method, content).await;
        assert_eq!(reply.code(), "10000", "{}", String::from_utf8_lossy(&reply.bytes));
        assert_eq!(reply.node_name, format!("{}_response", method.replace('.', "_")));
        assert!(reply.is_signed_by(&self.alipay_key()), "{}", String::from_utf8_lossy(&reply.bytes));
        reply
    }

    pub fn order(&self, number: &str) -> Value {
        json!({ "out_trade_no": number, "total_amount": "10.00", "subject": "西湖龙井 50g" })
    }

    /// An order with a code, notified at the address.
    pub async fn precreate(&self, number: &str, notify_url: &str) -> Reply {
        let mut parameters = self.common("alipay.trade.precreate", &self.order(number));
        parameters.insert("notify_url".to_owned(), notify_url.to_owned());
        let reply = self.send(self.signed(parameters)).await;
        assert_eq!(reply.code(), "10000", "{}", String::from_utf8_lossy(&reply.bytes));
        reply
    }

    pub async fn query(&self, number: &str) -> Reply {
        self.call("alipay.trade.query", json!({ "out_trade_no": number })).await
    }

    /// The status told by a query, or its error.
    pub async fn status(&self, number: &str) -> String {
        let reply = self.query(number).await;
        let status = reply.told("trade_status");
        if status.is_empty() { reply.code() } else { status }
    }

    pub async fn refund(&self, number: &str, request: &str, yuan: &str) -> Reply {
        let asked = json!({ "out_trade_no": number, "refund_amount": yuan, "out_request_no": request });
        self.call("alipay.trade.refund", asked).await
    }

    pub async fn refund_query(&self, number: &str, request: &str) -> Reply {
        let asked = json!({ "out_trade_no": number, "out_request_no": request });
        self.call("alipay.trade.fastpay.refund.query", asked).await
    }

    pub fn pay(&self, number: &str) -> BookTrade {
        self.alipay.pay(self.app_id(), number, &PayDraft::default()).unwrap()
    }

    pub fn book_status(&self, number: &str) -> Option<TradeStatus> {
        self.alipay.trade(self.app_id(), number).unwrap().trade_status
    }

    pub fn fault(&self, operation: Operation, kind: FaultKind) {
        self.alipay.add_fault(Fault::new(operation, kind).times(1)).unwrap();
    }

    /// Through the newer door.
    pub async fn rest(&self, method: &str, target: &str, body: &str) -> RestReply {
        self.rest_at(method, target, body, self.clock.now().as_millis(), &[]).await
    }

    pub async fn rest_at(
        &self,
        method: &str,
        target: &str,
        body: &str,
        at_ms: i64,
        headers: &[(&str, &str)],
    ) -> RestReply {
        let sn = self.credentials.certificates.as_ref().map(|files| format!("app_cert_sn={},", files.app_cert_sn));
        let sn = sn.unwrap_or_default();
        let auth = format!("app_id={},{sn}nonce=0123456789abcdef0123456789abcdef,timestamp={at_ms}", self.app_id());
        let sign = self.sign(format!("{auth}\n{method}\n{target}\n{body}\n").as_bytes());
        let kind = if headers.is_empty() { "application/json" } else { "text/plain" };
        let mut request = self
            .http
            .request(method.parse().unwrap(), format!("{}{target}", self.alipay.base_url()))
            .header("authorization", format!("ALIPAY-SHA256withRSA {auth},sign={sign}"))
            .header("content-type", kind)
            .body(body.to_owned());
        if let Some(files) = &self.credentials.certificates {
            request = request.header("alipay-root-cert-sn", &files.alipay_root_cert_sn);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        RestReply { status, headers, body: response.text().await.unwrap() }
    }
}

/// An answer of version 3.
#[derive(Debug)]
pub struct RestReply {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub body: String,
}

impl RestReply {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub fn is_signed_by(&self, key: &RsaPublicKey) -> bool {
        let message = format!("{}\n{}\n{}\n", self.header("alipay-timestamp"), self.header("alipay-nonce"), self.body);
        is_signed(key, message.as_bytes(), self.header("alipay-signature"))
    }
}

/// A notification's form, percent escapes undone once.
pub fn form(body: &[u8]) -> Parameters {
    form_urlencoded::parse(body).into_owned().collect()
}

/// §5.3: without `sign` and `sign_type`, empty members kept.
pub fn is_genuine(key: &RsaPublicKey, body: &[u8]) -> bool {
    let told = form(body);
    let signed = told.iter().filter(|(name, _)| !["sign", "sign_type", "alipay_cert_sn"].contains(&name.as_str()));
    let message = signed.map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&");
    is_signed(key, message.as_bytes(), told.get("sign").map_or("", String::as_str))
}

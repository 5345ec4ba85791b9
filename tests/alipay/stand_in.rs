//! A scripted server in Alipay's place, and the keys on both sides. Signs with the `rsa` crate, so that our
//! own code is not checked by itself.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use luodi::clock::{HandClock, Timestamp};
use luodi::gateways::alipay::Alipay;
use luodi::gateways::transport::{Transport, TransportOptions};
use luodi::gateways::{AccountCredentials, OrderRef, OrderToOpen, PreparedOrder};
use luodi::ids::AccountId;
use luodi::money::Fen;
use luodi::payments::attempt::{Flow, GatewayName, Shopper};
use luodi::payments::payment::Mode;
use rsa::RsaPrivateKey;
use rsa::pkcs1::EncodeRsaPrivateKey as _;
use rsa::pkcs8::{EncodePrivateKey as _, EncodePublicKey as _, LineEnding};
use rsa::signature::{SignatureEncoding as _, Signer as _, Verifier as _};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

pub const APP_ID: &str = "2021000000000001";
pub const SELLER_ID: &str = "2088000000000001";
pub const NUMBER: &str = "LD20260101000001";
pub const TRADE_NO: &str = "2026010222001400000000000001";
pub const NOTIFY_URL: &str = "http://127.0.0.1:8080/notify/alipay/acc";
pub const RETURN_URL: &str = "https://pay.shop.example/return/att_1";

/// Where the hand-set clock of every test starts.
pub fn start() -> Timestamp {
    Timestamp::parse_rfc3339("2026-01-02T03:04:05+08:00").unwrap()
}

/// A throw-away key pair, made once per run.
pub struct Pair(pub RsaPrivateKey);

impl Pair {
    fn generate() -> Self {
        Self(RsaPrivateKey::new(&mut rand::thread_rng(), 2048).unwrap())
    }

    pub fn private_pkcs8(&self) -> String {
        self.0.to_pkcs8_pem(LineEnding::LF).unwrap().to_string()
    }

    pub fn private_pkcs1(&self) -> String {
        self.0.to_pkcs1_pem(LineEnding::LF).unwrap().to_string()
    }

    pub fn public_pem(&self) -> String {
        self.0.to_public_key().to_public_key_pem(LineEnding::LF).unwrap()
    }

    pub fn sign(&self, message: &[u8]) -> String {
        STANDARD.encode(rsa::pkcs1v15::SigningKey::<sha2::Sha256>::new(self.0.clone()).sign(message).to_vec())
    }

    pub fn verifies(&self, message: &[u8], signature: &str) -> bool {
        let signature = STANDARD.decode(signature).unwrap();
        let signature = rsa::pkcs1v15::Signature::try_from(signature.as_slice()).unwrap();
        let key = rsa::pkcs1v15::VerifyingKey::<sha2::Sha256>::new(self.0.to_public_key());
        key.verify(message, &signature).is_ok()
    }
}

/// What stands between the lines of an armoured key.
pub fn bare(pem: &str) -> String {
    pem.lines().filter(|line| !line.starts_with("-----")).collect()
}

pub fn merchant() -> &'static Pair {
    static PAIR: OnceLock<Pair> = OnceLock::new();
    PAIR.get_or_init(Pair::generate)
}

pub fn alipay() -> &'static Pair {
    static PAIR: OnceLock<Pair> = OnceLock::new();
    PAIR.get_or_init(Pair::generate)
}

/// A stranger's.
pub fn other() -> &'static Pair {
    static PAIR: OnceLock<Pair> = OnceLock::new();
    PAIR.get_or_init(Pair::generate)
}

/// A request as the stand-in received it.
#[derive(Debug, Clone)]
pub struct Seen {
    pub method: String,
    pub target: String,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Seen {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }

    /// Query and form together; a name in both would be a mistake.
    pub fn parameters(&self) -> BTreeMap<String, String> {
        let query = self.target.split_once('?').map_or("", |(_, query)| query);
        let mut all = BTreeMap::new();
        for (name, value) in decoded(query).into_iter().chain(decoded(&self.body)) {
            assert!(all.insert(name.clone(), value).is_none(), "{name} twice");
        }
        all
    }

    pub fn api(&self) -> String {
        self.parameters().get("method").cloned().unwrap_or_default()
    }

    pub fn biz(&self) -> Value {
        serde_json::from_str(&self.parameters()["biz_content"]).unwrap()
    }
}

/// Blanks must come as `%20`: a plus would be read as one by some and not by others.
pub fn decoded(text: &str) -> Vec<(String, String)> {
    assert!(!text.contains('+'));
    form_urlencoded::parse(text.as_bytes()).into_owned().collect()
}

/// The independent reading of the rule: sorted names, no `sign`, no empty values.
pub fn is_signed_by_merchant(parameters: &BTreeMap<String, String>) -> bool {
    let text: Vec<_> =
        parameters.iter().filter(|(n, v)| *n != "sign" && !v.is_empty()).map(|(n, v)| format!("{n}={v}")).collect();
    merchant().verifies(text.join("&").as_bytes(), &parameters["sign"])
}

#[derive(Debug, Clone)]
pub enum Reply {
    Answer {
        status: u16,
        headers: Vec<(String, String)>,
        body: Vec<u8>,
    },
    /// Reads the request, then drops the connection.
    Reset,
}

impl Reply {
    pub fn plain(status: u16, body: &str) -> Self {
        Self::Answer { status, headers: Vec::new(), body: body.as_bytes().to_vec() }
    }

    /// An answer whose node is signed over its exact text.
    pub fn node(pair: &Pair, seen: &Seen, node: &str) -> Self {
        let name = format!("{}_response", seen.api().replace('.', "_"));
        Self::plain(200, &format!("{{\"{name}\":{node},\"sign\":\"{}\"}}", pair.sign(node.as_bytes())))
    }

    pub fn success(seen: &Seen, members: Value) -> Self {
        let mut node = json!({"code": "10000", "msg": "Success"});
        node.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        Self::node(alipay(), seen, &node.to_string())
    }

    pub fn refusal(seen: &Seen, code: &str, sub_code: &str) -> Self {
        let node = json!({"code": code, "msg": "…", "sub_code": sub_code, "sub_msg": "原因"});
        Self::node(alipay(), seen, &node.to_string())
    }

    pub fn v3(pair: &Pair, status: u16, body: &str) -> Self {
        let (timestamp, nonce) = ("1767294245123", "fedcba9876543210");
        let signature = pair.sign(format!("{timestamp}\n{nonce}\n{body}\n").as_bytes());
        let headers = [("alipay-timestamp", timestamp), ("alipay-nonce", nonce), ("alipay-signature", &signature)];
        let headers = headers.map(|(n, v)| (n.to_owned(), v.to_owned())).to_vec();
        Self::Answer { status, headers, body: body.as_bytes().to_vec() }
    }
}

type Script = dyn Fn(&Seen) -> Reply + Send + Sync;

pub struct StandIn {
    pub base: String,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl StandIn {
    pub async fn serving(script: impl Fn(&Seen) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (script, log): (Arc<Script>, _) = (Arc::new(script), seen.clone());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, script.clone(), log.clone()));
            }
        });
        Self { base, seen }
    }

    /// What arrived, in order.
    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    pub fn calls(&self) -> Vec<String> {
        self.seen().iter().map(Seen::api).collect()
    }
}

async fn serve(mut stream: TcpStream, script: Arc<Script>, log: Arc<Mutex<Vec<Seen>>>) {
    let Some(seen) = read_request(&mut stream).await else { return };
    log.lock().unwrap().push(seen.clone());
    let Reply::Answer { status, headers, body } = script(&seen) else { return };
    let mut head = format!("HTTP/1.1 {status} X\r\nconnection: close\r\ncontent-length: {}\r\n", body.len());
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str("\r\n");
    let _ = stream.write_all(&[head.as_bytes(), &body].concat()).await;
    let _ = stream.shutdown().await;
    // Let the other side take in a large answer before the socket closes.
    let _ = stream.read(&mut [0; 16]).await;
}

async fn read_request(stream: &mut TcpStream) -> Option<Seen> {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let mut lines = head.lines();
            let mut first = lines.next()?.split(' ');
            let (method, target) = (first.next()?.to_owned(), first.next()?.to_owned());
            let headers: Vec<(String, String)> =
                lines.filter_map(|l| l.split_once(": ")).map(|(n, v)| (n.to_ascii_lowercase(), v.to_owned())).collect();
            let length = headers.iter().find(|(n, _)| n == "content-length").map_or(0, |(_, v)| v.parse().unwrap());
            if body.len() >= length {
                return Some(Seen { method, target, headers, body: body.to_owned() });
            }
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
}

/// Credentials in public-key mode, for a stand-in at `base`.
pub fn credentials(base: &str) -> AccountCredentials {
    AccountCredentials {
        account_id: AccountId::generate(),
        gateway: GatewayName::Alipay,
        mode: Mode::Test,
        settings: json!({ "app_id": APP_ID, "seller_id": SELLER_ID, "api_base": base }),
        secrets: json!({
            "app_private_key": merchant().private_pkcs8(), "alipay_public_key": alipay().public_pem(),
        }),
    }
}

pub fn open(credentials: &AccountCredentials, clock: &Arc<HandClock>) -> Alipay {
    let transport = Transport::new(GatewayName::Alipay, &TransportOptions::default()).unwrap();
    Alipay::open(credentials, transport, clock.clone()).unwrap()
}

/// An account in public-key mode, its clock, and the stand-in it calls.
pub async fn account(script: impl Fn(&Seen) -> Reply + Send + Sync + 'static) -> (Alipay, Arc<HandClock>, StandIn) {
    let (stand_in, clock) = (StandIn::serving(script).await, HandClock::at(start()));
    (open(&credentials(&stand_in.base), &clock), clock, stand_in)
}

pub fn order(flow: Flow) -> OrderToOpen {
    OrderToOpen {
        flow,
        out_trade_no: NUMBER.to_owned(),
        amount: Fen::new(8880).unwrap(),
        description: "红茶 500g+糖 杯 50%".to_owned(),
        expires_at: start().plus_s(1800),
        notify_url: NOTIFY_URL.to_owned(),
        shopper: Shopper::default(),
    }
}

pub fn prepared(flow: Flow, request: &str) -> PreparedOrder<'_> {
    PreparedOrder { flow, request, return_url: RETURN_URL, hop_url: "https://pay.shop.example/go/att_1" }
}

/// The order as the ledger knows it.
pub fn asked(flow: Flow) -> OrderRef<'static> {
    OrderRef { flow, out_trade_no: NUMBER, expires_at: start().plus_s(1800) }
}

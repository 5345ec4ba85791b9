//! A scripted server in UnionPay's place, and the keys on both sides. Signs with the `rsa` crate and reads the
//! rules a second time, so that our own code is not checked by itself.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use luodi::clock::{HandClock, Timestamp};
use luodi::gateways::transport::{Transport, TransportOptions};
use luodi::gateways::unionpay::UnionPay;
use luodi::gateways::unionpay::values::txn_time;
use luodi::gateways::{AccountCredentials, OrderRef, OrderToOpen, PreparedOrder, RawNotification};
use luodi::ids::AccountId;
use luodi::money::Fen;
use luodi::payments::attempt::{Flow, GatewayName, Shopper};
use luodi::payments::payment::Mode;
use serde_json::json;
use sha2::Digest as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::authority::*;

pub const GATEWAY: GatewayName = GatewayName::UnionPay;
pub const MERCHANT: &str = "777290058110048";
pub const TERMINAL: &str = "01080209";
/// Made at 2026-01-02T11:04:05+08:00, as the refund's is an hour later.
pub const NUMBER: &str = "LD01kdyak3c2fay828t5cy4tqkff";
pub const REFUND_NUMBER: &str = "LR01kdydsfzmfay87vebn63pags1";
pub const QUERY_ID: &str = "812601021104051234568";
pub const NOTIFY_URL: &str = "http://127.0.0.1:8080/notify/unionpay/acc";
pub const RETURN_URL: &str = "https://pay.shop.example/return/att_1";
pub const PASSWORD: &str = "000000";

/// Where the hand-set clock of every test starts.
pub fn start() -> Timestamp {
    Timestamp::parse_rfc3339("2026-01-02T11:04:05+08:00").unwrap()
}

/// The fields of a message.
pub type Fields = BTreeMap<String, String>;

pub fn fields<const N: usize>(pairs: [(&str, &str); N]) -> Fields {
    pairs.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// The rule read a second time: sorted, `signature` left out, empty ones left out.
pub fn canonical(fields: &Fields) -> String {
    let kept = fields.iter().filter(|(name, value)| *name != "signature" && !value.is_empty());
    kept.map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
}

/// Hashed to text, which is then hashed and signed.
pub fn signature(pair: &Pair, canonical: &str) -> String {
    pair.sign(hex::encode(sha2::Sha256::digest(canonical)).as_bytes())
}

pub fn is_signed_by_merchant(request: &Fields) -> bool {
    let text = hex::encode(sha2::Sha256::digest(canonical(request)));
    merchant().verifies(text.as_bytes(), &request["signature"])
}

/// What UnionPay says, signed under the certificate it brings along.
pub fn signed(mut fields: Fields, pair: &Pair, certificate: &str) -> Fields {
    let common = [("version", "5.1.0"), ("encoding", "UTF-8"), ("signMethod", "01"), ("signPubKeyCert", certificate)];
    for (name, value) in common {
        fields.entry(name.to_owned()).or_insert_with(|| value.to_owned());
    }
    let text = canonical(&fields);
    fields.insert("signature".to_owned(), signature(pair, &text));
    fields
}

pub fn by_unionpay(fields: Fields) -> Fields {
    signed(fields, unionpay(), &chain().signer)
}

/// As answers travel: never encoded.
pub fn raw(fields: &Fields) -> String {
    fields.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
}

/// As notifications travel.
pub fn form(fields: &Fields) -> RawNotification {
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    RawNotification { headers: Vec::new(), body: body.into() }
}

/// A request as the stand-in received it.
#[derive(Debug, Clone)]
pub struct Seen {
    pub method: String,
    pub target: String,
    pub headers: Vec<(String, String)>,
    pub fields: Fields,
}

impl Seen {
    pub fn get(&self, name: &str) -> &str {
        self.fields.get(name).map_or("", String::as_str)
    }

    /// What UnionPay echoes of every request.
    pub fn echo(&self) -> Fields {
        let names = ["accessType", "bizType", "encoding", "merId", "orderId", "txnTime", "txnType", "txnSubType"];
        let told = names.into_iter().filter_map(|name| Some((name.to_owned(), self.fields.get(name)?.clone())));
        told.collect()
    }
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
    pub fn plain(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self::Answer { status, headers: Vec::new(), body: body.into() }
    }

    pub fn of(fields: &Fields) -> Self {
        Self::plain(200, raw(fields))
    }

    /// A signed answer to this very request.
    pub fn code(seen: &Seen, code: &str) -> Self {
        Self::with(seen, code, Fields::new())
    }

    pub fn with(seen: &Seen, code: &str, more: Fields) -> Self {
        let mut fields = seen.echo();
        let message = if code == "00" { "成功[0000000]" } else { "原因[1234567]" };
        fields.extend(self::fields([("respCode", code), ("respMsg", message)]));
        fields.extend(more);
        Self::of(&by_unionpay(fields))
    }

    /// The answer to a question about an order or a refund that UnionPay knows: it bears the original's types.
    pub fn found(seen: &Seen, types: (&str, &str), outcome: &str, more: Fields) -> Self {
        let mut told = fields([
            ("txnType", types.0),
            ("txnSubType", types.1),
            ("origRespCode", outcome),
            ("origRespMsg", "原因[7654321]"),
        ]);
        told.extend(more);
        Self::with(seen, "00", told)
    }

    pub fn paid(seen: &Seen, sub_type: &str) -> Self {
        Self::found(seen, ("01", sub_type), "00", money())
    }
}

/// What UnionPay says of money that came in.
pub fn money() -> Fields {
    fields([
        ("queryId", QUERY_ID),
        ("txnAmt", "8880"),
        ("currencyCode", "156"),
        ("settleAmt", "8880"),
        ("settleCurrencyCode", "156"),
        ("settleDate", "0102"),
        ("traceNo", "123456"),
        ("traceTime", "0102110512"),
    ])
}

/// A notification that the order was paid, before it is signed.
pub fn paid_notice() -> Fields {
    let mut told = fields([
        ("accessType", "0"),
        ("bizType", "000000"),
        ("encoding", "UTF-8"),
        ("merId", MERCHANT),
        ("orderId", NUMBER),
        ("respCode", "00"),
        ("respMsg", "Success!"),
        ("txnSubType", "07"),
        ("txnType", "01"),
        ("accNo", ""),
    ]);
    told.insert("txnTime".to_owned(), txn_time(NUMBER).unwrap());
    told.extend(money());
    told
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
                let fields = form_urlencoded::parse(body.as_bytes()).into_owned().collect();
                return Some(Seen { method, target, headers, fields });
            }
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
}

/// Credentials with certificates, for a stand-in at `base`.
pub fn credentials(base: &str) -> AccountCredentials {
    AccountCredentials {
        account_id: AccountId::generate(),
        gateway: GATEWAY,
        mode: Mode::Test,
        settings: json!({ "merchant_no": MERCHANT, "terminal_id": TERMINAL, "api_base": base }),
        secrets: json!({ "key_file": STANDARD.encode(&chain().key_file), "key_password": PASSWORD }),
    }
}

pub fn open(credentials: &AccountCredentials, clock: &Arc<HandClock>) -> UnionPay {
    let transport = Transport::new(GATEWAY, &TransportOptions::default()).unwrap();
    UnionPay::open(credentials, transport, clock.clone()).unwrap()
}

/// An account with certificates, its clock, and the stand-in it calls.
pub async fn account(script: impl Fn(&Seen) -> Reply + Send + Sync + 'static) -> (UnionPay, Arc<HandClock>, StandIn) {
    let (stand_in, clock) = (StandIn::serving(script).await, HandClock::at(start()));
    (open(&credentials(&stand_in.base), &clock), clock, stand_in)
}

/// An account that calls nobody.
pub fn offline() -> UnionPay {
    open(&credentials("http://127.0.0.1:1"), &HandClock::at(start()))
}

pub fn order(flow: Flow) -> OrderToOpen {
    OrderToOpen {
        flow,
        out_trade_no: NUMBER.to_owned(),
        amount: Fen::new(8880).unwrap(),
        description: "红茶 500g".to_owned(),
        expires_at: start().plus_s(900),
        notify_url: NOTIFY_URL.to_owned(),
        shopper: Shopper { auth_code: Some("6212345678901234567".to_owned()), ..Shopper::default() },
    }
}

pub fn prepared(flow: Flow, request: &str) -> PreparedOrder<'_> {
    PreparedOrder { flow, request, return_url: RETURN_URL, hop_url: "https://pay.shop.example/go/att_1" }
}

/// The order as the ledger knows it.
pub fn asked(flow: Flow) -> OrderRef<'static> {
    OrderRef { flow, out_trade_no: NUMBER, expires_at: start().plus_s(900) }
}

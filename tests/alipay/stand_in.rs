//! What Alipay's side says and how it signs; the scripted server itself is shared.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use luodi::clock::{HandClock, Timestamp};
use luodi::gateways::alipay::Alipay;
use luodi::gateways::transport::{Transport, TransportOptions};
use luodi::gateways::{AccountCredentials, OrderRef, OrderToOpen, PreparedOrder};
use luodi::ids::AccountId;
use luodi::money::Fen;
use luodi::payments::attempt::{Flow, GatewayName, Shopper};
use luodi::payments::payment::Mode;
use serde_json::{Value, json};

pub use crate::server::{Pair, Reply, Seen, StandIn};

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

impl Seen {
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

impl Reply {
    /// An answer whose node is signed over its exact text.
    pub fn node(pair: &Pair, seen: &Seen, node: &str) -> Self {
        let name = format!("{}_response", seen.api().replace('.', "_"));
        Self::plain(200, &format!("{{\"{name}\":{node},\"sign\":\"{}\"}}", pair.sign_base64(node.as_bytes())))
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
        let signature = pair.sign_base64(format!("{timestamp}\n{nonce}\n{body}\n").as_bytes());
        let headers = [("alipay-timestamp", timestamp), ("alipay-nonce", nonce), ("alipay-signature", &signature)];
        let headers = headers.map(|(n, v)| (n.to_owned(), v.to_owned())).to_vec();
        Self::Answer { status, headers, body: body.as_bytes().to_vec() }
    }
}

impl StandIn {
    pub fn calls(&self) -> Vec<String> {
        self.seen().iter().map(Seen::api).collect()
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

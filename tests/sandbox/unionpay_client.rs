//! A UnionPay client of about two hundred lines: signs, sends, reads raw answers, verifies.

use std::collections::BTreeMap;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use luodi::clock::{Clock, HandClock, Timestamp};
use luodi::sandbox::unionpay::{
    BookTransaction, Fault, FaultKind, MerchantCredentials, MerchantDraft, Operation, PayDraft, SignMethod,
    UnionPaySandbox,
};
use luodi::sandbox::{Sandbox, SandboxSettings};
use rsa::pkcs1v15::{Pkcs1v15Sign, Signature, SigningKey, VerifyingKey};
use rsa::pkcs8::{DecodePrivateKey, DecodePublicKey};
use rsa::signature::{SignatureEncoding, Signer, Verifier};
use rsa::{RsaPrivateKey, RsaPublicKey};
use sha1::Sha1;
use sha2::{Digest, Sha256};
use x509_cert::Certificate;
use x509_cert::der::{DecodePem, Encode};

use crate::client::START_S;

pub type Message = BTreeMap<String, String>;

pub struct Shop {
    pub sandbox: Sandbox,
    pub unionpay: UnionPaySandbox,
    pub clock: Arc<HandClock>,
    pub credentials: MerchantCredentials,
    key: SigningKey<Sha256>,
    pub http: reqwest::Client,
}

/// The key out of the `.pfx`, as a shop gets it.
fn key_of(credentials: &MerchantCredentials) -> RsaPrivateKey {
    let file = STANDARD.decode(&credentials.pfx_base64).unwrap();
    let pfx = p12::PFX::parse(&file).unwrap();
    assert!(pfx.verify_mac(&credentials.pfx_password));
    RsaPrivateKey::from_pkcs8_der(&pfx.key_bags(&credentials.pfx_password).unwrap()[0]).unwrap()
}

pub async fn shop(draft: MerchantDraft) -> Shop {
    let clock = HandClock::at(Timestamp::from_seconds(START_S));
    let sandbox = luodi::sandbox::start(SandboxSettings::default(), clock.clone()).await.unwrap();
    let unionpay = sandbox.unionpay();
    let credentials = unionpay.add_merchant(draft).await.unwrap();
    let key = SigningKey::new(key_of(&credentials));
    let redirects = reqwest::redirect::Policy::none();
    let http = reqwest::Client::builder().no_proxy().redirect(redirects).build().unwrap();
    Shop { sandbox, unionpay, clock, credentials, key, http }
}

/// `20260101120000` in Beijing.
pub fn digits(at: Timestamp) -> String {
    at.to_beijing_rfc3339()[..19].replace(['-', ':', 'T'], "")
}

pub fn canonical(message: &Message) -> String {
    let told = message.iter().filter(|(name, value)| *name != "signature" && !value.is_empty());
    told.map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
}

fn digest(text: &str) -> String {
    hex::encode(Sha256::digest(text.as_bytes()))
}

pub fn escaped(message: &Message) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(message).finish()
}

pub fn read_form(body: &[u8]) -> Message {
    form_urlencoded::parse(body).into_owned().collect()
}

/// §6.2: split at `&` outside of braces, each at its first `=`; nothing is unescaped.
pub fn read_raw(body: &str) -> Message {
    let body = body.strip_prefix('{').and_then(|inner| inner.strip_suffix('}')).unwrap_or(body);
    let (mut parts, mut part, mut depth) = (Vec::new(), String::new(), 0);
    for letter in body.chars() {
        match letter {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if letter == '&' && depth == 0 {
            parts.push(std::mem::take(&mut part));
        } else {
            part.push(letter);
        }
    }
    parts.push(part);
    parts.iter().filter_map(|part| part.split_once('=')).map(|(n, v)| (n.to_owned(), v.to_owned())).collect()
}

/// Why a message of UnionPay's cannot be believed.
#[derive(Debug, PartialEq, Eq)]
pub enum Doubt {
    Method,
    Certificate,
    Chain,
    Owner,
    Time,
    Signature,
    Merchant,
}

fn public_key(certificate: &Certificate) -> RsaPublicKey {
    let spki = certificate.tbs_certificate.subject_public_key_info.to_der().unwrap();
    RsaPublicKey::from_public_key_der(&spki).unwrap()
}

fn is_issued_by(certificate: &Certificate, issuer: &Certificate) -> bool {
    let mut prefix = hex::decode("3021300906052b0e03021a05000414").unwrap();
    let scheme = Pkcs1v15Sign { hash_len: Some(20), prefix: std::mem::take(&mut prefix).into() };
    let signed = Sha1::digest(certificate.tbs_certificate.to_der().unwrap());
    certificate.tbs_certificate.issuer == issuer.tbs_certificate.subject
        && public_key(issuer).verify(scheme, &signed, certificate.signature.as_bytes().unwrap()).is_ok()
}

fn owners(certificate: &Certificate) -> Vec<String> {
    let parts = certificate.tbs_certificate.subject.0.iter().flat_map(|part| part.0.iter());
    let names = parts.filter(|part| part.oid.to_string() == "2.5.4.3");
    names.map(|part| String::from_utf8_lossy(part.value.value()).into_owned()).collect()
}

impl Shop {
    pub fn mer_id(&self) -> &str {
        &self.credentials.mer_id
    }

    pub fn now(&self) -> String {
        digits(self.clock.now())
    }

    /// §5, each check in its place.
    pub fn doubt(&self, message: &Message) -> Result<(), Doubt> {
        let told = |name: &str| message.get(name).map_or("", String::as_str);
        if (told("version"), told("signMethod")) != ("5.1.0", "01") {
            return Err(Doubt::Method);
        }
        let read = |pem: &str| Certificate::from_pem(pem).map_err(|_| Doubt::Certificate);
        let leaf = read(&format!("{}\n", told("signPubKeyCert").replace("\r\n", "\n")))?;
        let (middle, root) = (read(&self.credentials.middle_pem)?, read(&self.credentials.root_pem)?);
        if !is_issued_by(&leaf, &middle) || !is_issued_by(&middle, &root) || !is_issued_by(&root, &root) {
            return Err(Doubt::Chain);
        }
        let validity = leaf.tbs_certificate.validity;
        let now = u64::try_from(self.clock.now().as_seconds()).unwrap();
        let (from, until) = (validity.not_before.to_unix_duration(), validity.not_after.to_unix_duration());
        if !(from.as_secs()..until.as_secs()).contains(&now) {
            return Err(Doubt::Time);
        }
        let owners = owners(&leaf);
        if owners.len() != 1 || owners[0].split('@').nth(2) != Some("中国银联股份有限公司") {
            return Err(Doubt::Owner);
        }
        let signature = STANDARD.decode(told("signature")).map_err(|_| Doubt::Signature)?;
        let signature = Signature::try_from(signature.as_slice()).map_err(|_| Doubt::Signature)?;
        let key = VerifyingKey::<Sha256>::new(public_key(&leaf));
        key.verify(digest(&canonical(message)).as_bytes(), &signature).map_err(|_| Doubt::Signature)?;
        if told("merId") == self.mer_id() { Ok(()) } else { Err(Doubt::Merchant) }
    }

    pub fn common(&self, types: (&str, &str), biz_type: &str) -> Message {
        let mut told: Message = [
            ("version", "5.1.0"),
            ("encoding", "UTF-8"),
            ("signMethod", "01"),
            ("certId", &self.credentials.cert_id),
            ("txnType", types.0),
            ("txnSubType", types.1),
            ("bizType", biz_type),
            ("accessType", "0"),
            ("merId", self.mer_id()),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
        match self.credentials.sign_method {
            SignMethod::Certificate => {}
            SignMethod::SecureKeySha256 => set(&mut told, "signMethod", "11"),
            SignMethod::SecureKeySm3 => set(&mut told, "signMethod", "12"),
        }
        if self.credentials.secure_key.is_some() {
            told.remove("certId");
        }
        told
    }

    pub fn keyed_signature(&self, message: &Message) -> String {
        let key = digest(self.credentials.secure_key.as_deref().unwrap());
        digest(&format!("{}&{key}", canonical(message)))
    }

    pub fn signed(&self, mut message: Message) -> Message {
        let signature = if self.credentials.secure_key.is_some() {
            self.keyed_signature(&message)
        } else {
            STANDARD.encode(self.key.sign(digest(&canonical(&message)).as_bytes()).to_bytes())
        };
        set(&mut message, "signature", &signature);
        message
    }

    pub async fn try_post(&self, path: &str, body: String) -> Result<(u16, String), reqwest::Error> {
        let kind = "application/x-www-form-urlencoded;charset=UTF-8";
        let url = format!("{}{path}", self.unionpay.base_url());
        let response = self.http.post(url).header("Content-Type", kind).body(body).send().await?;
        let status = response.status().as_u16();
        Ok((status, response.text().await?))
    }

    /// A signed call; the answer as it came, not yet believed.
    pub async fn call(&self, door: &str, message: Message) -> Message {
        let path = format!("/gateway/api/{door}.do");
        let (status, body) = self.try_post(&path, escaped(&self.signed(message))).await.unwrap();
        assert_eq!(status, 200, "{body}");
        read_raw(&body)
    }

    /// A signed call whose answer is verified.
    pub async fn trusted(&self, door: &str, message: Message) -> Message {
        let answer = self.call(door, message).await;
        assert_eq!(self.doubt(&answer), Ok(()), "{answer:?}");
        answer
    }

    pub fn purchase(&self, sub_type: &str, biz_type: &str, order_id: &str, back_url: &str) -> Message {
        let mut told = self.common(("01", sub_type), biz_type);
        for (name, value) in [
            ("channelType", "08"),
            ("orderId", order_id),
            ("txnTime", &self.now()),
            ("txnAmt", "1000"),
            ("currencyCode", "156"),
            ("backUrl", back_url),
            ("riskRateInfo", "{commodityName=西湖龙井}"),
            ("reqReserved", "cart|42"),
        ] {
            set(&mut told, name, value);
        }
        told
    }

    /// A code to scan; its text.
    pub async fn qr(&self, order_id: &str, back_url: &str) -> String {
        let answer = self.trusted("backTransReq", self.purchase("07", "000000", order_id, back_url)).await;
        assert_eq!(answer["respCode"], "00", "{answer:?}");
        answer["qrCode"].clone()
    }

    /// By order and time, as they were sent.
    pub async fn query_at(&self, order_id: &str, txn_time: &str) -> Message {
        let mut told = self.common(("00", "00"), "000000");
        set(&mut told, "orderId", order_id);
        set(&mut told, "txnTime", txn_time);
        self.call("queryTrans", told).await
    }

    /// `respCode`, then `origRespCode` where there is one.
    pub async fn status(&self, order_id: &str, txn_time: &str) -> String {
        let answer = self.query_at(order_id, txn_time).await;
        assert_eq!(self.doubt(&answer), Ok(()), "{answer:?}");
        match answer.get("origRespCode") {
            Some(code) => format!("{} {code}", answer["respCode"]),
            None => answer["respCode"].clone(),
        }
    }

    pub fn follow(&self, types: (&str, &str), order_id: &str, query_id: &str, fen: i64, back_url: &str) -> Message {
        let mut told = self.common(types, "000000");
        for (name, value) in [
            ("channelType", "08"),
            ("orderId", order_id),
            ("txnTime", &self.now()),
            ("txnAmt", &fen.to_string()),
            ("origQryId", query_id),
            ("backUrl", back_url),
        ] {
            set(&mut told, name, value);
        }
        told
    }

    pub async fn refund(&self, order_id: &str, query_id: &str, fen: i64, back_url: &str) -> Message {
        self.trusted("backTransReq", self.follow(("04", "00"), order_id, query_id, fen, back_url)).await
    }

    pub async fn void(&self, order_id: &str, query_id: &str, fen: i64) -> Message {
        let message = self.follow(("31", "00"), order_id, query_id, fen, "http://127.0.0.1:9/n");
        self.trusted("backTransReq", message).await
    }

    pub fn pay(&self, order_id: &str) -> BookTransaction {
        self.unionpay.pay(self.mer_id(), order_id, &PayDraft::default()).unwrap()
    }

    /// A code that was scanned and paid; UnionPay's number of it.
    pub async fn paid(&self, order_id: &str, back_url: &str) -> String {
        self.qr(order_id, back_url).await;
        self.pay(order_id).query_id.unwrap()
    }

    pub fn fault(&self, operation: Operation, kind: FaultKind) {
        self.unionpay.add_fault(Fault::new(operation, kind).times(1)).unwrap();
    }
}

pub fn set(message: &mut Message, name: &str, value: &str) {
    message.insert(name.to_owned(), value.to_owned());
}

//! What Alipay signs, byte for byte: our requests, its answers and its notifications, in v2 and v3.
//! The bytes must be those on the wire; reading JSON and writing it again, decoding a form twice or
//! transcoding GBK breaks every signature.

use std::fmt;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use secrecy::{ExposeSecret as _, SecretString};
use serde::de::{Deserializer as _, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::values;
use crate::clock::Timestamp;
use crate::crypto::certificate::Certificate;
use crate::crypto::digest::md5_hex;
use crate::crypto::rsa::{SigningKey, VerifyingKey};
use crate::crypto::{from_base64, random, to_base64};
use crate::gateways::Rejected;

/// The only signature type this program makes and accepts: RSA with SHA-256.
pub const SIGN_TYPE: &str = "RSA2";
/// The scheme of v3.
pub const V3_SCHEME: &str = "ALIPAY-SHA256withRSA";

/// Everything but RFC 3986's unreserved characters; a blank is `%20`, which app clients read more surely.
const VALUE: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// Percent-encodes one name or value of a query, a form or an order string.
#[must_use]
pub fn encode(text: &str) -> String {
    utf8_percent_encode(text, VALUE).to_string()
}

/// The serial number by which Alipay names a certificate (证书序列号): MD5 of the issuer, last part first,
/// and the decimal serial. 32 hex digits.
#[must_use]
pub fn certificate_sn(certificate: &Certificate) -> String {
    md5_hex(format!("{}{}", certificate.issuer(), certificate.serial_decimal()).as_bytes())
}

/// The serial numbers of a root file, in its order, those signed by RSA alone. `None` when there is none.
#[must_use]
pub fn root_sn(bundle: &[Option<Certificate>]) -> Option<String> {
    let by_rsa = bundle.iter().flatten().filter(|c| c.is_signed_by_rsa());
    let serials: Vec<_> = by_rsa.map(certificate_sn).collect();
    (!serials.is_empty()).then(|| serials.join("_"))
}

/// The text behind a v2 request's signature: names sorted by byte, `sign` and empty values left out,
/// `sign_type` kept, nothing encoded.
#[must_use]
pub fn canonical_request<'a>(parameters: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let mut kept: Vec<_> = parameters.into_iter().filter(|(n, v)| *n != "sign" && !v.is_empty()).collect();
    // By name, not by `name=value`: the two orders differ where one name begins another.
    kept.sort_unstable_by(|a, b| a.0.cmp(b.0));
    let mut text = String::new();
    for (name, value) in kept {
        if !text.is_empty() {
            text.push('&');
        }
        text.push_str(name);
        text.push('=');
        text.push_str(value);
    }
    text
}

/// Who signs requests.
#[derive(Debug)]
pub struct Signer {
    pub app_id: String,
    pub key: SigningKey,
    /// The serial numbers of the application certificate and the root file, in certificate mode.
    pub certificate_sns: Option<(String, String)>,
    /// By which a service provider's application acts for a merchant (应用授权).
    pub app_auth_token: Option<SecretString>,
}

/// What one v2 request says, before it is signed.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unsigned<'a> {
    pub method: &'a str,
    pub biz_content: &'a str,
    pub is_encrypted: bool,
    pub notify_url: Option<&'a str>,
    pub return_url: Option<&'a str>,
    /// A question of the application itself, whichever merchant it acts for.
    pub is_of_application: bool,
}

/// A signed v2 request: its parameters with `sign`, in the order of their names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedRequest(Vec<(&'static str, String)>);

impl SignedRequest {
    #[must_use]
    pub fn parameters(&self) -> &[(&'static str, String)] {
        &self.0
    }

    /// All of it as a query, form or order string.
    #[must_use]
    pub fn encoded(&self) -> String {
        encode_pairs(self.0.iter())
    }

    /// The query (everything but `biz_content`) and the form body, as servers call: `charset` must be in
    /// the query, else Alipay reads the body as GBK.
    #[must_use]
    pub fn split(&self) -> (String, String) {
        let (body, query): (Vec<_>, Vec<_>) = self.0.iter().partition(|(name, _)| *name == "biz_content");
        (encode_pairs(query.into_iter()), encode_pairs(body.into_iter()))
    }
}

fn encode_pairs<'a>(pairs: impl Iterator<Item = &'a (&'static str, String)>) -> String {
    pairs.map(|(name, value)| format!("{name}={}", encode(value))).collect::<Vec<_>>().join("&")
}

impl Signer {
    /// Signs a v2 request.
    #[must_use]
    pub fn sign(&self, unsigned: &Unsigned<'_>, now: Timestamp) -> SignedRequest {
        let mut parameters: Vec<(&'static str, String)> = vec![
            ("app_id", self.app_id.clone()),
            ("biz_content", unsigned.biz_content.to_owned()),
            ("charset", "utf-8".to_owned()),
            ("format", "JSON".to_owned()),
            ("method", unsigned.method.to_owned()),
            ("sign_type", SIGN_TYPE.to_owned()),
            ("timestamp", values::beijing_time(now)),
            ("version", "1.0".to_owned()),
        ];
        if let Some((app, root)) = &self.certificate_sns {
            parameters.push(("app_cert_sn", app.clone()));
            parameters.push(("alipay_root_cert_sn", root.clone()));
        }
        if unsigned.is_encrypted {
            parameters.push(("encrypt_type", "AES".to_owned()));
        }
        if let Some(token) = self.app_auth_token.as_ref().filter(|_| !unsigned.is_of_application) {
            parameters.push(("app_auth_token", token.expose_secret().to_owned()));
        }
        parameters.extend(unsigned.notify_url.map(|url| ("notify_url", url.to_owned())));
        parameters.extend(unsigned.return_url.map(|url| ("return_url", url.to_owned())));
        parameters.retain(|(_, value)| !value.is_empty());
        let text = canonical_request(parameters.iter().map(|(n, v)| (*n, v.as_str())));
        parameters.push(("sign", to_base64(&self.key.sign(text.as_bytes()))));
        parameters.sort_unstable_by_key(|(name, _)| *name);
        SignedRequest(parameters)
    }

    /// The `authorization` header of a v3 request, with a fresh nonce. `target` is path and query as sent;
    /// the header with [`Self::auth_token`] is part of what is signed.
    #[must_use]
    pub fn authorize(&self, method: &str, target: &str, body: &str, now: Timestamp) -> String {
        let nonce = random::alphanumeric(32);
        let claim = self.v3_claim(&nonce, now);
        let message = canonical_v3_request(&claim, method, target, body, self.auth_token());
        format!("{V3_SCHEME} {claim},sign={}", to_base64(&self.key.sign(message.as_bytes())))
    }

    /// What v3 carries in the header `alipay-app-auth-token`.
    #[must_use]
    pub fn auth_token(&self) -> Option<&str> {
        self.app_auth_token.as_ref().map(SecretString::expose_secret)
    }

    /// What a v3 request says of its sender.
    #[must_use]
    pub fn v3_claim(&self, nonce: &str, now: Timestamp) -> String {
        let certificate = match &self.certificate_sns {
            Some((app, _)) => format!(",app_cert_sn={app}"),
            None => String::new(),
        };
        format!("app_id={}{certificate},nonce={nonce},timestamp={}", self.app_id, now.as_millis())
    }
}

/// The text behind a v3 request's signature. Every line ends in LF, the last one too.
#[must_use]
pub fn canonical_v3_request(claim: &str, method: &str, target: &str, body: &str, auth_token: Option<&str>) -> String {
    let token = auth_token.map(|t| format!("{t}\n")).unwrap_or_default();
    format!("{claim}\n{method}\n{target}\n{body}\n{token}")
}

/// The bytes behind a v3 answer's signature.
#[must_use]
pub fn canonical_v3_answer(timestamp: &str, nonce: &str, body: &[u8]) -> Vec<u8> {
    [timestamp.as_bytes(), b"\n", nonce.as_bytes(), b"\n", body, b"\n"].concat()
}

/// The parts of a v2 answer that decide whether it is believed, not yet verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerNode<'a> {
    /// The node exactly as it stands in the answer; with its quotes when it is encrypted.
    pub raw: &'a str,
    /// The gateway refused the call before it looked at its content.
    pub is_error: bool,
    /// Base64; absent or empty when the answer is not signed.
    pub sign: Option<String>,
    /// Which certificate signed, in certificate mode.
    pub cert_sn: Option<String>,
}

impl<'a> AnswerNode<'a> {
    /// Finds the node of `method` in an answer. Walks the JSON itself: braces, quotes and the word "sign" may
    /// stand inside values.
    ///
    /// # Errors
    /// `Malformed` when it is no JSON object, has no node, or has a member twice that must be there once.
    pub fn extract(body: &'a [u8], method: &str) -> Result<Self, Rejected> {
        let text = std::str::from_utf8(body).map_err(|_| Rejected::Malformed)?;
        let mut json = serde_json::Deserializer::from_str(text);
        let found = json.deserialize_map(Members { wanted: format!("{}_response", method.replace('.', "_")) });
        let found = found.map_err(|_| Rejected::Malformed)?;
        json.end().map_err(|_| Rejected::Malformed)?;
        let (raw, is_error) = match (found.node, found.error) {
            (Some(node), None) => (node, false),
            (None, Some(node)) => (node, true),
            _ => return Err(Rejected::Malformed),
        };
        Ok(Self { raw, is_error, sign: found.sign.filter(|s| !s.is_empty()), cert_sn: found.cert_sn })
    }

    /// Whether the value is ciphertext.
    #[must_use]
    pub fn is_text(&self) -> bool {
        self.raw.starts_with('"')
    }

    /// # Errors
    /// `Unsigned`, `BadSignature`.
    pub fn verify(&self, key: &VerifyingKey) -> Result<(), Rejected> {
        let sign = self.sign.as_deref().and_then(from_base64).ok_or(Rejected::Unsigned)?;
        if key.verify(self.raw.as_bytes(), &sign) { Ok(()) } else { Err(Rejected::BadSignature) }
    }
}

#[derive(Default)]
struct Found<'a> {
    node: Option<&'a str>,
    error: Option<&'a str>,
    sign: Option<String>,
    cert_sn: Option<String>,
}

/// Walks the members of an answer at depth one.
struct Members {
    wanted: String,
}

impl<'de> Visitor<'de> for Members {
    type Value = Found<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an answer of Alipay")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut members: M) -> Result<Found<'de>, M::Error> {
        let mut found = Found::default();
        while let Some(name) = members.next_key::<String>()? {
            let value: &'de RawValue = members.next_value()?;
            let known_before = if name == self.wanted {
                found.node.replace(value.get()).is_some()
            } else if name == "error_response" {
                found.error.replace(value.get()).is_some()
            } else if name == "sign" {
                found.sign.replace(text_of(value)?).is_some()
            } else if name == "alipay_cert_sn" {
                found.cert_sn.replace(text_of(value)?).is_some()
            } else {
                false
            };
            if known_before {
                return Err(serde::de::Error::custom("a member stands twice"));
            }
        }
        Ok(found)
    }
}

fn text_of<E: serde::de::Error>(value: &RawValue) -> Result<String, E> {
    serde_json::from_str::<Option<String>>(value.get()).map(Option::unwrap_or_default).map_err(E::custom)
}

/// A form as it arrived: names and values percent-decoded to bytes, once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Form(Vec<(Vec<u8>, Vec<u8>)>);

impl Form {
    /// # Errors
    /// `Malformed` when a name stands twice: which of the two would count?
    pub fn parse(body: &[u8]) -> Result<Self, Rejected> {
        let mut fields: Vec<(Vec<u8>, Vec<u8>)> = Vec::new();
        for pair in body.split(|b| *b == b'&').filter(|pair| !pair.is_empty()) {
            let mut halves = pair.splitn(2, |b| *b == b'=');
            let (name, value) = (halves.next().unwrap_or_default(), halves.next().unwrap_or_default());
            fields.push((decoded(name), decoded(value)));
        }
        fields.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        if fields.windows(2).any(|w| matches!(w, [a, b] if a.0 == b.0)) {
            return Err(Rejected::Malformed);
        }
        Ok(Self(fields))
    }

    /// The bytes of one field.
    #[must_use]
    pub fn bytes(&self, name: &str) -> Option<&[u8]> {
        let found = self.0.binary_search_by(|(n, _)| n.as_slice().cmp(name.as_bytes())).ok()?;
        self.0.get(found).map(|(_, value)| value.as_slice())
    }

    /// A field as text in the charset the message names. `None` when absent, blank or no text of it.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<String> {
        let charset = self.bytes("charset").and_then(|c| std::str::from_utf8(c).ok()).unwrap_or_default();
        let text = values::decode(self.bytes(name)?, charset)?;
        (!text.trim().is_empty()).then(|| text.into_owned())
    }

    /// The bytes behind the signature: names sorted, `sign` left out. What else is left out is disputed.
    #[must_use]
    pub fn canonical(&self, rule: Rule) -> Vec<u8> {
        let mut message = Vec::new();
        for (name, value) in &self.0 {
            let left_out = match name.as_slice() {
                b"sign" => true,
                b"sign_type" => !rule.with_sign_type,
                b"alipay_cert_sn" => !rule.with_cert_sn,
                _ => value.is_empty() && rule.without_empty,
            };
            if left_out {
                continue;
            }
            if !message.is_empty() {
                message.push(b'&');
            }
            message.extend_from_slice(name);
            message.push(b'=');
            message.extend_from_slice(value);
        }
        message
    }

    /// Tries each reading of the rules that genuine messages have been seen to follow, at most eight.
    ///
    /// # Errors
    /// `UnsupportedSignatureType`, `Unsigned`, `BadSignature`.
    pub fn verify(&self, key: &VerifyingKey) -> Result<(), Rejected> {
        if self.bytes("sign_type") != Some(SIGN_TYPE.as_bytes()) {
            return Err(Rejected::UnsupportedSignatureType);
        }
        let sign = self.text("sign").as_deref().and_then(from_base64).ok_or(Rejected::Unsigned)?;
        let mut tried: Vec<Vec<u8>> = Vec::new();
        for rule in Rule::ALL {
            let message = self.canonical(rule);
            if tried.contains(&message) {
                continue;
            }
            if key.verify(&message, &sign) {
                return Ok(());
            }
            tried.push(message);
        }
        Err(Rejected::BadSignature)
    }
}

/// One reading of what a notification's signature covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Rule {
    /// Messages of services keep it, those of trades do not.
    pub with_sign_type: bool,
    pub without_empty: bool,
    pub with_cert_sn: bool,
}

impl Rule {
    /// The documented one first.
    pub const ALL: [Self; 8] = {
        let mut all = [Self { with_sign_type: false, without_empty: false, with_cert_sn: false }; 8];
        let mut index = 0;
        while index < 8 {
            all[index] =
                Self { with_sign_type: index & 1 != 0, without_empty: index & 2 != 0, with_cert_sn: index & 4 != 0 };
            index += 1;
        }
        all
    };
}

/// Percent-decodes, `+` to a blank, exactly once.
fn decoded(text: &[u8]) -> Vec<u8> {
    let blanks: Vec<u8> = text.iter().map(|b| if *b == b'+' { b' ' } else { *b }).collect();
    percent_encoding::percent_decode(&blanks).collect()
}

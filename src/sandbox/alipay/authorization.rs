//! Who calls, and may they? Version 2 (§1.2, §3): common parameters and their signature.
//!
//! Promises: what is not signed by the application's key goes no further; parameters are read
//! in the charset of the query, and as GBK where only the form names one, as the real gateway
//! does; what is missing or wrong is told by Alipay's own codes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::errors::Refusal;
use super::faults::Operation;
use super::forms::{self, Charset, canonical};
use super::keys::is_signed_by;
use super::merchants::Merchant;
use super::times;
use crate::clock::Timestamp;

/// Further off than any slow network, nearer than any mistaken time zone.
const CLOCKS_APART_S: u64 = 3600;

/// The parameters of one request as text.
pub(super) struct Parameters {
    pairs: Vec<(String, String)>,
    /// The `charset` parameter, wherever it came.
    pub(super) charset: Charset,
}

impl Parameters {
    /// Reads query and form. A name that comes twice is refused.
    pub(super) fn read(query: &[u8], form: &[u8]) -> Result<Self, Refusal> {
        let (query, form) = (forms::read(query), forms::read(form));
        let named = |pairs: &forms::Pairs| {
            let found = pairs.iter().find(|(name, _)| name == b"charset");
            found.map(|(_, value)| String::from_utf8_lossy(value).into_owned())
        };
        let in_query = named(&query);
        let declared = in_query.clone().or_else(|| named(&form)).filter(|name| !name.is_empty());
        let charset = match declared {
            None => return Err(Refusal::missing("charset", "缺少字符集参数").unauthenticated()),
            Some(name) => Charset::named(&name)
                .ok_or_else(|| Refusal::invalid("invalid-charset", "无效的字符集参数").unauthenticated())?,
        };
        // §1.3: a charset that comes in the form comes too late to read the form by.
        let reading = if in_query.is_some() { charset } else { Charset::Gbk };
        let mut pairs: Vec<(String, String)> = Vec::with_capacity(query.len() + form.len());
        for (name, value) in query.iter().chain(&form) {
            let name = reading.decode(name);
            if pairs.iter().any(|(known, _)| *known == name) {
                let told = format!("参数重复：{name}");
                return Err(Refusal::invalid("invalid-parameter", told).unauthenticated());
            }
            pairs.push((name, reading.decode(value)));
        }
        Ok(Self { pairs, charset })
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.pairs.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str()).filter(|v| !v.is_empty())
    }

    /// The string to sign (§3): everything but `sign` and what is empty.
    pub(super) fn canonical(&self) -> String {
        canonical(&self.pairs, &["sign"], false)
    }

    fn needed(&self, name: &str, what: &str) -> Result<&str, Refusal> {
        self.get(name).ok_or_else(|| Refusal::missing(what, &format!("缺少{name}参数")).unauthenticated())
    }

    /// Everything that can be told wrong before the application is known.
    pub(super) fn check_common(&self) -> Result<&str, Refusal> {
        self.needed("method", "method")?;
        let app_id = self.needed("app_id", "app-id")?;
        let sign_type = self.needed("sign_type", "signature-type")?;
        self.needed("sign", "signature")?;
        self.needed("timestamp", "timestamp")?;
        self.needed("version", "version")?;
        if sign_type != "RSA2" {
            return Err(Refusal::invalid("invalid-signature-type", "无效的签名类型").unauthenticated());
        }
        Ok(app_id)
    }

    /// The signature first; what follows is told by a signed answer.
    pub(super) fn authorize(&self, merchant: &Merchant, now: Timestamp) -> Result<(), Refusal> {
        merchant.trust.check_certificates(self.get("app_cert_sn"), self.get("alipay_root_cert_sn"), now)?;
        let told = self.canonical();
        let signature = self.get("sign").and_then(|text| STANDARD.decode(text).ok()).unwrap_or_default();
        let signed = self.charset.encode(&told);
        if !is_signed_by(&merchant.app_public(), &signed, &signature) {
            let told =
                format!("验签出错，建议检查签名字符串或签名私钥与应用公钥是否匹配，网关生成的验签字符串为：{told}");
            return Err(Refusal::invalid("invalid-signature", told).unauthenticated());
        }
        if self.get("version") != Some("1.0") {
            return Err(Refusal::invalid("invalid-version", "无效的版本参数"));
        }
        if self.get("format").is_some_and(|format| !format.eq_ignore_ascii_case("json")) {
            return Err(Refusal::invalid("invalid-format", "无效的数据格式"));
        }
        merchant.check_token(self.get("app_auth_token"), self.get("method").and_then(Operation::of_method))?;
        let at = self.get("timestamp").and_then(times::read);
        at.filter(|at| self.is_made_once() || now.seconds_since(*at).unsigned_abs() <= CLOCKS_APART_S)
            .map(|_| ())
            .ok_or_else(|| Refusal::invalid("invalid-timestamp", "非法的时间戳参数，须为北京时间yyyy-MM-dd HH:mm:ss"))
    }

    /// Signed in advance and used later: links, forms, order strings.
    fn is_made_once(&self) -> bool {
        self.get("method").and_then(Operation::of_method).is_some_and(Operation::is_opened_by_buyer)
    }

    pub(super) fn operation(&self) -> Result<Operation, Refusal> {
        let known = self.get("method").and_then(Operation::of_method);
        known.ok_or_else(|| Refusal::invalid("invalid-method", "不存在的方法名"))
    }

    /// The business fields, deciphered where the request says so.
    pub(super) fn content(&self, merchant: &Merchant, operation: Operation) -> Result<Value, Refusal> {
        let text = self.get("biz_content").unwrap_or("{}");
        let plain = match self.get("encrypt_type") {
            None => text.to_owned(),
            Some("AES") if operation.is_never_encrypted() => {
                return Err(Refusal::invalid("invalid-encrypt", "该接口不支持内容加密"));
            }
            Some("AES") => merchant.decipher(text)?,
            Some(_) => return Err(Refusal::invalid("invalid-encrypt-type", "无效的加密类型")),
        };
        let content: Option<Value> = serde_json::from_str(&plain).ok();
        content.filter(Value::is_object).ok_or_else(|| {
            let told =
                if self.get("encrypt_type").is_some() { "decryption-error-not-json" } else { "invalid-parameter" };
            Refusal::invalid(told, "biz_content须为JSON对象")
        })
    }
}

//! Who calls version 3 (§9.1): `ALIPAY-SHA256withRSA` over auth string, method, address, body.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::errors::Refusal;
use super::faults::Operation;
use super::keys::is_signed_by;
use super::merchants::Merchant;
use crate::clock::Timestamp;

const SCHEME: &str = "ALIPAY-SHA256withRSA ";
const CLOCKS_APART_S: i64 = 600;

/// The bytes that were signed, beside the auth string.
pub(super) struct SignedRequest<'a> {
    pub(super) method: &'a str,
    /// Path and query exactly as sent.
    pub(super) target: &'a str,
    /// Without the query.
    pub(super) path: &'a str,
    pub(super) body: &'a [u8],
    pub(super) app_auth_token: Option<&'a str>,
    pub(super) root_cert_sn: Option<&'a str>,
}

pub(super) struct RestAuthorization<'a> {
    /// Everything before `,sign=`, as it is signed.
    auth_string: &'a str,
    signature: Vec<u8>,
    pub(super) app_id: &'a str,
    app_cert_sn: Option<&'a str>,
    timestamp_ms: i64,
    expired_s: Option<i64>,
}

fn wrong(what: &str, sub_msg: &str) -> Refusal {
    Refusal::invalid(what, sub_msg).unauthenticated()
}

impl<'a> RestAuthorization<'a> {
    pub(super) fn parse(header: Option<&'a str>) -> Result<Self, Refusal> {
        let header = header.ok_or_else(|| Refusal::missing("signature", "缺少authorization").unauthenticated())?;
        let told = header.strip_prefix(SCHEME).ok_or_else(|| wrong("invalid-signature-type", "无效的签名类型"))?;
        let (auth_string, signature) =
            told.split_once(",sign=").ok_or_else(|| Refusal::missing("signature", "缺少签名").unauthenticated())?;
        let member = |name: &str| {
            auth_string.split(',').find_map(|part| part.strip_prefix(name)?.strip_prefix('=')).filter(|v| !v.is_empty())
        };
        let needed = |name: &str, what: &str| {
            member(name).ok_or_else(|| Refusal::missing(what, &format!("缺少{name}")).unauthenticated())
        };
        needed("nonce", "nonce")?;
        let timestamp = needed("timestamp", "timestamp")?;
        Ok(Self {
            auth_string,
            signature: STANDARD.decode(signature).map_err(|_| wrong("invalid-signature", "签名不是base64"))?,
            app_id: needed("app_id", "app-id")?,
            app_cert_sn: member("app_cert_sn"),
            timestamp_ms: timestamp.parse().map_err(|_| wrong("invalid-timestamp", "时间戳须为毫秒数"))?,
            expired_s: member("expired_seconds").and_then(|text| text.parse().ok()),
        })
    }

    /// Every line ends, the last one too; the token's is there only when there is one (§9.1).
    pub(super) fn text(&self, request: &SignedRequest<'_>) -> Vec<u8> {
        let mut text = format!("{}\n{}\n{}\n", self.auth_string, request.method, request.target).into_bytes();
        text.extend_from_slice(request.body);
        text.push(b'\n');
        if let Some(token) = request.app_auth_token {
            text.extend_from_slice(token.as_bytes());
            text.push(b'\n');
        }
        text
    }

    pub(super) fn verify(
        &self,
        request: &SignedRequest<'_>,
        merchant: &Merchant,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        merchant.trust.check_certificates(self.app_cert_sn, request.root_cert_sn, now)?;
        let message = self.text(request);
        if !is_signed_by(&merchant.app_public(), &message, &self.signature) {
            let told = format!("验签出错，网关生成的验签字符串为：{}", String::from_utf8_lossy(&message));
            return Err(wrong("invalid-signature", &told));
        }
        let apart_s = now.seconds_since(Timestamp::from_millis(self.timestamp_ms));
        let valid_for_s = self.expired_s.unwrap_or(CLOCKS_APART_S);
        if apart_s > valid_for_s || apart_s < -CLOCKS_APART_S {
            return Err(wrong("invalid-timestamp", "请求已过期，时间戳须为当前毫秒数"));
        }
        merchant.check_token(request.app_auth_token, Operation::of_rest_path(request.path))
    }
}

//! How Alipay refuses (§16): `code`, `msg`, `sub_code` and `sub_msg` in version 2; an HTTP
//! status with `code` and `message` in version 3.

use actix_web::http::StatusCode;
use serde_json::{Value, json};

/// A refusal; nothing was committed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) code: String,
    pub(super) sub_code: String,
    pub(super) sub_msg: String,
    /// The caller is not known to be who it says: the answer carries no signature.
    pub(super) is_unauthenticated: bool,
}

impl Refusal {
    pub(super) fn new(code: &str, sub_code: &str, sub_msg: impl Into<String>) -> Self {
        Self {
            code: code.to_owned(),
            sub_code: sub_code.to_owned(),
            sub_msg: sub_msg.into(),
            is_unauthenticated: false,
        }
    }

    /// `40001`: a common parameter is not there.
    pub(super) fn missing(what: &str, sub_msg: &str) -> Self {
        Self::new("40001", &format!("isv.missing-{what}"), sub_msg)
    }

    /// `40002`: a common parameter or the content is not usable.
    pub(super) fn invalid(what: &str, sub_msg: impl Into<String>) -> Self {
        Self::new("40002", &format!("isv.{what}"), sub_msg)
    }

    /// `40004`: the business behind the gateway refuses.
    pub(super) fn business(sub_code: &str, sub_msg: impl Into<String>) -> Self {
        Self::new("40004", &format!("ACQ.{sub_code}"), sub_msg)
    }

    pub(super) fn parameter(sub_msg: impl Into<String>) -> Self {
        Self::business("INVALID_PARAMETER", sub_msg)
    }

    pub(super) fn trade_missing() -> Self {
        Self::business("TRADE_NOT_EXIST", "交易不存在")
    }

    pub(super) fn unauthenticated(mut self) -> Self {
        self.is_unauthenticated = true;
        self
    }

    fn msg(&self) -> &'static str {
        match self.code.as_str() {
            "10003" => "order success pay inprocess",
            "20000" => "Service Currently Unavailable",
            "20001" => "Insufficient Authorization Permissions",
            "40001" => "Missing Required Arguments",
            "40002" => "Invalid Arguments",
            "40003" => "Conditional Error",
            "40005" => "Call Limited",
            "40006" => "Insufficient Permissions",
            _ => "Business Failed",
        }
    }

    /// The node of version 2.
    pub(super) fn node(&self) -> Value {
        json!({ "code": self.code, "msg": self.msg(), "sub_code": self.sub_code, "sub_msg": self.sub_msg })
    }

    pub(super) fn rest_status(&self) -> StatusCode {
        match (self.code.as_str(), self.is_unauthenticated) {
            (_, true) | ("20001", _) => StatusCode::UNAUTHORIZED,
            ("20000", _) => StatusCode::INTERNAL_SERVER_ERROR,
            ("40005", _) => StatusCode::TOO_MANY_REQUESTS,
            ("40006", _) => StatusCode::FORBIDDEN,
            _ if self.sub_code == "ACQ.SYSTEM_ERROR" => StatusCode::INTERNAL_SERVER_ERROR,
            _ => StatusCode::BAD_REQUEST,
        }
    }

    /// The body of version 3: common codes lose the prefix, business codes keep theirs.
    pub(super) fn rest_body(&self) -> Value {
        let code = ["isv.", "isp.", "aop."].iter().find_map(|prefix| self.sub_code.strip_prefix(prefix));
        let link = format!("https://open.alipay.com/api/errCheck?errorCode={}", self.sub_code);
        json!({
            "code": code.unwrap_or(&self.sub_code),
            "message": self.sub_msg,
            "details": [],
            "links": [{ "desc": "解决方案", "link": link }],
        })
    }
}

//! WeChat Pay's error envelope (§18): `{code, message, detail?}` under a 4xx or 5xx status.

use serde::Serialize;
use serde_json::Value;

/// Which field was refused and why, as WeChat Pay tells it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Detail {
    pub(super) field: String,
    pub(super) value: Value,
    pub(super) issue: String,
    pub(super) location: &'static str,
}

/// A refusal; nothing was committed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Refusal {
    #[serde(skip)]
    pub(super) status: u16,
    pub(super) code: String,
    pub(super) message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) detail: Option<Box<Detail>>,
}

impl Refusal {
    pub(super) fn new(status: u16, code: &str, message: impl Into<String>) -> Self {
        Self { status, code: code.to_owned(), message: message.into(), detail: None }
    }

    pub(super) fn field(field: &str, value: &Value, issue: impl Into<String>, location: &'static str) -> Self {
        let issue = issue.into();
        Self {
            status: 400,
            code: "PARAM_ERROR".to_owned(),
            message: format!("参数错误: {field} {issue}"),
            detail: Some(Box::new(Detail { field: field.to_owned(), value: value.clone(), issue, location })),
        }
    }

    pub(super) fn parameter(message: impl Into<String>) -> Self {
        Self::new(400, "PARAM_ERROR", message)
    }

    pub(super) fn invalid_request(message: impl Into<String>) -> Self {
        Self::new(400, "INVALID_REQUEST", message)
    }

    pub(super) fn signature(message: impl Into<String>) -> Self {
        Self::new(401, "SIGN_ERROR", message)
    }

    pub(super) fn order_missing() -> Self {
        Self::new(404, "ORDER_NOT_EXIST", "订单不存在")
    }

    pub(super) fn resource_missing(message: impl Into<String>) -> Self {
        Self::new(404, "RESOURCE_NOT_EXISTS", message)
    }

    /// Without underscores, as older pages and products spell the codes.
    pub(super) fn in_old_spelling(mut self) -> Self {
        self.code.retain(|c| c != '_');
        self
    }
}

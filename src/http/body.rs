//! JSON bodies. Refuses with the field and the fix: malformed text, wrong types, and unknown fields with
//! the nearest name that exists.

use actix_web::dev::Payload;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::{FromRequest, HttpRequest, web};
use futures_util::StreamExt;
use futures_util::future::LocalBoxFuture;
use serde::de::DeserializeOwned;

use super::state::AppState;
use crate::error::{ApiError, Code, FieldError};

/// The bytes of a body within the configured limit, and their parsed value on demand.
#[derive(Debug, Clone)]
pub struct JsonBody(pub web::Bytes);

impl FromRequest for JsonBody {
    type Error = ApiError;
    type Future = LocalBoxFuture<'static, Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let limit = request.app_data::<web::Data<AppState>>().map_or(65_536, |s| s.config.limits.body_bytes as usize);
        let is_json =
            request.headers().get(CONTENT_TYPE).and_then(|v| v.to_str().ok()).is_some_and(|v| {
                v.split(';').next().is_some_and(|t| t.trim().eq_ignore_ascii_case("application/json"))
            });
        let payload = payload.take();
        Box::pin(async move {
            let bytes = read_limited(payload, limit).await?;
            if !bytes.is_empty() && !is_json {
                return Err(ApiError::new(Code::UnsupportedMediaType));
            }
            Ok(Self(bytes))
        })
    }
}

/// Reads a body up to `limit` bytes.
///
/// # Errors
/// `body_too_large`, or `malformed_json` when the connection breaks.
pub async fn read_limited(mut payload: Payload, limit: usize) -> Result<web::Bytes, ApiError> {
    let mut bytes = web::BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| ApiError::new(Code::MalformedJson).with("why", "cut_off"))?;
        if bytes.len() + chunk.len() > limit {
            return Err(ApiError::new(Code::BodyTooLarge).with("limit_bytes", limit));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes.freeze())
}

impl JsonBody {
    /// # Errors
    /// `malformed_json` with the place, or `validation_failed` with the field.
    pub fn parse<T: DeserializeOwned>(&self) -> Result<T, ApiError> {
        // An absent body stands for an empty object: several calls need no fields.
        let bytes: &[u8] = if self.0.is_empty() { b"{}" } else { &self.0 };
        if let Err(error) = serde_json::from_slice::<serde::de::IgnoredAny>(bytes) {
            let refused = ApiError::new(Code::MalformedJson).with("why", "place");
            return Err(refused.with("line", error.line()).with("column", error.column()));
        }
        let mut reader = serde_json::Deserializer::from_slice(bytes);
        serde_path_to_error::deserialize(&mut reader).map_err(|error| {
            let path = error.path().to_string();
            ApiError::invalid(vec![field_error(&path, &error.into_inner().to_string())])
        })
    }
}

/// Turns serde's words into a field error.
#[must_use]
pub fn field_error(path: &str, message: &str) -> FieldError {
    let parent = pointer(path);
    let quoted = message.split('`').nth(1).unwrap_or_default();
    if message.starts_with("unknown field") {
        let allowed: Vec<&str> = message.split('`').skip(3).step_by(2).collect();
        // serde's path already ends with the unknown name.
        let at = if path.rsplit('.').next() == Some(quoted) { parent } else { format!("{parent}/{quoted}") };
        return match nearest(quoted, &allowed) {
            Some(name) => FieldError::new(at, "unknown_field_nearest").with("field", quoted).with("nearest", name),
            None => FieldError::new(at, "unknown_field").with("field", quoted).with("allowed", allowed.join(", ")),
        };
    }
    if message.starts_with("missing field") {
        return FieldError::new(format!("{parent}/{quoted}"), "required");
    }
    let stated = message.split(" at line ").next().unwrap_or(message);
    if message.starts_with("unknown variant") {
        let allowed: Vec<&str> = message.split('`').skip(3).step_by(2).collect();
        return FieldError::new(parent, "unsupported").with("allowed", allowed.join(", "));
    }
    let code = match stated.rsplit("expected ").next().unwrap_or_default() {
        "i64" | "u64" | "i32" | "u32" | "u16" | "usize" => "expected_whole_number",
        wanted if wanted.contains("string") => "expected_string",
        wanted if wanted.starts_with("struct") || wanted.contains("map") => "expected_object",
        wanted if wanted.contains("boolean") => "expected_boolean",
        wanted if wanted.contains("sequence") => "expected_list",
        _ => "wrong_type",
    };
    FieldError::new(parent, code).with("detail", stated)
}

fn pointer(path: &str) -> String {
    if path == "." {
        return String::new();
    }
    path.replace('[', ".").replace(']', "").split('.').fold(String::new(), |all, part| all + "/" + &pointer_part(part))
}

/// One name within a JSON pointer.
#[must_use]
pub fn pointer_part(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// The most similar of the names, if any is similar at all.
#[must_use]
pub fn nearest<'a>(wrong: &str, names: &[&'a str]) -> Option<&'a str> {
    names
        .iter()
        .map(|name| (strsim::jaro_winkler(wrong, name), *name))
        .filter(|(score, _)| *score > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Order {
        #[allow(dead_code)]
        amount_fen: i64,
        #[serde(default)]
        #[allow(dead_code)]
        shopper: Option<Shopper>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Shopper {
        #[allow(dead_code)]
        ip: Option<String>,
    }

    fn fault(body: &'static str) -> (String, &'static str) {
        let error = JsonBody(web::Bytes::from_static(body.as_bytes())).parse::<Order>().unwrap_err();
        error.fields.first().map_or_else(|| (String::new(), error.code.as_str()), |f| (f.pointer.clone(), f.code))
    }

    #[test]
    fn every_fault_names_its_field() {
        assert_eq!(fault(r#"{"amout_fen":1}"#), ("/amout_fen".into(), "unknown_field_nearest"));
        assert_eq!(fault(r#"{"amount_fen":1,"colour":2}"#), ("/colour".into(), "unknown_field"));
        assert_eq!(
            fault(r#"{"amount_fen":1,"shopper":{"ipp":"x"}}"#),
            ("/shopper/ipp".into(), "unknown_field_nearest")
        );
        assert_eq!(fault("{}"), ("/amount_fen".into(), "required"));
        assert_eq!(fault(r#"{"amount_fen":1.5}"#), ("/amount_fen".into(), "expected_whole_number"));
        assert_eq!(fault(r#"{"amount_fen":"1"}"#), ("/amount_fen".into(), "expected_whole_number"));
        assert_eq!(fault(r#"{"amount_fen":1"#), (String::new(), "malformed_json"));
        assert_eq!(fault("[]"), (String::new(), "expected_object"));
    }
}

//! Texts to be finished with arguments.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::error::FieldError;
use crate::http::body::{nearest, pointer_part};
use crate::http::validate::Faults;
use crate::i18n::{Value, Wording};

const MAX_ARGUMENT_CHARS: usize = 1000;
/// Texts to finish.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FormatMessages {
    /// At most 100.
    #[schema(example = json!([{ "id": "cart-added", "args": { "name": "西湖龙井 50g" } }]))]
    pub messages: Vec<FormatMessage>,
}

#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FormatMessage {
    #[schema(example = "cart-count")]
    pub id: String,
    /// Text, or whole numbers where a plural form is chosen. Money and dates come formatted.
    #[serde(default)]
    #[schema(value_type = Object, example = json!({ "count": 3 }))]
    pub args: serde_json::Map<String, Json>,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct FormattedMessages {
    #[schema(example = "zh-Hans")]
    pub locale: &'static str,
    #[schema(example = "5a1c0f6b9e2d4437")]
    pub version: String,
    /// In the order of the request.
    pub data: Vec<FormattedMessage>,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct FormattedMessage {
    #[schema(example = "cart-count")]
    pub id: String,
    /// Plain text, not HTML: escape it where it is shown.
    #[schema(example = "3 件商品")]
    pub text: String,
}

/// The arguments of one text, all that is wrong with them noted.
pub(super) fn arguments(
    wording: &Wording,
    message: &FormatMessage,
    at: &str,
    faults: &mut Faults,
) -> Vec<(String, Value)> {
    let Some(ours) = wording.messages().get(&message.id).filter(|_| !message.id.starts_with('-')) else {
        let known: Vec<&str> = wording.messages().keys().map(String::as_str).collect();
        let error = match nearest(&message.id, &known) {
            Some(near) => FieldError::new(format!("{at}/id"), "unknown_message_nearest").with("nearest", near),
            None => FieldError::new(format!("{at}/id"), "unknown_message"),
        };
        faults.add(error.with("id", &message.id));
        return Vec::new();
    };
    for name in ours.arguments.iter().filter(|name| !message.args.contains_key(*name)) {
        faults.add(FieldError::new(format!("{at}/args/{}", pointer_part(name)), "required"));
    }
    let mut args = Vec::with_capacity(message.args.len());
    for (name, value) in &message.args {
        let pointer = format!("{at}/args/{}", pointer_part(name));
        if !ours.arguments.contains(name) {
            let allowed = ours.arguments.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
            faults.add(FieldError::new(pointer, "unknown_field").with("field", name).with("allowed", allowed));
            continue;
        }
        match value {
            Json::String(text) if text.chars().count() > MAX_ARGUMENT_CHARS => {
                let length = text.chars().count();
                faults.add(FieldError::new(pointer, "too_long").with("max", MAX_ARGUMENT_CHARS).with("length", length));
            }
            Json::String(text) => args.push((name.clone(), Value::Text(text.clone()))),
            Json::Number(number) if number.is_i64() => {
                args.push((name.clone(), Value::Whole(number.as_i64().unwrap_or_default())));
            }
            // Fractions would be printed with all the noise of floating point.
            _ => faults.add(FieldError::new(pointer, "text_or_whole_number")),
        }
    }
    args
}

//! Reads business fields within the documented limits (§11).
//!
//! Promises: absent, null and empty are the same; lengths count characters; amounts are exact
//! yuan of at most two decimals; every refusal names the field.

use serde_json::{Map, Value};

use super::errors::Refusal;

/// §11: 0.01 to 100000000.00 yuan.
const AMOUNT_MAX_FEN: i64 = 10_000_000_000;

/// The content of one request.
pub(super) struct Fields<'a>(&'a Map<String, Value>);

impl<'a> Fields<'a> {
    pub(super) fn of(content: &'a Value) -> Result<Self, Refusal> {
        content.as_object().map(Self).ok_or_else(|| Refusal::parameter("参数无效：biz_content须为JSON对象"))
    }

    fn present(&self, name: &str) -> Option<&'a Value> {
        self.0.get(name).filter(|value| !value.is_null() && value.as_str() != Some(""))
    }

    pub(super) fn optional_text(&self, name: &str, max: usize) -> Result<Option<&'a str>, Refusal> {
        let Some(value) = self.present(name) else { return Ok(None) };
        let text = value.as_str().ok_or_else(|| refused(name, "须为字符串"))?;
        if text.chars().count() > max {
            return Err(refused(name, &format!("不能超过{max}个字符")));
        }
        Ok(Some(text))
    }

    pub(super) fn text(&self, name: &str, max: usize) -> Result<&'a str, Refusal> {
        self.optional_text(name, max)?.ok_or_else(|| refused(name, "不能为空"))
    }

    /// A number chosen by the merchant: letters, digits and underscores.
    pub(super) fn own_number(&self, name: &str) -> Result<&'a str, Refusal> {
        let text = self.text(name, 64)?;
        if text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
            Ok(text)
        } else {
            Err(refused(name, "只能包含字母、数字、下划线"))
        }
    }

    /// Yuan as a string, or as a JSON number, in fen.
    pub(super) fn amount(&self, name: &str) -> Result<i64, Refusal> {
        let value = self.present(name).ok_or_else(|| refused(name, "不能为空"))?;
        let text = match value {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            _ => return Err(refused(name, "须为金额")),
        };
        let fen = fen_of(&text).ok_or_else(|| refused(name, "须为最多两位小数的金额"))?;
        if (1..=AMOUNT_MAX_FEN).contains(&fen) {
            Ok(fen)
        } else {
            Err(refused(name, "须在0.01到100000000.00之间"))
        }
    }

    /// Something that must be there and be exactly this.
    pub(super) fn exactly(&self, name: &str, wanted: &str) -> Result<(), Refusal> {
        if self.text(name, 64)? == wanted { Ok(()) } else { Err(refused(name, &format!("须为{wanted}"))) }
    }

    /// `trade_no` or `out_trade_no`; the first wins where both are given (§13).
    pub(super) fn trade_named(&self) -> Result<TradeName<'a>, Refusal> {
        if let Some(number) = self.optional_text("trade_no", 64)? {
            return Ok(TradeName::Alipays(number));
        }
        let own = self.optional_text("out_trade_no", 64)?;
        own.map(TradeName::Own).ok_or_else(|| refused("out_trade_no", "与trade_no不能同时为空"))
    }
}

/// By which of its two numbers a trade is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TradeName<'a> {
    Alipays(&'a str),
    Own(&'a str),
}

pub(super) fn refused(name: &str, issue: &str) -> Refusal {
    Refusal::parameter(format!("参数无效：{name}{issue}"))
}

/// Exact: no sign, no exponent, at most two decimals.
fn fen_of(text: &str) -> Option<i64> {
    let (yuan, decimals) = text.split_once('.').unwrap_or((text, ""));
    let is_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let has_point_alone = text.ends_with('.');
    if yuan.is_empty() || has_point_alone || decimals.len() > 2 || !is_digits(yuan) || !is_digits(decimals) {
        return None;
    }
    format!("{yuan}{decimals:0<2}").parse().ok()
}

pub(super) fn yuan(fen: i64) -> String {
    let sign = if fen < 0 { "-" } else { "" };
    format!("{sign}{}.{:02}", fen.abs() / 100, fen.abs() % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_exact_yuan() {
        for (text, fen) in
            [("88.8", 8880), ("0.01", 1), ("100", 10_000), ("100000000.00", AMOUNT_MAX_FEN), ("007.10", 710)]
        {
            assert_eq!(fen_of(text), Some(fen), "{text}");
        }
        for wrong in ["", ".5", "5.", "1.234", "-1", "+1", "1e2", "1,00", "１", "1.2.3"] {
            assert_eq!(fen_of(wrong), None, "{wrong}");
        }
        assert_eq!((yuan(8880).as_str(), yuan(5).as_str(), yuan(-105).as_str()), ("88.80", "0.05", "-1.05"));
    }
}

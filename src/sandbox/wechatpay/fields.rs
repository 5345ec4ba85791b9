//! Reads fields of a request body within the documented limits.
//!
//! Promises: absent and null are the same; lengths count characters; characters of four
//! UTF-8 bytes are refused (§2); every refusal names the field by its JSON pointer.

use serde_json::{Map, Value};

use super::errors::Refusal;

/// One JSON object of the body and where it stands.
pub(super) struct Fields<'a> {
    map: Option<&'a Map<String, Value>>,
    path: String,
}

impl<'a> Fields<'a> {
    pub(super) fn of_body(body: &'a Value) -> Result<Self, Refusal> {
        match body {
            Value::Object(map) => Ok(Self { map: Some(map), path: String::new() }),
            _ => Err(Refusal::parameter("请求体须为JSON对象")),
        }
    }

    fn present(&self, name: &str) -> Option<&'a Value> {
        self.map?.get(name).filter(|value| !value.is_null())
    }

    fn refuse(&self, name: &str, issue: impl Into<String>) -> Refusal {
        let value = self.present(name).unwrap_or(&Value::Null);
        Refusal::field(&format!("{}/{name}", self.path), value, issue, "body")
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.present(name).is_some()
    }

    pub(super) fn optional_text(&self, name: &str, min: usize, max: usize) -> Result<Option<&'a str>, Refusal> {
        let Some(value) = self.present(name) else { return Ok(None) };
        let text = value.as_str().ok_or_else(|| self.refuse(name, "须为字符串"))?;
        if !(min..=max).contains(&text.chars().count()) {
            return Err(self.refuse(name, format!("长度须为{min}至{max}个字符")));
        }
        if text.chars().any(|c| c.len_utf8() > 3) {
            return Err(self.refuse(name, "不支持四字节字符"));
        }
        Ok(Some(text))
    }

    pub(super) fn text(&self, name: &str, min: usize, max: usize) -> Result<&'a str, Refusal> {
        self.optional_text(name, min, max)?.ok_or_else(|| self.refuse(name, "必填"))
    }

    /// A number chosen by the merchant: letters, digits and the marks given.
    pub(super) fn number_text(&self, name: &str, min: usize, max: usize, marks: &str) -> Result<&'a str, Refusal> {
        let text = self.text(name, min, max)?;
        if text.chars().all(|c| c.is_ascii_alphanumeric() || marks.contains(c)) {
            Ok(text)
        } else {
            Err(self.refuse(name, format!("只能是数字、大小写字母和 {marks}")))
        }
    }

    pub(super) fn one_of(&self, name: &str, allowed: &[&str]) -> Result<Option<&'a str>, Refusal> {
        let found = self.optional_text(name, 1, 64)?;
        match found {
            Some(text) if !allowed.contains(&text) => {
                Err(self.refuse(name, format!("须为 {} 之一", allowed.join(", "))))
            }
            _ => Ok(found),
        }
    }

    /// A list of words, each one of those allowed.
    pub(super) fn texts(&self, name: &str, allowed: &[&str]) -> Result<(), Refusal> {
        let Some(value) = self.present(name) else { return Ok(()) };
        let items = value.as_array().ok_or_else(|| self.refuse(name, "须为数组"))?;
        if items.iter().all(|item| item.as_str().is_some_and(|text| allowed.contains(&text))) {
            Ok(())
        } else {
            Err(self.refuse(name, format!("条目须为 {} 之一", allowed.join(", "))))
        }
    }

    pub(super) fn optional_integer(&self, name: &str, min: i64) -> Result<Option<i64>, Refusal> {
        let Some(value) = self.present(name) else { return Ok(None) };
        match value.as_i64() {
            Some(number) if number >= min => Ok(Some(number)),
            Some(_) => Err(self.refuse(name, format!("不得小于{min}"))),
            None => Err(self.refuse(name, "须为整数")),
        }
    }

    pub(super) fn integer(&self, name: &str, min: i64) -> Result<i64, Refusal> {
        self.optional_integer(name, min)?.ok_or_else(|| self.refuse(name, "必填"))
    }

    pub(super) fn optional_boolean(&self, name: &str) -> Result<Option<bool>, Refusal> {
        let Some(value) = self.present(name) else { return Ok(None) };
        value.as_bool().map(Some).ok_or_else(|| self.refuse(name, "须为布尔值"))
    }

    /// An absent object reads as one without fields.
    pub(super) fn object(&self, name: &str) -> Result<Self, Refusal> {
        let path = format!("{}/{name}", self.path);
        match self.present(name) {
            None => Ok(Self { map: None, path }),
            Some(Value::Object(map)) => Ok(Self { map: Some(map), path }),
            Some(_) => Err(self.refuse(name, "须为对象")),
        }
    }

    pub(super) fn objects(&self, name: &str, max: usize) -> Result<Vec<Self>, Refusal> {
        let Some(value) = self.present(name) else { return Ok(Vec::new()) };
        let items = value.as_array().ok_or_else(|| self.refuse(name, "须为数组"))?;
        if items.is_empty() || items.len() > max {
            return Err(self.refuse(name, format!("条目数须为1至{max}")));
        }
        let read = items.iter().enumerate().map(|(at, item)| match item {
            Value::Object(map) => Ok(Self { map: Some(map), path: format!("{}/{name}/{at}", self.path) }),
            _ => Err(self.refuse(name, "条目须为对象")),
        });
        read.collect()
    }

    pub(super) fn fails(&self, name: &str, issue: impl Into<String>) -> Refusal {
        self.refuse(name, issue)
    }
}

/// §7.2: absolute https without query or fragment and no intranet host. Plain http and
/// loopback hosts are let through here because a sandbox runs beside what it calls.
pub(super) fn check_notify_url(fields: &Fields<'_>, name: &str, text: &str) -> Result<(), Refusal> {
    let address = url::Url::parse(text).map_err(|_| fields.fails(name, "须为完整的URL"))?;
    if address.query().is_some() || address.fragment().is_some() {
        return Err(fields.fails(name, "不能携带参数"));
    }
    if !address.username().is_empty() || address.password().is_some() {
        return Err(fields.fails(name, "不能携带用户信息"));
    }
    let (loopback, intranet) = match address.host() {
        Some(url::Host::Domain(host)) => (host == "localhost" || host.ends_with(".localhost"), false),
        Some(url::Host::Ipv4(ip)) => (ip.is_loopback(), ip.is_private() || ip.is_link_local() || ip.is_unspecified()),
        Some(url::Host::Ipv6(ip)) => {
            (ip.is_loopback(), ip.is_unique_local() || ip.is_unicast_link_local() || ip.is_unspecified())
        }
        None => return Err(fields.fails(name, "缺少主机名")),
    };
    match address.scheme() {
        "https" if !intranet => Ok(()),
        "http" if loopback => Ok(()),
        "https" => Err(fields.fails(name, "不能是内网地址")),
        _ => Err(fields.fails(name, "须为https")),
    }
}

/// The body without nulls, so that absent and null compare equal (§2).
pub(super) fn without_nulls(body: &Value) -> Value {
    match body {
        Value::Object(map) => Value::Object(
            map.iter().filter(|(_, v)| !v.is_null()).map(|(k, v)| (k.clone(), without_nulls(v))).collect(),
        ),
        Value::Array(items) => Value::Array(items.iter().map(without_nulls).collect()),
        other => other.clone(),
    }
}

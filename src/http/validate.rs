//! Checks of single values, all collected, so that a caller learns of every fault at once.

use std::net::IpAddr;
use std::str::FromStr;

use url::Url;

use crate::error::{ApiError, FieldError};
use crate::money::Fen;

/// Collects what is wrong with a request.
#[derive(Debug, Default)]
pub struct Faults(Vec<FieldError>);

impl Faults {
    pub fn add(&mut self, error: FieldError) {
        self.0.push(error);
    }

    /// # Errors
    /// `validation_failed` when anything was added.
    pub fn refuse_if_any(self) -> Result<(), ApiError> {
        if self.0.is_empty() { Ok(()) } else { Err(ApiError::invalid(self.0)) }
    }

    /// An amount a shopper can owe or get back: 1 fen to 100,000,000.00 yuan.
    pub fn amount(&mut self, pointer: &str, amount_fen: i64) -> Fen {
        match Fen::new(amount_fen) {
            Ok(amount) if !amount.is_zero() => return amount,
            _ if amount_fen > 0 => self.add(FieldError::new(pointer, "amount_too_large").with("max", Fen::MAX)),
            _ => self.add(FieldError::new(pointer, "amount_not_positive")),
        }
        Fen::ZERO
    }

    /// Text of 1 to `max` characters without control characters.
    pub fn text(&mut self, pointer: &str, text: &str, max: usize) {
        let length = text.chars().count();
        if text.trim().is_empty() {
            self.add(FieldError::new(pointer, "required"));
        } else if length > max {
            self.add(FieldError::new(pointer, "too_long").with("max", max).with("length", length));
        } else if text.chars().any(char::is_control) {
            self.add(FieldError::new(pointer, "control_characters"));
        }
    }

    pub fn between(&mut self, pointer: &str, value: i64, min: i64, max: i64) {
        if !(min..=max).contains(&value) {
            self.add(FieldError::new(pointer, "out_of_range").with("min", min).with("max", max));
        }
    }

    /// One of the words; none when absent.
    pub fn one_of<T: Copy>(
        &mut self,
        pointer: &str,
        text: Option<&str>,
        all: &[T],
        word: impl Fn(T) -> &'static str,
    ) -> Option<T> {
        let text = text?;
        let known = all.iter().copied().find(|one| word(*one) == text);
        if known.is_none() {
            let allowed: Vec<&str> = all.iter().map(|one| word(*one)).collect();
            self.add(FieldError::new(pointer, "unsupported").with("allowed", allowed.join(", ")));
        }
        known
    }

    /// An id of ours that begins so; none when absent.
    pub fn id<T: FromStr>(&mut self, pointer: &str, text: Option<&str>, prefix: &'static str) -> Option<T> {
        let id = text?.parse().ok();
        if id.is_none() {
            self.add(FieldError::new(pointer, "not_an_id").with("prefix", prefix));
        }
        id
    }

    pub fn ip(&mut self, pointer: &str, text: &str) {
        if text.parse::<IpAddr>().is_err() {
            self.add(FieldError::new(pointer, "not_an_ip"));
        }
    }

    /// An address on one of the hosts, if any are listed.
    pub fn host_among(&mut self, pointer: &str, text: &str, hosts: &[String]) {
        let host = Url::parse(text).ok().and_then(|url| url.host_str().map(str::to_owned));
        if !hosts.is_empty() && !host.is_some_and(|host| hosts.contains(&host)) {
            self.add(FieldError::new(pointer, "host_not_listed").with("allowed", hosts.join(", ")));
        }
    }

    /// An absolute https address; http only on this machine, for development.
    pub fn web_address(&mut self, pointer: &str, text: &str) {
        let good = Url::parse(text).is_ok_and(|url| {
            let local = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
            (url.scheme() == "https" || (url.scheme() == "http" && local))
                && url.username().is_empty()
                && url.password().is_none()
        });
        if !good {
            self.add(FieldError::new(pointer, "not_a_web_address"));
        } else if text.len() > 2000 {
            self.add(FieldError::new(pointer, "too_long").with("max", 2000).with("length", text.len()));
        }
    }
}

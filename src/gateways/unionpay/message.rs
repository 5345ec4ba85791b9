//! What UnionPay sends, read into fields. Answers are `k=v&k=v` as they stand, never percent-encoded: a form
//! decoder would turn the `+` of their base64 into blanks. Notifications and the shopper's return are real forms.
//! Promises: values keep every byte, line ends included, for the signature covers them.
//! Refuses: a name that stands twice, text that is not of the charset the message names.

use std::borrow::Cow;

use super::sign::{Fields, SIGNATURE, canonical};
use crate::gateways::Rejected;

/// The largest form that is read, in bytes; real ones have two to four kilobytes.
pub const MAX_FORM: usize = 256 * 1024;

/// In which bytes a message is written (encoding).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Charset {
    #[default]
    Utf8,
    Gbk,
}

impl Charset {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Utf8 => "UTF-8",
            Self::Gbk => "GBK",
        }
    }

    /// Either case: UnionPay echoes what it was sent.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        [Self::Utf8, Self::Gbk].into_iter().find(|charset| charset.as_str().eq_ignore_ascii_case(name))
    }

    const fn encoding(self) -> &'static encoding_rs::Encoding {
        match self {
            Self::Utf8 => encoding_rs::UTF_8,
            Self::Gbk => encoding_rs::GBK,
        }
    }

    /// The bytes that are signed.
    #[must_use]
    pub fn encode(self, text: &str) -> Vec<u8> {
        self.encoding().encode(text).0.into_owned()
    }

    /// `None` for bytes that are no text of this charset.
    #[must_use]
    pub fn decode(self, bytes: &[u8]) -> Option<Cow<'_, str>> {
        self.encoding().decode_without_bom_handling_and_without_replacement(bytes)
    }
}

/// Whether empty fields are part of what was signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EmptyFields {
    Kept,
    Dropped,
}

/// A message as it arrived. Nothing in it is believed yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    fields: Fields,
    charset: Charset,
}

impl Message {
    /// Reads the body of a server's answer.
    ///
    /// # Errors
    /// `Malformed`.
    pub fn parse_answer(body: &[u8]) -> Result<Self, Rejected> {
        let charset = charset_of(body);
        let text = charset.decode(body).ok_or(Rejected::Malformed)?;
        let text = text.strip_prefix('{').and_then(|inner| inner.strip_suffix('}')).unwrap_or(&text);
        let mut fields = Fields::new();
        for piece in pieces(text) {
            // Later equal signs belong to the value: base64 ends in them.
            let (name, value) = piece.split_once('=').unwrap_or((piece, ""));
            if name.is_empty() || fields.insert(name.to_owned(), value.to_owned()).is_some() {
                return Err(Rejected::Malformed);
            }
        }
        Ok(Self { fields, charset })
    }

    /// Reads the body of a notification, or of the form that the shopper's browser brings back.
    ///
    /// # Errors
    /// `Malformed`.
    pub fn parse_form(body: &[u8]) -> Result<Self, Rejected> {
        if body.len() > MAX_FORM {
            return Err(Rejected::Malformed);
        }
        let charset = charset_of(body);
        let decoded = |text: &[u8]| {
            let blanks: Vec<u8> = text.iter().map(|b| if *b == b'+' { b' ' } else { *b }).collect();
            let bytes: Vec<u8> = percent_encoding::percent_decode(&blanks).collect();
            charset.decode(&bytes).map(Cow::into_owned).ok_or(Rejected::Malformed)
        };
        let mut fields = Fields::new();
        for pair in body.split(|b| *b == b'&').filter(|pair| !pair.is_empty()) {
            let mut halves = pair.splitn(2, |b| *b == b'=');
            let name = decoded(halves.next().unwrap_or_default())?;
            let value = decoded(halves.next().unwrap_or_default())?;
            if name.is_empty() || fields.insert(name, value).is_some() {
                return Err(Rejected::Malformed);
            }
        }
        if fields.is_empty() { Err(Rejected::Malformed) } else { Ok(Self { fields, charset }) }
    }

    #[must_use]
    pub const fn fields(&self) -> &Fields {
        &self.fields
    }

    /// A field that is there and not empty.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.fields.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// Whether some field is there without a value.
    #[must_use]
    pub fn has_empty_fields(&self) -> bool {
        self.fields.values().any(String::is_empty)
    }

    /// The bytes behind its signature.
    #[must_use]
    pub fn canonical(&self, empty: EmptyFields) -> Vec<u8> {
        let fields = self.fields.iter().map(|(n, v)| (n.as_str(), v.as_str()));
        self.charset.encode(&canonical(fields.filter(|(_, v)| empty == EmptyFields::Kept || !v.is_empty())))
    }

    #[must_use]
    pub fn signature(&self) -> Option<&str> {
        self.get(SIGNATURE)
    }
}

/// Looks for the field `encoding` before anything is decoded; its own value is ASCII.
fn charset_of(body: &[u8]) -> Charset {
    let starts = body.iter().enumerate().filter(|(_, b)| matches!(b, b'&' | b'{')).map(|(index, _)| index + 1);
    let values = std::iter::once(0).chain(starts).filter_map(|at| body.get(at..)?.strip_prefix(b"encoding="));
    let names = values.filter_map(|rest| rest.split(|b| matches!(b, b'&' | b'}')).next());
    names.filter_map(|name| Charset::named(std::str::from_utf8(name).ok()?)).next().unwrap_or_default()
}

/// Cuts at `&`, but not inside `{…}` or `[…]` of a value; the first closing bracket ends it.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let mut closer = None;
    let mut in_value = false;
    text.split(move |c| {
        match (closer, c) {
            (Some(awaited), c) if c == awaited => closer = None,
            (Some(_), _) => {}
            (None, '{') if in_value => closer = Some('}'),
            (None, '[') if in_value => closer = Some(']'),
            (None, '=') => in_value = true,
            (None, '&') => {
                in_value = false;
                return true;
            }
            (None, _) => {}
        }
        false
    })
}

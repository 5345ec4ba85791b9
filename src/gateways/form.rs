//! Reading an account's settings and secrets field by field, the same for every gateway.
//! Promises: every problem at once, each with its place and its remedy; no secret in any of them.

use serde_json::{Map, Value};
use url::Url;

use super::{SettingProblem, transport};
use crate::crypto::rsa::{KeyError, SigningKey};

/// Collects problems while the fields are read.
#[derive(Debug, Default)]
pub(super) struct Form {
    pub problems: Vec<SettingProblem>,
}

/// One of the two objects of an account; `None` inside when it is no object.
#[derive(Debug, Clone, Copy)]
pub(super) struct Section<'a> {
    name: &'static str,
    fields: Option<&'a Map<String, Value>>,
}

impl Form {
    pub(super) fn report(&mut self, pointer: &str, code: &'static str, detail: impl Into<String>) {
        self.report_with(pointer, code, Vec::new(), detail);
    }

    /// As [`Form::report`], with what the wording in other languages names.
    fn report_with(
        &mut self,
        pointer: &str,
        code: &'static str,
        args: Vec<(&'static str, String)>,
        detail: impl Into<String>,
    ) {
        self.problems.push(SettingProblem { pointer: pointer.to_owned(), code, args, detail: detail.into() });
    }

    /// The fields of one section, uncopied: some are secrets.
    pub(super) fn section<'a>(&mut self, name: &'static str, value: &'a Value, known: &[&str]) -> Section<'a> {
        let Some(object) = value.as_object() else {
            self.report(&format!("/{name}"), "not_an_object", format!("{name} must be a JSON object."));
            return Section { name, fields: None };
        };
        for field in object.keys().filter(|f| !known.contains(&f.as_str())) {
            let nearness = |name: &str| strsim::jaro_winkler(field, name);
            let nearest = known.iter().max_by(|a, b| nearness(a).total_cmp(&nearness(b)));
            let nearest = nearest.filter(|n| nearness(n) > 0.8);
            let known = known.join(", ");
            let hint =
                nearest.map_or_else(|| format!("Known are: {known}."), |nearest| format!("Did you mean {nearest}?"));
            let pointer = format!("/{name}/{}", field.replace('~', "~0").replace('/', "~1"));
            // The wording chooses by `none`: no setting is called that.
            let nearest = nearest.map_or("none", |nearest| *nearest).to_owned();
            let args = vec![("nearest", nearest), ("allowed", known)];
            self.report_with(&pointer, "unknown_field", args, format!("There is no such field. {hint}"));
        }
        Section { name, fields: Some(object) }
    }

    /// Absent, null and blank are the same.
    pub(super) fn optional<'a>(&mut self, section: Section<'a>, name: &str) -> Option<&'a str> {
        match section.fields?.get(name)? {
            Value::Null => None,
            Value::String(text) => Some(text.trim()).filter(|t| !t.is_empty()),
            _ => {
                let pointer = format!("/{}/{name}", section.name);
                // Asked for twice, told once.
                if !self.problems.iter().any(|p| p.pointer == pointer) {
                    self.report(&pointer, "not_text", format!("{name} must be text in quotes."));
                }
                None
            }
        }
    }

    pub(super) fn required<'a>(&mut self, section: Section<'a>, name: &str) -> Option<&'a str> {
        let value = self.optional(section, name);
        let pointer = format!("/{}/{name}", section.name);
        if section.fields.is_some() && value.is_none() && !self.problems.iter().any(|p| p.pointer == pointer) {
            self.report(&pointer, "missing", format!("{name} is required."));
        }
        value
    }

    /// One of a few words; `otherwise` when nothing is given.
    pub(super) fn choice<T: Copy>(
        &mut self,
        section: Section<'_>,
        name: &str,
        choices: &[(&str, T)],
        otherwise: T,
    ) -> Option<T> {
        let Some(text) = self.optional(section, name) else { return Some(otherwise) };
        let chosen = choices.iter().find(|(word, _)| *word == text).map(|(_, choice)| *choice);
        if chosen.is_none() {
            let words = choices.iter().map(|(word, _)| *word).collect::<Vec<_>>().join(", ");
            let pointer = format!("/{}/{name}", section.name);
            let detail = format!("{name} is one of: {words}.");
            self.report_with(&pointer, "not_a_choice", vec![("allowed", words)], detail);
        }
        chosen
    }

    /// A private key in any shape people paste it.
    pub(super) fn signing_key(&mut self, pointer: &str, text: &str) -> Option<SigningKey> {
        match SigningKey::parse(text) {
            Ok(key) => Some(key),
            Err(error) => {
                let code = match error {
                    KeyError::CertificateNotPrivateKey => "certificate_instead_of_private_key",
                    KeyError::PublicNotPrivateKey => "public_instead_of_private_key",
                    KeyError::Encrypted => "key_encrypted",
                    KeyError::TooSmall => "key_too_small",
                    _ => "unreadable_private_key",
                };
                let name = pointer.rsplit('/').next().unwrap_or(pointer);
                self.report(pointer, code, format!("{name} cannot be used: {error}."));
                None
            }
        }
    }

    /// The address of a gateway or a stand-in: a host, nothing below it.
    pub(super) fn base(&mut self, pointer: &str, text: &str) -> Option<Url> {
        let url = Url::parse(text).ok().filter(|url| {
            transport::is_allowed(url)
                && url.path() == "/"
                && url.query().is_none()
                && url.fragment().is_none()
                && url.username().is_empty()
                && url.password().is_none()
        });
        if url.is_none() {
            let detail = "The address is https:// and a host, or http:// and this machine, without a path.";
            self.report(pointer, "invalid_api_base", detail);
        }
        url
    }
}

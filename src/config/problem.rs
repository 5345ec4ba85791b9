//! What can be wrong with a configuration, said so that the reader can mend it.

use std::collections::BTreeMap;
use std::fmt;

use toml::Value;

use super::setting::{Field, Shape};

/// Below this likeness (0 to 1) a suggestion would only confuse.
const LIKE_ENOUGH: f64 = 0.6;

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    Unknown {
        setting: String,
        nearest: Option<String>,
    },
    WrongType {
        setting: String,
        found: String,
        expected: String,
    },
    /// The value can be read but not used; `fix` says what to change.
    Broken {
        setting: String,
        fix: String,
    },
    /// A file that cannot be read.
    File {
        name: String,
        reason: String,
    },
}

impl Problem {
    pub(super) fn unknown(setting: String) -> Self {
        let nearest = nearest(&setting);
        Self::Unknown { setting, nearest }
    }

    pub(super) fn wrong_type(setting: &str, found: &Value, expected: impl Into<String>) -> Self {
        let found = match found {
            Value::String(text) => format!("{text:?}"),
            Value::Integer(_) | Value::Float(_) | Value::Boolean(_) | Value::Datetime(_) => found.to_string(),
            Value::Array(_) | Value::Table(_) => kind(found).to_owned(),
        };
        Self::WrongType { setting: setting.to_owned(), found, expected: expected.into() }
    }

    pub(super) fn wrong_secret(setting: &str, found: &Value) -> Self {
        let found = kind(found).to_owned();
        Self::WrongType { setting: setting.to_owned(), found, expected: "text in quotes".to_owned() }
    }

    pub(super) fn broken(setting: impl Into<String>, fix: impl Into<String>) -> Self {
        Self::Broken { setting: setting.into(), fix: fix.into() }
    }

    /// The setting's path, or the file's name.
    #[must_use]
    pub fn setting(&self) -> &str {
        match self {
            Self::Unknown { setting, .. } | Self::WrongType { setting, .. } | Self::Broken { setting, .. } => setting,
            Self::File { name, .. } => name,
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown { setting, nearest: Some(nearest) } => {
                write!(f, "unknown setting `{setting}`; did you mean `{nearest}`?")
            }
            Self::Unknown { setting, nearest: None } => {
                write!(f, "unknown setting `{setting}`; `luodi config example` prints all of them")
            }
            Self::WrongType { setting, found, expected } => {
                write!(f, "`{setting}` is {found}; expected {expected}")
            }
            Self::Broken { setting, fix } => write!(f, "`{setting}` {fix}"),
            Self::File { name, reason } => write!(f, "{name}: {reason}"),
        }
    }
}

/// Everything that is wrong with a configuration.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct ConfigError {
    problems: Vec<Problem>,
    /// Which settings came from which environment variable.
    origins: BTreeMap<String, String>,
}

impl ConfigError {
    pub(super) fn new(problems: Vec<Problem>, origins: &BTreeMap<String, String>) -> Self {
        Self { problems, origins: origins.clone() }
    }

    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the configuration cannot be used:")?;
        for problem in &self.problems {
            write!(f, "\n  - {problem}")?;
            if let Some(variable) = self.origins.get(problem.setting()) {
                write!(f, " (set by the environment variable {variable})")?;
            }
        }
        Ok(())
    }
}

const fn kind(value: &Value) -> &'static str {
    match value {
        Value::String(_) => "text",
        Value::Integer(_) | Value::Float(_) => "a number",
        Value::Boolean(_) => "true or false",
        Value::Datetime(_) => "a date",
        Value::Array(_) => "a list",
        Value::Table(_) => "a section",
    }
}

/// The known setting or section most like `wrong`, either whole (`storge.url`) or by its last part (`keys`).
fn nearest(wrong: &str) -> Option<String> {
    let name = wrong.strip_prefix("stores.").and_then(|rest| rest.split('.').next()).unwrap_or("<name>");
    let settings = paths(super::Config::FIELDS, "", name);
    let sections = settings.iter().filter_map(|path| path.split_once('.')).map(|(section, _)| section.to_owned());
    most_like(wrong, sections.chain(settings.iter().cloned()))
}

/// As [`nearest`], without the sections: those cannot be set as a whole from the environment.
pub(super) fn nearest_setting(wrong: &str) -> Option<String> {
    most_like(wrong, paths(super::Config::FIELDS, "", "<name>"))
}

fn most_like(wrong: &str, known: impl IntoIterator<Item = String>) -> Option<String> {
    let last = |path: &str| path.rsplit('.').next().unwrap_or_default().to_owned();
    let likeness = |known: &String| {
        let whole = strsim::normalized_damerau_levenshtein(wrong, known);
        let ending = strsim::normalized_damerau_levenshtein(&last(wrong), &last(known));
        whole.max(ending * 0.9)
    };
    known
        .into_iter()
        .map(|known| (likeness(&known), known))
        .filter(|(score, _)| *score >= LIKE_ENOUGH)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, known)| known)
}

/// Every setting's path; sections chosen by the operator stand under `name`.
pub(super) fn paths(fields: &[Field], at: &str, name: &str) -> Vec<String> {
    let mut all = Vec::new();
    for field in fields {
        let path = super::setting::child(at, field.name);
        match field.shape {
            Shape::Section(fields) => all.append(&mut paths(fields, &path, name)),
            Shape::Named(fields) => all.append(&mut paths(fields, &format!("{path}.{name}"), name)),
            _ => all.push(path),
        }
    }
    all
}

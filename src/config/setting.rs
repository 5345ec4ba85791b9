//! What it takes to be a setting: to be read from TOML with all problems noted, to tell its shape
//! (for the environment, where everything is text), and to be written as a default.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use secrecy::{ExposeSecret, SecretString};
use toml::Value;

use super::problem::Problem;

/// How a setting looks.
#[derive(Debug, Clone, Copy)]
pub(super) enum Shape {
    Text,
    Whole,
    Flag,
    List,
    /// Text that is never repeated in an error and may be given as a file.
    Secret,
    Section(&'static [Field]),
    /// Sections of one kind under names chosen by the operator.
    Named(&'static [Field]),
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Field {
    pub(super) name: &'static str,
    /// The lines of its doc comment.
    pub(super) doc: &'static [&'static str],
    pub(super) shape: Shape,
    /// The default, as it would stand in a file; `None` when there is none.
    pub(super) default: fn() -> Option<Value>,
}

pub(super) trait Setting: Sized {
    const SHAPE: Shape;

    /// `None` when the value does not fit; the problem is noted then.
    fn read(value: &Value, at: &str, problems: &mut Vec<Problem>) -> Option<Self>;

    /// As it stands in a file. Only ever asked of defaults, which hold no secret.
    fn write(&self) -> Option<Value>;
}

/// Declares one section: the struct, its defaults and its list of fields, from one text.
macro_rules! settings {
    ($(#[doc = $about:literal])* pub struct $section:ident {
        $($(#[doc = $doc:literal])* $field:ident: $type:ty = $default:expr,)*
    }) => {
        $(#[doc = $about])*
        #[derive(Debug, Clone)]
        pub struct $section {
            $($(#[doc = $doc])* pub $field: $type,)*
        }

        impl $section {
            const FIELDS: &'static [$crate::config::setting::Field] = &[$(
                $crate::config::setting::Field {
                    name: stringify!($field),
                    doc: &[$($doc),*],
                    shape: <$type as $crate::config::setting::Setting>::SHAPE,
                    default: || $crate::config::setting::Setting::write(&Self::default().$field),
                },
            )*];
        }

        impl Default for $section {
            fn default() -> Self {
                Self { $($field: $default,)* }
            }
        }

        impl $crate::config::setting::Setting for $section {
            const SHAPE: $crate::config::setting::Shape = $crate::config::setting::Shape::Section(Self::FIELDS);

            fn read(
                value: &toml::Value,
                at: &str,
                problems: &mut Vec<$crate::config::problem::Problem>,
            ) -> Option<Self> {
                let table = $crate::config::setting::section(value, at, Self::FIELDS, problems)?;
                Some(Self {$(
                    $field: table
                        .get(stringify!($field))
                        .and_then(|value| {
                            let at = $crate::config::setting::child(at, stringify!($field));
                            $crate::config::setting::Setting::read(value, &at, problems)
                        })
                        .unwrap_or_else(|| $default),
                )*})
            }

            fn write(&self) -> Option<toml::Value> {
                None
            }
        }
    };
}
pub(super) use settings;

/// Declares a setting that is one of a few words.
macro_rules! choice {
    ($(#[$about:meta])* pub enum $name:ident { $($(#[$doc:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name {
            $($(#[$doc])* $variant,)*
        }

        impl $crate::config::setting::Setting for $name {
            const SHAPE: $crate::config::setting::Shape = $crate::config::setting::Shape::Text;

            fn read(
                value: &toml::Value,
                at: &str,
                problems: &mut Vec<$crate::config::problem::Problem>,
            ) -> Option<Self> {
                match value.as_str() {
                    $(Some($word) => Some(Self::$variant),)*
                    _ => {
                        let words = [$(concat!("\"", $word, "\"")),*].join(" or ");
                        problems.push($crate::config::problem::Problem::wrong_type(at, value, words));
                        None
                    }
                }
            }

            fn write(&self) -> Option<toml::Value> {
                Some(toml::Value::from(match self {
                    $(Self::$variant => $word,)*
                }))
            }
        }
    };
}
pub(super) use choice;

/// The table of a section, its unknown keys noted.
pub(super) fn section<'a>(
    value: &'a Value,
    at: &str,
    fields: &[Field],
    problems: &mut Vec<Problem>,
) -> Option<&'a toml::Table> {
    let Some(table) = value.as_table() else {
        problems.push(Problem::wrong_type(at, value, format!("a section [{at}]")));
        return None;
    };
    for key in table.keys().filter(|key| fields.iter().all(|field| field.name != key.as_str())) {
        problems.push(Problem::unknown(child(at, key)));
    }
    Some(table)
}

pub(super) fn child(at: &str, name: &str) -> String {
    if at.is_empty() { name.to_owned() } else { format!("{at}.{name}") }
}

/// Settings that are text in a file and something narrower here.
macro_rules! parsed_from_text {
    ($($type:ty: $expected:literal,)*) => {$(
        impl Setting for $type {
            const SHAPE: Shape = Shape::Text;

            fn read(value: &Value, at: &str, problems: &mut Vec<Problem>) -> Option<Self> {
                let read = value.as_str().and_then(|text| text.trim().parse().ok());
                if read.is_none() {
                    problems.push(Problem::wrong_type(at, value, $expected));
                }
                read
            }

            fn write(&self) -> Option<Value> {
                Some(Value::from(self.to_string()))
            }
        }
    )*};
}

parsed_from_text! {
    String: "text in quotes",
    SocketAddr: "an address and port such as \"127.0.0.1:8080\"",
    super::IpNetwork: "a network such as \"10.0.0.0/8\"",
}

macro_rules! whole_numbers {
    ($($type:ty),*) => {$(
        impl Setting for $type {
            const SHAPE: Shape = Shape::Whole;

            fn read(value: &Value, at: &str, problems: &mut Vec<Problem>) -> Option<Self> {
                let read = value.as_integer().and_then(|number| Self::try_from(number).ok());
                if read.is_none() {
                    problems.push(Problem::wrong_type(at, value, "a whole number, not negative"));
                }
                read
            }

            fn write(&self) -> Option<Value> {
                i64::try_from(*self).ok().map(Value::from)
            }
        }
    )*};
}

whole_numbers!(u32, usize);

impl Setting for bool {
    const SHAPE: Shape = Shape::Flag;

    fn read(value: &Value, at: &str, problems: &mut Vec<Problem>) -> Option<Self> {
        if value.as_bool().is_none() {
            problems.push(Problem::wrong_type(at, value, "true or false"));
        }
        value.as_bool()
    }

    fn write(&self) -> Option<Value> {
        Some(Value::from(*self))
    }
}

impl Setting for SecretString {
    const SHAPE: Shape = Shape::Secret;

    fn read(value: &Value, at: &str, problems: &mut Vec<Problem>) -> Option<Self> {
        if !value.is_str() {
            problems.push(Problem::wrong_secret(at, value));
        }
        value.as_str().map(Self::from)
    }

    fn write(&self) -> Option<Value> {
        Some(Value::from(self.expose_secret()))
    }
}

/// `""` and `"off"` stand for none, since TOML and the environment have no word for it.
impl<T: Setting> Setting for Option<T> {
    const SHAPE: Shape = T::SHAPE;

    fn read(value: &Value, at: &str, problems: &mut Vec<Problem>) -> Option<Self> {
        match value.as_str().map(str::trim) {
            Some("" | "off") => Some(None),
            _ => T::read(value, at, problems).map(Some),
        }
    }

    fn write(&self) -> Option<Value> {
        self.as_ref().and_then(Setting::write)
    }
}

impl<T: Setting> Setting for Vec<T> {
    const SHAPE: Shape = Shape::List;

    fn read(value: &Value, at: &str, problems: &mut Vec<Problem>) -> Option<Self> {
        let Some(items) = value.as_array() else {
            problems.push(Problem::wrong_type(at, value, "a list such as [\"…\", \"…\"]"));
            return None;
        };
        items.iter().map(|item| T::read(item, at, problems)).collect()
    }

    fn write(&self) -> Option<Value> {
        self.iter().map(Setting::write).collect::<Option<Vec<_>>>().map(Value::from)
    }
}

impl Setting for BTreeMap<String, super::StoreConfig> {
    const SHAPE: Shape = Shape::Named(super::StoreConfig::FIELDS);

    fn read(value: &Value, at: &str, problems: &mut Vec<Problem>) -> Option<Self> {
        let Some(table) = value.as_table() else {
            problems.push(Problem::wrong_type(at, value, format!("sections such as [{at}.main]")));
            return None;
        };
        let mut sections = Self::new();
        for (name, value) in table {
            if let Some(section) = super::StoreConfig::read(value, &child(at, name), problems) {
                sections.insert(name.clone(), section);
            }
        }
        Some(sections)
    }

    fn write(&self) -> Option<Value> {
        None
    }
}

//! Prints the settings as a commented file. A line that begins with `#` and no space is a setting
//! that has no default: taking the `#` away switches it on.

use std::fmt::Write;

use toml::Value;

use super::setting::{Field, Shape};

const HEAD: &str = "\
# Settings of Luodi, each with its default. Keep only what you change.
# In the environment, storage.url is LUODI_STORAGE__URL; settings marked [secret] can also be read
# from a file, as LUODI_VAULT__KEYS_FILE=/run/secrets/luodi-keys.
";

pub(super) fn print(fields: &[Field]) -> String {
    let mut out = HEAD.to_owned();
    let is_section = |field: &&Field| matches!(field.shape, Shape::Section(_) | Shape::Named(_));
    for field in fields.iter().filter(|field| !is_section(field)) {
        print_setting(&mut out, field, "");
    }
    for field in fields.iter().filter(is_section) {
        let (inner, title, mark) = match field.shape {
            Shape::Section(inner) => (inner, field.name.to_owned(), ""),
            Shape::Named(inner) => (inner, format!("{}.main", field.name), "#"),
            _ => continue,
        };
        out.push('\n');
        print_doc(&mut out, field);
        let _ = writeln!(out, "{mark}[{title}]");
        for setting in inner {
            print_setting(&mut out, setting, mark);
        }
    }
    out
}

fn print_setting(out: &mut String, field: &Field, mark: &str) {
    out.push('\n');
    print_doc(out, field);
    let default = (field.default)();
    let mark = if default.is_none() { "#" } else { mark };
    let value = default.unwrap_or_else(|| Value::from(""));
    let _ = writeln!(out, "{mark}{} = {value}", field.name);
}

fn print_doc(out: &mut String, field: &Field) {
    for line in field.doc {
        let _ = writeln!(out, "# {}", line.trim());
    }
    if matches!(field.shape, Shape::Secret) {
        let _ = writeln!(out, "# [secret]");
    }
}

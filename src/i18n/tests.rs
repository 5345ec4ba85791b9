use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement};

use super::*;

/// Key → the arguments its text takes.
type Keys = BTreeMap<String, BTreeSet<String>>;

#[test]
fn every_locale_has_the_same_files_keys_and_arguments() {
    let (_, reference) = SOURCES[0];
    assert_eq!(SOURCES.len(), Locale::ALL.len());
    for (locale, files) in SOURCES {
        assert_eq!(files.len(), reference.len(), "{locale}: files");
        for ((name, source), (reference_name, reference_source)) in files.iter().zip(reference) {
            assert_eq!(name, reference_name, "{locale}: order of files");
            assert_eq!(keys(source), keys(reference_source), "{locale}/{name}.ftl: keys and arguments");
        }
    }
}

#[test]
fn no_key_is_defined_twice() {
    for (locale, files) in SOURCES {
        let mut seen = BTreeSet::new();
        for (name, source) in *files {
            for key in message_ids(source) {
                assert!(seen.insert(key.clone()), "{locale}/{name}.ftl defines {key} again");
            }
        }
    }
}

/// Pages and their keys: none is asked for that does not exist, none exists that nobody asks for.
#[test]
fn pages_use_every_key_and_only_keys_that_exist() {
    let mut sources = String::new();
    read_sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/web"), &mut sources);
    let used = page_keys(&sources);
    let mut defined = BTreeSet::new();
    for (name, source) in SOURCES[0].1 {
        if PAGE_FILES.contains(name) {
            defined.extend(message_ids(source));
        }
    }
    let missing: Vec<_> = used.difference(&defined).collect();
    let unused: Vec<_> = defined.difference(&used).collect();
    assert!(missing.is_empty(), "asked for and not defined: {missing:?}");
    assert!(unused.is_empty(), "defined and never asked for: {unused:?}");
}

#[test]
fn the_browser_chooses_and_chinese_is_the_default() {
    for (header, expected) in [
        (None, Locale::ZhHans),
        (Some(""), Locale::ZhHans),
        (Some("fr-FR, de;q=0.9"), Locale::ZhHans),
        (Some("en-GB,en;q=0.9"), Locale::En),
        (Some("zh-CN,zh;q=0.9,en;q=0.8"), Locale::ZhHans),
        (Some("zh;q=0.2, en;q=0.7"), Locale::En),
        (Some("en;q=0, zh;q=0.1"), Locale::ZhHans),
        (Some("en;q=abc"), Locale::ZhHans),
        (Some("fr, en;q=0.3"), Locale::En),
    ] {
        assert_eq!(Locale::negotiate(header), expected, "{header:?}");
    }
    assert_eq!(Locale::choose(Some("en"), Some("zh-CN")), Locale::En);
    assert_eq!(Locale::choose(Some("tlh"), Some("en")), Locale::En);
}

#[test]
fn a_locale_survives_its_tag() {
    for locale in Locale::ALL {
        assert_eq!(Locale::parse(locale.tag()), Some(*locale));
    }
}

#[test]
fn an_unknown_key_is_its_own_text_and_arguments_stay_bare() {
    assert_eq!(text(Locale::En, "no-such-key"), "no-such-key");
    let order = text_with(Locale::En, "shop-order-number", &[("number", "A1")]);
    assert!(order.contains("A1") && !order.contains('\u{2068}'), "{order:?}");
}

const PAGE_FILES: &[&str] = &["cashier", "shop"];

fn read_sources(folder: &Path, into: &mut String) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            read_sources(&path, into);
        } else if path.extension().is_some_and(|end| end == "rs" || end == "html") {
            into.push_str(&fs::read_to_string(&path).unwrap());
        }
    }
}

/// String literals that look like a key of a page: `"cashier-…"` or `"shop-…"`.
fn page_keys(sources: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for prefix in PAGE_FILES {
        let opening = format!("\"{prefix}-");
        for (at, _) in sources.match_indices(&opening) {
            let literal = &sources[at + 1..];
            let end = literal.find('"').unwrap_or(0);
            let key = &literal[..end];
            if key.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-') {
                found.insert(key.to_owned());
            }
        }
    }
    found
}

fn message_ids(source: &str) -> Vec<String> {
    keys(source).into_keys().collect()
}

fn keys(source: &str) -> Keys {
    let resource = fluent_syntax::parser::parse(source).expect("every file parses without an error");
    let mut keys = Keys::new();
    for entry in &resource.body {
        if let Entry::Message(message) = entry {
            let mut arguments = BTreeSet::new();
            collect(message.value.as_ref().expect("a message has a text"), &mut arguments);
            assert!(keys.insert(message.id.name.to_owned(), arguments).is_none(), "{} twice", message.id.name);
        }
    }
    keys
}

fn collect(pattern: &Pattern<&str>, into: &mut BTreeSet<String>) {
    for element in &pattern.elements {
        if let PatternElement::Placeable { expression } = element {
            match expression {
                Expression::Inline(inline) => collect_inline(inline, into),
                Expression::Select { selector, variants } => {
                    collect_inline(selector, into);
                    for variant in variants {
                        collect(&variant.value, into);
                    }
                }
            }
        }
    }
}

fn collect_inline(inline: &InlineExpression<&str>, into: &mut BTreeSet<String>) {
    match inline {
        InlineExpression::VariableReference { id } => {
            into.insert(id.name.to_owned());
        }
        InlineExpression::Placeable { expression } => {
            if let Expression::Inline(inner) = expression.as_ref() {
                collect_inline(inner, into);
            }
        }
        _ => {}
    }
}

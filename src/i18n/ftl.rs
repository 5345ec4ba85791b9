//! A Fluent file taken apart: ids, arguments, attributes, and each message's pattern as text.
//! Promised: every entry knows its line. Faulty entries are told, never skipped in silence.

use std::collections::{BTreeMap, BTreeSet};

use fluent_syntax::ast::{
    CallArguments, Comment, Entry, Expression, InlineExpression, Message, Pattern, PatternElement, Resource,
};
use fluent_syntax::{parser, serializer};

/// One file.
#[derive(Debug, Default)]
pub struct File {
    pub entries: Vec<Piece>,
    pub faults: Vec<Fault>,
}

/// A part of a file that is not Fluent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    pub line: usize,
    pub reason: String,
}

/// A message or a term of a file.
#[derive(Debug, Clone)]
pub struct Piece {
    /// A term's begins with a hyphen, as it is written.
    pub id: String,
    pub line: usize,
    /// The value as it stands behind `id =`; empty when there is none.
    pub pattern: String,
    pub value: Parts,
    pub attributes: BTreeMap<String, Parts>,
    pub comment: String,
    /// Text and plain arguments only, in their order; `None` for anything that chooses or refers.
    pub plain: Option<Vec<Run>>,
}

/// What a pattern is made of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parts {
    pub arguments: BTreeSet<String>,
    /// Messages and terms it refers to.
    pub references: BTreeSet<String>,
    pub functions: BTreeSet<String>,
    /// Each stretch of text with what it touches: U+FFFC stands for a placeable.
    pub texts: Vec<String>,
}

/// A stretch of a plain pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Run {
    Text(String),
    Argument(String),
}

/// Stands for a placeable within a text that is looked at.
pub const PLACEABLE: char = '\u{fffc}';

impl Piece {
    #[must_use]
    pub fn is_term(&self) -> bool {
        self.id.starts_with('-')
    }

    /// The value and every attribute.
    pub fn patterns(&self) -> impl Iterator<Item = &Parts> {
        std::iter::once(&self.value).chain(self.attributes.values())
    }
}

#[must_use]
pub fn read(source: &str) -> File {
    let (resource, errors) = match parser::parse(source) {
        Ok(resource) => (resource, Vec::new()),
        Err(broken) => broken,
    };
    let faults =
        errors.iter().map(|e| Fault { line: line_at(source, e.pos.start), reason: e.kind.to_string() }).collect();
    let line_of = |name: &str| line_at(source, name.as_ptr().addr().saturating_sub(source.as_ptr().addr()));
    let entries = resource.body.iter().filter_map(|entry| match entry {
        Entry::Message(message) => Some(piece_of(message, line_of(message.id.name))),
        Entry::Term(term) => {
            let message = Message {
                id: term.id.clone(),
                value: Some(term.value.clone()),
                attributes: term.attributes.clone(),
                comment: term.comment.clone(),
            };
            let piece = piece_of(&message, line_of(term.id.name));
            Some(Piece { id: format!("-{}", piece.id), ..piece })
        }
        _ => None,
    });
    File { entries: entries.collect(), faults }
}

fn line_at(source: &str, offset: usize) -> usize {
    source.as_bytes().iter().take(offset).filter(|byte| **byte == b'\n').count() + 1
}

fn piece_of(message: &Message<&str>, line: usize) -> Piece {
    let comment = |comment: &Comment<&str>| comment.content.join("\n");
    Piece {
        id: message.id.name.to_owned(),
        line,
        pattern: message.value.as_ref().map(written).unwrap_or_default(),
        value: message.value.as_ref().map(parts_of).unwrap_or_default(),
        attributes: message.attributes.iter().map(|a| (a.id.name.to_owned(), parts_of(&a.value))).collect(),
        comment: message.comment.as_ref().map(comment).unwrap_or_default(),
        plain: message.value.as_ref().and_then(plain),
    }
}

/// The pattern as Fluent writes it, without the indentation of its first line.
fn written(pattern: &Pattern<&str>) -> String {
    let id = fluent_syntax::ast::Identifier { name: "x" };
    let message = Message { id, value: Some(pattern.clone()), attributes: Vec::new(), comment: None };
    let text = serializer::serialize(&Resource { body: vec![Entry::Message(message)] });
    text.strip_prefix("x =").unwrap_or(&text).trim().to_owned()
}

fn plain(pattern: &Pattern<&str>) -> Option<Vec<Run>> {
    let runs = pattern.elements.iter().map(|element| match element {
        PatternElement::TextElement { value } => Some(Run::Text((*value).to_owned())),
        PatternElement::Placeable { expression: Expression::Inline(inline) } => match inline {
            InlineExpression::VariableReference { id } => Some(Run::Argument(id.name.to_owned())),
            InlineExpression::StringLiteral { value } => Some(Run::Text((*value).to_owned())),
            _ => None,
        },
        PatternElement::Placeable { .. } => None,
    });
    runs.collect()
}

fn parts_of(pattern: &Pattern<&str>) -> Parts {
    let mut parts = Parts::default();
    take_pattern(pattern, &mut parts);
    parts
}

fn take_pattern(pattern: &Pattern<&str>, parts: &mut Parts) {
    let mut text = String::new();
    for element in &pattern.elements {
        match element {
            PatternElement::TextElement { value } => text.push_str(value),
            PatternElement::Placeable { expression } => {
                text.push(PLACEABLE);
                take_expression(expression, parts);
            }
        }
    }
    parts.texts.push(text);
}

fn take_expression(expression: &Expression<&str>, parts: &mut Parts) {
    match expression {
        Expression::Inline(inline) => take_inline(inline, parts),
        Expression::Select { selector, variants } => {
            take_inline(selector, parts);
            for variant in variants {
                take_pattern(&variant.value, parts);
            }
        }
    }
}

fn take_inline(inline: &InlineExpression<&str>, parts: &mut Parts) {
    match inline {
        InlineExpression::VariableReference { id } => {
            parts.arguments.insert(id.name.to_owned());
        }
        InlineExpression::FunctionReference { id, arguments } => {
            parts.functions.insert(id.name.to_owned());
            take_arguments(arguments, parts);
        }
        InlineExpression::MessageReference { id, .. } => {
            parts.references.insert(id.name.to_owned());
        }
        InlineExpression::TermReference { id, arguments, .. } => {
            parts.references.insert(format!("-{}", id.name));
            if let Some(arguments) = arguments {
                take_arguments(arguments, parts);
            }
        }
        InlineExpression::Placeable { expression } => take_expression(expression, parts),
        InlineExpression::StringLiteral { value } => parts.texts.push((*value).to_owned()),
        InlineExpression::NumberLiteral { .. } => {}
    }
}

fn take_arguments(arguments: &CallArguments<&str>, parts: &mut Parts) {
    for argument in arguments.positional.iter().chain(arguments.named.iter().map(|named| &named.value)) {
        take_inline(argument, parts);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_taken_apart_with_its_lines() {
        let file = read(
            "# Group\n\none = Eins\n# $n (Number) how many\ntwo = { $n ->\n    [one] { $n } day\n   *[other] { $n } days, { -shop }\n}\n    .title = T { $who }\n-shop = Tea\n",
        );
        assert!(file.faults.is_empty());
        let [one, two, shop] = &file.entries[..] else { panic!("three entries: {file:?}") };
        assert_eq!((one.id.as_str(), one.line, one.pattern.as_str()), ("one", 3, "Eins"));
        assert_eq!((two.line, two.comment.as_str()), (5, "$n (Number) how many"));
        assert_eq!(two.value.arguments, BTreeSet::from(["n".to_owned()]));
        assert_eq!(two.value.references, BTreeSet::from(["-shop".to_owned()]));
        assert_eq!(two.attributes["title"].arguments, BTreeSet::from(["who".to_owned()]));
        assert!(two.plain.is_none(), "it chooses");
        assert_eq!((shop.id.as_str(), shop.is_term()), ("-shop", true));
        // What is served as a pattern can be put behind an id again.
        assert_eq!(read(&format!("two = {}\n", two.pattern)).entries[0].value, two.value);
    }

    #[test]
    fn what_is_no_fluent_is_told_with_its_line() {
        let file = read("a = 1\n\n中文 = 2\nb = { $x\nc = 3\n");
        assert_eq!(file.entries.iter().map(|e| e.id.as_str()).collect::<Vec<_>>(), ["a", "c"]);
        assert_eq!(file.faults.iter().map(|f| f.line).collect::<Vec<_>>(), [3, 5]);
    }
}

//! Standard output: lines and tables for people, JSON for programs.

use std::fmt::Display;
use std::io::{self, Write};

use serde::Serialize;
use serde_json::Value;

/// # Errors
/// When nobody reads any more.
pub fn line(text: impl Display) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{text}")?;
    Ok(out.flush()?)
}

/// One indented document.
///
/// # Errors
/// As [`line`].
pub fn json(value: &impl Serialize) -> anyhow::Result<()> {
    line(serde_json::to_string_pretty(value)?)
}

/// One document on one line, for streams.
///
/// # Errors
/// As [`line`].
pub fn json_line(value: &impl Serialize) -> anyhow::Result<()> {
    line(serde_json::to_string(value)?)
}

/// Left-aligned columns under their heads; the last one is as long as it wants.
///
/// # Errors
/// As [`line`].
pub fn table<const N: usize>(heads: [&str; N], rows: &[[String; N]]) -> anyhow::Result<()> {
    let mut widths = heads.map(columns);
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(columns(cell));
        }
    }
    let heads = heads.map(str::to_owned);
    for row in std::iter::once(&heads).chain(rows) {
        let mut text = String::new();
        for (cell, width) in row.iter().zip(widths) {
            text.push_str(cell);
            text.push_str(&" ".repeat(width - columns(cell) + 2));
        }
        line(text.trim_end())?;
    }
    Ok(())
}

/// Names and values, indented.
///
/// # Errors
/// As [`line`].
pub fn pairs(pairs: &[(String, String)]) -> anyhow::Result<()> {
    let width = pairs.iter().map(|(name, _)| columns(name)).max().unwrap_or_default();
    for (name, value) in pairs {
        line(format!("  {name}{}  {value}", " ".repeat(width - columns(name))))?;
    }
    Ok(())
}

/// The members of a JSON object, one a line; objects within it with a dotted name.
///
/// # Errors
/// As [`line`].
pub fn object(value: &Value) -> anyhow::Result<()> {
    let mut flat = Vec::new();
    flatten("", value, &mut flat);
    pairs(&flat)
}

fn flatten(at: &str, value: &Value, flat: &mut Vec<(String, String)>) {
    let child = |name: &str| if at.is_empty() { name.to_owned() } else { format!("{at}.{name}") };
    match value {
        Value::Object(members) => members.iter().for_each(|(name, value)| flatten(&child(name), value, flat)),
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, value)| flatten(&child(&index.to_string()), value, flat));
        }
        Value::Null => {}
        Value::String(text) => flat.push((at.to_owned(), text.clone())),
        other => flat.push((at.to_owned(), other.to_string())),
    }
}

/// Chinese characters take two columns of a terminal.
fn columns(text: &str) -> usize {
    let is_wide = |c: char| matches!(u32::from(c), 0x1100..=0x115f | 0x2e80..=0xa4cf | 0xac00..=0xd7a3 | 0xf900..=0xfaff | 0xfe30..=0xfe6f | 0xff00..=0xff60 | 0xffe0..=0xffe6);
    text.chars().map(|c| if is_wide(c) { 2 } else { 1 }).sum()
}

/// Whether the error is only that the reader of a pipe has seen enough (`luodi events | head`).
#[must_use]
pub fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().filter_map(|cause| cause.downcast_ref::<io::Error>()).any(|e| e.kind() == io::ErrorKind::BrokenPipe)
}

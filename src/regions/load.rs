//! From files to rows. Refuses a field that it does not understand and says where it stands; whether the rows
//! fit together is judged elsewhere.

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use super::csv::{self, Record};
use super::reading::{Readings, english_name};
use super::{Alias, AliasKind, Code, Confidence, Kind, Level, OutlyingUnit, Retired, Town, TownKind, Unit, Zone};
use crate::crypto::digest::sha256_hex;

/// The files of a table, in the order in which the content hash takes them.
pub const FILES: [&str; 7] =
    ["STATE", "regions.csv", "towns.csv", "history.csv", "aliases.csv", "functional-zones.csv", "hk-mo-tw.csv"];

const EMBEDDED: [&str; 7] = [
    include_str!("../../provinces/STATE"),
    include_str!("../../provinces/regions.csv"),
    include_str!("../../provinces/towns.csv"),
    include_str!("../../provinces/history.csv"),
    include_str!("../../provinces/aliases.csv"),
    include_str!("../../provinces/functional-zones.csv"),
    include_str!("../../provinces/hk-mo-tw.csv"),
];

/// Why a table cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    #[error("{} cannot be read: {cause}", path.display())]
    Unreadable { path: PathBuf, cause: std::io::Error },
    /// `line` counts from 1; 0 for the file as a whole.
    #[error("{file}, line {line}: {detail}")]
    Malformed { file: &'static str, line: usize, detail: String },
}

/// The rows of one table, as they stand in the files.
pub(super) struct Rows {
    pub state: String,
    pub content_hash: String,
    pub units: Vec<Unit>,
    pub towns: Vec<Town>,
    pub retired: Vec<Retired>,
    pub aliases: Vec<Alias>,
    pub zones: Vec<Zone>,
    pub outlying: Vec<OutlyingUnit>,
}

pub(super) fn embedded() -> Result<Rows, LoadError> {
    rows(EMBEDDED.map(Cow::Borrowed))
}

pub(super) fn folder(folder: &Path) -> Result<Rows, LoadError> {
    let mut texts = Vec::with_capacity(FILES.len());
    for file in FILES {
        let path = folder.join(file);
        let text = std::fs::read_to_string(&path).map_err(|cause| LoadError::Unreadable { path, cause })?;
        texts.push(Cow::Owned(text));
    }
    let texts: [Cow<'_, str>; 7] = texts.try_into().unwrap_or_default();
    rows(texts)
}

fn rows(texts: [Cow<'_, str>; 7]) -> Result<Rows, LoadError> {
    let content_hash = content_hash(&texts);
    let [state, regions, towns, history, aliases, zones, outlying] = &texts;
    let units = table("regions.csv", regions, unit)?;
    let mut towns = table("towns.csv", towns, town)?;
    let readings = Readings::of(&units);
    for town in &mut towns {
        let syllables = readings.syllables(&town.name);
        town.name_en = english_name(&town.name, town.kind, &syllables).into();
        town.pinyin = syllables.join(" ").into();
    }
    Ok(Rows {
        state: read_state(state)?,
        content_hash,
        units,
        towns,
        retired: table("history.csv", history, retired)?,
        aliases: table("aliases.csv", aliases, alias)?,
        zones: table("functional-zones.csv", zones, zone)?,
        outlying: table("hk-mo-tw.csv", outlying, outlying_unit)?,
    })
}

/// Names and contents of all files, so that a changed alias also makes a new version.
fn content_hash(texts: &[Cow<'_, str>; 7]) -> String {
    let mut listing = String::new();
    for (file, text) in FILES.iter().zip(texts) {
        listing.push_str(file);
        listing.push(' ');
        listing.push_str(&sha256_hex(text.as_bytes()));
        listing.push('\n');
    }
    sha256_hex(listing.as_bytes())
}

/// `2026-09` or `2026-09-30`.
fn read_state(text: &str) -> Result<String, LoadError> {
    let state = text.trim();
    let digits_and_dashes =
        state.bytes().enumerate().all(|(i, b)| if i == 4 || i == 7 { b == b'-' } else { b.is_ascii_digit() });
    if matches!(state.len(), 7 | 10) && digits_and_dashes {
        return Ok(state.to_owned());
    }
    Err(LoadError::Malformed {
        file: "STATE",
        line: 1,
        detail: "expected the month of the data, as 2026-09".to_owned(),
    })
}

/// The columns of one file by name, so that a new column in the middle does no harm.
struct Columns<'r> {
    file: &'static str,
    header: &'r [Cow<'r, str>],
    record: &'r Record<'r>,
}

impl<'r> Columns<'r> {
    fn text(&self, column: &str) -> Result<&'r str, LoadError> {
        let index = self.header.iter().position(|name| name == column);
        let field = index.and_then(|i| self.record.fields.get(i));
        field.map(Cow::as_ref).ok_or_else(|| self.malformed(format!("the column {column} is missing")))
    }

    fn boxed(&self, column: &str) -> Result<Box<str>, LoadError> {
        self.text(column).map(Into::into)
    }

    /// A text that may not be empty.
    fn name(&self, column: &str) -> Result<Box<str>, LoadError> {
        let text = self.text(column)?;
        if text.is_empty() { Err(self.malformed(format!("{column} is empty"))) } else { Ok(text.into()) }
    }

    fn parsed<T: FromStr>(&self, column: &str) -> Result<T, LoadError>
    where
        T::Err: std::fmt::Display,
    {
        let text = self.text(column)?;
        text.parse().map_err(|e| self.malformed(format!("{column} \"{text}\": {e}")))
    }

    fn optional<T: FromStr>(&self, column: &str) -> Result<Option<T>, LoadError>
    where
        T::Err: std::fmt::Display,
    {
        if self.text(column)?.is_empty() { Ok(None) } else { self.parsed(column).map(Some) }
    }

    fn word<T>(&self, column: &str, read: fn(&str) -> Option<T>) -> Result<T, LoadError> {
        let text = self.text(column)?;
        read(text).ok_or_else(|| self.malformed(format!("{column} \"{text}\" is not a known word")))
    }

    fn malformed(&self, detail: String) -> LoadError {
        LoadError::Malformed { file: self.file, line: self.record.line, detail }
    }
}

fn table<T>(
    file: &'static str,
    text: &str,
    read: fn(&Columns<'_>) -> Result<T, LoadError>,
) -> Result<Vec<T>, LoadError> {
    let records = csv::records(text).map_err(|e| LoadError::Malformed {
        file,
        line: e.line,
        detail: "a quote is not closed, or text follows it".to_owned(),
    })?;
    let Some((header, rows)) = records.split_first() else {
        return Err(LoadError::Malformed { file, line: 0, detail: "the file is empty".to_owned() });
    };
    let mut read_rows = Vec::with_capacity(rows.len());
    for record in rows {
        let columns = Columns { file, header: &header.fields, record };
        if record.fields.len() != header.fields.len() {
            let detail = format!("{} fields, but the header has {}", record.fields.len(), header.fields.len());
            return Err(columns.malformed(detail));
        }
        read_rows.push(read(&columns)?);
    }
    Ok(read_rows)
}

fn level(word: &str) -> Option<Level> {
    match word {
        "1" => Some(Level::Province),
        "2" => Some(Level::Prefecture),
        "3" => Some(Level::County),
        _ => None,
    }
}

fn unit(row: &Columns<'_>) -> Result<Unit, LoadError> {
    Ok(Unit {
        code: row.parsed("code")?,
        level: row.word("level", level)?,
        name: row.name("name")?,
        short_name: row.name("short_name")?,
        kind: row.word("type", Kind::from_chinese)?,
        parent: row.optional("parent")?,
        province_code: row.parsed("province_code")?,
        city_code: row.optional("city_code")?,
        pinyin: row.name("pinyin")?,
        pinyin_initials: row.name("pinyin_initials")?,
        name_en: row.name("name_en")?,
        postal_code: row.boxed("postal_code")?,
        area_code: row.boxed("area_code")?,
        iso_3166_2: row.boxed("iso_3166_2")?,
        abbreviation: row.boxed("abbr")?,
        since: row.optional("since")?,
    })
}

fn town(row: &Columns<'_>) -> Result<Town, LoadError> {
    Ok(Town {
        code: row.parsed("code")?,
        name: row.name("name")?,
        kind: row.word("type", TownKind::from_chinese)?,
        parent: row.parsed("parent")?,
        pinyin: "".into(),
        name_en: "".into(),
    })
}

fn retired(row: &Columns<'_>) -> Result<Retired, LoadError> {
    let successors: Result<Vec<Code>, _> = row.text("successor_codes")?.split(';').map(str::parse).collect();
    Ok(Retired {
        code: row.parsed("old_code")?,
        name: row.name("old_name")?,
        path: row.boxed("old_path")?,
        gone_by: row.parsed("gone_by")?,
        change: row.boxed("change")?,
        successors: successors.map_err(|e| row.malformed(format!("successor_codes: {e}")))?.into(),
        confidence: row.word("confidence", Confidence::from_word)?,
        document: row.boxed("document")?,
    })
}

fn alias(row: &Columns<'_>) -> Result<Alias, LoadError> {
    Ok(Alias { alias: row.name("alias")?, code: row.parsed("code")?, kind: row.word("kind", AliasKind::from_word)? })
}

fn zone(row: &Columns<'_>) -> Result<Zone, LoadError> {
    Ok(Zone { code: row.parsed("nbs_code")?, name: row.name("name")?, city_code: row.parsed("city_code")? })
}

fn outlying_unit(row: &Columns<'_>) -> Result<OutlyingUnit, LoadError> {
    Ok(OutlyingUnit {
        code: row.parsed("unofficial_code")?,
        level: row.word("level", level)?,
        name: row.name("name")?,
        parent: row.parsed("parent")?,
        name_en: row.boxed("name_en")?,
        country: row.name("magento_country_id")?,
    })
}

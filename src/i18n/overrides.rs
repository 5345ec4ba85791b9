//! A merchant's own wording: a folder with one folder for each locale (`zh-Hans`, `zh-Hant-HK`,
//! `zh-Hant-TW`, `en`) and any `.ftl` files in them. Loaded last; what it says counts.
//! Refused as a whole when one entry cannot be read or would show nonsense to a shopper. An id that we do
//! not have is told, never dropped in silence.

use std::collections::BTreeSet;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use super::catalogue::Catalogue;
use super::check::{self, Examined, Finding, Rule};
use super::locale::Locale;

/// A file larger than this is not wording.
const MAX_FILE_BYTES: u64 = 1 << 20;

/// The folder was not taken over. Everything that is wrong, at once.
#[derive(Debug, Clone)]
pub struct Refused {
    pub folder: PathBuf,
    pub findings: Vec<Finding>,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the wording in {} is refused:", self.folder.display())?;
        self.findings.iter().try_for_each(|finding| write!(f, "\n  {finding}"))
    }
}

impl std::error::Error for Refused {}

/// What a folder changed, and what is odd about it.
#[derive(Debug, Clone, Default)]
pub struct Report {
    pub folder: PathBuf,
    pub files: usize,
    /// Messages that now read as the merchant says, over all locales.
    pub overridden: usize,
    /// Ids that we do not have: misspelt, or of another version.
    pub unknown: Vec<Finding>,
    /// Matters of style.
    pub remarks: Vec<Finding>,
}

/// A file of the folder.
#[derive(Debug)]
pub struct Override {
    pub examined: Examined,
    pub source: String,
}

/// Reads the folder and compares it with what we ship.
///
/// # Errors
/// When it cannot be read, or when one of its texts must not be shown.
pub fn read_folder(folder: &Path, shipped: &Catalogue) -> Result<(Vec<Override>, Report), Refused> {
    let mut findings = Vec::new();
    let files = gather(folder, &mut findings);
    for file in &files {
        findings.extend(check::check_file(&file.examined));
        findings.extend(compare(file, &files, shipped));
    }
    findings.sort();
    let (refusing, remarks): (Vec<_>, Vec<_>) = findings.into_iter().partition(|finding| finding.rule.refuses());
    if !refusing.is_empty() {
        return Err(Refused { folder: folder.to_owned(), findings: refusing });
    }
    let (unknown, remarks) = remarks.into_iter().partition(|f| matches!(f.rule, Rule::UnknownId | Rule::UnknownLocale));
    Ok((files, Report { folder: folder.to_owned(), unknown, remarks, ..Report::default() }))
}

fn gather(folder: &Path, findings: &mut Vec<Finding>) -> Vec<Override> {
    let mut files = Vec::new();
    for place in list(folder, "", findings).into_iter().filter(|path| path.is_dir()) {
        let name = name_of(&place);
        let Some(locale) = Locale::of_tag(&name) else {
            let tags: Vec<_> = Locale::ALL.iter().map(|locale| locale.tag()).collect();
            let detail = format!("is no locale of ours: there are {}", tags.join(", "));
            findings.push(about(&name, "", Rule::UnknownLocale, detail));
            continue;
        };
        for path in list(&place, &name, findings) {
            if path.extension().is_some_and(|end| end == "ftl") {
                match read_file(&path) {
                    Ok(source) => {
                        let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
                        files.push(Override { examined: Examined::read(locale, &stem, &source), source });
                    }
                    Err(error) => {
                        let detail = format!("cannot be read: {error}");
                        findings.push(about(&name, &name_of(&path), Rule::Unreadable, detail));
                    }
                }
            }
        }
    }
    files
}

fn name_of(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// The entries of a folder by name, so that the last file of two that say the same is always the same one.
fn list(folder: &Path, locale: &str, findings: &mut Vec<Finding>) -> Vec<PathBuf> {
    let read = || -> std::io::Result<Vec<PathBuf>> { fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect() };
    let mut paths = read().unwrap_or_else(|error| {
        findings.push(about(locale, "", Rule::Unreadable, format!("{} cannot be read: {error}", folder.display())));
        Vec::new()
    });
    paths.sort();
    paths
}

fn read_file(path: &Path) -> std::io::Result<String> {
    let bytes = fs::metadata(path)?.len();
    if bytes > MAX_FILE_BYTES {
        return Err(std::io::Error::other(format!("it has {bytes} bytes; at most {MAX_FILE_BYTES}")));
    }
    fs::read_to_string(path)
}

fn about(locale: &str, file: &str, rule: Rule, detail: String) -> Finding {
    Finding { locale: locale.to_owned(), file: file.to_owned(), line: 0, id: String::new(), rule, detail }
}

/// Unknown ids, arguments nobody fills in, references that lead nowhere.
fn compare(file: &Override, all: &[Override], shipped: &Catalogue) -> Vec<Finding> {
    let examined = &file.examined;
    let ours = shipped.wording(examined.locale);
    let same_locale = all.iter().filter(|other| other.examined.locale == examined.locale);
    let own_ids = same_locale.flat_map(|other| other.examined.file.entries.iter().map(|piece| piece.id.as_str()));
    let known: BTreeSet<&str> = own_ids.chain(ours.messages().keys().map(String::as_str)).collect();
    let mut findings = Vec::new();
    for piece in &examined.file.entries {
        let mut say = |rule, detail: String| {
            findings.push(Finding {
                locale: examined.locale.tag().to_owned(),
                file: format!("{}.ftl", examined.name),
                line: piece.line,
                id: piece.id.clone(),
                rule,
                detail,
            });
        };
        for detail in check::dangling(piece, &known) {
            say(Rule::Reference, detail);
        }
        match ours.messages().get(&piece.id) {
            Some(message) => {
                for name in piece.value.arguments.difference(&message.arguments) {
                    say(Rule::Arguments, format!("uses ${name}, which is never given here"));
                }
            }
            // Terms are the merchant's own affair.
            None if piece.is_term() => {}
            None => say(Rule::UnknownId, nearest(&piece.id, ours.messages().keys().map(String::as_str))),
        }
    }
    findings
}

fn nearest<'a>(id: &str, known: impl Iterator<Item = &'a str>) -> String {
    let best = known.map(|other| (strsim::jaro_winkler(id, other), other)).max_by(|a, b| a.0.total_cmp(&b.0));
    match best {
        Some((similarity, other)) if similarity > 0.85 => format!("is no id of ours. Did you mean {other}?"),
        _ => "is no id of ours".to_owned(),
    }
}

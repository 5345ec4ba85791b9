//! Whether a wording is whole and well written: the same ids, arguments and attributes everywhere, no
//! broken entry, and the rules of good Chinese that a program can see. `luodi i18n check` and a test of
//! this module ask the same question.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::ftl::{self, PLACEABLE, Parts, Piece};
use super::han::{is_han, is_simplified_only, is_traditional_only};
use super::locale::Locale;
use super::sources::SHIPPED;
use super::words::forbidden;

/// What can be wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rule {
    Unreadable,
    UnknownLocale,
    Syntax,
    EmptyValue,
    IsolationMark,
    Reference,
    Function,
    Arguments,
    Attributes,
    DuplicateId,
    MissingFile,
    MissingId,
    UnknownId,
    Undocumented,
    Punctuation,
    FullWidth,
    Quotes,
    Ellipsis,
    Script,
    Word,
}

impl Rule {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unreadable => "unreadable",
            Self::UnknownLocale => "unknown_locale",
            Self::Syntax => "syntax",
            Self::EmptyValue => "empty_value",
            Self::IsolationMark => "isolation_mark",
            Self::Reference => "reference",
            Self::Function => "function",
            Self::Arguments => "arguments",
            Self::Attributes => "attributes",
            Self::DuplicateId => "duplicate_id",
            Self::MissingFile => "missing_file",
            Self::MissingId => "missing_id",
            Self::UnknownId => "unknown_id",
            Self::Undocumented => "undocumented",
            Self::Punctuation => "punctuation",
            Self::FullWidth => "full_width",
            Self::Quotes => "quotes",
            Self::Ellipsis => "ellipsis",
            Self::Script => "script",
            Self::Word => "word",
        }
    }

    /// Faults a reader would see as nonsense: a merchant's file that has one is refused. The others are
    /// matters of style or of completeness, and are told.
    #[must_use]
    pub const fn refuses(self) -> bool {
        matches!(
            self,
            Self::Unreadable
                | Self::Syntax
                | Self::EmptyValue
                | Self::IsolationMark
                | Self::Reference
                | Self::Function
                | Self::Arguments
        )
    }
}

/// One thing wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// The folder: a locale's tag, or what stands there instead.
    pub locale: String,
    /// With its ending.
    pub file: String,
    /// 0 when it is about the file, or about something that is not there.
    pub line: usize,
    /// Empty when it is about the file.
    pub id: String,
    pub rule: Rule,
    pub detail: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.locale, self.file)?;
        if self.line > 0 {
            write!(f, ":{}", self.line)?;
        }
        if !self.id.is_empty() {
            write!(f, ": {}", self.id)?;
        }
        write!(f, ": {} [{}]", self.detail, self.rule.as_str())
    }
}

/// A file under examination.
#[derive(Debug)]
pub struct Examined {
    pub locale: Locale,
    pub name: String,
    pub file: ftl::File,
}

impl Examined {
    #[must_use]
    pub fn read(locale: Locale, name: &str, source: &str) -> Self {
        Self { locale, name: name.to_owned(), file: ftl::read(source) }
    }

    fn finding(&self, at: Option<&Piece>, rule: Rule, detail: impl Into<String>) -> Finding {
        Finding {
            locale: self.locale.tag().to_owned(),
            file: format!("{}.ftl", self.name),
            line: at.map_or(0, |piece| piece.line),
            id: at.map(|piece| piece.id.clone()).unwrap_or_default(),
            rule,
            detail: detail.into(),
        }
    }
}

/// Files whose readers are developers or whose arguments our own pages fill in: their arguments need no
/// comment. Everything else is for storefronts.
const OUR_OWN: &[&str] =
    &["addresses", "alipay", "cashier", "cli", "errors", "gateways", "shop", "statements", "unionpay"];

/// Everything wrong with the wording that comes with the program.
#[must_use]
pub fn check_shipped() -> Vec<Finding> {
    let files: Vec<Examined> = SHIPPED
        .iter()
        .flat_map(|(locale, sources)| sources.iter().map(|(name, source)| Examined::read(*locale, name, source)))
        .collect();
    check(&files)
}

/// Everything wrong with these files, which are meant to be complete.
#[must_use]
pub fn check(files: &[Examined]) -> Vec<Finding> {
    let mut findings: Vec<Finding> = files.iter().flat_map(check_file).collect();
    let reference: Vec<&Examined> = files.iter().filter(|file| file.locale == Locale::En).collect();
    for locale in Locale::ALL {
        let own: Vec<&Examined> = files.iter().filter(|file| file.locale == *locale).collect();
        check_unique(&own, &mut findings);
        check_references(&own, &mut findings);
        if *locale != Locale::En {
            check_parity(*locale, &own, &reference, &mut findings);
        }
    }
    for file in reference.iter().filter(|file| !OUR_OWN.contains(&file.name.as_str())) {
        check_documented(file, &mut findings);
    }
    findings.sort();
    findings
}

/// What can be said of one file by itself.
#[must_use]
pub fn check_file(file: &Examined) -> Vec<Finding> {
    let broken = file.file.faults.iter().map(|fault| Finding {
        line: fault.line,
        ..file.finding(None, Rule::Syntax, format!("is not Fluent: {}", fault.reason))
    });
    let mut findings: Vec<Finding> = broken.collect();
    for piece in &file.file.entries {
        if is_blank(&piece.value) {
            findings.push(file.finding(Some(piece), Rule::EmptyValue, "has no text"));
        }
        for parts in piece.patterns() {
            for function in parts.functions.iter() {
                findings.push(file.finding(Some(piece), Rule::Function, format!("there is no function {function}()")));
            }
            for text in &parts.texts {
                findings.extend(faults_of(file.locale, text).into_iter().map(|(r, d)| file.finding(Some(piece), r, d)));
            }
        }
    }
    findings
}

/// `{ "" }` is as empty as nothing at all.
fn is_blank(parts: &Parts) -> bool {
    let says_nothing = |text: &String| text.chars().all(|c| c.is_whitespace() || c == PLACEABLE);
    parts.arguments.is_empty()
        && parts.references.is_empty()
        && parts.functions.is_empty()
        && parts.texts.iter().all(says_nothing)
}

fn check_unique(files: &[&Examined], findings: &mut Vec<Finding>) {
    let mut seen: BTreeMap<&str, &str> = BTreeMap::new();
    for file in files {
        for piece in &file.file.entries {
            if let Some(first) = seen.insert(&piece.id, &file.name) {
                findings.push(file.finding(Some(piece), Rule::DuplicateId, format!("is already in {first}.ftl")));
            }
        }
    }
}

fn check_references(files: &[&Examined], findings: &mut Vec<Finding>) {
    let known: BTreeSet<&str> = files.iter().flat_map(|f| f.file.entries.iter().map(|e| e.id.as_str())).collect();
    for file in files {
        for piece in &file.file.entries {
            findings.extend(dangling(piece, &known).map(|d| file.finding(Some(piece), Rule::Reference, d)));
        }
    }
}

/// References that lead nowhere.
pub fn dangling<'a>(piece: &'a Piece, known: &'a BTreeSet<&str>) -> impl Iterator<Item = String> + 'a {
    let references = piece.patterns().flat_map(|parts| &parts.references);
    references.filter(|id| !known.contains(id.as_str())).map(|id| format!("refers to {id}, which does not exist"))
}

fn check_parity(locale: Locale, own: &[&Examined], reference: &[&Examined], findings: &mut Vec<Finding>) {
    for theirs in reference {
        let Some(ours) = own.iter().find(|file| file.name == theirs.name) else {
            let missing = Examined { locale, name: theirs.name.clone(), file: ftl::File::default() };
            findings.push(missing.finding(None, Rule::MissingFile, "is missing; en has it"));
            continue;
        };
        for piece in &theirs.file.entries {
            match ours.file.entries.iter().find(|own| own.id == piece.id) {
                None => findings.push(Finding {
                    id: piece.id.clone(),
                    ..ours.finding(None, Rule::MissingId, format!("is missing; en has it: {}", piece.pattern))
                }),
                Some(own) => findings.extend(differences(ours, own, piece)),
            }
        }
        for piece in &ours.file.entries {
            if !theirs.file.entries.iter().any(|other| other.id == piece.id) {
                findings.push(ours.finding(Some(piece), Rule::UnknownId, "is not in en"));
            }
        }
    }
    for file in own.iter().filter(|file| !reference.iter().any(|other| other.name == file.name)) {
        findings.push(file.finding(None, Rule::MissingFile, "is not in en"));
    }
}

fn differences(file: &Examined, own: &Piece, reference: &Piece) -> Vec<Finding> {
    let mut findings = Vec::new();
    let list = |names: &BTreeSet<String>| names.iter().map(|n| format!("${n}")).collect::<Vec<_>>().join(", ");
    let mut compare = |what: &str, own_parts: &Parts, theirs: &Parts| {
        if own_parts.arguments != theirs.arguments {
            let detail =
                format!("{what}takes [{}]; in en it takes [{}]", list(&own_parts.arguments), list(&theirs.arguments));
            findings.push(file.finding(Some(own), Rule::Arguments, detail));
        }
    };
    compare("", &own.value, &reference.value);
    for (name, theirs) in &reference.attributes {
        if let Some(parts) = own.attributes.get(name) {
            compare(&format!("attribute .{name} "), parts, theirs);
        }
    }
    if !own.attributes.keys().eq(reference.attributes.keys()) {
        findings.push(file.finding(Some(own), Rule::Attributes, "has other attributes than in en"));
    }
    findings
}

/// Every argument of a storefront message is explained in a comment: `# $name (String) product name`.
fn check_documented(file: &Examined, findings: &mut Vec<Finding>) {
    for piece in &file.file.entries {
        for argument in &piece.value.arguments {
            let explained = piece.comment.lines().any(|line| {
                line.strip_prefix('$')
                    .and_then(|l| l.strip_prefix(argument.as_str()))
                    .is_some_and(|l| l.starts_with(" ("))
            });
            if !explained {
                let detail = format!("needs a comment: # ${argument} (String) what it is");
                findings.push(file.finding(Some(piece), Rule::Undocumented, detail));
            }
        }
    }
}

/// What is wrong with one stretch of text.
fn faults_of(locale: Locale, text: &str) -> Vec<(Rule, String)> {
    let mut faults = Vec::new();
    if text.contains(['\u{2068}', '\u{2069}']) {
        faults.push((Rule::IsolationMark, "carries an isolation mark (U+2068 or U+2069): take it out".to_owned()));
    }
    if !locale.is_chinese() {
        return faults;
    }
    faults.extend(half_width(text).map(|c| (Rule::Punctuation, format!("has a half-width “{c}” beside Chinese"))));
    if let Some(c) = text.chars().find(|c| matches!(c, '０'..='９' | 'Ａ'..='Ｚ' | 'ａ'..='ｚ' | '　')) {
        faults.push((
            Rule::FullWidth,
            format!("has a full-width “{c}”: digits, Latin letters and spaces are half-width"),
        ));
    }
    if text.contains("...") {
        faults.push((Rule::Ellipsis, "has three full stops: write …".to_owned()));
    }
    let (wrong_quotes, right_quotes) = if locale == Locale::ZhHans {
        (['「', '」', '『', '』'], "“ ”")
    } else {
        (['“', '”', '‘', '’'], "「」")
    };
    if text.contains(wrong_quotes) || text.contains('"') {
        faults.push((Rule::Quotes, format!("has other quotation marks than {right_quotes}")));
    }
    let foreign = if locale == Locale::ZhHans { is_traditional_only } else { is_simplified_only };
    if let Some(c) = text.chars().find(|c| foreign(*c)) {
        faults.push((Rule::Script, format!("has {c}, which is of the other script")));
    }
    if is_label(text) && text.starts_with("您的") {
        faults.push((Rule::Word, "addresses the reader in a label: leave 您的 out".to_owned()));
    }
    for entry in forbidden(locale) {
        let allowed = entry.except.iter().fold(text.to_owned(), |text, except| text.replace(except, ""));
        if allowed.contains(entry.word) {
            faults.push((Rule::Word, format!("says {}: write {}", entry.word, entry.instead)));
        }
    }
    faults
}

/// A few words without punctuation: a label, a heading, a button.
fn is_label(text: &str) -> bool {
    text.chars().count() <= 6 && text.chars().all(is_han)
}

/// Half-width marks that touch Chinese where a full-width one belongs.
fn half_width(text: &str) -> impl Iterator<Item = char> + '_ {
    let chars: Vec<char> = text.chars().collect();
    (0..chars.len()).filter_map(move |at| {
        let before = at.checked_sub(1).map(|i| chars[i]);
        let after = chars.get(at + 1).copied();
        let han = |c: Option<char>| c.is_some_and(is_han);
        let ends = |c: Option<char>| c.is_none_or(|c| is_han(c) || c == PLACEABLE || c.is_whitespace());
        let wrong = match chars[at] {
            ',' | '.' | ';' | ':' | '!' | '?' => {
                (han(before) && ends(after)) || (before == Some(PLACEABLE) && han(after))
            }
            '(' | ')' => han(before) || han(after),
            _ => false,
        };
        wrong.then(|| chars[at])
    })
}

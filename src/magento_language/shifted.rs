//! Rows that carry the text of another row, seen without knowing Chinese: by shape (a label with a whole
//! sentence behind it, a sentence with a single word) and by a translation that stands at two phrases which
//! have no word in common. Promised: few false alarms rather than every shifted row.

use std::collections::{BTreeMap, BTreeSet};

use super::audit::Pair;
use super::placeholders::placeholders;
use crate::i18n::is_han;

/// A translation shorter than this may well be right for two phrases.
const TELLING_HAN: usize = 5;

/// The rows with why they are suspected.
#[must_use]
pub fn shifted<'a>(pairs: &[Pair<'a>]) -> Vec<(Pair<'a>, String)> {
    let mut found: BTreeMap<usize, (Pair<'a>, String)> = BTreeMap::new();
    for pair in pairs {
        if let Some(why) = misshapen(pair) {
            found.insert(pair.line, (*pair, why.to_owned()));
        }
    }
    for (pair, owner) in doubled(pairs) {
        let why = || format!("has the text of line {} (“{}”)", owner.line, owner.source);
        found.entry(pair.line).or_insert_with(|| (pair, why()));
    }
    found.into_values().collect()
}

/// English words; markup and placeholders left out.
#[must_use]
pub fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut in_tag = false;
    for part in text.split_inclusive(['<', '>']) {
        if !in_tag {
            let split = part.split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '\'' | '_' | '%')));
            words.extend(split.filter(|word| word.starts_with(|c: char| c.is_ascii_alphabetic())));
        }
        in_tag = part.ends_with('<');
    }
    words
}

fn han_count(text: &str) -> usize {
    text.chars().filter(|c| is_han(*c)).count()
}

fn misshapen(pair: &Pair<'_>) -> Option<&'static str> {
    if pair.source.contains(['<', '%', '{']) {
        return None;
    }
    let (english, han) = (words(pair.source).len(), han_count(pair.translation));
    let is_label = (1..=3).contains(&english) && !pair.source.contains(['.', '!', '?', ':', ',']);
    let is_sentence = pair.translation.contains(['。', '！', '？', '，', '；']) && han >= 8;
    if is_label && (is_sentence || han >= 4 * english + 6) {
        return Some("a label with a whole sentence behind it");
    }
    if english >= 6 && (1..=5).contains(&han) && han * 5 < english * 3 {
        return Some("a sentence with a single word behind it");
    }
    None
}

/// Pairs of rows with one translation and no English word in common: the row that fits worse, and the row
/// whose text it seems to be.
fn doubled<'a>(pairs: &[Pair<'a>]) -> Vec<(Pair<'a>, Pair<'a>)> {
    let mut by_translation: BTreeMap<&str, Vec<&Pair<'a>>> = BTreeMap::new();
    for pair in pairs.iter().filter(|pair| han_count(pair.translation) >= TELLING_HAN) {
        let same = by_translation.entry(pair.translation.trim().trim_end_matches(['。', '.', '！', '!'])).or_default();
        if !same.iter().any(|other| other.source == pair.source) {
            same.push(pair);
        }
    }
    let mut found = Vec::new();
    for same in by_translation.values().filter(|same| same.len() > 1) {
        for pair in same {
            let own = stems(pair.source);
            let stranger = |other: &&&Pair<'a>| {
                let theirs = stems(other.source);
                !own.is_empty() && !theirs.is_empty() && own.is_disjoint(&theirs)
            };
            if let Some(owner) = same.iter().filter(stranger).find(|other| misfit(other) < misfit(pair)) {
                found.push((**pair, **owner));
            }
        }
    }
    found
}

/// How badly a translation fits its phrase: placeholders weigh most, then the length. Chinese takes a
/// little less than two characters for an English word.
fn misfit(pair: &Pair<'_>) -> usize {
    let placeholders_differ = placeholders(pair.source) != placeholders(pair.translation);
    let expected = words(pair.source).len() * 17;
    let length = (han_count(pair.translation) * 10).abs_diff(expected);
    usize::from(placeholders_differ) * 10_000 + length
}

const EMPTY_WORDS: [&str; 32] = [
    "the", "a", "an", "of", "to", "for", "in", "on", "is", "are", "be", "your", "you", "we", "this", "that", "it",
    "and", "or", "not", "can", "please", "with", "by", "from", "at", "has", "have", "was", "no", "will", "my",
];

fn stems(text: &str) -> BTreeSet<String> {
    let lower = words(text).into_iter().map(str::to_ascii_lowercase);
    let kept = lower.filter(|word| !EMPTY_WORDS.contains(&word.as_str()));
    kept.map(|word| {
        let stem = ["'s", "'t", "ing", "ed", "es", "s"].iter().find_map(|end| word.strip_suffix(end));
        stem.filter(|stem| stem.len() > 2).map_or(word.clone(), str::to_owned)
    })
    .collect()
}

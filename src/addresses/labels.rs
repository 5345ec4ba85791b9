//! Labels (收货人：) and words of courtesy (麻烦寄到), cut only where they cannot be part of the address or name.

mod words;

use std::sync::LazyLock;

use self::words::{COURTESY, STANDING, WORDS};
use super::marks::{Mark, Marks};
use super::normalize::{Folded, is_han};
use super::words::{Words, length_at_end};

/// What follows a label.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Labelled {
    Name,
    Phone,
    Region,
    Detail,
    PostalCode,
    Identity,
    Other,
}

/// A label that was cut.
#[derive(Debug, Clone, Copy)]
pub struct Label {
    pub end: usize,
    pub of: Labelled,
}

static STANDING_AT: LazyLock<Words<Labelled>> = LazyLock::new(|| Words::new(STANDING.iter().copied()));
static COURTESY_AT: LazyLock<Words<&'static str>> =
    LazyLock::new(|| Words::new(COURTESY.iter().map(|word| (*word, *word))));

/// Marks labels, and returns those that say what follows, by position.
pub fn mark_labels(text: &Folded, marks: &mut Marks) -> Vec<Label> {
    let mut labels = Vec::new();
    for at in 0..text.len() {
        if matches!(text.chars[at], ':' | ']' | '=')
            && marks.get(at) == Some(Mark::Gap)
            && let Some((start, of)) = label_before(text, marks, at)
        {
            marks.set(start, at + 1, Mark::Label);
            if text.before(start) == Some('[') {
                marks.set(start - 1, start, Mark::Label);
            }
            labels.push(Label { end: at + 1, of });
        }
    }
    for at in 0..text.len() {
        if marks.is_open(at) && (marks.edge_before(at)) {
            standing(text, marks, at, &mut labels);
        } else if marks.is_open(at) {
            phone_label(text, marks, at, &mut labels);
        }
    }
    labels.sort_by_key(|label| label.end);
    labels
}

/// The label that ends right before this colon or bracket. Blanks inside are skipped: "收 货 人：".
fn label_before(text: &Folded, marks: &Marks, end: usize) -> Option<(usize, Labelled)> {
    let mut letters: Vec<(usize, char)> = Vec::new();
    let bracketed = text.chars[end] == ']';
    let mut bounded = true;
    for at in (end.saturating_sub(14)..end).rev() {
        let c = text.chars[at];
        if c == ' ' || c == '\t' {
            continue;
        }
        let inside = is_han(c) || c.is_ascii_alphabetic() || c == '/';
        if !inside || marks.get(at) == Some(Mark::Phone) {
            break;
        }
        letters.push((at, c.to_ascii_lowercase()));
        bounded = marks.edge_before(at) || at == 0;
    }
    if bracketed && letters.last().is_some_and(|(at, _)| text.before(*at) != Some('[')) {
        return None;
    }
    let longest = WORDS.iter().filter(|(word, _)| {
        let mut own = word.chars().rev().filter(|c| *c != ' ');
        let mut theirs = letters.iter();
        own.all(|c| theirs.next().is_some_and(|(_, letter)| *letter == c))
    });
    let (word, of) = longest.max_by_key(|(word, _)| word.len())?;
    let length = word.chars().filter(|c| *c != ' ').count();
    let start = letters.get(length - 1)?.0;
    // One-letter labels and Latin ones must not be the end of a longer word.
    let whole = length == letters.len() && bounded || marks.edge_before(start);
    if (length < 2 || bracketed || word.is_ascii()) && !whole {
        return None;
    }
    Some((start, *of))
}

/// A label without colon at the begin of a part.
fn standing(text: &Folded, marks: &mut Marks, at: usize, labels: &mut Vec<Label>) {
    let Some((length, of)) = STANDING_AT.at(text.from(at)) else { return };
    let mut end = at + length;
    if matches!(text.get(end), Some('是' | '为')) {
        end += 1;
    }
    let number_follows = |from: usize| {
        let next = (from..text.len()).find(|at| text.chars[*at] != ' ');
        next.is_some_and(|next| marks.get(next) == Some(Mark::Phone) || text.chars[next].is_ascii_digit())
    };
    let cut = match of {
        Labelled::Name => text.get(end).is_some(),
        // 手机城, 电话局: a label only before a number or a blank.
        Labelled::Phone => number_follows(end) || (length > 1 && marks.get(end) == Some(Mark::Gap)),
        // 地区, 城市 begin names of places too.
        Labelled::Region => marks.get(end) == Some(Mark::Gap) || length > 3,
        Labelled::Detail => true,
        Labelled::PostalCode | Labelled::Identity => number_follows(end) || marks.get(end) != Some(Mark::Open),
        Labelled::Other => true,
    };
    if cut {
        marks.set(at, end, Mark::Label);
        labels.push(Label { end, of });
    }
}

/// A phone or postal-code label glued to what stands before it: 王力宏电话138….
fn phone_label(text: &Folded, marks: &mut Marks, at: usize, labels: &mut Vec<Label>) {
    if !matches!(text.chars[at], '电' | '手' | '联' | '邮' | '收' | 'T' | 't' | '姓' | '地' | '详') {
        return;
    }
    let Some((length, of)) = STANDING_AT.at(text.from(at)) else { return };
    let end = at + length;
    let next = (end..text.len()).find(|at| !matches!(text.chars[*at], ' ' | ':'));
    let phone_next = next.is_some_and(|next| marks.get(next) == Some(Mark::Phone));
    let digits_next = next.is_some_and(|next| text.chars[next].is_ascii_digit());
    let cut = match of {
        Labelled::Phone => phone_next && length > 1,
        Labelled::PostalCode => digits_next,
        Labelled::Name => length == 3 && text.get(end).is_some_and(is_han),
        _ => length == 4 && of == Labelled::Detail && text.get(end).is_some_and(is_han),
    };
    if cut {
        marks.set(at, end, Mark::Label);
        labels.push(Label { end, of });
    }
}

/// Marks words of courtesy at the edges of parts.
pub fn mark_courtesy(text: &Folded, marks: &mut Marks) {
    for at in 0..text.len() {
        if !marks.is_open(at) || !marks.edge_before(at) {
            continue;
        }
        let mut at = at;
        while let Some((length, word)) = COURTESY_AT.at(text.from(at)) {
            let end = at + length;
            // One-letter words only alone: 亲 and 请 begin other words.
            if length == 1 && marks.is_open(end) {
                break;
            }
            let soft = matches!(word, "老板" | "新地址" | "麻烦");
            if soft && marks.is_open(end) {
                break;
            }
            marks.set(at, end, Mark::Filler);
            at = end;
        }
    }
    // 谢谢 at the end of a part that is otherwise an address.
    for at in (0..text.len()).rev() {
        if marks.is_open(at) && !marks.is_open(at + 1) {
            for word in ["谢谢啦", "谢谢了", "谢谢", "多谢", "感谢"] {
                if let Some(length) = length_at_end(&text.chars[..=at], word) {
                    marks.set(at + 1 - length, at + 1, Mark::Filler);
                }
            }
        }
    }
}

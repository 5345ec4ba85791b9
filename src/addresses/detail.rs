//! The detail (详细地址): town and rest, in the buyer's own characters.

use super::marks::{Mark, Marks};
use super::normalize::{Folded, is_separator};

/// What is left after everything else was read, the part behind the region before the part in front of it.
#[must_use]
pub fn read(text: &Folded, marks: &Marks, region: Option<(usize, usize)>) -> String {
    let pieces = pieces(text, marks);
    let split = region.map_or(0, |(start, _)| pieces.partition_point(|piece| piece.0 < start));
    let mut detail = String::new();
    for (start, end) in pieces[split..].iter().chain(&pieces[..split]) {
        let piece = text.written(*start, *end);
        let glue = detail.chars().next_back().is_some_and(|c| c.is_ascii_alphanumeric())
            && piece.chars().next().is_some_and(|c| c.is_ascii_alphanumeric());
        if glue {
            detail.push(' ');
        }
        detail.push_str(&piece);
    }
    detail
}

/// Runs of what is left, without separators and lonely brackets at their ends.
fn pieces(text: &Folded, marks: &Marks) -> Vec<(usize, usize)> {
    let mut pieces = Vec::new();
    let mut at = 0;
    let left = |at: usize| matches!(marks.get(at), Some(Mark::Open | Mark::Gap | Mark::Town));
    while at < text.len() {
        if !left(at) {
            at += 1;
            continue;
        }
        let start = at;
        while at < text.len() && left(at) {
            at += 1;
        }
        if let Some(piece) = trimmed(text, marks, start, at) {
            pieces.push(piece);
        }
    }
    pieces
}

fn trimmed(text: &Folded, marks: &Marks, start: usize, end: usize) -> Option<(usize, usize)> {
    let (mut start, mut end) = (start, end);
    loop {
        let open = |from: usize, to: usize, c: char| text.chars[from..to].iter().filter(|x| **x == c).count();
        let Some(first) = (start < end).then(|| text.chars[start]) else { return None };
        let last = text.chars[end - 1];
        let unpaired_first = matches!(first, ')' | ']' | '}') || (first == '(' && open(start, end, ')') == 0) || (first == '[' && open(start, end, ']') == 0);
        let unpaired_last = matches!(last, '(' | '[' | '{') || (last == ')' && open(start, end, '(') == 0) || (last == ']' && open(start, end, '[') == 0);
        if is_separator(first) || unpaired_first {
            start += 1;
        } else if is_separator(last) || unpaired_last {
            end -= 1;
        } else {
            break;
        }
    }
    let something = (start..end).any(|at| marks.get(at) != Some(Mark::Gap));
    something.then_some((start, end))
}

//! The parts of the text that could be a name.

use super::super::marks::{Mark, Marks};
use super::super::normalize::{Folded, is_break, is_han};
use super::super::surnames;
use super::super::words::length_at_end;
/// A run without breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token {
    pub start: usize,
    pub end: usize,
}

pub(super) fn tokens(text: &Folded, marks: &Marks) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let inside = |at: usize| match marks.get(at) {
            Some(Mark::Open) => true,
            Some(Mark::Gap) => !is_break(text.chars[at]),
            _ => false,
        };
        let opens = inside(at) && matches!(text.chars[at], '(' | '[');
        if !(marks.is_open(at) || opens) {
            at += 1;
            continue;
        }
        let start = at;
        while at < text.len() && inside(at) {
            at += 1;
        }
        let mut end = at;
        while end > start && marks.get(end - 1) == Some(Mark::Gap) && !matches!(text.chars[end - 1], ')' | ']') {
            end -= 1;
        }
        // "(张三" and "收)" of "(张三 收)".
        let mut start = start;
        let inner = &text.chars[start..end];
        if inner.first() == Some(&'(') && !inner.contains(&')') {
            start += 1;
        } else if inner.last() == Some(&')') && !inner.contains(&'(') {
            end -= 1;
        }
        if end > start {
            push(text, &mut tokens, Token { start, end });
        }
    }
    tokens
}

/// Joins "张 伟" and "Jack Ma".
fn push(text: &Folded, tokens: &mut Vec<Token>, token: Token) {
    if let Some(last) = tokens.last_mut() {
        let gap = &text.chars[last.end..token.start];
        let blank = !gap.is_empty() && gap.len() <= 3 && gap.iter().all(|c| *c == ' ');
        let (left, right) = (&text.chars[last.start..last.end], &text.chars[token.start..token.end]);
        let latin = |chars: &[char]| chars.iter().all(|c| c.is_ascii_alphabetic() || *c == '.');
        let han = left.len() == 1
            && surnames::surname_rank(left[0]) > 0
            && right.len() <= 2
            && right.iter().all(|c| is_han(*c));
        if blank && (han || latin(left) && latin(right) && token.end - last.start <= 30) {
            last.end = token.end;
            return;
        }
    }
    tokens.push(token);
}

/// Where the token ends without 收, 亲收, (收).
pub(super) fn without_tail(text: &Folded, token: Token) -> usize {
    for tail in ["(收)", "(亲收)", "亲收", "签收", "亲启", "敬启", "收"] {
        if let Some(length) = length_at_end(&text.chars[token.start..token.end], tail)
            && token.end - token.start > length
        {
            return token.end - length;
        }
    }
    token.end
}

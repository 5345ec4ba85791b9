//! The working copy of a pasted text: one folded character for each of the buyer's.
//!
//! Full-width forms become half-width, every blank becomes a space (line ends stay), traditional characters
//! become simplified ones. Folding is for matching only; what is handed back is cut from the buyer's own
//! characters. Invisible characters are dropped from both. Folding a folded text changes nothing.

use std::collections::HashMap;
use std::sync::LazyLock;

/// Traditional and variant characters, each followed by its simplified form. From `OpenCC`, see provinces/NOTICE.
const VARIANTS: &str = include_str!("variants.txt");

const HAN_FIRST: u32 = 0x3400;
const HAN_LAST: u32 = 0x9fff;

/// Simplified form by code point; 0 where the character stays as it is.
static SIMPLIFIED: LazyLock<Vec<u16>> = LazyLock::new(|| {
    let mut table = vec![0_u16; (HAN_LAST - HAN_FIRST + 1) as usize];
    let mut characters = VARIANTS.chars().filter(|c| !c.is_whitespace());
    while let (Some(from), Some(to)) = (characters.next(), characters.next()) {
        let (Some(slot), Ok(to)) = (slot(from), u16::try_from(u32::from(to))) else { continue };
        table[slot] = to;
    }
    table
});

fn slot(c: char) -> Option<usize> {
    let point = u32::from(c);
    (HAN_FIRST..=HAN_LAST).contains(&point).then(|| (point - HAN_FIRST) as usize)
}

/// The folded form of one character; none for a character that cannot be seen.
#[must_use]
pub fn fold(c: char) -> Option<char> {
    Some(match c {
        '\n' | '\r' | '\u{2028}' | '\u{2029}' | '\u{0b}' | '\u{0c}' => '\n',
        '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{feff}'
        | '\u{ad}'
        | '\u{fe00}'..='\u{fe0f}'
        | '\u{fffc}' => return None,
        c if c.is_control() && c != '\t' => return None,
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        '、' => '、',
        '【' | '〔' | '「' | '『' => '[',
        '】' | '〕' | '」' | '』' => ']',
        '﹣' | '‐' | '‑' | '‒' | '–' | '—' | '―' | '−' => '-',
        '•' | '‧' | '∙' | '⋅' | '・' | '･' | '˙' => '·',
        '﹕' | '︰' | '∶' => ':',
        c if c.is_whitespace() => ' ',
        c => match slot(c).map(|slot| SIMPLIFIED[slot]) {
            Some(simplified) if simplified != 0 => char::from_u32(u32::from(simplified)).unwrap_or(c),
            _ => c,
        },
    })
}

/// A traditional form of a simplified character, or the character itself. One of several may be meant: for samples
/// and tests, not for people.
#[must_use]
pub fn traditional(c: char) -> char {
    static TRADITIONAL: LazyLock<HashMap<char, char>> = LazyLock::new(|| {
        let characters: Vec<char> = VARIANTS.chars().filter(|c| !c.is_whitespace()).collect();
        characters.chunks_exact(2).map(|pair| (pair[1], pair[0])).collect()
    });
    TRADITIONAL.get(&c).copied().unwrap_or(c)
}

/// A name as the matcher compares it.
#[must_use]
pub fn folded(name: &str) -> String {
    name.chars().filter_map(fold).collect()
}

/// The text in both forms. Every position in this module's callers is an index of characters into both.
pub struct Folded {
    /// What is compared.
    pub chars: Vec<char>,
    /// What the buyer wrote.
    pub original: Vec<char>,
    /// `chars` as one string.
    pub text: String,
    /// The character that holds each byte of `text`, and one more for its end.
    pub at_byte: Vec<u32>,
}

impl Folded {
    #[must_use]
    pub fn new(text: &str) -> Self {
        let mut folded = Self {
            chars: Vec::with_capacity(text.len() / 2),
            original: Vec::with_capacity(text.len() / 2),
            text: String::with_capacity(text.len()),
            at_byte: Vec::with_capacity(text.len() + 1),
        };
        for original in text.chars() {
            let Some(c) = fold(original) else { continue };
            let at = u32::try_from(folded.chars.len()).unwrap_or(u32::MAX);
            folded.at_byte.extend(std::iter::repeat_n(at, c.len_utf8()));
            folded.text.push(c);
            folded.chars.push(c);
            folded.original.push(if c == '\n' { ' ' } else { original });
        }
        folded.at_byte.push(u32::try_from(folded.chars.len()).unwrap_or(u32::MAX));
        folded
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.chars.is_empty()
    }

    #[must_use]
    pub fn len(&self) -> usize {
        self.chars.len()
    }

    #[must_use]
    pub fn get(&self, at: usize) -> Option<char> {
        self.chars.get(at).copied()
    }

    #[must_use]
    pub fn before(&self, at: usize) -> Option<char> {
        at.checked_sub(1).and_then(|before| self.get(before))
    }

    /// The folded text from here on.
    #[must_use]
    pub fn from(&self, at: usize) -> &[char] {
        self.chars.get(at..).unwrap_or_default()
    }

    /// Whether the folded text reads `word` from here on.
    #[must_use]
    pub fn reads(&self, at: usize, word: &str) -> bool {
        let mut rest = self.chars.get(at..).unwrap_or_default().iter();
        word.chars().all(|c| rest.next() == Some(&c))
    }

    /// The buyer's own characters.
    #[must_use]
    pub fn written(&self, start: usize, end: usize) -> String {
        self.original[start..end].iter().collect()
    }
}

/// 汉字, rare ones of the other planes included.
#[must_use]
pub const fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}' | '〇')
}

/// What may stand between two parts of an address.
#[must_use]
pub const fn is_separator(c: char) -> bool {
    is_break(c) || matches!(c, '-' | '=' | '<' | '…' | '·' | '"' | '\'' | '“' | '”' | '‘' | '’' | '`' | '^' | '→' | '.')
}

/// Dingbats, arrows and emoji: people set them between parts.
const fn is_picture(c: char) -> bool {
    matches!(c, '\u{2190}'..='\u{21ff}' | '\u{2500}'..='\u{27bf}' | '\u{2b00}'..='\u{2bff}' | '\u{1f000}'..='\u{1faff}')
}

#[must_use]
pub const fn is_bracket(c: char) -> bool {
    matches!(c, '(' | ')' | '[' | ']' | '{' | '}' | '《' | '》' | '〈' | '〉')
}

/// A separator strong enough to part a name from an address.
#[must_use]
pub const fn is_break(c: char) -> bool {
    matches!(
        c,
        ' ' | '\n'
            | '\t'
            | ','
            | '，'
            | '、'
            | '|'
            | ';'
            | '。'
            | ':'
            | '!'
            | '?'
            | '/'
            | '\\'
            | '_'
            | '~'
            | '*'
            | '>'
            | '｡'
            | '﹐'
    ) || is_picture(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn traditional_and_full_width_characters_are_folded() {
        assert_eq!(folded("廣東省佛山市禪城區１３８　０"), "广东省佛山市禅城区138 0");
    }

    #[test]
    fn folding_twice_is_folding_once() {
        for c in '\0'..=char::MAX {
            if let Some(once) = fold(c) {
                assert_eq!(fold(once), Some(once), "{c:?}");
            }
        }
    }

    #[test]
    fn both_forms_have_one_length() {
        let text = Folded::new("\u{feff}收貨人：張\u{200b}三\r\n手機");
        assert_eq!(text.chars.len(), text.original.len());
        assert_eq!(text.at_byte.len(), text.text.len() + 1);
        assert_eq!(text.written(0, 3), "收貨人");
    }
}

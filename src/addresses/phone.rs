//! Phone numbers in running text: mobile (手机), fixed line (固话) with extension (分机), 400 and 800.
//!
//! Every number that fits `1[3-9]` and nine digits is taken: numbers are opened faster than lists are kept.
//! Room numbers glued to a phone are left behind for the address.

mod area_codes;

use serde::Serialize;

pub use self::area_codes::AreaCodes;
use super::normalize::Folded;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PhoneKind {
    /// 手机
    Mobile,
    /// 固话
    FixedLine,
    /// 400 / 800
    Service,
}

/// A number as found; `digits` without country code, extension apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phone {
    pub kind: PhoneKind,
    /// National digits: `13800138000`, `075526001234`, `4008001234`.
    pub digits: String,
    /// How many of `digits` are the prefix (区号); 0 unless a fixed line.
    pub area_length: usize,
    /// 分机; also that of a marketplace's privacy number.
    pub extension: Option<String>,
}

impl Phone {
    /// `+8613800138000`. A local number without prefix has none.
    #[must_use]
    pub fn e164(&self) -> Option<String> {
        match self.kind {
            PhoneKind::FixedLine if self.area_length == 0 => None,
            PhoneKind::FixedLine => Some(format!("+86{}", self.digits.trim_start_matches('0'))),
            PhoneKind::Mobile | PhoneKind::Service => Some(format!("+86{}", self.digits)),
        }
    }

    /// `138 0013 8000`, `0755-26001234`, `400-800-1234`.
    #[must_use]
    pub fn display(&self) -> String {
        let digits = &self.digits;
        match self.kind {
            PhoneKind::Mobile => format!("{} {} {}", &digits[..3], &digits[3..7], &digits[7..]),
            PhoneKind::FixedLine if self.area_length == 0 => digits.clone(),
            PhoneKind::FixedLine => format!("{}-{}", &digits[..self.area_length], &digits[self.area_length..]),
            PhoneKind::Service => format!("{}-{}-{}", &digits[..3], &digits[3..6], &digits[6..]),
        }
    }

    /// A mobile number that no consumer can have: machine cards, satellite, unassigned (2026).
    #[must_use]
    pub fn is_unusual_mobile(&self) -> bool {
        const UNUSUAL: [&str; 15] =
            ["140", "141", "142", "143", "144", "146", "148", "154", "160", "161", "163", "164", "168", "169", "179"];
        self.kind == PhoneKind::Mobile
            && (UNUSUAL.contains(&&self.digits[..3])
                || matches!(&self.digits[..3], "174" | "194")
                || self.digits.starts_with("1349"))
    }
}

/// Where a number stands, `+86` and extension included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    pub start: usize,
    pub end: usize,
    pub phone: Phone,
}

/// A run of digits.
#[derive(Debug, Clone, Copy)]
struct Run {
    start: usize,
    end: usize,
}

impl Run {
    const fn len(self) -> usize {
        self.end - self.start
    }
}

/// Words that make digits before them a room or a building.
pub(super) const fn is_room_word(c: char) -> bool {
    matches!(
        c,
        '号' | '栋'
            | '室'
            | '单'
            | '楼'
            | '弄'
            | '幢'
            | '座'
            | '层'
            | '房'
            | '户'
            | '铺'
            | '院'
            | '排'
            | '组'
            | '期'
            | '区'
            | '巷'
            | '街'
            | '路'
            | '村'
            | '店'
    )
}

/// All numbers of the text, from left to right.
#[must_use]
pub fn find(text: &Folded, taken: impl Fn(usize) -> bool, areas: &AreaCodes) -> Vec<Found> {
    let runs = runs(text, taken);
    let mut found: Vec<Found> = Vec::new();
    let mut at = 0;
    while at < runs.len() {
        match read(text, &runs, at, areas) {
            Some((number, used)) => {
                found.push(with_extension(text, number));
                let end = found.last().map_or(0, |found| found.end);
                at += used;
                while runs.get(at).is_some_and(|run| run.start < end) {
                    at += 1;
                }
            }
            None => at += 1,
        }
    }
    found
}

fn runs(text: &Folded, taken: impl Fn(usize) -> bool) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for (at, c) in text.chars.iter().enumerate() {
        if !c.is_ascii_digit() || taken(at) {
            continue;
        }
        match runs.last_mut() {
            Some(run) if run.end == at => run.end = at + 1,
            _ => runs.push(Run { start: at, end: at + 1 }),
        }
    }
    runs
}

/// The number that begins with run `at`, and how many runs it uses.
fn read(text: &Folded, runs: &[Run], at: usize, areas: &AreaCodes) -> Option<(Found, usize)> {
    let run = runs[at];
    let digits = &text.chars[run.start..run.end];
    mobile_in(text, run)
        .map(|found| (found, 1))
        .or_else(|| mobile_in_groups(text, runs, at))
        .or_else(|| service(text, runs, at))
        .or_else(|| fixed_line(text, runs, at, areas))
        .or_else(|| {
            // "86 138 0013 8000": the country code is a run of its own, taken with the number behind it.
            let next = runs.get(at + 1)?;
            let joined = (1..=2).contains(&(next.start - run.end));
            let country = matches!(digits, ['8', '6']) || matches!(digits, ['0', '0', '8', '6']);
            if !country || !joined || !at_country_code(text, run) {
                return None;
            }
            let (mut found, used) = mobile_in(text, *next)
                .filter(|found| found.start == next.start)
                .map(|found| (found, 1))
                .or_else(|| mobile_in_groups(text, runs, at + 1))?;
            found.start = country_start(text, run.start);
            if text.get(found.end) == Some(')') && text.get(found.start) == Some('(') {
                found.end += 1;
            }
            Some((found, used + 1))
        })
}

fn at_country_code(text: &Folded, run: Run) -> bool {
    text.before(run.start).is_none_or(|c| !c.is_alphanumeric() && c != '#' || c == '+')
}

/// `+86` or `(86` begins before its digits.
fn country_start(text: &Folded, start: usize) -> usize {
    let mut start = start;
    for opening in ['+', '('] {
        if text.before(start) == Some(opening) {
            start -= 1;
        }
    }
    start
}

fn is_mobile(digits: &[char]) -> bool {
    matches!(digits, ['1', '3'..='9', ..]) && digits.len() == 11
}

/// A mobile number inside one run: alone, behind its country code, or glued to a room number.
fn mobile_in(text: &Folded, run: Run) -> Option<Found> {
    let digits = &text.chars[run.start..run.end];
    let length = run.len();
    if length < 11 {
        return None;
    }
    let found = |start: usize, end: usize, whole: usize| Found {
        start: whole,
        end,
        phone: Phone {
            kind: PhoneKind::Mobile,
            digits: text.chars[start..end].iter().collect(),
            area_length: 0,
            extension: None,
        },
    };
    if is_mobile(digits) {
        return Some(found(run.start, run.end, run.start));
    }
    let last = run.end - 11;
    let ends_well = is_mobile(&text.chars[last..run.end]);
    let starts_well = is_mobile(&digits[..11]);
    let before = &text.chars[run.start..last];
    if ends_well && matches!(before, ['8', '6'] | ['0', '0', '8', '6'] | ['0']) && at_country_code(text, run) {
        return Some(found(last, run.end, country_start(text, run.start)));
    }
    // Room and phone: "60118912345678". Phone and room: "13800138000501室", known by the word behind.
    let room_behind = text.get(run.end).is_some_and(is_room_word);
    match (starts_well, ends_well) {
        (true, true) if room_behind => Some(found(run.start, run.start + 11, run.start)),
        (_, true) if length <= 17 => {
            // "…路86138…" after a word: the 86 may be the country code; nobody lives at 0086.
            let whole = if before == ['0', '0', '8', '6'] { run.start } else { last };
            Some(found(last, run.end, whole))
        }
        (true, false) if length <= 16 => Some(found(run.start, run.start + 11, run.start)),
        _ => None,
    }
}

/// Whether two runs are written as parts of one number: one blank, hyphen or point between them.
fn joined(text: &Folded, left: Run, right: Run) -> bool {
    right.start == left.end + 1 && matches!(text.get(left.end), Some(' ' | '-' | '.' | '_'))
        || right.start == left.end + 3 && text.reads(left.end, " - ")
}

/// `138 0013 8000`, `138-00138000`, `1380013 8000`.
fn mobile_in_groups(text: &Folded, runs: &[Run], at: usize) -> Option<(Found, usize)> {
    const SHAPES: [&[usize]; 6] = [&[3, 4, 4], &[3, 8], &[7, 4], &[4, 3, 4], &[4, 4, 3], &[5, 6]];
    let first = runs[at];
    // The first group may end a run that begins with the country code or a room number.
    let (shape, skip) = SHAPES.iter().find_map(|shape| {
        let groups = runs.get(at..at + shape.len())?;
        let fits = groups.iter().zip(*shape).skip(1).all(|(run, length)| run.len() == *length);
        let close = groups.windows(2).all(|pair| joined(text, pair[0], pair[1]));
        let skip = first.len().checked_sub(shape[0])?;
        let head = text.chars.get(first.start + skip..first.start + skip + 2)?;
        let country = matches!(text.chars[first.start..first.start + skip], ['8', '6'] | ['0', '0', '8', '6']);
        let skip_fits =
            skip == 0 || (country && at_country_code(text, first)) || (skip <= 4 && shape.len() == 3 && shape[0] == 3);
        (fits && close && skip_fits && matches!(head, ['1', '3'..='9'])).then_some((*shape, skip))
    })?;
    let groups = &runs[at..at + shape.len()];
    let digits: Vec<char> = groups
        .iter()
        .enumerate()
        .flat_map(|(at, run)| &text.chars[run.start + if at == 0 { skip } else { 0 }..run.end])
        .copied()
        .collect();
    if !is_mobile(&digits) {
        return None;
    }
    let country = skip > 0 && matches!(text.chars[first.start..first.start + skip], ['8', '6'] | ['0', '0', '8', '6']);
    let start =
        if country && at_country_code(text, first) { country_start(text, first.start) } else { first.start + skip };
    let end = groups.last()?.end;
    let phone =
        Phone { kind: PhoneKind::Mobile, digits: digits.into_iter().collect(), area_length: 0, extension: None };
    Some((Found { start, end, phone }, shape.len()))
}

/// `400-800-1234` and its other groupings.
fn service(text: &Folded, runs: &[Run], at: usize) -> Option<(Found, usize)> {
    const SHAPES: [&[usize]; 7] = [&[10], &[3, 3, 4], &[3, 4, 3], &[3, 7], &[4, 3, 3], &[4, 6], &[6, 4]];
    let shape = SHAPES.iter().find(|shape| {
        runs.get(at..at + shape.len()).is_some_and(|groups| {
            groups.iter().zip(**shape).all(|(run, length)| run.len() == *length)
                && groups.windows(2).all(|pair| joined(text, pair[0], pair[1]))
        })
    })?;
    let groups = &runs[at..at + shape.len()];
    let digits: String = groups.iter().flat_map(|run| &text.chars[run.start..run.end]).collect();
    if !(digits.starts_with("400") || digits.starts_with("800")) {
        return None;
    }
    let phone = Phone { kind: PhoneKind::Service, digits, area_length: 0, extension: None };
    Some((Found { start: groups[0].start, end: groups.last()?.end, phone }, shape.len()))
}

/// `0755-26001234`, `(0755)26001234`, `010 6278 1234`, `075526001234`.
fn fixed_line(text: &Folded, runs: &[Run], at: usize, areas: &AreaCodes) -> Option<(Found, usize)> {
    let first = runs[at];
    let chars = &text.chars[first.start..first.end];
    let found = |digits: String, area_length: usize, start: usize, end: usize| Found {
        start,
        end,
        phone: Phone { kind: PhoneKind::FixedLine, digits, area_length, extension: None },
    };
    if let Some(area_length) = areas.split(chars) {
        return Some((found(chars.iter().collect(), area_length, first.start, first.end), 1));
    }
    // "86-0755-…" and "+86 755 …" begin with the country code.
    if matches!(chars, ['8', '6'])
        && at_country_code(text, first)
        && runs.get(at + 1).is_some_and(|n| joined(text, first, *n))
    {
        let (mut number, used) = fixed_line(text, runs, at + 1, areas)?;
        number.start = country_start(text, first.start);
        return Some((number, used + 1));
    }
    if chars.first() != Some(&'0') || !(3..=4).contains(&chars.len()) {
        return None;
    }
    let second = *runs.get(at + 1)?;
    let bracketed = text.before(first.start) == Some('(') && text.get(first.end) == Some(')');
    let behind_bracket = bracketed
        && (second.start == first.end + 1
            || second.start == first.end + 2 && matches!(text.get(first.end + 1), Some(' ' | '-')));
    if !behind_bracket && !joined(text, first, second) {
        return None;
    }
    let start = if bracketed { first.start - 1 } else { first.start };
    let starts_well = matches!(text.get(second.start), Some('2'..='8'));
    if starts_well && areas.fits(chars, second.len()) {
        let digits = chars.iter().chain(&text.chars[second.start..second.end]).collect();
        return Some((found(digits, chars.len(), start, second.end), 2));
    }
    let third = *runs.get(at + 2)?;
    if starts_well && joined(text, second, third) && third.len() == 4 && areas.fits(chars, second.len() + 4) {
        let digits = chars
            .iter()
            .chain(&text.chars[second.start..second.end])
            .chain(&text.chars[third.start..third.end])
            .collect();
        return Some((found(digits, chars.len(), start, third.end), 3));
    }
    None
}

/// Takes `-806`, `转806`, `分机806`, `ext. 806` behind a number.
fn with_extension(text: &Folded, mut found: Found) -> Found {
    const WORDS: [&str; 9] = ["转分机", "分机号", "分机", "转", "extension", "ext.", "ext", "EXT", "#"];
    let mut at = found.end;
    let hyphen = text.get(at) == Some('-');
    if hyphen {
        at += 1;
    }
    while matches!(text.get(at), Some(' ' | ',' | ':')) && at < found.end + 3 && !hyphen {
        at += 1;
    }
    let word = WORDS.iter().find(|word| text.reads(at, word));
    if let Some(word) = word {
        at += word.chars().count();
        while matches!(text.get(at), Some(' ' | ':' | '-')) && at < found.end + 12 {
            at += 1;
        }
    } else if !hyphen {
        return found;
    }
    let digits: String = text.chars[at.min(text.len())..].iter().take(7).take_while(|c| c.is_ascii_digit()).collect();
    let end = at + digits.len();
    let part_of_address = text.get(end).is_some_and(is_room_word)
        || word.is_none() && text.get(end) == Some('-') && text.get(end + 1).is_some_and(|c| c.is_ascii_digit());
    if (1..=6).contains(&digits.len()) && !part_of_address {
        found.phone.extension = Some(digits);
        found.end = end;
    }
    found
}

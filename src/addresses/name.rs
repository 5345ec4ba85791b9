//! The recipient's name (收货人) among what is left after phone and region.
//!
//! Every part of the text gets points for looking like a name, for standing beside the phone and at an edge,
//! and loses them for looking like an address. Glued names are cut behind a door word (号 室 栋 …).

use std::sync::LazyLock;

use super::labels::{Label, Labelled};
use super::marks::{Mark, Marks};
use super::normalize::{Folded, is_break, is_han};
use super::surnames;
use super::words::{Letters, Words};

/// A name and how sure it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    pub start: usize,
    pub end: usize,
    pub certain: bool,
}

/// A run without breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Token {
    start: usize,
    end: usize,
}

/// From these points on a part is taken for a name.
const ENOUGH: i32 = 28;
const CERTAIN: i32 = 62;

/// Behind these a glued name may begin.
static DOORS: LazyLock<Letters> = LazyLock::new(|| Letters::new("号室楼栋座幢元层户柜站铺店房组院"));
static HOUSES: LazyLock<Letters> = LazyLock::new(|| Letters::new("厦苑园区村城府寓场学旁口内侧库部心司馆厂所局行庄寨屯里弄巷路街道桥门湾社队点处仓镇乡县市州旗超堂塔廊坊堡岗坪"));

/// A part that ends like this is no name.
static PLACE_ENDS: LazyLock<Letters> = LazyLock::new(|| Letters::new("路街道镇乡村区市县号栋楼室层座园苑厦寓店馆站厂幢院巷弄省州旗湾桥库铺柜局所校场期组队社屯寨坊塔户口旁内侧门里"));
/// These end given names too.
static SOFT_ENDS: LazyLock<Letters> = LazyLock::new(|| Letters::new("城园庄府里楼门坊塔道院村苑路社"));

const PLACE_WORDS: [&str; 66] = [
    "公司", "集团", "中心", "广场", "小区", "大厦", "花园", "公寓", "学校", "大学", "中学", "小学", "医院", "驿站", "快递", "菜鸟", "丰巢", "超市", "便利", "酒店", "宾馆",
    "饭店", "银行", "工业", "科技", "国际", "街道", "大道", "门口", "对面", "附近", "旁边", "楼下", "前台", "物业", "保安", "门卫", "传达室", "收发室", "宿舍", "家园", "新村", "社区",
    "自提", "代收", "放在", "放门", "不要", "送货", "上门", "电话", "微信", "一层", "二层", "三楼", "单元", "家属", "市场", "工地", "仓库", "车间", "办公", "商铺", "门面", "默认", "发货",
];

static PLACE_WORD: LazyLock<Words<()>> = LazyLock::new(|| Words::new(PLACE_WORDS.map(|word| (word, ()))));

/// Finds the name and marks it.
pub fn read(
    text: &Folded,
    marks: &mut Marks,
    labels: &[Label],
    phones: &[(usize, usize)],
    is_place: impl Fn(usize, usize) -> bool,
) -> Option<Found> {
    let tokens = tokens(text, marks);
    let reader = Reader { text, marks, labels, phones, tokens: &tokens, is_place: &is_place };
    let found = reader.labelled().or_else(|| reader.best())?;
    marks.set(found.start, found.end, Mark::Name);
    // 收 behind the name goes with it.
    if let Some(token) = tokens.iter().find(|token| token.start <= found.start && found.end <= token.end) {
        let tail = without_tail(text, *token);
        if tail == found.end {
            marks.set(tail, token.end, Mark::Filler);
        }
    }
    Some(found)
}

fn tokens(text: &Folded, marks: &Marks) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let inside = |at: usize| match marks.get(at) {
            Some(Mark::Open) => true,
            Some(Mark::Gap) => !is_break(text.chars[at]),
            _ => false,
        };
        if !marks.is_open(at) && !(inside(at) && matches!(text.chars[at], '(' | '[')) {
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
        let han = left.len() == 1 && surnames::surname_rank(left[0]) > 0 && right.len() <= 2 && right.iter().all(|c| is_han(*c));
        if blank && (han || latin(left) && latin(right) && token.end - last.start <= 30) {
            last.end = token.end;
            return;
        }
    }
    tokens.push(token);
}

/// Where the token ends without 收, 亲收, (收).
fn without_tail(text: &Folded, token: Token) -> usize {
    for tail in ["(收)", "(亲收)", "亲收", "签收", "亲启", "敬启", "收"] {
        let length = tail.chars().count();
        if token.end - token.start > length && text.reads(token.end - length, tail) {
            return token.end - length;
        }
    }
    token.end
}

struct Reader<'a> {
    text: &'a Folded,
    marks: &'a Marks,
    labels: &'a [Label],
    phones: &'a [(usize, usize)],
    tokens: &'a [Token],
    /// The span is the name of a unit, and the region is known without it.
    is_place: &'a dyn Fn(usize, usize) -> bool,
}

impl Reader<'_> {
    fn labelled(&self) -> Option<Found> {
        self.labels.iter().filter(|label| label.of == Labelled::Name).find_map(|label| {
            let token = self.tokens.iter().find(|token| token.start >= label.end)?;
            let clear = self.marks.clear_between(label.end, token.start);
            let phone_between = self.phones.iter().any(|(start, _)| (label.end..token.start).contains(start));
            let end = without_tail(self.text, *token);
            let length = end - token.start;
            let digits = self.text.chars[token.start..end].iter().filter(|c| c.is_ascii_digit()).count();
            let region_between = (label.end..token.start).any(|at| self.marks.get(at) == Some(Mark::Region));
            (clear && !phone_between && !region_between && (1..=24).contains(&length) && digits <= 4)
                .then_some(Found { start: token.start, end, certain: true })
        })
    }


    fn best(&self) -> Option<Found> {
        let standing = self
            .tokens
            .iter()
            .enumerate()
            .map(|(at, token)| {
                let end = without_tail(self.text, *token);
                (self.points(at, *token, end), token.start, end)
            })
            .max_by_key(|(points, start, _)| (*points, std::cmp::Reverse(*start)));
        if let Some((points, start, end)) = standing
            && points >= 44
        {
            return Some(Found { start, end, certain: points >= CERTAIN });
        }
        let glued = self.tokens.iter().enumerate().filter_map(|(at, token)| self.glued(at, *token)).max_by_key(|(points, _, _)| *points);
        match (standing, glued) {
            (Some((points, start, end)), None) if points >= ENOUGH => Some(Found { start, end, certain: false }),
            (standing, Some((points, start, end))) if standing.is_none_or(|(other, _, _)| other <= points) => {
                Some(Found { start, end, certain: points >= CERTAIN })
            }
            (Some((points, start, end)), Some(_)) if points >= ENOUGH => Some(Found { start, end, certain: false }),
            (_, Some((points, start, end))) => Some(Found { start, end, certain: points >= CERTAIN }),
            _ => None,
        }
    }

    fn beside_phone(&self, start: usize, end: usize) -> bool {
        self.phones.iter().any(|(from, to)| {
            (*from >= end && self.nothing_between(end, *from)) || (*to <= start && self.nothing_between(*to, start))
        })
    }

    /// Neither address nor region.
    fn nothing_between(&self, start: usize, end: usize) -> bool {
        self.marks.clear_between(start, end)
            && !(start..end.min(start + 40)).any(|at| matches!(self.marks.get(at), Some(Mark::Region | Mark::Town)))
    }

    /// Points of a part that stands alone.
    fn points(&self, at: usize, token: Token, end: usize) -> i32 {
        let start = token.start;
        let chars = &self.text.chars[start..end];
        let mut points = likeness(chars);
        // 宝应, 贺州 beside the phone while the region is known: people bear such names.
        if points < 22 && chars.len() <= 3 && (self.is_place)(start, end) && self.beside_phone(start, end) {
            points = 22;
        }
        if points > -40 && end < token.end {
            points += 22;
        }
        if points <= -40 {
            return points;
        }
        if self.beside_phone(start, end) {
            points += 25;
        }
        if at == 0 || at + 1 == self.tokens.len() {
            points += 10;
        }
        let own_line = |at: Option<char>| matches!(at, None | Some('\n'));
        if own_line(self.text.before(start)) && own_line(self.text.get(end)) {
            points += 6;
        }
        // Between two parts of one address nobody writes a name.
        let follows_region = start > 0 && self.marks.get(start - 1) == Some(Mark::Region);
        if follows_region && !self.beside_phone(start, end) {
            points -= 18;
        }
        points
    }

    /// A name at the end of an address, or before one.
    fn glued(&self, at: usize, token: Token) -> Option<(i32, usize, usize)> {
        let end = without_tail(self.text, token);
        let chars = &self.text.chars[token.start..end];
        let beside = self.beside_phone(token.start, token.end);
        let last = at + 1 == self.tokens.len();
        let phone_behind = self.phones.iter().any(|(from, _)| *from >= token.end && self.nothing_between(token.end, *from));
        if !(beside && phone_behind) && !(last && self.marks.edge_after(token.end)) {
            return None;
        }
        let best = (2..=5)
            .filter_map(|length| {
                let cut = chars.len().checked_sub(length)?;
                let before = *chars.get(cut.checked_sub(1)?)?;
                let name = &chars[cut..];
                if !name.iter().all(|c| is_han(*c)) {
                    return None;
                }
                let surname = surnames::surname_rank(name[0]) > 0;
                let named = match length {
                    2 => surname,
                    3 => surname || surnames::compound(name),
                    _ => surnames::compound(name) || surname && surnames::title(name).is_some_and(|title| title + 2 >= length),
                };
                let door = if before.is_ascii_alphanumeric() || DOORS.contains(before) || matches!(before, ')' | ']' | '#') {
                    24
                } else if HOUSES.contains(before) {
                    14
                } else {
                    return None;
                };
                // 7楼娄金: the first character of 楼娄金 is the door.
                let is_door = DOORS.contains(name[0]) && (before.is_ascii_digit() || DOORS.contains(before));
                let likeness = likeness(name) - if is_door { 30 } else { 0 };
                (named && likeness > 20).then_some((likeness + door, token.start + cut))
            })
            .max_by_key(|(points, _)| *points)?;
        let points = best.0 + if phone_behind { 6 } else { -14 };
        (points >= 50).then_some((points, best.1, end))
    }
}

/// How much the characters look like a name, wherever they stand.
fn likeness(chars: &[char]) -> i32 {
    let length = chars.len();
    let Some((first, last)) = chars.first().zip(chars.last()) else { return -100 };
    let digits = chars.iter().filter(|c| c.is_ascii_digit()).count();
    if chars.iter().all(|c| c.is_ascii_alphabetic() || matches!(c, ' ' | '.' | '-' | '\'')) {
        return if (2..=24).contains(&length) { 25 } else { -10 };
    }
    if digits > 0 || length > 20 {
        return if digits <= 2 && length <= 5 && is_han(*first) && !PLACE_ENDS.contains(*last) { -5 } else { -60 };
    }
    let dotted = chars[1..length.saturating_sub(1).max(1)].contains(&'·');
    if dotted && chars.iter().all(|c| is_han(*c) || *c == '·') {
        return 70;
    }
    // 张(女士): the bracket holds a title.
    if let Some(open) = chars.iter().position(|c| *c == '(') {
        let inner: String = chars[open + 1..].iter().filter(|c| **c != ')').collect();
        let titled = surnames::TITLES.contains(&inner.as_str());
        return if titled && (1..=4).contains(&open) { 50 } else if open >= 2 && open <= 4 { likeness(&chars[..open]) - 20 } else { -60 };
    }
    let han = chars.iter().filter(|c| is_han(**c)).count();
    if han < length {
        // A晓丽, 小Q.
        let nick = length <= 6 && chars.iter().all(|c| is_han(*c) || c.is_ascii_alphabetic()) && !PLACE_ENDS.contains(*last);
        return if nick { 22 } else { -60 };
    }
    let titled = surnames::title(chars).is_some_and(|title| title >= 2 || surnames::surname_rank(*first) > 0 && length <= 3);
    if PLACE_WORD.within(chars) {
        return -60;
    }
    if titled && length <= 8 {
        return if surnames::surname_rank(*first) > 0 && length <= 5 { 60 } else { 34 };
    }
    let ends_like_place = PLACE_ENDS.contains(*last);
    let soft = SOFT_ENDS.contains(*last);
    let place = match (ends_like_place, soft) {
        (true, true) => 24,
        (true, false) => 70,
        (false, true) => 12,
        (false, false) => 0,
    };
    let given = chars[1..].iter().filter(|c| surnames::is_given(**c)).count();
    let given = i32::try_from(given).unwrap_or(0);
    let rank = i32::from(surnames::surname_rank(*first));
    let base = match length {
        1 => 2 + rank * 3,
        3 | 4 if surnames::compound(chars) => 56,
        2 if rank > 0 => 30 + rank * 6 + given * 7,
        3 if rank > 0 => 32 + rank * 6 + given * 6,
        4 if rank > 0 => 8 + rank * 4 + given * 5,
        2..=4 if matches!(first, '小' | '阿' | '老' | '大') => 26,
        2..=4 => 10 + given * 3,
        5..=8 => -8,
        _ => -40,
    };
    base - place
}

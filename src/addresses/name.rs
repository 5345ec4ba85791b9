//! The recipient's name (收货人) among what is left after phone and region.
//!
//! Every part of the text gets points for looking like a name, for standing beside the phone and at an edge,
//! and loses them for looking like an address. Glued names are cut behind a door word (号 室 栋 …).

mod likeness;
mod tokens;

use std::sync::LazyLock;

use self::likeness::likeness;
use self::tokens::{Token, tokens, without_tail};
use super::labels::{Label, Labelled};
use super::marks::{Mark, Marks};
use super::normalize::{Folded, is_han};
use super::surnames;
use super::words::Letters;

/// A name and how sure it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    pub start: usize,
    pub end: usize,
    pub certain: bool,
}

/// From these points on a part is taken for a name.
const ENOUGH: i32 = 28;
const CERTAIN: i32 = 62;

/// Behind these a glued name may begin.
static DOORS: LazyLock<Letters> = LazyLock::new(|| Letters::new("号室楼栋座幢元层户柜站铺店房组院"));
static HOUSES: LazyLock<Letters> = LazyLock::new(|| {
    Letters::new(
        "厦苑园区村城府寓场学旁口内侧库部心司馆厂所局行庄寨屯里弄巷路街道桥门湾社队点处仓镇乡县市州旗超堂塔廊坊堡岗坪",
    )
});

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
    let mut found = reader.labelled().or_else(|| reader.best())?;
    let next = tokens
        .iter()
        .find(|token| token.start > found.end && text.chars[found.end..token.start].iter().all(|c| *c == ' '));
    if let Some(next) = next {
        match &text.chars[next.start..next.end] {
            // "张三 收"
            ['收'] => marks.set(next.start, next.end, Mark::Filler),
            // "李静 女士"
            title if title.len() == 2 && surnames::is_title(title) => found.end = next.end,
            _ => {}
        }
    }
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
            (clear && !phone_between && !region_between && (1..=24).contains(&length) && digits <= 4).then_some(Found {
                start: token.start,
                end,
                certain: true,
            })
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
        let glued = self
            .tokens
            .iter()
            .enumerate()
            .filter_map(|(at, token)| self.glued(at, *token))
            .max_by_key(|(points, _, _)| *points);
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
            && !(start..end.min(start + 40)).any(|at| matches!(self.marks.get(at), Some(Mark::Region)))
    }

    /// Points of a part that stands alone.
    fn points(&self, at: usize, token: Token, end: usize) -> i32 {
        let start = token.start;
        let chars = &self.text.chars[start..end];
        // "李 想" is 李想.
        let joined: Vec<char>;
        let chars = if chars.contains(&' ') && chars.iter().copied().any(is_han) {
            joined = chars.iter().copied().filter(|c| *c != ' ').collect();
            &joined
        } else {
            chars
        };
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
        let phone_behind =
            self.phones.iter().any(|(from, _)| *from >= token.end && self.nothing_between(token.end, *from));
        let at_an_end = last && self.marks.edge_after(token.end);
        if !(beside && phone_behind || at_an_end) {
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
                    _ => {
                        surnames::compound(name)
                            || surname && surnames::title(name).is_some_and(|title| title + 2 >= length)
                    }
                };
                let door = if before.is_ascii_alphanumeric()
                    || DOORS.contains(before)
                    || matches!(before, ')' | ']' | '#' | '(' | '[')
                {
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

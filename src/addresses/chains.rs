//! From names to chains: runs of place names whose units lie in one another.
//!
//! One pass over the names from left to right. A chain grows over gaps that hold nothing but separators,
//! labels and fillers; for every reading of a name only its best chain is kept, so the work is proportional to
//! the number of names.

use super::guards::{self, Claim};
use super::lexicon::{Form, Lexicon, Match, Reading, Targets, UnitAt};
use super::marks::{Mark, Marks};
use super::normalize::Folded;
use crate::regions::Level;

/// Levels that were written, as bits.
pub const PROVINCE: u8 = 1;
pub const CITY: u8 = 2;
pub const DISTRICT: u8 = 4;

/// How many chains may be open at one place.
const OPEN_CHAINS: usize = 24;

#[derive(Debug, Clone, Copy)]
pub struct Chain {
    /// The deepest unit, or what it was retired into.
    pub targets: Targets,
    pub score: i32,
    pub start: usize,
    pub end: usize,
    /// Levels written with a name in force or not.
    pub covers: u8,
    /// Levels written with a retired name.
    pub replaced: u8,
    /// Names with suffix.
    pub full: u8,
    /// Names without.
    pub short: u8,
    /// The last name is short, and words that may belong to it follow at once.
    pub claimed: bool,
    /// The retired unit that decided the targets.
    pub retired: Option<u16>,
    /// A name and its chain before it.
    pub(super) name: (u32, u32),
    pub(super) previous: u32,
}

pub struct Chains {
    pub all: Vec<Chain>,
    /// Names that survived: not inside longer ones.
    pub matches: Vec<Match>,
}

impl Chains {
    /// The spans of the names of a chain.
    pub fn names(&self, chain: &Chain) -> impl Iterator<Item = (usize, usize)> {
        let mut next = Some(*chain);
        std::iter::from_fn(move || {
            let chain = next?;
            next = self.all.get(chain.previous as usize).copied();
            Some((chain.name.0 as usize, chain.name.1 as usize))
        })
    }
}

/// Reads every chain of the text.
#[must_use]
pub fn read(lexicon: &Lexicon, text: &Folded, marks: &mut Marks) -> Chains {
    let scanned = lexicon.scan(text);
    let mut begins = vec![false; text.len() + 1];
    let mut begins_unit = vec![false; text.len() + 1];
    for found in &scanned {
        begins[found.start as usize] |= lexicon.names_place(found.name);
        begins_unit[found.start as usize] |= lexicon.has_full(found.name);
    }
    let matches = outermost(lexicon, text, marks, (&begins, &begins_unit), scanned);
    mark_fillers(lexicon, text, marks, &matches);
    let mut reader = Reader { lexicon, text, marks, begins: &begins, all: Vec::new(), open: Vec::new() };
    for found in &matches {
        reader.take(*found);
    }
    Chains { all: reader.all, matches }
}


/// Drops names inside longer official names: 城区 inside 西城区, 岳阳 inside 岳阳县.
fn outermost(lexicon: &Lexicon, text: &Folded, marks: &Marks, begins: (&[bool], &[bool]), matches: Vec<Match>) -> Vec<Match> {
    let (begins, begins_unit) = begins;
    let mut kept = Vec::with_capacity(matches.len());
    // What the longest unit and the longest town so far cover. A town (南新乡, 庆阳镇) hides no short name: 河南新乡, 庆阳镇原县.
    let (mut unit, mut town) = ((0, 0), (0, 0));
    for found in matches {
        if !marks.all_open(found.start as usize, found.end as usize) {
            continue;
        }
        let inside = |(from, to): (u32, u32)| found.end <= to && found.end - found.start < to - from;
        // 济南市中区 is 济南 and 市中区 too; the chain decides.
        let parts_town = lexicon.has_short(found.name) && (town.0 < found.start || begins_unit[found.end as usize]);
        if !inside(unit) && (!inside(town) || parts_town) {
            kept.push(found);
        }
        // 唐山市路北区: the road word begins the next name.
        let road = || !begins[found.end as usize] && guards::behind_full(text, found.end as usize) == Claim::Certain;
        if lexicon.has_full(found.name) && found.end > unit.1 && !road() {
            unit = (found.start, found.end);
        }
        if lexicon.names_place(found.name) && found.end > town.1 && !lexicon.has_short(found.name) && !road() {
            town = (found.start, found.end);
        }
    }
    kept
}

fn mark_fillers(lexicon: &Lexicon, text: &Folded, marks: &mut Marks, matches: &[Match]) {
    for found in matches {
        if !lexicon.readings(found.name).iter().any(|reading| matches!(reading, Reading::Filler)) {
            continue;
        }
        let (start, end) = (found.start as usize, found.end as usize);
        let country = matches!(text.chars[start], '中' | 'C');
        let place_next = matches.iter().any(|next| next.start == found.end);
        if country && !(marks.edge_before(start) && (place_next || marks.edge_after(end))) {
            continue;
        }
        marks.set(start, end, Mark::Filler);
    }
    // 第八师: the division of a production corps before its city.
    for at in 0..text.len() {
        if text.chars[at] == '师' && text.get(at + 1).is_some_and(|c| c != '大' && c != '范') {
            let start = (at.saturating_sub(3)..at).find(|start| text.chars[*start] == '第');
            let Some(start) = start else { continue };
            if text.chars[start + 1..at].iter().all(|c| "一二三四五六七八九十".contains(*c)) && marks.is_open(start) {
                marks.set(start, at + 1, Mark::Filler);
            }
        }
    }
    marks.count();
}

struct Reader<'a> {
    lexicon: &'a Lexicon,
    text: &'a Folded,
    marks: &'a Marks,
    /// Where names of places begin.
    begins: &'a [bool],
    all: Vec<Chain>,
    /// Chains that the next name may go on.
    open: Vec<u32>,
}

/// One reading of one name, before chains.
struct Piece {
    targets: Targets,
    form: Form,
    retired: Option<u16>,
    level: u8,
    score: i32,
    claimed: bool,
    alone: bool,
    /// A current unit has this name too: the old one is meant only inside its old city.
    shadowed: bool,
}

impl Reader<'_> {
    fn take(&mut self, found: Match) {
        let (start, end) = (found.start as usize, found.end as usize);
        let marks = self.marks;
        self.open.retain(|at| {
            let reached = self.all[*at as usize].end;
            reached >= start || marks.clear_between(reached, start) || bridged(self.lexicon, self.text, &self.all[*at as usize], start)
        });
        let first_new = self.all.len();
        for reading in self.lexicon.readings(found.name) {
            let Some(piece) = self.piece(reading, start, end) else { continue };
            let mut best: Option<Chain> = piece.alone.then(|| self.begin(&piece, found));
            // Small before large (南山区, 深圳市) is kept apart: what comes next may go on from the large alone.
            let mut reversed: Option<Chain> = None;
            for at in &self.open {
                let chain = &self.all[*at as usize];
                let overlapping = chain.end == start + 1 && chain.end > start && self.text.chars[start] == '市';
                if chain.end > start && !overlapping {
                    continue;
                }
                let Some(longer) = self.extend(*at, chain, &piece, found) else { continue };
                let upwards = chain.covers & piece.level == 0 && piece.level < chain.covers_deepest();
                let slot = if upwards { &mut reversed } else { &mut best };
                if slot.as_ref().is_none_or(|best| longer.score > best.score) {
                    *slot = Some(longer);
                }
            }
            self.all.extend(best);
            self.all.extend(reversed);
        }
        for at in first_new..self.all.len() {
            self.open.push(u32::try_from(at).unwrap_or(u32::MAX));
        }
        if self.open.len() > OPEN_CHAINS {
            let excess = self.open.len() - OPEN_CHAINS;
            self.open.drain(..excess);
        }
    }

    fn piece(&self, reading: &Reading, start: usize, end: usize) -> Option<Piece> {
        let length = i32::try_from(end - start).unwrap_or(0);
        let (targets, form, retired, unit) = match *reading {
            Reading::Unit { unit, form } => (Targets::of(std::iter::once(unit)), form, None, unit),
            Reading::Retired { retired, form, targets, .. } => (targets, form, Some(retired), *targets.as_slice().first()?),
            _ => return None,
        };
        let (base, claim) = match form {
            Form::Full => (20, self.claim(end, guards::behind_full)),
            Form::Alias => (16, self.claim(end, guards::behind_full)),
            Form::Short => (10, self.claim(end, guards::behind_short)),
            Form::Abbreviation => {
                let whole = self.marks.edge_before(start) && self.marks.edge_after(end);
                return whole.then_some(Piece {
                    targets,
                    form,
                    retired,
                    level: PROVINCE,
                    score: 6,
                    claimed: false,
                    alone: true,
                    shadowed: false,
                });
            }
        };
        if claim == Claim::Certain {
            return None;
        }
        let institution = if claim == Claim::Institution { 12 } else { 0 };
        let (level, recent, shadowed) = match *reading {
            Reading::Retired { retired, shadowed, .. } => {
                let old = self.lexicon.retired(retired);
                let level = if old.code.digits() % 100 == 0 { CITY } else { DISTRICT };
                (level, old.gone_by >= 2009, shadowed)
            }
            _ => (self.level(unit), true, false),
        };
        let retired_cost = i32::from(retired.is_some()) + if recent { 0 } else { 5 };
        Some(Piece {
            targets,
            form,
            retired,
            level,
            score: base + length - institution - retired_cost,
            claimed: claim == Claim::Possible,
            alone: !shadowed && (retired.is_none() || end - start > 2),
            shadowed,
        })
    }

    /// What follows claims the name, unless it begins a name itself: 唐山市路北区.
    fn claim(&self, end: usize, behind: fn(&Folded, usize) -> Claim) -> Claim {
        if self.begins[end] { Claim::None } else { behind(self.text, end) }
    }

    fn level(&self, unit: UnitAt) -> u8 {
        let row = self.lexicon.unit(unit);
        match row.level {
            Level::Province => PROVINCE,
            Level::Prefecture => CITY,
            _ if self.lexicon.ends_at_city(unit) => CITY,
            _ => DISTRICT,
        }
    }

    fn begin(&self, piece: &Piece, found: Match) -> Chain {
        let short = matches!(piece.form, Form::Short | Form::Abbreviation);
        Chain {
            targets: piece.targets,
            score: piece.score,
            start: found.start as usize,
            end: found.end as usize,
            covers: piece.level,
            replaced: if piece.retired.is_some() { piece.level } else { 0 },
            full: u8::from(!short),
            short: u8::from(short),
            claimed: piece.claimed,
            retired: piece.retired,
            name: (found.start, found.end),
            previous: u32::MAX,
        }
    }

    /// The chain with one more name, if the units fit.
    fn extend(&self, at: u32, chain: &Chain, piece: &Piece, found: Match) -> Option<Chain> {
        let lexicon = self.lexicon;
        let inside = |unit: UnitAt| chain.targets.as_slice().iter().any(|outer| lexicon.within(unit, *outer));
        let around = |unit: UnitAt| piece.targets.as_slice().iter().any(|outer| lexicon.within(unit, *outer));
        let deeper = piece.level > chain.covers_deepest();
        if piece.shadowed && !(chain.covers & CITY != 0 && deeper && self.old_path(chain, piece)) {
            return None;
        }
        let begun = self.begin(piece, found);
        let (targets, score, retired) = if deeper {
            let targets = if self.old_path(chain, piece) { piece.targets } else { piece.targets.filtered(inside) };
            (targets, chain.score + piece.score, piece.retired)
        } else {
            let targets = chain.targets.filtered(around);
            let written = chain.covers & piece.level != 0;
            // Small before large (南山区, 深圳市) needs something in between; a repetition does not.
            let gap = found.start as usize > chain.end;
            if !written && !gap {
                return None;
            }
            let repeated = chain.retired.is_some() && chain.covers & piece.level == piece.level && piece.level == chain.covers_deepest();
            if repeated && !piece.targets.as_slice().iter().all(|unit| chain.targets.as_slice().contains(unit)) {
                return None;
            }
            // 南山区南山科技园: a repetition without suffix is part of what follows.
            if written && piece.form == Form::Short && !self.marks.edge_after(found.end as usize) {
                return None;
            }
            let score = if written { chain.score.max(piece.score) + 1 } else { chain.score + piece.score - 2 };
            (targets, score, chain.retired)
        };
        if targets.as_slice().is_empty() {
            return None;
        }
        let overlap = i32::from(chain.end > found.start as usize);
        Some(Chain {
            targets,
            score: score - overlap,
            start: chain.start,
            end: found.end as usize,
            covers: chain.covers | piece.level,
            replaced: chain.replaced | begun.replaced,
            full: chain.full.saturating_add(begun.full),
            short: chain.short.saturating_add(begun.short),
            claimed: piece.claimed,
            retired,
            name: (found.start, found.end),
            previous: at,
        })
    }

    /// The retired unit once lay in what the chain names: 四平市公主岭市, 莱芜市莱城区.
    fn old_path(&self, chain: &Chain, piece: &Piece) -> bool {
        let Some(retired) = piece.retired else { return false };
        let old = self.lexicon.retired(retired);
        let named = |name: &str| {
            let before = old.path.strip_suffix(&*old.name).unwrap_or(&old.path);
            before.contains(name)
        };
        match chain.retired {
            Some(outer) => named(&self.lexicon.retired(outer).name),
            None => chain.targets.as_slice().iter().any(|unit| {
                let unit = self.lexicon.unit(*unit);
                named(&unit.name)
            }),
        }
    }
}

impl Chain {
    fn covers_deepest(&self) -> u8 {
        [DISTRICT, CITY, PROVINCE].into_iter().find(|level| self.covers & level != 0).unwrap_or(0)
    }

    /// How many levels were written.
    #[must_use]
    pub fn levels(&self) -> u32 {
        self.covers.count_ones()
    }
}

/// 重庆市县云阳县: the old heading of its counties.
fn bridged(lexicon: &Lexicon, text: &Folded, chain: &Chain, start: usize) -> bool {
    let county = start == chain.end + 1 && text.chars[chain.end] == '县';
    county && chain.targets.as_slice().iter().any(|unit| lexicon.unit(*unit).code.digits() == 500_000)
}

//! From chains to one region, or to candidates: choose, narrow, complete from the town, never guess.

mod parts;
mod towns;

use super::answer::{Candidate, Former, Part, WarningCode};
use super::chains::{CITY, Chain, Chains, DISTRICT, PROVINCE};
use super::lexicon::{Form, Lexicon, Match, Reading, UnitAt};
use super::marks::{Mark, Marks};
use super::normalize::Folded;
use crate::regions::Code;

/// What the text says about the place.
#[derive(Default)]
pub struct Region {
    pub province: Option<Part>,
    pub city: Option<Part>,
    pub district: Option<Part>,
    pub town: Option<Part>,
    pub code: Option<Code>,
    pub province_at: Option<UnitAt>,
    pub complete: bool,
    pub former: Vec<Former>,
    pub candidates: Vec<Candidate>,
    pub warnings: Vec<WarningCode>,
    /// Where the chosen chain stands.
    pub span: Option<(usize, usize)>,
}

/// More places than these are no choice for a person.
const MOST_CANDIDATES: usize = 12;

struct Search<'a> {
    lexicon: &'a Lexicon,
    text: &'a Folded,
    marks: &'a mut Marks,
    chains: &'a Chains,
    prefer: Option<UnitAt>,
}

/// Reads the region and marks what it used.
pub fn read(lexicon: &Lexicon, text: &Folded, marks: &mut Marks, chains: &Chains, prefer: Option<UnitAt>) -> Region {
    let mut search = Search { lexicon, text, marks, chains, prefer };
    match search.best() {
        Some(best) => search.resolve(best),
        None => search.read_town_alone(),
    }
}

impl Search<'_> {
    /// The chain to believe, by score; complete ones and ones at the begin of a part weigh more.
    fn best(&self) -> Option<Chain> {
        let weight = |chain: &Chain| {
            let complete = chain.targets.as_slice().iter().all(|unit| self.is_complete(*unit));
            let edge = self.marks.edge_before(chain.start);
            let preferred =
                self.prefer.is_some_and(|p| chain.targets.as_slice().iter().any(|u| self.lexicon.within(*u, p)));
            chain.score + if complete { 15 } else { 0 } + if edge { 6 } else { 0 } + i32::from(preferred)
        };
        self.chains
            .all
            .iter()
            .filter(|chain| self.acceptable(chain))
            .max_by_key(|chain| (weight(chain), std::cmp::Reverse(chain.start)))
            .copied()
    }

    fn is_complete(&self, unit: UnitAt) -> bool {
        self.lexicon.spot(unit).district.is_some() || self.lexicon.ends_at_city(unit)
    }

    /// Names without suffix alone say nothing: 鼓楼, 中山.
    fn acceptable(&self, chain: &Chain) -> bool {
        if chain.full > 0 {
            return true;
        }
        let edge = self.marks.edge_before(chain.start);
        if chain.levels() >= 2 {
            return edge || chain.start == 0 || chain.short >= 2;
        }
        if chain.claimed || !edge || chain.score <= 6 {
            return false;
        }
        let first = self.marks.next_open(0) == Some(chain.start);
        self.marks.edge_after(chain.end) || (chain.covers & (PROVINCE | CITY) != 0 && first)
    }

    /// Other readings of the same words.
    fn rivals(&self, best: &Chain) -> Vec<UnitAt> {
        let mut units: Vec<UnitAt> = Vec::new();
        for chain in &self.chains.all {
            let same = chain.start == best.start && chain.end == best.end && best.score - chain.score <= 3;
            if same {
                for unit in chain.targets.as_slice() {
                    if !units.contains(unit) {
                        units.push(*unit);
                    }
                }
            }
        }
        // 吉林 before a district of its city is both the province and the city: the deeper one says all.
        let outer: Vec<UnitAt> = units
            .iter()
            .copied()
            .filter(|outer| units.iter().any(|unit| unit != outer && self.lexicon.within(*unit, *outer)))
            .collect();
        if best.covers == PROVINCE || best.levels() == 1 && best.full == 0 {
            // 吉林 alone: only the province is certain.
            if let Some(outer) = outer.first() {
                return vec![*outer];
            }
        }
        units.retain(|unit| !outer.contains(unit));
        units
    }

    fn resolve(&mut self, best: Chain) -> Region {
        let mut region = Region { span: Some((best.start, best.end)), ..Region::default() };
        let mut units = self.rivals(&best);
        let mut covers = best.covers;
        let mut chain = best;
        if units.len() > 1 {
            let by_province: Vec<UnitAt> =
                units.iter().copied().filter(|u| self.prefer.is_some_and(|p| self.lexicon.within(*u, p))).collect();
            if !by_province.is_empty() && by_province.len() < units.len() {
                units = by_province;
                region.warnings.push(WarningCode::PreferredProvinceUsed);
            }
        }
        self.mark_region(best.start, best.end);
        let mentions = self.mentions(&best, &mut units, &mut covers, &mut chain);
        self.marks.count();
        let town = self.town_after(chain.end, &mut units, &mut region);
        self.drop_repeated_town(town, chain.end, &mentions);
        if best.full == 0
            || chain.claimed
            || (chain.short > 0 && covers & DISTRICT != 0 && self.last_is_short_and_glued(&chain))
        {
            region.warnings.push(WarningCode::RegionFromShortName);
        }
        if self.contradicted(&best, &units) {
            region.warnings.push(WarningCode::PlaceNameUnclear);
        }
        self.fill(&mut region, &units, &chain, covers);
        region
    }

    /// Another place is named at the begin of a part: 海南省 before 海南藏族自治州, or a second address.
    fn contradicted(&self, best: &Chain, units: &[UnitAt]) -> bool {
        self.chains.all.iter().any(|chain| {
            (chain.end <= best.start || chain.start >= best.end)
                && chain.full > 0
                && (chain.covers & PROVINCE != 0 || chain.levels() >= 2)
                && self.marks.edge_before(chain.start)
                && self.marks.is_open(chain.start)
                && !chain.targets.as_slice().iter().any(|other| {
                    units.iter().any(|unit| self.lexicon.within(*unit, *other) || self.lexicon.within(*other, *unit))
                })
        })
    }

    fn last_is_short_and_glued(&self, chain: &Chain) -> bool {
        let Some((start, end)) = self.chains.names(chain).next() else { return false };
        let named = self.matches_at(start).filter(|found| found.end as usize == end);
        let full = named.flat_map(|found| self.lexicon.readings(found.name)).any(|reading| {
            matches!(reading, Reading::Unit { form: Form::Full | Form::Alias, .. })
                || matches!(reading, Reading::Retired { form: Form::Full, .. })
        });
        !full && !self.marks.edge_after(end)
    }

    /// Names of the same place elsewhere in the text: they decide between rivals, complete the chain, and are
    /// no part of the detail. Returns the ends of repetitions of the whole.
    fn mentions(&mut self, best: &Chain, units: &mut Vec<UnitAt>, covers: &mut u8, chain: &mut Chain) -> Vec<usize> {
        let lexicon = self.lexicon;
        let mut repeated = Vec::new();
        let mut others: Vec<Chain> = self
            .chains
            .all
            .iter()
            .filter(|c| c.end <= best.start || c.start >= best.end)
            .filter(|c| self.marks.edge_before(c.start) && (c.full > 0 || self.marks.edge_after(c.end)))
            .copied()
            .collect();
        // The longest chain from each place first.
        others.sort_by_key(|c| (c.start, std::cmp::Reverse((c.end, c.score))));
        let mut reached = 0;
        for other in others {
            if other.start < reached {
                continue;
            }
            let targets = other.targets.as_slice();
            let outer: Vec<UnitAt> =
                units.iter().copied().filter(|u| targets.iter().any(|t| lexicon.within(*u, *t))).collect();
            let inner: Vec<UnitAt> =
                targets.iter().copied().filter(|t| units.iter().any(|u| u != t && lexicon.within(*t, *u))).collect();
            if !outer.is_empty() {
                let bounded = self.marks.edge_after(other.end);
                let whole = other.full >= 2 && other.levels() >= 2;
                // 北京 … 朝阳区 in another part decides only if it stands alone there.
                if !bounded && !whole {
                    continue;
                }
                // A single short word may as well be the name: 宝应 beside 宝应县.
                if other.full == 0 && other.covers == DISTRICT {
                    continue;
                }
                if other.full == 0 && outer.len() == units.len() && *covers & other.covers == other.covers {
                    continue;
                }
                *units = outer;
                *covers |= other.covers;
                self.mark_region(other.start, other.end);
                if whole {
                    repeated.push(other.end);
                }
                reached = other.end;
            } else if !inner.is_empty()
                && other.full > 0
                && other.covers == DISTRICT
                && *covers & DISTRICT == 0
                && units.iter().all(|u| lexicon.spot(*u).district.is_none())
            {
                *units = inner;
                *covers |= DISTRICT;
                self.mark_region(other.start, other.end);
                *chain = Chain { covers: *covers, ..other };
                reached = other.end;
            }
        }
        repeated
    }

    fn mark_region(&mut self, start: usize, end: usize) {
        for at in start..end {
            if matches!(self.marks.get(at), Some(Mark::Open | Mark::Gap | Mark::Filler | Mark::Label)) {
                self.marks.set(at, at + 1, Mark::Region);
            }
        }
    }

    fn matches_at(&self, start: usize) -> impl Iterator<Item = &Match> {
        let matches = &self.chains.matches;
        let first = matches.partition_point(|found| (found.start as usize) < start);
        matches[first..].iter().take_while(move |found| found.start as usize == start)
    }
}

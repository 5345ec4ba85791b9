//! From chains to one region, or to candidates: choose, narrow, complete from the town, never guess.

use super::answer::{Candidate, Former, How, Part, WarningCode};
use super::chains::{CITY, Chain, Chains, DISTRICT, PROVINCE};
use super::lexicon::{Lexicon, Match, Reading, Spot, UnitAt};
use super::marks::{Mark, Marks};
use super::normalize::Folded;
use crate::regions::{Code, Town};

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
        None => search.from_town_alone(),
    }
}

impl Search<'_> {
    /// The chain to believe, by score; complete ones and ones at the begin of a part weigh more.
    fn best(&self) -> Option<Chain> {
        let weight = |chain: &Chain| {
            let complete = chain.targets.as_slice().iter().all(|unit| self.is_complete(*unit));
            let edge = self.marks.edge_before(chain.start);
            let preferred = self.prefer.is_some_and(|p| chain.targets.as_slice().iter().any(|u| self.lexicon.within(*u, p)));
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
        if best.full == 0 || chain.claimed || (chain.short > 0 && covers & DISTRICT != 0 && self.last_is_short_and_glued(&chain)) {
            region.warnings.push(WarningCode::RegionFromShortName);
        }
        self.fill(&mut region, &units, &chain, covers);
        region
    }

    fn last_is_short_and_glued(&self, chain: &Chain) -> bool {
        let Some((start, end)) = self.chains.names(chain).next() else { return false };
        let named = self.matches_at(start).filter(|found| found.end as usize == end);
        let full = named.flat_map(|found| self.lexicon.readings(found.name)).any(|reading| {
            matches!(reading, Reading::Unit { form: super::lexicon::Form::Full | super::lexicon::Form::Alias, .. })
                || matches!(reading, Reading::Retired { form: super::lexicon::Form::Full, .. })
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

    /// The names of towns that begin right behind the region, the longest first.
    fn towns_at(&self, start: usize) -> Vec<(usize, Vec<&Town>)> {
        self.matches_at(start)
            .map(|found| {
                let towns = self.lexicon.readings(found.name).iter().filter_map(|reading| match reading {
                    Reading::Town { town } => self.lexicon.regions.towns().get(*town as usize),
                    _ => None,
                });
                (found.end as usize, towns.collect::<Vec<_>>())
            })
            .filter(|(end, towns)| {
                let road = super::guards::behind_full(self.text, *end) == super::guards::Claim::Certain;
                !towns.is_empty() && !road
            })
            .collect()
    }

    fn holder(&self, town: &Town) -> Option<UnitAt> {
        let units = self.lexicon.regions.units();
        let at = units.binary_search_by_key(&town.parent, |unit| unit.code).ok()?;
        UnitAt::try_from(at).ok()
    }

    /// The town behind the region, or behind the zone that follows it. It may decide the district.
    fn town_after(&mut self, end: usize, units: &mut Vec<UnitAt>, region: &mut Region) -> Option<(usize, usize)> {
        let start = self.marks.next_open(end)?;
        if (end..start).any(|at| matches!(self.marks.get(at), Some(Mark::Phone | Mark::PostalCode))) {
            return None;
        }
        let zone = (start..(start + 8).min(self.text.len())).find_map(|at| {
            let zone = self.matches_at(at).find(|m| self.lexicon.readings(m.name).iter().any(|r| matches!(r, Reading::Zone)));
            zone.map(|zone| zone.end as usize)
        });
        let found = self.towns_at(start).into_iter().map(|found| (start, found)).chain(
            zone.into_iter().flat_map(|zone| {
                let zone = self.marks.next_open(zone).unwrap_or(zone);
                self.towns_at(zone).into_iter().map(move |found| (zone, found)).collect::<Vec<_>>()
            }),
        );
        for (start, (end, towns)) in found {
            let fitting: Vec<(UnitAt, &Town)> = towns
                .iter()
                .filter_map(|town| Some((self.holder(town)?, *town)))
                .filter(|(holder, _)| units.iter().any(|unit| self.lexicon.within(*holder, *unit)))
                .collect();
            let mut holders: Vec<UnitAt> = fitting.iter().map(|(holder, _)| *holder).collect();
            holders.dedup();
            let Some((_, town)) = fitting.first() else { continue };
            let narrowed = holders.len() < units.len() || holders.iter().any(|holder| !units.contains(holder));
            if holders.len() == 1 {
                if narrowed {
                    region.warnings.push(WarningCode::RegionInferredFromTown);
                }
                region.town = Some(Part { code: Some(town.code), name: town.name.to_string(), how: How::Matched });
                *units = holders;
            } else if holders.len() <= MOST_CANDIDATES {
                region.town = Some(Part { code: None, name: town.name.to_string(), how: How::Matched });
                if units.len() > 1 {
                    *units = holders;
                } else {
                    region.candidates = holders.iter().map(|unit| self.candidate(*unit)).collect();
                }
            }
            return Some((start, end));
        }
        self.town_by_stem(start, units, region);
        None
    }

    /// 东莞樟木头: in cities without districts the towns are known without suffix.
    fn town_by_stem(&self, start: usize, units: &[UnitAt], region: &mut Region) {
        let [unit] = units else { return };
        if !self.lexicon.ends_at_city(*unit) {
            return;
        }
        let code = self.lexicon.unit(*unit).code;
        let found = self.lexicon.regions.towns_of(code).iter().find(|town| {
            let stem = town.name.strip_suffix("街道").or_else(|| town.name.strip_suffix('镇')).unwrap_or(&town.name);
            let end = start + stem.chars().count();
            stem.chars().count() >= 2
                && self.text.reads(start, stem)
                && super::guards::behind_short(self.text, end) == super::guards::Claim::None
        });
        if let Some(town) = found {
            region.town = Some(Part { code: Some(town.code), name: town.name.to_string(), how: How::Matched });
        }
    }

    /// 所在地区 ends with the town and 详细地址 begins with all of it again: one of the two is enough.
    fn drop_repeated_town(&mut self, town: Option<(usize, usize)>, chain_end: usize, repeated: &[usize]) {
        let Some((start, end)) = town else { return };
        for again in repeated {
            let Some(next) = self.marks.next_open(*again) else { continue };
            let word = self.text.chars[start..end].iter();
            let same = next != start && word.eq(self.text.chars.get(next..next + (end - start)).unwrap_or_default());
            if same {
                let (from, to) = if *again > chain_end { (start, end) } else { (next, next + (end - start)) };
                self.marks.set(from, to, Mark::Region);
                self.marks.count();
                return;
            }
        }
    }

    /// No unit was named: a town that exists once in the country says everything.
    fn from_town_alone(&mut self) -> Region {
        let mut region = Region::default();
        let found = self.chains.matches.iter().find_map(|found| {
            let (start, end) = (found.start as usize, found.end as usize);
            let suffixed = ["街道", "镇", "乡", "苏木"].iter().any(|suffix| {
                let length = suffix.chars().count();
                end - start >= length + 1 && self.text.reads(end - length, suffix)
            });
            if !suffixed || end - start < 3 || !self.marks.edge_before(start) {
                return None;
            }
            let towns = self.towns_at(start).into_iter().find(|(reached, _)| *reached == end)?.1;
            Some((start, end, towns.into_iter().filter_map(|town| Some((self.holder(town)?, town))).collect::<Vec<_>>()))
        });
        let Some((start, end, mut towns)) = found else {
            region.warnings.push(WarningCode::RegionNotFound);
            return region;
        };
        if let Some(prefer) = self.prefer {
            let preferred: Vec<_> = towns.iter().copied().filter(|(unit, _)| self.lexicon.within(*unit, prefer)).collect();
            if !preferred.is_empty() && preferred.len() < towns.len() {
                towns = preferred;
                region.warnings.push(WarningCode::PreferredProvinceUsed);
            }
        }
        let mut units: Vec<UnitAt> = towns.iter().map(|(unit, _)| *unit).collect();
        units.dedup();
        let (code, name) = (towns[0].1.code, towns[0].1.name.to_string());
        match units.as_slice() {
            [unit] => {
                region.warnings.push(WarningCode::RegionInferredFromTown);
                region.town = Some(Part { code: Some(code), name, how: How::Matched });
                region.span = Some((start, start));
                self.place(&mut region, self.lexicon.spot(*unit), |_| How::Inferred);
                region.complete = true;
            }
            several => {
                region.town = Some(Part { code: None, name, how: How::Matched });
                region.span = Some((start, end));
                if several.len() <= MOST_CANDIDATES {
                    region.candidates = several.iter().map(|unit| self.candidate(*unit)).collect();
                    region.warnings.push(WarningCode::RegionAmbiguous);
                } else {
                    region.warnings.push(WarningCode::RegionNotFound);
                }
            }
        }
        region
    }

    fn candidate(&self, unit: UnitAt) -> Candidate {
        let spot = self.lexicon.spot(unit);
        let name = |unit: UnitAt| self.lexicon.unit(unit).name.to_string();
        Candidate {
            code: self.lexicon.unit(unit).code,
            province: name(spot.province),
            city: spot.city.map(name),
            district: spot.district.map(name),
        }
    }

    fn part(&self, unit: UnitAt, how: How) -> Part {
        let row = self.lexicon.unit(unit);
        Part { code: Some(row.code), name: row.name.to_string(), how }
    }

    fn place(&self, region: &mut Region, spot: Spot, how: impl Fn(UnitAt) -> How) {
        region.province_at = Some(spot.province);
        region.province = Some(self.part(spot.province, how(spot.province)));
        region.city = spot.city.map(|city| self.city_part(city, spot, how(city)));
        region.district = spot.district.map(|district| self.part(district, how(district)));
        let deepest = spot.district.or(spot.city).unwrap_or(spot.province);
        region.code = Some(self.lexicon.unit(deepest).code);
    }

    /// A municipality's city node bears the synthetic code.
    fn city_part(&self, city: UnitAt, spot: Spot, how: How) -> Part {
        let mut part = self.part(city, how);
        if city == spot.province {
            let cities = self.lexicon.regions.shop_cities(self.lexicon.unit(city).code);
            part.code = cities.first().map(|city| city.code);
        }
        part
    }

    /// What was written for this unit, if anything.
    fn how(&self, unit: UnitAt, chain: &Chain) -> How {
        let readings = self.chains.names(chain).flat_map(|(start, end)| {
            self.matches_at(start).filter(move |m| m.end as usize == end).flat_map(|m| self.lexicon.readings(m.name))
        });
        let mut how = How::Inferred;
        for reading in readings {
            match reading {
                Reading::Unit { unit: named, .. } if *named == unit => return How::Matched,
                Reading::Retired { targets, .. } if targets.as_slice().contains(&unit) => how = How::Replaced,
                _ => {}
            }
        }
        how
    }

    fn fill(&self, region: &mut Region, units: &[UnitAt], chain: &Chain, covers: u8) {
        if let Some(retired) = chain.retired.or_else(|| self.retired_in(chain)) {
            let old = self.lexicon.retired(retired);
            region.former.push(Former {
                code: old.code,
                name: old.name.to_string(),
                change: old.change.to_string(),
                gone_by: old.gone_by,
            });
            region.warnings.push(WarningCode::RegionReplaced);
        }
        match units {
            [] => region.warnings.push(WarningCode::RegionNotFound),
            [unit] => {
                let spot = self.lexicon.spot(*unit);
                self.place(region, spot, |unit| {
                    let level = if spot.district == Some(unit) {
                        DISTRICT
                    } else if spot.province == unit {
                        PROVINCE
                    } else {
                        CITY
                    };
                    match self.how(unit, chain) {
                        How::Inferred if covers & level != 0 && chain.replaced == 0 => How::Matched,
                        How::Inferred if chain.covers & level != 0 && chain.replaced != 0 && level != PROVINCE => How::Replaced,
                        how => how,
                    }
                });
                region.complete = self.is_complete(*unit);
                if !region.complete {
                    region.warnings.push(WarningCode::DistrictMissing);
                }
            }
            several => {
                region.warnings.push(WarningCode::RegionAmbiguous);
                region.candidates = several.iter().take(MOST_CANDIDATES).map(|unit| self.candidate(*unit)).collect();
                self.place_common(region, several, chain);
            }
        }
    }

    /// What all candidates share is certain only for a retired unit with several heirs, or by its name.
    fn place_common(&self, region: &mut Region, units: &[UnitAt], chain: &Chain) {
        let spots: Vec<Spot> = units.iter().map(|unit| self.lexicon.spot(*unit)).collect();
        let Some(first) = spots.first() else { return };
        if spots.iter().all(|spot| spot.district.is_some()) {
            // The name as written, if it is the name of any: 桥西区 is also what 信都区 was called.
            let written = self.chains.names(chain).next().map(|(start, end)| &self.text.chars[start..end]);
            let name = spots.iter().filter_map(|spot| spot.district).map(|district| &self.lexicon.unit(district).name);
            let fits = |name: &str| written.is_some_and(|w| super::normalize::folded(name).chars().eq(w.iter().copied()));
            if let Some(name) = name.into_iter().find(|name| fits(name)) {
                region.district = Some(Part { code: None, name: name.to_string(), how: How::Matched });
            }
        }
        if chain.covers & PROVINCE != 0 && spots.iter().all(|spot| spot.province == first.province) {
            region.province = Some(self.part(first.province, How::Matched));
        }
        if chain.replaced != 0 && spots.iter().all(|spot| spot.city == first.city && spot.province == first.province) {
            region.province = Some(self.part(first.province, How::Matched));
            region.city = first.city.map(|city| self.city_part(city, *first, How::Matched));
        }
    }

    fn retired_in(&self, chain: &Chain) -> Option<u16> {
        if chain.replaced == 0 {
            return None;
        }
        self.chains.names(chain).find_map(|(start, end)| {
            let found = self.matches_at(start).find(|found| found.end as usize == end)?;
            self.lexicon.readings(found.name).iter().find_map(|reading| match reading {
                Reading::Retired { retired, .. } => Some(*retired),
                _ => None,
            })
        })
    }
}

//! The town (乡镇, 街道) behind a region, and what it says of a region that was not named.

use super::super::answer::{How, Part, WarningCode};
use super::super::guards::{Claim, behind_full, behind_short};
use super::super::lexicon::{Reading, UnitAt};
use super::super::marks::Mark;
use super::super::words::length_at_end;
use super::{MOST_CANDIDATES, Region, Search};
use crate::regions::Town;

impl Search<'_> {
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
                let road = behind_full(self.text, *end) == Claim::Certain;
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
    pub(super) fn town_after(
        &mut self,
        end: usize,
        units: &mut Vec<UnitAt>,
        region: &mut Region,
    ) -> Option<(usize, usize)> {
        let start = self.marks.next_open(end)?;
        if (end..start).any(|at| matches!(self.marks.get(at), Some(Mark::Phone | Mark::PostalCode))) {
            return None;
        }
        let zone = (start..(start + 8).min(self.text.len())).find_map(|at| {
            let zone =
                self.matches_at(at).find(|m| self.lexicon.readings(m.name).iter().any(|r| matches!(r, Reading::Zone)));
            zone.map(|zone| zone.end as usize)
        });
        let found =
            self.towns_at(start).into_iter().map(|found| (start, found)).chain(zone.into_iter().flat_map(|zone| {
                let zone = self.marks.next_open(zone).unwrap_or(zone);
                self.towns_at(zone).into_iter().map(move |found| (zone, found)).collect::<Vec<_>>()
            }));
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
            stem.chars().count() >= 2 && self.text.reads(start, stem) && behind_short(self.text, end) == Claim::None
        });
        if let Some(town) = found {
            region.town = Some(Part { code: Some(town.code), name: town.name.to_string(), how: How::Matched });
        }
    }

    /// 所在地区 ends with the town and 详细地址 begins with all of it again: one of the two is enough.
    pub(super) fn drop_repeated_town(&mut self, town: Option<(usize, usize)>, chain_end: usize, repeated: &[usize]) {
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
    pub(super) fn read_town_alone(&mut self) -> Region {
        let mut region = Region::default();
        let found = self.chains.matches.iter().find_map(|found| {
            let (start, end) = (found.start as usize, found.end as usize);
            let suffixed = ["街道", "镇", "乡", "苏木"].iter().any(|suffix| {
                length_at_end(&self.text.chars[start..end], suffix).is_some_and(|length| end - start > length)
            });
            if !suffixed || end - start < 3 || !self.marks.edge_before(start) {
                return None;
            }
            let towns = self.towns_at(start).into_iter().find(|(reached, _)| *reached == end)?.1;
            Some((
                start,
                end,
                towns.into_iter().filter_map(|town| Some((self.holder(town)?, town))).collect::<Vec<_>>(),
            ))
        });
        let Some((start, end, mut towns)) = found else {
            region.warnings.push(WarningCode::RegionNotFound);
            return region;
        };
        if let Some(prefer) = self.prefer {
            let preferred: Vec<_> =
                towns.iter().copied().filter(|(unit, _)| self.lexicon.within(*unit, prefer)).collect();
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
}

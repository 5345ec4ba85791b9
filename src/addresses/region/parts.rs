//! From the units that were found to the parts of the answer, with how each is known.

use super::super::answer::{Candidate, Former, How, Part, WarningCode};
use super::super::chains::{CITY, Chain, DISTRICT, PROVINCE};
use super::super::lexicon::{Reading, Spot, UnitAt};
use super::super::normalize::folded;
use super::{MOST_CANDIDATES, Region, Search};

impl Search<'_> {
    pub(super) fn candidate(&self, unit: UnitAt) -> Candidate {
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

    pub(super) fn place(&self, region: &mut Region, spot: Spot, how: impl Fn(UnitAt) -> How) {
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

    pub(super) fn fill(&self, region: &mut Region, units: &[UnitAt], chain: &Chain, covers: u8) {
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
                        How::Inferred if chain.covers & level != 0 && chain.replaced != 0 && level != PROVINCE => {
                            How::Replaced
                        }
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
            let fits = |name: &str| written.is_some_and(|w| folded(name).chars().eq(w.iter().copied()));
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

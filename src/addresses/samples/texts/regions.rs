//! Kinds that differ in how the region is written.

use rand::Rng;
use rand::rngs::StdRng;

use super::super::places::Places;
use super::super::{one, pieces};
use super::{Made, Parts, join};
/// What people leave out, shorten or get wrong in the region.
pub(super) fn make<'r>(kind: &str, rng: &mut StdRng, places: &Places<'r>, p: &mut Parts<'r>) -> Made {
    let place = p.place.clone();
    let unambiguous = |name: &str| places.bearers(name) == 1;
    let region = match kind {
        "no-province" => {
            if place.is_municipal() || place.district.is_none() || !unambiguous(&place.city.name) {
                return None;
            }
            format!("{}{}", place.city.name, place.district_name())
        }
        "no-city" => {
            let district = place.district?;
            (!place.is_municipal() && unambiguous(&district.name)).then_some(())?;
            format!("{}{}", place.province.name, district.name)
        }
        "district-alone" => {
            let district = place.district?;
            unambiguous(&district.name).then_some(())?;
            district.name.to_string()
        }
        "district-alone-ambiguous" => {
            let district = place.district?;
            (places.regions.units_named(&district.name).count() > 1).then_some(())?;
            p.town.clear();
            let mut expected = p.expected();
            expected.ambiguous = true;
            expected.province.clear();
            expected.city.clear();
            return Some((join(rng, &district.name, p), expected));
        }
        "short-forms" => {
            let district = place.district?;
            let shorts = [&place.province.short_name, &place.city.short_name, &district.short_name];
            shorts.iter().all(|short| short.chars().count() >= 2).then_some(())?;
            let between = one(rng, &["", " "]);
            let after = if between.is_empty() { one(rng, &["", " "]) } else { " " };
            let parts = if place.is_municipal() {
                vec![&**shorts[0], shorts[2]]
            } else {
                vec![&**shorts[0], shorts[1], shorts[2]]
            };
            format!("{}{after}", parts.join(between))
        }
        "short-province" => {
            let rest = if place.is_municipal() { String::new() } else { place.city.name.to_string() };
            format!("{}{rest}{}", place.province.short_name, place.district_name())
        }
        "mixed-short" => {
            let district = place.district?;
            (!place.is_municipal() && place.city.short_name.chars().count() >= 2).then_some(())?;
            if rng.gen_bool(0.5) {
                unambiguous(&place.city.name).then_some(())?;
                format!("{}{}", place.city.short_name, district.name)
            } else {
                format!("{}{}{}", place.province.short_name, place.city.short_name, district.name)
            }
        }
        "abbreviation" => {
            (!place.is_municipal()).then_some(())?;
            format!("{} {} {}", place.province.abbreviation, place.city.name, place.district_name())
        }
        "town-instead-of-district" => return town_instead(rng, places, p),
        "town-in-city-without-districts" => {
            place.district.is_none().then_some(())?;
            p.town = places.town(rng, &place)?.name.to_string();
            place.full("", false)
        }
        "old-name" => return old_name(rng, places, p),
        "fillers" => {
            if place.is_municipal() {
                format!("{}市辖区{}", place.province.name, place.district_name())
            } else if place.district.is_none() && place.unit.code.digits() % 10_000 / 100 == 90 {
                let filler = if place.province.name.ends_with("自治区") {
                    "自治区直辖县级行政区划"
                } else {
                    "省直辖县级行政区划"
                };
                format!("{}{filler}{}", place.province.name, place.city.name)
            } else {
                match rng.gen_range(0..3) {
                    0 => format!("中国{}", place.full("", true)),
                    1 => format!(
                        "{}{}{}{}",
                        place.province.name,
                        place.city.name,
                        place.city.name,
                        place.district_name()
                    ),
                    _ => format!("中国 {}", place.full(" ", true)),
                }
            }
        }
        "zones" => {
            let city = place.city;
            (!place.is_municipal() && place.district.is_some()).then_some(())?;
            p.town.clear();
            p.rest = format!(
                "{}{}",
                one(rng, &["高新区", "经开区", "工业园区", "开发区", "经济技术开发区", "高新技术产业开发区"]),
                p.rest
            );
            let mut expected = p.expected();
            expected.district.clear();
            return Some((join(rng, &format!("{}{}", place.province.name, city.name), p), expected));
        }
        "trap-in-detail" => {
            p.rest = pieces::trap(rng, places);
            if rng.gen_bool(0.3) {
                let city = places.short(rng);
                p.rest = format!("{}{city}人家{}栋", p.rest, rng.gen_range(1..20));
            }
            place.full("", false)
        }
        _ => return None,
    };
    Some((join(rng, &region, p), p.expected()))
}

fn town_instead<'r>(rng: &mut StdRng, places: &Places<'r>, p: &mut Parts<'r>) -> Made {
    let place = p.place.clone();
    place.district?;
    let town = places.town(rng, &place)?;
    let same = places
        .regions
        .towns_named(&town.name)
        .filter(|other| places.regions.unit(other.parent).is_some_and(|unit| unit.city_code == place.unit.city_code));
    (same.count() == 1 && town.name.chars().count() >= 3).then_some(())?;
    p.town = town.name.to_string();
    let region = if place.is_municipal() {
        place.province.name.to_string()
    } else {
        format!("{}{}", place.province.name, place.city.name)
    };
    Some((join(rng, &region, p), p.expected()))
}

fn old_name<'r>(rng: &mut StdRng, places: &Places<'r>, p: &mut Parts<'r>) -> Made {
    let (retired, place) = places.retired(rng)?;
    p.place = place;
    p.town.clear();
    let region = if rng.gen_bool(0.6) {
        retired.path.to_string()
    } else {
        (!p.place.is_municipal()).then_some(())?;
        format!("{}{}{}", p.place.province.name, p.place.city.name, retired.name)
    };
    Some((join(rng, &region, p), p.expected()))
}

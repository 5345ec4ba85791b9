use std::collections::HashSet;

mod answers;
mod magento;
mod replacing;
mod search;

use super::*;

fn code(text: &str) -> Code {
    text.parse().expect("a code")
}

fn is(regions: &Regions, digits: &str, name: &str) -> bool {
    regions.unit(code(digits)).is_some_and(|unit| &*unit.name == name)
}

fn gone(regions: &Regions, digits: &str, name: &str, successors: &[&str]) -> bool {
    regions.unit(code(digits)).is_none_or(|unit| &*unit.name != name)
        && regions
            .retired(code(digits))
            .any(|r| &*r.name == name && r.successors.iter().map(ToString::to_string).eq(successors.iter().copied()))
}

/// The changes that old data misses, and the slips that copied data makes.
#[test]
fn sixteen_spot_checks() {
    let r = &*Regions::embedded();
    assert!(is(r, "330114", "钱塘区") && is(r, "330113", "临平区"), "Hangzhou was re-cut in 2021");
    assert!(is(r, "350405", "沙县区"), "2021");
    assert!(is(r, "320614", "海门区"), "2020");
    assert!(is(r, "220184", "公主岭市"), "under Changchun since 2020");
    assert_eq!(r.shop_path(code("220184")).and_then(|p| p.city).map(|c| &*c.unit.name), Some("长春市"));
    assert!(is(r, "370116", "莱芜区"), "Laiwu joined Jinan in 2019");
    assert!(is(r, "330383", "龙港市"), "2019");
    assert!(is(r, "450181", "横州市"), "2021");
    assert!(is(r, "659012", "白杨市"), "2022");
    assert!(is(r, "540481", "米林市") && is(r, "540581", "错那市"), "2023");
    assert!(is(r, "653228", "和康县") && is(r, "653229", "和安县"), "2024");
    assert!(is(r, "500157", "两江新区"), "2025");
    assert!(gone(r, "500105", "江北区", &["500157"]) && gone(r, "500112", "渝北区", &["500157"]), "2025");
    assert!(is(r, "653132", "岑岭县"), "March 2026");
    assert!(is(r, "659013", "草湖市"), "April 2026");
    assert!(is(r, "460302", "西沙区") && is(r, "460303", "南沙区"), "2020");
    let zones = r.units().iter().filter(|u| u.level == Level::County).filter(|u| {
        ["开发区", "高新区", "工业园区", "市辖区", "管理区", "县级行政区划"].iter().any(|word| u.name.ends_with(word))
    });
    assert_eq!(zones.map(|u| &u.name).collect::<Vec<_>>(), Vec::<&Box<str>>::new(), "no pseudo districts");
    assert_eq!(r.provinces().count(), 34);
    assert!(is(r, "710000", "台湾省") && r.unit(code("830000")).is_none());
}

#[test]
fn the_embedded_table_is_whole() {
    let r = &*Regions::embedded();
    let count = |level| r.units().iter().filter(|u| u.level == level).count();
    assert_eq!([count(Level::Province), count(Level::Prefecture), count(Level::County)], [34, 333, 2847]);
    assert_eq!(r.towns().len(), 38_727);
    assert_eq!(r.all_retired().len(), 1018);
    assert_eq!((r.aliases().len(), r.zones().len(), r.outlying().len()), (316, 133, 444));
    let (state, hash) = r.version().rsplit_once('-').expect("date and hash");
    assert_eq!(state, r.state());
    assert_eq!(hash.len(), 12);
}

#[test]
fn every_code_is_found_again_and_every_row_has_its_place_in_a_shop() {
    let r = &*Regions::embedded();
    for unit in r.units() {
        let again: Code = unit.code.to_string().parse().expect("a code");
        assert_eq!(r.unit(again), Some(unit));
        let path = r.shop_path(again).expect("a path");
        assert_eq!(path.province.code, unit.province_code);
        match unit.level {
            Level::Province => assert!(path.city.is_none()),
            Level::Prefecture => assert_eq!(path.city.map(|c| c.code), Some(unit.code)),
            _ => assert_eq!(path.city.map(|c| c.code), unit.city_code),
        }
    }
    for town in r.towns() {
        assert_eq!(r.town(town.code), Some(town));
        let path = r.shop_path(town.code).expect("a path");
        assert_eq!(path.town, Some(town));
        assert!(path.city.is_some(), "{}", town.name);
    }
}

/// Walks down as a shopper does.
#[test]
fn every_district_and_town_is_reached_from_its_province_once() {
    let r = &*Regions::embedded();
    let mut counties = HashSet::new();
    let mut towns = HashSet::new();
    for province in r.provinces() {
        for city in r.shop_cities(province.code) {
            assert_eq!(r.shop_city(city.code), Some(city));
            if city.form == CityForm::DirectCounty {
                assert!(counties.insert(city.code));
            }
            if city.form != CityForm::Municipality {
                towns.extend(r.towns_of(city.code).iter().map(|town| town.code));
            }
            for district in r.shop_districts(city.code) {
                assert!(counties.insert(district.code));
                for town in r.towns_of(district.code) {
                    assert!(towns.insert(town.code), "{} twice", town.name);
                }
            }
        }
    }
    assert_eq!(counties.len(), 2847);
    assert_eq!(towns.len(), 38_727);
}

#[test]
fn a_municipality_is_its_own_city() {
    let r = &*Regions::embedded();
    let cities = r.shop_cities(code("500000"));
    assert_eq!(cities.len(), 1, "districts and counties of Chongqing stand in one list");
    assert_eq!((cities[0].code, cities[0].form), (code("500100"), CityForm::Municipality));
    assert_eq!(&*cities[0].unit.name, "重庆市");
    assert_eq!(r.shop_districts(code("500100")).len(), r.children(code("500000")).count());
    assert!(r.unit(code("500100")).is_none(), "the city is no unit of the official table");
}

#[test]
fn a_province_administered_county_stands_at_city_level() {
    let r = &*Regions::embedded();
    let path = r.shop_path(code("419001")).expect("Jiyuan");
    assert_eq!(&*path.province.name, "河南省");
    assert_eq!(path.city.map(|c| (&*c.unit.name, c.form)), Some(("济源市", CityForm::DirectCounty)));
    assert_eq!(path.district, None);
    let direct = |province| {
        let cities = r.shop_cities(code(province));
        cities.iter().filter(|c| c.form == CityForm::DirectCounty).count()
    };
    assert_eq!(["410000", "420000", "460000", "650000"].map(direct), [1, 4, 15, 13]);
}

#[test]
fn a_city_without_districts_takes_its_third_level_from_its_towns() {
    let r = &*Regions::embedded();
    for city in ["441900", "442000", "460400", "620200"] {
        assert!(r.shop_districts(code(city)).is_empty());
        assert!(!r.towns_of(code(city)).is_empty());
    }
    let town = r.towns_named("樟木头镇").next().expect("a town of Dongguan");
    assert_eq!(r.shop_path(town.code).and_then(|p| p.city).map(|c| c.code), Some(code("441900")));
    // Their districts do not cover these two: part of the towns hang under the prefecture.
    for both in ["232700", "632800"] {
        assert!(!r.shop_districts(code(both)).is_empty() && !r.towns_of(code(both)).is_empty());
    }
}

#[test]
fn lookups_by_name_short_name_and_reading() {
    let r = &*Regions::embedded();
    assert_eq!(r.units_named("鼓楼区").count(), 4);
    assert_eq!(r.units_with_short_name("吉林").count(), 2);
    assert!(
        r.units_with_pinyin("letingxian").any(|u| &*u.name == "乐亭县")
            || r.units_with_pinyin("laotingxian").count() == 1
    );
    assert!(r.units_with_initials("glq").any(|u| &*u.name == "鼓楼区"));
    assert_eq!(r.towns_named("城关镇").count(), 82);
    assert_eq!(r.aliases_reading("莫旗").next().map(|a| a.code), Some(code("150722")));
    assert!(r.zones_named("石家庄高新技术产业开发区").next().is_some());
    assert!(r.retired_named("襄樊市").any(|h| &*h.successors == [code("420600")]));
}

#[test]
fn a_retired_code_may_be_in_use_again() {
    let r = &*Regions::embedded();
    let again = r.all_retired().iter().filter(|h| r.unit(h.code).is_some()).count();
    assert!(again > 0);
    for retired in r.all_retired() {
        assert!(!retired.successors.is_empty());
        for successor in &retired.successors {
            assert!(r.unit(*successor).is_some(), "{} leads to {successor}", retired.name);
        }
    }
    let several: Vec<_> =
        r.retired(code("330104")).flat_map(|h| h.successors.iter().map(ToString::to_string)).collect();
    assert_eq!(several, ["330102", "330114"], "江干区 was divided");
}

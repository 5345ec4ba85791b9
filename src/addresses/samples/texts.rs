//! The kinds of text, each with its noise.

use rand::Rng;
use rand::rngs::StdRng;

use super::places::{Place, Places};
use super::{Expected, Sample, one, pieces};

pub const KINDS: [&str; 42] = [
    "plain", "address-first", "commas", "pipes-and-tabs", "labels-on-lines", "labels-in-one-line", "labels-per-level", "marketplace", "region-twice",
    "glued-name-first", "glued-name-last", "glued-room-and-phone", "phone-in-the-middle", "name-in-the-middle", "region-last", "blanks-in-detail",
    "no-province", "no-city", "district-alone", "district-alone-ambiguous", "short-forms", "short-province", "mixed-short", "abbreviation",
    "town-instead-of-district", "town-in-city-without-districts", "old-name", "fillers", "zones", "trap-in-detail", "traditional", "full-width",
    "title", "nickname", "dotted-name", "name-like-a-place", "phone-forms", "fixed-line", "extension", "postal-code", "courtesy", "several-phones",
];

struct Parts<'r> {
    place: Place<'r>,
    /// Town or nothing.
    town: String,
    rest: String,
    name: String,
    phone: String,
}

impl Parts<'_> {
    fn detail(&self) -> String {
        format!("{}{}", self.town, self.rest)
    }

    fn expected(&self) -> Expected {
        Expected {
            ambiguous: false,
            province: self.place.province.name.to_string(),
            city: self.place.city.name.to_string(),
            district: self.place.district_name().to_owned(),
            name: self.name.clone(),
            phone: self.phone.clone(),
            detail: self.detail(),
        }
    }
}

fn parts<'r>(rng: &mut StdRng, places: &Places<'r>) -> Parts<'r> {
    let place = places.any(rng);
    let town = if rng.gen_bool(0.55) { places.town(rng, &place).map(|t| t.name.to_string()) } else { None };
    Parts {
        place,
        town: town.unwrap_or_default(),
        rest: pieces::detail(rng),
        name: pieces::name(rng),
        phone: pieces::mobile(rng),
    }
}

/// A sample of this kind, unless the dice give one that says nothing definite.
pub fn make(kind: &'static str, rng: &mut StdRng, places: &Places<'_>) -> Option<Sample> {
    let mut p = parts(rng, places);
    let made = layouts(kind, rng, &mut p)
        .or_else(|| regions(kind, rng, places, &mut p))
        .or_else(|| recipients(kind, rng, places, &mut p))?;
    Some(Sample { kind, text: made.0, expected: made.1 })
}

fn join(rng: &mut StdRng, region: &str, p: &Parts<'_>) -> String {
    let detail = p.detail();
    match rng.gen_range(0..4) {
        0 => format!("{} {} {region}{detail}", p.name, p.phone),
        1 => format!("{region}{detail} {} {}", p.name, p.phone),
        2 => format!("{}，{}，{region}{detail}", p.name, p.phone),
        _ => format!("{region}{detail}，{}，{}", p.name, p.phone),
    }
}

type Made = Option<(String, Expected)>;

/// Orders, separators and labels.
fn layouts(kind: &str, rng: &mut StdRng, p: &mut Parts<'_>) -> Made {
    let full = p.place.full("", rng.gen_bool(0.5));
    let (name, phone) = (p.name.clone(), p.phone.clone());
    let detail = p.detail();
    let text = match kind {
        "plain" => format!("{name} {phone} {full}{detail}"),
        "address-first" => format!("{full}{detail} {name} {phone}"),
        "commas" => {
            let comma = one(rng, &["，", ",", "、", ", ", "；"]);
            format!("{name}{comma}{phone}{comma}{full}{detail}")
        }
        "pipes-and-tabs" => {
            let bar = one(rng, &["|", "\t", " | ", "\n", "/"]);
            format!("{full}{detail}{bar}{name}{bar}{phone}")
        }
        "labels-on-lines" => {
            let colon = one(rng, &["：", ":", ": ", " "]);
            let (a, b) = (one(rng, &["收货人", "收件人", "姓名", "联系人"]), one(rng, &["手机号码", "电话", "联系电话", "手机"]));
            if rng.gen_bool(0.5) {
                format!("{a}{colon}{name}\n{b}{colon}{phone}\n所在地区{colon}{full}{}\n详细地址{colon}{}", p.town, p.rest)
            } else {
                format!("{a}{colon}{name}\n{b}{colon}{phone}\n{}{colon}{full}{detail}", one(rng, &["收货地址", "地址", "详细地址"]))
            }
        }
        "labels-in-one-line" => match rng.gen_range(0..3) {
            0 => format!("收件人:{name} 电话:{phone} 地址:{full}{detail}"),
            1 => format!("地址：{full}{detail}，联系人：{name}，手机：{phone}"),
            _ => format!("收货人{name}电话{phone}地址{full}{detail}"),
        },
        "labels-per-level" => {
            let district = p.place.district?;
            format!(
                "姓名：{name}\n手机：{phone}\n省份：{}\n城市：{}\n区县：{}\n详细地址：{detail}",
                p.place.province.name, p.place.city.name, district.name
            )
        }
        "marketplace" => {
            let spaced = p.place.full(" ", true);
            let town = if p.town.is_empty() { String::new() } else { format!(" {}", p.town) };
            p.town = if p.town.is_empty() { String::new() } else { format!("{} ", p.town) };
            format!("{name}，{phone}，{spaced}{town} {}", p.rest)
        }
        "region-twice" => format!("收货人: {name}\n手机号码: {phone}\n所在地区: {full}{}\n详细地址: {full}{detail}", p.town),
        "glued-name-first" => format!("{name}{phone}{full}{detail}"),
        "glued-name-last" => {
            p.rest = pieces::detail_with_door(rng);
            let end = one(rng, &["", "收", " "]);
            format!("{full}{}{name}{end}{phone}", p.detail())
        }
        "glued-room-and-phone" => {
            p.rest = format!("{}{}号{}单元{}0{}", pieces::road(rng), rng.gen_range(1..300), rng.gen_range(1..5), rng.gen_range(1..30), rng.gen_range(1..9));
            match rng.gen_range(0..2) {
                0 => format!("{name} {full}{}{phone}", p.detail()),
                _ => format!("{full}{}{phone}{name}", p.detail()),
            }
        }
        "phone-in-the-middle" => match rng.gen_range(0..3) {
            0 => format!("{full} {phone} {detail} {name}"),
            1 => format!("{name} {full}{detail} {phone}"),
            _ => format!("{full}{detail} {phone} {name}"),
        },
        "name-in-the-middle" => match rng.gen_range(0..2) {
            0 => format!("{full} {name} {phone} {detail}"),
            _ => format!("{phone} {name} {full}{detail}"),
        },
        "region-last" => {
            p.town.clear();
            format!("{} {full} {name} {phone}", p.rest)
        }
        "blanks-in-detail" => {
            p.rest = format!("{} {}号 {}栋 {}室", pieces::road(rng), rng.gen_range(1..300), rng.gen_range(1..30), rng.gen_range(101..3300));
            p.town = if p.town.is_empty() { String::new() } else { format!("{} ", p.town) };
            format!("{} {} {name} {phone}", p.place.full(" ", true), p.detail())
        }
        _ => return None,
    };
    Some((text, p.expected()))
}

/// What people leave out, shorten or get wrong in the region.
fn regions<'r>(kind: &str, rng: &mut StdRng, places: &Places<'r>, p: &mut Parts<'r>) -> Made {
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
            let parts = if place.is_municipal() { vec![&**shorts[0], shorts[2]] } else { vec![&**shorts[0], shorts[1], shorts[2]] };
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
                let filler = if place.province.name.ends_with("自治区") { "自治区直辖县级行政区划" } else { "省直辖县级行政区划" };
                format!("{}{filler}{}", place.province.name, place.city.name)
            } else {
                match rng.gen_range(0..3) {
                    0 => format!("中国{}", place.full("", true)),
                    1 => format!("{}{}{}{}", place.province.name, place.city.name, place.city.name, place.district_name()),
                    _ => format!("中国 {}", place.full(" ", true)),
                }
            }
        }
        "zones" => {
            let city = place.city;
            (!place.is_municipal() && place.district.is_some()).then_some(())?;
            p.town.clear();
            p.rest = format!("{}{}", one(rng, &["高新区", "经开区", "工业园区", "开发区", "经济技术开发区", "高新技术产业开发区"]), p.rest);
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
    let same = places.regions.towns_named(&town.name).filter(|other| {
        places.regions.unit(other.parent).is_some_and(|unit| unit.city_code == place.unit.city_code)
    });
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

/// Who receives, and by which number.
fn recipients(kind: &str, rng: &mut StdRng, places: &Places<'_>, p: &mut Parts<'_>) -> Made {
    let full = p.place.full("", false);
    let mut expected = p.expected();
    let detail = p.detail();
    let text = match kind {
        "title" => {
            p.name = pieces::titled(rng);
            join(rng, &full, p)
        }
        "nickname" => {
            p.name = pieces::nickname(rng);
            join(rng, &full, p)
        }
        "dotted-name" => {
            p.name = pieces::minority(rng);
            join(rng, &full, p)
        }
        "name-like-a-place" => {
            p.name = places.short(rng).to_owned();
            join(rng, &full, p)
        }
        "traditional" => {
            let text = traditional(&join(rng, &full, p));
            expected.name = traditional(&p.name);
            expected.detail = traditional(&detail);
            return Some((text, expected));
        }
        "full-width" => {
            p.rest = pieces::wide(&p.rest);
            let text = format!("{}　{}　{full}{}", p.name, pieces::wide(&p.phone), p.detail());
            return Some((text, p.expected()));
        }
        "phone-forms" => {
            let written = pieces::mobile_written(rng, &p.phone);
            match rng.gen_range(0..3) {
                0 => format!("{} {written} {full}{detail}", p.name),
                1 => format!("{full}{detail} {} {written}", p.name),
                _ => format!("{full}{detail}，{written}，{}", p.name),
            }
        }
        "fixed-line" => {
            let area = &*p.place.unit.area_code;
            (area.len() >= 3).then_some(())?;
            let eight = area.len() == 3;
            let number = rng.gen_range(2_000_000..8_999_999_u32);
            let number = if eight { format!("{number}{}", rng.gen_range(0..10)) } else { number.to_string() };
            p.phone = format!("{area}{number}");
            let written = match rng.gen_range(0..4) {
                0 => format!("{area}-{number}"),
                1 => format!("({area}){number}"),
                2 => format!("{area} {number}"),
                _ => p.phone.clone(),
            };
            let text = format!("{} {written} {full}{detail}", p.name);
            return Some((text, p.expected()));
        }
        "extension" => {
            let extension = format!("{:04}", rng.gen_range(0..10_000));
            let text = format!("{}，{}{}{extension}，{full}{detail}", p.name, p.phone, one(rng, &["-", "转", " 转", "转分机"]));
            p.phone = format!("{}-{extension}", p.phone);
            return Some((text, p.expected()));
        }
        "postal-code" => {
            let code = &*p.place.unit.postal_code;
            (code.len() == 6).then_some(())?;
            match rng.gen_range(0..4) {
                0 => format!("{}，{}，{full}{detail}，{code}", p.name, p.phone),
                1 => format!("{} {} {code} {full}{detail}", p.name, p.phone),
                2 => format!("{full}{detail} 邮编：{code} {} {}", p.name, p.phone),
                _ => format!("{full}{detail}（邮编{code}）{} {}", p.name, p.phone),
            }
        }
        "courtesy" => match rng.gen_range(0..4) {
            0 => format!("麻烦寄到{full}{detail}，{}，{}，谢谢", p.name, p.phone),
            1 => format!("你好，地址是{full}{detail}，收件人{}，电话{}", p.name, p.phone),
            2 => format!("{full}{detail} {}收 {}", p.name, p.phone),
            _ => format!("请寄：{full}{detail} {}（收）{}", p.name, p.phone),
        },
        "several-phones" => {
            let other = pieces::mobile(rng);
            match rng.gen_range(0..2) {
                0 => format!("{} {}/{other} {full}{detail}", p.name, p.phone),
                _ => format!("{full}{detail} {} {}、{other}", p.name, p.phone),
            }
        }
        _ => return None,
    };
    expected.name.clone_from(&p.name);
    Some((text, expected))
}

/// Each character in a traditional form, where there is one.
fn traditional(text: &str) -> String {
    text.chars().map(crate::addresses::normalize::traditional).collect()
}

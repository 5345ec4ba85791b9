//! The names that the automaton knows, gathered while it is built.

use std::collections::HashMap;

use super::super::normalize::folded;
use super::{Form, Reading, Targets, UnitAt};
use crate::regions::{Regions, Retired};
pub(super) const FILLERS: [&str; 16] = [
    "中国",
    "中华人民共和国",
    "中国大陆",
    "市辖区",
    "市辖县",
    "省直辖县级行政区划",
    "省直辖县级行政单位",
    "省直辖县级",
    "省直辖行政单位",
    "省直辖",
    "自治区直辖县级行政区划",
    "自治区直辖县级行政单位",
    "自治区直辖县级",
    "直辖县级行政区划",
    "CHINA",
    "China",
];

pub(super) const ZONES: [&str; 26] = [
    "高新技术产业开发区",
    "高新技术开发区",
    "高新技术产业园区",
    "高新技术产业园",
    "高新区",
    "经济技术开发区",
    "经济开发区",
    "经开区",
    "经济区",
    "开发区",
    "工业园区",
    "工业园",
    "工业区",
    "产业园区",
    "新区",
    "新城区",
    "新城",
    "保税区",
    "自贸区",
    "示范区",
    "试验区",
    "度假区",
    "风景区",
    "管理区",
    "管委会",
    "技术园区",
];
#[derive(Default)]
pub(super) struct Names {
    texts: Vec<String>,
    readings: Vec<Vec<Reading>>,
    at: HashMap<String, usize>,
}

impl Names {
    pub(super) fn add(&mut self, name: &str, reading: Reading) {
        let name = folded(name);
        if name.is_empty() {
            return;
        }
        let at = *self.at.entry(name).or_insert_with_key(|name| {
            self.texts.push(name.clone());
            self.readings.push(Vec::new());
            self.texts.len() - 1
        });
        if let (Reading::Unit { unit: new, form }, readings) = (reading, &self.readings[at]) {
            let known = |known: &Reading| matches!(known, Reading::Unit { unit, form: f } if *unit == new && (*f == Form::Full || *f == form));
            if readings.iter().any(known) {
                return;
            }
        }
        self.readings[at].push(reading);
    }

    pub(super) fn add_retired(&mut self, regions: &Regions, retired: &Retired, at: u16, place: &HashMap<u32, UnitAt>) {
        let targets = Targets::of(retired.successors.iter().filter_map(|code| place.get(&code.digits()).copied()));
        let Some(first) = targets.as_slice().first() else { return };
        // 市郊区 would take the 市 of 阳泉市郊区.
        if retired.name.starts_with("市郊") {
            return;
        }
        // Recoded under the same name, or a county city whose name its prefecture took over.
        let shadowed = regions.units_named(&retired.name).any(|unit| {
            targets.as_slice().iter().any(|target| {
                let target = &regions.units()[*target as usize];
                target.code == unit.code || target.city_code == Some(unit.code)
            })
        });
        let reading = |form| Reading::Retired { retired: at, form, targets, shadowed };
        self.add(&retired.name, reading(Form::Full));
        // 襄樊 for 襄樊市: only where the stem is not that of the heir, whose own short form says the same.
        let stem = stem(&retired.name);
        let heir = &regions.units()[*first as usize];
        if stem.chars().count() >= 2 && stem != &*heir.short_name && !shadowed && retired.gone_by >= 2001 {
            self.add(stem, reading(Form::Short));
        }
    }

    pub(super) fn finish(self) -> (Vec<String>, Vec<Reading>, Vec<(u32, u32)>) {
        let mut flat = Vec::new();
        let mut ranges = Vec::with_capacity(self.readings.len());
        for readings in self.readings {
            let start = u32::try_from(flat.len()).unwrap_or(u32::MAX);
            flat.extend(readings);
            ranges.push((start, u32::try_from(flat.len()).unwrap_or(u32::MAX)));
        }
        (self.texts, flat, ranges)
    }
}

/// Without its suffix: 襄樊 of 襄樊市.
fn stem(name: &str) -> &str {
    ["地区", "新区", "市", "区", "县", "盟", "旗"].iter().find_map(|suffix| name.strip_suffix(suffix)).unwrap_or(name)
}

pub(super) fn has_suffix(alias: &str) -> bool {
    alias.chars().count() >= 2 && ['省', '市', '区', '县', '州', '旗', '盟', '林'].iter().any(|s| alias.ends_with(*s))
}

use std::collections::BTreeMap;

use super::super::Regions;
use super::super::magento::{RecognisedBy, ShopRegion, recognise};
use super::code;

fn shop(rows: &[(&str, &str, &str)]) -> Vec<ShopRegion> {
    let row = |(id, code, name): &(&str, &str, &str)| ShopRegion {
        id: (*id).to_owned(),
        code: (*code).to_owned(),
        name: (*name).to_owned(),
    };
    rows.iter().map(row).collect()
}

/// What became of each row: the province's code and how, or what is asked.
fn outcome(rows: &[(&str, &str, &str)]) -> Vec<String> {
    let recognition = recognise(&Regions::embedded(), &shop(rows), &BTreeMap::new());
    let told = |id: &str| {
        if let Some(known) = recognition.recognised.iter().find(|r| r.region.id == id) {
            return format!("{} {:?}", known.province, known.by);
        }
        let asked = recognition.unresolved.iter().find(|u| u.region.id == id).expect("one of the two");
        format!("asked {:?}", asked.candidates.iter().map(ToString::to_string).collect::<Vec<_>>())
    };
    rows.iter().map(|(id, ..)| told(id)).collect()
}

#[test]
fn the_core_s_own_list_is_recognised_by_code() {
    let regions = Regions::embedded();
    let rows: Vec<_> = regions
        .provinces()
        .zip(500..)
        .map(|(unit, id)| ShopRegion { id: id.to_string(), code: unit.iso_3166_2.to_string(), name: "?".to_owned() })
        .collect();
    let recognition = recognise(&regions, &rows, &BTreeMap::new());
    assert_eq!((recognition.recognised.len(), recognition.unresolved.len()), (34, 0));
    assert!(recognition.recognised.iter().all(|r| r.by == RecognisedBy::Code));
}

#[test]
fn other_codes_and_names_are_recognised_too() {
    for (given, name, expected) in [
        ("GD", "", "440000 Code"),
        ("44", "", "440000 Code"),
        ("440000", "", "440000 Code"),
        ("CN-44", "", "440000 Code"),
        ("cn_gd", "Guangdong", "440000 Name"),
        ("Guangdong", "", "440000 Name"),
        ("x1", "广东", "440000 Name"),
        ("x1", "广东省", "440000 Name"),
        ("x1", "廣東省", "440000 Name"),
        ("x1", "Guangdong Sheng", "440000 Name"),
        ("x1", "Guangdong Province", "440000 Name"),
        ("x1", "Ningxia Huizi Zizhiqu", "640000 Name"),
        ("x1", "Nei Mongol Zizhiqu", "150000 Name"),
        ("x1", "Inner Mongolia", "150000 Name"),
        ("x1", "内蒙", "150000 Name"),
        ("x1", "Guangxi Zhuangzu Zizhiqu", "450000 Name"),
        ("x1", "Xinjiang Uygur Zizhiqu", "650000 Name"),
        ("x1", "Shaanxi Sheng", "610000 Name"),
        ("x1", "Shanxi Sheng", "140000 Name"),
        ("x1", "Xizang Zizhiqu", "540000 Name"),
        ("x1", "Tibet", "540000 Name"),
        ("x1", "Beijing Shi", "110000 Name"),
        ("x1", "Hong Kong SAR", "810000 Name"),
        ("x1", "Macao SAR", "820000 Name"),
        ("x1", "Taiwan Sheng", "710000 Name"),
        ("x1", "台灣", "710000 Name"),
        ("x1", "Atlantis", "asked []"),
        ("", "", "asked []"),
    ] {
        assert_eq!(outcome(&[("7", given, name)]), [expected], "{given} {name}");
    }
}

#[test]
fn a_province_claimed_twice_goes_to_the_better_proof_or_is_asked_for() {
    let twice = outcome(&[("1", "CN-GD", "Guangdong Sheng"), ("2", "x", "广东")]);
    assert_eq!(twice, ["440000 Code", "asked [\"440000\"]"]);
    let equal = outcome(&[("1", "x", "Guangdong"), ("2", "y", "广东")]);
    assert_eq!(equal, ["asked [\"440000\"]", "asked [\"440000\"]"]);
}

#[test]
fn what_the_merchant_says_stands_above_everything() {
    let said = BTreeMap::from([("2".to_owned(), code("440000"))]);
    let rows = shop(&[("1", "CN-GD", "Guangdong"), ("2", "CN-AH", "Anhui")]);
    let recognition = recognise(&Regions::embedded(), &rows, &said);
    assert_eq!(recognition.recognised.len(), 1);
    assert_eq!((&*recognition.recognised[0].region.id, recognition.recognised[0].by), ("2", RecognisedBy::Assignment));
    assert_eq!(recognition.unresolved[0].region.id, "1", "nothing is dropped in silence");
}

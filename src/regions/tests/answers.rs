use std::collections::HashSet;
use std::io::Read;

use serde_json::Value;

use super::super::answers::{Encoding, Published};
use super::super::tree::{Language, Shape, TreeRequest};
use super::super::view::{HkMoTw, Region, Step};
use super::super::*;
use super::code;

const THREE: TreeRequest =
    TreeRequest { shape: Shape::Cascader, levels: 3, language: Language::Chinese, hk_mo_tw: HkMoTw::Regions };

#[test]
fn each_list_says_on_which_step_it_stands() {
    let r = Regions::embedded();
    let below = |parent: &str| r.choices_below(code(parent)).expect("a list");
    assert_eq!(below("440000").step, Step::City);
    assert_eq!(below("440300").step, Step::District);
    assert_eq!(below("440305").step, Step::Town);
    let dongguan = below("441900");
    assert_eq!(dongguan.step, Step::District, "towns take the place of districts");
    assert!(dongguan.data.iter().all(|choice| choice.code.is_town() && !choice.has_children));
    assert_eq!(below("310000").data.iter().map(|c| &*c.name).collect::<Vec<_>>(), ["上海市"]);
    assert_eq!(below("310100").data.len(), 16);
    assert!(below("419001").data.iter().any(|choice| choice.name == "济水街道"));
    assert_eq!(below("330383").data, [], "龙港市 has no towns");
    assert!(r.choices_below(code("999999")).is_none());
}

#[test]
fn hong_kong_macao_and_taiwan_are_what_the_merchant_wants() {
    let r = Regions::embedded();
    let regions = r.province_choices(HkMoTw::Regions);
    assert_eq!((regions.data.len(), regions.countries.len()), (34, 0));
    let countries = r.province_choices(HkMoTw::Countries);
    assert_eq!(countries.data.len(), 31);
    let ids: Vec<_> = countries.countries.iter().map(|c| (&*c.country_id, &*c.name)).collect();
    assert_eq!(ids, [("HK", "中国香港"), ("MO", "中国澳门"), ("TW", "中国台湾")]);
    let below = r.choices_below(code("810000")).expect("a list");
    assert!(below.data.iter().all(|choice| choice.unofficial));
    assert!(below.data.iter().all(|choice| r.choices_below(choice.code).is_some_and(|c| !c.data.is_empty())));
}

#[test]
fn one_place_with_where_it_stands() {
    let r = Regions::embedded();
    let Some(Region::Current(region)) = r.region(code("110105"), None) else { panic!("朝阳区 of Beijing") };
    assert_eq!((&*region.path.province.name, region.official_parent), ("北京市", Some(code("110000"))));
    assert_eq!(region.path.city.map(|c| (c.code, c.name)), Some((code("110100"), "北京市".to_owned())));
    let Some(Region::Current(city)) = r.region(code("110100"), None) else { panic!("the synthetic city") };
    assert_eq!((&*city.choice.name, city.choice.step), ("北京市", Step::City));
    let Some(Region::Current(town)) = r.region(code("440305007"), None) else { panic!("a town") };
    assert_eq!((town.official_level, town.choice.step), (4, Step::Town));
    assert!(r.region(code("999999"), None).is_none());
}

#[test]
fn a_retired_code_answers_with_successor_reason_and_old_name() {
    let r = Regions::embedded();
    let Some(Region::Retired(old)) = r.region(code("330104"), None) else { panic!("江干区 is gone") };
    assert_eq!((&*old.name, &*old.reason, old.gone_by), ("江干区", "撤区设区", 2021));
    assert_eq!(old.document, "国函〔2021〕29号");
    let successors: Vec<_> = old.successors.iter().map(|s| &*s.full_name).collect();
    assert_eq!(successors, ["浙江省杭州市上城区", "浙江省杭州市钱塘区"]);
    assert!(matches!(r.region(code("330104001"), None), Some(Region::Retired(_))), "also with a town of that time");
    // 130502 was 桥东区 and is 襄都区.
    let Some(Region::Current(now)) = r.region(code("130502"), None) else { panic!("in use") };
    assert_eq!((&*now.choice.name, &*now.formerly[0].name), ("襄都区", "桥东区"));
    assert!(matches!(r.region(code("130502"), Some("桥东区")), Some(Region::Retired(_))));
    assert!(matches!(r.region(code("130502"), Some("襄都区")), Some(Region::Current(_))));
}

#[test]
fn every_retired_code_is_answered() {
    let r = Regions::embedded();
    for retired in r.all_retired() {
        match r.region(retired.code, Some(&retired.name)) {
            Some(Region::Retired(old)) => assert!(!old.successors.is_empty()),
            Some(Region::Current(now)) => assert_eq!(now.choice.name, *retired.name),
            None => panic!("{} is not answered", retired.name),
        }
    }
}

#[test]
fn the_three_shapes_hold_the_same_places() {
    let r = Regions::embedded();
    for levels in 1..=4 {
        let tree = |shape| r.tree(TreeRequest { shape, levels, ..THREE });
        let mut nested = HashSet::new();
        gather(&tree(Shape::Cascader)["data"], &mut nested);
        let flat: HashSet<_> =
            tree(Shape::Flat)["data"].as_array().expect("rows").iter().map(|row| text(&row["code"])).collect();
        let mut select = HashSet::new();
        for list in tree(Shape::Select)["data"].as_object().expect("lists").values() {
            let lists: Vec<&Value> = list.as_object().map_or(vec![list], |by_parent| by_parent.values().collect());
            select.extend(lists.into_iter().flat_map(|l| l.as_array().expect("a list")).map(|c| text(&c["code"])));
        }
        assert_eq!(nested, flat);
        assert_eq!(nested, select);
        if levels == 4 {
            let official = nested.iter().filter(|c| r.place(c.parse().expect("a code")).is_some()).count();
            assert_eq!(official, 34 + 333 + 2847 + 38_727, "every official place, once");
        }
    }
}

fn text(value: &Value) -> String {
    value.as_str().expect("a code").to_owned()
}

fn gather(nodes: &Value, into: &mut HashSet<String>) {
    for node in nodes.as_array().expect("nodes") {
        assert!(into.insert(text(&node["value"])), "{node} twice");
        if node.get("children").is_some() {
            gather(&node["children"], into);
        }
    }
}

#[test]
fn a_tree_speaks_english_too() {
    let r = Regions::embedded();
    let tree = r.tree(TreeRequest { language: Language::English, levels: 4, shape: Shape::Flat, ..THREE });
    for row in tree["data"].as_array().expect("rows") {
        let code: Code = row["code"].as_str().expect("a code").parse().expect("a code");
        let name = row["name"].as_str().expect("a name");
        // The unofficial names of Taiwan's districts have no English in the table.
        let latin = !name.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
        assert!(r.place(code).is_none() || code.is_town() || latin, "{name}");
    }
}

#[test]
fn all_encodings_hold_the_same_bytes_under_tags_of_their_own() {
    let published = Published::new(Regions::embedded());
    let tree = published.tree(THREE);
    let (plain, _) = tree.body(Encoding::Identity);
    let (gzip, gzip_kind) = tree.body(Encoding::Gzip);
    let (brotli, brotli_kind) = tree.body(Encoding::Brotli);
    assert_eq!((gzip_kind, brotli_kind), (Encoding::Gzip, Encoding::Brotli));
    let mut unzipped = Vec::new();
    flate2::read::GzDecoder::new(&*gzip).read_to_end(&mut unzipped).expect("gzip");
    assert_eq!(unzipped, plain);
    let mut unbroken = Vec::new();
    brotli::BrotliDecompress(&mut &*brotli, &mut unbroken).expect("brotli");
    assert_eq!(unbroken, plain);
    assert!(brotli.len() < gzip.len() && gzip.len() < plain.len() / 4);
    let tags: HashSet<_> = [Encoding::Identity, Encoding::Gzip, Encoding::Brotli].map(|e| tree.etag(e)).into();
    assert_eq!(tags.len(), 3);
    assert!(published.ready_tree(THREE).is_some());
    assert!(published.children(Some(code("999999")), HkMoTw::Regions).is_none());
}

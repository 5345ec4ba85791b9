use super::super::*;
use super::code;

fn names(query: &str) -> Vec<String> {
    Regions::embedded().found(query, None, 6).data.into_iter().map(|found| found.full_name).collect()
}

fn first(query: &str) -> String {
    names(query).into_iter().next().unwrap_or_default()
}

#[test]
fn what_buyers_type_finds_what_they_mean() {
    for (query, expected) in [
        ("广东", "广东省"),
        ("粤", "广东省"),
        ("深圳", "广东省深圳市"),
        ("南山区", "黑龙江省鹤岗市南山区"),
        ("浦东", "上海市浦东新区"),
        ("内蒙", "内蒙古自治区"),
        ("shenzhen", "广东省深圳市"),
        ("Shenzhen", "广东省深圳市"),
        ("ｓｈｅｎ ｚｈｅｎ", "广东省深圳市"),
        ("guangzhou", "广东省广州市"),
        ("guangz", "广东省广州市"),
        ("hangzh", "浙江省杭州市"),
        ("Inner Mongolia", "内蒙古自治区"),
        ("lüliang", "山西省吕梁市"),
        ("lvliang", "山西省吕梁市"),
        ("440305", "广东省深圳市南山区"),
        ("樟木头", "广东省东莞市樟木头镇"),
        ("济源", "河南省济源市"),
        ("莫旗", "内蒙古自治区呼伦贝尔市莫力达瓦达斡尔族自治旗"),
    ] {
        assert_eq!(first(query), expected, "{query}: {:?}", names(query));
    }
}

#[test]
fn an_old_name_leads_to_what_took_its_place() {
    let regions = Regions::embedded();
    let found = regions.found("江干区", None, 5).data;
    let successors: Vec<_> = found.iter().filter(|f| f.matched == Matched::FormerName).collect();
    assert_eq!(successors.iter().map(|f| &*f.named.name).collect::<Vec<_>>(), ["上城区", "钱塘区"]);
    assert_eq!(successors[0].matched_name.as_deref(), Some("江干区"));
    assert_eq!(first("襄樊市"), "湖北省襄阳市");
}

#[test]
fn each_syllable_may_be_shortened() {
    assert!(names("gzhou").contains(&"广东省广州市".to_owned()));
    assert_eq!(first("pudongxq"), "上海市浦东新区");
    assert!(names("luliang").contains(&"山西省吕梁市".to_owned()), "u for ü");
}

#[test]
fn a_search_can_keep_to_one_place() {
    let regions = Regions::embedded();
    let within = |query: &str, place: &str| {
        let found = regions.found(query, Some(code(place)), 20).data;
        found.into_iter().map(|f| f.full_name).collect::<Vec<_>>()
    };
    assert_eq!(within("鼓楼区", "350000"), ["福建省福州市鼓楼区"]);
    assert_eq!(within("jingan", "310100")[0], "上海市静安区");
    assert_eq!(within("yuehai", "440305"), ["广东省深圳市南山区粤海街道"]);
}

#[test]
fn odd_queries_find_nothing_and_harm_nobody() {
    for query in ["", " ", "'", "%", "\u{0}", "🙂", "区区区", "zzzzzz", "999999", &"长".repeat(5000)] {
        assert_eq!(names(query), Vec::<String>::new(), "{query:?}");
    }
}

/// Everything, not a sample: the table is small enough.
#[test]
fn each_unit_is_found_by_name_reading_and_initials() {
    let regions = &*Regions::embedded();
    let has = |query: &str, unit: &Unit| {
        regions.search(query, None, usize::MAX).iter().any(|hit| hit.place == Place::Unit(unit))
    };
    for unit in regions.units() {
        assert!(has(&unit.name, unit), "{}", unit.name);
        assert!(has(&unit.short_name, unit), "{}", unit.short_name);
    }
    for unit in regions.units().iter().step_by(5) {
        assert!(has(&unit.pinyin, unit), "{}", unit.pinyin);
        assert!(has(&unit.pinyin_initials, unit), "{}", unit.pinyin_initials);
        assert!(has(&unit.name_en, unit), "{}", unit.name_en);
    }
}

#[test]
fn a_unit_of_that_very_name_stands_before_everything_else() {
    let regions = &*Regions::embedded();
    for unit in regions.units() {
        let hits = regions.search(&unit.name, None, 1);
        assert_eq!(hits[0].place.name(), &*unit.name);
        assert_eq!(hits[0].matched, Matched::Name);
    }
}

#[test]
fn each_town_is_found_by_name() {
    let regions = &*Regions::embedded();
    for town in regions.towns().iter().step_by(97) {
        let hits = regions.search(&town.name, None, usize::MAX);
        assert!(hits.iter().any(|hit| hit.place == Place::Town(town)), "{}", town.name);
    }
}

#[test]
fn towns_have_readings_and_english_names() {
    let regions = &*Regions::embedded();
    for town in regions.towns() {
        assert_eq!(town.pinyin.split(' ').count(), town.name.chars().count(), "{}", town.name);
        assert!(!town.name_en.is_empty());
    }
    let town = regions.towns_of(code("440305")).iter().find(|t| &*t.name == "粤海街道").expect("a subdistrict");
    assert_eq!((&*town.pinyin, &*town.name_en), ("yue hai jie dao", "Yuehai Subdistrict"));
    let town = regions.towns_named("乐亭镇").next().expect("a town");
    assert_eq!(&*town.pinyin, "lao ting zhen", "the table's reading, not the dictionary's");
}

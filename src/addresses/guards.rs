//! Words behind a place name that make it part of a road, a school or a house: 山东路, 河南大学, 四川饭店.

use std::sync::LazyLock;

use super::normalize::Folded;
use super::words::{Letters, Words};

/// How strongly the following words claim the name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Claim {
    None,
    /// A place may be named after the unit: 南山科技园.
    Possible,
    /// 朝阳区医院: an institution of the unit.
    Institution,
    /// 中山路.
    Certain,
}

const ROADS: [&str; 13] = ["路", "大道", "大街", "街", "巷", "弄", "胡同", "里弄", "道", "公路", "高速", "国道", "环路"];

const PLACES: [&str; 77] = [
    "广场", "大厦", "公寓", "酒店", "宾馆", "饭店", "大酒店", "大学", "学院", "中学", "小学", "医院", "会馆", "商城", "商厦", "小区", "花园", "公园",
    "公司", "银行", "市场", "火车站", "站", "机场", "小吃", "拉面", "面馆", "餐厅", "酒家", "苑", "新村", "社区", "山庄", "庄园", "国际", "集团", "学校", "一中",
    "二中", "三中", "大桥", "桥", "码头", "商场", "百货", "大楼", "宿舍", "家园", "家苑", "名苑", "名城", "小镇", "风情", "人家", "世家", "菜", "烤鸭", "小面", "料理", "火锅",
    "城", "府", "湾", "镇", "乡", "村", "街道", "门", "外滩", "商会", "办事处", "会所", "会展", "博物馆", "体育", "电视", "日报",
];

const INSTITUTIONS: [&str; 22] = [
    "医院", "人民医院", "中医院", "政府", "人民政府", "法院", "人民法院", "公安", "第一", "第二", "第三", "第四", "第五", "中学", "小学", "大学", "学校",
    "一中", "实验", "图书馆", "博物馆", "体育",
];

const INSIDE: [&str; 16] = [
    "广场", "大厦", "公园", "花园", "中心", "医院", "大学", "学院", "酒店", "宾馆", "商场", "市场", "体育馆", "科技园", "产业园", "公寓",
];

static ROAD: LazyLock<Words<()>> = LazyLock::new(|| Words::new(ROADS.map(|word| (word, ()))));
static PLACE: LazyLock<Words<()>> = LazyLock::new(|| Words::new(PLACES.map(|word| (word, ()))));
static INSTITUTION: LazyLock<Words<()>> = LazyLock::new(|| Words::new(INSTITUTIONS.map(|word| (word, ()))));
static INNER: LazyLock<Words<()>> = LazyLock::new(|| Words::new(INSIDE.map(|word| (word, ()))));
/// What may stand between a name and its road: 南京东路, 北京二路.
static DIRECTION: LazyLock<Letters> = LazyLock::new(|| Letters::new("东西南北中前后一二三四五六七八九十新老"));

/// What the words behind a name without suffix make of it.
#[must_use]
pub fn behind_short(text: &Folded, end: usize) -> Claim {
    if reads_road(text, end) {
        return Claim::Certain;
    }
    if PLACE.at(text.from(end)).is_some() {
        return Claim::Certain;
    }
    // 西湖文化广场: a name of its own, unless a road or a number comes first.
    for at in end..(end + 6).min(text.len()) {
        if reads_road(text, at) || text.chars[at].is_ascii_digit() || !super::normalize::is_han(text.chars[at]) {
            return Claim::None;
        }
        if at > end && INNER.at(text.from(at)).is_some() {
            return Claim::Possible;
        }
    }
    Claim::None
}

/// What the words behind a name with its suffix make of it.
#[must_use]
pub fn behind_full(text: &Folded, end: usize) -> Claim {
    if ROAD.at(text.from(end)).is_some() && !text.reads(end, "街道") && !text.reads(end, "道") {
        return Claim::Certain;
    }
    if INSTITUTION.at(text.from(end)).is_some() {
        return Claim::Institution;
    }
    Claim::None
}

/// 路, 东路, 一路, 南大街; not 街道.
fn reads_road(text: &Folded, at: usize) -> bool {
    let direction = text.get(at).is_some_and(|c| DIRECTION.contains(c));
    let road = |at: usize| ROAD.at(text.from(at)).is_some() && !text.reads(at, "街道");
    road(at) || (direction && road(at + 1))
}

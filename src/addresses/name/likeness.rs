//! How much a word looks like a name, by itself.

use std::sync::LazyLock;

use super::super::normalize::is_han;
use super::super::surnames;
use super::super::words::{Letters, Words};
/// A part that ends like this is no name.
static PLACE_ENDS: LazyLock<Letters> = LazyLock::new(|| {
    Letters::new(
        "路街道镇乡村区市县号栋楼室层座园苑厦寓店馆站厂幢院巷弄省州旗湾桥库铺柜局所校场期组队社屯寨坊塔户口旁内侧门里",
    )
});
/// These end given names too.
static SOFT_ENDS: LazyLock<Letters> = LazyLock::new(|| Letters::new("城园庄府里楼门坊塔道院村苑路社"));

const PLACE_WORDS: [&str; 66] = [
    "公司",
    "集团",
    "中心",
    "广场",
    "小区",
    "大厦",
    "花园",
    "公寓",
    "学校",
    "大学",
    "中学",
    "小学",
    "医院",
    "驿站",
    "快递",
    "菜鸟",
    "丰巢",
    "超市",
    "便利",
    "酒店",
    "宾馆",
    "饭店",
    "银行",
    "工业",
    "科技",
    "国际",
    "街道",
    "大道",
    "门口",
    "对面",
    "附近",
    "旁边",
    "楼下",
    "前台",
    "物业",
    "保安",
    "门卫",
    "传达室",
    "收发室",
    "宿舍",
    "家园",
    "新村",
    "社区",
    "自提",
    "代收",
    "放在",
    "放门",
    "不要",
    "送货",
    "上门",
    "电话",
    "微信",
    "一层",
    "二层",
    "三楼",
    "单元",
    "家属",
    "市场",
    "工地",
    "仓库",
    "车间",
    "办公",
    "商铺",
    "门面",
    "默认",
    "发货",
];

static PLACE_WORD: LazyLock<Words<()>> = LazyLock::new(|| Words::new(PLACE_WORDS.map(|word| (word, ()))));

/// How much the characters look like a name, wherever they stand.
pub(super) fn likeness(chars: &[char]) -> i32 {
    let length = chars.len();
    let Some((first, last)) = chars.first().zip(chars.last()) else { return -100 };
    if chars == ['收'] {
        return -100;
    }
    let digits = chars.iter().filter(|c| c.is_ascii_digit()).count();
    if chars.iter().all(|c| c.is_ascii_alphabetic() || matches!(c, ' ' | '.' | '-' | '\'')) {
        return if (2..=24).contains(&length) { 25 } else { -10 };
    }
    if digits > 0 || length > 20 {
        return if digits <= 2 && length <= 5 && is_han(*first) && !PLACE_ENDS.contains(*last) { -5 } else { -60 };
    }
    let dotted = chars[1..length.saturating_sub(1).max(1)].contains(&'·');
    if dotted && chars.iter().all(|c| is_han(*c) || *c == '·') {
        return 70;
    }
    // 张(女士): the bracket holds a title.
    if let Some(open) = chars.iter().position(|c| *c == '(') {
        let inner: String = chars[open + 1..].iter().filter(|c| **c != ')').collect();
        let titled = surnames::TITLES.contains(&inner.as_str());
        return if titled && (1..=4).contains(&open) {
            50
        } else if (2..=4).contains(&open) {
            likeness(&chars[..open]) - 20
        } else {
            -60
        };
    }
    let han = chars.iter().filter(|c| is_han(**c)).count();
    if han < length {
        // A晓丽, 小Q.
        let nick =
            length <= 6 && chars.iter().all(|c| is_han(*c) || c.is_ascii_alphabetic()) && !PLACE_ENDS.contains(*last);
        return if nick { 22 } else { -60 };
    }
    let titled =
        surnames::title(chars).is_some_and(|title| title >= 2 || surnames::surname_rank(*first) > 0 && length <= 3);
    if PLACE_WORD.within(chars) {
        return -60;
    }
    if titled && length <= 8 {
        return if surnames::surname_rank(*first) > 0 && length <= 5 { 60 } else { 34 };
    }
    let ends_like_place = PLACE_ENDS.contains(*last);
    let soft = SOFT_ENDS.contains(*last);
    let place = match (ends_like_place, soft) {
        (true, true) => 24,
        (true, false) => 70,
        (false, true) => 12,
        (false, false) => 0,
    };
    let given = chars[1..].iter().filter(|c| surnames::is_given(**c)).count();
    let given = i32::try_from(given).unwrap_or(0);
    let rank = i32::from(surnames::surname_rank(*first));
    let base = match length {
        1 => 2 + rank * 3,
        3 | 4 if surnames::compound(chars) => 56,
        2 if rank > 0 => 30 + rank * 6 + given * 7,
        3 if rank > 0 => 32 + rank * 6 + given * 6,
        4 if rank > 0 => 8 + rank * 4 + given * 5,
        2..=4 if matches!(first, '小' | '阿' | '老' | '大') => 26,
        2..=4 => 10 + given * 3,
        5..=8 => -8,
        _ => -40,
    };
    base - place
}

//! Labels (收货人：) and words of courtesy (麻烦寄到), cut only where they cannot be part of the address or name.

use std::sync::LazyLock;

use super::marks::{Mark, Marks};
use super::normalize::{Folded, is_han};
use super::words::Words;

/// What follows a label.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Labelled {
    Name,
    Phone,
    Region,
    Detail,
    PostalCode,
    Identity,
    Other,
}

/// A label that was cut.
#[derive(Debug, Clone, Copy)]
pub struct Label {
    pub end: usize,
    pub of: Labelled,
}

/// With a colon or in brackets these are labels wherever they stand.
const WORDS: &[(&str, Labelled)] = &[
    ("收货人姓名", Labelled::Name),
    ("收件人姓名", Labelled::Name),
    ("联系人姓名", Labelled::Name),
    ("收货联系人", Labelled::Name),
    ("收货人名称", Labelled::Name),
    ("收货人", Labelled::Name),
    ("收件人", Labelled::Name),
    ("收货方", Labelled::Name),
    ("收件方", Labelled::Name),
    ("联系人", Labelled::Name),
    ("真实姓名", Labelled::Name),
    ("客户姓名", Labelled::Name),
    ("姓名", Labelled::Name),
    ("名字", Labelled::Name),
    ("姓 名", Labelled::Name),
    ("收", Labelled::Name),
    ("name", Labelled::Name),
    ("收货人手机号码", Labelled::Phone),
    ("收货人手机号", Labelled::Phone),
    ("收货人手机", Labelled::Phone),
    ("收货人电话", Labelled::Phone),
    ("收件人手机号", Labelled::Phone),
    ("收件人手机", Labelled::Phone),
    ("收件人电话", Labelled::Phone),
    ("联系人电话", Labelled::Phone),
    ("联系人手机", Labelled::Phone),
    ("手机号码", Labelled::Phone),
    ("手机号", Labelled::Phone),
    ("手机", Labelled::Phone),
    ("联系电话", Labelled::Phone),
    ("联系手机", Labelled::Phone),
    ("联系方式", Labelled::Phone),
    ("联系号码", Labelled::Phone),
    ("收货电话", Labelled::Phone),
    ("收件电话", Labelled::Phone),
    ("电话号码", Labelled::Phone),
    ("移动电话", Labelled::Phone),
    ("固定电话", Labelled::Phone),
    ("固话", Labelled::Phone),
    ("座机", Labelled::Phone),
    ("电话", Labelled::Phone),
    ("号码", Labelled::Phone),
    ("手机/电话", Labelled::Phone),
    ("tel", Labelled::Phone),
    ("mobile", Labelled::Phone),
    ("phone", Labelled::Phone),
    ("mob", Labelled::Phone),
    ("所在地区", Labelled::Region),
    ("所在区域", Labelled::Region),
    ("所在地址", Labelled::Region),
    ("所在地", Labelled::Region),
    ("所在省份", Labelled::Region),
    ("所在城市", Labelled::Region),
    ("收货地区", Labelled::Region),
    ("收件地区", Labelled::Region),
    ("收货区域", Labelled::Region),
    ("省市区县", Labelled::Region),
    ("省市区", Labelled::Region),
    ("省/市/区", Labelled::Region),
    ("省份", Labelled::Region),
    ("城市", Labelled::Region),
    ("区县", Labelled::Region),
    ("区/县", Labelled::Region),
    ("市/区", Labelled::Region),
    ("地区", Labelled::Region),
    ("区域", Labelled::Region),
    ("国家", Labelled::Region),
    ("乡镇", Labelled::Region),
    ("街道/镇", Labelled::Region),
    ("街道乡镇", Labelled::Region),
    ("省", Labelled::Region),
    ("市", Labelled::Region),
    ("区", Labelled::Region),
    ("县", Labelled::Region),
    ("详细地址", Labelled::Detail),
    ("街道地址", Labelled::Detail),
    ("具体地址", Labelled::Detail),
    ("收货人地址", Labelled::Detail),
    ("收件人地址", Labelled::Detail),
    ("收货详细地址", Labelled::Detail),
    ("收货地址", Labelled::Detail),
    ("收件地址", Labelled::Detail),
    ("邮寄地址", Labelled::Detail),
    ("寄件地址", Labelled::Detail),
    ("寄送地址", Labelled::Detail),
    ("送货地址", Labelled::Detail),
    ("配送地址", Labelled::Detail),
    ("快递地址", Labelled::Detail),
    ("联系地址", Labelled::Detail),
    ("家庭地址", Labelled::Detail),
    ("公司地址", Labelled::Detail),
    ("详细住址", Labelled::Detail),
    ("门牌号", Labelled::Detail),
    ("门牌", Labelled::Detail),
    ("住址", Labelled::Detail),
    ("街道", Labelled::Detail),
    ("地址", Labelled::Detail),
    ("地 址", Labelled::Detail),
    ("address", Labelled::Detail),
    ("邮政编码", Labelled::PostalCode),
    ("邮政编号", Labelled::PostalCode),
    ("邮编", Labelled::PostalCode),
    ("邮 编", Labelled::PostalCode),
    ("zip", Labelled::PostalCode),
    ("身份证号码", Labelled::Identity),
    ("身份证号", Labelled::Identity),
    ("身份证", Labelled::Identity),
    ("证件号码", Labelled::Identity),
    ("收货信息", Labelled::Other),
    ("收件信息", Labelled::Other),
    ("收货地址信息", Labelled::Other),
    ("快递信息", Labelled::Other),
    ("地址信息", Labelled::Other),
    ("收件人信息", Labelled::Other),
    ("收货人信息", Labelled::Other),
    ("地址如下", Labelled::Other),
];

/// Cut without a colon too, if they begin a part of the text.
const STANDING: &[(&str, Labelled)] = &[
    ("收货人姓名", Labelled::Name),
    ("收件人姓名", Labelled::Name),
    ("收货人", Labelled::Name),
    ("收件人", Labelled::Name),
    ("联系人", Labelled::Name),
    ("姓名", Labelled::Name),
    ("我叫", Labelled::Name),
    ("我是", Labelled::Name),
    ("名字", Labelled::Name),
    ("手机号码", Labelled::Phone),
    ("手机号", Labelled::Phone),
    ("手机", Labelled::Phone),
    ("联系电话", Labelled::Phone),
    ("联系方式", Labelled::Phone),
    ("联系手机", Labelled::Phone),
    ("收货电话", Labelled::Phone),
    ("电话号码", Labelled::Phone),
    ("电话", Labelled::Phone),
    ("固定电话", Labelled::Phone),
    ("固话", Labelled::Phone),
    ("座机", Labelled::Phone),
    ("Tel", Labelled::Phone),
    ("TEL", Labelled::Phone),
    ("tel", Labelled::Phone),
    ("电", Labelled::Phone),
    ("所在地区", Labelled::Region),
    ("所在区域", Labelled::Region),
    ("所在地", Labelled::Region),
    ("收货地区", Labelled::Region),
    ("省市区", Labelled::Region),
    ("地区", Labelled::Region),
    ("省份", Labelled::Region),
    ("城市", Labelled::Region),
    ("区县", Labelled::Region),
    ("详细地址", Labelled::Detail),
    ("具体地址", Labelled::Detail),
    ("街道地址", Labelled::Detail),
    ("收货地址", Labelled::Detail),
    ("收件地址", Labelled::Detail),
    ("邮寄地址", Labelled::Detail),
    ("寄送地址", Labelled::Detail),
    ("送货地址", Labelled::Detail),
    ("快递地址", Labelled::Detail),
    ("联系地址", Labelled::Detail),
    ("家庭地址", Labelled::Detail),
    ("公司地址", Labelled::Detail),
    ("住址", Labelled::Detail),
    ("地址", Labelled::Detail),
    ("邮政编码", Labelled::PostalCode),
    ("邮编", Labelled::PostalCode),
    ("身份证号码", Labelled::Identity),
    ("身份证号", Labelled::Identity),
    ("身份证", Labelled::Identity),
    ("收货信息", Labelled::Other),
    ("收件信息", Labelled::Other),
    ("收货人信息", Labelled::Other),
    ("收件人信息", Labelled::Other),
    ("快递信息", Labelled::Other),
    ("地址如下", Labelled::Other),
    ("信息如下", Labelled::Other),
];

/// Words at the begin or the end of a part that say nothing about the address. The longest stand first.
const COURTESY: &[&str] = &[
    "thank you", "我的收货地址是", "麻烦帮我寄到", "我的收货地址", "改成这个地址", "thanks", "Thanks", "THANKS", "麻烦请寄到",
    "麻烦您寄到", "麻烦你寄到", "请帮忙寄到", "收货地址是", "收件地址是", "我的地址是", "我的电话是", "手机同微信", "发这个地址", "请尽快发货",
    "麻烦寄到", "麻烦发到", "帮我寄到", "帮忙寄到", "请邮寄到", "请邮寄至", "快递请寄", "快递寄到", "发货地址", "我的地址", "我的电话", "手机号是",
    "收件人是", "收货人是", "微信同号", "微信同步", "谢谢老板", "非常感谢", "麻烦您了", "麻烦你了", "客服你好", "这个地址", "换个地址", "默认地址",
    "尽快发货", "早点发货", "今天发货", "麻烦寄", "麻烦发", "请寄到", "请寄至", "请寄往", "请发到", "请发往", "请发至", "请送到", "请送至",
    "快递到", "邮寄到", "邮寄至", "寄送到", "寄送至", "发货到", "发货至", "送货到", "地址是", "地址为", "地址在", "电话是", "手机是",
    "号码是", "打电话", "名字是", "名字叫", "姓名是", "我住在", "同微信", "谢谢亲", "谢谢您", "谢谢啦", "谢谢了", "谢谢你", "辛苦了",
    "辛苦啦", "拜托了", "麻烦了", "麻烦啦", "老板好", "亲爱的", "就这个", "新地址", "尽快发", "寄到", "寄至", "寄往", "发到", "发往",
    "发至", "送到", "送至", "请寄", "请发", "我在", "多谢", "感谢", "谢谢", "谢了", "麻烦", "你好", "您好", "老板", "亲亲", "在吗",
    "默认", "请", "亲",
];

static STANDING_AT: LazyLock<Words<Labelled>> = LazyLock::new(|| Words::new(STANDING.iter().copied()));
static COURTESY_AT: LazyLock<Words<&'static str>> = LazyLock::new(|| Words::new(COURTESY.iter().map(|word| (*word, *word))));

/// Marks labels, and returns those that say what follows, by position.
pub fn mark_labels(text: &Folded, marks: &mut Marks) -> Vec<Label> {
    let mut labels = Vec::new();
    for at in 0..text.len() {
        if matches!(text.chars[at], ':' | ']' | '=') && marks.get(at) == Some(Mark::Gap) {
            if let Some((start, of)) = label_before(text, marks, at) {
                marks.set(start, at + 1, Mark::Label);
                if text.before(start) == Some('[') {
                    marks.set(start - 1, start, Mark::Label);
                }
                labels.push(Label { end: at + 1, of });
            }
        }
    }
    for at in 0..text.len() {
        if marks.is_open(at) && (marks.edge_before(at)) {
            standing(text, marks, at, &mut labels);
        } else if marks.is_open(at) {
            phone_label(text, marks, at, &mut labels);
        }
    }
    labels.sort_by_key(|label| label.end);
    labels
}

/// The label that ends right before this colon or bracket. Blanks inside are skipped: "收 货 人：".
fn label_before(text: &Folded, marks: &Marks, end: usize) -> Option<(usize, Labelled)> {
    let mut letters: Vec<(usize, char)> = Vec::new();
    let bracketed = text.chars[end] == ']';
    let mut bounded = true;
    for at in (end.saturating_sub(14)..end).rev() {
        let c = text.chars[at];
        if c == ' ' || c == '\t' {
            continue;
        }
        let inside = is_han(c) || c.is_ascii_alphabetic() || c == '/';
        if !inside || marks.get(at) == Some(Mark::Phone) {
            break;
        }
        letters.push((at, c.to_ascii_lowercase()));
        bounded = marks.edge_before(at) || at == 0;
    }
    if bracketed && letters.last().is_some_and(|(at, _)| text.before(*at) != Some('[')) {
        return None;
    }
    let longest = WORDS.iter().filter(|(word, _)| {
        let mut own = word.chars().rev().filter(|c| *c != ' ');
        let mut theirs = letters.iter();
        own.all(|c| theirs.next().is_some_and(|(_, letter)| *letter == c))
    });
    let (word, of) = longest.max_by_key(|(word, _)| word.len())?;
    let length = word.chars().filter(|c| *c != ' ').count();
    let start = letters.get(length - 1)?.0;
    // One-letter labels and Latin ones must not be the end of a longer word.
    let whole = length == letters.len() && bounded || marks.edge_before(start);
    if (length < 2 || bracketed || word.is_ascii()) && !whole {
        return None;
    }
    Some((start, *of))
}

/// A label without colon at the begin of a part.
fn standing(text: &Folded, marks: &mut Marks, at: usize, labels: &mut Vec<Label>) {
    let Some((length, of)) = STANDING_AT.at(text.from(at)) else { return };
    let mut end = at + length;
    if matches!(text.get(end), Some('是' | '为')) {
        end += 1;
    }
    let number_follows = |from: usize| {
        let next = (from..text.len()).find(|at| text.chars[*at] != ' ');
        next.is_some_and(|next| marks.get(next) == Some(Mark::Phone) || text.chars[next].is_ascii_digit())
    };
    let cut = match of {
        Labelled::Name => text.get(end).is_some(),
        // 手机城, 电话局: a label only before a number or a blank.
        Labelled::Phone => number_follows(end) || (length > 1 && marks.get(end) == Some(Mark::Gap)),
        // 地区, 城市 begin names of places too.
        Labelled::Region => marks.get(end) == Some(Mark::Gap) || length > 3,
        Labelled::Detail => true,
        Labelled::PostalCode | Labelled::Identity => number_follows(end) || marks.get(end) != Some(Mark::Open),
        Labelled::Other => true,
    };
    if cut {
        marks.set(at, end, Mark::Label);
        labels.push(Label { end, of });
    }
}

/// A phone or postal-code label glued to what stands before it: 王力宏电话138….
fn phone_label(text: &Folded, marks: &mut Marks, at: usize, labels: &mut Vec<Label>) {
    if !matches!(text.chars[at], '电' | '手' | '联' | '邮' | '收' | 'T' | 't' | '姓' | '地' | '详') {
        return;
    }
    let Some((length, of)) = STANDING_AT.at(text.from(at)) else { return };
    let end = at + length;
    let next = (end..text.len()).find(|at| !matches!(text.chars[*at], ' ' | ':'));
    let phone_next = next.is_some_and(|next| marks.get(next) == Some(Mark::Phone));
    let digits_next = next.is_some_and(|next| text.chars[next].is_ascii_digit());
    let cut = match of {
        Labelled::Phone => phone_next && length > 1,
        Labelled::PostalCode => digits_next,
        Labelled::Name => length == 3 && text.get(end).is_some_and(is_han),
        _ => length == 4 && of == Labelled::Detail && text.get(end).is_some_and(is_han),
    };
    if cut {
        marks.set(at, end, Mark::Label);
        labels.push(Label { end, of });
    }
}

/// Marks words of courtesy at the edges of parts.
pub fn mark_courtesy(text: &Folded, marks: &mut Marks) {
    for at in 0..text.len() {
        if !marks.is_open(at) || !marks.edge_before(at) {
            continue;
        }
        let mut at = at;
        while let Some((length, word)) = COURTESY_AT.at(text.from(at)) {
            let end = at + length;
            // One-letter words only alone: 亲 and 请 begin other words.
            if length == 1 && marks.is_open(end) {
                break;
            }
            let soft = matches!(word, "老板" | "新地址" | "麻烦");
            if soft && marks.is_open(end) {
                break;
            }
            marks.set(at, end, Mark::Filler);
            at = end;
        }
    }
    // 谢谢 at the end of a part that is otherwise an address.
    for at in (0..text.len()).rev() {
        if marks.is_open(at) && !marks.is_open(at + 1) {
            for word in ["谢谢啦", "谢谢了", "谢谢", "多谢", "感谢"] {
                let length = word.chars().count();
                if at + 1 >= length && text.reads(at + 1 - length, word) {
                    marks.set(at + 1 - length, at + 1, Mark::Filler);
                }
            }
        }
    }
}

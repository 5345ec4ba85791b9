//! The faults of a Chinese language package for Magento, row by row: what is not translated, what lost a
//! placeholder, what is known to be wrong, and rows that carry the text of another row.

use std::collections::BTreeMap;

use super::csv::{self, Record};
use super::placeholders::placeholders;
use super::shifted;
use super::table::{known_fault, phrases};
use crate::i18n::{Locale, catalogue, is_han};

/// What can be wrong with a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fault {
    /// Not UTF-8, a quote that never ends, and the like.
    BrokenCsv,
    /// Fewer than two columns or more than four.
    Columns,
    Empty,
    Untranslated,
    PlaceholderLost,
    PlaceholderAdded,
    /// A translation or a word that is known to be wrong.
    KnownBad,
    /// By all appearances the text of another row.
    ShiftedRow,
    /// The phrase stands twice with different translations: Magento takes the last.
    Contradiction,
}

impl Fault {
    pub const ALL: [Self; 9] = [
        Self::BrokenCsv,
        Self::Columns,
        Self::Empty,
        Self::Untranslated,
        Self::PlaceholderLost,
        Self::PlaceholderAdded,
        Self::KnownBad,
        Self::ShiftedRow,
        Self::Contradiction,
    ];

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::BrokenCsv => "broken_csv",
            Self::Columns => "columns",
            Self::Empty => "empty",
            Self::Untranslated => "untranslated",
            Self::PlaceholderLost => "placeholder_lost",
            Self::PlaceholderAdded => "placeholder_added",
            Self::KnownBad => "known_bad",
            Self::ShiftedRow => "shifted_row",
            Self::Contradiction => "contradiction",
        }
    }
}

/// One thing wrong with one row.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    pub line: usize,
    pub fault: Fault,
    pub source: String,
    pub translation: String,
    pub detail: String,
    /// What we would write, when we have the phrase.
    pub ours: Option<String>,
}

/// All that was found in one file.
#[derive(Debug)]
pub struct Audit {
    pub rows: usize,
    pub findings: Vec<Finding>,
}

impl Audit {
    #[must_use]
    pub fn count(&self, fault: Fault) -> usize {
        self.findings.iter().filter(|finding| finding.fault == fault).count()
    }
}

/// A row that has a phrase and a translation.
#[derive(Debug, Clone, Copy)]
pub struct Pair<'a> {
    pub line: usize,
    pub source: &'a str,
    pub translation: &'a str,
}

/// Reads a package's dictionary.
#[must_use]
pub fn audit(bytes: &[u8]) -> Audit {
    let mut findings = Vec::new();
    let text = String::from_utf8_lossy(bytes);
    if let Err(error) = std::str::from_utf8(bytes) {
        let line = bytes[..error.valid_up_to()].iter().filter(|byte| **byte == b'\n').count() + 1;
        findings.push(broken(line, "is not UTF-8: save the file as UTF-8".to_owned()));
    }
    let (records, faults) = csv::read(&text);
    findings.extend(faults.into_iter().map(|(line, fault)| broken(line, fault.to_string())));
    for record in records.iter().filter(|record| !(2..=4).contains(&record.fields.len())) {
        let detail =
            format!("has {} columns: there are phrase, translation, and where the phrase is from", record.fields.len());
        findings.push(Finding { fault: Fault::Columns, ..about(record, detail) });
    }
    let pairs: Vec<Pair<'_>> = records.iter().filter_map(pair_of).collect();
    for pair in &pairs {
        findings.extend(faults_of(pair));
    }
    // Shoppers' words are shorter than Magento's English: what we would write ourselves is no fault.
    let ours_too = |pair: &Pair<'_>| ours(pair.source).is_some_and(|ours| ours == pair.translation);
    for (pair, detail) in shifted::shifted(&pairs).into_iter().filter(|(pair, _)| !ours_too(pair)) {
        findings.push(found(&pair, Fault::ShiftedRow, detail));
    }
    findings.extend(contradictions(&pairs));
    findings.sort();
    findings.dedup();
    Audit { rows: records.len(), findings }
}

fn broken(line: usize, detail: String) -> Finding {
    let nothing = String::new();
    Finding { line, fault: Fault::BrokenCsv, source: nothing.clone(), translation: nothing, detail, ours: None }
}

fn about(record: &Record, detail: String) -> Finding {
    let field = |at: usize| record.fields.get(at).cloned().unwrap_or_default();
    Finding { source: field(0), translation: field(1), ..broken(record.line, detail) }
}

fn pair_of(record: &Record) -> Option<Pair<'_>> {
    let [source, translation, ..] = &record.fields[..] else { return None };
    Some(Pair { line: record.line, source, translation })
}

fn found(pair: &Pair<'_>, fault: Fault, detail: String) -> Finding {
    let (source, translation) = (pair.source.to_owned(), pair.translation.to_owned());
    Finding { line: pair.line, fault, source, translation, detail, ours: ours(pair.source) }
}

fn ours(source: &str) -> Option<String> {
    let phrase = phrases().iter().find(|phrase| phrase.source == source)?;
    let catalogue = catalogue();
    let message = catalogue.wording(Locale::ZhHans).messages().get(&phrase.id)?;
    let named = phrase.args.iter().fold(message.pattern.clone(), |text, (placeholder, argument)| {
        text.replace(&format!("{{ ${argument} }}"), &format!("%{placeholder}"))
    });
    Some(named)
}

fn faults_of(pair: &Pair<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut say = |fault, detail: String| findings.push(found(pair, fault, detail));
    let (source, translation) = (pair.source.trim(), pair.translation.trim());
    if source.is_empty() || translation.is_empty() {
        say(Fault::Empty, format!("the {} is empty", if source.is_empty() { "phrase" } else { "translation" }));
        return findings;
    }
    if is_untranslated(source, translation) {
        say(Fault::Untranslated, "still in English".to_owned());
        return findings;
    }
    let list = |names: Vec<&&str>| names.iter().map(|name| format!("%{name}")).collect::<Vec<_>>().join(" ");
    let (wanted, given) = (placeholders(source), placeholders(translation));
    let (lost, added): (Vec<_>, Vec<_>) = (wanted.difference(&given).collect(), given.difference(&wanted).collect());
    if !lost.is_empty() {
        say(Fault::PlaceholderLost, format!("{} is lost", list(lost)));
    }
    if !added.is_empty() {
        say(
            Fault::PlaceholderAdded,
            format!("{} is not in the phrase: shoppers would read it as it stands", list(added)),
        );
    }
    if let Some(known) = known_fault(source, translation) {
        let (fault, detail) = if known.wrong_row {
            (Fault::ShiftedRow, "is known to be the text of another row")
        } else {
            (Fault::KnownBad, "is a known mistranslation")
        };
        say(fault, detail.to_owned());
    } else if let Some((word, instead)) = bad_word(source, translation) {
        say(Fault::KnownBad, format!("{word}: {instead}"));
    }
    findings
}

/// The English came through: the same text, or words and not one Chinese character. Names, codes and
/// placeholders alone have nothing to translate.
fn is_untranslated(source: &str, translation: &str) -> bool {
    let words = shifted::words(source);
    let has_words = words.iter().any(|word| word.len() > 1);
    let names_only = words.iter().all(|word| is_name(word));
    if source == translation {
        has_words && !names_only
    } else {
        words.len() > 1 && !names_only && !translation.contains(is_han)
    }
}

/// Acronyms and brands: the same in every language.
fn is_name(word: &str) -> bool {
    const BRANDS: [&str; 14] = [
        "Magento",
        "PayPal",
        "Braintree",
        "Google",
        "Facebook",
        "Amazon",
        "Adobe",
        "Visa",
        "MasterCard",
        "Maestro",
        "Discover",
        "Varnish",
        "Redis",
        "Worldpay",
    ];
    word.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit()) || BRANDS.contains(&word)
}

/// Words that are wrong wherever they stand, and words that are wrong for one English word.
const BAD_WORDS: [(Option<&str>, &str, &str); 40] = [
    (None, "航运", "is shipping by sea; write 配送 or 收货"),
    (None, "扁平率", "is a calque of flat rate; write 统一运费"),
    (None, "抓捕", "is an arrest; write 收款"),
    (None, "存储拾取", "is picking up storage; write 到店自提"),
    (None, "转移支付", "is money between governments; write 转账"),
    (None, "打印顺序", "is a print sequence; write 打印订单"),
    (None, "愿望清单", "is a birthday list; write 收藏"),
    (None, "信用备忘录", "is a calque of credit memo; write 退款单"),
    (None, "贷方通知单", "is bookkeeping; write 退款单"),
    (None, "贷项通知单", "is bookkeeping; write 退款单"),
    (None, "送货地址", "is the sender's view; write 收货地址"),
    (None, "发货地址", "is where goods leave; write 收货地址"),
    (None, "州/省", "is American; write 省份"),
    (None, "通讯簿", "is a list of phone numbers; write 收货地址"),
    (None, "帐号", "write 账号"),
    (None, "帐户", "write 账号 or 账户"),
    (None, "登陆", "is to go ashore; write 登录"),
    (None, "结帐", "write 结算"),
    (None, "装运", "is loading a vessel; write 发货 or 包裹"),
    (None, "追踪号码", "write 快递单号"),
    (None, "添加到购物车", "write 加入购物车"),
    (None, "添加到您的购物车", "write 加入购物车"),
    (None, "您已添加", "write 已加入"),
    (None, "来宾", "is a guest of honour; write 免登录 or 游客"),
    (None, "折扣代码", "write 优惠码"),
    (None, "打折代码", "write 优惠码"),
    (None, "起订量", "is a number of pieces; write 起订金额"),
    (Some("ship"), "船", "is a boat; write 配送 or 收货"),
    (Some("quote"), "报价", "is a price quotation; here quote is the cart or a shipping rate"),
    (Some("quote"), "引用", "is a citation; here quote is the cart"),
    (Some("carrier"), "运营商", "is a telecom operator; write 快递公司"),
    (Some("state"), "状态", "is a status; here state is the province: 省份"),
    (Some("only"), "左", "is left-hand; write 仅剩"),
    (Some("invoice"), "发票", "is the tax fapiao; write 账单"),
    (Some("invoice"), "发货", "is dispatch; write 账单"),
    (Some("session"), "会话", "is developers' jargon; write 登录"),
    (Some("expiration"), "过期日期", "says it has expired; write 有效期"),
    (Some("tax"), "传真", "is a fax; write 税"),
    (Some("fax"), "税", "is a tax; write 传真"),
    (Some("item"), "项目", "is a project; write 商品"),
];

fn bad_word(source: &str, translation: &str) -> Option<(&'static str, &'static str)> {
    let words: Vec<String> = shifted::words(source).iter().map(|word| word.to_ascii_lowercase()).collect();
    let says = |english: &str| words.iter().any(|word| word == english || word.strip_suffix('s') == Some(english));
    let found = BAD_WORDS.iter().find(|(english, word, _)| translation.contains(word) && english.is_none_or(says));
    let (english, word, instead) = found?;
    // An order's "state" and a "status" share a word in Chinese; only an address is meant here.
    let address = || words.len() <= 3 || says("province") || says("region") || says("required");
    let ships = || says("ship") || says("shipment") || says("shipping");
    let is_fault = match *english {
        Some("invoice") if *word == "发货" => !ships(),
        Some("state") => address() && !says("order") && !says("status"),
        _ => true,
    };
    is_fault.then_some((*word, *instead))
}

fn contradictions(pairs: &[Pair<'_>]) -> Vec<Finding> {
    let mut by_source: BTreeMap<&str, Vec<&Pair<'_>>> = BTreeMap::new();
    for pair in pairs {
        by_source.entry(pair.source).or_default().push(pair);
    }
    let mut findings = Vec::new();
    for same in by_source.values() {
        let Some(last) = same.last() else { continue };
        for pair in same.iter().filter(|pair| pair.translation != last.translation) {
            let detail = format!("line {} says “{}”, and Magento takes the last", last.line, last.translation);
            findings.push(found(pair, Fault::Contradiction, detail));
        }
    }
    findings
}

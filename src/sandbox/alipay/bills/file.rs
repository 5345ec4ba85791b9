//! The dialect of bill files (§14.2, §14.3): GBK, CRLF, lines of structure that begin with
//! `#`, a tab behind every value.

use crate::clock::Timestamp;

/// One file before it is written.
pub(super) struct Sheet {
    /// `业务明细`: part of the file's name, and of its marks.
    pub(super) title: &'static str,
    pub(super) preamble: Vec<String>,
    pub(super) columns: Vec<&'static str>,
    pub(super) rows: Vec<Vec<String>>,
    /// Lines behind the last mark, before the time of export.
    pub(super) totals: Vec<String>,
    pub(super) exported_at: Timestamp,
    /// The file breaks off behind so many rows, in the middle of the next.
    pub(super) cut_after: Option<usize>,
}

impl Sheet {
    pub(super) fn write(&self) -> Vec<u8> {
        let mut text = head(&self.preamble, self.title, &self.columns);
        for (at, row) in self.rows.iter().enumerate() {
            let written = line(row);
            if self.cut_after == Some(at) {
                text.extend(written.chars().take(written.chars().count() / 2));
                return gbk(&text);
            }
            text.push_str(&written);
        }
        if self.cut_after.is_none() {
            text.push_str(&foot(self.title, &self.totals, self.exported_at));
        }
        gbk(&text)
    }
}

const RULE: &str = "----------------------------------------";

pub(super) fn head(preamble: &[String], title: &str, columns: &[&str]) -> String {
    let mut text = String::new();
    for told in preamble {
        text.push_str(&format!("#{told}\r\n"));
    }
    text.push_str(&format!("#-{RULE}{title}列表{RULE}\r\n{}\r\n", columns.join(",")));
    text
}

pub(super) fn foot(title: &str, totals: &[String], exported_at: Timestamp) -> String {
    // The line of the real file is as long as the opening one.
    let mut text = format!("#-{RULE}{title}列表结束{}\r\n", &RULE[..36]);
    for told in totals {
        text.push_str(&format!("#{told}\r\n"));
    }
    text.push_str(&format!("#导出时间：[{}]\r\n", chinese_moment(exported_at)));
    text
}

/// One row. A value with a comma, a quotation mark or a line break stands in quotation marks.
pub(super) fn line<T: AsRef<str>>(values: &[T]) -> String {
    let mut text = String::with_capacity(384);
    for (at, value) in values.iter().map(AsRef::as_ref).enumerate() {
        if at > 0 {
            text.push(',');
        }
        if value.contains([',', '"', '\r', '\n']) {
            text.push_str(&format!("\"{}\t\"", value.replace('"', "\"\"")));
        } else {
            text.push_str(value);
            text.push('\t');
        }
    }
    text.push_str("\r\n");
    text
}

/// GBK; what it has no character for becomes a question mark.
pub(super) fn gbk(text: &str) -> Vec<u8> {
    let (bytes, _, is_lossy) = encoding_rs::GBK.encode(text);
    if !is_lossy {
        return bytes.into_owned();
    }
    let has_none = |c: char| encoding_rs::GBK.encode(c.encode_utf8(&mut [0; 4])).2;
    let plain: String = text.chars().map(|c| if has_none(c) { '?' } else { c }).collect();
    encoding_rs::GBK.encode(&plain).0.into_owned()
}

/// `12.30`, with a sign when it is less than nothing.
pub(super) fn yuan(fen: i64) -> String {
    let sign = if fen < 0 { "-" } else { "" };
    format!("{sign}{}.{:02}", fen.unsigned_abs() / 100, fen.unsigned_abs() % 100)
}

/// `2026-01-01 12:00:00` in China.
pub(super) fn moment(at: Timestamp) -> String {
    at.to_beijing_rfc3339().chars().take(19).map(|c| if c == 'T' { ' ' } else { c }).collect()
}

/// `2026年01月01日 12:00:00` in China.
pub(super) fn chinese_moment(at: Timestamp) -> String {
    let text = at.to_beijing_rfc3339();
    format!("{}年{}月{}日 {}", &text[..4], &text[5..7], &text[8..10], &text[11..19])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_times_and_lines_look_as_in_real_files() {
        assert_eq!((yuan(1230), yuan(5), yuan(-5)), ("12.30".into(), "0.05".into(), "-0.05".into()));
        let noon = Timestamp::from_seconds(1_767_240_000);
        assert_eq!(moment(noon), "2026-01-01 12:00:00");
        assert_eq!(chinese_moment(noon), "2026年01月01日 12:00:00");
        assert_eq!(line(&["交易", "", "1.00"]), "交易\t,\t,1.00\t\r\n");
        assert_eq!(line(&["茶,\"一\"件"]), "\"茶,\"\"一\"\"件\t\"\r\n");
    }

    #[test]
    fn files_are_gbk_and_what_it_lacks_is_asked_about() {
        assert_eq!(gbk("红茶"), [0xBA, 0xEC, 0xB2, 0xE8]);
        assert_eq!(gbk("茶🍵"), [0xB2, 0xE8, b'?']);
    }
}

//! The dialect of bill files (§12.3): byte order mark, CRLF, a backtick before every value.

use crate::clock::Timestamp;

pub(super) const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// One bill before it is written.
pub(super) struct Sheet {
    pub(super) header: Vec<&'static str>,
    pub(super) rows: Vec<Vec<String>>,
    pub(super) summary_header: Vec<&'static str>,
    pub(super) summary: Vec<String>,
}

impl Sheet {
    pub(super) fn write(&self) -> Vec<u8> {
        let mut file = BYTE_ORDER_MARK.to_vec();
        file.extend(heading(&self.header));
        for row in &self.rows {
            file.extend(line(row));
        }
        file.extend(heading(&self.summary_header));
        file.extend(line(&self.summary));
        file
    }
}

pub(super) fn heading(names: &[&str]) -> Vec<u8> {
    format!("{}\r\n", names.join(",")).into_bytes()
}

/// Values may hold commas: only comma and backtick together part them.
pub(super) fn line<T: AsRef<str>>(values: &[T]) -> Vec<u8> {
    let mut written = String::with_capacity(512);
    for (at, value) in values.iter().enumerate() {
        written.push_str(if at == 0 { "`" } else { ",`" });
        written.push_str(value.as_ref());
    }
    written.push_str("\r\n");
    written.into_bytes()
}

/// `12.30`, with a sign when it is less than nothing.
pub(super) fn yuan(fen: i64) -> String {
    let sign = if fen < 0 { "-" } else { "" };
    format!("{sign}{}.{:02}", fen.unsigned_abs() / 100, fen.unsigned_abs() % 100)
}

/// Fees have five decimals.
pub(super) fn fee_yuan(fen: i64) -> String {
    format!("{}000", yuan(fen))
}

/// A count as the files have it: `45.0`.
pub(super) fn count(rows: usize) -> String {
    format!("{rows}.0")
}

/// `2026-01-01 12:00:00` in Beijing.
pub(super) fn moment(at: Timestamp) -> String {
    at.to_beijing_rfc3339().chars().take(19).map(|c| if c == 'T' { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_and_lines_look_as_in_real_files() {
        assert_eq!(
            (yuan(1230), yuan(5), yuan(-5), fee_yuan(6)),
            ("12.30".into(), "0.05".into(), "-0.05".into(), "0.06000".into())
        );
        assert_eq!(line(&["a,b", ""]), b"`a,b,`\r\n");
        assert_eq!(moment(Timestamp::from_seconds(1_767_240_000)), "2026-01-01 12:00:00");
    }
}

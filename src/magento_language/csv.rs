//! Comma-separated values as Magento's language packages use them: quotes doubled, fields over several
//! lines allowed. A broken file is read as far as it goes, and each fault is told with its line.

use std::fmt;

/// A row and the line it begins on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    pub line: usize,
    pub fields: Vec<String>,
}

/// What is not CSV.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Broken {
    /// A quoted field that never ends.
    UnclosedQuote,
    /// A quoted field that runs into what looks like the end of another row.
    SwallowedRows,
    /// Something between the closing quote and the comma.
    TextAfterQuote,
    /// A quote within a field that is not quoted.
    StrayQuote,
    /// PHP reads `\"` as a quote that does not close.
    BackslashBeforeQuote,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::UnclosedQuote => "a quotation mark is not closed: everything after it would be one field",
            Self::SwallowedRows => "a quotation mark is missing: following rows are swallowed into one field",
            Self::TextAfterQuote => "something stands between the closing quotation mark and the comma",
            Self::StrayQuote => "a quotation mark stands in a field without quotes: double it and quote the field",
            Self::BackslashBeforeQuote => "a backslash stands before a quotation mark: PHP does not close the field",
        })
    }
}

/// Reads everything; the faults with the lines they are on.
#[must_use]
pub fn read(text: &str) -> (Vec<Record>, Vec<(usize, Broken)>) {
    let mut reader = Reader { rest: text.strip_prefix('\u{feff}').unwrap_or(text), line: 1, broken: Vec::new() };
    let mut records = Vec::new();
    while !reader.rest.is_empty() {
        let line = reader.line;
        let fields = reader.record();
        // An empty line is no row.
        if fields.len() > 1 || !fields[0].is_empty() {
            records.push(Record { line, fields });
        }
    }
    (records, reader.broken)
}

struct Reader<'a> {
    rest: &'a str,
    line: usize,
    broken: Vec<(usize, Broken)>,
}

impl Reader<'_> {
    fn record(&mut self) -> Vec<String> {
        let mut fields = Vec::new();
        loop {
            let field = if self.rest.starts_with('"') { self.quoted() } else { self.bare() };
            fields.push(field);
            match self.rest.chars().next() {
                Some(',') => self.rest = &self.rest[1..],
                _ => break,
            }
        }
        self.rest = self.rest.strip_prefix('\r').unwrap_or(self.rest);
        if let Some(rest) = self.rest.strip_prefix('\n') {
            self.rest = rest;
            self.line += 1;
        }
        fields
    }

    fn bare(&mut self) -> String {
        let end = self.rest.find([',', '\n']).unwrap_or(self.rest.len());
        let field = self.rest[..end].trim_end_matches('\r');
        if field.contains('"') {
            self.broken.push((self.line, Broken::StrayQuote));
        }
        let field = field.to_owned();
        self.rest = &self.rest[end..];
        field
    }

    fn quoted(&mut self) -> String {
        let (line, before) = (self.line, self.rest);
        let mut field = String::new();
        let mut rest = &self.rest[1..];
        loop {
            let Some(at) = rest.find('"') else {
                // Never closed: take this line for the row, and go on with the next.
                self.broken.push((line, Broken::UnclosedQuote));
                self.rest = before;
                let end = before.find('\n').unwrap_or(before.len());
                let field = before[1..end].trim_end_matches('\r').to_owned();
                self.rest = &before[end..];
                return field;
            };
            field.push_str(&rest[..at]);
            rest = &rest[at + 1..];
            match rest.strip_prefix('"') {
                Some(more) => {
                    field.push('"');
                    rest = more;
                }
                None => break,
            }
        }
        if field.ends_with('\\') {
            self.broken.push((line, Broken::BackslashBeforeQuote));
        }
        if swallows_rows(&field) {
            self.broken.push((line, Broken::SwallowedRows));
        }
        self.line += field.matches('\n').count();
        if !rest.is_empty() && !rest.starts_with([',', '\n', '\r']) {
            self.broken.push((self.line, Broken::TextAfterQuote));
            let end = rest.find([',', '\n']).unwrap_or(rest.len());
            field.push_str(rest[..end].trim_end_matches('\r'));
            rest = &rest[end..];
        }
        self.rest = rest;
        field
    }
}

/// The columns behind a phrase, found inside a field of several lines.
fn swallows_rows(field: &str) -> bool {
    field.contains('\n') && ["module,", "theme,", "lib,"].iter().any(|column| field.contains(&format!(",{column}")))
}

/// One row with every field quoted and its line end.
#[must_use]
pub fn write(fields: &[&str]) -> String {
    let quoted: Vec<String> = fields.iter().map(|field| format!("\"{}\"", field.replace('"', "\"\""))).collect();
    quoted.join(",") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Vec<(usize, Vec<String>)> {
        read(text).0.into_iter().map(|record| (record.line, record.fields)).collect()
    }

    #[test]
    fn what_is_written_is_read_again() {
        let row = ["a \"b\"", "多行\n文字", "", "x,y"];
        let text = write(&row) + &write(&["next"]);
        let (records, broken) = read(&text);
        assert_eq!(broken, []);
        assert_eq!((records[0].line, &records[0].fields[..]), (1, &row.map(str::to_owned)[..]));
        assert_eq!((records[1].line, records[1].fields[0].as_str()), (3, "next"));
        assert_eq!(
            rows("\u{feff}a,b\r\nc\r\n\r\n"),
            [(1, vec!["a".to_owned(), "b".to_owned()]), (2, vec!["c".to_owned()]),]
        );
    }

    #[test]
    fn each_fault_is_told_with_its_line_and_the_next_row_is_read() {
        for (text, fault) in [
            ("\"a,b\nc,d", (1, Broken::UnclosedQuote)),
            ("x,y\n\"a\"b,c\nc,d", (2, Broken::TextAfterQuote)),
            ("a\"b,c\nc,d", (1, Broken::StrayQuote)),
            ("\"a\\\",b\nc,d", (1, Broken::BackslashBeforeQuote)),
            ("\"a,b,module,M\nx\",c\nc,d", (1, Broken::SwallowedRows)),
        ] {
            let (records, broken) = read(text);
            assert_eq!(broken, [fault], "{text}");
            assert_eq!(records.last().unwrap().fields, ["c", "d"], "{text}");
        }
    }
}

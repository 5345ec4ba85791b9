//! Reads the tables: one header line, LF or CRLF, fields quoted only where they hold a comma or a quote.

use std::borrow::Cow;

/// One record with the number of its line, counted from 1.
pub struct Record<'a> {
    pub line: usize,
    pub fields: Vec<Cow<'a, str>>,
}

/// A quote that is never closed, or text after a closing quote, by line.
#[derive(Debug, PartialEq, Eq)]
pub struct Malformed {
    pub line: usize,
}

/// All records, the header first. Empty lines are skipped. A field may not hold a line break: none of our
/// tables has one, and a lost quote would else swallow the rest of the file.
pub fn records(text: &str) -> Result<Vec<Record<'_>>, Malformed> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut records = Vec::new();
    for (index, line) in text.lines().enumerate() {
        if line.is_empty() {
            continue;
        }
        let line_number = index + 1;
        let fields = if line.contains('"') {
            quoted(line).ok_or(Malformed { line: line_number })?
        } else {
            line.split(',').map(Cow::Borrowed).collect()
        };
        records.push(Record { line: line_number, fields });
    }
    Ok(records)
}

fn quoted(line: &str) -> Option<Vec<Cow<'_, str>>> {
    let mut fields = Vec::new();
    let mut rest = line;
    loop {
        if let Some(mut inside) = rest.strip_prefix('"') {
            let mut field = String::new();
            loop {
                let end = inside.find('"')?;
                field.push_str(&inside[..end]);
                inside = &inside[end + 1..];
                let Some(after) = inside.strip_prefix('"') else { break };
                field.push('"');
                inside = after;
            }
            fields.push(Cow::Owned(field));
            if inside.is_empty() {
                return Some(fields);
            }
            rest = inside.strip_prefix(',')?;
        } else if let Some((field, after)) = rest.split_once(',') {
            fields.push(Cow::Borrowed(field));
            rest = after;
        } else {
            fields.push(Cow::Borrowed(rest));
            return Some(fields);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Vec<Vec<String>> {
        let records = records(text).expect("well-formed");
        records.into_iter().map(|r| r.fields.into_iter().map(Cow::into_owned).collect()).collect()
    }

    #[test]
    fn plain_and_quoted_fields() {
        assert_eq!(rows("a,b,\n\r\n1,,3\r\n"), [["a", "b", ""], ["1", "", "3"]]);
        assert_eq!(rows("x,\"a, b\",\"say \"\"hi\"\"\"\n"), [["x", "a, b", "say \"hi\""]]);
        assert_eq!(rows("\u{feff}a\n\"\",b"), [vec!["a".to_owned()], vec![String::new(), "b".to_owned()]]);
    }

    #[test]
    fn a_lost_quote_is_told_by_line() {
        assert_eq!(records("a\n\"b\nc").err(), Some(Malformed { line: 2 }));
        assert_eq!(records("a\n\"b\"c").err(), Some(Malformed { line: 2 }));
    }
}

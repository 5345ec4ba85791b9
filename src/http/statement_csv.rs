//! A statement as a file for Excel: UTF-8 with a byte order mark, CRLF, one head line in the reader's
//! language. Promises: no cell is taken for a formula, and no digit of a long number is lost.

use crate::i18n::{self, Locale};
use crate::payments::StatementKind;
use crate::payments::difference::yuan;
use crate::payments::statement::{RowKind, RowRefundState, StatementRow};

const BYTE_ORDER_MARK: char = '\u{feff}';
const TRADE: [&str; 12] = [
    "position",
    "kind",
    "at",
    "out-trade-no",
    "gateway-trade-no",
    "out-refund-no",
    "gateway-refund-no",
    "amount",
    "currency",
    "fee",
    "refund-state",
    "description",
];
const FUND_FLOW: [&str; 10] =
    ["position", "kind", "at", "flow-no", "business-no", "business", "amount", "balance", "note", "voucher-no"];

/// The lines of one kind of statement in one language.
#[derive(Debug, Clone, Copy)]
pub struct CsvLines {
    kind: StatementKind,
    locale: Locale,
}

impl CsvLines {
    #[must_use]
    pub const fn new(kind: StatementKind, locale: Locale) -> Self {
        Self { kind, locale }
    }

    /// The byte order mark and the head line.
    #[must_use]
    pub fn head(&self) -> String {
        let columns: &[&str] = match self.kind {
            StatementKind::Trade => &TRADE,
            StatementKind::FundFlow => &FUND_FLOW,
        };
        let heads = columns.iter().map(|column| i18n::text(self.locale, &format!("statement-csv-{column}")));
        format!("{BYTE_ORDER_MARK}{}", line(heads))
    }

    #[must_use]
    pub fn row(&self, row: &StatementRow) -> String {
        let at = row.at.map(|at| at.to_beijing_rfc3339().replace('T', " ").replace("+08:00", "")).unwrap_or_default();
        let kind = self.word("row", row.kind.as_str());
        let shown = |text: Option<&String>| number(text.map(String::as_str).unwrap_or_default());
        match self.kind {
            StatementKind::Trade => {
                let (refund, gateway_refund) = if row.kind == RowKind::Refund {
                    (number(&row.number), number(&row.gateway_number))
                } else {
                    Default::default()
                };
                line([
                    row.position.to_string(),
                    kind,
                    at,
                    shown(row.out_trade_no.as_ref()),
                    shown(row.gateway_trade_no.as_ref()),
                    refund,
                    gateway_refund,
                    row.amount.to_string(),
                    text(&row.currency),
                    yuan(row.fee_fen),
                    row.refund_state.map(|state| self.refund_state(state)).unwrap_or_default(),
                    text(&row.description),
                ])
            }
            StatementKind::FundFlow => {
                let sign = if row.kind == RowKind::Expense { -1 } else { 1 };
                line([
                    row.position.to_string(),
                    kind,
                    at,
                    number(&row.number),
                    number(&row.gateway_number),
                    text(&row.description),
                    yuan(sign * row.amount.get()),
                    row.balance_fen.map(yuan).unwrap_or_default(),
                    text(row.note.as_deref().unwrap_or_default()),
                    shown(row.voucher_no.as_ref()),
                ])
            }
        }
    }

    fn refund_state(&self, state: RowRefundState) -> String {
        self.word("refund", state.as_str())
    }

    fn word(&self, family: &str, word: &str) -> String {
        i18n::text(self.locale, &format!("statement-{family}-{word}"))
    }
}

fn line(cells: impl IntoIterator<Item = String>) -> String {
    let cells = cells.into_iter().map(|cell| {
        if cell.contains(['"', ',', '\r', '\n']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell }
    });
    let mut text = cells.collect::<Vec<_>>().join(",");
    text.push_str("\r\n");
    text
}

/// What others wrote. A cell that begins like a formula would be run as one.
fn text(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() }
}

/// Excel keeps fifteen digits of what it takes for a number; a tab in front makes it text.
fn number(digits: &str) -> String {
    let long = digits.len() > 11 && digits.bytes().all(|b| b.is_ascii_digit());
    if long { format!("\t{digits}") } else { text(digits) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Timestamp;
    use crate::money::Fen;

    fn row() -> StatementRow {
        StatementRow {
            position: 7,
            kind: RowKind::Refund,
            number: "LR01".to_owned(),
            gateway_number: "50000000382019052709732678859".to_owned(),
            out_trade_no: Some("LD01".to_owned()),
            gateway_trade_no: Some("4200000000000000000000000001".to_owned()),
            amount: Fen::new(1205).unwrap(),
            currency: "CNY".to_owned(),
            at: Timestamp::parse_rfc3339("2026-01-01T16:00:01Z"),
            fee_fen: -7,
            refund_state: Some(RowRefundState::Succeeded),
            description: "=HYPERLINK(\"http://evil\"),茶".to_owned(),
            balance_fen: None,
            note: None,
            voucher_no: None,
        }
    }

    #[test]
    fn excel_keeps_every_digit_and_runs_nothing() {
        let lines = CsvLines::new(StatementKind::Trade, Locale::En);
        assert_eq!(
            lines.row(&row()),
            "7,Refund,2026-01-02 00:00:01,LD01,\t4200000000000000000000000001,LR01,\t50000000382019052709732678859,\
             12.05,CNY,-0.07,Succeeded,\"'=HYPERLINK(\"\"http://evil\"\"),茶\"\r\n"
        );
    }

    #[test]
    fn every_column_has_a_head_in_every_language() {
        for locale in Locale::ALL {
            for kind in StatementKind::ALL {
                let head = CsvLines::new(*kind, *locale).head();
                assert!(head.starts_with(BYTE_ORDER_MARK) && !head.contains("statement-"), "{head}");
            }
            for kind in RowKind::ALL {
                let word = CsvLines::new(StatementKind::Trade, *locale).word("row", kind.as_str());
                assert!(!word.contains("statement-"), "{word}");
            }
            for state in RowRefundState::ALL {
                let word = CsvLines::new(StatementKind::Trade, *locale).refund_state(*state);
                assert!(!word.contains("statement-"), "{word}");
            }
        }
    }
}

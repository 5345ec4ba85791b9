//! What a statement's rows add up to, and whether that is what the statement itself says.

use super::super::StatementKind;
use super::super::statement::{Figures, FundFigures, RowKind, RowRefundState, StatementRow, TradeFigures};
use crate::gateways::statement::StatementSummary;

/// Sums over the rows read so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sums {
    pub(super) figures: Figures,
    pub(super) row_count: u64,
}

/// A total that is not the sum of its rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Discrepancy {
    /// The name of the sum in [`TradeFigures`].
    pub(super) name: &'static str,
    pub(super) stated_fen: i64,
    pub(super) summed_fen: i64,
}

impl Sums {
    pub(super) fn new(kind: StatementKind) -> Self {
        let figures = match kind {
            StatementKind::Trade => Figures::Trade(TradeFigures::default()),
            StatementKind::FundFlow => Figures::FundFlow(FundFigures::default()),
        };
        Self { figures, row_count: 0 }
    }

    /// Adds a row; `foreign` ones are counted apart too. `None` when a sum leaves the range of numbers.
    pub(super) fn add(&mut self, row: &StatementRow, foreign: bool) -> Option<()> {
        self.row_count += 1;
        let amount = row.amount.get();
        match &mut self.figures {
            Figures::Trade(f) => {
                let failed = row.refund_state == Some(RowRefundState::Failed);
                let (count, sum, sign) = match row.kind {
                    RowKind::Refund if failed => (&mut f.failed_refund_count, &mut f.failed_refund_fen, 0),
                    RowKind::Refund => (&mut f.refunded_count, &mut f.refunded_fen, -1),
                    RowKind::Reversal => (&mut f.reversed_count, &mut f.reversed_fen, -1),
                    _ => (&mut f.paid_count, &mut f.paid_fen, 1),
                };
                *count += 1;
                *sum = sum.checked_add(amount)?;
                f.fee_fen = f.fee_fen.checked_add(row.fee_fen)?;
                f.net_fen = f.net_fen.checked_add(amount.checked_mul(sign)?)?.checked_sub(row.fee_fen)?;
                if foreign {
                    f.foreign_count += 1;
                    f.foreign_fen = f.foreign_fen.checked_add(amount)?;
                }
            }
            Figures::FundFlow(f) => {
                let (count, sum, sign) = if row.kind == RowKind::Income {
                    (&mut f.income_count, &mut f.income_fen, 1)
                } else {
                    (&mut f.expense_count, &mut f.expense_fen, -1)
                };
                *count += 1;
                *sum = sum.checked_add(amount)?;
                f.net_fen = f.net_fen.checked_add(amount * sign)?;
            }
        }
        Some(())
    }

    /// Which of the stated totals are not the sums of the rows. A refund that failed later may or may not
    /// be part of a gateway's total.
    pub(super) fn discrepancies(&self, stated: &StatementSummary) -> Vec<Discrepancy> {
        let candidates = match self.figures {
            Figures::Trade(f) => {
                let back = f.refunded_fen + f.reversed_fen;
                vec![
                    // Some totals count a reversed order as paid and given back, some not at all.
                    ("paid_fen", stated.paid_fen, vec![f.paid_fen, f.paid_fen + f.reversed_fen]),
                    (
                        "refunded_fen",
                        stated.refunded_fen,
                        vec![back, back + f.failed_refund_fen, f.refunded_fen, f.refunded_fen + f.failed_refund_fen],
                    ),
                    ("fee_fen", stated.fee_fen, vec![f.fee_fen]),
                ]
            }
            Figures::FundFlow(f) => vec![
                ("income_fen", stated.paid_fen, vec![f.income_fen]),
                ("expense_fen", stated.refunded_fen, vec![f.expense_fen]),
            ],
        };
        // Fees are finer than a fen: the sum of rounded rows may be off by half a fen for each.
        let slack = |name: &str| if name == "fee_fen" { self.row_count.div_ceil(2) } else { 0 };
        let agrees = |name: &str, stated: i64, sum: i64| stated.abs_diff(sum) <= slack(name);
        let wrong =
            candidates.into_iter().filter(|(name, stated, sums)| !sums.iter().any(|sum| agrees(name, *stated, *sum)));
        wrong
            .map(|(name, stated_fen, sums)| Discrepancy {
                name,
                stated_fen,
                summed_fen: sums.first().copied().unwrap_or_default(),
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::Fen;

    fn row(kind: RowKind, fen: i64, fee_fen: i64) -> StatementRow {
        StatementRow {
            position: 1,
            kind,
            number: "LD1".to_owned(),
            gateway_number: "42".to_owned(),
            out_trade_no: None,
            gateway_trade_no: None,
            amount: Fen::new(fen).unwrap(),
            currency: "CNY".to_owned(),
            at: None,
            fee_fen,
            refund_state: None,
            description: String::new(),
            balance_fen: None,
            note: None,
            voucher_no: None,
        }
    }

    fn day() -> Sums {
        let mut sums = Sums::new(StatementKind::Trade);
        sums.add(&row(RowKind::Payment, 1000, 6), false).unwrap();
        sums.add(&row(RowKind::Payment, 500, 3), true).unwrap();
        sums.add(&row(RowKind::Refund, 300, -2), false).unwrap();
        let failed = StatementRow { refund_state: Some(RowRefundState::Failed), ..row(RowKind::Refund, 100, 0) };
        sums.add(&failed, false).unwrap();
        sums
    }

    #[test]
    fn a_failed_refund_takes_nothing_from_the_day() {
        let Figures::Trade(figures) = day().figures else { panic!("a trade statement") };
        assert_eq!(
            figures,
            TradeFigures {
                paid_count: 2,
                paid_fen: 1500,
                refunded_count: 1,
                refunded_fen: 300,
                failed_refund_count: 1,
                failed_refund_fen: 100,
                fee_fen: 7,
                net_fen: 1193,
                foreign_count: 1,
                foreign_fen: 500,
                ..TradeFigures::default()
            }
        );
    }

    #[test]
    fn totals_are_held_against_the_rows() {
        let stated = StatementSummary { row_count: 4, paid_fen: 1500, refunded_fen: 400, fee_fen: 7 };
        assert_eq!(day().discrepancies(&stated), []);
        assert_eq!(day().discrepancies(&StatementSummary { refunded_fen: 300, ..stated.clone() }), []);
        let wrong = StatementSummary { paid_fen: 1501, fee_fen: 70, ..stated.clone() };
        let named: Vec<_> = day().discrepancies(&wrong).iter().map(|d| (d.name, d.stated_fen, d.summed_fen)).collect();
        assert_eq!(named, [("paid_fen", 1501, 1500), ("fee_fen", 70, 7)]);
        assert_eq!(day().discrepancies(&StatementSummary { fee_fen: 8, ..stated }), [], "rounded row by row");
    }

    #[test]
    fn sums_beyond_all_numbers_are_refused() {
        let mut sums = Sums::new(StatementKind::Trade);
        assert_eq!(sums.add(&row(RowKind::Payment, 1, i64::MIN), false), None);
    }
}

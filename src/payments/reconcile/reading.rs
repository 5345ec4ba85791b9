//! Taking in a statement: a thread reads rows, batches of them go into the storage beside whatever was
//! believed before. Promises: bounded memory; the rows count only when the last line fits them all.

use super::super::StatementDay;
use super::super::difference::{DifferenceSubject, Reason, Side};
use super::super::error::PaymentError;
use super::super::service::PaymentService;
use super::super::statement::{RowKind, RowRefundState, StatementFile, StatementRow};
use super::comparing::new_difference;
use super::figures::Sums;
use crate::gateways::Gateway;
use crate::gateways::statement::{
    FundRow, Statement, StatementFault, StatementLine, StatementSummary, TradeKind, TradeRefundState, TradeRow,
};
use crate::ids::AttemptId;
use crate::storage::{Account, FoundDifference, ReadStatement, StorageError};

/// Rows read, looked up and written at once.
pub(super) const BATCH_ROWS: usize = 500;
/// Batches that wait for the storage; the reading thread waits beyond.
const BATCHES_AHEAD: usize = 2;

/// How reading ended.
pub(super) enum Reading {
    Believed,
    /// Another worker reads the same statement.
    Overtaken,
    Fault(StatementFault),
}

impl PaymentService {
    pub(super) async fn read_statement(
        &self,
        day: StatementDay,
        account: &Account,
        gateway: &dyn Gateway,
        statement: Statement,
    ) -> Result<Reading, PaymentError> {
        let run = self.storage.begin_reading(day, self.statement_lease()).await?;
        let ignores_foreign = self.settings.other_systems.contains(&account.store_id);
        let (sha256, size_bytes) = (statement.sha256.clone(), statement.size_bytes);
        let mut batches = read_ahead(statement);
        let mut sums = Sums::new(day.kind);
        let mut summary: Option<StatementSummary> = None;
        while let Some(batch) = batches.recv().await {
            let lines = match batch {
                Ok(lines) => lines,
                Err(fault) => return Ok(Reading::Fault(fault)),
            };
            let mut rows = Vec::with_capacity(lines.len());
            for line in lines {
                let position = sums.row_count + 1;
                let row = match check_line(gateway, day, line, position, summary.is_some()) {
                    Ok(Line::Row(row)) => row,
                    Ok(Line::Summary(stated)) => {
                        summary = Some(stated);
                        continue;
                    }
                    Err(problem) => return Ok(Reading::Fault(StatementFault { line: position, problem })),
                };
                let foreign = ignores_foreign && is_foreign(&row);
                if sums.add(&row, foreign).is_none() {
                    let problem = "the amounts add up to more than any number holds".to_owned();
                    return Ok(Reading::Fault(StatementFault { line: position, problem }));
                }
                rows.push(*row);
            }
            match self.storage.add_statement_rows(day, run, rows, self.statement_lease()).await {
                Ok(true) => {}
                Ok(false) => return Ok(Reading::Overtaken),
                Err(StorageError::NulInText) => {
                    let problem = "a text contains a NUL character".to_owned();
                    return Ok(Reading::Fault(StatementFault { line: sums.row_count, problem }));
                }
                Err(other) => return Err(other.into()),
            }
        }
        let Some(stated) = summary else {
            let problem = "the file ends without its totals: something is missing".to_owned();
            return Ok(Reading::Fault(StatementFault { line: sums.row_count, problem }));
        };
        if stated.row_count != sums.row_count {
            let problem = format!("the totals speak of {} rows, the file has {}", stated.row_count, sums.row_count);
            return Ok(Reading::Fault(StatementFault { line: sums.row_count, problem }));
        }
        let file = StatementFile { sha256, size_bytes, row_count: sums.row_count };
        let read = ReadStatement { file, figures: sums.figures };
        let found = self.wrong_totals(day, account, &sums, &stated);
        let is_believed = self.storage.believe_reading(day, run, Some(read), found, self.clock.now()).await?;
        Ok(if is_believed { Reading::Believed } else { Reading::Overtaken })
    }

    /// Rows that are believed and totals that are not their sum: the merchant has to ask the gateway.
    fn wrong_totals(
        &self,
        day: StatementDay,
        account: &Account,
        sums: &Sums,
        stated: &StatementSummary,
    ) -> Vec<FoundDifference> {
        let side = |fen: i64, state: &str| Side {
            amount_fen: fen,
            state: state.to_owned(),
            gateway_number: None,
            at: None,
            row: None,
        };
        let found = sums.discrepancies(stated).into_iter().map(|wrong| {
            let mut difference = new_difference(account, day, Reason::TotalsDisagree, self.clock.now());
            difference.subject = DifferenceSubject::Statement;
            difference.number = format!("{}/{}", day.kind.as_str(), wrong.name);
            difference.there = Some(side(wrong.stated_fen, "stated"));
            difference.here = Some(side(wrong.summed_fen, "summed"));
            FoundDifference { difference, next_at: None }
        });
        found.collect()
    }
}

/// Reads on a thread of its own: rows come from a file.
fn read_ahead(statement: Statement) -> tokio::sync::mpsc::Receiver<Result<Vec<StatementLine>, StatementFault>> {
    let (send, receive) = tokio::sync::mpsc::channel(BATCHES_AHEAD);
    tokio::task::spawn_blocking(move || {
        let mut batch = Vec::with_capacity(BATCH_ROWS);
        for line in statement.rows {
            match line {
                Ok(line) => batch.push(line),
                Err(fault) => {
                    let _ = send.blocking_send(Err(fault));
                    return;
                }
            }
            if batch.len() == BATCH_ROWS {
                let full = std::mem::replace(&mut batch, Vec::with_capacity(BATCH_ROWS));
                // Nobody listens any more: the worker has given up.
                if send.blocking_send(Ok(full)).is_err() {
                    return;
                }
            }
        }
        let _ = send.blocking_send(Ok(batch));
    });
    receive
}

enum Line {
    Row(Box<StatementRow>),
    Summary(StatementSummary),
}

fn check_line(
    gateway: &dyn Gateway,
    day: StatementDay,
    line: StatementLine,
    position: u64,
    is_over: bool,
) -> Result<Line, String> {
    use super::super::StatementKind;
    if is_over {
        return Err("there are rows after the totals".to_owned());
    }
    let position = i64::try_from(position).unwrap_or(i64::MAX);
    match (line, day.kind) {
        (StatementLine::Summary(summary), _) => Ok(Line::Summary(summary)),
        (StatementLine::Trade(row), StatementKind::Trade) => {
            // Another app id is another shop front of the same merchant; another merchant is another's money.
            match gateway.foreign_identifier(&row.merchant) {
                Some(identifier) if identifier != "app_id" => {
                    Err(format!("the row belongs to another merchant ({identifier} {})", row.merchant.merchant_no))
                }
                _ => Ok(Line::Row(Box::new(trade_row(row, position)))),
            }
        }
        (StatementLine::Fund(row), StatementKind::FundFlow) => Ok(Line::Row(Box::new(fund_row(row, position)))),
        _ => Err("the row is of another kind of statement".to_owned()),
    }
}

fn trade_row(row: TradeRow, position: i64) -> StatementRow {
    let refund_no = row.out_refund_no.filter(|number| !number.is_empty());
    let gateway_refund_no = row.gateway_refund_no.unwrap_or_default();
    let (kind, number, gateway_number) = match row.kind {
        TradeKind::Payment => (RowKind::Payment, row.out_trade_no.clone(), row.gateway_trade_no.clone()),
        TradeKind::Reversal => (RowKind::Reversal, row.out_trade_no.clone(), row.gateway_trade_no.clone()),
        TradeKind::Refund => {
            (RowKind::Refund, refund_no.unwrap_or_else(|| gateway_refund_no.clone()), gateway_refund_no)
        }
    };
    StatementRow {
        position,
        kind,
        number,
        gateway_number,
        out_trade_no: Some(row.out_trade_no),
        gateway_trade_no: Some(row.gateway_trade_no),
        amount: row.amount,
        currency: row.currency,
        at: row.at,
        fee_fen: row.fee_fen,
        refund_state: row.refund_state.map(|state| match state {
            TradeRefundState::Pending => RowRefundState::Pending,
            TradeRefundState::Succeeded => RowRefundState::Succeeded,
            TradeRefundState::Failed => RowRefundState::Failed,
        }),
        description: row.description,
        balance_fen: None,
        note: None,
        voucher_no: None,
    }
}

fn fund_row(row: FundRow, position: i64) -> StatementRow {
    StatementRow {
        position,
        kind: if row.is_income { RowKind::Income } else { RowKind::Expense },
        number: row.flow_no,
        gateway_number: row.gateway_no,
        out_trade_no: None,
        gateway_trade_no: None,
        amount: row.amount,
        currency: "CNY".to_owned(),
        at: row.at,
        fee_fen: 0,
        refund_state: None,
        description: row.business,
        balance_fen: Some(row.balance_fen),
        note: Some(row.note),
        voucher_no: Some(row.voucher_no),
    }
}

/// Whether another system made the order.
pub(super) fn is_foreign(row: &StatementRow) -> bool {
    row.out_trade_no.as_deref().is_some_and(|number| !AttemptId::is_out_trade_no(number))
}

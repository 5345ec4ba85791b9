//! Statements (对账单) of a gateway, one day at a time, in one shape for all gateways. Promises: rows come
//! from a file that a verified answer led to, with its hash where the gateway names one; a million of them
//! pass through in bounded memory.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::Merchant;
use crate::clock::Timestamp;
use crate::money::Fen;
pub use crate::payments::statement::StatementKind;

/// One day of one account, by the gateway's calendar (Beijing time).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StatementToFetch {
    pub date: Date,
    pub kind: StatementKind,
}

/// How a fetch ended.
pub enum Fetched {
    Statement(Statement),
    /// Nothing happened that day.
    Empty,
    /// The gateway is still making it.
    NotReady,
}

impl std::fmt::Debug for Fetched {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Statement(_) => "Statement",
            Self::Empty => "Empty",
            Self::NotReady => "NotReady",
        })
    }
}

/// A statement whose bytes are proven and lie on this machine. Reading rows blocks: do it on a thread for
/// blocking work.
pub struct Statement {
    /// The file as the gateway gave it, uncompressed; its hash is the one the gateway named.
    pub sha256: String,
    pub size_bytes: u64,
    /// In the file's order. An error names the line; nothing after it is read.
    pub rows: Box<dyn Iterator<Item = Result<StatementLine, StatementFault>> + Send>,
}

/// One line of a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StatementLine {
    Trade(TradeRow),
    Fund(FundRow),
    /// The last line.
    Summary(StatementSummary),
}

/// A line that cannot be read: the statement is not believed as a whole.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {problem}")]
pub struct StatementFault {
    /// Counted from 1.
    pub line: u64,
    pub problem: String,
}

/// What a trade row speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TradeKind {
    Payment,
    Refund,
    /// A payment undone by a reversal (撤销).
    Reversal,
}

/// A payment or a refund in a trade statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TradeRow {
    pub kind: TradeKind,
    pub merchant: Merchant,
    pub out_trade_no: String,
    pub gateway_trade_no: String,
    /// Of refunds.
    pub out_refund_no: Option<String>,
    pub gateway_refund_no: Option<String>,
    /// What the order cost, or what was asked back.
    pub amount: Fen,
    pub currency: String,
    /// The gateway's own word for where a refund stands.
    pub refund_state: Option<TradeRefundState>,
    /// Of a payment its success; of a refund its request.
    pub at: Option<Timestamp>,
    /// What the gateway keeps; negative when it gives its fee back.
    pub fee_fen: i64,
    pub description: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TradeRefundState {
    Pending,
    Succeeded,
    Failed,
}

/// A movement of the merchant's balance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FundRow {
    pub at: Option<Timestamp>,
    /// The gateway's number of the business behind it, for example a transaction.
    pub gateway_no: String,
    pub flow_no: String,
    /// The gateway's words for what it is.
    pub business: String,
    pub is_income: bool,
    pub amount: Fen,
    pub balance_fen: i64,
    pub note: String,
    pub voucher_no: String,
}

/// What the statement itself says it adds up to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StatementSummary {
    /// Rows of any kind.
    pub row_count: u64,
    pub paid_fen: i64,
    pub refunded_fen: i64,
    pub fee_fen: i64,
}

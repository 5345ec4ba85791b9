//! A day's statement (对账单) as it is kept here: its rows, what they add up to, and how far the
//! reconciliation has come. Pure: no I/O, no clock. What a gateway gives is in `gateways::statement`.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::payment::Mode;
use crate::clock::Timestamp;
use crate::ids::{AccountId, StoreId};
use crate::money::Fen;

/// Declares words of a closed set: how they are stored, shown and read.
macro_rules! words {
    ($(#[$about:meta])* pub enum $name:ident { $($(#[$doc:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum $name {
            $($(#[$doc])* $variant,)*
        }

        impl $name {
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)*
                }
            }

            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|word| word.as_str() == text)
            }
        }
    };
}
pub(super) use words;

words! {
    /// What a statement lists.
    pub enum StatementKind {
        /// Payments and refunds (交易账单).
        Trade = "trade",
        /// Movements of the merchant's balance (资金账单).
        FundFlow = "fund_flow",
    }
}

words! {
    /// How a day's statement stands.
    pub enum StatementStatus {
        /// Not made yet by the gateway, or not asked for yet.
        Waiting = "waiting",
        /// Read, whole and proven.
        Ready = "ready",
        /// The gateway says that nothing happened that day.
        Empty = "empty",
        /// It came, but not as a whole that can be believed. It is asked for again.
        Unreadable = "unreadable",
        /// The gateway would not give it. It is asked for again.
        Failed = "failed",
    }
}

words! {
    /// What a row of a statement speaks of.
    pub enum RowKind {
        Payment = "payment",
        Refund = "refund",
        /// A payment undone by a reversal (撤销).
        Reversal = "reversal",
        /// Money into the merchant's balance.
        Income = "income",
        /// Money out of it.
        Expense = "expense",
    }
}

words! {
    /// Where a refund stood when the statement was made.
    pub enum RowRefundState {
        Pending = "pending",
        Succeeded = "succeeded",
        Failed = "failed",
    }
}

/// One day of one account, by the gateway's calendar (Beijing time).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct StatementDay {
    pub account_id: AccountId,
    pub kind: StatementKind,
    pub date: Date,
}

impl StatementDay {
    #[must_use]
    pub fn starts_at(&self) -> Timestamp {
        Timestamp::start_of_beijing_day(self.date)
    }

    #[must_use]
    pub fn ends_at(&self) -> Timestamp {
        self.starts_at().plus_s(DAY_S)
    }

    #[must_use]
    pub fn with_date(self, date: Date) -> Self {
        Self { date, ..self }
    }
}

/// China keeps no summer time.
pub const DAY_S: i64 = 86_400;

/// A statement and how far it has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatementRecord {
    pub day: StatementDay,
    pub store_id: StoreId,
    pub mode: Mode,
    pub status: StatementStatus,
    /// Why it is not there, in the gateway's words or ours.
    pub problem: Option<String>,
    /// How often the gateway has been asked.
    pub tries: i64,
    /// When it is asked for next; `None` when nobody asks any more by itself.
    pub next_at: Option<Timestamp>,
    /// The reading whose rows are believed; 0 before there is one.
    pub run: i64,
    /// Rows up to this position have been compared.
    pub compared_to: i64,
    pub file: Option<StatementFile>,
    pub figures: Option<Figures>,
    pub fetched_at: Option<Timestamp>,
    /// When the whole of it had been compared with the ledger.
    pub reconciled_at: Option<Timestamp>,
    /// Rows are forgotten after the time set; the figures stay.
    pub rows_kept: bool,
}

/// The file as the gateway gave it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct StatementFile {
    /// Of the uncompressed bytes.
    pub sha256: String,
    pub size_bytes: u64,
    pub row_count: u64,
}

/// What the rows add up to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "of", rename_all = "snake_case")]
pub enum Figures {
    Trade(TradeFigures),
    FundFlow(FundFigures),
}

/// A day's business, summed from the rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
pub struct TradeFigures {
    pub paid_count: i64,
    pub paid_fen: i64,
    /// Refunds that the gateway had not given up when it made the statement.
    pub refunded_count: i64,
    pub refunded_fen: i64,
    /// Refunds that failed: no money went back.
    pub failed_refund_count: i64,
    pub failed_refund_fen: i64,
    pub reversed_count: i64,
    pub reversed_fen: i64,
    /// What the gateway keeps, less what it gave back.
    pub fee_fen: i64,
    /// Paid, less refunded, reversed and the fee.
    pub net_fen: i64,
    /// Orders of other systems under the same merchant number, which the store chose not to reconcile.
    /// They are part of the sums above.
    pub foreign_count: i64,
    pub foreign_fen: i64,
}

/// A day's movements of the balance, summed from the rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
pub struct FundFigures {
    pub income_count: i64,
    pub income_fen: i64,
    pub expense_count: i64,
    pub expense_fen: i64,
    pub net_fen: i64,
}

/// One row as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatementRow {
    /// Counted from 1, in the file's order.
    pub position: i64,
    pub kind: RowKind,
    /// Of a payment the order number, of a refund the refund number, of a movement its own. What the
    /// gateway's console made has only the gateway's.
    pub number: String,
    pub gateway_number: String,
    /// The order number, also of refunds.
    pub out_trade_no: Option<String>,
    /// The gateway's number of the order, also of refunds.
    pub gateway_trade_no: Option<String>,
    pub amount: Fen,
    pub currency: String,
    pub at: Option<Timestamp>,
    /// Negative when the gateway gives its fee back.
    pub fee_fen: i64,
    pub refund_state: Option<RowRefundState>,
    pub description: String,
    /// Of movements.
    pub balance_fen: Option<i64>,
    pub note: Option<String>,
    pub voucher_no: Option<String>,
}

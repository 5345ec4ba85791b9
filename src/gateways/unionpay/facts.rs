//! UnionPay's own times and ways.

use crate::gateways::GatewayFacts;
use crate::payments::statement::StatementKind;

pub const FACTS: GatewayFacts = GatewayFacts {
    barcode_expires_in_s: 60,
    // Nothing is reversed: whether that works for a scanned code is not certain, so its outcome is asked for.
    reversed_flows: &[],
    reversible_after_s: 0,
    refund_visible_after_s: 10,
    // Calls between servers are asked about soon, then after minutes; a refund may take hours.
    refund_question_steps_s: &[15, 30, 60, 120, 300, 600, 1800],
    short_of_funds: None,
    // There is no fund statement.
    statements: &[StatementKind::Trade],
    // "About nine", for the day that ended at 23:00.
    statement_ready_after_s: 9 * 3600 + 1800,
    // Days are asked for without a year.
    oldest_statement_days: 330,
};

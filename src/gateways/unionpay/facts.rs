//! UnionPay's own times and ways.

use super::reports::SURFACES_WITHIN_S;
use crate::gateways::GatewayFacts;
use crate::payments::statement::StatementKind;

pub const FACTS: GatewayFacts = GatewayFacts {
    // An order's time (txnTime) is that of its number and must be the present when it is first sent.
    number_good_for_s: Some(60),
    // Money calls wait for half a minute.
    opening_within_s: 35,
    // As a charge: by then it would stand in the day's file.
    refund_surfaces_within_s: Some(SURFACES_WITHIN_S),
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
    // The settlement day (清算日) begins at 23:00 of the evening before.
    statement_day_starts_s: -3600,
    // By the day on which it was done: within hours, at the worst within days.
    refund_listed_within_s: Some(30 * 24 * 3600),
    // "About nine", for the day that ended at 23:00.
    statement_ready_after_s: 9 * 3600 + 1800,
    // Days are asked for without a year.
    oldest_statement_days: 330,
};

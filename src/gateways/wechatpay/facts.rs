//! WeChat Pay's own times and ways.

use crate::gateways::GatewayFacts;
use crate::payments::attempt::Flow;
use crate::payments::statement::StatementKind;

pub const FACTS: GatewayFacts = GatewayFacts {
    number_good_for_s: None,
    opening_within_s: 15,
    refund_surfaces_within_s: None,
    // The advice is 30 to 45 seconds.
    barcode_expires_in_s: 45,
    reversed_flows: &[Flow::Barcode],
    // No reversal within 15 seconds of the charge, which may leave a little after it was recorded.
    reversible_after_s: 20,
    refund_visible_after_s: 0,
    // Each minute for five minutes, then as advised.
    refund_question_steps_s: &[60, 60, 60, 60, 60, 300, 600, 1200, 1800],
    short_of_funds: Some("NOT_ENOUGH"),
    statements: StatementKind::ALL,
    statement_day_starts_s: 0,
    refund_listed_within_s: None,
    // "Ask after ten."
    statement_ready_after_s: 10 * 3600,
    // Three months are kept.
    oldest_statement_days: 90,
};

//! Antom's own times and ways.

use crate::gateways::GatewayFacts;
use crate::payments::attempt::Flow;

pub const FACTS: GatewayFacts = GatewayFacts {
    number_good_for_s: None,
    opening_within_s: 15,
    refund_surfaces_within_s: None,
    barcode_expires_in_s: 45,
    // There is no close: a cancellation returns the money of a payment that was made meanwhile.
    reversed_flows: &Flow::ALL,
    reversible_after_s: 0,
    refund_visible_after_s: 0,
    refund_question_steps_s: &[60, 60, 300, 600, 1800],
    short_of_funds: None,
    // Settlement files are laid down for SFTP and in the dashboard; there is no call for them.
    statements: &[],
    statement_day_starts_s: 0,
    refund_listed_within_s: None,
    statement_ready_after_s: 0,
    oldest_statement_days: 0,
};

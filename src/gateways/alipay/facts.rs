//! Alipay's own times and ways.

use crate::gateways::GatewayFacts;
use crate::payments::attempt::Flow;
use crate::payments::statement::StatementKind;

pub const FACTS: GatewayFacts = GatewayFacts {
    number_good_for_s: None,
    opening_within_s: 15,
    refund_surfaces_within_s: None,
    // The advice is 30 to 60 seconds.
    barcode_expires_in_s: 45,
    reversed_flows: &[Flow::Barcode],
    // A cancellation may come at once; but not while the call that takes the money is still under way.
    reversible_after_s: 15,
    refund_visible_after_s: 10,
    // Refunds are done in the call; only asynchronous ones, by contract, are asked about for long.
    refund_question_steps_s: &[15, 30, 60, 60, 300, 600, 1800],
    // There is one balance: the same request is repeated after a top-up.
    short_of_funds: None,
    statements: StatementKind::ALL,
    statement_day_starts_s: 0,
    refund_listed_within_s: None,
    // "From about nine."
    statement_ready_after_s: 9 * 3600 + 1800,
    // Six years are kept; nobody compares further back than one.
    oldest_statement_days: 365,
};

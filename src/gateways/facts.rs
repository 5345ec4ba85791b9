//! What the services above a gateway must know of it that differs between gateways: how long things take
//! there, what closing does, which statements it gives. The same for every account of a gateway; what an
//! account decides is asked of the bound gateway itself.

use super::{alipay, antom, unionpay, wechatpay};
use crate::payments::attempt::{Flow, GatewayName};
use crate::payments::statement::StatementKind;

/// The rules of one gateway that decide when and how it is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GatewayFacts {
    /// How old a number may be when it first goes out, in seconds, where the gateway goes by the time in it.
    pub number_good_for_s: Option<i64>,
    /// How long the call that opens an order may be under way, in seconds: until then "not found" says nothing.
    pub opening_within_s: i64,
    /// How long after its call broke off a refund may still surface, in seconds, although the gateway says that it
    /// does not know it. `None` where it means what it says.
    pub refund_surfaces_within_s: Option<i64>,
    /// How long a till waits for the payer to confirm before the order is reversed, in seconds.
    pub barcode_expires_in_s: i64,
    /// Flows whose orders are not closed but reversed (撤销): what was paid meanwhile goes back.
    pub reversed_flows: &'static [Flow],
    /// An order younger than this is not reversed, in seconds.
    pub reversible_after_s: i64,
    /// "No such refund" proves nothing before a refund that was sent has this age, in seconds.
    pub refund_visible_after_s: i64,
    /// Pauses between questions about an accepted refund, in seconds; then half an hour each.
    pub refund_question_steps_s: &'static [i64],
    /// The code by which a refund is declined for want of the funds it is taken from, where the same number
    /// may be taken from others: see [`super::RefundToRequest::from_available_balance`].
    pub short_of_funds: Option<&'static str>,
    /// Empty where there is no call for statements.
    pub statements: &'static [StatementKind],
    /// When the gateway's day begins, in seconds from midnight in Beijing.
    pub statement_day_starts_s: i64,
    /// `None` where a refund stands in the statement of the day on which it was asked for. Otherwise it stands in
    /// that of the day on which it succeeded, at most so many seconds later.
    pub refund_listed_within_s: Option<i64>,
    /// After the end of a day in Beijing, its statement is there to be asked for, in seconds.
    pub statement_ready_after_s: i64,
    /// How far back statements can be asked for, in days.
    pub oldest_statement_days: i32,
}

impl GatewayFacts {
    /// Of a gateway by name: no account needs to be bound.
    #[must_use]
    pub const fn of(gateway: GatewayName) -> &'static Self {
        match gateway {
            GatewayName::WeChatPay => &wechatpay::FACTS,
            GatewayName::Alipay => &alipay::FACTS,
            GatewayName::Antom => &antom::FACTS,
            GatewayName::UnionPay => &unionpay::FACTS,
        }
    }

    /// Whether ending an order of this flow gives back what was paid for it.
    #[must_use]
    pub fn reverses(&self, flow: Flow) -> bool {
        self.reversed_flows.contains(&flow)
    }
}

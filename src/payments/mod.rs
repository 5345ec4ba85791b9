//! Payments: pure states (`payment`, `attempt`, `refund`, `ledger`) and the services that alone call
//! gateways and storage together.

pub mod attempt;
pub mod checkout;
pub mod checks;
pub mod credentials;
pub mod difference;
pub mod directory;
pub mod environment;
pub mod error;
pub mod event;
pub mod fact;
pub mod ledger;
pub mod opening;
pub mod payment;
pub mod reconcile;
pub mod refund;
pub mod refunds;
pub mod service;
pub mod settle;
pub mod statement;
mod surplus;
pub mod view;

pub use attempt::{Attempt, AttemptStatus, Failure, Flow, GatewayName, NextAction, SettlementAmount};
pub use difference::{Difference, DifferenceKind, DifferenceStatus, DifferenceView};
pub use environment::Environment;
pub use error::PaymentError;
pub use event::{Event, EventType, NewEvent};
pub use fact::{Fact, Refusal};
pub use ledger::Ledger;
pub use payment::{Mode, Payment, PaymentStatus};
pub use refund::{Refund, RefundCause, RefundStatus};
pub use service::{PaymentService, PaymentSettings};
pub use statement::{StatementDay, StatementKind, StatementRecord, StatementRow, StatementStatus};
pub use view::{AttemptView, PaymentView, RefundView};

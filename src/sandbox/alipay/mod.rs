//! The stand-in for Alipay's OpenAPI: both doors (`/gateway.do` and `/v3/alipay/…`), every
//! product of a shop, refunds, bills, certificates, content encryption, notifications.
//! `index.html` lists its routes and the control API.
//!
//! Promises: requests are verified and answers signed as Alipay does; the book changes only
//! through the state machine of the protocol; what a script bends is named in the book.
//! Refuses what it does not know with Alipay's own codes. Written from the protocol alone: it
//! shares no code with the client it is meant to test.

mod authorization;
mod barcode;
mod bill_calls;
mod bills;
mod book;
mod buyers;
mod calls;
mod certificates;
mod closing;
mod encryption;
mod errors;
mod faults;
mod fields;
mod forms;
mod handle;
mod invoke;
mod keys;
mod merchants;
mod messages;
mod notifications;
mod opening;
mod orders;
mod phone_orders;
mod refunds;
mod rest_authorization;
mod rest_calls;
mod returns;
mod routes;
mod scripts;
mod signing;
#[cfg(test)]
mod tests;
mod times;
mod trust;

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

pub use barcode::{BarcodeOutcome, PaymentCode, PaymentCodeDraft};
pub use bills::{BillEdit, SyntheticTrade, synthetic_trade};
pub use book::{Book, BookCall, BookNotification, BookRefund, BookTrade};
pub use buyers::{buyer_id_of, buyer_open_id_of};
pub use faults::{Fault, FaultKind, Operation};
pub use handle::AlipaySandbox;
pub use invoke::Invocation;
pub use merchants::{ActedFor, CertificateFiles, MerchantCredentials, MerchantDraft};
pub use messages::CertificateNaming;
pub use orders::{PayDraft, Product, TradeStatus};
pub(super) use phone_orders::{PhoneOrder, PhoneState};
pub use refunds::RefundStatus;
pub(super) use routes::configure;
pub use trust::TrustMode;

use crate::clock::SharedClock;
use crate::sandbox::{RedeliverySchedule, SandboxError};
use barcode::PaymentCodes;
use certificates::Authority;
use merchants::Merchant;

/// All merchants of this Alipay and the faults that await them.
#[derive(Default)]
struct State {
    merchants: BTreeMap<String, Merchant>,
    /// Made with the first merchant in certificate mode.
    authority: Option<Authority>,
    payment_codes: PaymentCodes,
    faults: Vec<Fault>,
}

/// Alipay as far as a shop's server and its buyers can see it.
pub(crate) struct Alipay {
    clock: SharedClock,
    redelivery: RedeliverySchedule,
    client: reqwest::Client,
    state: Mutex<State>,
    /// Told whenever there is something to send.
    pub(super) woken: Notify,
}

impl Alipay {
    pub(super) fn new(clock: SharedClock, redelivery: RedeliverySchedule) -> Result<Self, SandboxError> {
        // No pooled connections: steps may run on runtimes that end before the next one.
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .pool_max_idle_per_host(0)
            .user_agent("Jakarta Commons-HttpClient/3.1")
            .build()
            .map_err(|failure| SandboxError::Start(std::io::Error::other(failure)))?;
        Ok(Self { clock, redelivery, client, state: Mutex::default(), woken: Notify::new() })
    }

    /// A poisoned lock is taken all the same: the book is only ever changed in whole steps.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

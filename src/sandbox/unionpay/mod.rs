//! The stand-in for UnionPay (银联全渠道, ACP 5.1.0): hosted page, app, both kinds of codes,
//! query, refund, void, reversal, notifications, reconciliation files.
//! `index.html` lists its routes and the control API.
//!
//! Promises: requests are verified and answers signed as UnionPay does, under certificates
//! made at run time; the book changes only through the state machine of the protocol; what a
//! script bends is named in the book. Written from the protocol alone: it shares no code with
//! the client it is meant to test. Refuses pre-authorisation, bound cards and 5.0.0.

mod book;
mod calls;
mod certificates;
mod composing;
mod errors;
mod faults;
mod files;
mod following;
mod handle;
mod keys;
mod merchants;
mod messages;
mod notifications;
mod opening;
mod payment_codes;
mod phone_orders;
mod queries;
mod requests;
mod routes;
mod scripts;
mod signing;
mod times;
mod transactions;

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use actix_web::HttpRequest;
use actix_web::web::Bytes;
use tokio::sync::Notify;

pub use book::{Book, BookCall, BookNotification, BookTransaction};
pub(super) use calls::FrontCall;
pub use certificates::Forgery;
pub use faults::{Fault, FaultKind, Operation};
pub use files::FileEdit;
pub use handle::UnionPaySandbox;
pub use merchants::{MerchantCredentials, MerchantDraft};
pub(super) use opening::CODE_PREFIX;
pub use payment_codes::{BarcodeOutcome, PaymentCode, PaymentCodeDraft};
pub(super) use phone_orders::{PhoneOrder, PhoneState, ReturnForm};
pub(super) use routes::{FRONT, configure};
pub use signing::SignMethod;
pub use transactions::{PayDraft, Product, TransactionState};

use crate::clock::SharedClock;
use crate::sandbox::{RedeliverySchedule, SandboxError};
use certificates::Authority;
use merchants::Merchant;
use payment_codes::PaymentCodes;

/// All merchants of this UnionPay and the faults that await them.
#[derive(Default)]
struct State {
    merchants: BTreeMap<String, Merchant>,
    /// Made with the first merchant.
    authority: Option<Authority>,
    payment_codes: PaymentCodes,
    faults: Vec<Fault>,
}

/// UnionPay as far as a shop's server and its buyers can see it.
pub(crate) struct UnionPay {
    clock: SharedClock,
    redelivery: RedeliverySchedule,
    client: reqwest::Client,
    state: Mutex<State>,
    /// Told whenever there is something to send.
    pub(super) woken: Notify,
}

impl UnionPay {
    pub(super) fn new(clock: SharedClock, redelivery: RedeliverySchedule) -> Result<Self, SandboxError> {
        // No pooled connections: steps may run on runtimes that end before the next one.
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .pool_max_idle_per_host(0)
            .build()
            .map_err(|failure| SandboxError::Start(std::io::Error::other(failure)))?;
        Ok(Self { clock, redelivery, client, state: Mutex::default(), woken: Notify::new() })
    }

    /// A poisoned lock is taken all the same: the book is only ever changed in whole steps.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The buyer's browser posts the merchant's form.
    pub(super) async fn front(&self, request: &HttpRequest, body: &Bytes) -> FrontCall {
        calls::front(self, request, body).await
    }
}

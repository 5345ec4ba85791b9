//! The stand-in for WeChat Pay APIv3: every product, partners, refunds, bills, certificates,
//! notifications, and the silent login. `index.html` lists its routes and the control API.
//!
//! Promises: requests are verified and answers signed as WeChat Pay does; the book changes
//! only through the state machines of the protocol; what a script bends is named in the book.
//! Refuses everything it does not know with 404. Written from the protocol alone: it shares
//! no code with the client it is meant to test.

mod abnormal_refunds;
mod apps;
mod authorization;
mod bills;
mod book;
mod calls;
mod certificates;
mod codepay;
mod errors;
mod faults;
mod fields;
mod funds;
mod invoke;
mod keys;
mod merchants;
mod notifications;
mod oauth;
mod orders;
mod parties;
mod phone_orders;
mod prepay;
mod refund_requests;
mod refunds;
mod routes;
mod scripts;
mod signing;
mod trust;

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

pub use apps::{AppCredentials, openid_of};
pub use bills::{BillEdit, SyntheticBill, SyntheticTrade, synthetic_trade};
pub use book::{Book, BookCall, BookNotification, BookOrder, BookRefund};
pub use codepay::{CodepayOutcome, PaymentCode, PaymentCodeDraft};
pub use faults::{Fault, FaultDraft, FaultKind, Operation};
pub use funds::Funds;
pub use invoke::Invocation;
pub use merchants::{MerchantDraft, SubMerchant, SubMerchantDraft, WeChatMerchantCredentials};
pub use orders::{PayDraft, TradeState};
pub(super) use phone_orders::{H5Refusal, H5Visit, PhoneOrder, PhoneState};
pub use refunds::RefundStatus;
pub(super) use routes::configure;
pub use trust::TrustMode;

use crate::clock::SharedClock;
use crate::sandbox::{RedeliverySchedule, SandboxError};
use apps::Apps;
use codepay::PaymentCodes;
use merchants::Merchant;

/// All merchants of this WeChat Pay and the faults that await them.
#[derive(Default)]
struct State {
    merchants: BTreeMap<String, Merchant>,
    apps: Apps,
    payment_codes: PaymentCodes,
    faults: Vec<Fault>,
}

/// WeChat Pay as far as a shop's server can see it.
pub(crate) struct WeChatPay {
    clock: SharedClock,
    redelivery: RedeliverySchedule,
    client: reqwest::Client,
    state: Mutex<State>,
    /// Told whenever there is something to send.
    pub(super) woken: Notify,
}

impl WeChatPay {
    pub(super) fn new(clock: SharedClock, redelivery: RedeliverySchedule) -> Result<Self, SandboxError> {
        // No pooled connections: steps may run on runtimes that end before the next one.
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .pool_max_idle_per_host(0)
            .user_agent("Mozilla/4.0")
            .build()
            .map_err(|failure| SandboxError::Start(std::io::Error::other(failure)))?;
        Ok(Self { clock, redelivery, client, state: Mutex::default(), woken: Notify::new() })
    }

    /// Fetches pages for the phone's browser.
    pub(super) fn page_client(&self) -> &reqwest::Client {
        &self.client
    }

    /// A poisoned lock is taken all the same: the book is only ever changed in whole steps.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

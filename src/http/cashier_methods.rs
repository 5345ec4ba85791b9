//! How one browser can pay one payment: a method for each wallet of which the shop has an enabled account.
//! Knows no brand: what works where is asked of the gateways.

use super::own_attempt::told_payer;
use super::state::AppState;
use crate::config::CashierQr;
use crate::gateways::shopper::{self, PayingApp};
use crate::payments::checkout::UNREACHABLE;
use crate::payments::environment::{Environment, NoFlow, Wallet, fitting_flow};
use crate::payments::{AttemptStatus, Flow, GatewayName, Ledger};
use crate::web::cashier::MethodReason;

/// One way to pay.
#[derive(Debug)]
pub struct Method {
    pub gateway: GatewayName,
    pub wallet: Wallet,
    /// What the account can open at all.
    pub flows: Vec<Flow>,
    /// What fits this browser.
    pub fitting: Result<Flow, MethodReason>,
    /// By which payers are recognised inside the wallet.
    pub app: Option<PayingApp>,
    /// The wallet could open the cashier's own address and pay there.
    takes_own_code: bool,
}

impl Method {
    async fn of(state: &AppState, ledger: &Ledger, gateway: GatewayName, place: &Place) -> Self {
        let payment = &ledger.payment;
        let account = state.payments.gateways().account_for(payment.store_id, payment.mode, gateway, None).await;
        let (flows, app) = match account {
            Ok((_, bound)) => (bound.flows().to_vec(), bound.paying_app().cloned()),
            Err(error) => {
                tracing::error!(payment = %payment.id, gateway = gateway.as_str(), %error, "shoppers cannot pay this way");
                (Vec::new(), None)
            }
        };
        // Where nobody is recognised the shop must have said who pays.
        let knows_payer = app.is_some() || told_payer(ledger, gateway).is_some();
        let usable: Vec<Flow> = flows.iter().copied().filter(|flow| *flow != Flow::Jsapi || knows_payer).collect();
        let wallet = shopper::wallet(gateway);
        let fitting_in = |environment, usable: &[Flow]| {
            fitting_flow(environment, wallet, shopper::flows_in(gateway, environment), usable)
        };
        let fitting = match place.wanted.filter(|flow| usable.contains(flow)) {
            Some(flow) => Ok(flow),
            None => {
                let open: Vec<Flow> = usable.iter().copied().filter(|f| !was_refused(ledger, gateway, *f)).collect();
                fitting_in(place.environment, &open).or_else(|_| fitting_in(place.environment, &usable))
            }
        };
        let fitting = fitting.map_err(|none| match none {
            NoFlow::OpenInBrowser => MethodReason::OtherWallet,
            NoFlow::NotOffered => MethodReason::NotConfigured,
        });
        let takes_own_code = matches!(fitting_in(wallet.browser(), &usable), Ok(Flow::Jsapi | Flow::Wap));
        Self { gateway, wallet, flows, fitting, app, takes_own_code }
    }
}

/// Where the page is shown, and what the shopper asked for instead of what fits best.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    pub environment: Environment,
    pub wanted: Option<Flow>,
}

/// How this browser can pay one payment.
#[derive(Debug)]
pub struct Offer {
    pub place: Place,
    pub methods: Vec<Method>,
    /// The code is the address of the cashier itself, for all these wallets to open.
    pub shows_own_code: bool,
    /// Which of the methods the page is about.
    chosen: Option<usize>,
}

impl Offer {
    pub async fn of(state: &AppState, ledger: &Ledger, place: Place) -> Self {
        let mut methods: Vec<Method> = Vec::new();
        for gateway in gateways_of(state, ledger).await {
            let method = Method::of(state, ledger, gateway, &place).await;
            // Two gateways of one wallet are one choice to a shopper.
            match methods.iter_mut().find(|known| known.wallet == method.wallet) {
                Some(known) if known.fitting.is_err() && method.fitting.is_ok() => *known = method,
                Some(_) => {}
                None => methods.push(method),
            }
        }
        // What can be paid with stands above what cannot.
        methods.sort_by_key(|method| method.fitting.is_err());
        let chosen = chosen_of(&methods, ledger, place.environment);
        let wants_own_code = state.store_config(ledger.payment.store_id).cashier_qr == CashierQr::Cashier;
        let mut offered = methods.iter().filter(|method| method.fitting.is_ok()).peekable();
        // A wallet that could not pay there needs its gateway's own code, so then each has its own.
        let shows_own_code = wants_own_code
            && !place.environment.is_handheld()
            && offered.peek().is_some()
            && offered.all(|method| method.takes_own_code);
        Self { place, methods, shows_own_code, chosen }
    }

    #[must_use]
    pub fn chosen(&self) -> Option<&Method> {
        self.methods.get(self.chosen?)
    }

    #[must_use]
    pub fn is_chosen(&self, method: &Method) -> bool {
        self.chosen().is_some_and(|chosen| chosen.gateway == method.gateway)
    }

    /// What a browser asks for by a gateway's name, else what the page is about.
    #[must_use]
    pub fn method(&self, gateway: Option<GatewayName>) -> Option<&Method> {
        match gateway {
            Some(gateway) => self.methods.iter().find(|method| method.gateway == gateway),
            None => self.chosen(),
        }
    }

    /// Whether the page stands in the browser of the chosen method's own wallet.
    #[must_use]
    pub fn is_at_home(&self) -> bool {
        self.chosen().is_some_and(|method| self.place.environment.wallet() == Some(method.wallet))
    }
}

/// The gateways of which the shop has an enabled account, in the order in which they are offered.
async fn gateways_of(state: &AppState, ledger: &Ledger) -> Vec<GatewayName> {
    let payment = &ledger.payment;
    let accounts = state.storage.accounts(Some(payment.store_id)).await.unwrap_or_else(|error| {
        tracing::error!(payment = %payment.id, %error, "the cashier cannot read the accounts");
        Vec::new()
    });
    let has =
        |gateway: &GatewayName| accounts.iter().any(|a| a.enabled && a.mode == payment.mode && a.gateway == *gateway);
    GatewayName::ALL.into_iter().filter(has).collect()
}

/// The newest attempt's method; before there is one, the first. On a phone a tap comes before a code.
fn chosen_of(methods: &[Method], ledger: &Ledger, environment: Environment) -> Option<usize> {
    let newest = ledger.attempts.last().map(|attempt| attempt.gateway);
    let position = |fits: &dyn Fn(&Method) -> bool| methods.iter().position(|m| m.fitting.is_ok() && fits(m));
    position(&|m| Some(m.gateway) == newest)
        .or_else(|| position(&|m| !environment.is_handheld() || m.fitting != Ok(Flow::Qr)))
        .or_else(|| position(&|_| true))
}

/// Whether the gateway would not open this payment that way, for example because the merchant's contract does
/// not cover it: what else fits is offered then.
fn was_refused(ledger: &Ledger, gateway: GatewayName, flow: Flow) -> bool {
    ledger.attempts.iter().any(|a| {
        a.gateway == gateway
            && a.flow == flow
            && a.status == AttemptStatus::Failed
            && a.failure.as_ref().is_some_and(|failure| failure.code != UNREACHABLE)
    })
}

//! The pages that are shown instead of a cashier, and the ways on from them.

use askama::Template;

use super::{Chrome, is_web_address};
use crate::i18n::{Locale, Texts};
/// Why a page is shown instead of a cashier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CashierProblem {
    /// No such payment, or not with this secret: the two look the same on purpose.
    NotFound,
    TooManyRequests,
    Unavailable,
    /// Back from a gateway's page, and the money has not been seen yet.
    StillOpen,
    /// Back from a gateway's page, or on the way there, and all is done.
    Paid,
    /// The payment can no longer be paid.
    Closed,
    /// The link to the gateway can no longer be paid; the payment perhaps can.
    LinkOver,
    /// The gateway's answer is uncertain.
    Checking,
    /// A link for the phone's browser, opened inside WeChat.
    OpenInBrowser,
    /// An earlier order has not been ended yet.
    EarlierUnsettled,
    /// WeChat's sign-in answers a browser that did not begin it.
    SignInLost,
    SignInExpired,
    SignInDenied,
    SignInPreview,
    /// Only the shop can mend it.
    SignInMisconfigured,
}

impl CashierProblem {
    #[cfg(test)]
    pub(in crate::web) const ALL: [Self; 15] = [
        Self::NotFound,
        Self::TooManyRequests,
        Self::Unavailable,
        Self::StillOpen,
        Self::Paid,
        Self::Closed,
        Self::LinkOver,
        Self::Checking,
        Self::OpenInBrowser,
        Self::EarlierUnsettled,
        Self::SignInLost,
        Self::SignInExpired,
        Self::SignInDenied,
        Self::SignInPreview,
        Self::SignInMisconfigured,
    ];

    /// Its title and what the shopper can do.
    const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::NotFound => ("cashier-problem-not-found", "cashier-problem-not-found-advice"),
            Self::TooManyRequests => ("cashier-problem-too-many", "cashier-problem-too-many-advice"),
            Self::Unavailable => ("cashier-problem-unavailable", "cashier-problem-unavailable-advice"),
            Self::StillOpen => ("cashier-problem-still-open", "cashier-problem-still-open-advice"),
            Self::Paid => ("cashier-problem-paid", "cashier-problem-paid-advice"),
            Self::Closed => ("cashier-problem-closed", "cashier-problem-closed-advice"),
            Self::LinkOver => ("cashier-problem-link-over", "cashier-problem-link-over-advice"),
            Self::Checking => ("cashier-problem-checking", "cashier-problem-checking-advice"),
            Self::OpenInBrowser => ("cashier-problem-open-in-browser", "cashier-problem-open-in-browser-advice"),
            Self::EarlierUnsettled => ("cashier-problem-earlier-unsettled", "cashier-problem-earlier-unsettled-advice"),
            Self::SignInLost => ("cashier-problem-sign-in-lost", "cashier-problem-sign-in-lost-advice"),
            Self::SignInExpired => ("cashier-problem-sign-in-expired", "cashier-problem-sign-in-expired-advice"),
            Self::SignInDenied => ("cashier-problem-sign-in-denied", "cashier-problem-sign-in-denied-advice"),
            Self::SignInPreview => ("cashier-problem-sign-in-preview", "cashier-problem-sign-in-preview-advice"),
            Self::SignInMisconfigured => {
                ("cashier-problem-sign-in-misconfigured", "cashier-problem-sign-in-misconfigured-advice")
            }
        }
    }

    /// The page, with what the shopper can do next.
    ///
    /// # Errors
    /// As [`super::render_cashier`].
    pub fn page(self, locale: Locale, links: &[Link]) -> Result<String, askama::Error> {
        let t = Texts(locale);
        let (title, advice) = self.words();
        let (title, advice) = (t.get(title), t.get(advice));
        let links = links.iter().filter(|link| link.is_safe()).collect();
        ProblemPage { t, chrome: Chrome::new(), is_good: self == Self::Paid, title, advice, links }.render()
    }
}

/// A way on from a page without a cashier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    key: &'static str,
    address: String,
    is_main: bool,
}

impl Link {
    const fn main(key: &'static str, address: String) -> Self {
        Self { key, address, is_main: true }
    }

    /// The same once more.
    #[must_use]
    pub const fn try_again(address: String) -> Self {
        Self::main("cashier-try-again", address)
    }

    /// Back to the cashier.
    #[must_use]
    pub const fn back(address: String) -> Self {
        Self::main("cashier-back", address)
    }

    /// Back to the shop.
    #[must_use]
    pub const fn to_shop(address: String) -> Self {
        Self::main("cashier-return", address)
    }

    /// Asks the gateway.
    #[must_use]
    pub const fn i_have_paid(address: String) -> Self {
        Self::main("cashier-i-have-paid", address)
    }

    /// On to the gateway once more, beside [`Link::i_have_paid`].
    #[must_use]
    pub const fn continue_paying(address: String) -> Self {
        Self { key: "cashier-continue", address, is_main: false }
    }

    fn is_safe(&self) -> bool {
        self.address.starts_with('/') || is_web_address(&self.address)
    }
}

#[derive(Template)]
#[template(path = "cashier/problem.html")]
struct ProblemPage<'a> {
    t: Texts,
    chrome: Chrome,
    is_good: bool,
    title: String,
    advice: String,
    links: Vec<&'a Link>,
}

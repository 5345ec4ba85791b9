//! What a browser receives: the hosted cashier, the API's documentation and the demo shop.
//!
//! Promised: pages work under `CONTENT_SECURITY_POLICY` and from this program alone; nothing is loaded
//! from anybody else. Whatever a shop or a shopper typed is escaped by the templates.
//! Refused: inline scripts and styles (a test reads every template).

/// Style sheets, scripts and pictures, compressed when the program was built.
pub mod assets;
/// The hosted cashier: a pure view of one payment.
pub mod cashier;

/// A small shop that sells through Luodi as any real shop would.
pub mod demo_shop;
/// The API described, for reading and trying.
pub mod docs;
/// The content policy of every page.
pub mod policy;
/// QR codes as SVG and PNG.
pub mod qr;

pub use policy::CONTENT_SECURITY_POLICY;

/// The headers of every page: the policy above, no address handed on (it may carry a client secret),
/// and nothing kept by a cache between us and the shopper.
pub const PAGE_HEADERS: [(&str, &str); 5] = [
    ("content-security-policy", CONTENT_SECURITY_POLICY),
    ("referrer-policy", "no-referrer"),
    ("x-content-type-options", "nosniff"),
    ("cache-control", "no-store"),
    ("vary", "Accept-Language"),
];

/// For the one page that must say where its visitor comes from; it then sets a policy of its own.
pub fn without_referrer_policy<const N: usize>(
    headers: [(&'static str, &'static str); N],
) -> impl Iterator<Item = (&'static str, &'static str)> {
    headers.into_iter().filter(|(name, _)| *name != "referrer-policy")
}

#[cfg(test)]
mod fake_luodi;
#[cfg(test)]
mod tests;

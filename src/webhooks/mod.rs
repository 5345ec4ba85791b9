//! Us → shop, in the Standard Webhooks form. Promises: an event is delivered at least once within ten
//! tries, signed with every live secret of its endpoint, and only to addresses that were checked.
//! Refuses private addresses unless the configuration allows them.

pub mod address;
pub mod delivery;
pub mod endpoints;
pub mod schedule;
pub mod signing;

pub use delivery::{DeliverySettings, WebhookService};

//! The pure heart: what facts do to a payment, its attempts and refunds. No database, no clock.

mod made;
mod sequences;
mod stories;
mod tables;

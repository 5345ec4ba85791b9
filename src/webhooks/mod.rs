pub mod address;
pub mod schedule;
pub mod signing;

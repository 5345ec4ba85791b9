//! Administrative divisions (行政区划) of mainland China: provinces, prefectures, counties, towns, what became
//! of abolished ones, and how a shop shows them.
//!
//! One immutable `Regions` holds everything; it is embedded in the program and can be replaced by a newer
//! folder. The official tree (`Unit::parent`) and the tree of a shop (`Unit::city_code`, `shop`) are kept
//! apart. A retired code never becomes unknown: `Regions::retired` gives its successors.

pub mod answers;
pub mod check;
pub mod code;
mod csv;
pub mod current;
pub mod diff;
mod load;
pub mod magento;
mod reading;
pub mod search;
pub mod shop;
pub mod table;
pub mod tree;
pub mod unit;
pub mod view;

pub use code::{Code, InvalidCode};
pub use current::CurrentRegions;
pub use load::{FILES, LoadError};
pub use search::{Hit, Matched};
pub use shop::{CityForm, ShopCity, ShopPath};
pub use table::{Place, Regions};
pub use unit::{Alias, AliasKind, Confidence, Kind, Level, OutlyingUnit, Retired, Town, TownKind, Unit, Zone};

#[cfg(test)]
mod tests;

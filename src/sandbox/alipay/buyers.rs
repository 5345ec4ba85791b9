//! Who pays: people of this Alipay and how they are named to an application (§5.5, §15).
//!
//! Promises: one person has one user id everywhere and one open id per application.

use sha2::{Digest, Sha256};

/// Whoever holds the phone unless a script says otherwise.
const SHOPPER: &str = "shopper";
const OPEN_ID_CHARS: usize = 33;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Buyer {
    name: String,
}

impl Default for Buyer {
    fn default() -> Self {
        Self::named(SHOPPER)
    }
}

impl Buyer {
    pub(super) fn named(name: &str) -> Self {
        Self { name: name.to_owned() }
    }

    pub(super) fn user_id(&self) -> String {
        if is_user_id(&self.name) { self.name.clone() } else { buyer_id_of(&self.name) }
    }

    pub(super) fn open_id(&self, app_id: &str) -> String {
        if is_open_id(&self.name) { self.name.clone() } else { buyer_open_id_of(app_id, &self.name) }
    }

    /// A merchant may have named the person by an id of theirs.
    pub(super) fn is_same(&self, other: &Self, app_id: &str) -> bool {
        self.user_id() == other.user_id() || self.open_id(app_id) == other.open_id(app_id)
    }

    /// Masked, as everything a merchant sees of it.
    pub(super) fn logon_id(&self) -> String {
        let start: String = self.name.chars().filter(char::is_ascii_alphanumeric).take(3).collect();
        format!("{start}***@example.com")
    }
}

fn is_user_id(text: &str) -> bool {
    text.len() == 16 && text.starts_with("2088") && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_open_id(text: &str) -> bool {
    text.len() == OPEN_ID_CHARS && text.starts_with('0') && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// The user id of a person: 16 digits that begin with 2088, the same every time.
#[must_use]
pub fn buyer_id_of(person: &str) -> String {
    let digest = Sha256::digest(person.as_bytes());
    let digits = digest.iter().take(10).map(|byte| char::from(b'0' + byte % 10));
    // Sellers' numbers begin 20881: nobody pays himself by accident.
    format!("208822{}", digits.collect::<String>())
}

/// The open id of a person towards an application.
#[must_use]
pub fn buyer_open_id_of(app_id: &str, person: &str) -> String {
    const ALPHABET: &[u8; 62] = b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    let digest = Sha256::digest(format!("{app_id}\n{person}").as_bytes());
    let letters = digest.iter().map(|byte| char::from(ALPHABET[usize::from(*byte) % ALPHABET.len()]));
    format!("0{}", letters.collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_has_one_user_id_and_an_open_id_per_application() {
        assert_eq!((buyer_id_of("ming").len(), &buyer_id_of("ming")[..4]), (16, "2088"));
        assert_ne!(buyer_id_of("ming"), buyer_id_of("hua"));
        assert_ne!(buyer_open_id_of("1", "ming"), buyer_open_id_of("2", "ming"));
        let by_id = Buyer::named(&buyer_open_id_of("1", "ming"));
        assert!(by_id.is_same(&Buyer::named("ming"), "1") && !by_id.is_same(&Buyer::named("ming"), "2"));
        assert!(Buyer::named(&buyer_id_of("ming")).is_same(&Buyer::named("ming"), "1"));
        assert_eq!(Buyer::named("ming").logon_id(), "min***@example.com");
    }
}

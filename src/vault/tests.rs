use proptest::prelude::*;
use secrecy::{ExposeSecret, SecretString};

use super::*;
use crate::crypto::to_base64;

const PLACE: Place<'static> = Place { table: "accounts", row: "acc_1", column: "secrets" };

fn ring(keys: &[(&str, u8)]) -> KeyRing {
    let entries: Vec<_> = keys.iter().map(|(id, byte)| format!("{id}:{}", to_base64(&[*byte; 32]))).collect();
    KeyRing::parse(&SecretString::from(entries.join(","))).unwrap()
}

fn vault(keys: &[(&str, u8)]) -> Vault {
    Vault::new(Some(ring(keys)))
}

#[test]
fn what_is_sealed_opens_in_its_place_only() {
    let vault = vault(&[("a", 1)]);
    let sealed = vault.seal(&PLACE, b"APIv3 key").unwrap();
    assert_eq!(vault.open(&PLACE, &sealed).unwrap().expose_secret(), b"APIv3 key");
    for elsewhere in [
        Place { row: "acc_2", ..PLACE },
        Place { table: "endpoints", ..PLACE },
        Place { column: "notes", ..PLACE },
        Place { table: "accountsa", row: "cc_1", ..PLACE },
    ] {
        assert_eq!(vault.open(&elsewhere, &sealed).err(), Some(VaultError::Tampered), "{elsewhere:?}");
        assert_eq!(vault.rewrap(&elsewhere, &sealed).err(), Some(VaultError::Tampered), "{elsewhere:?}");
    }
}

#[test]
fn the_same_plaintext_never_seals_to_the_same_bytes() {
    let vault = vault(&[("a", 1)]);
    assert_ne!(vault.seal(&PLACE, b"same").unwrap(), vault.seal(&PLACE, b"same").unwrap());
}

#[test]
fn a_master_key_is_replaced_without_losing_a_record() {
    let old = vault(&[("old", 1)]);
    let sealed = old.seal(&PLACE, b"secret").unwrap();

    let both = vault(&[("new", 2), ("old", 1)]);
    assert_eq!(both.needs_rewrap(&sealed), Ok(true));
    assert_eq!(both.open(&PLACE, &sealed).unwrap().expose_secret(), b"secret");
    let rewrapped = both.rewrap(&PLACE, &sealed).unwrap();
    assert_eq!(both.needs_rewrap(&rewrapped), Ok(false));

    let new = vault(&[("new", 2)]);
    assert_eq!(new.open(&PLACE, &rewrapped).unwrap().expose_secret(), b"secret");
    assert_eq!(new.open(&PLACE, &sealed).err(), Some(VaultError::UnknownKey("old".to_owned())));
    let impostor = vault(&[("old", 9)]);
    assert_eq!(impostor.open(&PLACE, &sealed).err(), Some(VaultError::Tampered));
}

#[test]
fn without_a_key_the_error_says_what_to_do() {
    let none = Vault::new(None);
    let error = none.seal(&PLACE, b"secret").unwrap_err();
    assert_eq!(error, VaultError::NoKey);
    assert!(!none.has_key());
    let text = error.to_string();
    assert!(text.contains("LUODI_VAULT__KEYS_FILE") && text.contains("openssl rand -base64 32"), "{text}");
    let sealed = vault(&[("a", 1)]).seal(&PLACE, b"secret").unwrap();
    assert_eq!(none.open(&PLACE, &sealed).err(), Some(VaultError::NoKey));
}

#[test]
fn a_ring_is_refused_with_the_position_and_without_the_key() {
    let key = to_base64(&[7; 32]);
    let parse = |text: String| KeyRing::parse(&SecretString::from(text));
    assert_eq!(parse(" , ".to_owned()).err(), Some(KeyRingError::Empty));
    assert_eq!(parse(key.clone()).err(), Some(KeyRingError::Form(1)));
    assert_eq!(parse(format!("a:{key},b b:{key}")).err(), Some(KeyRingError::Id(2)));
    assert_eq!(parse(format!("a:{key},a:{key}")).err(), Some(KeyRingError::SameId(2)));
    assert_eq!(parse(format!("a:{}", to_base64(&[7; 16]))).err(), Some(KeyRingError::Key(1)));
    assert_eq!(parse(format!("{}:{key}", "a".repeat(33))).err(), Some(KeyRingError::Id(1)));
    let from_file = parse(format!("a:{key}\nb:{key}\n")).unwrap();
    assert_eq!(from_file.ids().collect::<Vec<_>>(), ["a", "b"]);
}

#[test]
fn nothing_secret_is_ever_printed() {
    let vault = vault(&[("a", 7)]);
    let sealed = vault.seal(&PLACE, b"hush hush").unwrap();
    let opened = vault.open(&PLACE, &sealed).unwrap();
    let printed = format!("{vault:?} {opened:?} {:?}", KeyRing::generate().unwrap());
    assert!(!printed.contains("hush") && !printed.contains("104, 117"), "{printed}");
    assert!(!printed.contains(&to_base64(&[7; 32])) && !printed.contains("7, 7"), "{printed}");
}

proptest! {
    #[test]
    fn anything_sealed_opens(plaintext in proptest::collection::vec(any::<u8>(), 0..500)) {
        let vault = Vault::new(Some(KeyRing::generate().unwrap()));
        let sealed = vault.seal(&PLACE, &plaintext).unwrap();
        let opened = vault.open(&PLACE, &sealed).unwrap();
        prop_assert_eq!(opened.expose_secret(), plaintext.as_slice());
    }

    #[test]
    fn every_changed_byte_is_noticed(at: prop::sample::Index, flip in 1_u8..) {
        // Two keys of equal bytes: even an id changed into another valid id is refused.
        let vault = vault(&[("a", 1), ("b", 1)]);
        let mut sealed = vault.seal(&PLACE, b"secret").unwrap();
        let at = at.index(sealed.len());
        sealed[at] ^= flip;
        prop_assert!(vault.open(&PLACE, &sealed).is_err());
    }

    #[test]
    fn a_cut_or_invented_record_is_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200), cut in 0_usize..96) {
        let vault = vault(&[("a", 1)]);
        prop_assert!(vault.open(&PLACE, &bytes).is_err());
        let sealed = vault.seal(&PLACE, b"secret").unwrap();
        prop_assert!(vault.open(&PLACE, &sealed[..cut]).is_err());
    }
}

#[test]
fn an_id_swapped_for_another_key_of_the_ring_is_noticed() {
    let vault = vault(&[("a", 1), ("b", 1)]);
    let mut sealed = vault.seal(&PLACE, b"secret").unwrap();
    assert_eq!(sealed[2], b'a');
    sealed[2] = b'b';
    assert_eq!(vault.open(&PLACE, &sealed).err(), Some(VaultError::Tampered));
}

//! No bytes from outside may panic anything here.

use luodi::clock::HandClock;
use luodi::crypto::aead::AeadKey;
use luodi::crypto::certificate::Certificate;
use luodi::crypto::rsa::{SigningKey, VerifyingKey, content_of};
use luodi::gateways::{Gateway as _, RawNotification, Rejected};
use proptest::prelude::*;

use crate::stand_in::{PUBLIC_KEY_ID, Pair, credentials, merchant, open, signature_headers, start, wechat};

/// A notification over arbitrary bytes that is properly signed, so that parsing is reached.
fn signed(pair: &Pair, body: Vec<u8>) -> RawNotification {
    RawNotification { headers: signature_headers(pair, PUBLIC_KEY_ID, start(), &body), body: body.into() }
}

fn read(raw: &RawNotification) -> Result<(), Rejected> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let gateway = open(&credentials("http://127.0.0.1:1"), &HandClock::at(start()));
    runtime.block_on(gateway.read_notification(raw)).map(|_| ())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn signed_rubbish_is_malformed(body in prop::collection::vec(any::<u8>(), 0..300)) {
        prop_assert_eq!(read(&signed(wechat(), body)), Err(Rejected::Malformed));
    }

    #[test]
    fn json_of_any_shape_is_malformed_or_ignored(
        kind in "[a-z]{0,12}", nonce in ".{0,16}", text in ".{0,40}", event in "[A-Z.]{0,20}",
    ) {
        let body = serde_json::json!({
            "id": text, "event_type": event, "resource_type": "encrypt-resource",
            "resource": {"original_type": kind, "algorithm": "AEAD_AES_256_GCM", "nonce": nonce, "ciphertext": text},
        });
        let _ = read(&signed(wechat(), body.to_string().into_bytes()));
    }

    #[test]
    fn any_headers_are_refused(headers in prop::collection::vec(".{0,30}", 4), body in ".{0,60}") {
        let names = ["wechatpay-timestamp", "wechatpay-nonce", "wechatpay-signature", "wechatpay-serial"];
        let headers = names.iter().map(|n| (*n).to_owned()).zip(headers).collect();
        let raw = RawNotification { headers, body: body.into_bytes().into() };
        prop_assert!(read(&raw).is_err());
    }
}

proptest! {
    #[test]
    fn keys_and_certificates_never_panic(text in ".{0,200}", bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = (SigningKey::parse(&text), VerifyingKey::parse(&text), Certificate::parse(&text), content_of(&text));
        let _ = (SigningKey::from_der(&bytes), VerifyingKey::from_der(&bytes), Certificate::from_der(&bytes));
    }

    #[test]
    fn a_key_with_one_byte_altered_never_panics(at in 0_usize..1600, byte in any::<u8>()) {
        let mut pem = merchant().private_pkcs8().into_bytes();
        if let Some(slot) = pem.get_mut(at) {
            *slot = byte;
        }
        let _ = SigningKey::parse(&String::from_utf8_lossy(&pem));
    }

    #[test]
    fn opening_never_panics(
        nonce in prop::collection::vec(any::<u8>(), 0..20), sealed in prop::collection::vec(any::<u8>(), 0..80),
    ) {
        let key = AeadKey::new(&[1; 32]).unwrap();
        prop_assert!(key.open_with_nonce(&nonce, b"", &sealed).is_err());
        prop_assert!(key.open(b"", &sealed).is_err());
    }
}

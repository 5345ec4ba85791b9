//! Our RSA against the independent `rsa` crate, both ways and in every form keys are pasted in.

use luodi::crypto::certificate::Certificate;
use luodi::crypto::rsa::{Content, KeyError, SigningKey, VerifyingKey, content_of};
use rsa::pkcs1::{EncodeRsaPrivateKey as _, EncodeRsaPublicKey as _};
use rsa::pkcs8::{EncodePrivateKey as _, EncodePublicKey as _, LineEnding};
use rsa::signature::Verifier as _;

use crate::stand_in::{merchant, other, start, wechat};

const MESSAGE: &[u8] = "中文 and bytes".as_bytes();

#[test]
fn each_verifies_what_the_other_signed() {
    let ours = SigningKey::parse(&merchant().private_pkcs8()).unwrap();
    let theirs = rsa::pkcs1v15::VerifyingKey::<sha2::Sha256>::new(merchant().0.to_public_key());
    let signature = ours.sign(MESSAGE);
    theirs.verify(MESSAGE, &rsa::pkcs1v15::Signature::try_from(signature.as_slice()).unwrap()).unwrap();
    assert_eq!(signature, merchant().sign(MESSAGE), "PKCS#1 v1.5 is deterministic");

    let public = VerifyingKey::parse(&merchant().public_pem()).unwrap();
    assert!(public.verify(MESSAGE, &merchant().sign(MESSAGE)));
    assert!(!public.verify(b"other bytes", &merchant().sign(MESSAGE)));
    assert!(!public.verify(MESSAGE, &other().sign(MESSAGE)));
    assert!(!public.verify(MESSAGE, b""));
    assert!(ours.matches(&public));
    assert!(!ours.matches(&VerifyingKey::parse(&other().public_pem()).unwrap()));
}

#[test]
fn keys_are_read_however_they_were_pasted() {
    let key = &merchant().0;
    let pkcs8 = merchant().private_pkcs8();
    let pkcs1 = key.to_pkcs1_pem(LineEnding::LF).unwrap().to_string();
    let bare: String = pkcs8.lines().filter(|l| !l.starts_with("-----")).collect();
    let squeezed = pkcs8.replace('\n', " ");
    let escaped = pkcs8.replace('\n', "\\n");
    let crlf = key.to_pkcs8_pem(LineEnding::CRLF).unwrap().to_string();
    let padded = format!("\u{feff}\n  {pkcs8}\n\n");
    for text in [&pkcs8, &pkcs1, &bare, &squeezed, &escaped, &crlf, &padded] {
        assert_eq!(SigningKey::parse(text).map(|k| k.bits()), Ok(2048), "{}", &text[..30]);
    }

    let public = key.to_public_key();
    let spki = merchant().public_pem();
    let bare: String = spki.lines().filter(|l| !l.starts_with("-----")).collect();
    let pkcs1 = public.to_pkcs1_pem(LineEnding::CRLF).unwrap();
    let certificate = merchant().certificate("0A0B", start(), start().plus_s(3600));
    let expected = VerifyingKey::from_der(public.to_public_key_der().unwrap().as_bytes()).unwrap();
    for text in [&spki, &bare, &pkcs1, &certificate] {
        assert_eq!(VerifyingKey::parse(text).as_ref(), Ok(&expected), "{}", &text[..30]);
    }
}

#[test]
fn the_wrong_thing_is_named() {
    let certificate = merchant().certificate("0A0B", start(), start().plus_s(3600));
    let private = |text: &str| SigningKey::parse(text).unwrap_err();
    assert_eq!(private(&certificate), KeyError::CertificateNotPrivateKey);
    assert_eq!(private(&merchant().public_pem()), KeyError::PublicNotPrivateKey);
    assert_eq!(private(" \n"), KeyError::Empty);
    assert_eq!(private("-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----"), KeyError::Empty);
    assert_eq!(private("not a key!"), KeyError::Unreadable);
    assert_eq!(
        private("-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----"),
        KeyError::Encrypted
    );
    let small = rsa::RsaPrivateKey::new(&mut rand::thread_rng(), 1024).unwrap();
    assert_eq!(private(&small.to_pkcs8_pem(LineEnding::LF).unwrap()), KeyError::TooSmall);
    assert_eq!(private(&small.to_pkcs1_pem(LineEnding::LF).unwrap()), KeyError::TooSmall);

    let public = |text: &str| VerifyingKey::parse(text).unwrap_err();
    assert_eq!(public(&merchant().private_pkcs8()), KeyError::PrivateNotPublicKey);
    let small = small.to_public_key().to_public_key_pem(LineEnding::LF).unwrap();
    assert_eq!(public(&small), KeyError::TooSmall);

    assert_eq!(content_of(&certificate), Some(Content::Certificate));
    assert_eq!(content_of(&merchant().public_pem()), Some(Content::PublicKey));
    assert_eq!(content_of(&merchant().private_pkcs8()), Some(Content::PrivateKey));
    assert_eq!(content_of("AAAA"), None);
}

#[test]
fn a_certificate_gives_serial_validity_and_key() {
    let pem = wechat().certificate("F0B07E79B8269FEC3D5D3E6AB8ED163A6A380D", start(), start().plus_s(3600));
    let certificate = Certificate::parse(&pem).unwrap();
    assert_eq!(certificate.serial(), "F0B07E79B8269FEC3D5D3E6AB8ED163A6A380D", "without the sign byte of DER");
    assert_eq!((certificate.not_before(), certificate.not_after()), (start(), start().plus_s(3600)));
    assert_eq!(certificate.subject(), "CN=Tenpay.com Root CA");
    assert_eq!(certificate.public_key(), &VerifyingKey::parse(&wechat().public_pem()).unwrap());
    assert!(Certificate::parse(&wechat().public_pem()).is_err());
}

#[test]
fn keys_never_show_in_debug() {
    let key = SigningKey::parse(&merchant().private_pkcs8()).unwrap();
    assert_eq!(format!("{key:?}"), "SigningKey(2048 bits)");
}

//! Who is believed: the chain, the name, the dates; and the merchant's own key file in every shape.

use luodi::clock::Timestamp;
use luodi::crypto::certificate::Certificate;
use luodi::crypto::chain::{Authority, ChainError};
use luodi::crypto::pkcs12::{KeyFile, KeyFileError};
use luodi::gateways::unionpay::message::Message;
use luodi::gateways::unionpay::trust::{Trust, Untrusted};
use luodi::gateways::{EXPIRY_WARNING_S, Gateway as _};

use crate::authority::*;
use crate::stand_in::*;

fn parsed(pem: &str) -> Certificate {
    Certificate::parse(pem).unwrap()
}

fn authority() -> Authority {
    Authority::new(vec![parsed(&chain().middle)], vec![parsed(&chain().root)])
}

fn trust(is_test: bool) -> Trust {
    Trust::Certificates { authority: authority(), is_test }
}

/// Whether a message under this certificate is believed.
fn verdict(trust: &Trust, pair: &Pair, certificate: &str, now: Timestamp) -> Result<(), Untrusted> {
    let told = signed(paid_notice(), pair, certificate);
    let message = Message::parse_form(&form(&told).body).unwrap();
    trust.verify_form(&message, now)
}

fn named(subject: &str) -> Result<(), Untrusted> {
    verdict(&trust(false), unionpay(), &Wanted::leaf(subject, unionpay()).pem(), start())
}

#[test]
fn unionpay_is_known_by_its_name_in_the_third_place() {
    assert_eq!(named(UNIONPAY), Ok(()));
    assert_eq!(named("CN=1@2@中国银联股份有限公司"), Ok(()));
    for subject in [
        MERCHANT_NAME,
        "CN=中国银联股份有限公司",
        "CN=041@中国银联股份有限公司",
        "CN=041@1@2@中国银联股份有限公司",
        "CN=041@1@中国银联股份有限公司 @2",
        "CN=041@1@中国银联股份有限公司深圳分公司@2",
        "O=041@1@中国银联股份有限公司@2",
        "CN=041@1@中国银联股份有限公司@2,CN=041@1@商户@2",
        "CN=041@1@商户@2,CN=041@1@中国银联股份有限公司@2",
    ] {
        assert_eq!(named(subject), Err(Untrusted::NotUnionPay), "{subject}");
    }
}

#[test]
fn the_test_system_s_older_name_counts_in_test_accounts_only() {
    let old = Wanted::leaf("CN=041@Z12@00040000:SIGN@00000062", unionpay()).pem();
    assert_eq!(verdict(&trust(true), unionpay(), &old, start()), Ok(()));
    assert_eq!(verdict(&trust(false), unionpay(), &old, start()), Err(Untrusted::NotUnionPay));
}

#[test]
fn only_what_the_configured_middle_authority_issued_is_believed() {
    let self_signed = Wanted { issuer: (UNIONPAY, other()), ..Wanted::leaf(UNIONPAY, other()) };
    let unknown = Err(Untrusted::Chain(ChainError::UnknownIssuer));
    assert_eq!(verdict(&trust(false), other(), &self_signed.pem(), start()), unknown);
    let other_middle = Wanted { issuer: (MIDDLE, other()), ..Wanted::leaf(UNIONPAY, other()) };
    assert_eq!(verdict(&trust(false), other(), &other_middle.pem(), start()), unknown, "the right name, another key");
    let by_root = Wanted { issuer: (ROOT, root()), ..Wanted::leaf(UNIONPAY, other()) };
    assert_eq!(verdict(&trust(false), other(), &by_root.pem(), start()), unknown, "the root signs no leaves");
    // A merchant may not issue certificates with the key of its own.
    let by_merchant = Wanted { issuer: (MERCHANT_NAME, merchant()), ..Wanted::leaf(UNIONPAY, other()) };
    let widened = Authority::new(vec![parsed(&chain().middle), parsed(&chain().own)], vec![parsed(&chain().root)]);
    let widened = Trust::Certificates { authority: widened, is_test: false };
    assert_eq!(verdict(&widened, other(), &by_merchant.pem(), start()), unknown);
}

#[test]
fn a_middle_authority_without_its_root_proves_nothing() {
    let stranger = Wanted::authority(ROOT, other(), (ROOT, other())).pem();
    let trust =
        |roots| Trust::Certificates { authority: Authority::new(vec![parsed(&chain().middle)], roots), is_test: false };
    let no_root = Err(Untrusted::Chain(ChainError::NoRoot));
    assert_eq!(verdict(&trust(vec![]), unionpay(), &chain().signer, start()), no_root);
    assert_eq!(verdict(&trust(vec![parsed(&stranger)]), unionpay(), &chain().signer, start()), no_root);
    // Two are held while UnionPay changes its authority.
    let both = vec![parsed(&stranger), parsed(&chain().root)];
    assert_eq!(verdict(&trust(both), unionpay(), &chain().signer, start()), Ok(()));
}

#[test]
fn every_certificate_of_the_chain_has_its_dates() {
    let leaf = Wanted::leaf(UNIONPAY, unionpay());
    let outside = Err(Untrusted::Chain(ChainError::OutsideDates));
    for (now, expected) in
        [(leaf.from.plus_s(-1), outside), (leaf.from, Ok(())), (leaf.until, Ok(())), (leaf.until.plus_s(1), outside)]
    {
        assert_eq!(verdict(&trust(false), unionpay(), &chain().signer, now), expected, "{now}");
    }
    let ended = Wanted { until: start().plus_s(-1), ..Wanted::authority(MIDDLE, middle(), (ROOT, root())) };
    let trust = Trust::Certificates {
        authority: Authority::new(vec![parsed(&ended.pem())], vec![parsed(&chain().root)]),
        is_test: false,
    };
    let no_root = Err(Untrusted::Chain(ChainError::NoRoot));
    assert_eq!(verdict(&trust, unionpay(), &chain().signer, start()), no_root);
}

/// The signatures of a chain are remembered; its dates never are.
#[test]
fn a_chain_that_was_proven_before_still_ends_with_its_dates() {
    let ending = Wanted { until: start().plus_s(60), ..Wanted::authority(MIDDLE, middle(), (ROOT, root())) };
    let authority = Authority::new(vec![parsed(&ending.pem())], vec![parsed(&chain().root)]);
    let trust = Trust::Certificates { authority, is_test: false };
    let at = |s: i64| verdict(&trust, unionpay(), &chain().signer, start().plus_s(s));
    assert_eq!((at(0), at(60)), (Ok(()), Ok(())));
    assert_eq!(at(61), Err(Untrusted::Chain(ChainError::NoRoot)));
    assert_eq!(at(60), Ok(()), "the clock may be set back");
    let ended = verdict(&trust, unionpay(), &chain().signer, start().plus_s(YEAR_S));
    assert_eq!(ended, Err(Untrusted::Chain(ChainError::OutsideDates)));
    // What is remembered is one certificate, not its name or its key.
    let forged = Wanted { issuer: (MIDDLE, other()), ..Wanted::leaf(UNIONPAY, unionpay()) };
    let unknown = Err(Untrusted::Chain(ChainError::UnknownIssuer));
    assert_eq!(verdict(&trust, unionpay(), &forged.pem(), start()), unknown);
}

#[test]
fn sha256_is_believed_as_sha1_is() {
    let newer = Wanted { sha1: false, ..Wanted::leaf(UNIONPAY, unionpay()) }.pem();
    assert_eq!(verdict(&trust(false), unionpay(), &newer, start()), Ok(()));
    let (old, middle) = (parsed(&chain().signer), parsed(&chain().middle));
    assert!(parsed(&newer).is_signed_by(&middle));
    assert!(!old.is_signed_by(&middle), "outside of a chain SHA-1 proves nothing");
}

#[test]
fn a_message_brings_exactly_one_certificate() {
    let none = Err(Untrusted::NoCertificate);
    let verdict = |pem: &str| verdict(&trust(false), unionpay(), pem, start());
    assert_eq!(verdict(&format!("{}\r\n", chain().signer)), Ok(()));
    assert_eq!(verdict(&format!("{}\r\n{}", chain().signer, chain().middle)), none);
    assert_eq!(verdict("-----BEGIN CERTIFICATE-----\r\nAAAA\r\n-----END CERTIFICATE-----"), none);
    assert_eq!(verdict("x"), none);
}

#[test]
fn the_number_of_a_certificate_is_its_whole_serial_in_decimal_digits() {
    for (serial, number) in [
        (&[0x10, 0x02, 0x65, 0x32, 0x15][..], "68759663125"),
        (&[0x10, 0x46, 0x90, 0x01, 0x49], "69903319369"),
        (&[0x10, 0x39, 0x30, 0x85, 0x34], "69678957876"),
        (&[0x10, 0x02, 0x64, 0x92, 0x27], "68759622183"),
        (&[0x10, 0x13, 0x47, 0x21, 0x21], "69042905377"),
        (&[0x12, 0x08, 0x38, 0x56, 0x62], "77447321186"),
        (&[0x18, 0xD0, 0xF3, 0xFC, 0x7F, 0x7D, 0x1D, 0xDF, 0xC2, 0xC6], "117191299423423768281798"),
    ] {
        let pem = Wanted { serial, ..Wanted::leaf(UNIONPAY, unionpay()) }.pem();
        assert_eq!(parsed(&pem).serial_decimal(), number);
    }
}

#[test]
fn key_files_of_the_old_scheme_open_with_their_password_alone() {
    let file = KeyFile::open(&chain().key_file, PASSWORD).unwrap();
    assert_eq!(file.certificate.serial_decimal(), "69903319369");
    assert_eq!(file.others.len(), 2);
    assert!(file.key.matches(file.certificate.public_key()));
    assert!(!format!("{file:?}").contains("PRIVATE"));
    for password in ["", "000001", "00000", "０００００００"] {
        assert_eq!(KeyFile::open(&chain().key_file, password).unwrap_err(), KeyFileError::WrongPassword, "{password}");
    }
}

#[test]
fn the_certificate_of_a_key_is_found_wherever_it_stands() {
    // The file puts the middle authority where the merchant's own certificate usually is.
    let file = old_key_file(merchant(), &chain().middle, &[&chain().root, &chain().own], PASSWORD);
    let file = KeyFile::open(&file, PASSWORD).unwrap();
    assert_eq!(file.certificate, parsed(&chain().own));
    assert_eq!(file.others.len(), 2);
}

#[test]
fn a_file_that_is_none_says_what_it_lacks() {
    for bytes in [&b""[..], b"MIIB", chain().own.as_bytes(), &chain().key_file[..100]] {
        assert_eq!(KeyFile::open(bytes, PASSWORD).unwrap_err(), KeyFileError::Unreadable);
    }
    let strangers = old_key_file(other(), &chain().own, &[], PASSWORD);
    assert_eq!(KeyFile::open(&strangers, PASSWORD).unwrap_err(), KeyFileError::NoCertificate);
}

#[test]
fn what_ends_within_ninety_days_is_told_of() {
    let gateway = offline();
    let ends = Wanted::leaf(MERCHANT_NAME, merchant()).until;
    assert!(gateway.expiring_credentials(start()).is_empty());
    let told = gateway.expiring_credentials(ends.plus_s(-EXPIRY_WARNING_S + 1));
    assert_eq!(told.len(), 1);
    assert_eq!((told[0].code.as_str(), told[0].serial.as_str()), ("merchant_certificate", "69903319369"));
    assert_eq!(told[0].expires_at, ends);
    let all = gateway.expiring_credentials(start().plus_s(5 * YEAR_S));
    assert_eq!(all.iter().filter(|e| e.code == "platform_certificate").count(), 2, "middle and root");
}

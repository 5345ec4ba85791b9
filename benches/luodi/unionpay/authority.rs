//! The authority above UnionPay and its merchants, made at run time: root, middle, and a certificate for each. The
//! real ones are signed with SHA-1, these with SHA-256: what is costly about either is the same.

use std::time::Duration;

use der::asn1::UtcTime;
use der::{Decode as _, Encode as _, EncodePem as _};
use luodi::clock::Timestamp;
use luodi::crypto::certificate::Certificate;
use luodi::crypto::chain;
use luodi::crypto::rsa::{SigningKey, VerifyingKey};
use rsa::RsaPrivateKey;
use rsa::pkcs8::{EncodePrivateKey, EncodePublicKey, LineEnding};
use sha2::Sha256;
use spki::SubjectPublicKeyInfoOwned;
use x509_cert::builder::{Builder as _, CertificateBuilder, Profile};
use x509_cert::serial_number::SerialNumber;
use x509_cert::time::{Time, Validity};

const ROOT: &str = "CN=Bench CS CA,O=Bench,C=CN";
const MIDDLE: &str = "CN=Bench OCA1,O=Bench,C=CN";
const UNIONPAY: &str = "CN=041@8310000000083040@中国银联股份有限公司@00016495,O=Bench,C=CN";
const OWN: &str = "CN=041@Z2014-11-11@777290058110048:SIGN@00000062,O=Bench,C=CN";
/// Of every certificate here.
const SERIAL: [u8; 5] = [0x10, 0x46, 0x90, 0x01, 0x49];
/// The same in decimal.
pub const CERT_ID: &str = "69903319369";
pub const PASSWORD: &str = "000000";
const YEAR_S: i64 = 365 * 24 * 3600;

pub struct Authority {
    root: x509_cert::Certificate,
    middle: x509_cert::Certificate,
    own: x509_cert::Certificate,
    merchant: RsaPrivateKey,
    unionpay_public_pem: String,
    pub unionpay: SigningKey,
    /// As messages carry it.
    pub unionpay_pem: String,
}

impl Authority {
    pub fn make(now: Timestamp) -> Self {
        let key = || RsaPrivateKey::new(&mut rand::rngs::OsRng, 2048).expect("a key");
        let [root_key, middle_key, unionpay_key, merchant] = [key(), key(), key(), key()];
        let issuer = |name: &str| name.parse().expect("a name");
        let (sub, leaf) = (
            Profile::SubCA { issuer: issuer(ROOT), path_len_constraint: None },
            Profile::Leaf { issuer: issuer(MIDDLE), enable_key_agreement: true, enable_key_encipherment: true },
        );
        let unionpay = issued(leaf.clone(), UNIONPAY, &unionpay_key, &middle_key, now);
        Self {
            root: issued(Profile::Root, ROOT, &root_key, &root_key, now),
            middle: issued(sub, MIDDLE, &middle_key, &root_key, now),
            own: issued(leaf, OWN, &merchant, &middle_key, now),
            merchant,
            unionpay_public_pem: unionpay_key.to_public_key().to_public_key_pem(LineEnding::LF).expect("a PEM"),
            unionpay: signing(&unionpay_key),
            unionpay_pem: unionpay.to_pem(LineEnding::CRLF).expect("a PEM").trim_end().to_owned(),
        }
    }

    pub fn merchant_key(&self) -> SigningKey {
        signing(&self.merchant)
    }

    pub fn unionpay_public(&self) -> VerifyingKey {
        VerifyingKey::parse(&self.unionpay_public_pem).expect("a key")
    }

    /// As an account holds it, with nothing proven yet.
    pub fn trusted(&self) -> chain::Authority {
        let read = |certificate| vec![Certificate::from_der(&der_of(certificate)).expect("a certificate")];
        chain::Authority::new(read(&self.middle), read(&self.root))
    }

    /// The merchant's .pfx with the whole chain.
    pub fn key_file(&self) -> Vec<u8> {
        let key = self.merchant.to_pkcs8_der().expect("a key");
        let (middle, root) = (der_of(&self.middle), der_of(&self.root));
        let file = p12::PFX::new_with_cas(&der_of(&self.own), key.as_bytes(), &[&middle, &root], PASSWORD, "merchant");
        file.expect("a key file").to_der()
    }
}

fn der_of(certificate: &x509_cert::Certificate) -> Vec<u8> {
    certificate.to_der().expect("DER")
}

fn signing(key: &RsaPrivateKey) -> SigningKey {
    SigningKey::from_der(key.to_pkcs8_der().expect("a key").as_bytes()).expect("a key")
}

fn issued(
    profile: Profile,
    subject: &str,
    key: &RsaPrivateKey,
    by: &RsaPrivateKey,
    now: Timestamp,
) -> x509_cert::Certificate {
    let time = |at: Timestamp| {
        let since_1970 = Duration::from_secs(at.as_seconds().try_into().expect("after 1970"));
        Time::UtcTime(UtcTime::from_unix_duration(since_1970).expect("a time"))
    };
    let validity = Validity { not_before: time(now.plus_s(-YEAR_S)), not_after: time(now.plus_s(YEAR_S)) };
    let spki = key.to_public_key().to_public_key_der().expect("a key");
    let spki = SubjectPublicKeyInfoOwned::from_der(spki.as_bytes()).expect("a key");
    let signer = rsa::pkcs1v15::SigningKey::<Sha256>::new(by.clone());
    let serial = SerialNumber::new(&SERIAL).expect("a serial number");
    let subject = subject.parse().expect("a name");
    let builder = CertificateBuilder::new(profile, serial, validity, subject, spki, &signer).expect("a certificate");
    builder.build::<rsa::pkcs1v15::Signature>().expect("a certificate")
}

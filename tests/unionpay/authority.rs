//! Keys and a certificate authority, made at run time and shaped as the real one is: everybody, UnionPay and
//! merchants alike, gets certificates of the same middle authority.

use std::sync::OnceLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use der::{Decode as _, DecodePem as _, Encode as _, EncodePem as _};
use luodi::clock::Timestamp;
use rsa::pkcs8::{EncodePrivateKey as _, EncodePublicKey as _, LineEnding};
use rsa::signature::{Keypair, SignatureEncoding as _, Signer, Verifier as _};
use rsa::traits::PublicKeyParts as _;
use rsa::{Pkcs1v15Sign, RsaPrivateKey};
use sha1::Digest as _;
use spki::{AlgorithmIdentifierOwned, DynSignatureAlgorithmIdentifier};
use x509_cert::Certificate;
use x509_cert::builder::{Builder as _, CertificateBuilder, Profile};
use x509_cert::name::Name;
use x509_cert::serial_number::SerialNumber;
use x509_cert::time::{Time, Validity};

use crate::stand_in::{PASSWORD, start};

pub const ROOT: &str = "CN=Test CS CA,O=Test,C=CN";
pub const MIDDLE: &str = "CN=Test OCA1,O=Test,C=CN";
pub const UNIONPAY: &str = "CN=041@8310000000083040@中国银联股份有限公司@00016495,OU=Enterprises,O=Test,C=CN";
pub const MERCHANT_NAME: &str = "CN=041@Z2014-11-11@777290058110048:SIGN@00000062,OU=Enterprises,O=Test,C=CN";
pub const YEAR_S: i64 = 365 * 24 * 3600;

/// A throw-away key pair, made once per run.
pub struct Pair(pub RsaPrivateKey);

impl Pair {
    pub fn generate() -> Self {
        Self(RsaPrivateKey::new(&mut rand::thread_rng(), 2048).unwrap())
    }

    pub fn sign(&self, message: &[u8]) -> String {
        STANDARD.encode(rsa::pkcs1v15::SigningKey::<sha2::Sha256>::new(self.0.clone()).sign(message).to_vec())
    }

    pub fn verifies(&self, message: &[u8], signature: &str) -> bool {
        let signature = STANDARD.decode(signature).unwrap();
        let signature = rsa::pkcs1v15::Signature::try_from(signature.as_slice()).unwrap();
        let key = rsa::pkcs1v15::VerifyingKey::<sha2::Sha256>::new(self.0.to_public_key());
        key.verify(message, &signature).is_ok()
    }

    pub fn pkcs8(&self) -> Vec<u8> {
        self.0.to_pkcs8_der().unwrap().as_bytes().to_vec()
    }

    /// Opens what was encrypted for this key (PKCS#1 v1.5).
    pub fn decrypts(&self, base64: &str) -> Vec<u8> {
        self.0.decrypt(rsa::Pkcs1v15Encrypt, &STANDARD.decode(base64).unwrap()).unwrap()
    }

    fn size(&self) -> usize {
        self.0.size()
    }
}

pub fn merchant() -> &'static Pair {
    static PAIR: OnceLock<Pair> = OnceLock::new();
    PAIR.get_or_init(Pair::generate)
}

pub fn unionpay() -> &'static Pair {
    static PAIR: OnceLock<Pair> = OnceLock::new();
    PAIR.get_or_init(Pair::generate)
}

pub fn middle() -> &'static Pair {
    static PAIR: OnceLock<Pair> = OnceLock::new();
    PAIR.get_or_init(Pair::generate)
}

pub fn root() -> &'static Pair {
    static PAIR: OnceLock<Pair> = OnceLock::new();
    PAIR.get_or_init(Pair::generate)
}

/// A stranger's.
pub fn other() -> &'static Pair {
    static PAIR: OnceLock<Pair> = OnceLock::new();
    PAIR.get_or_init(Pair::generate)
}

/// Signs certificates with SHA-1, as the real authority does.
struct WithSha1<'a>(&'a Pair);

/// The bytes of such a signature.
#[derive(Clone)]
struct Sha1Signature(Vec<u8>);

impl Signer<Sha1Signature> for WithSha1<'_> {
    fn try_sign(&self, message: &[u8]) -> Result<Sha1Signature, rsa::signature::Error> {
        const SHA1_PREFIX: [u8; 15] =
            [0x30, 0x21, 0x30, 0x09, 0x06, 0x05, 0x2b, 0x0e, 0x03, 0x02, 0x1a, 0x05, 0x00, 0x04, 0x14];
        let scheme = Pkcs1v15Sign { hash_len: Some(20), prefix: Box::new(SHA1_PREFIX) };
        let signature = self.0.0.sign(scheme, &sha1::Sha1::digest(message)).unwrap();
        assert_eq!(signature.len(), self.0.size());
        Ok(Sha1Signature(signature))
    }
}

impl Keypair for WithSha1<'_> {
    type VerifyingKey = rsa::RsaPublicKey;

    fn verifying_key(&self) -> rsa::RsaPublicKey {
        self.0.0.to_public_key()
    }
}

impl DynSignatureAlgorithmIdentifier for WithSha1<'_> {
    fn signature_algorithm_identifier(&self) -> spki::Result<AlgorithmIdentifierOwned> {
        Ok(AlgorithmIdentifierOwned {
            oid: der::asn1::ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.5"),
            parameters: Some(der::asn1::Any::null()),
        })
    }
}

impl spki::SignatureBitStringEncoding for Sha1Signature {
    fn to_bitstring(&self) -> der::Result<der::asn1::BitString> {
        der::asn1::BitString::from_bytes(&self.0)
    }
}

/// What one certificate says.
#[derive(Clone, Copy)]
pub struct Wanted<'a> {
    pub subject: &'a str,
    pub serial: &'a [u8],
    pub pair: &'a Pair,
    pub issuer: (&'a str, &'a Pair),
    pub is_authority: bool,
    pub from: Timestamp,
    pub until: Timestamp,
    pub sha1: bool,
}

impl<'a> Wanted<'a> {
    /// A leaf of the middle authority, good for a year around the tests' time.
    pub fn leaf(subject: &'a str, pair: &'a Pair) -> Self {
        Self {
            subject,
            serial: &[0x10, 0x46, 0x90, 0x01, 0x49],
            pair,
            issuer: (MIDDLE, middle()),
            is_authority: false,
            from: start().plus_s(-YEAR_S / 2),
            until: start().plus_s(YEAR_S / 2),
            sha1: true,
        }
    }

    pub fn authority(subject: &'a str, pair: &'a Pair, issuer: (&'a str, &'a Pair)) -> Self {
        let (from, until) = (start().plus_s(-5 * YEAR_S), start().plus_s(5 * YEAR_S));
        Self { issuer, is_authority: true, from, until, serial: &[7], ..Self::leaf(subject, pair) }
    }

    /// PEM with CR LF, as UnionPay sends it: no line end after the last line.
    pub fn pem(self) -> String {
        let pem = self.made().to_pem(LineEnding::CRLF).unwrap();
        pem.trim_end().to_owned()
    }

    fn made(self) -> Certificate {
        let time = |t: Timestamp| {
            let since_1970 = std::time::Duration::from_secs(t.as_seconds().try_into().unwrap());
            Time::UtcTime(der::asn1::UtcTime::from_unix_duration(since_1970).unwrap())
        };
        let issuer: Name = self.issuer.0.parse().unwrap();
        let profile = match (self.is_authority, self.subject == self.issuer.0) {
            (true, true) => Profile::Root,
            (true, false) => Profile::SubCA { issuer, path_len_constraint: None },
            (false, _) => Profile::Leaf { issuer, enable_key_agreement: true, enable_key_encipherment: true },
        };
        let spki = self.pair.0.to_public_key().to_public_key_der().unwrap();
        let spki = spki::SubjectPublicKeyInfoOwned::from_der(spki.as_bytes()).unwrap();
        let serial = SerialNumber::new(self.serial).unwrap();
        let validity = Validity { not_before: time(self.from), not_after: time(self.until) };
        let subject = self.subject.parse().unwrap();
        if self.sha1 {
            let signer = WithSha1(self.issuer.1);
            let builder = CertificateBuilder::new(profile, serial, validity, subject, spki, &signer).unwrap();
            builder.build::<Sha1Signature>().unwrap()
        } else {
            let signer = rsa::pkcs1v15::SigningKey::<sha2::Sha256>::new(self.issuer.1.0.clone());
            let builder = CertificateBuilder::new(profile, serial, validity, subject, spki, &signer).unwrap();
            builder.build::<rsa::pkcs1v15::Signature>().unwrap()
        }
    }
}

/// The files of one merchant and of UnionPay.
pub struct Chain {
    pub root: String,
    pub middle: String,
    /// UnionPay's.
    pub signer: String,
    /// The merchant's.
    pub own: String,
    /// Key and all three certificates, by the old scheme (RC2-40 and 3DES).
    pub key_file: Vec<u8>,
}

pub fn chain() -> &'static Chain {
    static CHAIN: OnceLock<Chain> = OnceLock::new();
    CHAIN.get_or_init(|| {
        let root = Wanted::authority(ROOT, root(), (ROOT, root())).pem();
        let middle = Wanted::authority(MIDDLE, middle(), (ROOT, self::root())).pem();
        let own = Wanted::leaf(MERCHANT_NAME, merchant()).pem();
        let signer = Wanted { serial: &[0x10, 0x39, 0x30, 0x85, 0x34], ..Wanted::leaf(UNIONPAY, unionpay()) }.pem();
        let key_file = old_key_file(merchant(), &own, &[&middle, &root], PASSWORD);
        Chain { root, middle, signer, own, key_file }
    })
}

pub fn der(pem: &str) -> Vec<u8> {
    Certificate::from_pem(pem).unwrap().to_der().unwrap()
}

/// A key file as old tools write it: certificates by RC2 with 40 bits, the key by triple DES.
pub fn old_key_file(pair: &Pair, own: &str, others: &[&str], password: &str) -> Vec<u8> {
    let others: Vec<Vec<u8>> = others.iter().map(|pem| der(pem)).collect();
    let others: Vec<&[u8]> = others.iter().map(Vec::as_slice).collect();
    p12::PFX::new_with_cas(&der(own), &pair.pkcs8(), &others, password, "merchant").unwrap().to_der()
}

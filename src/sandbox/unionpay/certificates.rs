//! The authority behind every certificate (§3): root, middle, and what the middle issues to
//! UnionPay and to merchants alike, all signed with SHA-1 as the real ones are.
//!
//! Promises: real X.509, made at run time. Forged ones are made on demand: whoever checks only
//! the chain, or only the name, believes one of them.

use std::str::FromStr;
use std::time::Duration;

use rand::{Rng, thread_rng};
use rsa::RsaPrivateKey;
use rsa::pkcs1v15::{Pkcs1v15Sign, Signature, VerifyingKey};
use rsa::signature::{self, Keypair, Signer};
use serde::{Deserialize, Serialize};
use sha1::{Digest, Sha1};
use sha2::Sha256;
use x509_cert::Certificate;
use x509_cert::builder::{Builder, CertificateBuilder, Profile};
use x509_cert::der::asn1::{Any, Null, UtcTime};
use x509_cert::der::oid::ObjectIdentifier;
use x509_cert::der::pem::LineEnding;
use x509_cert::der::{Encode, EncodePem, SecretDocument};
use x509_cert::ext::pkix::ExtendedKeyUsage;
use x509_cert::name::Name;
use x509_cert::serial_number::SerialNumber;
use x509_cert::spki::{self, AlgorithmIdentifierOwned, DynSignatureAlgorithmIdentifier, SubjectPublicKeyInfoOwned};
use x509_cert::time::{Time, Validity};

use super::keys::{AuthorityKeys, KeyPair};
use crate::clock::Timestamp;
use crate::sandbox::SandboxError;

const DAY_S: i64 = 86_400;
const YEAR_S: i64 = 365 * DAY_S;
const AUTHORITY_LIFE_S: i64 = 20 * YEAR_S;
pub(super) const LEAF_LIFE_S: i64 = 5 * YEAR_S;

const ROOT_NAME: &str = "CN=Luodi Sandbox CS CA,O=Luodi Sandbox Certification Authority,C=CN";
const MIDDLE_NAME: &str = "CN=Luodi Sandbox OCA1,O=Luodi Sandbox Certification Authority,C=CN";
const SUBJECT_REST: &str = "OU=Enterprises,O=Luodi Sandbox OCA1,C=CN";
/// §5.6: the third piece says who the owner is.
const UNIONPAY_OWNER: &str = "041@8310000000083040@中国银联股份有限公司@00016495";
/// As the test gateway's own signer was named until 2020.
const TEST_OWNER: &str = "041@Z2017-11-1@00040000:SIGN@00000001";

const SHA1_WITH_RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.5");
const CLIENT_AUTH: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.2");
/// `DigestInfo` of SHA-1 up to the digest (RFC 8017, 9.2).
const SHA1_PREFIX: [u8; 15] =
    [0x30, 0x21, 0x30, 0x09, 0x06, 0x05, 0x2b, 0x0e, 0x03, 0x02, 0x1a, 0x05, 0x00, 0x04, 0x14];

/// How a certificate in a message lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Forgery {
    /// The merchant's own, from the very same authority: a chain alone proves nothing.
    Merchant,
    /// The right chain to another company.
    OtherOwner,
    /// The owner's name without the pieces around it.
    TwoPieceOwner,
    /// Two common names, one of them right.
    TwoOwners,
    Expired,
    NotYetValid,
    /// The right owner, vouched for by nobody.
    SelfSigned,
    /// The right owner under an issuer's name and another issuer's key.
    OtherAuthority,
    /// Issued by the root, past the middle.
    ByRoot,
    /// Right only in UnionPay's test environment.
    TestOwner,
}

/// A certificate issued here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Issued {
    /// §3.3: the serial number in decimal.
    pub(super) cert_id: String,
    /// With LF, as files are.
    pub(super) pem: String,
    pub(super) der: Vec<u8>,
    pub(super) expires_at: Timestamp,
}

impl Issued {
    /// As messages carry it: CR LF, none at the end.
    pub(super) fn inline(&self) -> String {
        self.pem.trim_end().replace('\n', "\r\n")
    }
}

/// Signs with SHA-1, which builders of our day offer no more.
struct LegacySigner(RsaPrivateKey);

impl Keypair for LegacySigner {
    type VerifyingKey = VerifyingKey<Sha256>;

    fn verifying_key(&self) -> Self::VerifyingKey {
        VerifyingKey::new(self.0.to_public_key())
    }
}

impl DynSignatureAlgorithmIdentifier for LegacySigner {
    fn signature_algorithm_identifier(&self) -> spki::Result<AlgorithmIdentifierOwned> {
        Ok(AlgorithmIdentifierOwned { oid: SHA1_WITH_RSA, parameters: Some(Any::from(Null)) })
    }
}

impl Signer<Signature> for LegacySigner {
    fn try_sign(&self, message: &[u8]) -> signature::Result<Signature> {
        let scheme = Pkcs1v15Sign { hash_len: Some(20), prefix: Box::new(SHA1_PREFIX) };
        let signed = self.0.sign(scheme, &Sha1::digest(message)).map_err(signature::Error::from_source)?;
        Signature::try_from(signed.as_slice())
    }
}

/// From when and until when.
#[derive(Clone, Copy)]
struct Term {
    from: Timestamp,
    until: Timestamp,
}

impl Term {
    /// Begins a day ago, so that no clock is too slow for it.
    fn starting(now: Timestamp, life_s: i64) -> Self {
        Self { from: now.plus_s(-DAY_S), until: now.plus_s(life_s) }
    }

    fn validity(self) -> Result<Validity, SandboxError> {
        let time = |at: Timestamp| {
            let since_epoch = Duration::from_secs(u64::try_from(at.as_seconds()).unwrap_or_default());
            UtcTime::from_unix_duration(since_epoch).map(Time::UtcTime).map_err(SandboxError::key)
        };
        Ok(Validity { not_before: time(self.from)?, not_after: time(self.until)? })
    }
}

/// Root and middle, and what a merchant downloads of them.
pub(super) struct Authority {
    pub(super) keys: AuthorityKeys,
    pub(super) root: Issued,
    pub(super) middle: Issued,
    pub(super) signer: Issued,
    pub(super) encryption: Issued,
}

impl Authority {
    pub(super) fn establish(keys: AuthorityKeys, now: Timestamp) -> Result<Self, SandboxError> {
        let term = Term::starting(now, AUTHORITY_LIFE_S);
        let root = sign(&keys.root, &keys.root, Profile::Root, ROOT_NAME, term, &serial(4))?;
        let profile = Profile::SubCA { issuer: named(ROOT_NAME)?, path_len_constraint: None };
        let middle = sign(&keys.root, &keys.middle, profile, MIDDLE_NAME, term, &serial(10))?;
        let term = Term::starting(now, LEAF_LIFE_S);
        let signer = leaf(&keys.middle, MIDDLE_NAME, &keys.unionpay, UNIONPAY_OWNER, term)?;
        let encryption = leaf(&keys.middle, MIDDLE_NAME, &keys.encryption, UNIONPAY_OWNER, term)?;
        Ok(Self { keys, root, middle, signer, encryption })
    }

    /// The merchant's own (§5): from the middle that also issued UnionPay's.
    pub(super) fn issue_for_merchant(
        &self,
        mer_id: &str,
        key: &KeyPair,
        now: Timestamp,
        life_s: i64,
    ) -> Result<Issued, SandboxError> {
        let owner = format!("041@Z2026-01-1@{mer_id}:SIGN@00000001");
        leaf(&self.keys.middle, MIDDLE_NAME, key, &owner, Term::starting(now, life_s))
    }

    /// The next certificates of UnionPay; the ones before stay good.
    pub(super) fn renew(&mut self, now: Timestamp) -> Result<(), SandboxError> {
        let term = Term::starting(now, LEAF_LIFE_S);
        self.signer = leaf(&self.keys.middle, MIDDLE_NAME, &self.keys.unionpay, UNIONPAY_OWNER, term)?;
        self.encryption = leaf(&self.keys.middle, MIDDLE_NAME, &self.keys.encryption, UNIONPAY_OWNER, term)?;
        Ok(())
    }

    /// A certificate that must not be believed, for a key of the forger's.
    pub(super) fn forge(&self, forgery: Forgery, key: &KeyPair, now: Timestamp) -> Result<Issued, SandboxError> {
        let term = Term::starting(now, LEAF_LIFE_S);
        let over = Term { from: now.plus_s(-2 * YEAR_S), until: now.plus_s(-1) };
        let ahead = Term { from: now.plus_s(DAY_S), until: now.plus_s(YEAR_S) };
        let by_middle = |owner: &str, term| leaf(&self.keys.middle, MIDDLE_NAME, key, owner, term);
        match forgery {
            Forgery::Merchant => self.issue_for_merchant("700000000000001", key, now, LEAF_LIFE_S),
            Forgery::OtherOwner => by_middle("041@8310000000083041@某某支付技术有限公司@00016496", term),
            Forgery::TwoPieceOwner => by_middle("041@中国银联股份有限公司", term),
            Forgery::TwoOwners => by_middle(&format!("041@Z1@700000000000001:SIGN@1,CN={UNIONPAY_OWNER}"), term),
            Forgery::TestOwner => by_middle(TEST_OWNER, term),
            Forgery::Expired => by_middle(UNIONPAY_OWNER, over),
            Forgery::NotYetValid => by_middle(UNIONPAY_OWNER, ahead),
            Forgery::SelfSigned => leaf(key, &subject(UNIONPAY_OWNER), key, UNIONPAY_OWNER, term),
            Forgery::OtherAuthority => leaf(key, MIDDLE_NAME, key, UNIONPAY_OWNER, term),
            Forgery::ByRoot => leaf(&self.keys.root, ROOT_NAME, key, UNIONPAY_OWNER, term),
        }
    }
}

fn subject(owner: &str) -> String {
    format!("CN={owner},{SUBJECT_REST}")
}

fn named(text: &str) -> Result<Name, SandboxError> {
    Name::from_str(text).map_err(SandboxError::key)
}

/// §3.3: five bytes that begin with 10, or more than 64 bits.
fn serial(bytes: usize) -> Vec<u8> {
    let mut serial = vec![0_u8; bytes];
    thread_rng().fill(serial.as_mut_slice());
    serial[0] = 0x10;
    serial
}

/// Decimal digits of a number of any size.
pub(super) fn decimal(big_endian: &[u8]) -> String {
    let mut digits: Vec<u8> = vec![0];
    for byte in big_endian {
        let mut carry = u32::from(*byte);
        for digit in &mut digits {
            let value = u32::from(*digit) * 256 + carry;
            *digit = u8::try_from(value % 10).unwrap_or_default();
            carry = value / 10;
        }
        while carry > 0 {
            digits.push(u8::try_from(carry % 10).unwrap_or_default());
            carry /= 10;
        }
    }
    digits.iter().rev().map(|digit| char::from(b'0' + digit)).collect()
}

fn leaf(issuer: &KeyPair, issuer_name: &str, key: &KeyPair, owner: &str, term: Term) -> Result<Issued, SandboxError> {
    let profile =
        Profile::Leaf { issuer: named(issuer_name)?, enable_key_agreement: true, enable_key_encipherment: true };
    sign(issuer, key, profile, &subject(owner), term, &serial(5))
}

fn sign(
    issuer: &KeyPair,
    subject_key: &KeyPair,
    profile: Profile,
    subject: &str,
    term: Term,
    serial: &[u8],
) -> Result<Issued, SandboxError> {
    let is_leaf = matches!(profile, Profile::Leaf { .. });
    let signer = LegacySigner(issuer.private().clone());
    let mut builder = CertificateBuilder::new(
        profile,
        SerialNumber::new(serial).map_err(SandboxError::key)?,
        term.validity()?,
        named(subject)?,
        SubjectPublicKeyInfoOwned::from_key(subject_key.public()).map_err(SandboxError::key)?,
        &signer,
    )
    .map_err(SandboxError::key)?;
    if is_leaf {
        builder.add_extension(&ExtendedKeyUsage(vec![CLIENT_AUTH])).map_err(SandboxError::key)?;
    }
    let certificate: Certificate = builder.build::<Signature>().map_err(SandboxError::key)?;
    Ok(Issued {
        cert_id: decimal(serial),
        pem: certificate.to_pem(LineEnding::LF).map_err(SandboxError::key)?,
        der: certificate.to_der().map_err(SandboxError::key)?,
        expires_at: term.until,
    })
}

/// The merchant's `.pfx` (§3.2): the leaf, the middle and the root in it, as the portal gives it.
pub(super) fn pfx(
    key: &KeyPair,
    leaf: &Issued,
    authority: &Authority,
    password: &str,
) -> Result<Vec<u8>, SandboxError> {
    let (_, private) = SecretDocument::from_pem(key.private_pem()).map_err(SandboxError::key)?;
    let above = [authority.middle.der.as_slice(), authority.root.der.as_slice()];
    let pfx = p12::PFX::new_with_cas(&leaf.der, private.as_bytes(), &above, password, "merchant");
    pfx.map(|pfx| pfx.to_der()).ok_or_else(|| SandboxError::key("the .pfx could not be written"))
}

#[cfg(test)]
mod tests {
    use rsa::pkcs8::DecodePrivateKey as _;
    use x509_cert::der::Decode as _;

    use super::*;

    #[test]
    fn cert_ids_are_the_published_decimals() {
        let told = |digits: &str| decimal(&hex::decode(digits).unwrap());
        assert_eq!(told("1002653215"), "68759663125");
        assert_eq!(told("1046900149"), "69903319369");
        assert_eq!(told("1039308534"), "69678957876");
        assert_eq!(told("18D0F3FC7F7D1DDFC2C6"), "117191299423423768281798");
        assert_eq!(told("00"), "0");
    }

    fn is_issued_by(leaf: &Issued, issuer: &KeyPair) -> bool {
        let certificate = Certificate::from_der(&leaf.der).unwrap();
        let signed = certificate.tbs_certificate.to_der().unwrap();
        let scheme = Pkcs1v15Sign { hash_len: Some(20), prefix: Box::new(SHA1_PREFIX) };
        let signature = certificate.signature.as_bytes().unwrap();
        assert_eq!(certificate.signature_algorithm.oid, SHA1_WITH_RSA);
        issuer.public().verify(scheme, &Sha1::digest(&signed), signature).is_ok()
    }

    #[actix_web::test]
    async fn the_chain_holds_and_each_forgery_breaks_it_in_its_own_place() {
        let now = Timestamp::from_seconds(1_767_240_000);
        let keys = crate::sandbox::unionpay::keys::of_authority().await.unwrap();
        let merchant = crate::sandbox::unionpay::keys::of_merchant(false).await.unwrap();
        let authority = Authority::establish(keys.clone(), now).unwrap();
        assert!(is_issued_by(&authority.root, &keys.root));
        assert!(is_issued_by(&authority.middle, &keys.root));
        assert!(is_issued_by(&authority.signer, &keys.middle));
        assert!(authority.signer.inline().contains("-----\r\nMII"));
        assert!(authority.signer.inline().ends_with("-----END CERTIFICATE-----"));
        let owner = |issued: &Issued| {
            let subject = Certificate::from_der(&issued.der).unwrap().tbs_certificate.subject;
            let names = subject.0.iter().flat_map(|part| part.0.iter());
            let texts = names.filter(|name| name.oid.to_string() == "2.5.4.3");
            texts.map(|name| String::from_utf8_lossy(name.value.value()).into_owned()).collect::<Vec<_>>()
        };
        assert_eq!(owner(&authority.signer), [UNIONPAY_OWNER]);
        for (forgery, by_middle, names) in [
            (Forgery::Merchant, true, 1),
            (Forgery::OtherOwner, true, 1),
            (Forgery::TwoOwners, true, 2),
            (Forgery::Expired, true, 1),
            (Forgery::SelfSigned, false, 1),
            (Forgery::OtherAuthority, false, 1),
            (Forgery::ByRoot, false, 1),
        ] {
            let forged = authority.forge(forgery, &merchant, now).unwrap();
            assert_eq!(is_issued_by(&forged, &keys.middle), by_middle, "{forgery:?}");
            assert_eq!(owner(&forged).len(), names, "{forgery:?}");
        }
        assert!(authority.forge(Forgery::Expired, &merchant, now).unwrap().expires_at < now);
        assert!(is_issued_by(&authority.forge(Forgery::ByRoot, &merchant, now).unwrap(), &keys.root));
    }

    #[actix_web::test]
    async fn the_pfx_opens_with_its_password_alone_and_holds_three_certificates() {
        let now = Timestamp::from_seconds(1_767_240_000);
        let keys = crate::sandbox::unionpay::keys::of_authority().await.unwrap();
        let merchant = crate::sandbox::unionpay::keys::of_merchant(false).await.unwrap();
        let authority = Authority::establish(keys, now).unwrap();
        let leaf = authority.issue_for_merchant("777290058110048", &merchant, now, LEAF_LIFE_S).unwrap();
        let file = pfx(&merchant, &leaf, &authority, "000000").unwrap();
        let opened = p12::PFX::parse(&file).unwrap();
        assert!(opened.verify_mac("000000") && !opened.verify_mac("000001"));
        let key = opened.key_bags("000000").unwrap().remove(0);
        let private = RsaPrivateKey::from_pkcs8_der(&key).unwrap();
        assert_eq!(private.to_public_key(), merchant.public());
        assert_eq!(opened.cert_x509_bags("000000").unwrap().len(), 3);
    }
}

//! Certificates of the stand-in's Alipay: an authority, what it issues, and the serial numbers
//! (SN) by which calls and answers name them (§7).
//!
//! Promises: real X.509 chains (root, intermediate, leaf) made at run time. The root bundle is
//! laid out as the genuine one, with the SM2 and ECDSA roots that must be skipped. SNs are
//! computed here from names and numbers, with code of this file. An application certificate's
//! SN always begins with a zero: one in sixteen does, and a missing pad is found at once.
//! Refuses to judge chains: that is the client's part.

use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest, Md5};
use rand::{Rng, rngs::OsRng, thread_rng};
use rsa::pkcs1v15::{Signature, SigningKey};
use rsa::signature::Keypair as _;
use rsa::{RsaPrivateKey, RsaPublicKey};
use sha2::Sha256;
use x509_cert::Certificate;
use x509_cert::builder::{Builder, CertificateBuilder, Profile};
use x509_cert::der::asn1::GeneralizedTime;
use x509_cert::der::pem::LineEnding;
use x509_cert::der::{Decode, EncodePem};
use x509_cert::name::Name;
use x509_cert::serial_number::SerialNumber;
use x509_cert::spki::SubjectPublicKeyInfoOwned;
use x509_cert::time::{Time, Validity};

use crate::clock::Timestamp;
use crate::sandbox::SandboxError;

/// The published file of the real Alipay: an SM2 root, its own RSA root, an ECDSA root and a
/// foreign RSA root. Ours takes the place of the second.
const PRODUCTION_ROOTS: &str = include_str!("production_roots.pem");

const KEY_BITS: usize = 2048;
const DAY_S: i64 = 86_400;
const YEAR_S: i64 = 365 * DAY_S;
pub(super) const ROOT_LIFE_S: i64 = 20 * YEAR_S;
pub(super) const INTERMEDIATE_LIFE_S: i64 = 10 * YEAR_S;
pub(super) const LEAF_LIFE_S: i64 = 5 * YEAR_S;

const ROOT_NAME: &str = "CN=Luodi Sandbox Certification Authority R1,OU=Certification Authority,O=Luodi Sandbox,C=CN";
/// Issues applications' certificates.
const CLASS_1_NAME: &str =
    "CN=Luodi Sandbox Certification Authority Class 1 R1,OU=Certification Authority,O=Luodi Sandbox,C=CN";
/// Issues Alipay's own.
const CLASS_2_NAME: &str =
    "CN=Luodi Sandbox Certification Authority Class 2 R1,OU=Certification Authority,O=Luodi Sandbox,C=CN";
const ALIPAY_NAME: &str = "CN=Luodi Sandbox Alipay,OU=Alipay,O=Luodi Sandbox,C=CN";

/// The keys of an authority. Slow to make: once per process, off the async threads.
#[derive(Clone)]
pub(super) struct AuthorityKeys {
    root: Arc<SigningKey<Sha256>>,
    intermediate: Arc<SigningKey<Sha256>>,
}

impl AuthorityKeys {
    pub(super) fn generate() -> Result<Self, SandboxError> {
        let make = || RsaPrivateKey::new(&mut OsRng, KEY_BITS).map(|key| Arc::new(SigningKey::new(key)));
        Ok(Self { root: make().map_err(SandboxError::key)?, intermediate: make().map_err(SandboxError::key)? })
    }

    /// Keys for an authority of the same names that the root bundle does not vouch for: what
    /// it issues must be refused by whoever checks signatures and not only names.
    #[cfg(test)]
    pub(super) fn impostor(&self) -> Self {
        Self { root: Arc::clone(&self.intermediate), intermediate: Arc::clone(&self.root) }
    }
}

/// A certificate issued here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Issued {
    /// §7.1: 32 lower-case hex digits.
    pub(super) sn: String,
    /// The certificate alone.
    pub(super) pem: String,
    /// The certificate, then the intermediate that issued it: as `alipayCertPublicKey_RSA2.crt` may be.
    pub(super) chain_pem: String,
    pub(super) effective_at: Timestamp,
    pub(super) expires_at: Timestamp,
}

impl Issued {
    pub(super) fn is_in_force(&self, now: Timestamp) -> bool {
        self.effective_at <= now && now < self.expires_at
    }

    /// `alipay_cert_content` of `alipay.open.app.alipaycert.download` (§7.5).
    pub(super) fn download_content(&self) -> String {
        STANDARD.encode(&self.chain_pem)
    }
}

/// Root and intermediates: what stands behind every certificate of one sandbox.
pub(super) struct Authority {
    keys: AuthorityKeys,
    /// `alipayRootCert.crt` as a merchant gets it.
    root_bundle: String,
    root_cert_sn: String,
    class_1_pem: String,
    class_2_pem: String,
}

impl Authority {
    pub(super) fn establish(keys: &AuthorityKeys, now: Timestamp) -> Result<Self, SandboxError> {
        Self::establish_with(keys, now, INTERMEDIATE_LIFE_S)
    }

    /// With intermediates of another life: those of the real sandbox ran out while in use (§7.5).
    pub(super) fn establish_with(
        keys: &AuthorityKeys,
        now: Timestamp,
        intermediate_life_s: i64,
    ) -> Result<Self, SandboxError> {
        let root_term = Term::starting(now, ROOT_LIFE_S);
        let root =
            sign(&keys.root, &keys.root.verifying_key().into(), Profile::Root, ROOT_NAME, &root_term, &serial())?;
        let intermediate = |name| {
            let profile = Profile::SubCA { issuer: named(ROOT_NAME)?, path_len_constraint: Some(0) };
            let public = RsaPublicKey::from(keys.intermediate.verifying_key());
            let term = Term::starting(now, intermediate_life_s);
            pem_of(&sign(&keys.root, &public, profile, name, &term, &serial())?)
        };
        let root_bundle = bundle_around(&pem_of(&root)?);
        let root_cert_sn = root_sn(&root_bundle).ok_or_else(|| SandboxError::key("the root bundle has no RSA root"))?;
        Ok(Self {
            class_1_pem: intermediate(CLASS_1_NAME)?,
            class_2_pem: intermediate(CLASS_2_NAME)?,
            keys: keys.clone(),
            root_bundle,
            root_cert_sn,
        })
    }

    pub(super) fn root_bundle(&self) -> &str {
        &self.root_bundle
    }

    /// What calls must carry as `alipay_root_cert_sn`.
    pub(super) fn root_cert_sn(&self) -> &str {
        &self.root_cert_sn
    }

    /// `appCertPublicKey_<app_id>.crt`. A short life makes one that must be warned of.
    pub(super) fn issue_for_application(
        &self,
        app_id: &str,
        key: &RsaPublicKey,
        now: Timestamp,
        life_s: i64,
    ) -> Result<Issued, SandboxError> {
        let issuer = named(CLASS_1_NAME)?;
        let serial = loop {
            let serial = serial();
            if sn(&issuer, &serial).starts_with('0') {
                break serial;
            }
        };
        let subject = format!("CN={app_id},OU=Alipay,O=Luodi Sandbox Merchant,C=CN");
        self.issue_leaf(&self.class_1_pem, issuer, &subject, key, &Term::starting(now, life_s), &serial)
    }

    /// `alipayCertPublicKey_RSA2.crt`. Asked for again with another key it is the next one: a rotation.
    pub(super) fn issue_for_alipay(
        &self,
        key: &RsaPublicKey,
        now: Timestamp,
        life_s: i64,
    ) -> Result<Issued, SandboxError> {
        let term = Term::starting(now, life_s);
        self.issue_leaf(&self.class_2_pem, named(CLASS_2_NAME)?, ALIPAY_NAME, key, &term, &serial())
    }

    fn issue_leaf(
        &self,
        issuer_pem: &str,
        issuer: Name,
        subject: &str,
        key: &RsaPublicKey,
        term: &Term,
        serial: &[u8],
    ) -> Result<Issued, SandboxError> {
        let sn = sn(&issuer, serial);
        let profile = Profile::Leaf { issuer, enable_key_agreement: false, enable_key_encipherment: false };
        let pem = pem_of(&sign(&self.keys.intermediate, key, profile, subject, term, serial)?)?;
        let chain_pem = format!("{pem}{issuer_pem}");
        Ok(Issued { sn, pem, chain_pem, effective_at: term.from, expires_at: term.until })
    }
}

struct Term {
    from: Timestamp,
    until: Timestamp,
}

impl Term {
    /// Begins a day ago, so that no clock is too slow for it.
    fn starting(now: Timestamp, life_s: i64) -> Self {
        Self { from: now.plus_s(-DAY_S), until: now.plus_s(life_s) }
    }
}

fn named(text: &str) -> Result<Name, SandboxError> {
    Name::from_str(text).map_err(SandboxError::key)
}

/// 126 bits, as the real ones have: more than any machine integer but `u128` holds.
fn serial() -> [u8; 16] {
    let mut serial = [0_u8; 16];
    thread_rng().fill(&mut serial[..]);
    serial[0] = (serial[0] & 0x1f) | 0x20;
    serial
}

fn time(at: Timestamp) -> Result<Time, SandboxError> {
    let since_epoch = Duration::from_secs(u64::try_from(at.as_seconds()).unwrap_or_default());
    GeneralizedTime::from_unix_duration(since_epoch).map(Time::GeneralTime).map_err(SandboxError::key)
}

fn sign(
    issuer_key: &SigningKey<Sha256>,
    subject_key: &RsaPublicKey,
    profile: Profile,
    subject: &str,
    term: &Term,
    serial: &[u8],
) -> Result<Certificate, SandboxError> {
    let validity = Validity { not_before: time(term.from)?, not_after: time(term.until)? };
    let builder = CertificateBuilder::new(
        profile,
        SerialNumber::new(serial).map_err(SandboxError::key)?,
        validity,
        named(subject)?,
        SubjectPublicKeyInfoOwned::from_key(subject_key.clone()).map_err(SandboxError::key)?,
        issuer_key,
    )
    .map_err(SandboxError::key)?;
    builder.build::<Signature>().map_err(SandboxError::key)
}

fn pem_of(certificate: &Certificate) -> Result<String, SandboxError> {
    certificate.to_pem(LineEnding::LF).map_err(SandboxError::key)
}

/// The published bundle with our root in the place of Alipay's.
fn bundle_around(root_pem: &str) -> String {
    let genuine = blocks(PRODUCTION_ROOTS);
    let mut bundle: String = genuine
        .iter()
        .enumerate()
        .map(|(at, block)| if at == 1 { root_pem.to_owned() } else { format!("{block}\n") })
        .collect();
    // The genuine file ends without a line break.
    bundle.truncate(bundle.trim_end().len());
    bundle
}

const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
const END: &str = "-----END CERTIFICATE-----";

/// Every PEM block of a text with its marks, in order.
fn blocks(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some((from, until)) = rest.find(BEGIN).and_then(|from| Some((from, rest.find(END)? + END.len()))) {
        let Some(block) = rest.get(from..until) else { break };
        found.push(block);
        rest = &rest[until..];
    }
    found
}

fn certificate_in(block: &str) -> Option<Certificate> {
    let body = block.strip_prefix(BEGIN)?.strip_suffix(END)?;
    let body: String = body.split_whitespace().collect();
    Certificate::from_der(&STANDARD.decode(body).ok()?).ok()
}

/// The SN of the first certificate in a PEM text: `app_cert_sn`, `alipay_cert_sn` (§7.2, §7.4).
#[cfg(test)]
pub(super) fn certificate_sn(pem: &str) -> Option<String> {
    certificate_in(blocks(pem).first()?).map(|first| sn_of(&first))
}

/// `alipay_root_cert_sn` of a bundle (§7.3): the SNs of those signed with RSA, in file order.
pub(super) fn root_sn(bundle: &str) -> Option<String> {
    const ANY_RSA_SIGNATURE: &str = "1.2.840.113549.1.1.";
    let by_rsa =
        |certificate: &Certificate| certificate.signature_algorithm.oid.to_string().starts_with(ANY_RSA_SIGNATURE);
    // What cannot be read is no RSA root: strict parsers fail on SM2.
    let sns: Vec<String> =
        blocks(bundle).into_iter().filter_map(certificate_in).filter(by_rsa).map(|found| sn_of(&found)).collect();
    (!sns.is_empty()).then(|| sns.join("_"))
}

fn sn_of(certificate: &Certificate) -> String {
    let own = &certificate.tbs_certificate;
    sn(&own.issuer, own.serial_number.as_bytes())
}

/// MD5 over the issuer's name, last part first, and the serial number in decimal (§7.1).
fn sn(issuer: &Name, serial: &[u8]) -> String {
    let parts: Vec<String> = issuer
        .0
        .iter()
        .rev()
        .flat_map(|part| part.0.iter())
        .map(|attribute| {
            let kind = attribute.oid.to_string();
            format!("{}={}", short_name(&kind), String::from_utf8_lossy(attribute.value.value()))
        })
        .collect();
    hex::encode(Md5::digest(format!("{}{}", parts.join(","), decimal(serial))))
}

fn short_name(oid: &str) -> &str {
    match oid {
        "2.5.4.3" => "CN",
        "2.5.4.6" => "C",
        "2.5.4.7" => "L",
        "2.5.4.8" => "ST",
        "2.5.4.9" => "STREET",
        "2.5.4.10" => "O",
        "2.5.4.11" => "OU",
        "0.9.2342.19200300.100.1.25" => "DC",
        "0.9.2342.19200300.100.1.1" => "UID",
        other => other,
    }
}

/// A big-endian whole number of any length in decimal, without leading zeros.
fn decimal(big_endian: &[u8]) -> String {
    let mut digits = vec![0_u8];
    for byte in big_endian {
        let mut carry = u16::from(*byte);
        for digit in &mut digits {
            let value = u16::from(*digit) * 256 + carry;
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

#[cfg(test)]
mod tests;

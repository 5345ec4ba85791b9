//! Known certificates and their numbers, computed elsewhere (§7.3, §19.2); then our own.

use rsa::pkcs1v15::VerifyingKey;
use rsa::pkcs8::DecodePublicKey;
use rsa::signature::Verifier;
use x509_cert::der::Encode;

use super::*;

const NOW: Timestamp = Timestamp::from_seconds(1_767_294_245);

fn authority() -> (AuthorityKeys, Authority) {
    use std::sync::OnceLock;
    static KEYS: OnceLock<AuthorityKeys> = OnceLock::new();
    let keys = KEYS.get_or_init(|| AuthorityKeys::generate().unwrap());
    (keys.clone(), Authority::establish(keys, NOW).unwrap())
}

/// Any key will do for a leaf.
fn key() -> RsaPublicKey {
    RsaPublicKey::from(authority().0.root.verifying_key())
}

fn is_signed_by(certificate: &Certificate, issuer: &Certificate) -> bool {
    let spki = issuer.tbs_certificate.subject_public_key_info.to_der().unwrap();
    let key = VerifyingKey::<Sha256>::new(RsaPublicKey::from_public_key_der(&spki).unwrap());
    let signature = Signature::try_from(certificate.signature.raw_bytes()).unwrap();
    certificate.tbs_certificate.issuer == issuer.tbs_certificate.subject
        && key.verify(&certificate.tbs_certificate.to_der().unwrap(), &signature).is_ok()
}

fn first(pem: &str) -> Certificate {
    certificate_in(blocks(pem)[0]).unwrap()
}

#[test]
fn numbers_of_known_certificates_come_out_as_others_computed_them() {
    assert_eq!(certificate_sn(VECTOR_APP).unwrap(), "0a6c028596678a4aee9294b49c026105");
    assert_eq!(certificate_sn(VECTOR_ALIPAY).unwrap(), "230463797069be31769bef0d3d2e0b6a");
    assert_eq!(root_sn(VECTOR_ROOT).unwrap(), "0a567f8971444eae4c96a84b84a3c1ed");
}

#[test]
fn the_published_root_file_gives_the_published_number() {
    let expected = "687b59193f3f462dd5336e5abf83c5d8_02941eef3187dddf3d3b83462e1dfcf6";
    assert_eq!(root_sn(PRODUCTION_ROOTS).unwrap(), expected);
    assert_eq!(root_sn(&PRODUCTION_ROOTS.replace('\n', "\r\n")).unwrap(), expected, "line breaks do not matter");
    assert_eq!(root_sn(PRODUCTION_ROOTS.trim_end()).unwrap(), expected, "nor does the last one");
    let without_rsa: String = [0, 2].map(|at| blocks(PRODUCTION_ROOTS)[at]).concat();
    assert_eq!(root_sn(&without_rsa), None, "a bundle without an RSA root has no number");
}

#[test]
fn numbers_of_published_issuers_come_out_with_their_leading_zeros() {
    let class = |class: &str, test: &str| {
        format!(
            "CN=Ant Financial Certification Authority Class {class} R1{test},\
             OU=Certification Authority{test},O=Ant Financial{test},C=CN"
        )
    };
    for (issuer, serial, expected) in [
        (class("1", ""), 42_701_552_708_448_241_360_226_107_228_231_049_510_u128, "866efef280dec9137a87d047ac446315"),
        (class("2", ""), 42_701_552_432_456_004_857_627_230_056_898_180_491, "7513daaaa48aa3ba2e4018d84402479c"),
        (class("1", ""), 42_712_159_853_485_664_734_988_410_207_670_441_580, "0163beb97c5bccf6ee5b43056c8dab55"),
        (class("2", ""), 42_711_917_647_981_904_680_839_937_497_181_678_123, "8afa5540ebf1afd4e926818e277f2628"),
        (class("2", " test"), 42_717_149_582_936_021_875_350_330_600_809_583_375, "05d88faef76d723019c5c14d3ecd014a"),
        (class("2", " test"), 42_727_596_570_937_250_296_276_815_632_325_160_726, "9c51a0ddeb34866e5a331e613f57bf0f"),
    ] {
        assert_eq!(sn(&named(&issuer).unwrap(), &serial.to_be_bytes()), expected, "{issuer} {serial}");
    }
}

#[test]
fn our_bundle_is_laid_out_as_the_genuine_one() {
    let (_, authority) = authority();
    let bundle = authority.root_bundle();
    assert_eq!(blocks(bundle).len(), 4);
    assert_eq!(blocks(bundle)[0], blocks(PRODUCTION_ROOTS)[0], "the SM2 root");
    assert_eq!(blocks(bundle)[2], blocks(PRODUCTION_ROOTS)[2], "the ECDSA root");
    let own = certificate_sn(blocks(bundle)[1]).unwrap();
    assert_eq!(authority.root_cert_sn(), format!("{own}_02941eef3187dddf3d3b83462e1dfcf6"));
    assert!(bundle.ends_with(END));
}

#[test]
fn what_is_issued_leads_to_the_root_of_the_bundle() {
    let (_, authority) = authority();
    let root = certificate_in(blocks(authority.root_bundle())[1]).unwrap();
    for issued in [
        authority.issue_for_application("2021000000000001", &key(), NOW, LEAF_LIFE_S).unwrap(),
        authority.issue_for_alipay(&key(), NOW, LEAF_LIFE_S).unwrap(),
    ] {
        let intermediate = certificate_in(blocks(&issued.chain_pem)[1]).unwrap();
        assert!(is_signed_by(&first(&issued.pem), &intermediate));
        assert!(is_signed_by(&intermediate, &root));
        assert_eq!(certificate_sn(&issued.pem).as_deref(), Some(issued.sn.as_str()));
        assert_eq!(certificate_sn(&issued.chain_pem).as_deref(), Some(issued.sn.as_str()));
        assert_eq!(STANDARD.decode(issued.download_content()).unwrap(), issued.chain_pem.as_bytes());
    }
}

#[test]
fn an_applications_number_begins_with_the_zero_that_is_easily_lost() {
    let (_, authority) = authority();
    for _ in 0..5 {
        let issued = authority.issue_for_application("2021000000000001", &key(), NOW, DAY_S).unwrap();
        assert!(issued.sn.starts_with('0') && issued.sn.len() == 32, "{}", issued.sn);
    }
}

#[test]
fn a_rotation_is_another_certificate_of_the_same_authority() {
    let (_, authority) = authority();
    let [old, next] = [0, 1].map(|_| authority.issue_for_alipay(&key(), NOW, LEAF_LIFE_S).unwrap());
    assert_ne!(old.sn, next.sn);
    assert_eq!(blocks(&old.chain_pem)[1], blocks(&next.chain_pem)[1]);
}

#[test]
fn an_impostor_has_the_names_but_not_the_signature() {
    let (keys, authority) = authority();
    let root = certificate_in(blocks(authority.root_bundle())[1]).unwrap();
    let impostor = Authority::establish(&keys.impostor(), NOW).unwrap();
    let forged = impostor.issue_for_alipay(&key(), NOW, LEAF_LIFE_S).unwrap();
    let intermediate = certificate_in(blocks(&forged.chain_pem)[1]).unwrap();
    assert_eq!(intermediate.tbs_certificate.issuer, root.tbs_certificate.subject);
    assert!(!is_signed_by(&intermediate, &root));
}

#[test]
fn lives_are_as_asked_for() {
    let (keys, authority) = authority();
    let soon = authority.issue_for_application("2021000000000001", &key(), NOW, 7 * DAY_S).unwrap();
    let written = first(&soon.pem).tbs_certificate.validity.not_after.to_unix_duration().as_secs();
    assert_eq!(i64::try_from(written).unwrap(), NOW.plus_s(7 * DAY_S).as_seconds());
    assert!(soon.is_in_force(NOW) && !soon.is_in_force(NOW.plus_s(7 * DAY_S)));
    let outlived = Authority::establish_with(&keys, NOW, -1).unwrap();
    let leaf = outlived.issue_for_alipay(&key(), NOW, LEAF_LIFE_S).unwrap();
    let intermediate = certificate_in(blocks(&leaf.chain_pem)[1]).unwrap();
    let until = intermediate.tbs_certificate.validity.not_after.to_unix_duration().as_secs();
    assert!(until < u64::try_from(NOW.as_seconds()).unwrap(), "the intermediate is out of date, the leaf is not");
    assert!(leaf.is_in_force(NOW));
}

#[test]
fn numbers_of_any_length_are_written_in_decimal() {
    assert_eq!(decimal(&[0]), "0");
    assert_eq!(decimal(&[0, 0, 1, 0]), "256");
    assert_eq!(decimal(&u128::MAX.to_be_bytes()), u128::MAX.to_string());
}

const VECTOR_ROOT: &str = "-----BEGIN CERTIFICATE-----
MIIDVDCCAjygAwIBAgIBTTANBgkqhkiG9w0BAQsFADBjMQswCQYDVQQGEwJDTjEU
MBIGA1UECgwLVmVjdG9yIFRlc3QxIDAeBgNVBAsMF0NlcnRpZmljYXRpb24gQXV0
aG9yaXR5MRwwGgYDVQQDDBNWZWN0b3IgVGVzdCBSb290IFIxMB4XDTI0MDEwMTAw
MDAwMFoXDTQ5MDEwMTAwMDAwMFowYzELMAkGA1UEBhMCQ04xFDASBgNVBAoMC1Zl
Y3RvciBUZXN0MSAwHgYDVQQLDBdDZXJ0aWZpY2F0aW9uIEF1dGhvcml0eTEcMBoG
A1UEAwwTVmVjdG9yIFRlc3QgUm9vdCBSMTCCASIwDQYJKoZIhvcNAQEBBQADggEP
ADCCAQoCggEBAMBQ5kkiFUHVbZhij5L2Q9uIVe9/dTW77meStsN5qEL283rn/AYH
YHIgXmrUHtUFBSZRC/9jsH9E04aGxPTTAyiwJWDGlUw7SwTE+Vucxs7HfPQHLdJT
e5xCmdsgrS4rxSuQ8EoXN3zxyaGY742ow81aXMp1/pf2qfBGzDsfOktjULwiOLQq
IfVTF9RaNty0PoU8ohDC+ox68tjrADCRwJcZUGl6ODrvnOj8jsQl6wM5SErB8nMQ
kbI8f6TVUaiOPyV4PB29mWAh6NBpLlIsQlvgedNRJnw3gZhy2nIZ0TKo/V+m7Ee9
2oFM75He+mCfHldtLdwbhwbLEKu9dgzOBkMCAwEAAaMTMBEwDwYDVR0TAQH/BAUw
AwEB/zANBgkqhkiG9w0BAQsFAAOCAQEAGKhdLjBc6sMtcE+SYduoLPrLfkBMWLld
NkGWLpei2MsqVQv5ahWZ0Hhaq/aWoz2tY0LyhVdyFJPjmcT9MxgJWxvqafkbFuuR
epCGehfvfy+PV0Re+st78s9neM3JedUaMCRzXzzU2Zs0LN7H5a/heQbFOAoOYwPs
gUe/C13rgf8qJHkueYu6zB8PP8lHw/wo+jOVCa51HOQYYA41woiLzvPuI5KAC73j
QKSGdSFbYYtuKse6s1xvqRlQToUR+zg/pVjjckT/eRIxynxoIjEMsqeGPNVYCAiV
LUVx7tP+EHNhZeNT6Pg3xYFPS+7z8lUHQcZtlKpz5f0rnCIgoxUXVw==
-----END CERTIFICATE-----";
const VECTOR_APP: &str = "-----BEGIN CERTIFICATE-----
MIIDJTCCAg2gAwIBAgIQAL43Hht7bLQ0ophcaAAAHDANBgkqhkiG9w0BAQsFADBj
MQswCQYDVQQGEwJDTjEUMBIGA1UECgwLVmVjdG9yIFRlc3QxIDAeBgNVBAsMF0Nl
cnRpZmljYXRpb24gQXV0aG9yaXR5MRwwGgYDVQQDDBNWZWN0b3IgVGVzdCBSb290
IFIxMB4XDTI0MDEwMTAwMDAwMFoXDTQ5MDEwMTAwMDAwMFowKDELMAkGA1UEBhMC
Q04xGTAXBgNVBAMMEDIwMjEwMDAwMDAwMDAwMDEwggEiMA0GCSqGSIb3DQEBAQUA
A4IBDwAwggEKAoIBAQC+P78aRQ3qZZ/51gUmBYduvR4ktwNS/ljAmiUAG7UNixUM
EER5cCmFSbTZ7qw91vrhXzeWfQOtCOkQyTF0jKqAjMINDOi/Tr8UD6XR3Odh3FGV
Mx747CXSQxuDHYEQULa3iglnjA5r4+9ltsUncdIRTvl/gPsSfk3vmOkZtRqNIO8N
havfOMzEcoRmFmEU5RqJF4SFbo/u97mT+IRpKc7rOJyfcY6+VFImPHl6v17u8Ibp
uMmRpYP2tJ2FLqQtwfxdtFAL+w8hkroPXYA5792dEt+huLQwQpwz8yr2JCcjdys/
bpskFAWOIh7EgMeyvR9lmynyzr+02ygVwWpmiaOrAgMBAAGjEDAOMAwGA1UdEwEB
/wQCMAAwDQYJKoZIhvcNAQELBQADggEBAI8AmePDMcO1/sWpN3ThiUQwyyGoRASr
wr+YqTfVUgJPzGGoaN5ZXmvOcMZ7em3+zvGooxe+iu4FVopXD5RdGGITsFGcn4wJ
vBP1OuHAXsaape5drEgIVhWaTwOjT0CcXclcm3XAP4xvDewAe0YraumEJaeYuj3l
fVHNo1MXz4UrODbFU3J5FgJLYBYNXQDtrOw03gQy31KFibVS9eQMDNgAyvY2SsTK
rFqiBlS3oBvoXUeAU2vvfpebxOsLOgJCI7j/kn1fMQln0rPiSP/V/vdsu7OSTxgS
fj47/p/8fMpoufC2aBL7/1O/A2xkQhG4pOkQl9dLSrmKHUxVwcN96YI=
-----END CERTIFICATE-----";
const VECTOR_ALIPAY: &str = "-----BEGIN CERTIFICATE-----
MIIDFTCCAf2gAwIBAgIDBnkyMA0GCSqGSIb3DQEBCwUAMGMxCzAJBgNVBAYTAkNO
MRQwEgYDVQQKDAtWZWN0b3IgVGVzdDEgMB4GA1UECwwXQ2VydGlmaWNhdGlvbiBB
dXRob3JpdHkxHDAaBgNVBAMME1ZlY3RvciBUZXN0IFJvb3QgUjEwHhcNMjQwMTAx
MDAwMDAwWhcNNDkwMTAxMDAwMDAwWjAlMQswCQYDVQQGEwJDTjEWMBQGA1UEAwwN
VmVjdG9yIEFsaXBheTCCASIwDQYJKoZIhvcNAQEBBQADggEPADCCAQoCggEBAN9V
8FKsKWS+qrtCXKCIDDA47X7ckBBuYixUmSduKJ6qOTQu5jkNx/uI23U/ZgEqIytl
1XGXoCRPlZyPPtgI5ei8tgtlGklVz7li3/+8qPq8wnoRdRl6AUC8htTirxJzpKvN
/AZYQOoulyPYCravCWOpYVXjE0ZRt+ec7XOvRrgPWz+1egpO3Htwlp5MKGZOgazq
fSayFeLeZtuXF0JX/qMhG5N0Xq4GUXDjoBc473IRPmngvRMwH+10rQAp831NEWD7
kO6tk188E5sId8/c2RHW6afktSXvYg/dRHiRwquKgFXOVr0SDka9wTZcTV5TOi16
NdSgST0KY8JHZzz6NCkCAwEAAaMQMA4wDAYDVR0TAQH/BAIwADANBgkqhkiG9w0B
AQsFAAOCAQEAtM2xp0mh4sEKYcfNn7PpSkxNw65LIlx7t+O8FHIo6t/csHTMBaNn
8dZdAhZVv9um4XzlBhDWrzMcKdw3OqILV0SfNsmiZ6ux+/gTD6Ips5JXy3GLFJA7
+VX+5agWDuFtdrU0Xnl5iii8b5zYmnwUAR5ZLGqZVFABoY+6gzcn1DqymALbQi9d
7e/uYUSsS2Xe9Qir6amK4PSMyF3ILGbiMnfxL2Q8XoVIPHO55hgJzBJNG7GiRtjE
sW7tRa0TAt+u+TdAPhnIgSkSP34y+GKrKCSBfw3NQQHYTCACwEMK7liVQDVVgwUw
fZIsShCXAly8GprlblEAC7nKri6aq7hzyg==
-----END CERTIFICATE-----";

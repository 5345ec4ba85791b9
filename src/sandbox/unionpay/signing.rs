//! Signatures of both sides (§4): with a certificate (01) or with a secure key (11, 12).
//!
//! Promises: written from the protocol alone; the digest is hashed twice for 01, as there.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rsa::RsaPublicKey;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use sm3::Sm3;

use super::keys::{KeyPair, is_signed_by};
use super::messages::{Charset, Fields, canonical};

/// `signMethod`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignMethod {
    /// `01`: RSA under the certificates of both sides.
    #[default]
    Certificate,
    /// `11`: SHA-256 with a key that both sides know.
    SecureKeySha256,
    /// `12`: SM3 with a key that both sides know.
    SecureKeySm3,
}

impl SignMethod {
    pub(super) fn code(self) -> &'static str {
        match self {
            Self::Certificate => "01",
            Self::SecureKeySha256 => "11",
            Self::SecureKeySm3 => "12",
        }
    }
}

/// §4.2: 64 lower-case hex digits, which RSA signs as text.
pub(super) fn digest(message: &[u8]) -> String {
    hex::encode(Sha256::digest(message))
}

fn sm3_digest(message: &[u8]) -> String {
    use sm3::Digest as _;
    hex::encode(Sm3::digest(message).as_slice())
}

fn message(fields: &Fields, keeps_empty: bool) -> Vec<u8> {
    Charset::of(fields).encode(&canonical(fields, keeps_empty))
}

/// `signature` for method 01.
pub(super) fn sign(fields: &Fields, keeps_empty: bool, key: &KeyPair) -> String {
    STANDARD.encode(key.sign(digest(&message(fields, keeps_empty)).as_bytes()))
}

/// Whether a request was signed by the key; empty fields are no part of it.
pub(super) fn is_signed(fields: &Fields, key: &RsaPublicKey) -> bool {
    let signature = fields.get("signature").and_then(|text| STANDARD.decode(text).ok());
    signature.is_some_and(|bytes| is_signed_by(key, digest(&message(fields, false)).as_bytes(), &bytes))
}

/// `signature` for methods 11 and 12: the digest of the message and the key's own digest.
pub(super) fn keyed(fields: &Fields, keeps_empty: bool, secure_key: &str, method: SignMethod) -> String {
    let digest: fn(&[u8]) -> String = match method {
        SignMethod::SecureKeySm3 => sm3_digest,
        SignMethod::Certificate | SignMethod::SecureKeySha256 => digest,
    };
    let mut signed = message(fields, keeps_empty);
    signed.push(b'&');
    signed.extend(digest(secure_key.as_bytes()).into_bytes());
    digest(&signed)
}

#[cfg(test)]
mod tests {
    use rsa::pkcs8::DecodePublicKey as _;
    use x509_cert::der::{DecodePem as _, Encode as _};

    use super::*;
    use crate::sandbox::unionpay::messages::{fields, read_form};

    /// Vector 1 of the protocol notes: a purchase request.
    fn purchase() -> Fields {
        fields([
            ("version", "5.1.0"),
            ("encoding", "UTF-8"),
            ("signMethod", "01"),
            ("txnType", "01"),
            ("txnSubType", "01"),
            ("bizType", "000201"),
            ("channelType", "07"),
            ("accessType", "0"),
            ("merId", "777290058110048"),
            ("orderId", "ORD20260102030405"),
            ("txnTime", "20260102110405"),
            ("txnAmt", "1234"),
            ("currencyCode", "156"),
            ("frontUrl", "https://shop.example/pay/return?s=1&t=2"),
            ("backUrl", "https://shop.example/pay/notify"),
            ("payTimeout", "20260102111905"),
            ("riskRateInfo", "{commodityName=测试商品}"),
            ("reqReserved", "cart|42|北京"),
            ("certId", "68719476889"),
            ("subMerId", ""),
            ("signature", SIGNATURE),
        ])
    }

    const SIGNATURE: &str = "nxdvCElxNOHaCz2sa1jiCUy6VGoWnICuh8moJBPLqpWeyMEw206uqzvIUadGKGhrPJ7Vgnr58LqmAaREfnpLlkywCQJ9OJ8g1j93xdusoDdvswVoisjqjiomAjAwVNae7c4XyiBuoj3o39PHaUXFcv3endiBu9B+uf/LQnH3XP5Y4m4xMtGaW7Ff7CgMsAKjswh0EoB9yt0zElgG+YgcYLatUn+oRKt8w1Q0rlNUSb4D8Sg3/5CE5XXQ9nz0KO+FwIC3aJJu38Uc9CiyXPFnXzUMoNcQs/A34WvGfBWlTCtY6l4Cl67bfV0Bn6eO6zQcfC9Mcc6f9AKooWQHa2K99w==";

    #[test]
    fn the_published_request_has_the_published_digest_in_both_charsets() {
        let mut told = purchase();
        assert_eq!(canonical(&told, false).len(), 413);
        let expected = "b38653f765b7419b9a51609c7a21e27bdfa9e767d9c181c1cb698bd47b207d2f";
        assert_eq!(digest(&message(&told, false)), expected);
        told.insert("encoding".to_owned(), "GBK".to_owned());
        let expected = "a5fc43e903f9632a4c785723c17da1bdae461307020d2365c12f103d874d43bd";
        assert_eq!(digest(&message(&told, false)), expected);
    }

    #[test]
    fn the_published_signature_holds_under_its_certificate_and_for_nothing_else() {
        let certificate = x509_cert::Certificate::from_pem(LEAF).unwrap();
        let spki = certificate.tbs_certificate.subject_public_key_info.to_der().unwrap();
        let key = RsaPublicKey::from_public_key_der(&spki).unwrap();
        let mut told = purchase();
        assert!(is_signed(&told, &key));
        told.insert("txnAmt".to_owned(), "1235".to_owned());
        assert!(!is_signed(&told, &key));
        told.remove("signature");
        assert!(!is_signed(&told, &key));
    }

    #[test]
    fn secure_keys_give_the_published_signatures() {
        let mut told = purchase();
        told.remove("certId");
        for (method, expected) in [
            (SignMethod::SecureKeySha256, "b771d5327ec14a1e48775099777d59169750407dfb917fadfe6f4bc0ac31db58"),
            (SignMethod::SecureKeySm3, "8985805a806f90cfe8613c35f55fd5f43278051c75e1ae31d9464314934a22bc"),
        ] {
            told.insert("signMethod".to_owned(), method.code().to_owned());
            assert_eq!(keyed(&told, false, "88888888", method), expected);
        }
    }

    #[test]
    fn a_message_keeps_its_digest_through_a_form() {
        let told = purchase();
        let back = read_form(crate::sandbox::unionpay::messages::form(&told).as_bytes()).unwrap();
        assert_eq!(digest(&message(&back, false)), digest(&message(&told, false)));
    }

    /// The throw-away leaf of the published vectors.
    const LEAF: &str = "-----BEGIN CERTIFICATE-----
MIIDsDCCApigAwIBAgIFEAAAAJkwDQYJKoZIhvcNAQEFBQAwPzELMAkGA1UEBhMC
Q04xFzAVBgNVBAoMDlRIUk9XQVdBWSBURVNUMRcwFQYDVQQDDA5USFJPV0FXQVkg
T0NBMTAeFw0yMDAxMDEwMDAwMDBaFw00OTEyMzEwMDAwMDBaMIGDMQswCQYDVQQG
EwJDTjEXMBUGA1UECgwOVEhST1dBV0FZIFRFU1QxFDASBgNVBAsMC0VudGVycHJp
c2VzMUUwQwYDVQQDDDwwNDFAODMxMDAwMDAwMDA4MzA0MEDkuK3lm73pk7bogZTo
gqHku73mnInpmZDlhazlj7hAMDAwOTk5OTkwggEiMA0GCSqGSIb3DQEBAQUAA4IB
DwAwggEKAoIBAQC/zKVhcv6OYoQRWn5xGlHqRQQDn20bTcQIfRnrQJ91rFi+5bu6
gHZOKCXv3SHK+KQn5o5Sj3V/0bG6yK80GxbR/rTxA+G5cbz2yF4a8fLZKvSgv0HO
nT5LC/Wb830ZpzWbJ5Bq6nsoyXbEwAnofX1M+VjnzCVD2GZLhW97OIXQ/iKNEJ6z
8UwaaaPZKChjIzL4CcPWEngJpNC4s/5b9fBOHXWzNVSQNCSEsS69h6z4Wj+/B/r2
45C+taDY57YGiOKjyxcDwfUJ0fBDNvEWQg8usQYmLtOa8g7tUz9sG98FzQlki+jp
0kkL4XyVUITWSJXNS4355WiAoH8VXEOgygyfAgMBAAGjbjBsMAsGA1UdDwQEAwIF
4DAdBgNVHSUEFjAUBggrBgEFBQcDAgYIKwYBBQUHAwQwHQYDVR0OBBYEFMKlCOw8
jw8WvGzl8nGTNgjqvGigMB8GA1UdIwQYMBaAFKQMLy6e8ZNAqQ6kJX/e0avsG7t3
MA0GCSqGSIb3DQEBBQUAA4IBAQCRKycWChYsfmEWCDpHctp3PAjUx8esEc/FtI4h
bXYUO+z6//e+gY8amXB+zb4YcT5gDLMr6HPEvLeON9oFOD5kGXz1SEGvEF6any9w
0f6hTuRlsjr7hMUo/MWYZEfuxr4HfjeruZXseP8PghnhMNGgjQCw3YH6WY+ecRuh
46QOb9O9Js9wgAwQg/3h4DFg8TgGtyY2jC8caU96691AY8L4EUj9d8rGMQB/MlIc
eeSpb9znBdrhktonZcSIBkLul/4gKNFUEiilVvoHx2+nJyGyzg8hske2Y4G84bIZ
eLpoxXfGcMZZZJbtKN3l3oDhG5eUT8f+hD9YV7NutNQ4Ntr6
-----END CERTIFICATE-----
";
}

//! The golden vectors: our canonical bytes must be the ones that were signed.

use luodi::crypto::aead::{AeadError, AeadKey};
use luodi::crypto::digest::sha256_hex;
use luodi::crypto::from_base64;
use luodi::crypto::rsa::VerifyingKey;
use luodi::gateways::wechatpay::sign::{canonical_answer, canonical_client, canonical_request};

use crate::vectors::*;

fn k1() -> VerifyingKey {
    VerifyingKey::parse(K1_PUBLIC).unwrap()
}

fn verifies(key: &VerifyingKey, message: &[u8], signature: &str) -> bool {
    key.verify(message, &from_base64(signature).unwrap())
}

#[test]
fn s1_s2_client_messages() {
    let timestamp = TIMESTAMP.to_string();
    let package = format!("prepay_id={PREPAY_ID}");
    let s1 = canonical_client(APPID, &timestamp, NONCE, &package);
    assert_eq!(s1.len(), 110);
    assert_eq!(sha256_hex(&s1), "bf5c0eab11b7710ea376aaa5038ad079fb8175af60d6cbf676fa3bcc4d218bcb");
    assert!(verifies(&k1(), &s1, S1_SIGNATURE));

    let s2 = canonical_client(APPID, &timestamp, NONCE, PREPAY_ID);
    assert_eq!(s2.len(), 100);
    assert_eq!(sha256_hex(&s2), "24bea8d9042023a0a50bdf8580f0e52570033d68244bd66ec63df7cc25a9073c");
    assert!(verifies(&k1(), &s2, S2_SIGNATURE));
}

#[test]
fn s3_to_s6_requests() {
    let query = format!("/v3/pay/transactions/out-trade-no/1217752501201407033233368018?mchid={MCHID}");
    let cases = [
        (
            ("POST", "/v3/pay/transactions/jsapi", S3_BODY, S3_SIGNATURE),
            (372, "87a9f84cd9b4bdb78ec4dbe4595c8c8bf04d3e79a6765b2100741d1a473d37af"),
        ),
        (
            ("GET", "/v3/refund/domestic/refunds/123123123123", "", S4_SIGNATURE),
            (90, "c65a830c3a6f61f3312ff204f6e4fda6397078cb96775237273c1d0f8da02dcd"),
        ),
        (
            ("GET", "/v3/certificates", "", S5_SIGNATURE),
            (66, "fab5c8a222049f386cb01453c7dc712c7997e756271557b0ef6e2e5060575373"),
        ),
        (
            ("GET", query.as_str(), "", S6_SIGNATURE),
            (129, "cfc369a03b0fcd10297c8c5fcc67f442fe027cf52608cbe11d30f1415b3f9faf"),
        ),
    ];
    for ((method, target, body, signature), (length, digest)) in cases {
        let message = canonical_request(method, target, TIMESTAMP, NONCE, body.as_bytes());
        assert_eq!((message.len(), sha256_hex(&message).as_str()), (length, digest), "{target}");
        assert!(verifies(&k1(), &message, signature), "{target}");
    }
}

#[test]
fn r1_an_answer_and_x3_an_empty_one() {
    let key = VerifyingKey::parse(R1_PUBLIC).unwrap();
    let message = canonical_answer(R1_TIMESTAMP, R1_NONCE, R1_BODY.as_bytes());
    assert!(verifies(&key, &message, R1_SIGNATURE));
    assert!(!verifies(&k1(), &message, R1_SIGNATURE));
    assert!(!verifies(&key, &message[..message.len() - 1], R1_SIGNATURE), "(d) without the last LF");

    let empty = canonical_answer(X1_TIMESTAMP, X1_NONCE, b"");
    assert_eq!(empty.len(), 45);
    assert_eq!(sha256_hex(&empty), "023b632e5d75a2548b7f1610436939153f3a105e0789f3780724d66445eadd5f");
    assert!(verifies(&k1(), &empty, X3_SIGNATURE));
}

#[test]
fn a1_and_x2_open() {
    let key = AeadKey::new(APIV3_KEY.as_bytes()).unwrap();
    let open = |nonce: &str, associated_data: &str, ciphertext: &str| {
        key.open_with_nonce(nonce.as_bytes(), associated_data.as_bytes(), &from_base64(ciphertext).unwrap())
    };
    assert_eq!(open(A1_NONCE, A1_ASSOCIATED_DATA, A1_CIPHERTEXT).unwrap(), A1_PLAINTEXT.as_bytes());
    assert_eq!(open(A1_NONCE, "", A1_CIPHERTEXT), Err(AeadError::NotAuthentic));
    assert_eq!(open(X2_NONCE, "", X2_CIPHERTEXT).unwrap(), X2_PLAINTEXT.as_bytes());
}

#[test]
fn n1_verifies_but_its_key_is_refused() {
    let key = VerifyingKey::parse(N1_PUBLIC).unwrap();
    let message = canonical_answer(N1_TIMESTAMP, N1_NONCE, N1_BODY.as_bytes());
    assert_eq!(sha256_hex(N1_BODY.as_bytes()), "b6fdfc5e4afdc463950d873c4fdc3c494df05965016225c6a1e8e2e887cdc94d");
    assert!(verifies(&key, &message, N1_SIGNATURE));
    assert_eq!(AeadKey::new(N1_APIV3_KEY.as_bytes()).unwrap_err(), AeadError::KeyLength { actual: 16 });
}

#[test]
fn s7_an_upload_is_signed_over_its_meta() {
    const TARGET: &str = "/v3/new-tax-control-fapiao/fapiao-applications/upload-fapiao-file";
    let meta = format!("{{\"file_type\":\"PDF\",\"digest_alogrithm\":\"SM3\",\"digest\":\"{SM3_ABC}\"}}");
    let message = canonical_request("POST", TARGET, TIMESTAMP, NONCE, meta.as_bytes());
    let digest = "b08c43c86b671b6c4b9e16c7cf5ad137c28a63523ec3023b4c88208699f70d61";
    assert_eq!((message.len(), sha256_hex(&message).as_str()), (236, digest));
    assert!(verifies(&k1(), &message, S7_SIGNATURE));
}

#[test]
fn x4_a_sensitive_field_opens_with_sha_1_and_with_nothing_else() {
    let pair = crate::stand_in::wechat();
    let key = VerifyingKey::parse(&pair.public_pem()).unwrap();
    let rng = &mut rand::thread_rng();
    for plain in ["", "6225880137706868", &"张".repeat(71)] {
        let sealed = key.encrypt_oaep_sha1(plain.as_bytes()).unwrap();
        assert_eq!(sealed.len(), 256);
        let opened = pair.0.decrypt_blinded(rng, rsa::Oaep::new::<sha1::Sha1>(), &sealed);
        assert_eq!(opened.unwrap(), plain.as_bytes());
        assert!(pair.0.decrypt_blinded(rng, rsa::Oaep::new::<sha2::Sha256>(), &sealed).is_err());
    }
    assert!(key.encrypt_oaep_sha1(&[b'1'; 214]).is_ok());
    assert!(key.encrypt_oaep_sha1(&[b'1'; 215]).is_err());
}

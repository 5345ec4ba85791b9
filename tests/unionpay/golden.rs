//! The published vectors, to the byte.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use luodi::clock::Timestamp;
use luodi::crypto::certificate::Certificate;
use luodi::crypto::chain::Authority;
use luodi::crypto::digest::sha256_hex;
use luodi::crypto::sm3::sm3_hex;
use luodi::gateways::Rejected;
use luodi::gateways::unionpay::message::{Charset, EmptyFields, Message};
use luodi::gateways::unionpay::sensitive::{Encryption, pin_block};
use luodi::gateways::unionpay::sign::{Fields, SecureKey, SignMethod, Signer, canonical, encoded};
use luodi::gateways::unionpay::trust::{Trust, Untrusted};
use sha1::Digest as _;

use crate::vectors::{ANSWER, CANONICAL, LEAF, MIDDLE, ROOT, SIGNATURE};

/// Vector 1, as it is handed to the signer: one value blank, one that is no part of it.
fn request() -> Fields {
    let pairs = [
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
        ("backUrl", " https://shop.example/pay/notify "),
        ("payTimeout", "20260102111905"),
        ("riskRateInfo", "{commodityName=测试商品}"),
        ("reqReserved", "cart|42|北京"),
        ("subMerId", "  "),
        ("signature", "anything"),
    ];
    pairs.into_iter().map(|(n, v)| (n.to_owned(), v.to_owned())).collect()
}

/// As the signer completes it for certificates.
fn completed() -> Fields {
    let mut fields = request();
    for (name, value) in [("version", "5.1.0"), ("encoding", "UTF-8"), ("signMethod", "01"), ("certId", "68719476889")]
    {
        fields.insert(name.to_owned(), value.to_owned());
    }
    fields.insert("backUrl".to_owned(), "https://shop.example/pay/notify".to_owned());
    fields.remove("subMerId");
    fields
}

fn text_of(fields: &Fields) -> String {
    canonical(fields.iter().map(|(n, v)| (n.as_str(), v.as_str())))
}

fn answer() -> Vec<u8> {
    STANDARD.decode(ANSWER).unwrap()
}

fn authority() -> Authority {
    Authority::new(vec![Certificate::parse(MIDDLE).unwrap()], vec![Certificate::parse(ROOT).unwrap()])
}

fn trust() -> Trust {
    Trust::Certificates { authority: authority(), is_test: false }
}

fn then() -> Timestamp {
    Timestamp::parse_rfc3339("2026-01-02T11:04:05+08:00").unwrap()
}

#[test]
fn a_request_is_signed_over_the_published_text() {
    assert_eq!(CANONICAL.len(), 413);
    assert_eq!(text_of(&completed()), CANONICAL);
    let digest = sha256_hex(CANONICAL.as_bytes());
    assert_eq!(digest, "b38653f765b7419b9a51609c7a21e27bdfa9e767d9c181c1cb698bd47b207d2f");
    assert_eq!(sha256_hex(digest.as_bytes()), "0b9d952e7fd890cf2d8ffebbe97863e403ad322b6ce5f547225100e84a3f082b");
    let leaf = Certificate::parse(LEAF).unwrap();
    assert!(leaf.public_key().verify(digest.as_bytes(), &STANDARD.decode(SIGNATURE).unwrap()));
    assert!(!leaf.public_key().verify(CANONICAL.as_bytes(), &STANDARD.decode(SIGNATURE).unwrap()), "hashed twice");
}

#[test]
fn the_charset_decides_the_bytes_and_the_version_is_part_of_them() {
    let gbk = CANONICAL.replace("encoding=UTF-8", "encoding=GBK");
    assert_eq!(
        sha256_hex(&Charset::Gbk.encode(&gbk)),
        "a5fc43e903f9632a4c785723c17da1bdae461307020d2365c12f103d874d43bd"
    );
    let old = CANONICAL.replace("version=5.1.0", "version=5.0.0");
    assert_eq!(hex::encode(sha1::Sha1::digest(old)), "8ac6e3ba77318dea79e4e037b611343a3fef31ba");
}

#[test]
fn shared_keys_sign_with_sha256_and_sm3() {
    for (method, hash, signature) in [
        (
            SignMethod::Sha256,
            sha256_hex(b"88888888"),
            "b771d5327ec14a1e48775099777d59169750407dfb917fadfe6f4bc0ac31db58",
        ),
        (SignMethod::Sm3, sm3_hex(b"88888888"), "8985805a806f90cfe8613c35f55fd5f43278051c75e1ae31d9464314934a22bc"),
    ] {
        let expected = match method {
            SignMethod::Sm3 => "ce63bbc0642e6805e0bf2be526df8fce7f29ae8cd7162ebafc826c8130810a30",
            _ => "615ed7fb1504b0c724a296d7a69e6c7b2f9ea2c57c1d8206c5afdf392ebdfd25",
        };
        assert_eq!(hash, expected);
        let signer = Signer::SecureKey(SecureKey::new(method, "88888888").unwrap());
        let signed = signer.sign(&request());
        assert_eq!(signed["signature"], signature, "{method:?}");
        assert!(!signed.contains_key("certId") && !signed.contains_key("subMerId"));
        assert_eq!(signed["backUrl"], "https://shop.example/pay/notify", "what is sent is what is signed");
        assert!(encoded(&signed).contains("riskRateInfo=%7BcommodityName%3D%E6%B5%8B"));
    }
    assert!(SecureKey::new(SignMethod::Certificate, "88888888").is_none());
}

#[test]
fn an_answer_is_read_as_it_stands_and_proven_by_the_certificate_in_it() {
    let body = answer();
    assert_eq!(body.len(), 2151);
    let message = Message::parse_answer(&body).unwrap();
    assert_eq!(message.fields().len(), 23);
    assert_eq!(message.get("tokenPayData"), Some("{token=6235240000020757577&trId=62000000001&tokenType=01}"));
    assert_eq!(message.get("respMsg"), Some("成功[0000000]"));
    assert_eq!(message.get("signPubKeyCert").map(str::len), Some(1358));
    let canonical = message.canonical(EmptyFields::Kept);
    assert_eq!(canonical.len(), 1796);
    assert_eq!(sha256_hex(&canonical), "df8feba5209855e4091b9c78d34a13f9a605d20197fdc13039286b54a2cdb959");
    assert_eq!(trust().verify_answer(&message, then()), Ok(()));
}

#[test]
fn the_same_message_as_a_form_has_the_same_digest() {
    let message = Message::parse_answer(&answer()).unwrap();
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(message.fields()).finish();
    assert!(body.contains("%0D%0A") && body.contains('+'));
    let form = Message::parse_form(body.as_bytes()).unwrap();
    assert_eq!(form, message);
    assert_eq!(trust().verify_form(&form, then()), Ok(()));
}

/// Each of these is a way in which others have read such an answer wrongly.
#[test]
fn what_changes_the_certificates_text_changes_the_digest() {
    let body = String::from_utf8(answer()).unwrap();
    let digest = |body: &str| sha256_hex(&Message::parse_answer(body.as_bytes()).unwrap().canonical(EmptyFields::Kept));
    let lf = body.replace("\r\n", "\n");
    assert_eq!(digest(&lf), "6eb422cee4ccef49cc8f82c7d32ba405d80255683a326ce28fe6097463c159cc");
    let longer = body.replace("-----END CERTIFICATE-----", "-----END CERTIFICATE-----\r\n");
    assert_eq!(digest(&longer), "5dff1657b1c399880b51056b2eca679a605f85c4666e1da257d19eb3c18efada");
    let (before, rest) = body.split_once("-----BEGIN").unwrap();
    let (pem, after) = rest.split_once("-----END").unwrap();
    assert_eq!(pem.matches('+').count(), 13);
    let decoded = format!("{before}-----BEGIN{}-----END{after}", pem.replace('+', " "));
    assert_eq!(digest(&decoded), "18e8056bbd076e288f36ec5304b004a4d4232338a7b4ad23a699945765a9305e");
    for changed in [lf, longer, decoded, body.replace("settleAmt=1234", "settleAmt=1235")] {
        let message = Message::parse_answer(changed.as_bytes()).unwrap();
        assert!(trust().verify_answer(&message, then()).is_err());
    }
}

#[test]
fn the_chain_of_the_vectors_leads_from_leaf_to_root_with_sha1_signatures() {
    let (leaf, middle) = (Certificate::parse(LEAF).unwrap(), Certificate::parse(MIDDLE).unwrap());
    assert_eq!(authority().verify(&leaf, then()), Ok(()));
    assert_eq!(leaf.common_names(), ["041@8310000000083040@中国银联股份有限公司@00099999"]);
    assert_eq!(leaf.serial_decimal(), "68719476889");
    assert!(!leaf.is_signed_by(&middle), "elsewhere SHA-1 proves nothing");
    assert!(!leaf.is_authority() && middle.is_authority());
    let message = Message::parse_answer(&answer()).unwrap();
    let late = Timestamp::parse_rfc3339("2050-01-01T00:00:00Z").unwrap();
    assert!(matches!(trust().verify_answer(&message, late), Err(Untrusted::Chain(_))));
}

#[test]
fn a_message_of_another_method_is_not_believed() {
    let message = Message::parse_answer(&answer()).unwrap();
    let keyed = Trust::SecureKey(SecureKey::new(SignMethod::Sha256, "88888888").unwrap());
    assert_eq!(keyed.verify_answer(&message, then()), Err(Untrusted::OtherMethod));
    assert_eq!(Rejected::from(Untrusted::OtherMethod), Rejected::UnsupportedSignatureType);
    for (from, to) in [("signMethod=01", "signMethod=11"), ("version=5.1.0", "version=5.0.0")] {
        let body = String::from_utf8(answer()).unwrap().replace(from, to);
        let message = Message::parse_answer(body.as_bytes()).unwrap();
        assert_eq!(trust().verify_answer(&message, then()), Err(Untrusted::OtherMethod), "{to}");
    }
}

#[test]
fn card_data_is_laid_out_as_published() {
    let block = pin_block("6216261000000000018", "123456").unwrap();
    assert_eq!(hex::encode_upper(block), "06122456FFFFFFFE");
    let long = pin_block("6216261000000000018", "123456789012").unwrap();
    assert_eq!(long[0], 0x0C, "twelve digits");
    for (card, pin) in
        [("", "123456"), ("6216261000000000018", "123"), ("6216261000000000018", "12345x"), ("62162", "1234")]
    {
        assert_eq!(pin_block(card, pin), None, "{card} {pin}");
    }
    let holder = [("certifTp", "01"), ("certifId", "341126197709218366"), ("customerNm", "全渠道")];
    let encryption = Encryption::new(Certificate::parse(LEAF).unwrap());
    let published = "e2NlcnRpZlRwPTAxJmNlcnRpZklkPTM0MTEyNjE5NzcwOTIxODM2NiZjdXN0b21lck5tPeWFqOa4oOmBk30=";
    assert_eq!(encryption.customer_info(&holder).unwrap(), published);
}

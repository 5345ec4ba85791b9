//! The thirteen groups of published vectors: keys, certificates, A to J, and a genuine signature.

use luodi::crypto::cbc::CbcKey;
use luodi::crypto::certificate::{Certificate, read_bundle};
use luodi::crypto::rsa::VerifyingKey;
use luodi::crypto::{from_base64, to_base64};
use luodi::gateways::Rejected;
use luodi::gateways::alipay::sign::{
    AnswerNode, Form, Rule, canonical_request, canonical_v3_answer, canonical_v3_request, certificate_sn, encode,
    root_sn,
};

use crate::vectors::*;

fn key(text: &str) -> VerifyingKey {
    VerifyingKey::parse(text).unwrap()
}

fn verifies(public: &str, message: &[u8], signature: &str) -> bool {
    key(public).verify(message, &from_base64(signature).unwrap())
}

fn pem(der_base64: &str) -> String {
    format!("-----BEGIN CERTIFICATE-----\n{der_base64}\n-----END CERTIFICATE-----\n")
}

/// The parameters of a text to sign, in another order than it has.
fn shuffled(text: &str) -> Vec<(&str, &str)> {
    // Values may hold `&` and `=`: the names are known.
    let names = [
        "alipay_root_cert_sn",
        "app_cert_sn",
        "app_id",
        "biz_content",
        "charset",
        "encrypt_type",
        "format",
        "method",
        "notify_url",
        "return_url",
        "sign_type",
        "timestamp",
        "version",
    ];
    let mut starts: Vec<_> = names
        .iter()
        .filter_map(|name| {
            let mark = format!("{name}=");
            if text.starts_with(&mark) {
                Some((0, *name))
            } else {
                text.find(&format!("&{mark}")).map(|at| (at + 1, *name))
            }
        })
        .collect();
    starts.sort_unstable();
    let mut pairs: Vec<_> = starts
        .iter()
        .enumerate()
        .map(|(i, (at, name))| {
            let end = starts.get(i + 1).map_or(text.len(), |(next, _)| next - 1);
            (*name, &text[at + name.len() + 1..end])
        })
        .collect();
    pairs.reverse();
    pairs
}

#[test]
fn serial_numbers_keep_their_leading_zeros_and_their_order() {
    let sn = |text: &str| certificate_sn(&Certificate::parse(text).unwrap());
    assert_eq!(sn(ROOT_CERTIFICATE), "0a567f8971444eae4c96a84b84a3c1ed");
    assert_eq!(sn(APP_CERTIFICATE), "0a6c028596678a4aee9294b49c026105");
    assert_eq!(sn(ALIPAY_CERTIFICATE), "230463797069be31769bef0d3d2e0b6a");
    let app = Certificate::parse(APP_CERTIFICATE).unwrap();
    assert_eq!(app.issuer(), "CN=Vector Test Root R1,OU=Certification Authority,O=Vector Test,C=CN");
    assert_eq!(app.serial_decimal(), "987654321000000000000000000000000028");
    assert!(app.is_signed_by(&Certificate::parse(ROOT_CERTIFICATE).unwrap()));
    assert!(!app.is_signed_by(&Certificate::parse(ALIPAY_CERTIFICATE).unwrap()));
}

/// The production file holds two certificates that no RSA key signed; one parser or another refuses them.
#[test]
fn the_root_file_of_production_has_this_name_in_every_shape() {
    let expected = "687b59193f3f462dd5336e5abf83c5d8_02941eef3187dddf3d3b83462e1dfcf6";
    let file: String = PRODUCTION_ROOTS.iter().map(|c| pem(c)).collect();
    for text in [file.clone(), file.replace('\n', "\r\n"), file.trim_end().to_owned(), file.replace('\n', "\\n")] {
        assert_eq!(root_sn(&read_bundle(&text)).as_deref(), Some(expected));
    }
    assert_eq!(root_sn(&read_bundle(&pem(PRODUCTION_ROOTS[0]))), None, "SM2 alone");
    assert_eq!(root_sn(&read_bundle("not a file")), None);
}

#[test]
fn a_request_in_public_key_mode() {
    let mut parameters = shuffled(A_TEXT);
    parameters.push(("app_auth_token", ""));
    parameters.push(("sign", "left out"));
    assert_eq!(canonical_request(parameters), A_TEXT);
    assert!(verifies(K1_PUBLIC, A_TEXT.as_bytes(), A_SIGN));
}

#[test]
fn names_are_sorted_and_not_their_pairs() {
    assert_eq!(canonical_request([("a-b", "2"), ("a", "1"), ("a0", "3")]), "a=1&a-b=2&a0=3");
    assert_eq!(canonical_request([("subject", "@home tea")]), "subject=@home tea");
}

#[test]
fn b_page_payment_in_certificate_mode() {
    assert_eq!(canonical_request(shuffled(B_TEXT)), B_TEXT);
    assert!(verifies(K1_PUBLIC, B_TEXT.as_bytes(), B_SIGN));
    let mut parameters = shuffled(B_TEXT);
    parameters.push(("sign", B_SIGN));
    parameters.sort_unstable();
    let query: Vec<_> = parameters.iter().map(|(n, v)| format!("{n}={}", encode(v))).collect();
    assert_eq!(format!("https://openapi.alipay.com/gateway.do?{}", query.join("&")), B_URL);
}

#[test]
fn c_order_string_of_an_app() {
    let decoded: Vec<(String, String)> =
        form_urlencoded::parse(C_ORDER_STRING.replace('+', "%2B").as_bytes()).into_owned().collect();
    let parameters = || decoded.iter().map(|(n, v)| (n.as_str(), v.as_str()));
    assert_eq!(canonical_request(parameters()), C_TEXT);
    let sign = parameters().find(|(n, _)| *n == "sign").unwrap().1;
    assert!(verifies(K1_PUBLIC, C_TEXT.as_bytes(), sign));
    let again: Vec<_> = parameters().map(|(n, v)| format!("{n}={}", encode(v))).collect();
    assert_eq!(again.join("&"), C_ORDER_STRING);
}

const QUERY: &str = "alipay.trade.query";

#[test]
fn d_answers_verify_over_the_very_bytes_of_their_node() {
    for body in [D1_BODY, D2_BODY] {
        let node = AnswerNode::extract(body.as_bytes(), QUERY).unwrap();
        assert_eq!(node.raw, D_NODE);
        assert!(!node.is_error);
        assert_eq!(node.verify(&key(K2_PUBLIC)), Ok(()));
    }
    let named = AnswerNode::extract(D1_BODY.as_bytes(), QUERY).unwrap();
    assert_eq!(named.cert_sn.as_deref(), Some("230463797069be31769bef0d3d2e0b6a"));
    assert_eq!(D_SIGN.len(), 344);
}

#[test]
fn d_what_must_fail() {
    let value: serde_json::Value = serde_json::from_str(D1_BODY).unwrap();
    let again = AnswerNode::extract(D1_BODY.as_bytes(), QUERY).unwrap().raw.len();
    let rewritten = value.to_string();
    let node = AnswerNode::extract(rewritten.as_bytes(), QUERY).unwrap();
    assert_ne!(node.raw.len(), again);
    assert_eq!(node.verify(&key(K2_PUBLIC)), Err(Rejected::BadSignature));

    let altered = D1_BODY.replacen("88.80", "88.8", 1);
    let node = AnswerNode::extract(altered.as_bytes(), QUERY).unwrap();
    assert_eq!(node.verify(&key(K2_PUBLIC)), Err(Rejected::BadSignature));

    let unsigned = format!("{{\"alipay_trade_query_response\":{D_NODE}}}");
    let node = AnswerNode::extract(unsigned.as_bytes(), QUERY).unwrap();
    assert_eq!(node.verify(&key(K2_PUBLIC)), Err(Rejected::Unsigned));

    let twice = D1_BODY.replacen('{', &format!("{{\"alipay_trade_query_response\":{D_NODE},"), 1);
    assert_eq!(AnswerNode::extract(twice.as_bytes(), QUERY), Err(Rejected::Malformed));
    let both = D1_BODY.replacen('{', "{\"error_response\":{},", 1);
    assert_eq!(AnswerNode::extract(both.as_bytes(), QUERY), Err(Rejected::Malformed));
    for broken in ["", "[]", "{}", "{\"sign\":\"x\"}", "{\"alipay_trade_query_response\":{", "{\"a\":1} x"] {
        assert_eq!(AnswerNode::extract(broken.as_bytes(), QUERY), Err(Rejected::Malformed), "{broken}");
    }
}

#[test]
fn e_refusals_before_dispatch_are_signed_too() {
    let body = format!("{{\"error_response\":{E_NODE},\"sign\":\"{E_SIGN}\"}}");
    let node = AnswerNode::extract(body.as_bytes(), QUERY).unwrap();
    assert!(node.is_error);
    assert_eq!(node.raw.len(), 107);
    assert_eq!(node.verify(&key(K2_PUBLIC)), Ok(()));
}

#[test]
fn f_a_notification_is_decoded_once_and_keeps_empty_values() {
    let form = Form::parse(F_BODY.as_bytes()).unwrap();
    assert_eq!(String::from_utf8(form.canonical(Rule::default())).unwrap(), F_TEXT);
    assert_eq!(form.verify(&key(K2_PUBLIC)), Ok(()));
    assert_eq!(form.text("subject").as_deref(), Some("红茶 500g+糖&杯 50%"));
    assert_eq!(form.text("passback_params").as_deref(), Some("m%3D1%26n%3D2"));
    assert_eq!(form.text("seller_email"), None);
}

#[test]
fn g_a_gbk_notification_is_verified_over_its_bytes() {
    let form = Form::parse(G_BODY.as_bytes()).unwrap();
    assert_eq!(hex::encode(form.canonical(Rule::default())), G_HEX);
    assert_eq!(form.verify(&key(K2_PUBLIC)), Ok(()));
    assert_eq!(form.text("subject").as_deref(), Some("红茶"));
    let transcoded = G_BODY.replace("%BA%EC%B2%E8", "%E7%BA%A2%E8%8C%B6");
    assert_eq!(Form::parse(transcoded.as_bytes()).unwrap().verify(&key(K2_PUBLIC)), Err(Rejected::BadSignature));
}

#[test]
fn h_encrypted_content_is_signed_as_ciphertext_with_its_quotes() {
    let secret = CbcKey::new(&from_base64("MDEyMzQ1Njc4OWFiY2RlZg==").unwrap()).unwrap();
    let sealed = to_base64(&secret.encrypt(b"{\"out_trade_no\":\"A-1001\"}").unwrap());
    assert_eq!(sealed, "hM7TQ18QF5bhZ+Favk3byVHW1qUcPxsVugi+Pumy6PE=");
    assert_eq!(canonical_request(shuffled(H_TEXT)), H_TEXT);
    assert!(H_TEXT.contains(&format!("biz_content={sealed}&")));
    assert!(verifies(K1_PUBLIC, H_TEXT.as_bytes(), H_SIGN));

    let body = format!("{{\"alipay_trade_query_response\":{H_ANSWER},\"sign\":\"{H_ANSWER_SIGN}\"}}");
    let node = AnswerNode::extract(body.as_bytes(), QUERY).unwrap();
    assert!(node.is_text() && node.raw == H_ANSWER);
    assert_eq!(node.verify(&key(K2_PUBLIC)), Ok(()));
    let opened = secret.decrypt(&from_base64(H_ANSWER.trim_matches('"')).unwrap()).unwrap();
    assert_eq!(opened, b"{\"code\":\"10000\",\"msg\":\"Success\",\"trade_status\":\"WAIT_BUYER_PAY\"}");
}

#[test]
fn i_v3_requests_and_answers() {
    let claim = "app_id=2021000000000001,nonce=0123456789abcdef0123456789abcdef,timestamp=1767294245000";
    let text = canonical_v3_request(claim, "POST", "/v3/alipay/trade/query", "{\"out_trade_no\":\"A-1001\"}", None);
    assert_eq!(text, format!("{I1_TEXT}\n"));
    assert!(verifies(K1_PUBLIC, text.as_bytes(), I1_SIGN));

    let claim = "app_id=2021000000000001,app_cert_sn=0a6c028596678a4aee9294b49c026105,\
                 nonce=0123456789abcdef0123456789abcdef,timestamp=1767294245000";
    let target = "/v3/alipay/data/dataservice/bill/downloadurl/query?bill_type=trade&bill_date=2026-01-01";
    let text = canonical_v3_request(claim, "GET", target, "", Some("TOKEN201"));
    assert_eq!(text, format!("{I2_TEXT}\n"));
    assert!(verifies(K1_PUBLIC, text.as_bytes(), I2_SIGN));

    let body = I3_TEXT.lines().nth(2).unwrap();
    let message = canonical_v3_answer("1767294245123", "fedcba9876543210fedcba9876543210", body.as_bytes());
    assert_eq!(message, format!("{I3_TEXT}\n").into_bytes());
    assert!(verifies(K2_PUBLIC, &message, I3_SIGN));
}

#[test]
fn r_a_genuine_signature_of_alipay() {
    let body = format!("{{\"alipay_open_file_upload_response\":{R_NODE},\"sign\":\"{R_SIGN}\"}}");
    let node = AnswerNode::extract(body.as_bytes(), "alipay.open.file.upload").unwrap();
    assert_eq!(node.verify(&key(R_PUBLIC)), Ok(()));
}

//! Who is let in, by which code others are refused, and how answers are signed (§1 to §4, §7 to §9, §16).

use aes_gcm::aes::Aes128;
use aes_gcm::aes::cipher::generic_array::GenericArray;
use aes_gcm::aes::cipher::{BlockDecrypt, BlockEncrypt, KeyInit};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use encoding_rs::GBK;
use luodi::clock::Clock;
use luodi::sandbox::alipay::{FaultKind, MerchantDraft, Operation, TrustMode};
use rsa::RsaPublicKey;
use rsa::pkcs8::DecodePublicKey;
use serde_json::{Value, json};
use x509_cert::Certificate;
use x509_cert::der::{DecodePem, Encode};

use crate::alipay_client::{Parameters, Shop, canonical, escaped, query_of, shop};

const QUERY: &str = "alipay.trade.query";

async fn refused_with(shop: &Shop, change: impl FnOnce(&mut Parameters)) -> (String, String, bool) {
    let mut parameters = shop.common(QUERY, &json!({"out_trade_no": "NONE"}));
    change(&mut parameters);
    let reply = shop.send(shop.signed(parameters)).await;
    assert_eq!(reply.status, 200);
    (reply.node_name.clone(), reply.code(), reply.sign.is_some())
}

#[actix_web::test]
async fn a_missing_or_unusable_common_parameter_is_told_by_its_code() {
    let shop = shop(MerchantDraft::default()).await;
    for (name, value, code, is_signed) in [
        ("method", "", "40001 isv.missing-method", false),
        ("app_id", "", "40001 isv.missing-app-id", false),
        ("sign_type", "", "40001 isv.missing-signature-type", false),
        ("timestamp", "", "40001 isv.missing-timestamp", false),
        ("version", "", "40001 isv.missing-version", false),
        ("charset", "", "40001 isv.missing-charset", false),
        ("app_id", "2021000000000009", "40002 isv.invalid-app-id", false),
        ("sign_type", "RSA", "40002 isv.invalid-signature-type", false),
        ("charset", "latin1", "40002 isv.invalid-charset", false),
        ("method", "alipay.trade.everything", "40002 isv.invalid-method", true),
        ("version", "2.0", "40002 isv.invalid-version", true),
        ("format", "XML", "40002 isv.invalid-format", true),
        ("timestamp", "2026-01-01T12:00:00", "40002 isv.invalid-timestamp", true),
        ("timestamp", "2026-01-01 04:00:00", "40002 isv.invalid-timestamp", true),
        ("biz_content", "[]", "40002 isv.invalid-parameter", true),
        ("encrypt_type", "DES", "40002 isv.invalid-encrypt-type", true),
        ("encrypt_type", "AES", "40001 isv.missing-encrypt-key", true),
        ("app_auth_token", "TOKEN", "20001 aop.invalid-app-auth-token", true),
    ] {
        let told = refused_with(&shop, |parameters| {
            parameters.insert(name.to_owned(), value.to_owned());
        })
        .await;
        assert_eq!(told, ("error_response".to_owned(), code.to_owned(), is_signed), "{name}={value}");
    }
    assert_eq!(refused_with(&shop, |_| {}).await.1, "40004 ACQ.TRADE_NOT_EXIST", "as it stands it is fine");
}

#[actix_web::test]
async fn a_wrong_signature_is_told_with_the_string_that_was_built() {
    let shop = shop(MerchantDraft::default()).await;
    let mut parameters = shop.signed(shop.common(QUERY, &json!({"out_trade_no": "A"})));
    let wanted = canonical(&parameters).replace("\"A\"", "\"B\"");
    parameters.insert("biz_content".to_owned(), json!({"out_trade_no": "B"}).to_string());
    let reply = shop.send(parameters.clone()).await;
    assert_eq!((reply.node_name.as_str(), reply.code().as_str()), ("error_response", "40002 isv.invalid-signature"));
    assert!(reply.sign.is_none() && reply.told("sub_msg").contains(&wanted), "{}", reply.told("sub_msg"));
    parameters.remove("sign");
    assert_eq!(shop.send(parameters).await.code(), "40001 isv.missing-signature");
    assert_eq!(shop.alipay.book(shop.app_id()).unwrap().calls, [], "nothing of it was let in");
}

#[actix_web::test]
async fn everything_may_come_in_the_query_or_in_the_form_but_nothing_twice() {
    let shop = shop(MerchantDraft::default()).await;
    let asked = shop.signed(shop.common(QUERY, &json!({"out_trade_no": "NONE"})));
    let post = |address: String, body: String| {
        let request = shop.http.post(address).header("Content-Type", "application/x-www-form-urlencoded");
        async move { request.body(body).send().await.unwrap().text().await.unwrap() }
    };
    let gateway = shop.alipay.gateway_url();
    let by_link = shop.http.get(format!("{gateway}?{}", query_of(&asked))).send().await.unwrap().text().await.unwrap();
    assert!(by_link.contains("TRADE_NOT_EXIST"), "{by_link}");
    let by_form = post(gateway.clone(), query_of(&asked)).await;
    assert!(by_form.contains("TRADE_NOT_EXIST"), "ASCII is the same in every charset: {by_form}");
    let twice = post(format!("{gateway}?app_id={}", shop.app_id()), query_of(&asked)).await;
    assert!(twice.contains("isv.invalid-parameter"), "{twice}");
}

#[actix_web::test]
async fn a_charset_that_comes_in_the_form_alone_spoils_chinese_text() {
    let shop = shop(MerchantDraft::default()).await;
    let asked = shop.signed(shop.common("alipay.trade.precreate", &shop.order("GBK0001")));
    let request = shop.http.post(shop.alipay.gateway_url());
    let request = request.header("Content-Type", "application/x-www-form-urlencoded;charset=utf-8");
    let told = request.body(query_of(&asked)).send().await.unwrap().text().await.unwrap();
    assert!(told.contains("isv.invalid-signature"), "{told}");
}

#[actix_web::test]
async fn a_caller_may_speak_gbk_and_is_answered_in_it() {
    let shop = shop(MerchantDraft::default()).await;
    let mut asked = shop.common("alipay.trade.precreate", &shop.order("GBK0002"));
    asked.insert("charset".to_owned(), "gbk".to_owned());
    asked.insert("sign".to_owned(), shop.sign(&GBK.encode(&canonical(&asked)).0));
    let escape = |text: &str| {
        percent_encoding::percent_encode(&GBK.encode(text).0, percent_encoding::NON_ALPHANUMERIC).to_string()
    };
    let query: Vec<String> = asked.iter().map(|(name, value)| format!("{name}={}", escape(value))).collect();
    let address = format!("{}?{}", shop.alipay.gateway_url(), query.join("&"));
    let response = shop.http.get(address).send().await.unwrap();
    assert_eq!(response.headers()["content-type"], "text/html;charset=GBK");
    assert!(response.text().await.unwrap().contains("\"10000\""));
    let stored = shop.alipay.trade(shop.app_id(), "GBK0002").unwrap();
    assert_eq!(stored.subject, "西湖龙井 50g");
}

#[actix_web::test]
async fn an_answer_in_another_order_with_strange_members_verifies_all_the_same() {
    let shop = shop(MerchantDraft::default()).await;
    shop.precreate("A1", "http://127.0.0.1:9/n").await;
    shop.pay("A1");
    shop.fault(Operation::Query, FaultKind::ExtraFields);
    let reply = shop.query("A1").await;
    assert!(reply.is_signed_by(&shop.alipay_key()));
    assert!(String::from_utf8_lossy(&reply.bytes).starts_with("{\"sign\""), "{reply:?}");
    assert_eq!(reply.told("trade_status"), "TRADE_SUCCESS");
    for (kind, is_there) in [(FaultKind::BadSignature, true), (FaultKind::Unsigned, false)] {
        shop.fault(Operation::Query, kind);
        let reply = shop.query("A1").await;
        assert_eq!((reply.sign.is_some(), reply.is_signed_by(&shop.alipay_key())), (is_there, false));
    }
}

fn with_certificates() -> MerchantDraft {
    MerchantDraft { trust_mode: TrustMode::Certificates, ..MerchantDraft::default() }
}

fn key_in(pem: &str) -> RsaPublicKey {
    let first = &pem[..pem.find("-----END CERTIFICATE-----").unwrap() + "-----END CERTIFICATE-----\n".len()];
    let certificate = Certificate::from_pem(first).unwrap();
    let spki = certificate.tbs_certificate.subject_public_key_info.to_der().unwrap();
    RsaPublicKey::from_public_key_der(&spki).unwrap()
}

#[actix_web::test]
async fn in_certificate_mode_both_numbers_are_asked_for_and_one_is_told() {
    let shop = shop(with_certificates()).await;
    let files = shop.credentials.certificates.clone().unwrap();
    let reply = shop.call(QUERY, json!({"out_trade_no": "NONE"})).await;
    assert_eq!(
        (reply.code().as_str(), reply.cert_sn.clone()),
        ("40004 ACQ.TRADE_NOT_EXIST", Some(files.alipay_cert_sn))
    );
    assert!(reply.is_signed_by(&key_in(&files.alipay_cert_pem)));
    for (name, value, code) in [
        ("app_cert_sn", "", "40001 isv.missing-app-cert-sn"),
        ("alipay_root_cert_sn", "", "40001 isv.missing-alipay-root-cert-sn"),
        ("app_cert_sn", "0a6c028596678a4aee9294b49c026105", "40002 isv.app-cert-not-exist"),
        ("alipay_root_cert_sn", "687b59193f3f462dd5336e5abf83c5d8", "40002 isv.invalid-alipay-root-cert-sn"),
    ] {
        let told = refused_with(&shop, |parameters| {
            parameters.insert(name.to_owned(), value.to_owned());
        })
        .await;
        assert_eq!(told, ("error_response".to_owned(), code.to_owned(), false), "{name}={value}");
    }
}

#[actix_web::test]
async fn a_new_certificate_is_named_and_handed_out() {
    let shop = shop(with_certificates()).await;
    let old = shop.credentials.certificates.clone().unwrap();
    let new = shop.alipay.rotate(shop.app_id()).await.unwrap().certificates.unwrap();
    assert_ne!(old.alipay_cert_sn, new.alipay_cert_sn);
    let reply = shop.call("alipay.open.app.alipaycert.download", json!({"alipay_cert_sn": new.alipay_cert_sn})).await;
    assert_eq!(reply.cert_sn, Some(new.alipay_cert_sn.clone()));
    let pem = String::from_utf8(STANDARD.decode(reply.told("alipay_cert_content")).unwrap()).unwrap();
    assert_eq!(pem, new.alipay_cert_pem);
    assert!(reply.is_signed_by(&key_in(&pem)) && !reply.is_signed_by(&key_in(&old.alipay_cert_pem)));
    let unknown = shop.call("alipay.open.app.alipaycert.download", json!({"alipay_cert_sn": "00"})).await;
    assert!(unknown.code().starts_with("40004"), "{unknown:?}");
    let old_one = json!({"alipay_cert_sn": old.alipay_cert_sn});
    assert_eq!(shop.call("alipay.open.app.alipaycert.download", old_one).await.code(), "10000");
}

#[actix_web::test]
async fn a_certificate_past_its_date_stops_every_call() {
    let draft = MerchantDraft { certificate_life_s: Some(3600), ..with_certificates() };
    let shop = shop(draft).await;
    shop.clock.advance_s(3600);
    assert_eq!(shop.query("NONE").await.code(), "40002 isv.app-cert-not-exist");
}

/// AES-128-CBC from the bare block cipher, initial vector of zeros, PKCS#7.
fn sealed(key: &[u8], plain: &str) -> String {
    let cipher = Aes128::new(GenericArray::from_slice(key));
    let padding = 16 - plain.len() % 16;
    let mut bytes = plain.as_bytes().to_vec();
    bytes.resize(plain.len() + padding, padding as u8);
    let mut before = [0_u8; 16];
    for block in bytes.chunks_exact_mut(16) {
        block.iter_mut().zip(before).for_each(|(byte, other)| *byte ^= other);
        cipher.encrypt_block(GenericArray::from_mut_slice(block));
        before.copy_from_slice(block);
    }
    STANDARD.encode(bytes)
}

fn unsealed(key: &[u8], text: &str) -> Value {
    let cipher = Aes128::new(GenericArray::from_slice(key));
    let bytes = STANDARD.decode(text).unwrap();
    let mut plain = Vec::new();
    let mut before = [0_u8; 16];
    for block in bytes.chunks_exact(16) {
        let mut opened = GenericArray::clone_from_slice(block);
        cipher.decrypt_block(&mut opened);
        plain.extend(opened.iter().zip(before).map(|(byte, other)| byte ^ other));
        before.copy_from_slice(block);
    }
    plain.truncate(plain.len() - usize::from(*plain.last().unwrap()));
    serde_json::from_slice(&plain).unwrap()
}

#[actix_web::test]
async fn content_goes_encrypted_both_ways_and_the_signature_covers_the_quotes() {
    let shop = shop(MerchantDraft { content_encryption: true, ..MerchantDraft::default() }).await;
    let key = STANDARD.decode(shop.credentials.aes_key.clone().unwrap()).unwrap();
    let mut asked = shop.common("alipay.trade.precreate", &shop.order("AES1"));
    let ciphertext = sealed(&key, &asked["biz_content"]);
    asked.insert("biz_content".to_owned(), ciphertext);
    asked.insert("encrypt_type".to_owned(), "AES".to_owned());
    let reply = shop.send(shop.signed(asked.clone())).await;
    assert!(reply.node.starts_with(b"\"") && reply.node.ends_with(b"\"") && reply.is_signed_by(&shop.alipay_key()));
    let told = unsealed(&key, reply.json().as_str().unwrap());
    assert_eq!((told["code"].as_str(), told["out_trade_no"].as_str()), (Some("10000"), Some("AES1")));

    asked.insert("biz_content".to_owned(), sealed(&[7; 16], "{\"out_trade_no\":\"AES1\"}"));
    let wrong = shop.send(shop.signed(asked)).await;
    assert!(wrong.code().starts_with("40002 isv.decryption-error"), "{wrong:?}");
    assert!(wrong.node.starts_with(b"{"), "it failed before it could encrypt");
    let mut page = shop.common("alipay.trade.page.pay", &json!({}));
    page.insert("encrypt_type".to_owned(), "AES".to_owned());
    let there = shop.http.get(format!("{}?{}", shop.alipay.gateway_url(), query_of(&shop.signed(page)))).send().await;
    let there = there.unwrap().headers()["location"].to_str().unwrap().to_owned();
    assert!(there.starts_with("/alipay/error?sub_code=isv.invalid-encrypt"), "{there}");
}

#[actix_web::test]
async fn version_three_is_rest_signed_by_headers() {
    for draft in [MerchantDraft::default(), with_certificates()] {
        let shop = shop(draft).await;
        let key =
            shop.credentials.certificates.as_ref().map_or_else(|| shop.alipay_key(), |f| key_in(&f.alipay_cert_pem));
        let mut order = shop.order("REST1");
        order["notify_url"] = json!("http://127.0.0.1:9/notify");
        let opened = shop.rest("POST", "/v3/alipay/trade/precreate", &order.to_string()).await;
        assert!(opened.status == 200 && opened.is_signed_by(&key), "{opened:?}");
        assert_eq!(opened.json()["code"], Value::Null, "no code: the status says it");
        let sn = shop.credentials.certificates.as_ref().map_or("", |files| files.alipay_cert_sn.as_str());
        assert_eq!(opened.header("alipay-sn"), sn);
        let stored = shop.alipay.trade(shop.app_id(), "REST1").unwrap();
        assert_eq!(stored.notify_url.as_deref(), Some("http://127.0.0.1:9/notify"));
        let asked = json!({"out_trade_no": "REST1"}).to_string();
        let unknown = shop.rest("POST", "/v3/alipay/trade/query", &asked).await;
        assert_eq!((unknown.status, unknown.json()["code"].as_str()), (400, Some("ACQ.TRADE_NOT_EXIST")));
        assert!(unknown.is_signed_by(&key));
        shop.pay("REST1");
        let paid = shop.rest("POST", "/v3/alipay/trade/query", &asked).await;
        assert_eq!(paid.json()["trade_status"], "TRADE_SUCCESS");
    }
}

#[actix_web::test]
async fn version_three_refuses_strangers_without_a_signature() {
    let shop = shop(MerchantDraft::default()).await;
    let now_ms = shop.clock.now().as_millis();
    let told = |reply: &crate::alipay_client::RestReply| {
        (
            reply.status,
            reply.json()["code"].as_str().unwrap_or_default().to_owned(),
            reply.header("alipay-signature").len(),
        )
    };
    let late = shop.rest_at("POST", "/v3/alipay/trade/query", "{}", now_ms - 700_000, &[]).await;
    assert_eq!(told(&late), (401, "invalid-timestamp".to_owned(), 0));
    let bare = shop.http.post(format!("{}/v3/alipay/trade/query", shop.alipay.base_url())).send().await.unwrap();
    assert_eq!(bare.status().as_u16(), 401);
    let wrong = shop
        .http
        .post(format!("{}/v3/alipay/trade/query", shop.alipay.base_url()))
        .header(
            "authorization",
            format!("ALIPAY-SHA256withRSA app_id={},nonce=1,timestamp={now_ms},sign=AAAA", shop.app_id()),
        )
        .header("content-type", "application/json")
        .body("{}");
    let wrong: Value = serde_json::from_str(&wrong.send().await.unwrap().text().await.unwrap()).unwrap();
    assert_eq!(wrong["code"], "invalid-signature");
    let unknown = shop.rest("POST", "/v3/alipay/trade/page/pay", "{}").await;
    assert_eq!(unknown.json()["code"], "invalid-method");
    let by_get = shop.rest("GET", "/v3/alipay/trade/query", "").await;
    assert_eq!(by_get.json()["code"], "invalid-method");
}

#[actix_web::test]
async fn version_three_encrypts_whole_bodies() {
    let shop = shop(MerchantDraft { content_encryption: true, ..MerchantDraft::default() }).await;
    let key = STANDARD.decode(shop.credentials.aes_key.clone().unwrap()).unwrap();
    let body = sealed(&key, &shop.order("REST2").to_string());
    let headers = [("alipay-encrypt-type", "AES")];
    let now_ms = shop.clock.now().as_millis();
    let reply = shop.rest_at("POST", "/v3/alipay/trade/precreate", &body, now_ms, &headers).await;
    assert!(reply.is_signed_by(&shop.alipay_key()), "over the ciphertext");
    assert_eq!(unsealed(&key, &reply.body)["out_trade_no"], "REST2");
}

#[actix_web::test]
async fn a_provider_acts_for_its_merchant_by_a_token_alone() {
    let shop = shop(MerchantDraft { service_provider: true, ..MerchantDraft::default() }).await;
    let merchant = shop.credentials.acted_for.clone().unwrap();
    assert_eq!(refused_with(&shop, |_| {}).await.1, "40006 isv.insufficient-isv-permissions");
    let told = refused_with(&shop, |parameters| {
        parameters.insert("app_auth_token".to_owned(), "202601BBsomebodys".to_owned());
    });
    assert_eq!(told.await.1, "20001 aop.invalid-app-auth-token");
    let receiver = crate::receiver::Receiver::start();
    let mut asked = shop.common("alipay.trade.precreate", &shop.order("I1"));
    asked.insert("app_auth_token".to_owned(), merchant.app_auth_token.clone());
    asked.insert("notify_url".to_owned(), receiver.url.clone());
    assert_eq!(shop.send(shop.signed(asked)).await.code(), "10000");
    shop.pay("I1");
    shop.sandbox.step().await;
    let told = crate::alipay_client::form(&receiver.take()[0].body);
    assert_eq!((told["app_id"].as_str(), told["auth_app_id"].as_str()), (shop.app_id(), merchant.auth_app_id.as_str()));
}

#[actix_web::test]
async fn what_is_lost_on_the_way_back_has_happened_all_the_same() {
    let shop = shop(MerchantDraft::default()).await;
    let asked = |number: &str| shop.signed(shop.common("alipay.trade.precreate", &shop.order(number)));
    for (number, kind, happened) in
        [("L1", FaultKind::ResetAfterCommit, true), ("L2", FaultKind::ResetBeforeCommit, false)]
    {
        shop.fault(Operation::Precreate, kind);
        shop.try_send(asked(number)).await.unwrap_err();
        assert_eq!(shop.alipay.trade(shop.app_id(), number).is_ok(), happened, "{number}");
    }
    let unknown = |after: bool| {
        let (code, sub_code) = ("20000".to_owned(), "isp.unknow-error".to_owned());
        if after {
            FaultKind::ErrorAfterCommit { code, sub_code }
        } else {
            FaultKind::ErrorBeforeCommit { code, sub_code }
        }
    };
    for (number, kind, happened) in [("L3", unknown(true), true), ("L4", unknown(false), false)] {
        shop.fault(Operation::Precreate, kind);
        let reply = shop.send(asked(number)).await;
        assert_eq!(reply.code(), "20000 isp.unknow-error");
        assert!(reply.is_signed_by(&shop.alipay_key()));
        assert_eq!(shop.alipay.trade(shop.app_id(), number).is_ok(), happened, "{number}");
    }
    shop.fault(Operation::Precreate, FaultKind::HttpStatus { status: 504 });
    let reply = shop.send(asked("L5")).await;
    assert_eq!((reply.status, reply.node_name.as_str()), (504, ""));
    let calls = shop.alipay.book(shop.app_id()).unwrap().calls;
    assert_eq!(calls.len(), 5, "each of them stands in the book");
    assert_eq!(calls[4].fault, Some(FaultKind::HttpStatus { status: 504 }));
}

#[actix_web::test]
async fn a_plus_that_was_not_escaped_breaks_the_signature() {
    let shop = shop(MerchantDraft::default()).await;
    // Signatures without a plus are one in two hundred.
    let asked = (0..20)
        .map(|at| shop.signed(shop.common(QUERY, &json!({"out_trade_no": format!("P{at}")}))))
        .find(|asked| asked["sign"].contains('+'))
        .unwrap();
    let query = query_of(&asked).replace("%2B", "+");
    let told =
        shop.http.get(format!("{}?{query}", shop.alipay.gateway_url())).send().await.unwrap().text().await.unwrap();
    assert!(told.contains("isv.invalid-signature"), "{told}");
    assert_eq!(escaped("+"), "%2B");
}

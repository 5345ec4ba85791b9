//! Texts and signatures computed elsewhere (§19): our canonical strings are those, byte for byte.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rsa::RsaPublicKey;
use rsa::pkcs8::DecodePublicKey;

use super::authorization::Parameters;
use super::forms::{Charset, canonical, read};
use super::keys::is_signed_by;
use super::rest_authorization::{RestAuthorization, SignedRequest};
use super::signing::answer_text;

/// The merchant's and Alipay's.
const K1: &str = "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAvj+/GkUN6mWf+dYFJgWHbr0eJLcDUv5YwJolABu1DYsVDBBEeXAphUm02e6sPdb64V83ln0DrQjpEMkxdIyqgIzCDQzov06/FA+l0dznYdxRlTMe+Owl0kMbgx2BEFC2t4oJZ4wOa+PvZbbFJ3HSEU75f4D7En5N75jpGbUajSDvDYWr3zjMxHKEZhZhFOUaiReEhW6P7ve5k/iEaSnO6zicn3GOvlRSJjx5er9e7vCG6bjJkaWD9rSdhS6kLcH8XbRQC/sPIZK6D12AOe/dnRLfobi0MEKcM/Mq9iQnI3crP26bJBQFjiIexIDHsr0fZZsp8s6/tNsoFcFqZomjqwIDAQAB";
const K2: &str = "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA31XwUqwpZL6qu0JcoIgMMDjtftyQEG5iLFSZJ24onqo5NC7mOQ3H+4jbdT9mASojK2XVcZegJE+VnI8+2Ajl6Ly2C2UaSVXPuWLf/7yo+rzCehF1GXoBQLyG1OKvEnOkq838BlhA6i6XI9gKtq8JY6lhVeMTRlG355ztc69GuA9bP7V6Ck7ce3CWnkwoZk6BrOp9JrIV4t5m25cXQlf+oyEbk3RergZRcOOgFzjvchE+aeC9EzAf7XStACnzfU0RYPuQ7q2TXzwTmwh3z9zZEdbpp+S1Je9iD91EeJHCq4qAVc5WvRIORr3BNlxNXlM6LXo11KBJPQpjwkdnPPo0KQIDAQAB";

fn verifies(key: &str, message: &[u8], signature: &str) -> bool {
    let key = RsaPublicKey::from_public_key_der(&STANDARD.decode(key).unwrap()).unwrap();
    is_signed_by(&key, message, &STANDARD.decode(signature).unwrap())
}

#[test]
fn a_request_leaves_empty_parameters_out() {
    const TEXT: &str = r#"app_id=2021000000000001&biz_content={"out_trade_no":"A-1001"}&charset=utf-8&format=JSON&method=alipay.trade.query&sign_type=RSA2&timestamp=2026-01-02 03:04:05&version=1.0"#;
    const SIGN: &str = "PUwBpV0hWdj1GeuqJiPZOOM7gdZ0msdwYblimU5d4yU23uLoZSa2wIRQ5l8UTFfnF6AoSryCRdFWna5B9Ex/5ffZhZ/aw3hsYlPga9dSsr7R8OJ4bB6vepsjhIINUwo3CPUHS0K7PFaAYURu0yp9yopYiRdcJfPi0WZ1e2SUhGRE9H1Awmg+41gO0w0yzwQwbp/z9Kb6vjmcnkOcv6/++Be2t5TL5PxUun7Y4YhA3hVnXRm3ITAaWq9htannToFTli8CfZlgqYuuniGjFziEwS9S+UlUM8//PcfQOIcI2aneYnouqe/Th3BZk5y3KpUCKGc6fDulqBoenvFDeBP4CQ==";
    let escaped = form_urlencoded::Serializer::new(String::new())
        .append_pair("version", "1.0")
        .append_pair("biz_content", r#"{"out_trade_no":"A-1001"}"#)
        .append_pair("app_auth_token", "")
        .append_pair("timestamp", "2026-01-02 03:04:05")
        .append_pair("sign_type", "RSA2")
        .append_pair("method", "alipay.trade.query")
        .append_pair("charset", "utf-8")
        .append_pair("format", "JSON")
        .append_pair("app_id", "2021000000000001")
        .append_pair("sign", SIGN)
        .finish();
    assert_eq!(Parameters::read(escaped.as_bytes(), b"").unwrap().canonical(), TEXT);
    assert!(verifies(K1, TEXT.as_bytes(), SIGN));
}

#[test]
fn a_link_of_a_page_is_read_back_to_what_was_signed() {
    const QUERY: &str = "alipay_root_cert_sn=687b59193f3f462dd5336e5abf83c5d8_02941eef3187dddf3d3b83462e1dfcf6&app_cert_sn=0a6c028596678a4aee9294b49c026105&app_id=2021000000000001&biz_content=%7B%22out_trade_no%22%3A%22B_1002%22%2C%22total_amount%22%3A%2288.80%22%2C%22subject%22%3A%22%E7%BA%A2%E8%8C%B6%20500g%2B%E7%B3%96%26%E6%9D%AF%2050%25%22%2C%22product_code%22%3A%22FAST_INSTANT_TRADE_PAY%22%2C%22passback_params%22%3A%22m%253D1%2526n%253D2%22%7D&charset=utf-8&format=JSON&method=alipay.trade.page.pay&notify_url=https%3A%2F%2Fshop.example%2Fhook%3Fa%3D1%26b%3D2&return_url=https%3A%2F%2Fshop.example%2Fback&sign=a9iiaSQkWSkGy3Q%2BQqYMk5mHPvb16TC8X46AFrcfhkfEfSjjvSQ2jwvdKEMTAW0glcrnC7OEmdrAzAd299Wo14UHefE1ANa5BRgSlqvCSQeDvVnyYkcOXzJiDi1OTlZwXbNS0d3Y8CC78S343reYlwUNxpYWFlRuKB5XNLYeiCcZ8cHiMn6EOv19ZkRfSrNvgJvPwpVw0urIIfjWECg0r0MPdycAqdnEkl3RO2kDW%2BiyyTNqILcLt%2BZNI686wi5zIf91ToEclcC6u5%2BVjIQBgG6EiQtIoWyIUv%2FSTXfrUmktuJ3jUTd4BJisXF%2BaHu0SSWqRRAk6%2F9l6tBvdWEIsGw%3D%3D&sign_type=RSA2&timestamp=2026-01-02%2003%3A04%3A05&version=1.0";
    const TEXT: &str = r#"alipay_root_cert_sn=687b59193f3f462dd5336e5abf83c5d8_02941eef3187dddf3d3b83462e1dfcf6&app_cert_sn=0a6c028596678a4aee9294b49c026105&app_id=2021000000000001&biz_content={"out_trade_no":"B_1002","total_amount":"88.80","subject":"红茶 500g+糖&杯 50%","product_code":"FAST_INSTANT_TRADE_PAY","passback_params":"m%3D1%26n%3D2"}&charset=utf-8&format=JSON&method=alipay.trade.page.pay&notify_url=https://shop.example/hook?a=1&b=2&return_url=https://shop.example/back&sign_type=RSA2&timestamp=2026-01-02 03:04:05&version=1.0"#;
    let parameters = Parameters::read(QUERY.as_bytes(), b"").unwrap();
    assert_eq!(parameters.canonical(), TEXT);
    assert!(verifies(K1, TEXT.as_bytes(), parameters.get("sign").unwrap()));
}

#[test]
fn an_order_string_is_read_back_to_what_was_signed() {
    const ORDER_STRING: &str = "app_id=2021000000000001&biz_content=%7B%22out_trade_no%22%3A%22C_1003%22%2C%22total_amount%22%3A%220.01%22%2C%22subject%22%3A%22%E8%8C%B6%2B%26%22%2C%22product_code%22%3A%22QUICK_MSECURITY_PAY%22%7D&charset=utf-8&format=JSON&method=alipay.trade.app.pay&notify_url=https%3A%2F%2Fshop.example%2Fhook&sign=DNltTghOnY3YBOmHIM5VcnBYn0Ek5SBt6n1ghnl5njkK9kc2oCvdeI660CKDYTEC1Sbx58G3CYiub2MLfwLcWjxPldV0LSVmZ3TxnywB3YDCu0ofXOwuemgosh0E%2FhdQIiq99v%2FHfvxftKGtVRU%2FCcG9fJn1yBoFbRtG766t%2BfSx9kdkiVibNweF4QbTY07wwrYhX5yATQdt81iJNqt7ACyiBegtPuCDanuOTM9VBdUpMfW8S2RkN6YXATBiJ5GTXdGvFkBgrFV4a70aottZtsWy9%2BUoa7aqsBSmT31XC7p0LK3AroXwbYb89sDFMquqCFxvwmdpjs63AwZi6DfjEQ%3D%3D&sign_type=RSA2&timestamp=2026-01-02%2003%3A04%3A05&version=1.0";
    const TEXT: &str = r#"app_id=2021000000000001&biz_content={"out_trade_no":"C_1003","total_amount":"0.01","subject":"茶+&","product_code":"QUICK_MSECURITY_PAY"}&charset=utf-8&format=JSON&method=alipay.trade.app.pay&notify_url=https://shop.example/hook&sign_type=RSA2&timestamp=2026-01-02 03:04:05&version=1.0"#;
    let parameters = Parameters::read(ORDER_STRING.as_bytes(), b"").unwrap();
    assert_eq!(parameters.canonical(), TEXT);
    assert!(verifies(K1, TEXT.as_bytes(), parameters.get("sign").unwrap()));
}

fn pairs(body: &str, charset: Charset) -> Vec<(String, String)> {
    read(body.as_bytes()).iter().map(|(name, value)| (charset.decode(name), charset.decode(value))).collect()
}

fn sign_in(pairs: &[(String, String)]) -> &str {
    pairs.iter().find(|(name, _)| name == "sign").map(|(_, sign)| sign.as_str()).unwrap()
}

#[test]
fn a_notification_keeps_its_empty_member() {
    const BODY: &str = "notify_time=2026-01-02+03%3A05%3A10&notify_type=trade_status_sync&notify_id=2026010200222030510001400000000001&app_id=2021000000000001&auth_app_id=2021000000000001&charset=utf-8&version=1.0&trade_no=2026010222001400000000000001&out_trade_no=B_1002&buyer_id=2088000000000002&buyer_logon_id=abc%2A%2A%2A%40example.com&seller_id=2088000000000001&seller_email=&trade_status=TRADE_SUCCESS&total_amount=88.80&receipt_amount=88.80&invoice_amount=88.80&buyer_pay_amount=88.80&point_amount=0.00&subject=%E7%BA%A2%E8%8C%B6+500g%2B%E7%B3%96%26%E6%9D%AF+50%25&gmt_create=2026-01-02+03%3A05%3A01&gmt_payment=2026-01-02+03%3A05%3A09&fund_bill_list=%5B%7B%22amount%22%3A%2288.80%22%2C%22fundChannel%22%3A%22ALIPAYACCOUNT%22%7D%5D&passback_params=m%253D1%2526n%253D2&sign=2IiGeWlsTpyIdrhCqvYX3EbsH6X2jPWv3DYh6JEO85wScTJmbA1sQDZd8GD7XW92kdhEG4%2FWMxb50z6M5Ge%2F%2BuyXcxdQUb%2BxZXfaisikhTY2B6WWPuntM5SUxwXjwT7UwOExNsdwTNkGJn7v3F6xCNWLfjou0StsemL%2B3L9sy1i76fM9Dge3sJGMfc9sziF0PXMHJVn2nXwPvslCzzUQIfJ%2BcnHB1Erq8RgBM%2B93woRGDZtrCzijl1yCcb2oLXv4y4Y6YW2q0O94JXcq9dRsJxsHq5PzVN4njRmnRsTed2xB0W1dqYXpm3Kf%2BznZ4Tr%2B5GbBBrcGdx0ICi%2BQgJmbOg%3D%3D&sign_type=RSA2";
    const TEXT: &str = r#"app_id=2021000000000001&auth_app_id=2021000000000001&buyer_id=2088000000000002&buyer_logon_id=abc***@example.com&buyer_pay_amount=88.80&charset=utf-8&fund_bill_list=[{"amount":"88.80","fundChannel":"ALIPAYACCOUNT"}]&gmt_create=2026-01-02 03:05:01&gmt_payment=2026-01-02 03:05:09&invoice_amount=88.80&notify_id=2026010200222030510001400000000001&notify_time=2026-01-02 03:05:10&notify_type=trade_status_sync&out_trade_no=B_1002&passback_params=m%3D1%26n%3D2&point_amount=0.00&receipt_amount=88.80&seller_email=&seller_id=2088000000000001&subject=红茶 500g+糖&杯 50%&total_amount=88.80&trade_no=2026010222001400000000000001&trade_status=TRADE_SUCCESS&version=1.0"#;
    let told = pairs(BODY, Charset::Utf8);
    assert_eq!(canonical(&told, &["sign", "sign_type"], true), TEXT);
    assert!(verifies(K2, TEXT.as_bytes(), sign_in(&told)));
}

#[test]
fn a_notification_in_gbk_is_signed_over_gbk() {
    const BODY: &str = "app_id=2021000000000001&charset=gbk&out_trade_no=G_1&seller_id=2088000000000001&subject=%BA%EC%B2%E8&total_amount=0.01&trade_no=2026010222001400000000000009&trade_status=TRADE_SUCCESS&sign=JHBg8G%2FWV59tk0jHjC5ecuYmVltYcEi6ltyS5riazn7HwiwZwvphwkKDNTC88H5XwS12KFgHxizae%2B0OGMwmQtbA5HzyYqrCb4e3LhHvI0VSIq486854QvT1zL1q%2BgfE9JRwoIQxfxoLc8%2BuWA7xsFPeqXRgYlLqhnlidL8RIRkPXRl8eNxeEp5DL7IwzCwoUBCL2%2F64devR6WAn8BYCpnt6D5JxXO6jiFG9FqeXTmeYK3WdSTcxK6%2BEfFI8ZSh5gLcFfOnR%2BeGUVNSFxwTxYK3oePdAsZ9vQoCJZrJ01KgEArzYduODA98T3X%2BDk%2BfneTxtkaCPjAumEXhz1HQ9wQ%3D%3D&sign_type=RSA2";
    const SIGNED_HEX: &str = "6170705f69643d3230323130303030303030303030303126636861727365743d67626b266f75745f74726164655f6e6f3d475f312673656c6c65725f69643d32303838303030303030303030303031267375626a6563743dbaecb2e826746f74616c5f616d6f756e743d302e30312674726164655f6e6f3d323032363031303232323030313430303030303030303030303030392674726164655f7374617475733d54524144455f53554343455353";
    let told = pairs(BODY, Charset::Gbk);
    let text = canonical(&told, &["sign", "sign_type"], true);
    let signed = Charset::Gbk.encode(&text);
    assert_eq!(hex::encode(&signed), SIGNED_HEX);
    assert!(verifies(K2, &signed, sign_in(&told)) && !verifies(K2, text.as_bytes(), sign_in(&told)));
}

fn request_text(auth_string: &str, request: &SignedRequest<'_>, sign: &str) -> Vec<u8> {
    let header = format!("ALIPAY-SHA256withRSA {auth_string},sign={sign}");
    RestAuthorization::parse(Some(&header)).unwrap().text(request)
}

#[test]
fn version_threes_texts_end_every_line() {
    const POSTED: &str = r#"app_id=2021000000000001,nonce=0123456789abcdef0123456789abcdef,timestamp=1767294245000
POST
/v3/alipay/trade/query
{"out_trade_no":"A-1001"}"#;
    const POSTED_SIGN: &str = "tJef3zW//y7EHjvWsiV97szDPf6d16Wh7n+80tJhZ4hGQ0FAMD/RtVzdXzoliUxzfP+nCMTWMaFLkmpP9QpyAeBqTMsWG8iowfqMU3ssNqyRAUlEnY1Vf99L6+/b4E6Tow2wtaj43QtP+MloWdCcqC22oj7qzU0S/psqBdnOizk9ZKTigCcoytIccOQSkEN/byGkNCU6fi4WGk47FojEdJXjONvnEMOPiDv5OgdUaThZeyo3MqNlIrHLdUzqoEeyr346rDlvHF14Xat2LelBtEBVZl9NTRo03IQQYAeWUE2E/bdcAGawv1uDdLeF9y3SJJ0DnSHx4hhxmZ9tKnZOdA==";
    const ASKED: &str = r#"app_id=2021000000000001,app_cert_sn=0a6c028596678a4aee9294b49c026105,nonce=0123456789abcdef0123456789abcdef,timestamp=1767294245000
GET
/v3/alipay/data/dataservice/bill/downloadurl/query?bill_type=trade&bill_date=2026-01-01

TOKEN201"#;
    const ASKED_SIGN: &str = "jLb9ooPGng9qqcutESzsQHJHjBG7OtL9NvTI0w9h/w2laaNJd8g8AETYQR7TC1Mf6UGPxfutb135mGdptIzhfQDnaLyBvKxhsON9OhVtbXROleItad2idOpgPo3qi3WwKG5nkpNfb6+sRLILoa7Kyhavxte5jm64Am0Rgarp50iTJ62GhckXNpOO9HbAbJ4yVIhPcHXv2Qf6o8jnc+kVmtCsCpq/zECw3QUijjq27AHBYOWMjX0uLs9z+HEP1Ondsg4dl5JKQebwkE7JGh82d+A0N0ba2jBQcbrWoiYbCC07lnCHr6DNxLeuCYCkWpo8ulJIppdnKc1WRLZRH+3qSw==";
    for (text, sign, token) in [(POSTED, POSTED_SIGN, None), (ASKED, ASKED_SIGN, Some("TOKEN201"))] {
        let lines: Vec<&str> = text.lines().collect();
        let request = SignedRequest {
            method: lines[1],
            target: lines[2],
            path: lines[2].split('?').next().unwrap(),
            body: lines[3].as_bytes(),
            app_auth_token: token,
            root_cert_sn: None,
        };
        let built = request_text(lines[0], &request, sign);
        assert_eq!(String::from_utf8_lossy(&built), format!("{text}\n"));
        assert!(verifies(K1, &built, sign));
    }
}

#[test]
fn version_threes_answer_is_signed_over_time_nonce_and_body() {
    const BODY: &str =
        r#"{"trade_no":"2026010222001400000000000001","out_trade_no":"A-1001","trade_status":"TRADE_SUCCESS"}"#;
    const SIGN: &str = "z1S/d+1ZKn+hP9wd6zGPfaDuQkBFSdtFElQjniNbSoM0OlJjZ9EdhtLyNKOcVMtSmopRQnRLxVytCe54E/Ff4SPUWFUxkuzfhlt5eM6hi1+XHTEKNmeu9EzY85u5tHKBdPA8xnXYPhA3dmkDIQ9JZfsEadS2ifVz+g9F0AkqO+guQoWE1Q0Zhy01WAhVODCp2mYjYlLxinJ5kBs1aYtoqjPLDJK3xxl3om+xnFrWcGZ15ddcWwYYbGu8y8At1e3elw9mQ3JxVzcagji5acBtkQAqh+hpuO6lDtaUHhIPbcJ3U1vlixBUB1V809GKYGreWCoGOHSPTYQGP/TDWqUutw==";
    let text = answer_text("1767294245123", "fedcba9876543210fedcba9876543210", BODY.as_bytes());
    assert!(verifies(K2, &text, SIGN));
}

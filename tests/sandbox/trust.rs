//! Whose key signs: through a rotation of certificates, and on the way to the public key.

use std::collections::BTreeMap;

use luodi::sandbox::{Fault, FaultKind, MerchantDraft, Operation, TrustMode};
use serde_json::{Value, json};

use crate::client::{NATIVE, Shop, shop};
use crate::receiver::Receiver;

const DAY_S: i64 = 86_400;

async fn serials(shop: &Shop, receiver: &Receiver, prefix: &str, count: usize) -> BTreeMap<String, usize> {
    for at in 0..count {
        let number = format!("{prefix}{at:06}");
        shop.call("POST", NATIVE, shop.order(&number, &receiver.url)).await;
        shop.pay(&number);
    }
    shop.sandbox.step().await;
    let mut counted = BTreeMap::new();
    for letter in receiver.take() {
        let serial = letter.headers["wechatpay-serial"].to_str().unwrap().to_owned();
        *counted.entry(serial).or_default() += 1;
    }
    counted
}

async fn listed(shop: &Shop) -> Vec<String> {
    let told = shop.call("GET", "/v3/certificates", Value::Null).await.json();
    told["data"].as_array().unwrap().iter().map(|one| one["serial_no"].as_str().unwrap().to_owned()).collect()
}

#[actix_web::test]
async fn a_successor_is_announced_ten_days_ahead_and_signs_in_the_last_five() {
    let life_s = u32::try_from(30 * DAY_S).unwrap();
    let draft = MerchantDraft {
        trust_mode: TrustMode::Certificates,
        certificate_life_s: Some(life_s),
        ..MerchantDraft::default()
    };
    let shop = shop(draft).await;
    let receiver = Receiver::start();
    let old = shop.credentials.platform_certificate_serial.clone();
    shop.clock.advance_s(20 * DAY_S - 1);
    assert_eq!(listed(&shop).await, std::slice::from_ref(&old));
    shop.clock.advance_s(1);
    let both = listed(&shop).await;
    assert_eq!((both.len(), &both[0]), (2, &old));
    assert_eq!(serials(&shop, &receiver, "EARLY", 4).await, BTreeMap::from([(old.clone(), 4)]));
    shop.clock.advance_s(5 * DAY_S);
    let counted = serials(&shop, &receiver, "LATER", 4).await;
    assert!(both.iter().all(|serial| counted[serial] >= 1), "either signs: {counted:?}");
    let named = shop.send_as(shop.authorization(), "GET", "/v3/certificates", "", Some(&old)).await.unwrap();
    assert_eq!(named.header("Wechatpay-Serial"), old, "an answer is signed by the key that is named");
    shop.clock.advance_s(5 * DAY_S);
    assert_eq!(listed(&shop).await, both[1..]);
    assert_eq!(serials(&shop, &receiver, "AFTER", 4).await, BTreeMap::from([(both[1].clone(), 4)]));
}

#[actix_web::test]
async fn a_migration_grows_from_one_in_a_thousand_to_all() {
    let shop = shop(MerchantDraft { trust_mode: TrustMode::Certificates, ..MerchantDraft::default() }).await;
    let receiver = Receiver::start();
    let mchid = shop.credentials.mchid.clone();
    let own = &shop.credentials.wechatpay_public_key_id;
    shop.sandbox.migrate_to_public_key(&mchid).unwrap();
    assert_eq!(serials(&shop, &receiver, "DAY1", 10).await.get(own), None);
    shop.clock.advance_s(5 * DAY_S);
    assert_eq!(serials(&shop, &receiver, "DAY6", 10).await[own], 5);
    shop.clock.advance_s(DAY_S);
    assert_eq!(serials(&shop, &receiver, "DAY7", 10).await[own], 10);

    shop.sandbox.set_public_key_per_mille(&mchid, 100).unwrap();
    assert_eq!(serials(&shop, &receiver, "TENTH", 20).await[own], 2);
    assert!(shop.sandbox.set_public_key_per_mille(&mchid, 1001).is_err());
    shop.sandbox.set_trust_mode(&mchid, TrustMode::Certificates, None).unwrap();
    assert_eq!(serials(&shop, &receiver, "BACK", 3).await.get(own), None, "the merchant may take it back");
    shop.sandbox.rotate_certificate(&mchid, false).await.unwrap();
    assert!(shop.sandbox.migrate_to_public_key(&mchid).is_err(), "not during a rotation");
}

#[actix_web::test]
async fn an_answer_is_signed_by_the_key_that_the_request_names() {
    let shop = shop(MerchantDraft { trust_mode: TrustMode::Both, ..MerchantDraft::default() }).await;
    let (key, certificate) =
        (shop.credentials.wechatpay_public_key_id.clone(), shop.credentials.platform_certificate_serial.clone());
    for named in [&key, &certificate] {
        let told = shop.send_as(shop.authorization(), "GET", "/v3/certificates", "", Some(named)).await.unwrap();
        assert_eq!(told.header("Wechatpay-Serial"), named);
    }
    shop.sandbox.set_trust_mode(&shop.credentials.mchid, TrustMode::Certificates, None).unwrap();
    let told = shop.send_as(shop.authorization(), "GET", "/v3/certificates", "", Some(&key)).await.unwrap();
    assert_eq!(told.header("Wechatpay-Serial"), certificate, "no public key has been applied for");
}

#[actix_web::test]
async fn notifications_of_other_kinds_and_shapes_come_by_script() {
    let shop = shop(MerchantDraft::default()).await;
    let receiver = Receiver::start();
    for (at, kind) in [FaultKind::ProfitSharing, FaultKind::NoAssociatedData].into_iter().enumerate() {
        shop.trusted("POST", NATIVE, shop.order(&format!("KIND00000{at}"), &receiver.url)).await;
        shop.pay(&format!("KIND00000{at}"));
        shop.sandbox.add_fault(Fault::new(Operation::Notify, kind).times(1)).unwrap();
        shop.sandbox.step().await;
    }
    let letters = receiver.take();
    assert!(letters.iter().all(|letter| shop.verifies(&letter.headers, &letter.body)));
    let sharing = letters[0].envelope();
    assert_eq!(
        (sharing["event_type"].as_str(), sharing["resource"]["original_type"].as_str()),
        (Some("TRANSACTION.SUCCESS"), Some("profitsharing"))
    );
    let told = letters[0].open(&shop.credentials.apiv3_key);
    assert!(told.get("trade_state").is_none() && told["receiver"]["amount"] == json!(100));
    assert!(letters[1].envelope()["resource"].get("associated_data").is_none());
    assert_eq!(letters[1].open(&shop.credentials.apiv3_key)["trade_state"], "SUCCESS");
}

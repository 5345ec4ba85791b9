//! Notifications: schedule, migration of keys, and every fault of theirs.

use luodi::sandbox::{DeliveryState, Fault, FaultKind, MerchantDraft, Operation, PayDraft, TrustMode};
use serde_json::{Value, json};

use crate::client::{NATIVE, REFUNDS, Shop, shop};
use crate::receiver::{Letter, Receiver};

async fn paid(shop: &Shop, receiver: &Receiver, number: &str) {
    shop.trusted("POST", NATIVE, shop.order(number, &receiver.url)).await;
    shop.pay(number);
}

/// Pays one order under one fault and hands back what arrived.
async fn struck(kind: FaultKind) -> (Shop, Receiver, Vec<Letter>) {
    let shop = shop(MerchantDraft::default()).await;
    let receiver = Receiver::start();
    shop.sandbox.add_fault(Fault::new(Operation::Notify, kind).times(1)).unwrap();
    paid(&shop, &receiver, "NOTE000001").await;
    shop.sandbox.step().await;
    let letters = receiver.take();
    (shop, receiver, letters)
}

async fn struck_resource(kind: FaultKind) -> (Shop, Value) {
    let (shop, _, letters) = struck(kind).await;
    assert!(shop.verifies(&letters[0].headers, &letters[0].body), "bent in content, not in signature");
    let told = letters[0].open(&shop.credentials.apiv3_key);
    (shop, told)
}

fn state(shop: &Shop) -> DeliveryState {
    shop.sandbox.book(&shop.credentials.mchid).unwrap().notifications[0].state
}

#[actix_web::test]
async fn a_failed_notification_comes_again_on_the_schedule_signed_afresh() {
    let shop = shop(MerchantDraft::default()).await;
    let receiver = Receiver::start();
    receiver.answer(&[500, 302, 201]);
    paid(&shop, &receiver, "AGAIN00001").await;
    assert_eq!(shop.sandbox.step().await, 1);
    for wait_s in [15, 15, 30] {
        shop.clock.advance_s(wait_s - 1);
        assert_eq!(shop.sandbox.step().await, 0);
        shop.clock.advance_s(1);
        assert_eq!(shop.sandbox.step().await, 1);
    }
    shop.clock.advance_s(86_400);
    assert_eq!(shop.sandbox.step().await, 0);
    let letters = receiver.take();
    assert_eq!(letters.len(), 4, "a redirect is not followed");
    let ids: Vec<Value> = letters.iter().map(|letter| letter.envelope()["id"].clone()).collect();
    assert!(ids.iter().all(|id| *id == ids[0]));
    let nonces: Vec<_> = letters.iter().map(|letter| letter.headers["wechatpay-nonce"].clone()).collect();
    assert_ne!(nonces[0], nonces[1]);
    assert_eq!(state(&shop), DeliveryState::Delivered);
    assert_eq!(shop.sandbox.notify_again(&shop.credentials.mchid, "AGAIN00001").await, 1);
}

#[actix_web::test]
async fn after_a_day_without_success_it_is_given_up() {
    let shop = shop(MerchantDraft::default()).await;
    let receiver = Receiver::start();
    receiver.answer(&[500; 16]);
    paid(&shop, &receiver, "NOTE000002").await;
    let mut sent = 0;
    for _ in 0..20 {
        sent += shop.sandbox.step().await;
        shop.clock.advance_s(21_600);
    }
    assert_eq!((sent, state(&shop)), (16, DeliveryState::GivenUp));
}

#[actix_web::test]
async fn while_migrating_both_keys_sign_by_the_set_share() {
    let draft = MerchantDraft { trust_mode: TrustMode::Both, public_key_percent: Some(25), ..MerchantDraft::default() };
    let shop = shop(draft).await;
    let receiver = Receiver::start();
    for at in 0..8 {
        paid(&shop, &receiver, &format!("MIGRATE{at}")).await;
    }
    shop.sandbox.step().await;
    let letters = receiver.take();
    let by = |serial: &str| letters.iter().filter(|letter| letter.headers["wechatpay-serial"] == *serial).count();
    assert_eq!(by(&shop.credentials.wechatpay_public_key_id), 2);
    assert_eq!(by(&shop.credentials.platform_certificate_serial), 6);
}

#[actix_web::test]
async fn copies_come_one_by_one_or_at_once() {
    for kind in [FaultKind::Duplicate { copies: 2 }, FaultKind::Parallel { copies: 2 }] {
        let (shop, _receiver, letters) = struck(kind).await;
        assert_eq!(letters.len(), 3);
        assert!(letters.iter().all(|letter| shop.verifies(&letter.headers, &letter.body)));
        assert!(letters.iter().all(|letter| letter.body == letters[0].body));
    }
}

#[actix_web::test]
async fn a_held_back_or_dropped_notification_is_not_there_in_time() {
    let (shop, receiver, letters) = struck(FaultKind::Delay { delay_ms: 90_000 }).await;
    assert!(letters.is_empty());
    shop.clock.advance_s(89);
    assert_eq!(shop.sandbox.step().await, 0);
    shop.clock.advance_s(1);
    assert_eq!(shop.sandbox.step().await, 1);
    assert_eq!(receiver.take().len(), 1);

    let (shop, _receiver, letters) = struck(FaultKind::Drop).await;
    assert!(letters.is_empty());
    shop.clock.advance_s(86_400);
    assert_eq!((shop.sandbox.step().await, state(&shop)), (0, DeliveryState::Dropped));
}

#[actix_web::test]
async fn a_refund_can_overtake_its_payment() {
    let (shop, receiver, letters) = struck(FaultKind::Reorder).await;
    assert!(letters.is_empty());
    let mut refund = shop.refund_body("NOTE000001", "R1", 1000);
    refund["notify_url"] = json!(receiver.url);
    shop.trusted("POST", REFUNDS, refund).await;
    assert_eq!(shop.sandbox.step().await, 2);
    let events: Vec<Value> = receiver.take().iter().map(|letter| letter.envelope()["event_type"].clone()).collect();
    assert_eq!(events, ["REFUND.SUCCESS", "TRANSACTION.SUCCESS"]);
}

#[actix_web::test]
async fn content_is_bent_under_a_good_signature() {
    assert_eq!(struck_resource(FaultKind::WrongAmount).await.1["amount"]["total"], 1001);
    let (shop, told) = struck_resource(FaultKind::WrongMchid).await;
    assert_ne!(told["mchid"], json!(shop.credentials.mchid));
    let (shop, told) = struck_resource(FaultKind::WrongAppid).await;
    assert_ne!(told["appid"], json!(shop.credentials.appid));
    assert_ne!(struck_resource(FaultKind::UnknownOrder).await.1["out_trade_no"], "NOTE000001");
    assert!(struck_resource(FaultKind::UnknownEventType).await.1.get("trade_state").is_none());

    let (shop, _, letters) = struck(FaultKind::EmptyAssociatedData).await;
    assert_eq!(letters[0].envelope()["resource"]["associated_data"], "");
    assert_eq!(letters[0].open(&shop.credentials.apiv3_key)["trade_state"], "SUCCESS");

    let (shop, _, letters) = struck(FaultKind::Malformed).await;
    assert!(shop.verifies(&letters[0].headers, &letters[0].body));
    assert!(serde_json::from_slice::<Value>(&letters[0].body).is_err());
}

#[actix_web::test]
async fn a_flawed_signature_never_verifies_and_the_next_attempt_does() {
    let flaws = [
        FaultKind::BadSignature,
        FaultKind::Unsigned,
        FaultKind::ProbeSignature,
        FaultKind::UnknownSerial,
        FaultKind::StaleTimestamp,
    ];
    for kind in flaws {
        let shop = shop(MerchantDraft::default()).await;
        let receiver = Receiver::start();
        receiver.answer(&[401]);
        shop.sandbox.add_fault(Fault::new(Operation::Notify, kind.clone()).times(1)).unwrap();
        paid(&shop, &receiver, "NOTE000003").await;
        shop.sandbox.step().await;
        shop.clock.advance_s(15);
        shop.sandbox.step().await;
        let letters = receiver.take();
        assert!(!shop.verifies(&letters[0].headers, &letters[0].body), "{kind:?}");
        assert!(shop.verifies(&letters[1].headers, &letters[1].body), "{kind:?}");
    }
}

#[actix_web::test]
async fn nobody_listening_is_a_failure_like_any_other() {
    let shop = shop(MerchantDraft::default()).await;
    shop.trusted("POST", NATIVE, shop.order("NOTE000004", "http://127.0.0.1:9/notify")).await;
    shop.sandbox.pay(&shop.credentials.mchid, "NOTE000004", &PayDraft::default()).unwrap();
    assert_eq!(shop.sandbox.step().await, 1);
    let told = shop.sandbox.book(&shop.credentials.mchid).unwrap().notifications.remove(0);
    assert_eq!((told.state, told.attempts[0].status), (DeliveryState::Waiting, None));
}

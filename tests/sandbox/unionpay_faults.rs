//! What a script makes go wrong, in answers and notifications (§5, §6, §10).

use luodi::sandbox::DeliveryState;
use luodi::sandbox::unionpay::{FaultKind, Forgery, MerchantDraft, Operation};

use crate::receiver::Receiver;
use crate::unionpay_client::{Doubt, Shop, escaped, read_form, read_raw, set, shop};

const NOWHERE: &str = "http://127.0.0.1:9/notify";

async fn query(shop: &Shop) -> (u16, String) {
    let mut message = shop.common(("00", "00"), "000000");
    set(&mut message, "orderId", "ORDER00001");
    set(&mut message, "txnTime", &shop.now());
    shop.try_post("/gateway/api/queryTrans.do", escaped(&shop.signed(message))).await.unwrap()
}

#[actix_web::test]
async fn every_forgery_is_found_by_its_own_check() {
    let shop = shop(MerchantDraft::default()).await;
    shop.paid("ORDER00001", NOWHERE).await;
    let forged = |certificate| FaultKind::ForgedCertificate { certificate };
    for (fault, doubt) in [
        (FaultKind::BadSignature, Doubt::Signature),
        (FaultKind::Unsigned, Doubt::Signature),
        (FaultKind::NoCertificate, Doubt::Certificate),
        (FaultKind::DowngradedMethod, Doubt::Method),
        (FaultKind::DowngradedVersion, Doubt::Method),
        (FaultKind::WrongMerchant, Doubt::Merchant),
        (forged(Forgery::Merchant), Doubt::Owner),
        (forged(Forgery::OtherOwner), Doubt::Owner),
        (forged(Forgery::TwoPieceOwner), Doubt::Owner),
        (forged(Forgery::TwoOwners), Doubt::Owner),
        (forged(Forgery::TestOwner), Doubt::Owner),
        (forged(Forgery::Expired), Doubt::Time),
        (forged(Forgery::NotYetValid), Doubt::Time),
        (forged(Forgery::SelfSigned), Doubt::Chain),
        (forged(Forgery::OtherAuthority), Doubt::Chain),
        (forged(Forgery::ByRoot), Doubt::Chain),
    ] {
        shop.fault(Operation::Query, fault.clone());
        let answer = read_raw(&query(&shop).await.1);
        assert_eq!(shop.doubt(&answer), Err(doubt), "{fault:?}");
    }
    assert_eq!(shop.doubt(&read_raw(&query(&shop).await.1)), Ok(()), "faults are used up");
}

#[actix_web::test]
async fn unusual_answers_are_good_all_the_same() {
    let shop = shop(MerchantDraft::default()).await;
    shop.paid("ORDER00001", NOWHERE).await;
    shop.fault(Operation::Query, FaultKind::Braced);
    let body = query(&shop).await.1;
    assert!(body.starts_with('{') && body.ends_with('}'), "{body}");
    assert_eq!(shop.doubt(&read_raw(&body)), Ok(()));
    shop.fault(Operation::Query, FaultKind::ExtraField);
    let told = read_raw(&query(&shop).await.1);
    assert_eq!((told["zzSandbox"].as_str(), shop.doubt(&told)), ("{a=1&b=+ /=}未知", Ok(())));
    shop.fault(Operation::Query, FaultKind::LineFeeds);
    let told = read_raw(&query(&shop).await.1);
    assert!(!told["signPubKeyCert"].contains('\r'));
    assert_eq!(shop.doubt(&told), Ok(()));
    shop.fault(Operation::Query, FaultKind::EmptyFieldUnsigned);
    let told = read_raw(&query(&shop).await.1);
    assert_eq!((told["reserved"].as_str(), shop.doubt(&told)), ("", Ok(())));
    shop.fault(Operation::Query, FaultKind::EmptyField);
    assert_eq!(shop.doubt(&read_raw(&query(&shop).await.1)), Err(Doubt::Signature), "the kept form signs it");
    shop.fault(Operation::Query, FaultKind::DuplicateField);
    assert_eq!(query(&shop).await.1.matches("respCode=00").count(), 2);
}

#[actix_web::test]
async fn a_lost_answer_leaves_what_it_did() {
    let shop = shop(MerchantDraft::default()).await;
    let path = "/gateway/api/backTransReq.do";
    let purchase = |order_id: &str| escaped(&shop.signed(shop.purchase("07", "000000", order_id, NOWHERE)));
    shop.fault(Operation::QrPurchase, FaultKind::ResetAfterCommit);
    assert!(shop.try_post(path, purchase("ORDER00001")).await.is_err());
    shop.fault(Operation::QrPurchase, FaultKind::ResetBeforeCommit);
    assert!(shop.try_post(path, purchase("ORDER00002")).await.is_err());
    shop.fault(Operation::QrPurchase, FaultKind::HttpStatus { status: 502 });
    assert_eq!(shop.try_post(path, purchase("ORDER00003")).await.unwrap().0, 502);
    shop.fault(Operation::QrPurchase, FaultKind::RespCodeBeforeCommit { resp_code: "06".to_owned() });
    assert_eq!(read_raw(&shop.try_post(path, purchase("ORDER00004")).await.unwrap().1)["respCode"], "06");
    shop.fault(Operation::QrPurchase, FaultKind::RespCodeAfterCommit { resp_code: "03".to_owned() });
    let answer = read_raw(&shop.try_post(path, purchase("ORDER00005")).await.unwrap().1);
    assert_eq!((answer["respCode"].as_str(), shop.doubt(&answer)), ("03", Ok(())));
    let book = shop.unionpay.book(shop.mer_id()).unwrap();
    let mut known: Vec<&str> = book.transactions.iter().map(|found| found.order_id.as_str()).collect();
    known.sort_unstable();
    assert_eq!(known, ["ORDER00001", "ORDER00003", "ORDER00005"]);
}

#[actix_web::test]
async fn a_query_may_tell_another_story_than_the_notification() {
    let shop = shop(MerchantDraft::default()).await;
    shop.paid("ORDER00001", NOWHERE).await;
    for code in ["05", "66"] {
        shop.fault(Operation::Query, FaultKind::OrigRespCode { resp_code: code.to_owned() });
        assert_eq!(shop.status("ORDER00001", &shop.now()).await, format!("00 {code}"));
    }
    shop.fault(Operation::Query, FaultKind::RespCodeBeforeCommit { resp_code: "34".to_owned() });
    assert_eq!(shop.status("ORDER00001", &shop.now()).await, "34");
    shop.fault(Operation::Query, FaultKind::WrongAmount);
    assert_eq!(shop.query_at("ORDER00001", &shop.now()).await["txnAmt"], "1001");
    assert_eq!(shop.status("ORDER00001", &shop.now()).await, "00 00");
}

#[actix_web::test]
async fn an_unanswered_notification_is_sent_five_times_over_twelve_minutes() {
    let shop = shop(MerchantDraft::default()).await;
    let receiver = Receiver::start();
    receiver.answer(&[500; 9]);
    shop.paid("ORDER00001", &receiver.url).await;
    assert_eq!(shop.sandbox.step().await, 1);
    for minutes in [1, 2, 4, 5] {
        shop.clock.advance_s(minutes * 60 - 1);
        assert_eq!(shop.sandbox.step().await, 0);
        shop.clock.advance_s(1);
        assert_eq!(shop.sandbox.step().await, 1);
    }
    shop.clock.advance_s(86_400);
    assert_eq!(shop.sandbox.step().await, 0);
    assert_eq!(receiver.take().len(), 5);
    assert_eq!(shop.unionpay.book(shop.mer_id()).unwrap().notifications[0].state, DeliveryState::GivenUp);
    assert_eq!(shop.unionpay.notify_again(shop.mer_id(), "ORDER00001").await, 1);
}

#[actix_web::test]
async fn notifications_lie_repeat_and_stay_away_by_script() {
    let shop = shop(MerchantDraft::default()).await;
    let receiver = Receiver::start();
    receiver.answer(&[200; 20]);
    for (at, (fault, sent)) in [
        (FaultKind::WrongAmount, 1),
        (FaultKind::Duplicate { copies: 2 }, 3),
        (FaultKind::Parallel { copies: 4 }, 5),
        (FaultKind::Drop, 0),
        (FaultKind::BadSignature, 1),
        (FaultKind::RespCodeAfterCommit { resp_code: "66".to_owned() }, 1),
    ]
    .into_iter()
    .enumerate()
    {
        shop.fault(Operation::Notify, fault.clone());
        shop.paid(&format!("ORDER{at:05}"), &receiver.url).await;
        assert_eq!(shop.sandbox.step().await, sent, "{fault:?}");
        let letters: Vec<_> = receiver.take().iter().map(|letter| read_form(&letter.body)).collect();
        assert_eq!(letters.len(), sent);
        match fault {
            FaultKind::WrongAmount => {
                assert_eq!((letters[0]["txnAmt"].as_str(), shop.doubt(&letters[0])), ("1001", Ok(())))
            }
            FaultKind::BadSignature => assert_eq!(shop.doubt(&letters[0]), Err(Doubt::Signature)),
            FaultKind::RespCodeAfterCommit { .. } => assert_eq!(letters[0]["respCode"], "66"),
            _ => assert!(letters.windows(2).all(|pair| pair[0] == pair[1]), "the very same message"),
        }
    }
    shop.fault(Operation::Notify, FaultKind::Reorder);
    let query_id = shop.paid("ORDER00010", &receiver.url).await;
    shop.refund("REFUND0001", &query_id, 1, &receiver.url).await;
    assert_eq!(shop.sandbox.step().await, 2);
    let order: Vec<String> = receiver.take().iter().map(|letter| read_form(&letter.body)["orderId"].clone()).collect();
    assert_eq!(order, ["REFUND0001", "ORDER00010"], "the refund before its purchase");
}

//! What a call gives when the line, the server or the signature fails: nothing that could be taken for an answer.

use luodi::gateways::{DeclineReason, Gateway as _, GatewayError};
use luodi::payments::attempt::Flow;

use crate::authority::*;
use crate::stand_in::*;

async fn asked_of(reply: impl Fn(&Seen) -> Reply + Send + Sync + 'static) -> GatewayError {
    let (gateway, _, _) = account(reply).await;
    gateway.query(&asked(Flow::Qr)).await.unwrap_err()
}

fn is_unknown(error: &GatewayError) -> bool {
    matches!(error, GatewayError::Unknown(_))
}

fn paid(seen: &Seen) -> Fields {
    let mut told = seen.echo();
    told.extend(money());
    told.extend(fields([("respCode", "00"), ("origRespCode", "00"), ("txnType", "01"), ("txnSubType", "07")]));
    told
}

#[tokio::test]
async fn whatever_is_no_answer_leaves_the_outcome_open() {
    assert!(is_unknown(&asked_of(|_| Reply::Reset).await));
    for status in [500, 502, 404, 302, 201] {
        assert!(is_unknown(&asked_of(move |seen| Reply::plain(status, raw(&by_unionpay(paid(seen))))).await));
    }
    for body in ["", "<html>系统繁忙</html>", "respCode=00", "\u{0}\u{1}"] {
        assert!(is_unknown(&asked_of(move |_| Reply::plain(200, body)).await), "{body}");
    }
}

#[tokio::test]
async fn after_too_many_questions_there_is_silence_for_half_a_minute() {
    let (gateway, clock, stand_in) = account(|seen| Reply::code(seen, "37")).await;
    let too_fast = |error: GatewayError| matches!(error, GatewayError::Declined { reason: DeclineReason::TryLater, code, .. } if code == "37");
    for _ in 0..3 {
        assert!(too_fast(gateway.query(&asked(Flow::Qr)).await.unwrap_err()));
    }
    assert_eq!(stand_in.seen().len(), 1, "asked once");
    clock.advance_s(30);
    assert!(too_fast(gateway.query(&asked(Flow::Qr)).await.unwrap_err()));
    assert_eq!(stand_in.seen().len(), 2);
}

#[tokio::test]
async fn nobody_at_the_door_means_not_sent() {
    let error = offline().query(&asked(Flow::Qr)).await.unwrap_err();
    assert!(matches!(error, GatewayError::NotSent(_)), "{error:?}");
}

fn put(name: &str, value: &str, told: &mut Fields) {
    told.insert(name.to_owned(), value.to_owned());
}

#[tokio::test]
async fn an_answer_that_was_changed_or_signed_by_another_proves_nothing() {
    let changed = |change: fn(&mut Fields)| {
        move |seen: &Seen| {
            let mut told = by_unionpay(paid(seen));
            change(&mut told);
            Reply::of(&told)
        }
    };
    assert!(is_unknown(&asked_of(changed(|told| put("txnAmt", "1", told))).await));
    assert!(is_unknown(&asked_of(changed(|told| put("signature", "AAAA", told))).await));
    assert!(is_unknown(&asked_of(changed(|told| put("extra", "1", told))).await));
    assert!(is_unknown(&asked_of(changed(|told| drop(told.remove("signature")))).await));
    assert!(is_unknown(&asked_of(changed(|told| drop(told.remove("settleDate")))).await));
    let other_key = |seen: &Seen| Reply::of(&signed(paid(seen), other(), &chain().signer));
    assert!(is_unknown(&asked_of(other_key).await));
    let doubled = |seen: &Seen| Reply::plain(200, format!("{}&respCode=00", raw(&by_unionpay(paid(seen)))));
    assert!(is_unknown(&asked_of(doubled).await));
    let encoded = |seen: &Seen| Reply::plain(200, form(&by_unionpay(paid(seen))).body.to_vec());
    assert!(is_unknown(&asked_of(encoded).await), "answers are never percent-encoded");
    let other_merchant = |seen: &Seen| {
        let mut told = paid(seen);
        told.insert("merId".to_owned(), "777290058110049".to_owned());
        Reply::of(&by_unionpay(told))
    };
    assert!(is_unknown(&asked_of(other_merchant).await));
}

/// UnionPay's own programs keep empty fields in what they verify of answers; others drop them.
#[tokio::test]
async fn empty_fields_of_an_answer_may_be_signed_or_not() {
    for kept in [true, false] {
        let (gateway, _, _) = account(move |seen| {
            let mut told = by_unionpay(paid(seen));
            let empty = || ("exchangeRate".to_owned(), String::new());
            if kept {
                told.extend([empty()]);
                let pairs = told.iter().filter(|(name, _)| *name != "signature");
                let text = pairs.map(|(n, v)| format!("{n}={v}")).collect::<Vec<_>>().join("&");
                told.insert("signature".to_owned(), signature(unionpay(), &text));
            } else {
                told.extend([empty()]);
            }
            Reply::of(&told)
        })
        .await;
        gateway.query(&asked(Flow::Qr)).await.unwrap();
    }
}

#[tokio::test]
async fn shared_keys_work_end_to_end_and_are_not_mixed_with_certificates() {
    for (word, method, code) in [
        ("sha256", luodi::gateways::unionpay::sign::SignMethod::Sha256, "11"),
        ("sm3", luodi::gateways::unionpay::sign::SignMethod::Sm3, "12"),
    ] {
        for (key, by_certificate, believed) in
            [("88888888", false, true), ("77777777", false, false), ("", true, false)]
        {
            let stand_in = StandIn::serving(move |seen| {
                assert_eq!((seen.get("signMethod"), seen.get("certId")), (code, ""));
                if by_certificate {
                    return Reply::of(&by_unionpay(paid(seen)));
                }
                let mut told = paid(seen);
                told.extend(fields([("version", "5.1.0"), ("signMethod", code)]));
                let secret = luodi::gateways::unionpay::sign::SecureKey::new(method, key).unwrap();
                let signature = secret.sign(canonical(&told).as_bytes());
                told.insert("signature".to_owned(), signature);
                Reply::of(&told)
            })
            .await;
            let mut credentials = credentials(&stand_in.base);
            credentials.settings["sign_method"] = word.into();
            credentials.secrets = serde_json::json!({ "secure_key": "88888888" });
            let gateway = open(&credentials, &luodi::clock::HandClock::at(start()));
            let answer = gateway.query(&asked(Flow::Qr)).await;
            assert_eq!(answer.is_ok(), believed, "{word} {key} {answer:?}");
        }
    }
}

#[tokio::test]
async fn after_five_silences_the_circuit_opens() {
    let (gateway, clock, stand_in) = account(|_| Reply::Reset).await;
    for _ in 0..7 {
        let _ = gateway.query(&asked(Flow::Qr)).await;
    }
    assert_eq!(stand_in.seen().len(), 5);
    assert!(matches!(gateway.query(&asked(Flow::Qr)).await, Err(GatewayError::NotSent(_))));
    assert_eq!(gateway.retry_after_s(), Some(15));
    clock.advance_s(15);
    let _ = gateway.query(&asked(Flow::Qr)).await;
    assert_eq!(stand_in.seen().len(), 6);
}

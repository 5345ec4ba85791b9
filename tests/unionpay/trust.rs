//! Whom the whole program believes. Every certificate a forger can come by, every bent answer and every change to
//! a genuine message: nothing is counted, the log says why, and the true word is believed afterwards.

use std::sync::Arc;

use luodi::gateways::transport::{Transport, TransportOptions};
use luodi::gateways::unionpay::UnionPay;
use luodi::gateways::{AccountCredentials, Gateway as _};
use luodi::payments::payment::Mode;
use luodi::sandbox::unionpay::{FaultKind, Forgery, MerchantDraft, Operation, SignMethod};
use serde_json::{Value, json};

use crate::house::*;
use crate::stand_in::GATEWAY;
use crate::support::phone::Phone;
use crate::support::unionpay::{UnionPayAccount, unionpay_account};
use crate::support::{Answer, House, out_trade_no};

const FORGERIES: [Forgery; 9] = [
    Forgery::Merchant,
    Forgery::OtherOwner,
    Forgery::TwoPieceOwner,
    Forgery::TwoOwners,
    Forgery::Expired,
    Forgery::NotYetValid,
    Forgery::SelfSigned,
    Forgery::OtherAuthority,
    Forgery::ByRoot,
];

fn forged(certificate: Forgery) -> FaultKind {
    FaultKind::ForgedCertificate { certificate }
}

/// Paid, and the notification is bent so: how it ended with us, and then the true one counts once.
async fn bent_notification(house: &House, unionpay: &UnionPayAccount, kind: &FaultKind) -> (u16, String, String) {
    let payment = opened(house, unionpay, "qr").await;
    let before = count(house, "payment.paid").await;
    unionpay.pay(&payment);
    unionpay.fault(Operation::Notify, kind.clone());
    // Each in its own second: the log is read last first.
    house.clock.advance_s(1);
    assert_eq!(house.sandbox.step().await, 1, "{kind:?}");
    assert_eq!(status(house, &payment).await, "open", "{kind:?}");
    let (outcome, why) = heard(house, unionpay).await.remove(0);
    let book = unionpay.book();
    let told = book.notifications.iter().find(|n| n.order_id == out_trade_no(&payment)).expect("a notification");
    let answered = told.attempts.last().and_then(|attempt| attempt.status).expect("an answer");
    unionpay.tell_again(&payment).await;
    assert_eq!(status(house, &payment).await, "paid", "{kind:?}: the true one is believed");
    assert_eq!(count(house, "payment.paid").await, before + 1, "{kind:?}");
    (answered, outcome, why)
}

#[tokio::test(flavor = "multi_thread")]
async fn no_forged_certificate_brings_a_notification_in() {
    let (house, unionpay) = House::with_unionpay().await;
    for forgery in FORGERIES {
        let (answered, outcome, why) = bent_notification(&house, &unionpay, &forged(forgery)).await;
        assert_eq!((answered, outcome.as_str()), (401, "unknown_key"), "{forgery:?}");
        assert!(why.contains("certificate"), "{forgery:?}: {why}");
    }
    assert_eq!(count(&house, "payment.mismatch").await, 0, "what is not proven is no mismatch either");
}

/// The test gateway's own signer was named so until 2020; a live account refuses it (see `certificates`).
#[tokio::test(flavor = "multi_thread")]
async fn the_older_name_of_the_test_system_is_good_for_a_test_account() {
    let (house, unionpay) = House::with_unionpay().await;
    let payment = opened(&house, &unionpay, "qr").await;
    unionpay.pay(&payment);
    unionpay.fault(Operation::Notify, forged(Forgery::TestOwner));
    house.sandbox.step().await;
    assert_eq!(status(&house, &payment).await, "paid");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_bent_notification_is_refused_in_its_own_way() {
    let (house, unionpay) = House::with_unionpay().await;
    for (kind, answered, outcome) in [
        (FaultKind::BadSignature, 401, "bad_signature"),
        (FaultKind::Unsigned, 401, "unsigned"),
        (FaultKind::NoCertificate, 401, "unknown_key"),
        (FaultKind::DowngradedMethod, 401, "unsupported_signature_type"),
        (FaultKind::DowngradedVersion, 401, "unsupported_signature_type"),
        (FaultKind::DuplicateField, 400, "malformed"),
        (FaultKind::EmptyField, 401, "bad_signature"),
        (FaultKind::WrongAmount, 409, "mismatch"),
        (FaultKind::WrongMerchant, 409, "mismatch"),
        (FaultKind::UnknownOrder, 409, "mismatch"),
    ] {
        let told = bent_notification(&house, &unionpay, &kind).await;
        assert_eq!((told.0, told.1.as_str()), (answered, outcome), "{kind:?}: {}", told.2);
    }
    assert_eq!(count(&house, "payment.mismatch").await, 3);
    let (answered, outcome, _) = bent_notification(&house, &unionpay, &FaultKind::Truncated).await;
    assert!([400, 401].contains(&answered), "{answered} {outcome}");
}

#[tokio::test(flavor = "multi_thread")]
async fn genuine_notifications_of_every_shape_are_believed_once() {
    let (house, unionpay) = House::with_unionpay().await;
    for kind in [
        FaultKind::LineFeeds,
        FaultKind::EmptyFieldUnsigned,
        FaultKind::ExtraField,
        FaultKind::RespCodeAfterCommit { resp_code: "A6".to_owned() },
    ] {
        let payment = opened(&house, &unionpay, "qr").await;
        let before = count(&house, "payment.paid").await;
        unionpay.pay(&payment);
        unionpay.fault(Operation::Notify, kind.clone());
        house.sandbox.step().await;
        assert_eq!(status(&house, &payment).await, "paid", "{kind:?}");
        assert_eq!(count(&house, "payment.paid").await, before + 1, "{kind:?}");
    }
}

/// With a shared key nothing but the key proves: a message under a certificate, or under another key, does not.
#[tokio::test(flavor = "multi_thread")]
async fn a_shared_key_is_the_only_proof_where_it_is_the_method() {
    for sign_method in [SignMethod::SecureKeySha256, SignMethod::SecureKeySm3] {
        let house = House::build().await;
        let secure_key = Some("0123456789abcdef".to_owned());
        let draft = MerchantDraft { sign_method, secure_key, ..MerchantDraft::default() };
        let unionpay = house.add_unionpay(draft, json!({})).await;
        // Under the key that everybody knows from the test system.
        let (answered, ..) = bent_notification(&house, &unionpay, &FaultKind::DowngradedMethod).await;
        assert_eq!(answered, 401);
        for kind in [FaultKind::BadSignature, FaultKind::Unsigned, FaultKind::DowngradedVersion] {
            assert_eq!(bent_notification(&house, &unionpay, &kind).await.0, 401, "{kind:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_forged_or_bent_answer_settles_an_order() {
    let (house, unionpay) = House::with_unionpay().await;
    let bent = [
        FaultKind::BadSignature,
        FaultKind::Unsigned,
        FaultKind::NoCertificate,
        FaultKind::DowngradedMethod,
        FaultKind::DowngradedVersion,
        FaultKind::DuplicateField,
        FaultKind::WrongMerchant,
        FaultKind::UnknownOrder,
    ];
    for kind in FORGERIES.map(forged).into_iter().chain(bent) {
        unionpay.fault(Operation::Notify, FaultKind::Drop);
        let payment = opened(&house, &unionpay, "qr").await;
        unionpay.pay(&payment);
        house.sandbox.step().await;
        unionpay.fault(Operation::Query, kind.clone());
        house.pass_s(16).await;
        assert_eq!(unionpay.sandbox.faults(), [], "{kind:?}: it was asked");
        assert_eq!(status(&house, &payment).await, "open", "{kind:?}");
        a_while_later(&house).await;
        assert_eq!(status(&house, &payment).await, "paid", "{kind:?}");
    }
    for kind in [
        FaultKind::Braced,
        FaultKind::LineFeeds,
        FaultKind::ExtraField,
        FaultKind::EmptyField,
        FaultKind::EmptyFieldUnsigned,
    ] {
        unionpay.fault(Operation::Notify, FaultKind::Drop);
        let payment = opened(&house, &unionpay, "qr").await;
        unionpay.pay(&payment);
        house.sandbox.step().await;
        unionpay.fault(Operation::Query, kind.clone());
        house.pass_s(16).await;
        assert_eq!(status(&house, &payment).await, "paid", "{kind:?}: unusual and genuine");
    }
}

async fn post(house: &House, account: &UnionPayAccount, body: String) -> Answer {
    let path = format!("/notify/unionpay/{}", account.account_id);
    let kind = "application/x-www-form-urlencoded";
    let request = house.anonymous("POST", &path).header("content-type", kind).body(body);
    Answer::of(request.send().await.expect("an answer")).await
}

fn encoded(fields: &[(String, String)]) -> String {
    serde_urlencoded::to_string(fields).expect("a form")
}

type Fields = Vec<(String, String)>;

fn set(fields: &Fields, name: &str, value: &str) -> Fields {
    let mut fields = fields.clone();
    fields.retain(|(told, _)| told != name);
    fields.push((name.to_owned(), value.to_owned()));
    fields
}

/// The form that the shopper's browser brings back is signed as the notification is: a genuine message in hand.
async fn genuine_message(house: &House, unionpay: &UnionPayAccount) -> (Value, Fields) {
    let payment = opened(house, unionpay, "page").await;
    unionpay.fault(Operation::Notify, FaultKind::Drop);
    let way = pay_at_bank(house, &Phone::new(WINDOWS), &payment).await;
    house.sandbox.step().await;
    (payment, way.fields)
}

#[tokio::test(flavor = "multi_thread")]
async fn no_change_to_a_genuine_notification_is_counted() {
    let (house, unionpay) = House::with_unionpay().await;
    let other = house.add_unionpay(MerchantDraft::default(), json!({})).await;
    let unpaid = opened(&house, &unionpay, "page").await;
    let (payment, genuine) = genuine_message(&house, &unionpay).await;
    let told = |name: &str| genuine.iter().find(|(told, _)| told == name).map_or("", |(_, value)| value);
    let mut changes: Vec<(&str, String)> = [
        ("txnAmt", "1281"),
        ("txnAmt", "01280"),
        ("orderId", out_trade_no(&unpaid).as_str()),
        ("merId", other.mer_id()),
        ("txnTime", "20260101120001"),
        ("respCode", "A6"),
        ("respMsg", "success[0000000]"),
        ("queryId", "812601021104051234568"),
        ("currencyCode", "840"),
        ("settleAmt", "1"),
        ("traceTime", "0101120101"),
        ("txnType", "04"),
        ("bizType", "000000"),
        ("accNo", ""),
        ("reqReserved", "{a=1&respCode=00}"),
        ("reserved", "[x&y]"),
        ("encoding", "GBK"),
        ("signMethod", "11"),
        ("version", "5.0.0"),
        ("signature", ""),
        ("signPubKeyCert", unionpay.merchant.certificate_pem.as_str()),
        ("signPubKeyCert", ""),
    ]
    .map(|(name, value)| (name, encoded(&set(&genuine, name, value))))
    .into();
    let certificate = told("signPubKeyCert");
    changes.extend([
        ("line ends", encoded(&set(&genuine, "signPubKeyCert", &certificate.replace("\r\n", "\n")))),
        ("two certificates", encoded(&set(&genuine, "signPubKeyCert", &format!("{certificate}\r\n{certificate}")))),
        ("a field more", encoded(&set(&genuine, "zz", "1"))),
        ("a field less", encoded(&genuine.iter().filter(|(name, _)| name != "traceNo").cloned().collect::<Fields>())),
        ("a field twice", format!("{}&txnAmt=1280", encoded(&genuine))),
        ("an amount before it", format!("txnAmt=1&{}", encoded(&genuine))),
        ("braces around it", format!("{{{}}}", encoded(&genuine))),
        ("not encoded", genuine.iter().map(|(n, v)| format!("{n}={v}")).collect::<Vec<_>>().join("&")),
        ("encoded twice", encoded(&genuine).replace('%', "%25")),
        ("too much", format!("{}&zz={}", encoded(&genuine), "x".repeat(300_000))),
        ("no text", format!("{}&zz=%ff%fe", encoded(&genuine))),
        ("nothing", String::new()),
        ("no form", "{\"respCode\":\"00\"}".to_owned()),
    ]);
    for (what, body) in changes {
        let answer = post(&house, &unionpay, body).await;
        assert!([400, 401, 409].contains(&answer.status), "{what}: {} {}", answer.status, answer.text);
        assert_eq!(answer.text, "fail", "{what}");
        for untouched in [&payment, &unpaid] {
            assert_eq!(status(&house, untouched).await, "open", "{what}");
        }
    }
    assert_eq!(count(&house, "payment.paid").await, 0);

    // At another account of the same store, under the same authority, it is genuine and nobody's.
    let elsewhere = post(&house, &other, encoded(&genuine)).await;
    assert_eq!((elsewhere.status, status(&house, &payment).await.as_str()), (409, "open"));

    // The order of fields and the way of writing them are no part of what is signed.
    let mut turned = genuine.clone();
    turned.reverse();
    let written = encoded(&turned).replace('+', "%20").replace("%3D", "%3d");
    assert_eq!(post(&house, &unionpay, format!("&{written}&")).await.status, 200);
    assert_eq!(status(&house, &payment).await, "paid");
    assert_eq!(post(&house, &unionpay, encoded(&genuine)).await.text, "ok", "what is known is acknowledged");
    assert_eq!(count(&house, "payment.paid").await, 1);
    assert_eq!(status(&house, &unpaid).await, "open");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_renewed_certificate_of_the_same_authority_needs_nobody_s_help() {
    let (house, unionpay) = House::with_unionpay().await;
    for _ in 0..2 {
        let payment = opened(&house, &unionpay, "qr").await;
        unionpay.pay(&payment);
        unionpay.sandbox.renew_certificates().expect("a new certificate");
        house.sandbox.step().await;
        assert_eq!(status(&house, &payment).await, "paid", "by notification");
        unionpay.fault(Operation::Notify, FaultKind::Drop);
        let payment = opened(&house, &unionpay, "page").await;
        pay_at_bank(&house, &Phone::new(WINDOWS), &payment).await;
        house.sandbox.step().await;
        a_while_later(&house).await;
        assert_eq!(status(&house, &payment).await, "paid", "by asking");
    }
}

/// The account as the program binds it, to look inside.
fn bound(house: &House, unionpay: &UnionPayAccount) -> UnionPay {
    let mut body = unionpay_account(&unionpay.merchant, &unionpay.sandbox.base_url());
    body["secrets"]["encryption_certificate"] = json!(unionpay.merchant.encryption_pem);
    let credentials = AccountCredentials {
        account_id: unionpay.account_id,
        gateway: GATEWAY,
        mode: Mode::Test,
        settings: body["settings"].take(),
        secrets: body["secrets"].take(),
    };
    let transport = Transport::new(GATEWAY, &TransportOptions::default()).expect("a transport");
    UnionPay::open(&credentials, transport, Arc::clone(&house.clock) as _).expect("an account")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_encryption_certificate_is_renewed_from_a_proven_answer_alone() {
    let (house, unionpay) = House::with_unionpay().await;
    let gateway = bound(&house, &unionpay);
    let number = || gateway.encryption().expect("encryption").certificate().serial_decimal().to_owned();
    assert_eq!(number(), unionpay.merchant.encryption_cert_id);
    gateway.maintain().await;
    assert_eq!(
        (number(), unionpay.calls(Operation::EncryptionCertificate)),
        (unionpay.merchant.encryption_cert_id.clone(), 1)
    );
    gateway.maintain().await;
    assert_eq!(unionpay.calls(Operation::EncryptionCertificate), 1, "once a day");

    unionpay.sandbox.renew_certificates().expect("a new certificate");
    for kind in [
        forged(Forgery::Merchant),
        FaultKind::BadSignature,
        FaultKind::UnknownOrder,
        FaultKind::ResetAfterCommit,
        FaultKind::RespCodeBeforeCommit { resp_code: "32".to_owned() },
    ] {
        unionpay.fault(Operation::EncryptionCertificate, kind.clone());
        house.clock.advance_s(86_400);
        gateway.maintain().await;
        assert_eq!(number(), unionpay.merchant.encryption_cert_id, "{kind:?}");
    }
    house.clock.advance_s(86_400);
    gateway.maintain().await;
    assert_ne!(number(), unionpay.merchant.encryption_cert_id);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_with_an_encryption_certificate_is_looked_after_by_the_jobs() {
    let (house, unionpay) = House::with_unionpay().await;
    let mut secrets = unionpay_account(&unionpay.merchant, "")["secrets"].take();
    secrets["encryption_certificate"] = json!(unionpay.merchant.encryption_pem);
    let changed = house.patch(&format!("/v1/accounts/{}", unionpay.account_id), json!({ "secrets": secrets })).await;
    assert_eq!(changed.status, 200, "{}", changed.text);
    for days in 1..=3 {
        house.app.jobs.keep_house().await.expect("housekeeping");
        house.app.jobs.keep_house().await.expect("housekeeping");
        assert_eq!(unionpay.calls(Operation::EncryptionCertificate), days);
        house.clock.advance_s(86_400);
    }
    paid(&house, &unionpay).await;
}

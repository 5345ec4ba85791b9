//! `/v1/payments/{id}/refunds` and `/v1/refunds`: never more than came in.

use luodi::sandbox::{FaultKind, MerchantDraft, Operation, RefundStatus};
use serde_json::{Value, json};

use crate::support::{Answer, House, path_of, text};

async fn refund(house: &House, payment: &Value, body: Value) -> Answer {
    house.post(&path_of(payment, "/refunds"), body).await
}

/// The status and what has gone back so far.
async fn standing(house: &House, payment: &Value) -> (String, i64) {
    let payment = house.read(payment).await;
    (text(&payment["status"]), payment["refunded_fen"].as_i64().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_whole_amount_goes_back() {
    let house = House::build().await;
    let payment = house.paid_payment(1280).await;
    let answer = refund(&house, &payment, json!({ "reason": "缺货退款" })).await;
    assert_eq!(answer.status, 201);
    let mut refund = answer.json();
    for field in ["id", "payment_id", "attempt_id", "out_refund_no", "gateway_refund_no"] {
        assert!(refund[field].is_string(), "{field}: {refund}");
        refund[field] = json!(format!("[{field}]"));
    }
    assert_eq!(
        refund,
        json!({
            "id": "[id]", "payment_id": "[payment_id]", "attempt_id": "[attempt_id]", "amount_fen": 1280,
            "reason": "缺货退款", "cause": "requested", "status": "pending", "out_refund_no": "[out_refund_no]",
            "gateway_refund_no": "[gateway_refund_no]", "failure": null,
            "created_at": "2026-01-01T04:00:00.000Z", "succeeded_at": null,
        })
    );
    assert_eq!(standing(&house, &payment).await, ("paid".to_owned(), 0), "accepted is not yet given back");
    assert_eq!(house.sandbox.step().await, 1);
    assert_eq!(standing(&house, &payment).await, ("refunded".to_owned(), 1280));
    assert_eq!(
        house.event_types().await[5..],
        ["refund.requested", "refund.pending", "refund.succeeded", "payment.refunded"].map(str::to_owned)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_part_goes_back_then_another_then_all_that_is_left() {
    let house = House::build().await;
    let payment = house.paid_payment(1000).await;
    assert_eq!(refund(&house, &payment, json!({ "amount_fen": 300 })).await.status, 201);
    house.sandbox.step().await;
    assert_eq!(standing(&house, &payment).await, ("partly_refunded".to_owned(), 300));
    assert_eq!(refund(&house, &payment, json!({ "amount_fen": 300 })).await.status, 201);
    house.sandbox.step().await;
    assert_eq!(standing(&house, &payment).await, ("partly_refunded".to_owned(), 600));
    let rest = refund(&house, &payment, json!({})).await.json();
    assert_eq!(rest["amount_fen"], 400);
    house.sandbox.step().await;
    assert_eq!(standing(&house, &payment).await, ("refunded".to_owned(), 1000));
    assert_eq!(house.book().balance_fen, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn more_than_is_left_is_refused_even_while_earlier_refunds_are_under_way() {
    let house = House::build().await;
    let payment = house.paid_payment(1000).await;
    let above = refund(&house, &payment, json!({ "amount_fen": 1001 })).await;
    let expected = vec!["/amount_fen: exceeds_refundable".to_owned()];
    assert_eq!(above.problem(), (422, "refund_exceeds_paid".to_owned(), expected.clone()));
    assert_eq!(refund(&house, &payment, json!({ "amount_fen": 700 })).await.json()["status"], "pending");
    assert_eq!(refund(&house, &payment, json!({ "amount_fen": 301 })).await.problem().2, expected);
    assert_eq!(refund(&house, &payment, json!({ "amount_fen": 300 })).await.status, 201);
    for body in [json!({}), json!({ "amount_fen": 1 })] {
        assert_eq!(refund(&house, &payment, body).await.problem().2, expected, "nothing is left");
    }
    assert_eq!(house.book().refunds.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_refunds_at_once_never_exceed_what_was_paid() {
    let house = House::build().await;
    let payment = house.paid_payment(1000).await;
    let all = (0..20).map(|_| refund(&house, &payment, json!({ "amount_fen": 300 })));
    let answers = futures_util::future::join_all(all).await;
    let mut statuses: Vec<_> = answers.iter().map(|a| a.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses[..4], [201, 201, 201, 422]);
    // They reach the gateway one after another.
    for _ in 0..3 {
        house.pass_s(15).await;
    }
    assert_eq!(house.book().refunds.len(), 3);
    house.sandbox.step().await;
    assert_eq!(standing(&house, &payment).await, ("partly_refunded".to_owned(), 900));
}

#[tokio::test(flavor = "multi_thread")]
async fn only_money_that_came_in_goes_back() {
    let house = House::build().await;
    let open = house.payment_with_code(1280).await;
    let not_paid = (409, "payment_not_paid".to_owned(), vec![]);
    assert_eq!(refund(&house, &open, json!({})).await.problem(), not_paid);
    assert_eq!(house.post(&path_of(&open, "/close"), json!({})).await.status, 200);
    assert_eq!(refund(&house, &open, json!({})).await.problem(), not_paid);
    assert_eq!(house.book().refunds, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_faults_of_a_refund_are_named() {
    let house = House::build().await;
    let payment = house.paid_payment(1280).await;
    for (body, expected) in [
        (json!({ "amount_fen": 0 }), "/amount_fen: amount_not_positive"),
        (json!({ "amount_fen": -5 }), "/amount_fen: amount_not_positive"),
        (json!({ "amount_fen": 10_000_000_001_i64 }), "/amount_fen: amount_too_large"),
        (json!({ "amount_fen": "5" }), "/amount_fen: expected_whole_number"),
        (json!({ "reason": "字".repeat(81) }), "/reason: too_long"),
        (json!({ "ammount_fen": 1 }), "/ammount_fen: unknown_field_nearest"),
    ] {
        let problem = refund(&house, &payment, body).await.problem();
        assert_eq!(problem, (422, "validation_failed".to_owned(), vec![expected.to_owned()]));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_body_refunds_everything() {
    let house = House::build().await;
    let payment = house.paid_payment(1280).await;
    let request = house.request("POST", &path_of(&payment, "/refunds")).header("idempotency-key", "refund-all-of-it-1");
    let answer = crate::support::send(request).await;
    assert_eq!((answer.status, &answer.json()["amount_fen"]), (201, &json!(1280)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refund_settles_by_polling_when_no_notification_comes() {
    let house = House::build_with(MerchantDraft { refund_delay_ms: 90_000, ..MerchantDraft::default() }, |_| {}).await;
    let payment = house.paid_payment(1280).await;
    house.lasting_fault(Operation::Notify, FaultKind::Drop);
    assert_eq!(refund(&house, &payment, json!({})).await.json()["status"], "pending");
    house.pass_s(61).await;
    assert_eq!(standing(&house, &payment).await, ("paid".to_owned(), 0), "not yet");
    house.pass_s(61).await;
    assert_eq!(standing(&house, &payment).await, ("refunded".to_owned(), 1280));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refund_told_by_notification_and_poll_counts_once() {
    let house = House::build().await;
    let payment = house.paid_payment(1280).await;
    let made = refund(&house, &payment, json!({ "amount_fen": 500 })).await.json();
    house.sandbox.step().await;
    house.pass_s(61).await;
    house.sandbox.notify_again(&house.merchant.mchid, &crate::support::out_trade_no(&payment)).await;
    house.get(&format!("/v1/refunds/{}", text(&made["id"]))).await;
    assert_eq!(standing(&house, &payment).await, ("partly_refunded".to_owned(), 500));
    let succeeded = house.event_types().await.into_iter().filter(|t| t == "refund.succeeded").count();
    assert_eq!(succeeded, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_abnormal_refund_waits_for_the_merchant() {
    let house = House::build().await;
    let payment = house.paid_payment(1280).await;
    house.fault(Operation::Refund, FaultKind::RefundOutcome { status: RefundStatus::Abnormal });
    let made = refund(&house, &payment, json!({})).await.json();
    house.sandbox.step().await;
    let read = house.get(&format!("/v1/refunds/{}", text(&made["id"]))).await.json();
    assert_eq!(read["status"], "pending");
    assert!(read["failure"]["code"].is_string(), "what is wrong is told: {read}");
    assert_eq!(standing(&house, &payment).await, ("paid".to_owned(), 0));
    assert_eq!(house.event_types().await.last().unwrap(), "refund.abnormal");
    assert_eq!(refund(&house, &payment, json!({})).await.problem().1, "refund_exceeds_paid", "its money is reserved");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_refund_has_failed_and_its_amount_is_free_again() {
    let house = House::build().await;
    let payment = house.paid_payment(1280).await;
    house.fault(Operation::Refund, FaultKind::RefundOutcome { status: RefundStatus::Closed });
    let made = refund(&house, &payment, json!({})).await.json();
    house.sandbox.step().await;
    let read = house.get(&format!("/v1/refunds/{}", text(&made["id"]))).await.json();
    assert_eq!(read["status"], "failed");
    assert_eq!(house.event_types().await.last().unwrap(), "refund.failed");
    assert_eq!(standing(&house, &payment).await, ("paid".to_owned(), 0));
    let again = refund(&house, &payment, json!({})).await;
    assert_eq!(again.status, 201, "{}", again.text);
    house.sandbox.step().await;
    assert_eq!(standing(&house, &payment).await, ("refunded".to_owned(), 1280));
}

#[tokio::test(flavor = "multi_thread")]
async fn refunds_are_listed_and_read() {
    let house = House::build().await;
    let first = house.paid_payment(1280).await;
    let second = house.paid_payment(1280).await;
    let a = refund(&house, &first, json!({ "amount_fen": 1 })).await.json();
    house.sandbox.step().await;
    house.clock.advance_s(1);
    let b = refund(&house, &second, json!({ "amount_fen": 2 })).await.json();
    let ids = async |query: &str| -> Vec<Value> {
        let list = house.get(&format!("/v1/refunds{query}")).await.json();
        list["data"].as_array().unwrap().iter().map(|r| r["id"].clone()).collect()
    };
    assert_eq!(ids("").await, [b["id"].clone(), a["id"].clone()]);
    assert_eq!(ids(&format!("?payment_id={}", text(&first["id"]))).await, [a["id"].clone()]);
    assert_eq!(ids("?status=succeeded").await, [a["id"].clone()]);
    assert_eq!(ids("?status=pending").await, [b["id"].clone()]);
    let page = house.get("/v1/refunds?limit=1").await.json();
    let next = format!("?limit=1&cursor={}", text(&page["next_cursor"]));
    assert_eq!(ids(&next).await, [a["id"].clone()]);
    for (query, expected) in [
        ("?payment_id=x", "?payment_id: not_an_id"),
        ("?status=x", "?status: unsupported"),
        ("?limit=0", "?limit: out_of_range"),
        ("?paymentid=x", "?paymentid: unknown_field_nearest"),
    ] {
        let problem = house.get(&format!("/v1/refunds{query}")).await.problem();
        assert_eq!(problem, (422, "validation_failed".to_owned(), vec![expected.to_owned()]));
    }
    let read = house.get(&format!("/v1/refunds/{}", text(&b["id"]))).await.json();
    assert_eq!(read["out_refund_no"], b["out_refund_no"]);
}

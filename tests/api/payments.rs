//! `/v1/payments`.

use serde_json::json;

use crate::support::{House, order};

#[tokio::test(flavor = "multi_thread")]
async fn a_shopper_pays_and_the_shop_knows() {
    let house = House::build().await;
    let payment = house.payment_with_code(1280).await;
    assert_eq!(payment["status"], "open");
    let attempt = &payment["attempts"][0];
    assert_eq!(attempt["status"], "pending");
    assert!(attempt["next_action"]["code_url"].as_str().unwrap().starts_with("weixin://wxpay/bizpayurl?pr="));

    house.pay(&payment).await;

    let paid = house.get(&format!("/v1/payments/{}", payment["id"].as_str().unwrap())).await.json();
    assert_eq!(paid["status"], "paid");
    assert_eq!(paid["attempts"][0]["status"], "paid");
    assert_eq!(paid["attempts"][0]["next_action"], json!(null), "a paid code is not shown again");
    assert_eq!(
        house.event_types().await,
        ["payment.created", "attempt.created", "attempt.pending", "attempt.paid", "payment.paid"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn amounts_outside_the_bounds_are_refused_with_the_field() {
    let house = House::build().await;
    for amount in [json!(0), json!(-1), json!(1.5), json!(10_000_000_001_i64), json!("1280")] {
        let mut body = order(1, false);
        body["amount_fen"] = amount;
        let (status, code, fields) = house.post("/v1/payments", body).await.problem();
        assert_eq!((status, code.as_str()), (422, "validation_failed"));
        assert!(fields[0].starts_with("/amount_fen: "), "{fields:?}");
    }
    assert_eq!(house.get("/v1/payments").await.json()["data"], json!([]), "nothing was recorded");
}

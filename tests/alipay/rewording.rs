//! A word in the order's title that Alipay does not take: one more try under the same number, with the shop's own
//! number for a title.

use luodi::payments::Fact;
use serde_json::json;

use crate::house::{AlipayHouse, Fault};
use crate::stand_in::*;
use crate::support::text;

/// Refuses titles as long as `refused` says so.
fn refusing(refused: impl Fn(&str) -> bool + Send + 'static) -> Fault {
    Box::new(move |seen| {
        let is_refused = seen.api() == "alipay.trade.precreate" && refused(seen.biz()["subject"].as_str().unwrap());
        is_refused.then(|| Reply::refusal(seen, "40004", "ACQ.EXIST_FORBIDDEN_WORD"))
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_title_is_replaced_by_the_shops_number_once_nobody_knows_the_order() {
    let alipay = AlipayHouse::build().await;
    alipay.book().fault = Some(refusing(|subject| subject.contains("龙井")));
    let payment = alipay.payment_with_code().await;
    assert_eq!(payment["attempts"].as_array().unwrap().len(), 1, "the same attempt");
    assert_eq!(payment["attempts"][0]["status"], "pending");
    let calls = ["alipay.trade.precreate", "alipay.trade.query", "alipay.trade.precreate"];
    assert_eq!(alipay.stand_in.calls(), calls, "asked in between");
    let seen = alipay.stand_in.seen();
    let (first, second) = (seen[0].biz(), seen[2].biz());
    assert_eq!((&first["subject"], &second["subject"]), (&json!("西湖龙井 50g"), &json!("T-1001")));
    assert_eq!(first["out_trade_no"], second["out_trade_no"], "under the same number");
    assert_eq!(first["total_amount"], second["total_amount"]);

    // What was sent is what is recorded, and it was recorded before Alipay answered.
    let id = text(&payment["id"]).parse().unwrap();
    let facts = alipay.house.app.state.storage.facts(id).await.unwrap();
    let kinds: Vec<_> = facts
        .iter()
        .filter_map(|(fact, _)| match fact {
            Fact::AttemptCreated { .. } => Some("created"),
            Fact::AttemptRequestChanged { request, .. } => {
                assert!(request.contains("T-1001") && !request.contains("龙井"));
                Some("request changed")
            }
            Fact::AttemptOpened { .. } => Some("opened"),
            _ => None,
        })
        .collect();
    assert_eq!(kinds, ["created", "request changed", "opened"]);
    let stored = alipay.house.app.state.payments.ledger(id).await.unwrap();
    assert!(stored.attempts[0].request.contains("T-1001"));
}

#[tokio::test(flavor = "multi_thread")]
async fn there_is_no_third_title() {
    let alipay = AlipayHouse::build().await;
    alipay.book().fault = Some(refusing(|_| true));
    let payment = alipay.house.post("/v1/payments", crate::support::order(8880, false)).await.json();
    let opened = alipay.open(&payment, "alipay").await;
    let attempt = alipay.house.read(&payment).await["attempts"][0].clone();
    assert_eq!(attempt["failure"]["code"], "EXIST_FORBIDDEN_WORD", "{}", opened.text);
    assert_eq!(attempt["status"], "failed");
    assert_eq!(alipay.calls("alipay.trade.precreate"), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_that_alipay_knows_gets_no_other_title() {
    let alipay = AlipayHouse::build().await;
    let mut refuses = refusing(|_| true);
    alipay.book().fault = Some(Box::new(move |seen| {
        if seen.api() == "alipay.trade.query" {
            let paid = json!({
                "out_trade_no": seen.biz()["out_trade_no"], "trade_no": TRADE_NO, "trade_status": "TRADE_SUCCESS",
                "total_amount": "88.80",
            });
            return Some(Reply::success(seen, paid));
        }
        refuses(seen)
    }));
    let payment = alipay.house.post("/v1/payments", crate::support::order(8880, false)).await.json();
    alipay.open(&payment, "alipay").await;
    assert_eq!(alipay.house.read(&payment).await["status"], "paid", "what Alipay says of the order counts");
    assert_eq!(alipay.calls("alipay.trade.precreate"), 1);
}

//! A shopper who comes again goes on with the order that is there, if it was made for that payer and that app.

use luodi::ids::AttemptId;
use luodi::payments::attempt::Shopper;
use luodi::payments::checkout::NewAttempt;
use luodi::payments::{AttemptStatus, Flow, GatewayName};

use crate::house::AlipayHouse;
use crate::support::{order, text};

const PAYER: &str = "2088000000000002";
const MINI_PROGRAM: &str = "2021000000000009";

#[tokio::test(flavor = "multi_thread")]
async fn an_order_made_for_one_app_is_not_given_to_another() {
    let alipay = AlipayHouse::build().await;
    let payment = alipay.house.post("/v1/payments", order(8880, false)).await.json();
    let id = text(&payment["id"]).parse().unwrap();
    let open = async |payer: Option<&str>, app: Option<&str>| {
        let shopper =
            Shopper { payer_id: payer.map(str::to_owned), app_id: app.map(str::to_owned), ..Shopper::default() };
        let (gateway, flow) = (GatewayName::Alipay, Flow::Jsapi);
        let new = NewAttempt { id: AttemptId::generate(), gateway, flow, account: None, shopper };
        let (ledger, opened) = alipay.house.app.state.payments.open_attempt(id, new).await.unwrap();
        (opened, ledger)
    };
    let (first, _) = open(Some(PAYER), Some("2021000000000007")).await;
    assert_eq!(open(Some(PAYER), Some("2021000000000007")).await.0, first, "the same payer, the same order");
    assert_eq!(open(None, None).await.0, first, "a reload names nobody");

    // The payer's number is the same in every application, but what was handed out works in one alone.
    let (second, ledger) = open(Some(PAYER), Some(MINI_PROGRAM)).await;
    assert_eq!(open_for(&ledger, second), (Some(PAYER), Some(MINI_PROGRAM)));
    assert_ne!(second, first);
    assert_eq!(ledger.attempt(first).unwrap().status, AttemptStatus::Closed, "never two orders open");
    assert_eq!(open(Some(PAYER), Some(MINI_PROGRAM)).await.0, second);
    let (third, ledger) = open(Some(PAYER), Some("2021000000000008")).await;
    assert_ne!(third, second);
    assert_eq!(ledger.attempt(second).unwrap().status, AttemptStatus::Closed);
}

fn open_for(ledger: &luodi::payments::Ledger, id: AttemptId) -> (Option<&str>, Option<&str>) {
    let attempt = ledger.attempt(id).unwrap();
    (attempt.payer_id.as_deref(), attempt.app_id.as_deref())
}

//! Antom over REST: shoppers pay yuan, the merchant is paid out in another currency, and there are no statements.

use luodi::http::accounts::{NewAccount, add_account};
use luodi::payments::{GatewayName, Mode};
use serde_json::{Value, json};

use crate::stand_in::*;
use crate::support::{Answer, House, order, out_trade_no, path_of};

const CLIENT: &str = "SANDBOX_TEST01";
const TIME: &str = "2026-01-02T03:04:05+08:00";

fn signed(path: &str, body: &str) -> Vec<(String, String)> {
    let sign = alipay().sign_base64(format!("POST {path}\n{CLIENT}.{TIME}.{body}").as_bytes());
    let sign: String = form_urlencoded::byte_serialize(sign.as_bytes()).collect();
    [
        ("client-id", CLIENT.to_owned()),
        ("response-time", TIME.to_owned()),
        ("request-time", TIME.to_owned()),
        ("signature", format!("algorithm=RSA256,keyVersion=1,signature={sign}")),
    ]
    .map(|(n, v)| (n.to_owned(), v))
    .to_vec()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_paid_out_stands_beside_the_payment_and_no_statement_is_promised() {
    let stand_in = StandIn::serving(|seen| {
        let result = json!({ "resultStatus": "U", "resultCode": "PAYMENT_IN_PROCESS", "resultMessage": "…" });
        let body = json!({ "result": result, "normalUrl": "https://open-sea.alipay.com/x", "paymentId": "1" });
        let body = body.to_string();
        Reply::Answer { status: 200, headers: signed(&seen.target, &body), body: body.into_bytes() }
    })
    .await;
    let house = House::build().await;
    let account = NewAccount {
        store_id: house.store_id,
        mode: Mode::Test,
        gateway: GatewayName::Antom,
        name: "antom".to_owned(),
        settings: json!({ "client_id": CLIENT, "settlement_currency": "USD", "api_base": stand_in.base }),
        secrets: json!({
            "merchant_private_key": merchant().private_pkcs8(), "antom_public_key": alipay().public_pem(),
        }),
    };
    let account = add_account(&house.app.state, account).await.unwrap_or_else(|e| panic!("{e:?}")).id;
    let payment = house.post("/v1/payments", order(8880, false)).await.json();
    let body = json!({ "gateway": "antom", "flow": "page" });
    let opened = house.post(&path_of(&payment, "/attempts"), body).await;
    assert_eq!((opened.status, &opened.json()["settlement"]), (201, &Value::Null), "{}", opened.text);
    let payment = house.read(&payment).await;

    let told = json!({
        "notifyType": "PAYMENT_RESULT", "paymentRequestId": out_trade_no(&payment), "paymentId": "2026010219401080018",
        "result": { "resultStatus": "S", "resultCode": "SUCCESS", "resultMessage": "success" },
        "paymentAmount": { "currency": "CNY", "value": "8880" }, "paymentTime": "2026-01-01T12:01:00+08:00",
        "grossSettlementAmount": { "currency": "USD", "value": "1234" },
    })
    .to_string();
    let path = format!("/notify/antom/{account}");
    let mut request = house.anonymous("POST", &path).body(told.clone());
    for (name, value) in signed(&path, &told) {
        request = request.header(name, value);
    }
    let heard = Answer::of(request.send().await.unwrap()).await;
    assert_eq!(heard.json()["result"]["resultStatus"], "S", "{}", heard.text);
    let read = house.get(&path_of(&payment, "")).await.json();
    assert_eq!((&read["status"], &read["amount_fen"]), (&json!("paid"), &json!(8880)));
    assert_eq!(read["attempts"][0]["settlement"], json!({ "currency": "USD", "amount_minor": 1234 }));

    // The next days: nothing is planned, and whoever asks is told why.
    house.clock.advance_s(2 * 86_400);
    while house.app.jobs.fetch_statements().await.unwrap() > 0 {}
    let listed = house.get(&format!("/v1/statements?account={account}")).await.json();
    assert_eq!(listed["data"], json!([]));
    let day = format!("/v1/statements/{account}/2026-01-01");
    for answer in [house.get(&day).await, house.post(&format!("{day}/fetch"), json!({})).await] {
        assert_eq!(answer.problem().1, "statements_unsupported", "{}", answer.text);
        assert_eq!(answer.status, 422);
    }
}

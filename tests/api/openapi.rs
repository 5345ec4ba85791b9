//! `/openapi.json`: complete, locked, and true: its examples run against the server.

use std::collections::BTreeSet;

use luodi::sandbox::{BillEdit, FaultKind, Operation, RefundStatus};
use serde_json::{Map, Value, json};

use crate::support::{House, fresh_key, send, text, wechat_account};

fn document() -> Value {
    serde_json::from_str(&luodi::http::openapi::document()).expect("JSON")
}

/// `METHOD /path` of everything described.
fn described() -> BTreeSet<String> {
    let document = document();
    let paths = document["paths"].as_object().unwrap().iter();
    let operations = paths.flat_map(|(path, item)| {
        item.as_object().unwrap().keys().map(move |method| format!("{} {path}", method.to_uppercase()))
    });
    operations.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_served_as_it_is_written() {
    let house = House::build().await;
    let served = house.browse("/openapi.json").await;
    assert_eq!((served.status, served.header("content-type")), (200, Some("application/json")));
    assert_eq!(served.json(), document());
    assert!(text(&served.json()["openapi"]).starts_with("3."));
}

/// Every address of `routes.rs` is asked with every method: what answers is described, what is described answers.
#[tokio::test(flavor = "multi_thread")]
async fn every_route_is_described_and_every_description_has_its_route() {
    let house = House::build().await;
    let routes = include_str!("../../src/http/routes.rs");
    let mut answered = BTreeSet::new();
    for path in routes.split("at(\"").skip(1).filter_map(|rest| rest.split('"').next()) {
        // What gateways, shoppers and readers open is no part of the API for shops.
        if !path.starts_with("/v1/") && !path.starts_with("/health/") {
            continue;
        }
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
            if send(house.anonymous(method, path)).await.status != 405 {
                answered.insert(format!("{method} {path}"));
            }
        }
    }
    assert_eq!(answered, described());
}

#[test]
fn it_is_the_one_that_was_agreed_upon() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/api/openapi.json");
    let agreed = std::fs::read_to_string(file).unwrap_or_default();
    let now = luodi::http::openapi::document();
    let difference = agreed.lines().zip(now.lines()).position(|(a, b)| a != b);
    assert!(
        agreed.trim_end() == now.trim_end(),
        "the API changed (first at line {:?}). If that is meant: luodi openapi > tests/api/openapi.json",
        difference.map(|index| index + 1)
    );
}

#[test]
fn every_reference_leads_somewhere_and_every_operation_is_explained() {
    let document = document();
    let mut references = BTreeSet::new();
    collect_references(&document, &mut references);
    assert!(references.len() > 10);
    for reference in references {
        assert!(document.pointer(reference.trim_start_matches('#')).is_some(), "{reference}");
    }
    let mut ids = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            assert!(!text(&operation["summary"]).is_empty(), "{method} {path}");
            assert!(!text(&operation["tags"][0]).is_empty(), "{method} {path}");
            assert!(ids.insert(text(&operation["operationId"])), "{method} {path} shares its operationId");
            let secured = path.starts_with("/v1/");
            assert_eq!(operation.get("security").is_some(), secured, "{method} {path}");
        }
    }
}

fn collect_references(value: &Value, into: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                match (name.as_str(), value) {
                    ("$ref", Value::String(reference)) => drop(into.insert(reference.clone())),
                    _ => collect_references(value, into),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect_references(item, into)),
        _ => {}
    }
}

/// The example of a request body: the examples of its fields, put together.
fn example(schema: &Value, document: &Value) -> Value {
    if let Some(reference) = schema.get("$ref") {
        return example(document.pointer(text(reference).trim_start_matches('#')).unwrap(), document);
    }
    let mut body = Map::new();
    for (name, field) in schema["properties"].as_object().into_iter().flatten() {
        if let Some(value) = field.get("example").or_else(|| field["examples"].get(0)) {
            body.insert(name.clone(), value.clone());
        }
    }
    Value::Object(body)
}

#[tokio::test(flavor = "multi_thread")]
async fn its_request_examples_are_accepted() {
    let house = House::build().await;
    let document = document();
    // An order that only the gateway knows, and a refund that it cannot deliver.
    let stranger = BillEdit::ExtraPayment { out_trade_no: "NOBODY0001".to_owned(), fen: 100 };
    house.sandbox.edit_bill(&house.merchant.mchid, "2026-01-01", stranger).unwrap();
    house.clock.advance_s(23 * 3600);
    house.app.jobs.fetch_statements().await.unwrap();
    let difference = house.get("/v1/differences").await.json()["data"][0]["id"].clone();
    let returned = house.paid_payment(1280).await;
    house.fault(Operation::Refund, FaultKind::RefundOutcome { status: RefundStatus::Abnormal });
    let refund = house.post(&crate::support::path_of(&returned, "/refunds"), json!({})).await.json();
    house.sandbox.step().await;
    let payment = house.paid_payment(1280).await;
    let open = house.post("/v1/payments", crate::support::order(1280, false)).await.json();
    let endpoint = house.post("/v1/webhook-endpoints", json!({ "url": "https://shop.example/" })).await.json();
    let event = house.get("/v1/events").await.json()["data"][0]["id"].clone();
    let mut tried = 0;
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let Some(schema) = operation.pointer("/requestBody/content/application~1json/schema") else { continue };
            let mut body = example(schema, &document);
            match path.as_str() {
                // An example cannot carry keys that a gateway would accept, nor events that were.
                "/v1/accounts" => {
                    let real = wechat_account(house.store_id, &house.merchant, &house.sandbox.base_url());
                    body["settings"] = real.settings;
                    body["secrets"] = real.secrets;
                }
                "/v1/webhook-endpoints/{endpoint_id}/replay" => body["event_ids"] = json!([event]),
                _ => {}
            }
            let subject = if path.ends_with("/refunds") { &payment } else { &open };
            let filled = path
                .replace("{payment_id}", &text(&subject["id"]))
                .replace("{endpoint_id}", &text(&endpoint["id"]))
                .replace("{locale}", "zh-Hans")
                .replace("{difference_id}", &text(&difference))
                .replace("{refund_id}", &text(&refund["id"]))
                .replace("{account_id}", &house.account_id.to_string());
            // A second account would make "wechatpay" ambiguous for the examples after it.
            let request = house.request(&method.to_uppercase(), &filled).header("idempotency-key", fresh_key());
            let answer = send(request.json(&body)).await;
            assert!((200..300).contains(&answer.status), "{method} {path} {body}: {}", answer.text);
            if path == "/v1/accounts" {
                let made = format!("/v1/accounts/{}", text(&answer.json()["id"]));
                assert_eq!(house.patch(&made, json!({ "enabled": false })).await.status, 200);
            }
            tried += 1;
        }
    }
    assert_eq!(tried, 16, "every operation that takes a body");
}

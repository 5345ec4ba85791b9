//! Every refusal is `application/problem+json` in the caller's language.

use luodi::error::Code;
use luodi::i18n::{self, Locale};
use serde_json::json;

use crate::support::{Answer, House, order, send};

async fn asked_in(house: &House, language: &str) -> Answer {
    let mut body = order(1280, false);
    body["amount_fen"] = json!(0);
    let request = house.request("POST", "/v1/payments").header("idempotency-key", "asked-in-a-language-1");
    send(request.header("accept-language", language).header("x-request-id", "trace-0001").json(&body)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_problem_is_worded_in_the_callers_language() {
    let house = House::build().await;
    let chinese = asked_in(&house, "zh-CN,zh;q=0.9,en;q=0.5").await;
    assert_eq!(chinese.header("content-type"), Some("application/problem+json"));
    assert_eq!(chinese.header("content-language"), Some("zh-Hans"));
    assert_eq!(chinese.header("cache-control"), Some("no-store"));
    assert_eq!(
        chinese.json(),
        json!({
            "type": "/docs/errors#validation_failed", "title": "部分内容不合要求", "status": 422,
            "detail": "详见“errors”：逐项列出字段和改法。没有作任何更改。", "code": "validation_failed",
            "errors": [{ "pointer": "/amount_fen", "code": "amount_not_positive", "detail": "金额至少为 1 分。" }],
            "request_id": "trace-0001",
        })
    );
    let english = asked_in(&house, "en-US,en;q=0.9").await;
    assert_eq!(english.header("content-language"), Some("en"));
    assert_eq!(
        english.json(),
        json!({
            "type": "/docs/errors#validation_failed", "title": "Some values are not valid", "status": 422,
            "detail": "See “errors”: each names the field and the fix. Nothing was changed.",
            "code": "validation_failed",
            "errors": [{
                "pointer": "/amount_fen", "code": "amount_not_positive", "detail": "An amount is at least 1 fen.",
            }],
            "request_id": "trace-0001",
        })
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_is_told_in_the_same_form() {
    let house = House::build().await;
    for path in ["/nothing", "/v1", "/v1/payment", "/v1/payments/", "/notify", "/assets/none.css"] {
        let answer = house.browse(path).await;
        assert_eq!(answer.problem(), (404, "not_found".to_owned(), vec![]), "{path}");
        assert_eq!(answer.header("content-type"), Some("application/problem+json"));
        assert!(!answer.json()["request_id"].as_str().unwrap().is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_method_is_told_with_those_that_are_right() {
    let house = House::build().await;
    let payment = house.payment_with_code(1).await;
    let id = payment["id"].as_str().unwrap();
    for (method, path, allowed) in [
        ("DELETE", "/v1/payments".to_owned(), "GET, POST"),
        ("PUT", format!("/v1/payments/{id}"), "GET"),
        ("GET", format!("/v1/payments/{id}/close"), "POST"),
        ("GET", format!("/v1/payments/{id}/refunds"), "POST"),
        ("POST", "/v1/events".to_owned(), "GET"),
        ("PUT", "/v1/webhook-endpoints/x".to_owned(), "DELETE, GET, PATCH"),
        ("DELETE", format!("/v1/accounts/{}", house.account_id), "GET, PATCH"),
        ("GET", format!("/notify/wechatpay/{}", house.account_id), "POST"),
        ("POST", "/docs/errors".to_owned(), "GET"),
    ] {
        let answer = send(house.request(method, &path)).await;
        assert_eq!(answer.problem(), (405, "method_not_allowed".to_owned(), vec![]), "{method} {path}");
        assert_eq!(answer.header("content-type"), Some("application/problem+json"));
        let mut listed: Vec<_> = answer.header("allow").unwrap_or_default().split(',').map(str::trim).collect();
        listed.sort_unstable();
        assert_eq!(listed.join(", "), allowed, "{method} {path}");
    }
}

#[test]
fn every_code_has_its_texts_in_every_language() {
    for (_, code, _) in Code::CATALOGUE {
        for &locale in Locale::ALL {
            let key = format!("error-{}", code.replace('_', "-"));
            for key in [key.clone(), format!("{key}-title")] {
                let text = i18n::text(locale, &key);
                assert_ne!(text, key, "{} lacks {key}", locale.tag());
                assert!(!text.trim().is_empty());
            }
        }
    }
}

#[test]
fn the_catalogue_names_each_code_once() {
    let mut names: Vec<_> = Code::CATALOGUE.iter().map(|(_, name, _)| *name).collect();
    names.sort_unstable();
    let before = names.len();
    names.dedup();
    assert_eq!(names.len(), before);
    for (code, name, status) in Code::CATALOGUE {
        assert_eq!((code.as_str(), code.status()), (name, status));
    }
}

#[test]
fn every_field_code_in_the_sources_has_its_text_in_every_language() {
    let mut found = 0;
    for file in [
        "accounts",
        "attempts",
        "body",
        "events",
        "idempotency",
        "payments",
        "refunds",
        "validate",
        "webhook_endpoints",
        "query",
    ] {
        let source = std::fs::read_to_string(format!("{}/src/http/{file}.rs", env!("CARGO_MANIFEST_DIR"))).unwrap();
        for call in source.split("FieldError::new(").skip(1) {
            let arguments = call.split(')').next().unwrap_or_default();
            let Some(code) = call.split(", \"").nth(1).and_then(|s| s.split('"').next()) else { continue };
            if !code.bytes().all(|b| b.is_ascii_lowercase() || b == b'_') || arguments.is_empty() {
                continue;
            }
            found += 1;
            for &locale in Locale::ALL {
                let key = format!("field-{}", code.replace('_', "-"));
                assert_ne!(i18n::text(locale, &key), key, "{file}.rs: {} lacks {key}", locale.tag());
            }
        }
    }
    assert!(found > 20, "{found}: the way codes are written has changed");
}

//! `/v1/statements` and `/v1/differences` themselves: lists, files, notes, and who may see them.

use luodi::payments::Mode;
use luodi::sandbox::BillEdit;
use luodi::storage::KeyKind;
use serde_json::json;

use crate::morning::{DAY, differences, edit, list, next_morning, path, reconcile, statement};
use crate::support::{House, add_key, text};

async fn house_with_differences() -> House {
    let house = House::build().await;
    house.paid_payment(1000).await;
    for index in 0..3 {
        edit(&house, BillEdit::ExtraPayment { out_trade_no: format!("NOBODY{index}"), fen: 100 + index });
    }
    next_morning(&house);
    reconcile(&house).await;
    house
}

#[tokio::test(flavor = "multi_thread")]
async fn differences_are_listed_by_what_they_are_and_acknowledged_with_a_note() {
    let house = house_with_differences().await;
    assert_eq!(list(&house.get("/v1/differences?kind=missing_here&status=open").await).len(), 3);
    assert_eq!(list(&house.get("/v1/differences?kind=amount").await).len(), 0);
    assert_eq!(
        list(&house.get(&format!("/v1/differences?account={}&from={DAY}&to={DAY}", house.account_id)).await).len(),
        3
    );
    assert_eq!(list(&house.get("/v1/differences?from=2026-01-02").await).len(), 0);
    let page = house.get("/v1/differences?limit=2").await.json();
    let rest = house.get(&format!("/v1/differences?limit=2&cursor={}", text(&page["next_cursor"]))).await.json();
    assert_eq!((page["data"].as_array().map(Vec::len), rest["data"].as_array().map(Vec::len)), (Some(2), Some(1)));

    let id = text(&differences(&house).await[0]["id"]);
    let path = format!("/v1/differences/{id}/acknowledge");
    assert_eq!(house.post(&path, json!({})).await.problem().2, ["/note: required"]);
    assert_eq!(house.post(&path, json!({ "note": " " })).await.problem().2, ["/note: required"]);
    let answer = house.post(&path, json!({ "note": "收银台的订单" })).await;
    assert_eq!((answer.status, &answer.json()["status"]), (200, &json!("acknowledged")));
    let read = house.get(&format!("/v1/differences/{id}")).await.json();
    assert_eq!((&read["note"], &read["status"]), (&json!("收银台的订单"), &json!("acknowledged")));
    assert_eq!(statement(&house).await["open_differences"], 2);

    // It stays acknowledged when it is seen again, and resolves when it is gone.
    house.post(&format!("{}/fetch", crate::morning::path(&house, DAY)), json!({})).await;
    reconcile(&house).await;
    assert_eq!(list(&house.get("/v1/differences?status=acknowledged").await).len(), 1);
    house.sandbox.clear_bill_edits(&house.merchant.mchid, DAY).unwrap();
    house.post(&format!("{}/fetch", crate::morning::path(&house, DAY)), json!({})).await;
    reconcile(&house).await;
    assert_eq!(list(&house.get("/v1/differences?status=resolved").await).len(), 3);
    assert_eq!(house.post(&path, json!({ "note": "zu spät" })).await.problem().1, "difference_resolved");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_comes_as_a_file_for_excel() {
    let house = house_with_differences().await;
    let request = house.request("GET", &format!("{}?format=csv", path(&house, DAY)));
    let answer = crate::support::send(request.header("accept-language", "zh-CN")).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), Some("text/csv; charset=utf-8"));
    assert!(answer.header("content-disposition").is_some_and(|v| v.contains("trade-2026-01-01-")));
    let file = answer.text.strip_prefix('\u{feff}').expect("a byte order mark");
    let lines: Vec<_> = file.strip_suffix("\r\n").unwrap().split("\r\n").collect();
    assert_eq!(lines.len(), 5);
    assert!(lines[0].starts_with("序号,类型,时间（北京）,商户订单号"), "{}", lines[0]);
    assert!(lines[1].contains(",支付,2026-01-01 12:00:00,LD") && lines[1].contains(",10.00,CNY,"), "{}", lines[1]);
    assert!(lines[1].contains(",\t42000000"), "long numbers keep their digits: {}", lines[1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_come_in_pages() {
    let house = house_with_differences().await;
    let mut positions = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = house.get(&format!("{}?limit=3{cursor}", path(&house, DAY))).await.json();
        positions.extend(page["rows"].as_array().unwrap().iter().map(|row| row["position"].as_i64().unwrap()));
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(positions, [1, 2, 3, 4]);
    let pages = house.get("/v1/statements?limit=1").await.json();
    let second = house.get(&format!("/v1/statements?limit=1&cursor={}", text(&pages["next_cursor"]))).await.json();
    let kinds = [&pages["data"][0]["kind"], &second["data"][0]["kind"]].map(text);
    assert_eq!(kinds, ["trade", "fund_flow"]);
    assert_eq!(second["next_cursor"], json!(null));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_faults_of_a_question_are_named() {
    let house = House::build().await;
    for (path, expected) in [
        ("/v1/differences?status=gone", "?status: unsupported"),
        ("/v1/differences?kind=gone", "?kind: unsupported"),
        ("/v1/differences?account=x", "?account: not_an_id"),
        ("/v1/differences?from=yesterday", "?from: not_a_date"),
        ("/v1/differences?to=2026-01-01T00:00:00Z", "?to: not_a_date"),
        ("/v1/differences?limit=0", "?limit: out_of_range"),
        ("/v1/differences?cursor=x", "?cursor: cursor"),
        ("/v1/differences?stat=open", "?stat: unknown_field_nearest"),
        ("/v1/statements?kind=gone", "?kind: unsupported"),
        ("/v1/statements?cursor=x", "?cursor: cursor"),
        ("/v1/statements?from=2026-13-01", "?from: not_a_date"),
    ] {
        let problem = house.get(path).await.problem();
        assert_eq!(problem, (422, "validation_failed".to_owned(), vec![expected.to_owned()]), "{path}");
    }
    let of_statement = crate::morning::path(&house, DAY);
    for (query, expected) in [
        ("?format=xml", "?format: unsupported"),
        ("?cursor=x", "?cursor: cursor"),
        ("?limit=501", "?limit: out_of_range"),
    ] {
        assert_eq!(house.get(&format!("{of_statement}{query}")).await.problem().2, [expected], "{query}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_see_their_own_mode_and_store() {
    let house = house_with_differences().await;
    let id = text(&differences(&house).await[0]["id"]);
    let live = add_key(&house.app, house.store_id, KeyKind::Secret, Mode::Live).await;
    let stranger = house.app.state.storage.ensure_store("other", house.clock_now()).await.unwrap();
    let stranger = add_key(&house.app, stranger.id, KeyKind::Secret, Mode::Test).await;
    let one = format!("/v1/differences/{id}");
    let statement = path(&house, DAY);
    for (key, codes) in [(&live, "mode_mismatch"), (&stranger, "not_found")] {
        assert_eq!(list(&house.get_as(key, "/v1/differences").await).len(), 0);
        assert_eq!(list(&house.get_as(key, "/v1/statements").await).len(), 0);
        for path in [&one, &statement] {
            assert_eq!(house.get_as(key, path).await.problem().1, codes, "{path}");
        }
        let fetch = house.post_as(key, &format!("{statement}/fetch"), json!({})).await;
        assert_eq!(fetch.problem().1, codes);
        let note = house.post_as(key, &format!("{one}/acknowledge"), json!({ "note": "x" })).await;
        assert_eq!(note.problem().1, codes);
    }
}

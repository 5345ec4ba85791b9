//! Noise that is the same in every run: good messages with bytes turned, cut, doubled and moved. The fuzz
//! targets do the same without end.

use luodi::clock::HandClock;
use luodi::gateways::statement::StatementKind;
use luodi::gateways::{Gateway as _, Notice};
use serde_json::{Value, json};

use crate::bills::{ALL, SUMMARY, bill, lines};
use crate::disturbing::{Noise, rounds};
use crate::notifications::transaction;
use crate::stand_in::{PUBLIC_KEY_ID, credentials, notification, open, sealed, signature_headers, start, wechat};
use crate::vectors::MCHID;

/// What parts and ends things in bills and JSON.
const MARKS: &[u8] = b"`,\"\r\n{";

#[test]
fn disturbed_bills_end_in_one_fault_at_most() {
    let row = "2026-01-01 12:00:00,wx,1,0,,42,LD1,o,NATIVE,REFUND,OTHERS,CNY,1.00,0.00,5,R1,0.40,0.00,ORIGINAL,SUCCESS,茶,,\
               0.01,0.60%,1.00,0.40,";
    let row: Vec<_> = row.split(',').collect();
    let good = bill(ALL, &[row.clone(), row], SUMMARY, &["2"; 7]);
    assert!(lines(StatementKind::Trade, &good).iter().all(Result::is_ok));
    let mut noise = Noise::new(1, MARKS);
    for _ in 0..rounds(20_000) {
        let mut bytes = good.clone();
        noise.disturb(&mut bytes);
        for kind in [StatementKind::Trade, StatementKind::FundFlow] {
            let read = lines(kind, &bytes);
            assert!(read.iter().rev().skip(1).all(Result::is_ok), "{}", String::from_utf8_lossy(&bytes));
        }
    }
}

#[tokio::test]
async fn disturbed_notifications_are_refused_or_tell_the_truth() {
    let gateway = open(&credentials("http://127.0.0.1:1"), &HandClock::at(start()));
    let envelope = |facts: &str| -> Value {
        let mut resource = sealed("transaction", facts);
        resource["original_type"] = json!("transaction");
        json!({
            "id": "EV-1", "resource_type": "encrypt-resource", "event_type": "TRANSACTION.SUCCESS", "resource": resource,
        })
    };
    let facts = transaction("SUCCESS").to_string();
    let mut noise = Noise::new(2, MARKS);
    for _ in 0..rounds(400) {
        // Sealed and signed by WeChat, and still nonsense.
        let mut bytes = facts.clone().into_bytes();
        noise.disturb(&mut bytes);
        let body = envelope(&String::from_utf8_lossy(&bytes));
        let raw = notification(wechat(), PUBLIC_KEY_ID, start(), &body);
        if let Ok(Notice::Order(report)) = gateway.read_notification(&raw).await.map(|n| n.into_inner().notice) {
            let is_whole = report.amount.is_some() && !report.out_trade_no.is_empty();
            let is_named =
                report.merchant.merchant_no == MCHID || gateway.foreign_identifier(&report.merchant).is_some();
            assert!(is_whole && is_named, "{report:?}");
        }
        // Signed, and disturbed outside of what is sealed.
        let mut body = envelope(&facts).to_string().into_bytes();
        noise.disturb(&mut body);
        let raw = luodi::gateways::RawNotification {
            headers: signature_headers(wechat(), PUBLIC_KEY_ID, start(), &body),
            body: body.into(),
        };
        if let Ok(Notice::Order(report)) = gateway.read_notification(&raw).await.map(|n| n.into_inner().notice) {
            assert_eq!(report.out_trade_no, "LD0001", "what is sealed cannot be changed from outside");
        }
    }
}

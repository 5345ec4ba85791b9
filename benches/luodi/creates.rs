//! Creating payments that open a code at once. The gateway is a stand-in that takes no time.

use std::time::Duration;

use luodi::app::AppOptions;
use serde_json::json;

use crate::Plan;
use crate::database::Database;
use crate::house::{AMOUNT_FEN, House};
use crate::table::{Table, median, per_second, per_second_on_all_cores};
use crate::wechat::WeChat;
use crate::wire::{answer, post, send_all, serve};

pub async fn measure(plan: &Plan, table: &mut Table) {
    let wechat = WeChat::make();
    // The signature holds for five minutes; this part takes less than one.
    let body = br#"{"code_url":"weixin://wxpay/bizpayurl?pr=p4lpSuKzz"}"#;
    let stand_in = serve(answer("200 OK", &wechat.sign(body).headers, body));
    let quiet = AppOptions { background_jobs: false, durable: true };
    let mut houses = vec![("SQLite", House::build(Database::sqlite(), quiet, &wechat, stand_in).await)];
    if let Some(database) = Database::postgres().await {
        houses.push(("PostgreSQL", House::build(database, quiet, &wechat, stand_in).await));
    }
    let key = wechat.merchant_key();
    let span = Duration::from_millis(if plan.quick { 100 } else { 400 });
    let (mut one_core, mut all_cores) = (Vec::new(), Vec::new());
    let mut rates = vec![(Vec::new(), Vec::new()); houses.len()];
    for _ in 0..plan.rounds() {
        let sign = |n: usize| assert_eq!(key.sign(&n.to_be_bytes().repeat(100)).len(), 256);
        one_core.push(per_second(span, sign));
        all_cores.push(per_second_on_all_cores(span, sign));
        for ((_, house), (rates, p99)) in houses.iter().zip(&mut rates) {
            let requests = (0..plan.requests()).map(|n| request(house, n)).collect();
            let round = send_all(house.app.address, requests, "201").await;
            rates.push(round.per_second);
            p99.push(round.p99.as_secs_f64() * 1000.0);
        }
    }
    table.baseline("RSA-2048 signing, 1 thread", &one_core, "/s", "crypto::rsa on requests of 800 bytes");
    table.baseline("RSA-2048 signing, all cores", &all_cores, "/s", "each payment needs one signature");
    for ((name, house), (rates, p99)) in houses.into_iter().zip(rates) {
        let note = format!("p99 {:.1} ms; with idempotency key and an instant gateway", median(&p99));
        let against = ("signing alone, all cores", all_cores.as_slice());
        table.ratio(&format!("payments created, {name}"), &rates, "/s", against, &note);
        house.remove().await;
    }
}

fn request(house: &House, number: usize) -> Vec<u8> {
    let body = json!({
        "order_ref": format!("T-{number}"), "amount_fen": AMOUNT_FEN, "currency": "CNY",
        "description": "西湖龙井 50g", "gateway": "wechatpay", "flow": "qr", "metadata": { "cart": "8f14e45f" },
    });
    let headers = format!("Authorization: Bearer {}\r\nIdempotency-Key: {}\r\n", house.key, uuid::Uuid::new_v4());
    post("/v1/payments", &headers, body.to_string().as_bytes())
}

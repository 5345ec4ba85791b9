//! What WeChat Pay sends when shoppers have paid: each message the first of its own payment, verified,
//! committed and answered over HTTP.

use std::time::Duration;

use luodi::app::AppOptions;

use crate::Plan;
use crate::database::Database;
use crate::house::{AMOUNT_FEN, House};
use crate::machine;
use crate::table::{Table, median, per_second, per_second_on_all_cores};
use crate::wechat::{Signed, WeChat};
use crate::wire::{self, post, send_all};

const BASELINE: &str = "verifying alone, all cores";

struct Variant {
    name: &'static str,
    house: House,
    rates: Vec<f64>,
    p99: Vec<f64>,
}

pub async fn measure(plan: &Plan, table: &mut Table) {
    let wechat = WeChat::make();
    let mut variants = variants(&wechat).await;
    let (mut one_core, mut all_cores) = (Vec::new(), Vec::new());
    let span = Duration::from_millis(if plan.quick { 100 } else { 400 });
    for _ in 0..plan.rounds() {
        let samples: Vec<Signed> =
            (0..64).map(|_| wechat.sign(&wechat.paid("LD06eqahqzx3wtx1pbp3x9k2f0g4", AMOUNT_FEN))).collect();
        let key = wechat.verifying_key();
        let verify = |n: usize| {
            let sample = &samples[n % samples.len()];
            assert!(key.verify(&sample.message, &sample.signature));
        };
        one_core.push(per_second(span, verify));
        all_cores.push(per_second_on_all_cores(span, verify));
        for variant in &mut variants {
            let requests = requests(&variant.house, &wechat, plan.requests()).await;
            let round = send_all(variant.house.app.address, requests, "204").await;
            variant.rates.push(round.per_second);
            variant.p99.push(round.p99.as_secs_f64() * 1000.0);
        }
    }
    table.baseline("RSA-2048 verifying, 1 thread", &one_core, "/s", "crypto::rsa on notification bodies");
    table.baseline("RSA-2048 verifying, all cores", &all_cores, "/s", "what no server on this machine can exceed");
    let mut variants = variants.into_iter().peekable();
    while let Some(variant) = variants.next() {
        let Variant { name, rates, .. } = &variant;
        let note = format!("p99 {:.1} ms; 16 connections, the sender on the same cores", median(&variant.p99));
        table.ratio(&format!("notifications, {name}"), rates, "/s", (BASELINE, &all_cores), &note);
        if let Some(twin) = variants.peek().filter(|next| next.name.starts_with(name)) {
            let note = "1 would mean: durability is free";
            table.ratio(&format!("  … {name}"), rates, "/s", ("the same without commits", &twin.rates), note);
        }
        variant.house.remove().await;
    }
}

/// Each durable one is followed by its twin without commits.
async fn variants(wechat: &WeChat) -> Vec<Variant> {
    let nobody = wire::serve(wire::answer("503 Service Unavailable", "", b""));
    let mut variants = Vec::new();
    let quiet = AppOptions { background_jobs: false, durable: true };
    let without_commits = AppOptions { durable: false, ..quiet };
    let build = async |name, database, options| Variant {
        name,
        house: House::build(database, options, wechat, nobody).await,
        rates: Vec::new(),
        p99: Vec::new(),
    };
    variants.push(build("SQLite", Database::sqlite(), quiet).await);
    variants.push(build("SQLite without commits", Database::sqlite(), without_commits).await);
    if let (Some(one), Some(two)) = (Database::postgres().await, Database::postgres().await) {
        variants.push(build("PostgreSQL", one, quiet).await);
        variants.push(build("PostgreSQL without commits", two, without_commits).await);
    } else {
        eprintln!("  PostgreSQL is skipped: set TEST_POSTGRES_URL or start a local server");
    }
    variants.push(build("background jobs, SQLite", Database::sqlite(), AppOptions::default()).await);
    variants
}

/// Signed notifications of new payments. Signing costs more than all the rest, so all cores do it.
async fn requests(house: &House, wechat: &WeChat, count: usize) -> Vec<Vec<u8>> {
    let numbers = house.open_payments(count).await;
    let path = format!("/notify/wechatpay/{}", house.account_id);
    let share = numbers.len().div_ceil(machine::cores());
    std::thread::scope(|scope| {
        let threads = numbers.chunks(share).map(|numbers| {
            let path = &path;
            scope.spawn(move || {
                let request = |number: &String| {
                    let body = wechat.paid(number, AMOUNT_FEN);
                    post(path, &wechat.sign(&body).headers, &body)
                };
                numbers.iter().map(request).collect::<Vec<_>>()
            })
        });
        let threads: Vec<_> = threads.collect();
        threads.into_iter().flat_map(|t| t.join().expect("signed")).collect()
    })
}

//! The real program, killed without warning forty times while shops sell and shoppers pay. Whatever
//! was said to anybody before a kill must be true after it, and in the end our ledger and the
//! gateway's book must tell the same story.
//!
//! The kills fall at random; `TEST_SEED` repeats their spacing, though not what they hit.

#[path = "../support/mod.rs"]
mod support;

mod load;
mod program;
mod reckoning;
mod shop;

use std::sync::Arc;
use std::time::{Duration, Instant};

use luodi::clock::SystemClock;
use luodi::sandbox::{DeliveryState, RedeliverySchedule, SandboxSettings};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use crate::load::Load;
use crate::program::Program;
use crate::reckoning::Reckoning;
use crate::shop::Shop;

const KILLS: usize = 40;
const SHOPPERS: u64 = 6;
/// After the start of the program.
const LIFE_MS: std::ops::Range<u64> = 20..1200;
const SETTLE_WITHIN: Duration = Duration::from_secs(90);

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_and_nothing_happens_twice_when_the_program_is_killed_forty_times() {
    let seed = std::env::var("TEST_SEED").ok().and_then(|s| s.parse().ok()).unwrap_or_else(rand::random);
    println!("TEST_SEED={seed}");
    let mut chance = StdRng::seed_from_u64(seed);
    let began = Instant::now();

    let settings =
        SandboxSettings { redelivery: RedeliverySchedule::Compressed, background: true, ..SandboxSettings::default() };
    let sandbox = luodi::sandbox::start(settings, Arc::new(SystemClock)).await.expect("the sandbox starts");
    let shop = Shop::open();
    let mut program = Program::set_up(&sandbox, &shop.url).await;
    let load = Load::of(&program, &sandbox);
    let mut reckoning = Reckoning::new(&program, &sandbox, &load);

    program.start().await;
    let shoppers: Vec<_> = (0..SHOPPERS).map(|n| tokio::spawn(Arc::clone(&load).sell(seed ^ n))).collect();
    for _ in 0..KILLS {
        tokio::time::sleep(Duration::from_millis(chance.gen_range(LIFE_MS))).await;
        program.kill();
        reckoning.what_was_said_is_true().await;
        program.start().await;
    }
    load.stop();
    futures_util::future::try_join_all(shoppers).await.expect("every shopper is served in the end");

    let all_told = || {
        let book = sandbox.book(&program.merchant.mchid).expect("a book");
        let waits = |s| matches!(s, DeliveryState::Waiting | DeliveryState::Sending | DeliveryState::Held);
        !book.notifications.iter().any(|n| waits(n.state)) && shop.knows_all_of(&book)
    };
    let deadline = Instant::now() + SETTLE_WITHIN;
    while !all_told() && Instant::now() < deadline {
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    program.kill();
    reckoning.what_was_said_is_true().await;
    reckoning.ledger_and_book_agree().await;
    reckoning.the_shop_heard_of_every_payment(&shop).await;
    println!("{KILLS} kills, {}, in {:?}", reckoning.in_words(), began.elapsed());
    sandbox.stop().await;
}

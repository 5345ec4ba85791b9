//! UnionPay's side of the work: signing requests, believing what comes under a certificate of its own, settling
//! what that tells, reading settlement files.

mod authority;

use std::hint::black_box;
use std::time::Duration;

use jiff::civil::Date;
use luodi::app::AppOptions;
use luodi::clock::{Clock, SystemClock};
use luodi::crypto::digest::sha256_hex;
use luodi::crypto::to_base64;
use luodi::gateways::Merchant;
use luodi::gateways::unionpay::message::{EmptyFields, Message};
use luodi::gateways::unionpay::sign::{Fields, Signer, canonical, encoded};
use luodi::gateways::unionpay::statement::zm::Lines;
use luodi::gateways::unionpay::trust::Trust;
use luodi::gateways::unionpay::values::txn_time;
use luodi::http::accounts::{NewAccount, add_account};
use luodi::ids::{AttemptId, StoreId};
use luodi::payments::{GatewayName, Mode};
use serde_json::json;

use self::authority::{Authority, CERT_ID, PASSWORD};
use crate::Plan;
use crate::bills::{Made, compare};
use crate::database::Database;
use crate::house::{AMOUNT_FEN, House};
use crate::table::{Table, median, per_second, per_second_on_all_cores};
use crate::wechat::WeChat;
use crate::wire::{self, post, send_all};

const MERCHANT: &str = "777290058110048";
const SIGNING: &str = "RSA-2048 signing alone";
const VERIFYING: &str = "RSA-2048 verifying alone";
const DAY: Date = jiff::civil::date(2026, 1, 2);

fn fields(pairs: &[(&str, &str)]) -> Fields {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// A notification of a paid order, with all that UnionPay writes in it.
fn paid(authority: &Authority, number: &str) -> Fields {
    let (time, amount) = (txn_time(number).expect("a number of ours"), AMOUNT_FEN.to_string());
    // A number of UnionPay's own for each, 21 characters.
    let query_id = &number[number.len() - 21..];
    let mut told = fields(&[
        ("accNo", "6216***********0018"),
        ("accessType", "0"),
        ("bizType", "000000"),
        ("currencyCode", "156"),
        ("encoding", "UTF-8"),
        ("merId", MERCHANT),
        ("orderId", number),
        ("queryId", query_id),
        ("respCode", "00"),
        ("respMsg", "成功[0000000]"),
        ("settleAmt", &amount),
        ("settleCurrencyCode", "156"),
        ("settleDate", "0102"),
        ("signMethod", "01"),
        ("signPubKeyCert", &authority.unionpay_pem),
        ("traceNo", "123456"),
        ("traceTime", &time[4..]),
        ("txnAmt", &amount),
        ("txnSubType", "07"),
        ("txnTime", &time),
        ("txnType", "01"),
        ("version", "5.1.0"),
    ]);
    let text = canonical(told.iter().map(|(name, value)| (name.as_str(), value.as_str())));
    let signature = authority.unionpay.sign(sha256_hex(text.as_bytes()).as_bytes());
    told.insert("signature".to_owned(), to_base64(&signature));
    told
}

/// What is signed in it, and the signature.
fn proof(authority: &Authority, told: &Fields) -> (String, Vec<u8>) {
    let text = canonical(told.iter().map(|(name, value)| (name.as_str(), value.as_str())));
    let hex = sha256_hex(text.as_bytes());
    let signature = authority.unionpay.sign(hex.as_bytes());
    (hex, signature)
}

pub fn measure(plan: &Plan, table: &mut Table) {
    let span = Duration::from_millis(if plan.quick { 50 } else { 300 });
    let authority = Authority::make(SystemClock.now());
    requests(&authority, plan, span, table);
    notifications(&authority, plan, span, table);
    statements(plan, table);
}

fn requests(authority: &Authority, plan: &Plan, span: Duration, table: &mut Table) {
    let key = authority.merchant_key();
    let signer = Signer::Certificate { key: Box::new(authority.merchant_key()), cert_id: CERT_ID.to_owned() };
    let unsigned = fields(&[
        ("accessType", "0"),
        ("backUrl", "https://pay.shop.example/notify/unionpay/acc_01m80xxqj3ewnva4s5k44tjvxk"),
        ("bizType", "000000"),
        ("channelType", "08"),
        ("currencyCode", "156"),
        ("merId", MERCHANT),
        ("orderId", "LD01kdyak3c2fay828t5cy4tqkff"),
        ("payTimeout", "20260102111905"),
        ("txnAmt", "9900"),
        ("txnSubType", "07"),
        ("txnTime", "20260102110405"),
        ("txnType", "01"),
    ]);
    let (mut alone, mut whole) = (Vec::new(), Vec::new());
    for _ in 0..plan.rounds() {
        alone.push(per_second(span, |_| drop(black_box(key.sign(&[b'a'; 64])))));
        whole.push(per_second(span, |_| drop(black_box(encoded(&signer.sign(&unsigned))))));
    }
    table.baseline(SIGNING, &alone, "/s", "1 thread");
    table.ratio("UnionPay request signed", &whole, "/s", (SIGNING, &alone), "as the body of a call, 1 thread");
}

/// Three signatures under a certificate that was never seen, its own and the two of its chain; one under a
/// certificate that was.
fn notifications(authority: &Authority, plan: &Plan, span: Duration, table: &mut Table) {
    let (now, key) = (SystemClock.now(), authority.unionpay_public());
    let told = paid(authority, &AttemptId::generate().out_trade_no());
    let body = encoded(&told).into_bytes();
    let (hex, signature) = proof(authority, &told);
    let message = Message::parse_form(&body).expect("a form");
    assert_eq!(sha256_hex(&message.canonical(EmptyFields::Dropped)), hex);
    let trust = || Trust::Certificates { authority: authority.trusted(), is_test: false };
    let believe = |trust: &Trust| {
        let message = Message::parse_form(&body).expect("a form");
        trust.verify_form(&message, now).expect("a genuine message");
    };
    let known = trust();
    believe(&known);
    let (mut alone, mut cached, mut uncached) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..plan.rounds() {
        alone.push(per_second(span, |_| assert!(key.verify(hex.as_bytes(), &signature))));
        cached.push(per_second(span, |_| believe(&known)));
        uncached.push(per_second(span, |_| believe(&trust())));
    }
    let (against, note) = ((VERIFYING, alone.as_slice()), format!("{} bytes, 1 thread, no storage", body.len()));
    table.baseline(VERIFYING, &alone, "/s", "1 thread");
    table.ratio("UnionPay notification verified, chain known", &cached, "/s", against, &note);
    let note = "three signatures; 0.333 would mean: nothing but them";
    table.ratio("UnionPay notification verified, chain new", &uncached, "/s", against, note);
}

/// Notifications of payments, each the first of its own, verified, committed and answered over HTTP.
pub async fn settled(plan: &Plan, table: &mut Table) {
    const BASELINE: &str = "verifying alone, all cores";
    let authority = Authority::make(SystemClock.now());
    let nobody = wire::serve(wire::answer("503 Service Unavailable", "", b""));
    let quiet = AppOptions { background_jobs: false, durable: true };
    let house = House::build(Database::sqlite(), quiet, &WeChat::make(), nobody).await;
    let account = account(&authority, house.store_id, &format!("http://{nobody}"));
    let account = add_account(&house.app.state, account).await.unwrap_or_else(|e| panic!("an account: {e:?}"));
    let span = Duration::from_millis(if plan.quick { 100 } else { 400 });
    let (key, path) = (authority.unionpay_public(), format!("/notify/unionpay/{}", account.id));
    let (hex, signature) = proof(&authority, &paid(&authority, &AttemptId::generate().out_trade_no()));
    let (mut all_cores, mut rates, mut p99) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..plan.rounds() {
        all_cores.push(per_second_on_all_cores(span, |_| assert!(key.verify(hex.as_bytes(), &signature))));
        let numbers = house.open_payments_at((account.id, GatewayName::UnionPay), plan.requests()).await;
        let bodies = numbers.iter().map(|number| encoded(&paid(&authority, number)).into_bytes());
        let requests = bodies.map(|body| post(&path, "", &body)).collect();
        let round = send_all(house.app.address, requests, "200").await;
        rates.push(round.per_second);
        p99.push(round.p99.as_secs_f64() * 1000.0);
    }
    let note = format!("p99 {:.1} ms; 16 connections, the sender on the same cores", median(&p99));
    table.baseline(BASELINE, &all_cores, "/s", "what no server on this machine can exceed");
    table.ratio("UnionPay notifications settled, SQLite", &rates, "/s", (BASELINE, &all_cores), &note);
    house.remove().await;
}

fn account(authority: &Authority, store_id: StoreId, api_base: &str) -> NewAccount {
    NewAccount {
        store_id,
        mode: Mode::Test,
        gateway: GatewayName::UnionPay,
        name: "unionpay".to_owned(),
        settings: json!({ "merchant_no": MERCHANT, "api_base": api_base }),
        secrets: json!({ "key_file": to_base64(&authority.key_file()), "key_password": PASSWORD }),
    }
}

fn statements(plan: &Plan, table: &mut Table) {
    let merchant = Merchant { merchant_no: MERCHANT.to_owned(), app_id: None, sub_merchant_no: None };
    let read = |rows: usize| {
        let lines = Lines::new(list(rows), merchant.clone(), DAY);
        assert_eq!(lines.inspect(|line| assert!(black_box(line).is_ok())).count(), rows + 1);
    };
    compare("settlement file", plan, table, (list, 0), read);
}

/// A list of cleared purchases (ZM).
fn list(rows: usize) -> impl std::io::BufRead {
    let mut line = vec![b' '; 607];
    let mut put = |at: usize, text: &[u8]| line[at..at + text.len()].copy_from_slice(text);
    put(0, b"S56");
    put(35, b"0102110405");
    put(66, b"000000001234");
    put(166, b"D000000000007");
    put(180, b"C000000001227");
    put(215, b"01 01 000201");
    put(293, MERCHANT.as_bytes());
    put(327, &encoding_rs::GBK.encode("测试商店").0);
    line.extend_from_slice(b"\r\n");
    let row = move |at: usize, part: &mut Vec<u8>| {
        line[87..108].copy_from_slice(format!("8126010211040{at:08}").as_bytes());
        line[112..130].copy_from_slice(format!("LD20260101{at:08}").as_bytes());
        part.extend_from_slice(&line);
    };
    Made::of(rows, "", row, "")
}

//! Many payments at UnionPay, more notifications than payments, in any order, from all sides at once.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use luodi::payments::Mode;
use luodi::sandbox::unionpay::{Fault, FaultKind, Operation};
use rand::seq::SliceRandom as _;
use serde_json::Value;

use crate::house::*;
use crate::support::phone::Phone;
use crate::support::unionpay::UnionPayAccount;
use crate::support::{House, text};

const PAYMENTS: usize = 200;
const COPIES: usize = 5;
const CONNECTIONS: usize = 16;

/// A paid order, and what UnionPay says of it, signed, as it would notify.
async fn order_and_word(house: Arc<House>, unionpay: Arc<UnionPayAccount>) -> (Value, String) {
    let payment = opened(&house, &unionpay, "page").await;
    let way = pay_at_bank(&house, &Phone::new(WINDOWS), &payment).await;
    (payment, serde_urlencoded::to_string(&way.fields).expect("a form"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_notifications_of_two_hundred_payments_count_each_once() {
    let (house, unionpay) = House::with_unionpay().await;
    let (house, unionpay) = (Arc::new(house), Arc::new(unionpay));
    unionpay.sandbox.add_fault(Fault::new(Operation::Notify, FaultKind::Drop)).expect("a fault");
    let opening = (0..PAYMENTS).map(|_| tokio::spawn(order_and_word(Arc::clone(&house), Arc::clone(&unionpay))));
    let orders: Vec<(Value, String)> =
        stream::iter(opening).buffer_unordered(CONNECTIONS).try_collect().await.expect("all are opened");

    let mut letters: Vec<String> = orders.iter().flat_map(|(_, word)| vec![word.clone(); COPIES]).collect();
    letters.shuffle(&mut rand::thread_rng());
    let url = house.url(&format!("/notify/unionpay/{}", unionpay.account_id));
    let share = letters.len().div_ceil(CONNECTIONS);
    let senders = letters.chunks(share).map(|share| {
        let (share, url) = (share.to_vec(), url.clone());
        tokio::spawn(async move {
            // A client of its own is a connection of its own: it sends one letter after the other.
            let phone = Phone::new(WINDOWS);
            for letter in share {
                let kind = "application/x-www-form-urlencoded";
                let answer = phone.send(phone.post(&url).header("content-type", kind).body(letter)).await;
                assert_eq!((answer.status, answer.text.as_str()), (200, "ok"));
            }
        })
    });
    futures_util::future::try_join_all(senders).await.expect("every letter is taken");

    let storage = &house.app.state.storage;
    let mut told: BTreeMap<String, usize> = BTreeMap::new();
    let mut seen = 0;
    loop {
        let page = storage.events_after(house.store_id, Mode::Test, seen, 500, &[]).await.expect("events");
        if page.is_empty() {
            break;
        }
        for event in &page {
            seen += 1;
            assert_eq!(event.sequence, seen, "no gap");
            assert_ne!(event.kind.as_str(), "payment.mismatch");
            if event.kind.as_str() == "payment.paid" {
                *told.entry(text(&event.data["id"])).or_default() += 1;
            }
        }
    }
    assert_eq!(told.len(), PAYMENTS);
    for (payment, _) in &orders {
        assert_eq!(told.get(&text(&payment["id"])), Some(&1), "{}", payment["id"]);
        assert_eq!(status(&house, payment).await, "paid");
    }
    assert_eq!(unionpay.book().balance_fen, i64::try_from(PAYMENTS).expect("few") * 1280);
}

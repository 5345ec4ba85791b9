//! The comparison of our ledger with what was said to shops, and with the gateway's own book.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use luodi::ids::{AccountId, StoreId};
use luodi::payments::{Attempt, AttemptStatus, Event, EventType, Ledger, Mode, PaymentStatus, Refund, RefundStatus};
use luodi::sandbox::{Book, BookNotification, RefundStatus as TheirRefundStatus, Sandbox, TradeState};
use luodi::storage::{PaymentFilter, Storage, StorageSettings};

use crate::load::Load;
use crate::program::{Program, open};
use crate::shop::Shop;
use crate::support::text;

pub struct Reckoning {
    database: StorageSettings,
    store_id: StoreId,
    account_id: AccountId,
    mchid: String,
    sandbox: Sandbox,
    load: Arc<Load>,
    /// What has been found true after an earlier kill.
    payments_seen: usize,
    refunds_seen: usize,
    notifications_seen: BTreeSet<String>,
}

impl Reckoning {
    pub fn new(program: &Program, sandbox: &Sandbox, load: &Arc<Load>) -> Self {
        Self {
            database: program.database(),
            store_id: program.store_id,
            account_id: program.account_id,
            mchid: program.merchant.mchid.clone(),
            sandbox: sandbox.clone(),
            load: Arc::clone(load),
            payments_seen: 0,
            refunds_seen: 0,
            notifications_seen: BTreeSet::new(),
        }
    }

    fn book(&self) -> Book {
        self.sandbox.book(&self.mchid).expect("a book")
    }

    /// Right after a kill, before anything could be repaired: every confirmed payment and refund is
    /// there, and every notification that was acknowledged has been settled.
    pub async fn what_was_said_is_true(&mut self) {
        let (confirmed, book) = (self.load.confirmed(), self.book());
        let storage = open(&self.database).await;
        for payment in &confirmed.payments[self.payments_seen..] {
            let id = text(&payment["id"]).parse().expect("a payment id");
            let ledger = storage.ledger(id).await.expect("storage").expect("a confirmed payment is recorded");
            assert_eq!(ledger.payment.order_ref, text(&payment["order_ref"]));
        }
        for refund in &confirmed.refunds[self.refunds_seen..] {
            let id = text(&refund["id"]).parse().expect("a refund id");
            let ledger = storage.ledger_of_refund(id).await.expect("storage");
            assert!(ledger.is_some(), "refund {id} was confirmed and is not recorded");
        }
        for told in book.notifications.iter().filter(|n| n.attempts.iter().any(|a| a.status == Some(204))) {
            if self.notifications_seen.insert(told.id.clone()) {
                self.is_settled(&storage, told).await;
            }
        }
        self.payments_seen = confirmed.payments.len();
        self.refunds_seen = confirmed.refunds.len();
        storage.close().await;
    }

    async fn is_settled(&self, storage: &Storage, told: &BookNotification) {
        if let Some(number) = &told.out_refund_no {
            let ledger = storage.ledger_by_out_refund_no(self.account_id, number).await.expect("storage");
            let ledger = ledger.expect("a refund that was acknowledged is recorded");
            let refund = ledger.refunds.iter().find(|r| r.out_refund_no == *number).expect("the refund");
            assert_eq!(refund.status, RefundStatus::Succeeded, "{number} was acknowledged");
        } else {
            let ledger = storage.ledger_by_out_trade_no(self.account_id, &told.out_trade_no).await.expect("storage");
            let ledger = ledger.expect("an order that was acknowledged is recorded");
            assert!(is_paid(&ledger), "{} was acknowledged", told.out_trade_no);
        }
    }

    /// In the end: nothing paid is lost, nothing is there twice, and the facts give the rows.
    pub async fn ledger_and_book_agree(&self) {
        let storage = open(&self.database).await;
        let ledgers = all_ledgers(&storage, self.store_id).await;
        let book = self.book();
        self.every_order_of_the_shop_is_one_payment(&ledgers);
        orders_agree(&book, &ledgers);
        refunds_agree(&book, &ledgers);
        let events = all_events(&storage, self.store_id).await;
        each_payment_is_told_once(&ledgers, &events);
        for ledger in &ledgers {
            let facts = storage.facts(ledger.payment.id).await.expect("facts");
            let mut rebuilt = Ledger::rebuild(facts).expect("the facts agree with one another");
            rebuilt.payment.version = ledger.payment.version;
            assert_eq!(&rebuilt, ledger, "the facts give the rows");
        }
        storage.close().await;
    }

    fn every_order_of_the_shop_is_one_payment(&self, ledgers: &[Ledger]) {
        let confirmed = self.load.confirmed();
        let ours: BTreeSet<_> = ledgers.iter().map(|l| l.payment.order_ref.clone()).collect();
        assert_eq!(ours.len(), ledgers.len(), "one payment for each order, however often it was asked for");
        let told: BTreeSet<_> = confirmed.payments.iter().map(|p| text(&p["order_ref"])).collect();
        assert_eq!(ours, told, "and each has been confirmed in the end");
        let refunds: BTreeSet<_> = ledgers.iter().flat_map(|l| &l.refunds).map(|r| r.id.to_string()).collect();
        let told: BTreeSet<_> = confirmed.refunds.iter().map(|r| text(&r["id"])).collect();
        assert_eq!(refunds, told, "one refund for each that was asked for");
    }

    /// Every webhook of a paid payment arrived, and spoke of a payment that is paid.
    pub async fn the_shop_heard_of_every_payment(&self, shop: &Shop) {
        let book = self.book();
        let numbers = shop.paid_numbers();
        let heard: BTreeSet<_> = numbers.iter().cloned().collect();
        assert_eq!(heard.len(), numbers.len(), "one event for each payment");
        let paid = book.orders.iter().filter(|o| o.paid_at.is_some()).map(|o| o.out_trade_no.clone());
        assert_eq!(heard, paid.collect(), "the shop knows what was paid, and nothing else");
        let again = shop.heard(EventType::PaymentPaid).iter().filter(|(_, times)| *times > 1).count();
        println!("{} payments told to the shop, {again} of them more than once", heard.len());
    }

    pub fn in_words(&self) -> String {
        let book = self.book();
        let paid = book.orders.iter().filter(|o| o.paid_at.is_some()).count();
        let letters: usize = book.notifications.iter().map(|n| n.attempts.len()).sum();
        format!(
            "{} payments, {paid} paid, {} refunds, {} notifications sent {letters} times, {} requests repeated",
            book.orders.len(),
            book.refunds.len(),
            book.notifications.len(),
            self.load.repeated.load(Ordering::Relaxed),
        )
    }
}

fn is_paid(ledger: &Ledger) -> bool {
    !matches!(ledger.payment.status, PaymentStatus::Open | PaymentStatus::Closed)
}

fn orders_agree(book: &Book, ledgers: &[Ledger]) {
    let attempts = ledgers.iter().flat_map(|l| l.attempts.iter().map(move |a| (a.out_trade_no.as_str(), (l, a))));
    let mut attempts: BTreeMap<&str, (&Ledger, &Attempt)> = attempts.collect();
    for order in &book.orders {
        let number = order.out_trade_no.as_str();
        let (ledger, attempt) = attempts.remove(number).expect("the gateway's order is one of our attempts");
        assert_eq!(ledger.attempts.len(), 1, "{number}: one order for each payment");
        assert_eq!(ledger.payment.amount.get(), order.total_fen, "{number}");
        let expected = match order.trade_state {
            TradeState::Success | TradeState::Refund => AttemptStatus::Paid,
            TradeState::Closed => AttemptStatus::Closed,
            TradeState::Notpay | TradeState::Userpaying => AttemptStatus::Pending,
            TradeState::Revoked | TradeState::Payerror => AttemptStatus::Failed,
        };
        assert_eq!((number, attempt.status), (number, expected));
        assert_eq!(attempt.gateway_trade_no, order.transaction_id, "{number}");
        assert_eq!(is_paid(ledger), order.paid_at.is_some(), "{number}");
    }
    assert!(attempts.is_empty(), "attempts without an order: {:?}", attempts.keys());
}

fn refunds_agree(book: &Book, ledgers: &[Ledger]) {
    let refunds = ledgers.iter().flat_map(|l| &l.refunds).map(|r| (r.out_refund_no.as_str(), r));
    let mut refunds: BTreeMap<&str, &Refund> = refunds.collect();
    for theirs in &book.refunds {
        let number = theirs.out_refund_no.as_str();
        let ours = refunds.remove(number).expect("the gateway's refund is one of ours");
        assert_eq!((number, ours.amount.get()), (number, theirs.refund_fen));
        let expected = (RefundStatus::Succeeded, TheirRefundStatus::Success);
        assert_eq!((number, (ours.status, theirs.status)), (number, expected));
    }
    assert!(refunds.is_empty(), "refunds the gateway does not know: {:?}", refunds.keys());
    let came_in: i64 = ledgers.iter().filter(|l| is_paid(l)).map(|l| l.payment.amount.get()).sum();
    let went_out: i64 = ledgers.iter().map(|l| l.payment.refunded.get()).sum();
    assert_eq!(came_in - went_out, book.balance_fen, "the same balance");
}

fn each_payment_is_told_once(ledgers: &[Ledger], events: &[Event]) {
    let sequences: Vec<i64> = events.iter().map(|e| e.sequence).collect();
    assert_eq!(sequences, (1..=sequences.len() as i64).collect::<Vec<_>>(), "no gap");
    let mut told: BTreeMap<String, usize> = BTreeMap::new();
    for event in events.iter().filter(|e| e.kind == EventType::PaymentPaid) {
        *told.entry(text(&event.data["id"])).or_default() += 1;
    }
    for ledger in ledgers {
        let times = told.remove(&ledger.payment.id.to_string()).unwrap_or_default();
        assert_eq!(times, usize::from(is_paid(ledger)), "{}", ledger.payment.id);
    }
    let strange = [EventType::PaymentMismatch, EventType::PaymentDuplicatePaid, EventType::RefundFailed];
    assert!(!events.iter().any(|e| strange.contains(&e.kind)), "nothing strange happened");
}

async fn all_ledgers(storage: &Storage, store_id: StoreId) -> Vec<Ledger> {
    let mut filter = PaymentFilter {
        store_id,
        mode: Mode::Test,
        order_ref: None,
        status: None,
        created_from: None,
        created_to: None,
        cursor: None,
        limit: 100,
    };
    let mut ledgers = Vec::new();
    loop {
        let page = storage.payments(&filter).await.expect("payments");
        ledgers.extend(page.data);
        if page.next_cursor.is_none() {
            return ledgers;
        }
        filter.cursor = page.next_cursor;
    }
}

async fn all_events(storage: &Storage, store_id: StoreId) -> Vec<Event> {
    let mut events: Vec<Event> = Vec::new();
    loop {
        let after = events.last().map_or(0, |e| e.sequence);
        let page = storage.events_after(store_id, Mode::Test, after, 500, &[]).await.expect("events");
        if page.is_empty() {
            return events;
        }
        events.extend(page);
    }
}

use luodi::payments::event::EventType;
use luodi::payments::{Fact, Mode, PaymentStatus, RefundCause, RefundStatus};
use luodi::storage::{PaymentFilter, RefundFilter, StorageError};

use crate::backends::{NOW, Shop, on_each, refund};

fn all(shop: &Shop) -> PaymentFilter {
    PaymentFilter {
        store_id: shop.store.id,
        mode: Mode::Test,
        order_ref: None,
        status: None,
        created_from: None,
        created_to: None,
        cursor: None,
        limit: 3,
    }
}

#[tokio::test]
async fn pages_stay_stable_while_payments_arrive() {
    on_each(|shop| async move {
        let mut expected = Vec::new();
        for n in 0..8 {
            // Several of the same moment: the id decides.
            expected.push(shop.create(&format!("A-{n}"), NOW.plus_s(n / 3)).await);
        }
        expected.reverse();
        let mut seen = Vec::new();
        let mut filter = all(&shop);
        loop {
            let page = shop.storage.payments(&filter).await.unwrap();
            assert!(page.data.len() <= 3);
            seen.extend(page.data);
            shop.create("later", NOW.plus_s(100)).await;
            filter.cursor = page.next_cursor;
            if filter.cursor.is_none() {
                break;
            }
        }
        assert_eq!(seen, expected);
        filter.cursor = Some("bm90IG91cnM".to_owned());
        assert_eq!(shop.storage.payments(&filter).await, Err(StorageError::InvalidCursor));
    })
    .await;
}

#[tokio::test]
async fn filters_narrow_and_each_payment_is_whole() {
    on_each(|shop| async move {
        let (paid, _) = shop.paid("A-1").await;
        let (open, _) = shop.pending("A-1").await;
        let later = shop.create("A-2", NOW.plus_s(60)).await;
        let list = async |filter| shop.storage.payments(&filter).await.unwrap().data;
        assert_eq!(list(all(&shop)).await, [later.clone(), open.clone(), paid.clone()]);
        let by_ref = PaymentFilter { order_ref: Some("A-1".to_owned()), ..all(&shop) };
        assert_eq!(list(by_ref.clone()).await, [open.clone(), paid.clone()]);
        let paid_only = PaymentFilter { status: Some(PaymentStatus::Paid), ..by_ref };
        assert_eq!(list(paid_only).await, std::slice::from_ref(&paid));
        let since = PaymentFilter { created_from: Some(NOW.plus_s(60)), ..all(&shop) };
        assert_eq!(list(since).await, [later]);
        let before = PaymentFilter { created_to: Some(NOW.plus_s(60)), ..all(&shop) };
        assert_eq!(list(before).await, [open, paid]);
        assert_eq!(list(PaymentFilter { mode: Mode::Live, ..all(&shop) }).await, []);
    })
    .await;
}

#[tokio::test]
async fn refunds_are_listed_newest_first() {
    on_each(|shop| async move {
        let (mut ledger, attempt) = shop.paid("A-1").await;
        for _ in 0..4 {
            let back = refund(&ledger, attempt, 100, RefundCause::Requested);
            shop.record(&mut ledger, vec![Fact::RefundRequested { refund: Box::new(back) }], NOW).await;
        }
        let refund_id = ledger.refunds[1].id;
        let done = Fact::RefundSucceeded { refund_id, gateway_refund_no: None, succeeded_at: NOW };
        shop.record(&mut ledger, vec![done], NOW).await;
        let mut filter = RefundFilter {
            store_id: shop.store.id,
            mode: Mode::Test,
            payment_id: Some(ledger.payment.id),
            status: None,
            cursor: None,
            limit: 3,
        };
        let first = shop.storage.refunds(&filter).await.unwrap();
        filter.cursor = first.next_cursor;
        let second = shop.storage.refunds(&filter).await.unwrap();
        assert_eq!(second.next_cursor, None);
        let listed: Vec<_> = first.data.into_iter().chain(second.data).rev().collect();
        assert_eq!(listed, ledger.refunds);
        filter = RefundFilter { status: Some(RefundStatus::Succeeded), cursor: None, ..filter };
        assert_eq!(shop.storage.refunds(&filter).await.unwrap().data, [ledger.refunds[1].clone()]);
    })
    .await;
}

#[tokio::test]
async fn events_follow_their_sequence_per_mode() {
    on_each(|shop| async move {
        shop.paid("A-1").await;
        let live = luodi::payments::NewEvent { mode: Mode::Live, ..shop.test_event(NOW) };
        assert_eq!(shop.storage.append_event(live).await.unwrap().sequence, 1, "each mode counts for itself");
        let list = async |after, limit, types: &[EventType]| {
            let events = shop.storage.events_after(shop.store.id, Mode::Test, after, limit, types).await.unwrap();
            events.iter().map(|event| (event.sequence, event.kind)).collect::<Vec<_>>()
        };
        assert_eq!(
            list(0, 99, &[]).await,
            [
                (1, EventType::PaymentCreated),
                (2, EventType::AttemptCreated),
                (3, EventType::AttemptPending),
                (4, EventType::AttemptPaid),
                (5, EventType::PaymentPaid),
            ]
        );
        assert_eq!(list(2, 1, &[]).await, [(3, EventType::AttemptPending)]);
        let types = [EventType::PaymentPaid, EventType::AttemptCreated];
        assert_eq!(list(0, 99, &types).await, [(2, EventType::AttemptCreated), (5, EventType::PaymentPaid)]);
    })
    .await;
}

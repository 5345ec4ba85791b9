//! Everybody at once: notification, poll, close and create answer about the same order.

use std::sync::Arc;

use luodi::payments::EventType;
use luodi::sandbox::{Fault, FaultKind, Operation, PayDraft, TradeState};
use serde_json::{Value, json};

use crate::databases::on_each;
use crate::flood::house;
use crate::support::{House, fresh_key, order, out_trade_no, text};
use crate::wechat::WeChat;

const ROUNDS: usize = 21;

async fn count(house: &House, payment: &Value, kind: EventType) -> usize {
    let storage = &house.app.state.storage;
    let events = storage.events_after(house.store_id, luodi::payments::Mode::Test, 0, 10_000, &[kind]).await;
    let of = |data: &Value| data["id"] == payment["id"] || data["payment"]["id"] == payment["id"];
    events.expect("events").iter().filter(|e| of(&e.data)).count()
}

fn has_called(house: &House, operation: Operation, number: &str) -> bool {
    house.book().calls.iter().any(|c| c.operation == operation && c.number.as_deref() == Some(number))
}

#[tokio::test(flavor = "multi_thread")]
async fn notification_poll_and_close_of_one_paid_order_agree() {
    on_each(|storage_url| async move {
        let house = Arc::new(house(storage_url).await);
        for _ in 0..ROUNDS {
            let payment = house.payment_with_code(1280).await;
            house.pay_silently(&payment);
            house.clock.advance_s(20);
            let path = format!("/v1/payments/{}", text(&payment["id"]));
            let (close, refresh) = (format!("{path}/close"), format!("{path}/refresh"));
            let (_, closed, refreshed, worked) = tokio::join!(
                house.sandbox.step(),
                house.post(&close, json!({})),
                house.post(&refresh, json!({})),
                house.app.jobs.step(),
            );
            assert_eq!((closed.status, closed.problem().1.as_str()), (409, "payment_not_open"), "{}", closed.text);
            assert_eq!(refreshed.status, 200, "{}", refreshed.text);
            worked.expect("the jobs");
            assert_eq!(house.read(&payment).await["status"], "paid");
            assert_eq!(count(&house, &payment, EventType::PaymentPaid).await, 1);
            assert_eq!(count(&house, &payment, EventType::PaymentClosed).await, 0);
            assert_eq!(count(&house, &payment, EventType::PaymentMismatch).await, 0);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shopper_who_pays_while_the_shop_closes_ends_as_the_gateway_says() {
    on_each(|storage_url| async move {
        let house = Arc::new(house(storage_url).await);
        let mchid = house.merchant.mchid.clone();
        let mut paid_in_time = 0;
        for round in 0..ROUNDS {
            let payment = house.payment_with_code(1280).await;
            let number = out_trade_no(&payment);
            house.clock.advance_s(20);
            let path = format!("/v1/payments/{}/close", text(&payment["id"]));
            // Before anything, between our question and our close, or as soon as the order is closed.
            let moment = [None, Some(Operation::Query), Some(Operation::Close)][round % 3];
            let pay = async {
                while moment.is_some_and(|operation| !has_called(&house, operation, &number)) {
                    tokio::task::yield_now().await;
                }
                let taken = house.sandbox.pay(&mchid, &number, &PayDraft::default()).is_ok();
                house.sandbox.step().await;
                taken
            };
            let (taken, closed, worked) = tokio::join!(pay, house.post(&path, json!({})), house.app.jobs.step());
            worked.expect("the jobs");
            house.clock.advance_s(60);
            house.app.jobs.step().await.expect("the jobs");

            let book = house.sandbox.book(&mchid).expect("a book");
            let told = book.orders.iter().find(|o| o.out_trade_no == number).expect("the order").trade_state;
            let expected = if taken { ("paid", TradeState::Success) } else { ("closed", TradeState::Closed) };
            let status = text(&house.read(&payment).await["status"]);
            assert_eq!((status.as_str(), told), expected, "close was answered {}", closed.status);
            let (paid, closed) = (EventType::PaymentPaid, EventType::PaymentClosed);
            let events = (count(&house, &payment, paid).await, count(&house, &payment, closed).await);
            assert_eq!(events, (usize::from(taken), usize::from(!taken)));
            paid_in_time += usize::from(taken);
        }
        println!("{}: {paid_in_time} of {ROUNDS} shoppers were faster", house.app.state.storage.backend_name());
        assert!((1..ROUNDS).contains(&paid_in_time), "both ends were seen");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notification_may_come_before_the_answer_that_opened_its_order() {
    let house = House::build().await;
    let slow = FaultKind::Delay { delay_ms: 400 };
    house.sandbox.add_fault(Fault::new(Operation::Create, slow).times(1)).expect("a fault");
    let (mchid, key) = (house.merchant.mchid.clone(), fresh_key());
    let shopper = async {
        let number = loop {
            let book = house.sandbox.book(&mchid).expect("a book");
            match book.orders.first() {
                Some(order) => break order.out_trade_no.clone(),
                None => tokio::task::yield_now().await,
            }
        };
        house.sandbox.pay(&mchid, &number, &PayDraft::default()).expect("the sandbox takes the payment");
        assert_eq!(house.sandbox.step().await, 1);
        let told = house.sandbox.book(&mchid).expect("a book").notifications;
        assert_eq!(told[0].attempts[0].status, Some(204), "taken although the order has no answer yet");
    };
    let (answer, ()) = tokio::join!(house.post_with_key("/v1/payments", order(1280, true), &key), shopper);
    assert_eq!(answer.status, 201, "{}", answer.text);
    let payment = answer.json();
    assert_eq!((&payment["status"], &payment["attempts"][0]["status"]), (&json!("paid"), &json!("paid")));
    assert_eq!(payment["attempts"][0]["next_action"], json!(null), "nobody is asked to pay again");
    assert_eq!(
        house.event_types().await,
        ["payment.created", "attempt.created", "attempt.paid", "payment.paid"],
        "the late answer is no news"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_paid_twice_gives_the_surplus_back_once() {
    on_each(|storage_url| async move {
        let house = Arc::new(house(storage_url).await);
        let wechat = WeChat::of(&house).await;
        let payment = house.payment_with_code(1280).await;
        // The code is as good as over: another one is opened, and the old order closed.
        house.clock.advance_s(880);
        let path = format!("/v1/payments/{}/attempts", text(&payment["id"]));
        let answer = house.post(&path, json!({ "gateway": "wechatpay", "flow": "qr" })).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        let payment = house.read(&payment).await;
        assert_eq!(payment["attempts"].as_array().map(Vec::len), Some(2));

        let numbers = [0, 1].map(|n| text(&payment["attempts"][n]["out_trade_no"]));
        let force = PayDraft { force: true, ..PayDraft::default() };
        let letters = numbers.clone().map(|number| {
            house.sandbox.pay(&house.merchant.mchid, &number, &force).expect("the sandbox takes the payment");
            wechat.paid(&number, 1280, house.app.state.clock.now())
        });
        let all = (0..32).map(|n| {
            let (letter, http) = (letters[n % 2].clone(), house.http.clone());
            tokio::spawn(async move { letter.send(&http).await.status })
        });
        let statuses = futures_util::future::try_join_all(all).await.expect("answers");
        assert_eq!(statuses, [204; 32]);
        assert_eq!(count(&house, &payment, EventType::PaymentPaid).await, 1);
        assert_eq!(count(&house, &payment, EventType::PaymentDuplicatePaid).await, 1);

        house.clock.advance_s(1);
        house.app.jobs.step().await.expect("the jobs");
        let book = house.sandbox.book(&house.merchant.mchid).expect("a book");
        assert_eq!(book.refunds.len(), 1, "one of the two goes back");
        assert_eq!(book.refunds[0].refund_fen, 1280);
        let payment = house.read(&payment).await;
        let duplicate = payment["attempts"].as_array().expect("attempts").iter().find(|a| a["duplicate"] == true);
        assert_eq!(duplicate.map(|a| text(&a["out_trade_no"])), Some(book.refunds[0].out_trade_no.clone()));
        assert_eq!(payment["status"], "paid", "the other pays for the order");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notification_of_another_amount_is_told_once_however_often_it_comes() {
    on_each(|storage_url| async move {
        let house = Arc::new(house(storage_url).await);
        let wechat = WeChat::of(&house).await;
        let payment = house.payment_with_code(1280).await;
        let letter = wechat.paid(&out_trade_no(&payment), 1279, house.app.state.clock.now());
        let all = (0..32).map(|_| {
            let (letter, http) = (letter.clone(), house.http.clone());
            tokio::spawn(async move { letter.send(&http).await.status })
        });
        let statuses = futures_util::future::try_join_all(all).await.expect("answers");
        assert_eq!(statuses, [409; 32], "none is acknowledged");
        assert_eq!(house.read(&payment).await["status"], "open");
        assert_eq!(count(&house, &payment, EventType::PaymentMismatch).await, 1);
    })
    .await;
}

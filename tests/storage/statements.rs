//! Statements, their rows and differences, on each back end.

use jiff::civil::Date;
use luodi::clock::Timestamp;
use luodi::ids::DifferenceId;
use luodi::money::Fen;
use luodi::payments::difference::{DifferenceSubject, Reason, Side};
use luodi::payments::event::EventType;
use luodi::payments::statement::{Figures, RowKind, StatementFile, TradeFigures};
use luodi::payments::{
    Difference, DifferenceStatus, Fact, Mode, RefundCause, StatementDay, StatementKind, StatementRow, StatementStatus,
};
use luodi::storage::{
    ComparedBatch, CredentialWarning, DifferenceFilter, FoundDifference, ReadStatement, Retention, StatementFilter,
    Unavailable,
};

use crate::backends::{NOW, Shop, on_each, refund};

const LEASE_S: i64 = 60;

fn date(text: &str) -> Date {
    text.parse().unwrap()
}

fn day(shop: &Shop, text: &str) -> StatementDay {
    StatementDay { account_id: shop.account.id, kind: StatementKind::Trade, date: date(text) }
}

fn row(position: i64, number: &str, gateway_number: &str) -> StatementRow {
    StatementRow {
        position,
        kind: RowKind::Payment,
        number: number.to_owned(),
        gateway_number: gateway_number.to_owned(),
        out_trade_no: Some(number.to_owned()),
        gateway_trade_no: Some(gateway_number.to_owned()),
        amount: Fen::new(9_900).unwrap(),
        currency: "CNY".to_owned(),
        at: Some(NOW),
        fee_fen: -3,
        refund_state: None,
        description: "龙井".to_owned(),
        balance_fen: None,
        note: None,
        voucher_no: None,
    }
}

fn read(rows: u64) -> Option<ReadStatement> {
    let file = StatementFile { sha256: "ab".to_owned(), size_bytes: 7, row_count: rows };
    Some(ReadStatement { file, figures: Figures::Trade(TradeFigures { paid_count: 2, ..TradeFigures::default() }) })
}

/// A believed statement of these rows; answers its reading.
async fn believed(shop: &Shop, day: StatementDay, rows: Vec<StatementRow>) -> i64 {
    let storage = &shop.storage;
    storage.plan_statements(vec![(day, NOW)], NOW).await.unwrap();
    let run = storage.begin_reading(day, NOW.plus_s(LEASE_S)).await.unwrap();
    let count = rows.len() as u64;
    assert!(storage.add_statement_rows(day, run, rows, NOW.plus_s(LEASE_S)).await.unwrap());
    assert!(storage.believe_reading(day, run, read(count), Vec::new(), NOW).await.unwrap());
    run
}

fn difference(shop: &Shop, day: StatementDay, reason: Reason, number: &str, at: Timestamp) -> FoundDifference {
    let side = Side { amount_fen: 5, state: "payment".into(), gateway_number: None, at: None, row: Some(1) };
    let difference = Difference {
        id: DifferenceId::generate(),
        store_id: shop.store.id,
        mode: Mode::Test,
        account_id: shop.account.id,
        date: day.date,
        reason,
        subject: DifferenceSubject::Payment,
        number: number.to_owned(),
        out_trade_no: Some(number.to_owned()),
        payment_id: None,
        refund_id: None,
        there: Some(side),
        here: None,
        status: DifferenceStatus::Open,
        note: None,
        found_at: at,
        resolved_at: None,
        acknowledged_at: None,
    };
    FoundDifference { difference, next_at: Some(at) }
}

fn all(shop: &Shop) -> DifferenceFilter {
    DifferenceFilter {
        store_id: shop.store.id,
        mode: Mode::Test,
        status: None,
        kind: None,
        account_id: None,
        from: None,
        to: None,
        cursor: None,
        limit: 100,
    }
}

/// Something in every table of statements.
pub async fn fill(shop: &Shop) {
    let day = day(shop, "2026-01-01");
    let run = believed(shop, day, vec![row(1, "A", "1"), row(2, "B", "2")]).await;
    let found = vec![difference(shop, day, Reason::UnknownOrder, "A", NOW)];
    shop.storage.record_compared(day, (run, 2), found, NOW.plus_s(LEASE_S)).await.unwrap();
    let warning = CredentialWarning {
        account_id: shop.account.id,
        credential: "platform_certificate".to_owned(),
        serial: "5F".to_owned(),
        threshold_days: 30,
        at: NOW,
    };
    shop.storage.record_credential_warning(&warning, shop.test_event(NOW)).await.unwrap();
}

async fn events(shop: &Shop, kind: EventType) -> usize {
    shop.storage.events_after(shop.store.id, Mode::Test, 0, 500, &[kind]).await.unwrap().len()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_is_given_out_to_one_worker_when_it_is_due() {
    on_each(|shop| async move {
        let storage = &shop.storage;
        let first = day(&shop, "2026-01-01");
        let later = NOW.plus_s(100);
        storage.plan_statements(vec![(first, NOW), (day(&shop, "2026-01-02"), later)], NOW).await.unwrap();
        storage.plan_statements(vec![(first, later)], NOW).await.unwrap();
        let claimed = storage.claim_statements(NOW, LEASE_S, 10).await.unwrap();
        assert_eq!(claimed.iter().map(|s| s.day).collect::<Vec<_>>(), [first], "planned twice, due at first");
        assert_eq!((claimed[0].status, claimed[0].run), (StatementStatus::Waiting, 0));
        assert!(storage.claim_statements(NOW, LEASE_S, 10).await.unwrap().is_empty());
        assert_eq!(storage.claim_statements(NOW.plus_s(LEASE_S), LEASE_S, 10).await.unwrap().len(), 1);
        let outcome = Unavailable {
            status: StatementStatus::Failed,
            problem: Some("later".into()),
            next_at: Some(NOW.plus_s(500)),
        };
        storage.postpone_statement(first, outcome).await.unwrap();
        let record = storage.statement(first).await.unwrap().unwrap();
        assert_eq!(
            (record.status, record.problem.as_deref(), record.tries),
            (StatementStatus::Failed, Some("later"), 1)
        );
        assert!(storage.request_statement(first, NOW.plus_s(10)).await.unwrap(), "somebody is impatient");
        let claimed = storage.claim_statements(NOW.plus_s(10), LEASE_S, 10).await.unwrap();
        assert_eq!((claimed.len(), claimed[0].tries), (1, 0));
        let nobody = StatementDay { account_id: luodi::ids::AccountId::generate(), ..first };
        assert!(!storage.request_statement(nobody, NOW).await.unwrap());
    })
    .await;
}

/// A merchant who takes an account out of use for a while misses no day of it.
#[tokio::test(flavor = "multi_thread")]
async fn statements_of_a_disabled_account_wait_until_it_is_enabled_again() {
    on_each(|shop| async move {
        let storage = &shop.storage;
        let day = day(&shop, "2026-01-01");
        storage.plan_statements(vec![(day, NOW)], NOW).await.unwrap();
        let mut account = shop.account.clone();
        for enabled in [false, true] {
            account.enabled = enabled;
            assert!(storage.update_account(&account).await.unwrap());
            account.version += 1;
            let claimed = storage.claim_statements(NOW.plus_s(10 * 86_400), LEASE_S, 10).await.unwrap();
            let days: Vec<_> = claimed.iter().map(|s| s.day).collect();
            assert_eq!(days, if enabled { vec![day] } else { Vec::new() });
        }
    })
    .await;
}

/// What a reading itself shows to be wrong is believed together with its rows: a crash cannot come between.
#[tokio::test(flavor = "multi_thread")]
async fn totals_that_do_not_add_up_are_recorded_with_the_reading_that_shows_it() {
    on_each(|shop| async move {
        let storage = &shop.storage;
        let day = day(&shop, "2026-01-01");
        storage.plan_statements(vec![(day, NOW)], NOW).await.unwrap();
        let run = storage.begin_reading(day, NOW.plus_s(LEASE_S)).await.unwrap();
        let wrong = || {
            let found = difference(&shop, day, Reason::TotalsDisagree, "trade/paid_fen", NOW);
            let difference = Difference { subject: DifferenceSubject::Statement, ..found.difference };
            vec![FoundDifference { difference, next_at: None }]
        };
        let overtaken = storage.believe_reading(day, run - 1, read(0), wrong(), NOW).await.unwrap();
        assert!(!overtaken);
        assert_eq!(storage.open_differences_of(day).await.unwrap(), (0, 0), "nothing of it is written");
        assert!(storage.believe_reading(day, run, read(0), wrong(), NOW).await.unwrap());
        assert_eq!(storage.open_differences_of(day).await.unwrap(), (1, 1));
        assert_eq!(events(&shop, EventType::DifferenceFound).await, 1);
        assert_eq!(storage.resolve_unseen(day, run, NOW, 10).await.unwrap(), 0, "this very reading shows it");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_rows_of_the_believed_reading_are_seen() {
    on_each(|shop| async move {
        let storage = &shop.storage;
        let day = day(&shop, "2026-01-01");
        let first = believed(&shop, day, vec![row(1, "A", "1"), row(2, "B", "2")]).await;
        let second = storage.begin_reading(day, NOW.plus_s(LEASE_S)).await.unwrap();
        assert!(storage.add_statement_rows(day, second, vec![row(1, "C", "3")], NOW.plus_s(LEASE_S)).await.unwrap());
        assert!(!storage.add_statement_rows(day, first, vec![row(3, "D", "4")], NOW.plus_s(LEASE_S)).await.unwrap());
        let numbers = async || -> Vec<String> {
            storage.statement_rows(day, 0, 10).await.unwrap().into_iter().map(|row| row.number).collect()
        };
        assert_eq!(numbers().await, ["A", "B"]);
        assert_eq!(storage.statement_rows(day, 1, 10).await.unwrap(), [row(2, "B", "2")], "every column comes back");
        assert!(storage.believe_reading(day, second, read(1), Vec::new(), NOW).await.unwrap());
        assert_eq!(numbers().await, ["C"]);
        assert_eq!(storage.tidy_statement(day, 1).await.unwrap(), 1);
        assert_eq!(storage.tidy_statement(day, 10).await.unwrap(), 1);
        assert_eq!(storage.tidy_statement(day, 10).await.unwrap(), 0);
        assert_eq!(numbers().await, ["C"]);
        let record = storage.statement(day).await.unwrap().unwrap();
        assert_eq!((record.status, record.run), (StatementStatus::Ready, second));
        assert_eq!((record.file.unwrap().row_count, record.reconciled_at), (1, None));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_stand_beside_what_the_ledger_says_of_them() {
    on_each(|shop| async move {
        let storage = &shop.storage;
        let (mut ledger, attempt_id) = shop.paid("T-1").await;
        let number = ledger.attempts[0].out_trade_no.clone();
        let back = refund(&ledger, attempt_id, 300, RefundCause::Requested);
        let (refund_id, refund_no) = (back.id, back.out_refund_no.clone());
        shop.record(&mut ledger, vec![Fact::RefundRequested { refund: Box::new(back) }], NOW).await;
        let succeeded = Fact::RefundSucceeded { refund_id, gateway_refund_no: Some("50".into()), succeeded_at: NOW };
        shop.record(&mut ledger, vec![succeeded], NOW.plus_s(5)).await;
        let (other, _) = shop.paid("T-2").await;

        let day = day(&shop, "2026-01-01");
        let back = StatementRow { kind: RowKind::Refund, number: refund_no, ..row(2, &number, "50") };
        let rows = vec![row(1, &number, "42"), back, row(3, "NOBODY", "42")];
        believed(&shop, day, rows).await;
        let compared = storage.compared_rows(day, 0, 10).await.unwrap();
        let order = compared.rows[0].order.as_ref().unwrap();
        assert_eq!((order.payment_id, order.amount), (ledger.payment.id, ledger.payment.amount));
        assert_eq!(compared.rows[1].refund.as_ref().map(|r| r.id), Some(refund_id));
        assert_eq!((&compared.rows[2].order, &compared.rows[2].refund), (&None, &None));
        assert_eq!(compared.elsewhere.len(), 3, "each row, once");
        let one = storage.compared_number(day, &number).await.unwrap();
        assert_eq!(one.rows.iter().map(|row| row.row.position).collect::<Vec<_>>(), [1]);
        assert_eq!(one.elsewhere.iter().map(|row| row.position).collect::<Vec<_>>(), [1, 3], "the same transaction");

        let paid_at = NOW.plus_s(30);
        let absent = storage.payments_without_row(shop.account.id, (paid_at, ""), paid_at.plus_s(1), 10).await.unwrap();
        assert_eq!(
            absent.iter().map(|(n, _)| n.as_str()).collect::<Vec<_>>(),
            [other.attempts[0].out_trade_no.as_str()]
        );
        let (last, _) = &absent[0];
        let more = storage.payments_without_row(shop.account.id, (paid_at, last), paid_at.plus_s(1), 10).await.unwrap();
        assert!(more.is_empty());
        let at = NOW.plus_s(60);
        assert!(storage.refunds_without_row(shop.account.id, (at, ""), at.plus_s(1), 10).await.unwrap().is_empty());
        let run = storage.begin_reading(day, NOW.plus_s(LEASE_S)).await.unwrap();
        assert!(storage.believe_reading(day, run, None, Vec::new(), NOW).await.unwrap());
        let absent = storage.refunds_without_row(shop.account.id, (at, ""), at.plus_s(1), 10).await.unwrap();
        assert_eq!(absent.iter().map(|(_, r)| r.id).collect::<Vec<_>>(), [refund_id], "an empty day names none");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_difference_is_one_row_and_one_event_however_often_it_is_seen() {
    on_each(|shop| async move {
        let storage = &shop.storage;
        let day = day(&shop, "2026-01-01");
        let run = believed(&shop, day, vec![row(1, "A", "1")]).await;
        let lease = NOW.plus_s(LEASE_S);
        let seen = |reason, number: &str, at| vec![difference(&shop, day, reason, number, at)];
        let one = storage.record_compared(day, (run, 1), seen(Reason::UnknownOrder, "A", NOW), lease).await.unwrap();
        assert_eq!(one, ComparedBatch::Recorded(1));
        let again = storage.record_compared(day, (run, 1), seen(Reason::UnpaidHere, "A", NOW), lease).await.unwrap();
        assert_eq!(again, ComparedBatch::Recorded(0), "the same kind of the same number");
        let other = storage.record_compared(day, (run, 1), seen(Reason::PaymentAmount, "A", NOW), lease).await.unwrap();
        assert_eq!(other, ComparedBatch::Recorded(1), "another kind is another difference");
        assert_eq!(events(&shop, EventType::DifferenceFound).await, 2);
        let late = storage.record_compared(day, (run + 1, 1), Vec::new(), lease).await.unwrap();
        assert_eq!(late, ComparedBatch::Overtaken);

        let page = storage.differences(&all(&shop)).await.unwrap();
        let first =
            page.data.iter().find(|d| d.reason == Reason::UnpaidHere).expect("its reason is what was seen last");
        assert!(storage.acknowledge_difference(first.id, "gesehen", NOW).await.unwrap().is_some());
        storage.record_compared(day, (run, 1), seen(Reason::UnpaidHere, "A", NOW), lease).await.unwrap();
        let kept = storage.difference(first.id).await.unwrap().unwrap();
        assert_eq!((kept.status, kept.note.as_deref()), (DifferenceStatus::Acknowledged, Some("gesehen")));
        assert_eq!(storage.open_differences_of(day).await.unwrap(), (1, 0));

        assert!(storage.resolve_difference(first.id, NOW).await.unwrap());
        assert!(!storage.resolve_difference(first.id, NOW).await.unwrap());
        assert!(storage.acknowledge_difference(first.id, "zu spät", NOW).await.unwrap().is_none());
        storage.record_compared(day, (run, 1), seen(Reason::UnpaidHere, "A", NOW.plus_s(9)), lease).await.unwrap();
        let reopened = storage.difference(first.id).await.unwrap().unwrap();
        assert_eq!((reopened.status, reopened.resolved_at), (DifferenceStatus::Open, None), "seen again, open again");
        assert_eq!(reopened.found_at, NOW);
        assert_eq!(events(&shop, EventType::DifferenceFound).await, 3);
        assert_eq!(events(&shop, EventType::DifferenceResolved).await, 1);

        // The next reading shows only one of them.
        let run = believed(&shop, day, vec![row(1, "A", "1")]).await;
        storage.record_compared(day, (run, 1), seen(Reason::UnpaidHere, "A", NOW), lease).await.unwrap();
        assert_eq!(storage.resolve_unseen(day, run, NOW, 10).await.unwrap(), 1);
        assert_eq!(storage.resolve_unseen(day, run, NOW, 10).await.unwrap(), 0);
        let open = storage.differences(&DifferenceFilter { status: Some(DifferenceStatus::Open), ..all(&shop) }).await;
        assert_eq!(open.unwrap().data.iter().map(|d| d.id).collect::<Vec<_>>(), [first.id]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_missing_there_resolves_when_any_statement_names_it() {
    on_each(|shop| async move {
        let storage = &shop.storage;
        let first = day(&shop, "2026-01-01");
        let run = believed(&shop, first, Vec::new()).await;
        let found = vec![
            difference(&shop, first, Reason::PaymentAbsent, "A", NOW),
            difference(&shop, first, Reason::PaymentAbsent, "B", NOW),
        ];
        storage.record_compared(first, (run, 0), found, NOW.plus_s(LEASE_S)).await.unwrap();
        assert_eq!(storage.resolve_turned_up(shop.account.id, NOW, 10).await.unwrap(), 0);
        believed(&shop, day(&shop, "2026-01-02"), vec![row(1, "A", "1")]).await;
        assert_eq!(storage.resolve_turned_up(shop.account.id, NOW, 10).await.unwrap(), 1);
        let claimed = storage.claim_differences(NOW, LEASE_S, 10).await.unwrap();
        assert_eq!(claimed.iter().map(|c| c.difference.number.as_str()).collect::<Vec<_>>(), ["B"]);
        assert!(storage.claim_differences(NOW, LEASE_S, 10).await.unwrap().is_empty());
        storage.schedule_difference(claimed[0].difference.id, None, 1).await.unwrap();
        assert!(storage.claim_differences(NOW.plus_s(9999), LEASE_S, 10).await.unwrap().is_empty());
        assert_eq!(storage.open_differences_of(first).await.unwrap(), (1, 1), "left to a person");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn statements_are_listed_newest_day_first() {
    on_each(|shop| async move {
        let storage = &shop.storage;
        let days = ["2026-01-01", "2026-01-03", "2026-01-02"].map(|text| (day(&shop, text), NOW));
        storage.plan_statements(days.to_vec(), NOW).await.unwrap();
        let filter = |before, limit| StatementFilter {
            store_id: shop.store.id,
            mode: Mode::Test,
            account_id: Some(shop.account.id),
            kind: Some(StatementKind::Trade),
            from: None,
            to: Some(date("2026-01-03")),
            before,
            limit,
        };
        let (page, next) = storage.statements(&filter(None, 2)).await.unwrap();
        assert_eq!(page.iter().map(|s| s.day.date.to_string()).collect::<Vec<_>>(), ["2026-01-03", "2026-01-02"]);
        let (page, next) = storage.statements(&filter(next, 2)).await.unwrap();
        assert_eq!((page.len(), next), (1, None));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_are_forgotten_after_their_time_and_figures_stay() {
    on_each(|shop| async move {
        let storage = &shop.storage;
        let today = NOW.beijing_date();
        let old = StatementDay { date: date("2026-01-01"), ..day(&shop, "2026-01-01") };
        let new = StatementDay { date: today, ..old };
        for day in [old, new] {
            believed(&shop, day, vec![row(1, "A", "1"), row(2, "B", "2")]).await;
        }
        let retention = Retention { statement_rows_s: 30 * 86_400, ..Retention::default() };
        let at = NOW.plus_s(LEASE_S + 1);
        while storage.purge(at, &retention, 1).await.unwrap().statement_rows > 0 {}
        assert!(storage.statement_rows(old, 0, 10).await.unwrap().is_empty());
        assert_eq!(storage.statement_rows(new, 0, 10).await.unwrap().len(), 2);
        let kept = storage.statement(old).await.unwrap().unwrap();
        assert!(!kept.rows_kept && kept.figures.is_some());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_credential_is_warned_of_once_per_threshold() {
    on_each(|shop| async move {
        let warning = |threshold_days| CredentialWarning {
            account_id: shop.account.id,
            credential: "platform_certificate".to_owned(),
            serial: "5F".to_owned(),
            threshold_days,
            at: NOW,
        };
        let warn =
            async |days| shop.storage.record_credential_warning(&warning(days), shop.test_event(NOW)).await.unwrap();
        assert_eq!((warn(90).await, warn(90).await, warn(30).await), (true, false, true));
        assert_eq!(events(&shop, EventType::AccountCredentialsExpiring).await, 2);
    })
    .await;
}

//! What the board counts.

use std::sync::Arc;

use chrono::TimeDelta;
use ledger::{BreakSource, Channel, Instrument, Money, TaskKind};
use payments::board::{BoardView, Counts};
use rstest::rstest;
use sandbox::FaultKind;

use crate::support::{Backend, Setup, TestApp};

const APPROVED: &str = "4000000000000010";
const DECLINED: &str = "4000000000000036";

/// A board that is read anew: whatever was read before is too old by then.
async fn board(app: &TestApp) -> Arc<BoardView> {
    app.pass(TimeDelta::seconds(6));
    app.hub.board().await
}

fn total(board: &BoardView, channel: Channel) -> u64 {
    board.traffic.as_ref().unwrap().curves[&channel].iter().sum()
}

fn of_biller(board: &BoardView, biller: u16) -> [Counts; 2] {
    board.traffic.as_ref().unwrap().billers.get(&biller).copied().unwrap_or_default()
}

#[rstest]
#[case(Backend::Sqlite)]
#[case(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn payments_move_with_what_becomes_of_them(#[case] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let empty = board(&app).await;
    assert_eq!(total(&empty, Channel::Web), 0);
    assert!(empty.unknowns.as_ref().unwrap().oldest.is_empty());
    let paid = app.begin((1001, "01", "12345678")).await;
    let open = Counts { open: 1, ..Counts::default() };
    assert_eq!(of_biller(&*board(&app).await, 1001), [open; 2]);
    app.bank.pay(&paid, APPROVED).await;
    app.settle().await;
    app.pay((1001, "02", "11111111"), DECLINED).await;
    app.settle().await;
    let seen = board(&app).await;
    let counts = Counts { confirmed: 1, not_paid: 1, ..Counts::default() };
    assert_eq!(of_biller(&seen, 1001), [counts; 2]);
    assert_eq!(seen.traffic.as_ref().unwrap().instruments[&Instrument::Card], [counts; 2]);
    assert_eq!(total(&seen, Channel::Web), 2);
    // An hour later they count in the day alone, and a day later not at all.
    app.pass(TimeDelta::minutes(61));
    let later = board(&app).await;
    assert_eq!((total(&later, Channel::Web), of_biller(&later, 1001)), (0, [Counts::default(), counts]));
    app.pass(TimeDelta::days(1));
    assert_eq!(of_biller(&*board(&app).await, 1001), [Counts::default(); 2]);
    app.finish().await;
}

/// Two processes take numbers in blocks: what one takes under an older block after the other has gone on is not missed, and
/// a process that has just started counts what both took.
#[rstest]
#[case(Backend::Sqlite)]
#[case(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn several_processes_count_the_same(#[case] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let (other, ledger) = app.second_hub();
    let till = app.counter("10001", "1", "5000.00").await;
    let mut expected = 0;
    for (n, contract) in ["EL-1", "EL-2", "EL-3", "EL-4", "EL-5", "EL-6"].into_iter().enumerate() {
        let quote = app.any_quote(contract, "10.00").await;
        let asks = TestApp::asks(till, &quote, contract);
        if n % 2 == 0 { app.hub.pay_cash(asks).await } else { other.pay_cash(asks).await }.unwrap();
        expected += 1;
        assert_eq!(total(&*board(&app).await, Channel::Agt), expected, "{contract}");
        app.pass(TimeDelta::seconds(6));
        assert_eq!(total(&*other.board().await, Channel::Agt), expected, "{contract}");
    }
    app.settle().await;
    let (fresh, its_ledger) = app.second_hub();
    let confirmed = Counts { confirmed: expected, ..Counts::default() };
    assert_eq!(of_biller(&*fresh.board().await, 1302), [confirmed; 2]);
    assert_eq!(of_biller(&*board(&app).await, 1302), [confirmed; 2]);
    ledger.close();
    its_ledger.close();
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_who_looks_within_seconds_sees_one_reading() {
    let app = TestApp::start(Backend::Sqlite).await.unwrap();
    let before = board(&app).await;
    app.begin((1001, "01", "12345678")).await;
    app.pass(TimeDelta::seconds(6));
    let looks: Vec<_> = (0..50)
        .map(|_| {
            let hub = Arc::clone(&app.hub);
            tokio::spawn(async move { hub.board().await })
        })
        .collect();
    let mut boards = Vec::new();
    for look in looks {
        boards.push(look.await.unwrap());
    }
    assert!(boards.iter().all(|board| Arc::ptr_eq(board, &boards[0])));
    assert_eq!((total(&before, Channel::Web), total(&boards[0], Channel::Web)), (0, 1));
    app.finish().await;
}

#[rstest]
#[case(Backend::Sqlite)]
#[case(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn what_waits_for_somebody(#[case] backend: Backend) {
    let setup = Setup { breaker_failures: 1, ..Setup::default() };
    let Some(app) = TestApp::start_with(backend, setup).await else { return };
    let till = app.counter("10001", "1", "20.00").await;
    let quote = app.any_quote("EL-1", "10.00").await;
    app.take(till, &quote).await.unwrap();
    let waiting = board(&app).await;
    let due = &waiting.queues.as_ref().unwrap().due;
    assert!(due.iter().any(|one| one.kind == TaskKind::ConfirmBiller && one.count == 1), "{due:?}");
    assert!(waiting.unknowns.as_ref().unwrap().all.is_empty(), "nothing was asked yet");
    app.settle().await;
    app.fault("biller:1001 confirm", FaultKind::Down, 0);
    let redirect = app.pay((1001, "01", "12345678"), APPROVED).await;
    app.settle().await;
    let found = board(&app).await;
    let unknowns = found.unknowns.as_ref().unwrap();
    assert_eq!(unknowns.oldest.len(), 1, "{unknowns:?}");
    let id = redirect.payment.parse::<ledger::Reference>().unwrap().id();
    assert_eq!((unknowns.oldest[0].payment, unknowns.oldest[0].attempts), (id, 1));
    assert_eq!(found.breakers, [1001]);
    let floats = found.floats.as_ref().unwrap();
    assert_eq!(floats.iter().map(|float| float.outlet.as_str()).collect::<Vec<_>>(), ["10001"]);
    assert!(floats[0].left < floats[0].threshold && floats[0].left > Money::ZERO);
    app.pass(TimeDelta::seconds(40));
    app.control.clear_faults();
    app.settle().await;
    let after = board(&app).await;
    assert!(after.unknowns.as_ref().unwrap().oldest.is_empty());
    assert!(after.breakers.is_empty());
    app.finish().await;
}

/// The rows of incidents, breaks, jobs and files, each by itself.
#[rstest]
#[case(Backend::Sqlite)]
#[case(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn what_people_are_called_for(#[case] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let now = app.now();
    let new = ledger::NewBreak {
        kind: ledger::BreakKind::Unknown,
        source: BreakSource::Bank,
        partner: "007".to_owned(),
        subject: ledger::BreakSubject::Entry,
        subject_id: 1,
        position: 0,
        words: "an entry".to_owned(),
        expected: None,
        found: Some(Money::from_minor(5)),
        due_on: now.date_naive(),
    };
    app.ledger
        .write_now(move |op| {
            op.open_incident(ledger::IncidentKind::LateCash, None, "a test", now.naive_utc())?;
            op.ensure_job("sweeps", now.naive_utc())?;
            op.ensure_job("prune", now.naive_utc())?;
            op.set_job_alarm("sweeps", Some("it is late"), now)?;
            op.open_break(&new, None, now)?;
            Ok(())
        })
        .unwrap();
    let found = board(&app).await;
    let to_look_at = found.to_look_at.as_ref().unwrap();
    let kinds: Vec<_> = to_look_at.incidents.iter().map(|one| (one.kind, one.count)).collect();
    assert_eq!(kinds, [(ledger::IncidentKind::LateCash, 1), (ledger::IncidentKind::Job, 1)]);
    assert_eq!(
        to_look_at.breaks.iter().map(|one| (one.kind, one.count)).collect::<Vec<_>>(),
        [(ledger::BreakKind::Unknown, 1)]
    );
    let jobs: Vec<_> = found.jobs.as_ref().unwrap().iter().map(|job| job.name.as_str()).collect();
    assert_eq!(jobs, ["sweeps"]);
    assert_eq!(found.files.as_ref().unwrap().count, 0);
    // The rows are about nothing that is there: the books would say so.
    app.settle().await;
}

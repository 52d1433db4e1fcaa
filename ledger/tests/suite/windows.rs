//! Settlement windows: every confirmation is in exactly one, whatever closes when, and what comes of one is booked once.

use std::sync::Barrier;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use ledger::{
    Advance, AdvanceOutcome, DatabaseUrl, DeliveryMeans, Hold, Ledger, Moment, Money, NewDelivery, NewFile,
    NewSettlement, NewTransfer, NotDelivered, PaymentState, SettleOutcome, SettlementFileKind, SettlementWindow, Step,
    check_books,
};

use crate::concurrency::at_once;
use crate::support::{Doing, Raw, TestDb, accept, card, money};

/// 18:00 in Casablanca.
fn day_end() -> DateTime<Utc> {
    "2026-11-24T17:00:00Z".parse().unwrap()
}

fn next_end(cut_off: DateTime<Utc>) -> DateTime<Utc> {
    cut_off + TimeDelta::days(1)
}

/// Confirms a taken payment at an instant; the cut-off is the day's.
fn confirm_at(ledger: &Ledger, payment: i64, at: DateTime<Utc>) {
    let mut cut_off = day_end();
    while cut_off <= at {
        cut_off = next_end(cut_off);
    }
    let step = Step::Confirm { receipt_number: format!("R-{payment}"), receipt_date: None, cut_off };
    let outcome = ledger.advance_now(Advance { payment, step, task: None, moment: Moment::of(at) }).unwrap();
    assert_eq!(outcome, AdvanceOutcome::Moved { from: PaymentState::Taken, to: PaymentState::Confirmed });
}

fn windows(ledger: &Ledger) -> Vec<SettlementWindow> {
    let mut windows = ledger.read(|reader| reader.settlement_windows(Some(1001), 100)).unwrap();
    windows.reverse();
    windows
}

fn order_lines(ledger: &Ledger) {
    loop {
        let missing = ledger.read(|reader| reader.missing_words(7)).unwrap();
        if missing.is_empty() {
            return;
        }
        ledger.write_now(move |op| op.add_words(&missing)).unwrap();
    }
}

/// Count and sum of what was booked into a window.
fn booked(ledger: &Ledger, window: i64) -> (i64, i64) {
    let sums = ledger.read(|reader| reader.window_sums(window)).unwrap();
    sums.iter().fold((0, 0), |(count, amount), sum| (count + sum.count, amount + sum.amount.minor()))
}

fn close(ledger: &Ledger, window: &SettlementWindow, now: DateTime<Utc>) -> bool {
    let (window, next) = (window.clone(), next_end(window.cut_off.and_utc()));
    ledger.write_now(move |op| op.close_window(&window, next, now)).unwrap()
}

fn settled(ledger: &Ledger, new: NewSettlement) -> SettleOutcome {
    ledger.write_now(move |op| op.settle(&new, next_end(day_end()))).unwrap()
}

/// What `count` payments of 168.00 come to, with 1 % of commission and 20 % of VAT, paid out to one account.
fn settlement_of(window: &SettlementWindow, count: i64, carried_in: i64) -> NewSettlement {
    let gross = 16_800 * count;
    let (commission, vat) = (168 * count, (168 * count + 2) / 5);
    let net = gross - commission - vat + carried_in;
    let transfer = |amount| NewTransfer {
        holder: "Électricité".to_owned(),
        rib: "007780000012345678901209".to_owned(),
        amount: money(amount),
    };
    NewSettlement {
        window: window.clone(),
        payments: (count, money(gross)),
        refunds: (0, Money::ZERO),
        commission: money(commission),
        commission_vat: money(vat),
        commission_is_kept: true,
        carried_in: money(carried_in),
        net: money(net),
        transfers: (net > 0).then(|| transfer(net)).into_iter().collect(),
        name: "Electricity".to_owned(),
        terms: "{}".to_owned(),
    }
}

fn the_cut_off_is_the_next_window(db: &TestDb) {
    let ledger = db.open();
    let millisecond = TimeDelta::milliseconds(1);
    let before = ledger.card_in("a", PaymentState::Taken);
    let after = ledger.card_in("b", PaymentState::Taken);
    // The later one first: what is booked first plays no part.
    confirm_at(&ledger, after, day_end());
    confirm_at(&ledger, before, day_end() - millisecond);
    order_lines(&ledger);
    let [first, second] = &windows(&ledger)[..] else { panic!("two windows") };
    assert_eq!((first.cut_off.and_utc(), second.cut_off.and_utc()), (day_end(), next_end(day_end())));
    let line = |window: &SettlementWindow| ledger.read(|reader| reader.window_lines(window.id, 0, 10)).unwrap();
    assert_eq!(line(first).iter().map(|line| line.payment.id()).collect::<Vec<_>>(), [before]);
    assert_eq!(line(second).iter().map(|line| line.payment.id()).collect::<Vec<_>>(), [after]);
    db.assert_clean();
}

fn what_comes_late_is_in_the_window_that_is_open(db: &TestDb) {
    let ledger = db.open();
    let (early, late) = (ledger.card_in("a", PaymentState::Taken), ledger.card_in("b", PaymentState::Taken));
    confirm_at(&ledger, early, day_end() - TimeDelta::hours(1));
    let [first] = &windows(&ledger)[..] else { panic!("one window") };
    assert!(!close(&ledger, first, day_end() - TimeDelta::seconds(1)), "it is not over");
    assert!(close(&ledger, first, day_end()));
    assert!(!close(&ledger, first, day_end()), "closed before");
    // Its clock was read before the cut-off, its commit comes after the closing.
    confirm_at(&ledger, late, day_end() - TimeDelta::milliseconds(1));
    order_lines(&ledger);
    let [first, second] = &windows(&ledger)[..] else { panic!("two windows") };
    assert_eq!((booked(&ledger, first.id), booked(&ledger, second.id)), ((1, 16_800), (1, 16_800)));
    assert_eq!(second.closed_at, None);
    db.assert_clean();
}

fn an_empty_window_closes_and_is_settled(db: &TestDb) {
    let ledger = db.open();
    ledger.write_now(|op| op.open_window(1001, day_end(), day_end() - TimeDelta::days(1))).unwrap();
    ledger.write_now(|op| op.open_window(1001, day_end(), day_end() - TimeDelta::days(1))).unwrap();
    let [first] = &windows(&ledger)[..] else { panic!("one window") };
    assert_eq!(settled(&ledger, settlement_of(first, 0, 0)), SettleOutcome::NotYet);
    assert!(close(&ledger, first, day_end()));
    assert_eq!(settled(&ledger, settlement_of(first, 0, 0)), SettleOutcome::Settled(1));
    assert_eq!(settled(&ledger, settlement_of(first, 0, 0)), SettleOutcome::Known(1));
    assert_eq!(windows(&ledger).len(), 2, "its successor is open");
    assert_eq!(db.count("transfers"), 0);
    db.assert_clean();
}

fn windows_are_settled_in_order_and_once(db: &TestDb) {
    let ledger = db.open();
    for (article, at) in [("a", day_end() - TimeDelta::hours(1)), ("b", day_end() + TimeDelta::hours(1))] {
        let payment = ledger.card_in(article, PaymentState::Taken);
        confirm_at(&ledger, payment, at);
    }
    order_lines(&ledger);
    for window in windows(&ledger) {
        close(&ledger, &window, next_end(day_end()));
    }
    let all = windows(&ledger);
    assert_eq!(settled(&ledger, settlement_of(&all[1], 1, 0)), SettleOutcome::NotYet);
    assert_eq!(settled(&ledger, settlement_of(&all[0], 1, -5)), SettleOutcome::Stale);
    assert_eq!(settled(&ledger, settlement_of(&all[0], 1, 0)), SettleOutcome::Settled(1));
    let outcomes = at_once(8, |_| settled(&ledger, settlement_of(&all[1], 1, 0)));
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == SettleOutcome::Settled(2)).count(), 1, "{outcomes:?}");
    assert_eq!(db.count("transfers"), 2);
    let last = ledger.read(|reader| reader.last_settlement(1001)).unwrap().unwrap();
    assert_eq!((last.sequence, last.since.and_utc(), last.payout), (2, day_end(), money(16_800 - 168 - 34)));
    db.assert_clean();
}

/// Two processes confirm for 256 callers while windows end one after the other: every confirmation is in one window, and
/// none in one that was closed before it was booked.
fn closing_under_load_loses_nothing(db: &TestDb) {
    const CALLERS: i64 = 256;
    const EACH: i64 = 12;
    const PAYMENTS: i64 = CALLERS * EACH;
    const WINDOW_MINUTES: i64 = 50;
    let ledgers = [db.open(), db.open()];
    // Each confirmation's clock moves on by a minute.
    let minute = |n: i64| day_end() + TimeDelta::minutes(n);
    let end_after = |at: DateTime<Utc>| {
        let past = (at - day_end()).num_minutes() / WINDOW_MINUTES;
        day_end() + TimeDelta::minutes(WINDOW_MINUTES * (past + 1))
    };
    let (taken, done, closings) = (Barrier::new(CALLERS as usize), AtomicI64::new(0), AtomicI64::new(0));
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while done.load(Ordering::Acquire) < PAYMENTS {
                // A clock that runs with the confirmations, so that windows end among them and not before.
                let now = minute(done.load(Ordering::Acquire));
                for window in ledgers[1].read(|reader| reader.windows_over(now)).unwrap() {
                    let next = end_after(window.cut_off.and_utc());
                    let closed = ledgers[1].write_now(move |op| op.close_window(&window, next, next)).unwrap();
                    closings.fetch_add(i64::from(closed), Ordering::AcqRel);
                }
            }
        });
        for caller in 0..CALLERS {
            let (ledgers, taken, done, closings) = (&ledgers, &taken, &done, &closings);
            scope.spawn(move || {
                let ledger = &ledgers[usize::from(caller % 2 == 1)];
                let start = |n: i64| {
                    let payment = ledger.start(card(&format!("k{n}"), &format!("a{n}")));
                    ledger.step(payment, accept(Hold::Captured));
                    (n, payment)
                };
                let own: Vec<(i64, i64)> = (0..EACH).map(|at| start(at * CALLERS + caller)).collect();
                taken.wait();
                for ((n, payment), round) in own.into_iter().zip(0..) {
                    // About five windows end in a round: two are closed before the next, however fast the callers are.
                    let patience = Instant::now();
                    while closings.load(Ordering::Acquire) < 2 * round {
                        assert!(patience.elapsed() < Duration::from_mins(2), "nobody closes windows");
                        std::thread::sleep(Duration::from_millis(1));
                    }
                    let at = minute(n);
                    let step = Step::Confirm {
                        receipt_number: format!("R-{payment}"),
                        receipt_date: None,
                        cut_off: end_after(at),
                    };
                    let outcome = ledger.advance_now(Advance { payment, step, task: None, moment: Moment::of(at) });
                    assert!(matches!(outcome, Ok(AdvanceOutcome::Moved { .. })), "{outcome:?}");
                    done.fetch_add(1, Ordering::AcqRel);
                }
            });
        }
    });
    for missing in std::iter::from_fn(|| {
        let missing = ledgers[0].read(|reader| reader.missing_words(1_000)).unwrap();
        (!missing.is_empty()).then_some(missing)
    }) {
        ledgers[0].write_now(move |op| op.add_words(&missing)).unwrap();
    }
    let all = windows(&ledgers[0]);
    let counts: Vec<i64> = all.iter().map(|window| booked(&ledgers[0], window.id).0).collect();
    assert_eq!(counts.iter().sum::<i64>(), PAYMENTS, "{counts:?}");
    // By name: each payment stands in one window's lines.
    let mut lines: Vec<i64> = Vec::new();
    for window in &all {
        let mut after = 0;
        loop {
            let page = ledgers[0].read(|reader| reader.window_lines(window.id, after, 1_000)).unwrap();
            let Some(last) = page.last() else { break };
            after = last.posting;
            lines.extend(page.iter().map(|line| line.payment.id()));
        }
    }
    lines.sort_unstable();
    lines.dedup();
    assert_eq!(i64::try_from(lines.len()).unwrap(), PAYMENTS);
    assert!(all.iter().filter(|window| window.closed_at.is_some()).count() > 20, "{}", all.len());
    db.assert_clean();
}

#[test]
fn damage_is_named() {
    let db = TestDb::sqlite();
    let DatabaseUrl::Sqlite(path) = &db.url else { unreachable!("a file") };
    let folder = tempfile::tempdir().unwrap();
    let ledger = db.open();
    let payment = ledger.card_in("a", PaymentState::Taken);
    confirm_at(&ledger, payment, day_end() - TimeDelta::hours(1));
    order_lines(&ledger);
    let window = windows(&ledger).remove(0);
    close(&ledger, &window, day_end());
    assert_eq!(settled(&ledger, settlement_of(&window, 1, 0)), SettleOutcome::Settled(1));
    ledger.close();
    drop(ledger);
    db.assert_clean();
    for (change, fault) in [
        (
            "UPDATE settlements SET gross = gross + 1, net = net + 1",
            "its figures are not what was booked into its window",
        ),
        ("UPDATE settlements SET net = net + 1", "its net is not what its figures come to"),
        ("UPDATE settlements SET sequence = 2", "its number does not follow"),
        ("UPDATE settlements SET carried_in = 5, net = net + 5", "it carries in something else"),
        ("UPDATE settlements SET commission_posting = NULL", "its commission is not booked"),
        ("UPDATE transfers SET amount = amount - 1", "its transfers do not come to what is paid out"),
        ("UPDATE transfers SET state = 3", "its postings are not those of its state"),
        ("DELETE FROM transfers", "belongs to no request, late cash, refund, settlement, transfer, match or break"),
        ("DELETE FROM settlements", "it has transfers and was not settled"),
        (
            "UPDATE settlement_windows SET settled_at = NULL WHERE settled_at IS NOT NULL",
            "says otherwise whether it is settled",
        ),
        ("DELETE FROM window_lines", "its lines are not all in order"),
        ("UPDATE settlement_windows SET biller = 1002", "its settlement window is another biller's"),
        ("UPDATE settlement_windows SET closed_at = NULL", "its window is still open"),
        ("DELETE FROM settlement_windows", "its settlement window is missing"),
    ] {
        let copy = folder.path().join("copy.db");
        std::fs::copy(path, &copy).unwrap();
        let url = DatabaseUrl::Sqlite(copy);
        Raw::open(&url).unwrap().run(change).unwrap();
        let report = check_books(&url).unwrap();
        let told: Vec<String> = report.faults.iter().map(ToString::to_string).collect();
        assert!(told.iter().any(|told| told.contains(fault)), "{change}: {told:?}");
    }
}

/// A file that does not arrive calls one person, once; it is asked for when it is due, and ends when it arrives.
fn a_delivery_calls_one_person(db: &TestDb) {
    let ledger = db.open();
    let now = day_end();
    let target = NewDelivery { means: DeliveryMeans::Sftp, target: "u@h:22/f".to_owned() };
    let file = NewFile {
        window: 7,
        biller: 1001,
        kind: SettlementFileKind::Csv,
        name: "a.csv".to_owned(),
        digest: "00".repeat(32),
        bytes: 3,
        deliveries: vec![target],
    };
    ledger.write_now(move |op| op.keep_file(&file, now)).unwrap();
    let due = |at: DateTime<Utc>| ledger.read(|reader| reader.deliveries_due(at, 10)).unwrap();
    let id = due(now)[0].id;
    let fail = |call: Option<&str>, is_offered, at: DateTime<Utc>| {
        let call = call.map(str::to_owned);
        let failed = NotDelivered { why: "away".to_owned(), again_at: at + TimeDelta::hours(6), is_offered, call };
        ledger.write_now(move |op| op.not_delivered(id, &failed, at)).unwrap()
    };
    ledger.write_now(move |op| op.delivery_offered(id, now)).unwrap();
    assert!(due(now)[0].is_offered);
    assert!(!fail(None, false, now));
    assert_eq!(due(now), []);
    let later = now + TimeDelta::hours(6);
    assert!(!due(later)[0].is_offered);
    assert!(fail(Some("a.csv: away"), true, later), "a person is called");
    assert!(!fail(Some("a.csv: away"), true, later), "and not again");
    let delivery = due(later + TimeDelta::hours(6)).remove(0);
    assert_eq!((delivery.attempts, delivery.is_offered, delivery.failure.as_str()), (3, true, "away"));
    let open = "SELECT CAST(kind AS TEXT) AS line FROM incidents WHERE closed_at IS NULL";
    assert_eq!(db.lines(open), ["9"]);
    ledger.write_now(move |op| op.delivered(id, "there", later)).unwrap();
    assert_eq!((db.lines(open).len(), db.count("incidents")), (0, 1));
    assert!(!fail(Some("a.csv: away"), false, later), "it has arrived");
    ledger.write_now(move |op| op.delivered(id, "there again", later)).unwrap();
    let kept = ledger.read(|reader| reader.files_of(7)).unwrap().remove(0);
    let found = ledger.read(|reader| reader.deliveries_of(kept.id)).unwrap().remove(0);
    assert_eq!((found.proof.as_str(), found.attempts), ("there", 4));
    assert_eq!(found.incident, delivery.incident);
    db.assert_clean();
}

on_both!(
    a_delivery_calls_one_person,
    the_cut_off_is_the_next_window,
    what_comes_late_is_in_the_window_that_is_open,
    an_empty_window_closes_and_is_settled,
    windows_are_settled_in_order_and_once,
    closing_under_load_loses_nothing,
);

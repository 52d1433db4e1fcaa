//! What comes in, as rows: staged and complete, matched once, broken and resolved; and each kind of damage to it.

mod breaks;
mod proving;

use chrono::{DateTime, TimeDelta, Utc};
use ledger::{
    AccountKind, Actor, BankPlace, BankStatement, BreakFilter, BreakKind, BreakSource, BreakState, BreakSubject,
    ImportEnd, ImportKind, Ledger, MatchOutcome, MatchRule, Matched, Money, NewBankEntry, NewBreak, NewImport,
    NewPayout, NewResolution, ReportSlice, Resolution, Resolved, StagedRow, Staging, check_books,
};

use crate::support::{Doing, Raw, TestDb, actor, money, now};

const ACCOUNT: &str = "007780000012345678901209";

fn day() -> chrono::NaiveDate {
    "2026-11-24".parse().unwrap()
}

fn begin(ledger: &Ledger, kind: ImportKind, digest: &str) -> i64 {
    let new =
        NewImport { kind, name: format!("{digest}.xml"), digest: digest.to_owned(), bytes: 1, by: "test".to_owned() };
    ledger.write_now(move |op| op.begin_import(&new, now())).unwrap()
}

fn entry(statement: Option<i64>, identity: &str, centimes: i64) -> StagedRow {
    StagedRow::Entry(Box::new(NewBankEntry {
        statement,
        identity: identity.to_owned(),
        account: ACCOUNT.to_owned(),
        amount: money(centimes),
        booked_on: day(),
        ..NewBankEntry::default()
    }))
}

/// A complete statement with these entries; their numbers.
fn statement(ledger: &Ledger, name: &str, opening: i64, entries: &[(&str, i64)]) -> Vec<i64> {
    let import = begin(ledger, ImportKind::Statement, name);
    let title = name.to_owned();
    let statement =
        ledger.write_now(move |op| op.stage_statement(import, ACCOUNT, &title, money(opening))).unwrap().unwrap();
    let rows: Vec<StagedRow> =
        entries.iter().map(|(identity, centimes)| entry(Some(statement), identity, *centimes)).collect();
    let staging = ledger.write_now(move |op| op.stage(import, Staging::default(), &rows)).unwrap().unwrap();
    assert_eq!(staging.taken + staging.known, i64::try_from(entries.len()).unwrap());
    let sum = |sign: i64| entries.iter().map(|(_, amount)| *amount).filter(|amount| amount.signum() == sign).sum();
    let (credits, debits): (i64, i64) = (sum(1), sum(-1));
    let end = BankStatement {
        id: statement,
        import_id: import,
        account: ACCOUNT.to_owned(),
        name: name.to_owned(),
        sequence: None,
        from_on: Some(day()),
        to_on: Some(day()),
        opening,
        closing: opening + credits + debits,
        entries: i64::try_from(entries.len()).unwrap(),
        credits,
        debits,
    };
    let head = ImportEnd { source: ACCOUNT.to_owned(), day: Some(day()), ..ImportEnd::default() };
    let finished = ledger
        .write_now(move |op| {
            op.end_statement(&end)?;
            op.finish_import(import, &head, now())
        })
        .unwrap();
    assert!(finished);
    ledger.read(|reader| reader.open_bank_entries(0, 100)).unwrap().into_iter().map(|entry| entry.id).collect()
}

fn matched(ledger: &Ledger, entry: i64, centimes: i64, what: Matched) -> MatchOutcome {
    let place = BankPlace { entry, position: 0, amount: money(centimes) };
    ledger.write_now(move |op| op.match_entry(place, MatchRule::Reference, &what, now())).unwrap()
}

fn new_break(entry: i64, found: i64) -> NewBreak {
    NewBreak {
        kind: BreakKind::Unknown,
        source: BreakSource::Bank,
        partner: ACCOUNT.to_owned(),
        subject: BreakSubject::Entry,
        subject_id: entry,
        position: 0,
        words: "nobody knows".to_owned(),
        expected: None,
        found: Some(money(found)),
        due_on: day(),
    }
}

fn open(ledger: &Ledger, new: NewBreak) -> bool {
    ledger.write_now(move |op| op.open_break(&new, None, now())).unwrap()
}

fn breaks(ledger: &Ledger) -> Vec<i64> {
    let filter = BreakFilter { open: true, ..BreakFilter::default() };
    ledger.read(|reader| reader.breaks(&filter, 0, 100)).unwrap().into_iter().map(|found| found.id).collect()
}

fn resolve(ledger: &Ledger, id: i64, resolution: Resolution, alone_max: i64) -> Resolved {
    let new =
        NewResolution { resolution, note: "why".to_owned(), biller: None, payout: None, alone_max: money(alone_max) };
    ledger.write_now(move |op| op.resolve_break(id, &new, &actor(1), now())).unwrap()
}

fn what_is_staged_counts_for_nothing(db: &TestDb) {
    let ledger = db.open();
    let import = begin(&ledger, ImportKind::Notification, "a");
    let mut rows = vec![entry(None, "e1", 5)];
    rows.extend((0..40).map(|_| StagedRow::Detail(Box::default())));
    rows.push(entry(None, "e2", 6));
    let staging = ledger.write_now(move |op| op.stage(import, Staging::default(), &rows)).unwrap().unwrap();
    assert_eq!((staging.taken, staging.known), (2, 0));
    assert!(ledger.read(|reader| reader.open_bank_entries(0, 10)).unwrap().is_empty());
    assert_eq!(ledger.read(|reader| reader.import_of("a")).unwrap(), None);
    db.assert_clean();
    let mut slices = 0;
    while ledger.write_now(|op| op.drop_staged(7)).unwrap() {
        slices += 1;
    }
    assert!(slices > 5, "{slices}");
    for table in ["imports", "bank_entries", "bank_details"] {
        assert_eq!(db.count(table), 0, "{table}");
    }
    let rows = vec![entry(None, "e3", 7)];
    assert_eq!(ledger.write_now(move |op| op.stage(import, Staging::default(), &rows)).unwrap(), None);
    assert!(!ledger.write_now(move |op| op.finish_import(import, &ImportEnd::default(), now())).unwrap());
}

fn an_entry_is_taken_once_and_the_statement_takes_it_over(db: &TestDb) {
    let ledger = db.open();
    let import = begin(&ledger, ImportKind::Notification, "n");
    let rows = vec![entry(None, "e1", 5)];
    ledger.write_now(move |op| op.stage(import, Staging::default(), &rows)).unwrap().unwrap();
    assert!(ledger.write_now(move |op| op.finish_import(import, &ImportEnd::default(), now())).unwrap());
    let entries = statement(&ledger, "s", 100, &[("e1", 5), ("e2", 7)]);
    assert_eq!(entries.len(), 2);
    let found = ledger.read(|reader| reader.open_bank_entries(0, 10)).unwrap();
    assert!(found.iter().all(|entry| entry.statement.is_some()));
    assert_eq!(statement(&ledger, "again", 112, &[("e1", 5)]).len(), 2);
    let report = check_books(&db.url).unwrap();
    assert_eq!(report.faults.len(), 1, "an overlap that the import lets through is told: {:?}", report.faults);
}

fn a_match_is_made_once_and_never_for_more_than_there_is(db: &TestDb) {
    let ledger = db.open();
    let request = ledger.fund("7", 500);
    let entries = statement(&ledger, "s", 0, &[("e1", 500), ("e2", 500), ("e3", -30), ("e4", 400)]);
    let [first, second, charges, other] = entries[..] else { panic!("{entries:?}") };
    let float = || Matched::FloatRequest(request);
    assert_eq!(matched(&ledger, other, 400, float()), MatchOutcome::Missing, "another amount");
    assert_eq!(matched(&ledger, first, 500, Matched::FloatRequest(1)), MatchOutcome::Missing);
    assert_eq!(matched(&ledger, other, 500, float()), MatchOutcome::TooMuch);
    assert_eq!(matched(&ledger, first, 500, float()), MatchOutcome::Made);
    assert_eq!(matched(&ledger, first, 500, float()), MatchOutcome::Known);
    assert_eq!(matched(&ledger, second, 500, float()), MatchOutcome::Taken);
    assert_eq!(matched(&ledger, second, 500, Matched::Transfer(1)), MatchOutcome::Missing);
    assert_eq!(matched(&ledger, charges, -40, Matched::Charges), MatchOutcome::TooMuch);
    assert_eq!(matched(&ledger, charges, 30, Matched::Charges), MatchOutcome::TooMuch);
    assert_eq!(matched(&ledger, charges, -30, Matched::Charges), MatchOutcome::Made);
    assert_eq!(matched(&ledger, charges, -30, Matched::Charges), MatchOutcome::Known);
    db.assert_clean();
    let proof = ledger.read(|reader| reader.bank_proof()).unwrap();
    assert_eq!((proof.ledger, proof.closing), (money(470), money(1_370)));
    assert_eq!((proof.not_booked.total, proof.difference()), (money(900), Some(Money::ZERO)));
}

/// A report of a day with a payout and a break.
fn report(ledger: &Ledger, digest: &str, superseded: Option<i64>, captured: i64, missing: Option<i64>) -> i64 {
    let import = begin(ledger, ImportKind::CardReport, digest);
    let missing = missing.map(|payment| NewBreak {
        kind: BreakKind::MissingThere,
        source: BreakSource::Gateway,
        partner: "cmi".to_owned(),
        subject: BreakSubject::Payment,
        expected: Some(money(16_842)),
        found: None,
        ..new_break(payment, 0)
    });
    let payout = NewPayout {
        gateway: "cmi".to_owned(),
        reference: "LOT-1".to_owned(),
        value_on: day(),
        captured: money(captured),
        returned: Money::ZERO,
        fee: money(42),
    };
    let slice = ReportSlice { payouts: vec![payout], breaks: missing.into_iter().collect(), ..ReportSlice::default() };
    let again = ledger.write_now(move |op| op.stage_report(import, &slice, now())).unwrap().unwrap();
    let end = ImportEnd { source: "cmi".to_owned(), day: Some(day()), sequence: Some(1), ..ImportEnd::default() };
    let finished = ledger.write_now(move |op| op.finish_report(import, &end, superseded, &again, &[], now())).unwrap();
    assert!(finished);
    import
}

fn a_report_takes_the_place_of_another(db: &TestDb) {
    let ledger = db.open();
    let first = report(&ledger, "r1", None, 16_842, Some(77));
    let kept = breaks(&ledger);
    let second = report(&ledger, "r2", Some(first), 33_684, Some(77));
    assert_eq!(breaks(&ledger), kept, "the same break, with its history");
    let awaited = ledger.read(|reader| reader.payouts_awaited(Some("LOT-1"), 10)).unwrap();
    assert_eq!(awaited.len(), 1);
    assert_eq!(awaited[0].net(), Some(money(33_642)));
    report(&ledger, "r3", Some(second), 33_684, None);
    assert!(breaks(&ledger).is_empty());
    let found = ledger.read(|reader| reader.break_of(kept[0])).unwrap().unwrap();
    assert_eq!(found.state, BreakState::Superseded);
    db.assert_clean();
}

/// A day is told as it was known at the end of the next, whatever is written ten days later.
fn a_day_is_told_as_it_was_known(db: &TestDb) {
    let ledger = db.open();
    let payment = ledger.card_in("a", ledger::PaymentState::Confirmed);
    let first = report(&ledger, "r1", None, 16_842, Some(payment));
    let entries = statement(&ledger, "s", 1_000, &[("e1", -500), ("e2", 16_800)]);
    assert_eq!(matched(&ledger, entries[0], -200, Matched::Charges), MatchOutcome::Made);
    open(&ledger, new_break(entries[1], 16_800));
    let told = || {
        let told = ledger.read(|reader| {
            Ok((reader.reconciliation_day(day())?, reader.bank_proof_of(day())?, reader.gateway_proofs_of(day())?))
        });
        told.unwrap()
    };
    let before = told();
    assert_eq!((before.0.sources.len(), before.0.known_on.to_string()), (2, "2026-11-25".to_owned()));
    assert_eq!(before.0.sources[0].open, (2, money(16_300)));
    assert_eq!((before.1.not_booked.total, before.1.difference()), (money(16_500), Some(Money::ZERO)));
    assert_eq!((before.2[0].awaited.len(), before.2[0].not_announced), (1, Money::ZERO));
    let later = now() + chrono::TimeDelta::days(10);
    let parts = ledger.read(|reader| reader.payouts_awaited(None, 10)).unwrap()[0].parts.clone();
    let places = vec![BankPlace { entry: entries[1], position: 0, amount: money(16_800) }];
    let rest = BankPlace { entry: entries[0], position: 0, amount: money(-300) };
    let import = begin(&ledger, ImportKind::CardReport, "r2");
    let end = ImportEnd { source: "cmi".to_owned(), day: Some(day()), sequence: Some(2), ..ImportEnd::default() };
    let outcome = ledger.write_now(move |op| {
        op.finish_report(import, &end, Some(first), &[], &[], later)?;
        op.match_payout(&parts, &places, Money::ZERO, MatchRule::Reference, later)
    });
    assert_eq!(outcome.unwrap(), MatchOutcome::Made);
    let by_hand = NewResolution {
        resolution: Resolution::WrittenOff,
        note: "theirs".to_owned(),
        biller: None,
        payout: None,
        alone_max: money(9_999),
    };
    let again = new_break(entries[0], rest.amount.minor());
    ledger.write_now(move |op| op.open_break(&again, None, later)).unwrap();
    let [known] = breaks(&ledger).try_into().unwrap();
    assert!(matches!(resolve(&ledger, known, Resolution::Charges, 9_999), Resolved::Unfit(_)), "it has charges");
    let resolved = ledger.write_now(move |op| op.resolve_break(known, &by_hand, &actor(1), later)).unwrap();
    assert!(matches!(resolved, Resolved::Closed(Some(_))), "{resolved:?}");
    assert_eq!(told(), before);
    let now = ledger.read(|reader| Ok((reader.bank_proof()?, reader.gateway_proofs()?))).unwrap();
    assert_eq!((now.0.not_booked.count, now.0.difference(), now.1.len()), (0, Some(Money::ZERO), 0));
    db.assert_clean();
}

fn payouts_come_whole(db: &TestDb) {
    let ledger = db.open();
    report(&ledger, "r1", None, 1_042, None);
    let parts = ledger.read(|reader| reader.payouts_awaited(None, 10)).unwrap()[0].parts.clone();
    let entries = statement(&ledger, "s", 0, &[("e1", 600), ("e2", 390)]);
    let places = |amounts: &[i64]| -> Vec<BankPlace> {
        let place = |(entry, amount): (&i64, &i64)| BankPlace { entry: *entry, position: 0, amount: money(*amount) };
        entries.iter().zip(amounts).map(place).collect()
    };
    let take = |amounts: &[i64], charges: i64| {
        let (places, parts) = (places(amounts), parts.clone());
        ledger
            .write_now(move |op| op.match_payout(&parts, &places, money(charges), MatchRule::Reference, now()))
            .unwrap()
    };
    assert_eq!(take(&[600, 390], 0), MatchOutcome::TooMuch);
    assert_eq!(take(&[600, 390], 10), MatchOutcome::Made);
    assert_eq!(take(&[600, 390], 10), MatchOutcome::Taken);
    db.assert_clean();
    let account = ledger::Account::only(AccountKind::BankCharges);
    assert_eq!(ledger.read(|reader| reader.balance_of(&account)).unwrap(), money(10));
}

fn a_payout_of_which_some_is_missing_is_taken_by_hand(db: &TestDb) {
    let ledger = db.open();
    report(&ledger, "r1", None, 1_042, None);
    let entries = statement(&ledger, "s", 0, &[("e1", 900), ("e2", 1_100)]);
    assert!(open(&ledger, new_break(entries[0], 900)) && open(&ledger, new_break(entries[1], 1_100)));
    let [first, second] = breaks(&ledger)[..] else { panic!("two") };
    let take = |id: i64, reference: Option<&str>, alone_max: i64| {
        let payout = reference.map(ToOwned::to_owned);
        let (resolution, note, alone_max) = (Resolution::Payout, "chargeback".to_owned(), money(alone_max));
        let new = NewResolution { resolution, note, biller: None, payout, alone_max };
        ledger.write_now(move |op| op.resolve_break(id, &new, &actor(1), now())).unwrap()
    };
    assert!(matches!(take(first, None, 100), Resolved::Unfit(_)));
    assert!(matches!(take(first, Some("LOT-2"), 100), Resolved::Unfit(_)));
    assert!(matches!(take(second, Some("LOT-1"), 100), Resolved::Unfit(_)), "more than was announced");
    assert_eq!(take(first, Some("LOT-1"), 1_041), Resolved::Waits, "all of it is booked, not what is missing alone");
    let decided = ledger.write_now(move |op| op.decide_break(first, true, "", &actor(2), now())).unwrap();
    assert_eq!(decided, Resolved::Closed(None));
    db.assert_clean();
    let account = ledger::Account::only(AccountKind::BankCharges);
    assert_eq!(ledger.read(|reader| reader.balance_of(&account)).unwrap(), money(100));
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// The payments of a source within a time, as a report is held against them.
fn found(ledger: &Ledger, of: &ledger::ReportOf, from: &str, until: &str) -> Vec<i64> {
    let within = (at(from).naive_utc(), at(until).naive_utc());
    let found = ledger.read(|reader| {
        let (mut found, mut source) = (Vec::new(), reader.source_payments(of, within)?);
        loop {
            // A page of one: more than one page must come.
            let page = reader.next_of_source(&mut source, 1)?;
            if page.is_empty() {
                return Ok(found);
            }
            found.extend(page);
        }
    });
    found.unwrap().into_iter().map(|payment| payment.id).collect()
}

fn payments_of_a_day_are_found_by_their_numbers(db: &TestDb) {
    let ledger = db.open();
    let taken = ledger.card_in("a", ledger::PaymentState::Taken);
    let confirmed = ledger.card_in("b", ledger::PaymentState::Confirmed);
    ledger.card_in("c", ledger::PaymentState::Awaiting);
    let (from, until) = ("2026-11-23T23:00:00Z", "2026-11-24T23:00:00Z");
    let of = |of: ledger::ReportOf, from: &str, until: &str| found(&ledger, &of, from, until);
    assert_eq!(of(ledger::ReportOf::Gateway("cmi".to_owned()), from, until), [taken, confirmed]);
    assert!(of(ledger::ReportOf::Biller(1001), from, until).is_empty(), "it is no line of its window yet");
    put_in_order(&ledger);
    assert_eq!(of(ledger::ReportOf::Biller(1001), from, until), [confirmed]);
    // Also when their block of numbers is over, and in another window of the same day.
    ledger.close();
    let ledger = db.open();
    let window = ledger.read(|reader| reader.windows_over(at("2030-01-01T00:00:00Z"))).unwrap().remove(0);
    let over = window.cut_off.and_utc();
    let closed = move |op: &mut ledger::WriteOp<'_>| op.close_window(&window, over + TimeDelta::days(1), over);
    assert!(ledger.write_now(closed).unwrap());
    let after = ledger.card_in("d", ledger::PaymentState::Confirmed);
    put_in_order(&ledger);
    let of = |of: ledger::ReportOf, from: &str, until: &str| found(&ledger, &of, from, until);
    assert_eq!(of(ledger::ReportOf::Gateway("cmi".to_owned()), from, until), [taken, confirmed, after]);
    assert_eq!(of(ledger::ReportOf::Biller(1001), from, until), [confirmed, after]);
    assert!(of(ledger::ReportOf::Biller(1002), from, until).is_empty());
    assert!(of(ledger::ReportOf::Gateway("other".to_owned()), from, until).is_empty());
    assert!(of(ledger::ReportOf::Network("NET".to_owned()), from, until).is_empty());
    assert!(of(ledger::ReportOf::Biller(1001), until, "2026-11-25T23:00:00Z").is_empty());
}

/// Gives every window its lines.
fn put_in_order(ledger: &Ledger) {
    loop {
        let missing = ledger.read(|reader| reader.missing_words(100)).unwrap();
        if missing.is_empty() && !missing.has_more() {
            return;
        }
        ledger.write_now(move |op| op.add_words(&missing)).unwrap();
    }
}

on_both!(
    what_is_staged_counts_for_nothing,
    an_entry_is_taken_once_and_the_statement_takes_it_over,
    a_match_is_made_once_and_never_for_more_than_there_is,
    a_report_takes_the_place_of_another,
    a_day_is_told_as_it_was_known,
    payouts_come_whole,
    a_payout_of_which_some_is_missing_is_taken_by_hand,
    payments_of_a_day_are_found_by_their_numbers,
);

//! What reports are made of, against sums over the entries that are made without them.

use std::collections::BTreeMap;

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use ledger::{AccountKind, Channel, Language, Ledger, Money, NewReportSchedule, PaymentState, ReportFilter};

use crate::histories::over_days;
use crate::support::{TestDb, actor, now, on_day};

const DAYS: i64 = 5;

fn day(days: i64) -> NaiveDate {
    on_day(days).day
}

/// Sums over the entries of some days: by account where there is one, of a kind of posting where one is named.
fn booked(db: &TestDb, kind: AccountKind, posting: Option<i16>, days: (NaiveDate, NaiveDate)) -> i64 {
    let posting = posting.map_or_else(String::new, |posting| format!("AND p.kind = {posting}"));
    let sql = format!(
        "SELECT CAST(COALESCE(SUM(e.amount), 0) AS TEXT) AS line FROM entries e JOIN postings p ON p.id = e.posting_id
         JOIN accounts a ON a.id = e.account_id
         WHERE a.kind = {} {posting} AND p.effective_on >= '{}' AND p.effective_on <= '{}'",
        kind.code(),
        days.0,
        days.1
    );
    db.lines(&sql).first().unwrap().parse().unwrap()
}

fn every_payment_once(db: &TestDb, ledger: &Ledger, filter: &ReportFilter) -> Vec<ledger::ReportPayment> {
    let (mut all, mut after) = (Vec::new(), 0);
    loop {
        let page = ledger.read(|reader| reader.report_payments(filter, after, 7)).unwrap();
        let Some(last) = page.last() else { break };
        assert!(page.first().unwrap().payment.id > after);
        after = last.payment.id;
        all.extend(page);
    }
    assert!(all.len() as u64 <= db.count("payments"));
    all
}

fn payments_equal_what_was_booked(db: &TestDb) {
    let ledger = over_days(db, DAYS);
    let whole = (day(0), day(DAYS));
    let all = every_payment_once(db, &ledger, &ReportFilter::days(whole.0, whole.1));
    assert_eq!(all.len() as u64, db.count("payments"));
    // What was confirmed and stayed so is what the accounts hold.
    let stands = |state| matches!(state, PaymentState::Confirmed | PaymentState::Cancelling);
    let sum = |of: fn(&ledger::Amounts) -> Money| {
        let confirmed = all.iter().filter(|line| stands(line.payment.state));
        Money::sum(confirmed.map(|line| of(&line.payment.amounts))).unwrap().minor()
    };
    let accounts = [
        (AccountKind::BillerPayable, sum(|amounts| amounts.principal)),
        (AccountKind::FeeIncome, sum(|amounts| amounts.fee)),
        (AccountKind::VatPayable, sum(|amounts| amounts.vat)),
        (AccountKind::StampDutyPayable, sum(|amounts| amounts.duty)),
    ];
    for (kind, reported) in accounts {
        assert!(reported > 0, "{kind}: a history without it proves nothing");
        assert_eq!(-booked(db, kind, None, whole), reported, "{kind}");
    }
    let sums = ledger.read(|reader| reader.report_payment_sums(&ReportFilter::days(whole.0, whole.1))).unwrap();
    for one in &sums {
        let of: Vec<_> = all.iter().filter(|line| line.payment.state == one.state).collect();
        let principal = Money::sum(of.iter().map(|line| line.payment.amounts.principal)).unwrap();
        assert_eq!((one.count, one.amounts.principal), (of.len() as i64, principal), "{}", one.state);
    }
    assert_eq!(sums.iter().map(|one| one.count).sum::<i64>(), all.len() as i64);
}

/// A payment is in the report of its day and in no other, and under its own filters alone.
fn days_and_filters_part_payments(db: &TestDb) {
    let ledger = over_days(db, DAYS);
    let mut by_day = 0;
    for at in 0..DAYS {
        let found = every_payment_once(db, &ledger, &ReportFilter::days(day(at), day(at)));
        assert!(!found.is_empty());
        by_day += found.len();
    }
    let whole = ReportFilter::days(day(0), day(DAYS));
    assert_eq!(by_day as u64, db.count("payments"));
    let of = |filter: ReportFilter| every_payment_once(db, &ledger, &filter).len() as u64;
    let channels: u64 =
        Channel::ALL.iter().map(|channel| of(ReportFilter { channel: Some(*channel), ..whole.clone() })).sum();
    assert_eq!(channels, db.count("payments"));
    assert_eq!(of(ReportFilter { biller: Some(1002), ..whole.clone() }), 0);
    assert_eq!(of(ReportFilter { outlet: Some("7".to_owned()), ..whole.clone() }), db.count("agent_payments"));
    assert_eq!(of(ReportFilter { network: Some("OTHER".to_owned()), ..whole.clone() }), 0);
    assert_eq!(of(ReportFilter { biller: Some(1001), ..whole }), db.count("payments"));
}

fn the_trial_balance_is_every_account(db: &TestDb) {
    let ledger = over_days(db, DAYS);
    let mut closings: BTreeMap<String, Money> = BTreeMap::new();
    for at in 0..DAYS {
        let rows = ledger.read_whole(|reader| reader.trial_balance(day(at), day(at))).unwrap();
        for of in [|row: &ledger::AccountMovement| row.opening, |row: &ledger::AccountMovement| row.closing] {
            assert_eq!(Money::sum(rows.iter().map(of)), Some(Money::ZERO), "day {at}");
        }
        let sides = [|row: &ledger::AccountMovement| row.debit, |row: &ledger::AccountMovement| row.credit];
        let [debits, credits] = sides.map(|of| Money::sum(rows.iter().map(of)).unwrap());
        assert!(debits.is_positive());
        assert_eq!(debits, credits, "day {at}");
        for row in &rows {
            let name = row.account.to_string();
            if at > 0 {
                assert_eq!(row.opening, closings.get(&name).copied().unwrap_or_default(), "{name} on day {at}");
            }
            closings.insert(name, row.closing);
        }
    }
    for (name, closing) in closings {
        assert_eq!(db.balance(&name.parse().unwrap()), closing.minor(), "{name}");
    }
}

/// Every posting of the days is handed over once, with all its entries.
fn postings_are_handed_over_once(db: &TestDb) {
    let ledger = over_days(db, DAYS);
    let (from, to) = (day(1), day(3));
    let (mut ids, mut entries, mut counters) = (Vec::new(), 0u64, 0);
    ledger
        .read(|reader| {
            reader.each_posting(from, Some(to), &mut |posting| {
                assert!(posting.day >= from && posting.day <= to);
                assert_eq!(posting.biller, posting.payment.map(|_| 1001));
                assert_eq!(posting.entries.iter().map(|(_, amount)| amount).sum::<i64>(), 0);
                counters += u64::from(posting.counter.is_some());
                entries += posting.entries.len() as u64;
                ids.push(posting.id);
                Ok(())
            })
        })
        .unwrap();
    let number = |sql: &str| db.lines(sql).first().unwrap().parse::<u64>().unwrap();
    let days = format!("effective_on >= '{from}' AND effective_on <= '{to}'");
    assert_eq!(ids.len() as u64, number(&format!("SELECT CAST(COUNT(*) AS TEXT) AS line FROM postings WHERE {days}")));
    assert!(ids.is_sorted_by(|a, b| a < b) && counters > 0);
    let of = "FROM entries e JOIN postings p ON p.id = e.posting_id WHERE p.";
    assert_eq!(
        entries,
        number(&format!("SELECT CAST(COUNT(*) AS TEXT) AS line {of}{}", days.replace("AND ", "AND p.")))
    );
}

/// Days on which nothing was are empty, and cost nothing to be told so.
fn days_without_anything(db: &TestDb) {
    let ledger = over_days(db, 1);
    let before = day(0).checked_sub_days(Days::new(3)).unwrap();
    let filter = ReportFilter::days(before, before);
    assert!(ledger.read(|reader| reader.report_payments(&filter, 0, 10)).unwrap().is_empty());
    assert!(ledger.read(|reader| reader.report_payment_sums(&filter)).unwrap().is_empty());
    assert!(ledger.read(|reader| reader.report_audit(&filter, 0, 10)).unwrap().is_empty());
    assert!(ledger.read(|reader| reader.report_windows(&filter, 0, 10)).unwrap().is_empty());
}

/// Mails that ended a quarter of a year ago go; what is open stays, however old, and so does what ended later.
fn mails_that_ended_long_ago_go(db: &TestDb) {
    let ledger = db.open();
    let now = now();
    let new = NewReportSchedule {
        kind: "payments".to_owned(),
        biller: None,
        days: "yesterday".to_owned(),
        form: "csv".to_owned(),
        language: Language::Fr,
        recipients: "a@hub.example.ma".to_owned(),
        every: "day".to_owned(),
        at_minute: 480,
    };
    let kept = ledger.write_now(move |op| op.keep_report_schedule(&new, &actor(1), now, 10, now)).unwrap();
    let id = kept.unwrap();
    let people = ["a", "b", "c"].map(|name| format!("{name}@hub.example.ma"));
    let put = move |op: &mut ledger::WriteOp<'_>| op.put_report_mails(id, now.naive_utc(), &people, now, now);
    assert!(ledger.write_now(put).unwrap());
    let mails = ledger.read(|reader| reader.report_mails_open(0, 10)).unwrap();
    let [old, late, _] = [0, 1, 2].map(|at: usize| mails[at].id);
    for (mail, ended) in [(old, now), (late, now + TimeDelta::seconds(1))] {
        ledger.write_now(move |op| op.tell_report_mail(mail, true, Some(ended), "250 OK")).unwrap();
    }
    let prune = |at: DateTime<Utc>| ledger.write_now(move |op| op.prune_report_mails(at.naive_utc())).unwrap();
    let quarter = now + TimeDelta::days(92);
    assert_eq!(prune(quarter), 0);
    assert_eq!((prune(quarter + TimeDelta::seconds(1)), db.count("report_mails")), (1, 2));
    assert_eq!((prune(quarter + TimeDelta::days(400)), db.count("report_mails")), (1, 1), "one is open still");
}

on_both!(
    mails_that_ended_long_ago_go,
    payments_equal_what_was_booked,
    days_and_filters_part_payments,
    the_trial_balance_is_every_account,
    postings_are_handed_over_once,
    days_without_anything,
);

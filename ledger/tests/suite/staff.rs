//! Members, sessions and counted tries, as rows.

use chrono::{NaiveDateTime, TimeDelta};
use ledger::{Attempt, Ledger, NewStaffMember, NewStaffSession, StorageError, WriteOp};

use crate::concurrency::at_once;
use crate::support::{TestDb, now};

fn at() -> NaiveDateTime {
    now().naive_utc()
}

fn member(login: &str) -> NewStaffMember {
    NewStaffMember {
        login: login.to_owned(),
        name: "سلمى".to_owned(),
        password: "$argon2id$".to_owned(),
        one_time_until: Some(at() + TimeDelta::days(7)),
        roles: "agent".to_owned(),
        outlet: Some(7),
        network: None,
        biller: Some(1001),
    }
}

fn add(ledger: &Ledger, login: &str) -> Option<i64> {
    let new = member(login);
    ledger.write_now(move |op| op.add_staff_member(&new, at())).unwrap()
}

fn session(member_id: i64, token: u8) -> NewStaffSession {
    NewStaffSession {
        token: [token; 32],
        member_id,
        stage: 2,
        address: "127.0.0.1".to_owned(),
        agent: "a browser".to_owned(),
        expires_at: at() + TimeDelta::hours(10),
    }
}

fn members_are_unique_and_come_back(db: &TestDb) {
    let ledger = db.open();
    let id = add(&ledger, "salma").unwrap();
    assert_eq!(add(&ledger, "salma"), None);
    let kept = ledger.read(|reader| reader.staff_member("salma")).unwrap().unwrap();
    assert_eq!((kept.id, &*kept.name, kept.outlet, kept.biller), (id, "سلمى", Some(7), Some(1001)));
    assert!(!format!("{kept:?}").contains("argon2"));
    ledger
        .write_now(move |op| {
            op.set_staff_password(id, "another", None)?;
            op.set_staff_roles(id, "finance auditor", None, None, None)?;
            op.set_staff_disabled(id, Some(at()))?;
            op.set_second_factor(id, Some(b"sealed"))
        })
        .unwrap();
    let kept = ledger.read(|reader| reader.staff_members()).unwrap().remove(0);
    assert_eq!((&*kept.password, kept.one_time_until, &*kept.roles), ("another", None, "finance auditor"));
    assert_eq!((kept.outlet, kept.disabled_at.is_some()), (None, true));
    assert_eq!(kept.second_factor.as_deref(), Some(&b"sealed"[..]));
    assert_eq!(ledger.read(|reader| reader.staff_member("omar")).unwrap(), None);
}

fn racing_processes_take_one_member_in(db: &TestDb) {
    let ledgers = [db.open(), db.open()];
    let taken = at_once(8, |n| add(&ledgers[n % 2], "salma"));
    assert_eq!(taken.iter().flatten().count(), 1);
    assert_eq!(db.count("staff_members"), 1);
}

fn steps_and_codes_are_used_once(db: &TestDb) {
    let ledgers = [db.open(), db.open()];
    let id = add(&ledgers[0], "salma").unwrap();
    ledgers[0].write_now(move |op| op.put_recovery_codes(id, &[[1; 32], [2; 32]])).unwrap();
    let step = |step| move |op: &mut WriteOp<'_>| op.take_factor_step(id, step);
    let taken = at_once(8, |n| ledgers[n % 2].write_now(step(40)).unwrap());
    assert_eq!(taken.iter().filter(|taken| **taken).count(), 1);
    assert!(!ledgers[0].write_now(step(39)).unwrap(), "one before it is used up too");
    assert!(ledgers[0].write_now(step(41)).unwrap());
    let code = move |op: &mut WriteOp<'_>| op.take_recovery_code(id, &[1; 32], at());
    let taken = at_once(8, |n| ledgers[n % 2].write_now(code).unwrap());
    assert_eq!(taken.iter().filter(|taken| **taken).count(), 1);
    assert_eq!(ledgers[0].read(|reader| reader.recovery_codes_left(id)).unwrap(), 1);
    assert!(!ledgers[0].write_now(move |op| op.take_recovery_code(id + 1, &[2; 32], at())).unwrap());
    ledgers[0].write_now(move |op| op.set_second_factor(id, None)).unwrap();
    assert_eq!(ledgers[0].read(|reader| reader.recovery_codes_left(id)).unwrap(), 0);
}

fn sessions_end(db: &TestDb) {
    let ledger = db.open();
    let (salma, omar) = (add(&ledger, "salma").unwrap(), add(&ledger, "omar").unwrap());
    let open =
        |member, token| ledger.write_now(move |op| op.open_staff_session(&session(member, token), at())).unwrap();
    let [first, second, others] = [open(salma, 1), open(salma, 2), open(omar, 3)];
    let found = |token: u8| ledger.read(|reader| reader.staff_session(&[token; 32])).unwrap();
    assert_eq!(found(1).map(|(row, member)| (row.id, member.login)), Some((first, "salma".to_owned())));
    assert!(!ledger.write_now(move |op| op.end_staff_session(salma, others, at())).unwrap(), "another member's");
    assert!(ledger.write_now(move |op| op.end_staff_session(salma, first, at())).unwrap());
    assert!(!ledger.write_now(move |op| op.end_staff_session(salma, first, at())).unwrap(), "ended before");
    assert_eq!((found(1), found(2).is_some(), found(3).is_some()), (None, true, true));
    let third = open(salma, 4);
    assert_eq!(ledger.write_now(move |op| op.end_staff_sessions(salma, Some(third), at())).unwrap(), 1);
    assert_eq!(ledger.read(|reader| reader.staff_sessions(salma)).unwrap().len(), 1);
    assert!(found(2).is_none() && second != third);
    for token in 10..15 {
        open(salma, token);
    }
    assert_eq!(ledger.write_now(move |op| op.end_oldest_staff_sessions(salma, 3, at())).unwrap(), 3);
    assert_eq!((found(4), found(11), found(12).is_some(), found(14).is_some()), (None, None, true, true));
    let later = at() + TimeDelta::days(40);
    assert!(ledger.write_now(move |op| op.prune_staff(later)).unwrap() >= 9);
    assert_eq!((db.count("staff_sessions"), db.count("staff_members")), (0, 2));
}

fn begin(op: &mut WriteOp<'_>, seconds: i64) -> Result<Attempt, StorageError> {
    let pause = |failures| TimeDelta::seconds(if failures < 3 { 0 } else { 60 });
    op.begin_attempt("password x", TimeDelta::hours(1), pause, at() + TimeDelta::seconds(seconds))
}

fn tries_are_counted_before_they_are_made(db: &TestDb) {
    let ledgers = [db.open(), db.open()];
    let made = at_once(20, |n| ledgers[n % 2].write_now(|op| begin(op, 0)).unwrap());
    let counted = made.iter().filter(|attempt| matches!(attempt, Attempt::Counted(_))).count();
    assert_eq!(counted, 3, "{made:?}");
    let begin_at = |seconds| ledgers[0].write_now(move |op| begin(op, seconds)).unwrap();
    assert_eq!(begin_at(59), Attempt::Blocked(at() + TimeDelta::seconds(60)));
    assert_eq!(begin_at(60), Attempt::Counted(at() + TimeDelta::seconds(120)));
    ledgers[0].write_now(|op| op.take_back_attempt("password x", at() + TimeDelta::seconds(61))).unwrap();
    assert_eq!(begin_at(62), Attempt::Counted(at() + TimeDelta::seconds(122)), "those before it still count");
    // After an hour without one they are forgotten.
    assert_eq!(begin_at(62 + 3_601), Attempt::Counted(at() + TimeDelta::seconds(62 + 3_601)));
    ledgers[0].write_now(|op| op.forget_attempts("password x")).unwrap();
    assert_eq!(db.count("staff_attempts"), 0);
}

on_both!(
    members_are_unique_and_come_back,
    racing_processes_take_one_member_in,
    steps_and_codes_are_used_once,
    sessions_end,
    tries_are_counted_before_they_are_made,
);

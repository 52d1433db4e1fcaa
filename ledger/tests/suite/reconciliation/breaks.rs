//! Breaks: opened once, given to somebody, resolved by people.

use super::*;

fn a_break_is_opened_once_and_closed_by_people(db: &TestDb) {
    let ledger = db.open();
    let entries = statement(&ledger, "s", 0, &[("e1", 500), ("e2", -70)]);
    assert!(open(&ledger, new_break(entries[0], 500)));
    assert!(!open(&ledger, new_break(entries[0], 500)));
    assert!(!open(&ledger, new_break(entries[0], 400)), "brought up to date");
    assert!(open(&ledger, new_break(entries[1], -70)));
    let [first, second] = breaks(&ledger)[..] else { panic!("two") };
    assert_eq!(resolve(&ledger, 1, Resolution::Evidence, 0), Resolved::NoSuchBreak);
    assert!(matches!(resolve(&ledger, first, Resolution::Charges, 1_000), Resolved::Unfit(_)));
    assert!(matches!(resolve(&ledger, first, Resolution::Commission, 1_000), Resolved::Unfit(_)));
    assert!(matches!(resolve(&ledger, first, Resolution::Suspense, 500), Resolved::Closed(Some(_))));
    assert_eq!(resolve(&ledger, first, Resolution::Suspense, 500), Resolved::ClosedBefore);
    assert_eq!(resolve(&ledger, second, Resolution::WrittenOff, 69), Resolved::Waits);
    assert_eq!(resolve(&ledger, second, Resolution::Evidence, 69), Resolved::NotProposed);
    let decide = |by: i64| ledger.write_now(move |op| op.decide_break(second, true, "", &actor(by), now())).unwrap();
    assert_eq!(decide(1), Resolved::SamePerson);
    let same = db.raw().run(&format!("UPDATE breaks SET approved_by = proposed_by WHERE id = {second}"));
    assert!(same.is_err(), "the database refuses it, too");
    assert!(matches!(decide(2), Resolved::Closed(Some(_))));
    let found = ledger.read(|reader| reader.break_of(second)).unwrap().unwrap();
    assert_eq!((found.state, found.approved_by.map(|by| by.id)), (BreakState::Resolved, Some(2)));
    for change in ["UPDATE break_notes SET note = ''", "DELETE FROM break_notes"] {
        assert!(db.raw().run(change).unwrap_err().contains("append-only"), "{change}");
    }
    assert_eq!(ledger.read(|reader| reader.balance_of(&ledger::Account::only(AccountKind::Bank))).unwrap(), money(430));
    db.assert_clean();
}

/// The program gives open breaks that are nobody's, and takes none from anybody.
fn breaks_of_nobody_are_given_once(db: &TestDb) {
    let ledger = db.open();
    let since = |ledger: &Ledger| ledger.read(|reader| reader.break_unowned_since()).unwrap();
    let unowned = |source| ledger.read(|reader| reader.breaks_unowned(source, 10)).unwrap();
    assert_eq!(since(&ledger), None);
    assert!(open(&ledger, new_break(71, 10)) && open(&ledger, new_break(72, 20)));
    let [first, second] = breaks(&ledger)[..] else { panic!("two breaks") };
    assert_eq!((since(&ledger), unowned(BreakSource::Bank)), (Some(now().naive_utc()), vec![first, second]));
    assert!(unowned(BreakSource::Gateway).is_empty());
    let actor = |id: i64, name: &str| Actor { id, name: name.to_owned() };
    let (salma, adil) = (actor(1, "Salma"), actor(2, "Adil"));
    let (to, by) = (adil.clone(), adil);
    assert!(ledger.write_now(move |op| op.assign_break(second, &to, &by, now())).unwrap());
    let give = |ids: Vec<i64>| {
        let to = salma.clone();
        ledger.write_now(move |op| op.own_breaks(&ids, &to, now())).unwrap()
    };
    assert_eq!((give(vec![first, second]), give(vec![first, second])), (1, 0));
    assert_eq!((since(&ledger), unowned(BreakSource::Bank)), (None, vec![]));
    let all = ledger.read(|reader| reader.breaks(&BreakFilter::default(), 0, 10)).unwrap();
    let with: Vec<_> = all.into_iter().map(|found| found.staff.unwrap().name).collect();
    assert_eq!(with, ["Salma", "Adil"]);
}

fn what_takes_the_place_of_another_stays_with_whoever_follows_it_up(db: &TestDb) {
    let ledger = db.open();
    let entries = statement(&ledger, "s", 0, &[("e1", 700)]);
    assert!(open(&ledger, new_break(entries[0], 700)));
    let [first] = breaks(&ledger).try_into().unwrap();
    assert!(ledger.write_now(move |op| op.assign_break(first, &actor(2), &actor(1), now())).unwrap());
    assert!(open(&ledger, NewBreak { kind: BreakKind::Ambiguous, ..new_break(entries[0], 700) }));
    let [second] = breaks(&ledger).try_into().unwrap();
    let (found, notes) =
        ledger.read(|reader| Ok((reader.break_of(second)?.unwrap(), reader.break_notes(second)?))).unwrap();
    assert_eq!((found.what.kind, found.staff), (BreakKind::Ambiguous, Some(actor(2))));
    assert_eq!(notes.last().unwrap().note, actor(2).name);
    db.assert_clean();
}

fn a_difference_at_a_gateway_is_written_off(db: &TestDb) {
    let ledger = db.open();
    let payment = ledger.card_in("a", ledger::PaymentState::Confirmed);
    report(&ledger, "r1", None, 1_000, Some(payment));
    let id = breaks(&ledger)[0];
    assert!(matches!(resolve(&ledger, id, Resolution::Suspense, 99_999), Resolved::Unfit(_)));
    assert!(matches!(resolve(&ledger, id, Resolution::WrittenOff, 99_999), Resolved::Closed(Some(_))));
    let balance = |kind, owner: &str| {
        let account = ledger::Account::of(kind, owner);
        ledger.read(|reader| reader.balance_of(&account)).unwrap()
    };
    assert_eq!(balance(AccountKind::GatewayReceivable, "cmi"), Money::ZERO);
    assert_eq!(balance(AccountKind::ReconciliationDifferences, ""), money(16_842));
    db.assert_clean();
}

on_both!(
    a_break_is_opened_once_and_closed_by_people,
    breaks_of_nobody_are_given_once,
    what_takes_the_place_of_another_stays_with_whoever_follows_it_up,
    a_difference_at_a_gateway_is_written_off,
);

//! Breaks of the bank that people close.

use super::*;

fn actor(id: i64) -> Actor {
    Actor { id, name: format!("Member {id}") }
}

#[rstest]
#[case::suspense(7_777, Resolution::Suspense, AccountKind::Suspense, "bank", -7_777)]
#[case::written_off(7_777, Resolution::WrittenOff, AccountKind::ReconciliationDifferences, "", -7_777)]
#[case::charges(-7_777, Resolution::Charges, AccountKind::BankCharges, "", 7_777)]
#[case::commission(7_777, Resolution::Commission, AccountKind::BillerReceivable, "1101", -7_777)]
fn a_posting_above_the_threshold_takes_two_people(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
    #[case] minor: i64,
    #[case] resolution: Resolution,
    #[case] account: AccountKind,
    #[case] owner: &str,
    #[case] booked: i64,
) {
    let Some(world) = World::on(backend) else { return };
    let now = at("2026-11-25T06:00:00Z");
    world.take("s1.xml", &camt053("S1", ACCOUNT, DAY, 100_000, &[Line::of(minor, "B1").remitted("who knows")]), now);
    world.run(now);
    let id = world.breaks()[0].id;
    let biller = (resolution == Resolution::Commission).then_some(1101);
    let new = NewResolution {
        resolution,
        note: "seen with the bank".to_owned(),
        biller,
        payout: None,
        alone_max: money(7_776),
    };
    let resolve = |new: &NewResolution| {
        let new = new.clone();
        world.ledger.write_now(move |op| op.resolve_break(id, &new, &actor(1), now)).unwrap()
    };
    let decide = |by: i64, yes: bool| {
        world.ledger.write_now(move |op| op.decide_break(id, yes, "agreed", &actor(by), now)).unwrap()
    };
    assert_eq!(decide(2, true), Resolved::NotProposed);
    assert_eq!(resolve(&new), Resolved::Waits);
    assert_eq!(decide(1, true), Resolved::SamePerson);
    assert_eq!(decide(2, false), Resolved::Refused);
    assert_eq!(resolve(&new), Resolved::Waits);
    assert_eq!(world.balance(account, owner), 0);
    assert!(matches!(decide(2, true), Resolved::Closed(Some(_))));
    assert_eq!(decide(3, true), Resolved::ClosedBefore);
    assert_eq!(world.balance(account, owner), booked);
    assert_eq!(world.balance(AccountKind::Bank, ""), minor);
    assert_eq!(world.run(now).breaks, 0);
    assert!(world.breaks().is_empty());
    let notes = world.ledger.read(|reader| reader.break_notes(id)).unwrap();
    let actions: Vec<&str> = notes.iter().map(|note| note.action.as_str()).collect();
    assert_eq!(actions, ["opened", "proposed", "refused", "proposed", "settled", "approved"]);
    world.assert_clean();
}

#[rstest]
fn evidence_closes_without_money_and_for_good(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some(world) = World::on(backend) else { return };
    let now = at("2026-11-25T06:00:00Z");
    world.take("s1.xml", &camt053("S1", ACCOUNT, DAY, 100_000, &[Line::of(7_777, "B1")]), now);
    world.run(now);
    let id = world.breaks()[0].id;
    let new = NewResolution {
        resolution: Resolution::Evidence,
        note: "the owner's own money, minutes of 24 November".to_owned(),
        biller: None,
        payout: None,
        alone_max: money(0),
    };
    let closed = world.ledger.write_now(move |op| op.resolve_break(id, &new, &actor(1), now)).unwrap();
    assert_eq!(closed, Resolved::Closed(None));
    assert_eq!(world.run(now).breaks, 0, "what people closed is not opened again");
    assert_eq!(world.balance(AccountKind::Bank, ""), 0);
    world.assert_clean();
}

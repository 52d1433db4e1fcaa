//! What was given back to payers, and what gateways tell of it; transfers that were made again.

use ledger::{AccountKind, Actor, BreakKind, BreakState, BreakSubject, NewResolution, Resolution, Resolved, Step};
use rstest::rstest;

use crate::database::Backend;
use crate::world::{ACCOUNT, Line, World, at, camt053, card_line, card_report, id_of, money};

const DAY: &str = "2026-11-24";

fn next_day() -> chrono::DateTime<chrono::Utc> {
    at("2026-11-25T06:00:00Z")
}

/// A payment of 10.00 that was given back at these times.
fn given_back(world: &World, taken: &str, back: &str) -> i64 {
    let payment = world.card_taken(1101, 1_000, at(taken));
    world.step(payment, Step::Return, at(back));
    world.step(payment, Step::Returned, at(back));
    payment
}

fn taken(payment: i64) -> String {
    card_line(payment, "PostAuth", 1_000, 0, None)
}

fn back(payment: i64) -> String {
    card_line(payment, "Credit", 1_000, 0, None)
}

#[rstest]
fn what_was_given_back_here_and_not_there_is_missing_until_it_turns_up(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let Some(world) = World::on(backend) else { return };
    let payment = given_back(&world, "2026-11-24T10:00:00Z", "2026-11-24T10:05:00Z");
    assert_eq!(world.take("1.csv", &card_report(DAY, 1, &[taken(payment)]), next_day()), 1);
    let [found] = world.breaks().try_into().unwrap();
    assert_eq!((found.what.kind, found.what.expected), (BreakKind::MissingThere, Some(money(1_000))));
    assert!(found.what.words.contains("was given back here"), "{}", found.what.words);
    world.take("2.csv", &card_report("2026-11-25", 2, &[back(payment)]), at("2026-11-26T06:00:00Z"));
    assert_eq!(world.open_breaks(), [""; 0]);
    let about = world.ledger.read(|reader| reader.breaks_about(BreakSubject::Payment, payment)).unwrap();
    assert_eq!(about.iter().map(|one| one.state).collect::<Vec<_>>(), [BreakState::Settled]);
    world.assert_clean();
}

/// When it was taken and given back, what the reports of the 24th and 25th tell of it, and what is open after each.
#[rstest]
#[case::same_day("24T10:00", "24T10:05", ["taken back", ""], [0, 0])]
#[case::next_day("24T10:00", "25T10:05", ["taken", "back"], [0, 0])]
#[case::told_before_it_was_known("24T10:00", "24T23:00", ["taken back", ""], [0, 0])]
#[case::never("24T10:00", "25T10:05", ["taken", ""], [0, 1])]
#[case::nothing_of_it("24T10:00", "24T10:05", ["", ""], [1, 1])]
#[case::taken_late_and_never_back("24T10:00", "24T10:05", ["", "taken"], [1, 1])]
#[case::all_late("24T10:00", "24T10:05", ["", "taken back"], [1, 0])]
fn returns_by_day(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
    #[case] taken_at: &str,
    #[case] back_at: &str,
    #[case] told: [&str; 2],
    #[case] open: [usize; 2],
) {
    let Some(world) = World::on(backend) else { return };
    let payment = given_back(&world, &format!("2026-11-{taken_at}:00Z"), &format!("2026-11-{back_at}:00Z"));
    for (number, (lines, open)) in (1..).zip(told.into_iter().zip(open)) {
        let line = |word: &str| if word == "taken" { taken(payment) } else { back(payment) };
        let lines: Vec<String> = lines.split_whitespace().map(line).collect();
        let report = card_report(&format!("2026-11-{}", 23 + number), number, &lines);
        world.take("r.csv", &report, at(&format!("2026-11-{}T06:00:00Z", 24 + number)));
        assert_eq!(world.breaks().len(), open, "report {number}: {:?}", world.breaks());
    }
    world.assert_clean();
}

#[rstest]
fn what_came_back_is_settled_once_its_repeat_is_paid(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some(world) = World::on(backend) else { return };
    world.card(1101, 10_000, at("2026-11-24T10:00:00Z"));
    world.settle(at("2026-11-24T17:30:00Z"));
    let [first] = world.ordered().try_into().unwrap();
    let paid = |one: &ledger::Transfer, name: &str| Line::of(-10_000, name).end_to_end(id_of(one));
    let lines = [paid(&first, "B1"), Line::of(10_000, "B2").end_to_end(id_of(&first))];
    world.take("s1.xml", &camt053("S1", ACCOUNT, "2026-11-25", 20_000, &lines), at("2026-11-26T06:00:00Z"));
    world.run(at("2026-11-26T06:00:00Z"));
    assert_eq!(world.open_breaks(), ["bank: returned"]);
    let now = at("2026-11-26T09:00:00Z");
    let (id, rib) = (first.id, first.rib.clone());
    world.ledger.write_now(move |op| op.repeat_transfer(id, "Biller 1101", &rib, now)).unwrap();
    world.settle(now);
    let [again] = world.ordered().try_into().unwrap();
    assert_eq!(world.open_breaks(), ["bank: returned"], "it is only ordered");
    world.take(
        "s2.xml",
        &camt053("S2", ACCOUNT, "2026-11-26", 20_000, &[paid(&again, "B3")]),
        at("2026-11-27T06:00:00Z"),
    );
    world.run(at("2026-11-27T06:00:00Z"));
    assert_eq!(world.open_breaks(), [""; 0]);
    let [closed] =
        world.ledger.read(|reader| reader.breaks_about(BreakSubject::Transfer, id)).unwrap().try_into().unwrap();
    assert_eq!(closed.state, BreakState::Settled);
    let notes = world.ledger.read(|reader| reader.break_notes(closed.id)).unwrap();
    assert_eq!(notes.last().unwrap().note, "its repeat was paid");
    assert_eq!(world.balance(AccountKind::Bank, ""), -10_000);
    world.assert_clean();
}

/// Writes a break off, alone.
fn write_off(world: &World, id: i64, now: chrono::DateTime<chrono::Utc>) -> Resolved {
    let new = NewResolution {
        resolution: Resolution::WrittenOff,
        note: "theirs".to_owned(),
        biller: None,
        payout: None,
        alone_max: money(1_000_000),
    };
    let by = Actor { id: 1, name: "salma".to_owned() };
    world.ledger.write_now(move |op| op.resolve_break(id, &new, &by, now)).unwrap()
}

/// What the gateway gave back of a payment of 10.00 that was given back here once, and what the difference costs.
#[rstest]
#[case::twice(&[1_000, 1_000], 1_000)]
#[case::not_there(&[], -1_000)]
#[case::less(&[400], -600)]
#[case::more(&[1_200], 200)]
fn a_return_that_differs_is_written_off_and_the_gateway_owes_nothing(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
    #[case] back: &[i64],
    #[case] cost: i64,
) {
    let Some(world) = World::on(backend) else { return };
    let payment = given_back(&world, "2026-11-24T10:00:00Z", "2026-11-24T10:05:00Z");
    let other = world.card(1101, 10_000, at("2026-11-24T10:00:00Z"));
    let lot = Some(("2026-11-25", "LOT-1"));
    let mut lines = vec![card_line(payment, "PostAuth", 1_000, 0, lot), card_line(other, "PostAuth", 10_000, 0, lot)];
    lines.extend(back.iter().map(|centimes| card_line(payment, "Credit", *centimes, 0, lot)));
    world.take("1.csv", &card_report(DAY, 1, &lines), next_day());
    let paid = 11_000 - back.iter().sum::<i64>();
    let credit = [Line::of(paid, "B1").remitted("LOT-1")];
    world.take("s1.xml", &camt053("S1", ACCOUNT, "2026-11-25", 0, &credit), next_day());
    assert_eq!(world.run(next_day()).matched(), 1);
    assert_eq!(world.balance(AccountKind::GatewayReceivable, "cmi"), cost);
    let [found] = world.breaks().try_into().unwrap();
    assert!(matches!(write_off(&world, found.id, next_day()), Resolved::Closed(Some(_))));
    assert_eq!(world.balance(AccountKind::GatewayReceivable, "cmi"), 0);
    assert_eq!(world.balance(AccountKind::ReconciliationDifferences, ""), cost);
    world.assert_clean();
}

#[rstest]
fn a_return_that_differs_takes_nothing_off_what_was_captured(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let Some(world) = World::on(backend) else { return };
    let payment = given_back(&world, "2026-11-24T10:00:00Z", "2026-11-24T10:05:00Z");
    let lines = [taken(payment), back(payment), back(payment)];
    assert_eq!(world.take("1.csv", &card_report(DAY, 1, &lines), next_day()), 1);
    let told = world.ledger.read(|reader| reader.reconciliation_day(DAY.parse().unwrap())).unwrap();
    let [source] = told.sources.try_into().unwrap();
    assert_eq!((source.matched, source.open), ((2, money(1_000)), (1, money(0))));
}

/// Neither side has anything of it: the gateway never told of it, and it was given back here.
#[rstest]
fn what_was_given_back_here_and_is_nowhere_there_is_not_written_off(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let Some(world) = World::on(backend) else { return };
    given_back(&world, "2026-11-24T10:00:00Z", "2026-11-25T10:05:00Z");
    world.take("1.csv", &card_report(DAY, 1, &[]), next_day());
    world.take("2.csv", &card_report("2026-11-25", 2, &[]), at("2026-11-26T06:00:00Z"));
    let found = world.breaks();
    assert_eq!(found.iter().map(|one| one.what.position).collect::<Vec<_>>(), [0, 1]);
    for one in found {
        assert!(matches!(write_off(&world, one.id, at("2026-11-26T07:00:00Z")), Resolved::Unfit(_)), "{one:?}");
    }
    assert_eq!(world.balance(AccountKind::GatewayReceivable, "cmi"), 0);
}

/// Written off while it was taken here: its return is then owed by nobody.
#[rstest]
fn what_was_written_off_before_it_was_given_back_is_written_back(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let Some(world) = World::on(backend) else { return };
    let payment = world.card_taken(1101, 1_000, at("2026-11-24T10:00:00Z"));
    world.take("1.csv", &card_report(DAY, 1, &[]), next_day());
    let [missing] = world.breaks().try_into().unwrap();
    assert!(matches!(write_off(&world, missing.id, next_day()), Resolved::Closed(Some(_))));
    world.step(payment, Step::Return, at("2026-11-25T10:00:00Z"));
    world.step(payment, Step::Returned, at("2026-11-25T10:05:00Z"));
    assert_eq!(world.balance(AccountKind::GatewayReceivable, "cmi"), -1_000);
    world.take("2.csv", &card_report("2026-11-25", 2, &[]), at("2026-11-26T06:00:00Z"));
    let [back] = world.breaks().try_into().unwrap();
    assert!(matches!(write_off(&world, back.id, at("2026-11-26T07:00:00Z")), Resolved::Closed(Some(_))));
    assert_eq!(world.balance(AccountKind::GatewayReceivable, "cmi"), 0);
    world.assert_clean();
}

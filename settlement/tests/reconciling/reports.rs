//! Daily reports of gateways, networks and billers.

use ledger::{AccountKind, Actor, BreakKind, BreakState, NewResolution, Resolution, Resolved, Step};
use rstest::rstest;
use settlement::reconciliation::Imported;

use crate::database::Backend;
use crate::world::{
    ACCOUNT, Line, World, at, biller_line, biller_report, camt053, card_line, card_report, money, network_line,
    network_report,
};

const DAY: &str = "2026-11-24";

fn morning() -> chrono::DateTime<chrono::Utc> {
    at("2026-11-24T10:00:00Z")
}

fn next_day() -> chrono::DateTime<chrono::Utc> {
    at("2026-11-25T06:00:00Z")
}

#[rstest]
fn every_break_of_a_gateways_report_is_found_and_none_invented(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let Some(world) = World::on(backend) else { return };
    let [fits, twice, other, given_back, untold, returned] =
        [1_000, 2_000, 3_000, 4_000, 5_000, 6_000].map(|centimes| world.card_taken(1101, centimes, morning()));
    for payment in [fits, twice, other, given_back, untold] {
        world.confirm(payment, morning());
    }
    world.step(returned, Step::Return, morning());
    world.step(returned, Step::Returned, morning());
    let lot = Some(("2026-11-25", "LOT-1"));
    let lines = [
        card_line(fits, "PostAuth", 1_000, 10, lot),
        card_line(twice, "PostAuth", 2_000, 20, lot),
        card_line(twice, "PostAuth", 2_000, 20, lot),
        card_line(other, "PostAuth", 3_100, 30, lot),
        card_line(given_back, "PostAuth", 4_000, 40, lot),
        card_line(given_back, "Credit", 4_000, 0, lot),
        card_line(returned, "PostAuth", 6_000, 60, lot),
        card_line(returned, "Void", 6_000, 0, lot),
        card_line(999_999, "PostAuth", 7_000, 70, lot),
        card_line(888_888, "PreAuth", 7_000, 70, None),
    ];
    let report = card_report(DAY, 1, &lines);
    assert_eq!(world.take("card.csv", &report, next_day()), 5);
    let mut found = world.open_breaks();
    found.sort_unstable();
    let wanted = ["amount differs", "duplicate", "missing here", "missing there", "status differs"];
    assert_eq!(found, wanted.map(|kind| format!("gateway: {kind}")));
    assert!(matches!(world.import("card.csv", &report, next_day()), Ok(Imported::Known(_))));
    world.assert_clean();
}

#[rstest]
fn a_later_report_of_the_day_replaces_the_earlier_one(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some(world) = World::on(backend) else { return };
    let [first, second] = [1_000, 2_000].map(|centimes| world.card(1101, centimes, morning()));
    let line = |payment, centimes| card_line(payment, "PostAuth", centimes, 10, Some(("2026-11-25", "LOT-1")));
    assert_eq!(world.take("1.csv", &card_report(DAY, 1, &[line(first, 1_100)]), next_day()), 2);
    let lines = [line(first, 1_100), line(second, 2_000)];
    world.take("2.csv", &card_report(DAY, 2, &lines), next_day());
    assert_eq!(world.open_breaks(), ["gateway: amount differs"], "still there; the missing one is superseded");
    let said = world.refused(&card_report(DAY, 1, &lines), next_day());
    assert!(said.contains("does not come after number 2"), "{said}");
    // Only the later report's payout is awaited.
    let payouts = world.ledger.read(|reader| reader.payouts_awaited(None, 10)).unwrap();
    assert_eq!(payouts.iter().map(|payout| payout.net().unwrap().minor()).collect::<Vec<_>>(), [3_080]);
    world.assert_clean();
}

#[rstest]
fn what_comes_in_the_next_days_report_settles_its_break_and_is_no_duplicate(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let Some(world) = World::on(backend) else { return };
    let payment = world.card(1101, 1_000, at("2026-11-24T22:59:59Z"));
    let again = world.card(1101, 2_000, morning());
    let line = |payment, centimes| card_line(payment, "PostAuth", centimes, 0, None);
    assert_eq!(world.take("1.csv", &card_report(DAY, 1, &[line(again, 2_000)]), next_day()), 1);
    assert_eq!(world.open_breaks(), ["gateway: missing there"]);
    let lines = [line(payment, 1_000), line(again, 2_000)];
    world.take("2.csv", &card_report("2026-11-25", 2, &lines), at("2026-11-26T06:00:00Z"));
    assert_eq!(world.open_breaks(), ["gateway: duplicate"], "the other one was in its own day's report");
    world.assert_clean();
}

#[rstest]
fn what_a_later_report_shows_again_is_the_same_break_while_its_figures_are(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let Some(world) = World::on(backend) else { return };
    let payment = world.card(1101, 1_000, morning());
    let told = |sequence: u32, centimes: i64| {
        let line = card_line(payment, "PostAuth", centimes, 0, None);
        world.take("r.csv", &card_report(DAY, sequence, &[line]), next_day());
        world.breaks().into_iter().map(|found| (found.id, found.what.found, found.staff)).collect::<Vec<_>>()
    };
    let [(first, ..)] = told(1, 1_100).try_into().unwrap();
    let by = Actor { id: 1, name: "salma".to_owned() };
    let (to, who) = (by.clone(), by.clone());
    assert!(world.ledger.write_now(move |op| op.assign_break(first, &to, &who, next_day())).unwrap());
    let [(second, found, staff)] = told(2, 1_200).try_into().unwrap();
    assert_eq!((found, staff), (Some(money(1_200)), Some(by.clone())));
    let state = |id: i64| world.ledger.read(|reader| reader.break_of(id)).unwrap().unwrap().state;
    assert_eq!((state(first), first < second), (BreakState::Superseded, true));
    let new = NewResolution {
        resolution: Resolution::Evidence,
        note: "letter".to_owned(),
        biller: None,
        payout: None,
        alone_max: money(0),
    };
    let resolved = world.ledger.write_now(move |op| op.resolve_break(second, &new, &by, next_day())).unwrap();
    assert_eq!(resolved, Resolved::Closed(None));
    assert_eq!(told(3, 1_200), [], "what people closed is not opened again");
    assert_eq!(state(second), BreakState::Resolved);
    assert_eq!(told(4, 1_300).len(), 1, "these are other figures");
    world.assert_clean();
}

#[rstest]
fn what_is_wrong_twice_over_is_one_break(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some(world) = World::on(backend) else { return };
    let payment = world.card(1101, 1_000, morning());
    let line = || card_line(payment, "PostAuth", 1_000, 0, None);
    assert_eq!(world.take("1.csv", &card_report(DAY, 1, &[line()]), next_day()), 0);
    // Twice, and in another day's report besides.
    let twice = card_report("2026-11-25", 2, &[line(), line()]);
    assert_eq!(world.take("2.csv", &twice, at("2026-11-26T06:00:00Z")), 1);
    let [found] = world.breaks().try_into().unwrap();
    assert_eq!((found.what.kind, found.what.found), (BreakKind::Duplicate, Some(money(2_000))));
    assert!(found.what.words.contains("2 time(s)") && found.what.words.contains("another report"), "{found:?}");
    // Not accepted, and cancelled.
    world.fund("NET", "701", 100_000, "VIR-701", morning());
    let cash = world.cash("NET", "701", 1101, 3_000, morning());
    let lines = [("payment", "refused"), ("cancellation", "accepted")];
    let lines = lines.map(|(kind, status)| network_line("701", cash, 3_000, kind, status));
    assert_eq!(world.take("3.csv", &network_report("NET", DAY, 1, &lines), next_day()), 1);
    assert_eq!(world.open_breaks(), ["gateway: duplicate", "network: status differs"]);
    world.assert_clean();
}

#[rstest]
fn the_gateway_may_know_of_a_payment_a_day_before_the_hub(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let Some(world) = World::on(backend) else { return };
    // Captured before midnight; the callback came after it.
    let payment = world.card(1101, 1_000, at("2026-11-24T23:00:01Z"));
    let line = card_line(payment, "PostAuth", 1_000, 0, None);
    assert_eq!(world.take("1.csv", &card_report(DAY, 1, &[line]), next_day()), 0);
    assert_eq!(world.take("2.csv", &card_report("2026-11-25", 2, &[]), at("2026-11-26T06:00:00Z")), 0);
    assert!(world.open_breaks().is_empty());
}

#[rstest]
fn a_payout_is_booked_when_its_credits_come(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some(world) = World::on(backend) else { return };
    let [first, second] = [10_000, 20_000].map(|centimes| world.card(1101, centimes, morning()));
    let lot = Some(("2026-11-25", "LOT-4471"));
    let lines = [card_line(first, "PostAuth", 10_000, 100, lot), card_line(second, "PostAuth", 20_000, 200, lot)];
    world.take("card.csv", &card_report(DAY, 1, &lines), next_day());
    assert_eq!(world.balance(AccountKind::GatewayReceivable, "cmi"), 30_000);
    // In two credits; the first alone is not enough.
    let part = [Line::of(9_700, "B1").remitted("CMI LOT-4471 1/2")];
    world.take("s1.xml", &camt053("S1", ACCOUNT, "2026-11-25", 0, &part), next_day());
    let report = world.run(next_day());
    assert_eq!((report.matched(), world.open_breaks()), (0, vec!["bank: amount differs".to_owned()]));
    let rest = [Line::of(20_000, "B2").remitted("CMI, LOT-4471 (2/2)")];
    world.take("s2.xml", &camt053("S2", ACCOUNT, "2026-11-26", 9_700, &rest), next_day());
    let report = world.run(next_day());
    assert_eq!((report.matched(), world.open_breaks()), (2, vec![]), "{:?}", report.told);
    assert_eq!(world.balance(AccountKind::GatewayReceivable, "cmi"), 0);
    assert_eq!(world.balance(AccountKind::GatewayFees, "cmi"), 300);
    assert_eq!(world.balance(AccountKind::Bank, ""), 29_700);
    world.assert_clean();
}

#[rstest]
fn every_break_of_a_networks_report_is_found_and_none_invented(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let Some(world) = World::on(backend) else { return };
    world.fund("NET", "701", 100_000, "VIR-701", morning());
    world.fund("CASH", "801", 100_000, "VIR-801", morning());
    let [fits, other, refused, untold] =
        [1_000, 2_000, 3_000, 4_000].map(|centimes| world.cash("NET", "701", 1202, centimes, morning()));
    let elsewhere = world.cash("CASH", "801", 1202, 5_000, morning());
    let lines = [
        network_line("701", fits, 1_000, "payment", "accepted"),
        network_line("701", other, 2_100, "payment", "accepted"),
        network_line("701", refused, 3_000, "payment", "refused"),
        network_line("701", elsewhere, 5_000, "payment", "accepted"),
    ];
    assert_eq!(world.take("net.csv", &network_report("NET", DAY, 1, &lines), next_day()), 4);
    let mut found = world.open_breaks();
    found.sort_unstable();
    let wanted = ["amount differs", "missing here", "missing there", "status differs"];
    assert_eq!(found, wanted.map(|kind| format!("network: {kind}")));
    let missing = world.breaks().into_iter().find(|found| found.what.kind == BreakKind::MissingThere).unwrap();
    assert_eq!(missing.what.subject_id, untold);
    let line = network_line("801", elsewhere, 5_000, "payment", "accepted");
    assert_eq!(world.take("cash.csv", &network_report("CASH", DAY, 1, &[line]), next_day()), 0);
    // The money for the floats comes with its reference.
    let lines = [Line::of(100_000, "B1").remitted("VERSEMENT VIR-701"), Line::of(99_000, "B2").remitted("VIR-801")];
    world.take("s1.xml", &camt053("S1", ACCOUNT, DAY, 0, &lines), next_day());
    let report = world.run(next_day());
    assert_eq!((report.matched(), report.breaks), (1, 1), "{:?}", report.told);
    world.assert_clean();
}

#[rstest]
fn every_break_of_a_billers_report_is_found_and_none_invented(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let Some(world) = World::on(backend) else { return };
    let [fits, other, rejected, untold, twice] =
        [1_000, 2_000, 3_000, 4_000, 5_000].map(|centimes| world.card(1303, centimes, morning()));
    let returned = world.card_taken(1303, 6_000, morning());
    world.step(returned, Step::Return, morning());
    world.step(returned, Step::Returned, morning());
    let lines = [
        biller_line(fits, 1_000, DAY, "booked"),
        biller_line(other, 2_100, DAY, "booked"),
        biller_line(rejected, 3_000, DAY, "rejected"),
        biller_line(twice, 5_000, DAY, "duplicate"),
        biller_line(returned, 6_000, DAY, "booked"),
    ];
    assert_eq!(world.take("1303.csv", &biller_report(1303, DAY, 1, &lines), next_day()), 5);
    let mut found = world.open_breaks();
    found.sort_unstable();
    let wanted = ["amount differs", "duplicate", "missing there", "status differs", "status differs"];
    assert_eq!(found, wanted.map(|kind| format!("biller: {kind}")));
    let missing = world.breaks().into_iter().find(|found| found.what.kind == BreakKind::MissingThere).unwrap();
    assert_eq!(missing.what.subject_id, untold);
    world.assert_clean();
}

#[rstest]
fn another_hubs_report_is_not_taken(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some(world) = World::on(backend) else { return };
    let lines: Vec<String> = (0..10_001).map(|at| card_line(500_000_000 + at, "PostAuth", 100, 0, None)).collect();
    let said = world.refused(&card_report(DAY, 1, &lines), next_day());
    assert!(said.contains("not this hub's report"), "{said}");
    assert!(world.open_breaks().is_empty());
    assert!(world.refused(&card_report("2026-11-30", 1, &[]), next_day()).contains("has not begun"));
}

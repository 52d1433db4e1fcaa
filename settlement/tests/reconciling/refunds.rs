//! Refunds of confirmed payments, and what gateways tell of them.

use chrono::{DateTime, Utc};
use ledger::{
    AccountKind, Actor, BreakState, BreakSubject, Moment, Money, NewRefund, NewResolution, RefundEnd, RefundKept,
    RefundReason, RequestKey, Resolution, Resolved,
};
use rstest::rstest;
use settlement::terms::Terms;

use crate::database::Backend;
use crate::world::{ACCOUNT, Line, World, at, camt053, card_line, card_report, money};

const DAY: &str = "2026-11-24";
const LOT: Option<(&str, &str)> = Some(("2026-11-25", "LOT-1"));

fn actor(id: i64) -> Actor {
    Actor { id, name: format!("person {id}") }
}

/// A refund that two people agreed to; the gateway was not heard.
fn decided(world: &World, payment: i64, centimes: i64, now: DateTime<Utc>) -> i64 {
    let (moment, cut_off, key) = (Moment::of(now), Terms::default().next_cut_off(now), world.number().to_string());
    let new = NewRefund {
        key: RequestKey::of("refund", &key, ""),
        payment,
        principal: money(centimes),
        fee: Money::ZERO,
        reason: RefundReason::PaidTwice,
        note: String::new(),
        alone_max: Money::ZERO,
        actor: actor(1),
        moment,
        cut_off,
    };
    let RefundKept::Kept(id, _) = world.ledger.write_now(move |op| op.propose_refund(&new)).unwrap() else {
        panic!("not kept")
    };
    world.ledger.write_now(move |op| op.decide_refund(id, true, "", &actor(2), moment, cut_off)).unwrap();
    id
}

fn end(world: &World, id: i64, end: RefundEnd, now: DateTime<Utc>) {
    let cut_off = Terms::default().next_cut_off(now);
    world.ledger.write_now(move |op| op.end_refund(id, end, "", None, Moment::of(now), cut_off)).unwrap();
}

fn refunded(world: &World, payment: i64, centimes: i64, now: &str) -> i64 {
    let id = decided(world, payment, centimes, at(now));
    end(world, id, RefundEnd::Paid, at(now));
    id
}

/// A credit on a day of November at noon in Casablanca.
fn credit(payment: i64, centimes: i64, day: u32, lot: Option<(&str, &str)>) -> String {
    let line = card_line(payment, "Credit", centimes, 0, lot);
    let (front, _) = line.rsplit_once(';').unwrap();
    format!("{front};2026-11-{day}T12:00:00+01:00")
}

fn write_off(world: &World, id: i64, now: DateTime<Utc>) -> Resolved {
    let new = NewResolution {
        resolution: Resolution::WrittenOff,
        note: "theirs".to_owned(),
        biller: None,
        payout: None,
        alone_max: money(1_000_000),
    };
    world.ledger.write_now(move |op| op.resolve_break(id, &new, &actor(1), now)).unwrap()
}

/// Kinds, subjects, expected and found of open breaks.
fn open(world: &World) -> Vec<String> {
    let show = |amount: Option<Money>| amount.map_or("-".to_owned(), |amount| amount.minor().to_string());
    let breaks = world.breaks();
    let told = breaks.iter().map(|one| &one.what);
    told.map(|what| format!("{} {} {} {}", what.subject, what.kind, show(what.expected), show(what.found))).collect()
}

/// A payment of 100.00 of which these refunds were made on the 24th; what the gateway credited of it that day, the breaks,
/// and what the gateway then owes until they are written off.
#[rstest]
#[case::a_part(&[3_000], &[3_000], &[], 0)]
#[case::parts(&[3_000, 2_000], &[2_000, 3_000], &[], 0)]
#[case::a_total(&[3_000, 2_000], &[5_000], &[], 0)]
#[case::all_of_it(&[10_000], &[10_000], &[], 0)]
#[case::missing_there(&[3_000], &[], &["refund missing there 3000 -"], -3_000)]
#[case::one_missing_there(&[3_000, 2_000], &[2_000], &["refund missing there 3000 -"], -3_000)]
#[case::twice(&[3_000], &[3_000, 3_000], &["refund duplicate 3000 6000"], 3_000)]
#[case::less(&[3_000], &[2_900], &["refund amount differs 3000 2900"], -100)]
#[case::more(&[3_000], &[3_100], &["refund amount differs 3000 3100"], 100)]
#[case::unknown_here(&[3_000], &[3_000, 700], &["payment missing here - 700"], 700)]
fn a_day_of_refunds(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
    #[case] ours: &[i64],
    #[case] theirs: &[i64],
    #[case] breaks: &[&str],
    #[case] owed: i64,
) {
    let Some(world) = World::on(backend) else { return };
    let payment = world.card(1101, 10_000, at("2026-11-24T10:00:00Z"));
    let other = world.card(1101, 50_000, at("2026-11-24T10:00:00Z"));
    for centimes in ours {
        refunded(&world, payment, *centimes, "2026-11-24T11:00:00Z");
    }
    let mut lines = vec![card_line(payment, "PostAuth", 10_000, 0, LOT), card_line(other, "PostAuth", 50_000, 0, LOT)];
    lines.extend(theirs.iter().map(|centimes| credit(payment, *centimes, 24, LOT)));
    let now = at("2026-11-25T06:00:00Z");
    world.take("1.csv", &card_report(DAY, 1, &lines), now);
    assert_eq!(open(&world), breaks);
    let paid = 60_000 - theirs.iter().sum::<i64>();
    world.take("s1.xml", &camt053("S1", ACCOUNT, "2026-11-25", 0, &[Line::of(paid, "B1").remitted("LOT-1")]), now);
    assert_eq!(world.run(now).matched(), 1);
    assert_eq!(world.balance(AccountKind::GatewayReceivable, "cmi"), owed);
    for found in world.breaks() {
        assert!(matches!(write_off(&world, found.id, now), Resolved::Closed(Some(_))), "{found:?}");
    }
    assert_eq!(world.balance(AccountKind::GatewayReceivable, "cmi"), 0);
    let told = world.ledger.read(|reader| reader.reconciliation_day(DAY.parse().unwrap())).unwrap();
    assert_eq!(told.sources.first().unwrap().matched.1, money(60_000), "what was given back is not of what was taken");
    world.assert_clean();
}

/// When a refund of 30.00 ended here, the day and the lines' day of what the reports of the 24th, 25th and 26th tell of it,
/// and how many breaks are open after each.
#[rstest]
#[case::same_day("24T11:00", ["24", "", ""], [0, 0, 0])]
#[case::next_day("25T11:00", ["", "25", ""], [0, 0, 0])]
#[case::known_late("25T11:00", ["24", "", ""], [0, 0, 0])]
#[case::told_late("24T11:00", ["", "24", ""], [1, 0, 0])]
#[case::done_after_midnight("24T22:59", ["", "25", ""], [1, 0, 0])]
#[case::told_again_with_its_payout("24T11:00", ["24", "24", ""], [0, 0, 0])]
#[case::told_again_twice("24T11:00", ["24", "24", "24"], [0, 0, 0])]
#[case::never("24T11:00", ["", "", ""], [1, 1, 1])]
#[case::credited_again_the_next_day("24T11:00", ["24", "25", ""], [0, 1, 1])]
#[case::credited_again_later("24T11:00", ["24", "", "26"], [0, 0, 1])]
#[case::credited_again_before_it_was_known("25T11:00", ["24", "25", ""], [0, 1, 1])]
fn refunds_by_day(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
    #[case] ended: &str,
    #[case] told: [&str; 3],
    #[case] open: [usize; 3],
) {
    let Some(world) = World::on(backend) else { return };
    let payment = world.card(1101, 10_000, at("2026-11-24T10:00:00Z"));
    refunded(&world, payment, 3_000, &format!("2026-11-{ended}:00Z"));
    for (number, (days, open)) in (1..).zip(told.into_iter().zip(open)) {
        let mut lines: Vec<String> =
            days.split_whitespace().map(|day| credit(payment, 3_000, day.parse().unwrap(), None)).collect();
        if number == 1 {
            lines.push(card_line(payment, "PostAuth", 10_000, 0, None));
        }
        let report = card_report(&format!("2026-11-{}", 23 + number), number, &lines);
        world.take("r.csv", &report, at(&format!("2026-11-{}T06:00:00Z", 24 + number)));
        assert_eq!(world.breaks().len(), open, "report {number}: {:?}", world.breaks());
    }
    world.assert_clean();
}

/// Told before it is known here: the break closes when the refund turns out to be made, and no report of its day misses it.
#[rstest]
fn what_is_pending_here_and_given_back_there_stands_differently_until_it_is_known(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let Some(world) = World::on(backend) else { return };
    let payment = world.card(1101, 10_000, at("2026-11-24T10:00:00Z"));
    let refund = decided(&world, payment, 3_000, at("2026-11-24T11:00:00Z"));
    let lines = [card_line(payment, "PostAuth", 10_000, 0, None), credit(payment, 3_000, 24, None)];
    world.take("1.csv", &card_report(DAY, 1, &lines), at("2026-11-25T06:00:00Z"));
    assert_eq!(open(&world), ["refund status differs 3000 3000"]);
    end(&world, refund, RefundEnd::Paid, at("2026-11-25T07:00:00Z"));
    assert_eq!(open(&world), [""; 0]);
    world.take("2.csv", &card_report("2026-11-25", 2, &[]), at("2026-11-26T06:00:00Z"));
    assert_eq!(open(&world), [""; 0]);
    let about = world.ledger.read(|reader| reader.breaks_about(BreakSubject::Refund, refund)).unwrap();
    assert_eq!(about.iter().map(|one| one.state).collect::<Vec<_>>(), [BreakState::Settled]);
    world.assert_clean();
}

/// The gateway refused it for good, and gave it back: the books do not have it.
#[rstest]
fn what_failed_here_and_was_given_back_there_is_a_break(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let Some(world) = World::on(backend) else { return };
    let payment = world.card(1101, 10_000, at("2026-11-24T10:00:00Z"));
    let refund = decided(&world, payment, 3_000, at("2026-11-24T11:00:00Z"));
    end(&world, refund, RefundEnd::Failed, at("2026-11-24T11:05:00Z"));
    let lines = [card_line(payment, "PostAuth", 10_000, 0, None), credit(payment, 3_000, 24, None)];
    world.take("1.csv", &card_report(DAY, 1, &lines), at("2026-11-25T06:00:00Z"));
    assert_eq!(open(&world), ["refund status differs - 3000"]);
    world.assert_clean();
}

/// A proposal gives nothing back.
#[rstest]
fn what_nobody_refunded_is_told_as_before(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some(world) = World::on(backend) else { return };
    let payment = world.card(1101, 10_000, at("2026-11-24T10:00:00Z"));
    let lines = [card_line(payment, "PostAuth", 10_000, 0, None), credit(payment, 10_000, 24, None)];
    world.take("1.csv", &card_report(DAY, 1, &lines), at("2026-11-25T06:00:00Z"));
    assert_eq!(open(&world), ["payment status differs 10000 -"]);
}

/// A report that takes the place of another tells everything anew.
#[rstest]
fn a_second_report_of_the_day_takes_the_place_of_the_first(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let Some(world) = World::on(backend) else { return };
    let payment = world.card(1101, 10_000, at("2026-11-24T10:00:00Z"));
    refunded(&world, payment, 3_000, "2026-11-25T11:00:00Z");
    let taken = card_line(payment, "PostAuth", 10_000, 0, None);
    let back = credit(payment, 3_000, 24, None);
    let twice = [taken.clone(), back.clone(), back.clone()];
    world.take("1.csv", &card_report(DAY, 1, &twice), at("2026-11-25T12:00:00Z"));
    assert_eq!(open(&world), ["refund duplicate 3000 6000"]);
    world.take("2.csv", &card_report(DAY, 2, &[taken.clone(), back]), at("2026-11-25T13:00:00Z"));
    assert_eq!(open(&world), [""; 0]);
    world.take("3.csv", &card_report(DAY, 3, &[taken]), at("2026-11-25T14:00:00Z"));
    world.take("4.csv", &card_report("2026-11-25", 4, &[]), at("2026-11-26T06:00:00Z"));
    assert_eq!(open(&world), ["refund missing there 3000 -"]);
    world.assert_clean();
}

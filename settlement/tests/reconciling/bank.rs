//! Statements, notifications and answers of the bank.

mod importing;
mod resolving;

use ledger::{AccountKind, Actor, BreakKind, NewResolution, Resolution, Resolved, TransferState};
use rstest::rstest;
use settlement::SettledBiller;
use settlement::reconciliation::{ImportError, ImportTerms, Imported, MatchTerms, import, run};
use settlement::terms::Terms;

use crate::database::Backend;
use crate::world::{ACCOUNT, Line, World, at, camt053, camt054, id_of, money, pain002, rib};

const DAY: &str = "2026-11-24";

/// Three billers with a transfer each that the bank was asked for.
fn ordered_on(backend: Backend) -> Option<(World, Vec<ledger::Transfer>)> {
    let world = World::on(backend)?;
    for (biller, centimes) in [(1101, 16_800), (1202, 12_016), (1303, 25_000)] {
        world.card(biller, centimes, at("2026-11-24T10:00:00Z"));
    }
    world.settle(at("2026-11-24T17:30:00Z"));
    let transfers = world.ordered();
    assert_eq!(transfers.len(), 3);
    Some((world, transfers))
}

fn states(world: &World) -> Vec<TransferState> {
    let mut all = Vec::new();
    for state in TransferState::ALL {
        let found = world.ledger.read(|reader| reader.transfers_in(*state, 100)).unwrap();
        all.extend(found.into_iter().map(|transfer| (transfer.id, transfer.state)));
    }
    all.sort_unstable();
    all.into_iter().map(|(_, state)| state).collect()
}

fn paid_one_by_one(transfers: &[ledger::Transfer]) -> Vec<Line> {
    let line = |(at, transfer): (usize, &ledger::Transfer)| {
        Line::of(-transfer.amount.minor(), &format!("B{at}")).end_to_end(id_of(transfer))
    };
    transfers.iter().enumerate().map(line).collect()
}

#[rstest]
fn what_the_statement_shows_is_paid_once(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some((world, transfers)) = ordered_on(backend) else { return };
    let now = at("2026-11-25T06:00:00Z");
    let statement = camt053("S1", ACCOUNT, DAY, 1_000_000, &paid_one_by_one(&transfers));
    world.take("s1.xml", &statement, now);
    assert_eq!(states(&world), [TransferState::Ordered; 3], "nothing is matched by an import");
    let report = world.run(now);
    assert_eq!((report.matched(), report.breaks), (3, 0));
    assert_eq!(states(&world), [TransferState::Paid; 3]);
    assert_eq!(world.balance(AccountKind::Bank, ""), -53_816);
    world.assert_clean();
    // The same file, the same entries in another file, the same run.
    assert!(matches!(world.import("again.xml", &statement, now), Ok(Imported::Known(_))));
    world.take("s1bis.xml", &camt053("S1 BIS", ACCOUNT, DAY, 1_000_000, &paid_one_by_one(&transfers)), now);
    world.take("n1.xml", &camt054("N1", ACCOUNT, DAY, &paid_one_by_one(&transfers)), now);
    let report = world.run(now);
    assert_eq!((report.matched(), report.breaks), (0, 0));
    assert_eq!(world.balance(AccountKind::Bank, ""), -53_816);
    world.assert_clean();
}

#[rstest]
#[case::each_of_a_batch(true)]
#[case::the_total(false)]
fn one_entry_may_pay_an_order(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
    #[case] told_apart: bool,
) {
    let Some((world, transfers)) = ordered_on(backend) else { return };
    let now = at("2026-11-25T06:00:00Z");
    let order = world.ledger.read(|reader| reader.transfer_orders(1)).unwrap().remove(0);
    let mut entry = Line::of(-53_816, "B1").message(&order.message_id);
    if told_apart {
        entry.batch = transfers.iter().map(|transfer| (id_of(transfer), -transfer.amount.minor())).collect();
    }
    world.take("s1.xml", &camt053("S1", ACCOUNT, DAY, 100_000, &[entry]), now);
    let report = world.run(now);
    assert_eq!((report.matched(), report.breaks), (3, 0), "{:?}", report.told);
    assert_eq!(states(&world), [TransferState::Paid; 3]);
    world.assert_clean();
}

#[rstest]
fn a_notification_comes_first_and_announcements_do_not_count(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let Some((world, transfers)) = ordered_on(backend) else { return };
    let now = at("2026-11-25T06:00:00Z");
    let lines = paid_one_by_one(&transfers);
    let announced: Vec<Line> = lines.iter().map(|line| Line { status: "PDNG", ..line.clone() }).collect();
    world.take("n0.xml", &camt054("N0", ACCOUNT, DAY, &announced), now);
    assert_eq!(world.run(now).matched(), 0);
    world.take("n1.xml", &camt054("N1", ACCOUNT, DAY, &lines[..1]), now);
    assert_eq!(world.run(now).matched(), 1);
    world.assert_clean();
    world.take("s1.xml", &camt053("S1", ACCOUNT, DAY, 100_000, &lines), now);
    assert_eq!(world.run(now).matched(), 2);
    assert_eq!(states(&world), [TransferState::Paid; 3]);
    world.assert_clean();
}

#[rstest]
fn what_comes_back_is_owed_again_and_is_a_break(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some((world, transfers)) = ordered_on(backend) else { return };
    let now = at("2026-11-26T06:00:00Z");
    let mut lines = paid_one_by_one(&transfers);
    // Before the entry that it takes back, as banks order credits first.
    lines.insert(0, Line::of(16_800, "R1").end_to_end(id_of(&transfers[0])));
    world.take("s1.xml", &camt053("S1", ACCOUNT, DAY, 100_000, &lines), now);
    let report = world.run(now);
    assert_eq!((report.matched(), report.breaks), (4, 1), "{:?}", report.told);
    assert_eq!(states(&world), [TransferState::Returned, TransferState::Paid, TransferState::Paid]);
    assert_eq!(world.open_breaks(), ["bank: returned"]);
    assert_eq!(world.balance(AccountKind::BillerPayable, "1101"), -16_800);
    assert_eq!(world.run(now).breaks, 0);
    world.assert_clean();
}

#[rstest]
fn every_kind_of_break_of_a_statement_is_found_and_none_invented(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let Some((world, transfers)) = ordered_on(backend) else { return };
    let now = at("2026-11-25T06:00:00Z");
    let id = |at: usize| id_of(&transfers[at]);
    let lines = [
        Line::of(-16_800, "B1").end_to_end(id(0)),
        Line::of(-16_800, "B2").end_to_end(id(0)),
        Line::of(-12_000, "B3").end_to_end(id(1)),
        Line::of(-5_000, "B4").end_to_end("FT1101W999A1"),
        Line::of(7_777, "B5").remitted("who knows"),
        Line::of(5_000, "B6").end_to_end(id(2)),
        Line { code: "CHRG", ..Line::of(-1_100, "B7") },
    ];
    world.take("s1.xml", &camt053("S1", ACCOUNT, DAY, 100_000, &lines), now);
    let report = world.run(now);
    assert_eq!(report.matched(), 2, "the first transfer and the charges: {:?}", report.told);
    let mut found = world.open_breaks();
    found.sort_unstable();
    let wanted = ["amount differs", "amount differs", "duplicate", "missing here", "unknown"];
    assert_eq!(found, wanted.map(|kind| format!("bank: {kind}")));
    assert_eq!(world.run(now).breaks, 0, "a break is opened once");
    world.assert_clean();
    // Later what was ordered and is in no statement is late, once.
    let later = at("2026-12-02T06:00:00Z");
    assert_eq!(world.run(later).breaks, 2);
    assert_eq!(world.run(later).breaks, 0);
    // And when it comes its break closes by itself.
    let come = [Line::of(-25_000, "B8").end_to_end(id(2))];
    world.take("s2.xml", &camt053("S2", ACCOUNT, "2026-12-01", 61_077, &come), later);
    world.run(later);
    let late: Vec<_> = world.breaks().into_iter().filter(|found| found.what.kind == BreakKind::Late).collect();
    assert_eq!(late.len(), 1);
    world.assert_clean();
}

#[rstest]
fn each_step_has_its_own_time(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some((world, transfers)) = ordered_on(backend) else { return };
    let now = at("2026-11-25T06:00:00Z");
    world.take("s1.xml", &camt053("S1", ACCOUNT, DAY, 100_000, &paid_one_by_one(&transfers)), now);
    let entries = world.ledger.read(|reader| reader.open_bank_entries(0, 10)).unwrap();
    let next = std::cell::Cell::new(now);
    let clock = || next.replace(next.get() + chrono::TimeDelta::minutes(1));
    run(&world.ledger, &MatchTerms::default(), false, &clock).unwrap();
    let made = |entry: &ledger::BankEntry| world.ledger.read(|reader| reader.bank_matches(entry.id)).unwrap();
    let mut times: Vec<_> = entries.iter().flat_map(made).map(|one| one.made_at).collect();
    times.sort_unstable();
    times.dedup();
    assert_eq!(times.len(), 3, "{times:?}");
}

#[rstest]
fn amount_and_date_decide_only_where_they_are_unique(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some(world) = World::on(backend) else { return };
    for biller in [1101, 1202] {
        world.card(biller, 10_000, at("2026-11-24T10:00:00Z"));
    }
    world.card(1303, 30_000, at("2026-11-24T10:00:00Z"));
    world.settle(at("2026-11-24T17:30:00Z"));
    let now = at("2026-11-25T06:00:00Z");
    let lines = [Line::of(-10_000, "B1"), Line::of(-30_000, "B2")];
    world.take("s1.xml", &camt053("S1", ACCOUNT, DAY, 100_000, &lines), now);
    let dry = run(&world.ledger, &MatchTerms::default(), true, &|| now).unwrap();
    assert_eq!((dry.matched(), dry.breaks), (1, 1), "{:?}", dry.told);
    assert!(
        world.open_breaks().is_empty() && states(&world) == [TransferState::Ordered; 3],
        "a dry run writes nothing"
    );
    let report = world.run(now);
    assert_eq!((report.matched(), report.breaks), (1, 1), "{:?}", report.told);
    assert_eq!(world.open_breaks(), ["bank: ambiguous"]);
    world.assert_clean();
}

#[rstest]
#[case::all(Some("RJCT"), false, [TransferState::Rejected; 3], 3)]
#[case::one(Some("PART"), true, [TransferState::Rejected, TransferState::Ordered, TransferState::Ordered], 1)]
#[case::none(Some("ACCP"), false, [TransferState::Ordered; 3], 0)]
#[case::one_without_group(None, true, [TransferState::Rejected, TransferState::Ordered, TransferState::Ordered], 1)]
fn answers(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
    #[case] group: Option<&str>,
    #[case] names_first: bool,
    #[case] wanted: [TransferState; 3],
    #[case] breaks: usize,
) {
    let Some((world, transfers)) = ordered_on(backend) else { return };
    let now = at("2026-11-25T06:00:00Z");
    let order = world.ledger.read(|reader| reader.transfer_orders(1)).unwrap().remove(0);
    let named = if names_first { vec![(id_of(&transfers[0]), "RJCT", "AC01")] } else { vec![] };
    let answer = pain002(&order.message_id, group, &named);
    world.take("a.xml", &answer, now);
    assert_eq!(states(&world), wanted);
    assert_eq!(world.open_breaks(), vec!["bank: returned"; breaks]);
    assert!(matches!(world.import("a.xml", &answer, now), Ok(Imported::Known(_))));
    world.assert_clean();
}

#[rstest]
fn an_answer_to_something_else_is_refused(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some((world, _)) = ordered_on(backend) else { return };
    let now = at("2026-11-25T06:00:00Z");
    assert!(world.refused(&pain002("FTR999", Some("RJCT"), &[]), now).contains("which the hub did not send"));
    let order = world.ledger.read(|reader| reader.transfer_orders(1)).unwrap().remove(0);
    let named = [("FT1101W999A1".to_owned(), "RJCT", "AC01")];
    let said = world.refused(&pain002(&order.message_id, None, &named), now);
    assert!(said.contains("transfer FT1101W999A1 is not of message"), "{said}");
    assert_eq!(states(&world), [TransferState::Ordered; 3]);
}

/// What is rejected is one write: where it ends in the middle nothing is, and the same file is taken in whole later.
#[rstest]
fn an_answer_is_taken_whole_or_not_at_all(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some(world) = World::on(backend) else { return };
    let biller = |code: u16| {
        let name = format!("Biller {code}");
        SettledBiller { code, terms: Terms::to_one(&name, &rib(u64::from(code))), name }
    };
    let billers: Vec<SettledBiller> = (2_001..=2_060).map(biller).collect();
    for biller in &billers {
        world.card(biller.code, 10_000, at("2026-11-24T10:00:00Z"));
    }
    world.settle_as(billers, at("2026-11-24T17:30:00Z"));
    let transfers = world.ordered();
    assert_eq!(transfers.len(), 60);
    let now = at("2026-11-25T06:00:00Z");
    let order = world.ledger.read(|reader| reader.transfer_orders(1)).unwrap().remove(0);
    let answer = pain002(&order.message_id, Some("RJCT"), &[]);
    let (cut, whole) = match backend {
        Backend::Sqlite => (
            format!(
                "CREATE TRIGGER cut BEFORE UPDATE ON transfers WHEN OLD.id = {} BEGIN SELECT RAISE(ABORT, 'cut'); END",
                transfers[40].id
            ),
            "DROP TRIGGER cut",
        ),
        Backend::Postgres => (
            format!(
                "CREATE FUNCTION cut() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
                 IF OLD.id = {} THEN RAISE EXCEPTION 'cut'; END IF; RETURN NEW; END $$; \
                 CREATE TRIGGER cut BEFORE UPDATE ON transfers FOR EACH ROW EXECUTE FUNCTION cut()",
                transfers[40].id
            ),
            "DROP TRIGGER cut ON transfers",
        ),
    };
    world.sql(&cut);
    let ended = world.import("a.xml", &answer, now);
    assert!(matches!(ended, Err(ImportError::Ledger(_))), "{ended:?}");
    assert_eq!(states(&world), [TransferState::Ordered; 60]);
    assert_eq!(world.open_breaks(), [""; 0]);
    assert!(world.ledger.read(|reader| reader.imports(10)).unwrap().is_empty());
    world.assert_clean();
    world.sql(whole);
    assert_eq!(world.take("a.xml", &answer, now), 60);
    assert_eq!(states(&world), [TransferState::Rejected; 60]);
    assert_eq!(world.open_breaks(), vec!["bank: returned"; 60]);
    world.assert_clean();
}

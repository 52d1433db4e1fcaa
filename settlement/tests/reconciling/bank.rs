//! Statements, notifications and answers of the bank.

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
#[case::account(camt053("S", "230810987654321098765400", DAY, 0, &[]), "is not the hub's")]
#[case::kind("<Document xmlns='urn:iso:std:iso:20022:tech:xsd:pain.001.001.09'/>".to_owned(), "pain.001.001.09")]
#[case::not_a_file("hello".to_owned(), "begins with 'hello'")]
#[case::currency(camt053("S", ACCOUNT, DAY, 0, &[]).replace("MAD", "EUR"), "only MAD")]
#[case::balances(
    camt053("S", ACCOUNT, DAY, 0, &[Line::of(5, "B1")]).replace("<Amt Ccy='MAD'>0.05</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>", "<Amt Ccy='MAD'>0.06</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>"),
    "closing balance"
)]
fn refused_with_the_reason(#[case] text: String, #[case] why: &str) {
    let world = World::on(Backend::Sqlite).unwrap();
    let now = at("2026-11-25T06:00:00Z");
    let said = world.refused(&text, now);
    assert!(said.contains(why), "{said}");
    assert!(world.ledger.read(|reader| reader.open_bank_entries(0, 10)).unwrap().is_empty());
    assert!(world.ledger.read(|reader| reader.imports(10)).unwrap().is_empty());
}

#[rstest]
fn a_gap_is_refused_or_a_break(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some(world) = World::on(backend) else { return };
    let now = at("2026-11-26T06:00:00Z");
    world.take("s1.xml", &camt053("S1", ACCOUNT, DAY, 1_000, &[]), now);
    let next = camt053("S3", ACCOUNT, "2026-11-26", 900, &[]);
    let said = world.refused(&next, now);
    assert!(said.contains("it begins with 9.00, and the one before it ended with 10.00"), "{said}");
    let taken = world.import_as("s3.xml", &next, now, true, false).unwrap();
    assert!(matches!(taken, Imported::Taken(taken) if taken.breaks == 1));
    assert_eq!(world.open_breaks(), ["bank: gap"]);
    world.assert_clean();
}

#[rstest]
fn a_reference_that_the_bank_uses_again_is_another_entry(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let Some(world) = World::on(backend) else { return };
    let now = at("2026-11-26T06:00:00Z");
    let line = [Line { code: "CHRG", ..Line::of(-1_100, "FEES") }];
    world.take("s1.xml", &camt053("S1", ACCOUNT, DAY, 10_000, &line), now);
    world.take("s2.xml", &camt053("S2", ACCOUNT, "2026-11-25", 8_900, &line), now);
    assert_eq!(world.run(now).matched(), 2);
    assert_eq!(world.balance(AccountKind::BankCharges, ""), 2_200);
    world.assert_clean();
    // On one and the same day it could as well be an overlap.
    let said = world.refused(&camt053("S3", ACCOUNT, "2026-11-25", 7_800, &line), now);
    assert!(said.contains("an earlier statement has 1 of its entries already"), "{said}");
    world.import_as("s3.xml", &camt053("S3", ACCOUNT, "2026-11-25", 7_800, &line), now, true, false).unwrap();
    assert_eq!(world.open_breaks(), ["bank: gap"]);
}

/// An MT940 whose opening balance is of one day and whose entries are of the next.
fn mt940(opened: &str, on: &str, opening: i64, lines: &[Line]) -> String {
    let comma = |minor: i64| money(minor.abs()).to_string().replace('.', ",");
    let mut text = format!(":20:S\n:25:{ACCOUNT}\n:28C:1\n:60F:C{opened}MAD{}\n", comma(opening));
    for Line { minor, reference, end_to_end, .. } in lines {
        let (mark, amount) = (if *minor < 0 { "D" } else { "C" }, comma(*minor));
        text.push_str(&format!(":61:{on}{mark}{amount}NTRFNONREF//{reference}\n:86:/EREF/{end_to_end}\n"));
    }
    let closing = opening + lines.iter().map(|line| line.minor).sum::<i64>();
    text.push_str(&format!(":62F:C{on}MAD{}\n-\n", comma(closing)));
    text
}

#[rstest]
fn the_same_statement_in_another_format_is_known(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some((world, transfers)) = ordered_on(backend) else { return };
    let now = at("2026-11-25T06:00:00Z");
    let lines = paid_one_by_one(&transfers);
    world.take("s1.sta", &mt940("261123", "261124", 1_000_000, &lines), now);
    world.take("s1.xml", &camt053("S1", ACCOUNT, DAY, 1_000_000, &lines), now);
    assert_eq!(world.run(now).matched(), 3);
    assert_eq!(states(&world), [TransferState::Paid; 3]);
    // The next day's goes on from there, also where the bank's references begin anew.
    let next = [Line::of(-16_800, "B0").end_to_end("OTHER")];
    world.take("s2.sta", &mt940("261124", "261125", 1_000_000 - 53_816, &next), now);
    let report = world.run(now);
    assert_eq!((report.matched(), report.breaks), (0, 1), "{:?}", report.told);
    world.assert_clean();
}

#[rstest]
fn a_dry_import_writes_nothing(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some((world, transfers)) = ordered_on(backend) else { return };
    let now = at("2026-11-25T06:00:00Z");
    let statement = camt053("S1", ACCOUNT, DAY, 1_000_000, &paid_one_by_one(&transfers));
    let taken = world.import_as("s1.xml", &statement, now, false, true).unwrap();
    assert!(matches!(taken, Imported::Taken(taken) if taken.records == 3));
    assert!(world.ledger.read(|reader| reader.imports(10)).unwrap().is_empty());
    assert!(world.ledger.read(|reader| reader.open_bank_entries(0, 10)).unwrap().is_empty());
}

/// Fails after so many bytes, as if the process were killed then.
struct Cut<'a>(std::io::Cursor<&'a [u8]>, u64, bool);

impl std::io::Read for Cut<'_> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        if self.2 && self.0.position() >= self.1 {
            panic!("killed");
        }
        let most = into.len().min(512);
        std::io::Read::read(&mut self.0, &mut into[..most])
    }
}

impl std::io::BufRead for Cut<'_> {
    fn fill_buf(&mut self) -> std::io::Result<&[u8]> {
        std::io::BufRead::fill_buf(&mut self.0)
    }

    fn consume(&mut self, count: usize) {
        std::io::BufRead::consume(&mut self.0, count);
    }
}

impl std::io::Seek for Cut<'_> {
    fn seek(&mut self, to: std::io::SeekFrom) -> std::io::Result<u64> {
        // The digest is done after the second rewind.
        self.2 = self.0.position() > 0;
        std::io::Seek::seek(&mut self.0, to)
    }
}

#[rstest]
fn what_a_kill_left_counts_for_nothing_and_the_next_run_takes_all(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let Some((mut world, _)) = ordered_on(backend) else { return };
    let now = at("2026-11-25T06:00:00Z");
    let lines: Vec<Line> = (0..1_200).map(|at| Line::of(100 + at, &format!("B{at}")).remitted("x")).collect();
    let statement = camt053("S1", ACCOUNT, DAY, 0, &lines);
    // One of them was told by a notification before.
    world.take("n.xml", &camt054("N", ACCOUNT, DAY, &lines[3..4]), now);
    let accounts = [ACCOUNT.to_owned()];
    let terms = ImportTerms { accounts: &accounts, allow_gap: false, dry_run: false, name: "s1.xml", by: "test", now };
    let bytes = statement.as_bytes();
    let cut = Cut(std::io::Cursor::new(bytes), bytes.len() as u64 / 2, false);
    let killed = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        import(&world.ledger, &terms, cut, &mut |_, _| {}).map(|_| ())
    }));
    assert!(killed.is_err());
    world.reopen();
    assert_eq!(world.ledger.read(|reader| reader.open_bank_entries(0, 10)).unwrap().len(), 1, "the notification's");
    assert_eq!(world.ledger.read(|reader| reader.last_bank_statement(ACCOUNT)).unwrap(), None);
    world.assert_clean();
    world.take("s1.xml", &statement, now);
    assert_eq!(world.ledger.read(|reader| reader.open_bank_entries(0, 10_000)).unwrap().len(), 1_200);
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

#[rstest]
fn a_second_import_takes_the_place_of_the_first(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some(world) = World::on(backend) else { return };
    let now = at("2026-11-25T06:00:00Z");
    let lines: Vec<Line> = (0..500).map(|at| Line::of(100 + at, &format!("B{at}"))).collect();
    let statement = camt053("S1", ACCOUNT, DAY, 0, &lines);
    let accounts = [ACCOUNT.to_owned()];
    let terms = ImportTerms { accounts: &accounts, allow_gap: false, dry_run: false, name: "s1.xml", by: "test", now };
    let mut has_begun = false;
    let mut intrude = |_, _| {
        if !has_begun {
            has_begun = true;
            while world.ledger.write_now(|op| op.drop_staged(100)).unwrap() {}
        }
    };
    // Nothing is staged when the first bytes are read: the second chunk intrudes.
    let mut calls = 0;
    let mut progress = |read, total| {
        calls += 1;
        if calls == 3 {
            intrude(read, total);
        }
    };
    let ended = import(&world.ledger, &terms, std::io::Cursor::new(statement.as_bytes()), &mut progress);
    assert!(matches!(ended, Err(ImportError::Overtaken)), "{ended:?}");
    assert!(world.ledger.read(|reader| reader.open_bank_entries(0, 10)).unwrap().is_empty());
}

//! Statements taken in: whole or not at all, once, in whatever form, and nothing of a try.

use super::*;

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

use std::convert::Infallible;
use std::io;

use ledger::Money;
use rstest::rstest;
use settlement::files::{Line, LineKind, TextForm, WindowStatement, WriteError, verify, write_text};
use settlement::terms::{Contract, FileFormat, Terms};
use sha2::{Digest, Sha256};

use crate::sample::{given, line, terms, window, worked, written};

const PREVIOUS: &str = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

#[rstest]
#[case(TextForm::Csv, "csv")]
#[case(TextForm::Fixed, "fixed")]
fn worked_figures(#[case] form: TextForm, #[case] name: &str) {
    let (bytes, _) = written(form, &worked(), Some(PREVIOUS));
    insta::assert_snapshot!(name, String::from_utf8(bytes).unwrap().replace('\r', ""));
}

#[test]
fn the_document_shows_the_worked_figures() {
    let document = include_str!("../../../docs/settlement-file.md");
    let (bytes, _) = written(TextForm::Csv, &worked(), Some(PREVIOUS));
    assert!(document.contains(&String::from_utf8(bytes).unwrap()));
}

#[rstest]
#[case(FileFormat::Csv, "FATOURA_1101_000057_2026-11-24.csv")]
#[case(FileFormat::Fixed, "FATOURA_1101_000057_2026-11-24.txt")]
#[case(FileFormat::Camt054, "FATOURA_1101_000057_2026-11-24.xml")]
fn names(#[case] format: FileFormat, #[case] name: &str) {
    assert_eq!(worked().0.file_name(format), name);
}

#[rstest]
fn what_is_written_is_told(#[values(TextForm::Csv, TextForm::Fixed)] form: TextForm) {
    let (bytes, told) = written(form, &worked(), None);
    assert_eq!((told.bytes, told.lines), (bytes.len() as u64, 4));
    assert_eq!(told.sha256, hex::encode(Sha256::digest(&bytes)));
}

#[rstest]
fn made_again_it_is_the_same(#[values(TextForm::Csv, TextForm::Fixed)] form: TextForm) {
    assert_eq!(written(form, &worked(), Some(PREVIOUS)), written(form, &worked(), Some(PREVIOUS)));
}

#[rstest]
fn every_kind_of_window_comes_back(
    #[values(TextForm::Csv, TextForm::Fixed)] form: TextForm,
    #[values(Contract::Net, Contract::Gross)] contract: Contract,
    #[values(vec![], vec![line(1, 16_800)], vec![line(1, -16_800)], vec![line(1, 16_800), line(1, -20_000)])]
    lines: Vec<Line>,
    #[values(0, -700, 700)] carried_in: i64,
    #[values(None, Some(1_000_000))] minimum: Option<i64>,
) {
    let terms = Terms { contract, minimum: minimum.map(Money::from_minor), ..terms() };
    let window = window(&terms, 58, Money::from_minor(carried_in), lines);
    let (bytes, told) = written(form, &window, Some(PREVIOUS));
    let mut found = Vec::new();
    let verified = verify(bytes.as_slice(), |line| found.push(line)).unwrap();
    let mut expected = window.0.clone();
    if form == TextForm::Fixed {
        expected.name = "Telecom Maghreb".to_owned();
    }
    assert_eq!((&verified.statement, &found), (&expected, &window.1));
    assert_eq!((verified.previous.as_deref(), verified.sha256), (Some(PREVIOUS), told.sha256));
}

#[test]
fn the_separated_form_keeps_every_text() {
    let mut window = worked();
    let contracts = ["=1+1", "'quoted'", "a;b\"c\"", "عقد", " spaces ", "-5", "\"", ""];
    for (number, contract) in contracts.into_iter().enumerate() {
        let contract = contract.to_owned();
        window.1.push(Line { contract, ..line(200 + i64::try_from(number).unwrap(), 100) });
    }
    let window = crate::sample::window(&terms(), 57, Money::ZERO, window.1);
    let (bytes, _) = written(TextForm::Csv, &window, None);
    let mut found = Vec::new();
    verify(bytes.as_slice(), |line| found.push(line)).unwrap();
    assert_eq!(found, window.1);
    // No cell is a formula but the amounts, which are numbers.
    let text = String::from_utf8(bytes).unwrap();
    let cells = text.lines().flat_map(|line| line.split(';')).map(|cell| cell.trim_start_matches('"'));
    for cell in cells.filter(|cell| cell.starts_with(['=', '+', '-', '@'])) {
        assert!(cell.parse::<rust_decimal::Decimal>().is_ok(), "{cell}");
    }
}

fn broken(change: impl FnOnce(&mut WindowStatement, &mut Vec<Line>)) -> String {
    let (mut statement, mut lines) = worked();
    change(&mut statement, &mut lines);
    let form = TextForm::Fixed;
    write_text(form, &statement, None, given(&lines), &mut io::sink()).unwrap_err().to_string()
}

#[rstest]
#[case::net(broken(|statement, _| statement.totals.net = Money::from_minor(1)), "net 0.01")]
#[case::line_missing(broken(|_, lines| { lines.remove(1); }), "2 payment(s) of 418.00, but the totals say 3 of 538.16")]
#[case::refund_missing(broken(|_, lines| { lines.pop(); }), "0 refund(s) of 0.00, but the totals say 1 of 50.00")]
#[case::sign(broken(|_, lines| lines[1].kind = LineKind::Refund), "line 2: amount: a refund must be below zero")]
#[case::first_sign(broken(|_, lines| lines[0].kind = LineKind::Refund), "line 1: amount: a refund must be below zero")]
#[case::biller(broken(|statement, _| statement.biller = 999), "header: biller")]
#[case::sequence(broken(|statement, _| statement.sequence = 0), "header: sequence")]
#[case::wide(broken(|statement, _| statement.sequence = 1_000_000_000), "header: sequence: longer than 9 characters")]
#[case::payment(broken(|_, lines| lines[0].payment = 1_000_000_000_000), "line 1: payment")]
#[case::type_code(broken(|_, lines| lines[0].receivable_type = "1".to_owned()), "line 1: type")]
#[case::long(broken(|_, lines| lines[2].contract = "1".repeat(65)), "line 3: contract: longer than 64 characters")]
#[case::control(broken(|_, lines| lines[2].contract = "1\n2".to_owned()), "line 3: contract: a control character")]
fn refused(#[case] said: String, #[case] expected: &str) {
    assert!(said.contains(expected), "{said}");
}

#[test]
fn lines_that_cannot_be_had() {
    let (statement, lines) = worked();
    let lines = given(&lines).map(|line: Result<Line, Infallible>| line.map_err(|never| match never {}));
    let failing = lines.take(2).chain([Err(io::Error::other("the database went away"))]);
    let error = write_text(TextForm::Csv, &statement, None, failing, &mut io::sink()).unwrap_err();
    assert!(matches!(error, WriteError::Lines(_)), "{error}");
}

#[test]
fn an_output_that_takes_nothing() {
    struct Full;
    impl io::Write for Full {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::StorageFull.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let (statement, lines) = worked();
    let error = write_text(TextForm::Csv, &statement, None, given(&lines), &mut Full).unwrap_err();
    assert!(matches!(error, WriteError::Output(_)), "{error}");
}

#[rstest]
fn a_large_window(#[values(TextForm::Csv, TextForm::Fixed)] form: TextForm) {
    let lines = (1..=20_000).map(|number| line(number, if number % 50 == 0 { -number } else { number * 7 })).collect();
    let window = window(&terms(), 57, Money::ZERO, lines);
    let (bytes, told) = written(form, &window, None);
    let mut count = 0;
    let verified = verify(bytes.as_slice(), |_| count += 1).unwrap();
    assert_eq!((told.lines, verified.lines, count), (20_000, 20_000, 20_000));
    assert_eq!(verified.statement.totals, window.0.totals);
}

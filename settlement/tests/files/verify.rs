use std::io::{self, BufReader, Read};

use ledger::Money;
use proptest::prelude::*;
use rstest::rstest;
use settlement::files::{Fault, Line, SequenceFault, TextForm, Unverified, Verified, check_sequence, verify};

use crate::sample::{line, terms, window, worked, written};

fn faults(bytes: &[u8]) -> Vec<Fault> {
    match verify(bytes, |_| {}) {
        Err(Unverified::Faulty(faults)) => faults,
        other => panic!("{other:?}"),
    }
}

fn shown(bytes: &[u8]) -> String {
    faults(bytes).iter().map(|fault| format!("{fault}\n")).collect()
}

fn csv() -> String {
    String::from_utf8(written(TextForm::Csv, &worked(), None).0).unwrap()
}

fn fixed() -> String {
    String::from_utf8(written(TextForm::Fixed, &worked(), None).0).unwrap()
}

#[rstest]
#[case::type_code(csv().replacen(";01;", ";1;", 1), 6, 7, "two digits")]
#[case::channel(csv().replacen(";WEB;", ";SHOP;", 1), 7, 9, "WEB, IVR")]
#[case::date(csv().replacen(";2026-11-24;01", ";2026-11-31;01", 1), 6, 6, "a date")]
#[case::instant(csv().replacen("10:17:03.250+01:00", "10:17:03.250+02:00", 1), 6, 12, "local time")]
#[case::number(csv().replacen("\nP;2;", "\nP;02;", 1), 7, 2, "a whole number")]
#[case::fields(csv().replacen(";WEB;card;", ";WEB;", 1), 7, 12, "12 fields")]
#[case::net(csv().replacen(";481.70;", ";481.71;", 1), 4, 9, "net 481.71")]
#[case::heading(csv().replacen("receipt_date", "date", 1), 5, 1, "names of the columns")]
#[case::guard(csv().replacen("\"'=C", "\"=C", 1), 9, 8, "written otherwise")]
#[case::currency(csv().replacen(";MAD;", ";EUR;", 1), 2, 10, "currency: 'EUR', expected MAD")]
#[case::version(csv().replacen("SETTLEMENT;1;", "SETTLEMENT;2;", 1), 2, 3, "version: '2', expected 1")]
#[case::line_end(csv().replacen('\n', "\r\n", 1), 1, 91, "another line end")]
#[case::fixed_width(fixed().replacen("0600000124", "060000124", 1), 4, 256, "255 characters")]
#[case::fixed_sign(fixed().replacen("+0000000000000012016", "00000000000000012016", 1), 4, 193, "a sign and digits")]
#[case::fixed_accent(fixed().replacen("Telecom", "Télecom", 1), 1, 123, "printable ASCII")]
fn named_with_its_place(#[case] text: String, #[case] at: u64, #[case] column: usize, #[case] what: &str) {
    let found = faults(text.as_bytes());
    let hit = |fault: &Fault| (fault.line, fault.column) == (at, column) && fault.what.contains(what);
    assert!(found.iter().any(hit), "{found:#?}");
    assert!(found.iter().any(|fault| fault.what.starts_with("sha256: ")), "{found:#?}");
}

#[rstest]
#[case("csv_changed", csv().replacen(";120.16;", ";120.17;", 1))]
#[case("fixed_changed", fixed().replacen("+0000000000000012016", "+0000000000000012017", 1))]
fn a_changed_amount_is_named_by_every_sum(#[case] name: &str, #[case] text: String) {
    insta::assert_snapshot!(name, shown(text.as_bytes()));
}

#[rstest]
#[case("csv_without_a_line", csv().replacen(&lines_of(&csv())[6], "", 1))]
#[case("csv_without_names", csv().replacen(&lines_of(&csv())[4], "", 1))]
#[case("csv_without_a_letter", csv().replacen("\nP;2;", "\nQ;2;", 1))]
#[case("fixed_doubled", fixed().replacen(&lines_of(&fixed())[3], &lines_of(&fixed())[3].repeat(2), 1))]
fn one_fault_is_not_told_a_hundred_times(#[case] name: &str, #[case] text: String) {
    insta::assert_snapshot!(name, shown(text.as_bytes()));
}

#[test]
fn contracts_are_not_repeated() {
    let text = csv().replacen("0600000124", "\"0600000124\"", 1);
    assert!(!shown(text.as_bytes()).contains("0600000124"));
}

#[rstest]
#[case::empty(b"", "line 1, column 1: the file is empty")]
#[case::other(b"hello\n", "line 1, column 1: neither form")]
#[case::bill_file(b"H;FATOURA-BILLS;1;1401;1;2026-11-24\n", "line 1, column 1: neither form")]
#[case::not_utf8(b"C;format;\xff\n", "line 1, column 3: not UTF-8")]
#[case::binary(b"\xff\xfe\x00", "line 1, column 1: not UTF-8")]
fn hopeless(#[case] bytes: &[u8], #[case] said: &str) {
    assert!(shown(bytes).starts_with(said), "{}", shown(bytes));
}

#[test]
fn a_line_without_an_end_is_not_read_whole() {
    let endless = io::Read::chain(&b"C;format;"[..], io::repeat(b'x'));
    let Err(Unverified::Faulty(found)) = verify(BufReader::new(endless), |_| {}) else { panic!() };
    assert!(found[0].what.contains("longer than 4096 bytes"), "{found:?}");
}

#[test]
fn faults_are_bounded() {
    let text = csv().replacen("P;2;", &"x\n".repeat(5_000), 1);
    let found = faults(text.as_bytes());
    assert_eq!(found.len(), 1_001);
    assert!(found[1_000].what.contains("the rest is not listed"));
}

#[test]
fn an_input_that_fails_is_not_a_fault_of_the_file() {
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("the disk is gone"))
        }
    }
    let text = csv();
    let half = text.as_bytes()[..200].chain(Broken);
    assert!(matches!(verify(BufReader::new(half), |_| {}), Err(Unverified::Unreadable(_))));
}

fn lines_of(text: &str) -> Vec<String> {
    text.split_inclusive('\n').map(str::to_owned).collect()
}

#[rstest]
fn no_line_may_be_removed_doubled_or_moved(#[values(csv(), fixed())] text: String) {
    let lines = lines_of(&text);
    for at in 0..lines.len() {
        let mut removed = lines.clone();
        removed.remove(at);
        faults(removed.concat().as_bytes());
        let mut doubled = lines.clone();
        doubled.insert(at, lines[at].clone());
        faults(doubled.concat().as_bytes());
        for other in 0..at {
            let mut swapped = lines.clone();
            swapped.swap(at, other);
            faults(swapped.concat().as_bytes());
        }
    }
}

#[rstest]
fn no_byte_may_change(#[values(csv(), fixed())] text: String) {
    for at in 0..text.len() {
        let mut bytes = text.clone().into_bytes();
        bytes[at] ^= 0x01;
        faults(&bytes);
    }
}

#[rstest]
fn nothing_may_stand_behind_the_end(
    #[values(csv(), fixed())] text: String,
    #[values("\n", " ", "\r\n", "Z")] more: &str,
) {
    faults(format!("{text}{more}").as_bytes());
}

#[rstest]
fn cut_anywhere_it_is_refused(#[values(csv(), fixed())] text: String) {
    for length in 0..text.len() {
        faults(&text.as_bytes()[..length]);
    }
}

#[test]
fn a_forger_who_knows_the_digest_still_meets_the_sums() {
    use sha2::{Digest, Sha256};
    let text = csv().replacen(";120.16;", ";120.17;", 1);
    let at = text.rfind(';').unwrap() + 1;
    let forged = format!("{}{}\n", &text[..at], hex::encode(Sha256::digest(&text.as_bytes()[..at])));
    let found = faults(forged.as_bytes());
    assert!(found.iter().all(|fault| fault.line == 11) && found.len() == 2, "{found:#?}");
}

fn chain() -> Vec<Verified> {
    let mut previous: Option<String> = None;
    let mut carried = Money::ZERO;
    let mut files = Vec::new();
    for (sequence, amount) in [(56, 10_000), (57, -20_000), (58, 30_000)] {
        let window = window(&terms(), sequence, carried, vec![line(1, amount)]);
        let (bytes, told) = written(TextForm::Csv, &window, previous.as_deref());
        (previous, carried) = (Some(told.sha256), window.0.totals.carried_out);
        files.push(verify(bytes.as_slice(), |_| {}).unwrap());
    }
    files
}

#[test]
fn one_after_the_other() {
    assert_eq!(check_sequence(&chain()), []);
    assert_eq!(check_sequence(&[]), []);
}

#[rstest]
#[case::gap(|files: &mut Vec<Verified>| { files.remove(1); }, 1, "it has number 58, expected 57")]
#[case::order(|files: &mut Vec<Verified>| files.swap(1, 2), 1, "it has number 58, expected 57")]
#[case::twice(|files: &mut Vec<Verified>| { files.remove(2); files.push(files[1].clone()); }, 2, "it has number 57, expected 58")]
#[case::changed(|files: &mut Vec<Verified>| files[1].sha256 = "0".repeat(64), 2, "the earlier file was changed")]
#[case::unchained(|files: &mut Vec<Verified>| files[1].previous = None, 1, "was made after none")]
#[case::carried(|files: &mut Vec<Verified>| files[2].statement.totals.carried_in = Money::ZERO, 2, "0.00 is carried in, but the file before carries -200.00 out")]
#[case::biller(|files: &mut Vec<Verified>| files[2].statement.biller = 1102, 2, "it is of biller 1102, the one before of biller 1101")]
#[case::form(|files: &mut Vec<Verified>| files[2].form = TextForm::Fixed, 2, "another form")]
fn not_one_after_the_other(#[case] change: fn(&mut Vec<Verified>), #[case] place: usize, #[case] said: &str) {
    let mut files = chain();
    change(&mut files);
    let found: Vec<(usize, SequenceFault)> = check_sequence(&files);
    let (at, fault) = &found[0];
    assert!(*at == place && fault.to_string().contains(said), "{found:#?}");
}

prop_compose! {
    fn some_lines()(amounts in proptest::collection::vec((1i64..1_000_000_000, any::<bool>()), 0..12)) -> Vec<Line> {
        let line = |(at, (amount, refund)): (usize, (i64, bool))| {
            line(i64::try_from(at).unwrap(), if refund { -amount } else { amount })
        };
        amounts.into_iter().enumerate().map(line).collect()
    }
}

proptest! {
    #[test]
    fn what_is_written_is_right_and_no_byte_may_change(
        lines in some_lines(),
        is_csv in any::<bool>(),
        at in any::<proptest::sample::Index>(),
        change in 1u8..,
    ) {
        let form = if is_csv { TextForm::Csv } else { TextForm::Fixed };
        let window = window(&terms(), 57, Money::ZERO, lines);
        let (mut bytes, _) = written(form, &window, None);
        prop_assert_eq!(verify(bytes.as_slice(), |_| {}).unwrap().statement.totals, window.0.totals);
        let at = at.index(bytes.len());
        bytes[at] ^= change;
        let refused = matches!(verify(bytes.as_slice(), |_| {}), Err(Unverified::Faulty(_)));
        prop_assert!(refused);
    }

    #[test]
    fn arbitrary_bytes_are_refused_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..600), is_csv in any::<bool>()) {
        let start: &[u8] = if is_csv { b"C;format;" } else { b"HFATOURA-SETTLEMENT" };
        for bytes in [bytes.clone(), [start, &bytes].concat()] {
            let refused = verify(bytes.as_slice(), |_| {}).is_err();
            prop_assert!(refused);
        }
    }
}

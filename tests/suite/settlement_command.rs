//! `fatoura settlement` as people run it.

use std::convert::Infallible;

use chrono::{DateTime, Utc};
use ledger::{Channel, Instrument, Money, Reference};
use settlement::files::{AccountForm, Line, LineKind, TextForm, Totals, WindowStatement, write_advice, write_text};
use settlement::terms::{CommissionRule, Terms, Turnover};

use crate::cli::Bench;

/// A window with one payment.
fn window(biller: u16, sequence: u64) -> (WindowStatement, Terms, Line) {
    let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
    let (channel, instrument, amount) = (Channel::Web, Instrument::Card, Money::from_minor(53_816));
    let rule = CommissionRule { channel: None, instrument: None, percent: 1.into(), flat: Money::ZERO };
    let terms = Terms { commissions: vec![rule], ..Terms::to_one("Télécom Maghreb SA", "007780000012345678901209") };
    let payments = [Turnover { channel, instrument, count: 1, whole: 1, gross: amount }];
    let statement = WindowStatement {
        biller,
        name: "Télécom Maghreb".to_owned(),
        sequence,
        window: 4_000,
        day: "2026-11-24".parse().unwrap(),
        from: at("2026-11-23T17:00:00Z"),
        to: at("2026-11-24T17:00:00Z"),
        contract: terms.contract,
        totals: Totals::of(&terms, &payments, &[], Money::ZERO).unwrap(),
    };
    let line = Line {
        kind: LineKind::Payment,
        payment: 123,
        reference: Reference::of(123, 7),
        receipt_number: Some("R-1".to_owned()),
        receipt_date: None,
        receivable_type: "01".to_owned(),
        contract: "0612345678".to_owned(),
        channel,
        instrument,
        amount,
        confirmed_at: at("2026-11-24T16:59:59.999Z"),
    };
    (statement, terms, line)
}

/// The advice of that window.
fn advice(biller: u16, sequence: u64) -> String {
    let (statement, terms, line) = window(biller, sequence);
    let mut bytes = Vec::new();
    let lines = std::iter::once(Ok::<_, Infallible>(line));
    write_advice(&statement, &terms, AccountForm::Rib, lines, &mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

/// Its statement, and the digest of that.
fn file(biller: u16, sequence: u64, form: TextForm, previous: Option<&str>) -> (String, String) {
    let (statement, _, line) = window(biller, sequence);
    let mut bytes = Vec::new();
    let lines = std::iter::once(Ok::<_, Infallible>(line));
    let written = write_text(form, &statement, previous, lines, &mut bytes).unwrap();
    (String::from_utf8(bytes).unwrap(), written.sha256)
}

#[test]
fn files_that_are_right_are_told() {
    let bench = Bench::new();
    let (first, digest) = file(1101, 57, TextForm::Csv, None);
    let (second, _) = file(1101, 58, TextForm::Csv, Some(&digest));
    let files = [bench.write("57.csv", &first), bench.write("58.csv", &second)];
    let out = bench.run(&["settlement", "verify", &files[0], &files[1]]).done();
    let told = "right: biller 1101, statement 58 of 2026-11-24, CSV; 1 payment(s) 538.16, 0 refund(s) 0.00, \
                commission 5.38, VAT 1.08, net 531.70, paid 531.70";
    assert!(out.lines().count() == 2 && out.contains(told), "{out}");
    let fixed = bench.write("57.txt", &file(1101, 57, TextForm::Fixed, None).0);
    assert!(bench.run(&["settlement", "verify", &fixed]).done().contains("fixed width"));
}

#[test]
fn every_fault_is_named_with_its_file_and_place() {
    let bench = Bench::new();
    let (first, digest) = file(1101, 57, TextForm::Csv, None);
    let changed = bench.write("57.csv", &first.replace(";538.16;2026", ";538.17;2026"));
    let cut = bench.write("cut.csv", &first[..first.len() - 80]);
    let (second, _) = file(1101, 58, TextForm::Csv, Some(&digest));
    let second = bench.write("58.csv", &second);
    let ran = bench.run(&["settlement", "verify", &changed, &cut, &second]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(1), ""), "{}", ran.out);
    for part in [
        "57.csv:8:3: gross: '538.16', expected 538.17",
        "57.csv:8:5: sha256: ",
        "cut.csv:8:2: the file ends within the line",
        "follow one another was not looked at",
        "NOT RIGHT: ",
    ] {
        assert!(ran.out.contains(part), "expected {part:?} in: {}", ran.out);
    }
    assert!(!ran.out.contains(": right: "), "{}", ran.out);
}

#[test]
fn files_that_do_not_follow_one_another_are_named() {
    let bench = Bench::new();
    let (first, digest) = file(1101, 57, TextForm::Csv, None);
    let first = bench.write("57.csv", &first);
    let last = |name: &str, (text, _): (String, String), said: &str| {
        let ran = bench.run(&["settlement", "verify", &first, &bench.write(name, &text)]);
        assert_eq!(ran.code, Some(1), "{ran:?}");
        assert!(ran.out.contains(&format!("{name}: ")) && ran.out.contains(said), "{}", ran.out);
    };
    last("gap.csv", file(1101, 59, TextForm::Csv, Some(&digest)), "it has number 59, expected 58");
    last("other.csv", file(1102, 58, TextForm::Csv, Some(&digest)), "it is of biller 1102");
    last("changed.csv", file(1101, 58, TextForm::Csv, Some(&"0".repeat(64))), "the earlier file was changed");
    last("form.txt", file(1101, 58, TextForm::Fixed, Some(&digest)), "another form");
}

#[test]
fn advices_are_held_to_their_totals_and_numbers() {
    let bench = Bench::new();
    let files = [57, 58, 60].map(|number| bench.write(&format!("{number}.xml"), &advice(1101, number)));
    let out = bench.run(&["settlement", "verify", &files[0], &files[1]]).done();
    let told = "right: biller 1101, statement 58, advice; 1 account(s), 3 detail(s), paid 531.70; it names no digest";
    assert!(out.lines().count() == 2 && out.contains(told), "{out}");
    let text = bench.write("58.csv", &file(1101, 58, TextForm::Csv, None).0);
    let changed = bench.write("changed.xml", &advice(1101, 58).replace(">538.16<", ">538.17<"));
    for (other, said) in [
        (&files[2], "60.xml: it has number 60, expected 58"),
        (&text, "58.csv: it has another form than the one before"),
        (&changed, "the 3 details come to 531.71, but the entry has 531.70"),
    ] {
        let ran = bench.run(&["settlement", "verify", &files[0], other]);
        assert!(ran.code == Some(1) && ran.out.contains(said), "{said}: {ran:?}");
    }
    let order = bench.write("order.xml", "<Document xmlns='urn:iso:std:iso:20022:tech:xsd:pain.001.001.09'/>");
    let ran = bench.run(&["settlement", "verify", &order]);
    assert!(ran.code == Some(1) && ran.out.contains("pain.001.001.09"), "{ran:?}");
}

#[test]
fn what_cannot_be_read_is_no_fault_of_a_file() {
    let bench = Bench::new();
    bench.run(&["settlement", "verify", "nowhere.csv"]).failed(2, &["nowhere.csv cannot be read", "No such file"]);
    bench.run(&["settlement", "verify", "."]).failed(2, &[". cannot be read"]);
    bench.run(&["settlement", "verify"]).failed(2, &["<FILE>..."]);
    bench.run(&["settlement"]).failed(2, &["verify"]);
    let other = bench.write("bills.csv", "H;FATOURA-BILLS;1;1401;1;2026-11-24\n");
    let ran = bench.run(&["settlement", "verify", &other]);
    assert!(ran.code == Some(1) && ran.out.contains("bills.csv:1:1: neither form of a settlement file"), "{ran:?}");
}

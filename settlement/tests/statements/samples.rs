//! Whole files: what is read of them, and that they are what they say.

use std::process::Command;

use rstest::rstest;
use settlement::statements::{Incoming, Record};

use super::{faults, incoming, path, records, report, sample, statuses, told};

#[rstest]
#[case("camt053_v02.xml")]
#[case("camt053_v08.xml")]
#[case("camt054_v08.xml")]
#[case("mt940.sta")]
fn statements(#[case] name: &str) {
    insta::assert_snapshot!(name, told(&records(sample(name).as_bytes())));
}

#[test]
fn status_report() {
    insta::assert_snapshot!("pain002_v10.xml", told(&statuses(sample("pain002_v10.xml").as_bytes())));
}

#[rstest]
#[case("card.csv")]
#[case("network.csv")]
#[case("biller.csv")]
fn reports(#[case] name: &str) {
    insta::assert_snapshot!(name, told(&[report(sample(name).as_bytes())]));
}

/// The entries of published samples: signed centimes, booking and value date, references.
#[rstest]
#[case("genkgo-camt053.v2.multi.statement.xml")]
#[case("genkgo-camt053.v8.xml")]
#[case("genkgo-camt054.v8.xml")]
#[case("cmxl-mt940.sta")]
#[case("jejik-abnamro.sta")]
#[case("jejik-generic.sta")]
fn published(#[case] name: &str) {
    let bytes = std::fs::read(path("public").join(name)).unwrap();
    let lines: Vec<String> = records(&bytes)
        .into_iter()
        .map(|record| match record {
            Ok(Record::Statement(statement)) => {
                let opening = statement.opening.map(|balance| balance.amount.to_string());
                format!("{:?} {} opening {}", statement.account, statement.currency, opening.unwrap_or_default())
            }
            Ok(Record::Entry(entry)) => format!(
                "  {} {} {} {} {} {}",
                entry.amount,
                entry.booked.unwrap(),
                entry.value.unwrap(),
                entry.code.unwrap_or_default(),
                entry.reference.unwrap_or("-".into()),
                entry.bank_reference.unwrap_or("-".into()),
            ),
            Ok(Record::Detail(detail)) => format!(
                "    {} {} {} {}",
                detail.amount.unwrap(),
                detail.currency,
                detail.end_to_end.unwrap_or("-".into()),
                detail.remittance.unwrap_or("-".into()),
            ),
            Ok(Record::End(end)) => format!("closing {:?}", end.closing.map(|balance| balance.amount.to_string())),
            Err(fault) => format!("! {fault}"),
        })
        .collect();
    insta::assert_snapshot!(name, lines.join("\n"));
}

/// Needs xmllint, which `scripts/setup test` installs.
#[rstest]
#[case("camt053_v02.xml", "camt.053.001.02")]
#[case("camt053_v08.xml", "camt.053.001.08")]
#[case("camt054_v08.xml", "camt.054.001.08")]
#[case("pain002_v10.xml", "pain.002.001.10")]
fn samples_are_valid(#[case] name: &str, #[case] message: &str) {
    let schema = path(&format!("../xsd/{message}.xsd"));
    let output = Command::new("xmllint")
        .args(["--nonet", "--noout", "--schema"])
        .args([&schema, &path("samples").join(name)])
        .output()
        .expect("xmllint is missing: run scripts/setup test");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Version 02 of a notification and version 03 of an answer say the same in nearly the same words.
#[test]
fn older_versions() {
    let text = sample("camt054_v08.xml");
    let older = text.replace("054.001.08", "054.001.02").replace("<Sts><Cd>BOOK</Cd></Sts>", "<Sts>BOOK</Sts>");
    assert_eq!(places_apart(told(&records(text.as_bytes()))), places_apart(told(&records(older.as_bytes()))));
    let text = sample("pain002_v10.xml");
    let older = text.replace("002.001.10", "002.001.03");
    assert_ne!(text, older);
    assert_eq!(statuses(text.as_bytes()), statuses(older.as_bytes()));
}

fn places_apart(told: String) -> String {
    told.lines().filter(|line| !line.trim_start().starts_with("column:")).collect()
}

/// Batches in one entry: some with details, some with their total alone, some with neither.
#[rstest]
#[case("<NtryDtls><Btch><TtlAmt Ccy='MAD'>31.40</TtlAmt></Btch></NtryDtls>", "5200.00", true)]
#[case("<NtryDtls><Btch><TtlAmt Ccy='MAD'>31.41</TtlAmt></Btch></NtryDtls>", "5200.00", false)]
#[case("<NtryDtls><Btch><NbOfTxs>9</NbOfTxs></Btch></NtryDtls>", "5200.00", true)]
#[case("<NtryDtls><Btch><TtlAmt Ccy='EUR'>3.00</TtlAmt></Btch></NtryDtls>", "5200.00", true)]
#[case("", "5231.40", true)]
#[case("", "5231.41", false)]
fn batches(#[case] other: &str, #[case] detail: &str, #[case] fits: bool) {
    let detailed = format!("{other}<NtryDtls><Btch><NbOfTxs>1</NbOfTxs></Btch><TxDtls><Amt Ccy='MAD'>{detail}</Amt>");
    let text = sample("camt054_v08.xml").replace("<NtryDtls>", "").replace("<TxDtls>", &detailed);
    assert_eq!(faults(text.as_bytes()).is_empty(), fits);
}

/// What is read at once ends anywhere in the file.
#[rstest]
#[case("camt053_v08.xml", "<BkToCstmrStmt>")]
#[case("camt053_v02.xml", "<c:BkToCstmrStmt>")]
fn long_files(#[case] name: &str, #[case] before: &str) {
    let text = sample(name);
    let expected = records(text.as_bytes());
    for length in (56_000..65_400).step_by(293) {
        let comments = format!(
            "{before}{}<!--{}-->",
            format!("<!--{}-->", "x".repeat(7_000)).repeat(7),
            "x".repeat(length - 49_049)
        );
        assert_eq!(records(text.replace(before, &comments).as_bytes()), expected, "{length} bytes before");
    }
}

/// A stream of lines is cut anywhere too.
#[test]
fn long_mt940() {
    let text = sample("mt940.sta");
    let identities = |text: &str| -> Vec<_> {
        let entries = records(text.as_bytes()).into_iter().filter_map(|record| match record.unwrap() {
            Record::Entry(entry) => Some(entry.identity),
            _ => None,
        });
        entries.collect()
    };
    let expected = identities(&text);
    for lines in 1_060..1_100 {
        let long = format!("{}\r\n{}{text}", "\r\n".repeat(lines), format!("{}\r\n", " ".repeat(60)).repeat(1_020));
        assert_eq!(identities(&long), expected, "{lines} lines before");
    }
}

#[test]
fn supplementary_data_may_be_of_any_namespace() {
    let data = "<SplmtryData><Envlp><x:a xmlns:x='urn:x'><b xmlns='urn:y'>1</b></x:a></Envlp></SplmtryData></TxDtls>";
    let text = sample("camt054_v08.xml");
    let with_data = text.replace("</TxDtls>", data);
    assert_ne!(text, with_data);
    assert_eq!(records(text.as_bytes()), records(with_data.as_bytes()));
}

#[test]
fn letters_beyond_ascii_in_an_mt940_are_utf_8_or_latin_1() {
    let text = sample("mt940.sta").replace("LOT 4471", "LOT é");
    let latin_1: Vec<u8> = text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
    assert_ne!(text.as_bytes(), latin_1);
    assert_eq!(records(text.as_bytes()), records(&latin_1));
}

#[test]
fn the_documented_example_is_a_report() {
    let page = std::fs::read_to_string(path("../../../docs/reconciliation-files.md")).unwrap();
    let start = page.find("H;FATOURA-ACKNOWLEDGEMENTS;1").unwrap();
    let (example, _) = page.get(start..).unwrap().split_once("```").unwrap();
    assert!(report(example.as_bytes()).is_ok());
}

#[test]
fn a_file_is_known_by_its_digest() {
    use sha2::{Digest, Sha256};
    let bytes = sample("camt053_v08.xml").into_bytes();
    let Ok(Incoming::Statements(mut statements)) = incoming(&bytes) else { panic!() };
    assert_eq!(statements.sha256(), None);
    assert!(statements.by_ref().all(|record| record.is_ok()));
    assert_eq!(statements.sha256(), Some(hex::encode(Sha256::digest(&bytes))));
}

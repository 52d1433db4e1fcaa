//! Reports are refused whole, with every fault.

use rstest::rstest;
use sha2::{Digest, Sha256};

use super::{report, sample};

/// A report with its digest made to fit.
fn sealed(text: &str) -> String {
    let (before, trailer) = text.trim_end().rsplit_once('\n').unwrap();
    let (front, _) = trailer.rsplit_once(';').unwrap();
    format!("{before}\n{front};{}\n", hex::encode(Sha256::digest(format!("{before}\n"))))
}

#[rstest]
#[case(
    "card.csv",
    "1;CMI",
    "2;cmi",
    "line 1, column 23, version: '2', expected version 1
line 1, column 25, source: 'cmi', expected the gateway's code of 2 to 12 capitals and digits"
)]
#[case(
    "card.csv",
    "F000000000124;PreAuth;250.00;504",
    "F124;Pre;250;978",
    "line 4, column 13, oid: 'F124', expected an order such as F000000000123
line 4, column 18, type: 'Pre', expected one of PreAuth, Auth, PostAuth, Credit, Void
line 4, column 22, amount: '250', expected an amount above zero such as 168.00
line 4, column 26, currency: '978', expected 504"
)]
#[case(
    "card.csv",
    "2026-04-01;LOT-4471;T41207",
    "2026-04-01;;T41207",
    "line 3, column 63, payout: value date and payout stand together, or neither does"
)]
#[case(
    "card.csv",
    "12:00:00Z",
    "12:00:00",
    "line 5, column 85, time: '2026-03-31T12:00:00', expected a time with its offset, such as 2026-03-31T17:59:59+01:00"
)]
#[case("card.csv", "\"6000;01\"", "\"6000;01\"x", "line 6, column 3, merchant: text after the closing quotation mark")]
#[case(
    "card.csv",
    "approved",
    "ap\"proved",
    "line 2, column 60, status: a quotation mark inside a field that is not quoted
line 2, column 60, status: 'ap\"proved', expected one of approved, declined, error"
)]
#[case(
    "network.csv",
    "10234;TX-2026-000043;",
    "010;;1",
    "line 3, column 3, outlet: '010', expected the outlet's number of 3 to 10 digits
line 3, column 7, reference: '', expected 1 to 64 printable characters
line 3, column 8, payment: '1', expected the hub's payment number of 12 digits"
)]
#[case(
    "network.csv",
    ";75.00;",
    ";75.00;x;",
    "line 3, column 49, : the line has 9 fields, expected 8: record;outlet;reference;payment;amount;kind;status;time"
)]
#[case(
    "biller.csv",
    "TM-2026-88122",
    "",
    "line 4, column 3, receipt: empty: only a rejected payment may have no receipt number"
)]
#[case("biller.csv", "250.00", "250.01", "line 5, column 5, total: total 538.16, but the amounts add up to 538.17")]
#[case("biller.csv", "T;3", "T;4", "line 5, column 3, count: '4' lines, but the file has 3 D lines")]
#[case(
    "biller.csv",
    "H;FATOURA-ACKNOWLEDGEMENTS;1;1101",
    "H;FATOURA-ACKNOWLEDGEMENTS;1;0101",
    "line 1, column 30, source: '0101', expected the biller's code of four digits from 1000"
)]
#[case(
    "biller.csv",
    "\nT;",
    "\n\nX;1\nT;",
    "line 5, column 1: an empty line
line 6, column 1: unknown record 'X', expected D or T"
)]
fn refused(#[case] name: &str, #[case] found: &str, #[case] other: &str, #[case] expected: &str) {
    let text = sample(name);
    assert!(text.contains(found));
    let faults = report(sealed(&text.replacen(found, other, 1)).as_bytes()).unwrap_err();
    let faults: Vec<_> = faults.iter().map(ToString::to_string).collect();
    assert_eq!(faults.join("\n"), expected.replace(", :", ":"));
}

#[test]
fn a_changed_byte_is_seen() {
    let faults = report(sample("biller.csv").replace("88121", "88129").as_bytes()).unwrap_err();
    assert_eq!(faults.len(), 1);
    assert!(faults[0].to_string().starts_with("line 5, column 12, digest: SHA-256 '"), "{}", faults[0]);
}

#[test]
fn line_ends_may_be_those_of_windows() {
    let text = sample("network.csv").replace('\n', "\r\n");
    // The digest covers the bytes as they are sent.
    let (before, _) = text.rsplit_once("T;").unwrap();
    let digest = hex::encode(Sha256::digest(before));
    assert!(report(format!("{before}T;3;412.68;{digest}\r\n").as_bytes()).is_ok());
}

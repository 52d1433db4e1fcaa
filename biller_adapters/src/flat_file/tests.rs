use std::collections::BTreeMap;

use proptest::prelude::*;
use rstest::rstest;

use super::*;
use crate::connector::{Article, ArticleKind, BillerReceipt};
use crate::fixtures::{at, confirmation, connector, query, wire};
use crate::settings::ConnectorSettings;

/// A file with these lines and a right trailer for its count, total and bytes.
fn file(lines: &[&str], count: usize, total: &str) -> String {
    let body: String = lines.iter().map(|line| format!("{line}\n")).collect();
    let digest = hex::encode(Sha256::digest(&body));
    format!("{body}T;{count};{total};{digest}\n")
}

const H: &str = "H;FATOURA-BILLS;1;1020;7;2026-11-23";
const D: &str = "D;02;12345678;A1;0;Octobre 2026;168.00;2026-10-31";

fn places(bytes: &[u8]) -> Vec<(usize, usize)> {
    parse_bill_file(bytes).unwrap_err().into_iter().map(|fault| (fault.line, fault.column)).collect()
}

#[rstest]
#[case::line_feeds("\n")]
#[case::carriage_returns("\r\n")]
fn a_sound_file(#[case] end: &str) {
    let second = "D;02;12345678;A2;3;\"Timbre; \"\"fiscal\"\"\";2.00;";
    let body = [H, "C;02;87654321", D, second].map(|line| format!("{line}{end}")).concat();
    let digest = hex::encode(Sha256::digest(&body));
    let read = parse_bill_file(format!("{body}T;3;170.00;{digest}{end}").as_bytes()).unwrap();
    assert_eq!((read.biller, read.sequence, read.digest), (1020, 7, digest));
    assert_eq!(read.created.to_string(), "2026-11-23");
    assert_eq!(read.customers, [FileCustomer { receivable_type: "02".into(), contract: "87654321".into() }]);
    assert_eq!(read.bills[0].article.amount, Money::from_minor(16_800));
    let last = &read.bills[1].article;
    assert_eq!((last.description.as_str(), last.kind, last.date), ("Timbre; \"fiscal\"", ArticleKind::StampDuty, None));
}

#[test]
fn a_trailer_needs_no_line_end() {
    assert!(parse_bill_file(file(&[H, D], 1, "168.00").trim_end().as_bytes()).is_ok());
    assert!(parse_bill_file(file(&[H], 0, "0.00").as_bytes()).is_ok(), "nobody owes anything");
}

#[rstest]
#[case::marker("H;FATOURA-PAYMENTS;1;1020;7;2026-11-23", 2)]
#[case::version("H;FATOURA-BILLS;2;1020;7;2026-11-23", 3)]
#[case::biller("H;FATOURA-BILLS;1;0999;7;2026-11-23", 4)]
#[case::five_digits("H;FATOURA-BILLS;1;01020;7;2026-11-23", 4)]
#[case::sequence_zero("H;FATOURA-BILLS;1;1020;0;2026-11-23", 5)]
#[case::sequence_sign("H;FATOURA-BILLS;1;1020;+7;2026-11-23", 5)]
#[case::created("H;FATOURA-BILLS;1;1020;7;23/11/2026", 6)]
#[case::too_few("H;FATOURA-BILLS;1;1020;7", 6)]
#[case::too_many("H;FATOURA-BILLS;1;1020;7;2026-11-23;", 7)]
fn header_faults(#[case] header: &str, #[case] column: usize) {
    assert_eq!(places(file(&[header, D], 1, "168.00").as_bytes()), [(1, column)]);
}

#[rstest]
#[case::record_kind("X;02;1", 1)]
#[case::second_header(H, 1)]
#[case::early_trailer("T;1;1.00;x", 1)]
#[case::empty_line("", 1)]
#[case::receivable_type("D;2;1;A1;0;;1.00;", 2)]
#[case::contract("D;02; ;A1;0;;1.00;", 3)]
#[case::article_id("D;02;1;;0;;1.00;", 4)]
#[case::article_kind("D;02;1;A1;4;;1.00;", 5)]
#[case::quoting("D;02;1;A1;0;\"a\"b;1.00;", 6)]
#[case::quote_inside("D;02;1;A1;0;a\"b;1.00;", 6)]
#[case::carriage_return("D;02;1;A1;0;a\rb;1.00;", 6)]
#[case::three_places("D;02;1;A1;0;;10.005;", 7)]
#[case::one_place("D;02;1;A1;0;;10.5;", 7)]
#[case::no_places("D;02;1;A1;0;;10;", 7)]
#[case::comma("D;02;1;A1;0;;10,50;", 7)]
#[case::negative("D;02;1;A1;0;;-1.00;", 7)]
#[case::zero("D;02;1;A1;0;;0.00;", 7)]
#[case::out_of_range("D;02;1;A1;0;;99999999999999999999.00;", 7)]
#[case::date("D;02;1;A1;0;;1.00;2026-02-30", 8)]
#[case::too_few("D;02;1;A1;0;;1.00", 8)]
#[case::too_many("D;02;1;A1;0;;1.00;;", 9)]
#[case::same_article("D;02;12345678;A1;0;;1.00;", 4)]
#[case::customer_with_a_bill("C;02;12345678", 3)]
#[case::customer_fields("C;02", 3)]
fn line_faults(#[case] line: &str, #[case] column: usize) {
    // The third line; count and total are right where the line counts.
    let counts = line.starts_with('C') || line.starts_with('D');
    let total = if line.contains(";1.00;") && counts { "169.00" } else { "168.00" };
    let bytes = file(&[H, D, line], if counts { 2 } else { 1 }, total);
    assert_eq!(places(bytes.as_bytes()), [(3, column)], "{:?}", parse_bill_file(bytes.as_bytes()));
}

#[test]
fn a_bill_of_a_customer_without_anything_due() {
    assert_eq!(places(file(&[H, "C;02;12345678", D], 2, "168.00").as_bytes()), [(3, 3)]);
    assert_eq!(places(file(&[H, "C;02;1", "C;02;1"], 2, "0.00").as_bytes()), [(3, 3)]);
    assert!(parse_bill_file(file(&[H, "C;03;12345678", D], 2, "168.00").as_bytes()).is_ok(), "another type");
}

#[test]
fn trailer_faults() {
    let sound = file(&[H, D], 1, "168.00");
    assert_eq!(places(sound.replace("T;1;", "T;2;").as_bytes()), [(3, 2)]);
    assert_eq!(places(sound.replace("T;1;168.00", "T;1;168.01").as_bytes()), [(3, 3)]);
    assert_eq!(places(sound.replace("T;1;168.00", "T;1;168").as_bytes()), [(3, 3)]);
    assert_eq!(places(sound.replace("Octobre", "octobre").as_bytes()), [(3, 4)]);
    assert_eq!(places(format!("{sound}\n").as_bytes()), [(3, 1), (4, 1), (4, 1)], "nothing may follow");
    assert_eq!(places(format!("{H}\n{D}\n").as_bytes()), [(2, 1)], "cut off");
    assert_eq!(places(b""), [(1, 1), (1, 1)]);
}

#[test]
fn every_fault_is_named_at_once() {
    let lines = ["H;FATOURA-BILLS;9;1020;x;2026-11-23", "D;2;1;A1;7;;1;x", D, D, "Z;1"];
    let mut bytes = file(&lines, 9, "336.01").into_bytes();
    let at = bytes.windows(7).position(|window| window == b"Octobre").unwrap();
    bytes[at] = 0xff;
    let expected = [(1, 3), (1, 5), (2, 2), (2, 5), (2, 7), (2, 8), (3, 6), (4, 4), (5, 1), (6, 2), (6, 4)];
    assert_eq!(places(&bytes), expected);
    let faults = parse_bill_file(&bytes).unwrap_err();
    assert_eq!(faults[4].to_string(), "line 2, column 7: '1' is not an amount above zero of the form 168.00");
}

#[test]
fn header_faults_do_not_hide_a_wrong_total() {
    let bytes = file(&["H;FATOURA-BILLS;2;1020;7;2026-11-23", D], 1, "168.01");
    assert_eq!(places(bytes.as_bytes()), [(1, 3), (3, 3)]);
}

#[test]
fn places_are_counted_past_line_ends_inside_quotes() {
    let bytes = file(&[H, "D;02;1;A1;0;\"two\nlines\";1.00;", "Z"], 1, "1.00");
    assert_eq!(places(bytes.as_bytes()), [(4, 1)]);
    assert_eq!(places(format!("{H}\nD;02;1;A1;0;\"open\nmore").as_bytes()), [(2, 1), (2, 6), (2, 7)]);
    assert_eq!(places(format!("\u{feff}{}", file(&[H, D], 1, "168.00")).as_bytes())[0], (1, 1), "byte-order mark");
}

#[test]
fn faults_are_bounded() {
    let bytes = "Z\n".repeat(30_000);
    assert_eq!(parse_bill_file(bytes.as_bytes()).unwrap_err().len(), 10_001);
}

#[rstest]
#[case::first(None, Ok(FileStep::Replace(0)))]
#[case::next(Some((6, "other")), Ok(FileStep::Replace(0)))]
#[case::again(Some((7, "same")), Ok(FileStep::Unchanged))]
#[case::changed(Some((7, "other")), Err(SequenceFault::Changed(7)))]
#[case::two_missed(Some((4, "other")), Ok(FileStep::Replace(2)))]
#[case::older(Some((8, "other")), Err(SequenceFault::Older { last: 8, found: 7 }))]
fn steps(#[case] last: Option<(u64, &str)>, #[case] expected: Result<FileStep, SequenceFault>) {
    let read = parse_bill_file(file(&[H, D], 1, "168.00").as_bytes()).unwrap();
    let last = last.map(|(sequence, digest)| (sequence, if digest == "same" { read.digest.as_str() } else { digest }));
    assert_eq!(read.step(1020, last), expected);
    assert_eq!(read.step(1021, last), Err(SequenceFault::OtherBiller { expected: 1021, found: 1020 }));
}

fn flat() -> Box<dyn Connector> {
    connector(&ConnectorSettings::FlatFile {
        bills_url: "https://files.example.ma/bills.csv".into(),
        payments_url: "https://files.example.ma/payments/".into(),
        secret_env: "SECRET".into(),
    })
}

#[test]
fn a_payments_file_repeats_byte_for_byte() {
    let first = flat().confirm(&confirmation(), at("2026-11-23T10:05:01Z")).unwrap();
    let again = flat().confirm(&confirmation(), at("2026-11-24T10:05:01Z")).unwrap();
    assert_eq!(first.body, again.body);
    assert_eq!((first.method, first.url.as_str()), ("PUT", "https://files.example.ma/payments/000000000043.csv"));
    let lines =
        "H;FATOURA-PAYMENTS;1;1020;000000000043;2026-11-23T10:05:00Z\nD;02;12345678;A1;168.00\nD;02;12345678;A2;2.00\n";
    let digest = hex::encode(Sha256::digest(lines));
    assert_eq!(String::from_utf8(first.body).unwrap(), format!("{lines}T;2;170.00;{digest}\n"));
    let names: Vec<&str> = first.headers.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["Content-Type", "X-Fatoura-Timestamp", "X-Fatoura-Reference", "X-Fatoura-Signature"]);
}

#[test]
fn payments_without_a_fetch_or_a_contract() {
    let without_fetch = Confirmation { articles: Vec::new(), ..confirmation() };
    let body = String::from_utf8(flat().confirm(&without_fetch, Utc::now()).unwrap().body).unwrap();
    assert!(body.contains("\nD;02;12345678;;170.00\nT;1;170.00;"), "{body}");
    let without_contract = Confirmation { fields: BTreeMap::new(), ..confirmation() };
    assert!(matches!(flat().confirm(&without_contract, Utc::now()), Err(BillerFailure::Misconfigured(_))));
}

#[test]
fn bills_are_pulled_and_not_asked_for() {
    let now = at("2026-11-23T10:05:01Z");
    let connector = flat();
    assert_eq!(connector.source(), BillSource::File { bills_url: "https://files.example.ma/bills.csv" });
    assert!(matches!(connector.find_bills(&query()), Err(BillerFailure::Misconfigured(_))));
    let pull = connector.bill_file(now).unwrap();
    assert_eq!((pull.method, pull.headers.len()), ("GET", 3));
    let ask = connector.status(&confirmation(), now).unwrap();
    assert_eq!((ask.method, ask.url.as_str()), ("GET", "https://files.example.ma/payments/000000000043.ack"));
}

#[rstest]
#[case::accepted("A;000000000043;R-9;2026-11-23", Some("2026-11-23"))]
#[case::line_end("A;000000000043;R-9;2026-11-23\r\n", Some("2026-11-23"))]
#[case::without_date("A;000000000043;R-9;\n", None)]
fn acknowledged(#[case] line: &str, #[case] date: Option<&str>) {
    let receipt = BillerReceipt { number: "R-9".into(), date: date.map(|date| date.parse().unwrap()) };
    for status in [200, 201] {
        let read = flat().read_confirmation(&confirmation(), &wire(status, line));
        assert_eq!(read, Ok(ConfirmOutcome::Confirmed(receipt.clone())));
    }
    assert_eq!(flat().read_status(&confirmation(), &wire(200, line)), Ok(StatusOutcome::Confirmed(receipt)));
}

#[test]
fn refused_and_never_arrived() {
    let refusal = Refusal { code: "12".into(), message: "closed; account".into() };
    let line = "R;000000000043;12;\"closed; account\"\n";
    let read = flat().read_confirmation(&confirmation(), &wire(200, line));
    assert_eq!(read, Ok(ConfirmOutcome::Refused(refusal.clone())));
    assert_eq!(flat().read_status(&confirmation(), &wire(200, line)), Ok(StatusOutcome::Refused(refusal)));
    assert_eq!(flat().read_status(&confirmation(), &wire(404, "")), Ok(StatusOutcome::NotFound));
}

#[rstest]
#[case::empty(200, "")]
#[case::other_payment(200, "R;000000000044;12;x")]
#[case::other_letter(200, "X;000000000043;12;x")]
#[case::no_receipt_number(200, "A;000000000043;;2026-11-23")]
#[case::bad_date(200, "A;000000000043;R;23/11/2026")]
#[case::too_few(200, "R;000000000043;12")]
#[case::two_lines(200, "R;000000000043;12;x\nR;000000000043;12;x\n")]
#[case::not_found(404, "R;000000000043;12;x")]
#[case::http_202(202, "R;000000000043;12;x")]
#[case::http_500(500, "R;000000000043;12;x")]
#[case::html(200, "<html>not here</html>")]
fn no_acknowledgement(#[case] status: u16, #[case] line: &str) {
    let read = flat().read_confirmation(&confirmation(), &wire(status, line));
    assert!(matches!(read, Err(BillerFailure::BadAnswer(_))), "{read:?}");
}

fn bills() -> impl Strategy<Value = Vec<FileBill>> {
    let bill = ("[0-9]{2}", "[A-Z0-9;\"é]{1,12}", any::<u8>(), "[ -~é\n;\"]{0,20}", 1..1_000_000_000_i64, 0..4_u8);
    proptest::collection::vec(bill, 0..20).prop_map(|bills| {
        let numbered = bills.into_iter().enumerate();
        numbered
            .map(|(index, (receivable_type, contract, day, description, minor, kind))| FileBill {
                receivable_type,
                contract,
                article: Article {
                    id: format!("A;{index}"),
                    kind: ArticleKind::from_digit(&kind.to_string()).unwrap(),
                    description,
                    amount: Money::from_minor(minor),
                    date: chrono::NaiveDate::from_yo_opt(2026, u32::from(day)),
                },
            })
            .collect()
    })
}

proptest! {
    #[test]
    fn what_is_written_is_read(bills in bills(), sequence in 1..u64::MAX / 2, biller in 1000..10_000_u16) {
        let customers = vec![FileCustomer { receivable_type: "99".into(), contract: "lower-case".into() }];
        let created = "2026-11-23".parse().unwrap();
        let mut written = BillFile { biller, sequence, digest: String::new(), created, customers, bills };
        let bytes = written.to_bytes().unwrap();
        let read = parse_bill_file(&bytes).unwrap();
        written.digest.clone_from(&read.digest);
        prop_assert_eq!(&read, &written);
        prop_assert_eq!(read.to_bytes().unwrap(), bytes);
    }

    #[test]
    fn reading_never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = parse_bill_file(&bytes);
    }

    #[test]
    fn one_changed_byte_is_seen(at in any::<proptest::sample::Index>(), byte in any::<u8>()) {
        let mut bytes = file(&[H, "C;02;87654321", D], 2, "168.00").into_bytes();
        let end = bytes.len() - 1;
        let at = at.index(end);
        prop_assume!(bytes[at] != byte);
        bytes[at] = byte;
        prop_assert!(parse_bill_file(&bytes).is_err());
    }
}

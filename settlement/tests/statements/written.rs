//! Statements made from data are read as that data, in every format.

use std::fmt::Write;

use ledger::Money;
use proptest::prelude::*;
use settlement::statements::{Record, StatementEnd};

use super::records;

#[derive(Debug, Clone)]
struct Line {
    minor: i64,
    reference: String,
    end_to_end: String,
    day: u32,
}

fn lines() -> impl Strategy<Value = Vec<Line>> {
    let line = (-1_000_000_000_000i64..1_000_000_000_000, "[A-Z0-9]{1,12}", "[A-Z0-9]{1,16}", 1u32..29)
        .prop_map(|(minor, reference, end_to_end, day)| Line { minor, reference, end_to_end, day });
    prop::collection::vec(line, 0..30)
}

fn size(minor: i64) -> String {
    Money::from_minor(minor.abs()).to_string()
}

fn camt(opening: i64, lines: &[Line]) -> String {
    let direction = |minor: i64| if minor < 0 { "DBIT" } else { "CRDT" };
    let mut text = String::from(
        "<Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.053.001.08'><BkToCstmrStmt><GrpHdr><MsgId>M</MsgId></GrpHdr>\
         <Stmt><Id>S</Id><Acct><Id><Othr><Id>007780000012345678901209</Id></Othr></Id></Acct>",
    );
    let closing = opening + lines.iter().map(|line| line.minor).sum::<i64>();
    for (code, minor) in [("OPBD", opening), ("CLBD", closing)] {
        let (size, direction) = (size(minor), direction(minor));
        write!(
            text,
            "<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy='MAD'>{size}</Amt>\
             <CdtDbtInd>{direction}</CdtDbtInd></Bal>"
        )
        .unwrap();
    }
    for Line { minor, reference, end_to_end, day } in lines {
        let (size, direction) = (size(*minor), direction(*minor));
        write!(
            text,
            "<Ntry><Amt Ccy='MAD'>{size}</Amt><CdtDbtInd>{direction}</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>\
             <BookgDt><Dt>2026-03-{day:02}</Dt></BookgDt><AcctSvcrRef>{reference}</AcctSvcrRef><NtryDtls><TxDtls><Refs>\
             <EndToEndId>{end_to_end}</EndToEndId></Refs></TxDtls></NtryDtls></Ntry>"
        )
        .unwrap();
    }
    text.push_str("</Stmt></BkToCstmrStmt></Document>");
    text
}

fn mt940(opening: i64, lines: &[Line]) -> String {
    let mark = |minor: i64| if minor < 0 { "D" } else { "C" };
    let comma = |minor: i64| size(minor).replace('.', ",");
    let closing = opening + lines.iter().map(|line| line.minor).sum::<i64>();
    let mut text =
        format!(":20:S\n:25:007780000012345678901209\n:28C:1\n:60F:{}260301MAD{}\n", mark(opening), comma(opening));
    for Line { minor, reference, end_to_end, day } in lines {
        let (mark, amount) = (mark(*minor), comma(*minor));
        write!(text, ":61:2603{day:02}{mark}{amount}NTRFNONREF//{reference}\n:86:/EREF/{end_to_end}\n").unwrap();
    }
    write!(text, ":62F:{}260331MAD{}\n-\n", mark(closing), comma(closing)).unwrap();
    text
}

/// Amount, bank's reference, day, end-to-end identification.
type Told = (i64, String, u32, String);

/// What a reader says of the lines, as far as both formats can say it.
fn read(text: &str) -> (Vec<Told>, Vec<String>, StatementEnd) {
    use chrono::Datelike;
    let (mut told, mut identities, mut ended) = (Vec::new(), Vec::new(), None);
    for record in records(text.as_bytes()) {
        match record.unwrap() {
            Record::Entry(entry) => {
                let day = entry.booked.unwrap().day();
                told.push((entry.amount.minor(), entry.bank_reference.unwrap(), day, String::new()));
                identities.push(entry.identity);
            }
            Record::Detail(detail) => {
                let (minor, .., end_to_end) = told.last_mut().unwrap();
                assert_eq!(detail.amount.unwrap().minor(), *minor);
                *end_to_end = detail.end_to_end.unwrap();
            }
            Record::End(end) => ended = Some(end),
            Record::Statement(_) => {}
        }
    }
    (told, identities, ended.unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_is_written_is_read(opening in -1_000_000_000_000i64..1_000_000_000_000, lines in lines()) {
        let expected: Vec<_> =
            lines.iter().map(|l| (l.minor, l.reference.clone(), l.day, l.end_to_end.clone())).collect();
        let (camt, camt_identities, camt_end) = read(&camt(opening, &lines));
        let (mt940, mt940_identities, mt940_end) = read(&mt940(opening, &lines));
        prop_assert_eq!(&camt, &expected);
        prop_assert_eq!(&mt940, &expected);
        // The bank's reference makes an entry the same in both.
        prop_assert_eq!(camt_identities, mt940_identities);
        prop_assert_eq!((camt_end.entries, camt_end.credits, camt_end.debits), (mt940_end.entries, mt940_end.credits, mt940_end.debits));
    }
}

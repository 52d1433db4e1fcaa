//! What is refused, in which words; and that nothing makes a reader panic.

use proptest::prelude::*;
use rstest::rstest;

use super::{faults, sample};

#[rstest]
#[case::doctype(
    "<Document",
    "<!DOCTYPE Document [<!ENTITY a \"b\">]><Document",
    "line 2, column 1: a DOCTYPE is not accepted: messages have none, nor entities of their own"
)]
#[case::entity(
    "RELEVE-2026-063<",
    "&a;<",
    "line 9, column 11, Document/BkToCstmrStmt/Stmt/Id: the entity &a; is not accepted"
)]
#[case::encoding("UTF-8", "ISO-8859-1", "line 1, column 1: encoding ISO-8859-1, expected UTF-8")]
#[case::other_message(
    "camt.053.001.08",
    "camt.052.001.08",
    "line 2, column 1, Document: a message of the kind 'camt.052.001.08', expected camt.053 or camt.054 in version 001.02 or 001.08, or pain.002 in version 001.03 or 001.10"
)]
#[case::other_version(
    "camt.053.001.08",
    "camt.053.001.04",
    "line 2, column 1, Document: a message of the kind 'camt.053.001.04', expected camt.053 or camt.054 in version 001.02 or 001.08, or pain.002 in version 001.03 or 001.10"
)]
#[case::other_content(
    "camt.053.001.08",
    "camt.054.001.08",
    "line 3, column 3, Document/BkToCstmrStmt: expected BkToCstmrDbtCdtNtfctn: a camt.054.001.08 has nothing else"
)]
#[case::foreign(
    "<Id>RELEVE-2026-063<",
    "<x:Id>RELEVE-2026-063<",
    "line 9, column 7, Document/BkToCstmrStmt/Stmt/x:Id: an element outside of the message's namespace urn:iso:std:iso:20022:tech:xsd:camt.053.…"
)]
#[case::redeclared(
    "<Stmt>",
    "<Stmt xmlns=\"urn:x\">",
    "line 8, column 5, Document/BkToCstmrStmt/Stmt: an element outside of the message's namespace urn:iso:std:iso:20022:tech:xsd:camt.053.…"
)]
#[case::unknown(
    "<CreDtTm>2026-03-31T22:10:00+01:00</CreDtTm>\n      <FrToDt>",
    "<Surprise/><FrToDt>",
    "line 11, column 7, Document/BkToCstmrStmt/Stmt/Surprise: not an element of a statement in this version of the message"
)]
#[case::sign(
    ">5231.40<",
    ">-5231.40<",
    "line 55, column 9, Document/BkToCstmrStmt/Stmt/Ntry/Amt: '-5231.40', expected an amount such as 168.00"
)]
#[case::exponent(
    ">5231.40<",
    ">5e3<",
    "line 55, column 9, Document/BkToCstmrStmt/Stmt/Ntry/Amt: '5e3', expected an amount such as 168.00"
)]
#[case::comma(
    ">5231.40<",
    ">5231,40<",
    "line 55, column 9, Document/BkToCstmrStmt/Stmt/Ntry/Amt: '5231,40', expected an amount such as 168.00"
)]
#[case::places(
    ">5231.40<",
    ">5231.400<",
    "line 55, column 9, Document/BkToCstmrStmt/Stmt/Ntry/Amt: '5231.400' has more than two decimal places"
)]
#[case::range(
    ">5231.40<",
    ">92233720368547758.08<",
    "line 55, column 9, Document/BkToCstmrStmt/Stmt/Ntry/Amt: '92233720368547758.08' is out of range"
)]
#[case::no_currency(
    "<Amt Ccy=\"MAD\">5231.40",
    "<Amt>5231.40",
    "line 55, column 9, Document/BkToCstmrStmt/Stmt/Ntry/Amt: currency '' in Ccy, expected three capital letters, such as MAD"
)]
#[case::no_amount(
    "<Amt Ccy=\"MAD\">5231.40</Amt>",
    "",
    "line 68, column 11, Document/BkToCstmrStmt/Stmt/Ntry/NtryDtls/TxDtls: the entry on line 53, column 7 has no Amt before its details"
)]
#[case::twice(
    "<Amt Ccy=\"MAD\">5231.40</Amt>",
    "<Amt Ccy=\"MAD\">1.00</Amt><Amt Ccy=\"MAD\">5231.40</Amt>",
    "line 55, column 56, Document/BkToCstmrStmt/Stmt/Ntry/Amt: it may stand here once, and is there again"
)]
#[case::direction(
    "<CdtDbtInd>CRDT</CdtDbtInd>\n        <Sts>",
    "<CdtDbtInd>CREDIT</CdtDbtInd><Sts>",
    "line 56, column 9, Document/BkToCstmrStmt/Stmt/Ntry/CdtDbtInd: 'CREDIT', expected CRDT or DBIT"
)]
#[case::status(
    "<Cd>BOOK",
    "<Cd>DONE",
    "line 57, column 27, Document/BkToCstmrStmt/Stmt/Ntry/Sts: status 'DONE', expected BOOK, PDNG, FUTR or INFO"
)]
#[case::day(
    "2026-04-01",
    "2026-02-30",
    "line 59, column 16, Document/BkToCstmrStmt/Stmt/Ntry/ValDt/Dt: '2026-02-30', expected a day such as 2026-03-31"
)]
#[case::moment(
    "2026-03-30T23:30:00Z",
    "2026-03-30 23:30",
    "line 58, column 18, Document/BkToCstmrStmt/Stmt/Ntry/BookgDt/DtTm: '2026-03-30 23:30', expected a moment such as 2026-03-31T18:00:00+01:00"
)]
#[case::text(
    "<Stmt>",
    "<Stmt>Solde",
    "line 9, column 7, Document/BkToCstmrStmt/Stmt: text 'Solde' where elements are expected"
)]
#[case::mismatch(
    "</Acct>",
    "</Acc>",
    "line 20, column 7, Document/BkToCstmrStmt/Stmt/Acct: not well-formed XML: ill-formed document: expected `</Acct>`, but `</Acc>` was found"
)]
#[case::second_root(
    "</Document>",
    "</Document><Document/>",
    "line 220, column 12: a second root element: a file holds one message"
)]
#[case::off(
    "14019.40",
    "14019.39",
    "line 8, column 5, Document/BkToCstmrStmt/Stmt: opening 10000.00 and booked entries 4019.40 make 14019.40, but the closing balance is 14019.39, -0.01 off"
)]
#[case::unopened(
    "OPBD",
    "OPAV",
    "line 8, column 5, Document/BkToCstmrStmt/Stmt: the opening balance is missing: the entries cannot be checked"
)]
#[case::foreign_balance(
    "\"MAD\">14019.40",
    "\"EUR\">14019.40",
    "line 27, column 7, Document/BkToCstmrStmt/Stmt/Bal: a balance of 14019.40 EUR on an account in MAD"
)]
#[case::foreign_entry(
    "\"MAD\">5231.40",
    "\"EUR\">5231.40",
    "line 53, column 7, Document/BkToCstmrStmt/Stmt/Ntry/Amt: an entry in EUR on an account in MAD"
)]
#[case::summary_count(
    "<NbOfNtries>4<",
    "<NbOfNtries>6<",
    "line 8, column 5, Document/BkToCstmrStmt/Stmt: the summary says 6 entries and a sum of 7406.80, but there are 5 entries, which add up to 7706.80"
)]
#[case::summary_sum(
    "<Sum>1693.7<",
    "<Sum>1693.71<",
    "line 8, column 5, Document/BkToCstmrStmt/Stmt: the summary says 2 debits and a sum of 1693.71, but there are 2 debits, which add up to 1693.70"
)]
#[case::late(
    "</NtryDtls>",
    "</NtryDtls><AcctSvcrRef>OP1</AcctSvcrRef>",
    "line 81, column 20, Document/BkToCstmrStmt/Stmt/Ntry/AcctSvcrRef: it must stand before NtryDtls"
)]
#[case::batch_count(
    "<NbOfTxs>2<",
    "<NbOfTxs>3<",
    "line 83, column 7, Document/BkToCstmrStmt/Stmt/Ntry/NtryDtls: the batch has 3 transactions, but 2 details are given"
)]
#[case::batch_sum("\"MAD\">1200<", "\"MAD\">1200.01<", "line 83, column 7, Document/BkToCstmrStmt/Stmt/Ntry/NtryDtls: the batch's total is -1681.70, but its details add up to -1681.71
line 83, column 7, Document/BkToCstmrStmt/Stmt/Ntry: an entry of -1681.70, but its details add up to -1681.71")]
fn messages(#[case] found: &str, #[case] other: &str, #[case] expected: &str) {
    let text = sample("camt053_v08.xml");
    assert!(text.contains(found));
    assert_eq!(faults(text.replacen(found, other, 1).as_bytes()).join("\n"), expected);
}

#[rstest]
#[case::other_type("{2:I940", "{2:I942", "line 1, column 1: an MT942, expected an MT940")]
#[case::unknown_field(":28C:", ":99:", "line 4, column 1, :99:: not a field of an MT940")]
#[case::order(
    ":25:BMNXMAMC/007780000012345678901209\r\n",
    "",
    "line 4, column 1, :60F:: the account :25: must come before the opening balance"
)]
#[case::no_closing(
    ":62M:C260105MAD15231,40\r\n",
    "",
    "line 2, column 1: the statement REL20260105 ends without a closing balance, expected :62F: or :62M:: it may have been cut off"
)]
#[case::amount("5231,40N", "5231.40N", "line 6, column 1, :61:: '5231', expected an amount such as 168,00")]
#[case::places("5231,40N", "5231,400N", "line 6, column 1, :61:: '5231,400' has more than two decimal places")]
#[case::mark(
    "2512310102C",
    "2512310102X",
    "line 6, column 1, :61:: the mark: 'X5231,40NTRFNONREF//OP26002000117', expected C, D, RC, RD, EC or ED"
)]
#[case::date(
    ":61:251231",
    ":61:251331",
    "line 6, column 1, :61:: the date: '2513310102C5231,40NTRFNONREF//OP26002000…', expected YYMMDD"
)]
#[case::kind(
    "NTRFNONREF",
    "//",
    "line 6, column 1, :61:: the transaction type: '////OP26002000117', expected a letter and three characters, such as NTRF"
)]
#[case::off("62M:C260105MAD15231,40", "62M:C260105MAD15231,41", "line 16, column 1, :62M:: opening 10000.00 and booked entries 5231.40 make 15231.40, but the closing balance is 15231.41, 0.01 off
line 22, column 1, :60M:: opens with 15231.40, but the one before it closed with 15231.41")]
#[case::foreign("62M:C260105MAD", "62M:C260105EUR", "line 16, column 1, :62M:: a balance in EUR on an account in MAD")]
#[case::lost(
    "-}\r\n{1:",
    "{1:",
    "line 16, column 1, :62M:: a second line '{1:F01BMNXMAMCAXXX0000000000}{2:I940FATX…' in a field of one line"
)]
fn mt940(#[case] found: &str, #[case] other: &str, #[case] expected: &str) {
    let text = sample("mt940.sta");
    assert!(text.contains(found), "{found}");
    assert_eq!(faults(text.replacen(found, other, 1).as_bytes()).join("\n"), expected);
}

#[rstest]
#[case(
    "<TxSts>RJCT",
    "<TxSts>NONE",
    "line 19, column 9, Document/CstmrPmtStsRpt/OrgnlPmtInfAndSts/TxInfAndSts/TxSts: status 'NONE', expected a code such as ACCP, ACSP, ACSC, PART, PDNG or RJCT"
)]
#[case(
    "<OrgnlPmtInfId>FAT-20260331-0001-1</OrgnlPmtInfId>",
    "",
    "line 16, column 7, Document/CstmrPmtStsRpt/OrgnlPmtInfAndSts/TxInfAndSts: OrgnlPmtInfAndSts has no OrgnlPmtInfId before its transfers"
)]
#[case(
    "<OrgnlEndToEndId>SETTLE-1202-20260330</OrgnlEndToEndId>",
    "",
    "line 33, column 7, Document/CstmrPmtStsRpt/OrgnlPmtInfAndSts: the answer on line 29, column 7 names no transfer: OrgnlEndToEndId or OrgnlInstrId is expected"
)]
fn status_reports(#[case] found: &str, #[case] other: &str, #[case] expected: &str) {
    let text = sample("pain002_v10.xml");
    assert!(text.contains(found));
    assert_eq!(faults(text.replacen(found, other, 1).as_bytes()), [expected]);
}

#[rstest]
#[case(b"", "line 1, column 1: the file begins with '', expected")]
#[case(b"%PDF-1.7", "line 1, column 1: the file begins with '%PDF-1.7', expected")]
#[case(
    b"H;FATOURA-BILLS;1;1101;1;2026-03-31\n",
    "line 1, column 1: the file begins with 'H;FATOURA-BILLS;1;1101;1;2026-03-31', expected"
)]
#[case(b"<html>", "line 1, column 1, html: a message of the kind '', expected")]
#[case(b":62F:C100323EUR42570,04\n-", "line 1, column 1, :62F:: a field outside of a statement, expected :20: first")]
#[case(b"<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.02\"><BkToCstmrStmt><GrpHdr><MsgId>1</MsgId></GrpHdr></BkToCstmrStmt></Document>", "line 1, column 114, Document: the message has no Stmt: it tells of no account")]
#[case(
    b"<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.02\"><BkToCstmrStmt>\xe9",
    "line 1, column 81, Document/BkToCstmrStmt: a character that is not UTF-8"
)]
fn other_files(#[case] bytes: &[u8], #[case] expected: &str) {
    let faults = faults(bytes);
    assert!(faults.len() == 1 && faults[0].starts_with(expected), "{faults:?}");
}

#[rstest]
#[case::depth("<Stmt>", format!("<SplmtryData>{}", "<Envlp>".repeat(40)), "more than 32 levels of elements")]
#[case::text("RELEVE-2026-063<", format!("{}<", "A".repeat(9_000)), "a text of more than 8192 bytes")]
#[case::references("RELEVE-2026-063<", format!("{}<", "&lt;".repeat(9_000)), "a text of more than 8192 bytes")]
#[case::piece("RELEVE-2026-063<", format!("{}<", "A".repeat(200_000)), "one element, comment or text takes more than 16384 bytes")]
#[case::comment("<Stmt>", format!("<!--{}--><Stmt>", "x".repeat(200_000)), "one element, comment or text takes more than 16384 bytes")]
#[case::attributes("<Stmt>", format!("<Stmt {}>", (0..40).map(|n| format!("a{n}=\"\" ")).collect::<String>()), "more than 16 attributes")]
#[case::remittance("<Ustrd>LOT", format!("{}<Ustrd>LOT", "<Ustrd>0123456789</Ustrd>".repeat(1_000)), "texts of more than 9000 bytes in one transaction")]
fn limits(#[case] found: &str, #[case] other: String, #[case] expected: &str) {
    let faults = faults(sample("camt053_v08.xml").replacen(found, &other, 1).as_bytes());
    assert!(faults[0].ends_with(expected), "{}", faults[0]);
}

#[rstest]
#[case::line(format!(":20:A\n:25:{}\n", "1".repeat(5_000)), "a line of more than 4096 bytes")]
#[case::lines(format!(":20:A\n:25:1\n:28C:1\n:60F:C260105MAD0,\n:86:{}", "x\n".repeat(100)), "a field of more than 64 lines")]
#[case::report(format!("H;FATOURA-CARD-REPORT;1;CMI;2026-03-31;1\nD;{}\n", "1".repeat(5_000)), "a line of more than 4096 bytes: the rest is not read")]
fn limits_of_lines(#[case] text: String, #[case] expected: &str) {
    let faults = faults(text.as_bytes());
    assert!(faults[0].ends_with(expected), "{faults:?}");
}

/// The files, and behind which byte nothing may be missing.
#[rstest]
#[case("camt053_v02.xml")]
#[case("camt053_v08.xml")]
#[case("camt054_v08.xml")]
#[case("pain002_v10.xml")]
#[case("mt940.sta")]
#[case("card.csv")]
#[case("network.csv")]
#[case("biller.csv")]
fn a_file_cut_off_anywhere_is_refused(#[case] name: &str) {
    let text = sample(name);
    let whole = text.trim_end().len();
    // An MT940 with several statements is whole after each of them.
    let first_end = if name == "mt940.sta" { text.find("-}").unwrap()..text.find("-}").unwrap() + 5 } else { 0..0 };
    assert_eq!(faults(text.as_bytes()), [""; 0]);
    for end in (0..whole).filter(|end| !first_end.contains(end)) {
        let cut = text.as_bytes().get(..end).unwrap();
        assert_ne!(faults(cut), [""; 0], "cut at {end}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn any_bytes_are_read_without_panic(
        start in prop::sample::select(vec!["", "<", "<?xml", ":20:A\n", "{1:", "H;FATOURA-CARD-REPORT;1;", "H;FATOURA-NETWORK-REPORT;1;"]),
        bytes in prop::collection::vec(any::<u8>(), 0..600),
    ) {
        let mut all = start.as_bytes().to_vec();
        all.extend(bytes);
        prop_assert!(!faults(&all).is_empty());
    }

    #[test]
    fn any_changed_bytes_are_read_without_panic(
        name in prop::sample::select(vec!["camt053_v08.xml", "camt053_v02.xml", "pain002_v10.xml", "mt940.sta", "card.csv"]),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..20),
    ) {
        let mut bytes = sample(name).into_bytes();
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        // Whether it is still sound is not known; it ends either way.
        let _ = faults(&bytes);
    }
}

//! Advices read back: what adds up is told, and nothing else passes for it.

use ledger::Money;
use rstest::rstest;
use settlement::files::{SequenceFault, Unverified, VerifiedAdvice, check_advices, verify_advice};
use settlement::terms::Terms;
use sha2::{Digest, Sha256};

use crate::messages::{advice, two_accounts};
use crate::sample::{line, terms, window, worked};

fn worked_advice() -> String {
    advice(&terms(), &worked()).0
}

fn split_advice() -> String {
    advice(&two_accounts(), &worked()).0
}

fn right(text: &str) -> VerifiedAdvice {
    verify_advice(text.as_bytes()).unwrap()
}

#[rstest]
#[case::one_account(terms(), worked_advice(), 1, 6, 48_170)]
#[case::two_accounts(two_accounts(), split_advice(), 2, 0, 48_170)]
#[case::nothing_to_pay(terms(), advice(&terms(), &window(&terms(), 57, Money::ZERO, vec![])).0, 1, 0, 0)]
#[case::below_zero(terms(), advice(&terms(), &window(&terms(), 57, Money::ZERO, vec![line(1, -100)])).0, 1, 0, 0)]
#[case::carried(terms(), advice(&terms(), &window(&terms(), 57, Money::from_minor(700), vec![])).0, 1, 1, 700)]
fn what_adds_up_is_told(
    #[case] agreed: Terms,
    #[case] text: String,
    #[case] accounts: u64,
    #[case] details: u64,
    #[case] paid: i64,
) {
    assert_eq!(agreed.accounts.len() as u64, accounts);
    let found = right(&text);
    assert_eq!((found.biller, found.sequence), (1101, 57));
    assert_eq!((found.accounts, found.details, found.paid), (accounts, details, Money::from_minor(paid)));
    assert_eq!(found.sha256, hex(&text));
}

fn hex(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[rstest]
#[case::detail(worked_advice().replacen("MAD\">168.00", "MAD\">168.01", 1), "details come to 481.71, but the entry has 481.70")]
#[case::entry(worked_advice().replacen("Ccy=\"MAD\">481.70", "Ccy=\"MAD\">481.71", 1), "481.7")]
#[case::summary(worked_advice().replacen("<Sum>481.70", "<Sum>481.71", 1), "481.71")]
#[case::number(worked_advice().replacen("<ElctrncSeqNb>57", "<ElctrncSeqNb>58", 1), "ElctrncSeqNb: expected 57")]
#[case::name(worked_advice().replacen("FA1101S57A1", "FA1101S57A2", 1), "Id: 'FA1101S57A2', expected FA1101S57A1")]
#[case::message(worked_advice().replace("FA1101S57", "X1101S57"), "MsgId: 'X1101S57', expected FA")]
#[case::transfer_of_another(worked_advice().replacen("FT1101W4000A1", "FT1102W4000A1", 1), "NtryRef: 'FT1102W4000A1'")]
#[case::account_of_another(split_advice().replacen("FT1101W4000A2", "FT1101W4000A1", 1), "transfer to account 2")]
#[case::booked(worked_advice().replacen("<Cd>INFO", "<Cd>BOOK", 1), "Sts: expected INFO")]
#[case::currency(worked_advice().replace("MAD", "EUR"), "Ccy: 'EUR', expected MAD")]
#[case::another_kind(worked_advice().replace("camt.054.001.08", "camt.054.001.02"), "expected a message of the kind camt.054.001.08")]
#[case::an_order("<Document xmlns='urn:iso:std:iso:20022:tech:xsd:pain.001.001.09'/>".to_owned(), "pain.001.001.09")]
#[case::cut(worked_advice()[..1_500].to_owned(), "")]
#[case::empty(String::new(), "")]
fn what_does_not_is_named(#[case] text: String, #[case] said: &str) {
    assert_ne!(text, worked_advice());
    match verify_advice(text.as_bytes()) {
        Err(Unverified::Faulty(faults)) => {
            assert!(faults.iter().any(|fault| fault.what.contains(said)), "{faults:?}");
            assert!(faults.iter().all(|fault| fault.line > 0));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn numbers_follow_one_another() {
    let of = |sequence: u64| right(&advice(&terms(), &window(&terms(), sequence, Money::ZERO, vec![line(1, 100)])).0);
    assert_eq!(check_advices(&[of(57), of(58), of(59)]), []);
    let gap = SequenceFault::Gap { expected: 58, found: 59 };
    assert_eq!(check_advices(&[of(57), of(59)]), [(1, gap)]);
    let other = VerifiedAdvice { biller: 1102, ..of(58) };
    assert_eq!(check_advices(&[of(57), other]), [(1, SequenceFault::OtherBiller { expected: 1101, found: 1102 })]);
}

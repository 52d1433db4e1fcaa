//! The same entry in another file is known again, and equal ones are kept apart.

use std::collections::HashSet;

use settlement::statements::{Account, Entry, Record};

use super::{records, sample};

fn entries(text: &str) -> Vec<Entry> {
    let entries = records(text.as_bytes()).into_iter().filter_map(|record| match record.unwrap() {
        Record::Entry(entry) => Some(*entry),
        _ => None,
    });
    entries.collect()
}

#[test]
fn a_notification_tells_of_the_same_entry_as_the_statement() {
    let (statement, notification) = (entries(&sample("camt053_v08.xml")), entries(&sample("camt054_v08.xml")));
    assert_eq!(statement[0].identity, notification[0].identity);
}

#[test]
fn a_statement_issued_again_has_the_same_entries() {
    let text = sample("camt053_v08.xml");
    let again = text.replace("BMN-20260331-000417", "BMN-20260401-000001").replace("RELEVE-2026-063<", "DUPLICATA<");
    let identities = |text: &str| entries(text).into_iter().map(|entry| entry.identity).collect::<Vec<_>>();
    assert_ne!(text, again);
    assert_eq!(identities(&text), identities(&again));
}

#[test]
fn equal_entries_are_two() {
    let entries = entries(&sample("camt053_v08.xml"));
    let [.., first, second] = entries.as_slice() else { panic!() };
    assert_eq!((first.amount, first.booked, &first.reference), (second.amount, second.booked, &second.reference));
    let identities: HashSet<_> = entries.iter().map(|entry| &entry.identity).collect();
    assert_eq!(identities.len(), entries.len());
}

#[test]
fn what_the_bank_changed_is_another_entry() {
    let text = sample("camt054_v08.xml");
    let other = entries(&text.replace("5231.40", "5231.41"));
    assert_ne!(entries(&text)[0].identity, other[0].identity);
}

#[rstest::rstest]
#[case("007780000012345678901209", Account::Rib("007780000012345678901209".into()))]
#[case("007 780 0000123456789012 09", Account::Rib("007780000012345678901209".into()))]
#[case("MA64 0077 8000 0012 3456 7890 1209", Account::Rib("007780000012345678901209".into()))]
#[case("007780000012345678901210", Account::Other("007780000012345678901210".into()))]
#[case("MA65007780000012345678901209", Account::Other("MA65007780000012345678901209".into()))]
#[case("NL26VAYB8060476890", Account::Iban("NL26VAYB8060476890".into()))]
#[case("NL27VAYB8060476890", Account::Other("NL27VAYB8060476890".into()))]
#[case("", Account::Other(String::new()))]
fn accounts(#[case] text: &str, #[case] account: Account) {
    assert_eq!(Account::read(text), account);
}

#[rstest::rstest]
#[case("BMNXMAMC/007780000012345678901209")]
#[case("007780000012345678901209MAD")]
#[case("MA64007780000012345678901209")]
#[case("021/007780000012345678901209MAD")]
fn accounts_of_an_mt940(#[case] field: &str) {
    let text = sample("mt940.sta").replace("BMNXMAMC/007780000012345678901209", field);
    let Some(Ok(Record::Statement(statement))) = records(text.as_bytes()).into_iter().next() else { panic!() };
    assert_eq!(statement.account, Account::Rib("007780000012345678901209".into()));
}

#[test]
fn a_booking_is_not_its_announcement() {
    let text = sample("camt054_v08.xml");
    let announced = entries(&text.replace("BOOK", "PDNG"));
    assert_ne!(entries(&text)[0].identity, announced[0].identity);
}

//! A day's statement as separated values, for people and spreadsheets.

use std::fmt::{Display, Write};

use ledger::{BankProof, BooksProof, GatewayProof, Money, OpenBreaks, ProofItems, ReconciliationDay, SourceDay};

/// A day: a block for each kind of record, which begins with a head and is there also where it has no lines. Amounts have a
/// point and two places; what is past the range is left empty.
pub fn day_csv(day: &ReconciliationDay, bank: &BankProof, gateways: &[GatewayProof], books: &BooksProof) -> String {
    let mut text = sources_csv(day);
    let less = |amount: Money| Money::ZERO.checked_sub(amount);
    let told_to = bank.day.map(|day| day.to_string()).unwrap_or_default();
    text.push_str("record;statements_to;item;amount\n");
    for (item, amount) in [
        ("before", Some(bank.before)),
        ("gaps", Some(bank.gaps)),
        ("booked", Some(bank.ledger)),
        ("not_booked", Some(bank.not_booked.total)),
        ("not_shown", less(bank.not_shown.total)),
        ("closing", Some(bank.closing)),
        ("difference", bank.difference()),
    ] {
        line(&mut text, "bank", &[&told_to, &item, &optional(amount)]);
    }
    text.push_str("record;day;number;reference;amount\n");
    items(&mut text, "not_booked", &bank.not_booked);
    items(&mut text, "not_shown", &bank.not_shown);
    text.push_str("record;gateway;owes;announced;not_announced\n");
    for GatewayProof { gateway, receivable, not_announced, .. } in gateways {
        let announced = optional(receivable.checked_sub(*not_announced));
        line(&mut text, "gateway", &[&plain(gateway), receivable, &announced, not_announced]);
    }
    text.push_str("record;gateway;reference;value_day;net\n");
    for payout in gateways.iter().flat_map(|gateway| &gateway.awaited) {
        let sums = &payout.sums;
        let names = (plain(&sums.gateway), plain(&sums.reference));
        line(&mut text, "payout", &[&names.0, &names.1, &sums.value_on, &optional(payout.net())]);
    }
    text.push_str("record;source;kind;of_the_day;to_7_days;to_30_days;older\n");
    for OpenBreaks { source, kind, by_age: [of_day, to_7, to_30, older] } in &day.breaks {
        line(&mut text, "break", &[source, kind, of_day, to_7, to_30, older]);
    }
    text.push_str("record;account;amount\n");
    for (kind, amount) in &books.against {
        line(&mut text, "books", &[kind, amount]);
    }
    for (item, amount) in
        [("against the bank", books.sum()), ("bank", Some(books.bank)), ("difference", books.difference())]
    {
        line(&mut text, "books", &[&item, &optional(amount)]);
    }
    text
}

/// The block of a day's sources: a head, and a line each.
pub fn sources_csv(day: &ReconciliationDay) -> String {
    let mut text = "record;day;file;kind;source;records;matched;amount;open;amount_open;breaks;breaks_open;opening;\
                    closing\n"
        .to_owned();
    for SourceDay { import, balances, matched, open, breaks } in &day.sources {
        let balance = |of: fn((Money, Money)) -> Money| optional(balances.map(of));
        let (opening, closing) = (balance(|both| both.0), balance(|both| both.1));
        let (told, name) = (import.day.unwrap_or(day.day), plain(&import.name));
        let figures: [&dyn Display; 9] =
            [&import.records, &matched.0, &matched.1, &open.0, &open.1, &breaks.0, &breaks.1, &opening, &closing];
        line(
            &mut text,
            "source",
            &[&[&told as &dyn Display, &name, &import.kind, &import.source][..], &figures].concat(),
        );
    }
    text
}

/// What stands on one side only: each that is named, and all of them by their number.
fn items(text: &mut String, record: &str, items: &ProofItems) {
    for item in &items.named {
        line(text, record, &[&item.day, &item.id, &plain(&item.what), &item.amount]);
    }
    line(text, &format!("{record}_all"), &[&"", &items.count, &"", &items.total]);
}

fn line(text: &mut String, record: &str, fields: &[&dyn Display]) {
    text.push_str(record);
    for field in fields {
        // Writing to a text does not fail.
        let _ = write!(text, ";{field}");
    }
    text.push('\n');
}

fn optional(amount: Option<Money>) -> String {
    amount.map(|amount| amount.to_string()).unwrap_or_default()
}

/// A text that others chose: nothing in it may act as a separator or a formula.
fn plain(text: &str) -> String {
    let plain: String =
        text.chars().map(|c| if c.is_alphanumeric() || c == '.' || c == '-' { c } else { '_' }).collect();
    plain.trim_start_matches('-').to_owned()
}

//! The records of settlement files, the same for both forms of text: docs/settlement-file.md.

use chrono::{DateTime, NaiveDate, Utc};
use ledger::Money;

use super::{Line, LineKind, Unfit, WindowStatement};
use crate::terms::{Contract, ZONE};

/// What a settlement file calls itself.
pub(super) const FORMAT: &str = "FATOURA-SETTLEMENT";
/// The version of these layouts.
pub(super) const VERSION: &str = "1";
/// The currency of every amount.
pub(super) const CURRENCY: &str = "MAD";

/// How a field is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Of a known alphabet: words, dates, instants, digests, digits with their leading zeros.
    Word,
    /// A whole number.
    Number,
    /// An amount with two places, below zero with a minus sign.
    Amount,
    /// What others wrote.
    Text,
}

/// One field of a record.
pub(super) struct Field {
    pub(super) name: &'static str,
    /// Characters of the fixed form. Of a text, also the most that the other form takes.
    pub(super) width: usize,
    pub(super) kind: Kind,
}

/// A kind of record.
pub(super) struct Layout {
    /// What a person calls it.
    pub(super) name: &'static str,
    pub(super) fields: &'static [Field],
}

const fn word(name: &'static str, width: usize) -> Field {
    Field { name, width, kind: Kind::Word }
}

const fn number(name: &'static str, width: usize) -> Field {
    Field { name, width, kind: Kind::Number }
}

const fn text(name: &'static str, width: usize) -> Field {
    Field { name, width, kind: Kind::Text }
}

/// A sign and the 19 digits of 64-bit centimes.
const fn amount(name: &'static str) -> Field {
    Field { name, width: 20, kind: Kind::Amount }
}

pub(super) const HEADER: Layout = Layout {
    name: "header",
    fields: &[
        word("record", 1),
        word("format", 18),
        word("version", 1),
        word("biller", 4),
        number("sequence", 9),
        number("window", 12),
        word("day", 10),
        word("from", 29),
        word("to", 29),
        word("currency", 3),
        word("contract", 5),
        text("name", 70),
        word("previous_sha256", 64),
    ],
};

pub(super) const SUMMARY: Layout = Layout {
    name: "summary",
    fields: &[
        word("record", 1),
        number("payments", 9),
        amount("gross"),
        number("refunds", 9),
        amount("refunded"),
        amount("commission"),
        amount("vat"),
        amount("carried_in"),
        amount("net"),
        amount("paid"),
        amount("carried_out"),
    ],
};

pub(super) const LINE: Layout = Layout {
    name: "line",
    fields: &[
        word("record", 1),
        number("line", 9),
        word("payment", 12),
        word("reference", 19),
        text("receipt", 64),
        word("receipt_date", 10),
        word("type", 2),
        text("contract", 64),
        word("channel", 3),
        word("instrument", 8),
        amount("amount"),
        word("confirmed_at", 29),
    ],
};

pub(super) const TRAILER: Layout = Layout {
    name: "trailer",
    fields: &[word("record", 1), number("lines", 9), amount("gross"), amount("refunded"), word("sha256", 64)],
};

impl Layout {
    /// The names of the fields, for the record before it.
    pub(super) fn names(&self) -> Vec<&'static str> {
        let names = self.fields.iter().skip(1).map(|field| field.name);
        std::iter::once("C").chain(names).collect()
    }

    /// The field's first position in the fixed form, from 1.
    pub(super) fn position(&self, index: usize) -> usize {
        1 + self.fields.iter().take(index).map(|field| field.width).sum::<usize>()
    }
}

/// The header and the summary as texts.
pub(super) fn head(statement: &WindowStatement, previous: Option<&str>) -> Result<[Vec<String>; 2], Unfit> {
    let WindowStatement { biller, name, sequence, window, day, from, to, contract, totals } = statement;
    if !(1000..10_000).contains(biller) {
        return Err(Unfit::new("header", "biller", format!("{biller} is not a code of four digits from 1000")));
    }
    if *sequence == 0 || *window < 0 {
        return Err(Unfit::new("header", "sequence", "statements count from 1 and windows from 0"));
    }
    if previous.is_some_and(|digest| !is_digest(digest)) {
        return Err(Unfit::new("header", "previous_sha256", "not 64 lower-case hexadecimal digits"));
    }
    let header = vec![
        "H".to_owned(),
        FORMAT.to_owned(),
        VERSION.to_owned(),
        biller.to_string(),
        sequence.to_string(),
        window.to_string(),
        day.to_string(),
        instant(*from),
        instant(*to),
        CURRENCY.to_owned(),
        contract_word(*contract).to_owned(),
        name.chars().take(70).collect(),
        previous.unwrap_or_default().to_owned(),
    ];
    let summary = vec![
        "S".to_owned(),
        totals.payments.to_string(),
        totals.gross.to_string(),
        totals.refunds.to_string(),
        totals.refunded.to_string(),
        totals.commission.to_string(),
        totals.vat.to_string(),
        totals.carried_in.to_string(),
        totals.net.to_string(),
        totals.paid.to_string(),
        totals.carried_out.to_string(),
    ];
    Ok([header, summary])
}

/// A line as texts.
pub(super) fn line(number: u64, line: &Line) -> Vec<String> {
    vec![
        line_letter(line.kind).to_owned(),
        number.to_string(),
        format!("{:012}", line.payment),
        line.reference.to_string(),
        line.receipt_number.clone().unwrap_or_default(),
        line.receipt_date.map(|date| date.to_string()).unwrap_or_default(),
        line.receivable_type.clone(),
        line.contract.clone(),
        line.channel.to_string(),
        line.instrument.to_string(),
        line.amount.to_string(),
        instant(line.confirmed_at),
    ]
}

/// The trailer as texts; the digest covers everything before itself and comes later.
pub(super) fn trailer(lines: u64, gross: Money, refunded: Money) -> Vec<String> {
    vec!["Z".to_owned(), lines.to_string(), gross.to_string(), refunded.to_string(), String::new()]
}

pub(super) const fn line_letter(kind: LineKind) -> &'static str {
    match kind {
        LineKind::Payment => "P",
        LineKind::Refund => "R",
    }
}

pub(super) const fn contract_word(contract: Contract) -> &'static str {
    match contract {
        Contract::Net => "net",
        Contract::Gross => "gross",
    }
}

/// Local time to the millisecond with its offset: `2026-11-24T17:59:59.999+01:00`.
fn instant(at: DateTime<Utc>) -> String {
    at.with_timezone(&ZONE).format("%Y-%m-%dT%H:%M:%S%.3f%:z").to_string()
}

pub(super) fn read_instant(text: &str) -> Option<DateTime<Utc>> {
    let at = DateTime::parse_from_rfc3339(text).ok()?.to_utc();
    (instant(at) == text).then_some(at)
}

pub(super) fn read_date(text: &str) -> Option<NaiveDate> {
    text.parse::<NaiveDate>().ok().filter(|date| date.to_string() == text)
}

pub(super) fn read_amount(text: &str) -> Option<Money> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let minor = Money::parse_wire(digits).ok()?.minor();
    let amount = Money::from_minor(if digits.len() < text.len() { -minor } else { minor });
    (amount.to_string() == text).then_some(amount)
}

pub(super) fn read_number(text: &str) -> Option<u64> {
    text.parse::<u64>().ok().filter(|number| number.to_string() == text)
}

pub(super) fn is_digest(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::encoding::RECORD_WIDTH;

    #[test]
    fn every_record_fits_the_fixed_width() {
        for layout in [HEADER, SUMMARY, LINE, TRAILER] {
            assert!(layout.position(layout.fields.len()) <= RECORD_WIDTH + 1, "{}", layout.name);
        }
    }
    #[test]
    fn the_document_has_every_position() {
        let document = include_str!("../../../docs/settlement-file.md");
        for layout in [HEADER, SUMMARY, LINE, TRAILER] {
            for (index, field) in layout.fields.iter().enumerate() {
                let (first, last) = (layout.position(index), layout.position(index + 1) - 1);
                let positions = if first == last { first.to_string() } else { format!("{first}-{last}") };
                let row = format!("\n| {} | `{}` | {positions} | ", index + 1, field.name);
                assert!(document.contains(&row), "{}: {row}", layout.name);
            }
        }
    }
}

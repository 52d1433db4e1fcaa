//! `:61:` and balances.

use chrono::{Datelike, NaiveDate};
use ledger::Money;

use crate::statements::amounts::{decimal, signed};
use crate::statements::fault::{Place, shown};
use crate::statements::form::{Entry, EntryStatus};

/// What stands for no reference; the second says that it is in `:86:`.
const NO_REFERENCE: [&str; 2] = ["NONREF", "KREF+"];

/// Reads `:61:` without its identity. The first line has the subfields, the others supplementary details.
pub(super) fn entry(lines: &[String], currency: &str, place: Place) -> Result<Entry, String> {
    let (first, more) = lines.split_first().ok_or("empty, expected a statement line")?;
    // Some banks break the line before the amount.
    let (first, more) = match more.split_first() {
        Some((second, rest)) if !first.contains(',') => (format!("{first}{second}"), rest),
        _ => (first.clone(), more),
    };
    let rest = first.as_str();
    let (value, rest) = date(rest)?;
    let (booked, rest) = if rest.starts_with(|c: char| c.is_ascii_digit()) {
        let (month_and_day, rest) = rest.split_at_checked(4).ok_or_else(|| bad("the entry date", rest, "MMDD"))?;
        (near(value, month_and_day).ok_or_else(|| bad("the entry date", month_and_day, "MMDD"))?, rest)
    } else {
        (value, rest)
    };
    let (status, reversal, credit, rest) = mark(rest)?;
    // The funds code: the third letter of the currency.
    let rest = rest.strip_prefix(|c: char| c.is_ascii_alphabetic()).unwrap_or(rest).trim_start();
    let end = rest.find(|c: char| !c.is_ascii_digit() && c != ',').unwrap_or(rest.len());
    let (amount, rest) = rest.split_at(end);
    let amount = decimal(amount, ',')?;
    let kind = rest.get(..4).filter(|kind| {
        kind.starts_with(|c: char| c.is_ascii_uppercase()) && kind.chars().all(|c| c.is_ascii_alphanumeric())
    });
    let kind = kind.ok_or_else(|| bad("the transaction type", rest, "a letter and three characters, such as NTRF"))?;
    let references = rest.get(4..).unwrap_or_default();
    let (reference, bank_reference) = references.split_once("//").unwrap_or((references, ""));
    let own = |text: &str| {
        Some(text.trim().to_owned()).filter(|text| !text.is_empty() && !NO_REFERENCE.contains(&text.as_str()))
    };
    Ok(Entry {
        place,
        identity: String::new(),
        reference: own(reference),
        bank_reference: own(bank_reference),
        amount: signed(amount, credit),
        currency: currency.to_owned(),
        reversal,
        status,
        booked: Some(booked),
        value: Some(value),
        code: Some(kind.to_owned()),
        batch: None,
        charges: None,
        text: own(&more.join(" ")),
    })
}

/// A balance: mark, date, currency, amount.
pub(super) fn balance(text: &str) -> Result<(Money, NaiveDate, &str), String> {
    let (credit, rest) = match text.split_at_checked(1) {
        Some(("C", rest)) => (true, rest),
        Some(("D", rest)) => (false, rest),
        _ => return Err(bad("the mark", text, "C or D")),
    };
    let (date, rest) = date(rest)?;
    let (currency, amount) = rest.split_at_checked(3).ok_or_else(|| bad("the currency", rest, "three letters"))?;
    if !currency.bytes().all(|byte| byte.is_ascii_uppercase()) {
        return Err(bad("the currency", currency, "three capital letters, such as MAD"));
    }
    Ok((signed(decimal(amount, ',')?, credit), date, currency))
}

fn bad(part: &str, found: &str, expected: &str) -> String {
    format!("{part}: '{}', expected {expected}", shown(found))
}

/// YYMMDD; years from 80 are of the last century (SWIFT).
fn date(text: &str) -> Result<(NaiveDate, &str), String> {
    let wrong = || bad("the date", text, "YYMMDD");
    let (date, rest) = text.split_at_checked(6).ok_or_else(wrong)?;
    let part = |from: usize| date.get(from..from + 2).filter(|two| two.bytes().all(|b| b.is_ascii_digit()));
    let number = |from| part(from).and_then(|two| two.parse::<u32>().ok());
    let (Some(year), Some(month), Some(day)) = (number(0), number(2), number(4)) else { return Err(wrong()) };
    let century = if year < 80 { 2000 } else { 1900 };
    let year = i32::try_from(century + year).map_err(|_| wrong())?;
    Ok((NaiveDate::from_ymd_opt(year, month, day).ok_or_else(wrong)?, rest))
}

/// The day of that month nearest to the value date, perhaps in another year.
fn near(value: NaiveDate, month_and_day: &str) -> Option<NaiveDate> {
    if !month_and_day.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (month, day) = month_and_day.split_at_checked(2)?;
    let (month, day) = (month.parse().ok()?, day.parse().ok()?);
    let years = [value.year() - 1, value.year(), value.year() + 1];
    let days = years.into_iter().filter_map(|year| NaiveDate::from_ymd_opt(year, month, day));
    days.min_by_key(|date| (*date - value).num_days().abs())
}

/// Status, whether it is a reversal, whether it is a credit. A reversed credit is a debit.
fn mark(text: &str) -> Result<(EntryStatus, bool, bool, &str), String> {
    const MARKS: [(&str, EntryStatus, bool, bool); 6] = [
        ("RC", EntryStatus::Booked, true, false),
        ("RD", EntryStatus::Booked, true, true),
        ("EC", EntryStatus::Pending, false, true),
        ("ED", EntryStatus::Pending, false, false),
        ("C", EntryStatus::Booked, false, true),
        ("D", EntryStatus::Booked, false, false),
    ];
    let found = MARKS.iter().find_map(|(mark, status, reversal, credit)| {
        text.strip_prefix(mark).map(|rest| (*status, *reversal, *credit, rest))
    });
    found.ok_or_else(|| bad("the mark", text, "C, D, RC, RD, EC or ED"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn read(text: &str) -> Result<Entry, String> {
        let lines: Vec<_> = text.split('\n').map(str::to_owned).collect();
        entry(&lines, "MAD", Place::default())
    }

    #[rstest]
    #[case("2603310331C168,00NTRFA//B", "2026-03-31", "2026-03-31")]
    #[case("260331C168,00NTRFA//B", "2026-03-31", "2026-03-31")]
    #[case("2512310102C168,00NTRFA//B", "2025-12-31", "2026-01-02")]
    #[case("2601021231C168,00NTRFA//B", "2026-01-02", "2025-12-31")]
    #[case("2802290301C168,00NTRFA//B", "2028-02-29", "2028-03-01")]
    #[case("991231C168,00NTRFA//B", "1999-12-31", "1999-12-31")]
    fn days(#[case] text: &str, #[case] value: &str, #[case] booked: &str) {
        let entry = read(text).unwrap();
        assert_eq!(
            (entry.value.unwrap().to_string(), entry.booked.unwrap().to_string()),
            (value.into(), booked.into())
        );
    }

    #[rstest]
    #[case("260331C168,NTRF", 16_800, false, EntryStatus::Booked)]
    #[case("260331D168,4NTRF", -16_840, false, EntryStatus::Booked)]
    #[case("260331RC168,42NTRF", -16_842, true, EntryStatus::Booked)]
    #[case("260331RD168,42NTRF", 16_842, true, EntryStatus::Booked)]
    #[case("260331EC168,42NTRF", 16_842, false, EntryStatus::Pending)]
    #[case("260331ED168,42NTRF", -16_842, false, EntryStatus::Pending)]
    #[case("260331CD168,42NTRF", 16_842, false, EntryStatus::Booked)]
    #[case("260331RCD168,42NTRF", -16_842, true, EntryStatus::Booked)]
    #[case("260331C\n168,42NTRF", 16_842, false, EntryStatus::Booked)]
    fn amounts(#[case] text: &str, #[case] minor: i64, #[case] reversal: bool, #[case] status: EntryStatus) {
        let entry = read(text).unwrap();
        assert_eq!((entry.amount.minor(), entry.reversal, entry.status), (minor, reversal, status));
    }

    #[rstest]
    #[case("NTRFA//B", "NTRF", Some("A"), Some("B"), None)]
    #[case("NTRFNONREF//B\nFRAIS\nET TVA", "NTRF", None, Some("B"), Some("FRAIS ET TVA"))]
    #[case("N026A/C", "N026", Some("A/C"), None, None)]
    #[case("FMSC//", "FMSC", None, None, None)]
    #[case("NTRFKREF+//B", "NTRF", None, Some("B"), None)]
    fn references(
        #[case] text: &str,
        #[case] kind: &str,
        #[case] own: Option<&str>,
        #[case] bank: Option<&str>,
        #[case] more: Option<&str>,
    ) {
        let entry = read(&format!("260331C168,{text}")).unwrap();
        let found = (entry.code.as_deref(), entry.reference.as_deref(), entry.bank_reference.as_deref());
        assert_eq!((found, entry.text.as_deref()), ((Some(kind), own, bank), more));
    }

    #[rstest]
    #[case("")]
    #[case("260231C168,00NTRF")]
    #[case("26033103C168,00NTRF")]
    #[case("2603311340C168,00NTRF")]
    #[case("260331168,00NTRF")]
    #[case("260331C,00NTRF")]
    #[case("260331C168NTRF")]
    #[case("260331C168,00ntrf")]
    #[case("260331C168,00N")]
    #[case("260331C1,68,00NTRF")]
    #[case("260331C9999999999999999999,NTRF")]
    #[case("éééééé")]
    fn refused(#[case] text: &str) {
        assert!(read(text).is_err());
    }
}

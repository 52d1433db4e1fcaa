//! What stands in elements: texts, codes, amounts, days.

use std::io::BufRead;

use chrono::{DateTime, NaiveDate, NaiveDateTime};
use chrono_tz::Africa::Casablanca;
use ledger::Money;

use super::{Cursor, Step};
use crate::statements::amounts::decimal;
use crate::statements::fault::{ReadError, shown};

impl<R: BufRead> Cursor<R> {
    /// A text that is not empty.
    pub(in crate::statements) fn text(&mut self) -> Result<String, ReadError> {
        self.leaf(|text| if text.is_empty() { Err("empty, expected a text".into()) } else { Ok(text.to_owned()) })
    }

    /// A whole number.
    pub(in crate::statements) fn number(&mut self) -> Result<u64, ReadError> {
        self.leaf(|text| whole(text).ok_or_else(|| format!("'{}', expected a whole number", shown(text))))
    }

    /// An amount with its currency.
    pub(in crate::statements) fn amount(&mut self) -> Result<(Money, String), ReadError> {
        let currency = self.currency.clone();
        if currency.len() != 3 || !currency.bytes().all(|byte| byte.is_ascii_uppercase()) {
            let what = format!("currency '{}' in Ccy, expected three capital letters, such as MAD", shown(&currency));
            return Err(self.fault(what));
        }
        Ok((self.leaf(|text| decimal(text, '.'))?, currency))
    }

    /// The currency of the amount the cursor is in.
    pub(in crate::statements) fn currency(&self) -> &str {
        &self.currency
    }

    /// A code, plain or in a choice of `Cd` and `Prtry`.
    pub(in crate::statements) fn code(&mut self) -> Result<String, ReadError> {
        match self.step()? {
            Step::Close => {
                let text = self.text.trim().to_owned();
                if text.is_empty() {
                    return Err(self.fault("empty, expected a code"));
                }
                self.leave();
                Ok(text)
            }
            Step::Open => {
                if !matches!(self.name(), "Cd" | "Prtry") {
                    return Err(self.fault("expected Cd or Prtry"));
                }
                let text = self.text()?;
                match self.child()? {
                    None => Ok(text),
                    Some(_) => Err(self.fault("one of Cd and Prtry is expected, not several")),
                }
            }
            Step::End => Err(self.fault("the file ends within this element: it may have been cut off")),
        }
    }

    /// A sum without a currency.
    pub(in crate::statements) fn sum(&mut self) -> Result<Money, ReadError> {
        self.leaf(|text| decimal(text, '.'))
    }

    /// `CRDT` is true, `DBIT` false.
    pub(in crate::statements) fn is_credit(&mut self) -> Result<bool, ReadError> {
        self.leaf(|text| match text {
            "CRDT" => Ok(true),
            "DBIT" => Ok(false),
            other => Err(format!("'{}', expected CRDT or DBIT", shown(other))),
        })
    }

    /// `true` or `false`, also as `1` or `0`.
    pub(in crate::statements) fn flag(&mut self) -> Result<bool, ReadError> {
        self.leaf(|text| match text {
            "true" | "1" => Ok(true),
            "false" | "0" => Ok(false),
            other => Err(format!("'{}', expected true or false", shown(other))),
        })
    }

    /// A moment's day in Morocco.
    pub(in crate::statements) fn day_of_moment(&mut self) -> Result<NaiveDate, ReadError> {
        self.leaf(|text| {
            day_of_moment(text)
                .ok_or_else(|| format!("'{}', expected a moment such as 2026-03-31T18:00:00+01:00", shown(text)))
        })
    }

    /// The day in a choice of `Dt` and `DtTm`, after which the choice is left.
    pub(in crate::statements) fn day(&mut self) -> Result<NaiveDate, ReadError> {
        let mut day = None;
        while let Some(name) = self.child()? {
            let found = match name {
                "Dt" => self.leaf(|text| {
                    iso_day(text).ok_or_else(|| format!("'{}', expected a day such as 2026-03-31", shown(text)))
                })?,
                "DtTm" => self.day_of_moment()?,
                _ => return Err(self.fault("expected Dt or DtTm")),
            };
            self.once(&mut day, found)?;
        }
        day.ok_or_else(|| self.fault("a day is missing: expected Dt or DtTm"))
    }
}

/// Digits only.
pub(in crate::statements) fn whole(text: &str) -> Option<u64> {
    text.parse().ok().filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()))
}

/// `xs:date`, of which a time zone says nothing of the day.
fn iso_day(text: &str) -> Option<NaiveDate> {
    let (day, zone) = text.split_at_checked(10)?;
    let plain = day
        .bytes()
        .enumerate()
        .all(|(at, byte)| if matches!(at, 4 | 7) { byte == b'-' } else { byte.is_ascii_digit() });
    (plain && is_zone(zone)).then(|| NaiveDate::parse_from_str(day, "%Y-%m-%d").ok()).flatten()
}

fn is_zone(zone: &str) -> bool {
    matches!(zone, "" | "Z")
        || matches!(zone.as_bytes(), [b'+' | b'-', a, b, b':', c, d] if [a, b, c, d].iter().all(|byte| byte.is_ascii_digit()))
}

/// `xs:dateTime`; without a time zone it is meant as in Morocco.
fn day_of_moment(text: &str) -> Option<NaiveDate> {
    if text.as_bytes().get(10) != Some(&b'T') || iso_day(text.get(..10)?).is_none() {
        return None;
    }
    match DateTime::parse_from_rfc3339(text) {
        Ok(moment) => Some(moment.with_timezone(&Casablanca).date_naive()),
        Err(_) => NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f").ok().map(|moment| moment.date()),
    }
}

//! ISO 20022 messages: an element a line.

use std::borrow::Cow;
use std::io::{self, Write};

use chrono::{DateTime, SecondsFormat, Utc};
use ledger::Money;
use quick_xml::escape::escape;

use super::Written;
use super::latin::to_transfer;
use super::layout::CURRENCY;
use super::output::Digesting;
use crate::rib;
use crate::terms::ZONE;

/// The largest amount or sum of a message: schemas allow 18 digits.
pub(super) const AMOUNT_MAX: Money = Money::from_minor(999_999_999_999_999_999);

/// How an account is named to the bank.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AccountForm {
    /// The RIB of 24 digits as `Othr/Id`, with the scheme name `RIB`.
    #[default]
    Rib,
    /// The IBAN made of it.
    Iban,
}

/// Writes elements, indented, and digests them.
pub(super) struct Xml<W> {
    out: Digesting<W>,
    open: Vec<&'static str>,
}

impl<W: Write> Xml<W> {
    /// Begins a document of an ISO 20022 message, such as `pain.001.001.09`.
    pub(super) fn document(out: W, message: &str) -> io::Result<Self> {
        let mut out = Digesting::new(out);
        writeln!(out, r#"<?xml version="1.0" encoding="UTF-8"?>"#)?;
        writeln!(out, r#"<Document xmlns="urn:iso:std:iso:20022:tech:xsd:{message}">"#)?;
        Ok(Self { out, open: vec!["Document"] })
    }

    pub(super) fn open(&mut self, name: &'static str) -> io::Result<()> {
        self.indent()?;
        writeln!(self.out, "<{name}>")?;
        self.open.push(name);
        Ok(())
    }

    pub(super) fn close(&mut self) -> io::Result<()> {
        let name = self.open.pop().unwrap_or_default();
        self.indent()?;
        writeln!(self.out, "</{name}>")
    }

    /// An element that holds elements.
    pub(super) fn within<E: From<io::Error>>(
        &mut self,
        name: &'static str,
        inside: impl FnOnce(&mut Self) -> Result<(), E>,
    ) -> Result<(), E> {
        self.open(name)?;
        inside(self)?;
        Ok(self.close()?)
    }

    /// An element that holds a text.
    pub(super) fn leaf(&mut self, name: &'static str, text: &str) -> io::Result<()> {
        self.indent()?;
        writeln!(self.out, "<{name}>{}</{name}>", escape(printable(text)))
    }

    pub(super) fn amount(&mut self, name: &'static str, amount: Money) -> io::Result<()> {
        self.indent()?;
        writeln!(self.out, r#"<{name} Ccy="{CURRENCY}">{amount}</{name}>"#)
    }

    /// Elements inside one another, the last of which holds a text.
    pub(super) fn path(&mut self, names: &[&'static str], text: &str) -> io::Result<()> {
        match names {
            [] => Ok(()),
            [last] => self.leaf(last, text),
            [first, rest @ ..] => self.within(first, |xml| xml.path(rest, text)),
        }
    }

    /// What names an account, inside `Id`. An account that is no RIB is not named as an IBAN.
    pub(super) fn account(&mut self, number: &str, form: AccountForm) -> io::Result<()> {
        self.within("Id", |xml| match (form, rib::to_iban(number)) {
            (AccountForm::Iban, Some(iban)) => xml.leaf("IBAN", &iban),
            _ => xml.within("Othr", |xml| {
                xml.leaf("Id", number)?;
                xml.path(&["SchmeNm", "Prtry"], "RIB")
            }),
        })
    }

    pub(super) fn finish(mut self, lines: u64) -> io::Result<Written> {
        while !self.open.is_empty() {
            self.close()?;
        }
        self.out.finish(lines)
    }

    fn indent(&mut self) -> io::Result<()> {
        write!(self.out, "{:depth$}", "", depth = self.open.len() * 2)
    }
}

/// The text without what XML cannot hold.
fn printable(text: &str) -> Cow<'_, str> {
    let unfit = |c: char| c.is_control() || matches!(c, '\u{FFFE}' | '\u{FFFF}');
    if text.contains(unfit) { Cow::Owned(text.replace(unfit, " ")) } else { Cow::Borrowed(text) }
}

/// A name in the characters of transfers, at most `length` of them.
pub(super) fn name(text: &str, length: usize) -> String {
    to_transfer(&to_transfer(text).chars().take(length).collect::<String>())
}

/// Local time to the second with its offset.
pub(super) fn date_time(at: DateTime<Utc>) -> String {
    at.with_timezone(&ZONE).to_rfc3339_opts(SecondsFormat::Secs, false)
}

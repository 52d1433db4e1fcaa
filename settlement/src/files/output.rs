//! Writing with a count and a digest, and what may go wrong.

use std::io::{self, Write};

use ledger::Money;
use sha2::{Digest, Sha256};

use super::{Line, LineKind, Totals, Unsound};

/// A file that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// Its size.
    pub bytes: u64,
    /// SHA-256 of the whole file in lower-case hex, as `sha256sum` prints it. The biller's next file names it.
    pub sha256: String,
    /// Payments and refunds in it; of a message to the bank, its transfers.
    pub lines: u64,
}

/// Why a file was not written. What has reached the output by then is worthless.
#[derive(Debug, thiserror::Error)]
pub enum WriteError<E: std::error::Error + 'static> {
    /// The lines could not be had.
    #[error("the lines cannot be read: {0}")]
    Lines(#[source] E),
    /// The output takes nothing more.
    #[error("the file cannot be written: {0}")]
    Output(#[from] io::Error),
    /// The totals contradict themselves.
    #[error("the totals are unsound: {0}")]
    Unsound(#[from] Unsound),
    /// The lines and the totals contradict one another.
    #[error("{0}")]
    Difference(Difference),
    /// A value that the format cannot hold.
    #[error("{0}")]
    Unfit(#[from] Unfit),
}

/// A value that a format cannot hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {field}: {why}")]
pub struct Unfit {
    /// The record: `header`, `line 17`, `transfer FT1101W57A1`.
    pub place: String,
    /// The field.
    pub field: &'static str,
    /// What is wrong with it. Never the value itself: it may be personal data.
    pub why: String,
}

impl Unfit {
    pub(super) fn new(place: impl Into<String>, field: &'static str, why: impl Into<String>) -> Self {
        Self { place: place.into(), field, why: why.into() }
    }
}

/// What the lines make, where it is not what the totals say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the lines make {lines} {what} of {amount}, but the totals say {said_lines} of {said_amount}")]
pub struct Difference {
    /// Payments or refunds.
    pub what: &'static str,
    /// How many lines.
    pub lines: u64,
    /// Their sum.
    pub amount: Money,
    /// How many by the totals.
    pub said_lines: u64,
    /// Their sum by the totals.
    pub said_amount: Money,
}

/// What lines make so far.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Tally {
    pub(super) payments: u64,
    pub(super) gross: Money,
    pub(super) refunds: u64,
    pub(super) refunded: Money,
}

impl Tally {
    /// Adds a line; what is wrong with its amount, if something is.
    pub(super) fn add(&mut self, kind: LineKind, amount: Money) -> Result<(), &'static str> {
        const PAST: &str = "the amounts add up past what can be counted";
        match kind {
            LineKind::Payment if amount > Money::ZERO => {
                self.payments += 1;
                self.gross = self.gross.checked_add(amount).ok_or(PAST)?;
            }
            LineKind::Refund if amount < Money::ZERO => {
                self.refunds += 1;
                self.refunded = self.refunded.checked_sub(amount).ok_or(PAST)?;
            }
            LineKind::Payment => return Err("a payment must be above zero"),
            LineKind::Refund => return Err("a refund must be below zero"),
        }
        Ok(())
    }

    pub(super) const fn lines(&self) -> u64 {
        self.payments + self.refunds
    }

    pub(super) fn difference(&self, totals: &Totals) -> Option<Difference> {
        [
            ("payment(s)", self.payments, self.gross, totals.payments, totals.gross),
            ("refund(s)", self.refunds, self.refunded, totals.refunds, totals.refunded),
        ]
        .into_iter()
        .find(|(_, lines, amount, said_lines, said_amount)| lines != said_lines || amount != said_amount)
        .map(|(what, lines, amount, said_lines, said_amount)| Difference {
            what,
            lines,
            amount,
            said_lines,
            said_amount,
        })
    }
}

/// Hands each line on, once counted; the whole must make the totals.
pub(super) fn each_line<E: std::error::Error + 'static>(
    totals: &Totals,
    lines: impl Iterator<Item = Result<Line, E>>,
    mut take: impl FnMut(u64, &Line) -> Result<(), WriteError<E>>,
) -> Result<Tally, WriteError<E>> {
    let mut tally = Tally::default();
    for line in lines {
        let line = line.map_err(WriteError::Lines)?;
        let number = tally.lines() + 1;
        tally.add(line.kind, line.amount).map_err(|why| Unfit::new(format!("line {number}"), "amount", why))?;
        take(number, &line)?;
    }
    match tally.difference(totals) {
        Some(difference) => Err(WriteError::Difference(difference)),
        None => Ok(tally),
    }
}

/// Counts and digests what passes.
pub(super) struct Digesting<W> {
    out: W,
    bytes: u64,
    hash: Sha256,
}

impl<W: Write> Digesting<W> {
    pub(super) fn new(out: W) -> Self {
        Self { out, bytes: 0, hash: Sha256::new() }
    }

    /// The digest of what has passed so far.
    pub(super) fn digest(&self) -> String {
        hex::encode(self.hash.clone().finalize())
    }

    pub(super) fn finish(mut self, lines: u64) -> io::Result<Written> {
        self.out.flush()?;
        Ok(Written { bytes: self.bytes, sha256: hex::encode(self.hash.finalize()), lines })
    }
}

impl<W: Write> Write for Digesting<W> {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        let taken = self.out.write(buffer)?;
        let passed = buffer.get(..taken).unwrap_or(buffer);
        self.hash.update(passed);
        self.bytes += passed.len() as u64;
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

//! A biller's acknowledgement file.

use chrono::NaiveDate;
use ledger::Money;

use super::reading::Layout;
use super::row::{Row, is_digits};

/// What the biller did with a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BillerStatus {
    /// In its books under the receipt number.
    Booked,
    /// Not in its books.
    Rejected,
    /// Told to it more than once; booked once, under the receipt number.
    Duplicate,
}

/// One payment as the biller has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BillerLine {
    /// Line of the file, from 1.
    pub line: u64,
    /// The biller's receipt number; a rejected payment may have none.
    pub receipt: Option<String>,
    /// The hub's payment number, 12 digits.
    pub payment: String,
    /// The principal, above zero.
    pub amount: Money,
    /// The day in the biller's books.
    pub date: NaiveDate,
    /// What it did.
    pub status: BillerStatus,
}

pub(super) struct Biller;

impl Layout for Biller {
    type Line = BillerLine;
    const NAME: &'static str = "FATOURA-ACKNOWLEDGEMENTS";
    const FIELDS: &'static [&'static str] = &["record", "receipt", "payment", "amount", "date", "status"];
    const SOURCE: &'static str = "the biller's code of four digits from 1000";
    const AMOUNT: usize = 3;

    fn is_source(text: &str) -> bool {
        is_digits(text, 4) && !text.starts_with('0')
    }

    fn line(row: &mut Row<'_>) -> Option<BillerLine> {
        let receipt = row.identifier_or_empty(1);
        let payment = row.payment(2);
        let amount = row.amount(3);
        let date = row.day(4);
        let status = row.word(
            5,
            &[
                ("booked", BillerStatus::Booked),
                ("rejected", BillerStatus::Rejected),
                ("duplicate", BillerStatus::Duplicate),
            ],
        );
        let (receipt, status) = (receipt?, status?);
        if receipt.is_none() && status != BillerStatus::Rejected {
            row.fault(1, "empty: only a rejected payment may have no receipt number");
            return None;
        }
        let line = row.place.line;
        Some(BillerLine { line, receipt, payment: payment?, amount: amount?, date: date?, status })
    }
}

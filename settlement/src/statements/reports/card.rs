//! The card gateway's daily report.

use chrono::{DateTime, NaiveDate, Utc};
use ledger::Money;

use super::reading::Layout;
use super::row::{Row, is_digits, two_places};

/// What was done with an order (Nestpay's transaction types).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CardTransaction {
    /// Money was held (PreAuth).
    Hold,
    /// Money was held and captured at once (Auth).
    Sale,
    /// Held money was captured (PostAuth).
    Capture,
    /// Money went back to the payer (Credit).
    Credit,
    /// An earlier transaction was undone before it settled (Void).
    Void,
}

/// How the gateway ended it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CardStatus {
    /// Done.
    Approved,
    /// Refused by the bank.
    Declined,
    /// Failed on the way: nothing moved.
    Error,
}

/// One transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardLine {
    /// Line of the file, from 1.
    pub line: u64,
    /// The merchant's identifier (`clientid`).
    pub merchant: String,
    /// The order: `F` and 12 digits.
    pub order: String,
    /// What was done.
    pub transaction: CardTransaction,
    /// Above zero, whatever the direction.
    pub amount: Money,
    /// The gateway's fee, not below zero.
    pub fee: Money,
    /// When and with which payout the bank pays, where it does.
    pub payout: Option<(NaiveDate, String)>,
    /// The bank's authorisation code.
    pub authorisation: Option<String>,
    /// How it ended.
    pub status: CardStatus,
    /// When.
    pub time: DateTime<Utc>,
}

pub(super) struct Card;

impl Layout for Card {
    type Line = CardLine;
    const NAME: &'static str = "FATOURA-CARD-REPORT";
    const FIELDS: &'static [&'static str] = &[
        "record",
        "merchant",
        "oid",
        "type",
        "amount",
        "currency",
        "fee",
        "value_date",
        "payout",
        "auth_code",
        "status",
        "time",
    ];
    const SOURCE: &'static str = "the gateway's code of 2 to 12 capitals and digits";
    const AMOUNT: usize = 4;

    fn is_source(text: &str) -> bool {
        super::network::is_code(text)
    }

    fn line(row: &mut Row<'_>) -> Option<CardLine> {
        let merchant = row.identifier(1);
        let order = row.read(2, "an order such as F000000000123", |text| {
            text.strip_prefix('F').is_some_and(|digits| is_digits(digits, 12)).then(|| text.to_owned())
        });
        let transaction = row.word(
            3,
            &[
                ("PreAuth", CardTransaction::Hold),
                ("Auth", CardTransaction::Sale),
                ("PostAuth", CardTransaction::Capture),
                ("Credit", CardTransaction::Credit),
                ("Void", CardTransaction::Void),
            ],
        );
        let amount = row.amount(4);
        let currency = row.read(5, "504", |text| (text == "504").then_some(()));
        let fee = row.read(6, "an amount such as 1.20 or 0.00", two_places);
        let value_date = if row.at(7).is_empty() { Some(None) } else { row.day(7).map(Some) };
        let payout = row.identifier_or_empty(8);
        let authorisation = row.identifier_or_empty(9);
        let status = row.word(
            10,
            &[("approved", CardStatus::Approved), ("declined", CardStatus::Declined), ("error", CardStatus::Error)],
        );
        let time = row.time(11);
        let (line, place) = (row.place.line, (value_date?, payout?));
        let payout = match place {
            (Some(date), Some(reference)) => Some((date, reference)),
            (None, None) => None,
            _ => {
                row.fault(8, "value date and payout stand together, or neither does");
                return None;
            }
        };
        currency?;
        Some(CardLine {
            line,
            merchant: merchant?,
            order: order?,
            transaction: transaction?,
            amount: amount?,
            fee: fee?,
            payout,
            authorisation: authorisation?,
            status: status?,
            time: time?,
        })
    }
}

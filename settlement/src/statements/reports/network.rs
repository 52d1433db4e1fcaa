//! An agent network's daily report.

use chrono::{DateTime, Utc};
use ledger::Money;

use super::reading::Layout;
use super::row::Row;

/// What the network did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NetworkKind {
    /// Took cash for a payment.
    Payment,
    /// Cancelled a payment and gave the cash back.
    Cancellation,
}

/// How it stands in the network's books.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NetworkStatus {
    /// Done.
    Accepted,
    /// Refused: the outlet kept no cash.
    Refused,
    /// The network does not know yet.
    Pending,
}

/// One operation of an outlet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NetworkLine {
    /// Line of the file, from 1.
    pub line: u64,
    /// The outlet's number, 3 to 10 digits.
    pub outlet: String,
    /// The network's own reference.
    pub reference: String,
    /// The hub's payment number, where the network had one.
    pub payment: Option<String>,
    /// What the payer gave or got back, above zero.
    pub amount: Money,
    /// Which way.
    pub kind: NetworkKind,
    /// How it stands.
    pub status: NetworkStatus,
    /// When.
    pub time: DateTime<Utc>,
}

pub(super) struct Network;

impl Layout for Network {
    type Line = NetworkLine;
    const NAME: &'static str = "FATOURA-NETWORK-REPORT";
    const FIELDS: &'static [&'static str] =
        &["record", "outlet", "reference", "payment", "amount", "kind", "status", "time"];
    const SOURCE: &'static str = "the network's code of 2 to 12 capitals and digits";
    const AMOUNT: usize = 4;

    fn is_source(text: &str) -> bool {
        is_code(text)
    }

    fn line(row: &mut Row<'_>) -> Option<NetworkLine> {
        let outlet = row.read(1, "the outlet's number of 3 to 10 digits", |text| {
            let sound = (3..=10).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
            (sound && !text.starts_with('0')).then(|| text.to_owned())
        });
        let reference = row.identifier(2);
        let payment = if row.at(3).is_empty() { Some(None) } else { row.payment(3).map(Some) };
        let amount = row.amount(4);
        let kind = row.word(5, &[("payment", NetworkKind::Payment), ("cancellation", NetworkKind::Cancellation)]);
        let status = row.word(
            6,
            &[
                ("accepted", NetworkStatus::Accepted),
                ("refused", NetworkStatus::Refused),
                ("pending", NetworkStatus::Pending),
            ],
        );
        let time = row.time(7);
        Some(NetworkLine {
            line: row.place.line,
            outlet: outlet?,
            reference: reference?,
            payment: payment?,
            amount: amount?,
            kind: kind?,
            status: status?,
            time: time?,
        })
    }
}

/// 2 to 12 capitals and digits, beginning with a capital, as in a network file.
pub(super) fn is_code(text: &str) -> bool {
    (2..=12).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
        && text.starts_with(|c: char| c.is_ascii_uppercase())
}

//! What operators watch, as data: payments by minute, what is unknown, what waits, what is late.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use ledger::{
    BreakKind, Channel, IncidentKind, Instrument, Money, PaymentState, StoredJob, TaskKind, Undelivered,
    UnknownPayment, Waiting,
};

/// How a payment counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// Under way.
    Open,
    /// The biller has booked it, whatever became of it later.
    Confirmed,
    /// Money that was taken or held goes back: the bill could not be paid.
    Returned,
    /// No money was taken: refused by the payer's bank, or not paid in time.
    NotPaid,
}

impl Outcome {
    /// Every outcome, in the order of [`Counts`].
    pub const ALL: [Self; 4] = [Self::Open, Self::Confirmed, Self::Returned, Self::NotPaid];

    /// How a state counts.
    pub const fn of(state: PaymentState) -> Self {
        match state {
            PaymentState::Awaiting | PaymentState::Held | PaymentState::Taken => Self::Open,
            PaymentState::Confirmed | PaymentState::Cancelling | PaymentState::Cancelled => Self::Confirmed,
            PaymentState::Returning | PaymentState::Returned => Self::Returned,
            PaymentState::Declined | PaymentState::Expired => Self::NotPaid,
        }
    }
}

/// Payments by how they count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Under way.
    pub open: u64,
    /// Booked by the biller.
    pub confirmed: u64,
    /// Money that goes, or went, back.
    pub returned: u64,
    /// Refused, or not paid in time.
    pub not_paid: u64,
}

impl Counts {
    /// All of them.
    pub const fn total(&self) -> u64 {
        self.open + self.confirmed + self.returned + self.not_paid
    }

    /// How many of a thousand the biller booked, of those that it was told of and that have ended; `None`: there are none.
    pub fn booked_per_mille(&self) -> Option<u64> {
        per_mille(self.confirmed, self.confirmed + self.returned)
    }

    /// How many of a thousand were booked, of all that have ended; `None`: there are none.
    pub fn paid_per_mille(&self) -> Option<u64> {
        per_mille(self.confirmed, self.confirmed + self.returned + self.not_paid)
    }

    pub(crate) fn of(&mut self, outcome: Outcome) -> &mut u64 {
        match outcome {
            Outcome::Open => &mut self.open,
            Outcome::Confirmed => &mut self.confirmed,
            Outcome::Returned => &mut self.returned,
            Outcome::NotPaid => &mut self.not_paid,
        }
    }

    pub(crate) fn add(&mut self, other: Self) {
        self.open += other.open;
        self.confirmed += other.confirmed;
        self.returned += other.returned;
        self.not_paid += other.not_paid;
    }
}

/// Rounded down: a hundred per cent is said of all alone.
fn per_mille(part: u64, whole: u64) -> Option<u64> {
    (part * 1_000).checked_div(whole)
}

/// Minutes that the curves of channels show.
pub const CURVE_MINUTES: usize = 60;

/// What payments came to, by when they were started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Traffic {
    /// The minute after the last one of the curves, in minutes since 1970.
    pub until_minute: i64,
    /// The payments of each of the last 60 minutes, the oldest first, by channel; every channel is there.
    pub curves: BTreeMap<Channel, [u64; CURVE_MINUTES]>,
    /// By biller: the last hour and the last day.
    pub billers: BTreeMap<u16, [Counts; 2]>,
    /// By instrument: the last hour and the last day.
    pub instruments: BTreeMap<Instrument, [Counts; 2]>,
    /// `Some`: there were too many to count a whole day; it counts from here.
    pub since: Option<DateTime<Utc>>,
}

/// The writer of this process and the tasks of all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Queues {
    /// Writes that wait for the writer of this process, or are in its batch.
    pub writer: u64,
    /// Tasks that are due, by kind.
    pub due: Vec<Waiting<TaskKind>>,
}

/// What is unknown, the oldest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unknowns {
    /// At most 20.
    pub oldest: Vec<UnknownPayment>,
    /// How many, by what is asked.
    pub all: Vec<Waiting<TaskKind>>,
}

/// A float that is low.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LowFloat {
    /// The outlet's number.
    pub outlet: String,
    /// Its network's code.
    pub network: String,
    /// What is left.
    pub left: Money,
    /// Below which it is low.
    pub threshold: Money,
}

/// What a person is to look at, by kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToLookAt {
    /// Open incidents.
    pub incidents: Vec<Waiting<IncidentKind>>,
    /// Breaks that are not closed.
    pub breaks: Vec<Waiting<BreakKind>>,
}

/// Files and messages that have not arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UndeliveredFiles {
    /// How many.
    pub count: i64,
    /// The oldest, at most 10.
    pub oldest: Vec<Undelivered>,
}

/// One part of the board; `None`: it could not be read.
pub type Tile<T> = Option<T>;

/// The board as it stood at a moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BoardView {
    /// When it was read.
    pub read_at: DateTime<Utc>,
    /// Payments by minute, and how they end.
    pub traffic: Tile<Traffic>,
    /// What is unknown.
    pub unknowns: Tile<Unknowns>,
    /// Billers whose breaker is open in this process.
    pub breakers: Vec<u16>,
    /// What waits.
    pub queues: Tile<Queues>,
    /// Messages that could not be sent yet, by kind.
    pub messages: Tile<Vec<Waiting<TaskKind>>>,
    /// Floats that are low, at most 20, the emptiest first.
    pub floats: Tile<Vec<LowFloat>>,
    /// Jobs whose runs fail, or for which a person was called.
    pub jobs: Tile<Vec<StoredJob>>,
    /// Incidents and breaks.
    pub to_look_at: Tile<ToLookAt>,
    /// Files that have not arrived.
    pub files: Tile<UndeliveredFiles>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case::none(0, 0, 0, None, None)]
    #[case::all(3, 0, 0, Some(1_000), Some(1_000))]
    #[case::payers_refused(9, 0, 1, Some(1_000), Some(900))]
    #[case::returned(1, 2, 0, Some(333), Some(333))]
    #[case::never_rounded_up_to_all(99_999, 1, 0, Some(999), Some(999))]
    #[case::only_refused(0, 0, 5, None, Some(0))]
    fn rates(
        #[case] confirmed: u64,
        #[case] returned: u64,
        #[case] not_paid: u64,
        #[case] booked: Option<u64>,
        #[case] paid: Option<u64>,
    ) {
        let counts = Counts { open: 7, confirmed, returned, not_paid };
        assert_eq!((counts.booked_per_mille(), counts.paid_per_mille()), (booked, paid));
    }
}

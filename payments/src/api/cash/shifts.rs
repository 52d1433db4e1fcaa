//! Shifts at tills.

use ledger::{Actor, Money, Shift, ShiftMovementKind};

use super::CounterFault;
use crate::api::Infrastructure;

/// Notes and coins of the dirham, largest first, in centimes: what a drawer is counted in.
pub const DENOMINATIONS: [Money; 13] = [
    Money::from_minor(20_000),
    Money::from_minor(10_000),
    Money::from_minor(5_000),
    Money::from_minor(2_000),
    Money::from_minor(1_000),
    Money::from_minor(500),
    Money::from_minor(200),
    Money::from_minor(100),
    Money::from_minor(50),
    Money::from_minor(20),
    Money::from_minor(10),
    Money::from_minor(5),
    Money::from_minor(1),
];

/// "I begin."
#[derive(Debug, Clone)]
pub struct OpenShift {
    /// The outlet's number.
    pub outlet: String,
    /// The till's name.
    pub till: String,
    /// What lies in the drawer.
    pub opening_cash: Money,
    /// Whose shift it is.
    pub actor: Actor,
}

/// Cash that goes into the drawer or out of it, beside payments.
#[derive(Debug, Clone)]
pub struct MoveCash {
    /// The shift's number.
    pub shift: i64,
    /// [`ShiftMovementKind::In`] or [`ShiftMovementKind::Out`]; the hub writes the others itself.
    pub kind: ShiftMovementKind,
    /// How much, above zero.
    pub amount: Money,
    /// Why (1 to 200 characters).
    pub reason: String,
    /// A key of the page against a double click.
    pub key: String,
    /// Who moves it.
    pub actor: Actor,
}

/// How many of one note or coin were counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counted {
    /// One of [`DENOMINATIONS`].
    pub denomination: Money,
    /// How many.
    pub pieces: u32,
}

/// "I have counted."
#[derive(Debug, Clone)]
pub struct CloseShift {
    /// The shift's number.
    pub shift: i64,
    /// What was counted; denominations left out count as none.
    pub counted: Vec<Counted>,
    /// Why the drawer is over or short; needed where it is.
    pub reason: Option<String>,
    /// The supervisor who approves a difference above the network's tolerance: somebody else, signed in for it.
    pub supervisor: Option<Actor>,
    /// Who closes.
    pub actor: Actor,
}

/// Why a shift was not opened, moved or closed.
#[derive(Debug, thiserror::Error)]
pub enum ShiftError {
    /// The outlet or till cannot be used.
    #[error(transparent)]
    Counter(#[from] CounterFault),
    /// No such shift.
    #[error("no such shift")]
    UnknownShift,
    /// The till has an open shift already: its number.
    #[error("the till's shift {0} is open")]
    AlreadyOpen(i64),
    /// The shift is closed and takes nothing more.
    #[error("the shift is closed")]
    Closed,
    /// An amount below zero, or nothing where something is moved.
    #[error("the amount is not allowed")]
    BadAmount,
    /// A reason is missing or longer than 200 characters.
    #[error("a reason of 1 to 200 characters is needed")]
    NoReason,
    /// Something was counted that is no note or coin of the dirham, or twice.
    #[error("{0} is not a note or coin, or is counted twice")]
    BadDenomination(Money),
    /// More would go out than the drawer can hold.
    #[error("the drawer holds {0}")]
    DrawerTooLow(Money),
    /// Counted is not expected: a reason is needed.
    #[error("the drawer is off by {difference}: a reason is needed")]
    NeedsReason {
        /// What should be there.
        expected: Money,
        /// What was counted.
        counted: Money,
        /// Counted less expected: below zero is short.
        difference: Money,
    },
    /// The difference is above the tolerance: a supervisor, who is not the one that closes, must approve.
    #[error("the drawer is off by {difference}, more than {tolerance}: a supervisor must approve")]
    NeedsSupervisor {
        /// Counted less expected: below zero is short.
        difference: Money,
        /// What needs no supervisor.
        tolerance: Money,
    },
    /// The network lets no shift close while payments are pending: their public references.
    #[error("{} payment(s) are still pending", .0.len())]
    Pending(Vec<String>),
    /// The key was used for another movement.
    #[error("this key was used for another movement")]
    KeyConflict,
    /// Our own trouble.
    #[error(transparent)]
    Infrastructure(#[from] Infrastructure),
}

/// A shift with its figures.
#[derive(Debug, Clone)]
pub struct ShiftView {
    /// The shift as it stands, or stood at its closure.
    pub shift: Shift,
    /// Cash taken for payments: every total, whatever became of it since.
    pub taken: Money,
    /// How many payments that is.
    pub payments: u32,
    /// The sum of movements in, given-back cash of cancelled payments counted as out.
    pub moved: Money,
    /// Opening cash + movements + cash taken.
    pub expected: Money,
    /// Payments that the biller has not decided, carried in from earlier shifts of the till included: public references.
    pub pending: Vec<String>,
}

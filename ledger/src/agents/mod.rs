//! Cash agents: networks and their outlets, shifts at tills, floats, references payable at an outlet, late cash, and the
//! register of stamp duty. What a payment at a counter does is the writer's (`writer/agents.rs`); here is what stands
//! around it, as rare writes and reads.
//!
//! Networks prefund their outlets' floats, so the cash in a drawer is the network's own from the moment it is taken: a
//! drawer that is over or short is written on its shift and reported, and is in no account of the hub.

pub(crate) mod cash_references;
pub(crate) mod closures;
mod counters;
mod duty;
mod floats;
mod late_cash;
mod networks;
pub(crate) mod payments;
mod reminders;
mod requests;
pub(crate) mod shifts;
mod statement;

pub use cash_references::{CashReference, CashReferenceState, KeptCashReference, NewCashReference};
pub use closures::{Closure, ClosureOutcome, ShiftTotals};
pub use duty::DutyTotals;
pub use floats::{
    FloatDecision, FloatRequest, FloatRequestKind, FloatRequestOutcome, FloatRequestState, NewFloatRequest,
};
pub use late_cash::{LateCash, LateCashOutcome, LateCashRelease, LateReason, NewLateCash};
pub use networks::{NewNetwork, OutletTaken, StoredNetwork};
pub use payments::{AgentPay, AgentPayment, AgentPaymentsPage, Cancellation, GiveBack, GiveBackOutcome};
pub use shifts::{
    Closed, MovementOutcome, NewMovement, NewShift, Shift, ShiftMovement, ShiftMovementKind, ShiftOpened, ShiftState,
};
pub use statement::StatementLine;

use crate::accounts::{Account, AccountKind};

/// A member of staff, by number and name: as it is to be remembered, whatever becomes of the account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// The number of the account.
    pub id: i64,
    /// The name.
    pub name: String,
}

/// Whose rows are asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whose {
    /// All networks'.
    All,
    /// Those of a network, by its code.
    Network(String),
    /// Those of an outlet, by its number.
    Outlet(String),
}

/// The float of an outlet.
pub fn float_of(outlet: &str) -> Account {
    Account::of(AccountKind::AgentFloat, outlet)
}

//! Money that a gateway holds: captured by people, all or part of it, let go by them, or let go as its time is over.
//!
//! A payment that was held is captured by its task, which is the only one that asks the gateway to. People say what is to be
//! captured before that task asks, in the commit that has it ask now; so what they said is on disk before the gateway hears
//! of it. Once a capture is asked and not refused, the hold is neither let go nor said to be over: whether money was taken is
//! not known then. All of it holds the payment's row until the commit, and the database keeps one word for a hold.

mod acting;
mod words;

use chrono::NaiveDateTime;
use diesel::prelude::*;

use crate::agents::Actor;
use crate::bills::BillClaim;
use crate::ledger::Reader;
use crate::money::Money;
use crate::postings::{Amounts, Moment};
use crate::states::PaymentState;
use crate::storage::schema::hold_acts;
use crate::storage::{Conn, StorageError};

pub use words::HoldAct;

/// What people decided about a hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HoldDecision {
    /// The payment's number.
    pub payment: i64,
    /// What they decided.
    pub act: HoldAct,
    /// What the gateway holds.
    pub held: Money,
    /// What is to be captured of it; zero where it is let go.
    pub amount: Money,
    /// When (UTC).
    pub asked_at: NaiveDateTime,
    /// Who.
    pub by: Actor,
    /// Why, in their words, or empty.
    pub note: String,
    /// When the gateway refused to capture it (UTC): it still only holds.
    pub refused_at: Option<NaiveDateTime>,
    /// The gateway's words, or empty.
    pub words: String,
}

impl HoldDecision {
    /// Whether a capture was asked for and is not known to be refused.
    pub fn is_capturing(&self) -> bool {
        self.act == HoldAct::Capture && self.refused_at.is_none()
    }
}

/// A capture that somebody asks for.
#[derive(Debug, Clone)]
pub struct NewCapture {
    /// The payment's number.
    pub payment: i64,
    /// What is to be taken: what the payment then is.
    pub amounts: Amounts,
    /// What of its bills it then pays.
    pub bills: Vec<BillClaim>,
    /// Why, or empty.
    pub note: String,
    /// Who.
    pub actor: Actor,
    /// Now.
    pub moment: Moment,
}

/// A hold that is let go.
#[derive(Debug, Clone)]
pub struct NewRelease {
    /// The payment's number.
    pub payment: i64,
    /// Who lets it go and why; `None`: its time is over.
    pub by: Option<(Actor, String)>,
    /// The task that found out that its time is over, done with it.
    pub task: Option<i64>,
    /// Now.
    pub moment: Moment,
}

/// What became of a wish. Refusals are tested in the order in which they stand here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HoldOutcome {
    /// Done: the capture is asked for, or the money goes back.
    Done,
    /// No such payment.
    NoSuchPayment,
    /// Nothing is held: where the payment stands. Nothing changed.
    NotHeld(PaymentState),
    /// A capture is asked for, and its outcome is not known. Nothing changed.
    Capturing,
    /// It is more than is held, or another amount than the one that was refused. Nothing changed.
    NotWithin(Money),
}

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = hold_acts)]
pub(crate) struct HoldRow {
    pub payment_id: i64,
    pub act: i16,
    pub held: i64,
    pub amount: i64,
    pub asked_at: NaiveDateTime,
    pub asked_by: i64,
    pub asked_by_name: String,
    pub note: String,
    pub refused_at: Option<NaiveDateTime>,
    pub words: String,
}

impl TryFrom<HoldRow> for HoldDecision {
    type Error = StorageError;

    fn try_from(row: HoldRow) -> Result<Self, StorageError> {
        let act = HoldAct::from_code(row.act);
        Ok(Self {
            act: act.ok_or_else(|| StorageError::Damaged(format!("what was done to hold {}", row.payment_id)))?,
            payment: row.payment_id,
            held: Money::from_minor(row.held),
            amount: Money::from_minor(row.amount),
            asked_at: row.asked_at,
            by: Actor { id: row.asked_by, name: row.asked_by_name },
            note: row.note,
            refused_at: row.refused_at,
            words: row.words,
        })
    }
}

fn decision(connection: &mut Conn, payment: i64) -> Result<Option<HoldDecision>, StorageError> {
    let row = hold_acts::table.filter(hold_acts::payment_id.eq(payment)).select(HoldRow::as_select());
    row.get_result::<HoldRow>(connection).optional()?.map(HoldDecision::try_from).transpose()
}

impl Reader<'_> {
    /// What people decided about a payment's hold.
    pub fn hold_decision(&mut self, payment: i64) -> Result<Option<HoldDecision>, StorageError> {
        decision(self.connection, payment)
    }
}

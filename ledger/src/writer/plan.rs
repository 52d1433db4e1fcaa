//! What a batch will write: one list per table.

use std::collections::BTreeMap;

use chrono::NaiveDateTime;

use super::agents::AgentPlan;
use super::commands::RequestKey;
use super::view::BillView;
use super::windows::WindowPlan;
use crate::bills::BillKey;
use crate::guard::{GuardSubject, GuardTrace};
use crate::postings::Posting;
use crate::states::{PaymentState, TaskKind};
use crate::storage::rows::PaymentRow;

/// A row of the outbox to come.
pub(super) struct NewTask {
    pub id: i64,
    pub kind: TaskKind,
    pub payment: i64,
    pub due_at: NaiveDateTime,
    pub created_at: NaiveDateTime,
}

/// What a payment leaves for rules that count.
pub(super) struct NewTrace {
    pub trace: GuardTrace,
    pub at: NaiveDateTime,
    pub payment: i64,
    pub subject: GuardSubject,
}

/// A bill before and after the batch; `before` guards the write against other processes.
pub(super) struct BillChange {
    pub biller: i32,
    pub before: Option<BillView>,
    pub after: BillView,
}

#[derive(Default)]
pub(super) struct Plan {
    pub new_payments: Vec<PaymentRow>,
    /// The state before the batch, and the row after it.
    pub changed_payments: BTreeMap<i64, (PaymentState, PaymentRow)>,
    pub bills: BTreeMap<BillKey, BillChange>,
    pub keys: Vec<(RequestKey, i64, NaiveDateTime)>,
    /// Number, payment, posting.
    pub postings: Vec<(i64, i64, Posting)>,
    pub tasks: Vec<NewTask>,
    pub done_tasks: Vec<(i64, NaiveDateTime)>,
    /// Empty but where rules count by address or card.
    pub traces: Vec<NewTrace>,
    /// Empty but for payments at counters.
    pub agents: AgentPlan,
    /// Empty but for confirmations and their reversals.
    pub windows: WindowPlan,
}

impl Plan {
    pub fn set_bill(&mut self, key: BillKey, biller: i32, before: Option<BillView>, after: BillView) {
        // A bill touched twice in one batch keeps what it was before the first.
        self.bills.entry(key).and_modify(|change| change.after = after).or_insert(BillChange { biller, before, after });
    }

    pub fn change_payment(&mut self, from: PaymentState, row: PaymentRow) {
        // Numbers grow, so new payments stand in order.
        if let Ok(at) = self.new_payments.binary_search_by_key(&row.id, |new| new.id) {
            self.new_payments[at] = row;
            return;
        }
        self.changed_payments.entry(row.id).and_modify(|(_, known)| *known = row.clone()).or_insert((from, row));
    }
}

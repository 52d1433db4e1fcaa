//! Words and small views that several pages of the outlet share.

use ledger::Language;
use payments::api::Standing;
use payments::api::cash::{CashPayment, CounterFault, Instruction};
use payments::catalogue::{Biller, Catalogue};

use crate::receipt::bill_names;
use crate::web::format;
use crate::web::views::BillerView;

/// The word of what is to be done: for the status endpoint, the stylesheet, and the keys of messages.
pub(super) const fn word(found: &CashPayment) -> &'static str {
    match found.instruction {
        // The drawer counts a cancelled payment's cash as handed over from the moment at which the biller agreed.
        Instruction::CashGivenBack(_) if matches!(found.payment.standing, Standing::Cancelled) => "cancelled",
        Instruction::HandReceipt => "confirmed",
        Instruction::TellPending => "pending",
        Instruction::AwaitCancellation => "cancelling",
        Instruction::GiveCashBack(_) => "give-back",
        Instruction::CashGivenBack(_) => "given-back",
    }
}

/// Whether the next look may tell something else.
pub(super) const fn is_open(instruction: &Instruction) -> bool {
    matches!(instruction, Instruction::TellPending | Instruction::AwaitCancellation)
}

/// The message about a counter that takes no payments.
pub(super) const fn counter_fault(fault: CounterFault) -> &'static str {
    match fault {
        CounterFault::UnknownOutlet => "outlet-none",
        CounterFault::Inactive => "outlet-inactive",
        CounterFault::UnknownTill => "outlet-till-none",
    }
}

/// A biller as the head of a page shows it; its code once it left the catalogue.
pub(super) fn biller_view(catalogue: &Catalogue, code: u16, kind: &str, language: Language) -> BillerView {
    match catalogue.get(code) {
        Some(biller) => BillerView::of(biller, biller.receivable_type(kind), language),
        None => BillerView::gone(code),
    }
}

/// A payment in a list.
pub(super) struct Line {
    pub(super) reference: String,
    pub(super) at: String,
    pub(super) biller: String,
    pub(super) contract: String,
    pub(super) total: String,
    pub(super) till: String,
    pub(super) word: &'static str,
    pub(super) href: String,
}

impl Line {
    pub(super) fn of(language: Language, biller: Option<&Biller>, found: &CashPayment) -> Self {
        let (name, kind) = bill_names(language, biller, found.payment.biller, &found.payment.receivable_type);
        Self {
            reference: found.payment.reference.clone(),
            at: format::stamp(found.payment.started_at),
            biller: if kind.is_empty() { name } else { format!("{name} — {kind}") },
            contract: found.payment.contract_masked.clone(),
            total: format::money(language, found.payment.amounts.total),
            till: found.till.clone(),
            word: word(found),
            href: format!("/{language}/staff/outlet/payments/{}", found.payment.reference),
        }
    }
}

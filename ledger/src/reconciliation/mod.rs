//! Reconciliation as rows: files that came in, the bank's entries and what they are matched with, payouts that are awaited,
//! breaks and what was done about them. The rules of matching are not known here.

mod awaited;
mod bank;
mod breaks;
mod effects;
mod imports;
mod invoices;
mod matches;
mod owners;
mod proofs;
mod reported;
mod reports;
mod resolving;
mod staging;
mod words;

pub use awaited::{AwaitedTransfer, NewPayout, Payout};
pub use bank::{BankDetail, BankEntry, BankStatement};
pub(crate) use breaks::gateway_difference;
pub use breaks::{Break, BreakFilter, BreakNote, NewBreak};
pub use effects::{Proposal, ResolutionEffect};
pub use imports::{Import, ImportEnd, NewImport};
pub use invoices::CommissionInvoice;
pub use matches::{BankMatch, BankPlace, MatchOutcome, Matched};
pub use proofs::{
    BankProof, BooksProof, GatewayProof, OpenBreaks, ProofItem, ProofItems, ReconciliationDay, SourceDay,
};
pub use reported::{ReportOf, ReportedPayment, SourcePayments};
pub use reports::{ReportSlice, ReportedRefund};
pub use resolving::{NewResolution, Resolved, Unfit};
pub use staging::{NewBankEntry, StagedRow, Staging};
pub use words::{
    BreakAction, BreakKind, BreakSource, BreakState, BreakSubject, EntryState, ImportKind, ImportState, MatchRule,
    MatchSubject, Resolution,
};

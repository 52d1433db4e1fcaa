//! Outcomes that nobody ever said, as people look at them and decide them.

use chrono::NaiveDateTime;
use ledger::{
    OutcomeAbout, OutcomeProposal, OutcomeSubject, OutcomeVerdict, Payment, Refund, StoredTask, UnknownOutcome,
};

/// A payment or a refund, with what is unknown of it.
#[derive(Debug, Clone)]
pub struct OutcomeView {
    /// Which.
    pub about: OutcomeAbout,
    /// The payment.
    pub payment: Payment,
    /// The refund, if it is one.
    pub refund: Option<Refund>,
    /// What is unknown; `None`: it is known.
    pub unknown: Option<UnknownOutcome>,
    /// From when on people may say what became of it (UTC); `None`: they may.
    pub from: Option<NaiveDateTime>,
    /// What was asked, and what was answered.
    pub asked: Vec<StoredTask>,
    /// What people said before, the newest first.
    pub proposals: Vec<OutcomeProposal>,
}

/// What somebody says became of it.
#[derive(Debug, Clone)]
pub struct OutcomeWish {
    /// Of what.
    pub about: OutcomeAbout,
    /// What was unknown when they looked.
    pub subject: OutcomeSubject,
    /// What they say.
    pub verdict: OutcomeVerdict,
    /// The biller's receipt number, where it booked a payment; else empty.
    pub receipt_number: String,
    /// How they know.
    pub evidence: String,
}

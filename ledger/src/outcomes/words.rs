//! The words of outcomes that people decide.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

use crate::states::{IncidentKind, PaymentState, TaskKind};
use crate::vocabulary::{UnknownWord, words};

words! {
    /// What is not known.
    OutcomeSubject: "confirmation, return, cancellation, refund" {
        /// Whether the biller booked a payment. About the payment.
        Confirmation = 1, "confirmation";
        /// Whether the gateway gave the money of a payment back. About the payment.
        Return = 2, "return";
        /// Whether the biller cancelled a payment. About the payment.
        Cancellation = 3, "cancellation";
        /// Whether the gateway gave a refund back. About the refund.
        Refund = 4, "refund";
    }
}

impl OutcomeSubject {
    /// What is not known of a payment in this state, once nobody answers.
    pub const fn of_state(state: PaymentState) -> Option<Self> {
        match state {
            PaymentState::Taken => Some(Self::Confirmation),
            PaymentState::Returning => Some(Self::Return),
            PaymentState::Cancelling => Some(Self::Cancellation),
            _ => None,
        }
    }

    /// What people can say of it. Money that is going back goes on being given back until it is back: that it is not yet is
    /// no outcome, and it is asked for again without anybody's word, which cannot give it back twice (`docs/operations.md`).
    pub const fn verdicts(self) -> &'static [OutcomeVerdict] {
        match self {
            Self::Return => &[OutcomeVerdict::Done],
            Self::Confirmation | Self::Cancellation | Self::Refund => &[OutcomeVerdict::Done, OutcomeVerdict::NotDone],
        }
    }

    /// The task that asks.
    pub const fn task(self) -> TaskKind {
        match self {
            Self::Confirmation => TaskKind::ConfirmBiller,
            Self::Return => TaskKind::ReturnMoney,
            Self::Cancellation => TaskKind::CancelBiller,
            Self::Refund => TaskKind::Refund,
        }
    }

    /// What calls people once it asks no more.
    pub const fn incident(self) -> IncidentKind {
        match self {
            Self::Confirmation => IncidentKind::UnresolvedConfirmation,
            Self::Return => IncidentKind::UnresolvedReturn,
            Self::Cancellation => IncidentKind::UnresolvedCancellation,
            Self::Refund => IncidentKind::UnresolvedRefund,
        }
    }
}

words! {
    /// What people say became of it.
    OutcomeVerdict: "done, not done" {
        /// The biller or the gateway did it.
        Done = 1, "done";
        /// It did not, and will not.
        NotDone = 2, "not done";
    }
}

words! {
    /// Where a proposal stands.
    OutcomeState: "proposed, approved, refused, withdrawn, overtaken" {
        /// Waits for another person.
        Proposed = 1, "proposed";
        /// Another person agreed, and it was done by the same commit. Final.
        Approved = 2, "approved";
        /// Another person said no. Final.
        Refused = 3, "refused";
        /// Its proposer took it back. Final.
        Withdrawn = 4, "withdrawn";
        /// The biller or the gateway answered first, or was asked again since. Final.
        Overtaken = 5, "overtaken";
    }
}

//! The words of refunds.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

use crate::vocabulary::{UnknownWord, words};

words! {
    /// Where a refund stands.
    RefundState: "proposed, refused, withdrawn, pending, done, failed" {
        /// Waits for another person. What it asks for is reserved.
        Proposed = 1, "proposed";
        /// Another person said no. Final.
        Refused = 2, "refused";
        /// Its proposer took it back. Final.
        Withdrawn = 3, "withdrawn";
        /// Decided and booked; what became of it at the gateway is not known yet.
        Pending = 4, "pending";
        /// The money went back. Final.
        Done = 5, "done";
        /// The gateway did not give it back, for good; its booking was reversed. Final.
        Failed = 6, "failed";
    }
}

impl RefundState {
    /// Whether what it asks for cannot be given back by another refund.
    pub const fn is_reserved(self) -> bool {
        matches!(self, Self::Proposed | Self::Pending | Self::Done)
    }
}

words! {
    /// Why money goes back.
    RefundReason: "paid twice, wrong bill, wrong amount, cancelled by biller, other" {
        /// The payer paid the bill another way too.
        PaidTwice = 1, "paid twice";
        /// The payer meant another bill.
        WrongBill = 2, "wrong bill";
        /// The payer paid more than was due.
        WrongAmount = 3, "wrong amount";
        /// The biller took its receivable back.
        CancelledByBiller = 4, "cancelled by biller";
        /// As the note says.
        Other = 5, "other";
    }
}

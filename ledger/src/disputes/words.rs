//! The words of disputes.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

use crate::vocabulary::{UnknownWord, words};

words! {
    /// What somebody complains of.
    DisputeKind: "not credited, paid twice, wrong contract, wrong amount, no receipt, not mine, no refund, other" {
        /// The money was taken, and the biller says that the bill is due still.
        NotCredited = 1, "not credited";
        /// The bill was paid another way too.
        PaidTwice = 2, "paid twice";
        /// Somebody else's bill was paid.
        WrongContract = 3, "wrong contract";
        /// More was taken than was due.
        WrongAmount = 4, "wrong amount";
        /// An outlet took cash and gave no receipt.
        NoReceipt = 5, "no receipt";
        /// The card's holder did not pay; also as the gateway tells of a chargeback.
        NotMine = 6, "not mine";
        /// A refund was promised and has not come.
        NoRefund = 7, "no refund";
        /// As the words say.
        Other = 8, "other";
    }
}

words! {
    /// Who opened a dispute.
    DisputeOrigin: "payer, desk, back office, biller, gateway" {
        /// The payer, on the payment's page.
        Payer = 1, "payer";
        /// A teleoperator, for a caller.
        Desk = 2, "desk";
        /// The back office.
        BackOffice = 3, "back office";
        /// The biller's own people.
        Biller = 4, "biller";
        /// The back office, as a gateway told of it.
        Gateway = 5, "gateway";
    }
}

words! {
    /// Where a dispute stands.
    DisputeState: "open, at biller, at payer, proposed, upheld, rejected, withdrawn" {
        /// Somebody of the hub has to look.
        Open = 1, "open";
        /// The biller was asked, and has not answered.
        AtBiller = 2, "at biller";
        /// The payer was asked, and has not answered.
        AtPayer = 3, "at payer";
        /// An outcome that moves money waits for a second person, or for the money.
        Proposed = 4, "proposed";
        /// Closed: the payer was right.
        Upheld = 5, "upheld";
        /// Closed: the payer was not.
        Rejected = 6, "rejected";
        /// Closed: whoever opened it took it back.
        Withdrawn = 7, "withdrawn";
    }
}

impl DisputeState {
    /// Whether it is closed.
    pub const fn is_closed(self) -> bool {
        matches!(self, Self::Upheld | Self::Rejected | Self::Withdrawn)
    }
}

words! {
    /// What the outcome of a dispute does to money.
    DisputeEffect: "none, refund, correction" {
        /// Nothing.
        Nothing = 1, "none";
        /// The hub gives money back: a refund of the payment.
        Refund = 2, "refund";
        /// The biller puts it right on its side; the hub books nothing.
        Correction = 3, "correction";
    }
}

words! {
    /// What was done about a dispute.
    DisputeAction: "opened, assigned, noted, asked biller, biller answered, asked payer, payer answered, taken up, \
                    proposed, approved, refused, upheld, rejected, withdrawn, reopened, late, refund failed" {
        /// It was opened.
        Opened = 1, "opened";
        /// Somebody is to follow it up; the note is their name.
        Assigned = 2, "assigned";
        /// A note, for the hub's own people.
        Noted = 3, "noted";
        /// The biller was asked; the note is the question.
        AskedBiller = 4, "asked biller";
        /// The biller answered.
        BillerAnswered = 5, "biller answered";
        /// The payer was asked; the note is the question.
        AskedPayer = 6, "asked payer";
        /// The payer answered.
        PayerAnswered = 7, "payer answered";
        /// Nobody is waited for any more.
        TakenUp = 8, "taken up";
        /// An outcome that moves money was proposed; the note is what the payer would be told.
        Proposed = 9, "proposed";
        /// The second person said yes.
        Approved = 10, "approved";
        /// The second person said no, or the proposal was taken back.
        Refused = 11, "refused";
        /// Closed for the payer; the note is what they are told.
        Upheld = 12, "upheld";
        /// Closed against the payer; the note is what they are told.
        Rejected = 13, "rejected";
        /// Taken back by whoever opened it.
        Withdrawn = 14, "withdrawn";
        /// Opened once more, after it was closed.
        Reopened = 15, "reopened";
        /// It was not answered by its day.
        Late = 16, "late";
        /// The refund that was to close it came to nothing.
        RefundFailed = 17, "refund failed";
    }
}

impl DisputeAction {
    /// Where it leads from a state; `None` where it cannot be done.
    pub const fn leads(self, from: DisputeState) -> Option<DisputeState> {
        use DisputeState as S;
        match (self, from) {
            (Self::Assigned | Self::Late, S::Open | S::AtBiller | S::AtPayer | S::Proposed) => Some(from),
            (Self::Noted, _) => Some(from),
            (Self::AskedBiller, S::Open | S::AtPayer) => Some(S::AtBiller),
            (Self::AskedPayer, S::Open | S::AtBiller) => Some(S::AtPayer),
            (Self::BillerAnswered, S::AtBiller) => Some(S::Open),
            (Self::PayerAnswered, S::AtPayer) => Some(S::Open),
            (Self::TakenUp, S::AtBiller | S::AtPayer) => Some(S::Open),
            (Self::Proposed, S::Open | S::AtBiller | S::AtPayer) => Some(S::Proposed),
            (Self::Approved, S::Proposed) => Some(S::Upheld),
            (Self::Refused | Self::RefundFailed, S::Proposed) => Some(S::Open),
            (Self::Upheld, S::Open | S::AtBiller | S::AtPayer | S::Proposed) => Some(S::Upheld),
            (Self::Rejected, S::Open | S::AtBiller | S::AtPayer) => Some(S::Rejected),
            (Self::Withdrawn, S::Open | S::AtBiller | S::AtPayer) => Some(S::Withdrawn),
            (Self::Reopened, S::Upheld | S::Rejected) => Some(S::Open),
            _ => None,
        }
    }

    /// Whether the payer hears of it by message: it was opened, or stands elsewhere, and they did not do it themselves.
    pub const fn is_told(self) -> bool {
        !matches!(self, Self::Assigned | Self::Noted | Self::PayerAnswered | Self::Late)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use DisputeAction as A;
    use DisputeState as S;
    use rstest::rstest;

    /// What can be done in each state.
    #[rstest]
    #[case(S::Open, &[A::Assigned, A::Noted, A::AskedBiller, A::AskedPayer, A::Proposed, A::Upheld, A::Rejected, A::Withdrawn, A::Late])]
    #[case(S::AtBiller, &[A::Assigned, A::Noted, A::BillerAnswered, A::AskedPayer, A::TakenUp, A::Proposed, A::Upheld, A::Rejected, A::Withdrawn, A::Late])]
    #[case(S::AtPayer, &[A::Assigned, A::Noted, A::AskedBiller, A::PayerAnswered, A::TakenUp, A::Proposed, A::Upheld, A::Rejected, A::Withdrawn, A::Late])]
    #[case(S::Proposed, &[A::Assigned, A::Noted, A::Approved, A::Refused, A::Upheld, A::Late, A::RefundFailed])]
    #[case(S::Upheld, &[A::Noted, A::Reopened])]
    #[case(S::Rejected, &[A::Noted, A::Reopened])]
    #[case(S::Withdrawn, &[A::Noted])]
    fn steps(#[case] from: S, #[case] possible: &[A]) {
        for action in A::ALL {
            assert_eq!(action.leads(from).is_some(), possible.contains(action), "{action} from {from}");
        }
    }

    #[test]
    fn every_change_of_state_is_told_but_the_payers_own_answer() {
        for (action, from) in A::ALL.iter().flat_map(|action| S::ALL.iter().map(move |from| (*action, *from))) {
            let moves = action.leads(from).is_some_and(|to| to != from);
            if moves {
                assert_eq!(action.is_told(), action != A::PayerAnswered, "{action}");
            }
        }
    }
}

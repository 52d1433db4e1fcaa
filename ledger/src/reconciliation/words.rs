//! The words of reconciliation.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::vocabulary::{UnknownWord, words};

words! {
    /// What came in.
    ImportKind: "statement, notification, answer, card report, network report, biller report" {
        /// A bank's statement, with balances.
        Statement = 1, "statement";
        /// A bank's notification of entries.
        Notification = 2, "notification";
        /// The bank's answer to transfers.
        Answer = 3, "answer";
        /// The daily report of a card gateway.
        CardReport = 4, "card report";
        /// The daily report of an agent network.
        NetworkReport = 5, "network report";
        /// A biller's acknowledgements.
        BillerReport = 6, "biller report";
    }
}

words! {
    /// Where an import stands.
    ImportState: "staged, complete" {
        /// Being read: nothing under it counts.
        Staged = 1, "staged";
        /// All of it is there.
        Complete = 2, "complete";
    }
}

words! {
    /// Where an entry of the bank stands.
    EntryState: "open, matched, partly matched" {
        /// Nothing of it is matched.
        Open = 1, "open";
        /// All of it is matched.
        Matched = 2, "matched";
        /// Some of it is matched.
        PartlyMatched = 3, "partly matched";
    }
}

words! {
    /// Which rule made a match; they are tried in this order.
    MatchRule: "end-to-end, order, reference, amount and date, charges, by hand" {
        /// The `EndToEndId` is that of a transfer.
        EndToEnd = 1, "end-to-end";
        /// `MsgId` or `PmtInfId` is that of an order, whose transfers it pays.
        Order = 2, "order";
        /// A reference of ours stands in it, and the amount is right.
        Reference = 3, "reference";
        /// Amount and date fit, and nothing else has them.
        AmountAndDate = 4, "amount and date";
        /// The bank says that it is what it took for itself, or it is within what is tolerated.
        Charges = 5, "charges";
        /// A member of staff said so.
        ByHand = 6, "by hand";
    }
}

words! {
    /// What an entry of the bank is matched with.
    MatchSubject: "transfer, transfer returned, payout, float request, charges, suspense, difference, commission, \
                   commission invoice" {
        /// A transfer to a biller that was paid.
        Transfer = 1, "transfer";
        /// A transfer that came back.
        TransferReturned = 2, "transfer returned";
        /// A payout of a gateway: the first part of it.
        Payout = 3, "payout";
        /// A network's money for a float, or out of it.
        FloatRequest = 4, "float request";
        /// What the bank took; the entry.
        Charges = 5, "charges";
        /// Money that nobody knows; the break.
        Suspense = 6, "suspense";
        /// Written off; the break.
        Difference = 7, "difference";
        /// A biller's payment of invoiced commission, as a person said; the biller's code.
        Commission = 8, "commission";
        /// A biller's payment of the commission that it was invoiced for a window; the window.
        CommissionInvoice = 9, "commission invoice";
    }
}

words! {
    /// What does not fit.
    BreakKind: "amount differs, duplicate, missing here, missing there, status differs, returned, late, ambiguous, unknown, gap" {
        /// Both have it, with different amounts.
        AmountDiffers = 1, "amount differs";
        /// They have it more than once.
        Duplicate = 2, "duplicate";
        /// They have it and the hub does not.
        MissingHere = 3, "missing here";
        /// The hub has it and they do not.
        MissingThere = 4, "missing there";
        /// Both have it, and it stands differently.
        StatusDiffers = 5, "status differs";
        /// It was refused or came back: the money is owed again.
        Returned = 6, "returned";
        /// It should have been there by now.
        Late = 7, "late";
        /// Several things could be meant.
        Ambiguous = 8, "ambiguous";
        /// Nothing known is meant.
        Unknown = 9, "unknown";
        /// A statement does not begin where the one before it ended.
        Gap = 10, "gap";
    }
}

words! {
    /// Whom the hub is held against.
    BreakSource: "bank, gateway, network, biller" {
        /// The hub's bank.
        Bank = 1, "bank";
        /// A card gateway.
        Gateway = 2, "gateway";
        /// A network of agents.
        Network = 3, "network";
        /// A biller.
        Biller = 4, "biller";
    }
}

words! {
    /// What a break is about.
    BreakSubject: "entry, transfer, payment, payout, float request, line, statement, order, refund" {
        /// An entry of the bank; the position is that of the transaction in it, or 0.
        Entry = 1, "entry";
        /// A transfer to a biller.
        Transfer = 2, "transfer";
        /// A payment, by its number.
        Payment = 3, "payment";
        /// A payout of a gateway: the first part of it.
        Payout = 4, "payout";
        /// A network's request about a float.
        FloatRequest = 5, "float request";
        /// A line of a report; the position is its line.
        Line = 6, "line";
        /// A bank statement.
        Statement = 7, "statement";
        /// An order of transfers.
        Order = 8, "order";
        /// A refund of a confirmed payment, by its number.
        Refund = 9, "refund";
    }
}

words! {
    /// Where a break stands.
    BreakState: "open, proposed, resolved, superseded, settled, staged" {
        /// Somebody has to look.
        Open = 1, "open";
        /// A way out waits for a second person.
        Proposed = 2, "proposed";
        /// Resolved by people.
        Resolved = 3, "resolved";
        /// A later report took the place of the one that showed it.
        Superseded = 4, "superseded";
        /// What was missing turned up.
        Settled = 5, "settled";
        /// Of an import that is not complete.
        Staged = 6, "staged";
    }
}

words! {
    /// How people resolve a break.
    Resolution: "evidence, written off, suspense, charges, commission, payout" {
        /// By a text that says why nothing is to be booked.
        Evidence = 1, "evidence";
        /// The difference is an expense or an income.
        WrittenOff = 2, "written off";
        /// Money of the bank waits until somebody knows what it is.
        Suspense = 3, "suspense";
        /// The bank took it for itself.
        Charges = 4, "charges";
        /// A biller paid its invoiced commission.
        Commission = 5, "commission";
        /// It is a payout of which some is missing for good: what is missing is charges.
        Payout = 6, "payout";
    }
}

words! {
    /// What was done about a break.
    BreakAction: "opened, assigned, noted, proposed, approved, refused, resolved, superseded, settled, seen again" {
        /// It was found.
        Opened = 1, "opened";
        /// Somebody is to follow it up.
        Assigned = 2, "assigned";
        /// A note.
        Noted = 3, "noted";
        /// A way out was proposed that a second person has to approve.
        Proposed = 4, "proposed";
        /// The second person said yes.
        Approved = 5, "approved";
        /// The second person said no.
        Refused = 6, "refused";
        /// It is resolved.
        Resolved = 7, "resolved";
        /// A later report took the place of the one that showed it.
        Superseded = 8, "superseded";
        /// What was missing turned up.
        Settled = 9, "settled";
        /// It was found again, with other figures.
        SeenAgain = 10, "seen again";
    }
}

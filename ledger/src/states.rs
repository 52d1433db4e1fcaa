//! The states of payments and bills, and the kinds of rows that tell what happened or is still to be done.

use crate::vocabulary::{UnknownWord, words};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

words! {
    /// Where a payment stands.
    PaymentState: "awaiting, held, taken, confirmed, declined, expired, returning, returned, cancelling, cancelled" {
        /// The intent is on disk and the bill reserved; the payer is at the gateway.
        Awaiting = 1, "awaiting";
        /// The gateway holds the money; capture is to follow.
        Held = 2, "held";
        /// The money was taken; the biller is being told. The third outcome, unknown, is this state with a resolver.
        Taken = 3, "taken";
        /// The biller booked it. Final, but for a cancellation of the same day.
        Confirmed = 4, "confirmed";
        /// Refused by the payer's bank; the bill is free again. A late acceptance is still heard.
        Declined = 5, "declined";
        /// The time to pay ran out; the bill is free again. A late acceptance is still heard.
        Expired = 6, "expired";
        /// Money held or taken that cannot pay the bill: it is going back.
        Returning = 7, "returning";
        /// The money went back. Final.
        Returned = 8, "returned";
        /// Confirmed, and the biller is being asked to cancel it. Its bill stays paid until the biller agrees.
        Cancelling = 9, "cancelling";
        /// The biller cancelled it; all of it went back. Final.
        Cancelled = 10, "cancelled";
    }
}

impl PaymentState {
    /// Whether something is still owed to somebody: such a payment always has an open task or incident.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Awaiting | Self::Held | Self::Taken | Self::Returning | Self::Cancelling)
    }
}

words! {
    /// Where a bill stands.
    BillState: "open, in flight, paid" {
        /// Nobody is paying it now.
        Open = 1, "open";
        /// One payment is under way; no second one may start on any channel.
        InFlight = 2, "in flight";
        /// Paid in full, for good.
        Paid = 3, "paid";
    }
}

words! {
    /// Business events that post.
    PostingKind: "taken, confirmed, return decided, returned, agent commission, taken reversed, confirmed reversed, \
                  commission reversed, float topped up, float withdrawn, late cash, late cash released, \
                  biller commission, transfer ordered, transfer paid, transfer rejected, transfer returned, \
                  gateway payout, bank charges, unidentified money, commission paid, difference written off, \
                  refund decided, refund paid, refund reversed" {
        /// Money arrived: receivable from the gateway (or drawn from a float) against bills in transit.
        Taken = 1, "taken";
        /// The biller booked the payment: in transit becomes payable to the biller, fee, VAT and duty.
        Confirmed = 2, "confirmed";
        /// The biller refused, or the bill was paid meanwhile: in transit becomes refunds payable.
        ReturnDecided = 3, "return decided";
        /// The money went back the way it came.
        Returned = 4, "returned";
        /// What a network earns by a confirmed payment.
        AgentCommission = 5, "agent commission";
        /// A cancelled payment's money goes back to the float it came from.
        TakenReversed = 6, "taken reversed";
        /// A cancelled payment is no longer payable to the biller, nor its fee and duty earned.
        ConfirmedReversed = 7, "confirmed reversed";
        /// A cancelled payment earns no commission.
        CommissionReversed = 8, "commission reversed";
        /// A network's money for an outlet's float arrived at the bank.
        FloatToppedUp = 9, "float topped up";
        /// Part of an outlet's float was paid out by the bank.
        FloatWithdrawn = 10, "float withdrawn";
        /// Cash was taken that pays nothing: it waits for its owner.
        LateCash = 11, "late cash";
        /// Late cash goes back to the float, so that the outlet can give it back.
        LateCashReleased = 12, "late cash released";
        /// What a biller owes the hub for a settlement window.
        BillerCommission = 13, "biller commission";
        /// What is due to a biller is on its way to its account.
        TransferOrdered = 14, "transfer ordered";
        /// The bank paid a transfer.
        TransferPaid = 15, "transfer paid";
        /// The bank refused a transfer: the biller is owed it again.
        TransferRejected = 16, "transfer rejected";
        /// A transfer that the bank had paid came back: the biller is owed it again.
        TransferReturned = 17, "transfer returned";
        /// A gateway paid out what it had collected, less its fees.
        GatewayPayout = 18, "gateway payout";
        /// The bank took charges.
        BankCharges = 19, "bank charges";
        /// Money on the bank's account that nobody could tell what it is for.
        UnidentifiedMoney = 20, "unidentified money";
        /// A biller paid the commission that it was invoiced for.
        CommissionPaid = 21, "commission paid";
        /// A difference that is not followed up any more.
        DifferenceWrittenOff = 22, "difference written off";
        /// Part of a confirmed payment goes back: no longer payable to the biller, nor its fee earned.
        RefundDecided = 23, "refund decided";
        /// It went back the way the payment came.
        RefundPaid = 24, "refund paid";
        /// The gateway did not give it back: it is the biller's and the hub's again.
        RefundReversed = 25, "refund reversed";
    }
}

words! {
    /// Work that leaves the hub after the transaction that asked for it.
    TaskKind: "confirm, capture, verify capture, poll, return, SMS, mail, SMS returning, mail returning, SMS returned, \
               mail returned, cancel, SMS cancelled, mail low float, SMS reference, SMS reference reminder, SMS link, \
               mail link, refund, SMS refunded, mail refunded, SMS dispute, mail dispute" {
        /// Tell the biller that it was paid, and resolve what is unknown.
        ConfirmBiller = 1, "confirm";
        /// Capture what the gateway holds.
        Capture = 2, "capture";
        /// Check that the gateway captured what it was told to capture.
        VerifyCapture = 3, "verify capture";
        /// Ask the gateway what became of an attempt whose callback has not come.
        PollAttempt = 4, "poll";
        /// Give the money back: void or credit at the gateway.
        ReturnMoney = 5, "return";
        /// The receipt, by SMS.
        SmsConfirmed = 6, "SMS";
        /// The receipt, by mail.
        MailConfirmed = 7, "mail";
        /// "Your money is going back", by SMS.
        SmsReturning = 8, "SMS returning";
        /// "Your money is going back", by mail.
        MailReturning = 9, "mail returning";
        /// "Your money went back", by SMS.
        SmsReturned = 10, "SMS returned";
        /// "Your money went back", by mail.
        MailReturned = 11, "mail returned";
        /// Ask the biller to cancel what it confirmed, and resolve what is unknown.
        CancelBiller = 12, "cancel";
        /// "Your payment was cancelled", by SMS.
        SmsCancelled = 13, "SMS cancelled";
        /// "Your float is low", by mail to the network. About the payment, the float request or the late cash that
        /// drew it down.
        MailLowFloat = 14, "mail low float";
        /// A reference payable at an outlet, by SMS. About the reference.
        SmsReference = 15, "SMS reference";
        /// "Your reference ends soon", by SMS. About the reference.
        SmsReferenceReminder = 16, "SMS reference reminder";
        /// A payment link, by SMS. The task's payment is the link's number: numbers are unique over all things.
        SmsLink = 21, "SMS link";
        /// A payment link, by mail. As above.
        MailLink = 22, "mail link";
        /// Give a refund back through the gateway, and resolve what is unknown. About the refund.
        Refund = 23, "refund";
        /// "Your refund was made", by SMS. About the refund.
        SmsRefunded = 24, "SMS refunded";
        /// "Your refund was made", by mail. About the refund.
        MailRefunded = 25, "mail refunded";
        /// "Your complaint stands so", by SMS. About what was done about the dispute.
        SmsDispute = 31, "SMS dispute";
        /// "Your complaint stands so", by mail. As above.
        MailDispute = 32, "mail dispute";
    }
}

words! {
    /// Where a transfer to a biller stands.
    TransferState: "waiting, ordered, paid, rejected, returned" {
        /// It is going to be asked for.
        Waiting = 1, "waiting";
        /// The bank was asked for it; its statement has not shown it yet.
        Ordered = 2, "ordered";
        /// The bank's statement shows it. Final.
        Paid = 3, "paid";
        /// The bank refused it: the biller is owed it again. Final; another transfer may follow.
        Rejected = 4, "rejected";
        /// It was paid and came back: the biller is owed it again. Final; another transfer may follow.
        Returned = 5, "returned";
    }
}

words! {
    /// Where a message of transfers to the bank stands.
    OrderState: "made, accepted, partly accepted, rejected" {
        /// Made; the bank has not answered.
        Made = 1, "made";
        /// The bank accepted all of it.
        Accepted = 2, "accepted";
        /// The bank rejected some of its transfers.
        PartlyAccepted = 3, "partly accepted";
        /// The bank rejected all of it.
        Rejected = 4, "rejected";
    }
}

words! {
    /// What file of a settlement it is.
    SettlementFileKind: "csv, fixed, camt054" {
        /// Separated values.
        Csv = 1, "csv";
        /// Lines of fixed width.
        Fixed = 2, "fixed";
        /// ISO 20022 camt.054.
        Camt054 = 3, "camt054";
    }
}

words! {
    /// How a file reaches a biller.
    DeliveryMeans: "mail, sftp" {
        /// As the attachment of a mail.
        Mail = 1, "mail";
        /// Onto the biller's server.
        Sftp = 2, "sftp";
    }
}

words! {
    /// Why a person must look.
    IncidentKind: "unresolved confirmation, unresolved return, unresolved capture, callback mismatch, amount mismatch, \
                   unresolved cancellation, late cash, job, undelivered file, unresolved refund" {
        /// The resolver's schedule is used up and the biller has not said yes or no: two persons decide.
        UnresolvedConfirmation = 1, "unresolved confirmation";
        /// The money could not be given back.
        UnresolvedReturn = 2, "unresolved return";
        /// The gateway does not capture what it holds.
        UnresolvedCapture = 3, "unresolved capture";
        /// A callback with a right hash does not agree with the stored attempt.
        CallbackMismatch = 4, "callback mismatch";
        /// The gateway took another amount than was asked.
        AmountMismatch = 5, "amount mismatch";
        /// The biller has not said whether it cancelled: the payment stands neither confirmed nor cancelled.
        UnresolvedCancellation = 6, "unresolved cancellation";
        /// Cash was reported for a reference that cannot be paid, and the outlet's float does not hold it.
        LateCash = 7, "late cash";
        /// A job is late beyond what it is allowed, or its runs fail; closed by itself when a run ends well again.
        Job = 8, "job";
        /// A file does not reach its biller, or a message the bank; closed by itself when it arrives.
        UndeliveredFile = 9, "undelivered file";
        /// The gateway has not said whether it gave a refund back, or says what cannot be. About the refund.
        UnresolvedRefund = 10, "unresolved refund";
    }
}

words! {
    /// What became of a run of a job.
    JobOutcome: "running, done, failed, abandoned, skipped" {
        /// Under way, or its process is gone and nobody has noticed yet.
        Running = 1, "running";
        /// It ended well.
        Done = 2, "done";
        /// It could not do its work, or found what must not be.
        Failed = 3, "failed";
        /// Its process ended or stood still past its lease; another run took its place.
        Abandoned = 4, "abandoned";
        /// Left out: occurrences that were missed for too long.
        Skipped = 5, "skipped";
    }
}

words! {
    /// What asked for a run of a job.
    JobCause: "schedule, catch-up, by hand" {
        /// Its time had come.
        Schedule = 1, "schedule";
        /// Its time had come while no process ran it.
        CatchUp = 2, "catch-up";
        /// A person.
        ByHand = 3, "by hand";
    }
}

//! What a bank answers to transfers.

use crate::statements::fault::Place;

/// What became of a transfer, a block of them, or a whole message (ISO 20022 external status codes).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TransferStatus {
    /// Received: nothing is decided (RCVD).
    Received,
    /// Accepted, at whatever check, but not settled (ACTC, ACCP, ACSP, ACWC, ACWP, ACFC).
    Accepted,
    /// Settled: on the debtor's or creditor's account (ACSC, ACCC).
    Settled,
    /// Some accepted, some rejected (PART, PATC).
    Partly,
    /// Not decided yet (PDNG).
    Pending,
    /// Rejected: the money stays (RJCT).
    Rejected,
    /// Cancelled on request (CANC).
    Cancelled,
}

impl TransferStatus {
    pub(super) fn of(code: &str) -> Option<Self> {
        Some(match code {
            "RCVD" => Self::Received,
            "ACTC" | "ACCP" | "ACSP" | "ACWC" | "ACWP" | "ACFC" => Self::Accepted,
            "ACSC" | "ACCC" => Self::Settled,
            "PART" | "PATC" => Self::Partly,
            "PDNG" => Self::Pending,
            "RJCT" => Self::Rejected,
            "CANC" => Self::Cancelled,
            _ => return None,
        })
    }
}

/// Why a status is what it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StatusReason {
    /// External code, such as `AC01`, or the bank's own.
    pub code: Option<String>,
    /// In words.
    pub text: Option<String>,
}

/// One step of the answer: the message's status first, then each block's with its transfers right after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StatusRecord {
    /// About the message that was sent.
    Group(GroupStatus),
    /// About a payment information block of it.
    Payment(PaymentStatus),
    /// About one transfer of the block before.
    Transfer(Box<TransferReport>),
}

/// The answer to a message as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupStatus {
    /// The answer's own identification.
    pub message: String,
    /// The message answered.
    pub original_message: String,
    /// Its name, such as `pain.001.001.09`.
    pub original_name: String,
    /// Status of all of it, where the bank gives one.
    pub status: Option<TransferStatus>,
    /// Why.
    pub reasons: Vec<StatusReason>,
}

/// The answer to a payment information block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentStatus {
    /// Where it begins.
    pub place: Place,
    /// The block answered.
    pub original_payment: String,
    /// Status of all of it, where the bank gives one.
    pub status: Option<TransferStatus>,
    /// Why.
    pub reasons: Vec<StatusReason>,
}

/// The answer to one transfer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransferReport {
    /// Where it begins.
    pub place: Place,
    /// The block it was in.
    pub original_payment: String,
    /// Its end-to-end identification.
    pub end_to_end: Option<String>,
    /// Its instruction identification.
    pub instruction: Option<String>,
    /// Its status; where the bank gives none, the block's holds.
    pub status: Option<TransferStatus>,
    /// Why.
    pub reasons: Vec<StatusReason>,
    /// The bank's reference.
    pub bank_reference: Option<String>,
}

//! What can be wrong with the books, in words that name the rows.

use crate::bills::BillKey;
use crate::states::{BillState, PaymentState, PostingKind};

/// Faults that are told one by one; past them they are counted. Nobody reads more, and a broken table has millions.
const FAULTS_MAX: usize = 100;

/// What was checked, and what was found wrong.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BooksReport {
    /// Payments checked.
    pub payments: u64,
    /// Postings checked.
    pub postings: u64,
    /// Entries checked.
    pub entries: u64,
    /// Accounts checked.
    pub accounts: u64,
    /// Bills checked.
    pub bills: u64,
    /// Rows of the audit log checked.
    pub audit_rows: u64,
    /// The digest of its last row, in lower-case hex: whoever keeps it elsewhere can prove later that nothing before it
    /// was written anew. Empty without rows.
    pub audit_head: String,
    /// The first faults found.
    pub faults: Vec<BookFault>,
    /// How many more there are.
    pub more_faults: u64,
}

impl BooksReport {
    /// Whether the books are in order.
    pub fn is_clean(&self) -> bool {
        self.faults.is_empty()
    }

    pub(super) fn fault(&mut self, fault: BookFault) {
        if self.faults.len() < FAULTS_MAX { self.faults.push(fault) } else { self.more_faults += 1 }
    }

    pub(super) fn unknown(&mut self, row: String, what: &'static str, code: impl Into<i64>) {
        self.fault(BookFault::UnknownCode { row, what, code: code.into() });
    }
}

/// One thing that is wrong. Amounts are centimes, debit positive.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the texts say what the fields are")]
pub enum BookFault {
    /// A row of a later program, or a damaged one.
    #[error("{row}: {what} {code} is unknown")]
    UnknownCode { row: String, what: &'static str, code: i64 },
    /// A column of a payment that cannot be read.
    #[error("payment {payment}: its {what} cannot be read")]
    Unreadable { payment: i64, what: &'static str },
    /// Double entry.
    #[error("posting {posting}: its entries sum to {}, not to zero", mad(.sum))]
    Unbalanced { posting: i64, sum: i128 },
    /// Double entry needs two.
    #[error("posting {posting}: it has {entries} entries, not two or more")]
    TooFewEntries { posting: i64, entries: usize },
    /// An entry of nothing.
    #[error("posting {posting}, line {line}: its amount is zero")]
    ZeroEntry { posting: i64, line: i16 },
    /// An entry out of nowhere.
    #[error("posting {posting}, line {line}: there is no such posting")]
    EntryWithoutPosting { posting: i64, line: i16 },
    /// An entry that goes nowhere.
    #[error("posting {posting}, line {line}: there is no account {account}")]
    EntryWithoutAccount { posting: i64, line: i16, account: i64 },
    /// A running balance that ran away.
    #[error(
        "account {account} ({name}): its balance is {}, its entries sum to {}",
        mad(&i128::from(*.balance)),
        mad(.entries)
    )]
    Balance { account: i64, name: String, balance: i64, entries: i128 },
    /// A guard that is not there, or where none belongs.
    #[error("account {account} ({name}): its ceiling is not that of its kind")]
    Ceiling { account: i64, name: String },
    /// A float below zero.
    #[error("account {account} ({name}): its balance {} is above its ceiling", mad(&i128::from(*.balance)))]
    AboveCeiling { account: i64, name: String, balance: i64 },
    /// The sum of all balances.
    #[error("the trial balance is {}, not zero", mad(.sum))]
    TrialBalance { sum: i128 },
    /// A posting out of nowhere.
    #[error("posting {posting}: there is no payment {payment}")]
    PostingWithoutPayment { posting: i64, payment: i64 },
    /// Amounts that no quote has.
    #[error("payment {payment}: its principal must be above zero, its other amounts zero or more")]
    Amounts { payment: i64 },
    /// The time of payment says another thing than the state.
    #[error("payment {payment} is {state}: its time of payment is {}", if *.paid { "set" } else { "not set" })]
    PaidAt { payment: i64, state: PaymentState, paid: bool },
    /// An event that was not booked.
    #[error("payment {payment} is {state}: its posting '{kind}' is missing")]
    PostingMissing { payment: i64, state: PaymentState, kind: PostingKind },
    /// An event that cannot have been.
    #[error("payment {payment} is {state}: posting {posting} '{kind}' does not belong to that")]
    PostingUnexpected { payment: i64, state: PaymentState, posting: i64, kind: PostingKind },
    /// Booked with another amount.
    #[error("payment {payment}: posting {posting} '{kind}' books {}, the total is {}", mad(.booked), mad(.total))]
    PostingAmount { payment: i64, posting: i64, kind: PostingKind, booked: i128, total: i128 },
    /// Booked with the right total to the wrong accounts, or divided wrongly.
    #[error("payment {payment}: posting {posting} '{kind}' does not divide the total as the payment does")]
    PostingAccounts { payment: i64, posting: i64, kind: PostingKind },
    /// Money that is neither at its biller nor going back.
    #[error("payment {payment} is {state}: in transit is {}, not {}", mad(.found), mad(.expected))]
    InTransit { payment: i64, state: PaymentState, found: i128, expected: i128 },
    /// Money that is going back, or is not.
    #[error("payment {payment} is {state}: its refunds payable are {}, not {}", mad(.found), mad(.expected))]
    RefundsPayable { payment: i64, state: PaymentState, found: i128, expected: i128 },
    /// Confirmed, says who?
    #[error("payment {payment} is confirmed: it has no receipt number")]
    NoReceiptNumber { payment: i64 },
    /// Open, and nothing will ever move it.
    #[error("payment {payment} is {state}: no task and no incident will move it")]
    NoOwner { payment: i64, state: PaymentState },
    /// A second payment could take this bill.
    #[error("payment {payment} is {state}: bill {bill:?} is not in flight under it")]
    BillNotHeld { payment: i64, state: PaymentState, bill: BillKey },
    /// A bill that nobody can pay any more.
    #[error("bill {bill:?} is {state} by payment {payment}, which {}", why.as_str())]
    BillAstray { bill: BillKey, state: BillState, payment: i64, why: Astray },
    /// A correction that corrects nothing, or a posting that claims to be one.
    #[error("payment {payment}: posting {posting} '{kind}' is not linked to the posting that it reverses")]
    Reversal { payment: i64, posting: i64, kind: PostingKind },
    /// A payment's counter and its money are not of one outlet.
    #[error("payment {payment} was taken at outlet {outlet}: {}", why.as_str())]
    CounterAstray { payment: i64, outlet: String, why: CounterFault },
    /// A drawer counted against another figure.
    #[error("shift {shift} was closed with {} expected; its rows make {}", mad(.expected), mad(.found))]
    ShiftExpected { shift: i64, expected: i128, found: i128 },
    /// A request or late cash, and what was booked for it.
    #[error("{what} {id}: {why}")]
    OutsidePayments { what: &'static str, id: i64, why: &'static str },
    /// Refunds of a payment, taken together.
    #[error("payment {payment}: its refunds {why}")]
    RefundsTogether { payment: i64, why: &'static str },
    /// Money booked outside of payments that nothing asked for.
    #[error(
        "posting {posting} '{kind}' belongs to no request, late cash, refund, settlement, transfer, match or break"
    )]
    PostingUnasked { posting: i64, kind: PostingKind },
    /// A confirmation, its reversal or a refund that is in no window or in a wrong one.
    #[error("posting {posting}: {why}")]
    WindowAstray { posting: i64, why: &'static str },
    /// What came of a settlement window.
    #[error("settlement of window {window}: {why}")]
    Settlement { window: i64, why: &'static str },
    /// A statement that does not add up.
    #[error("account {account} ({name}): the lines of its statement sum to {}, its entries to {}", mad(.lines), mad(.entries))]
    Statement { account: i64, name: String, lines: i128, entries: i128 },
    /// A key of another length.
    #[error("the bill with the key {key} under payment {payment}: the key is not 16 bytes long")]
    BillKeyLength { key: String, payment: i64 },
    /// A row of the audit log that is gone.
    #[error("audit row {seq} is missing")]
    AuditMissing { seq: i64 },
    /// A row of the audit log that continues another row than the one before it.
    #[error("audit row {seq} does not continue the row before it: one of the two is not what was written")]
    AuditUnlinked { seq: i64 },
    /// A row of the audit log that was changed.
    #[error("audit row {seq} is not what was written")]
    AuditChanged { seq: i64 },
}

/// Why a payment does not fit its counter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CounterFault {
    /// There is no such payment.
    NoPayment,
    /// Its money is not of the outlet's float.
    OtherFloat,
    /// Its shift is another till's, or does not exist.
    OtherShift,
    /// Its money went back, and the cash is not owed to the customer, or another amount is.
    NotOwed,
    /// The cash is owed to the customer although the payment stands.
    Owed,
    /// The biller was asked to cancel it, and nothing says so, or the other way round.
    Cancellation,
    /// The reference that it used up was not used up by it.
    Reference,
}

impl CounterFault {
    const fn as_str(self) -> &'static str {
        match self {
            Self::NoPayment => "there is no such payment",
            Self::OtherFloat => "its money is not of that outlet's float",
            Self::OtherShift => "its shift is another till's",
            Self::NotOwed => "it does not stand, and its cash is not owed to the customer",
            Self::Owed => "it stands, and its cash is owed to the customer",
            Self::Cancellation => "its state and the cancellation asked for do not fit",
            Self::Reference => "the cash reference that it used up is not used up by it",
        }
    }
}

/// Why a bill is not where its payment is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Astray {
    /// The payment does not exist.
    Missing,
    /// The payment's state does not fit.
    State(PaymentState),
    /// The payment does not claim the bill.
    NotClaimed,
    /// The payment pays a part of it only.
    NotSettled,
}

impl Astray {
    fn as_str(self) -> String {
        match self {
            Self::Missing => "does not exist".to_owned(),
            Self::State(state) => format!("is {state}"),
            Self::NotClaimed => "does not claim it".to_owned(),
            Self::NotSettled => "does not settle it".to_owned(),
        }
    }
}

/// Centimes as dirhams; sums may be past the range of [`crate::Money`].
fn mad(centimes: &i128) -> String {
    let sign = if *centimes < 0 { "-" } else { "" };
    let minor = centimes.unsigned_abs();
    format!("{sign}{}.{:02} MAD", minor / 100, minor % 100)
}

//! The common form: what a bank tells, whatever it was written in. Amounts are signed; credit to the account is positive.

use chrono::NaiveDate;
use ledger::Money;

use super::fault::Place;

/// The messages that are read into the common form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StatementKind {
    /// ISO 20022 statement, version 02.
    Camt053V02,
    /// ISO 20022 statement, version 08.
    Camt053V08,
    /// ISO 20022 debit and credit notification, version 02.
    Camt054V02,
    /// ISO 20022 debit and credit notification, version 08.
    Camt054V08,
    /// SWIFT customer statement.
    Mt940,
}

impl StatementKind {
    /// The name of the message: `camt.053.001.08`, `MT940`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Camt053V02 => "camt.053.001.02",
            Self::Camt053V08 => "camt.053.001.08",
            Self::Camt054V02 => "camt.054.001.02",
            Self::Camt054V08 => "camt.054.001.08",
            Self::Mt940 => "MT940",
        }
    }

    /// Whether it has balances: a notification has none.
    pub const fn has_balances(self) -> bool {
        !matches!(self, Self::Camt054V02 | Self::Camt054V08)
    }
}

/// One step of a file. A statement opens, its entries follow, each with its details right after it, and it ends; the
/// next statement of the file may follow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Record {
    /// A statement begins.
    Statement(Box<Statement>),
    /// An entry of it.
    Entry(Box<Entry>),
    /// A transaction within the entry before it.
    Detail(Box<Detail>),
    /// The statement ends.
    End(StatementEnd),
}

/// An account as a bank names it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Account {
    /// A Moroccan RIB of 24 digits with a sound key, also when it came inside an IBAN `MA..` or an MT940 field.
    Rib(String),
    /// Any other IBAN, in upper case without spaces.
    Iban(String),
    /// Anything else, as it was written.
    Other(String),
}

impl Account {
    /// Reads an account from the text that a bank gave; spaces between groups of an IBAN or RIB are dropped.
    pub fn read(text: &str) -> Self {
        let dense: String = text.chars().filter(|c| *c != ' ').map(|c| c.to_ascii_uppercase()).collect();
        let bytes = dense.as_bytes();
        if is_rib(bytes) {
            return Self::Rib(dense);
        }
        if let Some(rib) = bytes.strip_prefix(b"MA").and_then(|rest| rest.get(2..)).filter(|rib| is_rib(rib))
            && is_iban(bytes)
        {
            return Self::Rib(String::from_utf8_lossy(rib).into_owned());
        }
        if is_iban(bytes) { Self::Iban(dense) } else { Self::Other(text.to_owned()) }
    }

    /// The account's number alone.
    pub fn number(&self) -> &str {
        match self {
            Self::Rib(number) | Self::Iban(number) | Self::Other(number) => number,
        }
    }
}

/// 24 digits, the whole number a multiple of 97 (Bank Al-Maghrib's key).
fn is_rib(bytes: &[u8]) -> bool {
    bytes.len() == 24
        && bytes.iter().all(u8::is_ascii_digit)
        && bytes.iter().fold(0, |rest, digit| (rest * 10 + u32::from(digit - b'0')) % 97) == 0
}

/// ISO 13616: two letters, two check digits, 11 to 30 more characters, remainder 1 modulo 97.
fn is_iban(bytes: &[u8]) -> bool {
    let [a, b, c, d, rest @ ..] = bytes else { return false };
    let head = a.is_ascii_uppercase() && b.is_ascii_uppercase() && c.is_ascii_digit() && d.is_ascii_digit();
    if !head || !(11..=30).contains(&rest.len()) || !rest.iter().all(u8::is_ascii_alphanumeric) {
        return false;
    }
    let remainder = rest.iter().chain([a, b, c, d]).fold(0, |left: u32, byte| match byte {
        b'0'..=b'9' => (left * 10 + u32::from(byte - b'0')) % 97,
        _ => (left * 100 + u32::from(byte - b'A') + 10) % 97,
    });
    remainder == 1
}

/// What a balance is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BalanceKind {
    /// Of the statement: OPBD or PRCD, CLBD; `:60F:`, `:62F:`.
    Final,
    /// Of one page of it: ITBD; `:60M:`, `:62M:`.
    Page,
}

/// A booked balance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Balance {
    /// Of the statement or of a page.
    pub kind: BalanceKind,
    /// Positive when the bank owes the account's owner.
    pub amount: Money,
    /// Its day.
    pub date: Option<NaiveDate>,
}

/// The head of a statement or notification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// Where it begins.
    pub place: Place,
    /// The message's identification (`GrpHdr/MsgId`, `:20:`).
    pub message: String,
    /// The statement's own (`Stmt/Id`); for an MT940 that of `:20:`.
    pub id: String,
    /// The account.
    pub account: Account,
    /// ISO 4217 alphabetic code: the account's, else that of its opening balance, else of its first entry; XXX where
    /// there is none of them.
    pub currency: String,
    /// Electronic sequence number; the statement number of `:28C:`.
    pub sequence: Option<u64>,
    /// Page, from 1, where the statement has pages.
    pub page: Option<u64>,
    /// First day told of, in Morocco.
    pub from: Option<NaiveDate>,
    /// Last day told of, in Morocco.
    pub to: Option<NaiveDate>,
    /// Opening balance; a notification has none.
    pub opening: Option<Balance>,
}

/// How a statement ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StatementEnd {
    /// Closing balance; a notification has none.
    pub closing: Option<Balance>,
    /// Entries, of whatever status.
    pub entries: u64,
    /// Booked credits.
    pub credits: Money,
    /// Booked debits, not above zero.
    pub debits: Money,
}

/// Where an entry stands with the bank.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EntryStatus {
    /// On the account (BOOK). Only these move the balance.
    Booked,
    /// Expected (PDNG, FUTR).
    Pending,
    /// For information (INFO).
    Information,
}

/// One line of the account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Where it begins.
    pub place: Place,
    /// The same for the same entry in another file; [`crate::statements`] says what it is made of.
    pub identity: String,
    /// The account owner's or the entry's own reference (`NtryRef`; `:61:` before `//`, where NONREF is none).
    pub reference: Option<String>,
    /// The bank's reference (`AcctSvcrRef`; `:61:` after `//`).
    pub bank_reference: Option<String>,
    /// Signed.
    pub amount: Money,
    /// The account's currency, unless a fault said otherwise.
    pub currency: String,
    /// Whether it takes an earlier entry back; the sign of `amount` is already that of this entry.
    pub reversal: bool,
    /// Where it stands.
    pub status: EntryStatus,
    /// Booking day in Morocco.
    pub booked: Option<NaiveDate>,
    /// Value day.
    pub value: Option<NaiveDate>,
    /// Bank transaction code: `PMNT-RCDT-ESCT`, else the bank's own (`NTRF` in an MT940).
    pub code: Option<String>,
    /// The batch that was booked at once, where the bank says so.
    pub batch: Option<Batch>,
    /// Charges within the amount, signed: what they cost is negative.
    pub charges: Option<Money>,
    /// Free text about the entry as a whole. What a camt says after the details is not read.
    pub text: Option<String>,
}

/// Transactions booked as one entry.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Batch {
    /// Message that asked for them.
    pub message: Option<String>,
    /// Payment information block in it.
    pub payment: Option<String>,
    /// How many.
    pub count: Option<u64>,
    /// Their total in the entry's currency, signed.
    pub total: Option<Money>,
}

/// A party and its account.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Party {
    /// Name.
    pub name: Option<String>,
    /// Account.
    pub account: Option<Account>,
}

/// Why money came back.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ReturnReason {
    /// External code, such as `AC04`, or the bank's own.
    pub code: Option<String>,
    /// In words.
    pub text: Option<String>,
}

/// One transaction within an entry.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Detail {
    /// Where it begins.
    pub place: Place,
    /// Message that asked for it; the batch's where the transaction has none.
    pub message: Option<String>,
    /// Payment information block in it; the batch's where the transaction has none.
    pub payment: Option<String>,
    /// Instruction.
    pub instruction: Option<String>,
    /// End-to-end identification; NOTPROVIDED is none.
    pub end_to_end: Option<String>,
    /// Transaction identification.
    pub transaction: Option<String>,
    /// The bank's reference.
    pub bank_reference: Option<String>,
    /// Signed. The entry's own where the only transaction has none; `None` where one of several has none.
    pub amount: Option<Money>,
    /// Currency of `amount`; empty without one.
    pub currency: String,
    /// Charges, signed: what they cost is negative.
    pub charges: Option<Money>,
    /// Who pays.
    pub debtor: Party,
    /// Who is paid.
    pub creditor: Party,
    /// Unstructured remittance information, its lines joined by a space.
    pub remittance: Option<String>,
    /// Structured creditor references.
    pub creditor_references: Vec<String>,
    /// Set where the transaction is a return.
    pub returned: Option<ReturnReason>,
}

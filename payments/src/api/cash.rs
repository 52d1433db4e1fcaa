//! What outlets, networks and the back office say to the hub and hear from it: cash over the counter, shifts, floats,
//! references payable at an outlet.
//!
//! Whoever calls has signed in and may do what it asks: the hub knows no roles. It holds the rules that need two people
//! (a float's request and its decision, a closure and its supervisor) by the numbers of their [`Actor`]s.

use chrono::{DateTime, NaiveDate, Utc};
use ledger::{
    Actor, Channel, FloatRequest, FloatRequestKind, Language, LateCash, LateReason, Money, Shift, ShiftMovementKind,
};

use super::{Infrastructure, PaymentView};

/// Notes and coins of the dirham, largest first, in centimes: what a drawer is counted in.
pub const DENOMINATIONS: [Money; 13] = [
    Money::from_minor(20_000),
    Money::from_minor(10_000),
    Money::from_minor(5_000),
    Money::from_minor(2_000),
    Money::from_minor(1_000),
    Money::from_minor(500),
    Money::from_minor(200),
    Money::from_minor(100),
    Money::from_minor(50),
    Money::from_minor(20),
    Money::from_minor(10),
    Money::from_minor(5),
    Money::from_minor(1),
];

/// Why an outlet or a till cannot be used. Part of every error of a counter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CounterFault {
    /// No outlet of that number.
    #[error("no such outlet")]
    UnknownOutlet,
    /// The outlet or its network takes no payments at present.
    #[error("the outlet or its network is not active")]
    Inactive,
    /// The outlet has no till of that name.
    #[error("the outlet has no such till")]
    UnknownTill,
}

// --- Paying

/// What is paid at a counter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CashSubject {
    /// A quote made for AGT and cash: its public reference.
    Quote(String),
    /// A 13-digit reference that the customer made elsewhere, as typed or scanned.
    Reference(String),
}

/// Who sends a payment, and by what it is known again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CashKey {
    /// The outlet screen: a key of the page against a double click.
    Screen(String),
    /// A network's own system: its own reference of the payment (1 to 64 characters), unique for the network. The same
    /// again with the same content is answered with the first payment; with another it is a [`PayCashError::KeyConflict`].
    Network(String),
}

/// "The customer hands over the cash."
#[derive(Debug, Clone)]
pub struct PayCash {
    /// The outlet's number.
    pub outlet: String,
    /// The till's name.
    pub till: String,
    /// What is paid.
    pub subject: CashSubject,
    /// The key against doubles.
    pub key: CashKey,
    /// What the customer handed over, to work out the change; `None` where the caller does not know.
    pub tendered: Option<Money>,
    /// Where the SMS goes (`+212...`), if the customer wants one.
    pub phone: Option<String>,
    /// The customer's language.
    pub language: Language,
    /// Who takes the cash.
    pub actor: Actor,
    /// Whether a till without an open shift opens one by itself, with an empty drawer: for networks' own systems, which
    /// keep their drawers themselves. A screen says `false`.
    pub opens_shift: bool,
}

/// Why a payment could not start. No float was drawn on: the cash stays the customer's.
#[derive(Debug, thiserror::Error)]
pub enum PayCashError {
    /// The outlet or till cannot be used.
    #[error(transparent)]
    Counter(#[from] CounterFault),
    /// The till has no open shift.
    #[error("the till has no open shift")]
    NoShift,
    /// No such quote.
    #[error("no such quote")]
    UnknownQuote,
    /// No such 13-digit reference, or its check digit is wrong.
    #[error("no such reference")]
    UnknownReference,
    /// The quote's or the reference's time is over.
    #[error("the quote or reference has expired")]
    Expired,
    /// The reference was paid before.
    #[error("this reference is already paid")]
    ReferenceUsed,
    /// The reference was cancelled by whoever made it.
    #[error("this reference was cancelled")]
    ReferenceCancelled,
    /// Some line is being paid on this or another channel.
    #[error("this bill is already being paid")]
    BeingPaid,
    /// Some line is already paid.
    #[error("this bill is already paid")]
    AlreadyPaid,
    /// Same key, other content.
    #[error("this key was used for another request")]
    KeyConflict,
    /// The network's own reference is empty or longer than 64 characters, or holds control characters.
    #[error("the network's reference must have 1 to 64 characters")]
    BadKey,
    /// The quote is for another channel or instrument.
    #[error("this quote is not payable in cash at an outlet")]
    WrongInstrument,
    /// The customer handed over less than the total.
    #[error("{tendered} is less than the total of {total}")]
    TooLittle {
        /// What was handed over.
        tendered: Money,
        /// What is to be paid.
        total: Money,
    },
    /// The outlet's float does not hold that much.
    #[error("the float holds {available}, the payment needs {needed}")]
    FloatTooLow {
        /// What is left of the float, payments under way counted.
        available: Money,
        /// The payment's total.
        needed: Money,
    },
    /// The biller is unavailable now.
    #[error("the biller is unavailable")]
    Unavailable,
    /// Our own trouble.
    #[error(transparent)]
    Infrastructure(#[from] Infrastructure),
}

/// What the person at the counter is to do about a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Instruction {
    /// Confirmed: hand over the receipt.
    HandReceipt,
    /// The biller has not answered: hand over the slip, keep the cash; an SMS follows. Not to be paid again.
    TellPending,
    /// The biller is being asked to cancel: keep the cash until it agrees.
    AwaitCancellation,
    /// The payment does not stand: give this much cash back, then say so by [`crate::Hub::give_cash_back`].
    GiveCashBack(Money),
    /// The cash was given back.
    CashGivenBack(Money),
}

/// A cash payment, as its outlet and network see it.
#[derive(Debug, Clone)]
pub struct CashPayment {
    /// The payment as everybody sees it.
    pub payment: PaymentView,
    /// The network's code.
    pub network: String,
    /// The outlet's number.
    pub outlet: String,
    /// The till.
    pub till: String,
    /// The shift's number.
    pub shift: i64,
    /// The network's own reference, if its system sent the payment.
    pub network_reference: Option<String>,
    /// The 13-digit reference that was paid, if one was.
    pub cash_reference: Option<String>,
    /// What was handed over.
    pub tendered: Option<Money>,
    /// What was given in change.
    pub change: Option<Money>,
    /// Who took the cash.
    pub actor: Actor,
    /// What is to be done now.
    pub instruction: Instruction,
    /// Whether [`crate::Hub::cancel_cash`] may be asked now, as far as the hub can tell.
    pub cancellable: bool,
    /// Why the biller refused to cancel, if it did.
    pub cancellation_refused: Option<String>,
    /// How often its receipt was printed.
    pub prints: u32,
}

/// "The customer wants it undone."
#[derive(Debug, Clone)]
pub struct CancelCash {
    /// The payment's public reference.
    pub payment: String,
    /// The outlet that asks; only the one that took the cash may.
    pub outlet: String,
    /// Why, in a few words that the biller is told (at most 100 characters).
    pub reason: String,
    /// Who asks.
    pub actor: Actor,
}

/// Why a payment cannot be cancelled. Nothing changed; what is left is a refund by the back office.
#[derive(Debug, thiserror::Error)]
pub enum CancelCashError {
    /// No such payment at this outlet.
    #[error("no such payment at this outlet")]
    UnknownPayment,
    /// No reason was given, or one of more than 100 characters.
    #[error("a reason of 1 to 100 characters is needed")]
    NoReason,
    /// The biller has not answered yet: it must be confirmed first.
    #[error("the payment is still pending")]
    StillPending,
    /// It is cancelled, returned, or was never confirmed.
    #[error("the payment does not stand any more")]
    NotConfirmed,
    /// The biller does not allow cancellation of this type.
    #[error("the biller allows no cancellation")]
    NotAllowed,
    /// It was paid on another day (Africa/Casablanca).
    #[error("only payments of the same day can be cancelled")]
    NotSameDay,
    /// Its shift is closed.
    #[error("the shift is closed")]
    ShiftClosed,
    /// The biller was asked before and refused: its words.
    #[error("the biller refused: {0}")]
    Refused(String),
    /// Our own trouble.
    #[error(transparent)]
    Infrastructure(#[from] Infrastructure),
}

/// Why cash cannot be written down as given back.
#[derive(Debug, thiserror::Error)]
pub enum GiveBackError {
    /// The outlet or till cannot be used.
    #[error(transparent)]
    Counter(#[from] CounterFault),
    /// No cash of this number is to be given back at this outlet.
    #[error("no such cash is to be given back at this outlet")]
    NothingOwed,
    /// It was given back before.
    #[error("the cash was given back before")]
    GivenBack,
    /// The till has no open shift.
    #[error("the till has no open shift")]
    NoShift,
    /// Our own trouble.
    #[error(transparent)]
    Infrastructure(#[from] Infrastructure),
}

/// Cash that lies at an outlet and belongs to a customer.
#[derive(Debug, Clone)]
pub struct CashOwed {
    /// The number of the payment or of the late cash it is about: what [`crate::Hub::give_cash_back`] takes.
    pub id: i64,
    /// The public reference of the payment; `None` for late cash.
    pub payment: Option<String>,
    /// How much.
    pub amount: Money,
    /// Since when.
    pub since: DateTime<Utc>,
}

// --- Shifts

/// "I begin."
#[derive(Debug, Clone)]
pub struct OpenShift {
    /// The outlet's number.
    pub outlet: String,
    /// The till's name.
    pub till: String,
    /// What lies in the drawer.
    pub opening_cash: Money,
    /// Whose shift it is.
    pub actor: Actor,
}

/// Cash that goes into the drawer or out of it, beside payments.
#[derive(Debug, Clone)]
pub struct MoveCash {
    /// The shift's number.
    pub shift: i64,
    /// [`ShiftMovementKind::In`] or [`ShiftMovementKind::Out`]; the hub writes the others itself.
    pub kind: ShiftMovementKind,
    /// How much, above zero.
    pub amount: Money,
    /// Why (1 to 200 characters).
    pub reason: String,
    /// A key of the page against a double click.
    pub key: String,
    /// Who moves it.
    pub actor: Actor,
}

/// How many of one note or coin were counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counted {
    /// One of [`DENOMINATIONS`].
    pub denomination: Money,
    /// How many.
    pub pieces: u32,
}

/// "I have counted."
#[derive(Debug, Clone)]
pub struct CloseShift {
    /// The shift's number.
    pub shift: i64,
    /// What was counted; denominations left out count as none.
    pub counted: Vec<Counted>,
    /// Why the drawer is over or short; needed where it is.
    pub reason: Option<String>,
    /// The supervisor who approves a difference above the network's tolerance: somebody else, signed in for it.
    pub supervisor: Option<Actor>,
    /// Who closes.
    pub actor: Actor,
}

/// Why a shift was not opened, moved or closed.
#[derive(Debug, thiserror::Error)]
pub enum ShiftError {
    /// The outlet or till cannot be used.
    #[error(transparent)]
    Counter(#[from] CounterFault),
    /// No such shift.
    #[error("no such shift")]
    UnknownShift,
    /// The till has an open shift already: its number.
    #[error("the till's shift {0} is open")]
    AlreadyOpen(i64),
    /// The shift is closed and takes nothing more.
    #[error("the shift is closed")]
    Closed,
    /// An amount below zero, or nothing where something is moved.
    #[error("the amount is not allowed")]
    BadAmount,
    /// A reason is missing or longer than 200 characters.
    #[error("a reason of 1 to 200 characters is needed")]
    NoReason,
    /// Something was counted that is no note or coin of the dirham, or twice.
    #[error("{0} is not a note or coin, or is counted twice")]
    BadDenomination(Money),
    /// More would go out than the drawer can hold.
    #[error("the drawer holds {0}")]
    DrawerTooLow(Money),
    /// Counted is not expected: a reason is needed.
    #[error("the drawer is off by {difference}: a reason is needed")]
    NeedsReason {
        /// What should be there.
        expected: Money,
        /// What was counted.
        counted: Money,
        /// Counted less expected: below zero is short.
        difference: Money,
    },
    /// The difference is above the tolerance: a supervisor, who is not the one that closes, must approve.
    #[error("the drawer is off by {difference}, more than {tolerance}: a supervisor must approve")]
    NeedsSupervisor {
        /// Counted less expected: below zero is short.
        difference: Money,
        /// What needs no supervisor.
        tolerance: Money,
    },
    /// The network lets no shift close while payments are pending: their public references.
    #[error("{} payment(s) are still pending", .0.len())]
    Pending(Vec<String>),
    /// The key was used for another movement.
    #[error("this key was used for another movement")]
    KeyConflict,
    /// Our own trouble.
    #[error(transparent)]
    Infrastructure(#[from] Infrastructure),
}

/// A shift with its figures.
#[derive(Debug, Clone)]
pub struct ShiftView {
    /// The shift as it stands, or stood at its closure.
    pub shift: Shift,
    /// Cash taken for payments: every total, whatever became of it since.
    pub taken: Money,
    /// How many payments that is.
    pub payments: u32,
    /// The sum of movements in, given-back cash of cancelled payments counted as out.
    pub moved: Money,
    /// Opening cash + movements + cash taken.
    pub expected: Money,
    /// Payments that the biller has not decided, carried in from earlier shifts of the till included: public references.
    pub pending: Vec<String>,
}

// --- Floats

/// An outlet's float as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FloatView {
    /// The outlet's number.
    pub outlet: String,
    /// What is left, payments under way counted.
    pub available: Money,
    /// Below this the network is warned.
    pub low_below: Money,
    /// Whether it is low.
    pub is_low: bool,
}

/// "Money was put into our account", or "we want some of it back".
#[derive(Debug, Clone)]
pub struct RequestFloat {
    /// The outlet's number.
    pub outlet: String,
    /// Top-up or withdrawal.
    pub kind: FloatRequestKind,
    /// How much, above zero.
    pub amount: Money,
    /// The reference of the bank's transfer or receipt (3 to 100 characters); a transfer counts once for a network.
    pub proof: String,
    /// A key of the page against a double click.
    pub key: String,
    /// Who asks.
    pub actor: Actor,
}

/// "I have seen the proof."
#[derive(Debug, Clone)]
pub struct DecideFloat {
    /// The request's number.
    pub request: i64,
    /// Yes or no.
    pub approve: bool,
    /// What the requester is told; needed for a no (1 to 200 characters).
    pub note: String,
    /// Who decides: not who asked.
    pub actor: Actor,
}

/// Why a float's request was not taken or decided.
#[derive(Debug, thiserror::Error)]
pub enum FloatError {
    /// The outlet cannot be used.
    #[error(transparent)]
    Counter(#[from] CounterFault),
    /// Nothing, or less.
    #[error("the amount must be above zero")]
    BadAmount,
    /// No proof of 3 to 100 characters.
    #[error("a proof of 3 to 100 characters is needed")]
    NoProof,
    /// This proof backs another request of the network.
    #[error("this proof was used before")]
    ProofUsed,
    /// Same key, other content.
    #[error("this key was used for another request")]
    KeyConflict,
    /// No such request.
    #[error("no such request")]
    UnknownRequest,
    /// It was decided before.
    #[error("the request was decided before")]
    Decided,
    /// Who asks cannot decide.
    #[error("a second person must decide")]
    SamePerson,
    /// A no needs a reason.
    #[error("a reason of 1 to 200 characters is needed")]
    NoNote,
    /// The float does not hold what is to be withdrawn.
    #[error("the float holds {available}")]
    FloatTooLow {
        /// What is left.
        available: Money,
    },
    /// Our own trouble.
    #[error(transparent)]
    Infrastructure(#[from] Infrastructure),
}

/// One line of a float's statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FloatLine {
    /// Its number: lines are in the order of these, and a page ends with one.
    pub id: i64,
    /// When it was booked.
    pub at: DateTime<Utc>,
    /// The event, in the words of the books.
    pub event: ledger::PostingKind,
    /// What came in (above zero) or went out (below).
    pub amount: Money,
    /// What was left after it.
    pub balance: Money,
    /// The public reference of the payment it belongs to.
    pub payment: Option<String>,
    /// The network's own reference of that payment.
    pub network_reference: Option<String>,
    /// The number of the request for a top-up or withdrawal, or of late cash.
    pub subject: Option<i64>,
}

/// Lines of a statement, newest first.
#[derive(Debug, Clone)]
pub struct FloatStatement {
    /// The lines.
    pub lines: Vec<FloatLine>,
    /// Where the next page begins: the `before` of the next call; `None` after the last.
    pub next: Option<i64>,
}

// --- References payable at an outlet

/// What a reference is made for.
#[derive(Debug, Clone)]
pub enum ReferenceSubject {
    /// A quote of any channel: the same lines and amount are priced again for cash.
    Quote(String),
    /// A choice from a look-up.
    Choice {
        /// The inquiry's reference.
        inquiry: String,
        /// Ids of the ticked lines.
        articles: Vec<String>,
        /// The amount to pay, where the rule lets the payer choose.
        amount: Option<Money>,
    },
}

/// "I want to pay this in cash somewhere."
#[derive(Debug, Clone)]
pub struct MakeCashReference {
    /// What for.
    pub subject: ReferenceSubject,
    /// The channel on which it is made.
    pub channel: Channel,
    /// Where the reference is sent and the reminder goes (`+212...`); optional.
    pub phone: Option<String>,
    /// The payer's language.
    pub language: Language,
}

/// Why no reference was made.
#[derive(Debug, thiserror::Error)]
pub enum CashReferenceError {
    /// The choice cannot be priced for cash at an outlet.
    #[error(transparent)]
    Quote(#[from] super::QuoteError),
    /// No such quote.
    #[error("no such quote")]
    UnknownQuote,
    /// The quote's time is over.
    #[error("the quote has expired")]
    Expired,
    /// Our own trouble.
    #[error(transparent)]
    Infrastructure(#[from] Infrastructure),
}

/// Where a reference stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CashReferenceStanding {
    /// Payable.
    Open,
    /// Paid, or being paid.
    Used,
    /// Cancelled by whoever made it.
    Cancelled,
    /// Its time is over.
    Expired,
}

/// A reference payable at an outlet.
#[derive(Debug, Clone)]
pub struct CashReference {
    /// 13 digits, the last one a check digit; also what a QR code holds.
    pub digits: String,
    /// What is to be paid, fee and stamp duty included.
    pub quote: super::Quote,
    /// Where it stands.
    pub standing: CashReferenceStanding,
    /// The channel on which it was made.
    pub channel: Channel,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
    /// The public reference of the payment that used it.
    pub payment: Option<String>,
}

/// Why a reference was not cancelled.
#[derive(Debug, thiserror::Error)]
pub enum CancelReferenceError {
    /// No such reference.
    #[error("no such reference")]
    Unknown,
    /// It is paid or being paid.
    #[error("the reference is paid")]
    Used,
    /// Our own trouble.
    #[error(transparent)]
    Infrastructure(#[from] Infrastructure),
}

/// "Cash was taken, and it cannot pay": for a reference that expired, was paid or cancelled, or whose bill was paid
/// meanwhile.
#[derive(Debug, Clone)]
pub struct ReportLateCash {
    /// The outlet's number.
    pub outlet: String,
    /// The till whose open shift the cash lies in; `None` where the network keeps its drawers itself.
    pub till: Option<String>,
    /// The 13 digits.
    pub reference: String,
    /// How much was taken.
    pub amount: Money,
    /// The network's own reference, or a key of the page: the same again is the same cash.
    pub key: String,
    /// Who reports it, and owns it until it is given back.
    pub actor: Actor,
}

/// Why late cash was not taken over.
#[derive(Debug, thiserror::Error)]
pub enum LateCashError {
    /// The outlet or till cannot be used.
    #[error(transparent)]
    Counter(#[from] CounterFault),
    /// No such reference.
    #[error("no such reference")]
    UnknownReference,
    /// The reference can still be paid: pay it.
    #[error("this reference can still be paid")]
    Payable,
    /// Nothing, or less.
    #[error("the amount must be above zero")]
    BadAmount,
    /// Same key, other content.
    #[error("this key was used for other cash")]
    KeyConflict,
    /// The till has no open shift.
    #[error("the till has no open shift")]
    NoShift,
    /// The outlet's float does not hold that much.
    #[error("the float holds {available}")]
    FloatTooLow {
        /// What is left.
        available: Money,
    },
    /// No such late cash.
    #[error("no such late cash")]
    UnknownCash,
    /// It was released before.
    #[error("this cash was released before")]
    Released,
    /// Our own trouble.
    #[error(transparent)]
    Infrastructure(#[from] Infrastructure),
}

/// Late cash, as the outlet and the back office see it.
#[derive(Debug, Clone)]
pub struct LateCashView {
    /// The row.
    pub cash: LateCash,
    /// The 13 digits it was taken for.
    pub reference: String,
    /// Why it was late.
    pub reason: LateReason,
    /// What is to be done.
    pub instruction: Option<Instruction>,
}

// --- Stamp duty

/// Stamp duty of a month: what is declared and paid to the state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DutyRegister {
    /// The first day of the month (Africa/Casablanca).
    pub month: NaiveDate,
    /// Receipts on which duty was collected, cancelled ones taken off.
    pub receipts: i64,
    /// The sum discharged by them, without the duty.
    pub discharged: Money,
    /// The duty.
    pub duty: Money,
}

/// A float's request with its outlet's network.
pub type FloatRequestView = FloatRequest;

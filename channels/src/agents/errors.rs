//! Refusals of the use cases, in the words of the API. What cannot be reached through it is worded all the same.

use ::payments::api::cash::{CancelCashError, CounterFault, GiveBackError, LateCashError, PayCashError, ShiftError};
use ::payments::api::{FieldFault, FieldFaultKind, FindError, QuoteError};
use ::payments::guard::Stopped;
use ledger::Money;

use super::problem::{Code, FieldProblem, Problem};
use super::show::money;

/// When to ask a biller again that cannot be reached, in seconds: its breaker rests that long.
const BILLER_SECONDS: u32 = 30;

fn unavailable() -> Problem {
    Problem::new(Code::BillerUnavailable, "Nothing was taken. Try again later; other billers can be paid meanwhile.")
        .after(BILLER_SECONDS)
}

impl From<FindError> for Problem {
    fn from(error: FindError) -> Self {
        match error {
            FindError::UnknownBiller => {
                Self::new(Code::UnknownBiller, "GET /agents/v1/billers lists the billers and their receivable types.")
            }
            FindError::ChannelClosed => Self::new(Code::NotOffered, "This receivable type cannot be paid at outlets."),
            FindError::Form(faults) => Self::of_fields(Code::BadField, faults.into_iter().map(form_fault).collect()),
            FindError::Unavailable => unavailable(),
            FindError::Infrastructure(trouble) => trouble.into(),
        }
    }
}

fn form_fault(fault: FieldFault) -> FieldProblem {
    let (code, detail) = match fault.kind {
        FieldFaultKind::Missing => ("missing", "is missing".to_owned()),
        FieldFaultKind::TooShort(least) => ("length", format!("must have at least {least} characters")),
        FieldFaultKind::TooLong(most) => ("length", format!("must have at most {most} characters")),
        FieldFaultKind::NotInteger => ("not-digits", "must hold digits only".to_owned()),
        FieldFaultKind::NotDecimal => ("not-decimal", "must be digits with an optional decimal part".to_owned()),
        FieldFaultKind::BadFormat => ("format", "does not match the form's pattern".to_owned()),
        FieldFaultKind::NotAChoice => ("not-a-choice", "must be one of the form's choices".to_owned()),
        FieldFaultKind::CardNumber => ("card-number", "must not hold a card number".to_owned()),
        FieldFaultKind::UnknownField => ("unknown-field", "is no field of this form".to_owned()),
    };
    FieldProblem { field: format!("fields.{}", fault.field), code, detail }
}

impl From<QuoteError> for Problem {
    fn from(error: QuoteError) -> Self {
        let field = |name: &str, code, detail: String| {
            Self::of_fields(Code::BadField, vec![FieldProblem { field: name.to_owned(), code, detail }])
        };
        match error {
            QuoteError::InquiryExpired => Self::new(Code::LookUpExpired, "Find the bills again, and quote from that."),
            QuoteError::NothingChosen => field("articles", "missing", "must name at least one line".to_owned()),
            QuoteError::UnknownArticle(id) => {
                let id: String = id.chars().take(40).collect();
                field("articles", "unknown-article", format!("name '{id}', which the bill does not have"))
            }
            QuoteError::AmountRequired => field("amount", "missing", "is needed for this receivable type".to_owned()),
            QuoteError::AmountNotAllowed { min, max, multiple } => Self::new(
                Code::AmountNotAllowed,
                "Choose an amount within min and max, in steps of multiple where one is given.",
            )
            .with("min", min.map(money))
            .with("max", max.map(money))
            .with("multiple", multiple.map(money)),
            QuoteError::InstrumentNotOffered => Self::new(Code::NotOffered, "This cannot be paid in cash at outlets."),
            QuoteError::Busy => Self::new(Code::Busy, "Leave the line out: another payment has it, or it is paid."),
            QuoteError::Unavailable => unavailable(),
            QuoteError::Infrastructure(trouble) => trouble.into(),
        }
    }
}

impl From<CounterFault> for Problem {
    fn from(fault: CounterFault) -> Self {
        match fault {
            CounterFault::UnknownOutlet => Self::new(Code::UnknownOutlet, "Your network has no outlet of that number."),
            CounterFault::UnknownTill => Self::new(Code::UnknownTill, "The outlet has no till of that name."),
            CounterFault::Inactive => {
                Self::new(Code::OutletInactive, "The outlet or its network takes no payments: call the operator.")
            }
        }
    }
}

fn float_too_low(available: Money) -> Problem {
    Problem::new(Code::FloatTooLow, "Nothing was taken from it: top the outlet's float up first.")
        .with("available", money(available))
}

fn no_shift() -> Problem {
    Problem::new(Code::NoOpenShift, "Open a shift at the till first.")
}

fn key_conflict() -> Problem {
    Problem::new(
        Code::KeyConflict,
        "You used this reference before for other content. Send the first content to hear of it, or take a new reference.",
    )
}

impl From<PayCashError> for Problem {
    fn from(error: PayCashError) -> Self {
        match error {
            PayCashError::Counter(fault) => fault.into(),
            PayCashError::NoShift => no_shift().with("open_shift", false),
            PayCashError::UnknownQuote => Self::new(Code::UnknownQuote, "Make a quote, and pay by its reference."),
            PayCashError::UnknownReference => {
                Self::new(Code::UnknownReference, "Check the 13 digits: no such reference was made.")
            }
            PayCashError::Expired => Self::new(
                Code::QuoteExpired,
                "Find the bill again and quote it. Cash taken already is reported as late cash.",
            ),
            PayCashError::ReferenceUsed => {
                Self::new(Code::ReferenceUsed, "Do not take cash for it. Cash taken already is reported as late cash.")
            }
            PayCashError::ReferenceCancelled => Self::new(
                Code::ReferenceCancelled,
                "Do not take cash for it. Cash taken already is reported as late cash.",
            ),
            PayCashError::BeingPaid => Self::new(Code::Busy, "Another payment has the bill: do not take cash for it."),
            PayCashError::AlreadyPaid => Self::new(Code::AlreadyPaid, "Do not take cash for it."),
            PayCashError::KeyConflict => key_conflict(),
            PayCashError::BadKey => {
                let (field, code) = ("reference".to_owned(), "length");
                let detail = "must have 1 to 64 characters, none of them a control character".to_owned();
                Self::of_fields(Code::BadField, vec![FieldProblem { field, code, detail }])
            }
            PayCashError::WrongInstrument => {
                Self::new(Code::NotOffered, "This quote is for another channel or instrument: make one here.")
            }
            PayCashError::TooLittle { tendered, total } => Self::new(Code::TooLittle, "Take at least the total.")
                .with("tendered", money(tendered))
                .with("total", money(total)),
            PayCashError::FloatTooLow { available, needed } => float_too_low(available).with("needed", money(needed)),
            PayCashError::Unavailable => unavailable(),
            PayCashError::Stopped(Stopped { in_review: true, reference }) => Self::new(
                Code::PaymentInReview,
                "Do not take cash for it. Pay the same quote again later, under another reference: it may be released.",
            )
            .with("refusal", reference),
            PayCashError::Stopped(Stopped { in_review: false, reference }) => Self::new(
                Code::PaymentRefused,
                "Do not take cash for it. The customer may ask the operator, who finds the refusal by its number.",
            )
            .with("refusal", reference),
            PayCashError::Infrastructure(trouble) => trouble.into(),
        }
    }
}

impl From<CancelCashError> for Problem {
    fn from(error: CancelCashError) -> Self {
        let refund = "Nothing changed: only the operator can refund it now.";
        match error {
            CancelCashError::UnknownPayment => Self::new(
                Code::UnknownPayment,
                "Only the outlet that took the cash can cancel, and it took no such payment.",
            ),
            CancelCashError::NoReason => {
                let (field, code) = ("reason".to_owned(), "length");
                let detail = "must have 1 to 100 characters, and no card number".to_owned();
                Self::of_fields(Code::BadField, vec![FieldProblem { field, code, detail }])
            }
            CancelCashError::StillPending => {
                Self::new(Code::StillPending, "Wait until the biller has confirmed it, then cancel.")
            }
            CancelCashError::NotConfirmed => Self::new(Code::NotConfirmed, "It was returned or never confirmed."),
            CancelCashError::NotAllowed => Self::new(Code::NotCancellable, refund),
            CancelCashError::NotSameDay => Self::new(Code::NotSameDay, refund),
            CancelCashError::ShiftClosed => Self::new(Code::ShiftClosed, refund),
            CancelCashError::Refused(words) => {
                let words: String = words.chars().take(200).collect();
                Self::new(Code::CancellationRefused, refund).with("biller_said", words)
            }
            CancelCashError::Infrastructure(trouble) => trouble.into(),
        }
    }
}

impl From<GiveBackError> for Problem {
    fn from(error: GiveBackError) -> Self {
        match error {
            GiveBackError::Counter(fault) => fault.into(),
            GiveBackError::NothingOwed | GiveBackError::GivenBack => {
                Self::new(Code::NothingOwed, "GET .../cash-owed lists what the outlet is to give back.")
            }
            GiveBackError::NoShift => no_shift(),
            GiveBackError::Infrastructure(trouble) => trouble.into(),
        }
    }
}

impl From<LateCashError> for Problem {
    fn from(error: LateCashError) -> Self {
        match error {
            LateCashError::Counter(fault) => fault.into(),
            LateCashError::UnknownReference => {
                Self::new(Code::UnknownReference, "Check the 13 digits: no such reference was made.")
            }
            LateCashError::Payable => Self::new(Code::ReferencePayable, "Pay it: nothing is late about it."),
            LateCashError::BadAmount => {
                let (field, code) = ("amount".to_owned(), "not-positive");
                let detail = "must be above zero".to_owned();
                Self::of_fields(Code::BadField, vec![FieldProblem { field, code, detail }])
            }
            LateCashError::KeyConflict => key_conflict(),
            LateCashError::NoShift => no_shift(),
            LateCashError::FloatTooLow { available } => Self::new(
                Code::FloatTooLow,
                "The cash cannot be taken over: give it straight back to the customer. The operator was told.",
            )
            .with("available", money(available)),
            LateCashError::UnknownCash | LateCashError::Released => {
                Self::new(Code::UnknownLateCash, "Your network reported no such late cash.")
            }
            LateCashError::Infrastructure(trouble) => trouble.into(),
        }
    }
}

impl From<ShiftError> for Problem {
    fn from(error: ShiftError) -> Self {
        match error {
            ShiftError::Counter(fault) => fault.into(),
            ShiftError::UnknownShift => Self::new(Code::UnknownShift, "Your network has no shift of that number."),
            ShiftError::AlreadyOpen(shift) => {
                Self::new(Code::ShiftOpen, "Go on with the open shift, or close it first.").with("shift", shift)
            }
            ShiftError::Closed => Self::new(Code::ShiftClosed, "It takes nothing more: open another at the till."),
            ShiftError::BadAmount | ShiftError::BadDenomination(_) | ShiftError::NoReason => {
                let (field, code) = match error {
                    ShiftError::BadAmount => ("amount", "not-positive"),
                    ShiftError::NoReason => ("reason", "length"),
                    _ => ("counted", "not-a-denomination"),
                };
                let (field, detail) = (field.to_owned(), error.to_string());
                Self::of_fields(Code::BadField, vec![FieldProblem { field, code, detail }])
            }
            ShiftError::DrawerTooLow(held) => {
                Self::new(Code::DrawerTooLow, "Take no more out than it holds.").with("held", money(held))
            }
            ShiftError::NeedsReason { expected, counted, difference } => {
                Self::new(Code::NeedsReason, "Count again; if it stays so, close with a reason.")
                    .with("expected", money(expected))
                    .with("counted", money(counted))
                    .with("over_short", money(difference))
            }
            ShiftError::NeedsSupervisor { difference, tolerance } => Self::new(
                Code::NeedsSupervisor,
                "The difference is above your network's tolerance: close with the name of a supervisor who approves it.",
            )
            .with("over_short", money(difference))
            .with("tolerance", money(tolerance)),
            ShiftError::Pending(payments) => {
                Self::new(Code::PaymentsPending, "Your network closes no shift before these are decided.")
                    .with("payments", payments)
            }
            ShiftError::KeyConflict => key_conflict(),
            ShiftError::Infrastructure(trouble) => trouble.into(),
        }
    }
}

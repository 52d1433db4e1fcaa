//! Answers as JSON: amounts as decimal strings, times in RFC 3339 (UTC).

use ::payments::api::cash::{CashPayment, CashReference, CashReferenceStanding, Instruction, LateCashView, ShiftView};
use ::payments::api::{self, Inquiry, Quote, Standing};
use biller_adapters::{Article, ArticleKind};
use chrono::{DateTime, SecondsFormat, Utc};
use ledger::{Money, Shift, ShiftMovement};
use serde_json::{Value, json};

/// `"168.42"`.
pub(super) fn money(amount: Money) -> String {
    amount.to_string()
}

/// `"2026-11-24T10:00:00Z"`.
pub(super) fn time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// A word of the books as one of the wire.
pub(super) fn word(words: &str) -> String {
    words.replace(' ', "-")
}

fn article(article: &Article) -> Value {
    let kind = match article.kind {
        ArticleKind::Receivable => "receivable",
        ArticleKind::Fee => "fee",
        ArticleKind::Mandatory => "mandatory",
        ArticleKind::StampDuty => "stamp-duty",
    };
    json!({
        "id": article.id,
        "kind": kind,
        "description": article.description,
        "amount": money(article.amount),
        "date": article.date.map(|date| date.to_string()),
    })
}

fn amounts(amounts: &api::Amounts) -> Value {
    json!({
        "principal": money(amounts.principal),
        "fee": money(amounts.fee),
        "vat": money(amounts.vat),
        "duty": money(amounts.duty),
        "total": money(amounts.total),
    })
}

/// A bill that was found.
pub(super) fn inquiry(inquiry: &Inquiry) -> Value {
    let articles = inquiry.articles.iter().map(|payable| {
        let mut shown = article(&payable.article);
        shown["mandatory"] = payable.mandatory.into();
        shown["busy"] = payable.busy.into();
        shown
    });
    json!({
        "outcome": "bills",
        "inquiry": inquiry.reference,
        "biller": inquiry.biller,
        "receivable_type": inquiry.receivable_type,
        "contract_masked": inquiry.contract_masked,
        "articles": articles.collect::<Vec<_>>(),
        "expires_at": time(inquiry.expires_at),
    })
}

/// A price.
pub(super) fn quote(quote: &Quote) -> Value {
    json!({
        "quote": quote.reference,
        "biller": quote.biller,
        "receivable_type": quote.receivable_type,
        "contract_masked": quote.contract_masked,
        "articles": quote.articles.iter().map(article).collect::<Vec<_>>(),
        "amounts": amounts(&quote.amounts),
        "expires_at": time(quote.expires_at),
    })
}

/// A customer's 13 digits.
pub(super) fn cash_reference(found: &CashReference) -> Value {
    let standing = match found.standing {
        CashReferenceStanding::Open => "open",
        CashReferenceStanding::Used => "used",
        CashReferenceStanding::Cancelled => "cancelled",
        CashReferenceStanding::Expired => "expired",
    };
    json!({
        "cash_reference": found.digits,
        "state": standing,
        "biller": found.quote.biller,
        "receivable_type": found.quote.receivable_type,
        "contract_masked": found.quote.contract_masked,
        "articles": found.quote.articles.iter().map(article).collect::<Vec<_>>(),
        "amounts": amounts(&found.quote.amounts),
        "created_at": time(found.created_at),
        "expires_at": time(found.expires_at),
    })
}

/// A payment, and what is to be done about it at the counter.
pub(super) fn payment(found: &CashPayment) -> Value {
    let payment = &found.payment;
    let receipt = match &payment.standing {
        Standing::Confirmed(receipt) => {
            json!({ "number": receipt.number, "date": receipt.date.map(|date| date.to_string()) })
        }
        _ => Value::Null,
    };
    json!({
        "payment": payment.reference,
        "reference": found.network_reference,
        "state": state(&payment.standing),
        "outlet": found.outlet,
        "till": found.till,
        "shift": found.shift,
        "operator": found.actor.name,
        "biller": payment.biller,
        "receivable_type": payment.receivable_type,
        "contract_masked": payment.contract_masked,
        "articles": payment.articles.iter().map(article).collect::<Vec<_>>(),
        "amounts": amounts(&payment.amounts),
        "cash_reference": found.cash_reference,
        "tendered": found.tendered.map(money),
        "change": found.change.map(money),
        "receipt": receipt,
        "instruction": instruction(found.instruction),
        "cancellable": found.cancellable,
        "cancellation_refused": found.cancellation_refused,
        "started_at": time(payment.started_at),
        "state_since": time(payment.standing_since),
    })
}

fn state(standing: &Standing) -> &'static str {
    match standing {
        Standing::AwaitingPayer | Standing::Confirming => "pending",
        Standing::Confirmed(_) => "confirmed",
        Standing::Declined => "declined",
        Standing::Expired => "expired",
        Standing::Returning => "returning",
        Standing::Returned => "returned",
        Standing::Cancelling => "cancelling",
        Standing::Cancelled => "cancelled",
    }
}

fn instruction(instruction: Instruction) -> Value {
    let (action, amount, text) = match instruction {
        Instruction::HandReceipt => ("hand-receipt", None, "The biller has confirmed. Hand the receipt over."),
        Instruction::TellPending => (
            "tell-pending",
            None,
            "The cash is taken and the biller has not answered yet. Keep the cash, hand a slip over that says so, and do not \
             take the bill a second time: the hub goes on asking.",
        ),
        Instruction::AwaitCancellation => {
            ("await-cancellation", None, "The biller is being asked to cancel. Keep the cash until it has agreed.")
        }
        Instruction::GiveCashBack(amount) => {
            ("give-cash-back", Some(amount), "This does not stand. Give the cash back, then report that you have.")
        }
        Instruction::CashGivenBack(amount) => (
            "cash-given-back",
            Some(amount),
            "The drawer's figures have this cash as given back. See that the customer has it.",
        ),
    };
    json!({ "action": action, "amount": amount.map(money), "text": text })
}

/// Cash that could not pay.
pub(super) fn late_cash(found: &LateCashView) -> Value {
    json!({
        "id": found.cash.id,
        "outlet": found.cash.outlet,
        "cash_reference": found.reference,
        "amount": money(found.cash.amount),
        "reason": word(found.reason.as_str()),
        "taken_at": time(found.cash.taken_at.and_utc()),
        "operator": found.cash.owner.name,
        "released_at": found.cash.released.as_ref().map(|(at, _)| time(at.and_utc())),
        "instruction": found.instruction.map(instruction),
    })
}

/// A shift without figures of its own.
pub(super) fn shift_head(shift: &Shift) -> Value {
    let closure = shift.closure.as_ref().map(|closed| {
        let counted: Vec<(i64, u32)> = serde_json::from_str(&closed.denominations).unwrap_or_default();
        let line = |(minor, pieces): &(i64, u32)| {
            json!({ "denomination": money(Money::from_minor(*minor)), "pieces": pieces })
        };
        json!({
            "expected": money(closed.expected),
            "counted": money(closed.counted),
            "over_short": money(closed.over_short()),
            "denominations": counted.iter().map(line).collect::<Vec<_>>(),
            "reason": closed.reason,
            "closed_at": time(closed.at.and_utc()),
            "operator": closed.by.name,
            "supervisor": closed.approved_by.as_ref().map(|by| by.name.clone()),
        })
    });
    json!({
        "shift": shift.id,
        "outlet": shift.outlet,
        "till": shift.till,
        "state": shift.state.as_str(),
        "opening_cash": money(shift.opening),
        "opened_at": time(shift.opened_at.and_utc()),
        "operator": shift.opened_by.name,
        "closure": closure,
    })
}

/// A shift with its figures.
pub(super) fn shift(view: &ShiftView) -> Value {
    let mut shown = shift_head(&view.shift);
    shown["taken"] = money(view.taken).into();
    shown["payments"] = view.payments.into();
    shown["moved"] = money(view.moved).into();
    shown["expected"] = money(view.expected).into();
    shown["pending"] = view.pending.clone().into();
    shown
}

/// Cash that moved beside payments.
pub(super) fn movement(movement: &ShiftMovement) -> Value {
    json!({
        "id": movement.id,
        "kind": word(movement.kind.as_str()),
        "amount": money(movement.amount),
        "reason": movement.reason,
        "subject": movement.subject,
        "made_at": time(movement.made_at.and_utc()),
        "operator": movement.made_by.name,
    })
}

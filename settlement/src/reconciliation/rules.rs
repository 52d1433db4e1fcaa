//! The rules of matching, as functions of what is known. They are tried in the order in which they stand here.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use chrono::{Days, NaiveDate};
use ledger::{BankDetail, BankEntry, BreakKind, CommissionInvoice, MatchRule, Matched, Money, Transfer, TransferState};

use crate::files::{CommissionId, TransferId};

/// Shortest and longest reference that is looked up in a bank's texts.
const REFERENCE_CHARS: RangeInclusive<usize> = 4..=35;
/// References looked up of one entry.
const REFERENCES_MAX: usize = 20;

/// An entry, or a transaction of it, as the rules see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    pub entry: i64,
    /// The transaction; 0 for the entry as a whole.
    pub position: i32,
    /// Signed.
    pub amount: Money,
    pub booked_on: NaiveDate,
    pub account: String,
    pub end_to_end: Vec<String>,
    /// `MsgId`s, the transaction's own before the entry's.
    pub messages: Vec<String>,
    /// `PmtInfId`s in the same order.
    pub payments: Vec<String>,
    pub party_account: String,
    /// Free texts in which references may stand.
    pub texts: Vec<String>,
    /// What the bank took out of it, not below zero.
    pub cost: Money,
    /// Why it came back.
    pub reason: String,
    /// Whether the bank's code says that it took this for itself.
    pub is_charge: bool,
}

/// The magnitude of an amount.
pub(super) fn size(amount: Money) -> Money {
    if amount.minor() < 0 { negative(amount) } else { amount }
}

/// The same amount the other way.
pub(super) fn negative(amount: Money) -> Money {
    Money::from_minor(amount.minor().saturating_neg())
}

impl Line {
    /// The entry as a whole, with the only transaction that the bank told of it.
    pub(super) fn whole(entry: &BankEntry, detail: Option<&BankDetail>, left: Money) -> Self {
        let mut line = Self {
            entry: entry.id,
            position: 0,
            amount: left,
            booked_on: entry.booked_on,
            account: entry.account.clone(),
            end_to_end: vec![entry.reference.clone()],
            messages: vec![entry.message.clone()],
            payments: vec![entry.payment.clone()],
            party_account: String::new(),
            texts: vec![entry.reference.clone(), entry.bank_reference.clone(), entry.information.clone()],
            cost: cost(entry.charges),
            reason: String::new(),
            is_charge: is_charge(&entry.code) && left.minor() < 0,
        };
        if let Some(detail) = detail {
            line.tell(detail);
        }
        line
    }

    /// One of several transactions; `None` where the bank does not say how much it is.
    pub(super) fn part(entry: &BankEntry, detail: &BankDetail) -> Option<Self> {
        let mut line = Self {
            end_to_end: Vec::new(),
            texts: Vec::new(),
            cost: Money::ZERO,
            is_charge: false,
            ..Self::whole(entry, None, detail.amount?)
        };
        line.position = detail.position;
        line.tell(detail);
        Some(line)
    }

    fn tell(&mut self, detail: &BankDetail) {
        self.end_to_end.insert(0, detail.end_to_end.clone());
        self.messages.insert(0, detail.message.clone());
        self.payments.insert(0, detail.payment.clone());
        self.party_account.clone_from(&detail.party_account);
        self.texts.extend([detail.remittance.clone(), detail.bank_reference.clone(), detail.end_to_end.clone()]);
        if detail.charges != Money::ZERO {
            self.cost = cost(detail.charges);
        }
        self.reason.clone_from(&detail.reason);
    }

    /// The transfer that it names.
    pub(super) fn transfer(&self) -> Option<TransferId> {
        self.end_to_end.iter().find_map(|text| text.parse().ok())
    }

    /// `MsgId`s of orders that it may name, in the order in which they are tried: banks put their own beside a `PmtInfId` of
    /// ours.
    pub(super) fn orders(&self) -> Vec<&str> {
        // `FTR12P1` is a part of `FTR12`.
        let of_part = |payment: &String| payment.split_once('P').map(|(message, _)| message.len());
        let parts = self.payments.iter().filter_map(|payment| payment.get(..of_part(payment)?));
        let mut found: Vec<&str> = Vec::new();
        for message in self.messages.iter().map(String::as_str).chain(parts) {
            if message.starts_with("FTR") && !found.contains(&message) {
                found.push(message);
            }
        }
        found
    }

    /// What could be a reference of ours in its texts.
    pub(super) fn references(&self) -> Vec<&str> {
        let mut found: Vec<&str> = Vec::new();
        let between = |c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/'));
        for word in self.texts.iter().flat_map(|text| text.split(between)) {
            let word = word.trim_matches(['-', '_', '.', '/']);
            if REFERENCE_CHARS.contains(&word.len()) && !found.contains(&word) && found.len() < REFERENCES_MAX {
                found.push(word);
            }
        }
        found
    }
}

/// What charges cost; they are below zero then.
fn cost(charges: Money) -> Money {
    if charges.minor() < 0 { negative(charges) } else { Money::ZERO }
}

/// Bank transaction codes of charges: ISO 20022 sub-families, SWIFT's types of `:61:`.
fn is_charge(code: &str) -> bool {
    let last = code.rsplit('-').next().unwrap_or_default();
    matches!(last, "CHRG" | "FEES" | "COMM" | "NCHG" | "NCOM")
}

/// What a rule says of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It is this, and these amounts of it.
    Matches(MatchRule, Vec<(Matched, Money)>),
    /// It cannot be right.
    Breaks(BreakKind, Option<Money>, String),
}

/// (a) The transfer that the line names.
pub(super) fn end_to_end(line: &Line, transfer: &Transfer, tolerance: Money) -> Verdict {
    let id = named(transfer);
    let breaks = |kind, words: String| Verdict::Breaks(kind, Some(expected(line, transfer.amount)), words);
    if line.amount.is_positive() {
        if line.amount != transfer.amount {
            let words = format!("transfer {id} came back with another amount than it was made with");
            return breaks(BreakKind::AmountDiffers, words);
        }
        return match transfer.state {
            TransferState::Paid | TransferState::Returned => {
                let reason = if line.reason.is_empty() { "no reason given" } else { &line.reason };
                let what = Matched::TransferReturned(transfer.id, reason.to_owned());
                Verdict::Matches(MatchRule::EndToEnd, vec![(what, line.amount)])
            }
            state => {
                breaks(BreakKind::StatusDiffers, format!("transfer {id} came back, and is {state} and not paid here"))
            }
        };
    }
    if matches!(transfer.state, TransferState::Waiting | TransferState::Rejected) {
        let words = format!("the bank paid transfer {id}, which is {} here", transfer.state);
        return breaks(BreakKind::StatusDiffers, words);
    }
    match parts(line, transfer.amount, tolerance) {
        Some(charges) => {
            let mut what = vec![(Matched::Transfer(transfer.id), negative(transfer.amount))];
            what.extend(charges.map(|charges| (Matched::Charges, negative(charges))));
            Verdict::Matches(MatchRule::EndToEnd, what)
        }
        None => breaks(BreakKind::AmountDiffers, format!("the bank paid transfer {id} with another amount")),
    }
}

/// What of a debit are charges; `None` where the rest is not the amount.
fn parts(line: &Line, amount: Money, tolerance: Money) -> Option<Option<Money>> {
    let over = size(line.amount).checked_sub(amount)?;
    match over.minor() {
        0 => Some(None),
        1.. if over == line.cost || over <= tolerance => Some(Some(over)),
        _ => None,
    }
}

/// An amount on the side of the line.
fn expected(line: &Line, amount: Money) -> Money {
    if line.amount.is_positive() { amount } else { negative(amount) }
}

/// The reference of a transfer.
pub(super) fn named(transfer: &Transfer) -> String {
    let small = |number: i16| u8::try_from(number).unwrap_or_default();
    let (account, repeats) = (small(transfer.position), small(transfer.repeats));
    TransferId { biller: transfer.biller, window: transfer.window, account, repeats }.to_string()
}

/// (b) The transfers of the order that the line names: all that have not ended, or the only one of this amount.
pub(super) fn order(line: &Line, message: &str, transfers: &[Transfer]) -> Verdict {
    let open: Vec<&Transfer> = transfers.iter().filter(|transfer| transfer.state == TransferState::Ordered).collect();
    let debit = size(line.amount);
    let matches = |some: &[&Transfer]| {
        let what = some.iter().map(|one| (Matched::Transfer(one.id), negative(one.amount))).collect();
        Verdict::Matches(MatchRule::Order, what)
    };
    let total = Money::sum(open.iter().map(|transfer| transfer.amount));
    if line.position == 0 && !open.is_empty() && total == Some(debit) {
        return matches(&open);
    }
    let of_amount: Vec<&Transfer> = open.iter().filter(|one| one.amount == debit).copied().collect();
    let of_account: Vec<&Transfer> = of_amount.iter().filter(|one| one.rib == line.party_account).copied().collect();
    match (of_account.as_slice(), of_amount.as_slice()) {
        ([one], _) => matches(&[one]),
        ([], [one]) if line.party_account.is_empty() => matches(&[one]),
        ([], []) => Verdict::Breaks(
            BreakKind::AmountDiffers,
            total.map(negative),
            format!("the bank booked order {message} with another amount than its open transfers have"),
        ),
        _ => Verdict::Breaks(
            BreakKind::Ambiguous,
            None,
            format!("several transfers of order {message} have this amount"),
        ),
    }
}

/// (c) The invoices that a credit names: all of them, and nothing else.
pub(super) fn invoices(line: &Line, invoices: &[CommissionInvoice]) -> Verdict {
    let names = || {
        let one = |invoice: &CommissionInvoice| invoice_id(invoice).to_string();
        invoices.iter().map(one).collect::<Vec<_>>().join(", ")
    };
    let expected = Money::sum(invoices.iter().map(|invoice| invoice.amount));
    if invoices.iter().any(|invoice| invoice.is_paid) {
        let words = format!("the commission of {} was paid before", names());
        return Verdict::Breaks(BreakKind::Duplicate, expected, words);
    }
    if expected != Some(line.amount) {
        let words = format!("the commission of {} is another amount", names());
        return Verdict::Breaks(BreakKind::AmountDiffers, expected, words);
    }
    let what = |invoice: &CommissionInvoice| (Matched::CommissionInvoice(invoice.window), invoice.amount);
    Verdict::Matches(MatchRule::Reference, invoices.iter().map(what).collect())
}

/// (c) Several transfers that a debit names: all of them, and nothing else.
pub(super) fn transfers(line: &Line, transfers: &[Transfer]) -> Verdict {
    let total = Money::sum(transfers.iter().map(|transfer| transfer.amount)).map(negative);
    let are_open = transfers.iter().all(|transfer| transfer.state == TransferState::Ordered);
    match total {
        Some(total) if are_open && total == line.amount => {
            let what = transfers.iter().map(|one| (Matched::Transfer(one.id), negative(one.amount))).collect();
            Verdict::Matches(MatchRule::Reference, what)
        }
        _ => {
            Verdict::Breaks(BreakKind::Ambiguous, total, "it names several transfers that it is not the sum of".into())
        }
    }
}

/// How a biller names the commission that it pays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum InvoiceName {
    /// By its reference.
    Window(CommissionId),
    /// By the name of the settlement file, with or without its ending.
    Statement { biller: u16, sequence: i64 },
}

impl InvoiceName {
    pub(super) fn read(text: &str) -> Option<Self> {
        if let Ok(id) = text.parse() {
            return Some(Self::Window(id));
        }
        let name = text.split_once('.').map_or(text, |(name, _)| name);
        let (biller, rest) = name.strip_prefix("FATOURA_")?.split_once('_')?;
        let (sequence, day) = rest.split_once('_')?;
        day.parse::<NaiveDate>().ok()?;
        Some(Self::Statement { biller: biller.parse().ok()?, sequence: sequence.parse().ok()? })
    }
}

fn invoice_id(invoice: &CommissionInvoice) -> CommissionId {
    CommissionId { biller: invoice.biller, window: invoice.window }
}

/// Something that a statement is to show, for matching by amount and date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Awaited<T> {
    pub what: T,
    /// Signed.
    pub amount: Money,
    pub on: NaiveDate,
}

/// (d) Lines and awaited things of the same amount and about the same day, where on both sides only one has them; and the
/// lines for which there are several.
pub(super) fn amount_and_date<T>(
    lines: &[Line],
    awaited: &[Awaited<T>],
    days: u16,
) -> (Vec<(usize, usize)>, Vec<usize>) {
    let mut by_amount: BTreeMap<Money, (Vec<usize>, Vec<usize>)> = BTreeMap::new();
    for (at, one) in awaited.iter().enumerate() {
        by_amount.entry(one.amount).or_default().1.push(at);
    }
    for (at, line) in lines.iter().enumerate() {
        if let Some((found, _)) = by_amount.get_mut(&line.amount) {
            found.push(at);
        }
    }
    let near = |line: &Line, on: NaiveDate| {
        let span = Days::new(u64::from(days));
        let (from, to) = (on.checked_sub_days(span), on.checked_add_days(span));
        from.is_none_or(|from| from <= line.booked_on) && to.is_none_or(|to| line.booked_on <= to)
    };
    let (mut pairs, mut ambiguous) = (Vec::new(), Vec::new());
    for (found, wanted) in by_amount.into_values() {
        let fits = |line: &usize, one: &usize| match (lines.get(*line), awaited.get(*one)) {
            (Some(line), Some(one)) => near(line, one.on),
            _ => false,
        };
        for line in &found {
            let candidates: Vec<usize> = wanted.iter().filter(|one| fits(line, one)).copied().collect();
            match candidates.as_slice() {
                [] => {}
                [one] if found.iter().filter(|other| fits(other, one)).count() == 1 => pairs.push((*line, *one)),
                _ => ambiguous.push(*line),
            }
        }
    }
    (pairs, ambiguous)
}

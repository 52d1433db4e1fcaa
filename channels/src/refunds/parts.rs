//! What the pages of refunds share: the hub, words, rows.

use std::sync::Arc;

use ledger::{Account, AccountKind, Actor, Entry, Language, Money, Payment, Refund, RefundReason, RefundState};
use payments::Hub;
use sha2::{Digest, Sha256};

use crate::staff::session::StaffSession;
use crate::web::errors::Fault;
use crate::web::{format, i18n};

/// The hub; `None` over sample data.
pub(super) fn hub(session: &StaffSession) -> Result<Arc<Hub>, Fault> {
    session.context.state.counters.clone().ok_or(Fault::NotFound)
}

/// A member as rows remember them.
pub(super) fn actor(session: &StaffSession) -> Actor {
    Actor { id: session.who.member, name: session.who.name.clone() }
}

/// Refunds are not for whoever is bound to a biller.
pub(super) fn require_unbound(session: &StaffSession) -> Result<(), Fault> {
    if session.who.scope.biller.is_none() { Ok(()) } else { Err(Fault::Forbidden) }
}

/// A number in an address.
pub(super) fn number(text: &str) -> Result<i64, Fault> {
    text.parse().ok().filter(|number| *number > 0).ok_or(Fault::NotFound)
}

/// The message of one of the ledger's words.
pub(super) fn word(language: Language, of: &str, word: &str) -> String {
    i18n::text(language, &format!("refunds-{of}-{}", word.replace(' ', "-")))
}

/// The word of a reason in forms.
pub(super) fn form_word(reason: RefundReason) -> String {
    reason.as_str().replace(' ', "-")
}

/// A refund as a row, and as the head of its page.
pub(super) struct Row {
    pub(super) id: String,
    pub(super) href: String,
    pub(super) payment: String,
    pub(super) biller: String,
    pub(super) total: String,
    pub(super) reason: String,
    pub(super) state: String,
    pub(super) tone: &'static str,
    pub(super) by: String,
    pub(super) age: String,
}

/// The badge of a state.
pub(super) fn tone(state: RefundState) -> &'static str {
    match state {
        RefundState::Proposed | RefundState::Pending => "badge-wait",
        RefundState::Done => "badge-good",
        RefundState::Failed => "badge-bad",
        RefundState::Refused | RefundState::Withdrawn => "",
    }
}

pub(super) fn row(session: &StaffSession, refund: &Refund, payment: &Payment) -> Result<Row, Fault> {
    let language = session.language();
    let total = refund.amounts.total().ok_or(Fault::NotFound)?;
    let biller = hub(session)?.catalogue();
    let biller = biller.get(payment.biller).map(|biller| biller.name.get(language).to_owned());
    let since = refund.decided_at.unwrap_or(refund.proposed_at);
    let until = refund.ended_at.map_or(session.context.now, |ended| ended.and_utc());
    let hours = (until - since.and_utc()).num_hours().max(0);
    let (key, count) =
        if hours < 48 { ("refunds-hours", hours) } else { ("refunds-days", (until - since.and_utc()).num_days()) };
    Ok(Row {
        id: refund.id.to_string(),
        href: format!("/{language}/staff/refunds/{}", refund.id),
        payment: payment.id.to_string(),
        biller: biller.unwrap_or_else(|| payment.biller.to_string()),
        total: format::money(language, total),
        reason: word(language, "reason", refund.reason.as_str()),
        state: word(language, "state", refund.state.as_str()),
        tone: tone(refund.state),
        by: refund.proposed_by.name.clone(),
        age: i18n::text_with(language, key, &[("count", i18n::Arg::Number(count))]),
    })
}

/// An account in the reader's words.
fn account_name(language: Language, account: &Account) -> String {
    let key = match account.kind {
        AccountKind::BillerPayable => "refunds-account-biller",
        AccountKind::FeeIncome => "refunds-account-fees",
        AccountKind::VatPayable => "refunds-account-vat",
        AccountKind::RefundsPayable => "refunds-account-refunds",
        AccountKind::GatewayReceivable => "refunds-account-gateway",
        AccountKind::AgentFloat => "refunds-account-float",
        AccountKind::InTransit => "refunds-account-transit",
        AccountKind::StampDutyPayable => "refunds-account-duty",
        _ => return account.to_string(),
    };
    let name = i18n::text(language, key);
    if account.owner.is_empty() { name } else { format!("{name} ({})", account.owner) }
}

/// Account, debit and credit of each line.
pub(crate) fn lines(language: Language, entries: &[Entry]) -> Vec<(String, String, String)> {
    let line = |entry: &Entry| {
        let account = account_name(language, &entry.account);
        let amount = format::money(language, Money::from_minor(entry.amount.saturating_abs()));
        if entry.amount > 0 { (account, amount, String::new()) } else { (account, String::new(), amount) }
    };
    entries.iter().map(line).collect()
}

/// What a reader was shown, in short: another effect has another.
pub(crate) fn seen(entries: &[Entry], needs_second: bool) -> String {
    let mut told = Sha256::new();
    for entry in entries {
        told.update(format!("{}={};", entry.account, entry.amount));
    }
    told.update([u8::from(needs_second)]);
    hex::encode(told.finalize())
}

/// A choice of a list.
pub(super) struct Choice {
    pub(super) value: String,
    pub(super) label: String,
    pub(super) chosen: bool,
}

//! What the pages of outcomes share: addresses, words, what a word does.

use ledger::{
    AccountKind, Entry, Language, Money, OutcomeAbout, OutcomeProposal, OutcomeSubject, OutcomeVerdict, Payment,
    Refund, UnknownOutcome,
};
use payments::outcomes::OutcomeView;

use crate::finance::parts::hub;
use crate::refunds;
use crate::staff::session::StaffSession;
use crate::web::errors::Fault;
use crate::web::{format, i18n};

/// What the pages of an address are about.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Kind {
    /// `/staff/payments/...`
    Payment,
    /// `/staff/refunds/...`
    Refund,
}

/// The address of the page about something, below the language.
pub(super) fn path(about: OutcomeAbout) -> String {
    match about {
        OutcomeAbout::Payment(id) => format!("/staff/payments/{id}/resolve"),
        OutcomeAbout::Refund(id) => format!("/staff/refunds/{id}/resolve"),
    }
}

/// What an address is about, for whoever may see it.
pub(super) async fn view(session: &StaffSession, kind: Kind, number: &str) -> Result<OutcomeView, Fault> {
    require_unbound(session)?;
    let id = number.parse().ok().filter(|id| *id > 0).ok_or(Fault::NotFound)?;
    let about = match kind {
        Kind::Payment => OutcomeAbout::Payment(id),
        Kind::Refund => OutcomeAbout::Refund(id),
    };
    hub(session)?.outcome_view(about).await?.ok_or(Fault::NotFound)
}

/// Outcomes are not for whoever is bound to a biller.
pub(super) fn require_unbound(session: &StaffSession) -> Result<(), Fault> {
    if session.who.scope.biller.is_none() { Ok(()) } else { Err(Fault::Forbidden) }
}

/// The message of one of the ledger's words.
pub(super) fn word(language: Language, of: &str, word: &str) -> String {
    i18n::text(language, &format!("outcomes-{of}-{}", word.replace(' ', "-")))
}

/// The word of a verdict in forms.
pub(super) fn form_word(verdict: OutcomeVerdict) -> String {
    verdict.as_str().replace(' ', "-")
}

/// What people say, as a sentence.
pub(crate) fn said(language: Language, subject: OutcomeSubject, verdict: OutcomeVerdict) -> String {
    word(language, &format!("says-{subject}"), verdict.as_str())
}

/// How long ago, in whole hours or days.
pub(super) fn age(session: &StaffSession, since: chrono::NaiveDateTime) -> String {
    let passed = session.context.now - since.and_utc();
    let (key, count) = match passed.num_hours().max(0) {
        hours @ 0..48 => ("refunds-hours", hours),
        _ => ("refunds-days", passed.num_days()),
    };
    i18n::text_with(session.language(), key, &[("count", i18n::Arg::Number(count))])
}

/// The biller's name.
pub(super) fn biller_name(session: &StaffSession, payment: &Payment) -> Result<String, Fault> {
    let catalogue = hub(session)?.catalogue();
    let name = catalogue.get(payment.biller).map(|biller| biller.name.get(session.language()).to_owned());
    Ok(name.unwrap_or_else(|| payment.biller.to_string()))
}

/// What it is about, in money.
pub(super) fn amount(payment: &Payment, refund: Option<&Refund>) -> Money {
    let total = refund.map_or_else(|| payment.amounts.total(), |refund| refund.amounts.total());
    // An amount past the range was never kept.
    total.unwrap_or_default()
}

/// What a word does, before it is said.
pub(super) struct Effect {
    pub(super) says: String,
    pub(super) in_money: String,
    /// Account, debit, credit.
    pub(super) lines: Vec<(String, String, String)>,
}

pub(super) fn effect(
    session: &StaffSession,
    unknown: &UnknownOutcome,
    verdict: OutcomeVerdict,
) -> Result<Effect, Fault> {
    let (language, payment) = (session.language(), &unknown.payment);
    let way = match payment.funds.kind {
        AccountKind::AgentFloat => "cash",
        _ => "card",
    };
    let key = format!("outcomes-does-{}-{}", unknown.subject, form_word(verdict));
    let key = match (unknown.subject, verdict) {
        (OutcomeSubject::Confirmation, OutcomeVerdict::NotDone) => format!("{key}-{way}"),
        _ => key,
    };
    let total = format::money(language, amount(payment, unknown.refund.as_ref()));
    let principal = unknown.refund.as_ref().map_or(payment.amounts.principal, |refund| refund.amounts.principal);
    let principal = format::money(language, principal);
    let args = [("total", i18n::Arg::Text(&total)), ("principal", i18n::Arg::Text(&principal))];
    let entries: Vec<Entry> = unknown.entries(verdict).map_err(|_| Fault::NotFound)?;
    Ok(Effect {
        says: said(language, unknown.subject, verdict),
        in_money: i18n::text_with(language, &key, &args),
        lines: refunds::effect_lines(language, &entries),
    })
}

/// A proposal, as its page tells of it.
pub(super) struct ProposalView {
    pub(super) says: String,
    pub(super) number: String,
    pub(super) evidence: String,
    pub(super) by: String,
    pub(super) at: String,
    pub(super) state: String,
    pub(super) tone: &'static str,
    pub(super) decided_by: String,
    pub(super) ended: String,
    pub(super) note: String,
}

/// A proposal that its row says waits, but is about how things no longer stand, is shown as overtaken.
pub(super) fn proposal_view(language: Language, proposal: &OutcomeProposal, is_met: bool) -> ProposalView {
    use ledger::OutcomeState as S;
    let state = if proposal.state == S::Proposed && !is_met { S::Overtaken } else { proposal.state };
    ProposalView {
        says: said(language, proposal.subject, proposal.verdict),
        number: proposal.receipt_number.clone(),
        evidence: proposal.evidence.clone(),
        by: proposal.proposed_by.name.clone(),
        at: format::stamp(proposal.proposed_at.and_utc()),
        state: word(language, "state", state.as_str()),
        tone: match state {
            S::Proposed => "badge-wait",
            S::Approved => "badge-good",
            S::Refused => "badge-bad",
            S::Withdrawn | S::Overtaken => "",
        },
        decided_by: proposal.decided_by.as_ref().map(|by| by.name.clone()).unwrap_or_default(),
        ended: proposal.ended_at.map(|at| format::stamp(at.and_utc())).unwrap_or_default(),
        note: proposal.note.clone(),
    }
}

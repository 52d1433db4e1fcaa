//! One outcome: what was asked, what people say, and what can be done about it.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use ledger::StoredTask;
use payments::outcomes::OutcomeView;
use staff::Permission;

use super::Kind;
use super::parts::{
    Effect, ProposalView, age, amount, biller_name, effect, form_word, path, proposal_view, said, view, word,
};
use crate::staff::frame::{Faults, Frame};
use crate::staff::session::StaffSession;
use crate::web::errors::Fault;
use crate::web::{format, i18n};

/// What was typed into the forms of the page.
#[derive(Default)]
pub(super) struct Typed {
    pub(super) verdict: String,
    pub(super) number: String,
    pub(super) evidence: String,
    pub(super) note: String,
}

/// A word that can be said.
pub(super) struct Say {
    value: String,
    label: String,
    chosen: bool,
}

/// A task that asked.
struct Try {
    what: String,
    since: String,
    tries: i32,
    stands: String,
    tone: &'static str,
    said: String,
}

#[derive(Template)]
#[template(path = "outcomes/resolve.html")]
struct ResolvePage {
    frame: Frame,
    faults: Faults,
    id: i64,
    href: String,
    payment: i64,
    payment_href: String,
    /// The refund's page, if it is one.
    refund_href: Option<String>,
    biller: String,
    amount: String,
    /// What is unknown, as a word of forms, and in the reader's words; empty where it is known.
    subject: String,
    question: String,
    age: String,
    tries: usize,
    asked: String,
    next: String,
    words: String,
    called: bool,
    /// From when on people may decide; empty where they may.
    from: String,
    tasks: Vec<Try>,
    says: Vec<Say>,
    needs_number: bool,
    typed: Typed,
    waits: Option<(ProposalView, Effect)>,
    waits_for: i64,
    past: Vec<ProposalView>,
    can_propose: bool,
    can_decide: bool,
    can_withdraw: bool,
    ask_again: Option<String>,
}

/// The page as it stands.
pub(super) fn page(
    session: &StaffSession,
    status: StatusCode,
    view: &OutcomeView,
    typed: Typed,
    faults: Faults,
) -> Result<HttpResponse, Fault> {
    let (language, unknown) = (session.language(), view.unknown.as_ref());
    let open = unknown.and_then(|unknown| unknown.proposal.as_ref());
    let is_own = open.is_some_and(|open| open.proposed_by.id == session.who.member);
    let verdicts = unknown.map(|unknown| unknown.subject.verdicts()).unwrap_or_default();
    let only_one = verdicts.len() == 1;
    let say = |verdict: &ledger::OutcomeVerdict| {
        let value = form_word(*verdict);
        let label = unknown.map(|unknown| said(language, unknown.subject, *verdict)).unwrap_or_default();
        Say { chosen: only_one || value == typed.verdict, value, label }
    };
    let says = verdicts.iter().map(say).collect();
    let waits = match (unknown, open) {
        (Some(unknown), Some(open)) => {
            Some((proposal_view(language, open, true), effect(session, unknown, open.verdict)?))
        }
        _ => None,
    };
    let is_open = |id: i64| open.is_some_and(|open| open.id == id);
    let past = view.proposals.iter().filter(|past| !is_open(past.id));
    let stamp = |at: Option<chrono::NaiveDateTime>| at.map(|at| format::stamp(at.and_utc())).unwrap_or_default();
    let (href, may_ask) = (path(view.about), session.who.may(Permission::ResolveIncidents));
    // A refund's own page has it asked again.
    let again = match &view.refund {
        None => format!("/{language}{href}/ask-again"),
        Some(refund) => format!("/{language}/staff/refunds/{}/ask-again", refund.id),
    };
    let is_quiet = unknown.is_some_and(|unknown| match view.refund {
        Some(_) => unknown.next.is_none(),
        None => unknown.next.is_none_or(|next| next > session.context.now.naive_utc()),
    });
    let page = ResolvePage {
        frame: session.frame("outcomes-resolve-title"),
        faults,
        id: view.about.id(),
        payment: view.payment.id,
        payment_href: format!("/{language}/staff/payments/{}", view.payment.id),
        refund_href: view.refund.as_ref().map(|refund| format!("/{language}/staff/refunds/{}", refund.id)),
        biller: biller_name(session, &view.payment)?,
        amount: format::money(language, amount(&view.payment, view.refund.as_ref())),
        subject: unknown.map(|unknown| unknown.subject.to_string()).unwrap_or_default(),
        question: match unknown {
            Some(unknown) => word(language, "question", unknown.subject.as_str()),
            None => String::new(),
        },
        age: unknown.map(|unknown| age(session, unknown.since)).unwrap_or_default(),
        tries: unknown.and_then(|unknown| usize::try_from(unknown.attempts).ok()).unwrap_or_default(),
        asked: stamp(unknown.and_then(|unknown| unknown.asked_at)),
        next: stamp(unknown.and_then(|unknown| unknown.next)),
        words: unknown.map(|unknown| unknown.words.clone()).unwrap_or_default(),
        called: unknown.is_some_and(|unknown| unknown.is_incident),
        from: stamp(view.from),
        tasks: view.asked.iter().map(|task| task_view(session, task)).collect(),
        needs_number: unknown.is_some_and(|unknown| unknown.subject == ledger::OutcomeSubject::Confirmation),
        says,
        typed,
        waits,
        waits_for: open.map(|open| open.id).unwrap_or_default(),
        past: past.map(|past| proposal_view(language, past, false)).collect(),
        can_propose: unknown.is_some()
            && open.is_none()
            && view.from.is_none()
            && session.who.may(Permission::ProposeOutcome),
        can_decide: open.is_some() && !is_own && session.who.may(Permission::DecideOutcome),
        can_withdraw: is_own && session.who.may(Permission::ProposeOutcome),
        ask_again: (is_quiet && may_ask).then_some(again),
        href: format!("/{language}{href}"),
    };
    session.html(status, &page)
}

fn task_view(session: &StaffSession, task: &StoredTask) -> Try {
    let language = session.language();
    let at = |key: &str, at: chrono::NaiveDateTime| {
        i18n::text_with(language, key, &[("at", i18n::Arg::Text(&format::stamp(at.and_utc())))])
    };
    let (stands, tone) = match (task.done_at, task.attempts) {
        (Some(done), _) => (at("outcomes-try-ended", done), ""),
        (None, 0) => (i18n::text(language, "register-task-new"), "badge-wait"),
        (None, _) => (at("register-task-again", task.due_at), "badge-wait"),
    };
    Try {
        what: task.kind.map(|kind| word(language, "try", kind.as_str())).unwrap_or_default(),
        since: format::stamp(task.created_at.and_utc()),
        tries: task.attempts,
        stands,
        tone,
        said: task.note.clone(),
    }
}

pub(crate) async fn show_outcome(
    kind: Kind,
    session: StaffSession,
    number: web::Path<(String, String)>,
) -> Result<HttpResponse, Fault> {
    session.require(Permission::ViewPayments)?;
    let view = view(&session, kind, &number.1).await?;
    page(&session, StatusCode::OK, &view, Typed::default(), Faults::default())
}

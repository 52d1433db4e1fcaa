//! A payment's story in the reader's words.

use ledger::{DisputeAction, Language, OutcomeState, PostingKind};
use payments::register::{By, HoldStep, RefundStep, Step, StepKind};

use crate::disputes::step_text;
use crate::outcomes;
use crate::web::{format, i18n};

/// A step.
pub(super) struct StepView {
    pub(super) at: String,
    pub(super) what: String,
    /// Where it is told in full, if anywhere.
    pub(super) href: Option<String>,
    pub(super) by: String,
    pub(super) said: String,
    pub(super) tries: String,
    /// Money moved, a person is called, or neither.
    pub(super) tone: &'static str,
}

/// The message of one of the ledger's words.
pub(super) fn word(language: Language, of: &str, word: &str) -> String {
    i18n::text(language, &format!("register-{of}-{}", word.to_lowercase().replace(' ', "-")))
}

/// Steps; `whole`: with what is the hub's own.
pub(super) fn steps(language: Language, payment: i64, steps: &[Step], whole: bool) -> Vec<StepView> {
    let shown = steps.iter().filter(|step| whole || is_told_billers(step.kind));
    shown.map(|step| view(language, payment, step, whole)).collect()
}

/// The page of what a step is about, below the language.
fn path(payment: i64, kind: StepKind) -> Option<String> {
    Some(match kind {
        StepKind::Refund(refund, ..) => format!("/staff/refunds/{refund}"),
        StepKind::Outcome(about, ..) if about == payment => format!("/staff/payments/{payment}/resolve"),
        StepKind::Outcome(refund, ..) => format!("/staff/refunds/{refund}/resolve"),
        StepKind::Dispute(dispute, _) => format!("/staff/disputes/{dispute}"),
        StepKind::Hold(..) => format!("/staff/payments/{payment}/hold"),
        _ => return None,
    })
}

/// Whether a biller's own people are told of a step.
fn is_told_billers(kind: StepKind) -> bool {
    match kind {
        // What a network earns is between it and the hub.
        StepKind::Booked(kind) => !matches!(kind, PostingKind::AgentCommission | PostingKind::CommissionReversed),
        kind => matches!(kind, StepKind::Started | StepKind::CancellationAsked | StepKind::CameTo(_)),
    }
}

fn view(language: Language, payment: i64, step: &Step, whole: bool) -> StepView {
    let (what, tone) = match step.kind {
        StepKind::Started => (i18n::text(language, "register-step-started"), ""),
        StepKind::LinkMade => (i18n::text(language, "register-step-link"), ""),
        StepKind::Booked(kind) => (word(language, "posting", kind.as_str()), "step-money"),
        StepKind::Waits(kind) => (word(language, "task", kind.as_str()), "step-wait"),
        StepKind::Done(kind) => (word(language, "task", kind.as_str()), ""),
        StepKind::CancellationAsked => (i18n::text(language, "register-step-cancellation"), ""),
        StepKind::Refund(_, step, total) => {
            let amount = format::money(language, total);
            let tone = if step == RefundStep::Failed { "step-bad" } else { "" };
            (i18n::text_with(language, refund_key(step), &[("amount", i18n::Arg::Text(&amount))]), tone)
        }
        StepKind::Outcome(_, state, subject, verdict) => {
            let says = outcomes::said(language, subject, verdict);
            let tone = match state {
                OutcomeState::Proposed => "step-wait",
                OutcomeState::Refused => "step-bad",
                _ => "",
            };
            (i18n::text_with(language, outcome_key(state), &[("says", i18n::Arg::Text(&says))]), tone)
        }
        StepKind::Hold(step, amount) => {
            let (key, tone) = match step {
                HoldStep::Capture => ("register-hold-capture", ""),
                HoldStep::Refused => ("register-hold-refused", "step-bad"),
                HoldStep::LetGo => ("register-hold-let-go", ""),
            };
            let amount = format::money(language, amount);
            (i18n::text_with(language, key, &[("amount", i18n::Arg::Text(&amount))]), tone)
        }
        StepKind::Dispute(dispute, action) => {
            let tone = if action == DisputeAction::Late { "step-bad" } else { "" };
            (step_text(language, dispute, action), tone)
        }
        StepKind::Called => (i18n::text(language, "register-step-called"), "step-bad"),
        StepKind::CallOver => (i18n::text(language, "register-step-call-over"), ""),
        StepKind::CameTo(state) => (super::search::state_text(language, state), ""),
    };
    let by = match &step.by {
        By::Payer => i18n::text(language, "register-by-payer"),
        By::Gateway => i18n::text(language, "register-by-gateway"),
        By::Biller => i18n::text(language, "register-by-biller"),
        // A biller is not told who works at a counter.
        By::Agent(_) if !whole => i18n::text(language, "register-by-outlet"),
        By::Agent(name) | By::Member(name) => name.clone(),
        By::Hub => i18n::text(language, "register-by-hub"),
    };
    let said = match step.kind {
        StepKind::Booked(_) if whole => {
            i18n::text_with(language, "register-step-posting", &[("number", i18n::Arg::Text(&step.said))])
        }
        StepKind::Booked(_) => String::new(),
        _ => step.said.clone(),
    };
    let tries = match (step.tries, step.kind) {
        (Some(tries), StepKind::Waits(_)) => {
            let count = [("count", i18n::Arg::Number(tries.into()))];
            i18n::text_with(language, "register-step-again", &count)
        }
        (Some(tries), _) if tries > 1 => {
            i18n::text_with(language, "register-step-tries", &[("count", i18n::Arg::Number(tries.into()))])
        }
        _ => String::new(),
    };
    let href = path(payment, step.kind).map(|path| format!("/{language}{path}"));
    StepView { at: format::stamp(step.at.and_utc()), what, href, by, said, tries, tone }
}

fn outcome_key(state: OutcomeState) -> &'static str {
    match state {
        OutcomeState::Proposed => "register-outcome-proposed",
        OutcomeState::Approved => "register-outcome-approved",
        OutcomeState::Refused => "register-outcome-refused",
        OutcomeState::Withdrawn => "register-outcome-withdrawn",
        OutcomeState::Overtaken => "register-outcome-overtaken",
    }
}

fn refund_key(step: RefundStep) -> &'static str {
    match step {
        RefundStep::Proposed => "register-refund-proposed",
        RefundStep::Approved => "register-refund-approved",
        RefundStep::DecidedAlone => "register-refund-alone",
        RefundStep::Refused => "register-refund-refused",
        RefundStep::Withdrawn => "register-refund-withdrawn",
        RefundStep::Asked => "register-refund-asked",
        RefundStep::Failed => "register-refund-failed",
    }
}

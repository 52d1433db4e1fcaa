//! What somebody says became of something: checked, shown over what it does, and then kept for a second person.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use ledger::{OutcomeKept, OutcomeRefusal, OutcomeSubject, OutcomeVerdict, UnknownOutcome};
use payments::card_numbers;
use payments::outcomes::{OutcomeView, OutcomeWish};
use staff::{Action, Permission};

use super::Kind;
use super::parts::{Effect, amount, biller_name, effect, form_word, path, view};
use super::showing::{Typed, page};
use crate::finance::parts::{actor, hub};
use crate::staff::frame::{Faults, Frame};
use crate::staff::session::StaffSession;
use crate::web::errors::Fault;
use crate::web::inputs::{CARD_NUMBER_KEY, Posted};
use crate::web::{format, i18n};

/// Characters of the evidence: enough to mean something, as much as a row keeps.
const EVIDENCE_CHARS: std::ops::RangeInclusive<usize> = 8..=300;
/// Longest receipt number of a biller, in characters, as its connectors take it.
const NUMBER_MAX: usize = 64;
const WRONG: StatusCode = StatusCode::UNPROCESSABLE_ENTITY;

#[derive(Template)]
#[template(path = "outcomes/confirm.html")]
struct ConfirmPage {
    frame: Frame,
    id: i64,
    href: String,
    biller: String,
    amount: String,
    effect: Effect,
    number: String,
    evidence: String,
    fields: Vec<(&'static str, String)>,
}

/// What is wrong with what was typed: the field, and the message.
fn fault(typed: &Typed, chosen: OutcomeVerdict, subject: OutcomeSubject) -> Option<(&'static str, &'static str)> {
    let is_booked = (subject, chosen) == (OutcomeSubject::Confirmation, OutcomeVerdict::Done);
    match (typed.number.chars().count(), is_booked) {
        // A part of a biller's number may look like a card's by chance.
        _ if card_numbers::is_one(&typed.number) => return Some(("number", CARD_NUMBER_KEY)),
        (0, true) => return Some(("number", "outcomes-fault-number")),
        (count, true) if count > NUMBER_MAX => return Some(("number", "outcomes-fault-number")),
        (1.., false) => return Some(("number", "outcomes-fault-no-number")),
        _ => {}
    }
    let evidence = typed.evidence.as_str();
    if card_numbers::holds_one(evidence) {
        return Some(("evidence", CARD_NUMBER_KEY));
    }
    (!EVIDENCE_CHARS.contains(&evidence.chars().count())).then_some(("evidence", "outcomes-fault-evidence"))
}

/// The message about what cannot be said now.
fn refusal(session: &StaffSession, refusal: OutcomeRefusal) -> String {
    let (language, stamp) = (session.language(), |at: chrono::NaiveDateTime| format::stamp(at.and_utc()));
    let at = |key: &str, at| i18n::text_with(language, key, &[("at", i18n::Arg::Text(&stamp(at)))]);
    match refusal {
        OutcomeRefusal::NotUnknown => i18n::text(language, "outcomes-fault-known"),
        OutcomeRefusal::TooYoung(from) => at("outcomes-fault-young", from),
        OutcomeRefusal::Asked(from) => at("outcomes-fault-asked", from),
        OutcomeRefusal::Open(_) => i18n::text(language, "outcomes-fault-open"),
    }
}

/// Proposes what became of it: first what that does is shown.
pub(crate) async fn propose(
    kind: Kind,
    session: StaffSession,
    number: web::Path<(String, String)>,
    posted: Posted,
) -> Result<HttpResponse, Fault> {
    session.require(Permission::ProposeOutcome)?;
    let found = view(&session, kind, &number.1).await?;
    let language = session.language();
    let kept = |text: &str| if card_numbers::holds_one(text) { String::new() } else { text.to_owned() };
    let typed = Typed {
        verdict: posted.one("verdict")?.to_owned(),
        number: posted.one("number")?.to_owned(),
        evidence: posted.one("evidence")?.to_owned(),
        note: String::new(),
    };
    let confirm = !posted.one("confirm")?.is_empty();
    let subject = posted.one("subject")?.parse::<OutcomeSubject>().map_err(|_| Fault::NotOffered)?;
    let again = |status, view: &OutcomeView, field: &str, text| {
        let typed = Typed {
            verdict: typed.verdict.clone(),
            number: kept(&typed.number),
            evidence: kept(&typed.evidence),
            note: String::new(),
        };
        page(&session, status, view, typed, Faults::one(field, text))
    };
    let Some(unknown) = found.unknown.as_ref().filter(|unknown| unknown.subject == subject) else {
        return again(StatusCode::CONFLICT, &found, "outcome", i18n::text(language, "outcomes-fault-known"));
    };
    if typed.verdict.is_empty() {
        return again(WRONG, &found, "verdict", i18n::text(language, "outcomes-fault-verdict"));
    }
    let chosen = subject.verdicts().iter().copied().find(|known| form_word(*known) == typed.verdict);
    let chosen = chosen.ok_or(Fault::NotOffered)?;
    if let Some((field, key)) = fault(&typed, chosen, subject) {
        return again(WRONG, &found, field, i18n::text(language, key));
    }
    if !confirm {
        return confirm_page(&session, &found, unknown, chosen, &typed);
    }
    let wish = OutcomeWish {
        about: found.about,
        subject,
        verdict: chosen,
        receipt_number: typed.number.clone(),
        evidence: typed.evidence.clone(),
    };
    let told = format!("{} {}; {}", form_word(chosen), typed.number, typed.evidence);
    let entry = session.audit_entry(Action::OutcomeProposed, &subject_of(&found), &told);
    match hub(&session)?.propose_outcome(wish, actor(&session), entry).await? {
        OutcomeKept::Kept(_) | OutcomeKept::KeptBefore(_) => Ok(session.context.see_other(&path(found.about))),
        OutcomeKept::Refused(why) => {
            let view = view(&session, kind, &number.1).await?;
            again(StatusCode::CONFLICT, &view, "outcome", refusal(&session, why))
        }
    }
}

/// What the audit log says it was done to.
pub(super) fn subject_of(view: &OutcomeView) -> String {
    match &view.refund {
        Some(refund) => format!("refund {}", refund.id),
        None => format!("payment {}", view.payment.id),
    }
}

fn confirm_page(
    session: &StaffSession,
    found: &OutcomeView,
    unknown: &UnknownOutcome,
    chosen: OutcomeVerdict,
    typed: &Typed,
) -> Result<HttpResponse, Fault> {
    let page = ConfirmPage {
        frame: session.frame("outcomes-confirm-title"),
        id: found.about.id(),
        href: format!("/{}{}", session.language(), path(found.about)),
        biller: biller_name(session, &found.payment)?,
        amount: format::money(session.language(), amount(&found.payment, found.refund.as_ref())),
        effect: effect(session, unknown, chosen)?,
        number: typed.number.clone(),
        evidence: typed.evidence.clone(),
        fields: vec![
            ("subject", unknown.subject.to_string()),
            ("verdict", typed.verdict.clone()),
            ("number", typed.number.clone()),
            ("evidence", typed.evidence.clone()),
            ("confirm", "1".to_owned()),
        ],
    };
    session.html(StatusCode::OK, &page)
}

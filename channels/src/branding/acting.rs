//! What people do with a branding: save a draft, publish it as a second person, give it up, take an earlier version up.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use ledger::{BrandLogo, BrandOutcome};
use payments::branding::{Content, Form, LogoFault, LogoRef, TextKind, read_logo};
use staff::{Action, Permission};

use super::pages::{Typed, show};
use super::parts::Case;
use super::upload::Upload;
use crate::staff::session::StaffSession;
use crate::web::errors::Fault;
use crate::web::i18n;
use crate::web::inputs::Posted;

const WRONG: StatusCode = StatusCode::UNPROCESSABLE_ENTITY;

fn typed_form(posted: &Posted) -> Result<Form, Fault> {
    let mut form =
        Form { brand: colour(posted.one("brand")?), accent: colour(posted.one("accent")?), ..Form::default() };
    for (kind, texts) in TextKind::ALL.into_iter().zip(&mut form.texts) {
        for (language, text) in ["ar", "fr", "en"].into_iter().zip(texts) {
            *text = posted.one(&format!("{}-{language}", kind.as_str()))?.to_owned();
        }
    }
    Ok(form)
}

/// As people write colours: with or without `#`, in either case.
fn colour(typed: &str) -> String {
    let typed = typed.to_ascii_lowercase();
    let bare = typed.len() == 6 && typed.bytes().all(|b| b.is_ascii_hexdigit());
    if bare { format!("#{typed}") } else { typed.chars().take(20).collect() }
}

/// Saves the draft. Nothing changes for payers.
pub(crate) async fn save_draft(
    session: StaffSession,
    path: web::Path<(String, String)>,
    upload: Upload,
) -> Result<HttpResponse, Fault> {
    let case = Case::of(session, &path.1)?;
    let language = case.session.language();
    let Upload { posted, file } = upload;
    let form = typed_form(&posted)?;
    let (base, remove) = (posted.one("base")?, !posted.one("remove-logo")?.is_empty());
    let view = case.hub.branding(case.biller.code).await?;
    let again = |typed: Typed, form: Form| Typed { form: Some(form.scrubbed()), ..typed };
    let changed = |form: Form| {
        let other = Some(("base", i18n::text(language, "branding-fault-changed")));
        again(Typed { other, ..Typed::default() }, form)
    };
    if view.draft.as_ref().map(|draft| draft.digest.as_str()).unwrap_or_default() != base {
        return show(&case, StatusCode::CONFLICT, changed(form), String::new()).await;
    }
    let kept = match view.draft.as_ref().or(view.published.first()) {
        Some(version) => Content::of(version)?.logo,
        None => None,
    };
    // Decoding takes up to some hundred milliseconds of processor: not on the thread that serves everybody.
    let read = match file {
        Some(bytes) => {
            let read = web::block(move || read_logo(&bytes)).await;
            Some(read.map_err(|error| Fault::Failed(error.to_string()))?)
        }
        None => None,
    };
    let (upload, logo_fault) = match read {
        Some(Ok(logo)) => (Some(logo), String::new()),
        Some(Err(fault)) => (None, logo_text(&case, &fault)),
        None => (None, String::new()),
    };
    let named = |logo: &BrandLogo| LogoRef { digest: logo.digest.clone(), kind: logo.kind };
    let logo = upload.as_ref().map(named).or(kept.filter(|_| !remove));
    let (content, faults) = match form.read(logo) {
        Ok(content) => (Some(content), Vec::new()),
        Err(faults) => (None, faults),
    };
    match content {
        Some(content) if logo_fault.is_empty() => {
            let entry = case.session.audit_entry(Action::BrandDrafted, &case.subject(), "");
            // Decided with the write: somebody may have saved another one since it was looked at.
            let base = Some(base.to_owned()).filter(|base| !base.is_empty());
            match case.hub.save_brand_draft(case.biller.code, content, base, upload, case.actor(), entry).await? {
                true => Ok(done(&case, "saved")),
                false => show(&case, StatusCode::CONFLICT, changed(form), String::new()).await,
            }
        }
        _ => {
            let typed = again(Typed { faults, logo: logo_fault, ..Typed::default() }, form);
            show(&case, WRONG, typed, String::new()).await
        }
    }
}

fn done(case: &Case, what: &str) -> HttpResponse {
    case.session.context.see_other(&format!("{}?done={what}", case.path()))
}

fn logo_text(case: &Case, fault: &LogoFault) -> String {
    let language = case.session.language();
    match fault {
        LogoFault::TooLarge => i18n::text(language, "branding-logo-large"),
        LogoFault::Unknown => i18n::text(language, "branding-logo-unknown"),
        LogoFault::Damaged => i18n::text(language, "branding-logo-damaged"),
        LogoFault::Dimensions(width, height) => {
            let (width, height) = (width.to_string(), height.to_string());
            let args = [("width", i18n::Arg::Text(&width)), ("height", i18n::Arg::Text(&height))];
            i18n::text_with(language, "branding-logo-dimensions", &args)
        }
        LogoFault::Svg(line, what) => {
            let line = line.to_string();
            let args = [("line", i18n::Arg::Text(&line)), ("what", i18n::Arg::Text(what))];
            i18n::text_with(language, "branding-logo-svg", &args)
        }
    }
}

/// Puts the draft in force, as somebody else than who made it.
pub(crate) async fn publish(
    session: StaffSession,
    path: web::Path<(String, String)>,
    posted: Posted,
) -> Result<HttpResponse, Fault> {
    let case = Case::of(session, &path.1)?;
    case.session.require(Permission::ManageBillers)?;
    let seen = posted.one("seen")?.to_owned();
    let view = case.hub.branding(case.biller.code).await?;
    // The same form sent twice: it is in force, by the same person.
    let is_again = view.published.first().is_some_and(|version| {
        version.digest == seen && version.ended.as_ref().is_some_and(|(_, by)| by.id == case.session.who.member)
    });
    if view.draft.is_none() && is_again {
        return Ok(done(&case, "published"));
    }
    let entry = case.session.audit_entry(Action::BrandPublished, &case.subject(), &seen);
    let fault = match case.hub.publish_brand(case.biller.code, seen, case.actor(), entry).await? {
        BrandOutcome::Published(_) => return Ok(done(&case, "published")),
        BrandOutcome::NoDraft => "branding-fault-no-draft",
        BrandOutcome::Changed => "branding-fault-changed",
        BrandOutcome::SamePerson => "branding-own-draft",
    };
    let other = Some(("draft", i18n::text(case.session.language(), fault)));
    show(&case, StatusCode::CONFLICT, Typed { other, ..Typed::default() }, String::new()).await
}

/// Gives the draft up.
pub(crate) async fn drop_draft(
    session: StaffSession,
    path: web::Path<(String, String)>,
    posted: Posted,
) -> Result<HttpResponse, Fault> {
    let case = Case::of(session, &path.1)?;
    posted.press()?;
    let entry = case.session.audit_entry(Action::BrandDropped, &case.subject(), "");
    case.hub.drop_brand_draft(case.biller.code, case.actor(), entry).await?;
    Ok(done(&case, "dropped"))
}

/// Makes a draft of an earlier version. What is being drafted is not written over.
pub(crate) async fn take_up(
    session: StaffSession,
    path: web::Path<(String, String, String)>,
    posted: Posted,
) -> Result<HttpResponse, Fault> {
    let case = Case::of(session, &path.1)?;
    posted.press()?;
    let number: i32 = path.2.parse().ok().filter(|number| *number > 0).ok_or(Fault::NotFound)?;
    let entry = case.session.audit_entry(Action::BrandDrafted, &case.subject(), &format!("version {number}"));
    match case.hub.draft_brand_again(case.biller.code, number, case.actor(), entry).await? {
        Some(true) => Ok(done(&case, "saved")),
        Some(false) => {
            let other = Some(("draft", i18n::text(case.session.language(), "branding-fault-draft-first")));
            show(&case, StatusCode::CONFLICT, Typed { other, ..Typed::default() }, String::new()).await
        }
        None => Err(Fault::NotFound),
    }
}

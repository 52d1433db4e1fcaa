//! Billers with where their brandings stand, and one branding: what is in force, the draft, the form, versions.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use ledger::{BrandVersion, Language};
use payments::branding::{Brand, BrandingView, Content, Fault as FormFault, FaultKind, Form, TextKind};
use staff::Permission;

use super::parts::{Case, hub};
use crate::staff::frame::{Faults, Frame};
use crate::staff::session::StaffSession;
use crate::web::errors::Fault;
use crate::web::inputs::CARD_NUMBER_KEY;
use crate::web::views::{BillerView, FaultLink};
use crate::web::{format, i18n};

#[derive(Template)]
#[template(path = "branding/billers.html")]
struct BillersPage {
    frame: Frame,
    lines: Vec<BillerLine>,
}

struct BillerLine {
    code: u16,
    name: String,
    href: String,
    in_force: String,
    draft: String,
}

/// Every biller; whoever is bound to one goes straight to it.
pub(crate) async fn show_billers(session: StaffSession) -> Result<HttpResponse, Fault> {
    session.require(Permission::EditBranding)?;
    if let Some(own) = session.who.scope.biller {
        return Ok(session.context.see_other(&format!("/staff/branding/{own}")));
    }
    let (hub, language) = (hub(&session)?, session.language());
    let (drafts, in_force) = hub.brandings().await?;
    let by_biller = |all: Vec<BrandVersion>| -> BTreeMap<u16, BrandVersion> {
        all.into_iter().map(|version| (version.biller, version)).collect()
    };
    let (drafts, in_force) = (by_biller(drafts), by_biller(in_force));
    let catalogue = hub.catalogue();
    let lines = catalogue.billers().iter().map(|biller| BillerLine {
        code: biller.code,
        name: biller.shown_name(language).to_owned(),
        href: format!("/{language}/staff/branding/{}", biller.code),
        in_force: in_force.get(&biller.code).map(|version| numbered(language, version)).unwrap_or_default(),
        draft: drafts.get(&biller.code).map(|draft| made(language, draft)).unwrap_or_default(),
    });
    let page = BillersPage { frame: session.frame("branding-title"), lines: lines.collect() };
    session.html(StatusCode::OK, &page)
}

fn numbered(language: Language, version: &BrandVersion) -> String {
    let number = i64::from(version.number.unwrap_or_default());
    i18n::text_with(language, "branding-version", &[("number", i18n::Arg::Text(&number.to_string()))])
}

/// When a version was saved last, and by whom.
fn made(language: Language, version: &BrandVersion) -> String {
    let at = format::stamp(version.made_at.and_utc());
    let args = [("at", i18n::Arg::Text(&at)), ("name", i18n::Arg::Text(&version.made_by.name))];
    i18n::text_with(language, "branding-made", &args)
}

#[derive(Template)]
#[template(path = "branding/branding.html")]
struct BrandingPage {
    frame: Frame,
    biller: BillerView,
    code: u16,
    href: String,
    /// What is in force, in words; empty where nothing is.
    in_force: String,
    draft: Option<DraftView>,
    faults: Faults,
    colours: [ColourField; 2],
    texts: Vec<TextField>,
    /// The address of the logo that the draft would keep.
    logo: Option<String>,
    logo_fault: String,
    /// The digest of the draft on which this form stands.
    base: String,
    versions: Vec<VersionLine>,
    /// What was just done.
    done: String,
}

/// A preview in a language: its name, and its path.
type PreviewLink = (Language, &'static str, String);

struct DraftView {
    made: String,
    digest: String,
    /// Whether this reader may publish it.
    may_publish: bool,
    /// Why not, otherwise.
    why_not: String,
    previews: Vec<(String, Vec<PreviewLink>)>,
}

struct ColourField {
    name: &'static str,
    label: String,
    hint: String,
    value: String,
    fault: String,
}

struct TextField {
    legend: String,
    hint: String,
    is_long: bool,
    inputs: Vec<TextInput>,
}

struct TextInput {
    id: String,
    language: Language,
    label: String,
    dir: &'static str,
    max: usize,
    value: String,
    fault: String,
}

struct VersionLine {
    number: i32,
    name: String,
    published: String,
    by: String,
    made_by: String,
    current: bool,
    action: String,
}

/// What a form shows again.
#[derive(Default)]
pub(super) struct Typed {
    /// `None`: what the draft says, or else what is in force.
    pub(super) form: Option<Form>,
    pub(super) faults: Vec<FormFault>,
    /// What is wrong with the logo.
    pub(super) logo: String,
    /// What is wrong with the whole: the element to go to, and the text.
    pub(super) other: Option<(&'static str, String)>,
}

const LANGUAGES: [Language; 3] = [Language::Ar, Language::Fr, Language::En];
/// What can be looked at before it is published.
pub(super) const PREVIEWS: [&str; 3] = ["payment", "receipt", "mail"];

#[derive(serde::Deserialize)]
pub(crate) struct Done {
    #[serde(default)]
    done: String,
}

pub(crate) async fn show_branding(
    session: StaffSession,
    request: HttpRequest,
    done: web::Query<Done>,
) -> Result<HttpResponse, Fault> {
    let case = Case::of(session, request.match_info().get("biller").unwrap_or_default())?;
    let done = match done.done.as_str() {
        "saved" | "published" | "dropped" => {
            i18n::text(case.session.language(), &format!("branding-done-{}", done.done))
        }
        _ => String::new(),
    };
    show(&case, StatusCode::OK, Typed::default(), done).await
}

pub(super) async fn show(case: &Case, status: StatusCode, typed: Typed, done: String) -> Result<HttpResponse, Fault> {
    let (session, language) = (&case.session, case.session.language());
    let BrandingView { draft, published } = case.hub.branding(case.biller.code).await?;
    let shown = case.hub.brand_draft(case.biller.code, case.draft_base()).await?;
    let kept = match (&shown, published.first()) {
        (Some((brand, _)), _) => brand.content.clone(),
        (None, Some(version)) => Content::of(version)?,
        (None, None) => Content::default(),
    };
    let form = typed.form.unwrap_or_else(|| Form::of(&kept));
    let faulty = |field: &str| {
        let fault = typed.faults.iter().find(|fault| fault.field == field);
        fault.map(|fault| fault_text(language, &fault.kind)).unwrap_or_default()
    };
    let texts: Vec<TextField> =
        TextKind::ALL.into_iter().map(|kind| text_field(language, kind, &form, &faulty)).collect();
    let colour = |name: &'static str, value: &str| ColourField {
        name,
        label: i18n::text(language, &format!("branding-{name}")),
        hint: i18n::text(language, &format!("branding-{name}-hint")),
        value: value.to_owned(),
        fault: faulty(name),
    };
    let colours = [colour("brand", &form.brand), colour("accent", &form.accent)];
    let mut links = Vec::new();
    if !typed.logo.is_empty() {
        links.push(FaultLink { target: "logo".to_owned(), text: typed.logo.clone() });
    }
    links.extend(
        colours.iter().filter(|field| !field.fault.is_empty()).map(|field| FaultLink {
            target: field.name.to_owned(),
            text: format!("{} — {}", field.label, field.fault),
        }),
    );
    for (field, input) in texts.iter().flat_map(|field| field.inputs.iter().map(move |input| (field, input))) {
        if !input.fault.is_empty() {
            let text = format!("{} ({}) — {}", field.legend, input.label, input.fault);
            links.push(FaultLink { target: input.id.clone(), text });
        }
    }
    links.extend(typed.other.map(|(target, text)| FaultLink { target: target.to_owned(), text }));
    let in_force = case.biller.brand.as_deref();
    let logo = match &shown {
        Some((brand, _)) => brand.logo_url(),
        None => in_force.and_then(Brand::logo_url),
    };
    let page = BrandingPage {
        frame: session.frame("branding-title"),
        biller: BillerView::of(&case.biller, None, language),
        code: case.biller.code,
        href: session.context.url(&case.path()),
        in_force: published.first().map(|version| numbered(language, version)).unwrap_or_default(),
        base: draft.as_ref().map(|draft| draft.digest.clone()).unwrap_or_default(),
        draft: draft.map(|draft| draft_view(case, &draft)),
        faults: links.into(),
        colours,
        texts,
        logo,
        logo_fault: typed.logo,
        versions: version_lines(case, &published)?,
        done,
    };
    session.html(status, &page)
}

fn draft_view(case: &Case, draft: &BrandVersion) -> DraftView {
    let (session, language) = (&case.session, case.session.language());
    let may = session.who.may(Permission::ManageBillers);
    let own = draft.made_by.id == session.who.member;
    let why_not = match (may, own) {
        (true, false) => String::new(),
        (true, true) => i18n::text(language, "branding-own-draft"),
        (false, _) => i18n::text(language, "branding-others-publish"),
    };
    let previews = PREVIEWS.map(|preview| {
        let links = [(Language::Ar, "العربية"), (Language::Fr, "Français"), (Language::En, "English")]
            .map(|(of, name)| (of, name, format!("/{of}{}/preview/{preview}", case.path())));
        (i18n::text(language, &format!("branding-preview-{preview}")), links.to_vec())
    });
    DraftView {
        made: made(language, draft),
        digest: draft.digest.clone(),
        may_publish: may && !own,
        why_not,
        previews: previews.to_vec(),
    }
}

fn text_field(language: Language, kind: TextKind, form: &Form, faulty: &dyn Fn(&str) -> String) -> TextField {
    let word = kind.as_str();
    let max = kind.chars_max();
    let inputs = LANGUAGES.into_iter().zip(&form.texts[kind as usize]).map(|(of, value)| {
        let id = format!("{word}-{of}");
        TextInput {
            fault: faulty(&id),
            id,
            language: of,
            label: i18n::text(language, &format!("branding-in-{of}")),
            // A telephone number alone is read from the left, in Arabic too.
            dir: match of {
                _ if !value.is_empty() => "auto",
                Language::Ar => "rtl",
                _ => "ltr",
            },
            max,
            value: value.clone(),
        }
    });
    let max = i64::try_from(max).unwrap_or(i64::MAX);
    TextField {
        legend: i18n::text(language, &format!("branding-{word}")),
        hint: i18n::text_with(language, &format!("branding-{word}-hint"), &[("count", i18n::Arg::Number(max))]),
        is_long: kind == TextKind::Help,
        inputs: inputs.collect(),
    }
}

fn fault_text(language: Language, kind: &FaultKind) -> String {
    let text = |key: &str| i18n::text(language, key);
    match kind {
        FaultKind::Colour => text("branding-fault-colour"),
        FaultKind::OneColour => text("branding-fault-one-colour"),
        FaultKind::Contrast(nearest) => {
            let nearest = nearest.to_string();
            i18n::text_with(language, "branding-fault-contrast", &[("colour", i18n::Arg::Text(&nearest))])
        }
        FaultKind::Missing => text("branding-fault-missing"),
        FaultKind::Long(max) => {
            let max = i64::try_from(*max).unwrap_or(i64::MAX);
            i18n::text_with(language, "branding-fault-long", &[("count", i18n::Arg::Number(max))])
        }
        FaultKind::CardNumber => text(CARD_NUMBER_KEY),
        FaultKind::Unreadable => text("branding-fault-unreadable"),
    }
}

fn version_lines(case: &Case, published: &[BrandVersion]) -> Result<Vec<VersionLine>, Fault> {
    let language = case.session.language();
    let line = |(at, version): (usize, &BrandVersion)| {
        let content = Content::of(version)?;
        let number = version.number.unwrap_or_default();
        let name = content.name.as_ref().map(|name| name.get(language).to_owned());
        let (published, by) = match &version.ended {
            Some((at, by)) => (format::stamp(at.and_utc()), by.name.clone()),
            None => (String::new(), String::new()),
        };
        Ok(VersionLine {
            number,
            name: name.unwrap_or_else(|| case.biller.name.get(language).to_owned()),
            published,
            by,
            made_by: version.made_by.name.clone(),
            current: at == 0,
            action: case.session.context.url(&format!("{}/versions/{number}", case.path())),
        })
    };
    published.iter().enumerate().map(line).collect()
}

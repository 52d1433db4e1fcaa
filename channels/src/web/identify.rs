//! From a biller to what is due.

use std::collections::BTreeMap;
use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use ledger::Channel;
use payments::api::{FieldFault, FieldFaultKind, FindBills, FindError, Found};
use payments::catalogue::{Biller, Catalogue, FieldFormat, FieldKind, ReceivableType};

use super::context::{Context, Keep};
use super::errors::Fault;
use super::inputs::{Posted, ascii_digits};
use super::views::identify;
use super::views::notice::{Notice, NoticePage, Tone};

/// The start of the names of identification fields, which keeps them apart from our own.
pub(crate) const FIELD_PREFIX: &str = "f.";

/// A biller that came with the address.
pub(crate) struct Chosen {
    catalogue: Arc<Catalogue>,
    biller: u16,
}

impl Chosen {
    pub(crate) fn of(context: &Context, code: &str) -> Result<Self, Fault> {
        let catalogue = context.state.hub.catalogue();
        // `+1001` is a number to Rust and no code to us.
        let digits = code.len() == 4 && code.bytes().all(|b| b.is_ascii_digit());
        let biller =
            code.parse().ok().filter(|code| digits && catalogue.get(*code).is_some()).ok_or(Fault::NotFound)?;
        Ok(Self { catalogue, biller })
    }

    pub(crate) fn biller(&self) -> Result<&Biller, Fault> {
        self.catalogue.get(self.biller).ok_or(Fault::NotFound)
    }

    pub(crate) fn kind(&self, code: &str) -> Result<&ReceivableType, Fault> {
        self.biller()?.receivable_type(code).ok_or(Fault::NotFound)
    }
}

/// The receivable types of a biller; the form itself where there is but one.
pub(crate) async fn show_biller(context: Context, path: web::Path<(String, String)>) -> Result<HttpResponse, Fault> {
    let chosen = Chosen::of(&context, &path.1)?;
    let biller = chosen.biller()?;
    if !context.state.hub.is_available(biller.code, Channel::Web) {
        return unavailable(&context, biller);
    }
    if let [only] = biller.receivable_types.as_slice() {
        return Ok(context.see_other(&format!("/billers/{}/{}", biller.code, only.code)));
    }
    let page = context.page_titled(biller.shown_name(context.language).to_owned());
    context.html(StatusCode::OK, Keep::Private, &identify::biller(page, biller))
}

pub(crate) async fn show_form(
    context: Context,
    path: web::Path<(String, String, String)>,
) -> Result<HttpResponse, Fault> {
    let chosen = Chosen::of(&context, &path.1)?;
    let (biller, kind) = (chosen.biller()?, chosen.kind(&path.2)?);
    if !context.state.hub.is_available(biller.code, Channel::Web) {
        return unavailable(&context, biller);
    }
    form(&context, StatusCode::OK, biller, kind, &BTreeMap::new(), &[], false)
}

fn form(
    context: &Context,
    status: StatusCode,
    biller: &Biller,
    kind: &ReceivableType,
    typed: &BTreeMap<String, String>,
    faults: &[FieldFault],
    unknown: bool,
) -> Result<HttpResponse, Fault> {
    let page = context.page_titled(biller.shown_name(context.language).to_owned());
    context.html(status, Keep::Nobody, &identify::form(page, biller, kind, typed, faults, unknown))
}

/// Asks what is due, within the allowance of the address.
pub(crate) async fn find_bills(
    context: Context,
    path: web::Path<(String, String, String)>,
    posted: Posted,
) -> Result<HttpResponse, Fault> {
    let chosen = Chosen::of(&context, &path.1)?;
    let (biller, kind) = (chosen.biller()?, chosen.kind(&path.2)?);
    let typed = posted.below(FIELD_PREFIX)?;
    context.state.lookups.take(context.address).map_err(Fault::TooMany)?;
    let request = FindBills {
        biller: biller.code,
        receivable_type: kind.code.clone(),
        fields: as_sent(kind, &typed),
        channel: Channel::Web,
        language: context.language,
    };
    match context.state.hub.find_bills(request).await {
        Ok(Found::Bill(inquiry)) => Ok(context.see_other(&format!("/bills/{}", inquiry.reference))),
        Ok(Found::NothingDue) => nothing_due(&context, biller, kind),
        Ok(Found::UnknownCustomer) => form(&context, StatusCode::UNPROCESSABLE_ENTITY, biller, kind, &typed, &[], true),
        Err(FindError::Form(faults)) if faults.iter().any(|fault| fault.kind == FieldFaultKind::UnknownField) => {
            Err(Fault::NotOffered)
        }
        Err(FindError::Form(faults)) => {
            form(&context, StatusCode::UNPROCESSABLE_ENTITY, biller, kind, &typed, &faults, false)
        }
        Err(FindError::UnknownBiller) => Err(Fault::NotFound),
        Err(FindError::ChannelClosed) | Err(FindError::Unavailable) => unavailable(&context, biller),
        Err(FindError::Infrastructure(trouble)) => Err(trouble.into()),
    }
}

/// What was typed, as the hub takes it: empty fields are absent, digits of other keyboards are digits.
pub(crate) fn as_sent(kind: &ReceivableType, typed: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    typed
        .iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| {
            let numeric = kind.form.iter().any(|field| {
                field.name == *name && field.format != FieldFormat::String && field.kind != FieldKind::Password
            });
            let value =
                if numeric { ascii_digits(value).replace(['\u{a0}', '\u{202f}', ' '], "") } else { value.clone() };
            (name.clone(), value)
        })
        .collect()
}

fn nothing_due(context: &Context, biller: &Biller, kind: &ReceivableType) -> Result<HttpResponse, Fault> {
    let language = context.language;
    let notice = Notice::new(language, Tone::Good, "nothing-due")
        .fact(language, "fact-biller", biller.shown_name(language))
        .action(language, "action-home", "/")
        .action(language, "action-other-contract", &format!("/billers/{}/{}", biller.code, kind.code));
    say(context, StatusCode::OK, notice)
}

/// The biller cannot be asked now; nothing is said about any bill.
pub(super) fn unavailable(context: &Context, biller: &Biller) -> Result<HttpResponse, Fault> {
    let language = context.language;
    let notice = Notice::new(language, Tone::Wait, "unavailable")
        .fact(language, "fact-biller", biller.shown_name(language))
        .action(language, "action-retry", &format!("/billers/{}", biller.code))
        .action(language, "action-home", "/");
    say(context, StatusCode::SERVICE_UNAVAILABLE, notice)
}

/// Answers with a notice.
pub(super) fn say(context: &Context, status: StatusCode, notice: Notice) -> Result<HttpResponse, Fault> {
    let page = context.page_titled(notice.title.clone());
    context.html(status, Keep::Nobody, &NoticePage { page, notice })
}

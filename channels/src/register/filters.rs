//! Filters that a member keeps: by name, for nobody else, and without a customer's data.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use payments::card_numbers;
use payments::register::{FILTER_NAME_CHARS_MAX, FilterKept};

use super::criteria::{Typed, wanted};
use super::search::not_kept;
use super::{own_biller, require};
use crate::finance::parts::{hub, number};
use crate::staff::frame::Faults;
use crate::staff::session::StaffSession;
use crate::web::errors::Fault;
use crate::web::i18n;
use crate::web::inputs::{CARD_NUMBER_KEY, Posted};

/// Keeps what the form looks for.
pub(crate) async fn keep(session: StaffSession, posted: Posted) -> Result<HttpResponse, Fault> {
    require(&session)?;
    let (own, language, hub) = (own_biller(&session)?, session.language(), hub(&session)?);
    let mut typed = Typed::read(|name| posted.one(name))?;
    // The page offers neither a customer's data nor nothing at all.
    if typed.names_customer() || typed.open().next().is_none() {
        return Err(Fault::NotOffered);
    }
    let (mut name, wrong) = (posted.one("name")?, StatusCode::UNPROCESSABLE_ENTITY);
    let fault = match (typed.scrub(), name.chars().count()) {
        (Some(field), _) => Some((field, CARD_NUMBER_KEY)),
        _ if card_numbers::holds_one(name) => {
            name = "";
            Some(("name", CARD_NUMBER_KEY))
        }
        (None, 1..=FILTER_NAME_CHARS_MAX) => None,
        _ => Some(("name", "register-fault-filter-name")),
    };
    if let Some((target, key)) = fault {
        return not_kept(&session, wrong, typed, name, Faults::one(target, i18n::text(language, key))).await;
    }
    if let Err(faults) = wanted(&typed, own, &hub.catalogue(), language)? {
        return not_kept(&session, wrong, typed, name, Faults::from(faults)).await;
    }
    let query = typed.query();
    let key = match hub.keep_filter(session.who.member, name.to_owned(), query.clone()).await? {
        FilterKept::Kept => return Ok(session.context.see_other(&format!("/staff/payments?{query}"))),
        FilterKept::NameTaken => "register-fault-filter-taken",
        FilterKept::TooMany => "register-fault-filter-many",
    };
    not_kept(&session, StatusCode::CONFLICT, typed, name, Faults::one("name", i18n::text(language, key))).await
}

/// Deletes one; another member's is nowhere.
pub(crate) async fn delete(
    session: StaffSession,
    path: web::Path<(String, String)>,
    posted: Posted,
) -> Result<HttpResponse, Fault> {
    require(&session)?;
    posted.press()?;
    if !hub(&session)?.drop_filter(session.who.member, number(&path.1)?).await? {
        return Err(Fault::NotFound);
    }
    Ok(session.context.see_other("/staff/payments"))
}

//! Shifts: opened at a till, listed, and kept as slips once they are closed.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use ledger::{Money, Shift, ShiftState};
use payments::api::cash::{OpenShift, ShiftError, ShiftView};
use payments::card_numbers;
use staff::Permission;

use super::counter::{Bar, Counter};
use super::find::counter_page;
use super::inputs::amount;
use super::words::counter_fault;
use crate::staff::frame::{Faults, Frame};
use crate::staff::session::StaffSession;
use crate::web::errors::Fault;
use crate::web::inputs::Posted;
use crate::web::views::notice::{Notice, Tone};
use crate::web::{format, i18n};

/// Shifts of a list.
const LIST_MAX: i64 = 50;

/// A shift to open.
pub(super) struct OpenForm {
    pub(super) tills: Vec<String>,
}

/// The outlet's shifts, newest first.
#[derive(Template)]
#[template(path = "outlet/shifts.html")]
struct ShiftsPage {
    frame: Frame,
    bar: Bar,
    lines: Vec<Line>,
}

struct Line {
    id: i64,
    till: String,
    open: bool,
    who: String,
    opened_at: String,
    closed_at: String,
    over_short: String,
    off: bool,
    href: String,
    /// Where whoever answers for the tills may close it.
    close: Option<String>,
}

/// A shift on paper.
#[derive(Template)]
#[template(path = "outlet/shift.html")]
struct ShiftPage {
    frame: Frame,
    bar: Bar,
    id: i64,
    till: String,
    opened_by: String,
    opened_at: String,
    opening: String,
    taken: String,
    payments: usize,
    moved: String,
    expected: String,
    pending: Vec<String>,
    closed: Option<ClosedView>,
}

struct ClosedView {
    at: String,
    by: String,
    counted: String,
    over_short: String,
    off: bool,
    reason: String,
    approved_by: String,
    pieces: Vec<(String, u32, String)>,
}

pub(super) fn open_form(counter: &Counter) -> Result<OpenForm, Fault> {
    Ok(OpenForm { tills: counter.place()?.1.tills.clone() })
}

/// Opens a shift at a till.
pub(crate) async fn open(session: StaffSession, posted: Posted) -> Result<HttpResponse, Fault> {
    let counter = Counter::of(session, Permission::TakeCash).await?;
    if counter.shift.is_some() {
        return Ok(counter.see_other(""));
    }
    let (language, till, typed) = (counter.language(), posted.one("till")?, posted.one("opening")?);
    if card_numbers::holds_one(till) {
        return Err(Fault::NotOffered);
    }
    let refuse = |status, target: &str, text: String| counter_page(&counter, status, "", Faults::one(target, text));
    let opening = match amount(typed) {
        Ok(opening) => opening.unwrap_or(Money::ZERO),
        Err(key) => return refuse(StatusCode::UNPROCESSABLE_ENTITY, "opening", i18n::text(language, key)),
    };
    let request = OpenShift {
        outlet: counter.outlet.clone(),
        till: till.to_owned(),
        opening_cash: opening,
        actor: counter.actor(),
    };
    match counter.hub.open_shift(request).await {
        Ok(_) => Ok(counter.see_other("")),
        Err(ShiftError::AlreadyOpen(_)) => {
            refuse(StatusCode::CONFLICT, "till", i18n::text(language, "outlet-fault-till-open"))
        }
        Err(ShiftError::Counter(fault)) => {
            counter.say(StatusCode::CONFLICT, Notice::new(language, Tone::Bad, counter_fault(fault)))
        }
        Err(ShiftError::Infrastructure(trouble)) => Err(trouble.into()),
        Err(error) => Err(Fault::Failed(error.to_string())),
    }
}

/// A shift of the counter's outlet; one of another is as good as none.
pub(super) async fn shift_of(counter: &Counter, id: &str) -> Result<ShiftView, Fault> {
    let id: i64 = id.parse().map_err(|_| Fault::NotFound)?;
    let found = counter.hub.shift(id).await?;
    found.filter(|found| found.shift.outlet == counter.outlet).ok_or(Fault::NotFound)
}

pub(crate) async fn show_shifts(session: StaffSession) -> Result<HttpResponse, Fault> {
    let counter = Counter::of(session, Permission::ViewOutlets).await?;
    let shifts = counter.hub.shifts_of(&counter.outlet, None, LIST_MAX).await?;
    let lines = shifts.into_iter().map(|shift| line(&counter, shift)).collect();
    let page = ShiftsPage { frame: counter.frame("outlet-shifts-title"), bar: counter.bar()?, lines };
    counter.html(StatusCode::OK, &page)
}

fn line(counter: &Counter, shift: Shift) -> Line {
    let language = counter.language();
    let difference = shift.closure.as_ref().map(ledger::Closed::over_short);
    let here = format!("/{language}/staff/outlet/shifts/{}", shift.id);
    let open = shift.state == ShiftState::Open;
    Line {
        id: shift.id,
        till: shift.till,
        open,
        who: shift.opened_by.name,
        opened_at: format::stamp(shift.opened_at.and_utc()),
        closed_at: shift.closure.as_ref().map(|closed| format::stamp(closed.at.and_utc())).unwrap_or_default(),
        over_short: difference.map(|difference| format::money(language, difference)).unwrap_or_default(),
        off: difference.is_some_and(|difference| difference != Money::ZERO),
        close: (open && may_close(counter, shift.opened_by.id)).then(|| format!("{here}/closure")),
        href: here,
    }
}

/// Whether somebody may close a shift: their own, or any of the outlet where they answer for its tills.
pub(super) fn may_close(counter: &Counter, opened_by: i64) -> bool {
    let who = &counter.session.who;
    who.may(Permission::CloseShift) && (opened_by == who.member || who.may(Permission::ApproveOverShort))
}

pub(crate) async fn show_shift(
    session: StaffSession,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Fault> {
    let counter = Counter::of(session, Permission::ViewOutlets).await?;
    let found = shift_of(&counter, &path.1).await?;
    let language = counter.language();
    let money = |amount| format::money(language, amount);
    let closed = found.shift.closure.as_ref().map(|closed| {
        let pieces: Vec<(i64, u32)> = serde_json::from_str(&closed.denominations).unwrap_or_default();
        let piece = |(minor, count): (i64, u32)| {
            let sum = Money::from_minor(minor.saturating_mul(i64::from(count)));
            (money(Money::from_minor(minor)), count, money(sum))
        };
        ClosedView {
            at: format::moment(language, closed.at.and_utc()),
            by: closed.by.name.clone(),
            counted: money(closed.counted),
            over_short: money(closed.over_short()),
            off: closed.over_short() != Money::ZERO,
            reason: closed.reason.clone(),
            approved_by: closed.approved_by.as_ref().map(|who| who.name.clone()).unwrap_or_default(),
            pieces: pieces.into_iter().filter(|(_, count)| *count > 0).map(piece).collect(),
        }
    });
    let page = ShiftPage {
        frame: counter.frame("outlet-shift-title"),
        bar: counter.bar()?,
        id: found.shift.id,
        till: found.shift.till.clone(),
        opened_by: found.shift.opened_by.name.clone(),
        opened_at: format::moment(language, found.shift.opened_at.and_utc()),
        opening: money(found.shift.opening),
        taken: money(found.taken),
        payments: usize::try_from(found.payments).unwrap_or(usize::MAX),
        moved: money(found.moved),
        expected: money(found.expected),
        pending: found.pending.clone(),
        closed,
    };
    counter.html(StatusCode::OK, &page)
}

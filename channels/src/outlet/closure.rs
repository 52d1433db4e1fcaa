//! The end of a shift: the drawer is counted, what is over or short gets its reason, and above the network's tolerance a
//! supervisor signs for it.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use ledger::{Money, ShiftState};
use payments::api::cash::{CloseShift, Counted, DENOMINATIONS, ShiftError, ShiftView};
use secrecy::SecretString;
use staff::Permission;

use super::counter::{Bar, Counter};
use super::inputs::{kept, words};
use super::scope::actor;
use super::shifts::{may_close, shift_of};
use super::vouching::{self, Signature, Vouched};
use crate::staff::frame::{Faults, Frame};
use crate::staff::session::StaffSession;
use crate::web::errors::Fault;
use crate::web::inputs::{CARD_NUMBER_KEY, Posted, ascii_digits};
use crate::web::views::notice::{Notice, Tone};
use crate::web::{format, i18n};

/// Longest reason, in characters.
const REASON_MAX: usize = 200;
/// Most pieces of one note or coin: more do not fit in a drawer.
const PIECES_MAX: u32 = 100_000;

/// Counting, and what comes of it.
#[derive(Template)]
#[template(path = "outlet/closure.html")]
struct ClosurePage {
    frame: Frame,
    bar: Bar,
    action: String,
    till: String,
    who: String,
    expected: String,
    pieces: Vec<Piece>,
    pending: Vec<String>,
    /// What was counted, once it was.
    sum: Option<Sum>,
    reason: String,
    login: String,
    faults: Faults,
}

/// A note or coin.
struct Piece {
    name: String,
    label: String,
    value: String,
}

struct Sum {
    counted: String,
    difference: String,
    off: bool,
    short: bool,
    tolerance: String,
    needs_supervisor: bool,
}

/// The form as typed.
#[derive(Default)]
struct Count {
    typed: BTreeMap<String, String>,
    reason: String,
    login: String,
    sum: Option<Money>,
}

fn page(
    counter: &Counter,
    status: StatusCode,
    found: &ShiftView,
    count: &Count,
    faults: Faults,
) -> Result<HttpResponse, Fault> {
    let (language, frame) = (counter.language(), counter.frame("outlet-closure-title"));
    let tolerance = counter.place()?.0.tolerance;
    let money = |amount| format::money(language, amount);
    let sum = count.sum.map(|counted| {
        let difference = difference(counted, found);
        Sum {
            counted: money(counted),
            difference: money(difference),
            off: difference != Money::ZERO,
            short: difference < Money::ZERO,
            tolerance: money(tolerance),
            needs_supervisor: difference.minor().abs() > tolerance.minor(),
        }
    });
    let piece = |denomination: Money| {
        let name = denomination.minor().to_string();
        let value = count.typed.get(&name).map(|text| kept(text)).unwrap_or_default();
        Piece { label: money(denomination), value, name: format!("n.{name}") }
    };
    let page = ClosurePage {
        action: frame.page.url(&format!("/staff/outlet/shifts/{}/closure", found.shift.id)),
        till: found.shift.till.clone(),
        who: found.shift.opened_by.name.clone(),
        expected: money(found.expected),
        pieces: DENOMINATIONS.map(piece).into(),
        pending: found.pending.clone(),
        sum,
        reason: kept(&count.reason),
        login: kept(&count.login),
        faults,
        bar: counter.bar()?,
        frame,
    };
    counter.html(status, &page)
}

fn difference(counted: Money, found: &ShiftView) -> Money {
    Money::from_minor(counted.minor().saturating_sub(found.expected.minor()))
}

/// One's own shift.
pub(crate) async fn show_own(session: StaffSession) -> Result<HttpResponse, Fault> {
    let counter = Counter::of(session, Permission::CloseShift).await?;
    let id = counter.open_shift()?.shift.id;
    Ok(counter.see_other(&format!("/shifts/{id}/closure")))
}

/// An open shift that whoever asks may close; a closed one shows its slip.
async fn closable(counter: &Counter, id: &str) -> Result<ShiftView, Fault> {
    let found = shift_of(counter, id).await?;
    if !may_close(counter, found.shift.opened_by.id) {
        return Err(Fault::Forbidden);
    }
    match found.shift.state {
        ShiftState::Open => Ok(found),
        ShiftState::Closed => Err(Fault::GoTo(format!("/staff/outlet/shifts/{}", found.shift.id))),
    }
}

pub(crate) async fn show_form(session: StaffSession, path: web::Path<(String, String)>) -> Result<HttpResponse, Fault> {
    let counter = Counter::of(session, Permission::CloseShift).await?;
    let found = closable(&counter, &path.1).await?;
    page(&counter, StatusCode::OK, &found, &Count::default(), Faults::default())
}

/// The pieces as typed, or the field that is wrong.
fn pieces(typed: &BTreeMap<String, String>) -> Result<Vec<Counted>, Result<String, Fault>> {
    let mut counted = Vec::new();
    for (name, text) in typed {
        let minor: i64 = name.parse().map_err(|_| Err(Fault::NotOffered))?;
        let denomination = Money::from_minor(minor);
        if !DENOMINATIONS.contains(&denomination) {
            return Err(Err(Fault::NotOffered));
        }
        let text = ascii_digits(text);
        let plain = text.bytes().all(|b| b.is_ascii_digit()) && text.len() <= 6;
        let pieces = match text.as_str() {
            "" => 0,
            text => text.parse().ok().filter(|count| plain && *count <= PIECES_MAX).ok_or_else(|| Ok(name.clone()))?,
        };
        counted.push(Counted { denomination, pieces });
    }
    Ok(counted)
}

fn sum(counted: &[Counted]) -> Money {
    let value = |piece: &Counted| piece.denomination.minor() * i64::from(piece.pieces);
    Money::from_minor(counted.iter().map(value).sum())
}

/// Counts; and once that was looked at, closes.
pub(crate) async fn close(
    session: StaffSession,
    path: web::Path<(String, String)>,
    posted: Posted,
) -> Result<HttpResponse, Fault> {
    let counter = Counter::of(session, Permission::CloseShift).await?;
    let found = closable(&counter, &path.1).await?;
    let language = counter.language();
    let mut count = Count {
        typed: posted.below("n.")?,
        reason: posted.one("reason")?.to_owned(),
        login: posted.one("login")?.to_owned(),
        sum: None,
    };
    let refuse = |count: &Count, target: &str, key: &str| {
        let faults = Faults::one(target, i18n::text(language, key));
        page(&counter, StatusCode::UNPROCESSABLE_ENTITY, &found, count, faults)
    };
    let counted = match pieces(&count.typed) {
        Ok(counted) => counted,
        Err(Ok(name)) => return refuse(&count, &format!("n.{name}"), "outlet-fault-pieces"),
        Err(Err(fault)) => return Err(fault),
    };
    count.sum = Some(sum(&counted));
    if posted.one("confirm")? != "1" {
        return page(&counter, StatusCode::OK, &found, &count, Faults::default());
    }
    let off = difference(sum(&counted), &found);
    if off != Money::ZERO
        && let Err(key) = words(&count.reason, REASON_MAX)
    {
        return refuse(&count, "reason", key);
    }
    let (network, _) = counter.place()?;
    let supervisor = if off.minor().abs() > network.tolerance.minor() {
        let signature = Signature {
            login: ascii_digits(&count.login),
            password: SecretString::from(posted.one("password")?),
            code: ascii_digits(posted.one("code")?).chars().filter(|c| !c.is_whitespace()).collect(),
        };
        if count.login.is_empty() || posted.one("password")?.is_empty() || signature.code.len() != 6 {
            return refuse(&count, "login", "outlet-fault-supervisor-empty");
        }
        if kept(&count.login).is_empty() {
            return refuse(&count, "login", CARD_NUMBER_KEY);
        }
        let place = (network.code.as_str(), counter.outlet.as_str());
        match vouching::check(&counter.session, signature, Permission::ApproveOverShort, place).await? {
            Vouched::By(who) => Some(actor(&who)),
            Vouched::Refused => return refuse(&count, "login", "outlet-fault-supervisor"),
            Vouched::NotAllowed => return refuse(&count, "login", "outlet-fault-supervisor-not"),
            Vouched::Wait => return refuse(&count, "login", "outlet-fault-supervisor-wait"),
        }
    } else {
        None
    };
    let request = CloseShift {
        shift: found.shift.id,
        counted,
        reason: Some(count.reason.clone()).filter(|reason| !reason.is_empty()),
        supervisor,
        actor: counter.actor(),
    };
    match counter.hub.close_shift(request).await {
        Ok(closed) => Ok(counter.see_other(&format!("/shifts/{}", closed.shift.id))),
        Err(ShiftError::Closed) => Ok(counter.see_other(&format!("/shifts/{}", found.shift.id))),
        Err(ShiftError::NoReason | ShiftError::NeedsReason { .. } | ShiftError::NeedsSupervisor { .. }) => {
            // A payment came in between: what is expected now is shown anew.
            let fresh = shift_of(&counter, &path.1).await?;
            let faults = Faults::one("reason", i18n::text(language, "outlet-fault-moved"));
            page(&counter, StatusCode::CONFLICT, &fresh, &count, faults)
        }
        Err(ShiftError::Pending(pending)) => {
            let mut notice = Notice::new(language, Tone::Wait, "outlet-closure-pending");
            for reference in pending {
                let path = format!("/staff/outlet/payments/{reference}");
                notice = notice.fact(language, "fact-reference", &reference);
                notice.actions.push((reference, format!("/{language}{path}")));
            }
            counter.say(StatusCode::CONFLICT, notice)
        }
        Err(ShiftError::Infrastructure(trouble)) => Err(trouble.into()),
        Err(error) => Err(Fault::Failed(error.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(pieces: &[(&str, &str)]) -> BTreeMap<String, String> {
        pieces.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
    }

    #[test]
    fn pieces_as_typed() {
        let counted = pieces(&typed(&[("20000", "3"), ("10000", "١"), ("5000", ""), ("50", "0")])).unwrap();
        assert_eq!(sum(&counted), Money::from_minor(70_000));
        for wrong in ["-1", "1.5", "9999999", "100001", "x"] {
            assert!(matches!(pieces(&typed(&[("5000", wrong)])), Err(Ok(name)) if name == "5000"), "{wrong}");
        }
        for name in ["2500", "x", "-5000"] {
            assert!(matches!(pieces(&typed(&[(name, "1")])), Err(Err(Fault::NotOffered))), "{name}");
        }
    }
}

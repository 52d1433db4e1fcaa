//! Disputes: each is about its payment, stands where what was done about it leads, and says of money what its refund does.

use std::collections::{BTreeMap, HashMap};

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::{BookFault, BooksReport, PAGE};
use crate::disputes::{DisputeAction, DisputeEffect, DisputeKind, DisputeOrigin, DisputeState};
use crate::refunds::RefundState;
use crate::storage::schema::{dispute_events, disputes, payments, refunds};
use crate::storage::{Conn, StorageError};
use crate::vocabulary::Language;

const DISPUTE: &str = "dispute";
/// Numbers in one question.
const CHUNK: usize = 500;

/// What of a dispute is proved.
#[derive(Queryable, Selectable)]
#[diesel(table_name = disputes)]
struct DisputeBook {
    id: i64,
    payment_id: i64,
    biller: i32,
    kind: i16,
    origin: i16,
    state: i16,
    language: i16,
    opened_at: NaiveDateTime,
    due_at: NaiveDateTime,
    late_at: Option<NaiveDateTime>,
    effect: i16,
    proposed_by: Option<i64>,
    refund_id: Option<i64>,
    closed_at: Option<NaiveDateTime>,
    reopened_at: Option<NaiveDateTime>,
}

/// What was done about a dispute.
#[derive(Clone, Copy)]
struct Event {
    action: DisputeAction,
    state: DisputeState,
    at: NaiveDateTime,
    by: Option<i64>,
}

/// A refund's payment, its state, and whether it is for two people.
type RefundBook = (i64, i16, i16);

/// What stands beside a page of disputes.
#[derive(Default)]
struct Beside {
    /// Billers, by payment.
    payments: HashMap<i64, i32>,
    refunds: HashMap<i64, RefundBook>,
    events: BTreeMap<i64, Vec<Event>>,
}

impl Beside {
    fn load(
        connection: &mut Conn,
        rows: &[DisputeBook],
        (after, end): (i64, i64),
        report: &mut BooksReport,
    ) -> Result<Self, StorageError> {
        let mut found = Self::default();
        for part in rows.chunks(CHUNK) {
            let paid: Vec<(i64, i32)> = payments::table
                .filter(payments::id.eq_any(part.iter().map(|row| row.payment_id)))
                .select((payments::id, payments::biller))
                .load(connection)?;
            found.payments.extend(paid);
            let back: Vec<(i64, i64, i16, i16)> = refunds::table
                .filter(refunds::id.eq_any(part.iter().filter_map(|row| row.refund_id)))
                .select((refunds::id, refunds::payment_id, refunds::state, refunds::needs_second))
                .load(connection)?;
            found.refunds.extend(back.into_iter().map(|(id, payment, state, second)| (id, (payment, state, second))));
        }
        type Row = (i64, i64, i16, i16, NaiveDateTime, Option<i64>);
        let events: Vec<Row> = dispute_events::table
            .filter(dispute_events::dispute_id.gt(after))
            .filter(dispute_events::dispute_id.le(end))
            .order((dispute_events::dispute_id, dispute_events::made_at, dispute_events::id))
            .select((
                dispute_events::dispute_id,
                dispute_events::id,
                dispute_events::action,
                dispute_events::state,
                dispute_events::made_at,
                dispute_events::made_by,
            ))
            .load(connection)?;
        for (dispute, id, action, state, at, by) in events {
            let words = (DisputeAction::from_code(action), DisputeState::from_code(state));
            if words.0.is_none() {
                report.unknown(format!("event {id} of {DISPUTE} {dispute}"), "action", action);
            }
            if words.1.is_none() {
                report.unknown(format!("event {id} of {DISPUTE} {dispute}"), "state", state);
            }
            let events = found.events.entry(dispute).or_default();
            if let (Some(action), Some(state)) = words {
                events.push(Event { action, state, at, by });
            }
        }
        Ok(found)
    }
}

pub(super) fn check(connection: &mut Conn, report: &mut BooksReport) -> Result<(), StorageError> {
    let mut last = i64::MIN;
    while last < i64::MAX {
        let rows: Vec<DisputeBook> = disputes::table
            .filter(disputes::id.gt(last))
            .order(disputes::id)
            .limit(PAGE)
            .select(DisputeBook::as_select())
            .load(connection)?;
        let end = super::page_end(&rows, |row| row.id);
        let mut beside = Beside::load(connection, &rows, (last, end), report)?;
        for row in &rows {
            let events = beside.events.remove(&row.id).unwrap_or_default();
            check_row(row, &events, &beside, report);
        }
        for dispute in beside.events.keys() {
            wrong(report, *dispute, "something was done about it, and there is no such dispute");
        }
        last = end;
    }
    Ok(())
}

fn wrong(report: &mut BooksReport, id: i64, why: &'static str) {
    report.fault(BookFault::OutsidePayments { what: DISPUTE, id, why });
}

fn check_row(row: &DisputeBook, events: &[Event], beside: &Beside, report: &mut BooksReport) {
    let id = row.id;
    let (state, effect) = (DisputeState::from_code(row.state), DisputeEffect::from_code(row.effect));
    for (what, code, known) in [
        ("state", row.state, state.is_some()),
        ("effect", row.effect, effect.is_some()),
        ("kind", row.kind, DisputeKind::from_code(row.kind).is_some()),
        ("origin", row.origin, DisputeOrigin::from_code(row.origin).is_some()),
        ("language", row.language, Language::from_code(row.language).is_some()),
    ] {
        if !known {
            report.unknown(format!("{DISPUTE} {id}"), what, code);
        }
    }
    match beside.payments.get(&row.payment_id) {
        None => wrong(report, id, "there is no such payment"),
        Some(biller) if *biller != row.biller => wrong(report, id, "its biller is not its payment's"),
        Some(_) => {}
    }
    if row.due_at <= row.opened_at || row.late_at.is_some_and(|late| late < row.due_at) {
        wrong(report, id, "its dates are not in order");
    }
    let (Some(state), Some(effect)) = (state, effect) else { return };
    if row.closed_at.is_some() != state.is_closed() {
        wrong(report, id, "its state and its end do not fit");
    }
    if let Some(why) = astray(row, state, events) {
        wrong(report, id, why);
    }
    let refund = row.refund_id.map(|refund| beside.refunds.get(&refund));
    if let Some(why) = at_odds(row, (state, effect), refund) {
        wrong(report, id, why);
    }
    let is_by_another = |event: &Event| {
        event.action == DisputeAction::Approved && event.by.is_some_and(|by| Some(by) != row.proposed_by)
    };
    let closing = events.iter().rfind(|event| event.state.is_closed() && event.action != DisputeAction::Noted);
    if (state, effect) == (DisputeState::Upheld, DisputeEffect::Correction) && !closing.is_some_and(is_by_another) {
        wrong(report, id, "no second person approved its correction");
    }
}

/// Why a dispute is not what was done about it. What was done at one moment, on two nodes, is taken in the order in which it
/// fits.
fn astray(row: &DisputeBook, state: DisputeState, events: &[Event]) -> Option<&'static str> {
    const OPENED: Option<&str> = Some("what was done about it does not begin with its opening");
    let mut left = events.to_vec();
    let is_opening = |event: &Event| event.action == DisputeAction::Opened && event.state == DisputeState::Open;
    let Some(first) = left.iter().position(is_opening) else { return OPENED };
    if left.remove(first).at != row.opened_at || left.iter().any(|event| event.at < row.opened_at) {
        return OPENED;
    }
    let (mut stands, mut closed, mut reopened) = (DisputeState::Open, None, None);
    while let Some(at) = left.first().map(|event| event.at) {
        let now = || left.iter().enumerate().take_while(|(_, event)| event.at == at);
        let fits = |event: &Event| event.action.leads(stands) == Some(event.state);
        let stays = now().find(|(_, event)| event.state == stands && fits(event));
        let Some((next, _)) = stays.or_else(|| now().find(|(_, event)| fits(event))) else {
            return Some("what was done about it does not follow from how it stood");
        };
        let event = left.remove(next);
        if event.state.is_closed() != stands.is_closed() {
            closed = event.state.is_closed().then_some(event.at);
        }
        reopened = if event.action == DisputeAction::Reopened { Some(event.at) } else { reopened };
        stands = event.state;
    }
    if stands != state {
        return Some("what was done about it does not lead to where it stands");
    }
    if closed != row.closed_at {
        return Some("its end is not when it was closed");
    }
    (reopened != row.reopened_at).then_some("it was opened once more at another time than it says, or never")
}

/// Why what a dispute says of money is not what its refund does. `Some(None)`: the refund that it names does not exist.
fn at_odds(
    row: &DisputeBook,
    (state, effect): (DisputeState, DisputeEffect),
    refund: Option<Option<&RefundBook>>,
) -> Option<&'static str> {
    use DisputeState as D;
    use RefundState as R;
    let has_outcome = matches!(state, D::Proposed | D::Upheld);
    if effect != DisputeEffect::Nothing && !has_outcome {
        return Some("it tells of an outcome in money, and has none");
    }
    if state == D::Proposed && (effect == DisputeEffect::Nothing || row.proposed_by.is_none()) {
        return Some("its outcome is proposed by nobody, or does nothing");
    }
    let (payment, stands, for_two) = match (refund, effect) {
        (None, DisputeEffect::Refund) => return Some("its outcome is a refund, and it names none"),
        (None, _) => return None,
        (Some(None), _) => return Some("there is no such refund"),
        (Some(Some((payment, stands, second))), _) => (*payment, RefundState::from_code(*stands), *second != 0),
    };
    if payment != row.payment_id {
        return Some("its refund is of another payment");
    }
    if !for_two {
        return Some("its refund is for one person to decide");
    }
    // A code that is not known was told with the refund.
    let stands = stands?;
    let is_in_step = match (effect, state) {
        (DisputeEffect::Refund, D::Proposed) => matches!(stands, R::Proposed | R::Pending),
        (DisputeEffect::Refund, _) => stands == R::Done,
        // One that was given before the dispute was opened once more stays named.
        _ if row.reopened_at.is_some() => !matches!(stands, R::Proposed | R::Pending),
        _ => matches!(stands, R::Refused | R::Withdrawn | R::Failed),
    };
    if is_in_step { None } else { Some("its refund is not where its outcome says") }
}

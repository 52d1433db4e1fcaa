//! Breaks: what does not fit, until somebody, a later report or the missing thing itself closes it. Nothing is removed, and
//! what was done about one is kept as it was written.

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use diesel::prelude::*;

use super::words::{BreakAction, BreakKind, BreakSource, BreakState, BreakSubject, Resolution};
use crate::agents::Actor;
use crate::ledger::Reader;
use crate::money::Money;
use crate::storage::StorageError;
use crate::storage::schema::{break_notes, breaks};
use crate::writer::WriteOp;

/// Who acts where nobody does.
const PROGRAM: &str = "fatoura";

/// Something that does not fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewBreak {
    /// What does not fit.
    pub kind: BreakKind,
    /// Whom the hub is held against.
    pub source: BreakSource,
    /// Which one: the account, the gateway, the network, the biller.
    pub partner: String,
    /// What it is about.
    pub subject: BreakSubject,
    /// Which one.
    pub subject_id: i64,
    /// The transaction of an entry or the line of a report; of a payment [`Self::ITS_RETURN`] for its return, as of a refund; else 0.
    pub position: i32,
    /// In words, without personal data.
    pub words: String,
    /// What the hub expected.
    pub expected: Option<Money>,
    /// What was found.
    pub found: Option<Money>,
    /// When it should have been: its age counts from here.
    pub due_on: NaiveDate,
}

impl NewBreak {
    /// The position of a break about a payment's return. Its amounts are of money that goes out.
    pub const ITS_RETURN: i32 = 1;
}

/// How much more a gateway owes than is booked, by a break about a payment or a refund: more where it took more, less where it gave more
/// back. `None` past the range.
pub(crate) fn gateway_difference(position: i32, expected: Option<Money>, found: Option<Money>) -> Option<Money> {
    let (expected, found) = (expected.unwrap_or_default(), found.unwrap_or_default());
    if position == NewBreak::ITS_RETURN { expected.checked_sub(found) } else { found.checked_sub(expected) }
}

/// A break as it is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Break {
    /// Its number.
    pub id: i64,
    /// What does not fit, and about what.
    pub what: NewBreak,
    /// The report that showed it first.
    pub import: Option<i64>,
    /// Where it stands.
    pub state: BreakState,
    /// When it was found (UTC).
    pub opened_at: NaiveDateTime,
    /// When it was closed (UTC).
    pub closed_at: Option<NaiveDateTime>,
    /// Who follows it up.
    pub staff: Option<Actor>,
    /// How it is, or is to be, resolved.
    pub resolution: Option<Resolution>,
    /// Who said so.
    pub proposed_by: Option<Actor>,
    /// Who agreed.
    pub approved_by: Option<Actor>,
    /// What was booked for it.
    pub posting: Option<i64>,
}

/// Something that was done about a break.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BreakNote {
    /// What.
    pub action: BreakAction,
    /// In words.
    pub note: String,
    /// When (UTC).
    pub made_at: NaiveDateTime,
    /// Who, by name.
    pub by: String,
}

/// Which breaks are asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BreakFilter {
    /// Only those that are not closed.
    pub open: bool,
    /// Only of this kind.
    pub kind: Option<BreakKind>,
    /// Only from this source.
    pub source: Option<BreakSource>,
    /// Only of this partner.
    pub partner: Option<String>,
    /// Only those that should have been on this day.
    pub due_on: Option<NaiveDate>,
    /// Only those that this member follows up.
    pub staff: Option<i64>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = breaks)]
pub(super) struct BreakRow {
    id: i64,
    kind: i16,
    source: i16,
    partner: String,
    subject: i16,
    subject_id: i64,
    position: i32,
    words: String,
    expected: Option<i64>,
    found: Option<i64>,
    import_id: Option<i64>,
    due_on: NaiveDate,
    state: i16,
    opened_at: NaiveDateTime,
    closed_at: Option<NaiveDateTime>,
    staff_id: Option<i64>,
    staff_name: String,
    resolution: Option<i16>,
    proposed_by: Option<i64>,
    proposed_by_name: String,
    approved_by: Option<i64>,
    approved_by_name: String,
    posting_id: Option<i64>,
}

impl TryFrom<BreakRow> for Break {
    type Error = StorageError;

    fn try_from(row: BreakRow) -> Result<Self, StorageError> {
        let unknown = |what: &str| StorageError::Damaged(format!("{what} of break {}", row.id));
        let actor = |id: Option<i64>, name: String| id.map(|id| Actor { id, name });
        let resolution = |code| Resolution::from_code(code).ok_or_else(|| unknown("resolution"));
        Ok(Self {
            id: row.id,
            what: NewBreak {
                kind: BreakKind::from_code(row.kind).ok_or_else(|| unknown("kind"))?,
                source: BreakSource::from_code(row.source).ok_or_else(|| unknown("source"))?,
                partner: row.partner,
                subject: BreakSubject::from_code(row.subject).ok_or_else(|| unknown("subject"))?,
                subject_id: row.subject_id,
                position: row.position,
                words: row.words,
                expected: row.expected.map(Money::from_minor),
                found: row.found.map(Money::from_minor),
                due_on: row.due_on,
            },
            import: row.import_id,
            state: BreakState::from_code(row.state).ok_or_else(|| unknown("state"))?,
            opened_at: row.opened_at,
            closed_at: row.closed_at,
            resolution: row.resolution.map(resolution).transpose()?,
            staff: actor(row.staff_id, row.staff_name),
            proposed_by: actor(row.proposed_by, row.proposed_by_name),
            approved_by: actor(row.approved_by, row.approved_by_name),
            posting: row.posting_id,
        })
    }
}

/// Open ones, and those that wait for a second person.
pub(super) const NOT_CLOSED: [i16; 2] = [BreakState::Open.code(), BreakState::Proposed.code()];

impl Reader<'_> {
    /// Breaks after a number, the oldest first.
    pub fn breaks(&mut self, filter: &BreakFilter, after: i64, limit: i64) -> Result<Vec<Break>, StorageError> {
        let mut query =
            breaks::table.filter(breaks::state.ne(BreakState::Staged.code())).filter(breaks::id.gt(after)).into_boxed();
        if filter.open {
            query = query.filter(breaks::state.eq_any(NOT_CLOSED)).filter(breaks::closed_at.is_null());
        }
        if let Some(kind) = filter.kind {
            query = query.filter(breaks::kind.eq(kind.code()));
        }
        if let Some(source) = filter.source {
            query = query.filter(breaks::source.eq(source.code()));
        }
        if let Some(partner) = &filter.partner {
            query = query.filter(breaks::partner.eq(partner));
        }
        if let Some(day) = filter.due_on {
            query = query.filter(breaks::due_on.eq(day));
        }
        if let Some(staff) = filter.staff {
            query = query.filter(breaks::staff_id.eq(staff));
        }
        let rows: Vec<BreakRow> =
            query.order(breaks::id).limit(limit).select(BreakRow::as_select()).load(self.connection)?;
        rows.into_iter().map(Break::try_from).collect()
    }

    /// A break by its number.
    pub fn break_of(&mut self, id: i64) -> Result<Option<Break>, StorageError> {
        let row = breaks::table.filter(breaks::id.eq(id)).filter(breaks::state.ne(BreakState::Staged.code()));
        row.select(BreakRow::as_select())
            .get_result::<BreakRow>(self.connection)
            .optional()?
            .map(Break::try_from)
            .transpose()
    }

    /// Every break about something, the oldest first.
    pub fn breaks_about(&mut self, subject: BreakSubject, id: i64) -> Result<Vec<Break>, StorageError> {
        let rows: Vec<BreakRow> = breaks::table
            .filter(breaks::subject.eq(subject.code()))
            .filter(breaks::subject_id.eq(id))
            .filter(breaks::state.ne(BreakState::Staged.code()))
            .order(breaks::id)
            .select(BreakRow::as_select())
            .load(self.connection)?;
        rows.into_iter().map(Break::try_from).collect()
    }

    /// What was done about a break, in order.
    pub fn break_notes(&mut self, id: i64) -> Result<Vec<BreakNote>, StorageError> {
        let rows: Vec<(i16, String, NaiveDateTime, String)> = break_notes::table
            .filter(break_notes::break_id.eq(id))
            .order(break_notes::id)
            .select((break_notes::action, break_notes::note, break_notes::made_at, break_notes::made_by_name))
            .load(self.connection)?;
        let read = |(action, note, made_at, by): (i16, String, NaiveDateTime, String)| {
            let unknown = || StorageError::Damaged(format!("a note of break {id}: action {action}"));
            Ok(BreakNote { action: BreakAction::from_code(action).ok_or_else(unknown)?, note, made_at, by })
        };
        rows.into_iter().map(read).collect()
    }
}

impl WriteOp<'_> {
    /// Opens a break; whether it is new. One that is open is brought up to date; one that people resolved stays so while
    /// its figures are the same.
    pub fn open_break(
        &mut self,
        new: &NewBreak,
        import: Option<i64>,
        now: DateTime<Utc>,
    ) -> Result<bool, StorageError> {
        type Row = (i64, i16, Option<i64>, Option<i64>);
        let known: Vec<Row> = breaks::table
            .filter(breaks::subject.eq(new.subject.code()))
            .filter(breaks::subject_id.eq(new.subject_id))
            .filter(breaks::position.eq(new.position))
            .filter(breaks::source.eq(new.source.code()))
            .filter(breaks::partner.eq(&new.partner))
            .filter(breaks::kind.eq(new.kind.code()))
            .order(breaks::id.desc())
            .select((breaks::id, breaks::state, breaks::expected, breaks::found))
            .load(self.connection)?;
        let figures = (new.expected.map(Money::minor), new.found.map(Money::minor));
        for (id, state, expected, found) in known {
            let same = (expected, found) == figures;
            if state == BreakState::Resolved.code() && same {
                return Ok(false);
            }
            if NOT_CLOSED.contains(&state) {
                if !same {
                    diesel::update(breaks::table.filter(breaks::id.eq(id)))
                        .set((
                            breaks::expected.eq(figures.0),
                            breaks::found.eq(figures.1),
                            breaks::words.eq(&new.words),
                        ))
                        .execute(self.connection)?;
                    self.note(id, BreakAction::SeenAgain, &new.words, None, now)?;
                }
                return Ok(false);
            }
        }
        let mut before = Vec::new();
        if new.subject == BreakSubject::Entry {
            let Some(others) = self.takes_the_place(new, now)? else { return Ok(false) };
            before = others;
        }
        let id = self.write_break(new, import, BreakState::Open, now)?;
        self.follow_up(id, &before, now)?;
        Ok(true)
    }

    /// An entry, or a transaction of it, has one open break: another kind that was found of it before is superseded. `None`:
    /// somebody has proposed how to close that one, and it stays.
    fn takes_the_place(&mut self, new: &NewBreak, now: DateTime<Utc>) -> Result<Option<Vec<i64>>, StorageError> {
        let others: Vec<(i64, i16)> = breaks::table
            .filter(breaks::subject.eq(new.subject.code()))
            .filter(breaks::subject_id.eq(new.subject_id))
            .filter(breaks::position.eq(new.position))
            .filter(breaks::state.eq_any(NOT_CLOSED))
            .select((breaks::id, breaks::state))
            .load(self.connection)?;
        if others.iter().any(|(_, state)| *state == BreakState::Proposed.code()) {
            return Ok(None);
        }
        let others: Vec<i64> = others.into_iter().map(|(id, _)| id).collect();
        let why = format!("it is {} by now", new.kind);
        self.close_breaks(&others, BreakState::Superseded, BreakAction::Superseded, &why, now)?;
        Ok(Some(others))
    }

    /// Whoever followed up what a break takes the place of follows it up.
    pub(super) fn follow_up(&mut self, id: i64, before: &[i64], now: DateTime<Utc>) -> Result<(), StorageError> {
        let staff: Option<(Option<i64>, String)> = breaks::table
            .filter(breaks::id.eq_any(before.to_vec()))
            .filter(breaks::staff_id.is_not_null())
            .order(breaks::id.desc())
            .select((breaks::staff_id, breaks::staff_name))
            .first(self.connection)
            .optional()?;
        let Some((staff, name)) = staff else { return Ok(()) };
        diesel::update(breaks::table.filter(breaks::id.eq(id)))
            .set((breaks::staff_id.eq(staff), breaks::staff_name.eq(&name)))
            .execute(self.connection)?;
        self.note(id, BreakAction::Assigned, &name, None, now)
    }

    pub(super) fn write_break(
        &mut self,
        new: &NewBreak,
        import: Option<i64>,
        state: BreakState,
        now: DateTime<Utc>,
    ) -> Result<i64, StorageError> {
        let id = self.next_id()?;
        let values = (
            breaks::id.eq(id),
            (breaks::kind.eq(new.kind.code()), breaks::source.eq(new.source.code())),
            breaks::partner.eq(&new.partner),
            (breaks::subject.eq(new.subject.code()), breaks::subject_id.eq(new.subject_id)),
            breaks::position.eq(new.position),
            breaks::words.eq(&new.words),
            (breaks::expected.eq(new.expected.map(Money::minor)), breaks::found.eq(new.found.map(Money::minor))),
            breaks::import_id.eq(import),
            breaks::due_on.eq(new.due_on),
            breaks::state.eq(state.code()),
            breaks::opened_at.eq(now.naive_utc()),
            (breaks::staff_name.eq(""), breaks::proposed_by_name.eq(""), breaks::approved_by_name.eq("")),
        );
        diesel::insert_into(breaks::table).values(values).execute(self.connection)?;
        if state == BreakState::Open {
            self.note(id, BreakAction::Opened, &new.words, None, now)?;
        }
        Ok(id)
    }

    /// Writes down what was done about a break.
    pub(super) fn note(
        &mut self,
        id: i64,
        action: BreakAction,
        note: &str,
        by: Option<&Actor>,
        now: DateTime<Utc>,
    ) -> Result<(), StorageError> {
        let values = (
            break_notes::id.eq(self.next_id()?),
            break_notes::break_id.eq(id),
            break_notes::action.eq(action.code()),
            break_notes::note.eq(note),
            break_notes::made_at.eq(now.naive_utc()),
            break_notes::made_by.eq(by.map(|actor| actor.id)),
            break_notes::made_by_name.eq(by.map_or(PROGRAM, |actor| actor.name.as_str())),
        );
        diesel::insert_into(break_notes::table).values(values).execute(self.connection)?;
        Ok(())
    }

    /// What was missing turned up: closes the breaks about it of these kinds.
    pub fn settle_breaks(
        &mut self,
        subject: BreakSubject,
        id: i64,
        kinds: &[BreakKind],
        now: DateTime<Utc>,
    ) -> Result<(), StorageError> {
        let found = self.open_breaks_about(subject, id, kinds)?;
        self.close_breaks(&found, BreakState::Settled, BreakAction::Settled, "it turned up", now)
    }

    /// The breaks about something that are of these kinds and not closed.
    pub(super) fn open_breaks_about(
        &mut self,
        subject: BreakSubject,
        id: i64,
        kinds: &[BreakKind],
    ) -> Result<Vec<i64>, StorageError> {
        let codes: Vec<i16> = kinds.iter().map(|kind| kind.code()).collect();
        Ok(breaks::table
            .filter(breaks::subject.eq(subject.code()))
            .filter(breaks::subject_id.eq(id))
            .filter(breaks::kind.eq_any(codes))
            .filter(breaks::state.eq_any(NOT_CLOSED))
            .select(breaks::id)
            .load(self.connection)?)
    }

    /// Closes the breaks about an entry that is matched, or about a transaction of it.
    pub(super) fn settle_entry_breaks(
        &mut self,
        entry: i64,
        position: Option<i32>,
        now: DateTime<Utc>,
    ) -> Result<(), StorageError> {
        let found: Vec<(i64, i32)> = breaks::table
            .filter(breaks::subject.eq(BreakSubject::Entry.code()))
            .filter(breaks::subject_id.eq(entry))
            .filter(breaks::state.eq_any(NOT_CLOSED))
            .select((breaks::id, breaks::position))
            .load(self.connection)?;
        let ids: Vec<i64> =
            found.into_iter().filter(|(_, at)| position.is_none_or(|wanted| wanted == *at)).map(|(id, _)| id).collect();
        self.close_breaks(&ids, BreakState::Settled, BreakAction::Settled, "it was matched", now)
    }

    pub(super) fn close_breaks(
        &mut self,
        ids: &[i64],
        state: BreakState,
        action: BreakAction,
        why: &str,
        now: DateTime<Utc>,
    ) -> Result<(), StorageError> {
        for id in ids {
            diesel::update(breaks::table.filter(breaks::id.eq(id)))
                .set((breaks::state.eq(state.code()), breaks::closed_at.eq(now.naive_utc())))
                .execute(self.connection)?;
            self.note(*id, action, why, None, now)?;
        }
        Ok(())
    }

    /// Says who follows a break up; whether there is such an open break. Whoever does so already is not named again.
    pub fn assign_break(&mut self, id: i64, to: &Actor, by: &Actor, now: DateTime<Utc>) -> Result<bool, StorageError> {
        let open = breaks::table.filter(breaks::id.eq(id)).filter(breaks::state.eq_any(NOT_CLOSED));
        let known: Option<Option<i64>> =
            open.clone().select(breaks::staff_id).get_result(self.connection).optional()?;
        if known == Some(Some(to.id)) {
            return Ok(true);
        }
        let changed = diesel::update(open)
            .set((breaks::staff_id.eq(to.id), breaks::staff_name.eq(&to.name)))
            .execute(self.connection)?;
        if changed == 1 {
            self.note(id, BreakAction::Assigned, &to.name, Some(by), now)?;
        }
        Ok(changed == 1)
    }

    /// Adds a note to a break; whether there is such a break. What its last note says in the same words, by the same
    /// person, is not written again.
    pub fn note_break(&mut self, id: i64, note: &str, by: &Actor, now: DateTime<Utc>) -> Result<bool, StorageError> {
        let known: i64 = breaks::table
            .filter(breaks::id.eq(id))
            .filter(breaks::state.ne(BreakState::Staged.code()))
            .count()
            .get_result(self.connection)?;
        let last: Option<(i16, String, Option<i64>)> = break_notes::table
            .filter(break_notes::break_id.eq(id))
            .order(break_notes::id.desc())
            .select((break_notes::action, break_notes::note, break_notes::made_by))
            .first(self.connection)
            .optional()?;
        let again = last == Some((BreakAction::Noted.code(), note.to_owned(), Some(by.id)));
        if known == 1 && !again {
            self.note(id, BreakAction::Noted, note, Some(by), now)?;
        }
        Ok(known == 1)
    }
}

//! What teleoperators work on: calls, notes on them, what was made for a caller, and a caller's payments.

use std::collections::HashMap;

use chrono::{NaiveDateTime, TimeDelta};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

use crate::ledger::Reader;
use crate::money::Money;
use crate::personal::columns::{DESK_CALLS_EMAIL, DESK_CALLS_PHONE, DESK_NOTES_NOTE, VOICE_HANDOVERS_PHONE};
use crate::personal::{HELD_MAX, Keyring, Sealed};
use crate::states::PaymentState;
use crate::storage::StorageError;
use crate::storage::schema::{
    cash_references, desk_calls, desk_notes, desk_quotes, desk_references, payment_links, payments, quotes,
    voice_handovers,
};
use crate::vocabulary::{Language, UnknownWord, words};
use crate::writer::WriteOp;

/// Notes of a call at most: more is a dossier, not a call.
pub const NOTES_MAX: i64 = 50;
/// How long calls at the desk and their notes are kept.
pub const DESK_CALLS_KEPT: TimeDelta = TimeDelta::days(180);
/// Open calls of an operator, and links and references of a call, shown at most.
pub(crate) const OPEN_MAX: i64 = 50;
/// Things of one operator's day read at most.
const DAY_MAX: i64 = 2_000;
/// Numbers in one question to the database.
const CHUNK: usize = 500;

words! {
    /// How a call ended.
    CallOutcome: "paid, link sent, reference made, informed, call back, dropped" {
        /// The bill was paid while the caller was there.
        Paid = 1, "paid";
        /// The caller pays by a link.
        LinkSent = 2, "link sent";
        /// The caller pays at an outlet.
        ReferenceMade = 3, "reference made";
        /// The caller knows what they wanted to know.
        Informed = 4, "informed";
        /// Somebody calls back.
        CallBack = 5, "call back";
        /// The line broke, or the caller gave up.
        Dropped = 6, "dropped";
    }
}

/// A call at the desk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeskCall {
    /// Its number.
    pub id: i64,
    /// The number of the teleoperator whose call it is.
    pub operator: i64,
    /// The hand-over it came from, unless it was opened by hand.
    pub handover: Option<i64>,
    /// The caller's number, `+212...`.
    pub phone: Option<String>,
    /// The caller's mail address.
    pub email: Option<String>,
    /// The caller's language.
    pub language: Language,
    /// When it was opened (UTC).
    pub opened_at: NaiveDateTime,
    /// When and how it was closed (UTC).
    pub closed: Option<(NaiveDateTime, CallOutcome)>,
}

/// A note on a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeskNote {
    /// What it says.
    pub text: String,
    /// When it was made (UTC).
    pub made_at: NaiveDateTime,
}

/// What an operator made for callers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeskItemKind {
    /// A payment link.
    Link,
    /// A reference payable at an outlet.
    CashReference,
}

/// One thing that an operator made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeskItem {
    /// What it is.
    pub kind: DeskItemKind,
    /// What is to be paid by it, fee and duty included.
    pub total: Money,
    /// How the payment that came of it stands.
    pub payment: Option<PaymentState>,
}

/// An operator's work of some time.
#[derive(Debug, Clone)]
pub struct DeskDay {
    /// Calls that were opened then, the first one first.
    pub calls: Vec<DeskCall>,
    /// What was made then.
    pub items: Vec<DeskItem>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = desk_calls)]
struct CallRow {
    id: i64,
    operator: i64,
    handover_id: Option<i64>,
    phone: Option<Sealed>,
    email: Option<Sealed>,
    language: i16,
    opened_at: NaiveDateTime,
    closed_at: Option<NaiveDateTime>,
    outcome: Option<i16>,
}

impl DeskCall {
    fn read(row: CallRow, keys: &Keyring) -> Result<Self, StorageError> {
        let damaged = |what: &str| StorageError::Damaged(format!("{what} of desk call {}", row.id));
        let outcome = |code| CallOutcome::from_code(code).ok_or_else(|| damaged("outcome"));
        Ok(Self {
            closed: row.closed_at.zip(row.outcome.map(outcome).transpose()?),
            language: Language::from_code(row.language).ok_or_else(|| damaged("language"))?,
            id: row.id,
            operator: row.operator,
            handover: row.handover_id,
            phone: keys.open_some(&DESK_CALLS_PHONE, row.id, row.phone.as_ref())?,
            email: keys.open_some(&DESK_CALLS_EMAIL, row.id, row.email.as_ref())?,
            opened_at: row.opened_at,
        })
    }
}

impl WriteOp<'_> {
    /// Opens a call by hand; its number.
    pub fn open_desk_call(
        &mut self,
        operator: i64,
        phone: Option<&str>,
        language: Language,
        now: NaiveDateTime,
    ) -> Result<i64, StorageError> {
        self.keep_desk_call(operator, None, phone, language, now)
    }

    /// Takes a caller who waits and opens a call for them; its number. `None` if another operator was faster, or there
    /// is no such caller. Taken twice by the same one is the same call.
    pub fn take_desk_call(
        &mut self,
        handover: i64,
        operator: i64,
        now: NaiveDateTime,
    ) -> Result<Option<i64>, StorageError> {
        if !self.take_handover(handover, operator, now)? {
            return Ok(None);
        }
        let known: Option<i64> = desk_calls::table
            .filter(desk_calls::handover_id.eq(handover))
            .select(desk_calls::id)
            .get_result(self.connection)
            .optional()?;
        if let Some(known) = known {
            return Ok(Some(known));
        }
        let (phone, language): (Option<Sealed>, i16) = voice_handovers::table
            .filter(voice_handovers::id.eq(handover))
            .select((voice_handovers::phone, voice_handovers::language))
            .get_result(self.connection)?;
        let language = Language::from_code(language)
            .ok_or_else(|| StorageError::Damaged(format!("language of hand-over {handover}")))?;
        let phone = self.keys.open_some(&VOICE_HANDOVERS_PHONE, handover, phone.as_ref())?;
        self.keep_desk_call(operator, Some(handover), phone.as_deref(), language, now).map(Some)
    }

    fn keep_desk_call(
        &mut self,
        operator: i64,
        handover: Option<i64>,
        phone: Option<&str>,
        language: Language,
        now: NaiveDateTime,
    ) -> Result<i64, StorageError> {
        let id = self.next_id()?;
        let values = (
            desk_calls::id.eq(id),
            desk_calls::operator.eq(operator),
            desk_calls::handover_id.eq(handover),
            desk_calls::phone.eq(self.keys.seal_some(&DESK_CALLS_PHONE, id, phone)?),
            desk_calls::language.eq(language.code()),
            desk_calls::opened_at.eq(now),
        );
        diesel::insert_into(desk_calls::table).values(values).execute(self.connection)?;
        Ok(id)
    }

    /// Sets who calls; `false` if the call is closed.
    pub fn set_desk_caller(
        &mut self,
        call: i64,
        phone: Option<&str>,
        email: Option<&str>,
        language: Language,
    ) -> Result<bool, StorageError> {
        let open = desk_calls::table.filter(desk_calls::id.eq(call)).filter(desk_calls::closed_at.is_null());
        let caller = (
            desk_calls::phone.eq(self.keys.seal_some(&DESK_CALLS_PHONE, call, phone)?),
            desk_calls::email.eq(self.keys.seal_some(&DESK_CALLS_EMAIL, call, email)?),
            desk_calls::language.eq(language.code()),
        );
        Ok(diesel::update(open).set(caller).execute(self.connection)? == 1)
    }

    /// Notes something on a call; `false` if it holds [`NOTES_MAX`] notes already.
    pub fn add_desk_note(&mut self, call: i64, text: &str, now: NaiveDateTime) -> Result<bool, StorageError> {
        let notes: i64 = desk_notes::table.filter(desk_notes::call_id.eq(call)).count().get_result(self.connection)?;
        if notes >= NOTES_MAX {
            return Ok(false);
        }
        let id = self.next_id()?;
        let values = (
            desk_notes::id.eq(id),
            desk_notes::call_id.eq(call),
            desk_notes::note.eq(self.keys.seal(&DESK_NOTES_NOTE, id, text)?),
            desk_notes::made_at.eq(now),
        );
        diesel::insert_into(desk_notes::table).values(values).execute(self.connection)?;
        Ok(true)
    }

    /// Writes down that a quote was made in a call.
    pub fn add_desk_quote(&mut self, call: i64, quote: i64) -> Result<(), StorageError> {
        let same = desk_quotes::table.filter(desk_quotes::call_id.eq(call)).filter(desk_quotes::quote_id.eq(quote));
        let known: i64 = same.count().get_result(self.connection)?;
        if known == 0 {
            let values = (desk_quotes::call_id.eq(call), desk_quotes::quote_id.eq(quote));
            diesel::insert_into(desk_quotes::table).values(values).execute(self.connection)?;
        }
        Ok(())
    }

    /// Writes down that a reference was made in a call.
    pub fn add_desk_reference(&mut self, call: i64, reference: i64) -> Result<(), StorageError> {
        let own = desk_references::table.filter(desk_references::call_id.eq(call));
        let known: i64 = own.filter(desk_references::reference_id.eq(reference)).count().get_result(self.connection)?;
        if known == 0 {
            let values = (desk_references::call_id.eq(call), desk_references::reference_id.eq(reference));
            diesel::insert_into(desk_references::table).values(values).execute(self.connection)?;
        }
        Ok(())
    }

    /// Closes a call, and the hand-over it came from. Closed before stays as it was closed.
    pub fn close_desk_call(&mut self, call: i64, outcome: CallOutcome, now: NaiveDateTime) -> Result<(), StorageError> {
        let row = desk_calls::table.filter(desk_calls::id.eq(call));
        let closed = (desk_calls::closed_at.eq(Some(now)), desk_calls::outcome.eq(Some(outcome.code())));
        diesel::update(row.filter(desk_calls::closed_at.is_null())).set(closed).execute(self.connection)?;
        let from: Option<(Option<i64>, i64)> =
            row.select((desk_calls::handover_id, desk_calls::operator)).get_result(self.connection).optional()?;
        if let Some((Some(handover), operator)) = from {
            self.close_handover(handover, operator, now)?;
        }
        Ok(())
    }

    /// Deletes calls with all that hangs on them, half a year after they were opened; how many rows went.
    pub fn prune_desk(&mut self, now: NaiveDateTime) -> Result<usize, StorageError> {
        let old = || desk_calls::table.filter(desk_calls::opened_at.lt(now - DESK_CALLS_KEPT));
        let ids: Vec<i64> = old().select(desk_calls::id).limit(DAY_MAX).load(self.connection)?;
        let mut gone = 0;
        for some in ids.chunks(CHUNK) {
            let some = some.to_vec();
            gone += diesel::delete(desk_notes::table.filter(desk_notes::call_id.eq_any(some.clone())))
                .execute(self.connection)?;
            gone += diesel::delete(desk_quotes::table.filter(desk_quotes::call_id.eq_any(some.clone())))
                .execute(self.connection)?;
            gone += diesel::delete(desk_references::table.filter(desk_references::call_id.eq_any(some.clone())))
                .execute(self.connection)?;
            gone += diesel::delete(desk_calls::table.filter(desk_calls::id.eq_any(some))).execute(self.connection)?;
        }
        Ok(gone)
    }
}

impl Reader<'_> {
    /// A call by its number.
    pub fn desk_call(&mut self, id: i64) -> Result<Option<DeskCall>, StorageError> {
        let query = desk_calls::table.filter(desk_calls::id.eq(id)).select(CallRow::as_select());
        let row: Option<CallRow> = query.get_result(self.connection).optional()?;
        row.map(|row| DeskCall::read(row, self.keys)).transpose()
    }

    /// An operator's open calls, the newest first: one that was forgotten stands in nobody's way.
    pub fn open_desk_calls(&mut self, operator: i64) -> Result<Vec<DeskCall>, StorageError> {
        let query = desk_calls::table
            .filter(desk_calls::operator.eq(operator))
            .filter(desk_calls::closed_at.is_null())
            .order(desk_calls::id.desc())
            .limit(OPEN_MAX);
        let rows: Vec<CallRow> = query.select(CallRow::as_select()).load(self.connection)?;
        rows.into_iter().map(|row| DeskCall::read(row, self.keys)).collect()
    }

    /// The calls of a caller, the first one first.
    pub(crate) fn desk_calls_of(
        &mut self,
        phone: Option<&str>,
        email: Option<&str>,
    ) -> Result<Vec<DeskCall>, StorageError> {
        let phones = phone.map_or(Ok(Vec::new()), |phone| self.keys.forms(&DESK_CALLS_PHONE, phone))?;
        let mails = email.map_or(Ok(Vec::new()), |email| self.keys.forms(&DESK_CALLS_EMAIL, email))?;
        let rows: Vec<CallRow> = desk_calls::table
            .filter(desk_calls::phone.eq_any(phones).or(desk_calls::email.eq_any(mails)))
            .order(desk_calls::id)
            .limit(HELD_MAX)
            .select(CallRow::as_select())
            .load(self.connection)?;
        rows.into_iter().map(|row| DeskCall::read(row, self.keys)).collect()
    }

    /// The notes of a call, the first one first.
    pub fn desk_notes(&mut self, call: i64) -> Result<Vec<DeskNote>, StorageError> {
        let rows: Vec<(i64, Sealed, NaiveDateTime)> = desk_notes::table
            .filter(desk_notes::call_id.eq(call))
            .order(desk_notes::id.asc())
            .limit(NOTES_MAX)
            .select((desk_notes::id, desk_notes::note, desk_notes::made_at))
            .load(self.connection)?;
        let note = |(id, note, made_at): (i64, Sealed, NaiveDateTime)| {
            Ok(DeskNote { text: self.keys.open(&DESK_NOTES_NOTE, id, &note)?, made_at })
        };
        rows.into_iter().map(note).collect()
    }

    /// Whether a quote was made in a call.
    pub fn is_desk_quote(&mut self, call: i64, quote: i64) -> Result<bool, StorageError> {
        let row = desk_quotes::table.filter(desk_quotes::call_id.eq(call)).filter(desk_quotes::quote_id.eq(quote));
        let known: i64 = row.count().get_result(self.connection)?;
        Ok(known > 0)
    }

    /// Whether a reference was made in a call.
    pub fn is_desk_reference(&mut self, call: i64, reference: i64) -> Result<bool, StorageError> {
        let own = desk_references::table.filter(desk_references::call_id.eq(call));
        let known: i64 = own.filter(desk_references::reference_id.eq(reference)).count().get_result(self.connection)?;
        Ok(known > 0)
    }

    /// The numbers of the references that were made in a call, the newest first.
    pub fn desk_references(&mut self, call: i64) -> Result<Vec<i64>, StorageError> {
        let query = desk_references::table
            .filter(desk_references::call_id.eq(call))
            .order(desk_references::reference_id.desc());
        Ok(query.select(desk_references::reference_id).limit(OPEN_MAX).load(self.connection)?)
    }

    /// What an operator did from one moment up to another (UTC).
    pub fn desk_day(&mut self, operator: i64, from: NaiveDateTime, to: NaiveDateTime) -> Result<DeskDay, StorageError> {
        let calls: Vec<CallRow> = desk_calls::table
            .filter(desk_calls::operator.eq(operator))
            .filter(desk_calls::opened_at.ge(from))
            .filter(desk_calls::opened_at.lt(to))
            .order(desk_calls::id.asc())
            .limit(DAY_MAX)
            .select(CallRow::as_select())
            .load(self.connection)?;
        let links: Vec<Made> = payment_links::table
            .inner_join(quotes::table)
            .filter(payment_links::made_by_staff.eq(operator))
            .filter(payment_links::created_at.ge(from))
            .filter(payment_links::created_at.lt(to))
            .order(payment_links::id.asc())
            .limit(DAY_MAX)
            .select((payment_links::payment_id, quotes::principal, quotes::fee, quotes::vat, quotes::duty))
            .load(self.connection)?;
        let references: Vec<Made> = desk_references::table
            .inner_join(desk_calls::table)
            .inner_join(cash_references::table)
            .inner_join(quotes::table.on(quotes::id.eq(cash_references::quote_id)))
            .filter(desk_calls::operator.eq(operator))
            .filter(cash_references::created_at.ge(from))
            .filter(cash_references::created_at.lt(to))
            .order(cash_references::id.asc())
            .limit(DAY_MAX)
            .select((cash_references::payment_id, quotes::principal, quotes::fee, quotes::vat, quotes::duty))
            .load(self.connection)?;
        let paid: Vec<i64> = links.iter().chain(&references).filter_map(|made| made.0).collect();
        let states = self.states_of(&paid)?;
        let item = |kind: DeskItemKind, made: Vec<Made>| -> Vec<DeskItem> {
            let shown = |(payment, principal, fee, vat, duty): Made| DeskItem {
                kind,
                // The database holds each of them below 10^15.
                total: Money::from_minor(principal.saturating_add(fee).saturating_add(vat).saturating_add(duty)),
                payment: payment.and_then(|payment| states.get(&payment).copied()),
            };
            made.into_iter().map(shown).collect()
        };
        let mut items = item(DeskItemKind::Link, links);
        items.extend(item(DeskItemKind::CashReference, references));
        Ok(DeskDay {
            calls: calls.into_iter().map(|row| DeskCall::read(row, self.keys)).collect::<Result<_, _>>()?,
            items,
        })
    }

    fn states_of(&mut self, wanted: &[i64]) -> Result<HashMap<i64, PaymentState>, StorageError> {
        let mut states = HashMap::with_capacity(wanted.len());
        for some in wanted.chunks(CHUNK) {
            let found: Vec<(i64, i16)> = payments::table
                .filter(payments::id.eq_any(some.to_vec()))
                .select((payments::id, payments::state))
                .load(self.connection)?;
            for (id, code) in found {
                let state = PaymentState::from_code(code)
                    .ok_or_else(|| StorageError::Damaged(format!("state {code} of payment {id}")))?;
                states.insert(id, state);
            }
        }
        Ok(states)
    }
}

/// The payment, and the lines of the price.
type Made = (Option<i64>, i64, i64, i64, i64);

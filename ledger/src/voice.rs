//! Calls at the voice server, step by step, and callers who wait for a teleoperator.
//!
//! A step is answered once: what was answered is kept with it, so that the provider's repetition of a request gets the
//! same bytes and nothing happens twice. What the state of a call says is the dialogue's own business.

use std::fmt;
use std::str::FromStr;

use chrono::{NaiveDateTime, TimeDelta};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use crate::bills::first_half;
use crate::ledger::Reader;
use crate::personal::columns::{VOICE_CALLS_PHONE, VOICE_CALLS_STATE, VOICE_HANDOVERS_PHONE, VOICE_STEPS_ANSWER};
use crate::personal::{Keyring, Sealed};
use crate::storage::rows::biller_code;
use crate::storage::schema::{voice_calls, voice_handovers, voice_steps};
use crate::storage::{Conn, StorageError};
use crate::vocabulary::{Language, UnknownWord, words};
use crate::writer::WriteOp;

/// How long answers are kept: no provider repeats a request after its call.
const STEPS_KEPT: TimeDelta = TimeDelta::days(1);
/// How long a caller waits in the list: whoever was not called back by then has called again.
const WAITING_KEPT: TimeDelta = TimeDelta::days(1);
/// How long calls are kept: "your last biller" is a help for monthly bills.
const CALLS_KEPT: TimeDelta = TimeDelta::days(90);
/// Callers shown as waiting at most.
const WAITING_MAX: i64 = 200;

words! {
    /// Why a call goes to a teleoperator.
    HandoverReason: "asked, wrong entries, trouble" {
        /// The caller wanted to.
        Asked = 1, "asked";
        /// The caller keyed three times what made no sense.
        WrongEntries = 2, "wrong entries";
        /// A biller could not be asked, or the bill cannot be paid by telephone.
        Trouble = 3, "trouble";
    }
}

/// A call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VoiceCall {
    /// Its number.
    pub id: i64,
    /// The caller's number, `+212...`; `None` if it is withheld.
    pub phone: Option<String>,
    /// The step that comes next, counted from 0.
    pub step: i32,
    /// Where the dialogue stands, as the dialogue writes it.
    pub state: String,
    /// Whether the caller is gone.
    pub ended: bool,
}

/// A step that is answered.
#[derive(Debug, Clone)]
pub struct NewVoiceStep {
    /// The call's number.
    pub call: i64,
    /// Which step.
    pub step: i32,
    /// Digest of what the request says; see [`voice_request`].
    pub request: [u8; 16],
    /// The whole answer.
    pub answer: String,
    /// Where the dialogue stands after it.
    pub state: String,
    /// The biller at which a bill was found, if one was: the caller's last biller from now on.
    pub biller: Option<u16>,
    /// Whether the answer ends the call.
    pub ends: bool,
    /// The caller is handed over with it.
    pub handover: Option<NewHandover>,
    /// Now (UTC).
    pub at: NaiveDateTime,
}

/// What became of a [`NewVoiceStep`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TakenStep {
    /// Kept: its answer may be given.
    Taken,
    /// The step was answered before: this is what is to be said again.
    Answered(String),
    /// The call is at another step, or over.
    OutOfTurn,
}

/// A caller to be handed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewHandover {
    /// The caller's language.
    pub language: Language,
    /// The biller that was chosen.
    pub biller: Option<u16>,
    /// The receivable type that was chosen.
    pub receivable_type: Option<String>,
    /// The customer's identifier, masked, or empty.
    pub contract_masked: String,
    /// The reference of the look-up, by which the teleoperator goes on.
    pub inquiry: Option<String>,
    /// Why.
    pub reason: HandoverReason,
}

/// A caller who waits for a teleoperator, or was taken by one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handover {
    /// Its number.
    pub id: i64,
    /// The caller's number, `+212...`; `None` if it is withheld.
    pub phone: Option<String>,
    /// What the caller had reached.
    pub context: NewHandover,
    /// When it was handed over (UTC).
    pub created_at: NaiveDateTime,
    /// The teleoperator who took it, and when (UTC).
    pub taken: Option<(i64, NaiveDateTime)>,
}

/// The digest of what a request of the provider says: the values that decide, in their order.
pub fn voice_request(values: &[&str]) -> [u8; 16] {
    use sha2::{Digest, Sha256};
    first_half(&Sha256::digest(values.join("\n").as_bytes()))
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = voice_handovers)]
struct HandoverRow {
    id: i64,
    phone: Option<Sealed>,
    language: i16,
    biller: Option<i32>,
    receivable_type: Option<String>,
    contract_masked: String,
    inquiry: Option<String>,
    reason: i16,
    created_at: NaiveDateTime,
    taken_by: Option<i64>,
    taken_at: Option<NaiveDateTime>,
}

impl Handover {
    fn read(row: HandoverRow, keys: &Keyring) -> Result<Self, StorageError> {
        let damaged = |what: &str| StorageError::Damaged(format!("{what} of hand-over {}", row.id));
        Ok(Self {
            id: row.id,
            phone: keys.open_some(&VOICE_HANDOVERS_PHONE, row.id, row.phone.as_ref())?,
            context: NewHandover {
                language: Language::from_code(row.language).ok_or_else(|| damaged("language"))?,
                biller: row.biller.map(biller_code).transpose()?,
                receivable_type: row.receivable_type,
                contract_masked: row.contract_masked,
                inquiry: row.inquiry,
                reason: HandoverReason::from_code(row.reason).ok_or_else(|| damaged("reason"))?,
            },
            created_at: row.created_at,
            taken: row.taken_by.zip(row.taken_at),
        })
    }
}

impl WriteOp<'_> {
    /// A call by the provider's name for it; a new one begins at step 0 with this state.
    pub fn open_voice_call(
        &mut self,
        sid: &str,
        phone: Option<&str>,
        state: &str,
        now: NaiveDateTime,
    ) -> Result<VoiceCall, StorageError> {
        let known: Option<i64> = voice_calls::table
            .filter(voice_calls::call_sid.eq(sid))
            .select(voice_calls::id)
            .get_result(self.connection)
            .optional()?;
        if let Some(id) = known {
            return read_call(self.connection, self.keys, id);
        }
        let id = self.next_id()?;
        let values = (
            voice_calls::id.eq(id),
            voice_calls::call_sid.eq(sid),
            voice_calls::phone.eq(self.keys.seal_some(&VOICE_CALLS_PHONE, id, phone)?),
            voice_calls::step.eq(0),
            voice_calls::state.eq(self.keys.seal(&VOICE_CALLS_STATE, id, state)?),
            voice_calls::created_at.eq(now),
            voice_calls::updated_at.eq(now),
        );
        diesel::insert_into(voice_calls::table).values(values).execute(self.connection)?;
        Ok(VoiceCall { id, phone: phone.map(str::to_owned), step: 0, state: state.to_owned(), ended: false })
    }

    /// Keeps a step with its answer and moves the call on, all of it or nothing.
    pub fn take_voice_step(&mut self, new: &NewVoiceStep) -> Result<TakenStep, StorageError> {
        if let Some((_, answer)) = read_answer(self.connection, self.keys, new.call, new.step)? {
            return Ok(TakenStep::Answered(answer));
        }
        let call = voice_calls::table.filter(voice_calls::id.eq(new.call)).filter(voice_calls::ended_at.is_null());
        let moved = (
            voice_calls::step.eq(new.step + 1),
            voice_calls::state.eq(self.keys.seal(&VOICE_CALLS_STATE, new.call, &new.state)?),
            voice_calls::updated_at.eq(new.at),
            voice_calls::ended_at.eq(new.ends.then_some(new.at)),
        );
        let turn = call.filter(voice_calls::step.eq(new.step));
        if diesel::update(turn).set(moved).execute(self.connection)? != 1 {
            // Another process may have answered it since the look above.
            let answer = read_answer(self.connection, self.keys, new.call, new.step)?;
            return Ok(answer.map_or(TakenStep::OutOfTurn, |(_, answer)| TakenStep::Answered(answer)));
        }
        if let Some(biller) = new.biller {
            let row = voice_calls::table.filter(voice_calls::id.eq(new.call));
            diesel::update(row).set(voice_calls::biller.eq(Some(i32::from(biller)))).execute(self.connection)?;
        }
        let values = (
            voice_steps::call_id.eq(new.call),
            voice_steps::step.eq(new.step),
            voice_steps::request.eq(new.request.as_slice()),
            voice_steps::answer.eq(self.keys.seal(&VOICE_STEPS_ANSWER, new.call, &new.answer)?),
            voice_steps::created_at.eq(new.at),
        );
        diesel::insert_into(voice_steps::table).values(values).execute(self.connection)?;
        if let Some(handover) = &new.handover {
            self.keep_handover(new.call, handover, new.at)?;
        }
        Ok(TakenStep::Taken)
    }

    /// One hand-over a call: whoever comes back from a queue is the same caller.
    fn keep_handover(&mut self, call: i64, new: &NewHandover, now: NaiveDateTime) -> Result<(), StorageError> {
        let known: i64 =
            voice_handovers::table.filter(voice_handovers::call_id.eq(call)).count().get_result(self.connection)?;
        if known > 0 {
            return Ok(());
        }
        let phone: Option<Sealed> = voice_calls::table
            .filter(voice_calls::id.eq(call))
            .select(voice_calls::phone)
            .get_result(self.connection)?;
        let phone = self.keys.open_some(&VOICE_CALLS_PHONE, call, phone.as_ref())?;
        let id = self.next_id()?;
        let values = (
            voice_handovers::id.eq(id),
            voice_handovers::call_id.eq(call),
            voice_handovers::phone.eq(self.keys.seal_some(&VOICE_HANDOVERS_PHONE, id, phone.as_deref())?),
            voice_handovers::language.eq(new.language.code()),
            voice_handovers::biller.eq(new.biller.map(i32::from)),
            voice_handovers::receivable_type.eq(&new.receivable_type),
            voice_handovers::contract_masked.eq(&new.contract_masked),
            voice_handovers::inquiry.eq(&new.inquiry),
            voice_handovers::reason.eq(new.reason.code()),
            voice_handovers::created_at.eq(now),
        );
        diesel::insert_into(voice_handovers::table).values(values).execute(self.connection)?;
        Ok(())
    }

    /// The caller is gone. Nothing of the call goes on from here; said again it changes nothing.
    pub fn end_voice_call(&mut self, sid: &str, now: NaiveDateTime) -> Result<(), StorageError> {
        let call = voice_calls::table.filter(voice_calls::call_sid.eq(sid)).filter(voice_calls::ended_at.is_null());
        let ended = (voice_calls::ended_at.eq(Some(now)), voice_calls::updated_at.eq(now));
        diesel::update(call).set(ended).execute(self.connection)?;
        Ok(())
    }

    /// A teleoperator takes a caller; `false` if another one did, or it is closed. Taken twice by the same one is taken.
    pub fn take_handover(&mut self, handover: i64, staff: i64, now: NaiveDateTime) -> Result<bool, StorageError> {
        let open = voice_handovers::table
            .filter(voice_handovers::id.eq(handover))
            .filter(voice_handovers::closed_at.is_null());
        let taken = (voice_handovers::taken_by.eq(Some(staff)), voice_handovers::taken_at.eq(Some(now)));
        let free = open.filter(voice_handovers::taken_by.is_null());
        diesel::update(free).set(taken).execute(self.connection)?;
        let own: i64 = open.filter(voice_handovers::taken_by.eq(staff)).count().get_result(self.connection)?;
        Ok(own == 1)
    }

    /// The teleoperator is done with a caller; `false` if it is another one's.
    pub fn close_handover(&mut self, handover: i64, staff: i64, now: NaiveDateTime) -> Result<bool, StorageError> {
        let own =
            voice_handovers::table.filter(voice_handovers::id.eq(handover)).filter(voice_handovers::taken_by.eq(staff));
        let open = own.filter(voice_handovers::closed_at.is_null());
        diesel::update(open).set(voice_handovers::closed_at.eq(Some(now))).execute(self.connection)?;
        let closed: i64 = own.filter(voice_handovers::closed_at.is_not_null()).count().get_result(self.connection)?;
        Ok(closed == 1)
    }

    /// Deletes answers, calls and callers handed over that have outlived their use, and lets go of callers who have been in
    /// the list for a day, taken or not; how many rows went.
    pub fn prune_voice(&mut self, now: NaiveDateTime) -> Result<usize, StorageError> {
        let steps = voice_steps::table.filter(voice_steps::created_at.lt(now - STEPS_KEPT));
        let gone = diesel::delete(steps).execute(self.connection)?;
        let calls = voice_calls::table.filter(voice_calls::created_at.lt(now - CALLS_KEPT));
        let gone = gone + diesel::delete(calls).execute(self.connection)?;
        let waiting = voice_handovers::table
            .filter(voice_handovers::closed_at.is_null())
            .filter(voice_handovers::created_at.lt(now - WAITING_KEPT));
        diesel::update(waiting).set(voice_handovers::closed_at.eq(Some(now))).execute(self.connection)?;
        let handovers = voice_handovers::table.filter(voice_handovers::created_at.lt(now - CALLS_KEPT));
        Ok(gone + diesel::delete(handovers).execute(self.connection)?)
    }
}

type CallRow = (i64, Option<Sealed>, i32, Sealed, Option<NaiveDateTime>);

fn read_call(connection: &mut Conn, keys: &Keyring, id: i64) -> Result<VoiceCall, StorageError> {
    let columns = (voice_calls::id, voice_calls::phone, voice_calls::step, voice_calls::state, voice_calls::ended_at);
    let row: CallRow = voice_calls::table.filter(voice_calls::id.eq(id)).select(columns).get_result(connection)?;
    let (id, phone, step, state, ended_at) = row;
    let phone = keys.open_some(&VOICE_CALLS_PHONE, id, phone.as_ref())?;
    let state = keys.open(&VOICE_CALLS_STATE, id, &state)?;
    Ok(VoiceCall { id, phone, step, state, ended: ended_at.is_some() })
}

fn read_answer(
    connection: &mut Conn,
    keys: &Keyring,
    call: i64,
    step: i32,
) -> Result<Option<(Vec<u8>, String)>, StorageError> {
    let row = voice_steps::table.filter(voice_steps::call_id.eq(call)).filter(voice_steps::step.eq(step));
    let row: Option<(Vec<u8>, Sealed)> =
        row.select((voice_steps::request, voice_steps::answer)).get_result(connection).optional()?;
    row.map(|(request, answer)| Ok((request, keys.open(&VOICE_STEPS_ANSWER, call, &answer)?))).transpose()
}

impl Reader<'_> {
    /// A call by the provider's name for it.
    pub fn voice_call(&mut self, sid: &str) -> Result<Option<VoiceCall>, StorageError> {
        let id: Option<i64> = voice_calls::table
            .filter(voice_calls::call_sid.eq(sid))
            .select(voice_calls::id)
            .get_result(self.connection)
            .optional()?;
        id.map(|id| read_call(self.connection, self.keys, id)).transpose()
    }

    /// What a step of a call was answered, and whether this request is the one that was answered.
    pub fn voice_answer(
        &mut self,
        call: i64,
        step: i32,
        request: &[u8; 16],
    ) -> Result<Option<(String, bool)>, StorageError> {
        let known = read_answer(self.connection, self.keys, call, step)?;
        Ok(known.map(|(known, answer)| (answer, known == request.as_slice())))
    }

    /// The biller at which a caller's last call found a bill.
    pub fn last_voice_biller(&mut self, phone: &str) -> Result<Option<u16>, StorageError> {
        let biller: Option<Option<i32>> = voice_calls::table
            .filter(voice_calls::phone.eq_any(self.keys.forms(&VOICE_CALLS_PHONE, phone)?))
            .filter(voice_calls::biller.is_not_null())
            .order(voice_calls::id.desc())
            .select(voice_calls::biller)
            .first(self.connection)
            .optional()?;
        biller.flatten().map(biller_code).transpose()
    }

    /// A caller who was handed over, waiting or not.
    pub fn handover(&mut self, id: i64) -> Result<Option<Handover>, StorageError> {
        let query = voice_handovers::table.filter(voice_handovers::id.eq(id)).select(HandoverRow::as_select());
        let row: Option<HandoverRow> = query.get_result(self.connection).optional()?;
        row.map(|row| Handover::read(row, self.keys)).transpose()
    }

    /// Callers who were handed over and are not closed, those who wait longest first.
    pub fn open_handovers(&mut self) -> Result<Vec<Handover>, StorageError> {
        let rows: Vec<HandoverRow> = voice_handovers::table
            .filter(voice_handovers::closed_at.is_null())
            .order(voice_handovers::id)
            .limit(WAITING_MAX)
            .select(HandoverRow::as_select())
            .load(self.connection)?;
        rows.into_iter().map(|row| Handover::read(row, self.keys)).collect()
    }
}

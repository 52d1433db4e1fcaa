//! References payable at an outlet: thirteen digits that stand for a quote until they are used up, cancelled or expired.

use chrono::NaiveDateTime;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

use crate::ledger::Reader;
use crate::personal::columns::CASH_REFERENCES_PHONE;
use crate::personal::{HELD_MAX, Keyring, Sealed};
use crate::postings::Moment;
use crate::states::TaskKind;
use crate::storage::schema::cash_references;
use crate::storage::{Conn, StorageError};
use crate::vocabulary::{Channel, Language, UnknownWord, words};
use crate::writer::{RequestKey, WriteOp};

words! {
    /// Where a reference stands; one whose time is over is an open one past its end.
    CashReferenceState: "open, used, cancelled" {
        /// Payable until it expires.
        Open = 1, "open";
        /// A payment used it up.
        Used = 2, "used";
        /// Withdrawn by whoever made it.
        Cancelled = 3, "cancelled";
    }
}

/// A reference to be kept.
#[derive(Debug, Clone)]
pub struct NewCashReference {
    /// The maker's key, if it has one: the same request again is the same reference.
    pub key: Option<RequestKey>,
    /// The thirteen digits.
    pub digits: String,
    /// The number of the quote it stands for.
    pub quote: i64,
    /// The channel on which it was made.
    pub channel: Channel,
    /// The payer's language.
    pub language: Language,
    /// Where it is sent, and the reminder.
    pub phone: Option<String>,
    /// When it ends.
    pub expires_at: NaiveDateTime,
    /// When the payer is reminded, if there is time for it.
    pub remind_at: Option<chrono::DateTime<chrono::Utc>>,
    /// Now.
    pub moment: Moment,
}

/// What became of a [`NewCashReference`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeptCashReference {
    /// A new reference, by its number; its SMS and its reminder are in the outbox.
    New(i64),
    /// The same request as before: the number of the reference that it made.
    Replayed(i64),
    /// The key was used for another request.
    KeyConflict,
    /// Another reference has these digits.
    DigitsTaken,
}

/// A stored reference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CashReference {
    /// Its number.
    pub id: i64,
    /// The thirteen digits.
    pub digits: String,
    /// The number of the quote.
    pub quote: i64,
    /// The channel on which it was made.
    pub channel: Channel,
    /// The payer's language.
    pub language: Language,
    /// Where it was sent.
    pub phone: Option<String>,
    /// Where it stands.
    pub state: CashReferenceState,
    /// The payment that used it up.
    pub payment: Option<i64>,
    /// When it was made (UTC).
    pub created_at: NaiveDateTime,
    /// When it ends (UTC).
    pub expires_at: NaiveDateTime,
}

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = cash_references)]
pub(crate) struct CashReferenceRow {
    pub id: i64,
    digits: String,
    quote_id: i64,
    channel: i16,
    language: i16,
    phone: Option<Sealed>,
    pub state: i16,
    payment_id: Option<i64>,
    created_at: NaiveDateTime,
    pub expires_at: NaiveDateTime,
}

impl CashReference {
    fn read(row: CashReferenceRow, keys: &Keyring) -> Result<Self, StorageError> {
        let damaged = |what: &str| StorageError::Damaged(format!("{what} of cash reference {}", row.id));
        Ok(Self {
            channel: Channel::from_code(row.channel).ok_or_else(|| damaged("channel"))?,
            language: Language::from_code(row.language).ok_or_else(|| damaged("language"))?,
            state: CashReferenceState::from_code(row.state).ok_or_else(|| damaged("state"))?,
            id: row.id,
            digits: row.digits,
            quote: row.quote_id,
            phone: keys.open_some(&CASH_REFERENCES_PHONE, row.id, row.phone.as_ref())?,
            payment: row.payment_id,
            created_at: row.created_at,
            expires_at: row.expires_at,
        })
    }
}

/// What a key made before, if anything.
fn known(connection: &mut Conn, key: &RequestKey) -> Result<Option<KeptCashReference>, StorageError> {
    let known: Option<(i64, Option<Vec<u8>>)> = cash_references::table
        .filter(cash_references::request_key.eq(key.key.as_slice()))
        .select((cash_references::id, cash_references::request_input))
        .get_result(connection)
        .optional()?;
    Ok(known.map(|(id, input)| {
        let same = input.as_deref() == Some(key.input.as_slice());
        if same { KeptCashReference::Replayed(id) } else { KeptCashReference::KeyConflict }
    }))
}

impl WriteOp<'_> {
    /// Keeps a reference, with its SMS and its reminder in the outbox.
    pub fn keep_cash_reference(&mut self, new: &NewCashReference) -> Result<KeptCashReference, StorageError> {
        if let Some(key) = &new.key
            && let Some(known) = known(self.connection, key)?
        {
            return Ok(known);
        }
        let taken: i64 = cash_references::table
            .filter(cash_references::digits.eq(&new.digits))
            .count()
            .get_result(self.connection)?;
        if taken > 0 {
            return Ok(KeptCashReference::DigitsTaken);
        }
        let id = self.next_id()?;
        let values = (
            cash_references::id.eq(id),
            cash_references::digits.eq(&new.digits),
            cash_references::quote_id.eq(new.quote),
            cash_references::channel.eq(new.channel.code()),
            cash_references::language.eq(new.language.code()),
            cash_references::phone.eq(self.keys.seal_some(&CASH_REFERENCES_PHONE, id, new.phone.as_deref())?),
            cash_references::state.eq(CashReferenceState::Open.code()),
            cash_references::created_at.eq(new.moment.at.naive_utc()),
            cash_references::expires_at.eq(new.expires_at),
            cash_references::request_key.eq(new.key.as_ref().map(|key| key.key.as_slice())),
            cash_references::request_input.eq(new.key.as_ref().map(|key| key.input.as_slice())),
        );
        diesel::insert_into(cash_references::table).values(values).execute(self.connection)?;
        if new.phone.is_some() {
            let now = new.moment.at;
            self.add_task(TaskKind::SmsReference, id, now, now)?;
            if let Some(at) = new.remind_at {
                self.add_task(TaskKind::SmsReferenceReminder, id, at, now)?;
            }
        }
        Ok(KeptCashReference::New(id))
    }

    /// Takes a phone off references that were sent to it; how many.
    pub(crate) fn forget_reference_phone(&mut self, phone: &str) -> Result<usize, StorageError> {
        let forms = self.keys.forms(&CASH_REFERENCES_PHONE, phone)?;
        let sent = cash_references::table.filter(cash_references::phone.eq_any(forms));
        Ok(diesel::update(sent).set(cash_references::phone.eq(None::<Sealed>)).execute(self.connection)?)
    }

    /// Withdraws an open reference; where it stands after that, `None` if there is none of that number.
    pub fn cancel_cash_reference(&mut self, id: i64) -> Result<Option<CashReferenceState>, StorageError> {
        let row = cash_references::table.filter(cash_references::id.eq(id));
        diesel::update(row.filter(cash_references::state.eq(CashReferenceState::Open.code())))
            .set(cash_references::state.eq(CashReferenceState::Cancelled.code()))
            .execute(self.connection)?;
        let state: Option<i16> = row.select(cash_references::state).get_result(self.connection).optional()?;
        let known = |code| {
            CashReferenceState::from_code(code)
                .ok_or_else(|| StorageError::Damaged(format!("state {code} of cash reference {id}")))
        };
        state.map(known).transpose()
    }
}

impl Reader<'_> {
    /// A reference by its digits.
    pub fn cash_reference(&mut self, digits: &str) -> Result<Option<CashReference>, StorageError> {
        let query =
            cash_references::table.filter(cash_references::digits.eq(digits)).select(CashReferenceRow::as_select());
        let row: Option<CashReferenceRow> = query.get_result(self.connection).optional()?;
        row.map(|row| CashReference::read(row, self.keys)).transpose()
    }

    /// What a reference's key made before: [`KeptCashReference::Replayed`], or a conflict; `None` if it is new.
    pub fn known_cash_reference(&mut self, key: &RequestKey) -> Result<Option<KeptCashReference>, StorageError> {
        known(self.connection, key)
    }

    /// References that were sent to a phone.
    pub(crate) fn cash_references_to(&mut self, phone: &str) -> Result<Vec<CashReference>, StorageError> {
        let rows: Vec<CashReferenceRow> = cash_references::table
            .filter(cash_references::phone.eq_any(self.keys.forms(&CASH_REFERENCES_PHONE, phone)?))
            .order(cash_references::id)
            .limit(HELD_MAX)
            .select(CashReferenceRow::as_select())
            .load(self.connection)?;
        rows.into_iter().map(|row| CashReference::read(row, self.keys)).collect()
    }

    /// A reference by its number.
    pub fn cash_reference_of(&mut self, id: i64) -> Result<Option<CashReference>, StorageError> {
        let query = cash_references::table.filter(cash_references::id.eq(id)).select(CashReferenceRow::as_select());
        let row: Option<CashReferenceRow> = query.get_result(self.connection).optional()?;
        row.map(|row| CashReference::read(row, self.keys)).transpose()
    }
}

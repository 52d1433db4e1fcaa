//! What members of staff wrote to payments. A note stays as it was written.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;

use crate::agents::Actor;
use crate::ledger::Reader;
use crate::personal::Sealed;
use crate::personal::columns::PAYMENT_NOTES_NOTE;
use crate::storage::StorageError;
use crate::storage::schema::payment_notes;
use crate::writer::WriteOp;

/// Notes of a payment that are read at most.
const NOTES_MAX: i64 = 200;

/// A note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentNote {
    /// Its number.
    pub id: i64,
    /// What was written.
    pub note: String,
    /// When (UTC).
    pub made_at: NaiveDateTime,
    /// Who wrote it.
    pub by: Actor,
}

impl WriteOp<'_> {
    /// Adds a note to a payment. One that says the same as the last one, by the same member, is the same form sent twice:
    /// nothing is added.
    pub fn note_payment(
        &mut self,
        payment: i64,
        note: &str,
        by: &Actor,
        now: DateTime<Utc>,
    ) -> Result<bool, StorageError> {
        let last: Option<(i64, Sealed, i64)> = payment_notes::table
            .filter(payment_notes::payment_id.eq(payment))
            .order(payment_notes::id.desc())
            .select((payment_notes::id, payment_notes::note, payment_notes::made_by))
            .first(self.connection)
            .optional()?;
        if let Some((last, said, who)) = last
            && who == by.id
            && self.keys.open(&PAYMENT_NOTES_NOTE, last, &said)? == note
        {
            return Ok(false);
        }
        let id = self.next_id()?;
        let values = (
            payment_notes::id.eq(id),
            payment_notes::payment_id.eq(payment),
            payment_notes::note.eq(self.keys.seal(&PAYMENT_NOTES_NOTE, id, note)?),
            payment_notes::made_at.eq(now.naive_utc()),
            payment_notes::made_by.eq(by.id),
            payment_notes::made_by_name.eq(&by.name),
        );
        diesel::insert_into(payment_notes::table).values(values).execute(self.connection)?;
        Ok(true)
    }
}

impl Reader<'_> {
    /// The notes of a payment, the oldest first; of very many the newest 200.
    pub fn payment_notes(&mut self, payment: i64) -> Result<Vec<PaymentNote>, StorageError> {
        type Row = (i64, Sealed, NaiveDateTime, i64, String);
        let mut rows: Vec<Row> = payment_notes::table
            .filter(payment_notes::payment_id.eq(payment))
            .order(payment_notes::id.desc())
            .limit(NOTES_MAX)
            .select((
                payment_notes::id,
                payment_notes::note,
                payment_notes::made_at,
                payment_notes::made_by,
                payment_notes::made_by_name,
            ))
            .load(self.connection)?;
        rows.reverse();
        let note = |(id, note, made_at, by, name): Row| {
            let note = self.keys.open(&PAYMENT_NOTES_NOTE, id, &note)?;
            Ok(PaymentNote { id, note, made_at, by: Actor { id: by, name } })
        };
        rows.into_iter().map(note).collect()
    }
}

//! Phones and mail addresses put right, wherever they stand beside the books. What was paid, and for which contract, is
//! what the biller was told: it is not changed.

use diesel::prelude::*;

use super::columns::{
    CASH_REFERENCES_PHONE, DESK_CALLS_EMAIL, DESK_CALLS_PHONE, DISPUTES_EMAIL, DISPUTES_PHONE, PAYMENT_LINKS_EMAIL,
    PAYMENT_LINKS_PHONE, PAYMENTS_EMAIL, PAYMENTS_PHONE,
};
use super::requests::PersonRequestStep;
use super::text::Sealed;
use crate::payment_words::PaymentWord;
use crate::storage::schema::{cash_references, desk_calls, disputes, payment_links, payment_words, payments};
use crate::storage::{Conn, StorageError};
use crate::writer::WriteOp;

/// A row that says where somebody is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Contactable {
    /// A payment.
    Payment(i64),
    /// A payment link.
    Link(i64),
    /// A reference payable at an outlet.
    Reference(i64),
    /// A complaint.
    Complaint(i64),
    /// A call at the desk.
    DeskCall(i64),
}

/// What was put right, in rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Rectified {
    /// Rows with another phone now.
    pub phones: usize,
    /// Rows with another mail address now.
    pub emails: usize,
}

/// Sets a sealed column of a row that holds something else; evaluates to the number of rows.
macro_rules! put_right {
    ($op:expr, $table:ident . $field:ident, $column:expr, $id:expr, $text:expr) => {{
        let forms = $op.keys.forms(&$column, $text)?;
        let sealed = $op.keys.seal(&$column, $id, $text)?;
        let row = $table::table
            .filter($table::id.eq($id))
            .filter($table::$field.is_not_null())
            .filter($table::$field.ne_all(forms));
        diesel::update(row).set($table::$field.eq(Some(sealed))).execute($op.connection)?
    }};
}

impl WriteOp<'_> {
    /// Writes the right phone and the right mail address wherever these rows have another one. Where there is none, none
    /// comes in. A payment is found by its new phone from here on, and by the old one no more. Nothing is written for a
    /// request that is not open.
    pub fn rectify(
        &mut self,
        request: i64,
        rows: &[Contactable],
        phone: Option<&str>,
        email: Option<&str>,
    ) -> Result<Result<Rectified, PersonRequestStep>, StorageError> {
        if let Err(step) = self.open_request(request)? {
            return Ok(Err(step));
        }
        self.leave_nothing_behind()?;
        let mut done = Rectified::default();
        for row in rows {
            if let Some(phone) = phone {
                done.phones += match *row {
                    Contactable::Payment(id) => self.rectify_payers_phone(id, phone)?,
                    Contactable::Link(id) => put_right!(self, payment_links.phone, PAYMENT_LINKS_PHONE, id, phone),
                    Contactable::Reference(id) => {
                        put_right!(self, cash_references.phone, CASH_REFERENCES_PHONE, id, phone)
                    }
                    Contactable::Complaint(id) => put_right!(self, disputes.phone, DISPUTES_PHONE, id, phone),
                    Contactable::DeskCall(id) => put_right!(self, desk_calls.phone, DESK_CALLS_PHONE, id, phone),
                };
            }
            if let Some(email) = email {
                done.emails += match *row {
                    Contactable::Payment(id) => put_right!(self, payments.email, PAYMENTS_EMAIL, id, email),
                    Contactable::Link(id) => put_right!(self, payment_links.email, PAYMENT_LINKS_EMAIL, id, email),
                    Contactable::Complaint(id) => put_right!(self, disputes.email, DISPUTES_EMAIL, id, email),
                    Contactable::DeskCall(id) => put_right!(self, desk_calls.email, DESK_CALLS_EMAIL, id, email),
                    Contactable::Reference(_) => 0,
                };
            }
        }
        Ok(Ok(done))
    }

    fn rectify_payers_phone(&mut self, id: i64, phone: &str) -> Result<usize, StorageError> {
        let old: Option<Option<Sealed>> = payments::table
            .filter(payments::id.eq(id))
            .select(payments::phone)
            .get_result(self.connection)
            .optional()?;
        let old = self.keys.open_some(&PAYMENTS_PHONE, id, old.flatten().as_ref())?;
        let Some(old) = old.filter(|old| old != phone) else { return Ok(0) };
        let changed = put_right!(self, payments.phone, PAYMENTS_PHONE, id, phone);
        let word = payment_words::table
            .filter(payment_words::word.eq_any(PaymentWord::Phone(old).forms(self.keys)))
            .filter(payment_words::payment_id.eq(id));
        diesel::delete(word).execute(self.connection)?;
        let row = (
            payment_words::word.eq(PaymentWord::Phone(phone.to_owned()).digest(self.keys)),
            payment_words::payment_id.eq(id),
        );
        match &mut *self.connection {
            Conn::Sqlite(c) => diesel::insert_or_ignore_into(payment_words::table).values(row).execute(c)?,
            Conn::Pg(c) => diesel::insert_into(payment_words::table).values(row).on_conflict_do_nothing().execute(c)?,
        };
        Ok(changed)
    }
}

//! What is held of a person, and what of it can be given up.

use chrono::{NaiveDateTime, TimeDelta};
use diesel::prelude::*;

use super::columns::{
    DESK_CALLS_EMAIL, DESK_CALLS_PHONE, DISPUTE_EVENTS_NOTE, DISPUTES_ANSWER, DISPUTES_EMAIL, DISPUTES_PHONE,
    DISPUTES_TOLD, PAYMENT_LINKS_EMAIL, PAYMENT_LINKS_PHONE, PAYMENT_NOTES_NOTE, PAYMENTS_EMAIL, PAYMENTS_PHONE,
    VOICE_CALLS_PHONE, VOICE_HANDOVERS_PHONE,
};
use super::text::Sealed;
use crate::agents::{CashReference, CashReferenceState};
use crate::bills::CustomerKey;
use crate::desk::{DeskCall, DeskNote};
use crate::disputes::{Dispute, DisputeEvent};
use crate::guard::{GuardEntry, GuardKey};
use crate::ledger::Reader;
use crate::links::PaymentLink;
use crate::payment_words::{PaymentWord, found_without_words};
use crate::refunds::RefundState;
use crate::register::PaymentNote;
use crate::retention::final_states;
use crate::storage::StorageError;
use crate::storage::rows::{Payment, PaymentRow};
use crate::storage::schema::{
    desk_calls, desk_notes, dispute_events, disputes, exchanges, payment_links, payment_notes, payment_words, payments,
    refunds, voice_calls, voice_handovers, voice_steps,
};
use crate::writer::WriteOp;

/// Payments of one person at most: whoever has more is a business, and is told so.
pub const HELD_MAX: i64 = 5_000;
/// How long a call counts as going on of whose end nobody told.
const CALL_MAX: TimeDelta = TimeDelta::days(1);
/// What stands in place of a note that was erased.
const ERASED: &str = "(erased)";
/// Numbers in one statement.
const CHUNK: usize = 500;

/// Who is meant, by any of these.
#[derive(Debug, Clone, Default)]
pub struct Person {
    /// A phone, as `+212612345678`.
    pub phone: Option<String>,
    /// A mail address.
    pub email: Option<String>,
    /// Billers' customers.
    pub customers: Vec<CustomerKey>,
}

/// A call at the voice server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldCall {
    /// Its number.
    pub id: i64,
    /// When it began (UTC).
    pub at: NaiveDateTime,
    /// Whether the caller is gone.
    pub ended: bool,
}

/// All rows that name a person.
#[derive(Debug, Clone, Default)]
pub struct Held {
    /// Payments, the newest first.
    pub payments: Vec<Payment>,
    /// Notes to them, with the payment's number.
    pub notes: Vec<(i64, PaymentNote)>,
    /// Links that were sent to them.
    pub links: Vec<PaymentLink>,
    /// References that were sent to them.
    pub references: Vec<CashReference>,
    /// Their calls at the voice server.
    pub calls: Vec<HeldCall>,
    /// Their calls at the desk, with what was noted.
    pub desk: Vec<(DeskCall, Vec<DeskNote>)>,
    /// Complaints in which they left a phone or a mail address, with what was written.
    pub disputes: Vec<(Dispute, Vec<DisputeEvent>)>,
    /// Refunds of their payments that are not over, by their numbers.
    pub refunds: Vec<i64>,
    /// Entries of lists against fraud that hold.
    pub lists: Vec<GuardEntry>,
}

/// Something that is still open, so that nothing can be erased yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Obstacle {
    /// What it is: `payment`, `refund`, `complaint`, `payment link`, `cash reference`, `call` or `call at the desk`.
    pub what: &'static str,
    /// Its number.
    pub id: i64,
    /// When it ends by itself (UTC), where that is known.
    pub until: Option<NaiveDateTime>,
}

/// What was erased, in rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Erased {
    /// Payments without phone and mail address now.
    pub payments: usize,
    /// Notes to payments.
    pub notes: usize,
    /// Links.
    pub links: usize,
    /// References without a phone now.
    pub references: usize,
    /// Calls at the voice server, with what was said.
    pub calls: usize,
    /// Calls at the desk without a caller now, and their notes.
    pub desk_calls: usize,
    /// Complaints without the payer's words and address now.
    pub disputes: usize,
}

impl Held {
    /// What is still open.
    pub fn obstacles(&self, now: NaiveDateTime) -> Vec<Obstacle> {
        let mut open = Vec::new();
        let mut add = |what, id, until| open.push(Obstacle { what, id, until });
        for payment in self.payments.iter().filter(|payment| payment.state.is_open()) {
            add("payment", payment.id, None);
        }
        self.refunds.iter().for_each(|id| add("refund", *id, None));
        for (dispute, _) in self.disputes.iter().filter(|(dispute, _)| !dispute.state.is_closed()) {
            add("complaint", dispute.id, None);
        }
        for link in &self.links {
            if link.payment.is_none() && link.revoked_at.is_none() && link.expires_at > now {
                add("payment link", link.id, Some(link.expires_at));
            }
        }
        for reference in &self.references {
            if reference.state == CashReferenceState::Open && reference.expires_at > now {
                add("cash reference", reference.id, Some(reference.expires_at));
            }
        }
        for call in self.calls.iter().filter(|call| !call.ended && call.at + CALL_MAX > now) {
            add("call", call.id, Some(call.at + CALL_MAX));
        }
        self.desk
            .iter()
            .filter(|(call, _)| call.closed.is_none())
            .for_each(|(call, _)| add("call at the desk", call.id, None));
        open
    }

    /// What an erasure would erase, as far as nothing of it is open.
    pub fn erasable(&self) -> Erased {
        let names = |payment: &&Payment| payment.phone.is_some() || payment.email.is_some();
        Erased {
            payments: self.payments.iter().filter(names).count(),
            notes: self.notes.len(),
            links: self.links.len(),
            references: self.references.len(),
            calls: self.calls.len(),
            desk_calls: self.desk.len(),
            disputes: self.disputes.len(),
        }
    }

    /// Whether nothing names the person.
    pub fn is_empty(&self) -> bool {
        self.payments.is_empty()
            && self.links.is_empty()
            && self.references.is_empty()
            && self.calls.is_empty()
            && self.desk.is_empty()
            && self.disputes.is_empty()
            && self.lists.is_empty()
    }
}

impl Reader<'_> {
    /// All that names a person by phone, mail address or contract. Payments by mail address are looked for among all: not
    /// while anybody waits.
    pub fn held_of(&mut self, person: &Person, now: NaiveDateTime) -> Result<Held, StorageError> {
        let (phone, email) = (person.phone.as_deref(), person.email.as_deref());
        let mut words: Vec<PaymentWord> = person.customers.iter().copied().map(PaymentWord::Customer).collect();
        words.extend(phone.map(|phone| PaymentWord::Phone(phone.to_owned())));
        let mut held = Held { payments: self.payments_by(&words, HELD_MAX)?, ..Held::default() };
        if let Some(email) = email {
            let rows: Vec<PaymentRow> = payments::table
                .filter(payments::email.eq_any(self.keys.forms(&PAYMENTS_EMAIL, email)?))
                .order(payments::id.desc())
                .limit(HELD_MAX)
                .select(PaymentRow::as_select())
                .load(self.connection)?;
            for row in rows {
                if held.payments.iter().all(|known| known.id != row.id) {
                    held.payments.push(Payment::read(row, self.keys)?);
                }
            }
        }
        let ids: Vec<i64> = held.payments.iter().map(|payment| payment.id).collect();
        for some in ids.chunks(CHUNK) {
            let noted: Vec<i64> = payment_notes::table
                .filter(payment_notes::payment_id.eq_any(some.to_vec()))
                .select(payment_notes::payment_id)
                .distinct()
                .load(self.connection)?;
            for payment in noted {
                let notes = self.payment_notes(payment)?;
                held.notes.extend(notes.into_iter().map(|note| (payment, note)));
            }
            let open = [RefundState::Proposed, RefundState::Pending].map(RefundState::code);
            let refunding: Vec<i64> = refunds::table
                .filter(refunds::payment_id.eq_any(some.to_vec()))
                .filter(refunds::state.eq_any(open))
                .select(refunds::id)
                .load(self.connection)?;
            held.refunds.extend(refunding);
        }
        for id in self.disputes_with(phone, email)? {
            let events = self.dispute_events(id)?;
            held.disputes.extend(self.dispute(id)?.map(|dispute| (dispute, events)));
        }
        held.links = self.links_to(phone, email)?;
        if let Some(phone) = phone {
            held.references = self.cash_references_to(phone)?;
            let calls: Vec<(i64, NaiveDateTime, Option<NaiveDateTime>)> = voice_calls::table
                .filter(voice_calls::phone.eq_any(self.keys.forms(&VOICE_CALLS_PHONE, phone)?))
                .order(voice_calls::id)
                .limit(HELD_MAX)
                .select((voice_calls::id, voice_calls::created_at, voice_calls::ended_at))
                .load(self.connection)?;
            held.calls = calls.into_iter().map(|(id, at, ended)| HeldCall { id, at, ended: ended.is_some() }).collect();
        }
        for call in self.desk_calls_of(phone, email)? {
            let notes = self.desk_notes(call.id)?;
            held.desk.push((call, notes));
        }
        let mut keys: Vec<GuardKey> = person.customers.iter().copied().map(GuardKey::Contract).collect();
        keys.extend(phone.map(|phone| GuardKey::Phone(phone.to_owned())));
        held.lists = self.guard_entries_of(&keys, now)?;
        Ok(held)
    }

    /// Complaints in which this phone or mail address was left.
    fn disputes_with(&mut self, phone: Option<&str>, email: Option<&str>) -> Result<Vec<i64>, StorageError> {
        let mut forms = (Vec::new(), Vec::new());
        if let Some(phone) = phone {
            forms.0 = self.keys.forms(&DISPUTES_PHONE, phone)?;
        }
        if let Some(email) = email {
            forms.1 = self.keys.forms(&DISPUTES_EMAIL, email)?;
        }
        Ok(disputes::table
            .filter(disputes::phone.eq_any(forms.0).or(disputes::email.eq_any(forms.1)))
            .order(disputes::id)
            .limit(HELD_MAX)
            .select(disputes::id)
            .load(self.connection)?)
    }
}

impl WriteOp<'_> {
    /// Erases what names a person by phone or mail address and no law keeps: of payments that are over the phone, the mail
    /// address and notes; links; calls and what was said and noted. Amounts, receipts and contracts stay, and so does what
    /// is still open.
    pub fn erase_person(&mut self, person: &Person) -> Result<Erased, StorageError> {
        self.leave_nothing_behind()?;
        let forms = |column, text: Option<&String>| match text {
            Some(text) => self.keys.forms(column, text),
            None => Ok(Vec::new()),
        };
        let (phone, email) = (person.phone.as_ref(), person.email.as_ref());
        let (phones, mails) = (forms(&PAYMENTS_PHONE, phone)?, forms(&PAYMENTS_EMAIL, email)?);
        let (link_phones, link_mails) = (forms(&PAYMENT_LINKS_PHONE, phone)?, forms(&PAYMENT_LINKS_EMAIL, email)?);
        let (desk_phones, desk_mails) = (forms(&DESK_CALLS_PHONE, phone)?, forms(&DESK_CALLS_EMAIL, email)?);
        let (complaint_phones, complaint_mails) = (forms(&DISPUTES_PHONE, phone)?, forms(&DISPUTES_EMAIL, email)?);
        let (calls, waiting) = (forms(&VOICE_CALLS_PHONE, phone)?, forms(&VOICE_HANDOVERS_PHONE, phone)?);

        let mut erased = Erased::default();
        let mut theirs: Vec<i64> = Vec::new();
        if let Some(phone) = phone {
            // What lacks its words first: what gets them in between is then found among the words.
            let word = PaymentWord::Phone(phone.clone());
            theirs = found_without_words(self.connection, self.keys, std::slice::from_ref(&word), HELD_MAX)?;
            let known: Vec<i64> = payment_words::table
                .filter(payment_words::word.eq_any(word.forms(self.keys)))
                .limit(HELD_MAX)
                .select(payment_words::payment_id)
                .load(self.connection)?;
            theirs.extend(known);
        }
        if !mails.is_empty() {
            let named: Vec<i64> = payments::table
                .filter(payments::email.eq_any(mails.clone()))
                .limit(HELD_MAX)
                .select(payments::id)
                .load(self.connection)?;
            theirs.extend(named);
        }
        theirs.sort_unstable();
        theirs.dedup();
        for some in theirs.chunks(CHUNK) {
            let named: Vec<i64> = payments::table
                .filter(payments::id.eq_any(some.to_vec()))
                .filter(payments::phone.eq_any(phones.clone()).or(payments::email.eq_any(mails.clone())))
                .filter(payments::state.eq_any(final_states()))
                .select(payments::id)
                .load(self.connection)?;
            erased.payments += self.forget_payers(&named)?;
            diesel::delete(exchanges::table.filter(exchanges::payment_id.eq_any(named.clone())))
                .execute(self.connection)?;
            self.drop_addresses_of(&named)?;
            let notes: Vec<i64> = payment_notes::table
                .filter(payment_notes::payment_id.eq_any(named))
                .select(payment_notes::id)
                .load(self.connection)?;
            for note in notes {
                let mark = self.keys.seal(&PAYMENT_NOTES_NOTE, note, ERASED)?;
                let row = payment_notes::table.filter(payment_notes::id.eq(note));
                erased.notes += diesel::update(row).set(payment_notes::note.eq(mark)).execute(self.connection)?;
            }
        }
        erased.disputes = self.erase_complaints(&complaint_phones, &complaint_mails)?;
        let links = payment_links::table
            .filter(payment_links::phone.eq_any(link_phones).or(payment_links::email.eq_any(link_mails)));
        erased.links = diesel::delete(links).execute(self.connection)?;
        if let Some(phone) = phone {
            erased.references = self.forget_reference_phone(phone)?;
        }
        let desk: Vec<i64> = desk_calls::table
            .filter(desk_calls::phone.eq_any(desk_phones).or(desk_calls::email.eq_any(desk_mails)))
            .select(desk_calls::id)
            .load(self.connection)?;
        for some in desk.chunks(CHUNK) {
            let notes = desk_notes::table.filter(desk_notes::call_id.eq_any(some.to_vec()));
            diesel::delete(notes).execute(self.connection)?;
            let nobody = (desk_calls::phone.eq(None::<Sealed>), desk_calls::email.eq(None::<Sealed>));
            let rows = desk_calls::table.filter(desk_calls::id.eq_any(some.to_vec()));
            erased.desk_calls += diesel::update(rows).set(nobody).execute(self.connection)?;
        }
        let handed_over = voice_handovers::table.filter(voice_handovers::phone.eq_any(waiting));
        diesel::delete(handed_over).execute(self.connection)?;
        let called: Vec<i64> = voice_calls::table
            .filter(voice_calls::phone.eq_any(calls))
            .select(voice_calls::id)
            .load(self.connection)?;
        for some in called.chunks(CHUNK) {
            diesel::delete(voice_steps::table.filter(voice_steps::call_id.eq_any(some.to_vec())))
                .execute(self.connection)?;
            erased.calls += diesel::delete(voice_calls::table.filter(voice_calls::id.eq_any(some.to_vec())))
                .execute(self.connection)?;
        }
        Ok(erased)
    }

    /// Marks what was written in closed complaints with one of these addresses, and takes the addresses off; how many.
    fn erase_complaints(&mut self, phones: &[Sealed], mails: &[Sealed]) -> Result<usize, StorageError> {
        let closed: Vec<i64> = disputes::table
            .filter(disputes::phone.eq_any(phones.to_vec()).or(disputes::email.eq_any(mails.to_vec())))
            .filter(disputes::closed_at.is_not_null())
            .limit(HELD_MAX)
            .select(disputes::id)
            .load(self.connection)?;
        for id in &closed {
            let said = (
                disputes::told.eq(self.keys.seal(&DISPUTES_TOLD, *id, ERASED)?),
                disputes::answer.eq(self.keys.seal(&DISPUTES_ANSWER, *id, ERASED)?),
            );
            let nobody = (said, disputes::phone.eq(None::<Sealed>), disputes::email.eq(None::<Sealed>));
            diesel::update(disputes::table.filter(disputes::id.eq(id))).set(nobody).execute(self.connection)?;
            let events: Vec<i64> = dispute_events::table
                .filter(dispute_events::dispute_id.eq(id))
                .select(dispute_events::id)
                .load(self.connection)?;
            for event in events {
                let note = dispute_events::note.eq(self.keys.seal(&DISPUTE_EVENTS_NOTE, event, ERASED)?);
                let row = dispute_events::table.filter(dispute_events::id.eq(event));
                diesel::update(row).set(note).execute(self.connection)?;
            }
        }
        Ok(closed.len())
    }
}

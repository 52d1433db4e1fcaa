//! What is kept on the way to a payment: inquiries and quotes, each with a lifetime; and reading payments and bills.

use std::collections::{BTreeMap, HashMap};

use chrono::{NaiveDateTime, TimeDelta};
use diesel::prelude::*;

use crate::bills::{BillClaim, BillKey, CustomerKey, decode, encode};
use crate::ledger::Reader;
use crate::money::Money;
use crate::personal::columns::{INQUIRIES_DETAIL, QUOTES_DETAIL};
use crate::personal::{Keyring, Sealed};
use crate::postings::Amounts;
use crate::references::Reference;
use crate::states::{BillState, PaymentState};
use crate::storage::StorageError;
use crate::storage::rows::{Payment, PaymentRow, biller_code};
use crate::storage::schema::{bills, idempotency_keys, inquiries, payments, quotes};
use crate::vocabulary::{Channel, Instrument, Language};
use crate::writer::{RecentBill, WriteOp};

/// How long request keys are kept: a day is promised, a week costs little.
const KEYS_KEPT: TimeDelta = TimeDelta::days(7);
/// How long an inquiry stays after its end: it may hold a password that the biller's form asked for.
const INQUIRIES_KEPT: TimeDelta = TimeDelta::days(1);

/// A look-up that found something.
#[derive(Debug, Clone)]
pub struct NewInquiry {
    /// Its number, taken before the biller was asked.
    pub id: i64,
    /// The biller.
    pub biller: u16,
    /// The receivable type.
    pub receivable_type: String,
    /// The channel.
    pub channel: Channel,
    /// The payer's language.
    pub language: Language,
    /// What was asked and found, as the use cases write it.
    pub detail: String,
    /// Now (UTC).
    pub created_at: NaiveDateTime,
    /// When it ends (UTC).
    pub expires_at: NaiveDateTime,
}

/// A stored inquiry.
#[derive(Debug, Clone)]
pub struct Inquiry {
    /// Its public reference.
    pub reference: Reference,
    /// The biller.
    pub biller: u16,
    /// The receivable type.
    pub receivable_type: String,
    /// What was asked and found.
    pub detail: String,
    /// When it ends (UTC).
    pub expires_at: NaiveDateTime,
}

/// A priced choice.
#[derive(Debug, Clone)]
pub struct NewQuote {
    /// The inquiry's reference, to go back to it.
    pub inquiry: String,
    /// The biller.
    pub biller: u16,
    /// The receivable type.
    pub receivable_type: String,
    /// The channel.
    pub channel: Channel,
    /// The instrument.
    pub instrument: Instrument,
    /// The amounts.
    pub amounts: Amounts,
    /// Whose bill it is, to find its payments by.
    pub customer: CustomerKey,
    /// The bills that a payment of it claims. A quote without fetched lines claims itself; see [`WriteOp::keep_quote`].
    pub bills: Vec<BillClaim>,
    /// What the biller is told and payers are shown, as the use cases write it.
    pub detail: String,
    /// Now (UTC).
    pub created_at: NaiveDateTime,
    /// When it ends (UTC).
    pub expires_at: NaiveDateTime,
}

/// A stored quote.
#[derive(Debug, Clone)]
pub struct Quote {
    /// Its number.
    pub id: i64,
    /// Its public reference.
    pub reference: Reference,
    /// The inquiry's reference.
    pub inquiry: String,
    /// The biller.
    pub biller: u16,
    /// The receivable type.
    pub receivable_type: String,
    /// The channel.
    pub channel: Channel,
    /// The instrument.
    pub instrument: Instrument,
    /// The amounts.
    pub amounts: Amounts,
    /// The bills that a payment of it claims.
    pub bills: Vec<BillClaim>,
    /// What the biller is told and payers are shown.
    pub detail: String,
    /// When it was priced (UTC).
    pub created_at: NaiveDateTime,
    /// When it ends (UTC).
    pub expires_at: NaiveDateTime,
}

/// A bill as it stands now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BillStanding {
    /// The state.
    pub state: BillState,
    /// How often it was paid.
    pub generation: i32,
    /// When it last changed (UTC).
    pub updated_at: NaiveDateTime,
    /// How the last payment of it stands.
    pub payment: PaymentState,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = quotes)]
struct QuoteRow {
    id: i64,
    secret: i64,
    inquiry: String,
    biller: i32,
    receivable_type: String,
    channel: i16,
    instrument: i16,
    principal: i64,
    fee: i64,
    vat: i64,
    duty: i64,
    bills: Vec<u8>,
    detail: Sealed,
    created_at: NaiveDateTime,
    expires_at: NaiveDateTime,
}

impl Quote {
    fn read(row: QuoteRow, keys: &Keyring) -> Result<Self, StorageError> {
        let damaged = |what: &str| StorageError::Damaged(format!("{what} of quote {}", row.id));
        let money = Money::from_minor;
        Ok(Self {
            id: row.id,
            reference: Reference::of(row.id, row.secret),
            biller: biller_code(row.biller)?,
            channel: Channel::from_code(row.channel).ok_or_else(|| damaged("channel"))?,
            instrument: Instrument::from_code(row.instrument).ok_or_else(|| damaged("instrument"))?,
            amounts: Amounts {
                principal: money(row.principal),
                fee: money(row.fee),
                vat: money(row.vat),
                duty: money(row.duty),
            },
            bills: decode(&row.bills).ok_or_else(|| damaged("bills"))?,
            inquiry: row.inquiry,
            receivable_type: row.receivable_type,
            detail: keys.open(&QUOTES_DETAIL, row.id, &row.detail)?,
            created_at: row.created_at,
            expires_at: row.expires_at,
        })
    }
}

impl WriteOp<'_> {
    /// Keeps an inquiry; its public reference.
    pub fn keep_inquiry(&mut self, new: &NewInquiry) -> Result<Reference, StorageError> {
        let secret = Reference::fresh_secret();
        let values = (
            inquiries::id.eq(new.id),
            inquiries::secret.eq(secret),
            inquiries::biller.eq(i32::from(new.biller)),
            inquiries::receivable_type.eq(&new.receivable_type),
            inquiries::channel.eq(new.channel.code()),
            inquiries::language.eq(new.language.code()),
            inquiries::detail.eq(self.keys.seal(&INQUIRIES_DETAIL, new.id, &new.detail)?),
            inquiries::created_at.eq(new.created_at),
            inquiries::expires_at.eq(new.expires_at),
        );
        diesel::insert_into(inquiries::table).values(values).execute(self.connection)?;
        Ok(Reference::of(new.id, secret))
    }

    /// Keeps a quote; its number and public reference. A quote without bills of its own (a payment without a fetch)
    /// claims a bill that stands for itself: it too is paid once.
    pub fn keep_quote(&mut self, new: &NewQuote) -> Result<Quote, StorageError> {
        let (id, secret) = (self.next_id()?, Reference::fresh_secret());
        let own = BillKey::of(new.biller, &new.receivable_type, "", &format!("quote {id}"));
        let claims = match new.bills.as_slice() {
            [] => vec![BillClaim { key: own, generation: 0, settles: true }],
            claims => claims.to_vec(),
        };
        let values = (
            quotes::id.eq(id),
            quotes::secret.eq(secret),
            quotes::inquiry.eq(&new.inquiry),
            quotes::biller.eq(i32::from(new.biller)),
            quotes::receivable_type.eq(&new.receivable_type),
            quotes::channel.eq(new.channel.code()),
            quotes::instrument.eq(new.instrument.code()),
            quotes::principal.eq(new.amounts.principal.minor()),
            quotes::fee.eq(new.amounts.fee.minor()),
            quotes::vat.eq(new.amounts.vat.minor()),
            quotes::duty.eq(new.amounts.duty.minor()),
            quotes::bills.eq(encode(&claims)),
            quotes::detail.eq(self.keys.seal(&QUOTES_DETAIL, id, &new.detail)?),
            quotes::created_at.eq(new.created_at),
            quotes::expires_at.eq(new.expires_at),
            quotes::customer.eq(new.customer.word(self.keys)),
        );
        diesel::insert_into(quotes::table).values(values).execute(self.connection)?;
        Ok(Quote {
            id,
            reference: Reference::of(id, secret),
            inquiry: new.inquiry.clone(),
            biller: new.biller,
            receivable_type: new.receivable_type.clone(),
            channel: new.channel,
            instrument: new.instrument,
            amounts: new.amounts,
            bills: claims,
            detail: new.detail.clone(),
            created_at: new.created_at,
            expires_at: new.expires_at,
        })
    }

    /// Replaces what a quote says, once what it says more than payers and books need has served: a password field is
    /// dropped after the payment.
    pub fn rewrite_quote(&mut self, quote: i64, detail: &str) -> Result<(), StorageError> {
        diesel::update(quotes::table.filter(quotes::id.eq(quote)))
            .set(quotes::detail.eq(self.keys.seal(&QUOTES_DETAIL, quote, detail)?))
            .execute(self.connection)?;
        Ok(())
    }

    /// The same for a quote that is not paid: without what it lost it cannot be paid any more, so it ends.
    pub fn retire_quote(&mut self, quote: i64, detail: &str, now: NaiveDateTime) -> Result<(), StorageError> {
        self.rewrite_quote(quote, detail)?;
        diesel::update(quotes::table.filter(quotes::id.eq(quote)).filter(quotes::expires_at.gt(now)))
            .set(quotes::expires_at.eq(now))
            .execute(self.connection)?;
        Ok(())
    }

    /// The same for an inquiry: nothing can be quoted from it any more.
    pub fn retire_inquiry(&mut self, inquiry: i64, detail: &str, now: NaiveDateTime) -> Result<(), StorageError> {
        let row = inquiries::table.filter(inquiries::id.eq(inquiry));
        let detail = self.keys.seal(&INQUIRIES_DETAIL, inquiry, detail)?;
        diesel::update(row).set(inquiries::detail.eq(detail)).execute(self.connection)?;
        diesel::update(row.filter(inquiries::expires_at.gt(now)))
            .set(inquiries::expires_at.eq(now))
            .execute(self.connection)?;
        Ok(())
    }

    /// Deletes inquiries a day after their end. Returns how many rows went.
    pub fn prune_inquiries(&mut self, now: NaiveDateTime) -> Result<usize, StorageError> {
        let over = inquiries::table.filter(inquiries::expires_at.lt(now - INQUIRIES_KEPT));
        Ok(diesel::delete(over).execute(self.connection)?)
    }

    /// Deletes request keys after 7 days, of those that begin with this byte: the writer waits while a part of the table
    /// is read, and never while all of it is. On SQLite a recent key stays until it is in this table. Returns how many
    /// rows went.
    pub fn prune_keys(&mut self, first: u8, now: NaiveDateTime) -> Result<usize, StorageError> {
        let old = idempotency_keys::table
            .filter(idempotency_keys::created_at.lt(now - KEYS_KEPT))
            .filter(idempotency_keys::key.ge(vec![first]));
        Ok(match first.checked_add(1) {
            Some(next) => diesel::delete(old.filter(idempotency_keys::key.lt(vec![next]))).execute(self.connection)?,
            None => diesel::delete(old).execute(self.connection)?,
        })
    }
}

/// Quotes without those that have an open payment; a quote stands there once for each of its payments.
fn idle(rows: Vec<(i64, Sealed, Option<i16>)>, keys: &Keyring) -> Result<Vec<(i64, String)>, StorageError> {
    let mut quotes = BTreeMap::new();
    let mut needed = Vec::new();
    for (id, detail, state) in rows {
        let state = state.map(|code| {
            PaymentState::from_code(code)
                .ok_or_else(|| StorageError::Damaged(format!("state {code} of a payment of quote {id}")))
        });
        if state.transpose()?.is_some_and(PaymentState::is_open) {
            needed.push(id);
        }
        quotes.insert(id, detail);
    }
    needed.iter().for_each(|id| drop(quotes.remove(id)));
    quotes.into_iter().map(|(id, detail)| Ok((id, keys.open(&QUOTES_DETAIL, id, &detail)?))).collect()
}

fn standing(
    state: i16,
    generation: i32,
    updated_at: NaiveDateTime,
    payment: i16,
) -> Result<BillStanding, StorageError> {
    let damaged = |what: &str, code: i16| StorageError::Damaged(format!("state {code} of {what}"));
    let state = BillState::from_code(state).ok_or_else(|| damaged("a bill", state))?;
    let payment = PaymentState::from_code(payment).ok_or_else(|| damaged("a bill's payment", payment))?;
    Ok(BillStanding { state, generation, updated_at, payment })
}

impl Reader<'_> {
    /// An inquiry by its public reference, expired or not.
    pub fn inquiry(&mut self, reference: Reference) -> Result<Option<Inquiry>, StorageError> {
        let columns = (
            inquiries::secret,
            inquiries::biller,
            inquiries::receivable_type,
            inquiries::detail,
            inquiries::expires_at,
        );
        let found: Option<(i64, i32, String, Sealed, NaiveDateTime)> = inquiries::table
            .filter(inquiries::id.eq(reference.id()))
            .select(columns)
            .get_result(self.connection)
            .optional()?;
        let Some((secret, biller, receivable_type, detail, expires_at)) = found else { return Ok(None) };
        if !reference.admits(secret) {
            return Ok(None);
        }
        let (biller, detail) = (biller_code(biller)?, self.keys.open(&INQUIRIES_DETAIL, reference.id(), &detail)?);
        Ok(Some(Inquiry { reference, biller, receivable_type, detail, expires_at }))
    }

    /// A quote by its public reference, expired or not.
    pub fn quote(&mut self, reference: Reference) -> Result<Option<Quote>, StorageError> {
        let quote = self.quote_of(reference.id())?;
        Ok(quote.filter(|quote| reference.is_same(quote.reference)))
    }

    /// Number and text of the quotes of an inquiry that no open payment discharges. Reads all quotes since the inquiry:
    /// not for every payment.
    pub fn idle_quotes_of(&mut self, inquiry: Reference) -> Result<Vec<(i64, String)>, StorageError> {
        let rows = quotes::table
            .left_join(payments::table)
            .filter(quotes::id.gt(inquiry.id()))
            .filter(quotes::inquiry.eq(inquiry.to_string()))
            .select((quotes::id, quotes::detail, payments::state.nullable()));
        idle(rows.load(self.connection)?, self.keys)
    }

    /// Number and text of the quotes for a receivable type that ended before this time and that no open payment
    /// discharges. Reads all quotes: for a daily job.
    pub fn idle_quotes_before(
        &mut self,
        biller: u16,
        receivable_type: &str,
        before: NaiveDateTime,
    ) -> Result<Vec<(i64, String)>, StorageError> {
        let rows = quotes::table
            .left_join(payments::table)
            .filter(quotes::biller.eq(i32::from(biller)))
            .filter(quotes::receivable_type.eq(receivable_type))
            .filter(quotes::expires_at.lt(before))
            .select((quotes::id, quotes::detail, payments::state.nullable()));
        idle(rows.load(self.connection)?, self.keys)
    }

    /// A quote by its number.
    pub fn quote_of(&mut self, id: i64) -> Result<Option<Quote>, StorageError> {
        let query = quotes::table.filter(quotes::id.eq(id)).select(QuoteRow::as_select());
        let row: Option<QuoteRow> = query.get_result(self.connection).optional()?;
        row.map(|row| Quote::read(row, self.keys)).transpose()
    }

    /// A payment by its public reference.
    pub fn payment(&mut self, reference: Reference) -> Result<Option<Payment>, StorageError> {
        let payment = self.payment_of(reference.id())?;
        Ok(payment.filter(|payment| reference.is_same(payment.reference)))
    }

    /// A payment by its number.
    pub fn payment_of(&mut self, id: i64) -> Result<Option<Payment>, StorageError> {
        let query = payments::table.filter(payments::id.eq(id)).select(PaymentRow::as_select());
        let row: Option<PaymentRow> = query.get_result(self.connection).optional()?;
        row.map(|row| Payment::read(row, self.keys)).transpose()
    }

    /// How these bills stand; one that was never paid has no row and no entry here.
    pub fn bills(&mut self, keys: &[BillKey]) -> Result<HashMap<BillKey, BillStanding>, StorageError> {
        let mut found = HashMap::with_capacity(keys.len());
        for key in keys {
            // Memory first: what leaves it is in the tree by then.
            if let Some(RecentBill { bill, updated_at }) = self.recent_bills.get(&key.0) {
                let payment: i16 = payments::table
                    .filter(payments::id.eq(bill.payment))
                    .select(payments::state)
                    .get_result(self.connection)?;
                found.insert(*key, standing(bill.state.code(), bill.generation, updated_at, payment)?);
                continue;
            }
            let row: Option<(i16, i32, NaiveDateTime, i16)> = bills::table
                .inner_join(payments::table.on(payments::id.eq(bills::payment_id)))
                .filter(bills::key.eq(key.0.as_slice()))
                .select((bills::state, bills::generation, bills::updated_at, payments::state))
                .get_result(self.connection)
                .optional()?;
            if let Some((state, generation, updated_at, payment)) = row {
                found.insert(*key, standing(state, generation, updated_at, payment)?);
            }
        }
        Ok(found)
    }
}

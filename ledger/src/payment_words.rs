//! What payments are found by: phone, the biller's receipt number, the customer.
//!
//! A batch writes none of it: in an index every payment would dirty a page of its own, anywhere. The words are put into
//! their table behind the writer, from payments and postings as they were committed; what has none yet is looked through,
//! so that a payment is found from its first moment. How far the words have come is known for each block of numbers: a
//! process hands the numbers of a block out in order, and commits them in that order.
//!
//! The lines of settlement windows are put in order on the same way: a window's lines are all there once it is closed and
//! nothing is missing.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use sha2::{Digest, Sha256};

use crate::bills::{CustomerKey, first_half};
use crate::ledger::Reader;
use crate::personal::columns::PAYMENTS_PHONE;
use crate::personal::{Keyring, Sealed};
use crate::states::PostingKind;
use crate::storage::rows::{Payment, PaymentRow};
use crate::storage::schema::{id_blocks, payment_words, payments, postings, quotes, window_lines};
use crate::storage::{Conn, StorageError};
use crate::writer::WriteOp;

/// Words in one question to the database.
const CHUNK: usize = 500;

/// What a payment is found by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PaymentWord {
    /// The payer's phone, as `+212612345678`.
    Phone(String),
    /// The number of the biller's receipt.
    Receipt(String),
    /// Whose bill it pays.
    Customer(CustomerKey),
}

/// 128 bits that stand for a word of a kind.
pub(crate) fn word_digest(kind: &str, text: &str) -> [u8; 16] {
    first_half(&Sha256::new().chain_update(kind).chain_update([0]).chain_update(text).finalize())
}

impl PaymentWord {
    /// 128 bits that stand for the word. Of a person they are made under the database's key: phones and contracts are few
    /// enough to be tried out.
    pub(crate) fn digest(&self, keys: &Keyring) -> Vec<u8> {
        match self {
            Self::Phone(phone) => keys.word(word_digest("phone", phone)).to_vec(),
            Self::Receipt(number) => word_digest("receipt", number).to_vec(),
            Self::Customer(key) => key.word(keys),
        }
    }

    /// All that the word may stand as: as [`Self::digest`], and as it was written before there was a key.
    pub(crate) fn forms(&self, keys: &Keyring) -> Vec<Vec<u8>> {
        match self {
            Self::Phone(phone) => vec![self.digest(keys), word_digest("phone", phone).to_vec()],
            Self::Receipt(_) => vec![self.digest(keys)],
            Self::Customer(key) => key.forms(keys),
        }
    }
}

/// A block of numbers that a process has taken.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = id_blocks)]
struct Block {
    first: i64,
    /// The first number that is not of it.
    beyond: i64,
    /// The last payment, and the last posting, that has its words; never less than what stands before the block: given
    /// two lower bounds, SQLite may begin at the lesser one.
    payments_upto: i64,
    postings_upto: i64,
    /// Whether its process uses it no more.
    is_over: bool,
}

/// Words that are missing, and how far they are all there with them.
#[derive(Debug, Default)]
pub struct MissingWords {
    words: Vec<(Vec<u8>, i64)>,
    /// Windows and their postings.
    lines: Vec<(i64, i64)>,
    /// Blocks as they stand with these words.
    blocks: Vec<Block>,
    /// Blocks of which nothing is left and nothing comes, by their first numbers.
    over: Vec<i64>,
    has_more: bool,
}

impl MissingWords {
    /// Nothing to write.
    pub fn is_empty(&self) -> bool {
        self.blocks.is_empty() && self.over.is_empty()
    }

    /// More are missing than these.
    pub fn has_more(&self) -> bool {
        self.has_more
    }
}

impl Reader<'_> {
    /// Words that payments lack, of about so many payments and confirmations, twice that at most.
    pub fn missing_words(&mut self, limit: i64) -> Result<MissingWords, StorageError> {
        let mut missing = MissingWords::default();
        let mut spent = 0;
        for block in self.id_blocks()? {
            if spent >= limit {
                missing.has_more = true;
                break;
            }
            let (made, confirmed) = (self.made_since(&block, limit)?, self.confirmed_since(&block, limit)?);
            let moved = Block {
                payments_upto: made.last().map_or(block.payments_upto, |(id, ..)| *id),
                postings_upto: confirmed.last().map_or(block.postings_upto, |(id, ..)| *id),
                ..block.clone()
            };
            for found in [made.len(), confirmed.len()].map(|found| i64::try_from(found).unwrap_or(i64::MAX)) {
                missing.has_more |= found >= limit;
                spent = found.saturating_add(spent);
            }
            match made.is_empty() && confirmed.is_empty() {
                false => missing.blocks.push(moved),
                true if block.is_over => missing.over.push(block.first),
                true => {}
            }
            for (payment, phone, customer) in made {
                if let Some(phone) = self.keys.open_some(&PAYMENTS_PHONE, payment, phone.as_ref())? {
                    missing.words.push((PaymentWord::Phone(phone).digest(self.keys), payment));
                }
                missing.words.extend(customer.map(|customer| (customer, payment)));
            }
            for (posting, kind, window, payment, number) in confirmed {
                let number = number.filter(|_| kind == PostingKind::Confirmed.code());
                missing.words.extend(number.map(|number| (PaymentWord::Receipt(number).digest(self.keys), payment)));
                missing.lines.extend(window.map(|window| (window, posting)));
            }
        }
        // Neighbours share pages.
        missing.words.sort_unstable();
        missing.words.dedup();
        missing.lines.sort_unstable();
        Ok(missing)
    }

    /// Since when a payment or a confirmation waits for its words (UTC), or `now` where a block only waits to be left out.
    pub fn words_missing_since(&mut self, now: DateTime<Utc>) -> Result<Option<NaiveDateTime>, StorageError> {
        let mut since: Option<NaiveDateTime> = None;
        for block in self.id_blocks()? {
            let made: Option<NaiveDateTime> = payments::table
                .filter(payments::id.gt(block.payments_upto))
                .filter(payments::id.lt(block.beyond))
                .order(payments::id.asc())
                .select(payments::created_at)
                .first(self.connection)
                .optional()?;
            let confirmed: Option<NaiveDateTime> = postings::table
                .filter(
                    postings::kind
                        .eq_any([PostingKind::Confirmed, PostingKind::ConfirmedReversed].map(PostingKind::code)),
                )
                .filter(postings::id.gt(block.postings_upto))
                .filter(postings::id.lt(block.beyond))
                .order(postings::id.asc())
                .select(postings::booked_at)
                .first(self.connection)
                .optional()?;
            let left_out = (block.is_over && made.is_none() && confirmed.is_none()).then(|| now.naive_utc());
            since = since.into_iter().chain(made).chain(confirmed).chain(left_out).min();
        }
        Ok(since)
    }

    /// The payments that any of the words finds, the newest first.
    pub fn payments_by(&mut self, wanted: &[PaymentWord], limit: i64) -> Result<Vec<Payment>, StorageError> {
        let mut found = Vec::new();
        for some in wanted.chunks(CHUNK) {
            // What lacks its words is looked for first: what gets them in between is then found among the words.
            found.extend(self.found_without_words(some, limit)?);
            let digests: Vec<Vec<u8>> = some.iter().flat_map(|word| word.forms(self.keys)).collect();
            let known: Vec<i64> = payment_words::table
                .filter(payment_words::word.eq_any(digests))
                .order(payment_words::payment_id.desc())
                .limit(limit)
                .select(payment_words::payment_id)
                .load(self.connection)?;
            found.extend(known);
        }
        found.sort_unstable_by_key(|id| std::cmp::Reverse(*id));
        found.dedup();
        found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        let rows: Vec<PaymentRow> = payments::table
            .filter(payments::id.eq_any(found))
            .order(payments::id.desc())
            .select(PaymentRow::as_select())
            .load(self.connection)?;
        rows.into_iter().map(|row| Payment::read(row, self.keys)).collect()
    }

    fn id_blocks(&mut self) -> Result<Vec<Block>, StorageError> {
        id_blocks(self.connection)
    }

    /// Payments of a block after those that have their words: number, phone and customer.
    fn made_since(&mut self, block: &Block, limit: i64) -> Result<Vec<Made>, StorageError> {
        let query = payments::table
            .left_join(quotes::table)
            .filter(payments::id.gt(block.payments_upto))
            .filter(payments::id.lt(block.beyond));
        let columns = (payments::id, payments::phone, quotes::customer.nullable());
        Ok(query.order(payments::id.asc()).limit(limit).select(columns).load(self.connection)?)
    }

    /// Confirmations of a block, and their reversals, after those that have their words: posting, its kind and window,
    /// payment and receipt number.
    fn confirmed_since(&mut self, block: &Block, limit: i64) -> Result<Vec<Confirmed>, StorageError> {
        let query = postings::table
            .inner_join(payments::table.on(postings::payment_id.eq(payments::id.nullable())))
            .filter(
                postings::kind.eq_any([PostingKind::Confirmed, PostingKind::ConfirmedReversed].map(PostingKind::code)),
            )
            .filter(postings::id.gt(block.postings_upto))
            .filter(postings::id.lt(block.beyond));
        let columns = (postings::id, postings::kind, postings::window_id, payments::id, payments::receipt_number);
        Ok(query.order(postings::id.asc()).limit(limit).select(columns).load(self.connection)?)
    }

    /// Numbers of payments that lack the words which would find them.
    pub(crate) fn found_without_words(&mut self, wanted: &[PaymentWord], limit: i64) -> Result<Vec<i64>, StorageError> {
        found_without_words(self.connection, self.keys, wanted, limit)
    }
}

/// Blocks that may lack words. As a literal: an index of such rows alone is not used for a value that is bound.
fn id_blocks(connection: &mut Conn) -> Result<Vec<Block>, StorageError> {
    let open = id_blocks::table.filter(sql::<Bool>("NOT has_words"));
    let mut blocks: Vec<Block> = open.order(id_blocks::first.asc()).select(Block::as_select()).load(connection)?;
    for Block { first, payments_upto, postings_upto, .. } in &mut blocks {
        (*payments_upto, *postings_upto) = ((*payments_upto).max(*first - 1), (*postings_upto).max(*first - 1));
    }
    Ok(blocks)
}

/// Numbers of payments that lack the words which would find them.
pub(crate) fn found_without_words(
    connection: &mut Conn,
    keys: &Keyring,
    wanted: &[PaymentWord],
    limit: i64,
) -> Result<Vec<i64>, StorageError> {
    let (mut phones, mut numbers, mut customers) = (Vec::new(), Vec::new(), Vec::new());
    for word in wanted {
        match word {
            PaymentWord::Phone(phone) => phones.extend(keys.forms(&PAYMENTS_PHONE, phone)?),
            PaymentWord::Receipt(number) => numbers.push(number.as_str()),
            PaymentWord::Customer(key) => customers.extend(key.forms(keys)),
        }
    }
    let mut found: Vec<i64> = Vec::new();
    for block in id_blocks(connection)? {
        let made = payments::id.gt(block.payments_upto).and(payments::id.lt(block.beyond));
        if !phones.is_empty() {
            let query = payments::table.filter(made).filter(payments::phone.eq_any(phones.clone()));
            let query = query.order(payments::id.desc()).limit(limit).select(payments::id);
            found.extend(query.load::<i64>(connection)?);
        }
        if !customers.is_empty() {
            let query = payments::table.inner_join(quotes::table).filter(made);
            let query = query.filter(quotes::customer.eq_any(customers.clone()));
            let query = query.order(payments::id.desc()).limit(limit).select(payments::id);
            found.extend(query.load::<i64>(connection)?);
        }
        if !numbers.is_empty() {
            let query = postings::table
                .inner_join(payments::table.on(postings::payment_id.eq(payments::id.nullable())))
                .filter(postings::kind.eq(PostingKind::Confirmed.code()))
                .filter(postings::id.gt(block.postings_upto))
                .filter(postings::id.lt(block.beyond))
                .filter(payments::receipt_number.eq_any(numbers.clone()));
            let query = query.order(postings::id.desc()).limit(limit).select(payments::id);
            found.extend(query.load::<i64>(connection)?);
        }
    }
    Ok(found)
}

impl WriteOp<'_> {
    /// Writes missing words. What somebody else has written meanwhile stays as it is.
    pub fn add_words(&mut self, missing: &MissingWords) -> Result<(), StorageError> {
        for some in missing.words.chunks(CHUNK) {
            let rows: Vec<_> = some
                .iter()
                .map(|(word, payment)| (payment_words::word.eq(word), payment_words::payment_id.eq(payment)))
                .collect();
            match &mut *self.connection {
                Conn::Sqlite(c) => diesel::insert_or_ignore_into(payment_words::table).values(rows).execute(c)?,
                Conn::Pg(c) => {
                    diesel::insert_into(payment_words::table).values(rows).on_conflict_do_nothing().execute(c)?
                }
            };
        }
        for some in missing.lines.chunks(CHUNK) {
            let rows: Vec<_> = some
                .iter()
                .map(|(window, posting)| (window_lines::window_id.eq(window), window_lines::posting_id.eq(posting)))
                .collect();
            match &mut *self.connection {
                Conn::Sqlite(c) => diesel::insert_or_ignore_into(window_lines::table).values(rows).execute(c)?,
                Conn::Pg(c) => {
                    diesel::insert_into(window_lines::table).values(rows).on_conflict_do_nothing().execute(c)?
                }
            };
        }
        for block in &missing.blocks {
            let row = id_blocks::table.filter(id_blocks::first.eq(block.first));
            let upto = row.filter(id_blocks::payments_upto.lt(block.payments_upto));
            diesel::update(upto).set(id_blocks::payments_upto.eq(block.payments_upto)).execute(self.connection)?;
            let upto = row.filter(id_blocks::postings_upto.lt(block.postings_upto));
            diesel::update(upto).set(id_blocks::postings_upto.eq(block.postings_upto)).execute(self.connection)?;
        }
        diesel::update(id_blocks::table.filter(id_blocks::first.eq_any(&missing.over)))
            .set(id_blocks::has_words.eq(true))
            .execute(self.connection)?;
        Ok(())
    }
}

type Made = (i64, Option<Sealed>, Option<Vec<u8>>);
type Confirmed = (i64, i16, Option<i64>, i64, Option<String>);

//! Puts the register in order: billers, ways and amounts as soon as a payment is there, states once they have had time to
//! settle, tasks and postings as they come.

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::words::{Fact, state_after, state_ahead};
use crate::ledger::Reader;
use crate::states::{PaymentState, PostingKind, TaskKind};
use crate::storage::schema::{id_blocks, outbox, payment_amounts, payment_tasks, payment_words, payments, postings};
use crate::storage::{Conn, StorageError};
use crate::writer::WriteOp;

/// Rows in one statement.
const CHUNK: usize = 500;
/// How old a payment is when its state is looked at: nearly all are settled by then, and what is not is listed as such.
const SETTLES_IN: TimeDelta = TimeDelta::minutes(30);

/// A block of numbers, and how far it is in order.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = id_blocks)]
pub(super) struct Block {
    pub first: i64,
    /// The first number that is not of it.
    pub beyond: i64,
    /// The last payment whose biller, way and amount are in order, and the last whose state is. These and those below are
    /// never less than what stands before the block: given two lower bounds, SQLite may begin at the lesser one.
    pub facts_upto: i64,
    pub states_upto: i64,
    /// The last task and the last posting that were looked at.
    pub tasks_upto: i64,
    pub events_upto: i64,
    is_over: bool,
}

/// What is not in order yet, and how far it is with it.
#[derive(Debug, Default)]
pub struct MissingFacts {
    words: Vec<(Vec<u8>, i64)>,
    amounts: Vec<(i64, i64)>,
    tasks: Vec<(i64, i64)>,
    blocks: Vec<Block>,
    over: Vec<i64>,
    has_more: bool,
}

impl MissingFacts {
    /// Nothing to write.
    pub fn is_empty(&self) -> bool {
        self.blocks.is_empty() && self.over.is_empty()
    }

    /// More is missing than this.
    pub fn has_more(&self) -> bool {
        self.has_more
    }
}

impl Reader<'_> {
    /// What the register lacks: of about so many payments, tasks and postings, some times that at most.
    pub fn missing_facts(&mut self, limit: i64, now: DateTime<Utc>) -> Result<MissingFacts, StorageError> {
        let mut missing = MissingFacts::default();
        let mut spent = 0;
        for block in self.blocks_out_of_order()? {
            if spent >= limit {
                missing.has_more = true;
                break;
            }
            let mut moved = block.clone();
            let most = [
                self.add_new_payments(&mut moved, limit, &mut missing)?,
                self.add_settled(&mut moved, limit, (now - SETTLES_IN).naive_utc(), &mut missing)?,
                self.add_tasks_of(&mut moved, limit, &mut missing)?,
                self.add_events(&mut moved, limit, &mut missing)?,
            ];
            for found in most.map(|found| i64::try_from(found).unwrap_or(i64::MAX)) {
                missing.has_more |= found >= limit;
                spent = found.saturating_add(spent);
            }
            if moved != block {
                missing.blocks.push(moved);
            } else if block.is_over && block.states_upto >= block.facts_upto {
                missing.over.push(block.first);
            }
        }
        // Neighbours share pages.
        missing.words.sort_unstable();
        missing.words.dedup();
        missing.amounts.sort_unstable();
        missing.tasks.sort_unstable();
        Ok(missing)
    }

    /// Blocks that may not be in order. As a literal: an index of such rows alone is not used for a value that is bound.
    pub(super) fn blocks_out_of_order(&mut self) -> Result<Vec<Block>, StorageError> {
        let open = id_blocks::table.filter(sql::<Bool>("NOT has_facts"));
        let mut blocks: Vec<Block> =
            open.order(id_blocks::first.asc()).select(Block::as_select()).load(self.connection)?;
        for Block { first, facts_upto, states_upto, tasks_upto, events_upto, .. } in &mut blocks {
            for upto in [facts_upto, states_upto, tasks_upto, events_upto] {
                *upto = (*upto).max(*first - 1);
            }
        }
        Ok(blocks)
    }

    fn add_new_payments(
        &mut self,
        block: &mut Block,
        limit: i64,
        missing: &mut MissingFacts,
    ) -> Result<usize, StorageError> {
        type Row = (i64, i32, i16, i16, (i64, i64, i64, i64));
        let amounts = (payments::principal, payments::fee, payments::vat, payments::duty);
        let rows: Vec<Row> = payments::table
            .filter(payments::id.gt(block.facts_upto))
            .filter(payments::id.lt(block.beyond))
            .order(payments::id.asc())
            .limit(limit)
            .select((payments::id, payments::biller, payments::channel, payments::instrument, amounts))
            .load(self.connection)?;
        for (id, biller, channel, instrument, (principal, fee, vat, duty)) in &rows {
            missing.words.push((Fact::Biller(*biller).digest(), *id));
            missing.words.push((Fact::Way(*channel, *instrument).digest(), *id));
            // Amounts that overflow were never taken.
            missing.amounts.push((principal.saturating_add(*fee).saturating_add(*vat).saturating_add(*duty), *id));
            block.facts_upto = *id;
        }
        Ok(rows.len())
    }

    fn add_settled(
        &mut self,
        block: &mut Block,
        limit: i64,
        before: NaiveDateTime,
        missing: &mut MissingFacts,
    ) -> Result<usize, StorageError> {
        // The time is no condition of the statement: it would read all that is too young each time it asks.
        let mut rows: Vec<(i64, i16, NaiveDateTime)> = payments::table
            .filter(payments::id.gt(block.states_upto))
            .filter(payments::id.lt(block.beyond))
            .order(payments::id.asc())
            .limit(limit)
            .select((payments::id, payments::state, payments::created_at))
            .load(self.connection)?;
        let old = rows.iter().take_while(|(_, _, created_at)| *created_at < before).count();
        rows.truncate(old);
        for (id, state, _) in &rows {
            let fact = match PaymentState::from_code(*state) {
                // Nearly all: they are found by looking through.
                Some(PaymentState::Confirmed) => None,
                Some(state) if !state.is_open() => Some(Fact::State(state)),
                _ => Some(Fact::Unsettled),
            };
            missing.words.extend(fact.map(|fact| (fact.digest(), *id)));
            block.states_upto = *id;
        }
        Ok(rows.len())
    }

    fn add_tasks_of(
        &mut self,
        block: &mut Block,
        limit: i64,
        missing: &mut MissingFacts,
    ) -> Result<usize, StorageError> {
        let rows: Vec<(i64, i16, i64)> = outbox::table
            .filter(outbox::id.gt(block.tasks_upto))
            .filter(outbox::id.lt(block.beyond))
            .order(outbox::id.asc())
            .limit(limit)
            .select((outbox::id, outbox::kind, outbox::payment_id))
            .load(self.connection)?;
        for (id, kind, payment) in &rows {
            missing.tasks.push((*payment, *id));
            let state = TaskKind::from_code(*kind).and_then(state_ahead);
            missing.words.extend(state.map(|state| (Fact::State(state).digest(), *payment)));
            block.tasks_upto = *id;
        }
        Ok(rows.len())
    }

    fn add_events(&mut self, block: &mut Block, limit: i64, missing: &mut MissingFacts) -> Result<usize, StorageError> {
        let rows: Vec<(i64, i16, Option<i64>)> = postings::table
            .filter(postings::id.gt(block.events_upto))
            .filter(postings::id.lt(block.beyond))
            .order(postings::id.asc())
            .limit(limit)
            .select((postings::id, postings::kind, postings::payment_id))
            .load(self.connection)?;
        for (id, kind, payment) in &rows {
            let state = PostingKind::from_code(*kind).and_then(state_after);
            missing.words.extend(state.zip(*payment).map(|(state, payment)| (Fact::State(state).digest(), payment)));
            block.events_upto = *id;
        }
        Ok(rows.len())
    }
}

impl WriteOp<'_> {
    /// Writes what the register lacks. What somebody else has written meanwhile stays as it is.
    pub fn add_facts(&mut self, missing: &MissingFacts) -> Result<(), StorageError> {
        for some in missing.words.chunks(CHUNK) {
            let row =
                |(word, id): &(Vec<u8>, i64)| (payment_words::word.eq(word.clone()), payment_words::payment_id.eq(*id));
            let rows: Vec<_> = some.iter().map(row).collect();
            match &mut *self.connection {
                Conn::Sqlite(c) => diesel::insert_or_ignore_into(payment_words::table).values(rows).execute(c)?,
                Conn::Pg(c) => {
                    diesel::insert_into(payment_words::table).values(rows).on_conflict_do_nothing().execute(c)?
                }
            };
        }
        for some in missing.amounts.chunks(CHUNK) {
            let row =
                |(total, id): &(i64, i64)| (payment_amounts::total.eq(*total), payment_amounts::payment_id.eq(*id));
            let rows: Vec<_> = some.iter().map(row).collect();
            match &mut *self.connection {
                Conn::Sqlite(c) => diesel::insert_or_ignore_into(payment_amounts::table).values(rows).execute(c)?,
                Conn::Pg(c) => {
                    diesel::insert_into(payment_amounts::table).values(rows).on_conflict_do_nothing().execute(c)?
                }
            };
        }
        for some in missing.tasks.chunks(CHUNK) {
            let row = |(id, task): &(i64, i64)| (payment_tasks::payment_id.eq(*id), payment_tasks::task_id.eq(*task));
            let rows: Vec<_> = some.iter().map(row).collect();
            match &mut *self.connection {
                Conn::Sqlite(c) => diesel::insert_or_ignore_into(payment_tasks::table).values(rows).execute(c)?,
                Conn::Pg(c) => {
                    diesel::insert_into(payment_tasks::table).values(rows).on_conflict_do_nothing().execute(c)?
                }
            };
        }
        for block in &missing.blocks {
            let row = id_blocks::table.filter(id_blocks::first.eq(block.first));
            // Another process may have come further: each mark only ever grows.
            let upto = row.filter(id_blocks::facts_upto.lt(block.facts_upto));
            diesel::update(upto).set(id_blocks::facts_upto.eq(block.facts_upto)).execute(self.connection)?;
            let upto = row.filter(id_blocks::states_upto.lt(block.states_upto));
            diesel::update(upto).set(id_blocks::states_upto.eq(block.states_upto)).execute(self.connection)?;
            let upto = row.filter(id_blocks::tasks_upto.lt(block.tasks_upto));
            diesel::update(upto).set(id_blocks::tasks_upto.eq(block.tasks_upto)).execute(self.connection)?;
            let upto = row.filter(id_blocks::events_upto.lt(block.events_upto));
            diesel::update(upto).set(id_blocks::events_upto.eq(block.events_upto)).execute(self.connection)?;
        }
        diesel::update(id_blocks::table.filter(id_blocks::first.eq_any(&missing.over)))
            .set(id_blocks::has_facts.eq(true))
            .execute(self.connection)?;
        Ok(())
    }
}

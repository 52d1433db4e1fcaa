//! Finds payments by any of what is known of them, the newest first.
//!
//! One criterion leads: the one whose list is shortest. Its numbers are taken in slices, with those that are not in order
//! yet, and each payment's own row is held against all the criteria. A page reads a bounded number of payments: where it
//! did not find enough by then, it says up to when it looked.

use std::collections::BTreeSet;

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::words::{Fact, state_after, state_ahead};
use crate::bills::CustomerKey;
use crate::ledger::Reader;
use crate::money::Money;
use crate::payment_words::PaymentWord;
use crate::personal::Sealed;
use crate::personal::columns::PAYMENTS_PHONE;
use crate::references::Reference;
use crate::states::{PaymentState, PostingKind, TaskKind};
use crate::storage::StorageError;
use crate::storage::rows::{Payment, PaymentRow};
use crate::storage::schema::{
    agent_payments, billers, incidents, outbox, payment_amounts, payment_words, payments, postings, quotes,
    staff_members,
};
use crate::vocabulary::{Channel, Instrument};

/// Payments of a page at most.
const PAGE_MAX: usize = 200;
/// Payments whose rows a page reads at most: 25 ms on SQLite, 80 ms on PostgreSQL, among five million.
const READ_MAX: usize = 4_000;
/// Numbers of a list taken at first, and at most.
const SLICE_MIN: i64 = 250;
const SLICE_MAX: i64 = 2_000;
/// How far lists are counted when it is chosen which one leads.
const COUNTED_MAX: i64 = 2_000;
/// Payments in a span of amounts that are put in order for a page; where there are more, the span does not lead.
const SPAN_MAX: i64 = 20_000;
/// Open tasks and incidents that are looked through; where there are more, open payments are many and soon found.
const OPEN_MAX: i64 = 20_000;
/// Rows that are not in order yet and are looked through for what came into a state; the register lags by far less.
const LATE_MAX: i64 = 20_000;
/// Payments that a phone, receipt or contract finds before it has its words.
const WORDLESS_MAX: i64 = 2_000;

/// What is known of the payments that are looked for; all of it must fit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PaymentQuery {
    /// The number.
    pub number: Option<i64>,
    /// The public reference.
    pub reference: Option<Reference>,
    /// The biller's receipt number.
    pub receipt: Option<String>,
    /// Whose bill it pays: any of these.
    pub customers: Option<Vec<CustomerKey>>,
    /// The payer's phone, `+212...`.
    pub phone: Option<String>,
    /// The number of the outlet that took it.
    pub outlet: Option<String>,
    /// What the payer paid, at least.
    pub least: Option<Money>,
    /// What the payer paid, at most.
    pub most: Option<Money>,
    /// Started at or after (UTC).
    pub from: Option<NaiveDateTime>,
    /// Started before (UTC).
    pub until: Option<NaiveDateTime>,
    /// Where it stands.
    pub state: Option<PaymentState>,
    /// The channel.
    pub channel: Option<Channel>,
    /// The instrument.
    pub instrument: Option<Instrument>,
    /// The biller.
    pub biller: Option<u16>,
}

/// A page of what was found, the newest first.
#[derive(Debug, Clone, Default)]
pub struct PaymentsPage {
    /// The payments.
    pub payments: Vec<Payment>,
    /// The next page has numbers below this; `None`: there is none.
    pub before: Option<i64>,
    /// The page ended early, as too many would have been read: all that were started after this (UTC) were looked at.
    pub looked_to: Option<NaiveDateTime>,
}

/// Where numbers come from, in falling order.
enum Source {
    /// The list of a word.
    Word(Vec<u8>),
    /// The list of an amount in centimes.
    Amount(i64),
    /// What an outlet took.
    Outlet(String),
    /// All payments of a span of numbers: first, and first beyond.
    Span(i64, i64),
    /// These, falling.
    These(Vec<i64>),
}

/// A payment, as far as it is held against what is looked for.
#[derive(Queryable, Selectable)]
#[diesel(table_name = payments)]
struct Probe {
    id: i64,
    secret: i64,
    quote_id: i64,
    biller: i32,
    channel: i16,
    instrument: i16,
    state: i16,
    principal: i64,
    fee: i64,
    vat: i64,
    duty: i64,
    phone: Option<Sealed>,
    receipt_number: Option<String>,
    created_at: NaiveDateTime,
}

impl PaymentQuery {
    /// Whether a payment's own row fits, `phones` being what the phone may stand as.
    fn fits(&self, row: &Probe, phones: &[Sealed]) -> bool {
        let total = row.principal.saturating_add(row.fee).saturating_add(row.vat).saturating_add(row.duty);
        self.number.is_none_or(|number| row.id == number)
            && self.reference.is_none_or(|reference| reference.is_same(Reference::of(row.id, row.secret)))
            && self.receipt.as_ref().is_none_or(|receipt| row.receipt_number.as_ref() == Some(receipt))
            && (self.phone.is_none() || row.phone.as_ref().is_some_and(|phone| phones.contains(phone)))
            && self.least.is_none_or(|least| total >= least.minor())
            && self.most.is_none_or(|most| total <= most.minor())
            && self.from.is_none_or(|from| row.created_at >= from)
            && self.until.is_none_or(|until| row.created_at < until)
            && self.state.is_none_or(|state| row.state == state.code())
            && self.channel.is_none_or(|channel| row.channel == channel.code())
            && self.instrument.is_none_or(|instrument| row.instrument == instrument.code())
            && self.biller.is_none_or(|biller| row.biller == i32::from(biller))
    }
}

impl Reader<'_> {
    /// Whether nothing was ever kept here: no payment, no quote, no biller, no member of staff.
    pub fn is_empty(&mut self) -> Result<bool, StorageError> {
        let payment: Option<i64> = payments::table.select(payments::id).first(self.connection).optional()?;
        let quote: Option<i64> = quotes::table.select(quotes::id).first(self.connection).optional()?;
        let biller: Option<i32> = billers::table.select(billers::code).first(self.connection).optional()?;
        let member: Option<i64> = staff_members::table.select(staff_members::id).first(self.connection).optional()?;
        Ok(payment.or(quote).or(member).is_none() && biller.is_none())
    }

    /// Payments that fit, with numbers below `before`, the newest first: at most `limit`, and 200.
    pub fn search_payments(
        &mut self,
        query: &PaymentQuery,
        before: Option<i64>,
        limit: usize,
    ) -> Result<PaymentsPage, StorageError> {
        let limit = limit.clamp(1, PAGE_MAX);
        let (floor, ceiling) = self.numbers_of(query.from, query.until)?;
        let mut cursor = before.unwrap_or(i64::MAX).min(ceiling);
        let sources = self.leading(query, floor, cursor)?;
        let phones = query.phone.as_ref().map(|phone| self.keys.forms(&PAYMENTS_PHONE, phone)).transpose()?;
        let phones = phones.unwrap_or_default();
        let (mut found, mut read, mut slice) = (Vec::new(), 0, SLICE_MIN);
        let mut looked_to = None;
        while cursor > floor {
            let (ids, horizon) = self.next_numbers(&sources, floor, cursor, slice)?;
            read += ids.len();
            let rows = self.probes(&ids)?;
            looked_to = rows.last().map(|row| row.created_at).or(looked_to);
            let fitting: Vec<Probe> = rows.into_iter().filter(|row| query.fits(row, &phones)).collect();
            found.extend(self.fits_besides(query, fitting)?);
            cursor = horizon;
            if found.len() > limit || read >= READ_MAX {
                break;
            }
            slice = (slice * 4).min(SLICE_MAX);
        }
        let is_full = found.len() > limit;
        found.truncate(limit);
        let before = match (is_full, cursor > floor) {
            (true, _) => found.last().copied(),
            (false, true) => Some(cursor),
            (false, false) => None,
        };
        let looked_to = looked_to.filter(|_| !is_full && before.is_some());
        let rows: Vec<PaymentRow> = payments::table
            .filter(payments::id.eq_any(&found))
            .order(payments::id.desc())
            .select(PaymentRow::as_select())
            .load(self.connection)?;
        let payments = rows.into_iter().map(|row| Payment::read(row, self.keys)).collect::<Result<_, _>>()?;
        Ok(PaymentsPage { payments, before, looked_to })
    }

    /// The next numbers below the cursor, falling, and the number down to which nothing is left out.
    fn next_numbers(
        &mut self,
        sources: &[Source],
        floor: i64,
        cursor: i64,
        slice: i64,
    ) -> Result<(Vec<i64>, i64), StorageError> {
        let (mut ids, mut horizon) = (BTreeSet::new(), floor);
        for source in sources {
            let some = self.numbers_in(source, floor, cursor, slice)?;
            if i64::try_from(some.len()).is_ok_and(|count| count >= slice) {
                horizon = horizon.max(some.last().copied().unwrap_or(floor));
            }
            ids.extend(some);
        }
        Ok((ids.into_iter().rev().filter(|id| *id >= horizon).collect(), horizon))
    }

    /// Numbers of a source from `floor` on and below `cursor`, falling.
    fn numbers_in(&mut self, source: &Source, floor: i64, cursor: i64, limit: i64) -> Result<Vec<i64>, StorageError> {
        Ok(match source {
            Source::Word(word) => payment_words::table
                .filter(payment_words::word.eq(word))
                .filter(payment_words::payment_id.ge(floor))
                .filter(payment_words::payment_id.lt(cursor))
                .order(payment_words::payment_id.desc())
                .limit(limit)
                .select(payment_words::payment_id)
                .load(self.connection)?,
            Source::Amount(total) => payment_amounts::table
                .filter(payment_amounts::total.eq(total))
                .filter(payment_amounts::payment_id.ge(floor))
                .filter(payment_amounts::payment_id.lt(cursor))
                .order(payment_amounts::payment_id.desc())
                .limit(limit)
                .select(payment_amounts::payment_id)
                .load(self.connection)?,
            Source::Outlet(outlet) => agent_payments::table
                .filter(agent_payments::outlet.eq(outlet))
                .filter(agent_payments::payment_id.ge(floor))
                .filter(agent_payments::payment_id.lt(cursor))
                .order(agent_payments::payment_id.desc())
                .limit(limit)
                .select(agent_payments::payment_id)
                .load(self.connection)?,
            Source::Span(first, beyond) => payments::table
                .filter(payments::id.ge(floor.max(*first)))
                .filter(payments::id.lt(cursor.min(*beyond)))
                .order(payments::id.desc())
                .limit(limit)
                .select(payments::id)
                .load(self.connection)?,
            Source::These(ids) => {
                let within = ids.iter().copied().filter(|id| (floor..cursor).contains(id));
                within.take(usize::try_from(limit).unwrap_or(usize::MAX)).collect()
            }
        })
    }

    /// The rows of these numbers, falling.
    fn probes(&mut self, ids: &[i64]) -> Result<Vec<Probe>, StorageError> {
        let rows = payments::table.filter(payments::id.eq_any(ids)).order(payments::id.desc());
        Ok(rows.select(Probe::as_select()).load(self.connection)?)
    }

    /// The numbers of those that fit in what stands in other tables.
    fn fits_besides(&mut self, query: &PaymentQuery, rows: Vec<Probe>) -> Result<Vec<i64>, StorageError> {
        let mut rows = rows;
        if let Some(customers) = query.customers.as_ref().filter(|_| !rows.is_empty()) {
            let keys: Vec<Vec<u8>> = customers.iter().flat_map(|key| key.forms(self.keys)).collect();
            let theirs: Vec<i64> = quotes::table
                .filter(quotes::id.eq_any(rows.iter().map(|row| row.quote_id)))
                .filter(quotes::customer.eq_any(keys))
                .select(quotes::id)
                .load(self.connection)?;
            let theirs: BTreeSet<i64> = theirs.into_iter().collect();
            rows.retain(|row| theirs.contains(&row.quote_id));
        }
        if let Some(outlet) = query.outlet.as_ref().filter(|_| !rows.is_empty()) {
            let own: Vec<i64> = agent_payments::table
                .filter(agent_payments::payment_id.eq_any(rows.iter().map(|row| row.id)))
                .filter(agent_payments::outlet.concat("").eq(outlet))
                .select(agent_payments::payment_id)
                .load(self.connection)?;
            let own: BTreeSet<i64> = own.into_iter().collect();
            rows.retain(|row| own.contains(&row.id));
        }
        Ok(rows.into_iter().map(|row| row.id).collect())
    }

    /// The sources of the criterion that leads.
    fn leading(&mut self, query: &PaymentQuery, floor: i64, cursor: i64) -> Result<Vec<Source>, StorageError> {
        if let Some(id) = query.number.or(query.reference.map(|reference| reference.id())) {
            return Ok(vec![Source::These(vec![id])]);
        }
        let words = match query {
            PaymentQuery { receipt: Some(number), .. } => Some(vec![PaymentWord::Receipt(number.clone())]),
            PaymentQuery { customers: Some(keys), .. } => {
                Some(keys.iter().map(|key| PaymentWord::Customer(*key)).collect())
            }
            PaymentQuery { phone: Some(phone), .. } => Some(vec![PaymentWord::Phone(phone.clone())]),
            _ => None,
        };
        if let Some(words) = words {
            // What lacks its words is looked for first: what gets them in between is then found among the words.
            let wordless = self.found_without_words(&words, WORDLESS_MAX)?;
            let mut sources = vec![Source::These(falling(wordless))];
            sources.extend(words.iter().flat_map(|word| word.forms(self.keys)).map(Source::Word));
            return Ok(sources);
        }
        let mut lists = self.lists(query)?;
        // Nothing to choose between: nothing is counted.
        if lists.len() < 2 {
            return Ok(lists.pop().unwrap_or_else(|| vec![Source::Span(0, i64::MAX)]));
        }
        let mut best: Option<((usize, i64), Vec<Source>)> = None;
        for sources in lists {
            let (count, last) = self.reach(&sources, floor, cursor)?;
            // The shortest leads; of those that are too long to be counted, the one that reaches back farthest.
            if best.as_ref().is_none_or(|(known, _)| (count, last) < *known) {
                best = Some(((count, last), sources));
            }
        }
        Ok(best.map(|(_, sources)| sources).unwrap_or_default())
    }

    /// How many numbers the sources have, as far as they are counted, and how far back those reach.
    fn reach(&mut self, sources: &[Source], floor: i64, cursor: i64) -> Result<(usize, i64), StorageError> {
        let (mut count, mut last) = (0, floor);
        for source in sources {
            let some = self.numbers_in(source, floor, cursor, COUNTED_MAX)?;
            count += some.len();
            if i64::try_from(some.len()).is_ok_and(|some| some >= COUNTED_MAX) {
                last = last.max(some.last().copied().unwrap_or(floor));
            }
        }
        let counted_max = usize::try_from(COUNTED_MAX).unwrap_or(usize::MAX);
        Ok(if count < counted_max { (count, floor) } else { (counted_max, last) })
    }

    /// What could lead: each holds all payments that fit.
    fn lists(&mut self, query: &PaymentQuery) -> Result<Vec<Vec<Source>>, StorageError> {
        let blocks = self.blocks_out_of_order()?;
        let wait = |upto: fn(&super::ordering::Block) -> i64| {
            let of = move |block: &super::ordering::Block| Source::Span(upto(block) + 1, block.beyond);
            blocks.iter().map(of).collect::<Vec<_>>()
        };
        let mut lists = Vec::new();
        if let Some(outlet) = &query.outlet {
            lists.push(vec![Source::Outlet(outlet.clone())]);
        }
        if let Some(state) = query.state {
            let mut late = wait(|block| block.states_upto);
            if let Some(list) = self.of_state(state)? {
                // An open one has an open task or incident, wherever its row stands.
                if state.is_open() {
                    late.clear();
                }
                late.extend(list);
                lists.push(late);
            }
        }
        if let Some(ways) = Fact::ways(query.channel, query.instrument) {
            let mut list = wait(|block| block.facts_upto);
            list.extend(ways.into_iter().map(|way| Source::Word(way.digest())));
            lists.push(list);
        }
        if let Some(biller) = query.biller {
            let mut list = wait(|block| block.facts_upto);
            list.push(Source::Word(Fact::Biller(i32::from(biller)).digest()));
            lists.push(list);
        }
        if query.least.is_some() || query.most.is_some() {
            let (least, most) = (query.least.map_or(0, Money::minor), query.most.map_or(i64::MAX, Money::minor));
            let mut list = wait(|block| block.facts_upto);
            if least == most {
                list.push(Source::Amount(least));
                lists.push(list);
            } else if let Some(ids) = self.in_span(least, most)? {
                list.push(Source::These(ids));
                lists.push(list);
            }
        }
        Ok(lists)
    }

    /// Payments between two amounts, falling; `None` where there are too many to put in order.
    fn in_span(&mut self, least: i64, most: i64) -> Result<Option<Vec<i64>>, StorageError> {
        let ids: Vec<i64> = payment_amounts::table
            .filter(payment_amounts::total.ge(least))
            .filter(payment_amounts::total.le(most))
            .order((payment_amounts::total, payment_amounts::payment_id))
            .limit(SPAN_MAX)
            .select(payment_amounts::payment_id)
            .load(self.connection)?;
        let is_all = i64::try_from(ids.len()).is_ok_and(|count| count < SPAN_MAX);
        Ok(is_all.then(|| falling(ids)))
    }

    /// Where payments of a state are, besides those whose states are not in order; `None`: anywhere.
    fn of_state(&mut self, state: PaymentState) -> Result<Option<Vec<Source>>, StorageError> {
        if state == PaymentState::Confirmed {
            return Ok(None);
        }
        if state.is_open() {
            return Ok(self.open_payments()?.map(|ids| vec![Source::These(ids)]));
        }
        let mut late = Vec::new();
        for block in self.blocks_out_of_order()? {
            let kinds = PostingKind::ALL.iter().filter(|kind| state_after(**kind) == Some(state));
            let events: Vec<Option<i64>> = postings::table
                .filter(postings::id.gt(block.events_upto))
                .filter(postings::id.lt(block.beyond))
                .filter(postings::kind.eq_any(kinds.map(|kind| kind.code())))
                .order(postings::id.desc())
                .limit(LATE_MAX)
                .select(postings::payment_id)
                .load(self.connection)?;
            late.extend(events.into_iter().flatten());
            let kinds = TaskKind::ALL.iter().filter(|kind| state_ahead(**kind) == Some(state));
            let tasks: Vec<i64> = outbox::table
                .filter(outbox::id.gt(block.tasks_upto))
                .filter(outbox::id.lt(block.beyond))
                .filter(outbox::kind.eq_any(kinds.map(|kind| kind.code())))
                .order(outbox::id.desc())
                .limit(LATE_MAX)
                .select(outbox::payment_id)
                .load(self.connection)?;
            late.extend(tasks);
        }
        Ok(Some(vec![
            Source::These(falling(late)),
            Source::Word(Fact::Unsettled.digest()),
            Source::Word(Fact::State(state).digest()),
        ]))
    }

    /// Payments about which something is still to be done, falling; `None` where there are very many.
    fn open_payments(&mut self) -> Result<Option<Vec<i64>>, StorageError> {
        const KINDS: [TaskKind; 6] = [
            TaskKind::ConfirmBiller,
            TaskKind::Capture,
            TaskKind::VerifyCapture,
            TaskKind::PollAttempt,
            TaskKind::ReturnMoney,
            TaskKind::CancelBiller,
        ];
        let mut ids: Vec<i64> = outbox::table
            .filter(outbox::done_at.is_null())
            .filter(outbox::kind.eq_any(KINDS.map(TaskKind::code)))
            .limit(OPEN_MAX)
            .select(outbox::payment_id)
            .load(self.connection)?;
        let cases: Vec<Option<i64>> = incidents::table
            .filter(incidents::closed_at.is_null())
            .filter(incidents::payment_id.is_not_null())
            .limit(OPEN_MAX)
            .select(incidents::payment_id)
            .load(self.connection)?;
        let is_all = |count: usize| i64::try_from(count).is_ok_and(|count| count < OPEN_MAX);
        let all = is_all(ids.len()) && is_all(cases.len());
        ids.extend(cases.into_iter().flatten());
        Ok(all.then(|| falling(ids)))
    }
}

/// Each once, the highest first.
fn falling(ids: Vec<i64>) -> Vec<i64> {
    let all: BTreeSet<i64> = ids.into_iter().collect();
    all.into_iter().rev().collect()
}

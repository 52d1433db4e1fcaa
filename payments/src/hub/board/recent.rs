//! Fills the counts: after a start back from the newest number, from then on forward from the last one seen.
//!
//! A process hands the numbers of a block out in order, so each block is gone on with by itself, whichever process it is
//! of, and none is read twice. What may have ended otherwise since is asked for again by number, some of it each time.

use std::collections::{BTreeMap, VecDeque};

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use ledger::{CountedPayment, NumberBlock, Reader, StorageError};
use tokio::time::Instant;

use super::tally::{KEPT_MINUTES, Tally};
use crate::api::Infrastructure;
use crate::board::Traffic;
use crate::hub::Hub;

/// Payments of one read: some ten milliseconds of a connection.
const SLICE: i64 = 5_000;
/// Payments that are counted at once, back or forward: about a second. Past it the day counts from where that came to.
const AT_ONCE_MAX: usize = 200_000;
/// Blocks that are gone on with: a process that is killed leaves one open for ever.
const BLOCKS_MAX: i64 = 512;
/// Blocks without a payment of the day, in a row, after which older ones have none either: more than there are processes.
const IDLE_BLOCKS_MAX: usize = 64;
/// Payments that are asked for again at a time; the round of all takes a minute at worst.
const AGAIN_MAX: usize = 5_000;
/// Numbers in one question.
const CHUNK: usize = 500;

/// The counts, and how far they have come.
#[derive(Debug, Default)]
pub(super) struct Recent {
    tally: Tally,
    /// By the first number of each block: the last payment that was seen.
    blocks: BTreeMap<i64, i64>,
    /// Whether it has looked back.
    is_filled: bool,
    since: Option<DateTime<Utc>>,
    /// The last payment that was asked for again.
    again: i64,
}

impl Recent {
    /// Counts what is new, and asks again for what may have changed. Cut off, it is left whole: what it has not come to it
    /// comes to the next time. Looking back ends with the time that there is for it.
    pub(super) async fn catch_up(&mut self, hub: &Hub, now: DateTime<Utc>, end: Instant) -> Result<(), Infrastructure> {
        self.tally.forget(now);
        if self.since.is_some_and(|since| since <= now - TimeDelta::minutes(KEPT_MINUTES)) {
            self.since = None;
        }
        let blocks = hub.read(|reader| reader.number_blocks(BLOCKS_MAX)).await?;
        if !self.is_filled {
            return self.fill(hub, &blocks, now, end).await;
        }
        let mut counted = 0;
        let mut todo: VecDeque<_> = blocks.iter().filter_map(|block| Some((*block, self.next_in(block)?))).collect();
        while !todo.is_empty() {
            let (slices, left) = hub.read(move |reader| read_on(reader, todo)).await?;
            for Slice { block, payments, is_last } in slices {
                counted += payments.len();
                payments.iter().for_each(|payment| self.tally.count(payment));
                let seen = payments.last().map(|payment| payment.id).or(self.next_in(&block));
                // Over when it was listed, so nothing comes after what was read since.
                let seen = if is_last && block.is_over { Some(block.beyond) } else { seen };
                self.blocks.extend(seen.map(|seen| (block.first, seen)));
            }
            if counted >= AT_ONCE_MAX {
                // Nobody looked for long: from the newest back is nearer.
                return self.fill(hub, &blocks, now, end).await;
            }
            todo = left;
        }
        self.blocks.retain(|first, _| blocks.iter().any(|block| block.first == *first));
        self.ask_again(hub).await
    }

    /// What the counts come to.
    pub(super) fn traffic(&self, now: DateTime<Utc>) -> Traffic {
        self.tally.traffic(now, self.since)
    }

    /// The last payment seen of a block; `None`: nothing can have come since.
    fn next_in(&self, block: &NumberBlock) -> Option<i64> {
        match self.blocks.get(&block.first) {
            Some(seen) if *seen == block.beyond => None,
            Some(seen) => Some(*seen),
            None => Some(block.first - 1),
        }
    }

    /// Looks back over a day, the newest first. Counted anew if it was cut off before.
    async fn fill(
        &mut self,
        hub: &Hub,
        blocks: &[NumberBlock],
        now: DateTime<Utc>,
        end: Instant,
    ) -> Result<(), Infrastructure> {
        *self = Self::default();
        let from = (now - TimeDelta::minutes(KEPT_MINUTES)).naive_utc();
        let (mut counted, mut idle, mut is_cut) = (0, 0, false);
        for block in blocks {
            if idle >= IDLE_BLOCKS_MAX || is_cut {
                let seen = if block.is_over { block.beyond } else { self.newest(hub, block).await? };
                self.blocks.insert(block.first, seen);
                continue;
            }
            let (found, oldest) = self.look_back(hub, block, from, AT_ONCE_MAX.saturating_sub(counted), end).await?;
            counted += found;
            idle = if found == 0 { idle + 1 } else { 0 };
            is_cut = counted >= AT_ONCE_MAX || Instant::now() >= end;
            if is_cut {
                self.since = oldest.map(|oldest| oldest.and_utc());
            }
        }
        self.is_filled = true;
        Ok(())
    }

    /// The newest payment of a block that is not looked through.
    async fn newest(&self, hub: &Hub, block: &NumberBlock) -> Result<i64, Infrastructure> {
        let (first, beyond) = (block.first, block.beyond);
        let found = hub.read(move |reader| reader.payments_back(first - 1, beyond, 1)).await?;
        Ok(found.first().map_or(first - 1, |payment| payment.id))
    }

    /// Counts the payments of a block back to a moment: how many, and when the oldest was started.
    async fn look_back(
        &mut self,
        hub: &Hub,
        block: &NumberBlock,
        from: NaiveDateTime,
        most: usize,
        end: Instant,
    ) -> Result<(usize, Option<NaiveDateTime>), Infrastructure> {
        let (after, mut before) = (block.first - 1, block.beyond);
        let (mut counted, mut oldest, mut newest) = (0, None, None);
        // Most blocks are old: a few tell that.
        let mut slice = SLICE / 100;
        loop {
            let found = hub.read(move |reader| reader.payments_back(after, before, slice)).await?;
            newest = newest.or(found.first().map(|payment| payment.id));
            for payment in found.iter().filter(|payment| payment.created_at >= from) {
                self.tally.count(payment);
                counted += 1;
                oldest = Some(payment.created_at);
            }
            let is_last = found.len() < usize::try_from(slice).unwrap_or(usize::MAX);
            match found.last() {
                Some(last) if !is_last && last.created_at >= from && counted < most && Instant::now() < end => {
                    before = last.id;
                }
                _ => break,
            }
            slice = SLICE;
        }
        self.blocks.insert(block.first, newest.unwrap_or(after));
        Ok((counted, oldest))
    }

    async fn ask_again(&mut self, hub: &Hub) -> Result<(), Infrastructure> {
        let mut wanted = self.tally.followed(self.again, AGAIN_MAX);
        if wanted.len() < AGAIN_MAX {
            // Round again from the first, up to where this began.
            let begun = self.again;
            let more = self.tally.followed(0, AGAIN_MAX - wanted.len());
            wanted.extend(more.into_iter().take_while(|id| *id <= begun));
        }
        for some in wanted.chunks(CHUNK) {
            let ids = some.to_vec();
            let found = hub.read(move |reader| reader.payment_states(&ids)).await?;
            found.into_iter().for_each(|(id, state)| self.tally.stands(id, state));
            self.again = some.last().copied().unwrap_or(self.again);
        }
        Ok(())
    }
}

/// Payments of a block that came since.
struct Slice {
    block: NumberBlock,
    payments: Vec<CountedPayment>,
    /// Whether there are no more at the moment.
    is_last: bool,
}

/// Blocks that are not read in whole, each with the number up to which it is.
type Unread = VecDeque<(NumberBlock, i64)>;

/// Reads on in blocks, each after the last payment that was seen: some, and what is left to read.
fn read_on(
    reader: &mut Reader<'_>,
    mut todo: VecDeque<(NumberBlock, i64)>,
) -> Result<(Vec<Slice>, Unread), StorageError> {
    let (mut slices, mut left) = (Vec::new(), SLICE);
    while left > 0
        && let Some((block, seen)) = todo.pop_front()
    {
        let payments = reader.payments_from(seen, block.beyond, left)?;
        let found = i64::try_from(payments.len()).unwrap_or(left);
        let is_last = found < left;
        if let (false, Some(last)) = (is_last, payments.last()) {
            todo.push_front((block, last.id));
        }
        left -= found;
        slices.push(Slice { block, payments, is_last });
    }
    Ok((slices, todo))
}

//! Matches: what an entry of the bank, or a transaction of it, stands for. Each is made in the commit of the posting that it
//! leads to, or is linked to the one that was booked before.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;

use super::invoices::{CommissionInvoice, invoice_of};
use super::words::{BreakAction, BreakKind, BreakState, BreakSubject, EntryState, MatchRule, MatchSubject};
use crate::agents::{FloatRequestKind, FloatRequestState};
use crate::ledger::Reader;
use crate::money::Money;
use crate::postings::{self, Moment, Posting};
use crate::settlement::{TransferEnd, TransferEnded};
use crate::states::TransferState;
use crate::storage::schema::{bank_entries, bank_matches, float_requests, gateway_payouts, transfers};
use crate::storage::{Conn, StorageError};
use crate::writer::WriteOp;

/// Where something stands in the bank's statements: an entry, a transaction of it, and how much of that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BankPlace {
    /// The entry.
    pub entry: i64,
    /// The transaction, from 1; 0 for the entry as a whole.
    pub position: i32,
    /// How much, signed as the bank has it.
    pub amount: Money,
}

/// What an entry is matched with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Matched {
    /// A transfer to a biller was paid.
    Transfer(i64),
    /// A transfer came back, for this reason.
    TransferReturned(i64, String),
    /// A request about a float, which was booked when it was approved.
    FloatRequest(i64),
    /// A biller paid the commission of a window, which it was invoiced for.
    CommissionInvoice(i64),
    /// The bank took charges.
    Charges,
}

/// What became of a match.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MatchOutcome {
    /// Made, and booked where that was to be done.
    Made,
    /// It was made before.
    Known,
    /// Another entry is matched with it.
    Taken,
    /// The transfer does not stand so that this could be.
    Unfit(TransferState),
    /// More would be matched than the entry has.
    TooMuch,
    /// There is nothing such.
    Missing,
}

/// A match as it was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BankMatch {
    /// Its number.
    pub id: i64,
    /// Where it stands in the statements.
    pub place: BankPlace,
    /// What made it.
    pub rule: MatchRule,
    /// With what.
    pub subject: MatchSubject,
    /// With which one.
    pub subject_id: i64,
    /// The posting that it stands for.
    pub posting: i64,
    /// When (UTC).
    pub made_at: NaiveDateTime,
}

impl Reader<'_> {
    /// The matches of an entry, in order.
    pub fn bank_matches(&mut self, entry: i64) -> Result<Vec<BankMatch>, StorageError> {
        type Row = (i64, i64, i32, i64, i16, i16, i64, i64, NaiveDateTime);
        use bank_matches::dsl as m;
        let rows: Vec<Row> = m::bank_matches
            .filter(m::entry_id.eq(entry))
            .order(m::id)
            .select((
                m::id,
                m::entry_id,
                m::position,
                m::amount,
                m::rule,
                m::subject,
                m::subject_id,
                m::posting_id,
                m::made_at,
            ))
            .load(self.connection)?;
        let read = |(id, entry, position, amount, rule, subject, subject_id, posting, made_at): Row| {
            let unknown = |what: &str| StorageError::Damaged(format!("{what} of bank match {id}"));
            Ok(BankMatch {
                id,
                place: BankPlace { entry, position, amount: Money::from_minor(amount) },
                rule: MatchRule::from_code(rule).ok_or_else(|| unknown("rule"))?,
                subject: MatchSubject::from_code(subject).ok_or_else(|| unknown("subject"))?,
                subject_id,
                posting,
                made_at,
            })
        };
        rows.into_iter().map(read).collect()
    }
}

/// Why an amount cannot be matched with an entry.
enum Room {
    /// It fits; what the entry is afterwards.
    Fits(EntryState),
    Not(MatchOutcome),
}

impl WriteOp<'_> {
    /// Matches, and books what follows from it.
    pub fn match_entry(
        &mut self,
        place: BankPlace,
        rule: MatchRule,
        what: &Matched,
        now: DateTime<Utc>,
    ) -> Result<MatchOutcome, StorageError> {
        let (subject, id) = match what {
            Matched::Transfer(id) => (MatchSubject::Transfer, *id),
            Matched::TransferReturned(id, _) => (MatchSubject::TransferReturned, *id),
            Matched::FloatRequest(id) => (MatchSubject::FloatRequest, *id),
            Matched::CommissionInvoice(window) => (MatchSubject::CommissionInvoice, *window),
            Matched::Charges => (MatchSubject::Charges, place.entry),
        };
        let known: Vec<(i64, i32)> = bank_matches::table
            .filter(bank_matches::subject.eq(subject.code()))
            .filter(bank_matches::subject_id.eq(id))
            .select((bank_matches::entry_id, bank_matches::position))
            .load(self.connection)?;
        if known.contains(&(place.entry, place.position)) {
            return Ok(MatchOutcome::Known);
        }
        if subject != MatchSubject::Charges && !known.is_empty() {
            return Ok(MatchOutcome::Taken);
        }
        let state = match self.room(&[place])? {
            Room::Fits(state) => state,
            Room::Not(outcome) => return Ok(outcome),
        };
        let posting = match what {
            Matched::Transfer(id) => self.ended(*id, &TransferEnd::Paid, now)?,
            Matched::TransferReturned(id, why) => self.ended(*id, &TransferEnd::Returned(why.clone()), now)?,
            Matched::FloatRequest(id) => self.float_posting(*id, place.amount)?,
            Matched::CommissionInvoice(window) => {
                let invoice = invoice_of(self.connection, *window)?.filter(|invoice| invoice.amount == place.amount);
                match invoice {
                    Some(CommissionInvoice { biller, amount, .. }) => {
                        Ok(self.post(&postings::commission_paid(biller, amount, Moment::of(now))?)?)
                    }
                    None => Err(MatchOutcome::Missing),
                }
            }
            Matched::Charges => match Money::ZERO.checked_sub(place.amount) {
                Some(cost) if cost.is_positive() => Ok(self.post(&postings::bank_charges(cost, Moment::of(now))?)?),
                _ => Err(MatchOutcome::Missing),
            },
        };
        let posting = match posting {
            Ok(posting) => posting,
            Err(outcome) => return Ok(outcome),
        };
        self.write_match(place, rule, (subject, id), posting, state, now)?;
        match what {
            Matched::Transfer(id) => {
                self.settle_breaks(BreakSubject::Transfer, *id, &[BreakKind::Late], now)?;
                self.settle_repeated(*id, now)?;
            }
            Matched::FloatRequest(id) => {
                let kinds = [BreakKind::Late, BreakKind::MissingThere];
                self.settle_breaks(BreakSubject::FloatRequest, *id, &kinds, now)?;
            }
            Matched::TransferReturned(..) | Matched::CommissionInvoice(_) | Matched::Charges => {}
        }
        Ok(MatchOutcome::Made)
    }

    /// Matches the credits that pay out what a gateway's reports announced in `parts`, and books it once. What the bank
    /// took on the way is booked as its charges.
    pub fn match_payout(
        &mut self,
        parts: &[i64],
        places: &[BankPlace],
        charges: Money,
        rule: MatchRule,
        now: DateTime<Utc>,
    ) -> Result<MatchOutcome, StorageError> {
        let Some(first) = parts.first().copied() else { return Ok(MatchOutcome::Missing) };
        let (mut gross, mut fee, mut gateway) = (Money::ZERO, Money::ZERO, String::new());
        for part in parts {
            type Row = (String, i64, i64, i64, Option<i64>);
            let row = gateway_payouts::table.filter(gateway_payouts::id.eq(part)).select((
                gateway_payouts::gateway,
                gateway_payouts::captured,
                gateway_payouts::returned,
                gateway_payouts::fee,
                gateway_payouts::posting_id,
            ));
            let Some(found) = row.get_result::<Row>(self.connection).optional()? else {
                return Ok(MatchOutcome::Missing);
            };
            if found.4.is_some() {
                return Ok(MatchOutcome::Taken);
            }
            gateway = found.0;
            let parts = [gross, Money::from_minor(found.1), Money::from_minor(-found.2)];
            gross = Money::sum(parts).ok_or(postings::Unbalanced)?;
            fee = fee.checked_add(Money::from_minor(found.3)).ok_or(postings::Unbalanced)?;
        }
        let credited = Money::sum(places.iter().map(|place| place.amount)).ok_or(postings::Unbalanced)?;
        if Money::sum([credited, charges, fee]) != Some(gross) {
            return Ok(MatchOutcome::TooMuch);
        }
        // Several transactions of one entry must fit into it together.
        let mut by_entry = BTreeMap::<i64, Vec<BankPlace>>::new();
        for place in places {
            by_entry.entry(place.entry).or_default().push(*place);
        }
        let mut states = BTreeMap::new();
        for (entry, of_one) in by_entry {
            match self.room(&of_one)? {
                Room::Fits(state) => drop(states.insert(entry, state)),
                Room::Not(outcome) => return Ok(outcome),
            }
        }
        let posting = self.post(&postings::gateway_payout(&gateway, gross, fee, charges, Moment::of(now))?)?;
        for part in parts {
            let charges = if *part == first { charges.minor() } else { 0 };
            let open = gateway_payouts::table
                .filter(gateway_payouts::id.eq(part))
                .filter(gateway_payouts::posting_id.is_null());
            let changed = diesel::update(open)
                .set((gateway_payouts::posting_id.eq(posting), gateway_payouts::charges.eq(charges)))
                .execute(self.connection)?;
            if changed != 1 {
                return Err(StorageError::Conflict("a payout was matched meanwhile".to_owned()));
            }
        }
        for place in places {
            let state = states.get(&place.entry).copied().unwrap_or(EntryState::PartlyMatched);
            self.write_match(*place, rule, (MatchSubject::Payout, first), posting, state, now)?;
        }
        self.settle_breaks(BreakSubject::Payout, first, &[BreakKind::Late, BreakKind::AmountDiffers], now)?;
        Ok(MatchOutcome::Made)
    }

    /// Matches the rest of an entry with what a person decided, and books it.
    pub(super) fn match_by_hand(
        &mut self,
        place: BankPlace,
        subject: (MatchSubject, i64),
        posting: &Posting,
        now: DateTime<Utc>,
    ) -> Result<Option<i64>, StorageError> {
        let Room::Fits(state) = self.room(&[place])? else { return Ok(None) };
        let posting = self.post(posting)?;
        self.write_match(place, MatchRule::ByHand, subject, posting, state, now)?;
        Ok(Some(posting))
    }

    /// What of an entry is not matched.
    pub(super) fn unmatched(&mut self, entry: i64) -> Result<Option<Money>, StorageError> {
        let row = bank_entries::table.filter(bank_entries::id.eq(entry)).select(bank_entries::amount);
        // No other process matches it meanwhile.
        let amount: Option<i64> = match &mut *self.connection {
            Conn::Sqlite(c) => row.get_result(c).optional()?,
            Conn::Pg(c) => row.for_update().get_result(c).optional()?,
        };
        let Some(amount) = amount else { return Ok(None) };
        let parts: Vec<i64> = bank_matches::table
            .filter(bank_matches::entry_id.eq(entry))
            .select(bank_matches::amount)
            .load(self.connection)?;
        let matched = Money::sum(parts.into_iter().map(Money::from_minor)).ok_or(postings::Unbalanced)?;
        Ok(Money::from_minor(amount).checked_sub(matched))
    }

    fn room(&mut self, places: &[BankPlace]) -> Result<Room, StorageError> {
        let Some(entry) = places.first().map(|place| place.entry) else { return Ok(Room::Not(MatchOutcome::Missing)) };
        let Some(left) = self.unmatched(entry)? else { return Ok(Room::Not(MatchOutcome::Missing)) };
        let wanted = Money::sum(places.iter().map(|place| place.amount)).ok_or(postings::Unbalanced)?;
        let after = left.checked_sub(wanted).ok_or(postings::Unbalanced)?;
        let same_side = wanted.minor().signum() == left.minor().signum();
        if !same_side || after.minor().signum() * left.minor().signum() < 0 {
            return Ok(Room::Not(MatchOutcome::TooMuch));
        }
        Ok(Room::Fits(if after == Money::ZERO { EntryState::Matched } else { EntryState::PartlyMatched }))
    }

    fn write_match(
        &mut self,
        place: BankPlace,
        rule: MatchRule,
        (subject, subject_id): (MatchSubject, i64),
        posting: i64,
        state: EntryState,
        now: DateTime<Utc>,
    ) -> Result<(), StorageError> {
        let values = (
            bank_matches::id.eq(self.next_id()?),
            (bank_matches::entry_id.eq(place.entry), bank_matches::position.eq(place.position)),
            bank_matches::rule.eq(rule.code()),
            (bank_matches::subject.eq(subject.code()), bank_matches::subject_id.eq(subject_id)),
            bank_matches::amount.eq(place.amount.minor()),
            bank_matches::posting_id.eq(posting),
            bank_matches::made_at.eq(now.naive_utc()),
        );
        diesel::insert_into(bank_matches::table).values(values).execute(self.connection)?;
        diesel::update(bank_entries::table.filter(bank_entries::id.eq(place.entry)))
            .set(bank_entries::state.eq(state.code()))
            .execute(self.connection)?;
        let position = if state == EntryState::Matched { None } else { Some(place.position) };
        self.settle_entry_breaks(place.entry, position, now)
    }

    /// Ends a transfer; its posting, which may have been booked before.
    fn ended(
        &mut self,
        transfer: i64,
        end: &TransferEnd,
        now: DateTime<Utc>,
    ) -> Result<Result<i64, MatchOutcome>, StorageError> {
        Ok(match self.end_transfer(transfer, end, now)? {
            TransferEnded::Booked(posting) => Ok(posting),
            TransferEnded::Known => {
                let row = transfers::table.filter(transfers::id.eq(transfer));
                let (paid, back): (Option<i64>, Option<i64>) =
                    row.select((transfers::ended_posting, transfers::returned_posting)).get_result(self.connection)?;
                let posting = if matches!(end, TransferEnd::Paid) { paid } else { back };
                posting.ok_or(MatchOutcome::Missing)
            }
            TransferEnded::Unfit(state) => Err(MatchOutcome::Unfit(state)),
            TransferEnded::NoSuchTransfer => Err(MatchOutcome::Missing),
        })
    }

    /// What was rejected or came back is where it belongs, once its repeat was paid.
    fn settle_repeated(&mut self, transfer: i64, now: DateTime<Utc>) -> Result<(), StorageError> {
        let row = transfers::table.filter(transfers::id.eq(transfer));
        let (window, position, repeats): (i64, i16, i16) =
            row.select((transfers::window_id, transfers::position, transfers::repeats)).get_result(self.connection)?;
        let before: Vec<i64> = transfers::table
            .filter(transfers::window_id.eq(window))
            .filter(transfers::position.eq(position))
            .filter(transfers::repeats.lt(repeats))
            .select(transfers::id)
            .load(self.connection)?;
        for one in before {
            let open = self.open_breaks_about(BreakSubject::Transfer, one, &[BreakKind::Returned])?;
            self.close_breaks(&open, BreakState::Settled, BreakAction::Settled, "its repeat was paid", now)?;
        }
        Ok(())
    }

    /// The posting of an approved request whose money this is.
    fn float_posting(&mut self, request: i64, amount: Money) -> Result<Result<i64, MatchOutcome>, StorageError> {
        type Row = (i16, i64, i16, Option<i64>);
        let row = float_requests::table.filter(float_requests::id.eq(request)).select((
            float_requests::kind,
            float_requests::amount,
            float_requests::state,
            float_requests::posting_id,
        ));
        let found: Option<Row> = row.get_result(self.connection).optional()?;
        let Some((kind, wanted, state, Some(posting))) = found else { return Ok(Err(MatchOutcome::Missing)) };
        let signed = if kind == FloatRequestKind::TopUp.code() { wanted } else { -wanted };
        if state != FloatRequestState::Approved.code() || signed != amount.minor() {
            return Ok(Err(MatchOutcome::Missing));
        }
        Ok(Ok(posting))
    }
}

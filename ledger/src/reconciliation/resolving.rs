//! How people close breaks: by evidence, or by a posting, which a second person approves above a threshold.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::breaks::{Break, BreakRow, NewBreak, gateway_difference};
use super::matches::{BankPlace, MatchOutcome};
use super::words::{
    BreakAction, BreakKind, BreakSource, BreakState, BreakSubject, ImportState, MatchRule, MatchSubject, Resolution,
};
use crate::accounts::{Account, AccountKind};
use crate::agents::Actor;
use crate::money::Money;
use crate::postings::{self, Moment, Posting, Unbalanced};
use crate::states::PaymentState;
use crate::storage::StorageError;
use crate::storage::rows::biller_code;
use crate::storage::schema::{bank_matches, breaks, gateway_payouts, imports, payments};
use crate::writer::WriteOp;

/// A way out of a break.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewResolution {
    /// How.
    pub resolution: Resolution,
    /// Why; for evidence, where it is.
    pub note: String,
    /// The biller whose commission was paid.
    pub biller: Option<u16>,
    /// The reference of the payout that this is.
    pub payout: Option<String>,
    /// The highest amount that is booked without a second person: what the whole posting moves.
    pub alone_max: Money,
}

/// What became of it. Refusals are tested in the order in which they stand here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resolved {
    /// The break is closed; what was booked for it.
    Closed(Option<i64>),
    /// A second person has to approve it.
    Waits,
    /// The second person said no: the break is open again.
    Refused,
    /// There is no such break.
    NoSuchBreak,
    /// It is closed already.
    ClosedBefore,
    /// Nobody proposed anything, or something is proposed already.
    NotProposed,
    /// Who proposes does not approve.
    SamePerson,
    /// It cannot be resolved so: why.
    Unfit(Unfit),
}

/// Why a break cannot be resolved as somebody wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// What it is about is neither an entry of the bank nor a difference at a gateway.
    #[error("only the bank's entries and differences at gateways can be booked")]
    NotBookable,
    /// There is no difference to write off.
    #[error("the amounts do not differ")]
    SameAmounts,
    /// The entry is gone.
    #[error("there is no such entry")]
    NoEntry,
    /// All of the entry is matched.
    #[error("nothing of the entry is left")]
    NothingLeft,
    /// Charges lessen the account.
    #[error("charges are debits, and this is a credit")]
    NotADebit,
    /// Once is all that an entry can have.
    #[error("charges are booked of it already: the rest can be written off")]
    HasCharges,
    /// What a biller pays adds to the account.
    #[error("a biller's payment is a credit, and this is a debit")]
    NotACredit,
    /// No biller was named.
    #[error("whose commission was paid: the biller is missing")]
    NoBiller,
    /// No payout was named.
    #[error("which payout it is: the reference is missing")]
    NoPayout,
    /// No report announces it, or it came.
    #[error("no payout with this reference is awaited")]
    PayoutNotAwaited,
    /// Nothing is missing of it: there is too much.
    #[error("more came than was announced")]
    MoreThanAnnounced,
}

/// What a resolution books.
pub(super) enum Booking {
    Nothing,
    /// The rest of an entry.
    Entry(BankPlace, (MatchSubject, i64), Box<Posting>),
    /// A payout of which some is missing.
    Payout {
        parts: Vec<i64>,
        place: BankPlace,
        missing: Money,
        posting: Box<Posting>,
    },
    /// A difference that no entry shows.
    Other(Box<Posting>),
    Unfit(Unfit),
}

impl Booking {
    /// What would be booked.
    pub(super) fn posting(&self) -> Option<&Posting> {
        match self {
            Self::Entry(_, _, posting) | Self::Other(posting) | Self::Payout { posting, .. } => Some(posting),
            Self::Nothing | Self::Unfit(_) => None,
        }
    }

    /// How much is moved by it.
    pub(super) fn size(&self) -> i64 {
        let entries = self.posting().map(Posting::entries).unwrap_or_default();
        entries.iter().map(|entry| entry.amount.max(0)).sum()
    }
}

impl WriteOp<'_> {
    pub(super) fn found_break(&mut self, id: i64) -> Result<Option<Break>, StorageError> {
        let row = breaks::table.filter(breaks::id.eq(id)).filter(breaks::state.ne(BreakState::Staged.code()));
        let row = row.select(BreakRow::as_select()).get_result::<BreakRow>(self.connection).optional()?;
        row.map(Break::try_from).transpose()
    }

    /// Resolves a break, or proposes it to a second person where more than `alone_max` would be booked.
    pub fn resolve_break(
        &mut self,
        id: i64,
        new: &NewResolution,
        by: &Actor,
        now: DateTime<Utc>,
    ) -> Result<Resolved, StorageError> {
        let Some(found) = self.found_break(id)? else { return Ok(Resolved::NoSuchBreak) };
        match found.state {
            BreakState::Open => {}
            BreakState::Proposed => return Ok(Resolved::NotProposed),
            _ => return Ok(Resolved::ClosedBefore),
        }
        let booking = self.booking(&found, new.resolution, new.biller, new.payout.as_deref(), now)?;
        if let Booking::Unfit(why) = booking {
            return Ok(Resolved::Unfit(why));
        }
        let is_alone = booking.size() <= new.alone_max.minor();
        // What was named is kept with the proposal.
        let payout = new.payout.as_ref().filter(|_| new.resolution == Resolution::Payout);
        let biller = new.biller.filter(|_| new.resolution == Resolution::Commission).map(i32::from);
        let (state, action) = if is_alone {
            (BreakState::Resolved, BreakAction::Resolved)
        } else {
            (BreakState::Proposed, BreakAction::Proposed)
        };
        let posting = if is_alone { self.book(booking, now)? } else { None };
        diesel::update(breaks::table.filter(breaks::id.eq(id)))
            .set((
                breaks::state.eq(state.code()),
                (breaks::resolution.eq(new.resolution.code()), breaks::biller.eq(biller), breaks::payout.eq(payout)),
                (breaks::proposed_by.eq(by.id), breaks::proposed_by_name.eq(&by.name)),
                breaks::posting_id.eq(posting),
                breaks::closed_at.eq(is_alone.then(|| now.naive_utc())),
            ))
            .execute(self.connection)?;
        self.note(id, action, &format!("{}: {}", new.resolution, new.note), Some(by), now)?;
        Ok(if is_alone { Resolved::Closed(posting) } else { Resolved::Waits })
    }

    /// Says yes or no to what another person proposed.
    pub fn decide_break(
        &mut self,
        id: i64,
        approve: bool,
        note: &str,
        by: &Actor,
        now: DateTime<Utc>,
    ) -> Result<Resolved, StorageError> {
        let Some(found) = self.found_break(id)? else { return Ok(Resolved::NoSuchBreak) };
        let (Some(proposer), Some(resolution)) = (&found.proposed_by, found.resolution) else {
            return Ok(Resolved::NotProposed);
        };
        match found.state {
            BreakState::Proposed => {}
            BreakState::Open => return Ok(Resolved::NotProposed),
            _ => return Ok(Resolved::ClosedBefore),
        }
        if proposer.id == by.id {
            return Ok(Resolved::SamePerson);
        }
        let row = breaks::table.filter(breaks::id.eq(id));
        if !approve {
            diesel::update(row)
                .set((
                    breaks::state.eq(BreakState::Open.code()),
                    (breaks::resolution.eq(None::<i16>), breaks::biller.eq(None::<i32>)),
                    breaks::payout.eq(None::<String>),
                    (breaks::proposed_by.eq(None::<i64>), breaks::proposed_by_name.eq("")),
                ))
                .execute(self.connection)?;
            self.note(id, BreakAction::Refused, note, Some(by), now)?;
            return Ok(Resolved::Refused);
        }
        let (biller, payout): (Option<i32>, Option<String>) = breaks::table
            .filter(breaks::id.eq(id))
            .select((breaks::biller, breaks::payout))
            .get_result(self.connection)?;
        let biller = biller.map(biller_code).transpose()?;
        let booking = self.booking(&found, resolution, biller, payout.as_deref(), now)?;
        if let Booking::Unfit(why) = booking {
            return Ok(Resolved::Unfit(why));
        }
        let posting = self.book(booking, now)?;
        diesel::update(row)
            .set((
                breaks::state.eq(BreakState::Resolved.code()),
                (breaks::approved_by.eq(by.id), breaks::approved_by_name.eq(&by.name)),
                breaks::posting_id.eq(posting),
                breaks::closed_at.eq(now.naive_utc()),
            ))
            .execute(self.connection)?;
        self.note(id, BreakAction::Approved, note, Some(by), now)?;
        Ok(Resolved::Closed(posting))
    }

    pub(super) fn booking(
        &mut self,
        found: &Break,
        resolution: Resolution,
        biller: Option<u16>,
        payout: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<Booking, StorageError> {
        let (what, moment) = (&found.what, Moment::of(now));
        if resolution == Resolution::Evidence {
            return Ok(Booking::Nothing);
        }
        if what.subject == BreakSubject::Entry {
            return self.entry_booking(found, resolution, biller, payout, moment);
        }
        let is_gateway =
            what.source == BreakSource::Gateway && matches!(what.subject, BreakSubject::Payment | BreakSubject::Refund);
        if resolution != Resolution::WrittenOff || !is_gateway {
            return Ok(Booking::Unfit(Unfit::NotBookable));
        }
        let account = Account::of(AccountKind::GatewayReceivable, what.partner.clone());
        let amount = gateway_difference(what.position, what.expected, what.found).ok_or(Unbalanced)?;
        if amount == Money::ZERO || self.is_even(what)? {
            return Ok(Booking::Unfit(Unfit::SameAmounts));
        }
        Ok(Booking::Other(Box::new(postings::difference_written_off(&account, amount, moment)?)))
    }

    /// Whether both sides stand at nothing, though one did not tell of it: of a payment that was given back here by now, and
    /// of the return of one that is itself missing there and was not written off.
    fn is_even(&mut self, what: &NewBreak) -> Result<bool, StorageError> {
        if what.found.is_some() {
            return Ok(false);
        }
        if what.position == NewBreak::ITS_RETURN {
            let missing: i64 = breaks::table
                .filter(breaks::subject.eq(what.subject.code()))
                .filter(breaks::subject_id.eq(what.subject_id))
                .filter(breaks::position.eq(0))
                .filter(breaks::source.eq(what.source.code()))
                .filter(breaks::partner.eq(&what.partner))
                .filter(breaks::kind.eq(BreakKind::MissingThere.code()))
                .filter(
                    breaks::state
                        .eq_any([BreakState::Open, BreakState::Proposed, BreakState::Resolved].map(BreakState::code)),
                )
                .filter(breaks::posting_id.is_null())
                .count()
                .get_result(self.connection)?;
            return Ok(missing > 0);
        }
        let state: Option<i16> = payments::table
            .filter(payments::id.eq(what.subject_id))
            .select(payments::state)
            .get_result(self.connection)
            .optional()?;
        Ok(state == Some(PaymentState::Returned.code()))
    }

    fn entry_booking(
        &mut self,
        found: &Break,
        resolution: Resolution,
        biller: Option<u16>,
        payout: Option<&str>,
        moment: Moment,
    ) -> Result<Booking, StorageError> {
        let entry = found.what.subject_id;
        let Some(left) = self.unmatched(entry)? else { return Ok(Booking::Unfit(Unfit::NoEntry)) };
        let amount = if found.what.position == 0 { left } else { found.what.found.unwrap_or_default() };
        if amount == Money::ZERO {
            return Ok(Booking::Unfit(Unfit::NothingLeft));
        }
        let place = BankPlace { entry, position: found.what.position, amount };
        let cost = Money::ZERO.checked_sub(amount).ok_or(Unbalanced)?;
        let (subject, posting) = match resolution {
            Resolution::Payout => return self.payout_booking(place, payout, moment),
            Resolution::Suspense => ((MatchSubject::Suspense, found.id), postings::unidentified_money(amount, moment)?),
            Resolution::WrittenOff => {
                let bank = Account::only(AccountKind::Bank);
                ((MatchSubject::Difference, found.id), postings::difference_written_off(&bank, amount, moment)?)
            }
            Resolution::Charges if self.has_charges(place)? => {
                return Ok(Booking::Unfit(Unfit::HasCharges));
            }
            Resolution::Charges if cost.is_positive() => {
                ((MatchSubject::Charges, entry), postings::bank_charges(cost, moment)?)
            }
            Resolution::Charges => return Ok(Booking::Unfit(Unfit::NotADebit)),
            Resolution::Commission => match biller {
                Some(biller) if amount.is_positive() => {
                    ((MatchSubject::Commission, i64::from(biller)), postings::commission_paid(biller, amount, moment)?)
                }
                Some(_) => return Ok(Booking::Unfit(Unfit::NotACredit)),
                None => return Ok(Booking::Unfit(Unfit::NoBiller)),
            },
            Resolution::Evidence => return Ok(Booking::Nothing),
        };
        Ok(Booking::Entry(place, subject, Box::new(posting)))
    }

    /// Whether charges are booked of an entry, or of a transaction of it: once is all that it can have.
    fn has_charges(&mut self, place: BankPlace) -> Result<bool, StorageError> {
        let known: i64 = bank_matches::table
            .filter(bank_matches::entry_id.eq(place.entry))
            .filter(bank_matches::position.eq(place.position))
            .filter(bank_matches::subject.eq(MatchSubject::Charges.code()))
            .count()
            .get_result(self.connection)?;
        Ok(known > 0)
    }

    fn payout_booking(
        &mut self,
        place: BankPlace,
        reference: Option<&str>,
        moment: Moment,
    ) -> Result<Booking, StorageError> {
        type Row = (i64, String, i64, i64, i64);
        use gateway_payouts::dsl as p;
        let Some(reference) = reference else {
            return Ok(Booking::Unfit(Unfit::NoPayout));
        };
        let rows: Vec<Row> = p::gateway_payouts
            .inner_join(imports::table.on(imports::id.eq(p::import_id)))
            .filter(imports::state.eq(ImportState::Complete.code()))
            .filter(imports::superseded_by.is_null())
            .filter(p::posting_id.is_null())
            .filter(p::reference.eq(reference))
            .order(p::id)
            .select((p::id, p::gateway, p::captured, p::returned, p::fee))
            .load(self.connection)?;
        let Some(gateway) = rows.first().map(|(_, gateway, ..)| gateway) else {
            return Ok(Booking::Unfit(Unfit::PayoutNotAwaited));
        };
        let gross = Money::sum(rows.iter().flat_map(|row| [row.2, -row.3]).map(Money::from_minor)).ok_or(Unbalanced)?;
        let fee = Money::sum(rows.iter().map(|row| Money::from_minor(row.4))).ok_or(Unbalanced)?;
        let net = gross.checked_sub(fee).ok_or(Unbalanced)?;
        let missing = net.checked_sub(place.amount).ok_or(Unbalanced)?;
        if missing.minor() < 0 {
            return Ok(Booking::Unfit(Unfit::MoreThanAnnounced));
        }
        let posting = Box::new(postings::gateway_payout(gateway, gross, fee, missing, moment)?);
        Ok(Booking::Payout { parts: rows.iter().map(|(id, ..)| *id).collect(), place, missing, posting })
    }

    fn book(&mut self, booking: Booking, now: DateTime<Utc>) -> Result<Option<i64>, StorageError> {
        match booking {
            Booking::Nothing | Booking::Unfit(_) => Ok(None),
            Booking::Other(posting) => Ok(Some(self.post(&posting)?)),
            // The posting is the payout's, and is booked with its match.
            Booking::Payout { parts, place, missing, .. } => {
                match self.match_payout(&parts, &[place], missing, MatchRule::ByHand, now)? {
                    MatchOutcome::Made => Ok(None),
                    _ => Err(StorageError::Conflict("a payout was matched meanwhile".to_owned())),
                }
            }
            Booking::Entry(place, subject, posting) => {
                let booked = self.match_by_hand(place, subject, &posting, now)?;
                booked.map(Some).ok_or_else(|| StorageError::Conflict("an entry was matched meanwhile".to_owned()))
            }
        }
    }
}

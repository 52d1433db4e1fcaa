//! Refunds of confirmed payments: proposed, decided by a second person, given back.
//!
//! A refund takes its principal from the biller and its fee, with the VAT in proportion, from the hub; stamp duty stays with
//! the state. What is proposed, under way or done is reserved: refunds of a payment never add up to more than it took. All
//! that could make two of one holds the payment's row until its commit, and the database takes one under way for a payment.
//!
//! A refund by card is pending from the moment it is decided until the gateway has said what became of it; cash is the
//! outlet's again, and owed to the payer, in the commit that decides. An agent's commission is reversed by the refund that
//! completes the principal, and by no other.

mod deciding;
mod ending;
mod words;

use chrono::NaiveDateTime;
use diesel::prelude::*;

use crate::agents::Actor;
use crate::ledger::Reader;
use crate::money::Money;
use crate::postings::{self, Amounts, Entry, Moment, RefundAmounts, Unbalanced};
use crate::storage::StorageError;
use crate::storage::rows::Payment;
use crate::storage::schema::refunds;
use crate::writer::RequestKey;

pub use deciding::{NewRefund, RefundDecision, RefundEffect, RefundKept, Refusal};
pub(crate) use deciding::{held_row, is_refunded};
pub use ending::{RefundAsk, RefundEnd};
pub use words::{RefundReason, RefundState};

/// Refunds that one payment can have beside proposals that came to nothing: each takes a person's time.
pub const REFUNDS_MAX: i64 = 100;
/// Refunds that one payment can have, whatever became of them: all are read at once, and none may be left out of a sum.
pub(crate) const KEPT_MAX: i64 = 1_000;

/// A stored refund.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refund {
    /// Its number.
    pub id: i64,
    /// The payment's number.
    pub payment: i64,
    /// What goes back.
    pub amounts: RefundAmounts,
    /// Why.
    pub reason: RefundReason,
    /// Why, in the proposer's words, or empty.
    pub note: String,
    /// Where it stands.
    pub state: RefundState,
    /// Whether another person had to decide.
    pub needs_second: bool,
    /// When it was proposed (UTC).
    pub proposed_at: NaiveDateTime,
    /// Who proposed it.
    pub proposed_by: Actor,
    /// When it was decided or withdrawn (UTC).
    pub decided_at: Option<NaiveDateTime>,
    /// Who did.
    pub decided_by: Option<Actor>,
    /// What the proposer was told, or empty.
    pub decision_note: String,
    /// How often the gateway was asked for it.
    pub asks: i32,
    /// When it was asked last (UTC).
    pub asked_at: Option<NaiveDateTime>,
    /// What the gateway had credited for the payment before it was asked.
    pub credited_before: Option<Money>,
    /// When it was given back, or failed (UTC).
    pub ended_at: Option<NaiveDateTime>,
    /// The gateway's last words, or empty.
    pub gateway_words: String,
}

impl Refund {
    /// What the payer gets.
    pub fn total(&self) -> Result<Money, StorageError> {
        self.amounts.total().ok_or_else(|| StorageError::Damaged(format!("amounts of refund {}", self.id)))
    }

    /// The lines that deciding it books, and those that its end books.
    pub fn entries(&self, payment: &Payment) -> Result<Vec<Entry>, StorageError> {
        let moment = Moment::of(self.proposed_at.and_utc());
        let decided = postings::refund_decided(payment.biller, &self.amounts, moment)?;
        let paid = postings::refund_paid(&payment.funds, &self.amounts, moment)?;
        Ok([decided.entries(), paid.entries()].concat())
    }
}

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = refunds)]
pub(crate) struct RefundRow {
    pub id: i64,
    pub payment_id: i64,
    pub principal: i64,
    pub fee: i64,
    pub vat: i64,
    pub reason: i16,
    pub note: String,
    pub state: i16,
    pub needs_second: i16,
    pub proposed_at: NaiveDateTime,
    pub proposed_by: i64,
    pub proposed_by_name: String,
    pub decided_at: Option<NaiveDateTime>,
    pub decided_by: Option<i64>,
    pub decided_by_name: String,
    pub decision_note: String,
    pub asks: i32,
    pub asked_at: Option<NaiveDateTime>,
    pub credited_before: Option<i64>,
    pub ended_at: Option<NaiveDateTime>,
    pub gateway_words: String,
    pub decided_posting: Option<i64>,
    pub paid_posting: Option<i64>,
    pub reversed_posting: Option<i64>,
    pub commission_posting: Option<i64>,
}

impl RefundRow {
    pub fn amounts(&self) -> RefundAmounts {
        let money = Money::from_minor;
        RefundAmounts { principal: money(self.principal), fee: money(self.fee), vat: money(self.vat) }
    }
}

impl TryFrom<RefundRow> for Refund {
    type Error = StorageError;

    fn try_from(row: RefundRow) -> Result<Self, StorageError> {
        let damaged = |what: &str| StorageError::Damaged(format!("{what} of refund {}", row.id));
        Ok(Self {
            amounts: row.amounts(),
            reason: RefundReason::from_code(row.reason).ok_or_else(|| damaged("reason"))?,
            state: RefundState::from_code(row.state).ok_or_else(|| damaged("state"))?,
            needs_second: row.needs_second != 0,
            id: row.id,
            payment: row.payment_id,
            note: row.note,
            proposed_at: row.proposed_at,
            proposed_by: Actor { id: row.proposed_by, name: row.proposed_by_name },
            decided_at: row.decided_at,
            decided_by: row.decided_by.map(|id| Actor { id, name: row.decided_by_name }),
            decision_note: row.decision_note,
            asks: row.asks,
            asked_at: row.asked_at,
            credited_before: row.credited_before.map(Money::from_minor),
            ended_at: row.ended_at,
            gateway_words: row.gateway_words,
        })
    }
}

/// What of a payment can still be given back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refundable {
    /// The biller's part, and the hub's fee with its VAT apart; the duty is never given back.
    pub rest: RefundAmounts,
}

impl Refundable {
    /// What is left of a payment's amounts beside what refunds reserve. `None` where they reserve more.
    pub fn of(amounts: &Amounts, reserved: impl IntoIterator<Item = RefundAmounts>) -> Option<Self> {
        let mut rest = RefundAmounts { principal: amounts.principal, fee: amounts.fee, vat: amounts.vat };
        for part in reserved {
            rest.principal = rest.principal.checked_sub(part.principal)?;
            rest.fee = rest.fee.checked_sub(part.fee)?;
            rest.vat = rest.vat.checked_sub(part.vat)?;
        }
        let sound = [rest.principal, rest.fee, rest.vat].iter().all(|left| left.minor() >= 0);
        sound.then_some(Self { rest })
    }

    /// The fee with its VAT that is left.
    pub fn fee(&self) -> Result<Money, StorageError> {
        Ok(self.rest.fee.checked_add(self.rest.vat).ok_or(Unbalanced)?)
    }

    /// Divides a part of what is left. The VAT in a part of the fee is in proportion to what is left of both, half-up to
    /// the centime: the parts of the whole fee give back exactly what was booked. `None` where it is nothing, below zero,
    /// or more than is left.
    pub fn part(&self, principal: Money, fee: Money) -> Option<RefundAmounts> {
        let left = self.rest.fee.checked_add(self.rest.vat)?;
        let fits = principal.minor() >= 0 && fee.minor() >= 0 && principal <= self.rest.principal && fee <= left;
        if !fits {
            return None;
        }
        let vat = match left.minor() {
            0 => 0,
            left => {
                let exact = i128::from(self.rest.vat.minor()) * i128::from(fee.minor());
                i64::try_from((2 * exact + i128::from(left)) / (2 * i128::from(left))).ok()?
            }
        };
        let vat = Money::from_minor(vat);
        let amounts = RefundAmounts { principal, fee: fee.checked_sub(vat)?, vat };
        amounts.total().map(|_| amounts)
    }
}

/// Which refunds are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefundFilter {
    /// Those that wait for a decision.
    Proposed,
    /// Those of which the gateway has not said what became of them.
    Pending,
    /// Those that the gateway did not give back.
    Failed,
    /// All.
    All,
}

impl Reader<'_> {
    /// A refund by its number.
    pub fn refund(&mut self, id: i64) -> Result<Option<Refund>, StorageError> {
        let query = refunds::table.filter(refunds::id.eq(id)).select(RefundRow::as_select());
        query.get_result::<RefundRow>(self.connection).optional()?.map(Refund::try_from).transpose()
    }

    /// The number of a payment's refund that was kept under this key for the same.
    pub fn refund_under(&mut self, payment: i64, key: &RequestKey) -> Result<Option<i64>, StorageError> {
        Ok(refunds::table
            .filter(refunds::payment_id.eq(payment))
            .filter(refunds::request_key.eq(key.key.as_slice()))
            .filter(refunds::input.eq(key.input.as_slice()))
            .select(refunds::id)
            .first(self.connection)
            .optional()?)
    }

    /// The refunds of a payment, in order.
    pub fn refunds_of(&mut self, payment: i64) -> Result<Vec<Refund>, StorageError> {
        let rows: Vec<RefundRow> = refunds::table
            .filter(refunds::payment_id.eq(payment))
            .order(refunds::id)
            .limit(KEPT_MAX)
            .select(RefundRow::as_select())
            .load(self.connection)?;
        rows.into_iter().map(Refund::try_from).collect()
    }

    /// Refunds of a number below `before`, the newest first.
    pub fn refunds_before(
        &mut self,
        filter: RefundFilter,
        before: Option<i64>,
        limit: i64,
    ) -> Result<Vec<Refund>, StorageError> {
        let mut query = refunds::table
            .filter(refunds::id.lt(before.unwrap_or(i64::MAX)))
            .order(refunds::id.desc())
            .limit(limit)
            .select(RefundRow::as_select())
            .into_boxed();
        let of = |state: RefundState| refunds::state.eq(state.code());
        query = match filter {
            RefundFilter::All => query,
            RefundFilter::Proposed => query.filter(of(RefundState::Proposed)),
            RefundFilter::Pending => query.filter(of(RefundState::Pending)),
            RefundFilter::Failed => query.filter(of(RefundState::Failed)),
        };
        let rows: Vec<RefundRow> = query.load(self.connection)?;
        rows.into_iter().map(Refund::try_from).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    fn money(minor: i64) -> Money {
        Money::from_minor(minor)
    }

    fn left(principal: i64, fee: i64, vat: i64) -> Refundable {
        Refundable { rest: RefundAmounts { principal: money(principal), fee: money(fee), vat: money(vat) } }
    }

    /// Of 168.00 and a fee of 5.90 with 1.06 of VAT.
    #[rstest]
    #[case::all(16_800, 696, Some((590, 106)))]
    #[case::principal_alone(5_000, 0, Some((0, 0)))]
    #[case::fee_alone(0, 696, Some((590, 106)))]
    #[case::half_the_fee(0, 348, Some((295, 53)))]
    #[case::a_centime_of_fee(0, 1, Some((1, 0)))]
    #[case::half_up(0, 10, Some((8, 2)))]
    #[case::nothing(0, 0, None)]
    #[case::too_much(16_801, 0, None)]
    #[case::too_much_fee(0, 697, None)]
    #[case::below_zero(-1, 696, None)]
    #[case::fee_below_zero(100, -1, None)]
    fn parts(#[case] principal: i64, #[case] fee: i64, #[case] expected: Option<(i64, i64)>) {
        let found = left(16_800, 590, 106).part(money(principal), money(fee));
        assert_eq!(found.map(|part| (part.fee.minor(), part.vat.minor())), expected);
    }

    proptest! {
        #[test]
        fn parts_of_the_whole_fee_give_back_what_was_booked(
            fee in 0i64..100_000, vat in 0i64..30_000, cuts in proptest::collection::vec(0i64..20_000, 0..12),
        ) {
            let amounts = Amounts { principal: money(1), fee: money(fee), vat: money(vat), duty: Money::ZERO };
            let mut given: Vec<RefundAmounts> = Vec::new();
            let last = fee + vat;
            for cut in cuts.into_iter().chain([last]) {
                let rest = Refundable::of(&amounts, given.iter().copied()).unwrap();
                let cut = cut.min(rest.fee().unwrap().minor());
                if let Some(part) = rest.part(Money::ZERO, money(cut)) {
                    prop_assert_eq!(part.total().unwrap().minor(), cut);
                    given.push(part);
                } else {
                    prop_assert_eq!(cut, 0);
                }
            }
            let sum = |of: fn(&RefundAmounts) -> Money| given.iter().map(|part| of(part).minor()).sum::<i64>();
            prop_assert_eq!((sum(|part| part.fee), sum(|part| part.vat)), (fee, vat));
        }
    }
}

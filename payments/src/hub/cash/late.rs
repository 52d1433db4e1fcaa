//! Cash that arrives late: kept in suspense with an owner, then released for the outlet to give it back.

use ledger::{
    Actor, BillState, LateCash, LateCashOutcome, LateCashRelease, LateReason, Moment, NewLateCash, RequestKey, Whose,
};

use super::NO_SHIFT;
use super::reference::standing;
use super::view::PAGE_MAX;
use crate::api::Infrastructure;
use crate::api::cash::{CashReferenceStanding, CounterFault, Instruction, LateCashError, LateCashView, ReportLateCash};
use crate::cash_digits;
use crate::hub::Hub;

impl Hub {
    /// Takes over cash that was taken for a reference that cannot be paid: out of the outlet's float, into suspense.
    /// Nothing is lost: a float that does not hold it leaves an incident, and the cash is given straight back.
    pub async fn report_late_cash(&self, request: ReportLateCash) -> Result<LateCashView, LateCashError> {
        let networks = self.networks();
        let (network, outlet) = networks.outlet(&request.outlet).ok_or(CounterFault::UnknownOutlet)?;
        if !request.amount.is_positive() {
            return Err(LateCashError::BadAmount);
        }
        let digits = cash_digits::read(&request.reference).ok_or(LateCashError::UnknownReference)?;
        let stored = self.read(move |reader| reader.cash_reference(&digits)).await?;
        let stored = stored.ok_or(LateCashError::UnknownReference)?;
        let reason = self.lateness(&stored).await?;
        let shift = match request.till {
            None => None,
            Some(till) => {
                let number = outlet.number.clone();
                let open = self.read(move |reader| reader.open_shift_of(&number, &till)).await?;
                Some(open.map_or(NO_SHIFT, |open| open.id))
            }
        };
        let input = format!("{}\n{}\n{}", outlet.number, stored.digits, request.amount);
        let new = NewLateCash {
            key: RequestKey::of(&format!("late {}", network.code), &request.key, &input),
            network: network.code.clone(),
            outlet: outlet.number.clone(),
            shift,
            cash_reference: stored.id,
            reason,
            amount: request.amount,
            low_float: network.low_float,
            actor: request.actor,
            moment: Moment::of(self.now()),
        };
        match self.write(move |op| op.keep_late_cash(&new)).await? {
            LateCashOutcome::Kept(id) => self.late_cash(id).await?.ok_or(LateCashError::UnknownCash),
            LateCashOutcome::KeyConflict => Err(LateCashError::KeyConflict),
            LateCashOutcome::Payable => Err(LateCashError::Payable),
            LateCashOutcome::ShiftClosed => Err(LateCashError::NoShift),
            LateCashOutcome::FloatTooLow(available) => Err(LateCashError::FloatTooLow { available }),
        }
    }

    /// Why a reference cannot be paid; `None` if it can.
    async fn lateness(&self, stored: &ledger::CashReference) -> Result<Option<LateReason>, Infrastructure> {
        match standing(stored, self.now()) {
            CashReferenceStanding::Used => return Ok(Some(LateReason::Used)),
            CashReferenceStanding::Cancelled => return Ok(Some(LateReason::Cancelled)),
            CashReferenceStanding::Expired => return Ok(Some(LateReason::Expired)),
            CashReferenceStanding::Open => {}
        }
        let quote = stored.quote;
        let paid = self
            .read(move |reader| {
                let Some(quote) = reader.quote_of(quote)? else { return Ok(true) };
                let keys: Vec<_> = quote.bills.iter().map(|claim| claim.key).collect();
                let standings = reader.bills(&keys)?;
                Ok(quote.bills.iter().any(|claim| {
                    let standing = standings.get(&claim.key);
                    let open = standing.is_none_or(|standing| standing.state == BillState::Open);
                    !open || standing.map_or(0, |standing| standing.generation) != claim.generation
                }))
            })
            .await?;
        Ok(paid.then_some(LateReason::BillPaid))
    }

    /// Late cash by its number.
    pub async fn late_cash(&self, id: i64) -> Result<Option<LateCashView>, Infrastructure> {
        match self.read(move |reader| reader.late_cash(id)).await? {
            Some(cash) => Ok(Some(self.show_late(cash).await?)),
            None => Ok(None),
        }
    }

    /// Late cash that nobody has released yet, oldest first, at most 200; `after` is the number of the last one before.
    pub async fn held_late_cash(
        &self,
        whose: &Whose,
        after: Option<i64>,
        limit: i64,
    ) -> Result<Vec<LateCashView>, Infrastructure> {
        let (whose, after, limit) = (whose.clone(), after.unwrap_or(i64::MIN), limit.clamp(1, PAGE_MAX));
        let held = self.read(move |reader| reader.held_late_cash(&whose, after, limit)).await?;
        let mut shown = Vec::with_capacity(held.len());
        for cash in held {
            shown.push(self.show_late(cash).await?);
        }
        Ok(shown)
    }

    /// Gives late cash back to the outlet's float and tells the outlet to give it to the customer, which
    /// [`Hub::give_cash_back`] then writes down.
    pub async fn release_late_cash(&self, id: i64, actor: Actor) -> Result<LateCashView, LateCashError> {
        let moment = Moment::of(self.now());
        match self.write(move |op| op.release_late_cash(id, &actor, moment)).await? {
            LateCashRelease::Released => self.late_cash(id).await?.ok_or(LateCashError::UnknownCash),
            LateCashRelease::NoSuchCash => Err(LateCashError::UnknownCash),
            LateCashRelease::ReleasedBefore => Err(LateCashError::Released),
        }
    }

    async fn show_late(&self, cash: LateCash) -> Result<LateCashView, Infrastructure> {
        let (id, reference) = (cash.id, cash.cash_reference);
        let (reference, owed) =
            self.read(move |reader| Ok((reader.cash_reference_of(reference)?, reader.is_owed(id)?))).await?;
        let instruction = owed.map(|owed| match owed {
            true => Instruction::GiveCashBack(cash.amount),
            false => Instruction::CashGivenBack(cash.amount),
        });
        let reference = reference.map(|reference| reference.digits).unwrap_or_default();
        Ok(LateCashView { reason: cash.reason, reference, instruction, cash })
    }
}

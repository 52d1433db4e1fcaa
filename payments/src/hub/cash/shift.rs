//! Shifts: opened, moved, closed by counting.

use std::collections::BTreeSet;

use ledger::{
    Closure, ClosureOutcome, Moment, Money, MovementOutcome, NewMovement, NewShift, Reader, RequestKey, Shift,
    ShiftMovement, ShiftMovementKind, ShiftOpened, StorageError,
};

use super::view::PAGE_MAX;
use super::{REASON_MAX, typed};
use crate::api::Infrastructure;
use crate::api::cash::{CloseShift, Counted, DENOMINATIONS, MoveCash, OpenShift, ShiftError, ShiftView};
use crate::hub::Hub;
use crate::hub::detail;
use crate::networks::PendingAtClosure;

/// A shift with its figures, from the rows.
fn figures(reader: &mut Reader<'_>, shift: Shift) -> Result<ShiftView, StorageError> {
    let totals = reader.shift_totals(&shift)?;
    let mut pending = Vec::with_capacity(totals.pending.len());
    for id in totals.pending {
        pending.extend(reader.payment_of(id)?.map(|payment| payment.reference.to_string()));
    }
    let (taken, payments, moved, expected) = (totals.taken, totals.payments, totals.moved, totals.expected);
    Ok(ShiftView { shift, taken, payments, moved, expected, pending })
}

impl Hub {
    /// Opens a till's shift. What its last one left pending is carried into it.
    pub async fn open_shift(&self, request: OpenShift) -> Result<ShiftView, ShiftError> {
        let networks = self.networks();
        let (network, outlet) = networks.open_till(&request.outlet, &request.till)?;
        if request.opening_cash < Money::ZERO {
            return Err(ShiftError::BadAmount);
        }
        let new = NewShift {
            network: network.code.clone(),
            outlet: outlet.number.clone(),
            till: request.till,
            opening: request.opening_cash,
            actor: request.actor,
            moment: Moment::of(self.now()),
        };
        match self.write(move |op| op.open_shift(&new)).await? {
            ShiftOpened::Opened(shift) => self.shift(shift).await?.ok_or(ShiftError::UnknownShift),
            ShiftOpened::AlreadyOpen(shift) => Err(ShiftError::AlreadyOpen(shift)),
        }
    }

    /// A shift with its figures as they are now.
    pub async fn shift(&self, id: i64) -> Result<Option<ShiftView>, Infrastructure> {
        self.read(move |reader| {
            let shift = reader.shift(id)?;
            shift.map(|shift| figures(reader, shift)).transpose()
        })
        .await
    }

    /// The open shift of a till.
    pub async fn open_shift_of(&self, outlet: &str, till: &str) -> Result<Option<ShiftView>, Infrastructure> {
        let (outlet, till) = (outlet.to_owned(), till.to_owned());
        self.read(move |reader| {
            let shift = reader.open_shift_of(&outlet, &till)?;
            shift.map(|shift| figures(reader, shift)).transpose()
        })
        .await
    }

    /// The open shift of a member at an outlet.
    pub async fn open_shift_by(&self, outlet: &str, member: i64) -> Result<Option<ShiftView>, Infrastructure> {
        let outlet = outlet.to_owned();
        self.read(move |reader| {
            let shift = reader.open_shift_by(&outlet, member)?;
            shift.map(|shift| figures(reader, shift)).transpose()
        })
        .await
    }

    /// The shifts of an outlet before a number, newest first, at most 200.
    pub async fn shifts_of(&self, outlet: &str, before: Option<i64>, limit: i64) -> Result<Vec<Shift>, Infrastructure> {
        let (outlet, before, limit) = (outlet.to_owned(), before.unwrap_or(i64::MAX), limit.clamp(1, PAGE_MAX));
        self.read(move |reader| reader.shifts_of(&outlet, before, limit)).await
    }

    /// The movements of a shift, oldest first.
    pub async fn shift_movements(&self, shift: i64) -> Result<Vec<ShiftMovement>, Infrastructure> {
        self.read(move |reader| reader.shift_movements(shift)).await
    }

    /// Moves cash into the drawer or out of it.
    pub async fn move_cash(&self, request: MoveCash) -> Result<ShiftView, ShiftError> {
        let reason = typed(&request.reason, REASON_MAX).ok_or(ShiftError::NoReason)?;
        let amount = match request.kind {
            ShiftMovementKind::In if request.amount.is_positive() => request.amount,
            ShiftMovementKind::Out if request.amount.is_positive() => Money::from_minor(-request.amount.minor()),
            _ => return Err(ShiftError::BadAmount),
        };
        let shift = request.shift;
        let input = format!("{shift}\n{}\n{amount}\n{reason}", request.kind);
        let new = NewMovement {
            shift,
            kind: request.kind,
            amount,
            reason,
            key: RequestKey::of(&format!("movement {shift}"), &request.key, &input),
            actor: request.actor,
            moment: Moment::of(self.now()),
        };
        match self.write(move |op| op.move_cash(&new)).await? {
            MovementOutcome::Made(_) => self.shift(shift).await?.ok_or(ShiftError::UnknownShift),
            MovementOutcome::KeyConflict => Err(ShiftError::KeyConflict),
            MovementOutcome::NoSuchShift => Err(ShiftError::UnknownShift),
            MovementOutcome::Closed => Err(ShiftError::Closed),
            MovementOutcome::DrawerTooLow(held) => Err(ShiftError::DrawerTooLow(held)),
        }
    }

    /// Closes a shift by what was counted. It takes nothing more from then on; a difference is written on it and
    /// reported, and not booked: the cash in a drawer is its network's own.
    pub async fn close_shift(&self, request: CloseShift) -> Result<ShiftView, ShiftError> {
        let id = request.shift;
        let shift = self.read(move |reader| reader.shift(id)).await?.ok_or(ShiftError::UnknownShift)?;
        let networks = self.networks();
        let network = networks.get(&shift.network).ok_or(crate::api::cash::CounterFault::UnknownOutlet)?;
        let counted = sum(&request.counted)?;
        let reason = match request.reason.as_deref().map(str::trim).filter(|reason| !reason.is_empty()) {
            Some(reason) => typed(reason, REASON_MAX).ok_or(ShiftError::NoReason)?,
            None => String::new(),
        };
        let pieces: Vec<(i64, u32)> = request.counted.iter().map(|c| (c.denomination.minor(), c.pieces)).collect();
        let tolerance = network.tolerance;
        let closure = Closure {
            shift: id,
            counted,
            denominations: detail::write(&pieces)?,
            reason,
            tolerance,
            supervisor: request.supervisor,
            carry: network.pending_at_closure == PendingAtClosure::Carry,
            actor: request.actor,
            moment: Moment::of(self.now()),
        };
        let difference = |expected: Money| Money::from_minor(counted.minor().saturating_sub(expected.minor()));
        match self.write(move |op| op.close_shift(&closure)).await? {
            ClosureOutcome::Closed(_) => self.shift(id).await?.ok_or(ShiftError::UnknownShift),
            ClosureOutcome::NoSuchShift => Err(ShiftError::UnknownShift),
            ClosureOutcome::AlreadyClosed => Err(ShiftError::Closed),
            ClosureOutcome::Pending(ids) => {
                let pending = self.read(move |reader| {
                    let named = ids.into_iter().map(|id| reader.payment_of(id));
                    let named = named.collect::<Result<Vec<_>, StorageError>>()?;
                    Ok(named.into_iter().flatten().map(|payment| payment.reference.to_string()).collect())
                });
                Err(ShiftError::Pending(pending.await?))
            }
            ClosureOutcome::NeedsReason(expected) => {
                Err(ShiftError::NeedsReason { expected, counted, difference: difference(expected) })
            }
            ClosureOutcome::NeedsSupervisor(expected) => {
                Err(ShiftError::NeedsSupervisor { difference: difference(expected), tolerance })
            }
        }
    }
}

/// The sum of what was counted, each note and coin of the dirham at most once.
fn sum(counted: &[Counted]) -> Result<Money, ShiftError> {
    let mut seen = BTreeSet::new();
    let mut sum = 0i64;
    for Counted { denomination, pieces } in counted {
        if !DENOMINATIONS.contains(denomination) || !seen.insert(*denomination) {
            return Err(ShiftError::BadDenomination(*denomination));
        }
        // At most 13 x 200.00 x 2^32: far inside the range.
        sum += denomination.minor() * i64::from(*pieces);
    }
    Ok(Money::from_minor(sum))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(pieces: &[(i64, u32)]) -> Vec<Counted> {
        let one = |(minor, pieces): &(i64, u32)| Counted { denomination: Money::from_minor(*minor), pieces: *pieces };
        pieces.iter().map(one).collect()
    }

    #[test]
    fn pieces_are_summed() {
        let drawer = counted(&[(20_000, 3), (10_000, 1), (5_000, 1), (1_000, 1), (50, 2), (5, 1), (1, 3)]);
        assert_eq!(sum(&drawer).unwrap(), Money::from_minor(76_108));
        assert_eq!(sum(&[]).unwrap(), Money::ZERO);
        assert_eq!(sum(&counted(&[(20_000, u32::MAX)])).unwrap(), Money::from_minor(20_000 * i64::from(u32::MAX)));
    }

    #[test]
    fn what_is_no_note_or_coin_is_refused() {
        for wrong in [vec![(2_500, 1)], vec![(0, 1)], vec![(-100, 1)], vec![(100, 1), (100, 2)]] {
            assert!(matches!(sum(&counted(&wrong)), Err(ShiftError::BadDenomination(_))), "{wrong:?}");
        }
    }
}

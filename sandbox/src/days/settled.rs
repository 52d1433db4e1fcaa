//! What the card gateway settles of a day: its report, and the payout that the bank credits net of fees.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::cash::INVENTED_MINOR;
use super::local_day;
use super::plans::{self, BreakKind, PlannedBreak, RETURNS};
use super::report::{Report, field, show_time};
use crate::amount::show_amount;
use crate::gateway::{CardMovement, CardMovementKind, CardOrder, Settled};

/// The gateway's code.
pub(super) const CODE: &str = "CMI";
/// The order that an invented capture is of: no hub gives its number in a lifetime.
const INVENTED: &str = "F899999999997";
/// The fee on a capture, in hundredths of a per cent: 1.20 %.
const FEE_BASIS_POINTS: i64 = 120;

/// A payout of a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Payout {
    pub reference: String,
    /// Centimes, above zero.
    pub net: i64,
}

/// The fee on an amount, rounded half up.
fn fee(minor: i64) -> i64 {
    (minor * FEE_BASIS_POINTS + 5_000) / 10_000
}

/// Whether hubs number their orders so: only those are reported.
fn is_reported(oid: &str) -> bool {
    oid.strip_prefix('F').is_some_and(|digits| digits.len() == 12 && digits.bytes().all(|byte| byte.is_ascii_digit()))
}

/// A movement that is not settled yet, by its place.
pub(super) type Place = (String, usize);

/// Settles what was done by the end of a day and is not settled yet. Captures that were undone before are not paid. What was
/// given back waits until captures cover it, so that the bank never has to take a payout back. With the payout, what is planned
/// to be left out.
pub(super) fn settle(
    orders: &mut BTreeMap<String, CardOrder>,
    plans: &mut Vec<PlannedBreak>,
    day: NaiveDate,
    number: &mut dyn FnMut() -> u64,
) -> (Option<Payout>, Vec<Place>) {
    let mut withheld: Vec<Place> = Vec::new();
    plans::apply(plans, "gateway", |plan| plant(orders, plan, day, &mut withheld));
    plans::apply(plans, RETURNS, |plan| plant_return(orders, plan, day, &mut withheld));
    let mut unpaid: Vec<Place> = Vec::new();
    let (mut captures, mut debits): (Vec<Place>, Vec<(Place, i64)>) = (Vec::new(), Vec::new());
    let mut net = 0;
    for (oid, order) in orders.iter().filter(|(oid, _)| is_reported(oid)) {
        let is_undone = order.movements.iter().any(|one| one.kind == CardMovementKind::Void && one.settled.is_none());
        for (at, movement) in order.movements.iter().enumerate() {
            let place = (oid.clone(), at);
            if movement.settled.is_some() || local_day(movement.at) > day || withheld.contains(&place) {
                continue;
            }
            let was_paid = order.movements.iter().any(|one| {
                one.kind.is_capture() && one.settled.as_ref().is_some_and(|settled| settled.payout.is_some())
            });
            match movement.kind {
                _ if !movement.is_approved => unpaid.push(place),
                CardMovementKind::PreAuth => unpaid.push(place),
                CardMovementKind::Auth | CardMovementKind::PostAuth if is_undone => unpaid.push(place),
                CardMovementKind::Auth | CardMovementKind::PostAuth => {
                    net += movement.minor - fee(movement.minor);
                    captures.push(place);
                }
                CardMovementKind::Void if !was_paid => unpaid.push(place),
                CardMovementKind::Credit | CardMovementKind::Void => debits.push((place, movement.minor)),
            }
        }
    }
    let mut paid = captures;
    for (place, minor) in debits {
        if net > minor {
            net -= minor;
            paid.push(place);
        }
    }
    let payout = (net > 0).then(|| Payout { reference: format!("LOT-{}-{}", day.format("%Y%m%d"), number()), net });
    let reference = payout.as_ref().map(|payout| payout.reference.clone());
    let marked =
        unpaid.into_iter().map(|place| (place, None)).chain(paid.into_iter().map(|place| (place, reference.clone())));
    for ((oid, at), payout) in marked {
        if let Some(movement) = orders.get_mut(&oid).and_then(|order| order.movements.get_mut(at)) {
            movement.settled = Some(Settled { on: day, payout });
        }
    }
    (payout, withheld)
}

/// What the gateway tells of a day: all that it settled then, and what went back and waits for captures to cover it, which is
/// told again with its payout. `withheld` is left out.
pub(super) fn report(
    orders: &BTreeMap<String, CardOrder>,
    merchant: &str,
    day: NaiveDate,
    withheld: &[Place],
) -> Report {
    let value_day = super::day_after(day).to_string();
    let mut told: Vec<(&CardOrder, &CardMovement, Option<&str>)> = Vec::new();
    for order in orders.values() {
        for (at, movement) in order.movements.iter().enumerate() {
            let is_withheld = withheld.iter().any(|(oid, place)| *oid == order.oid && *place == at);
            let waits = movement.kind == CardMovementKind::Credit && is_reported(&order.oid) && !is_withheld;
            match &movement.settled {
                Some(settled) if settled.on == day => told.push((order, movement, settled.payout.as_deref())),
                None if waits && local_day(movement.at) == day => told.push((order, movement, None)),
                _ => {}
            }
        }
    }
    told.sort_by_key(|(_, movement, _)| movement.at);
    let lines = told.into_iter().map(|(order, movement, payout)| {
        let fee = if movement.kind.is_capture() && payout.is_some() { fee(movement.minor) } else { 0 };
        let fields = vec![
            field(merchant),
            order.oid.clone(),
            movement.kind.word().to_owned(),
            show_amount(movement.minor),
            "504".to_owned(),
            show_amount(fee),
            payout.map(|_| value_day.clone()).unwrap_or_default(),
            payout.unwrap_or_default().to_owned(),
            field(&order.auth_code),
            if movement.is_approved { "approved" } else { "declined" }.to_owned(),
            show_time(movement.at),
        ];
        (fields, movement.minor)
    });
    Report { name: "FATOURA-CARD-REPORT", source: CODE.to_owned(), lines: lines.collect() }
}

fn plant(
    orders: &mut BTreeMap<String, CardOrder>,
    plan: &PlannedBreak,
    day: NaiveDate,
    withheld: &mut Vec<Place>,
) -> bool {
    let mut open: Vec<(Place, CardMovement)> = Vec::new();
    for (oid, order) in orders.iter().filter(|(oid, _)| is_reported(oid)) {
        let is_back =
            order.movements.iter().any(|one| matches!(one.kind, CardMovementKind::Credit | CardMovementKind::Void));
        let of_plan = plan.about.as_ref().is_none_or(|about| about == oid);
        for (at, movement) in order.movements.iter().enumerate().filter(|_| of_plan && !is_back) {
            if movement.kind.is_capture() && movement.settled.is_none() && local_day(movement.at) <= day {
                open.push(((oid.clone(), at), movement.clone()));
            }
        }
    }
    open.sort_by_key(|(_, movement)| movement.at);
    let Some((place, movement)) = open.into_iter().next() else { return false };
    let Some(order) = orders.get_mut(&place.0) else { return false };
    match plan.kind {
        BreakKind::AmountDiffers => {
            if let Some(found) = order.movements.get_mut(place.1) {
                found.minor += 100;
            }
        }
        BreakKind::Duplicate => order.movements.push(movement),
        BreakKind::StatusDiffers => order.movements.push(CardMovement { kind: CardMovementKind::Credit, ..movement }),
        BreakKind::MissingHere => {
            let invented = CardMovement { minor: INVENTED_MINOR, ..movement };
            let order = CardOrder { oid: INVENTED.to_owned(), movements: vec![invented], ..order.clone() };
            // A second one is another capture of the same order.
            match orders.get_mut(INVENTED) {
                Some(known) => known.movements.extend(order.movements),
                None => drop(orders.insert(INVENTED.to_owned(), order)),
            }
        }
        _ => withheld.push(place),
    }
    true
}

/// What is wrong with something that went back on that day.
fn plant_return(
    orders: &mut BTreeMap<String, CardOrder>,
    plan: &PlannedBreak,
    day: NaiveDate,
    withheld: &mut Vec<Place>,
) -> bool {
    let of_plan = |oid: &str| plan.about.as_deref().is_none_or(|about| about == oid);
    let mut open: Vec<(Place, CardMovement)> = Vec::new();
    for (oid, order) in orders.iter().filter(|(oid, _)| is_reported(oid) && of_plan(oid)) {
        for (at, movement) in order.movements.iter().enumerate() {
            let is_back = matches!(movement.kind, CardMovementKind::Credit | CardMovementKind::Void);
            let is_open = movement.settled.is_none() && movement.is_approved && local_day(movement.at) == day;
            if is_back && is_open {
                open.push(((oid.clone(), at), movement.clone()));
            }
        }
    }
    open.sort_by_key(|(_, movement)| movement.at);
    let Some((place, movement)) = open.into_iter().next() else { return false };
    let Some(order) = orders.get_mut(&place.0) else { return false };
    match plan.kind {
        BreakKind::AmountDiffers => {
            if let Some(found) = order.movements.get_mut(place.1) {
                found.minor += 100;
            }
        }
        BreakKind::Duplicate => order.movements.push(movement),
        _ => withheld.push(place),
    }
    true
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(10_000, 120)]
    #[case(16_842, 202)]
    #[case(41, 0)]
    #[case(42, 1)]
    fn fees(#[case] minor: i64, #[case] expected: i64) {
        assert_eq!(fee(minor), expected);
    }
}

//! A week in which money goes back: refunds in part and in whole, payments that no biller took, by a void and by a credit;
//! what the gateway tells of it wrong is found. On its last day the bank tells of its entries before the statement does.

use ledger::{BreakKind as Kind, BreakSource as Source, BreakState, BreakSubject as Subject, PaymentState};
use sandbox::{BreakKind, FaultKind, FaultRule, PlannedBreak, StatementForm};

use super::world::Paid;
use super::{About, Month, STRAY_MINOR};

/// The day after the last one of this week.
pub(super) const NEXT: u64 = 18;
/// What is refunded in part.
const PART_MINOR: i64 = 3_000;

/// A payment that its biller refuses, and whose money goes back: as a credit where the gateway undoes nothing.
async fn returned(month: &Month, minor: i64, is_undone: bool) -> Paid {
    let control = &month.world.control;
    control.set_fault(FaultRule::new("biller:1401", FaultKind::Refuse).on("confirm").times(1)).unwrap();
    if !is_undone {
        control.set_fault(FaultRule::new("gateway", FaultKind::Refuse).on("void").times(1)).unwrap();
    }
    let paid = month.world.card_ends(1401, minor, PaymentState::Returned).await;
    let order = control.order(&paid.oid()).unwrap();
    assert_eq!(order.credited_minor, if is_undone { 0 } else { paid.total }, "{order:?}");
    paid
}

/// Plants something about what went back of a payment.
fn plant(month: &Month, kind: BreakKind, paid: &Paid) {
    let plan = PlannedBreak::new("gateway:returns", kind).about(paid.oid());
    month.world.control.plan_break(plan).unwrap();
}

pub(super) async fn third_week(month: &mut Month) {
    month.world.at(13, "09:00");
    month.world.fund("5000.00").await;

    // A part, and all of it with the fee on the same day: that is undone, as if it had never been.
    let first = month.pay(13).await;
    month.world.refund(&first.card, PART_MINOR, 0).await;
    let whole = &first.other_card;
    month.world.refund(whole, whole.principal, whole.total - whole.principal).await;
    month.end(13).await;
    month.assert_found(13);

    // The rest of it on a later day, two parts on one day; and one that the gateway gives back with a dirham more.
    let day = month.pay(14).await;
    month.world.refund(&first.card, first.card.principal - PART_MINOR, 0).await;
    month.world.refund(&day.other_card, PART_MINOR, 0).await;
    month.world.refund(&day.other_card, PART_MINOR + 500, 0).await;
    month.world.refund(&day.card, PART_MINOR, 0).await;
    plant(month, BreakKind::AmountDiffers, &day.card);
    let about: About = (Subject::Refund, None);
    let amounts = (Some(PART_MINOR), Some(PART_MINOR + 100));
    month.want((14, Source::Gateway, Kind::AmountDiffers), "cmi", about, amounts);
    month.end(14).await;
    month.assert_found(14);

    // A void that is not in its report, a credit that is there twice; and one of each that fits.
    month.pay(15).await;
    let untold = returned(month, 21_000, true).await;
    let twice = returned(month, 22_000, false).await;
    returned(month, 23_000, true).await;
    returned(month, 24_000, false).await;
    plant(month, BreakKind::MissingThere, &untold);
    plant(month, BreakKind::Duplicate, &twice);
    for (kind, paid, found) in [(Kind::MissingThere, &untold, None), (Kind::Duplicate, &twice, Some(twice.total * 2))] {
        let about = (Subject::Payment, Some(paid.id));
        month.want((15, Source::Gateway, kind), "cmi", about, (Some(paid.total), found));
    }
    month.end(15).await;
    month.assert_found(15);
    let about_untold = |month: &Month| {
        let found = month.world.app.ledger.read(|reader| reader.breaks_about(Subject::Payment, untold.id)).unwrap();
        found.into_iter().map(|one| one.state).collect::<Vec<_>>()
    };
    assert_eq!(about_untold(month), [BreakState::Open]);

    // The gateway tells of it now.
    month.pay(16).await;
    month.end(16).await;
    month.assert_found(16);
    assert_eq!(about_untold(month), [BreakState::Settled]);

    // In the evening the bank tells of its entries, one of which nobody knows; at midnight of the same ones again.
    month.pay(17).await;
    month.world.control.set_statement_form(StatementForm::Camt053V08);
    month.plan("bank", BreakKind::Unknown, None);
    month.want_entry(17, Kind::Unknown, None, STRAY_MINOR);
    month.world.evening(17).await;
    let told = month.world.control.notify_bank(month.world.day(17)).unwrap();
    assert!(told.starts_with("bank/statements/NTF-"), "{told}");
    month.world.at(17, "19:00");
    for job in ["fetch_reports", "import_reports", "reconcile"] {
        month.world.job(job).await;
    }
    month.assert_found(17);
    month.world.midnight(17);
    month.world.morning(NEXT).await;
    month.assert_found(17);
}

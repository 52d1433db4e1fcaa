//! A week in which the bank does not do what it was asked: one transfer with less, one not at all; with a network's money for
//! a float that never came, and a line of its report that names no payment.

use ledger::{
    BreakKind as Kind, BreakSource as Source, BreakSubject as Subject, Resolution, TransferState, check_books,
};
use rstest::rstest;
use sandbox::BankAnswer;

use super::world::World;
use super::{About, Month};
use crate::support::Backend;

/// What the bank keeps of the transfer that it books with less.
const KEPT_MINOR: i64 = 100;

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_the_bank_books_otherwise_or_never_is_found(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let Some(world) = World::open(backend).await else { return };
    let mut month = Month { world, wanted: Vec::new() };
    month.world.fund("3000.00").await;
    let promised = month.world.promise_float("1000.00").await;

    // A dirham less than was asked for.
    month.pay(1).await;
    month.world.control.plan_bank(BankAnswer::BookLess);
    month.end(1).await;
    let less = month.transfer_in(TransferState::Ordered, &[]);
    let asked = less.amount.minor();
    month.want_entry(1, Kind::AmountDiffers, Some(-asked), KEPT_MINOR - asked);
    month.assert_found(1);

    // Accepted, and then nothing: not late before three days on which banks work are over.
    month.pay(2).await;
    month.world.control.plan_bank(BankAnswer::BookNot);
    let network = month.world.keep_nameless(7_700);
    month.want((2, Source::Network, Kind::MissingHere), network, (Subject::Line, None), (None, Some(7_700)));
    month.end(2).await;
    let never = month.transfer_in(TransferState::Ordered, &[less.id]);
    month.end(3).await;
    month.assert_found(3);
    for day in 4..=7 {
        month.end(day).await;
    }
    let about: About = (Subject::Transfer, None);
    for (day, transfer) in [(1, &less), (2, &never)] {
        let expected = Some(-transfer.amount.minor());
        month.want((day, Source::Bank, Kind::Late), &transfer.biller.to_string(), about, (expected, None));
    }
    let (network, amount) = promised;
    month.want((1, Source::Bank, Kind::Late), network, (Subject::FloatRequest, None), (Some(amount), None));
    month.assert_found(7);
    assert_eq!(month.open().len(), 5);

    // What was booked with less is looked into, and changes no figure until somebody says what it is.
    month.resolve(&month.open_entry(Kind::AmountDiffers, KEPT_MINOR - asked), Resolution::Suspense, None);
    let report = check_books(&month.world.database.url).unwrap();
    assert!(report.is_clean(), "{:?}", report.faults.iter().map(ToString::to_string).collect::<Vec<_>>());
    month.world.close().await;
}

//! Morocco's clocks go back before Ramadan and forward after it: the cut-off stays at 18:00 of the day.

use rstest::rstest;

use crate::books::{Books, money, one_percent, utc};
use crate::database::Backend;

/// One payment a millisecond before the cut-off, one at it: each in the window of its own day.
#[rstest]
#[case::the_day_before(
    "2027-02-06T16:59:59.999Z",
    "2027-02-06T17:00:00Z",
    "2027-02-06T17:00:00Z",
    "2027-02-07T18:00:00Z"
)]
#[case::first_of_ramadan(
    "2027-02-07T17:59:59.999Z",
    "2027-02-07T18:00:00Z",
    "2027-02-07T18:00:00Z",
    "2027-02-08T18:00:00Z"
)]
#[case::last_of_ramadan(
    "2027-03-13T17:59:59.999Z",
    "2027-03-13T18:00:00Z",
    "2027-03-13T18:00:00Z",
    "2027-03-14T17:00:00Z"
)]
#[case::first_after("2027-03-14T16:59:59.999Z", "2027-03-14T17:00:00Z", "2027-03-14T17:00:00Z", "2027-03-15T17:00:00Z")]
fn nights(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
    #[case] last: &str,
    #[case] next: &str,
    #[case] first_end: &str,
    #[case] second_end: &str,
) {
    let Some(books) = Books::on(backend, &[(1001, one_percent())]) else { return };
    books.card(1001, 10_000, utc(last));
    books.card(1001, 20_000, utc(next));
    books.settle(utc(second_end));
    let found: Vec<_> =
        books.settlements(1001).iter().map(|found| (found.cut_off.and_utc(), found.payments.1)).collect();
    assert_eq!(found, [(utc(first_end), money(10_000)), (utc(second_end), money(20_000))]);
}

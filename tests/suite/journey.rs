//! A bill is paid on the web, end to end.

use rstest::rstest;
use sandbox::BookingOutcome;

use crate::support::{Backend, TestApp};

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn from_contract_to_receipt(
    #[case] backend: Backend,
    #[values((1001, "02", "11111111"), (1002, "01", "1002001"), (1202, "01", "AM100001"))] bill: (u16, &str, &str),
) {
    let Some(app) = TestApp::start(backend).await else { return };
    let payer = app.payer("fr");
    let redirect = payer.up_to_gateway(bill.0, bill.1, bill.2).await;
    let waiting = payer.pay_by_card(&redirect, "4000000000000028").await;
    assert_eq!(waiting.status, 200);
    app.settle().await;
    let receipt = payer.get(&waiting.path).await;
    let bookings = app.control.bookings(bill.0);
    assert_eq!(bookings.len(), 1, "{}", receipt.text());
    let BookingOutcome::Confirmed { receipt_number: number, .. } = &bookings[0].outcome else {
        panic!("{:?}", bookings[0])
    };
    assert!(receipt.text().contains(number.as_str()), "{}", receipt.text());
    assert!(payer.get(&format!("{}/receipt.pdf", waiting.path)).await.body.starts_with("%PDF"));
    assert_eq!((app.control.sms().len(), app.control.mails().len()), (1, 1));
    let order = app.control.orders().pop().unwrap();
    assert_eq!(order.callbacks[0].answer, "ACTION=POSTAUTH");
    app.finish().await;
}

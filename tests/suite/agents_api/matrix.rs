//! What is paid at an outlet is paid in cash: every channel and instrument, asked for and refused.

use ledger::{Channel, Instrument};
use rstest::rstest;

use super::{Counter, refused};
use crate::support::Backend;

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn only_quotes_for_cash_at_an_outlet(#[case] backend: Backend) {
    let Some(counter) = Counter::open(backend).await else { return };
    counter.open_shift("1", "0.00").await;
    let inquiry = counter.app.inquire((1001, "02", "11111111")).await;
    let mut quoted = 0;
    for channel in Channel::ALL {
        for instrument in Instrument::ALL {
            // What the catalogue does not offer has no quote to bring.
            let Ok(quote) = counter.app.price(&inquiry, None, *channel, *instrument).await else {
                assert!((*channel, *instrument) != (Channel::Agt, Instrument::Cash));
                continue;
            };
            quoted += 1;
            let is_ours = (*channel, *instrument) == (Channel::Agt, Instrument::Cash);
            let shown = counter.get(&format!("/quotes/{}", quote.reference)).await;
            let body = serde_json::json!({ "reference": format!("{channel}-{instrument}"), "till": "1", "quote": quote.reference });
            let paid = counter.pay(&body).await;
            if is_ours {
                assert_eq!((shown.status, paid.status), (200, 202), "{paid:?}");
            } else {
                refused(&shown, 404, "unknown-quote");
                refused(&paid, 409, "not-offered");
            }
        }
    }
    assert!(quoted >= 4, "{quoted}");
    assert_eq!(counter.app.database.number("SELECT COUNT(*) FROM payments"), 1);
    counter.app.finish().await;
}

//! Brings settlement files to billers, and messages of transfers to the bank.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use ledger::Reader;

use super::job::{HubRun, Since};
use super::report::{JobReport, JobResult};
use crate::delivery::{Delivering, WishesOf, deliver_files, deliver_orders};

/// Since when a file is to be brought.
pub(super) fn files_due(reader: &mut Reader<'_>, now: DateTime<Utc>) -> Since {
    reader.delivery_due_since(now)
}

/// Brings what is due at the moment that the run works for. What does not arrive has its own schedule and calls a person by
/// itself: no failure of the run.
pub(super) async fn files(HubRun { hub, courier, run, .. }: HubRun) -> JobResult {
    let wishes_of: WishesOf = Arc::new(move |biller| {
        let catalogue = hub.catalogue();
        catalogue.get(biller).map(|biller| (biller.name.fr.clone(), biller.terms.delivery.clone()))
    });
    let done = deliver_files(&courier, &run.ledger, &wishes_of, run.as_of, &run.clock).await?;
    Ok(report(done))
}

/// Since when a message is to be brought to the bank.
pub(super) fn orders_due(reader: &mut Reader<'_>, now: DateTime<Utc>) -> Since {
    reader.order_due_since(now)
}

/// Brings the bank what it is to pay.
pub(super) async fn orders(HubRun { courier, run, .. }: HubRun) -> JobResult {
    Ok(report(deliver_orders(&courier, &run.ledger, run.as_of, &run.clock).await?))
}

fn report(Delivering { delivered, again, called }: Delivering) -> JobReport {
    JobReport::of([("delivered", delivered), ("again", again), ("called", called)])
}

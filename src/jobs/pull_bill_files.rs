//! Pulls the bill files of billers that drop them; the hub takes each whole or refuses it whole, and logs which.

use payments::Hub;
use payments::api::Infrastructure;

/// Asks every such biller for its file. One that is away is asked again at the next tick.
pub(super) async fn run(hub: &Hub) -> Result<(), Infrastructure> {
    hub.pull_bill_files().await.map(drop)
}

//! Takes over billers and networks that another process imported.

use payments::Hub;
use payments::api::Infrastructure;

/// Whether any biller was new.
pub(super) async fn run(hub: &Hub) -> Result<bool, Infrastructure> {
    let changed = hub.reload_billers().await?;
    if changed {
        tracing::info!(billers = hub.catalogue().billers().len(), "the billers have changed");
    }
    if hub.reload_networks().await? {
        tracing::info!(networks = hub.networks().all().len(), "the networks have changed");
    }
    Ok(changed)
}

//! Takes over billers that another process imported.

use payments::Hub;
use payments::api::Infrastructure;

/// Whether there was anything new.
pub(super) async fn run(hub: &Hub) -> Result<bool, Infrastructure> {
    let changed = hub.reload_billers().await?;
    if changed {
        tracing::info!(billers = hub.catalogue().billers().len(), "the billers have changed");
    }
    Ok(changed)
}

//! Deletes what has outlived its use: look-ups and request keys.

use payments::Hub;
use payments::api::Infrastructure;

/// Deletes what is too old by the hub's clock.
pub(super) async fn run(hub: &Hub) -> Result<(), Infrastructure> {
    let rows = hub.prune().await?;
    if rows > 0 {
        tracing::info!(rows, "pruned");
    }
    Ok(())
}

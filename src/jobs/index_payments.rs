//! Puts what payments are found by in order.

use payments::Hub;
use payments::api::Infrastructure;

/// Payments at once: the writer is held up for some milliseconds.
const SLICE: i64 = 500;
/// Slices in a row at most: under load the writer has other work, and what waits is found all the same.
const SLICES_MAX: u32 = 20;

/// Works on what waits, or a good part of it.
pub(super) async fn run(hub: &Hub) -> Result<(), Infrastructure> {
    for _ in 0..SLICES_MAX {
        if !hub.index_payments(SLICE).await? {
            break;
        }
    }
    Ok(())
}

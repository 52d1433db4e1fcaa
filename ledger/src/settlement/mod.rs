//! Settlement as rows: windows and their lines, what came of them, transfers, files and deliveries. What terms say and how
//! files look is not known here.

mod deliveries;
mod files;
mod orders;
mod pages;
pub(crate) mod settling;
mod waiting;
pub(crate) mod windows;

pub use deliveries::{Delivery, NotDelivered, OrderDelivery};
pub use files::{KeptFile, NewDelivery, NewFile};
pub use orders::{Repeated, TransferEnd, TransferEnded, TransferOrder};
pub use pages::{WindowFilter, WindowState};
pub use settling::{NewSettlement, NewTransfer, SettleOutcome, Settlement, Transfer};
pub use windows::{SettlementWindow, WindowLine, WindowLineKind, WindowSum};

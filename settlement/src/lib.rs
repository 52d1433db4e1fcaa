//! Settlement and reconciliation: windows become files for billers and banks, statements and reports become matches and
//! breaks. Knows nothing of HTTP; what it keeps, the ledger keeps.

mod bank_days;
pub mod files;
mod making;
mod placing;
pub mod reconciliation;
pub mod rib;
pub mod statements;
pub mod terms;
mod windows;

pub use bank_days::{BankHolidays, NotHolidays};
pub use making::{
    BankTerms, ContractOf, LinesError, Making, Ordering, Trouble, biller_folder, make_files, order_name,
    order_transfers, statement, write_file,
};
pub use placing::FileTrouble;
pub use windows::{SettledBiller, Settling, close_windows, open_windows, settle_windows};

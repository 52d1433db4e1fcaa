//! Files that leave the hub: for billers, and for the bank.
//!
//! Pure functions from data to bytes: no clock, no chance, no order but that of the data, so that a file made again is
//! the same to the byte. They write as they go; a window of a million payments takes no more memory than one of ten.

mod advice;
mod advised;
mod encoding;
mod latin;
mod layout;
mod output;
mod reading;
mod record;
mod references;
mod sequence;
mod statement;
mod text;
mod transfers;
mod verify;
mod xml;

pub use advice::{ADVICE_DETAILS_MAX, write_advice};
pub use advised::{VerifiedAdvice, verify_advice};
pub use output::{Difference, Unfit, WriteError, Written};
pub use references::{
    CommissionId, NotACommissionId, NotATransferId, TransferId, transfer_message_id, transfer_part_id,
};
pub use sequence::{SequenceFault, check_advices, check_sequence};
pub use statement::{Line, LineKind, Totals, Unsound, WindowStatement};
pub use text::{TextForm, write_text};
pub use transfers::{PayingAccount, TRANSFERS_MAX, Transfer, TransferRun, TransferVersion, write_transfers};
pub use verify::{Fault, Unverified, Verified, verify};
pub use xml::AccountForm;

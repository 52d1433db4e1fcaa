//! Reconciliation: what came in is held against the ledger. Statements are taken in and their entries matched by rules in a
//! fixed order; what does not fit is a break, which never moves money by itself.
//!
//! Each step is found from the rows and may be taken again at any time, also after a kill: what is done is not done twice.

mod answers;
mod awaited;
mod day_csv;
mod import;
mod lines;
mod refunds;
mod reports;
mod rules;
mod run;
mod staging;

pub use day_csv::{day_csv, sources_csv};
pub use import::{ImportError, ImportTerms, Imported, Taken, import};
pub use run::{MatchTerms, RunReport, run, run_as_of};

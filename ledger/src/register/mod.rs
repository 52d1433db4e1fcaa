//! The register of payments: found among millions by what is known of them, each with its whole story.
//!
//! What is looked for is put in order behind the writer (`ordering`), on the way on which payments get their words: a batch
//! writes none of it. What has not been put in order yet is looked through, so that a payment is found from its first
//! moment (`search`). States change: a list of a state holds whatever came into it once, and each payment's own row says
//! whether it still is there.

mod filters;
mod notes;
mod ordering;
mod range;
mod search;
mod story;
mod tasks;
mod words;

pub use filters::{FILTERS_MAX, FilterKept, SavedFilter};
pub use notes::PaymentNote;
pub use ordering::MissingFacts;
pub use search::{PaymentQuery, PaymentsPage};
pub use story::{BookedPosting, StoredIncident, StoredTask, TASKS_OF_MAX};

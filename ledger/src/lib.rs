//! The one billing ledger: money, accounts, postings, bills, payments, outbox, storage.

mod money;
mod vocabulary;

pub use money::{MAD, Money, MoneyError};
pub use vocabulary::{Channel, Instrument, Language, UnknownWord};

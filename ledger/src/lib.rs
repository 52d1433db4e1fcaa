//! The one billing ledger: money, accounts, postings, bills, payments, outbox, storage.

//! Keys of the reports' API: what one is asked for with, and the key itself.

use chrono::TimeDelta;
use ledger::{Actor, ReportKey};
use sha2::{Digest, Sha256};

use super::ReportKind;

/// Keys that are good at the same time: some for each of a few hundred billers' and the hub's own systems would be a page
/// that nobody reads.
pub const KEYS_MAX: i64 = 200;
/// What a key begins with, so that scanners for secrets know it.
const PREFIX: &str = "fatoura_report_";

/// A key to be made.
#[derive(Debug, Clone)]
pub struct KeyWish {
    /// What people call it.
    pub name: String,
    /// What it opens.
    pub kinds: Vec<ReportKind>,
    /// The biller whose rows it opens alone.
    pub biller: Option<u16>,
    /// How long it is good.
    pub lifetime: TimeDelta,
    /// Who makes it.
    pub by: Actor,
}

/// Why a key opens nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyFault {
    /// There never was such a key.
    Unknown,
    /// Somebody took it back, or whoever made it was switched off.
    Revoked,
    /// Its time is over.
    Expired,
}

/// 256 random bits: nobody finds one by trying, so its digest needs no salt.
pub(crate) fn new_key() -> String {
    format!("{PREFIX}{}", hex::encode(rand::random::<[u8; 32]>()))
}

/// What is kept of a key.
pub(crate) fn digest(key: &str) -> [u8; 32] {
    Sha256::digest(key.as_bytes()).into()
}

/// What a key opens. A kind that only a later program knows is none to this one.
pub fn kinds_of(key: &ReportKey) -> Vec<ReportKind> {
    key.kinds.split(' ').filter_map(|word| word.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_differ_and_are_known_by_their_digest() {
        let (one, other) = (new_key(), new_key());
        assert_ne!(digest(&one), digest(&other));
        assert_eq!(digest(&one), digest(&one.clone()));
        assert_eq!(one.len(), PREFIX.len() + 64);
    }
}

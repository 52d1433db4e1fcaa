//! What an entry is known by in every file that tells of it.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};

use sha2::{Digest, Sha256};

use super::form::{Account, Entry, EntryStatus};

/// Takes eight bytes of a digest as they are.
#[derive(Default)]
struct AsIs(u64);

impl Hasher for AsIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0 = bytes.iter().fold(self.0, |hash, byte| (hash << 8) | u64::from(*byte));
    }

    fn write_u64(&mut self, value: u64) {
        self.0 = value;
    }
}

/// Counts equal entries of a file. An entry costs nine bytes, so that a million stay within some MB.
#[derive(Default)]
pub(super) struct Ordinals {
    seen: HashSet<u64, BuildHasherDefault<AsIs>>,
    again: HashMap<u64, u32, BuildHasherDefault<AsIs>>,
}

impl Ordinals {
    /// How often the key has come, this time included.
    fn next(&mut self, key: u64) -> u32 {
        if self.seen.insert(key) {
            return 1;
        }
        let count = self.again.entry(key).or_insert(1);
        *count += 1;
        *count
    }

    /// The identity of the next entry of an account.
    pub(super) fn identity(&mut self, account: &Account, entry: &Entry) -> String {
        let mut digest = Sha256::new();
        let mut add = |part: &str| {
            // Lengths keep neighbours apart.
            digest.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            digest.update(part.as_bytes());
        };
        add(account.number());
        // What is only announced must not stand for its booking.
        add(if entry.status == EntryStatus::Booked { "booked" } else { "announced" });
        add(&entry.currency);
        add(&entry.amount.minor().to_string());
        match &entry.bank_reference {
            Some(reference) => {
                add("bank");
                add(reference);
            }
            None => {
                add("fields");
                for day in [entry.booked, entry.value] {
                    add(&day.map(|day| day.to_string()).unwrap_or_default());
                }
                add(entry.reference.as_deref().unwrap_or_default());
            }
        }
        let fields = digest.clone().finalize();
        let key = fields.iter().take(8).fold(0, |key: u64, byte| (key << 8) | u64::from(*byte));
        digest.update(self.next(key).to_be_bytes());
        hex::encode(digest.finalize())
    }
}

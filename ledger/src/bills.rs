//! What a bill is to the ledger: a key that is claimed by at most one payment at a time.

use std::fmt;

use sha2::{Digest, Sha256};

use crate::personal::Keyring;

/// Identifies one payable line over all channels: the first 128 bits of SHA-256 over biller, receivable type, customer
/// and article. The ledger needs to tell bills apart, not to know whose they are.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BillKey(pub(crate) [u8; 16]);

impl BillKey {
    /// The key of an article of a customer. Parts are length-prefixed: no two bills share a text.
    pub fn of(biller: u16, receivable_type: &str, customer: &str, article: &str) -> Self {
        let mut hash = Sha256::new();
        hash.update(biller.to_be_bytes());
        for part in [receivable_type, customer, article] {
            hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            hash.update(part.as_bytes());
        }
        Self(first_half(&hash.finalize()))
    }
}

/// Identifies a customer of a biller: as a [`BillKey`] without the article.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CustomerKey {
    digest: [u8; 16],
    /// Whether it was read from a row, in which it stands under the database's key.
    is_kept: bool,
}

impl CustomerKey {
    /// The key of a customer, for whom no bill has an empty article.
    pub fn of(biller: u16, receivable_type: &str, customer: &str) -> Self {
        Self { digest: BillKey::of(biller, receivable_type, customer, "").0, is_kept: false }
    }

    /// As a row has it; `None` where the bytes are something else.
    pub(crate) fn kept(word: Vec<u8>) -> Option<Self> {
        Some(Self { digest: word.try_into().ok()?, is_kept: true })
    }

    /// As it is written to rows.
    pub(crate) fn word(&self, keys: &Keyring) -> Vec<u8> {
        if self.is_kept { self.digest.to_vec() } else { keys.word(self.digest).to_vec() }
    }

    /// All that rows may have: under the key, and from before there was one.
    pub(crate) fn forms(&self, keys: &Keyring) -> Vec<Vec<u8>> {
        let mut forms = vec![self.digest.to_vec()];
        // A word from before is a digest, and has a form under the key like any other.
        forms.push(keys.word(self.digest).to_vec());
        forms
    }
}

/// The first 16 bytes of a digest.
pub(crate) fn first_half(digest: &[u8]) -> [u8; 16] {
    let mut half = [0; 16];
    half.iter_mut().zip(digest).for_each(|(to, from)| *to = *from);
    half
}

impl fmt::Debug for BillKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// A bill as a quote saw it, and what its payment will do to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BillClaim {
    /// The bill.
    pub key: BillKey,
    /// How often it had been paid when it was quoted; a payment since makes the quote stale.
    pub generation: i32,
    /// Whether a confirmed payment settles it for good. Part payments leave it open for the rest.
    pub settles: bool,
}

/// Bytes of one claim in a row.
const CLAIM_BYTES: usize = 21;

/// Claims as they stand in a row: key, generation, settles; 21 bytes each.
pub(crate) fn encode(claims: &[BillClaim]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(claims.len() * CLAIM_BYTES);
    for claim in claims {
        bytes.extend_from_slice(&claim.key.0);
        bytes.extend_from_slice(&claim.generation.to_be_bytes());
        bytes.push(u8::from(claim.settles));
    }
    bytes
}

/// Reads what [`encode`] wrote; `None` if the bytes are something else.
pub(crate) fn decode(bytes: &[u8]) -> Option<Vec<BillClaim>> {
    let (claims, []) = bytes.as_chunks::<CLAIM_BYTES>() else { return None };
    claims
        .iter()
        .map(|claim| {
            let (key, rest) = claim.split_first_chunk::<16>()?;
            let (generation, settles) = rest.split_first_chunk::<4>()?;
            let settles = match settles {
                [0] => false,
                [1] => true,
                _ => return None,
            };
            Some(BillClaim { key: BillKey(*key), generation: i32::from_be_bytes(*generation), settles })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn parts_do_not_run_together() {
        assert_ne!(BillKey::of(1001, "02", "12", "3"), BillKey::of(1001, "02", "1", "23"));
        assert_eq!(BillKey::of(1001, "02", "12", "3"), BillKey::of(1001, "02", "12", "3"));
    }

    proptest! {
        #[test]
        fn round_trip(keys in proptest::collection::vec((any::<[u8; 16]>(), any::<i32>(), any::<bool>()), 0..5)) {
            let claims: Vec<BillClaim> = keys.into_iter()
                .map(|(key, generation, settles)| BillClaim { key: BillKey(key), generation, settles })
                .collect();
            prop_assert_eq!(decode(&encode(&claims)), Some(claims));
        }
    }

    #[test]
    fn damaged_bytes_are_refused() {
        assert_eq!(decode(&[0; 20]), None);
        assert_eq!(decode(&[2; 21]), None);
    }
}

//! What sealing costs, for the program's bench.

use std::hint::black_box;
use std::time::Instant;

use super::columns::{PAYMENTS_PHONE, QUOTES_DETAIL};
use super::keyring::Keyring;
use super::keys::DataKeys;
use crate::storage::StorageError;

/// Nanoseconds each of: sealing a phone, opening it, sealing a quote's detail of 600 bytes, opening it, a word's digest.
pub fn sealing_ns(times: u32) -> Result<[(&'static str, u128); 5], StorageError> {
    let ring = Keyring::of(&DataKeys::generate())?;
    let detail = "x".repeat(600);
    let (phone, quote) = (ring.seal(&PAYMENTS_PHONE, 1, "+212612345678")?, ring.seal(&QUOTES_DETAIL, 1, &detail)?);
    let measure = |mut step: Box<dyn FnMut() -> Result<(), StorageError> + '_>| {
        let began = Instant::now();
        for _ in 0..times {
            step()?;
        }
        Ok::<_, StorageError>(began.elapsed().as_nanos() / u128::from(times.max(1)))
    };
    Ok([
        ("seal a phone", measure(Box::new(|| ring.seal(&PAYMENTS_PHONE, 1, black_box("+212612345678")).map(drop)))?),
        ("open a phone", measure(Box::new(|| ring.open(&PAYMENTS_PHONE, 1, black_box(&phone)).map(drop)))?),
        ("seal a quote", measure(Box::new(|| ring.seal(&QUOTES_DETAIL, 1, black_box(&detail)).map(drop)))?),
        ("open a quote", measure(Box::new(|| ring.open(&QUOTES_DETAIL, 1, black_box(&quote)).map(drop)))?),
        (
            "digest a word",
            measure(Box::new(|| {
                black_box(ring.word(black_box([1; 16])));
                Ok(())
            }))?,
        ),
    ])
}

//! How often one address may ask, so that contract numbers and references cannot be tried out in bulk.

use std::num::NonZeroU32;

use channels::WebLimits;

use super::environment::{Reader, Variable, with_default};

const PER_MINUTE: &str = "a whole number, 1 to 10000";

const LOOKUPS: Variable =
    with_default("FATOURA_LOOKUPS_PER_MINUTE", "20", PER_MINUTE, "bill look-ups of one address, sustained");
const LOOKUP_BURST: Variable =
    with_default("FATOURA_LOOKUP_BURST", "20", PER_MINUTE, "bill look-ups of one address at once");
const SEARCHES: Variable = with_default(
    "FATOURA_SEARCHES_PER_MINUTE",
    "10",
    PER_MINUTE,
    "searches of a payment by reference and phone from one address",
);
const STARTS: Variable =
    with_default("FATOURA_STARTS_PER_MINUTE", "20", PER_MINUTE, "payments started from one address");
const ADDRESSES: Variable = with_default(
    "FATOURA_ADDRESSES_MAX",
    "50000",
    "a whole number, 100 to 10000000",
    "addresses remembered for these limits; past it, newcomers share one allowance",
);

pub(super) const VARIABLES: &[&Variable] = &[&LOOKUPS, &LOOKUP_BURST, &SEARCHES, &STARTS, &ADDRESSES];

pub(super) fn read(reader: &mut Reader<'_>) -> Option<WebLimits> {
    let lookups_per_minute = allowance(reader, &LOOKUPS);
    let lookup_burst = allowance(reader, &LOOKUP_BURST);
    let searches_per_minute = allowance(reader, &SEARCHES);
    let starts_per_minute = allowance(reader, &STARTS);
    let addresses_max = reader.number(&ADDRESSES, 100..=10_000_000);
    Some(WebLimits {
        lookups_per_minute: lookups_per_minute?,
        lookup_burst: lookup_burst?,
        searches_per_minute: searches_per_minute?,
        starts_per_minute: starts_per_minute?,
        addresses_max: addresses_max?,
    })
}

fn allowance(reader: &mut Reader<'_>, variable: &Variable) -> Option<NonZeroU32> {
    reader.number(variable, 1..=10_000).and_then(NonZeroU32::new)
}

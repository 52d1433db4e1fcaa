//! How long personal data is kept that no law asks for.

use super::environment::{Reader, Variable, with_default};

const PAYERS: Variable = with_default(
    "FATOURA_KEEP_PAYERS_DAYS",
    "400",
    "a whole number, 30 to 4000",
    "days after which payments and payment links lose the payer's phone and mail address",
);
const CALLS: Variable = with_default(
    "FATOURA_KEEP_CALLS_DAYS",
    "180",
    "a whole number, 30 to 4000",
    "days after which calls, and references payable at outlets, lose the caller's phone",
);

pub(super) const VARIABLES: &[&Variable] = &[&PAYERS, &CALLS];

/// How long personal data is kept that no law asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetentionConfig {
    /// Payers' phones and mail addresses, in days.
    pub payers_days: u32,
    /// Callers' phones, in days.
    pub calls_days: u32,
}

impl Default for RetentionConfig {
    fn default() -> Self {
        Self { payers_days: 400, calls_days: 180 }
    }
}

impl RetentionConfig {
    pub(super) fn read(reader: &mut Reader<'_>) -> Option<Self> {
        let payers_days = reader.number(&PAYERS, 30..=4_000);
        let calls_days = reader.number(&CALLS, 30..=4_000);
        Some(Self { payers_days: payers_days?, calls_days: calls_days? })
    }
}

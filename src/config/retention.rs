//! How long personal data is kept that no law asks for.

use super::environment::{Reader, Variable, with_default};

const PAYERS: Variable = with_default(
    "FATOURA_KEEP_PAYERS_DAYS",
    "400",
    "a whole number, 30 to 4000",
    "days after which payments, complaints, payment links and references lose the payer's phone and mail address",
);

pub(super) const VARIABLES: &[&Variable] = &[&PAYERS];

/// How long personal data is kept that no law asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetentionConfig {
    /// Payers' phones and mail addresses, in days.
    pub payers_days: u32,
}

impl Default for RetentionConfig {
    fn default() -> Self {
        Self { payers_days: 400 }
    }
}

impl RetentionConfig {
    pub(super) fn read(reader: &mut Reader<'_>) -> Option<Self> {
        Some(Self { payers_days: reader.number(&PAYERS, 30..=4_000)? })
    }
}

//! When complaints can be opened, and by when they are to be answered.

use super::environment::{Reader, Variable, with_default};

const COOLING: Variable = with_default(
    "FATOURA_DISPUTE_COOLING_HOURS",
    "24",
    "a whole number, 0 to 240",
    "how long after it was started a payment whose outcome is unknown cannot be complained of as not credited: it is found \
     out by itself",
);
const TURNAROUND: Variable = with_default(
    "FATOURA_DISPUTE_TURNAROUND_DAYS",
    "5",
    "a whole number, 1 to 60",
    "in how many bank days a complaint is to be answered; later ones call a person",
);
const REOPEN: Variable = with_default(
    "FATOURA_DISPUTE_REOPEN_DAYS",
    "30",
    "a whole number, 0 to 365",
    "how many days after its answer a complaint can be opened once more",
);

pub(super) const VARIABLES: &[&Variable] = &[&COOLING, &TURNAROUND, &REOPEN];

/// When complaints can be opened, and by when they are to be answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DisputesConfig {
    /// How long an unknown outcome is no complaint, in hours.
    pub cooling_hours: u32,
    /// In how many bank days they are to be answered.
    pub turnaround_days: u16,
    /// How many days after their answer they can be opened once more.
    pub reopen_days: u32,
}

impl Default for DisputesConfig {
    fn default() -> Self {
        Self { cooling_hours: 24, turnaround_days: 5, reopen_days: 30 }
    }
}

impl DisputesConfig {
    pub(super) fn read(reader: &mut Reader<'_>) -> Option<Self> {
        let (cooling, turnaround) = (reader.number(&COOLING, 0..=240), reader.number(&TURNAROUND, 1..=60));
        let reopen = reader.number(&REOPEN, 0..=365);
        let turnaround_days = u16::try_from(turnaround?).unwrap_or(u16::MAX);
        Some(Self { cooling_hours: cooling?, turnaround_days, reopen_days: reopen? })
    }
}

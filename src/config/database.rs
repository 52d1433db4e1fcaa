//! Where the ledger is kept.

use ledger::DatabaseUrl;

use super::environment::{Reader, Variable, with_default};

const URL: Variable = Variable {
    name: "FATOURA_DATABASE_URL",
    meaning: "where the ledger is kept. The URL of a server may hold a password and is never shown whole",
    expected: "sqlite:PATH or postgres://USER:PASSWORD@HOST/DATABASE",
    unset: super::Unset::Value("sqlite:data/fatoura.db"),
    secret: true,
};
const READERS: Variable = with_default(
    "FATOURA_DATABASE_READERS",
    "8",
    "a whole number, 1 to 100",
    "connections that read at once; one more writes",
);

pub(super) const VARIABLES: &[&Variable] = &[&URL, &READERS];

/// Where the ledger is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatabaseConfig {
    /// The database.
    pub url: DatabaseUrl,
    /// Connections that read at once.
    pub readers: u32,
}

impl DatabaseConfig {
    pub(super) fn read(reader: &mut Reader<'_>) -> Option<Self> {
        let url = reader.get(&URL, |text| text.trim().parse().ok());
        let readers = reader.number(&READERS, 1..=100);
        Some(Self { url: url?, readers: readers? })
    }
}

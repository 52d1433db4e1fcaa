//! Where the ledger is kept.

use ledger::{DataKeys, DatabaseUrl};

use super::environment::{Reader, Unset, Variable, secret, with_default};

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

const KEYS: Variable = secret(
    "FATOURA_DATA_KEYS",
    Unset::LeftOut,
    "NAME:KEY,NAME:KEY... with 1 to 8 keys, each 32 random bytes in base64 (`openssl rand -base64 32`) under a name of letters and digits",
    "seals personal data at rest: the first key seals, all open. Required unless the database is SQLite and `FATOURA_PUBLIC_URL` is this machine, where a key is made in DATABASE.keys. The same on every node; what was sealed is lost without its key. `fatoura personal rotate` seals anew under the first one",
);

pub(super) const VARIABLES: &[&Variable] = &[&URL, &READERS, &KEYS];

/// Where the ledger is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatabaseConfig {
    /// The database.
    pub url: DatabaseUrl,
    /// Connections that read at once.
    pub readers: u32,
    /// The keys for personal data, where they are set.
    pub keys: Option<DataKeys>,
}

impl DatabaseConfig {
    pub(super) fn read(reader: &mut Reader<'_>) -> Option<Self> {
        let url = reader.get(&URL, |text| text.trim().parse().ok());
        let readers = reader.number(&READERS, 1..=100);
        let keys = reader.get(&KEYS, |text| DataKeys::parse(text).ok());
        Some(Self { url: url?, readers: readers?, keys })
    }

    /// Where payers come from elsewhere, keys do not lie beside what they open.
    pub(super) fn require_keys(reader: &mut Reader<'_>, public_url: Option<&str>) {
        if !reader.is_set(&KEYS) && public_url.is_none_or(|url| url.starts_with("https://")) {
            reader.fault(&KEYS, "it is not set");
        }
    }
}

//! Pages for staff.

use secrecy::SecretString;

use super::environment::{Reader, Unset, Variable, secret, with_default};

/// What HMAC-SHA256 makes full use of.
const KEY_BYTES_MIN: usize = 32;

const PAGES: Variable = with_default(
    "FATOURA_STAFF_PAGES",
    "false",
    "true or false",
    "whether this node serves the pages for staff, `/staff`; `fatoura user add` takes in who may sign in",
);
const KEY: Variable = secret(
    "FATOURA_STAFF_KEY",
    Unset::LeftOut,
    "at least 32 random characters, such as the output of `openssl rand -hex 32`",
    "seals second factors and recovery codes at rest; required with the pages. The same over restarts and on every node: under another key nobody's second factor is known any more",
);

pub(super) const VARIABLES: &[&Variable] = &[&PAGES, &KEY];

/// Pages for staff.
#[derive(Debug, Clone)]
pub struct StaffConfig {
    /// Seals second factors and recovery codes.
    pub key: SecretString,
}

impl StaffConfig {
    /// `None`: without pages for staff.
    pub(super) fn read(reader: &mut Reader<'_>) -> Option<Self> {
        let pages = reader.flag(&PAGES)?;
        let key = reader.secret(&KEY, KEY_BYTES_MIN);
        if !pages {
            return None;
        }
        if key.is_none() && !reader.is_set(&KEY) {
            reader.fault(&KEY, "it is not set, but FATOURA_STAFF_PAGES is true");
        }
        Some(Self { key: key? })
    }
}

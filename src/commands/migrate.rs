//! `migrate`: brings the tables up to date.

use std::io::Write;
use std::path::Path;

use anyhow::Context;
use ledger::{DatabaseUrl, Ledger};

use super::Outcome;
use super::sandbox::make_folder;
use crate::config::{DatabaseConfig, Environment};

pub(super) fn run(environment: &Environment, out: &mut dyn Write) -> anyhow::Result<Outcome> {
    let url = DatabaseConfig::from_environment(environment)?.url;
    let ran = migrate(&url)?;
    match ran.as_slice() {
        [] => writeln!(out, "{url} is up to date")?,
        versions => writeln!(out, "{url} is up to date now; ran {}", versions.join(", "))?,
    }
    Ok(Outcome::Done)
}

/// Brings the tables up to date, making a SQLite file and its folder if need be; the versions that ran.
pub(super) fn migrate(url: &DatabaseUrl) -> anyhow::Result<Vec<String>> {
    if let DatabaseUrl::Sqlite(path) = url
        && let Some(folder) = path.parent().filter(|folder| *folder != Path::new(""))
    {
        make_folder(folder)?;
    }
    Ledger::migrate(url).with_context(|| url.to_string())
}

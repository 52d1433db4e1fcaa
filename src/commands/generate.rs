//! `fatoura generate`.

use std::io::Write;

use anyhow::Context;
use chrono::Utc;
use ledger::Ledger;

use super::Outcome;
use crate::cli::GenerateArgs;
use crate::config::{DatabaseConfig, Environment};
use crate::data_keys;
use crate::generate::{self, Plan};

pub(super) fn run(args: GenerateArgs, environment: &Environment, out: &mut dyn Write) -> anyhow::Result<Outcome> {
    let GenerateArgs { payments, database_url, seed } = args;
    let configured = DatabaseConfig::from_environment(environment)?;
    let database = DatabaseConfig { url: database_url.unwrap_or_else(|| configured.url.clone()), ..configured };
    let url = &database.url;
    Ledger::migrate(url).with_context(|| format!("no tables can be made at {url}"))?;
    let ledger = Ledger::open_to_fill(url, &data_keys::of(&database)?)?;
    let plan = Plan { payments: payments.into(), seed, until: Utc::now() };
    let done = generate::run(&ledger, &plan, out);
    ledger.close();
    done?;
    Ok(Outcome::Done)
}

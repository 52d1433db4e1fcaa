//! `reconcile`: what comes in, matching, breaks.

mod breaks;
mod import;
mod progress;
mod statement;

use std::io::Write;

use anyhow::Context;
use chrono::Utc;
use ledger::Ledger;

use super::{Outcome, existing_database};
use crate::cli::{ReconcileAction, ReconcileRunArgs};
use crate::config::{Environment, ReconcileConfig};
use crate::data_keys;

pub(super) fn run(action: &ReconcileAction, environment: &Environment, out: &mut dyn Write) -> anyhow::Result<Outcome> {
    match action {
        ReconcileAction::Import(args) => import::run(args, environment, out),
        ReconcileAction::Run(args) => match_entries(args, environment, out),
        ReconcileAction::Breaks(args) => breaks::list(args, environment, out),
        ReconcileAction::Break(args) => breaks::one(args, environment, out),
        ReconcileAction::Statement(args) => statement::run(args, environment, out),
    }
}

fn open(environment: &Environment) -> anyhow::Result<Ledger> {
    data_keys::open_beside(&existing_database(environment)?)
}

fn match_entries(args: &ReconcileRunArgs, environment: &Environment, out: &mut dyn Write) -> anyhow::Result<Outcome> {
    let config = ReconcileConfig::from_environment(environment)?;
    let ledger = open(environment)?;
    let report = settlement::reconciliation::run(&ledger, &config.terms, args.dry_run, &Utc::now)
        .context("the entries cannot be matched")?;
    ledger.close();
    for told in &report.told {
        writeln!(out, "{told}")?;
    }
    let would = if args.dry_run { "would be " } else { "" };
    for (rule, count) in &report.matches {
        writeln!(out, "{count} {would}matched by {rule}")?;
    }
    writeln!(out, "{} match(es) {would}made, {} break(s) {would}opened", report.matched(), report.breaks)?;
    Ok(Outcome::Done)
}

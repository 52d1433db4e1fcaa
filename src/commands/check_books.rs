//! `check-books`: proves the books, or names what is wrong.

use std::io::Write;

use anyhow::Context;

use super::{Outcome, existing_database};
use crate::config::Environment;

pub(super) fn run(environment: &Environment, out: &mut dyn Write) -> anyhow::Result<Outcome> {
    let url = existing_database(environment)?.url;
    let report = ledger::check_books(&url).with_context(|| format!("the books at {url} cannot be checked"))?;
    for fault in &report.faults {
        writeln!(out, "{fault}")?;
    }
    if report.more_faults > 0 {
        writeln!(out, "... and {} more", report.more_faults)?;
    }
    let verdict = if report.is_clean() { "the books are right" } else { "THE BOOKS ARE WRONG" };
    writeln!(
        out,
        "{verdict}: {} payments, {} postings, {} entries, {} accounts, {} bills",
        report.payments, report.postings, report.entries, report.accounts, report.bills
    )?;
    if report.audit_rows > 0 {
        writeln!(out, "the audit log: {} rows, the last one has the digest {}", report.audit_rows, report.audit_head)?;
    }
    Ok(if report.is_clean() { Outcome::Done } else { Outcome::Faulty })
}

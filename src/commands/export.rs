//! `export`: the books for other programs.

use std::io::{BufWriter, Write};

use anyhow::Context;

use super::{Outcome, existing_database};
use crate::config::Environment;

/// A journal for hledger.
pub(super) fn hledger(environment: &Environment, out: &mut dyn Write) -> anyhow::Result<Outcome> {
    let url = existing_database(environment)?.url;
    // Standard output is flushed at every line: a journal has millions.
    let mut out = BufWriter::with_capacity(64 * 1024, out);
    ledger::export_hledger(&url, &mut out).with_context(|| format!("the books at {url} cannot be exported"))?;
    out.flush()?;
    Ok(Outcome::Done)
}

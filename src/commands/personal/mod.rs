//! `personal`: personal data at rest.

mod people;

use std::io::Write;
use std::thread::sleep;
use std::time::Duration;

use anyhow::{Context, bail};
use ledger::{Ledger, SealedUpto, empty_log};

use super::{Outcome, existing_database};
use crate::cli::PersonalAction;
use crate::config::Environment;
use crate::data_keys;

/// Rest between steps, for the hub's own writes.
const REST: Duration = Duration::from_millis(2);
/// Passes over all columns at most: what is still found then is written by a node that has another first key.
const PASSES_MAX: usize = 5;

pub(super) fn run(action: &PersonalAction, environment: &Environment, out: &mut dyn Write) -> anyhow::Result<Outcome> {
    match action {
        PersonalAction::Rotate => rotate(environment, out),
        PersonalAction::Export(args) => over(environment, |ledger| people::export(ledger, args, out)),
        PersonalAction::Erase(args) => over(environment, |ledger| people::erase(ledger, args, out)),
        PersonalAction::Approve(args) => {
            let done = over(environment, |ledger| people::approve(ledger, args, out))?;
            empty_log(&existing_database(environment)?.url).context("SQLite's log cannot be emptied")?;
            Ok(done)
        }
    }
}

fn over(environment: &Environment, work: impl FnOnce(&Ledger) -> anyhow::Result<Outcome>) -> anyhow::Result<Outcome> {
    let ledger = data_keys::open_beside(&existing_database(environment)?)?;
    let done = work(&ledger);
    ledger.close();
    done
}

fn rotate(environment: &Environment, out: &mut dyn Write) -> anyhow::Result<Outcome> {
    let ledger = data_keys::open_beside(&existing_database(environment)?)?;
    let done = seal_all(&ledger, out).and_then(|()| digest_all(&ledger, out));
    let url = ledger.url().clone();
    ledger.close();
    done?;
    if !empty_log(&url).context("SQLite's log cannot be emptied")? {
        writeln!(out, "SQLite's log still holds what stood there before: it goes when the hub next stops")?;
    }
    Ok(Outcome::Done)
}

fn seal_all(ledger: &Ledger, out: &mut dyn Write) -> anyhow::Result<()> {
    let mut sealed: Vec<(&'static str, usize)> = Vec::new();
    for _ in 0..PASSES_MAX {
        let (mut upto, mut found) = (SealedUpto::default(), false);
        while let Some(stale) = ledger.read(|reader| reader.stale_texts(upto))? {
            found = true;
            let (place, next) = (stale.place(), stale.upto());
            let count = ledger.write_now(move |op| op.seal_anew(&stale))?;
            match sealed.iter_mut().find(|(known, _)| *known == place) {
                Some((_, sum)) => *sum += count,
                None => sealed.push((place, count)),
            }
            // Others were faster with all of them: whatever is left is found in the next pass.
            if count == 0 && next == upto {
                break;
            }
            upto = next;
            sleep(REST);
        }
        if !found {
            for (place, count) in &sealed {
                writeln!(out, "{place}: {count} sealed")?;
            }
            writeln!(out, "all personal data is sealed under the first key")?;
            return Ok(());
        }
    }
    bail!("another node still seals under another key: put the new key first on every node, and run this again")
}

fn digest_all(ledger: &Ledger, out: &mut dyn Write) -> anyhow::Result<()> {
    let mut count = 0;
    while let Some(old) = ledger.read(|reader| reader.old_words())? {
        count += ledger.write_now(move |op| op.digest_anew(&old))?;
        sleep(REST);
    }
    if count > 0 {
        writeln!(out, "{count} phones and contracts digested anew")?;
    }
    Ok(())
}

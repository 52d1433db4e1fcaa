//! `network`: import and list.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;

use anyhow::Context;
use chrono::{DateTime, Utc};
use ledger::OutletTaken;
use payments::networks::{Network, import as files};

use super::{Outcome, existing_database};
use crate::cli::NetworkImportArgs;
use crate::config::{DatabaseConfig, Environment};
use crate::data_keys;

/// Takes networks from files, all or none.
pub(super) fn import(
    args: &NetworkImportArgs,
    environment: &Environment,
    out: &mut dyn Write,
) -> anyhow::Result<Outcome> {
    let database = existing_database(environment)?;
    let mut faults = Vec::new();
    let networks = read_all(&args.files, &mut faults);
    if faults.is_empty() {
        let taken = store(&database, &networks, Utc::now())?;
        faults.extend(taken.into_iter().map(|OutletTaken { outlet, by, of }| {
            format!("network {by}: outlet {outlet} belongs to network {of}; an outlet's number is its own for ever")
        }));
    }
    if !faults.is_empty() {
        let mut errors = io::stderr().lock();
        faults.iter().try_for_each(|fault| writeln!(errors, "{fault}"))?;
        writeln!(errors, "fatoura: {} fault(s); nothing was imported", faults.len())?;
        return Ok(Outcome::Faulty);
    }
    for network in &networks {
        writeln!(out, "{} {} ({} outlets)", network.code, network.name.fr, network.outlets.len())?;
        let unset = network.secrets.iter().filter(|name| environment.get(name).is_none());
        for name in unset {
            writeln!(out, "     note: {name} is not set here; the network's system cannot sign with it")?;
        }
    }
    writeln!(out, "{} network(s) imported", networks.len())?;
    Ok(Outcome::Done)
}

/// Reads every file, and names every fault with its file and line.
fn read_all(paths: &[PathBuf], faults: &mut Vec<String>) -> Vec<Network> {
    let mut networks: Vec<Network> = Vec::new();
    // Network or outlet, and the file it is in.
    let mut found: BTreeMap<String, String> = BTreeMap::new();
    for path in paths {
        let file = path.display().to_string();
        let text = match fs::read(path).map(String::from_utf8) {
            Ok(Ok(text)) => text,
            Ok(Err(_)) => {
                faults.push(format!("{file}: expected text in UTF-8; found other bytes"));
                continue;
            }
            Err(error) => {
                faults.push(format!("{file}: cannot be read: {error}"));
                continue;
            }
        };
        match files::parse(&text) {
            Ok(read) => {
                for network in read {
                    let outlets = network.outlets.iter().map(|outlet| format!("outlet {}", outlet.number));
                    for name in outlets.chain([format!("network {}", network.code)]) {
                        if let Some(earlier) = found.insert(name.clone(), file.clone()).filter(|first| *first != file) {
                            faults.push(format!("{file}: {name} is in {earlier} too"));
                        }
                    }
                    networks.push(network);
                }
            }
            Err(wrong) => faults.extend(wrong.iter().map(|fault| match fault.path.as_str() {
                "" => format!("{file}:{}: {}", fault.line, fault.expected),
                key => format!("{file}:{}: {key}: {}", fault.line, fault.expected),
            })),
        }
    }
    networks
}

/// Puts networks into the ledger, each in place of what was under its code; the outlets that belong to others, if any. A
/// hub that runs takes them over by itself.
pub(super) fn store(
    database: &DatabaseConfig,
    networks: &[Network],
    now: DateTime<Utc>,
) -> anyhow::Result<Vec<OutletTaken>> {
    let ledger = data_keys::open_beside(database)?;
    let taken = payments::import_networks(&ledger, networks, now).context("the networks cannot be stored")?;
    ledger.close();
    Ok(taken)
}

/// Prints the networks and their outlets, with what is left of each float.
pub(super) fn list(environment: &Environment, out: &mut dyn Write) -> anyhow::Result<Outcome> {
    let ledger = data_keys::open_beside(&existing_database(environment)?)?;
    let stored = ledger.read(|reader| reader.networks()).context("the networks cannot be read")?;
    if stored.is_empty() {
        writeln!(out, "no networks; import some with `fatoura network import FILE...`")?;
        return Ok(Outcome::Done);
    }
    for row in stored {
        let network: Network = serde_json::from_str(&row.definition)
            .with_context(|| format!("network {} is stored in another shape: import its file again", row.code))?;
        writeln!(out, "{} {}{}", network.code, network.name.fr, closed(network.active))?;
        for outlet in &network.outlets {
            let float = ledger.read(|reader| reader.float(&outlet.number)).context("a float cannot be read")?;
            let low = if float < network.low_float { ", low" } else { "" };
            let (name, city, closed) = (&outlet.name.fr, &outlet.city.fr, closed(outlet.active));
            writeln!(
                out,
                "  {}  {name}, {city}{closed}; tills {}; float {float} MAD{low}",
                outlet.number,
                outlet.tills.join(" ")
            )?;
        }
    }
    Ok(Outcome::Done)
}

fn closed(active: bool) -> &'static str {
    if active { "" } else { " (not active)" }
}

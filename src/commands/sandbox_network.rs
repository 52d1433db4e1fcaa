//! `sandbox network`: a network's own system, for a day at an outlet.

use std::io::Write;

use anyhow::{Context, anyhow};
use sandbox::{NetworkConfig, NetworkDay, NetworkSystem};
use secrecy::ExposeSecret;

use super::{Outcome, block_on};
use crate::cli::SandboxNetworkArgs;
use crate::config::Environment;

/// The variable that holds the network's secret.
const SECRET: &str = "FATOURA_NETWORK_SECRET";

pub(super) fn run(
    args: &SandboxNetworkArgs,
    environment: &Environment,
    out: &mut dyn Write,
) -> anyhow::Result<Outcome> {
    let secret = environment.secret(SECRET).with_context(|| format!("{SECRET} is missing: the network's secret"))?;
    let config = NetworkConfig {
        hub: args.hub.trim_end_matches('/').to_owned(),
        network: args.network.clone(),
        key: args.key.clone(),
        secret: secret.expose_secret().to_owned(),
    };
    let system = NetworkSystem::new(config).map_err(|error| anyhow!(error))?;
    let system = match &args.books {
        Some(sandbox) => system.with_books(sandbox),
        None => system,
    };
    let day = NetworkDay {
        outlet: args.outlet.clone(),
        till: args.till.clone(),
        biller: args.biller,
        receivable_type: args.receivable_type.clone(),
        contract: args.contract.clone(),
    };
    let mut lines = Vec::new();
    let outcome = block_on(async { Ok(system.drive_day(&day, &mut |line| lines.push(line)).await) })?;
    for line in lines {
        writeln!(out, "{line}")?;
    }
    match outcome {
        Ok(()) => Ok(Outcome::Done),
        Err(step) => {
            writeln!(out, "not done: {step}")?;
            Ok(Outcome::Faulty)
        }
    }
}

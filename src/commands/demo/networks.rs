//! The demo's networks, inside the binary, and a float for each of their outlets.

use anyhow::{anyhow, bail};
use chrono::Utc;
use ledger::{Actor, FloatRequestKind, FloatRequestState, Money};
use payments::Hub;
use payments::api::cash::{DecideFloat, RequestFloat};
use payments::networks::{Network, import};
use sandbox::Control;

use crate::commands::network;
use crate::config::DatabaseConfig;

const FILE: &str = include_str!("../../../sandbox/networks/networks.toml");
/// Where the demo's agent works.
pub(super) const OUTLET: &str = "10001";
/// What each outlet begins with: 5,000.00.
const FLOAT: Money = Money::from_minor(500_000);

fn own() -> anyhow::Result<Vec<Network>> {
    import::parse(FILE).map_err(|faults| {
        let faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
        anyhow!("the demo's own networks.toml has faults: {}", faults.join("; "))
    })
}

/// Puts the networks in.
pub(super) fn store(database: &DatabaseConfig) -> anyhow::Result<()> {
    let taken = network::store(database, &own()?, Utc::now())?;
    if let Some(taken) = taken.first() {
        bail!("outlet {} of the demo belongs to network {}", taken.outlet, taken.of);
    }
    Ok(())
}

/// Fills each float once, with a request and an approval as they are in earnest, and the network's transfer to the bank. Their people are no accounts: theirs are
/// numbers that no account has.
pub(super) async fn fill_floats(hub: &Hub, sandbox: &Control) -> anyhow::Result<()> {
    let own = own()?;
    let [treasurer, controller] = [-1, -2].map(|id| Actor { id, name: "Demo".to_owned() });
    let outlets = own.iter().flat_map(|network| network.outlets.iter().map(|outlet| (&network.code, outlet)));
    for (network, outlet) in outlets {
        let request = RequestFloat {
            outlet: outlet.number.clone(),
            kind: FloatRequestKind::TopUp,
            amount: FLOAT,
            proof: format!("DEMO-{}", outlet.number),
            key: format!("demo {}", outlet.number),
            actor: treasurer.clone(),
        };
        let request = hub.request_float(request).await?;
        if request.state == FloatRequestState::Open {
            let (note, actor) = (String::new(), controller.clone());
            hub.decide_float(DecideFloat { request: request.id, approve: true, note, actor }).await?;
            let paid = sandbox.top_up(network, FLOAT.minor(), &request.proof);
            paid.map_err(|fault| anyhow!("the top-up of outlet {}: {fault}", outlet.number))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_good() {
        assert!(import::parse(FILE).is_ok());
    }
}

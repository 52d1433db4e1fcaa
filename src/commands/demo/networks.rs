//! The demo's networks of agents: those of the sandbox, with something in the float of the first outlet.

use std::sync::Arc;

use anyhow::{Context, anyhow};
use chrono::Utc;
use ledger::{Actor, DatabaseUrl, FloatRequestKind, FloatRequestState, Ledger, Money};
use payments::Hub;
use payments::api::cash::{DecideFloat, RequestFloat};
use payments::networks::import;

const FILE: &str = include_str!("../../../sandbox/networks/networks.toml");
/// Where the demo's agent works.
pub(super) const OUTLET: &str = "10001";
/// What its float holds at first: 5,000.00.
const FLOAT: Money = Money::from_minor(500_000);

/// Puts the networks into the ledger, each in place of what was under its code.
pub(super) fn store(url: &DatabaseUrl) -> anyhow::Result<()> {
    let networks = import::parse(FILE).map_err(|faults| {
        let faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
        anyhow!("the demo's own networks have faults: {}", faults.join("; "))
    })?;
    let ledger = Ledger::open(url, 1, Arc::new(|| ())).with_context(|| format!("the ledger at {url}"))?;
    let taken = payments::import_networks(&ledger, &networks, Utc::now()).context("the networks cannot be stored")?;
    ledger.close();
    match taken.first() {
        None => Ok(()),
        Some(taken) => Err(anyhow!("outlet {} belongs to network {}", taken.outlet, taken.of)),
    }
}

/// Fills the outlet's float, once in the life of a demo: the key makes it the same request at every start.
pub(super) async fn fill_float(hub: &Hub) -> anyhow::Result<()> {
    let person = |id: i64| Actor { id, name: "(demo)".to_owned() };
    let request = RequestFloat {
        outlet: OUTLET.to_owned(),
        kind: FloatRequestKind::TopUp,
        amount: FLOAT,
        proof: "demo: first top-up".to_owned(),
        key: "demo: first top-up".to_owned(),
        actor: person(-1),
    };
    let asked = match hub.request_float(request).await {
        Ok(asked) => asked,
        // Keys are forgotten after a week; the proof is not.
        Err(payments::api::cash::FloatError::ProofUsed) => return Ok(()),
        Err(error) => return Err(error).context("the demo's float cannot be filled"),
    };
    if asked.state == FloatRequestState::Open {
        let yes = DecideFloat { request: asked.id, approve: true, note: String::new(), actor: person(-2) };
        hub.decide_float(yes).await.context("the demo's float cannot be filled")?;
    }
    Ok(())
}

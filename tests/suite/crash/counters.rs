//! Whoever works with the hub while it is killed: outlets with floats, agents at tills, operators at their desk, and a
//! network with a system of its own.

use std::sync::Arc;

use chrono::Utc;
use ledger::{Actor, FloatRequestKind, Money};
use payments::Hub;
use payments::api::cash::{DecideFloat, RequestFloat};
use sandbox::{NetworkConfig, NetworkSystem};
use staff::{Role, Scope};
use tokio::task::block_in_place;

use super::WAIT_MAX;
use super::program::Place;
use crate::support::{Colleague, Payer, secret_of, take_in};

/// An outlet that takes part.
pub struct Outlet {
    pub number: &'static str,
    pub network: &'static str,
    /// What its float was topped up by, in centimes.
    pub topped_up: i64,
    /// What its network earns by a confirmed payment, VAT included, in centimes.
    pub commission: i64,
}

/// Where cash is taken: at the screen, and twice by a network's own system, once out of a float that does not last.
pub const OUTLETS: [Outlet; 3] = [
    Outlet { number: "10001", network: "BARID", topped_up: 5_000_000, commission: 180 },
    Outlet { number: "20001", network: "ATLAS", topped_up: 5_000_000, commission: 240 },
    Outlet { number: "20002", network: "ATLAS", topped_up: 35_000, commission: 240 },
];

/// Agents of the first outlet, each at a till of their own.
const AGENTS: [(&str, &str); 2] = [("amina", "1"), ("hamid", "2")];
const OPERATORS: [&str; 2] = ["tariq", "touria"];

/// Takes networks and members in and fills the floats, before the program runs.
pub async fn furnish(place: &Place) {
    let mut import = place.command(&["network", "import"]);
    import.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/sandbox/networks/networks.toml"));
    let output = block_in_place(|| import.output()).unwrap();
    assert!(output.status.success(), "{output:?}");
    let app = place.open(Arc::new(Utc::now));
    for outlet in &OUTLETS {
        top_up(&app.hub, outlet).await;
    }
    block_in_place(|| {
        let at_outlet = Scope { outlet: Some(10_001), ..Scope::default() };
        for (login, _) in AGENTS {
            take_in(&app.ledger, login, Role::Agent, at_outlet.clone(), Utc::now());
        }
        for login in OPERATORS {
            take_in(&app.ledger, login, Role::Teleoperator, Scope::default(), Utc::now());
        }
        app.ledger.close();
    });
}

async fn top_up(hub: &Hub, outlet: &Outlet) {
    let actor = |id| Actor { id, name: format!("finance {id}") };
    let request = RequestFloat {
        outlet: outlet.number.to_owned(),
        kind: FloatRequestKind::TopUp,
        amount: Money::from_minor(outlet.topped_up),
        proof: format!("transfer {}", outlet.number),
        key: format!("top-up {}", outlet.number),
        actor: actor(1),
    };
    let request = hub.request_float(request).await.unwrap().id;
    hub.decide_float(DecideFloat { request, approve: true, note: String::new(), actor: actor(2) }).await.unwrap();
}

/// Those of them who act.
pub struct People {
    /// At their tills, with open shifts.
    pub agents: Vec<Colleague>,
    pub operators: Vec<Colleague>,
    pub system: NetworkSystem,
}

impl People {
    /// Everybody signs in and goes to their place, while the program runs.
    pub async fn at_work(place: &Place) -> Self {
        let mut agents = Vec::new();
        for (login, till) in AGENTS {
            let agent = signed_in(place, login).await;
            let page = agent.post("/outlet/shift", &[("till", till), ("opening", "500")]).await;
            assert!(page.status == 200 && page.body.contains("name=\"q\""), "{}", page.text());
            agents.push(agent);
        }
        let mut operators = Vec::new();
        for login in OPERATORS {
            operators.push(signed_in(place, login).await);
        }
        let key = "NETWORK_SECRET_ATLAS";
        let config = NetworkConfig {
            hub: place.base.clone(),
            network: "ATLAS".to_owned(),
            key: key.to_owned(),
            secret: secret_of(key, ""),
        };
        Self { agents, operators, system: NetworkSystem::new(config).unwrap() }
    }
}

/// A member whose browser sends a request without an answer again as it was.
async fn signed_in(place: &Place, login: &str) -> Colleague {
    let secret = login.bytes().cycle().take(20).collect();
    let colleague = Colleague::at(Payer::patient(&place.base, "fr", WAIT_MAX), login, secret);
    colleague.sign_in_at(Utc::now()).await;
    colleague
}

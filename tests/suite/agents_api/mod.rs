//! The agents' API, driven by the sandbox's system of a network over real sockets.

mod fuzz;
mod matrix;
mod paying;
mod refusals;
mod schema;
mod shifts;
mod signatures;

use std::sync::{Arc, Mutex};

use chrono::{TimeDelta, Utc};
use ledger::{Actor, FloatRequestKind};
use payments::api::cash::{DecideFloat, RequestFloat};
use sandbox::{NetworkAnswer, NetworkConfig, NetworkSystem};
use serde_json::{Value, json};

use crate::support::{Backend, Setup, TestApp, money, secret_of};

/// The network with a system of its own, and its outlet.
const NETWORK: &str = "ATLAS";
const OUTLET: &str = "20001";
/// An outlet of another network.
const FOREIGN: &str = "10001";

/// The hub with its networks, and the system of one of them.
struct Counter {
    app: TestApp,
    system: NetworkSystem,
    ahead: Arc<Mutex<TimeDelta>>,
}

impl Counter {
    async fn open(backend: Backend) -> Option<Self> {
        Self::open_with(backend, Setup::default(), "300.00").await
    }

    async fn open_with(backend: Backend, setup: Setup, float: &str) -> Option<Self> {
        let app = TestApp::start_with(backend, setup).await?;
        import_networks(&app, |text| text).await;
        let ahead = Arc::new(Mutex::new(TimeDelta::zero()));
        let system = system(&app, NETWORK, "NETWORK_SECRET_ATLAS", &ahead);
        let counter = Self { app, system, ahead };
        counter.top_up(OUTLET, float, "first").await;
        Some(counter)
    }

    /// Puts money into a float, by two people.
    async fn top_up(&self, outlet: &str, amount: &str, proof: &str) {
        let actor = |id| Actor { id, name: format!("finance {id}") };
        let request = RequestFloat {
            outlet: outlet.to_owned(),
            kind: FloatRequestKind::TopUp,
            amount: money(amount),
            proof: format!("proof {proof} {outlet}"),
            key: format!("{proof} {outlet}"),
            actor: actor(1),
        };
        let asked = self.app.hub.request_float(request).await.unwrap();
        let decide = DecideFloat { request: asked.id, approve: true, note: String::new(), actor: actor(2) };
        self.app.hub.decide_float(decide).await.unwrap();
    }

    /// Moves every clock on.
    fn pass(&self, time: TimeDelta) {
        self.app.pass(time);
        *self.ahead.lock().unwrap() += time;
    }

    async fn get(&self, path: &str) -> NetworkAnswer {
        self.system.get(path).await.unwrap()
    }

    async fn post(&self, path: &str, body: &Value) -> NetworkAnswer {
        self.system.post(path, body).await.unwrap()
    }

    /// An answer that must be one of success.
    async fn ok(&self, path: &str, body: &Value) -> NetworkAnswer {
        let answer = self.post(path, body).await;
        assert!((200..300).contains(&answer.status), "{path} {body}: {answer:?}");
        answer
    }

    async fn open_shift(&self, till: &str, cash: &str) -> i64 {
        let opened =
            self.ok(&format!("/outlets/{OUTLET}/shifts"), &json!({ "till": till, "opening_cash": cash })).await;
        opened.body["shift"].as_i64().unwrap()
    }

    /// All lines of a bill, priced for cash.
    async fn quote(&self, biller: u16, receivable_type: &str, contract: &str) -> NetworkAnswer {
        let wanted =
            json!({ "biller": biller, "receivable_type": receivable_type, "fields": { "contract": contract } });
        let found = self.ok("/bills/find", &wanted).await;
        let lines = found.body["articles"].as_array().unwrap_or_else(|| panic!("{found:?}"));
        let articles: Vec<&Value> = lines.iter().map(|line| &line["id"]).collect();
        self.ok("/quotes", &json!({ "inquiry": found.body["inquiry"], "articles": articles })).await
    }

    /// What a payment of a quote says.
    fn payment(quote: &NetworkAnswer, own: &str) -> Value {
        json!({ "reference": own, "till": "1", "quote": quote.body["quote"] })
    }

    async fn pay(&self, body: &Value) -> NetworkAnswer {
        self.post(&format!("/outlets/{OUTLET}/payments"), body).await
    }

    async fn float(&self) -> String {
        self.get(&format!("/outlets/{OUTLET}/float")).await.text("/available").to_owned()
    }

    async fn status(&self, own: &str) -> NetworkAnswer {
        self.get(&format!("/payments?reference={own}")).await
    }
}

/// The networks of the sandbox, as a change leaves their file.
async fn import_networks(app: &TestApp, change: impl FnOnce(String) -> String) {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/sandbox/networks/networks.toml");
    let text = change(std::fs::read_to_string(path).unwrap());
    let networks = payments::networks::import::parse(&text).unwrap();
    assert_eq!(payments::import_networks(&app.ledger, &networks, Utc::now()).unwrap(), Vec::new());
    assert!(app.hub.reload_networks().await.unwrap());
}

fn system(app: &TestApp, network: &str, key: &str, ahead: &Arc<Mutex<TimeDelta>>) -> NetworkSystem {
    let config = NetworkConfig {
        hub: app.url.clone(),
        network: network.to_owned(),
        key: key.to_owned(),
        secret: secret_of(key, ""),
    };
    let ahead = Arc::clone(ahead);
    NetworkSystem::new(config).unwrap().with_clock(move || Utc::now() + *ahead.lock().unwrap())
}

/// A refusal is problem+json that says what to do.
#[track_caller]
fn refused(answer: &NetworkAnswer, status: u16, code: &str) {
    assert_eq!((answer.status, answer.code()), (status, code), "{answer:?}");
    assert_eq!(answer.body["status"], status);
    assert_eq!(answer.text("/type"), format!("urn:fatoura:problem:{code}"));
    assert!(answer.text("/detail").len() > 15 && answer.text("/title").len() > 5, "{answer:?}");
    assert_eq!(answer.text("/trace_id").len(), 16, "{answer:?}");
    assert_eq!(answer.retry_after.is_some(), status == 503 || status == 429, "{answer:?}");
}

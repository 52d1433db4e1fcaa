//! The system of a network of agents: it signs and sends requests to a hub, and drives a day at an outlet.
//! Written from `docs/agents-api.md`.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use reqwest::{Client, Method};
use serde_json::{Value, json};

use crate::amount::parse_amount;
use crate::days::{CashKind, CashOperation, CashStatus};
use crate::running::POOL_IDLE;
use crate::signing::{hmac_hex, sha256_hex};

/// How long the hub is waited for: longer than it waits for a biller.
const PATIENCE: Duration = Duration::from_secs(30);
/// How often a payment that is not decided is asked after.
const ASKS_MAX: u32 = 20;

/// Where the hub is, and who asks.
#[derive(Debug, Clone)]
pub struct NetworkConfig {
    /// The hub's address, without a slash at its end: `http://127.0.0.1:8080`.
    pub hub: String,
    /// The network's code.
    pub network: String,
    /// The name of its secret.
    pub key: String,
    /// The secret.
    pub secret: String,
}

/// What is done in a day.
#[derive(Debug, Clone)]
pub struct NetworkDay {
    /// The outlet's number.
    pub outlet: String,
    /// The till.
    pub till: String,
    /// The biller's code.
    pub biller: u16,
    /// The receivable type.
    pub receivable_type: String,
    /// The customer's contract.
    pub contract: String,
}

/// An answer of the hub.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NetworkAnswer {
    /// The HTTP status.
    pub status: u16,
    /// The body; `null` where it is no JSON.
    pub body: Value,
    /// `Retry-After`, in seconds.
    pub retry_after: Option<u64>,
}

impl NetworkAnswer {
    /// A text of the body by its JSON pointer, or nothing.
    pub fn text(&self, pointer: &str) -> &str {
        self.body.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
    }

    /// The code of a refusal, or nothing.
    pub fn code(&self) -> &str {
        self.text("/code")
    }
}

/// The headers of a signed request.
#[derive(Debug, Clone)]
pub struct NetworkSignature {
    /// Name and value of each, in the order of the document.
    pub headers: Vec<(&'static str, String)>,
}

type Clock = Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>;

/// The system of one network.
#[derive(Clone)]
pub struct NetworkSystem {
    config: NetworkConfig,
    http: Client,
    clock: Clock,
    /// The sandbox in which it keeps its books.
    books: Option<String>,
}

impl NetworkSystem {
    /// A system; an error says why no client can be made.
    pub fn new(config: NetworkConfig) -> Result<Self, String> {
        crate::running::init_tls();
        let http = Client::builder()
            .no_proxy()
            .timeout(PATIENCE)
            .pool_idle_timeout(POOL_IDLE)
            .build()
            .map_err(|error| error.to_string())?;
        Ok(Self { config, http, clock: Arc::new(Utc::now), books: None })
    }

    /// The same by another clock.
    #[must_use]
    pub fn with_clock(mut self, clock: impl Fn() -> DateTime<Utc> + Send + Sync + 'static) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// The same with books: what it took and gave back is written down at a sandbox, which makes the network's reports of it.
    #[must_use]
    pub fn with_books(mut self, sandbox: &str) -> Self {
        self.books = Some(sandbox.trim_end_matches('/').to_owned());
        self
    }

    /// Writes down what an answer about a payment says of cash.
    async fn keep(&self, answer: &NetworkAnswer) -> Result<(), String> {
        let (Some(books), 200..300) = (&self.books, answer.status) else { return Ok(()) };
        let (reference, minor) = (answer.text("/reference"), parse_amount(answer.text("/amounts/total")));
        let (false, Some(minor)) = (reference.is_empty() || answer.text("/state").is_empty(), minor) else {
            return Ok(());
        };
        let is_back = matches!(answer.text("/instruction/action"), "give-cash-back" | "cash-given-back");
        let taken = CashOperation {
            network: self.config.network.clone(),
            outlet: answer.text("/outlet").to_owned(),
            reference: reference.to_owned(),
            payment: String::new(),
            minor,
            kind: CashKind::Payment,
            status: CashStatus::Accepted,
            at: (self.clock)(),
        };
        let back = is_back.then(|| CashOperation { kind: CashKind::Cancellation, ..taken.clone() });
        for operation in std::iter::once(taken).chain(back) {
            let sent = self.http.put(format!("{books}/networks/operations")).json(&operation).send().await;
            let kept = sent.and_then(reqwest::Response::error_for_status);
            kept.map_err(|error| format!("the books at {books} were not written: {error}"))?;
        }
        Ok(())
    }

    /// The same with another key and secret.
    #[must_use]
    pub fn with_secret(mut self, key: &str, secret: &str) -> Self {
        key.clone_into(&mut self.config.key);
        secret.clone_into(&mut self.config.secret);
        self
    }

    /// Signs a request under an id of its own.
    pub fn sign(&self, method: &str, target: &str, body: &[u8], request: &str) -> NetworkSignature {
        let timestamp = (self.clock)().timestamp().to_string();
        let text = [method, target, &timestamp, request, &sha256_hex(body)].join("\n");
        let NetworkConfig { network, key, secret, .. } = &self.config;
        NetworkSignature {
            headers: vec![
                ("X-Fatoura-Network", network.clone()),
                ("X-Fatoura-Key", key.clone()),
                ("X-Fatoura-Timestamp", timestamp.clone()),
                ("X-Fatoura-Request", request.to_owned()),
                ("X-Fatoura-Signature", hmac_hex(secret, &text)),
            ],
        }
    }

    /// A request id that nobody used.
    pub fn fresh_request() -> String {
        hex::encode(rand::random::<[u8; 16]>())
    }

    /// Asks; `path` stands below `/agents/v1`.
    pub async fn get(&self, path: &str) -> Result<NetworkAnswer, String> {
        let target = format!("/agents/v1{path}");
        let signature = self.sign("GET", &target, b"", &Self::fresh_request());
        let answer = self.send(Method::GET, &target, &signature, Vec::new(), 0).await?;
        self.keep(&answer).await?;
        Ok(answer)
    }

    /// Sends JSON.
    pub async fn post(&self, path: &str, body: &Value) -> Result<NetworkAnswer, String> {
        self.post_and_wait(path, body, 0).await
    }

    /// Sends JSON, and waits up to so many seconds for a biller's answer.
    pub async fn post_and_wait(&self, path: &str, body: &Value, seconds: u32) -> Result<NetworkAnswer, String> {
        let (target, body) = (format!("/agents/v1{path}"), body.to_string().into_bytes());
        let signature = self.sign("POST", &target, &body, &Self::fresh_request());
        let answer = self.send(Method::POST, &target, &signature, body, seconds).await?;
        self.keep(&answer).await?;
        Ok(answer)
    }

    /// Sends bytes under a signature, whatever it is worth.
    pub async fn send(
        &self,
        method: Method,
        target: &str,
        signature: &NetworkSignature,
        body: Vec<u8>,
        wait_seconds: u32,
    ) -> Result<NetworkAnswer, String> {
        let mut request = self.http.request(method.clone(), format!("{}{target}", self.config.hub));
        for (name, value) in &signature.headers {
            request = request.header(*name, value);
        }
        if method == Method::POST {
            request = request.header("Content-Type", "application/json").body(body);
        }
        if wait_seconds > 0 {
            request = request.header("Prefer", format!("wait={wait_seconds}"));
        }
        let answer = request.send().await.map_err(|error| format!("no answer to {method} {target}: {error}"))?;
        let status = answer.status().as_u16();
        let retry_after = answer.headers().get("retry-after").and_then(|value| value.to_str().ok()?.parse().ok());
        let bytes = answer.bytes().await.map_err(|error| format!("half an answer to {method} {target}: {error}"))?;
        Ok(NetworkAnswer { status, body: serde_json::from_slice(&bytes).unwrap_or(Value::Null), retry_after })
    }

    /// A day at an outlet: opens a shift, finds and pays a bill, sends the payment once more as if the answer had been lost,
    /// cancels it, gives the cash back, and closes by what must lie in the drawer. Tells `say` what it does; the error names
    /// the step that the hub did not do.
    pub async fn drive_day(&self, day: &NetworkDay, say: &mut (dyn FnMut(String) + Send)) -> Result<(), String> {
        let outlet = format!("/outlets/{}", day.outlet);
        let float = done("float", self.get(&format!("{outlet}/float")).await?)?;
        say(format!("float of {}: {}", day.outlet, float.text("/available")));

        let opening = json!({ "till": day.till, "opening_cash": "500.00", "operator": "Karim" });
        let shift = done("open the shift", self.post(&format!("{outlet}/shifts"), &opening).await?)?;
        let number = shift.body["shift"].as_i64().unwrap_or_default();
        say(format!("shift {number} is open with {}", shift.text("/opening_cash")));

        let wanted = json!({
            "biller": day.biller, "receivable_type": day.receivable_type, "fields": { "contract": day.contract },
        });
        let bill = done("find the bill", self.post("/bills/find", &wanted).await?)?;
        let articles: Vec<&Value> = bill.body["articles"]
            .as_array()
            .map(|lines| lines.iter().map(|line| &line["id"]).collect())
            .unwrap_or_default();
        if articles.is_empty() {
            return Err(format!("find the bill: {}", bill.body));
        }
        let choice = json!({ "inquiry": bill.body["inquiry"], "articles": articles });
        let quote = done("quote", self.post("/quotes", &choice).await?)?;
        say(format!("{} line(s), {} to pay", articles.len(), quote.text("/amounts/total")));

        let own = format!("DAY-{}", Self::fresh_request());
        let pay = json!({
            "reference": own, "till": day.till, "quote": quote.body["quote"], "tendered": quote.body["amounts"]["total"],
            "operator": "Karim",
        });
        let payments = format!("{outlet}/payments");
        let paid = done("pay", self.post_and_wait(&payments, &pay, 10).await?)?;
        say(format!(
            "payment {} is {}: {}",
            paid.text("/payment"),
            paid.text("/state"),
            paid.text("/instruction/text")
        ));
        let again = done("pay once more", self.post(&payments, &pay).await?)?;
        if again.body["payment"] != paid.body["payment"] {
            return Err(format!("pay once more: another payment: {}", again.body));
        }
        say("sent once more: the same payment".to_owned());

        let paid = self.decided(&own).await?;
        say(format!("it is {}, the biller's receipt {}", paid.text("/state"), paid.text("/receipt/number")));
        if paid.body["cancellable"] == true {
            self.undo(day, &paid, say).await?;
        }
        self.close(number, say).await
    }

    /// Cancels a payment and gives its cash back.
    async fn undo(
        &self,
        day: &NetworkDay,
        paid: &NetworkAnswer,
        say: &mut (dyn FnMut(String) + Send),
    ) -> Result<(), String> {
        let cancel = json!({ "outlet": day.outlet, "reason": "wrong contract", "operator": "Karim" });
        let path = format!("/payments/{}/cancel", paid.text("/payment"));
        let asked = done("cancel", self.post_and_wait(&path, &cancel, 10).await?)?;
        say(format!("cancel: {}", asked.text("/state")));
        let undone = self.decided(paid.text("/reference")).await?;
        match undone.text("/instruction/action") {
            "give-cash-back" => {}
            "cash-given-back" => {
                say(format!("{} went back to the customer", undone.text("/instruction/amount")));
                return Ok(());
            }
            _ => {
                say(format!("the biller did not cancel: {}", undone.text("/cancellation_refused")));
                return Ok(());
            }
        }
        let path = format!("/outlets/{}/cash-owed", day.outlet);
        let owed = done("cash owed", self.get(&path).await?)?;
        let lines = owed.body["owed"].as_array().cloned().unwrap_or_default();
        let line = lines.iter().find(|line| line["payment"] == paid.body["payment"]);
        let id = line.and_then(|line| line["id"].as_i64()).ok_or("the cash owed lacks the payment")?;
        let given = json!({ "till": day.till, "operator": "Karim" });
        done("give the cash back", self.post(&format!("{path}/{id}/given-back"), &given).await?)?;
        say(format!("{} went back to the customer", undone.text("/instruction/amount")));
        Ok(())
    }

    /// Closes a shift by what must lie in its drawer.
    async fn close(&self, shift: i64, say: &mut (dyn FnMut(String) + Send)) -> Result<(), String> {
        let figures = done("the shift", self.get(&format!("/shifts/{shift}")).await?)?;
        let counted = count(figures.text("/expected")).ok_or_else(|| format!("the shift: {}", figures.body))?;
        let body = json!({ "counted": counted, "operator": "Karim" });
        let closed = done("close the shift", self.post(&format!("/shifts/{shift}/close"), &body).await?)?;
        let (counted, off) = (closed.text("/closure/counted"), closed.text("/closure/over_short"));
        say(format!("shift {shift} is closed: counted {counted}, over or short {off}"));
        Ok(())
    }

    /// Asks after a payment until it is decided, a second at a time.
    async fn decided(&self, own: &str) -> Result<NetworkAnswer, String> {
        let path = format!("/payments?reference={own}");
        for _ in 0..ASKS_MAX {
            let found = done("status", self.get(&path).await?)?;
            if found.status == 200 {
                return Ok(found);
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        Err(format!("status: payment {own} is not decided after {ASKS_MAX} s"))
    }
}

/// An answer that is no refusal.
fn done(step: &str, answer: NetworkAnswer) -> Result<NetworkAnswer, String> {
    if (200..300).contains(&answer.status) {
        return Ok(answer);
    }
    Err(format!("{step}: {} {}: {}", answer.status, answer.code(), answer.text("/detail")))
}

/// An amount in notes and coins.
fn count(amount: &str) -> Option<Vec<Value>> {
    let mut left: u64 = amount.replace('.', "").parse().ok()?;
    let mut counted = Vec::new();
    for minor in [20_000, 10_000, 5_000, 2_000, 1_000, 500, 200, 100, 50, 20, 10, 5, 1] {
        let pieces = left / minor;
        left %= minor;
        if pieces > 0 {
            let denomination = format!("{}.{:02}", minor / 100, minor % 100);
            counted.push(json!({ "denomination": denomination, "pieces": pieces }));
        }
    }
    Some(counted)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The worked example of the document.
    #[test]
    fn signs_as_the_document_does() {
        let document = include_str!("../../docs/agents-api.md");
        let config = NetworkConfig {
            hub: String::new(),
            network: "ATLAS".to_owned(),
            key: "NETWORK_SECRET_ATLAS".to_owned(),
            secret: "an-example-secret-of-32-characters".to_owned(),
        };
        let at = DateTime::from_timestamp(1_795_608_000, 0).unwrap();
        let system = NetworkSystem::new(config).unwrap().with_clock(move || at);
        let (before, _) = document.split_once("\n```\n\nThe signed text").unwrap();
        let body = before.rsplit('\n').next().unwrap();
        let signed = system.sign(
            "POST",
            "/agents/v1/outlets/20001/payments",
            body.as_bytes(),
            "5f0c7a1e-8d3b-4a55-9a55-0d5b7c1f2a10",
        );
        for (name, value) in signed.headers {
            assert!(document.contains(&format!("{name}: {value}")), "{name}: {value}");
        }
    }

    #[test]
    fn counts_a_drawer() {
        let counted = count("768.88").unwrap();
        assert_eq!(counted[0], json!({ "denomination": "200.00", "pieces": 3 }));
        assert_eq!(counted.last().unwrap(), &json!({ "denomination": "0.01", "pieces": 3 }));
        assert_eq!(count("0.00"), Some(Vec::new()));
        assert_eq!(count("-1.00"), None);
    }
}

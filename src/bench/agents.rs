//! Cash payments by the agents' API: signed requests of one network, priced and signed before the clock starts.

use std::sync::Arc;

use anyhow::{Context, anyhow, bail};
use chrono::Utc;
use ledger::{Actor, Channel, FloatRequestKind, Instrument, Language, Money};
use payments::Hub;
use payments::api::cash::{DecideFloat, OpenShift, RequestFloat};
use payments::api::{FindBills, Found, MakeQuote};
use sandbox::{NetworkConfig, NetworkSystem};
use tokio::runtime::Runtime;

/// Outlets among which payments are spread: each has its float and its shift.
const OUTLETS: usize = 100;
/// Callers who price bills side by side before the clock starts.
const PRICERS: usize = 256;
/// The secret of the network.
pub(super) const SECRET: &str = "a secret of the bench, long enough to sign";

const BILLER: &str = r#"
code = 1990
name = { ar = "قياس", fr = "Mesure", en = "Measure" }
category = "housing"
[connector]
protocol = "json_rest"
base_url = "http://127.0.0.1:9/billers/1990"
secret_env = "BENCH"
[settlement]
name = "Mesure"
rib = "007780000010010001234518"
[[receivable_type]]
code = "01"
name = { ar = "قياس", fr = "Mesure", en = "Measure" }
amount = { rule = "any" }
fetch = false
limit = [{ channel = "AGT", instrument = "cash" }]
fee = [{ effective_from = 2026-01-01, flat = "5.90", vat_percent = "18" }]
[[receivable_type.field]]
name = "contract"
label = { ar = "عقد", fr = "Contrat", en = "Contract" }
"#;

/// The biller, the network and its floats, in the ledger.
pub(super) fn prepare(runtime: &Runtime, ledger: &ledger::Ledger, hub: &Arc<Hub>) -> anyhow::Result<()> {
    let billers = payments::catalogue::import::parse(BILLER, &|_: &str| None);
    let billers = billers.map_err(|faults| anyhow!("the bench's biller: {faults:?}"))?;
    payments::import_billers(ledger, &billers, Utc::now())?;
    let networks = payments::networks::import::parse(&network()).map_err(|faults| anyhow!("{faults:?}"))?;
    payments::import_networks(ledger, &networks, Utc::now())?;
    runtime.block_on(async {
        hub.reload_billers().await?;
        hub.reload_networks().await?;
        let actor = |id| Actor { id, name: "bench".to_owned() };
        for at in 0..OUTLETS {
            let outlet = outlet(at);
            if hub.open_shift_of(&outlet, "1").await?.is_some() {
                continue;
            }
            let opening_cash = Money::ZERO;
            hub.open_shift(OpenShift { outlet: outlet.clone(), till: "1".to_owned(), opening_cash, actor: actor(1) })
                .await?;
            let (kind, amount) = (FloatRequestKind::TopUp, Money::from_minor(1_000_000_000_000));
            let proof = format!("bench {outlet}");
            let key = proof.clone();
            let asked = hub.request_float(RequestFloat { outlet, kind, amount, proof, key, actor: actor(1) }).await?;
            let note = String::new();
            hub.decide_float(DecideFloat { request: asked.id, approve: true, note, actor: actor(2) }).await?;
        }
        Ok(())
    })
}

fn outlet(at: usize) -> String {
    format!("{}", 30_000 + at)
}

fn network() -> String {
    let names = r#"{ ar = "قياس", fr = "Mesure", en = "Measure" }"#;
    let mut text = format!(
        "[[network]]\ncode = \"BENCH\"\nname = {names}\nsecret_env = [\"BENCH\"]\ntolerance = \"0.00\"\nlow_float = \"0.00\"\n\
         alert = {{ mail = \"bench@hub.example.ma\", language = \"en\" }}\n\
         commission = [{{ effective_from = 2026-01-01, flat = \"1.50\", vat_percent = \"20\" }}]\n"
    );
    for at in 0..OUTLETS {
        let number = outlet(at);
        text +=
            &format!("[[network.outlet]]\nnumber = \"{number}\"\nname = {names}\ncity = {names}\ntills = [\"1\"]\n");
    }
    text
}

/// Signed requests that pay `count` bills which nobody else has.
pub(super) fn requests(runtime: &Runtime, hub: &Arc<Hub>, count: usize) -> anyhow::Result<Vec<Vec<u8>>> {
    // So few digits side by side that no contract and no reference looks like a card's number, which is refused.
    let run = format!("{:x}", rand::random::<u32>());
    let quotes = runtime.block_on(async {
        let each = count.div_ceil(PRICERS);
        let tasks: Vec<_> = (0..PRICERS)
            .map(|pricer| {
                let (hub, run) = (Arc::clone(hub), run.clone());
                tokio::spawn(async move {
                    let mut quotes = Vec::with_capacity(each);
                    for at in 0..each {
                        quotes.push(quote(&hub, format!("{run}P{pricer}N{at}")).await?);
                    }
                    anyhow::Ok(quotes)
                })
            })
            .collect();
        let mut all = Vec::with_capacity(count);
        for task in tasks {
            all.extend(task.await??);
        }
        all.truncate(count);
        anyhow::Ok(all)
    })?;
    let config = NetworkConfig {
        hub: String::new(),
        network: "BENCH".to_owned(),
        key: "BENCH".to_owned(),
        secret: SECRET.to_owned(),
    };
    let system = NetworkSystem::new(config).map_err(anyhow::Error::msg).context("the network's system")?;
    Ok(quotes.iter().enumerate().map(|(at, quote)| request(&system, &run, at, quote)).collect())
}

async fn quote(hub: &Hub, contract: String) -> anyhow::Result<String> {
    let (channel, instrument) = (Channel::Agt, Instrument::Cash);
    let fields = [("contract".to_owned(), contract)].into();
    let wanted = FindBills { biller: 1990, receivable_type: "01".to_owned(), fields, channel, language: Language::Fr };
    let Found::Bill(found) = hub.find_bills(wanted).await? else { bail!("the bench's bill was not found") };
    let (articles, amount) = (Vec::new(), Some(Money::from_minor(16_800)));
    let choice = MakeQuote { inquiry: found.reference, articles, amount, channel, instrument };
    Ok(hub.make_quote(choice).await?.reference)
}

/// A payment, as it comes over the wire.
fn request(system: &NetworkSystem, run: &str, at: usize, quote: &str) -> Vec<u8> {
    let target = format!("/agents/v1/outlets/{}/payments", outlet(at % OUTLETS));
    let body = format!(r#"{{"reference":"{run}N{at}","till":"1","quote":"{quote}"}}"#);
    let signature = system.sign("POST", &target, body.as_bytes(), &NetworkSystem::fresh_request());
    let headers: Vec<String> = signature.headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let length = body.len();
    format!(
        "POST {target} HTTP/1.1\r\nhost: hub\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n{}\r\n{body}",
        headers.concat()
    )
    .into_bytes()
}

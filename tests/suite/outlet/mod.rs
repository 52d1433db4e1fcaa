//! The outlet screen through its forms: an agent's day, what goes wrong with it, and who may do what.

mod cancelling;
mod day;
mod floats;
mod late;
mod paper;
mod rights;
mod wrong_input;

use chrono::Utc;
use ledger::{Actor, FloatRequestKind, Money};
use payments::api::cash::{DecideFloat, RequestFloat};
use payments::networks;
use staff::{Role, Scope};

use crate::support::{Backend, Colleague, Page, Setup, TestApp, money, take_in};

/// The outlet of the tests: two tills, no commission worth looking at, a tolerance of 10.00.
pub const OUTLET: &str = "10001";

/// A hub with the sandbox's networks, and a float at the outlet.
pub async fn hub(backend: Backend, float: &str) -> Option<TestApp> {
    let app = TestApp::start_with(backend, Setup::default()).await?;
    open_networks(&app).await;
    if float != "0.00" {
        top_up(&app, OUTLET, money(float)).await;
    }
    Some(app)
}

/// Takes the sandbox's networks in.
pub async fn open_networks(app: &TestApp) {
    let read = networks::import::parse(include_str!("../../../sandbox/networks/networks.toml")).unwrap();
    assert_eq!(payments::import_networks(&app.ledger, &read, Utc::now()).unwrap(), []);
    assert!(app.hub.reload_networks().await.unwrap());
}

/// Fills an outlet's float.
pub async fn top_up(app: &TestApp, outlet: &str, amount: Money) {
    let person = |id: i64| Actor { id, name: format!("person {id}") };
    let asked = RequestFloat {
        outlet: outlet.to_owned(),
        kind: FloatRequestKind::TopUp,
        amount,
        proof: format!("virement {outlet} {amount}"),
        key: format!("top-up {outlet} {amount}"),
        actor: person(1_000_001),
    };
    let request = app.hub.request_float(asked).await.unwrap().id;
    let yes = DecideFloat { request, approve: true, note: String::new(), actor: person(1_000_002) };
    app.hub.decide_float(yes).await.unwrap();
}

/// Takes a member in where they work.
pub fn member(app: &TestApp, language: &'static str, login: &str, role: Role) -> Colleague {
    let scope = match role {
        Role::Agent | Role::OutletSupervisor => Scope { outlet: Some(10_001), ..Scope::default() },
        Role::NetworkManager => Scope { network: Some("BARID".to_owned()), ..Scope::default() },
        Role::BillerUser => Scope { biller: Some(1001), ..Scope::default() },
        _ => Scope::default(),
    };
    member_at(app, language, login, role, scope)
}

pub fn member_at(app: &TestApp, language: &'static str, login: &str, role: Role, scope: Scope) -> Colleague {
    let secret = take_in(&app.ledger, login, role, scope, app.now());
    app.at_browser(language, login, secret)
}

/// An agent with an open shift.
pub async fn agent_at_work(app: &TestApp, language: &'static str, login: &str, till: &str, opening: &str) -> Colleague {
    let agent = member(app, language, login, Role::Agent);
    agent.sign_in(app).await;
    let page = agent.post("/outlet/shift", &[("till", till), ("opening", opening)]).await;
    assert_eq!(page.status, 200, "{}", page.text());
    assert!(page.body.contains("name=\"q\""), "{}", page.text());
    agent
}

/// The fields of a page's form whose action ends so.
pub fn fields_of(page: &Page, action: &str) -> Vec<(String, String)> {
    page.fields_to(action).unwrap_or_else(|| panic!("no form to {action}: {}", page.text()))
}

/// A bill at the counter: biller and type, contract, an amount where the payer chooses it.
pub type Due<'a> = (&'a str, &'a str, &'a str);

/// From a contract to its price.
pub async fn price(agent: &Colleague, due: Due<'_>) -> Page {
    let (code, contract, amount) = due;
    let found = agent.post("/outlet", &[("q", code)]).await;
    assert_eq!(found.status, 200, "{}", found.text());
    let mut fields = vec![("f.contract", contract)];
    if code.starts_with("1302") {
        fields.push(("f.level", "primary"));
    }
    let below = found.path.split("/staff").nth(1).unwrap().to_owned();
    let bills = agent.post(&below, &fields).await;
    assert_eq!(bills.status, 200, "{}", bills.text());
    let mut fields = fields_of(&bills, &bills.path);
    fields.retain(|(name, _)| name != "amount");
    fields.push(("amount".to_owned(), amount.to_owned()));
    let priced = agent.browser.post(&bills.path, &fields).await;
    assert_eq!(priced.status, 200, "{}", priced.text());
    assert!(priced.path.contains("/quotes/"), "{}: {}", priced.path, priced.text());
    priced
}

/// From its price to the page that shows the change.
pub async fn tender(agent: &Colleague, priced: &Page, tendered: &str) -> Page {
    let mut fields = fields_of(priced, &priced.path);
    fields.retain(|(name, _)| name != "tendered");
    fields.push(("tendered".to_owned(), tendered.to_owned()));
    agent.browser.post(&priced.path, &fields).await
}

/// Agrees to the change: the result.
pub async fn agree(agent: &Colleague, change: &Page) -> Page {
    agent.browser.post(&change.path, &fields_of(change, &change.path)).await
}

/// Pays a bill with a dispatcher at work: the result.
pub async fn pay(agent: &Colleague, due: Due<'_>, tendered: &str) -> Page {
    let priced = price(agent, due).await;
    let change = tender(agent, &priced, tendered).await;
    assert_eq!(change.status, 200, "{}", change.text());
    agree(agent, &change).await
}

/// The words of a page with plain blanks.
pub fn words(page: &Page) -> String {
    page.text().replace(['\u{202f}', '\u{a0}'], " ").replace(['\u{2068}', '\u{2069}'], "")
}

/// Whether a page says this.
#[track_caller]
pub fn says(page: &Page, what: &str) {
    let words = words(page);
    assert!(words.contains(what), "{what} is not said at {}: {words}", page.path);
}

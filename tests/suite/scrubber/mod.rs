//! Everybody pays, on every channel, while the program logs all that it can: what nobody may see is in no log, no page, no
//! figure, no message and no column, and people are in neither log nor database. Meanwhile the data keys are changed.

mod planting;
mod scanning;

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use chrono::Utc;
use ledger::DataKeys;
use rand::SeedableRng;
use rand::rngs::StdRng;
use rstest::rstest;
use sandbox::{Sandbox, SandboxConfig};
use staff::{Role, Scope};
use tokio::task::block_in_place;
use tokio::time::sleep;

use self::planting::Planted;
use self::scanning::Source;
use crate::crash::channels::Role as At;
use crate::crash::counters::{self, People};
use crate::crash::load::{Load, Visit, Way, fill_file};
use crate::crash::program::Place;
use crate::support::{Backend, Colleague, DATA_KEY, Payer, TestDatabase, take_in};

/// Who pays at once.
const ROLES: [At; 7] = [At::Web, At::Web, At::Network, At::Outlet(0), At::Desk(0), At::Caller, At::Caller];
/// Payments each way before and while the keys change.
const PAYMENTS_OF_WAY: usize = 1;
/// Longest wait for them: a machine under load, not a hang.
const WAIT_MAX: Duration = Duration::from_secs(60);
/// Those who look at what came of it, and what they look at.
const LOOKERS: [(&str, Role, &[&str]); 3] = [
    ("adil", Role::Administrator, &["", "/audit", "/reports/keys"]),
    ("omar", Role::Operations, &["", "/board", "/payments", "/refunds"]),
    ("farid", Role::Finance, &["", "/refunds"]),
];

/// The second data key.
fn other_key() -> String {
    DataKeys::of_bytes([9; 32]).to_list().replace("k1:", "k2:")
}

async fn paid_each_way(load: &Load, more: usize) {
    let wanted = Way::ALL.map(|way| load.started(way) + more);
    let until = Instant::now() + WAIT_MAX;
    while Way::ALL.iter().zip(wanted).any(|(way, wanted)| load.started(*way) < wanted) {
        assert!(Instant::now() < until, "too few were paid: {:?}", Way::ALL.map(|way| (way, load.started(way))));
        sleep(Duration::from_millis(20)).await;
    }
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_may_see_is_nowhere(#[case] backend: Backend) {
    let Some(database) = TestDatabase::make(backend) else { return };
    let sandbox = Sandbox::start(SandboxConfig { slow_callback_ms: 250, ..SandboxConfig::default() }).await.unwrap();
    let control = sandbox.control();
    let (first, second) = (DataKeys::of_bytes(DATA_KEY).to_list(), other_key());
    let mut place = Place::new(database, sandbox.base_url());
    place.set("RUST_LOG", "trace");
    place.set("FATOURA_DATA_KEYS", &format!("{first},{second}"));
    let metrics = place.metrics();
    counters::furnish(&place).await;
    fill_file(&control);
    let app = place.open(Arc::new(Utc::now));
    let mut lookers = Vec::new();
    block_in_place(|| {
        for (login, role, pages) in LOOKERS {
            let secret = take_in(&app.ledger, login, role, Scope::default(), Utc::now());
            lookers.push((Colleague::at(Payer::patient(&place.base, "fr", WAIT_MAX), login, secret), pages));
        }
        take_in(&app.ledger, "amal", Role::Administrator, Scope::default(), Utc::now());
        app.ledger.close();
    });
    drop(app);

    let mut program = place.serve();
    program.ready().await;
    let load = Arc::new(Load::new(&place, control.clone(), People::at_work(&place).await));
    let payers: Vec<_> = (1..)
        .zip(ROLES)
        .map(|(number, role)| {
            let load = Arc::clone(&load);
            tokio::spawn(async move { load.work(role, StdRng::seed_from_u64(number)).await })
        })
        .collect();
    paid_each_way(&load, PAYMENTS_OF_WAY).await;
    let planted = Planted::everywhere(&place, &load).await;

    // The other key first, then sealed anew while people pay.
    program.kill();
    place.set("FATOURA_DATA_KEYS", &format!("{second},{first}"));
    program = place.serve();
    program.ready().await;
    let told = scanning::run(&place, &["personal", "rotate"]);
    assert!(told.contains("payments.phone: ") && told.contains("all personal data is sealed"), "{told}");
    paid_each_way(&load, PAYMENTS_OF_WAY).await;
    load.stop.store(true, Ordering::Relaxed);
    for payer in payers {
        payer.await.unwrap();
    }

    // The first key is gone.
    program.kill();
    place.set("FATOURA_DATA_KEYS", &second);
    place.settle(&control).await;
    program = place.serve();
    program.ready().await;
    let mut sources = Vec::new();
    for (who, pages) in &lookers {
        who.sign_in_at(Utc::now()).await;
        for path in *pages {
            let page = who.get(path).await;
            assert_eq!(page.status, 200, "{} {path}: {}", who.login, page.text());
            sources.push(Source::page(format!("{} at {path}", who.login), page.body));
        }
    }
    let found = scanning::found_by_phone(&lookers[1].0, &load).await;
    sources.extend(found);
    let figures = reqwest::get(format!("http://{metrics}/metrics")).await.unwrap().text().await.unwrap();
    sources.push(Source::page("metrics".to_owned(), figures));
    program.kill();
    drop(program);
    place.check_books();

    sources.extend(scanning::messages(&control));
    sources.extend(scanning::at_rest(&place));
    sources.push(Source::log(std::fs::read(place.path("log")).unwrap()));
    let faults = scanning::faults(&sources, &planted, &load);
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
    let rest = place.database.at_rest();
    assert!(
        !rest.contains("sealed:k1:") && rest.contains("sealed:k2:"),
        "something is still sealed under the first key"
    );
    taken_out_and_erased(&place, &load);
    sandbox.stop().await;
}

/// One payer's data is handed out, and erased by two people; the books stay right.
fn taken_out_and_erased(place: &Place, load: &Load) {
    let is_theirs = |visit: &Visit| visit.way == Way::Web && visit.oid.is_some();
    let phone = load.visits().into_iter().find(|(_, visit)| is_theirs(visit)).unwrap().0;
    let asked = ["--phone", &phone, "--reason", "a letter", "--by", "adil"];
    let told = scanning::run(place, &[&["personal", "export", "--to", "held.json"], &asked[..]].concat());
    assert!(told.contains("held.json: 1 payments"), "{told}");
    let held: serde_json::Value = serde_json::from_slice(&std::fs::read(place.path("held.json")).unwrap()).unwrap();
    assert_eq!(held["payments"][0]["phone"], phone.as_str(), "{held:#}");
    let contract = held["payments"][0]["typed"][0][1].as_str().unwrap();
    assert!(load.contracts().contains(contract), "{held:#}");

    let form = ["personal", "export", "--to", "held.html", "--format", "html", "--language", "ar"];
    scanning::run(place, &[&form[..], &asked[..]].concat());
    let page = std::fs::read_to_string(place.path("held.html")).unwrap();
    assert!(page.contains("dir=\"rtl\"") && page.contains(contract) && !page.contains("<script"), "{page}");

    let told = scanning::run(place, &[&["personal", "erase"], &asked[..]].concat());
    let number = told.split_whitespace().nth(1).unwrap();
    let alone = scanning::refused(place, &["personal", "approve", number, "--by", "adil"]);
    assert!(alone.contains("who asked for erasure"), "{alone}");
    let certificate = scanning::run(place, &["personal", "approve", number, "--by", "amal", "--language", "en"]);
    let erased = "- Phone and e-mail address of payments: 1";
    assert!(certificate.contains(erased) && certificate.contains("- 1 payment, with"), "{certificate}");
    assert_eq!(scanning::run(place, &["personal", "approve", number, "--by", "amal"]), certificate);
    let again = scanning::run(place, &[&["personal", "export", "--to", "again.json"], &asked[..]].concat());
    assert!(again.contains("nothing is held of them"), "{again}");
    assert!(!certificate.contains(&phone));
    place.check_books();
}

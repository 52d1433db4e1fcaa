//! What the hub of the month is told: its environment, its billers and its networks.

use chrono::Utc;
use fatoura::app::App;
use fatoura::config::Environment;
use ledger::DatabaseUrl;
use russh::keys::PrivateKey;
use russh::keys::ssh_key::LineEnding;
use russh::keys::ssh_key::private::Ed25519Keypair;
use sandbox::RunningSandbox;
use tempfile::TempDir;

use super::world::{BILLERS, RIB, SECRET};
use crate::support::TestDatabase;

fn text_of(url: &DatabaseUrl) -> String {
    match url {
        DatabaseUrl::Sqlite(path) => format!("sqlite:{}", path.display()),
        DatabaseUrl::Postgres(url) => url.clone(),
    }
}

/// What `serve` would be told.
pub fn environment(url: &str, sandbox: &RunningSandbox, database: &TestDatabase, folder: &TempDir) -> Environment {
    let (base, files) = (sandbox.base_url(), sandbox.sftp_addr());
    let key = PrivateKey::from(Ed25519Keypair::from_seed(&[5; 32])).to_openssh(LineEnding::LF).unwrap();
    let path = folder.path().join("key");
    std::fs::write(&path, key.as_bytes()).unwrap();
    let mut variables: Vec<(String, String)> = [
        ("FATOURA_DATABASE_URL", text_of(&database.url)),
        ("FATOURA_DATA_KEYS", ledger::DataKeys::of_bytes(crate::support::DATA_KEY).to_list()),
        ("FATOURA_DATABASE_READERS", "4".to_owned()),
        ("FATOURA_PUBLIC_URL", url.to_owned()),
        ("FATOURA_COOKIE_KEY", "0123456789abcdef0123456789abcdef".to_owned()),
        ("FATOURA_CMI_CLIENT_ID", "600001234".to_owned()),
        ("FATOURA_CMI_STORE_KEY", "TEST1234".to_owned()),
        ("FATOURA_CMI_GATEWAY_URL", format!("{base}/fim/est3Dgate")),
        ("FATOURA_CMI_API_URL", format!("{base}/fim/api")),
        ("FATOURA_CMI_API_USER", "api".to_owned()),
        ("FATOURA_CMI_API_PASSWORD", "sandbox-api".to_owned()),
        ("FATOURA_CMI_FALLBACK_EMAIL", "payer@hub.example.ma".to_owned()),
        ("FATOURA_SETTLEMENT_FOLDER", folder.path().join("settlement").display().to_string()),
        ("FATOURA_BANK_NAME", "Fatoura SA".to_owned()),
        ("FATOURA_BANK_RIB", RIB.to_owned()),
        ("FATOURA_SFTP_KEY_MAIN", path.display().to_string()),
        ("FATOURA_BANK_SFTP_HOST", files.ip().to_string()),
        ("FATOURA_BANK_SFTP_PORT", files.port().to_string()),
        ("FATOURA_BANK_SFTP_USER", "bank".to_owned()),
        ("FATOURA_BANK_SFTP_FOLDER", "orders".to_owned()),
        ("FATOURA_BANK_SFTP_KEY", "main".to_owned()),
        ("FATOURA_BANK_SFTP_HOST_KEY", sandbox.sftp_host_key()),
        ("NETWORK_SECRET_ATLAS", SECRET.to_owned()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into();
    let billers = BILLERS.map(|code| (format!("BILLER_{code}"), format!("biller-{code}"), "acknowledgements"));
    let others = [
        ("BANK", "bank", "statements"),
        ("BANK_ANSWERS", "bank", "answers"),
        ("CMI", "cmi", "reports"),
        ("ATLAS", "network-atlas", "reports"),
        ("BARID", "network-barid", "reports"),
    ];
    let others = others.map(|(name, user, folder)| (name.to_owned(), user.to_owned(), folder));
    for (name, user, folder) in billers.into_iter().chain(others) {
        let source = format!("sftp://{user}@{files}/{folder} main {}", sandbox.sftp_host_key());
        variables.push((format!("FATOURA_FETCH_{name}"), source));
    }
    variables.extend(BILLERS.map(|code| (format!("BILLER_SECRET_{code}"), "sandbox-biller-secret".to_owned())));
    variables.into_iter().collect()
}

/// The billers and the networks.
pub fn take_in_partners(app: &App, base: &str) {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/sandbox/billers");
    for code in BILLERS {
        let text = std::fs::read_to_string(format!("{folder}/{code}.toml")).unwrap();
        let variables = |name: &str| (name == "SANDBOX_URL").then(|| base.to_owned());
        let billers = payments::catalogue::import::parse(&text, &variables).unwrap();
        payments::import_billers(&app.ledger, &billers, Utc::now()).unwrap();
    }
    let networks = include_str!("../../../sandbox/networks/networks.toml");
    let networks = payments::networks::import::parse(networks).unwrap();
    assert!(payments::import_networks(&app.ledger, &networks, Utc::now()).unwrap().is_empty());
}

//! Every fault at once, nothing secret shown, and the documentation in step.

use std::collections::BTreeMap;

use rstest::rstest;
use secrecy::ExposeSecret;

use super::*;

const SECRET: &str = "a secret that nobody may see, long enough for a key";

const DATA_KEYS: &str = "new:bm9ib2R5IG1heSBzZWUgdGhpcyBrZXkgb2YgMzIgYiE=";

fn good() -> BTreeMap<&'static str, &'static str> {
    BTreeMap::from([
        ("FATOURA_DATA_KEYS", DATA_KEYS),
        ("FATOURA_PUBLIC_URL", "https://pay.example.ma"),
        ("FATOURA_COOKIE_KEY", SECRET),
        ("FATOURA_CMI_CLIENT_ID", "600001234"),
        ("FATOURA_CMI_STORE_KEY", SECRET),
        ("FATOURA_CMI_GATEWAY_URL", "https://gateway.example.ma/fim/est3Dgate"),
        ("FATOURA_CMI_API_URL", "https://gateway.example.ma/fim/api"),
        ("FATOURA_CMI_API_USER", "hub"),
        ("FATOURA_CMI_API_PASSWORD", SECRET),
        ("FATOURA_CMI_FALLBACK_EMAIL", "paiement@example.ma"),
    ])
}

fn read(changes: &[(&'static str, &'static str)]) -> Result<Config, String> {
    let mut variables = good();
    variables.extend(changes.iter().copied());
    Config::read(&variables.into_iter().collect()).map_err(|faults| faults.to_string())
}

#[test]
fn the_least_configuration_serves() {
    let config = read(&[]).unwrap();
    assert_eq!(config.web.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(config.web.cookie_key.expose_secret(), SECRET);
    assert_eq!(config.database.url.to_string(), "sqlite:data/fatoura.db");
    assert!(config.tls.is_none() && config.twilio.is_none() && config.smtp.is_none());
    assert!(config.staff.is_none() && config.voice.is_none());
    assert!(config.web.settings(config.limits).secure_cookies);
}

#[test]
fn defaults_are_those_of_the_parts() {
    let config = read(&[]).unwrap();
    assert_eq!(format!("{:?}", config.billers), format!("{:?}", ClientSettings::default()));
    assert_eq!(format!("{:?}", config.limits), format!("{:?}", WebLimits::default()));
    assert_eq!(config.cmi.connect_timeout, CmiSettings::CONNECT_TIMEOUT);
    assert_eq!(config.cmi.timeout, CmiSettings::TIMEOUT);
    assert_eq!(config.payments.stamp_duty, ::payments::tariff::StampDuty::default());
}

#[test]
fn an_empty_environment_names_everything_that_is_missing() {
    insta::assert_snapshot!(Config::read(&Environment::default()).unwrap_err().to_string());
}

#[test]
fn all_faults_come_at_once_and_no_secret_is_shown() {
    let faults = read(&[
        ("FATOURA_DATABASE_URL", "mysql://hub:hunter2@db/fatoura"),
        ("FATOURA_DATA_KEYS", "new:hunter2"),
        ("FATOURA_LISTEN", "8080"),
        ("FATOURA_PUBLIC_URL", "http://pay.example.ma"),
        ("FATOURA_COOKIE_KEY", "hunter2"),
        ("FATOURA_TLS_CERTIFICATE", "cert.pem"),
        ("FATOURA_CMI_GATEWAY_URL", "gateway"),
        ("FATOURA_CMI_TIMEOUT_SECONDS", "0"),
        ("FATOURA_TWILIO_AUTH_TOKEN", "hunter2"),
        ("FATOURA_VOICE_AUTH_TOKEN", "hunter2"),
        ("FATOURA_VOICE_TELEOPERATOR", "0522000000"),
        ("FATOURA_VOICE_PUBLIC_URL", "http://voice.example.ma"),
        ("FATOURA_VOICE_PAY_CONNECTOR", "c m i"),
        ("FATOURA_SMTP_HOST", "mail.example.ma"),
        ("FATOURA_SMTP_SECURITY", "none"),
        ("FATOURA_SMTP_PASSWORD", "hunter2"),
        ("FATOURA_BILLER_FIND_TRIES", "many"),
        ("FATOURA_STAMP_DUTY_PERCENT", "-1"),
        ("FATOURA_STAFF_PAGES", "true"),
        ("FATOURA_STAFF_KEY", "hunter2"),
        ("FATOURA_LOOKUP_BURST", "0"),
        ("FATOURA_COKIE_KEY", "hunter2"),
    ])
    .unwrap_err();
    assert!(!faults.contains("hunter2"));
    insta::assert_snapshot!(faults);
}

#[test]
fn nothing_secret_is_in_debug_output() {
    let config = read(&[
        ("FATOURA_TWILIO_ACCOUNT_SID", "AC1"),
        ("FATOURA_TWILIO_AUTH_TOKEN", SECRET),
        ("FATOURA_TWILIO_SENDER", "Fatoura"),
        ("FATOURA_VOICE_AUTH_TOKEN", SECRET),
        ("FATOURA_VOICE_TELEOPERATOR", "queue:desk"),
        ("FATOURA_SMTP_HOST", "mail.example.ma"),
        ("FATOURA_SMTP_USER", "hub"),
        ("FATOURA_SMTP_PASSWORD", SECRET),
        ("FATOURA_SMTP_FROM", "Fatoura <recus@example.ma>"),
        ("FATOURA_DATABASE_URL", "postgres://hub:hunter2@db/fatoura"),
        ("FATOURA_STAFF_PAGES", "true"),
        ("FATOURA_STAFF_KEY", SECRET),
    ])
    .unwrap();
    assert!(config.staff.is_some());
    assert!(config.twilio.is_some() && config.smtp.is_some());
    assert_eq!(config.voice.as_ref().unwrap().public_url, "https://pay.example.ma");
    let shown = format!("{config:?}");
    assert!(!shown.contains("nobody may see") && !shown.contains("hunter2") && !shown.contains("bm9ib2R5"), "{shown}");
    let environment: Environment = good().into_iter().collect();
    assert!(!format!("{environment:?}").contains("nobody may see"));
}

#[rstest]
#[case::loopback_may_be_plain(&[("FATOURA_PUBLIC_URL", "http://127.0.0.1:8080")], None)]
#[case::a_trial_makes_its_data_keys(&[("FATOURA_PUBLIC_URL", "http://localhost"), ("FATOURA_DATA_KEYS", "")], None)]
#[case::payers_elsewhere_need_data_keys(&[("FATOURA_DATA_KEYS", "")], Some("FATOURA_DATA_KEYS: expected NAME:KEY"))]
#[case::tls_means_https(
    &[("FATOURA_PUBLIC_URL", "http://localhost"), ("FATOURA_TLS_CERTIFICATE", "c"), ("FATOURA_TLS_KEY", "k")],
    Some("expected https://")
)]
#[case::empty_is_not_set(&[("FATOURA_TWILIO_ACCOUNT_SID", ""), ("FATOURA_SMTP_HOST", "")], None)]
#[case::spaces_around_are_no_fault(&[("FATOURA_LISTEN", " 0.0.0.0:443 ")], None)]
#[case::staff_needs_its_key(&[("FATOURA_STAFF_PAGES", "true")], Some("FATOURA_STAFF_KEY: expected at least 32"))]
#[case::staff_has_its_key(&[("FATOURA_STAFF_PAGES", "true"), ("FATOURA_STAFF_KEY", SECRET)], None)]
#[case::no_staff_needs_no_key(&[("FATOURA_STAFF_PAGES", "false")], None)]
#[case::billers_secrets_are_not_ours(&[("BILLER_SECRET_1001", "s")], None)]
fn combinations(#[case] changes: &[(&'static str, &'static str)], #[case] fault: Option<&str>) {
    match (read(changes), fault) {
        (Ok(_), None) => {}
        (Err(faults), Some(fault)) if faults.contains(fault) => {}
        (outcome, _) => panic!("{:?}", outcome.err()),
    }
}

const BANK_SERVER: [(&str, &str); 5] = [
    ("FATOURA_BANK_SFTP_HOST", "sftp.banque.example"),
    ("FATOURA_BANK_SFTP_USER", "fatoura"),
    ("FATOURA_BANK_SFTP_FOLDER", "/orders"),
    ("FATOURA_BANK_SFTP_KEY", "the-bank"),
    ("FATOURA_BANK_SFTP_HOST_KEY", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINzXIBBB2COQop/nrMni69vuX+u/9WKjznMiDEfAXWYg"),
];
const BANK: [(&str, &str); 2] = [("FATOURA_BANK_NAME", "Fatoura SA"), ("FATOURA_BANK_RIB", "011780000000123456789047")];

#[test]
fn servers_and_their_keys() {
    let keys = [("FATOURA_SFTP_KEY_THE_BANK", "/keys/bank"), ("FATOURA_SFTP_KEY_IBN_BATTOUTA", "/keys/ibn")];
    let settlement = read(&[&BANK_SERVER[..], &BANK, &keys].concat()).unwrap().settlement;
    let server = settlement.bank_server.unwrap();
    assert_eq!((server.host.as_str(), server.port, server.key.as_str()), ("sftp.banque.example", 22, "the-bank"));
    assert!(settlement.bank.unwrap().is_delivered);
    let found: Vec<_> = settlement.keys.iter().map(|(name, path)| (name.as_str(), path.to_str().unwrap())).collect();
    assert_eq!(found, [keys[1], keys[0]]);
    assert_eq!(sftp_key_variable("ibn-battouta"), keys[1].0);
    assert!(!read(&BANK).unwrap().settlement.bank.unwrap().is_delivered, "a person fetches");
}

#[rstest]
#[case::no_key(&[&BANK_SERVER[..], &BANK].concat(), "FATOURA_SFTP_KEY_THE_BANK: expected, since")]
#[case::no_bank(&BANK_SERVER, "FATOURA_BANK_NAME: expected, since the bank's server is set")]
#[case::half(&BANK_SERVER[..2], "FATOURA_BANK_SFTP_FOLDER: expected a path; it is not set")]
#[case::host_key(&[("FATOURA_BANK_SFTP_HOST_KEY", "AAAA")], "FATOURA_BANK_SFTP_HOST_KEY: expected the server's key")]
#[case::nameless(&[("FATOURA_SFTP_KEY_", "/k")], "FATOURA_SFTP_KEY_: no such variable")]
#[case::small(&[("FATOURA_SFTP_KEY_bank", "/k")], "FATOURA_SFTP_KEY_bank: no such variable")]
#[case::misspelt(&[("FATOURA_SFTPKEY_BANK", "/k")], "FATOURA_SFTPKEY_BANK: no such variable")]
fn servers_that_are_not_right(#[case] changes: &[(&'static str, &'static str)], #[case] fault: &str) {
    let faults = read(changes).unwrap_err();
    assert!(faults.contains(fault), "{faults}");
}

#[cfg(unix)]
#[test]
fn bytes_that_are_no_text_are_a_fault() {
    use std::os::unix::ffi::OsStringExt;
    let bytes = std::ffi::OsString::from_vec(vec![0xff]);
    let environment =
        Environment::from_iter([("FATOURA_DATABASE_READERS".into(), bytes)] as [(std::ffi::OsString, _); 1]);
    let faults = DatabaseConfig::from_environment(&environment).unwrap_err().to_string();
    assert!(faults.contains("FATOURA_DATABASE_READERS") && faults.contains("not UTF-8"), "{faults}");
}

#[rstest]
#[case("loud,=")]
#[case("info,fatoura=shout")]
fn log_filters_are_checked(#[case] filter: &str) {
    let faults = LogConfig::from_environment(&Environment::from_iter([("RUST_LOG", filter)])).unwrap_err();
    assert!(faults.to_string().contains("RUST_LOG"), "{faults}");
}

#[test]
fn every_default_is_a_good_value() {
    for variable in known() {
        if let Unset::Value(default) = variable.unset {
            let set = [(variable.name, default)];
            let mut variables = good();
            variables.extend(set);
            if let Err(faults) = Config::read(&variables.into_iter().collect()) {
                assert!(!faults.to_string().contains(&format!("{}:", variable.name)), "{faults}");
            }
        }
    }
}

#[test]
fn the_documentation_lists_every_variable() {
    let documented = include_str!("../../docs/configuration.md");
    let tables: String = variables().into_iter().map(|(concern, list)| table(concern, list)).collect();
    assert!(
        documented.ends_with(&tables),
        "docs/configuration.md must end with what the code knows:\n\n{tables}\n\n(found something else)"
    );
}

fn table(concern: &str, list: &[&Variable]) -> String {
    let mut text =
        format!("\n## {concern}\n\n| variable | without it | what it holds | what it is for |\n|---|---|---|---|\n");
    for variable in list {
        let unset = match variable.unset {
            Unset::Required => "**required by `serve`**".to_owned(),
            Unset::LeftOut => "left out".to_owned(),
            Unset::WithGroup => "left out; required with its group".to_owned(),
            Unset::Value(default) => format!("`{default}`"),
        };
        let secret = if variable.secret { " (secret)" } else { "" };
        text.push_str(&format!(
            "| `{}`{secret} | {unset} | {} | {} |\n",
            variable.name, variable.expected, variable.meaning
        ));
    }
    text
}

const HOST_KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILM+rvN+ot98qgEN796jTiQfZfG1KaT0PtFDJ/XFSqti";

#[rstest]
#[case::whole("sftp://fatoura@files.bank.ma:2222/out/statements main", Some(("files.bank.ma", 2222, "/out/statements")))]
#[case::usual_port("sftp://fatoura@files.bank.ma/out main", Some(("files.bank.ma", 22, "/out")))]
#[case::version_6("sftp://fatoura@[::1]:22/out main", Some(("::1", 22, "/out")))]
#[case::no_folder("sftp://fatoura@files.bank.ma main", None)]
#[case::password("sftp://fatoura:x@files.bank.ma/out main", None)]
#[case::other_scheme("ftp://fatoura@files.bank.ma/out main", None)]
#[case::port("sftp://fatoura@files.bank.ma:0/out main", None)]
#[case::key("sftp://fatoura@files.bank.ma/out Main", None)]
#[case::no_key("sftp://fatoura@files.bank.ma/out", None)]
fn sources_are_read(#[case] text: &str, #[case] expected: Option<(&str, u16, &str)>) {
    let text: &'static str = Box::leak(format!("{text} {HOST_KEY}").into_boxed_str());
    let found = read(&[("FATOURA_FETCH_BANK_ANSWERS", text), ("FATOURA_SFTP_KEY_MAIN", "/keys/main")]);
    match (found, expected) {
        (Ok(config), Some((host, port, folder))) => {
            let [source] = config.settlement.sources.as_slice() else { panic!("{:?}", config.settlement.sources) };
            assert_eq!((source.name.as_str(), source.server.user.as_str()), ("bank-answers", "fatoura"));
            let server = &source.server;
            assert_eq!((server.host.as_str(), server.port, server.folder.as_str()), (host, port, folder));
        }
        (Err(faults), None) => {
            assert!(faults.contains("FATOURA_FETCH_BANK_ANSWERS: expected sftp://USER@HOST"), "{faults}");
            assert!(!faults.contains(HOST_KEY), "what it holds is not told: {faults}");
        }
        (found, _) => panic!("{:?}", found.err()),
    }
}

#[test]
fn every_source_at_fault_is_named() {
    let faults = read(&[
        ("FATOURA_FETCH_BANK", "files.bank.ma"),
        ("FATOURA_FETCH_CMI", Box::leak(format!("sftp://f@cmi.ma/out cmi {HOST_KEY}").into_boxed_str())),
        ("FATOURA_FETCH_", "x"),
    ]);
    let faults = faults.unwrap_err();
    for said in [
        "FATOURA_FETCH_BANK: expected sftp://",
        "FATOURA_SFTP_KEY_CMI: expected, since FATOURA_FETCH_CMI names the key \"cmi\"",
        "FATOURA_FETCH_: no such variable",
    ] {
        assert!(faults.contains(said), "expected {said:?} in {faults}");
    }
}

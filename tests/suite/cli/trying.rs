//! `demo` and `sandbox`: the hub tried out, and the outside world alone.

use super::*;

/// The demo's pages and its outside world, once it says that it runs.
fn start_demo(bench: &Bench) -> (Stays, String, String) {
    let words =
        ["demo", "--data", "demo", "--port", "0", "--sandbox-port", "0", "--smtp-port", "0", "--sftp-port", "0"];
    let (program, mut out) = Stays::start(bench.command(&words));
    let mut address = |name| {
        let line = line_with(&mut out, name);
        line.split_whitespace().find(|word| word.starts_with("http://")).unwrap().trim_end_matches('/').to_owned()
    };
    let (pages, world) = (address("Pay a bill"), address("Outside world"));
    line_with(&mut out, "Ctrl-C");
    (program, pages, world)
}

/// A demo fills floats and lets people in whose password is known: never over a ledger that is somebody's.
#[test]
fn a_demo_keeps_off_another_ledger() {
    let bench = Bench::new();
    std::fs::create_dir(bench.path("real")).unwrap();
    let database = format!("sqlite:{}", bench.path("real/fatoura.db").display());
    let mut migrate = bench.command(&["migrate"]);
    Ran::of(migrate.env("FATOURA_DATABASE_URL", &database).output().unwrap()).done();
    let words =
        ["demo", "--data", "real", "--port", "0", "--sandbox-port", "0", "--smtp-port", "0", "--sftp-port", "0"];
    bench.run(&words).failed(2, &["real/fatoura.db", "not a demo's ledger", "--data"]);
    let left: Vec<_> = std::fs::read_dir(bench.path("real")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(left.iter().all(|name| name.to_string_lossy().starts_with("fatoura.db")), "{left:?}");
}

/// Asks again until the page says this.
async fn eventually(payer: &Payer, path: &str, words: &str) {
    for _ in 0..200 {
        if payer.get(path).await.text().contains(words) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("{path} never said {words}: {}", payer.get(path).await.text());
}

#[tokio::test]
async fn a_bill_is_paid_in_the_demo_which_keeps_it_over_a_restart() {
    biller_adapters::init_tls();
    let bench = Bench::new();
    let (program, pages, world) = start_demo(&bench);
    let payer = Payer::new(&pages, "fr");
    let mut receipts = Vec::new();
    // One biller for each protocol: the bill file was pulled at the start.
    for (biller, contract) in [(1001, "11111111"), (1002, "1002002"), (1202, "AM100001")] {
        eventually(&payer, &format!("/fr/billers/{biller}/01"), "contrat").await;
        let redirect = payer.up_to_gateway(biller, "01", contract).await;
        let paid = payer.pay_by_card(&redirect, "4000000000000010").await;
        eventually(&payer, &paid.path, "Reçu de l’organisme").await;
        receipts.push(paid.path);
    }
    let key = std::fs::read(bench.path("demo/cookie.key")).unwrap();
    let (code, log) = program.terminate();
    assert_eq!((code, log.as_str()), (Some(0), ""));

    let (program, pages, again) = start_demo(&bench);
    assert_ne!(world, again, "another port: the billers are found at the new one");
    let payer = Payer::new(&pages, "fr");
    for receipt in receipts {
        eventually(&payer, &receipt, "Reçu de l’organisme").await;
    }
    // What was still to be told at the stop is told after it, and nothing twice.
    let mut told = 0;
    for _ in 0..200 {
        told = get(&format!("{again}/control/sms")).await.1.matches("\"to\"").count();
        if told >= 3 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(told, 3);
    assert_eq!(std::fs::read(bench.path("demo/cookie.key")).unwrap(), key);
    let mut check = bench.command(&["check-books"]);
    check.env("FATOURA_DATABASE_URL", "sqlite:demo/fatoura.db");
    assert!(Ran::of(check.output().unwrap()).done().contains("the books are right: 3 payments"));
    assert_eq!(program.terminate().0, Some(0));
}

/// The card is keyed at the provider's; the hub's log at its most talkative knows nothing of it, nor of a link's token.
#[tokio::test]
async fn the_demo_is_called_and_logs_nothing_of_cards_and_links() {
    let bench = Bench::new();
    let words =
        ["demo", "--data", "demo", "--port", "0", "--sandbox-port", "0", "--smtp-port", "0", "--sftp-port", "0"];
    let mut command = bench.command(&words);
    command.env("RUST_LOG", "debug").env("FATOURA_LOG_FORMAT", "json");
    let (program, mut out) = Stays::start(command);
    let line = line_with(&mut out, "Outside world");
    let world = line.split_whitespace().find(|word| word.starts_with("http://")).unwrap().trim_end_matches('/');
    line_with(&mut out, "Ctrl-C");
    let call = |keys: &str| bench.run(&["sandbox", "call", "--sandbox", world, "--keys", keys]).done();
    let paid = call("2,1,2,11111111#,1,3,4000000000000010#,1240,123#");
    assert!(paid.contains("Paiement accepté.") && paid.contains("keyed  xxxxxxxxxxxxxxxx"), "{paid}");
    let linked = call("3,9,1,11111111#,1,r,1,r");
    assert!(linked.contains("For your last biller") && linked.contains("The link is on its way"), "{linked}");
    assert_eq!(linked.matches("byte for byte").count(), 1, "what is keyed after the end is not");
    bench.run(&["sandbox", "call", "--sandbox", world, "--keys", "x"]).failed(2, &["'x': key digits"]);
    bench.run(&["sandbox", "call", "--sandbox", world, "--from", "12"]).failed(2, &["neither a number"]);
    bench.run(&["sandbox", "call", "--sandbox", "http://127.0.0.1:9"]).failed(2, &["no sandbox answers"]);
    let mut link = String::new();
    for _ in 0..200 {
        let inbox = get(&format!("{world}/control/sms")).await.1;
        if let Some((_, rest)) = inbox.split_once("/en/l/") {
            link = rest.split('"').next().unwrap().to_owned();
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(link.len(), 24, "{link}");
    let (code, log) = program.terminate();
    assert_eq!(code, Some(0), "{log}");
    assert!(log.contains("/ivr/steps/{step}"), "{log}");
    for private in ["4000000000000010", "tok_", &link, "11111111", "612345678"] {
        assert!(!log.contains(private), "{private} in {log}");
    }
}

#[test]
fn a_port_that_is_taken_is_named_with_its_flag() {
    let bench = Bench::new();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    for flag in ["--port", "--sandbox-port", "--smtp-port", "--sftp-port"] {
        let mut words = vec!["demo"];
        for other in ["--port", "--sandbox-port", "--smtp-port", "--sftp-port"] {
            words.extend([other, if other == flag { &port } else { "0" }]);
        }
        bench.run(&words).failed(2, &[&format!("127.0.0.1:{port} is in use"), &format!("with {flag}")]);
    }
    bench.run(&["sandbox", "--port", &port]).failed(2, &["is in use", "with --port"]);
}

#[tokio::test]
async fn the_sandbox_runs_alone() {
    let bench = Bench::new();
    let (program, mut out) =
        Stays::start(bench.command(&["sandbox", "--port", "0", "--smtp-port", "0", "--sftp-port", "0"]));
    let page = line_with(&mut out, "Dashboard").split_whitespace().last().unwrap().to_owned();
    line_with(&mut out, "Ctrl-C");
    assert_eq!(get(&page).await.0, 200);
    assert_eq!(program.terminate().0, Some(0));
}

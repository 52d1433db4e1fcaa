//! `serve`: what it needs, how it stops.

use super::*;

fn serve(bench: &Bench) -> Command {
    let mut command = bench.command(&["serve"]);
    command.envs([
        ("FATOURA_LISTEN", "127.0.0.1:0"),
        ("FATOURA_PUBLIC_URL", "http://127.0.0.1:8080"),
        ("FATOURA_COOKIE_KEY", "0123456789abcdef0123456789abcdef"),
        ("FATOURA_CMI_CLIENT_ID", "600001234"),
        ("FATOURA_CMI_STORE_KEY", "TEST1234"),
        ("FATOURA_CMI_GATEWAY_URL", "http://127.0.0.1:9/fim/est3Dgate"),
        ("FATOURA_CMI_API_URL", "http://127.0.0.1:9/fim/api"),
        ("FATOURA_CMI_API_USER", "api"),
        ("FATOURA_CMI_API_PASSWORD", "secret"),
        ("FATOURA_CMI_FALLBACK_EMAIL", "payer@example.ma"),
    ]);
    command
}

#[tokio::test]
async fn serve_answers_logs_no_reference_and_stops_in_order() {
    let bench = Bench::migrated();
    let mut command = serve(&bench);
    command.env("FATOURA_LOG_FORMAT", "json");
    let (program, mut out) = Stays::start(command);
    let line = line_with(&mut out, "serves http://127.0.0.1:8080 at");
    let base = line.trim().rsplit_once(' ').unwrap().1.to_owned();
    assert_eq!(get(&format!("{base}/health/ready")).await.0, 200);
    assert_eq!(get(&format!("{base}/fr/payments/ABCD-EFGH-2345?phone=0612345678")).await.0, 404);
    assert_eq!(get(&format!("{base}/4000000000000010")).await.0, 404);

    let (code, log) = program.terminate();
    assert_eq!(code, Some(0), "{log}");
    for line in log.lines() {
        serde_json::from_str::<serde_json::Value>(line).unwrap();
    }
    assert!(log.contains("/payments/{payment}") && log.contains("\"status\":404"), "{log}");
    assert!(log.contains("no SMS will be sent") && log.contains("there are no billers"), "{log}");
    for private in ["ABCD", "0612345678", "4000000000000010", "127.0.0.1", "TEST1234"] {
        assert!(!log.contains(private), "{private} in {log}");
    }
    assert!(log.contains("stopped"), "{log}");
}

#[tokio::test]
async fn serve_ends_tls_itself() {
    const TLS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/biller_adapters/tests/tls");
    let bench = Bench::migrated();
    let mut command = serve(&bench);
    command.env("FATOURA_PUBLIC_URL", "https://localhost:8443");
    command.env("FATOURA_TLS_CERTIFICATE", format!("{TLS}/server.pem"));
    command.env("FATOURA_TLS_KEY", format!("{TLS}/server.key"));
    let (program, mut out) = Stays::start(command);
    let line = line_with(&mut out, "serves https://localhost:8443 at");
    let port = line.trim().rsplit_once(':').unwrap().1.to_owned();

    biller_adapters::init_tls();
    let authority = reqwest::Certificate::from_pem(&std::fs::read(format!("{TLS}/authority.pem")).unwrap()).unwrap();
    let caller = reqwest::Client::builder().tls_certs_only([authority]).build().unwrap();
    let answer = caller.get(format!("https://localhost:{port}/fr/")).send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 200);
    assert!(answer.headers().contains_key("strict-transport-security"), "{:?}", answer.headers());
    // Neither a caller that does not know the authority nor one without TLS gets anywhere.
    let strangers = reqwest::Client::builder().tls_certs_only([]).build().unwrap();
    assert!(strangers.get(format!("https://localhost:{port}/fr/")).send().await.is_err());
    assert!(reqwest::get(format!("http://localhost:{port}/fr/")).await.is_err());
    let (code, log) = program.terminate();
    assert_eq!(code, Some(0), "{log}");
}

#[tokio::test]
async fn a_program_that_stops_says_so_first_and_a_second_signal_ends_it() {
    let bench = Bench::migrated();
    let mut command = serve(&bench);
    command.env("FATOURA_DRAIN_SECONDS", "300").env("RUST_LOG", "off");
    let (program, mut out) = Stays::start(command);
    let base = line_with(&mut out, "serves").trim().rsplit_once(' ').unwrap().1.to_owned();
    assert_eq!(get(&format!("{base}/health/ready")).await.0, 200);
    program.ask_to_stop();
    while get(&format!("{base}/health/ready")).await.0 != 503 {}
    assert_eq!(get(&format!("{base}/fr/")).await.0, 200, "payers are still served");
    let (code, said) = program.terminate();
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("stopped at once by a second signal"), "{said}");
}

#[test]
fn serve_wants_a_migrated_database() {
    let bench = Bench::new();
    let ran = Ran::of(serve(&bench).output().unwrap());
    ran.failed(2, &["fatoura.db", "run `fatoura migrate` first"]);
}

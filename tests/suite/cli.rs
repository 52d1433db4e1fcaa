//! The built program as people run it: its commands, its exit codes, what it says when something is wrong.

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};
use tempfile::TempDir;

use crate::support::Payer;

const BILLERS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/sandbox/billers");

/// A folder of its own, with the database in it, and nothing in the environment but what a test puts there.
pub struct Bench {
    folder: TempDir,
}

impl Bench {
    pub fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub fn migrated() -> Self {
        let bench = Self::new();
        bench.run(&["migrate"]).done();
        bench
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_fatoura"));
        let database = format!("sqlite:{}", self.path("fatoura.db").display());
        command.args(words).current_dir(&self.folder).env_clear().env("FATOURA_DATABASE_URL", database);
        command.env("FATOURA_DATA_KEYS", ledger::DataKeys::of_bytes(crate::support::DATA_KEY).to_list());
        command
    }

    pub fn run(&self, words: &[&str]) -> Ran {
        Ran::of(self.command(words).output().unwrap())
    }

    pub fn write(&self, name: &str, text: &str) -> String {
        let path = self.path(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    }
}

/// How a command went.
#[derive(Debug)]
pub struct Ran {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Ran {
    pub fn of(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Self { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }

    pub fn done(self) -> String {
        assert_eq!((self.code, self.err.as_str()), (Some(0), ""), "{}", self.out);
        self.out
    }

    /// Failed with this code, and said all of these.
    pub fn failed(&self, code: i32, parts: &[&str]) {
        assert_eq!(self.code, Some(code), "{self:?}");
        for part in parts {
            assert!(self.err.contains(part), "expected {part:?} in: {}", self.err);
        }
    }
}

#[test]
fn help_is_on_standard_output_and_a_wrong_word_is_not_done() {
    let bench = Bench::new();
    let help = bench.run(&["--help"]).done();
    for command in ["demo", "serve", "sandbox", "migrate", "check-books", "export", "biller", "user"] {
        assert!(help.lines().any(|line| line.trim_start().starts_with(command)), "{command} in {help}");
    }
    bench.run(&["serv"]).failed(2, &["unrecognized subcommand", "serve"]);
}

#[test]
fn serve_names_every_fault_of_its_configuration() {
    let bench = Bench::new();
    let mut command = bench.command(&["serve"]);
    command.env("FATOURA_PUBLIC_URL", "http://pay.example.ma").env("FATOURA_LISTEN", "everywhere");
    command.env("FATOURA_COOKIE_KEY", "hunter2");
    let ran = Ran::of(command.output().unwrap());
    ran.failed(
        2,
        &["FATOURA_PUBLIC_URL: expected https://", "FATOURA_LISTEN", "FATOURA_COOKIE_KEY", "FATOURA_CMI_STORE_KEY"],
    );
    assert!(!ran.err.contains("hunter2"));
}

#[test]
fn migrating_makes_the_database_and_again_does_nothing() {
    let bench = Bench::new();
    let mut command = bench.command(&["migrate"]);
    command.env_remove("FATOURA_DATABASE_URL");
    assert!(Ran::of(command.output().unwrap()).done().contains("up to date now"));
    assert!(bench.path("data/fatoura.db").exists(), "the default, with its folder");
    assert!(Ran::of(command.output().unwrap()).done().contains("is up to date"));
}

#[test]
fn a_database_that_is_not_there_is_not_made_by_the_way() {
    let bench = Bench::new();
    for words in [
        &["check-books"][..],
        &["export", "hledger"],
        &["biller", "list"],
        &["biller", "import", "x.toml"],
        &["user", "list"],
        &["user", "disable", "salma"],
    ] {
        bench.run(words).failed(2, &["there is no database at", "FATOURA_DATABASE_URL", "fatoura migrate"]);
    }
    assert!(!bench.path("fatoura.db").exists());
    std::fs::write(bench.path("fatoura.db"), "").unwrap();
    bench.run(&["biller", "list"]).failed(2, &["run `fatoura migrate` first"]);
    std::fs::write(bench.path("fatoura.db"), "this is a letter, not a database, whatever its name").unwrap();
    bench.run(&["migrate"]).failed(2, &["fatoura.db", "not a database"]);
    let mut command = bench.command(&["migrate"]);
    Ran::of(command.env("FATOURA_DATABASE_URL", "mysql://u:hunter2@h/d").output().unwrap())
        .failed(2, &["FATOURA_DATABASE_URL: expected sqlite:PATH or postgres://"]);
}

fn all_files() -> Vec<String> {
    let entries = std::fs::read_dir(BILLERS).unwrap();
    let mut files: Vec<String> = entries.map(|entry| entry.unwrap().path().display().to_string()).collect();
    files.sort();
    files
}

#[test]
fn billers_are_imported_and_listed() {
    let bench = Bench::migrated();
    assert!(bench.run(&["biller", "list"]).done().contains("no billers"));
    let files = all_files();
    let mut words = vec!["biller", "import", "--set", "SANDBOX_URL=http://127.0.0.1:8081"];
    words.extend(files.iter().map(String::as_str));
    let mut command = bench.command(&words);
    let told = Ran::of(command.env("BILLER_SECRET_1001", "s").output().unwrap()).done();
    assert!(told.contains("1001 Électricité et Eau de Casablanca (json_rest)\n1002"), "{told}");
    assert!(told.contains("BILLER_SECRET_1002 is not set here") && told.ends_with("9 biller(s) imported\n"), "{told}");
    insta::assert_snapshot!(bench.run(&["biller", "list"]).done());
}

#[test]
fn a_variable_comes_from_the_environment_too() {
    let bench = Bench::migrated();
    let file = Path::new(BILLERS).join("1001.toml").display().to_string();
    bench.run(&["biller", "import", &file]).failed(1, &["1001.toml:9: connector.base_url", "SANDBOX_URL is not set"]);
    let mut command = bench.command(&["biller", "import", &file]);
    Ran::of(command.env("SANDBOX_URL", "https://billers.example.ma").output().unwrap()).done();
}

#[test]
fn one_bad_file_is_enough_to_import_nothing_and_all_faults_are_named() {
    let bench = Bench::migrated();
    let good = std::fs::read_to_string(Path::new(BILLERS).join("1001.toml")).unwrap();
    let good = good.replace("${SANDBOX_URL}", "https://billers.example.ma");
    let one = bench.write("one.toml", &good);
    let twice = bench.write("twice.toml", &good);
    let wrong = bench.write("wrong.toml", &good.replace("\"electricity_water\"", "\"water\"").replace("1001\n", "1\n"));
    let broken = bench.write("broken.toml", "code = 1001\nname = {\n");
    let plain = bench.write("plain.toml", &good.replace("https:", "http:").replace("code = 1001", "code = 1009"));
    std::fs::write(bench.path("bytes.toml"), b"code = 1001\n\xff").unwrap();
    let bytes = bench.path("bytes.toml").display().to_string();
    let words = ["biller", "import", &one, &twice, &wrong, &broken, &plain, &bytes, "absent.toml"];
    let ran = bench.run(&words);
    ran.failed(
        1,
        &[
            "twice.toml: biller 1001 is in",
            "wrong.toml:1: code: expected a whole number of 4 digits",
            "wrong.toml:3: category: expected electricity_water",
            "broken.toml:2: not TOML",
            "plain.toml: biller 1009: ",
            "it must begin with https://",
            "bytes.toml:2: expected text in UTF-8",
            "absent.toml: cannot be read",
            "nothing was imported",
        ],
    );
    assert_eq!(ran.out, "");
    assert!(bench.run(&["biller", "list"]).done().contains("no billers"));
}

#[test]
fn the_books_are_proved_or_what_is_wrong_is_named() {
    let bench = Bench::migrated();
    assert!(bench.run(&["check-books"]).done().contains("the books are right"));
    assert!(bench.run(&["export", "hledger"]).done().contains("commodity"));
    let register = bench.run(&["export", "stamp-duty", "--from", "2026-11", "--months", "2"]).done();
    assert_eq!(register, "month,receipts,discharged,duty\n2026-11,0,0.00,0.00\n2026-12,0,0.00,0.00\n");
    for wrong in ["2026-13", "2026-11-01", "202611", "x", "1999-01"] {
        bench.run(&["export", "stamp-duty", "--from", wrong]).failed(2, &["expected a month", "such as 2026-11"]);
    }
    bench.run(&["export", "stamp-duty", "--from", "2026-11", "--months", "0"]).failed(2, &["1..=120"]);
    let mut database = SqliteConnection::establish(&bench.path("fatoura.db").display().to_string()).unwrap();
    let money_from_nowhere = "INSERT INTO accounts (id, kind, owner, currency, balance) VALUES (7, 1, 'x', 504, 100)";
    database.batch_execute(money_from_nowhere).unwrap();
    let ran = bench.run(&["check-books"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.out.contains("account 7") && ran.out.contains("THE BOOKS ARE WRONG"), "{ran:?}");
}

/// A program that stays, ended with the test.
struct Stays(Child);

impl Drop for Stays {
    fn drop(&mut self) {
        let _ = self.0.kill();
    }
}

impl Stays {
    fn start(mut command: Command) -> (Self, BufReader<std::process::ChildStdout>) {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        (Self(child), out)
    }

    /// Asks it to stop as a service manager does.
    fn ask_to_stop(&self) {
        let pid = self.0.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    }

    /// Asks it to stop: the exit code, and what it logged.
    fn terminate(mut self) -> (Option<i32>, String) {
        self.ask_to_stop();
        let code = self.0.wait().unwrap().code();
        let mut log = String::new();
        self.0.stderr.take().unwrap().read_to_string(&mut log).unwrap();
        (code, log)
    }
}

/// The first line with this in it.
fn line_with(out: &mut impl BufRead, part: &str) -> String {
    let mut line = String::new();
    while out.read_line(&mut line).unwrap() > 0 {
        if line.contains(part) {
            return line;
        }
        line.clear();
    }
    panic!("no line with {part}");
}

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

async fn get(url: &str) -> (u16, String) {
    biller_adapters::init_tls();
    let answer = reqwest::get(url).await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
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
fn the_bench_measures_and_refuses_what_it_cannot() {
    let bench = Bench::new();
    let told = bench.run(&["bench", "--payments", "1000"]).done();
    for part in [
        "floor: bare multi-row inserts",
        "one transaction a payment",
        "HTTP, 256 connections",
        "agents' API, 256 connections",
        "cards and agents, 256 connections",
        "of the floor",
    ] {
        assert!(told.contains(part), "{part}: {told}");
    }
    bench.run(&["bench", "--folder", "nowhere"]).failed(2, &["cannot make a folder in nowhere"]);
    bench.run(&["bench", "--payments", "10"]).failed(2, &["10 is not in 1000..="]);
    bench.run(&["bench", "--postgres", "mysql://x"]).failed(2, &["expected postgres://USER@HOST/DATABASE"]);
    bench.run(&["bench", "--postgres", "postgres://127.0.0.1:1/x"]).failed(2, &["the server cannot be reached"]);
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

//! The built program as people run it: its commands, its exit codes, what it says when something is wrong.

mod serving;
mod trying;

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

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

/// Longest wait for a line or for an end, far more than either takes.
const PATIENCE: Duration = Duration::from_secs(120);

/// A program that stays, ended with the test.
struct Stays {
    child: Child,
    log: Option<JoinHandle<String>>,
}

impl Drop for Stays {
    fn drop(&mut self) {
        let _ = self.child.kill();
    }
}

impl Stays {
    /// Starts it. All that it says is read as it comes: a pipe that is full would hold it up.
    fn start(mut command: Command) -> (Self, Receiver<String>) {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let (out, mut err) = (BufReader::new(child.stdout.take().unwrap()), child.stderr.take().unwrap());
        let (said, lines) = mpsc::channel();
        std::thread::spawn(move || {
            for line in out.lines() {
                // Nobody listens any more.
                let _ = said.send(line.unwrap());
            }
        });
        let log = std::thread::spawn(move || {
            let mut log = String::new();
            err.read_to_string(&mut log).unwrap();
            log
        });
        (Self { child, log: Some(log) }, lines)
    }

    /// Asks it to stop as a service manager does.
    fn ask_to_stop(&self) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    }

    /// Asks it to stop: the exit code, and what it logged.
    fn terminate(mut self) -> (Option<i32>, String) {
        self.ask_to_stop();
        let until = Instant::now() + PATIENCE;
        let ended = loop {
            if let Some(ended) = self.child.try_wait().unwrap() {
                break ended;
            }
            assert!(Instant::now() < until, "it does not stop");
            std::thread::sleep(Duration::from_millis(10));
        };
        (ended.code(), self.log.take().unwrap().join().unwrap())
    }
}

/// The first line with this in it.
fn line_with(lines: &mut Receiver<String>, part: &str) -> String {
    let until = Instant::now() + PATIENCE;
    loop {
        match lines.recv_timeout(until.saturating_duration_since(Instant::now())) {
            Ok(line) if line.contains(part) => return line,
            Ok(_) => {}
            Err(error) => panic!("no line with {part}: {error}"),
        }
    }
}

async fn get(url: &str) -> (u16, String) {
    biller_adapters::init_tls();
    let client = reqwest::Client::builder().no_proxy().timeout(PATIENCE).build().unwrap();
    let answer = client.get(url).send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
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

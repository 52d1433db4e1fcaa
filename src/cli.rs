//! The command line: one binary, a subcommand for each role.

mod job;
mod personal;
mod reconcile;
mod sandbox;
mod settlement;
mod user;

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::{Args, Parser, Subcommand};

pub use job::{JobAction, JobArgs, JobHistoryArgs, JobRunArgs};
pub use personal::{
    ApproveErasureArgs, ErasePersonArgs, ExportForm, ExportPersonArgs, PersonalAction, PersonalArgs, WhoArgs,
};
pub use reconcile::{
    BreakAction, BreakArgs, BreakAssignArgs, BreakNoteArgs, BreakResolveArgs, BreaksArgs, ReconcileAction,
    ReconcileArgs, ReconcileImportArgs, ReconcileRunArgs, ReconcileStatementArgs,
};
pub use sandbox::{CallArgs, SandboxAction, SandboxArgs, SandboxNetworkArgs};
pub use settlement::{
    SettlementAction, SettlementArgs, SettlementFileArgs, SettlementListArgs, SettlementRepeatArgs, SettlementShowArgs,
    VerifyArgs,
};
pub use user::{LoginArgs, PasswordArgs, RoleArgs, SetRolesArgs, UserAction, UserAddArgs, UserArgs};

const EXIT_CODES: &str = "\
Exit codes: 0 done; 1 what was looked at has faults, which are named; 2 it could not be done, and why.";

const DATABASE: &str = "\
Environment:
  FATOURA_DATABASE_URL   sqlite:PATH or postgres://USER:PASSWORD@HOST/DATABASE [default: sqlite:data/fatoura.db]
  RUST_LOG, FATOURA_LOG_FORMAT   what is logged to standard error, and how";

/// A multi-channel bill payment hub on one ledger.
#[derive(Debug, Parser)]
#[command(name = "fatoura", version, after_help = EXIT_CODES)]
#[command(after_long_help = "\
Begin with `fatoura demo`: it needs no configuration. `fatoura help COMMAND` tells more about each.

Exit codes: 0 done; 1 what was looked at has faults, which are named; 2 it could not be done, and why.")]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What the program can do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Try it out: the hub and a sandbox of billers, bank, SMS and mail in one process
    ///
    /// Starts both on this machine, with nine billers, contracts that owe something and cards to
    /// pay with; prints where to go. Needs no configuration. Everything is kept in the data
    /// folder: the next start goes on from there.
    #[command(
        verbatim_doc_comment,
        after_help = "\
Examples:
  fatoura demo
  fatoura demo --data /tmp/try --port 9080 --sandbox-port 9081 --smtp-port 9025 --sftp-port 9022"
    )]
    Demo(DemoArgs),

    /// Serve payers: web pages, gateway callbacks, the outbox, the jobs
    ///
    /// Configured by the environment alone; docs/configuration.md lists every variable. All faults
    /// of the configuration are reported at once. SIGTERM or Ctrl-C stops in order: not ready,
    /// requests finished, outbox at rest, ledger closed; a second one stops at once.
    #[command(
        verbatim_doc_comment,
        after_help = "\
Environment (required):
  FATOURA_PUBLIC_URL     https://HOST under which payers reach the pages
  FATOURA_COOKIE_KEY     at least 32 random characters, kept secret
  FATOURA_DATA_KEYS      keys under which personal data is sealed, NAME:KEY,NAME:KEY...
  FATOURA_CMI_CLIENT_ID, FATOURA_CMI_STORE_KEY, FATOURA_CMI_GATEWAY_URL, FATOURA_CMI_API_URL,
  FATOURA_CMI_API_USER, FATOURA_CMI_API_PASSWORD, FATOURA_CMI_FALLBACK_EMAIL   the card gateway
  BILLER_SECRET_...      each biller's secret, under the name that its file gives
  NETWORK_SECRET_...     the secrets of networks' own systems, under the names that their files give
Environment (some of the rest):
  FATOURA_DATABASE_URL   sqlite:PATH or postgres://... [default: sqlite:data/fatoura.db]
  FATOURA_LISTEN         address and port [default: 127.0.0.1:8080]
  FATOURA_TLS_CERTIFICATE, FATOURA_TLS_KEY   PEM files; without them a proxy ends TLS
  FATOURA_TWILIO_..., FATOURA_SMTP_...       SMS and mail

Before the first start:
  fatoura migrate
  fatoura biller import billers/*.toml"
    )]
    Serve,

    /// Run the sandbox alone: a test environment for integrators
    ///
    /// Plays billers, card gateway, SMS and voice provider and mail server over real sockets. No
    /// real money, no message leaves it. docs/sandbox.md says what is found there.
    #[command(
        verbatim_doc_comment,
        args_conflicts_with_subcommands = true,
        after_help = "\
Examples:
  fatoura sandbox
  fatoura sandbox --bind 0.0.0.0 --port 9081 --data sandbox-data
  fatoura sandbox call --from +212612345678"
    )]
    Sandbox(SandboxArgs),

    /// Bring the database's tables up to date
    ///
    /// Makes the database file if it is SQLite and not there. Run it before the first start and
    /// after every upgrade; with nothing to do it does nothing.
    #[command(verbatim_doc_comment, after_help = DATABASE)]
    Migrate,

    /// Prove the books, or name what is wrong with them
    ///
    /// Postings balance, balances are what was posted, payments stand where their postings say.
    /// Reads one state of the ledger while the hub goes on. Exit code 0: the books are right;
    /// 1: they are not, and every fault is named; 2: they could not be read.
    #[command(verbatim_doc_comment, after_help = DATABASE)]
    CheckBooks,

    /// Write the books for another program
    Export(ExportArgs),

    /// Import billers from files, and list them
    Biller(BillerArgs),

    /// Take members of staff in, list them, set their roles, reset what they sign in with
    User(UserArgs),

    /// Import networks of cash agents from files, and list them with their floats
    Network(NetworkArgs),

    /// List what runs by the clock, run it by hand, look at its history
    Job(JobArgs),

    /// Settlement windows and their files
    Settlement(SettlementArgs),

    /// Hold the ledger against the bank, the gateway, networks and billers
    Reconcile(ReconcileArgs),

    /// Measure how fast payments are taken, or settled, beside what the storage could do at most
    ///
    /// Makes a database of its own in a folder, and another on a PostgreSQL server if one is given;
    /// both are gone afterwards. Prints payments per second, latencies and processor time for 1,
    /// 16 and 256 callers, through the ledger and over HTTP, and the ratios that count.
    #[command(
        verbatim_doc_comment,
        after_help = "\
Examples:
  fatoura bench
  fatoura bench --folder /var/lib/fatoura --postgres postgres://postgres@127.0.0.1/postgres --grow 1000000
  fatoura bench settlement --payments 1000000 --statement-mb 200",
        args_conflicts_with_subcommands = true
    )]
    Bench(BenchArgs),

    /// Fill an empty database with payments that never were, to measure and to try pages out
    ///
    /// Twelve months of payments over billers, channels, outlets and everything that can become of a
    /// payment, through the ledger's own commands: check-books holds. Nobody is written to. A database
    /// that holds anything is refused: never name one that is in use.
    #[command(
        verbatim_doc_comment,
        after_help = "\
Example:
  fatoura generate --payments 100000 --database-url sqlite:/tmp/generated.db

Environment:
  FATOURA_DATABASE_URL   sqlite:PATH or postgres://USER:PASSWORD@HOST/DATABASE [default: sqlite:data/fatoura.db]"
    )]
    Generate(GenerateArgs),

    /// Take out or erase what is held of a person, and seal personal data anew
    Personal(PersonalArgs),
}

/// Flags of `bench`.
#[derive(Debug, Args)]
pub struct BenchArgs {
    /// What else to measure.
    #[command(subcommand)]
    pub other: Option<OtherBench>,
    /// Folder for the SQLite file, on the disk that is to hold the real one
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub folder: PathBuf,
    /// A PostgreSQL server on which a database may be made and dropped
    #[arg(long, value_name = "URL")]
    pub postgres: Option<String>,
    /// Payments in each row of the table
    #[arg(long, value_name = "N", default_value_t = 50_000, value_parser = clap::value_parser!(u32).range(1_000..=10_000_000))]
    pub payments: u32,
    /// Measure again with this many payments in the ledger; 0 leaves that out
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=50_000_000))]
    pub grow: u32,
}

/// What `bench` measures besides taking payments.
#[derive(Debug, Subcommand)]
pub enum OtherBench {
    /// Measure a day's settlement: windows closed and settled, files made, transfers ordered, reconciled
    ///
    /// Makes a day of payments over 500 billers first, two of three at the counters of two networks,
    /// and at the end what billers, networks and the bank say of it. Prints rows per second for each
    /// step, how often it takes the bare reading of the rows and files that it reads, and the memory
    /// that the process has held at most.
    #[command(verbatim_doc_comment)]
    Settlement(SettlementBenchArgs),

    /// Measure the pages of the back office: payments found by each criterion, and the story of one
    ///
    /// Generates payments first, as `fatoura generate` does. Prints for each criterion and for usual
    /// combinations how long the first page and a later one take: the median and the slowest of seven.
    #[command(verbatim_doc_comment)]
    BackOffice(BackOfficeBenchArgs),
}

/// Flags of `bench back-office`.
#[derive(Debug, Args)]
pub struct BackOfficeBenchArgs {
    /// Folder for the SQLite file
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub folder: PathBuf,
    /// A PostgreSQL server on which a database may be made and dropped
    #[arg(long, value_name = "URL")]
    pub postgres: Option<String>,
    /// Payments in the database
    #[arg(long, value_name = "N", default_value_t = 100_000, value_parser = clap::value_parser!(u32).range(1_000..=50_000_000))]
    pub payments: u32,
    /// A database that `fatoura generate` filled, to measure instead: nothing is generated, and it stays
    #[arg(long, value_name = "URL", conflicts_with_all = ["folder", "postgres", "payments"])]
    pub database_url: Option<ledger::DatabaseUrl>,
}

/// Flags of `generate`.
#[derive(Debug, Args)]
pub struct GenerateArgs {
    /// Payments to make
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=50_000_000))]
    pub payments: u32,
    /// An empty database, or one that does not exist yet [default: FATOURA_DATABASE_URL]
    #[arg(long, value_name = "URL")]
    pub database_url: Option<ledger::DatabaseUrl>,
    /// The same seed makes the same payments
    #[arg(long, value_name = "S", default_value_t = 1)]
    pub seed: u64,
}

/// Flags of `bench settlement`.
#[derive(Debug, Args)]
pub struct SettlementBenchArgs {
    /// Folder for the SQLite file and for what is made
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub folder: PathBuf,
    /// A PostgreSQL server on which a database may be made and dropped
    #[arg(long, value_name = "URL")]
    pub postgres: Option<String>,
    /// Payments of the day
    #[arg(long, value_name = "N", default_value_t = 100_000, value_parser = clap::value_parser!(u32).range(1_000..=10_000_000))]
    pub payments: u32,
    /// Take in a statement of this many MiB as well; 0 leaves that out
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=1_000))]
    pub statement_mb: u32,
}

/// Flags of `demo`.
#[derive(Debug, Args)]
pub struct DemoArgs {
    /// Folder that keeps everything; made if it is not there
    #[arg(long, value_name = "DIR", default_value = "data")]
    pub data: PathBuf,
    /// Port of the hub's pages
    #[arg(long, value_name = "PORT", default_value_t = 8080)]
    pub port: u16,
    /// Port of the sandbox: its dashboard, billers, card page and inboxes
    #[arg(long, value_name = "PORT", default_value_t = 8081)]
    pub sandbox_port: u16,
    /// Port of the sandbox's mail server
    #[arg(long, value_name = "PORT", default_value_t = 8025)]
    pub smtp_port: u16,
    /// Port of the sandbox's file server
    #[arg(long, value_name = "PORT", default_value_t = 8022)]
    pub sftp_port: u16,
}

/// Flags of `export`.
#[derive(Debug, Args)]
pub struct ExportArgs {
    /// The format.
    #[command(subcommand)]
    pub format: ExportFormat,
}

/// Formats of the books.
#[derive(Debug, Subcommand)]
pub enum ExportFormat {
    /// A journal for hledger, one transaction per posting
    ///
    /// Written to standard output. `hledger check --strict` accepts it, and proves the books a second time.
    #[command(after_help = "\
Example:
  fatoura export hledger > books.journal && hledger -f books.journal check --strict

Environment:
  FATOURA_DATABASE_URL   sqlite:PATH or postgres://USER:PASSWORD@HOST/DATABASE [default: sqlite:data/fatoura.db]")]
    Hledger,

    /// The register of stamp duty on cash, a line a month, as CSV
    ///
    /// Receipts that bear duty, what they discharge and the duty, in dirhams, by the day on which
    /// billers confirmed (Africa/Casablanca); what was cancelled later is taken off again.
    #[command(
        verbatim_doc_comment,
        after_help = "\
Example:
  fatoura export stamp-duty --from 2026-01 --months 12 > duty.csv

Environment:
  FATOURA_DATABASE_URL   sqlite:PATH or postgres://USER:PASSWORD@HOST/DATABASE [default: sqlite:data/fatoura.db]"
    )]
    StampDuty(StampDutyArgs),
}

/// Flags of `export stamp-duty`.
#[derive(Debug, Args)]
pub struct StampDutyArgs {
    /// The first month, such as 2026-11
    #[arg(long, value_name = "YYYY-MM", value_parser = month)]
    pub from: NaiveDate,
    /// How many months
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=120))]
    pub months: u32,
}

/// The first day of a month.
fn month(text: &str) -> Result<NaiveDate, String> {
    let wrong = || format!("expected a month from 2000-01 to 2999-12, such as 2026-11; found {text:?}");
    let is_plain = text.len() == 7 && text.bytes().all(|b| b.is_ascii_digit() || b == b'-') && text.starts_with('2');
    let day = is_plain.then(|| NaiveDate::parse_from_str(&format!("{text}-01"), "%Y-%m-%d").ok()).flatten();
    day.ok_or_else(wrong)
}

/// Flags of `biller`.
#[derive(Debug, Args)]
pub struct BillerArgs {
    /// What to do with billers.
    #[command(subcommand)]
    pub action: BillerAction,
}

/// What can be done with billers.
#[derive(Debug, Subcommand)]
pub enum BillerAction {
    /// Take billers from TOML files, all of them or none
    ///
    /// A biller that is known under its code is replaced. If any file has a fault, every fault is
    /// named with its file and line, and nothing is imported. A hub that is running offers the
    /// billers within seconds. docs/biller-file.md describes the file.
    #[command(
        verbatim_doc_comment,
        after_help = "\
Examples:
  fatoura biller import billers/*.toml
  fatoura biller import --set SANDBOX_URL=http://127.0.0.1:8081 sandbox/billers/*.toml

Environment:
  FATOURA_DATABASE_URL   sqlite:PATH or postgres://USER:PASSWORD@HOST/DATABASE [default: sqlite:data/fatoura.db]
  NAME                   stands for ${NAME} in the addresses of a file, unless --set gives it"
    )]
    Import(ImportArgs),

    /// List the billers that are offered
    #[command(after_help = DATABASE)]
    List,
}

/// Flags of `network`.
#[derive(Debug, Args)]
pub struct NetworkArgs {
    /// What to do with networks.
    #[command(subcommand)]
    pub action: NetworkAction,
}

/// What can be done with networks.
#[derive(Debug, Subcommand)]
pub enum NetworkAction {
    /// Take networks with their outlets from TOML files, all of them or none
    ///
    /// A network that is known under its code is replaced. If any file has a fault, every fault is
    /// named with its file and line, and nothing is imported. A hub that is running takes the
    /// networks over within seconds. docs/network-file.md describes the file.
    #[command(
        verbatim_doc_comment,
        after_help = "\
Examples:
  fatoura network import networks.toml
  fatoura network import sandbox/networks/networks.toml

Environment:
  FATOURA_DATABASE_URL   sqlite:PATH or postgres://USER:PASSWORD@HOST/DATABASE [default: sqlite:data/fatoura.db]"
    )]
    Import(NetworkImportArgs),

    /// List the networks, their outlets and what is left of each float
    #[command(after_help = DATABASE)]
    List,
}

/// Flags of `network import`.
#[derive(Debug, Args)]
pub struct NetworkImportArgs {
    /// Files to read
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
}

/// Flags of `biller import`.
#[derive(Debug, Args)]
pub struct ImportArgs {
    /// Files to read
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// What `${NAME}` stands for in the addresses of a file; may be given several times
    #[arg(long = "set", value_name = "NAME=VALUE", value_parser = assignment)]
    pub variables: Vec<(String, String)>,
}

fn assignment(text: &str) -> Result<(String, String), String> {
    let plain = |name: &str| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    match text.split_once('=') {
        Some((name, value)) if plain(name) => Ok((name.to_owned(), value.to_owned())),
        _ => Err("expected NAME=VALUE, such as SANDBOX_URL=http://127.0.0.1:8081".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("", "top")]
    #[case("demo", "demo")]
    #[case("serve", "serve")]
    #[case("sandbox", "sandbox")]
    #[case("sandbox call", "sandbox_call")]
    #[case("sandbox network", "sandbox_network")]
    #[case("migrate", "migrate")]
    #[case("check-books", "check_books")]
    #[case("export", "export")]
    #[case("export hledger", "export_hledger")]
    #[case("export stamp-duty", "export_stamp_duty")]
    #[case("biller", "biller")]
    #[case("biller import", "biller_import")]
    #[case("biller list", "biller_list")]
    #[case("user", "user")]
    #[case("user add", "user_add")]
    #[case("user list", "user_list")]
    #[case("user reset-password", "user_reset_password")]
    #[case("user reset-second-factor", "user_reset_second_factor")]
    #[case("user disable", "user_disable")]
    #[case("user enable", "user_enable")]
    #[case("user set-roles", "user_set_roles")]
    #[case("network", "network")]
    #[case("network import", "network_import")]
    #[case("network list", "network_list")]
    #[case("job", "job")]
    #[case("job list", "job_list")]
    #[case("job run", "job_run")]
    #[case("job history", "job_history")]
    #[case("settlement", "settlement")]
    #[case("settlement verify", "settlement_verify")]
    #[case("settlement list", "settlement_list")]
    #[case("settlement show", "settlement_show")]
    #[case("settlement file", "settlement_file")]
    #[case("settlement orders", "settlement_orders")]
    #[case("settlement repeat-transfer", "settlement_repeat_transfer")]
    #[case("reconcile", "reconcile")]
    #[case("reconcile import", "reconcile_import")]
    #[case("reconcile run", "reconcile_run")]
    #[case("reconcile breaks", "reconcile_breaks")]
    #[case("reconcile break", "reconcile_break")]
    #[case("reconcile statement", "reconcile_statement")]
    #[case("reconcile break 1 resolve", "reconcile_break_resolve")]
    #[case("bench", "bench")]
    #[case("bench settlement", "bench_settlement")]
    #[case("bench back-office", "bench_back_office")]
    #[case("generate", "generate")]
    #[case("personal", "personal")]
    #[case("personal rotate", "personal_rotate")]
    #[case("personal export", "personal_export")]
    #[case("personal erase", "personal_erase")]
    #[case("personal approve", "personal_approve")]
    fn help_reads_well(#[case] words: &str, #[case] name: &str) {
        let line = format!("fatoura {words} --help");
        let shown = Cli::try_parse_from(line.split_whitespace()).unwrap_err().to_string();
        insta::assert_snapshot!(format!("help_{name}"), shown);
    }

    #[test]
    fn the_definition_is_sound() {
        Cli::command().debug_assert();
    }

    #[rstest]
    #[case::no_command("fatoura", "Usage: fatoura <COMMAND>")]
    #[case::unknown("fatoura serv", "unrecognized subcommand 'serv'")]
    #[case::port("fatoura demo --port 99999", "99999 is not in 0..=65535")]
    #[case::no_file("fatoura biller import", "<FILE>...")]
    #[case::no_settlement_file("fatoura settlement verify", "<FILE>...")]
    #[case::no_login("fatoura user add --name A --role agent", "<LOGIN>")]
    #[case::no_role("fatoura user add salma --name Salma", "--role <ROLE>")]
    #[case::role("fatoura user set-roles salma --role emperor", "no such role; the roles are teleoperator")]
    #[case::biller_code(
        "fatoura user add salma --name A --role biller-user --biller 70000",
        "70000 is not in 0..=65535"
    )]
    #[case::password("fatoura user add salma --name A --role finance --password hunter2", "unexpected argument")]
    #[case::no_job("fatoura job run", "<NAME>")]
    #[case::as_of("fatoura job run prune --as-of yesterday", "expected RFC 3339")]
    #[case::last("fatoura job history --last 0", "0 is not in 1..=1000")]
    #[case::assignment("fatoura biller import --set A x.toml", "expected NAME=VALUE")]
    #[case::nameless("fatoura biller import --set =1 x.toml", "expected NAME=VALUE")]
    fn refuses_with_a_reason(#[case] line: &str, #[case] reason: &str) {
        let shown = Cli::try_parse_from(line.split_whitespace()).unwrap_err().to_string();
        assert!(shown.contains(reason), "{shown}");
    }

    #[test]
    fn a_value_may_hold_an_equals_sign() {
        assert_eq!(assignment("A=http://h/?b=c"), Ok(("A".to_owned(), "http://h/?b=c".to_owned())));
    }
}

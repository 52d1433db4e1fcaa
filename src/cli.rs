//! The command line: one binary, a subcommand for each role.

mod bench;
mod catalogue;
mod export;
mod job;
mod personal;
mod reconcile;
mod sandbox;
mod settlement;
mod user;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

pub use bench::{BackOfficeBenchArgs, BenchArgs, GenerateArgs, OtherBench, SettlementBenchArgs};
pub use catalogue::{BillerAction, BillerArgs, ImportArgs, NetworkAction, NetworkArgs, NetworkImportArgs};
pub use export::{ExportArgs, ExportFormat, StampDutyArgs};
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
        assert_eq!(catalogue::assignment("A=http://h/?b=c"), Ok(("A".to_owned(), "http://h/?b=c".to_owned())));
    }
}

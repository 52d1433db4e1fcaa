//! `reconcile`: what comes in, matching, breaks.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::{Args, Subcommand};
use ledger::{BreakKind, Resolution};

use super::DATABASE;

/// Flags of `reconcile`.
#[derive(Debug, Args)]
pub struct ReconcileArgs {
    /// What to do.
    #[command(subcommand)]
    pub action: ReconcileAction,
}

/// What can be done in reconciliation.
#[derive(Debug, Subcommand)]
pub enum ReconcileAction {
    /// Take files in: bank statements, the bank's answers, daily reports
    ///
    /// Tells by its content what a file is: camt.053, camt.054, MT940, pain.002, or a report of the
    /// card gateway, a network or a biller. Each is taken whole or refused with every fault; the
    /// same file or the same entry a second time changes nothing. Exit code 0: all were taken or
    /// known; 1: at least one was refused, and why; 2: it could not be done.
    #[command(
        verbatim_doc_comment,
        after_help = "\
Examples:
  fatoura reconcile import 2026-11-24.camt053.xml
  fatoura reconcile import --dry-run reports/*.csv

Environment:
  FATOURA_DATABASE_URL   sqlite:PATH or postgres://USER:PASSWORD@HOST/DATABASE [default: sqlite:data/fatoura.db]
  FATOURA_BANK_...       the hub's account; statements of any other are refused"
    )]
    Import(ReconcileImportArgs),

    /// Match the bank's entries with what the hub awaits, and open breaks for the rest
    ///
    /// May be run at any time and as often as one likes: what is matched stays so. Transfers that a
    /// statement shows are booked as paid.
    #[command(
        verbatim_doc_comment,
        after_help = "\
Environment:
  FATOURA_DATABASE_URL   sqlite:PATH or postgres://USER:PASSWORD@HOST/DATABASE [default: sqlite:data/fatoura.db]
  FATOURA_RECONCILE_...  what is tolerated and what is late: see docs/configuration.md"
    )]
    Run(ReconcileRunArgs),

    /// List breaks, the oldest first
    #[command(after_help = DATABASE)]
    Breaks(BreaksArgs),

    /// Show one break, follow it up, close it
    Break(BreakArgs),

    /// Show what a day comes to: each source matched, broken and open; and how the bank stands now
    ///
    /// The proof of the bank holds where its difference is zero: then all that keeps the bank's
    /// balance and the ledger's apart is named. Exit code 0: it holds; 1: it does not.
    #[command(verbatim_doc_comment, after_help = DATABASE)]
    Statement(ReconcileStatementArgs),
}

/// Flags of `reconcile import`.
#[derive(Debug, Args)]
pub struct ReconcileImportArgs {
    /// Files, in the order in which they are to be taken
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Read and check everything, write nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Take a statement that does not begin where the last one ended, with a break
    #[arg(long)]
    pub allow_gap: bool,
}

/// Flags of `reconcile run`.
#[derive(Debug, Args)]
pub struct ReconcileRunArgs {
    /// Tell what would be matched, write nothing
    #[arg(long)]
    pub dry_run: bool,
}

/// Flags of `reconcile breaks`.
#[derive(Debug, Args)]
pub struct BreaksArgs {
    /// Only those that are not closed
    #[arg(long)]
    pub open: bool,
    /// Only of this kind, such as "amount differs"
    #[arg(long, value_name = "KIND", value_parser = kind)]
    pub kind: Option<BreakKind>,
    /// How many at most
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub last: u32,
}

fn kind(text: &str) -> Result<BreakKind, String> {
    text.replace('-', " ").parse::<BreakKind>().map_err(|error| error.to_string())
}

/// Flags of `reconcile break`.
#[derive(Debug, Args)]
pub struct BreakArgs {
    /// The break's number
    #[arg(value_name = "ID")]
    pub id: i64,
    /// What to do with it; without anything it is shown.
    #[command(subcommand)]
    pub action: Option<BreakAction>,
}

/// What can be done with a break.
#[derive(Debug, Subcommand)]
pub enum BreakAction {
    /// Say who follows it up
    Assign(BreakAssignArgs),
    /// Add a note
    Note(BreakNoteArgs),
    /// Close it, or propose it to a second person where much would be booked
    Resolve(BreakResolveArgs),
    /// Agree with what somebody else proposed
    Approve(BreakNoteArgs),
    /// Refuse what somebody else proposed
    Refuse(BreakNoteArgs),
}

/// Flags of `reconcile break ID assign`.
#[derive(Debug, Args)]
pub struct BreakAssignArgs {
    /// The login of who follows it up
    #[arg(value_name = "LOGIN")]
    pub to: String,
    /// Your login
    #[arg(long = "as", value_name = "LOGIN")]
    pub by: String,
}

/// Flags of `reconcile break ID note`.
#[derive(Debug, Args)]
pub struct BreakNoteArgs {
    /// In words
    #[arg(value_name = "TEXT")]
    pub text: String,
    /// Your login
    #[arg(long = "as", value_name = "LOGIN")]
    pub by: String,
}

/// Flags of `reconcile break ID resolve`.
#[derive(Debug, Args)]
pub struct BreakResolveArgs {
    /// evidence, written-off, suspense, charges, commission or payout
    #[arg(value_name = "HOW", value_parser = resolution)]
    pub how: Resolution,
    /// Why; for evidence, where it is
    #[arg(value_name = "TEXT")]
    pub text: String,
    /// The biller whose commission was paid
    #[arg(long, value_name = "CODE")]
    pub biller: Option<u16>,
    /// The reference of the payout of which some is missing
    #[arg(long, value_name = "REFERENCE")]
    pub payout: Option<String>,
    /// Your login
    #[arg(long = "as", value_name = "LOGIN")]
    pub by: String,
}

fn resolution(text: &str) -> Result<Resolution, String> {
    text.replace('-', " ").parse::<Resolution>().map_err(|error| error.to_string())
}

/// Flags of `reconcile statement`.
#[derive(Debug, Args)]
pub struct ReconcileStatementArgs {
    /// The day, such as 2026-11-24
    #[arg(long, value_name = "DAY")]
    pub day: NaiveDate,
    /// As separated values
    #[arg(long)]
    pub csv: bool,
}

//! `settlement` and what it does with windows and their files.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use ledger::SettlementFileKind;
use settlement::files::TransferId;

use super::DATABASE;

/// Flags of `settlement`.
#[derive(Debug, Args)]
pub struct SettlementArgs {
    /// What to do.
    #[command(subcommand)]
    pub action: SettlementAction,
}

/// What can be done with settlements.
#[derive(Debug, Subcommand)]
pub enum SettlementAction {
    /// Prove that settlement files are as they left the hub, or name what is wrong with them
    ///
    /// Reads files in either form, CSV or fixed width. Each is held to its layout, the order of its
    /// lines, its totals and its digest. Several files of one biller are given in the order of
    /// their numbers, in one form: none may be missing, and none may have changed since the next
    /// was made. Needs no database. Exit code 0: all are right; 1: not so, and every fault is named
    /// with its file, line and column; 2: a file could not be read.
    #[command(
        verbatim_doc_comment,
        after_help = "\
Examples:
  fatoura settlement verify FATOURA_1101_000057_2026-11-24.csv
  fatoura settlement verify 1101/*.csv"
    )]
    Verify(VerifyArgs),

    /// List settlement windows, the newest first
    #[command(after_help = DATABASE)]
    List(SettlementListArgs),

    /// Show all that is known of one window: figures, transfers, files, deliveries
    #[command(after_help = DATABASE)]
    Show(SettlementShowArgs),

    /// Write a settled window's file again
    ///
    /// It is the same, byte for byte, as the one that was made when the window was settled, or the
    /// command says that it is not (exit code 1).
    #[command(
        verbatim_doc_comment,
        after_help = "\
Example:
  fatoura settlement file 400012 --format csv --out statement.csv

Environment:
  FATOURA_DATABASE_URL   sqlite:PATH or postgres://USER:PASSWORD@HOST/DATABASE [default: sqlite:data/fatoura.db]"
    )]
    File(SettlementFileArgs),

    /// List what the bank was asked for, the newest first
    #[command(after_help = DATABASE)]
    Orders,

    /// Have a transfer that did not arrive made once more
    ///
    /// To the account that the biller's file names now: import the corrected file first.
    #[command(
        verbatim_doc_comment,
        after_help = "\
Example:
  fatoura settlement repeat-transfer FT1101W400012A1

Environment:
  FATOURA_DATABASE_URL   sqlite:PATH or postgres://USER:PASSWORD@HOST/DATABASE [default: sqlite:data/fatoura.db]"
    )]
    #[command(name = "repeat-transfer")]
    Repeat(SettlementRepeatArgs),
}

/// Flags of `settlement list`.
#[derive(Debug, Args)]
pub struct SettlementListArgs {
    /// Only this biller's
    #[arg(long, value_name = "CODE")]
    pub biller: Option<u16>,
    /// How many at most
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub last: u32,
}

/// Flags of `settlement show`.
#[derive(Debug, Args)]
pub struct SettlementShowArgs {
    /// The window's number
    #[arg(value_name = "WINDOW")]
    pub window: i64,
}

/// Flags of `settlement file`.
#[derive(Debug, Args)]
pub struct SettlementFileArgs {
    /// The window's number
    #[arg(value_name = "WINDOW")]
    pub window: i64,
    /// csv, fixed or camt054
    #[arg(long, value_name = "FORMAT", default_value = "csv", value_parser = format)]
    pub format: SettlementFileKind,
    /// Where to; without it under its own name, here
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

fn format(text: &str) -> Result<SettlementFileKind, String> {
    text.parse().map_err(|_| "expected csv, fixed or camt054".to_owned())
}

/// Flags of `settlement repeat-transfer`.
#[derive(Debug, Args)]
pub struct SettlementRepeatArgs {
    /// Its name, as messages to the bank have it: FT1101W400012A1
    #[arg(value_name = "TRANSFER", value_parser = transfer)]
    pub transfer: TransferId,
}

fn transfer(text: &str) -> Result<TransferId, String> {
    text.parse().map_err(|_| "expected a transfer such as FT1101W400012A1".to_owned())
}

/// Flags of `settlement verify`.
#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// Files to read, in the order of their numbers
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
}

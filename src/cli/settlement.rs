//! `settlement` and what it does with windows and their files.

use std::path::PathBuf;

use clap::{Args, Subcommand};

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
}

/// Flags of `settlement verify`.
#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// Files to read, in the order of their numbers
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
}

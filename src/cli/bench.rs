//! What `bench` and `generate` take.

use std::path::PathBuf;

use clap::{Args, Subcommand};

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

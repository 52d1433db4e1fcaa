//! What `export` takes.

use chrono::NaiveDate;
use clap::{Args, Subcommand};

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

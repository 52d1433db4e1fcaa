//! Reports that are too long to be handed out as they are asked for: written to a file behind the scenes.

use chrono::{NaiveDate, TimeDelta};
use ledger::{Channel, ReportFilter, ReportRunBounds};
use serde::{Deserialize, Serialize};

pub use ledger::{ReportAsker, ReportRun, ReportRunAsked, ReportRunState};

use super::{ReportKind, ReportQuestion};

/// Rows that are handed out as they are read: some twenty seconds. Whoever asks for more comes back for the file.
pub const ROWS_AT_ONCE_MAX: i64 = 100_000;
/// How many are open for one asker, and kept in all: files of some hundred megabytes each, at worst.
pub(crate) const BOUNDS: ReportRunBounds = ReportRunBounds { open_each: 5, kept: 200 };
/// How long a file is kept.
pub const KEPT: TimeDelta = TimeDelta::days(7);
/// How long a finished report is the answer to the same question.
pub(crate) const FRESH: TimeDelta = TimeDelta::minutes(10);
/// How often a report is begun that was cut off or met trouble.
pub const TRIES_MAX: i32 = 3;

/// The form of a file that is written behind the scenes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunForm {
    /// Separated values for people's spreadsheets.
    Csv,
    /// A workbook.
    Xlsx,
    /// Separated values for programs.
    Plain,
}

impl RunForm {
    /// Its word in rows.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
            Self::Plain => "plain",
        }
    }

    /// How its file's name ends.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Csv | Self::Plain => "csv",
            Self::Xlsx => "xlsx",
        }
    }

    /// The form of a row's word.
    pub fn of_word(word: &str) -> Option<Self> {
        [Self::Csv, Self::Xlsx, Self::Plain].into_iter().find(|form| form.as_str() == word)
    }
}

/// A question as a row keeps it.
#[derive(Serialize, Deserialize)]
struct Stored {
    from: NaiveDate,
    to: NaiveDate,
    #[serde(default)]
    biller: Option<u16>,
    #[serde(default)]
    network: Option<String>,
    #[serde(default)]
    outlet: Option<String>,
    #[serde(default)]
    channel: Option<Channel>,
    #[serde(default)]
    shows_contracts: bool,
}

/// A question as text.
pub(crate) fn stored(question: &ReportQuestion) -> serde_json::Result<String> {
    let ReportFilter { from, to, biller, network, outlet, channel } = question.filter.clone();
    let shows_contracts = question.shows_contracts;
    serde_json::to_string(&Stored { from, to, biller, network, outlet, channel, shows_contracts })
}

/// What was asked, and the form of its file; `None`: only a later program understands it.
pub fn question_of(run: &ReportRun) -> Option<(ReportQuestion, RunForm)> {
    let kind: ReportKind = run.asked.kind.parse().ok()?;
    let Stored { from, to, biller, network, outlet, channel, shows_contracts } =
        serde_json::from_str(&run.asked.question).ok()?;
    let filter = ReportFilter { from, to, biller, network, outlet, channel };
    Some((ReportQuestion { kind, filter, shows_contracts }, RunForm::of_word(&run.asked.form)?))
}

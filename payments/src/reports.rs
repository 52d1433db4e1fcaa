//! Reports as data: what can be asked, the columns of each, and rows of cells that know no language. [`csv`] and [`xlsx`]
//! write rows as they come; neither holds more than one.

pub mod csv;
pub mod keys;
pub mod runs;
pub mod schedules;
pub mod xlsx;

use std::fmt;
use std::str::FromStr;

use chrono::{NaiveDate, NaiveDateTime};
use ledger::{Money, ReportFilter};

use crate::api::Infrastructure;

/// The longest time that one report is about, in days: a leap year.
pub const DAYS_MAX: i64 = 366;
/// The most rows of a report whose rows are sums: a year of days for 500 billers and more. They are held at once.
pub const SUMMED_ROWS_MAX: usize = 200_000;

macro_rules! kinds {
    ($($(#[$meta:meta])* $variant:ident = $word:literal;)+) => {
        /// What is reported.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum ReportKind {
            $($(#[$meta])* $variant,)+
        }

        impl ReportKind {
            /// Every kind, in the order in which they are shown.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// Its word in addresses.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }
        }
    };
}

kinds! {
    /// A row for each payment that was started in the days.
    Transactions = "transactions";
    /// A row for each settlement window that was cut off in the days.
    Settlements = "settlements";
    /// Customers' fees and commissions, by day and biller.
    Fees = "fees";
    /// VAT collected and deductible, by day.
    Vat = "vat";
    /// The register of stamp duty, by month.
    StampDuty = "stamp-duty";
    /// Floats and commission, by outlet.
    Outlets = "outlets";
    /// Every account.
    TrialBalance = "trial-balance";
    /// What is open, and since when, as of the last day.
    Ageing = "ageing";
    /// The audit log.
    Audit = "audit";
}

impl fmt::Display for ReportKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for ReportKind {
    type Err = ();

    fn from_str(word: &str) -> Result<Self, ()> {
        Self::ALL.iter().copied().find(|kind| kind.as_str() == word).ok_or(())
    }
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnForm {
    /// Codes, numbers and references: never taken for a quantity, so that leading zeros stay.
    Code,
    /// Words.
    Text,
    /// Amounts in MAD.
    Amount,
    /// Whole numbers.
    Count,
    /// Civil days.
    Day,
    /// Instants, shown in Morocco's time.
    Time,
}

/// A column. Its key names it to machines; people read the message `reports-col-KEY`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub key: &'static str,
    /// What it holds.
    pub form: ColumnForm,
    /// Whether it stands on pages, which are narrower than files.
    pub is_on_page: bool,
    /// Whether it stands on papers, which are narrower still.
    pub is_on_paper: bool,
}

/// Of files alone.
const fn wide(key: &'static str, form: ColumnForm) -> Column {
    Column { key, form, is_on_page: false, is_on_paper: false }
}

/// Of files and pages.
const fn paged(key: &'static str, form: ColumnForm) -> Column {
    Column { key, form, is_on_page: true, is_on_paper: false }
}

/// Of all.
const fn narrow(key: &'static str, form: ColumnForm) -> Column {
    Column { key, form, is_on_page: true, is_on_paper: true }
}

impl ReportKind {
    /// Its columns.
    pub const fn columns(self) -> &'static [Column] {
        use ColumnForm::{Amount, Code, Count, Day, Text, Time};
        match self {
            Self::Transactions => {
                &const {
                    [
                        narrow("payment", Code),
                        narrow("started", Time),
                        wide("paid-at", Time),
                        narrow("state", Text),
                        narrow("biller", Code),
                        wide("receivable-type", Code),
                        narrow("contract", Code),
                        paged("channel", Text),
                        paged("instrument", Text),
                        narrow("principal", Amount),
                        narrow("fee", Amount),
                        narrow("vat", Amount),
                        narrow("duty", Amount),
                        narrow("total", Amount),
                        paged("receipt", Code),
                        wide("receipt-date", Day),
                        wide("network", Code),
                        paged("outlet", Code),
                        wide("till", Code),
                        wide("network-reference", Code),
                        wide("authorisation", Code),
                        wide("agent-commission", Amount),
                        wide("agent-commission-vat", Amount),
                    ]
                }
            }
            Self::Settlements => {
                &const {
                    [
                        narrow("window", Code),
                        narrow("biller", Code),
                        paged("sequence", Code),
                        narrow("cut-off", Time),
                        wide("settled-at", Time),
                        paged("payments", Count),
                        narrow("gross", Amount),
                        wide("refunds", Count),
                        narrow("refunded", Amount),
                        narrow("commission", Amount),
                        narrow("vat", Amount),
                        wide("carried-in", Amount),
                        narrow("net", Amount),
                        narrow("payout", Amount),
                        wide("carried-on", Amount),
                        paged("transfers", Text),
                    ]
                }
            }
            Self::Fees => {
                &const {
                    [
                        narrow("day", Day),
                        narrow("biller", Code),
                        narrow("customer-fees", Amount),
                        narrow("biller-commission", Amount),
                        narrow("agent-commission", Amount),
                        narrow("gateway-fees", Amount),
                    ]
                }
            }
            Self::Vat => {
                &const {
                    [
                        narrow("month", Code),
                        narrow("day", Day),
                        narrow("vat-on-fees", Amount),
                        narrow("vat-on-commissions", Amount),
                        narrow("vat-deductible", Amount),
                        narrow("vat-due", Amount),
                    ]
                }
            }
            Self::StampDuty => {
                &const {
                    [
                        narrow("month", Code),
                        narrow("receipts", Count),
                        narrow("discharged", Amount),
                        narrow("duty", Amount),
                    ]
                }
            }
            Self::Outlets => {
                &const {
                    [
                        narrow("network", Code),
                        narrow("outlet", Code),
                        narrow("opening", Amount),
                        narrow("payments", Count),
                        narrow("taken", Amount),
                        narrow("paid-in", Amount),
                        narrow("paid-out", Amount),
                        narrow("closing", Amount),
                        narrow("agent-commission", Amount),
                        narrow("agent-commission-vat", Amount),
                    ]
                }
            }
            Self::TrialBalance => {
                &const {
                    [
                        narrow("account", Text),
                        narrow("owner", Code),
                        narrow("opening", Amount),
                        narrow("debit", Amount),
                        narrow("credit", Amount),
                        narrow("closing", Amount),
                    ]
                }
            }
            Self::Ageing => {
                &const {
                    [
                        narrow("account", Text),
                        narrow("owner", Code),
                        narrow("age-0", Amount),
                        narrow("age-2", Amount),
                        narrow("age-8", Amount),
                        narrow("age-30", Amount),
                        narrow("open", Amount),
                    ]
                }
            }
            Self::Audit => {
                &const {
                    [
                        narrow("place", Code),
                        narrow("at", Time),
                        narrow("actor", Code),
                        narrow("action", Text),
                        narrow("subject", Code),
                        narrow("detail", Text),
                    ]
                }
            }
        }
    }

    /// Whether its rows are sums, which are made and held at once; the others are read page by page.
    pub const fn is_summed(self) -> bool {
        !matches!(self, Self::Transactions | Self::Settlements | Self::Audit)
    }

    /// Whether it can be of one biller alone.
    pub const fn takes_biller(self) -> bool {
        matches!(self, Self::Transactions | Self::Settlements | Self::Fees)
    }

    /// Whether it can be of one network's or one outlet's alone.
    pub const fn takes_outlet(self) -> bool {
        matches!(self, Self::Transactions | Self::Outlets)
    }

    /// Whether it can be of one channel alone.
    pub const fn takes_channel(self) -> bool {
        matches!(self, Self::Transactions)
    }
}

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportQuestion {
    /// What is reported.
    pub kind: ReportKind,
    /// Of which days and of what alone.
    pub filter: ReportFilter,
    /// Whether customers' contracts are shown whole: to their own biller alone.
    pub shows_contracts: bool,
}

/// What stands in a cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// Nothing.
    Empty,
    /// A code.
    Code(String),
    /// A text that people or other systems wrote.
    Text(String),
    /// A word of the hub's own: of which list, and which.
    Word(&'static str, String),
    /// An amount.
    Amount(Money),
    /// A whole number.
    Count(i64),
    /// A civil day.
    Day(NaiveDate),
    /// An instant (UTC).
    Time(NaiveDateTime),
}

impl Cell {
    /// A code that may not be there.
    pub fn code(code: impl Into<String>) -> Self {
        let code = code.into();
        if code.is_empty() { Self::Empty } else { Self::Code(code) }
    }
}

/// Rows of a report, in its order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportPage {
    /// A cell for each column.
    pub rows: Vec<Vec<Cell>>,
    /// What the next rows are asked for with; `None` after the last.
    pub next: Option<String>,
}

/// Why there is no such report.
#[derive(Debug, thiserror::Error)]
pub enum ReportFault {
    /// The days do not follow one another.
    #[error("the last day comes before the first one")]
    Backwards,
    /// More days than a report takes.
    #[error("a report is about {DAYS_MAX} days at most")]
    TooLong,
    /// More sums than a report takes.
    #[error("the report has more than {SUMMED_ROWS_MAX} rows: ask for fewer days")]
    TooMany,
    /// Not what a page ended with.
    #[error("no page ended there")]
    Cursor,
    /// Trouble of ours.
    #[error(transparent)]
    Infrastructure(#[from] Infrastructure),
}

impl ReportQuestion {
    /// Whether the days can be reported.
    ///
    /// # Errors
    ///
    /// [`ReportFault::Backwards`] and [`ReportFault::TooLong`].
    pub fn check(&self) -> Result<(), ReportFault> {
        match (self.filter.to - self.filter.from).num_days() {
            ..0 => Err(ReportFault::Backwards),
            DAYS_MAX.. => Err(ReportFault::TooLong),
            _ => Ok(()),
        }
    }
}

/// How the words of a report are told.
pub struct Wording<'a> {
    /// The heads of the columns.
    pub heads: Vec<String>,
    /// A word of a list, as it is to stand there.
    pub word: &'a (dyn Fn(&str, &str) -> String + Send + Sync),
}

impl Wording<'static> {
    /// For machines: keys for heads, and words as the hub has them.
    pub fn plain(kind: ReportKind) -> Self {
        let heads = kind.columns().iter().map(|column| column.key.to_owned()).collect();
        Self { heads, word: &|_, word| word.to_owned() }
    }
}

/// `2026-11-24 14:05:09`, in Morocco's time.
pub(crate) fn stamp(at: NaiveDateTime) -> String {
    at.and_utc().with_timezone(&chrono_tz::Africa::Casablanca).format("%Y-%m-%d %H:%M:%S").to_string()
}

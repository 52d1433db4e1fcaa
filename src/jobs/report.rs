//! What a run of a job has to say.

use ledger::LedgerError;
use payments::api::Infrastructure;
use serde_json::{Map, Value};

/// Under this name the short text is kept among the counts.
const TEXT: &str = "text";
/// Longest text kept, in characters.
const TEXT_MAX: usize = 300;

/// What a run counted, and a short text where numbers do not say it all. No personal data: it is kept and shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct JobReport {
    counts: Vec<(&'static str, u64)>,
    text: String,
}

impl JobReport {
    /// A report of these counts, in this order.
    pub(crate) fn of<const N: usize>(counts: [(&'static str, usize); N]) -> Self {
        let counts = counts.into_iter().map(|(name, count)| (name, u64::try_from(count).unwrap_or(u64::MAX)));
        Self { counts: counts.collect(), text: String::new() }
    }

    /// The same with a text.
    #[must_use]
    pub(crate) fn with_text(mut self, text: impl Into<String>) -> Self {
        self.text = text.into().chars().take(TEXT_MAX).collect();
        self
    }

    /// As it is kept.
    pub(crate) fn to_json(&self) -> String {
        let mut object: Map<String, Value> =
            self.counts.iter().map(|(name, count)| ((*name).to_owned(), Value::from(*count))).collect();
        if !self.text.is_empty() {
            object.insert(TEXT.to_owned(), Value::from(self.text.clone()));
        }
        Value::Object(object).to_string()
    }
}

/// As people read what was kept: `done 3, failed 0; text`.
pub(crate) fn in_words(counts: &str) -> String {
    let Ok(Value::Object(object)) = serde_json::from_str(counts) else { return String::new() };
    let numbers: Vec<String> =
        object.iter().filter(|(name, _)| *name != TEXT).map(|(name, count)| format!("{name} {count}")).collect();
    match object.get(TEXT).and_then(Value::as_str) {
        Some(text) if numbers.is_empty() => text.to_owned(),
        Some(text) => format!("{}; {text}", numbers.join(", ")),
        None => numbers.join(", "),
    }
}

/// Why a run failed. Its text is kept and shown: no personal data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct JobFailure {
    /// What was done all the same.
    pub(crate) report: JobReport,
    /// What was wrong.
    pub(crate) why: String,
    /// Whether the same again may succeed: trouble does, a fault that was found does not.
    pub(crate) passes: bool,
}

impl JobFailure {
    /// The job did its work and found what must not be: a person must look, and it runs again at its next time.
    pub(crate) fn found(report: JobReport, why: impl Into<String>) -> Self {
        Self { report, why: why.into(), passes: false }
    }

    /// Trouble that may pass: the run is tried again before long.
    pub(crate) fn trouble(why: impl Into<String>) -> Self {
        Self { report: JobReport::default(), why: why.into(), passes: true }
    }
}

impl From<Infrastructure> for JobFailure {
    fn from(trouble: Infrastructure) -> Self {
        Self::trouble(trouble.to_string())
    }
}

impl From<LedgerError> for JobFailure {
    fn from(trouble: LedgerError) -> Self {
        Self::trouble(trouble.to_string())
    }
}

/// How a run ended, as its job says it.
pub(crate) type JobResult = Result<JobReport, JobFailure>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_kept_and_read() {
        let report = JobReport::of([("imported", 2), ("refused", 0)]);
        assert_eq!(in_words(&report.to_json()), "imported 2, refused 0");
        assert_eq!(in_words(&report.with_text("two files").to_json()), "imported 2, refused 0; two files");
        assert_eq!(in_words(&JobReport::default().with_text("nothing").to_json()), "nothing");
        assert_eq!(in_words(&JobReport::default().to_json()), "");
        assert_eq!(in_words("damaged"), "");
    }
}

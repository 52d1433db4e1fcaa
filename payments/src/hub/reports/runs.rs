//! Large reports: asked for, followed, opened and cleared away.

use std::path::PathBuf;

use ledger::{AccountKind, AuditEntry, Language, NewReportRun, ReportAsker, ReportRun, ReportRunAsked};

use super::super::Hub;
use super::super::finance::open_file;
use crate::api::Infrastructure;
use crate::finance::{FileFault, OpenedFile};
use crate::reports::runs::{BOUNDS, FRESH, KEPT, RunForm, stored};
use crate::reports::{ReportFault, ReportKind, ReportQuestion};

/// Reports of one member that are shown.
const SHOWN: i64 = 50;
/// Files that are cleared away in one go.
const CLEARED: i64 = 200;

impl Hub {
    /// How many rows a report has at most, as things stand now. What is summed is not summed to be counted.
    async fn report_rows(&self, question: &ReportQuestion) -> Result<i64, Infrastructure> {
        let filter = question.filter.clone();
        let days = (filter.to - filter.from).num_days().saturating_add(1);
        let accounts = move |kind| self.read(move |reader| reader.report_accounts_count(kind));
        match question.kind {
            ReportKind::Transactions => {
                let sums = self.read(move |reader| reader.report_payment_sums(&filter)).await?;
                Ok(sums.iter().map(|sum| sum.count).sum())
            }
            ReportKind::Settlements => self.read(move |reader| reader.report_windows_count(&filter)).await,
            ReportKind::Audit => self.read(move |reader| reader.report_audit_count(&filter)).await,
            // A row of a day may be of no biller.
            ReportKind::Fees => {
                let billers = match filter.biller {
                    Some(_) => 1,
                    None => accounts(Some(AccountKind::BillerPayable)).await?.saturating_add(1),
                };
                Ok(days.saturating_mul(billers))
            }
            ReportKind::Vat | ReportKind::StampDuty => Ok(days),
            ReportKind::Outlets => accounts(Some(AccountKind::AgentFloat)).await,
            ReportKind::TrialBalance | ReportKind::Ageing => accounts(None).await,
        }
    }

    /// How many rows a report has that is too long to be handed out as it is read; `None`: it is not.
    ///
    /// # Errors
    ///
    /// [`ReportFault`].
    pub async fn report_too_long(&self, question: &ReportQuestion) -> Result<Option<i64>, ReportFault> {
        question.check()?;
        let rows = self.report_rows(question).await?;
        Ok((rows > self.settings.report_rows_at_once).then_some(rows))
    }

    /// Asks for a report to be written behind the scenes, and writes that down.
    pub async fn ask_report_run(
        &self,
        question: &ReportQuestion,
        (form, language, rows): (RunForm, Language, i64),
        by: ReportAsker,
        entry: AuditEntry,
    ) -> Result<ReportRunAsked, Infrastructure> {
        let text = stored(question)
            .map_err(|error| Infrastructure::Failed(format!("a report's question cannot be kept: {error}")))?;
        let new = NewReportRun {
            kind: question.kind.as_str().to_owned(),
            question: text,
            form: form.as_str().to_owned(),
            language,
            by,
            rows_expected: Some(rows),
        };
        let now = self.now();
        self.write(move |op| {
            let asked = op.ask_report_run(&new, BOUNDS, (now - FRESH).naive_utc(), now.naive_utc())?;
            if matches!(asked, ReportRunAsked::Kept(_)) {
                op.audit(&entry, now)?;
            }
            Ok(asked)
        })
        .await
    }

    /// A report by its number.
    pub async fn report_run(&self, id: i64) -> Result<Option<ReportRun>, Infrastructure> {
        self.read(move |reader| reader.report_run(id)).await
    }

    /// What a member asked for, the newest first.
    pub async fn report_runs_of(&self, member: i64) -> Result<Vec<ReportRun>, Infrastructure> {
        self.read(move |reader| reader.report_runs_of(member, SHOWN)).await
    }

    /// Where the files of large reports are.
    pub fn report_folder(&self) -> PathBuf {
        self.settings.settlement_folder.join("reports")
    }

    /// Where the file of a report is, once it is whole.
    pub fn report_path(&self, run: &ReportRun) -> PathBuf {
        self.report_folder().join(format!("{}.{}", run.id, run.asked.form))
    }

    /// Opens the file of a report, to be handed out under a name.
    pub async fn open_report(&self, run: &ReportRun, name: String) -> Result<OpenedFile, FileFault> {
        let Some((_, digest)) = &run.file else { return Err(FileFault::Missing) };
        open_file(self.report_path(run), name, digest.clone()).await
    }

    /// Clears away reports that were asked for long ago, file first; how many.
    pub async fn prune_reports(&self) -> Result<usize, Infrastructure> {
        let before = (self.now() - KEPT).naive_utc();
        let old = self.read(move |reader| reader.report_runs_ended(before, CLEARED)).await?;
        let mut gone = 0;
        for run in old {
            let (path, id) = (self.report_path(&run), run.id);
            match tokio::fs::remove_file(&path).await {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(Infrastructure::Failed(format!("{}: {error}", path.display())));
                }
                _ => self.write(move |op| op.forget_report_run(id)).await?,
            }
            gone += 1;
        }
        Ok(gone)
    }
}

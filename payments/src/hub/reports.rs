//! Reports: rows by page, and what they come to.

mod keys;
mod lines;
mod runs;
mod schedules;
mod sums;

use std::sync::Arc;

use ledger::{ReportFilter, StorageError};

use super::Hub;
use crate::api::Infrastructure;
use crate::catalogue::Catalogue;
use crate::reports::{Cell, ReportFault, ReportKind, ReportPage, ReportQuestion, SUMMED_ROWS_MAX};

/// The most rows of a page of a report whose rows are not sums.
const PAGE_MAX: usize = 1_000;

/// A row with its key: rows come in the order of keys, and a page goes on after one.
type Keyed = (String, Vec<Cell>);

impl Hub {
    /// Rows of a report after those of a page before, at most `limit`.
    ///
    /// Rows that are sums are made anew for each page, as they stand then; a page goes on after the last key, so that none is
    /// left out or told twice.
    ///
    /// # Errors
    ///
    /// [`ReportFault`].
    pub async fn report_page(
        &self,
        question: &ReportQuestion,
        after: Option<&str>,
        limit: usize,
    ) -> Result<ReportPage, ReportFault> {
        question.check()?;
        if question.kind.is_summed() {
            return Ok(page_of(self.summed(question).await?, after, limit));
        }
        let after = after.map(|after| after.parse::<i64>().map_err(|_| ReportFault::Cursor)).transpose()?.unwrap_or(0);
        let limit = limit.clamp(1, PAGE_MAX);
        // One more tells whether there is a page after this one.
        let asked = i64::try_from(limit + 1).unwrap_or(i64::MAX);
        let (kind, filter) = (question.kind, question.filter.clone());
        let mut rows = match kind {
            ReportKind::Settlements => {
                let found = self.read(move |reader| lines::windows(reader, &filter, after, asked)).await?;
                found.iter().map(lines::settlement).collect::<Result<Vec<Keyed>, Infrastructure>>()?
            }
            ReportKind::Audit => {
                let found = self.read(move |reader| reader.report_audit(&filter, after, asked)).await?;
                found.into_iter().map(lines::audit).collect()
            }
            _ => {
                let (catalogue, whole): (Arc<Catalogue>, bool) = (self.catalogue(), question.shows_contracts);
                let found = self.read(move |reader| reader.report_payments(&filter, after, asked)).await?;
                let rows: Result<Vec<Keyed>, Infrastructure> =
                    found.iter().map(|payment| lines::payment(&catalogue, payment, whole)).collect();
                rows?
            }
        };
        let is_last = rows.len() <= limit;
        rows.truncate(limit);
        let next = rows.last().filter(|_| !is_last).map(|(key, _)| key.clone());
        Ok(ReportPage { rows: rows.into_iter().map(|(_, row)| row).collect(), next })
    }

    /// What a report comes to: rows in its columns. Payments by state, each other report as a whole; none for the audit log.
    ///
    /// # Errors
    ///
    /// [`ReportFault`].
    pub async fn report_totals(&self, question: &ReportQuestion) -> Result<Vec<Vec<Cell>>, ReportFault> {
        question.check()?;
        let filter = question.filter.clone();
        match question.kind {
            ReportKind::Audit => Ok(Vec::new()),
            ReportKind::Transactions => {
                let sums = self.read(move |reader| reader.report_payment_sums(&filter)).await?;
                Ok(sums.iter().map(lines::payment_sum).collect::<Result<_, _>>()?)
            }
            kind @ ReportKind::Settlements => {
                let mut total = sums::Total::of(kind);
                let mut after = 0;
                loop {
                    let (filter, limit) = (filter.clone(), i64::try_from(PAGE_MAX).unwrap_or(i64::MAX));
                    let found = self.read(move |reader| reader.report_windows(&filter, after, limit)).await?;
                    for (window, settlement) in &found {
                        after = window.id;
                        total.add(&lines::settlement(&(window.clone(), settlement.clone(), Vec::new()))?.1)?;
                    }
                    if found.len() < PAGE_MAX {
                        return Ok(total.row().into_iter().collect());
                    }
                }
            }
            kind => {
                let mut total = sums::Total::of(kind);
                for (_, row) in self.summed(question).await? {
                    total.add(&row)?;
                }
                Ok(total.row().into_iter().collect())
            }
        }
    }

    /// All rows of a report whose rows are sums.
    async fn summed(&self, question: &ReportQuestion) -> Result<Vec<Keyed>, ReportFault> {
        let (kind, filter) = (question.kind, question.filter.clone());
        let rows = self.read_whole(move |reader| sums::rows(reader, kind, &filter)).await?;
        if rows.len() > SUMMED_ROWS_MAX { Err(ReportFault::TooMany) } else { Ok(rows) }
    }
}

fn page_of(rows: Vec<Keyed>, after: Option<&str>, limit: usize) -> ReportPage {
    let mut left = rows.into_iter().skip_while(|(key, _)| after.is_some_and(|after| key.as_str() <= after)).peekable();
    let mut page = ReportPage { rows: Vec::new(), next: None };
    let mut last = None;
    while page.rows.len() < limit.max(1) {
        let Some((key, row)) = left.next() else { return page };
        page.rows.push(row);
        last = Some(key);
    }
    page.next = last.filter(|_| left.peek().is_some());
    page
}

/// A sum that no column holds.
fn past_the_range() -> StorageError {
    StorageError::Damaged("the sums of a report are past the range".to_owned())
}

/// Whether a posting's payment is one that is asked for.
fn is_asked(filter: &ReportFilter, biller: Option<u16>) -> bool {
    filter.biller.is_none() || filter.biller == biller
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(None, 2, "ab", Some("b"))]
    #[case(Some("b"), 2, "cd", None)]
    #[case(Some("bb"), 1, "c", Some("c"))]
    #[case(Some("d"), 9, "", None)]
    #[case(None, 9, "abcd", None)]
    fn pages_join(#[case] after: Option<&str>, #[case] limit: usize, #[case] rows: &str, #[case] next: Option<&str>) {
        let all = "abcd".chars().map(|key| (key.to_string(), vec![Cell::Code(key.to_string())])).collect();
        let page = page_of(all, after, limit);
        let found: String = page
            .rows
            .iter()
            .flatten()
            .map(|cell| if let Cell::Code(code) = cell { code.as_str() } else { "" })
            .collect();
        assert_eq!((found.as_str(), page.next.as_deref()), (rows, next));
    }
}

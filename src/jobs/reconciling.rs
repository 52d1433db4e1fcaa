//! Reconciliation by the clock: files are fetched, those that were dropped are taken in, and what the bank shows is matched.

use std::fs::{self, File};
use std::io::{self, BufReader};
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use ledger::Ledger;
use settlement::reconciliation::{ImportError, ImportTerms, Imported, import};

use super::job::{HubRun, Run};
use super::report::{JobFailure, JobReport, JobResult};
use super::settlement::beside;
use super::table::IMPORT_REPORTS;
use crate::delivery::{Fetched, NAMESAKES_MAX, fetch_files};

/// Files of one run: what is left is taken by the next.
const FILES_MAX: usize = 1_000;
/// Refused files that are told with a run.
const TOLD: usize = 3;

/// Fetches what is new on the servers of banks, gateways, networks and billers. A source that is away holds no other up.
pub(super) async fn fetch(HubRun { courier, run, .. }: HubRun) -> JobResult {
    let Fetched { files, left } = fetch_files(&courier).await;
    if files > 0 {
        let now = run.now().naive_utc();
        run.write(move |op| op.bring_job_forward(IMPORT_REPORTS, now)).await?;
    }
    let report = JobReport::of([("fetched", files), ("sources left", left.len())]);
    if left.is_empty() {
        return Ok(report);
    }
    let told = left.iter().take(TOLD).cloned().collect::<Vec<_>>().join("; ");
    Err(JobFailure::found(report, format!("{} source(s) not fetched whole: {told}", left.len())))
}

/// Takes in what lies in the folder `in`, in the order of names. What was taken goes to `in/done`, what was refused to
/// `in/refused` with a text beside it that says why.
pub(super) async fn take_in(run: Run) -> JobResult {
    let folder = run.settlement.folder.join("in");
    let accounts: Vec<String> = run.settlement.bank.iter().map(|bank| bank.account.rib.clone()).collect();
    let now = run.now();
    let (taken, known, refused) = beside(&run, move |ledger| {
        let (mut taken, mut known, mut refused) = (0, 0, Vec::new());
        for name in dropped(&folder).map_err(|error| trouble(&folder, &error))? {
            let path = folder.join(&name);
            match one(ledger, &accounts, &path, &name, now)? {
                Ok(Imported::Taken(_)) => taken += 1,
                Ok(Imported::Known(_)) => known += 1,
                Err(why) => {
                    let place =
                        move_to(&path, &folder.join("refused"), &name).map_err(|error| trouble(&path, &error))?;
                    let beside = place.with_file_name(format!("{}.why", file_name(&place)));
                    fs::write(&beside, &why).map_err(|error| trouble(&beside, &error))?;
                    refused.push(format!("{name}: {}", why.lines().next().unwrap_or_default()));
                    continue;
                }
            }
            move_to(&path, &folder.join("done"), &name).map_err(|error| trouble(&path, &error))?;
        }
        Ok((taken, known, refused))
    })
    .await?;
    let report = JobReport::of([("taken", taken), ("known", known), ("refused", refused.len())]);
    if refused.is_empty() {
        return Ok(report);
    }
    let told = refused.iter().take(TOLD).cloned().collect::<Vec<_>>().join("; ");
    Err(JobFailure::found(report, format!("{} file(s) refused, see in/refused: {told}", refused.len())))
}

/// Matches what statements show, and opens breaks for what does not fit or is late.
pub(super) async fn reconcile(run: Run) -> JobResult {
    let (terms, now) = (run.reconcile.terms.clone(), run.now());
    let done = beside(&run, move |ledger| Ok(settlement::reconciliation::run(ledger, &terms, false, now)?)).await?;
    let count = |count: u64| usize::try_from(count).unwrap_or(usize::MAX);
    Ok(JobReport::of([("matches", count(done.matched())), ("breaks", count(done.breaks))]))
}

/// Names of whole files, in order: those that begin with a dot or end with `.part` are still on their way.
fn dropped(folder: &Path) -> io::Result<Vec<String>> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.file_type()?.is_file() && !name.starts_with('.') && !name.ends_with(".part") {
            names.push(name);
        }
    }
    names.sort_unstable();
    names.truncate(FILES_MAX);
    Ok(names)
}

/// What became of a file, or why it was refused.
fn one(
    ledger: &Ledger,
    accounts: &[String],
    path: &Path,
    name: &str,
    now: DateTime<Utc>,
) -> Result<Result<Imported, String>, JobFailure> {
    let terms = ImportTerms { accounts, allow_gap: false, dry_run: false, name, by: "import_reports", now };
    let file = File::open(path).map_err(|error| trouble(path, &error))?;
    match import(ledger, &terms, BufReader::new(file), &mut |_, _| {}) {
        Ok(imported) => Ok(Ok(imported)),
        Err(ImportError::Refused(faults, more)) => {
            let mut why = faults.join("\n");
            if more > 0 {
                why.push_str(&format!("\nand {more} more fault(s)"));
            }
            why.push('\n');
            Ok(Err(why))
        }
        Err(error) => Err(JobFailure::trouble(format!("{name}: {error}"))),
    }
}

/// Moves a file, beside those of its name that are there.
fn move_to(path: &Path, folder: &Path, name: &str) -> io::Result<PathBuf> {
    fs::create_dir_all(folder)?;
    let names = std::iter::once(name.to_owned()).chain((2..NAMESAKES_MAX).map(|number| format!("{name}.{number}")));
    for name in names {
        let place = folder.join(name);
        if !place.try_exists()? {
            fs::rename(path, &place)?;
            return Ok(place);
        }
    }
    Err(io::Error::new(io::ErrorKind::AlreadyExists, format!("{} holds too many of this name", folder.display())))
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn trouble(path: &Path, error: &io::Error) -> JobFailure {
    JobFailure::trouble(format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_files_are_seen_and_namesakes_are_kept_apart() {
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path().join("in");
        assert!(dropped(&at).unwrap().is_empty());
        fs::create_dir_all(at.join("done")).unwrap();
        for name in ["b.xml", "a.xml", ".c.xml", "d.xml.part"] {
            fs::write(at.join(name), name).unwrap();
        }
        assert_eq!(dropped(&at).unwrap(), ["a.xml", "b.xml"]);
        for expected in ["a.xml", "a.xml.2", "a.xml.3"] {
            fs::write(at.join("a.xml"), expected).unwrap();
            let place = move_to(&at.join("a.xml"), &at.join("done"), "a.xml").unwrap();
            assert_eq!(file_name(&place), expected);
            assert_eq!(fs::read_to_string(place).unwrap(), expected);
        }
    }
}

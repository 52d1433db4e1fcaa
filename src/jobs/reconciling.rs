//! Reconciliation by the clock: files are fetched, those that were dropped are taken in, and what the bank shows is matched.

use std::fs::{self, File};
use std::io::{self, BufReader};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use ledger::{Ledger, LedgerError, StorageError};
use settlement::reconciliation::{ImportError, ImportTerms, Imported, import, run_as_of};

use super::job::{HubRun, Run};
use super::report::{JobFailure, JobReport, JobResult};
use super::settlement::beside;
use super::table::IMPORT_REPORTS;
use crate::delivery::{Fetched, NAMESAKES_MAX, fetch_files};

/// Files of one run: what is left is taken by the next.
const FILES_MAX: usize = 1_000;
/// Files that are told with a run, of those that were refused and of those that stay.
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
/// `in/refused` with a text beside it that says why. A file that gives trouble stays, and holds no other up.
pub(super) async fn take_in(run: Run) -> JobResult {
    let folder = run.settlement.folder.join("in");
    let accounts: Vec<String> = run.settlement.bank.iter().map(|bank| bank.account.rib.clone()).collect();
    let clock = Arc::clone(&run.clock);
    beside(&run, move |ledger| take_all(ledger, &accounts, &folder, &*clock)).await?.told()
}

/// What became of the files of a run.
#[derive(Debug, Default)]
struct TakenIn {
    taken: usize,
    known: usize,
    /// Refused ones, and why.
    refused: Vec<String>,
    /// Those that gave trouble and stay, and which.
    left: Vec<String>,
    /// Why the others were not looked at.
    stopped: Option<String>,
}

impl TakenIn {
    fn told(self) -> JobResult {
        let Self { taken, known, refused, left, stopped } = self;
        let report =
            JobReport::of([("taken", taken), ("known", known), ("refused", refused.len()), ("left", left.len())]);
        let some = |of: &[String]| of.iter().take(TOLD).cloned().collect::<Vec<_>>().join("; ");
        let mut why: Vec<String> = stopped.iter().cloned().collect();
        if !left.is_empty() {
            why.push(format!("{} file(s) left in `in`: {}", left.len(), some(&left)));
        }
        // Trouble may pass; a fault does not.
        let passes = !why.is_empty();
        if !refused.is_empty() {
            why.push(format!("{} file(s) refused, see in/refused: {}", refused.len(), some(&refused)));
        }
        if why.is_empty() { Ok(report) } else { Err(JobFailure { report, why: why.join("; "), passes }) }
    }
}

fn take_all(
    ledger: &Ledger,
    accounts: &[String],
    folder: &Path,
    clock: &dyn Fn() -> DateTime<Utc>,
) -> Result<TakenIn, JobFailure> {
    let mut all = TakenIn::default();
    for name in dropped(folder).map_err(|error| trouble(folder, &error))? {
        let now = clock();
        let terms = ImportTerms { accounts, allow_gap: false, dry_run: false, name: &name, by: "import_reports", now };
        match one(ledger, &terms, folder) {
            Became::Taken => all.taken += 1,
            Became::Known => all.known += 1,
            Became::Refused(why) => {
                all.refused.push(format!("{name}: {}", why.lines().next().unwrap_or_default()));
            }
            Became::Left(why) => all.left.push(format!("{name}: {why}")),
            Became::Away(why) => {
                all.stopped = Some(format!("{name}: {why}"));
                break;
            }
        }
    }
    Ok(all)
}

/// Matches what statements show, and opens breaks for what does not fit, or is late at the moment that the run works for.
pub(super) async fn reconcile(run: Run) -> JobResult {
    let (terms, clock) = (run.reconcile.terms.clone(), Arc::clone(&run.clock));
    let late_at = Some(run.as_of);
    let done = beside(&run, move |ledger| Ok(run_as_of(ledger, &terms, false, late_at, &*clock)?)).await?;
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

/// What became of a file.
enum Became {
    Taken,
    Known,
    /// Its faults, one a line.
    Refused(String),
    /// Trouble of its own: it stays.
    Left(String),
    /// The database gives no answer.
    Away(String),
}

fn one(ledger: &Ledger, terms: &ImportTerms<'_>, folder: &Path) -> Became {
    let path = folder.join(terms.name);
    let left = |error: io::Error| Became::Left(error.to_string());
    let imported = match File::open(&path) {
        Ok(file) => import(ledger, terms, BufReader::new(file), &mut |_, _| {}),
        Err(error) => return left(error),
    };
    let became = match imported {
        Ok(Imported::Taken(_)) => Became::Taken,
        Ok(Imported::Known(_)) => Became::Known,
        Err(ImportError::Refused(faults, more)) => {
            let mut why = faults.join("\n");
            if more > 0 {
                why.push_str(&format!("\nand {more} more fault(s)"));
            }
            why.push('\n');
            return refuse(&path, folder, terms.name, &why).map_or_else(left, |()| Became::Refused(why));
        }
        Err(ImportError::Ledger(error)) if is_away(ledger, &error) => return Became::Away(error.to_string()),
        Err(error) => return Became::Left(error.to_string()),
    };
    // Taken in for good: it is known when it is looked at again.
    move_to(&path, &folder.join("done"), terms.name).map_or_else(left, |_| became)
}

fn refuse(path: &Path, folder: &Path, name: &str, why: &str) -> io::Result<()> {
    let place = move_to(path, &folder.join("refused"), name)?;
    fs::write(place.with_file_name(format!("{}.why", file_name(&place))), why)
}

/// Whether the database answers no more. Else the trouble is the file's own.
fn is_away(ledger: &Ledger, error: &LedgerError) -> bool {
    use StorageError::{Conflict, Damaged, Failed};
    match error {
        LedgerError::Storage(Conflict(_) | Damaged(_) | Failed(_)) => {
            !ledger.is_writing() || ledger.read(|reader| reader.billers_version()).is_err()
        }
        _ => true,
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
    use std::cell::Cell;
    use std::sync::Arc;

    use chrono::TimeDelta;
    use ledger::DatabaseUrl;
    use sha2::{Digest, Sha256};

    use super::*;

    /// A gateway's report without lines.
    fn report(on: &str) -> String {
        let head = format!("H;FATOURA-CARD-REPORT;1;CMI;{on};1\n");
        let digest = hex::encode(Sha256::digest(&head));
        format!("{head}T;0;0.00;{digest}\n")
    }

    struct Dropped {
        folder: tempfile::TempDir,
        ledger: Ledger,
    }

    impl Dropped {
        fn new(files: &[(&str, &str)]) -> Self {
            let folder = tempfile::tempdir().unwrap();
            let url = DatabaseUrl::Sqlite(folder.path().join("ledger.db"));
            Ledger::migrate(&url).unwrap();
            let ledger = Ledger::open(&url, &ledger::DataKeys::of_bytes([7; 32]), 2, Arc::new(|| {})).unwrap();
            let dropped = Self { folder, ledger };
            fs::create_dir(dropped.at("")).unwrap();
            files.iter().for_each(|(name, text)| fs::write(dropped.at(name), text).unwrap());
            dropped
        }

        fn at(&self, name: &str) -> PathBuf {
            self.folder.path().join("in").join(name)
        }

        /// With a clock that goes on by a minute each time it is looked at.
        fn take(&self) -> TakenIn {
            let now = Cell::new("2026-11-26T06:00:00Z".parse::<DateTime<Utc>>().unwrap());
            let clock = || now.replace(now.get() + TimeDelta::minutes(1));
            take_all(&self.ledger, &[], &self.at(""), &clock).unwrap()
        }
    }

    #[test]
    fn a_file_that_gives_trouble_holds_no_other_up() {
        // What is refused can be moved nowhere.
        let here = Dropped::new(&[("a.csv", "?"), ("b.csv", &report("2026-11-24")), ("refused", "")]);
        let all = here.take();
        assert_eq!((all.taken, all.known, all.refused.len(), all.left.len()), (1, 0, 0, 2), "{all:?}");
        assert!(here.at("a.csv").exists() && here.at("done/b.csv").exists());
        let failure = all.told().unwrap_err();
        assert!(failure.passes && failure.why.contains("a.csv: "), "{failure:?}");
    }

    #[test]
    fn without_the_database_nothing_more_is_looked_at() {
        let (one, two) = (report("2026-11-24"), report("2026-11-25"));
        let here = Dropped::new(&[("a.csv", &one), ("b.csv", &two)]);
        here.ledger.close();
        let all = here.take();
        assert!(all.stopped.as_ref().is_some_and(|why| why.starts_with("a.csv: ")), "{all:?}");
        assert_eq!((all.taken, all.left.len()), (0, 0));
        assert!(here.at("a.csv").exists() && here.at("b.csv").exists());
        assert!(all.told().unwrap_err().passes);
    }

    #[test]
    fn each_file_has_its_own_time() {
        let (one, two) = (report("2026-11-24"), report("2026-11-25"));
        let here = Dropped::new(&[("a.csv", &one), ("b.csv", &two)]);
        assert_eq!(here.take().taken, 2);
        let imports = here.ledger.read(|reader| reader.imports(10)).unwrap();
        let times: Vec<String> = imports.iter().map(|import| import.imported_at.time().to_string()).collect();
        assert_eq!(times.len(), 2);
        assert_ne!(times[0], times[1]);
    }

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

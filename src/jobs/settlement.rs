//! Settlement, step by step: windows closed, settled, told to billers, and paid by the bank. Each step finds from the rows
//! what is to be done, and works beside the event loop.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use ledger::{Ledger, Reader};
use payments::catalogue::Catalogue;
use settlement::{SettledBiller, Trouble};

use super::job::{Run, Since};
use super::report::{JobFailure, JobReport, JobResult};

/// Windows that could not be settled, or have no file, which are told with a run.
const LEFT_TOLD: usize = 3;

/// Since when a window is over and open.
pub(super) fn windows_over(reader: &mut Reader<'_>, now: DateTime<Utc>) -> Since {
    reader.window_over_since(now)
}

/// Since when a closed window is not settled.
pub(super) fn windows_to_settle(reader: &mut Reader<'_>, _now: DateTime<Utc>) -> Since {
    reader.window_closed_since()
}

/// Since when a file is missing.
pub(super) fn files_to_make(reader: &mut Reader<'_>, _now: DateTime<Utc>) -> Since {
    reader.settlement_unfiled_since()
}

/// Since when the bank is to be asked for something.
pub(super) fn transfers_to_order(reader: &mut Reader<'_>, _now: DateTime<Utc>) -> Since {
    reader.transfer_waiting_since()
}

/// Opens a window for every biller that has none.
pub(super) async fn open(run: Run) -> JobResult {
    let now = run.now();
    let opened = beside(&run, move |ledger| Ok(settlement::open_windows(ledger, &billers(ledger)?, now)?)).await?;
    Ok(JobReport::of([("opened", size(opened))]))
}

/// Closes what is over at the moment that the run works for.
pub(super) async fn close(run: Run) -> JobResult {
    let as_of = run.as_of;
    let closed = beside(&run, move |ledger| Ok(settlement::close_windows(ledger, &billers(ledger)?, as_of)?)).await?;
    Ok(JobReport::of([("closed", size(closed))]))
}

/// Settles what is closed.
pub(super) async fn settle(run: Run) -> JobResult {
    let now = run.now();
    let done = beside(&run, move |ledger| Ok(settlement::settle_windows(ledger, &billers(ledger)?, now)?)).await?;
    let report = JobReport::of([
        ("settled", size(done.settled)),
        ("transfers", size(done.transfers)),
        ("left", done.left.len()),
    ]);
    unless_left(report, &done.left, "windows were not settled")
}

/// Makes the files of what is settled.
pub(super) async fn make_files(run: Run) -> JobResult {
    let (folder, now) = (run.settlement.folder.clone(), run.now());
    let done = beside(&run, move |ledger| {
        let catalogue = Catalogue::of_ledger(ledger)?;
        let contract_of = |biller: u16, receivable_type: &str, detail: &str| {
            catalogue.contract_of(biller, receivable_type, detail).map_err(|trouble| trouble.to_string())
        };
        Ok(settlement::make_files(ledger, &folder, &contract_of, now)?)
    })
    .await?;
    let report = JobReport::of([("files", size(done.files)), ("lines", size(done.lines)), ("left", done.left.len())]);
    unless_left(report, &done.left, "settlements have no file")
}

/// Orders the transfers that wait.
pub(super) async fn order(run: Run) -> JobResult {
    let now = run.now();
    if run.read(move |reader| transfers_to_order(reader, now)).await?.is_none() {
        return Ok(JobReport::of([("orders", 0), ("transfers", 0)]));
    }
    let Some(bank) = run.settlement.bank.clone() else {
        let why = "billers are due money and no account of the hub is configured: set FATOURA_BANK_NAME and \
                   FATOURA_BANK_RIB";
        return Err(JobFailure::found(JobReport::default(), why));
    };
    let folder = run.settlement.folder.join("bank");
    let done = beside(&run, move |ledger| Ok(settlement::order_transfers(ledger, &folder, &bank, now)?)).await?;
    match done {
        Ok(done) => Ok(JobReport::of([("orders", size(done.orders)), ("transfers", size(done.transfers))])),
        Err(why) => Err(JobFailure::found(JobReport::default(), why)),
    }
}

/// The billers as settlement sees them.
fn billers(ledger: &Ledger) -> Result<Vec<SettledBiller>, JobFailure> {
    let catalogue = Catalogue::of_ledger(ledger)?;
    let billers = catalogue.billers().iter().map(|biller| SettledBiller {
        code: biller.code,
        name: biller.name.fr.clone(),
        terms: biller.terms.clone(),
    });
    Ok(billers.collect())
}

/// Synchronous work, on a thread that may block.
pub(super) async fn beside<T: Send + 'static>(
    run: &Run,
    work: impl FnOnce(&Ledger) -> Result<T, JobFailure> + Send + 'static,
) -> Result<T, JobFailure> {
    let ledger = Arc::clone(&run.ledger);
    match tokio::task::spawn_blocking(move || work(&ledger)).await {
        Ok(result) => result,
        Err(error) => Err(JobFailure::trouble(format!("the work ended badly: {error}"))),
    }
}

fn unless_left(report: JobReport, left: &[(i64, String)], what: &str) -> JobResult {
    if left.is_empty() {
        return Ok(report);
    }
    let told: Vec<String> =
        left.iter().take(LEFT_TOLD).map(|(window, why)| format!("window {window}: {why}")).collect();
    Err(JobFailure::found(report, format!("{} {what}: {}", left.len(), told.join("; "))))
}

fn size(count: u64) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}

impl From<Trouble> for JobFailure {
    fn from(trouble: Trouble) -> Self {
        Self::trouble(trouble.to_string())
    }
}

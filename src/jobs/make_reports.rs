//! Writes the large reports that people and systems asked for, one at a time over all nodes.
//!
//! A report is written under another name, and known once it is whole and in its place; one whose process ended is begun anew,
//! a few times, and then given up with a word for who asked.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use chrono::{DateTime, Utc};
use ledger::{Reader, ReportRun};
use payments::Hub;
use payments::reports::runs::TRIES_MAX;
use sha2::{Digest, Sha256};
use tokio::fs::File;
use tokio::io::AsyncWriteExt;
use tokio::sync::mpsc;
use tokio::time::MissedTickBehavior;

use super::job::{HubRun, Run, Since};
use super::report::{JobFailure, JobReport, JobResult};

/// How often it is put down how far a report is: as often as its page asks.
const TOLD_EVERY: Duration = Duration::from_secs(2);
/// Pieces that are read ahead of the disk.
const AHEAD: usize = 2;

/// Since when a report is to be written.
pub(super) fn since(reader: &mut Reader<'_>, _: DateTime<Utc>) -> Since {
    Ok(reader.report_runs_open(1)?.into_iter().next().map(|run| run.made_at))
}

/// Writes what is open, in the order in which it was asked for.
pub(super) async fn run(HubRun { hub, run, .. }: HubRun) -> JobResult {
    let (mut made, mut given_up, mut after) = (0, 0, 0);
    let mut trouble: Option<String> = None;
    loop {
        let open = run.read(move |reader| reader.report_runs_open(100)).await?;
        let Some(next) = open.into_iter().find(|next| next.id > after) else { break };
        let id = next.id;
        after = id;
        if next.tries >= TRIES_MAX {
            give_up(&run, id, "cut-off").await?;
            given_up += 1;
            continue;
        }
        run.write(move |op| op.begin_report_run(id)).await?;
        match make(&hub, &run, &next).await {
            Ok(written) => {
                let now = run.now().naive_utc();
                let (rows, bytes, digest) = written;
                run.write(move |op| op.finish_report_run(id, (rows, bytes, &digest), now)).await?;
                made += 1;
            }
            Err(error) => {
                tracing::error!(report = next.asked.kind.as_str(), id, %error, "a report is not written to its end");
                if next.tries + 1 >= TRIES_MAX {
                    give_up(&run, id, "trouble").await?;
                    given_up += 1;
                } else {
                    trouble = Some(format!("report {id}: {error}"));
                }
            }
        }
    }
    let report = JobReport::of([("made", made), ("given-up", given_up)]);
    match trouble {
        None => Ok(report),
        Some(why) => Err(JobFailure { report, ..JobFailure::trouble(why) }),
    }
}

async fn give_up(run: &Run, id: i64, why: &'static str) -> Result<(), JobFailure> {
    let now = run.now().naive_utc();
    run.write(move |op| op.fail_report_run(id, why, now)).await?;
    Ok(())
}

/// Rows, bytes and SHA-256 of the file that is in its place.
async fn make(hub: &Arc<Hub>, run: &Run, asked: &ReportRun) -> io::Result<(i64, i64, String)> {
    tokio::fs::create_dir_all(hub.report_folder()).await?;
    let place = hub.report_path(asked);
    let part = part_of(&place);
    let (out, pieces) = mpsc::channel(AHEAD);
    let rows = AtomicU64::new(0);
    let writing = async { channels::write_report(hub, asked, &rows, out).await };
    let keeping = keep(run, asked.id, &part, &rows, pieces);
    // What is written goes through a queue of two: both ends wait for one another.
    let (written, kept) = tokio::join!(writing, keeping);
    let (bytes, digest) = kept?;
    written?;
    tokio::fs::rename(&part, &place).await?;
    let whole = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    Ok((whole(rows.load(Ordering::Relaxed)), whole(bytes), digest))
}

/// The name of a file that is not whole yet.
fn part_of(place: &std::path::Path) -> PathBuf {
    let mut name = place.as_os_str().to_owned();
    name.push(".part");
    name.into()
}

async fn keep(
    run: &Run,
    id: i64,
    part: &std::path::Path,
    rows: &AtomicU64,
    mut pieces: mpsc::Receiver<io::Result<channels::Piece>>,
) -> io::Result<(u64, String)> {
    let mut file = File::create(part).await?;
    let (mut hasher, mut bytes) = (Sha256::new(), 0u64);
    let mut tell = tokio::time::interval(TOLD_EVERY);
    tell.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            piece = pieces.recv() => {
                let Some(piece) = piece else { break };
                let piece = piece?;
                hasher.update(&piece);
                bytes = bytes.saturating_add(u64::try_from(piece.len()).unwrap_or(u64::MAX));
                file.write_all(&piece).await?;
            }
            _ = tell.tick() => {
                let count = i64::try_from(rows.load(Ordering::Relaxed)).unwrap_or(i64::MAX);
                // Also how a run that lost its job finds out that another one writes the report.
                run.write(move |op| op.tell_report_run(id, count)).await.map_err(io::Error::other)?;
            }
        }
    }
    file.sync_all().await?;
    Ok((bytes, hex::encode(hasher.finalize())))
}

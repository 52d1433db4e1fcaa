//! What the machine does by itself, so that a row can be read.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;
use std::sync::atomic::Ordering;
use std::time::Instant;

use ledger::WriterStats;

/// Clock ticks per second of `/proc`: 100 on every Linux that counts.
const TICKS_PER_SECOND: u64 = 100;

/// Processors, memory, load.
pub(super) fn describe() -> String {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split_whitespace().next().unwrap_or("unknown").to_owned();
    format!("{cores} processors, load {load} before the start (an idle machine is near 0)")
}

/// Processor time of this process so far, in microseconds; 0 where `/proc` does not tell.
pub(super) fn cpu_us() -> u64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // The fields after the command's closing bracket: utime is the 12th, stime the 13th.
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |at: usize| fields.get(at).and_then(|text| text.parse::<u64>().ok()).unwrap_or(0);
    (ticks(11) + ticks(12)) * 1_000_000 / TICKS_PER_SECOND
}

/// The most memory that this process has held, in MiB; 0 where `/proc` does not tell.
pub(super) fn peak_mib() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()).and_then(|kib| kib.parse::<u64>().ok()).unwrap_or(0) / 1_024
}

/// From here on the most memory is counted anew, where `/proc` can do so.
pub(super) fn forget_peak() {
    // Elsewhere it goes on from before: more is told than is held.
    drop(fs::write("/proc/self/clear_refs", "5"));
}

/// Median and slowest of 50 writes of 4 kB, each forced to the disk, in microseconds.
pub(super) fn fsync(folder: &Path) -> io::Result<(u64, u64)> {
    let mut file = File::create(folder.join("fsync"))?;
    let mut times = Vec::with_capacity(50);
    for _ in 0..50 {
        file.write_all(&[7; 4_096])?;
        let started = Instant::now();
        file.sync_data()?;
        times.push(u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX));
    }
    times.sort_unstable();
    Ok((times[25], times[49]))
}

/// `a` in terms of `b`, with two places.
pub(super) fn ratio(a: u64, b: u64) -> String {
    let hundredths = a * 100 / b.max(1);
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

/// Items per commit since the last question.
pub(super) fn items_per_batch(stats: &WriterStats) -> String {
    let (items, batches) = (stats.items.swap(0, Ordering::Relaxed), stats.batches.swap(0, Ordering::Relaxed));
    items.checked_div(batches).map_or_else(String::new, |mean| mean.to_string())
}

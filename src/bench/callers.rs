//! Callers side by side: each asks, waits for its answer, and asks again.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use tokio::runtime::Runtime;

use super::machine;

/// One row of the table.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Measured {
    /// Payments per second of wall time.
    pub per_second: u64,
    /// Median latency of a call.
    pub p50_us: u64,
    /// 99th percentile.
    pub p99_us: u64,
    /// Processor time of the whole process per payment: callers, ledger and database driver (and the embedded database).
    pub cpu_us: u64,
}

impl Measured {
    /// From what was counted.
    pub fn of(count: usize, started: Instant, cpu_before_us: u64, mut latencies_us: Vec<u64>) -> Self {
        let wall_us = started.elapsed().as_micros().max(1);
        let count = u64::try_from(count).unwrap_or(u64::MAX).max(1);
        latencies_us.sort_unstable();
        let at = |percent: usize| latencies_us.get(latencies_us.len() * percent / 100).copied().unwrap_or(0);
        Self {
            per_second: u64::try_from(u128::from(count) * 1_000_000 / wall_us).unwrap_or(u64::MAX),
            p50_us: at(50),
            p99_us: at(99),
            cpu_us: (machine::cpu_us() - cpu_before_us) / count,
        }
    }
}

/// `count` calls over `callers` tasks; `caller` makes one task's call.
pub(super) fn drive<C, F, Fut>(
    runtime: &Runtime,
    callers: usize,
    count: usize,
    caller: impl Fn(usize) -> C,
) -> anyhow::Result<Measured>
where
    C: FnMut() -> Fut + Send + 'static,
    Fut: Future<Output = anyhow::Result<F>> + Send,
    F: Send + 'static,
{
    let left = Arc::new(AtomicUsize::new(count));
    let (started, cpu) = (Instant::now(), machine::cpu_us());
    let tasks: Vec<_> = (0..callers)
        .map(|number| {
            let (left, mut call) = (Arc::clone(&left), caller(number));
            runtime.spawn(async move {
                let mut latencies = Vec::with_capacity(count / callers + 1);
                while left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok() {
                    let asked = Instant::now();
                    call().await?;
                    latencies.push(u64::try_from(asked.elapsed().as_micros()).unwrap_or(u64::MAX));
                }
                anyhow::Ok(latencies)
            })
        })
        .collect();
    let mut latencies = Vec::with_capacity(count);
    runtime.block_on(async {
        for task in tasks {
            latencies.extend(task.await??);
        }
        anyhow::Ok(())
    })?;
    Ok(Measured::of(count, started, cpu, latencies))
}

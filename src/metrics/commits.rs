//! How long commits took, as the ledger's writer counts them.
#![expect(clippy::disallowed_types, reason = "Prometheus is told times as floats, and there is no money here")]

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use ledger::Ledger;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, NoLabelSet};
use prometheus_client::metrics::MetricType;
use prometheus_client::registry::Unit;

/// Reads the writer's counts when they are asked for.
pub(super) struct Commits(pub Arc<Ledger>);

impl fmt::Debug for Commits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Commits")
    }
}

impl Collector for Commits {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        let (sum, counts) = self.0.stats().commits.all();
        let count = counts.iter().map(|(_, count)| count).sum();
        let bucket = |(bound, count)| {
            let bound: Option<Duration> = bound;
            (bound.map_or(f64::INFINITY, |bound| bound.as_secs_f64()), count)
        };
        let buckets: Vec<(f64, u64)> = counts.into_iter().map(bucket).collect();
        let help = "Time of batches that this node committed";
        let mut metric =
            encoder.encode_descriptor("ledger_commit", help, Some(&Unit::Seconds), MetricType::Histogram)?;
        metric.encode_histogram::<NoLabelSet>(sum.as_secs_f64(), count, &buckets, None)
    }
}

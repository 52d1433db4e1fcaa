//! What is read when it is asked for.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use chrono::{DateTime, NaiveDateTime, Utc};
use ledger::{Ledger, StoredJob, Waiting};
use payments::board::{BoardView, Counts};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Kind {
    kind: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Channel {
    channel: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Ended {
    by: &'static str,
    name: String,
    outcome: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Standing {
    channel: &'static str,
    instrument: &'static str,
    state: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Biller {
    biller: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Job {
    job: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Part {
    part: &'static str,
}

type Of<L> = Family<L, Gauge<i64, AtomicI64>>;

/// Everything that is set before it is written.
pub(super) struct Gauges {
    minute: Of<Channel>,
    hour: Of<Ended>,
    due: Of<Kind>,
    due_age: Of<Kind>,
    unknown: Of<Kind>,
    unknown_age: Of<Kind>,
    messages: Of<Kind>,
    incidents: Of<Kind>,
    breaks: Of<Kind>,
    floats: Gauge,
    files: Gauge,
    breakers: Of<Biller>,
    job_age: Of<Job>,
    job_failures: Of<Job>,
    unread: Of<Part>,
    payments: Family<Standing, Counter>,
    readers: Gauge,
    readers_used: Gauge,
    waiting: Gauge,
    batches: Counter,
    items: Counter,
    retries: Counter,
    memory: Gauge,
    exchanges_dropped: Counter,
}

/// A metric, registered under its name.
macro_rules! registered {
    ($registry:ident, $($field:ident: $name:literal, $help:literal;)+) => {{
        $(let $field = Default::default();)+
        let gauges = Gauges { $($field,)+ };
        $($registry.register($name, $help, gauges.$field.clone());)+
        gauges
    }};
}

impl Gauges {
    pub(super) fn register(registry: &mut Registry) -> Self {
        registered!(registry,
            minute: "payments_started_last_minute", "Payments started in the last whole minute, over all nodes";
            hour: "payments_last_hour", "Payments started in the last 60 minutes, by how they ended, over all nodes";
            due: "outbox_due", "Tasks that are due";
            due_age: "outbox_oldest_due_seconds", "Age of the oldest task that is due";
            unknown: "unknown_payments", "Payments about which a biller or gateway was asked in vain";
            unknown_age: "unknown_oldest_seconds", "Age of the oldest of them";
            messages: "messages_unsent", "SMS and mails that were tried in vain and are tried again";
            incidents: "incidents_open", "Incidents that wait for a person";
            breaks: "breaks_open", "Breaks that are not closed";
            floats: "floats_low", "Open outlets whose float is low, at most 20";
            files: "files_undelivered", "Files and messages to the bank that have not arrived";
            breakers: "biller_breaker_open", "Billers that this node leaves alone";
            job_age: "job_last_success_age_seconds", "Time since a run of the job last ended well";
            job_failures: "job_failures", "Runs of the job that failed in a row";
            unread: "board_part_unread", "Parts of the board that could not be read";
            payments: "payments", "Payments that this node took into a state";
            readers: "ledger_readers", "Connections for reading that this node may have";
            readers_used: "ledger_readers_in_use", "Those of them that are in use";
            waiting: "ledger_writer_waiting", "Writes that wait for this node's writer, or are in its batch";
            batches: "ledger_batches", "Batches that this node committed";
            items: "ledger_items", "Writes in them";
            retries: "ledger_retries", "Batches that had to be tried again";
            memory: "process_resident_memory_bytes", "Memory that this node holds";
            exchanges_dropped: "exchanges_dropped", "Exchanges with billers and the gateway that this node did not keep";
        )
    }

    pub(super) fn set(&self, board: &BoardView, jobs: &[StoredJob], now: DateTime<Utc>) {
        self.traffic(board);
        let age = |since: NaiveDateTime| (now.naive_utc() - since).num_seconds().max(0);
        let word = |kind: &str| Kind { kind: super::word(kind) };
        let queues = board.queues.as_ref();
        kinds(&self.due, queues.map_or(&[][..], |queues| &queues.due), |kind| word(kind.as_str()), |one| one.count);
        kinds(
            &self.due_age,
            queues.map_or(&[][..], |queues| &queues.due),
            |kind| word(kind.as_str()),
            |one| age(one.oldest),
        );
        let unknowns = board.unknowns.as_ref().map_or(&[][..], |unknowns| &unknowns.all);
        kinds(&self.unknown, unknowns, |kind| word(kind.as_str()), |one| one.count);
        kinds(&self.unknown_age, unknowns, |kind| word(kind.as_str()), |one| age(one.oldest));
        kinds(
            &self.messages,
            board.messages.as_deref().unwrap_or_default(),
            |kind| word(kind.as_str()),
            |one| one.count,
        );
        let to_look_at = board.to_look_at.as_ref();
        let incidents = to_look_at.map_or(&[][..], |found| &found.incidents);
        kinds(&self.incidents, incidents, |kind| word(kind.as_str()), |one| one.count);
        let breaks = to_look_at.map_or(&[][..], |found| &found.breaks);
        kinds(&self.breaks, breaks, |kind| word(kind.as_str()), |one| one.count);
        self.floats.set(board.floats.as_ref().map_or(0, |low| whole(low.len())));
        self.files.set(board.files.as_ref().map_or(0, |files| files.count));
        self.breakers.clear();
        for biller in &board.breakers {
            self.breakers.get_or_create(&Biller { biller: *biller }).set(1);
        }
        for job in jobs {
            let of = Job { job: job.name.clone() };
            self.job_failures.get_or_create(&of).set(job.failures.into());
            if let Some(done_at) = job.done_at {
                self.job_age.get_or_create(&of).set(age(done_at));
            }
        }
        self.unread(board);
        self.memory.set(resident_bytes().unwrap_or(0));
    }

    /// What this node's ledger counts.
    pub(super) fn set_ledger(&self, ledger: &Ledger) {
        let stats = ledger.stats();
        for (channel, instrument, state, count) in stats.payments.all() {
            let (channel, instrument, state) = (channel.as_str(), instrument.as_str(), state.as_str());
            let of = Standing { channel, instrument, state };
            self.payments.get_or_create(&of).inner().store(count, Ordering::Relaxed);
        }
        self.readers.set(whole(ledger.readers_max()));
        self.readers_used.set(whole(ledger.readers_in_use()));
        let load = |count: &AtomicU64| count.load(Ordering::Relaxed);
        self.waiting.set(i64::try_from(load(&stats.waiting)).unwrap_or(i64::MAX));
        for (counter, count) in
            [(&self.batches, &stats.batches), (&self.items, &stats.items), (&self.retries, &stats.retries)]
        {
            counter.inner().store(load(count), Ordering::Relaxed);
        }
    }

    pub(super) fn set_dropped(&self, count: u64) {
        self.exchanges_dropped.inner().store(count, Ordering::Relaxed);
    }

    fn traffic(&self, board: &BoardView) {
        self.minute.clear();
        self.hour.clear();
        let Some(traffic) = &board.traffic else { return };
        for (channel, figures) in &traffic.curves {
            let last = figures.iter().rev().nth(1).copied().unwrap_or(0);
            let of = Channel { channel: channel.as_str() };
            self.minute.get_or_create(&of).set(i64::try_from(last).unwrap_or(i64::MAX));
        }
        for (biller, [hour, _]) in &traffic.billers {
            self.ended("biller", &biller.to_string(), hour);
        }
        for (instrument, [hour, _]) in &traffic.instruments {
            self.ended("instrument", instrument.as_str(), hour);
        }
    }

    fn ended(&self, by: &'static str, name: &str, counts: &Counts) {
        let outcomes = [
            ("open", counts.open),
            ("confirmed", counts.confirmed),
            ("returned", counts.returned),
            ("not_paid", counts.not_paid),
        ];
        for (outcome, count) in outcomes {
            let of = Ended { by, name: name.to_owned(), outcome };
            self.hour.get_or_create(&of).set(i64::try_from(count).unwrap_or(i64::MAX));
        }
    }

    /// So that what is missing is not taken for nothing.
    fn unread(&self, board: &BoardView) {
        let parts = [
            ("traffic", board.traffic.is_none()),
            ("unknowns", board.unknowns.is_none()),
            ("queues", board.queues.is_none()),
            ("messages", board.messages.is_none()),
            ("floats", board.floats.is_none()),
            ("jobs", board.jobs.is_none()),
            ("incidents", board.to_look_at.is_none()),
            ("files", board.files.is_none()),
        ];
        for (part, is_unread) in parts {
            self.unread.get_or_create(&Part { part }).set(is_unread.into());
        }
    }
}

/// Kinds that are gone are gone from the metric.
fn kinds<K: Copy>(
    family: &Of<Kind>,
    all: &[Waiting<K>],
    label: impl Fn(K) -> Kind,
    figure: impl Fn(&Waiting<K>) -> i64,
) {
    family.clear();
    for one in all {
        family.get_or_create(&label(one.kind)).set(figure(one));
    }
}

fn whole(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// What the system says that this process holds; `None` where it does not say.
fn resident_bytes() -> Option<i64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kibibytes: i64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kibibytes.checked_mul(1024)
}

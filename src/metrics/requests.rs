//! Requests by route, method and status, and how long they took. A request costs a read lock over a small map, a copy of
//! the route's pattern and some atomics.

use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

/// Methods that are told apart; a caller can make up any number of others.
const METHODS: [&str; 3] = ["GET", "HEAD", "POST"];

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answered {
    route: String,
    method: &'static str,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Asked {
    route: String,
    method: &'static str,
}

/// The counts of this process.
#[derive(Clone)]
pub(super) struct Requests {
    answered: Family<Answered, Counter>,
    took: Family<Asked, Histogram, fn() -> Histogram>,
}

/// From a page out of memory to a slow biller's answer.
fn durations() -> Histogram {
    Histogram::new([0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0])
}

impl Requests {
    pub(super) fn register(registry: &mut Registry) -> Self {
        let took: fn() -> Histogram = durations;
        let requests = Self { answered: Family::default(), took: Family::new_with_constructor(took) };
        registry.register("requests", "Requests answered", requests.answered.clone());
        let took = requests.took.clone();
        registry.register_with_unit("request_duration", "Time from a request to its answer", Unit::Seconds, took);
        requests
    }

    /// Counts an answer. `route` is the pattern: there are as many as there are routes.
    pub(super) fn count(&self, route: &str, method: &str, status: u16, took: Duration) {
        let method = METHODS.into_iter().find(|known| *known == method).unwrap_or("other");
        let route = route.to_owned();
        self.took.get_or_create(&Asked { route: route.clone(), method }).observe(took.as_secs_f64());
        self.answered.get_or_create(&Answered { route, method, status }).inc();
    }
}

//! What came back from outside and what became of tries, counted as it happens: some atomics each, beside a call that takes
//! milliseconds.

use std::sync::Arc;

use biller_adapters::BillerObserver;
use payments::dispatch::TryObserver;
use payments::gateways::cmi::client::GatewayObserver;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfBiller {
    biller: u16,
    operation: &'static str,
    outcome: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfGateway {
    operation: &'static str,
    outcome: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Tried {
    kind: String,
    outcome: &'static str,
}

type Times<L> = Family<L, Histogram, fn() -> Histogram>;

/// Counts of this process, to be given to whoever speaks to the outside.
#[derive(Clone)]
pub struct Heard {
    billers: Times<OfBiller>,
    gateway: Times<OfGateway>,
    tries: Family<Tried, Counter>,
}

/// From a biller next door to the longest that one is waited for.
fn durations() -> Histogram {
    Histogram::new([0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0])
}

impl Default for Heard {
    fn default() -> Self {
        Self {
            billers: Times::new_with_constructor(durations),
            gateway: Times::new_with_constructor(durations),
            tries: Family::default(),
        }
    }
}

impl Heard {
    pub(super) fn register(&self, registry: &mut Registry) {
        let (billers, gateway) = (self.billers.clone(), self.gateway.clone());
        registry.register_with_unit("biller_answer", "Time until a biller had answered", Unit::Seconds, billers);
        registry.register_with_unit("gateway_answer", "Time until the gateway had answered", Unit::Seconds, gateway);
        registry.register("dispatcher_tries", "Tries of tasks, by how they ended", self.tries.clone());
    }

    /// For the client of billers.
    pub fn of_billers(&self) -> BillerObserver {
        let billers = self.billers.clone();
        Arc::new(move |one| {
            let of = OfBiller { biller: one.biller, operation: one.operation, outcome: one.outcome };
            billers.get_or_create(&of).observe(one.took.as_secs_f64());
        })
    }

    /// For the client of the gateway.
    pub fn of_gateway(&self) -> GatewayObserver {
        let gateway = self.gateway.clone();
        Arc::new(move |one| {
            let of = OfGateway { operation: one.operation, outcome: one.outcome };
            gateway.get_or_create(&of).observe(one.took.as_secs_f64());
        })
    }

    /// For the dispatcher.
    pub fn of_tries(&self) -> TryObserver {
        let tries = self.tries.clone();
        Arc::new(move |kind, outcome| {
            let kind = super::word(kind.as_str());
            tries.get_or_create(&Tried { kind, outcome }).inc();
        })
    }
}

//! Counters of the settled day: two networks whose outlets take cash, each with its float and its open shift.

use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::bail;
use chrono::{DateTime, Utc};
use ledger::{
    Actor, AgentPay, Channel, Commission, FloatRequestKind, FloatRequestOutcome, Funds, Instrument, Ledger, Moment,
    Money, NewFloatRequest, NewShift, Pay, RequestKey, ShiftOpened, float_of,
};

/// Networks whose reports are held against the day.
pub(super) const NETWORKS: [&str; 2] = ["BENCH1", "BENCH2"];
/// Outlets of each.
const OUTLETS: usize = 50;
const TILL: &str = "1";
/// What lies in each float: more than the day takes.
const FLOAT: Money = Money::from_minor(1_000_000_000_000);

/// A till that takes cash.
struct Counter {
    network: &'static str,
    outlet: String,
    shift: i64,
}

/// All of them; payments go to them in turn.
pub(crate) struct Counters {
    counters: Vec<Counter>,
    next: AtomicU64,
}

impl Counters {
    /// Opens a shift at every outlet and fills its float.
    pub fn open(ledger: &Ledger, now: DateTime<Utc>) -> anyhow::Result<Self> {
        let (agent, banker, moment) = (actor(1), actor(2), Moment::of(now));
        let mut counters = Vec::new();
        for (at, network) in NETWORKS.iter().flat_map(|network| [*network; OUTLETS]).enumerate() {
            let outlet = format!("{}", 30_000 + at);
            let new = NewShift {
                network: network.to_owned(),
                outlet: outlet.clone(),
                till: TILL.to_owned(),
                opening: Money::ZERO,
                actor: agent.clone(),
                moment,
            };
            let (ShiftOpened::Opened(shift) | ShiftOpened::AlreadyOpen(shift)) =
                ledger.write_now(move |op| op.open_shift(&new))?;
            let new = NewFloatRequest {
                key: RequestKey::of("bench-float", &outlet, &outlet),
                network: network.to_owned(),
                outlet: outlet.clone(),
                kind: FloatRequestKind::TopUp,
                amount: FLOAT,
                proof: format!("bench {outlet}"),
                actor: agent.clone(),
                moment,
            };
            let banker = banker.clone();
            let FloatRequestOutcome::Kept(request) = ledger.write_now(move |op| op.request_float(&new))? else {
                bail!("the float of outlet {outlet} was not asked for");
            };
            ledger.write_now(move |op| op.decide_float(request, true, "", Money::ZERO, &banker, moment))?;
            counters.push(Counter { network, outlet, shift });
        }
        Ok(Self { counters, next: AtomicU64::new(0) })
    }

    /// A payment as it comes: two of three are made at a counter, in cash.
    pub fn place(&self, pay: Pay) -> Pay {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        if number.is_multiple_of(3) {
            return pay;
        }
        self.place_at(number, number, Channel::Agt, pay)
    }

    /// A payment in cash at one of the counters, under its number.
    pub fn place_at(&self, counter: u64, number: u64, channel: Channel, pay: Pay) -> Pay {
        let at = usize::try_from(counter).unwrap_or_default() % self.counters.len();
        let Counter { network, outlet, shift } = &self.counters[at];
        let agent = AgentPay {
            network: (*network).to_owned(),
            outlet: outlet.clone(),
            till: TILL.to_owned(),
            shift: *shift,
            network_reference: Some(format!("B{number}")),
            cash_reference: None,
            tendered: None,
            commission: Commission { net: Money::from_minor(150), vat: Money::from_minor(30) },
            low_float: Money::ZERO,
            actor: actor(1),
        };
        Pay {
            channel,
            instrument: Instrument::Cash,
            funds: Funds::InHand(float_of(outlet)),
            agent: Some(Box::new(agent)),
            ..pay
        }
    }

    /// The outlets of a network.
    pub fn outlets_of(&self, network: &str) -> impl Iterator<Item = &str> {
        self.counters.iter().filter(move |counter| counter.network == network).map(|counter| counter.outlet.as_str())
    }
}

fn actor(id: i64) -> Actor {
    Actor { id, name: "bench".to_owned() }
}

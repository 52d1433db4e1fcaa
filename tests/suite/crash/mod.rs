//! kill -9, again and again under a load of all channels. Money taken means the bill is confirmed at its biller exactly once, or the money
//! goes back; also after that.

pub mod channels;
pub mod counters;
mod giving_back;
mod imports;
pub mod load;
pub mod program;
mod proofs;
mod refunding;

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use rstest::rstest;
use sandbox::{Control, FaultKind, FaultRule, OrderState, Sandbox, SandboxConfig};
use tokio::time::sleep;

use self::channels::Role;
use self::counters::People;
use self::load::{Load, Loss, REFUSING, Way, fill_file};
use self::program::{BILLERS, Place};
use crate::settlement;
use crate::support::{Backend, TestDatabase};

/// Moments at which the program is killed, on each database.
const KILLS: u32 = 15;
/// Who pays at once.
const ROLES: [Role; 13] = [
    Role::Web,
    Role::Web,
    Role::Web,
    Role::Web,
    Role::Network,
    Role::Network,
    Role::Outlet(0),
    Role::Outlet(1),
    Role::Desk(0),
    Role::Desk(1),
    Role::Caller,
    Role::Caller,
    Role::Caller,
];
/// Payments that must have been started in all, and each way, lest the proofs hold of nothing.
const PAYMENTS_MIN: usize = 80;
const PAYMENTS_OF_WAY_MIN: usize = 4;
/// Longest wait for anything: a machine under load, not a hang.
const WAIT_MAX: Duration = Duration::from_secs(60);

/// Makes a run that went wrong happen again, as far as two processes let it.
const SEED: &str = "FATOURA_TEST_SEED";

/// Says what a run was like: cargo shows it of one that fails, and with --nocapture.
#[expect(clippy::print_stderr, reason = "a test has no other way to say its seed")]
fn say(what: &str) {
    eprintln!("{what}");
}

fn seed() -> u64 {
    let given = std::env::var(SEED).ok().map(|seed| seed.parse().unwrap());
    let seed = given.unwrap_or_else(rand::random);
    say(&format!("{SEED}={seed}"));
    seed
}

/// When the program is killed.
#[derive(Debug, Clone, Copy)]
enum Moment {
    Anytime,
    /// A biller has just heard of a payment.
    Booked,
    /// An SMS has just been taken.
    Told,
    /// The bank has just decided: its callback is under way.
    Decided,
    /// Money has just gone back.
    GivenBack,
}

impl Moment {
    const ALL: [Self; 7] =
        [Self::Anytime, Self::Anytime, Self::Booked, Self::Booked, Self::Told, Self::Decided, Self::GivenBack];

    /// What grows when it comes.
    fn count(self, control: &Control) -> usize {
        let orders = |states: &[OrderState]| control.orders().iter().filter(|o| states.contains(&o.state)).count();
        match self {
            Self::Anytime => 0,
            Self::Booked => BILLERS.iter().map(|biller| control.bookings(*biller).len()).sum(),
            Self::Told => control.sms().len(),
            Self::Decided => orders(&[OrderState::Authorised, OrderState::Captured, OrderState::Voided]),
            Self::GivenBack => orders(&[OrderState::Voided]),
        }
    }

    /// Waits for it, not for ever.
    async fn come(self, control: &Control, random: &mut StdRng) {
        let anytime = Duration::from_millis(random.random_range(20..700));
        if let Self::Anytime = self {
            return sleep(anytime).await;
        }
        let (before, until) = (self.count(control), Instant::now() + 3 * anytime);
        while self.count(control) == before && Instant::now() < until {
            sleep(Duration::from_millis(1)).await;
        }
        // The hub hears of it, or not, or has just written it down.
        sleep(Duration::from_millis(random.random_range(0..8))).await;
    }
}

/// Slow enough that a kill finds calls under way, and one biller that books nothing.
fn trouble(control: &Control) {
    let set = |target: &str, call: &str, kind: FaultKind, times: Option<u32>| {
        let (target, call) = (target.to_owned(), Some(call.to_owned()));
        control.set_fault(FaultRule { id: 0, target, call, kind, times }).unwrap();
    };
    for biller in BILLERS {
        set(&format!("biller:{biller}"), "confirm", FaultKind::Delay { ms: 60 }, None);
    }
    set(&format!("biller:{REFUSING}"), "confirm", FaultKind::Refuse, None);
    set("biller:1001", "confirm", FaultKind::DropAfter, Some(3));
    set("sms", "send", FaultKind::Delay { ms: 40 }, None);
    set("gateway", "api", FaultKind::Delay { ms: 20 }, None);
}

/// Whether the proofs hold of something.
fn enough(load: &Load) -> bool {
    let started = Way::ALL.map(|way| load.started(way));
    started.iter().all(|count| *count >= PAYMENTS_OF_WAY_MIN) && started.iter().sum::<usize>() >= PAYMENTS_MIN
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn killed_at_random_moments_the_hub_neither_loses_nor_doubles_money(#[case] backend: Backend) {
    let Some(database) = TestDatabase::make(backend) else { return };
    let seed = seed();
    let mut random = StdRng::seed_from_u64(seed);
    let sandbox = Sandbox::start(SandboxConfig { slow_callback_ms: 250, ..SandboxConfig::default() }).await.unwrap();
    let control = sandbox.control();
    trouble(&control);
    let place = Place::new(database, sandbox.base_url());
    counters::furnish(&place).await;
    fill_file(&control);
    let mut program = place.serve();
    program.ready().await;
    let load = Arc::new(Load::new(&place, control.clone(), People::at_work(&place).await));
    let payers: Vec<_> = (1..)
        .zip(ROLES)
        .map(|(number, role)| {
            let load = Arc::clone(&load);
            tokio::spawn(async move { load.work(role, StdRng::seed_from_u64(seed ^ number)).await })
        })
        .collect();

    for kill in 1..=KILLS {
        // Now and then it does not get as far as being ready.
        if random.random_range(0..6) > 0 {
            program.ready().await;
        }
        let moment = Moment::ALL[random.random_range(0..Moment::ALL.len())];
        moment.come(&control, &mut random).await;
        program.kill();
        // What was answered before this moment is on disk after it.
        proofs::acknowledged_are_taken(&place, &load);
        proofs::floats_are_right(&place);
        place.check_books();
        assert!(payers.iter().all(|payer| !payer.is_finished()), "a payer gave up before kill {kill}, {moment:?}");
        program = place.serve();
    }
    let until = Instant::now() + WAIT_MAX;
    while !enough(&load) && Instant::now() < until {
        sleep(Duration::from_millis(50)).await;
    }
    load.stop.store(true, Ordering::Relaxed);
    for payer in payers {
        payer.await.unwrap();
    }
    let started: Vec<_> = Way::ALL.iter().map(|way| (way, load.started(*way))).collect();
    say(&format!("{started:?}, not paid: {:?}", load.losses()));
    assert!(enough(&load), "too few payments were started: {started:?}");
    assert!(load.losses().contains_key(&Loss::SomebodyWasQuicker), "no two were after one bill");
    program.kill();
    proofs::acknowledged_are_taken(&place, &load);
    control.clear_faults();

    place.settle(&control).await;
    place.check_books();
    let payments = proofs::money_is_where_it_belongs(&place, &load);
    let mut program = place.serve();
    program.ready().await;
    proofs::payers_see_it(&load, &payments).await;
    program.kill();
    proofs::nothing_new(&place, &payments);
    place.check_books();
    drop(program);
    settlement::every_confirmation_is_settled_once(&place);
    sandbox.stop().await;
}

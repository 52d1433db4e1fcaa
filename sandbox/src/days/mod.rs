//! The end of a day: gateway, networks, billers and bank state it from their own books, and put their files down on the file
//! server, each in its own folder. What is to be wrong with a day on purpose is planned before.

mod acknowledged;
mod cash;
mod pages;
mod plans;
mod report;
mod settled;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Days, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::bank;
use crate::sftp::{DroppedFile, FILES_MAX};
use crate::world::{State, World};
use plans::apply;
use report::Report;
use settled::Payout;

pub use cash::{CashKind, CashOperation, CashStatus};
pub(crate) use pages::routes;
pub use plans::{BreakKind, PlannedBreak};

/// Days are those of Morocco.
const ZONE: chrono_tz::Tz = chrono_tz::Africa::Casablanca;
/// How often the clock is looked at for a day that is over.
const LOOK_EVERY: Duration = Duration::from_secs(20);
/// Days that the clock closes at once: a sandbox that stood still for longer goes on at the next look.
const DAYS_MAX: usize = 31;
/// Breaks planned at a time.
const PLANS_MAX: usize = 1_000;
/// How much later a payout comes that is planned to be late.
const LATE_DAYS: u64 = 5;
/// What is booked that nobody awaits: 321.00.
const STRAY_MINOR: i64 = 32_100;
/// The name of a transfer that no hub made: its window is past every number of one.
const NOBODYS_TRANSFER: &str = "FT9999W899999999999A1";

/// What is kept of closed days.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct DaysState {
    /// What networks have in their books, oldest first.
    pub cash: Vec<CashOperation>,
    /// Networks that have books of their own.
    pub networks: Vec<String>,
    /// What is to be wrong.
    pub plans: Vec<PlannedBreak>,
    /// The last report of each source.
    told: BTreeMap<String, Told>,
    /// The last day that the clock closed.
    closed_to: Option<NaiveDate>,
}

/// A report that was put down.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Told {
    day: NaiveDate,
    sequence: u64,
    digest: String,
}

/// The day of an instant in Morocco.
pub(crate) fn local_day(at: DateTime<Utc>) -> NaiveDate {
    at.with_timezone(&ZONE).date_naive()
}

fn day_after(day: NaiveDate) -> NaiveDate {
    later(day, 1)
}

fn later(day: NaiveDate, days: u64) -> NaiveDate {
    day.checked_add_days(Days::new(days)).unwrap_or(day)
}

/// Plans a break; its number, or what is wrong with it.
pub(crate) fn plan(state: &mut State, plan: PlannedBreak) -> Result<u64, String> {
    if let Some(fault) = plan.fault() {
        return Err(fault);
    }
    if state.days.plans.len() >= PLANS_MAX {
        return Err(format!("{PLANS_MAX} breaks are planned already"));
    }
    let id = state.number();
    state.days.plans.push(PlannedBreak { id, ..plan });
    Ok(id)
}

/// Writes down what an outlet did, as its network has it; or what is wrong with that.
pub(crate) fn keep_cash(state: &mut State, operation: CashOperation) -> Result<(), String> {
    if let Some(fault) = operation.fault() {
        return Err(fault.to_owned());
    }
    know_network(state, &operation.network);
    cash::keep(&mut state.days.cash, operation);
    Ok(())
}

fn know_network(state: &mut State, network: &str) {
    if !state.days.networks.iter().any(|known| known == network) {
        state.days.networks.push(network.to_owned());
    }
}

/// A network pays for a float by a transfer of its bank, which carries the proof.
pub(crate) fn top_up(state: &mut State, network: &str, minor: i64, proof: &str, day: NaiveDate) -> Result<(), String> {
    if !cash::is_network(network) || minor <= 0 || proof.trim().is_empty() {
        return Err("network, an amount above zero and the proof must be given".to_owned());
    }
    bank::move_money(state, day, minor, &format!("VIREMENT RECU {network}"), Some(format!("ALIMENTATION {proof}")));
    Ok(())
}

/// Closes a day: the files that were put down, as `user/path`. A day may be closed again: what came since is told by a report
/// that takes the place of the one before. A day that has not begun is not closed.
pub(crate) fn close(
    state: &mut State,
    day: NaiveDate,
    merchant: &str,
    now: DateTime<Utc>,
) -> Result<Vec<String>, String> {
    if day > local_day(now) {
        return Err(format!("{day} has not begun"));
    }
    let mut files: Vec<(String, String, Vec<u8>)> = Vec::new();
    card(state, day, merchant, &mut files);
    for network in state.days.networks.clone() {
        let report = cash::report(&state.days.cash, &mut state.days.plans, &network, day);
        let user = format!("network-{}", network.to_ascii_lowercase());
        files.extend(tell(&mut state.days, report, day, &user, "reports"));
    }
    for biller in crate::seed::billers().iter().map(|biller| biller.code) {
        let (days, book) = (&mut state.days, &state.book);
        if !days.told.contains_key(&biller.to_string()) && book.bookings(biller).is_empty() {
            continue;
        }
        let report = acknowledged::report(book, &mut days.plans, biller, day);
        files.extend(tell(days, report, day, &format!("biller-{biller}"), "acknowledgements"));
    }
    plant_at_bank(state, day);
    let mut stated = bank::state_days(state, day, now);
    apply(&mut state.days.plans, "bank", |plan| plan.kind == BreakKind::Gap && stated.pop().is_some());
    files.extend(stated.into_iter().map(|(path, bytes)| (bank::USER.to_owned(), path, bytes)));
    Ok(files.into_iter().map(|(user, path, bytes)| put_down(state, user, path, bytes, now)).collect())
}

/// The bank tells of what is booked on a day so far, before its statement does: the file, as `user/path`. What is planned to
/// be wrong with the account on that day is so from then on. A day that has not begun is not told of.
pub(crate) fn notify(state: &mut State, day: NaiveDate, now: DateTime<Utc>) -> Result<String, String> {
    if day > local_day(now) {
        return Err(format!("{day} has not begun"));
    }
    plant_at_bank(state, day);
    let (path, bytes) = bank::notification(state, day, now);
    Ok(put_down(state, bank::USER.to_owned(), path, bytes, now))
}

fn put_down(state: &mut State, user: String, path: String, bytes: Vec<u8>, at: DateTime<Utc>) -> String {
    let (id, name) = (state.number(), format!("{user}/{path}"));
    state.dropped.push(DroppedFile { id, user, path, bytes, at });
    let surplus = state.dropped.len().saturating_sub(FILES_MAX);
    state.dropped.drain(..surplus);
    name
}

/// The report as a file, unless the last one said the same.
fn tell(
    days: &mut DaysState,
    report: Report,
    day: NaiveDate,
    user: &str,
    folder: &str,
) -> Option<(String, String, Vec<u8>)> {
    let (digest, last) = (report.digest(), days.told.get(&report.source));
    if last.is_some_and(|last| last.day == day && last.digest == digest) {
        return None;
    }
    let sequence = last.map_or(0, |last| last.sequence) + 1;
    let name = format!("{folder}/{}-{}-{sequence:06}.csv", report.source, day.format("%Y%m%d"));
    let bytes = report.text(day, sequence).into_bytes();
    days.told.insert(report.source, Told { day, sequence, digest });
    Some((user.to_owned(), name, bytes))
}

fn card(state: &mut State, day: NaiveDate, merchant: &str, files: &mut Vec<(String, String, Vec<u8>)>) {
    let State { orders, days, last_number, .. } = state;
    let (payout, withheld) = settled::settle(orders, &mut days.plans, day, &mut || {
        *last_number += 1;
        *last_number
    });
    let report = settled::report(orders, merchant, day, &withheld);
    files.extend(tell(days, report, day, "cmi", "reports"));
    if let Some(payout) = payout {
        pay_out(state, payout, day_after(day));
    }
}

/// The gateway's transfer to the hub, and what is planned to be wrong with it.
fn pay_out(state: &mut State, Payout { reference, net }: Payout, value_day: NaiveDate) {
    let mut plans = std::mem::take(&mut state.days.plans);
    let (mut credits, mut on, mut is_named) = (vec![net], value_day, true);
    apply(&mut plans, "bank", |plan| {
        match plan.kind {
            BreakKind::AmountDiffers if net > 100 => credits = vec![net - 100],
            BreakKind::Duplicate => credits = vec![net, net],
            BreakKind::Late => on = later(value_day, LATE_DAYS),
            BreakKind::Ambiguous => (credits, is_named) = (vec![net, net], false),
            _ => return false,
        }
        true
    });
    state.days.plans = plans;
    for minor in credits {
        let remittance = is_named.then(|| format!("REMISE CARTES {reference}"));
        let about = if is_named { "VIREMENT RECU CENTRE MONETIQUE" } else { "VIREMENT RECU" };
        bank::move_money(state, on, minor, about, remittance);
    }
}

/// What is planned to be wrong with a day of the account by itself.
fn plant_at_bank(state: &mut State, day: NaiveDate) {
    let mut plans = std::mem::take(&mut state.days.plans);
    apply(&mut plans, "bank", |plan| match plan.kind {
        BreakKind::Unknown => {
            bank::move_money(state, day, STRAY_MINOR, "VIREMENT RECU", Some("MERCI".to_owned()));
            true
        }
        BreakKind::MissingHere => {
            bank::pay_unasked(state, day, STRAY_MINOR, NOBODYS_TRANSFER);
            true
        }
        BreakKind::Returned => {
            let first = bank::booked(state, day).map(|transfer| transfer.end_to_end_id.clone()).next_back();
            plan.about.clone().or(first).is_some_and(|transfer| bank::give_back(state, &transfer, "AC04", day))
        }
        _ => false,
    });
    state.days.plans = plans;
}

/// Closes each day when it is over, for ever.
pub(crate) async fn keep_closing(world: Arc<World>) {
    loop {
        close_over(&world);
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// Closes the days that are over. The day on which a sandbox begins is its first.
fn close_over(world: &World) {
    let now = world.now();
    let Some(yesterday) = local_day(now).pred_opt() else { return };
    match world.read(|state| state.days.closed_to) {
        Some(closed) if closed >= yesterday => {}
        None => world.change(|state| state.days.closed_to = Some(yesterday)),
        Some(closed) => world.change(|state| {
            for day in closed.iter_days().skip(1).take_while(|day| *day <= yesterday).take(DAYS_MAX) {
                if let Err(fault) = close(state, day, &world.config.cmi_client_id, now) {
                    tracing::error!(fault, "a day could not be closed");
                }
                state.days.closed_to = Some(day);
            }
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_closes_each_day_once() {
        let config = crate::config::SandboxConfig::default();
        crate::running::init_tls();
        let world = World::open(config, reqwest::Client::new()).unwrap();
        close_over(&world);
        assert!(world.read(|state| state.dropped.is_empty()), "its first day is not over");
        world.pass(chrono::TimeDelta::days(3));
        for _ in 0..2 {
            close_over(&world);
            let names = world.read(|state| state.dropped.iter().map(|file| file.path.clone()).collect::<Vec<_>>());
            let statements = names.iter().filter(|name| name.starts_with("statements/")).count();
            let reports = names.iter().filter(|name| name.starts_with("reports/CMI-")).count();
            assert_eq!((statements, reports), (3, 3), "{names:?}");
        }
    }
}

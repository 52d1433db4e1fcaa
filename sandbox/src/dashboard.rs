//! The first page: billers, contracts to try, what was booked, faults on and off.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::amount::show_amount;
use crate::book::{Booking, BookingOutcome, Look};
use crate::control::handle;
use crate::days::{self, BreakKind, PlannedBreak};
use crate::faults::{FaultKind, FaultRule};
use crate::gateway::{TEST_CARDS, TestCard};
use crate::reply::{Reply, html};
use crate::seed::{self, AmountRule};
use crate::world::World;

/// The pages' paths.
pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/", web::get().to(show_dashboard))
        .route("/faults", web::post().to(switch_on))
        .route("/faults/{id}/clear", web::post().to(switch_off))
        .route("/days/close", web::post().to(close_day))
        .route("/days/breaks", web::post().to(plan_break))
        .route("/days/clear", web::post().to(clear_breaks))
        .route("/reset", web::post().to(reset));
}

/// Bookings shown for one biller; `/control` gives them all.
const BOOKINGS_SHOWN_MAX: usize = 20;

struct BillerCard {
    code: u16,
    name: &'static str,
    protocol: &'static str,
    path: &'static str,
    types: Vec<TypeLine>,
    bookings: Vec<BookingLine>,
    booked: usize,
}

struct TypeLine {
    code: &'static str,
    name: &'static str,
    rule: String,
    contracts: Vec<(String, String)>,
}

struct BookingLine {
    reference: String,
    contract: String,
    amount: String,
    outcome: String,
    good: bool,
    attempts: u32,
    conflicts: u32,
}

#[derive(Template)]
#[template(path = "dashboard.html")]
struct Dashboard {
    billers: Vec<BillerCard>,
    faults: Vec<(u64, String)>,
    targets: Vec<(String, String)>,
    cards: &'static [TestCard],
    sms: usize,
    mails: usize,
    orders: usize,
    calls: usize,
    files: usize,
    error: String,
    /// Today in Morocco.
    today: String,
    plans: Vec<String>,
    /// Who may be planned to be wrong.
    sources: Vec<(String, String)>,
    kinds: Vec<(&'static str, String)>,
    day_error: String,
}

fn booking_line(booking: Booking) -> BookingLine {
    let (outcome, good) = match booking.outcome {
        _ if booking.cancelled => ("cancelled".to_owned(), false),
        BookingOutcome::Confirmed { receipt_number, .. } => (receipt_number, true),
        BookingOutcome::Refused { code, message } => (format!("{code}: {message}"), false),
        BookingOutcome::Pending => ("pending".to_owned(), false),
    };
    BookingLine {
        reference: booking.reference,
        contract: booking.contract,
        amount: show_amount(booking.minor),
        outcome,
        good,
        attempts: booking.attempts,
        conflicts: booking.conflicts,
    }
}

fn biller_card(world: &World, biller: &'static seed::SeedBiller) -> BillerCard {
    world.read(|state| {
        let contracts = state.book.contracts(biller.code);
        let due = |kind: &str, contract: &str| match state.book.look(biller.code, kind, contract) {
            Look::Due(due) => {
                let total = show_amount(due.iter().map(|line| line.minor).sum());
                if due.len() == 1 { format!("{total} MAD") } else { format!("{total} MAD in {} lines", due.len()) }
            }
            Look::Nothing => "nothing due".to_owned(),
            Look::Unknown | Look::NoLookUp => String::new(),
        };
        let types = biller.types.iter().map(|kind| TypeLine {
            code: kind.code,
            name: kind.name,
            rule: if kind.fetch { rule_words(kind.rule) } else { format!("{}, no look-up", rule_words(kind.rule)) },
            contracts: contracts
                .iter()
                .filter(|(known, _)| known == kind.code)
                .map(|(_, contract)| (contract.clone(), due(kind.code, contract)))
                .collect(),
        });
        let bookings = state.book.bookings(biller.code);
        BillerCard {
            code: biller.code,
            name: biller.name,
            protocol: biller.protocol,
            path: match biller.protocol {
                "fatourati_soap" => "/soap",
                "flat_file" => "/files",
                _ => "/billers",
            },
            types: types.collect(),
            booked: bookings.len(),
            bookings: bookings.into_iter().rev().take(BOOKINGS_SHOWN_MAX).map(booking_line).collect(),
        }
    })
}

fn rule_words(rule: AmountRule) -> String {
    match rule {
        AmountRule::Exact => "exact amount".into(),
        AmountRule::ExactOrMore => "what is due or more".into(),
        AmountRule::ExactOrLess => "what is due or part of it".into(),
        AmountRule::Any => "any amount".into(),
        AmountRule::Range { min, max, step } => {
            format!("{} to {} in steps of {}", show_amount(min), show_amount(max), show_amount(step))
        }
    }
}

fn describe(rule: &FaultRule) -> String {
    let what = match rule.kind {
        FaultKind::Delay { ms } => format!("answer {ms} ms later"),
        FaultKind::Refuse => "refuse".into(),
        FaultKind::DropAfter => "do the work, then drop the connection".into(),
        FaultKind::DropBefore => "drop the connection, do nothing".into(),
        FaultKind::Garble => "garble the answer".into(),
        FaultKind::AnswerTwice => "work twice".into(),
        FaultKind::Down => "be down".into(),
        FaultKind::Pending => "leave confirmations pending".into(),
    };
    let times = rule.times.map_or_else(|| "until cleared".to_owned(), |times| format!("{times} more"));
    format!("{}, {}: {what} ({times})", rule.target, rule.call.as_deref().unwrap_or("every call"))
}

/// Who states days: what breaks are planned at.
fn sources(world: &World) -> Vec<(String, String)> {
    let networks = world.read(|state| state.days.networks.clone());
    let named =
        [("gateway", "Card gateway"), ("gateway:returns", "Card gateway, what it gives back"), ("bank", "Bank")];
    let mut sources: Vec<_> = named.map(|(target, name)| (target.to_owned(), name.to_owned())).into();
    sources.extend(networks.iter().map(|code| (format!("network:{code}"), format!("Network {code}"))));
    let billers = seed::billers().iter();
    sources
        .extend(billers.map(|biller| (format!("biller:{}", biller.code), format!("{} {}", biller.code, biller.name))));
    sources
}

fn dashboard(world: &web::Data<World>, status: u16, error: String, day_error: String) -> HttpResponse {
    let mut targets: Vec<_> = seed::billers()
        .iter()
        .map(|biller| (format!("biller:{}", biller.code), format!("{} {}", biller.code, biller.name)))
        .collect();
    for (target, name) in
        [("gateway", "Card gateway"), ("sms", "SMS provider"), ("smtp", "Mail"), ("sftp", "File server")]
    {
        targets.push((target.into(), name.into()));
    }
    let (sms, mails, orders, calls) =
        world.read(|state| (state.sms.len(), state.mails.len(), state.orders.len(), state.calls.len()));
    let files = world.read(|state| state.dropped.len());
    let page = Dashboard {
        billers: seed::billers().iter().map(|biller| biller_card(world, biller)).collect(),
        faults: handle(world).faults().iter().map(|rule| (rule.id, describe(rule))).collect(),
        targets,
        cards: TEST_CARDS,
        sms,
        mails,
        orders,
        calls,
        files,
        error,
        today: days::local_day(world.now()).to_string(),
        plans: handle(world).planned_breaks().iter().map(plan_words).collect(),
        sources: sources(world),
        kinds: BreakKind::ALL.iter().map(|(_, word)| (*word, word.replace('_', " "))).collect(),
        day_error,
    };
    html(status, &page).into_response()
}

async fn show_dashboard(world: web::Data<World>) -> HttpResponse {
    dashboard(&world, 200, String::new(), String::new())
}

fn home() -> HttpResponse {
    Reply::text(303, "").header("location", "/".into()).into_response()
}

async fn switch_on(world: web::Data<World>, form: web::Form<Vec<(String, String)>>) -> HttpResponse {
    let set = rule_of(&form).and_then(|rule| handle(&world).set_fault(rule));
    match set {
        Ok(_) => home(),
        Err(fault) => dashboard(&world, 400, fault, String::new()),
    }
}

fn plan_words(plan: &PlannedBreak) -> String {
    let about = plan.about.as_deref().unwrap_or("the first that fits");
    format!("{}: {}, {about}", plan.target, plan.kind.word().replace('_', " "))
}

fn value_of<'a>(form: &'a [(String, String)], name: &str) -> &'a str {
    form.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.trim())
}

async fn close_day(world: web::Data<World>, form: web::Form<Vec<(String, String)>>) -> HttpResponse {
    let typed = value_of(&form, "day");
    let day = typed.parse().map_err(|_| format!("'{typed}' is not a day such as 2026-11-30"));
    match day.and_then(|day| handle(&world).close_day(day)) {
        Ok(_) => Reply::text(303, "").header("location", "/inbox/files".into()).into_response(),
        Err(fault) => dashboard(&world, 400, String::new(), fault),
    }
}

async fn plan_break(world: web::Data<World>, form: web::Form<Vec<(String, String)>>) -> HttpResponse {
    let kind = BreakKind::named(value_of(&form, "kind")).ok_or_else(|| "no such kind of break".to_owned());
    let about = Some(value_of(&form, "about").to_owned()).filter(|about| !about.is_empty());
    let target = value_of(&form, "target").to_owned();
    match kind.and_then(|kind| handle(&world).plan_break(PlannedBreak { id: 0, target, kind, about })) {
        Ok(_) => home(),
        Err(fault) => dashboard(&world, 400, String::new(), fault),
    }
}

async fn clear_breaks(world: web::Data<World>) -> HttpResponse {
    handle(&world).clear_breaks();
    home()
}

/// The rule that the form describes; empty fields stand for "all".
fn rule_of(form: &[(String, String)]) -> Result<FaultRule, String> {
    let get = |name: &str| value_of(form, name);
    let kind = FaultKind::named(get("kind"), get("ms").parse().ok())?;
    let times = match get("times") {
        "" => None,
        typed => Some(typed.parse().map_err(|_| format!("'{typed}' is not a number of times"))?),
    };
    let call = Some(get("call").to_owned()).filter(|call| !call.is_empty());
    Ok(FaultRule { id: 0, target: get("target").to_owned(), call, kind, times })
}

async fn switch_off(world: web::Data<World>, id: web::Path<u64>) -> HttpResponse {
    handle(&world).clear_fault(*id);
    home()
}

async fn reset(world: web::Data<World>) -> HttpResponse {
    handle(&world).reset();
    home()
}

//! Payments that never were, for measuring and for trying pages out: through the ledger's own commands, so that the books
//! hold, over twelve months, billers, channels, outlets and everything that can become of a payment.

mod billers;

use std::io::Write;
use std::sync::mpsc::sync_channel;

use anyhow::{Context, bail};
use chrono::{DateTime, TimeDelta, Utc};
use ledger::{
    Account, AccountKind, Actor, Advance, AdvanceOutcome, Amounts, BillClaim, BillKey, Channel, CustomerKey, Funds,
    Hold, Instrument, Language, Ledger, LedgerError, Moment, Money, NewQuote, Pay, PayOutcome, Reply, RequestKey, Step,
};

use crate::bench::Counters;

/// What is made.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// Payments.
    pub payments: u64,
    /// The same seed makes the same payments, but for their numbers' secrets.
    pub seed: u64,
    /// When the last of them is made.
    pub until: DateTime<Utc>,
}

/// Payments in hand at once: fewer than the writer's queue holds.
const CHUNK: u64 = 1_000;
/// The time over which they are spread.
const SPREAD: TimeDelta = TimeDelta::days(365);
/// Of so many, the last one may still stand open.
const OPEN_SINCE: u64 = 50;
/// Rows put in order at once: nobody waits for the writer, and what is sorted together is written together.
const SLICE: i64 = 500_000;
/// Payments between two lines of progress.
const TOLD_EVERY: u64 = 50_000;
/// Billers: the first has a third of all payments, the others share the rest.
const BILLERS: u64 = 60;
/// A biller with ten payments, whatever there are.
pub const RARE_BILLER: u16 = 1_999;
/// An amount that three payments have, whatever there are: 7 777.77 with its fee and VAT.
pub const RARE_TOTAL: Money = Money::from_minor(777_777);
const FEE: Money = Money::from_minor(590);
const VAT: Money = Money::from_minor(106);

/// Numbers that a seed gives (SplitMix64): the same with every version of every crate.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound.max(1)
    }
}

/// What becomes of a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Confirmed,
    Declined,
    Expired,
    Returned,
    Cancelled,
    /// Stays as it is after so many steps.
    OpenAfter(u8),
}

/// A payment that is on its way.
struct Made {
    payment: i64,
    at: DateTime<Utc>,
    total: Money,
    fate: Fate,
    number: u64,
    awaits: bool,
    from_float: bool,
}

/// Makes the payments in an empty, migrated database, and puts them in order.
pub fn run(ledger: &Ledger, plan: &Plan, out: &mut dyn Write) -> anyhow::Result<()> {
    if !ledger.read(|reader| reader.is_empty())? {
        bail!(
            "the database at {} is not empty: payments are generated into a database of their own only; name one that \
             does not exist yet with --database-url",
            ledger.url()
        );
    }
    let begin = plan.until - SPREAD;
    let codes: Vec<u16> = (0..BILLERS).filter_map(|at| u16::try_from(1_001 + at).ok()).chain([RARE_BILLER]).collect();
    billers::put(ledger, &codes, begin)?;
    let counters = Counters::open(ledger, begin)?;
    let mut dice = Dice(plan.seed);
    let mut first = 0;
    while first < plan.payments {
        let beyond = (first + CHUNK).min(plan.payments);
        chunk(ledger, plan, &counters, &mut dice, first..beyond)?;
        if beyond / TOLD_EVERY > first / TOLD_EVERY || beyond == plan.payments {
            writeln!(out, "{beyond} of {} payments", plan.payments)?;
            out.flush()?;
        }
        first = beyond;
    }
    order(ledger, plan.until, out)
}

/// Puts all of them in order, as the hub's own job does.
pub(crate) fn order(ledger: &Ledger, now: DateTime<Utc>, out: &mut dyn Write) -> anyhow::Result<()> {
    let mut slices = 0_u64;
    loop {
        let (words, facts) =
            ledger.read(|reader| Ok((reader.missing_words(SLICE)?, reader.missing_facts(SLICE, now)?)))?;
        if words.is_empty() && facts.is_empty() {
            return Ok(writeln!(out, "in order")?);
        }
        ledger.write_now(move |op| {
            op.add_words(&words)?;
            op.add_facts(&facts)
        })?;
        slices += 1;
        writeln!(out, "{slices} slices put in order")?;
        out.flush()?;
    }
}

fn chunk(
    ledger: &Ledger,
    plan: &Plan,
    counters: &Counters,
    dice: &mut Dice,
    numbers: std::ops::Range<u64>,
) -> anyhow::Result<()> {
    let mut pays = Vec::new();
    let mut fates = Vec::new();
    for number in numbers {
        let (pay, fate) = payment(plan, counters, dice, number);
        pays.push(pay);
        fates.push((number, fate));
    }
    let quotes: Vec<NewQuote> = pays.iter().map(|(_, quote)| quote.clone()).collect();
    let kept = ledger.write_now(move |op| {
        quotes.iter().map(|quote| Ok(op.keep_quote(quote)?.id)).collect::<Result<Vec<i64>, _>>()
    })?;
    let pays: Vec<Pay> = pays.into_iter().zip(kept).map(|((pay, _), quote)| Pay { quote, ..pay }).collect();
    let told: Vec<(DateTime<Utc>, Option<Money>, bool, bool)> = pays
        .iter()
        .map(|pay| {
            let awaits = matches!(pay.funds, Funds::Awaited { .. });
            (pay.moment.at, pay.amounts.total(), awaits, pay.agent.is_some())
        })
        .collect();
    let outcomes = all(pays, |pay, reply| ledger.pay(pay, reply))?;
    let mut made = Vec::new();
    for ((outcome, (at, total, awaits, from_float)), (number, fate)) in outcomes.into_iter().zip(told).zip(fates) {
        let PayOutcome::Started(reference) = outcome else { bail!("payment {number} was not started: {outcome:?}") };
        let total = total.context("an amount is past the range")?;
        made.push(Made { payment: reference.id(), at, total, fate, number, awaits, from_float });
    }
    let after = made.iter().map(|made| made.payment).min().unwrap_or(1) - 1;
    for round in 0..4 {
        let steps: Vec<Advance> = made.iter().filter_map(|made| step(made, round)).collect();
        for (outcome, payment) in all(steps, |advance, reply| ledger.advance(advance, reply))?.into_iter().zip(&made) {
            if !matches!(outcome, AdvanceOutcome::Moved { .. }) {
                bail!("a step of round {round} from payment {} on did nothing: {outcome:?}", payment.payment);
            }
        }
    }
    // Nobody is written to, and no biller is asked.
    ledger.write_now(move |op| op.finish_tasks_of_settled(after))?;
    Ok(())
}

/// Asks for all of them at once, and gives the answers in their order.
fn all<A, T: Send + 'static>(asked: Vec<A>, ask: impl Fn(A, Reply<T>)) -> anyhow::Result<Vec<T>> {
    let count = asked.len();
    let (answer, answers) = sync_channel::<(usize, Result<T, LedgerError>)>(count.max(1));
    for (at, one) in asked.into_iter().enumerate() {
        let answer = answer.clone();
        ask(one, Box::new(move |result| drop(answer.send((at, result)))));
    }
    drop(answer);
    let mut found: Vec<(usize, T)> = Vec::with_capacity(count);
    for (at, result) in answers {
        found.push((at, result?));
    }
    if found.len() != count {
        bail!("the writer ended before it had answered");
    }
    found.sort_by_key(|(at, _)| *at);
    Ok(found.into_iter().map(|(_, one)| one).collect())
}

/// A payment to be, with its quote.
fn payment(plan: &Plan, counters: &Counters, dice: &mut Dice, number: u64) -> ((Pay, NewQuote), Fate) {
    let share = u32::try_from(number * 1_000_000 / plan.payments.max(1)).unwrap_or(0);
    let at = plan.until - SPREAD + SPREAD / 1_000_000 * i32::try_from(share).unwrap_or(0);
    let tenth = (plan.payments / 10).max(1);
    let rare = number.is_multiple_of(tenth) && number / tenth < 10;
    let biller = match dice.below(3) {
        _ if rare => RARE_BILLER,
        0 => 1_001,
        _ => u16::try_from(1_001 + dice.below(BILLERS)).unwrap_or(1_001),
    };
    let principal = match number {
        1..=3 => RARE_TOTAL.minor() - FEE.minor() - VAT.minor(),
        _ => i64::try_from(2_000 + dice.below(2_500) * 100).unwrap_or(2_000),
    };
    let (channel, instrument) = match dice.below(100) {
        _ if (1..=3).contains(&number) => (Channel::Web, Instrument::Card),
        0..=39 => (Channel::Web, Instrument::Card),
        40..=49 => (Channel::Web, Instrument::Wallet),
        50..=84 => (Channel::Agt, Instrument::Cash),
        85..=92 => (Channel::Api, Instrument::Cash),
        93..=96 => (Channel::Tel, Instrument::Card),
        97..=98 => (Channel::Ivr, Instrument::Card),
        _ => (Channel::Pos, Instrument::Cash),
    };
    let is_cash = instrument == Instrument::Cash;
    let duty = if is_cash { Money::from_minor(principal / 400) } else { Money::ZERO };
    let amounts = Amounts { principal: Money::from_minor(principal), fee: FEE, vat: VAT, duty };
    let contract = format!("{:08}", 10_000_000 + dice.below((plan.payments / 6).max(1)));
    let masked = format!("••••{}", contract.get(4..).unwrap_or_default());
    let phone = 10_000_000 + dice.below((plan.payments / 4).max(1));
    let key = BillKey::of(biller, "01", &contract, &format!("G{number}"));
    let bills = vec![BillClaim { key, generation: 0, settles: true }];
    let text = format!("{}-{number}", plan.seed);
    let gateway = Account::of(AccountKind::GatewayReceivable, if is_cash { "cash" } else { "cmi" });
    let funds = match instrument {
        Instrument::Card => Funds::Awaited { account: gateway, poll_at: at + TimeDelta::minutes(3) },
        _ => Funds::InHand(Account::of(AccountKind::GatewayReceivable, "wallet")),
    };
    let quote = NewQuote {
        inquiry: String::new(),
        biller,
        receivable_type: "01".to_owned(),
        channel,
        instrument,
        amounts,
        customer: CustomerKey::of(biller, "01", &contract),
        bills: bills.clone(),
        detail: serde_json::json!({
            "fields": { "contract": contract },
            "contract_masked": masked,
            "biller_reference": format!("G{number}"),
            "articles": [],
            "opaque": [],
        })
        .to_string(),
        created_at: at.naive_utc(),
        expires_at: (at + TimeDelta::days(7)).naive_utc(),
    };
    let pay = Pay {
        key: RequestKey::of("generate", &text, &text),
        only_replay: false,
        quote: 0,
        biller,
        channel,
        instrument,
        language: if dice.below(2) == 0 { Language::Ar } else { Language::Fr },
        amounts,
        bills,
        phone: (dice.below(10) > 0).then(|| format!("+2126{phone}")),
        email: None,
        address: None,
        funds,
        agent: None,
        moment: Moment::of(at),
    };
    let pay = if is_cash { counters.place_at(dice.next(), number, channel, pay) } else { pay };
    let fate = fate(dice, instrument, plan.payments - number <= plan.payments / OPEN_SINCE);
    ((pay, quote), fate)
}

fn fate(dice: &mut Dice, instrument: Instrument, may_be_open: bool) -> Fate {
    if may_be_open && dice.below(10) == 0 {
        // Awaiting or taken, or taken or going back.
        return Fate::OpenAfter(u8::try_from(dice.below(2)).unwrap_or(0));
    }
    match (instrument, dice.below(1_000)) {
        (Instrument::Card, 0..=69) => Fate::Declined,
        (Instrument::Card, 70..=119) => Fate::Expired,
        (_, 120..=127) => Fate::Returned,
        (Instrument::Cash, 128..=135) => Fate::Cancelled,
        _ => Fate::Confirmed,
    }
}

/// The step that a payment takes in a round.
fn step(made: &Made, round: u8) -> Option<Advance> {
    // What awaits its payer has one round more.
    let at_gateway = made.awaits && round == 0;
    let turn = if made.awaits { round.checked_sub(1) } else { Some(round) };
    let cut_off = first_of_next_month(made.at);
    let accept = || Step::Accept {
        hold: Hold::Captured,
        amount: made.total,
        authorisation: format!("{:06}", made.number % 1_000_000),
        card_mask: format!("476173******{:04}", made.number % 10_000),
        gateway_reference: format!("G{:010}", made.number),
        is_refused: false,
        counted: None,
    };
    let confirm = || Step::Confirm { receipt_number: format!("R{:09}", made.number), receipt_date: None, cut_off };
    let step = match (made.fate, at_gateway, turn) {
        (Fate::OpenAfter(0), _, _) => None,
        (Fate::Declined, true, _) => Some(Step::Decline),
        (Fate::Expired, true, _) => Some(Step::Expire),
        (Fate::Declined | Fate::Expired, false, _) => None,
        (_, true, _) => Some(accept()),
        (Fate::Confirmed | Fate::Cancelled, false, Some(0)) => Some(confirm()),
        (Fate::Cancelled, false, Some(1)) => {
            Some(Step::Cancel { reason: "généré".to_owned(), actor: Actor { id: 1, name: "bench".to_owned() } })
        }
        (Fate::Cancelled, false, Some(2)) => Some(Step::Cancelled { cut_off }),
        // Cash that goes back to its float is back at once: it does not stay open.
        (Fate::OpenAfter(_), false, Some(0)) if made.from_float => None,
        (Fate::Returned | Fate::OpenAfter(_), false, Some(0)) => Some(Step::Return),
        (Fate::Returned, false, Some(1)) if !made.from_float => Some(Step::Returned),
        _ => None,
    }?;
    let later = TimeDelta::seconds(i64::from(round) * 40 + 20);
    Some(Advance { payment: made.payment, step, task: None, moment: Moment::of(made.at + later) })
}

/// Windows of a month: few enough to be looked through.
fn first_of_next_month(at: DateTime<Utc>) -> DateTime<Utc> {
    use chrono::{Datelike, Months, NaiveTime};
    let day = at.date_naive();
    let first = day.with_day(1).unwrap_or(day).checked_add_months(Months::new(1)).unwrap_or(day);
    // The cut-off lies after the last step of a payment at the end of a month.
    (first.and_time(NaiveTime::MIN) + TimeDelta::hours(18)).and_utc()
}

//! Daily reports of gateways, networks and billers, held against the payments of the day. Lines are not kept: in memory is what
//! they come to payment by payment, in the ledger the report's head, what it announces of payouts, payments of other days, and
//! breaks.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::BufRead;

use chrono::{DateTime, Days, NaiveDate, NaiveDateTime, TimeZone, Utc};
use ledger::{
    Break, BreakKind, BreakSource, BreakState, BreakSubject, ImportEnd, ImportKind, Ledger, LedgerError, Money,
    NewBreak, NewPayout, PaymentState, ReportOf, ReportSlice, ReportedPayment, ReportedRefund,
};

use super::import::{File, ImportError, ImportTerms, Taken};
use super::lines::{Finding, Lines, Told, gateway_of, verdicts};
use super::refunds;
use crate::statements::{ReportHead, ReportKind, ReportLine, Reports};
use crate::terms::ZONE;
use crate::windows::put_lines_in_order;

/// Payments looked up at once.
pub(super) const PAGE: usize = 500;
/// Rows of one write: the writer is held for some milliseconds.
const SLICE: usize = 50;
/// Breaks of one report: with more of them it is another day's or another hub's.
const BREAKS_MAX: usize = 10_000;

/// A report in one form, whoever made it.
pub(super) struct Telling {
    pub kind: ImportKind,
    pub of: ReportOf,
    /// As breaks and imports name it.
    pub partner: String,
    pub source: BreakSource,
    pub day: NaiveDate,
    pub sequence: i64,
    pub records: i64,
    pub total: Money,
    /// What it tells of each payment.
    pub told: HashMap<i64, Told>,
    /// What it tells without a payment's number: line and amount.
    pub nameless: Vec<(u64, Money)>,
    pub payouts: Vec<NewPayout>,
}

/// What came of holding it against the ledger.
#[derive(Default)]
pub(super) struct Found {
    /// Payments of another day.
    apart: Vec<i64>,
    /// Payments that were given back here on another day, or not yet.
    returned_apart: Vec<i64>,
    /// Refunds that are told of, and those of them that are of another day here, or have not ended.
    pub(super) refunds_told: HashSet<i64>,
    pub(super) refunded_apart: Vec<i64>,
    breaks: Vec<NewBreak>,
    /// Where in `breaks` something stands: a kind of break is open once about it.
    known: HashMap<(BreakKind, BreakSubject, i64, i32), usize>,
    pub(super) turned_up: Vec<i64>,
}

/// Takes a report in.
pub(super) fn take<R: BufRead>(
    ledger: &Ledger,
    terms: &ImportTerms<'_>,
    file: &File,
    reports: Reports<R>,
) -> Result<Taken, ImportError> {
    let telling = tell(ledger, reports)?;
    let standing = ledger.read(|reader| reader.report_of(telling.kind, &telling.partner, telling.day))?;
    if let Some(standing) = &standing
        && standing.sequence >= Some(telling.sequence)
    {
        return Err(ImportError::refused(format!(
            "report {} of {} about {} does not come after number {}, which was taken in as {}",
            telling.sequence,
            telling.partner,
            telling.day,
            standing.sequence.unwrap_or_default(),
            standing.name
        )));
    }
    let superseded = standing.map(|standing| standing.id);
    let found = compare(ledger, &telling, superseded, terms.now)?;
    let taken = Taken {
        kind: telling.kind,
        source: telling.partner.clone(),
        day: Some(telling.day),
        records: telling.records,
        known: 0,
        announced: 0,
        breaks: i64::try_from(found.breaks.len()).unwrap_or(i64::MAX),
    };
    if !terms.dry_run {
        write(ledger, terms, file, telling, found, superseded)?;
    }
    Ok(taken)
}

fn tell<R: BufRead>(ledger: &Ledger, reports: Reports<R>) -> Result<Telling, ImportError> {
    let (report, mut lines) = (reports.kind(), Lines::default());
    let (head, _) = reports.each::<ImportError>(&mut |head, line| match line {
        ReportLine::Card(line) => lines.card(head, line),
        ReportLine::Network(line) => lines.network(ledger, head, line),
        ReportLine::Biller(line) => lines.biller(line),
    })?;
    let (kind, source) = match report {
        ReportKind::Card => (ImportKind::CardReport, BreakSource::Gateway),
        ReportKind::Network => (ImportKind::NetworkReport, BreakSource::Network),
        ReportKind::Biller => (ImportKind::BillerReport, BreakSource::Biller),
    };
    let (of, partner) = match report {
        ReportKind::Card => {
            let gateway = gateway_of(&head);
            (ReportOf::Gateway(gateway.clone()), gateway)
        }
        ReportKind::Network => (ReportOf::Network(head.source.clone()), head.source),
        ReportKind::Biller => {
            let no_biller = || ImportError::refused(format!("there is no biller {}", head.source));
            let code: u16 = head.source.parse().map_err(|_| no_biller())?;
            (ReportOf::Biller(code), code.to_string())
        }
    };
    let Lines { records, total, told, nameless, payouts } = lines;
    Ok(Telling {
        kind,
        of,
        partner,
        source,
        day: head.day,
        sequence: i64::try_from(head.sequence).unwrap_or(i64::MAX),
        records,
        total,
        told,
        nameless,
        payouts: payouts.finish(),
    })
}

impl Telling {
    pub(super) fn new_break(&self, kind: BreakKind, payment: i64, words: String) -> NewBreak {
        NewBreak {
            kind,
            source: self.source,
            partner: self.partner.clone(),
            subject: BreakSubject::Payment,
            subject_id: payment,
            position: 0,
            words,
            expected: None,
            found: None,
            due_on: self.day,
        }
    }

    /// Whether a payment of ours is this source's.
    fn is_of_source(&self, ours: &ReportedPayment) -> bool {
        match &self.of {
            ReportOf::Gateway(gateway) => {
                ours.funds.kind == ledger::AccountKind::GatewayReceivable && ours.funds.owner == *gateway
            }
            ReportOf::Network(network) => ours.network.as_ref() == Some(network),
            ReportOf::Biller(biller) => ours.biller == *biller,
        }
    }

    /// Whether a break says that this source did not tell of a payment, or of its return.
    pub(super) fn misses(&self, found: &Break, position: i32) -> bool {
        let what = &found.what;
        what.kind == BreakKind::MissingThere && what.partner == self.partner && what.position == position
    }

    /// When the source is to have told of a payment.
    fn is_of_day(&self, ours: &ReportedPayment, (from, until): (NaiveDateTime, NaiveDateTime)) -> bool {
        let at = match &self.of {
            ReportOf::Biller(_) => Some(ours.state_since),
            ReportOf::Gateway(_) | ReportOf::Network(_) => ours.paid_at,
        };
        at.is_some_and(|at| from <= at && at < until)
    }
}

pub(super) fn is_open(state: BreakState) -> bool {
    matches!(state, BreakState::Open | BreakState::Proposed)
}

/// The first instant of a day in Morocco, and the first after it.
fn bounds(day: NaiveDate) -> (NaiveDateTime, NaiveDateTime) {
    let start = |day: NaiveDate| {
        let local = day.and_time(chrono::NaiveTime::MIN);
        // Morocco's clock changes at three in the morning.
        ZONE.from_local_datetime(&local).earliest().map_or(local, |at| at.naive_utc())
    };
    (start(day), start(day.checked_add_days(Days::new(1)).unwrap_or(day)))
}

fn compare(
    ledger: &Ledger,
    telling: &Telling,
    superseded: Option<i64>,
    now: DateTime<Utc>,
) -> Result<Found, ImportError> {
    let mut found = Found::default();
    let within = bounds(telling.day);
    let mut numbers: Vec<i64> = telling.told.keys().copied().collect();
    numbers.sort_unstable();
    for some in numbers.chunks(PAGE) {
        let is_gateway = telling.source == BreakSource::Gateway;
        let (ours, apart, refunded) = ledger.read(|reader| {
            let refunded = if is_gateway { reader.refunds_reported(some)? } else { Vec::new() };
            Ok((reader.payments_reported(some)?, reader.reported_apart(some)?, refunded))
        })?;
        let mut refunded_by: HashMap<i64, Vec<ReportedRefund>> = HashMap::new();
        for refund in refunded {
            refunded_by.entry(refund.payment).or_default().push(refund);
        }
        let ours: HashMap<i64, ReportedPayment> = ours.into_iter().map(|payment| (payment.id, payment)).collect();
        for number in some {
            let Some(told) = telling.told.get(number) else { continue };
            let ours = ours.get(number).filter(|ours| telling.is_of_source(ours));
            let refunded = ours.and_then(|ours| refunded_by.get(&ours.id));
            if let Some(refunded) = refunded {
                let taken = Told { back: 0, given_back: Money::ZERO, ..told.clone() };
                found.add(telling, *number, verdicts(telling.source, &taken, ours))?;
                refunds::compare(ledger, telling, superseded, (*number, &told.backs, refunded), &mut found)?;
            } else {
                found.add(telling, *number, verdicts(telling.source, told, ours))?;
                if let Some(ours) = ours.filter(|_| told.back > 0 && is_gateway) {
                    found.given_back(ledger, telling, ours, within)?;
                }
            }
            let Some(ours) = ours.filter(|ours| told.count > 0 && !telling.is_of_day(ours, within)) else { continue };
            found.apart.push(*number);
            let elsewhere = apart.iter().any(|(id, import)| id == number && Some(*import) != superseded);
            found.of_another_day(ledger, telling, told, ours, elsewhere)?;
        }
    }
    for (line, amount) in &telling.nameless {
        let what = NewBreak {
            subject: BreakSubject::Line,
            subject_id: telling.sequence,
            position: i32::try_from(*line).unwrap_or(i32::MAX),
            found: Some(*amount),
            ..telling.new_break(
                BreakKind::MissingHere,
                0,
                format!("line {line} of the report names no payment of ours"),
            )
        };
        found.push(what)?;
    }
    missing_there(ledger, telling, within, now, &mut found)?;
    missing_returns(ledger, telling, within, &mut found)?;
    refunds::missing(ledger, telling, within, &mut found)?;
    Ok(found)
}

/// What the source should have told of that day and did not.
fn missing_there(
    ledger: &Ledger,
    telling: &Telling,
    within: (NaiveDateTime, NaiveDateTime),
    now: DateTime<Utc>,
    found: &mut Found,
) -> Result<(), ImportError> {
    if within.0 > now.naive_utc() {
        return Err(ImportError::refused(format!("the report tells of {}, which has not begun", telling.day)));
    }
    if matches!(telling.of, ReportOf::Biller(_)) {
        // Its confirmations are found as lines of its windows.
        put_lines_in_order(ledger)?;
    }
    let limit = i64::try_from(PAGE).unwrap_or(i64::MAX);
    let mut source = ledger.read(|reader| reader.source_payments(&telling.of, within))?;
    loop {
        let page = ledger.read(|reader| reader.next_of_source(&mut source, limit))?;
        if page.is_empty() {
            return Ok(());
        }
        let untold: Vec<&ReportedPayment> =
            page.iter().filter(|ours| telling.told.get(&ours.id).is_none_or(|told| told.count == 0)).collect();
        let ids: Vec<i64> = untold.iter().map(|ours| ours.id).collect();
        let apart: HashSet<i64> =
            ledger.read(|reader| reader.reported_apart(&ids))?.into_iter().map(|(payment, _)| payment).collect();
        for ours in untold.into_iter().filter(|ours| !apart.contains(&ours.id)) {
            // What it tells of otherwise, such as a refusal, is a break already.
            if telling.told.contains_key(&ours.id) && telling.source != BreakSource::Gateway {
                continue;
            }
            let amount = if telling.source == BreakSource::Biller { ours.principal } else { ours.total };
            let words = format!("payment {:012} of {} is not in the report", ours.id, telling.day);
            let what = telling.new_break(BreakKind::MissingThere, ours.id, words);
            found.push(NewBreak { expected: Some(amount), ..what })?;
        }
    }
}

/// What was given back here on that day, and not there.
fn missing_returns(
    ledger: &Ledger,
    telling: &Telling,
    within: (NaiveDateTime, NaiveDateTime),
    found: &mut Found,
) -> Result<(), ImportError> {
    let ReportOf::Gateway(gateway) = &telling.of else { return Ok(()) };
    let (limit, mut after) = (i64::try_from(PAGE).unwrap_or(i64::MAX), i64::MIN);
    loop {
        let page = ledger.read(|reader| reader.payments_returned(gateway, within, after, limit))?;
        let Some(last) = page.last() else { return Ok(()) };
        after = last.id;
        let ids: Vec<i64> = page.iter().map(|ours| ours.id).collect();
        let elsewhere: HashSet<i64> = ledger.read(|reader| reader.returned_apart(&ids))?.into_iter().collect();
        for ours in page.into_iter().filter(|ours| !elsewhere.contains(&ours.id)) {
            let told = telling.told.get(&ours.id);
            let is_told = told.is_some_and(|told| told.back > 0);
            // Where the payment itself is missing, that is the break.
            let is_missing = told.is_none_or(|told| told.count == 0) && telling.is_of_day(&ours, within);
            if !is_told && !is_missing {
                found.push(missing_return(telling, &ours))?;
            }
        }
    }
}

fn missing_return(telling: &Telling, ours: &ReportedPayment) -> NewBreak {
    let words = format!("payment {:012} was given back here, and not there", ours.id);
    let what = telling.new_break(BreakKind::MissingThere, ours.id, words);
    NewBreak { position: NewBreak::ITS_RETURN, expected: Some(ours.total), ..what }
}

impl Found {
    /// Adds what does not fit; what is there already gets the words as well.
    pub(super) fn push(&mut self, what: NewBreak) -> Result<(), ImportError> {
        if self.breaks.len() >= BREAKS_MAX {
            let why = format!(
                "more than {BREAKS_MAX} differences: it is not this hub's report, or not the day's; nothing was taken"
            );
            return Err(ImportError::refused(why));
        }
        match self.known.entry((what.kind, what.subject, what.subject_id, what.position)) {
            Entry::Occupied(known) => {
                if let Some(known) = self.breaks.get_mut(*known.get()) {
                    known.words = format!("{}; {}", known.words, what.words);
                    (known.expected, known.found) = (known.expected.or(what.expected), known.found.or(what.found));
                }
            }
            Entry::Vacant(new) => {
                new.insert(self.breaks.len());
                self.breaks.push(what);
            }
        }
        Ok(())
    }

    fn add(&mut self, telling: &Telling, payment: i64, verdicts: Vec<Finding>) -> Result<(), ImportError> {
        for Finding { kind, position, expected, found, words } in verdicts {
            self.push(NewBreak { position, expected, found, ..telling.new_break(kind, payment, words) })?;
        }
        Ok(())
    }

    /// A return that is told of: it turned up, and may be of another day here.
    fn given_back(
        &mut self,
        ledger: &Ledger,
        telling: &Telling,
        ours: &ReportedPayment,
        (from, until): (NaiveDateTime, NaiveDateTime),
    ) -> Result<(), ImportError> {
        let is_of_day = ours.state == PaymentState::Returned && from <= ours.state_since && ours.state_since < until;
        if !is_of_day {
            self.returned_apart.push(ours.id);
        }
        let breaks = ledger.read(|reader| reader.breaks_about(BreakSubject::Payment, ours.id))?;
        let missed = breaks.iter().filter(|one| telling.misses(one, NewBreak::ITS_RETURN) && is_open(one.state));
        self.turned_up.extend(missed.map(|one| one.id));
        Ok(())
    }

    /// A payment of another day: late, if its own day's report lacked it; a duplicate, if that or another one had it.
    fn of_another_day(
        &mut self,
        ledger: &Ledger,
        telling: &Telling,
        told: &Told,
        ours: &ReportedPayment,
        elsewhere: bool,
    ) -> Result<(), ImportError> {
        let Some(at) = (match telling.source {
            BreakSource::Biller => Some(ours.state_since),
            _ => ours.paid_at,
        }) else {
            return Ok(());
        };
        let day = at.and_utc().with_timezone(&ZONE).date_naive();
        let (own, breaks) = ledger.read(|reader| {
            let own = reader.report_of(telling.kind, &telling.partner, day)?;
            Ok((own, reader.breaks_about(BreakSubject::Payment, ours.id)?))
        })?;
        let missed: Vec<_> = breaks.iter().filter(|one| telling.misses(one, 0)).collect();
        // Its return was not asked for while it was missing itself.
        let is_returned = ours.state == PaymentState::Returned && ours.state_since < bounds(telling.day).0;
        if is_returned && told.back == 0 && telling.source == BreakSource::Gateway && !missed.is_empty() {
            let elsewhere = ledger.read(|reader| reader.returned_apart(&[ours.id]))?;
            if elsewhere.is_empty() {
                self.push(missing_return(telling, ours))?;
            }
        }
        self.turned_up.extend(missed.iter().filter(|one| is_open(one.state)).map(|one| one.id));
        if elsewhere || (own.is_some() && missed.is_empty()) {
            let words = format!("payment {:012} of {day} was in another report already", ours.id);
            let what = telling.new_break(BreakKind::Duplicate, ours.id, words);
            self.push(NewBreak { found: Some(told.amount), ..what })?;
        }
        Ok(())
    }
}

fn write(
    ledger: &Ledger,
    terms: &ImportTerms<'_>,
    file: &File,
    telling: Telling,
    found: Found,
    superseded: Option<i64>,
) -> Result<(), ImportError> {
    let now = terms.now;
    let import = file.begin(ledger, terms, telling.kind)?;
    let payouts =
        telling.payouts.chunks(SLICE).map(|some| ReportSlice { payouts: some.to_vec(), ..Default::default() });
    let apart = found.apart.chunks(SLICE).map(|some| ReportSlice { apart: some.to_vec(), ..Default::default() });
    let returned = found
        .returned_apart
        .chunks(SLICE)
        .map(|some| ReportSlice { returned_apart: some.to_vec(), ..Default::default() });
    let refunded = found
        .refunded_apart
        .chunks(SLICE)
        .map(|some| ReportSlice { refunded_apart: some.to_vec(), ..Default::default() });
    let breaks = found.breaks.chunks(SLICE).map(|some| ReportSlice { breaks: some.to_vec(), ..Default::default() });
    let mut again = Vec::new();
    for slice in payouts.chain(apart).chain(returned).chain(refunded).chain(breaks) {
        let staged = ledger.write_now(move |op| op.stage_report(import, &slice, now))?;
        again.extend(staged.ok_or(ImportError::Overtaken)?);
    }
    let end = ImportEnd {
        source: telling.partner,
        day: Some(telling.day),
        sequence: Some(telling.sequence),
        records: telling.records,
        known: 0,
        total: telling.total,
    };
    let turned_up = found.turned_up;
    let finished = ledger.write_now(move |op| op.finish_report(import, &end, superseded, &again, &turned_up, now))?;
    if finished { Ok(()) } else { Err(ImportError::Overtaken) }
}

/// Sums by payout, in the order of references.
#[derive(Default)]
pub(super) struct PayoutSums(BTreeMap<String, NewPayout>);

impl PayoutSums {
    pub(super) fn add(&mut self, head: &ReportHead, reference: &str, value_on: NaiveDate) -> &mut NewPayout {
        self.0.entry(reference.to_owned()).or_insert_with(|| NewPayout {
            gateway: gateway_of(head),
            reference: reference.to_owned(),
            value_on,
            captured: Money::ZERO,
            returned: Money::ZERO,
            fee: Money::ZERO,
        })
    }

    pub(super) fn finish(self) -> Vec<NewPayout> {
        self.0.into_values().collect()
    }
}

/// Whether the hub holds that the money was taken.
pub(super) fn is_taken(state: PaymentState) -> bool {
    use PaymentState as S;
    matches!(state, S::Taken | S::Confirmed | S::Returning | S::Returned | S::Cancelling | S::Cancelled)
}

/// The ledger, where a rule has to ask it.
pub(super) fn number_of(ledger: &Ledger, network: &str, reference: &str) -> Result<Option<i64>, LedgerError> {
    ledger.read(|reader| reader.payment_of_network(network, reference))
}

//! A run of matching: every entry that is not wholly matched is looked at by the rules, what they say is written, and what is
//! left is a break.

mod leftovers;
mod payouts;
mod references;

use std::collections::{BTreeMap, HashSet};

use chrono::{DateTime, NaiveDate, Utc};
use ledger::{
    BankEntry, BankPlace, BreakKind, BreakSource, BreakSubject, EntryState, Ledger, LedgerError, MatchOutcome,
    MatchRule, Matched, Money, NewBreak, Payout, WriteOp,
};

use super::awaited;
use super::rules::{self, Line, Verdict};
use crate::bank_days::BankHolidays;

/// Entries looked at at once.
const PAGE: i64 = 200;
/// Transactions of an entry looked at at once.
const DETAILS: i64 = 500;
/// Matches of one write: the writer is held for some milliseconds.
const SLICE: usize = 25;
/// Lines that are left to the last rule; more than that of them need the bank's attention, not ours.
const LEFT_MAX: usize = 200_000;
/// Breaks held until the end of a run, which may find that they are none; past that they are opened as they come.
const HELD_MAX: usize = 5_000;
/// Passes over the entries: what one matches, such as a transfer that then comes back, may let another match.
const PASSES: usize = 3;
/// Lines told of a run.
const TOLD_MAX: usize = 10_000;

/// What entries are matched by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MatchTerms {
    /// What the bank may take on the way without saying so.
    pub fee_tolerance: Money,
    /// How many days amount and date may be apart.
    pub date_span_days: u16,
    /// After how many days on which banks work what has not come is late.
    pub late_days: u16,
    /// When banks do not work.
    pub holidays: BankHolidays,
}

impl Default for MatchTerms {
    fn default() -> Self {
        Self { fee_tolerance: Money::ZERO, date_span_days: 3, late_days: 3, holidays: BankHolidays::default() }
    }
}

/// What a run did, or would do.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RunReport {
    /// Matches made, by rule.
    pub matches: BTreeMap<&'static str, u64>,
    /// Breaks opened.
    pub breaks: u64,
    /// What it did, in words.
    pub told: Vec<String>,
}

impl RunReport {
    /// All matches made.
    pub fn matched(&self) -> u64 {
        self.matches.values().sum()
    }

    fn tell(&mut self, what: impl FnOnce() -> String) {
        if self.told.len() < TOLD_MAX {
            self.told.push(what());
        }
    }
}

struct Run<'a> {
    ledger: &'a Ledger,
    terms: &'a MatchTerms,
    dry_run: bool,
    clock: &'a dyn Fn() -> DateTime<Utc>,
    report: RunReport,
    /// The references of all that is awaited; `None`: there are too many to hold.
    references: Option<HashSet<String>>,
    /// Credits that name a payout, by gateway and reference.
    payouts: BTreeMap<(String, String), (Payout, Vec<Line>)>,
    /// Lines that no reference helps.
    left: Vec<Line>,
    /// Breaks of this pass.
    breaks: Vec<NewBreak>,
}

/// Matches what can be matched, and opens breaks for the rest. A dry run writes nothing and tells what it would do. Each
/// step is written with the time that `clock` tells then.
pub fn run(
    ledger: &Ledger,
    terms: &MatchTerms,
    dry_run: bool,
    clock: &dyn Fn() -> DateTime<Utc>,
) -> Result<RunReport, LedgerError> {
    run_as_of(ledger, terms, dry_run, None, clock)
}

/// [`run`], where late is what is late at another moment than now.
pub fn run_as_of(
    ledger: &Ledger,
    terms: &MatchTerms,
    dry_run: bool,
    late_at: Option<DateTime<Utc>>,
    clock: &dyn Fn() -> DateTime<Utc>,
) -> Result<RunReport, LedgerError> {
    let (payouts, left, breaks) = (BTreeMap::new(), Vec::new(), Vec::new());
    let report = RunReport::default();
    let mut run = Run { ledger, terms, dry_run, clock, report, references: None, payouts, left, breaks };
    for _ in 0..PASSES {
        let before = run.report.matched();
        run.pass()?;
        if dry_run || run.report.matched() == before {
            break;
        }
    }
    let overdue = awaited::overdue(ledger, terms, late_at.unwrap_or_else(clock))?;
    run.breaks.extend(overdue);
    run.open_breaks()?;
    Ok(run.report)
}

impl Run<'_> {
    fn pass(&mut self) -> Result<(), LedgerError> {
        (self.payouts, self.left, self.breaks) = (BTreeMap::new(), Vec::new(), Vec::new());
        self.references = awaited::references(self.ledger)?;
        let mut after = i64::MIN;
        loop {
            let page = self.ledger.read(|reader| reader.open_bank_entries(after, PAGE))?;
            let Some(last) = page.last() else { break };
            after = last.id;
            for entry in &page {
                self.entry(entry)?;
            }
            if self.breaks.len() >= HELD_MAX {
                self.open_breaks()?;
            }
        }
        self.settle_payouts()?;
        self.by_amount_and_date()
    }

    fn entry(&mut self, entry: &BankEntry) -> Result<(), LedgerError> {
        let matched = match entry.state {
            EntryState::Open => Vec::new(),
            _ => self.ledger.read(|reader| reader.matched_of(entry.id))?,
        };
        let sum = Money::sum(matched.iter().map(|(_, amount)| *amount)).unwrap_or_default();
        let Some(left) = entry.amount.checked_sub(sum) else { return Ok(()) };
        if entry.details == 0 {
            return self.line(Line::whole(entry, None, left));
        }
        if entry.details == 1 {
            let details = self.ledger.read(|reader| reader.bank_details(entry.id, 0, 1))?;
            return self.line(Line::whole(entry, details.first(), left));
        }
        let mut after = 0;
        loop {
            let page = self.ledger.read(|reader| reader.bank_details(entry.id, after, DETAILS))?;
            let Some(last) = page.last() else { return Ok(()) };
            after = last.position;
            for detail in &page {
                if matched.iter().any(|(position, _)| *position == detail.position) {
                    continue;
                }
                match Line::part(entry, detail) {
                    Some(line) => self.line(line)?,
                    None => {
                        let line = Line { position: detail.position, ..Line::whole(entry, None, Money::ZERO) };
                        let words = "the bank does not say how much of the batch this transaction is".to_owned();
                        self.add_break(&line, BreakKind::Unknown, None, words);
                    }
                }
            }
        }
    }

    /// Takes the first rule that has something to say.
    fn line(&mut self, line: Line) -> Result<(), LedgerError> {
        if let Some(id) = line.transfer() {
            let (window, account, repeats) = (id.window, i16::from(id.account), i16::from(id.repeats));
            return match self.ledger.read(|reader| reader.transfer(window, account, repeats))? {
                Some(transfer) => {
                    let verdict = rules::end_to_end(&line, &transfer, self.terms.fee_tolerance);
                    self.take(&line, verdict)
                }
                None => {
                    let words = format!("it names transfer {id}, which is not the hub's");
                    self.add_break(&line, BreakKind::MissingHere, None, words);
                    Ok(())
                }
            };
        }
        let orders = if line.amount.minor() < 0 { line.orders() } else { Vec::new() };
        for message in orders {
            if let Some(order) = self.ledger.read(|reader| reader.transfer_order(message))? {
                let transfers = self.ledger.read(|reader| reader.transfers_ordered(order.id))?;
                let verdict = rules::order(&line, message, &transfers);
                return self.take(&line, verdict);
            }
        }
        if self.by_reference(&line)? {
            return Ok(());
        }
        if line.is_charge {
            let verdict = Verdict::Matches(MatchRule::Charges, vec![(Matched::Charges, line.amount)]);
            return self.take(&line, verdict);
        }
        if self.left.len() < LEFT_MAX {
            self.left.push(line);
        } else {
            let words = format!("it has no reference of ours, as more than {LEFT_MAX} entries have none");
            self.add_break(&line, BreakKind::Unknown, None, words);
        }
        Ok(())
    }

    /// Does what a rule says.
    fn take(&mut self, line: &Line, verdict: Verdict) -> Result<(), LedgerError> {
        let (rule, what) = match verdict {
            Verdict::Matches(rule, what) => (rule, what),
            Verdict::Breaks(kind, expected, words) => {
                self.add_break(line, kind, expected, words);
                return Ok(());
            }
        };
        self.told_match(line, rule, what.len());
        if self.dry_run {
            *self.report.matches.entry(rule.as_str()).or_default() += what.len() as u64;
            return Ok(());
        }
        let (entry, position, day) = (line.entry, line.position, line.booked_on);
        let named = line.transfer().or_else(|| line.references().into_iter().find_map(|text| text.parse().ok()));
        let biller = named.map(|id| id.biller.to_string()).unwrap_or_default();
        // A transfer and the charges on it stand in one slice: those of an order have none.
        for some in what.chunks(SLICE) {
            let (some, biller, now) = (some.to_vec(), biller.clone(), (self.clock)());
            let (outcomes, opened) = self.ledger.write_now(move |op: &mut WriteOp<'_>| {
                let (mut outcomes, mut opened) = (Vec::with_capacity(some.len()), 0);
                for (what, amount) in &some {
                    let outcome = op.match_entry(BankPlace { entry, position, amount: *amount }, rule, what, now)?;
                    if let (MatchOutcome::Made, Matched::TransferReturned(transfer, reason)) = (outcome, what) {
                        let found = came_back(&biller, *transfer, *amount, reason, day);
                        opened += u64::from(op.open_break(&found, None, now)?);
                    }
                    outcomes.push(outcome);
                }
                Ok((outcomes, opened))
            })?;
            self.report.breaks += opened;
            for outcome in outcomes {
                self.came_of(line, rule, outcome);
            }
        }
        Ok(())
    }

    fn came_of(&mut self, line: &Line, rule: MatchRule, outcome: MatchOutcome) {
        let words = match outcome {
            MatchOutcome::Made => {
                *self.report.matches.entry(rule.as_str()).or_default() += 1;
                return;
            }
            MatchOutcome::Known => return,
            MatchOutcome::Taken => {
                let words = "another entry is matched with what this one names".to_owned();
                return self.add_break(line, BreakKind::Duplicate, None, words);
            }
            MatchOutcome::Unfit(state) => format!("what it names is {state} by now"),
            MatchOutcome::TooMuch => "what it names comes to more than the entry has".to_owned(),
            MatchOutcome::Missing => "what it names is not there any more".to_owned(),
        };
        self.add_break(line, BreakKind::StatusDiffers, None, words);
    }

    fn told_match(&mut self, line: &Line, rule: MatchRule, count: usize) {
        self.report.tell(|| {
            format!("entry {} of {}, {}: {count} match(es) by {rule}", line.entry, line.booked_on, line.amount)
        });
    }

    fn add_break(&mut self, line: &Line, kind: BreakKind, expected: Option<Money>, words: String) {
        self.breaks.push(NewBreak {
            kind,
            source: BreakSource::Bank,
            partner: line.account.clone(),
            subject: BreakSubject::Entry,
            subject_id: line.entry,
            position: line.position,
            words,
            expected,
            found: Some(line.amount).filter(|amount| *amount != Money::ZERO),
            due_on: line.booked_on,
        });
    }

    fn open_breaks(&mut self) -> Result<(), LedgerError> {
        for some in std::mem::take(&mut self.breaks).chunks(SLICE) {
            for found in some {
                self.report.tell(|| format!("break: {}, {}: {}", found.kind, found.subject, found.words));
            }
            if self.dry_run {
                self.report.breaks += some.len() as u64;
                continue;
            }
            let (some, now) = (some.to_vec(), (self.clock)());
            self.report.breaks += self.ledger.write_now(move |op| {
                some.iter().try_fold(0, |sum, found| Ok(sum + u64::from(op.open_break(found, None, now)?)))
            })?;
        }
        Ok(())
    }
}

/// A transfer that came back: the biller is owed it again.
fn came_back(biller: &str, transfer: i64, amount: Money, reason: &str, day: NaiveDate) -> NewBreak {
    NewBreak {
        kind: BreakKind::Returned,
        source: BreakSource::Bank,
        partner: biller.to_owned(),
        subject: BreakSubject::Transfer,
        subject_id: transfer,
        position: 0,
        words: format!("the transfer came back: {reason}"),
        expected: None,
        found: Some(amount),
        due_on: day,
    }
}

//! Fraud: what stands between a quote and its payment.
//!
//! Every payment starts through [`Hub::pay_guarded`]. Without a rule or an entry of a list it reads nothing more than, once
//! in five seconds, whether there are any by now. Else it reads the lists and what the payer's phone, the contract and the
//! outlet started before: ranges of indexes, of rows that were committed, so that it is right with several processes and
//! after a restart. It decides outside of the writer: payments that start at the same moment do not see each other, but for
//! those of one address, which take turns.
//!
//! Where the payer's address is counted by a rule, the payment leaves a digest of it ([`Pay::address`]); where none counts
//! it, nothing is kept.

mod cards;
mod staff;
mod trial;
mod turns;

pub(crate) use cards::CardWord;

use std::sync::{Arc, PoisonError, RwLock};

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use ledger::{
    GuardEntry, GuardKey, GuardList, GuardOutcome, GuardRuleState, GuardSource, GuardSubject, Network, NewGuardHit,
    PastPayment, Pay, PayOutcome, PaymentState, Quote, StoredRule,
};

use self::turns::{Turn, Turns};
use super::{Hub, total};
use crate::api::Infrastructure;
use crate::form::mask;
use crate::guard::{Action, Attempt, Finding, HISTORY_MAX, Mode, RULES_MAX, Rule, Stopped};

/// How long rules and lists are believed before it is asked whether they have changed.
const FRESH: TimeDelta = TimeDelta::seconds(5);
/// How long a case waits for a person; never longer than its quote.
const CASE_LIFETIME: TimeDelta = TimeDelta::hours(24);
/// How far back a payment can be that waits at the gateway: its page is open for 45 minutes at most.
const AT_GATEWAY: TimeDelta = TimeDelta::hours(1);
/// Rows of a history.
const HISTORY: i64 = HISTORY_MAX as i64;

/// Rules that hold, by the numbers of their rows.
type Rules = Arc<Vec<(i64, Rule)>>;

/// Rules and lists as they stood when they were last read, and turns of payments that they count.
#[derive(Default)]
pub(super) struct Guard {
    known: RwLock<Known>,
    turns: Turns,
}

#[derive(Default, Clone)]
struct Known {
    version: i64,
    asked_at: Option<DateTime<Utc>>,
    /// Those that are not off.
    rules: Rules,
    /// Whether any was ever agreed to, off or not: without one no person has refused a payment.
    has_rules: bool,
    has_entries: bool,
    has_cards: bool,
    /// How long the networks on lists are, of 128 bits.
    lengths: Arc<Vec<u8>>,
}

/// What of rules and lists is read anew.
struct Fresh {
    rules: Vec<StoredRule>,
    has_entries: bool,
    has_cards: bool,
    lengths: Vec<u8>,
}

/// Who is to pay what.
pub(super) struct Payer<'a> {
    pub quote: &'a Quote,
    pub phone: Option<&'a str>,
    pub outlet: Option<&'a str>,
    /// What the payer's address is known by, on the web.
    pub address: Option<Network>,
}

/// What was found of a payment that is to start.
#[derive(Default)]
pub(super) struct Gate {
    /// What stops it.
    stop: Option<NewGuardHit>,
    /// What rules that only simulate would have done.
    notes: Vec<NewGuardHit>,
    /// When the quote ends.
    quote_ends: DateTime<Utc>,
    phone: Option<String>,
    /// The payer's address, where a rule counts it.
    address: Option<Network>,
}

impl Hub {
    /// Rules and lists, read again if they have changed.
    async fn known_guard(&self) -> Result<Known, Infrastructure> {
        let known = self.guard.known.read().unwrap_or_else(PoisonError::into_inner).clone();
        let now = self.now();
        // A clock that was set back asks again as well.
        if known.asked_at.is_some_and(|asked| asked <= now && now < asked + FRESH) {
            return Ok(known);
        }
        self.read_guard(known.asked_at.map(|_| known)).await
    }

    /// Reads rules and lists, unless they are as they were known.
    async fn read_guard(&self, known: Option<Known>) -> Result<Known, Infrastructure> {
        let now = self.now();
        let limit = i64::try_from(2 * RULES_MAX).unwrap_or(i64::MAX);
        let before = known.as_ref().map(|known| known.version);
        let (version, fresh) = self
            .read(move |reader| {
                let version = reader.guard_version()?;
                if before == Some(version) {
                    return Ok((version, None));
                }
                let fresh = Fresh {
                    rules: reader.guard_rules(limit)?,
                    has_entries: reader.has_guard_entries()?,
                    has_cards: reader.has_guard_cards()?,
                    lengths: reader.listed_lengths()?,
                };
                Ok((version, Some(fresh)))
            })
            .await?;
        let fresh = match (fresh, known) {
            (None, known) => Known { asked_at: Some(now), ..known.unwrap_or_default() },
            (Some(Fresh { rules: stored, has_entries, has_cards, lengths }), _) => {
                let (mut rules, mut has_rules) = (Vec::new(), false);
                for stored in stored.into_iter().filter(|stored| stored.state == GuardRuleState::InForce) {
                    has_rules = true;
                    let rule = read_rule(&stored.code, &stored.definition)?;
                    if rule.mode != Mode::Off {
                        rules.push((stored.id, rule));
                    }
                }
                let (rules, lengths) = (Arc::new(rules), Arc::new(lengths));
                Known { version, asked_at: Some(now), rules, has_rules, has_entries, has_cards, lengths }
            }
        };
        *self.guard.known.write().unwrap_or_else(PoisonError::into_inner) = fresh.clone();
        Ok(fresh)
    }

    /// What rules and lists say of a payment that is to start.
    pub(super) async fn gate(&self, payer: &Payer<'_>) -> Result<Gate, Infrastructure> {
        let Known { rules, has_rules, has_entries, lengths, .. } = self.known_guard().await?;
        let quote = payer.quote;
        let attempt = Attempt {
            quote: quote.id,
            biller: quote.biller,
            channel: quote.channel,
            instrument: quote.instrument,
            total: total(&quote.amounts)?,
            now: self.now(),
        };
        let asked: Vec<(i64, Rule)> = rules.iter().filter(|(_, rule)| rule.concerns(&attempt)).cloned().collect();
        if !has_rules && !has_entries {
            return Ok(Gate::default());
        }
        let (phone, outlet) = (payer.phone.map(str::to_owned), payer.outlet.map(str::to_owned));
        let address = payer.address;
        let wanted = asked.clone();
        let (entries, refused, histories) = self
            .read(move |reader| {
                let mut keys: Vec<GuardKey> = phone.map(GuardKey::Phone).into_iter().collect();
                keys.extend(outlet.map(GuardKey::Outlet));
                keys.extend(reader.customer_of_quote(attempt.quote)?.map(GuardKey::Contract));
                keys.extend(address.map(GuardKey::Address));
                let now = attempt.now.naive_utc();
                let mut listed = keys.clone();
                listed.extend(address.iter().flat_map(|address| address.within(&lengths)).map(GuardKey::Address));
                let entries = if has_entries { reader.guard_entries_of(&listed, now)? } else { Vec::new() };
                // A person's refusal ends the quote, whatever rules find by now.
                let refused = reader.refused_guard_case(attempt.quote)?;
                let refused = refused.map(|case| reader.guard_case(case, now)).transpose()?.flatten();
                let counted = keys.into_iter().filter_map(|key| {
                    let of_key = wanted.iter().filter(|(_, rule)| rule.kind.subject() == Some(key.subject()));
                    let since = of_key.map(|(_, rule)| rule.kind.since(attempt.now)).min()?;
                    Some((key, since.naive_utc()))
                });
                let counted: Vec<(GuardKey, NaiveDateTime)> = counted.collect();
                Ok((entries, refused, reader.past_payments_of(&counted, HISTORY)?))
            })
            .await?;
        let mut gate = Gate {
            quote_ends: quote.expires_at.and_utc(),
            phone: payer.phone.map(str::to_owned),
            address: payer.address.filter(|_| asked.iter().any(|(_, rule)| counts_address(rule))),
            ..Gate::default()
        };
        let hit = |source, source_id, name: &str, outcome, finding: &Finding| {
            Ok::<_, Infrastructure>(NewGuardHit {
                quote: quote.id,
                source,
                source_id,
                name: name.to_owned(),
                outcome,
                explanation: serde_json::to_string(finding)
                    .map_err(|error| Infrastructure::Failed(format!("a finding cannot be kept: {error}")))?,
                biller: quote.biller,
                channel: quote.channel,
                instrument: quote.instrument,
                amount: attempt.total,
                outlet: payer.outlet.unwrap_or_default().to_owned(),
                phone: payer.phone.map(mask).unwrap_or_default(),
            })
        };
        let on = |list| entries.iter().find(|entry| entry.list == list);
        if let Some(GuardEntry { id, subject, shown, .. }) = on(GuardList::Block) {
            let finding = Finding::Blocked { subject: *subject, shown: shown.clone() };
            gate.stop = Some(hit(GuardSource::List, *id, shown, GuardOutcome::Refused, &finding)?);
            return Ok(gate);
        }
        if let Some(refused) = refused {
            gate.stop = Some(refused.hit.what);
            return Ok(gate);
        }
        if on(GuardList::Allow).is_some() {
            return Ok(gate);
        }
        for (id, rule) in &asked {
            let of_rule = |(subject, _): &&(GuardSubject, Vec<PastPayment>)| rule.kind.subject() == Some(*subject);
            let history = match (rule.kind.subject(), histories.iter().find(of_rule)) {
                (None, _) => &[][..],
                (Some(_), Some((_, history))) => history,
                // A payer who leaves no phone, is at no outlet, or comes from no address is not counted by it, and of a card
                // nothing is known so far.
                (Some(_), None) => continue,
            };
            let Some(finding) = rule.finds(&attempt, history) else { continue };
            let outcome = match (rule.mode, rule.action) {
                (Mode::Off, _) => continue,
                (Mode::On, Action::Refuse) => GuardOutcome::Refused,
                (Mode::On, Action::Review) => GuardOutcome::InReview,
                (Mode::Simulate, Action::Refuse) => GuardOutcome::WouldRefuse,
                (Mode::Simulate, Action::Review) => GuardOutcome::WouldReview,
            };
            let found = hit(GuardSource::Rule, *id, &rule.code, outcome, &finding)?;
            match outcome {
                GuardOutcome::WouldRefuse | GuardOutcome::WouldReview | GuardOutcome::NotCounted => {
                    gate.notes.push(found)
                }
                // A refusal is stronger than a review; of two the first by code is told.
                GuardOutcome::Refused => match &gate.stop {
                    Some(stop) if stop.outcome == GuardOutcome::Refused => {}
                    _ => gate.stop = Some(found),
                },
                GuardOutcome::InReview => {
                    gate.stop.get_or_insert(found);
                }
            }
        }
        Ok(gate)
    }

    /// [`Self::pay_unless`], past the guard: a payment that the same request started before is none the worse for what the
    /// guard says by now. A release of the quote is used up by the payment that it starts.
    pub(super) async fn pay_guarded<E: From<Infrastructure> + From<Stopped>>(
        &self,
        objection: Option<E>,
        payer: &Payer<'_>,
        pay: Pay,
    ) -> Result<PayOutcome, E> {
        if objection.is_some() {
            return self.pay_unless(objection, pay).await;
        }
        // Held until the payment is written: of two of one address the second counts the first.
        let turn = self.turn_of(payer).await;
        let Gate { stop, notes, quote_ends, phone, address } = match self.gate(payer).await {
            Ok(gate) => gate,
            // Nothing new starts unchecked; what has started is told all the same.
            Err(error) => {
                return match self.pay(Pay { only_replay: true, ..pay }).await? {
                    PayOutcome::NotStarted => Err(error.into()),
                    outcome => Ok(outcome),
                };
            }
        };
        let pay = Pay { address, ..pay };
        let (now, quote) = (self.now().naive_utc(), payer.quote.id);
        let Some(stop) = stop else {
            let outcome = self.pay(pay).await?;
            drop(turn);
            if matches!(outcome, PayOutcome::Started(_)) && !notes.is_empty() {
                let kept =
                    self.write(move |op| notes.iter().try_for_each(|note| op.keep_guard_hit(note, now).map(drop)));
                // The payment has started: that a note of it is lacking is not for the payer to hear.
                if let Err(error) = kept.await {
                    tracing::error!(quote, %error, "what rules would have done was not written down");
                }
            }
            return Ok(outcome);
        };
        match self.pay(Pay { only_replay: true, ..pay.clone() }).await? {
            PayOutcome::NotStarted => {}
            outcome => return Ok(outcome),
        }
        if let Some(waiting) = self.waits_at_gateway(quote, phone).await? {
            return Ok(PayOutcome::BeingPaid(waiting));
        }
        // A person has released what was to be reviewed: not what is refused.
        let released = match stop.outcome {
            GuardOutcome::InReview => self.write(move |op| op.claim_guard_release(quote, now)).await?,
            _ => None,
        };
        if let Some(case) = released {
            // Trouble of our own may have started it: the release stays used.
            let outcome = self.pay(pay).await?;
            if !matches!(outcome, PayOutcome::Started(_)) {
                // Whether or not that is done, the payer hears what became of the payment.
                if let Err(error) = self.write(move |op| op.return_guard_release(case)).await {
                    tracing::error!(case, %error, "a release was not given back");
                }
            }
            return Ok(outcome);
        }
        Err(self.stop(stop, quote_ends).await?.into())
    }

    /// The turn of the payer's address, where a rule that decides counts it.
    async fn turn_of(&self, payer: &Payer<'_>) -> Option<Turn> {
        let address = payer.address?;
        // Where rules cannot be read nothing new starts.
        let Known { rules, .. } = self.known_guard().await.ok()?;
        let decides = rules.iter().any(|(_, rule)| rule.mode == Mode::On && counts_address(rule));
        if decides { self.guard.turns.take(&address).await } else { None }
    }

    /// The payer's own payment of this quote that waits at the gateway: nothing new starts, they go on with it.
    async fn waits_at_gateway(&self, quote: i64, phone: Option<String>) -> Result<Option<i64>, Infrastructure> {
        let Some(phone) = phone else { return Ok(None) };
        let since = (self.now() - AT_GATEWAY).naive_utc();
        let past = self.read(move |reader| reader.past_payments(&GuardKey::Phone(phone), since, HISTORY)).await?;
        let waits = |past: &&PastPayment| past.quote == quote && past.state == PaymentState::Awaiting;
        Ok(past.iter().find(waits).map(|past| past.id))
    }

    /// Writes down that a payment is stopped; what the payer is told.
    async fn stop(&self, hit: NewGuardHit, quote_ends: DateTime<Utc>) -> Result<Stopped, Infrastructure> {
        let now = self.now();
        let expires_at = (now + CASE_LIFETIME).min(quote_ends).naive_utc();
        let now = now.naive_utc();
        let refused = match hit.outcome {
            GuardOutcome::InReview => {
                let quote = hit.quote;
                self.read(move |reader| reader.refused_guard_case(quote)).await?.is_some()
            }
            _ => true,
        };
        tracing::warn!(target: "security", source = %hit.source, number = hit.source_id, outcome = %hit.outcome, "a payment was stopped");
        let id = self
            .write(move |op| {
                let id = op.keep_guard_hit(&hit, now)?;
                if !refused {
                    op.open_guard_case(hit.quote, id, now, expires_at)?;
                }
                Ok(id)
            })
            .await?;
        Ok(Stopped { in_review: !refused, reference: format!("G{id:012}") })
    }

    /// What this process decides by is what was just written.
    async fn reread_guard(&self) -> Result<(), Infrastructure> {
        self.read_guard(None).await.map(drop)
    }
}

/// Whether a rule counts by the payer's address.
fn counts_address(rule: &Rule) -> bool {
    rule.kind.subject() == Some(GuardSubject::Address)
}

/// A rule as it was kept.
fn read_rule(code: &str, definition: &str) -> Result<Rule, Infrastructure> {
    serde_json::from_str(definition)
        .map_err(|error| Infrastructure::Failed(format!("guard rule {code} as stored: {error}")))
}

/// What was found, as it was kept.
fn read_finding(hit: &ledger::GuardHit) -> Result<Finding, Infrastructure> {
    serde_json::from_str(&hit.what.explanation)
        .map_err(|error| Infrastructure::Failed(format!("the explanation of guard hit {}: {error}", hit.id)))
}

//! What staff do about fraud. What is done stands in the audit log by the same commit.

use chrono::{DateTime, TimeDelta, Utc};
use ledger::{
    Actor, AuditEntry, CaseOutcome, GuardEntry, GuardKey, GuardList, KeptEntry, Network, NewGuardEntry, Payment,
    Reference, RuleDecided,
};

use super::cards::{digits_of, shown};
use super::{Hub, read_finding, read_rule};
use crate::api::Infrastructure;
use crate::form::mask;
use crate::guard::{CaseView, HitView, ListError, ListLine, Listed, RULES_MAX, Rule, RuleView};
use crate::hub::{detail, total};
use crate::phone;

/// Most rows of a page.
const PAGE_MAX: i64 = 200;
/// How long a released quote may be paid; never longer than it lives.
const RELEASE_LIFETIME: TimeDelta = TimeDelta::hours(24);
/// Most hits of a rule that are counted.
const HITS_COUNTED_MAX: i64 = 1_000;

impl Hub {
    /// Cases that wait for a person after a number, the oldest first, at most 200.
    pub async fn guard_cases(&self, after: i64, limit: i64) -> Result<Vec<CaseView>, Infrastructure> {
        let now = self.now().naive_utc();
        let found = self.read(move |reader| reader.open_guard_cases(after, limit.clamp(1, PAGE_MAX), now)).await?;
        let mut views = Vec::with_capacity(found.len());
        for case in found {
            let finding = read_finding(&case.hit)?;
            views.push(CaseView { case, finding, related: Vec::new(), contract: String::new() });
        }
        Ok(views)
    }

    /// A case by its number, with the payments that were counted.
    pub async fn guard_case(&self, id: i64) -> Result<Option<CaseView>, Infrastructure> {
        let now = self.now().naive_utc();
        let found = self.read(move |reader| {
            let Some(case) = reader.guard_case(id, now)? else { return Ok(None) };
            let quote = reader.quote_of(case.quote)?;
            Ok(Some((case, quote)))
        });
        let Some((case, quote)) = found.await? else { return Ok(None) };
        let finding = read_finding(&case.hit)?;
        let counted = finding.payments().to_vec();
        let payments: Vec<Payment> = self
            .read(move |reader| {
                let mut found = Vec::new();
                for id in counted {
                    found.extend(reader.payment_of(id)?);
                }
                Ok(found)
            })
            .await?;
        let mut related = Vec::with_capacity(payments.len());
        for payment in payments {
            related.push((payment.reference.id(), total(&payment.amounts)?));
        }
        let contract = match quote {
            Some(quote) => detail::read::<detail::QuoteDetail>(&quote.detail)?.contract_masked,
            None => String::new(),
        };
        Ok(Some(CaseView { case, finding, related, contract }))
    }

    /// A person's word on a case: its quote may be paid once, or it is refused for good.
    pub async fn decide_guard_case(
        &self,
        id: i64,
        release: bool,
        note: String,
        by: Actor,
        entry: AuditEntry,
    ) -> Result<CaseOutcome, Infrastructure> {
        let now = self.now();
        let found = self.read(move |reader| {
            let Some(case) = reader.guard_case(id, now.naive_utc())? else { return Ok(None) };
            reader.quote_of(case.quote)
        });
        let ends = found.await?.map(|quote| quote.expires_at);
        let until = (now + RELEASE_LIFETIME).naive_utc();
        let until = release.then(|| ends.map_or(now.naive_utc(), |ends| ends.min(until)));
        self.write(move |op| {
            let outcome = op.decide_guard_case(id, until, &by, &note, now.naive_utc())?;
            if outcome == CaseOutcome::Done {
                op.audit(&entry, now)?;
            }
            Ok(outcome)
        })
        .await
    }

    /// Decisions below a number, of a rule's row or of all, the newest first, at most 200.
    pub async fn guard_hits(
        &self,
        rule: Option<i64>,
        before: Option<i64>,
        limit: i64,
    ) -> Result<Vec<HitView>, Infrastructure> {
        let found = self.read(move |reader| reader.guard_hits(rule, before, limit.clamp(1, PAGE_MAX))).await?;
        let view = |hit| Ok(HitView { finding: read_finding(&hit)?, hit });
        found.into_iter().map(view).collect()
    }

    /// The rules that hold or wait for a second person.
    pub async fn guard_rules(&self) -> Result<Vec<RuleView>, Infrastructure> {
        let limit = i64::try_from(2 * RULES_MAX).unwrap_or(i64::MAX);
        let found = self
            .read(move |reader| {
                let mut found = Vec::new();
                for stored in reader.guard_rules(limit)? {
                    let hits = reader.guard_hits_of(stored.id, HITS_COUNTED_MAX)?;
                    found.push((stored, hits));
                }
                Ok(found)
            })
            .await?;
        let view = |(stored, hits): (ledger::StoredRule, i64)| {
            let rule = read_rule(&stored.code, &stored.definition)?;
            Ok(RuleView { stored, rule, hits })
        };
        found.into_iter().map(view).collect()
    }

    /// Proposes a rule, or another wording of one, to a second person; `None`, and nothing done: one of its code waits
    /// already, or there are too many. It must be without fault.
    pub async fn propose_guard_rule(
        &self,
        rule: Rule,
        by: Actor,
        entry: AuditEntry,
    ) -> Result<Option<i64>, Infrastructure> {
        let known = self.guard_rules().await?;
        if known.len() >= RULES_MAX && !known.iter().any(|known| known.stored.code == rule.code) {
            return Ok(None);
        }
        let definition = serde_json::to_string(&rule)
            .map_err(|error| Infrastructure::Failed(format!("a rule cannot be stored: {error}")))?;
        let now = self.now();
        self.write(move |op| {
            let id = op.propose_guard_rule(&rule.code, &definition, &by, now.naive_utc())?;
            if id.is_some() {
                op.audit(&entry, now)?;
            }
            Ok(id)
        })
        .await
    }

    /// The second person's word on a rule; whoever proposed it may take it back.
    pub async fn decide_guard_rule(
        &self,
        id: i64,
        approve: bool,
        by: Actor,
        entry: AuditEntry,
    ) -> Result<RuleDecided, Infrastructure> {
        let now = self.now();
        let decided = self
            .write(move |op| {
                let decided = op.decide_guard_rule(id, approve, &by, now.naive_utc())?;
                if decided == RuleDecided::Done {
                    op.audit(&entry, now)?;
                }
                Ok(decided)
            })
            .await?;
        self.reread_guard().await?;
        Ok(decided)
    }

    /// Entries of the lists below a number, the newest first, at most 200.
    pub async fn guard_entries(&self, before: Option<i64>, limit: i64) -> Result<Vec<GuardEntry>, Infrastructure> {
        self.read(move |reader| reader.guard_entries(before, limit.clamp(1, PAGE_MAX))).await
    }

    /// Puts somebody on a list, from now until a moment or for good; the entry's number.
    pub async fn add_guard_entry(
        &self,
        list: GuardList,
        who: Listed,
        reason: String,
        ends_at: Option<DateTime<Utc>>,
        by: Actor,
        entry: AuditEntry,
    ) -> Result<i64, ListError> {
        let now = self.now();
        if ends_at.is_some_and(|ends| ends <= now) {
            return Err(ListError::Over);
        }
        let (key, shown) = self.listed(who).await?;
        let ends_at = ends_at.map(|ends| ends.naive_utc());
        let new = NewGuardEntry { list, key, shown, reason, by, now: now.naive_utc(), ends_at };
        let kept = self
            .write(move |op| {
                let kept = op.add_guard_entry(&new)?;
                if let KeptEntry::New(_) = kept {
                    op.audit(&entry, now)?;
                }
                Ok(kept)
            })
            .await?;
        self.reread_guard().await?;
        match kept {
            KeptEntry::New(id) => Ok(id),
            KeptEntry::Listed(_) => Err(ListError::Listed),
        }
    }

    /// Puts many on lists in one commit; how many. `Err` within: nobody is listed, and why not, by the numbers of lines.
    pub async fn import_guard_entries(
        &self,
        lines: Vec<(usize, ListLine)>,
        by: Actor,
        entry: AuditEntry,
    ) -> Result<Result<usize, Vec<(usize, ListError)>>, Infrastructure> {
        let now = self.now();
        let (mut new, mut faults) = (Vec::<(usize, NewGuardEntry)>::new(), Vec::new());
        for (at, line) in lines {
            let (key, shown) = match self.listed(line.who).await {
                Ok(found) => found,
                Err(ListError::Infrastructure(trouble)) => return Err(trouble),
                Err(fault) => {
                    faults.push((at, fault));
                    continue;
                }
            };
            if new.iter().any(|(_, other)| other.list == line.list && other.key == key) {
                faults.push((at, ListError::Listed));
                continue;
            }
            let ends_at = line.ends_at.map(|ends| ends.naive_utc());
            let (list, reason, by) = (line.list, line.reason, by.clone());
            new.push((at, NewGuardEntry { list, key, shown, reason, by, now: now.naive_utc(), ends_at }));
        }
        let asked: Vec<(GuardKey, GuardList)> = new.iter().map(|(_, new)| (new.key.clone(), new.list)).collect();
        let listed: Vec<bool> = self
            .read(move |reader| {
                let mut listed = Vec::with_capacity(asked.len());
                for (key, list) in asked {
                    let found = reader.guard_entries_of(&[key], now.naive_utc())?;
                    listed.push(found.iter().any(|entry| entry.list == list));
                }
                Ok(listed)
            })
            .await?;
        faults
            .extend(new.iter().zip(listed).filter(|(_, listed)| *listed).map(|((at, _), _)| (*at, ListError::Listed)));
        if !faults.is_empty() {
            faults.sort_by_key(|(at, _)| *at);
            return Ok(Err(faults));
        }
        let count = new.len();
        let write = self.write(move |op| {
            for (_, new) in &new {
                // One that somebody listed meanwhile is listed.
                op.add_guard_entry(new)?;
            }
            op.audit(&entry, now)
        });
        write.await?;
        self.reread_guard().await?;
        Ok(Ok(count))
    }

    /// Takes an entry off its list; whether it was on it.
    pub async fn remove_guard_entry(&self, id: i64, by: Actor, entry: AuditEntry) -> Result<bool, Infrastructure> {
        let removed = self.write_audited(entry, move |op, now| op.remove_guard_entry(id, &by, now.naive_utc())).await?;
        self.reread_guard().await?;
        Ok(removed)
    }

    /// Who is meant, and how they may be shown.
    async fn listed(&self, who: Listed) -> Result<(GuardKey, String), ListError> {
        Ok(match who {
            Listed::Phone(typed) => {
                let phone = phone::normalise(&typed)?;
                let shown = mask(&phone);
                (GuardKey::Phone(phone), shown)
            }
            Listed::PhoneOf(payment) => {
                let known = self.payment_to_list(&payment).await?.phone().map_err(Infrastructure::from)?;
                let phone = known.ok_or(ListError::Payment)?;
                let shown = mask(&phone);
                (GuardKey::Phone(phone), shown)
            }
            Listed::Contract(biller, kind, typed) => {
                let catalogue = self.catalogue();
                let kind = catalogue.get(biller).and_then(|biller| biller.receivable_type(&kind));
                let kind = kind.ok_or(ListError::Contract)?;
                let key = detail::customer_key_of(biller, kind, &typed).ok_or(ListError::Contract)?;
                (GuardKey::Contract(key), format!("{biller} {}", mask(&typed)))
            }
            Listed::ContractOf(payment) => {
                let quote = self.payment_to_list(&payment).await?.quote;
                let found = self.read(move |reader| Ok((reader.quote_of(quote)?, reader.customer_of_quote(quote)?)));
                let (Some(quote), Some(key)) = found.await? else { return Err(ListError::Payment) };
                let shown = detail::read::<detail::QuoteDetail>(&quote.detail)?.contract_masked;
                (GuardKey::Contract(key), format!("{} {shown}", quote.biller))
            }
            Listed::Card(typed) => {
                let digits = digits_of(&typed).ok_or(ListError::Card)?;
                let shown = shown(&digits);
                (GuardKey::Card(digits), shown)
            }
            Listed::CardOf(payment) => {
                let digits = digits_of(&self.payment_to_list(&payment).await?.card_mask).ok_or(ListError::Payment)?;
                let shown = shown(&digits);
                (GuardKey::Card(digits), shown)
            }
            Listed::Network(typed) => {
                let network: Network = typed.trim().parse()?;
                (GuardKey::Address(network), network.shown())
            }
            Listed::AddressOf(payment) => {
                let id = self.payment_to_list(&payment).await?.id;
                let found = self.read(move |reader| reader.address_of_payment(id)).await?;
                // It is shown nowhere: the payment says which one is meant.
                (found.ok_or(ListError::Payment)?, format!("#{id}"))
            }
            Listed::Outlet(number) => {
                self.networks().outlet(&number).ok_or(ListError::Outlet)?;
                (GuardKey::Outlet(number.clone()), number)
            }
        })
    }

    async fn payment_to_list(&self, payment: &str) -> Result<Payment, ListError> {
        let found = match (payment.parse::<Reference>(), payment.parse::<i64>()) {
            (Ok(reference), _) => self.read(move |reader| reader.payment(reference)).await?,
            (Err(_), Ok(id)) => self.read(move |reader| reader.payment_of(id)).await?,
            (Err(_), Err(_)) => None,
        };
        found.ok_or(ListError::Payment)
    }
}

//! Cards of which nothing, or no more, is taken. Their digits are known once the gateway has accepted: then the money goes
//! back, in the commit that hears of it, and the biller is told nothing.

use ledger::{
    Amounts, GuardEntry, GuardKey, GuardList, GuardOutcome, GuardSource, GuardSubject, GuardTrace, NewGuardHit,
    PastPayment, Payment, PaymentState,
};

use super::super::{Hub, total};
use super::turns::Turn;
use super::{HISTORY, Known};
use crate::api::Infrastructure;
use crate::form::mask;
use crate::guard::{Attempt, Finding, Mode, Rule};

/// Digits of a card that may stand at its beginning and must at its end in a mask (PCI DSS 3.4.1).
const FIRST_MAX: usize = 6;
const LAST: usize = 4;

/// What a mask shows of a card: `400000*0010`, however many digits it hides. A whole number is none.
pub(super) fn digits_of(mask: &str) -> Option<String> {
    let is_hidden = |c: char| matches!(c, '*' | 'x' | 'X' | '•');
    let plain: String = mask.chars().filter(|c| c.is_ascii_digit() || is_hidden(*c)).collect();
    let (first, rest) = plain.split_at(plain.find(is_hidden)?);
    let last = rest.trim_start_matches(is_hidden);
    let is_sound = (1..=FIRST_MAX).contains(&first.len()) && last.len() == LAST && !last.contains(is_hidden);
    is_sound.then(|| format!("{first}*{last}"))
}

/// As it may be shown.
pub(super) fn shown(digits: &str) -> String {
    digits.replace('*', "******")
}

/// Whether digits are enough to tell one card from others: as many as may be kept.
fn is_fine(digits: &str) -> bool {
    digits.len() == FIRST_MAX + 1 + LAST
}

/// What rules and lists say of a card that was accepted.
#[derive(Default)]
pub(crate) struct CardWord {
    /// Whether the money may not stay.
    pub is_refused: bool,
    /// What the payment leaves for rules that count by card.
    pub counted: Option<GuardTrace>,
    /// Held until the payment is written, so that the next of this card counts it.
    _turn: Option<Turn>,
}

/// What is known of an accepted card.
struct Found {
    stored: Payment,
    entries: Vec<GuardEntry>,
    history: Vec<PastPayment>,
}

impl Hub {
    /// What rules and lists say of a card that was accepted for a payment; written down once for a quote and rule or entry.
    /// Without a card on any list and without a rule by card it reads nothing. What was accepted before stays as it was
    /// decided. The word is to be held until the payment is written.
    pub(crate) async fn judge_card(&self, payment: i64, card_mask: &str) -> Result<CardWord, Infrastructure> {
        let Known { rules, has_cards, .. } = self.known_guard().await?;
        let by_card = |rule: &Rule| rule.kind.subject() == Some(GuardSubject::Card);
        let rules: Vec<(i64, Rule)> = rules.iter().filter(|(_, rule)| by_card(rule)).cloned().collect();
        let digits = digits_of(card_mask);
        if rules.is_empty() && (!has_cards || digits.is_none()) {
            return Ok(CardWord::default());
        }
        let counted = digits.clone().filter(|digits| is_fine(digits));
        let turn = match &counted {
            Some(digits) if rules.iter().any(|(_, rule)| rule.mode == Mode::On) => self.guard.turns.take(digits).await,
            _ => None,
        };
        let now = self.now();
        let since = rules.iter().map(|(_, rule)| rule.kind.since(now)).min();
        let wanted = counted.clone().map(GuardKey::Card).zip(since.map(|since| since.naive_utc()));
        let key = digits.clone().map(GuardKey::Card);
        let has_rules = !rules.is_empty();
        let found = self
            .read(move |reader| {
                let stored = reader.payment_of(payment)?.filter(|stored| is_first_heard(stored.state));
                let Some(stored) = stored else { return Ok(None) };
                let mut keys: Vec<GuardKey> = key.into_iter().collect();
                // Of whom no rule is asked, none is asked about the card either.
                if has_rules {
                    keys.extend(stored.phone()?.map(GuardKey::Phone));
                    keys.extend(reader.customer_of_quote(stored.quote)?.map(GuardKey::Contract));
                }
                let entries = reader.guard_entries_of(&keys, now.naive_utc())?;
                let history = match wanted {
                    Some((key, since)) => reader.past_payments(&key, since, HISTORY)?,
                    None => Vec::new(),
                };
                Ok(Some(Found { stored, entries, history }))
            })
            .await?;
        let Some(Found { stored, entries, history }) = found else { return Ok(CardWord::default()) };
        let mut word = CardWord { _turn: turn, ..CardWord::default() };
        let blocked = |entry: &&GuardEntry| entry.list == GuardList::Block && entry.subject == GuardSubject::Card;
        if let Some(GuardEntry { id, subject, shown, .. }) = entries.iter().find(blocked) {
            let finding = Finding::Blocked { subject: *subject, shown: shown.clone() };
            let hit = hit(&stored, (GuardSource::List, *id, shown), GuardOutcome::Refused, &finding)?;
            word.is_refused = true;
            self.keep_card_hits(payment, vec![hit]).await;
            return Ok(word);
        }
        let attempt = Attempt {
            quote: stored.quote,
            biller: stored.biller,
            channel: stored.channel,
            instrument: stored.instrument,
            total: total(&stored.amounts)?,
            now,
        };
        let concerned = || rules.iter().filter(|(_, rule)| rule.concerns(&attempt));
        if concerned().next().is_some() {
            word.counted = counted.as_deref().map(GuardTrace::of_card);
        }
        if entries.iter().any(|entry| entry.list == GuardList::Allow) {
            return Ok(word);
        }
        let (mut stop, mut notes) = (None, Vec::new());
        for (id, rule) in concerned() {
            let finding = match &counted {
                Some(_) => rule.finds(&attempt, &history),
                None => Some(Finding::Coarse { shown: digits.as_deref().map(shown).unwrap_or_default() }),
            };
            let Some(finding) = finding else { continue };
            let outcome = match (&finding, rule.mode) {
                (Finding::Coarse { .. }, _) => GuardOutcome::NotCounted,
                (_, Mode::On) => GuardOutcome::Refused,
                (_, Mode::Simulate) => GuardOutcome::WouldRefuse,
                (_, Mode::Off) => continue,
            };
            let found = hit(&stored, (GuardSource::Rule, *id, &rule.code), outcome, &finding)?;
            match outcome {
                // Of two the first by code is told.
                GuardOutcome::Refused => {
                    stop.get_or_insert(found);
                }
                _ => notes.push(found),
            }
        }
        word.is_refused = stop.is_some();
        self.keep_card_hits(payment, stop.map_or(notes, |stop| vec![stop])).await;
        Ok(word)
    }

    /// Writes down what was decided of a card. What is decided does not hang on its being written down.
    async fn keep_card_hits(&self, payment: i64, hits: Vec<NewGuardHit>) {
        if hits.is_empty() {
            return;
        }
        for hit in hits.iter().filter(|hit| hit.outcome == GuardOutcome::Refused) {
            let (source, number) = (hit.source, hit.source_id);
            tracing::warn!(target: "security", payment, %source, number, "a card was refused: the money goes back");
        }
        let now = self.now().naive_utc();
        let kept = self.write(move |op| hits.iter().try_for_each(|hit| op.keep_guard_hit(hit, now).map(drop)));
        if let Err(error) = kept.await {
            tracing::error!(payment, %error, "what was decided of a card was not written down");
        }
    }
}

/// Whether nothing was accepted for a payment so far.
const fn is_first_heard(state: PaymentState) -> bool {
    matches!(state, PaymentState::Awaiting | PaymentState::Declined | PaymentState::Expired)
}

fn hit(
    stored: &Payment,
    (source, source_id, name): (GuardSource, i64, &str),
    outcome: GuardOutcome,
    finding: &Finding,
) -> Result<NewGuardHit, Infrastructure> {
    let amounts: &Amounts = &stored.amounts;
    Ok(NewGuardHit {
        quote: stored.quote,
        source,
        source_id,
        name: name.to_owned(),
        outcome,
        explanation: serde_json::to_string(finding)
            .map_err(|error| Infrastructure::Failed(format!("a finding cannot be kept: {error}")))?,
        biller: stored.biller,
        channel: stored.channel,
        instrument: stored.instrument,
        amount: total(amounts)?,
        outlet: String::new(),
        phone: match &stored.phone {
            Some(phone) => mask(&phone.reveal()?),
            None => String::new(),
        },
    })
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("400000******0010", Some("400000*0010"))]
    #[case("4000 00** **** 0010", Some("400000*0010"))]
    #[case("400000xxxxxx0010", Some("400000*0010"))]
    #[case("4***********0010", Some("4*0010"))]
    #[case("4000**00", None)]
    #[case("4000**0010**", None)]
    #[case("4000000010", None)]
    #[case("4000000000000010", None)]
    #[case("4000000**0010", None)]
    #[case("***0010", None)]
    #[case("", None)]
    fn masks(#[case] mask: &str, #[case] digits: Option<&str>) {
        assert_eq!(digits_of(mask).as_deref(), digits);
        if let Some(digits) = digits {
            assert_eq!(digits_of(&shown(digits)).as_deref(), Some(digits));
        }
    }
}

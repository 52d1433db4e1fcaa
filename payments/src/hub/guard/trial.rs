//! A rule tried over what was paid before: how many of the last payments it would have spoken against.

use ledger::{GuardKey, GuardSubject};

use super::cards::digits_of;
use super::{HISTORY, Hub};
use crate::api::Infrastructure;
use crate::guard::{Attempt, Rule, Trial};

/// Most payments that a rule is tried on: each costs a read of what was started before it.
const TRIED_MAX: i64 = 200;
/// Blocks of numbers in which they are looked for.
const BLOCKS_MAX: i64 = 16;

impl Hub {
    /// What a rule would have found in the last payments, at most 200, by how payments stand now.
    pub async fn try_guard_rule(&self, rule: Rule) -> Result<Trial, Infrastructure> {
        self.read_whole(move |reader| {
            let mut trial = Trial::default();
            for block in reader.number_blocks(BLOCKS_MAX)? {
                for counted in reader.payments_back(block.first - 1, block.beyond, TRIED_MAX - trial.payments)? {
                    let Some(payment) = reader.payment_of(counted.id)? else { continue };
                    let Some(total) = payment.amounts.total() else { continue };
                    trial.payments += 1;
                    let subject = rule.kind.subject();
                    let accepted_at = payment.paid_at.filter(|_| subject == Some(GuardSubject::Card));
                    let attempt = Attempt {
                        quote: payment.quote,
                        biller: payment.biller,
                        channel: payment.channel,
                        instrument: payment.instrument,
                        total,
                        now: accepted_at.unwrap_or(payment.created_at).and_utc(),
                    };
                    if !rule.concerns(&attempt) {
                        continue;
                    }
                    let key = match subject {
                        None => None,
                        Some(GuardSubject::Phone) => payment.phone()?.map(GuardKey::Phone),
                        Some(GuardSubject::Contract) => {
                            reader.customer_of_quote(payment.quote)?.map(GuardKey::Contract)
                        }
                        Some(GuardSubject::Card) => digits_of(&payment.card_mask).map(GuardKey::Card),
                        Some(GuardSubject::Address) => reader.address_of_payment(payment.id)?,
                        Some(GuardSubject::Outlet) => {
                            reader.agent_payment(payment.id)?.map(|taken| GuardKey::Outlet(taken.outlet))
                        }
                    };
                    let history = match key {
                        Some(key) => {
                            let since = rule.kind.since(attempt.now).naive_utc();
                            let mut past = reader.past_payments(&key, since, HISTORY)?;
                            past.retain(|past| past.created_at <= attempt.now.naive_utc());
                            past
                        }
                        None if subject.is_some() => continue,
                        None => Vec::new(),
                    };
                    trial.hits += i64::from(rule.finds(&attempt, &history).is_some());
                }
            }
            Ok(trial)
        })
        .await
    }
}

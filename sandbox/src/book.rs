//! What billers know: who owes what, and what was paid. One book for all protocols.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::amount::show_amount;
use crate::seed::{self, AmountRule};

/// A line paid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaidArticle {
    /// The article's identifier.
    pub id: String,
    /// Centimes paid for it.
    pub minor: i64,
}

/// A biller's word on a confirmation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum BookingOutcome {
    /// Booked.
    Confirmed {
        /// The biller's receipt number.
        receipt_number: String,
        /// Day of the booking.
        date: NaiveDate,
    },
    /// Refused for good.
    Refused {
        /// A short code.
        code: String,
        /// Why.
        message: String,
    },
    /// Taken, not decided.
    Pending,
}

/// A confirmation as a biller received it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Booking {
    /// The biller.
    pub biller: u16,
    /// Receivable type, two digits.
    pub receivable_type: String,
    /// The customer's contract.
    pub contract: String,
    /// The hub's reference: the key against duplicates.
    pub reference: String,
    /// The lines paid; empty for a type without a fetch.
    pub articles: Vec<PaidArticle>,
    /// Centimes paid in all.
    pub minor: i64,
    /// The gateway's authorisation code, or empty.
    pub authorisation: String,
    /// What the biller answered.
    pub outcome: BookingOutcome,
    /// How often this confirmation came, the first time included.
    pub attempts: u32,
    /// How often the same reference came with another body: each a fault of the hub.
    pub conflicts: u32,
    /// Cancelled afterwards: the lines are due again.
    pub cancelled: bool,
    /// When it came first.
    pub booked_at: DateTime<Utc>,
    /// When the biller decided on it; `None`: not yet.
    #[serde(default)]
    pub decided_at: Option<DateTime<Utc>>,
    /// SHA-256 of the request, to tell a repetition from another request under the same reference.
    pub digest: String,
}

/// A line that is due now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DueArticle {
    pub id: String,
    pub kind: u8,
    pub description: String,
    pub minor: i64,
    pub date: String,
}

/// The outcomes of a look-up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Look {
    Due(Vec<DueArticle>),
    Nothing,
    Unknown,
    /// No such receivable type, or it has no look-up.
    NoLookUp,
}

/// A contract added by hand, besides the seed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct AddedArticle {
    pub id: String,
    pub kind: u8,
    pub description: String,
    pub minor: i64,
}

/// The billers' memory.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Book {
    /// `biller/type/contract/article` -> centimes paid.
    paid: BTreeMap<String, i64>,
    /// `biller/type/contract` -> lines added by hand.
    added: BTreeMap<String, Vec<AddedArticle>>,
    /// `biller/reference` -> what came.
    bookings: BTreeMap<String, Booking>,
    receipts: u64,
}

/// A confirmation on its way into the book.
#[derive(Debug, Clone)]
pub(crate) struct Claim {
    pub biller: u16,
    pub receivable_type: String,
    pub contract: String,
    pub reference: String,
    pub articles: Vec<PaidArticle>,
    pub minor: i64,
    pub authorisation: String,
    pub digest: String,
}

/// The reference of a look-up, the same for the same contract so that it outlives a restart: 12 digits.
pub(crate) fn look_reference(biller: u16, receivable_type: &str, contract: &str) -> String {
    let digest = Sha256::digest(format!("{biller}/{receivable_type}/{contract}"));
    let number = digest.iter().take(6).fold(0_u64, |sum, byte| (sum << 8) | u64::from(*byte));
    format!("{biller}{:08}", number % 100_000_000)
}

fn refused(code: &str, message: impl Into<String>) -> BookingOutcome {
    BookingOutcome::Refused { code: code.into(), message: message.into() }
}

impl Book {
    /// What a contract owes now.
    pub fn look(&self, biller: u16, receivable_type: &str, contract: &str) -> Look {
        let Some(kind) = seed::biller(biller).and_then(|biller| biller.receivable_type(receivable_type)) else {
            return Look::NoLookUp;
        };
        if !kind.fetch {
            return Look::NoLookUp;
        }
        let key = format!("{biller}/{receivable_type}/{contract}");
        let seeded = kind.contracts.iter().find(|known| known.contract == contract);
        let added = self.added.get(&key);
        if seeded.is_none() && added.is_none() {
            return Look::Unknown;
        }
        let seeded = seeded.into_iter().flat_map(|known| known.articles).map(|line| DueArticle {
            id: line.id.into(),
            kind: line.kind,
            description: line.description.into(),
            minor: line.minor,
            date: line.date.into(),
        });
        let added = added.into_iter().flatten().map(|line| DueArticle {
            id: line.id.clone(),
            kind: line.kind,
            description: line.description.clone(),
            minor: line.minor,
            date: String::new(),
        });
        let due: Vec<_> = seeded
            .chain(added)
            .filter_map(|mut line| {
                line.minor -= self.paid.get(&format!("{key}/{}", line.id)).copied().unwrap_or(0);
                (line.minor > 0).then_some(line)
            })
            .collect();
        if due.is_empty() { Look::Nothing } else { Look::Due(due) }
    }

    /// Every contract of a biller, in order: receivable type, contract.
    pub fn contracts(&self, biller: u16) -> Vec<(String, String)> {
        let seeded = seed::biller(biller)
            .into_iter()
            .flat_map(|biller| biller.types)
            .flat_map(|kind| kind.contracts.iter().map(|known| (kind.code.to_owned(), known.contract.to_owned())));
        let added = self.added.keys().filter_map(|key| {
            let mut parts = key.splitn(3, '/');
            (parts.next()? == biller.to_string()).then_some((parts.next()?.to_owned(), parts.next()?.to_owned()))
        });
        let mut all: Vec<_> = seeded.collect();
        for pair in added {
            if !all.contains(&pair) {
                all.push(pair);
            }
        }
        all
    }

    /// Adds lines to a contract, which becomes known by that.
    pub fn add(&mut self, biller: u16, receivable_type: &str, contract: &str, lines: Vec<AddedArticle>) {
        self.added.entry(format!("{biller}/{receivable_type}/{contract}")).or_default().extend(lines);
    }

    /// Takes a confirmation: the first answer again for a repetition, a refusal for another body under the reference.
    pub fn confirm(&mut self, claim: Claim, refuse: bool, pending: bool, now: DateTime<Utc>) -> BookingOutcome {
        let key = format!("{}/{}", claim.biller, claim.reference);
        let mut attempts = 1;
        let mut booked_at = now;
        if let Some(known) = self.bookings.get_mut(&key) {
            if known.digest != claim.digest {
                known.conflicts = known.conflicts.saturating_add(1);
                return refused("REFERENCE_REUSED", "this reference came before with another body");
            }
            known.attempts = known.attempts.saturating_add(1);
            if known.cancelled {
                return refused("CANCELLED", "this payment was cancelled");
            }
            if known.outcome != BookingOutcome::Pending || pending {
                return known.outcome.clone();
            }
            attempts = known.attempts;
            booked_at = known.booked_at;
        }
        let outcome = if pending {
            BookingOutcome::Pending
        } else if refuse {
            refused("REFUSED", "refused by a fault of the sandbox")
        } else {
            match self.objection(&claim) {
                Some((code, message)) => refused(code, message),
                None => self.book(&claim, now),
            }
        };
        let decided_at = (outcome != BookingOutcome::Pending).then_some(now);
        let Claim { biller, receivable_type, contract, reference, articles, minor, authorisation, digest } = claim;
        let booking = Booking {
            biller,
            receivable_type,
            contract,
            reference,
            articles,
            minor,
            authorisation,
            outcome: outcome.clone(),
            attempts,
            conflicts: 0,
            cancelled: false,
            booked_at,
            decided_at,
            digest,
        };
        self.bookings.insert(key, booking);
        outcome
    }

    /// What became of a confirmation; one that was left pending is settled by the question.
    pub fn status(
        &mut self,
        biller: u16,
        reference: &str,
        pending: bool,
        now: DateTime<Utc>,
    ) -> Option<BookingOutcome> {
        let booking = self.bookings.get(&format!("{biller}/{reference}"))?;
        if booking.outcome != BookingOutcome::Pending || pending {
            return Some(booking.outcome.clone());
        }
        let booking = booking.clone();
        let claim = Claim {
            biller,
            receivable_type: booking.receivable_type,
            contract: booking.contract,
            reference: booking.reference,
            articles: booking.articles,
            minor: booking.minor,
            authorisation: booking.authorisation,
            digest: booking.digest,
        };
        Some(self.confirm(claim, false, false, now))
    }

    /// Takes a confirmed payment back: its lines are due again. `false` if there is none.
    pub fn cancel(&mut self, biller: u16, reference: &str) -> bool {
        let Some(booking) = self.bookings.get_mut(&format!("{biller}/{reference}")) else {
            return false;
        };
        if !matches!(booking.outcome, BookingOutcome::Confirmed { .. }) {
            return false;
        }
        if !booking.cancelled {
            booking.cancelled = true;
            for line in &booking.articles {
                let key = format!("{biller}/{}/{}/{}", booking.receivable_type, booking.contract, line.id);
                *self.paid.entry(key).or_default() -= line.minor;
            }
        }
        true
    }

    /// Everything a biller received, oldest first.
    pub fn bookings(&self, biller: u16) -> Vec<Booking> {
        let prefix = format!("{biller}/");
        let mut all: Vec<_> =
            self.bookings.iter().filter(|(key, _)| key.starts_with(&prefix)).map(|(_, b)| b.clone()).collect();
        all.sort_by(|one, other| (one.booked_at, &one.reference).cmp(&(other.booked_at, &other.reference)));
        all
    }

    /// Whether this reference is booked and not cancelled.
    pub fn is_confirmed(&self, biller: u16, reference: &str) -> bool {
        let booking = self.bookings.get(&format!("{biller}/{reference}"));
        booking.is_some_and(|booking| matches!(booking.outcome, BookingOutcome::Confirmed { .. }) && !booking.cancelled)
    }

    /// One booking.
    pub fn booking(&self, biller: u16, reference: &str) -> Option<&Booking> {
        self.bookings.get(&format!("{biller}/{reference}"))
    }

    /// A book without bookings whose receipt numbers go on.
    pub fn emptied(&self) -> Self {
        Self { receipts: self.receipts, ..Self::default() }
    }

    fn book(&mut self, claim: &Claim, now: DateTime<Utc>) -> BookingOutcome {
        for line in &claim.articles {
            let key = format!("{}/{}/{}/{}", claim.biller, claim.receivable_type, claim.contract, line.id);
            *self.paid.entry(key).or_default() += line.minor;
        }
        self.receipts += 1;
        BookingOutcome::Confirmed {
            receipt_number: format!("R{}-{:06}", claim.biller, self.receipts),
            date: now.date_naive(),
        }
    }

    /// Why a biller would not book this.
    fn objection(&self, claim: &Claim) -> Option<(&'static str, String)> {
        let Some(kind) = seed::biller(claim.biller).and_then(|biller| biller.receivable_type(&claim.receivable_type))
        else {
            return Some(("UNKNOWN_TYPE", format!("no receivable type {}", claim.receivable_type)));
        };
        if claim.contract.is_empty() {
            return Some(("NO_CONTRACT", "the contract is missing".into()));
        }
        if claim.minor <= 0 {
            return Some(("BAD_AMOUNT", "the amount must be above zero".into()));
        }
        if let AmountRule::Range { min, max, step } = kind.rule
            && (claim.minor < min || claim.minor > max || claim.minor % step != 0)
        {
            let (min, max, step) = (show_amount(min), show_amount(max), show_amount(step));
            return Some(("BAD_AMOUNT", format!("the amount must lie in {min}..{max} in steps of {step}")));
        }
        let sum = claim.articles.iter().try_fold(0_i64, |sum, line| sum.checked_add(line.minor));
        if !kind.fetch {
            return (!claim.articles.is_empty() && sum != Some(claim.minor))
                .then(|| ("BAD_TOTAL", "the articles do not add up to the amount".into()));
        }
        if sum != Some(claim.minor) {
            return Some(("BAD_TOTAL", "the articles do not add up to the amount".into()));
        }
        let due = match self.look(claim.biller, &claim.receivable_type, &claim.contract) {
            Look::Due(due) => due,
            Look::Nothing => return Some(("ALREADY_PAID", "nothing is due any more".into())),
            Look::Unknown | Look::NoLookUp => return Some(("UNKNOWN_CONTRACT", "no such contract".into())),
        };
        self.objection_to_lines(claim, kind.rule, &due)
    }

    fn objection_to_lines(
        &self,
        claim: &Claim,
        rule: AmountRule,
        due: &[DueArticle],
    ) -> Option<(&'static str, String)> {
        for (index, line) in claim.articles.iter().enumerate() {
            if claim.articles[..index].iter().any(|earlier| earlier.id == line.id) {
                return Some(("DUPLICATE_ARTICLE", format!("article {} twice", line.id)));
            }
            let Some(owed) = due.iter().find(|owed| owed.id == line.id) else {
                return Some(("ALREADY_PAID", format!("article {} is not due", line.id)));
            };
            let fits = match rule {
                AmountRule::Exact => line.minor == owed.minor,
                AmountRule::ExactOrMore => line.minor >= owed.minor,
                AmountRule::ExactOrLess => line.minor > 0 && line.minor <= owed.minor,
                AmountRule::Any | AmountRule::Range { .. } => line.minor > 0,
            };
            if !fits {
                let (paid, owed) = (show_amount(line.minor), show_amount(owed.minor));
                return Some(("BAD_AMOUNT", format!("article {}: {paid} paid, {owed} due, rule {rule:?}", line.id)));
            }
        }
        due.iter()
            .find(|owed| owed.kind == 2 && !claim.articles.iter().any(|line| line.id == owed.id))
            .map(|owed| ("MANDATORY_MISSING", format!("article {} rides along always", owed.id)))
    }
}

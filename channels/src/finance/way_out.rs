//! Ways out of a break in the reader's words: how, and what it books.

use ledger::{Break, Language, Money, Proposal, Resolution, ResolutionEffect, Resolved, Unfit};
use sha2::{Digest, Sha256};

use super::parts::{Choice, account_name, word};
use crate::web::{format, i18n};

/// What was typed into the forms of a break.
#[derive(Default)]
pub(super) struct Typed {
    /// The note of a note.
    pub(super) note: String,
    /// How it is to be closed.
    pub(super) how: String,
    /// Why.
    pub(super) why: String,
    /// The biller whose commission was paid.
    pub(super) biller: String,
    /// The reference of the payout.
    pub(super) payout: String,
    /// What the second person says.
    pub(super) word: String,
}

/// What a step books, before it is taken.
#[derive(Default)]
pub(super) struct Effect {
    /// Account, debit, credit.
    pub(super) lines: Vec<(String, String, String)>,
    /// Whether a second person has to agree.
    pub(super) needs_second: bool,
    /// Why it cannot be done; empty where it can.
    pub(super) refusal: String,
    /// What the reader was shown, in short: another way out, and another effect, has another.
    pub(super) seen: String,
}

/// The word of a way out in forms.
pub(super) const fn form_word(resolution: Resolution) -> &'static str {
    match resolution {
        Resolution::Evidence => "evidence",
        Resolution::WrittenOff => "written-off",
        Resolution::Suspense => "suspense",
        Resolution::Charges => "charges",
        Resolution::Commission => "commission",
        Resolution::Payout => "payout",
    }
}

/// The ways out that fit, to choose from; the first one is chosen where none was.
pub(super) fn ways(language: Language, fit: &[Resolution], chosen: &str) -> Vec<Choice> {
    let first = fit.first().copied().map(form_word).unwrap_or_default();
    let chosen = if chosen.is_empty() { first } else { chosen };
    fit.iter().map(|way| Choice::new(form_word(*way), word(language, "way", way.as_str()), chosen)).collect()
}

/// What is agreed to with an effect: a way out of a break, what was named with it, and who proposed it.
pub(super) struct Seen<'a> {
    pub(super) found: &'a Break,
    pub(super) resolution: Resolution,
    pub(super) biller: Option<u16>,
    pub(super) payout: Option<&'a str>,
}

impl Seen<'_> {
    fn tell(&self, told: &mut Sha256) {
        let Self { found, resolution, biller, payout } = self;
        let what = &found.what;
        let proposer = found.proposed_by.as_ref().map(|by| by.id);
        told.update(format!("{};{:?};{:?};{resolution};{biller:?};", found.id, what.expected, what.found));
        told.update(format!("{payout:?};{proposer:?};"));
    }
}

/// An effect as the reader sees it.
pub(super) fn effect_view(language: Language, seen: &Seen<'_>, effect: Result<&ResolutionEffect, &Resolved>) -> Effect {
    let effect = match effect {
        Ok(effect) => effect,
        Err(refusal) => return Effect { refusal: refusal_text(language, refusal), ..Effect::default() },
    };
    let mut told = Sha256::new();
    seen.tell(&mut told);
    let lines = effect.entries.iter().map(|entry| {
        told.update(format!("{}={};", entry.account, entry.amount));
        let account = account_name(language, &entry.account);
        let amount = format::money(language, Money::from_minor(entry.amount.saturating_abs()));
        if entry.amount > 0 { (account, amount, String::new()) } else { (account, String::new(), amount) }
    });
    let lines = lines.collect();
    told.update([u8::from(effect.needs_second)]);
    Effect { lines, needs_second: effect.needs_second, refusal: String::new(), seen: hex::encode(told.finalize()) }
}

/// A proposal for a break as the reader sees it.
pub(super) fn proposal_view(language: Language, found: &Break, proposal: &Proposal) -> Effect {
    let Proposal { resolution, biller, payout, effect } = proposal;
    let seen = Seen { found, resolution: *resolution, biller: *biller, payout: payout.as_deref() };
    effect_view(language, &seen, effect.as_ref())
}

/// The message about a step that was not taken.
pub(super) fn refusal_text(language: Language, refusal: &Resolved) -> String {
    let key = match refusal {
        Resolved::ClosedBefore => "finance-fault-closed",
        Resolved::NotProposed => "finance-fault-proposed",
        Resolved::SamePerson => "finance-fault-same-person",
        Resolved::Unfit(why) => match why {
            Unfit::NotBookable => "finance-fault-not-bookable",
            Unfit::SameAmounts => "finance-fault-same-amounts",
            Unfit::NoEntry | Unfit::NothingLeft => "finance-fault-nothing-left",
            Unfit::NotADebit => "finance-fault-not-a-debit",
            Unfit::HasCharges => "finance-fault-has-charges",
            Unfit::NotACredit => "finance-fault-not-a-credit",
            Unfit::NoBiller => "finance-fault-biller",
            Unfit::NoPayout => "finance-fault-payout",
            Unfit::PayoutNotAwaited => "finance-fault-payout-unknown",
            Unfit::MoreThanAnnounced => "finance-fault-more",
        },
        Resolved::NoSuchBreak | Resolved::Closed(_) | Resolved::Waits | Resolved::Refused => "finance-fault-changed",
    };
    i18n::text(language, key)
}

/// The field that a refusal is about.
pub(super) const fn refused_field(refusal: &Resolved) -> &'static str {
    match refusal {
        Resolved::Unfit(Unfit::NoBiller) => "biller",
        Resolved::Unfit(Unfit::NoPayout | Unfit::PayoutNotAwaited | Unfit::MoreThanAnnounced) => "payout",
        _ => "how",
    }
}

//! What a rule says.

use chrono::{DateTime, TimeDelta, Timelike, Utc};
use chrono_tz::Africa::Casablanca;
use ledger::{Channel, GuardSubject, Instrument, Money};
use serde::{Deserialize, Serialize};

use super::HISTORY_MAX;

/// Longest code, in characters.
const CODE_MAX: usize = 32;
/// Longest window: what was paid before is kept in reach for longer than this.
const MINUTES_MAX: u32 = 30 * 24 * 60;
/// The least that both databases tell apart.
const TICK: TimeDelta = TimeDelta::microseconds(1);
/// What staff may begin with: payments in an hour of one address, which a mobile operator lends to many at a time, and of
/// one card, with which a household pays its bills of a month in one sitting.
const BEGIN_MINUTES: u32 = 60;
const BEGIN_ADDRESS: u32 = 30;
const BEGIN_CARD: u32 = 8;
/// Most billers that a rule names.
const BILLERS_MAX: usize = 50;

/// What is to become of a payment that a rule speaks against.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// A person looks at it first.
    Review,
    /// Nothing is taken.
    Refuse,
}

impl Action {
    /// Its word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Review => "review",
            Self::Refuse => "refuse",
        }
    }
}

/// Whether a rule decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// It is not asked.
    Off,
    /// What it would have done is written down, and the payment goes on.
    Simulate,
    /// It decides.
    On,
}

impl Mode {
    /// Its word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Simulate => "simulate",
            Self::On => "on",
        }
    }
}

/// What a rule looks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "of", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Kind {
    /// More payments, or more money, than this in a sliding time.
    Velocity {
        /// Of whom.
        subject: GuardSubject,
        /// The time, in minutes.
        minutes: u32,
        /// Most payments.
        count_max: Option<u32>,
        /// Most money.
        sum_max: Option<Money>,
    },
    /// One payment of more than this.
    Cap {
        /// Most money.
        amount_max: Money,
    },
    /// More money than this in a civil day (Africa/Casablanca).
    DaySum {
        /// Of whom.
        subject: GuardSubject,
        /// Most money.
        sum_max: Money,
    },
    /// Several payments just under a limit above which money is reported.
    Structuring {
        /// Of whom.
        subject: GuardSubject,
        /// The limit.
        limit: Money,
        /// From this share of it on, in percent; up to the limit itself.
        percent: u8,
        /// So many of them are too many.
        count: u32,
        /// The time, in minutes.
        minutes: u32,
    },
    /// Cash at an outlet between two hours of the day (Africa/Casablanca), over midnight where the first is the later.
    Night {
        /// From this hour.
        from: u8,
        /// To this one, which is not of it.
        to: u8,
    },
}

impl Kind {
    /// Its word.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Velocity { .. } => "velocity",
            Self::Cap { .. } => "cap",
            Self::DaySum { .. } => "day-sum",
            Self::Structuring { .. } => "structuring",
            Self::Night { .. } => "night",
        }
    }

    /// Whose payments it counts; `None`: it looks at the one payment alone.
    pub const fn subject(&self) -> Option<GuardSubject> {
        match self {
            Self::Velocity { subject, .. } | Self::DaySum { subject, .. } | Self::Structuring { subject, .. } => {
                Some(*subject)
            }
            Self::Cap { .. } | Self::Night { .. } => None,
        }
    }

    /// Since when payments count, seen from a moment. A payment as old as the window is out of it.
    pub fn since(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        match self {
            Self::Velocity { minutes, .. } | Self::Structuring { minutes, .. } => {
                now - TimeDelta::minutes((*minutes).into()) + TICK
            }
            Self::DaySum { .. } => start_of_day(now),
            Self::Cap { .. } | Self::Night { .. } => now,
        }
    }
}

/// The first moment of the civil day in Casablanca.
fn start_of_day(now: DateTime<Utc>) -> DateTime<Utc> {
    let local = now.with_timezone(&Casablanca);
    let midnight = local.date_naive().and_hms_opt(0, 0, 0);
    let start = midnight.and_then(|midnight| midnight.and_local_timezone(Casablanca).earliest());
    // Clocks in Morocco change at 2 and 3 o'clock: there is always a midnight.
    start.map_or(now - TimeDelta::seconds(local.num_seconds_from_midnight().into()), |start| start.to_utc())
}

/// Which payments a rule is asked about; of what it does not name, all.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Scope {
    /// Channels.
    pub channels: Vec<Channel>,
    /// Instruments.
    pub instruments: Vec<Instrument>,
    /// Billers, by code.
    pub billers: Vec<u16>,
}

impl Scope {
    /// Whether a payment is of it.
    pub fn holds(&self, channel: Channel, instrument: Instrument, biller: u16) -> bool {
        (self.channels.is_empty() || self.channels.contains(&channel))
            && (self.instruments.is_empty() || self.instruments.contains(&instrument))
            && (self.billers.is_empty() || self.billers.contains(&biller))
    }
}

/// A rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// What it is known by: lower-case letters, digits and hyphens.
    pub code: String,
    /// What it looks for.
    pub kind: Kind,
    /// Which payments it is asked about.
    #[serde(default)]
    pub scope: Scope,
    /// What becomes of what it finds.
    pub action: Action,
    /// Whether it decides.
    pub mode: Mode,
}

/// Why a rule cannot hold: which part of it, and what would do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RuleFault {
    /// The code.
    #[error("code: 1 to 32 lower-case letters, digits and hyphens")]
    Code,
    /// The time.
    #[error("minutes: 1 to 43200 (30 days)")]
    Minutes,
    /// The count.
    #[error("count: 1 to 499 (2 to 499 for structuring)")]
    Count,
    /// An amount.
    #[error("amount: above zero")]
    Amount,
    /// Neither a count nor a sum.
    #[error("velocity: a count, a sum, or both")]
    NoThreshold,
    /// The share.
    #[error("percent: 50 to 100")]
    Percent,
    /// The hours.
    #[error("hours: two different ones from 0 to 23")]
    Hours,
    /// Too many billers, or one that is none.
    #[error("billers: at most 50 four-digit codes")]
    Billers,
    /// A review by card, whose money is taken by then.
    #[error("action: a rule by card refuses; nothing is known of a card before its bank has accepted")]
    CardReview,
}

impl RuleFault {
    /// The part of the rule.
    pub const fn part(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::Minutes => "minutes",
            Self::Count => "count",
            Self::Amount | Self::NoThreshold => "amount",
            Self::Percent => "percent",
            Self::Hours => "hours",
            Self::Billers => "billers",
            Self::CardReview => "action",
        }
    }
}

impl Rule {
    /// What staff may begin with by address or by card; it only simulates.
    pub fn to_begin_with(subject: GuardSubject) -> Option<Self> {
        let (code, count, action) = match subject {
            GuardSubject::Address => ("address-60", BEGIN_ADDRESS, Action::Review),
            GuardSubject::Card => ("card-60", BEGIN_CARD, Action::Refuse),
            GuardSubject::Phone | GuardSubject::Contract | GuardSubject::Outlet => return None,
        };
        let kind = Kind::Velocity { subject, minutes: BEGIN_MINUTES, count_max: Some(count), sum_max: None };
        Some(Self { code: code.to_owned(), kind, scope: Scope::default(), action, mode: Mode::Simulate })
    }

    /// Everything that is wrong with it.
    pub fn faults(&self) -> Vec<RuleFault> {
        let mut faults = Vec::new();
        let mut need = |right: bool, fault: RuleFault| {
            if !right {
                faults.push(fault);
            }
        };
        let letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        need((1..=CODE_MAX).contains(&self.code.len()) && self.code.bytes().all(letter), RuleFault::Code);
        let count_is =
            |count: u32, least: u32| count >= least && usize::try_from(count).is_ok_and(|count| count < HISTORY_MAX);
        let minutes_are = |minutes: u32| (1..=MINUTES_MAX).contains(&minutes);
        match &self.kind {
            Kind::Velocity { minutes, count_max, sum_max, .. } => {
                need(minutes_are(*minutes), RuleFault::Minutes);
                need(count_max.is_some() || sum_max.is_some(), RuleFault::NoThreshold);
                need(count_max.is_none_or(|count| count_is(count, 1)), RuleFault::Count);
                need(sum_max.is_none_or(|sum| sum > Money::ZERO), RuleFault::Amount);
            }
            Kind::Cap { amount_max } => need(*amount_max > Money::ZERO, RuleFault::Amount),
            Kind::DaySum { sum_max, .. } => need(*sum_max > Money::ZERO, RuleFault::Amount),
            Kind::Structuring { limit, percent, count, minutes, .. } => {
                need(*limit > Money::ZERO, RuleFault::Amount);
                need((50..=100).contains(percent), RuleFault::Percent);
                need(count_is(*count, 2), RuleFault::Count);
                need(minutes_are(*minutes), RuleFault::Minutes);
            }
            Kind::Night { from, to } => need(*from < 24 && *to < 24 && from != to, RuleFault::Hours),
        }
        let billers = &self.scope.billers;
        let codes = billers.iter().all(|code| (1_000..=9_999).contains(code));
        need(billers.len() <= BILLERS_MAX && codes, RuleFault::Billers);
        let is_by_card = self.kind.subject() == Some(GuardSubject::Card);
        need(!is_by_card || self.action == Action::Refuse, RuleFault::CardReview);
        faults
    }
}

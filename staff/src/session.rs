//! Sessions as pages see them.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use ledger::{StaffMember, StaffSession};
use secrecy::SecretString;
use sha2::{Digest, Sha256};

use crate::roles::{self, Permission, Role, Scope};

/// Unused for so long, a session is over: somebody left the till.
pub(crate) const IDLE_MAX: TimeDelta = TimeDelta::minutes(15);
/// A session is over after so long, whatever happens: longer than a day's work.
pub(crate) const LIFE_MAX: TimeDelta = TimeDelta::hours(10);
/// Between the password and the second factor.
pub(crate) const HALF_WAY_MAX: TimeDelta = TimeDelta::minutes(10);
/// How exactly the last use is noted: not every page needs a write.
pub(crate) const SEEN_EVERY: TimeDelta = TimeDelta::seconds(30);
/// Open sessions of a member at most; one more ends the oldest.
pub(crate) const SESSIONS_MAX: usize = 10;

/// How far signing in has come, as the database keeps it.
pub(crate) const STAGE_PASSWORD: i16 = 1;
pub(crate) const STAGE_WHOLE: i16 = 2;

/// A session was opened, or its token changed.
#[derive(Debug, Clone)]
pub struct Opened {
    /// What the browser keeps, and nobody else.
    pub token: SecretString,
    /// What is still asked for.
    pub due: Option<Due>,
}

/// What a member must do before anything else, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    /// Prove the second factor.
    SecondFactor,
    /// Replace the one-time password.
    Password,
    /// Set a second factor up.
    Enrol,
}

/// Somebody at work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// The session's number.
    pub id: i64,
    /// The member's number.
    pub member: i64,
    /// The name they signed in with.
    pub login: String,
    /// The name people call them.
    pub name: String,
    /// Their roles.
    pub roles: BTreeSet<Role>,
    /// Where they work.
    pub scope: Scope,
    /// Whether they have a second factor.
    pub has_second_factor: bool,
    pub(crate) half_way: bool,
    pub(crate) one_time_password: bool,
    pub(crate) enrolling: Option<Vec<u8>>,
    pub(crate) expires_at: NaiveDateTime,
}

impl Session {
    /// The session of a row, if it is still good at this time.
    pub(crate) fn of(row: &StaffSession, member: &StaffMember, now: DateTime<Utc>) -> Option<Self> {
        let now = now.naive_utc();
        let over = now >= row.expires_at || now - row.seen_at >= IDLE_MAX || member.disabled_at.is_some();
        // A one-time password that is worth nothing any more opens nothing either.
        if over || member.one_time_until.is_some_and(|until| now >= until) {
            return None;
        }
        Some(Self {
            id: row.id,
            member: member.id,
            login: member.login.clone(),
            name: member.name.clone(),
            roles: roles::of_words(&member.roles),
            scope: Scope { outlet: member.outlet, network: member.network.clone(), biller: member.biller },
            has_second_factor: member.second_factor.is_some(),
            half_way: row.stage != STAGE_WHOLE,
            one_time_password: member.one_time_until.is_some(),
            enrolling: row.enrolling.clone(),
            expires_at: row.expires_at,
        })
    }

    /// What they must do before anything else.
    pub fn due(&self) -> Option<Due> {
        match self {
            Self { half_way: true, .. } => Some(Due::SecondFactor),
            Self { one_time_password: true, .. } => Some(Due::Password),
            Self { has_second_factor: false, .. } if self.needs_second_factor() => Some(Due::Enrol),
            _ => None,
        }
    }

    /// Whether their roles ask for a second factor.
    pub fn needs_second_factor(&self) -> bool {
        self.roles.iter().any(|role| role.needs_second_factor())
    }

    /// Whether one of their roles lets them.
    pub fn may(&self, permission: Permission) -> bool {
        self.roles.iter().any(|role| role.permissions().contains(&permission))
    }
}

/// A session in the list of a member's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionLine {
    /// Its number.
    pub id: i64,
    /// Whether it is the one that asks.
    pub current: bool,
    /// The address it was opened from.
    pub address: String,
    /// What the browser calls itself.
    pub agent: String,
    /// When it was opened.
    pub opened_at: DateTime<Utc>,
    /// When it was last used, to within half a minute.
    pub seen_at: DateTime<Utc>,
}

/// A token and its digest.
pub(crate) fn fresh_token() -> (SecretString, [u8; 32]) {
    let bytes: [u8; 32] = rand::random();
    (hex::encode(bytes).into(), Sha256::digest(bytes).into())
}

/// The digest of a token that a browser sent, if it can be one.
pub(crate) fn token_digest(token: &str) -> Option<[u8; 32]> {
    let bytes: [u8; 32] = hex::decode(token).ok()?.try_into().ok()?;
    Some(Sha256::digest(bytes).into())
}

//! Signing in: name and password, then the second factor. Each step that succeeds opens a session under a new token.
//!
//! A member that there is not, one that may not sign in and a wrong password are answered alike, after the same work.

use std::net::IpAddr;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use ledger::{Attempt, StaffMember, StorageError, WriteOp};
use secrecy::SecretString;

use crate::Trouble;
use crate::attempts::{self, Target};
use crate::audit::{self, Action, VISITOR};
use crate::random;
use crate::service::{Staff, open_session};
use crate::session::{self, Opened, Session};
use crate::totp;
use crate::vault::Vault;

/// Longest login looked at.
const LOGIN_MAX: usize = 64;

/// Where a request comes from.
#[derive(Debug, Clone)]
pub struct Origin {
    /// The address.
    pub address: IpAddr,
    /// What counts as one address: an IPv6 customer holds a whole /64.
    pub network: IpAddr,
    /// What the browser calls itself.
    pub agent: String,
}

/// Name and password.
#[derive(Debug, Clone)]
pub struct SignIn {
    /// The name as it was typed.
    pub login: String,
    /// The password as it was typed.
    pub password: SecretString,
    /// Where they come from.
    pub origin: Origin,
    /// The token that the browser has already: the session is ended.
    pub old_token: Option<String>,
}

/// What came of name and password.
#[derive(Debug)]
pub enum SignInOutcome {
    /// They are right.
    Opened(Opened),
    /// They are not, or the member may not sign in: nobody is told which.
    Refused,
    /// No try is taken before this time.
    Wait(DateTime<Utc>),
}

/// The second factor, as it was typed.
#[derive(Debug, Clone)]
pub enum Factor {
    /// The code that the app shows.
    Code(String),
    /// A recovery code.
    Recovery(String),
}

/// What came of the second factor.
#[derive(Debug)]
pub enum FactorOutcome {
    /// It is right; the session goes on under another token.
    Opened(Opened),
    /// It is wrong, or was used before.
    Refused,
    /// No try is taken before this time.
    Wait(DateTime<Utc>),
    /// There is no session that waits for it any more.
    Over,
}

/// The place to which a member's secret is sealed.
pub(crate) fn factor_place(member: i64) -> String {
    format!("staff_members.second_factor:{member}")
}

/// Checks a code against a member's second factor and uses it up.
pub(crate) fn take_code(
    op: &mut WriteOp<'_>,
    vault: &Vault,
    member: &StaffMember,
    typed: &str,
    now: DateTime<Utc>,
) -> Result<bool, StorageError> {
    let Some(sealed) = &member.second_factor else { return Ok(false) };
    let secret = vault.open(sealed, &factor_place(member.id)).map_err(|_| {
        StorageError::Damaged(format!("the second factor of member {} is not sealed with this key", member.id))
    })?;
    match totp::matching_step(&secret, typed, now) {
        Some(step) => op.take_factor_step(member.id, step),
        None => Ok(false),
    }
}

/// Writes that a try failed, and that the next one has to wait if it does.
pub(crate) fn audit_failure(
    op: &mut WriteOp<'_>,
    actor: &str,
    action: Action,
    subject: &str,
    detail: &str,
    next: chrono::NaiveDateTime,
    now: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>, StorageError> {
    op.audit(&audit::entry(actor, action, subject, detail), now)?;
    let until = next.and_utc();
    if until <= now {
        return Ok(None);
    }
    let pause = format!("for {} s, {detail}", (until - now).num_seconds());
    op.audit(&audit::entry(actor, Action::LockedOut, subject, &pause), now)?;
    Ok(Some(until))
}

/// Why a right password is not enough, or a wrong one was wrong: for the audit log alone.
fn reason(member: Option<&StaffMember>, verified: bool, now: DateTime<Utc>) -> Option<&'static str> {
    let Some(member) = member else { return Some("unknown login") };
    let late = member.one_time_until.is_some_and(|until| now.naive_utc() >= until);
    match verified {
        false => Some("wrong password"),
        true if member.disabled_at.is_some() => Some("the member is disabled"),
        true if late => Some("the one-time password is too old"),
        true => None,
    }
}

impl Staff {
    /// Name and password.
    pub async fn sign_in(&self, request: SignIn) -> Result<SignInOutcome, Trouble> {
        let SignIn { login, password, origin, old_token } = request;
        let login: String = login.trim().to_lowercase().chars().take(LOGIN_MAX).collect();
        let now = self.now();
        let (name, network) = (login.clone(), origin.network);
        let (attempt, member) = self
            .write(move |op| {
                let targets = [Target::Address(network), Target::Password(&name)];
                Ok((attempts::begin(op, &targets, now.naive_utc())?, op.staff_member(&name)?))
            })
            .await?;
        let next = match attempt {
            Attempt::Blocked(until) => return Ok(SignInOutcome::Wait(until.and_utc())),
            Attempt::Counted(next) => next,
        };
        let hash = member.as_ref().map(|member| member.password.clone());
        let verified = match self.hasher.verify(password, hash).await {
            Ok(verified) => verified,
            Err(trouble) => {
                self.write(move |op| {
                    let targets = [Target::Address(origin.network), Target::Password(&login)];
                    attempts::take_back(op, &targets, now.naive_utc())
                })
                .await?;
                return Err(trouble);
            }
        };
        let old = old_token.as_deref().and_then(session::token_digest);
        self.write(move |op| {
            // As it is now: it may have been disabled, or given another password, while the hash was made.
            let current = op.staff_member(&login)?;
            let same =
                current.as_ref().map(|member| &member.password) == member.as_ref().map(|member| &member.password);
            let from = format!("from {}", origin.address);
            if let Some(why) = reason(current.as_ref(), verified && same, now) {
                let subject = current.as_ref().map_or_else(|| "member unknown".to_owned(), |m| audit::member(&m.login));
                let detail = format!("{why}, {from}");
                let wait = audit_failure(op, VISITOR, Action::SignInRefused, &subject, &detail, next, now)?;
                return Ok(wait.map_or(SignInOutcome::Refused, SignInOutcome::Wait));
            }
            let Some(member) = current else { return Ok(SignInOutcome::Refused) };
            attempts::succeed(op, &[Target::Address(origin.network), Target::Password(&login)], now.naive_utc())?;
            if let Some((row, owner)) = old.as_ref().map(|old| op.staff_session(old)).transpose()?.flatten() {
                op.end_staff_session(owner.id, row.id, now.naive_utc())?;
            }
            let whole = member.second_factor.is_none();
            let opened = open_session(op, &member, whole, &origin, now)?;
            let action = if whole { Action::SignedIn } else { Action::PasswordAccepted };
            op.audit(&audit::entry(&member.login, action, &audit::member(&member.login), &from), now)?;
            Ok(SignInOutcome::Opened(opened))
        })
        .await
    }

    /// The second factor of a session that waits for it.
    pub async fn prove_factor(&self, token: &str, factor: Factor, origin: Origin) -> Result<FactorOutcome, Trouble> {
        let Some(digest) = session::token_digest(token) else { return Ok(FactorOutcome::Over) };
        let (vault, now) = (Arc::clone(&self.vault), self.now());
        self.write(move |op| {
            let Some((row, member)) = op.staff_session(&digest)? else { return Ok(FactorOutcome::Over) };
            match Session::of(&row, &member, now) {
                Some(session) if session.half_way => {}
                _ => return Ok(FactorOutcome::Over),
            }
            let targets = [Target::Address(origin.network), Target::Factor(member.id)];
            let next = match attempts::begin(op, &targets, now.naive_utc())? {
                Attempt::Blocked(until) => return Ok(FactorOutcome::Wait(until.and_utc())),
                Attempt::Counted(next) => next,
            };
            let (right, action) = match &factor {
                Factor::Code(typed) => (take_code(op, &vault, &member, typed, now)?, Action::SignedIn),
                Factor::Recovery(typed) => {
                    let digest = vault.recovery_digest(member.id, &random::plain(typed));
                    (op.take_recovery_code(member.id, &digest, now.naive_utc())?, Action::RecoveryCodeUsed)
                }
            };
            let (subject, from) = (audit::member(&member.login), format!("from {}", origin.address));
            if !right {
                let wait = audit_failure(op, &member.login, Action::SecondFactorRefused, &subject, &from, next, now)?;
                return Ok(wait.map_or(FactorOutcome::Refused, FactorOutcome::Wait));
            }
            attempts::succeed(op, &targets, now.naive_utc())?;
            op.end_staff_session(member.id, row.id, now.naive_utc())?;
            let opened = open_session(op, &member, true, &origin, now)?;
            if action == Action::RecoveryCodeUsed {
                op.audit(&audit::entry(&member.login, action, &subject, &from), now)?;
            }
            op.audit(&audit::entry(&member.login, Action::SignedIn, &subject, &from), now)?;
            Ok(FactorOutcome::Opened(opened))
        })
        .await
    }
}

#[cfg(test)]
mod tests;

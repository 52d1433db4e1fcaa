//! What is done to members from outside their account: taken in, bound to roles, reset, kept out. Synchronous, over any
//! ledger; every change is in the audit log, in the same commit.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use ledger::{AuditEntry, Ledger, NewStaffMember, StaffMember, StorageError, WriteOp};
use secrecy::SecretString;

use crate::Trouble;
use crate::attempts::{self, Target};
use crate::audit::{self, Action};
use crate::roles::{self, Permission, Role, Scope, ScopeFault};
use crate::sign_in::factor_place;
use crate::vault::Vault;

/// How long a one-time password is worth something: over a week-end.
pub const ONE_TIME_DAYS: i64 = 7;
/// Who acts at the command line.
pub const COMMAND_LINE: &str = "(command line)";

/// A member as lists show them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Their number.
    pub id: i64,
    /// The name they sign in with.
    pub login: String,
    /// The name people call them.
    pub name: String,
    /// Their roles.
    pub roles: BTreeSet<Role>,
    /// Where they work.
    pub scope: Scope,
    /// Whether they have a second factor.
    pub has_second_factor: bool,
    /// Until when their one-time password is worth something; `None`: they have a password of their own.
    pub one_time_until: Option<DateTime<Utc>>,
    /// Whether they may not sign in.
    pub disabled: bool,
}

/// A member to be.
#[derive(Debug, Clone)]
pub struct NewMember {
    /// The name they will sign in with.
    pub login: String,
    /// The name people call them.
    pub name: String,
    /// Their roles.
    pub roles: BTreeSet<Role>,
    /// Where they work.
    pub scope: Scope,
}

/// Why nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Not a name to sign in with.
    #[error("a login is 3 to 32 lower-case letters, digits, dots, hyphens and underscores, and begins with a letter")]
    Login,
    /// Not a name.
    #[error("a name is 1 to 80 characters without line ends")]
    Name,
    /// Roles and scope do not go together.
    #[error(transparent)]
    Scope(#[from] ScopeFault),
    /// Somebody has it.
    #[error("the login {0} is taken")]
    Taken(String),
    /// Nobody has it.
    #[error("there is no member {0}")]
    Unknown(String),
}

/// Changed, or refused for every one of these reasons.
pub type Outcome<T> = Result<T, Vec<Refusal>>;

impl From<StaffMember> for Member {
    fn from(row: StaffMember) -> Self {
        Self {
            id: row.id,
            roles: roles::of_words(&row.roles),
            scope: Scope { outlet: row.outlet, network: row.network, biller: row.biller },
            has_second_factor: row.second_factor.is_some(),
            one_time_until: row.one_time_until.map(|until| until.and_utc()),
            disabled: row.disabled_at.is_some(),
            login: row.login,
            name: row.name,
        }
    }
}

impl Member {
    /// Whether they may sign in and do this for the hub as a whole: whoever is bound to a biller may not.
    pub fn may_for_hub(&self, permission: Permission) -> bool {
        let may = self.roles.iter().any(|role| role.permissions().contains(&permission));
        may && !self.disabled && self.scope.biller.is_none()
    }
}

/// Whether a text can be a login.
fn is_login(text: &str) -> bool {
    (3..=32).contains(&text.len())
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b".-_".contains(&b))
}

impl NewMember {
    /// Every reason why they cannot be taken in, but for a login that is taken.
    pub fn check(&self) -> Vec<Refusal> {
        let mut faults = Vec::new();
        if !is_login(&self.login) {
            faults.push(Refusal::Login);
        }
        let length = self.name.trim().chars().count();
        if !(1..=80).contains(&length) || self.name.chars().any(char::is_control) {
            faults.push(Refusal::Name);
        }
        faults.extend(self.scope.check(&self.roles).into_iter().map(Refusal::Scope));
        faults
    }
}

/// A member by login.
pub fn find(ledger: &Ledger, login: &str) -> Result<Option<Member>, Trouble> {
    Ok(ledger.read(|reader| reader.staff_member(login))?.map(Member::from))
}

/// An entry of the audit log about what was done in a member's name at the command line, for whoever writes it in the
/// commit of what it tells of.
pub fn audit_entry(member: &Member, action: Action, subject: &str, detail: &str) -> AuditEntry {
    audit::entry(&member.login, action, subject, format!("{detail} {COMMAND_LINE}").trim_start())
}

/// Every member, by login.
pub fn list(ledger: &Ledger) -> Result<Vec<Member>, Trouble> {
    Ok(ledger.read(|reader| reader.staff_members())?.into_iter().map(Member::from).collect())
}

/// Takes a member in with the hash of a one-time password; their number.
pub fn add(
    ledger: &Ledger,
    actor: &str,
    new: &NewMember,
    password: &str,
    now: DateTime<Utc>,
) -> Result<Outcome<i64>, Trouble> {
    let faults = new.check();
    if !faults.is_empty() {
        return Ok(Err(faults));
    }
    let row = NewStaffMember {
        login: new.login.clone(),
        name: new.name.trim().to_owned(),
        password: password.to_owned(),
        one_time_until: Some((now + TimeDelta::days(ONE_TIME_DAYS)).naive_utc()),
        roles: roles::to_words(&new.roles),
        outlet: new.scope.outlet,
        network: new.scope.network.clone(),
        biller: new.scope.biller,
    };
    let (actor, detail) = (actor.to_owned(), describe(&new.roles, &new.scope));
    let login = new.login.clone();
    let added = ledger.write_now(move |op| {
        let id = op.add_staff_member(&row, now.naive_utc())?;
        if id.is_some() {
            op.audit(&audit::entry(&actor, Action::MemberAdded, &audit::member(&row.login), &detail), now)?;
        }
        Ok(id)
    })?;
    Ok(added.ok_or_else(|| vec![Refusal::Taken(login)]))
}

/// Takes a member in with a password of their own and a second factor that is known beforehand: for demos and tests,
/// where nobody goes through the first sign-in. `password` is a hash, `secret` that of the second factor, `key` seals it.
pub fn provision(
    ledger: &Ledger,
    actor: &str,
    new: &NewMember,
    password: &str,
    (key, secret): (&SecretString, Option<&[u8]>),
    now: DateTime<Utc>,
) -> Result<Outcome<i64>, Trouble> {
    let vault = Vault::new(key);
    let id = match add(ledger, actor, new, password, now)? {
        Ok(id) => id,
        Err(refusals) => return Ok(Err(refusals)),
    };
    let sealed = secret.map(|secret| vault.seal(secret, &factor_place(id))).transpose();
    let sealed = sealed.map_err(|_| Trouble::Broken("a secret cannot be sealed".to_owned()))?;
    let password = password.to_owned();
    ledger.write_now(move |op| {
        op.set_staff_password(id, &password, None)?;
        op.set_second_factor(id, sealed.as_deref())
    })?;
    Ok(Ok(id))
}

fn describe(roles: &BTreeSet<Role>, scope: &Scope) -> String {
    let mut text = roles::to_words(roles);
    if let Some(outlet) = scope.outlet {
        text.push_str(&format!(", outlet {outlet}"));
    }
    if let Some(network) = &scope.network {
        text.push_str(&format!(", network {network}"));
    }
    if let Some(biller) = scope.biller {
        text.push_str(&format!(", biller {biller}"));
    }
    text
}

/// Changes a member who must be there, and writes it down.
fn change(
    ledger: &Ledger,
    actor: &str,
    login: &str,
    (action, detail): (Action, String),
    now: DateTime<Utc>,
    change: impl Fn(&mut WriteOp<'_>, &StaffMember) -> Result<(), StorageError> + Send + 'static,
) -> Result<Outcome<()>, Trouble> {
    let (actor, name) = (actor.to_owned(), login.to_owned());
    let done = ledger.write_now(move |op| {
        let Some(member) = op.staff_member(&name)? else { return Ok(false) };
        change(op, &member)?;
        op.audit(&audit::entry(&actor, action, &audit::member(&name), &detail), now)?;
        Ok(true)
    })?;
    Ok(if done { Ok(()) } else { Err(vec![Refusal::Unknown(login.to_owned())]) })
}

/// Gives a member a one-time password by its hash; ends their sessions and what keeps them waiting.
pub fn reset_password(
    ledger: &Ledger,
    actor: &str,
    login: &str,
    password: &str,
    now: DateTime<Utc>,
) -> Result<Outcome<()>, Trouble> {
    let password = password.to_owned();
    change(ledger, actor, login, (Action::PasswordReset, String::new()), now, move |op, member| {
        let until = (now + TimeDelta::days(ONE_TIME_DAYS)).naive_utc();
        op.set_staff_password(member.id, &password, Some(until))?;
        attempts::forget(op, Target::Password(&member.login))?;
        op.end_staff_sessions(member.id, None, now.naive_utc()).map(drop)
    })
}

/// Takes a member's second factor and recovery codes away; ends their sessions.
pub fn reset_second_factor(
    ledger: &Ledger,
    actor: &str,
    login: &str,
    now: DateTime<Utc>,
) -> Result<Outcome<()>, Trouble> {
    change(ledger, actor, login, (Action::SecondFactorReset, String::new()), now, move |op, member| {
        op.set_second_factor(member.id, None)?;
        attempts::forget(op, Target::Factor(member.id))?;
        op.end_staff_sessions(member.id, None, now.naive_utc()).map(drop)
    })
}

/// Keeps a member out, at once, or lets them in again.
pub fn set_disabled(
    ledger: &Ledger,
    actor: &str,
    login: &str,
    disabled: bool,
    now: DateTime<Utc>,
) -> Result<Outcome<()>, Trouble> {
    let action = if disabled { Action::MemberDisabled } else { Action::MemberEnabled };
    change(ledger, actor, login, (action, String::new()), now, move |op, member| {
        op.set_staff_disabled(member.id, disabled.then(|| now.naive_utc()))?;
        op.end_staff_sessions(member.id, None, now.naive_utc()).map(drop)
    })
}

/// Sets a member's roles and where they work. Sessions go on with the new roles.
pub fn set_roles(
    ledger: &Ledger,
    actor: &str,
    login: &str,
    roles: &BTreeSet<Role>,
    scope: &Scope,
    now: DateTime<Utc>,
) -> Result<Outcome<()>, Trouble> {
    let faults: Vec<Refusal> = scope.check(roles).into_iter().map(Refusal::Scope).collect();
    if !faults.is_empty() {
        return Ok(Err(faults));
    }
    let (words, kept) = (roles::to_words(roles), scope.clone());
    let detail = describe(roles, scope);
    change(ledger, actor, login, (Action::RolesSet, detail), now, move |op, member| {
        op.set_staff_roles(member.id, &words, kept.outlet, kept.network.as_deref(), kept.biller)
    })
}

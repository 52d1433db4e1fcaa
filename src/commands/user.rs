//! `user`: members of staff, from outside their account.

use std::collections::BTreeSet;
use std::io::{self, BufRead, Write};

use anyhow::{Context, bail};
use chrono::Utc;
use ledger::Ledger;
use secrecy::{ExposeSecret, SecretString};
use staff::admin::{self, COMMAND_LINE, Member, NewMember};
use staff::{Role, Scope, passwords};

use super::{Outcome, existing_database};
use crate::cli::{RoleArgs, UserAction};
use crate::config::Environment;
use crate::data_keys;

/// Longest line read as a password.
const LINE_BYTES_MAX: u64 = 4_096;

pub(super) fn run(action: UserAction, environment: &Environment, out: &mut dyn Write) -> anyhow::Result<Outcome> {
    let ledger = data_keys::open_beside(&existing_database(environment)?)?;
    let done = execute(action, &ledger, out);
    ledger.close();
    done.map(|()| Outcome::Done)
}

fn execute(action: UserAction, ledger: &Ledger, out: &mut dyn Write) -> anyhow::Result<()> {
    let now = Utc::now();
    match action {
        UserAction::Add(args) => {
            let (roles, scope) = held(args.roles);
            let new = NewMember { login: args.login, name: args.name, roles, scope };
            refuse(new.check())?;
            let password = password(args.password_stdin, &new.login)?;
            let hash = passwords::hash_now(&password)?;
            accept(admin::add(ledger, COMMAND_LINE, &new, &hash, now)?)?;
            writeln!(out, "{} may sign in", new.login)?;
            tell(out, &password, args.password_stdin)?;
            if new.roles.iter().any(|role| role.needs_second_factor()) {
                writeln!(out, "a second factor is set up then, as their roles move money")?;
            }
        }
        UserAction::List => list(ledger, out)?,
        UserAction::ResetPassword(args) => {
            let password = password(args.password_stdin, &args.login)?;
            let hash = passwords::hash_now(&password)?;
            accept(admin::reset_password(ledger, COMMAND_LINE, &args.login, &hash, now)?)?;
            writeln!(out, "{}: their sessions are ended", args.login)?;
            tell(out, &password, args.password_stdin)?;
        }
        UserAction::ResetSecondFactor(args) => {
            accept(admin::reset_second_factor(ledger, COMMAND_LINE, &args.login, now)?)?;
            writeln!(out, "{} has no second factor any more; their sessions are ended", args.login)?;
        }
        UserAction::Disable(args) => {
            accept(admin::set_disabled(ledger, COMMAND_LINE, &args.login, true, now)?)?;
            writeln!(out, "{} may not sign in any more; their sessions are ended", args.login)?;
        }
        UserAction::Enable(args) => {
            accept(admin::set_disabled(ledger, COMMAND_LINE, &args.login, false, now)?)?;
            writeln!(out, "{} may sign in again", args.login)?;
        }
        UserAction::SetRoles(args) => {
            let (roles, scope) = held(args.roles);
            accept(admin::set_roles(ledger, COMMAND_LINE, &args.login, &roles, &scope, now)?)?;
            writeln!(out, "{} is now {}", args.login, words(&roles))?;
        }
    }
    Ok(())
}

fn held(args: RoleArgs) -> (BTreeSet<Role>, Scope) {
    let RoleArgs { roles, outlet, network, biller } = args;
    (roles.into_iter().collect(), Scope { outlet, network, biller })
}

/// Every reason at once.
fn refuse(reasons: Vec<admin::Refusal>) -> anyhow::Result<()> {
    if reasons.is_empty() {
        return Ok(());
    }
    let reasons: Vec<String> = reasons.iter().map(ToString::to_string).collect();
    bail!("{}; nothing was changed", reasons.join("; "))
}

fn accept<T>(outcome: admin::Outcome<T>) -> anyhow::Result<()> {
    outcome.map_or_else(refuse, |_| Ok(()))
}

/// A one-time password: made, or read.
fn password(from_stdin: bool, login: &str) -> anyhow::Result<SecretString> {
    if !from_stdin {
        return Ok(passwords::one_time());
    }
    let mut line = String::new();
    io::Read::take(io::stdin().lock(), LINE_BYTES_MAX)
        .read_line(&mut line)
        .context("the password cannot be read from standard input")?;
    let password = SecretString::from(line.trim_end_matches(['\r', '\n']));
    if let Err(fault) = passwords::check(&password, login) {
        bail!("the password on standard input will not do: {fault}; nothing was changed");
    }
    Ok(password)
}

/// Says the password, where it was made here: it is nowhere else.
fn tell(out: &mut dyn Write, password: &SecretString, from_stdin: bool) -> io::Result<()> {
    if !from_stdin {
        writeln!(out, "one-time password: {}", password.expose_secret())?;
    }
    writeln!(out, "it must be changed at the next sign-in, within {} days", admin::ONE_TIME_DAYS)
}

fn words(roles: &BTreeSet<Role>) -> String {
    roles.iter().map(|role| role.as_str()).collect::<Vec<_>>().join(",")
}

fn list(ledger: &Ledger, out: &mut dyn Write) -> anyhow::Result<()> {
    let members = admin::list(ledger)?;
    if members.is_empty() {
        writeln!(out, "no members; take one in with `fatoura user add LOGIN --name NAME --role administrator`")?;
        return Ok(());
    }
    let mut rows = vec![["LOGIN", "ROLES", "WORKS AT", "SECOND FACTOR", "STATE", "NAME"].map(str::to_owned)];
    rows.extend(members.iter().map(line));
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: [usize; 5] = std::array::from_fn(width);
    for row in &rows {
        for (cell, width) in row.iter().zip(widths) {
            write!(out, "{cell:width$}  ")?;
        }
        // The name comes last, unpadded: names in several scripts have no common width.
        writeln!(out, "{}", row[5])?;
    }
    Ok(())
}

fn line(member: &Member) -> [String; 6] {
    let scope = &member.scope;
    let mut places = Vec::new();
    places.extend(scope.outlet.map(|number| format!("outlet {number}")));
    places.extend(scope.network.as_ref().map(|code| format!("network {code}")));
    places.extend(scope.biller.map(|code| format!("biller {code}")));
    let state = match (member.disabled, member.one_time_until) {
        (true, _) => "disabled".to_owned(),
        (false, Some(until)) => format!("one-time password until {}", until.format("%Y-%m-%d")),
        (false, None) => "active".to_owned(),
    };
    let factor = match member.has_second_factor {
        true => "yes",
        false if member.roles.iter().any(|role| role.needs_second_factor()) => "at the next sign-in",
        false => "no",
    };
    [
        member.login.clone(),
        words(&member.roles),
        if places.is_empty() { "-".to_owned() } else { places.join(", ") },
        factor.to_owned(),
        state,
        member.name.clone(),
    ]
}

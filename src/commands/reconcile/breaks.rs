//! Breaks, listed and followed up.

use std::io::Write;

use anyhow::{Context, bail};
use chrono::{NaiveDate, Utc};
use ledger::{Actor, AuditEntry, Break, BreakFilter, Ledger, Money, NewResolution, Resolved};
use staff::admin::{self, Member};
use staff::{Action, Permission};

use super::open;
use crate::cli::{BreakAction, BreakArgs, BreaksArgs};
use crate::commands::Outcome;
use crate::commands::table::{Table, local};
use crate::config::{Environment, ReconcileConfig};
use crate::jobs::ZONE;

pub(super) fn list(args: &BreaksArgs, environment: &Environment, out: &mut dyn Write) -> anyhow::Result<Outcome> {
    let filter = BreakFilter { open: args.open, kind: args.kind, ..BreakFilter::default() };
    let ledger = open(environment)?;
    let found =
        ledger.read(|reader| reader.breaks(&filter, 0, args.last.into())).context("the breaks cannot be read")?;
    ledger.close();
    if found.is_empty() {
        writeln!(out, "no breaks")?;
        return Ok(Outcome::Done);
    }
    let today = Utc::now().with_timezone(&ZONE).date_naive();
    let mut table =
        Table::new(&["BREAK", "KIND", "SOURCE", "ABOUT", "EXPECTED", "FOUND", "DAYS", "STATE", "WITH", "WHAT"]);
    for found in &found {
        let amount = |amount: Option<Money>| amount.map(|amount| amount.to_string()).unwrap_or_default();
        let what = &found.what;
        table.row([
            found.id.to_string(),
            what.kind.to_string(),
            format!("{} {}", what.source, what.partner),
            about(found),
            amount(what.expected),
            amount(what.found),
            (closed_on(found).unwrap_or(today) - what.due_on).num_days().max(0).to_string(),
            found.state.to_string(),
            found.staff.as_ref().map(|staff| staff.name.clone()).unwrap_or_default(),
            what.words.clone(),
        ]);
    }
    table.print(out)?;
    Ok(Outcome::Done)
}

fn closed_on(found: &Break) -> Option<NaiveDate> {
    found.closed_at.map(|at| at.and_utc().with_timezone(&ZONE).date_naive())
}

fn about(found: &Break) -> String {
    let what = &found.what;
    match what.position {
        0 => format!("{} {}", what.subject, what.subject_id),
        position => format!("{} {}/{position}", what.subject, what.subject_id),
    }
}

pub(super) fn one(args: &BreakArgs, environment: &Environment, out: &mut dyn Write) -> anyhow::Result<Outcome> {
    let config = ReconcileConfig::from_environment(environment)?;
    let ledger = open(environment)?;
    let ended = act(&ledger, args, config.alone_max, out);
    ledger.close();
    ended
}

fn act(ledger: &Ledger, args: &BreakArgs, alone_max: Money, out: &mut dyn Write) -> anyhow::Result<Outcome> {
    let (id, now) = (args.id, Utc::now());
    let missing = || format!("there is no open break {id}; `fatoura reconcile breaks --open` shows them");
    match &args.action {
        None => return show(ledger, id, out),
        Some(BreakAction::Assign(assign)) => {
            let (to, by) = (member(ledger, &assign.to)?, member(ledger, &assign.by)?);
            let (name, entry) = (to.name.clone(), entry(&by, Action::BreakAssigned, id, &to.login));
            let (to, by) = (actor(to), actor(by));
            let is_done = ledger.write_now(move |op| {
                let is_done = op.assign_break(id, &to, &by, now)?;
                if is_done {
                    op.audit(&entry, now)?;
                }
                Ok(is_done)
            })?;
            if !is_done {
                bail!(missing());
            }
            writeln!(out, "break {id} is followed up by {name}")?;
        }
        Some(BreakAction::Note(note)) => {
            let (text, by) = (note.text.clone(), member(ledger, &note.by)?);
            let (entry, by) = (entry(&by, Action::BreakNoted, id, ""), actor(by));
            let is_done = ledger.write_now(move |op| {
                let is_done = op.note_break(id, &text, &by, now)?;
                if is_done {
                    op.audit(&entry, now)?;
                }
                Ok(is_done)
            })?;
            if !is_done {
                bail!(missing());
            }
            writeln!(out, "noted")?;
        }
        Some(BreakAction::Resolve(resolve)) => {
            let by = member(ledger, &resolve.by)?;
            let (resolution, note, biller) = (resolve.how, resolve.text.clone(), resolve.biller);
            let payout = resolve.payout.clone();
            let new = NewResolution { resolution, note, biller, payout, alone_max };
            let (entry, by) = (entry(&by, Action::BreakResolved, id, resolution.as_str()), actor(by));
            let resolved = ledger.write_now(move |op| {
                let resolved = op.resolve_break(id, &new, &by, now)?;
                if matches!(resolved, Resolved::Closed(_) | Resolved::Waits) {
                    op.audit(&entry, now)?;
                }
                Ok(resolved)
            })?;
            told(resolved, id, out)?;
        }
        Some(BreakAction::Approve(note)) => decide(ledger, id, true, &note.text, &note.by, out)?,
        Some(BreakAction::Refuse(note)) => decide(ledger, id, false, &note.text, &note.by, out)?,
    }
    Ok(Outcome::Done)
}

fn decide(ledger: &Ledger, id: i64, approve: bool, note: &str, login: &str, out: &mut dyn Write) -> anyhow::Result<()> {
    let (by, note, now) = (member(ledger, login)?, note.to_owned(), Utc::now());
    let action = if approve { Action::BreakApproved } else { Action::BreakRefused };
    let decided = ledger.write_now(move |op| {
        let proposed = op.proposal_effect(id, now)?.map(|proposal| proposal.resolution.as_str()).unwrap_or_default();
        let entry = entry(&by, action, id, proposed);
        let decided = op.decide_break(id, approve, &note, &actor(by.clone()), now)?;
        if matches!(decided, Resolved::Closed(_) | Resolved::Refused) {
            op.audit(&entry, now)?;
        }
        Ok(decided)
    })?;
    told(decided, id, out)
}

fn entry(by: &Member, action: Action, id: i64, detail: &str) -> AuditEntry {
    admin::audit_entry(by, action, &format!("break {id}"), detail)
}

fn actor(member: Member) -> Actor {
    Actor { id: member.id, name: member.name }
}

fn told(resolved: Resolved, id: i64, out: &mut dyn Write) -> anyhow::Result<()> {
    match resolved {
        Resolved::Closed(None) => writeln!(out, "break {id} is closed")?,
        Resolved::Closed(Some(posting)) => writeln!(out, "break {id} is closed; booked as posting {posting}")?,
        Resolved::Waits => writeln!(out, "break {id} waits for a second person: `reconcile break {id} approve`")?,
        Resolved::Refused => writeln!(out, "refused; break {id} is open again")?,
        Resolved::NoSuchBreak => bail!("there is no break {id}"),
        Resolved::ClosedBefore => bail!("break {id} is closed already"),
        Resolved::NotProposed => bail!("break {id}: see `reconcile break {id}` for what is proposed, if anything"),
        Resolved::SamePerson => bail!("who proposed how to close break {id} cannot approve it"),
        Resolved::Unfit(why) => bail!("break {id} cannot be closed so: {why}"),
    }
    Ok(())
}

/// A member of staff who may do something about breaks here as on the pages.
fn member(ledger: &Ledger, login: &str) -> anyhow::Result<Member> {
    let found = admin::find(ledger, login).context("the members cannot be read")?;
    match found.filter(|member| !member.disabled) {
        None => bail!("there is no member of staff '{login}'; `fatoura user list` shows them"),
        Some(member) if !member.may_for_hub(Permission::ResolveBreaks) => {
            bail!("'{login}' may do nothing about breaks: that takes the role finance, bound to no biller")
        }
        Some(member) => Ok(member),
    }
}

fn show(ledger: &Ledger, id: i64, out: &mut dyn Write) -> anyhow::Result<Outcome> {
    let found = ledger.read(|reader| Ok((reader.break_of(id)?, reader.break_notes(id)?)));
    let (found, notes) = found.context("the break cannot be read")?;
    let Some(found) = found else { bail!("there is no break {id}") };
    let what = &found.what;
    writeln!(out, "break {id}: {}, {} {}, {}", what.kind, what.source, what.partner, found.state)?;
    writeln!(out, "about {}, due {}", about(&found), what.due_on)?;
    writeln!(out, "{}", what.words)?;
    for (name, amount) in [("expected", what.expected), ("found", what.found)] {
        if let Some(amount) = amount {
            writeln!(out, "{name} {amount}")?;
        }
    }
    for note in notes {
        writeln!(out, "{}  {}  {}: {}", local(note.made_at), note.by, note.action, note.note)?;
    }
    Ok(Outcome::Done)
}

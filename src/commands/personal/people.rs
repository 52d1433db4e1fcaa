//! What is held of a person: taken out, and erased by two people.

use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;

use anyhow::{Context, bail};
use chrono::Utc;
use ledger::{Actor, AuditEntry, Erased, ErasureDone, Held, Ledger, Obstacle};
use payments::catalogue::Catalogue;
use payments::personal::{self, Asked};
use staff::admin::{self, Member};
use staff::{Action, Role};

use crate::cli::{ApproveErasureArgs, ErasePersonArgs, ExportPersonArgs};
use crate::commands::Outcome;
use crate::commands::table::local;

/// How long the law on accounting has payments kept, in years (Code de commerce, article 22).
const KEPT_YEARS: u8 = 10;

pub(super) fn export(ledger: &Ledger, args: &ExportPersonArgs, out: &mut dyn Write) -> anyhow::Result<Outcome> {
    let (by, now) = (administrator(ledger, &args.by)?, Utc::now());
    let catalogue = Catalogue::of_ledger(ledger).context("the billers cannot be read")?;
    let (phone, mail, contract) = (args.phone.clone(), args.mail.clone(), args.contract.clone());
    let asked = Asked { phone, mail, contract };
    let person = asked.person(&catalogue)?;
    let export = personal::export(ledger, &asked, &person, now)?;
    if export.is_empty() {
        writeln!(out, "nothing is held of them; nothing was written")?;
        return Ok(Outcome::Done);
    }
    // In the log before anybody can read it.
    let entry = entry(&by, Action::PersonalDataExported, "person", &args.reason);
    ledger.write_now(move |op| op.audit(&entry, now))?;
    let shown = args.to.display();
    let made = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&args.to);
    let mut file = made.with_context(|| format!("{shown} cannot be made"))?;
    let text = serde_json::to_vec_pretty(&export)?;
    file.write_all(&text).and_then(|()| file.sync_all()).with_context(|| format!("{shown} cannot be written"))?;
    let (payments, rows, mentions) = (export.payments.len(), export.rows.len(), export.mentions.len());
    writeln!(out, "{shown}: {payments} payments, {rows} links, references, calls and lists, {mentions} other texts")?;
    Ok(Outcome::Done)
}

pub(super) fn erase(ledger: &Ledger, args: &ErasePersonArgs, out: &mut dyn Write) -> anyhow::Result<Outcome> {
    let (by, now) = (administrator(ledger, &args.by)?, Utc::now());
    let asked = Asked { phone: args.who.phone.clone(), mail: args.who.mail.clone(), contract: None };
    let person = asked.person(&Catalogue::default())?;
    let held = ledger.read(|reader| reader.held_of(&person, now.naive_utc()))?;
    if held.is_empty() {
        writeln!(out, "nothing is held of them; nothing was asked for")?;
        return Ok(Outcome::Done);
    }
    refuse_open(&held.obstacles(now.naive_utc()))?;
    let (reason, entered, actor) = (args.reason.clone(), by.clone(), actor(&by));
    let id = ledger.write_now(move |op| {
        let id = op.ask_erasure(&person, &reason, &actor, now)?;
        op.audit(&entry(&entered, Action::ErasureAsked, &format!("erasure {id}"), &reason), now)?;
        Ok(id)
    })?;
    writeln!(out, "erasure {id} waits for a second administrator: `fatoura personal approve {id} --by LOGIN`")?;
    Ok(Outcome::Done)
}

pub(super) fn approve(ledger: &Ledger, args: &ApproveErasureArgs, out: &mut dyn Write) -> anyhow::Result<Outcome> {
    let (by, now, id) = (administrator(ledger, &args.by)?, Utc::now(), args.id);
    let found = ledger.read(|reader| reader.erasure(id))?;
    let Some(erasure) = found else { bail!("there is no erasure {id}") };
    if erasure.decided_at.is_some() {
        write!(out, "{}", erasure.certificate)?;
        return Ok(Outcome::Done);
    }
    let held = ledger.read(|reader| reader.held_of(&erasure.person, now.naive_utc()))?;
    refuse_open(&held.obstacles(now.naive_utc()))?;
    let (entered, actor) = (by.clone(), actor(&by));
    let head = format!(
        "Erasure {id}, asked for by {} on {}, done by {} on {}: {}\n",
        erasure.asked_by.name,
        local(erasure.asked_at),
        by.name,
        local(now.naive_utc()),
        erasure.reason
    );
    let kept = kept(&held);
    let done = ledger.write_now(move |op| {
        let done = op.do_erasure(&erasure, &actor, now, |erased| certificate(&head, erased, &kept))?;
        if let ErasureDone::Done(_) = done {
            op.audit(&entry(&entered, Action::PersonalDataErased, &format!("erasure {id}"), ""), now)?;
        }
        Ok(done)
    })?;
    match done {
        ErasureDone::SamePerson => bail!("who asked for erasure {id} cannot approve it"),
        ErasureDone::Unknown => bail!("erasure {id} was done meanwhile"),
        ErasureDone::Done(_) => {}
    }
    let certificate = ledger.read(|reader| reader.erasure(id))?.map(|erasure| erasure.certificate);
    write!(out, "{}", certificate.unwrap_or_default())?;
    Ok(Outcome::Done)
}

/// Nothing is erased by halves.
fn refuse_open(open: &[Obstacle]) -> anyhow::Result<()> {
    if open.is_empty() {
        return Ok(());
    }
    let line = |obstacle: &Obstacle| {
        let until = obstacle.until.map(|until| format!(" until {}", local(until))).unwrap_or_default();
        format!("{} {}{until}", obstacle.what, obstacle.id)
    };
    let lines: Vec<String> = open.iter().map(line).collect();
    bail!("nothing was changed: something of theirs is still open: {}", lines.join("; "))
}

/// What no erasure touches, and why.
fn kept(held: &Held) -> String {
    let mut kept = String::new();
    if let Some(last) = held.payments.iter().map(|payment| payment.created_at).max() {
        kept.push_str(&format!(
            "Kept: {} payments with amounts, receipts and contracts, as accounting records for {KEPT_YEARS} years; \
             the last one is of {}.\n",
            held.payments.len(),
            local(last)
        ));
    }
    if !held.lists.is_empty() {
        kept.push_str(&format!("Kept: {} entries of lists against fraud, as digests.\n", held.lists.len()));
    }
    kept
}

fn certificate(head: &str, erased: &Erased, kept: &str) -> String {
    let Erased { payments, notes, links, references, calls, desk_calls, disputes } = erased;
    format!(
        "{head}Erased: phone and mail address of {payments} payments, {notes} notes to them, {links} links, the phone of \
         {references} references, {calls} calls, the caller and the notes of {desk_calls} calls at the desk, what \
         was written in {disputes} complaints.\n{kept}"
    )
}

fn entry(by: &Member, action: Action, subject: &str, detail: &str) -> AuditEntry {
    admin::audit_entry(by, action, subject, detail)
}

fn actor(member: &Member) -> Actor {
    Actor { id: member.id, name: member.name.clone() }
}

/// A member of staff who may take out and erase what is held of people.
fn administrator(ledger: &Ledger, login: &str) -> anyhow::Result<Member> {
    let found = admin::find(ledger, login).context("the members cannot be read")?;
    match found.filter(|member| !member.disabled) {
        None => bail!("there is no member of staff '{login}'; `fatoura user list` shows them"),
        Some(member) if !member.roles.contains(&Role::Administrator) => {
            bail!("'{login}' may not: that takes the role administrator")
        }
        Some(member) => Ok(member),
    }
}

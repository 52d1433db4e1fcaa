//! What is held of a person: taken out, and erased by two people.

use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;

use anyhow::{Context, bail};
use channels::{erasure_certificate, readable_export};
use chrono::Utc;
use chrono_tz::Africa::Casablanca;
use ledger::{
    Actor, AuditEntry, ErasureDone, Ledger, NewPersonRequest, Obstacle, PersonAsk, PersonRequestKept,
    PersonRequestStep, Reference,
};
use payments::catalogue::Catalogue;
use payments::personal::{self, Asked, ErasureFacts, due_on};
use staff::admin::{self, Member};
use staff::{Action, Permission};

use crate::cli::{ApproveErasureArgs, ErasePersonArgs, ExportForm, ExportPersonArgs};
use crate::commands::Outcome;
use crate::commands::table::local;

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
    let text = match args.format {
        ExportForm::Json => serde_json::to_vec_pretty(&export)?,
        ExportForm::Html => readable_export(args.language, &export, &catalogue)?.into_bytes(),
    };
    let made = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&args.to);
    let mut file = made.with_context(|| format!("{shown} cannot be made"))?;
    file.write_all(&text).and_then(|()| file.sync_all()).with_context(|| format!("{shown} cannot be written"))?;
    let (payments, rows, mentions) = (export.payments.len(), export.rows.len(), export.mentions.len());
    writeln!(out, "{shown}: {payments} payments, {rows} links, references, calls and lists, {mentions} other texts")?;
    Ok(Outcome::Done)
}

/// Takes a request in, which stands among the others on the page, and asks for its erasure.
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
    let today = now.with_timezone(&Casablanca).date_naive();
    let new = NewPersonRequest {
        key: format!("{:016x}", Reference::fresh_secret()),
        kind: PersonAsk::Erasure,
        phone: person.phone,
        email: person.email,
        contract: None,
        language: args.language,
        reference: args.reason.clone(),
        days: (today, due_on(today)),
        by: actor(&by),
    };
    let id = ledger.write_now(move |op| {
        let PersonRequestKept::Kept(request) = op.take_person_request(&new, now)? else { return Ok(None) };
        let named = format!("person request {request}");
        op.audit(&entry(&by, Action::PersonRequestTaken, &named, new.kind.as_str()), now)?;
        let PersonRequestStep::Done(Some(id)) = op.ask_erasure_of(request, &new.by, now)? else { return Ok(None) };
        op.audit(&entry(&by, Action::ErasureAsked, &format!("erasure {id}"), &new.reference), now)?;
        Ok(Some(id))
    })?;
    let Some(id) = id else { bail!("the request cannot be taken in: try again") };
    writeln!(out, "erasure {id} waits for a second administrator: `fatoura personal approve {id} --by LOGIN`")?;
    Ok(Outcome::Done)
}

pub(super) fn approve(ledger: &Ledger, args: &ApproveErasureArgs, out: &mut dyn Write) -> anyhow::Result<Outcome> {
    let (by, now, id) = (administrator(ledger, &args.by)?, Utc::now(), args.id);
    let found = ledger.read(|reader| reader.erasure(id))?;
    let Some(erasure) = found else { bail!("there is no erasure {id}") };
    if erasure.decided_at.is_some() {
        if erasure.certificate.is_empty() {
            bail!("erasure {id} was refused or withdrawn");
        }
        write!(out, "{}", erasure.certificate)?;
        return Ok(Outcome::Done);
    }
    let held = ledger.read(|reader| reader.held_of(&erasure.person, now.naive_utc()))?;
    refuse_open(&held.obstacles(now.naive_utc()))?;
    let (entered, actor) = (by.clone(), actor(&by));
    let (facts, language) = (ErasureFacts::new(&erasure, &held, &by.name, now), args.language);
    let done = ledger.write_now(move |op| {
        let done = op.do_erasure(&erasure, &actor, now, |erased| erasure_certificate(language, &facts, erased))?;
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
        Some(member) if !may(&member) => bail!("'{login}' may not: that takes the role administrator"),
        Some(member) => Ok(member),
    }
}

fn may(member: &Member) -> bool {
    member.roles.iter().any(|role| role.permissions().contains(&Permission::ManagePersonalData))
}

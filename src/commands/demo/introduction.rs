//! What the demo tells whoever started it.

use std::io::Write;
use std::path::Path;

use sandbox::{RunningSandbox, SeedContract, SeedType, show_amount};

use super::staff::{Colleague, PASSWORD};
use super::{networks, shown};
use crate::commands::sandbox::cards;

pub(super) fn print(
    out: &mut dyn Write,
    hub: &str,
    sandbox: &RunningSandbox,
    folder: &Path,
    staff: &[Colleague],
) -> anyhow::Result<()> {
    let base = sandbox.base_url();
    writeln!(
        out,
        "\
Fatoura is running. This is a demo: no real card, no real money, no message leaves this machine.

  Pay a bill          {hub}/
  Work with the hub   {hub}/staff
  Outside world       {base}/  (billers, bank, faults to inject)
  SMS sent            {base}/inbox/sms
  Mail sent           {base}/inbox/mail
  Call the hub        {base}/calls, or: fatoura sandbox call --sandbox {base}

  Try these contracts"
    )?;
    for biller in sandbox::billers() {
        writeln!(out, "    {} {}", biller.code, biller.name)?;
        for kind in biller.types {
            writeln!(out, "         {}: {}", kind.name, contracts(kind))?;
        }
    }
    writeln!(out)?;
    cards(out)?;
    colleagues(out, staff)?;
    outlet(out, hub, base.as_str())?;
    desk(out, hub, base.as_str())?;
    day(out, base.as_str(), &shown(folder, "fatoura.db"))?;
    finance(out, hub, folder)?;
    writeln!(
        out,
        "
  Kept in {database}, {world}, {key} and {staff_key}: the next start goes on from there.
  Look into the books: FATOURA_DATABASE_URL=sqlite:{database} fatoura check-books
  Ctrl-C stops it.",
        database = shown(folder, "fatoura.db"),
        world = shown(folder, "sandbox.json"),
        key = shown(folder, "cookie.key"),
        staff_key = shown(folder, "staff.key"),
    )?;
    Ok(out.flush()?)
}

/// Who can sign in at the pages for staff, and how.
fn colleagues(out: &mut dyn Write, staff: &[Colleague]) -> anyhow::Result<()> {
    writeln!(out, "\n  Staff, all with the password {PASSWORD}")?;
    for Colleague { login, role, secret } in staff {
        let factor = if secret.is_empty() { "no second factor".to_owned() } else { format!("secret {secret}") };
        writeln!(out, "    {login:8} {role:18}  {factor}")?;
    }
    writeln!(
        out,
        "    Codes come from an authenticator app that was given the secret, or from `oathtool --totp -b SECRET`"
    )?;
    Ok(())
}

/// A day at the outlet.
fn outlet(out: &mut dyn Write, hub: &str, sandbox: &str) -> anyhow::Result<()> {
    writeln!(
        out,
        "
  Try the outlet ({outlet}, its float is filled)
    amina   {hub}/fr/staff/outlet: open till 1 with 500, type 100102, contract 11111111, Enter to the receipt;
            cancel it with a reason; make a biller silent in the outside world and pay again; close with Alt+5
    samir   signs on that page for a drawer that is off by more than 10.00
    nadia   asks for a top-up at {hub}/fr/staff/floats, fatima approves it
    A network's own system, for a day:
            FATOURA_NETWORK_SECRET={secret} fatoura sandbox network --hub {hub} --network ATLAS --key NETWORK_SECRET_ATLAS --outlet 20001 --books {sandbox}",
        outlet = networks::OUTLET,
        secret = super::NETWORK_SECRET,
    )?;
    Ok(())
}

/// How a day ends.
fn day(out: &mut dyn Write, sandbox: &str, database: &str) -> std::io::Result<()> {
    writeln!(
        out,
        "
  End a day (by itself at midnight in Casablanca)
    Close it          press the button in {sandbox}/, or: curl -X POST {sandbox}/control/days
    Within 5 minutes  the hub fetches what bank, gateway, networks and billers state of it, and takes it in
    See what it is    FATOURA_DATABASE_URL=sqlite:{database} fatoura reconcile run
                      FATOURA_DATABASE_URL=sqlite:{database} fatoura reconcile statement --day $(date +%F)
    Plan a break      what is to be wrong with a day is chosen on the same page"
    )
}

/// What to try at the teleoperators' desk.
fn desk(out: &mut dyn Write, hub: &str, sandbox: &str) -> std::io::Result<()> {
    writeln!(
        out,
        "
  Answer a caller: sign in as tariq, open {hub}/staff/desk
    Wait for one      fatoura sandbox call --sandbox {sandbox} --keys 2,1,2,11111111#,0
    Or open a call    0612345678, then find contract 11111111 and send the link
    Pay as the caller open the link in {sandbox}/inbox/sms and watch the call turn paid by itself
    Search            the phone, the contract, the payment's reference or the biller's receipt number"
    )
}

/// A day in finance.
fn finance(out: &mut dyn Write, hub: &str, folder: &Path) -> std::io::Result<()> {
    writeln!(
        out,
        "
  Settle and reconcile: sign in as fatima, and as farid for what takes a second person
    fatima  {hub}/fr/staff/settlement: windows close at 18:00, or at once by
            FATOURA_DATABASE_URL=sqlite:{database} fatoura job run close_windows --as-of \"$(date -d tomorrow +%FT18:00)\"
            then their figures, files and the order to the bank are there within half a minute
    fatima  {hub}/fr/staff/reconciliation: the statement of a day, as PDF to be signed; {hub}/fr/staff/breaks
    brahim  has the files of biller 1001 alone, aicha reads everything",
        database = shown(folder, "fatoura.db"),
    )
}

fn contracts(kind: &SeedType) -> String {
    if !kind.fetch {
        return "any number; the payer chooses the amount".to_owned();
    }
    kind.contracts.iter().map(contract).collect::<Vec<_>>().join(", ")
}

fn contract(contract: &SeedContract) -> String {
    match contract.articles {
        [] => format!("{} (nothing due)", contract.contract),
        lines => {
            let due = show_amount(lines.iter().map(|line| line.minor).sum());
            format!("{} ({due})", contract.contract)
        }
    }
}

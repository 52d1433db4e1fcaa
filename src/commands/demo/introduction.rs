//! What the demo tells whoever started it.

use std::io::Write;
use std::path::Path;

use sandbox::{RunningSandbox, SeedContract, SeedType, show_amount};

use super::shown;
use super::staff::{Colleague, PASSWORD};
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

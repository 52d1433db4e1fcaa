//! What the demo tells whoever started it.

use std::io::Write;
use std::path::Path;

use sandbox::{RunningSandbox, SeedContract, SeedType, show_amount};

use super::shown;
use crate::commands::sandbox::cards;

pub(super) fn print(out: &mut dyn Write, hub: &str, sandbox: &RunningSandbox, folder: &Path) -> anyhow::Result<()> {
    let base = sandbox.base_url();
    writeln!(
        out,
        "\
Fatoura is running. This is a demo: no real card, no real money, no message leaves this machine.

  Pay a bill          {hub}/
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
    writeln!(
        out,
        "
  Kept in {database}, {world} and {key}: the next start goes on from there.
  Look into the books: FATOURA_DATABASE_URL=sqlite:{database} fatoura check-books
  Ctrl-C stops it.",
        database = shown(folder, "fatoura.db"),
        world = shown(folder, "sandbox.json"),
        key = shown(folder, "cookie.key"),
    )?;
    Ok(out.flush()?)
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

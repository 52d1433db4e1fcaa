//! The demo's file servers: the sandbox plays those of billers, bank, gateway and networks.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use anyhow::Context;
use payments::catalogue::Biller;
use russh::keys::PrivateKey;
use russh::keys::ssh_key::LineEnding;
use russh::keys::ssh_key::private::Ed25519Keypair;
use sandbox::RunningSandbox;
use settlement::terms::Sftp;

use crate::config::{RemoteSource, SettlementConfig, sftp_key_variable};

/// The name of the hub's key for all of them.
const KEY: &str = "demo";

fn server(sandbox: &RunningSandbox, user: &str, folder: &str) -> Sftp {
    let address = sandbox.sftp_addr();
    Sftp {
        host: address.ip().to_string(),
        port: address.port(),
        user: user.to_owned(),
        folder: folder.to_owned(),
        key: KEY.to_owned(),
        host_key: sandbox.sftp_host_key(),
    }
}

/// Billers with servers have them in the sandbox.
pub(super) fn of_sandbox(mut billers: Vec<Biller>, sandbox: &RunningSandbox) -> Vec<Biller> {
    for biller in &mut billers {
        let user = format!("biller-{}", biller.code);
        if let Some(known) = &mut biller.terms.delivery.sftp {
            *known = server(sandbox, &user, &known.folder);
        }
    }
    billers
}

/// Messages go to the bank in the sandbox, with a key that is made once; what all sides state of a day is fetched there.
pub(super) fn bring(settlement: &mut SettlementConfig, sandbox: &RunningSandbox, data: &Path) -> anyhow::Result<()> {
    let path = data.join("sftp.key");
    if !path.exists() {
        make(&path).with_context(|| format!("{} cannot be made", path.display()))?;
    }
    settlement.keys.insert(sftp_key_variable(KEY), path);
    settlement.bank_server = Some(server(sandbox, "bank", "orders"));
    if let Some(bank) = &mut settlement.bank {
        bank.is_delivered = true;
    }
    let source = |name: &str, user: &str, folder: &str| RemoteSource {
        name: name.to_owned(),
        server: server(sandbox, user, folder),
    };
    settlement.sources = vec![
        source("bank-answers", "bank", "answers"),
        source("bank", "bank", "statements"),
        source("cmi", "cmi", "reports"),
        source("atlas", "network-atlas", "reports"),
    ];
    let billers = sandbox::billers().iter().map(|biller| format!("biller-{}", biller.code));
    settlement.sources.extend(billers.map(|biller| source(&biller, &biller, "acknowledgements")));
    Ok(())
}

/// For its owner only, under its name when it is whole.
fn make(path: &Path) -> anyhow::Result<()> {
    let key = PrivateKey::from(Ed25519Keypair::from_seed(&rand::random())).to_openssh(LineEnding::LF)?;
    let part = path.with_extension("part");
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&part)?;
    file.write_all(key.as_bytes())?;
    file.sync_all()?;
    Ok(fs::rename(&part, path)?)
}

//! `sandbox`: the outside world alone, for integrators.

mod call;

use std::fs::DirBuilder;
use std::io::Write;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;

use anyhow::{Context, anyhow};
use sandbox::{RunningSandbox, Sandbox, SandboxConfig, SandboxError, TEST_CARDS};

use super::{Outcome, block_on, stop_in_order};
use crate::cli::{SandboxAction, SandboxArgs};
use crate::server::cannot_listen;
use crate::signals::StopSignals;

/// The flags that choose the sandbox's ports, for whoever finds one taken.
pub(super) struct PortFlags {
    pub(super) http: &'static str,
    pub(super) smtp: &'static str,
    pub(super) sftp: &'static str,
}

pub(super) fn run(args: SandboxArgs, out: &mut dyn Write) -> anyhow::Result<Outcome> {
    if let Some(SandboxAction::Call(args)) = args.action {
        return block_on(call::run(args, out));
    }
    let config = SandboxConfig {
        bind: args.bind,
        http_port: args.port,
        smtp_port: args.smtp_port,
        sftp_port: args.sftp_port,
        data_dir: args.data,
        voice_url: args.voice_url,
        closes_days: true,
        ..SandboxConfig::default()
    };
    block_on(async {
        let mut signals = StopSignals::listen()?;
        let shown = config.clone();
        let running = start(config, &PortFlags { http: "--port", smtp: "--smtp-port", sftp: "--sftp-port" }).await?;
        introduce(&running, &shown, out)?;
        signals.next().await;
        stop_in_order(&mut signals, running.stop()).await
    })
}

/// Starts a sandbox, with its data folder made if need be.
pub(super) async fn start(config: SandboxConfig, flags: &PortFlags) -> anyhow::Result<RunningSandbox> {
    if let Some(folder) = &config.data_dir {
        make_folder(folder)?;
    }
    let (smtp_port, sftp_port) = (config.smtp_port, config.sftp_port);
    Sandbox::start(config).await.map_err(|error| match &error {
        SandboxError::Listen { address, cause } => {
            let is_of = |port: u16| port != 0 && address.ends_with(&format!(":{port}"));
            let flag = match () {
                () if is_of(smtp_port) => flags.smtp,
                () if is_of(sftp_port) => flags.sftp,
                () => flags.http,
            };
            anyhow!(cannot_listen(address, cause, flag))
        }
        _ => anyhow!(error),
    })
}

/// Makes a folder for its owner only: what is kept there is about people.
pub(super) fn make_folder(folder: &Path) -> anyhow::Result<()> {
    let made = DirBuilder::new().recursive(true).mode(0o700).create(folder);
    made.with_context(|| format!("the folder {} cannot be made", folder.display()))
}

fn introduce(running: &RunningSandbox, config: &SandboxConfig, out: &mut dyn Write) -> anyhow::Result<()> {
    let base = running.base_url();
    let kept = match &config.data_dir {
        Some(folder) => format!("kept in {}", folder.join("sandbox.json").display()),
        None => "kept in memory only: --data DIR keeps it over a restart".to_owned(),
    };
    writeln!(
        out,
        "\
The sandbox is running: no real card, no real money, no message leaves it. What happens is {kept}.

  Dashboard           {base}/
  SMS, mail, files    {base}/inbox/sms   {base}/inbox/mail   {base}/inbox/files
  Telephone           {base}/calls, or: fatoura sandbox call --sandbox {base}
  Card orders         {base}/card-orders

  JSON billers        {base}/billers/CODE
  SOAP billers        {base}/soap/CODE
  Bill files          {base}/files/CODE/bills.csv, payments at {base}/files/CODE/payments
    shared secret     {secret}
  Hosted card page    {base}/fim/est3Dgate
    client, key       {client}, {key}
  Gateway's API       {base}/fim/api
    user, password    {user}, {password}
  Pay connector       {base}/fim/connector, the same user
  SMS, voice (Twilio) {base}/twilio
    account, token    {sid}, {token}
  Mail (SMTP)         {smtp}, without TLS, any user or none
  Files (SFTP)        {sftp}, any user with any key
    host key          {host_key}
  Bank                orders at {sftp}, user bank; {base}/bank/statement?day=YYYY-MM-DD
  Reports of a day    after it, or with POST {base}/control/days: users bank, cmi, network-CODE, biller-CODE
",
        secret = config.biller_secret,
        client = config.cmi_client_id,
        key = config.cmi_store_key,
        user = config.cmi_api_user,
        password = config.cmi_api_password,
        sid = config.twilio_account_sid,
        token = config.twilio_auth_token,
        smtp = running.smtp_addr(),
        sftp = running.sftp_addr(),
        host_key = running.sftp_host_key(),
    )?;
    cards(out)?;
    writeln!(out, "\nBillers for a hub:  fatoura biller import --set SANDBOX_URL={base} sandbox/billers/*.toml")?;
    writeln!(out, "Ctrl-C stops it.")?;
    Ok(out.flush()?)
}

/// The cards to pay with.
pub(super) fn cards(out: &mut dyn Write) -> std::io::Result<()> {
    writeln!(out, "  Test cards (any expiry to come, any security code)")?;
    for card in TEST_CARDS {
        let groups: Vec<&str> = (0..4).filter_map(|group| card.number.get(group * 4..group * 4 + 4)).collect();
        writeln!(out, "    {}   {}", groups.join(" "), card.effect)?;
    }
    Ok(())
}

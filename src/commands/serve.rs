//! `serve`: the hub, configured by the environment.

use std::io::Write;

use anyhow::bail;

use super::{Outcome, block_on, stop_in_order};
use crate::app::{App, Outside};
use crate::config::{Config, Environment};
use crate::running::Running;
use crate::server;
use crate::signals::StopSignals;

pub(super) fn run(environment: &Environment, out: &mut dyn Write) -> anyhow::Result<Outcome> {
    let config = Config::read(environment)?;
    let tls = config.tls.as_ref().map(server::tls).transpose()?;
    let scheme = if tls.is_some() { "https" } else { "http" };
    if config.twilio.is_none() {
        tracing::warn!("no SMS will be sent: FATOURA_TWILIO_ACCOUNT_SID is not set");
    }
    if config.smtp.is_none() {
        tracing::warn!("no mail will be sent: FATOURA_SMTP_HOST is not set");
    }
    let listener = server::listen(config.web.listen, "FATOURA_LISTEN")?;
    let app = App::open(&config, Outside::real(environment))?;
    warn_of_missing_secrets(&app, environment);
    block_on(async {
        let mut signals = StopSignals::listen()?;
        let mut running = Running::start(app, &config.web, tls, listener).await?;
        writeln!(out, "fatoura serves {} at {scheme}://{}", config.web.public_url, running.address())?;
        out.flush()?;
        let broken = tokio::select! {
            () = signals.next() => None,
            part = running.broken() => Some(part),
        };
        let outcome = stop_in_order(&mut signals, running.stop()).await?;
        match broken {
            None => Ok(outcome),
            Some(part) => bail!("{part} by itself; see the log"),
        }
    })
}

/// A biller without its secret is offered as unavailable: better told at the start than by its payers.
fn warn_of_missing_secrets(app: &App, environment: &Environment) {
    let catalogue = app.hub.catalogue();
    if catalogue.billers().is_empty() {
        tracing::warn!("there are no billers: import some with `fatoura biller import FILE...`");
    }
    for biller in catalogue.billers() {
        if let Err(fault) = biller.connector.build(biller.code, &|name| environment.secret(name)) {
            tracing::warn!(biller = biller.code, %fault, "this biller cannot be asked or paid");
        }
    }
}

//! `sandbox call`: a telephone at the command line; the voice provider of a running sandbox carries the call.

use std::io::{self, BufRead, Write};
use std::time::Duration;

use anyhow::{Context, bail};
use biller_adapters::init_tls;
use reqwest::{Client, RequestBuilder};
use serde::Deserialize;
use serde_json::json;

use super::super::Outcome;
use crate::cli::CallArgs;

/// Longer than the provider waits for the hub, as often as one key can lead from document to document.
const ANSWER_MAX: Duration = Duration::from_secs(120);

/// A call, as the sandbox shows it.
#[derive(Deserialize)]
struct Call {
    sid: String,
    ended: bool,
    lines: Vec<Line>,
}

/// A line of its transcript.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Line {
    Said { language: String, text: String },
    Keyed(String),
    Event(String),
}

/// Why the sandbox did not do it.
#[derive(Deserialize)]
struct Problem {
    error: String,
}

pub(super) async fn run(args: CallArgs, out: &mut dyn Write) -> anyhow::Result<Outcome> {
    init_tls();
    let http = Client::builder().no_proxy().timeout(ANSWER_MAX).build().context("the HTTP client cannot be made")?;
    let base = args.sandbox.trim_end_matches('/').to_owned();
    let dial = json!({
        "from": args.from, "to": args.to, "url": args.voice_url, "operator_answers": !args.no_operator,
    });
    let mut call = ask(http.put(format!("{base}/control/calls")).json(&dial), &base).await?;
    let mut shown = print(out, &call, 0)?;
    let mut script = args.keys.map(Vec::into_iter);
    while !call.ended {
        let keys = match &mut script {
            Some(script) => script.next(),
            None => typed(out)?,
        };
        // Whoever has nothing more to key hangs up.
        let keys = keys.unwrap_or_else(|| "h".to_owned());
        if keys.trim().is_empty() {
            continue;
        }
        let press = http.put(format!("{base}/control/calls/{}/keys", call.sid)).json(&json!({ "keys": keys.trim() }));
        match ask(press, &base).await {
            Ok(pressed) => call = pressed,
            // A slip of the finger does not end a call that somebody is having.
            Err(fault) if script.is_none() => {
                writeln!(out, "  ({fault})")?;
                continue;
            }
            Err(fault) => return Err(fault),
        }
        shown = print(out, &call, shown)?;
    }
    writeln!(out, "The transcript: {base}/calls/{}", call.sid)?;
    out.flush()?;
    Ok(Outcome::Done)
}

/// What is typed; `None` at the end of the input.
fn typed(out: &mut dyn Write) -> anyhow::Result<Option<String>> {
    write!(out, "> ")?;
    out.flush()?;
    let mut line = String::new();
    let read = io::stdin().lock().read_line(&mut line).context("standard input cannot be read")?;
    Ok((read > 0).then_some(line))
}

async fn ask(request: RequestBuilder, base: &str) -> anyhow::Result<Call> {
    let unreachable = || format!("no sandbox answers at {base}: start one, or say where it is with --sandbox");
    let answer = request.send().await.with_context(unreachable)?;
    if answer.status().is_success() {
        return answer.json().await.context("the sandbox's answer makes no sense");
    }
    let status = answer.status().as_u16();
    match answer.json::<Problem>().await {
        Ok(problem) => bail!("{}", problem.error),
        Err(_) => bail!("the sandbox answers HTTP {status}"),
    }
}

/// Prints the lines after those that were shown; how many there are now.
fn print(out: &mut dyn Write, call: &Call, shown: usize) -> anyhow::Result<usize> {
    for line in call.lines.iter().skip(shown) {
        match line {
            Line::Said { language, text } => writeln!(out, "  {language:5}  {text}")?,
            Line::Keyed(keys) => writeln!(out, "  keyed  {keys}")?,
            Line::Event(what) => writeln!(out, "  ({what})")?,
        }
    }
    out.flush()?;
    Ok(call.lines.len())
}

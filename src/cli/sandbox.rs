//! `sandbox` and what it plays against a hub that runs.

use std::net::IpAddr;
use std::path::PathBuf;

use clap::{Args, Subcommand};

/// Flags of `sandbox`.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct SandboxArgs {
    /// What to do with a sandbox that runs; without it one is started.
    #[command(subcommand)]
    pub action: Option<SandboxAction>,
    /// Where calls of the voice provider go: the hub's address that ends in /ivr/start
    #[arg(long, value_name = "URL")]
    pub voice_url: Option<String>,
    /// Folder that keeps what happened over a restart; without it nothing is kept
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Address to listen on; whoever reaches it may do anything in the sandbox
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1")]
    pub bind: IpAddr,
    /// Port of everything but mail and files
    #[arg(long, value_name = "PORT", default_value_t = 8081)]
    pub port: u16,
    /// Port of the mail server
    #[arg(long, value_name = "PORT", default_value_t = 8025)]
    pub smtp_port: u16,
    /// Port of the file server
    #[arg(long, value_name = "PORT", default_value_t = 8022)]
    pub sftp_port: u16,
}

/// What can be done with a sandbox that runs.
#[derive(Debug, Subcommand)]
pub enum SandboxAction {
    /// Call the hub's voice server, as a telephone would
    ///
    /// The voice provider of a running sandbox (that of `fatoura demo`, too) carries the call. What
    /// is said is printed; a line that is typed is keyed. `w` waits until the time is over, `h`
    /// hangs up, `r` lets the provider send its last request once more and tells whether the answer
    /// was the same. The transcript stands on the sandbox's page /calls, too.
    #[command(
        verbatim_doc_comment,
        after_help = "\
Examples:
  fatoura sandbox call
  fatoura sandbox call --from +212612345678 --keys 2,1,2,11111111#,1,1
  fatoura sandbox call --from anonymous --voice-url http://127.0.0.1:9080/ivr/start"
    )]
    Call(CallArgs),
    /// Play a network's own system for a day at an outlet, by the agents' API
    ///
    /// Opens a shift, finds a bill and pays it, repeats the payment as if its answer had been lost,
    /// cancels it, gives the cash back and closes the shift. Prints each step. Exit code 1: the hub
    /// did not do one, which is named. docs/agents-api.md is the document of the API.
    #[command(
        verbatim_doc_comment,
        after_help = "\
Environment:
  FATOURA_NETWORK_SECRET   the secret; on the command line others would see it

Example:
  FATOURA_NETWORK_SECRET=... fatoura sandbox network --network ATLAS --key NETWORK_SECRET_ATLAS --outlet 20001"
    )]
    Network(SandboxNetworkArgs),
}

/// Flags of `sandbox call`.
#[derive(Debug, Args)]
pub struct CallArgs {
    /// The caller's number, or `anonymous`
    #[arg(long, value_name = "NUMBER", default_value = "+212612345678")]
    pub from: String,
    /// The number called
    #[arg(long, value_name = "NUMBER", default_value = "+212520000000")]
    pub to: String,
    /// What is keyed, one thing after the other, separated by commas; without it, what is typed
    #[arg(long, value_name = "KEYS", value_delimiter = ',')]
    pub keys: Option<Vec<String>>,
    /// The sandbox that carries the call
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8081")]
    pub sandbox: String,
    /// Where the hub is asked, if not where the sandbox was told
    #[arg(long, value_name = "URL")]
    pub voice_url: Option<String>,
    /// Teleoperators do not answer
    #[arg(long)]
    pub no_operator: bool,
}

/// Flags of `sandbox network`.
#[derive(Debug, Args)]
pub struct SandboxNetworkArgs {
    /// The sandbox that keeps the network's books and makes its daily reports of them; without it none are kept
    #[arg(long, value_name = "URL")]
    pub books: Option<String>,
    /// The hub's address
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8080")]
    pub hub: String,
    /// The network's code
    #[arg(long, value_name = "CODE")]
    pub network: String,
    /// The name of its secret, as in `secret_env` of the network's file
    #[arg(long, value_name = "NAME")]
    pub key: String,
    /// The outlet's number
    #[arg(long, value_name = "NUMBER")]
    pub outlet: String,
    /// The till
    #[arg(long, value_name = "NAME", default_value = "1")]
    pub till: String,
    /// The biller's code
    #[arg(long, value_name = "CODE", default_value_t = 1001)]
    pub biller: u16,
    /// The receivable type
    #[arg(long, value_name = "CODE", default_value = "02")]
    pub receivable_type: String,
    /// The customer's contract
    #[arg(long, value_name = "NUMBER", default_value = "11111111")]
    pub contract: String,
}

//! What `biller` and `network` take.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::DATABASE;

/// Flags of `biller`.
#[derive(Debug, Args)]
pub struct BillerArgs {
    /// What to do with billers.
    #[command(subcommand)]
    pub action: BillerAction,
}

/// What can be done with billers.
#[derive(Debug, Subcommand)]
pub enum BillerAction {
    /// Take billers from TOML files, all of them or none
    ///
    /// A biller that is known under its code is replaced. If any file has a fault, every fault is
    /// named with its file and line, and nothing is imported. A hub that is running offers the
    /// billers within seconds. docs/biller-file.md describes the file.
    #[command(
        verbatim_doc_comment,
        after_help = "\
Examples:
  fatoura biller import billers/*.toml
  fatoura biller import --set SANDBOX_URL=http://127.0.0.1:8081 sandbox/billers/*.toml

Environment:
  FATOURA_DATABASE_URL   sqlite:PATH or postgres://USER:PASSWORD@HOST/DATABASE [default: sqlite:data/fatoura.db]
  NAME                   stands for ${NAME} in the addresses of a file, unless --set gives it"
    )]
    Import(ImportArgs),

    /// List the billers that are offered
    #[command(after_help = DATABASE)]
    List,
}

/// Flags of `network`.
#[derive(Debug, Args)]
pub struct NetworkArgs {
    /// What to do with networks.
    #[command(subcommand)]
    pub action: NetworkAction,
}

/// What can be done with networks.
#[derive(Debug, Subcommand)]
pub enum NetworkAction {
    /// Take networks with their outlets from TOML files, all of them or none
    ///
    /// A network that is known under its code is replaced. If any file has a fault, every fault is
    /// named with its file and line, and nothing is imported. A hub that is running takes the
    /// networks over within seconds. docs/network-file.md describes the file.
    #[command(
        verbatim_doc_comment,
        after_help = "\
Examples:
  fatoura network import networks.toml
  fatoura network import sandbox/networks/networks.toml

Environment:
  FATOURA_DATABASE_URL   sqlite:PATH or postgres://USER:PASSWORD@HOST/DATABASE [default: sqlite:data/fatoura.db]"
    )]
    Import(NetworkImportArgs),

    /// List the networks, their outlets and what is left of each float
    #[command(after_help = DATABASE)]
    List,
}

/// Flags of `network import`.
#[derive(Debug, Args)]
pub struct NetworkImportArgs {
    /// Files to read
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
}

/// Flags of `biller import`.
#[derive(Debug, Args)]
pub struct ImportArgs {
    /// Files to read
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// What `${NAME}` stands for in the addresses of a file; may be given several times
    #[arg(long = "set", value_name = "NAME=VALUE", value_parser = assignment)]
    pub variables: Vec<(String, String)>,
}

pub(super) fn assignment(text: &str) -> Result<(String, String), String> {
    let plain = |name: &str| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    match text.split_once('=') {
        Some((name, value)) if plain(name) => Ok((name.to_owned(), value.to_owned())),
        _ => Err("expected NAME=VALUE, such as SANDBOX_URL=http://127.0.0.1:8081".to_owned()),
    }
}

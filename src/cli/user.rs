//! `user`: members of staff.

use clap::{Args, Subcommand};
use staff::Role;

use super::DATABASE;

const ROLES: &str = "\
Roles: teleoperator, agent and outlet-supervisor (with --outlet), network-manager (with --network),
biller-user (with --biller), finance, operations, auditor, administrator";

/// Flags of `user`.
#[derive(Debug, Args)]
pub struct UserArgs {
    /// What to do with members of staff.
    #[command(subcommand)]
    pub action: UserAction,
}

/// What can be done with members of staff.
#[derive(Debug, Subcommand)]
pub enum UserAction {
    /// Take a member in, with a one-time password
    ///
    /// The password is made and printed once, or read from standard input; it must be changed at
    /// the first sign-in, within seven days. Roles that move money also set a second factor up
    /// then.
    #[command(
        verbatim_doc_comment,
        after_help = "\
Examples:
  fatoura user add salma --name 'Salma Alami' --role administrator
  fatoura user add omar --name 'Omar Idrissi' --role agent --outlet 7
  pwgen -s 20 1 | fatoura user add nadia --name 'Nadia Tazi' --role finance --password-stdin

Environment:
  FATOURA_DATABASE_URL   sqlite:PATH or postgres://USER:PASSWORD@HOST/DATABASE [default: sqlite:data/fatoura.db]"
    )]
    Add(UserAddArgs),

    /// List the members
    #[command(after_help = DATABASE)]
    List,

    /// Give a member a one-time password
    ///
    /// Ends their sessions, and forgets failed tries. The password is made and printed once, or
    /// read from standard input; it must be changed at the next sign-in, within seven days.
    #[command(verbatim_doc_comment, after_help = DATABASE)]
    ResetPassword(PasswordArgs),

    /// Take a member's second factor away, when their phone is lost
    ///
    /// Ends their sessions; their recovery codes are worth nothing any more. Where their roles
    /// move money, they set a new one up at the next sign-in.
    #[command(verbatim_doc_comment, after_help = DATABASE)]
    ResetSecondFactor(LoginArgs),

    /// Keep a member out, at once; they are never deleted, as the audit log names them
    #[command(after_help = DATABASE)]
    Disable(LoginArgs),

    /// Let a disabled member in again
    #[command(after_help = DATABASE)]
    Enable(LoginArgs),

    /// Set a member's roles, in place of those they have
    ///
    /// Holds for sessions under way too.
    #[command(verbatim_doc_comment, after_help = DATABASE)]
    SetRoles(SetRolesArgs),
}

/// Who is meant.
#[derive(Debug, Args)]
pub struct LoginArgs {
    /// The name they sign in with
    #[arg(value_name = "LOGIN")]
    pub login: String,
}

/// Flags of `user add`.
#[derive(Debug, Args)]
pub struct UserAddArgs {
    /// The name they sign in with: 3 to 32 lower-case letters, digits, dots, hyphens, underscores
    #[arg(value_name = "LOGIN")]
    pub login: String,
    /// The name people call them
    #[arg(long)]
    pub name: String,
    /// Roles and where they are held.
    #[command(flatten)]
    pub roles: RoleArgs,
    /// Read the one-time password from the first line of standard input instead of making one
    #[arg(long)]
    pub password_stdin: bool,
}

/// Flags of `user reset-password`.
#[derive(Debug, Args)]
pub struct PasswordArgs {
    /// The name they sign in with
    #[arg(value_name = "LOGIN")]
    pub login: String,
    /// Read the one-time password from the first line of standard input instead of making one
    #[arg(long)]
    pub password_stdin: bool,
}

/// Flags of `user set-roles`.
#[derive(Debug, Args)]
pub struct SetRolesArgs {
    /// The name they sign in with
    #[arg(value_name = "LOGIN")]
    pub login: String,
    /// Roles and where they are held.
    #[command(flatten)]
    pub roles: RoleArgs,
}

/// Roles, and what they are bound to.
#[derive(Debug, Args)]
pub struct RoleArgs {
    /// A role; may be given several times
    #[arg(long = "role", value_name = "ROLE", required = true, long_help = ROLES)]
    pub roles: Vec<Role>,
    /// The number of the outlet they work at
    #[arg(long, value_name = "NUMBER")]
    pub outlet: Option<i64>,
    /// The code of the network they work for
    #[arg(long, value_name = "CODE")]
    pub network: Option<String>,
    /// The 4-digit code of the biller they work for
    #[arg(long, value_name = "CODE")]
    pub biller: Option<u16>,
}

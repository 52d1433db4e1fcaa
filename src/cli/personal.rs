//! `personal`: personal data at rest.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use ledger::Language;

const DATABASE: &str = "\
Environment:
  FATOURA_DATABASE_URL   sqlite:PATH or postgres://USER:PASSWORD@HOST/DATABASE [default: sqlite:data/fatoura.db]
  FATOURA_DATA_KEYS      NAME:KEY,NAME:KEY...: the first seals, all open";

/// Flags of `personal`.
#[derive(Debug, Args)]
pub struct PersonalArgs {
    /// What to do with personal data.
    #[command(subcommand)]
    pub action: PersonalAction,
}

/// What can be done with personal data.
#[derive(Debug, Subcommand)]
pub enum PersonalAction {
    /// Seal anew, under the first of the data keys, what is not sealed under it
    ///
    /// In small steps, while the hub goes on; cut off, the next run goes on where it stopped. Also
    /// seals what was written before there were keys. To take a key out of use: add the new key
    /// behind the old one on every node, then put it first on every node, then run this, then
    /// drop the old key. What a key sealed is lost without it, also in backups.
    #[command(verbatim_doc_comment, after_help = DATABASE)]
    Rotate,

    /// Write down all that is held of a person, as JSON or as a page to be read
    ///
    /// For whoever asks by law what is known of them: say who they are before you hand it out. It
    /// is looked for in every personal text; of many million that takes minutes. Written to a
    /// file that only its owner may read, and into the audit log.
    #[command(
        verbatim_doc_comment,
        after_help = "\
Examples:
  fatoura personal export --phone 0612345678 --reason 'letter of 12 May' --by salma --to salma.json
  fatoura personal export --contract 1001/12345678 --reason 'letter of 12 May' --by salma --to held.json
  fatoura personal export --mail salma@example.ma --reason 'letter of 12 May' --by salma --to held.html \\
    --format html --language ar"
    )]
    Export(ExportPersonArgs),

    /// Ask that a person's data be erased
    ///
    /// Refused while anything of theirs is open, which is named. A second administrator does it
    /// with `personal approve`.
    #[command(
        verbatim_doc_comment,
        after_help = "\
Example:
  fatoura personal erase --phone 0612345678 --reason 'letter of 12 May' --by salma"
    )]
    Erase(ErasePersonArgs),

    /// Erase a person's data, as the second person, and print the certificate
    ///
    /// Phone and mail address go from payments, links, references and calls, with what was said
    /// and noted. Amounts, receipts and contracts stay with the payments, as accounting records.
    #[command(
        verbatim_doc_comment,
        after_help = "\
Example:
  fatoura personal approve 4711 --by omar"
    )]
    Approve(ApproveErasureArgs),
}

/// Who is meant.
#[derive(Debug, Args)]
#[group(required = true, multiple = true)]
pub struct WhoArgs {
    /// Their phone, such as 0612345678
    #[arg(long, value_name = "PHONE")]
    pub phone: Option<String>,
    /// Their mail address
    #[arg(long, value_name = "ADDRESS")]
    pub mail: Option<String>,
}

/// Flags of `personal export`.
#[derive(Debug, Args)]
pub struct ExportPersonArgs {
    /// Their phone, such as 0612345678
    #[arg(long, value_name = "PHONE")]
    pub phone: Option<String>,
    /// Their mail address
    #[arg(long, value_name = "ADDRESS")]
    pub mail: Option<String>,
    /// A contract of theirs, behind its biller's code: 1001/12345678
    #[arg(long, value_name = "BILLER/CONTRACT", value_parser = contract)]
    pub contract: Option<(u16, String)>,
    /// Why, for the audit log: without the person's data
    #[arg(long, value_name = "TEXT")]
    pub reason: String,
    /// The login of the administrator who asks
    #[arg(long, value_name = "LOGIN")]
    pub by: String,
    /// The file to write, which must not be there
    #[arg(long, value_name = "FILE")]
    pub to: PathBuf,
    /// The form of the file
    #[arg(long, value_enum, default_value_t = ExportForm::Json)]
    pub format: ExportForm,
    /// The language of a page: ar, fr or en
    #[arg(long, value_name = "LANGUAGE", default_value = "fr")]
    pub language: Language,
}

/// The form of what is taken out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ExportForm {
    /// For programs.
    Json,
    /// A page that stands alone: no script, nothing fetched.
    Html,
}

/// Flags of `personal erase`.
#[derive(Debug, Args)]
pub struct ErasePersonArgs {
    /// Who is meant.
    #[command(flatten)]
    pub who: WhoArgs,
    /// Why, for the audit log: without the person's data
    #[arg(long, value_name = "TEXT")]
    pub reason: String,
    /// The login of the administrator who asks
    #[arg(long, value_name = "LOGIN")]
    pub by: String,
    /// The language in which the person is answered: ar, fr or en
    #[arg(long, value_name = "LANGUAGE", default_value = "fr")]
    pub language: Language,
}

/// Flags of `personal approve`.
#[derive(Debug, Args)]
pub struct ApproveErasureArgs {
    /// The number that `personal erase` printed
    #[arg(value_name = "NUMBER")]
    pub id: i64,
    /// The login of the second administrator
    #[arg(long, value_name = "LOGIN")]
    pub by: String,
    /// The language of the certificate: ar, fr or en
    #[arg(long, value_name = "LANGUAGE", default_value = "fr")]
    pub language: Language,
}

fn contract(text: &str) -> Result<(u16, String), String> {
    let expected = || "expected a biller's code and a contract, such as 1001/12345678".to_owned();
    let (biller, contract) = text.split_once('/').ok_or_else(expected)?;
    if contract.trim().is_empty() {
        return Err(expected());
    }
    Ok((biller.parse().map_err(|_| expected())?, contract.to_owned()))
}

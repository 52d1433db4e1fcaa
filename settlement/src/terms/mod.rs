//! What a biller and the hub agreed on: when a window ends, what the hub keeps, where the rest goes and how it is told.

mod commission;
mod cycle;
mod payout;

use chrono::NaiveTime;
use ledger::Money;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

pub use commission::{Charge, CommissionRule, OnRefunds, OutOfRange, Turnover};
pub use cycle::{Cycle, ZONE};
pub use payout::{Payout, PayoutAccount, WHOLE};

/// The terms of settlement of one biller. Without any, it is paid out daily at 18:00:00, free of commission.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Terms {
    /// On which days a window ends.
    pub cycle: Cycle,
    /// At which local time ([`ZONE`]) of those days.
    pub cut_off: NaiveTime,
    /// Whether commission is taken off what is paid out.
    pub contract: Contract,
    /// The least that is paid out; less is carried over to the next window. `None`: every centime.
    pub minimum: Option<Money>,
    /// Commission by channel and instrument; none that fits, no commission.
    pub commissions: Vec<CommissionRule>,
    /// VAT on commission, in percent.
    pub vat_percent: Decimal,
    /// Whether a refund gives its commission back.
    pub on_refunds: OnRefunds,
    /// Where the money goes; the shares make [`WHOLE`].
    pub accounts: Vec<PayoutAccount>,
    /// The files that the biller gets, each once.
    pub formats: Vec<FileFormat>,
    /// How they reach it, beside being there for download.
    pub delivery: Delivery,
}

/// Who pays the commission, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Contract {
    /// It is taken off what is paid out.
    #[default]
    Net,
    /// All is paid out; commission is invoiced apart.
    Gross,
}

/// The form of a settlement file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileFormat {
    /// Comma-separated lines, for people and ERPs.
    Csv,
    /// Lines of fixed width, for older systems.
    Fixed,
    /// ISO 20022 `camt.054.001.08`.
    Camt054,
}

/// How files reach a biller. They can always be downloaded.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Delivery {
    /// Mail goes to this address.
    pub mail: Option<String>,
    /// Files are put on this server.
    pub sftp: Option<Sftp>,
}

/// A biller's server for files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sftp {
    /// Its name or address.
    pub host: String,
    /// Its port.
    #[serde(default = "ssh_port")]
    pub port: u16,
    /// The account.
    pub user: String,
    /// The folder that takes the files.
    pub folder: String,
    /// The name of the hub's private key for it; the key itself is configuration.
    pub key: String,
    /// The server's public key as `known_hosts` has it: `ssh-ed25519 AAAA...`. Another one is refused.
    pub host_key: String,
}

fn ssh_port() -> u16 {
    22
}

impl Default for Terms {
    fn default() -> Self {
        Self {
            cycle: Cycle::Daily,
            cut_off: NaiveTime::from_hms_opt(18, 0, 0).unwrap_or(NaiveTime::MIN),
            contract: Contract::Net,
            minimum: None,
            commissions: Vec::new(),
            // The usual rate of Moroccan VAT.
            vat_percent: Decimal::from(20),
            on_refunds: OnRefunds::Keep,
            accounts: Vec::new(),
            formats: vec![FileFormat::Csv],
            delivery: Delivery::default(),
        }
    }
}

impl Terms {
    /// The usual terms, with everything paid out to one account.
    pub fn to_one(holder: &str, rib: &str) -> Self {
        let account = PayoutAccount { holder: holder.to_owned(), rib: rib.to_owned(), basis_points: WHOLE };
        Self { accounts: vec![account], ..Self::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_stored_has_its_usual_value() {
        assert_eq!(serde_json::from_str::<Terms>("{}").unwrap(), Terms::default());
        assert!(serde_json::from_str::<Terms>(r#"{"cutoff": "18:00:00"}"#).is_err());
    }

    #[test]
    fn terms_survive_storage() {
        let mut terms = Terms::to_one("Télécom Maghreb SA", "007780000012345678901209");
        terms.cycle = Cycle::Weekly { days: vec![chrono::Weekday::Tue] };
        terms.minimum = Some(Money::from_minor(10_000));
        terms.formats = vec![FileFormat::Fixed, FileFormat::Camt054];
        let stored = serde_json::to_string(&terms).unwrap();
        assert_eq!(serde_json::from_str::<Terms>(&stored).unwrap(), terms);
    }
}

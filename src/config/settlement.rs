//! Settlement: where files are kept, and the account out of which billers are paid.

use std::collections::BTreeMap;
use std::path::PathBuf;

use settlement::files::{AccountForm, PayingAccount, TransferVersion};
use settlement::terms::Sftp;
use settlement::{BankHolidays, BankTerms};

use super::delivery::{self, RemoteSource};
use super::environment::{Reader, Unset, Variable, variable, with_default};

/// Characters of an account holder's name in a message to a bank.
const NAME_MAX: usize = 70;

const FOLDER: Variable = with_default(
    "FATOURA_SETTLEMENT_FOLDER",
    "data/settlement",
    "a folder that may be written",
    "settlement files, one folder a biller, and messages to the bank in `bank`; on several nodes one that all share",
);
const NAME: Variable = variable(
    "FATOURA_BANK_NAME",
    Unset::WithGroup,
    "1 to 70 characters",
    "the holder of the account that billers are paid from; without any bank variable no transfer is ordered",
);
const RIB: Variable = variable(
    "FATOURA_BANK_RIB",
    Unset::WithGroup,
    "a RIB of 24 digits whose number is a multiple of 97",
    "that account; statements of any other are refused",
);
const BIC: Variable = variable(
    "FATOURA_BANK_BIC",
    Unset::LeftOut,
    "a BIC of 8 or 11 letters and digits",
    "its bank, as messages name it",
);
const CLEARING: Variable = variable(
    "FATOURA_BANK_CLEARING_MEMBER",
    Unset::LeftOut,
    "1 to 35 letters and digits",
    "its bank's number in the national clearing, for banks that want it in place of a BIC",
);
const FORM: Variable = with_default(
    "FATOURA_BANK_ACCOUNT_FORM",
    "rib",
    "rib or iban",
    "how messages name accounts: the 24 digits, or the IBAN made of them",
);
const MESSAGE: Variable = with_default(
    "FATOURA_BANK_MESSAGE",
    "pain.001.001.09",
    "pain.001.001.09 or pain.001.001.03",
    "the message by which the bank is asked for transfers",
);
const BATCH: Variable = with_default(
    "FATOURA_BANK_BATCH_BOOKING",
    "false",
    "true or false",
    "whether the bank books a message as one entry; else a transfer each",
);

const HOLIDAYS: Variable = variable(
    "FATOURA_BANK_HOLIDAYS",
    Unset::LeftOut,
    "days such as 2027-03-10,2027-03-11, at most 200",
    "on which banks do not work, besides weekends and the holidays that have a date: the religious ones",
);

pub(super) const VARIABLES: &[&Variable] = &[&FOLDER, &NAME, &RIB, &BIC, &CLEARING, &FORM, &MESSAGE, &BATCH, &HOLIDAYS];

/// Settlement: where files are kept, and the account out of which billers are paid.
#[derive(Debug, Clone)]
pub struct SettlementConfig {
    /// Settlement files, and messages to the bank.
    pub folder: PathBuf,
    /// `None`: no transfer is ordered.
    pub bank: Option<BankTerms>,
    /// The bank's server for messages; `None`: a person fetches them.
    pub bank_server: Option<Sftp>,
    /// The files of the hub's keys for servers, by their variables.
    pub keys: BTreeMap<String, PathBuf>,
    /// Where files for the hub lie.
    pub sources: Vec<RemoteSource>,
}

impl SettlementConfig {
    pub(super) fn read(reader: &mut Reader<'_>) -> Option<Self> {
        let folder = reader.get(&FOLDER, |text| Some(PathBuf::from(text)));
        let used = [&NAME, &RIB, &BIC, &CLEARING].iter().any(|variable| reader.is_set(variable));
        let mut bank = if used { bank(reader) } else { None };
        let keys = delivery::keys(reader);
        let bank_server = delivery::bank(reader, &keys);
        let sources = delivery::sources(reader, &keys);
        if let Some(bank) = &mut bank {
            bank.is_delivered = bank_server.is_some();
        }
        if bank_server.is_some() && !used {
            reader.clash(format!("{}: expected, since the bank's server is set", NAME.name));
        }
        Some(Self { folder: folder?, bank, bank_server, keys, sources })
    }
}

fn bank(reader: &mut Reader<'_>) -> Option<BankTerms> {
    let name = reader.get(&NAME, |text| (1..=NAME_MAX).contains(&text.chars().count()).then(|| text.to_owned()));
    let rib = reader.get(&RIB, |text| {
        let digits: String = text.chars().filter(|c| *c != ' ').collect();
        settlement::rib::is_valid(&digits).then_some(digits)
    });
    let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric()).then(|| text.to_ascii_uppercase());
    let bic = reader.get(&BIC, |text| plain(text).filter(|bic| matches!(bic.len(), 8 | 11)));
    let clearing_member = reader.get(&CLEARING, |text| plain(text).filter(|number| (1..=35).contains(&number.len())));
    let form = reader.get(&FORM, |text| match text {
        "rib" => Some(AccountForm::Rib),
        "iban" => Some(AccountForm::Iban),
        _ => None,
    });
    let version = reader.get(&MESSAGE, |text| match text {
        "pain.001.001.09" => Some(TransferVersion::V09),
        "pain.001.001.03" => Some(TransferVersion::V03),
        _ => None,
    });
    let batch_booking = reader.flag(&BATCH);
    let holidays = holidays(reader);
    let account =
        PayingAccount { name: name?, rib: rib?, bic, clearing_member, form: form?, batch_booking: batch_booking? };
    Some(BankTerms { account, version: version?, is_delivered: false, holidays: holidays? })
}

/// When banks do not work.
pub(super) fn holidays(reader: &mut Reader<'_>) -> Option<BankHolidays> {
    match reader.is_set(&HOLIDAYS) {
        true => reader.get(&HOLIDAYS, |text| text.parse().ok()),
        false => Some(BankHolidays::default()),
    }
}

//! Servers that files are brought to: the hub's keys, and the bank's server.

use std::collections::BTreeMap;
use std::path::PathBuf;

use settlement::terms::Sftp;

use super::environment::{Reader, Unset, Variable, variable, with_default};

/// Any name may stand for `<NAME>`: see [`Variable::fits`].
const KEY: Variable = variable(
    "FATOURA_SFTP_KEY_<NAME>",
    Unset::LeftOut,
    "the path of an Ed25519 key as OpenSSH writes it, without a passphrase",
    "the hub's key that billers' files call by this name, in capitals and with _ for -; any number of them",
);
const HOST: Variable = variable(
    "FATOURA_BANK_SFTP_HOST",
    Unset::WithGroup,
    "a host name or an address",
    "the bank's server for messages; without it a person fetches them from the folder",
);
const PORT: Variable = with_default("FATOURA_BANK_SFTP_PORT", "22", "a port, 1 to 65535", "its port");
const USER: Variable = variable("FATOURA_BANK_SFTP_USER", Unset::WithGroup, "the name of a user", "the account there");
const FOLDER: Variable =
    variable("FATOURA_BANK_SFTP_FOLDER", Unset::WithGroup, "a path", "the folder there that takes messages");
const KEY_NAME: Variable = variable(
    "FATOURA_BANK_SFTP_KEY",
    Unset::WithGroup,
    "the name of a key: lower-case letters, digits, - and _",
    "which of the hub's keys opens it",
);
const HOST_KEY: Variable = variable(
    "FATOURA_BANK_SFTP_HOST_KEY",
    Unset::WithGroup,
    "the server's key as known_hosts has it, such as ssh-ed25519 AAAA...",
    "a server with another key gets nothing",
);

pub(super) const VARIABLES: &[&Variable] = &[&KEY, &HOST, &PORT, &USER, &FOLDER, &KEY_NAME, &HOST_KEY];

/// The variable of a key that billers' files call so.
pub(crate) fn sftp_key_variable(name: &str) -> String {
    KEY.name.replace("<NAME>", &name.to_ascii_uppercase().replace('-', "_"))
}

/// The files of the hub's keys, by their variables.
pub(super) fn keys(reader: &mut Reader<'_>) -> BTreeMap<String, PathBuf> {
    reader.family(&KEY).into_iter().map(|(name, path)| (name, PathBuf::from(path))).collect()
}

/// The bank's server: `None` without one, or together with a fault.
pub(super) fn bank(reader: &mut Reader<'_>, keys: &BTreeMap<String, PathBuf>) -> Option<Sftp> {
    if !VARIABLES.iter().skip(1).any(|variable| reader.is_set(variable)) {
        return None;
    }
    let plain = |text: &str| (!text.is_empty() && text.len() <= 255 && !text.contains(' ')).then(|| text.to_owned());
    let host = reader.get(&HOST, plain);
    let port = reader.number(&PORT, 1..=u16::MAX);
    let user = reader.get(&USER, plain);
    let folder = reader.get(&FOLDER, plain);
    let key = reader.get(&KEY_NAME, |text| {
        let is_sound = text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_".contains(c));
        (is_sound && !text.is_empty()).then(|| text.to_owned())
    });
    let host_key =
        reader.get(&HOST_KEY, |text| russh::keys::PublicKey::from_openssh(text).is_ok().then(|| text.to_owned()));
    if let Some(key) = key.as_deref().filter(|key| !keys.contains_key(&sftp_key_variable(key))) {
        reader.clash(format!("{}: expected, since FATOURA_BANK_SFTP_KEY is {key:?}", sftp_key_variable(key)));
    }
    Some(Sftp { host: host?, port: port?, user: user?, folder: folder?, key: key?, host_key: host_key? })
}

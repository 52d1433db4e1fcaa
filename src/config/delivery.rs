//! Servers that files are brought to or fetched from: the hub's keys, the bank's server, and the sources of what comes in.

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

/// Any name may stand for `<NAME>`: see [`Variable::fits`].
const FETCH: Variable = variable(
    "FATOURA_FETCH_<NAME>",
    Unset::LeftOut,
    "sftp://USER@HOST:PORT/FOLDER, the name of a key and the server's key as known_hosts has it, with a space between each",
    "a folder out of which statements, answers or reports are fetched; any number of them",
);
/// Sources at most: a hub has some dozens of partners.
const SOURCES_MAX: usize = 500;

pub(super) const VARIABLES: &[&Variable] = &[&KEY, &HOST, &PORT, &USER, &FOLDER, &KEY_NAME, &HOST_KEY, &FETCH];

/// A folder on a server out of which files are fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemoteSource {
    /// What its files are called by here: lower-case letters, digits and hyphens.
    pub name: String,
    /// The server and the folder.
    pub server: Sftp,
}

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
    if ![&HOST, &PORT, &USER, &FOLDER, &KEY_NAME, &HOST_KEY].iter().any(|variable| reader.is_set(variable)) {
        return None;
    }
    let plain = |text: &str| (!text.is_empty() && text.len() <= 255 && !text.contains(' ')).then(|| text.to_owned());
    let host = reader.get(&HOST, plain);
    let port = reader.number(&PORT, 1..=u16::MAX);
    let user = reader.get(&USER, plain);
    let folder = reader.get(&FOLDER, plain);
    let key = reader.get(&KEY_NAME, |text| is_key_name(text).then(|| text.to_owned()));
    let host_key =
        reader.get(&HOST_KEY, |text| russh::keys::PublicKey::from_openssh(text).is_ok().then(|| text.to_owned()));
    if let Some(key) = key.as_deref().filter(|key| !keys.contains_key(&sftp_key_variable(key))) {
        reader.clash(format!("{}: expected, since FATOURA_BANK_SFTP_KEY is {key:?}", sftp_key_variable(key)));
    }
    Some(Sftp { host: host?, port: port?, user: user?, folder: folder?, key: key?, host_key: host_key? })
}

fn is_key_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_".contains(c))
}

/// The sources of what comes in, without those that come with a fault.
pub(super) fn sources(reader: &mut Reader<'_>, keys: &BTreeMap<String, PathBuf>) -> Vec<RemoteSource> {
    let mut sources = Vec::new();
    let family = reader.family(&FETCH);
    if family.len() > SOURCES_MAX {
        reader.clash(format!("{}: expected at most {SOURCES_MAX} of them; found {}", FETCH.name, family.len()));
        return sources;
    }
    for (variable, text) in family {
        let Some(server) = source(&text) else {
            // Somebody may have put a password into it.
            reader.clash(format!("{variable}: expected {}; what it holds is not shown", FETCH.expected));
            continue;
        };
        if !keys.contains_key(&sftp_key_variable(&server.key)) {
            let key = &server.key;
            reader.clash(format!("{}: expected, since {variable} names the key {key:?}", sftp_key_variable(key)));
            continue;
        }
        let start = FETCH.name.trim_end_matches("<NAME>");
        let name = variable.strip_prefix(start).unwrap_or_default().to_ascii_lowercase().replace('_', "-");
        sources.push(RemoteSource { name, server });
    }
    sources
}

fn source(text: &str) -> Option<Sftp> {
    let mut words = text.split_whitespace();
    let (address, key) = (words.next()?, words.next()?);
    let host_key = words.collect::<Vec<_>>().join(" ");
    let (user, rest) = address.strip_prefix("sftp://")?.split_once('@')?;
    let (place, folder) = rest.split_once('/')?;
    let (host, port) = match place.rsplit_once(':') {
        Some((host, port)) if !place.ends_with(']') => (host, port.parse().ok().filter(|port| *port > 0)?),
        _ => (place, 22),
    };
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let is_plain = |text: &str| !text.is_empty() && text.len() <= 255;
    let is_sound = is_plain(user) && is_plain(host) && is_plain(folder) && !user.contains(':') && is_key_name(key);
    let is_known = russh::keys::PublicKey::from_openssh(&host_key).is_ok();
    (is_sound && is_known).then(|| Sftp {
        host: host.to_owned(),
        port,
        user: user.to_owned(),
        folder: format!("/{folder}"),
        key: key.to_owned(),
        host_key,
    })
}

//! The keys for personal data: those of the configuration, or for a trial on SQLite a file beside the database.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use ledger::{DataKeys, DatabaseUrl, Ledger};

use crate::config::DatabaseConfig;

/// The keys of a database. Without a variable, SQLite has them in `DATABASE.keys`, which is made for a database that has
/// sealed nothing yet: the file lies beside what it opens, so `serve` takes it on this machine only.
pub(crate) fn of(database: &DatabaseConfig) -> anyhow::Result<DataKeys> {
    match (&database.keys, &database.url) {
        (Some(keys), _) => Ok(keys.clone()),
        (None, DatabaseUrl::Sqlite(path)) => load_or_make(&beside(path), &database.url),
        (None, DatabaseUrl::Postgres(_)) => bail!(
            "FATOURA_DATA_KEYS is not set: personal data is sealed under its keys; see docs/configuration.md, or \
             docs/personal-data.md for how to make one"
        ),
    }
}

/// The ledger, for a command beside a running hub.
pub(crate) fn open_beside(database: &DatabaseConfig) -> anyhow::Result<Ledger> {
    let url = &database.url;
    Ledger::open_beside(url, &of(database)?).with_context(|| format!("the ledger at {url}"))
}

fn beside(database: &Path) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push(".keys");
    name.into()
}

fn load_or_make(path: &Path, url: &DatabaseUrl) -> anyhow::Result<DataKeys> {
    let shown = path.display();
    match fs::read_to_string(path) {
        Ok(text) => return DataKeys::parse(&text).with_context(|| format!("{shown} holds no keys")),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error).with_context(|| format!("{shown} cannot be read")),
    }
    if Ledger::has_keys(url).with_context(|| format!("the ledger at {url}"))? {
        bail!(
            "personal data in {url} is sealed, and its keys are neither in FATOURA_DATA_KEYS nor in {shown}: set the \
             variable to the keys it was sealed under"
        );
    }
    let keys = DataKeys::generate();
    let made = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    let mut file = made.with_context(|| format!("{shown} cannot be made"))?;
    file.write_all(keys.to_list().as_bytes())
        .and_then(|()| file.sync_all())
        .with_context(|| format!("{shown} cannot be written"))?;
    tracing::info!(
        "FATOURA_DATA_KEYS is not set: a key for personal data was made in {shown}; that will do for a trial only"
    );
    Ok(keys)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn database(folder: &Path, keys: Option<DataKeys>) -> DatabaseConfig {
        DatabaseConfig { url: DatabaseUrl::Sqlite(folder.join("fatoura.db")), readers: 1, keys }
    }

    #[test]
    fn a_trial_has_its_keys_beside_its_database() {
        let folder = tempfile::tempdir().unwrap();
        let (config, file) = (database(folder.path(), None), folder.path().join("fatoura.db.keys"));
        Ledger::migrate(&config.url).unwrap();
        let made = of(&config).unwrap();
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(of(&config).unwrap(), made);
        open_beside(&config).unwrap().close();
        fs::remove_file(&file).unwrap();
        let told = of(&config).unwrap_err().to_string();
        assert!(told.contains("neither in FATOURA_DATA_KEYS nor in") && !file.exists(), "{told}");
        let other = database(folder.path(), Some(DataKeys::of_bytes([1; 32])));
        let told = format!("{:#}", open_beside(&other).err().unwrap());
        assert!(told.contains("the data keys: personal_keys.sealed") && told.contains("FATOURA_DATA_KEYS"), "{told}");
        open_beside(&database(folder.path(), Some(made))).unwrap().close();
        fs::write(&file, "short").unwrap();
        assert!(of(&config).unwrap_err().to_string().contains("holds no keys"));
    }

    #[test]
    fn a_server_has_none_by_itself() {
        let config = DatabaseConfig { url: "postgres:///x".parse().unwrap(), readers: 1, keys: None };
        assert!(of(&config).unwrap_err().to_string().contains("FATOURA_DATA_KEYS is not set"));
    }
}

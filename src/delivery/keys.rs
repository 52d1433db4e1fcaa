//! The hub's private keys for file servers, by the names that billers' files use.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, bail};
use russh::keys::{Algorithm, PrivateKey};

use crate::config::sftp_key_variable;

/// Keys that are loaded: Ed25519 alone, without a passphrase.
#[derive(Clone, Default)]
pub(crate) struct Keys(BTreeMap<String, Arc<PrivateKey>>);

/// Names only.
impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl Keys {
    /// Reads the files that the variables name.
    pub(crate) fn load(paths: &BTreeMap<String, PathBuf>) -> anyhow::Result<Self> {
        let mut keys = BTreeMap::new();
        for (variable, path) in paths {
            let what = || format!("{variable}: {}", path.display());
            let text = std::fs::read_to_string(path).with_context(what)?;
            // What the parser says may quote the file.
            let key = PrivateKey::from_openssh(&text).ok().filter(|key| !key.is_encrypted());
            match key {
                Some(key) if key.algorithm() == Algorithm::Ed25519 => keys.insert(variable.clone(), Arc::new(key)),
                _ => bail!(
                    "{}: expected an Ed25519 key as OpenSSH writes it, without a passphrase: ssh-keygen -t ed25519 -N \
                     '' -f FILE",
                    what()
                ),
            };
        }
        Ok(Self(keys))
    }

    /// The key of a name in a biller's file.
    pub(super) fn get(&self, name: &str) -> Option<Arc<PrivateKey>> {
        self.0.get(&sftp_key_variable(name)).cloned()
    }
}

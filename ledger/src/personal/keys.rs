//! The keys under which personal data is sealed, as the configuration gives them.

use std::fmt;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

/// Bytes of a key of AES-256.
const KEY_BYTES: usize = 32;
/// Keys at most: one that seals, and those that a rotation has not replaced yet.
const KEYS_MAX: usize = 8;
/// Longest name of a key: it stands with every text that it sealed.
const ID_MAX: usize = 16;

/// Keys for personal data: the first seals, all open.
#[derive(Clone, PartialEq, Eq)]
pub struct DataKeys(Vec<(String, [u8; KEY_BYTES])>);

/// What is wrong with a list of keys. No part of a key is told.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DataKeyFault {
    /// The list is empty or too long.
    #[error("found {0} keys, expected 1 to {KEYS_MAX}")]
    Count(usize),
    /// An entry, counted from 1, without a name.
    #[error("entry {0} is not NAME:KEY, with a name of 1 to {ID_MAX} letters and digits")]
    Name(usize),
    /// An entry, counted from 1, whose key is none.
    #[error("the key of entry {0} is not {KEY_BYTES} bytes in base64 (`openssl rand -base64 32`)")]
    Key(usize),
    /// Two entries of one name.
    #[error("the name {0} stands there twice")]
    Twice(String),
}

impl DataKeys {
    /// Reads `NAME:KEY,NAME:KEY...`, each key 32 bytes in base64.
    pub fn parse(list: &str) -> Result<Self, DataKeyFault> {
        let entries: Vec<&str> = list.split(',').map(str::trim).filter(|entry| !entry.is_empty()).collect();
        if entries.is_empty() || entries.len() > KEYS_MAX {
            return Err(DataKeyFault::Count(entries.len()));
        }
        let mut keys: Vec<(String, [u8; KEY_BYTES])> = Vec::with_capacity(entries.len());
        for (number, entry) in (1..).zip(entries) {
            let (id, key) = entry.split_once(':').ok_or(DataKeyFault::Name(number))?;
            if id.is_empty() || id.len() > ID_MAX || !id.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
                return Err(DataKeyFault::Name(number));
            }
            let bytes = BASE64_STANDARD.decode(key).ok().and_then(|bytes| bytes.try_into().ok());
            let key = bytes.ok_or(DataKeyFault::Key(number))?;
            if keys.iter().any(|(known, _)| known == id) {
                return Err(DataKeyFault::Twice(id.to_owned()));
            }
            keys.push((id.to_owned(), key));
        }
        Ok(Self(keys))
    }

    /// One fresh key.
    pub fn generate() -> Self {
        Self::of_bytes(rand::random())
    }

    /// One key of these bytes.
    pub fn of_bytes(key: [u8; KEY_BYTES]) -> Self {
        Self(vec![("k1".to_owned(), key)])
    }

    /// As [`Self::parse`] reads it: all of the secret.
    pub fn to_list(&self) -> String {
        let entries: Vec<String> =
            self.0.iter().map(|(id, key)| format!("{id}:{}", BASE64_STANDARD.encode(key))).collect();
        entries.join(",")
    }

    pub(super) fn keys(&self) -> &[(String, [u8; KEY_BYTES])] {
        &self.0
    }
}

/// Names only.
impl fmt::Debug for DataKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(id, _)| id)).finish()
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

    #[rstest]
    #[case::none("", DataKeyFault::Count(0))]
    #[case::commas(" , ,", DataKeyFault::Count(0))]
    #[case::too_many(&(0..9).map(|n| format!("k{n}:{KEY}")).collect::<Vec<_>>().join(","), DataKeyFault::Count(9))]
    #[case::no_name(KEY, DataKeyFault::Name(1))]
    #[case::empty_name(&format!(":{KEY}"), DataKeyFault::Name(1))]
    #[case::long_name(&format!("a2345678901234567:{KEY}"), DataKeyFault::Name(1))]
    #[case::strange_name(&format!("a:{KEY},b-1:{KEY}"), DataKeyFault::Name(2))]
    #[case::short_key("a:AAECAw==", DataKeyFault::Key(1))]
    #[case::not_base64("a:***", DataKeyFault::Key(1))]
    #[case::twice(&format!("a:{KEY},a:{KEY}"), DataKeyFault::Twice("a".to_owned()))]
    fn refused(#[case] list: &str, #[case] fault: DataKeyFault) {
        let found = DataKeys::parse(list).unwrap_err();
        assert_eq!(found, fault);
        assert!(!found.to_string().contains("AAEC"), "{found}");
    }

    #[test]
    fn lists_come_back_and_are_not_shown() {
        let keys = DataKeys::parse(&format!(" new:{KEY} , old:{KEY} ")).unwrap();
        assert_eq!(DataKeys::parse(&keys.to_list()), Ok(keys.clone()));
        assert_eq!(format!("{keys:?}"), r#"["new", "old"]"#);
        assert_ne!(DataKeys::generate(), DataKeys::generate());
    }
}

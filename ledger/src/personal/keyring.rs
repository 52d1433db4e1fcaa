//! Sealing, opening, and the digests by which people are found.

use aes_gcm::aead::{Aead, Payload};
use aes_gcm::{Aes256Gcm, KeyInit, Nonce};
use base64::Engine;
use base64::prelude::BASE64_STANDARD_NO_PAD;
use diesel::prelude::*;
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use sha2::Sha256;

use super::columns::Column;
use super::keys::DataKeys;
use super::text::Sealed;
use crate::bills::first_half;
use crate::guard::GuardSubject;
use crate::storage::schema::{counters, guard_entries, personal_keys};
use crate::storage::{Conn, StorageError};

/// What a sealed text begins with; the key's name follows.
const MARK: &str = "sealed:";
/// Bytes of AES-GCM's nonce. Random, or made of the text under a key: safe for 2^32 texts of one key.
const NONCE_BYTES: usize = 12;
/// The row of the key for look-ups, and where it is sealed to.
pub(super) const LOOK_UP: &str = "look-up";
pub(super) const LOOK_UP_KEY: Column =
    Column { table: "personal_keys", column: "sealed", place: "personal_keys.sealed", row: "name", is_found_by: false };

struct Key {
    id: String,
    cipher: Aes256Gcm,
    nonces: Hmac<Sha256>,
}

/// The keys of one database, ready for use.
pub(crate) struct Keyring {
    /// The first seals.
    keys: Vec<Key>,
    /// Digests what people are found by.
    words: Hmac<Sha256>,
}

fn derive(key: &[u8], purpose: &str) -> Result<[u8; 32], StorageError> {
    let mut derived = [0; 32];
    let expanded = Hkdf::<Sha256>::new(Some(b"fatoura:personal"), key).expand(purpose.as_bytes(), &mut derived);
    expanded.map(|()| derived).map_err(|error| StorageError::Failed(format!("a data key: {error}")))
}

fn hmac(key: &[u8]) -> Result<Hmac<Sha256>, StorageError> {
    Hmac::new_from_slice(key).map_err(|error| StorageError::Failed(format!("a data key: {error}")))
}

impl Keyring {
    /// The keys without a database's own key for look-ups.
    pub fn of(keys: &DataKeys) -> Result<Self, StorageError> {
        let keys: Vec<Key> = keys
            .keys()
            .iter()
            .map(|(id, key)| {
                let cipher = Aes256Gcm::new(&derive(key, "seal")?.into());
                Ok(Key { id: id.clone(), cipher, nonces: hmac(&derive(key, "nonce")?)? })
            })
            .collect::<Result<_, StorageError>>()?;
        Ok(Self { keys, words: hmac(&[])? })
    }

    /// The keys of a migrated database; its key for look-ups is made if it has none. An error where the keys given are not
    /// those of this database: nothing is read or written under wrong ones.
    pub fn open_database(connection: &mut Conn, keys: &DataKeys) -> Result<Self, StorageError> {
        let mut ring = Self::of(keys)?;
        let sealed = match look_up_key(connection)? {
            Some(sealed) => sealed,
            None => {
                let fresh: [u8; 32] = rand::random();
                let sealed = ring.seal(&LOOK_UP_KEY, 0, &BASE64_STANDARD_NO_PAD.encode(fresh))?;
                // Numbers are handed out in blocks from here on, and all that was digested without the key stands below.
                let beyond: i64 =
                    counters::table.filter(counters::name.eq("ids")).select(counters::next).get_result(connection)?;
                let row = (
                    personal_keys::name.eq(LOOK_UP),
                    personal_keys::sealed.eq(sealed),
                    personal_keys::old_beyond.eq(beyond),
                    personal_keys::old_upto.eq(0),
                );
                ring.words = hmac(&derive(&fresh, "words")?)?;
                connection.transaction(|connection| {
                    let made = match connection {
                        Conn::Sqlite(c) => {
                            diesel::insert_or_ignore_into(personal_keys::table).values(row).execute(c)?
                        }
                        Conn::Pg(c) => {
                            diesel::insert_into(personal_keys::table).values(row).on_conflict_do_nothing().execute(c)?
                        }
                    };
                    if made == 1 { ring.digest_lists(connection) } else { Ok(()) }
                })?;
                // Another process may have been faster.
                look_up_key(connection)?.ok_or_else(|| StorageError::Damaged("the key for look-ups".to_owned()))?
            }
        };
        let look_up = ring.open(&LOOK_UP_KEY, 0, &sealed)?;
        let look_up = BASE64_STANDARD_NO_PAD.decode(look_up);
        let look_up = look_up.map_err(|_| StorageError::Damaged("the key for look-ups".to_owned()))?;
        ring.words = hmac(&derive(&look_up, "words")?)?;
        Ok(ring)
    }

    /// Digests anew whoever is on a list against fraud, at once: a payer's contract is known by its new digest alone.
    fn digest_lists(&self, connection: &mut Conn) -> Result<(), StorageError> {
        let listed: Vec<(i64, Vec<u8>)> = guard_entries::table
            .filter(
                guard_entries::subject.eq_any([GuardSubject::Phone, GuardSubject::Contract].map(GuardSubject::code)),
            )
            .select((guard_entries::id, guard_entries::value))
            .load(connection)?;
        for (entry, value) in listed {
            let digest: [u8; 16] =
                value.try_into().map_err(|_| StorageError::Damaged(format!("value of guard entry {entry}")))?;
            diesel::update(guard_entries::table.filter(guard_entries::id.eq(entry)))
                .set(guard_entries::value.eq(self.word(digest).as_slice()))
                .execute(connection)?;
        }
        Ok(())
    }

    /// Whether a migrated database has its key for look-ups.
    pub fn is_made(connection: &mut Conn) -> Result<bool, StorageError> {
        Ok(look_up_key(connection)?.is_some())
    }

    /// What every text begins with that is sealed under the first key.
    pub fn mark(&self) -> Result<String, StorageError> {
        let key = self.keys.first().ok_or_else(|| StorageError::Failed("no data key".to_owned()))?;
        Ok(format!("{MARK}{}:", key.id))
    }

    /// Seals a text under the first key.
    pub fn seal(&self, column: &Column, row: i64, text: &str) -> Result<Sealed, StorageError> {
        let key = self.keys.first().ok_or_else(|| StorageError::Failed("no data key".to_owned()))?;
        key.seal(column, row, text)
    }

    /// [`Self::seal`] of what may be there.
    pub fn seal_some(&self, column: &Column, row: i64, text: Option<&str>) -> Result<Option<Sealed>, StorageError> {
        text.map(|text| self.seal(column, row, text)).transpose()
    }

    /// Opens a text; one that was written before there were keys is taken as it stands.
    pub fn open(&self, column: &Column, row: i64, sealed: &Sealed) -> Result<String, StorageError> {
        let Some((id, text)) = named(&sealed.0) else { return Ok(sealed.0.clone()) };
        let known = self.keys.iter().find(|key| key.id == id);
        let key = known.ok_or_else(|| {
            StorageError::Sealed(format!(
                "{} is sealed under the data key {id:?}, which FATOURA_DATA_KEYS does not hold",
                column.place
            ))
        })?;
        key.open(column, row, text).ok_or_else(|| {
            StorageError::Sealed(format!(
                "{} of row {row} does not open under the data key {id:?}: FATOURA_DATA_KEYS holds another key of that \
                 name, or the row was damaged",
                column.place
            ))
        })
    }

    /// [`Self::open`] of what may be there.
    pub fn open_some(
        &self,
        column: &Column,
        row: i64,
        sealed: Option<&Sealed>,
    ) -> Result<Option<String>, StorageError> {
        sealed.map(|sealed| self.open(column, row, sealed)).transpose()
    }

    /// All that a text by which rows are found may stand as: under each key, and plain from before.
    pub fn forms(&self, column: &Column, text: &str) -> Result<Vec<Sealed>, StorageError> {
        let mut forms = vec![Sealed(text.to_owned())];
        for key in &self.keys {
            forms.push(key.seal(column, 0, text)?);
        }
        Ok(forms)
    }

    /// The digest under which something is kept that people are found by.
    pub fn word(&self, digest: [u8; 16]) -> [u8; 16] {
        let mut mac = self.words.clone();
        mac.update(&digest);
        first_half(&mac.finalize().into_bytes())
    }
}

impl Key {
    fn seal(&self, column: &Column, row: i64, text: &str) -> Result<Sealed, StorageError> {
        let nonce: [u8; NONCE_BYTES] = if column.is_found_by {
            let mut mac = self.nonces.clone();
            mac.update(column.place.as_bytes());
            mac.update(&[0]);
            mac.update(text.as_bytes());
            let mut nonce = [0; NONCE_BYTES];
            nonce.iter_mut().zip(mac.finalize().into_bytes()).for_each(|(to, from)| *to = from);
            nonce
        } else {
            rand::random()
        };
        let payload = Payload { msg: text.as_bytes(), aad: &place(column, row) };
        let sealed = self.cipher.encrypt(&Nonce::from(nonce), payload);
        let sealed = sealed.map_err(|_| StorageError::Failed(format!("{} cannot be sealed", column.place)))?;
        let mut out = String::with_capacity(MARK.len() + self.id.len() + 1 + (sealed.len() + NONCE_BYTES + 2) * 4 / 3);
        out.push_str(MARK);
        out.push_str(&self.id);
        out.push(':');
        // Twelve bytes are whole groups: the two parts read as one.
        BASE64_STANDARD_NO_PAD.encode_string(nonce, &mut out);
        BASE64_STANDARD_NO_PAD.encode_string(sealed, &mut out);
        Ok(Sealed(out))
    }

    fn open(&self, column: &Column, row: i64, text: &str) -> Option<String> {
        let bytes = BASE64_STANDARD_NO_PAD.decode(text).ok()?;
        let (nonce, sealed) = bytes.split_first_chunk::<NONCE_BYTES>()?;
        let payload = Payload { msg: sealed, aad: &place(column, row) };
        String::from_utf8(self.cipher.decrypt(&Nonce::from(*nonce), payload).ok()?).ok()
    }
}

/// What a text is sealed to.
fn place(column: &Column, row: i64) -> Vec<u8> {
    let mut place = column.place.as_bytes().to_vec();
    if !column.is_found_by {
        place.extend_from_slice(&row.to_be_bytes());
    }
    place
}

/// The key's name of a sealed text, and the rest; `None` for a text from before.
fn named(text: &str) -> Option<(&str, &str)> {
    text.strip_prefix(MARK)?.split_once(':')
}

fn look_up_key(connection: &mut Conn) -> Result<Option<Sealed>, StorageError> {
    let row = personal_keys::table.filter(personal_keys::name.eq(LOOK_UP));
    Ok(row.select(personal_keys::sealed).get_result(connection).optional()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FOUND: Column = Column { table: "t", column: "phone", place: "t.phone", row: "id", is_found_by: true };
    const KEPT: Column = Column { table: "t", column: "note", place: "t.note", row: "id", is_found_by: false };

    fn ring(keys: &[(&str, u8)]) -> Keyring {
        let key = |(id, byte): &(&str, u8)| Key {
            id: (*id).to_owned(),
            cipher: Aes256Gcm::new(&derive(&[*byte; 32], "seal").unwrap().into()),
            nonces: hmac(&derive(&[*byte; 32], "nonce").unwrap()).unwrap(),
        };
        Keyring { keys: keys.iter().map(key).collect(), words: hmac(b"words").unwrap() }
    }

    #[test]
    fn a_text_comes_back_at_its_place_under_its_key_only() {
        let mine = ring(&[("a", 1)]);
        let sealed = mine.seal(&KEPT, 7, "المحمدية, café").unwrap();
        assert!(sealed.0.starts_with("sealed:a:") && !sealed.0.contains("caf"), "{}", sealed.0);
        assert_eq!(mine.open(&KEPT, 7, &sealed).unwrap(), "المحمدية, café");
        assert_ne!(mine.seal(&KEPT, 7, "x").unwrap(), mine.seal(&KEPT, 7, "x").unwrap());
        assert!(mine.open(&KEPT, 8, &sealed).is_err(), "moved to another row");
        assert!(mine.open(&FOUND, 7, &sealed).is_err(), "moved to another column");
        let told = ring(&[("b", 1)]).open(&KEPT, 7, &sealed).unwrap_err().to_string();
        assert!(told.contains("the data key \"a\", which FATOURA_DATA_KEYS does not hold"), "{told}");
        let told = ring(&[("a", 2)]).open(&KEPT, 7, &sealed).unwrap_err().to_string();
        assert!(told.contains("holds another key of that name"), "{told}");
        let cut = Sealed(sealed.0[..sealed.0.len() - 4].to_owned());
        assert!(mine.open(&KEPT, 7, &cut).is_err());
    }

    #[test]
    fn all_keys_open_and_the_first_seals() {
        let old = ring(&[("a", 1)]).seal(&FOUND, 1, "+212612345678").unwrap();
        let both = ring(&[("b", 2), ("a", 1)]);
        assert_eq!(both.open(&FOUND, 9, &old).unwrap(), "+212612345678");
        assert!(both.seal(&FOUND, 1, "x").unwrap().0.starts_with("sealed:b:"));
    }

    #[test]
    fn a_text_is_found_under_each_key_and_plain() {
        let both = ring(&[("b", 2), ("a", 1)]);
        let forms = both.forms(&FOUND, "+212612345678").unwrap();
        assert_eq!(forms.len(), 3);
        assert!(forms.contains(&Sealed("+212612345678".to_owned())));
        assert!(forms.contains(&both.seal(&FOUND, 4, "+212612345678").unwrap()));
        assert!(forms.contains(&ring(&[("a", 1)]).seal(&FOUND, 5, "+212612345678").unwrap()));
        assert!(!forms.contains(&both.seal(&FOUND, 4, "+212612345679").unwrap()));
    }

    #[test]
    fn what_was_written_before_there_were_keys_is_read_as_it_stands() {
        for text in ["", "+212612345678", "{\"fields\":{}}", "sealed", "sealed:"] {
            assert_eq!(ring(&[("a", 1)]).open(&KEPT, 1, &Sealed(text.to_owned())).unwrap(), text);
        }
    }

    #[test]
    fn words_need_the_key() {
        let (mine, mut other) = (ring(&[("a", 1)]), ring(&[("a", 1)]));
        other.words = hmac(b"others").unwrap();
        assert_eq!(mine.word([1; 16]), mine.word([1; 16]));
        assert_ne!(mine.word([1; 16]), mine.word([2; 16]));
        assert_ne!(mine.word([1; 16]), other.word([1; 16]));
        assert_ne!(mine.word([1; 16]), [1; 16]);
    }
}

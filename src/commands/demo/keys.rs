//! The demo's keys: made once, kept, and readable by their owner only.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use anyhow::{Context, bail};
use secrecy::SecretString;

/// As many characters as 32 random bytes have in hex.
const KEY_CHARACTERS: usize = 64;

/// The key in a file, which is made if it is not there.
pub(super) fn load_or_make(path: &Path) -> anyhow::Result<SecretString> {
    let shown = path.display();
    match fs::read_to_string(path) {
        Ok(text) if text.trim().len() == KEY_CHARACTERS => return Ok(text.trim().to_owned().into()),
        Ok(_) => {
            bail!("{shown} does not hold a key of {KEY_CHARACTERS} characters: delete it, and a new one is made")
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error).with_context(|| format!("{shown} cannot be read")),
    }
    let bytes: [u8; KEY_CHARACTERS / 2] = rand::random();
    let key: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .with_context(|| format!("{shown} cannot be made"))?;
    file.write_all(key.as_bytes())
        .and_then(|()| file.sync_all())
        .with_context(|| format!("{shown} cannot be written"))?;
    Ok(key.into())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use secrecy::ExposeSecret;

    use super::*;

    #[test]
    fn a_key_is_made_once_for_its_owner_and_a_damaged_one_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cookie.key");
        let made = load_or_make(&path).unwrap();
        assert_eq!(made.expose_secret().len(), KEY_CHARACTERS);
        assert_eq!(load_or_make(&path).unwrap().expose_secret(), made.expose_secret());
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        fs::write(&path, "short").unwrap();
        assert!(load_or_make(&path).unwrap_err().to_string().contains("delete it"));
    }
}

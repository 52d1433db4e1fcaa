//! Files that were made, opened in their places: what is handed out is what was made.

use std::fs::File;
use std::io::{self, ErrorKind, Read, Seek};
use std::path::{Path, PathBuf};

use ledger::{KeptFile, TransferOrder};
use settlement::{biller_folder, order_name};
use sha2::{Digest, Sha256};

use crate::api::Infrastructure;
use crate::finance::{FileFault, OpenedFile};
use crate::hub::Hub;

/// Bytes that are read at once.
const PIECE_BYTES: usize = 64 * 1024;

impl Hub {
    /// A settlement file by its number.
    pub async fn settlement_file(&self, id: i64) -> Result<Option<KeptFile>, Infrastructure> {
        self.read(move |reader| reader.settlement_file(id)).await
    }

    /// Opens a settlement file.
    pub async fn open_settlement_file(&self, kept: &KeptFile) -> Result<OpenedFile, FileFault> {
        let path = biller_folder(&self.settings.settlement_folder, kept.biller).join(&kept.name);
        open(path, kept.name.clone(), kept.digest.clone()).await
    }

    /// An order to the bank by its number.
    pub async fn transfer_order(&self, id: i64) -> Result<Option<TransferOrder>, Infrastructure> {
        self.read(move |reader| reader.transfer_order_of(id)).await
    }

    /// Opens the message of an order.
    pub async fn open_order(&self, order: &TransferOrder) -> Result<OpenedFile, FileFault> {
        let name = order_name(order);
        if order.digest.is_empty() {
            return Err(FileFault::Missing);
        }
        open(self.settings.settlement_folder.join("bank").join(&name), name, order.digest.clone()).await
    }
}

/// Opens a file that was made with this digest, to be handed out under a name.
pub(in crate::hub) async fn open(path: PathBuf, name: String, digest: String) -> Result<OpenedFile, FileFault> {
    match tokio::task::spawn_blocking(move || checked(&path, name, &digest)).await {
        Ok(outcome) => outcome,
        Err(error) => Err(Infrastructure::Failed(format!("a file's reading ended badly: {error}")).into()),
    }
}

/// The very file whose digest was looked at: one put into its place afterwards is another.
fn checked(path: &Path, name: String, digest: &str) -> Result<OpenedFile, FileFault> {
    let trouble = |error: io::Error| match error.kind() {
        ErrorKind::NotFound => FileFault::Missing,
        _ => Infrastructure::Failed(format!("{}: {error}", path.display())).into(),
    };
    let mut file = File::open(path).map_err(trouble)?;
    let (mut hasher, mut piece, mut bytes) = (Sha256::new(), vec![0; PIECE_BYTES], 0u64);
    loop {
        match file.read(&mut piece).map_err(trouble)? {
            0 => break,
            read => {
                hasher.update(piece.get(..read).unwrap_or_default());
                bytes = bytes.saturating_add(u64::try_from(read).unwrap_or(u64::MAX));
            }
        }
    }
    if hex::encode(hasher.finalize()) != digest {
        return Err(FileFault::Changed);
    }
    file.rewind().map_err(trouble)?;
    Ok(OpenedFile { name, bytes, file })
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::right(Some("abc"), true)]
    #[case::changed(Some("abd"), false)]
    #[case::missing(None, false)]
    fn only_what_was_made_is_opened(#[case] content: Option<&str>, #[case] is_right: bool) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("f.csv");
        if let Some(content) = content {
            std::fs::write(&path, content).unwrap();
        }
        let opened = checked(&path, "f.csv".to_owned(), &hex::encode(Sha256::digest(b"abc")));
        match opened {
            Ok(mut opened) => {
                let mut text = String::new();
                opened.file.read_to_string(&mut text).unwrap();
                assert_eq!((is_right, text.as_str(), opened.bytes), (true, "abc", 3));
            }
            Err(FileFault::Changed) => assert!(!is_right && content.is_some()),
            Err(FileFault::Missing) => assert!(!is_right && content.is_none()),
            Err(error) => panic!("{error}"),
        }
    }
}

//! Files in their places: written under another name, made durable, then renamed. Whoever sees a name sees a whole file.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::files::Written;

/// A folder or file that could not be read or written.
#[derive(Debug, thiserror::Error)]
#[error("{path}: {source}", path = path.display())]
pub struct FileTrouble {
    /// Which.
    pub path: PathBuf,
    /// Why.
    #[source]
    pub source: io::Error,
}

impl FileTrouble {
    pub(crate) fn of(path: &Path) -> impl FnOnce(io::Error) -> Self + use<> {
        let path = path.to_owned();
        move |source| Self { path, source }
    }
}

/// Writes a file through `write` and puts it into its place, over one of the same name. What `write` refuses leaves nothing.
pub(crate) fn place<E>(
    folder: &Path,
    name: &str,
    write: impl FnOnce(&mut dyn Write) -> Result<Written, E>,
) -> Result<Result<Written, E>, FileTrouble> {
    fs::create_dir_all(folder).map_err(FileTrouble::of(folder))?;
    let (whole, part) = (folder.join(name), folder.join(format!(".{name}.part")));
    let trouble = |path: &Path| FileTrouble::of(path);
    let mut out = BufWriter::new(File::create(&part).map_err(trouble(&part))?);
    let written = match write(&mut out) {
        Ok(written) => written,
        Err(refusal) => {
            drop(out);
            fs::remove_file(&part).map_err(trouble(&part))?;
            return Ok(Err(refusal));
        }
    };
    let file = out.into_inner().map_err(|error| trouble(&part)(error.into_error()))?;
    file.sync_all().map_err(trouble(&part))?;
    fs::rename(&part, &whole).map_err(trouble(&whole))?;
    // The name is durable with its folder.
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(trouble(folder))?;
    Ok(Ok(written))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refused_file_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let place_at = folder.path().join("1001");
        let written = Written { bytes: 3, sha256: String::new(), lines: 1 };
        let made = place::<&str>(&place_at, "a.csv", |out| {
            out.write_all(b"one").unwrap();
            Ok(written.clone())
        });
        assert_eq!(made.unwrap(), Ok(written));
        let refused = place(&place_at, "b.csv", |out| {
            out.write_all(b"half").unwrap();
            Err("no")
        });
        assert_eq!(refused.unwrap(), Err("no"));
        let names: Vec<_> = fs::read_dir(&place_at).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names, ["a.csv"]);
        assert_eq!(fs::read(place_at.join("a.csv")).unwrap(), b"one");
    }
}

//! The bytes of a file on their way through: counted, digested, with the place of the next one.

use std::io::{self, BufRead, Read};

use sha2::{Digest, Sha256};

use super::fault::Place;

/// Largest file taken: five times a day of a million entries, which is about 200 MB.
pub(super) const FILE_BYTES_MAX: u64 = 1 << 30;
/// What is held of the file at once.
const CHUNK_BYTES: usize = 1 << 16;

/// Why the source stopped, as the cause within an [`io::Error`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Limit {
    #[error("the file has more than {FILE_BYTES_MAX} bytes: split it")]
    File,
    #[error("one element, comment or text takes more than {0} bytes")]
    Piece(u64),
}

impl Limit {
    /// The limit that an error stands for, if it is one.
    pub(super) fn of(error: &io::Error) -> Option<Self> {
        error.get_ref().and_then(|cause| cause.downcast_ref::<Self>()).copied()
    }
}

/// Reads through `R`.
pub(super) struct Source<R> {
    inner: R,
    chunk: Vec<u8>,
    /// The first byte of `chunk` that is not consumed.
    at: usize,
    /// Bytes of `chunk` that are the file's.
    filled: usize,
    ended: bool,
    digest: Sha256,
    read: u64,
    place: Place,
    /// Bytes consumed since [`Source::piece`], and how many may be.
    piece: u64,
    piece_max: u64,
}

impl<R: BufRead> Source<R> {
    pub(super) fn new(inner: R) -> Self {
        Self {
            inner,
            chunk: vec![0; CHUNK_BYTES],
            at: 0,
            filled: 0,
            ended: false,
            digest: Sha256::new(),
            read: 0,
            place: Place { line: 1, column: 1 },
            piece: 0,
            piece_max: u64::MAX,
        }
    }

    /// Where the next byte stands.
    pub(super) fn place(&self) -> Place {
        self.place
    }

    /// Begins a piece of at most that many bytes.
    pub(super) fn piece(&mut self, bytes_max: u64) {
        self.piece = 0;
        self.piece_max = bytes_max;
    }

    /// SHA-256 in lower-case hex of the whole file, once it was read to its end.
    pub(super) fn sha256(&self) -> Option<String> {
        (self.ended && self.at == self.filled).then(|| hex::encode(self.digest.clone().finalize()))
    }

    /// What the file begins with, as much of it as one chunk holds, without consuming it. Only before the first read.
    pub(super) fn beginning(&mut self) -> io::Result<&[u8]> {
        while !self.ended && self.filled < CHUNK_BYTES {
            self.fill()?;
        }
        Ok(self.chunk.get(self.at..self.filled).unwrap_or_default())
    }

    fn fill(&mut self) -> io::Result<()> {
        let room = self.chunk.get_mut(self.filled..).unwrap_or_default();
        let got = loop {
            match self.inner.read(room) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                got => break got?,
            }
        };
        self.digest.update(room.get(..got).unwrap_or_default());
        self.filled += got;
        self.read += u64::try_from(got).unwrap_or(u64::MAX);
        self.ended = got == 0;
        if self.read > FILE_BYTES_MAX {
            return Err(io::Error::other(Limit::File));
        }
        Ok(())
    }
}

impl<R: BufRead> Read for Source<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let got = self.fill_buf()?.read(into)?;
        self.consume(got);
        Ok(got)
    }
}

impl<R: BufRead> BufRead for Source<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.piece > self.piece_max {
            return Err(io::Error::other(Limit::Piece(self.piece_max)));
        }
        if self.at == self.filled && !self.ended {
            self.at = 0;
            self.filled = 0;
            self.fill()?;
        }
        Ok(self.chunk.get(self.at..self.filled).unwrap_or_default())
    }

    fn consume(&mut self, count: usize) {
        let to = self.at.saturating_add(count).min(self.filled);
        for byte in self.chunk.get(self.at..to).unwrap_or_default() {
            match byte {
                b'\n' => self.place = Place { line: self.place.line + 1, column: 1 },
                0x80..=0xbf => {}
                _ => self.place.column += 1,
            }
        }
        self.piece += u64::try_from(to - self.at).unwrap_or(u64::MAX);
        self.at = to;
    }
}

//! Logos as people upload them: told by their bytes, checked, and written anew.

use ledger::{BrandLogo, LogoKind};
use sha2::{Digest, Sha256};

use super::{raster, svg};

/// Largest file that is taken, in bytes.
pub const LOGO_BYTES_MAX: usize = 200 * 1024;
/// Longest side, in pixels.
pub const SIDE_MAX: u32 = 2_000;

const PNG_START: &[u8] = b"\x89PNG\r\n\x1a\n";
const JPEG_START: &[u8] = b"\xff\xd8\xff";

/// Why a file is no logo.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LogoFault {
    /// More bytes than are taken.
    #[error("more than 200 kB")]
    TooLarge,
    /// Neither PNG nor JPEG nor SVG, whatever its name says.
    #[error("neither PNG nor JPEG nor SVG")]
    Unknown,
    /// Width and height, one of which is nothing or too much.
    #[error("{0} x {1} pixels")]
    Dimensions(u32, u32),
    /// It cannot be read to its end.
    #[error("damaged, or cut off")]
    Damaged,
    /// An SVG with something in it that a logo does not need: the line, and what it is.
    #[error("line {0}: {1}")]
    Svg(usize, String),
}

/// Checks a file, and writes it anew: only what is shown of it is left.
///
/// # Errors
///
/// Why it is no logo.
pub fn read(bytes: &[u8]) -> Result<BrandLogo, LogoFault> {
    if bytes.len() > LOGO_BYTES_MAX {
        return Err(LogoFault::TooLarge);
    }
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start();
    let (kind, written) = match bytes {
        _ if bytes.starts_with(PNG_START) => (LogoKind::Png, raster::rewrite(bytes, true)?),
        _ if bytes.starts_with(JPEG_START) => (LogoKind::Png, raster::rewrite(bytes, false)?),
        _ if text.starts_with(b"<") => (LogoKind::Svg, svg::rewrite(text)?.into_bytes()),
        _ => return Err(LogoFault::Unknown),
    };
    Ok(BrandLogo { digest: hex::encode(Sha256::digest(&written)), kind, bytes: written })
}

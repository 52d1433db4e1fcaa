//! How a biller is shown to its payers: logo, colours, texts; checked, kept in versions, published by a second person.
//!
//! [`Form`] is what people type, [`Content`] what is kept, [`Brand`] what pages, receipts and mails show.

mod colour;
mod form;
mod logo;
mod raster;
mod svg;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use ledger::{BrandLogo, BrandVersion, LogoKind};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::api::Infrastructure;
use crate::catalogue::Trilingual;

pub use colour::{Colour, INK, WHITE};
pub use form::{Fault, FaultKind, Form, TextKind};
pub use logo::{LOGO_BYTES_MAX, LogoFault, SIDE_MAX, read as read_logo};

/// The two colours of a biller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Colours {
    /// The ground of a page's head.
    pub brand: Colour,
    /// Links and buttons.
    pub accent: Colour,
}

/// A logo in a version: its bytes are kept apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogoRef {
    /// SHA-256 of its bytes, in lower-case hex.
    pub digest: String,
    /// What they are.
    pub kind: LogoKind,
}

/// What a version says. What is absent is shown as for billers without branding.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Content {
    /// Its logo.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logo: Option<LogoRef>,
    /// Its colours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub colours: Option<Colours>,
    /// The name as payers read it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Trilingual>,
    /// Help beside the payment's forms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<Trilingual>,
    /// Where payers reach the biller.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<Trilingual>,
    /// The last line of receipts and mails.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub footer: Option<Trilingual>,
}

impl Content {
    /// Reads what is stored.
    ///
    /// # Errors
    ///
    /// It is stored in another shape.
    pub fn of(version: &BrandVersion) -> Result<Self, Infrastructure> {
        let again = |error| Infrastructure::Failed(format!("brand version {} as stored: {error}", version.id));
        serde_json::from_str(&version.content).map_err(again)
    }

    /// As it is stored, with the SHA-256 of that in lower-case hex.
    pub(crate) fn stored(&self) -> Result<(String, String), Infrastructure> {
        let text = serde_json::to_string(self)
            .map_err(|error| Infrastructure::Failed(format!("a branding cannot be stored: {error}")))?;
        let digest = hex::encode(Sha256::digest(&text));
        Ok((text, digest))
    }

    /// Whether it says nothing: payers see what they see of billers without branding.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// A version ready to be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Brand {
    /// The biller.
    pub biller: u16,
    /// What it says.
    pub content: Content,
    /// The logo, if it has one.
    pub logo: Option<Arc<BrandLogo>>,
    /// Where its files are: an address that ends with a slash.
    pub base: String,
    /// The stylesheet, where there are colours.
    stylesheet: Option<String>,
}

/// Below which address what is published stands.
pub const PUBLISHED_BASE: &str = "/assets/brands/";
/// Characters of a digest in an address.
const DIGEST_SHOWN: usize = 32;

impl Brand {
    /// A version with its logo, whose files stand below `base`.
    pub fn new(biller: u16, content: Content, logo: Option<BrandLogo>, base: impl Into<String>) -> Self {
        let stylesheet = content.colours.map(stylesheet);
        Self { biller, content, logo: logo.map(Arc::new), base: base.into(), stylesheet }
    }

    /// The address of its stylesheet.
    pub fn stylesheet_url(&self) -> Option<String> {
        self.stylesheet.as_ref().map(|text| format!("{}{}", self.base, self.named(&digest(text), "css")))
    }

    /// The address of its logo.
    pub fn logo_url(&self) -> Option<String> {
        let logo = self.logo.as_ref()?;
        Some(format!("{}{}", self.base, self.named(&logo.digest, logo.kind.as_str())))
    }

    fn named(&self, digest: &str, ending: &str) -> String {
        format!("{}-{}.{ending}", self.biller, digest.get(..DIGEST_SHOWN).unwrap_or(digest))
    }

    /// Whether a file is the logo that its content names, whose bytes need not have been read.
    pub(crate) fn names_logo(&self, name: &str) -> bool {
        self.content.logo.as_ref().is_some_and(|logo| name == self.named(&logo.digest, logo.kind.as_str()))
    }

    /// One of its files by its name: media type and bytes.
    pub fn file(&self, name: &str) -> Option<(&'static str, Vec<u8>)> {
        if let Some(text) = self.stylesheet.as_ref().filter(|text| name == self.named(&digest(text), "css")) {
            return Some(("text/css; charset=utf-8", text.clone().into_bytes()));
        }
        let logo = self.logo.as_ref().filter(|logo| name == self.named(&logo.digest, logo.kind.as_str()))?;
        let media = match logo.kind {
            LogoKind::Png => "image/png",
            LogoKind::Svg => "image/svg+xml",
        };
        Some((media, logo.bytes.clone()))
    }
}

fn digest(text: &str) -> String {
    hex::encode(Sha256::digest(text))
}

/// The biller whose file a name is.
pub fn biller_of_file(name: &str) -> Option<u16> {
    let (biller, rest) = name.split_once('-')?;
    let is_code = biller.len() == 4 && biller.bytes().all(|b| b.is_ascii_digit());
    let (digest, ending) = rest.split_once('.')?;
    let is_digest = digest.len() == DIGEST_SHOWN && digest.bytes().all(|b| b.is_ascii_hexdigit());
    let is_known = is_code && is_digest && matches!(ending, "css" | "png" | "svg");
    if is_known { biller.parse().ok() } else { None }
}

/// Colours of numbers alone, over the tokens and the head of the payers' stylesheet.
fn stylesheet(Colours { brand, accent }: Colours) -> String {
    let on = brand.text_on().unwrap_or(WHITE);
    let (wash, deep) = (accent.wash(), accent.mixed(Colour([0; 3]), 64));
    format!(
        ":root {{ --brand: {accent}; --brand-deep: {deep}; --brand-wash: {wash}; }}\n\
         .site {{ background: {brand}; color: {on}; }}\n\
         .site .brand, .site .site-link, .site .languages a {{ color: {on}; }}\n\
         .site :focus-visible {{ outline-color: {on}; }}\n\
         .site .languages {{ background: none; box-shadow: inset 0 0 0 1px {on}; }}\n\
         .site .languages a:hover {{ background: none; text-decoration: underline; }}\n\
         .site .languages [aria-current], .site .languages [aria-current]:hover {{ background: {on}; color: {brand}; }}\n"
    )
}

/// Published versions of a biller that are shown, and to which it can be taken back.
pub const VERSIONS_SHOWN: i64 = 20;

/// What there is of a biller's branding.
#[derive(Debug, Clone)]
pub struct BrandingView {
    /// What is being made.
    pub draft: Option<BrandVersion>,
    /// What was published, the newest first: that is in force.
    pub published: Vec<BrandVersion>,
}

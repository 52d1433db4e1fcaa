//! Brandings: looked at, drafted, published by a second person. What is done stands in the audit log by the same commit.

use std::collections::HashMap;
use std::sync::Arc;

use ledger::{Actor, AuditEntry, BrandLogo, BrandOutcome, BrandVersion, NewBrandDraft, Reader, StorageError};

use super::Hub;
use crate::api::Infrastructure;
use crate::branding::{Brand, BrandingView, Content, LogoRef, PUBLISHED_BASE, VERSIONS_SHOWN};

/// What is in force, with logos.
pub(super) fn in_force(reader: &mut Reader<'_>) -> Result<Vec<(BrandVersion, Option<BrandLogo>)>, StorageError> {
    let versions = reader.brands()?;
    versions.into_iter().map(|version| with_logo(reader, version)).collect()
}

fn with_logo(
    reader: &mut Reader<'_>,
    version: BrandVersion,
) -> Result<(BrandVersion, Option<BrandLogo>), StorageError> {
    let logo = match &version.logo {
        Some(digest) => reader.brand_logo(version.biller, digest)?,
        None => None,
    };
    Ok((version, logo))
}

fn brand((version, logo): (BrandVersion, Option<BrandLogo>), base: &str) -> Result<Arc<Brand>, Infrastructure> {
    let content = Content::of(&version)?;
    Ok(Arc::new(Brand::new(version.biller, content, logo, base)))
}

/// The brands of versions by biller. One that says nothing is none.
pub(super) fn shown(
    versions: Vec<(BrandVersion, Option<BrandLogo>)>,
) -> Result<HashMap<u16, Arc<Brand>>, Infrastructure> {
    let brands = versions.into_iter().map(|version| brand(version, PUBLISHED_BASE));
    let brands = brands.filter(|brand| !brand.as_ref().is_ok_and(|brand| brand.content.is_empty()));
    brands.map(|brand| brand.map(|brand| (brand.biller, brand))).collect()
}

impl Hub {
    /// A biller's draft and its published versions.
    pub async fn branding(&self, biller: u16) -> Result<BrandingView, Infrastructure> {
        let (draft, published) = self
            .read(move |reader| Ok((reader.brand_draft(biller)?, reader.brand_versions(biller, VERSIONS_SHOWN)?)))
            .await?;
        Ok(BrandingView { draft, published })
    }

    /// Every draft, and what is in force, by biller.
    pub async fn brandings(&self) -> Result<(Vec<BrandVersion>, Vec<BrandVersion>), Infrastructure> {
        self.read(|reader| Ok((reader.brand_drafts()?, reader.brands()?))).await
    }

    /// A biller's draft as it would be shown, with its files below `base`; with the digest of what it says.
    pub async fn brand_draft(&self, biller: u16, base: String) -> Result<Option<(Arc<Brand>, String)>, Infrastructure> {
        let found = self
            .read(move |reader| match reader.brand_draft(biller)? {
                Some(version) => with_logo(reader, version).map(Some),
                None => Ok(None),
            })
            .await?;
        let shown = |found: (BrandVersion, _)| {
            let digest = found.0.digest.clone();
            Ok((brand(found, &base)?, digest))
        };
        found.map(shown).transpose()
    }

    /// A published file by its name; of versions before the one in force too, as pages that show them are still read.
    pub async fn brand_file(&self, name: &str) -> Result<Option<(&'static str, Vec<u8>)>, Infrastructure> {
        let Some(biller) = crate::branding::biller_of_file(name) else { return Ok(None) };
        let catalogue = self.catalogue();
        let in_force = catalogue.get(biller).and_then(|biller| biller.brand.as_ref()?.file(name));
        if in_force.is_some() || catalogue.get(biller).is_none() {
            return Ok(in_force);
        }
        // Anybody asks here: bytes are read of the one logo that is meant alone.
        for version in self.read(move |reader| reader.brand_versions(biller, VERSIONS_SHOWN)).await? {
            let shown = Brand::new(biller, Content::of(&version)?, None, PUBLISHED_BASE);
            if let Some(file) = shown.file(name) {
                return Ok(Some(file));
            }
            if shown.names_logo(name) {
                let found = self.read(move |reader| with_logo(reader, version)).await?;
                return Ok(brand(found, PUBLISHED_BASE)?.file(name));
            }
        }
        Ok(None)
    }

    /// Saves a draft in place of the one of this digest, or where there was none. `false`: another one stands there now.
    pub async fn save_brand_draft(
        &self,
        biller: u16,
        content: Content,
        base: Option<String>,
        upload: Option<BrandLogo>,
        by: Actor,
        entry: AuditEntry,
    ) -> Result<bool, Infrastructure> {
        let (text, digest) = content.stored()?;
        let logo = content.logo.map(|logo: LogoRef| logo.digest);
        let draft = NewBrandDraft { biller, content: text, digest, base, logo, upload };
        self.write_audited(entry, move |op, now| op.save_brand_draft(&draft, &by, now.naive_utc())).await
    }

    /// Puts a draft in force, if it says what was seen and somebody else made it.
    pub async fn publish_brand(
        &self,
        biller: u16,
        seen: String,
        by: Actor,
        entry: AuditEntry,
    ) -> Result<BrandOutcome, Infrastructure> {
        let now = self.now();
        let outcome = self
            .write(move |op| {
                let outcome = op.publish_brand(biller, &seen, &by, now.naive_utc())?;
                if matches!(outcome, BrandOutcome::Published(_)) {
                    op.audit(&entry, now)?;
                }
                Ok(outcome)
            })
            .await?;
        // Other processes take it over by themselves.
        self.reload_billers().await?;
        Ok(outcome)
    }

    /// Gives a draft up; whether there was one.
    pub async fn drop_brand_draft(&self, biller: u16, by: Actor, entry: AuditEntry) -> Result<bool, Infrastructure> {
        self.write_audited(entry, move |op, now| op.drop_brand_draft(biller, &by, now.naive_utc())).await
    }

    /// Makes a draft of a version that was published before; `Some(false)`: there is a draft already. `None`: there is no
    /// such version.
    pub async fn draft_brand_again(
        &self,
        biller: u16,
        number: i32,
        by: Actor,
        entry: AuditEntry,
    ) -> Result<Option<bool>, Infrastructure> {
        let Some(version) = self.read(move |reader| reader.brand_version(biller, number)).await? else {
            return Ok(None);
        };
        let content = Content::of(&version)?;
        self.save_brand_draft(biller, content, None, None, by, entry).await.map(Some)
    }
}

//! How billers are shown to payers, as rows: drafts, published versions and logos. What they say is the use cases'
//! business.

use std::fmt;
use std::str::FromStr;

use chrono::NaiveDateTime;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use crate::agents::Actor;
use crate::ledger::Reader;
use crate::storage::rows::biller_code;
use crate::storage::schema::{brand_logos, brand_versions};
use crate::storage::{Conn, StorageError};
use crate::vocabulary::{UnknownWord, words};
use crate::writer::WriteOp;

words! {
    /// Where a version of a biller's branding stands.
    BrandState: "draft, published, dropped" {
        /// Being made; there is at most one for each biller.
        Draft = 1, "draft";
        /// A second person published it; the one with the highest number is in force.
        Published = 2, "published";
        /// It was given up.
        Dropped = 3, "dropped";
    }
}

words! {
    /// What a logo's bytes are.
    LogoKind: "png, svg" {
        /// A raster image.
        Png = 1, "png";
        /// A vector image.
        Svg = 2, "svg";
    }
}

/// A version of a biller's branding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrandVersion {
    /// Its row.
    pub id: i64,
    /// The biller.
    pub biller: u16,
    /// Where it stands.
    pub state: BrandState,
    /// Its number among the biller's published ones, from 1.
    pub number: Option<i32>,
    /// What it says, as the use cases wrote it.
    pub content: String,
    /// SHA-256 of the content, in lower-case hex: what a second person saw.
    pub digest: String,
    /// The digest of its logo.
    pub logo: Option<String>,
    /// When it was saved last (UTC).
    pub made_at: NaiveDateTime,
    /// Who saved it last.
    pub made_by: Actor,
    /// When it was published or dropped, and by whom (UTC).
    pub ended: Option<(NaiveDateTime, Actor)>,
}

/// A draft to be saved, in place of the one before it.
#[derive(Debug, Clone)]
pub struct NewBrandDraft {
    /// The biller.
    pub biller: u16,
    /// What it says.
    pub content: String,
    /// SHA-256 of the content, in lower-case hex.
    pub digest: String,
    /// The digest of the draft that it was made from; `None`: there was none.
    pub base: Option<String>,
    /// The digest of its logo, which is stored already unless it is `upload`.
    pub logo: Option<String>,
    /// A logo to be stored with it.
    pub upload: Option<BrandLogo>,
}

/// A logo as it is served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrandLogo {
    /// SHA-256 of its bytes, in lower-case hex.
    pub digest: String,
    /// What its bytes are.
    pub kind: LogoKind,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// What became of a publication. Refusals are tested in the order in which they stand here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BrandOutcome {
    /// It is in force, under this number.
    Published(i32),
    /// There is no draft.
    NoDraft,
    /// The draft says something else by now than they saw.
    Changed,
    /// Who made it does not publish it.
    SamePerson,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = brand_versions)]
struct VersionRow {
    id: i64,
    biller: i32,
    state: i16,
    number: Option<i32>,
    content: String,
    digest: String,
    logo: Option<String>,
    made_at: NaiveDateTime,
    made_by: i64,
    made_by_name: String,
    ended_at: Option<NaiveDateTime>,
    ended_by: Option<i64>,
    ended_by_name: Option<String>,
}

impl TryFrom<VersionRow> for BrandVersion {
    type Error = StorageError;

    fn try_from(row: VersionRow) -> Result<Self, StorageError> {
        let damaged = || StorageError::Damaged(format!("state of brand version {}", row.id));
        let by = row.ended_by.zip(row.ended_by_name).map(|(id, name)| Actor { id, name });
        Ok(Self {
            id: row.id,
            biller: biller_code(row.biller)?,
            state: BrandState::from_code(row.state).ok_or_else(damaged)?,
            number: row.number,
            content: row.content,
            digest: row.digest,
            logo: row.logo,
            made_at: row.made_at,
            made_by: Actor { id: row.made_by, name: row.made_by_name },
            ended: row.ended_at.zip(by),
        })
    }
}

impl WriteOp<'_> {
    fn brand_draft_row(&mut self, biller: u16) -> Result<Option<BrandVersion>, StorageError> {
        let row: Option<VersionRow> = brand_versions::table
            .filter(brand_versions::biller.eq(i32::from(biller)))
            .filter(brand_versions::state.eq(BrandState::Draft.code()))
            .select(VersionRow::as_select())
            .get_result(self.connection)
            .optional()?;
        row.map(BrandVersion::try_from).transpose()
    }

    /// Saves a draft in place of the biller's one before it; `false`: that is not the one that it was made from.
    pub fn save_brand_draft(
        &mut self,
        draft: &NewBrandDraft,
        by: &Actor,
        now: NaiveDateTime,
    ) -> Result<bool, StorageError> {
        let biller = i32::from(draft.biller);
        let before = self.brand_draft_row(draft.biller)?;
        if before.as_ref().map(|before| &before.digest) != draft.base.as_ref() {
            return Ok(false);
        }
        let said = (
            brand_versions::content.eq(&draft.content),
            brand_versions::digest.eq(&draft.digest),
            brand_versions::logo.eq(&draft.logo),
            brand_versions::made_at.eq(now),
            brand_versions::made_by.eq(by.id),
            brand_versions::made_by_name.eq(&by.name),
        );
        let changed = match &before {
            Some(before) => {
                // Another process may have saved or ended it meanwhile.
                let row = brand_versions::table
                    .filter(brand_versions::id.eq(before.id))
                    .filter(brand_versions::state.eq(BrandState::Draft.code()))
                    .filter(brand_versions::digest.eq(&before.digest));
                diesel::update(row).set(said).execute(self.connection)?
            }
            None => {
                let new = (
                    brand_versions::id.eq(self.next_id()?),
                    brand_versions::biller.eq(biller),
                    brand_versions::state.eq(BrandState::Draft.code()),
                );
                let insert = diesel::insert_into(brand_versions::table).values((new, said));
                match &mut *self.connection {
                    Conn::Sqlite(c) => insert.on_conflict_do_nothing().execute(c)?,
                    Conn::Pg(c) => insert.on_conflict_do_nothing().execute(c)?,
                }
            }
        };
        if changed == 0 {
            return Ok(false);
        }
        if let Some(logo) = &draft.upload {
            let values = (
                brand_logos::biller.eq(biller),
                brand_logos::digest.eq(&logo.digest),
                brand_logos::kind.eq(logo.kind.code()),
                brand_logos::bytes.eq(&logo.bytes),
                brand_logos::made_at.eq(now),
            );
            let same =
                brand_logos::table.filter(brand_logos::biller.eq(biller)).filter(brand_logos::digest.eq(&logo.digest));
            let known: i64 = same.count().get_result(self.connection)?;
            if known == 0 {
                diesel::insert_into(brand_logos::table).values(values).execute(self.connection)?;
            }
        }
        self.forget_logo(biller, before.as_ref().and_then(|before| before.logo.as_deref()))?;
        Ok(true)
    }

    /// A logo that no version names any more takes no room.
    fn forget_logo(&mut self, biller: i32, digest: Option<&str>) -> Result<(), StorageError> {
        let Some(digest) = digest else { return Ok(()) };
        let named: i64 = brand_versions::table
            .filter(brand_versions::biller.eq(biller))
            .filter(brand_versions::logo.eq(digest))
            .count()
            .get_result(self.connection)?;
        if named == 0 {
            let row = brand_logos::table.filter(brand_logos::biller.eq(biller)).filter(brand_logos::digest.eq(digest));
            diesel::delete(row).execute(self.connection)?;
        }
        Ok(())
    }

    /// Puts a biller's draft in force, if it still says what was seen and somebody else made it.
    pub fn publish_brand(
        &mut self,
        biller: u16,
        seen: &str,
        by: &Actor,
        now: NaiveDateTime,
    ) -> Result<BrandOutcome, StorageError> {
        let Some(draft) = self.brand_draft_row(biller)? else { return Ok(BrandOutcome::NoDraft) };
        if draft.digest != seen {
            return Ok(BrandOutcome::Changed);
        }
        if draft.made_by.id == by.id {
            return Ok(BrandOutcome::SamePerson);
        }
        let last: Option<i32> = brand_versions::table
            .filter(brand_versions::biller.eq(i32::from(biller)))
            .select(diesel::dsl::max(brand_versions::number))
            .get_result(self.connection)?;
        let number = last.unwrap_or(0).saturating_add(1);
        // Another process may have saved it again meanwhile: then this is for nothing.
        let row = brand_versions::table
            .filter(brand_versions::id.eq(draft.id))
            .filter(brand_versions::state.eq(BrandState::Draft.code()))
            .filter(brand_versions::digest.eq(seen))
            .filter(brand_versions::made_by.ne(by.id));
        let ended = (
            brand_versions::state.eq(BrandState::Published.code()),
            brand_versions::number.eq(number),
            brand_versions::ended_at.eq(now),
            brand_versions::ended_by.eq(by.id),
            brand_versions::ended_by_name.eq(&by.name),
        );
        let changed = diesel::update(row).set(ended).execute(self.connection)?;
        Ok(if changed == 1 { BrandOutcome::Published(number) } else { BrandOutcome::Changed })
    }

    /// Gives a biller's draft up; whether there was one.
    pub fn drop_brand_draft(&mut self, biller: u16, by: &Actor, now: NaiveDateTime) -> Result<bool, StorageError> {
        let Some(draft) = self.brand_draft_row(biller)? else { return Ok(false) };
        let row = brand_versions::table
            .filter(brand_versions::id.eq(draft.id))
            .filter(brand_versions::state.eq(BrandState::Draft.code()));
        let ended = (
            brand_versions::state.eq(BrandState::Dropped.code()),
            brand_versions::logo.eq(None::<String>),
            brand_versions::ended_at.eq(now),
            brand_versions::ended_by.eq(by.id),
            brand_versions::ended_by_name.eq(&by.name),
        );
        let changed = diesel::update(row).set(ended).execute(self.connection)?;
        self.forget_logo(i32::from(biller), draft.logo.as_deref())?;
        Ok(changed == 1)
    }
}

impl Reader<'_> {
    /// What is in force, for each biller that has something published.
    pub fn brands(&mut self) -> Result<Vec<BrandVersion>, StorageError> {
        let published = brand_versions::state.eq(BrandState::Published.code());
        let last: Vec<(i32, Option<i32>)> = brand_versions::table
            .filter(published)
            .group_by(brand_versions::biller)
            .select((brand_versions::biller, diesel::dsl::max(brand_versions::number)))
            .load(self.connection)?;
        let mut found = Vec::with_capacity(last.len());
        for (biller, number) in last {
            let row: VersionRow = brand_versions::table
                .filter(brand_versions::biller.eq(biller))
                .filter(brand_versions::number.eq(number))
                .select(VersionRow::as_select())
                .get_result(self.connection)?;
            found.push(row.try_into()?);
        }
        Ok(found)
    }

    /// How many versions were ever published: grows whenever something else is in force.
    pub fn brands_published(&mut self) -> Result<i64, StorageError> {
        let published = brand_versions::table.filter(brand_versions::state.eq(BrandState::Published.code()));
        Ok(published.count().get_result(self.connection)?)
    }

    /// A biller's draft.
    pub fn brand_draft(&mut self, biller: u16) -> Result<Option<BrandVersion>, StorageError> {
        let row: Option<VersionRow> = brand_versions::table
            .filter(brand_versions::biller.eq(i32::from(biller)))
            .filter(brand_versions::state.eq(BrandState::Draft.code()))
            .select(VersionRow::as_select())
            .get_result(self.connection)
            .optional()?;
        row.map(BrandVersion::try_from).transpose()
    }

    /// Every draft, by biller.
    pub fn brand_drafts(&mut self) -> Result<Vec<BrandVersion>, StorageError> {
        let rows: Vec<VersionRow> = brand_versions::table
            .filter(brand_versions::state.eq(BrandState::Draft.code()))
            .order(brand_versions::biller)
            .select(VersionRow::as_select())
            .load(self.connection)?;
        rows.into_iter().map(BrandVersion::try_from).collect()
    }

    /// A biller's published versions, the newest first.
    pub fn brand_versions(&mut self, biller: u16, limit: i64) -> Result<Vec<BrandVersion>, StorageError> {
        let rows: Vec<VersionRow> = brand_versions::table
            .filter(brand_versions::biller.eq(i32::from(biller)))
            .filter(brand_versions::state.eq(BrandState::Published.code()))
            .order(brand_versions::number.desc())
            .limit(limit)
            .select(VersionRow::as_select())
            .load(self.connection)?;
        rows.into_iter().map(BrandVersion::try_from).collect()
    }

    /// A biller's published version by its number.
    pub fn brand_version(&mut self, biller: u16, number: i32) -> Result<Option<BrandVersion>, StorageError> {
        let row: Option<VersionRow> = brand_versions::table
            .filter(brand_versions::biller.eq(i32::from(biller)))
            .filter(brand_versions::number.eq(number))
            .select(VersionRow::as_select())
            .get_result(self.connection)
            .optional()?;
        row.map(BrandVersion::try_from).transpose()
    }

    /// A biller's logo by its digest.
    pub fn brand_logo(&mut self, biller: u16, digest: &str) -> Result<Option<BrandLogo>, StorageError> {
        let row: Option<(i16, Vec<u8>)> = brand_logos::table
            .filter(brand_logos::biller.eq(i32::from(biller)))
            .filter(brand_logos::digest.eq(digest))
            .select((brand_logos::kind, brand_logos::bytes))
            .get_result(self.connection)
            .optional()?;
        row.map(|(kind, bytes)| {
            let damaged = || StorageError::Damaged(format!("kind of logo {digest}"));
            let kind = LogoKind::from_code(kind).ok_or_else(damaged)?;
            Ok(BrandLogo { digest: digest.to_owned(), kind, bytes })
        })
        .transpose()
    }
}

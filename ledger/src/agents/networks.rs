//! Networks, as rows. What they say is the use cases' business, but for the outlets' numbers: those name floats.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use crate::ledger::Reader;
use crate::storage::StorageError;
use crate::storage::schema::{networks, outlets};
use crate::writer::WriteOp;

/// A network's definition, as the use cases wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredNetwork {
    /// Its code.
    pub code: String,
    /// The definition.
    pub definition: String,
}

/// A network to be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewNetwork {
    /// Its code.
    pub code: String,
    /// The definition.
    pub definition: String,
    /// The numbers of its outlets.
    pub outlets: Vec<String>,
}

/// An outlet's number that belongs to another network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutletTaken {
    /// The number.
    pub outlet: String,
    /// The network that wants it.
    pub by: String,
    /// The network that has it.
    pub of: String,
}

impl WriteOp<'_> {
    /// Puts networks in, each in place of what was under its code, all or none; the outlets' numbers that belong to
    /// other networks, if any: nothing was written then. A number that is left out stays its network's own.
    pub fn put_networks(&mut self, new: &[NewNetwork], now: NaiveDateTime) -> Result<Vec<OutletTaken>, StorageError> {
        let mut taken = Vec::new();
        let mut fresh = Vec::new();
        for network in new {
            for outlet in &network.outlets {
                let of: Option<String> = outlets::table
                    .filter(outlets::number.eq(outlet))
                    .select(outlets::network)
                    .get_result(self.connection)
                    .optional()?;
                match of {
                    None => fresh.push((outlet, &network.code)),
                    Some(of) if of == network.code => {}
                    Some(of) => {
                        taken.push(OutletTaken { outlet: outlet.clone(), by: network.code.clone(), of });
                    }
                }
            }
        }
        if !taken.is_empty() {
            return Ok(taken);
        }
        for (outlet, network) in fresh {
            let values = (outlets::number.eq(outlet), outlets::network.eq(network));
            diesel::insert_into(outlets::table).values(values).execute(self.connection)?;
        }
        for network in new {
            self.put_network(network, now)?;
        }
        Ok(taken)
    }

    fn put_network(&mut self, new: &NewNetwork, now: NaiveDateTime) -> Result<(), StorageError> {
        let version = networks::version.eq(self.next_id()?);
        let changed = diesel::update(networks::table.filter(networks::code.eq(&new.code)))
            .set((networks::definition.eq(&new.definition), version, networks::updated_at.eq(now)))
            .execute(self.connection)?;
        if changed == 0 {
            let values = (
                networks::code.eq(&new.code),
                networks::definition.eq(&new.definition),
                version,
                networks::updated_at.eq(now),
            );
            diesel::insert_into(networks::table).values(values).execute(self.connection)?;
        }
        Ok(())
    }
}

impl Reader<'_> {
    /// Every network, by code.
    pub fn networks(&mut self) -> Result<Vec<StoredNetwork>, StorageError> {
        let query = networks::table.select((networks::code, networks::definition)).order(networks::code);
        let rows: Vec<(String, String)> = query.load(self.connection)?;
        Ok(rows.into_iter().map(|(code, definition)| StoredNetwork { code, definition }).collect())
    }

    /// Changes whenever a network does.
    pub fn networks_version(&mut self) -> Result<i64, StorageError> {
        let version: Option<i64> =
            networks::table.select(diesel::dsl::max(networks::version)).get_result(self.connection)?;
        Ok(version.unwrap_or(0))
    }
}

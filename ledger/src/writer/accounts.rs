//! Accounts come into being when they are first posted to; their numbers are remembered.

use std::collections::HashMap;

use diesel::prelude::*;

use super::ids::Ids;
use crate::accounts::Account;
use crate::money::MAD;
use crate::storage::schema::accounts;
use crate::storage::{Conn, StorageError};

/// The numbers of accounts, by account. Forgotten after a rollback, which may have undone a creation.
#[derive(Default)]
pub(super) struct AccountCache {
    ids: HashMap<Account, i64>,
}

impl AccountCache {
    pub fn forget(&mut self) {
        self.ids.clear();
    }

    /// The number of an account, created if need be.
    pub fn id(&mut self, connection: &mut Conn, ids: &mut Ids, account: &Account) -> Result<i64, StorageError> {
        if let Some(id) = self.ids.get(account) {
            return Ok(*id);
        }
        let id = match find(connection, account)? {
            Some((id, _)) => id,
            None => {
                let row = (
                    accounts::id.eq(ids.next()?),
                    accounts::kind.eq(account.kind.code()),
                    accounts::owner.eq(&account.owner),
                    accounts::currency.eq(MAD),
                    accounts::balance.eq(0),
                    accounts::ceiling.eq(account.ceiling()),
                );
                // A unique violation here is another process's creation: the batch is read again.
                match connection {
                    Conn::Sqlite(c) => diesel::insert_into(accounts::table).values(row).execute(c)?,
                    Conn::Pg(c) => diesel::insert_into(accounts::table).values(row).execute(c)?,
                };
                find(connection, account)?
                    .map(|(id, _)| id)
                    .ok_or_else(|| StorageError::Damaged(format!("account {account} vanished")))?
            }
        };
        self.ids.insert(account.clone(), id);
        Ok(id)
    }

    /// The balance of an account; one that does not exist yet holds nothing.
    pub fn balance(&mut self, connection: &mut Conn, account: &Account) -> Result<i64, StorageError> {
        Ok(find(connection, account)?.map_or(0, |(_, balance)| balance))
    }
}

/// Number and balance.
fn find(connection: &mut Conn, account: &Account) -> Result<Option<(i64, i64)>, StorageError> {
    let found = accounts::table
        .filter(accounts::kind.eq(account.kind.code()))
        .filter(accounts::owner.eq(&account.owner))
        .filter(accounts::currency.eq(MAD))
        .select((accounts::id, accounts::balance))
        .get_result(connection)
        .optional()?;
    Ok(found)
}

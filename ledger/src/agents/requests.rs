//! Signed requests of networks' systems: each is taken in once, on whatever node it arrives.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use crate::storage::schema::agent_requests;
use crate::storage::{Conn, StorageError};
use crate::writer::WriteOp;

impl WriteOp<'_> {
    /// Remembers a request of a network until its signature is no longer good; whether it is new.
    pub fn remember_request(
        &mut self,
        network: &str,
        request: &str,
        good_until: NaiveDateTime,
    ) -> Result<bool, StorageError> {
        let values = (
            agent_requests::network.eq(network),
            agent_requests::request.eq(request),
            agent_requests::good_until.eq(good_until),
        );
        let written = match &mut *self.connection {
            Conn::Sqlite(c) => diesel::insert_or_ignore_into(agent_requests::table).values(values).execute(c)?,
            Conn::Pg(c) => {
                diesel::insert_into(agent_requests::table).values(values).on_conflict_do_nothing().execute(c)?
            }
        };
        Ok(written == 1)
    }

    /// Forgets requests whose signatures are no longer good; how many rows went.
    pub fn prune_requests(&mut self, now: NaiveDateTime) -> Result<usize, StorageError> {
        let over = agent_requests::table.filter(agent_requests::good_until.lt(now));
        Ok(diesel::delete(over).execute(self.connection)?)
    }
}

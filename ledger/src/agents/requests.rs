//! Signed requests of networks' systems: each is taken in once, on whatever node it arrives.

use chrono::{NaiveDateTime, TimeDelta};
use diesel::prelude::*;

use crate::storage::schema::agent_requests;
use crate::storage::{Conn, StorageError};
use crate::writer::WriteOp;

/// How long past its time a request is remembered. A signature's time is looked at before its body, which may take some
/// seconds to arrive, and the clocks of nodes differ: one that another node would still take must not be forgotten here.
const MARGIN: TimeDelta = TimeDelta::minutes(10);

impl WriteOp<'_> {
    /// Remembers a request of a network for longer than its signature is good; whether it is new.
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

    /// Forgets requests whose signatures are no longer good anywhere; how many rows went.
    pub fn prune_requests(&mut self, now: NaiveDateTime) -> Result<usize, StorageError> {
        let over = agent_requests::table.filter(agent_requests::good_until.lt(now - MARGIN));
        Ok(diesel::delete(over).execute(self.connection)?)
    }
}

//! What a batch needs to know, read once; and over it what the batch has decided so far, so that its items see each other.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use diesel::prelude::*;

use super::Command;
use super::accounts::AccountCache;
use super::agents::AgentView;
use super::commands::{Funds, Step};
use super::recent::{RecentKey, Recents};
use super::windows::WindowView;
use crate::accounts::Account;
use crate::bills::BillKey;
use crate::states::{BillState, PaymentState};
use crate::storage::rows::{BillRow, PaymentRow};
use crate::storage::schema::{bills, idempotency_keys, payments};
use crate::storage::{Conn, StorageError};

/// A bill as the batch sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct BillView {
    pub state: BillState,
    pub payment: i64,
    pub generation: i32,
}

#[derive(Default)]
pub(super) struct View {
    pub payments: HashMap<i64, PaymentRow>,
    pub bills: HashMap<BillKey, BillView>,
    /// Key -> (input, payment).
    pub keys: HashMap<[u8; 16], ([u8; 16], i64)>,
    /// Balances of the accounts that have a ceiling, by account.
    pub guarded: BTreeMap<Account, i64>,
    /// Empty but for payments at counters.
    pub agents: AgentView,
    /// Empty but for confirmations and their reversals.
    pub windows: WindowView,
}

type KeyRow = (Vec<u8>, Vec<u8>, i64);

impl View {
    /// Reads what these commands touch.
    pub fn load<'a>(
        connection: &mut Conn,
        accounts: &mut AccountCache,
        recents: &Recents,
        commands: impl Iterator<Item = &'a Command<'a>> + Clone,
    ) -> Result<Self, StorageError> {
        let mut view = Self::default();
        let mut wanted_payments = BTreeSet::new();
        let mut wanted_keys = BTreeSet::new();
        let mut wanted_bills = BTreeSet::new();
        for command in commands.clone() {
            match command {
                Command::Pay(pay) => {
                    wanted_keys.insert(pay.key.key);
                    wanted_bills.extend(pay.bills.iter().map(|claim| claim.key));
                    if let Funds::InHand(account) = &pay.funds
                        && account.ceiling().is_some()
                        && !view.guarded.contains_key(account)
                    {
                        view.guarded.insert(account.clone(), accounts.balance(connection, account)?);
                    }
                }
                Command::Advance(advance) => {
                    wanted_payments.insert(advance.payment);
                }
            }
        }
        // Keys after bills and balances: another process that does the same request meanwhile takes the bill and the key
        // in one commit. Read in this order its key is seen wherever its bill is, and a replay is never "being paid".
        view.read_bills(connection, recents, &wanted_bills)?;
        view.read_keys(connection, recents, &wanted_keys)?;
        // A replayed key answers with the payment it started.
        wanted_payments.extend(view.keys.values().map(|(_, payment)| *payment));
        view.read_payments(connection, &wanted_payments)?;
        let mut claimed = BTreeSet::new();
        for command in commands.clone() {
            if let Command::Advance(advance) = command
                && let Some(row) = view.payments.get(&advance.payment)
                && needs_bills(&advance.step, row)
            {
                claimed.extend(row.claims()?.iter().map(|claim| claim.key).filter(|key| !wanted_bills.contains(key)));
            }
        }
        view.read_bills(connection, recents, &claimed)?;
        let pays = commands.clone().filter_map(|command| match command {
            Command::Pay(pay) => pay.agent.as_deref(),
            Command::Advance(_) => None,
        });
        let steps = commands.filter_map(|command| match command {
            Command::Advance(advance) => Some((view.payments.get(&advance.payment)?, &advance.step)),
            Command::Pay(_) => None,
        });
        view.agents = AgentView::load(connection, pays, steps.clone())?;
        view.windows = WindowView::load(connection, steps)?;
        Ok(view)
    }

    fn read_keys(
        &mut self,
        connection: &mut Conn,
        recents: &Recents,
        wanted: &BTreeSet<[u8; 16]>,
    ) -> Result<(), StorageError> {
        use idempotency_keys::dsl;
        let columns = (dsl::key, dsl::input, dsl::payment_id);
        let rows: Vec<KeyRow> = match connection {
            // One cached statement a row: an IN list would be prepared anew for each length.
            Conn::Sqlite(sqlite) => {
                let one = |key: &[u8; 16]| {
                    let query = dsl::idempotency_keys.filter(dsl::key.eq(key.as_slice())).select(columns);
                    query.get_result::<KeyRow>(sqlite).optional().transpose()
                };
                let recent = |key| recents.key(key).map(|RecentKey { input, payment }| (*key, (input, payment)));
                self.keys.extend(wanted.iter().filter_map(recent));
                let left = wanted.iter().filter(|key| !self.keys.contains_key(*key) && recents.may_be_key(key));
                left.filter_map(one).collect::<QueryResult<_>>()?
            }
            Conn::Pg(pg) => {
                let keys: Vec<&[u8]> = wanted.iter().map(<[u8; 16]>::as_slice).collect();
                if keys.is_empty() {
                    return Ok(());
                }
                dsl::idempotency_keys.filter(dsl::key.eq_any(keys)).select(columns).load(pg)?
            }
        };
        for (key, input, payment) in rows {
            self.keys.insert(sixteen(&key)?, (sixteen(&input)?, payment));
        }
        Ok(())
    }

    fn read_payments(&mut self, connection: &mut Conn, wanted: &BTreeSet<i64>) -> Result<(), StorageError> {
        use payments::dsl;
        let rows: Vec<PaymentRow> = match connection {
            Conn::Sqlite(sqlite) => {
                let one = |id: &i64| {
                    let query = dsl::payments.filter(dsl::id.eq(*id)).select(PaymentRow::as_select());
                    query.get_result(sqlite).optional().transpose()
                };
                wanted.iter().filter_map(one).collect::<QueryResult<_>>()?
            }
            Conn::Pg(_) if wanted.is_empty() => return Ok(()),
            Conn::Pg(pg) => {
                let ids: Vec<i64> = wanted.iter().copied().collect();
                dsl::payments.filter(dsl::id.eq_any(ids)).select(PaymentRow::as_select()).load(pg)?
            }
        };
        self.payments.extend(rows.into_iter().map(|row| (row.id, row)));
        Ok(())
    }

    fn read_bills(
        &mut self,
        connection: &mut Conn,
        recents: &Recents,
        wanted: &BTreeSet<BillKey>,
    ) -> Result<(), StorageError> {
        use bills::dsl;
        let rows: Vec<BillRow> = match connection {
            Conn::Sqlite(sqlite) => {
                let one = |key: &BillKey| {
                    let query = dsl::bills.filter(dsl::key.eq(key.0.as_slice())).select(BillRow::as_select());
                    query.get_result(sqlite).optional().transpose()
                };
                self.bills.extend(wanted.iter().filter_map(|key| Some((*key, recents.bill(key)?))));
                let left = wanted.iter().filter(|key| !self.bills.contains_key(key) && recents.may_be_bill(key));
                left.filter_map(one).collect::<QueryResult<_>>()?
            }
            Conn::Pg(_) if wanted.is_empty() => return Ok(()),
            Conn::Pg(pg) => {
                let keys: Vec<&[u8]> = wanted.iter().map(|key| key.0.as_slice()).collect();
                dsl::bills.filter(dsl::key.eq_any(keys)).select(BillRow::as_select()).load(pg)?
            }
        };
        for row in rows {
            let bill = BillView { state: row.state()?, payment: row.payment_id, generation: row.generation };
            self.bills.insert(BillKey(sixteen(&row.key)?), bill);
        }
        Ok(())
    }
}

/// Whether a step looks at or changes bills. The most frequent one does not: an awaited payment that is accepted holds
/// its bills already. An earlier item of the same batch that sets them free has read them itself.
fn needs_bills(step: &Step, row: &PaymentRow) -> bool {
    !matches!(step, Step::Accept { .. } | Step::Captured) || row.state != PaymentState::Awaiting.code()
}

pub(super) fn sixteen(bytes: &[u8]) -> Result<[u8; 16], StorageError> {
    bytes.try_into().map_err(|_| StorageError::Damaged("a key is not 16 bytes long".to_owned()))
}

//! The handle by which tests and demos look into a running sandbox.

use std::sync::Arc;

use chrono::{NaiveDate, TimeDelta, Utc};

use crate::bank::{self, BankAnswer, BankEntry, StatementForm};
use crate::book::{AddedArticle, Booking};
use crate::days::{self, CashOperation, PlannedBreak};
use crate::faults::FaultRule;
use crate::gateway::CardOrder;
use crate::sftp::DroppedFile;
use crate::sms::SmsMessage;
use crate::smtp::MailMessage;
use crate::world::World;

/// Reads and changes the state of a running sandbox, without its HTTP server.
#[derive(Clone)]
pub struct Control {
    pub(crate) world: Arc<World>,
}

impl Control {
    /// Switches a fault on; its number, or what is wrong with it.
    pub fn set_fault(&self, rule: FaultRule) -> Result<u64, String> {
        if let Some(fault) = rule.fault() {
            return Err(fault);
        }
        Ok(self.world.change(|state| {
            let id = state.number();
            state.faults.push(FaultRule { id, ..rule });
            id
        }))
    }

    /// The faults that are on.
    pub fn faults(&self) -> Vec<FaultRule> {
        self.world.read(|state| state.faults.clone())
    }

    /// Switches one fault off; `false` if there is none of that number.
    pub fn clear_fault(&self, id: u64) -> bool {
        self.world.change(|state| {
            let before = state.faults.len();
            state.faults.retain(|rule| rule.id != id);
            state.faults.len() < before
        })
    }

    /// Switches every fault off.
    pub fn clear_faults(&self) {
        self.world.change(|state| state.faults.clear());
    }

    /// The confirmations that a biller received, oldest first.
    pub fn bookings(&self, biller: u16) -> Vec<Booking> {
        self.world.read(|state| state.book.bookings(biller))
    }

    /// The bank's orders, by order number.
    pub fn orders(&self) -> Vec<CardOrder> {
        self.world.read(|state| state.orders.values().cloned().collect())
    }

    /// One order of the bank.
    pub fn order(&self, oid: &str) -> Option<CardOrder> {
        self.world.read(|state| state.orders.get(oid).cloned())
    }

    /// The SMS inbox, oldest first.
    pub fn sms(&self) -> Vec<SmsMessage> {
        self.world.read(|state| state.sms.clone())
    }

    /// The mail inbox, oldest first.
    pub fn mails(&self) -> Vec<MailMessage> {
        self.world.read(|state| state.mails.clone())
    }

    /// What is on the file server, oldest first.
    pub fn dropped_files(&self) -> Vec<DroppedFile> {
        self.world.read(|state| state.dropped.clone())
    }

    /// Takes a file off the server, as its owner would: what was in it.
    pub fn pick_up(&self, user: &str, path: &str) -> Option<Vec<u8>> {
        self.world.change(|state| {
            let place = state.dropped.iter().position(|file| file.user == user && file.path == path)?;
            Some(state.dropped.remove(place).bytes)
        })
    }

    /// Puts a file on the server.
    pub fn put_down(&self, user: &str, path: &str, bytes: &[u8]) {
        self.world.change(|state| {
            let id = state.number();
            let (user, path) = (user.to_owned(), path.to_owned());
            state.dropped.push(DroppedFile { id, user, path, bytes: bytes.to_vec(), at: Utc::now() });
        });
        if user == bank::USER {
            bank::work(&self.world);
        }
    }

    /// What the bank does with the next order that is not planned for yet; unplanned ones it accepts.
    pub fn plan_bank(&self, answer: BankAnswer) {
        self.world.change(|state| state.bank.plans.push(answer));
    }

    /// Movements on the hub's account, oldest first.
    pub fn bank_entries(&self) -> Vec<BankEntry> {
        self.world.read(|state| state.bank.entries.clone())
    }

    /// Books what was not ordered: a fee, a credit of somebody. Centimes, below zero what goes out.
    pub fn add_bank_entry(&self, day: NaiveDate, minor: i64, about: &str) {
        self.add_bank_entry_for(day, minor, about, None);
    }

    /// The same with what whoever pays writes for the hub, such as the number of an invoice.
    pub fn add_bank_entry_for(&self, day: NaiveDate, minor: i64, about: &str, remittance: Option<String>) {
        self.world.change(|state| bank::move_money(state, day, minor, about, remittance));
    }

    /// Lets a transfer that was booked come back on a day, for a reason such as `AC04`; `false`: there is none.
    pub fn return_transfer(&self, end_to_end_id: &str, code: &str, day: NaiveDate) -> bool {
        self.world.change(|state| bank::give_back(state, end_to_end_id, code, day))
    }

    /// The account's statement of a day, in the form of all of them.
    pub fn bank_statement(&self, day: NaiveDate) -> String {
        let now = self.world.now();
        self.world.read(|state| bank::statement(state, day, state.bank.form, now))
    }

    /// What the bank states days in from now on.
    pub fn set_statement_form(&self, form: StatementForm) {
        self.world.change(|state| state.bank.form = form);
    }

    /// The bank tells of what is booked on a day so far by a camt.054, before its statement does: the file's name, as
    /// `user/path`; an error where the day has not begun.
    pub fn notify_bank(&self, day: NaiveDate) -> Result<String, String> {
        let now = self.world.now();
        self.world.change(|state| days::notify(state, day, now))
    }

    /// Closes a day: gateway, networks, billers and bank put their files down. Their names, as `user/path`; an error where the
    /// day has not begun.
    pub fn close_day(&self, day: NaiveDate) -> Result<Vec<String>, String> {
        let (now, merchant) = (self.world.now(), &self.world.config.cmi_client_id);
        self.world.change(|state| days::close(state, day, merchant, now))
    }

    /// Plans something that is wrong with the next day that can have it; its number, or what is wrong with the plan.
    pub fn plan_break(&self, plan: PlannedBreak) -> Result<u64, String> {
        self.world.change(|state| days::plan(state, plan))
    }

    /// What is planned and has not happened yet.
    pub fn planned_breaks(&self) -> Vec<PlannedBreak> {
        self.world.read(|state| state.days.plans.clone())
    }

    /// Takes all plans back.
    pub fn clear_breaks(&self) {
        self.world.change(|state| state.days.plans.clear());
    }

    /// Writes down what an outlet did, in its network's own books.
    pub fn keep_cash(&self, operation: CashOperation) -> Result<(), String> {
        self.world.change(|state| days::keep_cash(state, operation))
    }

    /// What networks wrote down, oldest first.
    pub fn cash_operations(&self) -> Vec<CashOperation> {
        self.world.read(|state| state.days.cash.clone())
    }

    /// A network pays centimes for a float by a transfer to the hub's account today, which carries the proof.
    pub fn top_up(&self, network: &str, minor: i64, proof: &str) -> Result<(), String> {
        let day = days::local_day(self.world.now());
        self.world.change(|state| days::top_up(state, network, minor, proof, day))
    }

    /// Makes something due at a biller: a line under a contract, which becomes known by that. Amounts are centimes.
    pub fn add_article(
        &self,
        biller: u16,
        receivable_type: &str,
        contract: &str,
        article: &str,
        minor: i64,
    ) -> Result<(), String> {
        let kind = crate::seed::biller(biller).and_then(|biller| biller.receivable_type(receivable_type));
        if kind.is_none_or(|kind| !kind.fetch) {
            return Err(format!("biller {biller} has no bills of receivable type {receivable_type}"));
        }
        if contract.is_empty() || article.is_empty() || minor <= 0 {
            return Err("contract and article must be given and the amount above zero".into());
        }
        let line = AddedArticle { id: article.into(), kind: 0, description: format!("Facture {article}"), minor };
        self.world.change(|state| state.book.add(biller, receivable_type, contract, vec![line]));
        Ok(())
    }

    /// Moves the clocks of billers and gateway on: time is passed in tests, not waited for.
    pub fn pass(&self, time: TimeDelta) {
        self.world.pass(time);
    }

    /// Forgets everything: bookings, orders, inboxes, faults. Numbers go on, so that none is given twice.
    pub fn reset(&self) {
        self.world.change(|state| {
            let (files, last_number) = (std::mem::take(&mut state.files), state.last_number);
            let book = state.book.emptied();
            *state = crate::world::State { book, files, last_number, ..crate::world::State::default() };
        });
    }
}

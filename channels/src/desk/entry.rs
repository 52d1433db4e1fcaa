//! Forms of the desk: nobody here types a card number, and one that is pasted is gone before anything reads it.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use payments::card_numbers;

use crate::staff::frame::Faults;
use crate::web::errors::Fault;
use crate::web::inputs::Posted;
use crate::web::views::Page;

/// The message that says what became of a card number.
pub(crate) const CARD_KEY: &str = "desk-fault-card";

/// Fields in which only what the hub knows already is taken, and which may look like card numbers by chance: billers'
/// numbers of lines, references of look-ups.
const KNOWN: [&str; 2] = ["article", "inquiry"];

/// A form of the desk, without card numbers.
pub(crate) struct Entry {
    posted: Posted,
    /// The fields that held one.
    cards: Vec<String>,
}

impl FromRequest for Entry {
    type Error = actix_web::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, actix_web::Error>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let posted = Posted::from_request(request, payload);
        Box::pin(async move {
            let (posted, cards) = posted.await?.scrubbed(&KNOWN);
            Ok(Self { posted, cards })
        })
    }
}

impl Entry {
    /// The one value of a field, empty if it is absent or held a card number.
    pub(super) fn one<'a>(&'a self, name: &'a str) -> Result<&'a str, Fault> {
        self.posted.one(name)
    }

    /// All values of a field.
    pub(super) fn many<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.posted.many(name)
    }

    /// The fields whose names start so, without that start.
    pub(super) fn below(&self, prefix: &str) -> Result<std::collections::BTreeMap<String, String>, Fault> {
        self.posted.below(prefix)
    }

    /// Whether a field was ticked.
    pub(super) fn ticked(&self, name: &str) -> Result<bool, Fault> {
        Ok(self.one(name)? == "1")
    }

    /// Whether a field held a card number.
    pub(super) fn held_card(&self, name: &str) -> bool {
        self.cards.iter().any(|card| card == name)
    }

    /// What is said of card numbers that were in it; nothing is done then.
    pub(super) fn card_faults(&self, page: &Page) -> Option<Faults> {
        let field = self.cards.first()?;
        // The names are the sender's too.
        let target = if card_numbers::holds_one(field) { String::new() } else { field.replace('.', "-") };
        Some(Faults::one(&target, page.t(CARD_KEY)))
    }
}

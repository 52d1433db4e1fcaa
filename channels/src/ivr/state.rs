//! Where a call stands: kept by the server after each step, so that nothing is taken from the provider's addresses but
//! the number of the step.

use ledger::Language;
use serde::{Deserialize, Serialize};

/// What was asked last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Ask {
    /// Nothing yet.
    Start,
    /// 1 Arabic, 2 French, 3 English.
    Language,
    /// A biller of this page of the list, counted from 0.
    Biller(usize),
    /// Which kind of bill of the biller.
    Kind,
    /// The number that identifies the customer.
    Contract,
    /// Nothing: the caller waits while the biller is asked.
    LookUp,
    /// Whether this bill is to be paid, counted from 0 among those that can be.
    Bill(usize),
    /// How it is to be paid.
    Way,
    /// The mobile phone for the link.
    Mobile,
    /// The provider takes the card.
    Card,
    /// The caller is with the teleoperators.
    Operator,
    /// Another contract or another biller.
    Next,
}

/// Where a call stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct State {
    pub ask: Ask,
    /// The language, once it is chosen.
    pub language: Option<Language>,
    pub biller: Option<u16>,
    /// The receivable type.
    pub kind: Option<String>,
    /// What was keyed, from the step that heard it to the look-up.
    pub contract: Option<String>,
    /// The look-up's reference.
    pub inquiry: Option<String>,
    pub contract_masked: String,
    /// The line that was read aloud last: what is payable may change before the caller answers.
    pub heard: Option<String>,
    /// The chosen lines.
    pub articles: Vec<String>,
    /// The quote's reference.
    pub quote: Option<String>,
    /// Entries in a row that made no sense.
    pub wrong: u8,
    /// Silences in a row.
    pub silent: u8,
}

impl State {
    pub(super) const fn new() -> Self {
        Self {
            ask: Ask::Start,
            language: None,
            biller: None,
            kind: None,
            contract: None,
            inquiry: None,
            contract_masked: String::new(),
            heard: None,
            articles: Vec::new(),
            quote: None,
            wrong: 0,
            silent: 0,
        }
    }

    /// The caller's language; French until it is chosen, as on the pages.
    pub(super) fn language(&self) -> Language {
        self.language.unwrap_or(Language::Fr)
    }

    /// At another question, which starts with a clean slate.
    pub(super) fn at(mut self, ask: Ask) -> Self {
        self.ask = ask;
        self.wrong = 0;
        self.silent = 0;
        self
    }

    /// Without what belonged to another contract.
    pub(super) fn without_bill(mut self) -> Self {
        self.contract = None;
        self.inquiry = None;
        self.contract_masked = String::new();
        self.heard = None;
        self.articles = Vec::new();
        self.quote = None;
        self
    }
}

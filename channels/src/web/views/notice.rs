//! Pages that say one thing: what happened, whether money moved, what to do next.

use askama::Template;
use ledger::Language;

use super::Page;
use crate::web::errors::Fault;
use crate::web::i18n::{self, Arg};

/// One thing to say.
#[derive(Template)]
#[template(path = "web/notice.html")]
pub(crate) struct NoticePage {
    pub(crate) page: Page,
    pub(crate) notice: Notice,
}

/// The thing.
pub(crate) struct Notice {
    pub(crate) tone: Tone,
    pub(crate) title: String,
    pub(crate) text: String,
    /// Small facts: label, value, and whether the value is a code.
    pub(crate) facts: Vec<(String, String, bool)>,
    /// What to do: label and address; the first stands out.
    pub(crate) actions: Vec<(String, String)>,
}

/// How it looks.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    Good,
    Wait,
    Bad,
}

impl Tone {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Wait => "wait",
            Self::Bad => "bad",
        }
    }
}

impl Notice {
    /// The notice whose messages are `KEY-title` and `KEY-text`.
    pub(crate) fn new(language: Language, tone: Tone, key: &str) -> Self {
        Self {
            tone,
            title: i18n::text(language, &format!("{key}-title")),
            text: i18n::text(language, &format!("{key}-text")),
            facts: Vec::new(),
            actions: Vec::new(),
        }
    }

    pub(crate) fn fact(mut self, language: Language, key: &str, value: &str) -> Self {
        if !value.is_empty() {
            let is_code = matches!(key, "fact-reference" | "fact-trace" | "finance-file");
            self.facts.push((i18n::text(language, key), value.to_owned(), is_code));
        }
        self
    }

    pub(crate) fn action(mut self, language: Language, key: &str, path: &str) -> Self {
        self.actions.push((i18n::text(language, key), format!("/{language}{path}")));
        self
    }
}

/// The page of a fault.
pub(crate) fn of_fault(fault: &Fault, language: Language, trace: Option<String>) -> Notice {
    let (tone, key) = match fault {
        Fault::NotFound => (Tone::Wait, "not-found"),
        Fault::MethodNotAllowed(_) => (Tone::Bad, "wrong-method"),
        Fault::BadRequest => (Tone::Bad, "bad-request"),
        Fault::FieldTwice => (Tone::Bad, "field-twice"),
        Fault::NotOffered => (Tone::Bad, "unexpected"),
        Fault::Unreadable => (Tone::Bad, "unreadable"),
        Fault::TooLarge => (Tone::Bad, "too-large"),
        Fault::Forged => (Tone::Bad, "forged"),
        Fault::Forbidden => (Tone::Bad, "staff-forbidden"),
        Fault::NoOutlet => (Tone::Bad, "outlet-none"),
        Fault::TooMany(_) => (Tone::Wait, "too-many"),
        Fault::TooManyLookUps(_) => (Tone::Wait, "outlet-too-many"),
        Fault::Overloaded(_) => (Tone::Wait, "overloaded"),
        // A page is not shown for it; a reader who sees one may ask for the other page by hand.
        Fault::GoTo(_) => (Tone::Wait, "not-found"),
        Fault::Failed(_) => (Tone::Bad, "failed"),
    };
    let mut notice = Notice::new(language, tone, key);
    if let Some(seconds) = fault.retry_after() {
        let wait = i18n::text_with(language, "wait-seconds", &[("count", Arg::Number(seconds.into()))]);
        notice = notice.fact(language, "fact-retry", &wait);
    }
    notice = notice.fact(language, "fact-trace", &trace.unwrap_or_default());
    notice.action(language, "action-home", "/").action(language, "action-find", "/find")
}

//! A call, as it is kept and shown: who called, what was said and keyed, what is waited for.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::card::CardStage;

/// Lines kept of one call.
const LINES_MAX: usize = 500;

/// Who calls whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dial {
    /// The caller's number, `+212...`, or `anonymous`.
    pub from: String,
    /// The number called.
    pub to: String,
    /// Where the hub is asked; without it where the sandbox was told to.
    #[serde(default)]
    pub url: Option<String>,
    /// Whether teleoperators answer the telephone.
    #[serde(default = "yes")]
    pub operator_answers: bool,
}

fn yes() -> bool {
    true
}

impl Dial {
    /// A call from a number to the hub's.
    pub fn from(number: &str) -> Self {
        Self { from: number.to_owned(), to: "+212520000000".to_owned(), url: None, operator_answers: true }
    }
}

/// One line of a transcript.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallLine {
    /// The hub said something, in a language as TwiML names it.
    Said {
        /// `fr-FR`.
        language: String,
        /// The sentence.
        text: String,
    },
    /// The caller keyed something; a card's digits are hidden.
    Keyed(String),
    /// What happened besides.
    Event(String),
}

/// What a caller does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PhoneKeys {
    /// Keys, with or without the `#` at the end.
    Keys(String),
    /// Nothing, until the time is over.
    Silence,
    /// Hangs up.
    HangUp,
    /// The provider sends its last request once more, as it does when an answer was lost.
    Replay,
}

impl PhoneKeys {
    /// `w` waits, `h` hangs up, `r` replays; digits, `*` and `#` are keys.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        match text {
            "w" => Ok(Self::Silence),
            "h" => Ok(Self::HangUp),
            "r" => Ok(Self::Replay),
            keys if (1..=40).contains(&keys.len())
                && keys.bytes().all(|byte| byte.is_ascii_digit() || byte == b'*' || byte == b'#') =>
            {
                Ok(Self::Keys(keys.to_owned()))
            }
            _ => Err(format!("'{text}': key digits, * and #, or w to wait, h to hang up, r to replay")),
        }
    }
}

/// What is waited for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Waiting {
    /// Keys, at most so many; what was keyed is posted.
    Keys { action: String, most: Option<usize> },
    /// A card, piece by piece; a token is posted.
    Card { action: String, stage: CardStage, tries: u32, prompts: Vec<(String, CallLine)> },
}

/// A call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhoneCall {
    /// The provider's name for it.
    pub sid: String,
    /// Who calls whom.
    pub dial: Dial,
    /// When it began.
    pub at: DateTime<Utc>,
    /// Whether it is over.
    pub ended: bool,
    /// What was said and keyed.
    pub lines: Vec<CallLine>,
    /// The last answer of the hub, byte for byte.
    pub last_answer: String,
    /// Whether the last replay got the same bytes; `None` if there was none.
    pub replay_was_same: Option<bool>,
    pub(crate) start_url: String,
    pub(crate) waiting: Option<Waiting>,
    pub(crate) last_request: Option<(String, Vec<(String, String)>)>,
}

impl PhoneCall {
    pub(crate) fn new(dial: Dial, start_url: String, at: DateTime<Utc>) -> Self {
        Self {
            sid: format!("CA{:032x}", rand::random::<u128>()),
            dial,
            at,
            ended: false,
            lines: Vec::new(),
            last_answer: String::new(),
            replay_was_same: None,
            start_url,
            waiting: None,
            last_request: None,
        }
    }

    /// What the hub said after the caller's last key.
    pub fn last_said(&self) -> String {
        let since = self.lines.iter().rposition(|line| matches!(line, CallLine::Keyed(_))).map_or(0, |at| at + 1);
        let said = self.lines.iter().skip(since).filter_map(|line| match line {
            CallLine::Said { text, .. } => Some(text.as_str()),
            _ => None,
        });
        said.collect::<Vec<_>>().join(" ")
    }

    pub(crate) fn note(&mut self, line: CallLine) {
        if self.lines.len() < LINES_MAX {
            self.lines.push(line);
        }
    }
}

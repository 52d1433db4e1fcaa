//! Faults that can be switched on, for a target and one of its calls.

use serde::{Deserialize, Serialize};

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultKind {
    /// A refusal in the protocol's own terms; nothing is booked.
    Refuse,
    /// The answer comes that much later, in milliseconds.
    Delay {
        /// Milliseconds, at most [`DELAY_MS_MAX`].
        ms: u64,
    },
    /// The connection closes without an answer after the work was done.
    DropAfter,
    /// The connection closes without an answer and nothing was done.
    DropBefore,
    /// The work is done and the answer is damaged.
    Garble,
    /// The request is worked on twice, as after a duplicated delivery; for the gateway's callback: sent twice at once.
    AnswerTwice,
    /// HTTP 503 or SMTP 421.
    Down,
    /// A biller accepts a confirmation without deciding on it; the next call without this fault settles it.
    Pending,
}

/// Longest delay that can be asked for: past it every client has given up.
pub(crate) const DELAY_MS_MAX: u64 = 120_000;

impl FaultKind {
    /// The kind of that word; a delay needs its milliseconds.
    pub(crate) fn named(word: &str, ms: Option<u64>) -> Result<Self, String> {
        Ok(match (word, ms) {
            ("refuse", _) => Self::Refuse,
            ("delay", Some(ms)) => Self::Delay { ms },
            ("delay", None) => return Err("a delay needs ms, a number of milliseconds".into()),
            ("drop_after", _) => Self::DropAfter,
            ("drop_before", _) => Self::DropBefore,
            ("garble", _) => Self::Garble,
            ("answer_twice", _) => Self::AnswerTwice,
            ("down", _) => Self::Down,
            ("pending", _) => Self::Pending,
            (other, _) => return Err(format!("'{other}' is not a kind of fault")),
        })
    }

    fn word(self) -> &'static str {
        match self {
            Self::Refuse => "refuse",
            Self::Delay { .. } => "delay",
            Self::DropAfter => "drop_after",
            Self::DropBefore => "drop_before",
            Self::Garble => "garble",
            Self::AnswerTwice => "answer_twice",
            Self::Down => "down",
            Self::Pending => "pending",
        }
    }
}

/// A fault that is switched on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "RuleOnWire", into = "RuleOnWire")]
pub struct FaultRule {
    /// Number by which it is cleared; given by the sandbox.
    pub id: u64,
    /// `biller:1001`, `gateway`, `sms`, `smtp` or `sftp`.
    pub target: String,
    /// `find`, `confirm`, `status`, `cancel`, `forms` for billers; `page`, `callback`, `api`, of
    /// which `credit`, `void` and `capture` alone, for the gateway; `send` for
    /// SMS; `mail` for mail; `open`, `write`, `rename` and the like for files; `None` for every call.
    pub call: Option<String>,
    /// What goes wrong.
    pub kind: FaultKind,
    /// For how many more calls; `None` until it is cleared.
    pub times: Option<u32>,
}

/// A rule as it stands in JSON.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleOnWire {
    #[serde(default)]
    id: u64,
    target: String,
    #[serde(default)]
    call: Option<String>,
    kind: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ms: Option<u64>,
    #[serde(default)]
    times: Option<u32>,
}

impl TryFrom<RuleOnWire> for FaultRule {
    type Error = String;
    fn try_from(wire: RuleOnWire) -> Result<Self, String> {
        let RuleOnWire { id, target, call, kind, ms, times } = wire;
        Ok(Self { id, target, call, kind: FaultKind::named(&kind, ms)?, times })
    }
}

impl From<FaultRule> for RuleOnWire {
    fn from(rule: FaultRule) -> Self {
        let FaultRule { id, target, call, kind, times } = rule;
        let ms = if let FaultKind::Delay { ms } = kind { Some(ms) } else { None };
        Self { id, target, call, kind: kind.word().into(), ms, times }
    }
}

impl FaultRule {
    /// A fault for every call of a target until it is cleared.
    pub fn new(target: impl Into<String>, kind: FaultKind) -> Self {
        Self { id: 0, target: target.into(), call: None, kind, times: None }
    }

    /// Only for one of the target's calls.
    pub fn on(mut self, call: impl Into<String>) -> Self {
        self.call = Some(call.into());
        self
    }

    /// Only for the next calls.
    pub fn times(mut self, times: u32) -> Self {
        self.times = Some(times);
        self
    }

    /// What is wrong with a rule that came from outside.
    pub(crate) fn fault(&self) -> Option<String> {
        let calls: &[&str] = match self.target.as_str() {
            "gateway" => &["page", "callback", "api", "credit", "void", "capture", "connector"],
            "sms" => &["send"],
            "smtp" => &["mail"],
            "sftp" => &["sign-in", "open", "read", "write", "close", "stat", "list", "remove", "rename"],
            other => match other.strip_prefix("biller:").and_then(|code| code.parse().ok()) {
                Some(code) if crate::seed::biller(code).is_some() => &["find", "confirm", "status", "cancel", "forms"],
                _ => return Some(format!("target '{other}' is not biller:CODE, gateway, sms, smtp or sftp")),
            },
        };
        match (&self.call, self.kind) {
            (Some(call), _) if !calls.contains(&call.as_str()) => {
                Some(format!("call '{call}' is not one of {} for {}", calls.join(", "), self.target))
            }
            (_, FaultKind::Delay { ms }) if ms > DELAY_MS_MAX => Some(format!("a delay is at most {DELAY_MS_MAX} ms")),
            _ if self.times == Some(0) => Some("times is at least 1; leave it out for 'until cleared'".into()),
            _ => None,
        }
    }
}

/// The faults that one call meets, together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Injected {
    pub refuse: bool,
    pub delay_ms: u64,
    pub drop_after: bool,
    pub drop_before: bool,
    pub garble: bool,
    pub twice: bool,
    pub down: bool,
    pub pending: bool,
}

/// The faults for this call, using up one of each rule's times.
pub(crate) fn take(rules: &mut Vec<FaultRule>, target: &str, call: &str) -> Injected {
    let mut injected = Injected::default();
    for rule in rules.iter_mut() {
        if rule.target != target || rule.call.as_deref().is_some_and(|only| only != call) {
            continue;
        }
        match rule.kind {
            FaultKind::Refuse => injected.refuse = true,
            FaultKind::Delay { ms } => injected.delay_ms = injected.delay_ms.max(ms.min(DELAY_MS_MAX)),
            FaultKind::DropAfter => injected.drop_after = true,
            FaultKind::DropBefore => injected.drop_before = true,
            FaultKind::Garble => injected.garble = true,
            FaultKind::AnswerTwice => injected.twice = true,
            FaultKind::Down => injected.down = true,
            FaultKind::Pending => injected.pending = true,
        }
        if let Some(times) = &mut rule.times {
            *times = times.saturating_sub(1);
        }
    }
    rules.retain(|rule| rule.times != Some(0));
    injected
}

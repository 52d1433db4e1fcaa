//! What is to be wrong with a day on purpose, at the source where it can happen.

use serde::{Deserialize, Serialize};

/// What does not fit, in the words of docs/reconciliation.md.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BreakKind {
    /// A dirham more, or at the bank less, than the hub expects.
    AmountDiffers,
    /// Told, or booked, twice.
    Duplicate,
    /// Something that the hub never had.
    MissingHere,
    /// Left out; the gateway tells it the next day.
    MissingThere,
    /// Given back at the gateway, refused at a network, rejected at a biller.
    StatusDiffers,
    /// A transfer that was booked comes back.
    Returned,
    /// A payout comes five days after its value day.
    Late,
    /// A payout comes without its reference, and another credit of the same amount with it.
    Ambiguous,
    /// A credit of somebody whom nobody knows.
    Unknown,
    /// The statement of the day is not put down.
    Gap,
}

impl BreakKind {
    /// Every kind, with its word.
    pub(crate) const ALL: [(Self, &'static str); 10] = [
        (Self::AmountDiffers, "amount_differs"),
        (Self::Duplicate, "duplicate"),
        (Self::MissingHere, "missing_here"),
        (Self::MissingThere, "missing_there"),
        (Self::StatusDiffers, "status_differs"),
        (Self::Returned, "returned"),
        (Self::Late, "late"),
        (Self::Ambiguous, "ambiguous"),
        (Self::Unknown, "unknown"),
        (Self::Gap, "gap"),
    ];

    pub(crate) fn word(self) -> &'static str {
        Self::ALL.iter().find(|(kind, _)| *kind == self).map_or("", |(_, word)| word)
    }

    pub(crate) fn named(word: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == word).map(|(kind, _)| *kind)
    }
}

/// A break that the next closed day has, if anything of that day can have it; else it waits for one that can.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlannedBreak {
    /// Number by which it is known; given by the sandbox.
    #[serde(default)]
    pub id: u64,
    /// `gateway`, `gateway:returns` for what it gives back, `network:ATLAS`, `biller:1001` or `bank`.
    pub target: String,
    /// What does not fit.
    pub kind: BreakKind,
    /// The order, payment or reference that it is about, at the bank an `EndToEndId`; `None`: the first that fits.
    #[serde(default)]
    pub about: Option<String>,
}

impl PlannedBreak {
    /// A break at a source, about the first thing that fits.
    pub fn new(target: impl Into<String>, kind: BreakKind) -> Self {
        Self { id: 0, target: target.into(), kind, about: None }
    }

    /// About one thing.
    pub fn about(mut self, what: impl Into<String>) -> Self {
        self.about = Some(what.into());
        self
    }

    /// What is wrong with one that came from outside.
    pub(crate) fn fault(&self) -> Option<String> {
        use BreakKind as K;
        let kinds: &[K] = match self.target.split_once(':') {
            None if self.target == "bank" => &[
                K::AmountDiffers,
                K::Duplicate,
                K::MissingHere,
                K::Returned,
                K::Late,
                K::Ambiguous,
                K::Unknown,
                K::Gap,
            ],
            None if self.target == "gateway" => REPORTED,
            Some(_) if self.target == RETURNS => &[K::AmountDiffers, K::Duplicate, K::MissingThere],
            Some(("network", code)) if super::cash::is_network(code) => REPORTED,
            Some(("biller", code)) if code.parse().is_ok_and(|code| crate::seed::biller(code).is_some()) => REPORTED,
            _ => {
                return Some(format!(
                    "target '{}' is not gateway, {RETURNS}, network:CODE, biller:CODE or bank",
                    self.target
                ));
            }
        };
        if kinds.contains(&self.kind) {
            return None;
        }
        let words: Vec<&str> = kinds.iter().map(|kind| kind.word()).collect();
        Some(format!("'{}' cannot happen at {}: one of {}", self.kind.word(), self.target, words.join(", ")))
    }
}

/// What the gateway gives back, as a target.
pub(super) const RETURNS: &str = "gateway:returns";

/// What can be wrong in a daily report.
const REPORTED: &[BreakKind] = &[
    BreakKind::AmountDiffers,
    BreakKind::Duplicate,
    BreakKind::MissingHere,
    BreakKind::MissingThere,
    BreakKind::StatusDiffers,
];

/// Takes the plans out for which `apply` finds something.
pub(super) fn apply(plans: &mut Vec<PlannedBreak>, target: &str, mut apply: impl FnMut(&PlannedBreak) -> bool) {
    plans.retain(|plan| plan.target != target || !apply(plan));
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("bank", BreakKind::Gap, None)]
    #[case("gateway", BreakKind::Duplicate, None)]
    #[case("gateway:returns", BreakKind::MissingThere, None)]
    #[case("gateway:returns", BreakKind::StatusDiffers, Some("cannot happen at gateway:returns"))]
    #[case("gateway:holds", BreakKind::MissingThere, Some("is not gateway"))]
    #[case("network:ATLAS", BreakKind::StatusDiffers, None)]
    #[case("biller:1001", BreakKind::MissingThere, None)]
    #[case("biller:1", BreakKind::MissingThere, Some("is not gateway"))]
    #[case("network:x", BreakKind::MissingThere, Some("is not gateway"))]
    #[case("gateway", BreakKind::Gap, Some("cannot happen at gateway"))]
    #[case("bank", BreakKind::MissingThere, Some("cannot happen at bank"))]
    fn only_what_can_happen_is_planned(#[case] target: &str, #[case] kind: BreakKind, #[case] fault: Option<&str>) {
        let found = PlannedBreak::new(target, kind).fault();
        match fault {
            None => assert_eq!(found, None),
            Some(words) => assert!(found.as_deref().is_some_and(|found| found.contains(words)), "{found:?}"),
        }
    }

    #[test]
    fn every_kind_has_its_word() {
        for (kind, word) in BreakKind::ALL {
            assert_eq!(serde_json::to_value(kind).unwrap(), word);
            assert_eq!(BreakKind::named(word), Some(kind));
        }
    }
}

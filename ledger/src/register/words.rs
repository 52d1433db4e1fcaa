//! The words of the register, beside those that payments are known by (`PaymentWord`).

use crate::payment_words::word_digest;
use crate::states::{PaymentState, PostingKind, TaskKind};
use crate::vocabulary::{Channel, Instrument};

/// What lists of payments are kept of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fact {
    /// Payments of a biller.
    Biller(i32),
    /// Payments on a channel with an instrument, by their codes.
    Way(i16, i16),
    /// Payments that came into a state once.
    State(PaymentState),
    /// Payments that stood in no final state when they were looked at last.
    Unsettled,
}

impl Fact {
    /// The word of its list.
    pub fn digest(self) -> Vec<u8> {
        let digest = match self {
            Self::Biller(code) => word_digest("biller", &code.to_string()),
            Self::Way(channel, instrument) => word_digest("way", &format!("{channel}/{instrument}")),
            Self::State(state) => word_digest("state", state.as_str()),
            Self::Unsettled => word_digest("state", "unsettled"),
        };
        digest.to_vec()
    }

    /// The ways that a channel and an instrument leave open; `None` where both are open.
    pub fn ways(channel: Option<Channel>, instrument: Option<Instrument>) -> Option<Vec<Self>> {
        if channel.is_none() && instrument.is_none() {
            return None;
        }
        let fits = |one: Channel, other: Instrument| {
            channel.is_none_or(|wanted| wanted == one) && instrument.is_none_or(|wanted| wanted == other)
        };
        let all = Channel::ALL.iter().flat_map(|one| Instrument::ALL.iter().map(move |other| (*one, *other)));
        Some(all.filter(|(one, other)| fits(*one, *other)).map(|(a, b)| Self::Way(a.code(), b.code())).collect())
    }
}

/// The state into which a posting took its payment, where few payments come into it.
pub(super) fn state_after(kind: PostingKind) -> Option<PaymentState> {
    match kind {
        PostingKind::Returned => Some(PaymentState::Returned),
        PostingKind::ConfirmedReversed => Some(PaymentState::Cancelled),
        _ => None,
    }
}

/// The state into which a task may take its payment. Money that was only held goes back without a posting.
pub(super) fn state_ahead(kind: TaskKind) -> Option<PaymentState> {
    match kind {
        TaskKind::ReturnMoney => Some(PaymentState::Returned),
        TaskKind::CancelBiller => Some(PaymentState::Cancelled),
        _ => None,
    }
}

//! What is hidden of a person on pages for staff: masked as a rule, in full once, for a reason. Either way the audit log
//! knows before it is shown.

use payments::form::mask;
use staff::Action;

use super::frame::Faults;
use super::session::StaffSession;
use crate::desk::CARD_KEY;
use crate::web::errors::Fault;
use crate::web::i18n;
use crate::web::inputs::Posted;

/// Characters of a reason: enough to mean something, short enough to be read in the audit log.
const REASON_CHARS: std::ops::RangeInclusive<usize> = 8..=200;

/// The message of what is wrong with a reason.
pub(crate) fn reason_fault(reason: &str) -> Option<&'static str> {
    (!REASON_CHARS.contains(&reason.chars().count())).then_some("desk-fault-reason")
}

/// A text of a person as it is shown.
pub(crate) fn shown(text: Option<&str>, unmasked: bool) -> String {
    match text {
        Some(text) if unmasked => text.to_owned(),
        Some(text) => mask(text),
        None => String::new(),
    }
}

/// What became of a wish to see what is hidden.
pub(crate) enum Unmasking {
    /// The audit log knows why: it may be shown.
    Open,
    /// The reason will not do: what was typed, without card numbers, and what to say.
    Refused(String, Faults),
}

impl StaffSession {
    /// Tells the audit log that a page about this is going to be shown with what is a person's masked.
    pub(crate) async fn view_masked(&self, subject: &str) -> Result<(), Fault> {
        self.audit(Action::CustomerViewed, subject, "masked").await
    }

    /// Tells the audit log why what is hidden on a page about this is going to be shown, as the form's field `reason` says.
    pub(crate) async fn unmask(&self, subject: &str, posted: Posted) -> Result<Unmasking, Fault> {
        let (posted, cards) = posted.scrubbed(&[]);
        let reason = posted.one("reason")?;
        let fault = if cards.is_empty() { reason_fault(reason) } else { Some(CARD_KEY) };
        if let Some(key) = fault {
            let faults = Faults::one("reason", i18n::text(self.language(), key));
            return Ok(Unmasking::Refused(reason.to_owned(), faults));
        }
        self.context.state.operators.take_key(&self.who.member).map_err(Fault::TooManyLookUps)?;
        self.audit(Action::CustomerUnmasked, subject, reason).await?;
        Ok(Unmasking::Open)
    }
}

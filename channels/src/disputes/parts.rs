//! What the pages of disputes share: who may see which, words, what was done as lines.

use ledger::{
    Dispute, DisputeAction, DisputeEvent, DisputeKind, DisputeOrigin, DisputeOutcome, DisputeState, Language,
    PersonalText, Reference,
};
use payments::api::Infrastructure;
use payments::disputes::{DISPUTE_CHARS_MAX, DisputeView};
use payments::{card_numbers, phone};
use staff::Permission;

use crate::finance::parts::{hub, number};
use crate::staff::session::StaffSession;
use crate::web::errors::Fault;
use crate::web::inputs::{CARD_NUMBER_KEY, ascii_digits, is_email, mobile};
use crate::web::{format, i18n};

/// Who reads of what was done.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum ReadBy {
    /// The hub's own people.
    Hub,
    /// The biller's people: nothing of the hub's own work.
    Biller,
    /// The payer: nothing of what others say to each other.
    Payer,
}

/// Lets in whoever may see disputes, all or their biller's own; the one biller, or all.
pub(super) fn own_biller(session: &StaffSession) -> Result<Option<u16>, Fault> {
    session.require_any(&[Permission::ViewPayments, Permission::ViewBillerPayments])?;
    match session.who.scope.biller {
        Some(biller) => Ok(Some(biller)),
        // A role of a biller's that is bound to none sees nothing.
        None if session.who.may(Permission::ViewPayments) => Ok(None),
        None => Err(Fault::Forbidden),
    }
}

/// A dispute by the number in an address; another biller's is nowhere.
pub(super) async fn view(session: &StaffSession, id: &str) -> Result<DisputeView, Fault> {
    let own = own_biller(session)?;
    let found = hub(session)?.dispute_view(number(id)?).await?;
    found.filter(|view| own.is_none_or(|own| view.dispute.biller == own)).ok_or(Fault::NotFound)
}

/// Whether somebody sees and does what is the hub's own.
pub(super) fn handles(session: &StaffSession) -> bool {
    session.who.scope.biller.is_none() && session.who.may(Permission::HandleDisputes)
}

/// The number of a dispute, as people name it.
pub(super) fn named(id: i64) -> String {
    format!("D{id}")
}

/// The message of one of the ledger's words.
pub(super) fn word(language: Language, of: &str, word: &str) -> String {
    i18n::text(language, &format!("disputes-{of}-{}", word.replace(' ', "-")))
}

/// The word of a kind in forms.
pub(super) fn form_word(kind: DisputeKind) -> String {
    kind.as_str().replace(' ', "-")
}

/// The kind that a form names.
pub(super) fn kind_of(word: &str) -> Option<DisputeKind> {
    DisputeKind::ALL.iter().copied().find(|kind| form_word(*kind) == word)
}

/// The badge of a state.
pub(super) fn tone(state: DisputeState) -> &'static str {
    match state {
        DisputeState::Open | DisputeState::AtBiller | DisputeState::AtPayer | DisputeState::Proposed => "badge-wait",
        DisputeState::Upheld => "badge-good",
        DisputeState::Rejected => "badge-bad",
        DisputeState::Withdrawn => "",
    }
}

/// A choice of a list.
pub(super) struct Choice {
    pub(super) value: String,
    pub(super) label: String,
    pub(super) chosen: bool,
}

/// The kinds among which somebody chooses.
pub(super) fn kind_choices(language: Language, kinds: &[DisputeKind], chosen: &str) -> Vec<Choice> {
    let choice = |kind: &DisputeKind| Choice {
        value: form_word(*kind),
        label: word(language, "kind", kind.as_str()),
        chosen: form_word(*kind) == chosen,
    };
    kinds.iter().map(choice).collect()
}

/// Whether a dispute is the payer's own: theirs to take back and to open once more, and its words theirs.
pub(super) fn is_payers(dispute: &Dispute) -> bool {
    matches!(dispute.origin, DisputeOrigin::Payer | DisputeOrigin::Desk)
}

/// Something that was done.
pub(super) struct EventLine {
    pub(super) at: String,
    pub(super) what: String,
    pub(super) by: String,
    pub(super) said: String,
    pub(super) tone: &'static str,
}

/// Whether somebody is shown an event, and its words.
fn shown(read_by: ReadBy, action: DisputeAction) -> (bool, bool) {
    use DisputeAction as A;
    let is_inside = matches!(action, A::Assigned | A::Noted | A::Late | A::Refused | A::RefundFailed);
    let is_end = matches!(action, A::Upheld | A::Rejected | A::Withdrawn);
    match read_by {
        ReadBy::Hub => (true, true),
        ReadBy::Biller => (
            !is_inside,
            is_end || matches!(action, A::Opened | A::AskedBiller | A::BillerAnswered | A::PayerAnswered | A::Reopened),
        ),
        ReadBy::Payer => {
            (!is_inside, is_end || matches!(action, A::Opened | A::AskedPayer | A::PayerAnswered | A::Reopened))
        }
    }
}

/// What was done, in order, in the reader's words.
pub(super) fn events(
    language: Language,
    dispute: &Dispute,
    events: &[DisputeEvent],
    read_by: ReadBy,
) -> Vec<EventLine> {
    let line = |event: &DisputeEvent| {
        let (is_shown, has_words) = shown(read_by, event.action);
        let said = match event.action {
            _ if !has_words => String::new(),
            DisputeAction::Opened if read_by == ReadBy::Payer && !is_payers(dispute) => String::new(),
            DisputeAction::Opened => dispute.told.clone(),
            _ => event.note.clone(),
        };
        let tone = match event.action {
            DisputeAction::Upheld | DisputeAction::Approved => "step-money",
            DisputeAction::Late | DisputeAction::RefundFailed | DisputeAction::Rejected => "step-bad",
            DisputeAction::AskedBiller | DisputeAction::AskedPayer | DisputeAction::Proposed => "step-wait",
            _ => "",
        };
        is_shown.then(|| EventLine {
            at: format::stamp(event.made_at.and_utc()),
            what: word(language, "event", event.action.as_str()),
            by: made_by(language, dispute, event, read_by),
            said,
            tone,
        })
    };
    events.iter().filter_map(line).collect()
}

/// By whom: the hub's people have names among themselves only, a biller's have none for the payer.
fn made_by(language: Language, dispute: &Dispute, event: &DisputeEvent, read_by: ReadBy) -> String {
    let of_biller = event.action == DisputeAction::BillerAnswered
        || (event.action == DisputeAction::Opened && dispute.origin == DisputeOrigin::Biller);
    let key = match (&event.by, read_by) {
        (Some(by), ReadBy::Hub) => return by.name.clone(),
        (Some(by), ReadBy::Biller) if of_biller => return by.name.clone(),
        (Some(_), _) if of_biller => "disputes-by-biller",
        (Some(_), _) => "disputes-by-hub",
        (None, _) => match event.action {
            DisputeAction::Opened
            | DisputeAction::PayerAnswered
            | DisputeAction::Withdrawn
            | DisputeAction::Reopened => "disputes-by-payer",
            _ => "disputes-by-hub",
        },
    };
    i18n::text(language, key)
}

/// Words as typed; the message that says what is wrong with them.
pub(super) fn words(text: &str, is_needed: bool) -> Result<(), &'static str> {
    match text.chars().count() {
        _ if card_numbers::holds_one(text) => Err(CARD_NUMBER_KEY),
        0 if is_needed => Err("disputes-fault-words"),
        count if count > DISPUTE_CHARS_MAX => Err("disputes-fault-long"),
        _ => Ok(()),
    }
}

/// What is shown again of a field: a card number never is.
pub(super) fn kept(text: &str) -> String {
    if card_numbers::holds_one(text) { String::new() } else { text.to_owned() }
}

/// Where a payer is told: a mobile phone and a mail address.
pub(super) type Contact = (Option<String>, Option<String>);

/// A phone and a mail address as typed, each perhaps empty: what they are, or the field and the message about it.
pub(super) fn contact(typed_phone: &str, typed_email: &str) -> Result<Contact, (&'static str, &'static str)> {
    let digits = ascii_digits(typed_phone);
    let number = mobile(&digits);
    match () {
        () if card_numbers::holds_one(typed_phone) => return Err(("phone", CARD_NUMBER_KEY)),
        () if card_numbers::holds_one(typed_email) => return Err(("email", CARD_NUMBER_KEY)),
        () if !typed_phone.is_empty() && number.is_none() => return Err(("phone", "fault-phone")),
        () if !typed_email.is_empty() && !is_email(typed_email) => return Err(("email", "fault-email")),
        () => {}
    }
    Ok((number, (!typed_email.is_empty()).then(|| typed_email.to_owned())))
}

/// Those of the payment, where none were typed.
pub(super) fn or_of_payment(typed: Contact, payment: &ledger::Payment) -> Result<Contact, Infrastructure> {
    if typed != (None, None) {
        return Ok(typed);
    }
    let said = |text: &Option<PersonalText>| text.as_ref().map(PersonalText::reveal).transpose();
    Ok((said(&payment.phone)?.filter(|number| phone::is_mobile(number)), said(&payment.email)?))
}

/// The public reference that a text of an address is.
pub(super) fn reference(text: &str) -> Result<Reference, Fault> {
    text.parse().map_err(|_| Fault::NotFound)
}

/// The message about a step that was not taken.
pub(super) fn not_done(outcome: DisputeOutcome) -> &'static str {
    match outcome {
        DisputeOutcome::SamePerson => "disputes-fault-same-person",
        DisputeOutcome::NotAgain => "disputes-fault-not-again",
        DisputeOutcome::Another(_) => "disputes-fault-another",
        DisputeOutcome::TooMuch => "disputes-fault-too-much",
        DisputeOutcome::Done(_) | DisputeOutcome::NoSuchDispute | DisputeOutcome::NotNow(_) => "disputes-fault-not-now",
    }
}

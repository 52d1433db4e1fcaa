//! The whole story of a payment, masked; in full for a reason.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use ledger::{BookedPosting, Language, StoredTask};
use payments::desk::PaymentCustomer;
use payments::register::{ReceiptBy, Story};
use staff::Permission;

use super::actions::{ActionLink, action_links};
use super::search::{PaymentLine, channel_text, line, state_text, tone};
use super::timeline::{StepView, steps, word};
use super::{sees_all, story};
use crate::desk::bill_name;
use crate::disputes::{DisputeLine, dispute_lines};
use crate::finance::parts::hub;
use crate::refunds::{RefundLine, refund_lines};
use crate::staff::frame::{Faults, Frame};
use crate::staff::session::StaffSession;
use crate::staff::unmasking::{Unmasking, shown};
use crate::web::errors::Fault;
use crate::web::inputs::Posted;
use crate::web::views::{AmountLine, amount_lines};
use crate::web::{format, i18n};

#[derive(Template)]
#[template(path = "register/payment.html")]
struct PaymentPage {
    frame: Frame,
    faults: Faults,
    bill: String,
    number: i64,
    state: String,
    tone: &'static str,
    href: String,
    /// Whether they see what is the hub's own.
    whole: bool,
    unmasked: bool,
    typed: Typed,
    facts: Vec<Fact>,
    lines: Vec<(String, String)>,
    amounts: Vec<AmountLine>,
    total: String,
    steps: Vec<StepView>,
    postings: Vec<PostingView>,
    tasks: Vec<TaskView>,
    notes: Vec<NoteView>,
    refunds: Vec<RefundLine>,
    disputes: Vec<DisputeLine>,
    related: Vec<(PaymentLine, bool)>,
    breaks: Vec<(i64, String, String)>,
    exchanges: Vec<ExchangeView>,
    windows: Vec<i64>,
    /// Whether they may follow the links to windows and breaks.
    opens_windows: bool,
    opens_breaks: bool,
    actions: Vec<ActionLink>,
    /// What they may have done by the hub at once.
    resend_sms: bool,
    resend_mail: bool,
    ask_biller: bool,
}

/// What was typed into the page's forms.
#[derive(Default)]
pub(super) struct Typed {
    pub(super) reason: String,
    pub(super) note: String,
}

/// A label and a value.
struct Fact {
    label: String,
    value: String,
    is_code: bool,
}

struct PostingView {
    number: String,
    /// The refund that it is of, or empty.
    refund: String,
    event: String,
    at: String,
    day: String,
    entries: Vec<(String, String, String)>,
}

struct TaskView {
    number: i64,
    what: String,
    asked: String,
    tries: i32,
    state: String,
    tone: &'static str,
    said: String,
}

/// What was said to the other side and heard from it.
struct ExchangeView {
    at: String,
    party: String,
    what: String,
    end: String,
    tone: &'static str,
    status: String,
    took: String,
    said: String,
    sent: String,
    heard: String,
}

struct NoteView {
    at: String,
    by: String,
    note: String,
}

fn subject(story: &Story) -> String {
    format!("payment {}", story.payment.id)
}

pub(crate) async fn show_payment(
    session: StaffSession,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Fault> {
    let story = story(&session, &path.1).await?;
    masked(&session, StatusCode::OK, &story, Typed::default(), Faults::default()).await
}

/// The page with everything hidden that is a customer's; the audit log knows first.
pub(super) async fn masked(
    session: &StaffSession,
    status: StatusCode,
    story: &Story,
    typed: Typed,
    faults: Faults,
) -> Result<HttpResponse, Fault> {
    session.view_masked(&subject(story)).await?;
    let customer = hub(session)?.story_customer(story).await?;
    page(session, status, story, &customer, typed, faults, false)
}

/// Shows what is hidden, once, for a reason that the audit log keeps.
pub(crate) async fn unmask(
    session: StaffSession,
    path: web::Path<(String, String)>,
    posted: Posted,
) -> Result<HttpResponse, Fault> {
    if !sees_all(&session) {
        return Err(Fault::Forbidden);
    }
    let story = story(&session, &path.1).await?;
    if let Unmasking::Refused(reason, faults) = session.unmask(&subject(&story), posted).await? {
        let typed = Typed { reason, ..Typed::default() };
        return masked(&session, StatusCode::UNPROCESSABLE_ENTITY, &story, typed, faults).await;
    }
    let customer = hub(&session)?.story_customer(&story).await?;
    page(&session, StatusCode::OK, &story, &customer, Typed::default(), Faults::default(), true)
}

fn page(
    session: &StaffSession,
    status: StatusCode,
    story: &Story,
    customer: &PaymentCustomer,
    typed: Typed,
    faults: Faults,
    unmasked: bool,
) -> Result<HttpResponse, Fault> {
    let (language, whole, catalogue) = (session.language(), sees_all(session), hub(session)?.catalogue());
    let payment = &story.payment;
    let acts = whole && session.who.may(Permission::ResolveIncidents);
    let amounts = payments::api::Amounts {
        principal: payment.amounts.principal,
        fee: payment.amounts.fee,
        vat: payment.amounts.vat,
        duty: payment.amounts.duty,
        total: story.total().unwrap_or_default(),
    };
    let money = |amount| format::money(language, amount);
    let mut windows: Vec<i64> = story.postings.iter().filter_map(|posting| posting.window).collect();
    windows.dedup();
    let page = PaymentPage {
        frame: session.frame("register-payment-title"),
        faults,
        bill: bill_name(&catalogue, language, payment.biller, &story.receivable_type),
        number: payment.id,
        state: state_text(language, payment.state),
        tone: tone(payment.state),
        href: format!("/{language}/staff/payments/{}", payment.id),
        whole,
        unmasked,
        typed,
        facts: facts(language, story, customer, unmasked, whole),
        lines: story.articles.iter().map(|line| (line.description.clone(), money(line.amount))).collect(),
        amounts: amount_lines(&amounts, language),
        total: money(amounts.total),
        steps: steps(language, payment.id, &story.steps(), whole),
        postings: match whole {
            true => story.postings.iter().map(|posting| posting_view(language, posting)).collect(),
            false => Vec::new(),
        },
        tasks: if whole { story.tasks.iter().map(|task| task_view(language, task)).collect() } else { Vec::new() },
        notes: match whole {
            true => story
                .notes
                .iter()
                .map(|note| NoteView {
                    at: format::stamp(note.made_at.and_utc()),
                    by: note.by.name.clone(),
                    note: note.note.clone(),
                })
                .collect(),
            false => Vec::new(),
        },
        disputes: dispute_lines(language, story.disputes.iter().map(|(dispute, _)| dispute), whole),
        refunds: if whole { refund_lines(language, &story.refunds) } else { Vec::new() },
        related: story.related.iter().map(|(other, same)| (line(language, &catalogue, other), *same)).collect(),
        breaks: match whole {
            true => story
                .breaks
                .iter()
                .map(|found| {
                    let kind =
                        i18n::text(language, &format!("finance-kind-{}", found.what.kind.as_str().replace(' ', "-")));
                    let state =
                        i18n::text(language, &format!("finance-break-{}", found.state.as_str().replace(' ', "-")));
                    (found.id, kind, state)
                })
                .collect(),
            false => Vec::new(),
        },
        exchanges: match whole {
            true => story.exchanges.iter().map(|exchange| exchange_view(language, &catalogue, exchange)).collect(),
            false => Vec::new(),
        },
        windows,
        opens_windows: session.who.may(Permission::ViewSettlement),
        opens_breaks: whole && session.who.may(Permission::ViewBooks),
        actions: action_links(session, story),
        resend_sms: acts && story.receipts().contains(&ReceiptBy::Sms),
        resend_mail: acts && story.receipts().contains(&ReceiptBy::Mail),
        ask_biller: acts && story.asks_biller(),
    };
    session.html(status, &page)
}

fn facts(language: Language, story: &Story, customer: &PaymentCustomer, unmasked: bool, whole: bool) -> Vec<Fact> {
    let payment = &story.payment;
    let contract = if unmasked { customer.contract.clone() } else { story.contract_masked.clone() };
    let (channel, instrument) = story.way();
    let outlet = match &story.agent {
        Some(agent) => format!("{} · {} · {}", agent.network, agent.outlet, agent.till),
        None => String::new(),
    };
    let own = |text: String| if whole { text } else { String::new() };
    let since = format::moment(language, payment.state_since.and_utc());
    let facts = [
        ("fact-reference", payment.reference.to_string(), true),
        ("register-fact-number", format!("F{}", payment.id), true),
        ("contract-label", contract, true),
        ("desk-caller-phone", shown(customer.phone.as_deref(), unmasked), true),
        ("desk-caller-mail", own(shown(customer.email.as_deref(), unmasked)), true),
        ("desk-fact-receipt", payment.receipt_number.clone().unwrap_or_default(), true),
        ("desk-fact-channel", channel_text(language, channel), false),
        ("desk-fact-instrument", i18n::text(language, &format!("instrument-{instrument}")), false),
        ("desk-fact-card", own(payment.card_mask.clone()), true),
        ("register-fact-authorisation", own(payment.authorisation.clone()), true),
        ("register-fact-gateway", own(payment.gateway_reference.clone()), true),
        ("register-fact-outlet", own(outlet), false),
        (
            "register-fact-cash-reference",
            own(story.cash_reference.as_deref().map(format::cash_digits).unwrap_or_default()),
            true,
        ),
        ("desk-fact-started", format::moment(language, payment.created_at.and_utc()), false),
        ("desk-fact-since", since, false),
    ];
    let filled = facts.into_iter().filter(|(_, value, _)| !value.is_empty());
    filled.map(|(key, value, is_code)| Fact { label: i18n::text(language, key), value, is_code }).collect()
}

fn exchange_view(
    language: Language,
    catalogue: &payments::catalogue::Catalogue,
    exchange: &payments::KeptExchange,
) -> ExchangeView {
    let tone = match exchange.end {
        payments::ExchangeEnd::Answered => "badge-good",
        payments::ExchangeEnd::Refused => "badge-bad",
        payments::ExchangeEnd::Failed => "badge-wait",
    };
    let gateway = || i18n::text(language, "register-by-gateway");
    ExchangeView {
        at: format::stamp(exchange.at.and_utc()),
        party: exchange
            .biller
            .map_or_else(gateway, |biller| crate::finance::parts::biller_name(catalogue, biller, language)),
        what: word(language, "exchange", &exchange.operation.replace('_', "-")),
        end: i18n::text(language, &format!("register-exchange-end-{}", exchange.end)),
        tone,
        status: if exchange.status == 0 { String::new() } else { format!("HTTP {}", exchange.status) },
        took: format!("{} ms", exchange.took_ms),
        said: exchange.said.clone(),
        sent: exchange.sent.clone(),
        heard: exchange.heard.clone(),
    }
}

fn posting_view(language: Language, posting: &BookedPosting) -> PostingView {
    let entry = |(account, amount): &(ledger::Account, ledger::Money)| {
        let shown = |amount| format::number(language, ledger::Money::from_minor(amount));
        let (debit, credit) = match amount.minor() {
            debit @ 0.. => (shown(debit), String::new()),
            credit => (String::new(), shown(credit.saturating_neg())),
        };
        (account_text(language, account), debit, credit)
    };
    PostingView {
        number: posting.id.to_string(),
        refund: posting.refund.map(|refund| refund.to_string()).unwrap_or_default(),
        event: word(language, "posting", posting.kind.as_str()),
        at: format::stamp(posting.booked_at.and_utc()),
        day: posting.effective_on.to_string(),
        entries: posting.entries.iter().map(entry).collect(),
    }
}

/// An account in the reader's words.
fn account_text(language: Language, account: &ledger::Account) -> String {
    let kind = account.kind.as_str();
    let name = word(language, "account", kind.split_once(':').map_or(kind, |(_, name)| name));
    if account.owner.is_empty() { name } else { format!("{name} ({})", account.owner) }
}

fn task_view(language: Language, task: &StoredTask) -> TaskView {
    let (state, tone) = match (task.done_at, task.attempts) {
        (Some(at), _) => (stamped(language, "register-task-done", at), "badge-good"),
        (None, 0) => (i18n::text(language, "register-task-new"), "badge-wait"),
        (None, _) => (stamped(language, "register-task-again", task.due_at), "badge-wait"),
    };
    TaskView {
        number: task.id,
        what: task.kind.map(|kind| word(language, "task", kind.as_str())).unwrap_or_default(),
        asked: format::stamp(task.created_at.and_utc()),
        tries: task.attempts,
        state,
        tone,
        said: task.note.clone(),
    }
}

fn stamped(language: Language, key: &str, at: chrono::NaiveDateTime) -> String {
    i18n::text_with(language, key, &[("at", i18n::Arg::Text(&format::stamp(at.and_utc())))])
}

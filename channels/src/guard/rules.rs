//! The rules: what holds, what waits for a second person, and the form that proposes one.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use ledger::{Channel, GuardRuleState, GuardSubject, Instrument, Language, Money, RuleDecided};
use payments::guard::{Action as RuleAction, Kind, Mode, Rule, RuleFault, RuleView, Scope};
use payments::typed_amount;
use serde::Deserialize;
use staff::{Action, Permission};

use super::parts::{Choice, Tab, actor, fault, hub_for, kept, number, span, tabs, word};
use crate::staff::frame::{Faults, Frame};
use crate::staff::session::StaffSession;
use crate::web::errors::Fault;
use crate::web::format;
use crate::web::i18n::{self, Arg};
use crate::web::inputs::{Posted, ascii_digits};
use crate::web::views::FaultLink;

const KINDS: [&str; 5] = ["velocity", "cap", "day-sum", "structuring", "night"];
const ACTIONS: [RuleAction; 2] = [RuleAction::Review, RuleAction::Refuse];
const MODES: [Mode; 3] = [Mode::Simulate, Mode::On, Mode::Off];
/// What the form may begin with, as no rule by them is the usual one.
const BEGIN_WITH: [GuardSubject; 2] = [GuardSubject::Address, GuardSubject::Card];
/// Channels and instruments by which payments start here.
const CHANNELS: [Channel; 4] = [Channel::Web, Channel::Ivr, Channel::Tel, Channel::Agt];
const INSTRUMENTS: [Instrument; 2] = [Instrument::Card, Instrument::Cash];
/// Minutes of a structuring rule where none are typed.
const STRUCTURING_MINUTES: u32 = 24 * 60;

#[derive(Deserialize)]
pub(crate) struct Place {
    /// The rule's row whose wording the form begins with.
    from: Option<i64>,
    /// What a rule counts that the form begins with.
    begin: Option<String>,
    /// The rule's row that is tried over what was paid.
    #[serde(rename = "try")]
    tried: Option<i64>,
}

/// The form as typed.
#[derive(Default)]
struct Typed {
    code: String,
    kind: String,
    subject: String,
    minutes: String,
    count: String,
    amount: String,
    percent: String,
    night_from: String,
    night_to: String,
    channels: Vec<String>,
    instruments: Vec<String>,
    billers: String,
    action: String,
    mode: String,
}

#[derive(Template)]
#[template(path = "guard/rules.html")]
struct RulesPage {
    frame: Frame,
    faults: Faults,
    tabs: Vec<Tab>,
    waiting: Vec<Line>,
    lines: Vec<Line>,
    /// What a rule that was tried would have found.
    tried: Option<String>,
    /// Whether the reader may propose.
    may: bool,
    kinds: Vec<Choice>,
    subjects: Vec<Choice>,
    channels: Vec<Choice>,
    instruments: Vec<Choice>,
    actions: Vec<Choice>,
    modes: Vec<Choice>,
    /// Rules to begin with: words and addresses.
    begins: Vec<(String, String)>,
    typed: Typed,
}

struct Line {
    code: String,
    kind: String,
    told: String,
    scope: String,
    action: String,
    mode: String,
    tone: &'static str,
    by: String,
    own: bool,
    hits: String,
    hits_href: String,
    edit_href: String,
    try_href: String,
    decide_href: String,
}

/// What a rule says, in a sentence.
fn says(language: Language, kind: &Kind) -> String {
    let money = |amount: Money| format::money(language, amount);
    let of = |subject: GuardSubject| word(language, "what", subject.as_str());
    match kind {
        Kind::Velocity { subject, minutes, count_max, sum_max } => {
            let count = count_max.map(|count| count.to_string());
            let most: Vec<String> = count.into_iter().chain(sum_max.map(money)).collect();
            format!("{} · {} · ≤ {}", of(*subject), span(language, *minutes), most.join(" · ≤ "))
        }
        Kind::Cap { amount_max } => format!("≤ {}", money(*amount_max)),
        Kind::DaySum { subject, sum_max } => format!("{} · ≤ {}", of(*subject), money(*sum_max)),
        Kind::Structuring { subject, limit, percent, count, minutes } => {
            format!("{} · {} · {count} × {percent}–100 % · {}", of(*subject), span(language, *minutes), money(*limit))
        }
        Kind::Night { from, to } => format!("{from:02}:00–{to:02}:00"),
    }
}

fn line(session: &StaffSession, view: &RuleView) -> Line {
    let language = session.language();
    let RuleView { stored, rule, hits } = view;
    let scope = &rule.scope;
    let channels = scope.channels.iter().map(|channel| word(language, "channel", channel.as_str()));
    let instruments = scope.instruments.iter().map(|one| word(language, "channel", one.as_str()));
    let billers = scope.billers.iter().map(u16::to_string);
    let named: Vec<String> = channels.chain(instruments).chain(billers).collect();
    let all = || i18n::text(language, "guard-scope-all");
    let here = format!("/{language}/staff/guard");
    let approved = stored.decided_by.as_ref().map(|by| format!(" + {}", by.name)).unwrap_or_default();
    Line {
        code: stored.code.clone(),
        kind: word(language, "kind", rule.kind.as_str()),
        told: says(language, &rule.kind),
        scope: if named.is_empty() { all() } else { named.join(" · ") },
        action: word(language, "action", rule.action.as_str()),
        mode: word(language, "mode", rule.mode.as_str()),
        tone: match rule.mode {
            Mode::On => "badge-good",
            Mode::Simulate => "badge-wait",
            Mode::Off => "",
        },
        by: format!("{}{approved}", stored.proposed_by.name),
        own: stored.proposed_by.id == session.who.member,
        hits: hits.to_string(),
        hits_href: format!("{here}/hits?rule={}", stored.id),
        edit_href: format!("{here}/rules?from={}#propose", stored.id),
        try_href: format!("{here}/rules?try={}", stored.id),
        decide_href: format!("{here}/rules/{}", stored.id),
    }
}

async fn rules_page(
    session: &StaffSession,
    status: StatusCode,
    typed: Typed,
    tried: Option<String>,
    faults: Faults,
) -> Result<HttpResponse, Fault> {
    let hub = hub_for(session, Permission::ApproveRules)?;
    let language = session.language();
    let (waiting, hold): (Vec<_>, Vec<_>) =
        hub.guard_rules().await?.into_iter().partition(|view| view.stored.state == GuardRuleState::Proposed);
    let choice = |of: &str, value: &str, chosen: bool| Choice::new(value, word(language, of, value), chosen);
    let picked = |all: &[String], value: &str| all.iter().any(|one| one == value);
    let page = RulesPage {
        frame: session.frame("guard-rules-title"),
        faults,
        tabs: tabs(session, "/staff/guard/rules"),
        waiting: waiting.iter().map(|view| line(session, view)).collect(),
        lines: hold.iter().map(|view| line(session, view)).collect(),
        tried,
        may: session.who.may(Permission::ReviewFraud),
        kinds: KINDS.into_iter().map(|kind| choice("kind", kind, kind == typed.kind)).collect(),
        subjects: GuardSubject::ALL
            .iter()
            .map(|of| choice("what", of.as_str(), of.as_str() == typed.subject))
            .collect(),
        channels: CHANNELS
            .iter()
            .map(|one| choice("channel", one.as_str(), picked(&typed.channels, one.as_str())))
            .collect(),
        instruments: INSTRUMENTS
            .iter()
            .map(|one| choice("channel", one.as_str(), picked(&typed.instruments, one.as_str())))
            .collect(),
        actions: ACTIONS.iter().map(|one| choice("action", one.as_str(), one.as_str() == typed.action)).collect(),
        begins: BEGIN_WITH
            .iter()
            .map(|of| {
                let told = word(language, "begin", of.as_str());
                (told, format!("/{language}/staff/guard/rules?begin={of}#propose"))
            })
            .collect(),
        modes: MODES.iter().map(|one| choice("mode", one.as_str(), one.as_str() == typed.mode)).collect(),
        typed,
    };
    session.html(status, &page)
}

/// The form of a rule as it stands.
fn typed_of(rule: &Rule) -> Typed {
    let mut typed = Typed {
        code: rule.code.clone(),
        kind: rule.kind.as_str().to_owned(),
        subject: rule.kind.subject().map(|subject| subject.to_string()).unwrap_or_default(),
        channels: rule.scope.channels.iter().map(ToString::to_string).collect(),
        instruments: rule.scope.instruments.iter().map(ToString::to_string).collect(),
        billers: rule.scope.billers.iter().map(u16::to_string).collect::<Vec<_>>().join(" "),
        action: rule.action.as_str().to_owned(),
        mode: rule.mode.as_str().to_owned(),
        ..Typed::default()
    };
    match &rule.kind {
        Kind::Velocity { minutes, count_max, sum_max, .. } => {
            typed.minutes = minutes.to_string();
            typed.count = count_max.map(|count| count.to_string()).unwrap_or_default();
            typed.amount = sum_max.map(|sum| sum.to_string()).unwrap_or_default();
        }
        Kind::Cap { amount_max } => typed.amount = amount_max.to_string(),
        Kind::DaySum { sum_max, .. } => typed.amount = sum_max.to_string(),
        Kind::Structuring { limit, percent, count, minutes, .. } => {
            typed.amount = limit.to_string();
            typed.percent = percent.to_string();
            typed.count = count.to_string();
            typed.minutes = minutes.to_string();
        }
        Kind::Night { from, to } => {
            typed.night_from = from.to_string();
            typed.night_to = to.to_string();
        }
    }
    typed
}

/// A number of a field; one that is none is a fault of it.
fn numeral<T: std::str::FromStr>(text: &str, rule: RuleFault, faults: &mut Vec<RuleFault>) -> Option<T> {
    let found = ascii_digits(text).parse().ok();
    if found.is_none() {
        faults.push(rule);
    }
    found
}

/// The rule that was typed, or all that is wrong with it.
fn rule_of(typed: &Typed) -> Result<Rule, Vec<RuleFault>> {
    let mut faults = Vec::new();
    let subject = typed.subject.parse().unwrap_or(GuardSubject::Phone);
    let money = |faults: &mut Vec<RuleFault>| {
        typed_amount::parse(&typed.amount).unwrap_or_else(|_| {
            faults.push(RuleFault::Amount);
            Money::from_minor(1)
        })
    };
    let given = |text: &str| !text.is_empty();
    let kind = match typed.kind.as_str() {
        "velocity" => Kind::Velocity {
            subject,
            minutes: numeral(&typed.minutes, RuleFault::Minutes, &mut faults).unwrap_or(1),
            count_max: given(&typed.count).then(|| numeral(&typed.count, RuleFault::Count, &mut faults).unwrap_or(1)),
            sum_max: given(&typed.amount).then(|| money(&mut faults)),
        },
        "day-sum" => Kind::DaySum { subject, sum_max: money(&mut faults) },
        "structuring" => Kind::Structuring {
            subject,
            limit: money(&mut faults),
            percent: numeral(&typed.percent, RuleFault::Percent, &mut faults).unwrap_or(90),
            count: numeral(&typed.count, RuleFault::Count, &mut faults).unwrap_or(2),
            minutes: match given(&typed.minutes) {
                true => numeral(&typed.minutes, RuleFault::Minutes, &mut faults).unwrap_or(1),
                false => STRUCTURING_MINUTES,
            },
        },
        "night" => {
            let from = numeral(&typed.night_from, RuleFault::Hours, &mut faults);
            let to = numeral(&typed.night_to, RuleFault::Hours, &mut faults);
            Kind::Night { from: from.unwrap_or(0), to: to.unwrap_or(1) }
        }
        _ => Kind::Cap { amount_max: money(&mut faults) },
    };
    let mut billers = Vec::new();
    for code in typed.billers.split([' ', ',', ';']).filter(|code| !code.is_empty()) {
        billers.extend(numeral::<u16>(code, RuleFault::Billers, &mut faults));
    }
    let scope = Scope {
        channels: typed.channels.iter().filter_map(|word| word.parse().ok()).collect(),
        instruments: typed.instruments.iter().filter_map(|word| word.parse().ok()).collect(),
        billers,
    };
    let action = ACTIONS.into_iter().find(|action| action.as_str() == typed.action).unwrap_or(RuleAction::Review);
    let mode = MODES.into_iter().find(|mode| mode.as_str() == typed.mode).unwrap_or(Mode::Simulate);
    let rule = Rule { code: typed.code.clone(), kind, scope, action, mode };
    faults.extend(rule.faults());
    if faults.is_empty() { Ok(rule) } else { Err(faults) }
}

pub(crate) async fn show_rules(session: StaffSession, place: web::Query<Place>) -> Result<HttpResponse, Fault> {
    let hub = hub_for(&session, Permission::ApproveRules)?;
    let all = hub.guard_rules().await?;
    let named = |row| all.iter().find(|view| view.stored.id == row).ok_or(Fault::NotFound);
    let begun = place.begin.as_deref().and_then(|of| BEGIN_WITH.into_iter().find(|subject| subject.as_str() == of));
    let typed = match (place.from, begun.and_then(Rule::to_begin_with)) {
        (Some(row), _) => typed_of(&named(row)?.rule),
        (None, Some(rule)) => typed_of(&rule),
        (None, None) => Typed { kind: "velocity".to_owned(), ..Typed::default() },
    };
    let tried = match place.tried {
        Some(row) => {
            let rule = &named(row)?.rule;
            let trial = hub.try_guard_rule(rule.clone()).await?;
            let (payments, hits) = (Arg::Number(trial.payments), trial.hits.to_string());
            let args = [("payments", payments), ("hits", Arg::Text(&hits)), ("code", Arg::Text(&rule.code))];
            Some(i18n::text_with(session.language(), "guard-tried", &args))
        }
        None => None,
    };
    rules_page(&session, StatusCode::OK, typed, tried, Faults::default()).await
}

pub(crate) async fn propose_rule(session: StaffSession, posted: Posted) -> Result<HttpResponse, Fault> {
    session.require(Permission::ReviewFraud)?;
    let hub = hub_for(&session, Permission::ApproveRules)?;
    let language = session.language();
    let field = |name| posted.one(name).map(kept);
    let many = |name| posted.many(name).map(str::to_owned).collect::<Vec<_>>();
    let typed = Typed {
        code: field("code")?,
        kind: field("kind")?,
        subject: field("subject")?,
        minutes: field("minutes")?,
        count: field("count")?,
        amount: field("amount")?,
        percent: field("percent")?,
        night_from: field("night-from")?,
        night_to: field("night-to")?,
        channels: many("channels"),
        instruments: many("instruments"),
        billers: field("billers")?,
        action: field("action")?,
        mode: field("mode")?,
    };
    // Whatever a list of the form does not offer was not chosen on it.
    let offered = KINDS.contains(&typed.kind.as_str())
        && (typed.subject.is_empty() || typed.subject.parse::<GuardSubject>().is_ok())
        && ACTIONS.iter().any(|action| action.as_str() == typed.action)
        && MODES.iter().any(|mode| mode.as_str() == typed.mode)
        && typed.channels.iter().all(|word| word.parse::<Channel>().is_ok())
        && typed.instruments.iter().all(|word| word.parse::<Instrument>().is_ok());
    if !offered {
        return Err(Fault::NotOffered);
    }
    let rule = match rule_of(&typed) {
        Ok(rule) => rule,
        Err(faults) => {
            // One line a part of the form.
            let mut parts: Vec<&str> = faults.into_iter().map(RuleFault::part).collect();
            parts.sort_unstable();
            parts.dedup();
            let line = |part: &str| fault(language, part, &format!("guard-fault-{part}"));
            let lines: Vec<FaultLink> = parts.into_iter().map(line).collect();
            return rules_page(&session, StatusCode::UNPROCESSABLE_ENTITY, typed, None, lines.into()).await;
        }
    };
    let entry = session.audit_entry(Action::FraudRuleProposed, &format!("guard rule {}", rule.code), "");
    match hub.propose_guard_rule(rule, actor(&session), entry).await? {
        Some(_) => Ok(session.context.see_other("/staff/guard/rules")),
        None => {
            let faults = Faults::one("code", i18n::text(language, "guard-fault-waiting"));
            rules_page(&session, StatusCode::CONFLICT, typed, None, faults).await
        }
    }
}

/// The second person's word; whoever proposed it may take it back.
pub(crate) async fn decide_rule(
    session: StaffSession,
    path: web::Path<(String, String)>,
    posted: Posted,
) -> Result<HttpResponse, Fault> {
    let hub = hub_for(&session, Permission::ApproveRules)?;
    let id = number(&path.1)?;
    let (approve, action) = match posted.one("decision")? {
        "approve" => (true, Action::FraudRuleApproved),
        "refuse" => (false, Action::FraudRuleRefused),
        _ => return Err(Fault::NotOffered),
    };
    let all = hub.guard_rules().await?;
    let found = all.iter().find(|view| view.stored.id == id).ok_or(Fault::NotFound)?;
    let entry = session.audit_entry(action, &format!("guard rule {}", found.stored.code), &id.to_string());
    let key = match hub.decide_guard_rule(id, approve, actor(&session), entry).await? {
        RuleDecided::Done => return Ok(session.context.see_other("/staff/guard/rules")),
        RuleDecided::SamePerson => "guard-fault-same",
        RuleDecided::NotProposed => "guard-fault-not-waiting",
    };
    let faults = Faults::one("waiting", i18n::text(session.language(), key));
    let typed = Typed { kind: "velocity".to_owned(), ..Typed::default() };
    rules_page(&session, StatusCode::CONFLICT, typed, None, faults).await
}

//! What somebody asks for, and whether it is theirs to ask.

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use ledger::{Channel, ReportFilter};
use payments::reports::{DAYS_MAX, ReportFault, ReportKind, ReportQuestion};
use serde::Deserialize;
use staff::{Permission, Scope};

use crate::finance::parts::{day_of, hub, query};
use crate::staff::session::StaffSession;
use crate::web::errors::Fault;
use crate::web::i18n;
use crate::web::inputs::ascii_digits;

/// The first year that is reported: there was no hub before.
const FIRST_YEAR: i32 = 2020;
/// The longest code of an outlet or a network.
const CODE_MAX: usize = 32;

/// The address of a report.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    pub(super) from: String,
    #[serde(default)]
    pub(super) to: String,
    #[serde(default)]
    pub(super) biller: String,
    #[serde(default)]
    pub(super) network: String,
    #[serde(default)]
    pub(super) outlet: String,
    #[serde(default)]
    pub(super) channel: String,
    pub(super) after: Option<String>,
}

/// A wrong field, and what is said about it.
pub(super) struct Wrong {
    pub(super) field: &'static str,
    pub(super) text: String,
}

/// Whether a report may be had.
pub(super) fn may(session: &StaffSession, kind: ReportKind) -> bool {
    let any = |permissions: &[Permission]| permissions.iter().any(|permission| session.who.may(*permission));
    let is_unbound = session.who.scope.biller.is_none();
    match kind {
        ReportKind::Transactions => any(&[Permission::ViewPayments, Permission::ViewBillerPayments]),
        ReportKind::Settlements => any(&[Permission::ViewSettlement]),
        ReportKind::Fees | ReportKind::Vat | ReportKind::StampDuty | ReportKind::TrialBalance | ReportKind::Ageing => {
            any(&[Permission::ViewBooks]) && is_unbound
        }
        ReportKind::Outlets => any(&[Permission::ViewOutlets]) && is_unbound,
        ReportKind::Audit => any(&[Permission::ViewAudit]),
    }
}

/// The report of an address, for whoever may have it.
pub(super) fn kind(session: &StaffSession, word: &str) -> Result<ReportKind, Fault> {
    let kind = word.parse().map_err(|()| Fault::NotFound)?;
    if may(session, kind) { Ok(kind) } else { Err(Fault::Forbidden) }
}

impl Asked {
    /// The question, within what is theirs to see. `Err` within is what is wrong with the days.
    pub(super) fn question(
        &self,
        session: &StaffSession,
        kind: ReportKind,
    ) -> Result<Result<ReportQuestion, Wrong>, Fault> {
        let scope = &session.who.scope;
        let mut filter = ReportFilter {
            biller: offered(kind.takes_biller(), &self.biller)?.map(biller).transpose()?,
            network: offered(kind.takes_outlet(), &self.network)?.map(code).transpose()?,
            outlet: offered(kind.takes_outlet(), &self.outlet)?.map(code).transpose()?,
            channel: offered(kind.takes_channel(), &self.channel)?
                .map(|word| word.parse::<Channel>().map_err(|_| Fault::NotOffered))
                .transpose()?,
            ..ReportFilter::days(NaiveDate::default(), NaiveDate::default())
        };
        if kind.takes_biller() {
            bind(&mut filter.biller, scope.biller)?;
        }
        if kind.takes_outlet() {
            bind(&mut filter.network, scope.network.clone())?;
            bind(&mut filter.outlet, own_outlet(session, scope)?)?;
        }
        let days = match self.days(day_of(session.context.now)) {
            Ok(days) => days,
            Err((field, key)) => return Ok(Err(Wrong { field, text: said(session, key) })),
        };
        (filter.from, filter.to) = days;
        let shows_contracts = kind == ReportKind::Transactions && scope.biller.is_some();
        let question = ReportQuestion { kind, filter, shows_contracts };
        match question.check() {
            Ok(()) => Ok(Ok(question)),
            Err(ReportFault::TooLong) => Ok(Err(Wrong { field: "from", text: said(session, "reports-fault-long") })),
            Err(_) => Ok(Err(Wrong { field: "to", text: said(session, "reports-fault-backwards") })),
        }
    }

    /// The question of a system that holds a key, bound to a biller or not. `Err` names the parameter and says what is wrong.
    pub(super) fn question_of_key(
        &self,
        kind: ReportKind,
        own: Option<u16>,
        now: DateTime<Utc>,
    ) -> Result<ReportQuestion, (&'static str, String)> {
        let wrong = |field: &'static str, what: &str| (field, what.to_owned());
        let taken = |field: &'static str, is_taken: bool, value: &str| match offered(is_taken, value) {
            Ok(value) => Ok(value.map(str::to_owned)),
            Err(_) => Err((field, format!("is no parameter of the report {kind}"))),
        };
        let (from, to) = self.days(day_of(now)).map_err(|(field, key)| {
            let what = match key {
                "finance-fault-day-early" => format!("lies before {FIRST_YEAR}"),
                "finance-fault-day-late" => "lies after today, in Morocco".to_owned(),
                _ => "must be a day such as 2026-11-24".to_owned(),
            };
            (field, what)
        })?;
        let mut filter = ReportFilter::days(from, to);
        if let Some(code) = taken("biller", kind.takes_biller(), &self.biller)? {
            filter.biller = Some(biller(&code).map_err(|_| wrong("biller", "must be a code from 1000 to 9999"))?);
        }
        let place = |field, of: Option<String>| {
            of.map(|of| code(&of).map_err(|_| wrong(field, "must be a code of at most 32 letters and digits")))
                .transpose()
        };
        filter.network = place("network", taken("network", kind.takes_outlet(), &self.network)?)?;
        filter.outlet = place("outlet", taken("outlet", kind.takes_outlet(), &self.outlet)?)?;
        if let Some(word) = taken("channel", kind.takes_channel(), &self.channel)? {
            let known: Vec<&str> = Channel::ALL.iter().map(|channel| channel.as_str()).collect();
            let channel = word.parse().map_err(|_| ("channel", format!("must be one of {}", known.join(", "))));
            filter.channel = Some(channel?);
        }
        if own.is_some() {
            // A report that cannot be of one biller alone is of all of them.
            if !kind.takes_biller() || bind(&mut filter.biller, own).is_err() {
                return Err(wrong("biller", "is not the one that your key opens"));
            }
        }
        // Whoever makes keys works for the hub, and is shown no contract whole without a reason.
        Ok(ReportQuestion { kind, filter, shows_contracts: false })
    }

    /// The days; without a wish, this month up to today.
    fn days(&self, today: NaiveDate) -> Result<(NaiveDate, NaiveDate), (&'static str, &'static str)> {
        let day = |field: &'static str, typed: &str| match typed.trim() {
            "" => Ok(None),
            typed => {
                let day = NaiveDate::parse_from_str(&ascii_digits(typed), "%Y-%m-%d");
                let day = day.map_err(|_| (field, "finance-fault-day"))?;
                match day {
                    day if day.year() < FIRST_YEAR => Err((field, "finance-fault-day-early")),
                    day if day > today => Err((field, "finance-fault-day-late")),
                    day => Ok(Some(day)),
                }
            }
        };
        let to = day("to", &self.to)?.unwrap_or(today);
        let from = day("from", &self.from)?.or_else(|| to.with_day(1)).unwrap_or(to);
        Ok((from, to))
    }
}

fn said(session: &StaffSession, key: &str) -> String {
    i18n::text_with(session.language(), key, &[("days", i18n::Arg::Number(DAYS_MAX))])
}

/// A filter that the report does not have is not offered.
fn offered(is_offered: bool, value: &str) -> Result<Option<&str>, Fault> {
    match value.trim() {
        "" => Ok(None),
        value if is_offered => Ok(Some(value)),
        _ => Err(Fault::NotOffered),
    }
}

fn biller(code: &str) -> Result<u16, Fault> {
    code.parse().ok().filter(|code| (1_000..=9_999).contains(code)).ok_or(Fault::NotOffered)
}

fn code(code: &str) -> Result<String, Fault> {
    let is_sound = code.len() <= CODE_MAX && code.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
    if is_sound { Ok(code.to_owned()) } else { Err(Fault::NotOffered) }
}

/// Keeps a filter to what somebody is bound to. Another one's is as good as none.
fn bind<T: PartialEq>(asked: &mut Option<T>, own: Option<T>) -> Result<(), Fault> {
    let Some(own) = own else { return Ok(()) };
    if asked.as_ref().is_some_and(|asked| *asked != own) {
        return Err(Fault::NotFound);
    }
    *asked = Some(own);
    Ok(())
}

/// The number of their own outlet, as rows have it.
fn own_outlet(session: &StaffSession, scope: &Scope) -> Result<Option<String>, Fault> {
    let Some(number) = scope.outlet else { return Ok(None) };
    let networks = hub(session)?.networks();
    let mut found = networks.all().iter().flat_map(|network| &network.outlets);
    let found = found.find(|outlet| outlet.number.parse() == Ok(number)).map(|outlet| outlet.number.clone());
    Ok(Some(found.unwrap_or_else(|| number.to_string())))
}

/// The query that asks the same again.
pub(super) fn address(question: &ReportQuestion) -> String {
    let filter = &question.filter;
    let biller = filter.biller.map(|biller| biller.to_string()).unwrap_or_default();
    query(&[
        ("from", &filter.from.to_string()),
        ("to", &filter.to.to_string()),
        ("biller", &biller),
        ("network", filter.network.as_deref().unwrap_or_default()),
        ("outlet", filter.outlet.as_deref().unwrap_or_default()),
        ("channel", filter.channel.map_or("", Channel::as_str)),
    ])
}

/// The same for the audit log.
pub(super) fn told(question: &ReportQuestion, form: &str) -> String {
    format!("{form}, {}", address(question).replace('&', " "))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("", "", Ok(("2026-11-01", "2026-11-24")))]
    #[case("", "2026-10-31", Ok(("2026-10-01", "2026-10-31")))]
    #[case("٢٠٢٦-١١-٠٢", "2026-11-03", Ok(("2026-11-02", "2026-11-03")))]
    #[case("2026-11-32", "", Err("from"))]
    #[case("2019-12-31", "", Err("from"))]
    #[case("", "2026-11-25", Err("to"))]
    #[case("'; --", "", Err("from"))]
    fn days(#[case] from: &str, #[case] to: &str, #[case] found: Result<(&str, &str), &str>) {
        let asked = Asked { from: from.to_owned(), to: to.to_owned(), ..Asked::default() };
        let days = asked.days("2026-11-24".parse().unwrap()).map(|(from, to)| (from.to_string(), to.to_string()));
        let found = found.map(|(from, to)| (from.to_owned(), to.to_owned()));
        assert_eq!(days.map_err(|(field, _)| field), found);
    }
}

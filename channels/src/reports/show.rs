//! The reports that somebody may have, and one of them: a page of rows, and what all of it comes to.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use ledger::{Channel, Language};
use payments::reports::{Cell, ColumnForm, ReportFault, ReportKind, ReportQuestion};
use staff::Action;

use super::asked::{Asked, address, kind, may, told};
use super::keys::require;
use super::words::{cell, head, is_figure, title, word};
use crate::finance::parts::{Choice, biller_name, day_of, hub};
use crate::staff::frame::{Faults, Frame};
use crate::staff::session::StaffSession;
use crate::web::errors::Fault;
use crate::web::i18n;

/// Rows of a page.
const PAGE: usize = 50;

#[derive(Template)]
#[template(path = "reports/kinds.html")]
struct KindsPage {
    frame: Frame,
    kinds: Vec<KindTile>,
    /// Whether they hand reports out.
    hands_out: bool,
}

struct KindTile {
    title: String,
    about: String,
    href: String,
}

pub(crate) async fn show_kinds(session: StaffSession) -> Result<HttpResponse, Fault> {
    let language = session.language();
    let open = ReportKind::ALL.iter().copied().filter(|kind| may(&session, *kind));
    let kinds: Vec<KindTile> = open
        .map(|kind| KindTile {
            title: i18n::text(language, &title(kind)),
            about: i18n::text(language, &format!("{}-about", title(kind))),
            href: format!("/{language}/staff/reports/{kind}"),
        })
        .collect();
    if kinds.is_empty() {
        return Err(Fault::Forbidden);
    }
    session.html(
        StatusCode::OK,
        &KindsPage { frame: session.frame("reports-title"), kinds, hands_out: require(&session).is_ok() },
    )
}

#[derive(Template)]
#[template(path = "reports/report.html")]
struct ReportView {
    frame: Frame,
    faults: Faults,
    about: String,
    action: String,
    from: String,
    to: String,
    today: String,
    billers: Vec<Choice>,
    networks: Vec<Choice>,
    /// `None` where the report is not by outlet.
    outlet: Option<String>,
    channels: Vec<Choice>,
    columns: Vec<ColumnView>,
    totals: Vec<Vec<CellView>>,
    rows: Vec<Vec<CellView>>,
    /// Form and address of each file.
    files: Vec<(&'static str, String)>,
    first: Option<String>,
    next: Option<String>,
    /// Whether contracts are masked.
    masked: bool,
    /// Whether something was asked that can be answered.
    answered: bool,
}

struct ColumnView {
    label: String,
    is_figure: bool,
}

struct CellView {
    text: String,
    is_code: bool,
}

/// The cells of a row that stand on a page.
fn shown(language: Language, kind: ReportKind, row: &[Cell]) -> Vec<CellView> {
    let cells = kind.columns().iter().zip(row).filter(|(column, _)| column.is_on_page);
    cells
        .map(|(_, of)| CellView {
            text: cell(language, of),
            is_code: matches!(of, Cell::Code(_) | Cell::Day(_) | Cell::Time(_)),
        })
        .collect()
}

/// What a report that was refused is to its reader.
pub(super) fn refused(fault: ReportFault) -> Fault {
    match fault {
        ReportFault::Infrastructure(trouble) => trouble.into(),
        ReportFault::TooMany => Fault::TooLarge,
        ReportFault::Backwards | ReportFault::TooLong | ReportFault::Cursor => Fault::NotOffered,
    }
}

pub(crate) async fn show_report(
    session: StaffSession,
    path: web::Path<(String, String)>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse, Fault> {
    let kind = kind(&session, &path.1)?;
    let (question, faults) = match asked.question(&session, kind)? {
        Ok(question) => (Some(question), Faults::default()),
        Err(wrong) => (None, Faults::one(wrong.field, wrong.text)),
    };
    let mut view = empty(&session, kind, &asked, faults)?;
    if let Some(question) = &question {
        fill(&session, &mut view, question, &asked).await?;
    }
    session.html(if question.is_some() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY }, &view)
}

/// The page with its form, without rows.
fn empty(session: &StaffSession, kind: ReportKind, asked: &Asked, faults: Faults) -> Result<ReportView, Fault> {
    let (hub, language, scope) = (hub(session)?, session.language(), &session.who.scope);
    let all = || Choice::new("", i18n::text(language, "finance-all"), "");
    let short = |typed: &str| typed.chars().take(10).collect::<String>();
    let (mut billers, mut networks, mut channels) = (Vec::new(), Vec::new(), Vec::new());
    if kind.takes_biller() && scope.biller.is_none() {
        let catalogue = hub.catalogue();
        billers.push(all());
        billers.extend(catalogue.billers().iter().map(|biller| {
            let name = format!("{} {}", biller.code, biller_name(&catalogue, biller.code, language));
            Choice::new(biller.code.to_string(), name, asked.biller.trim())
        }));
    }
    let is_bound = scope.network.is_some() || scope.outlet.is_some();
    if kind.takes_outlet() && !is_bound && scope.biller.is_none() {
        networks.push(all());
        let known = hub.networks();
        networks.extend(
            known
                .all()
                .iter()
                .map(|network| Choice::new(network.code.clone(), network.code.clone(), asked.network.trim())),
        );
    }
    if kind.takes_channel() {
        channels.push(all());
        channels.extend(Channel::ALL.iter().map(|channel| {
            Choice::new(channel.as_str(), word(language, "channel", channel.as_str()), asked.channel.trim())
        }));
    }
    let columns = kind.columns().iter().filter(|column| column.is_on_page);
    Ok(ReportView {
        frame: session.frame(&title(kind)),
        faults,
        about: i18n::text(language, &format!("{}-about", title(kind))),
        action: format!("/{language}/staff/reports/{kind}"),
        from: short(&asked.from),
        to: short(&asked.to),
        today: day_of(session.context.now).to_string(),
        billers,
        networks,
        outlet: (kind.takes_outlet() && scope.outlet.is_none() && scope.biller.is_none())
            .then(|| asked.outlet.chars().take(32).collect()),
        channels,
        columns: columns
            .map(|column| ColumnView { label: head(language, column), is_figure: is_figure(column.form) })
            .collect(),
        totals: Vec::new(),
        rows: Vec::new(),
        files: Vec::new(),
        first: None,
        next: None,
        masked: false,
        answered: false,
    })
}

async fn fill(
    session: &StaffSession,
    view: &mut ReportView,
    question: &ReportQuestion,
    asked: &Asked,
) -> Result<(), Fault> {
    let (hub, language, kind) = (hub(session)?, session.language(), question.kind);
    if kind == ReportKind::Transactions && !session.is_head {
        session.audit(Action::ReportViewed, &format!("report {kind}"), &told(question, "page")).await?;
    }
    let page = hub.report_page(question, asked.after.as_deref(), PAGE).await.map_err(refused)?;
    let totals = hub.report_totals(question).await.map_err(refused)?;
    let same = address(question);
    view.frame = session.frame_with_query(&title(kind), &same);
    view.from = question.filter.from.to_string();
    view.to = question.filter.to.to_string();
    view.totals = totals.iter().map(|row| shown(language, kind, row)).collect();
    view.rows = page.rows.iter().map(|row| shown(language, kind, row)).collect();
    view.first = asked.after.as_ref().map(|_| format!("{}?{same}", view.action));
    view.next = page.next.map(|next| format!("{}?{same}&after={next}", view.action));
    if !view.rows.is_empty() {
        view.files = ["csv", "xlsx", "pdf"].map(|form| (form, format!("{}/report.{form}?{same}", view.action))).into();
    }
    let is_contract = |column: &payments::reports::Column| column.key == "contract" && column.form == ColumnForm::Code;
    view.masked = !question.shows_contracts && kind.columns().iter().any(is_contract);
    view.answered = true;
    Ok(())
}

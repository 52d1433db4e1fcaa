//! What stands around every screen for staff: who is at work, where they can go.

use askama::Template;
use ledger::Language;
use staff::Session;

use super::places::{self, Place};
use crate::web::i18n;
use crate::web::views::notice::Notice;
use crate::web::views::{FaultLink, Page};

/// What `staff/layout.html` needs.
pub(crate) struct Frame {
    pub(crate) page: Page,
    /// Who is at work; `None` before they are signed in.
    pub(crate) who: Option<Who>,
    pub(crate) work: Vec<Link>,
    pub(crate) account: Vec<Link>,
}

/// Somebody at work, in the reader's language.
pub(crate) struct Who {
    pub(crate) name: String,
    pub(crate) login: String,
    pub(crate) roles: Vec<String>,
    /// What their roles are bound to: label and code.
    pub(crate) scope: Vec<(String, String)>,
}

/// A place they can go to.
pub(crate) struct Link {
    pub(crate) label: String,
    pub(crate) about: String,
    pub(crate) href: String,
    pub(crate) icon: &'static str,
    pub(crate) current: bool,
}

/// What is wrong with a form, for the list above it.
#[derive(Default)]
pub(crate) struct Faults(Vec<FaultLink>);

impl Faults {
    /// One fault of a field.
    pub(crate) fn one(target: &str, text: String) -> Self {
        Self(vec![FaultLink { target: target.to_owned(), text }])
    }

    pub(crate) fn lines(&self) -> &[FaultLink] {
        &self.0
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether it is the first of its field's: the one that the field names as its description.
    pub(crate) fn is_first(&self, position: &usize) -> bool {
        let target = self.0.get(*position).map(|fault| &fault.target);
        self.0.iter().take(*position).all(|before| Some(&before.target) != target)
    }

    /// Whether a field has one.
    pub(crate) fn has(&self, target: &str) -> bool {
        self.0.iter().any(|fault| fault.target == target)
    }
}

impl From<Vec<FaultLink>> for Faults {
    fn from(lines: Vec<FaultLink>) -> Self {
        Self(lines)
    }
}

/// A page that says one thing to somebody at work.
#[derive(Template)]
#[template(path = "staff/notice.html")]
pub(crate) struct StaffNotice {
    pub(crate) frame: Frame,
    pub(crate) notice: Notice,
}

/// A fault's page, where who is at work is not known.
#[derive(Template)]
#[template(path = "staff/notice.html")]
pub(crate) struct StaffNoticePage {
    frame: Frame,
    notice: Notice,
}

impl StaffNoticePage {
    /// The notice's actions lead to the payers' pages: here they lead back to work.
    pub(crate) fn of(page: Page, mut notice: Notice) -> Self {
        notice.actions.clear();
        let notice = notice.action(page.language, "staff-action-home", "/staff");
        Self { frame: Frame::bare(page), notice }
    }
}

impl Frame {
    /// Around a page of somebody who is not signed in, or not wholly.
    pub(crate) fn bare(page: Page) -> Self {
        Self { page, who: None, work: Vec::new(), account: Vec::new() }
    }

    /// Around a page at this path.
    pub(crate) fn of(page: Page, session: &Session, path: &str) -> Self {
        let language = page.language;
        let is_bound = session.scope.biller.is_some();
        let open = |place: &&Place| {
            let may = place.needs.is_empty() || place.needs.iter().any(|permission| session.may(*permission));
            may && !(place.is_whole && is_bound)
        };
        let work: Vec<&Place> = std::iter::once(&places::HOME).chain(places::WORK).filter(open).collect();
        // One screen may lie below another: where they are is the deepest.
        let here =
            |place: &&Place| path == place.path || (place.path != places::HOME.path && is_below(path, place.path));
        let places = work.iter().copied().chain(places::ACCOUNT).filter(here);
        let deepest = places.map(|place| place.path).max_by_key(|path| path.len());
        let link = |place: &Place| Link {
            label: i18n::text(language, place.key),
            about: i18n::text(language, &format!("{}-about", place.key)),
            href: page.url(place.path),
            icon: place.icon,
            current: deepest == Some(place.path),
        };
        let work = work.into_iter().map(link).collect();
        let account = places::ACCOUNT.iter().map(link).collect();
        Self { work, account, who: Some(Who::of(session, language)), page }
    }
}

/// Whether a path leads on from another.
fn is_below(path: &str, place: &str) -> bool {
    path.strip_prefix(place).is_some_and(|rest| rest.starts_with('/'))
}

impl Who {
    fn of(session: &Session, language: Language) -> Self {
        let scope = &session.scope;
        let bound = [
            ("staff-scope-outlet", scope.outlet.map(|outlet| outlet.to_string())),
            ("staff-scope-network", scope.network.clone()),
            ("staff-scope-biller", scope.biller.map(|biller| biller.to_string())),
        ];
        Self {
            name: session.name.clone(),
            login: session.login.clone(),
            roles: session.roles.iter().map(|role| i18n::text(language, &format!("staff-role-{role}"))).collect(),
            scope: bound.into_iter().filter_map(|(key, code)| Some((i18n::text(language, key), code?))).collect(),
        }
    }
}

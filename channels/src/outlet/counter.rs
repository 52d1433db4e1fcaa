//! The counter that somebody works at: their outlet, their open shift, and the bar that shows both on every page.

use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;
use ledger::{Actor, Language};
use payments::Hub;
use payments::api::cash::{CashPayment, FloatView, ShiftView};
use payments::networks::{Network, Networks, Outlet};
use staff::{Action, Permission};

use super::scope;
use crate::staff::frame::Frame;
use crate::staff::session::StaffSession;
use crate::web::errors::Fault;
use crate::web::views::notice::Notice;
use crate::web::{format, i18n};

/// Where somebody works now.
pub(super) struct Counter {
    pub(super) session: StaffSession,
    pub(super) hub: Arc<Hub>,
    networks: Arc<Networks>,
    /// The outlet's number.
    pub(super) outlet: String,
    /// Their own open shift.
    pub(super) shift: Option<ShiftView>,
    float: FloatView,
}

/// What stands above every page of the outlet.
pub(super) struct Bar {
    pub(super) outlet: String,
    pub(super) city: String,
    pub(super) number: String,
    pub(super) till: String,
    pub(super) float: String,
    pub(super) float_low: bool,
    pub(super) shift: Option<BarShift>,
    pub(super) tabs: Vec<Tab>,
}

/// The shift at a glance.
pub(super) struct BarShift {
    pub(super) expected: String,
    pub(super) payments: u32,
    pub(super) pending: usize,
}

/// A page of the outlet, with the key that leads there.
pub(super) struct Tab {
    pub(super) label: String,
    pub(super) href: String,
    pub(super) key: char,
    pub(super) current: bool,
}

/// The pages, their messages and their keys.
const TABS: [(&str, &str, char); 6] = [
    ("", "outlet-tab-counter", '1'),
    ("/payments", "outlet-tab-payments", '2'),
    ("/give-back", "outlet-tab-give-back", '3'),
    ("/movements", "outlet-tab-movements", '4'),
    ("/closure", "outlet-tab-closure", '5'),
    ("/shifts", "outlet-tab-shifts", '6'),
];

/// A page that says one thing.
#[derive(Template)]
#[template(path = "outlet/notice.html")]
struct NoticePage {
    frame: Frame,
    bar: Bar,
    notice: Notice,
}

impl Counter {
    /// The counter of whoever may do this.
    pub(super) async fn of(session: StaffSession, permission: Permission) -> Result<Self, Fault> {
        session.require(permission)?;
        let hub = scope::hub(&session)?;
        let networks = hub.networks();
        let outlet = scope::own_outlet(&networks, &session.who.scope)?;
        let float = hub.float(&outlet).await?.ok_or(Fault::NoOutlet)?;
        let shift = hub.open_shift_by(&outlet, session.who.member).await?;
        Ok(Self { session, hub, networks, outlet, shift, float })
    }

    pub(super) fn language(&self) -> Language {
        self.session.language()
    }

    pub(super) fn actor(&self) -> Actor {
        scope::actor(&self.session.who)
    }

    /// The network and the outlet.
    pub(super) fn place(&self) -> Result<(&Network, &Outlet), Fault> {
        self.networks.outlet(&self.outlet).ok_or(Fault::NoOutlet)
    }

    /// Takes one look-up from the member's allowance.
    pub(super) fn look_up(&self) -> Result<(), Fault> {
        self.session.context.state.members.take_key(&self.session.who.member).map_err(Fault::TooManyLookUps)
    }

    /// Their open shift; who has none opens one first.
    pub(super) fn open_shift(&self) -> Result<&ShiftView, Fault> {
        self.shift.as_ref().ok_or_else(|| Fault::GoTo("/staff/outlet".to_owned()))
    }

    pub(super) fn frame(&self, title_key: &str) -> Frame {
        self.session.frame(title_key)
    }

    pub(super) fn bar(&self) -> Result<Bar, Fault> {
        let (language, (_, outlet)) = (self.language(), self.place()?);
        let path = self.session.context.path();
        let below = path.strip_prefix("/staff/outlet").unwrap_or_default();
        let leads = |tab: &str| match tab {
            "" => !TABS.iter().any(|(tab, ..)| !tab.is_empty() && below.starts_with(tab)),
            tab => below.starts_with(tab),
        };
        let tab = |(path, key, access): (&str, &str, char)| Tab {
            label: i18n::text(language, key),
            href: format!("/{language}/staff/outlet{path}"),
            key: access,
            current: leads(path),
        };
        Ok(Bar {
            outlet: outlet.name.get(language).to_owned(),
            city: outlet.city.get(language).to_owned(),
            number: outlet.number.clone(),
            till: self.shift.as_ref().map(|open| open.shift.till.clone()).unwrap_or_default(),
            float: format::money(language, self.float.available),
            float_low: self.float.is_low,
            shift: self.shift.as_ref().map(|open| BarShift {
                expected: format::money(language, open.expected),
                payments: open.payments,
                pending: open.pending.len(),
            }),
            tabs: TABS.map(tab).into(),
        })
    }

    pub(super) fn html(&self, status: StatusCode, page: &impl Template) -> Result<HttpResponse, Fault> {
        self.session.html(status, page)
    }

    /// Answers with a notice.
    pub(super) fn say(&self, status: StatusCode, notice: Notice) -> Result<HttpResponse, Fault> {
        let mut frame = self.frame("outlet-title");
        frame.page.title.clone_from(&notice.title);
        self.html(status, &NoticePage { frame, bar: self.bar()?, notice })
    }

    pub(super) fn see_other(&self, path: &str) -> HttpResponse {
        self.session.context.see_other(&format!("/staff/outlet{path}"))
    }

    /// Writes down that a customer's data is shown, before it is. `subject` names rows.
    pub(super) async fn seen(&self, subject: &str) -> Result<(), Fault> {
        let place = format!("outlet {}", self.outlet);
        self.session.audit(Action::CustomerViewed, subject, &place).await
    }

    /// A payment of this outlet; one of another is as good as none.
    pub(super) async fn payment(&self, reference: &str) -> Result<CashPayment, Fault> {
        payment_at(&self.hub, &self.outlet, reference).await
    }
}

/// A payment of an outlet; one of another is as good as none.
pub(super) async fn payment_at(hub: &Hub, outlet: &str, reference: &str) -> Result<CashPayment, Fault> {
    let found = hub.cash_payment(reference).await?;
    found.filter(|found| found.outlet == outlet).ok_or(Fault::NotFound)
}

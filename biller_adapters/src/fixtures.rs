//! What the tests of several protocols share.

use chrono::{DateTime, NaiveDate, Utc};
use ledger::{Channel, Instrument, Language, Money};
use secrecy::SecretString;

use crate::connector::{Article, ArticleKind, BillQuery, Confirmation, Connector, WireAnswer};
use crate::settings::ConnectorSettings;

pub(crate) fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

pub(crate) fn query() -> BillQuery {
    BillQuery {
        reference: "000000000042".into(),
        biller: 1020,
        receivable_type: "02".into(),
        channel: Channel::Web,
        language: Language::Fr,
        fields: [("contract".into(), "12345678".into())].into(),
        asked_at: at("2026-11-23T10:00:00Z"),
    }
}

pub(crate) fn article(id: &str, kind: ArticleKind, minor: i64, date: Option<&str>) -> Article {
    Article {
        id: id.into(),
        kind,
        description: if id == "A1" { "Octobre 2026".into() } else { "Taxe fixe".into() },
        amount: Money::from_minor(minor),
        date: date.map(|date| date.parse::<NaiveDate>().unwrap()),
    }
}

pub(crate) fn confirmation() -> Confirmation {
    Confirmation {
        reference: "000000000043".into(),
        biller: 1020,
        receivable_type: "02".into(),
        fields: [("contract".into(), "12345678".into())].into(),
        biller_reference: "700000000001".into(),
        articles: vec![
            article("A1", ArticleKind::Receivable, 16_800, Some("2026-10-31")),
            article("A2", ArticleKind::Mandatory, 200, None),
        ],
        opaque: vec![(String::new(), String::new()), ("zone".into(), "12 & 13".into())],
        principal: Money::from_minor(17_000),
        paid_at: at("2026-11-23T10:05:00Z"),
        channel: Channel::Web,
        instrument: Instrument::Card,
        authorisation: "P12345".into(),
    }
}

pub(crate) fn connector(settings: &ConnectorSettings) -> Box<dyn Connector> {
    settings.build(1020, &|name| (name == "SECRET").then(|| SecretString::from("mac-secret"))).unwrap()
}

pub(crate) fn wire(status: u16, body: impl Into<Vec<u8>>) -> WireAnswer {
    WireAnswer { status, headers: Vec::new(), body: body.into() }
}

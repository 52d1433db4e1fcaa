//! The three operations that describe what stands behind the endpoint: billers, receivable types, forms. They serve
//! whoever writes a biller's configuration.

use chrono::{DateTime, Utc};
use ledger::Channel;

use super::envelope::{Answer, Code, answer};
use super::xml::Element;
use super::{FatouratiSoap, leaf};
use crate::answers::bad;
use crate::connector::{BillerFailure, WireAnswer, WireRequest};

/// A biller behind the endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedBiller {
    /// creancierID.
    pub code: String,
    /// nomCreancier.
    pub name: String,
    /// categorieID.
    pub category_code: String,
    /// nomCategorie.
    pub category: String,
}

/// A receivable type of a biller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedReceivableType {
    /// creanceID.
    pub code: String,
    /// nomCreance.
    pub name: String,
}

/// A field of an identification form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedField {
    /// nomChamp.
    pub name: String,
    /// libelle.
    pub label: String,
    /// typeChamp: text, select, password, label, checkbox.
    pub kind: String,
    /// formatChamp: string, integer, decimal.
    pub format: String,
    /// tailleMin, in characters.
    pub length_min: Option<u16>,
    /// tailleMax, in characters.
    pub length_max: Option<u16>,
    /// obligatoire.
    pub required: bool,
    /// The choices: value and label.
    pub values: Vec<(String, String)>,
}

impl FatouratiSoap {
    /// getListCreanciers.
    pub fn list_billers(&self, now: DateTime<Utc>) -> Result<WireRequest, BillerFailure> {
        self.request("getListCreanciers", self.common(Channel::Web, 0, now))
    }

    /// Reads the answer to [`Self::list_billers`].
    pub fn read_billers(&self, wire: &WireAnswer) -> Result<Vec<ListedBiller>, BillerFailure> {
        let read = |item: &Element| {
            Ok(ListedBiller {
                code: item.value("creancierID")?.to_owned(),
                name: item.value("nomCreancier")?.to_owned(),
                category_code: item.value("categorieID")?.to_owned(),
                category: item.value("nomCategorie")?.to_owned(),
            })
        };
        let answer = done(answer("getListCreanciers", wire, &self.secret)?)?;
        answer.body.all("listeCreanciers").map(read).collect()
    }

    /// getListCreances of this connector's biller.
    pub fn list_receivable_types(&self, now: DateTime<Utc>) -> Result<WireRequest, BillerFailure> {
        let mut values = self.common(Channel::Web, 0, now);
        values.push(leaf("creancierID", format!("{:04}", self.biller)));
        self.request("getListCreances", values)
    }

    /// Reads the answer to [`Self::list_receivable_types`].
    pub fn read_receivable_types(&self, wire: &WireAnswer) -> Result<Vec<ListedReceivableType>, BillerFailure> {
        let read = |item: &Element| {
            Ok(ListedReceivableType {
                code: item.value("creanceID")?.to_owned(),
                name: item.value("nomCreance")?.to_owned(),
            })
        };
        let answer = done(answer("getListCreances", wire, &self.secret)?)?;
        self.check_biller(&answer.body)?;
        answer.body.all("listeCreances").map(read).collect()
    }

    /// getForms of one receivable type.
    pub fn list_form_fields(&self, receivable_type: &str, now: DateTime<Utc>) -> Result<WireRequest, BillerFailure> {
        let mut values = self.common(Channel::Web, 0, now);
        values.push(leaf("creancierID", format!("{:04}", self.biller)));
        values.push(leaf("creanceID", receivable_type));
        self.request("getForms", values)
    }

    /// Reads the answer to [`Self::list_form_fields`].
    pub fn read_form_fields(
        &self,
        receivable_type: &str,
        wire: &WireAnswer,
    ) -> Result<Vec<ListedField>, BillerFailure> {
        let answer = done(answer("getForms", wire, &self.secret)?)?;
        self.check_biller(&answer.body)?;
        if answer.body.value("creanceID")? != receivable_type {
            return Err(bad("the answer is of another receivable type"));
        }
        answer.body.all("listeChamps").map(read_field).collect()
    }

    fn check_biller(&self, body: &Element) -> Result<(), BillerFailure> {
        if body.value("creancierID")? == format!("{:04}", self.biller) {
            Ok(())
        } else {
            Err(bad("the answer is of another biller"))
        }
    }
}

/// These operations are done or refused.
fn done(answer: Answer) -> Result<Answer, BillerFailure> {
    if answer.code == Code::Done {
        return Ok(answer);
    }
    Err(BillerFailure::Refused { code: answer.said.code, message: answer.said.message })
}

fn read_field(item: &Element) -> Result<ListedField, BillerFailure> {
    let size = |name: &str| match item.value(name)? {
        "" => Ok(None),
        text => text.parse().map(Some).map_err(|_| bad(format!("<{name}> is not a number"))),
    };
    let required = match item.value("obligatoire")? {
        "1" => true,
        "0" => false,
        _ => return Err(bad("<obligatoire> is neither 0 nor 1")),
    };
    let choice = |value: &Element| Ok((value.value("valeur")?.to_owned(), value.value("libelleValeur")?.to_owned()));
    Ok(ListedField {
        name: item.value("nomChamp")?.to_owned(),
        label: item.value("libelle")?.to_owned(),
        kind: item.value("typeChamp")?.to_owned(),
        format: item.value("formatChamp")?.to_owned(),
        length_min: size("tailleMin")?,
        length_max: size("tailleMax")?,
        required,
        values: item.all("listeValeurs").map(choice).collect::<Result<_, BillerFailure>>()?,
    })
}

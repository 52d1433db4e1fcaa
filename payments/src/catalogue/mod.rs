//! Billers as the hub knows them: what `biller import` reads and every channel shows.

pub mod export;
pub mod import;
mod search;

use std::sync::Arc;

use biller_adapters::ConnectorSettings;
use chrono::NaiveDate;
use ledger::{Channel, Instrument, Language, Ledger, Money};
use serde::{Deserialize, Serialize};
use settlement::terms::Terms;

use crate::api::Infrastructure;
use crate::branding::Brand;
use crate::hub::infrastructure;

/// A text in the three languages of the hub.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trilingual {
    /// Arabic.
    pub ar: String,
    /// French.
    pub fr: String,
    /// English.
    pub en: String,
}

impl Trilingual {
    /// The text in one language.
    pub fn get(&self, language: Language) -> &str {
        match language {
            Language::Ar => &self.ar,
            Language::Fr => &self.fr,
            Language::En => &self.en,
        }
    }
}

/// One biller (creancier).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Biller {
    /// 4-digit code, >= 1000.
    pub code: u16,
    /// Its name.
    pub name: Trilingual,
    /// The shelf on which it stands.
    pub category: Category,
    /// File name of the logo below the web channel's `billers/` assets (SVG); `None` shows its initials.
    #[serde(default)]
    pub logo: Option<String>,
    /// Brand colour as `#rrggbb`.
    #[serde(default)]
    pub colour: Option<String>,
    /// How the hub speaks to it.
    pub connector: ConnectorSettings,
    /// Where its money goes, when, and less what.
    pub terms: Terms,
    /// Who captures what the card gateway holds for it.
    #[serde(default)]
    pub capture: Capture,
    /// How long a quote lives, in hours (default 168).
    #[serde(default = "default_quote_hours")]
    pub quote_lifetime_hours: u32,
    /// Its receivable types.
    pub receivable_types: Vec<ReceivableType>,
    /// How it is shown to payers, where something is published: kept apart from the file.
    #[serde(skip)]
    pub brand: Option<Arc<Brand>>,
}

/// Who captures what the card gateway holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Capture {
    /// The hub, at once.
    #[default]
    Automatic,
    /// People, until the hold ends.
    Manual,
}

fn default_quote_hours() -> u32 {
    168
}

/// The shelves of the home page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Category {
    /// Electricity, water, sanitation.
    ElectricityWater,
    /// Telephone, internet, mobile top-up.
    Telecom,
    /// Taxes, fines and public fees.
    TaxesFees,
    /// Schools and universities.
    Education,
    /// Rent and housing.
    Housing,
    /// Transport and tolls.
    Transport,
}

/// One kind of receivable (creance) of a biller.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReceivableType {
    /// Exactly 2 digits, the leading zero kept.
    pub code: String,
    /// Its name.
    pub name: Trilingual,
    /// How the customer is identified.
    pub form: Vec<FormField>,
    /// Which amounts may be paid.
    pub amount_rule: AmountRule,
    /// Whether bills are fetched; without it the payer types the amount (top-ups).
    #[serde(default = "yes")]
    pub fetch: bool,
    /// Whether receipts of this type are taxes, exempt from stamp duty.
    #[serde(default)]
    pub tax: bool,
    /// Whether the biller lets an outlet cancel a payment of the same day.
    #[serde(default)]
    pub cancellable: bool,
    /// Inclusive bounds on what is paid at once, per channel and instrument; a pair without a line is not offered.
    pub limits: Vec<Limit>,
    /// The customer's fee, by amount; no slab means no fee.
    #[serde(default)]
    pub fees: Vec<FeeSlab>,
}

fn yes() -> bool {
    true
}

/// One field of an identification form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FormField {
    /// The name on the wire.
    pub name: String,
    /// The label that the payer reads.
    pub label: Trilingual,
    /// An explanation under the label: where to find the number.
    #[serde(default)]
    pub hint: Option<Trilingual>,
    /// How it is shown.
    pub kind: FieldKind,
    /// What it holds.
    #[serde(default)]
    pub format: FieldFormat,
    /// Fewest characters.
    #[serde(default)]
    pub min_length: Option<u16>,
    /// Most characters.
    #[serde(default)]
    pub max_length: Option<u16>,
    /// A pattern that the whole value must match.
    #[serde(default)]
    pub regex: Option<String>,
    /// Whether it must be filled in.
    #[serde(default = "yes")]
    pub required: bool,
    /// The choices of a select, in order.
    #[serde(default)]
    pub values: Vec<FieldValue>,
}

/// One choice of a select.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FieldValue {
    /// What is sent.
    pub value: String,
    /// What is read.
    pub label: Trilingual,
}

/// How a field is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldKind {
    /// A line of text.
    Text,
    /// One of a list.
    Select,
    /// Masked, never logged, dropped after the payment.
    Password,
    /// Shown, never sent.
    Label,
    /// Ticked or not: `1` or absent.
    Checkbox,
}

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldFormat {
    /// Any text.
    #[default]
    String,
    /// Digits only.
    Integer,
    /// Digits with an optional decimal part.
    Decimal,
}

/// Which amounts may be paid for what is due.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum AmountRule {
    /// Each article at its fetched amount.
    Exact,
    /// The fetched total or more.
    ExactOrMore,
    /// The fetched total or less.
    ExactOrLess,
    /// Any amount.
    Any,
    /// Between two bounds, in steps.
    Range {
        /// Least, inclusive.
        min: Money,
        /// Most, inclusive.
        max: Money,
        /// The step: the amount is a multiple of it.
        multiple: Money,
    },
}

/// Inclusive bounds for one channel and instrument; `None` is no limit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limit {
    /// The channel.
    pub channel: Channel,
    /// The instrument.
    pub instrument: Instrument,
    /// Least principal.
    #[serde(default)]
    pub min: Option<Money>,
    /// Most principal.
    #[serde(default)]
    pub max: Option<Money>,
}

/// The fee of one range of amounts: (flat + amount x percent / 100, clamped) x (1 + VAT).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FeeSlab {
    /// First day on which it applies (Africa/Casablanca).
    pub effective_from: NaiveDate,
    /// Least amount, inclusive; `None` for no bound.
    #[serde(default)]
    pub from: Option<Money>,
    /// Most amount, inclusive; `None` for no bound.
    #[serde(default)]
    pub to: Option<Money>,
    /// Fixed part, before VAT.
    #[serde(default)]
    pub flat: Money,
    /// Percentage of the amount.
    #[serde(default)]
    pub percent: rust_decimal::Decimal,
    /// Least fee before VAT.
    #[serde(default)]
    pub min: Option<Money>,
    /// Most fee before VAT.
    #[serde(default)]
    pub max: Option<Money>,
    /// VAT on the fee, in percent.
    #[serde(default)]
    pub vat_percent: rust_decimal::Decimal,
}

/// Whether an instrument may be used on a channel at all, whatever a biller offers: cash only over an outlet's counter
/// (AGT, POS); card only where a hosted page or the voice provider takes it (WEB, TEL, IVR); wallet anywhere.
pub const fn matrix_allows(channel: Channel, instrument: Instrument) -> bool {
    match instrument {
        Instrument::Cash => matches!(channel, Channel::Agt | Channel::Pos),
        Instrument::Card => matches!(channel, Channel::Web | Channel::Tel | Channel::Ivr),
        Instrument::Wallet => true,
        Instrument::Transfer => false,
    }
}

/// All billers, in the order of their codes.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Catalogue {
    billers: Vec<Biller>,
}

impl Catalogue {
    /// A catalogue of these billers.
    pub fn new(mut billers: Vec<Biller>) -> Self {
        billers.sort_by_key(|biller| biller.code);
        Self { billers }
    }

    /// Every biller.
    pub fn billers(&self) -> &[Biller] {
        &self.billers
    }

    /// Billers that match every word of a query, best first; all of them for an empty query.
    ///
    /// Case, French accents, Arabic vowel signs and the usual variants of alef, hamza, yaa and taa marbuta do not
    /// count. Names in all three languages, category, code and receivable types are looked at, in that order of weight.
    pub fn search(&self, query: &str) -> Vec<&Biller> {
        search::search(&self.billers, query)
    }

    /// The biller of a code.
    pub fn get(&self, code: u16) -> Option<&Biller> {
        self.billers.binary_search_by_key(&code, |biller| biller.code).ok().map(|at| &self.billers[at])
    }

    /// The catalogue as the ledger has it, for whoever does not speak to billers.
    pub fn of_ledger(ledger: &Ledger) -> Result<Self, Infrastructure> {
        let stored = ledger.read(|reader| reader.billers()).map_err(infrastructure)?;
        let billers = stored.iter().map(|row| {
            let again =
                |error| format!("biller {} is stored in another shape ({error}): import its file again", row.code);
            Biller::from_stored(&row.definition).map_err(|error| Infrastructure::Failed(again(error)))
        });
        Ok(Self::new(billers.collect::<Result<_, _>>()?))
    }

    /// The customer's identifier in what a quote keeps, for the biller whose customer it is.
    pub fn contract_of(&self, biller: u16, receivable_type: &str, detail: &str) -> Result<String, Infrastructure> {
        let kind = self.get(biller).and_then(|biller| biller.receivable_type(receivable_type));
        crate::hub::detail::contract_of(kind, detail)
    }
}

impl Biller {
    /// Reads a definition from storage. One of before there were terms names an account, which takes everything.
    ///
    /// # Errors
    ///
    /// What is not a definition.
    pub fn from_stored(definition: &str) -> serde_json::Result<Self> {
        let mut stored: serde_json::Value = serde_json::from_str(definition)?;
        if let Some(fields) = stored.as_object_mut()
            && !fields.contains_key("terms")
            && let (Some(holder), Some(rib)) = (fields.remove("settlement_name"), fields.remove("settlement_rib"))
        {
            let terms = Terms::to_one(holder.as_str().unwrap_or_default(), rib.as_str().unwrap_or_default());
            fields.insert("terms".to_owned(), serde_json::to_value(terms)?);
        }
        serde_json::from_value(stored)
    }

    /// Its name as payers read it.
    pub fn shown_name(&self, language: Language) -> &str {
        let branded = self.brand.as_ref().and_then(|brand| brand.content.name.as_ref());
        branded.unwrap_or(&self.name).get(language)
    }

    /// The receivable type of a code.
    pub fn receivable_type(&self, code: &str) -> Option<&ReceivableType> {
        self.receivable_types.iter().find(|kind| kind.code == code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(Instrument::Cash, &[Channel::Agt, Channel::Pos])]
    #[case(Instrument::Card, &[Channel::Web, Channel::Ivr, Channel::Tel])]
    #[case(Instrument::Wallet, Channel::ALL)]
    #[case(Instrument::Transfer, &[])]
    fn matrix(#[case] instrument: Instrument, #[case] channels: &[Channel]) {
        let allowed: Vec<Channel> =
            Channel::ALL.iter().copied().filter(|channel| matrix_allows(*channel, instrument)).collect();
        assert_eq!(allowed, channels);
    }
}

//! Billers to whom generated payments went: invented, so that pages show names. Nothing is ever asked of them.

use std::fmt::Write;

use anyhow::{Context, anyhow};
use chrono::{DateTime, Utc};
use ledger::Ledger;

/// What they are called in Arabic, French and English, and their shelves.
const TRADES: [(&str, &str, &str, &str); 6] = [
    ("توزيع الماء", "Distribution d'eau", "Water supply", "electricity_water"),
    ("توزيع الكهرباء", "Distribution d'électricité", "Power supply", "electricity_water"),
    ("هاتف وأنترنت", "Téléphone et internet", "Telephone and internet", "telecom"),
    ("رسوم جماعية", "Taxes communales", "Local taxes", "taxes_fees"),
    ("مدرسة", "École", "School", "education"),
    ("إقامة سكنية", "Résidence", "Residence", "housing"),
];
/// Where they are.
const PLACES: [(&str, &str); 11] = [
    ("الشمال", "Nord"),
    ("الجنوب", "Sud"),
    ("الشرق", "Est"),
    ("الغرب", "Ouest"),
    ("الساحل", "Littoral"),
    ("الأطلس", "Atlas"),
    ("السهل", "Plaine"),
    ("الواحة", "Oasis"),
    ("المدينة", "Médina"),
    ("المرسى", "Marina"),
    ("الغابة", "Forêt"),
];
/// A bank account whose key fits, at no bank.
const RIB: &str = "007780000012345678901209";

/// Puts billers of these codes in.
pub(super) fn put(ledger: &Ledger, codes: &[u16], now: DateTime<Utc>) -> anyhow::Result<()> {
    let mut text = String::new();
    for (at, code) in codes.iter().enumerate() {
        let (ar, fr, en, category) = TRADES.get(at % TRADES.len()).context("no trade")?;
        let (place_ar, place) = PLACES.get(at % PLACES.len()).context("no place")?;
        let name = format!("{{ ar = \"{ar} {place_ar}\", fr = \"{fr} {place}\", en = \"{en} {place}\" }}");
        write!(
            text,
            r#"
[[biller]]
code = {code}
name = {name}
category = "{category}"
[biller.connector]
protocol = "json_rest"
base_url = "http://127.0.0.1:9/generated/{code}"
secret_env = "FATOURA_GENERATED"
[biller.settlement]
name = "{fr} {place}"
rib = "{RIB}"
[[biller.receivable_type]]
code = "01"
name = {{ ar = "فاتورة", fr = "Facture", en = "Bill" }}
amount = {{ rule = "any" }}
fetch = false
limit = [{{ channel = "WEB", instrument = "card" }}, {{ channel = "AGT", instrument = "cash" }}]
[[biller.receivable_type.field]]
name = "contract"
label = {{ ar = "رقم العقد", fr = "Numéro de contrat", en = "Contract number" }}
"#
        )?;
    }
    let billers = payments::catalogue::import::parse(&text, &|_: &str| None);
    let billers = billers.map_err(|faults| anyhow!("the generated billers: {faults:?}"))?;
    Ok(payments::import_billers(ledger, &billers, now)?)
}

//! Finding a payment again.

use askama::Template;

use super::{FaultLink, Page};
use crate::web::i18n;

/// Search by reference and phone.
#[derive(Template)]
#[template(path = "web/find.html")]
pub(in crate::web) struct FindPage {
    pub(in crate::web) page: Page,
    pub(in crate::web) reference: String,
    pub(in crate::web) phone: String,
    pub(in crate::web) reference_fault: String,
    pub(in crate::web) phone_fault: String,
    pub(in crate::web) faults: Vec<FaultLink>,
}

/// What is wrong with a search: the messages that say so.
#[derive(Default)]
pub(in crate::web) struct FindFaults {
    pub(in crate::web) reference: Option<&'static str>,
    pub(in crate::web) phone: Option<&'static str>,
    /// Well-formed, and no payment has both.
    pub(in crate::web) nothing: bool,
}

pub(in crate::web) fn find(page: Page, reference: String, phone: String, wrong: &FindFaults) -> FindPage {
    let language = page.language;
    let fault = |key: Option<&str>| key.map(|key| i18n::text(language, key)).unwrap_or_default();
    let reference_fault = fault(wrong.reference);
    let phone_fault = fault(wrong.phone);
    let nothing = fault(wrong.nothing.then_some("find-nothing"));
    let faults = [("reference", &reference_fault), ("phone", &phone_fault), ("reference", &nothing)]
        .into_iter()
        .filter(|(_, text)| !text.is_empty())
        .map(|(target, text)| FaultLink { target: target.to_owned(), text: text.clone() })
        .collect();
    FindPage { page, reference, phone, reference_fault, phone_fault, faults }
}

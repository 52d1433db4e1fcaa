//! Which billers a telephone can ask: those offered at the voice server whose form is one number.

use ledger::Channel;
use payments::catalogue::{Biller, Catalogue, FieldFormat, FieldKind, FormField, Limit, ReceivableType, matrix_allows};

/// The one field of a form that can be keyed; `None` if the form cannot.
pub(super) fn keyed_field(kind: &ReceivableType) -> Option<&FormField> {
    let mut sent = kind.form.iter().filter(|field| field.kind != FieldKind::Label);
    match (sent.next(), sent.next()) {
        (Some(field), None) if field.kind == FieldKind::Text && field.format == FieldFormat::Integer => Some(field),
        _ => None,
    }
}

/// The kinds of bills of a biller that a caller can pay. Without a look-up there is no amount to read aloud.
pub(super) fn kinds(biller: &Biller) -> impl Iterator<Item = &ReceivableType> {
    let offered = |limit: &Limit| limit.channel == Channel::Ivr && matrix_allows(Channel::Ivr, limit.instrument);
    biller
        .receivable_types
        .iter()
        .filter(move |kind| kind.fetch && keyed_field(kind).is_some() && kind.limits.iter().any(offered))
}

/// The billers of the list, in the order of their codes.
pub(super) fn offered(catalogue: &Catalogue) -> Vec<&Biller> {
    catalogue.billers().iter().filter(|biller| kinds(biller).next().is_some()).collect()
}

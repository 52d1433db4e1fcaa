//! Networks from a readable TOML file (docs/network-file.md), taken whole or refused whole with every fault.

use std::collections::BTreeSet;
use std::ops::Range;

use ledger::Language;

use super::{Network, Outlet, PendingAtClosure};
pub use crate::catalogue::import::reader::Fault;
use crate::catalogue::import::reader::{Faults, Node, Table};
use crate::catalogue::import::receivable::fees;
use crate::catalogue::import::{document, mail, money, refuse_twice, trilingual};

/// Secrets of a network that are good at once: the one in use and its successor.
const SECRETS_MAX: usize = 2;
/// Tills of an outlet: more do not fit behind a counter.
const TILLS_MAX: usize = 50;

/// Reads the networks of one file, each under `[[network]]`.
pub fn parse(text: &str) -> Result<Vec<Network>, Vec<Fault>> {
    let mut faults = Faults::new(text);
    let Some(document) = document(text, &mut faults) else { return Err(faults.into_sorted()) };
    let mut root = Table::root(&document);
    let tables = root.tables("network", &mut faults);
    if tables.is_empty() && faults.count() == 0 {
        faults.add(&(0..0), "network", "expected at least one [[network]]");
    }
    root.close(&mut faults);
    let places = places(&tables);
    let networks: Vec<Option<Network>> = tables.into_iter().map(|table| network(table, &mut faults)).collect();
    let found = networks.iter().zip(&places);
    let codes = found.filter_map(|(found, (path, span))| Some((found.as_ref()?.code.as_str(), path.as_str(), span)));
    refuse_twice(codes, "network", &mut faults);
    let mut numbers = BTreeSet::new();
    for (network, (path, span)) in networks.iter().zip(&places) {
        for outlet in network.iter().flat_map(|network| &network.outlets) {
            if !numbers.insert(outlet.number.as_str()) {
                faults.add(span, path, format!("expected every outlet once; found {} again", outlet.number));
            }
        }
    }
    if faults.count() > 0 {
        return Err(faults.into_sorted());
    }
    Ok(networks.into_iter().flatten().collect())
}

fn places(tables: &[Table<'_>]) -> Vec<(String, Range<usize>)> {
    tables.iter().map(|table| (table.path.clone(), table.span.clone())).collect()
}

/// One network; `None` only together with a fault.
fn network(mut table: Table<'_>, faults: &mut Faults) -> Option<Network> {
    let code = table.required("code", CODE, faults).and_then(|node| code(&node, faults));
    let name = trilingual(&mut table, "name", faults);
    let active = table.optional("active").map_or(Some(true), |node| node.boolean(faults));
    let secrets = table.optional("secret_env").map_or(Some(Vec::new()), |node| secrets(&node, faults));
    let amount = "a quoted amount with two decimal places, such as \"10.00\"";
    let tolerance = table.required("tolerance", amount, faults).and_then(|node| money(&node, faults));
    let low_float = table.required("low_float", amount, faults).and_then(|node| money(&node, faults));
    let pending =
        table.optional("pending_at_closure").map_or(Some(PendingAtClosure::Carry), |node| pending(&node, faults));
    let alert = table
        .required("alert", "a table with mail and language", faults)
        .and_then(|node| node.table(faults))
        .and_then(|table| alert(table, faults));
    let commission = fees(&mut table, "commission", faults);
    let outlets = outlets(&mut table, faults);
    table.close(faults);
    let (alert_mail, alert_language) = alert?;
    Some(Network {
        code: code?,
        name: name?,
        active: active?,
        secrets: secrets?,
        tolerance: tolerance?,
        low_float: low_float?,
        pending_at_closure: pending?,
        alert_mail,
        alert_language,
        commission: commission?,
        outlets: outlets?,
    })
}

const CODE: &str = "2 to 12 capitals and digits, beginning with a capital";

fn code(node: &Node<'_>, faults: &mut Faults) -> Option<String> {
    let code = node.text(CODE, faults)?;
    let allowed = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit();
    let sound = (2..=12).contains(&code.len()) && code.starts_with(|c: char| c.is_ascii_uppercase());
    if sound && code.chars().all(allowed) { Some(code.to_owned()) } else { node.refuse(CODE, faults) }
}

fn secrets(node: &Node<'_>, faults: &mut Faults) -> Option<Vec<String>> {
    const LIST: &str = "a list of at most two names of environment variables";
    const NAME: &str = "the name of an environment variable: capitals, digits and _, beginning with a capital";
    let items = node.items(LIST, faults)?;
    if items.len() > SECRETS_MAX {
        return node.refuse(LIST, faults);
    }
    let places: Vec<(String, Range<usize>)> = items.iter().map(|item| (item.path.clone(), item.span.clone())).collect();
    let names: Vec<Option<String>> = items
        .iter()
        .map(|item| {
            let name = item.text(NAME, faults)?;
            let allowed = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
            let sound = name.starts_with(|c: char| c.is_ascii_uppercase()) && name.len() <= 100;
            if sound && name.chars().all(allowed) { Some(name.to_owned()) } else { item.refuse(NAME, faults) }
        })
        .collect();
    let found = names.iter().zip(&places);
    let found = found.filter_map(|(name, (path, span))| Some((name.as_deref()?, path.as_str(), span)));
    refuse_twice(found, "secret", faults);
    names.into_iter().collect()
}

fn pending(node: &Node<'_>, faults: &mut Faults) -> Option<PendingAtClosure> {
    const WAYS: &str = "carry or block";
    match node.text(WAYS, faults)? {
        "carry" => Some(PendingAtClosure::Carry),
        "block" => Some(PendingAtClosure::Block),
        _ => node.refuse(WAYS, faults),
    }
}

fn alert(mut table: Table<'_>, faults: &mut Faults) -> Option<(String, Language)> {
    const MAIL: &str = "a mail address";
    let mail = table.required("mail", MAIL, faults).and_then(|node| mail(&node, faults));
    let language = table.optional("language").map_or(Some(Language::Fr), |node| {
        match node.text("ar, fr or en", faults)?.parse() {
            Ok(language) => Some(language),
            Err(_) => node.refuse("ar, fr or en", faults),
        }
    });
    table.close(faults);
    Some((mail?, language?))
}

fn outlets(table: &mut Table<'_>, faults: &mut Faults) -> Option<Vec<Outlet>> {
    let tables = table.tables("outlet", faults);
    if tables.is_empty() {
        let path = format!("{}.outlet", table.path);
        faults.add(&table.span, &path, "missing: expected at least one [[network.outlet]]");
        return None;
    }
    let outlets: Vec<Option<Outlet>> = tables.into_iter().map(|table| outlet(table, faults)).collect();
    outlets.into_iter().collect()
}

fn outlet(mut table: Table<'_>, faults: &mut Faults) -> Option<Outlet> {
    // Members are bound to outlets by number: two that differ by leading zeros would be one to them.
    const NUMBER: &str = "3 to 10 digits in quotes that do not begin with 0, such as \"10001\"";
    let number = table.required("number", NUMBER, faults).and_then(|node| {
        let number = node.text(NUMBER, faults)?;
        let digits = (3..=10).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit());
        let sound = digits && !number.starts_with('0');
        if sound { Some(number.to_owned()) } else { node.refuse(NUMBER, faults) }
    });
    let name = trilingual(&mut table, "name", faults);
    let city = trilingual(&mut table, "city", faults);
    let active = table.optional("active").map_or(Some(true), |node| node.boolean(faults));
    let tills = table.required("tills", TILLS, faults).and_then(|node| tills(&node, faults));
    table.close(faults);
    Some(Outlet { number: number?, name: name?, city: city?, active: active?, tills: tills? })
}

const TILLS: &str = "a list of 1 to 50 names of tills";

fn tills(node: &Node<'_>, faults: &mut Faults) -> Option<Vec<String>> {
    const NAME: &str = "a till's name of 1 to 20 letters, digits and hyphens";
    let items = node.items(TILLS, faults)?;
    if items.is_empty() || items.len() > TILLS_MAX {
        return node.refuse(TILLS, faults);
    }
    let places: Vec<(String, Range<usize>)> = items.iter().map(|item| (item.path.clone(), item.span.clone())).collect();
    let names: Vec<Option<String>> = items
        .iter()
        .map(|item| {
            let name = item.text(NAME, faults)?;
            let sound = (1..=20).contains(&name.len()) && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
            if sound { Some(name.to_owned()) } else { item.refuse(NAME, faults) }
        })
        .collect();
    let found = names.iter().zip(&places);
    let found = found.filter_map(|(name, (path, span))| Some((name.as_deref()?, path.as_str(), span)));
    refuse_twice(found, "till", faults);
    names.into_iter().collect()
}

#[cfg(test)]
mod tests;

//! The `[connector]` table.

use biller_adapters::ConnectorSettings;

use super::reader::{Faults, Node, Table};

/// The longest connector URL.
const URL_MAX: usize = 500;

pub(super) fn connector(
    mut table: Table<'_>,
    variables: &dyn Fn(&str) -> Option<String>,
    faults: &mut Faults,
) -> Option<ConnectorSettings> {
    const PROTOCOLS: &str = "json_rest, fatourati_soap or flat_file";
    let node = table.required("protocol", PROTOCOLS, faults)?;
    let protocol = node.text(PROTOCOLS, faults)?;
    if !["json_rest", "fatourati_soap", "flat_file"].contains(&protocol) {
        return node.refuse(PROTOCOLS, faults);
    }
    let secret_env = secret_env(&mut table, faults);
    let url = |table: &mut Table<'_>, key: &'static str, faults: &mut Faults| {
        let node = table.required(key, URL, faults)?;
        read_url(&node, variables, faults)
    };
    let settings = match protocol {
        "json_rest" => {
            let base_url = url(&mut table, "base_url", faults);
            (|| Some(ConnectorSettings::JsonRest { base_url: base_url?, secret_env: secret_env? }))()
        }
        "fatourati_soap" => {
            let endpoint = url(&mut table, "endpoint", faults);
            let acquirer_id = acquirer_id(&mut table, faults);
            (|| {
                let (endpoint, secret_env, acquirer_id) = (endpoint?, secret_env?, acquirer_id?);
                Some(ConnectorSettings::FatouratiSoap { endpoint, secret_env, acquirer_id })
            })()
        }
        _ => {
            let bills_url = url(&mut table, "bills_url", faults);
            let payments_url = url(&mut table, "payments_url", faults);
            (|| {
                let (bills_url, payments_url, secret_env) = (bills_url?, payments_url?, secret_env?);
                Some(ConnectorSettings::FlatFile { bills_url, payments_url, secret_env })
            })()
        }
    };
    table.close(faults);
    settings
}

fn secret_env(table: &mut Table<'_>, faults: &mut Faults) -> Option<String> {
    let expected = "the name of an environment variable: capitals, digits and _, beginning with a capital";
    let node = table.required("secret_env", expected, faults)?;
    let name = node.text(expected, faults)?;
    let allowed = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    if name.starts_with(|c: char| c.is_ascii_uppercase()) && name.len() <= 100 && name.chars().all(allowed) {
        return Some(name.to_owned());
    }
    node.refuse(expected, faults)
}

fn acquirer_id(table: &mut Table<'_>, faults: &mut Faults) -> Option<String> {
    let expected = "the acquirer's identifier: 1 to 20 letters or digits, quoted";
    let node = table.required("acquirer_id", expected, faults)?;
    let id = node.text(expected, faults)?;
    if (1..=20).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Some(id.to_owned());
    }
    node.refuse(expected, faults)
}

const URL: &str = "an http(s) URL without user, query, fragment and closing slash; ${NAME} stands for a variable";

fn read_url(node: &Node<'_>, variables: &dyn Fn(&str) -> Option<String>, faults: &mut Faults) -> Option<String> {
    let url = expand(node, node.text(URL, faults)?, variables, faults)?;
    let sound = reqwest::Url::parse(&url).is_ok_and(|parsed| {
        matches!(parsed.scheme(), "http" | "https")
            && parsed.has_host()
            && parsed.username().is_empty()
            && parsed.password().is_none()
            && parsed.query().is_none()
            && parsed.fragment().is_none()
    });
    if sound && !url.ends_with('/') && url.len() <= URL_MAX && !url.contains(char::is_whitespace) {
        return Some(url);
    }
    node.refuse(URL, faults)
}

fn expand(
    node: &Node<'_>,
    text: &str,
    variables: &dyn Fn(&str) -> Option<String>,
    faults: &mut Faults,
) -> Option<String> {
    let mut expanded = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        let Some((name, after)) = after.split_once('}') else {
            return node.refuse("a closing } after ${", faults);
        };
        let Some(value) = variables(name) else {
            return node.refuse(&format!("a known variable; {name} is not set"), faults);
        };
        expanded.push_str(before);
        expanded.push_str(&value);
        rest = after;
    }
    expanded.push_str(rest);
    Some(expanded)
}

//! HASH ver3 of the card gateway, written from its description alone: neither the hub's code nor the sandbox's.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha512};

/// A name as runs of digits and other characters, so that `BillToStreet2` sorts before `BillToStreet12`.
fn natural(name: &str) -> Vec<(bool, u64, String)> {
    let mut runs: Vec<(bool, String)> = Vec::new();
    for c in name.to_uppercase().chars() {
        match runs.last_mut() {
            Some((digits, run)) if *digits == c.is_ascii_digit() => run.push(c),
            _ => runs.push((c.is_ascii_digit(), c.to_string())),
        }
    }
    // A number stands before a letter, as in the order of their characters.
    runs.into_iter().map(|(digits, run)| (!digits, if digits { run.parse().unwrap() } else { 0 }, run)).collect()
}

fn escaped(text: &str) -> String {
    text.trim().replace('\\', "\\\\").replace('|', "\\|")
}

/// The hash of all fields but `hash` and `encoding`.
pub fn hash(fields: &[(String, String)], store_key: &str) -> String {
    let kept = |name: &str| !["hash", "encoding"].contains(&name.to_lowercase().as_str());
    let mut sorted: Vec<_> = fields.iter().filter(|(name, _)| kept(name)).collect();
    sorted.sort_by_key(|(name, _)| natural(name));
    let values: String = sorted.iter().map(|(_, value)| escaped(value) + "|").collect();
    STANDARD.encode(Sha512::digest(values + escaped(store_key).as_str()))
}
